//! Rows of a long table that say nothing new but a number, which nearly all are: the usage point,
//! the day and the quality of the row before.
//!
//! Such a row is read from left to right in one go, without looking for its end or its fields
//! first. Any other row is `long`'s, and so is every row that this file does not take: what it
//! takes means the same there.

use super::parser::Parser;
use super::roles::Role;
use crate::domain::{Timestamp, same_id};
use crate::ingest::tables::rows::is_footer;
use crate::ingest::text::columns::Value;
use crate::ingest::text::number::leading_decimal;
use crate::ingest::text::values::{is_absurd, is_for_missing};

impl Parser<'_> {
    /// Takes the row that `text` begins with if it is a usual one, and gives its length with the
    /// end of the line.
    pub(crate) fn usual_row(&mut self, text: &[u8]) -> Option<usize> {
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
        if is_absurd(number, Value::Interval(0, self.plan.unit)) || is_for_missing(number) {
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
