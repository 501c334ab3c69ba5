//! Mappings: how a source writes its readings, said in TOML.
//!
//! Whatever a mapping leaves out is found from the file's content; what it says is taken as said.
//! Mappings for known exports are part of the program (`MAPPINGS`), and `darkload inspect` prints
//! the mapping of any file, to be edited and given with `--profile`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::domain::{Calendar, ReadingQuality, Unit, toml_words};
use crate::ingest::text::stamp::StampForm;

/// How a source writes its readings. Every key may be left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// Name in messages.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) about: String,
    /// Header names that tell this export from others: all of them must be there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) signature: Vec<String>,
    /// A label such as `windows-1251`, `utf-8`, `ibm866`, `koi8-r`, `utf-16le`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delimiter: Option<Delimiter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decimal: Option<DecimalMark>,
    /// Sheet of a workbook; without it the first sheet that holds readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sheet: Option<String>,
    /// Rows above the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skip_rows: Option<usize>,
    /// Rows of the header: 0 where columns have numbers instead of names, 2 where groups of columns
    /// have a heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) header_rows: Option<usize>,
    /// Beginnings of rows that are no readings: totals, signatures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) footer: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) layout: Option<Layout>,
    /// How dates are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dates: Option<StampForm>,
    /// Whether a stamp is the beginning or the end of its interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stamp: Option<StampSide>,
    /// Clock of the stamps, an IANA name; without it `--timezone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time_zone: Option<String>,
    /// Length of an interval, minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interval_min: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<ValueUnit>,
    /// Every value is multiplied by it, such as the ratio of current transformers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) multiplier: Option<f64>,
    /// Day of the counters where the file does not say it, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) read_on: Option<String>,
    /// Where the usage point is named when it has no column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) usage_point_from: Option<IdSource>,
    /// Ids that are shorter get zeros in front, which spreadsheets drop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pad_ids_to: Option<usize>,
    /// Words for a missing value, beside the usual ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) missing: Vec<String>,
    pub(crate) columns: Columns,
    /// Words of the quality column.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) quality: BTreeMap<String, QualityWord>,
    /// Words of the column `kind`, which says of every row what its value is. Rows of other kinds
    /// are left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) kinds: BTreeMap<String, Kind>,
}

/// Names of columns, the preferred first; compared without case, spaces, punctuation and the
/// difference between Latin and Cyrillic letters of one shape. A number counts columns from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Columns {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) usage_point: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) timestamp: Vec<String>,
    /// The date, where the time of day has a column of its own or the layout has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) date: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) time: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) value: Vec<String>,
    /// Layout `long`: columns that are added to the value, such as further tariffs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) added: Vec<String>,
    /// Layout `long`: energy given back in the same interval, which is taken off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) given_back: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) quality: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) channel: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) duration_min: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) kind: Vec<String>,
    /// Ratio of current transformers, by which a value is multiplied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ratio: Vec<String>,
    /// Layout `register`: tariff zone of the row. The row of all zones wins over the sum of the
    /// others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) zone: Vec<String>,
    /// Layout `register`: the counter over all tariffs; it wins over the sum of `tariffs`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) total: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tariffs: Vec<String>,
    /// Layout `register`: the counter at the beginning of the period, whose date stands in the
    /// title, in the header or in `date`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) period_begin: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) period_end: Vec<String>,
    /// Layouts with many value columns: columns that hold no values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ignore: Vec<String>,
}

/// How a table lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Layout {
    /// One reading a row.
    Long,
    /// One usage point and day a row, one slot of the local day a column.
    WideByDay,
    /// One instant a row, one usage point a column.
    WideByMeter,
    /// One usage point a row, one instant a column.
    WideByTime,
    /// One slot of the day a row, one day a column.
    DaysAcross,
    /// As `wide_by_meter`, with labelled rows above the first instant, one of which names the usage
    /// points.
    Transposed,
    /// Counters.
    Register,
}

/// What separates fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Delimiter {
    Comma,
    Semicolon,
    Tab,
    Pipe,
    Space,
    /// Cells of a workbook; chosen by the program.
    Cell,
}

/// The decimal mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DecimalMark {
    Point,
    Comma,
}

/// Which side of its interval a stamp is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StampSide {
    Begin,
    End,
}

/// Unit of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum ValueUnit {
    Wh,
    #[default]
    #[serde(rename = "kWh")]
    Kwh,
    #[serde(rename = "MWh")]
    Mwh,
    W,
    #[serde(rename = "kW")]
    Kw,
    #[serde(rename = "MW")]
    Mw,
}

/// Where a file of one usage point names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IdSource {
    /// The file's name without its ending.
    FileName,
    /// The name of the sheet of a workbook.
    SheetName,
    /// The word after this one in the rows above the header.
    TitleAfter(String),
}

/// Quality in a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum QualityWord {
    Actual,
    Estimated,
    Substituted,
    Missing,
}

/// What the value of a row is.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kind {
    #[serde(default)]
    pub(crate) unit: ValueUnit,
    /// The energy flows out.
    #[serde(default)]
    pub(crate) export: bool,
    /// The value is a counter.
    #[serde(default)]
    pub(crate) register: bool,
    /// Rows of this kind are passed over: reactive energy, events.
    #[serde(default)]
    pub(crate) skip: bool,
    /// Values of one interval of different parts, 1 to 15, are added up: tariffs, phases.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) part: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_zero(part: &u8) -> bool {
    *part == 0
}

/// A mapping that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// No such mapping.
    #[error("`{given}` is neither a profile of the program nor a file; the program has {known}")]
    Unknown {
        /// What the user gave.
        given: String,
        /// Names of the known ones.
        known: String,
    },
    /// The operating system refuses.
    #[error("the profile `{path}` cannot be read; check the path and the permissions", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("the profile `{name}` cannot be used: {message}; `darkload inspect FILE` prints a profile to begin with")]
    Toml {
        /// The file or the known mapping.
        name: String,
        /// What is wrong and where.
        message: String,
    },
    /// A value that makes no sense.
    #[error("the profile `{name}` cannot be used: `{key}` is `{value}`, expected {expected}")]
    Value {
        /// The file or the known mapping.
        name: String,
        /// The key.
        key: &'static str,
        /// Its value.
        value: String,
        /// What would do.
        expected: &'static str,
    },
}

impl Mapping {
    /// Reads and checks a mapping.
    ///
    /// # Errors
    /// When the text is no mapping.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, MappingError> {
        let wrong =
            |error: toml::de::Error| MappingError::Toml { name: name.to_owned(), message: toml_words(&error, text) };
        let mut mapping: Self = toml::from_str(text).map_err(wrong)?;
        if mapping.name.is_empty() {
            name.clone_into(&mut mapping.name);
        }
        mapping.checked()
    }

    fn checked(self) -> Result<Self, MappingError> {
        let refuse =
            |key, value: String, expected| Err(MappingError::Value { name: self.name.clone(), key, value, expected });
        if let Some(label) = &self.encoding
            && encoding_rs::Encoding::for_label(label.as_bytes()).is_none()
        {
            return refuse("encoding", label.clone(), "a label such as utf-8, windows-1251, ibm866, koi8-r");
        }
        if let Some(zone) = &self.time_zone
            && Calendar::new(Some(zone)).is_err()
        {
            return refuse("time_zone", zone.clone(), "an IANA name such as Asia/Almaty or Etc/GMT-5 (which is UTC+5)");
        }
        if let Some(day) = &self.read_on
            && crate::domain::CivilDay::parse(day).is_none()
        {
            return refuse("read_on", day.clone(), "a day such as 2025-03-31");
        }
        if let Some(factor) = self.multiplier
            && !(factor.is_finite() && factor > 0.0)
        {
            return refuse("multiplier", factor.to_string(), "a number above 0");
        }
        if let Some(minutes) = self.interval_min
            && !(1..=1440).contains(&minutes)
        {
            return refuse("interval_min", minutes.to_string(), "1 to 1440 minutes");
        }
        if let Some(kind) = self.kinds.values().find(|kind| kind.part > 15) {
            return refuse("part", kind.part.to_string(), "1 to 15");
        }
        if self.header_rows.is_some_and(|rows| rows > 3) {
            return refuse("header_rows", format!("{:?}", self.header_rows), "0 to 3");
        }
        Ok(self)
    }

    /// The mapping as TOML.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }

    /// Clock of the stamps where the mapping says one.
    pub(crate) fn calendar(&self) -> Option<Calendar> {
        Calendar::new(Some(self.time_zone.as_deref()?)).ok()
    }
}

impl Delimiter {
    /// The byte between fields.
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
            Self::Space => b' ',
            // The unit separator of ASCII, which no cell holds.
            Self::Cell => 0x1f,
        }
    }
}

impl ValueUnit {
    /// What a value is and the factor that makes it kWh or kW.
    pub(crate) fn scale(self) -> (Unit, f64) {
        match self {
            Self::Wh => (Unit::Kwh, 1e-3),
            Self::Kwh => (Unit::Kwh, 1.0),
            Self::Mwh => (Unit::Kwh, 1e3),
            Self::W => (Unit::Kw, 1e-3),
            Self::Kw => (Unit::Kw, 1.0),
            Self::Mw => (Unit::Kw, 1e3),
        }
    }
}

impl From<QualityWord> for ReadingQuality {
    fn from(word: QualityWord) -> Self {
        match word {
            QualityWord::Actual => Self::Actual,
            QualityWord::Estimated => Self::Estimated,
            QualityWord::Substituted => Self::Substituted,
            QualityWord::Missing => Self::Missing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::mapping::known::MAPPINGS;

    #[test]
    fn an_unknown_key_is_named_with_those_expected() {
        let message = Mapping::parse("mine", "delimeter = \"tab\"\n").unwrap_err().to_string();
        assert!(message.contains("delimeter") && message.contains("`delimiter`"), "{message}");
    }

    #[test]
    fn an_unknown_profile_lists_those_there_are() {
        let message = Mapping::named("nothing-of-this-name").unwrap_err().to_string();
        assert!(message.contains("esb-hdf") && message.contains("matritca-sims"), "{message}");
    }

    #[test]
    fn what_is_printed_is_read_back() {
        for known in MAPPINGS {
            let mapping = known.mapping().unwrap();
            assert_eq!(Mapping::parse("again", &mapping.to_toml()).unwrap(), mapping, "{}", known.name);
        }
    }

    #[test]
    fn values_without_sense_are_refused_with_what_would_do() {
        for (text, word) in [
            ("encoding = \"cp9999\"", "windows-1251"),
            ("time_zone = \"Mars\"", "Asia/Almaty"),
            ("multiplier = 0", "above 0"),
        ] {
            let message = Mapping::parse("mine", text).unwrap_err().to_string();
            assert!(message.contains(word), "{message}");
        }
    }
}
