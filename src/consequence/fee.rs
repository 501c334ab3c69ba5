//! The digital-mining fee: money per kWh that a miner owes the state, by date, price of the energy,
//! and whether the energy was metered.
//!
//! The tariff table's own fee counts before these settings. Where a rule gives a range (the law
//! names the two ends of a scale, and the scale between them is not entered), the lower end is the
//! amount and the upper end goes into the upper end of the loss. Sources stand beside the settings
//! (`darkload config`).

use serde::{Deserialize, Serialize};

use crate::domain::{CivilDay, Fact};

use super::said;

/// One rule of the fee.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeRule {
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// Last day; empty = open end.
    #[serde(default)]
    pub to: String,
    /// Lowest price per kWh, tax included, that the rule is for.
    #[serde(default)]
    pub price_from: f64,
    /// Price below which the rule is for; 0 = any.
    #[serde(default)]
    pub price_below: f64,
    /// Whether the rule is for energy that no meter of the supplier recorded, and only for it.
    #[serde(default)]
    pub unmetered: bool,
    /// Fee per kWh; the lower end where the rule gives a range.
    pub per_kwh: f64,
    /// Upper end of the range; 0 = there is none.
    #[serde(default)]
    pub per_kwh_high: f64,
    /// ISO 4217 code.
    pub currency: String,
    /// Where the rule is written.
    pub source: String,
}

/// A fee per kWh with its upper end.
#[derive(Debug, Clone, PartialEq)]
pub struct Fee {
    /// Fee per kWh.
    pub per_kwh: f64,
    /// Upper end of what it may be.
    pub per_kwh_high: f64,
    /// Where it comes from.
    pub detail: Fact,
}

impl FeeRule {
    /// First and last day.
    #[must_use]
    pub fn days(&self) -> Option<(CivilDay, CivilDay)> {
        let to = if self.to.is_empty() { Some(CivilDay(i32::MAX)) } else { CivilDay::parse(&self.to) };
        CivilDay::parse(&self.from).zip(to).filter(|(from, to)| from <= to)
    }

    fn is_for(&self, from: CivilDay, price: f64, currency: &str, unmetered: bool) -> bool {
        let in_time = self.days().is_some_and(|(first, last)| first <= from && from <= last);
        in_time
            && self.unmetered == unmetered
            && self.currency == currency
            && price >= self.price_from
            && (self.price_below <= 0.0 || price < self.price_below)
    }
}

/// The fee on a day at a price; `None` where no rule is for it. A rule for unmetered energy comes
/// before one for any energy.
#[must_use]
pub fn fee_of(rules: &[FeeRule], day: CivilDay, price: f64, currency: &str, unmetered: bool) -> Option<Fee> {
    let find = |unmetered| rules.iter().find(|rule| rule.is_for(day, price, currency, unmetered));
    let rule = if unmetered { find(true).or_else(|| find(false)) } else { find(false) }?;
    let (from, currency, source) = (rule.days()?.0, rule.currency.as_str(), rule.source.as_str());
    Some(Fee {
        per_kwh: rule.per_kwh,
        per_kwh_high: rule.per_kwh_high.max(rule.per_kwh),
        detail: if rule.per_kwh_high > rule.per_kwh {
            said::fee_range(rule.per_kwh, rule.per_kwh_high, currency, from, source)
        } else {
            said::fee(rule.per_kwh, currency, from, source)
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(from: &str, unmetered: bool, per_kwh: f64) -> FeeRule {
        FeeRule {
            from: from.into(),
            to: String::new(),
            price_from: 0.0,
            price_below: 0.0,
            unmetered,
            per_kwh,
            per_kwh_high: 0.0,
            currency: "KZT".into(),
            source: "a law".into(),
        }
    }

    #[test]
    fn unmetered_energy_has_a_fee_of_its_own_where_there_is_one() {
        let day = CivilDay::parse("2025-05-01").unwrap();
        let rules = [rule("2023-01-01", false, 1.0), rule("2023-01-01", true, 25.0)];
        assert_eq!(fee_of(&rules, day, 30.0, "KZT", true).unwrap().per_kwh, 25.0);
        assert_eq!(fee_of(&rules, day, 30.0, "KZT", false).unwrap().per_kwh, 1.0);
        assert_eq!(fee_of(&rules[..1], day, 30.0, "KZT", true).unwrap().per_kwh, 1.0);
    }

    #[test]
    fn a_fee_of_another_year_or_currency_is_none() {
        let day = CivilDay::parse("2021-12-31").unwrap();
        assert_eq!(fee_of(&[rule("2022-01-01", false, 1.0)], day, 30.0, "KZT", false), None);
        assert_eq!(fee_of(&[rule("2021-01-01", false, 1.0)], day, 30.0, "RUB", false), None);
    }
}
