//! The grid file: a list of nodes with their parents, or a row for every usage point with the
//! places above it (substation, feeder, transformer) in columns; or a CIM network model.

use std::path::Path;

use super::grid_paths::path_lines;
use super::heading_names::{FEEDER, SUBSTATION, TRANSFORMER};
use super::headings::GRID;
use super::node_cells::{is_power, lighting, side};
use super::table::Table;
use super::text_table::TextTable;
use super::{cim_grid, cim_rdf};
use crate::domain::{Calendar, Grid, GridLine, Level, NodeKind, RejectCode};
use crate::ingest::bytes::decompress;
use crate::ingest::error::IngestError;
use crate::ingest::said;
use crate::ingest::text::columns::{USAGE_POINT, plain};

/// Reads the grid file and checks it. A row that names no time holds always.
///
/// # Errors
/// When the file cannot be used, no row of it is usable, or the grid has a loop, an unknown parent
/// or a node twice at one time.
pub fn read_grid(path: &Path, calendar: &Calendar) -> Result<Table<Grid>, IngestError> {
    if cim_rdf::recognises(&decompress::head(path)?) {
        return cim_grid::read(path);
    }
    let mut table = TextTable::read(path, &GRID)?;
    let lines = if is_list(&table) {
        for name in ["substation", "feeder", "transformer", "usage_point"] {
            table.leave(name);
        }
        listed_lines(&mut table, calendar)?
    } else if has_paths(&table) {
        for name in ["node", "kind", "parent"] {
            table.leave(name);
        }
        path_lines(&mut table, calendar)
    } else {
        return Err(no_grid(&table));
    };
    let grid = Grid::new(lines).map_err(|source| IngestError::Grid { path: path.to_path_buf(), source })?;
    table.finish(grid)
}

/// The error for a table of which nothing is a grid.
fn no_grid(table: &TextTable) -> IngestError {
    match table.missing(if table.find("kind").is_none() { "kind" } else { "parent" }) {
        IngestError::MissingColumn { path, meaning, found, .. } => IngestError::MissingColumn {
            path,
            meaning,
            found,
            hint:
                "; a grid has the columns node, kind and parent, or a row for every usage point with its substation, \
                   feeder and transformer (ПС, Фидер, ТП, Номер ПУ)"
                    .to_owned(),
        },
        other => other,
    }
}

fn is_list(table: &TextTable) -> bool {
    ["node", "kind", "parent"].iter().all(|name| table.find(name).is_some())
}

/// Whether columns name places above one another.
fn has_paths(table: &TextTable) -> bool {
    let has = |name: &str| table.find(name).is_some();
    let places = ["substation", "feeder", "transformer"].iter().filter(|name| has(name)).count();
    places >= 2 || (places == 1 && has("usage_point"))
}

fn listed_lines(table: &mut TextTable, calendar: &Calendar) -> Result<Vec<GridLine>, IngestError> {
    let (node, kind, parent) = (table.require("node")?, table.require("kind")?, table.require("parent")?);
    let [balance_meter, meter_side, rated_kva, from, to] =
        ["balance_meter", "meter_side", "rated_kva", "valid_from", "valid_to"].map(|name| table.find(name));
    let mut lines = Vec::new();
    for row in table.rows() {
        let word = table.text(row, Some(kind)).unwrap_or_default();
        let (Some(id), Some(level)) = (table.text(row, Some(node)), level_of(&word)) else {
            table.reject_row(row, RejectCode::CELL_UNREADABLE, said::node_row(word));
            continue;
        };
        lines.push(GridLine {
            id: id.into(),
            level,
            parent: table.text(row, Some(parent)).map(Into::into),
            balance_meter: table.text(row, balance_meter).map(Into::into),
            meter_side: side(table, row, meter_side),
            rated_kva: table.power(row, rated_kva, is_power),
            lighting: lighting(table, row),
            valid: (table.date(row, from, calendar), table.date(row, to, calendar)),
            row: table.row_number(row),
        });
    }
    Ok(lines)
}

/// The level that a word for a kind of node means, in any of the languages of the headings.
fn level_of(word: &str) -> Option<Level> {
    let wanted = plain(word);
    let is_one = |names: &[&str]| names.iter().any(|name| plain(name) == wanted);
    let places = [(SUBSTATION, NodeKind::Substation), (FEEDER, NodeKind::Feeder), (TRANSFORMER, NodeKind::Transformer)];
    Level::parse(word)
        .or_else(|| places.iter().find(|(names, _)| is_one(names)).map(|(_, kind)| Level::Node(*kind)))
        .or_else(|| is_one(USAGE_POINT).then_some(Level::UsagePoint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Table<Grid>, IngestError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_grid(file.path(), &Calendar::new(None).unwrap())
    }

    fn feeds(grid: &Grid, usage_point: &str) -> Vec<String> {
        let mut path = Vec::new();
        let mut node = grid.feeding_node(usage_point);
        while let Some(at) = node {
            path.push(at.node.to_string());
            node = at.parent().and_then(|parent| grid.node(parent));
        }
        path
    }

    #[test]
    fn kinds_are_words_in_any_language() {
        let table = read(
            "Объект;Тип;Питается от;Мощность, МВА\nПС-1;ПС;;25\nФ-5;Фидер;ПС-1;\nТП-12;КТП;Ф-5;0,4\n17;Абонент;ТП-12;\n",
        )
        .unwrap();
        assert_eq!(feeds(&table.data, "17"), ["ТП-12", "Ф-5", "ПС-1"]);
        assert_eq!(table.data.node("ТП-12").and_then(|node| node.rated_kva), Some(400.0));
    }

    #[test]
    fn a_row_of_places_for_every_usage_point_is_a_grid() {
        let table = read("ПС;Фидер;ТП;Абонент\nПС-1;Ф-5;ТП-12;17\nПС-1;Ф-5;ТП 12;18\nПС-1;Ф-6;ТП-13;19\n").unwrap();
        assert_eq!(feeds(&table.data, "17"), ["ТП-12", "Ф-5", "ПС-1"]);
        assert_eq!(feeds(&table.data, "18"), feeds(&table.data, "17"), "another spelling of one place");
        assert_eq!(feeds(&table.data, "19"), ["ТП-13", "Ф-6", "ПС-1"]);
        assert_eq!((table.rows, table.used), (3, 3));
    }

    #[test]
    fn a_grid_without_a_usable_row_is_an_error_and_says_what_is_known() {
        let error = read("node,kind,parent\nA,wing,\nB,wing,A\n").unwrap_err();
        assert!(matches!(error, IngestError::NoUsableRow { rows: 2, .. }), "{error}");
    }

    #[test]
    fn a_table_that_is_no_grid_is_told_what_one_has() {
        let error = read("address,city\nAbay 5,Almaty\n").unwrap_err().to_string();
        assert!(error.contains("no column for the kind of node"), "{error}");
    }
}
