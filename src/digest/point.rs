//! What a usage point leaves: profiles of its months, and what was decided over the whole of the
//! readings that they were made of.
//!
//! Months concatenate; nothing in one depends on another, so a year is the merge of its months. A
//! `Span` is what a scan found over all readings that it had, and a scan of one month could find
//! otherwise than a scan of three:
//!
//! - `faults`: the fault gate sees stuck values, spikes, ratios and lost phases against the whole
//!   series, and the profile is made behind it;
//! - `step_min` and `rounding`: the meter's step and its display's, told from all values;
//! - `mean_kw`: the mean of all valid intervals; of several spans it is their mean weighted by
//!   intervals, which is the same number but for its last digits.
//!
//! Regimes and typical levels are over the days of all months. They are computed from the days once
//! and kept beside them (`Known`); a merge drops them, and they are computed anew.

use std::cmp::Ordering;

use crate::domain::{CivilDay, Fault, UsagePointId};
use crate::series::Rounding;

use super::encoding::{DigestError, Reader, push_real};
use super::fault_encoding::{push_fault, take_fault};
use super::hours::Hours;
use super::month_encoding::{merge_months, push_month, take_month};
use super::usage_profile::Known;
use super::{CivilMonth, Profile, Regimes, UsageProfile};

/// What a usage point leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct PointDigest {
    months: Vec<Profile>,
    known: Option<Known>,
    spans: Vec<Span>,
    ratio: Option<RatioHours>,
}

/// What was decided over all readings of one scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// First and last local day with readings.
    pub days: (CivilDay, CivilDay),
    /// Interval length, minutes.
    pub step_min: u32,
    /// What the display's rounding leaves in the values.
    pub rounding: Rounding,
    /// Mean power of all valid intervals, kW.
    pub mean_kw: Option<f64>,
    /// Valid intervals.
    pub valid: u32,
    /// What the fault gate found.
    pub faults: Vec<Fault>,
}

/// A meter ratio that appears or disappears in mid-series, to be settled by a balance.
#[derive(Debug, Clone, PartialEq)]
pub struct RatioHours {
    /// Whether the fault gate divided by the ratio.
    pub divided: bool,
    /// What more (or less, where negative) the usage point uses if the gate decided wrongly, kW, by
    /// the hour where its readings show hours.
    pub otherwise: Hours,
}

impl PointDigest {
    /// A usage point's digest; `ratio` in that of the other decision only.
    #[must_use]
    pub fn new(profile: UsageProfile, span: Span, ratio: Option<RatioHours>) -> Self {
        let (months, known) = profile.into_months();
        Self { months, known: Some(known), spans: vec![span], ratio }
    }

    /// First and last local day with readings; the first day of 1970 without any.
    #[must_use]
    pub fn days(&self) -> (CivilDay, CivilDay) {
        let days = self.spans.iter().map(|span| span.days);
        days.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((CivilDay(0), CivilDay(0)))
    }

    /// Interval length, minutes: the coarsest, so that nothing is asked of hours that a month has
    /// not.
    #[must_use]
    pub fn step_min(&self) -> u32 {
        self.spans.iter().map(|span| span.step_min).max().unwrap_or(0)
    }

    /// Mean power of all valid intervals, kW.
    #[must_use]
    pub fn mean_kw(&self) -> Option<f64> {
        if let [span] = &self.spans[..] {
            return span.mean_kw;
        }
        let known = self.spans.iter().filter_map(|span| Some((span.mean_kw?, f64::from(span.valid))));
        let (sum, valid) = known.fold((0.0, 0.0), |(sum, all), (mean, valid)| (sum + mean * valid, all + valid));
        (valid > 0.0).then(|| sum / valid)
    }

    /// What the fault gate found.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.spans.iter().flat_map(|span| &span.faults)
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.spans.into_iter().flat_map(|span| span.faults).collect()
    }

    /// What a balance is asked of a meter ratio, in the digest of the other decision.
    #[must_use]
    pub fn ratio(&self) -> Option<&RatioHours> {
        self.ratio.as_ref()
    }

    /// The months that were profiled.
    pub fn months(&self) -> impl Iterator<Item = CivilMonth> {
        self.months.iter().map(|month| CivilMonth::of(month.first_day))
    }

    /// The profile of all months.
    #[must_use]
    pub fn into_profile(self) -> UsageProfile {
        let step_min = self.step_min();
        let step_kw = self.spans.iter().map(|span| span.rounding.step_kw).fold(0.0, f32::max);
        UsageProfile::of_known(self.months, step_min, Rounding { step_kw }, self.known)
    }

    /// Both: all months and all spans. Of what both have of one day, half or span, the fuller
    /// stays.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let mut spans: Vec<Span> = self.spans.into_iter().chain(other.spans).collect();
        spans.sort_by(Span::order);
        spans.dedup_by(|later, earlier| {
            let same = later.days == earlier.days;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        let ratio = match (self.ratio, other.ratio) {
            (Some(one), Some(other)) => Some(RatioHours {
                divided: one.divided | other.divided,
                otherwise: one.otherwise.merge(other.otherwise),
            }),
            (one, other) => one.or(other),
        };
        Self { months: merge_months(self.months, other.months), known: None, spans, ratio }
    }

    pub(super) fn push(&self, words: &mut Vec<u32>) {
        words.push(u32::from(self.known.is_some()));
        if let Some(known) = &self.known {
            push_known(words, known);
        }
        words.push(self.months.len() as u32);
        self.months.iter().for_each(|month| push_month(words, month));
        words.push(self.spans.len() as u32);
        self.spans.iter().for_each(|span| span.push(words));
        words.push(self.ratio.as_ref().map_or(0, |ratio| 1 | u32::from(ratio.divided) << 1));
        if let Some(ratio) = &self.ratio {
            ratio.otherwise.push(words);
        }
    }

    pub(super) fn take(words: &mut Reader, id: &UsagePointId) -> Result<Self, DigestError> {
        let known = if words.word()? == 1 { Some(take_known(words)?) } else { None };
        let months = (0..words.count()?).map(|_| take_month(words)).collect::<Result<_, _>>()?;
        let spans = (0..words.count()?).map(|_| Span::take(words, id)).collect::<Result<_, _>>()?;
        let ratio = words.word()?;
        let ratio = if ratio & 1 == 1 {
            Some(RatioHours { divided: ratio & 2 == 2, otherwise: Hours::take(words)? })
        } else {
            None
        };
        Ok(Self { months, known, spans, ratio })
    }
}

impl Span {
    /// By days, then by intervals with a value; the words make it an order without ties.
    fn order(one: &Self, other: &Self) -> Ordering {
        let words = |span: &Self| {
            let mut words = Vec::new();
            span.push(&mut words);
            words
        };
        let first = |span: &Self| (span.days, span.valid);
        first(one).cmp(&first(other)).then_with(|| words(one).cmp(&words(other)))
    }

    fn push(&self, words: &mut Vec<u32>) {
        words.extend([self.days.0.0 as u32, self.days.1.0 as u32, self.step_min, self.rounding.step_kw.to_bits()]);
        words.extend([self.valid, u32::from(self.mean_kw.is_some())]);
        push_real(words, self.mean_kw.unwrap_or(0.0));
        words.push(self.faults.len() as u32);
        self.faults.iter().for_each(|fault| push_fault(words, fault));
    }

    fn take(words: &mut Reader, id: &UsagePointId) -> Result<Self, DigestError> {
        let [first, last, step_min, step_kw, valid, has_mean] = words.take()?;
        let mean_kw = Some(words.real()?).filter(|_| has_mean == 1);
        let faults = (0..words.count()?).map(|_| take_fault(words, id)).collect::<Result<_, _>>()?;
        let days = (CivilDay(first as i32), CivilDay(last as i32));
        Ok(Self { days, step_min, rounding: Rounding { step_kw: f32::from_bits(step_kw) }, mean_kw, valid, faults })
    }
}

/// Regimes and typical levels.
fn push_known(words: &mut Vec<u32>, known: &Known) {
    for regimes in [&known.regimes, &known.mean_regimes] {
        words.push((regimes.place as u32) << 1 | u32::from(regimes.rises));
        push_real(words, regimes.before_kw);
        push_real(words, regimes.after_kw);
    }
    push_real(words, known.high_mean_kw);
    push_real(words, known.high_floor_kw);
}

fn take_known(words: &mut Reader) -> Result<Known, DigestError> {
    let mut regimes = || {
        let place = words.word()?;
        let (before_kw, after_kw) = (words.real()?, words.real()?);
        Ok::<_, DigestError>(Regimes { place: (place >> 1) as usize, rises: place & 1 == 1, before_kw, after_kw })
    };
    let (regimes, mean_regimes) = (regimes()?, regimes()?);
    Ok(Known { regimes, mean_regimes, high_mean_kw: words.real()?, high_floor_kw: words.real()? })
}
