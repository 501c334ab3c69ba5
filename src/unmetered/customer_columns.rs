//! What one customer can leave in the residual of its node, as columns of hour-to-hour changes: its
//! own load, where its meter shows too much or too little, and what a late clock makes of it.
//!
//! A clock that is late by s shows at hour t what was used at t − s, so the residual holds x(t + s)
//! − x(t) with x the load as it is shown. A display that shows whole steps puts a rounding error
//! into the shown load, and the same error with the opposite sign into the residual. With register
//! values cut to a step of w the error of an interval is u(t) − u(t + 1), u uniform on (0, w) with
//! variance σ² = w²/12; the change of that error from hour to hour has variance 6σ², and
//! autocovariances −4σ² and σ² at one and two hours. These products are known, and taken off before
//! a slope is believed (`Rounding`): without that, every coarse meter seems to show several times
//! its load.
//! Source: errors in variables, Fuller (1987), Measurement Error Models, section 1.2; rounding
//! noise after Sheppard (1898).

use crate::domain::{Timestamp, dot};
use crate::series::{LoadSeries, hourly_kw, rounding_step_kwh};

use super::missing::{Dense, Rounding};

/// Clocks are wrong by a reading or two, by the hour of summer time, or by the hours between a zone
/// and universal time: errors that are looked for, minutes.
const LATE_MIN: [i32; 14] = [-360, -300, -120, -60, -45, -30, -15, 15, 30, 45, 60, 120, 300, 360];
/// Where rounding makes more than this share of a column's squares, its slope says more about the
/// display than about the load.
const MOST_ROUNDING: f64 = 0.3;

/// What is asked of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asked {
    /// Does its meter show another load than flows?
    Load,
    /// Is its clock late by so many minutes (negative: early)?
    Late(i32),
}

/// One column: hour-to-hour changes from the start of the balance, kW, 0 where they are not known.
pub(super) struct Column {
    pub(super) customer: usize,
    pub(super) asked: Asked,
    pub(super) changes: Vec<f32>,
    pub(super) rounding: Rounding,
}

/// One customer, prepared to be looked at quickly: columns are differences of shifted changes, so
/// their products with a residual are known before they are made.
pub(super) struct Glance {
    /// Changes of the load from `REACH_H` hours before the balance to as many after it, kW.
    wide: Vec<f32>,
    /// The same over the hours of the balance, of a load that is stamped by parts of an hour later.
    apart: Vec<(i32, Vec<f32>)>,
    hours: usize,
    /// What is asked, each with the sum of squares of its column and what rounding does to it.
    asked: Vec<(Asked, f32, Rounding)>,
}

/// Hours to either side of a balance that clocks are asked for.
const REACH_H: usize = (LATE_MIN[LATE_MIN.len() - 1] / 60) as usize;

impl Glance {
    /// Of one customer over `hours` hours from `start`.
    pub(super) fn of(series: &LoadSeries, start: Timestamp, hours: usize) -> Self {
        let variance = rounding_step_kwh(series).powi(2) / 12.0;
        let wide_from = Timestamp(start.0 - REACH_H as i64 * 3600);
        let wide = changes(&hourly_kw(series, wide_from, hours + 2 * REACH_H));
        let interval = series.step_min.min(60) as i32;
        // Less than an interval looks like a part of one: only whole ones can be told apart.
        let late = || LATE_MIN.iter().copied().filter(|late| *late % interval == 0);
        let shifted = |late: i32| (late, changes(&hourly_kw(series, Timestamp(start.0 + i64::from(late) * 60), hours)));
        let apart = late().filter(|late| late % 60 != 0).map(shifted).collect();
        let mut glance = Self { wide, apart, hours, asked: Vec::new() };
        let own = glance.own();
        let squares = |late: i32| -> f32 {
            glance.late(late).iter().zip(own).skip(1).map(|(flows, shown)| (flows - shown) * (flows - shown)).sum()
        };
        let load = (Asked::Load, dot(own, own), rounding_of(Asked::Load, variance));
        let late = late().map(|late| (Asked::Late(late), squares(late), rounding_of(Asked::Late(late), variance)));
        let heard = |asked: &(Asked, f32, Rounding)| is_heard(asked.1, asked.2, hours);
        glance.asked = std::iter::once(load).chain(late).filter(heard).collect();
        glance
    }

    fn own(&self) -> &[f32] {
        &self.wide[REACH_H..REACH_H + self.hours]
    }

    /// Changes of what flows where the clock is late by so many minutes.
    fn late(&self, late_min: i32) -> &[f32] {
        if late_min % 60 == 0 {
            let first = (REACH_H as i32 + late_min / 60) as usize;
            return &self.wide[first..first + self.hours];
        }
        self.apart.iter().find(|(late, _)| *late == late_min).map_or(self.own(), |(_, changes)| changes)
    }

    /// Whether any column may go with a residual by `least` standard deviations.
    pub(super) fn may_reach(&self, least: f64, residual: &Dense) -> bool {
        let own = residual.with(self.own());
        self.asked.iter().any(|&(asked, square, rounding)| {
            let with = match asked {
                Asked::Load => own,
                Asked::Late(late) => residual.with(self.late(late)) - own,
            };
            residual.may_reach(least, with, square, rounding)
        })
    }
}

/// What rounding with an error of `variance` does to a column.
fn rounding_of(asked: Asked, variance: f64) -> Rounding {
    match asked {
        Asked::Load => Rounding { with: -6.0 * variance, own: 6.0 * variance },
        Asked::Late(late) => {
            let alike = match late.abs() {
                60 => -4.0,
                120 => 1.0,
                _ => 0.0,
            };
            Rounding { with: (6.0 - alike) * variance, own: 2.0 * (6.0 - alike) * variance }
        }
    }
}

/// The columns of one customer over `hours` hours from `start`; those that rounding drowns are left
/// out.
pub(super) fn columns_of(customer: usize, series: &LoadSeries, start: Timestamp, hours: usize) -> Vec<Column> {
    let variance = rounding_step_kwh(series).powi(2) / 12.0;
    // Hours to either side are asked for again and again: they are folded once.
    let wide = hourly_kw(series, Timestamp(start.0 - REACH_H as i64 * 3600), hours + 2 * REACH_H);
    let own = wide[REACH_H..REACH_H + hours].to_vec();
    let column = |asked, kw: &[f32]| {
        let changes = changes(kw);
        let square = dot(&changes, &changes);
        let rounding = rounding_of(asked, variance);
        is_heard(square, rounding, hours).then_some(Column { customer, asked, changes, rounding })
    };
    let interval = series.step_min.min(60) as i32;
    let late = LATE_MIN.iter().filter(|late| *late % interval == 0).map(|&late| {
        let kw: Vec<f32> = if late % 60 == 0 {
            let first = (REACH_H as i32 + late / 60) as usize;
            wide[first..first + hours].iter().zip(&own).map(|(flows, shown)| flows - shown).collect()
        } else {
            late_kw(series, &own, start, late)
        };
        column(Asked::Late(late), &kw)
    });
    std::iter::once(column(Asked::Load, &own)).chain(late).flatten().collect()
}

/// What a clock late by `late_min` minutes leaves in the residual from `start` on, kW; NaN where a
/// reading is missing.
#[must_use]
pub fn late_load_kw(series: &LoadSeries, start: Timestamp, hours: usize, late_min: i32) -> Vec<f32> {
    late_kw(series, &hourly_kw(series, start, hours), start, late_min)
}

fn late_kw(series: &LoadSeries, own: &[f32], start: Timestamp, late_min: i32) -> Vec<f32> {
    let flows = hourly_kw(series, Timestamp(start.0 + i64::from(late_min) * 60), own.len());
    flows.iter().zip(own).map(|(flows, shown)| flows - shown).collect()
}

fn changes(kw: &[f32]) -> Vec<f32> {
    let change = |pair: &[f32]| if (pair[1] - pair[0]).is_finite() { pair[1] - pair[0] } else { 0.0 };
    std::iter::once(0.0).chain(kw.windows(2).map(change)).collect()
}

/// Whether a load changes by more than its display makes of it.
fn is_heard(square: f32, rounding: Rounding, hours: usize) -> bool {
    square > 0.0 && rounding.own * hours as f64 <= MOST_ROUNDING * f64::from(square)
}
