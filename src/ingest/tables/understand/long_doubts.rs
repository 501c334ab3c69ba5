//! What else the values and rows of a long table may be.

use std::collections::{BTreeMap, BTreeSet};

use super::settler::Settler;
use crate::ingest::said;
use crate::ingest::tables::plan::{LongColumns, Plan, StampColumns};
use crate::ingest::text::number::{Cell, cell};
use crate::ingest::text::values::stands_for_missing;

/// Values that stand in many cells exactly and far above all others, or are the only ones below
/// zero, as numbers for missing do. Where programs write such a number for missing it is; any other
/// is told.
pub(crate) fn settle_sentinels(table: &mut Settler<'_>, plan: &mut Plan, columns: &[usize]) {
    let mut counts: BTreeMap<u64, (f64, usize)> = BTreeMap::new();
    for text in columns.iter().flat_map(|&column| table.cells(column)) {
        if let Cell::Number(number) = cell(text.as_bytes(), plan.decimal_comma) {
            counts.entry(number.to_bits()).or_insert((number, 0)).1 += 1;
        }
    }
    let mut numbers: Vec<(f64, usize)> = counts.into_values().collect();
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let has_decimals = numbers.iter().any(|(number, _)| number.fract() != 0.0);
    // The lowest and the highest of those that are left, one after the other.
    let (mut low, mut high) = (0, numbers.len());
    while high - low > 2 {
        let (lowest, highest) = (numbers[low], numbers[high - 1]);
        let is_alone = lowest.0 < 0.0 && numbers[low + 1].0 >= 0.0
            || stands_for_missing(lowest.0) && lowest.0 < 20.0 * numbers[low + 1].0.min(-1.0);
        let is_far_above = highest.0 > 20.0 * numbers[high - 2].0.max(1.0);
        let (number, count) = match () {
            () if is_alone && lowest.1 >= 3 && (lowest.0 == -1.0 || stands_for_missing(lowest.0)) => {
                low += 1;
                lowest
            }
            () if is_far_above && highest.1 >= 3 => {
                high -= 1;
                highest
            }
            () => return,
        };
        let is_missing = stands_for_missing(number) || (number == -1.0 && has_decimals);
        if is_missing && !plan.missing.iter().any(|word| word.parse() == Ok(number)) {
            take_for_missing(table, plan, columns, (number, count));
        } else if !is_missing {
            let ground = format!("{count} of the first rows hold it exactly, far from all others");
            let doubt = said::doubt_sentinel(number.to_string());
            table.notes.doubt("values", format!("{number} is energy"), ground, doubt);
        }
    }
}

/// Takes a number for missing, in all ways in which it is written.
fn take_for_missing(table: &mut Settler<'_>, plan: &mut Plan, columns: &[usize], (number, count): (f64, usize)) {
    let is_it = |text: &&str| cell(text.as_bytes(), plan.decimal_comma) == Cell::Number(number);
    let cells = columns.iter().flat_map(|&column| table.cells(column)).filter(is_it);
    let words: BTreeSet<String> = cells.map(str::to_owned).collect();
    let ground = format!("{count} of the first rows hold it exactly, far from all others");
    table.notes.doubt("values", format!("{number} is missing"), ground, said::doubt_missing(number.to_string()));
    table.mapping.missing.extend(words.iter().cloned());
    plan.missing.extend(words);
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
