//! Series of levels as letters of base 64: an hour is one letter, a day two.

/// The alphabet of RFC 4648, section 4.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The letter of a value below 64.
pub(super) fn letter(value: u8) -> char {
    char::from(ALPHABET[usize::from(value & 63)])
}

/// Levels below 64, a letter each.
pub(super) fn one_letter(levels: &[u8]) -> String {
    levels.iter().map(|&level| letter(level)).collect()
}

/// Levels below 4096, two letters each, the upper six bits first.
pub(super) fn two_letters(levels: &[u16]) -> String {
    levels.iter().flat_map(|&level| [letter((level >> 6) as u8), letter((level & 63) as u8)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_come_back_from_their_letters() {
        let value = |letter: u8| ALPHABET.iter().position(|&known| known == letter).unwrap() as u16;
        let levels = [0, 1, 63, 64, 2048, 4095];
        let text = two_letters(&levels);
        let back: Vec<u16> = text.as_bytes().chunks(2).map(|pair| value(pair[0]) << 6 | value(pair[1])).collect();
        assert_eq!(back, levels);
        assert_eq!(one_letter(&[0, 26, 63]), "Aa/");
    }
}
