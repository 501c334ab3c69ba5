//! The data-fault gate: what is a fault of the data must never count as a flat or a large load.
//!
//! *Stuck and flat-filled values*: one non-zero value repeated, see `stuck`. Such intervals are
//! masked (missing) for every test.
//! *Spread-out values, catch-up values, exchanged channels, a lost phase*: see the files of these
//! names.
//! *Multiplier step*: see `multiplier`. Where the display shows the ratio, the higher part is
//! divided by it, and the fault says so; a suspicion is told and kept for the balance.
//! *Spikes*: a few values beyond ten times the 99.5 % quantile and beyond the contracted power.
//! *Gaps, negative values*: counted and reported.

use super::day_fold::DayFold;
use super::display::coarse_step_kwh;
use super::load_series::LoadSeries;
use super::multiplier::{self, Levels, Multiplied};
use super::said;
use super::{catch_up, lost_phase, spread_out, stuck, swapped_channels};
use crate::domain::{Calendar, Fact, Fault, FaultKind, median_of};

/// Spikes are at most one value in this many; the highest of the others is what they are compared
/// with.
const SPIKE_ONE_IN: usize = 100;
/// A value above this multiple of it (and of the contracted power) is a spike.
const SPIKE_FACTOR: f32 = 10.0;
/// Values among which spikes are told, a fortnight of hours: a month of hourly days has spikes as
/// well.
const LEAST_FOR_SPIKES: usize = 14 * 24;

/// The gate with the run's calendar.
#[derive(Debug, Clone, Copy)]
pub struct FaultGate<'a> {
    /// The utility's clock, to name days.
    pub calendar: &'a Calendar,
    /// The ratios of this meter are known, with their dates: a change of the steps that its values
    /// come in is no fault.
    pub ratios_known: bool,
}

/// Masks faulty intervals of a series, folded as it is, and says what was wrong.
type Mask<'m> = &'m dyn Fn(&mut LoadSeries, &DayFold) -> Option<Fault>;

/// A series behind the gate.
#[derive(Debug, Clone)]
pub struct Gated {
    /// The series with faulty intervals masked and multiplier steps undone.
    pub series: LoadSeries,
    /// That series folded by day and hour.
    pub fold: DayFold,
    /// What was found.
    pub faults: Vec<Fault>,
    /// A meter ratio that appears or disappears in mid-series.
    pub ratio: Option<RatioStep>,
}

/// A meter ratio that appears or disappears in mid-series: a balance can tell whether it is one.
#[derive(Debug, Clone, PartialEq)]
pub struct RatioStep {
    /// What the ratio would add to the load, kW, on the axis of the series; 0 where it does not
    /// hold.
    pub excess: LoadSeries,
    /// Whether the series was divided, because the display shows the ratio; else it is a suspicion.
    pub divided: bool,
}

impl RatioStep {
    /// What the load would be more by, kW, were the decision of the gate wrong.
    #[must_use]
    pub fn otherwise(&self) -> LoadSeries {
        let sign = if self.divided { 1.0 } else { -1.0 };
        LoadSeries { kw: self.excess.kw.iter().map(|kw| sign * kw).collect(), ..self.excess.clone() }
    }

    /// The series behind the gate, had it decided the other way.
    #[must_use]
    pub fn other(&self, series: &LoadSeries) -> LoadSeries {
        let more = self.otherwise();
        LoadSeries { kw: series.kw.iter().zip(&more.kw).map(|(kw, more)| kw + more).collect(), ..more }
    }
}

impl FaultGate<'_> {
    /// Masks faulty intervals and lists the faults. `contracted_kw` bounds what may be called a
    /// spike.
    #[must_use]
    pub fn pass(self, mut series: LoadSeries, contracted_kw: Option<f64>) -> Gated {
        let mut faults = self.mask_runs(&mut series);
        let mut fold = DayFold::of(&series, self.calendar);
        let masks: [Mask; 3] = [
            &|series, fold| self.mask_spread_out(series, fold),
            &|series, fold| self.mask_catch_ups(series, fold),
            &|series, fold| self.mask_spikes(series, fold, contracted_kw),
        ];
        for mask in masks {
            let found = mask(&mut series, &fold);
            if found.is_some() {
                fold = DayFold::of(&series, self.calendar);
            }
            faults.extend(found);
        }
        let mut ratio = None;
        if let Some((days, split)) = multiplier::split_days(&series, &fold) {
            if let Some(step) = multiplier::find(&series, &days, split).filter(|_| !self.ratios_known) {
                faults.push(self.ratio_fault(&series, &step));
                ratio = Some(ratio_step(&mut series, &step));
                if step.by_display {
                    fold = DayFold::of(&series, self.calendar);
                }
            } else {
                faults.extend(self.lost_phase(&series, &fold, (&days, split), contracted_kw));
            }
        }
        faults.extend(self.swapped_channels(&series, &fold));
        faults.extend(self.negative(&series, &fold));
        faults.extend(self.gap(&series, &fold));
        Gated { series, fold, faults, ratio }
    }

    fn fault(self, series: &LoadSeries, kind: FaultKind, range: (usize, usize), count: usize, detail: Fact) -> Fault {
        Fault {
            usage_point: series.usage_point.clone(),
            kind,
            from: Some(self.calendar.day(series.at(range.0))),
            to: Some(self.calendar.day(series.at(range.1))),
            share: Some(count as f64 / series.kw.len().max(1) as f64),
            detail,
        }
    }

    fn mask_runs(self, series: &mut LoadSeries) -> Vec<Fault> {
        let runs = stuck::find(series);
        let masked: Vec<(FaultKind, usize, usize)> =
            runs.into_iter().map(|(first, end)| (self.kind_of_run(series, first, end), first, end)).collect();
        for &(_, first, end) in &masked {
            series.kw[first..end].fill(f32::NAN);
        }
        [FaultKind::Stuck, FaultKind::FlatFilled]
            .into_iter()
            .filter_map(|kind| self.run_fault(series, kind, &masked))
            .collect()
    }

    /// An estimate is filled in by whole days; a stuck meter stops at any hour.
    fn kind_of_run(self, series: &LoadSeries, first: usize, end: usize) -> FaultKind {
        let midnight = |index: usize| self.calendar.local(series.at(index)).0.rem_euclid(86_400) == 0;
        if midnight(first) && (midnight(end) || end == series.kw.len()) {
            FaultKind::FlatFilled
        } else {
            FaultKind::Stuck
        }
    }

    fn run_fault(self, series: &LoadSeries, kind: FaultKind, masked: &[(FaultKind, usize, usize)]) -> Option<Fault> {
        let of_kind: Vec<_> = masked.iter().filter(|run| run.0 == kind).collect();
        let (first, last) = (of_kind.first()?.1, of_kind.last()?.2 - 1);
        let count: usize = of_kind.iter().map(|run| run.2 - run.1).sum();
        let hours = count as f64 * f64::from(series.step_min) / 60.0;
        let detail = said::runs(of_kind.len(), hours);
        Some(self.fault(series, kind, (first, last), count, detail))
    }

    fn mask_spikes(self, series: &mut LoadSeries, fold: &DayFold, contracted_kw: Option<f64>) -> Option<Fault> {
        if !may_spike(fold, contracted_kw) {
            return None;
        }
        let mut valid: Vec<f32> = series.kw.iter().copied().filter(|kw| !kw.is_nan()).collect();
        if valid.len() < LEAST_FOR_SPIKES {
            return None;
        }
        let place = valid.len() - 1 - valid.len() / SPIKE_ONE_IN;
        let high = *valid.select_nth_unstable_by(place, f32::total_cmp).1;
        let limit = (SPIKE_FACTOR * high).max(contracted_kw.map_or(0.0, |kw| 2.0 * kw as f32));
        let spikes: Vec<usize> = (0..series.kw.len()).filter(|&i| series.kw[i] > limit).collect();
        let (&first, &last) = (spikes.first()?, spikes.last()?);
        let detail = said::spikes(spikes.len(), f64::from(limit), f64::from(series.kw[spikes[0]]));
        for &index in &spikes {
            series.kw[index] = f32::NAN;
        }
        Some(self.fault(series, FaultKind::Spike, (first, last), spikes.len(), detail))
    }

    /// Hours that were divided evenly: the energy is known, its course is not.
    fn mask_spread_out(self, series: &mut LoadSeries, fold: &DayFold) -> Option<Fault> {
        let runs = spread_out::find(series, fold);
        let (&(first, _), &(_, end)) = (runs.first()?, runs.last()?);
        let count: usize = runs.iter().map(|run| run.1 - run.0).sum();
        let kwh: f64 = runs.iter().map(|&(first, end)| (end - first) as f64 * f64::from(series.kw[first])).sum::<f64>()
            * f64::from(series.step_min)
            / 60.0;
        let hours = count as f64 * f64::from(series.step_min) / 60.0;
        let detail = said::spread_out(kwh, runs.len(), hours);
        for &(first, end) in &runs {
            series.kw[first..end].fill(f32::NAN);
        }
        Some(self.fault(series, FaultKind::SpreadOut, (first, end - 1), count, detail))
    }

    /// Gaps whose energy stands in the interval after them; the zeros of such a gap are none.
    fn mask_catch_ups(self, series: &mut LoadSeries, fold: &DayFold) -> Option<Fault> {
        let found = catch_up::find(series, fold);
        let (&(first, _), &(_, last)) = (found.first()?, found.last()?);
        let (gap, place) = found[0];
        let hours = (place - gap) as f64 * f64::from(series.step_min) / 60.0;
        let detail = said::catch_up(found.len(), f64::from(series.kw[place]), hours);
        for &(first, place) in &found {
            series.kw[first..=place].fill(f32::NAN);
        }
        let count = found.iter().map(|(first, place)| place + 1 - first).sum();
        Some(self.fault(series, FaultKind::CatchUp, (first, last), count, detail))
    }

    fn lost_phase(
        self,
        series: &LoadSeries,
        fold: &DayFold,
        (days, split): (&[Levels], usize),
        contracted_kw: Option<f64>,
    ) -> Option<Fault> {
        if !series.folds_to_hours() {
            return None;
        }
        let lost = lost_phase::find(days, split, series.kw.len(), fold, contracted_kw)
            .filter(|_| floor_is_known(series, fold))?;
        let detail = said::lost_phase(lost.left);
        Some(self.fault(series, FaultKind::LostPhase, (lost.from, lost.to - 1), lost.to - lost.from, detail))
    }

    fn swapped_channels(self, series: &LoadSeries, fold: &DayFold) -> Option<Fault> {
        if !series.folds_to_hours() {
            return None;
        }
        let (from, to) = swapped_channels::find(fold, series.kw.len())?;
        Some(self.fault(series, FaultKind::SwappedChannels, (from, to - 1), to - from, said::swapped()))
    }

    fn ratio_fault(self, series: &LoadSeries, step: &Multiplied) -> Fault {
        let (kind, detail) = if step.by_display {
            let factor = (step.factor * 1e4).round() / 1e4;
            (FaultKind::Multiplier, said::with_own_digits(said::ratio_by_display(factor), "factor"))
        } else {
            (FaultKind::RatioDoubt, said::suspected(step.factor))
        };
        self.fault(series, kind, (step.from, step.to - 1), step.to - step.from, detail)
    }

    fn negative(self, series: &LoadSeries, fold: &DayFold) -> Option<Fault> {
        if fold.days.iter().all(|day| day.lowest >= 0.0) {
            return None;
        }
        let places: Vec<usize> = (0..series.kw.len()).filter(|&i| series.kw[i] < 0.0).collect();
        let (&first, &last) = (places.first()?, places.last()?);
        let lowest = series.kw.iter().copied().fold(0.0, f32::min);
        let detail = said::negative(places.len(), f64::from(lowest));
        Some(self.fault(series, FaultKind::Negative, (first, last), places.len(), detail))
    }

    fn gap(self, series: &LoadSeries, fold: &DayFold) -> Option<Fault> {
        if fold.valid() == series.kw.len() {
            return None;
        }
        let places: Vec<usize> = (0..series.kw.len()).filter(|&i| series.kw[i].is_nan()).collect();
        let (&first, &last) = (places.first()?, places.last()?);
        let detail = said::gap(places.len(), series.kw.len());
        Some(self.fault(series, FaultKind::Gap, (first, last), places.len(), detail))
    }
}

/// Whether the lowest values of a day are as many steps of the display as tell two thirds from a
/// half or the whole.
fn floor_is_known(series: &LoadSeries, fold: &DayFold) -> bool {
    /// One step of so many is half of the tenth by which a lost phase may differ.
    const LEAST_STEPS: f64 = 20.0;
    let steps_kw =
        coarse_step_kwh(series).map_or(0.0, |step_kwh| LEAST_STEPS * step_kwh * 60.0 / f64::from(series.step_min));
    median_of(fold.days.iter().filter(|day| day.valid > 0).map(|day| f64::from(day.lowest))) >= steps_kw
}

/// Divides a series by a ratio that the display shows; a suspicion leaves it as it is.
fn ratio_step(series: &mut LoadSeries, step: &Multiplied) -> RatioStep {
    let mut excess = LoadSeries { kw: vec![0.0; series.kw.len()], ..series.clone() };
    for (kw, excess) in series.kw[step.from..step.to].iter_mut().zip(&mut excess.kw[step.from..step.to]) {
        let divided = *kw / step.factor as f32;
        *excess = *kw - divided;
        *kw = if step.by_display { divided } else { *kw };
    }
    RatioStep { excess, divided: step.by_display }
}

/// Whether a spike is possible: as many days as may hold the highest values reach a tenth of the
/// highest value, or none is above the contract.
fn may_spike(fold: &DayFold, contracted_kw: Option<f64>) -> bool {
    let mut highest: Vec<f32> = fold.days.iter().map(|day| day.highest).collect();
    let beyond = fold.valid() / SPIKE_ONE_IN + 1;
    if beyond > highest.len() {
        return true;
    }
    highest.sort_unstable_by(|a, b| b.total_cmp(a));
    let limit = (SPIKE_FACTOR * highest[beyond - 1]).max(contracted_kw.map_or(0.0, |kw| 2.0 * kw as f32));
    highest[0] > limit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    /// A home of 0.3 kW on average with a daily shape and rough values, half-hourly.
    fn home(days: usize) -> Vec<f32> {
        (0..days * 48)
            .map(|i| {
                let hour = (i % 48) as f32 / 2.0;
                let rough = ((i * 7919 + 13) % 101) as f32 / 101.0;
                0.1 + 0.2 * rough + if (17.0..22.0).contains(&hour) { 0.5 * rough } else { 0.0 }
            })
            .collect()
    }

    fn gate(kw: Vec<f32>) -> Gated {
        let calendar = Calendar::new(None).unwrap();
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 30, kw };
        FaultGate { calendar: &calendar, ratios_known: false }.pass(series, Some(10.0))
    }

    fn kinds(gated: &Gated) -> Vec<FaultKind> {
        gated.faults.iter().map(|fault| fault.kind).collect()
    }

    #[test]
    fn a_stuck_meter_is_masked() {
        let mut kw = home(20);
        let value = kw[333];
        kw[333..700].fill(value);
        let gated = gate(kw);
        assert!(kinds(&gated).contains(&FaultKind::Stuck));
        assert!(gated.series.kw[340..690].iter().all(|kw| kw.is_nan()));
    }

    #[test]
    fn whole_days_of_one_value_are_an_estimate_filled_in() {
        let mut kw = home(20);
        kw[480..720].fill(0.3335);
        assert!(kinds(&gate(kw)).contains(&FaultKind::FlatFilled));
    }

    #[test]
    fn a_running_farm_is_no_fault() {
        let kw: Vec<f32> =
            home(20).iter().enumerate().map(|(i, home)| home + 3.3 + 0.01 * ((i * 31) % 17) as f32 / 17.0).collect();
        assert!(gate(kw).faults.is_empty());
    }

    #[test]
    fn a_vacant_flat_is_no_fault() {
        let mut kw = home(20);
        kw[100..600].fill(0.0);
        assert!(gate(kw).faults.is_empty());
    }

    #[test]
    fn a_meter_ratio_that_appears_is_undone() {
        let mut kw: Vec<f32> = home(30).iter().map(|kw| (kw * 500.0).round() / 500.0).collect();
        for value in &mut kw[15 * 48..] {
            *value *= 20.0;
        }
        let gated = gate(kw);
        assert_eq!(kinds(&gated), [FaultKind::Multiplier]);
        let after: f32 = gated.series.kw[20 * 48..].iter().sum::<f32>() / (10.0 * 48.0);
        assert!(after < 0.6, "{after}");
    }

    #[test]
    fn levels_alone_divide_nothing_and_leave_a_question_to_the_balance() {
        let mut kw = home(30);
        for value in &mut kw[15 * 48..] {
            *value *= 20.0;
        }
        let gated = gate(kw.clone());
        assert_eq!(kinds(&gated), [FaultKind::RatioDoubt]);
        assert!(gated.series.kw == kw, "nothing is divided");
        let ratio = gated.ratio.unwrap();
        assert!(!ratio.divided && ratio.excess.kw[..15 * 48].iter().all(|kw| *kw == 0.0));
        let other = ratio.other(&gated.series);
        assert!(
            other.kw[15 * 48..].iter().zip(&kw[15 * 48..]).all(|(divided, kw)| (divided * 20.0 / kw - 1.0).abs() < 0.1)
        );
    }

    #[test]
    fn a_load_that_doubles_over_weeks_is_no_meter_ratio() {
        let kw: Vec<f32> = home(40).iter().enumerate().map(|(i, kw)| kw * (1.0 + i as f32 / (40.0 * 48.0))).collect();
        assert!(gate(kw).faults.is_empty());
    }

    #[test]
    fn a_farm_that_starts_is_not_a_meter_ratio() {
        let mut kw = home(30);
        for value in &mut kw[15 * 48..] {
            *value += 6.5;
        }
        assert!(gate(kw).faults.is_empty());
    }

    #[test]
    fn a_single_impossible_value_is_masked() {
        let mut kw = home(40);
        kw[1000] = 900.0;
        let gated = gate(kw);
        assert!(kinds(&gated).contains(&FaultKind::Spike));
        assert!(gated.series.kw[1000].is_nan());
    }

    #[test]
    fn more_than_one_impossible_value_in_a_thousand_is_still_masked() {
        let mut kw = home(40);
        let places = [300, 700, 1100, 1500, 1800];
        for place in places {
            kw[place] = 9000.0;
        }
        let gated = gate(kw);
        assert!(places.iter().all(|&place| gated.series.kw[place].is_nan()));
    }

    #[test]
    fn a_large_meter_ratio_is_found_though_the_thaw_ends_the_heating() {
        // Heating fades to nothing over sixty days, and from day 30 on all is shown forty times.
        let fading = |i: usize| 3.0 * (1.0 - i as f32 / (60.0 * 48.0)).powi(2);
        let shown = |(i, own): (usize, f32)| {
            (own * (1.0 + fading(i)) * 500.0).round() / 500.0 * if i >= 30 * 48 { 40.0 } else { 1.0 }
        };
        let kw = home(60).into_iter().enumerate().map(shown).collect();
        assert!(kinds(&gate(kw)).contains(&FaultKind::Multiplier));
    }

    #[test]
    fn spread_out_and_catch_up_values_are_masked_and_lost_phases_are_told_and_kept() {
        let display = |kw: Vec<f32>| kw.into_iter().map(|kw| (kw * 500.0).round() / 500.0).collect::<Vec<f32>>();
        let mut spread = display(home(30));
        spread[700..716].fill(0.234_5);
        let gated = gate(spread);
        assert_eq!(kinds(&gated), [FaultKind::SpreadOut, FaultKind::Gap]);
        assert!(gated.series.kw[700..716].iter().all(|kw| kw.is_nan()) && !gated.series.kw[699].is_nan());
        assert!((gated.faults[0].share.unwrap() - 16.0 / 1440.0).abs() < 1e-12);

        let mut booked = display(home(30));
        let energy: f32 = booked[500..549].iter().sum();
        booked[500..548].fill(0.0);
        booked[548] = energy;
        let gated = gate(booked);
        assert_eq!(kinds(&gated), [FaultKind::CatchUp, FaultKind::Gap]);
        assert!(gated.series.kw[500..549].iter().all(|kw| kw.is_nan()));

        let workshop = |i: usize| {
            2.0 + ((i * 7919 + 13) % 101) as f32 / 250.0 + if (16..34).contains(&(i % 48)) { 9.0 } else { 0.0 }
        };
        let mut lost: Vec<f32> = (0..60 * 48).map(workshop).collect();
        lost[30 * 48..].iter_mut().for_each(|kw| *kw *= 2.0 / 3.0);
        let calendar = Calendar::new(None).unwrap();
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 30, kw: lost.clone() };
        let gated = FaultGate { calendar: &calendar, ratios_known: false }.pass(series, Some(20.0));
        assert_eq!(kinds(&gated), [FaultKind::LostPhase]);
        assert!(gated.series.kw == lost, "the values stay as they are read");
    }

    #[test]
    fn a_month_of_hours_has_spikes_as_well() {
        let mut kw: Vec<f32> = home(31).chunks(2).map(|pair| pair[0]).collect();
        let places = [40, 300, 301, 555];
        for place in places {
            kw[place] = 9999.0;
        }
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw };
        let gated = FaultGate { calendar: &Calendar::new(None).unwrap(), ratios_known: false }.pass(series, Some(7.0));
        assert!(places.iter().all(|&place| gated.series.kw[place].is_nan()));
        assert!(gated.faults.iter().any(|fault| fault.kind == FaultKind::Spike));
    }

    #[test]
    fn a_real_peak_is_no_spike_and_a_zero_is_no_negative_value() {
        let mut kw = home(40);
        kw[1000..1004].fill(6.5);
        kw[100..110].fill(-0.0);
        assert!(gate(kw).faults.is_empty());
    }

    #[test]
    fn a_lamp_that_shows_one_coarse_value_all_night_and_day_is_not_stuck() {
        // 0.2 kW in steps of 0.1 kWh an hour; its timer runs late now and then.
        let calendar = Calendar::new(None).unwrap();
        let kw = (0..60 * 24).map(|i| if i % 97 == 0 { 0.3 } else { 0.2 }).collect();
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw };
        assert!(FaultGate { calendar: &calendar, ratios_known: false }.pass(series, Some(1.0)).faults.is_empty());
    }
}
