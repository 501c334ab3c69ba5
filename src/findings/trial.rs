//! What a trial found: one entry a planted farm, and their summary by kind and size.

use crate::domain::{Level, NodeKind};

/// Lower ends of the size bands, kW: of farms behind meters, and of load that no meter sees at
/// transformers and above them.
const BANDS: [f64; 6] = [0.0, 2.0, 4.0, 8.0, 16.0, 32.0];
const TRANSFORMER_BANDS: [f64; 6] = [0.0, 1.0, 2.0, 4.0, 8.0, 16.0];
const UPPER_BANDS: [f64; 6] = [0.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// A planted farm and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialFarm {
    /// Where it was planted: behind a meter, or past all meters at a node of this level.
    pub level: Level,
    /// Kind, as in `truth.csv`.
    pub kind: &'static str,
    /// Mean power while it runs, kW.
    pub kw: f64,
    /// Whether a scan would list it.
    pub found: bool,
    /// Relative error of the estimated power; `None` where nothing was estimated.
    pub kw_error: Option<f64>,
    /// Days between the true and the estimated start; NaN where none was seen, `None` for a farm
    /// that ran from the start.
    pub days_error: Option<f64>,
}

/// A trial on a dump.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrialReport {
    /// Usage points of the dump.
    pub usage_points: usize,
    /// Length of the list of the un-planted dump.
    pub listed: usize,
    /// Log-odds that a farm needs to be listed.
    pub least_log_odds: f64,
    /// Grid nodes whose balance could be judged.
    pub nodes: usize,
    /// Of them, those with likely unmetered load before anything was planted.
    pub listed_nodes: usize,
    /// Every planted farm.
    pub farms: Vec<TrialFarm>,
}

/// Farms of one kind and size together.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialRow {
    /// Where the farms were planted.
    pub level: Level,
    /// Kind, or `all`.
    pub kind: &'static str,
    /// Size, kW: from, to (`None` = no upper end).
    pub kw: (f64, Option<f64>),
    /// Farms planted.
    pub planted: usize,
    /// Farms a scan would list.
    pub found: usize,
    /// Median relative error of their power; `None` where none was found.
    pub kw_error: Option<f64>,
    /// Median days between true and estimated start of found farms that began in the period.
    pub days_error: Option<f64>,
}

impl TrialReport {
    /// One row a level, kind and size band that farms were planted in: farms behind meters first,
    /// then nodes from the lowest level up, `all` first.
    #[must_use]
    pub fn rows(&self) -> Vec<TrialRow> {
        let nodes = [NodeKind::Transformer, NodeKind::Feeder, NodeKind::Substation].map(Level::Node);
        std::iter::once(Level::UsagePoint).chain(nodes).flat_map(|level| self.rows_of(level)).collect()
    }

    fn rows_of(&self, level: Level) -> Vec<TrialRow> {
        let mut kinds: Vec<&'static str> =
            self.farms.iter().filter(|farm| farm.level == level).map(|farm| farm.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let bands = match level {
            Level::UsagePoint => BANDS,
            Level::Node(NodeKind::Transformer) => TRANSFORMER_BANDS,
            Level::Node(NodeKind::Feeder | NodeKind::Substation) => UPPER_BANDS,
        };
        let of_kind = |kind: &'static str| {
            (0..bands.len()).filter_map(move |band| self.row(level, kind, bands[band], bands.get(band + 1).copied()))
        };
        std::iter::once("all").chain(kinds).flat_map(of_kind).collect()
    }

    fn row(&self, level: Level, kind: &'static str, low: f64, high: Option<f64>) -> Option<TrialRow> {
        let of_kind = |farm: &TrialFarm| farm.level == level && (kind == "all" || farm.kind == kind);
        let inside = |farm: &&TrialFarm| of_kind(farm) && farm.kw >= low && high.is_none_or(|high| farm.kw < high);
        let farms: Vec<&TrialFarm> = self.farms.iter().filter(inside).collect();
        let found: Vec<&&TrialFarm> = farms.iter().filter(|farm| farm.found).collect();
        let middle = |values: Vec<f64>| (!values.is_empty()).then(|| crate::domain::median(&values));
        (!farms.is_empty()).then(|| TrialRow {
            level,
            kind,
            kw: (low, high),
            planted: farms.len(),
            found: found.len(),
            kw_error: middle(found.iter().filter_map(|farm| farm.kw_error).collect()),
            days_error: middle(found.iter().filter_map(|farm| farm.days_error).filter(|days| !days.is_nan()).collect()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn farms_are_summed_up_by_kind_and_size() {
        let farm = |kind, kw, found| TrialFarm {
            level: Level::UsagePoint,
            kind,
            kw,
            found,
            kw_error: Some(0.1),
            days_error: None,
        };
        let farms = vec![
            farm("flat", 1.5, false),
            farm("flat", 3.0, true),
            farm("night", 3.5, true),
            farm("night", 50.0, true),
        ];
        let rows =
            TrialReport { usage_points: 100, listed: 2, least_log_odds: 1.0, nodes: 0, listed_nodes: 0, farms }.rows();
        let all: Vec<(usize, usize)> =
            rows.iter().filter(|row| row.kind == "all").map(|row| (row.planted, row.found)).collect();
        assert_eq!(all, [(1, 0), (2, 2), (1, 1)]);
        assert_eq!(rows.iter().filter(|row| row.kind == "night").count(), 2);
    }
}
