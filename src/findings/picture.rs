//! What the page draws of a listed usage point: its hours as a carpet, its days as lines, and what
//! its peers draw.
//!
//! Nothing here decides anything. Hours are kept as levels of a scale of their own, for thousands
//! of carpets must fit into one file that opens at once; days keep two more digits.

use crate::domain::CivilDay;
use crate::series::{DayFold, HOURS};

/// Level of an hour without a value; the others are 1 to `TOP_LEVEL`.
const NO_LEVEL: u8 = 0;
/// The highest level of an hour: with `NO_LEVEL` they are 64, one letter of base 64 each.
const TOP_LEVEL: u8 = 63;
/// The highest level of a day: two letters of base 64.
const TOP_DAY_LEVEL: u16 = 4095;
/// Share of hours that a scale must hold; higher ones are drawn as its end, so that one spike does
/// not make the rest invisible.
const WITHIN_SCALE: f64 = 0.998;

/// The load of one usage point over the period, for the eye.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadPicture {
    /// The first local day.
    pub first_day: CivilDay,
    /// Power of the highest level of an hour, kW.
    pub top_kw: f64,
    /// Hours of all days, 24 a day: 0 = no value, otherwise power on a scale from 0 (level 1) to
    /// `top_kw` (level 63). Empty where readings are coarser than an hour, or where the page has no
    /// room for one more carpet.
    pub hours: Vec<u8>,
    /// Power of the highest level of a day, kW.
    pub top_day_kw: f64,
    /// Mean of every day: 0 = no value, otherwise power on a scale from 0 (level 1) to `top_day_kw`
    /// (level 4095).
    pub mean: Vec<u16>,
    /// Second lowest hour of every day on the same scale; all 0 where readings are coarser than an
    /// hour.
    pub floor: Vec<u16>,
}

/// What the page draws of one listed usage point, beside its line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dossier {
    /// Its load; `None` where it was not read, or where the list is longer than the page draws.
    pub picture: Option<LoadPicture>,
    /// Usage points of its kind that it was compared with.
    pub peers: Option<u64>,
    /// Their median mean power, kW.
    pub peers_mean_kw: Option<f64>,
    /// Their median daily floor, kW.
    pub peers_floor_kw: Option<f64>,
    /// Contracted power, kW.
    pub contracted_kw: Option<f64>,
}

/// Mean outdoor temperature of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayTemperature {
    /// The local day.
    pub day: CivilDay,
    /// Mean of the day, °C.
    pub celsius: f64,
}

impl LoadPicture {
    /// Draws a folded series; `hourly` where its readings are of an hour or finer. `None` without a
    /// day.
    #[must_use]
    pub fn of(fold: &DayFold, hourly: bool) -> Option<Self> {
        let first_day = fold.first_day?;
        let valid: Vec<f64> =
            fold.hours.iter().flatten().map(|&kw| f64::from(kw)).filter(|kw| hourly && kw.is_finite()).collect();
        let top_kw = if valid.is_empty() { 0.0 } else { crate::domain::quantile(&valid, WITHIN_SCALE).max(0.0) };
        let means: Vec<f64> = fold.days.iter().map(|day| if day.valid > 0 { day.mean() } else { f64::NAN }).collect();
        let floors: Vec<f64> =
            fold.hours.iter().map(|hours| if hourly { second_lowest(hours) } else { f64::NAN }).collect();
        let top_day_kw = means.iter().chain(&floors).copied().filter(|kw| kw.is_finite()).fold(0.0, f64::max);
        let on_day = |kw: &f64| level(*kw, top_day_kw, f64::from(TOP_DAY_LEVEL)) as u16;
        Some(Self {
            first_day,
            top_kw,
            hours: if hourly {
                fold.hours
                    .iter()
                    .flatten()
                    .map(|&kw| level(f64::from(kw), top_kw, f64::from(TOP_LEVEL)) as u8)
                    .collect()
            } else {
                Vec::new()
            },
            top_day_kw,
            mean: means.iter().map(on_day).collect(),
            floor: floors.iter().map(on_day).collect(),
        })
    }
}

/// A power on a scale from 1 (nothing, or less) to `levels` (`top_kw`, or more); 0 where there is
/// none.
fn level(kw: f64, top_kw: f64, levels: f64) -> f64 {
    if !kw.is_finite() {
        return f64::from(NO_LEVEL);
    }
    if top_kw <= 0.0 { 1.0 } else { 1.0 + ((kw / top_kw).clamp(0.0, 1.0) * (levels - 1.0)).round() }
}

/// The second lowest hour, as profiles have it: one hour of outage does not hide a floor. NaN where
/// half of the day is missing.
fn second_lowest(hours: &[f32; HOURS]) -> f64 {
    let mut valid: Vec<f32> = hours.iter().copied().filter(|kw| kw.is_finite()).collect();
    valid.sort_by(f32::total_cmp);
    if valid.len() < HOURS / 2 { f64::NAN } else { f64::from(valid[1]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Timestamp};
    use crate::series::LoadSeries;

    fn picture(kw: Vec<f32>) -> LoadPicture {
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(1_740_960_000), step_min: 60, kw };
        LoadPicture::of(&DayFold::of(&series, &Calendar::new(None).unwrap()), true).unwrap()
    }

    #[test]
    fn levels_are_the_power_to_within_one_part_in_sixty_two() {
        let kw: Vec<f32> = (0..48).map(|hour| hour as f32 / 10.0).collect();
        let drawn = picture(kw.clone());
        for (level, kw) in drawn.hours.iter().zip(&kw) {
            let back = f64::from(level - 1) / 62.0 * drawn.top_kw;
            assert!((back - f64::from(*kw)).abs() <= drawn.top_kw / 62.0 + 0.01, "{back} {kw}");
        }
    }

    #[test]
    fn a_missing_hour_is_no_zero() {
        let mut kw = vec![2.0; 24];
        kw[5] = f32::NAN;
        kw[6] = 0.0;
        let drawn = picture(kw);
        assert_eq!((drawn.hours[5], drawn.hours[6]), (NO_LEVEL, 1));
    }

    #[test]
    fn one_outage_does_not_hide_the_floor_of_a_day() {
        let mut kw = vec![4.0; 24];
        kw[3] = 0.0;
        let drawn = picture(kw);
        assert_eq!(drawn.floor[0], TOP_DAY_LEVEL, "4 kW is the top of the days");
        assert!(drawn.mean[0] < TOP_DAY_LEVEL);
    }
}
