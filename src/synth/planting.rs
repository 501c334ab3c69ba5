//! Who gets what: farms, licences, look-alikes and faults of the data, each at its share of the
//! usage points, never two at one place.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::business::BusinessKind;
use super::chance::{between, chance, log_uniform, pick, pick_weighted};
use super::farm::FarmKind;
use super::look_alike::LookAlike;
use super::member::{Base, DataFault, Member, Planted, PlantedFarm, ReadBy, Untidy, contract_for};
use super::scene::{Scene, some_onset};
use super::settings::CheckedSettings;
use super::tamper::Tamper;
use crate::domain::{Purpose, Timestamp, seed_of};

/// The smallest farm that is planted, kW: one old unit.
const SMALLEST_KW: f64 = 1.3;
/// The smallest farm that grows, kW: it needs a few units to grow by.
const SMALLEST_GROWING_KW: f64 = 4.0;

/// How a hidden farm is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placing {
    /// Behind one meter.
    Single(FarmKind),
    /// Spread over several accounts in one building.
    Split,
    /// Inside a large lawful user.
    Building,
    /// Partly past the meter.
    PartialBypass,
}

/// Shares among farms; a split farm takes several usage points, so its share of draws is small.
const PLACINGS: [(f64, Placing); 10] = [
    (0.30, Placing::Single(FarmKind::Constant)),
    (0.12, Placing::Single(FarmKind::Night)),
    (0.08, Placing::Single(FarmKind::PeakShaved)),
    (0.07, Placing::Single(FarmKind::Weekend)),
    (0.08, Placing::Single(FarmKind::Interrupted)),
    (0.08, Placing::Single(FarmKind::Staircase)),
    (0.06, Placing::Single(FarmKind::Ramp)),
    (0.04, Placing::Split),
    (0.10, Placing::Building),
    (0.07, Placing::PartialBypass),
];

/// Number of things at a share of `n`: rounded, but at least one when the share is not zero.
pub(super) fn count(share: f64, n: usize) -> usize {
    if share == 0.0 { 0 } else { ((share * n as f64).round() as usize).clamp(1, n.max(1)) }
}

/// Plants everything. `groups` holds the number of members of each transformer, in order.
pub(super) fn plant(
    rng: &mut ChaCha8Rng,
    settings: &CheckedSettings,
    scene: &Scene,
    members: &mut [Member],
    groups: &[usize],
) {
    let n = members.len();
    let transformer_of: Vec<usize> =
        groups.iter().enumerate().flat_map(|(number, &size)| std::iter::repeat_n(number, size)).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(rng);
    let mut free = order.into_iter();
    plant_farms(rng, count(settings.prevalence, n), scene, members, &transformer_of, &mut free);
    for number in 0..count(settings.licensed_share, n) {
        let Some(index) = next_free(&mut free, members) else { return };
        // The first keeps to its licence, the second does not, later ones mostly do; where no farm
        // is wanted, all do.
        let exceeded = settings.prevalence > 0.0 && (number == 1 || (number > 1 && chance(rng, 0.3)));
        plant_licensed(rng, &mut members[index], exceeded);
    }
    for _ in 0..count(settings.scaled_share, n) {
        let Some(index) = next_free(&mut free, members) else { return };
        members[index].planted = Planted::Tampered(Tamper::scaled(between(rng, 0.2, 0.7)));
        members[index].read = ReadBy::Intervals;
    }
    plant_theft(rng, settings, scene, members, &mut free);
    for number in 0..count(settings.look_alike_share, n) {
        let Some(index) = next_free(&mut free, members) else { return };
        plant_look_alike(rng, &mut members[index], LookAlike::ALL[number % LookAlike::ALL.len()]);
    }
    for number in 0..count(settings.fault_share, n) {
        let Some(index) = next_free(&mut free, members) else { return };
        members[index].planted =
            Planted::Fault([DataFault::Stuck, DataFault::FlatFilled, DataFault::Multiplier][number % 3]);
        members[index].read = ReadBy::Intervals;
    }
    for number in 0..count(settings.untidy_share, n) {
        let Some(index) = next_free(&mut free, members) else { return };
        members[index].planted =
            Planted::Untidy([Untidy::Gaps, Untidy::Duplicates, Untidy::Spikes, Untidy::Export][number % 4]);
        members[index].read = ReadBy::Intervals;
    }
}

/// Meters that were tampered with, and farms past the meter.
fn plant_theft(
    rng: &mut ChaCha8Rng,
    settings: &CheckedSettings,
    scene: &Scene,
    members: &mut [Member],
    free: &mut impl Iterator<Item = usize>,
) {
    for number in 0..count(settings.tamper_share, members.len()) {
        let Some(index) = next_free(free, members) else { return };
        members[index].planted = Planted::Tampered(Tamper::draw(rng, scene, settings.tamper_kind, number));
        members[index].read = ReadBy::Intervals;
    }
    for number in 0..count(settings.bypass_share, members.len()) {
        let Some(index) = next_free(free, members) else { return };
        plant_bypass(rng, &mut members[index], scene, number % 2 == 1);
    }
}

/// A farm that goes past the meter as a whole. With `drop` it began in the period, and a part of
/// the other load went past the meter on the same day.
fn plant_bypass(rng: &mut ChaCha8Rng, member: &mut Member, scene: &Scene, drop: bool) {
    let most = if matches!(member.base, Base::Home { .. }) { 16.0 } else { 40.0 };
    let kind = pick_weighted(rng, &[(0.7, FarmKind::Constant), (0.3, FarmKind::Night)]);
    let (kw, begins) = (log_uniform(rng, SMALLEST_KW, most), chance(rng, 0.5));
    let onset = (drop || begins).then(|| some_onset(rng, scene));
    let (truth_kind, moved) = if drop { ("bypass_drop", between(rng, 0.3, 0.8)) } else { ("bypass", 0.0) };
    member.read = ReadBy::Intervals;
    member.planted = Planted::Farm(PlantedFarm { truth_kind, unmetered: 1.0, moved, ..farm(kind, kw, onset) });
}

/// Lets some farms stop and begin elsewhere three to twenty days later, with the same units and
/// owner; by a stream of its own, so that nothing else changes with their share.
pub(super) fn move_farms(settings: &CheckedSettings, scene: &Scene, members: &mut [Member]) {
    let is_movable = |member: &Member| {
        matches!(member.planted, Planted::Farm(farm)
            if farm.kind == FarmKind::Constant && farm.unmetered == 0.0 && farm.group.is_none())
    };
    let mut movable: Vec<usize> = (0..members.len()).filter(|&index| is_movable(&members[index])).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, "moves", Purpose::Synthesis, 0));
    movable.shuffle(&mut rng);
    let farms = members.iter().filter(|member| matches!(member.planted, Planted::Farm(_))).count();
    let moves = if settings.moving_share > 0.0 { count(settings.moving_share, farms) } else { 0 };
    for pair in movable.chunks_exact(2).take(moves) {
        let day = (scene.len() / scene.days.len().max(1)).max(1);
        let gone = (between(&mut rng, 0.3, 0.7) * scene.len() as f64) as usize;
        let began = gone + (between(&mut rng, 3.0, 20.0) * day as f64) as usize;
        let (number, owner) = (members[pair[0]].number, members[pair[0]].owner);
        let Planted::Farm(old) = members[pair[0]].planted else { continue };
        let mover = PlantedFarm { group: Some(number), ..old };
        let (gone, began) = (scene.start.get(gone).copied(), scene.start.get(began).copied());
        members[pair[0]].planted =
            Planted::Farm(PlantedFarm { truth_kind: "mover_left", onset: None, until: gone, ..mover });
        let new = &mut members[pair[1]];
        new.planted = Planted::Farm(PlantedFarm { truth_kind: "mover_came", onset: began, until: None, ..mover });
        (new.owner, new.contracted_kw) = (owner, new.contracted_kw.max(contract_for(old.target_kw)));
    }
}

/// Homes of which nothing is read; by streams of their own, so that nothing else changes with their
/// share.
pub(super) fn leave_unread(settings: &CheckedSettings, members: &mut [Member]) {
    for member in members
        .iter_mut()
        .filter(|member| member.planted == Planted::Nothing && matches!(member.base, Base::Home { .. }))
    {
        let draw = seed_of(settings.seed, &member.id(), Purpose::Synthesis, 6) as f64 / u64::MAX as f64;
        if draw < settings.unread_share {
            member.read = ReadBy::Nobody;
        }
    }
}

/// Boiler houses in the place of ordinary customers; by streams of their own, so that nothing else
/// changes with their share.
pub(super) fn build_boiler_houses(settings: &CheckedSettings, members: &mut [Member]) {
    let share = settings.oddities.boiler_house_share;
    for member in members.iter_mut().filter(|member| share > 0.0 && member.planted == Planted::Nothing) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &member.id(), Purpose::Synthesis, 20));
        if chance(&mut rng, share) {
            plant_look_alike(&mut rng, member, LookAlike::BoilerHouse);
        }
    }
}

fn next_free(free: &mut impl Iterator<Item = usize>, members: &[Member]) -> Option<usize> {
    free.find(|&index| members[index].planted == Planted::Nothing)
}

fn plant_farms(
    rng: &mut ChaCha8Rng,
    farms: usize,
    scene: &Scene,
    members: &mut [Member],
    transformer_of: &[usize],
    free: &mut impl Iterator<Item = usize>,
) {
    let mut left = farms;
    while left > 0 {
        let Some(index) = next_free(free, members) else { return };
        let onset = chance(rng, 0.5).then(|| some_onset(rng, scene));
        match pick_weighted(rng, &PLACINGS) {
            Placing::Single(kind) => plant_single(rng, &mut members[index], kind, onset),
            Placing::Building => plant_in_building(rng, &mut members[index], onset),
            Placing::PartialBypass => {
                plant_single(rng, &mut members[index], FarmKind::Constant, onset);
                if let Planted::Farm(farm) = &mut members[index].planted {
                    farm.truth_kind = "partial_bypass";
                    farm.unmetered = pick(rng, &[0.3, 0.6, 0.9]);
                }
            }
            Placing::Split => {
                let wanted = rng.random_range(2..=6).min(left);
                let same = |other: &usize| {
                    transformer_of[*other] == transformer_of[index] && members[*other].planted == Planted::Nothing
                };
                let group: Vec<usize> = (index..members.len()).take(wanted).take_while(same).collect();
                left -= group.len() - 1;
                plant_split(rng, members, &group, onset);
            }
        }
        left -= 1;
    }
}

fn farm(kind: FarmKind, target_kw: f64, onset: Option<Timestamp>) -> PlantedFarm {
    PlantedFarm {
        truth_kind: kind.as_str(),
        kind,
        target_kw,
        onset,
        until: None,
        unmetered: 0.0,
        moved: 0.0,
        group: None,
    }
}

/// A farm in a home, a business, or a shed that was rented for it, with a size that the contract
/// makes plausible.
fn plant_single(rng: &mut ChaCha8Rng, member: &mut Member, kind: FarmKind, onset: Option<Timestamp>) {
    member.read = ReadBy::Intervals;
    if chance(rng, 0.25) {
        member.base = Base::Site(between(rng, 0.05, 0.6));
        member.contracted_kw = pick(rng, &[15.0, 30.0, 63.0, 100.0, 160.0]);
        // Some contracts are said to be out of use.
        member.active = !chance(rng, 0.15);
    }
    let most = match member.base {
        Base::Home { .. } => (1.1 * member.contracted_kw).min(16.0),
        Base::Site(_) => 1.1 * member.contracted_kw,
        Base::Business(_) | Base::LookAlike(..) => 40.0,
    };
    let least = if matches!(kind, FarmKind::Staircase | FarmKind::Ramp) { SMALLEST_GROWING_KW } else { SMALLEST_KW };
    member.planted = Planted::Farm(farm(kind, log_uniform(rng, least, most.max(2.0 * least)), onset));
}

fn plant_in_building(rng: &mut ChaCha8Rng, member: &mut Member, onset: Option<Timestamp>) {
    let large = [
        BusinessKind::School,
        BusinessKind::Hospital,
        BusinessKind::Industry,
        BusinessKind::Hotel,
        BusinessKind::Office,
    ];
    member.base = Base::Business(pick(rng, &large));
    member.read = ReadBy::Intervals;
    let kind = pick_weighted(rng, &[(0.6, FarmKind::Constant), (0.2, FarmKind::Night), (0.2, FarmKind::Staircase)]);
    member.planted =
        Planted::Farm(PlantedFarm { truth_kind: "building_farm", ..farm(kind, log_uniform(rng, 5.0, 100.0), onset) });
}

fn plant_split(rng: &mut ChaCha8Rng, members: &mut [Member], group: &[usize], onset: Option<Timestamp>) {
    let share_kw = log_uniform(rng, SMALLEST_KW, 8.0);
    let kind = pick_weighted(rng, &[(0.7, FarmKind::Constant), (0.3, FarmKind::Night)]);
    let one_owner = chance(rng, 0.5);
    let first = members[group[0]].number;
    for &index in group {
        let member = &mut members[index];
        member.read = ReadBy::Intervals;
        let own = farm(kind, share_kw * between(rng, 0.9, 1.1), onset);
        member.planted = Planted::Farm(PlantedFarm { truth_kind: "split", group: Some(first), ..own });
        if one_owner {
            member.owner = first;
        }
        if let Base::Business(_) = member.base {
            member.base = Base::Site(0.3);
        }
        member.contracted_kw = member.contracted_kw.max(contract_for(share_kw));
    }
}

/// A licensed site.
fn plant_licensed(rng: &mut ChaCha8Rng, member: &mut Member, exceeded: bool) {
    let licensed_kw = (log_uniform(rng, 15.0, 250.0) * 10.0).round() / 10.0;
    let drawn = licensed_kw * if exceeded { between(rng, 1.3, 2.5) } else { between(rng, 0.75, 0.97) };
    let kind = pick_weighted(rng, &[(0.7, FarmKind::Constant), (0.3, FarmKind::Night)]);
    let truth_kind = if exceeded { "licence_exceeded" } else { "licensed" };
    member.base = Base::Site(between(rng, 0.5, 3.0));
    member.read = ReadBy::Intervals;
    member.contracted_kw = contract_for(1.1 * licensed_kw);
    member.planted =
        Planted::Licensed { farm: PlantedFarm { truth_kind, ..farm(kind, drawn, None) }, licensed_kw, exceeded };
}

fn plant_look_alike(rng: &mut ChaCha8Rng, member: &mut Member, kind: LookAlike) {
    let kw = kind.draw_kw(rng);
    member.base = Base::LookAlike(kind, kw);
    member.read = ReadBy::Intervals;
    member.contracted_kw = contract_for(if kind.is_home() { kw + 7.0 } else { 1.2 * kw });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_above_zero_gives_at_least_one() {
        assert_eq!([count(0.0, 100), count(0.001, 100), count(0.25, 100), count(1.0, 3)], [0, 1, 25, 3]);
    }
}
