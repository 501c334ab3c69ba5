//! Tariffs: what a kilowatt-hour costs, by class, step of consumption, hours of the day and date.

use super::CivilDay;

/// Hours of the local day, as one bit an hour from 0 to 23.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HourSet(u32);

/// Hours of the day at which a price applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Name, such as `night`.
    pub name: String,
    /// Its hours.
    pub hours: HourSet,
}

/// One line of the tariff table.
#[derive(Debug, Clone, PartialEq)]
pub struct Tariff {
    /// Tariff class the line applies to, in lower case.
    pub tariff_class: String,
    /// Price per kWh in `currency`, before the tax of `tax_share`.
    pub price_per_kwh: f64,
    /// ISO 4217 code.
    pub currency: String,
    /// Lower edge of the step of consumption, kWh a month.
    pub from_kwh: Option<f64>,
    /// Upper edge of the step, kWh a month.
    pub to_kwh: Option<f64>,
    /// Whether the edges count for each person registered.
    pub per_person: bool,
    /// Hours at which the price applies; `None` = all.
    pub zone: Option<Zone>,
    /// Tax added to the price, as a share of it; `None` when the price includes it or there is
    /// none.
    pub tax_share: Option<f64>,
    /// Digital-mining fee per kWh, on which no tax is added.
    pub fee_per_kwh: Option<f64>,
    /// First day.
    pub valid_from: Option<CivilDay>,
    /// Last day.
    pub valid_to: Option<CivilDay>,
}

impl HourSet {
    /// Every hour of the day.
    pub const ALL: Self = Self((1 << 24) - 1);

    /// Whether an hour from 0 to 23 belongs to the set.
    #[must_use]
    pub fn holds(self, hour: usize) -> bool {
        self.0 & (1 << hour) != 0
    }

    /// The hours of `self` that are not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The hours of either set.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// No hour at all.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Reads ranges of whole hours such as `23-07` (which passes midnight) or `08-11 18-22`; a
    /// range ends before its second hour. `None` where something is no range.
    #[must_use]
    pub fn parse(ranges: &str) -> Option<Self> {
        let mut hours = 0_u32;
        for range in ranges.split([' ', ',', '+']).filter(|range| !range.is_empty()) {
            let (from, to) = range.split_once(['-', '–'])?;
            let (from, to) = (hour(from)?, hour(to)?);
            let length = if to > from { to - from } else { to + 24 - from };
            for step in 0..length {
                hours |= 1 << ((from + step) % 24);
            }
        }
        (hours != 0).then_some(Self(hours))
    }
}

/// An hour from 0 to 24 written as `7`, `07` or `07:00`.
fn hour(text: &str) -> Option<u32> {
    let text = text.trim();
    let text = text.strip_suffix(":00").unwrap_or(text);
    text.parse().ok().filter(|hour| *hour <= 24)
}

impl Zone {
    /// Reads a name and its hours: `night 23-07`, `peak 08-11 18-22`. `None` without hours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let start = text.find(|c: char| c.is_ascii_digit())?;
        let name = text[..start].trim().trim_end_matches(':').trim().to_lowercase();
        Some(Self { name, hours: HourSet::parse(&text[start..])? })
    }
}

impl Tariff {
    /// Price per kWh with tax.
    #[must_use]
    pub fn taxed_price(&self) -> f64 {
        self.price_per_kwh * (1.0 + self.tax_share.unwrap_or(0.0))
    }

    /// Whether the line is valid on every day from `first` to `last`.
    #[must_use]
    pub fn covers(&self, first: CivilDay, last: CivilDay) -> bool {
        self.valid_from.is_none_or(|from| from <= first) && self.valid_to.is_none_or(|to| last <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_names_its_hours_and_may_pass_midnight() {
        let night = Zone::parse("night 23-07").unwrap();
        assert_eq!(night.name, "night");
        let hours: Vec<usize> = (0..24).filter(|&hour| night.hours.holds(hour)).collect();
        assert_eq!(hours, [0, 1, 2, 3, 4, 5, 6, 23]);
        let peak = Zone::parse("Peak: 08:00-11:00 18-22").unwrap();
        assert_eq!((0..24).filter(|&hour| peak.hours.holds(hour)).count(), 7);
    }

    #[test]
    fn a_zone_without_hours_is_not_guessed() {
        assert_eq!(Zone::parse("night"), None);
        assert_eq!(Zone::parse("night 23-"), None);
        assert_eq!(Zone::parse("night 23-25"), None);
    }

    #[test]
    fn a_day_is_a_zone_of_24_hours() {
        assert_eq!(HourSet::parse("00-24"), Some(HourSet::ALL));
    }
}
