//! The licence register: who may mine, where, how much and how long.

use super::{CivilDay, UsagePointId};

/// What a licence is tied to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LicenceTarget {
    /// One meter.
    UsagePoint(UsagePointId),
    /// A grid node and everything under it.
    Node(UsagePointId),
    /// An address.
    Address(String),
}

/// One licence.
#[derive(Debug, Clone, PartialEq)]
pub struct Licence {
    /// Number of the licence.
    pub licence: String,
    /// Where it applies.
    pub target: LicenceTarget,
    /// Power it allows, kW; `None` when the register does not say.
    pub licensed_kw: Option<f64>,
    /// First day; `None` = always was.
    pub valid_from: Option<CivilDay>,
    /// Last day; `None` = open end.
    pub valid_to: Option<CivilDay>,
    /// Status as the register words it, such as `suspended`.
    pub status: Option<String>,
    /// Holder.
    pub holder: Option<String>,
}

impl Licence {
    /// Whether the licence covers every day from `first` to `last` and is not suspended or revoked.
    #[must_use]
    pub fn covers(&self, first: CivilDay, last: CivilDay) -> bool {
        let status_ok = self.status.as_deref().is_none_or(|status| {
            let status = status.trim().to_lowercase();
            status.is_empty() || status == "valid" || status == "active"
        });
        status_ok && self.valid_from.is_none_or(|from| from <= first) && self.valid_to.is_none_or(|to| last <= to)
    }
}
