//! A usage point's profiles put together, and the regimes that its daily levels fall into.

use crate::domain::{Calendar, CivilDay, best_split, median, median_of};
use crate::series::{DayFold, LoadSeries, Rounding};

use super::{DaySummary, HourBand, Profile, profiles};

/// Hours that a day needs to be judged.
const MIN_VALID_HOURS: u8 = 18;
/// Days that a regime needs on either side of a change.
const MIN_REGIME_DAYS: usize = 4;

/// All months of one usage point.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageProfile {
    /// Profiles in the order of months.
    pub months: Vec<Profile>,
    /// Interval length of the readings, minutes.
    pub step_min: u32,
    /// What the display's rounding leaves in the values.
    pub rounding: Rounding,
    /// Days that are complete enough to be judged, in order.
    pub days: Vec<Day>,
    /// The two regimes of the daily level.
    pub regimes: Regimes,
    /// The two regimes of the daily mean: a load that runs in a window lifts the mean and leaves
    /// the floor.
    pub mean_regimes: Regimes,
    /// Typical daily mean of the higher regime, kW; NaN without a day.
    pub high_mean_kw: f64,
    /// Typical daily floor of the higher regime, kW; NaN where readings are coarser than an hour.
    pub high_floor_kw: f64,
}

/// What is computed from the days of all months once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Known {
    pub(super) regimes: Regimes,
    pub(super) mean_regimes: Regimes,
    pub(super) high_mean_kw: f64,
    pub(super) high_floor_kw: f64,
}

/// A day that is complete enough to be judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day {
    /// Which day.
    pub day: CivilDay,
    /// Its summary.
    pub summary: DaySummary,
}

/// The best split of the days in two by a daily value.
///
/// When no change is worth the name, the higher regime is simply the higher half: tests compare it
/// with the population's same halves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regimes {
    /// Index into `days` of the first day of the second regime; 0 when there are too few days for
    /// two.
    pub place: usize,
    /// Whether the second regime has the higher level.
    pub rises: bool,
    /// Median before, kW; NaN without a split.
    pub before_kw: f64,
    /// Median after, kW; NaN without a split.
    pub after_kw: f64,
}

impl UsageProfile {
    /// Profiles a series.
    #[must_use]
    pub fn of(series: &LoadSeries, calendar: &Calendar) -> Self {
        Self::of_fold(&DayFold::of(series, calendar), series)
    }

    /// Profiles a series that was folded before.
    #[must_use]
    pub fn of_fold(fold: &DayFold, series: &LoadSeries) -> Self {
        Self::of_months(profiles(fold, series.step_min <= 60), series.step_min, Rounding::of(series))
    }

    /// Puts months together.
    fn of_months(months: Vec<Profile>, step_min: u32, rounding: Rounding) -> Self {
        let days = judged_days(&months);
        let regimes = Regimes::of(&days, Day::level_kw);
        let mean_regimes = Regimes::of(&days, |day| f64::from(day.summary.mean_kw));
        let mut profile = Self {
            months,
            step_min,
            rounding,
            days,
            regimes,
            mean_regimes,
            high_mean_kw: f64::NAN,
            high_floor_kw: f64::NAN,
        };
        profile.high_mean_kw = Self::typical(profile.high_days(), |day| day.mean_kw);
        profile.high_floor_kw = Self::typical(profile.high_days(), |day| day.floor_kw);
        profile
    }

    /// Puts months together; `known` where regimes and typical levels are known from before.
    pub(super) fn of_known(months: Vec<Profile>, step_min: u32, rounding: Rounding, known: Option<Known>) -> Self {
        let Some(Known { regimes, mean_regimes, high_mean_kw, high_floor_kw }) = known else {
            return Self::of_months(months, step_min, rounding);
        };
        let days = judged_days(&months);
        Self { months, step_min, rounding, days, regimes, mean_regimes, high_mean_kw, high_floor_kw }
    }

    /// The months, and what was computed from all their days.
    pub(super) fn into_months(self) -> (Vec<Profile>, Known) {
        let Self { months, regimes, mean_regimes, high_mean_kw, high_floor_kw, .. } = self;
        (months, Known { regimes, mean_regimes, high_mean_kw, high_floor_kw })
    }

    /// Whether the readings show the course of a day.
    #[must_use]
    pub fn has_hours(&self) -> bool {
        self.step_min <= 60
    }

    /// The days of the regime with the higher level: where a farm would run. All days when there
    /// are too few to split.
    #[must_use]
    pub fn high_days(&self) -> &[Day] {
        match (self.regimes.place, self.regimes.rises) {
            (0, _) => &self.days,
            (place, true) => &self.days[place..],
            (place, false) => &self.days[..place],
        }
    }

    /// Halves of months with at least `days` days, in order.
    pub fn halves(&self, days: usize) -> impl Iterator<Item = &HourBand> {
        self.months.iter().flat_map(|month| &month.halves).filter(move |half| usize::from(half.days) >= days)
    }

    /// Median over `days` of a value of their summaries; NaN when there is no day with one.
    #[must_use]
    pub fn typical(days: &[Day], value: fn(&DaySummary) -> f32) -> f64 {
        median_of(days.iter().map(|day| f64::from(value(&day.summary))))
    }
}

/// The days that are complete enough to be judged, in order.
fn judged_days(months: &[Profile]) -> Vec<Day> {
    let mut days = Vec::with_capacity(months.iter().map(|month| month.days.len()).sum());
    for month in months {
        for (index, summary) in month.days.iter().enumerate() {
            if summary.valid_hours >= MIN_VALID_HOURS && !summary.mean_kw.is_nan() {
                days.push(Day { day: CivilDay(month.first_day.0 + index as i32), summary: *summary });
            }
        }
    }
    days
}

impl Day {
    /// The level of the day: its floor, or its mean where there are no hours.
    #[must_use]
    pub fn level_kw(&self) -> f64 {
        f64::from(if self.summary.floor_kw.is_nan() { self.summary.mean_kw } else { self.summary.floor_kw })
    }
}

impl Regimes {
    fn of(days: &[Day], value: impl Fn(&Day) -> f64) -> Self {
        let levels: Vec<f64> = days.iter().map(value).collect();
        let Some(split) = best_split(&levels, MIN_REGIME_DAYS) else {
            return Self { place: 0, rises: true, before_kw: f64::NAN, after_kw: f64::NAN };
        };
        let (before_kw, after_kw) = (median(&levels[..split.place]), median(&levels[split.place..]));
        Self { place: split.place, rises: split.after > split.before, before_kw, after_kw }
    }

    /// The higher of the two medians, kW; NaN without a split.
    #[must_use]
    pub fn upper_kw(&self) -> f64 {
        self.before_kw.max(self.after_kw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn a_farm_that_starts_makes_the_higher_regime() {
        let kw: Vec<f32> = (0..24 * 30).map(|hour| if hour < 24 * 12 { 0.2 } else { 3.5 }).collect();
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw };
        let profile = UsageProfile::of(&series, &Calendar::new(None).unwrap());
        assert_eq!(profile.regimes.place, 12);
        assert_eq!(profile.high_days().len(), 18);
        assert!(profile.regimes.rises);
    }

    #[test]
    fn days_with_holes_are_not_judged() {
        let mut kw = vec![1.0; 24 * 10];
        kw[24..34].fill(f32::NAN);
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw };
        assert_eq!(UsageProfile::of(&series, &Calendar::new(None).unwrap()).days.len(), 9);
    }
}
