//! The unit of time that digests are kept by.

use std::fmt::{self, Display, Formatter};

use crate::domain::CivilDay;

/// A month of the utility's calendar, counted from January of the year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilMonth(pub i32);

impl CivilMonth {
    /// The month that a day lies in.
    #[must_use]
    pub fn of(day: CivilDay) -> Self {
        let date = day.date();
        Self(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }
}

impl Display for CivilMonth {
    fn fmt(&self, to: &mut Formatter) -> fmt::Result {
        write!(to, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}
