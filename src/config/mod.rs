//! The configuration: strict TOML, every key with its meaning and bounds, printed from the same
//! text that is its default.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::consequence::{FeeRule, MoneySettings, RuleSettings, Visits};
use crate::domain::{not_finite, toml_words};
use crate::ingest::Caps;
use crate::judgement::Stated;
use crate::metered::VisitSettings;
use crate::population::ClassWords;
use crate::unmetered::BalanceSettings;

/// The default configuration with its comments: what `darkload config` prints, and what is used for
/// keys that a file leaves out.
pub const DEFAULT_TOML: &str = include_str!("default.toml");

/// Most crews, and most visits of one.
const MOST_CREWS: u64 = 1_000_000;

/// Usage points that farms are planted in, and farms in each, at most: a run must end.
const MOST_HOSTS: u64 = 1_000_000;
const MOST_FARMS: u64 = 100;
/// Usage points that tables can be learned from, at least.
const LEAST_POPULATION: u64 = 100;
/// Repetitions with other seeds, at most.
const MOST_REPETITIONS: u32 = 100;
/// Outcomes from which on probabilities can be recalibrated, at least.
const LEAST_OUTCOMES: usize = 50;
/// Longest look-back, days.
const LONGEST_LOOK_BACK: u32 = 36_525;

/// The effective configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How the run lists and reports.
    pub run: RunConfig,
    /// Prior shares of farms.
    pub prior: PriorConfig,
    /// Look-alikes by tariff class in lower case: classes that a steady load is the purpose of.
    pub lawful_class: BTreeMap<String, String>,
    /// Parts of the names of tariff classes of homes and of businesses.
    pub class_words: ClassWords,
    /// How farms are planted for calibration.
    pub calibration: CalibrationConfig,
    /// How balances are made.
    pub balance: BalanceConfig,
    /// What hidden energy is worth.
    pub money: MoneySettings,
    /// What visits cost and how many can be made.
    pub visits: VisitsConfig,
    /// How much inspections say.
    pub inspections: InspectionsConfig,
    /// Probabilities that are set, not learned.
    #[serde(default)]
    pub stated: Stated,
    /// Published criteria.
    pub rules: RuleSettings,
    /// What one input file may ask of the machine.
    pub caps: CapsConfig,
}

/// Section `[visits]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitsConfig {
    /// Crews; 0 = not said.
    pub crews: u64,
    /// Visits that a crew makes.
    pub per_crew: u64,
    /// Cost of a visit in the currency of the tariffs.
    pub cost: f64,
    /// Days for which nobody goes again where nothing was found.
    pub rest_days: i32,
}

impl VisitsConfig {
    /// What the work list is given of it.
    #[must_use]
    pub fn settings(self) -> Visits {
        let Self { crews, per_crew, cost, rest_days } = self;
        Visits { crews: Some(crews).filter(|crews| *crews > 0), per_crew, cost, rest_days }
    }
}

/// Section `[inspections]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionsConfig {
    /// Share of farms that an inspection of their meter misses.
    pub missed: f64,
    /// Share of unmetered loads that an inspection of their node misses.
    pub missed_at_node: f64,
    /// Days for which an inspection holds whose load was not read.
    pub valid_days: i32,
    /// Outcomes from which on probabilities are recalibrated.
    pub recalibrate_from: usize,
}

impl InspectionsConfig {
    /// What judges are given of it.
    #[must_use]
    pub fn settings(self) -> VisitSettings {
        let Self { missed, missed_at_node, valid_days, recalibrate_from } = self;
        VisitSettings { missed, missed_at_node, valid_days, recalibrate_from }
    }
}

/// Section `[run]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// Expected share of innocents at which the list stops, 0 to 1.
    pub fdr: f64,
    /// Seed of everything random.
    pub seed: u64,
    /// Share of rejected records at which the run ends with exit code 4.
    pub max_rejects: f64,
    /// Smallest load behind a meter that is claimed, kW while it runs.
    pub least_kw: f64,
    /// Repetitions with farms planted by other seeds; 0 = none.
    #[serde(default)]
    pub stability: u32,
    /// The utility's name, by which its archive is known; empty = not said.
    #[serde(default)]
    pub utility: String,
}

/// Section `[prior]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorConfig {
    /// Prior share of farms in classes without a prior of their own.
    pub default: f64,
    /// Usage points at which the share found in the dump weighs as much as the prior.
    pub strength: f64,
    /// Prior share of grid nodes with unmetered load.
    pub node: f64,
    /// How many times likelier a farm is where the mean load exceeds the contracted power.
    pub above_contract: f64,
    /// How many times likelier a farm is where premises booked as inactive draw power.
    pub inactive: f64,
    /// Prior share of farms by tariff class.
    pub by_class: BTreeMap<String, f64>,
}

/// Section `[calibration]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationConfig {
    /// Usage points that farms are planted in, at most.
    pub sample: usize,
    /// Farms planted in each, one at a time.
    pub per_usage_point: u32,
    /// Usage points whose own statistics the tables are learned from, at most.
    pub population: usize,
}

/// Section `[balance]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalanceConfig {
    /// Power factor of the load.
    pub power_factor: f64,
    /// Line loss as a share of the load at mean load.
    pub line_loss_share: f64,
    /// Largest share of an hour's energy that may be filled in for missing readings.
    pub largest_filled_share: f64,
    /// Degrees north of the place whose sun street lamps follow where no customer has coordinates.
    pub latitude: f64,
    /// Degrees east of it.
    pub longitude: f64,
}

impl BalanceConfig {
    /// What the balance engine is given of it.
    #[must_use]
    pub fn settings(&self) -> BalanceSettings {
        let Self { power_factor, line_loss_share, largest_filled_share, .. } = *self;
        BalanceSettings { power_factor, line_loss_share, largest_filled_share }
    }
}

/// Section `[caps]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapsConfig {
    /// Bytes of one line, segment, tag or text.
    pub record_bytes: u64,
    /// Elements or objects inside one another.
    pub nesting: usize,
    /// Bytes that one compressed file, member of an archive or page of Parquet may unpack to.
    pub unpacked_bytes: u64,
    /// Times that a compressed file may grow when it is unpacked.
    pub unpacked_ratio: u64,
    /// Records of one file that may be left out before its reading ends.
    pub rejects: u64,
}

impl From<CapsConfig> for Caps {
    fn from(config: CapsConfig) -> Self {
        let CapsConfig { record_bytes, nesting, unpacked_bytes, unpacked_ratio, rejects } = config;
        Self { record_bytes, nesting, unpacked_bytes, unpacked_ratio, rejects }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("`{path}` cannot be read; check the path", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no TOML, or has a key or type that is not known.
    #[error("`{path}`: {message}", path = path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and the keys expected.
        message: String,
    },
    /// A fee rule without usable dates.
    #[error(
        "rule {number} of money.fee is for `{from}` to `{to}`; write days as 2025-01-01, the first not after the last, \
         and leave `to` empty for an open end"
    )]
    FeeDates {
        /// Its place, from 1.
        number: usize,
        /// First day as written.
        from: String,
        /// Last day as written.
        to: String,
    },
    /// A number that is none.
    #[error("`{key}` is no number (nan or inf); write one, or leave the key out for its default")]
    NotFinite {
        /// The key.
        key: String,
    },
    /// A value out of its bounds.
    #[error("`{key}` is {value}, but must lie {bounds}")]
    Bounds {
        /// The key.
        key: &'static str,
        /// Its value.
        value: f64,
        /// Where it must lie.
        bounds: &'static str,
    },
}

impl Default for Config {
    fn default() -> Self {
        toml::from_str(DEFAULT_TOML).expect("the default configuration is part of the program and tested")
    }
}

impl Config {
    /// Reads a file; keys that it leaves out keep their default.
    ///
    /// # Errors
    /// When the file cannot be read, has an unknown key, or a value out of bounds.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text =
            crate::disk::read_text(path).map_err(|source| ConfigError::Io { path: path.to_path_buf(), source })?;
        let wrong =
            |error: toml::de::Error| ConfigError::Toml { path: path.to_path_buf(), message: toml_words(&error, &text) };
        let given: toml::Table = toml::from_str(&text).map_err(wrong)?;
        let mut merged: toml::Table = toml::from_str(DEFAULT_TOML).map_err(wrong)?;
        merge(&mut merged, given);
        let config: Self = merged.try_into().map_err(wrong)?;
        config.checked()
    }

    /// The configuration itself when every value lies in its bounds.
    ///
    /// # Errors
    /// Names the first value that does not.
    pub fn checked(self) -> Result<Self, ConfigError> {
        if let Some(key) = not_finite(&toml::Value::Table(self.to_table())) {
            return Err(ConfigError::NotFinite { key });
        }
        self.check_calibration()?;
        self.check_shares()?;
        self.check_balance()?;
        let CapsConfig { record_bytes, nesting, unpacked_bytes, unpacked_ratio, .. } = self.caps;
        let least = [("caps.record_bytes", record_bytes, 4096), ("caps.unpacked_bytes", unpacked_bytes, 4096)];
        let least =
            least.into_iter().chain([("caps.nesting", nesting as u64, 8), ("caps.unpacked_ratio", unpacked_ratio, 1)]);
        if let Some((key, value, _)) = least.into_iter().find(|(_, value, least)| value < least) {
            return Err(ConfigError::Bounds {
                key,
                value: value as f64,
                bounds: "at what an honest file needs: 4096 bytes, a nesting of 8, a ratio of 1",
            });
        }
        if !(self.run.least_kw >= 0.0 && self.run.least_kw.is_finite()) {
            return Err(ConfigError::Bounds { key: "run.least_kw", value: self.run.least_kw, bounds: "at 0 or above" });
        }
        if self.run.stability > MOST_REPETITIONS {
            return Err(ConfigError::Bounds {
                key: "run.stability",
                value: f64::from(self.run.stability),
                bounds: "between 0 and 100",
            });
        }
        self.check_visits()?;
        self.check_money()?;
        if self.prior.strength < 0.0 {
            return Err(ConfigError::Bounds {
                key: "prior.strength",
                value: self.prior.strength,
                bounds: "at 0 or above",
            });
        }
        Ok(self)
    }

    fn check_shares(&self) -> Result<(), ConfigError> {
        let share = |key, value: f64, open: bool| {
            let inside = if open { value > 0.0 && value < 1.0 } else { (0.0..=1.0).contains(&value) };
            let bounds = if open { "between 0 and 1, both excluded" } else { "between 0 and 1" };
            if inside { Ok(()) } else { Err(ConfigError::Bounds { key, value, bounds }) }
        };
        share("run.fdr", self.run.fdr, true)?;
        share("run.max_rejects", self.run.max_rejects, false)?;
        share("prior.default", self.prior.default, true)?;
        share("prior.node", self.prior.node, true)?;
        share("inspections.missed", self.inspections.missed, true)?;
        share("inspections.missed_at_node", self.inspections.missed_at_node, true)?;
        for &value in self.prior.by_class.values() {
            share("prior.by_class", value, true)?;
        }
        share("stated.licence_exceeded", self.stated.licence_exceeded, true)?;
        share("stated.under_registration", self.stated.under_registration, true)?;
        share("balance.line_loss_share", self.balance.line_loss_share, false)?;
        share("balance.largest_filled_share", self.balance.largest_filled_share, false)?;
        for (key, value) in
            [("prior.above_contract", self.prior.above_contract), ("prior.inactive", self.prior.inactive)]
        {
            if !(1.0..=1000.0).contains(&value) {
                return Err(ConfigError::Bounds { key, value, bounds: "between 1 and 1000" });
            }
        }
        Ok(())
    }

    fn check_balance(&self) -> Result<(), ConfigError> {
        if !(self.balance.power_factor > 0.0 && self.balance.power_factor <= 1.0) {
            return Err(ConfigError::Bounds {
                key: "balance.power_factor",
                value: self.balance.power_factor,
                bounds: "above 0 and at most 1",
            });
        }
        if self.balance.latitude.abs() > 90.0 || self.balance.longitude.abs() > 180.0 {
            return Err(ConfigError::Bounds {
                key: "balance.latitude",
                value: self.balance.latitude,
                bounds: "between -90 and 90, with a longitude between -180 and 180",
            });
        }
        Ok(())
    }

    fn check_calibration(&self) -> Result<(), ConfigError> {
        let CalibrationConfig { sample, per_usage_point, population } = self.calibration;
        let bounds = [
            ("calibration.sample", sample as u64, 1, MOST_HOSTS, "between 1 and 1,000,000"),
            ("calibration.per_usage_point", u64::from(per_usage_point), 1, MOST_FARMS, "between 1 and 100"),
            (
                "calibration.population",
                population as u64,
                LEAST_POPULATION,
                u64::MAX,
                "at 100 or above: from fewer usage points nothing can be learned",
            ),
        ];
        match bounds.into_iter().find(|(_, value, least, most, _)| !(least..=most).contains(&value)) {
            Some((key, value, _, _, bounds)) => Err(ConfigError::Bounds { key, value: value as f64, bounds }),
            None => Ok(()),
        }
    }

    fn check_visits(&self) -> Result<(), ConfigError> {
        let InspectionsConfig { valid_days, recalibrate_from, .. } = self.inspections;
        if !(0..=LONGEST_LOOK_BACK as i32).contains(&valid_days) {
            return Err(ConfigError::Bounds {
                key: "inspections.valid_days",
                value: f64::from(valid_days),
                bounds: "between 0 and 36,525 days",
            });
        }
        if recalibrate_from < LEAST_OUTCOMES {
            return Err(ConfigError::Bounds {
                key: "inspections.recalibrate_from",
                value: recalibrate_from as f64,
                bounds: "at 50 or above: fewer outcomes say nothing of probabilities",
            });
        }
        if !(self.visits.cost >= 0.0 && self.visits.cost.is_finite()) {
            return Err(ConfigError::Bounds { key: "visits.cost", value: self.visits.cost, bounds: "at 0 or above" });
        }
        if self.visits.rest_days < 0 {
            let value = f64::from(self.visits.rest_days);
            return Err(ConfigError::Bounds { key: "visits.rest_days", value, bounds: "at 0 or above" });
        }
        if self.visits.per_crew == 0 || self.visits.crews > MOST_CREWS || self.visits.per_crew > MOST_CREWS {
            let (key, value) = if self.visits.crews > MOST_CREWS {
                ("visits.crews", self.visits.crews)
            } else {
                ("visits.per_crew", self.visits.per_crew)
            };
            return Err(ConfigError::Bounds { key, value: value as f64, bounds: "between 1 and 1,000,000" });
        }
        Ok(())
    }

    fn check_money(&self) -> Result<(), ConfigError> {
        let days = self.money.look_back_days;
        if !(1..=LONGEST_LOOK_BACK).contains(&days) {
            return Err(ConfigError::Bounds {
                key: "money.look_back_days",
                value: f64::from(days),
                bounds: "between 1 and 36,525 days",
            });
        }
        for (index, rule) in self.money.fee.iter().enumerate() {
            let FeeRule { per_kwh, per_kwh_high, price_from, price_below, .. } = *rule;
            if rule.days().is_none() {
                return Err(ConfigError::FeeDates { number: index + 1, from: rule.from.clone(), to: rule.to.clone() });
            }
            if let Some(&value) = [per_kwh, per_kwh_high, price_from, price_below]
                .iter()
                .find(|value| !(**value >= 0.0 && value.is_finite()))
            {
                return Err(ConfigError::Bounds { key: "money.fee", value, bounds: "at 0 or above" });
            }
        }
        Ok(())
    }

    /// The configuration as it is written into `run.toml`.
    #[must_use]
    pub fn to_table(&self) -> toml::Table {
        toml::Table::try_from(self).unwrap_or_default()
    }
}

fn merge(into: &mut toml::Table, from: toml::Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => merge(below, above),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Config::read(file.path())
    }

    #[test]
    fn what_is_printed_is_the_default() {
        assert_eq!(read(DEFAULT_TOML).unwrap(), Config::default());
        assert_eq!(read("").unwrap(), Config::default());
    }

    #[test]
    fn a_key_replaces_one_default_only() {
        let config = read("[run]\nfdr = 0.3\n").unwrap();
        assert_eq!(config, Config { run: RunConfig { fdr: 0.3, ..Config::default().run }, ..Config::default() });
    }

    #[test]
    fn an_unknown_key_is_named_with_those_expected() {
        let message = read("[run]\nfdrr = 0.3\n").unwrap_err().to_string();
        assert!(message.contains("fdrr") && message.contains("`fdr`"), "{message}");
    }

    #[test]
    fn the_caps_of_the_configuration_are_those_of_the_readers() {
        assert_eq!(Caps::from(Config::default().caps), Caps::default());
        assert!(read("[caps]\nrecord_bytes = 1\n").unwrap_err().to_string().contains("caps.record_bytes"));
    }

    #[test]
    fn nan_in_any_section_and_a_population_of_none_are_refused_by_name() {
        for (section, key, value) in [
            ("balance", "latitude", "nan"),
            ("prior", "strength", "inf"),
            ("run", "fdr", "nan"),
            ("prior.by_class", "household", "nan"),
        ] {
            let message = read(&format!("[{section}]\n{key} = {value}\n")).unwrap_err().to_string();
            assert!(message.contains(&format!("`{section}.{key}`")), "{message}");
        }
        for key in ["population", "sample", "per_usage_point"] {
            assert!(
                read(&format!("[calibration]\n{key} = 0\n"))
                    .unwrap_err()
                    .to_string()
                    .contains(&format!("calibration.{key}"))
            );
        }
    }

    #[test]
    fn a_share_beyond_one_is_refused() {
        assert!(read("[run]\nfdr = 10\n").is_err());
        assert!(read("[run]\nfdr = 1.5\n").unwrap_err().to_string().contains("run.fdr"));
    }
}
