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
    let span = |series: &LoadSeries| (series.start.0.div_euclid(3600), series.end().0.div_euclid(3600));
    let Some((first, end)) = supplies.values().map(span).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
        return BTreeMap::new();
    };
    // A balance meter may have stray stamps years away, a register cannot say anything there.
    let own = |register: &RegisterLoad| (register.from.0.div_euclid(3600), register.to.0.div_euclid(3600));
    let Some((own_first, own_end)) =
        registers.iter().map(|register| own(register)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    else {
        return BTreeMap::new();
    };
    let (first, end) = (first.max(own_first - MONTH_HOURS), end.min(own_end + MONTH_HOURS));
    let by_node = by_node(registers, grid);
    // A customer that was fed by another node for a time counts here on its own days.
    let held = |register: &RegisterLoad, node: &NodeId, mut kw: Vec<f32>| {
        let is_here = |link: &&Link| link.fed_by.node() == Some(node);
        if let Some(link) = grid.links(&register.usage_point).and_then(|links| links.iter().find(is_here)) {
            for (hour, kw) in kw.iter_mut().enumerate() {
                if !link.holds(calendar.day(Timestamp((first + hour as i64) * 3600))) {
                    *kw = 0.0;
                }
            }
        }
        kw
    };
    let add = |(node, registers): (&NodeId, Vec<&RegisterLoad>)| {
        let (mut profiled, mut of_kinds_kw) = (Profiled::default(), 0.0);
        for register in &registers {
            let shape = shapes.shape(&CustomerFacts::of(customers.get(&register.usage_point)));
            let kw = held(register, node, shape.spread(&register.periods, first, (end - first).max(0) as usize));
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
    by_node.into_par_iter().map(add).collect()
}

/// Customers by the node that feeds them, or by each that does for a time.
fn by_node<'a>(registers: &[&'a RegisterLoad], grid: &'a Grid) -> BTreeMap<&'a NodeId, Vec<&'a RegisterLoad>> {
    let mut by_node: BTreeMap<&NodeId, Vec<&RegisterLoad>> = BTreeMap::new();
    for register in registers {
        if let Some(links) = grid.links(&register.usage_point) {
            for node in links.iter().filter_map(|link| link.fed_by.node()) {
                by_node.entry(node).or_default().push(register);
            }
        } else if let Some(node) = grid.feeding_node(&register.usage_point) {
            by_node.entry(&node.node).or_default().push(register);
        }
    }
    by_node
}
