//! Time stamps in text, to UTC.
//!
//! The form is found from the first rows and then required of every row, because a file that changes its form in the middle is two files. The date part is parsed once for
//! each run of equal dates, and the clock is asked once a day, except on days on which it changes.

use crate::domain::{Calendar, CivilDay, LocalStamp, RejectCode, Resolved, Timestamp};

/// Years that a stamp may lie in.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

/// How stamps are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StampForm {
    /// Year first: `2025-03-01 00:30`, `2025/03/01`, with `T`, seconds, `Z` or an offset.
    YearFirst,
    /// Day first: `01.03.2025 00:30`, `01/03/2025`.
    DayFirst,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMillis,
}

/// Parses the stamps of one piece of a file; keeps what it learned about the last date.
#[derive(Debug, Clone)]
pub(super) struct StampReader<'a> {
    form: StampForm,
    calendar: &'a Calendar,
    date: [u8; 10],
    midnight: LocalMidnight,
}

#[derive(Debug, Clone, Copy, Default)]
struct LocalMidnight {
    local_s: i64,
    /// Offset that holds all day; `None` when the clock changes on this day.
    offset_s: Option<i64>,
    known: bool,
}

impl StampForm {
    /// The form of a stamp; `None` when it is of no known form.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.trim_ascii();
        if bytes.len() >= 9 && bytes.len() <= 13 && bytes.iter().all(u8::is_ascii_digit) {
            return Some(if bytes.len() > 11 { Self::EpochMillis } else { Self::EpochSeconds });
        }
        [Self::YearFirst, Self::DayFirst].into_iter().find(|form| bytes.len() >= 10 && form.date(&bytes[..10]).is_some())
    }

    fn date(self, bytes: &[u8]) -> Option<CivilDay> {
        let number = |range: std::ops::Range<usize>| -> Option<i16> {
            bytes[range].iter().try_fold(0_i16, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i16::from(byte - b'0')))
        };
        let separator = |a: usize, b: usize| bytes[a] == bytes[b] && matches!(bytes[a], b'-' | b'/' | b'.');
        let (year, month, day) = match self {
            Self::YearFirst if separator(4, 7) => (number(0..4)?, number(5..7)?, number(8..10)?),
            Self::DayFirst if separator(2, 5) => (number(6..10)?, number(3..5)?, number(0..2)?),
            _ => return None,
        };
        CivilDay::from_ymd(year, month as i8, day as i8)
    }
}

impl<'a> StampReader<'a> {
    /// A reader for stamps of one form.
    pub(super) fn new(form: StampForm, calendar: &'a Calendar) -> Self {
        Self { form, calendar, date: [0; 10], midnight: LocalMidnight::default() }
    }

    /// The instant of a stamp. A stamp that the clock shows twice is the earlier instant.
    ///
    /// # Errors
    /// The reject code when the stamp cannot be read, lies out of range, or never was.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<Timestamp, RejectCode> {
        let bytes = bytes.trim_ascii();
        match self.form {
            StampForm::EpochSeconds | StampForm::EpochMillis => self.epoch(bytes),
            StampForm::YearFirst | StampForm::DayFirst => self.civil(bytes),
        }
    }

    fn epoch(&self, bytes: &[u8]) -> Result<Timestamp, RejectCode> {
        let text = std::str::from_utf8(bytes).map_err(|_| RejectCode::TIME_UNREADABLE)?;
        let number: i64 = text.parse().map_err(|_| RejectCode::TIME_UNREADABLE)?;
        let second = if self.form == StampForm::EpochMillis { number.div_euclid(1000) } else { number };
        in_range(Timestamp(second))
    }

    fn civil(&mut self, bytes: &[u8]) -> Result<Timestamp, RejectCode> {
        let Some((date, rest)) = bytes.split_at_checked(10) else { return Err(RejectCode::TIME_UNREADABLE) };
        if !self.midnight.known || date != self.date {
            self.learn_date(date)?;
        }
        let (second, zone) = time_of_day(rest).ok_or(RejectCode::TIME_UNREADABLE)?;
        let local_s = self.midnight.local_s + second;
        if let Some(offset_s) = zone {
            return Ok(Timestamp(local_s - offset_s));
        }
        // 24:00 belongs to the next day, whose offset may differ.
        match self.midnight.offset_s.filter(|_| second < 86_400) {
            Some(offset_s) => Ok(Timestamp(local_s - offset_s)),
            None => match self.calendar.resolve(LocalStamp(local_s)) {
                Resolved::Exact(at) | Resolved::Twice(at, _) => Ok(at),
                Resolved::Never => Err(RejectCode::TIME_NEVER_WAS),
            },
        }
    }

    fn learn_date(&mut self, date: &[u8]) -> Result<(), RejectCode> {
        self.midnight.known = false;
        let day = self.form.date(date).ok_or(RejectCode::TIME_UNREADABLE)?;
        if !YEARS.contains(&day.date().year()) {
            return Err(RejectCode::TIME_OUT_OF_RANGE);
        }
        let (start, next) = (self.calendar.day_start(day), self.calendar.day_start(CivilDay(day.0 + 1)));
        let local_s = i64::from(day.0) * 86_400;
        let plain = next.0 - start.0 == 86_400 && self.calendar.offset_s(start) == local_s - start.0;
        self.midnight = LocalMidnight { local_s, offset_s: plain.then_some(local_s - start.0), known: true };
        self.date.copy_from_slice(date);
        Ok(())
    }
}

fn in_range(at: Timestamp) -> Result<Timestamp, RejectCode> {
    let year = LocalStamp(at.0.clamp(-1 << 40, 1 << 40)).day().date().year();
    if YEARS.contains(&year) { Ok(at) } else { Err(RejectCode::TIME_OUT_OF_RANGE) }
}

/// Seconds since midnight of ` HH:MM` and ` HH:MM:SS`, which nearly all files have; `None` for anything else.
fn usual_time(bytes: &[u8]) -> Option<i64> {
    let pair = |tens: u8, ones: u8| {
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
    };
    let (hour, minute, second) = match *bytes {
        [b' ' | b'T', h, hh, b':', m, mm] => (pair(h, hh)?, pair(m, mm)?, 0),
        [b' ' | b'T', h, hh, b':', m, mm, b':', s, ss] => (pair(h, hh)?, pair(m, mm)?, pair(s, ss)?),
        _ => return None,
    };
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

/// Seconds since midnight and the offset, if any, of `[T ]HH:MM[:SS[.fff]][Z|±HH[:]MM]`; nothing at all is midnight.
fn time_of_day(bytes: &[u8]) -> Option<(i64, Option<i64>)> {
    if let Some(second) = usual_time(bytes) {
        return Some((second, None));
    }
    let Some((&first, rest)) = bytes.split_first() else { return Some((0, None)) };
    if !matches!(first, b'T' | b' ') {
        return None;
    }
    let (hour, minute, mut rest) = hour_minute(rest)?;
    let mut second = 0;
    if let [b':', tens @ b'0'..=b'5', ones @ b'0'..=b'9', after @ ..] = rest {
        second = i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
        rest = after;
        if let [b'.' | b',', after @ ..] = rest {
            let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest = &after[digits..];
        }
    }
    let total = hour * 3600 + minute * 60 + second;
    if total > 86_400 {
        return None;
    }
    match rest {
        [] => Some((total, None)),
        [b'Z' | b'z'] => Some((total, Some(0))),
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let offset = zone_offset(zone)?;
            Some((total, Some(if *sign == b'-' { -offset } else { offset })))
        }
        _ => None,
    }
}

fn hour_minute(bytes: &[u8]) -> Option<(i64, i64, &[u8])> {
    let digits = |pair: &[u8]| pair.iter().all(u8::is_ascii_digit).then(|| pair.iter().fold(0, |v, b| v * 10 + i64::from(b - b'0')));
    let colon = bytes.iter().position(|&byte| byte == b':').filter(|&place| place == 1 || place == 2)?;
    let (hour, minute) = (digits(&bytes[..colon])?, digits(bytes.get(colon + 1..colon + 3)?)?);
    (hour <= 24 && minute < 60).then(|| (hour, minute, &bytes[colon + 3..]))
}

fn zone_offset(bytes: &[u8]) -> Option<i64> {
    let digits: Vec<i64> = bytes.iter().filter(|&&byte| byte != b':').map(|byte| i64::from(*byte) - i64::from(b'0')).collect();
    if digits.iter().any(|digit| !(0..=9).contains(digit)) {
        return None;
    }
    match digits[..] {
        [a, b] => Some((a * 10 + b) * 3600),
        [a, b, c, d] => Some((a * 10 + b) * 3600 + (c * 10 + d) * 60),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, zone: Option<&str>) -> Result<i64, RejectCode> {
        let calendar = Calendar::new(zone).unwrap();
        let form = StampForm::of(text.as_bytes()).ok_or(RejectCode::TIME_UNREADABLE)?;
        StampReader::new(form, &calendar).read(text.as_bytes()).map(|at| at.0)
    }

    #[test]
    fn one_instant_in_many_dresses() {
        // 2025-03-01T00:30:00Z; date -u -d 2025-03-01T00:30:00Z +%s
        for text in [
            "2025-03-01 00:30",
            "2025-03-01T00:30:00",
            "2025-03-01T00:30:00.000000",
            "2025-03-01T05:30:00+05:00",
            "2025-03-01T00:30Z",
            "01.03.2025 00:30",
            "1740789000",
            "1740789000000",
        ] {
            assert_eq!(read(text, None), Ok(1_740_789_000), "{text}");
        }
    }

    #[test]
    fn a_naive_stamp_is_on_the_utility_clock() {
        assert_eq!(read("2025-03-01 05:30", Some("Etc/GMT-5")), Ok(1_740_789_000));
    }

    #[test]
    fn an_hour_that_never_was_is_rejected() {
        assert_eq!(read("2025-03-30 02:30", Some("Europe/Berlin")), Err(RejectCode::TIME_NEVER_WAS));
    }

    #[test]
    fn twenty_four_hundred_is_the_next_midnight() {
        assert_eq!(read("2025-02-28 24:00", None), read("2025-03-01 00:00", None));
    }

    #[test]
    fn words_dates_and_years_out_of_range_are_rejected() {
        assert_eq!(read("yesterday at noon", None), Err(RejectCode::TIME_UNREADABLE));
        assert_eq!(read("2025-13-01 00:00", None), Err(RejectCode::TIME_UNREADABLE));
        assert_eq!(read("9999-01-01 00:00", None), Err(RejectCode::TIME_OUT_OF_RANGE));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let calendar = Calendar::new(Some("Europe/Berlin")).unwrap();
            for form in [StampForm::YearFirst, StampForm::DayFirst, StampForm::EpochSeconds, StampForm::EpochMillis] {
                let _ = StampReader::new(form, &calendar).read(&bytes);
            }
        }
    }
}
