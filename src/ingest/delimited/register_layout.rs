//! Where a table of counters has its counters and their dates.

use std::collections::BTreeMap;

use crate::domain::{CivilDay, Unit};

use super::super::IngestError;
use super::super::columns::{self, DATE, REGISTER, TIMESTAMP, plain};
use super::plan::{CounterColumns, CounterDate, CounterGroup, Plan, Shape, StampColumns, StampOrder};
use super::settle::{Settler, days_in};

/// Names of the counter over all tariffs.
const TOTAL: &[&str] =
    &["Т сумм", "Общая", "Сумма", "Итого", "total", "total_kwh", "А+ сумма", "Показания на конец периода", "Показание", "Показания"];
/// Names of counters by tariff.
const TARIFFS: &[&str] =
    &["Т1", "Т2", "Т3", "Т4", "Тариф1", "Тариф2", "Тариф3", "Тариф4", "tariff1", "tariff2", "tariff3", "tariff4", "rate1", "rate2", "rate3"];

impl Settler<'_> {
    /// Whether names show counters rather than intervals.
    pub(super) fn has_counters(&self) -> bool {
        let tariffs = TARIFFS.iter().filter(|name| self.usual(&[name]).is_some()).count();
        let said = self.header.iter().any(|name| plain(name).contains(&plain("показани")));
        let interval = columns::value_column(&self.header).is_some_and(|value| matches!(value, columns::Value::Interval(..)));
        tariffs >= 2 || (said && !interval) || (!interval && self.usual(REGISTER).is_some())
    }

    /// A long table whose value is a counter.
    pub(super) fn counter_column(&mut self, plan: &mut Plan, stamp: StampColumns, column: usize) -> Result<(), IngestError> {
        let name = self.header[column].clone();
        self.notes.note("value", format!("column `{name}`, a counter"), "its name, or values that only grow from a high level");
        self.profile.columns.total = vec![name.clone()];
        self.set_unit(plan, &name, Unit::Kwh);
        let date = match stamp {
            StampColumns::One(date) | StampColumns::Two(date, _) => date,
        };
        plan.form = self.date_form(Some(date), &[])?;
        let group = CounterGroup { at: CounterDate::Stamp(order(stamp)), total: Some(column), tariffs: Vec::new() };
        plan.shape = Shape::Counters(CounterColumns { ratio: None, zone: None, groups: vec![group] });
        Ok(())
    }

    /// Layout `register`.
    pub(super) fn register(&mut self, plan: &mut Plan) -> Result<(), IngestError> {
        plan.id = self.id_column()?;
        let names = self.profile.columns.clone();
        let ratio = self.named(&names.ratio, "ratio")?;
        let zone = self.named(&names.zone, "zone")?;
        let groups = if names.period_begin.is_empty() && names.period_end.is_empty() { self.dated_groups()? } else { self.period_groups()? };
        if groups.is_empty() {
            return Err(columns::no_value(self.path, &self.header));
        }
        for group in &groups {
            let name = |column: &usize| format!("`{}`", self.header[*column]);
            let at = match group.at {
                CounterDate::Day(day) => day.to_string(),
                CounterDate::Stamp(stamp) => format!("the day in `{}`", self.header[stamp.date]),
            };
            let counters = group.total.iter().map(name).chain(group.tariffs.iter().map(name)).collect::<Vec<_>>().join(", ");
            self.notes.note("value", format!("counters of {at}: {counters}"), "the total wins over the sum of tariffs");
        }
        let first = groups[0].total.or(groups[0].tariffs.first().copied()).map_or_else(String::new, |column| self.header[column].clone());
        self.set_unit(plan, &first, Unit::Kwh);
        if let CounterDate::Stamp(stamp) = groups[0].at {
            plan.form = self.date_form(Some(stamp.date), &[])?;
        }
        plan.shape = Shape::Counters(CounterColumns { ratio, zone, groups });
        Ok(())
    }

    /// Groups of counters that are read at the day in a column, in the header, in the profile or in the title.
    fn dated_groups(&mut self) -> Result<Vec<CounterGroup>, IngestError> {
        let names = self.profile.columns.clone();
        let own =
            |given: &[String], usual: &[&str]| if given.is_empty() { usual.iter().map(|&name| name.to_owned()).collect() } else { given.to_vec() };
        let nothing_named = names.total.is_empty() && names.tariffs.is_empty();
        let totals = if nothing_named { own(&names.total, &[TOTAL, REGISTER].concat()) } else { names.total.clone() };
        let tariffs = if nothing_named { own(&names.tariffs, TARIFFS) } else { names.tariffs.clone() };
        let mut by_day: BTreeMap<Option<CivilDay>, CounterGroup> = BTreeMap::new();
        let wanted = |list: &[String], name: &str| list.iter().any(|wanted| plain(wanted) == plain(name));
        for (column, name) in self.header.iter().enumerate() {
            let (bare, day) = without_day(name);
            let group = by_day.entry(day).or_default();
            if wanted(&totals, &bare) {
                group.total.get_or_insert(column);
            } else if wanted(&tariffs, &bare) {
                group.tariffs.push(column);
            }
        }
        by_day.retain(|_, group| group.total.is_some() || !group.tariffs.is_empty());
        if by_day.is_empty() && !nothing_named {
            self.named(&[totals, tariffs].concat(), "total")?;
        }
        let undated = by_day.keys().any(Option::is_none);
        let fallback = if undated { Some(self.counter_day()?) } else { None };
        let dated = by_day.into_iter().map(|(day, group)| CounterGroup { at: day.map(CounterDate::Day).or(fallback).unwrap_or_default(), ..group });
        let groups: Vec<CounterGroup> = dated.collect();
        if nothing_named {
            let name = |column: &usize| self.header[*column].clone();
            self.profile.columns.total = groups.iter().filter_map(|group| group.total.as_ref()).map(name).collect();
            self.profile.columns.tariffs = groups.iter().flat_map(|group| &group.tariffs).map(name).collect();
        }
        Ok(groups)
    }

    /// When counters without a date of their own were read.
    fn counter_day(&mut self) -> Result<CounterDate, IngestError> {
        if let Some(day) = self.profile.read_on.as_deref().and_then(CivilDay::parse) {
            return Ok(CounterDate::Day(day));
        }
        let names = &self.profile.columns;
        let has_column = !names.date.is_empty() || !names.timestamp.is_empty() || self.usual(DATE).is_some() || self.usual(TIMESTAMP).is_some();
        if has_column {
            return Ok(CounterDate::Stamp(order(self.stamp_columns()?)));
        }
        match self.title_days().last() {
            Some(&day) => {
                self.notes.note("day of reading", day.to_string(), "the last date above the header");
                Ok(CounterDate::Day(day))
            }
            None => Err(IngestError::NoReadDay { path: self.path.to_path_buf() }),
        }
    }

    /// Groups of counters at both ends of a period.
    fn period_groups(&mut self) -> Result<Vec<CounterGroup>, IngestError> {
        let names = self.profile.columns.clone();
        let title = self.title_days();
        let mut groups = Vec::new();
        for (wanted, meaning, place) in [(&names.period_begin, "period_begin", 0), (&names.period_end, "period_end", title.len().saturating_sub(1))] {
            let is_wanted = |name: &str| wanted.iter().any(|wanted| plain(wanted) == plain(&without_day(name).0));
            let Some(column) = self.header.iter().position(|name| is_wanted(name)) else {
                self.named(wanted, meaning)?;
                continue;
            };
            let in_header = without_day(&self.header[column]).1;
            let at = in_header.or_else(|| title.get(place).copied()).map(CounterDate::Day);
            let at = at.map_or_else(|| self.counter_day(), Ok)?;
            let is_tariff = |name: &String| {
                let (bare, day) = without_day(name);
                let same_period = day == in_header && names.tariffs.iter().any(|tariff| plain(tariff) == plain(&bare));
                same_period && plain(&bare).starts_with(&plain(&common_start(&wanted[0])))
            };
            let tariffs = self.header.iter().enumerate().filter(|(_, name)| is_tariff(name)).map(|(column, _)| column).collect();
            groups.push(CounterGroup { at, total: Some(column), tariffs });
        }
        Ok(groups)
    }
}

/// A name without its last word, which tells the tariff.
fn common_start(name: &str) -> String {
    name.rsplit_once(' ').map_or(name, |(start, _)| start).to_owned()
}

fn order(columns: StampColumns) -> StampOrder {
    match columns {
        StampColumns::One(date) => StampOrder { date, time: None },
        StampColumns::Two(date, time) => StampOrder { date, time: Some(time) },
    }
}

/// A name without the date in it, and the date.
fn without_day(name: &str) -> (String, Option<CivilDay>) {
    let day = days_in(name).first().copied();
    if day.is_none() {
        return (name.to_owned(), None);
    }
    let words = name.split_whitespace().filter(|word| days_in(word).is_empty());
    (words.collect::<Vec<_>>().join(" "), day)
}
