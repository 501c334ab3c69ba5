//! Days on which the clock changes: how a file names their intervals, and the instant of one.
//!
//! A day of 23 hours is written as 1 to 23, or by the clock without the hour that was left out; a
//! day of 25 hours as 1 to 25, or by the clock with an hour twice. Where stamps are ends, the hour
//! that is missed or doubled may be that of the beginnings or that of the ends. What the labels of
//! a day are decides; none of it matters on any other day.

use crate::domain::{Calendar, CivilDay, LocalStamp, Resolved, Timestamp};

/// Readings of a day that lie nearer together than this do not show how its hours are named.
const LEAST_SHOWN_S: i64 = 18 * 3600;

/// How the intervals of a day are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbering {
    /// From the first instant of the day on: 23 or 25 hours.
    Counted,
    /// By what the clock shows at their beginnings; an end is the beginning and the length.
    ByBegin,
    /// By what the clock shows at the stamp.
    ByStamp,
}

/// The name of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) day: CivilDay,
    /// Seconds from midnight as they are written: of the beginning, or of the end.
    pub(crate) second: i64,
    /// Of an hour that the clock shows twice, whether it is the second; `None` where the label does
    /// not say.
    pub(crate) is_second: Option<bool>,
}

/// A day on which the clock changes.
#[derive(Debug, Clone)]
pub(crate) struct OddDay {
    pub(crate) day: CivilDay,
    start: Timestamp,
    next: Timestamp,
    /// Seconds from midnight that the clock never shows.
    gap: (i64, i64),
    /// Those that it shows twice.
    fold: (i64, i64),
}

/// An hour of a day as a series of readings has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    /// As in [`Label`].
    pub(crate) second: i64,
    /// Whether it has a value other than 0, which writers put into hours that never were.
    pub(crate) is_filled: bool,
}

impl OddDay {
    /// The day, if the clock changes on it.
    pub(crate) fn of(calendar: &Calendar, day: CivilDay) -> Option<Self> {
        const QUARTER: i64 = 900;
        let (start, next) = (calendar.day_start(day), calendar.day_start(CivilDay(day.0 + 1)));
        if next.0 - start.0 == 86_400 {
            return None;
        }
        let (mut gap, mut fold) = ((0, 0), (0, 0));
        let grow = |span: &mut (i64, i64), second: i64| {
            *span = if span.0 == span.1 { (second, second + QUARTER) } else { (span.0, second + QUARTER) };
        };
        for second in (0..86_400).step_by(QUARTER as usize) {
            match calendar.resolve(LocalStamp(i64::from(day.0) * 86_400 + second)) {
                Resolved::Never => grow(&mut gap, second),
                Resolved::Twice(..) => grow(&mut fold, second),
                Resolved::Exact(_) => {}
            }
        }
        Some(Self { day, start, next, gap, fold })
    }

    /// Seconds of the day.
    pub(crate) fn length_s(&self) -> i64 {
        self.next.0 - self.start.0
    }

    /// Whether the clock never shows a second after midnight.
    pub(crate) fn never_shows(&self, second: i64) -> bool {
        within(self.gap, second)
    }

    /// How one series of readings names the intervals of the day; `None` where it does not show.
    /// Its stamps are ends of intervals of `ends_s` seconds, or beginnings where that is 0.
    pub(crate) fn numbering_of(&self, seen: &[Seen], ends_s: i64) -> Option<Numbering> {
        let any = |wanted: &dyn Fn(i64) -> bool| seen.iter().any(|seen| seen.is_filled && wanted(seen.second));
        if self.length_s() < 86_400 {
            let tail = any(&|second| second - ends_s >= self.length_s() && second - ends_s < 86_400);
            let (begins, stamps) =
                (any(&|second| within(self.gap, second - ends_s)), any(&|second| within(self.gap, second)));
            return match (tail, begins, stamps) {
                (true, false, _) => Some(Numbering::ByBegin),
                (true, true, false) => Some(Numbering::ByStamp),
                (false, true, true) if is_shown(seen) => Some(Numbering::Counted),
                _ => None,
            };
        }
        if any(&|second| second - ends_s >= 86_400) {
            return Some(Numbering::Counted);
        }
        let mut seconds: Vec<i64> = seen.iter().map(|seen| seen.second).collect();
        seconds.sort_unstable();
        let doubled: Vec<i64> = seconds.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        let all = |shift: i64| doubled.iter().all(|&second| within(self.fold, second - shift));
        if doubled.is_empty() {
            None
        } else if all(ends_s) {
            Some(Numbering::ByBegin)
        } else {
            all(0).then_some(Numbering::ByStamp)
        }
    }

    /// The beginning of an interval; `None` where the day has none of this name.
    pub(crate) fn begin_of(
        &self,
        calendar: &Calendar,
        (second, ends_s): (i64, i64),
        numbering: Numbering,
        is_second: bool,
    ) -> Option<Timestamp> {
        let resolve = |second: i64| match calendar.resolve(LocalStamp(i64::from(self.day.0) * 86_400 + second)) {
            Resolved::Exact(at) => Some(at.0),
            Resolved::Twice(first, last) => Some(if is_second { last.0 } else { first.0 }),
            Resolved::Never => None,
        };
        let begin = second - ends_s;
        let at = match numbering {
            Numbering::Counted if begin >= 0 => Some(self.start.0 + begin).filter(|&at| at < self.next.0),
            _ if begin >= 86_400 => None,
            Numbering::ByBegin => resolve(begin),
            // An end within the hour that never was is one of a clock that shows beginnings.
            Numbering::ByStamp | Numbering::Counted => match resolve(second) {
                Some(at) => Some(at - ends_s),
                None if ends_s > 0 => resolve(begin),
                None => None,
            },
        };
        at.map(Timestamp)
    }
}

/// Whether readings reach over so much of a day that an absent end says something.
fn is_shown(seen: &[Seen]) -> bool {
    let filled = || seen.iter().filter(|seen| seen.is_filled).map(|seen| seen.second);
    filled().max().zip(filled().min()).is_some_and(|(last, first)| last - first >= LEAST_SHOWN_S)
}

fn within((from, to): (i64, i64), second: i64) -> bool {
    (from..to).contains(&second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(zone: &str, date: &str) -> (Calendar, OddDay) {
        let calendar = Calendar::new(Some(zone)).unwrap();
        let day = OddDay::of(&calendar, CivilDay::parse(date).unwrap()).unwrap();
        (calendar, day)
    }

    fn hours(hours: &[i64]) -> Vec<Seen> {
        hours.iter().map(|hour| Seen { second: hour * 3600, is_filled: true }).collect()
    }

    fn without(missing: i64, last: i64) -> Vec<Seen> {
        hours(&(1..=last).filter(|&hour| hour != missing).collect::<Vec<_>>())
    }

    #[test]
    fn a_day_of_23_hours_shows_whether_its_hours_are_counted_or_read_off_a_clock() {
        // Rome sets its clock forward from 02:00 to 03:00.
        let (_, day) = day("Europe/Rome", "2025-03-30");
        assert_eq!(day.length_s(), 23 * 3600);
        assert_eq!(day.numbering_of(&without(0, 23), 3600), Some(Numbering::Counted));
        assert_eq!(day.numbering_of(&without(3, 24), 3600), Some(Numbering::ByBegin));
        assert_eq!(day.numbering_of(&without(2, 24), 3600), Some(Numbering::ByStamp));
        assert_eq!(day.numbering_of(&hours(&[8, 9, 10]), 3600), None, "a part of the day says nothing");
        assert_eq!(day.numbering_of(&hours(&[1, 2, 3]), 3600), None, "nor do readings that end in the morning");
    }

    #[test]
    fn a_day_of_25_hours_shows_which_hour_is_doubled() {
        let (calendar, day) = day("Europe/Rome", "2025-10-26");
        let with = |twice: i64| [without(0, 24), hours(&[twice])].concat();
        assert_eq!(day.numbering_of(&without(0, 25), 3600), Some(Numbering::Counted));
        assert_eq!(day.numbering_of(&with(3), 3600), Some(Numbering::ByBegin));
        assert_eq!(day.numbering_of(&with(2), 3600), Some(Numbering::ByStamp));
        let begins = |numbering, is_second| day.begin_of(&calendar, (3 * 3600, 3600), numbering, is_second).unwrap().0;
        // The hour from 02:00 to 03:00 comes at 00:00 and at 01:00 UTC.
        assert_eq!(begins(Numbering::ByBegin, true) - begins(Numbering::ByBegin, false), 3600);
        assert_eq!(begins(Numbering::ByStamp, false), begins(Numbering::ByBegin, true));
        assert_eq!(begins(Numbering::Counted, false), begins(Numbering::ByBegin, false));
    }

    #[test]
    fn an_end_within_the_hour_that_never_was_belongs_to_the_hour_before() {
        let (calendar, day) = day("America/Chicago", "2025-03-09");
        let at = |hour: i64| day.begin_of(&calendar, (hour * 3600, 3600), Numbering::ByStamp, false).map(|at| at.0);
        assert_eq!(at(2), at(3), "01:00 to 02:00 ends when the clock shows 03:00");
        assert_eq!(day.begin_of(&calendar, (2 * 3600, 0), Numbering::ByStamp, false), None);
    }
}
