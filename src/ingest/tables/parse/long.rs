//! One reading a row.

use super::parser::Parser;
use crate::domain::{ReadingQuality, RejectCode, Timestamp, Unit};
use crate::ingest::mapping::keys::Kind;
use crate::ingest::rejects::Refused;
use crate::ingest::said;
use crate::ingest::tables::plan::LongColumns;
use crate::ingest::tables::understand::ratios::ratio_in;
use crate::ingest::text::channel_words::ChannelWord;
use crate::ingest::text::columns::Value;
use crate::ingest::text::number::{Cell, cell};

impl Parser<'_> {
    /// Takes a row; one that cannot be used keeps its place in the block without a reading, so that
    /// rows by usage point can be counted.
    pub(crate) fn long_row(&mut self, index: usize, fields: &[&[u8]], columns: &LongColumns) {
        let before = self.intervals.len();
        if let Err(refused) = self.long_record(fields, columns) {
            self.refuse(index, refused);
        }
        if self.intervals.len() == before {
            let key = self.keys.of_row(fields);
            self.intervals.push_rejected(key);
            if columns.quality.is_some() {
                self.intervals.quality.push(ReadingQuality::Missing);
            }
            if columns.duration_min.is_some() {
                self.intervals.duration_min.push(0);
            }
        }
    }

    fn long_record(&mut self, fields: &[&[u8]], columns: &LongColumns) -> Result<(), Refused> {
        self.check_width(fields)?;
        let kind = columns.kind.map(|column| self.kind(fields[column], columns)).transpose()?;
        if kind.is_some_and(|kind| kind.skip) {
            return Ok(());
        }
        let is_counter = kind.is_some_and(|kind| kind.register);
        let mut factor = self.plan.factor * kind.map_or(1.0, |kind| self.factor_of(kind));
        if let Some(column) = columns.ratio {
            factor *= self.ratio(fields[column])?;
        }
        let meaning =
            if is_counter { Value::Register(columns.value) } else { Value::Interval(columns.value, self.plan.unit) };
        let mut value = self.value(fields[columns.value], meaning, factor)?;
        for &column in &columns.added {
            value += self.value(fields[column], meaning, factor)?;
        }
        if let Some(column) = columns.given_back {
            let given_back = self.value(fields[column], meaning, factor)?;
            value -= if given_back.is_nan() { 0.0 } else { given_back.abs() };
        }
        let key = self.key(fields)?;
        let at = self.instant(fields, columns.stamp)?;
        if is_counter {
            self.registers.key.push(key);
            // A counter holds for the instant it is read at, not for the interval before.
            self.registers.at.push(Timestamp(at.0 + self.plan.shift_s));
            self.registers.register_kwh.push(value);
            return Ok(());
        }
        let channel = columns.channel.map_or(Ok(ChannelWord::Import), |column| self.channel(fields[column]))?;
        if channel == ChannelWord::Passed {
            return Ok(());
        }
        let exported = kind.is_some_and(|kind| kind.export) || channel == ChannelWord::Export;
        self.intervals.push(key, at.into(), if exported { -value.abs() } else { value } as f32);
        if let Some(column) = columns.quality {
            let quality = self.quality(fields[column]);
            self.intervals.quality.push(quality);
        }
        if let Some(column) = columns.duration_min {
            let minutes = match cell(fields[column], true) {
                Cell::Number(minutes) if (1.0..=10_080.0).contains(&minutes) => minutes as u16,
                _ => 0,
            };
            self.intervals.duration_min.push(minutes);
        }
        Ok(())
    }

    fn kind(&self, word: &[u8], columns: &LongColumns) -> Result<Kind, Refused> {
        let text = self.plan.text(word).trim().to_lowercase();
        columns.kinds.get(&text).copied().ok_or_else(|| (RejectCode::KIND_UNKNOWN, said::kind_unknown(text)))
    }

    /// Makes a value of this kind one of the block's unit, which is energy where kinds differ.
    fn factor_of(&self, kind: Kind) -> f64 {
        let (unit, factor) = kind.unit.scale();
        let hours = f64::from(self.plan.interval_min.unwrap_or(60)) / 60.0;
        match (unit, self.plan.unit) {
            (Unit::Kw, Unit::Kwh) => factor * hours,
            (Unit::Kwh, Unit::Kw) => factor / hours,
            _ => factor,
        }
    }

    /// Ratio of transformers; an empty cell is 1.
    pub(crate) fn ratio(&self, bytes: &[u8]) -> Result<f64, Refused> {
        let text = self.plan.text(bytes);
        ratio_in(&text, self.plan.decimal_comma)
            .ok_or_else(|| (RejectCode::VALUE_NOT_A_NUMBER, said::no_ratio(text.trim())))
    }
}
