//! A grid as a row for every usage point, the places above it being columns: substation, feeder,
//! transformer.
//!
//! A place is known by its name and by the places above it in the row: feeder 5 of one substation
//! is not feeder 5 of another. Where one name stands for several places, each is called by what
//! feeds it as well; where a place and something of another level have one name, the heading comes
//! before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::node_cells::{is_power, lighting, side};
use super::text_table::TextTable;
use crate::domain::{Calendar, GridLine, Level, NodeKind, RejectCode};
use crate::ingest::said;
use crate::ingest::text::columns::plain;

/// Words for no place.
const NONE: [&str; 6] = ["-", "нет", "нет привязки к ТП", "не определено", "none", "жоқ"];

const PLACES: [(&str, NodeKind); 3] =
    [("substation", NodeKind::Substation), ("feeder", NodeKind::Feeder), ("transformer", NodeKind::Transformer)];

/// A place: its level and name, and those of what lies above it, the nearest first.
type Chain = Vec<(NodeKind, String)>;

/// The places of all rows.
#[derive(Default)]
struct Places {
    /// First spelling of each place, and the heading of its column.
    known: BTreeMap<Chain, (String, String)>,
    /// Chains that lack places above, and the whole ones.
    cut_off: BTreeMap<Chain, Chain>,
    ids: BTreeMap<Chain, Arc<str>>,
}

/// The lines of a grid in rows of places. A usage point without a place is told; one that comes a
/// second time for the same days is rejected.
pub(crate) fn path_lines(table: &mut TextTable, calendar: &Calendar) -> Vec<GridLine> {
    let usage_point = table.find("usage_point");
    let [balance_meter, meter_side, rated_kva, from, to] =
        ["balance_meter", "meter_side", "rated_kva", "valid_from", "valid_to"].map(|name| table.find(name));
    let points: BTreeSet<String> = table.rows().filter_map(|row| table.text(row, usage_point)).collect();
    let mut places = Places::default();
    let chains: Vec<Chain> = table.rows().map(|row| places.chain(table, row)).collect();
    places.name(&points);
    let mut lines: BTreeMap<Arc<str>, GridLine> = places.lines();
    let (mut usage_points, mut seen) = (Vec::new(), BTreeSet::new());
    for (row, chain) in chains.into_iter().enumerate() {
        let id = table.text(row, usage_point);
        let place = places.id(&chain);
        match (&place, &id) {
            (None, None) => table.reject_row(row, RejectCode::CELL_UNREADABLE, said::place_row()),
            (None, Some(id)) => table.reject(row, RejectCode::CELL_UNREADABLE, said::unfed(id)),
            (Some(_), _) => {}
        }
        let meter = table.text(row, balance_meter);
        let meter_side = side(table, row, meter_side);
        let (kva, lamps) = (table.power(row, rated_kva, is_power), lighting(table, row));
        if let Some(line) = place.as_ref().and_then(|place| lines.get_mut(place)) {
            line.balance_meter = line.balance_meter.take().or(meter.map(Into::into));
            line.meter_side = line.meter_side.or(meter_side);
            line.rated_kva = line.rated_kva.or(kva);
            line.lighting = line.lighting.take().or(lamps);
            line.row = if line.row == 0 { table.row_number(row) } else { line.row };
        }
        let Some(id) = id else { continue };
        let valid = (table.date(row, from, calendar), table.date(row, to, calendar));
        if !seen.insert((id.clone(), valid.0)) {
            table.reject_row(row, RejectCode::ROW_REPEATED, said::row_repeated(&id));
            continue;
        }
        let line = GridLine::new(id.into(), Level::UsagePoint, place, table.row_number(row));
        usage_points.push(GridLine { valid, ..line });
    }
    // A balance meter has one place, and is no usage point beside it.
    let meters: BTreeSet<Arc<str>> =
        lines.values().filter_map(|line| line.balance_meter.as_deref().map(Arc::from)).collect();
    usage_points.retain(|line| !meters.contains(&line.id));
    lines.into_values().chain(usage_points).collect()
}

impl Places {
    /// The places of a row, the lowest first; those above are noted as well.
    fn chain(&mut self, table: &TextTable, row: usize) -> Chain {
        let mut chain = Chain::new();
        for (field, kind) in PLACES {
            let Some(column) = table.find(field) else { continue };
            let Some(name) = table.text(row, Some(column)) else { continue };
            if NONE.iter().any(|none| none.to_lowercase() == name.to_lowercase()) {
                continue;
            }
            chain.insert(0, (kind, key(&name)));
            self.known.entry(chain.clone()).or_insert_with(|| (name, table.heading(column).to_owned()));
        }
        chain
    }

    /// Gives every place an id.
    fn name(&mut self, usage_points: &BTreeSet<String>) {
        self.join_cut_off();
        let mut alike: BTreeMap<(NodeKind, &str), u32> = BTreeMap::new();
        let mut levels: BTreeMap<&str, BTreeSet<NodeKind>> = BTreeMap::new();
        for chain in self.known.keys() {
            let (kind, name) = &chain[0];
            *alike.entry((*kind, name)).or_insert(0) += 1;
            levels.entry(name).or_default().insert(*kind);
        }
        let points: BTreeSet<String> = usage_points.iter().map(|id| key(id)).collect();
        // Shorter chains first: a place is called after what feeds it.
        let mut chains: Vec<&Chain> = self.known.keys().collect();
        chains.sort_by_key(|chain| chain.len());
        let mut ids: BTreeMap<Chain, Arc<str>> = BTreeMap::new();
        for chain in chains {
            let ((kind, name), (spelt, heading)) = (&chain[0], &self.known[chain]);
            let is_shared = levels[name.as_str()].len() > 1 || points.contains(name);
            let own = if is_shared { format!("{heading} {spelt}") } else { spelt.clone() };
            let above = ids.get(&chain[1..]).filter(|_| alike[&(*kind, name.as_str())] > 1);
            let id = above.map_or_else(|| own.clone(), |above| format!("{above} / {own}"));
            ids.insert(chain.clone(), id.into());
        }
        self.ids.append(&mut ids);
    }

    /// A place of which a row does not name what is above it is the one of its name that others
    /// place, where there is one only.
    fn join_cut_off(&mut self) {
        let is_within = |short: &Chain, long: &Chain| {
            let mut rest = long.iter();
            short[0] == long[0]
                && short.len() < long.len()
                && short.iter().all(|place| rest.any(|other| other == place))
        };
        let chains: Vec<Chain> = self.known.keys().cloned().collect();
        let mut by_place: BTreeMap<&(NodeKind, String), Vec<&Chain>> = BTreeMap::new();
        for chain in &chains {
            by_place.entry(&chain[0]).or_default().push(chain);
        }
        for alike in by_place.values().filter(|alike| alike.len() > 1) {
            let Some(longest) = alike.iter().max_by_key(|chain| chain.len()) else { continue };
            let is_one = alike.iter().all(|chain| chain == longest || is_within(chain, longest));
            for short in alike.iter().filter(|chain| is_one && *chain != longest) {
                self.known.remove(*short);
                self.cut_off.insert((*short).clone(), (*longest).clone());
            }
        }
    }

    fn id(&self, chain: &Chain) -> Option<Arc<str>> {
        self.ids.get(self.cut_off.get(chain).unwrap_or(chain)).cloned()
    }

    /// A line for every place.
    fn lines(&self) -> BTreeMap<Arc<str>, GridLine> {
        let line = |(chain, id): (&Chain, &Arc<str>)| {
            let parent = if chain.len() > 1 { self.id(&chain[1..].to_vec()) } else { None };
            (Arc::clone(id), GridLine::new(Arc::clone(id), Level::Node(chain[0].0), parent, 0))
        };
        self.ids.iter().map(line).collect()
    }
}

/// A name however it is written: `ТП-12`, `тп 12`, with Latin letters.
fn key(name: &str) -> String {
    let key = plain(name);
    if key.is_empty() { name.to_owned() } else { key }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Grid;
    use crate::ingest::static_tables::headings::GRID;

    fn grid(text: &str) -> (Grid, Vec<&'static str>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let mut table = TextTable::read(file.path(), &GRID).unwrap();
        let lines = path_lines(&mut table, &Calendar::new(None).unwrap());
        let rejects = table.finish(()).map(|table| table.rejects).unwrap_or_default();
        (Grid::new(lines).unwrap(), rejects.iter().map(|reject| reject.code).collect())
    }

    fn above(grid: &Grid, usage_point: &str) -> String {
        grid.feeding_node(usage_point).map_or_else(String::new, |node| node.node.to_string())
    }

    #[test]
    fn feeders_of_one_name_under_two_substations_are_two() {
        let (grid, _) = grid("ПС;Фидер;ТП;ПУ\nСеверная;5;ТП-1;a\nЮжная;5;ТП-2;b\nЮжная;6;ТП-3;c\n");
        let feeders: Vec<&str> =
            grid.nodes().filter(|node| node.kind == NodeKind::Feeder).map(|node| &*node.node).collect();
        assert_eq!(feeders, ["6", "Северная / 5", "Южная / 5"]);
    }

    #[test]
    fn a_feeder_and_a_transformer_of_one_number_are_two() {
        let (grid, _) = grid("Фидер;ТП;ПУ\n5;5;a\n5;6;b\n");
        assert_eq!((above(&grid, "a"), above(&grid, "b")), ("ТП 5".to_owned(), "6".to_owned()));
    }

    #[test]
    fn a_row_that_does_not_name_the_feeder_is_under_the_same_transformer() {
        let (grid, rejects) = grid("Фидер;ТП;ПУ\nФ-1;ТП-1;a\n;ТП-1;b\n;нет;c\n");
        assert_eq!((above(&grid, "b"), above(&grid, "c")), ("ТП-1".to_owned(), String::new()));
        assert_eq!(rejects, ["cell.unreadable"], "the one without a place is told");
    }

    #[test]
    fn a_balance_meter_stands_in_the_rows_of_its_transformer() {
        let (grid, _) = grid("ТП;Балансный ПУ;Номер ПУ\nТП-1;900;a\nТП-1;900;b\nТП-1;;900\n");
        assert_eq!(grid.measured_by("900").map(|node| &**node), Some("ТП-1"));
    }
}
