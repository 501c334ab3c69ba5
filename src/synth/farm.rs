//! What a mining farm draws, interval by interval.
//!
//! P_t = N·u·(1 + overhead)·(1 + θ·max(T − 10 °C, 0))·available_t·noise_t, switched by the kind's own clock. Units fail and are repaired (exponential times), noise is AR(1).
//! Parameters: unit powers from `FARM_UNITS`; overhead 2 to 10 % (fans, network, cooling); θ 0.1 to 0.3 % per K (silicon leakage and fans); noise 0.3 to 2 %;
//! mean time between failures 500 to 2,000 h, to repair 2 to 24 h.
//! Source: makers' data sheets; T21 wall power swing of 7.3 % between cool night and hot afternoon (Pintos); the rest is common knowledge of the field.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::domain::{Calendar, CivilDay, DayKind, FARM_UNITS, Timestamp};

/// Units up to this number fail one by one; of more, the running share is drawn around its mean.
const ONE_BY_ONE: u32 = 12;

/// How a farm runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FarmKind {
    /// Day and night.
    Constant,
    /// In a nightly window, on some farms all weekend too.
    Night,
    /// Off in the evening peak.
    PeakShaved,
    /// Weekends, and nights of working days.
    Weekend,
    /// With random pauses of hours to days.
    Interrupted,
    /// In batches that arrive over weeks.
    Staircase,
    /// Growing slowly from nothing.
    Ramp,
}

/// One farm.
#[derive(Debug, Clone, PartialEq)]
pub struct FarmModel {
    /// How it runs.
    pub kind: FarmKind,
    /// Number of units when complete.
    pub units: u32,
    /// Power of one unit, kW.
    pub unit_kw: f64,
    overhead: f64,
    per_kelvin: f64,
    noise: f64,
    noise_memory: f64,
    hours_to_failure: f64,
    hours_to_repair: f64,
    window: (f64, f64),
    whole_weekends: bool,
    pauses_per_day: f64,
    batches: u32,
}

impl FarmModel {
    /// Draws a farm of about `target_kw`: a kind of unit that fits, and as many as come nearest (at least one).
    #[must_use]
    pub fn draw(rng: &mut ChaCha8Rng, kind: FarmKind, target_kw: f64) -> Self {
        let fitting: Vec<f64> = FARM_UNITS.iter().map(|unit| unit.unit_kw).filter(|&kw| kw <= 1.3 * target_kw).collect();
        let unit_kw = if fitting.is_empty() { FARM_UNITS[0].unit_kw } else { fitting[rng.random_range(0..fitting.len())] };
        let window = match kind {
            FarmKind::PeakShaved => (rng.random_range(21.5..23.5), rng.random_range(16.0..18.0)),
            _ => (rng.random_range(22.0..24.5) % 24.0, rng.random_range(6.0..10.0)),
        };
        Self {
            kind,
            units: (target_kw / unit_kw).round().max(1.0) as u32,
            unit_kw: unit_kw * rng.random_range(0.97..1.03),
            overhead: rng.random_range(0.02..0.10),
            per_kelvin: rng.random_range(0.001..0.003),
            noise: rng.random_range(0.003..0.02),
            noise_memory: rng.random_range(0.5..0.95),
            hours_to_failure: rng.random_range(500.0..2000.0),
            hours_to_repair: rng.random_range(2.0..24.0),
            window,
            whole_weekends: rng.random_bool(0.5),
            pauses_per_day: rng.random_range(0.1..0.6),
            batches: rng.random_range(2..7),
        }
    }

    /// Mean power of the complete farm while it runs, at 10 °C and below, kW.
    #[must_use]
    pub fn running_kw(&self) -> f64 {
        let available = self.hours_to_failure / (self.hours_to_failure + self.hours_to_repair);
        f64::from(self.units) * self.unit_kw * (1.0 + self.overhead) * available
    }

    /// Mean power in each interval, kW; zero before `onset` (`None` = it runs from the start).
    ///
    /// `start` holds the start of each interval, evenly `step_min` apart; `temperature_c` one value an interval, NaN where unknown (then without the thermal term).
    #[must_use]
    pub fn load_kw(
        &self,
        rng: &mut ChaCha8Rng,
        start: &[Timestamp],
        step_min: u32,
        calendar: &Calendar,
        temperature_c: &[f32],
        onset: Option<Timestamp>,
    ) -> Vec<f32> {
        let n = start.len();
        let first = onset.map_or(0, |onset| start.partition_point(|&at| at < onset));
        let mut load = vec![0.0_f32; n];
        let step_h = f64::from(step_min) / 60.0;
        let available = self.availability(rng, n - first, step_h);
        let growth = self.growth(rng, n - first, onset.is_some());
        let mut paused = Pauses::default();
        let mut drift = 0.0;
        let innovation = self.noise * (1.0 - self.noise_memory.powi(2)).sqrt();
        let mut clock = DayClock::default();
        for index in first..n {
            let normal: f64 = StandardNormal.sample(rng);
            drift = self.noise_memory * drift + innovation * normal;
            let on = match self.kind {
                FarmKind::Interrupted => paused.step(rng, self.pauses_per_day, step_h),
                _ => self.scheduled(&mut clock, calendar, start[index], step_h),
            };
            let thermal = if temperature_c[index].is_nan() { 0.0 } else { self.per_kelvin * f64::from(temperature_c[index] - 10.0).max(0.0) };
            let full = f64::from(self.units) * self.unit_kw * (1.0 + self.overhead);
            load[index] = (full * (1.0 + thermal) * (1.0 + drift) * on * available[index - first] * growth[index - first]).max(0.0) as f32;
        }
        load
    }

    /// Share of the interval in which the kind's clock lets the farm run.
    fn scheduled(&self, clock: &mut DayClock, calendar: &Calendar, at: Timestamp, step_h: f64) -> f64 {
        let (hour, kind) = clock.local(calendar, at);
        match self.kind {
            FarmKind::Constant | FarmKind::Interrupted | FarmKind::Staircase | FarmKind::Ramp => 1.0,
            FarmKind::Weekend if kind == DayKind::Weekend => 1.0,
            FarmKind::Night if kind == DayKind::Weekend && self.whole_weekends => 1.0,
            FarmKind::Night | FarmKind::Weekend | FarmKind::PeakShaved => overlap(hour, step_h, self.window),
        }
    }

    /// Share of units that run in each interval.
    fn availability(&self, rng: &mut ChaCha8Rng, n: usize, step_h: f64) -> Vec<f64> {
        let units = f64::from(self.units.max(1));
        let mean = self.hours_to_failure / (self.hours_to_failure + self.hours_to_repair);
        if self.units > ONE_BY_ONE {
            // Many units: the running share wanders around its mean with the memory of repairs.
            let memory = (-step_h / self.hours_to_repair).exp();
            let spread = (mean * (1.0 - mean) / units).sqrt() * (1.0 - memory * memory).sqrt();
            let mut off = 0.0;
            return (0..n)
                .map(|_| {
                    let normal: f64 = StandardNormal.sample(rng);
                    off = memory * off + spread * normal;
                    (mean + off).clamp(0.0, 1.0)
                })
                .collect();
        }
        let mut running = vec![0.0; n];
        for _ in 0..self.units {
            let mut up = rng.random_bool(mean);
            let mut index = 0_usize;
            while index < n {
                let scale = if up { self.hours_to_failure } else { self.hours_to_repair };
                let uniform: f64 = rng.random_range(f64::EPSILON..1.0);
                let length = ((-uniform.ln() * scale / step_h).ceil() as usize).max(1);
                let end = (index + length).min(n);
                if up {
                    running[index..end].iter_mut().for_each(|share| *share += 1.0 / units);
                }
                (index, up) = (end, !up);
            }
        }
        running
    }

    /// Share of the complete farm that has arrived by each interval.
    fn growth(&self, rng: &mut ChaCha8Rng, n: usize, starts_in_window: bool) -> Vec<f64> {
        match self.kind {
            FarmKind::Ramp => {
                let begin = if starts_in_window { 0.0 } else { rng.random_range(0.0..0.5) };
                (0..n).map(|i| begin + (1.0 - begin) * (i as f64 / (0.8 * n as f64)).min(1.0)).collect()
            }
            FarmKind::Staircase => {
                let batches = f64::from(self.batches);
                let mut arrivals: Vec<usize> = (1..self.batches).map(|_| (rng.random_range(0.0..0.9) * n as f64) as usize).collect();
                arrivals.sort_unstable();
                (0..n).map(|i| (1.0 + arrivals.partition_point(|&at| at <= i) as f64) / batches).collect()
            }
            _ => vec![1.0; n],
        }
    }
}

/// Share of the interval from `hour` on that lies in a window, which may pass midnight.
fn overlap(hour: f64, step_h: f64, (from, to): (f64, f64)) -> f64 {
    let inside = |a: f64, b: f64| ((hour + step_h).min(b) - hour.max(a)).max(0.0) / step_h;
    if from < to { inside(from, to) } else { inside(from, 24.0) + inside(0.0, to) }
}

/// Random pauses: exponential times running and resting.
#[derive(Default)]
struct Pauses {
    left_h: f64,
    running: bool,
}

impl Pauses {
    fn step(&mut self, rng: &mut ChaCha8Rng, per_day: f64, step_h: f64) -> f64 {
        if self.left_h <= 0.0 {
            self.running = !self.running;
            let mean_h = if self.running { 24.0 / per_day } else { 9.0 };
            let uniform: f64 = rng.random_range(f64::EPSILON..1.0);
            self.left_h = -uniform.ln() * mean_h;
        }
        self.left_h -= step_h;
        f64::from(u8::from(self.running))
    }
}

/// Local hour and kind of day, with the calendar asked once a day.
#[derive(Default)]
struct DayClock {
    until: i64,
    midnight: i64,
    kind: Option<DayKind>,
}

impl DayClock {
    fn local(&mut self, calendar: &Calendar, at: Timestamp) -> (f64, DayKind) {
        if self.kind.is_none() || at.0 >= self.until {
            let day = calendar.day(at);
            self.midnight = calendar.day_start(day).0;
            self.until = calendar.day_start(CivilDay(day.0 + 1)).0;
            self.kind = Some(day.kind());
        }
        // On the two days of clock changes the window is an hour off after the change, as a simple timer would be.
        ((at.0 - self.midnight) as f64 / 3600.0, self.kind.unwrap_or(DayKind::Working))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn run(kind: FarmKind, target_kw: f64, onset: Option<Timestamp>) -> (FarmModel, Vec<f32>) {
        let calendar = Calendar::new(None).unwrap();
        let start: Vec<Timestamp> = (0..90 * 48).map(|i| Timestamp(i * 1800)).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let model = FarmModel::draw(&mut rng, kind, target_kw);
        let load = model.load_kw(&mut rng, &start, 30, &calendar, &vec![5.0; start.len()], onset);
        (model, load)
    }

    fn mean(load: &[f32]) -> f64 {
        load.iter().map(|&kw| f64::from(kw)).sum::<f64>() / load.len() as f64
    }

    #[test]
    fn a_farm_draws_its_units_power() {
        for target in [1.35, 10.0, 300.0] {
            let (model, load) = run(FarmKind::Constant, target, None);
            assert!((mean(&load) / model.running_kw() - 1.0).abs() < 0.05, "{target}: {} {}", mean(&load), model.running_kw());
            assert!((model.running_kw() / target - 1.0).abs() < 0.5, "{target}: {}", model.running_kw());
        }
    }

    #[test]
    fn a_night_farm_rests_at_noon() {
        let (_, load) = run(FarmKind::Night, 10.0, None);
        assert!((0..5).all(|day| load[day * 48 + 24] == 0.0 || load[day * 48 + 24] > 5.0));
        assert_eq!(load[48 * 6 + 24], 0.0, "7 January 1970 was a Wednesday");
        assert!(load[48 * 6 + 6] > 5.0);
    }

    #[test]
    fn nothing_is_drawn_before_the_onset() {
        let (_, load) = run(FarmKind::Constant, 10.0, Some(Timestamp(30 * 86_400)));
        assert!(load[..30 * 48].iter().all(|&kw| kw == 0.0));
        assert!(load[30 * 48..].iter().all(|&kw| kw > 0.0));
    }

    #[test]
    fn a_staircase_ends_higher_than_it_begins() {
        let (_, load) = run(FarmKind::Staircase, 30.0, None);
        assert!(mean(&load[..48]) < 0.8 * mean(&load[load.len() - 48..]));
    }

    #[test]
    fn one_seed_gives_one_farm() {
        assert_eq!(run(FarmKind::Interrupted, 5.0, None), run(FarmKind::Interrupted, 5.0, None));
    }
}
