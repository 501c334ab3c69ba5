//! Which columns of a row hold its energy.
//!
//! Headings say what their numbers are: energy taken, given back or produced, a part (tariff,
//! phase) or the sum of parts, a counter, or something that is no active energy. One quantity
//! counts once: the sum where it stands beside its parts, else the parts added up; energy from the
//! grid rather than all that was used behind the meter. What headings leave open the numbers may
//! settle: columns that are alike, one that is the sum of the others, one of longer intervals.
//! Where they do not, nothing is guessed.

use super::category::is_no_unit;
use super::counter_headings::heading_of;
use super::growth::only_grow;
use super::headings::{is_export, is_no_reading, unit_in};
use super::settler::Settler;
use crate::domain::Unit;
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::ValueUnit;
use crate::ingest::said;
use crate::ingest::tables::plan::{IdColumn, Plan, StampColumns};
use crate::ingest::text::channel_words::{ChannelWord, channel_word, is_from_grid, is_produced};
use crate::ingest::text::columns::{self, Value, plain};
use crate::ingest::text::number::{Cell, cell};
use crate::ingest::text::part_words::{PartWord, part_word};

/// Where the energy of a row stands.
#[derive(Debug, Default)]
pub(crate) struct ValueColumns {
    pub(crate) value: Option<Value>,
    pub(crate) added: Vec<usize>,
    pub(crate) given_back: Vec<usize>,
    /// The energy of the value flows out.
    pub(crate) is_export: bool,
}

/// A column that may hold the energy of a row, or a part of it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    column: usize,
    unit: Option<ValueUnit>,
    part: Option<PartWord>,
    rank: u8,
    is_counter: bool,
    /// All values are one and the same, above zero.
    is_still: bool,
}

/// What is read as the value, and what is added to it or taken off.
pub(crate) fn values_of_row(
    table: &mut Settler<'_>,
    plan: &Plan,
    stamp: StampColumns,
) -> Result<ValueColumns, IngestError> {
    let names = table.mapping.columns.clone();
    if let Some(column) = table.named(&names.value, "value")? {
        let placed = |names: &[String]| names.iter().filter_map(|name| table.place(name)).collect::<Vec<_>>();
        let given_back = placed(&names.given_back);
        if given_back.is_empty() {
            table.named(&names.given_back, "given_back")?;
        }
        return Ok(ValueColumns {
            value: Some(Value::Interval(column, plan.unit)),
            added: placed(&names.added),
            given_back,
            is_export: false,
        });
    }
    if let Some(column) = table.named(&names.given_back, "given_back")? {
        let added = names.given_back.iter().filter_map(|name| table.place(name)).filter(|&other| other != column);
        let (value, added) = (Some(Value::Interval(column, plan.unit)), added.collect());
        return Ok(ValueColumns { value, added, given_back: Vec::new(), is_export: true });
    }
    let free: Vec<usize> = (0..table.header.len()).filter(|&column| is_free(table, column, &plan.id, stamp)).collect();
    let mut pool: Vec<Candidate> = free.iter().filter_map(|&column| candidate(table, plan, column)).collect();
    // A counter that stood still beside one that grew.
    if pool.iter().any(|one| one.is_counter) && pool.iter().all(|one| one.is_counter || one.is_still) {
        for one in &mut pool {
            one.is_counter = true;
        }
    }
    if pool.iter().any(|one| !one.is_counter) {
        pool.retain(|one| !one.is_counter);
    }
    let exports = exports(table, plan, &free);
    let Some(chosen) = chosen(table, plan, pool, !exports.is_empty())? else {
        return of_others(table, plan, &free, &exports);
    };
    let first = chosen[0];
    let value = match first.unit {
        _ if first.is_counter => Value::Register(first.column),
        Some(unit) => Value::Interval(first.column, unit.scale().0),
        None => named_value(&table.header[first.column]).unwrap_or(Value::Interval(first.column, Unit::Kwh)),
    };
    let is_net = is_net(&table.header[first.column]);
    let given_back = exports.into_iter().filter(|&column| !is_net && has_unit_of(table, column, first.unit)).collect();
    let value =
        if let Value::Register(column) = value { Value::Register(column) } else { of_column(value, first.column) };
    let added = chosen[1..].iter().map(|one| one.column).collect();
    Ok(ValueColumns { value: Some(value), added, given_back, is_export: false })
}

/// What a value is, in a column of its own.
fn of_column(value: Value, column: usize) -> Value {
    if let Value::Interval(_, unit) = value { Value::Interval(column, unit) } else { Value::Register(column) }
}

/// Where no column holds energy taken: energy given back alone, or the only column of numbers.
fn of_others(
    table: &mut Settler<'_>,
    plan: &Plan,
    free: &[usize],
    exports: &[usize],
) -> Result<ValueColumns, IngestError> {
    if let Some((&first, others)) = exports.split_first() {
        let unit = unit_in(&table.header[first]).map_or(Unit::Kwh, |unit| unit.scale().0);
        let name = table.header[first].clone();
        table.notes.doubt("energy", format!("column `{name}`, given back"), "its name", said::doubt_given_back());
        return Ok(ValueColumns {
            value: Some(Value::Interval(first, unit)),
            added: others.to_vec(),
            given_back: Vec::new(),
            is_export: true,
        });
    }
    let numbers: Vec<usize> = free
        .iter()
        .copied()
        .filter(|&column| is_unnamed(table, column) && holds_numbers(table, plan, column))
        .collect();
    match numbers[..] {
        [only] if matches!(plan.id, IdColumn::At(_)) || table.is_id_told => {
            let name = table.header[only].clone();
            let ground = "the only column of numbers";
            table.notes.doubt("energy", format!("column `{name}`"), ground, said::doubt_value_unnamed());
            Ok(ValueColumns { value: Some(Value::Interval(only, Unit::Kwh)), ..ValueColumns::default() })
        }
        [_, _, ..] if matches!(plan.id, IdColumn::At(_)) => Err(rivals(table, plan, &numbers)),
        _ => Err(no_energy(table, free)),
    }
}

/// What is missed when no column holds energy; columns that hold something else are named for it.
fn no_energy(table: &Settler<'_>, free: &[usize]) -> IngestError {
    let others: Vec<String> = free
        .iter()
        .filter(|&&column| is_no_reading(&table.header[column]))
        .map(|&column| format!("`{}`", table.header[column]))
        .collect();
    match columns::no_value(table.path, &table.header) {
        IngestError::MissingColumn { path, meaning, found, .. } if !others.is_empty() => {
            let hint = format!("; {} is no active energy taken", others.join(", "));
            IngestError::MissingColumn { path, meaning, found, hint }
        }
        error => error,
    }
}

/// A column as a candidate; `None` where it is something else.
fn candidate(table: &Settler<'_>, plan: &Plan, column: usize) -> Option<Candidate> {
    let name = table.header[column].as_str();
    let usual = named_value(name);
    // The unit behind a usual name may be that of something else.
    let of_else =
        name.split_once(['(', '[', ',']).is_some_and(|(_, rest)| is_no_unit(rest.trim_matches([')', ']', ' '])));
    if name.is_empty() || of_else || (is_no_reading(name) && usual.is_none()) || is_something_else(name) {
        return None;
    }
    let (unit, part) = (unit_in(name), part_word(name));
    let is_taken = channel_word(name) == Some(ChannelWord::Import) && has_letters(name);
    if unit.is_none() && usual.is_none() && !((is_taken || part.is_some()) && holds_numbers(table, plan, column)) {
        return None;
    }
    let is_register = matches!(usual, Some(Value::Register(_))) || heading_of(name).is_some_and(|_| !is_taken);
    let is_counter = is_register || has_counter_word(name);
    // A counter in words may also only grow, and what only grows beside what does not is one.
    let grows = !is_counter && columns::promises_energy(name) && grows_alone(table, plan, column);
    let rank = match () {
        () if usual.is_some() => 0,
        () if is_taken => 1,
        () => 2,
    };
    let is_still = !is_counter && !grows && stands_still(table, plan, column);
    Some(Candidate { column, unit, part, rank, is_counter: is_counter || grows, is_still })
}

/// Words for a counter as beginnings of compounds.
fn has_counter_word(name: &str) -> bool {
    let name = plain(name);
    [
        "zahlerstand",
        "zaehlerstand",
        "meterstand",
        "malerstand",
        "meteravlas",
        "matarstallning",
        "wskazani",
        "lectura",
        "lettura",
        "leitura",
        "meroallas",
        "stanjebrojila",
        "mittarilukema",
        "cumulativ",
        "kumulativ",
        "lifetime",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// Columns that hold the energy of a row, the first of which is the value and the others are added;
/// `None` where there is no candidate.
fn chosen(
    table: &mut Settler<'_>,
    plan: &Plan,
    mut pool: Vec<Candidate>,
    has_exports: bool,
) -> Result<Option<Vec<Candidate>>, IngestError> {
    let is_energy = |one: &Candidate| match one.unit {
        Some(unit) => unit.scale().0 == Unit::Kwh,
        None => true,
    };
    if pool.iter().any(|one| is_energy(one) && one.unit.is_some()) {
        pool.retain(is_energy);
    }
    let name = |one: &Candidate| table.header[one.column].as_str();
    // All that was used behind the meter beside what came through it.
    let is_used = |one: &Candidate| one.rank == 1 && !is_from_grid(name(one));
    if has_exports && pool.iter().any(|one| one.rank == 1 && is_from_grid(name(one))) {
        pool.retain(|one| !is_used(one));
    }
    // Import and export tell more than their difference.
    if has_exports && pool.iter().any(|one| !is_net(name(one))) {
        pool.retain(|one| !is_net(name(one)));
    }
    let of = |part: Option<PartWord>| pool.iter().copied().filter(|one| one.part == part).collect::<Vec<_>>();
    let whole = of(None);
    let best = whole.iter().map(|one| one.rank).min();
    let best: Vec<Candidate> = whole.into_iter().filter(|one| Some(one.rank) == best).collect();
    let parts = [of(Some(PartWord::Tariff)), of(Some(PartWord::Phase))];
    let totals = of(Some(PartWord::Total));
    // Parts whose names say nothing of it, beside their sum.
    if let ([_, _, ..], [total]) = (&best[..], &totals[..]) {
        let columns: Vec<Candidate> = best.iter().chain([total]).copied().collect();
        let series: Vec<Vec<Option<f64>>> = columns.iter().map(|one| numbers(table, plan, one.column)).collect();
        if total_of(&series, &(0..columns.len()).collect::<Vec<_>>()) == Some(best.len()) {
            return Ok(Some(vec![*total]));
        }
    }
    match best[..] {
        [] if !totals.is_empty() => settled(table, plan, &totals).map(|one| Some(vec![one])),
        [] => Ok(parts.into_iter().find(|parts| !parts.is_empty())),
        _ => settled(table, plan, &best).map(|one| Some(vec![one])),
    }
}

/// The one of several columns of one quantity.
fn settled(table: &mut Settler<'_>, plan: &Plan, best: &[Candidate]) -> Result<Candidate, IngestError> {
    if let [only] = best {
        return Ok(*only);
    }
    let series: Vec<Vec<Option<f64>>> = best.iter().map(|one| numbers(table, plan, one.column)).collect();
    let filled = |place: usize| series[place].iter().flatten().count();
    let has_some = |place: &usize| series[*place].iter().flatten().any(|value| *value != 0.0);
    let places: Vec<usize> = (0..best.len()).filter(has_some).collect();
    let Some(&first) = places.first() else { return Ok(best[0]) };
    let fullest = places.iter().copied().max_by_key(|&place| (filled(place), usize::MAX - place)).unwrap_or(first);
    let sum = |place: usize| series[place].iter().flatten().sum::<f64>();
    let close = |a: f64, b: f64| (a - b).abs() <= 0.02 * a.abs().max(b.abs());
    let is_longer = |place: usize| 3 * filled(place) <= 2 * filled(fullest) && close(sum(place), sum(fullest));
    let others: Vec<usize> = places.iter().copied().filter(|&place| place != fullest && !is_longer(place)).collect();
    let ground = match others[..] {
        [] if places.len() == 1 => "the other columns hold nothing but zeros so far",
        [] => "the column of the shortest intervals, which the others sum up",
        _ if others.iter().all(|&place| are_alike(&series[fullest], &series[place])) => {
            return Ok(best[first]);
        }
        _ => match total_of(&series, &places) {
            Some(total) => {
                table.notes.note(
                    "energy",
                    format!("column `{}`", table.header[best[total].column]),
                    "the sum of others",
                );
                return Ok(best[total]);
            }
            None => return Err(rivals(table, plan, &best.iter().map(|one| one.column).collect::<Vec<_>>())),
        },
    };
    let name = table.header[best[fullest].column].clone();
    if places.len() < best.len() {
        let zero = (0..best.len()).find(|place| !places.contains(place)).unwrap_or(0);
        let doubt = said::doubt_rival(&table.header[best[zero].column]);
        table.notes.doubt("energy", format!("column `{name}`"), ground, doubt);
    } else {
        table.notes.note("energy", format!("column `{name}`"), ground);
    }
    Ok(best[fullest])
}

/// Whether two columns hold the same quantity, in one unit or in two.
fn are_alike(one: &[Option<f64>], other: &[Option<f64>]) -> bool {
    let mut ratio = None;
    one.iter().zip(other).all(|pair| match pair {
        (Some(a), Some(b)) if *a != 0.0 && *b != 0.0 => {
            let here = a / b;
            let usual: f64 = *ratio.get_or_insert(here);
            (here - usual).abs() <= 0.01 * usual.abs()
        }
        (Some(a), Some(b)) => a.abs().max(b.abs()) < 1e-3,
        (None, None) => true,
        _ => false,
    })
}

/// The column that is the sum of all others.
fn total_of(series: &[Vec<Option<f64>>], places: &[usize]) -> Option<usize> {
    let rows = series.iter().map(Vec::len).min()?;
    let value = |place: usize, row: usize| series[place][row].unwrap_or(0.0);
    let is_total = |place: usize| {
        (0..rows).all(|row| {
            let others: f64 = places.iter().filter(|&&other| other != place).map(|&other| value(other, row)).sum();
            (value(place, row) - others).abs() <= 1e-3 + 1e-3 * others.abs()
        })
    };
    (places.len() > 2).then(|| places.iter().copied().find(|&place| is_total(place))).flatten()
}

/// Columns of energy given back: their sum where it stands beside its parts, and what reached the
/// grid rather than what was produced behind the meter.
fn exports(table: &Settler<'_>, plan: &Plan, free: &[usize]) -> Vec<usize> {
    let name = |column: usize| table.header[column].as_str();
    let is_one = |column: usize| {
        is_export(name(column)) && !has_counter_word(name(column)) && holds_numbers(table, plan, column)
    };
    let mut found: Vec<usize> = free.iter().copied().filter(|&column| is_one(column)).collect();
    if found.iter().any(|&column| !is_produced(name(column))) {
        found.retain(|&column| !is_produced(name(column)));
    }
    if found.iter().any(|&column| !grows_alone(table, plan, column)) {
        found.retain(|&column| !grows_alone(table, plan, column));
    }
    let of = |part: Option<PartWord>| found.iter().copied().filter(|&column| part_word(name(column)) == part).collect();
    let (whole, totals): (Vec<usize>, Vec<usize>) = (of(None), of(Some(PartWord::Total)));
    match (whole.len(), totals.first()) {
        (_, Some(&total)) => vec![total],
        (1, None) => whole,
        _ => found,
    }
}

/// Whether a column of energy given back is in the unit of the energy taken, as far as told.
fn has_unit_of(table: &Settler<'_>, column: usize, taken: Option<ValueUnit>) -> bool {
    let unit = unit_in(&table.header[column]);
    unit.is_none() || taken.is_none() || unit == taken
}

fn is_net(name: &str) -> bool {
    let words: Vec<String> = name.split(|c: char| !c.is_alphanumeric()).map(plain).collect();
    words.iter().any(|word| matches!(word.as_str(), "net" | "netto" | "saldo"))
}

/// The value that a usual name stands for, alone or before its unit.
fn named_value(name: &str) -> Option<Value> {
    let bare = name.split([',', '(', '[']).next().unwrap_or(name).trim();
    [name, bare].iter().find_map(|name| columns::value_column(std::slice::from_ref(&(*name).to_owned())))
}

/// Whether a usual name makes a column something else than energy.
fn is_something_else(name: &str) -> bool {
    let header = [name.to_owned()];
    [columns::DURATION, columns::QUALITY, columns::UNIT].iter().any(|names| columns::find(&header, names).is_some())
}

/// Whether nothing is known of a column by its name.
fn is_unnamed(table: &Settler<'_>, column: usize) -> bool {
    let name = &table.header[column];
    let others = [columns::CHANNEL, columns::TIMESTAMP, columns::DATE, columns::TIME, columns::USAGE_POINT];
    let header = [name.clone()];
    !is_something_else(name)
        && !is_no_reading(name)
        && others.iter().all(|names| columns::find(&header, names).is_none())
        && columns::find(&header, &super::ratios::WHOLE).is_none()
}

/// Words such as `Энергия A+`; a bare number is the name of something else.
fn has_letters(name: &str) -> bool {
    name.contains(|c: char| c.is_alphabetic() || c == '+') && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether nearly all cells are numbers, and some is.
fn holds_numbers(table: &Settler<'_>, plan: &Plan, column: usize) -> bool {
    let cells: Vec<Cell> = table.cells(column).take(200).map(|text| number_cell(text, plan)).collect();
    let of = |wanted: fn(&Cell) -> bool| cells.iter().filter(|cell| wanted(cell)).count();
    let (numbers, texts) = (of(|cell| matches!(cell, Cell::Number(_))), of(|cell| *cell == Cell::Text));
    numbers > 0 && texts * 20 <= numbers
}

fn number_cell(text: &str, plan: &Plan) -> Cell {
    let digits = crate::ingest::tables::sample::number_of(text);
    match cell(digits.as_bytes(), plan.decimal_comma) {
        Cell::Text => cell(digits.as_bytes(), !plan.decimal_comma),
        known => known,
    }
}

/// Numbers of a column, row by row.
fn numbers(table: &Settler<'_>, plan: &Plan, column: usize) -> Vec<Option<f64>> {
    let number = |text: &str| if let Cell::Number(number) = number_cell(text, plan) { Some(number) } else { None };
    table.cells(column).map(number).collect()
}

/// Whether the values of a column only grow, from a high level, as those of a counter of one usage
/// point do.
fn grows_alone(table: &Settler<'_>, plan: &Plan, column: usize) -> bool {
    if !matches!(plan.id, IdColumn::Fixed(_)) {
        return false;
    }
    let series: Vec<f64> = numbers(table, plan, column).into_iter().flatten().collect();
    only_grow(std::iter::once(series.as_slice())).is_some()
}

/// Whether all values of a column of one usage point are the same, above zero.
fn stands_still(table: &Settler<'_>, plan: &Plan, column: usize) -> bool {
    if !matches!(plan.id, IdColumn::Fixed(_)) {
        return false;
    }
    let values: Vec<f64> = numbers(table, plan, column).into_iter().flatten().collect();
    values.len() >= 5 && values[0] > 0.0 && values.iter().all(|value| *value == values[0])
}

fn is_free(table: &Settler<'_>, column: usize, id: &IdColumn, stamp: StampColumns) -> bool {
    let is_stamp = stamp == StampColumns::One(column)
        || matches!(stamp, StampColumns::Two(date, time) if date == column || time == column);
    *id != IdColumn::At(column) && !is_stamp && !table.is_ignored(&table.header[column])
}

/// Several columns that may hold the energy, side by side, and the lines that choose.
fn rivals(table: &Settler<'_>, plan: &Plan, columns: &[usize]) -> IngestError {
    let shown = |column: &usize| {
        let numbers: Vec<f64> = numbers(table, plan, *column).into_iter().flatten().collect();
        let first: Vec<String> = numbers.iter().take(3).map(f64::to_string).collect();
        let sum: f64 = numbers.iter().sum();
        format!("`{}` ({}, …; {:.3} in {} rows)", table.header[*column], first.join(", "), sum, numbers.len())
    };
    let few = &columns[..columns.len().min(6)];
    IngestError::Rivals {
        path: table.path.to_path_buf(),
        readings: few.iter().map(shown).collect::<Vec<_>>().join(" or "),
        first: table.header[few[0]].clone(),
        second: table.header[few[few.len() - 1]].clone(),
    }
}
