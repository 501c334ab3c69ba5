//! XML 80020 and 80040: half-hourly or hourly energy by metering point, as commercial metering
//! systems of the Russian-speaking world exchange it.
//!
//! One file is one day of one sender. Points (`measuringpoint`, `accountpoint`, `deliverypoint`,
//! `deliverygroup`, `peretok`) hold channels (01 active in, 02 active out, 03 and 04 reactive) of
//! periods. Values are kWh of the period. An empty value is missing; `status="1"` marks a value as
//! unreliable, and a whole day of unreliable zeros is a day without data. Order of the head's
//! elements is not relied on. Answers (80021 and others) hold no readings.
//!
//! Stamps are on the sender's clock, which the format does not name: `--timezone` tells, unless the
//! writer left its own note (`GmtTo=3`). Start times that repeat where the clock is set back are
//! told apart by their order. An end that the clock shows only after its change (`0130` to `0300`,
//! `0230` to `0200`) makes the interval no longer than the others of the channel.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::channel_names::shown;
use super::channels::Flow;
use super::halt::Halt;
use super::message::MessageFormat;
use super::message_notes::{ClockTold, Subject};
use super::meter_points::{Interval, MeterPoints};
use super::xml_stream::{Tag, XmlStream};
use crate::domain::{LocalStamp, ReadingQuality, RejectCode, Resolved};
use crate::ingest::bytes::markup::head_text;
use crate::ingest::format::StampClock;
use crate::ingest::said;
use crate::ingest::text::digit_stamp::digit_stamp;
use crate::ingest::text::number::{Cell, cell};

/// The format.
pub(crate) const XML80020: MessageFormat = MessageFormat {
    name: "XML 80020/80040",
    what: "XML 80020/80040",
    recognises,
    bytes_a_reading: 70,
    clock: StampClock::Utility,
    facts: &[("stamp", "the beginning of the interval, `start` of the period"), ("unit", "kWh of the interval")],
    parse,
};

/// Elements that a series of periods belongs to.
const POINTS: [&str; 5] = ["measuringpoint", "accountpoint", "deliverypoint", "deliverygroup", "peretok"];
/// Periods of one channel at most: a day of minutes with a spare hour.
const MOST_PERIODS: usize = 1500;
/// Channels that may be told before the day is.
const MOST_BEFORE_DAY: usize = 20_000;

fn recognises(head: &[u8]) -> bool {
    let Some(text) = head_text(head) else { return false };
    let Some((_, root)) = text.split_once("<message") else { return false };
    let attributes = root.split('>').next().unwrap_or_default();
    attributes.split("class").skip(1).any(|rest| rest.trim_start().starts_with('='))
}

/// The number that the message at the beginning of a file gives itself.
pub(crate) fn number_of(head: &[u8]) -> Option<u64> {
    if !recognises(head) {
        return None;
    }
    let text = head_text(head)?;
    let (_, root) = text.split_once("<message")?;
    let attributes = root.split('>').next()?;
    let (_, value) = attributes.split_once(" number")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    value.split(['"', '\'']).next()?.trim().parse().ok()
}

#[derive(Debug, Clone, Copy)]
struct Period {
    bounds: Bounds,
    kwh: f64,
    doubted: bool,
}

/// Start and end of a period, minutes of the local day.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    start_min: i64,
    end_min: i64,
}

impl Bounds {
    /// Length as it stands in the file; an end that does not come after the start is one of the
    /// next day.
    fn length_min(self) -> i64 {
        (self.end_min - self.start_min - 1).rem_euclid(1440) + 1
    }
}

/// A channel of one point.
#[derive(Debug, Default)]
struct Series {
    /// Name of the element that is the point.
    kind: &'static str,
    point: String,
    channel: String,
    line: u64,
    periods: Vec<Period>,
}

struct Reader<'p, 'a> {
    points: &'p mut MeterPoints<'a>,
    /// The class of the message is one that holds readings.
    is_readings: bool,
    /// Local midnight, seconds; `None` until it is told.
    day_s: Option<i64>,
    /// Offset from the writer's note, seconds.
    offset_s: Option<i64>,
    series: Series,
    /// Series that were told before the day.
    before_day: Vec<Series>,
    period: Option<Bounds>,
    doubted: bool,
}

fn parse(input: Box<dyn BufRead + '_>, points: &mut MeterPoints) -> Result<(), Halt> {
    let mut xml = XmlStream::new(input, points.caps())?;
    let mut reader = Reader {
        points,
        is_readings: false,
        day_s: None,
        offset_s: None,
        series: Series::default(),
        before_day: Vec::new(),
        period: None,
        doubted: false,
    };
    let walked = reader.walk(&mut xml);
    // What was told before the file broke off is kept.
    reader.finish_series();
    if reader.day_s.is_none() {
        for series in std::mem::take(&mut reader.before_day) {
            reader.points.reject(RejectCode::TIME_UNREADABLE, said::no_day(&series.point));
        }
    }
    walked
}

impl Reader<'_, '_> {
    fn walk(&mut self, xml: &mut XmlStream) -> Result<(), Halt> {
        loop {
            let tag = xml.next()?;
            self.points.at_row(xml.line())?;
            match tag {
                Tag::Open => self.open(xml),
                Tag::Close if self.is_readings => self.close(xml),
                Tag::Comment => self.offset_s = self.offset_s.or_else(|| noted_offset(xml.comment())),
                Tag::Close => {}
                Tag::End => return Ok(()),
            }
        }
    }

    fn open(&mut self, xml: &XmlStream) {
        match xml.name() {
            "message" => {
                let class = xml.attribute("class").unwrap_or_default();
                self.is_readings = matches!(class, "80020" | "80025" | "80040" | "80041");
            }
            "measuringchannel" => {
                self.finish_series();
                xml.attribute("code").unwrap_or_default().clone_into(&mut self.series.channel);
                self.series.line = xml.line();
            }
            "period" => self.period = self.bounds(xml.attribute("start"), xml.attribute("end")),
            "value" => self.doubted = xml.attribute("status").is_some_and(|status| status != "0"),
            name => {
                let Some(kind) = point_kind(name) else { return };
                self.finish_series();
                let point = xml.attribute("code").unwrap_or_default().to_owned();
                self.series = Series { kind, point, line: xml.line(), ..Series::default() };
            }
        }
    }

    fn close(&mut self, xml: &XmlStream) {
        match xml.name() {
            "day" => match day_of(xml.text()) {
                Some(day_s) => {
                    self.day_s = Some(day_s);
                    for series in std::mem::take(&mut self.before_day) {
                        self.deliver(&series, day_s);
                    }
                }
                _ => self.points.reject(RejectCode::TIME_UNREADABLE, said::day_expected(xml.text())),
            },
            "value" => self.value(xml.text()),
            "measuringchannel" => self.finish_series(),
            name if point_kind(name).is_some() => {
                self.finish_series();
                self.series = Series::default();
            }
            _ => {}
        }
    }

    /// Start and end of a period. The end of the last one is `0000`.
    fn bounds(&mut self, start: Option<&str>, end: Option<&str>) -> Option<Bounds> {
        let bounds = start
            .and_then(minute_of)
            .zip(end.and_then(minute_of))
            .map(|(start_min, end_min)| Bounds { start_min, end_min });
        if bounds.is_none() {
            let (start, end) = (start.unwrap_or("none"), end.unwrap_or("none"));
            self.points.reject(RejectCode::TIME_UNREADABLE, said::period_bounds(&self.series.point, start, end));
        }
        bounds
    }

    fn value(&mut self, text: &str) {
        let Some(bounds) = self.period.take() else { return };
        let kwh = match cell(text.as_bytes(), true) {
            Cell::Number(number) => number,
            Cell::Missing => f64::NAN,
            Cell::Text => {
                let shown: String = text.chars().take(40).collect();
                self.points.reject(RejectCode::VALUE_NOT_A_NUMBER, said::number_missing(shown));
                f64::NAN
            }
        };
        if self.series.periods.len() < MOST_PERIODS {
            self.series.periods.push(Period { bounds, kwh, doubted: self.doubted });
        } else {
            self.points.reject(RejectCode::ROW_FIELDS, said::too_many_periods(&self.series.point, MOST_PERIODS));
        }
    }

    fn finish_series(&mut self) {
        if self.series.periods.is_empty() {
            return;
        }
        let next = Series { kind: self.series.kind, point: self.series.point.clone(), ..Series::default() };
        let series = std::mem::replace(&mut self.series, next);
        match self.day_s {
            Some(day_s) => self.deliver(&series, day_s),
            None if self.before_day.len() < MOST_BEFORE_DAY => self.before_day.push(series),
            None => self.points.reject(RejectCode::TIME_UNREADABLE, said::channels_before_day(&series.point)),
        }
    }

    fn deliver(&mut self, series: &Series, day_s: i64) {
        let count = series.periods.len() as u64;
        let flow = match series.channel.trim_start_matches('0') {
            "" | "1" => Flow::Import,
            "2" => Flow::Export,
            "3" | "4" => {
                return self.points.notes.see(
                    Subject::Channel,
                    || format!("reactive `{}`, passed over", series.channel),
                    count,
                );
            }
            _ => {
                let (code, point) = (shown(&series.channel), shown(&series.point));
                let detail = said::channel_code(count, &point, code.as_str());
                return self.points.reject_all(RejectCode::CHANNEL_UNKNOWN, series.periods.len(), detail);
            }
        };
        self.points.notes.see(Subject::UsagePoint, || format!("`code` of `{}`", series.kind), count);
        self.points.notes.on_clock(self.offset_s.map_or(ClockTold::Nothing, ClockTold::Note));
        // A day of unreliable zeros is how some writers say that they have no data.
        let no_data = series.periods.iter().all(|period| period.doubted && (period.kwh == 0.0 || period.kwh.is_nan()));
        let usual_min = usual_length(&series.periods);
        let mut before: Option<i64> = None;
        let mut set_back = false;
        for period in &series.periods {
            let start_min = period.bounds.start_min;
            set_back |= before.is_some_and(|before| start_min <= before);
            before = Some(start_min);
            let Some(start_s) = self.instant(day_s + start_min * 60, set_back) else {
                self.points.reject(RejectCode::TIME_NEVER_WAS, said::set_forward(&series.point));
                continue;
            };
            let quality = if period.doubted { ReadingQuality::Estimated } else { ReadingQuality::Actual };
            let kwh = if no_data { f64::NAN } else { period.kwh };
            let length_s = self.length_min(period.bounds, (day_s, start_s), usual_min) * 60;
            self.points.energy(&series.point, flow, &series.channel, Interval { start_s, length_s, kwh, quality });
        }
    }

    /// Length of a period: the usual one of its channel also where the clock changes before its
    /// end, so that the wall clock shows another distance, and where the day is said to end at
    /// 2359.
    fn length_min(&self, bounds: Bounds, (day_s, start_s): (i64, i64), usual_min: i64) -> i64 {
        let told_min = bounds.length_min();
        if told_min == usual_min {
            return told_min;
        }
        let is_end = |end_s: i64| end_s == start_s + usual_min * 60;
        let shows_end = |end_min: i64| match self.points.calendar.resolve(LocalStamp(day_s + end_min * 60)) {
            Resolved::Exact(at) => is_end(at.0),
            Resolved::Twice(first, second) => is_end(first.0) || is_end(second.0),
            Resolved::Never => false,
        };
        let to_last_minute = bounds.end_min == 1439 && told_min + 1 == usual_min;
        let over_change = self.offset_s.is_none() && (shows_end(bounds.end_min) || shows_end(bounds.end_min + 1440));
        if to_last_minute || over_change { usual_min } else { told_min }
    }

    /// UTC of a local second; after the clock was set back, the later of two.
    fn instant(&self, local_s: i64, set_back: bool) -> Option<i64> {
        if let Some(offset_s) = self.offset_s {
            return Some(local_s - offset_s);
        }
        match self.points.calendar.resolve(LocalStamp(local_s)) {
            Resolved::Exact(at) => Some(at.0),
            Resolved::Twice(first, second) => Some(if set_back { second.0 } else { first.0 }),
            Resolved::Never => None,
        }
    }
}

/// The element as one of those that a series of periods belongs to.
fn point_kind(name: &str) -> Option<&'static str> {
    POINTS.into_iter().find(|known| *known == name)
}

/// The most frequent length of a channel's periods, minutes; the shorter of two equally frequent.
fn usual_length(periods: &[Period]) -> i64 {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for period in periods {
        *counts.entry(period.bounds.length_min()).or_insert(0) += 1;
    }
    counts.into_iter().rev().max_by_key(|&(_, count)| count).map_or(0, |(length, _)| length)
}

/// Midnight of a day, `20250301` or `2025-03-01`, seconds of the local clock.
fn day_of(text: &str) -> Option<i64> {
    let is_dashed =
        text.len() == 10 && text.bytes().enumerate().all(|(place, byte)| (byte == b'-') == matches!(place, 4 | 7));
    let digits = if is_dashed { text.replace('-', "") } else { text.to_owned() };
    digit_stamp(&digits).filter(|day_s| day_s % 86_400 == 0)
}

/// Minute of the day of `0030` or `00:30`.
fn minute_of(text: &str) -> Option<i64> {
    let digits = if text.as_bytes().get(2) == Some(&b':') { text.replacen(':', "", 1) } else { text.to_owned() };
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hour, minute) = (digits[..2].parse::<i64>().ok()?, digits[2..].parse::<i64>().ok()?);
    (hour <= 24 && minute < 60).then_some(hour * 60 + minute)
}

/// Offset from a note such as `GmtFrom=5;GmtTo=3`, seconds.
fn noted_offset(comment: &str) -> Option<i64> {
    let hours = comment.split_once("GmtTo=")?.1;
    let end = hours.find(|c: char| !(c.is_ascii_digit() || c == '-' || c == '+')).unwrap_or(hours.len());
    hours[..end].parse::<i64>().ok().filter(|hours| hours.abs() <= 14).map(|hours| hours * 3600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Calendar;
    use crate::ingest::kept::{Kept, read_in, read_text};

    fn message(class: &str, head: &str, area: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>{head}<message class=\"{class}\" version=\"2\" number=\"4690\"><datetime><timestamp>20250302000000</timestamp><daylightsavingtime>0</daylightsavingtime><day>20250301</day></datetime><sender><name>ТОО</name><inn>1</inn></sender><area timezone=\"1\"><inn>5600</inn><name>Обл</name>{area}</area></message>"
        )
    }

    #[test]
    fn a_message_tells_its_number() {
        assert_eq!(number_of(message("80020", "", "").as_bytes()), Some(4690));
        assert_eq!(number_of(b"<feed number=\"7\"/>"), None);
    }

    fn channel(code: &str, periods: &str) -> String {
        format!(
            "<measuringpoint code=\"562080073213101\" name=\"Яч.№1,Л-10кВ\"><measuringchannel code=\"{code}\" \
             desc=\"счетчик\">{periods}</measuringchannel></measuringpoint>"
        )
    }

    fn period(start: &str, end: &str, value: &str) -> String {
        format!("<period start=\"{start}\" end=\"{end}\">{value}</period>")
    }

    fn read(area: &str) -> Kept {
        read_text(&XML80020, &message("80020", "", area))
    }

    const MIDNIGHT: i64 = 1_740_787_200;

    #[test]
    fn periods_begin_where_they_say_and_the_last_ends_at_midnight() {
        let kept = read(&channel(
            "01",
            &(period("0000", "0030", "<value>7</value>") + &period("2330", "0000", "<value status=\"0\">9</value>")),
        ));
        let told: Vec<_> = kept.readings().iter().map(|reading| ((reading.1 - MIDNIGHT) / 60, reading.2)).collect();
        assert_eq!(told, [(0, 7.0), (1410, 9.0)]);
        assert_eq!(kept.readings()[0].0, "562080073213101");
    }

    #[test]
    fn missing_is_not_zero() {
        let empty = read(&channel(
            "01",
            &(period("0000", "0030", "<value status=\"1\"></value>") + &period("0030", "0100", "<value>0</value>")),
        ));
        assert!(empty.readings()[0].2.is_nan() && empty.readings()[1].2 == 0.0);
        let zeros = read(&channel(
            "01",
            &(period("0000", "0030", "<value status=\"1\">0</value>")
                + &period("0030", "0100", "<value status=\"1\">0</value>")),
        ));
        assert!(
            zeros.readings().iter().all(|reading| reading.2.is_nan()),
            "a day of unreliable zeros is a day without data"
        );
    }

    #[test]
    fn active_out_is_taken_off_and_reactive_passed_over() {
        let area: String = [("01", 5), ("02", 8), ("03", 9)]
            .map(|(code, kwh)| channel(code, &period("0000", "0030", &format!("<value>{kwh}</value>"))))
            .concat();
        assert_eq!(read(&area).readings()[0].2, -3.0);
    }

    #[test]
    fn the_note_of_the_writer_gives_the_clock_and_80040_is_read_alike() {
        let text = message(
            "80040",
            "<!--Альфа-Центр;GmtFrom=5;GmtTo=3-->",
            &channel("01", &period("0300", "0330", "<value>1</value>")),
        );
        assert_eq!(read_text(&XML80020, &text).readings()[0].1, MIDNIGHT);
        assert_eq!(read_text(&XML80020, &text.replace("GmtTo=3", "GmtTo=?")).readings()[0].1, MIDNIGHT + 3 * 3600);
    }

    #[test]
    fn hours_that_repeat_in_autumn_follow_one_another() {
        let calendar = Calendar::new(Some("Europe/Moscow")).unwrap();
        let starts = ["0130", "0200", "0230", "0200", "0230", "0300", "0330"];
        let ends = ["0200", "0230", "0300", "0230", "0300", "0330", "0400"];
        let periods: String =
            starts.iter().zip(ends).map(|(start, end)| period(start, end, "<value>1</value>")).collect();
        let text = message("80020", "", &channel("01", &periods)).replace("20250301", "20091025");
        let kept = read_in(&XML80020, &text, &calendar);
        assert!(kept.readings().windows(2).all(|pair| pair[1].1 - pair[0].1 == 1800), "{:?}", kept.readings());
        assert_eq!(kept.readings().len(), 7);
    }

    /// Starts and lengths of what is read of a channel on a day in Moscow, minutes from the first
    /// on.
    fn in_moscow(day: &str, bounds: &[(&str, &str)]) -> Vec<i64> {
        let calendar = Calendar::new(Some("Europe/Moscow")).unwrap();
        let periods: String = bounds.iter().map(|(start, end)| period(start, end, "<value>1</value>")).collect();
        let kept =
            read_in(&XML80020, &message("80020", "", &channel("01", &periods)).replace("20250301", day), &calendar);
        assert!(kept.rejects().is_empty(), "{:?}", kept.rejects());
        let first = kept.readings()[0].1;
        kept.readings().iter().map(|reading| (reading.1 - first) / 60).collect()
    }

    #[test]
    fn ends_on_the_wall_clock_of_a_day_on_which_it_changes_lose_no_reading() {
        // Moscow: 2009-10-25 03:00 back to 02:00, 2009-03-29 02:00 on to 03:00.
        let back = [("0130", "0200"), ("0200", "0230"), ("0230", "0200"), ("0200", "0230"), ("0230", "0300")];
        assert_eq!(in_moscow("20091025", &back), [0, 30, 60, 90, 120]);
        assert_eq!(
            in_moscow("20091025", &[("0100", "0200"), ("0200", "0200"), ("0200", "0300"), ("0300", "0400")]),
            [0, 60, 120, 180]
        );
        assert_eq!(
            in_moscow("20090329", &[("0100", "0130"), ("0130", "0300"), ("0300", "0330"), ("0330", "0400")]),
            [0, 30, 60, 90]
        );
        assert_eq!(in_moscow("20090329", &[("0000", "0100"), ("0100", "0300"), ("0300", "0400")]), [0, 60, 120]);
    }

    #[test]
    fn a_last_period_to_2359_is_as_long_as_the_others_and_longer_ones_stay() {
        let lengths = |bounds: &[(&str, &str)]| {
            let periods: String = bounds.iter().map(|(start, end)| period(start, end, "<value>1</value>")).collect();
            crate::ingest::kept::durations(&XML80020, &message("80020", "", &channel("01", &periods)))
        };
        assert_eq!(lengths(&[("2200", "2230"), ("2230", "2300"), ("2330", "2359")]), [30, 30, 30]);
        assert_eq!(lengths(&[("0000", "0030"), ("0030", "0100"), ("0100", "0200")]), [30, 30, 60]);
    }

    #[test]
    fn a_period_that_overlaps_others_is_left_out_and_told() {
        let area = channel(
            "01",
            &(period("0000", "0030", "<value>1</value>")
                + &period("0030", "0100", "<value>1</value>")
                + &period("0030", "2300", "<value>9</value>")),
        );
        let kept = read(&area);
        assert_eq!((kept.readings().len(), kept.rejects()[0].code), (2, "time.overlap"));
    }

    #[test]
    fn an_unknown_channel_is_told_and_a_reactive_one_is_not() {
        let kept = read(&channel("A+", &period("0000", "0030", "<value>1</value>")));
        assert_eq!((kept.readings().len(), kept.rejects()[0].code), (0, "channel.unknown"));
        assert!(kept.rejects()[0].detail.to_string().contains("code=A+"));
        let both = channel("01", &period("0000", "0030", "<value>1</value>"))
            + &channel("04", &period("0000", "0030", "<value>1</value>"));
        assert!(read(&both).rejects().is_empty());
    }

    #[test]
    fn blanks_around_the_equals_sign_colons_and_dashes_change_nothing() {
        let plain = message(
            "80020",
            "",
            &channel("01", &(period("0000", "0030", "<value>7</value>") + &period("2330", "2400", "<value>9</value>"))),
        );
        let expected = read_text(&XML80020, &plain).readings();
        for (from, to) in [
            ("class=", "class = "),
            ("<day>20250301", "<day>2025-03-01"),
            ("<message ", "<!DOCTYPE message SYSTEM \"80020.dtd\"><message "),
        ] {
            assert_eq!(read_text(&XML80020, &plain.replace(from, to)).readings(), expected, "{to}");
        }
        let colons = ["0000", "0030", "2330", "2400"].iter().fold(plain.clone(), |text, time| {
            text.replace(&format!("\"{time}\""), &format!("\"{}:{}\"", &time[..2], &time[2..]))
        });
        assert_ne!(colons, plain);
        assert_eq!(read_text(&XML80020, &colons).readings(), expected);
    }

    #[test]
    fn the_day_may_come_after_the_values() {
        let text = message("80020", "", &channel("01", &period("0000", "0030", "<value>1</value>")));
        let (head, rest) = text.split_once("<datetime>").unwrap();
        let (datetime, rest) = rest.split_once("</datetime>").unwrap();
        let turned = format!("{head}{}<datetime>{datetime}</datetime></message>", rest.replace("</message>", ""));
        assert_eq!(read_text(&XML80020, &turned).readings().len(), 1);
        assert_eq!(read_text(&XML80020, &text.replace("<day>20250301</day>", "")).rejects()[0].code, "time.unreadable");
    }

    #[test]
    fn an_answer_holds_no_readings_and_is_told() {
        let kept =
            read_text(&XML80020, &message("80021", "", &channel("01", &period("0000", "0030", "<value>1</value>"))));
        assert_eq!(kept.rejects()[0].code, "file.no_readings");
    }
}
