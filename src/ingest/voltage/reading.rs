//! One measurement of volts.

use crate::domain::Timestamp;

/// What a meter measured on one phase over one interval, or at its beginning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoltReading<'a> {
    /// The meter.
    pub usage_point: &'a str,
    /// Start of the interval, or the moment of the snapshot.
    pub at: Timestamp,
    /// 1 to 3 as the meter calls it; 1 where it has one.
    pub phase: u8,
    /// Volts between phase and neutral; NaN where the row says none.
    pub volt: f32,
    /// Reactive energy of the interval, kvarh; NaN where it is not told.
    pub kvarh: f32,
}
