//! Rows of one usage point that lie together in a file, and the straight way from them to an even
//! time axis.

use super::load_series::LoadSeries;
use super::raw_reading::RawReading;
use crate::domain::{
    FileIx, IntervalBlock, Kwh, Minute, NO_READING, ReadingQuality, TimeRun, Timestamp, Unit, UsagePointId,
    is_no_reading, mean_kw, push_time,
};

/// Rows of one usage point, as views into a block.
#[derive(Debug, Clone, Copy)]
pub struct Stretch<'a> {
    /// The file they come from.
    pub file: FileIx,
    /// Unit of the values.
    pub unit: Unit,
    /// Registers that they are the sum of, as in the block.
    pub registers: u16,
    /// Start of every interval, as runs.
    pub times: &'a [TimeRun],
    /// One value a row; `NO_READING` for a row that was rejected.
    pub value: &'a [f32],
    /// One a row, or empty when all are actual.
    pub quality: &'a [ReadingQuality],
    /// Length of the interval in minutes, one a row, or empty.
    pub duration_min: &'a [u16],
}

/// The same, kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct KeptStretch {
    pub(crate) file: FileIx,
    pub(crate) unit: Unit,
    pub(crate) registers: u16,
    pub(crate) times: Vec<TimeRun>,
    pub(crate) value: Vec<f32>,
    pub(crate) quality: Vec<ReadingQuality>,
    pub(crate) duration_min: Vec<u16>,
}

impl Stretch<'_> {
    /// A copy without the rows that hold no reading.
    pub(crate) fn keep(&self) -> KeptStretch {
        let mut kept =
            KeptStretch { file: self.file, unit: self.unit, registers: self.registers, ..KeptStretch::default() };
        if !self.value.iter().any(|&value| is_no_reading(value)) {
            kept.times.extend_from_slice(self.times);
            kept.value.extend_from_slice(self.value);
            kept.quality.extend_from_slice(self.quality);
            kept.duration_min.extend_from_slice(self.duration_min);
            return kept;
        }
        for (row, minute) in self.minutes().enumerate().filter(|(row, _)| !is_no_reading(self.value[*row])) {
            push_time(&mut kept.times, TimeRun { first: minute, step: 0, rows: 1 });
            kept.value.push(self.value[row]);
            kept.quality.extend(self.quality.get(row));
            kept.duration_min.extend(self.duration_min.get(row));
        }
        kept
    }

    fn minutes(&self) -> impl Iterator<Item = Minute> {
        self.times.iter().flat_map(|run| (0..run.rows).map(|row| run.minute(row)))
    }

    /// The rows one by one, for the general way; rows without a reading are left out.
    pub(super) fn raw(&self) -> impl Iterator<Item = RawReading> {
        self.minutes().enumerate().filter(|(row, _)| !is_no_reading(self.value[*row])).map(|(row, minute)| {
            let value = self.value[row];
            let quality = match self.quality.get(row) {
                _ if value.is_nan() => ReadingQuality::Missing,
                Some(quality) => *quality,
                None => ReadingQuality::Actual,
            };
            RawReading::new(
                minute,
                value,
                self.unit,
                quality,
                self.duration_min.get(row).copied().unwrap_or(0),
                self.file,
            )
            .of_registers(self.registers)
        })
    }
}

impl KeptStretch {
    pub(crate) fn view(&self) -> Stretch<'_> {
        let Self { file, unit, registers, times, value, quality, duration_min } = self;
        Stretch { file: *file, unit: *unit, registers: *registers, times, value, quality, duration_min }
    }

    /// Readings that lie apart as stretches: one for each file, unit and set of registers, in the
    /// order of time.
    pub(crate) fn of_apart(apart: &[RawReading]) -> Vec<Self> {
        let origin = |reading: &RawReading| (reading.file(), reading.registers(), reading.is_power());
        let mut sorted = apart.to_vec();
        sorted.sort_unstable_by_key(|reading| (origin(reading), reading.minute(), reading.to_words()));
        sorted.chunk_by(|a, b| origin(a) == origin(b)).map(Self::of_one_origin).collect()
    }

    fn of_one_origin(readings: &[RawReading]) -> Self {
        let (file, registers, is_power) = (readings[0].file(), readings[0].registers(), readings[0].is_power());
        let unit = if is_power { Unit::Kw } else { Unit::Kwh };
        let mut kept = Self { file, unit, registers, ..Self::default() };
        if readings.iter().any(|reading| reading.kind() != ReadingQuality::Actual && !reading.value.is_nan()) {
            kept.quality = readings.iter().map(|reading| reading.kind()).collect();
        }
        if readings.iter().any(|reading| reading.duration_min() > 0) {
            kept.duration_min = readings.iter().map(|reading| reading.duration_min() as u16).collect();
        }
        for reading in readings {
            push_time(&mut kept.times, TimeRun { first: reading.minute(), step: 0, rows: 1 });
            kept.value.push(reading.value);
        }
        kept
    }

    /// The same readings in the one form that does not depend on how they came: one stretch for
    /// each file, unit and set of registers, in the order of time.
    pub(crate) fn tidy(stretches: Vec<Self>) -> Vec<Self> {
        let is_tidy = |stretch: &Self| {
            let ascends = stretch.times.windows(2).all(|pair| pair[0].last() < pair[1].first)
                && stretch.times.iter().all(|run| run.step > 0 || run.rows == 1);
            ascends && stretch.quality.is_empty() && stretch.duration_min.is_empty()
        };
        if let [only] = &stretches[..]
            && is_tidy(only)
        {
            return stretches;
        }
        Self::of_apart(
            &stretches.iter().flat_map(|stretch| stretch.view().raw().collect::<Vec<_>>()).collect::<Vec<_>>(),
        )
    }

    /// Whether the readings are the same word for word, whatever file they came from.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let about = |kept: &Self| (kept.unit, kept.registers, kept.value.len());
        about(self) == about(other)
            && (&self.times, &self.quality, &self.duration_min) == (&other.times, &other.quality, &other.duration_min)
            && self.value.iter().zip(&other.value).all(|(a, b)| a.to_bits() == b.to_bits())
    }
}

/// Walks a block usage point by usage point: `take(key, stretch)` for every run of rows with one
/// key, in file order.
pub(super) fn each_stretch(block: &IntervalBlock, mut take: impl FnMut(u32, Stretch)) {
    let mut times: Vec<TimeRun> = Vec::new();
    let mut waiting = block.times.iter().copied();
    let mut open: Option<TimeRun> = None;
    let mut row = 0;
    for run in &block.keys {
        times.clear();
        let mut left = run.rows;
        while left > 0 {
            let Some(part) = open.take().or_else(|| waiting.next()) else { break };
            if part.rows > left {
                times.push(TimeRun { rows: left, ..part });
                open = Some(TimeRun { first: part.minute(left), step: part.step, rows: part.rows - left });
                left = 0;
            } else {
                left -= part.rows;
                times.push(part);
            }
        }
        let rows = row..row + run.rows as usize;
        row = rows.end;
        let stretch = Stretch {
            file: block.file,
            unit: block.unit,
            registers: block.registers,
            times: &times,
            value: &block.value[rows.clone()],
            quality: block.quality.get(rows.clone()).unwrap_or(&[]),
            duration_min: block.duration_min.get(rows).unwrap_or(&[]),
        };
        take(run.key, stretch);
    }
}

/// The series of stretches that need no settling: ascending stamps on one grid, measured values,
/// one unit. `None` where anything else is met, which the general way settles.
pub(super) fn even_series(usage_point: &UsagePointId, stretches: &[Stretch]) -> Option<LoadSeries> {
    let first = stretches.first()?;
    let plain = |stretch: &Stretch| {
        stretch.unit == first.unit
            && stretch.quality.iter().all(|&quality| quality == ReadingQuality::Actual)
            && !stretch.value.iter().any(|&value| is_no_reading(value))
    };
    if !stretches.iter().all(plain) {
        return None;
    }
    let mut runs = stretches.iter().flat_map(|stretch| stretch.times).copied();
    let usual = usual_step(runs.clone())?;
    let step_min = match stated_step(stretches)? {
        0 => usual,
        stated => stated,
    };
    let start = runs.next()?.first;
    let on_grid = |run: TimeRun| run.first.0 % step_min == start.0 % step_min && run.step.is_multiple_of(step_min);
    if !stretches.iter().flat_map(|stretch| stretch.times).all(|&run| on_grid(run)) {
        return None;
    }
    let last = stretches.last()?.times.last()?.last();
    let factor = if first.unit == Unit::Kw { 1.0 } else { mean_kw(Kwh(1.0), f64::from(step_min)).0 };
    let mut kw = Vec::with_capacity(((last.0 - start.0) / step_min) as usize + 1);
    for stretch in stretches {
        let mut row = 0;
        for run in stretch.times {
            kw.resize(((run.first.0 - start.0) / step_min) as usize, f32::NAN);
            let values = &stretch.value[row..row + run.rows as usize];
            row += run.rows as usize;
            if run.step == step_min || run.rows == 1 {
                if factor.log2().fract() == 0.0 {
                    // A power of two, as for 15, 30 and 60 minutes, is exact in single precision.
                    let factor = factor as f32;
                    kw.extend(values.iter().map(|&value| value * factor));
                } else {
                    kw.extend(values.iter().map(|&value| (f64::from(value) * factor) as f32));
                }
            } else {
                let gap = (run.step / step_min - 1) as usize;
                for (place, &value) in values.iter().enumerate() {
                    if place > 0 {
                        kw.extend(std::iter::repeat_n(f32::NAN, gap));
                    }
                    kw.push((f64::from(value) * factor) as f32);
                }
            }
        }
    }
    Some(LoadSeries { usage_point: usage_point.clone(), start: Timestamp::from(start), step_min, kw })
}

/// The one length that all rows state, 0 where none does; `None` where they differ.
fn stated_step(stretches: &[Stretch]) -> Option<u32> {
    let mut lengths = stretches.iter().map(|stretch| stretch.duration_min.first().copied().unwrap_or(0));
    let length = lengths.next()?;
    let same = |stretch: &Stretch| stretch.duration_min.iter().all(|&minutes| minutes == length);
    (lengths.all(|other| other == length) && stretches.iter().all(same)).then_some(u32::from(length))
}

/// The most frequent distance between neighbours (the shorter of two equally frequent); `None`
/// where stamps do not ascend or are fewer than two.
fn usual_step(runs: impl Iterator<Item = TimeRun>) -> Option<u32> {
    let mut counts: Vec<(u32, u32)> = Vec::new();
    let mut count = |distance: u32, rows: u32| match counts.iter_mut().find(|counted| counted.0 == distance) {
        Some(counted) => counted.1 += rows,
        None => counts.push((distance, rows)),
    };
    let mut before: Option<Minute> = None;
    for run in runs {
        if before.is_some_and(|before| run.first <= before) || (run.step == 0 && run.rows > 1) {
            return None;
        }
        if let Some(before) = before {
            count(run.first.0 - before.0, 1);
        }
        if run.rows > 1 {
            count(run.step, run.rows - 1);
        }
        before = Some(run.last());
    }
    counts.into_iter().max_by_key(|&(distance, rows)| (rows, std::cmp::Reverse(distance))).map(|(distance, _)| distance)
}

/// A row of cells as a stretch: trimmed at both ends, with gaps left out.
pub(super) fn stretch_of_row(file: FileIx, unit: Unit, start: Minute, step: u32, row: &[u32]) -> Option<KeptStretch> {
    let first = row.iter().position(|&cell| cell != EMPTY_CELL)?;
    let end = row.iter().rposition(|&cell| cell != EMPTY_CELL)? + 1;
    let times = vec![TimeRun { first: Minute(start.0 + first as u32 * step), step, rows: (end - first) as u32 }];
    let value = row[first..end].iter().map(|&cell| f32::from_bits(cell)).collect();
    let whole = KeptStretch { file, unit, times, value, ..KeptStretch::default() };
    Some(if row[first..end].contains(&EMPTY_CELL) { whole.view().keep() } else { whole })
}

/// Bits of a cell that nothing was written to.
pub(super) const EMPTY_CELL: u32 = NO_READING.to_bits();
