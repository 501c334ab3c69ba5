//! What visits cost, and how many can be made.

/// Cost and number of visits.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Visits {
    /// Crews; `None` = not given.
    pub crews: Option<u64>,
    /// Visits that a crew makes.
    pub per_crew: u64,
    /// Cost of a visit, in the currency of the tariffs.
    pub cost: f64,
    /// Days for which nobody goes again where nothing was found and the load has not grown.
    pub rest_days: i32,
}

impl Visits {
    /// Whether the user has said what visits cost or how many can be made.
    #[must_use]
    pub fn are_limited(&self) -> bool {
        self.crews.is_some() || self.cost > 0.0
    }
}
