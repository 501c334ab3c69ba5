//! `scores.parquet`: every usage point with every statistic and the log-odds of every family.
//!
//! [`dictionary`] explains its columns; statistics explain themselves, where they are registered.

use std::path::Path;

use polars::prelude::{Column, DataFrame, DataType, ParquetWriter};
use rayon::prelude::*;

use crate::disk;
use crate::domain::CivilDay;
use crate::evidence::{TESTS, statistics};
use crate::findings::{Findings, ScoreRow};

use crate::judgement::score_rows::family_names;

use super::write_error::WriteError;

/// Rows made into columns at a time: memory does not grow with the number of usage points.
const ROWS_AT_A_TIME: usize = 1 << 18;

/// Columns before the statistics, and the one behind the log-odds.
const FIRST: [(&str, &str); 8] = [
    ("usage_point", "the meter"),
    ("log_odds", "natural logarithm of the odds of a hidden farm, uncapped; empty = nothing could be tested"),
    ("probability", "probability of a farm under the stated prior and the planted farms, 0 to 1"),
    ("q_value", "expected share of innocents down to here in the order of log_odds, 0 to 1"),
    ("hidden_kw", "mean power of the hidden load while it runs, kW; empty where a farm is too unlikely"),
    ("since", "first day of the load; empty = there from the first reading, or none"),
    ("resolution", "how fine the readings are: minutes, daily or register"),
    ("stratum", "group of usage points that it was compared with"),
];
const UNTIL: (&str, &str) = ("until", "last day of the load; empty = it runs on the last days judged");
/// What is before the name of a family or of a step of the ledger.
const LOG_ODDS: &str = "llr_";
const OF_FAMILY: &str = "log-odds that this family of evidence adds (natural logarithm); empty = not testable";
const OF_STEP: &str = "log-odds that this step of the ledger adds (natural logarithm); empty = nothing to say";

/// Every column in its order, and what it holds.
pub(super) fn dictionary() -> Vec<(String, &'static str)> {
    let own = |(name, meaning): (&str, &'static str)| (name.to_owned(), meaning);
    let is_family = |name: &str| TESTS.iter().any(|test| test.family == name);
    let statistics = statistics().map(|(_, statistic)| (statistic.name.to_owned(), statistic.meaning));
    let entries = family_names()
        .into_iter()
        .map(|name| (format!("{LOG_ODDS}{name}"), if is_family(name) { OF_FAMILY } else { OF_STEP }));
    FIRST.into_iter().map(own).chain(statistics).chain(entries).chain([own(UNTIL)]).collect()
}

/// Writes the scores.
pub(super) fn write(findings: &Findings, folder: &Path) -> Result<(), WriteError> {
    let path = folder.join("scores.parquet");
    let table_error = |source| WriteError::Table { path: path.clone(), source };
    let file = disk::create(&path).map_err(|source| WriteError::Io { path: path.clone(), source })?;
    let first = frame(findings, &findings.scores[..findings.scores.len().min(ROWS_AT_A_TIME)]).map_err(table_error)?;
    let mut writer = ParquetWriter::new(file).batched(first.schema()).map_err(table_error)?;
    writer.write_batch(&first).map_err(table_error)?;
    for rows in findings.scores.chunks(ROWS_AT_A_TIME).skip(1) {
        writer.write_batch(&frame(findings, rows).map_err(table_error)?).map_err(table_error)?;
    }
    writer.finish().map_err(table_error)?;
    Ok(())
}

fn frame(findings: &Findings, rows: &[ScoreRow]) -> Result<DataFrame, polars::error::PolarsError> {
    let real = |name: &str, pick: fn(&ScoreRow) -> Option<f64>| {
        Column::new(
            name.into(),
            rows.iter().map(|row| pick(row).filter(|value| value.is_finite())).collect::<Vec<Option<f64>>>(),
        )
    };
    let single = |name: &str, pick: &(dyn Fn(&ScoreRow) -> f32 + Sync)| {
        Column::new(
            name.into(),
            rows.iter().map(pick).map(|value| value.is_finite().then_some(value)).collect::<Vec<Option<f32>>>(),
        )
    };
    let resolutions: Vec<String> = rows.iter().map(|row| row.resolution.label()).collect();
    let day = |name: &str, pick: fn(&ScoreRow) -> Option<CivilDay>| {
        Column::new(name.into(), rows.iter().map(|row| pick(row).map(|day| day.0)).collect::<Vec<Option<i32>>>())
            .cast(&DataType::Date)
    };
    let mut columns = vec![
        Column::new("usage_point".into(), rows.iter().map(|row| &*row.usage_point).collect::<Vec<&str>>()),
        real("log_odds", |row| row.log_odds),
        real("probability", |row| row.probability),
        real("q_value", |row| row.q_value),
        real("hidden_kw", |row| row.hidden_kw),
        day("since", |row| row.since)?,
        Column::new("resolution".into(), resolutions),
        Column::new("stratum".into(), rows.iter().map(|row| &*row.stratum).collect::<Vec<&str>>()),
    ];
    let until = day("until", |row| row.until)?;
    let statistics: Vec<Column> = findings
        .statistic_names
        .par_iter()
        .enumerate()
        .map(|(index, name)| single(name, &|row| row.statistics[index]))
        .collect();
    let families: Vec<Column> = findings
        .family_names
        .par_iter()
        .enumerate()
        .map(|(index, name)| single(&format!("{LOG_ODDS}{name}"), &|row| row.llr[index]))
        .collect();
    columns.extend(statistics.into_iter().chain(families).chain([until]));
    DataFrame::new(rows.len(), columns)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::findings::Resolution;

    #[test]
    fn every_column_is_explained_in_its_place() {
        let row = ScoreRow {
            usage_point: "A".into(),
            log_odds: None,
            probability: None,
            q_value: None,
            hidden_kw: None,
            since: None,
            until: None,
            resolution: Resolution::Daily,
            stratum: Arc::from("all"),
            statistics: vec![f32::NAN; statistics().count()].into(),
            llr: vec![f32::NAN; family_names().len()].into(),
        };
        let findings = Findings {
            statistic_names: statistics().map(|(_, statistic)| statistic.name).collect(),
            family_names: family_names(),
            ..Findings::default()
        };
        let frame = frame(&findings, &[row]).unwrap();
        let names: Vec<String> = frame.get_column_names().into_iter().map(ToString::to_string).collect();
        assert_eq!(names, dictionary().into_iter().map(|(name, _)| name).collect::<Vec<_>>());
        assert!(dictionary().iter().all(|(_, meaning)| !meaning.is_empty()));
    }
}
