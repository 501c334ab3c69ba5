//! The evidence for and against a hidden farm behind an honest meter: one hypothesis a file.
//!
//! Every family asks one question and answers with one or more statistics, each a number that grows
//! the more the usage point looks like a farm. What a value is worth in log-odds is not decided
//! here: `population` learns it from the same dump with farms injected, `fusion` adds it up.
//! `TESTS` is the registry: result columns, explanations and the generic tests are derived from it.

mod constant;
mod daylight;
mod flatness;
mod hidden_load;
mod look_alike;
mod onset;
mod onset_day;
mod running_hours;
mod schedule;
mod size;
mod subject;
mod weather;

pub use constant::FLOOR;
pub use hidden_load::{HiddenLoad, LoadCourse, OwnFloor, hidden_load, scheduled_hours};
pub use look_alike::{LOOK_ALIKES, LookAlike, RETURN_FROM_ABSENCE, WRONG_METER_RATIO, look_alike, resembles};
pub use onset_day::onset_day;
pub use running_hours::{by_hours, without_cuts};
pub use size::{CONTRACT_RATIO, SIZE};
pub use subject::{Alone, DayWeather, Subject};

/// One number that a family measures.
#[derive(Debug, Clone, Copy)]
pub struct Statistic {
    /// Name in `scores.parquet`, with the unit where it has one.
    pub name: &'static str,
    /// What the number is, in words.
    pub meaning: &'static str,
    /// The value for a usage point; `None` when its data do not allow the test. Larger is more like
    /// a farm.
    pub measure: fn(&Subject) -> Option<f64>,
}

/// A family of statistics that ask the same question.
#[derive(Debug, Clone, Copy)]
pub struct EvidenceTest {
    /// Name of the family, as in the columns `llr_*`.
    pub family: &'static str,
    /// The question it asks.
    pub question: &'static str,
    /// What it needs, for the words in `tests_missing`.
    pub needs: &'static str,
    /// Its statistics.
    pub statistics: &'static [Statistic],
    /// The finding in plain words with numbers, for one usage point; says both sides.
    pub words: fn(&Subject) -> String,
}

/// Every family, in the order of the result columns.
pub const TESTS: &[EvidenceTest] =
    &[size::TEST, constant::TEST, flatness::TEST, onset::TEST, weather::TEST, schedule::TEST, daylight::TEST];

/// All statistics with the index of their family, in the order of the result columns.
pub fn statistics() -> impl Iterator<Item = (usize, &'static Statistic)> {
    TESTS.iter().enumerate().flat_map(|(family, test)| test.statistics.iter().map(move |statistic| (family, statistic)))
}

/// The value of every statistic for one usage point, in the order of [`statistics`]; NaN = not
/// testable. Single precision: none is known better.
#[must_use]
pub fn measure(subject: &Subject) -> Box<[f32]> {
    let mut values = Vec::with_capacity(TESTS.iter().map(|test| test.statistics.len()).sum());
    for (_, statistic) in statistics() {
        let value = (statistic.measure)(subject).map_or(f32::NAN, |value| value as f32);
        values.push(if value.is_finite() { value } else { f32::NAN });
    }
    values.into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn statistics_and_families_have_names_of_their_own() {
        let names: BTreeSet<&str> = statistics().map(|(_, statistic)| statistic.name).collect();
        assert_eq!(names.len(), statistics().count());
        let families: BTreeSet<&str> = TESTS.iter().map(|test| test.family).collect();
        assert_eq!(families.len(), TESTS.len());
    }
}
