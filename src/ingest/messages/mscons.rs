//! MSCONS: metered values between utilities in Germany, Austria, Switzerland and the Netherlands.
//!
//! `LOC+172` names the point, `LIN` and `PIA+5` the channel (an OBIS number, or a market's own
//! product number), then every value is a `QTY` with its interval in `DTM+163` and `DTM+164`. Three
//! dialects are read: local time with its offset and no unit (2.2e), UTC with unit and without OBIS
//! (2.4b), and values by position with one start and a step (`DTM+672`, Switzerland 1.6). Other
//! messages of an interchange (invoices, acknowledgements) are passed over.
//!
//! OBIS C.D: C 1 flows in, 2 out, 3 to 10 is reactive or apparent; D 8 is a counter, 4 and 5 are
//! mean power, 6 a maximum, others energy of the interval.
//!
//! Source: UN/EDIFACT D.04B MSCONS; EDI@Energy MSCONS 2.2e and 2.4b; IEC 62056-61.

use std::io::BufRead;

use super::channels::Flow;
use super::edifact::{Segment, Segments};
use super::halt::Halt;
use super::message::MessageFormat;
use super::meter_points::{Interval, MeterPoints};
use super::register_part::RegisterPart;
use crate::domain::{Calendar, LocalStamp, ReadingQuality, RejectCode, Resolved};
use crate::ingest::bytes::caps::Records;
use crate::ingest::format::StampClock;
use crate::ingest::said;
use crate::ingest::text::digit_stamp::{digit_stamp, kwh_per};
use crate::ingest::text::number::{Cell, cell};

/// The format.
pub(crate) const MSCONS: MessageFormat = MessageFormat {
    name: "MSCONS",
    what: "MSCONS",
    recognises,
    bytes_a_reading: 75,
    clock: StampClock::Own,
    facts: &[
        ("clock", "UTC by the offset of every stamp; --timezone where a stamp has none"),
        ("stamp", "beginning and end of the interval, DTM+163 and DTM+164"),
        ("usage_point", "the point of LOC+172"),
        ("unit", "that of the quantity, else kWh or kW by the OBIS number"),
    ],
    parse,
};

fn recognises(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    head.starts_with(b"UNA") || head.starts_with(b"UNB") || head.starts_with(b"UNH")
}

/// What a channel counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Energy(Flow),
    Power(Flow),
    Counter,
    /// Nothing that is scored: reactive or apparent energy, maxima, exported counters.
    Other,
}

/// A value that waits for its time.
struct Value {
    quality: Option<ReadingQuality>,
    text: String,
    unit: String,
    start_s: Option<i64>,
    end_s: Option<i64>,
}

struct Reader<'p, 'a> {
    points: &'p mut MeterPoints<'a>,
    in_message: bool,
    point: String,
    measure: Measure,
    channel: String,
    /// Start and step of values by position, and how many were read.
    block_start_s: Option<i64>,
    step_s: Option<i64>,
    position: i64,
    value: Option<Value>,
    messages: u64,
}

fn parse(input: Box<dyn BufRead + '_>, points: &mut MeterPoints) -> Result<(), Halt> {
    let mut segments = Segments::new(Records::new(input, points.caps()))?;
    let mut reader = Reader {
        points,
        in_message: false,
        point: String::new(),
        measure: Measure::Other,
        channel: String::new(),
        block_start_s: None,
        step_s: None,
        position: 0,
        value: None,
        messages: 0,
    };
    let mut ended = false;
    let walked = reader.walk(&mut segments, &mut ended);
    reader.finish_value();
    walked?;
    if ended || reader.messages == 0 {
        Ok(())
    } else {
        Err(Halt::Broken("the interchange has no end (UNZ): its end may be missing".to_owned()))
    }
}

impl Reader<'_, '_> {
    /// Takes segment after segment; `ended` tells whether the last one ended the interchange.
    fn walk<R: BufRead>(&mut self, segments: &mut Segments<R>, ended: &mut bool) -> Result<(), Halt> {
        while let Some(segment) = segments.next()? {
            self.points.at_row(segments.number())?;
            *ended = segment.tag() == "UNZ" || (*ended && segment.tag().is_empty());
            self.take(&segment);
        }
        Ok(())
    }

    fn take(&mut self, segment: &Segment) {
        if !matches!(segment.tag(), "DTM" | "STS") {
            self.finish_value();
        }
        match segment.tag() {
            "UNH" => {
                self.in_message = segment.get(2, 0) == "MSCONS";
                self.messages += u64::from(self.in_message);
                self.begin_point("");
            }
            "UNT" => self.in_message = false,
            _ if !self.in_message => {}
            "NAD" if segment.get(1, 0) == "DP" => self.begin_point(""),
            "LOC" if matches!(segment.get(1, 0), "172" | "90") => self.begin_point(segment.last_of(2)),
            "LIN" => self.begin_channel(),
            "PIA" => self.name_channel(segment.get(2, 0)),
            "QTY" => {
                let (text, unit) = (segment.get(1, 1).to_owned(), segment.get(1, 2).to_owned());
                self.value =
                    Some(Value { quality: quality(segment.get(1, 0)), text, unit, start_s: None, end_s: None });
            }
            "DTM" => self.time(segment.get(1, 0), segment.get(1, 1), segment.get(1, 2)),
            _ => {}
        }
    }

    fn begin_point(&mut self, id: &str) {
        id.clone_into(&mut self.point);
        (self.block_start_s, self.step_s) = (None, None);
        self.begin_channel();
    }

    /// What is told before `PIA` holds for channels without an OBIS number: energy taken from the
    /// grid.
    fn begin_channel(&mut self) {
        self.channel.clear();
        self.measure = Measure::Energy(Flow::Import);
        self.position = 0;
    }

    fn name_channel(&mut self, product: &str) {
        product.clone_into(&mut self.channel);
        self.position = 0;
        self.measure = measure(product);
    }

    fn time(&mut self, qualifier: &str, text: &str, format: &str) {
        if qualifier == "672" {
            self.step_s = match (text.parse::<i64>(), format) {
                (Ok(count), "806") => count.checked_mul(60),
                (Ok(count), "805") => count.checked_mul(3600),
                (Ok(count), "804") => count.checked_mul(86_400),
                _ => None,
            };
            return;
        }
        if !matches!(qualifier, "163" | "164" | "9" | "7") {
            return;
        }
        let at = instant(text, self.points.calendar);
        if at.is_none() && (self.value.is_some() || qualifier == "163") {
            self.points.reject(RejectCode::TIME_UNREADABLE, said::time_edifact(text));
        }
        match (&mut self.value, qualifier) {
            (Some(value), "164") => value.end_s = at,
            (Some(value), _) => value.start_s = at,
            (None, "163") => (self.block_start_s, self.position) = (at, 0),
            (None, _) => {}
        }
    }

    fn finish_value(&mut self) {
        let Some(value) = self.value.take() else { return };
        self.position += 1;
        if self.measure == Measure::Other {
            return;
        }
        let Some(quality) = value.quality else { return };
        let number = match cell(value.text.replace(',', ".").as_bytes(), false) {
            Cell::Number(number) => number,
            Cell::Missing => f64::NAN,
            Cell::Text => {
                self.points.reject(RejectCode::VALUE_NOT_A_NUMBER, said::number_missing(value.text.clone()));
                return;
            }
        };
        let power = matches!(self.measure, Measure::Power(_)) || matches!(value.unit.as_str(), "KWT" | "KW" | "WTT");
        let factor = match value.unit.to_ascii_uppercase().as_str() {
            "" | "KWT" | "KW" => Some(1.0),
            "WTT" => Some(1e-3),
            unit => kwh_per(unit),
        };
        // Another unit is another quantity: reactive energy, degrees, cubic metres.
        let Some(factor) = factor else { return };
        if self.measure == Measure::Counter {
            match value.end_s.or(value.start_s).or(self.block_start_s) {
                Some(at_s) => self.points.register(
                    &self.point,
                    RegisterPart::of_tariff(&tariff(&self.channel)),
                    at_s,
                    number * factor,
                ),
                None => self.points.reject(RejectCode::TIME_UNREADABLE, said::register_without_time(&self.point)),
            }
            return;
        }
        let flow = if matches!(self.measure, Measure::Energy(Flow::Export) | Measure::Power(Flow::Export)) {
            Flow::Export
        } else {
            Flow::Import
        };
        let Some((start_s, length_s)) = self.interval(&value) else {
            let detail = said::value_without_interval(&self.point);
            self.points.reject(RejectCode::TIME_DURATION, detail);
            return;
        };
        let kwh = number * factor * if power { length_s as f64 / 3600.0 } else { 1.0 };
        self.points.energy(&self.point, flow, &self.channel, Interval { start_s, length_s, kwh, quality });
    }

    /// Start and length of the interval of a value: its own, or by its position.
    fn interval(&self, value: &Value) -> Option<(i64, i64)> {
        if let (Some(start_s), Some(end_s)) = (value.start_s, value.end_s) {
            return Some((start_s, end_s.checked_sub(start_s)?));
        }
        let step_s = self.step_s?;
        let start_s = match value.start_s {
            Some(start_s) => start_s,
            None => self.block_start_s?.checked_add(step_s.checked_mul(self.position - 1)?)?,
        };
        Some((start_s, step_s))
    }
}

/// UTC second of a stamp of digits with an optional offset: `202503010030`, `202503010030+01`,
/// `20250301003000+0100`.
fn instant(text: &str, calendar: &Calendar) -> Option<i64> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let local = digit_stamp(&text[..end])?;
    let zone = &text[end..];
    if zone.is_empty() {
        return match calendar.resolve(LocalStamp(local)) {
            Resolved::Exact(at) | Resolved::Twice(at, _) => Some(at.0),
            Resolved::Never => None,
        };
    }
    let sign = match zone.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = zone.get(1..).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i64>().ok()?, 0),
        4 => (digits[..2].parse::<i64>().ok()?, digits[2..].parse::<i64>().ok()?),
        _ => return None,
    };
    Some(local - sign * (hours * 3600 + minutes * 60))
}

/// C, D and E of an OBIS number such as `1-1:1.29.0*255`; `None` for anything else.
fn obis(product: &str) -> Option<(u32, u32, u32)> {
    let code = product.split_once(':').map_or(product, |(_, code)| code);
    let code = code.split('*').next()?;
    let mut parts = code.split('.').map(str::parse::<u32>);
    Some((parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?))
}

fn measure(product: &str) -> Measure {
    let Some((c, d, _)) = obis(product) else { return Measure::Energy(Flow::Import) };
    let flow = match c {
        1 | 16 => Flow::Import,
        2 => Flow::Export,
        _ => return Measure::Other,
    };
    match d {
        8 if flow == Flow::Import => Measure::Counter,
        2 | 3 | 6 | 8 | 11..=13 | 16 | 23 | 26 => Measure::Other,
        4 | 5 | 14 | 15 | 24 | 25 => Measure::Power(flow),
        _ => Measure::Energy(flow),
    }
}

/// The tariff of a counter, empty for the total.
fn tariff(product: &str) -> String {
    match obis(product) {
        Some((_, _, 0)) | None => String::new(),
        Some((_, _, tariff)) => tariff.to_string(),
    }
}

/// Quality of a quantity qualifier; `None` for forecasts and plans, which are no readings.
fn quality(qualifier: &str) -> Option<ReadingQuality> {
    match qualifier {
        "201" => None,
        "220" | "46" | "9" | "" => Some(ReadingQuality::Actual),
        "67" => Some(ReadingQuality::Substituted),
        "20" => Some(ReadingQuality::Missing),
        _ => Some(ReadingQuality::Estimated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::kept::{Kept, read_text};

    fn read(body: &str) -> Kept {
        read_text(
            &MSCONS,
            &format!(
                "UNB+UNOC:3+1+2+250302:0000+R'UNH+1+MSCONS:D:04B:UN:2.2e'BGM+7+B+9'DTM+137:202503020000:203'NAD+MS+1'UNS+D'NAD+DP'{body}UNT+9+1'UNZ+1+R'"
            ),
        )
    }

    const HALF_PAST: i64 = 1_740_789_000;

    #[test]
    fn local_time_with_its_offset_and_no_unit_is_read() {
        let kept = read(
            "LOC+172+DE0001'DTM+163:202503010000?+01:303'DTM+164:202503020000?+01:303'LIN+1'PIA+5+1-1?:1.10.0:SRW'QTY+220:1.5'DTM+163:202503010130?+01:303'DTM+164:202503010145?+01:303'",
        );
        assert_eq!(kept.readings(), [("DE0001".to_owned(), HALF_PAST, 1.5)]);
    }

    #[test]
    fn utc_with_a_unit_and_without_obis_is_read_and_commas_are_understood() {
        let kept = read_text(
            &MSCONS,
            "UNA:+,? \
             'UNB+UNOC:3+1'UNH+1+MSCONS:D:04B:UN:2.4b'BGM+Z45+E'NAD+DP'LOC+172+51481308448'DTM+293:20250202124725?+00:304'LIN+1'PIA+5+AUA:Z08'QTY+220:0,25:KWH'DTM+163:202503010030?+00:303'DTM+164:202503010045?+00:303'UNT+1'UNZ+1'",
        );
        assert_eq!(kept.readings(), [("51481308448".to_owned(), HALF_PAST, 0.25)]);
    }

    #[test]
    fn values_by_position_with_one_start_and_a_step_are_read() {
        let kept = read(
            "LOC+172+::87:CH100'DTM+163:202503010030:203'DTM+164:202503010115:203'DTM+672:15:806'LIN+1'PIA+5+1-1?:1.29.0*255:SRW'QTY+46:1'QTY+46:2'QTY+79:3'",
        );
        let minutes: Vec<_> = kept.readings().iter().map(|reading| (reading.1 - HALF_PAST) / 60).collect();
        assert_eq!(minutes, [0, 15, 30]);
        assert_eq!(kept.readings()[0].0, "CH100");
    }

    #[test]
    fn export_is_taken_off_reactive_is_passed_over_and_power_becomes_energy() {
        let value = |obis: &str, kwh: &str| {
            format!(
                "LIN+1'PIA+5+1-1?:{obis}:SRW'QTY+220:{kwh}'DTM+163:202503010030?+00:303'DTM+164:202503010045?+00:303'"
            )
        };
        let kept = read(&format!(
            "LOC+172+A'{}{}{}LOC+172+B'{}",
            value("1.29.0", "1"),
            value("2.29.0", "3"),
            value("5.29.0", "9"),
            value("1.5.0", "8")
        ));
        assert_eq!(kept.readings(), [("A".to_owned(), HALF_PAST, -2.0), ("B".to_owned(), HALF_PAST, 2.0)]);
    }

    #[test]
    fn counters_are_registers_and_tariffs_are_added_up() {
        let value = |obis: &str, kwh: &str| {
            format!("LIN+1'PIA+5+1-1?:{obis}:SRW'QTY+220:{kwh}:KWH'DTM+9:202503010030?+00:303'")
        };
        let kept = read(&format!("LOC+172+A'{}{}{}", value("1.8.1", "100"), value("1.8.2", "50"), value("2.8.0", "9")));
        assert_eq!(kept.registers(), [("A".to_owned(), HALF_PAST, 150.0)]);
    }

    #[test]
    fn a_month_with_a_change_of_the_clock_has_no_gap_and_no_overlap() {
        // 2025-03-30 01:45+01 is followed by 03:00+02.
        let quarters = ["202503300145?+01", "202503300300?+02", "202503300315?+02", "202503300330?+02"];
        let value = |pair: &[&str]| format!("QTY+220:1'DTM+163:{}:303'DTM+164:{}:303'", pair[0], pair[1]);
        let values = quarters.windows(2).map(value).collect::<Vec<_>>().concat();
        let kept = read(&format!("LOC+172+A'LIN+1'PIA+5+1-1?:1.29.0:SRW'{values}"));
        assert!(kept.rejects().is_empty());
        assert!(kept.readings().windows(2).all(|pair| pair[1].1 - pair[0].1 == 900));
    }

    #[test]
    fn other_messages_are_passed_over() {
        let kept = read_text(&MSCONS, "UNB+UNOC:3+1'UNH+1+APERAK:D:07B:UN'QTY+220:1'UNT+1'UNZ+1'");
        assert_eq!(kept.rejects()[0].code, "file.no_readings");
    }
}
