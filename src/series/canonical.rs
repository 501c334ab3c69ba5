//! A usage point's readings as canonical records: start, energy, quality, in the order of time,
//! whatever order and unit they came in.
//!
//! Of readings of one interval those of the best quality stay, and of these those of the latest
//! file; what disagrees within one file stays as it is, so that a later scan sees it.

use super::raw_reading::RawReading;
use super::regular::{by_register, step_of};
use super::stretch::Stretch;
use crate::domain::{Minute, ReadingQuality};

/// One canonical reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CanonicalReading {
    /// Start of the interval.
    pub start: Minute,
    /// Energy in it, kWh; NaN = missing, negative = export.
    pub kwh: f32,
    /// Length of the interval as the source states it, minutes; 0 = not stated.
    pub duration_min: u16,
    /// How far it can be trusted.
    pub quality: ReadingQuality,
}

/// All readings of a usage point, and how many gave way to better ones of the same interval. Mean
/// power becomes energy by the stated length of the interval, else by the most frequent distance of
/// stamps; an hour where there is neither.
#[must_use]
pub fn canonical_readings(stretches: &[Stretch], apart: &[RawReading]) -> (Vec<CanonicalReading>, u64) {
    const WITHOUT_STEP_MIN: u32 = 60;
    let mut raw: Vec<RawReading> = stretches.iter().flat_map(Stretch::raw).chain(apart.iter().copied()).collect();
    raw.sort_unstable_by_key(|reading| {
        (reading.minute(), std::cmp::Reverse((reading.quality(), reading.file())), reading.to_words())
    });
    let step_min = step_of(&raw).unwrap_or(WITHOUT_STEP_MIN);
    let mut readings = Vec::with_capacity(raw.len());
    let mut given_way = 0;
    let mut push = |reading: RawReading| {
        let stated = reading.duration_min();
        let kwh = reading.kwh(if stated > 0 { stated } else { step_min });
        readings.push(CanonicalReading {
            start: reading.minute(),
            kwh,
            duration_min: stated as u16,
            quality: reading.kind(),
        });
    };
    for group in raw.chunk_by(|a, b| a.minute() == b.minute()) {
        // What flows in and what flows out do not compete, nor do registers of one meter in two
        // files: they are added up.
        let flows = [false, true]
            .map(|out| group.iter().copied().filter(|reading| reading.flows_out() == out).collect::<Vec<_>>());
        let mut net: Vec<RawReading> = Vec::with_capacity(2);
        for flow in &flows {
            let parts: Vec<Vec<RawReading>> = if flow.is_empty() { Vec::new() } else { by_register(flow) };
            let kept: Vec<Vec<RawReading>> = parts.iter().map(|part| best_of(part)).collect();
            given_way += (flow.len() - kept.iter().map(Vec::len).sum::<usize>()) as u64;
            match &kept[..] {
                [only] => net.extend(only),
                several => {
                    net.extend(several.iter().filter_map(|part| part.first().copied()).reduce(RawReading::plus));
                }
            }
        }
        // Rows of one file that tell both directions of an interval are one reading, as in
        // messages.
        match net[..] {
            [inward, outward] if !inward.flows_out() && outward.flows_out() && inward.file() == outward.file() => {
                push(inward.plus(outward));
            }
            _ => net.into_iter().for_each(&mut push),
        }
    }
    (readings, given_way)
}

/// Those of the best quality, and of these those of the latest file; sorted with the best first.
fn best_of(part: &[RawReading]) -> Vec<RawReading> {
    let best = part[0];
    part.iter()
        .copied()
        .filter(|reading| (reading.quality(), reading.file()) == (best.quality(), best.file()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FileIx, Unit};

    fn reading(minute: u32, value: f32, unit: Unit, quality: ReadingQuality, file: u32) -> RawReading {
        RawReading::new(Minute(minute), value, unit, quality, 0, FileIx(file))
    }

    #[test]
    fn power_becomes_energy_by_the_distance_of_stamps() {
        let apart = [30_000_030, 30_000_000, 30_000_060]
            .map(|minute| reading(minute, 4.0, Unit::Kw, ReadingQuality::Actual, 0));
        let (readings, _) = canonical_readings(&[], &apart);
        assert_eq!(readings.iter().map(|reading| reading.kwh).collect::<Vec<_>>(), [2.0; 3]);
        assert!(readings.is_sorted_by_key(|reading| reading.start));
    }

    #[test]
    fn import_and_export_in_two_files_both_stay() {
        let apart = [
            reading(60, 1.0, Unit::Kwh, ReadingQuality::Actual, 0),
            reading(60, -0.5, Unit::Kwh, ReadingQuality::Actual, 1),
        ];
        let (readings, given_way) = canonical_readings(&[], &apart);
        assert_eq!((readings.iter().map(|reading| reading.kwh).collect::<Vec<_>>(), given_way), (vec![1.0, -0.5], 0));
    }

    #[test]
    fn the_better_quality_wins_then_the_later_file_and_disagreement_within_it_stays() {
        let apart = [
            reading(60, 1.0, Unit::Kwh, ReadingQuality::Estimated, 2),
            reading(60, 2.0, Unit::Kwh, ReadingQuality::Actual, 0),
            reading(60, 3.0, Unit::Kwh, ReadingQuality::Actual, 1),
            reading(60, 4.0, Unit::Kwh, ReadingQuality::Actual, 1),
        ];
        let (readings, given_way) = canonical_readings(&[], &apart);
        assert_eq!(readings.iter().map(|reading| reading.kwh).collect::<Vec<_>>(), [3.0, 4.0]);
        assert_eq!(given_way, 2);
    }
}
