//! What a test is: a question, the numbers that answer it, and how the answer is told.

use crate::domain::Fact;

use super::subject::Subject;

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
    /// What is computed, in words of the method annex.
    pub statistic: &'static str,
    /// What it is held against where there is no farm.
    pub null: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// What it needs, for `tests_missing`.
    pub needs: fn() -> Fact,
    /// Its statistics.
    pub statistics: &'static [Statistic],
    /// What it finds at one usage point, in numbers; says both sides.
    pub finding: fn(&Subject) -> Fact,
}
