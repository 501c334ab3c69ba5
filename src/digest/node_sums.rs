//! What a node of the grid leaves: the exact sums by hour of the usage points that it feeds.
//!
//! Sums are whole milliwatt-hours, so sums of parts of the usage points (made by several workers)
//! add up to the sum of all. They are kept by the month in which the readings that were summed
//! begin, because what is filled in for a missing hour is a usage point's own mean over *all* its
//! readings of one scan: `usual`, `not_filled` and `coarse` of a scan over three months are not
//! those of three scans over one month each. What was read (`read`) is the same either way.

use std::collections::BTreeMap;

use crate::domain::MilliWattHours;
use crate::series::NodeSum;

use super::CivilMonth;
use super::encoding::{DigestError, Reader, push_long};

/// Sums of one node, by the month in which what was summed begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeSums {
    months: BTreeMap<CivilMonth, NodeSum>,
}

impl NodeSums {
    /// Sums of readings that begin in `month`.
    #[must_use]
    pub fn of(month: CivilMonth, sum: NodeSum) -> Self {
        Self { months: BTreeMap::from([(month, sum)]) }
    }

    /// The sums by month.
    pub fn months(&self) -> impl Iterator<Item = (CivilMonth, &NodeSum)> {
        self.months.iter().map(|(month, sum)| (*month, sum))
    }

    /// The sums of the usage points of both.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (month, sum) in other.months {
            self.months.entry(month).or_default().merge(&sum);
        }
        self
    }

    pub(super) fn push(&self, words: &mut Vec<u32>) {
        words.push(self.months.len() as u32);
        for (month, sum) in &self.months {
            words.push(month.0 as u32);
            push_long(words, sum.first_hour);
            words.push(sum.read.len() as u32);
            let energies = sum.read.iter().chain(&sum.not_filled).chain(&sum.usual).chain([&sum.coarse]);
            energies.for_each(|energy| push_long(words, energy.0));
        }
    }

    pub(super) fn take(words: &mut Reader) -> Result<Self, DigestError> {
        let mut months = BTreeMap::new();
        for _ in 0..words.count()? {
            let (month, first_hour, hours) = (words.month()?, words.time(24)?, words.count()?);
            let mut hourly = || (0..hours).map(|_| words.long().map(MilliWattHours)).collect::<Result<Vec<_>, _>>();
            let (read, not_filled) = (hourly()?, hourly()?);
            let mut usual = [MilliWattHours(0); 24];
            for energy in &mut usual {
                *energy = MilliWattHours(words.long()?);
            }
            let coarse = MilliWattHours(words.long()?);
            months.insert(month, NodeSum { first_hour, read, not_filled, usual, coarse });
        }
        Ok(Self { months })
    }
}
