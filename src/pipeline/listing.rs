//! From judgements to lines: the ranked list, screening, scores, and what was cleared.

use std::collections::BTreeMap;

use crate::consequence::{LicenceCheck, LicenceVerdict};
use crate::domain::{Calendar, Customer, Grid, UsagePointId};
use crate::evidence::{HiddenLoad, LoadPattern, OwnFloor, TESTS, hidden_load};
use crate::findings::{ClearedRow, FindingKind, Loss, Pattern, Resolution, ScoreRow, SuspectRow};
use crate::fusion::{logistic, logit, q_values, shortlist_length};
use crate::population::Peers;
use crate::series::RegisterLoad;

use super::metered::{Metered, MeteredPoint};

/// Probability that a licence which the meter's own readings exceed is really exceeded: the rest are wrong entries in the register.
const LICENCE_EXCEEDED: f64 = 0.97;
/// Share of premises with a valid licence within its power that hide a second farm.
const WITHIN_LICENCE: f64 = 1e-3;
/// Contributions smaller than this are not put into words.
const WORTH_A_WORD: f64 = 0.3;
/// A cleared usage point would have been at least this likely.
const WORTH_CLEARING: f64 = 0.1;

/// What the list is made of besides judgements.
pub(super) struct ListSetting<'a> {
    pub(super) calendar: &'a Calendar,
    pub(super) customers: &'a BTreeMap<UsagePointId, Customer>,
    pub(super) grid: &'a Grid,
    pub(super) licences: &'a LicenceCheck,
    pub(super) fdr: f64,
    pub(super) top: Option<usize>,
}

/// Everything said about usage points.
pub(super) struct Listing {
    pub(super) suspects: Vec<SuspectRow>,
    pub(super) screening: Vec<SuspectRow>,
    pub(super) scores: Vec<ScoreRow>,
    pub(super) cleared: Vec<ClearedRow>,
}

/// A judged usage point with its place in the order.
struct Ranked<'a> {
    point: &'a MeteredPoint,
    log_odds: f64,
    before: f64,
    verdict: Option<LicenceVerdict>,
    load: Option<HiddenLoad>,
}

/// Ranks, lists and explains.
pub(super) fn list(metered: &Metered, registers: &[RegisterLoad], setting: &ListSetting) -> Listing {
    let mut ranked: Vec<Ranked> = metered.points.iter().filter_map(|point| rank_one(point, metered, setting)).collect();
    ranked.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds).then_with(|| a.point.series.usage_point.cmp(&b.point.series.usage_point)));
    let probability: Vec<f64> = ranked.iter().map(|r| logistic(r.log_odds)).collect();
    let q = q_values(&probability);
    let length = setting.top.unwrap_or_else(|| shortlist_length(&q, setting.fdr)).min(ranked.len());
    let mut suspects: Vec<SuspectRow> = Vec::with_capacity(length);
    for (index, ranked) in ranked[..length].iter().enumerate() {
        let row = suspect_row(ranked, metered, setting);
        suspects.push(SuspectRow { rank: index as u64 + 1, probability: Some(probability[index]), q_value: Some(q[index]), ..row });
    }
    let cleared = ranked.iter().filter_map(|ranked| cleared_row(ranked, metered)).collect();
    let scores = score_rows(metered, &ranked, &probability, &q, registers, setting);
    let screening = screening_rows(metered, registers, setting);
    Listing { suspects, screening, scores, cleared }
}

fn rank_one<'a>(point: &'a MeteredPoint, metered: &Metered, setting: &ListSetting) -> Option<Ranked<'a>> {
    let judgement = point.judgement.as_ref()?;
    let id = &point.series.usage_point;
    let subject = point.subject(&metered.peers, &metered.day_weather);
    let licensed = setting.licences.is_licensed(id);
    let load = hidden_load(&subject, if licensed { OwnFloor::None } else { OwnFloor::AsPeers });
    let days = point.series.days(setting.calendar);
    let verdict = load.zip(days).and_then(|(load, days)| setting.licences.judge(id, load.kw, days));
    let before = judgement.log_odds;
    let log_odds = match &verdict {
        Some(verdict) if verdict.is_exceeded() => before.max(logit(LICENCE_EXCEEDED)),
        Some(_) => before.min(logit(WITHIN_LICENCE)),
        None => before,
    };
    Some(Ranked { point, log_odds, before, verdict, load })
}

fn suspect_row(ranked: &Ranked, metered: &Metered, setting: &ListSetting) -> SuspectRow {
    let id = &ranked.point.series.usage_point;
    let mut row = place_row(id, setting);
    let exceeded = ranked.verdict.as_ref().filter(|verdict| verdict.is_exceeded());
    row.finding = if exceeded.is_some() { FindingKind::LicenceExceeded } else { FindingKind::MeteredHiddenLoad };
    row.licence = ranked.verdict.as_ref().map(|verdict| verdict.licence.clone());
    if let Some(load) = ranked.load {
        row.pattern = Some(pattern(load.pattern));
        (row.hidden_kw, row.hidden_kw_low, row.hidden_kw_high) = (Some(load.kw), Some(load.kw_low), Some(load.kw_high));
        row.since = load.since;
        (row.since_low, row.since_high) = (load.since_range.map(|range| range.0), load.since_range.map(|range| range.1));
        row.hidden_kwh = Some(load.kwh);
    }
    if let Some(verdict) = exceeded {
        row.evidence_for.push(verdict.reason.clone());
    }
    words(ranked.point, metered, &mut row);
    row
}

/// A line with what is known of the place and nothing found yet.
fn place_row(id: &UsagePointId, setting: &ListSetting) -> SuspectRow {
    let customer = setting.customers.get(id);
    SuspectRow {
        rank: 0,
        usage_point: id.clone(),
        address: customer.and_then(|c| c.address.clone()),
        city: customer.and_then(|c| c.city.clone()),
        tariff_class: customer.and_then(|c| c.tariff_class.clone()),
        node: setting.grid.feeding_node(id).map(|node| node.node.clone()),
        finding: FindingKind::MeteredHiddenLoad,
        pattern: None,
        probability: None,
        q_value: None,
        hidden_kw: None,
        hidden_kw_low: None,
        hidden_kw_high: None,
        since: None,
        since_low: None,
        since_high: None,
        hidden_kwh: None,
        loss: Loss::default(),
        licence: None,
        evidence_for: Vec::new(),
        evidence_against: Vec::new(),
        tests_missing: Vec::new(),
    }
}

/// Puts the families into words, strongest first, and names the tests that the data did not allow.
fn words(point: &MeteredPoint, metered: &Metered, row: &mut SuspectRow) {
    let Some(judgement) = &point.judgement else { return };
    let subject = point.subject(&metered.peers, &metered.day_weather);
    let mut told: Vec<(f64, String)> = Vec::new();
    for (test, llr) in TESTS.iter().zip(&judgement.families) {
        match llr {
            None => row.tests_missing.push(format!("{}: needs {}", test.family, test.needs)),
            Some(llr) if llr.abs() >= WORTH_A_WORD => told.push((*llr, format!("{}: {} ({})", test.family, (test.words)(&subject), usual(*llr)))),
            Some(_) => {}
        }
    }
    told.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then_with(|| a.1.cmp(&b.1)));
    for (llr, text) in told {
        if llr > 0.0 { row.evidence_for.push(text) } else { row.evidence_against.push(text) }
    }
}

/// Log-odds in words that an auditor can say aloud.
fn usual(llr: f64) -> String {
    let times = llr.abs().exp();
    let times = if times < 10.0 { format!("{times:.1}") } else { format!("{times:.0}") };
    if llr > 0.0 { format!("{times} times more usual with a farm than without") } else { format!("{times} times more usual without a farm") }
}

fn pattern(pattern: LoadPattern) -> Pattern {
    match pattern {
        LoadPattern::Constant => Pattern::Constant,
        LoadPattern::Scheduled => Pattern::Scheduled,
        LoadPattern::Staircase => Pattern::Staircase,
        LoadPattern::Interrupted => Pattern::Interrupted,
    }
}

fn cleared_row(ranked: &Ranked, metered: &Metered) -> Option<ClearedRow> {
    let licensed = ranked.verdict.as_ref().filter(|verdict| !verdict.is_exceeded());
    // A lamp is cleared by its own evidence: what the other families say alone would have listed it.
    let daylight = TESTS.iter().position(|test| test.family == "daylight").and_then(|family| {
        let llr = ranked.point.judgement.as_ref()?.families[family]?;
        (llr < -WORTH_A_WORD).then_some((family, llr))
    });
    let (look_alike, reason, before) = match (licensed, daylight) {
        (Some(verdict), _) => ("licensed_miner", verdict.reason.clone(), ranked.before),
        (None, Some((family, llr))) => {
            let subject = ranked.point.subject(&metered.peers, &metered.day_weather);
            ("street_light", (TESTS[family].words)(&subject), ranked.before - llr)
        }
        (None, None) => return None,
    };
    let was_likely = logistic(before) >= WORTH_CLEARING || licensed.is_some();
    was_likely.then(|| ClearedRow {
        usage_point: ranked.point.series.usage_point.clone(),
        look_alike: Some(look_alike.to_owned()),
        reason,
        hidden_kw: ranked.load.map(|load| load.kw),
        probability_before: Some(logistic(before)),
        probability: Some(logistic(ranked.log_odds)),
    })
}

fn score_rows(
    metered: &Metered,
    ranked: &[Ranked],
    probability: &[f64],
    q: &[f64],
    registers: &[RegisterLoad],
    setting: &ListSetting,
) -> Vec<ScoreRow> {
    let place: BTreeMap<&UsagePointId, usize> = ranked.iter().enumerate().map(|(index, r)| (&r.point.series.usage_point, index)).collect();
    let mut rows: Vec<ScoreRow> = metered
        .points
        .iter()
        .map(|point| {
            let index = place.get(&point.series.usage_point).copied();
            let load = index.and_then(|index| ranked[index].load);
            ScoreRow {
                usage_point: point.series.usage_point.clone(),
                log_odds: index.map(|index| ranked[index].log_odds),
                probability: index.map(|index| probability[index]),
                q_value: index.map(|index| q[index]),
                hidden_kw: load.map(|load| load.kw),
                since: load.and_then(|load| load.since),
                resolution: point.resolution(),
                stratum: point.stratum.name(),
                statistics: point.measured.statistics.clone(),
                llr: point.judgement.as_ref().map_or_else(|| vec![None; TESTS.len()], |judgement| judgement.families.clone()),
            }
        })
        .collect();
    rows.extend(register_only(metered, registers).map(|load| register_score(load, setting)));
    rows.sort_by(|a, b| a.usage_point.cmp(&b.usage_point));
    rows
}

/// Registers of usage points without interval readings.
fn register_only<'a>(metered: &'a Metered, registers: &'a [RegisterLoad]) -> impl Iterator<Item = &'a RegisterLoad> {
    registers.iter().filter(|load| metered.points.binary_search_by(|point| point.series.usage_point.cmp(&load.usage_point)).is_err())
}

fn register_score(load: &RegisterLoad, setting: &ListSetting) -> ScoreRow {
    ScoreRow {
        usage_point: load.usage_point.clone(),
        log_odds: None,
        probability: None,
        q_value: None,
        hidden_kw: None,
        since: None,
        resolution: Resolution::Register,
        stratum: crate::population::NodeFacts::of(setting.customers.get(&load.usage_point)).stratum().name(),
        statistics: vec![None; crate::evidence::statistics().count()],
        llr: vec![None; TESTS.len()],
    }
}

/// Usage points that cannot carry a probability, largest excess over their peers first: a list to look at, not a finding.
fn screening_rows(metered: &Metered, registers: &[RegisterLoad], setting: &ListSetting) -> Vec<SuspectRow> {
    let mut rows: Vec<(f64, SuspectRow)> = register_only(metered, registers)
        .map(|load| screening_row(&load.usage_point, load.mean_kw, "register readings only", &metered.peers, setting))
        .collect();
    for point in metered.points.iter().filter(|point| point.judgement.is_none()) {
        let valid: Vec<f64> = point.series.kw.iter().filter(|kw| !kw.is_nan()).map(|&kw| f64::from(kw)).collect();
        if !valid.is_empty() {
            let mean_kw = valid.iter().sum::<f64>() / valid.len() as f64;
            rows.push(screening_row(&point.series.usage_point, mean_kw, "fewer than seven complete days", &metered.peers, setting));
        }
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.usage_point.cmp(&b.1.usage_point)));
    rows.into_iter().enumerate().map(|(index, (_, row))| SuspectRow { rank: index as u64 + 1, ..row }).collect()
}

fn screening_row(id: &UsagePointId, mean_kw: f64, ground: &str, peers: &Peers, setting: &ListSetting) -> (f64, SuspectRow) {
    let stratum = crate::population::NodeFacts::of(setting.customers.get(id)).stratum();
    let usual_kw = peers.baseline(&stratum).and_then(|baseline| baseline.ln_mean_kw).map(f64::exp);
    let mut row = place_row(id, setting);
    let excess_kw = mean_kw - usual_kw.unwrap_or(mean_kw);
    row.evidence_for.push(match usual_kw {
        Some(usual) => format!("size: {mean_kw:.2} kW on average, {:.1} times the peers' median", mean_kw / usual),
        None => format!("size: {mean_kw:.2} kW on average; no peers to compare with"),
    });
    row.tests_missing = TESTS.iter().map(|test| format!("{}: {ground}", test.family)).collect();
    (excess_kw, row)
}
