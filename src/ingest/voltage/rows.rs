//! The columns of a voltage file, and what the cells of a row say.

use std::path::Path;

use crate::domain::{RejectCode, Timestamp};
use crate::ingest::bytes::caps::Caps;
use crate::ingest::error::IngestError;
use crate::ingest::rejects::{Refused, RejectList, reject};
use crate::ingest::said;
use crate::ingest::static_tables::headings::VOLTAGE;
use crate::ingest::static_tables::table::{Table, TakenColumn};
use crate::ingest::static_tables::taken::taken;
use crate::ingest::text::columns;

use super::reading::VoltReading;

/// Most volts between a phase and neutral of a low-voltage mains; more are volts between phases of
/// another level.
const MOST_VOLTS: f32 = 600.0;
/// Rows whose volts are below this say that there was no supply.
const NO_SUPPLY_VOLTS: f32 = 40.0;

/// Where the columns are, each as a place in a row.
#[derive(Debug, Clone)]
pub(super) struct VoltColumns {
    pub(super) usage_point: usize,
    pub(super) at: usize,
    /// The time of day, where it stands apart from the date.
    pub(super) time: Option<usize>,
    pub(super) phase: Option<usize>,
    pub(super) kvarh: Option<usize>,
    /// Volts: of the phase of the row, or of phases 1 to 3.
    pub(super) volts: Vec<usize>,
}

impl VoltColumns {
    /// The columns by their headings.
    ///
    /// # Errors
    /// When the usage point, the time or the volts have none.
    pub(super) fn of(path: &Path, header: &[String]) -> Result<Self, IngestError> {
        let taken = taken(header, &VOLTAGE);
        let find = |name: &str| {
            let field = VOLTAGE.fields.iter().position(|field| field.name() == name)?;
            taken.iter().position(|taken| *taken == Some(field))
        };
        let require = |name: &str| {
            find(name).ok_or_else(|| {
                let field = VOLTAGE.field(name);
                let names: Vec<&str> = field.iter().flat_map(|field| field.names()).collect();
                columns::missing(path, header, &names, field.map_or("data", |field| field.meaning))
            })
        };
        let wide: Vec<usize> = ["ua", "ub", "uc"].iter().filter_map(|name| find(name)).collect();
        let volts = if wide.len() == 3 { wide } else { vec![require("volt")?] };
        let (at, time) = match (find("date"), find("timestamp")) {
            (Some(date), stamp) if stamp.is_none() || find("time").is_none() => (date, find("time").or(stamp)),
            _ => (require("timestamp")?, None),
        };
        let phase = find("phase").filter(|_| volts.len() == 1);
        Ok(Self { usage_point: require("usage_point")?, at, time, phase, kvarh: find("kvarh"), volts })
    }

    /// Every column that is read, in the order of the file.
    pub(super) fn all(&self) -> Vec<usize> {
        let some = [Some(self.usage_point), Some(self.at), self.time, self.phase, self.kvarh];
        let mut all: Vec<usize> = some.into_iter().flatten().chain(self.volts.iter().copied()).collect();
        all.sort_unstable();
        all
    }
}

/// The phase that a cell names; an empty one is the only phase of its meter.
pub(super) fn phase_of(text: &str) -> Option<u8> {
    let text = text.trim();
    let bare = text.trim_start_matches(['L', 'l', 'Ф', 'ф']);
    match bare {
        "" | "1" | "1.0" | "A" | "a" | "А" | "а" | "R" => Some(1),
        "2" | "2.0" | "B" | "b" | "В" | "в" | "S" => Some(2),
        "3" | "3.0" | "C" | "c" | "С" | "с" | "T" => Some(3),
        _ => None,
    }
}

/// What is made of rows: readings handed on, and what was left out.
pub(super) struct VoltRows<'a> {
    path: &'a Path,
    take: &'a mut dyn FnMut(&VoltReading),
    rejects: RejectList,
    rows: u64,
    used: u64,
}

impl<'a> VoltRows<'a> {
    pub(super) fn new(path: &'a Path, caps: Caps, take: &'a mut dyn FnMut(&VoltReading)) -> Self {
        Self { path, take, rejects: RejectList::of_share(caps.rejects, 1), rows: 0, used: 0 }
    }

    pub(super) fn refuse(&mut self, row: u64, (code, detail): Refused) {
        self.rows += 1;
        self.rejects.push(reject(self.path, row, code, detail));
    }

    /// Takes a row: its meter, time, phase (`None` where it is no phase), reactive energy and volts
    /// (NaN where the cell is empty), one or three.
    pub(super) fn row(&mut self, row: u64, (id, at, phase, kvarh): (&str, Timestamp, Option<u8>, f32), volts: &[f32]) {
        let id = id.trim();
        if id.is_empty() {
            return self.refuse(row, (RejectCode::ID_EMPTY, said::id_empty()));
        }
        let Some(phase) = phase else {
            return self.refuse(row, (RejectCode::KIND_UNKNOWN, said::no_phase()));
        };
        if let Some(absurd) = volts.iter().find(|volt| **volt > MOST_VOLTS || **volt < 0.0) {
            return self.refuse(row, (RejectCode::VALUE_ABSURD, said::absurd_volts(f64::from(*absurd))));
        }
        self.rows += 1;
        self.used += 1;
        for (place, &volt) in volts.iter().enumerate() {
            if volt >= NO_SUPPLY_VOLTS {
                let phase = phase + place as u8;
                // Reactive energy is that of all phases where they stand in one row.
                let kvarh = if place == 0 { kvarh } else { f32::NAN };
                (self.take)(&VoltReading { usage_point: id, at, phase, volt, kvarh });
            }
        }
    }

    /// The table as it was read.
    ///
    /// # Errors
    /// When it has rows and none can be used.
    pub(super) fn finish(self, header: &[String]) -> Result<Table<()>, IngestError> {
        let (rows, used) = (self.rows, self.used);
        let rejects = self.rejects.finish();
        if let Some(first) = rejects.first().filter(|_| used == 0) {
            let because = Box::new(first.clone());
            return Err(IngestError::NoUsableRow { path: self.path.to_path_buf(), table: VOLTAGE.name, rows, because });
        }
        let taken = taken(header, &VOLTAGE);
        let columns = header.iter().zip(taken).map(|(heading, field)| TakenColumn {
            heading: heading.clone(),
            taken_for: field.map(|field| VOLTAGE.fields[field].name()),
        });
        Ok(Table { rows, used, columns: columns.collect(), rejects, ..Table::default() })
    }
}
