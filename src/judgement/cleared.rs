//! What looks like a farm and is none: a licence, a class, a home, a small load, or the signs of a
//! lawful look-alike clear it, and `cleared.csv` says so.

use crate::digest::DigestError;
use crate::domain::{CivilDay, logistic, logit};
use crate::evidence::{self, LOOK_ALIKES, LookAlike, OwnFloor, TESTS};
use crate::findings::{ClearedRow, SuspectRow};
use crate::metered::{Heard, Metered};

use super::LicenceVerdict;
use super::inspected;
use super::lawful::{Lawful, WORTH_CLEARING};
use super::ranked::Ranked;
use super::said::{self, usual};
use super::suspect_rows::WORTH_A_WORD;

/// More than this, in log-odds, families do not speak against a farm, tables and trees together.
const MOST_AGAINST: f64 = 25.0;
/// Name of what draws less than is claimed.
const SMALL_LOAD: &str = "small_load";
/// Name of what an inspection cleared without a name that is known.
const INSPECTED: &str = "inspected";
/// A steady load that readings cannot tell from a farm; classes and inspectors can.
const SERVER_ROOM: &str = "server_room";
/// Name of a load that ended before the days judged.
pub(crate) const ENDED_LOAD: &str = "ended_load";
/// Why a usage point that looks like a farm is cleared.
enum Ground<'a> {
    Licence(&'a LicenceVerdict),
    Lawful(&'a Lawful),
    /// What an inspection found.
    Visit(&'a Heard),
    /// The family of evidence that speaks most against a farm, by its index, and what it says; what
    /// all families say that do; and the look-alike that it resembles.
    Signs {
        family: usize,
        llr: f64,
        against: f64,
        look_alike: Option<&'static LookAlike>,
    },
}

pub(crate) fn cleared_row(ranked: &Ranked, listed: bool, metered: &Metered) -> Result<Option<ClearedRow>, DigestError> {
    let licence = ranked.verdict.as_ref().filter(|verdict| verdict.is_within()).map(Ground::Licence);
    let visit = ranked.heard.as_ref().filter(|heard| match heard {
        Heard::Lawful(_) | Heard::Ended(..) => true,
        Heard::Nothing(..) => !listed && ranked.stated >= logit(WORTH_CLEARING),
        Heard::Found(_) | Heard::Grown(..) => false,
    });
    let lawful = || ranked.lawful.as_ref().map(Ground::Lawful);
    let ground = match visit.map(Ground::Visit).or(licence).or_else(lawful) {
        None if !listed => signs(ranked, metered)?,
        ground => ground,
    };
    let Some(ground) = ground else { return Ok(None) };
    // What speaks for a farm alone would have listed it.
    let before = if let Ground::Signs { against, .. } = ground { ranked.before - against } else { ranked.before };
    if !matches!(ground, Ground::Licence(_) | Ground::Visit(Heard::Lawful(_) | Heard::Ended(..)))
        && logistic(before) < WORTH_CLEARING
    {
        return Ok(None);
    }
    let words = |look_alike: &LookAlike| metered.look_at(ranked.point, |subject| look_alike.signs(subject));
    let (look_alike, reason) = match ground {
        Ground::Licence(verdict) => (Some("licensed_miner"), verdict.reason()),
        Ground::Visit(heard) => (Some(look_alike_of(heard)), inspected::told(heard, metered.bench.visits)),
        Ground::Lawful(Lawful::Class(look_alike)) => {
            (Some(look_alike.as_str()), said::lawful_class(&*ranked.point.measured.tariff_class))
        }
        Ground::Lawful(Lawful::Home(look_alike)) => (Some(look_alike.name), words(look_alike)?),
        Ground::Lawful(Lawful::Small(kw)) => (Some(SMALL_LOAD), said::small_load(*kw)),
        Ground::Signs { family, llr, look_alike: Some(look_alike), .. } => {
            (Some(look_alike.name), said::look_alike_signs(words(look_alike)?, TESTS[family].family, usual(llr)))
        }
        Ground::Signs { family, llr, look_alike: None, .. } => {
            let test = &TESTS[family];
            let words = metered.look_at(ranked.point, |subject| (test.finding)(subject))?;
            (None, said::family(test.family, words, usual(llr)))
        }
    };
    let hidden = match ranked.load {
        None => metered.hidden_loads(&[ranked.point], |_| OwnFloor::AsPeers)?[0],
        load => load,
    };
    Ok(Some(ClearedRow {
        usage_point: ranked.point.usage_point.clone(),
        look_alike: look_alike.map(str::to_owned),
        reason,
        hidden_kw: hidden.map(|load| load.kw),
        probability_before: Some(logistic(before)),
        probability: Some(ranked.ledger.probability()),
    }))
}

/// The name by which a visit clears: the look-alike that the inspector names, where it is one.
fn look_alike_of(heard: &Heard) -> &'static str {
    if matches!(heard, Heard::Ended(..)) {
        return ENDED_LOAD;
    }
    let cause = if let Heard::Lawful(visit) = heard { visit.cause.as_deref() } else { None };
    let Some(cause) = cause.map(|cause| cause.trim().to_lowercase().replace([' ', '-'], "_")) else { return INSPECTED };
    let mut names = LOOK_ALIKES.iter().map(|known| known.name).chain([SERVER_ROOM]);
    // `bakery` is what the look-alike `bakery_or_night_shift` is called by others.
    let is_named = |name: &&str| **name == *cause || name.split("_or_").any(|part| part == cause);
    names.find(is_named).unwrap_or(INSPECTED)
}

/// The row of a line whose load is smaller than what is claimed, or `ended` before the days judged;
/// it is held to be at most as likely as `most`.
pub(crate) fn cleared_small(row: &SuspectRow, most: f64, ended: Option<CivilDay>) -> ClearedRow {
    ClearedRow {
        usage_point: row.usage_point.clone(),
        look_alike: Some(if ended.is_some() { ENDED_LOAD } else { SMALL_LOAD }.to_owned()),
        reason: ended.map_or_else(|| said::small_load(row.hidden_kw.unwrap_or(0.0)), said::ended_load),
        hidden_kw: row.hidden_kw,
        probability_before: row.probability,
        probability: row.probability.map(|probability| probability.min(most)),
    }
}

/// What keeps a usage point off the list, where what speaks for a farm alone would have put it
/// there.
fn signs(ranked: &Ranked, metered: &Metered) -> Result<Option<Ground<'static>>, DigestError> {
    // What is still likely is not cleared, though it is not listed; what no evidence could have
    // kept off the list need not be.
    let least = logit(WORTH_CLEARING);
    if ranked.before >= least || ranked.before < least - MOST_AGAINST {
        return Ok(None);
    }
    let Some(calibration) = &metered.calibration else { return Ok(None) };
    let families = calibration.families(&ranked.point.measured);
    let against: f64 = families.iter().flatten().filter(|llr| **llr < 0.0).sum();
    let found = families.iter().enumerate().filter_map(|(family, llr)| Some((family, (*llr)?)));
    let Some((family, llr)) = found.min_by(|a, b| a.1.total_cmp(&b.1)) else { return Ok(None) };
    if ranked.before - against < least || llr > -WORTH_A_WORD {
        return Ok(None);
    }
    let look_alike = metered.look_at(ranked.point, evidence::look_alike)?;
    Ok(Some(Ground::Signs { family, llr, against, look_alike }))
}
