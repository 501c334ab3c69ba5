//! The registry of tests: columns of results, explanations, the tables that calibration learns and
//! the generic tests are derived from it.

use super::subject::Subject;
use super::test::{EvidenceTest, Statistic};
use super::{added, constant, daylight, edge, flatness, onset, schedule, size, weather};

/// Every family, in the order of the result columns.
pub const TESTS: &[EvidenceTest] = &[
    size::TEST,
    constant::TEST,
    flatness::TEST,
    onset::TEST,
    weather::TEST,
    schedule::TEST,
    daylight::TEST,
    added::TEST,
    edge::TEST,
];

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
