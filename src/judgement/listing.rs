//! The lists: ranked usage points, screening, scores, and what was cleared.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::digest::DigestError;
use crate::domain::{CivilDay, Fact, Step, UsagePointId, logit};
use crate::findings::{ClearedRow, FindingKind, OtherPrior, ScoreRow, SuspectRow};
use crate::metered::{Heard, Metered};
use crate::series::RegisterLoad;

use super::candidates::candidates;
use super::cleared::{cleared_row, cleared_small};
use super::inspected::{self, StatedVisit};
use super::list_setting::{ByBalance, ListSetting};
use super::other_priors::other_priors;
use super::rank::{SMALL, estimate, judged, rank};
use super::ranked::Ranked;
use super::score_rows::{lower, score_rows};
use super::screening::{Screening, screening};
use super::suspect_rows::suspect_row;
use super::{LicenceVerdict, q_values, shortlist_length};

/// Everything said about usage points.
pub(crate) struct Listing {
    pub(crate) suspects: Vec<SuspectRow>,
    pub(crate) screening: Vec<SuspectRow>,
    pub(crate) scores: Vec<ScoreRow>,
    pub(crate) cleared: Vec<ClearedRow>,
    /// What the register says of listed usage points that a licence names.
    pub(crate) licensed: BTreeMap<UsagePointId, LicenceVerdict>,
    pub(crate) other_priors: Vec<OtherPrior>,
    /// Visits to usage points beside what was said of them.
    pub(crate) visited: Vec<StatedVisit>,
    /// Usage points where an inspection found energy taken.
    pub(crate) found: BTreeSet<UsagePointId>,
    /// How probabilities were recalibrated by them, and which are settings.
    pub(crate) told: Vec<Fact>,
    /// The best of those that are not listed, and what would decide about each.
    pub(crate) candidates: Vec<Fact>,
}

impl Listing {
    /// Takes lines off the list whose load turned out to be smaller than what is claimed, or to
    /// have ended before the first day judged, and says so among what was cleared.
    pub(crate) fn drop_small(&mut self, least_kw: f64, judged_from: Option<CivilDay>) {
        let found = std::mem::take(&mut self.found);
        let ended = |row: &SuspectRow| row.until.filter(|until| judged_from.is_some_and(|from| *until < from));
        let is_small = |row: &SuspectRow| {
            let is_small = row.hidden_kw.is_some_and(|kw| kw < least_kw);
            let is_small = row.finding == FindingKind::MeteredHiddenLoad && is_small;
            ended(row).is_some() || (is_small && !found.contains(&row.usage_point))
        };
        let (small, kept): (Vec<SuspectRow>, Vec<SuspectRow>) =
            std::mem::take(&mut self.suspects).into_iter().partition(is_small);
        self.suspects = kept.into_iter().zip(1..).map(|(row, rank)| SuspectRow { rank, ..row }).collect();
        self.found = found;
        for row in small {
            if let Ok(place) = self.scores.binary_search_by(|score| score.usage_point.cmp(&row.usage_point)) {
                lower(&mut self.scores[place], Step::Small, logit(SMALL));
            }
            self.licensed.remove(&row.usage_point);
            self.cleared.push(cleared_small(&row, SMALL, ended(&row)));
        }
    }
}

/// Length of the list: what inspectors found is certain and stays on it while it runs, but makes
/// no room for others, so the expected share of innocents is that of the rows where nobody has
/// found anything yet.
fn open_length(ranked: &[Ranked], rate: f64) -> usize {
    let open: Vec<usize> =
        (0..ranked.len()).filter(|&place| !matches!(ranked[place].heard, Some(Heard::Found(_)))).collect();
    let probability: Vec<f64> = open.iter().map(|&place| ranked[place].ledger.probability()).collect();
    let length = shortlist_length(&q_values(&probability), rate);
    open.get(length).copied().unwrap_or(ranked.len())
}

/// Ranks, lists and explains.
pub(crate) fn list(
    metered: &Metered,
    registers: &[RegisterLoad],
    by_balance: &ByBalance,
    setting: &ListSetting,
) -> Result<Listing, DigestError> {
    let (mut ranked, recalibration) = rank(metered, by_balance, setting)?;
    let probability: Vec<f64> = ranked.iter().map(|r| r.ledger.probability()).collect();
    let q = q_values(&probability);
    let length = setting.top.unwrap_or_else(|| open_length(&ranked, setting.fdr)).min(ranked.len());
    estimate(&mut ranked, length, metered)?;
    let rows: Vec<SuspectRow> = ranked[..length]
        .par_iter()
        .map(|ranked| suspect_row(ranked, metered, by_balance, setting))
        .collect::<Result<_, _>>()?;
    let number = |(index, row): (usize, SuspectRow)| SuspectRow {
        rank: index as u64 + 1,
        probability: Some(probability[index]),
        q_value: Some(q[index]),
        ..row
    };
    let suspects: Vec<SuspectRow> = rows.into_iter().enumerate().map(number).collect();
    let licensed = ranked[..length]
        .iter()
        .filter_map(|ranked| Some((ranked.point.usage_point.clone(), ranked.verdict.clone()?)))
        .collect();
    let cleared = ranked
        .par_iter()
        .enumerate()
        .filter_map(|(index, ranked)| cleared_row(ranked, index < length, metered).transpose())
        .collect::<Result<_, _>>()?;
    let visited = inspected::stated(&ranked, metered)?;
    let scores = score_rows(metered, &ranked, &probability, &q, registers, setting);
    let Screening { rows: screening, first } = screening(metered, registers, setting);
    // A list of a fixed length has one for any prior.
    let learned = metered.calibration.as_ref().filter(|_| setting.top.is_none());
    let other_priors =
        learned.map_or_else(Vec::new, |calibration| other_priors(&judged(&ranked), calibration, setting.fdr));
    let is_found = |ranked: &&Ranked| matches!(ranked.heard, Some(Heard::Found(_)));
    let found = ranked.iter().filter(is_found).map(|ranked| ranked.point.usage_point.clone()).collect();
    let recalibrated = recalibration.map(|recalibration| recalibration.told());
    let told = recalibrated.into_iter().chain(setting.stated.told(&suspects)).collect();
    let mut candidates = candidates(&ranked[length..], metered)?;
    candidates.extend(first);
    Ok(Listing { suspects, screening, scores, cleared, licensed, other_priors, visited, found, told, candidates })
}
