//! Meter readings of IEC 61968-9 in JSON, for which there is no one standard: keys go by name whatever their case, lists of objects by the name of the list.
//!
//! Seen alive: `{header, payload: {MeterReadings: [{Meter: {mRID}, IntervalBlocks: [{IntervalReadings: [...], ReadingType: {ref}}]}]}}` and
//! `{usagePoint, intervalBlocks: [{readingType, intervalReadings: [{timestamp, value: "0.5"}]}]}`.

use std::io::BufRead;

use super::StampClock;
use super::cim_readings::CimReadings;
use super::json_stream::{JsonStream, Token};
use super::message::{Halt, MessageFormat};
use super::meter_points::MeterPoints;

/// The format.
pub(super) const CIM_JSON: MessageFormat =
    MessageFormat { name: "CIM MeterReadings (JSON)", recognises, bytes_a_reading: 60, clock: StampClock::Own, parse };

fn recognises(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if !matches!(head.first(), Some(b'{' | b'[')) {
        return false;
    }
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    ["intervalblocks", "intervalreadings", "meterreadings", "\"readings\""].iter().any(|name| text.contains(name))
}

fn parse(input: Box<dyn BufRead + '_>, points: &mut MeterPoints) -> Result<(), Halt> {
    let mut json = JsonStream::new(input, points.caps());
    let mut readings = CimReadings::new(points);
    let walked = walk(&mut json, &mut readings);
    readings.finish();
    walked
}

fn walk<R: BufRead>(json: &mut JsonStream<R>, readings: &mut CimReadings) -> Result<(), Halt> {
    // Names that lists were found under, so that their members have one.
    let mut lists: Vec<String> = Vec::new();
    let mut key = String::new();
    let mut containers: Vec<bool> = Vec::new();
    loop {
        let token = json.next()?;
        readings.points.at_row(json.line())?;
        let in_list = containers.last() == Some(&false);
        match token {
            Token::Key(name) => key = name.to_ascii_lowercase(),
            Token::BeginObject => {
                readings.begin(if in_list { lists.last().map_or("", String::as_str) } else { &key });
                containers.push(true);
            }
            Token::EndObject => {
                containers.pop();
                readings.end()?;
            }
            Token::BeginArray => {
                let inherited = if in_list { lists.last().cloned() } else { None };
                lists.push(inherited.unwrap_or_else(|| std::mem::take(&mut key)));
                containers.push(false);
            }
            Token::EndArray => {
                containers.pop();
                lists.pop();
            }
            Token::Scalar(text) => readings.scalar(if in_list { lists.last().map_or("", String::as_str) } else { &key }, &text),
            Token::End => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::cim_xml::CIM_XML;
    use crate::ingest::kept::read_text;

    const QUARTER: &str = "0.0.2.4.1.1.12.0.0.0.0.0.0.0.0.3.72.0";
    const HALF_PAST: i64 = 1_740_789_000;

    #[test]
    fn a_stamp_is_the_end_of_its_interval_and_texts_are_numbers() {
        let text = format!(
            "{{\"usagePoint\":\"3-8005\",\"intervalBlocks\":[{{\"readingType\":\"{QUARTER}\",\"intervalReadings\":[{{\"timestamp\":\"2025-03-01T01:45:00+01:00\",\"value\":\"0.5\"}}]}}]}}"
        );
        assert_eq!(read_text(&CIM_JSON, &text).readings(), [("3-8005".to_owned(), HALF_PAST, 0.5)]);
    }

    #[test]
    fn a_type_without_a_length_takes_the_distance_of_stamps() {
        let readings = ["00:45", "01:00", "01:15"].map(|time| format!("{{\"timeStamp\":\"2025-03-01T{time}:00Z\",\"value\":1}}")).join(",");
        let text = format!(
            "{{\"MeterReadings\":[{{\"Meter\":{{\"mRID\":\"A\"}},\"IntervalBlocks\":[{{\"IntervalReadings\":[{readings}],\"ReadingType\":{{\"ref\":\"32.0.0.4.1.1.12.0.0.0.0.0.0.0.0.3.72.0\"}}}}]}}]}}"
        );
        assert_eq!(read_text(&CIM_JSON, &text).readings()[0], ("A".to_owned(), HALF_PAST, 1.0));
    }

    #[test]
    fn an_opaque_type_and_a_reading_without_a_point_are_rejected() {
        let block = |kind: &str, point: &str| {
            format!(
                "{{{point}\"intervalBlocks\":[{{\"readingType\":\"{kind}\",\"intervalReadings\":[{{\"timestamp\":\"2025-03-01T00:45:00Z\",\"value\":1}}]}}]}}"
            )
        };
        assert_eq!(read_text(&CIM_JSON, &block("A+_15", "\"usagePoint\":\"A\",")).rejects()[0].code, "channel.unknown");
        assert_eq!(read_text(&CIM_JSON, &block(QUARTER, "")).rejects()[0].code, "id.empty");
    }

    #[test]
    fn registers_export_and_quality_are_read_from_xml_of_any_namespace() {
        let reading = |kind: &str, value: &str| {
            format!("<Readings><timeStamp>2025-03-01T00:45:00.000Z</timeStamp><value>{value}</value><ReadingType ref=\"{kind}\"/></Readings>")
        };
        let text = format!(
            "<s:Envelope xmlns:s=\"http://x\"><s:Body><MeterReadings xmlns=\"http://vendor/readings\"><MeterReading><Meter><Names><name>SN-1</name><NameType><name>serial</name></NameType></Names></Meter>{}{}{}{}</MeterReading></MeterReadings></s:Body></s:Envelope>",
            reading(QUARTER, "1"),
            reading("0.0.2.4.19.1.12.0.0.0.0.0.0.0.0.3.72.0", "3"),
            reading("0.0.0.1.1.1.12.0.0.0.0.0.0.0.0.0.72.0", "5000"),
            reading("0.0.2.4.1.1.12.0.0.0.0.0.0.0.0.3.73.0", "9"),
        );
        let kept = read_text(&CIM_XML, &text);
        assert_eq!(kept.readings(), [("SN-1".to_owned(), HALF_PAST, -2.0)]);
        assert_eq!(kept.registers(), [("SN-1".to_owned(), HALF_PAST + 900, 5.0)]);
    }
}
