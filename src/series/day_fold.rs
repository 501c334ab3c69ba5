//! One pass over a series: hourly means of the local clock and the levels of every local day, which
//! the fault gate and the profiles share.

use super::load_series::LoadSeries;
use crate::domain::{Calendar, CivilDay};

/// Hours of a day. On a 23 hour day one is empty, on a 25 hour day one holds the mean of two.
pub const HOURS: usize = 24;

/// A series folded by local day and hour.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DayFold {
    /// First local day.
    pub first_day: Option<CivilDay>,
    /// One entry a day, gaps included.
    pub days: Vec<DayLevel>,
    /// Hourly means of every day, kW; NaN where no interval is valid. Of no meaning where readings
    /// are coarser than an hour.
    pub hours: Vec<[f32; HOURS]>,
}

/// Levels of the valid intervals of one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayLevel {
    /// Index of the first interval of the day.
    pub from: usize,
    /// Index after its last interval.
    pub to: usize,
    /// Intervals with a value.
    pub valid: u32,
    /// Sum, kW.
    pub sum: f32,
    /// Sum of squared distances to `pivot`, kW².
    pub squares: f32,
    /// A value of the day, kW, so that squares of a large steady load keep their digits.
    pub pivot: f32,
    /// Lowest, kW; infinite where nothing is valid.
    pub lowest: f32,
    /// Highest, kW; minus infinite where nothing is valid.
    pub highest: f32,
}

impl DayFold {
    /// Folds a series.
    #[must_use]
    pub fn of(series: &LoadSeries, calendar: &Calendar) -> Self {
        let Some((first, last)) = series.days(calendar) else { return Self::default() };
        let days = (last.0 - first.0 + 1).max(0) as usize;
        let mut fold = Self { first_day: Some(first), days: Vec::with_capacity(days), hours: Vec::with_capacity(days) };
        let step_s = i64::from(series.step_min) * 60;
        let mut from = 0;
        for day in (first.0..=last.0).map(CivilDay) {
            let (start, end) = (calendar.day_start(day), calendar.day_start(CivilDay(day.0 + 1)));
            let to = ((end.0 - series.start.0 + step_s - 1).div_euclid(step_s))
                .clamp(from as i64, series.kw.len() as i64) as usize;
            let values = &series.kw[from..to];
            fold.days.push(level(values, from, to));
            let hourly = series.step_min > 0 && 60 % series.step_min == 0;
            let complete = fold.days.last().is_some_and(|day| day.valid as usize == values.len());
            let whole = hourly
                && complete
                && end.0 - start.0 == 86_400
                && values.len() * series.step_min as usize == 24 * 60
                && series.at(from) == start;
            fold.hours.push(match (whole, series.step_min) {
                (true, 60) => whole_day::<1>(values),
                (true, 30) => whole_day::<2>(values),
                (true, 15) => whole_day::<4>(values),
                _ => any_day(series, calendar, day, from, values),
            });
            from = to;
        }
        fold
    }

    /// Intervals with a value.
    #[must_use]
    pub fn valid(&self) -> usize {
        self.days.iter().map(|day| day.valid as usize).sum()
    }

    /// Mean power of all valid intervals, kW; `None` where there is none.
    #[must_use]
    pub fn mean_kw(&self) -> Option<f64> {
        let valid = self.valid();
        (valid > 0).then(|| self.days.iter().map(|day| f64::from(day.sum)).sum::<f64>() / valid as f64)
    }
}

impl DayLevel {
    /// Mean of the valid intervals, kW; NaN without one.
    #[must_use]
    pub fn mean(&self) -> f64 {
        f64::from(self.sum) / f64::from(self.valid)
    }

    /// Standard deviation of the valid intervals, kW.
    #[must_use]
    pub fn spread(&self) -> f64 {
        (f64::from(self.squares) / f64::from(self.valid) - (self.mean() - f64::from(self.pivot)).powi(2))
            .max(0.0)
            .sqrt()
    }
}

/// Lanes that a day's intervals are summed in, so that the compiler can use wide registers.
const LANES: usize = 8;

/// Levels of a day. Nearly all days are complete; the others are told by their sum, which is then
/// NaN.
fn level(values: &[f32], from: usize, to: usize) -> DayLevel {
    let pivot = values.iter().copied().find(|value| !value.is_nan()).unwrap_or(0.0);
    let (mut sum, mut squares) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    let (mut lowest, mut highest) = ([f32::INFINITY; LANES], [f32::NEG_INFINITY; LANES]);
    let mut take = |lane: usize, value: f32| {
        let distance = value - pivot;
        sum[lane] += value;
        squares[lane] += distance * distance;
        lowest[lane] = if value < lowest[lane] { value } else { lowest[lane] };
        highest[lane] = if value > highest[lane] { value } else { highest[lane] };
    };
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        (0..LANES).for_each(|lane| take(lane, chunk[lane]));
    }
    rest.iter().enumerate().for_each(|(lane, &value)| take(lane, value));
    let total: f32 = sum.iter().sum();
    if total.is_nan() {
        return level_with_gaps(values, from, to, pivot);
    }
    DayLevel {
        from,
        to,
        valid: values.len() as u32,
        sum: total,
        squares: squares.iter().sum(),
        pivot,
        lowest: lowest.iter().copied().fold(f32::INFINITY, f32::min),
        highest: highest.iter().copied().fold(f32::NEG_INFINITY, f32::max),
    }
}

fn level_with_gaps(values: &[f32], from: usize, to: usize, pivot: f32) -> DayLevel {
    let mut level = DayLevel {
        from,
        to,
        valid: 0,
        sum: 0.0,
        squares: 0.0,
        pivot,
        lowest: f32::INFINITY,
        highest: f32::NEG_INFINITY,
    };
    for &value in values.iter().filter(|value| !value.is_nan()) {
        level.valid += 1;
        level.sum += value;
        level.squares += (value - pivot).powi(2);
        level.lowest = level.lowest.min(value);
        level.highest = level.highest.max(value);
    }
    level
}

/// Hourly means of a complete day of 24 hours with `PARTS` intervals each.
fn whole_day<const PARTS: usize>(values: &[f32]) -> [f32; HOURS] {
    let mut hours = [f32::NAN; HOURS];
    for (hour, part) in hours.iter_mut().zip(values.chunks_exact(PARTS)) {
        *hour = part.iter().sum::<f32>() / PARTS as f32;
    }
    hours
}

/// Hourly means of a day that is cut short, has a clock change, or has intervals that do not fit
/// the hour.
fn any_day(series: &LoadSeries, calendar: &Calendar, day: CivilDay, from: usize, values: &[f32]) -> [f32; HOURS] {
    let (start, end) = (calendar.day_start(day), calendar.day_start(CivilDay(day.0 + 1)));
    // Days with a clock change look up the clock for each interval; all others have one offset.
    let plain_offset = (end.0 - start.0 == 86_400).then(|| calendar.offset_s(start));
    let (mut sums, mut counts) = ([0.0_f32; HOURS], [0_u32; HOURS]);
    for (place, &kw) in values.iter().enumerate().filter(|(_, kw)| !kw.is_nan()) {
        let at = series.at(from + place);
        let local_s = at.0 + plain_offset.unwrap_or_else(|| calendar.offset_s(at));
        let hour = (local_s.rem_euclid(86_400) / 3600) as usize;
        sums[hour] += kw;
        counts[hour] += 1;
    }
    std::array::from_fn(|hour| if counts[hour] > 0 { sums[hour] / counts[hour] as f32 } else { f32::NAN })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whole_days_and_any_days_fold_alike(kw in proptest::collection::vec(prop_oneof![9 => 0.0_f32..50.0, 1 => Just(f32::NAN)], 96)) {
            let calendar = Calendar::new(Some("Asia/Almaty")).unwrap();
            let day = CivilDay::from_ymd(2025, 3, 5).unwrap();
            let series = LoadSeries { usage_point: "A".into(), start: calendar.day_start(day), step_min: 15, kw };
            let fold = DayFold::of(&series, &calendar);
            let slow = any_day(&series, &calendar, day, 0, &series.kw);
            for (quick, slow) in fold.hours[0].iter().zip(slow) {
                prop_assert!((quick - slow).abs() < 1e-4 || (quick.is_nan() && slow.is_nan()));
            }
            let valid: Vec<f32> = series.kw.iter().copied().filter(|kw| !kw.is_nan()).collect();
            prop_assert_eq!(fold.days[0].valid as usize, valid.len());
            prop_assert_eq!(fold.days[0].highest, valid.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        }
    }
}
