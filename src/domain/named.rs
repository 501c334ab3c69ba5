//! Names inside sentences: an id, address, licence, person or file that a sentence carries is
//! marked where it is put in, so that it is known again whatever letters it has.
//!
//! A mark is a noncharacter of Unicode before the name, one for each kind, and one after it. Such
//! characters are kept for use inside a program and stand in no text; where a name has one all the
//! same it is replaced. [`renamed`] takes the marks away before anything is written. Source:
//! Unicode Standard, chapter 23.7.

use std::fmt::{self, Display, Formatter, Write as _};

use serde::{Deserialize, Serialize};

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// A meter.
    UsagePoint,
    /// A building or flat.
    Address,
    /// A licence.
    Licence,
    /// A person or company.
    Owner,
    /// A file that was read, by its path.
    File,
    /// Words of a file that may hold any of them.
    Words,
    /// A place in the grid.
    Node,
}

const KINDS: [NameKind; 7] = [
    NameKind::UsagePoint,
    NameKind::Address,
    NameKind::Licence,
    NameKind::Owner,
    NameKind::File,
    NameKind::Words,
    NameKind::Node,
];
/// The mark before a name of the first kind; those of the other kinds follow it.
const OPEN: u32 = 0xfdd0;
/// The mark after a name.
const CLOSE: char = '\u{fddf}';

impl NameKind {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UsagePoint => "usage_point",
            Self::Address => "address",
            Self::Licence => "licence",
            Self::Owner => "owner",
            Self::File => "file",
            Self::Words => "words",
            Self::Node => "node",
        }
    }

    fn mark(self) -> char {
        char::from_u32(OPEN + self as u32).unwrap_or(CLOSE)
    }

    fn of_mark(c: char) -> Option<Self> {
        KINDS.get((c as u32).checked_sub(OPEN)? as usize).copied()
    }
}

/// A name on its way into a sentence.
#[derive(Debug, Clone, Copy)]
pub struct Marked<'a>(NameKind, &'a str);

/// A name to be put into a sentence that a result will carry.
#[must_use]
pub fn named(kind: NameKind, name: &str) -> Marked<'_> {
    Marked(kind, name)
}

impl Display for Marked<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char(self.0.mark())?;
        self.1.chars().try_for_each(|c| f.write_char(if is_mark(c) { char::REPLACEMENT_CHARACTER } else { c }))?;
        f.write_char(CLOSE)
    }
}

fn is_mark(c: char) -> bool {
    ('\u{fdd0}'..='\u{fdef}').contains(&c)
}

/// A sentence with what `put` gives in the place of every marked name, and without marks.
#[must_use]
pub fn renamed(sentence: &str, mut put: impl FnMut(NameKind, &str) -> String) -> String {
    let mut text = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some(place) = rest.find(is_mark) {
        text.push_str(&rest[..place]);
        let mark = rest[place..].chars().next().unwrap_or(CLOSE);
        rest = &rest[place + mark.len_utf8()..];
        // A mark that is followed by another before its end was never one of ours.
        if let (Some(kind), Some(end)) =
            (NameKind::of_mark(mark), rest.find(is_mark).filter(|&end| rest[end..].starts_with(CLOSE)))
        {
            text.push_str(&put(kind, &rest[..end]));
            rest = &rest[end + CLOSE.len_utf8()..];
        }
    }
    text.push_str(rest);
    text
}

/// A sentence with its names as they are, and without marks.
#[must_use]
pub fn unmarked(sentence: &str) -> String {
    renamed(sentence, |_, name| name.to_owned())
}

/// Whether a sentence carries a name.
#[must_use]
pub fn has_names(sentence: &str) -> bool {
    sentence.contains(is_mark)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_of_any_letters_is_known_again_and_nothing_else_is() {
        for id in ["12", "A-1 B", "# 5", "( 7", "№ 8", "- 9", "a b c d e f g h", "12 kW at T1"] {
            let sentence = format!("{}: 12 kW at T1, not {id}", named(NameKind::UsagePoint, id));
            assert_eq!(
                renamed(&sentence, |kind, name| format!("<{} {name}>", kind.as_str())),
                format!("<usage_point {id}>: 12 kW at T1, not {id}")
            );
            assert_eq!(unmarked(&sentence), format!("{id}: 12 kW at T1, not {id}"));
        }
    }

    proptest! {
        #[test]
        fn no_name_can_close_its_own_mark(name in ".{0,12}", before in "[a-z\u{fdd0}\u{fddf}]{0,4}") {
            let sentence = format!("{}{}.", unmarked(&before), named(NameKind::Owner, &name));
            prop_assert_eq!(renamed(&sentence, |_, _| "X".to_owned()), format!("{}X.", unmarked(&before)));
        }
    }
}
