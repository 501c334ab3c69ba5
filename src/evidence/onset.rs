//! Onset: did the level rise at one date and stay up, by the same kW at every hour?
//!
//! H0: one level with the day-to-day noise of its kind.  H1: from an unknown day on, a constant
//! load is added (or, before it, was removed). A rise that others of its class or feeder share
//! within a fortnight is a season's (`population::rises`): only the share of it that is not theirs
//! counts. A rise that ends where peers are is a return from absence: what stands above the peers
//! after it is asked for as well.
//! Statistic: ln of the shift of the median daily floor in kW; the shift over the robust day-to-day
//! noise within both regimes; and how evenly the shift is carried by floor, mean and top of the day
//! (a farm lifts all three by the same kW, a new heater or tenant does not). Rise and sharpness of
//! the daily mean likewise.
//! Null: the same maxima in the un-injected population, so season starts and many looks are in it.
//! Assumes: at least two weeks of days. Weak when: a seasonal load of its own kind starts in the
//! window; see `weather`.
//! Source: Hawkins (1977) for the split (`domain::best_split`).

use crate::digest::{Day, UsageProfile};
use crate::domain::{Fact, mad_sigma};

use super::said;
use super::subject::{Subject, ln_kw};
use super::test::{EvidenceTest, Statistic};

/// Days that the test needs.
const MIN_DAYS: usize = 14;
/// A smaller shift is not told, nor asked how evenly it is carried, kW.
const LEAST_SHIFT_KW: f64 = 0.3;
/// A smaller shift is not asked how evenly it is carried, as a share of the mean.
const LEAST_SHIFT_SHARE: f64 = 0.1;
/// A rise of which less than this share is the usage point's own is a season's.
pub(super) const SHARED: f64 = 0.5;
/// Noise below this is not told apart, kW. Nor is what a display rounds off.
const LEAST_NOISE_KW: f64 = 0.01;

pub(super) const TEST: EvidenceTest = EvidenceTest {
    family: "onset",
    question: "Did the level rise at one date and stay up?",
    statistic: "Logarithm of the lasting shift of the median daily floor in kW at its best split; the shift over the \
                day-to-day noise within both regimes; how evenly floor, mean and top of the day carry it; and rise and \
                sharpness of the daily mean.",
    null: "The same maxima of all usage points of the dump before anything is planted, so that season starts and the \
           many days that are tried are in it.",
    source: "Hawkins (1977) for the split into two regimes.",
    needs: said::needs_two_weeks,
    statistics: &[
        Statistic {
            name: "onset_ln_shift_kw",
            meaning: "logarithm of the lasting shift of the daily level in kW between the two regimes",
            measure: |s| Some(ln_kw(own_shift_kw(s)?)),
        },
        Statistic {
            name: "onset_ln_sharpness",
            meaning: "logarithm of the shift over the day-to-day noise within the regimes",
            measure: |s| Some((own_shift_kw(s)?.max(LEAST_NOISE_KW) / noise_kw(s)?).ln()),
        },
        Statistic {
            name: "onset_evenness",
            meaning: "minus the disagreement between the shifts of floor, mean and top of the day, as a share of \
                      the shift",
            measure: evenness,
        },
        Statistic {
            name: "onset_ln_mean_rise_kw",
            meaning: "logarithm of the lasting rise of the daily mean in kW at its best split: a load that runs in \
                      a window leaves the floor alone",
            measure: |s| Some(ln_kw(own_mean_rise_kw(s)?)),
        },
        Statistic {
            name: "onset_ln_mean_sharpness",
            meaning: "logarithm of that rise over the day-to-day noise of the mean within its two regimes",
            measure: |s| Some((own_mean_rise_kw(s)?.max(LEAST_NOISE_KW) / mean_noise_kw(s)?).ln()),
        },
        Statistic {
            name: "onset_ln_floor_above_peers_kw",
            meaning: "logarithm of the part of the shift of the daily level that leads above the peers' floor, in \
                      kW: a home that is used again ends where homes are",
            measure: |s| Some(ln_kw(own_shift_kw(s)?.min(s.profile.regimes.upper_kw() - s.peers?.ln_floor_kw?.exp()))),
        },
        Statistic {
            name: "onset_ln_mean_above_peers_kw",
            meaning: "logarithm of the part of the rise of the daily mean that leads above the peers' mean, in kW",
            measure: |s| {
                Some(ln_kw(own_mean_rise_kw(s)?.min(s.profile.mean_regimes.after_kw - s.peers?.ln_mean_kw?.exp())))
            },
        },
    ],
    finding,
};

fn sides<'a>(s: &'a Subject) -> Option<(&'a [Day], &'a [Day])> {
    let place = s.profile.regimes.place;
    (place > 0 && s.profile.days.len() >= MIN_DAYS).then(|| s.profile.days.split_at(place))
}

fn shift_kw(s: &Subject) -> Option<f64> {
    sides(s)?;
    Some((s.profile.regimes.after_kw - s.profile.regimes.before_kw).abs())
}

/// The shift, but for what its crowds do in the same fortnight: they do not fall together, so a
/// fall is its own.
fn own_shift_kw(s: &Subject) -> Option<f64> {
    Some(shift_kw(s)? * if s.profile.regimes.after_kw > s.profile.regimes.before_kw { s.alone.floor } else { 1.0 })
}

fn own_mean_rise_kw(s: &Subject) -> Option<f64> {
    mean_rise_kw(s).map(|rise| rise * s.alone.mean)
}

/// Robust spread of the daily levels around the median of their own regime, kW.
fn noise_kw(s: &Subject) -> Option<f64> {
    let (before, after) = sides(s)?;
    let regimes = &s.profile.regimes;
    let residuals: Vec<f64> = before
        .iter()
        .map(|day| day.level_kw() - regimes.before_kw)
        .chain(after.iter().map(|day| day.level_kw() - regimes.after_kw))
        .collect();
    let rounding = if s.profile.has_hours() { s.profile.rounding.of_hour_kw() } else { 0.0 };
    Some(mad_sigma(&residuals, 0.0).max(LEAST_NOISE_KW).max(rounding))
}

fn mean_rise_kw(s: &Subject) -> Option<f64> {
    let regimes = &s.profile.mean_regimes;
    (regimes.place > 0 && s.profile.days.len() >= MIN_DAYS).then_some(regimes.after_kw - regimes.before_kw)
}

/// Robust spread of the daily means around the median of their own regime, kW.
fn mean_noise_kw(s: &Subject) -> Option<f64> {
    let regimes = &s.profile.mean_regimes;
    let (before, after) = s.profile.days.split_at_checked(regimes.place)?;
    let mean = |day: &Day| f64::from(day.summary.mean_kw);
    let residuals: Vec<f64> = before
        .iter()
        .map(|day| mean(day) - regimes.before_kw)
        .chain(after.iter().map(|day| mean(day) - regimes.after_kw))
        .collect();
    Some(mad_sigma(&residuals, 0.0).max(LEAST_NOISE_KW).max(s.profile.rounding.of_day_kw()))
}

fn evenness(s: &Subject) -> Option<f64> {
    let (before, after) = sides(s)?;
    let shift = |value: fn(&crate::digest::DaySummary) -> f32| {
        UsageProfile::typical(after, value) - UsageProfile::typical(before, value)
    };
    // Where there are hours, the level is the floor.
    let floor = s.profile.regimes.after_kw - s.profile.regimes.before_kw;
    let usual = UsageProfile::typical(&s.profile.days, |day| day.mean_kw);
    if s.alone.floor < SHARED || !s.profile.has_hours() || floor.abs() < LEAST_SHIFT_KW.max(LEAST_SHIFT_SHARE * usual) {
        return None;
    }
    let (mean, top) = (shift(|d| d.mean_kw), shift(|d| d.top_kw));
    Some(-((mean - floor).abs() + (top - floor).abs()) / (2.0 * floor.abs())).filter(|value| value.is_finite())
}

fn finding(s: &Subject) -> Fact {
    let Some((_, after)) = sides(s) else { return said::onset_few_days() };
    let (shift_kw, regimes) = (s.profile.regimes.after_kw - s.profile.regimes.before_kw, &s.profile.regimes);
    let noise_kw = noise_kw(s).unwrap_or(LEAST_NOISE_KW);
    if shift_kw.abs() < LEAST_SHIFT_KW {
        let none = || said::onset_none(noise_kw);
        return mean_rise(s).map_or_else(none, |rise| with_season(rise, s.alone.mean));
    }
    let level = said::onset_level(regimes.before_kw, regimes.after_kw, after[0].day, shift_kw.abs() / noise_kw);
    if shift_kw > 0.0 { with_season(level, s.alone.floor) } else { level }
}

/// A rise, and how many of those like it come with a season where others share it.
fn with_season(rise: Fact, alone: f64) -> Fact {
    if alone >= SHARED { rise } else { said::onset_shared(rise, 100.0 * (1.0 - alone)) }
}

/// The rise of the daily mean, where the floor does not move: a load that runs in a window.
fn mean_rise(s: &Subject) -> Option<Fact> {
    let (rise_kw, noise_kw, regimes) = (mean_rise_kw(s)?, mean_noise_kw(s)?, &s.profile.mean_regimes);
    let day = s.profile.days.get(regimes.place)?.day;
    (rise_kw >= LEAST_SHIFT_KW).then(|| said::onset_mean(regimes.before_kw, regimes.after_kw, day, rise_kw / noise_kw))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Timestamp};
    use crate::evidence::{Alone, DayWeather};
    use crate::population::{CustomerFacts, PeerBaseline};
    use crate::series::LoadSeries;

    /// A statistic of a load that rises from `before` to `after` kW on the 30th of 60 days, where
    /// `alone` of it is its own.
    fn statistic(name: &str, before: f32, after: f32, alone: f64) -> f64 {
        let kw = (0..60 * 24)
            .map(|hour| if hour < 30 * 24 { before } else { after } + ((hour * 7919) % 11) as f32 / 200.0)
            .collect();
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw };
        let profile = UsageProfile::of(&series, &Calendar::new(None).unwrap());
        let peers = PeerBaseline { members: 100, ln_mean_kw: Some(0.5_f64.ln()), ln_floor_kw: Some(0.2_f64.ln()) };
        let (facts, weather) = (CustomerFacts::of(None), DayWeather::default());
        let subject = Subject::new(&profile, Some(&peers), &facts, &weather).among(Alone { floor: alone, mean: alone });
        let statistic = TEST.statistics.iter().find(|statistic| statistic.name == name).unwrap();
        (statistic.measure)(&subject).unwrap_or(f64::NAN)
    }

    #[test]
    fn a_rise_that_others_share_says_little_and_a_lone_one_all_it_did() {
        for name in ["onset_ln_shift_kw", "onset_ln_sharpness", "onset_ln_mean_rise_kw", "onset_ln_mean_sharpness"] {
            assert!(statistic(name, 1.0, 6.0, 1.0) - statistic(name, 1.0, 6.0, 0.05) > 2.9, "{name}");
        }
        assert!(
            statistic("onset_evenness", 1.0, 6.0, 1.0) > -0.2 && statistic("onset_evenness", 1.0, 6.0, 0.05).is_nan()
        );
    }

    #[test]
    fn a_home_that_is_used_again_does_not_rise_above_its_peers_and_a_farm_in_it_does() {
        for name in ["onset_ln_floor_above_peers_kw", "onset_ln_mean_above_peers_kw"] {
            assert!(statistic(name, 0.01, 0.25, 1.0) < -2.5, "{name}: {}", statistic(name, 0.01, 0.25, 1.0));
            assert!(statistic(name, 0.01, 3.3, 1.0) > 1.0, "{name}");
        }
    }
}
