//! Size: is the load larger than that of its peers, or than its contract?
//!
//! H0: mean power is that of the stratum.  H1: a farm of 1 kW to many MW is added to it.
//! Statistic: ln(typical daily mean of the higher of two regimes of the mean / peer median); ln(the
//! same / contracted power).
//! Null: the same figures of the un-injected population, stratum by stratum.
//! Assumes: tariff class and contracted power are known for most; without them all usage points are
//! peers. Weak when: classes are mixed in size.
//! Source: field criterion of the Irkutsk procedure of June 2025 (consumption at least twice that
//! of similar objects).

use crate::domain::Fact;

use super::said;
use super::subject::{Subject, ln_kw};
use super::test::{EvidenceTest, Statistic};

/// Name of the statistic that compares mean power with contracted power; above 0 the contract is
/// exceeded.
pub const CONTRACT_RATIO: &str = "size_ln_contract_ratio";

/// Name of the family.
pub const SIZE: &str = "size";

pub(super) const TEST: EvidenceTest = EvidenceTest {
    family: SIZE,
    question: "Is the load larger than that of its peers, or than its contract?",
    statistic: "Logarithm of the typical daily mean over the peers' median, and over contracted power; of two regimes \
                in time the higher one counts.",
    null: "The same figures of all usage points of the dump before anything is planted, group by group.",
    source: "Field criterion of the Irkutsk procedure of June 2025: consumption at least twice that of similar \
             objects.",
    needs: said::needs_week,
    statistics: &[
        Statistic {
            name: "size_ln_peer_ratio",
            meaning: "logarithm of mean power over the peers' median, in the regime with the higher mean",
            measure: |s| Some(ln_kw(s.upper_mean_kw()?) - s.peers?.ln_mean_kw?),
        },
        Statistic {
            name: CONTRACT_RATIO,
            meaning: "logarithm of mean power over contracted power, in the regime with the higher mean",
            measure: |s| Some(ln_kw(s.upper_mean_kw()?) - s.facts.contracted_kw?.ln()),
        },
    ],
    finding,
};

fn finding(s: &Subject) -> Fact {
    let (Some(mean_kw), Some(ln_peers_kw)) = (s.upper_mean_kw(), s.peers.and_then(|p| p.ln_mean_kw)) else {
        return said::size_unknown();
    };
    let peers_kw = ln_peers_kw.exp();
    let times = mean_kw / peers_kw;
    match s.facts.contracted_kw {
        Some(contracted_kw) => {
            said::size_and_contract(mean_kw, times, peers_kw, 100.0 * mean_kw / contracted_kw, contracted_kw)
        }
        None => said::size(mean_kw, times, peers_kw),
    }
}
