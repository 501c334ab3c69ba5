//! Bills: what the meters showed, a month at a time, and what an insider kept out of them.
//!
//! The customers of one transformer are billed from one day of the month to the next, each on its
//! own route. One bill in twenty-five is an estimate within a fifth of the bill before, which the
//! next one corrects. Insiders in turn: no bill at all, bills of nothing, of a tenth to a half, at
//! a cheaper class, or the energy on the bill of the customer next door.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::books::booked_class;
use super::chance::{between, chance};
use super::member::Member;
use super::meter_readings::{LOST_WH, MeterReadings};
use super::scene::Scene;
use super::settings::CheckedSettings;
use super::tables::{TruthRow, tariff_class};
use super::town::TransformerPlan;
use super::turn::falls_into;
use super::usage::Usage;
use crate::domain::{CivilDay, Purpose, seed_of};

/// Share of bills that are estimates, and how far they are off.
const ESTIMATED: f64 = 0.04;
const ESTIMATE_OFF: f64 = 0.2;
/// Days of a month on which routes are read.
const ROUTES: u64 = 7;

/// A line of `billing.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct BillRow {
    usage_point: String,
    from: String,
    to: String,
    billed_kwh: f64,
    tariff_class: &'static str,
}

/// What somebody inside keeps out of the bills.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Insider {
    Unknown,
    Nothing,
    Part(f64),
    OtherClass,
    NextDoor,
}

impl Insider {
    fn draw(settings: &CheckedSettings, member: &Member, share: f64) -> Option<Self> {
        let id = member.id();
        if !falls_into(settings, &id, 30, share) {
            return None;
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &id, Purpose::Synthesis, 31));
        let part = between(&mut rng, 0.1, 0.5);
        Some(match (seed_of(settings.seed, &id, Purpose::Synthesis, 32) % 5, tariff_class(member)) {
            (0, _) => Self::Unknown,
            (1, _) => Self::Nothing,
            (2, class) if class != "household" => Self::OtherClass,
            (3, _) => Self::NextDoor,
            _ => Self::Part(part),
        })
    }

    fn truth_kind(self) -> &'static str {
        match self {
            Self::Unknown => "insider_unknown",
            Self::Nothing => "insider_nothing",
            Self::Part(_) => "insider_part",
            Self::OtherClass => "insider_class",
            Self::NextDoor => "insider_next_door",
        }
    }
}

/// What one transformer's customers are billed, collected customer by customer.
pub(super) struct Bills<'a> {
    settings: &'a CheckedSettings,
    scene: &'a Scene,
    share: f64,
    /// First and last day of every bill.
    periods: Vec<(CivilDay, CivilDay)>,
    customers: Vec<(Vec<BillRow>, Option<Insider>)>,
}

impl<'a> Bills<'a> {
    /// Of the customers of a transformer; `None` where no bills are wanted.
    pub(super) fn new(settings: &'a CheckedSettings, scene: &'a Scene, plan: &TransformerPlan) -> Option<Self> {
        let share = settings.insider_share?;
        let route = 1 + (seed_of(settings.seed, &plan.id, Purpose::Synthesis, 33) % ROUTES) as i8;
        let days: Vec<CivilDay> = scene.days.iter().map(|day| scene.local.day[day.first]).collect();
        let mut periods: Vec<(CivilDay, CivilDay)> = Vec::new();
        for &day in &days {
            match periods.last_mut().filter(|_| day.date().day() != route) {
                Some(period) => period.1 = day,
                None => periods.push((day, day)),
            }
        }
        Some(Self { settings, scene, share, periods, customers: Vec::new() })
    }

    /// Bills one customer.
    pub(super) fn add(&mut self, member: &Member, usage: &Usage, readings: &MeterReadings) {
        let id = member.id();
        let insider = Insider::draw(self.settings, member, self.share);
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(self.settings.seed, &id, Purpose::Synthesis, 34));
        let by_day = energy_by_day(self.scene, usage, readings);
        let first = self.periods.first().map_or(0, |period| period.0.0);
        let class = match insider {
            Some(Insider::OtherClass) => "household",
            _ => booked_class(self.settings, &id, tariff_class(member)),
        };
        let (mut before, mut owed) = (None, 0.0);
        let mut rows = Vec::new();
        for &(from, to) in &self.periods {
            let shown: f64 = by_day[(from.0 - first) as usize..=(to.0 - first) as usize].iter().sum();
            let due = shown + owed;
            let billed = match before.filter(|_| chance(&mut rng, ESTIMATED)) {
                Some(before) => before * between(&mut rng, 1.0 - ESTIMATE_OFF, 1.0 + ESTIMATE_OFF),
                None => due,
            };
            let billed = billed.round();
            (before, owed) = (Some(billed), due - billed);
            let kept = match insider {
                Some(Insider::Nothing) => 0.0,
                Some(Insider::Part(part)) => (part * billed).round(),
                _ => billed,
            };
            rows.push(BillRow {
                usage_point: id.clone(),
                from: from.to_string(),
                to: to.to_string(),
                billed_kwh: kept,
                tariff_class: class,
            });
        }
        self.customers.push((rows, insider));
    }

    /// Every bill, and the truth about what was kept out of them.
    pub(super) fn finish(mut self) -> (Vec<BillRow>, Vec<TruthRow>) {
        let mut truth = Vec::new();
        for place in 0..self.customers.len() {
            let Some(insider) = self.customers[place].1 else { continue };
            let next = if place + 1 < self.customers.len() { place + 1 } else { place.saturating_sub(1) };
            if let Some(id) = self.customers[place].0.first().map(|row| row.usage_point.clone()) {
                let at = self.customers[next].0.first().map(|row| row.usage_point.clone());
                truth.push(TruthRow::of_insider(id, insider.truth_kind(), at.filter(|_| insider == Insider::NextDoor)));
            }
            if insider == Insider::NextDoor && next != place {
                let own: Vec<f64> = self.customers[place].0.iter().map(|row| row.billed_kwh).collect();
                self.customers[next].0.iter_mut().zip(own).for_each(|(row, kwh)| row.billed_kwh += kwh);
            }
            if matches!(insider, Insider::NextDoor | Insider::Unknown) {
                self.customers[place].0.clear();
            }
        }
        (self.customers.into_iter().flat_map(|(rows, _)| rows).collect(), truth)
    }
}

/// Energy that a meter showed on each day of the axis, kWh; what was lost on the way is what
/// flowed.
fn energy_by_day(scene: &Scene, usage: &Usage, readings: &MeterReadings) -> Vec<f64> {
    let step_h = scene.step_h();
    let of = |interval: usize| {
        let flowed = f64::from(usage.metered_kw[interval]) * step_h;
        match readings.wh.get(interval / readings.every.max(1)) {
            Some(&wh) if wh != LOST_WH => f64::from(wh) / 1000.0 / readings.every as f64,
            _ => flowed,
        }
    };
    scene.days.iter().map(|day| (day.first..day.end).map(of).sum()).collect()
}
