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
    needs: "a week of readings",
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
    words,
};

fn words(s: &Subject) -> String {
    let (Some(mean), Some(peer)) = (s.upper_mean_kw(), s.peers.and_then(|p| p.ln_mean_kw)) else {
        return "size not comparable".to_owned();
    };
    let contract = s
        .facts
        .contracted_kw
        .map_or(String::new(), |kw| format!(", {:.0} % of the contracted {kw:.0} kW", 100.0 * mean / kw));
    format!(
        "uses {mean:.2} kW on average, {:.1} times the peers' median of {:.2} kW{contract}",
        mean / peer.exp(),
        peer.exp()
    )
}
