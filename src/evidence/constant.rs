//! Constant load: how many kW never switch off?
//!
//! H0: the floor is that of a home or business of its kind.  H1: a constant load of at least one
//! mining unit (1.3 kW) lies under it.
//! Statistic: ln of the typical daily floor in the higher regime, in kW; the same over the peers'
//! floor and over contracted power; and ln of the floor that a fifth of all days exceed, which a
//! farm with pauses still lifts.
//! Null: the same figures of the un-injected population.
//! Assumes: hourly readings or finer. Weak when: electric heating runs at its limit (see
//! `weather`), or the premises have a large base load of their own.
//! Source: the constant term of CalTRACK 2.0 daily methods, in its robust hourly form; unit power
//! from makers' data sheets (`domain::FARM_UNITS`).

use crate::domain::{Fact, quantile};

use super::said;
use super::subject::{Subject, ln_kw};
use super::test::{EvidenceTest, Statistic};

/// Name of the statistic that is the typical daily floor itself, as the logarithm of kW.
pub const FLOOR: &str = "constant_ln_floor_kw";

pub(super) const TEST: EvidenceTest = EvidenceTest {
    family: "constant",
    question: "How many kW never switch off?",
    statistic: "Logarithm of the typical daily floor in kW, in the higher regime; the same over the peers' floor and \
                over contracted power; and of the floor that one day in five exceeds.",
    null: "The same figures of all usage points of the dump before anything is planted.",
    source: "The constant term of CalTRACK 2.0 daily methods in its robust hourly form; power of mining units from \
             makers' data sheets.",
    needs: said::needs_hours,
    statistics: &[
        Statistic {
            name: FLOOR,
            meaning: "logarithm of the typical daily floor in kW, in the regime with the higher level",
            measure: |s| Some(ln_kw(s.high_floor_kw()?)),
        },
        Statistic {
            name: "constant_ln_peer_ratio",
            meaning: "logarithm of the typical daily floor over the peers' floor, in the regime with the higher level",
            measure: |s| Some(ln_kw(s.high_floor_kw()?) - s.peers?.ln_floor_kw?),
        },
        Statistic {
            name: "constant_ln_contract_ratio",
            meaning: "logarithm of the typical daily floor over contracted power, in the regime with the higher level",
            measure: |s| Some(ln_kw(s.high_floor_kw()?) - s.facts.contracted_kw?.ln()),
        },
        Statistic {
            name: "constant_ln_upper_floor_kw",
            meaning: "logarithm of the daily floor in kW that one day in five exceeds",
            measure: |s| Some(ln_kw(upper_floor_kw(s)?)),
        },
    ],
    finding,
};

fn upper_floor_kw(s: &Subject) -> Option<f64> {
    let floors: Vec<f64> = s.profile.days.iter().map(|day| f64::from(day.summary.floor_kw)).collect();
    (floors.len() >= Subject::MIN_DAYS).then(|| quantile(&floors, 0.8)).filter(|kw| kw.is_finite())
}

fn finding(s: &Subject) -> Fact {
    let Some(floor_kw) = s.high_floor_kw() else { return said::floor_unknown() };
    match s.peers.and_then(|peers| peers.ln_floor_kw) {
        Some(ln_kw) => said::floor_and_peers(floor_kw, ln_kw.exp()),
        None => said::floor(floor_kw),
    }
}
