//! What energy costs by the tariff table: class, date, step of consumption, zone of the day, tax.
//!
//! A bill is made slice by slice: days of one civil month on which the same lines are valid. A
//! change of tariff in mid-month makes two slices. The steps of a slice are the month's steps times
//! its share of the month's days (times the persons registered, where the line says so), so that
//! half a month has half the steps. The energy of a zone is shared over the steps as the energy of
//! the whole slice is. amount = kWh · price · (1 + tax share).
//! Assumes: steps follow one another; what no step covers costs the last one. Source: billing rules
//! of stepped and zoned tariffs as sales companies publish them beside their price lists.

use std::collections::BTreeMap;

use crate::domain::{CivilDay, Fact, HourSet, Tariff};

use super::said;

/// The tariff table.
#[derive(Debug, Clone, Default)]
pub struct TariffBook {
    by_class: BTreeMap<String, Vec<Tariff>>,
}

/// Days of one civil month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slice {
    /// First day.
    pub from: CivilDay,
    /// Last day.
    pub to: CivilDay,
}

/// Energy by hour of the local day, kWh.
pub type ByHour = [f64; 24];

/// A part of a bill: energy at one price.
#[derive(Debug, Clone, PartialEq)]
pub struct BillLine {
    /// Energy, kWh.
    pub kwh: f64,
    /// Price per kWh before tax.
    pub price_per_kwh: f64,
    /// Tax on top, as a share; `None` where the table has none.
    pub tax_share: Option<f64>,
    /// Digital-mining fee per kWh of the same line.
    pub fee_per_kwh: Option<f64>,
    /// ISO 4217 code.
    pub currency: String,
    /// Step and zone.
    pub detail: Fact,
}

impl BillLine {
    /// What the energy costs.
    #[must_use]
    pub fn amount(&self) -> f64 {
        self.kwh * self.price_per_kwh * (1.0 + self.tax_share.unwrap_or(0.0))
    }
}

impl Slice {
    /// Days in it.
    #[must_use]
    pub fn days(self) -> f64 {
        f64::from(self.to.0 - self.from.0 + 1)
    }

    /// Its share of the days of its month.
    #[must_use]
    pub fn share_of_month(self) -> f64 {
        self.days() / f64::from(self.from.date().days_in_month())
    }
}

/// A line of the table with the edges of its step in a slice.
struct Step<'a> {
    tariff: &'a Tariff,
    from_kwh: f64,
    to_kwh: f64,
}

impl TariffBook {
    /// The table by class.
    #[must_use]
    pub fn new(tariffs: Vec<Tariff>) -> Self {
        let mut by_class: BTreeMap<String, Vec<Tariff>> = BTreeMap::new();
        for tariff in tariffs {
            by_class.entry(key(&tariff.tariff_class)).or_default().push(tariff);
        }
        Self { by_class }
    }

    /// Whether there is no tariff at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_class.is_empty()
    }

    /// Whether the table has a class.
    #[must_use]
    pub fn has(&self, class: &str) -> bool {
        self.by_class.contains_key(&key(class))
    }

    /// Currency of a class.
    #[must_use]
    pub fn currency_of(&self, class: &str) -> Option<String> {
        self.by_class.get(&key(class))?.first().map(|line| line.currency.clone())
    }

    /// Cuts the days `from..=to` at the ends of months, wherever a line of one of `classes` begins
    /// or ends, and before each of `starts`.
    #[must_use]
    pub fn slices(&self, classes: &[&str], starts: &[CivilDay], (from, to): (CivilDay, CivilDay)) -> Vec<Slice> {
        let lines = || classes.iter().filter_map(|class| self.by_class.get(&key(class))).flatten();
        let mut starts: Vec<CivilDay> =
            starts.iter().copied().chain(lines().filter_map(|line| line.valid_from)).collect();
        starts.extend(lines().filter_map(|line| line.valid_to).map(next));
        let mut slices = Vec::new();
        let mut first = from;
        while first <= to {
            let month_end = first.month_end().min(to);
            let border = starts.iter().copied().filter(|&start| first < start && start <= month_end).min();
            let last = border.map_or(month_end, |start| CivilDay(start.0 - 1));
            slices.push(Slice { from: first, to: last });
            first = next(last);
        }
        slices
    }

    /// What `energy` costs a customer of `class` on the days of a slice; `None` where no line of
    /// the class is valid on all of them. The slice must not reach over a border of validity: see
    /// [`Self::slices`]. `persons` counts for steps per person, one at least.
    #[must_use]
    pub fn bill(&self, class: &str, slice: Slice, energy: &ByHour, persons: Option<f64>) -> Option<Vec<BillLine>> {
        let valid: Vec<&Tariff> =
            self.by_class.get(&key(class))?.iter().filter(|line| line.covers(slice.from, slice.to)).collect();
        let total: f64 = energy.iter().sum();
        let mut bill = Vec::new();
        for (hours, lines) in zones(&valid) {
            let in_zone: f64 = (0..24).filter(|&hour| hours.holds(hour)).map(|hour| energy[hour]).sum();
            let steps = steps(&lines, slice, persons);
            let stepped = steps.len() > 1;
            for step in steps {
                // The zone's part of a step is the step's part of the whole.
                let in_step = (total.min(step.to_kwh) - step.from_kwh).max(0.0);
                let kwh = if total > 0.0 { in_zone * in_step / total } else { 0.0 };
                if kwh > 0.0 {
                    bill.push(line(&step, kwh, stepped.then(|| month_of(step.tariff, slice, persons))));
                }
            }
        }
        (!valid.is_empty()).then_some(bill)
    }

    /// The highest price of the class in a slice with its currency, tax included: what decides a
    /// fee that depends on the price. `None` without a valid line.
    #[must_use]
    pub fn price(&self, class: &str, slice: Slice) -> Option<(f64, &str)> {
        let lines = self.by_class.get(&key(class))?.iter().filter(|line| line.covers(slice.from, slice.to));
        lines.map(|line| (line.taxed_price(), line.currency.as_str())).max_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// The fee that the table itself names for a class in a slice.
    #[must_use]
    pub fn fee(&self, class: &str, slice: Slice) -> Option<(f64, &str)> {
        let mut lines = self.by_class.get(&key(class))?.iter().filter(|line| line.covers(slice.from, slice.to));
        lines.find_map(|line| Some((line.fee_per_kwh?, line.currency.as_str())))
    }
}

fn key(class: &str) -> String {
    class.trim().to_lowercase()
}

fn next(day: CivilDay) -> CivilDay {
    CivilDay(day.0 + 1)
}

/// Lines by the hours that they apply to; lines without a zone take the hours that no zone has.
fn zones<'a>(valid: &[&'a Tariff]) -> Vec<(HourSet, Vec<&'a Tariff>)> {
    let mut zones: BTreeMap<HourSet, Vec<&Tariff>> = BTreeMap::new();
    let mut rest = HourSet::ALL;
    for tariff in valid {
        if let Some(zone) = &tariff.zone {
            zones.entry(zone.hours).or_default().push(tariff);
            rest = rest.without(zone.hours);
        }
    }
    let plain: Vec<&Tariff> = valid.iter().filter(|tariff| tariff.zone.is_none()).copied().collect();
    let mut zones: Vec<(HourSet, Vec<&Tariff>)> = zones.into_iter().collect();
    if plain.is_empty() {
        // Hours that no zone names cost what the first zone does: better than nothing, and a table
        // with such a hole is seen in the derivation.
        if let (Some(first), false) = (zones.first_mut(), rest.is_empty()) {
            first.0 = first.0.with(rest);
        }
    } else if !rest.is_empty() {
        zones.push((rest, plain));
    }
    zones
}

/// The steps of one zone from the lowest up, without holes or overlaps: each begins where the one
/// before ends, the last has no end.
fn steps<'a>(lines: &[&'a Tariff], slice: Slice, persons: Option<f64>) -> Vec<Step<'a>> {
    let mut lines: Vec<&Tariff> = lines.to_vec();
    let from = |line: &Tariff| line.from_kwh.unwrap_or(0.0);
    let to = |line: &Tariff| line.to_kwh.unwrap_or(f64::INFINITY);
    // Of lines that begin at one edge without an end the latest valid one counts.
    lines.sort_by(|a, b| {
        from(a).total_cmp(&from(b)).then(to(a).total_cmp(&to(b))).then(a.valid_from.cmp(&b.valid_from))
    });
    let mut steps: Vec<Step> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let scale = slice.share_of_month() * if line.per_person { persons.unwrap_or(1.0).max(1.0) } else { 1.0 };
        let upper = match lines.get(index + 1) {
            None => f64::INFINITY,
            Some(next) => line.to_kwh.or(next.from_kwh).unwrap_or(0.0) * scale,
        };
        let lower = steps.last().map_or(0.0, |step| step.to_kwh);
        if upper > lower {
            steps.push(Step { tariff: line, from_kwh: lower, to_kwh: upper });
        }
    }
    steps
}

/// Why the edges of a step are not those of the table.
fn month_of(tariff: &Tariff, slice: Slice, persons: Option<f64>) -> Fact {
    let (days, of_days) = (slice.days() as i64, i64::from(slice.from.date().days_in_month()));
    match (tariff.per_person, persons) {
        (false, _) => said::month(days, of_days),
        (true, Some(persons)) => said::month_of_persons(days, of_days, persons.max(1.0)),
        (true, None) => said::month_of_one(days, of_days),
    }
}

fn line(step: &Step, kwh: f64, month: Option<Fact>) -> BillLine {
    let Step { tariff, from_kwh: from, to_kwh: to } = *step;
    let step = month.map(|month| match (from > 0.0, to.is_finite()) {
        (false, _) => said::first_step(to, month),
        (true, true) => said::middle_step(from, to, month),
        (true, false) => said::last_step(from, month),
    });
    let zone = tariff.zone.as_ref().map(|zone| zone.name.as_str());
    BillLine {
        kwh,
        price_per_kwh: tariff.price_per_kwh,
        tax_share: tariff.tax_share,
        fee_per_kwh: tariff.fee_per_kwh,
        currency: tariff.currency.clone(),
        detail: match (zone, step) {
            (Some(zone), Some(step)) => said::zone_step(zone, step),
            (Some(zone), None) => said::zone(zone),
            (None, Some(step)) => step,
            (None, None) => said::one_price(),
        },
    }
}
