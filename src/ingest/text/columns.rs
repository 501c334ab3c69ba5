//! Columns by name: canonical names, the usual other ones, and a close match when a name is
//! misspelt.

use std::path::Path;

pub(crate) use super::column_names::{
    CHANNEL, CUSTOMERS, DATE, DURATION, QUALITY, REGISTER, SEASON, TIME, TIMESTAMP, UNIT, USAGE_POINT,
};
use super::column_names::{GENERAL, KW, KWH};
use crate::domain::Unit;
use crate::ingest::error::IngestError;

/// Where the columns of a readings file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadingColumns {
    pub(crate) usage_point: usize,
    pub(crate) timestamp: usize,
    pub(crate) value: Value,
    pub(crate) duration_min: Option<usize>,
    pub(crate) quality: Option<usize>,
    pub(crate) channel: Option<usize>,
}

impl ReadingColumns {
    /// All columns that are read.
    pub(crate) fn all(&self) -> impl Iterator<Item = usize> {
        let wanted = [
            Some(self.usage_point),
            Some(self.timestamp),
            Some(self.value.column()),
            self.duration_min,
            self.quality,
            self.channel,
        ];
        wanted.into_iter().flatten()
    }
}

/// Which column holds the value, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    /// Energy or power of an interval.
    Interval(usize, Unit),
    /// A counter.
    Register(usize),
}

impl Value {
    /// The column.
    pub(crate) fn column(self) -> usize {
        match self {
            Self::Interval(column, _) | Self::Register(column) => column,
        }
    }
}

/// Finds the columns of a readings file.
///
/// # Errors
/// When usage point, time stamp or value are missing; the message lists what was found and the
/// close match.
pub(crate) fn reading_columns(path: &Path, header: &[String]) -> Result<ReadingColumns, IngestError> {
    let value = value_column(header);
    Ok(ReadingColumns {
        usage_point: require(path, header, USAGE_POINT, "usage point")?,
        timestamp: require(path, header, TIMESTAMP, "time stamp")?,
        value: value.ok_or_else(|| missing(path, header, KWH, "energy"))?,
        duration_min: find(header, DURATION),
        quality: find(header, QUALITY),
        channel: find(header, CHANNEL),
    })
}

/// The column with one of the usual names of a value.
pub(crate) fn value_column(header: &[String]) -> Option<Value> {
    [(KWH, Unit::Kwh), (KW, Unit::Kw)]
        .into_iter()
        .find_map(|(names, unit)| find(header, names).map(|column| Value::Interval(column, unit)))
        .or_else(|| find(header, REGISTER).map(Value::Register))
}

/// Whether a heading says that its numbers are energy of intervals.
pub(crate) fn promises_energy(name: &str) -> bool {
    !GENERAL.iter().any(|general| plain(general) == plain(name))
}

/// All usual names of a value.
pub(crate) fn value_names() -> impl Iterator<Item = &'static &'static str> {
    KWH.iter().chain(KW).chain(REGISTER)
}

/// What is missed when there is no value.
pub(crate) fn no_value(path: &Path, header: &[String]) -> IngestError {
    missing(path, header, KWH, "energy")
}

/// What is missed when there is no time stamp.
pub(crate) fn no_timestamp(path: &Path, header: &[String]) -> IngestError {
    missing(path, header, TIMESTAMP, "time stamp")
}

/// The column with one of the names, the earlier name winning.
pub(crate) fn find(header: &[String], names: &[&str]) -> Option<usize> {
    // A header may have a column for every instant or usage point.
    let header: Vec<String> = header.iter().map(|column| plain(column)).collect();
    names.iter().map(|name| plain(name)).find_map(|name| header.iter().position(|column| *column == name))
}

/// The column with one of the names.
///
/// # Errors
/// When there is none.
pub(crate) fn require(
    path: &Path,
    header: &[String],
    names: &[&str],
    meaning: &'static str,
) -> Result<usize, IngestError> {
    find(header, names).ok_or_else(|| missing(path, header, names, meaning))
}

/// What is told when no column has one of the names.
pub(crate) fn missing(path: &Path, header: &[String], names: &[&str], meaning: &'static str) -> IngestError {
    let found = if header.is_empty() {
        "no columns".to_owned()
    } else {
        header.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ")
    };
    let hint = match meant(header, names) {
        Some(column) => format!("; did you mean `{column}`? rename it to `{}`", names[0]),
        None => format!("; name it `{}`", names[0]),
    };
    IngestError::MissingColumn { path: path.to_path_buf(), meaning, found, hint }
}

/// The column whose name is one of the names but for a slip of the pen.
pub(crate) fn meant<'a>(header: &'a [String], names: &[&str]) -> Option<&'a String> {
    let close = header
        .iter()
        .filter(|column| !means_something_else(column, names))
        .flat_map(|column| names.iter().map(move |name| (edits(&plain(column), &plain(name)), column)))
        // Of a short name a letter or two may make anything.
        .filter(|(edits, column)| *edits * 4 <= plain(column).chars().count());
    close.min_by_key(|(edits, _)| *edits).map(|(_, column)| column)
}

/// Whether a column has a usual name of something else than `names` are for.
fn means_something_else(column: &str, names: &[&str]) -> bool {
    let is_one = |names: &[&str]| names.iter().any(|name| plain(name) == plain(column));
    let lists = [USAGE_POINT, TIMESTAMP, DATE, TIME, KWH, KW, REGISTER, DURATION, QUALITY, CHANNEL];
    !is_one(names) && lists.into_iter().any(is_one)
}

/// Lower case, letters, digits and `+` only; Cyrillic letters that look like Latin ones become
/// those, and Latin letters lose their marks, because people type either.
pub(crate) fn plain(name: &str) -> String {
    let fold = |c| match c {
        'а' | 'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => 'a',
        'в' => 'b',
        'е' | 'ё' | 'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'к' => 'k',
        'м' => 'm',
        'н' => 'h',
        'о' | 'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => 'o',
        'р' => 'p',
        'с' | 'ç' | 'ć' | 'č' => 'c',
        'т' | 'ţ' | 'ť' | 'ț' => 't',
        'у' | 'ý' | 'ÿ' => 'y',
        'х' => 'x',
        'ď' | 'đ' => 'd',
        'ğ' => 'g',
        'і' | 'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => 'i',
        'ĺ' | 'ľ' | 'ł' | 'ļ' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ŕ' | 'ř' => 'r',
        'ś' | 'ş' | 'š' | 'ș' => 's',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' | 'ų' => 'u',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    };
    name.chars().filter(|c| c.is_alphanumeric() || *c == '+').flat_map(char::to_lowercase).map(fold).collect()
}

/// Levenshtein distance in characters.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn usual_names_are_recognised_whatever_their_dress() {
        let columns = reading_columns(Path::new("x.csv"), &header(&["Meter ID", "Start", "KWH"])).unwrap();
        assert_eq!((columns.usage_point, columns.timestamp, columns.value), (0, 1, Value::Interval(2, Unit::Kwh)));
    }

    #[test]
    fn a_misspelt_column_is_named_with_its_remedy() {
        let error =
            reading_columns(Path::new("x.csv"), &header(&["usge_point", "timestamp", "kwh"])).unwrap_err().to_string();
        assert!(error.contains("did you mean `usge_point`? rename it to `usage_point`"), "{error}");
    }

    #[test]
    fn no_column_of_another_meaning_or_of_two_letters_is_offered() {
        for name in ["КН", "№ п/п", "kind", "timestamps?", "date"] {
            let error = reading_columns(Path::new("x.csv"), &header(&["meter", "time", name])).unwrap_err().to_string();
            assert!(!error.contains("did you mean"), "{error}");
        }
    }

    #[test]
    fn kazakh_headings_are_known() {
        let columns =
            reading_columns(Path::new("x.csv"), &header(&["Есептеуіш нөмірі", "Күні мен уақыты", "Тұтыну"])).unwrap();
        assert_eq!((columns.usage_point, columns.timestamp, columns.value), (0, 1, Value::Interval(2, Unit::Kwh)));
    }

    #[test]
    fn a_column_of_kilowatts_is_power() {
        let columns = reading_columns(Path::new("x.csv"), &header(&["id", "time", "kW"])).unwrap();
        assert_eq!(columns.value, Value::Interval(2, Unit::Kw));
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!(edits("kitten", "sitting"), 3);
    }
}
