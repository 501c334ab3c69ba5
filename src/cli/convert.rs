//! `darkload convert`.

use std::path::{Path, PathBuf};

use crate::config::{Config, ConfigError};
use crate::domain::{Calendar, CalendarError};
use crate::ingest::{Caps, Mapping, MappingError};
use crate::pipeline::{self, ConvertError, ConvertPlan, Converted, PipelineError};
use crate::report::{Language, tell};

use super::complaint::complain;
use super::exit_reason::ExitReason;
use super::progress::TerminalProgress;
use super::session::watch_interrupts;
use super::terminal::{say, warn};
use super::values::size;

/// Write readings of any readable format as canonical long Parquet: usage_point, timestamp, kwh
#[derive(Debug, clap::Args)]
pub(super) struct ConvertArgs {
    /// Readings: files, folders or patterns
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// File to write; registers beside intervals go to FILE-registers.parquet
    #[arg(long, value_name = "FILE.parquet")]
    out: PathBuf,
    /// Replace the file where it exists; links, devices and files that are read are never replaced
    #[arg(long)]
    force: bool,
    /// How the files are written: the name of a known export, or a profile in TOML [default: found
    /// from the content]
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// Time zone of stamps without an offset; with it stamps are written in UTC, without it as they
    /// stand
    #[arg(long, value_name = "IANA")]
    timezone: Option<String>,
    /// Configuration, of which section [caps] counts here; `darkload config` prints the default
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Threads; default: all cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Memory the run may use, such as 800M or 4G [default: half of what is free]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<u64>,
    /// Share of rejected records above which the exit code is 4
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    max_rejects: f64,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

/// Arguments that do not make a plan.
#[derive(Debug, thiserror::Error)]
enum PlanError {
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// Rejects that are printed one by one.
const SHOWN_REJECTS: usize = 20;

/// Converts and says how it ended.
pub(super) fn run(args: &ConvertArgs) -> ExitReason {
    let plan = match plan(args) {
        Ok(plan) => plan,
        Err(error) => {
            complain("", &error);
            return ExitReason::BadArguments;
        }
    };
    let interrupt = watch_interrupts();
    let progress = TerminalProgress::new(args.quiet, false);
    let pool = match rayon::ThreadPoolBuilder::new().num_threads(args.threads.map_or(0, usize::from)).build() {
        Ok(pool) => pool,
        Err(error) => {
            complain("failed to start threads: ", &error);
            return ExitReason::InternalFault;
        }
    };
    let outcome = pool.install(|| pipeline::convert(&plan, &progress, &interrupt));
    progress.finish();
    match outcome {
        Ok(converted) => told(&converted, args),
        Err(error) => {
            complain("", &error);
            reason_of(&error)
        }
    }
}

fn reason_of(error: &ConvertError) -> ExitReason {
    match error {
        ConvertError::Pipeline(PipelineError::Interrupted) => ExitReason::Interrupted,
        ConvertError::Pipeline(PipelineError::Ingest(_) | PipelineError::Strange(_)) => ExitReason::UnusableInput,
        ConvertError::Pipeline(PipelineError::Spill(_) | PipelineError::Place(_)) | ConvertError::Write(_) => {
            ExitReason::UnwritableOutput
        }
        ConvertError::Pipeline(PipelineError::Digest(_) | PipelineError::Archive(_) | PipelineError::Book(_)) => {
            ExitReason::InternalFault
        }
        ConvertError::MixedClocks | ConvertError::Pipeline(PipelineError::Memory(_)) => ExitReason::BadArguments,
    }
}

fn plan(args: &ConvertArgs) -> Result<ConvertPlan, PlanError> {
    let profile = args.profile.as_deref();
    Ok(ConvertPlan {
        readings: args.files.clone(),
        profile: profile.map(Mapping::named).transpose()?,
        calendar: Calendar::new(args.timezone.as_deref())?,
        caps: caps(args.config.as_deref())?,
        memory: args.memory,
        out: args.out.clone(),
        force: args.force,
        also_read: args
            .config
            .iter()
            .cloned()
            .chain(profile.map(PathBuf::from).filter(|path| path.is_file()))
            .collect(),
    })
}

/// What one file may ask of the machine, by a configuration or the default.
///
/// # Errors
/// When the configuration cannot be used.
pub(super) fn caps(config: Option<&Path>) -> Result<Caps, ConfigError> {
    config.map_or_else(|| Ok(Caps::default()), |path| Ok(Config::read(path)?.checked()?.caps.into()))
}

fn told(converted: &Converted, args: &ConvertArgs) -> ExitReason {
    if !args.quiet {
        let Converted { readings, usage_points, register_readings, given_way, .. } = converted;
        say(&format!("{readings} readings of {usage_points} usage points, {register_readings} register readings\n"));
        if *given_way > 0 {
            say(&format!("{given_way} readings gave way to a better or later one of the same interval\n"));
        }
        converted.files.iter().for_each(|path| say(&format!("written: {}\n", path.display())));
    }
    converted.words.iter().for_each(|words| warn(&format!("darkload: {words}")));
    for doubt in &converted.doubts {
        warn(&format!("darkload: {}", tell(Language::English, doubt)));
    }
    let rejects: u64 = converted.rejects.iter().map(|reject| reject.records).sum();
    let shown = &converted.rejects[..converted.rejects.len().min(SHOWN_REJECTS)];
    for reject in shown {
        let detail = tell(Language::English, &reject.detail);
        warn(&format!("darkload: left out: {} row {}: {}: {detail}", reject.file, reject.row, reject.code));
    }
    let others = rejects - shown.iter().map(|reject| reject.records).sum::<u64>();
    if others > 0 {
        warn(&format!("darkload: {others} more records were left out; `darkload inspect` counts them by kind"));
    }
    let records = converted.readings + converted.register_readings + rejects;
    if rejects as f64 > args.max_rejects * records.max(1) as f64 {
        ExitReason::TooManyRejects
    } else {
        ExitReason::Finished
    }
}
