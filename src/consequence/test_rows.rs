//! Rows for tests of this floor: as plain as they can be.

use crate::findings::{FindingKind, Pattern, SuspectRow};

/// A listed usage point with a constant load.
pub(super) fn suspect(id: &str, probability: f64, kw: f64) -> SuspectRow {
    SuspectRow {
        pattern: Some(Pattern::Constant),
        probability: Some(probability),
        hidden_kw: Some(kw),
        hidden_kw_low: Some(0.9 * kw),
        hidden_kw_high: Some(1.1 * kw),
        hidden_kwh: Some(1000.0 * kw),
        ..SuspectRow::nothing_found(id.into(), FindingKind::MeteredHiddenLoad)
    }
}
