//! Instants in UTC, the utility's local calendar, and how one becomes the other.
//!
//! Inside the program every stamp is the start of an interval in UTC seconds. Days, hours and day
//! kinds are those of the utility's clock (`--timezone`). Without a zone, naive stamps are taken as
//! local clock time without changes.

use std::fmt;
use std::sync::{Arc, OnceLock};

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Timestamp(pub i64);

/// Seconds since 1970-01-01T00:00:00 on the utility's own clock: what a naive stamp in a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalStamp(pub i64);

/// A civil day of the utility's clock, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct CivilDay(pub i32);

/// Working day or weekend: the two kinds of day that the baseline shape tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// Monday to Friday.
    Working,
    /// Saturday and Sunday.
    Weekend,
}

/// What a local stamp means in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// One instant.
    Exact(Timestamp),
    /// The clock was set back and shows this stamp twice; both instants, the earlier first.
    Twice(Timestamp, Timestamp),
    /// The clock was set forward over this stamp; it never was.
    Never,
}

/// The utility's clock.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    name: Option<String>,
    day_starts: Arc<DayStarts>,
}

/// Starts of civil days, asked of the zone once: the hot pass needs one for every day of every
/// usage point.
#[derive(Debug)]
struct DayStarts {
    blocks: Vec<OnceLock<Vec<Timestamp>>>,
}

impl DayStarts {
    /// 1990-01-01.
    const FIRST_DAY: i32 = 7305;
    const BLOCK_DAYS: i32 = 512;
    /// Blocks until after 2100.
    const BLOCKS: usize = 80;

    fn new() -> Arc<Self> {
        Arc::new(Self { blocks: (0..Self::BLOCKS).map(|_| OnceLock::new()).collect() })
    }

    fn get(&self, day: CivilDay, ask: impl Fn(CivilDay) -> Timestamp) -> Timestamp {
        let (block, place) = (
            (day.0 - Self::FIRST_DAY).div_euclid(Self::BLOCK_DAYS),
            (day.0 - Self::FIRST_DAY).rem_euclid(Self::BLOCK_DAYS),
        );
        let Some(known) = usize::try_from(block).ok().and_then(|block| self.blocks.get(block)) else { return ask(day) };
        let first = Self::FIRST_DAY + block * Self::BLOCK_DAYS;
        known.get_or_init(|| (first..first + Self::BLOCK_DAYS).map(|day| ask(CivilDay(day))).collect())[place as usize]
    }
}

/// A time zone name that is not in the IANA database.
#[derive(Debug, thiserror::Error)]
#[error("unknown time zone `{name}`; use an IANA name such as Asia/Almaty or Etc/GMT-5 (which is UTC+5)")]
pub struct CalendarError {
    name: String,
}

impl Calendar {
    /// The clock of an IANA zone, or local clock time without changes when `zone` is `None`.
    ///
    /// # Errors
    /// When the name is not in the IANA database shipped with the program.
    pub fn new(zone: Option<&str>) -> Result<Self, CalendarError> {
        let day_starts = DayStarts::new();
        match zone {
            None => Ok(Self { zone: TimeZone::UTC, name: None, day_starts }),
            Some(name) => match TimeZone::get(name) {
                Ok(zone) => Ok(Self { zone, name: Some(name.to_owned()), day_starts }),
                Err(_) => Err(CalendarError { name: name.to_owned() }),
            },
        }
    }

    /// The zone's name as the user gave it; `None` when stamps are taken without clock changes.
    #[must_use]
    pub fn zone_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Seconds that the local clock is ahead of UTC at `at`.
    #[must_use]
    pub fn offset_s(&self, at: Timestamp) -> i64 {
        jiff::Timestamp::from_second(at.0).map_or(0, |instant| i64::from(self.zone.to_offset(instant).seconds()))
    }

    /// What the local clock shows at `at`.
    #[must_use]
    pub fn local(&self, at: Timestamp) -> LocalStamp {
        LocalStamp(at.0 + self.offset_s(at))
    }

    /// The instant of a naive stamp.
    #[must_use]
    pub fn resolve(&self, local: LocalStamp) -> Resolved {
        let Some(civil) = local.civil() else { return Resolved::Never };
        match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                Resolved::Exact(Timestamp(local.0 - i64::from(offset.seconds())))
            }
            AmbiguousOffset::Fold { before, after } => Resolved::Twice(
                Timestamp(local.0 - i64::from(before.seconds())),
                Timestamp(local.0 - i64::from(after.seconds())),
            ),
            AmbiguousOffset::Gap { .. } => Resolved::Never,
        }
    }

    /// The local civil day of an instant.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> CivilDay {
        self.local(at).day()
    }

    /// First instant of a local civil day. A day has 23 or 25 hours where the clock changes.
    #[must_use]
    pub fn day_start(&self, day: CivilDay) -> Timestamp {
        self.day_starts.get(day, |day| self.ask_day_start(day))
    }

    fn ask_day_start(&self, day: CivilDay) -> Timestamp {
        let midnight = i64::from(day.0) * 86_400;
        match self.resolve(LocalStamp(midnight)) {
            Resolved::Exact(at) | Resolved::Twice(at, _) => at,
            // Some zones change their clock at midnight: the day then begins at the first stamp
            // that exists.
            Resolved::Never => match self.resolve(LocalStamp(midnight + 3600)) {
                Resolved::Exact(at) | Resolved::Twice(at, _) => at,
                Resolved::Never => Timestamp(midnight - self.offset_s(Timestamp(midnight))),
            },
        }
    }

    /// ISO 8601 text of the local clock at `at`, to the minute: `2025-03-01T00:30`.
    #[must_use]
    pub fn format(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let minute = local.0.rem_euclid(86_400) / 60;
        format!("{}T{:02}:{:02}", local.day(), minute / 60, minute % 60)
    }
}

impl LocalStamp {
    /// The civil day that the stamp lies in.
    #[must_use]
    pub fn day(self) -> CivilDay {
        CivilDay(self.0.div_euclid(86_400) as i32)
    }

    /// Hour of the local clock, 0 to 23.
    #[must_use]
    pub fn hour(self) -> usize {
        (self.0.rem_euclid(86_400) / 3600) as usize
    }

    fn civil(self) -> Option<DateTime> {
        jiff::Timestamp::from_second(self.0).ok().map(|instant| TimeZone::UTC.to_datetime(instant))
    }
}

impl CivilDay {
    /// The day of a calendar date; `None` when there is no such date.
    #[must_use]
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        let date = Date::new(year, month, day).ok()?;
        let since = date.since(Date::constant(1970, 1, 1)).ok()?;
        Some(Self(since.get_days()))
    }

    /// Reads `YYYY-MM-DD`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let date: Date = text.parse().ok()?;
        Self::from_ymd(date.year(), date.month(), date.day())
    }

    /// The calendar date.
    #[must_use]
    pub fn date(self) -> Date {
        Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(self.0))
    }

    /// Working day or weekend.
    #[must_use]
    pub fn kind(self) -> DayKind {
        // 1970-01-01 was a Thursday.
        if matches!((self.0 + 3).rem_euclid(7), 5 | 6) { DayKind::Weekend } else { DayKind::Working }
    }

    /// Last day of the civil month.
    #[must_use]
    pub fn month_end(self) -> Self {
        let date = self.date();
        Self(self.0 + i32::from(date.days_in_month() - date.day()))
    }

    /// Day of the year, 1 to 366.
    #[must_use]
    pub fn day_of_year(self) -> i16 {
        self.date().day_of_year()
    }
}

impl fmt::Display for CivilDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(year: i16, month: i8, day: i8, hour: i64, minute: i64) -> LocalStamp {
        LocalStamp(i64::from(CivilDay::from_ymd(year, month, day).unwrap().0) * 86_400 + hour * 3600 + minute * 60)
    }

    #[test]
    fn without_a_zone_local_time_is_taken_as_it_stands() {
        let calendar = Calendar::new(None).unwrap();
        assert_eq!(
            calendar.resolve(local(2025, 3, 30, 2, 30)),
            Resolved::Exact(Timestamp(local(2025, 3, 30, 2, 30).0))
        );
    }

    #[test]
    fn etc_gmt_minus_5_is_five_hours_ahead_of_utc() {
        let calendar = Calendar::new(Some("Etc/GMT-5")).unwrap();
        assert_eq!(calendar.offset_s(Timestamp(0)), 5 * 3600);
    }

    #[test]
    fn the_hour_that_a_clock_change_skips_never_was() {
        let calendar = Calendar::new(Some("Europe/Berlin")).unwrap();
        assert_eq!(calendar.resolve(local(2025, 3, 30, 2, 30)), Resolved::Never);
    }

    #[test]
    fn the_hour_that_a_clock_change_repeats_is_two_instants() {
        let calendar = Calendar::new(Some("Europe/Berlin")).unwrap();
        let Resolved::Twice(first, second) = calendar.resolve(local(2025, 10, 26, 2, 30)) else {
            panic!("expected a fold")
        };
        assert_eq!(second.0 - first.0, 3600);
    }

    #[test]
    fn clock_change_days_have_23_and_25_hours() {
        let calendar = Calendar::new(Some("Europe/Berlin")).unwrap();
        let hours = |year, month, day| {
            let today = CivilDay::from_ymd(year, month, day).unwrap();
            (calendar.day_start(CivilDay(today.0 + 1)).0 - calendar.day_start(today).0) / 3600
        };
        assert_eq!((hours(2025, 3, 30), hours(2025, 10, 26), hours(2025, 5, 1)), (23, 25, 24));
    }

    #[test]
    fn almaty_moved_to_utc_plus_5_on_1_march_2024() {
        // Source: IANA tzdata 2024a, zone Asia/Almaty.
        let calendar = Calendar::new(Some("Asia/Almaty")).unwrap();
        let day = |month, day| calendar.day_start(CivilDay::from_ymd(2024, month, day).unwrap());
        assert_eq!(calendar.offset_s(day(2, 28)), 6 * 3600);
        assert_eq!(calendar.offset_s(day(3, 2)), 5 * 3600);
    }

    #[test]
    fn an_unknown_zone_is_named_in_the_error() {
        assert!(Calendar::new(Some("Mars/Base")).unwrap_err().to_string().contains("Mars/Base"));
    }

    #[test]
    fn days_print_and_parse_as_iso_dates() {
        let day = CivilDay::parse("2025-05-17").unwrap();
        assert_eq!(day.to_string(), "2025-05-17");
        assert_eq!(day.kind(), DayKind::Weekend);
    }
}
