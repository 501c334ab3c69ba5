//! Faults and what is said of them, in the words of a digest.
//!
//! Kinds, units and kinds of name are written as the names that they have in files, so a new one
//! does not change the numbers of the others.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::{CivilDay, Fact, Fault, Part, UsagePointId};

use super::encoding::{DigestError, Reader, push_long, push_real, push_text};

/// Nested facts and lists at most, so that damaged words end.
const DEEPEST: usize = 16;

pub(super) fn push_fault(words: &mut Vec<u32>, fault: &Fault) {
    push_named(words, &fault.kind);
    for day in [fault.from, fault.to] {
        words.push(u32::from(day.is_some()));
        words.push(day.map_or(0, |day| day.0 as u32));
    }
    words.push(u32::from(fault.share.is_some()));
    push_real(words, fault.share.unwrap_or(0.0));
    push_fact(words, &fault.detail);
}

pub(super) fn take_fault(words: &mut Reader, usage_point: &UsagePointId) -> Result<Fault, DigestError> {
    let kind = take_named(words)?;
    let mut day = || words.take::<2>().map(|[has, day]| (has == 1).then_some(CivilDay(day as i32)));
    let (from, to) = (day()?, day()?);
    let (has_share, share) = (words.word()? == 1, words.real()?);
    let detail = take_fact(words, DEEPEST)?;
    Ok(Fault { usage_point: usage_point.clone(), kind, from, to, share: has_share.then_some(share), detail })
}

fn push_fact(words: &mut Vec<u32>, fact: &Fact) {
    push_text(words, &fact.code);
    words.push(fact.parts.len() as u32);
    for (name, part) in &fact.parts {
        push_text(words, name);
        push_part(words, part);
    }
}

fn take_fact(words: &mut Reader, deepest: usize) -> Result<Fact, DigestError> {
    let code = Cow::Owned(words.text()?);
    let count = words.count()?;
    let parts = (0..count).map(|_| Ok((Cow::Owned(words.text()?), take_part(words, deepest)?)));
    let parts = parts.collect::<Result<Vec<_>, DigestError>>()?;
    Ok(Fact { code, parts })
}

fn push_part(words: &mut Vec<u32>, part: &Part) {
    match part {
        Part::Number { value, unit, digits, signed } => {
            words.push(0);
            push_real(words, *value);
            push_named(words, unit);
            words.push(u32::from(*digits) << 1 | u32::from(*signed));
        }
        Part::Count(count) => {
            words.push(1);
            push_long(words, *count);
        }
        Part::Day(day) => words.extend([2, day.0 as u32]),
        Part::Name(kind, name) => {
            words.push(3);
            push_named(words, kind);
            push_text(words, name);
        }
        Part::Word(word) => {
            words.push(4);
            push_text(words, word);
        }
        Part::Text(text) => {
            words.push(5);
            push_text(words, text);
        }
        Part::Fact(fact) => {
            words.push(6);
            push_fact(words, fact);
        }
        Part::List(parts) => {
            words.extend([7, parts.len() as u32]);
            for part in parts {
                push_part(words, part);
            }
        }
    }
}

fn take_part(words: &mut Reader, deepest: usize) -> Result<Part, DigestError> {
    let deeper = deepest.checked_sub(1).ok_or(DigestError::Damaged)?;
    Ok(match words.word()? {
        0 => {
            let (value, unit, shape) = (words.real()?, take_named(words)?, words.word()?);
            Part::Number { value, unit, digits: (shape >> 1) as u8, signed: shape & 1 == 1 }
        }
        1 => Part::Count(words.long()?),
        2 => Part::Day(CivilDay(words.word()? as i32)),
        3 => Part::Name(take_named(words)?, words.text()?),
        4 => Part::Word(Cow::Owned(words.text()?)),
        5 => Part::Text(words.text()?),
        6 => Part::Fact(Box::new(take_fact(words, deeper)?)),
        7 => {
            let count = words.count()?;
            Part::List((0..count).map(|_| take_part(words, deeper)).collect::<Result<_, _>>()?)
        }
        _ => return Err(DigestError::Damaged),
    })
}

/// A value by the name that it has in files.
fn push_named(words: &mut Vec<u32>, value: &impl Serialize) {
    let name = serde_json::to_value(value).ok();
    push_text(words, name.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default());
}

fn take_named<T: DeserializeOwned>(words: &mut Reader) -> Result<T, DigestError> {
    serde_json::from_value(serde_json::Value::String(words.text()?)).map_err(|_| DigestError::Damaged)
}
