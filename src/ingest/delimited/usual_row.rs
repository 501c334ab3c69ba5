//! Rows of a long table that say nothing new but a number, which nearly all are: the usage point,
//! the day and the quality of the row before.
//!
//! Such a row is read from left to right in one go, without looking for its end or its fields
//! first. Any other row is `long`'s, and so is every row that this file does not take: what it
//! takes means the same there.

use crate::domain::{Timestamp, same_id};

use super::super::columns::Value;
use super::super::number::leading_decimal;
use super::super::values::is_absurd;
use super::parser::Parser;
use super::plan::{IdColumn, LongColumns, Plan, Shape, StampColumns};
use super::rows::is_footer;

/// What a column is to a usual row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Id,
    Stamp,
    Date,
    Time,
    Value,
    Quality,
    /// Nothing that is read.
    Other,
}

impl Plan {
    /// The role of every column; none where rows of the table are never usual ones.
    pub(super) fn roles(&self) -> Vec<Role> {
        let Shape::Long(long) = &self.shape else { return Vec::new() };
        // A word for missing that is a number would have to be told from readings.
        let is_told_by_words = self.missing.iter().all(|word| !word.bytes().any(|byte| byte.is_ascii_digit()));
        let is_bare = long.added.is_empty()
            && long.given_back.is_none()
            && long.channel.is_none()
            && long.duration_min.is_none()
            && long.ratio.is_none()
            && long.kind.is_none();
        if !is_bare || !is_told_by_words || self.delimiter == b' ' || self.iso_too || self.slot_min.is_some() {
            return Vec::new();
        }
        (0..self.fields).map(|column| self.role(column, long)).collect()
    }

    fn role(&self, column: usize, long: &LongColumns) -> Role {
        match long.stamp {
            StampColumns::One(stamp) if stamp == column => Role::Stamp,
            StampColumns::Two(date, _) if date == column => Role::Date,
            StampColumns::Two(_, time) if time == column => Role::Time,
            _ if self.id == IdColumn::At(column) => Role::Id,
            _ if long.value == column => Role::Value,
            _ if long.quality == Some(column) => Role::Quality,
            _ => Role::Other,
        }
    }
}

impl Parser<'_> {
    /// Takes the row that `text` begins with if it is a usual one, and gives its length with the
    /// end of the line.
    pub(super) fn usual_row(&mut self, text: &[u8]) -> Option<usize> {
        if *self.roles.first()? == Role::Other && is_footer(text, self.plan) {
            return None;
        }
        let (id, key) = self.keys.last()?;
        let (mut rest, mut at, mut number) = (text, Timestamp(0), 0.0);
        let mut quality = None;
        for (column, role) in self.roles.iter().enumerate() {
            if column > 0 {
                rest = after_delimiter(rest, self.plan.delimiter)?;
            }
            rest = match role {
                Role::Id => {
                    let (own, rest) = rest.split_at_checked(id.len())?;
                    same_id(own, id).then_some(rest)?
                }
                Role::Stamp => self.stamps.next_of_day(rest, &mut at)?,
                Role::Date => self.stamps.same_date(rest)?,
                Role::Time => self.stamps.next_time(rest, &mut at)?,
                Role::Value => {
                    let (read, length) = leading_decimal(rest, if self.plan.decimal_comma { b',' } else { b'.' })?;
                    number = read * self.plan.factor;
                    &rest[length..]
                }
                Role::Quality => {
                    let (word, meaning) = self.quality_word.as_ref()?;
                    quality = Some(*meaning);
                    rest.strip_prefix(&word[..])?
                }
                Role::Other => {
                    let ends = |byte: &u8| *byte == self.plan.delimiter || matches!(byte, b'\n' | b'\r');
                    let end = rest.iter().position(ends).unwrap_or(rest.len());
                    if rest.first() == Some(&b'"') { None } else { Some(&rest[end..]) }?
                }
            };
        }
        let rest = match rest {
            [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] => rest,
            [] => &[],
            _ => return None,
        };
        if is_absurd(number, Value::Interval(0, self.plan.unit)) {
            return None;
        }
        self.intervals.push(key, Timestamp(at.0 - self.plan.shift_s).into(), number as f32);
        self.intervals.quality.extend(quality);
        Some(text.len() - rest.len())
    }
}

fn after_delimiter(text: &[u8], delimiter: u8) -> Option<&[u8]> {
    text.split_first().filter(|(first, _)| **first == delimiter).map(|(_, rest)| rest)
}
