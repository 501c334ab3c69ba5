//! One civil month of one usage point.

use crate::domain::CivilDay;
use crate::series::{DayFold, DayLevel, HOURS};

/// One local day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DaySummary {
    /// Mean power, kW; NaN when fewer than half of the day's hours are valid.
    pub mean_kw: f32,
    /// Second lowest hourly mean, kW, so that one hour of outage does not hide a floor; NaN when
    /// there are no hours.
    pub floor_kw: f32,
    /// Second highest hourly mean, kW; NaN when there are no hours.
    pub top_kw: f32,
    /// How closely the hours keep to two levels (floor and top): 1 = exactly, 0 = evenly spread;
    /// NaN when there are no hours.
    pub two_level: f32,
    /// Hours with a value, 0 to 24.
    pub valid_hours: u8,
}

/// Low, middle and high of each hour of the day over the days of half a month, kW: the 20 %, 50 %
/// and 80 % quantiles. Halves, so that a load which begins in the middle of a month fills one of
/// them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HourBand {
    /// Days of the half, gaps included.
    pub days: u8,
    /// 20 % quantile; NaN where no day has this hour.
    pub low_kw: [f32; HOURS],
    /// Median.
    pub mid_kw: [f32; HOURS],
    /// 80 % quantile.
    pub high_kw: [f32; HOURS],
}

/// One civil month of one usage point.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The first day covered.
    pub first_day: CivilDay,
    /// Every day from the first on, gaps included.
    pub days: Vec<DaySummary>,
    /// Hours of the day over each half of the month that has days; empty where readings are coarser
    /// than an hour.
    pub halves: Vec<HourBand>,
}

/// Profiles of a folded series, one a civil month in order; `hourly` where readings are of an hour
/// or finer.
#[must_use]
pub fn profiles(fold: &DayFold, hourly: bool) -> Vec<Profile> {
    let Some(first) = fold.first_day else { return Vec::new() };
    let mut months = Vec::new();
    let mut from = 0;
    while from < fold.days.len() {
        let first_day = CivilDay(first.0 + from as i32);
        let left = (first_day.month_end().0 - first_day.0 + 1) as usize;
        let to = (from + left).min(fold.days.len());
        let hours = &fold.hours[from..to];
        let days = if hourly { summarise(hours) } else { fold.days[from..to].iter().map(daily_only).collect() };
        let first_half = FIRST_HALF.saturating_sub(first_day.date().day() as usize - 1).min(hours.len());
        let (first, second) = hours.split_at(if hourly { first_half } else { 0 });
        let halves = [first, if hourly { second } else { &[] }]
            .into_iter()
            .filter(|half| !half.is_empty())
            .map(hour_band)
            .collect();
        months.push(Profile { first_day, days, halves });
        from = to;
    }
    months
}

fn daily_only(level: &DayLevel) -> DaySummary {
    let (mean_kw, valid_hours) =
        if level.valid == 0 { (f32::NAN, 0) } else { (level.sum / level.valid as f32, HOURS as u8) };
    DaySummary { mean_kw, floor_kw: f32::NAN, top_kw: f32::NAN, two_level: f32::NAN, valid_hours }
}

/// Values of one hour of the day on every day of a month.
type ByDay = [f32; MOST_DAYS];

/// Summaries of the days of a month, all days side by side.
fn summarise(days: &[[f32; HOURS]]) -> Vec<DaySummary> {
    let mut by_hour = [[f32::NAN; MOST_DAYS]; HOURS];
    for (day, hours) in days.iter().enumerate() {
        for hour in 0..HOURS {
            by_hour[hour][day] = hours[hour];
        }
    }
    let (mut lowest, mut floor_kw): (ByDay, ByDay) = ([f32::INFINITY; MOST_DAYS], [f32::INFINITY; MOST_DAYS]);
    let (mut highest, mut top_kw): (ByDay, ByDay) = ([f32::NEG_INFINITY; MOST_DAYS], [f32::NEG_INFINITY; MOST_DAYS]);
    let (mut sum, mut valid): (ByDay, ByDay) = ([0.0; MOST_DAYS], [0.0; MOST_DAYS]);
    for row in &by_hour {
        for day in 0..MOST_DAYS {
            let kw = row[day];
            let there = !kw.is_nan();
            let (low, high) = (if there { kw } else { f32::INFINITY }, if there { kw } else { f32::NEG_INFINITY });
            floor_kw[day] = lesser(floor_kw[day], greater(lowest[day], low));
            lowest[day] = lesser(lowest[day], low);
            top_kw[day] = greater(top_kw[day], lesser(highest[day], high));
            highest[day] = greater(highest[day], high);
            sum[day] += if there { kw } else { 0.0 };
            valid[day] += if there { 1.0 } else { 0.0 };
        }
    }
    let mut off_level: ByDay = [0.0; MOST_DAYS];
    for row in &by_hour {
        for day in 0..MOST_DAYS {
            let off = lesser((row[day] - floor_kw[day]).abs(), (top_kw[day] - row[day]).abs());
            off_level[day] += if row[day].is_nan() { 0.0 } else { off };
        }
    }
    (0..days.len()).map(|day| summary(sum[day], valid[day], floor_kw[day], top_kw[day], off_level[day])).collect()
}

fn summary(sum: f32, valid: f32, floor_kw: f32, top_kw: f32, off_level: f32) -> DaySummary {
    let valid_hours = valid as u8;
    if usize::from(valid_hours) < HOURS / 2 {
        return DaySummary {
            mean_kw: f32::NAN,
            floor_kw: f32::NAN,
            top_kw: f32::NAN,
            two_level: f32::NAN,
            valid_hours,
        };
    }
    let range = top_kw - floor_kw;
    // Evenly spread hours are a quarter of the range away from the nearer level on average.
    let two_level = if range > 0.0 { (1.0 - 4.0 * off_level / valid / range).max(0.0) } else { 0.0 };
    DaySummary { mean_kw: sum / valid, floor_kw, top_kw, two_level, valid_hours }
}

/// The lesser of two numbers that are not NaN: one instruction, where `f32::min` takes five.
fn lesser(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// Days of a month at most, to the next power of two.
pub(super) const MOST_DAYS: usize = 32;
/// Days of the first half of a month.
pub(super) const FIRST_HALF: usize = 15;
/// Days that the sorting network takes; no half of a month has more.
const HALF_DAYS: usize = 16;

/// Quantiles of every hour over the days of half a month, all hours side by side.
fn hour_band(days: &[[f32; HOURS]]) -> HourBand {
    let mut sorted = [[f32::INFINITY; HOURS]; HALF_DAYS];
    let mut counts = [0_usize; HOURS];
    for (row, day) in sorted.iter_mut().zip(days) {
        for hour in 0..HOURS {
            let there = !day[hour].is_nan();
            counts[hour] += usize::from(there);
            row[hour] = if there { day[hour] } else { f32::INFINITY };
        }
    }
    sort_columns(&mut sorted);
    let at = |share: f32| -> [f32; HOURS] {
        std::array::from_fn(|hour| match counts[hour] {
            0 => f32::NAN,
            count => sorted[((count - 1) as f32 * share).round() as usize][hour],
        })
    };
    HourBand { days: days.len() as u8, low_kw: at(0.2), mid_kw: at(0.5), high_kw: at(0.8) }
}

/// Sorts every column, lowest first, by comparisons that do not depend on the values, so that all
/// columns go in step.
/// Source: Batcher (1968), Sorting networks and their applications (odd-even merge sort).
fn sort_columns(rows: &mut [[f32; HOURS]; HALF_DAYS]) {
    let mut part = 1;
    while part < HALF_DAYS {
        let mut distance = part;
        while distance >= 1 {
            let mut start = distance % part;
            while start + distance < HALF_DAYS {
                for upper in start..(start + distance).min(HALF_DAYS - distance) {
                    if upper / (2 * part) == (upper + distance) / (2 * part) {
                        exchange(rows, upper, upper + distance);
                    }
                }
                start += 2 * distance;
            }
            distance /= 2;
        }
        part *= 2;
    }
}

fn exchange(rows: &mut [[f32; HOURS]; HALF_DAYS], upper: usize, lower: usize) {
    let (a, b) = (rows[upper], rows[lower]);
    for hour in 0..HOURS {
        let swap = b[hour] < a[hour];
        rows[upper][hour] = if swap { b[hour] } else { a[hour] };
        rows[lower][hour] = if swap { a[hour] } else { b[hour] };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Calendar, Timestamp};
    use crate::series::LoadSeries;

    fn series(step_min: u32, kw: Vec<f32>) -> LoadSeries {
        LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min, kw }
    }

    fn profiles(series: &LoadSeries, calendar: &Calendar) -> Vec<Profile> {
        super::profiles(&DayFold::of(series, calendar), series.step_min <= 60)
    }

    proptest! {
        #[test]
        fn the_network_sorts(values in proptest::collection::vec(-5.0_f32..5.0, HALF_DAYS)) {
            let mut rows = [[0.0; HOURS]; HALF_DAYS];
            rows.iter_mut().zip(&values).for_each(|(row, &value)| row[7] = value);
            sort_columns(&mut rows);
            let mut expected = values;
            expected.sort_by(f32::total_cmp);
            prop_assert_eq!(rows.map(|row| row[7]).to_vec(), expected);
        }
    }

    #[test]
    fn a_profile_of_a_month_is_at_most_two_kilobytes() {
        let bytes = size_of::<Profile>() + 31 * size_of::<DaySummary>() + 2 * size_of::<HourBand>();
        assert!(bytes <= 2048, "{bytes}");
    }

    #[test]
    fn floor_ignores_one_hour_of_outage() {
        let mut kw = vec![3.0; 24];
        kw[5] = 0.0;
        let month = &profiles(&series(60, kw), &Calendar::new(None).unwrap())[0];
        assert_eq!(month.days[0].floor_kw, 3.0);
    }

    #[test]
    fn half_hourly_and_hourly_readings_of_one_load_give_one_profile() {
        let calendar = Calendar::new(None).unwrap();
        let hourly: Vec<f32> = (0..72).map(|i| (i % 24) as f32).collect();
        let half: Vec<f32> = hourly.iter().flat_map(|&kw| [kw, kw]).collect();
        assert_eq!(profiles(&series(60, hourly), &calendar), profiles(&series(30, half), &calendar));
    }

    #[test]
    fn months_split_at_the_local_month_end() {
        let calendar = Calendar::new(None).unwrap();
        let months = profiles(&series(60, vec![1.0; 24 * 40]), &calendar);
        assert_eq!(months.iter().map(|m| m.days.len()).collect::<Vec<_>>(), [31, 9]);
    }

    #[test]
    fn a_rectangular_day_keeps_to_two_levels_and_a_ramp_does_not() {
        let calendar = Calendar::new(None).unwrap();
        let rectangle: Vec<f32> = (0..24).map(|h| if h < 8 { 10.0 } else { 0.2 }).collect();
        let ramp: Vec<f32> = (0..24).map(|h| h as f32).collect();
        assert!(profiles(&series(60, rectangle), &calendar)[0].days[0].two_level > 0.99);
        assert!(profiles(&series(60, ramp), &calendar)[0].days[0].two_level < 0.2);
    }

    #[test]
    fn daily_readings_have_means_but_no_hours() {
        let month = &profiles(&series(1440, vec![1.0, 2.0]), &Calendar::new(None).unwrap())[0];
        assert_eq!(month.days[1].mean_kw, 2.0);
        assert!(month.halves.is_empty() && month.days[1].floor_kw.is_nan());
    }

    #[test]
    fn clock_change_days_do_not_shift_later_hours() {
        let calendar = Calendar::new(Some("Europe/Berlin")).unwrap();
        let start = calendar.day_start(CivilDay::from_ymd(2025, 3, 29).unwrap());
        // 8 kW at local hour 5 on a 24, a 23 and a 24 hour day.
        let kw: Vec<f32> = (0..71)
            .map(|i| if calendar.local(Timestamp(start.0 + i * 3600)).hour() == 5 { 8.0 } else { 1.0 })
            .collect();
        let months = profiles(&LoadSeries { usage_point: "A".into(), start, step_min: 60, kw }, &calendar);
        assert_eq!(months[0].halves[0].low_kw[5], 8.0);
    }
}
