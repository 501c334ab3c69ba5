//! JSON in which each reading is an object (or each line is one): the answers of utilities' portals
//! and of home meters. The objects become the rows of a table, their keys its headings, and the
//! table is understood as any other.
//!
//! Rows are the objects of the list that has most of them. What an object around the list says of
//! the usage point, the unit or the channel holds for all of its rows; its other fields, which may
//! be the period of the document, say nothing of a reading. Objects inside a row are taken with it.

use std::collections::BTreeMap;
use std::io::Read as _;

use serde_json::{Map, Value};

use super::held::HeldTable;
use crate::ingest::bytes::decompress;
use crate::ingest::bytes::markup::is_json;
use crate::ingest::bytes::other_kinds;
use crate::ingest::error::{IngestError, is_of_the_system};
use crate::ingest::format::{Format, ReadingsFile, Source};
use crate::ingest::mapping::keys::{Delimiter, Mapping};
use crate::ingest::mapping::understanding::Understanding;
use crate::ingest::text::columns::{self, CHANNEL, UNIT, USAGE_POINT};

/// Largest document that is held, bytes: a year of quarter-hours of a few dozen meters.
const MOST_BYTES: u64 = 32 << 20;
/// Objects within one another that are entered.
const DEEPEST: usize = 16;
/// Different keys of rows at most.
const MOST_KEYS: usize = 200;

/// The format.
#[derive(Debug)]
pub(crate) struct JsonRows;

impl Format for JsonRows {
    fn name(&self) -> &'static str {
        "rows of JSON"
    }

    fn what(&self) -> &'static str {
        "rows of JSON"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        is_json(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start())
    }

    fn open(&self, file: &Source) -> Result<Box<dyn ReadingsFile>, IngestError> {
        self.open_as(file, None)
    }

    fn open_as(&self, file: &Source, mapping: Option<&Mapping>) -> Result<Box<dyn ReadingsFile>, IngestError> {
        let mut bytes = Vec::new();
        let read = decompress::open_within(file.path, None, &file.caps)?.take(MOST_BYTES + 1).read_to_end(&mut bytes);
        match read {
            Err(source) if is_of_the_system(&source) => {
                return Err(IngestError::Io { path: file.path.to_path_buf(), source });
            }
            _ if bytes.len() as u64 > MOST_BYTES => {
                return Err(IngestError::TooLarge {
                    path: file.path.to_path_buf(),
                    megabytes: bytes.len() as u64 >> 20,
                    what: "a JSON document of rows",
                    cap: MOST_BYTES >> 20,
                    remedy: "split it, or export the readings as csv or Parquet",
                });
            }
            Ok(_) | Err(_) => {}
        }
        let other = || other_kinds::unknown(file.path, &bytes, String::new);
        let text = table_of(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)).ok_or_else(other)?;
        let mut notes = Understanding::default();
        notes.note("rows", "objects of a list", "JSON whose objects are readings");
        // A folder may hold lists of anything, which are no readings.
        let table = HeldTable::cut_by(Delimiter::Cell, file, text, mapping, notes).map_err(|error| match error {
            IngestError::MissingColumn { .. } | IngestError::NoReadDay { .. } if mapping.is_none() => other(),
            error => error,
        });
        table?.take_file().ok_or_else(other)
    }
}

/// A row: its fields by key.
type Row = BTreeMap<String, String>;

/// The table of the list with most objects; `None` where there is none with two of them, or what
/// is there is no JSON. What follows a place where the document breaks off is not read.
fn table_of(bytes: &[u8]) -> Option<String> {
    let mut documents = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        documents.push(value.ok()?);
    }
    let whole = if documents.len() == 1 { documents.pop()? } else { Value::Array(documents) };
    let mut lists: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    collect(&whole, "", &Row::new(), DEEPEST, &mut lists);
    let rows = lists.into_values().max_by_key(Vec::len).filter(|rows| rows.len() >= 2)?;
    let mut keys: Vec<&String> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for key in rows.iter().flat_map(BTreeMap::keys) {
        if known.insert(key) {
            keys.push(key);
        }
    }
    if keys.len() > MOST_KEYS {
        return None;
    }
    let mark = char::from(Delimiter::Cell.byte());
    let plain = |cell: &str| cell.replace([mark, '\n', '\r', '"'], " ");
    let mut text = keys.iter().map(|key| plain(key)).collect::<Vec<_>>().join(&mark.to_string());
    for row in &rows {
        text.push('\n');
        let cells = keys.iter().map(|key| row.get(*key).map_or(String::new(), |cell| plain(cell)));
        text.push_str(&cells.collect::<Vec<_>>().join(&mark.to_string()));
    }
    text.push('\n');
    Some(text)
}

/// Collects the objects of all lists below a value by their place; `around` holds for all of them.
fn collect(value: &Value, place: &str, around: &Row, depth: usize, lists: &mut BTreeMap<String, Vec<Row>>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::Array(items) => {
            let objects = items.iter().filter_map(Value::as_object);
            for object in objects {
                let mut row = around.clone();
                fields_of(object, "", depth, &mut row);
                if row.len() > around.len() {
                    lists.entry(place.to_owned()).or_default().push(row);
                }
            }
            for item in items {
                collect(item, place, around, depth, lists);
            }
        }
        Value::Object(object) => {
            let around = held_below(object, around, depth);
            for (key, inner) in object.iter().filter(|(_, inner)| inner.is_array() || inner.is_object()) {
                collect(inner, &format!("{place}/{key}"), &around, depth, lists);
            }
        }
        _ => {}
    }
}

/// What holds for all rows below an object: usage point, unit and channel.
fn held_below(object: &Map<String, Value>, around: &Row, depth: usize) -> Row {
    let mut own = Row::new();
    fields_of(object, "", depth, &mut own);
    let mut held = around.clone();
    for (key, value) in own {
        let name = key.rsplit('.').next().unwrap_or(&key).to_owned();
        if [USAGE_POINT, UNIT, CHANNEL].iter().any(|names| columns::find(std::slice::from_ref(&name), names).is_some())
        {
            held.insert(name, value);
        }
    }
    held
}

/// The fields of an object and of those inside it, whose keys have the outer key before them.
fn fields_of(object: &Map<String, Value>, before: &str, depth: usize, row: &mut Row) {
    for (key, value) in object {
        let name = if before.is_empty() { key.clone() } else { format!("{before}.{key}") };
        let text = match value {
            Value::Object(inner) if depth > 0 => {
                fields_of(inner, &name, depth - 1, row);
                continue;
            }
            Value::Array(_) | Value::Object(_) => continue,
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
        };
        row.insert(name, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Calendar;
    use crate::ingest::kept::read_file;

    fn readings(text: &str) -> Vec<(String, i64, f32)> {
        let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_file(&JsonRows, file.path(), &Calendar::new(None).unwrap()).unwrap().readings()
    }

    #[test]
    fn the_objects_of_a_list_are_rows_and_what_stands_around_holds_for_them() {
        let row =
            |hour: usize| format!(r#"{{"value": "{}", "date": "2025-03-01T{hour:02}:00:00Z"}}"#, 400 + hour * 7 % 11);
        let rows: Vec<String> = (0..24).map(row).collect();
        let text = format!(
            r#"{{"reading": {{"usage_point_id": "17", "start": "2025-03-01", "reading_type": {{"unit": "Wh"}}, "list": [{}]}}}}"#,
            rows.join(", ")
        );
        let found = readings(&text);
        assert_eq!(found.len(), 24);
        assert_eq!(found[1], ("17".to_owned(), 1_740_787_200 + 3600, 0.407));
    }

    #[test]
    fn objects_a_line_are_rows_too() {
        let line =
            |hour: usize| format!("{{\"meter\": \"17\", \"start\": \"2025-03-01T{hour:02}:00:00Z\", \"kwh\": 0.5}}");
        assert_eq!(readings(&(0..24).map(line).collect::<Vec<_>>().join("\n")).len(), 24);
    }

    #[test]
    fn what_holds_no_list_of_objects_is_no_table() {
        for text in
            ["{}", "[1, 2]", "{\"a\": [{\"b\": 1}]}", "{\"a\": ", "[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]"]
        {
            assert_eq!(table_of(text.as_bytes()), None, "{text}");
        }
        assert_eq!(table_of(&vec![b'['; 100_000]), None);
    }
}
