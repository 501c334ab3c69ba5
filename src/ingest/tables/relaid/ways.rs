//! The ways in which tables are laid out anew, and trying them one after the other.

use super::lines::Relaid;
use super::{bare_days, day_rows, filled_down, stacked};
use crate::ingest::mapping::keys::{Delimiter, Mapping};
use crate::ingest::mapping::known::recognised;
use crate::ingest::tables::sample::Sample;

/// A way to lay a table out anew: its text, what separates cells, its beginning, what names it from
/// outside.
type Way = fn(&str, Delimiter, &Sample, &str) -> Option<Relaid>;

/// What was done, and why.
pub(crate) type Done = (&'static str, &'static str);

/// In the order in which they need one another.
const WAYS: [Way; 4] = [stacked::side_by_side, day_rows::with_days, bare_days::with_month, filled_down::filled_down];

/// Whether a table is laid out anew.
pub(crate) fn is_wanted(
    text: &str,
    delimiter: Delimiter,
    sample: &Sample,
    name: &str,
    mapping: Option<&Mapping>,
) -> bool {
    may_be(sample, mapping) && WAYS.iter().any(|way| way(text, delimiter, sample, name).is_some())
}

/// The table in its new layout, with what was done; nothing where it stays as it is.
pub(crate) fn relaid(
    text: &str,
    delimiter: Delimiter,
    name: &str,
    mapping: Option<&Mapping>,
) -> (Option<String>, Vec<Done>) {
    let mut done = Vec::new();
    let mut current: Option<String> = None;
    for way in WAYS {
        let now = current.as_deref().unwrap_or(text);
        let sample = Sample::of(now, delimiter, true);
        if !may_be(&sample, mapping) {
            break;
        }
        if let Some((again, what, ground)) = way(now, delimiter, &sample, name) {
            done.push((what, ground));
            current = Some(again);
        }
    }
    (current, done)
}

/// Known exports are read as they are.
fn may_be(sample: &Sample, mapping: Option<&Mapping>) -> bool {
    mapping.is_none_or(|mapping| mapping.signature.is_empty()) && recognised(sample.top()).is_none()
}
