//! What a dump comes to as a whole, held against what dumps of meters look like: a unit, a counter
//! or a direction that was misread shows in the mean power of thousands before it shows in any one
//! of them.
//!
//! A household takes about half a kilowatt on average (residential use a household and year: 3,500
//! kWh in the European Union, 10,500 kWh in the United States; Eurostat and EIA, 2022), large
//! customers hundreds. The bounds here lie far outside of that.

use std::collections::BTreeMap;

use super::per_worker::PerWorker;
use super::raw_reading::RawReading;
use super::said;
use super::stretch::Stretch;
use crate::domain::{Fact, Unit, is_no_reading};

/// Usage points without which a dump says nothing as a whole.
const FEWEST: usize = 5;
/// Median mean power of households, kW, that is strange, and that no grid serves.
const HOUSEHOLD_KW: (f64, f64) = (8.0, 25.0);
/// The same of all usage points, large customers among them.
const ANY_KW: (f64, f64) = (300.0, 3000.0);
/// Median mean power that is too low for meters of customers in use, kW.
const LOW_KW: f64 = 0.002;

/// What is kept of a usage point.
#[derive(Debug, Clone, Copy)]
struct Total {
    mean_kw: f32,
    kwh: f32,
    is_household: bool,
    is_daily: bool,
}

/// What is kept of all.
#[derive(Debug, Default)]
pub struct WholeRead {
    totals: PerWorker<Vec<Total>>,
}

/// What is strange of a dump, and whether nothing sensible can follow from it.
#[derive(Debug, Clone, Default)]
pub struct Strange {
    /// What is said at the top.
    pub warnings: Vec<Fact>,
    /// The warnings for which a scan is refused.
    pub refused: Vec<Fact>,
}

impl WholeRead {
    /// Nothing seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sees the readings of one usage point.
    pub fn see(&self, stretches: &[Stretch], apart: &[RawReading], is_household: bool) {
        let (mut sum, mut count, mut first, mut last) = (0.0, 0_u64, u32::MAX, 0);
        let mut is_power = false;
        for stretch in stretches {
            is_power |= stretch.unit == Unit::Kw;
            for value in stretch.value.iter().filter(|value| !value.is_nan() && !is_no_reading(**value)) {
                sum += f64::from(*value);
                count += 1;
            }
            for run in stretch.times {
                (first, last) = (first.min(run.first.0), last.max(run.last().0));
            }
        }
        for reading in apart.iter().filter(|reading| !reading.value.is_nan()) {
            is_power |= reading.is_power();
            (first, last) = (first.min(reading.minute), last.max(reading.minute));
            sum += f64::from(reading.value);
            count += 1;
        }
        if count < 2 || last <= first {
            return;
        }
        let step_min = f64::from(last - first) / (count - 1) as f64;
        let mean_kw = if is_power { sum / count as f64 } else { sum / (count as f64 * step_min / 60.0) };
        let kwh = if is_power { mean_kw * count as f64 * step_min / 60.0 } else { sum };
        let total = Total { mean_kw: mean_kw as f32, kwh: kwh as f32, is_household, is_daily: step_min > 1430.0 };
        self.totals.with(|totals| totals.push(total));
    }

    /// What is strange; `rejects` are records left out, of all `records`.
    #[must_use]
    pub fn strange(self, rejects: u64, records: u64) -> Strange {
        let totals = self.totals.folded(|mut all, mut more| {
            all.append(&mut more);
            all
        });
        let mut strange = Strange::default();
        if 2 * rejects > records && records > 0 {
            strange.warnings.push(said::whole_rejects(rejects as usize, records as usize));
        }
        if totals.len() < FEWEST {
            return strange;
        }
        let negative = totals.iter().filter(|total| total.kwh < 0.0).count();
        if 2 * negative > totals.len() {
            strange.refuse(said::whole_negative(negative, totals.len()));
        } else if 5 * negative > totals.len() {
            // More than have panels that give back more than a home takes.
            strange.warnings.push(said::whole_negative(negative, totals.len()));
        }
        let households: Vec<Total> = totals.iter().copied().filter(|total| total.is_household).collect();
        let (of, bounds) = if households.len() >= FEWEST { (&households, HOUSEHOLD_KW) } else { (&totals, ANY_KW) };
        let median = median_kw(of);
        if median > bounds.1 {
            strange.refuse(said::whole_high(of.len(), median));
        } else if median > bounds.0 {
            strange.warnings.push(said::whole_high(of.len(), median));
        } else if (0.0..LOW_KW).contains(&median) {
            strange.warnings.push(said::whole_low(of.len(), 1000.0 * median));
        }
        let alike = most_alike(&totals);
        if 10 * alike > 9 * totals.len() {
            strange.refuse(said::whole_alike(alike, totals.len()));
        }
        let daily = totals.iter().filter(|total| total.is_daily).count();
        if 10 * daily > 9 * totals.len() {
            strange.warnings.push(said::whole_daily(daily, totals.len()));
        }
        strange
    }
}

impl Strange {
    fn refuse(&mut self, fact: Fact) {
        self.warnings.push(fact.clone());
        self.refused.push(fact);
    }
}

/// The median of mean powers, kW.
fn median_kw(totals: &[Total]) -> f64 {
    let mut kw: Vec<f32> = totals.iter().map(|total| total.mean_kw).collect();
    kw.sort_unstable_by(f32::total_cmp);
    f64::from(kw[kw.len() / 2])
}

/// How many usage points have the most frequent energy, which is not nothing, to the last digit.
fn most_alike(totals: &[Total]) -> usize {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for total in totals.iter().filter(|total| total.kwh != 0.0) {
        *counts.entry(total.kwh.to_bits()).or_insert(0) += 1;
    }
    counts.into_values().max().unwrap_or(0)
}

/// Whether a tariff class is one of households, in the words of utilities.
#[must_use]
pub fn is_household(class: &str) -> bool {
    let class = class.to_lowercase();
    ["household", "residential", "domestic", "haushalt", "быт", "насел", "тұрғын", "халық", "физ"]
        .iter()
        .any(|word| class.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FileIx, Minute, ReadingQuality};

    /// A dump of ten usage points with a day of hours each, of these mean powers.
    fn dump(kw: impl Fn(u32) -> f32, step_min: u32, is_household: bool) -> Strange {
        let whole = WholeRead::new();
        for point in 0..10 {
            let reading = |hour: u32| {
                let value = kw(point) * step_min as f32 / 60.0;
                RawReading::new(Minute(1000 + hour * step_min), value, Unit::Kwh, ReadingQuality::Actual, 0, FileIx(0))
            };
            whole.see(&[], &(0..24).map(reading).collect::<Vec<_>>(), is_household);
        }
        whole.strange(0, 240)
    }

    fn codes(facts: &[Fact]) -> Vec<&str> {
        facts.iter().map(|fact| fact.code.as_ref()).collect()
    }

    #[test]
    fn homes_of_half_a_kilowatt_and_shops_of_twenty_are_not_strange() {
        assert!(dump(|point| 0.3 + 0.1 * point as f32, 60, true).warnings.is_empty());
        assert!(dump(|point| 20.0 + point as f32, 30, false).warnings.is_empty());
    }

    #[test]
    fn homes_of_thousands_of_kilowatts_and_homes_that_only_give_are_refused() {
        assert_eq!(codes(&dump(|point| 8350.0 + point as f32, 60, true).refused), ["whole.high"]);
        assert_eq!(codes(&dump(|point| -30.0 - point as f32, 60, true).refused), ["whole.negative"]);
        assert_eq!(codes(&dump(|_| 0.7, 60, true).refused), ["whole.alike"]);
    }

    #[test]
    fn a_dump_of_which_a_third_gives_back_more_than_it_takes_is_told() {
        let some = dump(|point| if point < 4 { -0.5 } else { 0.5 } + 0.01 * point as f32, 60, true);
        assert_eq!((codes(&some.warnings), some.refused.len()), (vec!["whole.negative"], 0));
        let few = dump(|point| if point < 2 { -0.5 } else { 0.5 } + 0.01 * point as f32, 60, true);
        assert!(few.warnings.is_empty(), "homes with panels");
    }

    #[test]
    fn watt_hours_read_as_more_and_days_are_told_and_not_refused() {
        let low = dump(|point| 0.0005 + 0.00001 * point as f32, 60, true);
        assert_eq!((codes(&low.warnings), low.refused.len()), (vec!["whole.low"], 0));
        let days = dump(|point| 0.5 + 0.01 * point as f32, 1440, false);
        assert_eq!((codes(&days.warnings), days.refused.len()), (vec!["whole.daily"], 0));
    }

    #[test]
    fn a_dump_half_of_which_was_left_out_is_told() {
        assert_eq!(codes(&WholeRead::new().strange(60, 100).warnings), ["whole.rejects"]);
        assert!(WholeRead::new().strange(40, 100).warnings.is_empty());
    }
}
