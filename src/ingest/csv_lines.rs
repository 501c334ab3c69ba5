//! Lines of delimited text to blocks of readings.

use std::collections::HashMap;
use std::path::Path;

use memchr::{memchr, memchr_iter};

use crate::domain::{Calendar, FileIx, IdList, IntervalBlock, KeyRun, RegisterBlock, Reject, RejectCode, Timestamp, Unit, same_id};

use super::IdRuns;
use super::columns::Value;
use super::long_csv::{Dialect, is_absurd, is_export, quality, stamp_detail};
use super::number::{Cell, cell};
use super::stamp::StampReader;

/// Splits a line at `delimiter`, outside double quotes; quotes around a field are dropped.
pub(super) fn split_fields<'a>(line: &'a [u8], delimiter: u8, fields: &mut Vec<&'a [u8]>) {
    fields.clear();
    let mut rest = line.strip_suffix(b"\r").unwrap_or(line);
    loop {
        if let [b'"', quoted @ ..] = rest
            && let Some(end) = quoted.iter().position(|&byte| byte == b'"')
        {
            fields.push(&quoted[..end]);
            rest = &quoted[end + 1..];
            match rest.iter().position(|&byte| byte == delimiter) {
                Some(place) => rest = &rest[place + 1..],
                None => return,
            }
            continue;
        }
        let Some(place) = memchr(delimiter, rest) else {
            fields.push(rest);
            return;
        };
        fields.push(&rest[..place]);
        rest = &rest[place + 1..];
    }
}

/// Whose rows the lines are, without reading anything else of them.
pub(super) fn id_runs(text: &[u8], dialect: &Dialect) -> IdRuns {
    let mut keys = Keys::default();
    let mut fields = Vec::new();
    let mut start = 0;
    for end in memchr_iter(b'\n', text).chain(std::iter::once(text.len())) {
        let line = &text[start.min(end)..end];
        start = end + 1;
        // The same id as before, unquoted and in the first column: nothing to split.
        let key = if let Some((key, _)) = keys.repeated(line, dialect) {
            key
        } else {
            if line.trim_ascii().is_empty() {
                continue;
            }
            split_fields(line, dialect.delimiter, &mut fields);
            keys.key(fields.get(dialect.columns.usage_point).copied().unwrap_or_default()).unwrap_or_else(|| keys.none())
        };
        match keys.runs.last_mut() {
            Some(run) if run.key == key => run.rows += 1,
            _ => keys.runs.push(KeyRun { key, rows: 1 }),
        }
    }
    IdRuns { ids: keys.ids, keys: keys.runs }
}

/// Ids of a piece and the last one met.
#[derive(Default)]
struct Keys {
    ids: IdList,
    known: HashMap<Vec<u8>, u32>,
    last: Option<(Vec<u8>, u32)>,
    runs: Vec<KeyRun>,
}

impl Keys {
    /// Key of an id; `None` when it is not UTF-8.
    fn key(&mut self, id: &[u8]) -> Option<u32> {
        let id = id.trim_ascii();
        if let Some((last, key)) = &self.last
            && last == id
        {
            return Some(*key);
        }
        let key = if let Some(&key) = self.known.get(id) {
            key
        } else {
            let key = self.ids.push(std::str::from_utf8(id).ok()?);
            self.known.insert(id.to_vec(), key);
            key
        };
        self.last = Some((id.to_vec(), key));
        Some(key)
    }

    /// Key of rows without a usable id.
    fn none(&mut self) -> u32 {
        self.key(b"").unwrap_or_default()
    }

    /// Key and rest of a line that begins with the id of the line before.
    fn repeated<'a>(&self, line: &'a [u8], dialect: &Dialect) -> Option<(u32, &'a [u8])> {
        let (last, key) = self.last.as_ref()?;
        if dialect.columns.usage_point != 0 || last.is_empty() {
            return None;
        }
        let (id, rest) = line.split_at_checked(last.len())?;
        let (&delimiter, rest) = rest.split_first()?;
        (delimiter == dialect.delimiter && same_id(id, last)).then_some((*key, rest))
    }
}

/// One piece of a file on its way into a block.
pub(super) struct Lines<'a> {
    path: &'a Path,
    dialect: &'a Dialect,
    stamps: StampReader<'a>,
    keys: Keys,
    intervals: IntervalBlock,
    registers: RegisterBlock,
    rejects: Vec<Reject>,
}

type Refused = (RejectCode, String);

impl<'a> Lines<'a> {
    pub(super) fn new(file: FileIx, path: &'a Path, dialect: &'a Dialect, calendar: &'a Calendar) -> Self {
        let unit = match dialect.columns.value {
            Value::Interval(_, unit) => unit,
            Value::Register(_) => Unit::Kwh,
        };
        Self {
            path,
            dialect,
            stamps: StampReader::new(dialect.form, calendar),
            keys: Keys::default(),
            intervals: IntervalBlock { file, unit, ..IntervalBlock::default() },
            registers: RegisterBlock { file, ..RegisterBlock::default() },
            rejects: Vec::new(),
        }
    }

    /// Parses all lines. Returns the number of data rows, what was read, and rejects with rows counted from 0.
    pub(super) fn parse(mut self, text: &[u8], has_header: bool) -> (u64, IntervalBlock, RegisterBlock, Vec<Reject>) {
        let is_plain = self.is_plain();
        let mut fields = Vec::with_capacity(self.dialect.fields);
        let (mut rows, mut start) = (0, 0);
        for (index, end) in memchr_iter(b'\n', text).chain(std::iter::once(text.len())).enumerate() {
            let line = &text[start.min(end)..end];
            start = end + 1;
            if (has_header && index == 0) || line.is_empty() {
                continue;
            }
            if is_plain && self.plain_line(line) {
                rows += 1;
                continue;
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            rows += 1;
            split_fields(line, self.dialect.delimiter, &mut fields);
            if let Err((code, detail)) = self.record(&fields) {
                self.rejects.push(Reject { file: self.path.display().to_string(), row: index as u64, code: code.0, detail });
                if matches!(self.dialect.columns.value, Value::Interval(..)) {
                    self.keep_place(&fields);
                }
            }
        }
        if matches!(self.dialect.columns.value, Value::Interval(..)) {
            self.intervals.ids = self.keys.ids;
        } else {
            self.registers.ids = self.keys.ids;
        }
        (rows, self.intervals, self.registers, self.rejects)
    }

    /// Whether lines are id, stamp and energy in this order and nothing else.
    fn is_plain(&self) -> bool {
        let c = &self.dialect.columns;
        self.dialect.fields == 3 && c.usage_point == 0 && c.timestamp == 1 && matches!(c.value, Value::Interval(2, _))
    }

    /// Takes a line of three plain fields whose id is that of the line before; `false` when it is anything else, which `record` judges.
    fn plain_line(&mut self, line: &[u8]) -> bool {
        let Some((key, rest)) = self.keys.repeated(line, self.dialect) else { return false };
        let Some(place) = memchr(self.dialect.delimiter, rest) else { return false };
        let (stamp, value) = (&rest[..place], &rest[place + 1..]);
        let value = value.strip_suffix(b"\r").unwrap_or(value);
        let Cell::Number(number) = cell(value, self.dialect.delimiter != b',') else { return false };
        if is_absurd(number, self.dialect.columns.value) {
            return false;
        }
        let Ok(at) = self.stamps.read(stamp) else { return false };
        self.intervals.push(key, at.into(), number as f32);
        true
    }

    fn record(&mut self, fields: &[&[u8]]) -> Result<(), Refused> {
        if fields.len() != self.dialect.fields {
            let detail = format!("{} fields where the header has {}; correct the row", fields.len(), self.dialect.fields);
            return Err((RejectCode::ROW_FIELDS, detail));
        }
        let columns = &self.dialect.columns;
        let value = self.value(fields[columns.value.column()])?;
        let id = fields[columns.usage_point];
        if id.trim_ascii().is_empty() {
            return Err((RejectCode::ID_EMPTY, "no usage point; fill in the meter's id".to_owned()));
        }
        let key = self.keys.key(id);
        let key = key.ok_or_else(|| (RejectCode::ROW_ENCODING, "the id is not UTF-8; export the file as UTF-8".to_owned()))?;
        let at = self.stamps.read(fields[columns.timestamp]).map_err(|code| (code, stamp_detail(code, fields[columns.timestamp])))?;
        match columns.value {
            Value::Register(_) => {
                self.registers.key.push(key);
                self.registers.at.push(at);
                self.registers.register_kwh.push(value);
            }
            Value::Interval(..) => self.interval(fields, key, at, value),
        }
        Ok(())
    }

    fn interval(&mut self, fields: &[&[u8]], key: u32, at: Timestamp, value: f64) {
        let columns = &self.dialect.columns;
        let exported = columns.channel.is_some_and(|column| is_export(&String::from_utf8_lossy(fields[column])));
        self.intervals.push(key, at.into(), if exported { -value.abs() } else { value } as f32);
        if let Some(column) = columns.quality {
            self.intervals.quality.push(quality(&String::from_utf8_lossy(fields[column])));
        }
        if let Some(column) = columns.duration_min {
            let minutes = match cell(fields[column], true) {
                Cell::Number(minutes) if (1.0..=10_080.0).contains(&minutes) => minutes as u16,
                _ => 0,
            };
            self.intervals.duration_min.push(minutes);
        }
    }

    /// A rejected row stays in the block without a reading, so that rows by usage point can be counted.
    fn keep_place(&mut self, fields: &[&[u8]]) {
        let id = fields.get(self.dialect.columns.usage_point).copied().unwrap_or_default();
        let key = self.keys.key(id).unwrap_or_else(|| self.keys.none());
        self.intervals.push_rejected(key);
        if self.dialect.columns.quality.is_some() {
            self.intervals.quality.push(crate::domain::ReadingQuality::Missing);
        }
        if self.dialect.columns.duration_min.is_some() {
            self.intervals.duration_min.push(0);
        }
    }

    fn value(&self, bytes: &[u8]) -> Result<f64, Refused> {
        match cell(bytes, self.dialect.delimiter != b',') {
            Cell::Missing => Ok(f64::NAN),
            Cell::Number(number) if is_absurd(number, self.dialect.columns.value) => {
                Err((RejectCode::VALUE_ABSURD, format!("{number:e} is beyond anything a meter records; check the unit")))
            }
            Cell::Number(number) => Ok(number),
            Cell::Text => {
                let text = String::from_utf8_lossy(bytes);
                let detail = format!("`{}` where a number is expected; leave the cell empty for a missing reading", text.trim());
                Err((RejectCode::VALUE_NOT_A_NUMBER, detail))
            }
        }
    }
}
