//! What a simulation came to.

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Simulated {
    /// Rows in the readings file.
    pub readings: u64,
    /// Usage points without balance meters.
    pub usage_points: u64,
    /// Usage points with label 1.
    pub farms: u64,
    /// Grid nodes with label 1.
    pub unmetered_nodes: u64,
    /// What there is to say about the folder: runs that were ended, an older simulation that could
    /// not be removed.
    pub words: Vec<String>,
}
