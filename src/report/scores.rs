//! `scores.parquet`: every usage point with every statistic and the log-odds of every family.

use std::path::Path;

use polars::prelude::{Column, DataFrame, DataType, ParquetWriter};
use rayon::prelude::*;

use crate::disk;
use crate::domain::CivilDay;
use crate::findings::{Findings, ScoreRow};

use super::write_error::WriteError;

/// Rows made into columns at a time: memory does not grow with the number of usage points.
const ROWS_AT_A_TIME: usize = 1 << 18;

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
        .map(|(index, name)| single(&format!("llr_{name}"), &|row| row.llr[index]))
        .collect();
    columns.extend(statistics.into_iter().chain(families).chain([until]));
    DataFrame::new(rows.len(), columns)
}
