//! Customers whose meter shows less from the day on which unmetered load began at their
//! transformer: a meter stopped, slowed, stopped at night or run backwards, or a part of the load
//! led past it.
//!
//! Those whose daily mean fell for good are read again and asked, the largest falls first. A course
//! of the day that began to be missing names its customer. A fall on the same day without it names
//! nobody: on any day somebody leaves, and in a season many do.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::{CivilDay, Fact, NodeId, NodeKind, UsagePointId};
use crate::findings::Pattern;
use crate::series::LoadSeries;

use super::balanced::{Balanced, LEAST_COVERAGE, fed_directly};
use super::co_timing::{CoTimed, co_timed};
use super::grid_setting::{GridSetting, ReadAgain};
use super::said;

/// Most customers that are read again for this.
const MOST_ASKED: usize = 6000;
/// Share of the fallen course that must be missing at the node.
const LIKE_ITSELF: f64 = 0.5;
/// Share of it that may be missing, but for one standard error: a fall explains what fell, and the
/// losses on its way.
const AT_MOST_WHAT_FELL: f64 = 1.1;
/// Standard errors of that share.
const SURE: f64 = 6.0;
/// Standard errors of the rise of the whole load.
const ROSE: f64 = 3.0;
/// The rise as a share of the fall, at least.
const ROSE_SHARE: f64 = 0.4;
/// Slope with which the residual may have followed the customer before the fall, at most: behind a
/// wrong link or ratio it follows all along.
const NOT_BEFORE: f64 = 0.35;
/// Share of fall and rise that must come within ten days.
const AT_ONCE: f64 = 0.6;
/// Days within which two falls at one node may be taken for one another.
const TOGETHER_DAYS: i32 = 6;
/// Of two such customers one is named when it explains the rise better by this factor.
const MUCH_BETTER: f64 = 1.6;
/// A meter that shows less than this share of before has stopped.
const STOPPED: f64 = 0.1;
/// Share of a fall that must lie within ten hours of the day for it to be one of a window.
const WITHIN_WINDOW: f64 = 0.85;
/// Rise over fall from which on more was led past the meter than the load that fell.
const MORE_THAN_FELL: f64 = 1.7;
/// Days around a fall within which falls of others are counted.
const SEASON_DAYS: i32 = 5;
/// Share of all customers that may fall within these days: in a season more do.
const SEASON: f64 = 0.04;
/// Falls below which there is no crowd to speak of.
const FEW: usize = 12;

/// A customer whose meter shows less from the day on which a node's unmetered load rose.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fallen {
    pub(crate) usage_point: UsagePointId,
    pub(crate) node: NodeId,
    pub(crate) timed: CoTimed,
    /// Last day of the balance.
    pub(crate) last: CivilDay,
}

impl Fallen {
    /// Whether what began to be missing has the course of what fell: then it names the customer.
    pub(crate) fn under_registers(&self) -> bool {
        let CoTimed { shown_kw, rise_kw, rise_z, course, course_z, before, abrupt, .. } = self.timed;
        let rose = rise_z > ROSE && rise_kw > ROSE_SHARE * (shown_kw.0 - shown_kw.1);
        let at_once = abrupt.0 > AT_ONCE && abrupt.1 > AT_ONCE;
        let like_itself = course > LIKE_ITSELF && course * (1.0 - 1.0 / course_z) < AT_MOST_WHAT_FELL;
        like_itself && course_z > SURE && rose && at_once && before.abs() < NOT_BEFORE
    }

    pub(crate) fn pattern(&self) -> Pattern {
        let (from_kw, to_kw) = self.timed.shown_kw;
        if self.timed.in_window > WITHIN_WINDOW {
            Pattern::Window
        } else if to_kw.abs() < STOPPED * from_kw {
            Pattern::Zero
        } else {
            Pattern::Drop
        }
    }

    /// What began to be missing that may be this customer's, kW.
    pub(crate) fn kw(&self) -> f64 {
        let CoTimed { shown_kw, rise_kw, course, .. } = self.timed;
        let fell_kw = shown_kw.0 - shown_kw.1;
        if rise_kw > MORE_THAN_FELL * fell_kw { rise_kw } else { course * fell_kw }
    }

    /// The ground, for a node's shortlist or a suspect's evidence.
    pub(crate) fn ground(&self) -> Fact {
        let CoTimed { day, shown_kw: (from_kw, to_kw), rise_kw, course, course_z, .. } = self.timed;
        let more = rise_kw > MORE_THAN_FELL * (from_kw - to_kw);
        let ground = if more { said::fell_and_more } else { said::fell };
        ground(day, to_kw, from_kw, &self.node, rise_kw, 100.0 * course, course_z)
    }
}

/// Asks the customers that fell; `fell_kw` tells by how much. `named` are those whom a balance has
/// named otherwise.
pub(crate) fn find<E>(
    balanced: &[Balanced],
    setting: &GridSetting,
    named: &BTreeSet<&UsagePointId>,
    read_again: &ReadAgain<E>,
) -> Result<Vec<Fallen>, E> {
    let judged: Vec<&Balanced> = balanced.iter().filter(|balanced| is_asked(balanced)).collect();
    let mut fell: Vec<(f32, &UsagePointId)> = (judged.iter())
        .flat_map(|balanced| fed_directly(balanced.node, setting.grid))
        .filter(|id| !named.contains(id))
        .map(|id| (setting.reads.fell_kw(id), id))
        .filter(|(kw, _)| *kw > 0.0)
        .collect();
    let fell_at_all = fell.len();
    fell.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let wanted: BTreeSet<UsagePointId> = fell.into_iter().take(MOST_ASKED).map(|(_, id)| id.clone()).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let series = read_again(&wanted)?;
    let of_node = |balanced: &&Balanced| ask(balanced, setting, &series);
    let timed: Vec<Fallen> = judged.par_iter().map(of_node).flatten_iter().collect();
    let customers = judged.iter().map(|balanced| fed_directly(balanced.node, setting.grid).count()).sum();
    Ok(alone(&timed, (fell_at_all, series.len(), customers)))
}

/// Those of whom no other customer of the node explains the rise as well, and who do not fall with
/// a season. Of `customers` in all, `fell` did; `asked` of them were read again.
fn alone(timed: &[Fallen], (fell, asked, customers): (usize, usize, usize)) -> Vec<Fallen> {
    let mut days: Vec<CivilDay> = timed.iter().map(|fallen| fallen.timed.day).collect();
    days.sort_unstable();
    let falls = |from: i32, to: i32| days.partition_point(|day| day.0 <= to) - days.partition_point(|day| day.0 < from);
    let of_all = fell as f64 / asked.max(1) as f64 / customers.max(1) as f64;
    let is_season =
        |day: CivilDay| falls(day.0 - SEASON_DAYS, day.0 + SEASON_DAYS) as f64 * of_all > SEASON && days.len() >= FEW;
    let clear: Vec<&Fallen> = timed.iter().filter(|fallen| fallen.under_registers()).collect();
    let mut rivals_of: BTreeMap<&NodeId, Vec<(CivilDay, f64)>> = BTreeMap::new();
    for fallen in &clear {
        rivals_of.entry(&fallen.node).or_default().push((fallen.timed.day, fallen.timed.course_z));
    }
    let is_alone = |fallen: &&&Fallen| {
        let (day, z) = (fallen.timed.day, fallen.timed.course_z);
        let rivals = rivals_of[&fallen.node]
            .iter()
            .filter(|rival| (rival.0.0 - day.0).abs() <= TOGETHER_DAYS && MUCH_BETTER * rival.1 > z);
        rivals.count() <= 1
    };
    clear.iter().filter(|fallen| !is_season(fallen.timed.day)).filter(is_alone).map(|&fallen| fallen.clone()).collect()
}

fn is_asked(balanced: &Balanced) -> bool {
    let is_hourly = balanced.node.kind == NodeKind::Transformer && balanced.residual.is_hourly();
    is_hourly && balanced.residual.coverage >= LEAST_COVERAGE && balanced.found.is_some()
}

/// The falls of a node's customers and what rose with each.
fn ask(balanced: &Balanced, setting: &GridSetting, series: &BTreeMap<UsagePointId, LoadSeries>) -> Vec<Fallen> {
    let (Some(found), Some(&last)) = (&balanced.found, balanced.residual.at.last()) else { return Vec::new() };
    let timed = fed_directly(balanced.node, setting.grid).filter_map(|id| {
        let timed = co_timed(&balanced.residual, &found.beside_kw, &series.get(id)?.hourly(), setting.calendar)?;
        Some(Fallen {
            usage_point: id.clone(),
            node: balanced.node.node.clone(),
            timed,
            last: setting.calendar.day(last),
        })
    });
    timed.collect()
}
