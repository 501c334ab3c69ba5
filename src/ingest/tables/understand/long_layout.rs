//! The columns of a table with one reading a row: which one is the value, what stands beside it,
//! and in what unit it is.

use std::collections::BTreeMap;

use super::category::{category_column, find_kinds};
use super::growth::{Growth, only_grow};
use super::long_doubts::{doubt_repeated_stamps, settle_sentinels};
use super::ratios::tell_of_ratios;
use super::register_layout::counter_columns;
use super::row_columns::{find_channel, settle_quality};
use super::settler::Settler;
use super::stamps::{settle_stamps, stamp_columns};
use super::units::settle_unit;
use super::usage_point::id_column;
use super::value_columns::{ValueColumns, values_of_row};
use crate::domain::Calendar;
use crate::ingest::error::IngestError;
use crate::ingest::said;
use crate::ingest::tables::plan::{IdColumn, LongColumns, Plan, Shape, StampColumns};
use crate::ingest::text::columns::{self, DURATION, QUALITY, SEASON, Value};
use crate::ingest::text::number::{Cell, cell};
use crate::ingest::text::part_words::tariff_number;
use crate::ingest::text::stamp::{StampForm, StampReader};

/// Layout `long`.
pub(crate) fn plan_long(table: &mut Settler<'_>, plan: &mut Plan) -> Result<(), IngestError> {
    plan.id = id_column(table)?;
    let stamp = stamp_columns(table)?;
    let values = values_of_row(table, plan, stamp)?;
    let Some(value) = values.value else { return Err(columns::no_value(table.path, &table.header)) };
    let added = values.added.clone();
    let column = value.column();
    // Without a mapping of its columns: the table is what its values show.
    let is_guess = table.mapping.layout.is_none();
    let parts = std::iter::once(column).chain(added.iter().copied()).filter(|_| is_guess);
    let growing = parts.filter_map(|part| grows(table, plan, part));
    let growth = growing.max_by_key(|growth| matches!(growth, Growth::Total { .. }));
    if matches!(value, Value::Register(_)) || growth.is_some() {
        if growth.is_some() && columns::promises_energy(&table.header[column]) {
            let doubt = said::doubt_counters();
            table.notes.doubt(
                "values",
                "counters",
                "the values of nearly all usage points only grow, from a high level",
                doubt,
            );
        }
        return counter_columns(table, plan, stamp, (column, &added), growth);
    }
    note_values(table, column, &values);
    settle_unit(table, plan, value)?;
    let id = if let IdColumn::At(id) = plan.id { Some(id) } else { None };
    settle_stamps(table, plan, stamp, id)?;
    let mut long = long_columns(table, plan, stamp, values)?;
    if let Some(kind) = long.kind.filter(|_| is_guess && do_kinds_grow(table, plan, &long))
        && let Some(zone) = take_kinds_for_counters(table, &mut long)
    {
        table.mapping.columns.zone = vec![table.name_of(kind)];
        counter_columns(table, plan, stamp, (column, &[]), Some(Growth::Counter))?;
        if let Shape::Counters(counters) = &mut plan.shape {
            counters.zone = Some(zone);
        }
        return Ok(());
    }
    if let Some(quality) = long.quality {
        settle_quality(table, plan, quality);
    }
    tell_of_ratios(table, plan.decimal_comma);
    doubt_repeated_stamps(table, &long, id);
    let columns: Vec<usize> =
        std::iter::once(column).chain(long.added.clone()).chain(long.given_back.clone()).collect();
    settle_sentinels(table, plan, &columns);
    plan.shape = Shape::Long(long);
    Ok(())
}

fn long_columns(
    table: &mut Settler<'_>,
    plan: &mut Plan,
    stamp: StampColumns,
    values: ValueColumns,
) -> Result<LongColumns, IngestError> {
    let value = values.value.map_or(0, Value::column);
    let parts_alternate = do_alternate(table, value, &values.added);
    let end = end_of_rows(table, plan, stamp);
    find_kinds(table, plan, stamp, value)?;
    let kind = table.named(&table.mapping.columns.kind, "kind")?;
    let named = table.mapping.columns.channel.clone();
    let by_words = || category_column(table, plan, stamp, value, false).map(|(column, _)| table.name_of(column));
    let named = if named.is_empty() { by_words().into_iter().collect() } else { named };
    let channel = find_channel(table, &named)?.filter(|channel| kind != Some(*channel));
    if channel.is_none() {
        table.mapping.columns.channel.clear();
    }
    let find = |named: &[String], meaning, usual: &[&str]| {
        table.named(named, meaning).map(|named| named.or_else(|| table.usual(usual)))
    };
    let names = &table.mapping.columns;
    // The heading may number the tariff, whose sisters stand in other files.
    let is_alone = kind.is_none() && values.added.is_empty() && !values.is_export;
    let part = tariff_number(&table.header[value]).filter(|_| is_alone).unwrap_or(0);
    let long = LongColumns {
        stamp,
        value,
        added: values.added,
        given_back: values.given_back,
        parts_alternate,
        is_export: values.is_export,
        end,
        quality: find(&names.quality, "quality", QUALITY)?,
        channel,
        duration_min: find(&names.duration_min, "duration_min", DURATION)?,
        season: table.usual(SEASON),
        ratio: table.named(&names.ratio, "ratio")?,
        kind,
        part,
        kinds: table.mapping.kinds.iter().map(|(word, &kind)| (word.trim().to_lowercase(), kind)).collect(),
    };
    for (what, found) in [
        ("quality", long.quality),
        ("channel", long.channel),
        ("duration", long.duration_min),
        ("ratio", long.ratio),
        ("kind", long.kind),
    ] {
        if let Some(column) = found {
            table.notes.note(what, format!("column `{}`", table.header[column]), "its name");
        }
    }
    Ok(long)
}

fn note_values(table: &mut Settler<'_>, column: usize, values: &ValueColumns) {
    let names = |columns: &[usize]| columns.iter().map(|&column| table.name_of(column)).collect::<Vec<_>>();
    let (value, added, given_back) = (table.name_of(column), names(&values.added), names(&values.given_back));
    let more: String = added
        .iter()
        .map(|name| format!(" + `{name}`"))
        .chain(given_back.iter().map(|name| format!(" - `{name}`")))
        .collect();
    let ground = match () {
        () if values.is_export => "its name: energy given back",
        () if more.is_empty() => "its name",
        () => "their names: parts are added, energy given back is taken off",
    };
    table.notes.note("value", format!("column `{value}`{more}"), ground);
    let columns = &mut table.mapping.columns;
    if values.is_export {
        columns.given_back = [vec![value], added].concat();
    } else {
        (columns.value, columns.added, columns.given_back) = (vec![value], added, given_back);
    }
}

/// The end of the rows' intervals and their usual length, minutes: a second column of stamps, by
/// which rows that sum others up are told. They are doubted where some are seen.
fn end_of_rows(table: &mut Settler<'_>, plan: &Plan, stamp: StampColumns) -> Option<(StampColumns, u32)> {
    let StampColumns::One(begin) = stamp else { return None };
    let calendar = Calendar::new(None).ok()?;
    let mut reader = StampReader::new(plan.form, &calendar);
    let mut read = |row: &Vec<String>, column: usize| {
        let cell = row.get(column).filter(|cell| !cell.is_empty())?;
        let iso = || StampReader::new(StampForm::YearFirst, &calendar).read(cell.as_bytes());
        reader.read(cell.as_bytes()).or_else(|_| iso()).ok().map(|at| at.0)
    };
    let rows: Vec<&Vec<String>> =
        table.sample.rows.iter().skip(table.first_row).filter(|row| !row.is_empty()).collect();
    let holds_stamps = |column: usize| {
        let first = table.cells(column).find(|cell| !cell.is_empty()).unwrap_or("");
        first.contains(|c: char| !c.is_ascii_digit()) && StampForm::of(first.as_bytes()).is_some()
    };
    let columns: Vec<usize> =
        (0..table.header.len()).filter(|&column| column != begin && holds_stamps(column)).collect();
    for column in columns {
        let mut lengths: BTreeMap<i64, usize> = BTreeMap::new();
        for row in &rows {
            if let (Some(begin), Some(end)) = (read(row, begin), read(row, column)) {
                *lengths.entry((end - begin) / 60).or_insert(0) += 1;
            }
        }
        let Some((&usual, &count)) = lengths.iter().max_by_key(|(_, count)| **count) else { continue };
        if usual <= 0 || count * 2 < rows.len() || lengths.keys().any(|length| *length < 0) {
            continue;
        }
        let sums: usize =
            lengths.iter().filter(|(length, _)| **length as f64 > 1.5 * usual as f64).map(|(_, count)| count).sum();
        if sums > 0 {
            let ground = format!("{sums} rows of {} are longer, by `{}`", rows.len(), table.header[column]);
            table.notes.doubt("rows", format!("those of {usual} min"), ground, said::doubt_sums());
        }
        return u32::try_from(usual).ok().map(|usual| (StampColumns::One(column), usual));
    }
    None
}

/// Whether rows fill one of several columns that are added up, as meters of tariffs do.
fn do_alternate(table: &Settler<'_>, value: usize, added: &[usize]) -> bool {
    let filled = |row: &Vec<String>| {
        let parts = std::iter::once(&value).chain(added);
        parts.filter(|&&column| row.get(column).is_some_and(|cell| !matches!(cell.as_str(), "" | "-"))).count()
    };
    let rows: Vec<usize> =
        table.sample.rows.iter().skip(table.first_row).filter(|row| !row.is_empty()).map(filled).collect();
    !added.is_empty() && rows.iter().filter(|&&filled| filled == 1).count() * 10 >= rows.len() * 9
}

/// Whether the values of each kind of rows only grow.
fn do_kinds_grow(table: &Settler<'_>, plan: &Plan, long: &LongColumns) -> bool {
    let Some(column) = long.kind.filter(|_| !long.kinds.values().any(|kind| kind.register)) else { return false };
    let id = if let IdColumn::At(id) = plan.id { Some(id) } else { None };
    let mut series: BTreeMap<(&str, String), Vec<f64>> = BTreeMap::new();
    for row in table.sample.rows.iter().skip(table.first_row) {
        let Some(word) = row.get(column).map(|word| word.trim().to_lowercase()) else { continue };
        let value = row.get(long.value).map(|text| cell(text.as_bytes(), plan.decimal_comma));
        if let (Some(false), Some(Cell::Number(number))) = (long.kinds.get(&word).map(|kind| kind.skip), value) {
            let point = id.and_then(|id| row.get(id)).map_or("", String::as_str);
            series.entry((point, word)).or_default().push(number);
        }
    }
    only_grow(series.values().map(Vec::as_slice)).is_some()
}

/// Makes the kinds of rows counters: one counter of energy taken, or those of its tariffs, whose
/// column is given back. Counters of energy given back are passed over.
fn take_kinds_for_counters(table: &mut Settler<'_>, long: &mut LongColumns) -> Option<usize> {
    let taken = long.kinds.values().filter(|kind| !kind.skip && !kind.export).count();
    let ground = "the values of each kind only grow";
    if taken > 1 && long.kinds.values().all(|kind| !kind.skip && !kind.export) {
        table.mapping.kinds.clear();
        table.mapping.columns.kind.clear();
        table.notes.doubt("values", "counters of tariffs", ground, said::doubt_counters());
        return long.kind;
    }
    table.notes.doubt("values", "counters", ground, said::doubt_counters());
    for kind in table.mapping.kinds.values_mut().chain(long.kinds.values_mut()) {
        kind.register = !kind.skip && !kind.export;
        kind.skip |= kind.export;
        kind.part = 0;
    }
    None
}

/// Whether the values of nearly all usage points only grow, from a high level: a counter.
pub(crate) fn grows(table: &Settler<'_>, plan: &Plan, column: usize) -> Option<Growth> {
    // Without a column of ids all rows are of one usage point.
    let id = if let IdColumn::At(id) = plan.id { Some(id) } else { None };
    let mut series: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let rows = table.sample.rows.iter().skip(table.first_row);
    for row in rows.filter(|row| row.len() > column.max(id.unwrap_or(0))) {
        if let Cell::Number(number) = cell(row[column].as_bytes(), plan.decimal_comma) {
            series.entry(id.map_or("", |id| &row[id])).or_default().push(number);
        }
    }
    only_grow(series.values().map(Vec::as_slice))
}
