//! The grid as a forest: substations, feeders, transformers, and the usage points under them.

use std::collections::BTreeMap;

use super::{CivilDay, Lighting, UsagePointId};

/// Levels of a grid, at most: the walks up and down it take as long as it is deep.
const MOST_LEVELS: usize = 64;

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
    /// Declared street lighting that no meter counts.
    pub lighting: Option<Lighting>,
    /// First and last day on which the line holds; `None` = without end.
    pub valid: (Option<CivilDay>, Option<CivilDay>),
    /// Row in the grid file, for messages.
    pub row: u64,
}

impl GridNode {
    /// A line that always holds, without balance meter, rating or lighting.
    #[must_use]
    pub fn new(node: UsagePointId, kind: NodeKind, parent: Option<UsagePointId>, row: u64) -> Self {
        Self { node, kind, parent, balance_meter: None, rated_kva: None, lighting: None, valid: (None, None), row }
    }
}

/// A node that feeds a usage point for some time.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The node.
    pub node: UsagePointId,
    /// First day; `None` = always before.
    pub from: Option<CivilDay>,
    /// Day after the last; `None` = from then on.
    pub until: Option<CivilDay>,
}

impl Link {
    /// Whether it holds on any day from `first` to `last`.
    #[must_use]
    pub fn overlaps(&self, first: CivilDay, last: CivilDay) -> bool {
        self.from.is_none_or(|from| from <= last) && self.until.is_none_or(|until| first < until)
    }

    /// Whether it holds on a day.
    #[must_use]
    pub fn holds(&self, day: CivilDay) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }
}

/// A grid that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum GridError {
    /// A parent that no line defines.
    #[error(
        "row {row}: node `{node}` names parent `{parent}`, which no row defines; add a row for it or correct the name"
    )]
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
    /// A node under more levels than any grid has.
    #[error("row {row}: node `{node}` hangs more than 64 levels deep; a grid has about five: correct the parents")]
    TooDeep {
        /// Row of the node.
        row: u64,
        /// The node.
        node: String,
    },
    /// Two lines for one node on one day.
    #[error(
        "row {row}: node `{node}` is defined a second time; keep one of the rows, or say with `valid_from` and `valid_to` when each holds"
    )]
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
    /// Usage points that were fed by other nodes before, or whose line does not always hold.
    dated: BTreeMap<UsagePointId, Vec<Link>>,
}

impl Grid {
    /// Checks and indexes the lines of a grid file. Of lines that hold at different times the
    /// latest is the node; the earlier ones of a usage point stay as its [`links`](Self::links).
    ///
    /// # Errors
    /// When a node is defined twice for one time, names an unknown parent, feeds itself, or shares
    /// a balance meter.
    pub fn new(mut lines: Vec<GridNode>) -> Result<Self, GridError> {
        // Latest first, so that the first line met of a node is the one that it keeps.
        lines.sort_by(|a, b| b.valid.0.cmp(&a.valid.0).then(a.row.cmp(&b.row)));
        let mut grid = Self::default();
        for line in lines {
            grid.keep_link(&line)?;
            if grid.nodes.contains_key(&line.node) {
                continue;
            }
            if let Some(meter) = &line.balance_meter
                && grid.balance_meters.insert(meter.clone(), line.node.clone()).is_some()
            {
                return Err(GridError::SharedBalanceMeter { row: line.row, meter: meter.to_string() });
            }
            grid.nodes.insert(line.node.clone(), line);
        }
        grid.dated.retain(|_, links| links.iter().any(|link| link.from.is_some() || link.until.is_some()));
        grid.check_parents()?;
        grid.check_loops()?;
        for node in grid.nodes.values() {
            if let Some(parent) = &node.parent {
                grid.children.entry(parent.clone()).or_default().push(node.node.clone());
            }
        }
        Ok(grid)
    }

    /// Keeps the dates of a line, which ends when a later one of the same node begins.
    fn keep_link(&mut self, line: &GridNode) -> Result<(), GridError> {
        let repeated = || GridError::Repeated { row: line.row, node: line.node.to_string() };
        let is_later = self.nodes.contains_key(&line.node);
        let links = self.dated.entry(line.node.clone()).or_default();
        let next = links.last().and_then(|link| link.from);
        if is_later && (next.is_none() || next == line.valid.0) {
            return Err(repeated());
        }
        let own_end = line.valid.1.map(|last| CivilDay(last.0 + 1));
        // The day on which one line ends and the next begins belongs to the next.
        if let (Some(next), Some(end)) = (next, own_end)
            && end.0 > next.0 + 1
        {
            return Err(repeated());
        }
        let until = [next, own_end].into_iter().flatten().min();
        if let Some(node) = &line.parent {
            links.push(Link { node: node.clone(), from: line.valid.0, until });
        }
        Ok(())
    }

    fn check_parents(&self) -> Result<(), GridError> {
        for node in self.nodes.values() {
            if let Some(parent) = &node.parent
                && !self.nodes.contains_key(parent)
            {
                return Err(GridError::UnknownParent {
                    row: node.row,
                    node: node.node.to_string(),
                    parent: parent.to_string(),
                });
            }
        }
        Ok(())
    }

    fn check_loops(&self) -> Result<(), GridError> {
        // Levels of the nodes that are known to hang at the top.
        let mut levels: BTreeMap<&UsagePointId, usize> = BTreeMap::new();
        for start in self.nodes.values() {
            let mut path: Vec<&UsagePointId> = Vec::new();
            let mut at = Some(&start.node);
            while let Some(node) = at {
                if levels.contains_key(node) {
                    break;
                }
                if path.contains(&node) {
                    path.push(node);
                    let text = path.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" -> ");
                    return Err(GridError::Loop { row: start.row, node: node.to_string(), path: text });
                }
                path.push(node);
                if path.len() > MOST_LEVELS {
                    return Err(GridError::TooDeep { row: start.row, node: start.node.to_string() });
                }
                at = self.nodes.get(node).and_then(|n| n.parent.as_ref());
            }
            let above = at.and_then(|node| levels.get(node)).copied().unwrap_or(0);
            if above + path.len() > MOST_LEVELS {
                return Err(GridError::TooDeep { row: start.row, node: start.node.to_string() });
            }
            levels.extend(path.iter().rev().enumerate().map(|(below, &node)| (node, above + below + 1)));
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

    /// The nodes that fed a usage point, latest first, where that is not one node all the time.
    #[must_use]
    pub fn links(&self, usage_point: &str) -> Option<&[Link]> {
        self.dated.get(usage_point).map(Vec::as_slice)
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
        GridNode::new(node.into(), kind, parent, row)
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
        let error =
            Grid::new(vec![line("A", NodeKind::Feeder, "B", 2), line("B", NodeKind::Feeder, "A", 3)]).unwrap_err();
        assert!(error.to_string().contains("A -> B -> A"), "{error}");
    }

    #[test]
    fn a_meter_that_was_moved_to_another_transformer_has_two_links_and_one_place() {
        let day = |text| CivilDay::parse(text);
        let moved = |parent: &str, from, to, row| GridNode {
            valid: (from, to),
            ..line("a", NodeKind::UsagePoint, parent, row)
        };
        let stations = || vec![line("T1", NodeKind::Transformer, "", 2), line("T2", NodeKind::Transformer, "", 3)];
        let with = |rows: Vec<GridNode>| Grid::new(stations().into_iter().chain(rows).collect());
        let grid =
            with(vec![moved("T1", None, day("2025-04-10"), 4), moved("T2", day("2025-04-10"), None, 5)]).unwrap();
        assert_eq!(grid.feeding_node("a").unwrap().node.as_ref(), "T2");
        let links = grid.links("a").unwrap();
        let on = |text| {
            links
                .iter()
                .filter(|link| link.holds(day(text).unwrap()))
                .map(|link| link.node.as_ref())
                .collect::<Vec<_>>()
        };
        assert_eq!((on("2025-04-09"), on("2025-04-10"), on("2026-01-01")), (vec!["T1"], vec!["T2"], vec!["T2"]));
        assert!(grid.links("T1").is_none());
        let overlap =
            |first, last| links.iter().filter(|link| link.overlaps(day(first).unwrap(), day(last).unwrap())).count();
        assert_eq!(
            (
                overlap("2025-04-01", "2025-04-30"),
                overlap("2025-04-10", "2025-04-30"),
                overlap("2025-01-01", "2025-04-09")
            ),
            (2, 1, 1)
        );
        let twice = with(vec![moved("T1", None, None, 4), moved("T2", None, None, 5)]).unwrap_err();
        let overlapping =
            with(vec![moved("T1", None, day("2025-05-01"), 4), moved("T2", day("2025-04-10"), None, 5)]).unwrap_err();
        assert!(
            twice.to_string().contains("valid_from") && matches!(overlapping, GridError::Repeated { row: 4, .. }),
            "{twice} {overlapping}"
        );
    }

    #[test]
    fn a_grid_of_ten_thousand_levels_is_refused_and_one_of_sixty_is_not() {
        let chain = |levels: usize| {
            let name = |level: usize| format!("N{level:05}");
            (0..levels)
                .map(|level| {
                    line(
                        &name(level),
                        NodeKind::Feeder,
                        &if level == 0 { String::new() } else { name(level - 1) },
                        level as u64 + 2,
                    )
                })
                .collect()
        };
        assert!(Grid::new(chain(60)).is_ok());
        let error = Grid::new(chain(10_000)).unwrap_err();
        assert!(matches!(error, GridError::TooDeep { .. }) && error.to_string().contains("64 levels"), "{error}");
    }

    #[test]
    fn an_unknown_parent_is_refused_with_its_row() {
        let error = Grid::new(vec![line("T", NodeKind::Transformer, "F9", 2)]).unwrap_err();
        assert_eq!(error, GridError::UnknownParent { row: 2, node: "T".into(), parent: "F9".into() });
    }
}
