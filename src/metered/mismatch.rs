//! Static mismatch: a load that the utility's own books do not allow.
//!
//! H0: the books are right, or wrong by accident.  H1: somebody uses power that he has no contract
//! for: more on average than the contracted power, or on premises that are booked as inactive. How
//! usual breaches are with a farm is not learned from the dump: a handful cannot teach it. It is a
//! part of the prior: settings say how many times likelier a farm is held to be where books are
//! kept well, to be replaced by what inspections find. How usual they are without one is: where
//! more members of a group break the books than honest mistakes would, the books are old, and what
//! a breach adds shrinks by as much.
//! Statistic: 1 + (factor − 1)·min(1, expected share / share found), the share found taken one
//! standard error low, so that one breach in a small group is not its own excuse.
//! Weak when: contracted powers in the customer file are wrong, or vacancies are booked late.
//! Source: static priors by mismatch of class, contract and occupancy are practice in inspections
//! (for example Coma-Puig and Carmona 2022, Machine Learning).

use crate::domain::Fact;

use super::measured::Measured;
use super::said;

/// How many times likelier a farm is held to be, 1 or more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MismatchSettings {
    /// Where the mean load exceeds the contracted power.
    pub above_contract: f64,
    /// Where premises booked as inactive draw power.
    pub inactive: f64,
}

/// Share of usage points that exceed their contract by mistake of well-kept books.
const WRONG_CONTRACTS: f64 = 0.003;
/// Share of usage points that are still booked as inactive when somebody has moved in, likewise.
const LATE_BOOKS: f64 = 0.005;

impl MismatchSettings {
    /// What mismatches say in a group whose usage points are `members`.
    #[must_use]
    pub fn learned(self, members: &[&Measured]) -> Self {
        let shrunk = |factor: f64, count: usize, expected: f64| {
            let found = (count as f64 - (count as f64).sqrt()) / members.len().max(1) as f64;
            if found > expected { 1.0 + (factor - 1.0) * expected / found } else { factor }
        };
        let exceeding = members.iter().filter(|member| member.exceeds_contract()).count();
        let inactive = members.iter().filter(|member| member.inactive).count();
        Self {
            above_contract: shrunk(self.above_contract, exceeding, WRONG_CONTRACTS),
            inactive: shrunk(self.inactive, inactive, LATE_BOOKS),
        }
    }

    /// Log-odds that mismatches add to the prior, and what they are.
    #[must_use]
    pub fn of(&self, member: &Measured) -> (f64, Vec<Fact>) {
        let found = [
            (member.exceeds_contract(), self.above_contract, said::above_contract()),
            (member.inactive, self.inactive, said::inactive()),
        ];
        let found: Vec<_> = found.into_iter().filter(|(applies, factor, _)| *applies && *factor > 1.0).collect();
        (found.iter().map(|(_, factor, _)| factor.ln()).sum(), found.into_iter().map(|(_, _, fact)| fact).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{CONTRACT_RATIO, HOST_NUMBERS, statistics};

    fn member(ln_contract_ratio: f32, inactive: bool) -> Measured {
        let value = |name: &str| if name == CONTRACT_RATIO { ln_contract_ratio } else { f32::NAN };
        let statistics = statistics().map(|(_, statistic)| value(statistic.name)).collect();
        Measured {
            group: "all".into(),
            tariff_class: "business".into(),
            statistics,
            host: [f32::NAN; HOST_NUMBERS],
            inactive,
            fold: 0,
            known: crate::metered::visits::Known::default(),
        }
    }

    #[test]
    fn breaking_the_contract_and_drawing_power_in_a_vacancy_raise_the_prior() {
        let settings = MismatchSettings { above_contract: 5.0, inactive: 3.0 };
        let ln = |ratio: f32, inactive: bool| settings.of(&member(ratio, inactive)).0;
        assert_eq!((ln(-0.1, false), ln(f32::NAN, false)), (0.0, 0.0));
        assert!((ln(0.5, false) - 5.0_f64.ln()).abs() < 1e-9 && (ln(0.5, true) - 15.0_f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn old_books_say_less_and_one_breach_says_what_it_did() {
        let settings = MismatchSettings { above_contract: 5.0, inactive: 3.0 };
        let (kept, breach) = (member(-0.5, false), member(0.5, false));
        let group = |breaches: usize| {
            let members: Vec<&Measured> = (0..400).map(|i| if i < breaches { &breach } else { &kept }).collect();
            settings.learned(&members)
        };
        assert_eq!(group(1), settings);
        let old = group(6);
        assert!(old.above_contract > 2.0 && old.above_contract < 3.0 && old.inactive == 3.0, "{old:?}");
    }

    #[test]
    fn a_factor_of_one_switches_a_mismatch_off_and_says_nothing() {
        let settings = MismatchSettings { above_contract: 1.0, inactive: 1.0 };
        assert_eq!(settings.of(&member(0.5, true)), (0.0, Vec::new()));
    }
}
