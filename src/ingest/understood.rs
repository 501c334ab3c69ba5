//! What the files of a run were taken for, how many ids of tables and readings are the same, and
//! the refusal of a table that fits nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::IngestError;
use super::readings::FileSummary;
use super::static_tables::keys::{find_key, key_heading};
use super::static_tables::table::{Table, TakenColumn};
use crate::domain::{Calendar, CivilDay, Minute, Timestamp, UsagePointId};

/// A share of the ids below which another column is asked for, and how many times more ids it must
/// hold.
const FEW: u64 = 20;

/// What the files of one kind were taken for, and how much of them was used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Understood {
    /// `readings`, or the name of a static table.
    pub role: String,
    /// Format of readings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Sheet of a workbook that holds a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Files of the kind.
    pub files: u64,
    /// Rows of data.
    pub rows: u64,
    /// Rows that were used, in part or whole; of readings all that were read.
    pub used: u64,
    /// Usage points in it, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_points: Option<u64>,
    /// Those of them that the readings hold; of readings, those that were judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched: Option<u64>,
    /// Headings and what they were taken for, as pairs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<(String, String)>,
    /// Headings of columns that were left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_alone: Vec<String>,
}

/// A table as it was read, before its ids are held against those of the readings.
#[must_use]
pub fn table_understood<T>(role: &str, table: &Table<T>) -> Understood {
    let (taken, left): (Vec<_>, Vec<_>) = table.columns.iter().partition(|column| column.taken_for.is_some());
    let pair = |column: &&TakenColumn| (column.heading.clone(), column.taken_for.unwrap_or_default().to_owned());
    Understood {
        role: role.to_owned(),
        sheet: table.sheet.clone(),
        files: 1,
        rows: table.rows,
        used: table.used,
        columns: taken.iter().map(pair).collect(),
        left_alone: left.iter().map(|column| column.heading.clone()).collect(),
        ..Understood::default()
    }
}

/// Readings by format, in the order of their names.
#[must_use]
pub fn readings_understood(summaries: &[FileSummary]) -> Vec<Understood> {
    let mut by_format: BTreeMap<&str, Understood> = BTreeMap::new();
    for summary in summaries {
        let format = by_format.entry(summary.format).or_default();
        format.files += 1;
        format.rows += summary.rows;
        format.used += summary.rows;
    }
    let named = |(format, understood): (&str, Understood)| Understood {
        role: "readings".to_owned(),
        format: Some(format.to_owned()),
        ..understood
    };
    by_format.into_iter().map(named).collect()
}

/// Refuses a period of which the readings, that lie between the two minutes, hold nothing.
///
/// # Errors
/// Names the days that the readings hold.
pub fn check_period(
    period: Option<(CivilDay, CivilDay)>,
    held: Option<(Minute, Minute)>,
    calendar: &Calendar,
) -> Result<(), IngestError> {
    let (Some((from, to)), Some((first, last))) = (period, held) else { return Ok(()) };
    let day = |at: Minute| calendar.day(Timestamp::from(at));
    Err(IngestError::EmptyPeriod {
        from: from.to_string(),
        to: to.to_string(),
        held: format!("{}..{}", day(first), day(last)),
    })
}

/// Completes what was understood of a table by how many of its usage points the readings hold:
/// `held` in the table, `matched` of them in the readings, which have the ids `read`.
///
/// # Errors
/// When the table fits nobody; the message says which column would fit, where one does.
pub fn match_ids(
    understood: &mut [Understood],
    (table, path): (&'static str, &Path),
    (held, matched): (usize, usize),
    read: &[&UsagePointId],
) -> Result<(), IngestError> {
    let (held, matched) = (held as u64, matched as u64);
    if let Some(understood) = understood.iter_mut().find(|understood| understood.role == table) {
        (understood.usage_points, understood.matched) = (Some(held), Some(matched));
    }
    if held > 0 && !read.is_empty() && matched * FEW < held {
        fits_nobody(path, table, (matched, held), read)
    } else {
        Ok(())
    }
}

/// Refuses a table of which no id is among the readings, or of which another column holds many
/// times more.
fn fits_nobody(
    path: &Path,
    table: &'static str,
    (matched, held): (u64, u64),
    read: &[&UsagePointId],
) -> Result<(), IngestError> {
    let ids: BTreeSet<&str> = read.iter().map(|id| &***id).collect();
    let found = find_key(path, table, &ids)?.filter(|key| key.matched > FEW * matched);
    if matched > 0 && found.is_none() {
        return Ok(());
    }
    let key = key_heading(path, table)?.unwrap_or_default();
    let advice = match found {
        Some(found) if found.but_for_zeros => {
            let example = found.example.map_or(String::new(), |(cell, id)| format!(", as `{cell}` is `{id}`"));
            format!(
                "{} rows of its column `{}` are but for zeros in front{example}: write the column as text with the \
                 zeros of the readings",
                found.matched, found.heading
            )
        }
        Some(found) => {
            format!(
                "but {} rows of its column `{}` are: call that column `usage_point` and `{key}` something else",
                found.matched, found.heading
            )
        }
        None => {
            let first = read.first().map_or("", |id| id.as_ref());
            format!(
                "the readings have such as `{first}`, and no column of the table holds any: give the table with the \
                 ids of the readings, or leave it out"
            )
        }
    };
    let few = if matched == 0 { "none".to_owned() } else { format!("only {matched}") };
    let told = format!(
        "{few} of its {held} usage points (column `{key}`) is among the {} of the readings; {advice}",
        read.len()
    );
    Err(IngestError::FitsNobody { path: path.to_path_buf(), table, told })
}
