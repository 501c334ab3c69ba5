//! Numbers and missing values in text.

/// What a value cell says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell {
    /// A number.
    Number(f64),
    /// An empty cell or a word for missing.
    Missing,
    /// Something else.
    Text,
}

/// Words for a missing value, in lower case.
const MISSING: &[&str] = &[
    "",
    "na",
    "n/a",
    "nan",
    "null",
    "none",
    "-",
    "--",
    "#div/0!",
    "#n/a",
    "#value!",
    "#ref!",
    "н/д",
    "нд",
    "нет данных",
];
const LONGEST_MISSING: usize = 20;

/// Reads a cell. `decimal_comma` allows `,` for the decimal mark.
pub(crate) fn cell(bytes: &[u8], decimal_comma: bool) -> Cell {
    let mark = if decimal_comma { b',' } else { b'.' };
    if let Some(number) = plain_decimal(bytes, mark) {
        return Cell::Number(number);
    }
    let bytes = bytes.trim_ascii();
    if let Some(number) = plain_decimal(bytes, mark) {
        return Cell::Number(number);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Cell::Text };
    if text.len() <= LONGEST_MISSING && MISSING.contains(&text.to_lowercase().as_str()) {
        return Cell::Missing;
    }
    let plain = without_thousands(text.trim(), decimal_comma).replace(['−', '–'], "-");
    // Words such as `inf` and hexadecimal are no readings.
    if plain.is_empty() || plain.bytes().any(|byte| !matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E')) {
        return Cell::Text;
    }
    plain.parse().map_or(Cell::Text, Cell::Number)
}

/// The number with a point and without marks between thousands: spaces of any width, and the other
/// one of `,` and `.` where both stand in the cell.
fn without_thousands(text: &str, decimal_comma: bool) -> String {
    let both = text.contains(',') && text.contains('.');
    let keep = |&c: &char| {
        !(matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'') || (both && c == if decimal_comma { '.' } else { ',' }))
    };
    text.chars().filter(keep).map(|c| if decimal_comma && c == ',' { '.' } else { c }).collect()
}

/// The whole of `bytes` as a [`leading_decimal`].
fn plain_decimal(bytes: &[u8], mark: u8) -> Option<f64> {
    leading_decimal(bytes, mark).filter(|(_, length)| *length == bytes.len()).map(|(number, _)| number)
}

/// The number that `bytes` begin with and its length: `[-]digits[mark digits]` with at most 15
/// digits, where integer arithmetic gives the exactly rounded value.
pub(crate) fn leading_decimal(bytes: &[u8], mark: u8) -> Option<(f64, usize)> {
    const POWERS: [f64; 16] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let digit = |place: usize| bytes.get(place).map(|byte| byte.wrapping_sub(b'0')).filter(|&digit| digit < 10);
    let is_negative = bytes.first() == Some(&b'-');
    let begin = usize::from(is_negative);
    let (mut value, mut place) = (0_u64, begin);
    // More digits than fit run over here and are refused below.
    let mut take = |place: &mut usize| {
        while let Some(digit) = digit(*place) {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            *place += 1;
        }
    };
    take(&mut place);
    let (mut count, mut decimals) = (place - begin, 0);
    if bytes.get(place) == Some(&mark) {
        let after = place + 1;
        place = after;
        take(&mut place);
        decimals = place - after;
        count += decimals;
    }
    if count == 0 || count > 15 {
        return None;
    }
    let magnitude = value as f64 / POWERS[decimals];
    Some((if is_negative { -magnitude } else { magnitude }, place))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_for_missing_are_no_numbers_and_no_text() {
        for word in ["", " ", "NA", "null", "NaN", "-", "Н/Д", "#DIV/0!"] {
            assert_eq!(cell(word.as_bytes(), false), Cell::Missing, "{word}");
        }
        assert_eq!(cell(b"faulty", false), Cell::Text);
    }

    #[test]
    fn a_decimal_comma_is_read_where_it_is_used() {
        assert_eq!(cell(b"0,25", true), Cell::Number(0.25));
        assert_eq!(cell(b"1e3", false), Cell::Number(1000.0));
    }

    #[test]
    fn marks_between_thousands_are_passed_over() {
        assert_eq!(cell("−0,5".as_bytes(), true), Cell::Number(-0.5), "a minus sign of its own");
        for text in ["1 234,5", "1\u{a0}234,5", "1\u{202f}234,5", "1.234,5"] {
            assert_eq!(cell(text.as_bytes(), true), Cell::Number(1234.5), "{text}");
        }
        assert_eq!(cell(b"1,234.5", false), Cell::Number(1234.5));
        assert_eq!(cell(b"1,234", false), Cell::Text, "who writes decimal points may mean 1.234");
        assert_eq!(cell(b"1,5", false), Cell::Text);
    }

    proptest! {
        #[test]
        fn plain_decimals_are_read_as_the_standard_library_does(value in -1e9_f64..1e9, digits in 0_usize..6) {
            let text = format!("{value:.digits$}");
            prop_assert_eq!(cell(text.as_bytes(), false), Cell::Number(text.parse().unwrap()));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = (cell(&bytes, false), cell(&bytes, true));
        }
    }
}
