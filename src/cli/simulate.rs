//! `darkload simulate`: writes a synthetic utility with known truth.

use std::path::PathBuf;

use serde::de::DeserializeOwned;

use crate::synth::{
    Oddities, Place, ReadingsFormat, ReadingsOrder, Registers, SettingsError, SimulateError as FolderError,
    SimulateSettings, Simulated, TamperKind, simulate,
};

use super::complaint::complain;
use super::exit_reason::ExitReason;
use super::session::watch_interrupts;
use super::terminal::{say, warn};

/// Write a synthetic utility: readings, customers, grid, weather, licences, tariffs, and the truth
/// about its farms.
///
/// The same options give the same bytes. Shares lie between 0 and 1.
#[derive(Debug, Clone, clap::Args)]
#[command(next_line_help = false)]
pub(super) struct SimulateArgs {
    /// Folder to write; an earlier simulation is replaced, any other folder with files is refused
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Number of usage points, balance meters not counted
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(super) usage_points: u32,
    /// Number of days
    #[arg(long, value_name = "D", default_value_t = 90)]
    pub(super) days: u32,
    /// Civil months instead of days, each in a file of readings of its own
    #[arg(long, value_name = "N")]
    pub(super) months: Option<u32>,
    /// Length of an interval in minutes: 5, 10, 15, 20, 30 or 60
    #[arg(long = "step", visible_alias = "step-min", value_name = "MIN", default_value_t = 30)]
    pub(super) step_min: u32,
    /// Seed of everything random
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(super) seed: u64,
    /// First local day, YYYY-MM-DD; the season follows from it
    #[arg(long, value_name = "DATE", default_value = "2025-03-01")]
    pub(super) start: String,
    /// IANA time zone of the stamps, or `none` for a clock without changes
    #[arg(long, value_name = "IANA", default_value = "Asia/Almaty")]
    pub(super) timezone: String,
    /// Climate and sun: astana (winters of -30 °C), almaty or shymkent
    #[arg(long, value_name = "CITY", default_value = "almaty", value_parser = word::<Place>)]
    pub(super) place: Place,
    /// Share of usage points with a farm; 0 also leaves out unmetered load
    #[arg(long, value_name = "SHARE", default_value_t = 0.03)]
    pub(super) prevalence: f64,
    /// Share of transformers with unmetered load
    #[arg(long, value_name = "SHARE", default_value_t = 0.15)]
    pub(super) unmetered_share: f64,
    /// Share of feeders and substations with unmetered load of their own [default: feeders as
    /// transformers, substations none]
    #[arg(long, value_name = "SHARE")]
    pub(super) upper_unmetered_share: Option<f64>,
    /// Share of usage points that look like farms and are lawful
    #[arg(long, value_name = "SHARE", default_value_t = 0.04)]
    pub(super) look_alike_share: f64,
    /// Share of usage points whose data are stuck, filled in evenly or multiplied
    #[arg(long, value_name = "SHARE", default_value_t = 0.015)]
    pub(super) fault_share: f64,
    /// Share of usage points with gaps, duplicates, spikes or export
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    pub(super) untidy_share: f64,
    /// Share of usage points that are not homes
    #[arg(long, value_name = "SHARE", default_value_t = 0.12)]
    pub(super) business_share: f64,
    /// Share of homes that are heated by electricity
    #[arg(long, value_name = "SHARE", default_value_t = 0.08)]
    pub(super) electric_heating: f64,
    /// Share of usage points with a mining licence
    #[arg(long, value_name = "SHARE", default_value_t = 0.002)]
    pub(super) licensed_share: f64,
    /// Share of homes with a register instead of intervals
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) registers_only: f64,
    /// Whose registers are written: only-where-no-intervals or everywhere
    #[arg(long, value_name = "WHOSE", default_value = "only-where-no-intervals", value_parser = word::<Registers>)]
    pub(super) registers: Registers,
    /// Days between two register readings
    #[arg(long, value_name = "D", default_value_t = 30)]
    pub(super) register_days: u32,
    /// Registers are first read on one of so many days, each usage point on its own
    #[arg(long, value_name = "D", default_value_t = 1)]
    pub(super) register_spread_days: u32,
    /// Levels of the grid: 1 transformers, 2 with feeders, 3 with substations
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(super) levels: u32,
    /// Fewest usage points of a transformer
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub(super) meters_per_transformer_min: u32,
    /// Most usage points of a transformer
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(super) meters_per_transformer_max: u32,
    /// Share of grid nodes with a balance meter
    #[arg(long, value_name = "SHARE", default_value_t = 0.9)]
    pub(super) balance_share: f64,
    /// Share of feeders and substations with a balance meter [default: as all nodes]
    #[arg(long, value_name = "SHARE")]
    pub(super) upper_balance_share: Option<f64>,
    /// Share of transformers' balance meters of which the register is read and nothing else
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) balance_register_share: f64,
    /// Share of transformers' balance meters that sit at 0.4 kV, behind the transformer's own loss
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) lv_balance_share: f64,
    /// Share of transformers that feed street lamps which no meter counts; they stand in the grid
    /// file
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) lighting_share: f64,
    /// Share of such lamps that the grid file does not declare
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) undeclared_lighting_share: f64,
    /// Share of balance meters whose clock is 15 to 60 minutes wrong
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) balance_clock_share: f64,
    /// Share of balance meters with a wrong ratio
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) balance_ratio_share: f64,
    /// Share of balance meters that repeat one value for days
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) balance_stuck_share: f64,
    /// Share of balance meters with gaps of days
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) balance_gap_share: f64,
    /// Share of usage points missing from the grid file
    #[arg(long, value_name = "SHARE", default_value_t = 0.02)]
    pub(super) unlinked_share: f64,
    /// Share of usage points that the grid file puts under the wrong transformer
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) wrong_link_share: f64,
    /// Share of usage points whose meter has been made to show only a part of the load
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) scaled_share: f64,
    /// Share of usage points whose meter has been tampered with
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) tamper_share: f64,
    /// How: mixed, drop, zero, scaled, night-zero (stopped at night) or reversed (runs backwards)
    #[arg(long, value_name = "HOW", default_value = "mixed", value_parser = word::<TamperKind>)]
    pub(super) tamper_kind: TamperKind,
    /// Share of usage points with a farm past the meter; of every second one the metered load drops
    /// on the same day
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) bypass_share: f64,
    /// Share of farms that stop and begin elsewhere within weeks
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) moving_share: f64,
    /// Write bills, of which an insider keeps this share of usage points out [default: no bills]
    #[arg(long, value_name = "SHARE")]
    pub(super) insider_share: Option<f64>,
    /// Write inspections of this share of usage points, who draws much for the contract more often
    /// [default: no inspections]
    #[arg(long, value_name = "SHARE")]
    pub(super) inspection_share: Option<f64>,
    /// Share of farms that inspections miss [default: 0.1]
    #[arg(long, value_name = "SHARE", requires = "inspection_share")]
    pub(super) inspection_error: Option<f64>,
    /// Share of homes of which nothing is read
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(super) unread_share: f64,
    /// Write volts of this share of usage points, of all where none is given, and of every balance
    /// meter; `network.csv` then tells where everything hangs
    #[arg(long, value_name = "SHARE", num_args = 0..=1, default_missing_value = "1")]
    pub(super) volts: Option<f64>,
    /// Businesses and a tenth of the homes report whole hours
    #[arg(long)]
    pub(super) mixed_steps: bool,
    /// File format of the readings: parquet or csv
    #[arg(long, value_name = "FORMAT", default_value = "parquet", value_parser = word::<ReadingsFormat>)]
    pub(super) format: ReadingsFormat,
    /// Order of the readings: meter (one after the other) or time (one instant after the other)
    #[arg(long, value_name = "ORDER", default_value = "meter", value_parser = word::<ReadingsOrder>)]
    pub(super) order: ReadingsOrder,
    /// What is strange about the utility.
    #[command(flatten)]
    pub(super) oddities: Oddities,
}

/// A simulation that could not be run.
#[derive(Debug, thiserror::Error)]
pub(super) enum SimulateError {
    /// Options that describe no utility: exit code 2.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The folder could not be written: exit code 5.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

/// A word of an option, spelled with hyphens, as the settings read it.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, toml::de::Error> {
    toml::Value::String(text.replace('-', "_")).try_into()
}

impl SimulateArgs {
    /// The settings that these arguments ask for.
    #[must_use]
    pub(super) fn settings(&self) -> SimulateSettings {
        SimulateSettings {
            usage_points: self.usage_points,
            days: self.days,
            step_min: self.step_min,
            seed: self.seed,
            start: self.start.clone(),
            timezone: self.timezone.clone(),
            place: self.place,
            prevalence: self.prevalence,
            unmetered_share: self.unmetered_share,
            look_alike_share: self.look_alike_share,
            fault_share: self.fault_share,
            untidy_share: self.untidy_share,
            business_share: self.business_share,
            electric_heating: self.electric_heating,
            licensed_share: self.licensed_share,
            registers_only: self.registers_only,
            registers: self.registers,
            register_days: self.register_days,
            levels: self.levels,
            meters_per_transformer_min: self.meters_per_transformer_min,
            meters_per_transformer_max: self.meters_per_transformer_max,
            balance_share: self.balance_share,
            unlinked_share: self.unlinked_share,
            wrong_link_share: self.wrong_link_share,
            scaled_share: self.scaled_share,
            tamper_share: self.tamper_share,
            tamper_kind: self.tamper_kind,
            bypass_share: self.bypass_share,
            months: self.months,
            moving_share: self.moving_share,
            insider_share: self.insider_share,
            inspection_share: self.inspection_share,
            inspection_error: self.inspection_error,
            unread_share: self.unread_share,
            volts: self.volts,
            upper_unmetered_share: self.upper_unmetered_share,
            register_spread_days: self.register_spread_days,
            upper_balance_share: self.upper_balance_share,
            balance_register_share: self.balance_register_share,
            lv_balance_share: self.lv_balance_share,
            lighting_share: self.lighting_share,
            undeclared_lighting_share: self.undeclared_lighting_share,
            balance_clock_share: self.balance_clock_share,
            balance_ratio_share: self.balance_ratio_share,
            balance_stuck_share: self.balance_stuck_share,
            balance_gap_share: self.balance_gap_share,
            mixed_steps: self.mixed_steps,
            format: self.format,
            order: self.order,
            oddities: self.oddities.clone(),
        }
    }
}

/// Runs the command and says how it ended.
pub(super) fn run(args: &SimulateArgs) -> ExitReason {
    let interrupt = watch_interrupts();
    let outcome = args
        .settings()
        .checked()
        .map_err(SimulateError::from)
        .and_then(|settings| Ok(simulate(&settings, &args.out, &mut |_| interrupt.is_set())?));
    match outcome {
        Ok(Simulated { readings, usage_points, farms, unmetered_nodes, words }) => {
            for words in &words {
                warn(&format!("darkload: {words}"));
            }
            say(&format!(
                "wrote {}: {usage_points} usage points, {readings} readings\n\
                 truth.csv: {farms} usage points with a farm or theft, \
                 {unmetered_nodes} grid nodes with unmetered load\n",
                args.out.display()
            ));
            ExitReason::Finished
        }
        Err(error) => {
            complain("failed to ", &error);
            match error {
                SimulateError::Settings(_) => ExitReason::BadArguments,
                SimulateError::Folder(FolderError::Interrupted) => ExitReason::Interrupted,
                SimulateError::Folder(_) => ExitReason::UnwritableOutput,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::synth::{ClassWords, command_line};

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        args: SimulateArgs,
    }

    #[test]
    fn without_options_the_default_utility_is_built() {
        let args = Alone::parse_from(["simulate", "--out", "x"]).args;
        assert_eq!(args.settings(), SimulateSettings::default());
    }

    #[test]
    fn the_command_line_written_down_leads_back_to_its_settings() {
        let settings = SimulateSettings {
            place: Place::Astana,
            registers: Registers::Everywhere,
            mixed_steps: true,
            prevalence: 0.25,
            upper_balance_share: Some(1.0),
            tamper_kind: TamperKind::NightZero,
            start: "2025-01-06".into(),
            oddities: Oddities {
                whole_kwh_share: 0.1,
                season_day: Some(3),
                load_sheddings: 2,
                class_words: ClassWords::Russian,
                details: true,
                ..Oddities::default()
            },
            ..SimulateSettings::default()
        };
        let line = command_line(&settings).unwrap();
        let words = line.split(' ').skip(1);
        assert_eq!(Alone::parse_from(words).args.settings(), settings, "{line}");
    }

    #[test]
    fn an_unknown_city_is_refused_with_the_known_ones() {
        let message = Alone::try_parse_from(["simulate", "--out", "x", "--place", "paris"]).err().unwrap().to_string();
        assert!(message.contains("shymkent"), "{message}");
    }
}
