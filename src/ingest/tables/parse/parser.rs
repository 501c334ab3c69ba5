//! One piece of a table on its way into blocks: what all layouts share.

use std::path::Path;

use encoding_rs::UTF_8;

use super::odd_days::{LastDay, OddDays};
use super::roles::{Role, roles_of};
use crate::domain::{Calendar, FileIx, IntervalBlock, ReadingQuality, RegisterBlock, Reject, RejectCode, Timestamp};
use crate::ingest::mapping::keys::ValueUnit;
use crate::ingest::rejects::{Refused, RejectList};
use crate::ingest::said;
use crate::ingest::tables::id_cell::refused_id;
use crate::ingest::tables::plan::{IdColumn, Plan, Shape, StampColumns};
use crate::ingest::tables::rows::Keys;
use crate::ingest::tables::sample::number_of;
use crate::ingest::tables::understand::headings::unit_in;
use crate::ingest::tables::understand::slot_name::slot_number;
use crate::ingest::text::channel_words::{ChannelWord, channel_word};
use crate::ingest::text::columns::Value;
use crate::ingest::text::number::{Cell, cell};
use crate::ingest::text::odd_day::Label;
use crate::ingest::text::stamp::{StampForm, StampReader};
use crate::ingest::text::values::{is_absurd, is_for_missing, quality};

/// A piece on its way.
pub(crate) struct Parser<'a> {
    pub(crate) path: &'a Path,
    pub(crate) plan: &'a Plan,
    pub(crate) calendar: &'a Calendar,
    pub(crate) stamps: StampReader<'a>,
    /// For cells of a workbook that hold dates.
    iso: Option<StampReader<'a>>,
    pub(crate) keys: Keys<'a>,
    pub(crate) intervals: IntervalBlock,
    /// Rows of each part of a reading.
    pub(crate) parts: Vec<IntervalBlock>,
    pub(crate) registers: RegisterBlock,
    pub(crate) rejects: RejectList,
    pub(crate) lines: u64,
    /// Of a usual row; none where there are none.
    pub(crate) roles: Vec<Role>,
    /// The last word of quality and what it means.
    pub(crate) quality_word: Option<(Vec<u8>, ReadingQuality)>,
    channel_word: Option<(Vec<u8>, ChannelWord)>,
    pub(crate) odd: OddDays<'a>,
    last_day: LastDay,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(
        file: FileIx,
        path: &'a Path,
        plan: &'a Plan,
        calendar: &'a Calendar,
        rejects: RejectList,
    ) -> Self {
        let calendar = plan.calendar.as_ref().unwrap_or(calendar);
        Self {
            path,
            plan,
            calendar,
            stamps: StampReader::new(plan.form, calendar).with_midnight(plan.is_midnight_late),
            iso: plan
                .iso_too
                .then(|| StampReader::new(StampForm::YearFirst, calendar).with_midnight(plan.is_midnight_late)),
            keys: Keys::new(plan),
            intervals: IntervalBlock { file, unit: plan.unit, ..IntervalBlock::default() },
            parts: parts_of(plan, file),
            registers: RegisterBlock { file, ..RegisterBlock::default() },
            rejects,
            lines: 0,
            roles: roles_of(plan),
            quality_word: None,
            channel_word: None,
            odd: OddDays::default(),
            last_day: LastDay::default(),
        }
    }

    /// Where rows of a part go; those of no part are of all.
    pub(crate) fn block_of(&mut self, part: u8) -> &mut IntervalBlock {
        match part.checked_sub(1).and_then(|place| self.parts.get_mut(usize::from(place))) {
            Some(block) => block,
            None => &mut self.intervals,
        }
    }

    /// Rows taken so far.
    pub(crate) fn rows_taken(&self) -> usize {
        self.intervals.len() + self.parts.iter().map(IntervalBlock::len).sum::<usize>()
    }

    /// Notes a record that is left out.
    pub(crate) fn refuse(&mut self, index: usize, (code, detail): Refused) {
        self.rejects.push(Reject {
            file: self.path.display().to_string(),
            row: index as u64,
            code: code.0,
            detail,
            records: 1,
        });
    }

    /// The fields are as many as the header has; empty ones at the end may be more.
    pub(crate) fn check_width(&self, fields: &[&[u8]]) -> Result<(), Refused> {
        let width = self.plan.fields;
        if fields.len() == width
            || (fields.len() > width && fields[width..].iter().all(|field| field.trim_ascii().is_empty()))
        {
            return Ok(());
        }
        Err((RejectCode::ROW_FIELDS, said::fields(fields.len(), width)))
    }

    /// Key of the row's usage point.
    pub(crate) fn key(&mut self, fields: &[&[u8]]) -> Result<u32, Refused> {
        let IdColumn::At(column) = self.plan.id else { return Ok(self.keys.of_row(fields)) };
        if fields[column].trim_ascii().is_empty() {
            return Err((RejectCode::ID_EMPTY, said::id_empty()));
        }
        let key = self.keys.key(fields[column]);
        key.ok_or_else(|| refused_id(&self.plan.text(fields[column])))
    }

    /// Instant of the row, the beginning of its interval.
    pub(crate) fn instant(&mut self, fields: &[&[u8]], columns: StampColumns) -> Result<Timestamp, Refused> {
        if self.plan.slots.is_some() && matches!(columns, StampColumns::Two(..)) {
            return self.slot_start(fields, columns);
        }
        let read = self.stamp(fields, columns);
        if (self.stamps.is_odd_day() || self.iso.as_ref().is_some_and(StampReader::is_odd_day))
            && let Some(label) = self.label(fields, columns)
            && let Some(day) = self.last_day.odd(self.calendar, label.day)
        {
            return self.odd_instant(fields, columns, label, day);
        }
        read.map(|at| Timestamp(at.0 - self.plan.shift_s))
    }

    /// The stamp of the row.
    fn stamp(&mut self, fields: &[&[u8]], columns: StampColumns) -> Result<Timestamp, Refused> {
        let plan = self.plan;
        let refused = |code: RejectCode| {
            let cells = match columns {
                StampColumns::One(column) => fields[column].to_vec(),
                StampColumns::Two(date, time) => [fields[date], b" ", fields[time]].concat(),
            };
            (code, said::stamp(code, &plan.text(&cells)))
        };
        let read = |stamps: &mut StampReader<'_>| match columns {
            StampColumns::One(column) => stamps.read(plan.stamp_cell(fields[column])),
            StampColumns::Two(date, time) => stamps.read_parts(fields[date], fields[time]),
        };
        match (read(&mut self.stamps), self.iso.as_mut()) {
            (Ok(at), _) => Ok(at),
            (Err(code), None) => Err(refused(code)),
            (Err(code), Some(iso)) => read(iso).map_err(|_| refused(code)),
        }
    }

    /// Day and second of a row as they are written; `None` for what has an offset or is no stamp.
    pub(crate) fn label(&self, fields: &[&[u8]], columns: StampColumns) -> Option<Label> {
        let read = |stamps: &StampReader<'_>| match columns {
            StampColumns::One(column) => stamps.label(self.plan.stamp_cell(fields[column])),
            StampColumns::Two(date, time) => stamps.label_of_parts(fields[date], fields[time]),
        };
        match (columns, &self.plan.slots) {
            (StampColumns::Two(date, time), Some(slots)) => {
                let day = self.plan.form.day(fields[date])?;
                let (number, is_second) = slot_number(&self.plan.text(fields[time]))?;
                let place = i64::from(number).checked_sub(i64::from(slots.first)).filter(|place| *place >= 0)?;
                Some(Label { day, second: place * i64::from(slots.step_min) * 60, is_second })
            }
            _ => read(&self.stamps).or_else(|| read(self.iso.as_ref()?)),
        }
    }

    /// The beginning of a numbered slot of the local day.
    fn slot_start(&mut self, fields: &[&[u8]], columns: StampColumns) -> Result<Timestamp, Refused> {
        let StampColumns::Two(date, slot) = columns else { return self.stamp(fields, columns) };
        let plan = self.plan;
        let refused = |code| (code, said::stamp(code, &plan.text(&[fields[date], b" ", fields[slot]].concat())));
        let label = self.label(fields, columns).ok_or_else(|| refused(RejectCode::TIME_UNREADABLE))?;
        if let Some(day) = self.last_day.odd(self.calendar, label.day) {
            return self.odd_instant(fields, columns, label, day);
        }
        if label.second >= 86_400 || label.is_second.is_some() {
            return Err(refused(RejectCode::TIME_NEVER_WAS));
        }
        Ok(Timestamp(self.calendar.day_start(label.day).0 + label.second))
    }

    /// Value of a cell in kWh or kW; NaN = missing.
    pub(crate) fn value(&self, bytes: &[u8], value: Value, factor: f64) -> Result<f64, Refused> {
        match cell(bytes, self.plan.decimal_comma) {
            Cell::Missing => Ok(f64::NAN),
            _ if !self.plan.missing.is_empty() && self.is_missing(bytes) => Ok(f64::NAN),
            Cell::Number(number) if is_absurd(number * factor, value) => {
                Err((RejectCode::VALUE_ABSURD, said::absurd(format!("{number:e}"))))
            }
            Cell::Number(number) if is_for_missing(number * factor) => {
                Err((RejectCode::VALUE_FOR_MISSING, said::for_missing(number.to_string())))
            }
            Cell::Number(number) => Ok(number * factor),
            Cell::Text
                if self.plan.comma_thousands
                    && crate::ingest::tables::sample::may_be_thousands(self.plan.text(bytes).trim()) =>
            {
                let digits: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b',').collect();
                self.value(&digits, value, factor)
            }
            Cell::Text if self.dressed_number(bytes).is_some() => {
                let number = self.dressed_number(bytes).unwrap_or(f64::NAN);
                if is_absurd(number * factor, value) {
                    return Err((RejectCode::VALUE_ABSURD, said::absurd(format!("{number:e}"))));
                }
                Ok(number * factor)
            }
            Cell::Text => {
                let text = self.plan.text(bytes);
                // A word for missing or a wide space in another page.
                if self.plan.encoding != UTF_8 && text.len() != bytes.len() {
                    match cell(text.as_bytes(), self.plan.decimal_comma) {
                        Cell::Missing => return Ok(f64::NAN),
                        Cell::Number(number) if !is_absurd(number * factor, value) => return Ok(number * factor),
                        _ => {}
                    }
                }
                let detail = said::number_expected(text.trim());
                Err((RejectCode::VALUE_NOT_A_NUMBER, detail))
            }
        }
    }

    /// A number with a decimal comma and an exponent, or with the unit of its column behind it.
    fn dressed_number(&self, bytes: &[u8]) -> Option<f64> {
        let text = self.plan.text(bytes);
        let text = text.trim();
        let digits = number_of(text);
        if digits.len() == text.len() {
            return None;
        }
        if let Some((unit, factor)) = unit_in(&text[digits.len()..]).map(ValueUnit::scale) {
            let is_of_column = unit == self.plan.unit && factor == self.plan.factor;
            return match cell(digits.as_bytes(), self.plan.decimal_comma) {
                Cell::Number(number) if is_of_column => Some(number),
                _ => None,
            };
        }
        text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite())
    }

    fn is_missing(&self, bytes: &[u8]) -> bool {
        let text = self.plan.text(bytes);
        self.plan.missing.iter().any(|word| word.eq_ignore_ascii_case(text.trim()))
    }

    /// Meaning of a word of quality.
    pub(crate) fn quality(&mut self, word: &[u8]) -> ReadingQuality {
        if let Some((last, quality)) = &self.quality_word
            && last == word
        {
            return *quality;
        }
        let text = self.plan.text(word);
        let found = self.plan.quality.get(&text.trim().to_lowercase()).copied().unwrap_or_else(|| quality(&text));
        self.quality_word = Some((word.to_vec(), found));
        found
    }

    /// Meaning of a word for the channel.
    pub(crate) fn channel(&mut self, word: &[u8]) -> Result<ChannelWord, Refused> {
        if let Some((last, channel)) = &self.channel_word
            && last == word
        {
            return Ok(*channel);
        }
        let text = self.plan.text(word);
        let channel = if text.trim().is_empty() { Some(ChannelWord::Import) } else { channel_word(&text) };
        let unknown = || {
            let detail = said::channel_unknown(text.trim());
            (RejectCode::CHANNEL_UNKNOWN, detail)
        };
        let channel = channel.ok_or_else(unknown)?;
        self.channel_word = Some((word.to_vec(), channel));
        Ok(channel)
    }

    /// Gives the rows from `first` on a quality of their own; rows before are as measured.
    pub(crate) fn set_quality(&mut self, first: usize, quality: ReadingQuality) {
        let block = &mut self.intervals;
        if block.quality.is_empty() && quality == ReadingQuality::Actual {
            return;
        }
        block.quality.resize(first, ReadingQuality::Actual);
        block.quality.resize(block.value.len(), quality);
    }

    /// Makes the qualities as many as the values, once some row had one.
    pub(crate) fn fill_quality(&mut self) {
        if !self.intervals.quality.is_empty() {
            let rows = self.intervals.value.len();
            self.intervals.quality.resize(rows, ReadingQuality::Actual);
        }
    }
}

/// A block for each part of a reading that the kinds of rows name, with the bit by which the parts
/// of one interval are told apart.
fn parts_of(plan: &Plan, file: FileIx) -> Vec<IntervalBlock> {
    let Shape::Long(long) = &plan.shape else { return Vec::new() };
    let most = long.kinds.values().map(|kind| kind.part).chain([long.part]).max().unwrap_or(0);
    let block = |part: u8| IntervalBlock {
        file,
        unit: plan.unit,
        registers: 1_u16.checked_shl(u32::from(part)).unwrap_or(0),
        ..IntervalBlock::default()
    };
    (1..=most).map(block).collect()
}
