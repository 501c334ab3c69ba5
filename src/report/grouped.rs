//! Numbers for people, their digits in groups of three.

use super::language::Language;

/// Digits in groups of three, as the language parts them.
pub(super) fn grouped(number: u64, language: Language) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push_str(&language.texts().thousands);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let told = |number| grouped(number, Language::English);
        assert_eq!([told(7), told(1_000), told(7_606_822)], ["7", "1,000", "7,606,822"]);
        assert_eq!(grouped(1_000, Language::Russian), "1\u{a0}000");
    }
}
