//! The local clock along an axis: minute of the day and civil day of every interval, computed with
//! two zone look-ups a day.

use crate::domain::{Calendar, CivilDay, DayKind, Timestamp};

/// What the local clock shows at the start of every interval.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LocalTimes {
    /// Minute of the local day, 0 to 1439, one value per interval.
    pub minute: Vec<u16>,
    /// Local civil day, one value per interval.
    pub day: Vec<CivilDay>,
}

impl LocalTimes {
    /// Reads the clock at the start of every interval; `start` in increasing order.
    #[must_use]
    pub fn new(start: &[Timestamp], calendar: &Calendar) -> Self {
        let mut times = Self { minute: Vec::with_capacity(start.len()), day: Vec::with_capacity(start.len()) };
        let same_utc_day = |a: &Timestamp, b: &Timestamp| a.0.div_euclid(86_400) == b.0.div_euclid(86_400);
        for group in start.chunk_by(same_utc_day) {
            let (first, last) = (calendar.offset_s(group[0]), calendar.offset_s(group[group.len() - 1]));
            for &at in group {
                let offset = if first == last { first } else { calendar.offset_s(at) };
                let local = at.0 + offset;
                times.minute.push((local.rem_euclid(86_400) / 60) as u16);
                times.day.push(CivilDay(local.div_euclid(86_400) as i32));
            }
        }
        times
    }

    /// Whether each interval lies on a Saturday or Sunday.
    #[must_use]
    pub fn weekend(&self) -> Vec<bool> {
        let mut weekend = Vec::with_capacity(self.day.len());
        for group in self.day.chunk_by(|a, b| a == b) {
            weekend.resize(weekend.len() + group.len(), group[0].kind() == DayKind::Weekend);
        }
        weekend
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_agrees_with_the_calendar_over_a_clock_change() {
        let calendar = Calendar::new(Some("Europe/Berlin")).unwrap();
        let first = calendar.day_start(CivilDay::from_ymd(2025, 3, 28).unwrap());
        let start: Vec<Timestamp> = (0..240).map(|i| Timestamp(first.0 + i * 1800)).collect();
        let times = LocalTimes::new(&start, &calendar);
        for (i, &at) in start.iter().enumerate() {
            let local = calendar.local(at);
            assert_eq!((i64::from(times.minute[i]) * 60, times.day[i]), (local.0.rem_euclid(86_400), local.day()));
        }
    }

    #[test]
    fn the_first_and_second_of_march_2025_are_a_weekend() {
        let calendar = Calendar::new(None).unwrap();
        let first = calendar.day_start(CivilDay::from_ymd(2025, 3, 1).unwrap());
        let start: Vec<Timestamp> = (0..3).map(|day| Timestamp(first.0 + day * 86_400)).collect();
        assert_eq!(LocalTimes::new(&start, &calendar).weekend(), [true, true, false]);
    }
}
