//! The command line: arguments as typed, then a checked plan, then the run; and exit codes.

mod convert;
mod inspect;
mod progress;
mod pseudonym_files;
mod scan;
mod session;
mod simulate;
mod verify;
mod verify_inputs;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::domain::shortened;
use crate::report::{LANGUAGES, Language};

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
    Scan(Box<scan::ScanArgs>),
    /// Show what the reader takes files for and on what ground: format, columns, clock, first readings, months, faults; writes nothing
    Inspect(inspect::InspectArgs),
    /// Plant farms of known size in the dump's own series and say which of them a scan would find
    Trial(Box<scan::ScanArgs>),
    /// Write a synthetic utility with known farms, to try and to measure with
    Simulate(Box<simulate::SimulateArgs>),
    /// Say what a result holds on one usage point, address or node: why it is listed, what speaks against, what was not testable
    Explain(ExplainArgs),
    /// Repeat a result from the readings and its run.toml, and say whether the bytes are the same and, if not, where they part
    Verify(Box<verify::VerifyArgs>),
    /// Write readings of any readable format as canonical long Parquet: usage_point, timestamp, kwh
    Convert(convert::ConvertArgs),
    /// Print the default configuration with comments
    Config,
}

#[derive(Debug, clap::Args)]
struct ExplainArgs {
    /// Result folder of a scan
    result: PathBuf,
    /// Usage point, node, or part of an address
    id: String,
    /// Language of the words
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = language)]
    lang: Language,
}

/// A language by its code.
fn language(code: &str) -> Result<Language, String> {
    Language::of_code(code).ok_or_else(|| {
        let known: Vec<&str> = LANGUAGES.iter().map(|(_, code, _)| *code).collect();
        format!("known are {}", known.join(", "))
    })
}

/// How a run ended, as the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// Finished.
    Finished,
    /// A fault of the program.
    InternalFault,
    /// Bad arguments or configuration.
    BadArguments,
    /// The input cannot be used.
    UnusableInput,
    /// Finished, but more records were rejected than allowed.
    TooManyRejects,
    /// The output cannot be written.
    UnwritableOutput,
    /// Interrupted, nothing written.
    Interrupted,
}

impl From<ExitReason> for ExitCode {
    fn from(reason: ExitReason) -> Self {
        Self::from(match reason {
            ExitReason::Finished => 0,
            ExitReason::InternalFault => 1,
            ExitReason::BadArguments => 2,
            ExitReason::UnusableInput => 3,
            ExitReason::TooManyRejects => 4,
            ExitReason::UnwritableOutput => 5,
            ExitReason::Interrupted => 130,
        })
    }
}

/// Parses the command line and runs it. Bad arguments end the process with exit code 2 and a message, as clap does.
#[must_use]
pub fn run() -> ExitReason {
    match Cli::parse().command {
        Command::Scan(args) => scan::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Trial(args) => scan::run_trial(&args),
        Command::Simulate(args) => match simulate::run(&args) {
            Ok(()) => ExitReason::Finished,
            Err(error) => {
                complain("failed to ", &error);
                match error {
                    simulate::SimulateError::Settings(_) => ExitReason::BadArguments,
                    simulate::SimulateError::Folder(_) => ExitReason::UnwritableOutput,
                }
            }
        },
        Command::Explain(args) => match crate::report::explain(&args.result, &args.id, args.lang) {
            Ok(words) => {
                print!("{words}");
                ExitReason::Finished
            }
            Err(error) => {
                complain("", &error);
                ExitReason::UnusableInput
            }
        },
        Command::Config => {
            print!("{}", crate::config::DEFAULT_TOML);
            ExitReason::Finished
        }
    }
}

/// Prints an error with its causes on standard error, after `opening`.
fn complain(opening: &str, error: &dyn std::error::Error) {
    let mut chain = vec![format!("{opening}{}", shortened(&error.to_string()))];
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push(shortened(&cause.to_string()));
        source = cause.source();
    }
    eprintln!("darkload: {}", chain.join(": "));
}
