//! The plan of a synthetic utility: every usage point, what it is, where it hangs and what is
//! planted there. No load is computed yet.
//!
//! The plan is drawn by one random stream in a fixed order; loads are drawn later from streams of
//! their own, one a usage point.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::business::BusinessKind;
use super::chance::{chance, log_uniform, pick, pick_weighted};
use super::farm::FarmKind;
use super::member::{Base, Member, Planted, ReadBy, contract_for};
use super::planting;
use super::scene::{Scene, some_onset};
use super::settings::CheckedSettings;
use crate::domain::{Purpose, Timestamp, seed_of};

/// Unmetered load at a grid node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tap {
    /// Kind written to `truth.csv`.
    pub(super) truth_kind: &'static str,
    pub(super) kind: FarmKind,
    pub(super) target_kw: f64,
    pub(super) onset: Option<Timestamp>,
}

/// A transformer and the usage points it feeds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TransformerPlan {
    pub(super) id: String,
    /// Index of its feeder.
    pub(super) feeder: usize,
    pub(super) members: Vec<Member>,
    pub(super) metered: bool,
    pub(super) tap: Option<Tap>,
}

/// A feeder or substation: a node whose load is the sum of others.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct UpperPlan {
    pub(super) id: String,
    /// Index of the substation, for feeders.
    pub(super) parent: usize,
    pub(super) metered: bool,
    pub(super) tap: Option<Tap>,
}

/// The whole plan.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Town {
    pub(super) transformers: Vec<TransformerPlan>,
    pub(super) feeders: Vec<UpperPlan>,
    pub(super) substations: Vec<UpperPlan>,
}

impl Town {
    /// Draws the plan.
    pub(super) fn draw(settings: &CheckedSettings, scene: &Scene) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, "town", Purpose::Synthesis, 0));
        let mut members = draw_members(&mut rng, settings);
        let groups = draw_transformer_sizes(&mut rng, settings);
        planting::plant(&mut rng, settings, scene, &mut members, &groups);
        planting::move_farms(settings, scene, &mut members);
        planting::leave_unread(settings, &mut members);
        planting::build_boiler_houses(settings, &mut members);
        let mut rest = members.into_iter();
        let mut transformers = Vec::with_capacity(groups.len());
        for (number, &size) in groups.iter().enumerate() {
            let mut members: Vec<Member> = rest.by_ref().take(size).collect();
            draw_addresses(&mut rng, &mut members);
            let metered = chance(&mut rng, settings.balance_share);
            transformers.push(TransformerPlan { id: format!("T{number:04}"), feeder: 0, members, metered, tap: None });
        }
        let mut town = Self { transformers, feeders: Vec::new(), substations: Vec::new() };
        town.draw_upper_grid(&mut rng, settings);
        town.draw_taps(&mut rng, settings, scene);
        town
    }

    fn draw_upper_grid(&mut self, rng: &mut ChaCha8Rng, settings: &CheckedSettings) {
        let upper = |id: String, parent: usize, metered: bool| UpperPlan { id, parent, metered, tap: None };
        let metered_share = settings.upper_balance_share.unwrap_or(settings.balance_share);
        if settings.levels >= 2 {
            let mut left = 0;
            for transformer in &mut self.transformers {
                if left == 0 {
                    left = rng.random_range(6..=14);
                    let metered = chance(rng, metered_share);
                    self.feeders.push(upper(format!("F{:03}", self.feeders.len()), self.feeders.len() / 12, metered));
                }
                left -= 1;
                transformer.feeder = self.feeders.len() - 1;
            }
        }
        if settings.levels >= 3 {
            for number in 0..self.feeders.len().div_ceil(12) {
                let metered = chance(rng, metered_share);
                self.substations.push(upper(format!("SS{}", number + 1), 0, metered));
            }
        }
    }

    fn draw_taps(&mut self, rng: &mut ChaCha8Rng, settings: &CheckedSettings, scene: &Scene) {
        if settings.prevalence == 0.0 {
            return;
        }
        if settings.unmetered_share > 0.0 {
            self.draw_transformer_taps(rng, settings, scene);
        }
        let share = settings.upper_unmetered_share.unwrap_or(settings.unmetered_share);
        for feeder in self.feeders.iter_mut().filter(|_| share > 0.0) {
            if chance(rng, share) {
                feeder.tap = Some(Tap::draw(rng, scene, 40.0, 300.0));
            }
        }
        let share = settings.upper_unmetered_share.unwrap_or(0.0);
        for substation in self.substations.iter_mut().filter(|_| share > 0.0) {
            if chance(rng, share) {
                substation.tap = Some(Tap::draw(rng, scene, 100.0, 1000.0));
            }
        }
    }

    fn draw_transformer_taps(&mut self, rng: &mut ChaCha8Rng, settings: &CheckedSettings, scene: &Scene) {
        let count = planting::count(settings.unmetered_share, self.transformers.len());
        let mut order: Vec<usize> = (0..self.transformers.len()).collect();
        order.shuffle(rng);
        for &index in order.iter().take(count) {
            self.transformers[index].tap = Some(Tap::draw(rng, scene, 3.0, 60.0));
        }
    }
}

impl Tap {
    fn draw(rng: &mut ChaCha8Rng, scene: &Scene, low_kw: f64, high_kw: f64) -> Self {
        let (truth_kind, kind) =
            pick_weighted(rng, &[(0.6, ("tap", FarmKind::Constant)), (0.4, ("night_tap", FarmKind::Night))]);
        let target_kw = log_uniform(rng, low_kw, high_kw);
        let onset = chance(rng, 0.5).then(|| some_onset(rng, scene));
        Self { truth_kind, kind, target_kw, onset }
    }
}

fn draw_members(rng: &mut ChaCha8Rng, settings: &CheckedSettings) -> Vec<Member> {
    (0..settings.usage_points).map(|number| draw_member(rng, settings, number)).collect()
}

fn draw_member(rng: &mut ChaCha8Rng, settings: &CheckedSettings, number: u32) -> Member {
    let home = !chance(rng, settings.business_share);
    let (base, contracted_kw) = if home {
        let persons = pick_weighted(rng, &[(0.22, 1), (0.29, 2), (0.2, 3), (0.17, 4), (0.08, 5), (0.04, 6)]);
        let electric = chance(rng, settings.electric_heating);
        let basic = pick(rng, &[5.0, 5.0, 7.0, 10.0, 15.0]);
        (Base::Home { persons, electric }, if electric { contract_for(basic + 8.0) } else { basic })
    } else {
        // The contract of a business follows its size, which its own stream decides when the loads
        // are drawn.
        (Base::Business(BusinessKind::draw(rng)), 0.0)
    };
    let hourly = settings.mixed_steps && (!home || chance(rng, 0.1));
    Member {
        number,
        base,
        planted: Planted::Nothing,
        contracted_kw,
        building: 0,
        flat: 0,
        owner: number,
        every: if hourly { (60 / settings.step_min).max(1) as usize } else { 1 },
        read: if home && chance(rng, settings.registers_only) { ReadBy::Register } else { ReadBy::Intervals },
        linked: !chance(rng, settings.unlinked_share),
        active: true,
    }
}

fn draw_transformer_sizes(rng: &mut ChaCha8Rng, settings: &CheckedSettings) -> Vec<usize> {
    let (low, high) = (settings.meters_per_transformer_min as usize, settings.meters_per_transformer_max as usize);
    let mut left = settings.usage_points as usize;
    let mut sizes = Vec::new();
    while left > 0 {
        let size = rng.random_range(low..=high).min(left);
        sizes.push(size);
        left -= size;
    }
    // A last handful of meters joins the transformer before it.
    if sizes.len() > 1 && sizes[sizes.len() - 1] < low / 2 {
        let last = sizes.pop().unwrap_or(0);
        let before = sizes.len() - 1;
        sizes[before] += last;
    }
    sizes
}

/// Buildings under one transformer: houses, and apartment houses with many flats. Split accounts
/// are kept in one building.
fn draw_addresses(rng: &mut ChaCha8Rng, members: &mut [Member]) {
    let flats = chance(rng, 0.5);
    let (mut building, mut flats_left, mut flat) = (0, 0, 0);
    let mut group_before = None;
    for member in members {
        let group = match member.planted {
            Planted::Farm(farm) => farm.group,
            _ => None,
        };
        let home = matches!(member.base, Base::Home { .. });
        if group.is_some() && group == group_before {
            flat += 1;
        } else if home && flats && flats_left > 0 {
            flats_left -= 1;
            flat += 1;
        } else {
            building += 1;
            flats_left = if flats { rng.random_range(7..40) } else { 0 };
            flat = u32::from((home && flats) || group.is_some());
        }
        group_before = group;
        member.building = building;
        member.flat = flat;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::SimulateSettings;

    fn town(settings: SimulateSettings) -> Town {
        let settings = settings.checked().unwrap();
        Town::draw(&settings, &Scene::new(&settings))
    }

    #[test]
    fn every_usage_point_hangs_at_one_transformer() {
        let town = town(SimulateSettings { usage_points: 1234, days: 7, ..SimulateSettings::default() });
        let mut numbers: Vec<u32> = town.transformers.iter().flat_map(|t| t.members.iter().map(|m| m.number)).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..1234).collect::<Vec<_>>());
    }

    #[test]
    fn a_utility_without_farms_has_no_tap_either() {
        let town =
            town(SimulateSettings { prevalence: 0.0, licensed_share: 0.0, days: 7, ..SimulateSettings::default() });
        assert!(town.transformers.iter().all(|t| t.tap.is_none()) && town.feeders.iter().all(|f| f.tap.is_none()));
        let planted =
            town.transformers.iter().flat_map(|t| &t.members).filter(|m| matches!(m.planted, Planted::Farm(_)));
        assert_eq!(planted.count(), 0);
    }

    #[test]
    fn split_accounts_share_a_building() {
        let town =
            town(SimulateSettings { usage_points: 5000, days: 7, prevalence: 0.2, ..SimulateSettings::default() });
        let members: Vec<&Member> = town.transformers.iter().flat_map(|t| &t.members).collect();
        let mut pairs = 0;
        for pair in members.windows(2) {
            if let (Planted::Farm(a), Planted::Farm(b)) = (pair[0].planted, pair[1].planted)
                && a.group.is_some()
                && a.group == b.group
            {
                assert_eq!(pair[0].building, pair[1].building);
                pairs += 1;
            }
        }
        assert!(pairs > 20, "{pairs}");
    }
}
