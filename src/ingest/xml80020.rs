//! XML 80020 and 80040: half-hourly or hourly energy by metering point, as commercial metering systems of the Russian-speaking world exchange it.
//!
//! One file is one day of one sender. Points (`measuringpoint`, `accountpoint`, `deliverypoint`, `deliverygroup`, `peretok`) hold channels (01 active in, 02 active out, 03
//! and 04 reactive) of periods. Values are kWh of the period. An empty value is missing; `status="1"` marks a value as unreliable, and a whole day of
//! unreliable zeros is a day without data. Order of the head's elements is not relied on. Answers (80021 and others) hold no readings.
//!
//! Stamps are on the sender's clock, which the format does not name: `--timezone` tells, unless the writer left its own note (`GmtTo=3`). Start times that repeat
//! where the clock is set back are told apart by their order.

use std::io::BufRead;

use crate::domain::{LocalStamp, ReadingQuality, RejectCode, Resolved};

use super::StampClock;
use super::channels::Flow;
use super::digit_stamp::digit_stamp;
use super::message::{Halt, MessageFormat};
use super::meter_points::{Interval, MeterPoints};
use super::number::{Cell, cell};
use super::xml_stream::{Tag, XmlStream, head_text};

/// The format.
pub(super) const XML80020: MessageFormat =
    MessageFormat { name: "XML 80020/80040", recognises, bytes_a_reading: 70, clock: StampClock::Utility, parse };

/// Elements that a series of periods belongs to.
const POINTS: [&str; 5] = ["measuringpoint", "accountpoint", "deliverypoint", "deliverygroup", "peretok"];
/// Periods of one channel at most: a day of minutes with a spare hour.
const MOST_PERIODS: usize = 1500;
/// Channels that may be told before the day is.
const MOST_BEFORE_DAY: usize = 20_000;

fn recognises(head: &[u8]) -> bool {
    let Some(text) = head_text(head) else { return false };
    let Some((_, root)) = text.split_once("<message") else { return false };
    root.split('>').next().is_some_and(|tag| tag.contains("class="))
}

#[derive(Debug, Clone, Copy)]
struct Period {
    start_min: i64,
    length_min: i64,
    kwh: f64,
    doubted: bool,
}

/// A channel of one point.
#[derive(Debug, Default)]
struct Series {
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
    period: Option<(i64, i64)>,
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
            reader.points.reject(RejectCode::TIME_UNREADABLE, format!("`{}`: the message names no day; its values are left out", series.point));
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
            name if POINTS.contains(&name) => {
                self.finish_series();
                self.series = Series { point: xml.attribute("code").unwrap_or_default().to_owned(), line: xml.line(), ..Series::default() };
            }
            "measuringchannel" => {
                self.finish_series();
                xml.attribute("code").unwrap_or_default().clone_into(&mut self.series.channel);
                self.series.line = xml.line();
            }
            "period" => self.period = self.bounds(xml.attribute("start"), xml.attribute("end")),
            "value" => self.doubted = xml.attribute("status").is_some_and(|status| status != "0"),
            _ => {}
        }
    }

    fn close(&mut self, xml: &XmlStream) {
        match xml.name() {
            "day" => match digit_stamp(xml.text()) {
                Some(day_s) if day_s % 86_400 == 0 => {
                    self.day_s = Some(day_s);
                    for series in std::mem::take(&mut self.before_day) {
                        self.deliver(&series, day_s);
                    }
                }
                _ => self.points.reject(RejectCode::TIME_UNREADABLE, format!("day `{}` where 20250301 is expected", xml.text())),
            },
            "value" => self.value(xml.text()),
            "measuringchannel" => self.finish_series(),
            name if POINTS.contains(&name) => {
                self.finish_series();
                self.series = Series::default();
            }
            _ => {}
        }
    }

    /// Start and length of a period, minutes of the day. The end of the last one is `0000`.
    fn bounds(&mut self, start: Option<&str>, end: Option<&str>) -> Option<(i64, i64)> {
        let minute = |text: Option<&str>| {
            let text = text.filter(|text| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()))?;
            let (hour, minute) = (text[..2].parse::<i64>().ok()?, text[2..].parse::<i64>().ok()?);
            (hour <= 24 && minute < 60).then_some(hour * 60 + minute)
        };
        let bounds = minute(start).zip(minute(end)).map(|(start, end)| (start, if end <= start { end + 1440 - start } else { end - start }));
        if bounds.is_none() {
            let (start, end) = (start.unwrap_or("none"), end.unwrap_or("none"));
            self.points.reject(
                RejectCode::TIME_UNREADABLE,
                format!("a period of `{}` from `{start}` to `{end}`; 0000 to 0030 is expected", self.series.point),
            );
        }
        bounds
    }

    fn value(&mut self, text: &str) {
        let Some((start_min, length_min)) = self.period.take() else { return };
        let kwh = match cell(text.as_bytes(), true) {
            Cell::Number(number) => number,
            Cell::Missing => f64::NAN,
            Cell::Text => {
                let shown: String = text.chars().take(40).collect();
                self.points.reject(RejectCode::VALUE_NOT_A_NUMBER, format!("`{shown}` where a number of kWh is expected; the period is missing"));
                f64::NAN
            }
        };
        if self.series.periods.len() < MOST_PERIODS {
            self.series.periods.push(Period { start_min, length_min, kwh, doubted: self.doubted });
        } else {
            self.points.reject(RejectCode::ROW_FIELDS, format!("`{}` has more than {MOST_PERIODS} periods in one day", self.series.point));
        }
    }

    fn finish_series(&mut self) {
        if self.series.periods.is_empty() {
            return;
        }
        let next = Series { point: self.series.point.clone(), ..Series::default() };
        let series = std::mem::replace(&mut self.series, next);
        match self.day_s {
            Some(day_s) => self.deliver(&series, day_s),
            None if self.before_day.len() < MOST_BEFORE_DAY => self.before_day.push(series),
            None => self.points.reject(RejectCode::TIME_UNREADABLE, format!("`{}`: too many channels before the day is named", series.point)),
        }
    }

    fn deliver(&mut self, series: &Series, day_s: i64) {
        let flow = match series.channel.trim_start_matches('0') {
            "" | "1" => Flow::Import,
            "2" => Flow::Export,
            _ => return,
        };
        // A day of unreliable zeros is how some writers say that they have no data.
        let no_data = series.periods.iter().all(|period| period.doubted && (period.kwh == 0.0 || period.kwh.is_nan()));
        let mut before: Option<i64> = None;
        let mut set_back = false;
        for period in &series.periods {
            set_back |= before.is_some_and(|before| period.start_min <= before);
            before = Some(period.start_min);
            let Some(start_s) = self.instant(day_s + period.start_min * 60, set_back) else {
                self.points.reject(
                    RejectCode::TIME_NEVER_WAS,
                    format!("`{}`: the clock was set forward over a period; give --timezone as the file was written", series.point),
                );
                continue;
            };
            let quality = if period.doubted { ReadingQuality::Estimated } else { ReadingQuality::Actual };
            let kwh = if no_data { f64::NAN } else { period.kwh };
            self.points.energy(&series.point, flow, &series.channel, Interval { start_s, length_s: period.length_min * 60, kwh, quality });
        }
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

    fn channel(code: &str, periods: &str) -> String {
        format!(
            "<measuringpoint code=\"562080073213101\" name=\"Яч.№1,Л-10кВ\"><measuringchannel code=\"{code}\" desc=\"счетчик\">{periods}</measuringchannel></measuringpoint>"
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
        let kept = read(&channel("01", &(period("0000", "0030", "<value>7</value>") + &period("2330", "0000", "<value status=\"0\">9</value>"))));
        let told: Vec<_> = kept.readings().iter().map(|reading| ((reading.1 - MIDNIGHT) / 60, reading.2)).collect();
        assert_eq!(told, [(0, 7.0), (1410, 9.0)]);
        assert_eq!(kept.readings()[0].0, "562080073213101");
    }

    #[test]
    fn missing_is_not_zero() {
        let empty = read(&channel("01", &(period("0000", "0030", "<value status=\"1\"></value>") + &period("0030", "0100", "<value>0</value>"))));
        assert!(empty.readings()[0].2.is_nan() && empty.readings()[1].2 == 0.0);
        let zeros = read(&channel(
            "01",
            &(period("0000", "0030", "<value status=\"1\">0</value>") + &period("0030", "0100", "<value status=\"1\">0</value>")),
        ));
        assert!(zeros.readings().iter().all(|reading| reading.2.is_nan()), "a day of unreliable zeros is a day without data");
    }

    #[test]
    fn active_out_is_taken_off_and_reactive_passed_over() {
        let area: String =
            [("01", 5), ("02", 8), ("03", 9)].map(|(code, kwh)| channel(code, &period("0000", "0030", &format!("<value>{kwh}</value>")))).concat();
        assert_eq!(read(&area).readings()[0].2, -3.0);
    }

    #[test]
    fn the_note_of_the_writer_gives_the_clock_and_80040_is_read_alike() {
        let text = message("80040", "<!--Альфа-Центр;GmtFrom=5;GmtTo=3-->", &channel("01", &period("0300", "0330", "<value>1</value>")));
        assert_eq!(read_text(&XML80020, &text).readings()[0].1, MIDNIGHT);
        assert_eq!(read_text(&XML80020, &text.replace("GmtTo=3", "GmtTo=?")).readings()[0].1, MIDNIGHT + 3 * 3600);
    }

    #[test]
    fn hours_that_repeat_in_autumn_follow_one_another() {
        let calendar = Calendar::new(Some("Europe/Moscow")).unwrap();
        let starts = ["0130", "0200", "0230", "0200", "0230", "0300", "0330"];
        let ends = ["0200", "0230", "0300", "0230", "0300", "0330", "0400"];
        let periods: String = starts.iter().zip(ends).map(|(start, end)| period(start, end, "<value>1</value>")).collect();
        let text = message("80020", "", &channel("01", &periods)).replace("20250301", "20091025");
        let kept = read_in(&XML80020, &text, &calendar);
        assert!(kept.readings().windows(2).all(|pair| pair[1].1 - pair[0].1 == 1800), "{:?}", kept.readings());
        assert_eq!(kept.readings().len(), 7);
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
        let kept = read_text(&XML80020, &message("80021", "", &channel("01", &period("0000", "0030", "<value>1</value>"))));
        assert_eq!(kept.rejects()[0].code, "file.no_readings");
    }
}
