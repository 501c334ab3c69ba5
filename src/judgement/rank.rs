//! The order of usage points: what decides after the engines have judged, and who comes first.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::digest::DigestError;
use crate::domain::{CivilDay, Step, logit};
use crate::evidence::{HiddenLoad, OwnFloor};
use crate::metered::{Measured, Metered, MeteredPoint};

use super::inspected;
use super::lawful::{Lawful, WORTH_CLEARING, home};
use super::list_setting::{ByBalance, ListSetting};
use super::ranked::Ranked;
use super::recalibration::Recalibration;
use super::{LicenceMatch, LicenceVerdict, LicensedLoad};

/// Share of premises with a valid licence within its power that hide a second farm.
const WITHIN_LICENCE: f64 = 1e-3;
/// The load of less likely usage points is not estimated.
const WORTH_ESTIMATING: f64 = 1e-3;
/// Probability of what looks like a farm and draws less than is claimed, at most: the smallest
/// farms are not planted, so nothing is known of how many there are.
pub(crate) const SMALL: f64 = 0.05;

/// Sets aside what looks like a farm but draws less than is claimed.
fn ask_sizes(ranked: &mut [Ranked], metered: &Metered, least_kw: f64) -> Result<(), DigestError> {
    let mut asked: Vec<&mut Ranked> = ranked
        .iter_mut()
        .filter(|ranked| ranked.lawful.is_none() && ranked.ledger.log_odds() >= logit(WORTH_CLEARING))
        .collect();
    let points: Vec<&MeteredPoint> = asked.iter().map(|ranked| ranked.point).collect();
    for (ranked, load) in asked.iter_mut().zip(metered.hidden_loads(&points, |_| OwnFloor::AsPeers)?) {
        if let Some(load) = load.filter(|load| load.kw < least_kw) {
            ranked.lawful = Some(Lawful::Small(load.kw));
            ranked.ledger.overrule(Step::Small, ranked.ledger.log_odds().min(logit(SMALL)));
        }
    }
    Ok(())
}

/// Log-odds, and whose they are where the prior has a part in them: a licence or a class may have
/// decided.
pub(crate) fn judged<'a>(ranked: &[Ranked<'a>]) -> Vec<(Option<&'a Measured>, f64)> {
    ranked
        .iter()
        .map(|ranked| ((!ranked.ledger.is_overruled()).then_some(&ranked.point.measured), ranked.ledger.log_odds()))
        .collect()
}

/// Judged usage points, best first, and how probabilities were recalibrated. Those with a licence
/// are measured against it.
pub(crate) fn rank<'a>(
    metered: &'a Metered,
    by_balance: &ByBalance,
    setting: &ListSetting,
) -> Result<(Vec<Ranked<'a>>, Option<Recalibration>), DigestError> {
    let judge = |(place, point): (usize, &'a MeteredPoint)| -> Result<Option<Ranked<'a>>, DigestError> {
        let Some(mut ledger) = point.ledger else { return Ok(None) };
        let before = ledger.log_odds();
        let lawful = match lawful_class(point, setting.lawful_class) {
            Some(class) => Some(Lawful::Class(class)),
            None => home(point, before, metered)?.map(Lawful::Home),
        };
        if lawful.is_some() {
            ledger.overrule(Step::Lawful, before.min(logit(WITHIN_LICENCE)));
        }
        Ok(Some(Ranked {
            point,
            place: place as u32,
            ledger,
            before,
            lawful,
            verdict: None,
            load: None,
            by_balance: false,
            stated: before,
            heard: None,
        }))
    };
    let mut ranked: Vec<Ranked> =
        metered.points.iter().enumerate().filter_map(|point| judge(point).transpose()).collect::<Result<_, _>>()?;
    ask_sizes(&mut ranked, metered, setting.least_kw)?;
    ask_licences(&mut ranked, metered, setting)?;
    for ranked in &mut ranked {
        if let Some(log_odds) =
            by_balance.log_odds(&ranked.point.usage_point).filter(|&log_odds| log_odds > ranked.ledger.log_odds())
        {
            ranked.ledger.overrule(Step::Named, log_odds);
            ranked.by_balance = true;
        }
        ranked.stated = ranked.ledger.log_odds();
    }
    let recalibration = recalibrate(&mut ranked, metered)?;
    inspected::enter(&mut ranked, metered)?;
    ranked.par_sort_by(|a, b| {
        b.ledger.log_odds().total_cmp(&a.ledger.log_odds()).then_with(|| a.point.usage_point.cmp(&b.point.usage_point))
    });
    Ok((ranked, recalibration))
}

/// Changes log-odds by what visits say of them, where there are enough; what is decided stays.
fn recalibrate(ranked: &mut [Ranked], metered: &Metered) -> Result<Option<Recalibration>, DigestError> {
    let visits = inspected::stated(ranked, metered)?;
    let recalibration = Recalibration::of(&visits, metered.bench.visits.settings);
    if let Some(recalibration) = &recalibration {
        for ledger in ranked.iter_mut().map(|ranked| &mut ranked.ledger).filter(|ledger| !ledger.is_overruled()) {
            ledger.enter_result(Step::Recalibration, recalibration.log_odds(ledger.log_odds()));
        }
    }
    Ok(recalibration)
}

/// Holds usage points against the licence register. A licence that names the meter decides; of one
/// that names the building or a node only what looks like a farm is held against it, and all of it
/// together.
fn ask_licences(ranked: &mut [Ranked], metered: &Metered, setting: &ListSetting) -> Result<(), DigestError> {
    let licences = setting.licences;
    let certain = |ranked: &Ranked| licences.match_of(&ranked.point.usage_point) == Some(LicenceMatch::UsagePoint);
    let is_asked = |ranked: &&mut Ranked| {
        certain(ranked)
            || (ranked.before >= logit(WORTH_CLEARING) && licences.match_of(&ranked.point.usage_point).is_some())
    };
    let mut asked: Vec<&mut Ranked> = ranked.iter_mut().filter(is_asked).collect();
    let points: Vec<&MeteredPoint> = asked.iter().map(|ranked| ranked.point).collect();
    let floor = |id: &str| {
        if licences.match_of(id) == Some(LicenceMatch::UsagePoint) { OwnFloor::None } else { OwnFloor::AsPeers }
    };
    let mut together: BTreeMap<&str, f64> = BTreeMap::new();
    for (ranked, load) in asked.iter_mut().zip(metered.hidden_loads(&points, floor)?) {
        ranked.load = load;
        for licence in licences.shared(&ranked.point.usage_point) {
            *together.entry(licence).or_default() += load.map_or(0.0, |load| load.kw);
        }
    }
    for ranked in asked {
        let id = &ranked.point.usage_point;
        let shared_kw =
            licences.shared(id).into_iter().filter_map(|licence| together.get(licence)).copied().fold(0.0, f64::max);
        ranked.verdict =
            ranked.load.and_then(|load| licences.judge(id, licensed_load(&load, ranked.point.days, shared_kw)));
        let id_decides = |verdict: &LicenceVerdict| verdict.matched == LicenceMatch::UsagePoint;
        match &ranked.verdict {
            Some(verdict) if verdict.is_exceeded() && id_decides(verdict) => {
                ranked.ledger.overrule(Step::Licence, ranked.before.max(logit(setting.stated.licence_exceeded)));
            }
            Some(verdict) if verdict.is_within() => {
                ranked.ledger.overrule(Step::Licence, ranked.before.min(logit(WITHIN_LICENCE)));
            }
            _ => {}
        }
    }
    Ok(())
}

fn licensed_load(load: &HiddenLoad, (first, last): (CivilDay, CivilDay), together_kw: f64) -> LicensedLoad {
    let days = (load.since.unwrap_or(first), load.until.unwrap_or(last));
    let count = f64::from((days.1.0 - days.0.0 + 1).max(1));
    let hours_a_day = if load.kw > 0.0 { (load.kwh / load.kw / count).clamp(0.0, 24.0) } else { 0.0 };
    LicensedLoad { kw: load.kw, together_kw, days, hours_a_day }
}

/// The look-alike that a usage point's tariff class names, while its mean load stays within the
/// contracted power.
fn lawful_class(point: &MeteredPoint, classes: &BTreeMap<String, String>) -> Option<String> {
    let look_alike = classes.get(&*point.measured.tariff_class)?;
    // Without a contracted power the ratio is not known and the class decides.
    (!point.measured.exceeds_contract()).then(|| look_alike.clone())
}

/// Estimates the load of listed usage points and of all that may yet be asked about.
pub(crate) fn estimate(ranked: &mut [Ranked], listed: usize, metered: &Metered) -> Result<(), DigestError> {
    let least = logit(WORTH_ESTIMATING);
    let wanted = |(index, ranked): &(usize, &mut Ranked)| {
        ranked.load.is_none() && (*index < listed || ranked.before.max(ranked.ledger.log_odds()) >= least)
    };
    let mut open: Vec<&mut Ranked> = ranked.iter_mut().enumerate().filter(wanted).map(|(_, ranked)| ranked).collect();
    let points: Vec<&MeteredPoint> = open.iter().map(|ranked| ranked.point).collect();
    for (ranked, load) in open.iter_mut().zip(metered.hidden_loads(&points, |_| OwnFloor::AsPeers)?) {
        ranked.load = load;
    }
    Ok(())
}
