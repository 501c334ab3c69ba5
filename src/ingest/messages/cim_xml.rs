//! Meter readings of IEC 61968-9 in XML: every element is an object, every attribute and every
//! element of text alone a value.

use std::io::BufRead;

use super::cim_readings::{CimReadings, FACTS};
use super::halt::Halt;
use super::message::MessageFormat;
use super::meter_points::MeterPoints;
use super::xml_stream::{Tag, XmlStream};
use crate::ingest::bytes::markup::head_text;
use crate::ingest::format::StampClock;

/// The format.
pub(crate) const CIM_XML: MessageFormat = MessageFormat {
    name: "CIM MeterReadings (XML)",
    what: "CIM MeterReadings in XML",
    recognises,
    bytes_a_reading: 150,
    clock: StampClock::Own,
    facts: FACTS,
    parse,
};

fn recognises(head: &[u8]) -> bool {
    head_text(head)
        .is_some_and(|text| ["MeterReadings", "MeterReading ", "MeterReading>"].iter().any(|name| text.contains(name)))
}

fn parse(input: Box<dyn BufRead + '_>, points: &mut MeterPoints) -> Result<(), Halt> {
    let mut xml = XmlStream::new(input, points.caps())?;
    let mut readings = CimReadings::new(points);
    let walked = walk(&mut xml, &mut readings);
    readings.finish();
    walked
}

fn walk(xml: &mut XmlStream, readings: &mut CimReadings) -> Result<(), Halt> {
    let mut deepest = 0;
    loop {
        let tag = xml.next()?;
        readings.points.at_row(xml.line())?;
        match tag {
            Tag::Open => {
                deepest = xml.depth();
                readings.begin(&xml.name().to_ascii_lowercase());
                for (name, value) in xml.attributes() {
                    readings.scalar(&name.to_ascii_lowercase(), value);
                }
            }
            Tag::Close => {
                readings.end()?;
                // Nothing was opened inside: what it holds is a plain value of the element around
                // it.
                if xml.depth() == deepest && (!xml.text().is_empty() || xml.name() == "value") {
                    readings.scalar(&xml.name().to_ascii_lowercase(), xml.text());
                }
            }
            Tag::Comment => {}
            Tag::End => return Ok(()),
        }
    }
}
