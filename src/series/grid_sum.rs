//! Adds the series of many usage points up the grid, hour by hour, in whole milliwatt-hours.
//!
//! Integer sums are exact and the same in any order. An hour in which a usage point has no complete reading is filled with its own mean for
//! that hour of the day, and that energy is counted apart, so a balance knows how much of it is assumed.

use crate::domain::{Kw, MilliWattHours, Timestamp};

use super::LoadSeries;

/// Sum of many usage points over whole hours.
#[derive(Debug, Clone, PartialEq)]
pub struct GridSum {
    /// First hour.
    pub start: Timestamp,
    /// Energy read, one value an hour.
    pub read: Vec<MilliWattHours>,
    /// Energy assumed for missing readings, one value an hour.
    pub filled: Vec<MilliWattHours>,
}

/// Hourly mean power of a series on the hour grid from `start`; NaN where any part of the hour is missing or outside the series.
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

/// Sums `children` over `hours` hours from `start`.
#[must_use]
pub fn sum_hourly<'a>(children: impl Iterator<Item = &'a LoadSeries>, start: Timestamp, hours: usize) -> GridSum {
    let zero = vec![MilliWattHours(0); hours];
    let mut sum = GridSum { start, read: zero.clone(), filled: zero };
    for child in children {
        let hourly = hourly_kw(child, start, hours);
        let typical = mean_by_hour(&hourly);
        for (hour, &kw) in hourly.iter().enumerate() {
            let (column, kw) = if kw.is_nan() { (&mut sum.filled, typical[hour % 24]) } else { (&mut sum.read, f64::from(kw)) };
            column[hour] = column[hour] + MilliWattHours::from_kwh(Kw(kw).over_hours(1.0));
        }
    }
    sum
}

/// Mean of the valid values at each hour of the (UTC) day; the overall mean where an hour has none, zero where nothing is valid.
fn mean_by_hour(hourly: &[f32]) -> [f64; 24] {
    let mut sums = [(0.0_f64, 0_u32); 24];
    for (hour, &kw) in hourly.iter().enumerate().filter(|(_, kw)| !kw.is_nan()) {
        sums[hour % 24].0 += f64::from(kw);
        sums[hour % 24].1 += 1;
    }
    let (total, count) = sums.iter().fold((0.0, 0), |(s, n), (sum, count)| (s + sum, n + count));
    let overall = if count == 0 { 0.0 } else { total / f64::from(count) };
    sums.map(|(sum, count)| if count == 0 { overall } else { sum / f64::from(count) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(step_min: u32, kw: Vec<f32>) -> LoadSeries {
        LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min, kw }
    }

    #[test]
    fn half_hours_and_hours_add_up() {
        let (half, whole) = (series(30, vec![1.0, 3.0, 2.0, 2.0]), series(60, vec![5.0, 6.0]));
        let sum = sum_hourly([&half, &whole].into_iter(), Timestamp(0), 2);
        assert_eq!(sum.read, [MilliWattHours(7_000_000), MilliWattHours(8_000_000)]);
        assert_eq!(sum.filled, [MilliWattHours(0); 2]);
    }

    #[test]
    fn missing_hours_are_filled_and_counted_apart() {
        let gappy = series(60, vec![1.0, f32::NAN, 3.0]);
        let sum = sum_hourly(std::iter::once(&gappy), Timestamp(0), 3);
        assert_eq!(sum.read[1], MilliWattHours(0));
        assert_eq!(sum.filled[1], MilliWattHours(2_000_000));
    }
}
