//! The only wiring: from a plan to findings, stage by stage.

mod balancing;
mod convert;
mod inputs;
mod inspect;
mod plan;
#[cfg(test)]
mod reference_making;
mod results;
mod run;
mod scan;
mod trial;

pub use crate::domain::{Interrupt, Progress};
pub use convert::{ConvertError, ConvertPlan, Converted, convert};
pub use inputs::PipelineError;
pub use inspect::{Inspection, inspect};
pub use plan::ScanPlan;
pub use scan::{scan, scan_and_keep, trial};
