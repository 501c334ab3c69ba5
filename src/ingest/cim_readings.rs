//! IEC 61968-9 meter readings, whatever they are written in: XML and JSON give the same nested names and values.
//!
//! Writers differ in namespace, envelope, order and case, so everything goes by the (local) name of a key in lower case. Readings wait until the object around them
//! ends and their type is known, and until an object around that ends and the usage point is known. A stamp is the end of its interval. The length is that
//! of the ReadingType, else the usual distance of stamps. Values without their own reading type take the one of the block.
//!
//! Source: IEC 61968-9:2013, MeterReadings.

use std::collections::BTreeMap;

use crate::domain::{ReadingQuality, RejectCode};

use super::message::Halt;
use super::meter_points::{Interval, MeterPoints};
use super::number::{Cell, cell};
use super::reading_type::{Meaning, ReadingType, cim_quality};
use super::stamp::{StampForm, StampReader};

/// Readings that wait at most.
const MOST_WAITING: usize = 1 << 20;

/// A reading on its way.
#[derive(Debug, Clone)]
struct Reading {
    at_s: i64,
    value: f64,
    quality: ReadingQuality,
    kind: Option<String>,
}

/// An object that is open.
#[derive(Debug, Default)]
struct Object {
    name: String,
    /// Reading type that was told in it.
    kind: Option<String>,
    usage_point: Option<String>,
    meter: Option<String>,
    id: Option<String>,
    reference: Option<String>,
    plain_name: Option<String>,
    stamp: Option<String>,
    value: Option<String>,
    quality: Option<ReadingQuality>,
    readings: Vec<Reading>,
}

/// Objects from the outermost in.
pub(super) struct CimReadings<'p, 'a> {
    pub(super) points: &'p mut MeterPoints<'a>,
    open: Vec<Object>,
    waiting: usize,
}

impl<'p, 'a> CimReadings<'p, 'a> {
    pub(super) fn new(points: &'p mut MeterPoints<'a>) -> Self {
        Self { points, open: vec![Object::default()], waiting: 0 }
    }

    /// An object begins under a name in lower case.
    pub(super) fn begin(&mut self, name: &str) {
        self.open.push(Object { name: name.to_owned(), ..Object::default() });
    }

    /// A plain value under a name in lower case.
    pub(super) fn scalar(&mut self, name: &str, text: &str) {
        let Some(object) = self.open.last_mut() else { return };
        let text = Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        match name {
            "timestamp" | "endtime" => object.stamp = text,
            "value" => object.value = text.or_else(|| Some(String::new())),
            "ref" => object.reference = text,
            "mrid" => object.id = text,
            "name" => object.plain_name = object.plain_name.take().or(text),
            "readingtype" => object.kind = text,
            "usagepoint" | "usagepointid" => object.usage_point = text,
            "meter" | "meterid" => object.meter = text,
            "readingqualities" | "readingqualitytype" | "quality" => {
                object.quality = text.map(|code| worse(object.quality, cim_quality(&code))).or(object.quality);
            }
            _ => {}
        }
    }

    /// The innermost object ends.
    ///
    /// # Errors
    /// When too many readings wait.
    pub(super) fn end(&mut self) -> Result<(), Halt> {
        let Some(mut object) = self.open.pop() else { return Ok(()) };
        let reading = self.reading_of(&object);
        if object.readings.iter().any(|reading| reading.kind.is_none())
            && let Some(kind) = &object.kind
        {
            object.readings.iter_mut().filter(|reading| reading.kind.is_none()).for_each(|reading| reading.kind = Some(kind.clone()));
        }
        if let Some(id) = object.usage_point.clone().or_else(|| object.meter.clone()) {
            self.waiting = self.waiting.saturating_sub(object.readings.len());
            self.deliver(&id, std::mem::take(&mut object.readings));
        }
        let Some(around) = self.open.last_mut() else { return Ok(()) };
        if let Some(reading) = reading {
            self.waiting += 1;
            around.readings.push(reading);
        }
        match object.name.as_str() {
            "readingtype" => around.kind = object.reference.or(object.id).or(around.kind.take()),
            "usagepoint" => around.usage_point = object.id.or(object.plain_name).or(around.usage_point.take()),
            "meter" => around.meter = object.id.or(object.plain_name).or(around.meter.take()),
            "names" => around.plain_name = around.plain_name.take().or(object.plain_name),
            "readingqualities" | "readingqualitytype" => {
                let told = object.quality.or_else(|| object.reference.as_deref().map(cim_quality));
                around.quality = told.map(|told| worse(around.quality, told)).or(around.quality);
            }
            _ => {}
        }
        around.readings.append(&mut object.readings);
        if self.waiting > MOST_WAITING {
            return Err(Halt::Broken(format!("more than {MOST_WAITING} readings wait for their usage point or reading type")));
        }
        Ok(())
    }

    /// The document ends, or breaks off: what still waits is handed over where its usage point is known. A reading counts, and a meter's name, only where its object was
    /// read to the end: quality or usage point may stand after it.
    pub(super) fn finish(mut self) {
        while self.open.len() > 1 {
            if let Some(object) = self.open.last_mut() {
                (object.meter, object.value) = (None, None);
            }
            if self.end().is_err() {
                return;
            }
        }
        let rest = self.open.pop().map(|root| root.readings).unwrap_or_default();
        if !rest.is_empty() {
            let detail = format!("{} readings without a usage point or meter, or cut off before it is told", rest.len());
            self.points.reject(RejectCode::ID_EMPTY, detail);
        }
    }

    /// The object as a reading, when it is one: it has a value and a stamp.
    fn reading_of(&mut self, object: &Object) -> Option<Reading> {
        let (value, stamp) = (object.value.as_ref()?, object.stamp.as_ref()?);
        let form = StampForm::of(stamp.as_bytes()).ok_or(RejectCode::TIME_UNREADABLE);
        let at = match form.and_then(|form| StampReader::new(form, self.points.calendar).read(stamp.as_bytes())) {
            Ok(at) => at,
            Err(code) => {
                let shown: String = stamp.chars().take(40).collect();
                self.points.reject(code, format!("time stamp `{shown}`; 2025-03-01T00:30:00Z or with an offset is expected"));
                return None;
            }
        };
        let value = match cell(value.as_bytes(), false) {
            Cell::Number(number) => number,
            Cell::Missing => f64::NAN,
            Cell::Text => {
                let shown: String = value.chars().take(40).collect();
                self.points.reject(RejectCode::VALUE_NOT_A_NUMBER, format!("`{shown}` where a number is expected; the interval is missing"));
                f64::NAN
            }
        };
        Some(Reading { at_s: at.0, value, quality: object.quality.unwrap_or_default(), kind: object.kind.clone() })
    }

    fn deliver(&mut self, id: &str, readings: Vec<Reading>) {
        let mut by_kind: BTreeMap<Option<String>, Vec<Reading>> = BTreeMap::new();
        for mut reading in readings {
            by_kind.entry(reading.kind.take()).or_default().push(reading);
        }
        for (kind, readings) in by_kind {
            let parsed = kind.as_deref().and_then(ReadingType::parse);
            let Some(parsed) = parsed else {
                let shown: String = kind.unwrap_or_else(|| "none".to_owned()).chars().take(60).collect();
                let detail = format!(
                    "{} readings of `{id}` with the reading type `{shown}`; a type of 18 numbers is needed to know what they are",
                    readings.len()
                );
                self.points.reject(RejectCode::CHANNEL_UNKNOWN, detail);
                continue;
            };
            self.deliver_kind(id, parsed, &readings);
        }
    }

    fn deliver_kind(&mut self, id: &str, kind: ReadingType, readings: &[Reading]) {
        let length_s = kind.length_s.or_else(|| usual_distance(readings)).unwrap_or(0);
        for reading in readings {
            let interval = |kwh: f64| Interval { start_s: reading.at_s.saturating_sub(length_s), length_s, kwh, quality: reading.quality };
            match kind.meaning {
                Meaning::Energy { flow, kwh_per_unit } => self.points.energy(id, flow, "", interval(reading.value * kwh_per_unit)),
                Meaning::Power { flow, kw_per_unit } => {
                    self.points.energy(id, flow, "", interval(reading.value * kw_per_unit * length_s as f64 / 3600.0));
                }
                Meaning::Counter { kwh_per_unit, tariff } => {
                    let tariff = if tariff == 0 { String::new() } else { tariff.to_string() };
                    self.points.register(id, &tariff, reading.at_s, reading.value * kwh_per_unit);
                }
                Meaning::Other => return,
            }
        }
    }
}

fn worse(known: Option<ReadingQuality>, told: ReadingQuality) -> ReadingQuality {
    known.map_or(told, |known| known.min(told))
}

/// The most frequent distance between stamps, the shorter of two equally frequent; `None` for fewer than two.
fn usual_distance(readings: &[Reading]) -> Option<i64> {
    let mut stamps: Vec<i64> = readings.iter().map(|reading| reading.at_s).collect();
    stamps.sort_unstable();
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for pair in stamps.windows(2).filter(|pair| pair[1] > pair[0]) {
        *counts.entry(pair[1] - pair[0]).or_insert(0) += 1;
    }
    counts.into_iter().rev().max_by_key(|&(_, count)| count).map(|(distance, _)| distance)
}
