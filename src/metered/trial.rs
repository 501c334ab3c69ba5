//! Farms planted for a trial: judged with what was learned, and measured.

use crate::digest::UsageProfile;
use crate::domain::Level;
use crate::evidence::{OwnFloor, hidden_load};
use crate::findings::TrialFarm;
use crate::series::LoadSeries;

use super::bench::EngineSetting;
use super::engine::{Metered, hosts_of};
use super::injection::{InjectionSettings, Planted, plant};

/// Plants farms in `hosts` by `seed`, judges and measures them; one is found from log-odds of
/// `least` on.
pub(crate) fn farms(
    metered: &Metered,
    hosts: &[LoadSeries],
    setting: &EngineSetting,
    (seed, least): (u64, f64),
) -> Vec<TrialFarm> {
    let injection = InjectionSettings { seed, ..setting.injection };
    let judge = |planted: Planted| {
        let calibration = metered.calibration.as_ref()?;
        let id = &planted.series.usage_point;
        let profile = UsageProfile::of(&planted.series, setting.calendar);
        let (log_odds, load) = metered.bench.with_subject(id, &profile, |subject| {
            (
                calibration.ledger(&metered.bench.measure(id, subject)).map(|ledger| ledger.log_odds()),
                hidden_load(subject, OwnFloor::AsPeers),
            )
        });
        let onset = planted.onset.map(|at| setting.calendar.day(at));
        Some(TrialFarm {
            level: Level::UsagePoint,
            kind: planted.kind.as_str(),
            kw: planted.kw,
            found: log_odds.is_some_and(|log_odds| log_odds >= least),
            kw_error: load.map(|load| (load.kw / planted.kw - 1.0).abs()),
            days_error: onset.map(|onset| {
                load.and_then(|load| load.since).map_or(f64::NAN, |since| f64::from((since.0 - onset.0).abs()))
            }),
        })
    };
    plant(&hosts_of(hosts, &metered.bench, setting), injection, setting.calendar, setting.weather, judge)
}
