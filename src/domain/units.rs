//! Energy and power as distinct types, and the one place where one becomes the other.

use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use serde::{Deserialize, Serialize};

/// Energy in kilowatt-hours.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
pub struct Kwh(pub f64);

/// Mean power in kilowatts.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
pub struct Kw(pub f64);

/// Mean power of `energy` used evenly over `minutes`. The only place in the program where energy
/// becomes power.
#[must_use]
pub fn mean_kw(energy: Kwh, minutes: f64) -> Kw {
    Kw(energy.0 * 60.0 / minutes)
}

impl Kw {
    /// Energy of this mean power held for `hours`.
    #[must_use]
    pub fn over_hours(self, hours: f64) -> Kwh {
        Kwh(self.0 * hours)
    }
}

/// Energy as a whole number of milliwatt-hours, so that sums are exact and the same in any order.
///
/// An `i64` holds ±9.2 billion GWh, far beyond any grid. Missing energy is counted apart, never as
/// zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct MilliWattHours(pub i64);

impl MilliWattHours {
    /// Rounds to the nearest milliwatt-hour; `NaN` gives zero, so callers count missing values
    /// before they sum.
    #[must_use]
    pub fn from_kwh(energy: Kwh) -> Self {
        Self((energy.0 * 1e6).round() as i64)
    }

    /// Back to kilowatt-hours, for computing and writing.
    #[must_use]
    pub fn to_kwh(self) -> Kwh {
        Kwh(self.0 as f64 / 1e6)
    }
}

impl Add for MilliWattHours {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for MilliWattHours {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for MilliWattHours {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for MilliWattHours {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self(0), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_hour_of_one_kwh_is_two_kw() {
        assert_eq!(mean_kw(Kwh(1.0), 30.0), Kw(2.0));
    }

    #[test]
    fn energy_sums_are_the_same_in_any_order() {
        let energies = [0.1, 1e7, -3.3, 0.000_001];
        let forward: MilliWattHours = energies.iter().map(|&e| MilliWattHours::from_kwh(Kwh(e))).sum();
        let backward: MilliWattHours = energies.iter().rev().map(|&e| MilliWattHours::from_kwh(Kwh(e))).sum();
        assert_eq!(forward, backward);
    }
}
