//! What kind of utility to build, and the check that it can be built.

use serde::{Deserialize, Serialize};

use super::oddities::Oddities;
use super::place::Place;
use crate::domain::{Calendar, CalendarError, CivilDay};

/// File format of the readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingsFormat {
    /// `readings.parquet`.
    #[default]
    Parquet,
    /// `readings.csv`.
    Csv,
}

/// Order of the rows in the readings file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingsOrder {
    /// One meter after the other, each in order of time.
    #[default]
    Meter,
    /// One instant after the other, all meters at each.
    Time,
}

/// Which register readings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registers {
    /// Only those of homes that have nothing else (see `registers_only`).
    #[default]
    OnlyWhereNoIntervals,
    /// Those of every usage point, beside its intervals.
    Everywhere,
}

/// How meters have been tampered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TamperKind {
    /// All ways in turn.
    #[default]
    Mixed,
    /// From a day on the meter shows a part.
    Drop,
    /// From a day on it shows nothing.
    Zero,
    /// It shows a part, half of them from the first reading.
    Scaled,
    /// It shows nothing in a window of the night.
    NightZero,
    /// It runs backwards from a day on.
    Reversed,
}

/// A utility to be simulated. Shares lie between 0 and 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SimulateSettings {
    /// Number of usage points, balance meters not counted.
    pub usage_points: u32,
    /// Number of days.
    pub days: u32,
    /// Number of civil months, instead of days; readings are then written a file a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    /// Length of an interval, minutes: 5, 10, 15, 20, 30 or 60.
    pub step_min: u32,
    /// Seed of everything random.
    pub seed: u64,
    /// First local day, `YYYY-MM-DD`; the season follows from it.
    pub start: String,
    /// IANA zone of the naive stamps; `none` = a clock without changes, taken as UTC+5 for the sun.
    pub timezone: String,
    /// Climate and position.
    pub place: Place,
    /// Share of usage points with a farm behind the meter; 0 also means no unmetered load.
    pub prevalence: f64,
    /// Share of transformers with unmetered load.
    pub unmetered_share: f64,
    /// Share of feeders and substations with unmetered load of their own; `None` = feeders as
    /// transformers, substations none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upper_unmetered_share: Option<f64>,
    /// Share of usage points that are lawful look-alikes.
    pub look_alike_share: f64,
    /// Share of usage points with a fault of the data that can be taken for a farm (stuck, filled,
    /// multiplier).
    pub fault_share: f64,
    /// Share of usage points with plain faults (gaps, duplicates, spikes, export).
    pub untidy_share: f64,
    /// Share of usage points that are not homes.
    pub business_share: f64,
    /// Share of homes that are heated electrically.
    pub electric_heating: f64,
    /// Share of usage points with a mining licence; at least one in ten of them exceeds it.
    pub licensed_share: f64,
    /// Share of homes without interval readings, whose register is read every `register_days`.
    pub registers_only: f64,
    /// Which register readings are written.
    pub registers: Registers,
    /// Days between two register readings.
    pub register_days: u32,
    /// Registers are first read on one of so many days, each usage point on its own; 1 = all on the
    /// same day, and on the last.
    pub register_spread_days: u32,
    /// Levels of the grid: 1 transformers, 2 with feeders, 3 with a substation.
    pub levels: u32,
    /// Fewest usage points of a transformer.
    pub meters_per_transformer_min: u32,
    /// Most usage points of a transformer.
    pub meters_per_transformer_max: u32,
    /// Share of grid nodes with a balance meter.
    pub balance_share: f64,
    /// Share of feeders and substations with a balance meter; `None` = as all nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upper_balance_share: Option<f64>,
    /// Share of transformers' balance meters of which the register is read and nothing else.
    pub balance_register_share: f64,
    /// Share of transformers' balance meters that sit behind the transformer, at 0.4 kV. The grid
    /// file does not say which.
    pub lv_balance_share: f64,
    /// Share of transformers that feed street lamps which no meter counts.
    pub lighting_share: f64,
    /// Share of such lamps that the grid file does not declare.
    pub undeclared_lighting_share: f64,
    /// Share of balance meters whose clock is 15 to 60 minutes fast or slow.
    pub balance_clock_share: f64,
    /// Share of balance meters with a wrong ratio, half of them from the first reading.
    pub balance_ratio_share: f64,
    /// Share of balance meters that repeat one value for some days.
    pub balance_stuck_share: f64,
    /// Share of balance meters with gaps of days.
    pub balance_gap_share: f64,
    /// Share of usage points missing from the grid file.
    pub unlinked_share: f64,
    /// Share of usage points that the grid file puts under the wrong transformer.
    pub wrong_link_share: f64,
    /// Share of usage points whose meter has been made to show only a part of the load.
    pub scaled_share: f64,
    /// Share of usage points whose meter has been tampered with in the way of `tamper_kind`.
    pub tamper_share: f64,
    /// How.
    pub tamper_kind: TamperKind,
    /// Share of usage points with a farm that goes past the meter as a whole; with every second one
    /// a part of the other load goes the same way.
    pub bypass_share: f64,
    /// Share of farms that stop and begin elsewhere within weeks, in pairs.
    #[serde(skip_serializing_if = "is_none")]
    pub moving_share: f64,
    /// Share of usage points that an insider keeps out of the bills; `None` = no bills are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insider_share: Option<f64>,
    /// Share of usage points that an inspector visits, who draws much for the contract more often;
    /// `None` = no inspections are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspection_share: Option<f64>,
    /// Share of farms that he misses; `None` = a tenth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspection_error: Option<f64>,
    /// Share of homes that are in the books and in the grid, but of which nothing is read.
    pub unread_share: f64,
    /// Share of usage points whose meters report volts; `None` = no volts are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volts: Option<f64>,
    /// Businesses and a tenth of the homes report whole hours, the others every `step_min`.
    pub mixed_steps: bool,
    /// File format of the readings.
    pub format: ReadingsFormat,
    /// Order of the rows in the readings file.
    pub order: ReadingsOrder,
    /// What is strange about the utility.
    #[serde(skip_serializing_if = "Oddities::none")]
    pub oddities: Oddities,
}

impl Default for SimulateSettings {
    fn default() -> Self {
        Self {
            usage_points: 1000,
            days: 90,
            months: None,
            step_min: 30,
            seed: 1,
            start: "2025-03-01".into(),
            timezone: "Asia/Almaty".into(),
            place: Place::Almaty,
            prevalence: 0.03,
            unmetered_share: 0.15,
            upper_unmetered_share: None,
            look_alike_share: 0.04,
            fault_share: 0.015,
            untidy_share: 0.05,
            business_share: 0.12,
            electric_heating: 0.08,
            licensed_share: 0.002,
            registers_only: 0.0,
            registers: Registers::OnlyWhereNoIntervals,
            register_days: 30,
            register_spread_days: 1,
            levels: 3,
            meters_per_transformer_min: 40,
            meters_per_transformer_max: 200,
            balance_share: 0.9,
            upper_balance_share: None,
            balance_register_share: 0.0,
            lv_balance_share: 0.0,
            lighting_share: 0.0,
            undeclared_lighting_share: 0.0,
            balance_clock_share: 0.0,
            balance_ratio_share: 0.0,
            balance_stuck_share: 0.0,
            balance_gap_share: 0.0,
            unlinked_share: 0.02,
            wrong_link_share: 0.0,
            scaled_share: 0.0,
            tamper_share: 0.0,
            tamper_kind: TamperKind::Mixed,
            bypass_share: 0.0,
            moving_share: 0.0,
            insider_share: None,
            inspection_share: None,
            inspection_error: None,
            unread_share: 0.0,
            volts: None,
            mixed_steps: false,
            format: ReadingsFormat::Parquet,
            order: ReadingsOrder::Meter,
            oddities: Oddities::default(),
        }
    }
}

/// Settings that describe no utility.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A share outside 0..=1.
    #[error("use `{name}` = {value}: a share lies between 0 and 1")]
    Share {
        /// Name of the setting.
        name: &'static str,
        /// What was asked for.
        value: f64,
    },
    /// Shares that leave no room for ordinary customers.
    #[error(
        "plant {sum:.2} of the usage points: prevalence, look-alikes, faults, licences and theft together must stay at \
         or below 0.8; lower one of them"
    )]
    Crowded {
        /// Their sum.
        sum: f64,
    },
    /// More strange customers than there are.
    #[error(
        "make {sum:.2} of the customers strange in one way: shares of {group} together must stay at or below 1; lower \
         one of them"
    )]
    TooStrange {
        /// What is shared out.
        group: &'static str,
        /// Their sum.
        sum: f64,
    },
    /// More faulty balance meters than there are.
    #[error(
        "give {sum:.2} of the balance meters a fault: clock, ratio, stuck and gap shares together must stay at or \
         below 1; lower one of them"
    )]
    FaultyBalances {
        /// Their sum.
        sum: f64,
    },
    /// A number outside its range.
    #[error("use `{name}` = {value}: choose {allowed}")]
    Number {
        /// Name of the setting.
        name: &'static str,
        /// What was asked for.
        value: u32,
        /// What is possible.
        allowed: &'static str,
    },
    /// No calendar date.
    #[error("read the first day `{text}`; write it as YYYY-MM-DD")]
    Start {
        /// What was given.
        text: String,
    },
    /// Too many readings for order by time, which sorts in memory.
    #[error(
        "sort {readings} readings by time: at most {MAX_SORTED} fit; use order by meter, fewer usage points or fewer \
         days"
    )]
    TooManyToSort {
        /// Readings asked for.
        readings: u64,
    },
    /// Unknown zone.
    #[error(transparent)]
    Zone(#[from] CalendarError),
}

/// Most readings that order by time holds in memory (4 bytes each).
pub const MAX_SORTED: u64 = 500_000_000;

/// Settings that have been checked, with what the check has read from them.
#[derive(Debug, Clone)]
pub struct CheckedSettings {
    settings: SimulateSettings,
    /// The utility's clock.
    pub(super) calendar: Calendar,
    /// First local day.
    pub(super) first_day: CivilDay,
}

impl std::ops::Deref for CheckedSettings {
    type Target = SimulateSettings;

    fn deref(&self) -> &SimulateSettings {
        &self.settings
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_none(share: &f64) -> bool {
    *share == 0.0
}

impl SimulateSettings {
    /// Whether a file of register readings is written.
    pub(super) fn has_registers(&self) -> bool {
        self.registers == Registers::Everywhere || self.registers_only > 0.0 || self.balance_register_share > 0.0
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// When a share, a number, the first day or the time zone cannot be used, or order by time
    /// would not fit into memory.
    pub fn checked(mut self) -> Result<CheckedSettings, SettingsError> {
        self.check_shares()?;
        self.check_numbers()?;
        let first_day =
            CivilDay::parse(&self.start).ok_or_else(|| SettingsError::Start { text: self.start.clone() })?;
        if let Some(months) = self.months {
            let end = (0..months).fold(first_day, |day, _| CivilDay(day.month_end().0 + 1));
            self.days = (end.0 - first_day.0) as u32;
        }
        let readings = u64::from(self.usage_points) * u64::from(self.days) * u64::from(1440 / self.step_min);
        if self.order == ReadingsOrder::Time && readings > MAX_SORTED {
            return Err(SettingsError::TooManyToSort { readings });
        }
        let calendar = Calendar::new(Some(self.timezone.as_str()).filter(|zone| *zone != "none"))?;
        Ok(CheckedSettings { settings: self, calendar, first_day })
    }

    fn check_shares(&self) -> Result<(), SettingsError> {
        let shares = [
            ("prevalence", self.prevalence),
            ("unmetered_share", self.unmetered_share),
            ("look_alike_share", self.look_alike_share),
            ("fault_share", self.fault_share),
            ("untidy_share", self.untidy_share),
            ("business_share", self.business_share),
            ("electric_heating", self.electric_heating),
            ("licensed_share", self.licensed_share),
            ("registers_only", self.registers_only),
            ("balance_share", self.balance_share),
            ("unlinked_share", self.unlinked_share),
            ("wrong_link_share", self.wrong_link_share),
            ("scaled_share", self.scaled_share),
            ("tamper_share", self.tamper_share),
            ("bypass_share", self.bypass_share),
            ("unread_share", self.unread_share),
            ("moving_share", self.moving_share),
            ("volts", self.volts.unwrap_or(0.0)),
            ("insider_share", self.insider_share.unwrap_or(0.0)),
            ("inspection_share", self.inspection_share.unwrap_or(0.0)),
            ("inspection_error", self.inspection_error.unwrap_or(0.0)),
            ("upper_unmetered_share", self.upper_unmetered_share.unwrap_or(0.0)),
            ("upper_balance_share", self.upper_balance_share.unwrap_or(0.0)),
            ("balance_register_share", self.balance_register_share),
            ("lv_balance_share", self.lv_balance_share),
            ("lighting_share", self.lighting_share),
            ("undeclared_lighting_share", self.undeclared_lighting_share),
            ("balance_clock_share", self.balance_clock_share),
            ("balance_ratio_share", self.balance_ratio_share),
            ("balance_stuck_share", self.balance_stuck_share),
            ("balance_gap_share", self.balance_gap_share),
        ];
        if let Some(&(name, value)) = shares.iter().find(|(_, value)| !(0.0..=1.0).contains(value)) {
            return Err(SettingsError::Share { name, value });
        }
        let odd = self.oddities.shares();
        if let Some(&(name, value)) = odd.iter().find(|(_, value)| !(0.0..=1.0).contains(value)) {
            return Err(SettingsError::Share { name, value });
        }
        if let Some(&(group, sum)) = self.oddities.sums().iter().find(|(_, sum)| *sum > 1.0 + 1e-9) {
            return Err(SettingsError::TooStrange { group, sum });
        }
        let stolen = self.scaled_share + self.tamper_share + self.bypass_share;
        let sum = self.prevalence + self.look_alike_share + self.fault_share + self.licensed_share + stolen;
        let faulty =
            self.balance_clock_share + self.balance_ratio_share + self.balance_stuck_share + self.balance_gap_share;
        if sum > 0.8 {
            Err(SettingsError::Crowded { sum })
        } else if faulty > 1.0 {
            Err(SettingsError::FaultyBalances { sum: faulty })
        } else {
            Ok(())
        }
    }

    fn check_numbers(&self) -> Result<(), SettingsError> {
        let (least, most) = (self.meters_per_transformer_min, self.meters_per_transformer_max);
        let numbers = [
            ("usage_points", self.usage_points, (1..=10_000_000).contains(&self.usage_points), "1 to 10,000,000"),
            ("days", self.days, (1..=3660).contains(&self.days), "1 to 3660"),
            ("months", self.months.unwrap_or(1), (1..=120).contains(&self.months.unwrap_or(1)), "1 to 120"),
            ("step_min", self.step_min, [5, 10, 15, 20, 30, 60].contains(&self.step_min), "5, 10, 15, 20, 30 or 60"),
            ("register_days", self.register_days, (1..=366).contains(&self.register_days), "1 to 366"),
            (
                "register_spread_days",
                self.register_spread_days,
                (1..=366).contains(&self.register_spread_days),
                "1 to 366",
            ),
            ("levels", self.levels, (1..=3).contains(&self.levels), "1, 2 or 3"),
            ("meters_per_transformer_min", least, least >= 1, "1 or more"),
            ("meters_per_transformer_max", most, (least..=2000).contains(&most), "the minimum or more, at most 2000"),
        ];
        match numbers.iter().find(|number| !number.2) {
            Some(&(name, value, _, allowed)) => Err(SettingsError::Number { name, value, allowed }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_utility_can_be_built() {
        assert!(SimulateSettings::default().checked().is_ok());
    }

    #[test]
    fn impossible_settings_are_refused_by_name() {
        let base = SimulateSettings::default;
        let refused = [
            (SimulateSettings { prevalence: 1.5, ..base() }, "prevalence"),
            (SimulateSettings { balance_share: f64::NAN, ..base() }, "balance_share"),
            (SimulateSettings { step_min: 7, ..base() }, "step_min"),
            (SimulateSettings { days: 0, ..base() }, "days"),
            (SimulateSettings { start: "1.3.2025".into(), ..base() }, "YYYY-MM-DD"),
            (SimulateSettings { timezone: "Asia/Nowhere".into(), ..base() }, "Asia/Nowhere"),
            (SimulateSettings { prevalence: 0.9, ..base() }, "lower one"),
            (SimulateSettings { balance_clock_share: 0.6, balance_ratio_share: 0.6, ..base() }, "lower one"),
            (SimulateSettings { upper_balance_share: Some(-0.1), ..base() }, "upper_balance_share"),
            (SimulateSettings { usage_points: 1_000_000, order: ReadingsOrder::Time, ..base() }, "order by meter"),
        ];
        for (settings, word) in refused {
            let message = settings.checked().unwrap_err().to_string();
            assert!(message.contains(word), "{message}");
        }
    }

    #[test]
    fn settings_survive_toml() {
        let settings =
            SimulateSettings { place: Place::Astana, timezone: "none".into(), ..SimulateSettings::default() };
        let text = toml::to_string(&settings).unwrap();
        assert_eq!(toml::from_str::<SimulateSettings>(&text).unwrap(), settings);
    }
}
