//! `screening.csv`: usage points whose data cannot carry a probability.

use crate::domain::{Fact, UsagePointId};
use crate::evidence::TESTS;
use crate::findings::SuspectRow;
use crate::metered::Metered;
use crate::series::RegisterLoad;

use super::list_setting::ListSetting;
use super::said;
use super::score_rows::register_only;
use super::suspect_rows::place_row;

/// Usage points that cannot carry a probability, largest excess over their peers first: a list to
/// look at, not a finding.
pub(crate) fn screening_rows(metered: &Metered, registers: &[RegisterLoad], setting: &ListSetting) -> Vec<SuspectRow> {
    let mut rows: Vec<(f64, SuspectRow)> = register_only(metered, registers)
        .map(|load| screening_row(&load.usage_point, load.mean_kw, &said::registers_only(), metered, setting))
        .collect();
    let ground = if metered.calibration.is_some() { said::few_days() } else { said::few_points() };
    for point in metered.points.iter().filter(|point| point.ledger.is_none()) {
        if let Some(mean_kw) = point.mean_kw {
            rows.push(screening_row(&point.usage_point, mean_kw, &ground, metered, setting));
        }
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.usage_point.cmp(&b.1.usage_point)));
    rows.into_iter().enumerate().map(|(index, (_, row))| SuspectRow { rank: index as u64 + 1, ..row }).collect()
}

fn screening_row(
    id: &UsagePointId,
    mean_kw: f64,
    ground: &Fact,
    metered: &Metered,
    setting: &ListSetting,
) -> (f64, SuspectRow) {
    let usual_kw = metered.bench.usual_kw(&metered.bench.facts(id).stratum());
    let mut row = place_row(id, setting);
    let excess_kw = mean_kw - usual_kw.unwrap_or(mean_kw);
    row.evidence_for.push(match usual_kw {
        Some(usual) => said::size_screened(mean_kw, mean_kw / usual),
        None => said::size_alone(mean_kw),
    });
    row.tests_missing = TESTS.iter().map(|test| said::not_tested(test.family, ground.clone())).collect();
    (excess_kw, row)
}
