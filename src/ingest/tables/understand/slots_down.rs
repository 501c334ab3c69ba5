//! Whether days stand across, and the slots of a day down.

use std::collections::BTreeSet;

use super::period::days_in;
use super::settler::Settler;
use super::slot_name::{SlotName, slot_name};
use crate::ingest::text::columns::{self, TIME, USAGE_POINT};

/// Fewest days across.
const FEWEST_DAYS: usize = 2;

/// The column of slots; `None` where days do not stand across.
pub(crate) fn slots_down(table: &Settler<'_>) -> Option<usize> {
    let days = days_of(table);
    if days.len() < FEWEST_DAYS {
        return None;
    }
    let first = days.iter().map(|(column, _)| *column).min()?;
    (0..first).find(|&column| holds_slots(table, column))
}

/// Whether the cells of a column are the slots of a day, but for a few that are words. Bare numbers
/// may be those of meters: their heading says that they are not, or is blank.
fn holds_slots(table: &Settler<'_>, column: usize) -> bool {
    let cells: Vec<&str> = table.cells(column).filter(|cell| !cell.is_empty()).take(400).collect();
    let names: Vec<SlotName> = cells.iter().filter_map(|cell| slot_name(cell)).collect();
    let distinct = names.iter().map(|name| format!("{name:?}")).collect::<BTreeSet<_>>().len();
    let is_bare = cells.iter().all(|cell| cell.bytes().all(|byte| byte.is_ascii_digit()));
    let heading = &table.header[column];
    let is_named = heading.is_empty() || columns::find(std::slice::from_ref(heading), TIME).is_some();
    let begins_day = match names.first() {
        Some(SlotName::Numbered(_, number)) => *number <= 1,
        Some(SlotName::Clock(minute)) => *minute <= 60,
        None => false,
    };
    table.usual(USAGE_POINT) != Some(column)
        && names.len() * 10 >= cells.len() * 9
        && matches!(distinct, 23..=25 | 46..=50 | 92..=100)
        && begins_day
        && (is_named || !is_bare)
}

/// Columns whose headings are days and nothing else.
pub(crate) fn days_of(table: &Settler<'_>) -> Vec<(usize, String)> {
    let is_day = |name: &str| days_in(name).len() == 1 && !name.contains(':') && !name.contains(char::is_alphabetic);
    table.header.iter().cloned().enumerate().filter(|(_, name)| is_day(name) && !table.is_ignored(name)).collect()
}
