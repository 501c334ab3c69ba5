//! Everything that a run found.

use std::collections::BTreeMap;

use crate::domain::{Fact, Fault, NodeId, Reject, Step};

use super::address::{AddressRow, RegionRow, WorklistRow};
use super::billing_row::BillingRow;
use super::case_row::CaseRow;
use super::grid_rows::{CoverageRow, NodeDayRow, NodeRow, PhaseRow};
use super::hit_rate::HitRateRow;
use super::money_rows::MoneyRow;
use super::picture::{DayTemperature, Dossier};
use super::run_record::RunRecord;
use super::trend::TrendRow;
use super::usage_point_rows::{ClearedRow, ScoreRow, SuspectRow};

/// A name and its pseudonym.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameRow {
    /// The pseudonym.
    pub pseudonym: String,
    /// `usage_point`, `address`, `licence`, `owner` or `file`.
    pub kind: &'static str,
    /// What it stands for.
    pub name: String,
}

/// Steps of the ledger by which inspections change log-odds.
const BY_INSPECTIONS: [Step; 2] = [Step::Recalibration, Step::Inspection];

/// Everything that a run found, ready to be written.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Ranked findings on usage points, best first.
    pub suspects: Vec<SuspectRow>,
    /// Usage points whose data cannot carry a probability, ordered by what a visit is worth.
    pub screening: Vec<SuspectRow>,
    /// Names of the statistics in `ScoreRow::statistics`, in order.
    pub statistic_names: Vec<&'static str>,
    /// Names of the evidence families in `ScoreRow::llr`, in order, without the `llr_` prefix.
    pub family_names: Vec<&'static str>,
    /// Every usage point read but balance meters, in the order of their ids.
    pub scores: Vec<ScoreRow>,
    /// Every grid node with a balance meter, best first.
    pub nodes: Vec<NodeRow>,
    /// Days of the nodes that are likely enough to be looked at, in the order of `nodes`.
    pub node_days: Vec<NodeDayRow>,
    /// Every grid node, in the order of their ids.
    pub coverage: Vec<CoverageRow>,
    /// Transformer and phase of every meter by volts; empty where none were read.
    pub phases: Vec<PhaseRow>,
    /// Addresses, best first.
    pub addresses: Vec<AddressRow>,
    /// Addresses and nodes in one order.
    pub worklist: Vec<WorklistRow>,
    /// Sums by city and by feeder.
    pub regions: Vec<RegionRow>,
    /// How every amount of money was come to, line by line, in the order of `suspects` and `nodes`.
    pub money: Vec<MoneyRow>,
    /// Usage points that look like a farm and are explained by something lawful.
    pub cleared: Vec<ClearedRow>,
    /// Bills beside meters: usage points that they disagree about, then nodes as a whole.
    pub billing: Vec<BillingRow>,
    /// Cases from month to month, those that need an eye first.
    pub cases: Vec<CaseRow>,
    /// What was found where somebody went, by what was said of it.
    pub hit_rate: Vec<HitRateRow>,
    /// Cases by city and feeder, month by month.
    pub trends: Vec<TrendRow>,
    /// Faults of the data, by usage point and kind.
    pub faults: Vec<Fault>,
    /// Records left out, by file and row.
    pub rejects: Vec<Reject>,
    /// What the page draws of suspects, in their order; fewer than them where the list is longer
    /// than a page can draw.
    pub dossiers: Vec<Dossier>,
    /// Mean outdoor temperature of the days of the run, in order; empty without weather.
    pub temperatures: Vec<DayTemperature>,
    /// Latitude and longitude of nodes: the mean of their customers.
    pub node_places: BTreeMap<NodeId, (f64, f64)>,
    /// What stands for what where the run was asked to pseudonymise; no writer of the result folder
    /// uses it.
    pub names: Vec<NameRow>,
    /// What makes the whole dump strange, to be read before anything else.
    pub warnings: Vec<Fact>,
    /// Where nobody is listed: who comes next, and what would decide about each.
    pub candidates: Vec<Fact>,
    /// What to know about the run as a whole.
    pub notes: Vec<Fact>,
    /// How the run was made.
    pub run: RunRecord,
}

impl Findings {
    /// The score of a usage point.
    #[must_use]
    pub fn score(&self, usage_point: &str) -> Option<&ScoreRow> {
        let place = self.scores.binary_search_by(|score| (*score.usage_point).cmp(usage_point)).ok()?;
        Some(&self.scores[place])
    }

    /// Log-odds of a score without anything that inspections say; `None` where nothing was tested.
    #[must_use]
    pub fn own_log_odds(&self, score: &ScoreRow) -> Option<f64> {
        let by_inspections = self
            .family_names
            .iter()
            .zip(&score.llr)
            .filter(|(name, llr)| !llr.is_nan() && BY_INSPECTIONS.iter().any(|step| step.as_str() == **name));
        Some(score.log_odds? - by_inspections.map(|(_, llr)| f64::from(*llr)).sum::<f64>())
    }
}

impl Findings {
    /// Hands every fact to `change`, but for those of rejects, which quote what was read: what is
    /// done to all of them, such as putting pseudonyms in, cannot forget one.
    pub fn each_fact(&mut self, mut change: impl FnMut(&mut Fact)) {
        let mut each = |list: &mut Vec<Fact>| list.iter_mut().for_each(&mut change);
        for row in self.suspects.iter_mut().chain(&mut self.screening) {
            [&mut row.criteria, &mut row.evidence_for, &mut row.evidence_against, &mut row.tests_missing]
                .into_iter()
                .for_each(&mut each);
        }
        for row in &mut self.nodes {
            [&mut row.shortlist, &mut row.remarks, &mut row.parts].into_iter().for_each(&mut each);
        }
        self.coverage.iter_mut().for_each(|row| each(&mut row.remarks));
        self.addresses
            .iter_mut()
            .for_each(|row| [&mut row.findings, &mut row.criteria].into_iter().for_each(&mut each));
        self.worklist.iter_mut().for_each(|row| [&mut row.findings, &mut row.criteria].into_iter().for_each(&mut each));
        self.regions.iter_mut().for_each(|row| each(&mut row.over_rating));
        self.billing.iter_mut().for_each(|row| each(&mut row.detail));
        self.cases.iter_mut().for_each(|row| each(&mut row.notes));
        each(&mut self.warnings);
        each(&mut self.notes);
        each(&mut self.candidates);
        self.cleared.iter_mut().for_each(|row| change(&mut row.reason));
        self.faults.iter_mut().for_each(|row| change(&mut row.detail));
        self.money.iter_mut().for_each(|row| change(&mut row.detail));
    }
}
