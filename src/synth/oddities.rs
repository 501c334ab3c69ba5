//! What makes a utility unlike the tidy one: coarse displays, late clocks, exchanged meters, wrong
//! ratios, seasons, absences, books as they are kept.
//!
//! Every oddity comes from a random stream of its own, so that a utility without any is the same,
//! byte for byte, as before they could be asked for, and one more oddity changes nothing else. What
//! was drawn is told in `details.csv`.

use serde::{Deserialize, Serialize};

/// In which language the books name the tariff classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWords {
    /// `household`, `business`, ...
    #[default]
    English,
    /// `быт`, `юр.лицо`, ...
    Russian,
    /// `тұрмыс`, `заңды тұлға`, ...
    Kazakh,
}

impl std::fmt::Display for ClassWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::English => "english",
            Self::Russian => "russian",
            Self::Kazakh => "kazakh",
        })
    }
}

impl std::str::FromStr for ClassWords {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        let all = [Self::English, Self::Russian, Self::Kazakh];
        all.into_iter().find(|words| words.to_string() == text).ok_or(UnknownLanguage)
    }
}

/// A language in which no class is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("choose english, russian or kazakh")]
pub struct UnknownLanguage;

/// How many of the customers are strange, and in which way. All shares are 0 at first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, clap::Args)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "What is strange about the utility (told in details.csv)")]
pub struct Oddities {
    /// Share of meters that show hundredths of a kWh: an interval is the difference of two readings
    /// cut off at that step
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub hundredths_share: f64,
    /// Share of meters that show tenths of a kWh
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub tenths_share: f64,
    /// Share of meters that show whole kWh
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub whole_kwh_share: f64,
    /// Share of customers' meters whose clock is an hour, or some intervals, fast or slow
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub customer_clock_share: f64,
    /// Share of transformers all of whose customers are stamped an hour wrong: the clock of the
    /// data concentrator
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub concentrator_clock_share: f64,
    /// Share of customers' meters that are exchanged within the period: the register begins anew,
    /// perhaps with another display
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub exchanged_share: f64,
    /// Share of customers whose readings are multiplied by a wrong ratio, half of them from the
    /// first day, homes too
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub customer_ratio_share: f64,
    /// Share of customers' meters that repeat one value from a day on, half of them a tiny one
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub customer_stuck_share: f64,
    /// Share of usage points that are boiler houses: their pumps start with the heating season
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub boiler_house_share: f64,
    /// Share of ordinary homes and businesses with some electric heating that starts with the
    /// season
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub season_share: f64,
    /// Day of the period on which the heating season begins, 0 = the first; everybody follows
    /// within days [default: after two fifths of it]
    #[arg(long, value_name = "DAY")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season_day: Option<u32>,
    /// Share of ordinary homes and businesses that stand empty until a day within the period
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub return_share: f64,
    /// Share of ordinary homes that are heated by electricity and booked as heated otherwise
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub unbooked_heating_share: f64,
    /// Share of homes that are flats with district heating, hot water and gas, each with hours of
    /// its own
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub other_homes_share: f64,
    /// Businesses open up to so many hours earlier or later than usual
    #[arg(long, value_name = "HOURS", default_value_t = 0.0)]
    pub business_hours_spread: f64,
    /// Working days on which everything is closed though no calendar says so
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub extra_holidays: u32,
    /// Times that each feeder is switched off, for one to four hours
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub load_sheddings: u32,
    /// Share of the farms that grow unit by unit
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub farm_units_share: f64,
    /// Share of the farms that stop within the period: moved away
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub farm_stops_share: f64,
    /// Share of the farms that pause for days
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub farm_pauses_share: f64,
    /// Share of customers booked in a wrong tariff class
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub wrong_class_share: f64,
    /// Share of customers without a tariff class in the books
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub empty_class_share: f64,
    /// Language of the class names in the books: english, russian or kazakh
    #[arg(long, value_name = "LANGUAGE", default_value_t = ClassWords::English)]
    pub class_words: ClassWords,
    /// Write details.csv also where nothing is strange: energy and hours of every farm
    #[arg(long)]
    pub details: bool,
}

impl Oddities {
    /// Nothing is strange, and no details are wanted.
    #[must_use]
    pub fn none(&self) -> bool {
        *self == Self::default()
    }

    /// Every share, with the name of its setting.
    pub(super) fn shares(&self) -> [(&'static str, f64); 19] {
        [
            ("hundredths_share", self.hundredths_share),
            ("tenths_share", self.tenths_share),
            ("whole_kwh_share", self.whole_kwh_share),
            ("customer_clock_share", self.customer_clock_share),
            ("concentrator_clock_share", self.concentrator_clock_share),
            ("exchanged_share", self.exchanged_share),
            ("customer_ratio_share", self.customer_ratio_share),
            ("customer_stuck_share", self.customer_stuck_share),
            ("boiler_house_share", self.boiler_house_share),
            ("season_share", self.season_share),
            ("return_share", self.return_share),
            ("unbooked_heating_share", self.unbooked_heating_share),
            ("other_homes_share", self.other_homes_share),
            ("farm_units_share", self.farm_units_share),
            ("farm_stops_share", self.farm_stops_share),
            ("farm_pauses_share", self.farm_pauses_share),
            ("wrong_class_share", self.wrong_class_share),
            ("empty_class_share", self.empty_class_share),
            ("business_hours_spread / 12", self.business_hours_spread / 12.0),
        ]
    }

    /// Groups of shares of which one customer can have one only, with their sums.
    pub(super) fn sums(&self) -> [(&'static str, f64); 4] {
        [
            ("hundredths, tenths and whole kWh", self.hundredths_share + self.tenths_share + self.whole_kwh_share),
            ("wrong ratios and stuck meters", self.customer_ratio_share + self.customer_stuck_share),
            (
                "season, return and unbooked heating",
                self.season_share + self.return_share + self.unbooked_heating_share,
            ),
            ("farms that grow, stop and pause", self.farm_units_share + self.farm_stops_share + self.farm_pauses_share),
        ]
    }
}
