//! Peer baselines: what mean, floor and variation are usual in a stratum, shrunk to the parent
//! stratum.
//!
//! θ = w·θ_stratum + (1 − w)·θ_parent with w = n / (n + k): empirical-Bayes shrinkage of stratum
//! medians (Efron and Morris, 1975, in its simplest form). Medians, so that a few farms in a
//! stratum do not move it. All baselines are natural logarithms of kW.

use std::collections::BTreeMap;

use crate::digest::UsageProfile;
use crate::domain::{median, quantile};

use super::Stratum;

/// Usage points at which a stratum weighs as much as its parent.
const SHRINKAGE: f64 = 20.0;
/// Members from which on the spread of their floors is told.
const LEAST_SPREAD: usize = 40;
/// Loads below this are not told apart, kW; keeps the logarithm of an empty flat finite.
pub(crate) const LEAST_KW: f64 = 0.005;

/// Medians of one stratum; `None` where no member has the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerBaseline {
    /// Usage points behind it.
    pub members: usize,
    /// Median of the logarithm of mean power.
    pub ln_mean_kw: Option<f64>,
    /// Median of the logarithm of the typical daily floor.
    pub ln_floor_kw: Option<f64>,
}

/// Peer baselines of every stratum.
#[derive(Debug, Clone, Default)]
pub struct Peers {
    by_stratum: BTreeMap<Stratum, PeerBaseline>,
    /// Daily floor that one of twenty members does not reach, and that one of twenty exceeds, kW.
    floors: BTreeMap<Stratum, (f64, f64)>,
}

/// What one usage point adds to the baselines of its strata.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerValues {
    /// Logarithm of mean power; minus infinite or NaN without a day.
    pub ln_mean_kw: f64,
    /// Logarithm of the typical daily floor; NaN where readings are coarser than an hour.
    pub ln_floor_kw: f64,
}

impl PeerValues {
    /// The values of a profile.
    #[must_use]
    pub fn of(profile: &UsageProfile) -> Self {
        let mean = UsageProfile::typical(&profile.days, |day| day.mean_kw);
        let floor = UsageProfile::typical(&profile.days, |day| day.floor_kw);
        // `max` would turn NaN into the least load.
        let ln = |kw: f64| if kw.is_nan() { f64::NAN } else { kw.max(LEAST_KW).ln() };
        Self { ln_mean_kw: ln(mean), ln_floor_kw: ln(floor) }
    }
}

#[derive(Default)]
struct Values {
    ln_mean_kw: Vec<f64>,
    ln_floor_kw: Vec<f64>,
}

impl Peers {
    /// Baselines from usage points with their finest strata.
    #[must_use]
    pub fn of<'a>(members: impl Iterator<Item = (&'a Stratum, PeerValues)>) -> Self {
        let mut finest: BTreeMap<&Stratum, Values> = BTreeMap::new();
        for (stratum, own) in members.filter(|(_, own)| own.ln_mean_kw.is_finite()) {
            let entry = finest.entry(stratum).or_default();
            entry.ln_mean_kw.push(own.ln_mean_kw);
            if !own.ln_floor_kw.is_nan() {
                entry.ln_floor_kw.push(own.ln_floor_kw);
            }
        }
        let mut values: BTreeMap<Stratum, Values> = BTreeMap::new();
        for (stratum, own) in finest {
            let mut at = Some(stratum.clone());
            while let Some(level) = at {
                at = level.parent();
                let entry = values.entry(level).or_default();
                entry.ln_mean_kw.extend_from_slice(&own.ln_mean_kw);
                entry.ln_floor_kw.extend_from_slice(&own.ln_floor_kw);
            }
        }
        let mut peers = Self::default();
        // `Stratum` orders parents before children, so each parent's shrunk value is ready.
        for (stratum, values) in values {
            let parent = stratum.parent().and_then(|parent| peers.by_stratum.get(&parent).copied());
            let baseline = PeerBaseline {
                members: values.ln_mean_kw.len(),
                ln_mean_kw: shrunk(&values.ln_mean_kw, parent.and_then(|p| p.ln_mean_kw)),
                ln_floor_kw: shrunk(&values.ln_floor_kw, parent.and_then(|p| p.ln_floor_kw)),
            };
            if values.ln_floor_kw.len() >= LEAST_SPREAD {
                let floor = |share| quantile(&values.ln_floor_kw, share).exp();
                peers.floors.insert(stratum.clone(), (floor(0.05), floor(0.95)));
            }
            peers.by_stratum.insert(stratum, baseline);
        }
        peers
    }

    /// Daily floors between which nine of ten members of a stratum lie, kW, or of its nearest
    /// ancestor with forty members; `None` where there is none.
    #[must_use]
    pub fn floor_range(&self, stratum: &Stratum) -> Option<(f64, f64)> {
        let mut at = Some(stratum.clone());
        while let Some(level) = at {
            if let Some(&range) = self.floors.get(&level) {
                return Some(range);
            }
            at = level.parent();
        }
        None
    }

    /// Baseline of a stratum, or of its nearest ancestor that has one; `None` when nothing was
    /// profiled.
    #[must_use]
    pub fn baseline(&self, stratum: &Stratum) -> Option<&PeerBaseline> {
        let mut at = Some(stratum.clone());
        while let Some(level) = at {
            if let Some(baseline) = self.by_stratum.get(&level) {
                return Some(baseline);
            }
            at = level.parent();
        }
        None
    }
}

fn shrunk(values: &[f64], parent: Option<f64>) -> Option<f64> {
    if values.is_empty() {
        return parent;
    }
    let own = median(values);
    let weight = values.len() as f64 / (values.len() as f64 + SHRINKAGE);
    Some(parent.map_or(own, |parent| weight * own + (1.0 - weight) * parent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Heating, Timestamp};
    use crate::series::LoadSeries;

    fn profile(kw: f32) -> PeerValues {
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw: vec![kw; 240] };
        PeerValues::of(&UsageProfile::of(&series, &Calendar::new(None).unwrap()))
    }

    #[test]
    fn a_small_stratum_leans_on_its_parent() {
        let big = Stratum::Heating("household".into(), Some(2), Heating::Unknown);
        let small = Stratum::Heating("household".into(), Some(3), Heating::Unknown);
        let (one, ten) = (profile(1.0), profile(10.0));
        let members = std::iter::repeat_n((&big, one), 200).chain(std::iter::once((&small, ten)));
        let peers = Peers::of(members);
        let baseline = peers.baseline(&small).unwrap().ln_mean_kw.unwrap();
        assert!(baseline > 0.0 && baseline < 0.3 * 10_f64.ln(), "{baseline}");
    }

    #[test]
    fn an_unknown_stratum_takes_its_nearest_ancestor() {
        let known = Stratum::Heating("household".into(), None, Heating::Unknown);
        let one = profile(1.0);
        let peers = Peers::of(std::iter::once((&known, one)));
        assert!(peers.baseline(&Stratum::Heating("school".into(), None, Heating::Unknown)).is_some());
    }
}
