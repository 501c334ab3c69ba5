//! Ratios of transformers applied to what meters show, once, on the days on which they hold.
//!
//! Before it multiplies, it asks whether the values contain the ratio already: what a meter shows
//! comes in steps of its display, so values that are all multiples of 40 steps were multiplied by
//! 40 before. Such values are left as they are, and a fault says so. Where the greatest step could
//! be a display as well (powers of ten), nothing is said. A meter of a large connection without any
//! ratio, whose load stays far below what it pays for, looks as if its ratio was forgotten; that is
//! said, and nothing is changed.
//! Assumes: displays of 1 Wh, 10 Wh, 100 Wh or 1 kWh; fifty values or more.

use super::said;
use std::collections::BTreeMap;

use super::display::common_step;
use super::load_series::LoadSeries;
use super::registers::RegisterLoad;
use crate::domain::{Calendar, CivilDay, Fact, Fault, FaultKind, MeterRatio, UsagePointId};

/// Contracted power that is never measured directly, kW: 100 A at three times 230 V are 69 kW.
const BEHIND_TRANSFORMERS_KW: f64 = 100.0;
/// Share of the contracted power that the highest load reaches where a ratio is applied.
const LEAST_SHARE: f64 = 0.05;

/// Ratios by usage point.
pub type MeterRatios = BTreeMap<UsagePointId, Vec<MeterRatio>>;

/// The ratio on a day: of rows that hold the later counts; 1 where none does.
fn ratio_on(ratios: &[MeterRatio], day: CivilDay) -> f64 {
    ratios.iter().rev().find(|ratio| ratio.holds(day)).map_or(1.0, |ratio| ratio.ratio)
}

/// Multiplies a series by its ratios. `meters` is empty when no table was given: then nothing is
/// done or said.
#[must_use]
pub fn apply_ratios(
    series: &mut LoadSeries,
    meters: &MeterRatios,
    contracted_kw: Option<f64>,
    calendar: &Calendar,
) -> Vec<Fault> {
    if meters.is_empty() {
        return Vec::new();
    }
    let ratios = meters.get(&series.usage_point).map_or(&[][..], Vec::as_slice);
    let mut faults = Vec::new();
    for (from, to, ratio) in stretches(series, ratios, calendar) {
        if ratio == 1.0 {
            continue;
        }
        if contains(series, (from, to), ratio) {
            let detail = said::with_own_digits(said::ratio_twice(ratio), "ratio");
            faults.push(fault(series, (from, to), detail, calendar));
        } else {
            series.kw[from..to].iter_mut().for_each(|kw| *kw = (f64::from(*kw) * ratio) as f32);
        }
    }
    if ratios.iter().all(|ratio| ratio.ratio == 1.0) {
        faults.extend(forgotten(series, contracted_kw, calendar));
    }
    faults
}

/// Intervals `[from, to)` with one ratio, in order.
fn stretches(series: &LoadSeries, ratios: &[MeterRatio], calendar: &Calendar) -> Vec<(usize, usize, f64)> {
    let Some((first, last)) = series.days(calendar).filter(|_| !ratios.is_empty()) else { return Vec::new() };
    let step_s = i64::from(series.step_min) * 60;
    let mut stretches: Vec<(usize, usize, f64)> = Vec::new();
    let mut from = 0;
    for day in (first.0..=last.0).map(CivilDay) {
        let end = calendar.day_start(CivilDay(day.0 + 1));
        let to = ((end.0 - series.start.0 + step_s - 1).div_euclid(step_s)).clamp(from as i64, series.kw.len() as i64)
            as usize;
        let ratio = ratio_on(ratios, day);
        match stretches.last_mut() {
            Some(stretch) if stretch.2 == ratio => stretch.1 = to,
            _ => stretches.push((from, to, ratio)),
        }
        from = to;
    }
    stretches
}

/// Whether values contain the ratio already.
fn contains(series: &LoadSeries, (from, to): (usize, usize), ratio: f64) -> bool {
    let is_power_of_ten = |steps: i64| matches!(steps, 1 | 10 | 100 | 1000 | 10_000);
    let whole = ratio.round() as i64;
    if whole < 2 || (ratio - whole as f64).abs() > 1e-9 {
        return false;
    }
    common_step(series, from..to)
        .is_some_and(|step| step % whole == 0 && is_power_of_ten(step / whole) && !is_power_of_ten(step))
}

/// A large connection whose load is that of a meter without its ratio.
fn forgotten(series: &LoadSeries, contracted_kw: Option<f64>, calendar: &Calendar) -> Option<Fault> {
    let contracted_kw = contracted_kw.filter(|kw| *kw >= BEHIND_TRANSFORMERS_KW)?;
    let highest = f64::from(series.kw.iter().copied().fold(0.0, f32::max));
    if highest <= 0.0 || highest >= LEAST_SHARE * contracted_kw {
        return None;
    }
    let detail = said::ratio_forgotten(contracted_kw, highest);
    Some(fault(series, (0, series.kw.len()), detail, calendar))
}

fn fault(series: &LoadSeries, (from, to): (usize, usize), detail: Fact, calendar: &Calendar) -> Fault {
    Fault {
        usage_point: series.usage_point.clone(),
        kind: FaultKind::RatioDoubt,
        from: Some(calendar.day(series.at(from))),
        to: Some(calendar.day(series.at(to.saturating_sub(1)))),
        share: Some((to - from) as f64 / series.kw.len().max(1) as f64),
        detail,
    }
}

/// Multiplies the periods of a register by their ratios. A period in which the ratio changes is
/// left out, because the counter was not read on that day.
pub fn apply_ratios_to_register(register: &mut RegisterLoad, meters: &MeterRatios, calendar: &Calendar) {
    let Some(ratios) = meters.get(&register.usage_point) else { return };
    register.periods.retain_mut(|period| {
        let (first, last) = (calendar.day(period.from), calendar.day(crate::domain::Timestamp(period.to.0 - 1)));
        let ratio = ratio_on(ratios, first);
        period.energy_kwh *= ratio;
        (first.0..=last.0).all(|day| ratio_on(ratios, CivilDay(day)) == ratio)
    });
    register.add_up();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn day(text: &str) -> Option<CivilDay> {
        CivilDay::parse(text)
    }

    /// Forty days from 2025-03-01 of a load in steps of `step` Wh, hourly.
    fn series(step: i64) -> LoadSeries {
        let kw = (0..40 * 24).map(|i: i64| (step * (120 + (i * 7919 + 13) % 101)) as f32 / 1000.0).collect();
        LoadSeries { usage_point: "A".into(), start: Timestamp(1_740_787_200), step_min: 60, kw }
    }

    fn applied(mut series: LoadSeries, ratios: &[MeterRatio], contracted_kw: Option<f64>) -> (LoadSeries, Vec<Fault>) {
        let meters = MeterRatios::from([("A".into(), ratios.to_vec()), ("B".into(), Vec::new())]);
        let faults = apply_ratios(&mut series, &meters, contracted_kw, &Calendar::new(None).unwrap());
        (series, faults)
    }

    const TWENTY: MeterRatio = MeterRatio { ratio: 20.0, valid_from: None, valid_to: None };

    #[test]
    fn a_ratio_that_changes_on_a_date_is_applied_once_on_its_own_days() {
        let until = MeterRatio { valid_to: day("2025-03-10"), ..TWENTY };
        let after = MeterRatio { ratio: 40.0, valid_from: day("2025-03-11"), valid_to: None };
        let (found, faults) = applied(series(1), &[until, after], None);
        let raw = series(1);
        let ratio = |index: usize| (found.kw[index] / raw.kw[index]).round();
        assert_eq!([0, 239, 240, 959].map(ratio), [20.0, 20.0, 40.0, 40.0]);
        assert!(faults.is_empty());
    }

    #[test]
    fn values_that_contain_the_ratio_are_not_multiplied_again() {
        let (found, faults) = applied(series(20), &[TWENTY], None);
        assert_eq!((found, faults[0].kind), (series(20), FaultKind::RatioDoubt));
        // A display of 100 Wh makes multiples of twenty as well, and a ratio of ten looks like a
        // display.
        for (step, ratio) in [(100, 20.0), (10, 10.0)] {
            let (found, faults) = applied(series(step), &[MeterRatio { ratio, ..TWENTY }], None);
            assert!(faults.is_empty() && found.kw[7] > 5.0 * series(step).kw[7], "{step}");
        }
    }

    #[test]
    fn a_large_connection_with_the_load_of_a_home_looks_as_if_its_ratio_was_forgotten() {
        assert!(applied(series(1), &[], Some(400.0)).1[0].detail.to_string().contains("forgotten"));
        assert!(applied(series(1), &[], Some(7.0)).1.is_empty(), "a home has none");
        assert!(applied(series(1), &[MeterRatio { ratio: 200.0, ..TWENTY }], Some(400.0)).1.is_empty());
    }
}
