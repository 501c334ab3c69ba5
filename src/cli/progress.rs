//! Progress on the terminal: a spinner with a count for long stages, nothing when standard error is
//! no terminal.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::pipeline::Progress;

use super::terminal::warn;

/// Progress for people; silent with `--quiet` or when nobody watches.
pub(super) struct TerminalProgress {
    bar: Mutex<ProgressBar>,
    quiet: bool,
    verbose: bool,
}

impl TerminalProgress {
    /// Progress as the user asked for it.
    pub(super) fn new(quiet: bool, verbose: bool) -> Self {
        Self { bar: Mutex::new(ProgressBar::hidden()), quiet, verbose }
    }

    /// Removes the bar.
    pub(super) fn finish(&self) {
        self.bar().finish_and_clear();
    }

    fn bar(&self) -> std::sync::MutexGuard<'_, ProgressBar> {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for TerminalProgress {
    fn stage(&self, name: &'static str, total: Option<u64>) {
        let target = if self.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(total, target);
        let template = if total.is_some() {
            "{msg} {bar:24} {percent} % of {human_len}, {eta} left"
        } else {
            "{spinner} {msg} {human_pos} {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(name);
        bar.enable_steady_tick(Duration::from_millis(120));
        let mut current = self.bar();
        current.finish_and_clear();
        *current = bar;
    }

    fn advance(&self, units: u64) {
        self.bar().inc(units);
    }

    fn remark(&self, text: &str) {
        if self.verbose {
            self.bar().suspend(|| warn(text));
        }
    }
}
