//! Tables and columns that a result has only where volts were read.

use crate::findings::{Findings, LinkGround, NodeRow, PhaseRow};

use super::cell::Cell;
use super::columns::{Column, NODES, TABLES, TableOf, column, id, ids};

/// Tables that come with volts: those that the result has beside the others, and those that stand
/// in place of others of their name.
pub const TABLES_OF_VOLTS: &[TableOf] = &[
    TableOf {
        file: "nodes.csv",
        header: || NODES.iter().chain(PLACES).map(|column| (column.name, column.meaning)).collect(),
        cells: |findings| {
            let columns = NODES.iter().chain(PLACES);
            columns.map(|column| findings.nodes.iter().map(column.cell).collect()).collect()
        },
    },
    TableOf {
        file: "phases.csv",
        header: || PHASES.iter().map(|column| (column.name, column.meaning)).collect(),
        cells: |findings| PHASES.iter().map(|column| findings.phases.iter().map(column.cell).collect()).collect(),
    },
];

/// Every table that the result of `findings` has, in the order of writing.
pub(super) fn tables_of(findings: &Findings) -> Vec<&'static TableOf> {
    if findings.phases.is_empty() {
        return TABLES.iter().collect();
    }
    let is_replaced = |table: &&TableOf| TABLES_OF_VOLTS.iter().all(|other| other.file != table.file);
    TABLES_OF_VOLTS.iter().chain(TABLES.iter().filter(is_replaced)).collect()
}

const PLACES: &[Column<NodeRow>] = &[
    column("phase", "phases of the unmetered load by volts, as the balance meter calls them; empty = not told", |r| {
        Cell::text(r.phase.as_deref())
    }),
    column("line", "usage points of the line that carries it, by volts; empty = not told", |r| ids(&r.line)),
];

const PHASES: &[Column<PhaseRow>] = &[
    column("usage_point", "the meter", |r| Cell::Id(r.usage_point.to_string())),
    column("meter_phase", "the phase as the meter calls it, 1 to 3", |r| Cell::Integer(u64::from(r.meter_phase))),
    column("node", "the transformer that the grid file names", |r| id(r.node.as_ref())),
    column("phase", "the phase as the balance meter calls it, 1 to 3; empty = that reports no volts", |r| {
        r.phase.map_or(Cell::Empty, |phase| Cell::Integer(u64::from(phase)))
    }),
    column("node_found", "the transformer by volts; empty = they do not tell", |r| id(r.node_found.as_ref())),
    column("sure", "by how much it goes better with this place and phase than with the next, in correlation", |r| {
        Cell::share(r.sure)
    }),
    column("ground", "busbar, neighbours or busbar_and_neighbours: what it moves with", |r| {
        Cell::word(r.ground.map(LinkGround::as_str))
    }),
];
