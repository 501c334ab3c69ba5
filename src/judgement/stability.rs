//! How far a list depends on chance: it is made again with farms planted by other seeds.
//!
//! What a usage point's own load is worth is learned from planted farms, and which farms are
//! planted where is drawn. Each repetition plants and learns anew in the same series; balances,
//! licences and inspections, in which nothing is drawn, stay as they are, so the log-odds of a
//! usage point change by what its own load is worth more or less. What decides a probability by
//! itself is not moved.
//! Assumes: the series in which farms are planted, which the first pass chose by hash, stay the
//! same, so that what depends on their choice is not in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::DigestError;
use crate::domain::{Step, UsagePointId, logistic};
use crate::findings::ScoreRow;
use crate::metered::{CalibrationSettings, EngineSetting, Metered};
use crate::series::LoadSeries;

use super::list_setting::ListSetting;
use super::listing::Listing;
use super::score_rows::family_names;
use super::{q_values, shortlist_length};

/// Steps that decide a probability whatever the own load is worth.
const DECIDE: [Step; 4] = [Step::Lawful, Step::Small, Step::Licence, Step::Named];

/// Writes into the listed rows the share of `repetitions` in which each is listed; nothing where
/// there are none.
///
/// # Errors
/// When a digest cannot be read back.
pub(crate) fn mark(
    listing: &mut Listing,
    (metered, hosts): (&Metered, &[LoadSeries]),
    (mut engine, calibration): (EngineSetting, CalibrationSettings),
    setting: &ListSetting,
    repetitions: u32,
) -> Result<(), DigestError> {
    let mut times: BTreeMap<UsagePointId, u32> = BTreeMap::new();
    for _ in 0..repetitions {
        engine.injection.seed = engine.injection.seed.wrapping_add(1);
        let moved = metered.planted_anew(hosts, &engine, calibration.clone())?;
        let by_id = |id: &UsagePointId| metered.place(id).map_or(f32::NAN, |place| moved[place]);
        for id in listed(&listing.scores, by_id, setting) {
            *times.entry(id).or_default() += 1;
        }
    }
    if repetitions > 0 {
        for row in &mut listing.suspects {
            let times = times.get(&row.usage_point).copied().unwrap_or(0);
            row.stability = Some(f64::from(times) / f64::from(repetitions));
        }
    }
    Ok(())
}

/// Who would be listed with log-odds moved by so much.
fn listed(scores: &[ScoreRow], moved: impl Fn(&UsagePointId) -> f32, setting: &ListSetting) -> BTreeSet<UsagePointId> {
    let deciding: Vec<usize> = (family_names().iter().enumerate())
        .filter(|(_, name)| DECIDE.iter().any(|step| step.as_str() == **name))
        .map(|(column, _)| column)
        .collect();
    let mut order: Vec<(f64, &UsagePointId)> = (scores.iter())
        .filter_map(|row| {
            let is_decided = deciding.iter().any(|&column| row.llr.get(column).is_some_and(|llr| llr.is_finite()));
            let by = f64::from(moved(&row.usage_point));
            Some((row.log_odds? + if is_decided || !by.is_finite() { 0.0 } else { by }, &row.usage_point))
        })
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let probability: Vec<f64> = order.iter().map(|(log_odds, _)| logistic(*log_odds)).collect();
    let length = setting.top.unwrap_or_else(|| shortlist_length(&q_values(&probability), setting.fdr));
    order.into_iter().take(length).map(|(_, id)| id.clone()).collect()
}
