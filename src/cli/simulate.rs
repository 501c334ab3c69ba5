//! `darkload simulate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::synth::{FileFormat, RowOrder, SimulateError, SimulateSettings, simulate};

use super::{ExitReason, complain};

/// Arguments of `darkload simulate`.
#[derive(Debug, Args)]
pub(super) struct SimulateArgs {
    /// Folder to write; an older synthetic utility is replaced, any other folder is refused
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Usage points, balance meters not counted
    #[arg(long, value_name = "N", default_value_t = 1000)]
    usage_points: u32,
    /// Days
    #[arg(long, value_name = "D", default_value_t = 60)]
    days: u32,
    /// Interval length in minutes
    #[arg(long, value_name = "MIN", default_value_t = 30)]
    step: u32,
    /// Seed
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// First day; a January start gives a cold winter, a June start a warm summer
    #[arg(long, value_name = "DATE", default_value = "2025-03-01")]
    start: String,
    /// Time zone of the stamps
    #[arg(long, value_name = "IANA", default_value = "Etc/GMT-5")]
    timezone: String,
    /// Share of usage points that are businesses or institutions
    #[arg(long, value_name = "SHARE", default_value_t = 0.15)]
    businesses: f64,
    /// Share of usage points that hide a farm; 0 for none
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    farms: f64,
    /// Share of usage points that lawfully look like a farm
    #[arg(long, value_name = "SHARE", default_value_t = 0.03)]
    look_alikes: f64,
    /// Share of usage points with a data fault
    #[arg(long, value_name = "SHARE", default_value_t = 0.02)]
    faults: f64,
    /// Share of homes heated by electricity
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    electric_heating: f64,
    /// Share of homes with monthly register readings instead of intervals
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    registers: f64,
    /// Read businesses hourly, whatever the interval length
    #[arg(long)]
    mixed_steps: bool,
    /// Usage points to a transformer
    #[arg(long, value_name = "N", default_value_t = 60)]
    per_transformer: u32,
    /// Balance meters on feeders and substations too
    #[arg(long)]
    three_levels: bool,
    /// Share of transformers with a balance meter
    #[arg(long, value_name = "SHARE", default_value_t = 1.0)]
    balance_meters: f64,
    /// Share of transformers with a tap that no meter sees
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    taps: f64,
    /// Share of usage points that the grid file forgets
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    unlinked: f64,
    /// Order of rows
    #[arg(long, value_enum, default_value_t = OrderArg::Meter)]
    order: OrderArg,
    /// Format of the readings
    #[arg(long, value_enum, default_value_t = FormatArg::Parquet)]
    format: FormatArg,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OrderArg {
    Meter,
    Time,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatArg {
    Parquet,
    Csv,
}

/// Makes the utility and says how it ended.
pub(super) fn run(args: &SimulateArgs) -> ExitReason {
    match simulate(&settings(args), &args.out) {
        Ok(made) => {
            println!(
                "Synthetic utility in {}: {} usage points, {} of them with a farm, {} readings; truth.csv says what is what.",
                args.out.display(),
                made.usage_points,
                made.farms,
                made.readings
            );
            ExitReason::Finished
        }
        Err(error) => {
            complain(&error);
            match error {
                SimulateError::Settings(_) | SimulateError::Calendar(_) => ExitReason::BadArguments,
                SimulateError::Io { .. } | SimulateError::Parquet { .. } | SimulateError::Foreign { .. } => ExitReason::UnwritableOutput,
            }
        }
    }
}

fn settings(args: &SimulateArgs) -> SimulateSettings {
    SimulateSettings {
        usage_points: args.usage_points,
        days: args.days,
        step_min: args.step,
        seed: args.seed,
        start: args.start.clone(),
        timezone: args.timezone.clone(),
        business_share: args.businesses,
        farm_share: args.farms,
        look_alike_share: args.look_alikes,
        fault_share: args.faults,
        electric_heating_share: args.electric_heating,
        register_share: args.registers,
        mixed_steps: args.mixed_steps,
        per_transformer: args.per_transformer,
        three_levels: args.three_levels,
        balance_share: args.balance_meters,
        tap_share: args.taps,
        unlinked_share: args.unlinked,
        order: match args.order {
            OrderArg::Meter => RowOrder::Meter,
            OrderArg::Time => RowOrder::Time,
        },
        format: match args.format {
            FormatArg::Parquet => FileFormat::Parquet,
            FormatArg::Csv => FileFormat::Csv,
        },
    }
}
