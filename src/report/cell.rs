//! One value of a result table, and how it is written.

use std::borrow::Cow;

use crate::domain::{CivilDay, Fact};

use super::language::Language;
use super::words::tell;

/// A value with the form it is written in.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// Text as it is.
    Text(String),
    /// One of the program's own words, which every language has.
    Word(Cow<'static, str>),
    /// What is said.
    Said(Cow<'a, Fact>),
    /// A list of what is said.
    Facts(&'a [Fact]),
    /// An identifier, written byte for byte.
    Id(String),
    /// A whole number.
    Integer(u64),
    /// A number with this many digits after the point.
    Real(f64, usize),
    /// A share or probability, with six significant digits so that 0.99996 does not become 1.
    Share(f64),
    /// A day.
    Day(CivilDay),
    /// Yes or no.
    Flag(bool),
    /// Nothing to say.
    Empty,
}

impl<'a> Cell<'a> {
    /// What is said, borrowed.
    pub fn said(fact: &'a Fact) -> Self {
        Self::Said(Cow::Borrowed(fact))
    }

    /// One of the program's words, or nothing.
    pub fn word(word: Option<&'static str>) -> Self {
        word.map_or(Self::Empty, |word| Self::Word(Cow::Borrowed(word)))
    }

    /// Text, or nothing.
    pub fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.to_owned()))
    }

    /// A list, joined by `; `; a semicolon inside an item becomes a comma.
    pub fn list(items: &[String]) -> Self {
        if items.is_empty() { Self::Empty } else { Self::Text(joined(items)) }
    }

    /// A number, or nothing.
    pub fn real(value: Option<f64>, digits: usize) -> Self {
        value.filter(|value| value.is_finite()).map_or(Self::Empty, |value| Self::Real(value, digits))
    }

    /// A share, or nothing.
    pub fn share(value: Option<f64>) -> Self {
        value.filter(|value| value.is_finite()).map_or(Self::Empty, Self::Share)
    }

    /// A day, or nothing.
    pub fn day(value: Option<CivilDay>) -> Self {
        value.map_or(Self::Empty, Self::Day)
    }

    /// What a cell says; nothing where it says nothing.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        match self {
            Self::Said(fact) => std::slice::from_ref(&**fact),
            Self::Facts(facts) => facts,
            _ => &[],
        }
    }

    /// Whether it is of a column that says something.
    #[must_use]
    pub fn is_said(&self) -> bool {
        matches!(self, Self::Said(_) | Self::Facts(_))
    }

    /// As written into a file; `None` for an empty cell.
    ///
    /// Text that a spreadsheet would run as a formula get an apostrophe in front, which
    /// `unguarded` takes away; numbers stay numbers, also those that are ids.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Id(text) => Some(guarded(text)),
            Self::Word(word) => Some(guarded(word)),
            Self::Said(fact) => Some(guarded(&tell(Language::English, fact))),
            Self::Facts(facts) => {
                if facts.is_empty() {
                    return None;
                }
                let items: Vec<String> = facts.iter().map(|fact| tell(Language::English, fact)).collect();
                Some(guarded(&joined(&items)))
            }
            Self::Integer(number) => Some(number.to_string()),
            Self::Real(value, digits) => Some(unsigned_zero(format!("{value:.digits$}"))),
            Self::Share(value) => Some(significant(*value)),
            Self::Day(day) => Some(day.to_string()),
            Self::Flag(flag) => Some(flag.to_string()),
            Self::Empty => None,
        }
    }
}

/// Items joined by `; `; a semicolon inside an item becomes a comma.
fn joined(items: &[String]) -> String {
    items.iter().map(|item| item.replace(';', ",")).collect::<Vec<_>>().join("; ")
}

fn guarded(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// Whether a spreadsheet might take a text for a formula. A plain number is none, whatever its
/// sign.
fn is_formula(text: &str) -> bool {
    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite) && text.bytes().any(|byte| byte.is_ascii_digit());
    text.trim_start_matches([' ', '\u{a0}']).starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
        && !is_number
}

/// A cell of a file as it was before it was kept from being a formula.
pub(super) fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

/// `-0.00` is `0.00`.
fn unsigned_zero(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        _ => text,
    }
}

fn significant(value: f64) -> String {
    if value == 0.0 || value == 1.0 {
        return format!("{value:.1}");
    }
    // Close to 1 the distance to 1 is what counts.
    let scale = value.abs().min((1.0 - value).abs()).max(1e-12);
    let digits = (3.0 - scale.log10().floor()).clamp(3.0, 12.0) as usize;
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_close_to_one_is_not_rounded_up_to_certainty() {
        assert_eq!(Cell::Share(0.999_962_3).to_text().unwrap(), "0.99996230");
        assert_eq!(Cell::Share(0.5).to_text().unwrap(), "0.5000");
    }

    #[test]
    fn words_are_no_formulas_and_lists_keep_their_items() {
        for formula in ["=cmd()", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", " =1", "＝1", "-inf"] {
            let cell = Cell::Id(formula.into()).to_text().unwrap();
            assert_eq!((cell.as_str(), unguarded(&cell)), (format!("'{formula}").as_str(), formula));
        }
        for plain in ["-5", "+77012345678", "-1.5e3", "Abay 12", "'quoted", "5=5"] {
            let cell = Cell::Text(plain.into()).to_text().unwrap();
            assert_eq!((cell.as_str(), unguarded(&cell)), (plain, plain));
        }
        assert_eq!(Cell::list(&["a; b".into(), "c".into()]), Cell::Text("a, b; c".into()));
        assert_eq!(Cell::Real(-0.001, 2).to_text().unwrap(), "0.00");
    }
}
