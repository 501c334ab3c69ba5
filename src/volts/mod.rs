//! What volts say of the grid: who hangs where, and on which phase.
//!
//! Voltage at a customer is that of his transformer's busbar less the drop of all load on the
//! common way, so meters of one transformer and phase move together whatever else moves. `store`
//! keeps volts by the slot; `changes` takes off what moves everywhere; `links` finds the
//! transformer and phase of every meter; `site` learns what loads do to volts at one transformer,
//! and `places` where a load hangs that no meter sees (`dense` solves their systems);
//! `contacts` tells wiring that fails from a load that is not paid for.

mod changes;
mod contacts;
mod dense;
mod links;
mod places;
mod said;
mod site;
mod store;

use std::path::Path;

use crate::domain::{Calendar, Grid};
use crate::ingest::{self, IngestError, Table};

pub(crate) use contacts::{BadContact, Contact, contacts};
pub(crate) use links::Linked;
pub(crate) use places::{At, Place, Places, places};
pub(crate) use said::SAID;
pub(crate) use site::{Site, SiteCustomer};
pub(crate) use store::{Slots, VoltStore};

/// Reads a voltage file into hours of every meter.
///
/// # Errors
/// When the file cannot be used as a whole.
pub(crate) fn read_hours(path: &Path, calendar: &Calendar) -> Result<Table<VoltStore>, IngestError> {
    let mut store = VoltStore::hourly();
    let read = ingest::read_voltage(path, calendar, &mut |reading| store.add(reading))?;
    store.finish();
    let Table { rows, used, columns, sheet, rejects, sha256, .. } = read;
    Ok(Table { data: store, rows, used, columns, sheet, rejects, sha256 })
}

/// What volts say of links, and the grid put right by it.
pub(crate) fn put_right(store: &VoltStore, grid: Grid) -> (Grid, Linked) {
    let linked = links::link(store, &grid);
    if linked.moves.is_empty() { (grid, linked) } else { (grid.relinked(&linked.moves), linked) }
}
