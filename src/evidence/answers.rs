//! How a load answers events: outages, and hours without internet.
//!
//! *After an outage* mining units start again by themselves and draw what they drew within the
//! hour; thermostats have fallen behind and draw more for an hour or two (cold-load pick-up).
//! Statistic: median over outages of the load in the two hours after the first beside that of the
//! three hours before (level), and beside that of the fourth to the sixth hour after (rebound).
//! *Without internet* units idle or stop. Statistic: median of the load inside beside that of the
//! three hours before and after. Only spells in which the meter itself shows what its node is said
//! to have had count as outages. Weak when: hours differ anyway; so answers are told beside a
//! finding and add nothing to its odds. Source: Dagestan's load fell by 3.2 MW when two villages
//! lost the internet (published); starting and rebound are background knowledge of the field.

use crate::domain::{EventKind, Timestamp, median};
use crate::series::LoadSeries;

/// Hours beside an event.
const BESIDE_H: i64 = 3;
/// Within an outage a load stays below this share of what it was.
const DARK: f64 = 0.15;
/// The least load that says anything, kW.
const LEAST_KW: f64 = 0.2;
/// Events without which nothing is said.
pub(crate) const LEAST_EVENTS: usize = 2;

/// A spell of time of one kind.
pub(crate) type Spell = (EventKind, Timestamp, Timestamp);

/// What a load answered.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Answers {
    /// Outages that the meter shows.
    pub(crate) outages: usize,
    /// Load after them as a share of that before, and of that later.
    pub(crate) level: f64,
    pub(crate) rebound: f64,
    /// Spells without internet.
    pub(crate) internet: usize,
    /// Load inside as a share of that beside.
    pub(crate) inside: f64,
}

impl Answers {
    /// The answers of a series to spells at its node; `None` with too few of them.
    pub(crate) fn of(series: &LoadSeries, spells: &[Spell]) -> Option<Self> {
        let hour = 3600;
        let (mut level, mut rebound, mut inside) = (Vec::new(), Vec::new(), Vec::new());
        for &(kind, start, end) in spells {
            let mean = |from: i64, to: i64| mean_kw(series, from, to);
            let before = mean(start.0 - BESIDE_H * hour, start.0);
            match kind {
                EventKind::Outage | EventKind::ShutOff => {
                    // The first and the last interval may be half dark.
                    let step = i64::from(series.step_min) * 60;
                    let (dark, from) = (mean(start.0 + step, end.0 - step), end.0 + hour);
                    let told = (before.filter(|kw| *kw >= LEAST_KW)).zip(mean(from, from + 2 * hour)).zip(dark);
                    let Some(((before, after), dark)) = told else { continue };
                    if dark > DARK * before {
                        continue;
                    }
                    level.push(after / before);
                    rebound.extend(mean(from + 3 * hour, from + 6 * hour).filter(|kw| *kw > 0.0).map(|kw| after / kw));
                }
                EventKind::InternetOutage => {
                    let beside = before.zip(mean(end.0 + hour, end.0 + (1 + BESIDE_H) * hour));
                    let beside = beside.map(|(before, after)| 0.5 * (before + after)).filter(|kw| *kw >= LEAST_KW);
                    inside.extend(beside.zip(mean(start.0, end.0)).map(|(beside, inside)| inside / beside));
                }
                EventKind::Price => {}
            }
        }
        let answers = Self {
            outages: level.len(),
            level: median(&level),
            rebound: median(&rebound),
            internet: inside.len(),
            inside: median(&inside),
        };
        (answers.outages >= LEAST_EVENTS || answers.internet >= LEAST_EVENTS).then_some(answers)
    }
}

/// Mean power of the intervals that lie within a time, kW; `None` without one.
fn mean_kw(series: &LoadSeries, from: i64, to: i64) -> Option<f64> {
    let step = i64::from(series.step_min) * 60;
    let first = (from - series.start.0).div_euclid(step) + i64::from((from - series.start.0).rem_euclid(step) > 0);
    let end = (to - series.start.0).div_euclid(step);
    let range = usize::try_from(first).ok()?..usize::try_from(end).ok()?.min(series.kw.len());
    let values = series.kw.get(range)?.iter().filter(|kw| !kw.is_nan());
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), kw| (sum + f64::from(*kw), count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    /// Thirty days of 4 kW with an outage from 10 to 13 on every tenth day, after which `more` kW
    /// are drawn for two hours.
    fn series(more: f32) -> (LoadSeries, Vec<Spell>) {
        let is_after = |hour: usize| (hour / 24).is_multiple_of(10) && (13..16).contains(&(hour % 24));
        let is_dark = |hour: usize| (hour / 24).is_multiple_of(10) && (10..13).contains(&(hour % 24));
        let kw =
            (0..30 * 24).map(|hour| if is_dark(hour) { 0.0 } else { 4.0 + if is_after(hour) { more } else { 0.0 } });
        let spell =
            |day: i64| (EventKind::Outage, Timestamp((24 * day + 10) * HOUR), Timestamp((24 * day + 13) * HOUR));
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw: kw.collect() };
        (series, vec![spell(0), spell(10), spell(20)])
    }

    #[test]
    fn units_come_back_to_their_level_and_thermostats_rebound() {
        let (units, spells) = series(0.0);
        let answers = Answers::of(&units, &spells).unwrap();
        assert_eq!((answers.outages, answers.level, answers.rebound), (3, 1.0, 1.0));
        let (heating, spells) = series(4.0);
        assert!(Answers::of(&heating, &spells).unwrap().rebound > 1.8);
    }

    #[test]
    fn outages_that_the_meter_does_not_show_and_single_ones_say_nothing() {
        let (units, spells) = series(0.0);
        assert_eq!(Answers::of(&units, &spells[..1]), None);
        let elsewhere: Vec<Spell> = spells
            .iter()
            .map(|&(kind, start, end)| (kind, Timestamp(start.0 + 5 * HOUR), Timestamp(end.0 + 5 * HOUR)))
            .collect();
        assert_eq!(Answers::of(&units, &elsewhere), None);
    }

    #[test]
    fn a_load_that_falls_without_internet_is_seen() {
        let (mut units, spells) = series(0.0);
        let net: Vec<Spell> = spells
            .iter()
            .map(|&(_, start, end)| {
                (EventKind::InternetOutage, Timestamp(start.0 + 8 * HOUR), Timestamp(end.0 + 8 * HOUR))
            })
            .collect();
        for &(_, start, end) in &net {
            (start.0 / HOUR..end.0 / HOUR).for_each(|hour| units.kw[hour as usize] = 0.8);
        }
        let answers = Answers::of(&units, &net).unwrap();
        assert_eq!(answers.internet, 3);
        assert!((answers.inside - 0.2).abs() < 1e-6);
    }
}
