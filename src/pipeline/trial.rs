//! A trial: what would a scan of this very dump find, by size and kind of farm, before anyone is
//! inspected?
//!
//! After an ordinary scan, fresh farms are planted in the kept series (other draws than those that
//! were learned from), measured by the same tests, and judged with what was learned. A planted farm
//! is found when its log-odds reach the last line of the list; where the list is empty, when its
//! probability reaches one minus the rate at which the list stops. Host and trees are of one fold,
//! so no judge has seen its case.

use crate::domain::{Progress, logit};
use crate::findings::TrialReport;
use crate::metered;
use crate::unmetered::{Balanced, GridSetting, TapSetting, tap_trial};

use super::run::{Judged, Run};

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
        Self { progress, report: TrialReport::default() }
    }
}

impl Beside for Trial<'_> {
    fn listed(&mut self, judged: &Judged) {
        self.progress.stage("trial", None);
        let Judged { run, metered, hosts, listing } = judged;
        let last = listing.suspects.last().and_then(|row| row.probability).map(logit);
        let least = last.unwrap_or_else(|| logit(1.0 - run.plan.config.run.fdr));
        let setting = run.engine_setting();
        let farms = metered::farms(metered, hosts, &setting, (setting.injection.seed ^ OTHER_FARMS, least));
        let TrialReport { nodes, listed_nodes, farms: taps, .. } = std::mem::take(&mut self.report);
        self.report = TrialReport {
            usage_points: metered.points.len(),
            listed: listing.suspects.len(),
            least_log_odds: least,
            nodes,
            listed_nodes,
            farms: farms.into_iter().chain(taps).collect(),
        };
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
