//! The archive: what is kept of earlier months, so that a scan reads the new month only.
//!
//! A month is kept as its readings, packed without loss: about as much as the month's digests would
//! take, and everything that a scan does over all its months at once (the fault gate, sums up the
//! grid with what is filled in, the second look) comes out the same as if they had been read again.
//! `folder` opens and checks an archive, `manifest` is what it says of itself, and a `transaction`
//! changes it as a whole or not at all. `history` hands a usage point on with its earlier months,
//! `read_again` does so once more for the few that are asked about, `keep` writes the new ones;
//! `packed` is a usage point's month as bytes, `month_file` a month of all. `lists` is what is done
//! to an archive beside scans.

mod bytes;
mod error;
mod folder;
mod history;
mod keep;
mod lists;
mod manifest;
mod month_file;
mod months;
mod packed;
mod read_again;
mod said;
mod transaction;

pub use error::ArchiveError;
pub use folder::Archive;
pub use history::History;
pub use lists::Forgotten;
pub use manifest::{About, KeptFile, MANIFEST, Manifest, Month, VERSION};
pub(crate) use read_again::{ReadAgain, ReadAgainError};
pub(crate) use said::SAID;
pub use transaction::Transaction;
