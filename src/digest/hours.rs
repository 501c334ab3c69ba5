//! A series by civil months: what the sample keeps of its readings, so that farms are planted in
//! them.
//!
//! Values are kept at the step at which they were read: a farm is planted in quarter-hours where
//! the meter gives quarter-hours.

use std::collections::BTreeMap;

use crate::domain::{Calendar, CivilDay, Timestamp, UsagePointId};
use crate::series::LoadSeries;

use super::CivilMonth;
use super::encoding::{DigestError, Reader, push_long};

/// A load series, a part a civil month.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hours {
    months: BTreeMap<CivilMonth, Part>,
}

/// The values of one month, as bits, so that a missing value equals itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    /// Values that are there; first, because of two parts the fuller is kept.
    valid: usize,
    start: i64,
    step_min: u32,
    kw: Vec<u32>,
}

impl Hours {
    /// The values of a series by the months of the local calendar.
    #[must_use]
    pub fn of(series: &LoadSeries, calendar: &Calendar) -> Self {
        let mut months = BTreeMap::new();
        let Some((first, last)) = series.days(calendar).filter(|_| series.step_min > 0) else {
            return Self { months };
        };
        let (step_s, mut from, mut day) = (i64::from(series.step_min) * 60, 0, first);
        while day <= last {
            let next = CivilDay(day.month_end().0 + 1);
            let end = (calendar.day_start(next).0 - series.start.0 + step_s - 1).div_euclid(step_s);
            let to = end.clamp(from as i64, series.kw.len() as i64) as usize;
            let kw: Vec<u32> = series.kw[from..to].iter().map(|kw| kw.to_bits()).collect();
            let valid = series.kw[from..to].iter().filter(|kw| !kw.is_nan()).count();
            if !kw.is_empty() {
                let part = Part { valid, start: series.at(from).0, step_min: series.step_min, kw };
                months.insert(CivilMonth::of(day), part);
            }
            (from, day) = (to, next);
        }
        Self { months }
    }

    /// The months as one series; missing months are missing values. Months of another step than the
    /// last one's are left out. `None` without a month.
    #[must_use]
    pub fn series(&self, usage_point: &UsagePointId) -> Option<LoadSeries> {
        let step_min = self.months.values().next_back()?.step_min;
        let mut parts = self.months.values().filter(|part| part.step_min == step_min);
        let first = parts.next()?;
        let mut kw: Vec<f32> = first.kw.iter().map(|bits| f32::from_bits(*bits)).collect();
        for part in parts {
            let place = (part.start - first.start).div_euclid(i64::from(step_min) * 60).max(0) as usize;
            kw.resize(place.max(kw.len()), f32::NAN);
            kw.truncate(place);
            kw.extend(part.kw.iter().map(|bits| f32::from_bits(*bits)));
        }
        Some(LoadSeries { usage_point: usage_point.clone(), start: Timestamp(first.start), step_min, kw })
    }

    /// The months that there is anything of.
    pub fn months(&self) -> impl Iterator<Item = CivilMonth> {
        self.months.keys().copied()
    }

    /// Both; of a month that both have, the fuller.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (month, part) in other.months {
            match self.months.get_mut(&month) {
                Some(own) if *own >= part => {}
                Some(own) => *own = part,
                None => drop(self.months.insert(month, part)),
            }
        }
        self
    }

    pub(super) fn push(&self, words: &mut Vec<u32>) {
        words.push(self.months.len() as u32);
        for (month, part) in &self.months {
            words.push(month.0 as u32);
            push_long(words, part.start);
            words.extend([part.step_min, part.kw.len() as u32]);
            words.extend(&part.kw);
        }
    }

    pub(super) fn take(words: &mut Reader) -> Result<Self, DigestError> {
        let mut months = BTreeMap::new();
        for _ in 0..words.count()? {
            let (month, start, [step_min, count]) = (words.month()?, words.time(86_400)?, words.take()?);
            if step_min == 0 {
                return Err(DigestError::Damaged);
            }
            let kw = words.words(count as usize)?.to_vec();
            let valid = kw.iter().filter(|bits| !f32::from_bits(**bits).is_nan()).count();
            months.insert(month, Part { valid, start, step_min, kw });
        }
        Ok(Self { months })
    }
}
