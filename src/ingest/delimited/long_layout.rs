//! The columns of a table with one reading a row: which one is the value, what stands beside it,
//! and in what unit it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{ReadingQuality, Unit};

use super::super::IngestError;
use super::super::channel_words::{ChannelWord, channel_word};
use super::super::columns::{self, CHANNEL, DURATION, QUALITY, UNIT, Value, plain};
use super::super::mapping::QualityWord;
use super::super::number::{Cell, cell};
use super::super::values::known_quality;
use super::headings::{is_export, is_no_reading, is_tariff, is_total, unit_in};
use super::plan::{IdColumn, LongColumns, Plan, Shape, StampColumns};
use super::settle::Settler;

/// Names of columns that may tell the channel, if what stands in them does.
const MAYBE_CHANNEL: &[&str] = &[
    "Измерение",
    "Параметр",
    "Тип энергии",
    "Вид энергии",
    "Показатель",
    "Тип",
    "measurement",
    "parameter",
    "type",
    "quantity",
];
/// Rows that are looked at for the words of a column.
const FEW: usize = 500;

/// Where the energy of a row stands.
struct ValueColumns {
    value: Value,
    added: Vec<usize>,
    given_back: Option<usize>,
}

impl Settler<'_> {
    /// Layout `long`.
    pub(super) fn long(&mut self, plan: &mut Plan) -> Result<(), IngestError> {
        plan.id = self.id_column()?;
        let stamp = self.stamp_columns()?;
        let ValueColumns { value, added, given_back } = self.values_of_row(plan, stamp)?;
        let column = value.column();
        let grows = self.profile.layout.is_none() && added.is_empty() && self.grows(plan, column);
        if matches!(value, Value::Register(_)) || grows {
            if grows && columns::promises_energy(&self.header[column]) {
                let doubt = "it may be energy of the interval after all; say `layout = \"long\"` in a profile";
                self.notes.doubt(
                    "values",
                    "counters",
                    "the values of nearly all usage points only grow, from a high level",
                    doubt,
                );
            }
            return self.counter_column(plan, stamp, column);
        }
        self.note_values(column, &added, given_back);
        self.settle_unit(plan, value);
        let id = if let IdColumn::At(id) = plan.id { Some(id) } else { None };
        self.stamps(plan, stamp, id)?;
        let long = self.long_columns(stamp, column, (added, given_back))?;
        if let Some(quality) = long.quality {
            self.settle_quality(plan, quality);
        }
        self.tell_of_ratios(plan.decimal_comma);
        self.doubt_repeated_stamps(&long, id);
        self.doubt_sentinels(plan, column);
        plan.shape = Shape::Long(long);
        Ok(())
    }

    fn long_columns(
        &mut self,
        stamp: StampColumns,
        value: usize,
        (added, given_back): (Vec<usize>, Option<usize>),
    ) -> Result<LongColumns, IngestError> {
        let named = self.profile.columns.channel.clone();
        let channel = self.channel(&named)?;
        let find = |named: &[String], meaning, usual: &[&str]| {
            self.named(named, meaning).map(|named| named.or_else(|| self.usual(usual)))
        };
        let names = &self.profile.columns;
        let long = LongColumns {
            stamp,
            value,
            added,
            given_back,
            quality: find(&names.quality, "quality", QUALITY)?,
            channel,
            duration_min: find(&names.duration_min, "duration_min", DURATION)?,
            ratio: self.named(&names.ratio, "ratio")?,
            kind: self.named(&names.kind, "kind")?,
            kinds: self.profile.kinds.iter().map(|(word, &kind)| (word.trim().to_lowercase(), kind)).collect(),
        };
        for (what, found) in [
            ("quality", long.quality),
            ("channel", long.channel),
            ("duration", long.duration_min),
            ("ratio", long.ratio),
            ("kind", long.kind),
        ] {
            if let Some(column) = found {
                self.notes.note(what, format!("column `{}`", self.header[column]), "its name");
            }
        }
        Ok(long)
    }

    /// What is read as the value, and what is added to it or taken off.
    fn values_of_row(&mut self, plan: &Plan, stamp: StampColumns) -> Result<ValueColumns, IngestError> {
        let names = self.profile.columns.clone();
        if let Some(column) = self.named(&names.value, "value")? {
            let added = names.added.iter().filter_map(|name| self.place(name)).collect();
            return Ok(ValueColumns {
                value: Value::Interval(column, plan.unit),
                added,
                given_back: self.named(&names.given_back, "given_back")?,
            });
        }
        let free: Vec<usize> = (0..self.header.len()).filter(|&column| !is_used(column, &plan.id, stamp)).collect();
        let name = |column: usize| self.header[column].as_str();
        let usual = columns::value_column(&self.header)
            .filter(|value| free.contains(&value.column()) && !is_no_reading(name(value.column())));
        let given_back = |value: Value| {
            let is_other = |column: &usize| {
                *column != value.column()
                    && is_export(name(*column))
                    && unit_in(name(*column)) == unit_in(name(value.column()))
            };
            free.iter()
                .copied()
                .find(is_other)
                .filter(|_| channel_word(name(value.column())) == Some(ChannelWord::Import))
        };
        if let Some(value) = usual {
            return Ok(ValueColumns { value, added: Vec::new(), given_back: given_back(value) });
        }
        let with_unit = |wanted: &dyn Fn(&str) -> bool| -> Vec<(usize, Value)> {
            // Words such as `Энергия A+`; a bare number is the name of something else.
            let has_words = |column: usize| {
                name(column).contains(|c: char| c.is_alphabetic() || c == '+')
                    && !name(column).starts_with(|c: char| c.is_ascii_digit())
            };
            let is_named = |column: usize| {
                has_words(column)
                    && channel_word(name(column)) == Some(ChannelWord::Import)
                    && self.cells(column).take(20).all(is_number)
            };
            let unit = |column: &usize| match unit_in(name(*column)) {
                Some(unit) => Some((*column, Value::Interval(*column, unit.scale().0))),
                None => is_named(*column).then_some((*column, Value::Interval(*column, Unit::Kwh))),
            };
            free.iter().filter(|column| wanted(name(**column))).filter_map(unit).collect()
        };
        let mut best = with_unit(&|name| !is_no_reading(name) && !is_tariff(name));
        best.sort_by_key(|&(column, _)| (self.rank(column), column));
        if let Some(&(column, value)) = best.first() {
            let rival = best
                .get(1)
                .filter(|(other, _)| self.rank(*other) == self.rank(column))
                .map(|(other, _)| name(*other).to_owned());
            let found = ValueColumns { value, added: Vec::new(), given_back: given_back(value) };
            if let Some(rival) = rival {
                let doubt = format!("`{rival}` may hold it as well; say `value` in a profile");
                self.notes.doubt(
                    "energy",
                    format!("column `{}`", self.header[column]),
                    "the first column with a unit",
                    doubt,
                );
            }
            return Ok(found);
        }
        let tariffs = with_unit(&is_tariff);
        match tariffs.split_first() {
            Some((&(_, value), others)) => {
                Ok(ValueColumns { value, added: others.iter().map(|(column, _)| *column).collect(), given_back: None })
            }
            None => Err(columns::no_value(self.path, &self.header)),
        }
    }

    /// How well a heading with a unit suits the energy of a row, 0 best: a usual name beside its
    /// unit, energy taken, anything, a sum of other columns.
    fn rank(&self, column: usize) -> u8 {
        let name = &self.header[column];
        let bare: String = name.split([',', '(', '[']).next().unwrap_or(name).to_owned();
        match () {
            () if columns::value_names().any(|usual| plain(usual) == plain(&bare)) => 0,
            () if channel_word(name) == Some(ChannelWord::Import) => 1,
            () if is_total(name) => 3,
            () => 2,
        }
    }

    fn note_values(&mut self, column: usize, added: &[usize], given_back: Option<usize>) {
        let names = |columns: &[usize]| columns.iter().map(|&column| self.header[column].clone()).collect::<Vec<_>>();
        let (value, added, given_back) =
            (self.header[column].clone(), names(added), names(&given_back.into_iter().collect::<Vec<_>>()));
        let more: String = added
            .iter()
            .map(|name| format!(" + `{name}`"))
            .chain(given_back.iter().map(|name| format!(" - `{name}`")))
            .collect();
        let ground =
            if more.is_empty() { "its name" } else { "their names: tariffs are added, energy given back is taken off" };
        self.notes.note("value", format!("column `{value}`{more}"), ground);
        let columns = &mut self.profile.columns;
        (columns.value, columns.added, columns.given_back) = (vec![value], added, given_back);
    }

    /// The unit: of the column's name, of a column of units, of a row of units below the header, of
    /// the title.
    fn settle_unit(&mut self, plan: &mut Plan, value: Value) {
        let column = value.column();
        let fallback = if let Value::Interval(_, unit) = value { unit } else { Unit::Kwh };
        let name = self.header[column].clone();
        if unit_in(&name).is_some() || fallback == Unit::Kw {
            return self.set_unit(plan, &name, fallback);
        }
        let below = self.cells(column).next().filter(|cell| unit_in(cell).is_some()).map(str::to_owned);
        let named = below.unwrap_or_else(|| self.unit_beside());
        self.set_unit(plan, &named, fallback);
    }

    /// The unit that a column of units or the title names; empty where neither does.
    pub(super) fn unit_beside(&mut self) -> String {
        let cells = self
            .usual(UNIT)
            .into_iter()
            .flat_map(|unit| self.cells(unit).take(FEW))
            .filter(|cell| unit_in(cell).is_some());
        let said: Vec<String> = cells.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect();
        if said.len() > 1 {
            let doubt = "rows have different units; give each unit a file of its own";
            self.notes.doubt("units", said[0].clone(), format!("the column of units has {}", said.join(", ")), doubt);
        }
        said.into_iter().next().unwrap_or_else(|| self.unit_in_title())
    }

    /// Values that stand in many cells exactly and far above all others, or are the only ones below
    /// zero, as words for missing do.
    fn doubt_sentinels(&mut self, plan: &Plan, column: usize) {
        let mut counts: BTreeMap<u64, (f64, usize)> = BTreeMap::new();
        for text in self.cells(column) {
            if let Cell::Number(number) = cell(text.as_bytes(), plan.decimal_comma) {
                counts.entry(number.to_bits()).or_insert((number, 0)).1 += 1;
            }
        }
        let mut numbers: Vec<(f64, usize)> = counts.into_values().collect();
        numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
        let is_sentinel = |place: usize| {
            let (number, count) = numbers[place];
            let is_lone_negative = number == -1.0 && place == 0 && numbers.get(1).is_some_and(|next| next.0 >= 0.0);
            let is_far_above = place > 0 && place + 1 == numbers.len() && number > 20.0 * numbers[place - 1].0.max(1.0);
            count >= 3 && (is_lone_negative || is_far_above)
        };
        let found =
            [0, numbers.len().saturating_sub(1)].into_iter().find(|&place| numbers.len() > 2 && is_sentinel(place));
        if let Some(place) = found {
            let (number, count) = numbers[place];
            let doubt = format!("it may stand for missing; say `missing = [\"{number}\"]` in a profile");
            self.notes.doubt(
                "values",
                format!("{number} is energy"),
                format!("{count} of the first rows hold it exactly, far from all others"),
                doubt,
            );
        }
    }

    /// The column of channels, by the profile or by what stands in it; the profile is filled in.
    pub(super) fn channel(&mut self, named: &[String]) -> Result<Option<usize>, IngestError> {
        let channel = match self.named(named, "channel")? {
            None => self.channel_column(),
            named => named,
        };
        if let Some(channel) = channel {
            self.profile.columns.channel = vec![self.header[channel].clone()];
        }
        Ok(channel)
    }

    /// The column of channels: by its name, or by a name that may mean anything and words that are
    /// channels.
    fn channel_column(&mut self) -> Option<usize> {
        let by_name = self.usual(CHANNEL);
        let column = by_name.or_else(|| self.usual(MAYBE_CHANNEL))?;
        let words: BTreeSet<String> =
            self.cells(column).filter(|cell| !cell.is_empty()).take(FEW).map(str::to_lowercase).collect();
        let known = words.iter().filter(|word| channel_word(word).is_some()).count();
        match (by_name, known) {
            (_, known) if known == words.len() && known > 0 => Some(column),
            (Some(_), 0) if words.len() <= 1 => {
                let word = words.into_iter().next().unwrap_or_default();
                if !word.is_empty() {
                    let doubt = "if it is not energy taken, say `kind` and [kinds] in a profile";
                    self.notes.doubt(
                        "channels",
                        format!("`{word}` is energy taken"),
                        "the only word of its column, and not known",
                        doubt,
                    );
                }
                None
            }
            (Some(column), _) => Some(column),
            (None, _) => None,
        }
    }

    /// A word for quality that is not known and that nearly all readings have is the usual state of
    /// a reading.
    fn settle_quality(&mut self, plan: &mut Plan, column: usize) {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let cells: Vec<String> = self.cells(column).take(FEW).map(|cell| cell.trim().to_lowercase()).collect();
        for cell in cells.iter().filter(|cell| known_quality(cell).is_none() && !plan.quality.contains_key(*cell)) {
            *counts.entry(cell.clone()).or_insert(0) += 1;
        }
        let Some((word, count)) =
            counts.into_iter().max_by_key(|(_, count)| *count).filter(|(_, count)| count * 10 >= cells.len() * 8)
        else {
            return;
        };
        let doubt = "it may mean that values are estimated; say so under [quality] in a profile";
        self.notes.doubt(
            "quality",
            format!("`{word}` is measured"),
            format!("{count} of {} rows have this word, which is not known", cells.len()),
            doubt,
        );
        plan.quality.insert(word.clone(), ReadingQuality::Actual);
        self.profile.quality.insert(word, QualityWord::Actual);
    }

    /// Several rows of one usage point, one channel and one stamp: some column that tells them
    /// apart was not understood.
    fn doubt_repeated_stamps(&mut self, long: &LongColumns, id: Option<usize>) {
        let (date, time) = match long.stamp {
            StampColumns::One(date) => (date, None),
            StampColumns::Two(date, time) => (date, Some(time)),
        };
        let key: Vec<usize> = [id, Some(date), time, long.channel, long.kind].into_iter().flatten().collect();
        let rows: Vec<Vec<&str>> = self
            .sample
            .rows
            .iter()
            .skip(self.first_row)
            .filter(|row| row.len() > date)
            .map(|row| key.iter().map(|&column| row.get(column).map_or("", String::as_str)).collect())
            .collect();
        let distinct = rows.iter().collect::<BTreeSet<_>>().len();
        if rows.len() >= 10 && distinct * 10 < rows.len() * 8 {
            let ground =
                format!("{} of {} rows repeat usage point and stamp of another", rows.len() - distinct, rows.len());
            self.notes.doubt(
                "rows",
                "one reading each",
                ground,
                "a column of channels or of the time of day is not understood; name it in a profile",
            );
        }
    }

    /// Whether the values of nearly all usage points only grow, from a high level: a counter.
    fn grows(&self, plan: &Plan, column: usize) -> bool {
        let IdColumn::At(id) = plan.id else { return false };
        let mut series: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for row in self.sample.rows.iter().skip(self.first_row).filter(|row| row.len() > column.max(id)) {
            if let Cell::Number(number) = cell(row[column].as_bytes(), plan.decimal_comma) {
                series.entry(&row[id]).or_default().push(number);
            }
        }
        only_grow(series.values().map(Vec::as_slice))
    }
}

/// Whether nine in ten of the series with five values or more only grow, from a level far above
/// what they grow by.
pub(super) fn only_grow<'v>(series: impl Iterator<Item = &'v [f64]>) -> bool {
    let long: Vec<&[f64]> = series.filter(|values| values.len() >= 5).collect();
    let grows = |values: &&&[f64]| {
        let growth = (values[values.len() - 1] - values[0]) / (values.len() - 1) as f64;
        values.windows(2).all(|pair| pair[1] >= pair[0])
            && growth > 0.0
            && values[0] > 20.0 * growth
            && values[0] > 100.0
    };
    !long.is_empty() && long.iter().filter(grows).count() * 10 >= long.len() * 9
}

fn is_number(text: &str) -> bool {
    cell(text.as_bytes(), true) != Cell::Text
}

fn is_used(column: usize, id: &IdColumn, stamp: StampColumns) -> bool {
    let is_stamp = stamp == StampColumns::One(column)
        || matches!(stamp, StampColumns::Two(date, time) if date == column || time == column);
    *id == IdColumn::At(column) || is_stamp
}
