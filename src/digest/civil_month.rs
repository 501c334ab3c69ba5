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

impl CivilMonth {
    /// The month that is written as `2025-03`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        is_plain.then(|| CivilDay::parse(&format!("{text}-01")).map(Self::of)).flatten()
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> CivilDay {
        let (year, month) = (self.0.div_euclid(12), self.0.rem_euclid(12) + 1);
        CivilDay::from_ymd(year as i16, month as i8, 1).unwrap_or(CivilDay(0))
    }
}

impl Display for CivilMonth {
    fn fmt(&self, to: &mut Formatter) -> fmt::Result {
        write!(to, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_as_they_are_written() {
        let month = CivilMonth::parse("2025-03").unwrap();
        assert_eq!((month.to_string(), month.first_day().to_string()), ("2025-03".into(), "2025-03-01".into()));
        assert!(
            ["2025-13", "2025-3", "25-03", "2025-03-01", "march"].iter().all(|text| CivilMonth::parse(text).is_none())
        );
    }
}
