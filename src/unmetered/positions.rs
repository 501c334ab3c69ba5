//! Where the nodes of the grid lie, as far as the coordinates of their customers tell: the sun
//! needs no better.

use std::collections::{BTreeMap, HashMap};

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
    fn add(&mut self, latitude: f64, longitude: f64) {
        *self =
            Self { latitude: self.latitude + latitude, longitude: self.longitude + longitude, count: self.count + 1.0 };
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
        let (mut all, mut of) = (Mean::default(), HashMap::<NodeId, Mean>::new());
        for (usage_point, customer) in customers {
            if let (Some(latitude), Some(longitude)) = (customer.lat, customer.lon) {
                all.add(latitude, longitude);
                if let Some(node) = grid.feeding_node(usage_point) {
                    of.entry(node.node.clone()).or_default().add(latitude, longitude);
                }
            }
        }
        let of = of.into_iter().filter_map(|(node, mean)| Some((node, mean.position()?))).collect();
        Self { of, otherwise: all.position().unwrap_or(otherwise) }
    }

    pub(crate) fn of(&self, node: &str) -> Position {
        self.of.get(node).copied().unwrap_or(self.otherwise)
    }
}
