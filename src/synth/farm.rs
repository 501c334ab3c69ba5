//! The load of a mining farm: what its units draw, interval by interval.
//!
//! P(t) = N · u · (1 + o) · (1 + th · max(T − 10, 0)) · a(t) · s(t) · g(t) · (1 + eta(t)), with N
//! units of u kW, overhead o (fans, network), thermal slope th per kelvin, availability a of the
//! units (each fails after MTBF hours and is back after MTTR hours), daily schedule s, growth g and
//! noise eta (AR(1) in time). Above 38 °C the units throttle, above 47 °C they stop.
//!
//! Sources: unit powers from `domain::FARM_UNITS`; slope after a T21's 250 W swing between cool
//! night and hot afternoon; throttling after the S21 data sheet (slower above 40 °C, off above 47
//! °C); night windows after a licensed 80 MW farm that ran from 00 to 10 hours.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::Exp1;

use super::chance::{AutoRegression, log_uniform, normal, pick};
use super::local_time::LocalTimes;
use crate::domain::{Calendar, FARM_UNITS, Timestamp};

/// Above this many units their availability is drawn as one normal process instead of unit by unit.
const UNITS_FOLLOWED_SINGLY: u32 = 50;
/// Temperature (°C) above which chips leak and fans work noticeably more.
const THERMAL_ONSET_C: f64 = 10.0;
/// Temperature (°C) where units begin to throttle, and where they stop.
const THROTTLE_C: f64 = 38.0;
const STOP_C: f64 = 47.0;
/// Correlation time of the power noise: fans, autotuning and ambient drift over an hour or so.
const NOISE_TIME_H: f64 = 1.0;
/// Night and tariff windows met in the field, minutes of the local day.
const WINDOWS: [DailyWindow; 5] = [
    DailyWindow { from_min: 23 * 60, to_min: 7 * 60 },
    DailyWindow { from_min: 0, to_min: 10 * 60 },
    DailyWindow { from_min: 22 * 60, to_min: 6 * 60 },
    DailyWindow { from_min: 20 * 60, to_min: 8 * 60 },
    DailyWindow { from_min: 21 * 60 + 30, to_min: 6 * 60 + 30 },
];

/// How a farm runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FarmKind {
    /// Day and night.
    Constant,
    /// In a rectangular daily window; half of them all day on weekends.
    Night,
    /// Day and night but for the evening peak.
    PeakShaved,
    /// At night, and all day on weekends.
    Weekend,
    /// With pauses of hours to days at random.
    Interrupted,
    /// Units arrive in batches over weeks.
    Staircase,
    /// Grows slowly and evenly.
    Ramp,
}

impl FarmKind {
    /// All kinds, in a fixed order.
    pub const ALL: [Self; 7] =
        [Self::Constant, Self::Night, Self::PeakShaved, Self::Weekend, Self::Interrupted, Self::Staircase, Self::Ramp];

    /// The word used in `truth.csv`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Constant => "flat",
            Self::Night => "night",
            Self::PeakShaved => "peak_shaved",
            Self::Weekend => "weekend",
            Self::Interrupted => "interrupted",
            Self::Staircase => "stair",
            Self::Ramp => "ramp",
        }
    }
}

/// A daily window of the local clock; it passes midnight when `to_min` is not after `from_min`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyWindow {
    /// First minute of the window, 0 to 1439.
    pub from_min: u16,
    /// First minute after the window, 0 to 1440.
    pub to_min: u16,
}

impl DailyWindow {
    /// Share (0 to 1) of the interval of `step_min` minutes from `minute` that lies in the window.
    #[must_use]
    pub fn share(self, minute: u16, step_min: u32) -> f64 {
        let from = i64::from(self.from_min);
        let to = i64::from(self.to_min) + if self.to_min <= self.from_min { 1440 } else { 0 };
        let (a, b) = (i64::from(minute), i64::from(minute) + i64::from(step_min));
        let inside: i64 = [-1440, 0, 1440].iter().map(|shift| (b.min(to + shift) - a.max(from + shift)).max(0)).sum();
        inside as f64 / f64::from(step_min)
    }
}

/// When in a week the farm is switched on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Schedule {
    /// Always.
    Always,
    /// Within the window only.
    Inside(DailyWindow),
    /// Within the window, and all day on Saturday and Sunday.
    InsideAndWeekends(DailyWindow),
    /// Outside the window only.
    Outside(DailyWindow),
    /// On and off at random, with these mean durations in hours.
    Pauses {
        /// Mean duration of a run, hours.
        run_h: f64,
        /// Mean duration of a pause, hours.
        pause_h: f64,
    },
}

/// How the number of units grows after the start.
#[derive(Debug, Clone, PartialEq)]
pub enum Growth {
    /// All units from the start.
    None,
    /// Batches: (days after the start, share of the units that has arrived from then on), in order
    /// of time.
    Batches(Vec<(f64, f64)>),
    /// From this share of the units to all of them, evenly over this many days.
    Linear {
        /// Share of the units at the start, 0 to 1.
        from_share: f64,
        /// Days until all units run.
        days: f64,
    },
}

/// A farm: everything that is fixed when it is built. Drawn by [`FarmModel::draw`], run by
/// [`FarmModel::load_kw`].
#[derive(Debug, Clone, PartialEq)]
pub struct FarmModel {
    /// How it runs.
    pub kind: FarmKind,
    /// Number of units when complete.
    pub units: u32,
    /// Power of one unit, kW.
    pub unit_kw: f64,
    /// Fans, network and losses as a share of the units' power.
    pub overhead: f64,
    /// Relative rise of power per kelvin above 10 °C.
    pub thermal_per_k: f64,
    /// Standard deviation of the relative noise.
    pub noise_sd: f64,
    /// Mean time between failures of a unit, hours.
    pub mtbf_h: f64,
    /// Mean time to repair of a unit, hours.
    pub mttr_h: f64,
    /// Relative drop of power above 38 °C.
    pub throttle: f64,
    /// When it is switched on.
    pub schedule: Schedule,
    /// How it grows.
    pub growth: Growth,
}

impl FarmModel {
    /// Draws a farm of about `target_kw`, of kind `kind`.
    ///
    /// The number of units is rounded, so the farm has at least one unit of the smallest type
    /// however small the target.
    pub fn draw(rng: &mut ChaCha8Rng, kind: FarmKind, target_kw: f64) -> Self {
        let affordable = FARM_UNITS.iter().filter(|unit| unit.unit_kw <= 1.2 * target_kw).count().max(1);
        // Two per cent: units of one type differ by firmware and tolerance (makers state ±5 %).
        let unit_kw = FARM_UNITS[rng.random_range(0..affordable)].unit_kw * (1.0 + 0.02 * normal(rng).clamp(-2.0, 2.0));
        let overhead = rng.random_range(0.02..0.10);
        let units = (target_kw / (unit_kw * (1.0 + overhead))).round().max(1.0) as u32;
        Self {
            kind,
            units,
            unit_kw,
            overhead,
            thermal_per_k: rng.random_range(0.001..0.003),
            noise_sd: rng.random_range(0.003..0.02),
            mtbf_h: rng.random_range(500.0..2000.0),
            mttr_h: rng.random_range(2.0..24.0),
            throttle: rng.random_range(0.10..0.15),
            schedule: draw_schedule(rng, kind),
            growth: draw_growth(rng, kind, units),
        }
    }

    /// Mean power while it runs, complete, at 10 °C or below: units times unit power with overhead
    /// and usual availability, kW.
    #[must_use]
    pub fn running_kw(&self) -> f64 {
        self.full_kw() * self.mtbf_h / (self.mtbf_h + self.mttr_h)
    }

    /// Mean power (kW) in each interval, one value per element of `start`.
    ///
    /// `calendar` gives local hours and weekdays; `temperature_c` holds one value per interval, NaN
    /// (or an empty slice) where it is unknown, which means no thermal term. Before `onset` the
    /// load is zero; `None` = it runs from the first interval.
    pub fn load_kw(
        &self,
        rng: &mut ChaCha8Rng,
        start: &[Timestamp],
        step_min: u32,
        calendar: &Calendar,
        temperature_c: &[f32],
        onset: Option<Timestamp>,
    ) -> Vec<f32> {
        let needs_clock = !matches!(self.schedule, Schedule::Always | Schedule::Pauses { .. });
        let local = if needs_clock { LocalTimes::new(start, calendar) } else { LocalTimes::default() };
        self.load_on_local_kw(rng, start, step_min, &local, temperature_c, onset)
    }

    /// As [`FarmModel::load_kw`], for callers that have already read the local clock along the
    /// axis.
    pub fn load_on_local_kw(
        &self,
        rng: &mut ChaCha8Rng,
        start: &[Timestamp],
        step_min: u32,
        local: &LocalTimes,
        temperature_c: &[f32],
        onset: Option<Timestamp>,
    ) -> Vec<f32> {
        let step_h = f64::from(step_min) / 60.0;
        let on = self.on_share(rng, start.len(), step_min, local);
        let available = self.available_share(rng, start.len(), step_h);
        let mut noise = AutoRegression::new(rng, self.noise_sd, step_h / NOISE_TIME_H);
        let begin = onset.or_else(|| start.first().copied()).unwrap_or_default();
        let mut load = Vec::with_capacity(start.len());
        for (i, &at) in start.iter().enumerate() {
            let eta = noise.next(rng);
            let days = (at.0 - begin.0) as f64 / 86_400.0;
            if days < 0.0 {
                load.push(0.0);
                continue;
            }
            let thermal = self.thermal_factor(temperature_c.get(i).map_or(f64::NAN, |&t| f64::from(t)));
            load.push((self.full_kw() * thermal * available[i] * on[i] * self.growth.share(days) * (1.0 + eta)) as f32);
        }
        load
    }

    fn full_kw(&self) -> f64 {
        f64::from(self.units) * self.unit_kw * (1.0 + self.overhead)
    }

    fn thermal_factor(&self, temperature_c: f64) -> f64 {
        if temperature_c.is_nan() {
            return 1.0;
        }
        if temperature_c > STOP_C {
            return 0.0;
        }
        let throttle = if temperature_c > THROTTLE_C { 1.0 - self.throttle } else { 1.0 };
        throttle * (1.0 + self.thermal_per_k * (temperature_c - THERMAL_ONSET_C).max(0.0))
    }

    /// Share of every interval in which the schedule has the farm switched on.
    fn on_share(&self, rng: &mut ChaCha8Rng, intervals: usize, step_min: u32, local: &LocalTimes) -> Vec<f64> {
        let inside = |window: DailyWindow| local.minute.iter().map(move |&minute| window.share(minute, step_min));
        match self.schedule {
            Schedule::Always => vec![1.0; intervals],
            Schedule::Inside(window) => inside(window).collect(),
            Schedule::Outside(window) => inside(window).map(|share| 1.0 - share).collect(),
            Schedule::InsideAndWeekends(window) => {
                inside(window).zip(local.weekend()).map(|(share, weekend)| if weekend { 1.0 } else { share }).collect()
            }
            Schedule::Pauses { run_h, pause_h } => up_share(rng, intervals, f64::from(step_min) / 60.0, run_h, pause_h),
        }
    }

    /// Share of the units that run, one value per interval.
    fn available_share(&self, rng: &mut ChaCha8Rng, intervals: usize, step_h: f64) -> Vec<f64> {
        let n = f64::from(self.units);
        if self.units <= UNITS_FOLLOWED_SINGLY {
            let mut sum = vec![0.0; intervals];
            for _ in 0..self.units {
                take_outages(rng, &mut sum, step_h, self.mtbf_h, self.mttr_h);
            }
            return sum.iter().map(|lost| 1.0 - lost / n).collect();
        }
        // Many two-state units sum to a binomial count whose correlation decays with rate 1/MTBF +
        // 1/MTTR.
        let p = self.mtbf_h / (self.mtbf_h + self.mttr_h);
        let mut count =
            AutoRegression::new(rng, (p * (1.0 - p) / n).sqrt(), step_h * (1.0 / self.mtbf_h + 1.0 / self.mttr_h));
        (0..intervals).map(|_| (p + count.next(rng)).clamp(0.0, 1.0)).collect()
    }
}

impl Growth {
    /// Share of the units that has arrived `days` after the start.
    fn share(&self, days: f64) -> f64 {
        match self {
            Self::None => 1.0,
            Self::Batches(batches) => batches.iter().rev().find(|batch| batch.0 <= days).map_or(0.0, |batch| batch.1),
            Self::Linear { from_share, days: until } => from_share + (1.0 - from_share) * (days / until).min(1.0),
        }
    }
}

fn draw_schedule(rng: &mut ChaCha8Rng, kind: FarmKind) -> Schedule {
    let window = pick(rng, &WINDOWS);
    match kind {
        FarmKind::Night if rng.random_bool(0.5) => Schedule::InsideAndWeekends(window),
        FarmKind::Night => Schedule::Inside(window),
        FarmKind::Weekend => Schedule::InsideAndWeekends(DailyWindow { from_min: 20 * 60, to_min: 8 * 60 }),
        FarmKind::PeakShaved => {
            let from = pick(rng, &[17, 18, 19]);
            Schedule::Outside(DailyWindow { from_min: from * 60, to_min: (from + rng.random_range(3..=5)) * 60 })
        }
        FarmKind::Interrupted => {
            Schedule::Pauses { run_h: 24.0 * rng.random_range(1.5..8.0), pause_h: log_uniform(rng, 3.0, 60.0) }
        }
        FarmKind::Constant | FarmKind::Staircase | FarmKind::Ramp => Schedule::Always,
    }
}

fn draw_growth(rng: &mut ChaCha8Rng, kind: FarmKind, units: u32) -> Growth {
    match kind {
        FarmKind::Staircase => {
            let batches = rng.random_range(2..=5_u32);
            let mut day = 0.0;
            let shares = (1..=batches).map(|batch| {
                // Whole units arrive, so a farm of one unit has it at once.
                let arrived = (day, f64::from((units * batch).div_ceil(batches)) / f64::from(units));
                // Half a batch to two batches a month.
                day += 3.0 + 15.0 * rng.sample::<f64, _>(Exp1);
                arrived
            });
            Growth::Batches(shares.collect())
        }
        FarmKind::Ramp => {
            Growth::Linear { from_share: rng.random_range(0.1..0.4), days: rng.random_range(25.0..100.0) }
        }
        _ => Growth::None,
    }
}

/// Share of every interval that a two-state process is up; it begins in its stationary state.
fn up_share(rng: &mut ChaCha8Rng, intervals: usize, step_h: f64, up_h: f64, down_h: f64) -> Vec<f64> {
    let mut lost = vec![0.0; intervals];
    take_outages(rng, &mut lost, step_h, up_h, down_h);
    lost.iter().map(|share| 1.0 - share).collect()
}

/// Adds the share of every interval that falls into an outage; mean durations in hours.
fn take_outages(rng: &mut ChaCha8Rng, lost: &mut [f64], step_h: f64, up_h: f64, down_h: f64) {
    let end = lost.len() as f64 * step_h;
    let mut down = rng.random::<f64>() < down_h / (up_h + down_h);
    let mut at = 0.0;
    while at < end {
        let until = at + rng.sample::<f64, _>(Exp1) * if down { down_h } else { up_h };
        if down {
            let (a, b) = (at / step_h, (until / step_h).min(lost.len() as f64));
            for (i, share) in lost.iter_mut().enumerate().take(b.ceil() as usize).skip(a.floor() as usize) {
                *share += b.min(i as f64 + 1.0) - a.max(i as f64);
            }
        }
        at = until;
        down = !down;
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn axis(days: i64, step_min: i64) -> Vec<Timestamp> {
        (0..days * 1440 / step_min).map(|i| Timestamp(1_740_787_200 + i * step_min * 60)).collect()
    }

    fn mean(load: &[f32]) -> f64 {
        load.iter().map(|&kw| f64::from(kw)).sum::<f64>() / load.len() as f64
    }

    fn run(seed: u64, kind: FarmKind, target_kw: f64, onset: Option<Timestamp>) -> (FarmModel, Vec<f32>) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let model = FarmModel::draw(&mut rng, kind, target_kw);
        let load = model.load_kw(&mut rng, &axis(92, 30), 30, &Calendar::new(None).unwrap(), &[], onset);
        (model, load)
    }

    #[test]
    fn a_farm_of_n_units_draws_n_times_the_unit_power_within_10_percent() {
        for seed in 0..20 {
            let (model, load) = run(seed, FarmKind::Constant, 5.0 * 1.7_f64.powi(seed as i32 % 10), None);
            let nominal = f64::from(model.units) * model.unit_kw;
            assert!((mean(&load) / nominal - 1.0).abs() < 0.10, "seed {seed}: {} of {nominal} kW", mean(&load));
            assert!((mean(&load) / model.running_kw() - 1.0).abs() < 0.03);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_farm_for_every_kind() {
        for kind in FarmKind::ALL {
            assert_eq!(run(7, kind, 12.0, None), run(7, kind, 12.0, None));
        }
    }

    #[test]
    fn nothing_runs_before_the_onset() {
        let onset = axis(92, 30)[2000];
        for kind in FarmKind::ALL {
            let (_, load) = run(3, kind, 20.0, Some(onset));
            assert!(load[..2000].iter().all(|&kw| kw == 0.0));
            assert!(mean(&load[2000..]) > 1.0, "{kind:?}");
        }
    }

    #[test]
    fn a_constant_farm_is_nearly_flat() {
        for seed in 0..20 {
            let (_, load) = run(seed, FarmKind::Constant, 300.0, None);
            let m = mean(&load);
            let sd = (load.iter().map(|&kw| (f64::from(kw) - m).powi(2)).sum::<f64>() / load.len() as f64).sqrt();
            assert!((0.002..0.05).contains(&(sd / m)), "{}", sd / m);
        }
    }

    #[test]
    fn a_window_over_midnight_holds_the_night() {
        let window = DailyWindow { from_min: 23 * 60, to_min: 7 * 60 };
        assert_eq!([window.share(0, 30), window.share(22 * 60 + 30, 60), window.share(12 * 60, 60)], [1.0, 0.5, 0.0]);
        assert_eq!(window.share(6 * 60 + 45, 30), 0.5);
    }

    #[test]
    fn a_peak_shaved_farm_rests_every_evening() {
        let (_, load) = run(1, FarmKind::PeakShaved, 30.0, None);
        assert!(load.chunks(48).all(|day| day[39] == 0.0 && day[10] > 20.0));
    }

    #[test]
    fn a_staircase_never_loses_a_batch() {
        let (_, load) = run(5, FarmKind::Staircase, 200.0, None);
        let weeks: Vec<f64> = load.chunks(336).map(mean).collect();
        assert!(weeks[0] < 0.8 * weeks[12] && weeks.windows(2).all(|pair| pair[1] > 0.95 * pair[0]), "{weeks:?}");
    }

    #[test]
    fn heat_raises_the_load_a_little_and_stops_it_beyond_47_degrees() {
        let model = FarmModel::draw(&mut ChaCha8Rng::seed_from_u64(1), FarmKind::Constant, 10.0);
        let factors = [-20.0, 10.0, 30.0, 42.0, 48.0].map(|t| model.thermal_factor(t));
        assert!(factors[0] == 1.0 && factors[1] == 1.0 && factors[4] == 0.0);
        assert!((1.02..=1.06).contains(&factors[2]) && factors[3] < 1.0, "{factors:?}");
    }

    #[test]
    fn small_and_large_farms_have_the_same_share_of_units_out() {
        for target in [100.0, 800.0] {
            let (model, load) = run(11, FarmKind::Constant, target, None);
            assert!((mean(&load) / model.running_kw() - 1.0).abs() < 0.02);
        }
    }
}
