//! Shops, offices, schools, hospitals, small industry and other customers that are not homes.
//!
//! P(t) = size · (base + (1 − base) · activity(t)) · drift(t) · (1 + noise) + weather response +
//! machine runs. Activity is a trapezoid over opening hours; the share that never switches off is
//! spread widely, so that some lawful businesses are nearly flat.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::chance::{AutoRegression, between, chance, log_normal, pick_weighted, poisson};
use super::scene::{Scene, SceneDay, add_run};

/// What kind of business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BusinessKind {
    /// Shop, open every day.
    Shop,
    /// Office, closed on weekends and holidays.
    Office,
    /// School or kindergarten.
    School,
    /// Hospital or clinic.
    Hospital,
    /// Workshop or factory, one to three shifts.
    Industry,
    /// Hotel.
    Hotel,
    /// Supermarket with refrigeration.
    Supermarket,
    /// Restaurant or café.
    Restaurant,
    /// Filling station, kiosk, guard post, relay hut: open day and night, nearly flat.
    RoundTheClock,
}

/// Shares among businesses.
const KINDS: [(f64, BusinessKind); 9] = [
    (0.36, BusinessKind::Shop),
    (0.22, BusinessKind::Office),
    (0.06, BusinessKind::School),
    (0.02, BusinessKind::Hospital),
    (0.13, BusinessKind::Industry),
    (0.03, BusinessKind::Hotel),
    (0.04, BusinessKind::Supermarket),
    (0.08, BusinessKind::Restaurant),
    (0.06, BusinessKind::RoundTheClock),
];

impl BusinessKind {
    /// Draws a kind with the shares of a small town.
    pub(super) fn draw(rng: &mut ChaCha8Rng) -> Self {
        pick_weighted(rng, &KINDS)
    }

    /// The word used in `details.csv`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Office => "office",
            Self::School => "school",
            Self::Hospital => "hospital",
            Self::Industry => "industry",
            Self::Hotel => "hotel",
            Self::Supermarket => "supermarket",
            Self::Restaurant => "restaurant",
            Self::RoundTheClock => "round_the_clock",
        }
    }

    /// The utility's tariff class.
    pub(super) fn tariff_class(self) -> &'static str {
        match self {
            Self::School | Self::Hospital => "budget",
            Self::Industry => "industry",
            _ => "business",
        }
    }

    /// Median and logarithmic spread of the active load, kW.
    fn size(self) -> (f64, f64) {
        match self {
            Self::Shop => (4.0, 0.9),
            Self::Office => (7.0, 1.0),
            Self::School => (25.0, 0.6),
            Self::Hospital => (80.0, 0.8),
            Self::Industry => (35.0, 1.1),
            Self::Hotel => (25.0, 0.7),
            Self::Supermarket => (40.0, 0.6),
            Self::Restaurant => (12.0, 0.6),
            Self::RoundTheClock => (3.0, 0.9),
        }
    }

    /// Range of the share that never switches off.
    fn base(self) -> (f64, f64) {
        match self {
            Self::Shop => (0.10, 0.55),
            Self::Office => (0.12, 0.60),
            Self::School => (0.12, 0.40),
            Self::Hospital => (0.40, 0.75),
            Self::Industry => (0.05, 0.60),
            Self::Hotel => (0.35, 0.70),
            Self::Supermarket => (0.45, 0.75),
            Self::Restaurant => (0.15, 0.45),
            Self::RoundTheClock => (0.65, 0.98),
        }
    }

    /// Opening and closing hour, and activity on a day off relative to a working day.
    fn hours(self, rng: &mut ChaCha8Rng) -> (f64, f64, f64) {
        match self {
            Self::Shop => (between(rng, 8.0, 10.0), between(rng, 18.0, 22.5), between(rng, 0.7, 1.1)),
            Self::Office => (between(rng, 7.5, 9.0), between(rng, 17.5, 19.0), between(rng, 0.0, 0.15)),
            Self::School => (7.2, between(rng, 15.0, 19.0), between(rng, 0.0, 0.1)),
            Self::Hospital => (6.5, 19.0, between(rng, 0.6, 0.85)),
            Self::Industry => {
                let shifts = pick_weighted(rng, &[(0.55, 9.0), (0.3, 16.0), (0.15, 24.0)]);
                let open = if shifts > 20.0 { 0.0 } else { between(rng, 6.0, 8.5) };
                (open, open + shifts, if chance(rng, 0.3) { between(rng, 0.5, 1.0) } else { between(rng, 0.0, 0.2) })
            }
            Self::Hotel => (6.0, 23.5, 1.0),
            Self::Supermarket => (between(rng, 7.0, 8.5), between(rng, 22.0, 24.0), 1.0),
            Self::Restaurant => (between(rng, 9.0, 11.5), between(rng, 21.0, 25.0), between(rng, 0.9, 1.3)),
            Self::RoundTheClock => (0.0, 24.0, 1.0),
        }
    }
}

/// One business.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BusinessModel {
    kind: BusinessKind,
    /// Load at full activity without weather, kW.
    pub(super) size_kw: f64,
    base: f64,
    open_h: f64,
    close_h: f64,
    day_off_activity: f64,
    rise_h: f64,
    cooling_per_k: f64,
    heating_per_k: f64,
    noise_sd: f64,
    drift_sd: f64,
    machine: Option<Machine>,
}

/// A large machine that runs now and then in working hours.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Machine {
    kw: f64,
    minutes: f64,
    runs_a_day: f64,
}

impl BusinessModel {
    /// Draws a business of a kind.
    pub(super) fn draw(rng: &mut ChaCha8Rng, kind: BusinessKind) -> Self {
        let (median, sigma) = kind.size();
        let size_kw = log_normal(rng, median, sigma).clamp(0.3, 400.0);
        let (low, high) = kind.base();
        let (open_h, close_h, day_off_activity) = kind.hours(rng);
        let machine = Machine {
            kw: size_kw * between(rng, 0.15, 0.6),
            minutes: between(rng, 5.0, 90.0),
            runs_a_day: between(rng, 0.5, 8.0),
        };
        Self {
            kind,
            size_kw,
            base: between(rng, low, high),
            open_h,
            close_h,
            day_off_activity,
            rise_h: between(rng, 0.3, 2.0),
            cooling_per_k: if chance(rng, 0.6) { between(rng, 0.005, 0.035) } else { 0.0 },
            heating_per_k: if chance(rng, 0.25) { between(rng, 0.005, 0.03) } else { between(rng, 0.0, 0.004) },
            noise_sd: log_normal(rng, 0.05, 0.5) * if kind == BusinessKind::RoundTheClock { 0.6 } else { 1.0 },
            drift_sd: between(rng, 0.01, 0.08),
            machine: chance(rng, if kind == BusinessKind::Industry { 0.8 } else { 0.3 }).then_some(machine),
        }
    }

    /// Opens and closes so many hours later (negative = earlier).
    pub(super) fn open_later(&mut self, hours: f64) {
        self.open_h += hours;
        self.close_h += hours;
    }

    /// A power the contract plausibly states, kW.
    pub(super) fn contracted_kw(&self) -> f64 {
        let machine = self.machine.map_or(0.0, |machine| machine.kw);
        (self.size_kw * (1.5 + 20.0 * (self.cooling_per_k + self.heating_per_k)) + machine).max(2.0)
    }

    /// Adds the business's load to `load`, mean kW per interval of the scene.
    pub(super) fn add_to(&self, rng: &mut ChaCha8Rng, scene: &Scene, load: &mut [f32]) {
        let step = f64::from(scene.step_min);
        let mut slow = AutoRegression::new(rng, self.drift_sd, 1.0 / 10.0);
        let mut fast = AutoRegression::new(rng, self.noise_sd * 0.7, scene.step_h() / 1.5);
        for day in &scene.days {
            let drift = (1.0 + slow.next(rng)).max(0.2);
            let strength = self.day_strength(rng, day);
            for (within, value) in load[day.first..day.end].iter_mut().enumerate() {
                let i = day.first + within;
                let hour = f64::from(scene.local.minute[i]) / 60.0;
                let activity = strength * self.activity(hour);
                let white = 1.2 * self.noise_sd * (rng.random::<f64>() - 0.5);
                let outdoor = f64::from(scene.smooth_c[i]);
                let open = 0.4 + 0.6 * activity;
                let weather = open
                    * (self.cooling_per_k * (outdoor - 18.0).max(0.0) + self.heating_per_k * (14.0 - outdoor).max(0.0));
                let share = (self.base + (1.0 - self.base) * activity) * (1.0 + fast.next(rng) + white) + weather;
                *value += (self.size_kw * drift * share).max(0.0) as f32;
            }
            if let Some(machine) = self.machine {
                for _ in 0..poisson(rng, machine.runs_a_day * strength) {
                    let minute = 60.0 * between(rng, self.open_h, self.close_h);
                    add_run(
                        load,
                        step,
                        day.first as f64 * step + minute,
                        machine.minutes * between(rng, 0.5, 1.5),
                        machine.kw,
                    );
                }
            }
        }
    }

    fn day_strength(&self, rng: &mut ChaCha8Rng, day: &SceneDay) -> f64 {
        let usual = match self.kind {
            BusinessKind::School if day.school_holiday => 0.2,
            _ if day.day_off() => self.day_off_activity,
            _ => 1.0,
        };
        usual * between(rng, 0.93, 1.07)
    }

    /// Activity 0..1 at an hour: rises over `rise_h` around opening, falls around closing; closing
    /// may lie past midnight.
    fn activity(&self, hour: f64) -> f64 {
        if self.close_h - self.open_h >= 23.9 {
            return 1.0;
        }
        let rise = |hour: f64| ((hour - self.open_h) / self.rise_h + 0.5).clamp(0.0, 1.0);
        let fall = |hour: f64| ((self.close_h - hour) / self.rise_h + 0.5).clamp(0.0, 1.0);
        (rise(hour).min(fall(hour))).max(rise(hour + 24.0).min(fall(hour + 24.0)))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::synth::SimulateSettings;

    fn loads(kind: BusinessKind) -> Vec<Vec<f32>> {
        let scene = Scene::new(
            &SimulateSettings { days: 28, start: "2025-09-01".into(), ..SimulateSettings::default() }
                .checked()
                .unwrap(),
        );
        let load = |seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut load = vec![0.0; scene.len()];
            BusinessModel::draw(&mut rng, kind).add_to(&mut rng, &scene, &mut load);
            load
        };
        (0..30).map(load).collect()
    }

    fn mean(load: &[f32]) -> f64 {
        load.iter().map(|&kw| f64::from(kw)).sum::<f64>() / load.len() as f64
    }

    #[test]
    fn offices_rest_on_sunday_and_shops_do_not() {
        // 1 September 2025 is a Monday.
        let sunday_share = |load: &Vec<f32>| mean(&load[6 * 48..7 * 48]) / mean(&load[2 * 48..3 * 48]);
        let average = |kind| loads(kind).iter().map(sunday_share).sum::<f64>() / 30.0;
        assert!(average(BusinessKind::Office) < 0.8);
        assert!(average(BusinessKind::Shop) > 0.85);
    }

    #[test]
    fn some_lawful_businesses_are_nearly_flat() {
        let variation = |load: &Vec<f32>| {
            let m = mean(load);
            (load.iter().map(|&kw| (f64::from(kw) - m).powi(2)).sum::<f64>() / load.len() as f64).sqrt() / m
        };
        let flat = loads(BusinessKind::RoundTheClock).iter().filter(|load| variation(load) < 0.12).count();
        assert!(flat > 8, "{flat}");
    }
}
