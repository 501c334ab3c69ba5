//! The licence register: who may mine, where, how much and how long.

use super::{CivilDay, NodeId, UsagePointId};

/// What a licence is tied to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LicenceTarget {
    /// One meter.
    UsagePoint(UsagePointId),
    /// A grid node and everything under it.
    Node(NodeId),
    /// An address.
    Address(String),
}

/// What the register says of a licence, whatever its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum LicenceStatus {
    /// In force, also when the register does not say.
    #[default]
    Valid,
    /// Suspended for a time.
    Suspended,
    /// Withdrawn, ended, or in a state whose word is not known: it allows nothing.
    Withdrawn,
}

impl LicenceStatus {
    /// Reads the word of the register, in English, Russian or Kazakh; a word that is not known
    /// allows nothing, and is told.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word.trim().to_lowercase().as_str() {
            ""
            | "valid"
            | "active"
            | "in force"
            | "действует"
            | "действующая"
            | "действующий"
            | "активна"
            | "қолданыста"
            | "жарамды" => Self::Valid,
            "suspended"
            | "on hold"
            | "приостановлена"
            | "приостановлено"
            | "приостановлен"
            | "тоқтатыла тұрған"
            | "тоқтатылған" => Self::Suspended,
            _ => Self::Withdrawn,
        }
    }
}

/// One licence.
#[derive(Debug, Clone, PartialEq)]
pub struct Licence {
    /// Number of the licence.
    pub licence: String,
    /// Where it applies.
    pub target: LicenceTarget,
    /// The address that the register gives beside a usage point or node.
    pub address: Option<String>,
    /// Power it allows, kW; `None` when the register does not say.
    pub licensed_kw: Option<f64>,
    /// First day; `None` = always was.
    pub valid_from: Option<CivilDay>,
    /// Last day; `None` = open end.
    pub valid_to: Option<CivilDay>,
    /// Whether it is in force.
    pub status: LicenceStatus,
    /// The register's own word for that, where it has one.
    pub status_word: Option<String>,
    /// Holder.
    pub holder: Option<String>,
    /// Business number of the holder (BIN, IIN, INN).
    pub bin: Option<String>,
    /// Power of the equipment that was verified on site, kW.
    pub verified_kw: Option<f64>,
    /// Last day of the contract under which it is supplied.
    pub contract_until: Option<CivilDay>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_register_that_is_not_known_allows_nothing() {
        assert_eq!(LicenceStatus::parse("Действует"), LicenceStatus::Valid);
        assert_eq!(LicenceStatus::parse("suspended"), LicenceStatus::Suspended);
        assert_eq!(LicenceStatus::parse("revoked"), LicenceStatus::Withdrawn);
        assert_eq!(LicenceStatus::parse("на рассмотрении"), LicenceStatus::Withdrawn);
    }
}
