//! Damaged copies of a file, always the same ones for a seed, and how many a run of the tests
//! tries.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Tries of a campaign: few in every run of the tests, as many as `DARKLOAD_HOSTILE` says in a long
/// one.
pub(super) fn tries(few: usize) -> usize {
    std::env::var("DARKLOAD_HOSTILE").ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

/// Draws that are the same for a seed.
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        // xorshift64*: Vigna (2016), "An experimental exploration of Marsaglia's xorshift
        // generators, scrambled".
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end.max(1)
    }
}

/// What damage puts into a text: numbers beyond all bounds, quotes, separators, letters that end a
/// line or stand for nothing.
const WORDS: [&str; 22] = [
    "1.7e308",
    "-1.7e308",
    "1e-320",
    "nan",
    "inf",
    "-inf",
    "0",
    "-0",
    "99999999999999999999",
    "\"",
    "\"\"",
    "\r",
    "\n",
    ",",
    ";",
    "\0",
    "\u{feff}",
    "\u{fdd0}",
    "\u{202e}",
    "9999-12-31",
    "0000-00-00",
    "\x1b[31m",
];

/// A damaged copy: bits turned, bytes cut out, doubled or overwritten with what numbers like to be,
/// and in a text words put in.
pub(super) fn damaged(whole: &[u8], draws: &mut Draws, is_text: bool) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=draws.below(4) {
        // Half of all damage to binary files is in the last part, where their directories lie.
        let part = if !is_text && draws.below(2) == 0 { bytes.len().saturating_sub(700) } else { 0 };
        let place = part + draws.below(bytes.len().max(1) - part.min(bytes.len().max(1) - 1));
        let end = (place + 1 + draws.below(40)).min(bytes.len());
        match draws.below(if is_text { 8 } else { 6 }) {
            0 if place < bytes.len() => bytes[place] ^= 1 << draws.below(8),
            1 if place < bytes.len() => bytes[place] = [0, 0x7f, 0x80, 0xff][draws.below(4)],
            2 if place < end => drop(bytes.drain(place..end)),
            3 if place < end => {
                let copy = bytes[place..end].to_vec();
                bytes.splice(place..place, copy);
            }
            4 => bytes.truncate(place.max(8)),
            5 => drop(bytes.splice(place.min(bytes.len())..end, [0xff, 0xff, 0xff, 0xff, 0x0f])),
            _ => drop(bytes.splice(
                place.min(bytes.len())..end.min(place + 3).max(place.min(bytes.len())),
                WORDS[draws.below(WORDS.len())].bytes(),
            )),
        }
    }
    bytes
}

/// Whether a call panics.
pub(super) fn panics(call: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(call)).is_err()
}

/// Most memory that this process has held so far, bytes; 0 where the system does not say.
pub(super) fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok())
        .map_or(0, |kilobytes| kilobytes << 10)
}
