//! What long work asks and tells on its way: whether to stop, and how far it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set by Ctrl-C; long stages ask it.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks the run to stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether the run should stop.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Where a run says how far it is.
pub trait Progress: Sync {
    /// A stage begins, of `total` units where that is known.
    fn stage(&self, name: &'static str, total: Option<u64>);
    /// Units done since the last call.
    fn advance(&self, units: u64);
    /// A remark for `--verbose`.
    fn remark(&self, text: &str);
}
