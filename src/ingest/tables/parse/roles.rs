//! What every column is to a row that says nothing new but a number.

use crate::ingest::tables::plan::{IdColumn, LongColumns, Plan, Shape, StampColumns};

/// What a column is to a usual row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Id,
    Stamp,
    Date,
    Time,
    Value,
    Quality,
    /// Nothing that is read.
    Other,
}

/// The role of every column; none where rows of the table are never usual ones.
pub(crate) fn roles_of(plan: &Plan) -> Vec<Role> {
    let Shape::Long(long) = &plan.shape else { return Vec::new() };
    // A word for missing that is a number would have to be told from readings.
    let is_told_by_words = plan.missing.iter().all(|word| !word.bytes().any(|byte| byte.is_ascii_digit()));
    let is_bare = long.added.is_empty()
        && long.given_back.is_empty()
        && !long.is_export
        && long.end.is_none()
        && long.channel.is_none()
        && long.duration_min.is_none()
        && long.ratio.is_none()
        && long.kind.is_none()
        && long.part == 0;
    if !is_bare || !is_told_by_words || plan.delimiter == b' ' || plan.iso_too || plan.slots.is_some() {
        return Vec::new();
    }
    (0..plan.fields).map(|column| role_of(plan, column, long)).collect()
}

fn role_of(plan: &Plan, column: usize, long: &LongColumns) -> Role {
    match long.stamp {
        StampColumns::One(stamp) if stamp == column => Role::Stamp,
        StampColumns::Two(date, _) if date == column => Role::Date,
        StampColumns::Two(_, time) if time == column => Role::Time,
        _ if plan.id == IdColumn::At(column) => Role::Id,
        _ if long.value == column => Role::Value,
        _ if long.quality == Some(column) => Role::Quality,
        _ => Role::Other,
    }
}
