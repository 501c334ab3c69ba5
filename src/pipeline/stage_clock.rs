//! Wall time by stage, and the place where an interrupt is noticed.

use std::time::Instant;

use crate::domain::Interrupt;
use crate::findings::StageTime;

use super::inputs::PipelineError;

/// Wall time by stage, and the place where an interrupt is noticed.
pub(super) struct StageClock<'a> {
    interrupt: &'a Interrupt,
    last: Instant,
    pub(super) stages: Vec<StageTime>,
}

impl<'a> StageClock<'a> {
    pub(super) fn new(interrupt: &'a Interrupt) -> Self {
        Self { interrupt, last: Instant::now(), stages: Vec::new() }
    }

    pub(super) fn lap(&mut self, stage: &str) -> Result<(), PipelineError> {
        let seconds = self.last.elapsed().as_secs_f64();
        self.last = Instant::now();
        self.stages.push(StageTime { stage: stage.to_owned(), seconds: (seconds * 1000.0).round() / 1000.0 });
        if self.interrupt.is_set() { Err(PipelineError::Interrupted) } else { Ok(()) }
    }
}
