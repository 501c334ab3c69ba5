//! Ids as spreadsheets write them: kept as text by `="00012345"` or an apostrophe, or destroyed by
//! being taken for a large number.

use std::collections::BTreeSet;

use crate::domain::RejectCode;
use crate::ingest::rejects::Refused;
use crate::ingest::said;

/// The id without what keeps a spreadsheet from taking it for a number.
pub(crate) fn unwrapped(id: &str) -> &str {
    let quoted = id.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    let bare = quoted.or_else(|| id.strip_prefix('\'')).unwrap_or(id).trim();
    if bare.is_empty() { id } else { bare }
}

/// Whether an id is a rounded number such as `1,23457E+11`, under which several meters may stand.
pub(crate) fn is_rounded(id: &str) -> bool {
    let Some((mantissa, exponent)) = id.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_mantissa = mantissa
        .split_once([',', '.'])
        .is_some_and(|(whole, decimals)| whole.len() == 1 && digits(whole) && digits(decimals));
    is_mantissa && exponent.strip_prefix('+').is_some_and(digits)
}

/// Digits of a number that a workbook keeps; it writes zeros for those beyond.
const KEPT_DIGITS: usize = 15;

/// Whether an id has more digits than a workbook keeps, and zeros for them.
pub(crate) fn has_lost_digits(id: &str) -> bool {
    id.len() > KEPT_DIGITS
        && id.bytes().all(|byte| byte.is_ascii_digit())
        && id.bytes().skip(KEPT_DIGITS).all(|byte| byte == b'0')
}

/// Whether a workbook rounded the ids of a column: all that are long enough have zeros for the
/// digits beyond, more often than ids end with zeros by chance.
pub(crate) fn are_rounded<'c>(ids: impl Iterator<Item = &'c str>) -> bool {
    const BEYOND_CHANCE: usize = 3;
    let long: BTreeSet<&str> = ids.map(unwrapped).filter(|id| id.len() > KEPT_DIGITS).collect();
    let zeros: usize = long.iter().map(|id| id.len() - KEPT_DIGITS).sum();
    zeros >= BEYOND_CHANCE && long.iter().all(|id| has_lost_digits(id))
}

/// Why a row is left out whose id is none.
pub(crate) fn refused_id(id: &str) -> Refused {
    if is_rounded(id.trim()) || has_lost_digits(id.trim()) {
        let detail = said::id_rounded(id.trim());
        return (RejectCode::ID_ROUNDED, detail);
    }
    (RejectCode::ROW_ENCODING, said::id_encoding())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_an_id_text_is_no_part_of_it() {
        for id in ["=\"00012345\"", "'00012345", "00012345"] {
            assert_eq!(unwrapped(id), "00012345");
        }
        assert_eq!((unwrapped("'"), unwrapped("O'Brien")), ("'", "O'Brien"));
    }

    #[test]
    fn ids_whose_last_digits_are_all_zeros_were_rounded() {
        assert!(are_rounded(["571313174000000000", "571313175000000000"].into_iter()));
        assert!(are_rounded(["17", "571313174000000000"].into_iter()), "short ones say nothing");
        assert!(!are_rounded(["571313174000000000", "571313174000000017"].into_iter()));
        assert!(!are_rounded(["1234567890123450", "123456789012000"].into_iter()), "a zero at the end is a chance");
    }

    #[test]
    fn only_rounded_numbers_are_no_ids() {
        assert!(is_rounded("1,23457E+11") && is_rounded("1.2e+15"));
        for id in ["1E11", "12E+11", "E+1", "1.5", "METER", "1,23457E+X"] {
            assert!(!is_rounded(id), "{id}");
        }
    }
}
