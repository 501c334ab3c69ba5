//! Green Button (ESPI): an Atom feed whose entries are joined by links.
//!
//! An `IntervalBlock` belongs to the `MeterReading` whose address begins its own, a `MeterReading`
//! names its `ReadingType` and lies under its `UsagePoint`. Entries come in any order, so blocks
//! wait until what they are is known; in a feed with a single meter reading or type links may be
//! missing. Other commodities, cost, reactive energy, and customer records (`espi/customer`) are
//! passed over; nothing of them is kept.
//!
//! Stamps are seconds since 1970 in UTC, and begin the interval. Several types of one usage point
//! (15 minutes and days) are the same energy: the shortest counts.
//!
//! Source: NAESB REQ.21, Energy Services Provider Interface.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::halt::Halt;
use super::message::MessageFormat;
use super::meter_points::{Interval, MeterPoints};
use super::reading_type::{Codes, Meaning, espi_quality};
use super::xml_stream::{Tag, XmlStream};
use crate::domain::{ReadingQuality, RejectCode};
use crate::ingest::bytes::markup::head_text;
use crate::ingest::format::StampClock;
use crate::ingest::said;

/// The format.
pub(crate) const ESPI: MessageFormat = MessageFormat {
    name: "Green Button (ESPI)",
    what: "Green Button",
    recognises,
    bytes_a_reading: 160,
    clock: StampClock::Own,
    facts: &[
        ("clock", "UTC"),
        ("stamp", "the beginning of the interval"),
        ("usage_point", "the last part of the UsagePoint's address"),
        ("unit", "that of the ReadingType"),
    ],
    parse,
};

/// Readings that wait for their type at most.
const MOST_WAITING: usize = 2 << 20;
/// Links that are remembered at most.
const MOST_LINKS: usize = 1 << 20;

fn recognises(head: &[u8]) -> bool {
    head_text(head).is_some_and(|text| text.contains("naesb.org/espi"))
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    start_s: i64,
    length_s: i64,
    value: f64,
    quality: ReadingQuality,
}

/// What is known of an entry while it is read.
#[derive(Debug, Default)]
struct Entry {
    id: String,
    own: String,
    up: String,
    related: Vec<String>,
    content: Option<Content>,
    readings: Vec<Reading>,
    codes: Codes,
    length_s: Option<i64>,
    /// Commodity of a usage point: 0 is electricity.
    service: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    UsagePoint,
    MeterReading,
    ReadingType,
    IntervalBlock,
}

#[derive(Debug, Clone, Copy)]
struct Kind {
    meaning: Meaning,
    length_s: Option<i64>,
}

/// Blocks whose type is not known yet.
struct Waiting {
    own: String,
    up: String,
    readings: Vec<Reading>,
}

struct Reader<'p, 'a> {
    points: &'p mut MeterPoints<'a>,
    entry: Entry,
    reading: Reading,
    usage_points: BTreeMap<String, (String, u32)>,
    meter_readings: BTreeMap<String, Vec<String>>,
    types: BTreeMap<String, Kind>,
    waiting: Vec<Waiting>,
    waiting_readings: usize,
}

const NO_READING: Reading =
    Reading { start_s: i64::MIN, length_s: 0, value: f64::NAN, quality: ReadingQuality::Actual };

fn parse(input: Box<dyn BufRead + '_>, points: &mut MeterPoints) -> Result<(), Halt> {
    let mut xml = XmlStream::new(input, points.caps())?;
    let mut reader = Reader {
        points,
        entry: Entry::default(),
        reading: NO_READING,
        usage_points: BTreeMap::new(),
        meter_readings: BTreeMap::new(),
        types: BTreeMap::new(),
        waiting: Vec::new(),
        waiting_readings: 0,
    };
    let walked = reader.walk(&mut xml);
    reader.finish();
    walked
}

impl Reader<'_, '_> {
    fn walk(&mut self, xml: &mut XmlStream) -> Result<(), Halt> {
        loop {
            let tag = xml.next()?;
            self.points.at_row(xml.line())?;
            match tag {
                Tag::Open => self.open(xml),
                Tag::Close => self.close(xml)?,
                Tag::Comment => {}
                Tag::End => return Ok(()),
            }
        }
    }

    fn open(&mut self, xml: &XmlStream) {
        match xml.name() {
            "entry" => self.entry = Entry::default(),
            "link" if xml.parent() == "entry" => {
                let href = trimmed(xml.attribute("href").unwrap_or_default());
                match xml.attribute("rel") {
                    Some("self") => self.entry.own = href,
                    Some("up") => self.entry.up = href,
                    Some("related") if self.entry.related.len() < 64 => self.entry.related.push(href),
                    _ => {}
                }
            }
            "UsagePoint" => self.entry.content = Some(Content::UsagePoint),
            "MeterReading" => self.entry.content = Some(Content::MeterReading),
            "ReadingType" => self.entry.content = Some(Content::ReadingType),
            "IntervalBlock" => self.entry.content = Some(Content::IntervalBlock),
            "IntervalReading" => self.reading = NO_READING,
            _ => {}
        }
    }

    fn close(&mut self, xml: &XmlStream) -> Result<(), Halt> {
        let number = || xml.text().parse::<i64>().ok();
        let code = || xml.text().parse::<u32>().unwrap_or(u32::MAX);
        match (xml.parent(), xml.name()) {
            ("entry", "id") => xml.text().clone_into(&mut self.entry.id),
            ("ServiceCategory", "kind") => self.entry.service = code(),
            ("ReadingType", "accumulationBehaviour") => self.entry.codes.accumulation = code(),
            ("ReadingType", "flowDirection") => self.entry.codes.flow = code(),
            ("ReadingType", "commodity") => self.entry.codes.commodity = code(),
            ("ReadingType", "powerOfTenMultiplier") => {
                self.entry.codes.multiplier = xml.text().parse().unwrap_or(i32::MAX);
            }
            ("ReadingType", "uom") => self.entry.codes.unit = code(),
            ("ReadingType", "phase") => self.entry.codes.phases = xml.text().parse().unwrap_or(0),
            ("ReadingType", "tou") => self.entry.codes.tariff = code(),
            ("ReadingType", "intervalLength") => self.entry.length_s = number(),
            ("timePeriod", "start") => self.reading.start_s = number().unwrap_or(i64::MIN),
            ("timePeriod", "duration") => self.reading.length_s = number().unwrap_or(0),
            ("IntervalReading", "value") => match xml.text().parse::<f64>() {
                Ok(value) if value.is_finite() => self.reading.value = value,
                _ if xml.text().is_empty() => {}
                _ => {
                    let shown: String = xml.text().chars().take(40).collect();
                    self.points.reject(RejectCode::VALUE_NOT_A_NUMBER, said::number_missing(shown));
                }
            },
            ("ReadingQuality", "quality") => self.reading.quality = self.reading.quality.min(espi_quality(xml.text())),
            (_, "IntervalReading") => self.entry.readings.push(std::mem::replace(&mut self.reading, NO_READING)),
            (_, "entry") => self.finish_entry()?,
            _ => {}
        }
        if self.entry.readings.len() > MOST_WAITING {
            return Err(Halt::Broken(format!("one entry holds more than {MOST_WAITING} readings")));
        }
        Ok(())
    }

    fn finish_entry(&mut self) -> Result<(), Halt> {
        let entry = std::mem::take(&mut self.entry);
        if self.usage_points.len() + self.meter_readings.len() + self.types.len() > MOST_LINKS {
            return Err(Halt::Broken(format!(
                "more than {MOST_LINKS} usage points, meter readings and types in one feed"
            )));
        }
        match entry.content {
            Some(Content::UsagePoint) => {
                let id = last_segment(&entry.own).unwrap_or(&entry.id).to_owned();
                self.usage_points.insert(entry.own, (id, entry.service));
            }
            Some(Content::MeterReading) => {
                self.meter_readings.insert(entry.own, entry.related);
            }
            Some(Content::ReadingType) => {
                self.types.insert(entry.own, Kind { meaning: entry.codes.meaning(), length_s: entry.length_s });
            }
            Some(Content::IntervalBlock) => {
                let block = Waiting { own: entry.own, up: entry.up, readings: entry.readings };
                if let Some(kind) = self.known_kind(&block) {
                    self.deliver(&block, kind);
                } else {
                    self.waiting_readings += 1 + block.readings.len();
                    self.waiting.push(block);
                }
            }
            None => {}
        }
        if self.waiting_readings > MOST_WAITING {
            return Err(Halt::Broken(format!(
                "more than {MOST_WAITING} readings wait for their ReadingType; put ReadingType entries before the \
                 blocks"
            )));
        }
        Ok(())
    }

    /// The meter reading that an address lies under.
    fn meter_reading_of(&self, block: &Waiting) -> Option<(&String, &Vec<String>)> {
        [&block.own, &block.up]
            .into_iter()
            .find_map(|href| addresses_above(href).find_map(|above| self.meter_readings.get_key_value(above)))
    }

    fn known_kind(&self, block: &Waiting) -> Option<Kind> {
        let (_, related) = self.meter_reading_of(block)?;
        related.iter().find_map(|href| self.types.get(href)).copied()
    }

    fn deliver(&mut self, block: &Waiting, kind: Kind) {
        let under = self.meter_reading_of(block).map(|(href, _)| href.clone()).unwrap_or_default();
        let Some(id) = self.usage_point_id(block, &under) else { return };
        for reading in &block.readings {
            let length_s = if reading.length_s > 0 { reading.length_s } else { kind.length_s.unwrap_or(0) };
            let interval = |kwh: f64, quality| Interval { start_s: reading.start_s, length_s, kwh, quality };
            match kind.meaning {
                Meaning::Energy { stream, kwh_per_unit } => {
                    self.points.energy(&id, stream, "", interval(reading.value * kwh_per_unit, reading.quality));
                }
                Meaning::Power { stream, kw_per_unit } => {
                    let kwh = reading.value * kw_per_unit * length_s as f64 / 3600.0;
                    self.points.energy(&id, stream, "", interval(kwh, reading.quality));
                }
                Meaning::Counter { kwh_per_unit, part } => {
                    self.points.register(&id, part.into(), reading.start_s, reading.value * kwh_per_unit);
                }
                Meaning::SomePhases => {
                    let detail = said::phases_only(&id, block.readings.len());
                    return self.points.reject_all(RejectCode::CHANNEL_UNKNOWN, block.readings.len(), detail);
                }
                Meaning::Other => return,
            }
        }
    }

    /// Id of the usage point that a block lies under; `None` for another commodity than
    /// electricity.
    fn usage_point_id(&self, block: &Waiting, under: &str) -> Option<String> {
        let addresses = || [under, &block.own, &block.up].into_iter();
        let known = addresses().find_map(|href| addresses_above(href).find_map(|above| self.usage_points.get(above)));
        let only = || if self.usage_points.len() == 1 { self.usage_points.values().next() } else { None };
        if let Some((id, service)) = known.or_else(only) {
            return (*service == 0).then(|| id.clone());
        }
        let named = addresses().find_map(|href| {
            href.split_once("/UsagePoint/")?.1.split('/').next().filter(|id| !id.is_empty()).map(str::to_owned)
        });
        Some(named.unwrap_or_else(|| self.points.file_stem()))
    }

    /// Blocks that waited: by their links, or by the only type that the feed has.
    fn finish(&mut self) {
        let only_kind = if self.types.len() == 1 { self.types.values().next().copied() } else { None };
        let few = self.meter_readings.len() <= 1;
        for block in std::mem::take(&mut self.waiting) {
            if let Some(kind) =
                self.known_kind(&block).or_else(|| only_kind.filter(|_| few || self.meter_reading_of(&block).is_none()))
            {
                self.deliver(&block, kind);
            } else {
                let detail = said::no_reading_type(block.own.as_str(), block.readings.len());
                self.points.reject(RejectCode::CHANNEL_UNKNOWN, detail);
            }
        }
    }
}

fn trimmed(href: &str) -> String {
    href.trim().trim_end_matches('/').to_owned()
}

fn last_segment(href: &str) -> Option<&str> {
    href.rsplit('/').next().filter(|segment| !segment.is_empty())
}

/// An address and all above it: `a/b/c`, `a/b`, `a`.
fn addresses_above(href: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(href), |href| href.rsplit_once('/').map(|(above, _)| above))
        .filter(|href| !href.is_empty())
        .take(16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::kept::{Kept, read_text};

    fn entry(links: &str, content: &str) -> String {
        format!("<entry>{links}<content>{content}</content></entry>")
    }

    fn own(href: &str) -> String {
        format!("<link rel=\"self\" href=\"{href}\"/>")
    }

    fn kind(href: &str, codes: &str) -> String {
        entry(&own(href), &format!("<espi:ReadingType>{codes}</espi:ReadingType>"))
    }

    fn block(href: &str, value: &str, seconds: u32) -> String {
        let reading = format!(
            "<espi:IntervalReading><espi:cost>9</espi:cost><espi:timePeriod><espi:duration>{seconds}</espi:duration><espi:start>1740789000<!-- half past --></espi:start></espi:timePeriod><espi:value>{value}</espi:value></espi:IntervalReading>"
        );
        entry(
            &own(href),
            &format!(
                "<espi:IntervalBlock><espi:interval><espi:start>0</espi:start></espi:interval>{reading}</espi:IntervalBlock>"
            ),
        )
    }

    fn read(entries: &str) -> Kept {
        read_text(
            &ESPI,
            &format!(
                "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:espi=\"http://naesb.org/espi\">{entries}</feed>"
            ),
        )
    }

    const WATT_HOURS: &str = "<espi:accumulationBehaviour>4</espi:accumulationBehaviour><espi:commodity>1</espi:commodity><espi:flowDirection>1</espi:flowDirection><espi:powerOfTenMultiplier>0</espi:powerOfTenMultiplier><espi:uom>72</espi:uom>";

    fn meter_reading(href: &str, kind: &str) -> String {
        entry(&format!("{}<link rel=\"related\" href=\"{kind}\"/>", own(href)), "<espi:MeterReading/>")
    }

    #[test]
    fn entries_are_joined_by_their_links_in_any_order() {
        let entries = block("/UsagePoint/5446/MeterReading/01/IntervalBlock/173", "450", 900)
            + &meter_reading("/UsagePoint/5446/MeterReading/01/", "/ReadingType/07")
            + &kind("/ReadingType/07", WATT_HOURS);
        assert_eq!(read(&entries).readings(), [("5446".to_owned(), 1_740_789_000, 0.45)]);
    }

    #[test]
    fn a_feed_without_links_falls_back_to_its_only_type_and_point() {
        let point = entry(
            &own("/x/77"),
            "<espi:UsagePoint><espi:ServiceCategory><espi:kind>0</espi:kind></espi:ServiceCategory></espi:UsagePoint>",
        );
        let entries = point
            + &kind("", &WATT_HOURS.replace("<espi:powerOfTenMultiplier>0", "<espi:powerOfTenMultiplier>3"))
            + &block("", "2", 900);
        assert_eq!(read(&entries).readings(), [("77".to_owned(), 1_740_789_000, 2.0)]);
    }

    #[test]
    fn a_daily_total_and_cost_beside_the_intervals_are_not_counted_twice() {
        let mut entries = String::new();
        for (number, codes, value, seconds) in [
            ("1", WATT_HOURS.to_owned(), "450", 900),
            ("2", WATT_HOURS.to_owned(), "9000", 86_400),
            ("3", WATT_HOURS.replace("72", "0"), "7", 900),
        ] {
            let href = format!("/UsagePoint/A/MeterReading/{number}");
            entries += &(kind(&format!("/ReadingType/{number}"), &codes)
                + &meter_reading(&href, &format!("/ReadingType/{number}"))
                + &block(&format!("{href}/IntervalBlock/1"), value, seconds));
        }
        assert_eq!(read(&entries).readings(), [("A".to_owned(), 1_740_789_000, 0.45)]);
    }

    #[test]
    fn gas_and_customer_records_are_passed_over() {
        let gas = entry(
            &own("/UsagePoint/G"),
            "<espi:UsagePoint><espi:ServiceCategory><espi:kind>1</espi:kind></espi:ServiceCategory></espi:UsagePoint>",
        );
        let entries = gas
            + &kind("/T/1", WATT_HOURS)
            + &meter_reading("/UsagePoint/G/MeterReading/1", "/T/1")
            + &block("/UsagePoint/G/MeterReading/1/IntervalBlock/1", "5", 900);
        assert!(read(&entries).readings().is_empty());
        let person = read_text(
            &ESPI,
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content><Customer \
             xmlns='http://naesb.org/espi/customer'><name>Jane</name></Customer></content></entry></feed>",
        );
        assert_eq!(person.rejects()[0].code, "file.no_readings");
        assert!(!person.rejects()[0].detail.to_string().contains("Jane"));
    }

    #[test]
    fn a_block_whose_type_is_not_told_is_rejected() {
        let entries = kind("/T/1", WATT_HOURS)
            + &kind("/T/2", WATT_HOURS)
            + &block("/UsagePoint/A/MeterReading/1/IntervalBlock/1", "5", 900);
        assert_eq!(read(&entries).rejects()[0].code, "channel.unknown");
    }
}
