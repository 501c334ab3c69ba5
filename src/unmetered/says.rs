//! What a node's balance has to say to those who judge its customers.

use crate::domain::{CivilDay, NodeId};

/// A load that no meter sees and that began on some day at a transformer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Began {
    pub(crate) node: NodeId,
    pub(crate) day: CivilDay,
    /// Power of it, kW.
    pub(crate) kw: f64,
    /// Probability by the balance alone.
    pub(crate) probability: f64,
    /// The balance names a customer of its own.
    pub(crate) names_somebody: bool,
}

/// What the balance of its transformer says of a customer's readings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Says {
    /// With its load counted, what flows in and what flows out agree within so many kW.
    Closes {
        /// The transformer.
        node: NodeId,
        /// Half-width of a 90 % interval, kW.
        within_kw: f64,
    },
    /// Only a share of what its meter shows flows there.
    NotReal {
        /// The transformer.
        node: NodeId,
        /// That share, 0 to 1.
        share: f64,
    },
}
