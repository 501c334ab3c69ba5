//! Splits a node's residual into what is constant, what runs at night only, and what goes with the metered load.
//!
//! r_t = a + b·Y_t + e_t with Y the metered load. `a` is constant unmetered load (kW); `b` takes up customers missing from the grid file, meters that
//! under-register, and what is wrong with the loss model. Where the daily level of the residual has one sharp lasting change, `a` is taken from the regime
//! with the load, and the change is its onset. Where night and day differ, and the day shows nothing, the load is a night tap and `a` its night level.
//! Weak when: theft moves against the metered load; more than one tap starts in the window.
//! Source: residual decomposition of distribution balances with a constant term; see `regression` and `domain::best_split`.

use crate::domain::{Calendar, CivilDay, best_split, mad_sigma, median};

use super::Residual;
use super::regression::{Line, huber_line};

/// Hours called night and day (local clock) when the two are compared.
const NIGHT: std::ops::Range<usize> = 1..6;
const DAY: std::ops::Range<usize> = 10..17;
/// Hours in which no night tap runs.
const WAKING: std::ops::Range<usize> = 8..23;
/// Share of the day that a night tap is taken to run: eight hours.
const NIGHT_SHARE: f64 = 8.0 / 24.0;
/// A lasting change must be this many times the noise of daily levels, and this large in kW.
const SHARP: f64 = 5.0;
const LEAST_SHIFT_KW: f64 = 1.0;
/// Days on either side of a change.
const MARGIN_DAYS: usize = 4;
/// Hours of balance that a judgement needs: a week.
const MIN_HOURS: usize = 168;

/// How unmetered load runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnmeteredPattern {
    /// Day and night.
    Constant,
    /// At night only.
    Night,
}

/// Unmetered load of a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unmetered {
    /// Mean power while it runs, kW; may be negative.
    pub kw: f64,
    /// Standard error of `kw` from this node's own hours.
    pub se_kw: f64,
    /// Share of the period's hours in which it runs.
    pub running_share: f64,
    /// Day and night, or night only.
    pub pattern: UnmeteredPattern,
    /// First day; `None` when it runs from the start.
    pub since: Option<CivilDay>,
    /// Part of the residual per kW metered: missing customers, under-registration, loss errors.
    pub proportional: f64,
}

/// Hours of a residual chosen for one fit.
struct Chosen {
    x: Vec<f64>,
    y: Vec<f64>,
    day: Vec<i32>,
}

/// Decomposes a residual. `None` when there is less than a week of balance.
#[must_use]
pub fn decompose(residual: &Residual, calendar: &Calendar) -> Option<Unmetered> {
    if residual.at.len() < MIN_HOURS {
        return None;
    }
    let days: Vec<CivilDay> = residual.at.iter().map(|&at| calendar.day(at)).collect();
    let hours: Vec<usize> = residual.at.iter().map(|&at| calendar.local(at).hour()).collect();
    let whole = fit(residual, &days, |_| true)?;
    let onset = onset(residual, &days, whole.b);
    let runs = |index: usize| onset.is_none_or(|(day, rises)| (days[index] >= day) == rises);
    let line = fit(residual, &days, runs).unwrap_or(whole);
    let share = (0..days.len()).filter(|&i| runs(i)).count() as f64 / days.len() as f64;
    let since = onset.filter(|&(_, rises)| rises).map(|(day, _)| day);
    let proportional = whole.b;
    // A night tap runs against the metered load and would bend a slope fitted to all hours.
    let daytime = fit(residual, &days, |i| runs(i) && WAKING.contains(&hours[i])).unwrap_or(line);
    if let Some(night) = night_tap(residual, &days, &hours, runs, daytime.b) {
        return Some(Unmetered { running_share: share * night.running_share, since, proportional, ..night });
    }
    Some(Unmetered { kw: line.a, se_kw: line.se_a, running_share: share, pattern: UnmeteredPattern::Constant, since, proportional })
}

/// A load that runs at night only: on most days the night stands above the day by far more than it varies, and the day is nearly empty.
fn night_tap(residual: &Residual, days: &[CivilDay], hours: &[usize], runs: impl Fn(usize) -> bool, b: f64) -> Option<Unmetered> {
    let net = |i: usize| residual.residual_kw[i] - b * residual.metered_kw[i];
    let (mut contrasts, mut empty_days) = (Vec::new(), Vec::new());
    for hours_of_day in (0..days.len()).filter(|&i| runs(i)).collect::<Vec<_>>().chunk_by(|&i, &j| days[i] == days[j]) {
        let level = |range: &std::ops::Range<usize>| {
            median(&hours_of_day.iter().filter(|&&i| range.contains(&hours[i])).map(|&i| net(i)).collect::<Vec<_>>())
        };
        let (night, day) = (level(&NIGHT), level(&DAY));
        if night.is_finite() && day.is_finite() {
            contrasts.push(night - day);
            empty_days.push(day);
        }
    }
    let kw = median(&contrasts);
    // 1.2533 is the ratio of the standard errors of median and mean under normality.
    let se_kw = 1.2533 * mad_sigma(&contrasts, kw) / (contrasts.len() as f64).sqrt();
    let stands_out = contrasts.len() >= MARGIN_DAYS && kw > LEAST_SHIFT_KW.max(SHARP * se_kw) && median(&empty_days).abs() < 0.3 * kw;
    let pattern = UnmeteredPattern::Night;
    stands_out.then_some(Unmetered { kw, se_kw, running_share: NIGHT_SHARE, pattern, since: None, proportional: b })
}

fn fit(residual: &Residual, days: &[CivilDay], keep: impl Fn(usize) -> bool) -> Option<Line> {
    let mut chosen = Chosen { x: Vec::new(), y: Vec::new(), day: Vec::new() };
    for index in (0..days.len()).filter(|&i| keep(i)) {
        chosen.x.push(residual.metered_kw[index]);
        chosen.y.push(residual.residual_kw[index]);
        chosen.day.push(days[index].0);
    }
    huber_line(&chosen.x, &chosen.y, &chosen.day)
}

/// The day of a sharp lasting change of the daily residual, and whether it rises.
fn onset(residual: &Residual, days: &[CivilDay], b: f64) -> Option<(CivilDay, bool)> {
    let mut levels: Vec<(CivilDay, f64)> = Vec::new();
    let mut first = 0;
    for end in 1..=days.len() {
        if end == days.len() || days[end] != days[first] {
            let of_day: Vec<f64> = (first..end).map(|i| residual.residual_kw[i] - b * residual.metered_kw[i]).collect();
            levels.push((days[first], of_day.iter().sum::<f64>() / of_day.len() as f64));
            first = end;
        }
    }
    let values: Vec<f64> = levels.iter().map(|level| level.1).collect();
    let split = best_split(&values, MARGIN_DAYS)?;
    let (before, after) = (median(&values[..split.place]), median(&values[split.place..]));
    let off: Vec<f64> = values.iter().enumerate().map(|(i, value)| value - if i < split.place { before } else { after }).collect();
    let shift = after - before;
    let lasting = shift.abs() > LEAST_SHIFT_KW.max(SHARP * mad_sigma(&off, 0.0));
    lasting.then_some((levels[split.place].0, shift > 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    /// Sixty days of a transformer with 20 kW of homes, an evening peak, and `tap(hour since start)` beside them.
    fn node(tap: impl Fn(usize) -> f64) -> Residual {
        let mut residual = Residual { coverage: 1.0, ..Residual::default() };
        for hour in 0..24 * 60 {
            let metered = 20.0 + if (17..22).contains(&(hour % 24)) { 15.0 } else { 0.0 } + ((hour * 7919) % 13) as f64 / 3.0;
            let noise = ((hour * 104_729) % 17) as f64 / 40.0 - 0.2;
            residual.at.push(Timestamp(hour as i64 * 3600));
            residual.metered_kw.push(metered);
            residual.residual_kw.push(0.02 * metered + tap(hour) + noise);
        }
        residual
    }

    fn split(tap: impl Fn(usize) -> f64) -> Unmetered {
        decompose(&node(tap), &Calendar::new(None).unwrap()).unwrap()
    }

    #[test]
    fn a_healthy_node_has_no_constant_part() {
        let found = split(|_| 0.0);
        assert!(found.kw.abs() < 0.2, "{found:?}");
        assert!((found.proportional - 0.02).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn a_tap_is_measured_in_kw() {
        let found = split(|_| 12.0);
        assert!((found.kw - 12.0).abs() < 0.3, "{found:?}");
        assert_eq!((found.pattern, found.since), (UnmeteredPattern::Constant, None));
    }

    #[test]
    fn a_tap_that_starts_is_dated_and_measured_while_it_runs() {
        let found = split(|hour| if hour >= 24 * 40 { 9.0 } else { 0.0 });
        assert!((found.kw - 9.0).abs() < 0.5, "{found:?}");
        assert_eq!(found.since, Some(CivilDay(40)));
    }

    #[test]
    fn a_night_tap_is_measured_at_night() {
        let found = split(|hour| if hour % 24 < 7 || hour % 24 == 23 { 8.0 } else { 0.0 });
        assert_eq!(found.pattern, UnmeteredPattern::Night);
        assert!((found.kw - 8.0).abs() < 1.0, "{found:?}");
    }

    #[test]
    fn a_few_days_carry_no_judgement() {
        let mut short = node(|_| 5.0);
        short.at.truncate(100);
        assert_eq!(decompose(&short, &Calendar::new(None).unwrap()), None);
    }
}
