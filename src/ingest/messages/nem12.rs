//! NEM12 and NEM13: what Australian meter data providers send.
//!
//! Comma-separated records with their type in the first field: 200 opens a channel (NMI, suffix,
//! unit, interval length), 300 holds a day of it, 400 gives qualities of parts of that day, 250
//! (NEM13) is a pair of register readings. Market time is UTC+10 all year, value *i* covers the
//! i-th interval from midnight. Suffix `E` is energy from the grid and `B` into it: import and
//! export are named as the market sees them. Rows may be padded with commas, so values are counted
//! by the interval length. 100, 500, 550 and 900 carry nothing that is needed; a file may lack
//! them.
//!
//! Source: AEMO, Meter Data File Format Specification NEM12 & NEM13.

use std::io::BufRead;

use super::channels::Flow;
use super::halt::Halt;
use super::message::MessageFormat;
use super::meter_points::{Interval, MeterPoints};
use super::register_part::RegisterPart;
use crate::domain::{ReadingQuality, RejectCode};
use crate::ingest::bytes::caps::Records;
use crate::ingest::format::StampClock;
use crate::ingest::said;
use crate::ingest::text::digit_stamp::{digit_stamp, kwh_per};
use crate::ingest::text::number::{Cell, cell};

/// The format.
pub(crate) const NEM12: MessageFormat = MessageFormat {
    name: "NEM12/NEM13",
    what: "NEM12/NEM13",
    recognises,
    bytes_a_reading: 6,
    clock: StampClock::Own,
    facts: &[
        ("clock", "UTC+10, market time all year"),
        ("stamp", "the beginning of the interval, by its place in the day"),
        ("usage_point", "the NMI"),
        ("unit", "that of the 200 record"),
    ],
    parse,
};

/// Seconds that market time is ahead of UTC.
const MARKET_TIME_S: i64 = 36_000;

fn recognises(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let Some(line) = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty()) else {
        return false;
    };
    let mut fields = line.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    match fields.next() {
        Some(b"100") => fields.next().is_some_and(|kind| matches!(kind, b"NEM12" | b"NEM13")),
        // A file without its header still begins with an NMI of at most ten characters.
        Some(b"200") => {
            fields.next().is_some_and(|nmi| (1..=11).contains(&nmi.len()))
                && line.split(|&byte| byte == b',').count() >= 9
        }
        Some(b"250") => line.split(|&byte| byte == b',').count() >= 20,
        _ => false,
    }
}

/// The channel that a 200 record opened.
struct Channel {
    nmi: String,
    suffix: String,
    flow: Flow,
    kwh_per_unit: f64,
    minutes: usize,
}

/// A day whose qualities may still follow.
struct Day {
    start_s: i64,
    kwh: Vec<f64>,
    /// `None` until a 400 record names it.
    quality: Vec<Option<ReadingQuality>>,
}

struct Reader<'p, 'a> {
    points: &'p mut MeterPoints<'a>,
    channel: Option<Channel>,
    day: Option<Day>,
}

fn parse(input: Box<dyn BufRead + '_>, points: &mut MeterPoints) -> Result<(), Halt> {
    let mut records = Records::new(input, points.caps());
    let mut reader = Reader { points, channel: None, day: None };
    let mut ended = false;
    let walked = reader.walk(&mut records, &mut ended);
    // Where the file breaks off, or a record is damaged, what would say that a value is null may be
    // what is missing.
    reader.finish_day(if ended { ReadingQuality::Estimated } else { ReadingQuality::Missing });
    walked?;
    if ended {
        Ok(())
    } else {
        Err(Halt::Broken("the file has no end record (900): its end may be missing".to_owned()))
    }
}

impl Reader<'_, '_> {
    /// Takes record after record; `ended` tells whether the last one was the end record.
    fn walk(&mut self, records: &mut Records<Box<dyn BufRead + '_>>, ended: &mut bool) -> Result<(), Halt> {
        let (mut line, mut row) = (Vec::new(), 0);
        while records.until(b'\n', &mut line)? {
            row += 1;
            if line.trim_ascii().is_empty() {
                self.points.at_row(row)?;
                continue;
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_start_matches('\u{feff}').trim();
            let fields: Vec<&str> = text.split(',').map(str::trim).collect();
            match fields[0] {
                "400" => {}
                "" | "100" | "200" | "250" | "300" | "500" | "550" | "900" => {
                    self.finish_day(ReadingQuality::Estimated);
                }
                _ => self.finish_day(ReadingQuality::Missing),
            }
            self.points.at_row(row)?;
            *ended = fields[0] == "900";
            self.record(&fields);
        }
        Ok(())
    }

    fn record(&mut self, fields: &[&str]) {
        match fields[0] {
            "200" => self.open_channel(fields),
            "300" => self.day(fields),
            "400" => self.qualities(fields),
            "250" => self.register_pair(fields),
            "" | "100" | "500" | "550" | "900" => {}
            other => {
                let other: String = other.chars().take(20).collect();
                self.points.reject(RejectCode::ROW_FIELDS, said::record_type(other));
            }
        }
    }

    fn open_channel(&mut self, fields: &[&str]) {
        self.channel = None;
        let &[_, nmi, _, _, suffix, _, _, unit, minutes, ..] = fields else {
            self.points.reject(RejectCode::ROW_FIELDS, said::record_200(fields.len()));
            return;
        };
        let flow = match suffix.bytes().next().map(|letter| letter.to_ascii_uppercase()) {
            Some(b'E') => Flow::Import,
            Some(b'B') => Flow::Export,
            // Reactive and apparent energy, demand, voltage, and the check meters that measure the
            // same energy again.
            Some(b'A' | b'C' | b'D' | b'F'..=b'Z') => return,
            _ => {
                self.points.reject(RejectCode::CHANNEL_UNKNOWN, said::suffix(suffix, nmi));
                return;
            }
        };
        let Some(kwh_per_unit) = kwh_per(unit) else {
            self.points.reject(RejectCode::CHANNEL_UNKNOWN, said::unit_unknown(suffix, nmi, unit));
            return;
        };
        match minutes.parse::<usize>() {
            Ok(minutes) if (1..=1440).contains(&minutes) && 1440 % minutes == 0 => {
                self.channel =
                    Some(Channel { nmi: nmi.to_owned(), suffix: suffix.to_owned(), flow, kwh_per_unit, minutes });
            }
            _ => self.points.reject(RejectCode::TIME_DURATION, said::step_of_day(minutes, nmi)),
        }
    }

    fn day(&mut self, fields: &[&str]) {
        let Some(channel) = &self.channel else { return };
        let count = 1440 / channel.minutes;
        let (Some(values), Some(&quality)) = (fields.get(2..2 + count), fields.get(2 + count)) else {
            let detail = said::day_of_values(fields.len(), count, count + 3);
            self.points.reject(RejectCode::ROW_FIELDS, detail);
            return;
        };
        let Some(start) = digit_stamp(fields[1]).filter(|start| start % 86_400 == 0) else {
            self.points.reject(RejectCode::TIME_UNREADABLE, said::day_expected(fields[1]));
            return;
        };
        let variable = quality.eq_ignore_ascii_case("V");
        let Some(quality) = quality_of(quality) else {
            let detail = said::quality_method(quality);
            self.points.reject(RejectCode::ROW_FIELDS, detail);
            return;
        };
        let factor = channel.kwh_per_unit;
        let mut kwh = Vec::with_capacity(count);
        for value in values {
            kwh.push(match cell(value.as_bytes(), false) {
                Cell::Number(number) => number * factor,
                Cell::Missing => f64::NAN,
                Cell::Text => {
                    self.points.reject(RejectCode::VALUE_NOT_A_NUMBER, said::number_missing(*value));
                    f64::NAN
                }
            });
        }
        self.day = Some(Day {
            start_s: start - MARKET_TIME_S,
            kwh,
            quality: vec![Some(quality).filter(|_| !variable); count],
        });
    }

    /// Qualities of the intervals `first..=last`, counted from 1, of the day before.
    fn qualities(&mut self, fields: &[&str]) {
        if self.channel.is_none() {
            return;
        }
        let place = |field: usize| fields.get(field).and_then(|text| text.parse::<usize>().ok());
        let quality = fields.get(3).and_then(|text| quality_of(text));
        let range = self.day.as_mut().and_then(|day| day.quality.get_mut(place(1)?.checked_sub(1)?..place(2)?));
        match (range, quality) {
            (Some(range), Some(quality)) => range.fill(Some(quality)),
            _ => self.points.reject(RejectCode::ROW_FIELDS, said::record_400()),
        }
    }

    /// Hands over the day; `unnamed` is the quality of what no 400 record names in a variable day.
    fn finish_day(&mut self, unnamed: ReadingQuality) {
        let (Some(day), Some(channel)) = (self.day.take(), &self.channel) else { return };
        let length_s = channel.minutes as i64 * 60;
        for (place, (kwh, quality)) in day.kwh.into_iter().zip(day.quality).enumerate() {
            let interval = Interval {
                start_s: day.start_s + place as i64 * length_s,
                length_s,
                kwh,
                quality: quality.unwrap_or(unnamed),
            };
            self.points.energy(&channel.nmi, channel.flow, &channel.suffix, interval);
        }
    }

    /// A 250 record: the register before and now.
    fn register_pair(&mut self, fields: &[&str]) {
        if fields.len() < 20 {
            self.points.reject(RejectCode::ROW_FIELDS, said::record_250(fields.len()));
            return;
        }
        let (nmi, suffix, direction, quantity, unit) = (fields[1], fields[4], fields[7], fields[18], fields[19]);
        let [before, before_at, before_quality] = [fields[8], fields[9], fields[10]];
        let [now, now_at, now_quality] = [fields[13], fields[14], fields[15]];
        let Some(factor) = kwh_per(unit).filter(|_| direction.eq_ignore_ascii_case("E")) else { return };
        let number = |text: &str| match cell(text.as_bytes(), false) {
            Cell::Number(number) => Some(number),
            _ => None,
        };
        let (Some(first), Some(last)) = (number(before), number(now)) else {
            self.points.reject(RejectCode::VALUE_NOT_A_NUMBER, said::registers(before, now, nmi));
            return;
        };
        // Registers of a meter behind a transformer count less than the energy told beside them.
        let ratio = number(quantity).map_or(1.0, |quantity| quantity / (last - first));
        let ratio = if ratio.is_finite() && ratio > 0.0 && (ratio - 1.0).abs() > 1e-3 { ratio } else { 1.0 };
        for (at, value, quality) in [(before_at, first, before_quality), (now_at, last, now_quality)] {
            let at: String = at.chars().filter(|c| !c.is_whitespace()).collect();
            match digit_stamp(&at) {
                Some(_) if quality.starts_with(['N', 'n']) => {}
                Some(second) => self.points.register(
                    nmi,
                    RegisterPart::of_tariff(suffix),
                    second - MARKET_TIME_S,
                    value * ratio * factor,
                ),
                None => self.points.reject(RejectCode::TIME_UNREADABLE, said::register_time(at)),
            }
        }
    }
}

/// Quality of a quality method such as `A`, `S14`, `F51`; a variable day (V) counts as estimated
/// until its 400 records are read. `None` when it is none.
fn quality_of(method: &str) -> Option<ReadingQuality> {
    let (letter, number) = (method.bytes().next()?, method.get(1..)?);
    if !number.bytes().all(|byte| byte.is_ascii_digit()) || number.len() > 2 {
        return None;
    }
    match letter.to_ascii_uppercase() {
        b'A' => Some(ReadingQuality::Actual),
        b'S' | b'F' => Some(ReadingQuality::Substituted),
        b'E' | b'V' => Some(ReadingQuality::Estimated),
        b'N' => Some(ReadingQuality::Missing),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::kept::{Kept, read_text};

    /// A file around records.
    fn read(records: &str) -> Kept {
        read_text(&NEM12, &format!("100,NEM12,202503020000,MDP1,Retailer\n{records}900\n"))
    }

    fn day(value: &str, count: usize, end: &str) -> String {
        format!("300,20250301,{},{end}\n", vec![value; count].join(","))
    }

    fn codes(kept: &Kept) -> Vec<(u64, &'static str)> {
        kept.rejects().iter().map(|reject| (reject.row, reject.code)).collect()
    }

    const E1: &str = "200,NEM1201002,E1B1,1,E1,N1,METER1,kWh,30,\n";
    const B1: &str = "200,NEM1201002,E1B1,2,B1,N1,METER1,kWh,30,\n";
    /// 2025-03-01T00:00 of market time, seconds of UTC: `date -u -d '2025-02-28 14:00' +%s`.
    const MIDNIGHT: i64 = 1_740_751_200;

    #[test]
    fn value_one_begins_at_midnight_of_market_time_whatever_the_season() {
        let readings = read(&format!("{E1}{}", day("1.5", 48, "A,,,20250302000000,"))).readings();
        assert_eq!((readings.len(), readings[0].clone()), (48, ("NEM1201002".to_owned(), MIDNIGHT, 1.5)));
    }

    #[test]
    fn b1_suffix_is_export_not_import() {
        let readings = read(&format!("{E1}{}{B1}{}", day("1", 48, "A,,,,"), day("4", 48, "A,,,,"))).readings();
        assert!(readings.len() == 48 && readings.iter().all(|reading| reading.2 == -3.0));
    }

    #[test]
    fn units_in_any_case_are_read_and_reactive_channels_passed_over() {
        for (unit, kwh) in [("KWH", 250.0), ("kWh", 250.0), ("Wh", 0.25), ("MWh", 250_000.0)] {
            let text = format!(
                "200,NEM1201002,E1Q1,1,E1,N1,M,{unit},60,\n{}200,NEM1201002,E1Q1,2,Q1,,M,kVArh,60,\n{}",
                day("250", 24, "A"),
                day("9", 24, "A")
            );
            let kept = read(&text);
            assert!(kept.rejects().is_empty() && kept.readings().len() == 24 && kept.readings()[0].2 == kwh, "{unit}");
        }
    }

    #[test]
    fn padding_commas_are_no_values() {
        let text = format!(
            "200,NEM1201002,E1,1,E1,N1,M,kWh,30,,,,,,,,\n{}",
            day("1", 48, "A,,,20250302000000,,,,,,,,,,,,,,,,,,")
        );
        assert_eq!(read(&text).readings().len(), 48);
    }

    #[test]
    fn a_variable_day_takes_its_qualities_from_the_records_after_it() {
        let kept = read(&format!("{E1}{}400,1,24,A,,\n400,25,47,S14,,\n400,48,48,N,,\n", day("0", 48, "V,,,,")));
        assert!(kept.readings()[47].2.is_nan() && kept.readings()[46].2 == 0.0, "null is not zero");
        assert!(kept.rejects().is_empty());
        assert_eq!(codes(&read(&format!("{E1}{}400,40,49,A,,\n", day("0", 48, "V,,,,")))), [(4, "row.fields")]);
        assert_eq!(codes(&read("400,1,2,A,,\n"))[0].1, "file.no_readings");
    }

    #[test]
    fn interval_lengths_may_change_from_day_to_day_and_channel_to_channel() {
        let quarter = "200,NEM1201002,E1,1,E1,N1,M,kWh,15,\n";
        let text = format!("{quarter}{}{E1}{}", day("1", 96, "A"), day("2", 48, "A").replace("20250301", "20250302"));
        assert_eq!(read(&text).readings().len(), 144);
        let second = "200,NEM1201002,E1E2,2,E2,N2,M,kWh,15,\n";
        let readings = read(&format!("{E1}{}{second}{}", day("1", 48, "A"), day("0.25", 96, "A"))).readings();
        assert!(readings.len() == 48 && readings.iter().all(|reading| reading.2 == 1.5));
    }

    #[test]
    fn days_that_do_not_fit_are_rejected_and_the_others_read() {
        let kept =
            read(&format!("{E1}{}{}{}", day("1", 12, "A"), "300,20250302,V,,,20250303120025,\n", day("1", 48, "A")));
        assert_eq!(codes(&kept), [(3, "row.fields"), (4, "row.fields")]);
        assert_eq!(kept.readings().len(), 48);
        // Fifteen minutes of values under a head of thirty.
        assert_eq!(codes(&read(&format!("{E1}{}", day("1", 96, "A")))), [(3, "row.fields")]);
    }

    #[test]
    fn a_missing_header_is_no_fault_and_a_missing_end_is() {
        let headless = read_text(&NEM12, &format!("\n{E1}{}900\n", day("1", 48, "A")));
        assert!((NEM12.recognises)(E1.as_bytes()) && headless.rejects().is_empty() && headless.readings().len() == 48);
        assert_eq!(codes(&read_text(&NEM12, &format!("{E1}{}", day("1", 48, "A")))), [(2, "file.broken")]);
    }

    #[test]
    fn nem13_is_a_pair_of_register_readings() {
        let record = |quantity: &str| {
            format!(
                "250,NEM1311003,11,01,11,11,11003,E,19800,20250101100400,A,,,20790,20250329 \
                 075500,A,,,{quantity},KWh,20250629, 20250512120000,\n"
            )
        };
        let start = MIDNIGHT - 59 * 86_400 + 10 * 3600 + 240;
        let kept = read(&record("990"));
        assert_eq!(kept.registers()[0], ("NEM1311003".to_owned(), start, 19_800.0));
        assert_eq!(kept.registers()[1].2, 20_790.0);
        // A meter behind a transformer of 40: the registers count a fortieth of the energy.
        let registers = read(&record("39600")).registers();
        assert_eq!(registers[1].2 - registers[0].2, 39_600.0);
        assert!(
            read(&record("990").replace(",E,", ",I,")).registers().is_empty(),
            "what flows into the grid is no consumption"
        );
    }
}
