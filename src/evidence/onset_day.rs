//! The day on which a load that runs day and night began, from the intervals themselves.
//!
//! Daily levels date a start to a day or two, because the day of the start is half without the
//! load. Here the intervals around it are split where the sum of squares falls most
//! (`domain::best_split`); the split counts when the level rises there by about the power of the
//! load, which an evening peak does not.
//! Weak when: the load begins with a pause, or the premises change their own use on the same day.

use crate::domain::{Calendar, CivilDay, best_split};
use crate::series::LoadSeries;

/// Days on either side of the range that may hold the start.
const MARGIN_DAYS: i32 = 1;
/// The rise at the split, as a share of the power of the load.
const RISE: std::ops::RangeInclusive<f64> = 0.6..=1.5;
/// Intervals that either side of the split must have.
const MARGIN: usize = 4;

/// Local day of the start of a load of `kw` that lies in `range`, first and last day included.
/// `None` where no instant stands out.
#[must_use]
pub fn onset_day(series: &LoadSeries, calendar: &Calendar, range: (CivilDay, CivilDay), kw: f64) -> Option<CivilDay> {
    let around = series.clip(calendar, CivilDay(range.0.0 - MARGIN_DAYS), CivilDay(range.1.0 + MARGIN_DAYS));
    let valid: Vec<(usize, f64)> = around
        .kw
        .iter()
        .enumerate()
        .filter(|(_, kw)| !kw.is_nan())
        .map(|(index, &kw)| (index, f64::from(kw)))
        .collect();
    let levels: Vec<f64> = valid.iter().map(|(_, kw)| *kw).collect();
    let split = best_split(&levels, MARGIN)?;
    let rise = (split.after - split.before) / kw;
    RISE.contains(&rise).then(|| calendar.day(around.at(valid[split.place].0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    /// A home with evening peaks and a load of `kw` from hour `start` on, in quarters of an hour
    /// over ten days.
    fn home(kw: f32, start: usize) -> LoadSeries {
        let value = |i: usize| {
            let hour = i / 4;
            0.2 + ((i * 7919) % 13) as f32 / 60.0
                + if (18..21).contains(&(hour % 24)) { 1.2 } else { 0.0 }
                + if hour >= start { kw } else { 0.0 }
        };
        LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 15, kw: (0..960).map(value).collect() }
    }

    #[test]
    fn a_farm_that_starts_in_the_afternoon_is_dated_to_that_day() {
        let calendar = Calendar::new(None).unwrap();
        assert_eq!(onset_day(&home(3.3, 4 * 24 + 15), &calendar, (CivilDay(4), CivilDay(6)), 3.3), Some(CivilDay(4)));
    }

    #[test]
    fn an_evening_peak_is_no_start() {
        let calendar = Calendar::new(None).unwrap();
        assert_eq!(onset_day(&home(0.0, 0), &calendar, (CivilDay(4), CivilDay(6)), 3.3), None);
    }
}
