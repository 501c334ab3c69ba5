//! The hourly balance of one node: supplied − metered − technical loss − declared unmetered load.
//!
//! Technical loss = no-load and load loss of every transformer at or below the node whose loss the
//! meters there count (nameplate, `domain::transformer_loss_kw`; see `sides`) + line loss quadratic
//! in load. What line and load losses really are stays open; `decomposition` fits gains near 1 and
//! line loss within bounds. A balance meter that is read by the day, and a node where much of the
//! load is known by the day or by registers only, are balanced day by day: every hour gets the mean
//! of its day, so that the unknown course of a day is no load. Where the balance meter has a
//! register only, every hour gets the mean between two of its readings. Declared load is street
//! lighting that the grid file names (`domain::Lighting`).
//! Source: energy balance of a distribution node, for example Yip et al. (2017), IJEPES 91.

use crate::domain::{Calendar, CivilDay, Timestamp, TransformerRating, transformer_loss_kw};
use crate::series::{GridSum, LoadSeries, RegisterPeriod, hourly_kw, hourly_or_held_kw, mean_by_hour};

/// Balanced hours that a day needs in a balance by day.
const DAY_HOURS: usize = 18;
/// Share of the hours between two register readings that must be balanced.
const SPAN_SHARE: f64 = 0.75;

/// The time over which a balance is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BalanceSpan {
    /// An hour.
    #[default]
    Hour,
    /// A local day.
    Day,
    /// The time between two register readings of the balance meter.
    Register,
}

/// How technical loss is computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BalanceSettings {
    /// Power factor of the load, 0 to 1.
    pub power_factor: f64,
    /// Line loss as a share of the load at mean load.
    pub line_loss_share: f64,
    /// Largest share of an hour's metered energy that may be filled in for missing readings.
    pub largest_filled_share: f64,
}

/// The meters of one node.
#[derive(Debug, Clone)]
pub struct NodeMeters<'a> {
    /// The balance meter.
    pub supply: &'a LoadSeries,
    /// Balance meters of nodes below, which stand for everything under them.
    pub below: Vec<&'a LoadSeries>,
    /// Number of usage points under the node, but not under those balance meters, that were read.
    pub read: usize,
    /// Such usage points, read or not.
    pub usage_points: usize,
    /// Ratings of the transformers at or below the node, but not below those balance meters.
    pub transformers: Vec<TransformerRating>,
    /// Root of the sum of squared mean powers of the customers with registers among them, kW.
    pub profiled_kw: f64,
    /// Standard error of their sum at the hour of the day at which members of their classes differ
    /// most, kW.
    pub profiled_hour_kw: f64,
}

/// Hourly balance of one node over the hours in which it could be made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Residual {
    /// Start of the hour.
    pub at: Vec<Timestamp>,
    /// Power that flowed in, kW.
    pub supplied_kw: Vec<f64>,
    /// Power of the usage points, kW, filled-in parts included.
    pub metered_kw: Vec<f64>,
    /// The filled-in part of it, kW: its error is far larger than a meter's.
    pub assumed_kw: Vec<f64>,
    /// Technical loss, kW.
    pub technical_kw: Vec<f64>,
    /// Unmetered load that the grid file declares, kW; empty where it declares none.
    pub declared_kw: Vec<f64>,
    /// Supplied − metered − technical − declared, kW.
    pub residual_kw: Vec<f64>,
    /// What of the metered load is known by the day or by registers only, as a share of its mean.
    pub coarse_share: f64,
    /// Root of the sum of squared mean powers of customers with registers, kW: their true course
    /// strays from their class by some share of it.
    pub profiled_kw: f64,
    /// Standard error of their sum, and of usage points that were not read, at the hour of the day
    /// at which members of their classes differ most, kW.
    pub profiled_hour_kw: f64,
    /// Every hour holds the mean of its day, or of the time between two register readings, where
    /// this is not `Hour`.
    pub span: BalanceSpan,
    /// Number of the day or time that each hour belongs to; empty where balanced by the hour.
    pub span_of: Vec<u32>,
    /// Share of the load at mean load that the technical loss holds for lines.
    pub line_loss_share: f64,
    /// No-load loss of the transformers at or below the node, kW; part of the technical loss.
    pub no_load_kw: f64,
    /// Share of the balance meter's hours in which the balance could be made, 0 to 1, times the
    /// share of usage points that were read.
    pub coverage: f64,
    /// The share of hours alone.
    pub hours_share: f64,
    /// Standard error of what usage points that were not read are expected to use, kW.
    pub unread_kw: f64,
}

/// Makes the hourly balance of a node; `metered` gives the sum of its usage points (without those
/// under `meters.below`) for a number of hours from a start, `declared` the unmetered load that is
/// known of (kW, in the same hours; empty = none).
#[must_use]
pub fn residual(
    meters: &NodeMeters,
    settings: &BalanceSettings,
    metered: impl Fn(Timestamp, usize) -> GridSum,
    declared: impl Fn(&[Timestamp]) -> Vec<f64>,
) -> Residual {
    let start = Timestamp(meters.supply.start.0.div_euclid(3600) * 3600);
    let hours = ((meters.supply.end().0 - start.0) / 3600).max(0) as usize;
    let supplied = hourly_or_held_kw(meters.supply, start, hours);
    let metered = metered(start, hours);
    let (below_kw, below_assumed_kw) = sum_below(&meters.below, start, hours);
    let mut balance = Residual::default();
    // What flows through the node's own transformers: not what its balance meters below stand for.
    let mut through_kw = Vec::with_capacity(hours);
    for (hour, &supplied_kw) in supplied.iter().enumerate() {
        let (read, filled) = (metered.read[hour].to_kwh().0, metered.filled[hour].to_kwh().0);
        let total = read + filled + below_kw[hour];
        let assumed = filled.abs() + below_assumed_kw[hour];
        if supplied_kw.is_nan() || assumed > settings.largest_filled_share * total.abs().max(1e-3) {
            continue;
        }
        balance.at.push(Timestamp(start.0 + hour as i64 * 3600));
        balance.supplied_kw.push(f64::from(supplied_kw));
        through_kw.push((f64::from(supplied_kw) - below_kw[hour]).max(0.0));
        balance.metered_kw.push(total);
        balance.assumed_kw.push(assumed);
    }
    let mean_kw = mean(&balance.supplied_kw);
    balance.declared_kw = declared(&balance.at);
    for (hour, &through_kw) in through_kw.iter().enumerate() {
        let load_kw = balance.supplied_kw[hour];
        let technical = technical_loss_kw(meters, settings, load_kw, through_kw, mean_kw);
        balance.technical_kw.push(technical);
        let declared = balance.declared_kw.get(hour).copied().unwrap_or(0.0);
        balance.residual_kw.push(load_kw - balance.metered_kw[hour] - technical - declared);
    }
    balance.coarse_share = metered.coarse.to_kwh().0 / balance.mean_metered_kw().max(1e-3);
    (balance.profiled_kw, balance.profiled_hour_kw) = (meters.profiled_kw, meters.profiled_hour_kw);
    balance.line_loss_share = settings.line_loss_share;
    balance.no_load_kw = meters.transformers.iter().map(|t| t.no_load_kw).sum();
    // Balance meters below stand for all usage points under them.
    let read_share = if meters.usage_points == 0 { 1.0 } else { meters.read as f64 / meters.usage_points as f64 };
    balance.hours_share = if hours == 0 { 0.0 } else { balance.at.len() as f64 / hours as f64 };
    balance.coverage = balance.hours_share * read_share;
    balance
}

/// Hourly sum of balance meters below a node, and the part of it that was assumed for missing
/// readings, kW.
fn sum_below(below: &[&LoadSeries], start: Timestamp, hours: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut sum, mut assumed) = (vec![0.0; hours], vec![0.0; hours]);
    let first_hour = start.0.div_euclid(3600);
    for series in below {
        let kw = hourly_kw(series, start, hours);
        let usual = mean_by_hour(&kw, first_hour);
        for (hour, &kw) in kw.iter().enumerate() {
            let usual = usual[(first_hour + hour as i64).rem_euclid(24) as usize];
            sum[hour] += if kw.is_nan() { usual } else { f64::from(kw) };
            assumed[hour] += if kw.is_nan() { usual.abs() } else { 0.0 };
        }
    }
    (sum, assumed)
}

impl Residual {
    /// Replaces every hour by the mean of its local day, and leaves out days that lack more than a
    /// quarter of their hours.
    #[must_use]
    pub fn by_day(self, calendar: &Calendar) -> Self {
        let days: Vec<CivilDay> = self.at.iter().map(|&at| calendar.day(at)).collect();
        let first = days.first().map_or(0, |day| day.0);
        let span_of: Vec<Option<u32>> = days.iter().map(|day| Some((day.0 - first) as u32)).collect();
        self.by_spans(BalanceSpan::Day, &span_of, |_| DAY_HOURS)
    }

    /// Replaces every hour by the mean between the two register readings of the balance meter
    /// around it; hours outside, and times of which more than a quarter could not be balanced, are
    /// left out.
    #[must_use]
    pub fn by_register(self, periods: &[RegisterPeriod]) -> Self {
        let period_of =
            |at: &Timestamp| periods.iter().position(|period| period.from <= *at && at.0 + 3600 <= period.to.0);
        let span_of: Vec<Option<u32>> = self.at.iter().map(|at| period_of(at).map(|place| place as u32)).collect();
        let hours = |place: u32| (periods[place as usize].to.0 - periods[place as usize].from.0) as f64 / 3600.0;
        self.by_spans(BalanceSpan::Register, &span_of, |place| (SPAN_SHARE * hours(place)) as usize)
    }

    /// Means over the spans that it is balanced over, after something was added hour by hour.
    #[must_use]
    pub fn averaged(self) -> Self {
        if self.span == BalanceSpan::Hour {
            return self;
        }
        let (span, span_of) = (self.span, self.span_of.iter().map(|&of| Some(of)).collect::<Vec<_>>());
        self.by_spans(span, &span_of, |_| 0)
    }

    /// Replaces every hour by the mean of its span; spans of fewer hours than `least`, and hours
    /// without a span, are left out.
    fn by_spans(self, span: BalanceSpan, span_of: &[Option<u32>], least: impl Fn(u32) -> usize) -> Self {
        let mut kept = Vec::with_capacity(self.at.len());
        let mut hours_of = Vec::with_capacity(self.at.len());
        let mut from = 0;
        for run in span_of.chunk_by(|a, b| a == b) {
            let hours = from..from + run.len();
            from = hours.end;
            if run[0].is_some_and(|of| run.len() >= least(of)) {
                kept.extend(hours.clone());
                hours_of.extend(hours.clone().map(|_| hours.clone()));
            }
        }
        let mean_of = |values: &[f64]| hours_of.iter().map(|hours| mean(&values[hours.clone()])).collect();
        Self {
            at: kept.iter().map(|&hour| self.at[hour]).collect(),
            supplied_kw: mean_of(&self.supplied_kw),
            metered_kw: mean_of(&self.metered_kw),
            assumed_kw: mean_of(&self.assumed_kw),
            technical_kw: mean_of(&self.technical_kw),
            declared_kw: if self.declared_kw.is_empty() { Vec::new() } else { mean_of(&self.declared_kw) },
            residual_kw: mean_of(&self.residual_kw),
            span,
            span_of: kept.iter().filter_map(|&hour| span_of[hour]).collect(),
            ..self
        }
    }

    /// Whether the course of its days is known.
    #[must_use]
    pub fn is_hourly(&self) -> bool {
        self.span == BalanceSpan::Hour
    }

    /// Counts `share` of the load of a usage point: 1 where the grid file does not place it here, β
    /// where its meter shows too little or too much. `kw` is its hourly mean power from `start`;
    /// hours without a value get its usual value for the hour of the day, and count as assumed.
    pub fn add_customer(&mut self, start: Timestamp, kw: &[f32], share: f64) {
        let usual = mean_by_hour(kw, start.0.div_euclid(3600));
        for (index, at) in self.at.iter().enumerate() {
            let hour = (at.0 - start.0).div_euclid(3600);
            let own = usize::try_from(hour).ok().and_then(|hour| kw.get(hour)).copied().filter(|kw| !kw.is_nan());
            let load = share * own.map_or_else(|| usual[at.0.div_euclid(3600).rem_euclid(24) as usize], f64::from);
            self.assumed_kw[index] += if own.is_none() { load.abs() } else { 0.0 };
            self.metered_kw[index] += load;
            self.residual_kw[index] -= load;
        }
    }

    /// Takes off what is lost in every hour, kW, of which `no_load_kw` at no load.
    pub fn lose(&mut self, lost_kw: &[f64], no_load_kw: f64) {
        self.technical_kw.iter_mut().zip(lost_kw).for_each(|(technical, lost)| *technical += lost);
        self.residual_kw.iter_mut().zip(lost_kw).for_each(|(residual, lost)| *residual -= lost);
        self.no_load_kw += no_load_kw;
    }

    /// Counts what usage points that were not read are expected to use, kW from `start` on; nothing
    /// in hours outside.
    pub fn add_expected(&mut self, start: Timestamp, kw: &[f32]) {
        for (index, at) in self.at.iter().enumerate() {
            let hour = usize::try_from((at.0 - start.0).div_euclid(3600)).ok();
            let load = hour.and_then(|hour| kw.get(hour)).map_or(0.0, |&kw| f64::from(kw));
            self.metered_kw[index] += load;
            self.residual_kw[index] -= load;
        }
    }

    /// Mean of the load that was assumed for missing readings, kW; 0 without hours.
    #[must_use]
    pub fn mean_assumed_kw(&self) -> f64 {
        mean(&self.assumed_kw)
    }

    /// Mean of the metered load, kW; 0 without hours.
    #[must_use]
    pub fn mean_metered_kw(&self) -> f64 {
        mean(&self.metered_kw)
    }
}

/// Loss at `load_kw`, of which `through_kw` flows through the node's own transformers, in
/// proportion to their rating.
fn technical_loss_kw(
    meters: &NodeMeters,
    settings: &BalanceSettings,
    load_kw: f64,
    through_kw: f64,
    mean_kw: f64,
) -> f64 {
    let rated: f64 = meters.transformers.iter().map(|t| t.rated_kva).sum();
    let transformers: f64 = meters
        .transformers
        .iter()
        .map(|&t| transformer_loss_kw(t, through_kw * t.rated_kva / rated, settings.power_factor))
        .sum();
    let lines = if mean_kw > 0.0 { settings.line_loss_share * load_kw * load_kw / mean_kw } else { 0.0 };
    transformers + lines
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::GridSums;

    fn series(name: &str, kw: Vec<f32>) -> LoadSeries {
        LoadSeries { usage_point: name.into(), start: Timestamp(0), step_min: 60, kw }
    }

    fn balance(supply_kw: Vec<f32>, home_kw: Vec<f32>) -> Residual {
        let (supply, sums) = (series("M", supply_kw), GridSums::new(std::iter::once("T".into())));
        sums.add("T", &series("A", home_kw));
        let meters = NodeMeters {
            supply: &supply,
            below: vec![],
            read: 1,
            usage_points: 1,
            transformers: vec![],
            profiled_kw: 0.0,
            profiled_hour_kw: 0.0,
        };
        let settings = BalanceSettings { power_factor: 0.95, line_loss_share: 0.0, largest_filled_share: 0.2 };
        residual(&meters, &settings, |start, hours| sums.sum(std::iter::once("T"), start, hours), |_| Vec::new())
    }

    #[test]
    fn what_no_meter_sees_is_left_over() {
        let balance = balance(vec![15.0; 48], vec![4.0; 48]);
        assert!(balance.residual_kw.iter().all(|kw| (kw - 11.0).abs() < 1e-6));
        assert!((balance.coverage - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_small_transformer_without_a_meter_is_not_charged_with_the_load_of_its_whole_feeder() {
        let (supply, below, sums) =
            (series("F", vec![3020.0; 48]), series("T", vec![3000.0; 48]), GridSums::new(std::iter::once("T2".into())));
        sums.add("T2", &series("A", vec![20.0; 48]));
        let rating = TransformerRating::from_kva(63.0).unwrap();
        let meters = NodeMeters {
            supply: &supply,
            below: vec![&below],
            read: 1,
            usage_points: 1,
            transformers: vec![rating],
            profiled_kw: 0.0,
            profiled_hour_kw: 0.0,
        };
        let settings = BalanceSettings { power_factor: 0.95, line_loss_share: 0.0, largest_filled_share: 0.2 };
        let balance =
            residual(&meters, &settings, |start, hours| sums.sum(std::iter::once("T2"), start, hours), |_| Vec::new());
        assert!(balance.technical_kw.iter().all(|kw| *kw < 1.0), "{:?}", balance.technical_kw[0]);
    }

    #[test]
    fn a_customer_that_the_grid_file_forgot_is_counted_when_found() {
        let mut balance = balance(vec![15.0; 48], vec![4.0; 48]);
        let mut kw = vec![11.0_f32; 48];
        kw[5] = f32::NAN;
        balance.add_customer(Timestamp(0), &kw, 1.0);
        assert!(balance.residual_kw.iter().all(|kw| kw.abs() < 1e-6));
        assert!((balance.assumed_kw[5] - 11.0).abs() < 1e-6 && balance.assumed_kw[6] == 0.0);
    }

    #[test]
    fn a_balance_by_day_keeps_the_mean_and_forgets_the_course_of_the_day() {
        let evening = |kw: f32| (0..48).map(|hour| if hour % 24 > 17 { kw } else { 0.0 }).collect::<Vec<f32>>();
        let by_day = balance(vec![8.0; 48], evening(16.0)).by_day(&Calendar::new(None).unwrap());
        assert!(by_day.residual_kw.iter().all(|kw| (kw - 4.0).abs() < 1e-6), "{:?}", by_day.residual_kw);
    }

    #[test]
    fn between_two_register_readings_only_the_mean_is_known() {
        let period = |from: i64, to: i64| RegisterPeriod {
            from: Timestamp(from * 3600),
            to: Timestamp(to * 3600),
            energy_kwh: 0.0,
        };
        let supply = (0..48).map(|hour| if hour < 20 { 6.0 } else { 9.0 }).collect();
        let balance = balance(supply, vec![4.0; 48]).by_register(&[period(0, 20), period(20, 40)]);
        assert_eq!((balance.at.len(), balance.span), (40, BalanceSpan::Register));
        assert!((balance.residual_kw[0] - 2.0).abs() < 1e-6 && (balance.residual_kw[39] - 5.0).abs() < 1e-6);
    }

    #[test]
    fn hours_in_which_too_much_is_missing_are_left_out() {
        let mut kw = vec![4.0; 48];
        kw[10..20].fill(f32::NAN);
        assert_eq!(balance(vec![5.0; 48], kw).at.len(), 38);
    }
}
