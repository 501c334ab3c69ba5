//! Seconds of the utility's clock to UTC, with the zone asked once a day except on days on which
//! the clock changes.

use crate::domain::{Calendar, CivilDay, LocalStamp, RejectCode, Resolved, Timestamp};

/// 1990-01-01 and 2101-01-01, seconds.
const RANGE: std::ops::Range<i64> = 631_152_000..4_133_980_800;

/// Turns stamps of one file into instants; keeps what it learned about the last day.
pub(crate) struct NaiveClock<'a> {
    calendar: &'a Calendar,
    /// The stamps are instants already.
    exact: bool,
    day: Option<(i64, Option<i64>)>,
    span: Option<(i64, i64, Option<i64>)>,
}

impl<'a> NaiveClock<'a> {
    pub(crate) fn new(calendar: &'a Calendar, exact: bool) -> Self {
        Self { calendar, exact, day: None, span: None }
    }

    /// The instant of a stamp. A stamp that the clock shows twice is the earlier instant.
    pub(crate) fn read(&mut self, second: Option<i64>) -> Result<Timestamp, RejectCode> {
        let second = second.ok_or(RejectCode::TIME_UNREADABLE)?;
        if !RANGE.contains(&second) {
            return Err(RejectCode::TIME_OUT_OF_RANGE);
        }
        if self.exact {
            return Ok(Timestamp(second));
        }
        let day = second.div_euclid(86_400);
        let offset = match self.day {
            Some((known, offset)) if known == day => offset,
            _ => {
                let offset = self.day_offset(day);
                self.day = Some((day, offset));
                offset
            }
        };
        match offset {
            Some(offset) => Ok(Timestamp(second - offset)),
            None => match self.calendar.resolve(LocalStamp(second)) {
                Resolved::Exact(at) | Resolved::Twice(at, _) => Ok(at),
                Resolved::Never => Err(RejectCode::TIME_NEVER_WAS),
            },
        }
    }

    /// Seconds to take from every stamp from `first` to `last`; `None` when they differ or a stamp
    /// is out of range.
    pub(crate) fn common_offset(&mut self, first: i64, last: i64) -> Option<i64> {
        if !RANGE.contains(&first) || !RANGE.contains(&last) {
            return None;
        }
        if self.exact {
            return Some(0);
        }
        let (from, to) = (first.div_euclid(86_400), last.div_euclid(86_400));
        match self.span {
            Some((known_from, known_to, offset @ Some(_))) if known_from <= from && to <= known_to => offset,
            Some((known_from, known_to, None)) if (known_from, known_to) == (from, to) => None,
            _ => {
                let offset = self.day_offset(from);
                let offset = offset.filter(|_| (from + 1..=to).all(|day| self.day_offset(day) == offset));
                self.span = Some((from, to, offset));
                offset
            }
        }
    }

    /// Offset that holds all day; `None` when the clock changes on that day.
    fn day_offset(&self, day: i64) -> Option<i64> {
        let civil = CivilDay(day as i32);
        let (start, next) = (self.calendar.day_start(civil), self.calendar.day_start(CivilDay(civil.0 + 1)));
        (next.0 - start.0 == 86_400).then_some(day * 86_400 - start.0)
    }
}
