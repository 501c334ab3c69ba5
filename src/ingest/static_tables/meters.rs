//! The table of meters: ratios of current and voltage transformers, with dates.

use std::collections::BTreeMap;
use std::path::Path;

use super::headings::METERS;
use super::table::Table;
use super::text_table::TextTable;
use crate::domain::{Calendar, MeterRatio, RejectCode, UsagePointId};
use crate::ingest::error::IngestError;
use crate::ingest::said;

/// Largest ratio in use: 10,000/5 A behind 500 kV/100 V.
const MOST_RATIO: f64 = 1e7;

/// Reads the table of meters: `usage_point`, `ct_ratio`, `vt_ratio` (empty = 1), `valid_from`,
/// `valid_to`. One row for each ratio that a meter had; of rows that hold on one day the later
/// counts.
///
/// # Errors
/// When the file cannot be used as a whole, or says no ratio.
pub fn read_meters(
    path: &Path,
    calendar: &Calendar,
) -> Result<Table<BTreeMap<UsagePointId, Vec<MeterRatio>>>, IngestError> {
    let mut table = TextTable::read(path, &METERS)?;
    let id = table.require("usage_point")?;
    let current = table.require("ct_ratio")?;
    let [voltage, from, to] = ["vt_ratio", "valid_from", "valid_to"].map(|name| table.find(name));
    let mut meters: BTreeMap<UsagePointId, Vec<MeterRatio>> = BTreeMap::new();
    for row in table.rows() {
        let Some(usage_point) = table.text(row, Some(id)) else {
            table.reject_row(row, RejectCode::ID_EMPTY, said::id_empty());
            continue;
        };
        let is_ratio = |ratio: f64| ratio > 0.0 && ratio <= MOST_RATIO;
        let ratio = table.number(row, Some(current), is_ratio).unwrap_or(1.0)
            * table.number(row, voltage, is_ratio).unwrap_or(1.0);
        let ratio =
            MeterRatio { ratio, valid_from: table.date(row, from, calendar), valid_to: table.date(row, to, calendar) };
        meters.entry(UsagePointId::from(usage_point)).or_default().push(ratio);
    }
    table.finish(meters)
}
