//! Rejects of one piece of a file: one by one up to the piece's share of the cap, and then one line
//! a code for all the others.
//!
//! Unlike a message, a table goes on behind rows that cannot be used, so its cap ends the list and
//! not the reading.

use std::collections::BTreeMap;
use std::path::Path;

use super::said;
use crate::domain::{Fact, Reject, RejectCode};

/// The rejects of one piece on their way.
#[derive(Debug, Default)]
pub(crate) struct RejectList {
    most: u64,
    listed: Vec<Reject>,
    /// By code: the first of those that are not listed, which counts them all.
    others: BTreeMap<&'static str, Reject>,
}

impl RejectList {
    /// A list for one of `pieces` pieces of a file whose cap is `cap`.
    pub(crate) fn of_share(cap: u64, pieces: u64) -> Self {
        Self { most: (cap / pieces.max(1)).max(1), ..Self::default() }
    }

    pub(crate) fn push(&mut self, reject: Reject) {
        if (self.listed.len() as u64) < self.most {
            self.listed.push(reject);
        } else {
            self.others.entry(reject.code).and_modify(|first| first.records += 1).or_insert(reject);
        }
    }

    /// All lines, those that stand for several records at the end.
    pub(crate) fn finish(self) -> Vec<Reject> {
        let told = self.others.into_values().map(|first| match first.records {
            1 => first,
            records => Reject { detail: said::more_alike(first.detail.clone(), records - 1), ..first },
        });
        self.listed.into_iter().chain(told).collect()
    }
}

/// Why a record is left out: code and words.
pub(crate) type Refused = (RejectCode, Fact);

/// A reject of this file.
pub(crate) fn reject(path: &Path, row: u64, code: RejectCode, detail: Fact) -> Reject {
    Reject { file: path.display().to_string(), row, code: code.0, detail, records: 1 }.shortened()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_its_share_of_the_cap_a_code_is_one_line_that_counts_the_others() {
        let mut list = RejectList::of_share(8, 4);
        for row in 0..10 {
            list.push(Reject {
                file: "x".into(),
                row,
                code: if row == 5 { "b" } else { "a" },
                detail: crate::domain::Fact::said(format!("row {row}")),
                records: 1,
            });
        }
        let told: Vec<(u64, &str, u64)> =
            list.finish().iter().map(|reject| (reject.row, reject.code, reject.records)).collect();
        assert_eq!(told, [(0, "a", 1), (1, "a", 1), (2, "a", 7), (5, "b", 1)]);
    }
}
