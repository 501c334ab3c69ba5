//! Probabilities that are set and not learned: what a register or a balance is worth by itself.
//!
//! No dump can teach them, since nobody plants wrong entries in a licence register. They are
//! settings with a source, and whoever is listed by one is told so, with its name.

use serde::{Deserialize, Serialize};

use crate::domain::Fact;
use crate::findings::{FindingKind, SuspectRow};

use super::said;

/// Section `[stated]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Stated {
    /// That a licence which the meter's own readings exceed is really exceeded, 0 to 1.
    pub licence_exceeded: f64,
    /// Where that number comes from.
    pub licence_exceeded_source: String,
    /// That a meter which its balance names shows less than is used, 0 to 1.
    pub under_registration: f64,
    /// Where that number comes from.
    pub under_registration_source: String,
}

/// What results were made with before these were settings.
impl Default for Stated {
    fn default() -> Self {
        let source = || "built in".to_owned();
        Self {
            licence_exceeded: 0.97,
            licence_exceeded_source: source(),
            under_registration: 0.94,
            under_registration_source: source(),
        }
    }
}

impl Stated {
    /// What is said once of every setting that a listed usage point rests on.
    pub(crate) fn told(&self, suspects: &[SuspectRow]) -> Vec<Fact> {
        let rests = |kind: FindingKind| suspects.iter().any(|row| row.finding == kind);
        let exceeded = (self.licence_exceeded, "stated.licence_exceeded", &self.licence_exceeded_source);
        let shows_less = (self.under_registration, "stated.under_registration", &self.under_registration_source);
        [(FindingKind::LicenceExceeded, exceeded), (FindingKind::UnderRegistration, shows_less)]
            .into_iter()
            .filter(|(kind, _)| rests(*kind))
            .map(|(_, (p, setting, source))| said::stated(p, setting.to_owned(), source.clone()))
            .collect()
    }
}
