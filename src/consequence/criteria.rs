//! Published criteria of a case: those of its usage points.

use crate::domain::Fact;
use crate::findings::SuspectRow;

use super::said;

/// Criteria of all members, with the usage point where there are several.
pub(super) fn criteria(members: &[&SuspectRow]) -> Vec<Fact> {
    let of_member = |row: &&SuspectRow| -> Vec<Fact> {
        let all = row.criteria.iter().cloned();
        if members.len() > 1 {
            all.map(|criterion| said::criterion_of(&row.usage_point, criterion)).collect()
        } else {
            all.collect()
        }
    };
    members.iter().flat_map(of_member).collect()
}
