//! Lines of `scores.parquet`: every usage point with its ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::domain::{Ledger, Step, logistic};
use crate::evidence::{self, TESTS};
use crate::findings::{Resolution, ScoreRow};
use crate::metered::{Metered, MeteredPoint};
use crate::population::CustomerFacts;
use crate::series::RegisterLoad;

use super::list_setting::ListSetting;
use super::ranked::Ranked;

/// What the families say together beyond what each says alone: the other stories, trees, and what
/// the fused score is worth.
const TOGETHER: &str = "together";
/// Steps of the ledger with a column of their own; what the own load shows stands by families.
const OWN_COLUMN: [Step; 10] = [
    Step::Address,
    Step::Balance,
    Step::Prior,
    Step::Books,
    Step::Lawful,
    Step::Small,
    Step::Licence,
    Step::Named,
    Step::Recalibration,
    Step::Inspection,
];

/// Names of the ledger's entries in the order of `ScoreRow::llr`: the families of the tests and
/// what they say together, then the other steps. An entry is NaN where there was nothing to say;
/// the rest adds up to the log-odds.
pub(crate) fn family_names() -> Vec<&'static str> {
    let steps = OWN_COLUMN.map(Step::as_str);
    TESTS.iter().map(|test| test.family).chain([TOGETHER]).chain(steps).collect()
}

/// Lets a step decide that a usage point is no likelier than this, when its row is already made.
pub(crate) fn lower(row: &mut ScoreRow, step: Step, log_odds: f64) {
    let Some(before) = row.log_odds.filter(|before| *before > log_odds) else { return };
    if let Some(column) = OWN_COLUMN.iter().position(|own| *own == step) {
        let entry = &mut row.llr[TESTS.len() + 1 + column];
        *entry = (if entry.is_nan() { 0.0 } else { *entry }) + (log_odds - before) as f32;
    }
    (row.log_odds, row.probability) = (Some(log_odds), Some(logistic(log_odds)));
}

/// Makes every stratum's name once.
#[derive(Default)]
struct StratumNames {
    known: BTreeMap<crate::population::Stratum, Arc<str>>,
}

impl StratumNames {
    fn of(&mut self, facts: &CustomerFacts) -> Arc<str> {
        let stratum = facts.stratum();
        if let Some(name) = self.known.get(&stratum) {
            return name.clone();
        }
        let name: Arc<str> = stratum.name().into();
        self.known.insert(stratum, name.clone());
        name
    }
}

/// Every usage point that was read, in the order of ids; `probability` and `q` in that of `ranked`.
pub(crate) fn score_rows(
    metered: &Metered,
    ranked: &[Ranked],
    probability: &[f64],
    q: &[f64],
    registers: &[RegisterLoad],
    setting: &ListSetting,
) -> Vec<ScoreRow> {
    let mut place: Vec<Option<u32>> = vec![None; metered.points.len()];
    for (index, ranked) in ranked.iter().enumerate() {
        place[ranked.place as usize] = Some(index as u32);
    }
    let mut names = StratumNames::default();
    let strata: Vec<Arc<str>> =
        metered.points.iter().map(|point| names.of(&metered.bench.facts(&point.usage_point))).collect();
    let entries = |point: &MeteredPoint, ledger: Option<&Ledger>| -> Box<[f32]> {
        let Some((calibration, ledger)) = metered.calibration.as_ref().zip(ledger) else {
            return vec![f32::NAN; family_names().len()].into();
        };
        let families = calibration.families(&point.measured);
        let together = ledger.entry(Step::Load) - families.iter().flatten().sum::<f64>();
        let steps = OWN_COLUMN.map(|step| Some(ledger.entry(step)).filter(|entry| *entry != 0.0));
        let all = families.into_iter().chain([Some(together)]).chain(steps);
        all.map(|llr| llr.map_or(f32::NAN, |llr| llr as f32)).collect()
    };
    let row = |((point, place), stratum): ((&MeteredPoint, Option<u32>), Arc<str>)| {
        let index = place.map(|place| place as usize);
        let ledger = index.map(|index| &ranked[index].ledger);
        let load = index.and_then(|index| ranked[index].load);
        ScoreRow {
            usage_point: point.usage_point.clone(),
            log_odds: ledger.map(Ledger::log_odds),
            probability: index.map(|index| probability[index]),
            q_value: index.map(|index| q[index]),
            hidden_kw: load.map(|load| load.kw),
            since: load.and_then(|load| load.since),
            until: load.and_then(|load| load.until),
            resolution: point.resolution(),
            stratum,
            statistics: point.measured.statistics.clone(),
            llr: entries(point, ledger),
        }
    };
    let mut rows: Vec<ScoreRow> = metered.points.par_iter().zip(place).zip(strata).map(row).collect();
    let without: Vec<ScoreRow> =
        register_only(metered, registers).map(|load| register_score(load, &mut names, setting)).collect();
    if !without.is_empty() {
        rows.extend(without);
        rows.sort_by(|a, b| a.usage_point.cmp(&b.usage_point));
    }
    rows
}

/// Registers of usage points without interval readings.
pub(crate) fn register_only<'a>(
    metered: &'a Metered,
    registers: &'a [RegisterLoad],
) -> impl Iterator<Item = &'a RegisterLoad> {
    registers.iter().filter(|load| !metered.is_read(&load.usage_point))
}

fn register_score(load: &RegisterLoad, names: &mut StratumNames, setting: &ListSetting) -> ScoreRow {
    ScoreRow {
        usage_point: load.usage_point.clone(),
        log_odds: None,
        probability: None,
        q_value: None,
        hidden_kw: None,
        since: None,
        until: None,
        resolution: Resolution::Register,
        stratum: names.of(&CustomerFacts::of(setting.customers.get(&load.usage_point))),
        statistics: vec![f32::NAN; evidence::statistics().count()].into(),
        llr: vec![f32::NAN; family_names().len()].into(),
    }
}
