//! The command line: arguments as typed, then a checked plan, then the run; and exit codes.

mod archive;
mod command;
mod complaint;
mod convert;
mod exit_reason;
mod inspect;
mod inspect_folder;
mod manual;
mod progress;
mod pseudonym_files;
mod registries;
mod scan;
mod session;
mod simulate;
mod terminal;
mod values;
mod verify;
mod verify_inputs;

pub use command::{Cli, run};
pub use exit_reason::ExitReason;
