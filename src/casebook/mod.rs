//! Cases from month to month: what is new, what has grown, stopped, moved, come back or been
//! cleared, with one number a case for good.

mod book;
mod elsewhere;
mod month;
mod moves;
pub(crate) mod said;
mod surroundings;
mod trends;
mod turn_page;

pub use book::{Book, BookError};
pub(crate) use month::turn;
pub(crate) use said::SAID;
pub(crate) use surroundings::Surroundings;
