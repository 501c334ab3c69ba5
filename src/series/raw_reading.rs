//! One reading, packed into sixteen bytes.

use crate::domain::{FileIx, Kw, Kwh, Minute, ReadingQuality, Timestamp, Unit, mean_kw};

/// Readings that differ by less than this share are copies of one another, not a disagreement.
const SAME_VALUE: f32 = 1e-6;

/// One reading, packed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawReading {
    /// Minutes since 1970-01-01T00:00Z.
    pub(super) minute: u32,
    /// kWh or kW; NaN = missing.
    pub(super) value: f32,
    pub(super) file: FileIx,
    /// Quality in the lowest two bits, unit in the third, duration in minutes above.
    pub(super) flags: u16,
    /// Registers that the value is the sum of, one bit each; 0 = not told.
    pub(super) registers: u16,
}

impl RawReading {
    /// Packs a reading. Durations above 8,191 minutes are treated as not said.
    #[must_use]
    pub fn new(
        start: Minute,
        value: f32,
        unit: Unit,
        quality: ReadingQuality,
        duration_min: u16,
        file: FileIx,
    ) -> Self {
        let duration = if duration_min < 1 << 13 { duration_min } else { 0 };
        let unit_bit = u16::from(unit == Unit::Kw) << 2;
        Self { minute: start.0, value, file, flags: duration << 3 | unit_bit | quality as u16, registers: 0 }
    }

    /// The same reading of these registers.
    pub(super) fn of_registers(self, registers: u16) -> Self {
        Self { registers, ..self }
    }

    /// Words of a packed reading.
    pub(super) const WORDS: usize = 4;

    /// The reading in words, to put it away.
    pub(super) fn to_words(self) -> [u32; Self::WORDS] {
        [self.minute, self.value.to_bits(), self.file.0, u32::from(self.registers) << 16 | u32::from(self.flags)]
    }

    /// The reading that [`RawReading::to_words`] put away.
    pub(super) fn from_words([minute, value, file, flags]: [u32; Self::WORDS]) -> Self {
        Self {
            minute,
            value: f32::from_bits(value),
            file: FileIx(file),
            flags: flags as u16,
            registers: (flags >> 16) as u16,
        }
    }

    pub(super) fn minute(self) -> Minute {
        Minute(self.minute)
    }

    pub(super) fn file(self) -> FileIx {
        self.file
    }

    pub(super) fn registers(self) -> u16 {
        self.registers
    }

    pub(super) fn quality(self) -> u16 {
        self.flags & 0b11
    }

    /// The quality as more than a number to compare.
    pub(super) fn kind(self) -> ReadingQuality {
        match self.quality() {
            0 => ReadingQuality::Missing,
            1 => ReadingQuality::Substituted,
            2 => ReadingQuality::Estimated,
            _ => ReadingQuality::Actual,
        }
    }

    /// Whether it tells what flowed out. Readers give every reading of an export channel a sign,
    /// zero and missing ones too.
    pub(super) fn flows_out(self) -> bool {
        self.value.is_sign_negative()
    }

    pub(super) fn is_power(self) -> bool {
        self.flags & 0b100 != 0
    }

    pub(super) fn duration_min(self) -> u32 {
        u32::from(self.flags >> 3)
    }

    pub(super) fn at(self) -> Timestamp {
        Timestamp(i64::from(self.minute) * 60)
    }

    /// Energy in an interval of `step_min`.
    pub(super) fn kwh(self, step_min: u32) -> f32 {
        if self.is_power() {
            Kw(f64::from(self.value)).over_hours(f64::from(step_min) / 60.0).0 as f32
        } else {
            self.value
        }
    }

    /// Mean power in an interval of `step_min`.
    pub(super) fn kw(self, step_min: u32) -> f32 {
        if self.is_power() { self.value } else { mean_kw(Kwh(f64::from(self.value)), f64::from(step_min)).0 as f32 }
    }

    /// The sum of two readings of one interval, of the worse quality.
    pub(super) fn plus(self, other: Self) -> Self {
        let worse = if self.quality() <= other.quality() { self } else { other };
        Self { value: self.value + other.value, registers: self.registers | other.registers, ..worse }
    }

    pub(super) fn agrees_with(self, other: Self) -> bool {
        (self.value.is_nan() && other.value.is_nan())
            || (self.value - other.value).abs() <= SAME_VALUE * self.value.abs().max(other.value.abs())
    }
}
