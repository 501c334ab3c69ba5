//! The columns of a table with one reading a row: which one is the value, what stands beside it,
//! and in what unit it is.

use std::collections::BTreeMap;

use super::growth::{Growth, only_grow};
use super::long_doubts::{doubt_repeated_stamps, doubt_sentinels};
use super::ratios::tell_of_ratios;
use super::register_layout::counter_columns;
use super::row_columns::{find_channel, settle_quality};
use super::settler::Settler;
use super::stamps::{settle_stamps, stamp_columns};
use super::units::settle_unit;
use super::usage_point::id_column;
use super::value_columns::{ValueColumns, values_of_row};
use crate::ingest::error::IngestError;
use crate::ingest::said;
use crate::ingest::tables::plan::{IdColumn, LongColumns, Plan, Shape, StampColumns};
use crate::ingest::text::columns::{self, DURATION, QUALITY, SEASON, Value};
use crate::ingest::text::number::{Cell, cell};

/// Layout `long`.
pub(crate) fn plan_long(table: &mut Settler<'_>, plan: &mut Plan) -> Result<(), IngestError> {
    plan.id = id_column(table)?;
    let stamp = stamp_columns(table)?;
    let ValueColumns { value, added, given_back } = values_of_row(table, plan, stamp)?;
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
    note_values(table, column, &added, given_back);
    settle_unit(table, plan, value);
    let id = if let IdColumn::At(id) = plan.id { Some(id) } else { None };
    settle_stamps(table, plan, stamp, id)?;
    let long = long_columns(table, stamp, column, (added, given_back))?;
    if let Some(quality) = long.quality {
        settle_quality(table, plan, quality);
    }
    tell_of_ratios(table, plan.decimal_comma);
    doubt_repeated_stamps(table, &long, id);
    doubt_sentinels(table, plan, column);
    plan.shape = Shape::Long(long);
    Ok(())
}

fn long_columns(
    table: &mut Settler<'_>,
    stamp: StampColumns,
    value: usize,
    (added, given_back): (Vec<usize>, Option<usize>),
) -> Result<LongColumns, IngestError> {
    let named = table.mapping.columns.channel.clone();
    let channel = find_channel(table, &named)?;
    let find = |named: &[String], meaning, usual: &[&str]| {
        table.named(named, meaning).map(|named| named.or_else(|| table.usual(usual)))
    };
    let names = &table.mapping.columns;
    let long = LongColumns {
        stamp,
        value,
        added,
        given_back,
        quality: find(&names.quality, "quality", QUALITY)?,
        channel,
        duration_min: find(&names.duration_min, "duration_min", DURATION)?,
        season: table.usual(SEASON),
        ratio: table.named(&names.ratio, "ratio")?,
        kind: table.named(&names.kind, "kind")?,
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

fn note_values(table: &mut Settler<'_>, column: usize, added: &[usize], given_back: Option<usize>) {
    let names = |columns: &[usize]| columns.iter().map(|&column| table.header[column].clone()).collect::<Vec<_>>();
    let (value, added, given_back) =
        (table.header[column].clone(), names(added), names(&given_back.into_iter().collect::<Vec<_>>()));
    let more: String = added
        .iter()
        .map(|name| format!(" + `{name}`"))
        .chain(given_back.iter().map(|name| format!(" - `{name}`")))
        .collect();
    let ground =
        if more.is_empty() { "its name" } else { "their names: tariffs are added, energy given back is taken off" };
    table.notes.note("value", format!("column `{value}`{more}"), ground);
    let columns = &mut table.mapping.columns;
    (columns.value, columns.added, columns.given_back) = (vec![value], added, given_back);
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
