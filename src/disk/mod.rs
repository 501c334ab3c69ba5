//! What is written, and how it gets into place: a result appears whole or not at all, an older one
//! is never lost on the way, and nothing that is not ours is touched.
//!
//! `Place` is a folder to write to, checked before the work. `Stage` is a hidden folder beside it
//! in which a result is made. `Said` is what a result says of itself: its kind and its files with
//! their digests. `leftover` clears up after runs that were ended. A `HeldFolder` is written to by
//! one run at a time. Every operation goes through `operation`, where tests make any of them fail.

mod error;
mod held_folder;
mod leftover;
mod operation;
mod place;
mod prepare;
mod put_file;
mod read_text;
mod said;
mod stage;

pub use error::PlaceError;
pub use held_folder::{ARCHIVE_KIND, ARCHIVE_MARK, HeldFolder, LOCK_FILE, is_archive};
pub use operation::{Output, create, create_folder, remove_file, rename, sync, write};
pub use place::{Place, lies_in};
pub use put_file::{check_file, put_files, refuse_read};
pub use read_text::read_text;
pub use said::{
    CONVERTED, Kind, SCAN, SIMULATED, Said, TRIAL, digest_of, digests, is_sealed, is_simulated, seal, sealed,
};
pub use stage::{Stage, Written};
