//! The fast lane through a Parquet row group: pages straight into runs of ids, runs of stamps and
//! single-precision values.
//!
//! It takes plain, dictionary and delta pages of text ids, 64-bit stamps and floating-point values,
//! which is what nearly every writer makes; anything else goes through `parquet_batches`, which
//! must give the same block.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use parquet::basic::{Encoding, Type};
use xxhash_rust::xxh3::xxh3_64;

use super::bit_packed::{Hybrid, HybridRun, Truncated, deltas, unpack};
use super::pages::{Column, DataPage, Detour, Pages, indices, is_dictionary};
use crate::domain::{IdList, KeyRun};

/// Stamps at an even distance, in the unit of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawTimes {
    pub(crate) first: i64,
    pub(crate) step: i64,
    pub(crate) rows: u32,
}

/// Reads the usage points of a row group: distinct ids, trimmed, and whose row each is.
pub(crate) fn read_ids(column: Column, ids: &mut IdList, keys: &mut Vec<KeyRun>) -> Result<(), Detour> {
    let mut state = IdState { ids, keys, dictionary: Vec::new(), plain: PlainIds::default() };
    if column.column_type() != Type::BYTE_ARRAY {
        return Err(Detour::Unusual);
    }
    let dictionary = |state: &mut IdState, bytes: &[u8], entries: usize| {
        let mut rest = bytes;
        state.dictionary.clear();
        for _ in 0..entries {
            let (bytes, after) = split_text(rest).ok_or(Truncated)?;
            rest = after;
            let id = std::str::from_utf8(bytes).map_err(|_| Detour::Unusual)?;
            state.dictionary.push(state.ids.push(id.trim()));
        }
        Ok(())
    };
    Pages::open(column)?.each(&mut state, dictionary, |state, page| state.page(&page))
}

/// Ids of a row group while its pages are read.
struct IdState<'a> {
    ids: &'a mut IdList,
    keys: &'a mut Vec<KeyRun>,
    /// Key of every entry of the column's dictionary.
    dictionary: Vec<u32>,
    plain: PlainIds,
}

impl IdState<'_> {
    fn page(&mut self, page: &DataPage) -> Result<(), Detour> {
        if page.levels.is_some() {
            return Err(Detour::Unusual);
        }
        if page.encoding == Encoding::PLAIN {
            return self.plain_page(page);
        }
        if !is_dictionary(page.encoding) {
            return Err(Detour::Unusual);
        }
        let (mut hybrid, width) = indices(page, page.rows)?;
        let (dictionary, keys) = (&self.dictionary, &mut *self.keys);
        let mut lost = false;
        while let Some(run) = hybrid.next_run()? {
            let mut take = |index: u32, rows: usize| match dictionary.get(index as usize) {
                Some(&key) => push_key(keys, key, rows),
                None => lost = true,
            };
            match run {
                HybridRun::Same { value, rows } => take(value, rows),
                HybridRun::Packed { bytes, rows } => {
                    unpack(bytes, width, rows, |group| group.iter().for_each(|&index| take(index, 1)));
                }
            }
        }
        if lost { Err(Truncated.into()) } else { Ok(()) }
    }

    fn plain_page(&mut self, page: &DataPage) -> Result<(), Detour> {
        let mut rest = &page.values[..];
        self.keys.reserve(page.rows);
        self.plain.last = self.keys.last().map_or(0, |run| run.key);
        let mut left = page.rows;
        while left > 0 {
            let stride = self.plain.stride(rest, left, self.ids);
            if let Some((keys, bytes)) = stride {
                self.keys.extend(keys.clone().map(|key| KeyRun { key, rows: 1 }));
                left -= keys.len();
                rest = &rest[bytes..];
                continue;
            }
            let (bytes, after) = split_text(rest).ok_or(Truncated)?;
            rest = after;
            let key = self.plain.key(bytes, self.ids)?;
            push_key(self.keys, key, 1);
            left -= 1;
        }
        Ok(())
    }
}

fn push_key(keys: &mut Vec<KeyRun>, key: u32, rows: usize) {
    match keys.last_mut() {
        Some(run) if run.key == key => run.rows += rows as u32,
        _ => keys.push(KeyRun { key, rows: rows as u32 }),
    }
}

/// Keys of ids that are written out in full, as writers do when a dictionary grows too large.
#[derive(Default)]
struct PlainIds {
    /// Key by the hash of the id, of those met out of turn; of all when these are many.
    known: HashMap<u64, u32, BuildHasherDefault<AsItIs>>,
    knows_all: bool,
    last: u32,
    /// Where the order was left for an id out of turn.
    left_at: u32,
    in_order: InOrder,
}

/// Rows compared at once, longest first.
const STRIDES: [usize; 3] = [64, 8, 1];
/// Meters in a row that may be absent before their followers are looked up by hash.
const MOST_ABSENT: u32 = 8;

/// All ids in the order of their keys, as a page writes them: each after its length.
#[derive(Default)]
struct InOrder {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl InOrder {
    fn of(&mut self, keys: std::ops::Range<u32>, ids: &IdList) -> &[u8] {
        for key in self.ends.len() as u32..ids.len() as u32 {
            let id = ids.bytes(key);
            self.bytes.extend_from_slice(&(id.len() as u32).to_le_bytes());
            self.bytes.extend_from_slice(id);
            self.ends.push(self.bytes.len());
        }
        let end_of = |key: u32| key.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.bytes[end_of(keys.start)..end_of(keys.end)]
    }
}

/// Ids met out of turn that may get a second key, before all ids are looked up by hash: hashing all
/// is dear where order is only broken here and there.
const MOST_OUT_OF_TURN: usize = 1 << 15;

/// Takes a key that is a hash already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl PlainIds {
    /// Keys of the rows that go on in the known order of ids, many compared at once, and the bytes
    /// they take: readings sorted by time repeat one order of meters.
    fn stride(&mut self, bytes: &[u8], rows: usize, ids: &IdList) -> Option<(std::ops::Range<u32>, usize)> {
        let first = self.last + 1;
        let most = rows.min(ids.len().saturating_sub(first as usize));
        STRIDES.into_iter().filter(|&stride| stride <= most).find_map(|stride| {
            let end = first + stride as u32;
            let known = self.in_order.of(first..end, ids);
            bytes.starts_with(known).then(|| {
                self.last = end - 1;
                (first..end, known.len())
            })
        })
    }

    /// Key of any id.
    fn key(&mut self, bytes: &[u8], ids: &mut IdList) -> Result<u32, Detour> {
        // A meter or a few may be absent for a while; after one out of turn the order goes on where
        // it was left; it begins again at its first.
        let near = |key: u32| key..=key + MOST_ABSENT;
        for guess in near(self.last).chain(near(self.left_at)).chain([0]) {
            if (guess as usize) < ids.len() && ids.bytes(guess) == bytes {
                self.last = guess;
                return Ok(guess);
            }
        }
        let id = std::str::from_utf8(bytes).map_err(|_| Detour::Unusual)?.trim();
        let hash = xxh3_64(id.as_bytes());
        if self.known.len() >= MOST_OUT_OF_TURN && !self.knows_all {
            self.knows_all = true;
            self.known.extend((0..ids.len() as u32).map(|key| (xxh3_64(ids.bytes(key)), key)));
        }
        // An id may get a second key; whoever reads the block goes by the text.
        self.left_at = self.last;
        self.last = if let Some(&key) = self.known.get(&hash).filter(|&&key| ids.bytes(key) == id.as_bytes()) {
            key
        } else {
            let key = ids.push(id);
            self.known.insert(hash, key);
            key
        };
        Ok(self.last)
    }
}

/// A length-prefixed text, and what follows it.
fn split_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// Reads the stamps of a row group in the unit of the file, as runs.
pub(crate) fn read_times(column: Column, runs: &mut Vec<RawTimes>) -> Result<(), Detour> {
    if column.column_type() != Type::INT64 {
        return Err(Detour::Unusual);
    }
    let mut state = (StampDictionary::default(), runs);
    let dictionary = |state: &mut (StampDictionary, &mut Vec<RawTimes>), bytes: &[u8], _: usize| {
        state.0 = StampDictionary::of(plain_integers(bytes).collect());
        Ok(())
    };
    let data = |(dictionary, runs): &mut (StampDictionary, &mut Vec<RawTimes>), page: DataPage| {
        if page.levels.is_some() {
            return Err(Detour::Unusual);
        }
        if page.encoding == Encoding::PLAIN {
            plain_integers(&page.values).take(page.rows).for_each(|at| push_raw(runs, at, 0, 1));
        } else if page.encoding == Encoding::DELTA_BINARY_PACKED {
            deltas(&page.values, page.rows, |first, step, rows| push_raw(runs, first, step, rows as u32))?;
        } else if is_dictionary(page.encoding) {
            dictionary.page(&page, runs)?;
        } else {
            return Err(Detour::Unusual);
        }
        Ok(())
    };
    Pages::open(column)?.each(&mut state, dictionary, data)
}

/// The distinct stamps of a column chunk, in the order in which they are first met.
#[derive(Default)]
struct StampDictionary {
    stamps: Vec<i64>,
    /// Distance of each stamp from the one before where it is the same throughout, as for the
    /// readings of one meter.
    step: Option<i64>,
}

impl StampDictionary {
    fn of(stamps: Vec<i64>) -> Self {
        let step = match stamps[..] {
            [first, second, ..] => second.checked_sub(first).filter(|&step| step >= 0),
            _ => None,
        };
        let even = |step: &i64| stamps.windows(2).all(|pair| pair[0].checked_add(*step) == Some(pair[1]));
        Self { step: step.filter(even), stamps }
    }

    /// Adds the stamps of a page to the runs.
    fn page(&self, page: &DataPage, runs: &mut Vec<RawTimes>) -> Result<(), Detour> {
        let (mut hybrid, width) = indices(page, page.rows)?;
        let mut lost = false;
        while let Some(run) = hybrid.next_run()? {
            match run {
                HybridRun::Same { value, rows } => match self.stamps.get(value as usize) {
                    Some(&at) => push_raw(runs, at, 0, rows as u32),
                    None => lost = true,
                },
                HybridRun::Packed { bytes, rows } => {
                    unpack(bytes, width, rows, |group| lost |= !self.group(group, runs));
                }
            }
        }
        if lost { Err(Truncated.into()) } else { Ok(()) }
    }

    /// Adds the stamps of some indices; `false` where one of them is of no stamp. Indices that
    /// count on through an even dictionary are one run.
    fn group(&self, group: &[u32], runs: &mut Vec<RawTimes>) -> bool {
        let (first, last) = (group[0], group[group.len() - 1]);
        if let (Some(step), Some(&at)) = (self.step, self.stamps.get(first as usize))
            && (last as usize) < self.stamps.len()
            && count_on(group)
            && goes_on(runs, at, step)
        {
            push_raw(runs, at, step, group.len() as u32);
            return true;
        }
        group.iter().all(|&index| self.stamps.get(index as usize).map(|&at| push_raw(runs, at, 0, 1)).is_some())
    }
}

/// Whether each index is the one after the index before. Without a branch for each.
fn count_on(group: &[u32]) -> bool {
    let first = group[0];
    group.iter().zip(0_u32..).fold(true, |on, (&index, place)| on & (index.wrapping_sub(first) == place))
}

/// Whether stamps of an even distance from `first` on may be added at once: row by row they would
/// lengthen the last run as well.
fn goes_on(runs: &[RawTimes], first: i64, step: i64) -> bool {
    runs.last().is_some_and(|last| {
        last.step == step && last.rows > 1 && first.wrapping_sub(last.first) == step.wrapping_mul(i64::from(last.rows))
    })
}

/// Adds stamps to the runs, lengthening the last one where they continue it.
fn push_raw(runs: &mut Vec<RawTimes>, first: i64, step: i64, rows: u32) {
    if let Some(last) = runs.last_mut() {
        let distance = first.wrapping_sub(last.first.wrapping_add(last.step.wrapping_mul(i64::from(last.rows) - 1)));
        let goes_on = if last.rows == 1 { distance >= 0 } else { distance == last.step };
        if goes_on && (rows == 1 || step == distance) {
            last.step = distance;
            last.rows += rows;
            return;
        }
    }
    runs.push(RawTimes { first, step, rows });
}

fn plain_integers(bytes: &[u8]) -> impl Iterator<Item = i64> + '_ {
    bytes.chunks_exact(8).map(|b| i64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]))
}

/// Adds up to `rows` plain numbers, and says whether there were that many.
fn extend_plain(values: &mut Vec<f32>, bytes: &[u8], double: bool, rows: usize) -> Result<(), Truncated> {
    let before = values.len();
    if double {
        values.extend(
            bytes
                .chunks_exact(8)
                .take(rows)
                .map(|b| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]) as f32),
        );
    } else {
        values.extend(bytes.chunks_exact(4).take(rows).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])));
    }
    if values.len() - before == rows { Ok(()) } else { Err(Truncated) }
}

/// Reads the values of a row group; NaN where there is none.
pub(crate) fn read_values(column: Column, values: &mut Vec<f32>) -> Result<(), Detour> {
    let double = match column.column_type() {
        Type::DOUBLE => true,
        Type::FLOAT => false,
        _ => return Err(Detour::Unusual),
    };
    let mut state = (Vec::<f32>::new(), values);
    let dictionary = |state: &mut (Vec<f32>, &mut Vec<f32>), bytes: &[u8], entries: usize| {
        state.0.clear();
        Ok(extend_plain(&mut state.0, bytes, double, entries)?)
    };
    let data = |(dictionary, values): &mut (Vec<f32>, &mut Vec<f32>), page: DataPage| match &page.levels {
        None => decode_values(&page, page.rows, dictionary, double, values),
        Some(levels) => {
            let mut told = Vec::new();
            decode_values(&page, count_ones(levels, page.rows)?, dictionary, double, &mut told)?;
            spread(levels, page.rows, &told, values)
        }
    };
    Pages::open(column)?.each(&mut state, dictionary, data)
}

fn decode_values(
    page: &DataPage,
    rows: usize,
    dictionary: &[f32],
    double: bool,
    values: &mut Vec<f32>,
) -> Result<(), Detour> {
    if page.encoding == Encoding::PLAIN {
        return Ok(extend_plain(values, &page.values, double, rows)?);
    }
    if !is_dictionary(page.encoding) {
        return Err(Detour::Unusual);
    }
    let (mut hybrid, width) = indices(page, rows)?;
    let mut highest = 0;
    while let Some(run) = hybrid.next_run()? {
        match run {
            HybridRun::Same { value, rows } => {
                highest = highest.max(value);
                values.extend(std::iter::repeat_n(dictionary.get(value as usize).copied().unwrap_or(f32::NAN), rows));
            }
            HybridRun::Packed { bytes, rows } => {
                values.reserve(rows);
                unpack(bytes, width, rows, |group| {
                    highest = group.iter().fold(highest, |highest, &index| highest.max(index));
                    values
                        .extend(group.iter().map(|&index| dictionary.get(index as usize).copied().unwrap_or(f32::NAN)));
                });
            }
        }
    }
    if rows > 0 && highest as usize >= dictionary.len() { Err(Truncated.into()) } else { Ok(()) }
}

fn count_ones(levels: &[u8], rows: usize) -> Result<usize, Truncated> {
    let mut hybrid = Hybrid::new(levels, 1, rows);
    let mut ones = 0;
    while let Some(run) = hybrid.next_run()? {
        match run {
            HybridRun::Same { value: 0, .. } => {}
            HybridRun::Same { value: 1, rows } => ones += rows,
            HybridRun::Same { .. } => return Err(Truncated),
            HybridRun::Packed { bytes, rows } => {
                unpack(bytes, 1, rows, |group| ones += group.iter().sum::<u32>() as usize);
            }
        }
    }
    Ok(ones)
}

/// Puts values where the level is one and NaN elsewhere.
fn spread(levels: &[u8], rows: usize, told: &[f32], values: &mut Vec<f32>) -> Result<(), Detour> {
    let mut hybrid = Hybrid::new(levels, 1, rows);
    let mut told = told.iter().copied();
    while let Some(run) = hybrid.next_run()? {
        let mut take = |level: u32| values.push(if level == 1 { told.next().unwrap_or(f32::NAN) } else { f32::NAN });
        match run {
            HybridRun::Same { value, rows } => (0..rows).for_each(|_| take(value)),
            HybridRun::Packed { bytes, rows } => {
                unpack(bytes, 1, rows, |group| group.iter().for_each(|&level| take(level)));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Stamps taken group by group are those taken one by one, run for run: meters of a month
        /// after one another, some of them with readings left out.
        #[test]
        fn stamps_at_once_are_stamps_one_by_one(
            meters in proptest::collection::vec((0_u32..40, 1_u32..200, 0_u32..60), 1..6), step in 0_i64..4, odd in any::<bool>(),
        ) {
            let mut stamps: Vec<i64> = (0..200).map(|place| 1_000 + place * step * 900).collect();
            stamps[150] += i64::from(odd);
            let dictionary = StampDictionary::of(stamps.clone());
            prop_assert!(odd || dictionary.step == Some(step * 900));
            let mut indices = Vec::new();
            for (first, rows, left_out) in meters {
                indices.extend((first..(first + rows).min(200)).filter(|index| *index != left_out));
            }
            let (mut at_once, mut one_by_one) = (Vec::new(), Vec::new());
            prop_assert!(indices.chunks(32).all(|group| dictionary.group(group, &mut at_once)));
            for &index in &indices {
                push_raw(&mut one_by_one, stamps[index as usize], 0, 1);
            }
            prop_assert_eq!(at_once, one_by_one);
        }
    }

    #[test]
    fn an_index_of_no_stamp_is_refused() {
        let dictionary = StampDictionary::of(vec![0, 900, 1_800]);
        assert!(!dictionary.group(&[0, 1, 2, 3], &mut Vec::new()));
    }

    #[test]
    fn a_level_is_zero_or_one() {
        // Runs of four: none, all, and a level of 255, which would count each row 255 times.
        assert_eq!(count_ones(&[8, 0], 4), Ok(0));
        assert_eq!(count_ones(&[8, 1], 4), Ok(4));
        assert_eq!(count_ones(&[8, 255], 4), Err(Truncated));
    }
}
