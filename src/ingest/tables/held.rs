//! Tables whose text is in memory, such as the sheets of a workbook, and tables that go on in
//! another text without a header.

use bytes::Bytes;
use encoding_rs::UTF_8;

use super::file::{Store, TextFile};
use super::footers::footers;
use super::plan::{IdColumn, Plan};
use super::relaid::ways::relaid;
use super::rows;
use super::sample::Sample;
use super::understand::dates;
use super::understand::outside_id::{is_named_by_rows, with_ids};
use super::understand::settle::settle;
use super::understand::settler::Settler;
use crate::ingest::error::IngestError;
use crate::ingest::format::{ReadingsFile, Source};
use crate::ingest::mapping::keys::{Delimiter, Mapping};
use crate::ingest::mapping::understanding::Understanding;
use crate::ingest::text::number::{Cell, cell};
use crate::ingest::text::stamp::StampForm;

/// Rows by which the cells of a column are known.
const KNOWN_BY: usize = 50;

/// A table that is understood, and what is needed to go on with it in another text.
pub(crate) struct HeldTable {
    file: Option<Box<dyn ReadingsFile>>,
    plan: Plan,
    understanding: Understanding,
    /// Kinds of the cells of every column.
    kinds: Vec<Vec<Kind>>,
}

/// What a cell looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    Number,
    Stamp,
    Clock,
    Words,
}

impl HeldTable {
    /// Understands a table of cells.
    ///
    /// # Errors
    /// When columns are missing, or stamps cannot be understood.
    pub(crate) fn of(
        file: &Source,
        text: String,
        mapping: Option<&Mapping>,
        notes: Understanding,
    ) -> Result<Self, IngestError> {
        Self::cut_by(Delimiter::Cell, file, text, mapping, notes)
    }

    /// The same where something else separates the cells.
    pub(crate) fn cut_by(
        delimiter: Delimiter,
        file: &Source,
        text: String,
        mapping: Option<&Mapping>,
        mut notes: Understanding,
    ) -> Result<Self, IngestError> {
        let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (again, done) = relaid(&text, delimiter, &name, mapping);
        for (what, ground) in done {
            notes.note(what, "laid out anew", ground);
        }
        let text = again.unwrap_or(text);
        let sample = Sample::of(&text, delimiter, true);
        let (sample, text) =
            match is_named_by_rows(&sample, mapping).then(|| with_ids(&text, delimiter, &sample)).flatten() {
                Some(named) => {
                    notes.note(
                        "usage_point",
                        "rows of their own",
                        "rows such as `Прибор учета: 00012345` name it for the rows below them",
                    );
                    (Sample::of(&named, delimiter, true), named)
                }
                None => (sample, text),
            };
        let whole = |column: usize, delimiter: u8| {
            let mut fields = Vec::new();
            Ok(text.lines().find_map(|line| {
                rows::split_fields(line.as_bytes(), delimiter, &mut fields);
                dates::settled_by(&String::from_utf8_lossy(fields.get(column)?))
            }))
        };
        let (mut plan, understanding) = settle(Settler::new(file.path, &sample, mapping, notes, &whole))?;
        plan.footer = footers(&understanding, UTF_8);
        let kinds = kinds_of(&sample, &plan);
        let file = text_file(file, text, &sample, (plan.clone(), understanding.clone()));
        Ok(Self { file: Some(file), plan, understanding, kinds })
    }

    /// The opened table; `None` once it is taken.
    pub(crate) fn take_file(&mut self) -> Option<Box<dyn ReadingsFile>> {
        self.file.take()
    }

    /// The table going on in a text that begins with a row of the same width and kinds of cells,
    /// instead of a header; `None` for any other text.
    pub(crate) fn continued(
        &self,
        file: &Source,
        text: &str,
        mut notes: Understanding,
    ) -> Option<Box<dyn ReadingsFile>> {
        if matches!(self.plan.id, IdColumn::Fixed(_)) {
            return None;
        }
        let sample = Sample::of(text, Delimiter::Cell, true);
        let first = sample.rows.iter().find(|row| !row.is_empty())?;
        let kinds: Vec<Kind> = first.iter().map(|cell| kind_of(cell)).collect();
        let fits =
            kinds.len() == self.kinds.len() && kinds.iter().zip(&self.kinds).all(|(kind, known)| known.contains(kind));
        let has = |wanted: Kind| {
            kinds.iter().zip(&self.kinds).any(|(kind, known)| *kind == wanted && !known.contains(&Kind::Words))
        };
        // A header has words where readings have stamps and numbers.
        if !(fits && has(Kind::Number) && (has(Kind::Stamp) || has(Kind::Clock))) {
            return None;
        }
        notes.note(
            "header",
            "none",
            "its first row has the cells of the rows of the sheet before, whose table it continues",
        );
        let mut plan = self.plan.clone();
        plan.head_lines = 0;
        let understanding = Understanding { mapping: self.understanding.mapping.clone(), ..notes };
        Some(text_file(file, text.to_owned(), &sample, (plan, understanding)))
    }
}

fn text_file(file: &Source, text: String, sample: &Sample, understood: (Plan, Understanding)) -> Box<dyn ReadingsFile> {
    let line_bytes = (text.len() / sample.rows.len().max(1)).max(1) as u64;
    Box::new(TextFile::new(file, understood, UTF_8, Store::Held(Bytes::from(text.into_bytes())), line_bytes))
}

fn kinds_of(sample: &Sample, plan: &Plan) -> Vec<Vec<Kind>> {
    let mut kinds: Vec<Vec<Kind>> = vec![Vec::new(); plan.fields];
    let rows =
        sample.rows.iter().skip(plan.head_lines).filter(|row| {
            row.len() == plan.fields && !row.first().is_some_and(|cell| plan.footer.begin(cell.as_bytes()))
        });
    for (known, cell) in
        rows.take(KNOWN_BY).flat_map(|row| row.iter().enumerate()).map(|(column, cell)| (column, kind_of(cell)))
    {
        if !kinds[known].contains(&cell) {
            kinds[known].push(cell);
        }
    }
    kinds
}

fn kind_of(text: &str) -> Kind {
    if text.is_empty() {
        return Kind::Blank;
    }
    match cell(text.as_bytes(), true) {
        Cell::Number(_) => Kind::Number,
        Cell::Missing => Kind::Blank,
        Cell::Text if StampForm::of(text.as_bytes()).is_some() => Kind::Stamp,
        // Numbers of a workbook come with a point.
        Cell::Text if matches!(cell(text.as_bytes(), false), Cell::Number(_)) => Kind::Number,
        Cell::Text if text.contains(':') && super::understand::slot_name::is_slot(text) => Kind::Clock,
        Cell::Text => Kind::Words,
    }
}
