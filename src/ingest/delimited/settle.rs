//! From the beginning of a table to a plan: what a profile says is taken, what it leaves out is
//! found.

use std::collections::BTreeSet;
use std::path::Path;

use crate::domain::{ReadingQuality, Unit};

use super::super::IngestError;
use super::super::columns::{self, DATE, TIMESTAMP, USAGE_POINT, plain};
use super::super::mapping::{
    Columns, DecimalMark, IdSource, Layout, Profile, StampSide, Understanding, ValueUnit, recognised,
};
use super::super::stamp::StampForm;
use super::dates::{DateOrder, order_of};
use super::heading_rows::{goes_on_below, join_header};
use super::plan::{Footers, IdColumn, Plan, Shape};
use super::sample::{Sample, decimal};

/// Beginnings of rows under a table that are no readings.
pub(super) const FOOTERS: [&str; 9] =
    ["итого", "всего", "total", "сумма", "grand total", "записей", "барлығы", "жиыны", "қорытынды"];

/// Names of coordinates, whose numbers say nothing of how readings are written.
const PLACES: &[&str] = &["lat", "latitude", "lon", "lng", "longitude", "Широта", "Долгота"];

/// The doubt about a sheet whose dates a program of another country has taken for its own.
const SWAPPED: &str = "real dates all have days up to 12 and typed ones later days: day and month of the real ones may have been swapped when the file was opened in a program of another \
                       country; export it again as text";

/// Looks through the whole column for a date that can be read in one way only.
pub(super) type WholeColumn<'a> = &'a dyn Fn(usize, u8) -> Result<Option<(StampForm, String)>, IngestError>;

/// A table on its way to being understood.
pub(super) struct Settler<'a> {
    pub(super) path: &'a Path,
    pub(super) sample: &'a Sample,
    pub(super) profile: Profile,
    pub(super) notes: Understanding,
    /// Names of the columns.
    pub(super) header: Vec<String>,
    /// Rows above the first reading.
    pub(super) first_row: usize,
    pub(super) whole: WholeColumn<'a>,
    pub(super) is_sheet: bool,
}

impl<'a> Settler<'a> {
    /// Begins with a profile, or with that of the known export which the table is.
    pub(super) fn new(
        path: &'a Path,
        sample: &'a Sample,
        given: Option<&Profile>,
        mut notes: Understanding,
        whole: WholeColumn<'a>,
    ) -> Self {
        let profile = match given {
            Some(profile) => {
                notes.note("profile", profile.name.clone(), "--profile");
                profile.clone()
            }
            None => match recognised(sample.top()).or_else(|| cer(sample)) {
                Some(profile) => {
                    let ground = if profile.signature.is_empty() {
                        "rows of three numbers".to_owned()
                    } else {
                        format!("the header has {}", profile.signature.join(", "))
                    };
                    notes.note("profile", profile.name.clone(), ground);
                    profile
                }
                None => Profile::default(),
            },
        };
        let is_sheet = sample.delimiter == super::super::mapping::Delimiter::Cell.byte();
        Self { path, sample, profile, notes, header: Vec::new(), first_row: 0, whole, is_sheet }
    }

    /// The plan, with everything that was decided.
    ///
    /// # Errors
    /// When columns are missing, or stamps cannot be understood.
    pub(super) fn settle(self) -> Result<(Plan, Understanding), IngestError> {
        self.settled().map_err(with_profile_lines)
    }

    fn settled(mut self) -> Result<(Plan, Understanding), IngestError> {
        self.find_header();
        self.find_id_of_the_sheet();
        let mark = self.profile.decimal.unwrap_or_else(|| {
            decimal(self.sample, self.first_row, &self.number_columns(), self.is_sheet, &mut self.notes)
        });
        self.profile.decimal = Some(mark);
        let mut plan = self.bare_plan(mark);
        let layout = self.profile.layout.map_or_else(|| self.guess_layout(), Ok)?;
        match layout {
            Layout::Long => self.long(&mut plan)?,
            Layout::WideByDay => self.by_day(&mut plan)?,
            Layout::WideByMeter | Layout::Transposed => self.by_meter(&mut plan)?,
            Layout::WideByTime => self.by_time(&mut plan)?,
            Layout::Register => self.register(&mut plan)?,
        }
        self.check_widths()?;
        self.notes.note(
            "layout",
            plan.shape.name(),
            if self.profile.layout.is_some() { "the profile says so" } else { "the names and cells of the header" },
        );
        if let Shape::Counters(_) = plan.shape {
            self.profile.layout = Some(Layout::Register);
        } else {
            self.profile.layout.get_or_insert(layout);
        }
        // The canonical name promises ids, which may be any words.
        let is_canonical = self.profile.columns.usage_point.first().is_some_and(|name| name == USAGE_POINT[0]);
        if self.profile.footer.is_empty() && !is_canonical {
            self.profile.footer = FOOTERS.map(str::to_owned).to_vec();
        }
        plan.is_exact |= matches!(plan.form, StampForm::EpochSeconds | StampForm::EpochMillis) || self.has_offsets();
        plan.fields = self.header.len();
        plan.head_lines = self.first_row;
        // What is printed is for this file and need not be told from others.
        self.profile.signature.clear();
        self.notes.profile = Some(self.profile);
        Ok((plan, self.notes))
    }

    /// Rows that are all wider than the header, with a comma between fields: the decimal comma is
    /// taken for one too, and no reading can be told from its decimals.
    fn check_widths(&self) -> Result<(), IngestError> {
        let (Some(named), true) =
            (self.header.iter().rposition(|name| !name.is_empty()), self.sample.delimiter == b',')
        else {
            return Ok(());
        };
        let rows: Vec<&Vec<String>> =
            self.sample.rows.iter().skip(self.first_row).filter(|row| !row.is_empty()).collect();
        let is_wider = |row: &&&Vec<String>| {
            row.get(named + 1).is_some_and(|cell| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit()))
        };
        if self.profile.header_rows == Some(0)
            || rows.is_empty()
            || rows.iter().filter(is_wider).count() * 10 < rows.len() * 9
        {
            return Ok(());
        }
        let fields = rows.iter().map(|row| row.len()).max().unwrap_or_default();
        let detail = format!(
            "{fields} fields below a header of {}: the comma separates fields and decimals alike; export with another delimiter, or with quotes around numbers",
            named + 1
        );
        Err(IngestError::Broken { path: self.path.to_path_buf(), row: self.first_row as u64 + 1, detail })
    }

    fn bare_plan(&self, mark: DecimalMark) -> Plan {
        let profile = &self.profile;
        let (unit, factor) = profile.unit.map_or((Unit::Kwh, 1.0), ValueUnit::scale);
        Plan {
            encoding: encoding_rs::UTF_8,
            delimiter: self.sample.delimiter,
            decimal_comma: mark == DecimalMark::Comma,
            comma_thousands: mark == DecimalMark::Point && self.sample.delimiter == b',' && self.has_thousands(),
            fields: self.header.len(),
            head_lines: self.first_row,
            footer: Footers::new(Vec::new()),
            form: profile.dates.unwrap_or(StampForm::YearFirst),
            calendar: profile.calendar(),
            is_exact: profile.time_zone.is_some(),
            iso_too: self.is_sheet,
            shift_s: 0,
            slot_min: None,
            unit,
            factor: factor * profile.multiplier.unwrap_or(1.0),
            interval_min: profile.interval_min,
            missing: profile.missing.clone(),
            quality: profile
                .quality
                .iter()
                .map(|(word, &quality)| (word.trim().to_lowercase(), ReadingQuality::from(quality)))
                .collect(),
            id: IdColumn::At(0),
            pad_ids_to: profile.pad_ids_to.unwrap_or(0),
            shape: Shape::ByTime(super::plan::TimeColumns { instants: Vec::new(), ratio: None }),
        }
    }

    /// Columns whose numbers show the decimal mark: those with the name of a value, a counter or a
    /// unit, a slot of a day or an instant; where there is none, all but ids and places.
    fn number_columns(&self) -> Vec<usize> {
        let (values, others) = (columns::value_names().copied(), USAGE_POINT.iter().chain(PLACES).copied());
        let (values, others): (BTreeSet<String>, BTreeSet<String>) =
            (values.map(plain).collect(), others.map(plain).collect());
        let is_value = |name: &String| {
            let named = values.contains(&plain(name)) || super::headings::unit_in(name).is_some();
            let is_counter = super::counter_headings::heading_of(name).is_some();
            named || is_counter || super::layout::is_slot(name) || StampForm::of(name.as_bytes()).is_some()
        };
        let is_other = |name: &String| others.contains(&plain(name));
        let with = |wanted: &dyn Fn(&String) -> bool| -> Vec<usize> {
            (0..self.header.len()).filter(|&column| wanted(&self.header[column])).collect()
        };
        let values = with(&|name| is_value(name) && !is_other(name));
        let has_mark = values.iter().any(|&column| self.cells(column).any(super::sample::has_mark));
        if has_mark { values } else { with(&|name| !is_other(name)) }
    }

    /// Whether some number has commas before three digits, and no number has others.
    fn has_thousands(&self) -> bool {
        let columns = self.number_columns();
        let cells = || {
            self.sample
                .rows
                .iter()
                .skip(self.first_row)
                .flat_map(|row| columns.iter().filter_map(|&column| row.get(column)))
        };
        let with_comma = || cells().filter(|cell| cell.contains(','));
        with_comma().next().is_some() && with_comma().all(|cell| super::sample::may_be_thousands(cell))
    }

    /// Finds the rows of the header and joins them.
    fn find_header(&mut self) {
        let height = self.profile.header_rows.unwrap_or(1);
        if self.profile.layout == Some(Layout::Transposed) && self.profile.skip_rows.is_none() {
            return self.find_labels();
        }
        let skip = self.profile.skip_rows.or(if height == 0 { Some(0) } else { None });
        let (skip, ground) = match skip {
            Some(skip) => (skip, "the profile says so".to_owned()),
            None => self.header_row(height),
        };
        let goes_on = self.profile.header_rows.is_none() && goes_on_below(&self.sample.rows, skip);
        let (height, ground) = if goes_on {
            (2, format!("{ground}; headings are merged over the cells of the row below"))
        } else {
            (height, ground)
        };
        self.first_row = skip + height;
        let width = self
            .sample
            .usual_width(self.first_row)
            .max(self.sample.rows.get(skip + height.max(1) - 1).map_or(0, Vec::len));
        if height == 0 {
            self.header = (1..=width.max(1)).map(|column| column.to_string()).collect();
        } else {
            let rows: Vec<&Vec<String>> = (skip..skip + height).filter_map(|row| self.sample.rows.get(row)).collect();
            self.header = join_header(&rows, width);
        }
        self.profile.skip_rows = Some(skip);
        self.profile.header_rows = Some(height);
        let place = if height == 0 { "none".to_owned() } else { format!("row {}", skip + 1) };
        self.notes.note("header", place, ground);
    }

    /// The row whose label names the usage points; the labelled rows below it end with the first
    /// stamp.
    fn find_labels(&mut self) {
        let names = &self.profile.columns.usage_point;
        let names: Vec<String> =
            if names.is_empty() { USAGE_POINT.iter().map(|&name| name.to_owned()).collect() } else { names.clone() };
        let is_label =
            |row: &Vec<String>| row.first().is_some_and(|cell| names.iter().any(|name| plain(name) == plain(cell)));
        let row = self.sample.top().iter().position(is_label).unwrap_or(0);
        let is_stamp = |row: &Vec<String>| row.first().is_some_and(|cell| StampForm::of(cell.as_bytes()).is_some());
        let rest = self.sample.rows.get(row + 1..).unwrap_or_default();
        self.first_row = row + 1 + rest.iter().position(is_stamp).unwrap_or(0);
        self.header = self.sample.rows.get(row).cloned().unwrap_or_default();
        self.profile.columns.usage_point = self.header.first().cloned().into_iter().collect();
        self.notes.note(
            "header",
            format!("row {}", row + 1),
            format!("its label; readings begin in row {}", self.first_row + 1),
        );
    }

    fn header_row(&self, height: usize) -> (usize, String) {
        let names = if self.profile.signature.is_empty() {
            all_names(&self.profile.columns)
        } else {
            self.profile.signature.clone()
        };
        let usual = [USAGE_POINT, TIMESTAMP, DATE, columns::TIME].into_iter().flatten().chain(columns::value_names());
        let usual: Vec<String> = usual.map(|&name| name.to_owned()).collect();
        let by_name = self.sample.row_with(&names).or_else(|| self.sample.row_with(&usual));
        // A header of dates or slots has hardly any names.
        let many = |row: &Vec<String>| {
            row.iter().filter(|cell| super::layout::is_slot(cell) || StampForm::of(cell.as_bytes()).is_some()).count()
                >= 5
        };
        let by_axis = self.sample.top().iter().position(many);
        match (by_name, by_axis) {
            // One name alone may stand in a row of data: the word of a kind, a class of customers.
            (Some((row, 1)), _) if self.full_row().is_some_and(|first| first < row) => {
                (self.full_row().unwrap_or(row), "the first row with as many cells as the rows below".to_owned())
            }
            (Some((row, names)), _) => (self.upper_row(row, height), format!("{names} of its names are known")),
            (None, Some(row)) => (row, "it holds dates or slots of a day".to_owned()),
            (None, None) => (
                self.sample.rows.iter().position(|row| !row.is_empty()).unwrap_or(0),
                "the first row that is not blank".to_owned(),
            ),
        }
    }

    /// The first row with as many filled cells as most rows have.
    fn full_row(&self) -> Option<usize> {
        let width = self.sample.usual_width(0);
        self.sample.top().iter().position(|row| {
            width > 1 && row.len() == width && row.iter().filter(|cell| !cell.is_empty()).count() * 2 > width
        })
    }

    /// The upper of two header rows, one of which holds names: the lower one where readings begin
    /// below it.
    fn upper_row(&self, row: usize, height: usize) -> usize {
        let number = |cell: &String| {
            !cell.is_empty()
                && matches!(super::super::number::cell(cell.as_bytes(), true), super::super::number::Cell::Number(_))
        };
        let readings_below = self.sample.rows.get(row + 1).is_some_and(|below| below.iter().any(number));
        if height == 2 && readings_below { row.saturating_sub(1) } else { row }
    }

    /// Whether stamps carry an offset from UTC.
    fn has_offsets(&self) -> bool {
        let cells = self
            .profile
            .columns
            .timestamp
            .iter()
            .filter_map(|name| self.place(name))
            .flat_map(|column| self.cells(column).take(20));
        let offset =
            |cell: &str| cell.ends_with(['Z', 'z']) || cell.get(11..).is_some_and(|time| time.contains(['+', '-']));
        cells.filter(|cell| !cell.is_empty()).any(offset)
    }

    /// The column with one of a profile's names; `None` when the profile names none.
    ///
    /// # Errors
    /// When it names some and none is there.
    pub(super) fn named(&self, names: &[String], meaning: &'static str) -> Result<Option<usize>, IngestError> {
        if names.is_empty() {
            return Ok(None);
        }
        let missing = || IngestError::ProfileColumn {
            path: self.path.to_path_buf(),
            profile: self.profile.name.clone(),
            wanted: names.join("` or `"),
            meaning,
            found: self.header.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        };
        names.iter().find_map(|name| self.place(name)).map(Some).ok_or_else(missing)
    }

    /// Place of a name or of a column's number.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        let by_name = self.header.iter().position(|column| !column.is_empty() && plain(column) == plain(name));
        by_name.or_else(|| {
            name.parse::<usize>()
                .ok()
                .and_then(|number| number.checked_sub(1))
                .filter(|&place| place < self.header.len())
        })
    }

    /// The column with one of the usual names.
    pub(super) fn usual(&self, names: &[&str]) -> Option<usize> {
        columns::find(&self.header, names)
    }

    /// Cells of a column.
    pub(super) fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        self.sample.column(self.first_row, column)
    }

    /// Where the usage point is named; the profile is filled in.
    pub(super) fn id_column(&mut self) -> Result<IdColumn, IngestError> {
        match &self.profile.usage_point_from {
            Some(IdSource::FileName) => {
                let name = self.path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let name = name.strip_suffix(".csv").or(name.strip_suffix(".txt")).unwrap_or(&name).to_owned();
                self.notes.note("usage point", name.clone(), "the file's name");
                return Ok(IdColumn::Fixed(name));
            }
            Some(IdSource::SheetName) => {
                let name = self.sheet_name().unwrap_or_default();
                self.notes.doubt(
                    "usage point",
                    name.clone(),
                    "the name of the sheet",
                    "the sheet may be called after something else; say `usage_point` in a profile if a column names the meter",
                );
                return Ok(IdColumn::Fixed(name));
            }
            Some(IdSource::TitleAfter(word)) => {
                let title = self.sample.rows.iter().take(self.first_row).flatten();
                let found = title
                    .filter_map(|cell| cell.split_once(word.as_str()))
                    .map(|(_, rest)| rest.trim_matches([' ', ':', '№', '#']))
                    .find(|rest| !rest.is_empty());
                let id = found.and_then(|rest| rest.split_whitespace().next()).unwrap_or_default().to_owned();
                self.notes.note("usage point", id.clone(), format!("after `{word}` in the title"));
                if !id.is_empty() {
                    return Ok(IdColumn::Fixed(id));
                }
            }
            None => {}
        }
        let column = match self.named(&self.profile.columns.usage_point, "usage_point")? {
            Some(column) => column,
            None => columns::require(self.path, &self.header, USAGE_POINT, "usage point")?,
        };
        let name = self.header[column].clone();
        let is_customer = columns::find(std::slice::from_ref(&name), columns::CUSTOMERS).is_some()
            && self.profile.columns.usage_point.is_empty();
        let shown = format!("column `{name}`");
        if is_customer {
            self.notes.doubt(
                "usage point",
                shown,
                "its name",
                "it may name a customer with several meters; say `usage_point` in a profile if another column names the meter",
            );
        } else {
            self.notes.note("usage point", shown, "its name");
        }
        self.profile.columns.usage_point = vec![name];
        Ok(IdColumn::At(column))
    }

    /// The form of the dates in a column or among `cells`; the profile is filled in.
    pub(super) fn date_form(&mut self, column: Option<usize>, cells: &[String]) -> Result<StampForm, IngestError> {
        if let Some(form) = self.profile.dates {
            return Ok(form);
        }
        let order = match column {
            // Real dates of a workbook are ISO text here and say nothing of those typed as text.
            Some(column)
                if self.is_sheet
                    && self
                        .cells(column)
                        .any(|cell| !cell.is_empty() && !StampForm::YearFirst.fits(cell.as_bytes())) =>
            {
                order_of(self.cells(column).filter(|cell| !StampForm::YearFirst.fits(cell.as_bytes())))
            }
            Some(column) => order_of(self.cells(column)),
            None => order_of(cells.iter().map(String::as_str)),
        };
        let (form, ground) = match (order, column) {
            (DateOrder::Form(form, ground), _) => (form, ground),
            (DateOrder::Unknown(..), Some(column)) if self.counts_days(column) => {
                (StampForm::SpreadsheetSerial, "days since 30 December 1899, as spreadsheets count them".to_owned())
            }
            (DateOrder::Unknown(place, text), _) => {
                return Err(IngestError::TimeFormat {
                    path: self.path.to_path_buf(),
                    row: (self.first_row + place + 1) as u64,
                    text,
                });
            }
            // No data row at all: any form will do, there is nothing to read.
            (DateOrder::NoStamp, _) => (StampForm::YearFirst, "no date".to_owned()),
            (DateOrder::Either(text), Some(column)) => match (self.whole)(column, self.sample.delimiter)? {
                Some(found) => found,
                None => return Err(either(self.path, text)),
            },
            (DateOrder::Either(text), None) => return Err(either(self.path, text)),
        };
        match column.filter(|&column| self.may_be_swapped(column, form)) {
            Some(_) => self.notes.doubt("dates", toml_word(form), ground, SWAPPED),
            None => self.notes.note("dates", toml_word(form), ground),
        }
        self.profile.dates = Some(form);
        Ok(form)
    }

    /// Whether all real dates of a sheet's column have days up to 12, and all dates typed as text
    /// later ones: so it is where a program took the first for month and day.
    fn may_be_swapped(&self, column: usize, form: StampForm) -> bool {
        let days = |form: StampForm| {
            self.cells(column)
                .filter_map(move |cell| form.day(cell.as_bytes()))
                .map(|day| day.date().day())
                .collect::<Vec<_>>()
        };
        let (real, typed) = (days(StampForm::YearFirst), days(form));
        let is_mixed = self.is_sheet && form != StampForm::YearFirst && real.len() >= 3 && typed.len() >= 3;
        is_mixed && real.iter().all(|day| *day <= 12) && typed.iter().all(|day| *day > 12)
    }

    /// Whether a column's cells are days in the count of spreadsheets.
    fn counts_days(&self, column: usize) -> bool {
        let filled = || self.cells(column).filter(|cell| !cell.is_empty());
        filled().next().is_some()
            && filled().all(|cell| super::super::stamp::spreadsheet_days(cell.as_bytes()).is_some())
    }

    /// Unit from the profile, else from the names of a column.
    pub(super) fn set_unit(&mut self, plan: &mut Plan, name: &str, fallback: Unit) {
        if self.profile.unit.is_some() {
            return;
        }
        let (unit, ground) = match super::headings::unit_in(name) {
            Some(unit) => (unit, format!("the name `{name}`")),
            None if fallback == Unit::Kw => (ValueUnit::Kw, format!("the name `{name}`")),
            None => (ValueUnit::Kwh, "no unit is named; kWh is usual".to_owned()),
        };
        let (of_plan, factor) = unit.scale();
        plan.unit = of_plan;
        plan.factor = factor * self.profile.multiplier.unwrap_or(1.0);
        if ground.starts_with("no unit") {
            self.notes.doubt("unit", toml_word(unit), ground, "values may be kW or Wh; say `unit` in a profile");
        } else {
            self.notes.note("unit", toml_word(unit), ground);
        }
        self.profile.unit = Some(unit);
    }

    /// Puts the side of the stamps into plan and profile.
    pub(super) fn set_side(&mut self, plan: &mut Plan, side: StampSide, step_min: u32) {
        self.profile.stamp = Some(side);
        plan.shift_s = if side == StampSide::End { i64::from(step_min) * 60 } else { 0 };
    }
}

/// A column that is missed, with the lines of a profile that would name it: exports of head-ends
/// are seldom edited by hand.
fn with_profile_lines(error: IngestError) -> IngestError {
    let IngestError::MissingColumn { path, meaning, found, hint } = error else { return error };
    let lines = match meaning {
        "usage point" => {
            "usage_point = [\"…\"]` below `[columns]`, or `usage_point_from = \"file_name\"` where no column names it"
        }
        "time stamp" => "timestamp = [\"…\"]` below `[columns]`",
        "energy" => "value = [\"…\"]` below `[columns]`, or `total = [\"…\"]` for a counter",
        _ => return IngestError::MissingColumn { path, meaning, found, hint },
    };
    // A hint that speaks of profiles already says it better.
    let hint = if hint.contains("profile") {
        hint
    } else {
        format!("{hint}, or leave the file as it is and write into a profile `{lines}")
    };
    IngestError::MissingColumn { path, meaning, found, hint }
}

fn either(path: &Path, text: String) -> IngestError {
    let day = |form: StampForm| form.day(text.as_bytes()).map(|day| day.to_string()).unwrap_or_default();
    let (day_first, month_first) = (day(StampForm::DayFirst), day(StampForm::MonthFirst));
    IngestError::DateOrder { path: path.to_path_buf(), text, day_first, month_first }
}

/// A unit enum as it is written in TOML.
pub(super) fn toml_word(value: impl serde::Serialize) -> String {
    toml::Value::try_from(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn all_names(columns: &Columns) -> Vec<String> {
    let Columns {
        usage_point, timestamp, date, time, value, kind, zone, total, tariffs, period_begin, period_end, ..
    } = columns;
    [usage_point, timestamp, date, time, value, kind, zone, total, tariffs, period_begin, period_end]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
}

/// The Irish trial has no header: three numbers a row, the second of five digits.
fn cer(sample: &Sample) -> Option<Profile> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_cer = |row: &Vec<String>| {
        row.len() == 3 && digits(&row[0]) && row[1].len() == 5 && digits(&row[1]) && row[2].parse::<f64>().is_ok()
    };
    let rows = sample.top();
    let known = super::super::mapping::PROFILES.iter().find(|known| known.name == "cer")?;
    (!rows.is_empty() && rows.iter().all(is_cer)).then(|| known.profile().ok()).flatten()
}
