//! The grid as a forest: substations, feeders and transformers, and the usage points that they
//! feed.
//!
//! A usage point may lie behind another one, as a tenant's meter does behind that of the house, and
//! so may a transformer that a customer owns. The meter in front measures what is behind it, which
//! is therefore in no balance of the places above.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{CivilDay, GridLine, Level, Lighting, MeterSide, NodeId, NodeKind, UsagePointId};

/// Levels of a grid, at most: the walks up and down it take as long as it is deep.
const MOST_LEVELS: usize = 64;

/// What energy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FedBy {
    /// A place in the grid.
    Node(NodeId),
    /// A usage point, which measures what lies behind it.
    UsagePoint(UsagePointId),
}

impl FedBy {
    /// The place, unless a usage point lies between.
    #[must_use]
    pub fn node(&self) -> Option<&NodeId> {
        match self {
            Self::Node(node) => Some(node),
            Self::UsagePoint(_) => None,
        }
    }
}

/// A place in the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct GridNode {
    /// Its id.
    pub node: NodeId,
    /// Its level.
    pub kind: NodeKind,
    /// What feeds it; `None` at the top.
    pub fed_by: Option<FedBy>,
    /// Usage point id of the meter that measures what flows in.
    pub balance_meter: Option<UsagePointId>,
    /// On which side of a transformer that meter sits; `None` = not known.
    pub meter_side: Option<MeterSide>,
    /// Rated power, kVA.
    pub rated_kva: Option<f64>,
    /// Declared street lighting that no meter counts.
    pub lighting: Option<Lighting>,
}

impl GridNode {
    /// A place without balance meter, rating or lighting.
    #[must_use]
    pub fn new(node: NodeId, kind: NodeKind, fed_by: Option<FedBy>) -> Self {
        Self { node, kind, fed_by, balance_meter: None, meter_side: None, rated_kva: None, lighting: None }
    }

    /// The place that feeds it.
    #[must_use]
    pub fn parent(&self) -> Option<&NodeId> {
        self.fed_by.as_ref().and_then(FedBy::node)
    }
}

/// What feeds a usage point for some time.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// What feeds it.
    pub fed_by: FedBy,
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
        "row {row}: node `{node}` is defined a second time; keep one of the rows, or say with `valid_from` and \
         `valid_to` when each holds"
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
    nodes: BTreeMap<NodeId, GridNode>,
    /// What feeds each usage point now; `None` at the top.
    usage_points: BTreeMap<UsagePointId, Option<FedBy>>,
    nodes_below: BTreeMap<NodeId, Vec<NodeId>>,
    usage_points_at: BTreeMap<NodeId, Vec<UsagePointId>>,
    /// The places that balance meters measure; `None` where the file gives one to a usage point.
    balance_meters: BTreeMap<UsagePointId, Option<NodeId>>,
    /// Usage points that something else fed before, or whose line does not always hold.
    dated: BTreeMap<UsagePointId, Vec<Link>>,
}

impl Grid {
    /// Checks and indexes the lines of a grid file. Of lines that hold at different times the
    /// latest is the node; the earlier ones of a usage point stay as its [`links`](Self::links).
    ///
    /// # Errors
    /// When a node is defined twice for one time, names an unknown parent, feeds itself, or shares
    /// a balance meter.
    pub fn new(lines: Vec<GridLine>) -> Result<Self, GridError> {
        let lines = Lines::of(lines)?;
        lines.check_parents()?;
        lines.check_loops()?;
        Ok(lines.into_grid())
    }

    /// Whether no grid was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.usage_points.is_empty()
    }

    /// All places in the order of their ids.
    pub fn nodes(&self) -> impl Iterator<Item = &GridNode> {
        self.nodes.values()
    }

    /// All usage points with a line of their own, in the order of their ids.
    pub fn usage_points(&self) -> impl ExactSizeIterator<Item = &UsagePointId> {
        self.usage_points.keys()
    }

    /// All balance meters in the order of their ids.
    pub fn balance_meters(&self) -> impl Iterator<Item = &UsagePointId> {
        self.balance_meters.keys()
    }

    /// One place.
    #[must_use]
    pub fn node(&self, id: &str) -> Option<&GridNode> {
        self.nodes.get(id)
    }

    /// Whether the file has a line of this id, be it a place or a usage point.
    #[must_use]
    pub fn has_line(&self, id: &str) -> bool {
        self.usage_points.contains_key(id) || self.nodes.contains_key(id)
    }

    /// The places that a place feeds itself, in the order of their ids; empty for an unknown one.
    #[must_use]
    pub fn nodes_below(&self, node: &str) -> &[NodeId] {
        self.nodes_below.get(node).map_or(&[], Vec::as_slice)
    }

    /// The usage points that a place feeds itself, in the order of their ids; empty for an unknown
    /// one.
    #[must_use]
    pub fn usage_points_at(&self, node: &str) -> &[UsagePointId] {
        self.usage_points_at.get(node).map_or(&[], Vec::as_slice)
    }

    /// Whether a usage point measures what flows into something else.
    #[must_use]
    pub fn is_balance_meter(&self, usage_point: &str) -> bool {
        self.balance_meters.contains_key(usage_point)
    }

    /// The place whose inflow this usage point measures, if it is a balance meter.
    #[must_use]
    pub fn measured_by(&self, usage_point: &str) -> Option<&NodeId> {
        self.balance_meters.get(usage_point)?.as_ref()
    }

    /// Every usage point at or below a place, in the order of their ids; of those behind another
    /// only the one in front. A usage point stands for itself.
    #[must_use]
    pub fn usage_points_under(&self, id: &str) -> Vec<UsagePointId> {
        if let Some((id, _)) = self.usage_points.get_key_value(id) {
            return vec![id.clone()];
        }
        let mut found = Vec::new();
        let mut open = vec![id];
        while let Some(at) = open.pop() {
            found.extend_from_slice(self.usage_points_at(at));
            open.extend(self.nodes_below(at).iter().map(|node| &**node));
        }
        found.sort();
        found
    }

    /// What feeds a usage point itself.
    #[must_use]
    pub fn fed_by(&self, usage_point: &str) -> Option<&FedBy> {
        self.usage_points.get(usage_point)?.as_ref()
    }

    /// What fed a usage point, latest first, where that is not one thing all the time.
    #[must_use]
    pub fn links(&self, usage_point: &str) -> Option<&[Link]> {
        self.dated.get(usage_point).map(Vec::as_slice)
    }

    /// The nearest place above a usage point, past those that it lies behind.
    #[must_use]
    pub fn feeding_node(&self, usage_point: &str) -> Option<&GridNode> {
        self.place(self.fed_by(usage_point)?)
    }

    /// The same grid with usage points moved to other places, or placed where it had no line for
    /// them; places that it does not know change nothing.
    #[must_use]
    pub fn relinked(&self, moves: &BTreeMap<UsagePointId, NodeId>) -> Self {
        let mut grid = self.clone();
        for (id, node) in moves.iter().filter(|(_, node)| self.nodes.contains_key(*node)) {
            let before = grid.usage_points.insert(id.clone(), Some(FedBy::Node(node.clone())));
            if let Some(Some(FedBy::Node(before))) = before
                && let Some(there) = grid.usage_points_at.get_mut(&before)
            {
                there.retain(|other| other != id);
            }
            let there = grid.usage_points_at.entry(node.clone()).or_default();
            there.push(id.clone());
            there.sort();
            grid.dated.remove(id);
        }
        grid
    }

    fn place<'a>(&'a self, mut fed_by: &'a FedBy) -> Option<&'a GridNode> {
        loop {
            match fed_by {
                FedBy::Node(node) => return self.nodes.get(node),
                FedBy::UsagePoint(front) => fed_by = self.fed_by(front)?,
            }
        }
    }

    /// The nearest place of a given level at or above a place.
    #[must_use]
    pub fn ancestor(&self, node: &str, kind: NodeKind) -> Option<&GridNode> {
        let mut at = self.nodes.get(node);
        while let Some(node) = at.filter(|node| node.kind != kind) {
            at = node.fed_by.as_ref().and_then(|fed_by| self.place(fed_by));
        }
        at
    }
}

/// A time for which a line holds, and the id of what feeds it meanwhile.
struct Held {
    parent: Arc<str>,
    from: Option<CivilDay>,
    until: Option<CivilDay>,
}

/// The lines of a grid file by id, the latest of each, while places and usage points are not yet
/// told apart.
#[derive(Default)]
struct Lines {
    latest: BTreeMap<Arc<str>, GridLine>,
    held: BTreeMap<Arc<str>, Vec<Held>>,
    balance_meters: BTreeMap<UsagePointId, Arc<str>>,
}

impl Lines {
    fn of(mut lines: Vec<GridLine>) -> Result<Self, GridError> {
        // Latest first, so that the first line met of a node is the one that it keeps.
        lines.sort_by(|a, b| b.valid.0.cmp(&a.valid.0).then(a.row.cmp(&b.row)));
        let mut all = Self::default();
        for line in lines {
            all.keep_dates(&line)?;
            if all.latest.contains_key(&line.id) {
                continue;
            }
            if let Some(meter) = &line.balance_meter
                && all.balance_meters.insert(meter.clone(), line.id.clone()).is_some()
            {
                return Err(GridError::SharedBalanceMeter { row: line.row, meter: meter.to_string() });
            }
            all.latest.insert(line.id.clone(), line);
        }
        Ok(all)
    }

    /// Keeps the dates of a line, which ends when a later one of the same id begins.
    fn keep_dates(&mut self, line: &GridLine) -> Result<(), GridError> {
        let repeated = || GridError::Repeated { row: line.row, node: line.id.to_string() };
        let is_later = self.latest.contains_key(&line.id);
        let held = self.held.entry(line.id.clone()).or_default();
        let next = held.last().and_then(|held| held.from);
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
        if let Some(parent) = &line.parent {
            held.push(Held { parent: parent.clone(), from: line.valid.0, until });
        }
        Ok(())
    }

    fn check_parents(&self) -> Result<(), GridError> {
        for line in self.latest.values() {
            if let Some(parent) = &line.parent
                && !self.latest.contains_key(parent)
            {
                return Err(GridError::UnknownParent {
                    row: line.row,
                    node: line.id.to_string(),
                    parent: parent.to_string(),
                });
            }
        }
        Ok(())
    }

    fn check_loops(&self) -> Result<(), GridError> {
        // Levels of the lines that are known to hang at the top.
        let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
        for start in self.latest.values() {
            let mut path: Vec<&str> = Vec::new();
            let mut at = Some(&*start.id);
            while let Some(id) = at {
                if levels.contains_key(id) {
                    break;
                }
                if path.contains(&id) {
                    path.push(id);
                    return Err(GridError::Loop { row: start.row, node: id.to_owned(), path: path.join(" -> ") });
                }
                path.push(id);
                if path.len() > MOST_LEVELS {
                    return Err(GridError::TooDeep { row: start.row, node: start.id.to_string() });
                }
                at = self.latest.get(id).and_then(|line| line.parent.as_deref());
            }
            let above = at.and_then(|id| levels.get(id)).copied().unwrap_or(0);
            if above + path.len() > MOST_LEVELS {
                return Err(GridError::TooDeep { row: start.row, node: start.id.to_string() });
            }
            levels.extend(path.iter().rev().enumerate().map(|(below, &id)| (id, above + below + 1)));
        }
        Ok(())
    }

    fn is_usage_point(&self, id: &str) -> bool {
        self.latest.get(id).is_some_and(|line| line.level == Level::UsagePoint)
    }

    fn fed_by(&self, parent: &Arc<str>) -> FedBy {
        if self.is_usage_point(parent) {
            FedBy::UsagePoint(parent.clone().into())
        } else {
            FedBy::Node(parent.clone().into())
        }
    }

    fn into_grid(self) -> Grid {
        let mut grid = Grid::default();
        for line in self.latest.values() {
            let fed_by = line.parent.as_ref().map(|parent| self.fed_by(parent));
            let above = fed_by.as_ref().and_then(FedBy::node).cloned();
            match line.level {
                Level::UsagePoint => {
                    let id = UsagePointId::from(line.id.clone());
                    if let Some(above) = above {
                        grid.usage_points_at.entry(above).or_default().push(id.clone());
                    }
                    grid.usage_points.insert(id, fed_by);
                }
                Level::Node(kind) => {
                    let node = NodeId::from(line.id.clone());
                    if let Some(above) = above {
                        grid.nodes_below.entry(above).or_default().push(node.clone());
                    }
                    let place = GridNode {
                        balance_meter: line.balance_meter.clone(),
                        meter_side: line.meter_side,
                        rated_kva: line.rated_kva,
                        lighting: line.lighting,
                        ..GridNode::new(node.clone(), kind, fed_by)
                    };
                    grid.nodes.insert(node, place);
                }
            }
        }
        let place = |id: &Arc<str>| (!self.is_usage_point(id)).then(|| NodeId::from(id.clone()));
        grid.balance_meters = self.balance_meters.iter().map(|(meter, id)| (meter.clone(), place(id))).collect();
        for (id, held) in &self.held {
            if self.is_usage_point(id) && held.iter().any(|held| held.from.is_some() || held.until.is_some()) {
                let link = |held: &Held| Link { fed_by: self.fed_by(&held.parent), from: held.from, until: held.until };
                grid.dated.insert(id.clone().into(), held.iter().map(link).collect());
            }
        }
        grid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSTATION: Level = Level::Node(NodeKind::Substation);
    const FEEDER: Level = Level::Node(NodeKind::Feeder);
    const TRANSFORMER: Level = Level::Node(NodeKind::Transformer);

    fn line(id: &str, level: Level, parent: &str, row: u64) -> GridLine {
        let parent = (!parent.is_empty()).then(|| parent.into());
        GridLine::new(id.into(), level, parent, row)
    }

    #[test]
    fn usage_points_are_found_through_every_level() {
        let grid = Grid::new(vec![
            line("S", SUBSTATION, "", 2),
            line("F", FEEDER, "S", 3),
            line("T", TRANSFORMER, "F", 4),
            line("a", Level::UsagePoint, "T", 5),
            line("b", Level::UsagePoint, "F", 6),
        ])
        .unwrap();
        let found = grid.usage_points_under("S");
        assert_eq!(found.iter().map(AsRef::as_ref).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(grid.feeding_node("b").unwrap().node.as_ref(), "F");
        assert_eq!(grid.ancestor("F", NodeKind::Substation).unwrap().node.as_ref(), "S");
    }

    #[test]
    fn a_usage_point_is_moved_with_all_that_is_asked_of_it() {
        let grid = Grid::new(vec![
            line("T1", TRANSFORMER, "", 2),
            line("T2", TRANSFORMER, "", 3),
            line("a", Level::UsagePoint, "T1", 4),
            line("b", Level::UsagePoint, "T1", 5),
        ])
        .unwrap();
        let moves = [("a", "T2"), ("new", "T1"), ("b", "nowhere")].map(|(id, node)| (id.into(), node.into())).into();
        let moved = grid.relinked(&moves);
        let at = |node: &str| moved.usage_points_at(node).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!((at("T1"), at("T2")), (vec!["b".to_owned(), "new".to_owned()], vec!["a".to_owned()]));
        assert_eq!(moved.feeding_node("a").unwrap().node.as_ref(), "T2");
        assert!(moved.has_line("new") && !grid.has_line("new"));
    }

    #[test]
    fn a_grid_with_a_loop_is_refused_and_the_loop_is_named() {
        let error = Grid::new(vec![line("A", FEEDER, "B", 2), line("B", FEEDER, "A", 3)]).unwrap_err();
        assert!(error.to_string().contains("A -> B -> A"), "{error}");
    }

    #[test]
    fn a_meter_that_was_moved_to_another_transformer_has_two_links_and_one_place() {
        let day = |text| CivilDay::parse(text);
        let moved =
            |parent: &str, from, to, row| GridLine { valid: (from, to), ..line("a", Level::UsagePoint, parent, row) };
        let stations = || vec![line("T1", TRANSFORMER, "", 2), line("T2", TRANSFORMER, "", 3)];
        let with = |rows: Vec<GridLine>| Grid::new(stations().into_iter().chain(rows).collect());
        let grid =
            with(vec![moved("T1", None, day("2025-04-10"), 4), moved("T2", day("2025-04-10"), None, 5)]).unwrap();
        assert_eq!(grid.feeding_node("a").unwrap().node.as_ref(), "T2");
        let links = grid.links("a").unwrap();
        let on = |text| {
            links
                .iter()
                .filter(|link| link.holds(day(text).unwrap()))
                .map(|link| link.fed_by.node().unwrap().as_ref())
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
                        FEEDER,
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
        let error = Grid::new(vec![line("T", TRANSFORMER, "F9", 2)]).unwrap_err();
        assert_eq!(error, GridError::UnknownParent { row: 2, node: "T".into(), parent: "F9".into() });
    }

    #[test]
    fn what_lies_behind_a_usage_point_is_in_no_balance_above_it_and_still_has_its_place() {
        let grid = Grid::new(vec![
            line("F", FEEDER, "", 2),
            line("T", TRANSFORMER, "F", 3),
            line("house", Level::UsagePoint, "T", 4),
            line("tenant", Level::UsagePoint, "house", 5),
            line("own", TRANSFORMER, "house", 6),
        ])
        .unwrap();
        assert_eq!(grid.usage_points_under("F"), ["house".into()]);
        assert_eq!(grid.fed_by("tenant"), Some(&FedBy::UsagePoint("house".into())));
        assert_eq!(grid.feeding_node("tenant").unwrap().node.as_ref(), "T");
        assert_eq!(grid.ancestor("own", NodeKind::Feeder).unwrap().node.as_ref(), "F");
        assert!(grid.nodes_below("T").is_empty() && grid.node("own").unwrap().parent().is_none());
    }
}
