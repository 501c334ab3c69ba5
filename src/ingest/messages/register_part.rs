//! The parts that a counter of a message may be.

use super::channels::Phase;

/// What a counter counts. Of several at one time the first kind that is there makes the register.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RegisterPart {
    /// All import.
    Total,
    /// Import of one tariff; all of them are added up.
    Tariff(String),
    /// Import of one phase; all of them are added up.
    Phase(Phase),
    /// Import less export.
    Net,
}

impl RegisterPart {
    /// The counter of a tariff, which is the total where it has no name.
    pub(crate) fn of_tariff(tariff: &str) -> Self {
        if tariff.is_empty() { Self::Total } else { Self::Tariff(tariff.to_owned()) }
    }
}
