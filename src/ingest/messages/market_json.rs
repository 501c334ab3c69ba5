//! Market documents in JSON: time series of a connection point as CIM (IEC 62325) names them, and
//! as national data hubs send them.
//!
//! `{..., TimeSeries: [{MarketEvaluationPoint: {mRID: {name}}, measurement_Unit.name, Period:
//! [{resolution: "PT1H", timeInterval: {start, end}, Point: [{position, out_Quantity.quantity,
//! out_Quantity.quality}]}]}]}`. Hubs wrap it, name lists and fields in ways of their own, and
//! write the same names in one word or in several; a name counts by its last part, whatever its
//! case. A position counts intervals from the beginning of its period. A document of curve type A03
//! leaves out positions whose value is that of the one before.
//!
//! Source: IEC 62325-451, IEC 62325-351; ENTSO-E code lists (businessType, curveType, direction).

use std::io::BufRead;

use super::channels::Flow;
use super::halt::Halt;
use super::json_stream::{JsonStream, Token};
use super::message::MessageFormat;
use super::message_notes::{ClockTold, Subject};
use super::meter_points::{Interval, MeterPoints};
use crate::domain::{ReadingQuality, RejectCode};
use crate::ingest::format::StampClock;
use crate::ingest::said;
use crate::ingest::text::digit_stamp::kwh_per;
use crate::ingest::text::number::{Cell, cell};
use crate::ingest::text::stamp::{StampForm, StampReader};

/// The format.
pub(crate) const MARKET_JSON: MessageFormat = MessageFormat {
    name: "CIM market document (JSON)",
    what: "CIM market documents in JSON",
    recognises,
    bytes_a_reading: 110,
    clock: StampClock::Own,
    facts: &[
        ("stamp", "the beginning of the period, by the position of the point"),
        ("usage_point", "the MarketEvaluationPoint, else the TimeSeries"),
        ("unit", "that of the TimeSeries"),
    ],
    parse,
};

/// Points of one period at most: a year of minutes.
const MOST_POINTS: usize = 600_000;

fn recognises(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if !matches!(head.first(), Some(b'{' | b'[')) {
        return false;
    }
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    ["_marketdocument\"", "marketdocument\"", "\"marketevaluationpoint", "\"timeseries\""]
        .iter()
        .any(|name| text.contains(name))
}

/// What a time series says of its points.
#[derive(Debug, Clone, Default)]
struct Series {
    own_id: Option<String>,
    point_id: Option<String>,
    unit: Option<String>,
    business: Option<String>,
    direction: Option<String>,
    curve: Option<String>,
}

/// A period on its way.
#[derive(Debug, Clone, Default)]
struct Period {
    start: Option<String>,
    end: Option<String>,
    resolution: Option<String>,
    points: Vec<Point>,
}

/// A point: its position, its values by direction, its quality.
#[derive(Debug, Clone, Default)]
struct Point {
    position: Option<i64>,
    taken: Option<String>,
    given: Option<String>,
    quality: Option<String>,
}

struct Reader<'p, 'a> {
    points: &'p mut MeterPoints<'a>,
    /// Names of the open objects and lists, in lower case.
    open: Vec<String>,
    series: Series,
    period: Period,
    point: Point,
}

fn parse(input: Box<dyn BufRead + '_>, points: &mut MeterPoints) -> Result<(), Halt> {
    let mut json = JsonStream::new(input, points.caps());
    let mut reader = Reader {
        points,
        open: Vec::new(),
        series: Series::default(),
        period: Period::default(),
        point: Point::default(),
    };
    reader.walk(&mut json)
}

/// A name without case and marks.
fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').map(|c| c.to_ascii_lowercase()).collect()
}

impl Reader<'_, '_> {
    fn walk<R: BufRead>(&mut self, json: &mut JsonStream<R>) -> Result<(), Halt> {
        let mut key = String::new();
        loop {
            let token = json.next()?;
            self.points.at_row(json.line())?;
            match token {
                Token::Key(name) => key = bare(&name),
                Token::BeginObject | Token::BeginArray => {
                    let name = if key.is_empty() { self.open.last().cloned().unwrap_or_default() } else { key.clone() };
                    key.clear();
                    if token == Token::BeginObject {
                        self.begin(&name);
                    }
                    self.open.push(name);
                }
                Token::EndObject => {
                    let name = self.open.pop().unwrap_or_default();
                    self.end(&name)?;
                }
                Token::EndArray => {
                    self.open.pop();
                }
                Token::Scalar(text) => {
                    let name = std::mem::take(&mut key);
                    self.scalar(&name, text.trim());
                }
                Token::End => return Ok(()),
            }
        }
    }

    fn begin(&mut self, name: &str) {
        match name {
            "timeseries" => self.series = Series::default(),
            "period" | "seriesperiod" => self.period = Period::default(),
            "point" => self.point = Point::default(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) -> Result<(), Halt> {
        match name {
            "point" => {
                let point = std::mem::take(&mut self.point);
                self.period.points.push(point);
                if self.period.points.len() > MOST_POINTS {
                    return Err(Halt::Broken(format!("a period holds more than {MOST_POINTS} points")));
                }
            }
            "period" | "seriesperiod" => {
                let period = std::mem::take(&mut self.period);
                self.deliver(&period);
            }
            _ => {}
        }
        Ok(())
    }

    fn scalar(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let told = || Some(text.to_owned());
        let within = |names: &[&str]| self.open.iter().any(|open| names.contains(&open.as_str()));
        let last = name.rsplit('.').next().unwrap_or(name);
        if within(&["point"]) {
            match (name, last) {
                (_, "position") => self.point.position = text.parse().ok(),
                (_, "quality") => self.point.quality = told(),
                (name, "quantity") if name.starts_with("in") => self.point.given = told(),
                (_, "quantity") => self.point.taken = told(),
                _ => {}
            }
            return;
        }
        if within(&["period", "seriesperiod"]) {
            match last {
                "resolution" => self.period.resolution = told(),
                "start" => self.period.start = told(),
                "end" => self.period.end = told(),
                _ => {}
            }
            return;
        }
        let of_point = name.starts_with("marketevaluationpoint")
            || self.open.iter().any(|open| open.starts_with("marketevaluationpoint"));
        match last {
            "mrid" | "name" | "value" if of_point => self.series.point_id = told(),
            "mrid" if name == "mrid" => self.series.own_id = told(),
            "name" | "unit" if name.contains("unit") || within(&["measurementunit", "energymeasurementunit"]) => {
                self.series.unit = told();
            }
            "businesstype" => self.series.business = told(),
            "direction" | "flowdirection" => self.series.direction = told(),
            "curvetype" => self.series.curve = told(),
            _ if name.ends_with("unit.name") || name.ends_with("unitname") => self.series.unit = told(),
            _ => {}
        }
    }

    /// Hands over the points of a period.
    fn deliver(&mut self, period: &Period) {
        let count = period.points.len();
        let series = self.series.clone();
        let Some(id) = series.point_id.clone().or_else(|| series.own_id.clone()) else {
            return self.points.reject_all(RejectCode::ID_EMPTY, count.max(1), said::readings_of_nobody(count));
        };
        let unit = series.unit.clone().unwrap_or_else(|| "KWH".to_owned());
        let Some(kwh_per_unit) = kwh_of(&unit) else {
            let words = || format!("passed over, unit `{unit}`");
            return self.points.notes.see(Subject::Channel, words, count as u64);
        };
        let start = period.start.as_deref().and_then(|start| self.instant(start));
        let end = period.end.as_deref().and_then(|end| self.instant(end));
        let step_s = period.resolution.as_deref().and_then(seconds_of).or_else(|| match (start, end) {
            (Some(start), Some(end)) if count > 0 => Some((end - start) / count as i64),
            _ => None,
        });
        let (Some(start), Some(step_s)) = (start, step_s) else {
            let shown = period.start.clone().unwrap_or_default();
            return self.points.reject_all(RejectCode::TIME_UNREADABLE, count.max(1), said::stamp_iso(shown));
        };
        let is_export = is_given_back(&series);
        let fills = series.curve.as_deref() == Some("A03");
        let positions = |index: usize| period.points.get(index).and_then(|point| point.position);
        for (index, point) in period.points.iter().enumerate() {
            let first = point.position.unwrap_or(index as i64 + 1);
            let next = match (positions(index + 1), end) {
                (Some(next), _) if fills => next,
                (None, Some(end)) if fills => (end - start) / step_s + 1,
                _ => first + 1,
            };
            for position in first..next.clamp(first + 1, first + MOST_POINTS as i64) {
                let start_s = start + (position - 1) * step_s;
                for (text, out) in [(&point.taken, is_export), (&point.given, true)] {
                    let Some(text) = text else { continue };
                    let (kwh, quality) = (self.number(text) * kwh_per_unit, quality_of(point.quality.as_deref()));
                    let flow = if out { Flow::Export } else { Flow::Import };
                    self.points.energy(&id, flow, "", Interval { start_s, length_s: step_s, kwh, quality });
                }
            }
        }
    }

    fn number(&mut self, text: &str) -> f64 {
        match cell(text.as_bytes(), false) {
            Cell::Number(number) => number,
            Cell::Missing => f64::NAN,
            Cell::Text => {
                let shown: String = text.chars().take(40).collect();
                self.points.reject(RejectCode::VALUE_NOT_A_NUMBER, said::number_missing(shown));
                f64::NAN
            }
        }
    }

    fn instant(&mut self, text: &str) -> Option<i64> {
        let form = StampForm::of(text.as_bytes()).filter(|form| *form == StampForm::YearFirst)?;
        let is_exact = text.get(10..).is_some_and(|time| time.contains(['Z', 'z', '+', '-']));
        self.points.notes.on_clock(if is_exact { ClockTold::Offset } else { ClockTold::Nothing });
        StampReader::new(form, self.points.calendar).read(text.as_bytes()).ok().map(|at| at.0)
    }
}

/// Whether a series is of energy given back: production by its type or its direction.
fn is_given_back(series: &Series) -> bool {
    let is = |text: &Option<String>, words: &[&str]| {
        text.as_deref().is_some_and(|text| words.contains(&text.to_ascii_uppercase().as_str()))
    };
    is(&series.business, &["A01", "PRODUCTION"]) || is(&series.direction, &["UP", "PRODUCTION", "EXPORT", "OUT"])
}

/// Factor from a unit to kWh, in code or in words.
fn kwh_of(unit: &str) -> Option<f64> {
    match bare(unit).as_str() {
        "kilowatthour" | "kwh" => Some(1.0),
        "watthour" => Some(1e-3),
        "megawatthour" | "maw" => Some(1e3),
        other => kwh_per(other),
    }
}

/// Seconds of a duration of ISO 8601 without months.
fn seconds_of(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_uppercase();
    let rest = text.strip_prefix('P')?;
    let (days, time) = rest.split_once('T').unwrap_or((rest, ""));
    let mut seconds = 0;
    for (part, units) in [(days, &[('D', 86_400), ('W', 604_800)][..]), (time, &[('H', 3600), ('M', 60), ('S', 1)][..])]
    {
        let mut digits = String::new();
        for letter in part.chars() {
            if letter.is_ascii_digit() {
                digits.push(letter);
                continue;
            }
            let (_, factor) = units.iter().find(|(unit, _)| *unit == letter)?;
            seconds += digits.parse::<i64>().ok().filter(|number| *number < 100_000)? * factor;
            digits.clear();
        }
        if !digits.is_empty() {
            return None;
        }
    }
    (seconds > 0).then_some(seconds)
}

/// Quality by code (A01 adjusted, A02 not available, A03 estimated, A04 as provided) or in words.
fn quality_of(code: Option<&str>) -> ReadingQuality {
    match code.map(str::to_ascii_uppercase).as_deref() {
        None | Some("A04" | "AS_PROVIDED" | "MEASURED" | "OK") => ReadingQuality::Actual,
        Some("A01" | "ADJUSTED") => ReadingQuality::Substituted,
        Some("A02" | "NOT_AVAILABLE") => ReadingQuality::Missing,
        Some(_) => ReadingQuality::Estimated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::kept::{Kept, read_text};

    const MIDNIGHT: i64 = 1_740_787_200; // date -u -d 2025-03-01T00:00Z +%s

    fn document(series: &str, points: &str) -> Kept {
        let text = format!(
            "{{\"result\":[{{\"My_MarketDocument\":{{\"mRID\":\"doc\",\"TimeSeries\":[{{{series},\"Period\":[{{\"resolution\":\"PT30M\",\"timeInterval\":{{\"start\":\"2025-03-01T00:00:00Z\",\"end\":\"2025-03-01T02:00:00Z\"}},\"Point\":[{points}]}}]}}]}}}}]}}"
        );
        read_text(&MARKET_JSON, &text)
    }

    const POINT: &str = "\"MarketEvaluationPoint\":{\"mRID\":{\"codingScheme\":\"A10\",\"name\":\"0017\"}}";

    #[test]
    fn a_position_counts_intervals_from_the_beginning_of_its_period() {
        let points = "{\"position\":\"1\",\"out_Quantity.quantity\":\"500\",\"out_Quantity.quality\":\"A04\"},{\"position\":3,\"out_Quantity.quantity\":1500}";
        let kept = document(&format!("\"mRID\":\"series\",\"measurement_Unit.name\":\"WH\",{POINT}"), points);
        assert_eq!(kept.readings(), [("0017".to_owned(), MIDNIGHT, 0.5), ("0017".to_owned(), MIDNIGHT + 3600, 1.5)]);
    }

    #[test]
    fn production_flows_out_and_other_units_are_passed_over() {
        let point = "{\"position\":1,\"quantity\":2}";
        let kept = document(&format!("\"businessType\":\"A01\",\"measurement_Unit.name\":\"KWH\",{POINT}"), point);
        assert_eq!(kept.readings()[0].2, -2.0);
        let kept = document(&format!("\"measurement_Unit.name\":\"MTQ\",{POINT}"), point);
        assert_eq!((kept.readings().len(), kept.rejects()[0].code), (0, "file.no_readings"));
    }

    #[test]
    fn positions_left_out_of_a_curve_of_blocks_hold_the_value_before() {
        let points = "{\"position\":1,\"quantity\":2},{\"position\":3,\"quantity\":1}";
        let kept = document(&format!("\"curveType\":\"A03\",{POINT}"), points);
        assert_eq!(kept.readings().iter().map(|reading| reading.2).collect::<Vec<_>>(), [2.0, 2.0, 1.0, 1.0]);
    }

    #[test]
    fn durations_of_iso_are_seconds() {
        assert_eq!(["PT15M", "PT1H", "P1D", "P7D"].map(seconds_of), [900, 3600, 86_400, 604_800].map(Some));
        assert_eq!(["P1M", "PT", "15", "PT1"].map(seconds_of), [None; 4]);
    }
}
