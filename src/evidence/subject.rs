//! What a test sees of one usage point: its profile, its peers, what the utility knows of it, and
//! the weather.

use std::collections::BTreeMap;

use crate::digest::{Day, UsageProfile};
use crate::domain::{Calendar, CivilDay, Weather};
use crate::population::{CustomerFacts, PeerBaseline};

use super::window::{Window, best_window};

/// Mean outdoor temperature of every day of the run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DayWeather {
    by_day: BTreeMap<CivilDay, f64>,
}

/// Shares of the rises of the daily floor and of the daily mean that are a usage point's own, above
/// 0 to 1: the rest is what its class or its feeder does in the same fortnight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alone {
    /// Of the floor.
    pub floor: f64,
    /// Of the mean.
    pub mean: f64,
}

impl Alone {
    /// Nobody rises with it.
    pub const ALL: Self = Self { floor: 1.0, mean: 1.0 };
}

/// One usage point as the tests see it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its profile.
    pub profile: &'a UsageProfile,
    /// What is usual for its peers; `None` when nothing was profiled.
    pub peers: Option<&'a PeerBaseline>,
    /// What the utility knows of it.
    pub facts: &'a CustomerFacts,
    /// Daily temperatures; empty when no weather was given.
    pub weather: &'a DayWeather,
    /// Daily floors between which nine of ten of its peers lie, kW; `None` where that is not known.
    pub(super) floor_range: Option<(f64, f64)>,
    /// How much of a rise of its level is not its crowds' as well.
    pub(super) alone: Alone,
    /// The daily window that stands out most; found once, because several tests ask for it.
    pub(super) window: Option<Window>,
}

impl DayWeather {
    /// Daily means of `weather` over the days `from..=to`; days without a sample are left out.
    #[must_use]
    pub fn new(weather: &Weather, calendar: &Calendar, from: CivilDay, to: CivilDay) -> Self {
        let mut by_day = BTreeMap::new();
        for day in (from.0..=to.0).map(CivilDay) {
            let mean = weather.day_mean_c(calendar, day);
            if !mean.is_nan() {
                by_day.insert(day, f64::from(mean));
            }
        }
        Self { by_day }
    }

    /// Whether a heating season may begin about a day: the days around it are cold enough for
    /// heating and not yet in deep winter, and the fortnight after is colder than the days before.
    /// `None` where less than three days on either side are known.
    ///
    /// Source: building rules of the former Soviet countries start district heating when the daily
    /// mean stays below 8 °C for five days.
    #[must_use]
    pub fn heating_begins_about(&self, day: CivilDay) -> Option<bool> {
        const HEATING_BELOW_C: f64 = 10.0;
        const DEEP_WINTER_C: f64 = -10.0;
        const FORTNIGHT: i32 = 14;
        let mean = |from: i32, to: i32| {
            let known: Vec<f64> = self.by_day.range(CivilDay(from)..CivilDay(to)).map(|(_, mean)| *mean).collect();
            (known.len() >= 3).then(|| known.iter().sum::<f64>() / known.len() as f64)
        };
        let (before, after) = (mean(day.0 - FORTNIGHT, day.0)?, mean(day.0, day.0 + FORTNIGHT)?);
        Some(after < before && (DEEP_WINTER_C..HEATING_BELOW_C).contains(&after))
    }

    /// Mean temperature of a day, °C; `None` when unknown.
    #[must_use]
    pub fn on(&self, day: CivilDay) -> Option<f64> {
        self.by_day.get(&day).copied()
    }
}

impl<'a> Subject<'a> {
    /// A usage point ready for all tests, with nobody around it that rises as well.
    #[must_use]
    pub fn new(
        profile: &'a UsageProfile,
        peers: Option<&'a PeerBaseline>,
        facts: &'a CustomerFacts,
        weather: &'a DayWeather,
    ) -> Self {
        Self {
            profile,
            peers,
            facts,
            weather,
            floor_range: None,
            alone: Alone::ALL,
            window: best_window(profile, Self::MIN_DAYS),
        }
    }

    /// The same among others that may rise with it.
    #[must_use]
    pub fn among(self, alone: Alone) -> Self {
        Self { alone, ..self }
    }

    /// The same with what is known of how much its peers differ in their floor.
    #[must_use]
    pub fn with_floors(self, floor_range: Option<(f64, f64)>) -> Self {
        Self { floor_range, ..self }
    }

    /// Days that a test needs at least.
    pub(crate) const MIN_DAYS: usize = 7;

    /// The days of the higher regime, when there are enough of them for a test.
    pub(crate) fn high_days(&self) -> Option<&'a [Day]> {
        let days = self.profile.high_days();
        (self.profile.days.len() >= Self::MIN_DAYS && !days.is_empty()).then_some(days)
    }

    /// Typical daily mean of the higher regime, kW.
    pub(crate) fn high_mean_kw(&self) -> Option<f64> {
        self.high_days().map(|_| self.profile.high_mean_kw).filter(|kw| kw.is_finite())
    }

    /// Typical daily mean of the regime with the higher mean, kW; of all days where they are too
    /// few to split.
    pub(crate) fn upper_mean_kw(&self) -> Option<f64> {
        let upper = self.profile.mean_regimes.upper_kw();
        if upper.is_finite() { self.high_days().map(|_| upper) } else { self.high_mean_kw() }
    }

    /// Typical daily floor of the higher regime, kW; `None` where readings are coarser than an
    /// hour.
    pub(crate) fn high_floor_kw(&self) -> Option<f64> {
        self.high_days().map(|_| self.profile.high_floor_kw).filter(|kw| kw.is_finite())
    }
}

/// Logarithm of a load, with loads below 5 W not told apart.
pub(crate) fn ln_kw(kw: f64) -> f64 {
    const LEAST_KW: f64 = 0.005;
    kw.max(LEAST_KW).ln()
}
