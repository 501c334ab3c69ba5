//! The daily window in which a load stands out most: where the lowest lows inside are farthest
//! above the highest highs outside.
//!
//! Windows may pass midnight. Low and high are the 20 % and 80 % quantiles of an hour over the days
//! of half a month, so that one day off does not hide a window.
//! Source: matched filtering with a rectangle, in its robust form.

use crate::digest::{HOURS, HourBand, UsageProfile};

/// Shortest window, hours: a shorter one is an appliance.
const SHORTEST: usize = 4;
/// Longest window, hours: a longer one is a load that pauses.
const LONGEST: usize = 21;

/// A daily window that stands out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// First hour.
    pub(super) start: usize,
    /// Length in hours.
    pub(super) hours: usize,
    /// Lowest low inside minus highest high outside, kW; negative when nothing stands out.
    pub(super) contrast_kw: f64,
    /// Typical level inside, kW.
    pub(super) level_kw: f64,
    /// Typical high − low of an inner hour over the level inside.
    pub(super) spread_share: f64,
}

/// The window with the largest contrast over all halves of months. What the display rounds off
/// hides how the level varies. Halves with fewer than `least_days` days are left out.
pub(super) fn best_window(profile: &UsageProfile, least_days: usize) -> Option<Window> {
    let best =
        profile.halves(least_days).filter_map(window_of).max_by(|a, b| a.contrast_kw.total_cmp(&b.contrast_kw))?;
    let rounding_kw = profile.rounding.of_hour_kw();
    Some(Window { spread_share: best.spread_share.max(rounding_kw / best.level_kw.max(0.01)), ..best })
}

/// Of all windows the longest whose contrast is at least nine tenths of the best: shorter ones
/// inside it always stand out a little more.
fn window_of(band: &HourBand) -> Option<Window> {
    if band.low_kw.iter().any(|kw| kw.is_nan()) {
        return None;
    }
    let contrast = contrasts(band);
    let best = contrast[SHORTEST..].iter().flatten().copied().fold(f32::NEG_INFINITY, f32::max);
    let enough = best - 0.1 * best.abs();
    let (hours, start) = (SHORTEST..=LONGEST)
        .rev()
        .find_map(|hours| Some((hours, contrast[hours].iter().rposition(|&kw| kw >= enough)?)))?;
    let contrast = contrast[hours][start];
    let inside = |index: usize| (start + index) % HOURS;
    let spread: f32 = (0..hours).map(|i| band.high_kw[inside(i)] - band.low_kw[inside(i)]).sum();
    let level: f32 = (0..hours).map(|i| band.mid_kw[inside(i)]).sum();
    Some(Window {
        start,
        hours,
        contrast_kw: f64::from(contrast),
        level_kw: f64::from(level / hours as f32),
        spread_share: f64::from(spread / level.max(0.01)),
    })
}

/// Contrast of every window by its length and first hour: lowest low inside minus highest high
/// outside. The hours on its two edges may be a part of both and are left out of the outside.
/// Windows of one length are done side by side.
fn contrasts(band: &HourBand) -> [[f32; HOURS]; LONGEST + 1] {
    let twice = |hours: &[f32; HOURS]| -> [f32; 2 * HOURS] { std::array::from_fn(|hour| hours[hour % HOURS]) };
    let (low, high) = (twice(&band.low_kw), twice(&band.high_kw));
    let mut contrast = [[f32::NEG_INFINITY; HOURS]; LONGEST + 1];
    let mut outside = [f32::NEG_INFINITY; HOURS];
    for hours in (SHORTEST..=LONGEST).rev() {
        for start in 0..HOURS {
            outside[start] = outside[start].max(high[start + hours + 1]);
        }
        contrast[hours] = outside;
    }
    let mut inside = [f32::INFINITY; HOURS];
    for hours in 1..=LONGEST {
        for start in 0..HOURS {
            inside[start] = inside[start].min(low[start + hours - 1]);
            contrast[hours][start] = inside[start] - contrast[hours][start];
        }
    }
    contrast
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_load_is_found_across_midnight() {
        let level: [f32; HOURS] = std::array::from_fn(|hour| if hour == 23 || hour < 7 { 10.0 } else { 0.5 });
        let window = window_of(&HourBand { days: 15, low_kw: level, mid_kw: level, high_kw: level }).unwrap();
        assert!((window.contrast_kw - 9.5).abs() < 1e-6);
        let hours: Vec<usize> = (0..window.hours).map(|i| (window.start + i) % HOURS).collect();
        assert!(hours.contains(&0) && hours.contains(&6));
    }

    #[test]
    fn an_even_day_has_no_window() {
        let level = [2.0; HOURS];
        assert!(
            window_of(&HourBand { days: 15, low_kw: level, mid_kw: level, high_kw: level }).unwrap().contrast_kw.abs()
                < 1e-6
        );
    }
}
