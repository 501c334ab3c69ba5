//! A judged usage point as a line: its load, and what speaks for and against it.

use crate::digest::DigestError;
use crate::domain::{Fact, Step, UsagePointId};
use crate::evidence::{self, HiddenLoad, TESTS};
use crate::findings::{FindingKind, SuspectRow};
use crate::metered::{Metered, MeteredPoint};
use crate::unmetered::{Began, Says};

use super::inspected;
use super::list_setting::{ByBalance, ListSetting};
use super::meet;
use super::ranked::{Ranked, pattern};
use super::said::{self, usual};

/// Contributions smaller than this are not put into words.
pub(crate) const WORTH_A_WORD: f64 = 0.3;

/// The line of a ranked usage point.
pub(crate) fn suspect_row(
    ranked: &Ranked,
    metered: &Metered,
    by_balance: &ByBalance,
    setting: &ListSetting,
) -> Result<SuspectRow, DigestError> {
    let named = by_balance.named.get(&ranked.point.usage_point);
    if let Some(row) = named.filter(|_| ranked.by_balance) {
        let mut row = row.clone();
        if let Some(heard) = &ranked.heard {
            inspected::tell(&mut row, heard, metered.bench.visits);
        }
        return Ok(row);
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
    words(ranked.point, metered, &mut row)?;
    said_by_balance(&ranked.point.usage_point, by_balance, &mut row);
    if let Some(heard) = &ranked.heard {
        inspected::tell(&mut row, heard, metered.bench.visits);
    }
    Ok(row)
}

/// Adds what the balance of its transformer says of a usage point.
fn said_by_balance(id: &UsagePointId, by_balance: &ByBalance, row: &mut SuspectRow) {
    match by_balance.says.get(id) {
        Some(says @ Says::Closes { node, within_kw }) => {
            row.evidence_for.push(said::closes(meet::log_odds(says), node, *within_kw));
        }
        Some(says @ Says::NotReal { node, share }) => {
            row.evidence_against.push(said::not_real(meet::log_odds(says), node, 100.0 * share));
        }
        None => {}
    }
    if let Some(Began { node, day, kw, .. }) = by_balance.linked.get(id) {
        row.evidence_for.push(said::possibly_one(id, node, *kw, *day));
    }
}

/// Writes a load into its line.
pub(crate) fn tell_load(row: &mut SuspectRow, load: &HiddenLoad) {
    row.pattern = Some(pattern(load.pattern));
    (row.hidden_kw, row.hidden_kw_low, row.hidden_kw_high) = (Some(load.kw), Some(load.kw_low), Some(load.kw_high));
    (row.since, row.until) = (load.since, load.until);
    (row.since_low, row.since_high) = (load.since_range.map(|range| range.0), load.since_range.map(|range| range.1));
    (row.hidden_kwh, row.hidden_hours) = (Some(load.kwh), Some(load.hours));
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
fn words(point: &MeteredPoint, metered: &Metered, row: &mut SuspectRow) -> Result<(), DigestError> {
    let Some(calibration) = &metered.calibration else { return Ok(()) };
    let families = calibration.families(&point.measured);
    let mut told: Vec<(f64, Fact)> = Vec::new();
    metered.look_at(point, |subject| {
        for (test, llr) in TESTS.iter().zip(&families) {
            match llr {
                None => row.tests_missing.push(said::missing(test.family, (test.needs)())),
                Some(llr) if llr.abs() >= WORTH_A_WORD => {
                    told.push((*llr, said::family(test.family, (test.finding)(subject), usual(*llr))));
                }
                Some(_) => {}
            }
        }
    })?;
    let address = point.ledger.map_or(0.0, |ledger| ledger.entry(Step::Address));
    if address >= WORTH_A_WORD {
        told.push((address, said::like_loads(usual(address))));
    }
    let (prior, mismatches) = calibration.mismatches(&point.measured);
    told.extend(mismatches.into_iter().map(|mismatch| (prior, said::books(mismatch, prior.exp()))));
    told.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then_with(|| a.1.cmp(&b.1)));
    for (llr, fact) in told {
        if llr > 0.0 { row.evidence_for.push(fact) } else { row.evidence_against.push(fact) }
    }
    let nearest = metered
        .look_at(point, |subject| evidence::look_alike(subject).map(|found| (found.name, found.signs(subject))))?;
    if let Some((name, words)) = nearest {
        row.evidence_against.push(said::resembles(name, words));
    }
    Ok(())
}
