//! Where a table of counters has its counters and their dates.

use std::collections::BTreeMap;

use super::counter_headings::{PeriodSide, heading_of, is_day_of};
use super::counter_shows::{TARIFFS, counters_of_sides, title_says_counters, without_day};
use super::date_form::date_form;
use super::growth::Growth;
use super::headings::unit_in;
use super::period::{period_of, title_days};
use super::ratios::counter_ratios;
use super::settler::Settler;
use super::stamps::{settle_stamps, stamp_columns};
use super::units::{set_unit, unit_beside};
use super::usage_point::id_column;
use crate::domain::{CivilDay, Unit};
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::StampSide;
use crate::ingest::said;
use crate::ingest::tables::plan::{
    CounterColumns, CounterDate, CounterGroup, IdColumn, Plan, Shape, StampColumns, StampOrder,
};
use crate::ingest::text::columns::{self, DATE, REGISTER, TIMESTAMP, plain};

/// Names of the counter over all tariffs.
const TOTAL: &[&str] = &[
    "Т сумм",
    "Общая",
    "Сумма",
    "Итого",
    "total",
    "total_kwh",
    "А+ сумма",
    "Показания на конец периода",
    "Показание",
    "Показания",
];

/// Counters at both ends of a period, whose days stand in the headings, in columns of their
/// own, above the table, or in the name of the file.
fn side_groups(table: &mut Settler<'_>, sides: [CounterGroup; 2]) -> Result<Vec<CounterGroup>, IngestError> {
    let period = period_of(table);
    let columns =
        [PeriodSide::Begin, PeriodSide::End].map(|side| table.header.iter().position(|name| is_day_of(name, side)));
    let in_heading = |group: &CounterGroup| {
        group.total.or(group.tariffs.first().copied()).and_then(|column| without_day(&table.header[column]).1)
    };
    let days = [in_heading(&sides[0]), in_heading(&sides[1])];
    let [begin, end] = sides;
    let (first, last) = match (days, columns, period) {
        ([Some(first), Some(last)], _, _) => (CounterDate::Day(first), CounterDate::Day(last)),
        (_, [Some(first), Some(last)], _) => {
            let stamp = |date| CounterDate::Stamp(StampOrder { date, time: None });
            (stamp(first), stamp(last))
        }
        (_, _, Some(period)) => {
            let days = format!("{} to {}", period.first, period.end);
            if period.is_of_the_name {
                let doubt = said::doubt_period_of_name();
                table.notes.doubt("period", days, period.ground, doubt);
            } else {
                table.notes.note("period", days, period.ground);
            }
            let read_on = table.mapping.read_on.as_deref().and_then(CivilDay::parse);
            (CounterDate::Day(period.first), CounterDate::Day(read_on.unwrap_or(period.end)))
        }
        _ => {
            let at = counter_day(table)?;
            let name = begin
                .total
                .or(begin.tariffs.first().copied())
                .map_or_else(String::new, |column| table.header[column].clone());
            let doubt = said::doubt_begin_unread(&name);
            table.notes.doubt("period", "its end only", "one day of reading", doubt);
            return Ok(vec![CounterGroup { at, ..end }]);
        }
    };
    Ok(vec![CounterGroup { at: first, ..begin }, CounterGroup { at: last, ..end }])
}

/// A long table whose values are counters: one, or one for each tariff.
pub(crate) fn counter_columns(
    table: &mut Settler<'_>,
    plan: &mut Plan,
    stamp: StampColumns,
    (column, added): (usize, &[usize]),
    growth: Option<Growth>,
) -> Result<(), IngestError> {
    let name = table.header[column].clone();
    let names: Vec<String> =
        std::iter::once(column).chain(added.iter().copied()).map(|c| table.header[c].clone()).collect();
    table.notes.note(
        "value",
        format!("column {}, counters", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" + ")),
        match growth {
            Some(Growth::Total { .. }) => "values that only grow and begin anew: running totals",
            _ => "their names, or values that only grow",
        },
    );
    let unit_name = if unit_in(&name).is_some() { name.clone() } else { unit_beside(table) };
    set_unit(table, plan, &unit_name, Unit::Kwh);
    let (date, id) = match (stamp, &plan.id) {
        (StampColumns::One(date) | StampColumns::Two(date, _), IdColumn::At(id)) => (date, Some(*id)),
        (StampColumns::One(date) | StampColumns::Two(date, _), IdColumn::Fixed(_)) => (date, None),
    };
    plan.form = date_form(table, Some(date), &[])?;
    if growth == Some(Growth::Total { holds_own: true }) {
        // The total of an interval is reached at its end, which the stamp may not be.
        let step_min = settle_stamps(table, plan, stamp, id)?;
        table.mapping.interval_min = u16::try_from(step_min).ok();
        settle_end_of_total(table, plan);
    }
    let group = if added.is_empty() {
        table.mapping.columns.total = vec![name];
        CounterGroup { at: CounterDate::Stamp(order(stamp)), total: Some(column), tariffs: Vec::new() }
    } else {
        table.mapping.columns.tariffs = names;
        let tariffs = std::iter::once(column).chain(added.iter().copied()).collect();
        CounterGroup { at: CounterDate::Stamp(order(stamp)), total: None, tariffs }
    };
    let groups = vec![group];
    let ratios = counter_ratios(table, plan.decimal_comma, &groups)?;
    plan.shape = Shape::Counters(CounterColumns { ratios, zone: None, groups });
    Ok(())
}

/// Moves the stamps of totals to the ends of their intervals, where the mapping says that they are
/// beginnings.
fn settle_end_of_total(table: &Settler<'_>, plan: &mut Plan) {
    plan.shift_s = match (table.mapping.stamp, table.mapping.interval_min) {
        (Some(StampSide::Begin), Some(minutes)) => -i64::from(minutes) * 60,
        _ => 0,
    };
}

/// Layout `register`.
pub(crate) fn plan_counters(table: &mut Settler<'_>, plan: &mut Plan) -> Result<(), IngestError> {
    plan.id = id_column(table)?;
    let names = table.mapping.columns.clone();
    let zone = table.named(&names.zone, "zone")?;
    let is_named = [&names.period_begin, &names.period_end, &names.total, &names.tariffs]
        .into_iter()
        .any(|names| !names.is_empty());
    let groups = match counters_of_sides(table) {
        Some(sides) if !is_named => side_groups(table, sides)?,
        _ if names.period_begin.is_empty() && names.period_end.is_empty() => dated_groups(table)?,
        _ => period_groups(table)?,
    };
    if groups.is_empty() {
        return Err(columns::no_value(table.path, &table.header));
    }
    note_groups(table, &groups);
    let first = groups[0]
        .total
        .or(groups[0].tariffs.first().copied())
        .map_or_else(String::new, |column| table.header[column].clone());
    set_unit(table, plan, &first, Unit::Kwh);
    if let CounterDate::Stamp(stamp) = groups[0].at {
        plan.form = date_form(table, Some(stamp.date), &[])?;
        settle_end_of_total(table, plan);
    }
    let ratios = counter_ratios(table, plan.decimal_comma, &groups)?;
    plan.shape = Shape::Counters(CounterColumns { ratios, zone, groups });
    Ok(())
}

fn note_groups(table: &mut Settler<'_>, groups: &[CounterGroup]) {
    // Days beyond a few are told by the first and the last of them.
    let (shown, days) = match groups {
        [first, .., last] if groups.len() > 4 => (vec![first, last], format!(", {} days in all", groups.len())),
        few => (few.iter().collect(), String::new()),
    };
    for group in shown {
        let name = |column: &usize| format!("`{}`", table.header[*column]);
        let at = match group.at {
            CounterDate::Day(day) => day.to_string(),
            CounterDate::Stamp(stamp) => format!("the day in `{}`", table.header[stamp.date]),
        };
        let counters =
            group.total.iter().map(name).chain(group.tariffs.iter().map(name)).collect::<Vec<_>>().join(", ");
        table.notes.note(
            "value",
            format!("counters of {at}: {counters}{days}"),
            "the total wins over the sum of tariffs",
        );
    }
}

/// Groups of counters that are read at the day in a column, in the header, in the mapping or in
/// the title.
fn dated_groups(table: &mut Settler<'_>) -> Result<Vec<CounterGroup>, IngestError> {
    let names = table.mapping.columns.clone();
    let own = |given: &[String], usual: &[&str]| {
        if given.is_empty() { usual.iter().map(|&name| name.to_owned()).collect() } else { given.to_vec() }
    };
    let nothing_named = names.total.is_empty() && names.tariffs.is_empty();
    let totals = if nothing_named { own(&names.total, &[TOTAL, REGISTER].concat()) } else { names.total.clone() };
    let tariffs = if nothing_named { own(&names.tariffs, TARIFFS) } else { names.tariffs.clone() };
    let mut by_day: BTreeMap<Option<CivilDay>, CounterGroup> = BTreeMap::new();
    let wanted = |list: &[String], name: &str| list.iter().any(|wanted| plain(wanted) == plain(name));
    for (column, name) in table.header.iter().enumerate() {
        let (bare, day) = without_day(name);
        let heading = heading_of(&bare).filter(|_| nothing_named);
        // A bare day is a heading of counters where nothing else is, see `has_dated_counters`.
        let is_day = nothing_named && day.is_some() && bare.is_empty();
        let group = by_day.entry(day).or_default();
        let with_unit = nothing_named && wanted(&totals, without_unit(&bare));
        if wanted(&totals, &bare)
            || wanted(&totals, name)
            || with_unit
            || is_day
            || heading.is_some_and(|heading| !heading.is_tariff && day.is_some())
        {
            group.total.get_or_insert(column);
        } else if wanted(&tariffs, &bare) || heading.is_some_and(|heading| heading.is_tariff && day.is_some()) {
            group.tariffs.push(column);
        }
    }
    by_day.retain(|_, group| group.total.is_some() || !group.tariffs.is_empty());
    if by_day.is_empty() && !nothing_named {
        table.named(&[totals, tariffs].concat(), "total")?;
    }
    let undated = by_day.keys().any(Option::is_none);
    let fallback = if undated { Some(counter_day(table)?) } else { None };
    let dated = by_day
        .into_iter()
        .map(|(day, group)| CounterGroup { at: day.map(CounterDate::Day).or(fallback).unwrap_or_default(), ..group });
    let groups: Vec<CounterGroup> = dated.collect();
    if nothing_named && table.mapping.layout.is_none() && has_bare_days(table, &groups) && !title_says_counters(table) {
        let doubt = said::doubt_rising();
        table.notes.doubt("values", "counters", "they never fall from a day to the next, from a high level", doubt);
    }
    if nothing_named {
        let name = |column: &usize| match without_day(&table.header[*column]) {
            (bare, Some(_)) if !bare.is_empty() => bare,
            _ => table.header[*column].clone(),
        };
        table.mapping.columns.total = groups.iter().filter_map(|group| group.total.as_ref()).map(name).collect();
        table.mapping.columns.tariffs = groups.iter().flat_map(|group| &group.tariffs).map(name).collect();
    }
    Ok(groups)
}

/// Whether headings are days and nothing else.
fn has_bare_days(table: &Settler<'_>, groups: &[CounterGroup]) -> bool {
    groups.iter().filter_map(|group| group.total).any(|column| without_day(&table.header[column]).0.is_empty())
}

/// When counters without a date of their own were read.
fn counter_day(table: &mut Settler<'_>) -> Result<CounterDate, IngestError> {
    if let Some(day) = table.mapping.read_on.as_deref().and_then(CivilDay::parse) {
        return Ok(CounterDate::Day(day));
    }
    let names = &table.mapping.columns;
    let has_column = !names.date.is_empty()
        || !names.timestamp.is_empty()
        || table.usual(DATE).is_some()
        || table.usual(TIMESTAMP).is_some();
    if has_column {
        return Ok(CounterDate::Stamp(order(stamp_columns(table)?)));
    }
    match title_days(table).last() {
        Some(&day) => {
            table.notes.note("day of reading", day.to_string(), "the last date above the header");
            Ok(CounterDate::Day(day))
        }
        None => Err(IngestError::NoReadDay { path: table.path.to_path_buf() }),
    }
}

/// Groups of counters at both ends of a period.
fn period_groups(table: &mut Settler<'_>) -> Result<Vec<CounterGroup>, IngestError> {
    let names = table.mapping.columns.clone();
    let title = title_days(table);
    let mut groups = Vec::new();
    for (wanted, meaning, place) in
        [(&names.period_begin, "period_begin", 0), (&names.period_end, "period_end", title.len().saturating_sub(1))]
    {
        let is_wanted = |name: &str| wanted.iter().any(|wanted| plain(wanted) == plain(&without_day(name).0));
        let Some(column) = table.header.iter().position(|name| is_wanted(name)) else {
            table.named(wanted, meaning)?;
            continue;
        };
        let in_header = without_day(&table.header[column]).1;
        let at = in_header.or_else(|| title.get(place).copied()).map(CounterDate::Day);
        let at = at.map_or_else(|| counter_day(table), Ok)?;
        let is_tariff = |name: &String| {
            let (bare, day) = without_day(name);
            let same_period = day == in_header && names.tariffs.iter().any(|tariff| plain(tariff) == plain(&bare));
            same_period && plain(&bare).starts_with(&plain(&common_start(&wanted[0])))
        };
        let tariffs =
            table.header.iter().enumerate().filter(|(_, name)| is_tariff(name)).map(|(column, _)| column).collect();
        groups.push(CounterGroup { at, total: Some(column), tariffs });
    }
    Ok(groups)
}

/// A name without its last word, which tells the tariff.
fn common_start(name: &str) -> String {
    name.rsplit_once(' ').map_or(name, |(start, _)| start).to_owned()
}

pub(crate) fn order(columns: StampColumns) -> StampOrder {
    match columns {
        StampColumns::One(date) => StampOrder { date, time: None },
        StampColumns::Two(date, time) => StampOrder { date, time: Some(time) },
    }
}

/// A name without the unit after its comma.
fn without_unit(name: &str) -> &str {
    name.split_once(',').filter(|(_, rest)| super::headings::unit_in(rest).is_some()).map_or(name, |(bare, _)| bare)
}
