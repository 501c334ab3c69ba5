//! Commands and their arguments as typed, and which of them runs.

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use crate::report::Language;

use super::complaint::complain;
use super::exit_reason::ExitReason;
use super::values::{language, of_system};
use super::{archive, convert, inspect, manual, registries, scan, simulate, terminal, verify};

/// Finds hidden crypto-mining load in the meter data that a utility already has.
#[derive(Debug, Parser)]
#[command(name = "darkload", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read a meter dump, test every usage point and grid node, and write a ranked, explained list
    #[command(after_help = registries::evidence())]
    Scan(Box<scan::ScanArgs>),
    /// Show what the reader takes files for and on what ground: format, columns, clock, first
    /// readings, months, faults; writes nothing
    #[command(after_help = registries::formats())]
    Inspect(inspect::InspectArgs),
    /// Plant farms of known size in the dump's own series and say which of them a scan would find
    Trial(Box<scan::ScanArgs>),
    /// Write a synthetic utility with known farms, to try and to measure with
    Simulate(Box<simulate::SimulateArgs>),
    /// Say what a result holds on one usage point, address or node: why it is listed, what speaks
    /// against, what was not testable
    Explain(ExplainArgs),
    /// Repeat a result from the readings and its run.toml, and say whether the bytes are the same
    /// and, if not, where they part
    Verify(Box<verify::VerifyArgs>),
    /// Write readings of any readable format as canonical long Parquet: usage_point, timestamp, kwh
    Convert(convert::ConvertArgs),
    /// List the months that an archive of scans holds; check it, forget a usage point, drop a month
    Archive(archive::ArchiveArgs),
    /// Print the default configuration with comments
    Config,
    /// Print completions for a shell
    Completions(manual::CompletionsArgs),
    /// Print the manual page, or write one page a command
    Manual(manual::ManualArgs),
}

#[derive(Debug, clap::Args)]
struct ExplainArgs {
    /// Result folder of a scan
    result: PathBuf,
    /// Usage point, node, or part of an address
    id: String,
    /// Language of the words: en, ru or kk [default: that of the system]
    #[arg(long, value_name = "LANG", value_parser = language)]
    lang: Option<Language>,
}

/// Parses the command line and runs it.
#[must_use]
pub fn run() -> ExitReason {
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(error) => return told(&error),
    };
    match command {
        Command::Scan(args) => scan::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Trial(args) => scan::run_trial(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Explain(args) => {
            match crate::report::explain(&args.result, &args.id, args.lang.unwrap_or_else(of_system)) {
                Ok(words) => terminal::show(&words),
                Err(error) => {
                    complain("", &error);
                    ExitReason::UnusableInput
                }
            }
        }
        Command::Archive(args) => archive::run(&args),
        Command::Config => terminal::show(crate::config::DEFAULT_TOML),
        Command::Completions(args) => manual::completions(&args, Cli::command()),
        Command::Manual(args) => manual::manual(&args, Cli::command()),
    }
}

/// Prints the help that was asked for, or what is wrong with the arguments.
fn told(error: &clap::Error) -> ExitReason {
    if error.use_stderr() {
        terminal::warn(&error.to_string());
        ExitReason::BadArguments
    } else {
        terminal::show(&error.to_string())
    }
}
