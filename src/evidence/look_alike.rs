//! Lawful look-alikes by name: which ordinary use of electricity does a load resemble most?
//!
//! A look-alike is recognised by the signs of its own physics, never by being unlike a farm.
//! Recognising one changes no probability: the statistics have done that, learned from the dump. It
//! gives the auditor a name: in `cleared.csv` where the family of evidence that belongs to the
//! look-alike is what kept a usage point off the list, and beside a listed one as what to rule out
//! first.
//! Assumes: hourly readings or finer over a week; signs of weather need a weather file. The bounds
//! are rounded from the sources and meant to separate names, not cases.
//! Source: CIBSE Guide F and makers' data for storage heating (charge of 7 to 8 h at night),
//! refrigeration (1 to 2 % more a kelvin), lamps (photoperiods of 12, 16 or 18 h), base stations (3
//! to 10 % more in the evening); Cooper (1969) for the sun.

use crate::digest::{HOURS, UsageProfile};
use crate::domain::{Fact, quantile};
use crate::population::Premises;

use super::daylight::follows_night;
use super::flatness::{daily_variation, typical_ratio, working_day_excess};
use super::onset::SHARED;
use super::said;
use super::subject::Subject;
use super::weather::{season_above_floor, season_of_mean, season_since};

/// What may look like a farm and is none: a lawful use of electricity, or a wrong ratio.
pub struct LookAlike {
    /// Name in `cleared.csv`.
    pub name: &'static str,
    /// The family of evidence that tells it from a farm.
    pub family: &'static str,
    fits: fn(&Signs) -> bool,
    signs: fn(&Signs) -> Fact,
}

/// What look-alikes are recognised by; NaN where it cannot be known.
struct Signs {
    household: bool,
    /// Its class is known, and is not that of homes.
    business: bool,
    /// First hour, length in hours, share of the level inside that stands out, and spread of the
    /// daily window; zeros without one.
    window: (usize, usize, f64, f64),
    /// Share of the daily mean that comes with warmth, negative when it goes; the same above the
    /// daily floor.
    season: f64,
    season_above_floor: f64,
    /// The same of the daily mean; where the load began within the days, over the days since.
    warmth: f64,
    /// Typical daily floor, kW.
    floor_kw: f64,
    /// Daily floor over daily mean.
    floor_share: f64,
    /// Robust variation of daily means over their level.
    day_to_day: f64,
    /// Excess of working days over weekends, as a share of the larger; 0 where it cannot be known.
    week: f64,
    /// Share of the changes of daily hours that the length of the night explains.
    night: f64,
    /// Floor over the peers' floor, over mean over the peers' mean: a ratio moves both alike, a
    /// farm the floor more, a schedule the mean more.
    floor_to_mean_of_peers: f64,
    /// Mean power that neither the floor nor the window explains, over the peers' mean.
    unexplained: f64,
    /// Mean load of every hour over the daily mean.
    shape: [f64; HOURS],
    /// Daily mean before and after its rise, and daily floor after it, over those of the peers; NaN
    /// without a rise or peers.
    rise: [f64; 3],
    /// Share of a rise that is not its crowds' as well.
    alone: f64,
    /// How much more the top of a day is on one day in five than on the four least, kW.
    now_and_then_kw: f64,
}

/// A window stands out where it holds this share of the level inside: the peaks of a home shown
/// twenty-fold are large in kW and no window.
const LEAST_WINDOW_SHARE: f64 = 0.25;
/// An ordinary home draws at most so many times what its peers do: homes of a class differ by a
/// factor of two in one standard deviation.
const ORDINARY: f64 = 2.0;
/// Before its people came back, a home drew at most this share of what it draws now.
const ABSENT: f64 = 0.5;
/// A load of which less than this share was there before it rose has begun, whatever the weather.
const BEGINS: f64 = 0.75;
/// Daily floor over daily mean of a home at most, heating included: a farm in an empty home is
/// flatter.
const MOST_FLAT_HOME: f64 = 0.75;

/// Name of the look-alike that is a fault of the data.
pub const WRONG_METER_RATIO: &str = "wrong_meter_ratio";
/// Name of the look-alike that is a home used again.
pub const RETURN_FROM_ABSENCE: &str = "return_from_absence";

/// Look-alikes, the most particular first.
pub const LOOK_ALIKES: &[LookAlike] = &[
    LookAlike {
        name: "street_light",
        family: "daylight",
        fits: |s| s.business && s.night >= 0.5,
        signs: |s| said::night(100.0 * s.night),
    },
    LookAlike {
        name: "season_start",
        family: "onset",
        fits: |s| s.alone < SHARED,
        signs: |s| said::season(100.0 * (1.0 - s.alone)),
    },
    LookAlike {
        name: RETURN_FROM_ABSENCE,
        family: "onset",
        fits: |s| s.household && s.ends_as_a_home(),
        signs: |s| said::home_again(s.rise[1]),
    },
    LookAlike {
        name: "night_storage_heating",
        family: "weather",
        fits: |s| s.is_night_window() && s.season_above_floor <= -0.35,
        signs: |s| said::storage(s.window.1, said::clock(s.window.0), -100.0 * s.season_above_floor),
    },
    LookAlike {
        name: "direct_electric_heating",
        family: "weather",
        fits: |s| s.season <= -0.35,
        signs: |s| said::heating(-100.0 * s.season),
    },
    LookAlike {
        name: "bakery_or_night_shift",
        family: "flatness",
        fits: |s| s.business && s.week >= 0.1 && s.over(0..5) - s.over(9..17) >= 0.4,
        signs: |s| said::night_work(100.0 * s.week),
    },
    LookAlike {
        name: "greenhouse_lighting",
        family: "schedule",
        fits: |s| {
            s.business && (11..=19).contains(&s.window.1) && s.window.2 >= 0.6 && s.window.3 <= 0.15 && s.week < 0.1
        },
        signs: |s| said::lamps(s.window.1, said::clock(s.window.0)),
    },
    LookAlike {
        name: "office_or_shop",
        family: "flatness",
        fits: |s| s.business && s.week >= 0.2 && s.over(9..17) - s.over(0..5) >= 0.2,
        signs: |s| said::day_work(100.0 * s.week),
    },
    LookAlike {
        name: "cold_store",
        family: "weather",
        fits: |s| s.business && s.floor_share >= 0.5 && s.warmth >= 0.08 && s.over(9..18) - s.over(0..5) >= 0.04,
        signs: |s| said::cold(100.0 * s.warmth),
    },
    LookAlike {
        name: "water_pump",
        family: "flatness",
        fits: |s| {
            s.business
                && s.week.abs() < 0.1
                && s.over(6..10).min(s.over(18..22)) - s.over(11..15).max(s.over(0..5)) >= 0.1
        },
        signs: |_| said::pump(),
    },
    LookAlike {
        name: "telecom_site",
        family: "flatness",
        fits: |s| {
            s.business
                && s.floor_share >= 0.8
                && s.week.abs() < 0.05
                && (0.02..0.3).contains(&(s.over(18..23) - s.over(2..7)))
        },
        signs: |s| said::telecom(100.0 * (s.over(18..23) - s.over(2..7))),
    },
    LookAlike {
        name: "common_areas_or_dormitory",
        family: "flatness",
        fits: |s| {
            s.business
                && (0.3..0.8).contains(&s.floor_share)
                && s.week.abs() < 0.15
                && s.over(18..23) - s.over(2..6) >= 0.2
        },
        signs: |_| said::common_areas(),
    },
    LookAlike {
        name: WRONG_METER_RATIO,
        family: "flatness",
        fits: |s| {
            s.household
                && s.unexplained >= 5.0
                && s.has_shape_of_a_home()
                && (0.5..2.0).contains(&s.floor_to_mean_of_peers)
        },
        signs: |s| said::wrong_ratio(s.unexplained),
    },
    LookAlike {
        name: "ev_charging",
        family: "flatness",
        fits: |s| s.household && s.now_and_then_kw >= 3.0 && s.floor_kw < 0.3 * s.now_and_then_kw && s.window.1 == 0,
        signs: |s| said::car(s.now_and_then_kw),
    },
];

impl LookAlike {
    /// What it was recognised by, with numbers.
    #[must_use]
    pub fn signs(&self, subject: &Subject) -> Fact {
        (self.signs)(&Signs::of(subject))
    }
}

/// The look-alike of that name, where a usage point shows its signs, whatever else it resembles.
#[must_use]
pub fn resembles(subject: &Subject, name: &str) -> Option<&'static LookAlike> {
    let look_alike = LOOK_ALIKES.iter().find(|look_alike| look_alike.name == name)?;
    (look_alike.fits)(&Signs::of(subject)).then_some(look_alike)
}

/// The look-alike whose signs a usage point shows; `None` when it shows none.
#[must_use]
pub fn look_alike(subject: &Subject) -> Option<&'static LookAlike> {
    let signs = Signs::of(subject);
    LOOK_ALIKES.iter().find(|look_alike| (look_alike.fits)(&signs))
}

impl Signs {
    fn of(s: &Subject) -> Self {
        let window = s
            .window
            .filter(|window| window.contrast_kw > LEAST_WINDOW_SHARE * window.level_kw.max(0.01))
            .map_or((0, 0, 0.0, 0.0), |window| {
                (window.start, window.hours, window.contrast_kw / window.level_kw.max(0.01), window.spread_share)
            });
        let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let (shape, week) = (shape(s), working_day_excess(s).unwrap_or(0.0));
        Self {
            household: s.facts.premises == Premises::Home
                || s.facts.premises == Premises::Unknown && lives_like_a_home(&shape, week),
            business: s.facts.premises == Premises::Business,
            window,
            season: known(season_of_mean(s)),
            season_above_floor: known(season_above_floor(s)),
            warmth: known(if begins(s) { season_since(s) } else { season_of_mean(s) }),
            floor_kw: known(s.high_floor_kw()),
            floor_share: known(typical_ratio(s)),
            day_to_day: known(daily_variation(s)),
            week,
            night: known(follows_night(s)),
            floor_to_mean_of_peers: known(floor_to_mean_of_peers(s)),
            unexplained: known(unexplained(s)),
            shape,
            rise: rise(s).unwrap_or([f64::NAN; 3]),
            alone: s.alone.floor.min(s.alone.mean),
            now_and_then_kw: now_and_then_kw(s),
        }
    }

    /// Whether a rise from next to nothing ends in an ordinary home: as large as its peers, with a
    /// course of the day, and no load by the clock.
    fn ends_as_a_home(&self) -> bool {
        let [before, after, floor] = self.rise;
        before <= ABSENT * after
            && after <= ORDINARY
            && floor <= ORDINARY
            && self.floor_share <= MOST_FLAT_HOME
            && self.window.1 == 0
    }

    /// Whether it sleeps at night and has no floor or window to speak of, since a farm by the clock
    /// runs at night; or is heated, night and day and each day otherwise, as no farm is.
    fn has_shape_of_a_home(&self) -> bool {
        let sleeps = self.floor_share < 0.55 && self.over(1..6) < 0.8;
        let is_heated = self.floor_share < MOST_FLAT_HOME && self.day_to_day > 0.1;
        self.window.1 == 0 && (sleeps || is_heated)
    }

    /// Whether a load stands out in a window of 4 to 11 hours that begins between 20:00 and 03:00.
    fn is_night_window(&self) -> bool {
        (4..=11).contains(&self.window.1) && (self.window.0 >= 20 || self.window.0 <= 3)
    }

    /// Mean of the shape over hours.
    fn over(&self, hours: std::ops::Range<usize>) -> f64 {
        self.shape[hours.clone()].iter().sum::<f64>() / hours.len() as f64
    }
}

/// Whether people use power as at home, where no class says it: more in the evening than in working
/// hours, and at weekends no less than on working days.
fn lives_like_a_home(shape: &[f64; HOURS], week: f64) -> bool {
    let over = |hours: std::ops::Range<usize>| shape[hours.clone()].iter().sum::<f64>() / hours.len() as f64;
    over(18..23) > 1.1 * over(10..16) && week < 0.1
}

fn rise(s: &Subject) -> Option<[f64; 3]> {
    let (peers, regimes) = (s.peers?, &s.profile.mean_regimes);
    let (mean, floor) = (peers.ln_mean_kw?.exp(), peers.ln_floor_kw?.exp());
    let after =
        s.profile.days.get(regimes.place..).filter(|_| regimes.place > 0 && regimes.after_kw > regimes.before_kw)?;
    Some([regimes.before_kw / mean, regimes.after_kw / mean, UsageProfile::typical(after, |day| day.floor_kw) / floor])
}

/// Whether the load rose so much within the days that a season is not what the rise is: one in
/// spring would else be told as a growth with warmth.
fn begins(s: &Subject) -> bool {
    let regimes = &s.profile.mean_regimes;
    regimes.place > 0 && regimes.before_kw < BEGINS * regimes.after_kw
}

fn floor_to_mean_of_peers(s: &Subject) -> Option<f64> {
    let peers = s.peers?;
    Some((s.high_floor_kw()? / peers.ln_floor_kw?.exp()) / (s.upper_mean_kw()? / peers.ln_mean_kw?.exp()))
}

fn unexplained(s: &Subject) -> Option<f64> {
    let peers = s.peers?;
    let floor = s.high_floor_kw()? - peers.ln_floor_kw?.exp();
    let window = s.window.map_or(0.0, |window| window.contrast_kw * window.hours as f64 / HOURS as f64);
    Some((s.upper_mean_kw()? - floor.max(window).max(0.0)) / peers.ln_mean_kw?.exp())
}

/// Mean of the median days of all halves of months over their mean.
fn shape(s: &Subject) -> [f64; HOURS] {
    let mut sum = [0.0; HOURS];
    for half in s.profile.halves(Subject::MIN_DAYS) {
        sum.iter_mut().zip(half.mid_kw).for_each(|(sum, kw)| *sum += f64::from(kw));
    }
    let mean = sum.iter().sum::<f64>() / HOURS as f64;
    sum.map(|kw| if mean > 0.0 { kw / mean } else { f64::NAN })
}

fn now_and_then_kw(s: &Subject) -> f64 {
    let tops: Vec<f64> =
        s.profile.days.iter().map(|day| f64::from(day.summary.top_kw)).filter(|kw| kw.is_finite()).collect();
    if tops.is_empty() { f64::NAN } else { quantile(&tops, 0.8) - quantile(&tops, 0.2) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Customer, Timestamp, Weather};
    use crate::evidence::DayWeather;
    use crate::population::{CustomerFacts, PeerBaseline};
    use crate::series::LoadSeries;

    /// The name for a load of 60 days from March on, by hour; `kw` gets the day, whether it is a
    /// weekend, and the hour. The days warm from 0 to 20 °C.
    fn name(class: &str, kw: impl Fn(i64, bool, i64) -> f64) -> Option<&'static str> {
        name_beside(None, class, kw)
    }

    fn name_beside(
        peers: Option<&PeerBaseline>,
        class: &str,
        kw: impl Fn(i64, bool, i64) -> f64,
    ) -> Option<&'static str> {
        let calendar = Calendar::new(None).unwrap();
        // 2025-03-03, a Monday.
        let start = Timestamp(1_740_960_000);
        let load: Vec<f32> = (0..60 * 24).map(|i| kw(i / 24, i / 24 % 7 >= 5, i % 24) as f32).collect();
        let samples = (0..60 * 24).map(|i| (Timestamp(start.0 + i * 3600), (i / 24) as f32 / 3.0)).collect();
        let series = LoadSeries { usage_point: "A".into(), start, step_min: 60, kw: load };
        let profile = UsageProfile::of(&series, &calendar);
        let (first, last) = (profile.days[0].day, profile.days[profile.days.len() - 1].day);
        let weather = DayWeather::new(&Weather::from_samples(samples), &calendar, first, last);
        let premises = if class == "household" { Premises::Home } else { Premises::Business };
        let facts = CustomerFacts {
            premises,
            ..CustomerFacts::of(Some(&Customer { tariff_class: Some(class.into()), ..Customer::default() }))
        };
        look_alike(&Subject::new(&profile, peers, &facts, &weather)).map(|look_alike| look_alike.name)
    }

    /// A little disorder without a random number generator.
    fn rough(day: i64, hour: i64) -> f64 {
        ((day * 31 + hour * 17) * 7919 % 101) as f64 / 101.0
    }

    #[test]
    fn storage_heating_charges_at_night_and_ends_with_the_cold() {
        let found = name("household", |day, _, hour| {
            0.3 + 0.1 * rough(day, hour) + if hour < 7 { 4.0 * (1.0 - day as f64 / 50.0).max(0.0) } else { 0.0 }
        });
        assert_eq!(found, Some("night_storage_heating"));
    }

    #[test]
    fn a_cold_store_works_harder_on_warm_days() {
        let found = name("business", |day, weekend, hour| {
            let open = if (8..19).contains(&hour) && !weekend { 0.15 } else { 0.0 };
            20.0 * (1.0 + 0.012 * day as f64 / 3.0 + open + 0.02 * rough(day, hour))
        });
        assert_eq!(found, Some("cold_store"));
    }

    #[test]
    fn a_bakery_rests_at_weekends() {
        let found = name("business", |day, weekend, hour| {
            1.0 + rough(day, hour) + if !(6..22).contains(&hour) && !weekend { 15.0 } else { 0.0 }
        });
        assert_eq!(found, Some("bakery_or_night_shift"));
    }

    #[test]
    fn lamps_of_sixteen_hours_are_a_greenhouse() {
        let found = name("business", |day, _, hour| {
            2.0 + if (8..16).contains(&hour) { 0.0 } else { 40.0 + 0.2 * rough(day, hour) }
        });
        assert_eq!(found, Some("greenhouse_lighting"));
    }

    #[test]
    fn a_car_charges_now_and_then() {
        let found = name("household", |day, _, hour| {
            0.2 + 0.3 * rough(day, hour) + if day % 3 == 0 && (19..23).contains(&hour) { 7.0 } else { 0.0 }
        });
        assert_eq!(found, Some("ev_charging"));
    }

    #[test]
    fn a_home_shown_tenfold_is_a_wrong_ratio_and_a_home_with_a_farm_is_not() {
        let peers = PeerBaseline { members: 100, ln_mean_kw: Some(0.5_f64.ln()), ln_floor_kw: Some(0.15_f64.ln()) };
        let home = |day: i64, hour: i64| {
            0.15 + if (7..23).contains(&hour) { 0.9 * rough(day, hour) } else { 0.2 * rough(day, hour) }
        };
        assert_eq!(
            name_beside(Some(&peers), "household", |day, _, hour| 12.0 * home(day, hour)),
            Some(WRONG_METER_RATIO)
        );
        assert_eq!(name_beside(Some(&peers), "household", |day, _, hour| 6.0 + home(day, hour)), None);
    }

    #[test]
    fn a_home_shown_twentyfold_is_a_wrong_ratio_though_its_evenings_stand_out_by_a_kilowatt() {
        let peers = PeerBaseline { members: 100, ln_mean_kw: Some(0.5_f64.ln()), ln_floor_kw: Some(0.15_f64.ln()) };
        // Every evening from 18 to 22 at least 0.08 kW above all other hours: 1.6 kW twentyfold,
        // and an eighth of the level.
        let home = |day: i64, hour: i64| match hour {
            18..22 => 0.75 + 0.1 * rough(day, hour),
            7..18 | 22..23 => 0.25 + 0.4 * rough(day, hour),
            _ => 0.15 + 0.1 * rough(day, hour),
        };
        assert_eq!(
            name_beside(Some(&peers), "household", |day, _, hour| 20.0 * home(day, hour)),
            Some(WRONG_METER_RATIO)
        );
    }

    #[test]
    fn somebody_who_comes_home_is_named_and_a_farm_in_the_empty_home_is_not() {
        let peers = PeerBaseline { members: 100, ln_mean_kw: Some(0.5_f64.ln()), ln_floor_kw: Some(0.15_f64.ln()) };
        let home = |day: i64, hour: i64| {
            0.15 + if (7..23).contains(&hour) { 0.7 * rough(day, hour) } else { 0.2 * rough(day, hour) }
        };
        let back = |day: i64, hour: i64| if day < 25 { 0.03 } else { home(day, hour) };
        assert_eq!(name_beside(Some(&peers), "household", |day, _, hour| back(day, hour)), Some(RETURN_FROM_ABSENCE));
        assert_eq!(
            name_beside(Some(&peers), "household", |day, _, hour| if day < 25 {
                0.03
            } else {
                1.4 + 0.1 * rough(day, hour)
            }),
            None
        );
    }

    #[test]
    fn a_steady_farm_resembles_nothing() {
        assert_eq!(name("household", |day, _, hour| 6.5 + 0.3 * rough(day, hour)), None);
        assert_eq!(name("business", |day, _, hour| 65.0 + 0.3 * rough(day, hour)), None);
    }
}
