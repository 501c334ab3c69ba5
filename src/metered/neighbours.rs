//! A farm split over several accounts of one building: what its accounts say of one another.
//!
//! The prior of a usage point rises where others in its building look like a farm and draw a load
//! like its own: prior' = prior + (1 − prior)·share·(1 − Π(1 − pⱼ)), over the others j whose steady
//! load differs by less than a factor. With n usage points in the building the share is at most
//! 1/(n − 1): one more is expected. Without a like load nothing changes, so that nobody is
//! suspected for living next door.
//! Source: published cases of load split over accounts of one address (Malaysia 2025: many
//! accounts, one owner); the share is an assumption and stands in the header.

use crate::domain::{logistic, logit};

/// Share of usage points that are a part of the farm next door, given a like load.
const SHARE: f64 = 0.2;
/// Natural logarithm of the factor within which steady loads are alike.
const ALIKE: f64 = 0.35;

/// One usage point of a building.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Account {
    /// Log-odds for a farm, prior included.
    pub log_odds: f64,
    /// Share of farms that the prior stood for.
    pub prevalence: f64,
    /// Natural logarithm of the steady load, kW; NaN where it is not known.
    pub ln_floor_kw: f64,
}

/// Log-odds of all usage points of one building, of which there are `usage_points`, with what they
/// say of one another; in the order of `accounts`.
#[must_use]
pub fn with_neighbours(accounts: &[Account], usage_points: usize) -> Vec<f64> {
    let share = SHARE.min(1.0 / (usage_points.max(2) - 1) as f64);
    let of_one = |(index, own): (usize, &Account)| {
        let alike = |other: &Account| (other.ln_floor_kw - own.ln_floor_kw).abs() < ALIKE;
        let others = accounts.iter().enumerate().filter(|(other, account)| *other != index && alike(account));
        let none: f64 = others.map(|(_, account)| 1.0 - logistic(account.log_odds)).product();
        if none == 1.0 {
            return own.log_odds;
        }
        let prior = own.prevalence + (1.0 - own.prevalence) * share * (1.0 - none);
        own.log_odds + logit(prior) - logit(own.prevalence)
    };
    accounts.iter().enumerate().map(of_one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(log_odds: f64, floor_kw: f64) -> Account {
        Account { log_odds, prevalence: 1e-3, ln_floor_kw: floor_kw.ln() }
    }

    #[test]
    fn an_equal_load_next_door_raises_the_odds() {
        let odds = with_neighbours(&[account(3.0, 1.5), account(-0.5, 1.6)], 4);
        assert!(odds[1] > 3.0, "{odds:?}");
    }

    #[test]
    fn an_ordinary_home_next_door_is_left_alone() {
        let odds = with_neighbours(&[account(6.0, 1.5), account(-4.0, 0.1)], 4);
        assert_eq!(odds[1], -4.0);
    }

    #[test]
    fn in_a_large_building_one_farm_says_little_of_the_others() {
        let raised = |usage_points| with_neighbours(&[account(6.0, 1.5), account(-2.0, 1.5)], usage_points)[1];
        assert!(raised(400) < raised(4) - 3.0);
    }
}
