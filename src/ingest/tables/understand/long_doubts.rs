//! What else the values and rows of a long table may be.

use std::collections::{BTreeMap, BTreeSet};

use super::settler::Settler;
use crate::ingest::said;
use crate::ingest::tables::plan::{LongColumns, Plan, StampColumns};
use crate::ingest::text::number::{Cell, cell};

/// Values that stand in many cells exactly and far above all others, or are the only ones below
/// zero, as words for missing do.
pub(crate) fn doubt_sentinels(table: &mut Settler<'_>, plan: &Plan, column: usize) {
    let mut counts: BTreeMap<u64, (f64, usize)> = BTreeMap::new();
    for text in table.cells(column) {
        if let Cell::Number(number) = cell(text.as_bytes(), plan.decimal_comma) {
            counts.entry(number.to_bits()).or_insert((number, 0)).1 += 1;
        }
    }
    let mut numbers: Vec<(f64, usize)> = counts.into_values().collect();
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let is_sentinel = |place: usize| {
        let (number, count) = numbers[place];
        let is_lone_negative = number == -1.0 && place == 0 && numbers.get(1).is_some_and(|next| next.0 >= 0.0);
        let is_far_above = place > 0 && place + 1 == numbers.len() && number > 20.0 * numbers[place - 1].0.max(1.0);
        count >= 3 && (is_lone_negative || is_far_above)
    };
    let found = [0, numbers.len().saturating_sub(1)].into_iter().find(|&place| numbers.len() > 2 && is_sentinel(place));
    if let Some(place) = found {
        let (number, count) = numbers[place];
        let doubt = said::doubt_sentinel(number.to_string());
        table.notes.doubt(
            "values",
            format!("{number} is energy"),
            format!("{count} of the first rows hold it exactly, far from all others"),
            doubt,
        );
    }
}

/// Several rows of one usage point, one channel and one stamp: some column that tells them
/// apart was not understood.
pub(crate) fn doubt_repeated_stamps(table: &mut Settler<'_>, long: &LongColumns, id: Option<usize>) {
    let (date, time) = match long.stamp {
        StampColumns::One(date) => (date, None),
        StampColumns::Two(date, time) => (date, Some(time)),
    };
    let key: Vec<usize> = [id, Some(date), time, long.channel, long.kind].into_iter().flatten().collect();
    let rows: Vec<Vec<&str>> = table
        .sample
        .rows
        .iter()
        .skip(table.first_row)
        .filter(|row| row.len() > date)
        .map(|row| key.iter().map(|&column| row.get(column).map_or("", String::as_str)).collect())
        .collect();
    let distinct = rows.iter().collect::<BTreeSet<_>>().len();
    if rows.len() >= 10 && distinct * 10 < rows.len() * 8 {
        let ground =
            format!("{} of {} rows repeat usage point and stamp of another", rows.len() - distinct, rows.len());
        table.notes.doubt("rows", "one reading each", ground, said::doubt_repeated());
    }
}
