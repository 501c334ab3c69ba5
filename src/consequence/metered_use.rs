//! What a meter showed, day by day and by hour of the day: what its bills were made from, and what
//! published criteria are held against.

use crate::digest::{HOURS, UsageProfile};
use crate::domain::{CivilDay, Kw};

use super::tariff_book::{ByHour, Slice};

/// Energy that a meter showed.
#[derive(Debug, Clone, PartialEq)]
pub struct MeteredUse {
    /// Days that are complete enough to be judged, in order, with their energy in kWh.
    by_day: Vec<(CivilDay, f64)>,
    /// Share of a day's energy in each hour; adds up to 1.
    by_hour: ByHour,
}

/// A load spread evenly over the day.
pub const EVEN: ByHour = [1.0 / HOURS as f64; HOURS];

/// A load that runs `hours` hours from `start` on, which may pass midnight, as shares of a day.
#[must_use]
pub fn window_shares(start: usize, hours: usize) -> ByHour {
    let hours = hours.clamp(1, HOURS);
    let mut shares = [0.0; HOURS];
    for step in 0..hours {
        shares[(start + step) % HOURS] = 1.0 / hours as f64;
    }
    shares
}

impl MeteredUse {
    /// From days with their energy, and the weights of the hours of a day (any scale; even where
    /// they add up to nothing).
    #[must_use]
    pub fn new(by_day: Vec<(CivilDay, f64)>, weights: ByHour) -> Self {
        let total: f64 = weights.iter().sum();
        let by_hour = if total > 0.0 { weights.map(|weight| weight / total) } else { EVEN };
        Self { by_day, by_hour }
    }

    /// From a profile: daily means, and the typical course of the day over all halves of months.
    #[must_use]
    pub fn of(profile: &UsageProfile) -> Self {
        let energy = |mean_kw: f32| Kw(f64::from(mean_kw)).over_hours(24.0).0;
        let by_day = profile.days.iter().map(|day| (day.day, energy(day.summary.mean_kw))).collect();
        let mut weights = [0.0; HOURS];
        for half in profile.halves(1) {
            for (weight, &kw) in weights.iter_mut().zip(&half.mid_kw) {
                *weight += f64::from(half.days) * f64::from(kw).max(0.0);
            }
        }
        if weights.iter().any(|weight| weight.is_nan()) {
            weights = EVEN;
        }
        Self::new(by_day, weights)
    }

    /// Energy of a slice by hour of the day, kWh; days without readings count as the mean of the
    /// others. `None` where no day of the slice was read.
    #[must_use]
    pub fn energy(&self, slice: Slice) -> Option<ByHour> {
        let mean = self.mean_of(|day| slice.from <= day && day <= slice.to)?;
        Some(self.by_hour.map(|share| share * mean.max(0.0) * slice.days()))
    }

    /// Mean energy of the days that are wanted, kWh a day.
    fn mean_of(&self, wanted: impl Fn(CivilDay) -> bool) -> Option<f64> {
        let (sum, days) = self
            .by_day
            .iter()
            .filter(|(day, _)| wanted(*day))
            .fold((0.0, 0_u32), |(sum, days), (_, kwh)| (sum + kwh, days + 1));
        (days > 0).then(|| sum / f64::from(days))
    }

    /// Civil months with at least `least` read days: the month's first day, its energy as if every
    /// day had been read (kWh), and the days read.
    #[must_use]
    pub fn months(&self, least: u32) -> Vec<(CivilDay, f64, u32)> {
        let mut months: Vec<(CivilDay, f64, u32)> = Vec::new();
        for &(day, kwh) in &self.by_day {
            let first = CivilDay(day.0 - i32::from(day.date().day()) + 1);
            match months.last_mut().filter(|month| month.0 == first) {
                Some(month) => (month.1, month.2) = (month.1 + kwh, month.2 + 1),
                None => months.push((first, kwh, 1)),
            }
        }
        months.retain(|month| month.2 >= least);
        for (first, kwh, days) in &mut months {
            *kwh *= f64::from(first.date().days_in_month()) / f64::from(*days);
        }
        months
    }

    /// Mean power over all days, kW; `None` without a day.
    #[must_use]
    pub fn mean_kw(&self) -> Option<f64> {
        self.mean_of(|_| true).map(|kwh| kwh / HOURS as f64)
    }

    /// Spread of the daily energy as a share of its mean (standard deviation over mean); `None`
    /// with fewer than 28 days or without energy.
    #[must_use]
    pub fn daily_spread(&self) -> Option<f64> {
        const LEAST_DAYS: usize = 28;
        let mean = self.mean_of(|_| true).filter(|mean| *mean > 0.0 && self.by_day.len() >= LEAST_DAYS)?;
        let squares: f64 = self.by_day.iter().map(|(_, kwh)| (kwh - mean).powi(2)).sum();
        Some((squares / (self.by_day.len() - 1) as f64).sqrt() / mean)
    }
}
