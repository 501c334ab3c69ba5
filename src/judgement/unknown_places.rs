//! Rows of tables about places that no reading and no other table knows: left out, and told.

use crate::domain::{CivilDay, Fact, Inspection, Reject, RejectCode, Visited};

use super::said;

/// Days after the last reading on which an inspection still speaks of the load that was read.
const SPEAKS_FOR: i32 = 28;

/// What knows places.
pub(crate) struct Places<'a> {
    /// Whether a usage point is known.
    pub(crate) knows_point: &'a dyn Fn(&str) -> bool,
    /// Whether a node is known.
    pub(crate) knows_node: &'a dyn Fn(&str) -> bool,
}

impl Places<'_> {
    /// Rejects of `file` for inspections of places that nobody knows.
    pub(crate) fn of_inspections(&self, inspections: &[Inspection], file: &str) -> Vec<Reject> {
        let unknown = |visit: &Inspection| match &visit.visited {
            Visited::UsagePoint(id) => self.point(id, file, visit.row),
            Visited::Node(node) if (self.knows_node)(node) => None,
            Visited::Node(node) => Some(reject(file, visit.row, said::node_unknown(node))),
        };
        inspections.iter().filter_map(unknown).collect()
    }

    /// A reject of row `row` of `file`, where nobody knows the usage point.
    pub(crate) fn point(&self, id: &str, file: &str, row: u64) -> Option<Reject> {
        (!(self.knows_point)(id)).then(|| reject(file, row, said::place_unknown(id)))
    }
}

fn reject(file: &str, row: u64, detail: Fact) -> Reject {
    Reject { file: file.to_owned(), row, code: RejectCode::ID_UNKNOWN.0, detail, records: 1 }
}

/// How many inspections were before the first reading, and how many too long after the last to
/// speak of it, where some were.
pub(crate) fn outside(inspections: &[Inspection], period: Option<(CivilDay, CivilDay)>) -> Vec<Fact> {
    let Some((first, last)) = period else { return Vec::new() };
    let before = inspections.iter().filter(|visit| visit.day < first).count();
    let after = inspections.iter().filter(|visit| visit.day.0 > last.0 + SPEAKS_FOR).count();
    let before = (before > 0).then(|| said::visits_before(before, first));
    before.into_iter().chain((after > 0).then(|| said::visits_after(after, last))).collect()
}
