//! What a usage point of which nothing is read uses most likely: the mean of its stratum, and how
//! far members stray from it.
//!
//! A balance needs the load of every customer. One that was not read is neither nothing nor a tap:
//! it is counted with the mean of the smallest stratum that has enough members, and its error is
//! the standard deviation of members. The largest means are cut, so that one factory, or a farm,
//! does not stand for all.
//! Source: imputation by the mean of a class, with its variance carried on; Särndal, Swensson and
//! Wretman (1992), Model Assisted Survey Sampling, section 15.

use std::collections::BTreeMap;

use crate::domain::quantile;

use super::{CustomerFacts, Stratum};

/// Members that a stratum needs.
const MIN_MEMBERS: usize = 20;
/// Means above this quantile of the stratum count as the quantile.
const HIGHEST: f64 = 0.98;

/// Mean power of the members of a stratum.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct UsualLoad {
    /// Mean over members, kW.
    pub mean_kw: f64,
    /// Standard deviation between them, kW.
    pub sd_kw: f64,
}

/// Usual loads of all strata.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UsualLoads {
    by_stratum: BTreeMap<Stratum, UsualLoad>,
}

impl UsualLoads {
    /// From the mean power of every usage point with readings, kW. Premises that are booked as
    /// inactive take no part.
    #[must_use]
    pub fn of(members: impl Iterator<Item = (CustomerFacts, f64)>) -> Self {
        let mut of: BTreeMap<Stratum, Vec<f64>> = BTreeMap::new();
        for (facts, mean_kw) in members.filter(|(facts, _)| !facts.inactive) {
            let mut at = Some(facts.stratum());
            while let Some(stratum) = at {
                at = stratum.parent();
                of.entry(stratum).or_default().push(mean_kw);
            }
        }
        let by_stratum = of
            .into_iter()
            .filter(|(_, means)| means.len() >= MIN_MEMBERS)
            .map(|(stratum, means)| (stratum, usual(&means)));
        Self { by_stratum: by_stratum.collect() }
    }

    /// That of a usage point; nothing for premises booked as inactive, and where no stratum has
    /// enough members.
    #[must_use]
    pub fn of_member(&self, facts: &CustomerFacts) -> UsualLoad {
        let mut at = Some(facts.stratum()).filter(|_| !facts.inactive);
        while let Some(stratum) = at {
            if let Some(usual) = self.by_stratum.get(&stratum) {
                return *usual;
            }
            at = stratum.parent();
        }
        UsualLoad::default()
    }
}

fn usual(means: &[f64]) -> UsualLoad {
    let highest = quantile(means, HIGHEST);
    let cut = || means.iter().map(|kw| kw.min(highest));
    let n = means.len() as f64;
    let mean_kw = cut().sum::<f64>() / n;
    UsualLoad { mean_kw, sd_kw: (cut().map(|kw| (kw - mean_kw).powi(2)).sum::<f64>() / (n - 1.0)).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Customer, CustomerStatus};

    fn facts(class: &str, kw: f64) -> CustomerFacts {
        CustomerFacts::of(Some(&Customer {
            tariff_class: Some(class.into()),
            contracted_kw: Some(kw),
            ..Customer::default()
        }))
    }

    #[test]
    fn an_unread_shop_uses_what_shops_of_its_size_use() {
        let homes = (0..100).map(|number| (facts("household", 5.0), 0.4 + f64::from(number % 3) / 10.0));
        let shops =
            (0..30).map(|_| (facts("business", 30.0), 6.0)).chain((0..30).map(|_| (facts("business", 100.0), 20.0)));
        let usual = UsualLoads::of(homes.chain(shops));
        let of = |class, kw| usual.of_member(&facts(class, kw));
        assert!((of("household", 5.0).mean_kw - 0.5).abs() < 0.01 && of("household", 5.0).sd_kw > 0.05);
        assert_eq!((of("business", 30.0).mean_kw, of("business", 90.0).mean_kw), (6.0, 20.0));
        // Nobody has a shop of that size: all shops, half small and half large.
        assert!((of("business", 500.0).mean_kw - 13.0).abs() < 1e-9);
    }

    #[test]
    fn premises_that_are_not_in_use_are_expected_to_use_nothing() {
        let usual = UsualLoads::of((0..100).map(|_| (facts("household", 5.0), 0.5)));
        let vacant = Customer { status: CustomerStatus::Inactive, ..Customer::default() };
        assert_eq!(usual.of_member(&CustomerFacts::of(Some(&vacant))), UsualLoad::default());
    }
}
