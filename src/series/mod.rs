//! From blocks of readings to one regular load series for every usage point.
//!
//! `gather` takes blocks in any order and hands over finished usage points; `regular` puts a usage
//! point's readings on an even time axis and settles duplicates; `fault_gate` finds what is a fault
//! of the data rather than a load; `registers` turns counter readings into mean power,
//! `register_check` holds them against the intervals; `grid_sum` adds series up the grid, exactly.

mod canonical;
mod catch_up;
pub(crate) mod cover;
mod day_fold;
mod display;
mod fault_gate;
mod gather;
mod grid_sum;
mod lost_phase;
mod meter_ratios;
mod multiplier;
mod pick;
mod register_check;
mod registers;
mod regular;
mod scattered;
mod spill;
mod spread_out;
mod streaming;
mod stretch;
mod stuck;
mod swapped_channels;

pub use canonical::{CanonicalReading, canonical_readings};
pub use cover::{MonthCover, RegisterCover, ShownReading};
pub use day_fold::{DayFold, DayLevel, HOURS};
#[cfg(test)]
pub(crate) use display::as_shown;
pub use display::{Rounding, rounding_step_kwh};
pub use fault_gate::{FaultGate, Gated, RatioStep, SUSPECTED_BY_LEVELS};
pub use gather::{FinishUsagePoint, GatherPlan, Gathered, Gatherer, WAITING_BYTES};
pub use grid_sum::{GridSum, GridSums, hourly_kw, hourly_or_held_kw, mean_by_hour};
pub use meter_ratios::{MeterRatios, apply_ratios, apply_ratios_to_register};
pub use pick::Picker;
pub use register_check::register_fault;
pub use registers::{RegisterLoad, RegisterPeriod, RegisterRead, counted_load, register_load, register_loads};
pub use regular::{RawReading, Regular, regular_series, series_of};
pub use spill::{SpillStore, Stored};
pub use stretch::Stretch;

use crate::domain::{Calendar, CivilDay, Timestamp, UsagePointId};

/// Mean power of one usage point on an even time axis.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadSeries {
    /// The meter.
    pub usage_point: UsagePointId,
    /// Start of the first interval.
    pub start: Timestamp,
    /// Length of every interval, minutes.
    pub step_min: u32,
    /// Mean power, kW, one value an interval; NaN = missing, negative = export.
    pub kw: Vec<f32>,
}

impl LoadSeries {
    /// Start of interval `index`.
    #[must_use]
    pub fn at(&self, index: usize) -> Timestamp {
        Timestamp(self.start.0 + index as i64 * i64::from(self.step_min) * 60)
    }

    /// First instant after the series.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.at(self.kw.len())
    }

    /// First and last local day touched; `None` for an empty series.
    #[must_use]
    pub fn days(&self, calendar: &Calendar) -> Option<(CivilDay, CivilDay)> {
        let last = self.kw.len().checked_sub(1)?;
        Some((calendar.day(self.start), calendar.day(self.at(last))))
    }

    /// Share of intervals with a value, 0 to 1; 0 for an empty series.
    #[must_use]
    pub fn valid_share(&self) -> f64 {
        let valid = self.kw.iter().filter(|kw| !kw.is_nan()).count();
        if self.kw.is_empty() { 0.0 } else { valid as f64 / self.kw.len() as f64 }
    }

    /// Whether [`Self::hourly`] gives hours.
    #[must_use]
    pub fn folds_to_hours(&self) -> bool {
        self.step_min > 0 && 60 % self.step_min == 0
    }

    /// The same load in whole hours, where its intervals are shorter and fit the hour; hours that
    /// lack a reading are missing.
    #[must_use]
    pub fn hourly(&self) -> Self {
        if self.step_min >= 60 || self.step_min == 0 || 60 % self.step_min != 0 {
            return self.clone();
        }
        let start = Timestamp((self.start.0 + 3599).div_euclid(3600) * 3600);
        let hours = ((self.end().0 - start.0) / 3600).max(0) as usize;
        Self { usage_point: self.usage_point.clone(), start, step_min: 60, kw: hourly_kw(self, start, hours) }
    }

    /// The part of the series inside local days `from..=to`.
    #[must_use]
    pub fn clip(&self, calendar: &Calendar, from: CivilDay, to: CivilDay) -> Self {
        let step_s = i64::from(self.step_min) * 60;
        let index_of = |at: Timestamp| {
            ((at.0 - self.start.0 + step_s - 1).div_euclid(step_s)).clamp(0, self.kw.len() as i64) as usize
        };
        let first = index_of(calendar.day_start(from));
        let end = index_of(calendar.day_start(CivilDay(to.0 + 1))).max(first);
        Self {
            usage_point: self.usage_point.clone(),
            start: self.at(first),
            step_min: self.step_min,
            kw: self.kw[first..end].to_vec(),
        }
    }
}
