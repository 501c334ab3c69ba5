//! What kind of premises a tariff class is for: by words in its name in any language, and where its
//! name says nothing, by the loads of its members.
//!
//! Homes draw little, use most in the evening, and at weekends no less than on working days.
//! Medians of a class decide, so that farms in it do not.
//! Source: evening peak and weekend of households are what standard load profiles are told apart by
//! (BDEW H0 against G0 to G6).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::{HOURS, UsageProfile};
use crate::domain::{DayKind, median, median_of};

/// Members whose loads tell what a class is for.
const LEAST_MEMBERS: usize = 30;
/// Largest median power of a class of homes, kW.
const MOST_HOME_KW: f64 = 3.0;
/// Least median of a class of homes for the evening over the working hours.
const LEAST_EVENING: f64 = 1.1;
/// Largest median of a class of homes for working days over weekends.
const MOST_WORKING_DAY: f64 = 1.08;
/// Hours of the evening.
const EVENING: std::ops::Range<usize> = 18..23;
/// Hours of work.
const WORK: std::ops::Range<usize> = 10..16;

/// What premises are used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Premises {
    /// People live there.
    Home,
    /// Anything else: shops, works, offices, public buildings, lamps.
    Business,
    /// Neither the books nor the loads tell.
    #[default]
    Unknown,
}

/// Section `[class_words]`: parts of the names of tariff classes, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassWords {
    /// Classes of homes.
    pub household: Vec<String>,
    /// All others.
    pub business: Vec<String>,
}

/// When a usage point uses power, as far as it tells what it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Habits {
    /// Evening over working hours, by median days; NaN without hours.
    pub evening: f32,
    /// Median mean of working days over that of weekends; NaN where either is missing.
    pub working_day: f32,
}

impl Habits {
    /// Those of a profile.
    #[must_use]
    pub fn of(profile: &UsageProfile) -> Self {
        let mut sum = [0.0; HOURS];
        for half in profile.halves(1) {
            sum.iter_mut().zip(half.mid_kw).for_each(|(sum, kw)| *sum += kw);
        }
        let over = |hours: std::ops::Range<usize>| sum[hours.clone()].iter().sum::<f32>() / hours.len() as f32;
        let typical = |weekend: bool| {
            median_of(
                profile
                    .days
                    .iter()
                    .filter(|day| (day.day.kind() == DayKind::Weekend) == weekend)
                    .map(|day| f64::from(day.summary.mean_kw)),
            )
        };
        let ratio = |a: f32, b: f32| if b > 0.0 { a / b } else { f32::NAN };
        Self {
            evening: ratio(over(EVENING), over(WORK)),
            working_day: ratio(typical(false) as f32, typical(true) as f32),
        }
    }
}

impl ClassWords {
    /// What a class is for by its name, in lower case; unknown where no word, or words of both
    /// kinds, are part of it.
    #[must_use]
    pub fn premises(&self, class: &str) -> Premises {
        let has = |words: &[String]| words.iter().any(|word| class.contains(word.as_str()));
        match (has(&self.household), has(&self.business)) {
            (true, false) => Premises::Home,
            (false, true) => Premises::Business,
            _ => Premises::Unknown,
        }
    }
}

/// What every class is for: by its name, or by mean power (logarithm of kW) and habits of its
/// members. `unnamed` is the class of usage points without one, of which nobody says that they are
/// alike.
#[must_use]
pub fn premises_of_classes<'a>(
    members: impl Iterator<Item = (&'a str, f64, Habits)>,
    words: &ClassWords,
    unnamed: &str,
) -> BTreeMap<String, Premises> {
    let mut classes: BTreeMap<&str, Vec<(f64, Habits)>> = BTreeMap::new();
    for (class, ln_mean_kw, habits) in members {
        classes.entry(class).or_default().push((ln_mean_kw, habits));
    }
    let by_loads = |members: &[(f64, Habits)]| {
        let middle = |value: fn(&(f64, Habits)) -> f64| median(&members.iter().map(value).collect::<Vec<_>>());
        let (kw, evening, working_day) =
            (middle(|m| m.0.exp()), middle(|m| f64::from(m.1.evening)), middle(|m| f64::from(m.1.working_day)));
        if members.len() < LEAST_MEMBERS || kw.is_nan() || working_day.is_nan() {
            return Premises::Unknown;
        }
        // Without hours the week alone has to tell.
        let is_home =
            kw <= MOST_HOME_KW && working_day <= MOST_WORKING_DAY && (evening.is_nan() || evening >= LEAST_EVENING);
        if is_home { Premises::Home } else { Premises::Business }
    };
    let premises = |class: &str, members: &[(f64, Habits)]| match words.premises(class) {
        Premises::Unknown if class != unnamed => by_loads(members),
        named => named,
    };
    classes.into_iter().map(|(class, members)| (class.to_owned(), premises(class, &members))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn premises(class: &str, kw: f64, evening: f32, working_day: f32) -> Premises {
        let words = ClassWords { household: vec!["быт".into(), "household".into()], business: vec!["юр".into()] };
        let members = (0..60).map(|_| (class, kw.ln(), Habits { evening, working_day }));
        premises_of_classes(members, &words, "unknown")[class]
    }

    #[test]
    fn a_class_is_known_by_words_of_its_name_in_any_language() {
        assert_eq!(premises("бытовые потребители", 40.0, 0.5, 2.0), Premises::Home);
        assert_eq!(premises("юр. лица", 0.4, 2.0, 1.0), Premises::Business);
    }

    #[test]
    fn a_class_with_a_number_for_a_name_is_known_by_its_evenings_and_weekends() {
        assert_eq!(premises("тариф 2", 0.4, 1.6, 0.95), Premises::Home);
        assert_eq!(premises("тариф 7", 0.9, 0.6, 1.5), Premises::Business);
    }

    #[test]
    fn usage_points_without_a_class_are_not_one_kind() {
        assert_eq!(premises("unknown", 0.4, 1.6, 0.95), Premises::Unknown);
    }
}
