//! What is left out: a returned value with a stable code, never a silent drop.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Fact;

/// Why a record was left out. The dotted code is stable: people filter `rejects.csv` by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RejectCode(pub &'static str);

impl RejectCode {
    /// A value column holds text.
    pub const VALUE_NOT_A_NUMBER: Self = Self("value.not_a_number");
    /// A value is infinite or beyond anything a meter can record.
    pub const VALUE_ABSURD: Self = Self("value.absurd");
    /// A number below zero that programs write for missing.
    pub const VALUE_FOR_MISSING: Self = Self("value.for_missing");
    /// A stamp cannot be read.
    pub const TIME_UNREADABLE: Self = Self("time.unreadable");
    /// A stamp lies outside the years 1990 to 2100.
    pub const TIME_OUT_OF_RANGE: Self = Self("time.out_of_range");
    /// The local clock never showed this stamp (it was set forward over it).
    pub const TIME_NEVER_WAS: Self = Self("time.never_was");
    /// A reading that shorter ones of its channel cover in part, or channels whose intervals fit
    /// nowhere.
    pub const TIME_OVERLAP: Self = Self("time.overlap");
    /// A record has no usage point.
    pub const ID_EMPTY: Self = Self("id.empty");
    /// An id that no other input knows.
    pub const ID_UNKNOWN: Self = Self("id.unknown");
    /// An id is a number that a spreadsheet rounded.
    pub const ID_ROUNDED: Self = Self("id.rounded");
    /// An id is longer than any meter's.
    pub const ID_TOO_LONG: Self = Self("id.too_long");
    /// A row has too few or too many fields.
    pub const ROW_FIELDS: Self = Self("row.fields");
    /// A row holds a value of a kind that the profile does not know.
    pub const KIND_UNKNOWN: Self = Self("row.kind_unknown");
    /// A row is not valid UTF-8.
    pub const ROW_ENCODING: Self = Self("row.encoding");
    /// A cell of a static table cannot be read; the row is used without it or left out, as the
    /// detail says.
    pub const CELL_UNREADABLE: Self = Self("cell.unreadable");
    /// An interval has no usable length.
    pub const TIME_DURATION: Self = Self("time.duration");
    /// A channel, unit or reading type that is not understood.
    pub const CHANNEL_UNKNOWN: Self = Self("channel.unknown");
    /// A file cannot be understood from here on; what comes before is read.
    pub const FILE_BROKEN: Self = Self("file.broken");
    /// A file meets a cap; what comes before is read.
    pub const FILE_CAP: Self = Self("file.cap");
    /// A file of a known format without readings.
    pub const FILE_NO_READINGS: Self = Self("file.no_readings");
    /// A second line for the same id in a table that has one line an id.
    pub const ROW_REPEATED: Self = Self("row.repeated");
}

/// Characters of a file that a message repeats, at most: enough to find the place, too few to hand
/// on what a file holds.
const MOST_QUOTED: usize = 200;
/// Characters of a whole message about a file.
const MOST_SAID: usize = 1000;

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}

/// A message with each quotation, which stands between backticks, cut to 200 characters.
#[must_use]
pub fn shortened(message: &str) -> String {
    if message.len() <= MOST_QUOTED {
        return message.to_owned();
    }
    let parts = message
        .split('`')
        .enumerate()
        .map(|(place, part)| if place % 2 == 1 { cut(part, MOST_QUOTED) } else { part.to_owned() });
    cut(&parts.collect::<Vec<_>>().join("`"), MOST_SAID)
}

/// One line of `rejects.csv`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reject {
    /// File as the user named it.
    pub file: String,
    /// Row in the file, the header being row 1; 0 when no single row is at fault.
    pub row: u64,
    /// Stable code.
    pub code: &'static str,
    /// What was found and what would help.
    pub detail: Fact,
    /// Records that the line stands for: one, or more where a cap ends the list.
    #[serde(skip)]
    pub records: u64,
}

impl Reject {
    /// Rejects by code: how many records each stands for, and the first.
    #[must_use]
    pub fn by_code(rejects: Vec<Self>) -> BTreeMap<&'static str, (u64, Self)> {
        let mut by_code: BTreeMap<&'static str, (u64, Self)> = BTreeMap::new();
        for reject in rejects {
            let records = reject.records;
            by_code.entry(reject.code).or_insert_with(|| (0, reject)).0 += records;
        }
        by_code
    }

    /// The reject with a short detail.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        self.shorten();
        self
    }

    /// Cuts what the detail repeats of a file to 200 characters a text.
    pub fn shorten(&mut self) {
        self.detail.each_text(&mut |text| {
            if text.len() > MOST_QUOTED {
                *text = cut(text, MOST_QUOTED);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Part;

    #[test]
    fn no_message_repeats_more_than_200_characters_of_a_file() {
        let long = "Ivanov ".repeat(10_000);
        assert_eq!(shortened(&format!("row 2: `{long}` is no number")).chars().filter(|c| *c == 'I').count(), 29);
        let quoted = Fact::new("x", [("text", Part::Text(long.clone())), ("why", Part::Fact(Fact::said(long).into()))]);
        let reject = Reject { file: "x".into(), row: 1, code: "x", detail: quoted, records: 1 }.shortened();
        assert!(reject.detail.to_string().chars().count() < 430, "{}", reject.detail);
    }
}
