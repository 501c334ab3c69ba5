//! Rows below a table that are no readings, by the words that they begin with.

use encoding_rs::Encoding;

use super::plan::Footers;
use crate::ingest::mapping::understanding::Understanding;

/// The words of footers as a file may write them: as the mapping does, with a capital, in capitals,
/// and in small letters.
pub(crate) fn footers(understanding: &Understanding, encoding: &'static Encoding) -> Footers {
    let words = understanding.mapping.iter().flat_map(|mapping| &mapping.footer);
    let dresses = words.flat_map(|word| {
        let lower = word.to_lowercase();
        let capital: String = lower.chars().take(1).flat_map(char::to_uppercase).chain(lower.chars().skip(1)).collect();
        [word.clone(), word.to_uppercase(), capital, lower]
    });
    let mut bytes: Vec<Vec<u8>> =
        dresses.map(|word| encoding.encode(&word).0.into_owned()).filter(|word| !word.is_empty()).collect();
    bytes.sort();
    bytes.dedup();
    Footers::new(bytes)
}
