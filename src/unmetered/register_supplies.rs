//! Balance meters with a register only: their energy between two readings, with the course of the
//! meters below.

use std::collections::BTreeMap;

use crate::domain::{Grid, Timestamp, UsagePointId};
use crate::series::{GridSums, LoadSeries, RegisterLoad, RegisterPeriod};

/// Hours that a period between two readings must have: below, the minute at which each was taken
/// counts.
const SHORTEST_HOURS: i64 = 7 * 24;

/// What registers say of balance meters without intervals, in the order of meters.
pub(crate) type SupplyRegisters = BTreeMap<UsagePointId, Vec<RegisterPeriod>>;

/// Takes the registers of balance meters out of all others; those of balance meters that have
/// intervals as well are not needed.
pub(crate) fn supplies_by_register(
    registers: Vec<RegisterLoad>,
    grid: &Grid,
    supplies: &BTreeMap<UsagePointId, LoadSeries>,
) -> (Vec<RegisterLoad>, SupplyRegisters) {
    let (of_nodes, others): (Vec<_>, Vec<_>) =
        registers.into_iter().partition(|load| grid.is_balance_meter(&load.usage_point));
    let without_intervals = of_nodes.into_iter().filter(|load| !supplies.contains_key(&load.usage_point));
    let long = |period: &RegisterPeriod| period.to.0 - period.from.0 >= SHORTEST_HOURS * 3600;
    let periods =
        without_intervals.map(|load| (load.usage_point, load.periods.into_iter().filter(long).collect::<Vec<_>>()));
    (others, periods.filter(|(_, periods)| !periods.is_empty()).collect())
}

/// The hourly series of such balance meters: one value for all hours between two readings, NaN
/// elsewhere.
pub(crate) fn held_supplies(registers: &SupplyRegisters) -> BTreeMap<UsagePointId, LoadSeries> {
    registers.iter().map(|(meter, periods)| (meter.clone(), series(meter, periods, |_, _| 0.0))).collect()
}

/// The same with the course of everything metered under the node: what is left over is then steady
/// within each period, and the node can stand for all below it in the balance of a node above.
pub(crate) fn supplies_with_course(
    registers: &SupplyRegisters,
    grid: &Grid,
    sums: &GridSums,
) -> BTreeMap<UsagePointId, LoadSeries> {
    let course = |(meter, periods): (&UsagePointId, &Vec<RegisterPeriod>)| {
        let mut below: Vec<&str> = Vec::new();
        let mut open: Vec<&str> = grid.measured_by(meter).map(AsRef::as_ref).into_iter().collect();
        while let Some(node) = open.pop() {
            below.push(node);
            open.extend(grid.nodes_below(node).iter().map(AsRef::as_ref));
        }
        let of_period = |from: i64, hours: usize| {
            let sum = sums.sum(below.iter().copied(), Timestamp(from * 3600), hours);
            sum.read
                .iter()
                .zip(&sum.filled)
                .map(|(read, filled)| read.to_kwh().0 + filled.to_kwh().0)
                .collect::<Vec<f64>>()
        };
        (meter.clone(), series_with(meter, periods, of_period))
    };
    registers.iter().map(course).collect()
}

fn series(meter: &UsagePointId, periods: &[RegisterPeriod], course: impl Fn(i64, usize) -> f64) -> LoadSeries {
    series_with(meter, periods, |from, hours| vec![course(from, hours); hours])
}

/// Hours of each period with its mean, plus what `course` (kW, first hour and number of hours)
/// strays from its own mean.
fn series_with(
    meter: &UsagePointId,
    periods: &[RegisterPeriod],
    course: impl Fn(i64, usize) -> Vec<f64>,
) -> LoadSeries {
    let whole = |period: &RegisterPeriod| ((period.from.0 + 3599).div_euclid(3600), period.to.0.div_euclid(3600));
    let first = periods.iter().map(|period| whole(period).0).min().unwrap_or(0);
    let end = periods.iter().map(|period| whole(period).1).max().unwrap_or(first);
    let mut kw = vec![f32::NAN; (end - first) as usize];
    for period in periods {
        let (from, to) = whole(period);
        let course = course(from, (to - from) as usize);
        let mean = course.iter().sum::<f64>() / course.len() as f64;
        for (hour, stray) in course.iter().enumerate() {
            kw[(from - first) as usize + hour] = (period.mean_kw() + stray - mean) as f32;
        }
    }
    LoadSeries { usage_point: meter.clone(), start: Timestamp(first * 3600), step_min: 60, kw }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{GridLine, Level, NodeKind};

    #[test]
    fn the_energy_of_a_register_keeps_the_course_of_the_meters_below() {
        let transformer = GridLine {
            balance_meter: Some("BM".into()),
            ..GridLine::new("T".into(), Level::Node(NodeKind::Transformer), None, 2)
        };
        let home = GridLine::new("A".into(), Level::UsagePoint, Some("T".into()), 3);
        let grid = Grid::new(vec![transformer, home]).unwrap();
        let sums = GridSums::new(std::iter::once("T".into()));
        let evening: Vec<f32> = (0..240).map(|hour| if hour % 24 >= 18 { 8.0 } else { 4.0 }).collect();
        sums.add("T", &LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw: evening });
        let period = RegisterPeriod { from: Timestamp(0), to: Timestamp(240 * 3600), energy_kwh: 240.0 * 8.0 };
        let registers = SupplyRegisters::from([("BM".into(), vec![period])]);
        let supply = &supplies_with_course(&registers, &grid, &sums)["BM"];
        // 5 kW are metered on average, 8 are supplied: 3 more at every hour.
        assert!((supply.kw[3] - 7.0).abs() < 1e-4 && (supply.kw[20] - 11.0).abs() < 1e-4, "{:?}", &supply.kw[..24]);
        assert!(held_supplies(&registers)["BM"].kw.iter().all(|kw| (kw - 8.0).abs() < 1e-4));
    }
}
