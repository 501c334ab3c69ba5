//! Inspections as a utility makes them that looks at its bills: who draws much for the contract is
//! visited more often, on any day, and the inspector misses a stated share of what is there.
//!
//! A visit to a farm on a day on which it runs finds it, but for the share that is missed; a visit
//! to a lawful load that looks like one names its cause, but for the same share; any other finds
//! nothing. Such visits are chosen by readings, as those of a field are: what they find is no
//! sample of all usage points.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::chance::chance;
use super::member::{Base, Member};
use super::scene::Scene;
use super::settings::CheckedSettings;
use super::usage::Usage;
use crate::domain::{Purpose, seed_of};

/// Share of farms that are missed where nothing else is said.
const MISSED: f64 = 0.1;
/// A home draws this share of its contract on average; who draws more is likelier to be visited,
/// within bounds.
const USUAL_SHARE: f64 = 0.04;
const LIKELIER: (f64, f64) = (0.25, 5.0);

/// A line of `inspections.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct InspectionRow {
    usage_point: String,
    date: String,
    outcome: &'static str,
    kw: Option<f64>,
    cause: Option<&'static str>,
}

/// The visit to a member, where there is one; by streams of their own, so that nothing else changes
/// with their share.
pub(super) fn visit(
    settings: &CheckedSettings,
    scene: &Scene,
    member: &Member,
    usage: &Usage,
) -> Option<InspectionRow> {
    let share = settings.inspection_share?;
    let missed = settings.inspection_error.unwrap_or(MISSED);
    let id = member.id();
    let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &id, Purpose::Synthesis, 35));
    let mean = usage.metered_kw.iter().map(|&kw| f64::from(kw)).sum::<f64>() / usage.metered_kw.len().max(1) as f64;
    let likelier = (mean / usage.contracted_kw.max(0.1) / USUAL_SHARE).clamp(LIKELIER.0, LIKELIER.1);
    if !chance(&mut rng, (share * likelier).min(1.0)) {
        return None;
    }
    let day = &scene.days[rng.random_range(0..scene.days.len().max(1))];
    let is_missed = chance(&mut rng, missed);
    let runs = usage.farm.is_some_and(|farm| {
        farm.first.is_some_and(|first| first < day.end) && farm.last.is_some_and(|last| last >= day.first)
    });
    let lawful = if let Base::LookAlike(kind, _) = member.base { Some(kind.truth_kind()) } else { None };
    let (outcome, kw, cause) = match lawful {
        _ if is_missed => ("nothing", None, None),
        _ if runs => ("farm", Some((1000.0 * usage.farm_metered_kw).round() / 1000.0), None),
        Some(kind) => ("other_cause", None, Some(kind.trim_start_matches("look:"))),
        None => ("nothing", None, None),
    };
    Some(InspectionRow { usage_point: id, date: scene.local.day[day.first].to_string(), outcome, kw, cause })
}
