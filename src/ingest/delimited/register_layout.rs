//! Where a table of counters has its counters and their dates.

use std::collections::BTreeMap;

use crate::domain::{CivilDay, Unit};

use super::super::IngestError;
use super::super::columns::{self, DATE, REGISTER, TIMESTAMP, plain};
use super::super::number::{Cell, cell};
use super::counter_headings::{CounterHeading, PeriodSide, heading_of, is_day_of};
use super::period::days_in;
use super::plan::{CounterColumns, CounterDate, CounterGroup, Plan, Shape, StampColumns, StampOrder};
use super::settle::Settler;

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
/// Names of counters by tariff.
const TARIFFS: &[&str] = &[
    "Т1",
    "Т2",
    "Т3",
    "Т4",
    "Тариф1",
    "Тариф2",
    "Тариф3",
    "Тариф4",
    "tariff1",
    "tariff2",
    "tariff3",
    "tariff4",
    "rate1",
    "rate2",
    "rate3",
];

impl Settler<'_> {
    /// Whether names show counters rather than intervals.
    pub(super) fn has_counters(&self) -> bool {
        let tariffs = TARIFFS.iter().filter(|name| self.usual(&[name]).is_some()).count();
        let said = self.header.iter().any(|name| plain(name).contains(&plain("показани")));
        let interval =
            columns::value_column(&self.header).is_some_and(|value| matches!(value, columns::Value::Interval(..)));
        let has_stamp = self.usual(DATE).is_some() || self.usual(TIMESTAMP).is_some();
        if self.sides().is_some() && !(interval && has_stamp) {
            return true;
        }
        tariffs >= 2 || (said && !interval) || (!interval && self.usual(REGISTER).is_some())
    }

    /// Whether columns are counters of the days in their headings: `Показания на 01.03.2025`, or
    /// bare days above values that never fall from a high level.
    pub(super) fn has_dated_counters(&self) -> bool {
        let dated = |name: &String| -> Option<String> {
            let (bare, day) = without_day(name);
            day.map(|_| bare)
        };
        let bare: Vec<(usize, String)> =
            self.header.iter().enumerate().filter_map(|(column, name)| Some((column, dated(name)?))).collect();
        if bare.iter().any(|(_, bare)| heading_of(bare).is_some()) {
            return true;
        }
        let days: Vec<usize> = bare
            .iter()
            .filter(|(column, bare)| bare.is_empty() && !self.header[*column].contains('/'))
            .map(|(column, _)| *column)
            .collect();
        let has_stamp = self.usual(DATE).is_some() || self.usual(TIMESTAMP).is_some();
        days.len() >= 2 && !has_stamp && (self.title_says_counters() || self.rows_grow(&days))
    }

    fn title_says_counters(&self) -> bool {
        let above = self.sample.rows.iter().take(self.profile.skip_rows.unwrap_or(0)).flatten();
        above
            .map(|cell| plain(cell))
            .any(|cell| cell.contains(&plain("показани")) || cell.contains(&plain("көрсеткіш")))
    }

    /// What is missed when no column holds stamps. Days in the header may be those of counters or
    /// of energy.
    pub(super) fn no_stamp(&self) -> IngestError {
        let error = columns::no_timestamp(self.path, &self.header);
        let days = self.header.iter().filter(|name| !days_in(name).is_empty()).count();
        match error {
            IngestError::MissingColumn { path, meaning, found, .. } if days >= 2 => {
                let hint = "; days stand in the header: say `layout = \"register\"` in a profile if counters stand below them, `layout = \"wide_by_time\"` if energy does";
                IngestError::MissingColumn { path, meaning, found, hint: hint.to_owned() }
            }
            error => error,
        }
    }

    /// Whether values never fall from one column to the next in nearly all rows, and stand high
    /// above their growth.
    fn rows_grow(&self, columns: &[usize]) -> bool {
        let decimal_comma = self.profile.decimal == Some(super::super::mapping::DecimalMark::Comma);
        let number = |row: &Vec<String>, column: usize| match cell(row.get(column)?.as_bytes(), decimal_comma) {
            Cell::Number(number) => Some(number),
            Cell::Missing | Cell::Text => None,
        };
        let series = self
            .sample
            .rows
            .iter()
            .skip(self.first_row)
            .map(|row| columns.iter().filter_map(|&column| number(row, column)).collect::<Vec<f64>>());
        let series: Vec<Vec<f64>> = series.filter(|values| values.len() >= 2).collect();
        let is_counter = |values: &&Vec<f64>| {
            let growth = (values[values.len() - 1] - values[0]) / (values.len() - 1) as f64;
            values.windows(2).all(|pair| pair[1] >= pair[0]) && values[0] > 20.0 * growth && values[0] > 100.0
        };
        let moves = series.iter().any(|values| values[values.len() - 1] > values[0]);
        // Energy that rises by less than a twentieth from month to month, in nine of ten rows, is
        // hardly there.
        series.len() >= 3 && moves && series.iter().filter(is_counter).count() * 10 >= series.len() * 9
    }

    /// Columns of the counters at both ends of a period by their headings; `None` unless there are
    /// both.
    fn sides(&self) -> Option<[CounterGroup; 2]> {
        let of = |side: PeriodSide| {
            let headings = self
                .header
                .iter()
                .enumerate()
                .filter_map(|(column, name)| Some((column, heading_of(&without_day(name).0)?)));
            let of_side: Vec<(usize, CounterHeading)> =
                headings.filter(|(_, heading)| heading.side == Some(side)).collect();
            let total = of_side.iter().find(|(_, heading)| !heading.is_tariff).map(|(column, _)| *column);
            let tariffs: Vec<usize> =
                of_side.iter().filter(|(_, heading)| heading.is_tariff).map(|(column, _)| *column).collect();
            (total.is_some() || !tariffs.is_empty()).then(|| CounterGroup { total, tariffs, ..CounterGroup::default() })
        };
        Some([of(PeriodSide::Begin)?, of(PeriodSide::End)?])
    }

    /// Counters at both ends of a period, whose days stand in the headings, in columns of their
    /// own, above the table, or in the name of the file.
    fn side_groups(&mut self, sides: [CounterGroup; 2]) -> Result<Vec<CounterGroup>, IngestError> {
        let period = self.period();
        let columns =
            [PeriodSide::Begin, PeriodSide::End].map(|side| self.header.iter().position(|name| is_day_of(name, side)));
        let in_heading = |group: &CounterGroup| {
            group.total.or(group.tariffs.first().copied()).and_then(|column| without_day(&self.header[column]).1)
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
                    let doubt = "the table itself does not say its period; say the day of the last reading as `read_on` in a profile if it is another";
                    self.notes.doubt("period", days, period.ground, doubt);
                } else {
                    self.notes.note("period", days, period.ground);
                }
                let read_on = self.profile.read_on.as_deref().and_then(CivilDay::parse);
                (CounterDate::Day(period.first), CounterDate::Day(read_on.unwrap_or(period.end)))
            }
            _ => {
                let at = self.counter_day()?;
                let name = begin
                    .total
                    .or(begin.tariffs.first().copied())
                    .map_or_else(String::new, |column| self.header[column].clone());
                let doubt = format!(
                    "the counter in `{name}` is not read, because nothing says its day; write the period above the header: `01.03.2025 - 01.04.2025`"
                );
                self.notes.doubt("period", "its end only", "one day of reading", doubt);
                return Ok(vec![CounterGroup { at, ..end }]);
            }
        };
        Ok(vec![CounterGroup { at: first, ..begin }, CounterGroup { at: last, ..end }])
    }

    /// A long table whose value is a counter.
    pub(super) fn counter_column(
        &mut self,
        plan: &mut Plan,
        stamp: StampColumns,
        column: usize,
    ) -> Result<(), IngestError> {
        let name = self.header[column].clone();
        self.notes.note(
            "value",
            format!("column `{name}`, a counter"),
            "its name, or values that only grow from a high level",
        );
        self.profile.columns.total = vec![name.clone()];
        self.set_unit(plan, &name, Unit::Kwh);
        let date = match stamp {
            StampColumns::One(date) | StampColumns::Two(date, _) => date,
        };
        plan.form = self.date_form(Some(date), &[])?;
        let group = CounterGroup { at: CounterDate::Stamp(order(stamp)), total: Some(column), tariffs: Vec::new() };
        let groups = vec![group];
        let ratios = self.counter_ratios(plan.decimal_comma, &groups)?;
        plan.shape = Shape::Counters(CounterColumns { ratios, zone: None, groups });
        Ok(())
    }

    /// Layout `register`.
    pub(super) fn register(&mut self, plan: &mut Plan) -> Result<(), IngestError> {
        plan.id = self.id_column()?;
        let names = self.profile.columns.clone();
        let zone = self.named(&names.zone, "zone")?;
        let is_named = [&names.period_begin, &names.period_end, &names.total, &names.tariffs]
            .into_iter()
            .any(|names| !names.is_empty());
        let groups = match self.sides() {
            Some(sides) if !is_named => self.side_groups(sides)?,
            _ if names.period_begin.is_empty() && names.period_end.is_empty() => self.dated_groups()?,
            _ => self.period_groups()?,
        };
        if groups.is_empty() {
            return Err(columns::no_value(self.path, &self.header));
        }
        self.note_groups(&groups);
        let first = groups[0]
            .total
            .or(groups[0].tariffs.first().copied())
            .map_or_else(String::new, |column| self.header[column].clone());
        self.set_unit(plan, &first, Unit::Kwh);
        if let CounterDate::Stamp(stamp) = groups[0].at {
            plan.form = self.date_form(Some(stamp.date), &[])?;
        }
        let ratios = self.counter_ratios(plan.decimal_comma, &groups)?;
        plan.shape = Shape::Counters(CounterColumns { ratios, zone, groups });
        Ok(())
    }

    fn note_groups(&mut self, groups: &[CounterGroup]) {
        // Days beyond a few are told by the first and the last of them.
        let (shown, days) = match groups {
            [first, .., last] if groups.len() > 4 => (vec![first, last], format!(", {} days in all", groups.len())),
            few => (few.iter().collect(), String::new()),
        };
        for group in shown {
            let name = |column: &usize| format!("`{}`", self.header[*column]);
            let at = match group.at {
                CounterDate::Day(day) => day.to_string(),
                CounterDate::Stamp(stamp) => format!("the day in `{}`", self.header[stamp.date]),
            };
            let counters =
                group.total.iter().map(name).chain(group.tariffs.iter().map(name)).collect::<Vec<_>>().join(", ");
            self.notes.note(
                "value",
                format!("counters of {at}: {counters}{days}"),
                "the total wins over the sum of tariffs",
            );
        }
    }

    /// Groups of counters that are read at the day in a column, in the header, in the profile or in
    /// the title.
    fn dated_groups(&mut self) -> Result<Vec<CounterGroup>, IngestError> {
        let names = self.profile.columns.clone();
        let own = |given: &[String], usual: &[&str]| {
            if given.is_empty() { usual.iter().map(|&name| name.to_owned()).collect() } else { given.to_vec() }
        };
        let nothing_named = names.total.is_empty() && names.tariffs.is_empty();
        let totals = if nothing_named { own(&names.total, &[TOTAL, REGISTER].concat()) } else { names.total.clone() };
        let tariffs = if nothing_named { own(&names.tariffs, TARIFFS) } else { names.tariffs.clone() };
        let mut by_day: BTreeMap<Option<CivilDay>, CounterGroup> = BTreeMap::new();
        let wanted = |list: &[String], name: &str| list.iter().any(|wanted| plain(wanted) == plain(name));
        for (column, name) in self.header.iter().enumerate() {
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
            self.named(&[totals, tariffs].concat(), "total")?;
        }
        let undated = by_day.keys().any(Option::is_none);
        let fallback = if undated { Some(self.counter_day()?) } else { None };
        let dated = by_day.into_iter().map(|(day, group)| CounterGroup {
            at: day.map(CounterDate::Day).or(fallback).unwrap_or_default(),
            ..group
        });
        let groups: Vec<CounterGroup> = dated.collect();
        if nothing_named && self.profile.layout.is_none() && self.has_bare_days(&groups) && !self.title_says_counters()
        {
            let doubt =
                "values may be the energy of rising periods; if so, say `layout = \"wide_by_time\"` in a profile";
            self.notes.doubt("values", "counters", "they never fall from a day to the next, from a high level", doubt);
        }
        if nothing_named {
            let name = |column: &usize| match without_day(&self.header[*column]) {
                (bare, Some(_)) if !bare.is_empty() => bare,
                _ => self.header[*column].clone(),
            };
            self.profile.columns.total = groups.iter().filter_map(|group| group.total.as_ref()).map(name).collect();
            self.profile.columns.tariffs = groups.iter().flat_map(|group| &group.tariffs).map(name).collect();
        }
        Ok(groups)
    }

    /// Whether headings are days and nothing else.
    fn has_bare_days(&self, groups: &[CounterGroup]) -> bool {
        groups.iter().filter_map(|group| group.total).any(|column| without_day(&self.header[column]).0.is_empty())
    }

    /// When counters without a date of their own were read.
    fn counter_day(&mut self) -> Result<CounterDate, IngestError> {
        if let Some(day) = self.profile.read_on.as_deref().and_then(CivilDay::parse) {
            return Ok(CounterDate::Day(day));
        }
        let names = &self.profile.columns;
        let has_column = !names.date.is_empty()
            || !names.timestamp.is_empty()
            || self.usual(DATE).is_some()
            || self.usual(TIMESTAMP).is_some();
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
        for (wanted, meaning, place) in
            [(&names.period_begin, "period_begin", 0), (&names.period_end, "period_end", title.len().saturating_sub(1))]
        {
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
            let tariffs =
                self.header.iter().enumerate().filter(|(_, name)| is_tariff(name)).map(|(column, _)| column).collect();
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

/// A name without the unit after its comma.
fn without_unit(name: &str) -> &str {
    name.split_once(',').filter(|(_, rest)| super::headings::unit_in(rest).is_some()).map_or(name, |(bare, _)| bare)
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
