//! Partial results, one for each thread that works, folded into one when the work is done.
//!
//! No thread waits for another. Which thread takes which usage point is chance, so what is folded
//! must come out the same in any grouping and order: counts and whole numbers add up, lists are
//! sorted by id afterwards, samples are chosen by hash.

use std::cell::RefCell;

use thread_local::ThreadLocal;

/// One partial result a thread.
#[derive(Debug, Default)]
pub struct PerWorker<T: Send>(ThreadLocal<RefCell<T>>);

impl<T: Default + Send> PerWorker<T> {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self(ThreadLocal::new())
    }

    /// Shows this thread's partial result to `add`, which must not start parallel work: the thread
    /// might take up another usage point in its midst.
    pub fn with<R>(&self, add: impl FnOnce(&mut T) -> R) -> R {
        add(&mut self.0.get_or_default().borrow_mut())
    }

    /// The partial results of all threads.
    pub fn each(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(RefCell::get_mut)
    }

    /// All partial results as one.
    pub fn folded(self, merge: impl FnMut(T, T) -> T) -> T {
        self.0.into_iter().map(RefCell::into_inner).reduce(merge).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;

    #[test]
    fn partial_results_add_up_whatever_thread_made_them() {
        let sums: PerWorker<u64> = PerWorker::new();
        (0..1000_u64).into_par_iter().for_each(|number| sums.with(|sum| *sum += number));
        assert_eq!(sums.folded(|a, b| a + b), 499_500);
    }
}
