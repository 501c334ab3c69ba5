//! The column of a table that tells the unit of each row.

use super::headings::unit_in;
use super::row_columns::FEW;
use super::settler::Settler;
use crate::ingest::text::columns::UNIT;

/// The column that tells the unit of each row: by its name, or because all its cells are units and
/// nothing else. A letter alone may be a season or a state.
pub(crate) fn unit_column(table: &Settler<'_>) -> Option<usize> {
    let holds_units = |column: &usize| {
        let mut cells = table.cells(*column).map(str::trim).filter(|cell| !cell.is_empty()).take(FEW).peekable();
        cells.peek().is_some()
            && cells.all(|cell| {
                let letters = cell.chars().all(|c| c.is_alphabetic() || matches!(c, '*' | '·' | ' ' | '.'));
                letters && (2..=8).contains(&cell.chars().count()) && unit_in(cell).is_some()
            })
    };
    table.usual(UNIT).or_else(|| (0..table.header.len()).find(holds_units))
}
