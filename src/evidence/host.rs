//! What the premises are, as far as readings tell without what a farm adds.
//!
//! Numbers that no farm of constant load changes much: what varies. A farm lifts every hour alike,
//! so differences between hours, between days and between working days and weekends are the
//! premises' own; where the load rose, the days before it are. They are not evidence: larger means
//! nothing. Calibration compares like with like by them where no table names a kind.
//! Source: Haben, Singleton and Grindrod (2016), Analysis and clustering of residential customers
//! energy behavioral demand using smart meter data, IEEE TSG 7 (variation, evening and weekend as
//! what tells kinds apart).

use crate::digest::{Day, HOURS, HourBand};
use crate::domain::{DayKind, Heating, median_of};
use crate::population::Premises;

use super::subject::{Subject, ln_kw};

/// How many numbers describe the premises.
pub const HOST_NUMBERS: usize = 12;

/// Hours of the evening, of work and of the night.
const EVENING: std::ops::Range<usize> = 18..23;
const WORK: std::ops::Range<usize> = 10..16;
const NIGHT: std::ops::Range<usize> = 1..5;

/// The numbers; NaN where they are not known.
#[must_use]
pub fn host(s: &Subject) -> [f32; HOST_NUMBERS] {
    let low = lower_days(s);
    let typical = |value: fn(&Day) -> f64| median_of(low.iter().map(value));
    let above = typical(|day| f64::from(day.summary.mean_kw - day.summary.floor_kw));
    let swing = typical(|day| f64::from(day.summary.top_kw - day.summary.floor_kw));
    let (work, weekend) = (mean_on(low, false), mean_on(low, true));
    let bands: Vec<&HourBand> = s.profile.halves(Subject::MIN_DAYS).collect();
    let share = |hours: std::ops::Range<usize>| {
        median_of(bands.iter().map(|band| {
            let floor = band.mid_kw.iter().copied().fold(f32::INFINITY, f32::min);
            let above = |hours: std::ops::Range<usize>| {
                let count = hours.len() as f32;
                hours.map(|hour| band.mid_kw[hour] - floor).sum::<f32>() / count
            };
            f64::from(above(hours.clone()) / above(0..HOURS).max(0.01))
        }))
    };
    let spread = median_of(bands.iter().map(|band| {
        let mut spreads: Vec<f32> = (0..HOURS).map(|hour| band.high_kw[hour] - band.low_kw[hour]).collect();
        spreads.sort_by(f32::total_cmp);
        f64::from(spreads[HOURS / 2])
    }));
    let premises = match s.facts.premises {
        Premises::Home => 0.0,
        Premises::Business => 1.0,
        Premises::Unknown => f64::NAN,
    };
    [
        ln_kw(above),
        ln_kw(swing),
        ln_kw(spread),
        share(EVENING),
        share(WORK),
        share(NIGHT),
        (work - weekend) / swing.max(0.05),
        ln_kw(typical(|day| f64::from(day.summary.mean_kw))),
        s.facts.contracted_kw.map_or(f64::NAN, f64::ln),
        premises,
        if s.facts.heating == Heating::Electric { 1.0 } else { 0.0 },
        ln_kw(typical(|day| f64::from(day.summary.floor_kw))),
    ]
    .map(|value| if value.is_finite() { value as f32 } else { f32::NAN })
}

/// The days of the lower regime of the mean; all where they are too few to split.
fn lower_days<'a>(s: &'a Subject) -> &'a [Day] {
    let (days, regimes) = (&s.profile.days, &s.profile.mean_regimes);
    match (regimes.place, regimes.rises) {
        (0, _) => days,
        (place, true) => &days[..place],
        (place, false) => &days[place..],
    }
}

fn mean_on(days: &[Day], weekend: bool) -> f64 {
    median_of(
        days.iter()
            .filter(|day| (day.day.kind() == DayKind::Weekend) == weekend)
            .map(|day| f64::from(day.summary.mean_kw)),
    )
}
