//! How digests are written down: whole words of 32 bits, little-endian wherever they leave memory.
//!
//! Every digest begins with the same header, so that a file of digests is walked without knowing
//! what they hold, and one of another version is refused by name:
//!
//! | word | holds |
//! |---|---|
//! | 0 | the letters `DKLD` |
//! | 1 | version in the upper half, kind in the lower |
//! | 2 | words of the whole digest, this header included |
//! | 3.. | the id: its length in bytes, then its bytes, filled up with zeros |
//!
//! Reals are written as their bits, so what is read back is what was written to the last digit.

use std::io;
use std::ops::RangeInclusive;

use crate::domain::CivilDay;

use super::CivilMonth;

/// Version of everything that digests hold. It changes with every change of what is written, or of
/// how profiles, sums or samples are made: digests of two versions are never merged.
pub const VERSION: u16 = 1;

const LETTERS: u32 = u32::from_le_bytes(*b"DKLD");
/// First and last day that a digest may speak of: 1900-01-01 to 9999-12-31, as the calendar has
/// them. Anything else is damage, and would ask for room for all the time between.
const DAYS: RangeInclusive<i64> = -25_567..=2_932_896;
/// Words before the id.
const HEADER: usize = 3;

/// What a digest is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub enum DigestKind {
    /// A usage point: its profile.
    UsagePoint = 1,
    /// A usage point, had the fault gate decided otherwise on its meter ratio.
    Otherwise = 2,
    /// A node of the grid: its sums.
    Node = 3,
    /// A usage point of the sample: its hours.
    Sample = 4,
}

/// Why a digest cannot be read or merged.
#[derive(Debug, thiserror::Error)]
pub enum DigestError {
    /// The file that holds it failed.
    #[error("the file that holds digests failed")]
    File(#[from] io::Error),
    /// Something else stands where it should begin.
    #[error("no digest begins here")]
    NoDigest,
    /// Written by another version.
    #[error(
        "the digest is of version {found}, and this program reads version {VERSION}; make it anew from the readings"
    )]
    Version {
        /// Its version.
        found: u16,
    },
    /// It ends too early, or holds what no digest holds.
    #[error("the digest is damaged")]
    Damaged,
    /// Two digests that are not of the same usage point or node.
    #[error("digests of `{one}` and `{other}` do not merge")]
    Different {
        /// Id of the one.
        one: String,
        /// Id of the other.
        other: String,
    },
}

/// Begins a digest; [`end`] finishes it.
pub(super) fn begin(words: &mut Vec<u32>, kind: DigestKind, id: &str) -> usize {
    let start = words.len();
    words.extend([LETTERS, u32::from(VERSION) << 16 | kind as u32, 0]);
    push_text(words, id);
    start
}

/// Enters the length of the digest that began at `start`.
pub(super) fn end(words: &mut [u32], start: usize) {
    words[start + HEADER - 1] = (words.len() - start) as u32;
}

/// Words of a digest that are still to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u32]);

impl<'a> Reader<'a> {
    /// Opens the first digest in `words`: its kind, its id, what it holds, and the words after it.
    pub(super) fn open(words: &'a [u32]) -> Result<(DigestKind, &'a [u32], Self), DigestError> {
        let (&[letters, version, length], _) = words.split_first_chunk::<HEADER>().ok_or(DigestError::NoDigest)?;
        if letters != LETTERS {
            return Err(DigestError::NoDigest);
        }
        let found = (version >> 16) as u16;
        if found != VERSION {
            return Err(DigestError::Version { found });
        }
        let kind = match version & 0xffff {
            1 => DigestKind::UsagePoint,
            2 => DigestKind::Otherwise,
            3 => DigestKind::Node,
            4 => DigestKind::Sample,
            _ => return Err(DigestError::Damaged),
        };
        let (own, after) = words.split_at_checked(length as usize).ok_or(DigestError::Damaged)?;
        Ok((kind, after, Self(own.get(HEADER..).ok_or(DigestError::Damaged)?)))
    }

    pub(super) fn take<const N: usize>(&mut self) -> Result<[u32; N], DigestError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(DigestError::Damaged)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn word(&mut self) -> Result<u32, DigestError> {
        self.take::<1>().map(|[word]| word)
    }

    pub(super) fn long(&mut self) -> Result<i64, DigestError> {
        self.take::<2>().map(|[high, low]| (u64::from(high) << 32 | u64::from(low)) as i64)
    }

    pub(super) fn real(&mut self) -> Result<f64, DigestError> {
        self.long().map(|bits| f64::from_bits(bits as u64))
    }

    pub(super) fn day(&mut self) -> Result<CivilDay, DigestError> {
        let day = CivilDay(self.word()? as i32);
        if DAYS.contains(&i64::from(day.0)) { Ok(day) } else { Err(DigestError::Damaged) }
    }

    pub(super) fn month(&mut self) -> Result<CivilMonth, DigestError> {
        let month = CivilMonth(self.word()? as i32);
        let may_be = CivilMonth::of(CivilDay(*DAYS.start() as i32))..=CivilMonth::of(CivilDay(*DAYS.end() as i32));
        if may_be.contains(&month) { Ok(month) } else { Err(DigestError::Damaged) }
    }

    /// A time in so many units a day.
    pub(super) fn time(&mut self, a_day: i64) -> Result<i64, DigestError> {
        let time = self.long()?;
        if DAYS.contains(&time.div_euclid(a_day)) { Ok(time) } else { Err(DigestError::Damaged) }
    }

    /// A number of things of at least one word each, so that a damaged number takes no memory.
    pub(super) fn count(&mut self) -> Result<usize, DigestError> {
        let count = self.word()? as usize;
        if count > self.0.len() { Err(DigestError::Damaged) } else { Ok(count) }
    }

    pub(super) fn words(&mut self, count: usize) -> Result<&'a [u32], DigestError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(DigestError::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn text(&mut self) -> Result<String, DigestError> {
        let bytes = self.word()? as usize;
        let words = self.words(bytes.div_ceil(4))?;
        let mut text: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        text.truncate(bytes);
        String::from_utf8(text).map_err(|_| DigestError::Damaged)
    }
}

pub(super) fn push_long(words: &mut Vec<u32>, value: i64) {
    words.extend([(value as u64 >> 32) as u32, value as u32]);
}

pub(super) fn push_real(words: &mut Vec<u32>, value: f64) {
    push_long(words, value.to_bits() as i64);
}

pub(super) fn push_text(words: &mut Vec<u32>, text: &str) {
    words.push(text.len() as u32);
    words.extend(text.as_bytes().chunks(4).map(|bytes| {
        let mut word = [0; 4];
        word[..bytes.len()].copy_from_slice(bytes);
        u32::from_le_bytes(word)
    }));
}

/// The words as the bytes that files and workers hold.
#[must_use]
pub fn to_bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// The words that bytes of a file or a worker hold.
///
/// # Errors
/// When they are not whole words.
pub fn from_bytes(bytes: &[u8]) -> Result<Vec<u32>, DigestError> {
    let (whole, rest) = bytes.as_chunks::<4>();
    if rest.is_empty() {
        Ok(whole.iter().map(|word| u32::from_le_bytes(*word)).collect())
    } else {
        Err(DigestError::Damaged)
    }
}
