//! `scores.parquet`: every usage point with every statistic and the log-odds of every family.

use std::fs::File;
use std::path::Path;

use polars::prelude::{Column, DataFrame, DataType, ParquetWriter};

use crate::findings::{Findings, ScoreRow};

use super::WriteError;

/// Writes the scores.
pub(super) fn write(findings: &Findings, folder: &Path) -> Result<(), WriteError> {
    let path = folder.join("scores.parquet");
    let table_error = |source| WriteError::Table { path: path.clone(), source };
    let mut frame = DataFrame::new(findings.scores.len(), columns(findings).map_err(table_error)?).map_err(table_error)?;
    let file = File::create(&path).map_err(|source| WriteError::Io { path: path.clone(), source })?;
    ParquetWriter::new(file).finish(&mut frame).map_err(table_error)?;
    Ok(())
}

fn columns(findings: &Findings) -> Result<Vec<Column>, polars::error::PolarsError> {
    let rows = &findings.scores;
    let text = |name: &str, pick: fn(&ScoreRow) -> String| Column::new(name.into(), rows.iter().map(pick).collect::<Vec<String>>());
    let real = |name: &str, pick: &dyn Fn(&ScoreRow) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(|row| pick(row).filter(|value| value.is_finite())).collect::<Vec<Option<f64>>>())
    };
    let since = Column::new("since".into(), rows.iter().map(|row| row.since.map(|day| day.0)).collect::<Vec<Option<i32>>>());
    let mut columns = vec![
        text("usage_point", |row| row.usage_point.to_string()),
        real("log_odds", &|row| row.log_odds),
        real("probability", &|row| row.probability),
        real("q_value", &|row| row.q_value),
        real("hidden_kw", &|row| row.hidden_kw),
        since.cast(&DataType::Date)?,
        text("resolution", |row| row.resolution.label()),
        text("stratum", |row| row.stratum.clone()),
    ];
    for (index, name) in findings.statistic_names.iter().enumerate() {
        columns.push(real(name, &|row| row.statistics[index]));
    }
    for (index, name) in findings.family_names.iter().enumerate() {
        columns.push(real(&format!("llr_{name}"), &|row| row.llr[index]));
    }
    Ok(columns)
}
