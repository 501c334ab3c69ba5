//! For tests: a small dump of readings, and writers of it in every message format.

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::domain::ReadingQuality;

/// 2025-03-01T00:00Z.
const FIRST_DAY_S: i64 = 1_740_787_200;

/// A small dump: days of equal intervals from midnight on.
#[derive(Debug, Clone)]
pub(crate) struct Dump {
    pub(crate) ids: Vec<String>,
    pub(crate) step_min: i64,
    /// How far the local clock is ahead of UTC, seconds: formats that state instants are written in
    /// UTC, the others on this clock.
    pub(crate) ahead_s: i64,
    /// Watt-hours by usage point, then interval, with quality; import, and export where there is
    /// any.
    pub(crate) import: Vec<Vec<(u32, ReadingQuality)>>,
    pub(crate) export: Option<Vec<Vec<u32>>>,
}

/// What was read: (usage point, start, net kWh, quality), sorted.
pub(crate) type Told = Vec<(String, i64, String, ReadingQuality)>;

/// End of the interval, value and quality code, as text.
type CimReading = (String, String, &'static str);

impl Dump {
    pub(crate) fn intervals(&self) -> usize {
        self.import[0].len()
    }

    /// What a format that can tell everything but `missing` readings, where it drops them, should
    /// give back. Midnight is `offset_s` before that of UTC.
    pub(crate) fn expected(&self, offset_s: i64, tells_missing: bool, kwh_per_unit: f64) -> Told {
        let mut expected = Told::new();
        for (point, id) in self.ids.iter().enumerate() {
            for (place, &(wh, quality)) in self.import[point].iter().enumerate() {
                let start = FIRST_DAY_S - offset_s + place as i64 * self.step_min * 60;
                let out = self.export.as_ref().map_or(0.0, |export| f64::from(export[point][place]));
                let missing = quality == ReadingQuality::Missing;
                let value = if missing {
                    "missing".to_owned()
                } else {
                    format!("{:.3}", (f64::from(wh) - out) * kwh_per_unit + 0.0)
                };
                if !missing || tells_missing {
                    expected.push((id.clone(), start, value, quality));
                }
            }
        }
        expected.sort();
        expected
    }

    /// Start of an interval on the local clock.
    fn local(&self, place: usize) -> i64 {
        FIRST_DAY_S + place as i64 * self.step_min * 60
    }

    /// The instant at which an interval starts.
    fn stamp(&self, place: usize) -> i64 {
        self.local(place) - self.ahead_s
    }

    /// Date and time of an instant on the clock of UTC: year, month, day, hour, minute.
    fn civil(second: i64) -> (i16, i8, i8, i64, i64) {
        let date = crate::domain::CivilDay(second.div_euclid(86_400) as i32).date();
        (date.year(), date.month(), date.day(), second.rem_euclid(86_400) / 3600, second.rem_euclid(3600) / 60)
    }

    fn digits(second: i64) -> String {
        let (year, month, day, hour, minute) = Self::civil(second);
        format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}")
    }

    fn iso(second: i64) -> String {
        let (year, month, day, hour, minute) = Self::civil(second);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00.000Z")
    }

    pub(crate) fn nem12(&self) -> String {
        let mut text = "100,NEM12,202503020000,MDP1,Retailer\n".to_owned();
        let per_day = (1440 / self.step_min) as usize;
        for (point, id) in self.ids.iter().enumerate() {
            for suffix in ["E1", "B1"] {
                let export = self.export.as_ref().filter(|_| suffix == "B1");
                if suffix == "B1" && export.is_none() {
                    continue;
                }
                let _ = writeln!(text, "200,{id},E1B1,1,{suffix},N1,METER1,kWh,{},", self.step_min);
                for day in 0..self.intervals() / per_day {
                    let places = day * per_day..(day + 1) * per_day;
                    let _ = write!(text, "300,{}", &Self::digits(self.local(places.start))[..8]);
                    for place in places.clone() {
                        let wh = export.map_or(self.import[point][place].0, |export| export[point][place]);
                        let _ = write!(text, ",{:.3}", f64::from(wh) / 1000.0);
                    }
                    let _ = writeln!(text, ",{},,,20250302000000,", if export.is_some() { "A" } else { "V" });
                    for (index, place) in places.enumerate().filter(|_| export.is_none()) {
                        let method = match self.import[point][place].1 {
                            ReadingQuality::Actual => "A",
                            ReadingQuality::Estimated => "E52",
                            ReadingQuality::Substituted => "S14",
                            ReadingQuality::Missing => "N",
                        };
                        let _ = writeln!(text, "400,{},{},{method},,", index + 1, index + 1);
                    }
                }
            }
        }
        text + "900\n"
    }

    pub(crate) fn mscons(&self) -> String {
        let mut text =
            "UNA:+.? 'UNB+UNOC:3+1:14+2:500+250302:0000+R++TL'UNH+1+MSCONS:D:04B:UN:2.4b'BGM+7+B+9'UNS+D'NAD+DP'"
                .to_owned();
        for (point, id) in self.ids.iter().enumerate() {
            let _ = write!(text, "LOC+172+{}'", id.replace('+', "?+"));
            for channel in ["1-1?:1.29.0", "1-1?:2.29.0"] {
                let export = self.export.as_ref().filter(|_| channel.contains(":2."));
                if channel.contains(":2.") && export.is_none() {
                    continue;
                }
                let _ = write!(text, "LIN+1'PIA+5+{channel}*255:SRW'");
                for (place, &(wh, quality)) in self.import[point].iter().enumerate() {
                    let (wh, qualifier) = match (export, quality) {
                        (Some(export), _) => (export[point][place], "220"),
                        (None, ReadingQuality::Actual) => (wh, "220"),
                        (None, ReadingQuality::Substituted) => (wh, "67"),
                        (None, ReadingQuality::Estimated) => (wh, "Z18"),
                        (None, ReadingQuality::Missing) => (wh, "20"),
                    };
                    let (from, to) = (self.stamp(place) + 3600, self.stamp(place + 1) + 3600);
                    let _ = write!(text, "QTY+{qualifier}:{:.3}:KWH'", f64::from(wh) / 1000.0);
                    let _ =
                        write!(text, "DTM+163:{}?+01:303'DTM+164:{}?+01:303'", Self::digits(from), Self::digits(to));
                }
            }
        }
        text + "UNT+9+1'UNZ+1+R'"
    }

    pub(crate) fn espi(&self) -> String {
        let mut text = "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\">".to_owned();
        let entry = |own: &str, related: &str, content: &str| {
            format!(
                "<entry><id>urn:uuid:1</id><link rel=\"self\" href=\"/{own}\"/><link rel=\"related\" \
                 href=\"/{related}\"/><content>{content}</content></entry>\n"
            )
        };
        let object = |name: &str, inside: &str| format!("<{name} xmlns=\"http://naesb.org/espi\">{inside}</{name}>");
        for (point, id) in self.ids.iter().enumerate() {
            text += &entry(
                &format!("UsagePoint/{id}"),
                "",
                &object("UsagePoint", "<ServiceCategory><kind>0</kind></ServiceCategory>"),
            );
            for (flow, code) in [("1", 1), ("2", 19)] {
                let export = self.export.as_ref().filter(|_| code == 19);
                if code == 19 && export.is_none() {
                    continue;
                }
                let mut readings = String::new();
                for (place, &(wh, quality)) in
                    self.import[point].iter().enumerate().filter(|(_, reading)| reading.1 != ReadingQuality::Missing)
                {
                    let (wh, quality) =
                        export.map_or((wh, quality), |export| (export[point][place], ReadingQuality::Actual));
                    let code = match quality {
                        ReadingQuality::Actual => "<ReadingQuality><quality>0</quality></ReadingQuality>",
                        ReadingQuality::Substituted => "<ReadingQuality><quality>7</quality></ReadingQuality>",
                        _ => "<ReadingQuality><quality>8</quality></ReadingQuality>",
                    };
                    let (start, length) = (self.stamp(place), self.step_min * 60);
                    let _ = write!(
                        readings,
                        "<IntervalReading>{code}<timePeriod><duration>{length}</duration><start>{start}</start></timePeriod><value>{wh}</value></IntervalReading>"
                    );
                }
                let meter_reading = format!("UsagePoint/{id}/MeterReading/{flow}");
                text += &entry(&format!("{meter_reading}/IntervalBlock/1"), "", &object("IntervalBlock", &readings));
                text += &entry(&meter_reading, &format!("ReadingType/{flow}"), &object("MeterReading", ""));
            }
        }
        for (flow, code) in [("1", 1), ("2", 19)] {
            let codes = format!(
                "<accumulationBehaviour>4</accumulationBehaviour><commodity>1</commodity><flowDirection>{code}</flowDirection><powerOfTenMultiplier>0</powerOfTenMultiplier><uom>72</uom>"
            );
            text += &entry(&format!("ReadingType/{flow}"), "", &object("ReadingType", &codes));
        }
        text + "</feed>"
    }

    /// Blocks of (reading type, [(end of the interval, value, quality code)]) of a usage point.
    fn cim_blocks(&self, point: usize) -> Vec<(String, Vec<CimReading>)> {
        let period = match self.step_min {
            15 => 2,
            30 => 5,
            _ => 7,
        };
        let mut blocks = Vec::new();
        for flow in [1, 19] {
            let export = self.export.as_ref().filter(|_| flow == 19);
            if flow == 19 && export.is_none() {
                continue;
            }
            let mut readings = Vec::new();
            for (place, &(wh, quality)) in self.import[point].iter().enumerate() {
                let (wh, quality) =
                    export.map_or((wh, quality), |export| (export[point][place], ReadingQuality::Actual));
                let code = match quality {
                    ReadingQuality::Substituted => "1.7.0",
                    ReadingQuality::Estimated => "1.8.0",
                    _ => "1.0.0",
                };
                let value = if quality == ReadingQuality::Missing {
                    String::new()
                } else {
                    format!("{:.3}", f64::from(wh) / 1000.0)
                };
                readings.push((Self::iso(self.stamp(place + 1)), value, code));
            }
            blocks.push((format!("0.0.{period}.4.{flow}.1.12.0.0.0.0.0.0.0.0.3.72.0"), readings));
        }
        blocks
    }

    pub(crate) fn cim_xml(&self) -> String {
        let mut text = "<m:MeterReadings xmlns:m=\"http://iec.ch/TC57/2011/MeterReadings#\">".to_owned();
        for (point, id) in self.ids.iter().enumerate() {
            let _ = write!(text, "<m:MeterReading><m:Meter><m:mRID>SERIAL</m:mRID></m:Meter>");
            for (kind, readings) in self.cim_blocks(point) {
                text += "<m:IntervalBlocks>";
                for (at, value, code) in readings {
                    let _ =
                        write!(text, "<m:IntervalReadings><m:timeStamp>{at}</m:timeStamp><m:value>{value}</m:value>");
                    let _ = write!(
                        text,
                        "<m:ReadingQualities><m:ReadingQualityType \
                         ref=\"{code}\"/></m:ReadingQualities></m:IntervalReadings>"
                    );
                }
                let _ = write!(text, "<m:ReadingType ref=\"{kind}\"/></m:IntervalBlocks>");
            }
            let _ = write!(text, "<m:UsagePoint><m:mRID>{id}</m:mRID></m:UsagePoint></m:MeterReading>");
        }
        text + "</m:MeterReadings>"
    }

    pub(crate) fn cim_json(&self, lower: bool) -> String {
        let mut text =
            if lower { "[".to_owned() } else { "{\"header\":{},\"payload\":{\"MeterReadings\":[".to_owned() };
        for (point, id) in self.ids.iter().enumerate() {
            text += if point > 0 { "," } else { "" };
            let _ = if lower {
                write!(text, "{{\"usagePoint\":\"{id}\",\"intervalBlocks\":[")
            } else {
                write!(text, "{{\"IntervalBlocks\":[")
            };
            for (index, (kind, readings)) in self.cim_blocks(point).into_iter().enumerate() {
                text += if index > 0 { "," } else { "" };
                let _ = if lower {
                    write!(text, "{{\"readingType\":\"{kind}\",\"intervalReadings\":[")
                } else {
                    write!(text, "{{\"IntervalReadings\":[")
                };
                for (place, (at, value, code)) in readings.into_iter().enumerate() {
                    text += if place > 0 { "," } else { "" };
                    let value = if value.is_empty() {
                        "null".to_owned()
                    } else if lower {
                        format!("\"{value}\"")
                    } else {
                        value
                    };
                    let stamp = if lower { "timestamp" } else { "timeStamp" };
                    let _ = write!(
                        text,
                        "{{\"{stamp}\":\"{at}\",\"value\":{value},\"ReadingQualities\":[{{\"ref\":\"{code}\"}}]}}"
                    );
                }
                let _ = if lower {
                    write!(text, "]}}")
                } else {
                    write!(text, "],\"ReadingType\":{{\"ref\":\"{kind}\"}}}}")
                };
            }
            let _ = if lower { write!(text, "]}}") } else { write!(text, "],\"Meter\":{{\"mRID\":\"{id}\"}}}}") };
        }
        text + if lower { "]" } else { "]}}" }
    }

    /// One message a day: values are whole kWh, so a watt-hour stands for a kWh here.
    pub(crate) fn xml80020(&self, day: usize) -> Vec<u8> {
        let per_day = (1440 / self.step_min) as usize;
        let mut text =
            "<?xml version=\"1.0\" encoding=\"windows-1251\"?><!--Сформировано АСКУЭ--><message class=\"80020\" \
             version=\"2\" number=\"7\">"
                .to_owned();
        let date = Self::digits(self.local(day * per_day))[..8].to_owned();
        let _ = write!(
            text,
            "<datetime><timestamp>20250302000000</timestamp><daylightsavingtime>0</daylightsavingtime><day>{date}</day></datetime><area>"
        );
        for (point, id) in self.ids.iter().enumerate() {
            let _ = write!(text, "<measuringpoint code=\"{id}\" name=\"Яч.№1 &quot;Л-10&quot;\">");
            for code in ["01", "02"] {
                let export = self.export.as_ref().filter(|_| code == "02");
                if code == "02" && export.is_none() {
                    continue;
                }
                let _ = write!(text, "<measuringchannel code=\"{code}\" desc=\"акт.\">");
                for index in 0..per_day {
                    let (wh, quality) = self.import[point][day * per_day + index];
                    let (wh, quality) = export
                        .map_or((wh, quality), |export| (export[point][day * per_day + index], ReadingQuality::Actual));
                    let clock = |minute: i64| format!("{:02}{:02}", minute % 1440 / 60, minute % 60);
                    let (start, end) = (clock(index as i64 * self.step_min), clock((index as i64 + 1) * self.step_min));
                    let value = match quality {
                        ReadingQuality::Actual => format!("<value>{wh}</value>"),
                        ReadingQuality::Missing => "<value status=\"1\"></value>".to_owned(),
                        _ => format!("<value status=\"1\">{wh}</value>"),
                    };
                    let _ = write!(text, "<period start=\"{start}\" end=\"{end}\">{value}</period>");
                }
                text += "</measuringchannel>";
            }
            text += "</measuringpoint>";
        }
        text += "</area></message>";
        encoding_rs::WINDOWS_1251.encode(&text).0.into_owned()
    }
}

prop_compose! {
    pub(crate) fn dumps()(points in 1_usize..4, step_min in prop_oneof![Just(15_i64), Just(30), Just(60)], days in 1_usize..3, exports in any::<bool>())(
        ids in proptest::collection::btree_set("[A-Z0-9]{10}", points),
        import in proptest::collection::vec(proptest::collection::vec((1_u32..90_000, prop_oneof![6 => Just(ReadingQuality::Actual),
            1 => Just(ReadingQuality::Estimated), 1 => Just(ReadingQuality::Substituted), 1 => Just(ReadingQuality::Missing)]), days * 1440 / step_min as usize), points),
        export in proptest::collection::vec(proptest::collection::vec(0_u32..90_000, days * 1440 / step_min as usize), points),
        step_min in Just(step_min), exports in Just(exports),
    ) -> Dump {
        Dump { ids: ids.into_iter().collect(), step_min, ahead_s: 0, import, export: exports.then_some(export) }
    }
}
