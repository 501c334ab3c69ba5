//! One reading a row.

use super::parser::Parser;
use crate::domain::{ReadingQuality, RejectCode, Timestamp, Unit};
use crate::ingest::mapping::keys::Kind;
use crate::ingest::rejects::Refused;
use crate::ingest::said;
use crate::ingest::tables::plan::{LongColumns, StampColumns};
use crate::ingest::tables::understand::ratios::ratio_in;
use crate::ingest::text::channel_words::ChannelWord;
use crate::ingest::text::columns::Value;
use crate::ingest::text::values::minutes_of;

impl Parser<'_> {
    /// Takes a row; one that cannot be used keeps its place in the block without a reading, so that
    /// rows by usage point can be counted.
    pub(crate) fn long_row(&mut self, index: usize, fields: &[&[u8]], columns: &LongColumns) {
        let before = self.rows_taken();
        if let Err(refused) = self.long_record(fields, columns) {
            self.refuse(index, refused);
        }
        if self.rows_taken() == before {
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
        let value = self.net_value(fields, columns, meaning, factor)?;
        let key = self.key(fields)?;
        let at = self.instant(fields, columns.stamp)?;
        if columns.end.is_some_and(|(end, usual)| self.is_sum_of_rows(fields, at, end, usual)) {
            return Ok(());
        }
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
        let exported = columns.is_export || kind.is_some_and(|kind| kind.export) || channel == ChannelWord::Export;
        let quality = columns.quality.map(|column| self.quality(fields[column]));
        let block = self.block_of(kind.map_or(columns.part, |kind| kind.part));
        block.push(key, at.into(), if exported { -value.abs() } else { value } as f32);
        block.quality.extend(quality);
        if let Some(column) = columns.duration_min {
            let minutes = std::str::from_utf8(fields[column]).ok().and_then(minutes_of);
            block.duration_min.push(minutes.unwrap_or(0));
        }
        Ok(())
    }

    /// The value with the columns that are added to it or taken off; a part that is missing makes
    /// the sum missing, unless the parts alternate.
    fn net_value(&self, fields: &[&[u8]], columns: &LongColumns, of: Value, factor: f64) -> Result<f64, Refused> {
        let mut value = self.value(fields[columns.value], of, factor)?;
        for &column in &columns.added {
            let part = self.value(fields[column], of, factor)?;
            value = match (value.is_nan(), part.is_nan()) {
                (true, false) if columns.parts_alternate => part,
                (false, true) if columns.parts_alternate => value,
                _ => value + part,
            };
        }
        for &column in &columns.given_back {
            let given_back = self.value(fields[column], of, factor)?;
            value -= if given_back.is_nan() { 0.0 } else { given_back.abs() };
        }
        Ok(value)
    }

    /// Whether the row's interval is so much longer than the usual one that it sums others up. An
    /// end that cannot be read says nothing; a month is no sum of another month.
    fn is_sum_of_rows(&mut self, fields: &[&[u8]], at: Timestamp, end: StampColumns, usual_min: u32) -> bool {
        let Ok(end) = self.instant(fields, end) else { return false };
        let begin = at.0 + self.plan.shift_s;
        (end.0 + self.plan.shift_s - begin) as f64 > 1.5 * f64::from(usual_min) * 60.0
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
