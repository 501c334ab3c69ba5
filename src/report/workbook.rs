//! `report.xlsx`: the tables as sheets that can be filtered and sorted, and a dictionary of all
//! columns.
//!
//! Made from the one table of columns, in the language of the run. There are no formulas: every
//! cell is a value, and text that begins like a formula is text. The file holds no clock, so the
//! same findings give the same bytes.

use std::path::Path;

use rust_xlsxwriter::{
    Color, ConditionalFormatDataBar, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook,
    Worksheet, XlsxError,
};

use crate::disk;
use crate::domain::{CivilDay, Fact};
use crate::findings::Findings;

use super::cell::Cell;
use super::columns::TableOf;
use super::dictionary;
use super::language::Language;
use super::volt_columns::tables_of;
use super::words::tell;
use super::write_error::WriteError;

/// Sheets in their order, by the names of their tables.
const SHEETS: &[&str] =
    &["suspects", "addresses", "worklist", "nodes", "money", "regions", "cleared", "screening", "coverage", "faults"];
/// Lines of a sheet, at most: more are of no use to people, and the csv files have them.
const MOST_LINES: usize = 100_000;
/// Letters that a cell can hold.
const MOST_LETTERS: usize = 32_000;
/// Columns with bars behind their numbers.
const BARS: &[&str] = &["probability", "hidden_kw", "unmetered_kw", "expected_kwh"];
/// Width of columns of sentences, and of the widest others, in letters.
const SENTENCE_WIDTH: f64 = 60.0;
const WIDEST: f64 = 34.0;
/// Days from Excel's first day to that of `CivilDay`.
const EXCEL_EPOCH: i32 = 25_569;
/// Excel writes days before this one wrongly, and they are no readings.
const FIRST_DAY: CivilDay = CivilDay(0);

/// Formats of cells.
struct Formats {
    header: Format,
    text: Format,
    sentence: Format,
    integer: Format,
    day: Format,
    share: Format,
    title: Format,
}

impl Formats {
    fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        Self {
            header: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Top)
                .set_background_color(Color::RGB(0xE8_EC_F0))
                .set_border_bottom(FormatBorder::Thin),
            text: top(),
            sentence: top().set_text_wrap(),
            integer: top().set_num_format("#,##0"),
            day: top().set_num_format("yyyy-mm-dd"),
            share: top().set_num_format("0.000"),
            title: Format::new().set_bold().set_font_size(14.0),
        }
    }

    /// A number with this many digits after the point.
    fn real(digits: usize) -> Format {
        let pattern = if digits == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(digits)) };
        Format::new().set_align(FormatAlign::Top).set_num_format(pattern)
    }
}

/// Writes the workbook.
pub(super) fn write(findings: &Findings, folder: &Path) -> Result<(), WriteError> {
    let path = folder.join("report.xlsx");
    let language = Language::of_code(&findings.run.language).unwrap_or_default();
    let made = workbook(findings, language).and_then(|mut workbook| workbook.save_to_buffer());
    let bytes = made.map_err(|source| WriteError::Workbook { path: path.clone(), source })?;
    disk::write(&path, bytes).map_err(|source| WriteError::Io { path, source })
}

fn workbook(findings: &Findings, language: Language) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let made_on = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook
        .set_properties(&DocProperties::new().set_title(text(language, "suspects")).set_creation_datetime(&made_on));
    let formats = Formats::new();
    let mut cut = Vec::new();
    for name in SHEETS {
        let Some(table) = tables_of(findings).into_iter().find(|table| table.file.trim_end_matches(".csv") == *name)
        else {
            continue;
        };
        let total = fill(workbook.add_worksheet(), table, name, findings, language, &formats)?;
        if total > MOST_LINES {
            cut.push((text(language, name), total, table.file));
        }
    }
    dictionary_sheet(workbook.add_worksheet(), findings, language, &formats)?;
    about(workbook.add_worksheet(), findings, &cut, language, &formats)?;
    Ok(workbook)
}

/// A text of the workbook.
fn text(language: Language, key: &str) -> &'static str {
    language.texts().workbook.get(key).map_or("", String::as_str)
}

/// Fills a sheet with a table; returns the lines that the table has.
fn fill(
    sheet: &mut Worksheet,
    table: &TableOf,
    name: &str,
    findings: &Findings,
    language: Language,
    formats: &Formats,
) -> Result<usize, XlsxError> {
    sheet.set_name(text(language, name))?;
    let (header, cells) = ((table.header)(), (table.cells)(findings));
    let total = cells.first().map_or(0, Vec::len);
    let lines = total.min(MOST_LINES);
    for (place, ((column, _), cells)) in header.iter().zip(&cells).enumerate() {
        let place = place as u16;
        let title = language.title(column);
        sheet.write_string_with_format(0, place, &title, &formats.header)?;
        let mut widest = title.chars().count().min(16);
        for (line, cell) in cells.iter().take(lines).enumerate() {
            widest = widest.max(put(sheet, (line as u32 + 1, place), cell, language, formats)?);
        }
        let width =
            if cells.iter().any(Cell::is_said) { SENTENCE_WIDTH } else { (widest as f64 + 3.0).clamp(8.0, WIDEST) };
        sheet.set_column_width(place, width)?;
        if BARS.contains(column) && lines > 0 {
            let bar = ConditionalFormatDataBar::new().set_fill_color(Color::RGB(0xF2_B2_8C)).set_solid_fill(true);
            sheet.add_conditional_format(1, place, lines as u32, place, &bar)?;
        }
    }
    sheet.set_freeze_panes(1, frozen(name))?;
    sheet.autofilter(0, 0, lines as u32, header.len().max(1) as u16 - 1)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    Ok(total)
}

/// Columns that stay in sight: as far as the one that names the line.
fn frozen(name: &str) -> u16 {
    if matches!(name, "cleared" | "faults" | "coverage") { 1 } else { 2 }
}

/// Writes one cell; returns its length in letters.
fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    language: Language,
    formats: &Formats,
) -> Result<usize, XlsxError> {
    match cell {
        Cell::Said(_) | Cell::Facts(_) => {
            let told = told(cell.facts(), language);
            if !told.is_empty() {
                sheet.write_string_with_format(row, column, &told, &formats.sentence)?;
            }
            return Ok(told.chars().count());
        }
        Cell::Word(word) => {
            let word = language.word(word);
            sheet.write_string_with_format(row, column, &word, &formats.text)?;
            return Ok(word.chars().count());
        }
        Cell::Text(id) | Cell::Id(id) => sheet.write_string_with_format(row, column, short(id), &formats.text)?,
        Cell::Integer(number) => sheet.write_number_with_format(row, column, *number as f64, &formats.integer)?,
        Cell::Real(value, digits) => sheet.write_number_with_format(row, column, *value, &Formats::real(*digits))?,
        Cell::Share(value) => sheet.write_number_with_format(row, column, *value, &formats.share)?,
        Cell::Day(day) if *day >= FIRST_DAY => {
            sheet.write_number_with_format(row, column, f64::from(day.0 + EXCEL_EPOCH), &formats.day)?
        }
        Cell::Day(day) => sheet.write_string_with_format(row, column, day.to_string(), &formats.text)?,
        Cell::Flag(flag) => {
            let word = language.texts().page.get(if *flag { "yes" } else { "no" }).map_or("", String::as_str);
            sheet.write_string_with_format(row, column, word, &formats.text)?
        }
        Cell::Empty => return Ok(0),
    };
    Ok(cell.to_text().map_or(0, |text| text.chars().count()))
}

/// What a cell says, one fact a line.
fn told(facts: &[Fact], language: Language) -> String {
    let told: Vec<String> = facts.iter().map(|fact| tell(language, fact)).collect();
    short(&told.join("\n")).to_owned()
}

/// As much of a text as a cell can hold.
fn short(text: &str) -> &str {
    text.char_indices().nth(MOST_LETTERS).map_or(text, |(end, _)| &text[..end])
}

/// Every column of every file: its name there, its title here, and what it holds.
fn dictionary_sheet(
    sheet: &mut Worksheet,
    findings: &Findings,
    language: Language,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.set_name(text(language, "dictionary"))?;
    for (column, key) in ["file", "column", "title", "meaning"].into_iter().enumerate() {
        let title = if key == "file" { language.title("file") } else { text(language, key).to_owned() };
        sheet.write_string_with_format(0, column as u16, title, &formats.header)?;
    }
    let mut row = 0;
    for (file, name, meaning) in dictionary::columns(findings) {
        row += 1;
        let (title, meaning) = (language.title(&name), language.meaning(file, &name, meaning).to_owned());
        let cells = [file.to_owned(), name, title, meaning];
        for (column, text) in cells.iter().enumerate() {
            sheet.write_string_with_format(row, column as u16, text, &formats.sentence)?;
        }
    }
    for (column, width) in [18.0, 26.0, 34.0, 90.0].into_iter().enumerate() {
        sheet.set_column_width(column as u16, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofilter(0, 0, row, 3)?;
    Ok(())
}

/// What the workbook is, what it claims, and what it rests on.
fn about(
    sheet: &mut Worksheet,
    findings: &Findings,
    cut: &[(&str, usize, &str)],
    language: Language,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.set_name(text(language, "about"))?;
    sheet.set_column_width(0, 110.0)?;
    let page = |key: &str| language.texts().page.get(key).cloned().unwrap_or_default();
    sheet.write_string_with_format(0, 0, page("title"), &formats.title)?;
    let run = &findings.run;
    let innocents = findings.expected_innocents();
    let filled = |key: &str, parts: &[(&str, String)]| super::language::filled(text(language, key), parts);
    let mut lines = Vec::new();
    if run.synthetic {
        lines.push(page("synthetic"));
    }
    lines.push(filled(
        "listed",
        &[("listed", findings.suspects.len().to_string()), ("innocents", language.number(&format!("{innocents:.1}")))],
    ));
    lines.extend([
        page("what_a_line_claims"),
        page("no_guilt"),
        page("means_1"),
        page("means_3"),
        page("means_not_1"),
        page("means_not_2"),
    ]);
    lines.extend([text(language, "formulas").to_owned(), format!("darkload {}", run.version)]);
    lines.extend(findings.notes.iter().map(|note| tell(language, note)));
    let rows = |rows: usize| rows.to_string();
    let words = |(sheet, total, file): &(&str, usize, &str)| {
        filled(
            "cut",
            &[
                ("sheet", (*sheet).to_owned()),
                ("rows", rows(MOST_LINES)),
                ("total", rows(*total)),
                ("file", (*file).to_owned()),
            ],
        )
    };
    lines.extend(cut.iter().map(words));
    // Digests of the files stand in `run.toml` and on the page: the workbook does not depend on how
    // readings are written.
    lines.push(page("repeat"));
    for (row, line) in lines.iter().enumerate() {
        sheet.write_string_with_format(row as u32 + 2, 0, line, &formats.sentence)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx, open_workbook};

    use super::*;
    use crate::findings::{FindingKind, SuspectRow};

    fn findings(language: &str) -> Findings {
        let row = SuspectRow {
            rank: 1,
            address: Some("=HYPERLINK(\"http://example.org\")".to_owned()),
            probability: Some(0.912),
            hidden_kw: Some(3.5),
            since: CivilDay::parse("2025-04-18"),
            criteria: vec![Fact { code: "money.even".into(), parts: Vec::new() }],
            ..SuspectRow::nothing_found("+7701".into(), FindingKind::MeteredHiddenLoad)
        };
        let mut findings = Findings { suspects: vec![row], ..Findings::default() };
        findings.run.language = language.to_owned();
        findings
    }

    fn sheets(language: &str) -> (tempfile::TempDir, Xlsx<std::io::BufReader<std::fs::File>>) {
        let folder = tempfile::tempdir().unwrap();
        write(&findings(language), folder.path()).unwrap();
        let book = open_workbook(folder.path().join("report.xlsx")).unwrap();
        (folder, book)
    }

    #[test]
    fn what_starts_like_a_formula_is_text_and_numbers_are_numbers() {
        let (_keep, mut book) = sheets("en");
        let list = book.worksheet_range("Usage points").unwrap();
        let cell = |column: &str| {
            let place =
                list.rows().next().unwrap().iter().position(|cell| *cell == Data::String(column.to_owned())).unwrap();
            list.rows().nth(1).unwrap()[place].clone()
        };
        assert_eq!(cell("Usage point"), Data::String("+7701".into()));
        assert_eq!(cell("Address"), Data::String("=HYPERLINK(\"http://example.org\")".into()));
        assert_eq!(cell("Probability"), Data::Float(0.912));
        assert!(
            matches!(cell("Since"), Data::DateTime(day) if (day.as_f64() - 45_765.0).abs() < 1e-9),
            "2025-04-18 is day 45765 of Excel"
        );
        assert!(book.worksheet_formula("Usage points").unwrap().is_empty());
    }

    #[test]
    fn sheets_speak_the_language_of_the_run() {
        let (_keep, mut book) = sheets("ru");
        let list = book.worksheet_range("Точки учёта").unwrap();
        let line: Vec<String> = list.rows().nth(1).unwrap().iter().map(ToString::to_string).collect();
        assert!(line.contains(&"нагрузка, похожая на ферму (учтена счётчиком)".to_owned()), "{line:?}");
        assert!(line.iter().any(|cell| cell.starts_with("энергия нагрузки")), "{line:?}");
    }

    #[test]
    fn the_dictionary_holds_every_column_of_every_file() {
        let (_keep, mut book) = sheets("kk");
        let rows = book.worksheet_range("Деректер сөздігі").unwrap().height() - 1;
        assert_eq!(rows, dictionary::columns(&Findings::default()).len());
    }

    #[test]
    fn the_same_findings_give_the_same_bytes() {
        let bytes = || {
            let folder = tempfile::tempdir().unwrap();
            write(&findings("en"), folder.path()).unwrap();
            std::fs::read(folder.path().join("report.xlsx")).unwrap()
        };
        assert!(bytes() == bytes());
    }
}
