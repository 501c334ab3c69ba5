//! A trial: what would a scan of this very dump find, by size and kind of farm, before anyone is
//! inspected?
//!
//! After an ordinary scan, fresh farms are planted in the kept series (other draws than those that
//! were learned from), measured by the same tests, and judged with what was learned. A planted farm
//! is found when its log-odds reach the last line of the list; where the list is empty, when its
//! probability reaches one minus the rate at which the list stops. Host and trees are of one fold,
//! so no judge has seen its case.

use crate::digest::UsageProfile;
use crate::domain::Level;
use crate::domain::logit;
use crate::evidence::{OwnFloor, hidden_load};
use crate::findings::{TrialFarm, TrialReport};
use crate::metered::{InjectionSettings, plant};
use crate::series::LoadSeries;

use super::plan::Progress;
use super::run::{Judged, Run};
use crate::judgement::listing::Listing;
use crate::metered::{EngineSetting, Metered, hosts_of};
use crate::unmetered::{Balanced, GridSetting, TapSetting, tap_trial};

/// Added to the seed, so that trial farms are not those that tables were learned from.
const OTHER_FARMS: u64 = 0x7472_6961_6c00;

/// What is done beside a scan.
pub(super) trait Beside {
    /// Shown the list when it is made.
    fn listed(&mut self, judged: &Judged);
    /// Shown the balances when they are judged.
    fn balanced(&mut self, run: &Run, balanced: &[Balanced], setting: &GridSetting);
}

/// A scan alone.
pub(super) struct Alone;

impl Beside for Alone {
    fn listed(&mut self, _: &Judged) {}
    fn balanced(&mut self, _: &Run, _: &[Balanced], _: &GridSetting) {}
}

/// A trial: what was planted so far.
pub(super) struct Trial<'a> {
    progress: &'a dyn Progress,
    pub(super) report: TrialReport,
}

impl<'a> Trial<'a> {
    /// Nothing planted yet.
    pub(super) fn new(progress: &'a dyn Progress) -> Self {
        let report = TrialReport {
            usage_points: 0,
            listed: 0,
            least_log_odds: f64::INFINITY,
            nodes: 0,
            listed_nodes: 0,
            farms: Vec::new(),
        };
        Self { progress, report }
    }
}

impl Beside for Trial<'_> {
    fn listed(&mut self, judged: &Judged) {
        self.progress.stage("trial", None);
        let run = judged.run;
        let metered =
            run_metered(judged.metered, judged.hosts, judged.listing, &run.engine_setting(), run.plan.config.run.fdr);
        let taps = std::mem::replace(&mut self.report, metered);
        (self.report.nodes, self.report.listed_nodes) = (taps.nodes, taps.listed_nodes);
        self.report.farms.extend(taps.farms);
    }

    fn balanced(&mut self, run: &Run, balanced: &[Balanced], grid: &GridSetting) {
        self.progress.stage("trial of the grid", None);
        let setting = TapSetting { grid, weather: &run.tables.weather, seed: run.plan.config.run.seed ^ OTHER_FARMS };
        let judged = balanced.iter().filter_map(|node| node.odds);
        (self.report.nodes, self.report.listed_nodes) =
            (judged.clone().count(), judged.filter(|odds| odds.log_odds >= 0.0).count());
        self.report.farms.extend(tap_trial(balanced, &setting));
    }
}

/// Plants, judges and measures farms in `hosts` after a scan.
fn run_metered(
    metered: &Metered,
    hosts: &[LoadSeries],
    listing: &Listing,
    setting: &EngineSetting,
    fdr: f64,
) -> TrialReport {
    let last = listing.suspects.last().and_then(|row| row.probability).map(logit);
    let least = last.unwrap_or_else(|| logit(1.0 - fdr));
    let injection = InjectionSettings { seed: setting.injection.seed ^ OTHER_FARMS, ..setting.injection };
    let judge = |planted: crate::metered::Planted| {
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
    let farms = plant(&hosts_of(hosts, &metered.bench, setting), injection, setting.calendar, setting.weather, judge);
    TrialReport {
        usage_points: metered.points.len(),
        listed: listing.suspects.len(),
        least_log_odds: least,
        nodes: 0,
        listed_nodes: 0,
        farms,
    }
}
