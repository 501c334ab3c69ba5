//! Which of several messages was sent later.
//!
//! Files count in the order of their paths, and the later one wins. Messages that number
//! themselves, as those of the exchange of commercial metering do, count in the order of their
//! numbers instead: files are renamed on their way.

use std::path::Path;

use rayon::prelude::*;

use super::xml80020;
use crate::domain::FileIx;
use crate::ingest::bytes::decompress;
use crate::ingest::bytes::find::InputFile;
use crate::ingest::bytes::held::metadata;

/// The rank of every file. Files without a number keep the place that their path gives them.
pub(crate) fn ranks(files: &[InputFile]) -> Vec<FileIx> {
    let numbers: Vec<Option<u64>> = files.par_iter().map(|file| number_of(&file.path)).collect();
    ranked(&numbers)
}

fn ranked(numbers: &[Option<u64>]) -> Vec<FileIx> {
    let mut ranks: Vec<FileIx> = (0..numbers.len()).map(|place| FileIx(place as u32)).collect();
    let places: Vec<usize> = (0..numbers.len()).filter(|&place| numbers[place].is_some()).collect();
    let mut sent = places.clone();
    sent.sort_by_key(|&place| (numbers[place], place));
    for (place, later) in places.into_iter().zip(sent) {
        ranks[later] = FileIx(place as u32);
    }
    ranks
}

/// The number that a message gives itself; only files that may hold one are looked at.
fn number_of(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let may_be = ["xml", "80020", "80040"].iter().any(|word| name.contains(word));
    // A file without bytes is not opened: some wait for ever.
    let is_empty = metadata(path).is_some_and(|metadata| metadata.is_file() && metadata.len() == 0);
    if !may_be || is_empty { None } else { xml80020::number_of(&decompress::head(path).ok()?) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_messages_count_in_the_order_of_their_numbers_and_other_files_keep_their_places() {
        let ranks = ranked(&[Some(811), None, Some(810), Some(9)]).into_iter().map(|rank| rank.0);
        assert_eq!(ranks.collect::<Vec<_>>(), [3, 1, 2, 0]);
    }
}
