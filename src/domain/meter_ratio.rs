//! Ratios of the current and voltage transformers that a meter is read behind, with the days on
//! which they hold.

use super::CivilDay;

/// The ratio of one meter over some days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeterRatio {
    /// Product of the ratios of current and voltage transformers; what the meter shows is
    /// multiplied by it.
    pub ratio: f64,
    /// First day; `None` = always was.
    pub valid_from: Option<CivilDay>,
    /// Last day; `None` = open end.
    pub valid_to: Option<CivilDay>,
}

impl MeterRatio {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds(&self, day: CivilDay) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}
