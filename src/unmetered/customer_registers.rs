//! Customers with registers in hourly balances: the energy between their readings, spread by the
//! load profile of their class.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::domain::{Calendar, Customer, Grid, Link, NodeId, Timestamp, UsagePointId};
use crate::population::{CustomerFacts, LoadShapes};
use crate::series::{GridSums, LoadSeries, RegisterLoad};

/// Hours before and after register readings for which they are believed.
const MONTH_HOURS: i64 = 31 * 24;

/// How far the customers with registers of one node may be from what the profiles of their classes
/// say; errors of customers are independent, so squares add.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Profiled {
    /// Sum of squared mean powers, kW².
    pub(crate) mean_sq: f64,
    /// Sum of squared errors at the hour of the day at which members of their class differ most,
    /// kW².
    pub(crate) hour_sq: f64,
}

/// Adds customers with nothing but a register to the sums of the nodes that feed them, over the
/// time of the balance meters, and says for each such node how sure that is.
pub(crate) fn add_registers_to_sums(
    registers: &[&RegisterLoad],
    sums: &GridSums,
    shapes: &LoadShapes,
    grid: &Grid,
    customers: &BTreeMap<UsagePointId, Customer>,
    supplies: &BTreeMap<UsagePointId, LoadSeries>,
    calendar: &Calendar,
) -> BTreeMap<NodeId, Profiled> {
    let Some((first, end)) = hours_to_fill(registers, supplies) else { return BTreeMap::new() };
    let hours = (end - first).max(0) as usize;
    let add = |(node, fed): (&NodeId, Vec<Fed>)| {
        let (mut profiled, mut of_kinds_kw) = (Profiled::default(), 0.0);
        for Fed { register, link } in fed {
            let shape = shapes.shape(&CustomerFacts::of(customers.get(&register.usage_point)));
            let mut kw = shape.spread(&register.periods, first, hours);
            if let Some(link) = link {
                keep_linked(&mut kw, first, link, calendar);
            }
            sums.add_hours(node, first, &kw, true);
            profiled.mean_sq += register.mean_kw.powi(2);
            let hour_kw = register.mean_kw * shape.differ();
            if shape.has_kinds() {
                of_kinds_kw += hour_kw;
            } else {
                profiled.hour_sq += hour_kw.powi(2);
            }
        }
        profiled.hour_sq += of_kinds_kw.powi(2);
        (node.clone(), profiled)
    };
    by_node(registers, grid).into_par_iter().map(add).collect()
}

/// First and end of the hours, counted from 1970, that are filled: those of the balance meters. One
/// of these may have stray stamps years away, where no register can say anything.
fn hours_to_fill(registers: &[&RegisterLoad], supplies: &BTreeMap<UsagePointId, LoadSeries>) -> Option<(i64, i64)> {
    let hour = |at: Timestamp| at.0.div_euclid(3600);
    let wider = |a: (i64, i64), b: (i64, i64)| (a.0.min(b.0), a.1.max(b.1));
    let (first, end) = supplies.values().map(|series| (hour(series.start), hour(series.end()))).reduce(wider)?;
    let (own_first, own_end) =
        registers.iter().map(|register| (hour(register.from), hour(register.to))).reduce(wider)?;
    Some((first.max(own_first - MONTH_HOURS), end.min(own_end + MONTH_HOURS)))
}

/// A customer with a register, and for which days a node feeds it; `None` = always.
struct Fed<'a> {
    register: &'a RegisterLoad,
    link: Option<&'a Link>,
}

fn by_node<'a>(registers: &[&'a RegisterLoad], grid: &'a Grid) -> BTreeMap<&'a NodeId, Vec<Fed<'a>>> {
    let mut by_node: BTreeMap<&NodeId, Vec<Fed>> = BTreeMap::new();
    for &register in registers {
        if let Some(links) = grid.links(&register.usage_point) {
            for (node, link) in links.iter().filter_map(|link| Some((link.fed_by.node()?, link))) {
                by_node.entry(node).or_default().push(Fed { register, link: Some(link) });
            }
        } else if let Some(node) = grid.feeding_node(&register.usage_point) {
            by_node.entry(&node.node).or_default().push(Fed { register, link: None });
        }
    }
    by_node
}

/// Leaves of hourly values from the hour `first` on those of the days on which a link holds.
fn keep_linked(kw: &mut [f32], first: i64, link: &Link, calendar: &Calendar) {
    for (hour, kw) in kw.iter_mut().enumerate() {
        if !link.holds(calendar.day(Timestamp((first + hour as i64) * 3600))) {
            *kw = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CivilDay, GridLine, Level, NodeKind};

    #[test]
    fn a_customer_that_comes_back_to_a_transformer_counts_there_once_on_the_days_of_either_time() {
        let day = |day: i32| Some(CivilDay(day));
        let line = |id: &str, level, parent: Option<&str>, valid| GridLine {
            valid,
            ..GridLine::new(id.into(), level, parent.map(Into::into), 2)
        };
        let transformer = |id| line(id, Level::Node(NodeKind::Transformer), None, (None, None));
        let fed = |parent, from, to| line("A", Level::UsagePoint, Some(parent), (from, to));
        let grid = Grid::new(vec![
            transformer("T1"),
            transformer("T2"),
            fed("T1", day(0), day(9)),
            fed("T2", day(10), day(19)),
            fed("T1", day(20), None),
        ])
        .unwrap();
        let calendar = Calendar::new(None).unwrap();
        let links = grid.links("A").unwrap();
        let days_at = |node: &str| {
            let mut days = [0.0; 30];
            for link in links.iter().filter(|link| link.fed_by.node().is_some_and(|fed_by| &**fed_by == node)) {
                let mut kw = vec![1.0; 30 * 24];
                keep_linked(&mut kw, 0, link, &calendar);
                days.iter_mut().zip(kw.chunks(24)).for_each(|(day, kw)| *day += kw.iter().sum::<f32>() / 24.0);
            }
            days
        };
        assert_eq!(days_at("T1").map(|on| on as i32), std::array::from_fn(|day| i32::from(!(10..20).contains(&day))));
        assert_eq!(days_at("T2").map(|on| on as i32), std::array::from_fn(|day| i32::from((10..20).contains(&day))));
    }
}
