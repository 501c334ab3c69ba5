//! Lines of usage points whose meter shows less than is used, as a balance names them.

use std::collections::BTreeMap;

use crate::domain::{CivilDay, NINETY, UsagePointId};
use crate::findings::{FindingKind, Pattern, SuspectRow};
use crate::unmetered::{Culprit, Fallen};

use super::list_setting::ListSetting;
use super::said;
use super::suspect_rows::place_row;

/// Half-width of a 90 % interval in standard errors, and the error of a size beside chance, as a
/// share: the slope holds for hours that change.
const SIZE_ERROR: f64 = 0.1;
/// Error of the size of a fall beside chance, as a share of it.
const FALLEN_SIZE_ERROR: f64 = 0.15;

/// Lines for meters that show less than is used, by usage point.
pub(crate) fn rows(
    culprits: &[Culprit],
    fallen: &[Fallen],
    setting: &ListSetting,
) -> BTreeMap<UsagePointId, SuspectRow> {
    let named =
        culprits.iter().filter(|culprit| culprit.under_registers()).map(|culprit| suspect_row(culprit, setting));
    let fallen = fallen.iter().filter(|fallen| fallen.under_registers()).map(|fallen| fallen_row(fallen, setting));
    named.chain(fallen).map(|row| (row.usage_point.clone(), row)).collect()
}

fn suspect_row(culprit: &Culprit, setting: &ListSetting) -> SuspectRow {
    let (beta, strength) = (culprit.beta(), culprit.named.strength);
    let kw = beta * culprit.shown_kw;
    let error = NINETY * (1.0 / strength).hypot(SIZE_ERROR);
    let hours = (culprit.hours.1.0 - culprit.hours.0.0) as f64 / 3600.0;
    let mut row = place_row(&culprit.usage_point, setting);
    (row.finding, row.pattern, row.probability) =
        (FindingKind::UnderRegistration, Some(Pattern::Scaled), Some(setting.stated.under_registration));
    (row.hidden_kw, row.hidden_kw_low, row.hidden_kw_high) =
        (Some(kw), Some(kw * (1.0 - error)), Some(kw * (1.0 + error)));
    (row.hidden_kwh, row.hidden_hours) = (Some(kw * hours), Some(hours));
    row.evidence_for.push(said::follows_meter(&culprit.node, beta, strength, 100.0 / (1.0 + beta)));
    row
}

/// The line of a customer whose meter shows less from some day on.
fn fallen_row(fallen: &Fallen, setting: &ListSetting) -> SuspectRow {
    let kw = fallen.kw();
    let error = NINETY * (1.0 / fallen.timed.rise_z).hypot(FALLEN_SIZE_ERROR);
    let mut row = place_row(&fallen.usage_point, setting);
    (row.finding, row.pattern, row.probability) =
        (FindingKind::UnderRegistration, Some(fallen.pattern()), Some(setting.stated.under_registration));
    (row.hidden_kw, row.hidden_kw_low, row.hidden_kw_high) =
        (Some(kw), Some(kw * (1.0 - error)), Some(kw * (1.0 + error)));
    (row.since, row.since_low, row.since_high) =
        (Some(fallen.timed.day), Some(CivilDay(fallen.timed.day.0 - 1)), Some(CivilDay(fallen.timed.day.0 + 1)));
    let hours = 24.0 * f64::from((fallen.last.0 - fallen.timed.day.0 + 1).max(0));
    (row.hidden_kwh, row.hidden_hours) = (Some(kw * hours), Some(hours));
    row.evidence_for.push(said::by_balance(fallen.ground()));
    row
}
