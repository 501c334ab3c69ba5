//! One civil month of one usage point.

use crate::domain::{Calendar, CivilDay, DayKind};
use crate::series::LoadSeries;

/// Hours of a day. On a 23 hour day one is empty, on a 25 hour day one holds the mean of two.
pub const HOURS: usize = 24;

/// One local day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DaySummary {
    /// Mean power, kW; NaN when fewer than half of the day's hours are valid.
    pub mean_kw: f32,
    /// Second lowest hourly mean, kW, so that one hour of outage does not hide a floor; NaN when there are no hours.
    pub floor_kw: f32,
    /// Second highest hourly mean, kW; NaN when there are no hours.
    pub top_kw: f32,
    /// How closely the hours keep to two levels (floor and top): 1 = exactly, 0 = evenly spread; NaN when there are no hours.
    pub two_level: f32,
    /// Hours with a value, 0 to 24.
    pub valid_hours: u8,
}

/// Low, middle and high of each hour of the day over the days of a month, kW: the 20 %, 50 % and 80 % quantiles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HourBand {
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
    /// Hours of the day over the month; `None` where readings are coarser than an hour.
    pub hours: Option<HourBand>,
    /// Mean power by hour, working days then weekends, kW; NaN where nothing is valid.
    pub shape_kw: [f32; 2 * HOURS],
}

/// Hourly means of one local day; NaN = missing.
type DayHours = [f32; HOURS];

/// Profiles of a series, one a civil month in order; empty for an empty series.
#[must_use]
pub fn profiles(series: &LoadSeries, calendar: &Calendar) -> Vec<Profile> {
    let Some((first, last)) = series.days(calendar) else { return Vec::new() };
    let hourly = series.step_min <= 60;
    let mut months: Vec<Profile> = Vec::new();
    let mut hours_of_month: Vec<DayHours> = Vec::new();
    let mut cursor = 0;
    for day in (first.0..=last.0).map(CivilDay) {
        let starts_month = months.last().is_none_or(|month| month.first_day.month_number() != day.month_number());
        if starts_month {
            if let Some(month) = months.last_mut() {
                close_month(month, &hours_of_month, hourly);
            }
            hours_of_month.clear();
            months.push(Profile { first_day: day, days: Vec::with_capacity(31), hours: None, shape_kw: [f32::NAN; 2 * HOURS] });
        }
        let (hours, mean_kw, next) = fold_day(series, calendar, day, cursor);
        cursor = next;
        if let Some(month) = months.last_mut() {
            month.days.push(if hourly { summarise_hours(&hours) } else { daily_only(mean_kw) });
        }
        hours_of_month.push(hours);
    }
    if let Some(month) = months.last_mut() {
        close_month(month, &hours_of_month, hourly);
    }
    months
}

/// Folds the intervals of one local day from `cursor` on: hourly means, mean of the day, first interval of the next day.
fn fold_day(series: &LoadSeries, calendar: &Calendar, day: CivilDay, cursor: usize) -> (DayHours, f32, usize) {
    let (from, to) = (calendar.day_start(day), calendar.day_start(CivilDay(day.0 + 1)));
    let step_s = i64::from(series.step_min) * 60;
    let end = ((to.0 - series.start.0 + step_s - 1).div_euclid(step_s)).clamp(cursor as i64, series.kw.len() as i64) as usize;
    // Days with a clock change look up the clock for each interval; all others have one offset.
    let plain_offset = (to.0 - from.0 == 86_400).then(|| calendar.offset_s(from));
    let (mut sums, mut counts) = ([0.0_f32; HOURS], [0_u32; HOURS]);
    for index in cursor..end {
        let kw = series.kw[index];
        if kw.is_nan() {
            continue;
        }
        let at = series.at(index);
        let local_s = at.0 + plain_offset.unwrap_or_else(|| calendar.offset_s(at));
        let hour = (local_s.rem_euclid(86_400) / 3600) as usize;
        sums[hour] += kw;
        counts[hour] += 1;
    }
    let mut hours = [f32::NAN; HOURS];
    for hour in 0..HOURS {
        if counts[hour] > 0 {
            hours[hour] = sums[hour] / counts[hour] as f32;
        }
    }
    let count: u32 = counts.iter().sum();
    let mean_kw = if count == 0 { f32::NAN } else { sums.iter().sum::<f32>() / count as f32 };
    (hours, mean_kw, end)
}

fn daily_only(mean_kw: f32) -> DaySummary {
    let valid_hours = if mean_kw.is_nan() { 0 } else { HOURS as u8 };
    DaySummary { mean_kw, floor_kw: f32::NAN, top_kw: f32::NAN, two_level: f32::NAN, valid_hours }
}

fn summarise_hours(hours: &DayHours) -> DaySummary {
    let mut sorted = [0.0_f32; HOURS];
    let mut n = 0;
    for &kw in hours.iter().filter(|kw| !kw.is_nan()) {
        sorted[n] = kw;
        n += 1;
    }
    if n < HOURS / 2 {
        return DaySummary { mean_kw: f32::NAN, floor_kw: f32::NAN, top_kw: f32::NAN, two_level: f32::NAN, valid_hours: n as u8 };
    }
    let valid = &mut sorted[..n];
    valid.sort_unstable_by(f32::total_cmp);
    let (floor_kw, top_kw) = (valid[1], valid[n - 2]);
    let mean_kw = valid.iter().sum::<f32>() / n as f32;
    let range = top_kw - floor_kw;
    let off_level: f32 = valid.iter().map(|kw| (kw - floor_kw).abs().min((top_kw - kw).abs())).sum::<f32>() / n as f32;
    // Evenly spread hours are a quarter of the range away from the nearer level on average.
    let two_level = if range > 0.0 { (1.0 - 4.0 * off_level / range).max(0.0) } else { 0.0 };
    DaySummary { mean_kw, floor_kw, top_kw, two_level, valid_hours: n as u8 }
}

fn close_month(month: &mut Profile, days: &[DayHours], hourly: bool) {
    if !hourly {
        return;
    }
    let mut band = HourBand { low_kw: [f32::NAN; HOURS], mid_kw: [f32::NAN; HOURS], high_kw: [f32::NAN; HOURS] };
    let mut column: Vec<f32> = Vec::with_capacity(days.len());
    for hour in 0..HOURS {
        column.clear();
        column.extend(days.iter().map(|day| day[hour]).filter(|kw| !kw.is_nan()));
        if column.is_empty() {
            continue;
        }
        column.sort_unstable_by(f32::total_cmp);
        let at = |share: f32| column[((column.len() - 1) as f32 * share).round() as usize];
        (band.low_kw[hour], band.mid_kw[hour], band.high_kw[hour]) = (at(0.2), at(0.5), at(0.8));
    }
    month.hours = Some(band);
    month.shape_kw = shape(month.first_day, days);
}

fn shape(first_day: CivilDay, days: &[DayHours]) -> [f32; 2 * HOURS] {
    let (mut sums, mut counts) = ([0.0_f32; 2 * HOURS], [0_u32; 2 * HOURS]);
    for (index, hours) in days.iter().enumerate() {
        let offset = match CivilDay(first_day.0 + index as i32).kind() {
            DayKind::Working => 0,
            DayKind::Weekend => HOURS,
        };
        for (hour, &kw) in hours.iter().enumerate().filter(|(_, kw)| !kw.is_nan()) {
            sums[offset + hour] += kw;
            counts[offset + hour] += 1;
        }
    }
    std::array::from_fn(|bin| if counts[bin] == 0 { f32::NAN } else { sums[bin] / counts[bin] as f32 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn series(step_min: u32, kw: Vec<f32>) -> LoadSeries {
        LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min, kw }
    }

    #[test]
    fn a_profile_of_a_month_is_at_most_two_kilobytes() {
        let bytes = size_of::<Profile>() + 31 * size_of::<DaySummary>();
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
        assert!(month.hours.is_none() && month.days[1].floor_kw.is_nan());
    }

    #[test]
    fn clock_change_days_do_not_shift_later_hours() {
        let calendar = Calendar::new(Some("Europe/Berlin")).unwrap();
        let start = calendar.day_start(CivilDay::from_ymd(2025, 3, 29).unwrap());
        // 8 kW at local hour 5 on a 24, a 23 and a 24 hour day.
        let kw: Vec<f32> = (0..71).map(|i| if calendar.local(Timestamp(start.0 + i * 3600)).hour() == 5 { 8.0 } else { 1.0 }).collect();
        let months = profiles(&LoadSeries { usage_point: "A".into(), start, step_min: 60, kw }, &calendar);
        assert_eq!(months[0].hours.unwrap().low_kw[5], 8.0);
    }
}
