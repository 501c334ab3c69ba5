//! Which layout a header shows, and where its columns are.

use crate::domain::Unit;

use super::super::IngestError;
use super::super::channel_words::channel_word;
use super::super::columns::{self, DATE, QUALITY, TIME, TIMESTAMP, USAGE_POINT, plain};
use super::super::mapping::{Layout, StampSide};
use super::super::stamp::StampForm;
use super::headings::{is_no_reading, is_total, unit_in};
use super::id_cell::unwrapped;
use super::long_layout::only_grow;
use super::meter_channels::by_channel;
use super::plan::{AcrossColumns, IdColumn, Plan, Shape, SlotColumns, StampColumns, TimeColumns};
use super::settle::{Settler, toml_word};
use super::sides::StampSample;

/// Fewest columns of one kind that make slots of a day: an hourly day on which the clock is set
/// forward.
const FEWEST_SLOTS: usize = 23;
/// Fewest dates in a header that make instants across.
const FEWEST_INSTANTS: usize = 5;
/// Names of columns that tell a table of weather or prices from one of meters.
const NOT_METERS: [&str; 19] = [
    "temp",
    "temperature",
    "tempc",
    "drybulbc",
    "rhum",
    "humidity",
    "dwpt",
    "prcp",
    "wspd",
    "pres",
    "coco",
    "price",
    "Температура",
    "Влажность",
    "Ветер",
    "Осадки",
    "Давление",
    "Цена",
    "Тариф",
];

/// How a row may name its slots.
#[derive(Debug, Clone, PartialEq, Eq)]
enum SlotName {
    /// Minutes after midnight.
    Clock(u32),
    /// A word and a number.
    Numbered(String, u32),
}

/// Whether a cell may name a slot of a day; a bare number may as well be a value and does not
/// count.
pub(super) fn is_slot(cell: &str) -> bool {
    match slot_name(cell) {
        Some(SlotName::Numbered(word, _)) => !word.is_empty(),
        Some(SlotName::Clock(_)) => true,
        None => false,
    }
}

fn slot_name(cell: &str) -> Option<SlotName> {
    let first = cell.split(['-', '–']).next().unwrap_or(cell).trim();
    if let Some((hour, minute)) = first.split_once(':') {
        let minute = minute.split(':').next().unwrap_or(minute);
        let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
        return (hour <= 24 && minute < 60).then(|| SlotName::Clock(hour * 60 + minute));
    }
    if let Some((number, word)) = cell.split_once(' ')
        && ["ч", "ч.", "час", "h"].contains(&word)
    {
        return number
            .parse()
            .ok()
            .filter(|number| (1..=25).contains(number))
            .map(|number| SlotName::Numbered("hour".to_owned(), number));
    }
    let word = cell.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = cell[word.len()..].parse().ok().filter(|number| *number <= 300)?;
    (word.len() <= 20 && !word.contains(['.', '/'])).then(|| SlotName::Numbered(plain(word), number))
}

/// Whether a heading says what its numbers are, which the number of a meter does not.
fn is_no_meter(name: &str) -> bool {
    let is_value = columns::value_names().any(|value| plain(value) == plain(name));
    let is_other = NOT_METERS
        .iter()
        .any(|word| plain(name).starts_with(&plain(word)) && (word.len() > 5 || plain(word) == plain(name)));
    // A number is a meter's, even where it may be a code of a channel or stands beside a unit.
    let is_numbered = name.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= 3)
        || !name.contains(char::is_alphabetic);
    let is_named = !is_numbered && (unit_in(name).is_some() || channel_word(name).is_some() || is_no_reading(name));
    is_value || is_other || is_named || name.contains(['%', '°'])
}

impl Settler<'_> {
    /// The layout that names and cells of the header show.
    ///
    /// # Errors
    /// When it shows none: the message names the missing column.
    pub(super) fn guess_layout(&self) -> Result<Layout, IngestError> {
        let id = match self.named(&self.profile.columns.usage_point, "usage_point")? {
            None if self.profile.usage_point_from.is_some() => Some(0),
            named => named.or_else(|| self.usual(USAGE_POINT)),
        };
        let dated = self.usual(DATE).or(self.usual(TIMESTAMP));
        if id.is_some() && dated.is_some() && self.slots().len() >= FEWEST_SLOTS {
            return Ok(Layout::WideByDay);
        }
        if id.is_some() && self.has_dated_counters() {
            return Ok(Layout::Register);
        }
        if id.is_some() && self.instants().len() >= FEWEST_INSTANTS {
            return Ok(Layout::WideByTime);
        }
        if id.is_none() && (self.has_meters_across() || self.has_channels_across()) {
            return Ok(Layout::WideByMeter);
        }
        if id.is_none() {
            columns::require(self.path, &self.header, USAGE_POINT, "usage point")?;
        }
        if self.has_counters() {
            return Ok(Layout::Register);
        }
        Ok(Layout::Long)
    }

    /// Columns of the slots of a day, in the order of the day.
    fn slots(&self) -> Vec<usize> {
        let mut clock: Vec<(u32, usize)> = Vec::new();
        let mut numbered: std::collections::BTreeMap<String, Vec<(u32, usize)>> = std::collections::BTreeMap::new();
        for (column, name) in self.header.iter().enumerate().filter(|(_, name)| !self.is_ignored(name)) {
            match slot_name(name) {
                // Midnight after other slots is the end of the last one.
                Some(SlotName::Clock(0)) if !clock.is_empty() => clock.push((1440, column)),
                Some(SlotName::Clock(minute)) => clock.push((minute, column)),
                Some(SlotName::Numbered(word, number)) => numbered.entry(word).or_default().push((number, column)),
                None => {}
            }
        }
        let mut longest = numbered.into_values().chain([clock]).max_by_key(Vec::len).unwrap_or_default();
        longest.sort_unstable();
        longest.into_iter().map(|(_, column)| column).collect()
    }

    fn instants(&self) -> Vec<(usize, String)> {
        let named = |(column, name): (usize, &String)| StampForm::of(name.as_bytes()).map(|_| (column, name.clone()));
        self.header.iter().enumerate().filter(|(_, name)| !self.is_ignored(name)).filter_map(named).collect()
    }

    fn is_ignored(&self, name: &str) -> bool {
        self.profile.columns.ignore.iter().any(|ignored| plain(ignored) == plain(name))
    }

    /// Whether a column of stamps has columns of numbers beside it, whose names are no words for
    /// something else, and one row an instant.
    fn has_meters_across(&self) -> bool {
        let stamps = self.usual(DATE).or(self.usual(TIMESTAMP)).unwrap_or(0);
        let times = self.usual(TIME).filter(|&column| column != stamps && self.usual(DATE).is_some());
        let has_stamps = self.cells(stamps).take(20).any(|cell| StampForm::of(cell.as_bytes()).is_some());
        // Several rows of one instant are of several usage points, whatever their column is called.
        let rows = self.cells(stamps).zip(self.cells(times.unwrap_or(stamps))).filter(|(stamp, _)| !stamp.is_empty());
        let instants: Vec<(&str, &str)> = rows.take(200).collect();
        let distinct: std::collections::BTreeSet<&(&str, &str)> = instants.iter().collect();
        let others: Vec<usize> =
            self.across_columns().into_iter().filter(|&column| column != stamps && Some(column) != times).collect();
        let words = others.iter().any(|&column| is_no_meter(&self.header[column]));
        let number = |cell: &str| {
            cell.is_empty() || super::super::number::cell(cell.as_bytes(), true) != super::super::number::Cell::Text
        };
        let numeric = others.iter().all(|&column| self.cells(column).take(20).all(number));
        has_stamps && distinct.len() * 10 >= instants.len() * 9 && others.len() >= 2 && !words && numeric
    }

    /// Columns with a name that is neither ignored nor that of a sum or of the number of the row.
    fn across_columns(&self) -> Vec<usize> {
        let is_number = |name: &str| ["п/п", "№ п/п", "№", "n", "no"].iter().any(|number| plain(number) == plain(name));
        let is_meter =
            |name: &String| !name.is_empty() && !self.is_ignored(name) && !is_total(name) && !is_number(name);
        (0..self.header.len()).filter(|&column| is_meter(&self.header[column])).collect()
    }

    /// Columns of a stamp; the profile is filled in.
    pub(super) fn stamp_columns(&mut self) -> Result<StampColumns, IngestError> {
        let named = &self.profile.columns;
        let (one, date, time) = (
            self.named(&named.timestamp, "timestamp")?,
            self.named(&named.date, "date")?,
            self.named(&named.time, "time")?,
        );
        let found = match (one, date, time) {
            (Some(one), _, _) => StampColumns::One(one),
            (None, Some(date), Some(time)) => StampColumns::Two(date, time),
            (None, Some(date), None) => StampColumns::One(date),
            (None, None, _) => match (self.usual(TIMESTAMP), self.usual(DATE), self.usual(TIME)) {
                (stamp, Some(date), Some(time)) if date != time && stamp.is_none_or(|stamp| stamp == time) => {
                    StampColumns::Two(date, time)
                }
                // `Конец интервала` may hold an instant or, beside a date, a time of day.
                (Some(stamp), Some(date), _) if self.holds_times(stamp) => StampColumns::Two(date, stamp),
                (Some(stamp), _, _) => StampColumns::One(stamp),
                (None, Some(date), _) => StampColumns::One(date),
                (None, None, _) => return Err(self.no_stamp()),
            },
        };
        let found = self.with_time_of_day(found);
        let names = &mut self.profile.columns;
        match found {
            StampColumns::One(column) => names.timestamp = vec![self.header[column].clone()],
            StampColumns::Two(date, time) => {
                (names.date, names.time) = (vec![self.header[date].clone()], vec![self.header[time].clone()])
            }
        }
        self.notes.note("time stamp", self.stamp_name(found), "names of the columns");
        Ok(found)
    }

    /// A column of bare dates together with the column of times beside it, whatever that is called:
    /// without it all readings of a day would be of one instant.
    fn with_time_of_day(&self, found: StampColumns) -> StampColumns {
        let StampColumns::One(date) = found else { return found };
        let has_time = self
            .cells(date)
            .filter(|cell| !cell.is_empty())
            .take(200)
            .any(|cell| cell.contains(':') || cell.len() > 10);
        match (0..self.header.len()).find(|&column| column != date && self.holds_times(column)) {
            Some(time) if !has_time && self.profile.layout.is_none_or(|layout| layout == Layout::Long) => {
                StampColumns::Two(date, time)
            }
            _ => found,
        }
    }

    /// Whether a column holds times of day and nothing else.
    fn holds_times(&self, column: usize) -> bool {
        let filled = || self.cells(column).filter(|cell| !cell.is_empty()).take(200);
        filled().next().is_some()
            && filled().all(|cell| cell.contains(':') && matches!(slot_name(cell), Some(SlotName::Clock(_))))
    }

    fn stamp_name(&self, columns: StampColumns) -> String {
        match columns {
            StampColumns::One(column) => self.header[column].clone(),
            StampColumns::Two(date, time) => format!("{} {}", self.header[date], self.header[time]),
        }
    }

    /// Finds form, distance and side of the stamps in rows.
    pub(super) fn stamps(
        &mut self,
        plan: &mut Plan,
        stamp: StampColumns,
        id: Option<usize>,
    ) -> Result<(), IngestError> {
        let (date, time) = match stamp {
            StampColumns::One(date) => (date, None),
            StampColumns::Two(date, time) => (date, Some(time)),
        };
        plan.form = self.date_form(Some(date), &[])?;
        let name = self.stamp_name(stamp);
        let first = self.first_row;
        let cell = |row: &'_ Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
        let rows: Vec<(String, String, Option<String>)> = self
            .sample
            .rows
            .iter()
            .skip(first)
            .filter(|row| !row.is_empty())
            .map(|row| {
                (id.map(|id| cell(row, id)).unwrap_or_default(), cell(row, date), time.map(|time| cell(row, time)))
            })
            .collect();
        if let Some(step) = time.and_then(|time| self.slot_numbers(time)) {
            self.notes.note(
                "interval",
                format!("{step} min"),
                format!("`{}` counts the slots of a day", self.header[time.unwrap_or(date)]),
            );
            plan.slot_min = Some(step);
            self.set_side(plan, StampSide::Begin, step);
            return Ok(());
        }
        let spans = time.is_some() && rows.iter().any(|row| row.2.as_deref().is_some_and(|time| time.contains('-')));
        let sample = StampSample::of(
            rows.iter().map(|(id, date, time)| (id.as_str(), date.as_str(), time.as_deref())),
            plan.form,
            (self.is_sheet, self.sample.is_whole),
        );
        self.settle_side(plan, &sample, &name, spans);
        Ok(())
    }

    /// Minutes of the slots that a column counts from 1 on: more of them than a day has hours, or
    /// half-hours by the column's name. `None` for hours and times of day.
    fn slot_numbers(&self, column: usize) -> Option<u32> {
        let cells: Vec<&str> = self.cells(column).filter(|cell| !cell.is_empty()).collect();
        let numbers: Option<Vec<u32>> =
            cells.iter().map(|cell| cell.parse().ok().filter(|number| (1..=300).contains(number))).collect();
        let most = numbers?.into_iter().max()?;
        let name = plain(&self.header[column]);
        let says_halves = ["получас", "halfhour", "settlementperiod"].iter().any(|word| name.contains(&plain(word)));
        match most {
            0..=24 => says_halves.then_some(30),
            25 => None,
            26..=50 => Some(30),
            51..=100 => Some(15),
            _ => Some(5),
        }
    }

    /// Puts distance and side of stamps into plan and profile.
    fn settle_side(&mut self, plan: &mut Plan, sample: &StampSample, name: &str, spans: bool) {
        let step = self.profile.interval_min.map(u32::from).or_else(|| sample.step_min());
        if let Some(step) = step {
            let ground = if self.profile.interval_min.is_some() {
                "the profile says so"
            } else {
                "the usual distance of stamps"
            };
            self.notes.note("interval", format!("{step} min"), ground);
        }
        let step = step.unwrap_or(60);
        if let Some(side) = self.profile.stamp {
            self.notes.note("stamp", toml_word(side), "the profile says so");
            return self.set_side(plan, side, step);
        }
        if spans {
            self.notes.note("stamp", "begin", "the time is a span, whose beginning counts");
            return self.set_side(plan, StampSide::Begin, step);
        }
        let found = sample.side(name, step);
        let word = toml_word(found.of);
        match found.doubt {
            Some(doubt) => self.notes.doubt("stamp", word, found.ground, doubt),
            None => self.notes.note("stamp", word, found.ground),
        }
        self.set_side(plan, found.of, step);
    }

    /// Refuses values that only grow, which are counters and no energy of intervals, unless a
    /// profile says what they are.
    fn refuse_counters<'c>(
        &self,
        plan: &Plan,
        series: impl Iterator<Item = Vec<&'c String>>,
    ) -> Result<(), IngestError> {
        let number = |text: &String| match super::super::number::cell(text.as_bytes(), plan.decimal_comma) {
            super::super::number::Cell::Number(number) => Some(number),
            _ => None,
        };
        let series: Vec<Vec<f64>> = series.map(|cells| cells.into_iter().filter_map(number).collect()).collect();
        if self.profile.layout.is_some() || !only_grow(series.iter().map(Vec::as_slice)) {
            return Ok(());
        }
        let detail = "the values of nearly all usage points only grow, from a high level: they look like counters, which are read from tables with one date a row or two in \
                      the header; export those, or say `layout` in a profile if it is energy after all";
        Err(IngestError::Broken {
            path: self.path.to_path_buf(),
            row: self.first_row as u64 + 1,
            detail: detail.to_owned(),
        })
    }

    /// The cell above the readings that names a unit; empty where none does.
    pub(super) fn unit_in_title(&self) -> String {
        self.sample
            .rows
            .iter()
            .take(self.first_row)
            .flatten()
            .find(|cell| unit_in(cell).is_some())
            .cloned()
            .unwrap_or_default()
    }

    /// Layout `wide_by_day`.
    pub(super) fn by_day(&mut self, plan: &mut Plan) -> Result<(), IngestError> {
        plan.id = self.id_column()?;
        let StampColumns::One(date) = self.stamp_columns()? else {
            return Err(columns::no_timestamp(self.path, &self.header));
        };
        plan.form = self.date_form(Some(date), &[])?;
        let slots = self.slots();
        let step_min = match slots.len() {
            0..FEWEST_SLOTS => return Err(columns::no_value(self.path, &self.header)),
            23..=25 => 60,
            46..=50 => 30,
            92..=100 => 15,
            276..=300 => 5,
            count => 1440 / count.min(1440) as u32,
        };
        let (first, last) = (self.header[slots[0]].clone(), self.header[slots[slots.len() - 1]].clone());
        self.notes.note(
            "value",
            format!("{} columns from `{first}` to `{last}`, {step_min} min each", slots.len()),
            "slots of the local day, by their number",
        );
        self.refuse_counters(
            plan,
            self.sample
                .rows
                .iter()
                .skip(self.first_row)
                .map(|row| slots.iter().filter_map(|&slot| row.get(slot)).collect()),
        )?;
        let unit_name = self.unit_beside();
        self.set_unit(plan, &unit_name, Unit::Kwh);
        self.profile.interval_min = Some(step_min as u16);
        let names = self.profile.columns.clone();
        let quality = self.named(&names.quality, "quality")?.or_else(|| self.usual(QUALITY));
        let channel = self.channel(&names.channel)?;
        let ratio = self.named(&names.ratio, "ratio")?;
        self.tell_of_ratios(plan.decimal_comma);
        plan.shape = Shape::Slots(SlotColumns { date, slots, step_min, quality, channel, ratio });
        Ok(())
    }

    /// Layouts `wide_by_meter` and `transposed`.
    pub(super) fn by_meter(&mut self, plan: &mut Plan) -> Result<(), IngestError> {
        let stamp = if self.profile.layout == Some(Layout::Transposed) && self.profile.columns.timestamp.is_empty() {
            StampColumns::One(0)
        } else if self.profile.columns.timestamp.is_empty()
            && self.usual(TIMESTAMP).is_none()
            && self.usual(DATE).is_none()
        {
            self.profile.columns.timestamp = vec!["1".to_owned()];
            StampColumns::One(0)
        } else {
            self.stamp_columns()?
        };
        let is_stamp = |column: usize| {
            stamp == StampColumns::One(column)
                || matches!(stamp, StampColumns::Two(date, time) if date == column || time == column)
        };
        let named = self.across_columns().into_iter().filter(|column| !is_stamp(*column));
        let meters: Vec<(usize, String)> =
            named.map(|column| (column, unwrapped(&self.header[column]).to_owned())).collect();
        let (meters, exports) = by_channel(&meters).unwrap_or((meters, Vec::new()));
        if meters.is_empty() {
            return Err(columns::no_value(self.path, &self.header));
        }
        self.notes.note(
            "usage point",
            format!("{} columns from `{}` to `{}`", meters.len(), meters[0].1, meters[meters.len() - 1].1),
            "names of the columns",
        );
        let unit_name = self.unit_beside();
        self.set_unit(plan, &unit_name, Unit::Kwh);
        let down = |column: usize| {
            self.sample.rows.iter().skip(self.first_row).filter_map(move |row| row.get(column)).collect()
        };
        self.refuse_counters(plan, meters.iter().map(|(column, _)| down(*column)))?;
        self.stamps(plan, stamp, None)?;
        plan.id = IdColumn::Fixed(String::new());
        plan.shape = Shape::Across(AcrossColumns { stamp, meters, exports });
        Ok(())
    }

    /// Layout `wide_by_time`.
    pub(super) fn by_time(&mut self, plan: &mut Plan) -> Result<(), IngestError> {
        plan.id = self.id_column()?;
        let instants = self.instants();
        if instants.is_empty() {
            return Err(columns::no_timestamp(self.path, &self.header));
        }
        let cells: Vec<String> = instants.iter().map(|(_, name)| name.clone()).collect();
        plan.form = self.date_form(None, &cells)?;
        self.notes.note(
            "time stamp",
            format!("{} columns from `{}` to `{}`", cells.len(), cells[0], cells[cells.len() - 1]),
            "dates in the header",
        );
        self.refuse_counters(
            plan,
            self.sample
                .rows
                .iter()
                .skip(self.first_row)
                .map(|row| instants.iter().filter_map(|(column, _)| row.get(*column)).collect()),
        )?;
        let unit_name = self.unit_beside();
        self.set_unit(plan, &unit_name, Unit::Kwh);
        let mut sorted: Vec<&String> = cells.iter().collect();
        sorted.sort_by_key(|cell| plan.form.day(cell.as_bytes()));
        let sample = StampSample::of(sorted.iter().map(|cell| ("", cell.as_str(), None)), plan.form, (false, true));
        self.settle_side(plan, &sample, "", false);
        let ratio = self.named(&self.profile.columns.ratio, "ratio")?;
        self.tell_of_ratios(plan.decimal_comma);
        plan.shape = Shape::ByTime(TimeColumns { instants, ratio });
        Ok(())
    }
}
