//! Static mismatch: a load that the utility's own books do not allow.
//!
//! H0: the books are right, or wrong by accident.  H1: somebody uses power that he has no contract
//! for: more on average than the contracted power, or on premises that are booked as inactive. Not
//! learned from the dump: in a utility with some hundred businesses a handful of breaches cannot
//! teach how usual they are with a farm. It is a part of the prior: settings say how many times
//! likelier a farm is held to be, to be replaced by what inspections find.
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

impl MismatchSettings {
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
    use crate::evidence::{CONTRACT_RATIO, statistics};

    fn member(ln_contract_ratio: f32, inactive: bool) -> Measured {
        let value = |name: &str| if name == CONTRACT_RATIO { ln_contract_ratio } else { f32::NAN };
        let statistics = statistics().map(|(_, statistic)| value(statistic.name)).collect();
        Measured { group: "all".into(), tariff_class: "business".into(), statistics, inactive, fold: 0 }
    }

    #[test]
    fn breaking_the_contract_and_drawing_power_in_a_vacancy_raise_the_prior() {
        let settings = MismatchSettings { above_contract: 5.0, inactive: 3.0 };
        let ln = |ratio: f32, inactive: bool| settings.of(&member(ratio, inactive)).0;
        assert_eq!((ln(-0.1, false), ln(f32::NAN, false)), (0.0, 0.0));
        assert!((ln(0.5, false) - 5.0_f64.ln()).abs() < 1e-9 && (ln(0.5, true) - 15.0_f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn a_factor_of_one_switches_a_mismatch_off_and_says_nothing() {
        let settings = MismatchSettings { above_contract: 1.0, inactive: 1.0 };
        assert_eq!(settings.of(&member(0.5, true)), (0.0, Vec::new()));
    }
}
