//! One piece of a table on its way into blocks: what all layouts share.

use std::path::Path;

use encoding_rs::UTF_8;

use super::roles::{Role, roles_of};
use crate::domain::{
    Calendar, CivilDay, FileIx, IntervalBlock, ReadingQuality, RegisterBlock, Reject, RejectCode, Timestamp,
};
use crate::ingest::mapping::keys::ValueUnit;
use crate::ingest::rejects::{Refused, RejectList};
use crate::ingest::said;
use crate::ingest::tables::id_cell::refused_id;
use crate::ingest::tables::plan::{IdColumn, Plan, StampColumns};
use crate::ingest::tables::rows::Keys;
use crate::ingest::tables::sample::number_of;
use crate::ingest::tables::understand::headings::unit_in;
use crate::ingest::text::channel_words::{ChannelWord, channel_word};
use crate::ingest::text::columns::Value;
use crate::ingest::text::number::{Cell, cell};
use crate::ingest::text::stamp::{StampForm, StampReader};
use crate::ingest::text::values::{is_absurd, quality};

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
    pub(crate) registers: RegisterBlock,
    pub(crate) rejects: RejectList,
    pub(crate) lines: u64,
    /// Of a usual row; none where there are none.
    pub(crate) roles: Vec<Role>,
    /// The last word of quality and what it means.
    pub(crate) quality_word: Option<(Vec<u8>, ReadingQuality)>,
    channel_word: Option<(Vec<u8>, ChannelWord)>,
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
            stamps: StampReader::new(plan.form, calendar),
            iso: plan.iso_too.then(|| StampReader::new(StampForm::YearFirst, calendar)),
            keys: Keys::new(plan),
            intervals: IntervalBlock { file, unit: plan.unit, ..IntervalBlock::default() },
            registers: RegisterBlock { file, ..RegisterBlock::default() },
            rejects,
            lines: 0,
            roles: roles_of(plan),
            quality_word: None,
            channel_word: None,
        }
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
        let read = match columns {
            StampColumns::Two(date, slot) if self.plan.slot_min.is_some() => {
                self.slot_start(fields[date], fields[slot])
            }
            StampColumns::One(column) => self
                .stamps
                .read(fields[column])
                .map_err(|code| (code, said::stamp(code, &self.plan.text(fields[column])))),
            StampColumns::Two(date, time) => self.stamps.read_parts(fields[date], fields[time]).map_err(|code| {
                let both = [fields[date], b" ", fields[time]].concat();
                (code, said::stamp(code, &self.plan.text(&both)))
            }),
        };
        let read = read.or_else(|refused| {
            let iso = self.iso.as_mut().ok_or_else(|| refused.clone())?;
            let again = match columns {
                StampColumns::One(column) => iso.read(fields[column]),
                StampColumns::Two(date, time) => iso.read_parts(fields[date], fields[time]),
            };
            again.map_err(|_| refused)
        });
        read.map(|at| Timestamp(at.0 - self.plan.shift_s))
    }

    /// The beginning of a numbered slot of the local day, counted from the day's first instant.
    fn slot_start(&self, date: &[u8], slot: &[u8]) -> Result<Timestamp, Refused> {
        let refused = |code| (code, said::stamp(code, &self.plan.text(&[date, b" ", slot].concat())));
        let day = self.plan.form.day(date).ok_or_else(|| refused(RejectCode::TIME_UNREADABLE))?;
        let Cell::Number(number) = cell(slot, true) else { return Err(refused(RejectCode::TIME_UNREADABLE)) };
        if !(1.0..=300.0).contains(&number) || number.fract() != 0.0 {
            return Err(refused(RejectCode::TIME_UNREADABLE));
        }
        let (start, next) = (self.calendar.day_start(day), self.calendar.day_start(CivilDay(day.0 + 1)));
        let at = Timestamp(start.0 + (number as i64 - 1) * i64::from(self.plan.slot_min.unwrap_or(30)) * 60);
        if at < next { Ok(at) } else { Err(refused(RejectCode::TIME_NEVER_WAS)) }
    }

    /// Value of a cell in kWh or kW; NaN = missing.
    pub(crate) fn value(&self, bytes: &[u8], value: Value, factor: f64) -> Result<f64, Refused> {
        match cell(bytes, self.plan.decimal_comma) {
            Cell::Missing => Ok(f64::NAN),
            _ if !self.plan.missing.is_empty() && self.is_missing(bytes) => Ok(f64::NAN),
            Cell::Number(number) if is_absurd(number * factor, value) => {
                Err((RejectCode::VALUE_ABSURD, said::absurd(format!("{number:e}"))))
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
