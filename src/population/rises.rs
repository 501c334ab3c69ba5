//! Rises that many share: when a heating season begins, boiler houses, schools and heated homes
//! rise within days, and none of them hides a farm.
//!
//! H0: the rise of a usage point is one of those by which its crowd (tariff class; class and
//! heating; feeder) begins a season.  H1: it comes at a date of its own.
//! Statistic: n similar rises within seven days of the own (at least half of it, as a logarithm),
//! against the e that a fortnight holds at other times. Where n is more than chance makes of e, the
//! share e / n of them is not the season's, and only that share of a rise counts (`alone`); else
//! all of it does. One rise counts for each place (transformer, or building): a season is
//! everywhere, a row of garages that begin to mine is at one place. A rise is shared where one in a
//! hundred of a class takes part (four in a thousand while the weather turns to heating, one in
//! fifty where it is known not to), or one in twenty on a feeder: less may be farms that begin in
//! one good month.
//! Assumes: two weeks of days or more. Weak when: the season begins over months, or the dump is
//! shorter than a month, so that there are no other times.
//! Source: counts against a Poisson background, as in scan statistics (Kulldorff 1997,
//! Communications in Statistics 26).

use std::collections::BTreeMap;

use crate::digest::UsageProfile;
use crate::domain::{CivilDay, mad_sigma};

use super::peers::LEAST_KW;

/// Days on either side within which rises are of one fortnight.
const NEAR_DAYS: i32 = 7;
/// Days of that fortnight.
const FORTNIGHT: f64 = 15.0;
/// Least rise that counts, as a logarithm: a fifth more.
const LEAST_LN_RATIO: f64 = 0.18;
/// Least rise that counts, over the day-to-day noise.
const LEAST_SHARPNESS: f64 = 2.5;
/// Rises are counted by their logarithm in steps of this.
const STEP: f64 = 0.1;
/// Steps that are told apart; larger rises are of the last.
const STEPS: usize = 48;
/// Rises are similar from this share of the own on, as logarithms.
const SIMILAR: f64 = 0.5;
/// Standard deviations above the background from which rises are shared.
const BEYOND_CHANCE: f64 = 3.0;
/// Share of a class that must rise together for a season: fewer may be farms that begin in one good
/// month. Each place counts once.
const LEAST_OF_CLASS: f64 = 0.01;
/// The same while the weather turns to heating: then fewer are a season.
const LEAST_OF_CLASS_IN_AUTUMN: f64 = 0.004;
/// The same while the weather is known not to turn to heating.
const LEAST_OF_CLASS_OTHERWISE: f64 = 0.02;
/// Share of a feeder that must rise together for a season.
const LEAST_OF_FEEDER: f64 = 0.05;

/// A lasting rise of the daily mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rise {
    /// First day after it.
    pub day: CivilDay,
    /// Logarithm of the mean after over the mean before.
    pub ln_ratio: f32,
}

/// Where a usage point belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Its tariff class, by number.
    pub class: u32,
    /// Its class and heating, by number.
    pub kin: u32,
    /// Its feeder; `None` where the grid is not known.
    pub feeder: Option<u32>,
    /// Its transformer or building; `None` where neither is known.
    pub spot: Option<u32>,
}

/// The rises of all crowds.
#[derive(Debug, Clone, Default)]
pub struct CommonRises {
    crowds: BTreeMap<CrowdKey, Crowd>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CrowdKey {
    Class(u32),
    Kin(u32),
    Feeder(u32),
}

/// Rises of one crowd, counted by day and size.
#[derive(Debug, Clone)]
struct Crowd {
    members: u32,
    /// For each day with rises: how many are at least so large, by steps.
    by_day: BTreeMap<i32, [u32; STEPS]>,
    all: [u32; STEPS],
    days: (i32, i32),
}

impl Rise {
    /// The rise of a profile at its best split; `None` where the mean falls, rises by little, or
    /// varies as much from day to day.
    #[must_use]
    pub fn of(profile: &UsageProfile) -> Option<Self> {
        let regimes = &profile.mean_regimes;
        let (before, after) = profile.days.split_at_checked(regimes.place).filter(|(before, _)| !before.is_empty())?;
        let ln_ratio = (regimes.after_kw.max(LEAST_KW) / regimes.before_kw.max(LEAST_KW)).ln();
        if ln_ratio.is_nan() || ln_ratio < LEAST_LN_RATIO {
            return None;
        }
        let rest = |days: &[crate::digest::Day], kw: f64| {
            days.iter().map(|day| f64::from(day.summary.mean_kw) - kw).collect::<Vec<_>>()
        };
        let noise = mad_sigma(&[rest(before, regimes.before_kw), rest(after, regimes.after_kw)].concat(), 0.0);
        (regimes.after_kw - regimes.before_kw > LEAST_SHARPNESS * noise)
            .then(|| Self { day: after[0].day, ln_ratio: ln_ratio as f32 })
    }
}

impl CommonRises {
    /// Counts the rises of all usage points; `days` is the first and last day judged.
    #[must_use]
    pub fn of(members: impl Iterator<Item = (Place, Option<Rise>)>, days: (CivilDay, CivilDay)) -> Self {
        let mut crowds: BTreeMap<CrowdKey, Crowd> = BTreeMap::new();
        let mut by_spot: BTreeMap<(CrowdKey, u32), Vec<Rise>> = BTreeMap::new();
        let empty = || Crowd { members: 0, by_day: BTreeMap::new(), all: [0; STEPS], days: (days.0.0, days.1.0) };
        for (place, rise) in members {
            for key in place.crowds() {
                let crowd = crowds.entry(key).or_insert_with(empty);
                crowd.members += 1;
                match (rise, place.spot) {
                    (None, _) => {}
                    (Some(rise), None) => crowd.add(rise),
                    (Some(rise), Some(spot)) => by_spot.entry((key, spot)).or_default().push(rise),
                }
            }
        }
        for ((key, _), mut rises) in by_spot {
            rises.sort_by(|a, b| b.ln_ratio.total_cmp(&a.ln_ratio).then(a.day.cmp(&b.day)));
            let mut kept: Vec<Rise> = Vec::new();
            for rise in rises {
                if kept.iter().all(|other| (other.day.0 - rise.day.0).abs() > NEAR_DAYS) {
                    kept.push(rise);
                }
            }
            let crowd = crowds.entry(key).or_insert_with(empty);
            for rise in kept {
                crowd.add(rise);
            }
        }
        Self { crowds }
    }

    /// Share of a rise on `day` that is not its crowds' as well, above 0 to 1; `ln_ratio` is the
    /// logarithm of the mean after it over the mean before, and `heating_begins` says whether the
    /// weather of that day begins a heating season (`None` where it is not known).
    #[must_use]
    pub fn alone(&self, place: Place, day: CivilDay, ln_ratio: f64, heating_begins: Option<bool>) -> f64 {
        let of_class = match heating_begins {
            Some(true) => LEAST_OF_CLASS_IN_AUTUMN,
            Some(false) => LEAST_OF_CLASS_OTHERWISE,
            None => LEAST_OF_CLASS,
        };
        let least = |key: &CrowdKey| if matches!(key, CrowdKey::Feeder(_)) { LEAST_OF_FEEDER } else { of_class };
        place
            .crowds()
            .filter_map(|key| Some(self.crowds.get(&key)?.alone(day, ln_ratio, least(&key))))
            .fold(1.0, f64::min)
    }
}

impl Place {
    fn crowds(self) -> impl Iterator<Item = CrowdKey> {
        [Some(CrowdKey::Class(self.class)), Some(CrowdKey::Kin(self.kin)), self.feeder.map(CrowdKey::Feeder)]
            .into_iter()
            .flatten()
    }
}

fn step_of(ln_ratio: f64) -> usize {
    ((ln_ratio / STEP).max(0.0) as usize).min(STEPS - 1)
}

impl Crowd {
    fn add(&mut self, rise: Rise) {
        let day = self.by_day.entry(rise.day.0).or_insert([0; STEPS]);
        let steps = step_of(f64::from(rise.ln_ratio)) + 1;
        for (of_day, of_all) in day.iter_mut().zip(&mut self.all).take(steps) {
            *of_day += 1;
            *of_all += 1;
        }
    }

    fn alone(&self, day: CivilDay, ln_ratio: f64, least: f64) -> f64 {
        let step = step_of(SIMILAR * ln_ratio);
        let near: u32 = self.by_day.range(day.0 - NEAR_DAYS..=day.0 + NEAR_DAYS).map(|(_, counts)| counts[step]).sum();
        let other_days = f64::from(self.days.1 - self.days.0 + 1) - FORTNIGHT;
        if other_days < FORTNIGHT / 2.0 || f64::from(near) < least * f64::from(self.members) {
            return 1.0;
        }
        // One more than counted: nothing seen at other times is not nothing.
        let background = f64::from(self.all[step] - near) * FORTNIGHT / other_days + 1.0;
        let near = f64::from(near);
        if near > background + BEYOND_CHANCE * background.sqrt() { background / near } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A class of 1,000 at 500 transformers over 60 days in which every tenth usage point has a
    /// rise at a date of its own, and besides them those of `others`.
    fn alone_in(heating_begins: Option<bool>, others: &[(u32, i32, f32)], day: i32) -> f64 {
        let at = |spot: u32| Place { class: 0, kin: 0, feeder: Some(spot / 50), spot: Some(spot) };
        let usual = (0..1000_u32).map(|index| {
            (
                at(index / 2),
                (index % 10 == 0).then(|| Rise {
                    day: CivilDay((index * 7 % 52) as i32 + 4),
                    ln_ratio: 0.3 + (index % 7) as f32 / 10.0,
                }),
            )
        });
        let others =
            others.iter().map(|&(spot, day, ln_ratio)| (at(spot), Some(Rise { day: CivilDay(day), ln_ratio })));
        CommonRises::of(usual.chain(others), (CivilDay(0), CivilDay(59))).alone(
            at(3),
            CivilDay(day),
            2.0,
            heating_begins,
        )
    }

    fn alone(others: &[(u32, i32, f32)], day: i32) -> f64 {
        alone_in(None, others, day)
    }

    #[test]
    fn eight_boiler_houses_in_a_thousand_start_a_season_when_the_weather_turns_and_in_spring_they_do_not() {
        let eight: Vec<(u32, i32, f32)> = (0..8).map(|index| (index * 16, 25 + (index % 6) as i32, 2.0)).collect();
        assert!(alone_in(Some(true), &eight, 27) < 0.5, "{}", alone_in(Some(true), &eight, 27));
        assert_eq!(alone_in(Some(false), &eight, 27), 1.0);
    }

    #[test]
    fn boiler_houses_that_start_within_a_fortnight_start_a_season() {
        let season: Vec<(u32, i32, f32)> = (0..30).map(|index| (index * 16, 10 + (index % 6) as i32, 2.0)).collect();
        assert!(alone(&season, 12) < 0.2, "{}", alone(&season, 12));
        assert_eq!(alone(&season, 40), 1.0);
    }

    #[test]
    fn a_lone_rise_is_its_own() {
        assert_eq!(alone(&[(3, 30, 2.0)], 30), 1.0);
    }

    #[test]
    fn farms_that_begin_in_one_good_month_are_no_season() {
        let boom: Vec<(u32, i32, f32)> = (0..8).map(|index| (index * 16, 25 + (index % 10) as i32, 2.0)).collect();
        assert_eq!(alone(&boom, 30), 1.0);
    }

    #[test]
    fn garages_of_one_yard_that_begin_to_mine_are_no_season() {
        let yard: Vec<(u32, i32, f32)> = (0..12).map(|_| (3, 30, 2.0)).collect();
        assert_eq!(alone(&yard, 30), 1.0);
    }
}
