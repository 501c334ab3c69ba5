//! Time stamps in text, to UTC.
//!
//! A stamp in another dress (`dress`) is rewritten first. The form is found from the first rows and
//! then required of every row, because a file that changes its form in the middle is two files. The
//! date part is parsed once for each run of equal dates, and the clock is asked once a day, except
//! on days on which it changes.

use serde::{Deserialize, Serialize};

use super::dress::undressed;
use super::odd_day::Label;
use super::time_of_day::{compact_time, time_of_day, without_repeat};
use crate::domain::{Calendar, CivilDay, LocalStamp, RejectCode, Resolved, Timestamp, same_id};

/// Years that a stamp may lie in.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

/// How stamps are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StampForm {
    /// Year first: `2025-03-01 00:30`, `2025/3/1`, with `T`, seconds, `Z` or an offset.
    YearFirst,
    /// Day first: `01.03.2025 00:30`, `1/3/2025`, `01-03-25`.
    DayFirst,
    /// Month first: `03/01/2025 00:30`.
    MonthFirst,
    /// Without separators: `20250301`, `202503010030`, `20250301 00:30`.
    Compact,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMillis,
    /// Three digits for the day, 001 being 1 January 2009, and two for the half-hour of the local
    /// day, 01 to 50: the Irish smart metering trial.
    CerCode,
    /// Days since 30 December 1899 with the time of day as a fraction, as spreadsheets count them.
    SpreadsheetSerial,
}

/// Parses the stamps of one piece of a file; keeps what it learned about the last date.
#[derive(Debug, Clone)]
pub(crate) struct StampReader<'a> {
    form: StampForm,
    calendar: &'a Calendar,
    date: [u8; 10],
    date_length: usize,
    midnight: LocalMidnight,
    /// Midnight is written as 00:00 of the day that it ends.
    is_midnight_late: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct LocalMidnight {
    local_s: i64,
    /// Offset that holds all day; `None` when the clock changes on this day.
    offset_s: Option<i64>,
    known: bool,
}

impl StampForm {
    /// The form of a stamp; `None` when it is of no known form. What may be day or month first is
    /// taken as day first.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        Self::of_usual(bytes).or_else(|| Self::of_usual(&undressed(bytes)?))
    }

    /// The form of a stamp in usual dress.
    fn of_usual(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.trim_ascii();
        if bytes.len() >= 8 && bytes.len() <= 14 && bytes.iter().all(u8::is_ascii_digit) {
            return match bytes.len() {
                8 | 12 | 14
                    if Self::Compact.date(&bytes[..8]).is_some_and(|day| YEARS.contains(&day.date().year())) =>
                {
                    Some(Self::Compact)
                }
                9..=11 => Some(Self::EpochSeconds),
                12 | 13 => Some(Self::EpochMillis),
                _ => None,
            };
        }
        [Self::YearFirst, Self::DayFirst, Self::MonthFirst, Self::Compact]
            .into_iter()
            .find(|form| form.fits_usual(bytes))
    }

    /// Whether a stamp has a date of this form.
    pub(crate) fn fits(self, bytes: &[u8]) -> bool {
        self.fits_usual(bytes) || undressed(bytes).is_some_and(|plain| self.fits_usual(&plain))
    }

    fn fits_usual(self, bytes: &[u8]) -> bool {
        let bytes = bytes.trim_ascii();
        bytes.get(..self.date_length(bytes)).is_some_and(|date| self.date(date).is_some())
    }

    /// Bytes of the date at the beginning of a stamp.
    fn date_length(self, bytes: &[u8]) -> usize {
        const COMPACT: usize = 8;
        let ends = |byte: &u8| matches!(byte, b' ' | b'T');
        match self {
            Self::Compact => COMPACT,
            _ if bytes.get(10).is_some_and(ends) => 10,
            _ if bytes.len() >= 10 && !bytes[6..10].iter().any(ends) => 10,
            _ => bytes.iter().position(ends).unwrap_or(bytes.len()),
        }
    }

    fn date(self, bytes: &[u8]) -> Option<CivilDay> {
        let number = |range: std::ops::Range<usize>| -> Option<i16> {
            bytes[range]
                .iter()
                .try_fold(0_i16, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i16::from(byte - b'0')))
        };
        if self == Self::Compact {
            return if bytes.len() == 8 {
                CivilDay::from_ymd(number(0..4)?, number(4..6)? as i8, number(6..8)? as i8)
            } else {
                None
            };
        }
        let separator = |a: usize, b: usize| bytes[a] == bytes[b] && matches!(bytes[a], b'-' | b'/' | b'.');
        let (year, month, day) = match self {
            _ if bytes.len() != 10 => return self.unpadded_date(bytes),
            Self::YearFirst if separator(4, 7) => (number(0..4)?, number(5..7)?, number(8..10)?),
            Self::DayFirst if separator(2, 5) => (number(6..10)?, number(3..5)?, number(0..2)?),
            Self::MonthFirst if separator(2, 5) => (number(6..10)?, number(0..2)?, number(3..5)?),
            _ => return None,
        };
        CivilDay::from_ymd(year, month as i8, day as i8)
    }

    /// A date whose day or month has one digit, or whose year has two.
    fn unpadded_date(self, bytes: &[u8]) -> Option<CivilDay> {
        let separator =
            *bytes.iter().find(|byte| !byte.is_ascii_digit()).filter(|byte| matches!(byte, b'-' | b'/' | b'.'))?;
        let mut parts = bytes.split(|&byte| byte == separator).map(|part| {
            let digits = (1..=4).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
            digits.then(|| (part.iter().fold(0_i16, |value, byte| value * 10 + i16::from(byte - b'0')), part.len()))
        });
        let (first, second, third) = (parts.next()??, parts.next()??, parts.next()??);
        let (year, month, day) = match self {
            Self::YearFirst if first.1 == 4 => (first, second, third),
            Self::DayFirst if first.1 <= 2 => (third, second, first),
            Self::MonthFirst if first.1 <= 2 => (third, first, second),
            _ => return None,
        };
        let full_year = if year.1 == 2 { year.0 + 2000 } else { year.0 };
        let fits = parts.next().is_none() && matches!(year.1, 2 | 4) && month.1 <= 2 && day.1 <= 2;
        if fits { CivilDay::from_ymd(full_year, month.0 as i8, day.0 as i8) } else { None }
    }

    /// The civil day of a date or of a stamp that begins with one; `None` when there is none.
    pub(crate) fn day(self, bytes: &[u8]) -> Option<CivilDay> {
        let bytes = bytes.trim_ascii();
        if self == Self::SpreadsheetSerial {
            return spreadsheet_days(bytes).map(|days| CivilDay((days - SPREADSHEET_1970).floor() as i32));
        }
        let usual = |bytes: &[u8]| self.date(bytes.get(..self.date_length(bytes))?);
        let day = usual(bytes).or_else(|| usual(&undressed(bytes)?));
        day.filter(|day| YEARS.contains(&day.date().year()))
    }
}

impl<'a> StampReader<'a> {
    /// A reader for stamps of one form.
    pub(crate) fn new(form: StampForm, calendar: &'a Calendar) -> Self {
        Self {
            form,
            calendar,
            date: [0; 10],
            date_length: 0,
            midnight: LocalMidnight::default(),
            is_midnight_late: false,
        }
    }

    /// The same where midnight may be written as 00:00 of the day that it ends.
    pub(crate) fn with_midnight(self, is_midnight_late: bool) -> Self {
        Self { is_midnight_late, ..self }
    }

    /// Whether the clock changes on the day of the stamp before, or its day is of no known form.
    pub(crate) fn is_odd_day(&self) -> bool {
        self.midnight.known && self.midnight.offset_s.is_none()
    }

    /// Day and second of a stamp as they are written; `None` for what has an offset or counts
    /// seconds.
    pub(crate) fn label(&self, bytes: &[u8]) -> Option<Label> {
        let usual = |bytes: &[u8]| {
            let (date, rest) = bytes.split_at_checked(self.form.date_length(bytes))?;
            let time = if self.form == StampForm::Compact { compact_time(rest) } else { None };
            let (second, None) = time.or_else(|| time_of_day(rest))? else { return None };
            Some(Label { day: self.form.date(date)?, second: self.late(second, rest), is_second: None })
        };
        let bytes = bytes.trim_ascii();
        usual(bytes).or_else(|| usual(&undressed(bytes)?))
    }

    /// The same of a date and a time of day in cells of their own.
    pub(crate) fn label_of_parts(&self, date: &[u8], time: &[u8]) -> Option<Label> {
        let (time, is_second) = without_repeat(time.trim_ascii());
        let (text, length) = self.joined(date.trim_ascii(), time)?;
        Some(Label { is_second, ..self.label(&text[..length])? })
    }

    /// Seconds of a stamp, those of midnight after the day that it ends.
    fn late(&self, second: i64, time: &[u8]) -> i64 {
        if self.is_midnight_late && second == 0 && !time.is_empty() { 86_400 } else { second }
    }

    /// The instant of a stamp. A stamp that the clock shows twice is the earlier instant.
    ///
    /// # Errors
    /// The reject code when the stamp cannot be read, lies out of range, or never was.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<Timestamp, RejectCode> {
        match self.read_usual(bytes) {
            Err(RejectCode::TIME_UNREADABLE) => {
                let plain = undressed(bytes).ok_or(RejectCode::TIME_UNREADABLE)?;
                self.read_usual(&plain)
            }
            read => read,
        }
    }

    fn read_usual(&mut self, bytes: &[u8]) -> Result<Timestamp, RejectCode> {
        let bytes = bytes.trim_ascii();
        match self.form {
            StampForm::EpochSeconds | StampForm::EpochMillis => self.epoch(bytes),
            StampForm::CerCode => self.cer(bytes),
            StampForm::SpreadsheetSerial => self.serial(bytes),
            StampForm::YearFirst | StampForm::DayFirst | StampForm::MonthFirst | StampForm::Compact => {
                self.civil(bytes)
            }
        }
    }

    /// Reads the stamp that `bytes` begin with into `at` and gives what follows it, where nothing
    /// new is to be learned: the date of the stamp before, a padded time, a day on which the clock
    /// does not change. So are nearly all stamps; `None` is no judgement on the others.
    #[inline]
    pub(crate) fn next_of_day<'b>(&self, bytes: &'b [u8], at: &mut Timestamp) -> Option<&'b [u8]> {
        let rest = self.same_date(bytes)?;
        let (mark, time) = rest.split_first()?;
        if matches!(mark, b' ' | b'T') { self.next_time(time, at) } else { None }
    }

    /// What follows the date of the stamp before, where `bytes` begin with it and the clock does
    /// not change on that day.
    #[inline]
    pub(crate) fn same_date<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let (date, rest) = bytes.split_at_checked(self.date_length)?;
        (self.is_even_day() && same_id(date, &self.date[..self.date_length])).then_some(rest)
    }

    /// Reads the padded time of day that `bytes` begin with into `at`, on the day of the stamp
    /// before, and gives what follows it; as [`StampReader::next_of_day`].
    #[inline]
    pub(crate) fn next_time<'b>(&self, bytes: &'b [u8], at: &mut Timestamp) -> Option<&'b [u8]> {
        let pair = |place: usize| {
            let (tens, ones) = (bytes[place].wrapping_sub(b'0'), bytes[place + 1].wrapping_sub(b'0'));
            (tens < 6 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
        };
        if bytes.len() < 5 || bytes[2] != b':' {
            return None;
        }
        let to_second = bytes.len() >= 8 && bytes[5] == b':';
        let (hour, minute, second) = (pair(0)?, pair(3)?, if to_second { pair(6)? } else { 0 });
        if self.is_midnight_late && hour + minute + second == 0 {
            return None;
        }
        let offset_s = self.midnight.offset_s.filter(|_| hour < 24)?;
        *at = Timestamp(self.midnight.local_s + hour * 3600 + minute * 60 + second - offset_s);
        Some(&bytes[if to_second { 8 } else { 5 }..])
    }

    /// Whether a date is known on which the clock does not change.
    #[inline]
    fn is_even_day(&self) -> bool {
        self.midnight.known && self.midnight.offset_s.is_some()
    }

    /// The instant of a date and a time of day in cells of their own. Of a span such as
    /// `00:00-00:30` the beginning counts.
    ///
    /// # Errors
    /// As for [`StampReader::read`].
    pub(crate) fn read_parts(&mut self, date: &[u8], time: &[u8]) -> Result<Timestamp, RejectCode> {
        let (date, time) = (date.trim_ascii(), time.trim_ascii());
        // Nearly all rows: the date of the row before, a padded time, a day on which the clock does
        // not change.
        let mut at = Timestamp(0);
        if self.same_date(date).is_some_and(<[u8]>::is_empty)
            && self.next_time(time, &mut at).is_some_and(<[u8]>::is_empty)
        {
            return Ok(at);
        }
        let (time, is_second) = without_repeat(time);
        let (text, length) = self.joined(date, time).ok_or(RejectCode::TIME_UNREADABLE)?;
        // What a letter says of an hour that comes twice is asked where the clock changes.
        match self.read(&text[..length]) {
            Ok(_) if is_second.is_some() && !self.is_odd_day() => Err(RejectCode::TIME_NEVER_WAS),
            read => read,
        }
    }

    /// Date and time of day as one stamp, of a span such as `00:00-00:30` its beginning.
    fn joined(&self, date: &[u8], time: &[u8]) -> Option<([u8; 40], usize)> {
        let mut text = [b' '; 40];
        let date = &date[..self.form.date_length(date).min(date.len())];
        let time = time.split(|&byte| byte == b'-').next().unwrap_or(time).trim_ascii_end();
        let digits = time.iter().all(u8::is_ascii_digit);
        let colon_at = match time.len() {
            1 | 2 if digits => time.len(),
            3 | 4 if digits => time.len() - 2,
            _ => usize::MAX,
        };
        let written = date.iter().chain(b" ").chain(&time[..colon_at.min(time.len())]);
        let rest: &[u8] = if colon_at == time.len() { b"00" } else { &time[colon_at.min(time.len())..] };
        let colon: &[u8] = if colon_at == usize::MAX { b"" } else { b":" };
        let mut length = 0;
        for &byte in written.chain(colon).chain(rest) {
            *text.get_mut(length)? = byte;
            length += 1;
        }
        Some((text, length))
    }

    fn serial(&self, bytes: &[u8]) -> Result<Timestamp, RejectCode> {
        let days = spreadsheet_days(bytes).ok_or(RejectCode::TIME_UNREADABLE)?;
        // Half-hours are no binary fractions of a day; nobody stamps readings finer than minutes.
        let local_s = ((days - SPREADSHEET_1970) * 1440.0).round() as i64 * 60;
        match self.calendar.resolve(LocalStamp(local_s)) {
            Resolved::Exact(at) | Resolved::Twice(at, _) => Ok(at),
            Resolved::Never => Err(RejectCode::TIME_NEVER_WAS),
        }
    }

    fn cer(&self, bytes: &[u8]) -> Result<Timestamp, RejectCode> {
        /// 31 December 2008, the day before day 1.
        const DAY_0: i32 = 14_244;
        let digit =
            |place: usize| bytes.get(place).filter(|byte| byte.is_ascii_digit()).map(|byte| i32::from(byte - b'0'));
        let number = (0..5).try_fold(0, |value, place| Some(value * 10 + digit(place)?)).filter(|_| bytes.len() == 5);
        let (day, slot) = number.map(|number| (number / 100, number % 100)).ok_or(RejectCode::TIME_UNREADABLE)?;
        if day == 0 || !(1..=50).contains(&slot) {
            return Err(RejectCode::TIME_UNREADABLE);
        }
        let (start, next) =
            (self.calendar.day_start(CivilDay(DAY_0 + day)), self.calendar.day_start(CivilDay(DAY_0 + day + 1)));
        let at = Timestamp(start.0 + i64::from(slot - 1) * 1800);
        if at < next { Ok(at) } else { Err(RejectCode::TIME_NEVER_WAS) }
    }

    fn epoch(&self, bytes: &[u8]) -> Result<Timestamp, RejectCode> {
        let text = std::str::from_utf8(bytes).map_err(|_| RejectCode::TIME_UNREADABLE)?;
        let number: i64 = text.parse().map_err(|_| RejectCode::TIME_UNREADABLE)?;
        let second = if self.form == StampForm::EpochMillis { number.div_euclid(1000) } else { number };
        in_range(Timestamp(second))
    }

    fn civil(&mut self, bytes: &[u8]) -> Result<Timestamp, RejectCode> {
        let Some((date, rest)) = bytes.split_at_checked(self.form.date_length(bytes)) else {
            return Err(RejectCode::TIME_UNREADABLE);
        };
        if !self.midnight.known || date != &self.date[..self.date_length] {
            self.learn_date(date)?;
        }
        let time = if self.form == StampForm::Compact { compact_time(rest) } else { None };
        let (second, zone) = time.or_else(|| time_of_day(rest)).ok_or(RejectCode::TIME_UNREADABLE)?;
        if let Some(offset_s) = zone {
            return Ok(Timestamp(self.midnight.local_s + second - offset_s));
        }
        let second = self.late(second, rest);
        let local_s = self.midnight.local_s + second;
        // A twenty-fifth hour is one of a day that has it, and of its own kind there.
        if second > 86_400 {
            return Err(if self.is_odd_day() { RejectCode::TIME_NEVER_WAS } else { RejectCode::TIME_UNREADABLE });
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
        self.date_length = date.len().min(self.date.len());
        self.date[..self.date_length].copy_from_slice(&date[..self.date_length]);
        Ok(())
    }
}

/// 1 January 1970 in the count of spreadsheets.
const SPREADSHEET_1970: f64 = 25_569.0;

/// Days in the count of spreadsheets, from 1990 to 2100; a comma may be the decimal mark.
pub(crate) fn spreadsheet_days(bytes: &[u8]) -> Option<f64> {
    const FROM_1990: std::ops::Range<f64> = 32_874.0..73_416.0;
    let text = std::str::from_utf8(bytes.trim_ascii()).ok()?.replace(',', ".");
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|days| is_number && FROM_1990.contains(days))
}

fn in_range(at: Timestamp) -> Result<Timestamp, RejectCode> {
    /// Further from 1970 than any year that is read, and near enough for a calendar to know the
    /// day.
    const FAR: i64 = 1 << 39;
    let year = LocalStamp(at.0.clamp(-FAR, FAR)).day().date().year();
    if YEARS.contains(&year) { Ok(at) } else { Err(RejectCode::TIME_OUT_OF_RANGE) }
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
    fn a_count_far_from_any_year_is_refused_and_no_panic() {
        let calendar = Calendar::new(None).unwrap();
        let mut seconds = StampReader::new(StampForm::of(b"1740789000").unwrap(), &calendar);
        // Milliseconds among seconds, and the widest numbers.
        for text in ["1740789000000", "9223372036854775807", "-9223372036854775808", "1099511627776"] {
            assert_eq!(seconds.read(text.as_bytes()), Err(RejectCode::TIME_OUT_OF_RANGE), "{text}");
        }
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
            "1.3.2025 0:30",
            "01/03/25 00:30",
            "2025/3/1 00:30",
            "202503010030",
            "20250301 00:30",
        ] {
            assert_eq!(read(text, None), Ok(1_740_789_000), "{text}");
        }
    }

    #[test]
    fn date_and_time_in_cells_of_their_own_are_one_stamp() {
        let calendar = Calendar::new(None).unwrap();
        let mut reader = StampReader::new(StampForm::DayFirst, &calendar);
        for time in ["00:30", "0:30", "00:30-01:00", "0030", "00:30:00"] {
            assert_eq!(reader.read_parts(b"01.03.2025", time.as_bytes()), Ok(Timestamp(1_740_789_000)), "{time}");
        }
        assert_eq!(reader.read_parts(b"28.02.2025", b"24"), Ok(Timestamp(1_740_787_200)));
    }

    #[test]
    fn half_hours_49_and_50_of_the_irish_trial_belong_to_the_long_day() {
        // 25 October 2009 is day 298; the clock in Dublin is set back at 01:00 UTC.
        let calendar = Calendar::new(Some("Europe/Dublin")).unwrap();
        let read = |code: &str| StampReader::new(StampForm::CerCode, &calendar).read(code.as_bytes());
        assert_eq!(read("29850").unwrap().0 + 1800, read("29901").unwrap().0);
        assert_eq!(read("29949"), Err(RejectCode::TIME_NEVER_WAS));
    }

    #[test]
    fn month_first_is_read_where_it_is_said() {
        let calendar = Calendar::new(None).unwrap();
        assert_eq!(
            StampReader::new(StampForm::MonthFirst, &calendar).read(b"3/1/2025 0:30"),
            Ok(Timestamp(1_740_789_000))
        );
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
    fn the_basic_form_is_an_instant_by_its_zone() {
        let instant = read("2025-03-31T11:00:00Z", None);
        for same in ["20250331T110000Z", "20250331T1100Z", "20250331T120000+0100", "20250331T0600-05:00"] {
            assert_eq!(read(same, Some("Europe/Berlin")), instant, "{same}");
        }
        assert_eq!(read("20250331T1100Q", None), Err(RejectCode::TIME_UNREADABLE));
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

    const FORMS: [StampForm; 7] = [
        StampForm::YearFirst,
        StampForm::DayFirst,
        StampForm::MonthFirst,
        StampForm::Compact,
        StampForm::EpochSeconds,
        StampForm::EpochMillis,
        StampForm::CerCode,
    ];

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let calendar = Calendar::new(Some("Europe/Berlin")).unwrap();
            for form in FORMS {
                let _ = StampReader::new(form, &calendar).read(&bytes);
                let _ = StampReader::new(form, &calendar).read_parts(&bytes[..bytes.len() / 2], &bytes[bytes.len() / 2..]);
                let _ = form.day(&bytes);
            }
        }
    }
}
