//! Splits a node's residual into a level, loads that start or stop or run in a window of the day,
//! and what goes with the metered load.
//!
//! r_t = a + b·M_t + c·L_t²/mean(M) + Σ p_j·1[part j runs at t] + e_t, with M the metered and L the
//! true load (M and what was found so far). `a` holds steady unmetered load and what is wrong with
//! the no-load loss. `b` takes up meter gains (prior σ 0.3 %: class 1 meters err independently, the
//! balance meter by its class) and, against strong data, customers that nobody reads. `c` corrects
//! the line loss. Without these priors `a`, `b` and `c` are nearly collinear, for the load of a
//! transformer varies by a factor of two or three only, and a tap would be paid for by losses.
//! Declared street lighting is a column of its own, right within a third: lamps fail, and not all
//! are in the books. A window that fits the dark hours of the place better than hours of the clock
//! is said to follow the sun. Parts are searched in what the fit leaves (`parts`), one at a time,
//! and all are fitted together again.
//! Weak when: theft follows the metered load; a tap and the season of an unread customer start
//! together.
//! Source: residual decomposition of distribution balances with a constant term; Joule losses go
//! with the square of the current.

use crate::domain::Position;

use super::by_register;
use super::components::{Decomposition, LineLoss, Locality, Part, TapHours};
use super::parts::{Clock, Shape, find_shape};
use super::regression::{Fit, MOST_COLUMNS, Prior, Rows, robust_fit};
use super::residual::{BalanceSpan, Residual};

/// Prior standard deviation of the part in proportion to the metered load.
const PROPORTIONAL_SIGMA: f64 = 0.003;
/// The same where customers hang at the node that nobody reads.
const UNREAD_SIGMA: f64 = 0.1;
/// Such customers are allowed for when meter gains are pulled by so many of their deviations.
const PULLED: f64 = 1.5;
/// They are allowed for as well when the noise is this share of the load.
const ROUGH: f64 = 0.002;
/// A fit with them is kept when it leaves this share of the noise.
const MUCH_BETTER: f64 = 0.7;
/// Largest share of line loss at mean load: the worst rural lines. The smallest is none.
const MOST_LINE_LOSS: f64 = 0.15;
/// Declared lighting is what it is said to be within this share.
const DECLARED_SIGMA: f64 = 0.33;
/// A window follows the sun when the dark hours leave less than this share of the noise that fixed
/// hours leave.
const BY_THE_SUN: f64 = 0.97;
/// Columns that are always there: level, metered load, its square.
const FIXED: usize = 3;
/// Most parts beside them.
const MOST_PARTS: usize = 3;
/// A part must be this many of its standard errors.
const CERTAIN: f64 = 5.0;
/// A window must be this many standard errors of what profiles of customers with registers may hide
/// at one hour.
pub(super) const CERTAIN_OF_PROFILES: f64 = 3.0;
/// Hours of balance that a judgement needs: a week.
const MIN_HOURS: usize = 168;
/// Rounds in which the true load is corrected by what was found.
const LOAD_ROUNDS: usize = 2;
/// A load that grows or shrinks is one, which runs, from this share of its highest on.
pub(super) const SAME_LOAD: f64 = 0.25;
/// Less than this share of the metered load is lost in the square.
const LITTLE_HIDDEN: f64 = 0.01;

/// Decomposes a residual. `None` when there is less than a week of balance.
#[must_use]
pub fn decompose(residual: &Residual, locality: &Locality, line_loss: LineLoss) -> Option<Decomposition> {
    if residual.at.len() < MIN_HOURS {
        return None;
    }
    if residual.span == BalanceSpan::Register {
        return Some(by_register::decompose(residual, line_loss));
    }
    let clock = Clock::of(&residual.at, locality.calendar);
    let bench = Bench {
        residual,
        line_loss,
        rows: Rows { y: &residual.residual_kw, assumed: &residual.assumed_kw, day: &clock.day },
        ones: vec![1.0; residual.at.len()],
        known: if residual.declared_kw.is_empty() {
            residual.metered_kw.clone()
        } else {
            residual
                .metered_kw
                .iter()
                .zip(&residual.declared_kw)
                .map(|(metered, declared)| metered + declared)
                .collect()
        },
    };
    let mut shapes: Vec<Shape> = Vec::new();
    let mut fit = bench.fit(&shapes)?;
    let least_kw = Clock::least_part_kw(residual.mean_metered_kw());
    let window_kw = CERTAIN_OF_PROFILES * residual.profiled_hour_kw;
    while shapes.len() < MOST_PARTS {
        let without = bench.without_parts(&fit, &shapes);
        let Some(shape) = find_shape(&fit.off, &without, &residual.metered_kw, &clock, least_kw) else { break };
        shapes.push(shape);
        let place = FIXED + shapes.len() - 1;
        // Customers with registers may use their energy at hours of their own.
        let is_window = shapes[shapes.len() - 1].pattern == TapHours::Night;
        let least_kw = if is_window { least_kw.max(window_kw) } else { least_kw };
        let certain = bench
            .fit(&shapes)
            .filter(|fit| fit.coefficients[place] > least_kw.max(CERTAIN * fit.error_of(&only(place))));
        let Some(better) = certain else {
            shapes.pop();
            break;
        };
        fit = better;
        if is_window && let Some(by_sun) = bench.by_the_sun(&mut shapes, &fit, &clock, locality.position) {
            fit = by_sun;
        }
    }
    Some(Decomposition {
        line_loss_in_all: fit.coefficients[2] + residual.line_loss_share,
        ..told(&fit, &shapes, &clock)
    })
}

/// A residual with what every fit of it needs.
struct Bench<'a> {
    residual: &'a Residual,
    line_loss: LineLoss,
    rows: Rows<'a>,
    ones: Vec<f64>,
    /// Metered and declared load, kW.
    known: Vec<f64>,
}

impl Bench<'_> {
    /// Fits level, losses and parts; the true load, whose square is lost in lines, holds what the
    /// fit before has found.
    fn fit(&self, shapes: &[Shape]) -> Option<Fit> {
        let mean_kw = self.residual.mean_metered_kw().abs().max(1e-3);
        let mut hidden = vec![0.0; self.known.len()];
        let mut found = None;
        for _ in 0..LOAD_ROUNDS {
            let squares: Vec<f64> = self.known.iter().zip(&hidden).map(|(m, h)| (m + h) * (m + h) / mean_kw).collect();
            let fit = self.fit_within_bounds(&squares, shapes)?;
            for (index, hidden) in hidden.iter_mut().enumerate() {
                let parts: f64 =
                    shapes.iter().enumerate().map(|(j, shape)| fit.coefficients[FIXED + j] * shape.runs[index]).sum();
                *hidden = (fit.coefficients[0] + parts).max(0.0);
            }
            found = Some(fit);
            if hidden.iter().all(|hidden| *hidden < LITTLE_HIDDEN * mean_kw) {
                break;
            }
        }
        found
    }

    /// Lets the last window follow the sun instead of the clock, where that leaves less; `None`
    /// where it does not.
    fn by_the_sun(&self, shapes: &mut Vec<Shape>, fit: &Fit, clock: &Clock, position: Position) -> Option<Fit> {
        let window = shapes.pop()?;
        let runs_on = |hour: usize| window.since.is_none_or(|since| clock.day[hour] >= since);
        let dark = |(hour, at)| if runs_on(hour) { position.dark_share(at) } else { 0.0 };
        let runs = self.residual.at.iter().copied().enumerate().map(dark).collect();
        shapes.push(Shape { runs, pattern: TapHours::Dark, since: window.since });
        let by_sun = self.fit(shapes).filter(|by_sun| by_sun.scale < BY_THE_SUN * fit.scale);
        if by_sun.is_none() {
            shapes.pop();
            shapes.push(window);
        }
        by_sun
    }

    /// The residual less the parts that were found: level and losses are still in it.
    fn without_parts(&self, fit: &Fit, shapes: &[Shape]) -> Vec<f64> {
        let parts = |index: usize| {
            shapes.iter().enumerate().map(|(j, shape)| fit.coefficients[FIXED + j] * shape.runs[index]).sum::<f64>()
        };
        self.rows.y.iter().enumerate().map(|(index, y)| y - parts(index)).collect()
    }

    /// Fits with meter gains alone in proportion to the load. Where that is far from enough,
    /// customers that nobody reads are allowed for, if much is gained.
    fn fit_within_bounds(&self, squares: &[f64], shapes: &[Shape]) -> Option<Fit> {
        let gains = self.fit_proportional(squares, shapes, PROPORTIONAL_SIGMA)?;
        if gains.coefficients[1] < PULLED * PROPORTIONAL_SIGMA && gains.scale < ROUGH * self.residual.mean_metered_kw()
        {
            return Some(gains);
        }
        let unread = self.fit_proportional(squares, shapes, UNREAD_SIGMA);
        let better = unread.filter(|unread| unread.coefficients[1] > 0.0 && unread.scale < MUCH_BETTER * gains.scale);
        Some(better.unwrap_or(gains))
    }

    /// A line loss out of its bounds is set to the bound, and everything else fitted again.
    fn fit_proportional(&self, squares: &[f64], shapes: &[Shape], sigma: f64) -> Option<Fit> {
        let mut columns: Vec<&[f64]> = vec![&self.ones, &self.residual.metered_kw, squares];
        columns.extend(shapes.iter().map(|shape| shape.runs.as_slice()));
        let mut priors = vec![Prior::Free, Prior::Normal(sigma), Prior::Normal(self.line_loss.sigma)];
        priors.resize(columns.len(), Prior::Free);
        if !self.residual.declared_kw.is_empty() {
            columns.push(&self.residual.declared_kw);
            priors.push(Prior::Normal(DECLARED_SIGMA));
        }
        let without = |share: f64| -> Vec<f64> {
            self.rows.y.iter().zip(squares).map(|(y, square)| y - share * square).collect()
        };
        let mut free = robust_fit(&columns, &Rows { y: &without(self.line_loss.share), ..self.rows }, &priors)?;
        free.coefficients[2] += self.line_loss.share;
        let configured = self.residual.line_loss_share;
        let bound = free.coefficients[2].clamp(-configured, MOST_LINE_LOSS.max(configured) - configured);
        if bound == free.coefficients[2] {
            return Some(free);
        }
        priors[2] = Prior::Normal(1e-6);
        let mut fit = robust_fit(&columns, &Rows { y: &without(bound), ..self.rows }, &priors)?;
        fit.coefficients[2] += bound;
        Some(fit)
    }
}

/// Weights that pick one coefficient.
fn only(place: usize) -> [f64; MOST_COLUMNS] {
    let mut weights = [0.0; MOST_COLUMNS];
    weights[place] = 1.0;
    weights
}

fn told(fit: &Fit, shapes: &[Shape], clock: &Clock) -> Decomposition {
    let kw = |j: usize| fit.coefficients[FIXED + j];
    let sum_at = |hour: usize| shapes.iter().enumerate().map(|(j, shape)| kw(j) * shape.runs[hour]).sum::<f64>();
    let hours = fit.off.len();
    let part = |(j, shape): (usize, &Shape)| Part {
        kw: kw(j),
        pattern: shape.pattern,
        since: shape.since.map(|day| clock.days[day]),
    };
    let steady_at = |hour: usize| {
        let steady = shapes.iter().enumerate().filter(|(_, shape)| shape.pattern == TapHours::Constant);
        steady.map(|(j, shape)| kw(j) * shape.runs[hour]).sum::<f64>()
    };
    let highest_kw = (0..hours).map(steady_at).fold(0.0, f64::max);
    let alone = weights_of_parts(fit, shapes, |hour| steady_at(hour) > SAME_LOAD * highest_kw);
    let mut beside_level = weights_of_parts(fit, shapes, |_| true);
    let power = |weights: &[f64; MOST_COLUMNS]| {
        weights.iter().zip(&fit.coefficients).map(|(weight, kw)| weight * kw).sum::<f64>().max(0.0)
    };
    let (parts_kw, parts_beside_level_kw) = (power(&alone), power(&beside_level));
    beside_level[0] = 1.0;
    Decomposition {
        level_kw: fit.coefficients[0],
        level_se_kw: fit.error_of(&only(0)),
        parts: shapes.iter().enumerate().map(part).collect(),
        parts_kw,
        parts_beside_level_kw,
        parts_highest_kw: (0..hours).map(sum_at).fold(0.0, f64::max),
        parts_se_kw: fit.error_of(&alone),
        total_se_kw: fit.error_of(&beside_level),
        parts_mean_kw: (0..hours).map(sum_at).sum::<f64>() / hours as f64,
        proportional: fit.coefficients[1],
        line_loss: fit.coefficients[2],
        line_loss_in_all: fit.coefficients[2],
        noise_kw: fit.scale,
        beside_kw: fit.off.iter().enumerate().map(|(hour, off)| off + fit.coefficients[0] + sum_at(hour)).collect(),
    }
}

/// What each part counts for in the power of all while they run: a load that starts or stops with
/// its share of the hours that `runs` names, for a load that grows by steps is their mean; windows
/// with their height at the hour at which most of them run.
fn weights_of_parts(fit: &Fit, shapes: &[Shape], runs: impl Fn(usize) -> bool) -> [f64; MOST_COLUMNS] {
    let is_window = |shape: &Shape| shape.pattern != TapHours::Constant;
    let windows_at = |hour: usize| {
        let at = |(j, shape): (usize, &Shape)| fit.coefficients[FIXED + j] * shape.runs[hour];
        shapes.iter().enumerate().filter(|(_, shape)| is_window(shape)).map(at).sum::<f64>()
    };
    let hours = fit.off.len();
    let highest = (0..hours).max_by(|&a, &b| windows_at(a).total_cmp(&windows_at(b)).then(b.cmp(&a))).unwrap_or(0);
    let running: Vec<usize> = (0..hours).filter(|&hour| runs(hour)).collect();
    let mut weights = [0.0; MOST_COLUMNS];
    for (j, shape) in shapes.iter().enumerate() {
        weights[FIXED + j] = if is_window(shape) {
            shape.runs[highest]
        } else {
            running.iter().map(|&hour| shape.runs[hour]).sum::<f64>() / running.len().max(1) as f64
        };
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::domain::{Calendar, CivilDay};

    /// Sixty days of a transformer with 20 kW of homes, an evening peak, line losses of 4 % and
    /// `tap(hour since start)` beside them.
    fn node(tap: impl Fn(usize) -> f64) -> Residual {
        let mut residual = Residual { coverage: 1.0, ..Residual::default() };
        for hour in 0..24 * 60 {
            let metered =
                20.0 + if (17..22).contains(&(hour % 24)) { 15.0 } else { 0.0 } + ((hour * 7919) % 13) as f64 / 3.0;
            let noise = ((hour * 104_729) % 17) as f64 / 40.0 - 0.2;
            residual.at.push(Timestamp(hour as i64 * 3600));
            residual.metered_kw.push(metered);
            residual.assumed_kw.push(0.0);
            residual.residual_kw.push(0.04 * (metered + tap(hour)).powi(2) / 25.0 + tap(hour) + noise);
        }
        residual
    }

    const ASTANA: Position = Position { latitude: 51.17, longitude: 71.43 };

    fn taken_apart(residual: &Residual) -> Option<Decomposition> {
        let calendar = Calendar::new(None).unwrap();
        decompose(residual, &Locality { calendar: &calendar, position: ASTANA }, LineLoss::UNKNOWN)
    }

    fn split(tap: impl Fn(usize) -> f64) -> Decomposition {
        taken_apart(&node(tap)).unwrap()
    }

    #[test]
    fn declared_lighting_is_no_tap_even_when_a_fifth_of_the_lamps_is_out() {
        let lamps = |hour: usize| 8.0 * ASTANA.dark_share(Timestamp(hour as i64 * 3600));
        let mut residual = node(|hour| 0.8 * lamps(hour));
        residual.declared_kw = (0..residual.at.len()).map(lamps).collect();
        residual.residual_kw.iter_mut().zip(&residual.declared_kw).for_each(|(kw, declared)| *kw -= declared);
        let found = taken_apart(&residual).unwrap();
        assert!(found.parts.is_empty() && found.level_kw.abs() < 0.3, "{:?}", (found.level_kw, found.parts));
    }

    #[test]
    fn a_tap_beside_declared_lighting_is_still_found() {
        let lamps = |hour: usize| 3.0 * ASTANA.dark_share(Timestamp(hour as i64 * 3600));
        let mut residual = node(|hour| lamps(hour) + 9.0);
        residual.declared_kw = (0..residual.at.len()).map(lamps).collect();
        residual.residual_kw.iter_mut().zip(&residual.declared_kw).for_each(|(kw, declared)| *kw -= declared);
        let found = taken_apart(&residual).unwrap();
        assert!((found.level_kw - 9.0).abs() < 0.5, "{:?}", (found.level_kw, found.parts));
    }

    #[test]
    fn lamps_that_nobody_declared_are_told_from_a_night_tap_by_the_sun() {
        let lamps = split(|hour| 8.0 * ASTANA.dark_share(Timestamp(hour as i64 * 3600)));
        let patterns = |found: &Decomposition| found.parts.iter().map(|part| part.pattern).collect::<Vec<_>>();
        assert_eq!(patterns(&lamps), [TapHours::Dark], "{:?}", lamps.parts);
        let tap = split(|hour| if (2..14).contains(&(hour % 24)) { 0.0 } else { 8.0 });
        assert_eq!(patterns(&tap), [TapHours::Night], "{:?}", tap.parts);
    }

    #[test]
    fn a_healthy_node_has_no_level_and_no_part() {
        let found = split(|_| 0.0);
        assert!(found.level_kw.abs() < 0.3 && found.parts.is_empty(), "{:?}", (found.level_kw, found.parts));
        assert!((found.line_loss - 0.04).abs() < 0.02, "{}", found.line_loss);
    }

    #[test]
    fn a_tap_is_measured_in_kw() {
        let found = split(|_| 12.0);
        assert!((found.level_kw - 12.0).abs() < 0.5 && found.parts.is_empty(), "{:?}", (found.level_kw, found.parts));
    }

    #[test]
    fn a_tap_that_starts_is_dated_and_measured_while_it_runs() {
        let found = split(|hour| if hour >= 24 * 40 { 9.0 } else { 0.0 });
        assert!(
            (found.parts_kw - 9.0).abs() < 0.3 && found.level_kw.abs() < 0.3,
            "{:?}",
            (found.level_kw, found.parts_kw)
        );
        assert_eq!(found.parts[0].since, Some(CivilDay(40)));
    }

    #[test]
    fn a_tap_that_grows_by_steps_is_measured_by_its_mean_while_it_runs() {
        // 8 kW for 20 days, 12 kW for 15 more: 340 kW days in 35 days of 60.
        let found = split(|hour| 8.0 * f64::from(u8::from(hour >= 600)) + 4.0 * f64::from(u8::from(hour >= 1080)));
        assert!((found.parts_kw - 9.71).abs() < 0.4 && found.parts.len() == 2, "{:?}", (found.parts_kw, found.parts));
        assert!((found.parts_beside_level_kw - 5.67).abs() < 0.4, "{}", found.parts_beside_level_kw);
        assert!((found.parts_highest_kw - 12.0).abs() < 0.4, "{}", found.parts_highest_kw);
    }

    #[test]
    fn a_tap_that_stops_ran_from_the_start() {
        let found = split(|hour| if hour < 24 * 20 { 7.0 } else { 0.0 });
        assert!((found.parts_kw - 7.0).abs() < 0.3, "{}", found.parts_kw);
        assert_eq!((found.parts.len(), found.parts[0].since), (1, None));
    }

    #[test]
    fn a_night_tap_is_measured_at_night() {
        let found = split(|hour| if hour % 24 < 7 || hour % 24 == 23 { 8.0 } else { 0.0 });
        assert_eq!(found.parts.iter().map(|part| part.pattern).collect::<Vec<_>>(), [TapHours::Night]);
        assert!((found.parts_kw - 8.0).abs() < 0.5, "{}", found.parts_kw);
        assert!((found.parts_mean_kw - 8.0 / 3.0).abs() < 0.3, "{}", found.parts_mean_kw);
    }

    #[test]
    fn a_night_tap_of_the_last_week_only_is_found_among_two_months() {
        let found = split(|hour| if hour >= 24 * 52 && hour % 24 < 8 { 10.0 } else { 0.0 });
        assert!((found.parts_kw - 10.0).abs() < 0.5, "{:?}", found.parts);
        assert_eq!((found.parts[0].pattern, found.parts[0].since), (TapHours::Night, Some(CivilDay(52))));
    }

    #[test]
    fn customers_that_nobody_reads_are_no_tap() {
        let mut residual = node(|_| 0.0);
        for index in 0..residual.at.len() {
            // Homes rest at night: only where the load varies widely can a share of it be told from
            // a level.
            let metered = residual.metered_kw[index] * if index % 24 < 7 { 0.3 } else { 1.0 };
            residual.residual_kw[index] +=
                0.3 * metered - 0.04 * (residual.metered_kw[index].powi(2) - metered.powi(2)) / 25.0;
            residual.metered_kw[index] = metered;
        }
        let found = taken_apart(&residual).unwrap();
        assert!(found.level_kw.abs() < 0.5 && found.proportional > 0.25, "{found:?}");
    }

    #[test]
    fn a_few_days_carry_no_judgement() {
        let mut short = node(|_| 5.0);
        short.at.truncate(100);
        assert_eq!(taken_apart(&short), None);
    }
}
