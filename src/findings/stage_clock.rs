//! Wall time by stage, and the place where an interrupt is noticed.

use std::time::Instant;

use crate::domain::Interrupt;

use super::StageTime;

/// Wall time by stage, and the place where an interrupt is noticed.
pub struct StageClock<'a> {
    interrupt: &'a Interrupt,
    last: Instant,
    /// Stages that are done.
    pub stages: Vec<StageTime>,
}

impl<'a> StageClock<'a> {
    /// A clock that begins now.
    #[must_use]
    pub fn new(interrupt: &'a Interrupt) -> Self {
        Self { interrupt, last: Instant::now(), stages: Vec::new() }
    }

    /// Ends a stage.
    ///
    /// # Errors
    /// `interrupted`, where the user asked the run to stop.
    pub fn lap<E>(&mut self, stage: &str, interrupted: E) -> Result<(), E> {
        let seconds = self.last.elapsed().as_secs_f64();
        self.last = Instant::now();
        self.stages.push(StageTime { stage: stage.to_owned(), seconds: (seconds * 1000.0).round() / 1000.0 });
        if self.interrupt.is_set() { Err(interrupted) } else { Ok(()) }
    }
}
