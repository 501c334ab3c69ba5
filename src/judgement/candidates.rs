//! Who comes next where nobody is likely enough to be listed: with what probability, and what would
//! decide about each.

use crate::digest::DigestError;
use crate::domain::Fact;
use crate::evidence::{HiddenLoad, LoadCourse, OwnFloor, TESTS, WEATHER};
use crate::metered::{Metered, MeteredPoint};
use crate::population::UNKNOWN_CLASS;

use super::ranked::Ranked;
use super::said;

/// How many are told.
const MOST: usize = 10;
/// With fewer days than this more readings decide most.
const FEW_DAYS: i32 = 45;

/// The best of `ranked` that no class, licence or size decides about, best first.
pub(crate) fn candidates(ranked: &[Ranked], metered: &Metered) -> Result<Vec<Fact>, DigestError> {
    let open = |ranked: &&Ranked| ranked.lawful.is_none() && ranked.verdict.is_none() && !ranked.by_balance;
    let best: Vec<&Ranked> = ranked.iter().filter(open).take(MOST).collect();
    let points: Vec<&MeteredPoint> = best.iter().map(|ranked| ranked.point).collect();
    let loads = metered.hidden_loads(&points, |_| OwnFloor::AsPeers)?;
    Ok(best.iter().zip(loads).map(|(ranked, load)| candidate(ranked, load, metered)).collect())
}

fn candidate(ranked: &Ranked, load: Option<HiddenLoad>, metered: &Metered) -> Fact {
    let percent = 100.0 * ranked.ledger.probability();
    let load = load.filter(|load| load.kw > 0.0);
    let what = match load {
        Some(HiddenLoad { kw, since: Some(since), .. }) => said::candidate_since(kw, since),
        Some(HiddenLoad { kw, .. }) => said::candidate_load(kw),
        None => said::candidate_unclear(),
    };
    said::candidate(&ranked.point.usage_point, percent, what, decides(ranked.point, load, metered))
}

/// What would decide: what the run was not given first, for it costs least.
fn decides(point: &MeteredPoint, load: Option<HiddenLoad>, metered: &Metered) -> Fact {
    let (first, last) = point.days;
    let weather = TESTS.iter().position(|test| test.family == WEATHER);
    let families = metered.calibration.as_ref().map(|calibration| calibration.families(&point.measured));
    let untested = |family: usize| families.as_ref().is_some_and(|families| families[family].is_none());
    if &*point.measured.tariff_class == UNKNOWN_CLASS {
        said::decided_by_class()
    } else if last.0 - first.0 < FEW_DAYS {
        said::decided_by_days()
    } else if weather.is_some_and(untested) {
        said::decided_by_weather()
    } else {
        match load {
            Some(load) if load.pattern == LoadCourse::Constant => said::decided_by_night(load.kw),
            _ => said::decided_by_visit(),
        }
    }
}
