//! Columns of transformer ratios: which they are, what their cells say, and whether the table
//! itself shows that they are still to be applied.
//!
//! A counter counts on the secondary side, so its ratio is applied: that of the current
//! transformers times that of the voltage transformers where both have a column. The energy of an
//! interval contains the ratio in some exports and not in others, so there it is told and left
//! alone. A table of both counters of a period with the energy between them checks itself: (end -
//! begin) × ratio is the energy, or it is not.

use super::counter_headings::is_energy_of_the_period;
use super::settler::Settler;
use crate::ingest::said;
use crate::ingest::tables::plan::CounterGroup;
use crate::ingest::text::columns::plain;
use crate::ingest::text::number::{Cell, cell};

/// Names of the whole ratio.
pub(crate) const WHOLE: [&str; 25] = [
    "Ктт*Ктн",
    "КТКН",
    "КттКтн",
    "Коэффициент трансформации",
    "Коэффициенты трансформации",
    "Коэф. трансформации",
    "Коэфф. трансформации",
    "К трансформации",
    "Расчётный коэффициент",
    "Расч. коэффициент",
    "Коэффициент учёта",
    "Коэффициент счётчика",
    "Коэффициент ПУ",
    "Коэффициент",
    "Коэффициенты",
    "Коэфф.",
    "Коэф.",
    "Ктр",
    "Кр",
    "Множитель",
    "Трансформация коэффициенті",
    "Есептік коэффициент",
    "ratio",
    "multiplier",
    "transformer_ratio",
];

/// Names of the ratio of current transformers.
const CURRENT: [&str; 7] = ["Ктт", "КТ", "К ТТ", "Коэффициент ТТ", "Коэффициент трансформации ТТ", "ct_ratio", "ct"];

/// Names of the ratio of voltage transformers.
const VOLTAGE: [&str; 7] =
    ["Ктн", "КН", "К ТН", "Коэффициент ТН", "Коэффициент трансформации ТН", "vt_ratio", "pt_ratio"];

/// Classes of accuracy, which are called КТ as well.
const CLASSES: [f64; 6] = [0.1, 0.2, 0.5, 1.0, 2.0, 2.5];

/// Largest ratio in use: 10,000/5 A behind 500 kV/100 V.
pub(crate) const MOST: f64 = 1e7;

/// What the table itself says of its ratios.
enum Check {
    /// So many rows hold their energy with the ratio in it.
    Applies(usize),
    /// So many rows hold their energy without.
    Without(usize),
    /// Neither.
    Disagrees(usize),
    /// Nothing to check with.
    None,
}

/// Columns of ratios by their usual names: the whole ratio, else that of the current and that
/// of the voltage transformers. One that the mapping ignores is none.
fn usual_ratios(table: &Settler<'_>, decimal_comma: bool) -> Vec<usize> {
    let find = |names: &[&str]| {
        let column = table.usual(names)?;
        let ignored = table.mapping.columns.ignore.iter().any(|name| plain(name) == plain(&table.header[column]));
        (!ignored && holds_ratios(table, column, decimal_comma)).then_some(column)
    };
    match find(&WHOLE) {
        Some(whole) => vec![whole],
        None => [&CURRENT, &VOLTAGE].into_iter().filter_map(|names| find(names)).collect(),
    }
}

/// Whether the cells of a column are ratios; classes of accuracy are not.
fn holds_ratios(table: &Settler<'_>, column: usize, decimal_comma: bool) -> bool {
    let cells: Vec<&str> = table.cells(column).filter(|cell| !cell.is_empty()).collect();
    let ratios: Vec<f64> = cells.iter().filter_map(|cell| ratio_in(cell, decimal_comma)).collect();
    let is_class = ratios.iter().any(|ratio| *ratio != 1.0) && ratios.iter().all(|ratio| CLASSES.contains(ratio));
    ratios.len() * 10 >= cells.len() * 9 && !ratios.is_empty() && !is_class
}

/// The columns whose product every counter of a row is multiplied by.
pub(crate) fn counter_ratios(
    table: &mut Settler<'_>,
    decimal_comma: bool,
    groups: &[CounterGroup],
) -> Result<Vec<usize>, crate::ingest::error::IngestError> {
    if let Some(named) = table.named(&table.mapping.columns.ratio, "ratio")? {
        return Ok(vec![named]);
    }
    let ratios = usual_ratios(table, decimal_comma);
    if ratios.is_empty() {
        return Ok(ratios);
    }
    let names = names_of(table, &ratios);
    let leave_out = said::doubt_ratio_leave_out(&quoted(table, &ratios));
    match compare_with_energy(table, &ratios, groups, decimal_comma) {
        Check::Applies(rows) => table.notes.note(
            "ratio",
            names,
            format!("times it, the difference of the counters is the energy in {rows} rows"),
        ),
        Check::Without(rows) => {
            let ground =
                format!("not applied: without it, the difference of the counters is the energy in {rows} rows");
            let apply = said::doubt_ratio_apply(&quoted(table, &ratios));
            table.notes.doubt("ratio", names, ground, apply);
            return Ok(Vec::new());
        }
        Check::Disagrees(rows) => {
            let ground = "its name; counters are multiplied by it";
            let doubt = said::doubt_ratio_disagrees(rows, leave_out);
            table.notes.doubt("ratio", names, ground, doubt);
        }
        Check::None if is_one(table, &ratios, decimal_comma) => table.notes.note("ratio", names, "its name; it is 1"),
        Check::None => table.notes.doubt("ratio", names, "its name; counters are multiplied by it", leave_out),
    }
    Ok(ratios)
}

/// Tells of a column of ratios beside the energy of intervals, which is left alone.
pub(crate) fn tell_of_ratios(table: &mut Settler<'_>, decimal_comma: bool) {
    if !table.mapping.columns.ratio.is_empty() {
        return;
    }
    let ratios = usual_ratios(table, decimal_comma);
    if ratios.is_empty() || is_one(table, &ratios, decimal_comma) {
        return;
    }
    let doubt = if ratios.len() == 1 {
        said::doubt_ratio_missing(&quoted(table, &ratios))
    } else {
        said::doubt_ratios_missing()
    };
    table.notes.doubt(
        "ratio",
        names_of(table, &ratios),
        "not applied: the energy of an interval mostly contains it",
        doubt,
    );
}

fn names_of(table: &Settler<'_>, columns: &[usize]) -> String {
    columns.iter().map(|&column| format!("column `{}`", table.header[column])).collect::<Vec<_>>().join(" times ")
}

pub(crate) fn quoted(table: &Settler<'_>, columns: &[usize]) -> String {
    columns.iter().map(|&column| format!("\"{}\"", table.header[column])).collect::<Vec<_>>().join(", ")
}

pub(crate) fn is_one(table: &Settler<'_>, ratios: &[usize], decimal_comma: bool) -> bool {
    ratios
        .iter()
        .all(|&column| table.cells(column).filter_map(|cell| ratio_in(cell, decimal_comma)).all(|ratio| ratio == 1.0))
}

/// Compares (end - begin) × ratio with the energy of the period, where a table has all of them.
fn compare_with_energy(table: &Settler<'_>, ratios: &[usize], groups: &[CounterGroup], decimal_comma: bool) -> Check {
    let energy = table.header.iter().position(|name| is_energy_of_the_period(name));
    let (Some(energy), [begin, end]) = (energy, groups) else { return Check::None };
    let (Some(begin), Some(end)) = (begin.total, end.total) else { return Check::None };
    let number = |row: &Vec<String>, column: usize| match cell(row.get(column)?.as_bytes(), decimal_comma) {
        Cell::Number(number) => Some(number),
        _ => None,
    };
    let (mut with, mut without, mut neither) = (0, 0, 0);
    for row in table.sample.rows.iter().skip(table.first_row) {
        let ratio: Option<f64> = ratios
            .iter()
            .map(|&column| row.get(column).map_or(Some(1.0), |cell| ratio_in(cell, decimal_comma)))
            .product();
        let (Some(ratio), Some(begin), Some(end), Some(energy)) =
            (ratio, number(row, begin), number(row, end), number(row, energy))
        else {
            continue;
        };
        let difference = end - begin;
        if ratio == 1.0 || difference == 0.0 {
            continue;
        }
        // Counters are printed to a tenth or a hundredth, energy to a whole.
        let is_energy = |kwh: f64| (kwh - energy).abs() <= 0.01 * energy.abs() + 1.0;
        match (is_energy(difference * ratio), is_energy(difference)) {
            (true, false) => with += 1,
            (false, true) => without += 1,
            (false, false) => neither += 1,
            (true, true) => {}
        }
    }
    match (with, without, neither) {
        (0, 0, 0) => Check::None,
        (1.., _, _) if with >= 9 * (without + neither) => Check::Applies(with),
        (_, 1.., _) if without >= 9 * (with + neither) => Check::Without(without),
        _ => Check::Disagrees(without + neither),
    }
}

/// The ratio in a cell: a number, or a product such as `40*60`, `40х60` or `Ктт=40; Ктн=1`. `None`
/// when it is neither.
pub(crate) fn ratio_in(text: &str, decimal_comma: bool) -> Option<f64> {
    let usable = |ratio: f64| (ratio > 0.0 && ratio <= MOST).then_some(ratio);
    match cell(text.trim().as_bytes(), decimal_comma) {
        Cell::Number(ratio) => return usable(ratio),
        Cell::Missing => return Some(1.0),
        Cell::Text => {}
    }
    let factor = |part: &str| {
        let number = part.rsplit('=').next().unwrap_or(part).trim();
        match cell(number.as_bytes(), decimal_comma) {
            Cell::Number(factor) => usable(factor),
            Cell::Missing | Cell::Text => None,
        }
    };
    let parts: Vec<&str> =
        text.split(['*', '×', '·', ';', 'x', 'X', 'х', 'Х']).map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > 2 || !(parts.len() == 2 || text.contains('=')) {
        return None;
    }
    parts.into_iter().map(factor).product::<Option<f64>>().and_then(usable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_numbers_or_products_of_two() {
        for (text, ratio) in [
            ("40", 40.0),
            ("", 1.0),
            ("1,5", 1.5),
            ("40*60", 2400.0),
            ("40 х 60", 2400.0),
            ("Ктт=40; Ктн=1", 40.0),
            ("Ктт=20", 20.0),
        ] {
            assert_eq!(ratio_in(text, true), Some(ratio), "{text}");
        }
        for text in ["0", "-40", "200/5", "нет", "40*", "Ктт", "1*2*3"] {
            assert_eq!(ratio_in(text, true), None, "{text}");
        }
    }
}
