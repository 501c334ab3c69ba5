//! How a run ended.

use std::process::ExitCode;

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

impl ExitReason {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Finished => 0,
            Self::InternalFault => 1,
            Self::BadArguments => 2,
            Self::UnusableInput => 3,
            Self::TooManyRejects => 4,
            Self::UnwritableOutput => 5,
            Self::Interrupted => 130,
        }
    }
}

impl From<ExitReason> for ExitCode {
    fn from(reason: ExitReason) -> Self {
        Self::from(reason.code())
    }
}
