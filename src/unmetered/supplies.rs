//! Balance meters are checked before their balances are believed: those with a wrong ratio or a
//! wrong clock are put right for the balance, and named as faults with the correction. A ratio is
//! asked for first, for it drowns everything. A clock is asked for when customers' own clocks are
//! put right: one large customer an hour late looks like a balance meter that is early by some
//! minutes.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::domain::{Calendar, Fault, FaultKind, GridNode, NodeId, NodeKind, UsagePointId};
use crate::series::LoadSeries;

use super::balanced::{Balanced, MUCH_COARSE, balance, balance_with};
use super::culprits::Culprit;
use super::grid_setting::GridSetting;
use super::members::Wrong;
use super::said;
use super::supply::{WrongRatio, late_by_hours, wrong_ratios};

/// Coverage that a check needs: what is not read looks like a ratio.
const GOOD_COVERAGE: f64 = 0.9;

/// So many customers of one transformer whose clocks are late by the same time are more likely
/// right.
const MANY_LATE: usize = 4;

/// What was put right.
#[derive(Default)]
pub(crate) struct Checked {
    /// Corrected series of balance meters.
    pub(crate) series: BTreeMap<UsagePointId, LoadSeries>,
    /// What is wrong with them, in the order of nodes.
    pub(crate) faults: Vec<Fault>,
}

/// Checks the ratios of the balance meters of `nodes`, transformers before feeders and substations,
/// whose balances rest on theirs. Returns the balances as well, with what was put right, in the
/// order of `nodes`.
pub(crate) fn check<'a>(nodes: &[&'a GridNode], setting: &GridSetting<'a>) -> (Checked, Vec<Balanced<'a>>) {
    let mut checked = Checked::default();
    let mut balances: Vec<(usize, Balanced)> = Vec::with_capacity(nodes.len());
    for kind in [NodeKind::Transformer, NodeKind::Feeder, NodeKind::Substation] {
        let so_far = GridSetting { corrected: Arc::new(checked.series.clone()), ..setting.clone() };
        let of_kind: Vec<(usize, &GridNode)> =
            nodes.iter().copied().enumerate().filter(|(_, node)| node.kind == kind).collect();
        let found: Vec<(usize, Balanced, Option<Found>)> = of_kind
            .into_par_iter()
            .map(|(place, node)| {
                let balanced = balance(node, &so_far);
                let found = check_one(&balanced, &so_far);
                (place, balanced, found)
            })
            .collect();
        for (place, balanced, found) in found {
            if let Some((series, faults)) = found {
                checked.faults.extend(faults);
                checked.series.insert(series.usage_point.clone(), series);
            }
            balances.push((place, balanced));
        }
    }
    balances.sort_by_key(|(place, _)| *place);
    let mut balances: Vec<Balanced> = balances.into_iter().map(|(_, balanced)| balanced).collect();
    let is_corrected =
        |node: &GridNode| node.balance_meter.as_ref().is_some_and(|meter| checked.series.contains_key(meter));
    balances.par_iter_mut().for_each(|balanced| {
        if is_corrected(balanced.node) || balanced.below.iter().any(|node| is_corrected(node)) {
            *balanced = balance_with(balanced.node, &checked.series, setting);
        }
    });
    (checked, balances)
}

/// A balance meter that was put right, and what was wrong with it.
type Found = (LoadSeries, Vec<Fault>);

fn check_one(balanced: &Balanced, setting: &GridSetting) -> Option<Found> {
    // A register has no course of its own to be checked by.
    let node = balanced.node;
    let meter = node.balance_meter.as_ref().filter(|meter| !setting.series.registers.contains_key(*meter))?;
    let meter = setting.series.supplies.get(meter)?;
    let residual = &balanced.residual;
    if !residual.is_hourly() || residual.coverage < GOOD_COVERAGE || residual.coarse_share > MUCH_COARSE {
        return None;
    }
    let ratios = wrong_ratios(residual, setting.calendar);
    let series = ratios.iter().fold(meter.clone(), |series, wrong| divided(series, *wrong, setting.calendar));
    (!ratios.is_empty()).then(|| (series, ratios.iter().map(|wrong| ratio_fault(node, meter, *wrong)).collect()))
}

/// Checks the clocks of the balance meters of one level, in whose residuals customers' clocks are
/// right. Where many customers are said to be late alike, the balance meter may be what is early:
/// then it is asked as if nothing had been said.
pub(crate) fn clocks(
    balanced: &[Balanced],
    kind: NodeKind,
    setting: &GridSetting,
    (corrected, culprits): (&BTreeMap<UsagePointId, LoadSeries>, &[Culprit]),
) -> Checked {
    let mut late: BTreeMap<&NodeId, Vec<i32>> = BTreeMap::new();
    for culprit in culprits {
        if let Wrong::Clock { late_min } = culprit.named.wrong {
            late.entry(&culprit.node).or_default().push(late_min);
        }
    }
    let clock = |balanced: &Balanced| -> Option<(LoadSeries, Fault)> {
        let residual = &balanced.residual;
        let is_asked = balanced.node.kind == kind
            && !balanced.is_corrected
            && residual.is_hourly()
            && residual.coverage >= GOOD_COVERAGE
            && residual.coarse_share <= MUCH_COARSE;
        let meter = balanced.node.balance_meter.as_ref().filter(|_| is_asked)?;
        let meter = setting.series.supplies.get(meter)?;
        let late = late.get(&balanced.node.node).map_or(&[][..], Vec::as_slice);
        let are_many = late.iter().any(|min| late.iter().filter(|other| *other == min).count() >= MANY_LATE);
        let anew = are_many.then(|| balance_with(balanced.node, corrected, setting).residual);
        let late_h = late_by_hours(anew.as_ref().unwrap_or(residual), setting.calendar)?;
        Some((shifted(meter, late_h), clock_fault(balanced.node, meter, late_h, setting.calendar)))
    };
    let mut checked = Checked::default();
    for (series, fault) in balanced.par_iter().filter_map(clock).collect::<Vec<_>>() {
        checked.faults.push(fault);
        checked.series.insert(series.usage_point.clone(), series);
    }
    checked
}

fn divided(mut series: LoadSeries, wrong: WrongRatio, calendar: &Calendar) -> LoadSeries {
    let step_s = i64::from(series.step_min) * 60;
    let start = series.start.0;
    for (place, kw) in series.kw.iter_mut().enumerate() {
        let day = calendar.day(crate::domain::Timestamp(start + place as i64 * step_s));
        if (wrong.from..=wrong.to).contains(&day) {
            *kw = (f64::from(*kw) / wrong.ratio) as f32;
        }
    }
    series
}

/// The series as a right clock would have stamped it, between two readings in proportion.
fn shifted(series: &LoadSeries, late_h: f64) -> LoadSeries {
    let steps = late_h * 60.0 / f64::from(series.step_min);
    let (whole, part) = (steps.floor() as i64, (steps - steps.floor()) as f32);
    let at =
        |place: i64| usize::try_from(place).ok().and_then(|place| series.kw.get(place)).copied().unwrap_or(f32::NAN);
    let kw = (0..series.kw.len() as i64)
        .map(|place| (1.0 - part) * at(place + whole) + part * at(place + whole + 1))
        .collect();
    LoadSeries { kw, ..series.clone() }
}

fn ratio_fault(node: &GridNode, meter: &LoadSeries, wrong: WrongRatio) -> Fault {
    let detail = if wrong.ratio >= 1.0 {
        said::supply_times(&node.node, wrong.ratio)
    } else {
        said::supply_part(&node.node, 1.0 / wrong.ratio)
    };
    Fault {
        usage_point: meter.usage_point.clone(),
        kind: FaultKind::Multiplier,
        from: Some(wrong.from),
        to: Some(wrong.to),
        share: None,
        detail,
    }
}

fn clock_fault(node: &GridNode, meter: &LoadSeries, late_h: f64, calendar: &Calendar) -> Fault {
    let minutes = (late_h.abs() * 60.0).round();
    let is_late = late_h > 0.0;
    let detail = if is_late { said::supply_late } else { said::supply_early }(&node.node, minutes);
    let days = meter.days(calendar);
    Fault {
        usage_point: meter.usage_point.clone(),
        kind: FaultKind::Clock,
        from: days.map(|days| days.0),
        to: days.map(|days| days.1),
        share: None,
        detail,
    }
}
