//! A checked plan on its way through the pipeline: threads, progress, interrupts.

use std::time::Duration;

use crate::archive::ArchiveError;
use crate::casebook::BookError;
use crate::disk::{self, Kind};
use crate::ingest::IngestError;
use crate::pipeline::{Interrupt, PipelineError, ScanPlan};
use crate::report::{self, WriteError};

use super::exit_reason::ExitReason;
use super::progress::TerminalProgress;
use super::terminal::warn;

/// Time that a run has to end by itself after an interrupt; a stage that does not ask within it is
/// broken off, which no result suffers from.
const GRACE: Duration = Duration::from_secs(10);

/// A run that did not finish, with what to tell the shell.
#[derive(Debug, thiserror::Error)]
pub(super) enum RunError {
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    #[error("failed to write the result")]
    Write(#[from] WriteError),
    #[error("failed to start {threads} threads")]
    Threads { threads: u16, source: rayon::ThreadPoolBuildError },
}

impl RunError {
    pub(super) fn reason(&self) -> ExitReason {
        match self {
            Self::Pipeline(PipelineError::Interrupted) => ExitReason::Interrupted,
            Self::Pipeline(PipelineError::Memory(_)) => ExitReason::BadArguments,
            Self::Pipeline(PipelineError::Spill(_) | PipelineError::Place(_)) | Self::Write(_) => {
                ExitReason::UnwritableOutput
            }
            Self::Pipeline(PipelineError::Archive(error) | PipelineError::Book(BookError::Archive(error))) => {
                archive_reason(error)
            }
            Self::Pipeline(PipelineError::Ingest(_) | PipelineError::Strange(_) | PipelineError::Book(_)) => {
                ExitReason::UnusableInput
            }
            Self::Pipeline(PipelineError::Digest(_)) | Self::Threads { .. } => ExitReason::InternalFault,
        }
    }
}

/// What an archive that cannot be used means for the shell.
pub(super) fn archive_reason(error: &ArchiveError) -> ExitReason {
    if error.is_unwritable() { ExitReason::UnwritableOutput } else { ExitReason::UnusableInput }
}

impl From<IngestError> for RunError {
    fn from(error: IngestError) -> Self {
        Self::Pipeline(error.into())
    }
}

/// A flag that an interrupt sets. A second interrupt ends the process at once, and so does a run
/// that goes on for too long after the first.
pub(super) fn watch_interrupts() -> Interrupt {
    let interrupt = Interrupt::default();
    let flag = interrupt.clone();
    let code = || std::process::exit(ExitReason::Interrupted.code().into());
    // A second handler cannot be set; then an interrupt ends the process at once, which leaves
    // nothing half-written either.
    let _ = ctrlc::set_handler(move || {
        if flag.is_set() {
            code();
        }
        flag.set();
        std::thread::spawn(move || {
            std::thread::sleep(GRACE);
            code();
        });
    });
    interrupt
}

/// How a run uses the machine and the terminal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub(super) threads: Option<u16>,
    pub(super) quiet: bool,
    pub(super) verbose: bool,
}

/// A checked plan with all that a run needs beside it.
pub(super) struct Session {
    pub(super) plan: ScanPlan,
    pub(super) interrupt: Interrupt,
    progress: TerminalProgress,
    pool: rayon::ThreadPool,
}

impl Session {
    /// A session that writes the result of a scan.
    pub(super) fn new(plan: ScanPlan, manner: Manner) -> Result<Self, RunError> {
        Self::of_kind(&disk::SCAN, plan, manner)
    }

    /// A session that writes a result of this kind.
    pub(super) fn of_kind(kind: &'static Kind, plan: ScanPlan, manner: Manner) -> Result<Self, RunError> {
        report::check_out_dir(&plan.out, kind)?.iter().for_each(|words| warn(&format!("darkload: {words}")));
        let interrupt = watch_interrupts();
        let progress = TerminalProgress::new(manner.quiet, manner.verbose);
        let mut builder = rayon::ThreadPoolBuilder::new();
        if let Some(threads) = manner.threads {
            builder = builder.num_threads(usize::from(threads));
        }
        let pool =
            builder.build().map_err(|source| RunError::Threads { threads: manner.threads.unwrap_or(0), source })?;
        Ok(Self { plan, interrupt, progress, pool })
    }

    /// Does the work in the run's own threads.
    pub(super) fn work<T: Send>(&self, work: impl FnOnce(&ScanPlan, &TerminalProgress, &Interrupt) -> T + Send) -> T {
        let done = self.pool.install(|| work(&self.plan, &self.progress, &self.interrupt));
        self.progress.finish();
        done
    }
}
