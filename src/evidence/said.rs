//! What tests and look-alikes can say of one usage point.

use crate::domain::facts;

facts! {
    /// Facts of evidence.
    pub(crate) SAID;
    /// Mean power beside that of peers.
    pub(super) fn size("size.mean", kw: kw(2), times: number(1), peers: kw(2));
    /// The same, and beside contracted power.
    pub(super) fn size_and_contract(
        "size.contract", kw: kw(2), times: number(1), peers: kw(2), share: percent(0), contract: kw(0)
    );
    /// No peers to compare the size with.
    pub(super) fn size_unknown("size.unknown");
    /// The daily floor.
    pub(super) fn floor("constant.floor", kw: kw(2));
    /// The daily floor beside that of peers.
    pub(super) fn floor_and_peers("constant.floor_and_peers", kw: kw(2), peers: kw(2));
    /// No hours to see a floor in.
    pub(super) fn floor_unknown("constant.unknown");
    /// How flat the day is, and how alike days are.
    pub(super) fn flat("flatness.both", floor: percent(0), daily: percent(0));
    /// How flat the day is.
    pub(super) fn flat_floor("flatness.floor", floor: percent(0));
    /// How alike days are.
    pub(super) fn flat_daily("flatness.daily", daily: percent(0));
    /// Neither is known.
    pub(super) fn flat_unknown("flatness.unknown");
    /// Too few days to see a start.
    pub(super) fn onset_few_days("onset.few_days");
    /// The level stays what it is.
    pub(super) fn onset_none("onset.none", kw: kw(2));
    /// The daily level changes on a day.
    pub(super) fn onset_level("onset.level", before: kw(2), after: kw(2), day: day, times: number(1));
    /// The daily mean rises on a day, and the floor stays.
    pub(super) fn onset_mean("onset.mean", before: kw(2), after: kw(2), day: day, times: number(1));
    /// A rise that others share, for a season begins.
    pub(super) fn onset_shared("onset.shared", what: fact, share: percent(0));
    /// No temperatures, or too few days with one.
    pub(super) fn weather_unknown("weather.unknown");
    /// How much of the load follows the temperature.
    pub(super) fn weather("weather.follows", share: percent(0), slope: number(+3));
    /// A window of the day stands out.
    pub(super) fn window("schedule.window", from: text, to: text, kw: kw(2), share: percent(0));
    /// None does.
    pub(super) fn window_none("schedule.none");
    /// No hours to see a window in.
    pub(super) fn window_unknown("schedule.unknown");
    /// How far running hours follow the length of the night.
    pub(super) fn night("daylight.night", share: percent(0));
    /// The load has no two levels.
    pub(super) fn night_unknown("daylight.unknown");
    /// What was added on a day, and by how much it varies over the hours.
    pub(super) fn added("added.load", kw: kw(2), before: kw(2), day: day, varies: percent(0));
    /// What was added on a day, whose hours are not known.
    pub(super) fn added_days("added.days", kw: kw(2), before: kw(2), day: day);
    /// Nothing was added that is its own.
    pub(super) fn added_none("added.none");
    /// Where daily floors lie, and the tenth lowest.
    pub(super) fn edge("edge.floors", kw: kw(2), low: kw(2));
    /// No hours to see floors in.
    pub(super) fn edge_unknown("edge.unknown");
    /// What the families need.
    pub(super) fn needs_hours("needs.hours");
    /// Days that switch between two levels.
    pub(super) fn needs_levels("needs.levels");
    /// A week, in hours for the course of the day.
    pub(super) fn needs_course("needs.course");
    /// Two weeks.
    pub(super) fn needs_two_weeks("needs.two_weeks");
    /// A week.
    pub(super) fn needs_week("needs.week");
    /// Temperatures and two weeks.
    pub(super) fn needs_weather("needs.weather");
    /// A season of the class or the feeder begins.
    pub(super) fn season("look_alike.season", share: percent(0));
    /// A home that is used again.
    pub(super) fn home_again("look_alike.home_again", times: number(1));
    /// A charge at night that goes with warmth.
    pub(super) fn storage("look_alike.storage", hours: count, from: text, share: percent(0));
    /// Heating without a store.
    pub(super) fn heating("look_alike.heating", share: percent(0));
    /// Night work that rests at weekends.
    pub(super) fn night_work("look_alike.night_work", share: percent(0));
    /// Lamps over plants.
    pub(super) fn lamps("look_alike.lamps", hours: count, from: text);
    /// Day work that rests at weekends.
    pub(super) fn day_work("look_alike.day_work", share: percent(0));
    /// Refrigeration.
    pub(super) fn cold("look_alike.cold", share: percent(0));
    /// Water.
    pub(super) fn pump("look_alike.pump");
    /// A mobile network.
    pub(super) fn telecom("look_alike.telecom", share: percent(0));
    /// Common areas of a house.
    pub(super) fn common_areas("look_alike.common_areas");
    /// A meter ratio that multiplies too much.
    pub(super) fn wrong_ratio("look_alike.wrong_ratio", times: number(0));
    /// A car.
    pub(super) fn car("look_alike.car", kw: kw(1));
}

/// An hour of the day as clocks show it: `06:00`.
pub(super) fn clock(hour: usize) -> String {
    format!("{hour:02}:00")
}
