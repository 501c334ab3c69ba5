//! What comes in with a month besides readings: inspections, bills, events, complaints.

use std::path::Path;

use super::readers::instant;
use super::table::Table;
use super::text_table::TextTable;
use crate::domain::{
    Bill, Calendar, CivilDay, Complaint, ComplaintKind, ComplaintOf, EventKind, GridEvent, Inspection, Outcome,
    RejectCode, Visited,
};
use crate::ingest::error::IngestError;
use crate::ingest::said;
use crate::ingest::text::columns::{DATE, USAGE_POINT};

/// Powers and energies beyond these are no customer's.
const LARGEST_KW: f64 = 1e8;
const LARGEST_KWH: f64 = 1e12;
const LARGEST_AMOUNT: f64 = 1e15;
/// Names of the columns that have no list of their own.
const NODE: &[&str] = &["node", "узел", "тп", "трансформатор", "түйін"];
const OUTCOME: &[&str] = &["outcome", "result", "finding", "результат", "итог проверки", "нәтиже"];
const CAUSE: &[&str] = &["cause", "reason", "причина", "себеп"];
const NOTE: &[&str] = &["note", "comment", "remark", "примечание", "комментарий", "ескерту"];
const FROM: &[&str] = &["from", "start", "period_from", "с", "начало периода", "период с"];
const TO: &[&str] = &["to", "end", "period_to", "по", "конец периода", "период по"];
const BILLED: &[&str] =
    &["billed_kwh", "billed", "kwh", "начислено квтч", "начислено, квтч", "полезный отпуск", "есептелген квтсағ"];
const CLASS: &[&str] = &["tariff_class", "tariff", "тарифная группа", "тариф"];
const AMOUNT: &[&str] = &["amount", "sum", "начислено", "сумма", "сомасы"];
const CURRENCY: &[&str] = &["currency", "валюта"];
const ADDRESS: &[&str] = &["address", "адрес", "мекенжай"];
const KIND: &[&str] = &["kind", "type", "вид", "түрі"];

/// Reads what inspectors found: `usage_point` or `node`, `date`, `outcome`, `kw`, `cause`, `note`.
/// A row without a place or a day, or with an outcome that is not known, is rejected.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_inspections(path: &Path, calendar: &Calendar) -> Result<Table<Vec<Inspection>>, IngestError> {
    let mut table = TextTable::read(path)?;
    let [point, node] = [USAGE_POINT, NODE].map(|names| table.find_any(names));
    if node.is_none() {
        table.require(USAGE_POINT, "usage point or node of a visit")?;
    }
    let date = table.require(DATE, "day of the visit")?;
    let outcome = table.require(OUTCOME, "outcome of the visit")?;
    let kw = table.find("kw");
    let [cause, note] = [CAUSE, NOTE].map(|names| table.find_any(names));
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
    Ok(table.finish(inspections))
}

/// Reads bills: `usage_point`, `from`, `to`, `billed_kwh`, `tariff_class`, `amount`, `currency`. A
/// row without usage point, days or energy, or that ends before it begins, is rejected.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_billing(path: &Path, calendar: &Calendar) -> Result<Table<Vec<Bill>>, IngestError> {
    let mut table = TextTable::read(path)?;
    let id = table.require(USAGE_POINT, "usage point")?;
    let from = table.require(FROM, "first day of a bill")?;
    let to = table.require(TO, "last day of a bill")?;
    let kwh = table.require(BILLED, "energy billed")?;
    let [class, amount, currency] = [CLASS, AMOUNT, CURRENCY].map(|names| table.find_any(names));
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
    Ok(table.finish(bills))
}

/// Reads events: `start`, `end`, `kind`, `node`. An event of a kind that is not known, or that ends
/// before it begins, is rejected.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_events(path: &Path, calendar: &Calendar) -> Result<Table<Vec<GridEvent>>, IngestError> {
    let mut table = TextTable::read(path)?;
    let start = table.require(FROM, "start of an event")?;
    let end = table.require(TO, "end of an event")?;
    let kind = table.require(KIND, "kind of an event")?;
    let node = table.find_any(NODE);
    let mut events = Vec::new();
    for row in table.rows() {
        let word = table.text(row, Some(kind)).unwrap_or_default();
        let Some(kind) = EventKind::parse(&word) else {
            table.reject_row(row, RejectCode::CELL_UNREADABLE, said::event_unknown(word));
            continue;
        };
        let hours = (instant(&mut table, row, start, calendar), instant(&mut table, row, end, calendar));
        let (Some(start), Some(end)) = hours else { continue };
        if end <= start {
            table.reject_row(row, RejectCode::TIME_DURATION, said::event_backwards());
            continue;
        }
        events.push(GridEvent { start, end, kind, node: table.text(row, node).map(Into::into) });
    }
    events.sort();
    Ok(table.finish(events))
}

/// Reads complaints: `usage_point` or `address`, `date`, `kind`, `note`.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_complaints(path: &Path, calendar: &Calendar) -> Result<Table<Vec<Complaint>>, IngestError> {
    let mut table = TextTable::read(path)?;
    let [point, address] = [USAGE_POINT, ADDRESS].map(|names| table.find_any(names));
    if address.is_none() {
        table.require(USAGE_POINT, "usage point or address of a complaint")?;
    }
    let date = table.require(DATE, "day of the complaint")?;
    let [kind, note] = [KIND, NOTE].map(|names| table.find_any(names));
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
    Ok(table.finish(complaints))
}

/// A day without which its row says nothing: one that is missing or unreadable rejects the row.
fn day(table: &mut TextTable, row: usize, column: usize, calendar: &Calendar) -> Option<CivilDay> {
    if table.text(row, Some(column)).is_none() {
        table.reject_row(row, RejectCode::TIME_UNREADABLE, said::no_date());
    }
    table.date(row, Some(column), calendar)
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
