//! Profiles of a month in the words of a digest, and two of the same month as one.

use std::cmp::Ordering;

use crate::domain::CivilDay;
use crate::series::HOURS;

use super::encoding::{DigestError, Reader};
use super::month::{FIRST_HALF, MOST_DAYS};
use super::{CivilMonth, DaySummary, HourBand, Profile};

/// Words of the profile: its first day, days and number of halves; summaries; bands.
pub(super) fn push_month(words: &mut Vec<u32>, month: &Profile) {
    words.extend([month.first_day.0 as u32, (month.days.len() as u32) << 2 | month.halves.len() as u32]);
    for day in &month.days {
        words.extend(day_words(day));
    }
    for band in &month.halves {
        words.push(u32::from(band.days));
        words.extend([band.low_kw, band.mid_kw, band.high_kw].into_iter().flatten().map(f32::to_bits));
    }
}

pub(super) fn take_month(words: &mut Reader) -> Result<Profile, DigestError> {
    let (first_day, shape) = (words.day()?, words.word()?);
    let count = (shape >> 2) as usize;
    if count > MOST_DAYS {
        return Err(DigestError::Damaged);
    }
    let mut days = Vec::with_capacity(count);
    for _ in 0..count {
        let [mean_kw, floor_kw, top_kw, two_level, valid_hours] = words.take()?;
        let [mean_kw, floor_kw, top_kw, two_level] = [mean_kw, floor_kw, top_kw, two_level].map(f32::from_bits);
        days.push(DaySummary { mean_kw, floor_kw, top_kw, two_level, valid_hours: valid_hours as u8 });
    }
    let mut halves = Vec::with_capacity(2);
    for _ in 0..shape & 3 {
        let days = words.word()? as u8;
        let mut band = || Ok::<_, DigestError>(words.take::<HOURS>()?.map(f32::from_bits));
        halves.push(HourBand { days, low_kw: band()?, mid_kw: band()?, high_kw: band()? });
    }
    Ok(Profile { first_day, days, halves })
}

/// Puts the months of two profiles together, in order.
pub(super) fn merge_months(one: Vec<Profile>, other: Vec<Profile>) -> Vec<Profile> {
    let mut merged: Vec<Profile> = Vec::with_capacity(one.len().max(other.len()));
    let mut all: Vec<Profile> = one.into_iter().chain(other).collect();
    all.sort_by_key(|month| month.first_day);
    for month in all {
        match merged.last_mut().filter(|last| CivilMonth::of(last.first_day) == CivilMonth::of(month.first_day)) {
            Some(last) => *last = merge_month(last, &month),
            None => merged.push(month),
        }
    }
    merged
}

/// One month from two profiles of it: of each day and each half the fuller. A month that was read
/// in two parts, one up to its 15th day and one from its 16th, is exactly what it is at once.
fn merge_month(one: &Profile, other: &Profile) -> Profile {
    let first_day = one.first_day.min(other.first_day);
    let last = |month: &Profile| month.first_day.0 + month.days.len() as i32;
    let day = |month: &Profile, day: i32| {
        usize::try_from(day - month.first_day.0).ok().and_then(|place| month.days.get(place).copied())
    };
    let days = (first_day.0..last(one).max(last(other)))
        .map(|at| fuller(day(one, at), day(other, at), order_of_days).unwrap_or(EMPTY_DAY))
        .collect();
    let [(one_first, one_second), (other_first, other_second)] = [halves(one), halves(other)];
    let mut first = fuller(one_first, other_first, order_of_bands);
    let second = fuller(one_second, other_second, order_of_bands);
    if second.is_some() && !begins_late(first_day) {
        first.get_or_insert(EMPTY_HALF);
    }
    Profile { first_day, days, halves: [first, second].into_iter().flatten().collect() }
}

/// A day of which nothing was read.
const EMPTY_DAY: DaySummary =
    DaySummary { mean_kw: f32::NAN, floor_kw: f32::NAN, top_kw: f32::NAN, two_level: f32::NAN, valid_hours: 0 };

/// A first half of which nothing was read by the hour, before a second half that was.
const EMPTY_HALF: HourBand =
    HourBand { days: 0, low_kw: [f32::NAN; HOURS], mid_kw: [f32::NAN; HOURS], high_kw: [f32::NAN; HOURS] };

/// Whether a month that begins on this day has no first half.
fn begins_late(first_day: CivilDay) -> bool {
    first_day.date().day() as usize > FIRST_HALF
}

/// The first and the second half of a month, where it has them.
fn halves(month: &Profile) -> (Option<HourBand>, Option<HourBand>) {
    match month.halves[..] {
        [only] if begins_late(month.first_day) => (None, Some(only)),
        [first, second] => (Some(first).filter(|first| first.days > 0), Some(second)),
        _ => (month.halves.first().copied(), None),
    }
}

fn fuller<T>(one: Option<T>, other: Option<T>, order: fn(&T, &T) -> Ordering) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if order(&one, &other).is_lt() { other } else { one }),
        (one, other) => one.or(other),
    }
}

fn day_words(day: &DaySummary) -> [u32; 5] {
    let [mean, floor, top, two_level] = [day.mean_kw, day.floor_kw, day.top_kw, day.two_level].map(f32::to_bits);
    [mean, floor, top, two_level, u32::from(day.valid_hours)]
}

/// By the hours with a value; the bits make it an order without ties.
fn order_of_days(one: &DaySummary, other: &DaySummary) -> Ordering {
    one.valid_hours.cmp(&other.valid_hours).then_with(|| day_words(one).cmp(&day_words(other)))
}

fn order_of_bands(one: &HourBand, other: &HourBand) -> Ordering {
    let bits = |band: &HourBand| [band.low_kw, band.mid_kw, band.high_kw].map(|hours| hours.map(f32::to_bits));
    let valid = |band: &HourBand| band.mid_kw.iter().filter(|kw| !kw.is_nan()).count();
    (one.days, valid(one)).cmp(&(other.days, valid(other))).then_with(|| bits(one).cmp(&bits(other)))
}
