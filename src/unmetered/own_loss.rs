//! What is known of a transformer's own loss in a balance, where its side is open (see `sides`).

/// A transformer's own loss that its balance may hold without having been taken off.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct OwnLoss {
    /// Probability that the balance meter sits before the transformer.
    pub before: f64,
    /// No-load loss that is expected to be in the balance, kW.
    pub expected_kw: f64,
    /// Standard error of what is in the balance or was taken off, kW.
    pub error_kw: f64,
}
