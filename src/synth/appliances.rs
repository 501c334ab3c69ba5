//! Appliance runs of a home: short, strong and irregular, each an event with start, duration and
//! power.
//!
//! Powers and durations are those on rating plates (kettle 2-3 kW for minutes, instant shower 7-10
//! kW, washing machine 2 kW while it heats); how often they run follows persons and presence.

use rand_chacha::ChaCha8Rng;

use super::chance::{between, chance, log_normal, normal, poisson};
use super::day_plan::DayPlan;
use super::scene::{SceneDay, add_run};

/// What a home owns and how often it is used.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Appliances {
    /// Kettle, toaster, microwave: runs per active hour.
    small_per_hour: f64,
    /// Electric hob and oven; `None` with gas.
    cooker_kw: Option<f64>,
    /// Chance that dinner is cooked.
    cooking: f64,
    /// Dinner time, minutes of the day.
    dinner_min: f64,
    /// Washing-machine runs a day.
    washes: f64,
    /// Tumble dryer power, after a wash.
    dryer_kw: Option<f64>,
    /// Dishwasher runs a day.
    dishes: f64,
    /// Instant shower: power and showers a day.
    shower: Option<(f64, f64)>,
    /// Storage boiler: power, usual minutes a day, hour of the day.
    boiler: Option<(f64, f64, f64)>,
    /// Vacuum cleaner, iron, hair dryer, tools: runs a day.
    odd_jobs: f64,
}

/// Runs of one day are placed through this.
struct Day<'a> {
    plan: &'a DayPlan,
    at_min: f64,
    step_min: f64,
    load: &'a mut [f32],
}

impl Day<'_> {
    fn run(&mut self, minute: f64, minutes: f64, kw: f64) {
        add_run(self.load, self.step_min, self.at_min + minute, minutes, kw);
    }

    /// A minute at which somebody is awake and in; any minute awake when a few draws find none.
    fn some_active_minute(&self, rng: &mut ChaCha8Rng) -> f64 {
        let mut minute = between(rng, self.plan.wake_min, self.plan.sleep_min);
        for _ in 0..4 {
            if self.plan.active(minute) {
                break;
            }
            minute = between(rng, self.plan.wake_min, self.plan.sleep_min);
        }
        minute
    }
}

impl Appliances {
    /// Draws the appliances of a home; `size` is its use relative to a single frugal person.
    pub(super) fn draw(rng: &mut ChaCha8Rng, size: f64) -> Self {
        Self {
            small_per_hour: log_normal(rng, 0.32 * size, 0.45),
            cooker_kw: chance(rng, 0.65).then(|| between(rng, 1.0, 2.4)),
            cooking: between(rng, 0.25, 0.9),
            dinner_min: 60.0 * (17.2 + 1.5 * normal(rng)),
            washes: log_normal(rng, 0.28 * size, 0.5),
            dryer_kw: chance(rng, 0.3).then(|| between(rng, 1.6, 2.6)),
            dishes: if chance(rng, 0.3) { between(rng, 0.3, 0.9) } else { 0.0 },
            shower: chance(rng, 0.45).then(|| (between(rng, 6.5, 10.5), 0.6 * size)),
            boiler: chance(rng, 0.08)
                .then(|| (between(rng, 1.2, 3.0), log_normal(rng, 20.0 * size, 0.4), between(rng, 5.0, 20.0))),
            odd_jobs: log_normal(rng, 0.5, 0.6),
        }
    }

    /// Leaves no electric cooking and no electric hot water; dinner is so much later.
    pub(super) fn take_gas_and_district_heat(&mut self, later_min: f64) {
        self.cooker_kw = None;
        self.shower = None;
        self.boiler = None;
        self.dinner_min += later_min;
    }

    /// Adds the runs of one day that begins `at_min` minutes after the axis.
    pub(super) fn add_day(
        &self,
        rng: &mut ChaCha8Rng,
        day: &SceneDay,
        plan: &DayPlan,
        at_min: f64,
        step_min: f64,
        load: &mut [f32],
    ) {
        let mut today = Day { plan, at_min, step_min, load };
        for _ in 0..poisson(rng, self.small_per_hour * plan.active_minutes() / 60.0) {
            let minute = today.some_active_minute(rng);
            today.run(minute, between(rng, 2.0, 6.0), between(rng, 1.0, 2.8));
        }
        self.add_meals(rng, day, &mut today);
        self.add_laundry(rng, &mut today);
        self.add_hot_water(rng, &mut today);
        for _ in 0..poisson(rng, self.odd_jobs) {
            let minute = today.some_active_minute(rng);
            today.run(minute, between(rng, 5.0, 35.0), between(rng, 0.5, 1.6));
        }
    }

    fn add_meals(&self, rng: &mut ChaCha8Rng, day: &SceneDay, today: &mut Day) {
        let Some(kw) = self.cooker_kw else { return };
        if chance(rng, 0.2 * self.cooking) {
            today.run(today.plan.wake_min + 20.0, between(rng, 5.0, 15.0), kw);
        }
        let lunch = 12.5 * 60.0 + 30.0 * normal(rng);
        if today.plan.active(lunch) && chance(rng, 0.5 * self.cooking) {
            today.run(lunch, between(rng, 10.0, 40.0), 0.7 * kw);
        }
        let usual = if day.weekend { self.dinner_min - 90.0 } else { self.dinner_min };
        let dinner = usual + 60.0 * normal(rng);
        if today.plan.active(dinner) && chance(rng, self.cooking) {
            today.run(dinner, log_normal(rng, 32.0, 0.5), kw * between(rng, 0.5, 1.1));
            if chance(rng, 0.3) {
                today.run(dinner - 10.0, between(rng, 25.0, 80.0), between(rng, 0.8, 1.4));
            }
        }
    }

    fn add_laundry(&self, rng: &mut ChaCha8Rng, today: &mut Day) {
        for _ in 0..poisson(rng, self.washes) {
            let minute = today.some_active_minute(rng);
            let heating = between(rng, 12.0, 30.0);
            today.run(minute, heating, 2.0);
            today.run(minute + heating, 50.0, 0.15);
            if let Some(kw) = self.dryer_kw.filter(|_| chance(rng, 0.6)) {
                today.run(minute + heating + 60.0, between(rng, 35.0, 80.0), kw);
            }
        }
        if chance(rng, self.dishes) {
            let minute = today.plan.sleep_min - between(rng, 20.0, 240.0);
            today.run(minute, 20.0, 2.0);
            today.run(minute + 55.0, 18.0, 2.0);
        }
    }

    fn add_hot_water(&self, rng: &mut ChaCha8Rng, today: &mut Day) {
        if let Some((kw, per_day)) = self.shower {
            for _ in 0..poisson(rng, per_day) {
                let morning = chance(rng, 0.6);
                let minute =
                    if morning { today.plan.wake_min + between(rng, 0.0, 70.0) } else { today.some_active_minute(rng) };
                today.run(minute, between(rng, 3.0, 10.0), kw);
            }
        }
        if let Some((kw, minutes, hour)) = self.boiler {
            today.run(60.0 * hour + 40.0 * normal(rng), minutes * between(rng, 0.5, 1.5), kw);
        }
    }
}
