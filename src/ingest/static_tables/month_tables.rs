//! What comes in with a month besides readings: inspections, bills, events, complaints.

use std::path::Path;

use super::headings::{BILLING, COMPLAINTS, EVENTS, INSPECTIONS};
use super::table::Table;
use super::text_table::TextTable;
use crate::domain::{
    Bill, Calendar, CivilDay, Complaint, ComplaintKind, ComplaintOf, EventKind, GridEvent, Inspection, Outcome,
    RejectCode, Visited,
};
use crate::ingest::error::IngestError;
use crate::ingest::said;

/// Powers and energies beyond these are no customer's.
const LARGEST_KW: f64 = 1e8;
const LARGEST_KWH: f64 = 1e12;
const LARGEST_AMOUNT: f64 = 1e15;

/// Reads what inspectors found: `usage_point` or `node`, `date`, `outcome`, `kw`, `cause`, `note`.
/// A row without a place or a day, or with an outcome that is not known, is rejected.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_inspections(path: &Path, calendar: &Calendar) -> Result<Table<Vec<Inspection>>, IngestError> {
    let mut table = TextTable::read(path, &INSPECTIONS)?;
    let [point, node] = ["usage_point", "node"].map(|name| table.find(name));
    if node.is_none() {
        table.require("usage_point")?;
    }
    let (date, outcome) = (table.require("date")?, table.require("outcome")?);
    let [kw, cause, note] = ["kw", "cause", "note"].map(|name| table.find(name));
    let mut inspections = Vec::new();
    for row in table.rows() {
        let visited = table.text(row, point).map(|id| Visited::UsagePoint(id.into()));
        let Some(visited) = visited.or_else(|| table.text(row, node).map(|id| Visited::Node(id.into()))) else {
            table.reject_row(row, RejectCode::ID_EMPTY, said::visit_without_place());
            continue;
        };
        let word = table.text(row, Some(outcome)).unwrap_or_default();
        let Some(outcome) = Outcome::parse(&word) else {
            table.reject_row(row, RejectCode::CELL_UNREADABLE, said::outcome_unknown(word));
            continue;
        };
        let Some(day) = day(&mut table, row, date, calendar) else { continue };
        inspections.push(Inspection {
            visited,
            day,
            outcome,
            kw: table.number(row, kw, |kw| (0.0..=LARGEST_KW).contains(&kw)),
            cause: table.text(row, cause),
            note: table.text(row, note),
            row: table.row_number(row),
        });
    }
    table.finish(inspections)
}

/// Reads bills: `usage_point`, `from`, `to`, `billed_kwh`, `tariff_class`, `amount`, `currency`. A
/// row without usage point, days or energy, or that ends before it begins, is rejected.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_billing(path: &Path, calendar: &Calendar) -> Result<Table<Vec<Bill>>, IngestError> {
    let mut table = TextTable::read(path, &BILLING)?;
    let (id, kwh) = (table.require("usage_point")?, table.require("billed_kwh")?);
    let (from, to) = (table.require("from")?, table.require("to")?);
    let [class, amount, currency] = ["tariff_class", "amount", "currency"].map(|name| table.find(name));
    let mut bills = Vec::new();
    for row in table.rows() {
        let Some(usage_point) = table.text(row, Some(id)) else {
            table.reject_row(row, RejectCode::ID_EMPTY, said::id_empty());
            continue;
        };
        let days = (day(&mut table, row, from, calendar), day(&mut table, row, to, calendar));
        let (Some(first), Some(last)) = days else { continue };
        if last < first {
            table.reject_row(row, RejectCode::CELL_UNREADABLE, said::bill_backwards(first, last));
            continue;
        }
        let Some(billed_kwh) = table.number(row, Some(kwh), |kwh| kwh.abs() <= LARGEST_KWH) else {
            table.reject_row(row, RejectCode::CELL_UNREADABLE, said::bill_without_energy());
            continue;
        };
        bills.push(Bill {
            usage_point: usage_point.into(),
            from: first,
            to: last,
            billed_kwh,
            tariff_class: table.text(row, class),
            amount: table.number(row, amount, |amount| amount.abs() <= LARGEST_AMOUNT),
            currency: table.text(row, currency),
            row: table.row_number(row),
        });
    }
    table.finish(bills)
}

/// Reads events: `start`, `end`, `kind`, `node`. An event of a kind that is not known, or that ends
/// before it begins, is rejected.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_events(path: &Path, calendar: &Calendar) -> Result<Table<Vec<GridEvent>>, IngestError> {
    let mut table = TextTable::read(path, &EVENTS)?;
    let (start, end) = (table.require("start")?, table.require("end")?);
    let (kind, node) = (table.require("kind")?, table.find("node"));
    let mut events = Vec::new();
    for row in table.rows() {
        let word = table.text(row, Some(kind)).unwrap_or_default();
        let Some(kind) = EventKind::parse(&word) else {
            table.reject_row(row, RejectCode::CELL_UNREADABLE, said::event_unknown(word));
            continue;
        };
        let hours = (table.instant(row, (start, None), calendar), table.instant(row, (end, None), calendar));
        let (Some(start), Some(end)) = hours else { continue };
        if end <= start {
            table.reject_row(row, RejectCode::TIME_DURATION, said::event_backwards());
            continue;
        }
        events.push(GridEvent { start, end, kind, node: table.text(row, node).map(Into::into) });
    }
    events.sort();
    table.finish(events)
}

/// Reads complaints: `usage_point` or `address`, `date`, `kind`, `note`.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_complaints(path: &Path, calendar: &Calendar) -> Result<Table<Vec<Complaint>>, IngestError> {
    let mut table = TextTable::read(path, &COMPLAINTS)?;
    let [point, address] = ["usage_point", "address"].map(|name| table.find(name));
    if address.is_none() {
        table.require("usage_point")?;
    }
    let date = table.require("date")?;
    let [kind, note] = ["kind", "note"].map(|name| table.find(name));
    let mut complaints = Vec::new();
    for row in table.rows() {
        let of = table.text(row, point).map(|id| ComplaintOf::UsagePoint(id.into()));
        let Some(of) = of.or_else(|| table.text(row, address).map(ComplaintOf::Address)) else {
            table.reject_row(row, RejectCode::ID_EMPTY, said::complaint_without_place());
            continue;
        };
        let Some(day) = day(&mut table, row, date, calendar) else { continue };
        let kind = ComplaintKind::parse(&table.text(row, kind).unwrap_or_default());
        complaints.push(Complaint { of, day, kind, note: table.text(row, note), row: table.row_number(row) });
    }
    table.finish(complaints)
}

/// A day without which its row says nothing: one that is missing or unreadable rejects the row.
fn day(table: &mut TextTable, row: usize, column: usize, calendar: &Calendar) -> Option<CivilDay> {
    if table.text(row, Some(column)).is_none() {
        table.reject_row(row, RejectCode::TIME_UNREADABLE, said::no_date());
    }
    let day = table.date(row, Some(column), calendar);
    if day.is_none() {
        table.leave_out(row);
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(text: &str, reader: fn(&Path, &Calendar) -> Result<Table<T>, IngestError>) -> Table<T> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        reader(file.path(), &Calendar::new(None).unwrap()).unwrap()
    }

    #[test]
    fn a_visit_needs_a_place_a_day_and_an_outcome_that_is_known() {
        let text = "usage_point,node,date,outcome,kw\nA,,2025-04-03,nothing,\n,T1,2025-04-04,Theft,12\n,,2025-04-05,\
                    farm,\nB,,2025-04-05,guilty,\nC,,soon,farm,\nD,,,farm,\n";
        let table = read(text, read_inspections);
        let told: Vec<_> = table.data.iter().map(|visit| (visit.visited.clone(), visit.outcome)).collect();
        assert_eq!(
            told,
            [(Visited::UsagePoint("A".into()), Outcome::Nothing), (Visited::Node("T1".into()), Outcome::Theft)]
        );
        assert_eq!(table.rejects.iter().map(|reject| reject.row).collect::<Vec<_>>(), [4, 5, 6, 7]);
    }

    #[test]
    fn a_bill_that_ends_before_it_begins_is_rejected_and_the_rest_is_read() {
        let text = "usage_point;from;to;billed_kwh\nA;01.03.2025;31.03.2025;240,5\nB;2025-03-31;2025-03-01;9\n";
        let table = read(text, read_billing);
        assert_eq!((table.data.len(), table.data[0].billed_kwh, table.rejects.len()), (1, 240.5, 1));
    }

    #[test]
    fn events_of_an_unknown_kind_are_rejected() {
        let text = "start,end,kind,node\n2025-03-01 10:00,2025-03-01 12:00,outage,F1\n2025-03-02 10:00,2025-03-02 \
                    12:00,flood,\n2025-03-02 10:00,2025-03-02 09:00,price,\n";
        let table = read(text, read_events);
        assert_eq!((table.data.len(), table.rejects.len()), (1, 2));
    }

    #[test]
    fn complaints_name_a_meter_or_an_address() {
        let text = "address,date,kind,note\n\"Abay 1, apt 2\",2025-03-01,шум,fans\n,2025-03-01,noise,\n";
        let table = read(text, read_complaints);
        assert_eq!((table.data.len(), table.data[0].kind, table.rejects.len()), (1, ComplaintKind::Noise, 1));
    }
}
