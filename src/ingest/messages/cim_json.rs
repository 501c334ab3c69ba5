//! Meter readings of IEC 61968-9 in JSON, for which there is no one standard: keys go by name
//! whatever their case, lists of objects by the name of the list.
//!
//! Seen alive: `{header, payload: {MeterReadings: [{Meter: {mRID}, IntervalBlocks:
//! [{IntervalReadings: [...], ReadingType: {ref}}]}]}}` and `{usagePoint, intervalBlocks:
//! [{readingType, intervalReadings: [{timestamp, value: "0.5"}]}]}`.

use std::io::BufRead;

use super::cim_readings::{CimReadings, FACTS};
use super::halt::Halt;
use super::json_stream::{JsonStream, Token};
use super::message::MessageFormat;
use super::meter_points::MeterPoints;
use crate::ingest::format::StampClock;

/// The format.
pub(crate) const CIM_JSON: MessageFormat = MessageFormat {
    name: "CIM MeterReadings (JSON)",
    what: "CIM MeterReadings in JSON",
    recognises,
    bytes_a_reading: 60,
    clock: StampClock::Own,
    facts: FACTS,
    parse,
};

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
            Token::Scalar(text) => {
                readings.scalar(if in_list { lists.last().map_or("", String::as_str) } else { &key }, &text);
            }
            Token::End => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::kept::read_text;
    use crate::ingest::messages::cim_xml::CIM_XML;

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
        let readings = ["00:45", "01:00", "01:15"]
            .map(|time| format!("{{\"timeStamp\":\"2025-03-01T{time}:00Z\",\"value\":1}}"))
            .join(",");
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
            format!(
                "<Readings><timeStamp>2025-03-01T00:45:00.000Z</timeStamp><value>{value}</value><ReadingType \
                 ref=\"{kind}\"/></Readings>"
            )
        };
        let text = format!(
            "<s:Envelope xmlns:s=\"http://x\"><s:Body><MeterReadings \
             xmlns=\"http://vendor/readings\"><MeterReading><Meter><Names><name>SN-1</name><NameType><name>serial</name></NameType></Names></Meter>{}{}{}{}</MeterReading></MeterReadings></s:Body></s:Envelope>",
            reading(QUARTER, "1"),
            reading("0.0.2.4.19.1.12.0.0.0.0.0.0.0.0.3.72.0", "3"),
            reading("0.0.0.1.1.1.12.0.0.0.0.0.0.0.0.0.72.0", "5000"),
            reading("0.0.2.4.1.1.12.0.0.0.0.0.0.0.0.3.73.0", "9"),
        );
        let kept = read_text(&CIM_XML, &text);
        assert_eq!(kept.readings(), [("SN-1".to_owned(), HALF_PAST, -2.0)]);
        assert_eq!(kept.registers(), [("SN-1".to_owned(), HALF_PAST + 900, 5.0)]);
    }

    /// A message of one meter, whose blocks are of these types, each with readings at these minutes
    /// past midnight.
    fn blocks(types: &[&str], extra: &str, readings: &[(i64, &str)]) -> String {
        let readings: Vec<String> = readings
            .iter()
            .map(|(minute, value)| format!("{{\"timestamp\":{},\"value\":\"{value}\"}}", 1_740_787_200 + minute * 60))
            .collect();
        let block = |kind: &&str| {
            format!("{{\"readingType\":\"{kind}\",{extra}\"intervalReadings\":[{}]}}", readings.join(","))
        };
        format!(
            "{{\"usagePoint\":\"A\",\"intervalBlocks\":[{}]}}",
            types.iter().map(block).collect::<Vec<_>>().join(",")
        )
    }

    fn hourly(flow: u32, phases: u32) -> String {
        format!("0.0.7.4.{flow}.1.12.0.0.0.0.0.0.0.{phases}.3.72.0")
    }

    #[test]
    fn phases_beside_a_total_and_import_beside_net_are_not_read_twice() {
        let read = |types: &[String]| {
            let types: Vec<&str> = types.iter().map(String::as_str).collect();
            let kept = read_text(&CIM_JSON, &blocks(&types, "", &[(60, "1.5"), (120, "1.5")]));
            (kept.readings().iter().map(|reading| reading.2).collect::<Vec<_>>(), kept.rejects().len())
        };
        assert_eq!(read(&[hourly(1, 0), hourly(1, 128), hourly(1, 64), hourly(1, 32)]), (vec![1.5, 1.5], 0));
        assert_eq!(read(&[hourly(1, 129), hourly(1, 65), hourly(1, 33)]), (vec![4.5, 4.5], 0));
        assert_eq!(read(&[hourly(1, 128)]), (vec![1.5, 1.5], 0), "a meter on one phase");
        assert_eq!(read(&[hourly(1, 0), hourly(4, 0), hourly(19, 0)]), (vec![1.5, 1.5], 0));
    }

    #[test]
    fn phases_that_are_not_all_of_a_connection_are_rejected() {
        let two = read_text(&CIM_JSON, &blocks(&[&hourly(1, 128), &hourly(1, 64)], "", &[(60, "1")]));
        assert_eq!((two.readings().len(), two.rejects()[0].code, two.rejects()[0].records), (0, "channel.unknown", 2));
        let pair = read_text(&CIM_JSON, &blocks(&[&hourly(1, 132)], "", &[(60, "1")]));
        assert_eq!((pair.readings().len(), pair.rejects()[0].code), (0, "channel.unknown"));
    }

    #[test]
    fn the_length_is_that_of_the_type_else_of_the_block_else_the_distance_of_stamps() {
        let first = |kind: &str, extra: &str| {
            let kept = read_text(&CIM_JSON, &blocks(&[kind], extra, &[(60, "1"), (120, "1"), (180, "1")]));
            (kept.readings()[0].1 - 1_740_787_200) / 60
        };
        let untold = "0.0.0.4.1.1.12.0.0.0.0.0.0.0.0.3.72.0";
        assert_eq!(first(untold, "\"intervalLength\":900,"), 45);
        assert_eq!(first(untold, "\"intervalLength\":60,"), 0, "minutes, since stamps lie an hour apart");
        assert_eq!(first(untold, ""), 0);
        assert_eq!(first(QUARTER, "\"intervalLength\":3600,"), 45);
        let alone = read_text(&CIM_JSON, &blocks(&[untold], "\"intervalLength\":1800,", &[(60, "1")]));
        assert_eq!(alone.readings(), [("A".to_owned(), HALF_PAST, 1.0)]);
    }

    #[test]
    fn a_decimal_comma_is_read_where_it_can_be_nothing_else() {
        let values = |values: &[&str]| {
            let readings: Vec<(i64, &str)> =
                values.iter().enumerate().map(|(place, value)| (15 * (place as i64 + 1), *value)).collect();
            let kept = read_text(&CIM_JSON, &blocks(&[QUARTER], "", &readings));
            (kept.readings().iter().map(|reading| format!("{}", reading.2)).collect::<Vec<_>>(), kept.rejects().len())
        };
        assert_eq!(
            values(&["0,380", "1,234", "1,5"]),
            (vec!["0.38".to_owned(), "1.234".to_owned(), "1.5".to_owned()], 0)
        );
        assert_eq!(values(&["1,234", "2"]), (vec!["NaN".to_owned(), "2".to_owned()], 1), "a thousand or one");
    }

    #[test]
    fn readings_of_a_flat_list_name_their_own_meter() {
        let reading = |meter: &str, minute: i64, kind: &str| {
            format!(
                "{{\"meterId\":\"{meter}\",\"timestamp\":{},\"value\":1,\"readingType\":\"{kind}\"}}",
                1_740_787_200 + minute * 60
            )
        };
        for kind in [QUARTER, "0.0.0.4.1.1.12.0.0.0.0.0.0.0.0.3.72.0"] {
            let list = [("M1", 45), ("M2", 45), ("M1", 60), ("M2", 60)]
                .map(|(meter, minute)| reading(meter, minute, kind))
                .join(",");
            let kept = read_text(&CIM_JSON, &format!("{{\"readings\":[{list}]}}"));
            let told: Vec<_> = kept.readings().into_iter().map(|(id, at, _)| (id, (at - HALF_PAST) / 60)).collect();
            let expected = [("M1", 0), ("M1", 15), ("M2", 0), ("M2", 15)].map(|(id, at)| (id.to_owned(), at));
            assert_eq!((told, kept.rejects().len()), (expected.to_vec(), 0), "{kind}");
        }
    }

    #[test]
    fn an_end_device_and_a_type_by_name_are_understood() {
        let text = format!(
            "<MeterReadings><MeterReading><EndDevice><mRID>9</mRID></EndDevice><Readings><timeStamp>2025-03-01T00:45:00Z</timeStamp><value>1</value><ReadingType><Names><name>{QUARTER}</name></Names></ReadingType></Readings></MeterReading></MeterReadings>"
        );
        assert_eq!(read_text(&CIM_XML, &text).readings(), [("9".to_owned(), HALF_PAST, 1.0)]);
        let both = text.replace("</EndDevice>", "</EndDevice><Meter><mRID>M</mRID></Meter>");
        assert_eq!(read_text(&CIM_XML, &both).readings()[0].0, "M");
    }

    #[test]
    fn a_date_whose_day_may_be_its_month_is_no_stamp() {
        let stamp = |stamp: &str| {
            let text = blocks(&[QUARTER], "", &[(45, "1")]).replace("1740789900", &format!("\"{stamp}\""));
            let kept = read_text(&CIM_JSON, &text);
            (kept.readings().len(), kept.rejects().first().map(|reject| reject.code))
        };
        assert_eq!(stamp("03/01/2025 00:45"), (0, Some("time.unreadable")));
        assert_eq!(stamp("01.03.2025 00:45"), (1, None));
    }

    #[test]
    fn a_type_that_is_spelled_out_is_understood_before_and_behind_its_readings() {
        let dictionary = "<ReadingType><Names><name>rt-1</name></Names><accumulation>deltaData</accumulation><commodity>electricitySecondaryMetered</commodity><flowDirection>forward</flowDirection><measurementKind>energy</measurementKind><measuringPeriod>fifteenMinute</measuringPeriod><multiplier>k</multiplier><unit>Wh</unit></ReadingType>";
        let reading = "<MeterReading><Meter><mRID>M</mRID></Meter><Readings><timeStamp>2025-03-01T00:45:00Z</timeStamp><value>1</value><ReadingType ref=\"rt-1\"/></Readings></MeterReading>";
        for inside in [format!("{dictionary}{reading}"), format!("{reading}{dictionary}")] {
            let kept = read_text(&CIM_XML, &format!("<MeterReadings>{inside}</MeterReadings>"));
            assert_eq!((kept.readings(), kept.rejects().len()), (vec![("M".to_owned(), HALF_PAST, 1.0)], 0));
        }
        let unknown = read_text(
            &CIM_XML,
            &format!("<MeterReadings>{}{dictionary}</MeterReadings>", reading.replace("rt-1", "rt-2")),
        );
        assert_eq!(unknown.rejects()[0].code, "channel.unknown");
        let inside =
            reading.replace("<ReadingType ref=\"rt-1\"/>", &dictionary.replace("<Names><name>rt-1</name></Names>", ""));
        assert_eq!(read_text(&CIM_XML, &format!("<MeterReadings>{inside}</MeterReadings>")).readings().len(), 1);
    }
}
