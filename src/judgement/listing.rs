//! From judgements to lines: the ranked list, screening, scores, and what was cleared.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{q_values, shortlist_length};
use crate::domain::{CivilDay, Customer, Grid, UsagePointId};
use crate::domain::{logistic, logit};
use crate::evidence::{self, HiddenLoad, LoadPattern, OwnFloor, Subject, TESTS};
use crate::findings::{ClearedRow, FindingKind, OtherPrior, Pattern, Resolution, ScoreRow, SuspectRow};
use crate::judgement::{LicenceCheck, LicenceMatch, LicenceVerdict, LicensedLoad};
use crate::metered::Measured;
use crate::population::NodeFacts;
use crate::series::RegisterLoad;

use crate::judgement::cleared::{Lawful, WORTH_CLEARING, cleared_row, cleared_small, home};
use crate::judgement::meet;
use crate::judgement::other_priors::other_priors;
use crate::metered::engine::{Metered, MeteredPoint};
use crate::unmetered::{Began, Says};

/// Probability that a licence which the meter's own readings exceed is really exceeded: the rest
/// are wrong entries in the register.
const LICENCE_EXCEEDED: f64 = 0.97;
/// Share of premises with a valid licence within its power that hide a second farm.
const WITHIN_LICENCE: f64 = 1e-3;
/// Contributions smaller than this are not put into words.
pub(crate) const WORTH_A_WORD: f64 = 0.3;
/// The load of less likely usage points is not estimated.
const WORTH_ESTIMATING: f64 = 1e-3;
/// Probability of what looks like a farm and draws less than is claimed, at most: the smallest
/// farms are not planted, so nothing is known of how many there are.
const SMALL: f64 = 0.05;
/// Names of the families in the order of `ScoreRow::llr`: those of the tests, what the building
/// says, and what the transformer's balance says.
pub(crate) fn family_names() -> Vec<&'static str> {
    TESTS.iter().map(|test| test.family).chain(["address", "balance"]).collect()
}

/// What the list is made of besides judgements.
pub(crate) struct ListSetting<'a> {
    pub(crate) customers: &'a BTreeMap<UsagePointId, Customer>,
    pub(crate) grid: &'a Grid,
    pub(crate) licences: &'a LicenceCheck<'a>,
    /// Look-alikes by tariff class that a steady load is the purpose of.
    pub(crate) lawful_class: &'a BTreeMap<String, String>,
    /// Smallest load that is claimed, kW.
    pub(crate) least_kw: f64,
    pub(crate) fdr: f64,
    pub(crate) top: Option<usize>,
}

/// Everything said about usage points.
pub(crate) struct Listing {
    pub(crate) suspects: Vec<SuspectRow>,
    pub(crate) screening: Vec<SuspectRow>,
    pub(crate) scores: Vec<ScoreRow>,
    pub(crate) cleared: Vec<ClearedRow>,
    /// What the register says of listed usage points that a licence names.
    pub(crate) licensed: BTreeMap<UsagePointId, LicenceVerdict>,
    pub(crate) other_priors: Vec<OtherPrior>,
}

impl Listing {
    /// Takes lines off the list whose load turned out to be smaller than what is claimed, and says
    /// so among what was cleared.
    pub(crate) fn drop_small(&mut self, least_kw: f64) {
        let is_small = |row: &SuspectRow| {
            row.finding == FindingKind::MeteredHiddenLoad && row.hidden_kw.is_some_and(|kw| kw < least_kw)
        };
        let (small, kept): (Vec<SuspectRow>, Vec<SuspectRow>) =
            std::mem::take(&mut self.suspects).into_iter().partition(is_small);
        self.suspects = kept.into_iter().zip(1..).map(|(row, rank)| SuspectRow { rank, ..row }).collect();
        for row in small {
            if let Ok(place) = self.scores.binary_search_by(|score| score.usage_point.cmp(&row.usage_point)) {
                let score = &mut self.scores[place];
                score.log_odds = score.log_odds.map(|log_odds| log_odds.min(logit(SMALL)));
                score.probability = score.log_odds.map(logistic);
            }
            self.licensed.remove(&row.usage_point);
            self.cleared.push(cleared_small(&row, SMALL));
        }
    }
}

/// A judged usage point with its place in the order.
pub(crate) struct Ranked<'a> {
    pub(crate) point: &'a MeteredPoint,
    /// Index of the point in the order of ids.
    pub(crate) place: u32,
    pub(crate) log_odds: f64,
    pub(crate) before: f64,
    pub(crate) lawful: Option<Lawful>,
    pub(crate) verdict: Option<LicenceVerdict>,
    pub(crate) load: Option<HiddenLoad>,
    /// A balance is surer of it than its own series.
    pub(crate) by_balance: bool,
}

/// What balances say of usage points.
pub(crate) struct ByBalance {
    /// Lines of those whose meter shows less than is used.
    pub(crate) named: BTreeMap<UsagePointId, SuspectRow>,
    /// Those whose load began together with unmetered load at their transformer.
    pub(crate) linked: BTreeMap<UsagePointId, Began>,
    /// What balances say of the readings of those that stand out.
    pub(crate) says: BTreeMap<UsagePointId, Says>,
}

impl ByBalance {
    /// Log-odds that a balance alone gives a usage point; `None` where it does not name it.
    fn log_odds(&self, id: &UsagePointId) -> Option<f64> {
        self.named.get(id).and_then(|row| row.probability).map(logit)
    }
}

/// Ranks, lists and explains.
pub(crate) fn list(
    metered: &Metered,
    registers: &[RegisterLoad],
    by_balance: &ByBalance,
    setting: &ListSetting,
) -> Listing {
    let mut ranked = rank(metered, by_balance, setting);
    let probability: Vec<f64> = ranked.iter().map(|r| logistic(r.log_odds)).collect();
    let q = q_values(&probability);
    let length = setting.top.unwrap_or_else(|| shortlist_length(&q, setting.fdr)).min(ranked.len());
    estimate(&mut ranked, length, metered);
    let rows: Vec<SuspectRow> =
        ranked[..length].par_iter().map(|ranked| suspect_row(ranked, metered, by_balance, setting)).collect();
    let number = |(index, row): (usize, SuspectRow)| SuspectRow {
        rank: index as u64 + 1,
        probability: Some(probability[index]),
        q_value: Some(q[index]),
        ..row
    };
    let suspects = rows.into_iter().enumerate().map(number).collect();
    let licensed = ranked[..length]
        .iter()
        .filter_map(|ranked| Some((ranked.point.usage_point.clone(), ranked.verdict.clone()?)))
        .collect();
    let cleared = ranked
        .par_iter()
        .enumerate()
        .filter_map(|(index, ranked)| cleared_row(ranked, index < length, metered))
        .collect();
    let scores = score_rows(metered, &ranked, &probability, &q, registers, setting);
    let screening = screening_rows(metered, registers, setting);
    // A list of a fixed length has one for any prior.
    let learned = metered.calibration.as_ref().filter(|_| setting.top.is_none());
    let other_priors =
        learned.map_or_else(Vec::new, |calibration| other_priors(&judged(&ranked), calibration, setting.fdr));
    Listing { suspects, screening, scores, cleared, licensed, other_priors }
}

/// Sets aside what looks like a farm but draws less than is claimed.
fn ask_sizes(ranked: &mut [Ranked], metered: &Metered, least_kw: f64) {
    let mut asked: Vec<&mut Ranked> = ranked
        .iter_mut()
        .filter(|ranked| ranked.lawful.is_none() && ranked.log_odds >= logit(WORTH_CLEARING))
        .collect();
    let points: Vec<&MeteredPoint> = asked.iter().map(|ranked| ranked.point).collect();
    for (ranked, load) in asked.iter_mut().zip(metered.hidden_loads(&points, |_| OwnFloor::AsPeers)) {
        if let Some(load) = load.filter(|load| load.kw < least_kw) {
            (ranked.lawful, ranked.log_odds) = (Some(Lawful::Small(load.kw)), ranked.log_odds.min(logit(SMALL)));
        }
    }
}

/// Log-odds, and whose they are where the prior has a part in them: a licence or a class may have
/// decided.
fn judged<'a>(ranked: &[Ranked<'a>]) -> Vec<(Option<&'a Measured>, f64)> {
    ranked
        .iter()
        .map(|ranked| ((ranked.log_odds == ranked.before).then_some(&ranked.point.measured), ranked.log_odds))
        .collect()
}

/// Judged usage points, best first. Those with a licence are measured against it.
fn rank<'a>(metered: &'a Metered, by_balance: &ByBalance, setting: &ListSetting) -> Vec<Ranked<'a>> {
    let judge = |(place, point): (usize, &'a MeteredPoint)| {
        let log_odds = point.log_odds?;
        let lawful = lawful_class(point, setting.lawful_class)
            .map(Lawful::Class)
            .or_else(|| home(point, log_odds, metered).map(Lawful::Home));
        let own = if lawful.is_some() { log_odds.min(logit(WITHIN_LICENCE)) } else { log_odds };
        Some(Ranked {
            point,
            place: place as u32,
            log_odds: own,
            before: log_odds,
            lawful,
            verdict: None,
            load: None,
            by_balance: false,
        })
    };
    let mut ranked: Vec<Ranked> = metered.points.iter().enumerate().filter_map(judge).collect();
    ask_sizes(&mut ranked, metered, setting.least_kw);
    ask_licences(&mut ranked, metered, setting.licences);
    for ranked in &mut ranked {
        if let Some(log_odds) =
            by_balance.log_odds(&ranked.point.usage_point).filter(|&log_odds| log_odds > ranked.log_odds)
        {
            (ranked.log_odds, ranked.by_balance) = (log_odds, true);
        }
    }
    ranked.par_sort_by(|a, b| {
        b.log_odds.total_cmp(&a.log_odds).then_with(|| a.point.usage_point.cmp(&b.point.usage_point))
    });
    ranked
}

/// Holds usage points against the licence register. A licence that names the meter decides; of one
/// that names the building or a node only what looks like a farm is held against it, and all of it
/// together.
fn ask_licences(ranked: &mut [Ranked], metered: &Metered, licences: &LicenceCheck) {
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
    for (ranked, load) in asked.iter_mut().zip(metered.hidden_loads(&points, floor)) {
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
        ranked.log_odds = match &ranked.verdict {
            Some(verdict) if verdict.is_exceeded() && verdict.matched == LicenceMatch::UsagePoint => {
                ranked.before.max(logit(LICENCE_EXCEEDED))
            }
            Some(verdict) if verdict.is_within() => ranked.before.min(logit(WITHIN_LICENCE)),
            _ => ranked.log_odds,
        };
    }
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
fn estimate(ranked: &mut [Ranked], listed: usize, metered: &Metered) {
    let least = logit(WORTH_ESTIMATING);
    let wanted = |(index, ranked): &(usize, &mut Ranked)| {
        ranked.load.is_none() && (*index < listed || ranked.before.max(ranked.log_odds) >= least)
    };
    let mut open: Vec<&mut Ranked> = ranked.iter_mut().enumerate().filter(wanted).map(|(_, ranked)| ranked).collect();
    let points: Vec<&MeteredPoint> = open.iter().map(|ranked| ranked.point).collect();
    for (ranked, load) in open.iter_mut().zip(metered.hidden_loads(&points, |_| OwnFloor::AsPeers)) {
        ranked.load = load;
    }
}

fn suspect_row(ranked: &Ranked, metered: &Metered, by_balance: &ByBalance, setting: &ListSetting) -> SuspectRow {
    let named = by_balance.named.get(&ranked.point.usage_point);
    if let Some(row) = named.filter(|_| ranked.by_balance) {
        return row.clone();
    }
    let mut row = place_row(&ranked.point.usage_point, setting);
    let exceeded = ranked.verdict.as_ref().filter(|verdict| verdict.is_exceeded());
    row.finding = if exceeded.is_some() { FindingKind::LicenceExceeded } else { FindingKind::MeteredHiddenLoad };
    if let Some(verdict) = &ranked.verdict {
        row.licence = Some(verdict.licence.clone());
        (row.licence_status, row.licence_match) = (Some(verdict.state.as_str()), Some(verdict.matched.as_str()));
    }
    if let Some(load) = &ranked.load {
        tell_load(&mut row, load);
    }
    row.evidence_for.extend(named.into_iter().flat_map(|named| named.evidence_for.iter().cloned()));
    words(ranked.point, metered, &mut row);
    said_by_balance(&ranked.point.usage_point, by_balance, &mut row);
    row
}

/// Adds what the balance of its transformer says of a usage point.
fn said_by_balance(id: &UsagePointId, by_balance: &ByBalance, row: &mut SuspectRow) {
    match by_balance.says.get(id) {
        Some(says @ Says::Closes { node, within_kw }) => row.evidence_for.push(format!(
            "balance {:+.1}: at {node} what flows in and what flows out agree within {within_kw:.1} kW when its load is counted: the load is real",
            meet::log_odds(says)
        ).into()),
        Some(says @ Says::NotReal { node, share }) => row.evidence_against.push(format!(
            "balance {:+.1}: at {node} only {:.0} % of what its meter shows flows: a fault of its data until it is checked",
            meet::log_odds(says),
            100.0 * share
        ).into()),
        None => {}
    }
    if let Some(Began { node, day, kw, .. }) = by_balance.linked.get(id) {
        row.evidence_for.push(format!(
            "possibly more: {kw:.1} kW that no meter sees began at {node} about the same day ({day}); a date alone proves no common farm, so neither is counted in the other"
        ).into());
    }
}

/// Writes a load into its line.
pub(crate) fn tell_load(row: &mut SuspectRow, load: &HiddenLoad) {
    row.pattern = Some(pattern(load.pattern));
    (row.hidden_kw, row.hidden_kw_low, row.hidden_kw_high) = (Some(load.kw), Some(load.kw_low), Some(load.kw_high));
    (row.since, row.until) = (load.since, load.until);
    (row.since_low, row.since_high) = (load.since_range.map(|range| range.0), load.since_range.map(|range| range.1));
    row.hidden_kwh = Some(load.kwh);
}

/// A line with what is known of the place and nothing found yet.
pub(crate) fn place_row(id: &UsagePointId, setting: &ListSetting) -> SuspectRow {
    let customer = setting.customers.get(id);
    SuspectRow {
        address: customer.and_then(|c| c.address.clone()),
        city: customer.and_then(|c| c.city.clone()),
        tariff_class: customer.and_then(|c| c.tariff_class.clone()),
        node: setting.grid.feeding_node(id).map(|node| node.node.clone()),
        lat: customer.and_then(|c| c.lat),
        lon: customer.and_then(|c| c.lon),
        ..SuspectRow::nothing_found(id.clone(), FindingKind::MeteredHiddenLoad)
    }
}

/// Puts the families into words, strongest first, and names the tests that the data did not allow.
fn words(point: &MeteredPoint, metered: &Metered, row: &mut SuspectRow) {
    let Some(calibration) = &metered.calibration else { return };
    let families = calibration.families(&point.measured);
    let mut told: Vec<(f64, String)> = Vec::new();
    look_at(point, metered, |subject| {
        for (test, llr) in TESTS.iter().zip(&families) {
            match llr {
                None => row.tests_missing.push(format!("{}: needs {}", test.family, test.needs).into()),
                Some(llr) if llr.abs() >= WORTH_A_WORD => {
                    told.push((*llr, format!("{}: {} ({})", test.family, (test.words)(subject), usual(*llr))))
                }
                Some(_) => {}
            }
        }
    });
    if point.neighbours >= WORTH_A_WORD {
        told.push((
            point.neighbours,
            format!(
                "address: others in the building look like farms and draw a like steady load ({})",
                usual(point.neighbours)
            ),
        ));
    }
    let (prior, mismatches) = calibration.mismatches(&point.measured);
    told.extend(mismatches.iter().map(|words| {
        (prior, format!("books: {words}, and is held to be {:.0} times likelier to hide a farm for it", prior.exp()))
    }));
    told.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then_with(|| a.1.cmp(&b.1)));
    for (llr, text) in told {
        if llr > 0.0 { row.evidence_for.push(text.into()) } else { row.evidence_against.push(text.into()) }
    }
    let nearest = look_at(point, metered, |subject| {
        evidence::look_alike(subject).map(|found| (found.name, found.words(subject)))
    })
    .flatten();
    if let Some((name, words)) = nearest {
        row.evidence_against.push(format!("resembles {}: {words}", name.replace('_', " ")).into());
    }
}

/// Shows the profile of one usage point to `look`; nothing happens when the file with profiles
/// failed, which ends the run later.
pub(crate) fn look_at<T>(point: &MeteredPoint, metered: &Metered, look: impl FnOnce(&Subject) -> T) -> Option<T> {
    let profile = metered.profiles.get(point.profile)?;
    Some(metered.bench.with_subject(&point.usage_point, &profile, look))
}

/// Log-odds in words that an auditor can say aloud.
pub(crate) fn usual(llr: f64) -> String {
    let times = llr.abs().exp();
    let times = if times < 10.0 { format!("{times:.1}") } else { format!("{times:.0}") };
    if llr > 0.0 {
        format!("{times} times more usual with a farm than without")
    } else {
        format!("{times} times more usual without a farm")
    }
}

fn pattern(pattern: LoadPattern) -> Pattern {
    match pattern {
        LoadPattern::Constant => Pattern::Constant,
        LoadPattern::Scheduled => Pattern::Scheduled,
        LoadPattern::Staircase => Pattern::Staircase,
        LoadPattern::Interrupted => Pattern::Interrupted,
    }
}

/// Makes every stratum's name once.
#[derive(Default)]
struct StratumNames {
    known: BTreeMap<crate::population::Stratum, Arc<str>>,
}

impl StratumNames {
    fn of(&mut self, facts: &NodeFacts) -> Arc<str> {
        let stratum = facts.stratum();
        if let Some(name) = self.known.get(&stratum) {
            return name.clone();
        }
        let name: Arc<str> = stratum.name().into();
        self.known.insert(stratum, name.clone());
        name
    }
}

fn score_rows(
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
    let families = |point: &MeteredPoint| -> Box<[f32]> {
        let calibration = metered.calibration.as_ref().filter(|_| point.log_odds.is_some());
        let own =
            calibration.map_or_else(|| vec![None; TESTS.len()], |calibration| calibration.families(&point.measured));
        let address = (point.neighbours > 0.0).then_some(point.neighbours);
        let balance = (point.balance != 0.0).then_some(point.balance);
        own.into_iter().chain([address, balance]).map(|llr| llr.map_or(f32::NAN, |llr| llr as f32)).collect()
    };
    let row = |((point, place), stratum): ((&MeteredPoint, Option<u32>), Arc<str>)| {
        let index = place.map(|place| place as usize);
        let load = index.and_then(|index| ranked[index].load);
        ScoreRow {
            usage_point: point.usage_point.clone(),
            log_odds: index.map(|index| ranked[index].log_odds),
            probability: index.map(|index| probability[index]),
            q_value: index.map(|index| q[index]),
            hidden_kw: load.map(|load| load.kw),
            since: load.and_then(|load| load.since),
            until: load.and_then(|load| load.until),
            resolution: point.resolution(),
            stratum,
            statistics: point.measured.statistics.clone(),
            llr: families(point),
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
fn register_only<'a>(metered: &'a Metered, registers: &'a [RegisterLoad]) -> impl Iterator<Item = &'a RegisterLoad> {
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
        stratum: names.of(&NodeFacts::of(setting.customers.get(&load.usage_point))),
        statistics: vec![f32::NAN; evidence::statistics().count()].into(),
        llr: vec![f32::NAN; family_names().len()].into(),
    }
}

/// Usage points that cannot carry a probability, largest excess over their peers first: a list to
/// look at, not a finding.
fn screening_rows(metered: &Metered, registers: &[RegisterLoad], setting: &ListSetting) -> Vec<SuspectRow> {
    let mut rows: Vec<(f64, SuspectRow)> = register_only(metered, registers)
        .map(|load| screening_row(&load.usage_point, load.mean_kw, "register readings only", metered, setting))
        .collect();
    let ground = if metered.calibration.is_some() {
        "fewer than seven complete days"
    } else {
        "too few usage points to learn from"
    };
    for point in metered.points.iter().filter(|point| point.log_odds.is_none()) {
        if let Some(mean_kw) = point.mean_kw {
            rows.push(screening_row(&point.usage_point, mean_kw, ground, metered, setting));
        }
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.usage_point.cmp(&b.1.usage_point)));
    rows.into_iter().enumerate().map(|(index, (_, row))| SuspectRow { rank: index as u64 + 1, ..row }).collect()
}

fn screening_row(
    id: &UsagePointId,
    mean_kw: f64,
    ground: &str,
    metered: &Metered,
    setting: &ListSetting,
) -> (f64, SuspectRow) {
    let usual_kw = metered.bench.usual_kw(&metered.bench.facts(id).stratum());
    let mut row = place_row(id, setting);
    let excess_kw = mean_kw - usual_kw.unwrap_or(mean_kw);
    row.evidence_for.push(match usual_kw {
        Some(usual) => {
            format!("size: {mean_kw:.2} kW on average, {:.1} times the peers' median", mean_kw / usual).into()
        }
        None => format!("size: {mean_kw:.2} kW on average; no peers to compare with").into(),
    });
    row.tests_missing = TESTS.iter().map(|test| format!("{}: {ground}", test.family).into()).collect();
    (excess_kw, row)
}
