//! Rows for tests of this floor: as plain as they can be.

use crate::findings::{FindingKind, Loss, Pattern, SuspectRow};

/// A listed usage point with a constant load.
pub(super) fn suspect(id: &str, probability: f64, kw: f64) -> SuspectRow {
    SuspectRow {
        rank: 0,
        usage_point: id.into(),
        address: None,
        city: None,
        tariff_class: None,
        node: None,
        finding: FindingKind::MeteredHiddenLoad,
        pattern: Some(Pattern::Constant),
        probability: Some(probability),
        q_value: None,
        hidden_kw: Some(kw),
        hidden_kw_low: Some(0.9 * kw),
        hidden_kw_high: Some(1.1 * kw),
        since: None,
        since_low: None,
        since_high: None,
        hidden_kwh: Some(1000.0 * kw),
        loss: Loss::default(),
        licence: None,
        licence_status: None,
        licence_match: None,
        criteria: Vec::new(),
        lat: None,
        lon: None,
        evidence_for: Vec::new(),
        evidence_against: Vec::new(),
        tests_missing: Vec::new(),
    }
}
