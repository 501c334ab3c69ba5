//! Adds the series of many usage points up the grid, hour by hour, in whole milliwatt-hours, as
//! they come.
//!
//! Integer sums are exact and the same in any order. An hour in which a usage point has no complete
//! reading is filled with its own mean for that hour of the day, and that energy is counted apart,
//! so a balance knows how much of it is assumed. A usage point that is read by the day is added
//! with the day's mean in every hour, and one with a register with what the load profile of its
//! class gives; how much of the sum that is, is counted as well. A usage point is added to the node
//! that feeds it; sums of higher nodes are sums of sums.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::load_series::{LoadSeries, hourly_or_held_kw};
use crate::domain::{Kw, MilliWattHours, NodeId, Timestamp};

/// Sum of many usage points over whole hours.
#[derive(Debug, Clone, PartialEq)]
pub struct GridSum {
    /// First hour.
    pub start: Timestamp,
    /// Energy read, one value an hour.
    pub read: Vec<MilliWattHours>,
    /// Energy assumed for missing readings, one value an hour.
    pub filled: Vec<MilliWattHours>,
    /// What of an hour's energy is known by the day or by a longer period only, on average.
    pub coarse: MilliWattHours,
}

/// Sums of the usage points that each node feeds directly.
#[derive(Debug, Default)]
pub struct GridSums {
    nodes: HashMap<NodeId, Mutex<NodeSum>>,
}

/// Running sums of one node over hours counted from 1970.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct NodeSum {
    /// The first hour that any usage point covers.
    pub first_hour: i64,
    /// Energy read, one value an hour.
    pub read: Vec<MilliWattHours>,
    /// What the usage points with a reading in the hour would have been filled with.
    pub not_filled: Vec<MilliWattHours>,
    /// What all usage points would be filled with, by hour of the (UTC) day.
    pub usual: [MilliWattHours; 24],
    /// Mean hour of the usage points whose hours are not read.
    pub coarse: MilliWattHours,
}

impl GridSums {
    /// Sums for `nodes`.
    pub fn new(nodes: impl Iterator<Item = NodeId>) -> Self {
        Self { nodes: nodes.map(|node| (node, Mutex::default())).collect() }
    }

    /// Adds a usage point to the node that feeds it; nothing happens for a node without a sum.
    pub fn add(&self, node: &str, series: &LoadSeries) {
        let first_hour = series.start.0.div_euclid(3600);
        let hours = ((series.end().0 + 3599).div_euclid(3600) - first_hour).max(0) as usize;
        self.add_hours(
            node,
            first_hour,
            &hourly_or_held_kw(series, Timestamp(first_hour * 3600), hours),
            series.step_min > 60,
        );
    }

    /// Adds the hourly mean power of a usage point from an hour counted from 1970 on (kW, NaN =
    /// missing); `coarse` where its hours were not read one by one.
    pub fn add_hours(&self, node: &str, first_hour: i64, hourly: &[f32], coarse: bool) {
        let Some(sum) = self.nodes.get(node) else { return };
        let hours = hourly.len();
        let usual = mean_by_hour(hourly, first_hour).map(|kw| MilliWattHours::from_kwh(Kw(kw).over_hours(1.0)));
        let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
        if coarse {
            sum.coarse = sum.coarse + MilliWattHours(usual.iter().map(|usual| usual.0).sum::<i64>() / 24);
        }
        sum.cover(first_hour, hours);
        let offset = (first_hour - sum.first_hour) as usize;
        for (hour, &kw) in hourly.iter().enumerate().filter(|(_, kw)| !kw.is_nan()) {
            let energy = MilliWattHours::from_kwh(Kw(f64::from(kw)).over_hours(1.0));
            sum.read[offset + hour] = sum.read[offset + hour] + energy;
            sum.not_filled[offset + hour] =
                sum.not_filled[offset + hour] + usual[(first_hour + hour as i64).rem_euclid(24) as usize];
        }
        for (total, usual) in sum.usual.iter_mut().zip(usual) {
            *total = *total + usual;
        }
    }

    /// Adds what other usage points of a node came to elsewhere; nothing happens for a node without
    /// a sum.
    pub fn merge(&self, node: &str, other: &NodeSum) {
        if let Some(sum) = self.nodes.get(node) {
            sum.lock().unwrap_or_else(PoisonError::into_inner).merge(other);
        }
    }

    /// The sum of each node so far, in the order of nodes.
    #[must_use]
    pub fn by_node(&self) -> Vec<(NodeId, NodeSum)> {
        let sum = |sum: &Mutex<NodeSum>| sum.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut sums: Vec<_> = self.nodes.iter().map(|(node, of)| (node.clone(), sum(of))).collect();
        sums.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        sums
    }

    /// Shows the sums of every node to `look`, in no order.
    pub fn each(&self, mut look: impl FnMut(&NodeId, &NodeSum)) {
        for (node, sum) in &self.nodes {
            look(node, &sum.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// The sum over `nodes` for `hours` hours from `start`.
    #[must_use]
    pub fn sum<'a>(&self, nodes: impl Iterator<Item = &'a str>, start: Timestamp, hours: usize) -> GridSum {
        let zero = vec![MilliWattHours(0); hours];
        let mut total = GridSum { start, read: zero.clone(), filled: zero, coarse: MilliWattHours(0) };
        let first_hour = start.0.div_euclid(3600);
        for sum in nodes.filter_map(|node| self.nodes.get(node)) {
            let sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
            total.coarse = total.coarse + sum.coarse;
            for hour in 0..hours {
                let at = first_hour + hour as i64;
                total.filled[hour] = total.filled[hour] + sum.usual[at.rem_euclid(24) as usize];
                let place = usize::try_from(at - sum.first_hour).ok().filter(|&place| place < sum.read.len());
                if let Some(place) = place {
                    total.read[hour] = total.read[hour] + sum.read[place];
                    total.filled[hour] = total.filled[hour] - sum.not_filled[place];
                }
            }
        }
        total
    }
}

impl NodeSum {
    /// Adds the sums of other usage points. Whole numbers: any order gives the same.
    pub fn merge(&mut self, other: &Self) {
        if !other.read.is_empty() {
            self.cover(other.first_hour, other.read.len());
            let offset = (other.first_hour - self.first_hour) as usize;
            for (sums, others) in [(&mut self.read, &other.read), (&mut self.not_filled, &other.not_filled)] {
                sums[offset..].iter_mut().zip(others).for_each(|(sum, other)| *sum = *sum + *other);
            }
        }
        self.usual.iter_mut().zip(other.usual).for_each(|(sum, other)| *sum = *sum + other);
        self.coarse = self.coarse + other.coarse;
    }

    /// Widens the hours so that `hours` from `first_hour` on are inside.
    fn cover(&mut self, first_hour: i64, hours: usize) {
        if self.read.is_empty() {
            self.first_hour = first_hour;
        }
        if first_hour < self.first_hour {
            let before = vec![MilliWattHours(0); (self.first_hour - first_hour) as usize];
            self.read.splice(0..0, before.iter().copied());
            self.not_filled.splice(0..0, before);
            self.first_hour = first_hour;
        }
        let needed = (first_hour - self.first_hour) as usize + hours;
        if needed > self.read.len() {
            self.read.resize(needed, MilliWattHours(0));
            self.not_filled.resize(needed, MilliWattHours(0));
        }
    }
}

/// Mean of the valid values at each hour of the (UTC) day; the overall mean where an hour has none,
/// zero where nothing is valid.
#[must_use]
pub fn mean_by_hour(hourly: &[f32], first_hour: i64) -> [f64; 24] {
    let mut sums = [(0.0_f64, 0_u32); 24];
    for (hour, &kw) in hourly.iter().enumerate().filter(|(_, kw)| !kw.is_nan()) {
        let sum = &mut sums[(first_hour + hour as i64).rem_euclid(24) as usize];
        *sum = (sum.0 + f64::from(kw), sum.1 + 1);
    }
    let (total, count) = sums.iter().fold((0.0, 0), |(s, n), (sum, count)| (s + sum, n + count));
    let overall = if count == 0 { 0.0 } else { total / f64::from(count) };
    sums.map(|(sum, count)| if count == 0 { overall } else { sum / f64::from(count) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(start_h: i64, step_min: u32, kw: Vec<f32>) -> LoadSeries {
        LoadSeries { usage_point: "A".into(), start: Timestamp(start_h * 3600), step_min, kw }
    }

    fn sum(children: &[LoadSeries], hours: usize) -> GridSum {
        let sums = GridSums::new(std::iter::once("T".into()));
        for child in children {
            sums.add("T", child);
        }
        sums.sum(std::iter::once("T"), Timestamp(0), hours)
    }

    #[test]
    fn half_hours_and_hours_add_up() {
        let sum = sum(&[series(0, 30, vec![1.0, 3.0, 2.0, 2.0]), series(0, 60, vec![5.0, 6.0])], 2);
        assert_eq!(sum.read, [MilliWattHours(7_000_000), MilliWattHours(8_000_000)]);
        assert_eq!(sum.filled, [MilliWattHours(0); 2]);
    }

    #[test]
    fn a_usage_point_read_by_the_day_counts_with_its_daily_mean() {
        let sum = sum(&[series(0, 1440, vec![2.0, 4.0]), series(0, 60, vec![1.0; 48])], 48);
        assert_eq!(
            (sum.read[0], sum.read[47], sum.coarse),
            (MilliWattHours(3_000_000), MilliWattHours(5_000_000), MilliWattHours(3_000_000))
        );
    }

    #[test]
    fn missing_hours_are_filled_and_counted_apart() {
        let sum = sum(&[series(0, 60, vec![1.0, f32::NAN, 3.0])], 3);
        assert_eq!(sum.read[1], MilliWattHours(0));
        assert_eq!(sum.filled, [MilliWattHours(0), MilliWattHours(2_000_000), MilliWattHours(0)]);
    }

    #[test]
    fn a_series_that_begins_late_is_filled_before() {
        let late = series(2, 60, vec![4.0, 4.0]);
        let early = series(0, 60, vec![1.0; 4]);
        for children in [[late.clone(), early.clone()], [early, late]] {
            let sum = sum(&children, 4);
            assert_eq!(sum.read.iter().map(|e| e.0 / 1_000_000).collect::<Vec<_>>(), [1, 1, 5, 5]);
            assert_eq!(sum.filled.iter().map(|e| e.0 / 1_000_000).collect::<Vec<_>>(), [4, 4, 0, 0]);
        }
    }
}
