//! Puts one usage point's readings on an even time axis.
//!
//! The interval length is the one the file states, else the most frequent distance between
//! neighbouring stamps. Of readings that disagree about one interval the better quality wins, then
//! the later file name; readings of one file that still disagree are counted missing, because
//! nothing says which is right. What flows in and what flows out of one interval do not disagree:
//! their sum is the net energy. A stamp that the local clock shows twice (set back in autumn) may
//! hold two readings: each hour gets their mean, so energy is kept and row order does not matter.

use std::collections::{BTreeMap, BTreeSet};

use super::load_series::LoadSeries;
use super::raw_reading::RawReading;
use super::said;
use super::stretch::{Stretch, even_series};
use crate::domain::{Calendar, Fact, Fault, FaultKind, ReadingQuality, Resolved, Timestamp, UsagePointId};

/// Interval length assumed when a usage point has a single reading and the file says nothing,
/// minutes.
const DEFAULT_STEP_MIN: u32 = 60;

/// A usage point's series with the faults met while building it.
#[derive(Debug, Clone)]
pub struct Regular {
    /// The series.
    pub series: LoadSeries,
    /// Duplicates, clock faults, estimates, gaps.
    pub faults: Vec<Fault>,
    /// Share of intervals whose value is estimated or substituted, 0 to 1.
    pub estimated_share: f64,
}

/// Builds the series of one usage point from its stretches and from readings that lie apart. `None`
/// when there is no reading.
///
/// Stretches in ascending order on one grid go straight onto the time axis; anything else is
/// settled reading by reading. Both ways give the same series.
#[must_use]
pub fn series_of(
    usage_point: &UsagePointId,
    stretches: &[Stretch],
    apart: &[RawReading],
    calendar: &Calendar,
) -> Option<Regular> {
    let mut ordered: Vec<Stretch> = stretches.iter().copied().filter(|stretch| !stretch.value.is_empty()).collect();
    ordered.sort_by_key(|stretch| (stretch.times.first().map(|run| run.first), stretch.file));
    if apart.is_empty()
        && let Some(series) = even_series(usage_point, &ordered)
    {
        return Some(Regular { series, faults: Vec::new(), estimated_share: 0.0 });
    }
    let raw = ordered.iter().flat_map(Stretch::raw).chain(apart.iter().copied()).collect();
    regular_series(usage_point, raw, calendar)
}

/// Builds the series of one usage point reading by reading. `None` when there is no reading.
#[must_use]
pub fn regular_series(usage_point: &UsagePointId, mut raw: Vec<RawReading>, calendar: &Calendar) -> Option<Regular> {
    let in_order = raw.windows(2).all(|pair| pair[0].minute < pair[1].minute);
    if !in_order {
        // The full key makes the order of equal stamps independent of arrival.
        raw.sort_unstable_by(|a, b| {
            (a.minute, b.quality(), b.file)
                .cmp(&(b.minute, a.quality(), a.file))
                .then(a.value.total_cmp(&b.value))
                .then(a.flags.cmp(&b.flags))
        });
    }
    let step_min = step_of(&raw)?;
    let mut tally = Tally::default();
    let settled = if in_order { raw } else { settle_duplicates(&raw, calendar, &mut tally) };
    let phase = phase_of(&settled, step_min);
    let first = settled.iter().find(|reading| reading.minute % step_min == phase)?.minute;
    let last = settled.iter().rfind(|reading| reading.minute % step_min == phase)?.minute;
    let mut kw = vec![f32::NAN; ((last - first) / step_min) as usize + 1];
    for reading in &settled {
        if reading.minute % step_min != phase {
            tally.off_grid.at(reading.at());
            continue;
        }
        let quality = reading.quality();
        if quality == ReadingQuality::Estimated as u16 || quality == ReadingQuality::Substituted as u16 {
            tally.estimated.at(reading.at());
        }
        kw[((reading.minute - first) / step_min) as usize] = reading.kw(step_min);
    }
    let series = LoadSeries { usage_point: usage_point.clone(), start: Timestamp(i64::from(first) * 60), step_min, kw };
    let estimated_share = tally.estimated.count as f64 / series.kw.len() as f64;
    let faults = tally.faults(&series, calendar);
    Some(Regular { series, faults, estimated_share })
}

/// Interval length: the most frequent stated duration, else the most frequent distance between
/// distinct stamps (the shorter of two equally frequent).
pub(super) fn step_of(sorted: &[RawReading]) -> Option<u32> {
    let first = sorted.first()?;
    let most_frequent =
        |counts: BTreeMap<u32, usize>| counts.into_iter().rev().max_by_key(|&(_, count)| count).map(|(step, _)| step);
    let mut stated = BTreeMap::new();
    for reading in sorted.iter().filter(|reading| reading.duration_min() > 0) {
        *stated.entry(reading.duration_min()).or_insert(0_usize) += 1;
    }
    if let Some(step) = most_frequent(stated) {
        return Some(step);
    }
    // A run of equal distances is counted in one go: a map look-up for every reading would dominate
    // this function.
    let mut distances: BTreeMap<u32, usize> = BTreeMap::new();
    let (mut at, mut run, mut length) = (first.minute, 0_u32, 0_usize);
    for reading in &sorted[1..] {
        let distance = reading.minute - at;
        at = reading.minute;
        if distance == 0 {
            continue;
        }
        if distance == run {
            length += 1;
        } else {
            if run > 0 {
                *distances.entry(run).or_insert(0) += length;
            }
            (run, length) = (distance, 1);
        }
    }
    if run > 0 {
        *distances.entry(run).or_insert(0) += length;
    }
    Some(most_frequent(distances).unwrap_or(DEFAULT_STEP_MIN))
}

/// Minute within the step on which most stamps lie (the smaller of two equally frequent).
fn phase_of(readings: &[RawReading], step_min: u32) -> u32 {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    let first_phase = readings.first().map_or(0, |reading| reading.minute % step_min);
    if readings.iter().all(|reading| reading.minute % step_min == first_phase) {
        return first_phase;
    }
    for reading in readings {
        *counts.entry(reading.minute % step_min).or_insert(0) += 1;
    }
    counts.into_iter().rev().max_by_key(|&(_, count)| count).map_or(0, |(phase, _)| phase)
}

/// What was met while building a series.
#[derive(Debug, Default)]
struct Tally {
    disagreeing: Seen,
    twice: Seen,
    off_grid: Seen,
    estimated: Seen,
}

/// How often something was met, and from when to when.
#[derive(Debug, Default)]
struct Seen {
    count: usize,
    span: Option<(Timestamp, Timestamp)>,
}

impl Seen {
    fn at(&mut self, at: Timestamp) {
        self.count += 1;
        self.span = Some(self.span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
    }

    fn first(&self, calendar: &Calendar) -> String {
        self.span.map_or_else(String::new, |(first, _)| calendar.format(first))
    }
}

/// Leaves one reading a stamp. Input is sorted by stamp, then best quality, then latest file.
fn settle_duplicates(sorted: &[RawReading], calendar: &Calendar, tally: &mut Tally) -> Vec<RawReading> {
    let mut settled: Vec<RawReading> = Vec::with_capacity(sorted.len());
    for group in sorted.chunk_by(|a, b| a.minute == b.minute) {
        if let [only] = group {
            settled.push(*only);
            continue;
        }
        let flows: Vec<Vec<RawReading>> = [false, true]
            .map(|out| group.iter().copied().filter(|r| r.flows_out() == out).collect::<Vec<_>>())
            .into_iter()
            .filter(|f| !f.is_empty())
            .collect();
        if let [inward, outward] = &flows[..] {
            settled.push(settle_registers(inward, tally).plus(settle_registers(outward, tally)));
            continue;
        }
        let best = group[0];
        let rivals: Vec<RawReading> =
            group.iter().copied().filter(|r| r.quality() == best.quality() && r.file == best.file).collect();
        if let (2, Resolved::Twice(first, second)) = (rivals.len(), calendar.resolve(calendar.local(best.at())))
            && first == best.at()
        {
            let value = f32::midpoint(rivals[0].value, rivals[1].value);
            settled.push(RawReading { value, ..best });
            settled.push(RawReading { value, minute: second.0.div_euclid(60) as u32, ..best });
            tally.twice.at(first);
            continue;
        }
        settled.push(settle_registers(group, tally));
    }
    // The second pass of a repeated hour was appended early; stamps of that hour may follow it.
    settled.sort_by_key(|reading| reading.minute);
    settled.dedup_by_key(|reading| reading.minute);
    settled
}

/// One reading of several for one stamp and one direction of flow: the sum of those that share no
/// register, each settled by itself.
fn settle_registers(group: &[RawReading], tally: &mut Tally) -> RawReading {
    let parts = by_register(group);
    let mut settled = parts.iter().map(|part| settle_one(part, tally));
    let first = settled.next().unwrap_or(group[0]);
    settled.fold(first, RawReading::plus)
}

/// Readings of one stamp and direction by the registers that they tell, each in the order it came;
/// all in one where registers are not told, or some are told in two ways.
pub(super) fn by_register(group: &[RawReading]) -> Vec<Vec<RawReading>> {
    let told: BTreeSet<u16> = group.iter().map(|reading| reading.registers).collect();
    let apart = told
        .iter()
        .try_fold(0_u16, |seen, &registers| (registers != 0 && seen & registers == 0).then_some(seen | registers));
    if told.len() == 1 || apart.is_none() {
        return vec![group.to_vec()];
    }
    told.iter()
        .map(|&registers| group.iter().copied().filter(|reading| reading.registers == registers).collect())
        .collect()
}

/// One reading of several for one stamp and one direction of flow, sorted by best quality, then
/// latest file.
fn settle_one(group: &[RawReading], tally: &mut Tally) -> RawReading {
    let best = group[0];
    if group.iter().any(|r| !r.agrees_with(best)) {
        tally.disagreeing.at(best.at());
    }
    let undecided = group.iter().any(|r| r.quality() == best.quality() && r.file == best.file && !r.agrees_with(best));
    if undecided { RawReading { value: f32::NAN, ..best } } else { best }
}

impl Tally {
    fn faults(&self, series: &LoadSeries, calendar: &Calendar) -> Vec<Fault> {
        let intervals = series.kw.len() as f64;
        let mut faults = Vec::new();
        let mut tell = |kind, seen: &Seen, detail: Fact| {
            let Some((from, to)) = seen.span else { return };
            let share = Some(seen.count as f64 / intervals);
            faults.push(Fault {
                usage_point: series.usage_point.clone(),
                kind,
                from: Some(calendar.day(from)),
                to: Some(calendar.day(to)),
                share,
                detail,
            });
        };
        let Self { disagreeing, off_grid, twice, estimated } = self;
        tell(FaultKind::Duplicate, disagreeing, said::disagree(disagreeing.count, disagreeing.first(calendar)));
        let off = said::off_grid(off_grid.count, f64::from(series.step_min), off_grid.first(calendar));
        tell(FaultKind::Clock, off_grid, off);
        tell(FaultKind::Clock, twice, said::set_back(twice.first(calendar)));
        tell(FaultKind::Estimated, estimated, said::estimated(estimated.count, series.kw.len()));
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CivilDay;
    use crate::domain::{FileIx, Minute, Unit};

    fn reading(minute: i64, value: f32, quality: ReadingQuality, file: u32) -> RawReading {
        RawReading::new(Minute(minute as u32), value, Unit::Kwh, quality, 0, FileIx(file))
    }

    fn build(raw: Vec<RawReading>) -> Regular {
        regular_series(&"A".into(), raw, &Calendar::new(None).unwrap()).unwrap()
    }

    fn actual(minute: i64, value: f32) -> RawReading {
        reading(minute, value, ReadingQuality::Actual, 0)
    }

    #[test]
    fn a_gap_becomes_missing_intervals_and_energy_becomes_mean_power() {
        let built = build(vec![actual(0, 0.5), actual(30, 1.0), actual(90, 2.0), actual(120, 2.0)]);
        assert_eq!(built.series.step_min, 30);
        assert_eq!(built.series.kw[..2], [1.0, 2.0]);
        assert!(built.series.kw[2].is_nan());
        assert_eq!(built.series.kw[3], 4.0);
    }

    #[test]
    fn the_order_of_rows_leaves_no_trace() {
        let rows = vec![actual(0, 1.0), actual(30, 2.0), actual(30, 2.5), actual(60, 3.0), actual(90, 4.0)];
        let reversed: Vec<RawReading> = rows.iter().rev().copied().collect();
        let (a, b) = (build(rows).series, build(reversed).series);
        assert!(a.kw.iter().zip(&b.kw).all(|(x, y)| x.total_cmp(y).is_eq()));
    }

    #[test]
    fn of_two_readings_the_better_quality_wins() {
        let built = build(vec![
            actual(0, 1.0),
            reading(0, 9.0, ReadingQuality::Estimated, 5),
            actual(30, 1.0),
            actual(60, 1.0),
        ]);
        assert_eq!(built.series.kw[0], 2.0);
        assert_eq!(built.faults[0].kind, FaultKind::Duplicate);
    }

    #[test]
    fn of_equal_quality_the_later_file_wins() {
        let built = build(vec![
            reading(0, 1.0, ReadingQuality::Actual, 0),
            reading(0, 3.0, ReadingQuality::Actual, 1),
            actual(30, 1.0),
            actual(60, 1.0),
        ]);
        assert_eq!(built.series.kw[0], 6.0);
    }

    #[test]
    fn readings_of_one_file_that_disagree_are_missing_and_reported() {
        let built = build(vec![actual(0, 1.0), actual(0, 3.0), actual(30, 1.0), actual(60, 1.0)]);
        assert!(built.series.kw[0].is_nan());
        assert_eq!(built.faults[0].kind, FaultKind::Duplicate);
    }

    #[test]
    fn exact_copies_are_no_fault() {
        let built = build(vec![actual(0, 1.0), actual(0, 1.0), actual(30, 1.0), actual(60, 1.0)]);
        assert!(built.faults.is_empty());
        assert_eq!(built.series.kw[0], 2.0);
    }

    #[test]
    fn the_repeated_hour_of_autumn_keeps_its_energy() {
        let calendar = Calendar::new(Some("Europe/Berlin")).unwrap();
        let midnight = calendar.day_start(CivilDay::from_ymd(2025, 10, 26).unwrap()).0 / 60;
        // A naive file shows 02:00 twice; readers give both the earlier instant.
        let raw = vec![
            actual(midnight, 1.0),
            actual(midnight + 60, 1.0),
            actual(midnight + 120, 2.0),
            actual(midnight + 120, 4.0),
            actual(midnight + 240, 1.0),
            actual(midnight + 300, 1.0),
        ];
        let built = regular_series(&"A".into(), raw, &calendar).unwrap();
        assert_eq!(built.series.kw, [1.0, 1.0, 3.0, 3.0, 1.0, 1.0]);
        assert_eq!(built.faults[0].kind, FaultKind::Clock);
    }

    #[test]
    fn what_flows_in_and_out_of_one_interval_is_netted_and_no_disagreement() {
        let built = build(vec![
            actual(0, 1.0),
            actual(0, -0.0),
            actual(30, 0.25),
            actual(30, -1.0),
            actual(60, f32::NAN),
            actual(60, -0.0),
            actual(90, 1.0),
        ]);
        assert_eq!(built.series.kw[..2], [2.0, -1.5]);
        assert!(built.series.kw[2].is_nan(), "an import that is missing is not zero");
        assert!(built.faults.is_empty(), "{:?}", built.faults);
    }

    #[test]
    fn two_registers_of_one_meter_in_two_files_add_up_and_one_sent_twice_does_not() {
        let of = |minute: i64, value: f32, file: u32, registers: u16| {
            reading(minute, value, ReadingQuality::Actual, file).of_registers(registers)
        };
        let built = build(vec![
            of(0, 1.0, 0, 1),
            of(0, 0.5, 1, 2),
            of(30, 1.0, 0, 1),
            of(30, 2.0, 1, 2),
            of(60, 1.0, 0, 1),
            of(60, f32::NAN, 1, 2),
            of(90, 1.0, 0, 1),
        ]);
        assert_eq!(built.series.kw[..2], [3.0, 6.0]);
        assert!(built.series.kw[2].is_nan() && built.faults.is_empty(), "{:?}", built.faults);
        // The second file holds both registers: it is the later one.
        let again = build(vec![of(0, 1.0, 0, 1), of(0, 1.5, 1, 3), of(30, 1.0, 0, 1)]);
        assert_eq!((again.series.kw[0], again.faults[0].kind), (3.0, FaultKind::Duplicate));
        assert_eq!(RawReading::from_words(of(0, 1.0, 3, 0x8001).to_words()), of(0, 1.0, 3, 0x8001));
    }

    #[test]
    fn one_reading_makes_a_series_of_one_hour() {
        let built = build(vec![actual(0, 1.0)]);
        assert_eq!((built.series.step_min, built.series.kw.len()), (60, 1));
    }
}
