//! Panics of foreign readers on damaged files, turned into errors: a library that slices before it
//! checks must not end a run.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// Whether a panic on this thread is one of a library's, which is told as an error.
    static IS_EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// What a library's call gives; `None` when it panics, which prints nothing.
///
/// Only calls that end in the library belong here, none that calls back into the program: a fault
/// of ours has to be seen. Whatever the call worked on is not used again after a panic.
pub(crate) fn contained<T>(call: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IS_EXPECTED.get() {
                usual(panic);
            }
        }));
    });
    let outer = IS_EXPECTED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(call));
    IS_EXPECTED.set(outer);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_gives_nothing_and_the_next_call_is_answered() {
        let nothing: [u8; 0] = [];
        assert_eq!(contained(|| nothing[std::hint::black_box(3)]), None);
        assert_eq!(contained(|| 4), Some(4));
    }
}
