//! A table on its way to being understood: what is seen of it, what its mapping says, and what was
//! noted.

use std::path::Path;

use super::zone_in_heading::zone_in_heading;
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::Mapping;
use crate::ingest::mapping::known::recognised;
use crate::ingest::mapping::understanding::Understanding;
use crate::ingest::tables::sample::Sample;
use crate::ingest::text::columns::{self, plain};
use crate::ingest::text::stamp::StampForm;

/// Beginnings of rows under a table that are no readings.
pub(crate) const FOOTERS: [&str; 9] =
    ["итого", "всего", "total", "сумма", "grand total", "записей", "барлығы", "жиыны", "қорытынды"];

/// Looks through the whole column for a date that can be read in one way only.
type WholeColumn<'a> = &'a dyn Fn(usize, u8) -> Result<Option<(StampForm, String)>, IngestError>;

/// A table on its way to being understood.
pub(crate) struct Settler<'a> {
    pub(crate) path: &'a Path,
    pub(crate) sample: &'a Sample,
    pub(crate) mapping: Mapping,
    pub(crate) notes: Understanding,
    /// Names of the columns.
    pub(crate) header: Vec<String>,
    /// Rows above the first reading.
    pub(crate) first_row: usize,
    pub(crate) whole: WholeColumn<'a>,
    pub(crate) is_sheet: bool,
    /// Whether a column, the title or the mapping names the usage points.
    pub(crate) is_id_told: bool,
}

impl<'a> Settler<'a> {
    /// Begins with a mapping, or with that of the known export which the table is.
    pub(crate) fn new(
        path: &'a Path,
        sample: &'a Sample,
        given: Option<&Mapping>,
        mut notes: Understanding,
        whole: WholeColumn<'a>,
    ) -> Self {
        let mapping = match given {
            Some(mapping) => {
                notes.note("profile", mapping.name.clone(), "--profile");
                mapping.clone()
            }
            None => match recognised(sample.top()).or_else(|| cer(sample)) {
                Some(mapping) => {
                    let ground = if mapping.signature.is_empty() {
                        "rows of three numbers".to_owned()
                    } else {
                        format!("the header has {}", mapping.signature.join(", "))
                    };
                    notes.note("profile", mapping.name.clone(), ground);
                    mapping
                }
                None => Mapping::default(),
            },
        };
        let is_sheet = sample.delimiter == crate::ingest::mapping::keys::Delimiter::Cell.byte();
        Self { path, sample, mapping, notes, header: Vec::new(), first_row: 0, whole, is_sheet, is_id_told: false }
    }

    /// The column with one of a mapping's names; `None` when the mapping names none.
    ///
    /// # Errors
    /// When it names some and none is there.
    pub(crate) fn named(&self, names: &[String], meaning: &'static str) -> Result<Option<usize>, IngestError> {
        if names.is_empty() {
            return Ok(None);
        }
        let missing = || IngestError::ProfileColumn {
            path: self.path.to_path_buf(),
            mapping: self.mapping.name.clone(),
            wanted: names.join("` or `"),
            meaning,
            found: self.header.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        };
        names.iter().find_map(|name| self.place(name)).map(Some).ok_or_else(missing)
    }

    /// Place of a name or of a column's number.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        let by_name = self.header.iter().position(|column| !column.is_empty() && plain(column) == plain(name));
        by_name.or_else(|| {
            name.parse::<usize>()
                .ok()
                .and_then(|number| number.checked_sub(1))
                .filter(|&place| place < self.header.len())
        })
    }

    /// What a mapping calls a column: its name, or its number where the name is none or another
    /// column has it.
    pub(crate) fn name_of(&self, column: usize) -> String {
        let name = &self.header[column];
        if self.place(name) == Some(column) { name.clone() } else { (column + 1).to_string() }
    }

    /// The column with one of the usual names.
    pub(crate) fn usual(&self, names: &[&str]) -> Option<usize> {
        columns::find(&self.header, names).or_else(|| {
            let bare = |name: &String| zone_in_heading(name).map_or(String::new(), |(bare, _)| bare);
            columns::find(&self.header.iter().map(bare).collect::<Vec<_>>(), names)
        })
    }

    /// Cells of a column.
    pub(crate) fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        self.sample.column(self.first_row, column)
    }

    /// The row of the header, or of the first reading where there is none.
    pub(crate) fn header_row(&self) -> usize {
        self.first_row.saturating_sub(self.mapping.header_rows.unwrap_or(1))
    }

    /// Whether the mapping tells to pass over a column.
    pub(crate) fn is_ignored(&self, name: &str) -> bool {
        self.mapping.columns.ignore.iter().any(|ignored| plain(ignored) == plain(name))
    }

    /// The sheet that the table is.
    pub(crate) fn sheet_name(&self) -> Option<String> {
        let name = self.path.file_name()?.to_string_lossy();
        Some(name.strip_suffix(']')?.rsplit_once(" [")?.1.to_owned())
    }
}

/// A unit enum as it is written in TOML.
pub(crate) fn toml_word(value: impl serde::Serialize) -> String {
    toml::Value::try_from(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The Irish trial has no header: three numbers a row, the second of five digits.
pub(crate) fn cer(sample: &Sample) -> Option<Mapping> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_cer = |row: &Vec<String>| {
        row.len() == 3 && digits(&row[0]) && row[1].len() == 5 && digits(&row[1]) && row[2].parse::<f64>().is_ok()
    };
    let rows = sample.top();
    let known = crate::ingest::mapping::known::MAPPINGS.iter().find(|known| known.name == "cer")?;
    (!rows.is_empty() && rows.iter().all(is_cer)).then(|| known.mapping().ok()).flatten()
}
