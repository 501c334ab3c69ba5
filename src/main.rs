//! The `darkload` program: hands over to the library and ends the process.

use std::process::ExitCode;

fn main() -> ExitCode {
    std::panic::catch_unwind(darkload::cli::run).unwrap_or(darkload::cli::ExitReason::InternalFault).into()
}
