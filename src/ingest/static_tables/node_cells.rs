//! Cells of a grid's rows that more than one form of it has: powers, and declared street lighting.

use super::text_table::TextTable;
use crate::domain::{Lighting, MeterSide, RejectCode};
use crate::ingest::said;

/// The largest power of a place, kW or kVA, and the least that is one: the largest power station
/// has 22,500,000 kW. Sums of larger ones lose all that is small.
const LARGEST_KW: f64 = 1e8;
const LEAST_KW: f64 = 1e-3;

/// Whether a number may be a power, kW or kVA.
pub(crate) fn is_power(kw: f64) -> bool {
    (LEAST_KW..=LARGEST_KW).contains(&kw)
}

/// Declared unmetered street lighting: `lighting_kw`, and `lighting_hours` where it does not burn
/// all night.
pub(crate) fn lighting(table: &mut TextTable, row: usize) -> Option<Lighting> {
    let kw =
        table.power(row, table.find("lighting_kw"), |kw| (0.0..=LARGEST_KW).contains(&kw)).filter(|kw| *kw > 0.0)?;
    let Some(text) = table.text(row, table.find("lighting_hours")) else {
        return Some(Lighting { kw, hours: Lighting::ALL_NIGHT });
    };
    let hours = Lighting::parse_hours(&text);
    if hours.is_none() {
        table.reject(row, RejectCode::CELL_UNREADABLE, said::burning(text));
    }
    Some(Lighting { kw, hours: hours.unwrap_or(Lighting::ALL_NIGHT) })
}

/// The side of a transformer on which its balance meter sits; not known where the cell says
/// something else.
pub(crate) fn side(table: &mut TextTable, row: usize, column: Option<usize>) -> Option<MeterSide> {
    let text = table.text(row, column)?;
    let side = MeterSide::parse(&text);
    if side.is_none() {
        table.reject(row, RejectCode::CELL_UNREADABLE, said::meter_side(text));
    }
    side
}
