//! Where the nodes of the grid lie, as far as the coordinates of their customers tell: the sun
//! needs no better.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::domain::{Customer, Grid, NodeId, Position, UsagePointId};

/// Positions of nodes.
pub(crate) struct Positions {
    of: HashMap<NodeId, Position>,
    otherwise: Position,
}

/// Sums of coordinates.
#[derive(Default, Clone, Copy)]
struct Mean {
    latitude: f64,
    longitude: f64,
    count: f64,
}

impl Mean {
    /// Adds a customer that has coordinates.
    fn add(&mut self, customer: &Customer) {
        if let (Some(latitude), Some(longitude)) = (customer.lat, customer.lon) {
            self.latitude += latitude;
            self.longitude += longitude;
            self.count += 1.0;
        }
    }

    fn position(self) -> Option<Position> {
        (self.count > 0.0)
            .then(|| Position { latitude: self.latitude / self.count, longitude: self.longitude / self.count })
    }
}

impl Positions {
    /// The mean of the customers that each node feeds directly; of all customers for nodes that
    /// feed none with coordinates, and `otherwise` where there are none.
    pub(crate) fn of_grid(grid: &Grid, customers: &BTreeMap<UsagePointId, Customer>, otherwise: Position) -> Self {
        let mut all = Mean::default();
        for customer in customers.values() {
            all.add(customer);
        }
        let nodes: Vec<&NodeId> = grid.nodes().map(|node| &node.node).collect();
        let position = |node: &&NodeId| {
            let mut mean = Mean::default();
            let own = grid.usage_points_at(node).iter().filter_map(|id| customers.get(id));
            own.for_each(|customer| mean.add(customer));
            Some(((*node).clone(), mean.position()?))
        };
        let of = nodes.par_iter().filter_map(position).collect();
        Self { of, otherwise: all.position().unwrap_or(otherwise) }
    }

    pub(crate) fn of(&self, node: &str) -> Position {
        self.of.get(node).copied().unwrap_or(self.otherwise)
    }
}
