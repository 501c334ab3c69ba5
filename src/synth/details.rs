//! Lines of `details.csv`: everything strange that was drawn, and what every farm and tap used, so
//! that each planted thing can be scored.

use serde::Serialize;

use super::member::{Base, Member};
use super::odd_meter::{OddMeter, ShownFault};
use super::scene::Scene;
use super::tables::stamp;
use super::turn::Turn;
use super::usage::{FarmUse, Usage};

/// A line of `details.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub(super) struct DetailRow {
    /// `usage_point` or `node`.
    level: &'static str,
    id: String,
    /// What uses electricity there lawfully.
    host: &'static str,
    /// `season`, `return` or `unbooked_heating`, and since when.
    turn: &'static str,
    turn_from: String,
    /// One step of the display, and of the new meter's, kWh; empty = as built.
    display_kwh: Option<f64>,
    exchanged: String,
    display_after_kwh: Option<f64>,
    /// Minutes by which the clock is fast.
    clock_min: i32,
    /// `ratio` or `stuck`, with what is multiplied by, and from when to when.
    fault: &'static str,
    ratio: Option<f64>,
    from: String,
    to: String,
    /// The farm: how many units of which power, the energy that the meter saw (of a tap: all of
    /// it), the hours it ran, first and last hour.
    units: u32,
    unit_kw: f64,
    kwh: f64,
    hours: f64,
    first: String,
    last: String,
}

impl DetailRow {
    /// What is strange about a usage point, and what its farm used.
    pub(super) fn of_member(scene: &Scene, member: &Member, usage: &Usage, odd: &OddMeter) -> Self {
        let at = |interval: usize| scene.start.get(interval).map_or_else(String::new, |&at| stamp(scene, at));
        let kwh = |wh: i64| wh as f64 / 1000.0;
        let turn = usage.turn;
        let (fault, ratio, from, to) = match odd.fault {
            None => ("", None, String::new(), String::new()),
            Some(ShownFault::Ratio { factor, from }) => ("ratio", Some(factor), at(from), String::new()),
            Some(ShownFault::Stuck { from, to, .. }) => ("stuck", None, at(from), at(to)),
        };
        let own = Self {
            level: "usage_point",
            id: member.id(),
            host: host(member),
            turn: turn.map_or("", Turn::word),
            turn_from: turn.and_then(Turn::from).map_or_else(String::new, at),
            display_kwh: odd.display_wh.map(kwh),
            exchanged: odd.exchange.map_or_else(String::new, |exchange| at(exchange.from)),
            display_after_kwh: odd.exchange.and_then(|exchange| exchange.display_wh).map(kwh),
            clock_min: odd.ahead_min,
            fault,
            ratio,
            from,
            to,
            ..Self::default()
        };
        own.with_farm(scene, usage.farm)
    }

    /// What a load that no meter sees used.
    pub(super) fn of_tap(scene: &Scene, node: &str, farm: FarmUse) -> Self {
        Self { level: "node", id: node.to_owned(), ..Self::default() }.with_farm(scene, Some(farm))
    }

    fn with_farm(self, scene: &Scene, farm: Option<FarmUse>) -> Self {
        let Some(farm) = farm else { return self };
        let at = |interval: Option<usize>| {
            interval.and_then(|i| scene.start.get(i)).map_or_else(String::new, |&at| stamp(scene, at))
        };
        let round = |value: f64| (value * 1000.0).round() / 1000.0;
        let FarmUse { units, unit_kw, kwh, hours, first, last } = farm;
        Self {
            units,
            unit_kw: round(unit_kw),
            kwh: round(kwh),
            hours: round(hours),
            first: at(first),
            last: at(last),
            ..self
        }
    }
}

fn host(member: &Member) -> &'static str {
    match member.base {
        Base::Home { electric: true, .. } => "heated_home",
        Base::Home { .. } => "home",
        Base::Business(kind) => kind.word(),
        Base::LookAlike(kind, _) => kind.truth_kind().trim_start_matches("look:"),
        Base::Site(_) => "site",
    }
}
