//! Whose rises belong together: where every usage point hangs in the grid and in the tariff, for
//! `population::rises`.

use std::collections::BTreeMap;

use crate::digest::UsageProfile;
use crate::domain::{CivilDay, Grid, NodeId, NodeKind, UsagePointId};
use crate::evidence::{Alone, DayWeather};
use crate::population::Buildings;
use crate::population::{CommonRises, CustomerFacts, LEAST_KW, Place, Rise};

/// Buildings are numbered behind nodes.
const BUILDINGS_FROM: u32 = 1 << 31;

/// The rises of a dump with what tells whose they are.
pub(crate) struct Crowds<'a> {
    places: Places<'a>,
    rises: CommonRises,
}

/// Numbers of classes and nodes.
struct Places<'a> {
    grid: &'a Grid,
    buildings: &'a Buildings,
    classes: BTreeMap<String, u32>,
    nodes: BTreeMap<&'a NodeId, u32>,
}

impl<'a> Crowds<'a> {
    /// Of usage points with what is known of them and their rise; `days` is the first and last day
    /// judged.
    pub(crate) fn of<'p>(
        points: impl Iterator<Item = (&'p UsagePointId, &'p CustomerFacts, Option<Rise>)> + Clone,
        grid: &'a Grid,
        buildings: &'a Buildings,
        days: Option<(CivilDay, CivilDay)>,
    ) -> Self {
        let mut classes: BTreeMap<String, u32> = BTreeMap::new();
        for (_, facts, _) in points.clone() {
            let number = classes.len() as u32;
            if !classes.contains_key(&facts.tariff_class) {
                classes.insert(facts.tariff_class.clone(), number);
            }
        }
        let nodes = grid.nodes().zip(0..).map(|(node, number)| (&node.node, number)).collect();
        let places = Places { grid, buildings, classes, nodes };
        let days = days.unwrap_or((CivilDay(0), CivilDay(0)));
        let rises = CommonRises::of(points.map(|(id, facts, rise)| (places.of(id, facts), rise)), days);
        Self { places, rises }
    }

    /// How much of the rises of a profile its crowds do not share.
    pub(crate) fn alone(&self, id: &str, facts: &CustomerFacts, profile: &UsageProfile, weather: &DayWeather) -> Alone {
        let (floor, mean) = (&profile.regimes, &profile.mean_regimes);
        let ln_ratio = (mean.after_kw.max(LEAST_KW) / mean.before_kw.max(LEAST_KW)).ln().max(0.0);
        let day = |place: usize| profile.days.get(place).filter(|_| place > 0).map(|day| day.day);
        let (floor_day, mean_day) = (
            day(floor.place).filter(|_| floor.after_kw > floor.before_kw),
            day(mean.place).filter(|_| mean.after_kw > mean.before_kw),
        );
        if floor_day.is_none() && mean_day.is_none() {
            return Alone::ALL;
        }
        let place = self.places.of(id, facts);
        let share = |day: Option<CivilDay>| {
            day.map_or(1.0, |day| self.rises.alone(place, day, ln_ratio, weather.heating_begins_about(day)))
        };
        Alone { floor: share(floor_day), mean: share(mean_day) }
    }
}

impl Places<'_> {
    fn of(&self, id: &str, facts: &CustomerFacts) -> Place {
        let class = self.classes.get(&facts.tariff_class).copied().unwrap_or(u32::MAX);
        let number = |node: &NodeId| self.nodes.get(node).copied();
        let feeding = self.grid.feeding_node(id);
        Place {
            class,
            // Four kinds of heating.
            kin: class.wrapping_mul(4).wrapping_add(facts.heating as u32),
            feeder: feeding
                .and_then(|node| self.grid.ancestor(&node.node, NodeKind::Feeder))
                .and_then(|node| number(&node.node)),
            spot: (feeding.and_then(|node| number(&node.node)))
                .or_else(|| self.buildings.of_usage_point(id).map(|building| BUILDINGS_FROM + building)),
        }
    }
}
