//! `screening.csv`: usage points whose data cannot carry a probability.

use crate::domain::{Fact, UsagePointId};
use crate::evidence::TESTS;
use crate::findings::SuspectRow;
use crate::metered::{Metered, MonthlyOdds, monthly_odds};
use crate::series::RegisterLoad;

use super::list_setting::ListSetting;
use super::said;
use super::score_rows::register_only;
use super::suspect_rows::place_row;

/// Log-odds that are told of months at most: a year of energies knows no more than a thousand to
/// one.
const MOST_TOLD: f64 = 6.9;
/// Rows that a summary tells at most.
const MOST_FIRST: usize = 5;

/// Usage points that cannot carry a probability: a list to look at, not a finding. First those
/// whose year of monthly energies speaks for a farm, by how much it does; then the others by their
/// excess over their peers.
pub(crate) fn screening(metered: &Metered, registers: &[RegisterLoad], setting: &ListSetting) -> Screening {
    let odds = monthly_odds(register_only(metered, registers), &metered.bench);
    let mut rows: Vec<(Worth, SuspectRow)> = Vec::new();
    for load in register_only(metered, registers) {
        let (excess_kw, mut row) =
            screening_row(&load.usage_point, load.mean_kw, &said::registers_only(), metered, setting);
        let odds = odds.get(&load.usage_point);
        if let Some(odds) = odds {
            tell_months(odds, &mut row);
        }
        let by_months = odds.map(|odds| odds.log_odds).filter(|log_odds| *log_odds > 0.0);
        rows.push((Worth { by_months: by_months.unwrap_or(0.0), excess_kw }, row));
    }
    let ground = if metered.calibration.is_some() { said::few_days() } else { said::few_points() };
    for point in metered.points.iter().filter(|point| point.ledger.is_none()) {
        if let Some(mean_kw) = point.mean_kw {
            let (excess_kw, row) = screening_row(&point.usage_point, mean_kw, &ground, metered, setting);
            rows.push((Worth { by_months: 0.0, excess_kw }, row));
        }
    }
    let order = |a: &Worth, b: &Worth| b.by_months.total_cmp(&a.by_months).then(b.excess_kw.total_cmp(&a.excess_kw));
    rows.sort_by(|a, b| order(&a.0, &b.0).then_with(|| a.1.usage_point.cmp(&b.1.usage_point)));
    let told = rows.iter().take(MOST_FIRST).filter(|(worth, _)| worth.by_months > 0.0);
    let first = told.map(|(worth, row)| said::candidate_months(&row.usage_point, times(worth.by_months))).collect();
    let number = |(index, (_, row)): (usize, (Worth, SuspectRow))| SuspectRow { rank: index as u64 + 1, ..row };
    Screening { rows: rows.into_iter().enumerate().map(number).collect(), first }
}

/// The screening list.
pub(crate) struct Screening {
    pub(crate) rows: Vec<SuspectRow>,
    /// The first of those whose months speak for a farm, for a summary that lists nobody.
    pub(crate) first: Vec<Fact>,
}

/// How many times as common, as it is told.
fn times(log_odds: f64) -> f64 {
    log_odds.abs().min(MOST_TOLD).exp()
}

/// What a row is worth a visit by.
struct Worth {
    /// Log-odds of a year of months, where they speak for a farm; else 0.
    by_months: f64,
    /// Mean load above the peers', kW.
    excess_kw: f64,
}

/// Says of a row what a year of months shows.
fn tell_months(odds: &MonthlyOdds, row: &mut SuspectRow) {
    let times = times(odds.log_odds);
    if odds.log_odds <= 0.0 {
        row.evidence_against.push(said::months_against(times));
        return;
    }
    row.evidence_for.insert(0, said::months_for(times));
    if let Some((since, kw)) = odds.step {
        row.evidence_for.insert(1, said::months_step(since, kw));
    }
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
