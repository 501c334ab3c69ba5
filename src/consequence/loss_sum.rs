//! Sums over the usage points of a case: amounts of one currency add up, others stand side by side.

use std::collections::BTreeSet;

use crate::findings::{Loss, SuspectRow};

/// Probability times an amount, summed over usage points.
pub(super) fn expected(members: &[&SuspectRow], amount: impl Fn(&SuspectRow) -> Option<f64>) -> Option<f64> {
    sum(members.iter().map(|row| row.probability.zip(amount(row)).map(|(probability, amount)| probability * amount)))
}

/// Sum of what is known; `None` when nothing is.
pub(super) fn sum(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().fold(None, |total, value| Some(total.unwrap_or(0.0) + value))
}

/// Whether all amounts are in one currency, so that they can be compared.
pub(super) fn has_one_currency<'a>(losses: impl Iterator<Item = &'a Loss>) -> bool {
    let currencies: BTreeSet<&str> = losses.flat_map(|loss| &loss.currencies).map(String::as_str).collect();
    currencies.len() == 1
}

/// Sum of losses in one currency; of several currencies the codes only.
pub(super) fn total_loss(losses: &[&Loss]) -> Loss {
    let currencies: BTreeSet<String> = losses.iter().flat_map(|loss| loss.currencies.iter().cloned()).collect();
    if currencies.len() > 1 {
        return Loss { currencies, ..Loss::default() };
    }
    let part = |pick: fn(&Loss) -> Option<f64>| sum(losses.iter().map(|loss| pick(loss)));
    let range = |pick: fn(&Loss) -> Option<(f64, f64)>| {
        losses.iter().filter_map(|loss| pick(loss)).reduce(|a, b| (a.0 + b.0, a.1 + b.1))
    };
    Loss {
        loss_energy: part(|loss| loss.loss_energy),
        loss_fee: part(|loss| loss.loss_fee),
        loss_low: part(|loss| loss.loss_low),
        loss_high: part(|loss| loss.loss_high),
        energy_range: range(|loss| loss.energy_range),
        fee_range: range(|loss| loss.fee_range),
        currencies,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(amount: f64, currency: &str) -> Loss {
        Loss {
            loss_energy: Some(amount),
            loss_low: Some(amount),
            loss_high: Some(amount),
            currencies: [currency.to_owned()].into(),
            ..Loss::default()
        }
    }

    #[test]
    fn amounts_of_one_currency_add_up_and_others_do_not() {
        assert_eq!(total_loss(&[&loss(2.0, "KZT"), &loss(3.0, "KZT")]).loss_energy, Some(5.0));
        let mixed = total_loss(&[&loss(2.0, "KZT"), &loss(3.0, "RUB")]);
        assert_eq!((mixed.loss_energy, mixed.currencies.len()), (None, 2));
    }
}
