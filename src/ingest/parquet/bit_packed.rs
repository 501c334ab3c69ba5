//! The two integer encodings of Parquet that ids, stamps and values come in: the run-length and
//! bit-packed hybrid, and binary packed deltas.
//!
//! Runs are handed on as runs: in a file that is sorted by meter one run stands for thousands of
//! rows.
//! Source: Apache Parquet, Encodings.md (RLE = 3, `DELTA_BINARY_PACKED` = 5).

/// Values unpacked at a time.
const GROUP: usize = 32;

/// The bytes do not hold what their header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Truncated;

/// One run of the hybrid encoding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum HybridRun<'a> {
    /// One value many times.
    Same { value: u32, rows: usize },
    /// Values of a fixed number of bits, lowest bit first.
    Packed { bytes: &'a [u8], rows: usize },
}

/// Runs of the hybrid encoding, with values of `width` bits, until `rows` values are told.
#[derive(Debug, Clone)]
pub(crate) struct Hybrid<'a> {
    bytes: &'a [u8],
    width: u32,
    rows: usize,
}

impl<'a> Hybrid<'a> {
    pub(crate) fn new(bytes: &'a [u8], width: u32, rows: usize) -> Self {
        Self { bytes, width, rows }
    }

    /// The next run; `None` when all rows are told.
    pub(crate) fn next_run(&mut self) -> Result<Option<HybridRun<'a>>, Truncated> {
        if self.rows == 0 {
            return Ok(None);
        }
        let header = varint(&mut self.bytes)?;
        let many = usize::try_from(header >> 1).map_err(|_| Truncated)?;
        if many == 0 {
            return Err(Truncated);
        }
        let run = if header & 1 == 0 {
            let width = self.width.div_ceil(8) as usize;
            let (value, rest) = self.bytes.split_at_checked(width).ok_or(Truncated)?;
            self.bytes = rest;
            let value = value.iter().rev().fold(0, |sum, &byte| sum << 8 | u32::from(byte));
            HybridRun::Same { value, rows: many.min(self.rows) }
        } else {
            // Groups of eight; the last may be cut short by writers that do not pad.
            let length = many.saturating_mul(self.width as usize).min(self.bytes.len());
            let (bytes, rest) = self.bytes.split_at(length);
            self.bytes = rest;
            let rows = many.saturating_mul(8).min(self.rows);
            if bytes.len() * 8 < rows * self.width as usize {
                return Err(Truncated);
            }
            HybridRun::Packed { bytes, rows }
        };
        let (HybridRun::Same { rows, .. } | HybridRun::Packed { rows, .. }) = run;
        self.rows -= rows;
        Ok(Some(run))
    }
}

/// Unpacks `rows` values of `width` bits (at most 32) and hands them over in groups of up to 32.
pub(crate) fn unpack(bytes: &[u8], width: u32, rows: usize, mut take: impl FnMut(&[u32])) {
    let mut group = [0_u32; GROUP];
    let size = 4 * width as usize;
    let mut left = rows;
    let mut rest = bytes;
    while left > 0 {
        let mut padded = [0_u8; 4 * GROUP];
        let whole = if let Some((whole, after)) = rest.split_at_checked(size) {
            rest = after;
            whole
        } else {
            padded[..rest.len()].copy_from_slice(rest);
            rest = &[];
            &padded[..size]
        };
        unpack_group(whole, width, &mut group);
        let told = left.min(GROUP);
        take(&group[..told]);
        left -= told;
    }
}

/// Dispatches to a copy of the kernel for every width, so that all shifts are constants.
fn unpack_group(bytes: &[u8], width: u32, group: &mut [u32; GROUP]) {
    macro_rules! by_width {
        ($($w:literal)*) => { match width { $($w => kernel::<$w>(bytes, group),)* _ => group.fill(0) } };
    }
    by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
}

fn kernel<const WIDTH: usize>(bytes: &[u8], group: &mut [u32; GROUP]) {
    let mut words = [0_u32; GROUP + 1];
    for (word, four) in words.iter_mut().zip(bytes[..4 * WIDTH].chunks_exact(4)) {
        *word = u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
    }
    let mask = if WIDTH == 32 { u32::MAX } else { (1 << WIDTH) - 1 };
    for (index, out) in group.iter_mut().enumerate() {
        let bit = index * WIDTH;
        let pair = u64::from(words[bit / 32]) | u64::from(words[bit / 32 + 1]) << 32;
        *out = (pair >> (bit % 32)) as u32 & mask;
    }
}

/// How many values binary packed deltas claim to be.
pub(crate) fn delta_total(mut bytes: &[u8]) -> Result<usize, Truncated> {
    let (_, _) = (varint(&mut bytes)?, varint(&mut bytes)?);
    Ok(varint(&mut bytes)? as usize)
}

/// Tells binary packed deltas as runs of even distance: `take(first, distance, rows)`. There must
/// be `rows` of them. Returns what follows them.
pub(crate) fn deltas(mut bytes: &[u8], rows: usize, mut take: impl FnMut(i64, i64, usize)) -> Result<&[u8], Truncated> {
    let block = varint(&mut bytes)? as usize;
    let parts = varint(&mut bytes)? as usize;
    let total = varint(&mut bytes)? as usize;
    let mut at = zigzag(varint(&mut bytes)?);
    if parts == 0 || block == 0 || !block.is_multiple_of(parts) || block > 1 << 20 || total != rows {
        return Err(Truncated);
    }
    let per_part = block / parts;
    let mut left = total;
    if left == 0 {
        return Ok(bytes);
    }
    take(at, 0, 1);
    left -= 1;
    while left > 0 {
        let least = zigzag(varint(&mut bytes)?);
        let (widths, rest) = bytes.split_at_checked(parts).ok_or(Truncated)?;
        bytes = rest;
        for &width in widths {
            if left == 0 {
                break;
            }
            let rows = per_part.min(left);
            left -= rows;
            if width == 0 {
                take(at.wrapping_add(least), least, rows);
                at = at.wrapping_add(least.wrapping_mul(rows as i64));
                continue;
            }
            let width = usize::from(width);
            let length = (per_part * width).div_ceil(8).min(bytes.len());
            if width > 64 || length * 8 < rows * width {
                return Err(Truncated);
            }
            let (packed, rest) = bytes.split_at(length);
            bytes = rest;
            for row in 0..rows {
                at = at.wrapping_add(least.wrapping_add(bits_at(packed, row * width, width) as i64));
                take(at, 0, 1);
            }
        }
    }
    Ok(bytes)
}

/// `width` bits from bit `bit` on; bytes beyond the end count as zero.
fn bits_at(bytes: &[u8], bit: usize, width: usize) -> u64 {
    let mut window = [0_u8; 16];
    let from = &bytes[bit / 8..bytes.len().min(bit / 8 + 16)];
    window[..from.len()].copy_from_slice(from);
    let value = (u128::from_le_bytes(window) >> (bit % 8)) as u64;
    if width == 64 { value } else { value & ((1 << width) - 1) }
}

fn varint(bytes: &mut &[u8]) -> Result<u64, Truncated> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(Truncated)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Truncated)
}

fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pack(values: &[u32], width: u32) -> Vec<u8> {
        let mut bytes = vec![0_u8; (values.len() * width as usize).div_ceil(8)];
        for (index, &value) in values.iter().enumerate() {
            for bit in 0..width as usize {
                let place = index * width as usize + bit;
                bytes[place / 8] |= ((value >> bit & 1) as u8) << (place % 8);
            }
        }
        bytes
    }

    proptest! {
        #[test]
        fn packed_values_come_back(width in 1_u32..=32, seeds in proptest::collection::vec(any::<u32>(), 1..200)) {
            let values: Vec<u32> = seeds.iter().map(|seed| if width == 32 { *seed } else { seed & ((1 << width) - 1) }).collect();
            let mut told = Vec::new();
            unpack(&pack(&values, width), width, values.len(), |group| told.extend_from_slice(group));
            prop_assert_eq!(told, values);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), width in 0_u32..=32, rows in 0_usize..300) {
            let _ = deltas(&bytes, rows, |_, _, rows| assert!(rows > 0));
            let mut hybrid = Hybrid::new(&bytes, width, 1000);
            while let Ok(Some(run)) = hybrid.next_run() {
                if let HybridRun::Packed { bytes, rows } = run {
                    unpack(bytes, width, rows, |_| {});
                }
            }
        }
    }

    #[test]
    fn the_hybrid_example_of_the_specification_is_read() {
        // Encodings.md: the numbers 0 to 7 in three bits are 10001000 11000110 11111010; header (8
        // / 8) << 1 | 1.
        let bytes = [0b0000_0011, 0b1000_1000, 0b1100_0110, 0b1111_1010, 0b0000_1010, 7];
        let mut hybrid = Hybrid::new(&bytes, 3, 13);
        let Some(HybridRun::Packed { bytes, rows }) = hybrid.next_run().unwrap() else { panic!("a packed run") };
        let mut told = Vec::new();
        unpack(bytes, 3, rows, |group| told.extend_from_slice(group));
        assert_eq!(told, [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(hybrid.next_run().unwrap(), Some(HybridRun::Same { value: 7, rows: 5 }));
        assert_eq!(hybrid.next_run().unwrap(), None);
    }

    #[test]
    fn the_delta_examples_of_the_specification_are_read() {
        // Encodings.md, example 2: 7, 5, 3, 1, 2, 3, 4, 5; block of 128 in 4 parts; deltas -2 -2 -2
        // 1 1 1 1, least -2, width 2.
        let bytes = [128, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0b1100_0000, 0b0011_1111];
        let mut told = Vec::new();
        deltas(&bytes, 8, |first, distance, rows| told.extend((0..rows as i64).map(|row| first + row * distance)))
            .unwrap();
        assert_eq!(told, [7, 5, 3, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn deltas_that_say_more_than_their_page_are_refused() {
        let has_rows = |_: i64, _: i64, rows: usize| assert!(rows > 0, "a run without rows");
        // Blocks of no row in four parts.
        assert_eq!(deltas(&[0, 4, 2, 0, 2, 0, 0, 0, 0], 2, has_rows), Err(Truncated));
        // Three equal stamps in one block, in a page of three rows and in one of a single row.
        let bytes = [128, 1, 4, 3, 0, 0, 0, 0, 0, 0];
        assert_eq!(deltas(&bytes, 3, has_rows), Ok(&[][..]));
        assert_eq!(delta_total(&bytes), Ok(3));
        assert_eq!(deltas(&bytes, 1, has_rows), Err(Truncated));
    }
}
