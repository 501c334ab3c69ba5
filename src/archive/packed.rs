//! Readings of one usage point and month as bytes, without loss.
//!
//! Meters show whole steps of a display, so nearly all values of a file are decimals of a few
//! digits: such values are written as whole numbers of their last digit, the number of digits being
//! the smallest that gives every value back bit by bit; where none does, values are written as
//! their bits. Numbers are laid out by the significance of their bytes (all lowest bytes first),
//! stamps as runs, and the whole is compressed as one Zstandard frame.

use std::io;

use crate::domain::{FileIx, Minute, ReadingQuality, TimeRun, Timestamp, Unit, is_no_reading};
use crate::series::{KeptStretch, RegisterRead};

use super::bytes::{Bytes, push_number, push_signed};

/// Decimals that are tried, at most.
const MOST_DECIMALS: u8 = 6;
/// Stands for "as bits" in the place of decimals.
const AS_BITS: u8 = 255;
/// Level of compression: the next ones take twice the time for a hundredth of the size.
const LEVEL: i32 = 3;
/// Bytes that a record may unpack to, so that a damaged one asks for no more.
const MOST_UNPACKED: u64 = 1 << 28;
/// Values that are no number, and a zero that flowed out, before the numbers themselves.
const SPECIAL: [u32; 3] = [f32::NAN.to_bits(), f32::NAN.to_bits() | 1 << 31, (-0.0_f32).to_bits()];

/// Interval readings, packed.
pub(super) fn pack(stretches: &[KeptStretch]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    push_number(&mut bytes, stretches.len() as u64);
    for stretch in stretches {
        push_number(&mut bytes, u64::from(stretch.file.0));
        bytes.push(u8::from(stretch.unit == Unit::Kw));
        push_number(&mut bytes, u64::from(stretch.registers));
        push_times(&mut bytes, &stretch.times);
        push_runs(&mut bytes, &stretch.quality, |quality| *quality as u64);
        push_runs(&mut bytes, &stretch.duration_min, |minutes| u64::from(*minutes));
        push_values(&mut bytes, &stretch.value);
    }
    compressed(&bytes)
}

/// The readings that [`pack`] packed; `None` where the bytes are damaged.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<KeptStretch>> {
    let bytes = decompressed(packed)?;
    let mut bytes = Bytes::new(&bytes);
    let count = bytes.count()?;
    let stretches = (0..count).map(|_| take_stretch(&mut bytes)).collect::<Option<Vec<_>>>()?;
    bytes.is_empty().then_some(stretches)
}

fn take_stretch(bytes: &mut Bytes) -> Option<KeptStretch> {
    let file = FileIx(u32::try_from(bytes.number()?).ok()?);
    let unit = if bytes.byte()? == 1 { Unit::Kw } else { Unit::Kwh };
    let registers = u16::try_from(bytes.number()?).ok()?;
    let times = take_times(bytes)?;
    let rows: u64 = times.iter().map(|run| u64::from(run.rows)).sum();
    let rows = usize::try_from(rows).ok().filter(|rows| *rows <= bytes.len())?;
    let quality = take_runs(bytes, rows, |bits| match bits {
        0 => Some(ReadingQuality::Missing),
        1 => Some(ReadingQuality::Substituted),
        2 => Some(ReadingQuality::Estimated),
        3 => Some(ReadingQuality::Actual),
        _ => None,
    })?;
    let duration_min = take_runs(bytes, rows, |minutes| u16::try_from(minutes).ok())?;
    let value = take_values(bytes, rows)?;
    Some(KeptStretch { file, unit, registers, times, value, quality, duration_min })
}

/// Register readings, packed; in the order of time.
pub(super) fn pack_registers(reads: &[RegisterRead]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    push_number(&mut bytes, reads.len() as u64);
    let mut before = 0;
    for (at, counter, file) in reads {
        push_signed(&mut bytes, at.0 - before);
        before = at.0;
        push_number(&mut bytes, u64::from(file.0));
        bytes.extend(counter.to_bits().to_le_bytes());
    }
    compressed(&bytes)
}

/// The readings that [`pack_registers`] packed; `None` where the bytes are damaged.
pub(super) fn unpack_registers(packed: &[u8]) -> Option<Vec<RegisterRead>> {
    let bytes = decompressed(packed)?;
    let mut bytes = Bytes::new(&bytes);
    let count = bytes.count()?;
    let mut before = 0_i64;
    let mut read = || {
        before = before.checked_add(bytes.signed()?)?;
        let file = FileIx(u32::try_from(bytes.number()?).ok()?);
        Some((Timestamp(before), f64::from_bits(u64::from_le_bytes(bytes.array()?)), file))
    };
    (0..count).map(|_| read()).collect()
}

fn push_times(bytes: &mut Vec<u8>, times: &[TimeRun]) {
    push_number(bytes, times.len() as u64);
    let mut before = 0;
    for run in times {
        push_signed(bytes, i64::from(run.first.0) - before);
        push_number(bytes, u64::from(run.step));
        push_number(bytes, u64::from(run.rows));
        before = i64::from(run.last().0);
    }
}

fn take_times(bytes: &mut Bytes) -> Option<Vec<TimeRun>> {
    let count = bytes.count()?;
    let mut before = 0_i64;
    let mut run = || {
        let first = u32::try_from(before.checked_add(bytes.signed()?)?).ok()?;
        let step = u32::try_from(bytes.number()?).ok()?;
        let rows = u32::try_from(bytes.number()?).ok().filter(|rows| *rows > 0)?;
        let last = first.checked_add(step.checked_mul(rows - 1)?)?;
        before = i64::from(last);
        Some(TimeRun { first: Minute(first), step, rows })
    };
    (0..count).map(|_| run()).collect()
}

/// Equal neighbours as one, each with how many they are; nothing of an empty list.
fn push_runs<T: PartialEq>(bytes: &mut Vec<u8>, values: &[T], number: impl Fn(&T) -> u64) {
    let runs: Vec<&[T]> = values.chunk_by(|a, b| a == b).collect();
    push_number(bytes, runs.len() as u64);
    for run in runs {
        push_number(bytes, number(&run[0]));
        push_number(bytes, run.len() as u64);
    }
}

/// One value a row, or none at all.
fn take_runs<T: Clone>(bytes: &mut Bytes, rows: usize, value: impl Fn(u64) -> Option<T>) -> Option<Vec<T>> {
    let count = bytes.count()?;
    let mut values = Vec::new();
    for _ in 0..count {
        let (value, length) = (value(bytes.number()?)?, usize::try_from(bytes.number()?).ok()?);
        if length > rows - values.len() {
            return None;
        }
        values.resize(values.len() + length, value);
    }
    (values.is_empty() || values.len() == rows).then_some(values)
}

fn push_values(bytes: &mut Vec<u8>, values: &[f32]) {
    let whole = (0..=MOST_DECIMALS).find_map(|decimals| Some((decimals, whole_numbers(values, decimals)?)));
    let (decimals, numbers) =
        whole.unwrap_or_else(|| (AS_BITS, values.iter().map(|value| plain(*value).to_bits()).collect()));
    let largest = numbers.iter().copied().max().unwrap_or(0);
    let planes = (32 - largest.leading_zeros()).div_ceil(8).max(1) as u8;
    bytes.extend([decimals, planes]);
    for plane in 0..planes {
        bytes.extend(numbers.iter().map(|number| (number >> (8 * plane)) as u8));
    }
}

fn take_values(bytes: &mut Bytes, rows: usize) -> Option<Vec<f32>> {
    let [decimals, planes] = bytes.array()?;
    if planes > 4 || (decimals > MOST_DECIMALS && decimals != AS_BITS) {
        return None;
    }
    let mut numbers = vec![0_u32; rows];
    for plane in 0..planes {
        let bytes = bytes.take(rows)?;
        numbers.iter_mut().zip(bytes).for_each(|(number, byte)| *number |= u32::from(*byte) << (8 * plane));
    }
    Some(numbers.into_iter().map(|number| of_number(number, decimals)).collect())
}

/// A value that is no number has no other bits than its sign, which says which way it flowed.
fn plain(value: f32) -> f32 {
    if value.is_nan() { f32::from_bits(SPECIAL[usize::from(value.is_sign_negative())]) } else { value }
}

/// Values as whole numbers of their last digit, the special ones first, numbers folded so that
/// small ones of either sign are small; `None` where a value does not come back bit by bit.
fn whole_numbers(values: &[f32], decimals: u8) -> Option<Vec<u32>> {
    let scale = 10_f64.powi(i32::from(decimals));
    let number = |value: f32| {
        let bits = plain(value).to_bits();
        if let Some(special) = SPECIAL.iter().position(|special| *special == bits) {
            return Some(special as u32);
        }
        let whole = (f64::from(value) * scale).round();
        if whole.abs() >= f64::from(1_u32 << 30) {
            return None;
        }
        let whole = whole as i32;
        let folded = (whole << 1 ^ whole >> 31) as u32 + SPECIAL.len() as u32;
        (of_number(folded, decimals).to_bits() == bits).then_some(folded)
    };
    values.iter().map(|value| number(*value)).collect()
}

fn of_number(number: u32, decimals: u8) -> f32 {
    if decimals == AS_BITS {
        return f32::from_bits(number);
    }
    let Some(folded) = number.checked_sub(SPECIAL.len() as u32) else {
        return f32::from_bits(SPECIAL[number as usize]);
    };
    let whole = (folded >> 1) as i32 ^ -((folded & 1) as i32);
    (f64::from(whole) / 10_f64.powi(i32::from(decimals))) as f32
}

/// Readings of a stretch that hold a value or say that it is missing.
pub(super) fn readings(stretches: &[KeptStretch]) -> u64 {
    stretches.iter().map(|stretch| stretch.value.iter().filter(|value| !is_no_reading(**value)).count() as u64).sum()
}

fn compressed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    push_number(&mut packed, bytes.len() as u64);
    packed.extend(zstd::bulk::compress(bytes, LEVEL)?);
    Ok(packed)
}

fn decompressed(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Bytes::new(packed);
    let length = bytes.number().filter(|length| *length <= MOST_UNPACKED)?;
    zstd::bulk::decompress(bytes.rest(), length as usize).ok().filter(|bytes| bytes.len() as u64 == length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stretch(values: Vec<f32>, quality: Vec<ReadingQuality>, duration_min: Vec<u16>) -> KeptStretch {
        let times = vec![TimeRun { first: Minute(29_000_000), step: 30, rows: values.len() as u32 }];
        KeptStretch { file: FileIx(3), unit: Unit::Kw, registers: 5, times, value: values, quality, duration_min }
    }

    fn bits(stretches: &[KeptStretch]) -> Vec<Vec<u32>> {
        stretches.iter().map(|stretch| stretch.value.iter().map(|value| plain(*value).to_bits()).collect()).collect()
    }

    fn value() -> impl Strategy<Value = f32> {
        prop_oneof![
            6 => (-20_000_i32..200_000).prop_map(|value| (f64::from(value) / 1000.0) as f32),
            1 => prop::sample::select(vec![f32::NAN, -f32::NAN, -0.0, 0.0, f32::MIN_POSITIVE, 1e30, -7.0]),
        ]
    }

    proptest! {
        #[test]
        fn readings_come_back_bit_by_bit(values in prop::collection::vec(prop_oneof![value(), any::<f32>()], 1..300), said in any::<bool>()) {
            let quality = if said {
                (0..values.len()).map(|row| if row % 7 == 0 { ReadingQuality::Estimated } else { ReadingQuality::Actual }).collect()
            } else {
                Vec::new()
            };
            let duration = if said { vec![30; values.len()] } else { Vec::new() };
            let kept = [stretch(values.clone(), quality, duration), stretch(values, Vec::new(), Vec::new())];
            let back = unpack(&pack(&kept).unwrap()).unwrap();
            prop_assert_eq!(bits(&back), bits(&kept));
            for (one, other) in back.iter().zip(&kept) {
                prop_assert_eq!((&one.times, &one.quality, &one.duration_min), (&other.times, &other.quality, &other.duration_min));
                prop_assert_eq!((one.file, one.unit, one.registers), (other.file, other.unit, other.registers));
            }
        }

        #[test]
        fn damaged_bytes_are_refused_and_end(values in prop::collection::vec(value(), 1..60), at in 0_usize..500, bits in 1_u8..255) {
            let mut packed = pack(&[stretch(values, Vec::new(), Vec::new())]).unwrap();
            let place = at % packed.len();
            packed[place] ^= bits;
            let _ = unpack(&packed);
            let _ = unpack_registers(&packed);
            packed.truncate(place);
            prop_assert!(unpack(&packed).is_none());
        }

        #[test]
        fn registers_come_back(reads in prop::collection::vec((0_i64..2_000_000_000, any::<f64>(), 0_u32..9), 0..40)) {
            let reads: Vec<RegisterRead> = reads.into_iter().map(|(at, counter, file)| (Timestamp(at), counter, FileIx(file))).collect();
            let back = unpack_registers(&pack_registers(&reads).unwrap()).unwrap();
            prop_assert_eq!(format!("{back:?}"), format!("{reads:?}"));
        }
    }

    #[test]
    fn a_month_of_hours_in_whole_watt_hours_takes_about_a_byte_and_a_half_a_reading() {
        let values: Vec<f32> = (0_u64..720).map(|hour| 0.2 + (hour * 7919 % 631) as f32 / 1000.0).collect();
        let values: Vec<f32> =
            values.iter().map(|value| (f64::from((value * 1000.0).round()) / 1000.0) as f32).collect();
        let packed = pack(&[stretch(values, Vec::new(), Vec::new())]).unwrap();
        assert!(packed.len() < 1100, "{} bytes", packed.len());
    }
}
