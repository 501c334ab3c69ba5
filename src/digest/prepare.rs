//! A usage point's series behind the fault gate: readings put on an even time axis, multiplied by
//! its ratios, with nothing after the period. Readings before it are history: loads are seen
//! against them, balances are made without them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::domain::{Calendar, CivilDay, Customer, Fault, Grid, UsagePointId};
use crate::series::{
    DayFold, FaultGate, LoadSeries, MeterRatios, RatioStep, RawReading, Regular, Stretch, apply_ratios, series_of,
};

/// Interval share that may be estimated before a usage point's shape is not believed.
const MOST_ESTIMATED: f64 = 0.5;

/// What a usage point needs besides its readings.
#[derive(Clone, Copy)]
pub(crate) struct PassSetting<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) customers: &'a BTreeMap<UsagePointId, Customer>,
    pub(crate) meters: &'a MeterRatios,
    pub(crate) grid: &'a Grid,
    /// Days judged; `None` = all.
    pub(crate) period: Option<(CivilDay, CivilDay)>,
    pub(crate) seed: u64,
    /// Usage points that farms are planted in, at most.
    pub(crate) sample: usize,
}

/// A usage point's series behind the fault gate.
pub(crate) struct Prepared {
    pub(crate) series: LoadSeries,
    pub(crate) fold: DayFold,
    pub(super) faults: Vec<Fault>,
    /// A meter ratio that appears or disappears.
    pub(crate) ratio: Option<RatioStep>,
}

impl Prepared {
    /// The series that it is if the gate decided wrongly on its meter ratio.
    pub(crate) fn otherwise(self, calendar: &Calendar) -> Self {
        let Some(ratio) = &self.ratio else { return self };
        let series = ratio.other(&self.series);
        Self { fold: DayFold::of(&series, calendar), series, ..self }
    }
}

impl PassSetting<'_> {
    /// The part of a series in the days judged.
    pub(crate) fn judged<'s>(&self, series: &'s LoadSeries) -> Cow<'s, LoadSeries> {
        match self.period {
            Some((from, to)) => Cow::Owned(series.clip(self.calendar, from, to)),
            None => Cow::Borrowed(series),
        }
    }

    /// Puts readings on an even time axis, leaves out what comes after the period and passes them
    /// through the fault gate. `None` when nothing is there in the period.
    pub(crate) fn prepare(
        &self,
        usage_point: &UsagePointId,
        stretches: &[Stretch],
        apart: &[RawReading],
    ) -> Option<Prepared> {
        let Regular { mut series, mut faults, estimated_share } =
            series_of(usage_point, stretches, apart, self.calendar)?;
        let contracted_kw = self.customers.get(usage_point).and_then(|customer| customer.contracted_kw);
        faults.extend(apply_ratios(&mut series, self.meters, contracted_kw, self.calendar));
        if self.judged(&series).kw.is_empty() {
            return None;
        }
        if let (Some((_, to)), Some((first, _))) = (self.period, series.days(self.calendar)) {
            series = series.clip(self.calendar, first, to);
        }
        let mut gated = FaultGate { calendar: self.calendar, ratios_known: self.meters.contains_key(usage_point) }
            .pass(series, contracted_kw);
        if estimated_share > MOST_ESTIMATED {
            // Estimates are drawn from old profiles: their course of the day says nothing about the
            // load.
            gated.series.kw.fill(f32::NAN);
            gated.fold = DayFold::of(&gated.series, self.calendar);
            gated.ratio = None;
        }
        faults.append(&mut gated.faults);
        Some(Prepared { series: gated.series, fold: gated.fold, faults, ratio: gated.ratio })
    }
}
