//! IEC 61968-9 meter readings, whatever they are written in: XML and JSON give the same nested
//! names and values.
//!
//! Writers differ in namespace, envelope, order and case, so everything goes by the (local) name of
//! a key in lower case. Readings wait until the object around them ends and their type is known,
//! and until an object around that ends and the usage point is known; a reading may name its own. A
//! stamp is the end of its interval. The length is that of the ReadingType, else of
//! `intervalLength`, else the usual distance of stamps. Values without their own reading type take
//! the one of the block.
//!
//! Source: IEC 61968-9:2013, MeterReadings.

use std::collections::BTreeMap;

use super::channel_names::shown;
use super::halt::Halt;
use super::message_notes::{ClockTold, Subject};
use super::meter_points::{Interval, MeterPoints};
use super::reading_type::{Meaning, ReadingType, cim_quality};
use super::reading_type_words::TypeWords;
use crate::domain::{ReadingQuality, RejectCode};
use crate::ingest::said;
use crate::ingest::text::number::{Cell, cell};
use crate::ingest::text::stamp::{StampForm, StampReader};

/// What holds for every file of these formats.
pub(crate) const FACTS: &[(&str, &str)] = &[("stamp", "the end of the interval")];

/// Readings that wait at most.
const MOST_WAITING: usize = 1 << 20;
/// Readings that wait for their type to be spelled out at most.
const MOST_UNTYPED: usize = 1 << 18;
/// Reading types that a message may spell out at most.
const MOST_TYPES: usize = 10_000;

/// The usage point of readings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct PointId {
    id: String,
    /// Where it stands.
    source: &'static str,
}

impl PointId {
    /// What an object names: its mRID, or else its name.
    fn of_object(object: &mut Object, sources: [&'static str; 2]) -> Option<Self> {
        let by = |id: Option<String>, source| id.map(|id| Self { id, source });
        by(object.id.take(), sources[0]).or_else(|| by(object.plain_name.take(), sources[1]))
    }
}

/// A reading on its way.
#[derive(Debug, Clone)]
struct Reading {
    at_s: i64,
    value: f64,
    quality: ReadingQuality,
    kind: Option<String>,
    /// Length that a block tells, seconds.
    length_s: Option<i64>,
    /// The usage point that it names itself.
    point: Option<PointId>,
}

/// An object that is open.
#[derive(Debug, Default)]
struct Object {
    name: String,
    /// Reading type that was told in it.
    kind: Option<String>,
    usage_point: Option<PointId>,
    meter: Option<PointId>,
    id: Option<String>,
    reference: Option<String>,
    plain_name: Option<String>,
    stamp: Option<String>,
    value: Option<String>,
    length_s: Option<i64>,
    quality: Option<ReadingQuality>,
    /// Fields of a reading type that is spelled out.
    words: Option<Box<TypeWords>>,
    readings: Vec<Reading>,
}

/// Readings whose type may still be spelled out in a dictionary behind them.
struct Untyped {
    point: PointId,
    kind: String,
    row: u64,
    readings: Vec<Reading>,
}

/// Objects from the outermost in.
pub(crate) struct CimReadings<'p, 'a> {
    pub(crate) points: &'p mut MeterPoints<'a>,
    open: Vec<Object>,
    waiting: usize,
    /// Types that were spelled out, as eighteen numbers by their names.
    types: BTreeMap<String, String>,
    untyped: Vec<Untyped>,
    untyped_readings: usize,
    /// A value was met in which a comma can only be the decimal mark.
    has_decimal_comma: bool,
}

impl<'p, 'a> CimReadings<'p, 'a> {
    pub(crate) fn new(points: &'p mut MeterPoints<'a>) -> Self {
        Self {
            points,
            open: vec![Object::default()],
            waiting: 0,
            types: BTreeMap::new(),
            untyped: Vec::new(),
            untyped_readings: 0,
            has_decimal_comma: false,
        }
    }

    /// An object begins under a name in lower case.
    pub(crate) fn begin(&mut self, name: &str) {
        self.open.push(Object { name: name.to_owned(), ..Object::default() });
    }

    /// A plain value under a name in lower case.
    pub(crate) fn scalar(&mut self, name: &str, text: &str) {
        let Some(object) = self.open.last_mut() else { return };
        let text = Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        let point = |source| text.clone().map(|id| PointId { id, source });
        if object.name == "readingtype"
            && let Some(word) = &text
        {
            object.words.get_or_insert_default().take(name, word);
        }
        match name {
            "timestamp" | "endtime" => object.stamp = text,
            "value" => object.value = text.or_else(|| Some(String::new())),
            "ref" => object.reference = text,
            "mrid" => object.id = text,
            "name" => object.plain_name = object.plain_name.take().or(text),
            "readingtype" => object.kind = text,
            "intervallength" => object.length_s = text.and_then(|text| text.parse().ok()),
            "usagepoint" | "usagepointid" => object.usage_point = point("`usagePoint`"),
            "meter" | "meterid" => object.meter = point("`meter`"),
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
    pub(crate) fn end(&mut self) -> Result<(), Halt> {
        let Some(mut object) = self.open.pop() else { return Ok(()) };
        let reading = self.reading_of(&object);
        for reading in &mut object.readings {
            reading.kind = reading.kind.take().or_else(|| object.kind.clone());
            reading.length_s = reading.length_s.or(object.length_s);
        }
        let point = object.usage_point.take().or(object.meter.take());
        if let Some(point) = &point {
            self.waiting = self.waiting.saturating_sub(object.readings.len());
            self.deliver(Some(point), std::mem::take(&mut object.readings));
        }
        if let Some(reading) = reading {
            self.take(Reading { point, ..reading });
        }
        let kind = if object.name == "readingtype" { self.kind_of(&mut object) } else { None };
        let Some(around) = self.open.last_mut() else { return Ok(()) };
        match object.name.as_str() {
            "readingtype" => {
                around.length_s = around.length_s.or(object.length_s);
                around.kind = kind.or(around.kind.take());
            }
            "usagepoint" => {
                around.usage_point = PointId::of_object(&mut object, ["mRID of UsagePoint", "name of UsagePoint"])
                    .or(around.usage_point.take());
            }
            "meter" => {
                around.meter =
                    PointId::of_object(&mut object, ["mRID of Meter", "name of Meter"]).or(around.meter.take());
            }
            // The class that meters belong to; a Meter beside it says more.
            "enddevice" => {
                around.meter =
                    around.meter.take().or(PointId::of_object(&mut object, ["mRID of EndDevice", "name of EndDevice"]));
            }
            "names" => around.plain_name = around.plain_name.take().or(object.plain_name),
            "readingqualities" | "readingqualitytype" => {
                let told = object.quality.or_else(|| object.reference.as_deref().map(cim_quality));
                around.quality = told.map(|told| worse(around.quality, told)).or(around.quality);
            }
            _ => {}
        }
        around.readings.append(&mut object.readings);
        if self.waiting > MOST_WAITING {
            return Err(Halt::Broken(format!(
                "more than {MOST_WAITING} readings wait for their usage point or reading type"
            )));
        }
        Ok(())
    }

    /// The document ends, or breaks off: what still waits is handed over where its usage point is
    /// known. A reading counts, and a meter's name, only where its object was read to the end:
    /// quality or usage point may stand after it.
    pub(crate) fn finish(mut self) {
        while self.open.len() > 1 {
            if let Some(object) = self.open.last_mut() {
                (object.meter, object.value) = (None, None);
            }
            if self.end().is_err() {
                return;
            }
        }
        let rest = self.open.pop().map(|root| root.readings).unwrap_or_default();
        self.deliver(None, rest);
        self.untyped_readings = MOST_UNTYPED;
        for Untyped { point, kind, row, readings } in std::mem::take(&mut self.untyped) {
            // A limit that was met on the way is told already, and ends nothing here.
            let _ = self.points.at_row(row);
            self.deliver_kind(&point, Some(kind), readings);
        }
    }

    /// The reading type that an object names: the first of its reference, mRID and name that is
    /// one, else what its fields spell out, else the first that is there.
    fn kind_of(&mut self, object: &mut Object) -> Option<String> {
        let names: Vec<String> =
            [object.reference.take(), object.id.take(), object.plain_name.take()].into_iter().flatten().collect();
        if let Some(name) = names.iter().find(|name| ReadingType::parse(name).is_some()) {
            return Some(name.clone());
        }
        let Some(numbers) = object.words.take().and_then(|words| words.numbers()) else {
            return names.into_iter().next();
        };
        for name in names {
            if self.types.len() < MOST_TYPES {
                self.types.insert(name, numbers.clone());
            }
        }
        Some(numbers)
    }

    /// A type by its eighteen numbers, or by its name in the dictionary of the message.
    fn type_of(&self, kind: &str) -> Option<ReadingType> {
        ReadingType::parse(kind).or_else(|| ReadingType::parse(self.types.get(kind)?))
    }

    /// A reading that is complete is handed over; the others wait for their usage point, their
    /// type, or other readings that show how long it is.
    fn take(&mut self, reading: Reading) {
        let has_length =
            || reading.kind.as_deref().and_then(|kind| self.type_of(kind)).is_some_and(|kind| kind.length_s.is_some());
        if reading.point.is_some() && has_length() {
            self.deliver(None, vec![reading]);
        } else if let Some(around) = self.open.last_mut() {
            self.waiting += 1;
            around.readings.push(reading);
        }
    }

    /// The object as a reading, when it is one: it has a value and a stamp.
    fn reading_of(&mut self, object: &Object) -> Option<Reading> {
        let (value, stamp) = (object.value.as_ref()?, object.stamp.as_ref()?);
        // Day and month in an order that one stamp cannot settle are no time.
        let form = StampForm::of(stamp.as_bytes()).filter(|form| match form {
            StampForm::MonthFirst => false,
            StampForm::DayFirst => stamp.contains('.') && !stamp.contains('/'),
            _ => true,
        });
        let at = match form
            .ok_or(RejectCode::TIME_UNREADABLE)
            .and_then(|form| StampReader::new(form, self.points.calendar).read(stamp.as_bytes()))
        {
            Ok(at) => at,
            Err(code) => {
                let shown: String = stamp.chars().take(40).collect();
                self.points.reject(code, said::stamp_iso(shown));
                return None;
            }
        };
        let is_exact = matches!(form, Some(StampForm::EpochSeconds | StampForm::EpochMillis)) || has_offset(stamp);
        self.points.notes.on_clock(if is_exact { ClockTold::Offset } else { ClockTold::Nothing });
        let value = self.number(value);
        Some(Reading {
            at_s: at.0,
            value,
            quality: object.quality.unwrap_or_default(),
            kind: object.kind.clone(),
            length_s: object.length_s,
            point: None,
        })
    }

    /// A value; NaN for what is missing or no number.
    fn number(&mut self, text: &str) -> f64 {
        let comma = text.trim_start_matches('-').split_once(',').filter(|_| !text.contains('.'));
        // `1,234` may be a thousand or one; `0,380` and `1,5` may not.
        self.has_decimal_comma |= comma.is_some_and(|(whole, decimals)| decimals.len() != 3 || whole == "0");
        let value = cell(text.as_bytes(), comma.is_some() && self.has_decimal_comma);
        match value {
            Cell::Number(number) => number,
            Cell::Missing => f64::NAN,
            Cell::Text => {
                let shown = shown(text);
                self.points.reject(RejectCode::VALUE_NOT_A_NUMBER, said::number_missing(shown));
                f64::NAN
            }
        }
    }

    /// Hands over readings of the usage point that each names itself, or else of the one around
    /// them.
    fn deliver(&mut self, around: Option<&PointId>, readings: Vec<Reading>) {
        let mut by_point: BTreeMap<Option<PointId>, BTreeMap<Option<String>, Vec<Reading>>> = BTreeMap::new();
        for mut reading in readings {
            let point = reading.point.take().or_else(|| around.cloned());
            by_point.entry(point).or_default().entry(reading.kind.take()).or_default().push(reading);
        }
        for (point, by_kind) in by_point {
            let Some(point) = point else {
                let count: usize = by_kind.values().map(Vec::len).sum();
                self.points.reject(RejectCode::ID_EMPTY, said::readings_of_nobody(count));
                continue;
            };
            for (kind, readings) in by_kind {
                self.deliver_kind(&point, kind, readings);
            }
        }
    }

    fn deliver_kind(&mut self, point: &PointId, kind: Option<String>, readings: Vec<Reading>) {
        let (id, count) = (&point.id, readings.len());
        let word = shown(kind.as_deref().unwrap_or("none"));
        let Some(parsed) = kind.as_deref().and_then(|kind| self.type_of(kind)) else {
            // A message may name its types first and spell them out behind.
            if let Some(kind) = kind.filter(|_| self.untyped_readings + count < MOST_UNTYPED) {
                self.untyped_readings += count;
                return self.untyped.push(Untyped { point: point.clone(), kind, row: self.points.row(), readings });
            }
            let detail = said::reading_type(count, id, word);
            return self.points.reject(RejectCode::CHANNEL_UNKNOWN, detail);
        };
        match parsed.meaning {
            Meaning::Other => {
                return self.points.notes.see(
                    Subject::Channel,
                    || format!("passed over, reading type `{word}`"),
                    count as u64,
                );
            }
            Meaning::SomePhases => {
                let detail = said::phases_only(id, count);
                return self.points.reject_all(RejectCode::CHANNEL_UNKNOWN, count, detail);
            }
            _ => {}
        }
        let notes = &mut self.points.notes;
        notes.see(Subject::UsagePoint, || point.source.to_owned(), count as u64);
        notes.see(Subject::Unit, || parsed.meaning.unit(), count as u64);
        let usual_s = if parsed.length_s.is_none() { usual_distance(&readings) } else { None };
        for reading in &readings {
            self.deliver_reading(id, parsed, reading, usual_s);
        }
    }

    fn deliver_reading(&mut self, id: &str, kind: ReadingType, reading: &Reading, usual_s: Option<i64>) {
        // Some writers tell minutes; then the stamps lie that many apart.
        let told_s =
            reading.length_s.map(|told| if usual_s == told.checked_mul(60) { told.saturating_mul(60) } else { told });
        let (length_s, source) = match (kind.length_s, told_s, usual_s) {
            (Some(length_s), _, _) => (length_s, "as the ReadingType says"),
            (None, Some(length_s), _) => (length_s, "as `intervalLength` says"),
            (None, None, usual_s) => (usual_s.unwrap_or(0), "the usual distance of stamps"),
        };
        if told_s.is_some_and(|told_s| told_s != length_s) {
            self.points.notes.doubt(Subject::Length, said::doubt_length_told());
        } else if kind.length_s.is_none() && usual_s.is_some_and(|usual_s| usual_s != length_s) {
            self.points.notes.doubt(Subject::Length, said::doubt_length_seen());
        }
        let interval = |kwh: f64| Interval {
            start_s: reading.at_s.saturating_sub(length_s),
            length_s,
            kwh,
            quality: reading.quality,
        };
        match kind.meaning {
            Meaning::Energy { stream, kwh_per_unit } => {
                self.points.energy(id, stream, "", interval(reading.value * kwh_per_unit));
            }
            Meaning::Power { stream, kw_per_unit } => {
                self.points.energy(id, stream, "", interval(reading.value * kw_per_unit * length_s as f64 / 3600.0));
            }
            Meaning::Counter { kwh_per_unit, part } => {
                return self.points.register(id, part.into(), reading.at_s, reading.value * kwh_per_unit);
            }
            Meaning::SomePhases | Meaning::Other => return,
        }
        self.points.notes.see(Subject::Length, || source.to_owned(), 1);
    }
}

/// Whether a stamp with a date of its own tells how far its clock is from UTC.
fn has_offset(stamp: &str) -> bool {
    stamp.get(10..).is_some_and(|time| time.contains(['Z', 'z', '+', '-']))
}

fn worse(known: Option<ReadingQuality>, told: ReadingQuality) -> ReadingQuality {
    known.map_or(told, |known| known.min(told))
}

/// The most frequent distance between stamps, the shorter of two equally frequent; `None` for fewer
/// than two.
fn usual_distance(readings: &[Reading]) -> Option<i64> {
    let mut stamps: Vec<i64> = readings.iter().map(|reading| reading.at_s).collect();
    stamps.sort_unstable();
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for pair in stamps.windows(2).filter(|pair| pair[1] > pair[0]) {
        *counts.entry(pair[1] - pair[0]).or_insert(0) += 1;
    }
    counts.into_iter().rev().max_by_key(|&(_, count)| count).map(|(distance, _)| distance)
}
