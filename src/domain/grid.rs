//! The grid as a forest: substations, feeders, transformers, and the usage points under them.

use std::collections::{BTreeMap, BTreeSet};

use super::UsagePointId;

/// Level of a grid node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// Substation.
    Substation,
    /// Feeder.
    Feeder,
    /// Distribution transformer.
    Transformer,
    /// A meter.
    UsagePoint,
}

impl NodeKind {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Substation => "substation",
            Self::Feeder => "feeder",
            Self::Transformer => "transformer",
            Self::UsagePoint => "usage_point",
        }
    }

    /// Reads the word used in files, whatever its case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "substation" => Some(Self::Substation),
            "feeder" => Some(Self::Feeder),
            "transformer" => Some(Self::Transformer),
            "usage_point" | "meter" => Some(Self::UsagePoint),
            _ => None,
        }
    }
}

/// One line of the grid file.
#[derive(Debug, Clone, PartialEq)]
pub struct GridNode {
    /// Id of the node.
    pub node: UsagePointId,
    /// Its level.
    pub kind: NodeKind,
    /// The node that feeds it; `None` at the top.
    pub parent: Option<UsagePointId>,
    /// Usage point id of the meter that measures what flows in.
    pub balance_meter: Option<UsagePointId>,
    /// Rated power, kVA.
    pub rated_kva: Option<f64>,
    /// Row in the grid file, for messages.
    pub row: u64,
}

/// A grid that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum GridError {
    /// A parent that no line defines.
    #[error("row {row}: node `{node}` names parent `{parent}`, which no row defines; add a row for it or correct the name")]
    UnknownParent {
        /// Row of the node.
        row: u64,
        /// The node.
        node: String,
        /// The parent it names.
        parent: String,
    },
    /// A node that feeds itself.
    #[error("row {row}: node `{node}` feeds itself: {path}; correct one parent of this loop")]
    Loop {
        /// Row of the node.
        row: u64,
        /// The node where the loop was met.
        node: String,
        /// The nodes of the loop, joined by arrows.
        path: String,
    },
    /// Two lines for one node.
    #[error("row {row}: node `{node}` is defined a second time; keep one of the rows")]
    Repeated {
        /// Row of the second definition.
        row: u64,
        /// The node.
        node: String,
    },
    /// One balance meter under two nodes.
    #[error("row {row}: balance meter `{meter}` already measures another node; each balance meter has one node")]
    SharedBalanceMeter {
        /// Row of the second node.
        row: u64,
        /// The meter.
        meter: String,
    },
}

/// A checked grid: every parent exists, nothing feeds itself.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    nodes: BTreeMap<UsagePointId, GridNode>,
    children: BTreeMap<UsagePointId, Vec<UsagePointId>>,
    balance_meters: BTreeMap<UsagePointId, UsagePointId>,
}

impl Grid {
    /// Checks and indexes the lines of a grid file.
    ///
    /// # Errors
    /// When a node is defined twice, names an unknown parent, feeds itself, or shares a balance meter.
    pub fn new(lines: Vec<GridNode>) -> Result<Self, GridError> {
        let mut grid = Self::default();
        for line in lines {
            if grid.nodes.contains_key(&line.node) {
                return Err(GridError::Repeated { row: line.row, node: line.node.to_string() });
            }
            if let Some(meter) = &line.balance_meter
                && grid.balance_meters.insert(meter.clone(), line.node.clone()).is_some()
            {
                return Err(GridError::SharedBalanceMeter { row: line.row, meter: meter.to_string() });
            }
            grid.nodes.insert(line.node.clone(), line);
        }
        grid.check_parents()?;
        grid.check_loops()?;
        for node in grid.nodes.values() {
            if let Some(parent) = &node.parent {
                grid.children.entry(parent.clone()).or_default().push(node.node.clone());
            }
        }
        Ok(grid)
    }

    fn check_parents(&self) -> Result<(), GridError> {
        for node in self.nodes.values() {
            if let Some(parent) = &node.parent
                && !self.nodes.contains_key(parent)
            {
                return Err(GridError::UnknownParent { row: node.row, node: node.node.to_string(), parent: parent.to_string() });
            }
        }
        Ok(())
    }

    fn check_loops(&self) -> Result<(), GridError> {
        let mut known_good: BTreeSet<&UsagePointId> = BTreeSet::new();
        for start in self.nodes.values() {
            let mut path: Vec<&UsagePointId> = Vec::new();
            let mut at = Some(&start.node);
            while let Some(node) = at {
                if known_good.contains(node) {
                    break;
                }
                if path.contains(&node) {
                    path.push(node);
                    let text = path.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" -> ");
                    return Err(GridError::Loop { row: start.row, node: node.to_string(), path: text });
                }
                path.push(node);
                at = self.nodes.get(node).and_then(|n| n.parent.as_ref());
            }
            known_good.extend(path);
        }
        Ok(())
    }

    /// Whether no grid was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All nodes in the order of their ids.
    pub fn nodes(&self) -> impl Iterator<Item = &GridNode> {
        self.nodes.values()
    }

    /// One node.
    #[must_use]
    pub fn node(&self, id: &str) -> Option<&GridNode> {
        self.nodes.get(id)
    }

    /// Direct children of a node in the order of their ids; empty for an unknown node.
    #[must_use]
    pub fn children(&self, id: &str) -> &[UsagePointId] {
        self.children.get(id).map_or(&[], Vec::as_slice)
    }

    /// The node whose inflow this usage point measures, if it is a balance meter.
    #[must_use]
    pub fn measured_by(&self, usage_point: &str) -> Option<&UsagePointId> {
        self.balance_meters.get(usage_point)
    }

    /// Every usage point at or below a node, in the order of their ids.
    #[must_use]
    pub fn usage_points_under(&self, id: &str) -> Vec<UsagePointId> {
        let mut found = Vec::new();
        let mut open = vec![id];
        while let Some(at) = open.pop() {
            match self.nodes.get(at) {
                Some(node) if node.kind == NodeKind::UsagePoint => found.push(node.node.clone()),
                _ => open.extend(self.children(at).iter().map(AsRef::as_ref)),
            }
        }
        found.sort();
        found
    }

    /// The nearest ancestor of a usage point that is not itself a usage point.
    #[must_use]
    pub fn feeding_node(&self, usage_point: &str) -> Option<&GridNode> {
        let mut at = self.nodes.get(usage_point)?;
        while let Some(parent) = at.parent.as_ref().and_then(|parent| self.nodes.get(parent)) {
            if parent.kind != NodeKind::UsagePoint {
                return Some(parent);
            }
            at = parent;
        }
        None
    }

    /// The nearest ancestor of a given level (the node itself included).
    #[must_use]
    pub fn ancestor(&self, id: &str, kind: NodeKind) -> Option<&GridNode> {
        let mut at = self.nodes.get(id);
        while let Some(node) = at {
            if node.kind == kind {
                return Some(node);
            }
            at = node.parent.as_ref().and_then(|parent| self.nodes.get(parent));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(node: &str, kind: NodeKind, parent: &str, row: u64) -> GridNode {
        let parent = (!parent.is_empty()).then(|| parent.into());
        GridNode { node: node.into(), kind, parent, balance_meter: None, rated_kva: None, row }
    }

    #[test]
    fn usage_points_are_found_through_every_level() {
        let grid = Grid::new(vec![
            line("S", NodeKind::Substation, "", 2),
            line("F", NodeKind::Feeder, "S", 3),
            line("T", NodeKind::Transformer, "F", 4),
            line("a", NodeKind::UsagePoint, "T", 5),
            line("b", NodeKind::UsagePoint, "F", 6),
        ])
        .unwrap();
        let found = grid.usage_points_under("S");
        assert_eq!(found.iter().map(AsRef::as_ref).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(grid.feeding_node("b").unwrap().node.as_ref(), "F");
        assert_eq!(grid.ancestor("a", NodeKind::Substation).unwrap().node.as_ref(), "S");
    }

    #[test]
    fn a_grid_with_a_loop_is_refused_and_the_loop_is_named() {
        let error = Grid::new(vec![line("A", NodeKind::Feeder, "B", 2), line("B", NodeKind::Feeder, "A", 3)]).unwrap_err();
        assert!(error.to_string().contains("A -> B -> A"), "{error}");
    }

    #[test]
    fn an_unknown_parent_is_refused_with_its_row() {
        let error = Grid::new(vec![line("T", NodeKind::Transformer, "F9", 2)]).unwrap_err();
        assert_eq!(error, GridError::UnknownParent { row: 2, node: "T".into(), parent: "F9".into() });
    }
}
