//! The load of one usage point on an even time axis, and the same in whole hours.

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

/// Hourly mean power of a series on the hour grid from `start`; NaN where any part of the hour is
/// missing or outside the series.
///
/// Steps above an hour give NaN throughout: a daily value says nothing about an hour.
#[must_use]
pub fn hourly_kw(series: &LoadSeries, start: Timestamp, hours: usize) -> Vec<f32> {
    let mut hourly = vec![f32::NAN; hours];
    if series.step_min == 0 || 60 % series.step_min != 0 {
        return hourly;
    }
    let parts = (60 / series.step_min) as usize;
    let step_s = i64::from(series.step_min) * 60;
    for (hour, value) in hourly.iter_mut().enumerate() {
        let first = (start.0 + hour as i64 * 3600 - series.start.0).div_euclid(step_s);
        if first < 0 {
            continue;
        }
        if let Some(part) = series.kw.get(first as usize..first as usize + parts) {
            *value = part.iter().sum::<f32>() / parts as f32;
        }
    }
    hourly
}

/// As [`hourly_kw`]; steps of several hours up to a day give each of their hours the mean of the
/// step.
#[must_use]
pub fn hourly_or_held_kw(series: &LoadSeries, start: Timestamp, hours: usize) -> Vec<f32> {
    if series.step_min <= 60 || !series.step_min.is_multiple_of(60) || series.step_min > 1440 {
        return hourly_kw(series, start, hours);
    }
    let step_s = i64::from(series.step_min) * 60;
    let place = |hour: usize| usize::try_from((start.0 + hour as i64 * 3600 - series.start.0).div_euclid(step_s)).ok();
    (0..hours).map(|hour| place(hour).and_then(|place| series.kw.get(place)).copied().unwrap_or(f32::NAN)).collect()
}
