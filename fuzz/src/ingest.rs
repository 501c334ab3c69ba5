//! What readers need of the program's module `ingest`.

#[path = "../../src/ingest/archive.rs"]
mod archive;
#[path = "../../src/ingest/caps.rs"]
mod caps;
#[path = "../../src/ingest/channels.rs"]
mod channels;
#[path = "../../src/ingest/cim_grid.rs"]
mod cim_grid;
#[path = "../../src/ingest/cim_json.rs"]
mod cim_json;
#[path = "../../src/ingest/cim_rdf.rs"]
mod cim_rdf;
#[path = "../../src/ingest/cim_readings.rs"]
mod cim_readings;
#[path = "../../src/ingest/cim_xml.rs"]
mod cim_xml;
#[path = "../../src/ingest/decompress.rs"]
mod decompress;
#[path = "../../src/ingest/digest.rs"]
mod digest;
#[path = "../../src/ingest/digit_stamp.rs"]
mod digit_stamp;
#[path = "../../src/ingest/edifact.rs"]
mod edifact;
#[path = "../../src/ingest/espi.rs"]
mod espi;
#[path = "../../src/ingest/json_stream.rs"]
mod json_stream;
#[path = "../../src/ingest/message.rs"]
mod message;
#[path = "../../src/ingest/meter_points.rs"]
mod meter_points;
#[path = "../../src/ingest/mscons.rs"]
mod mscons;
#[path = "../../src/ingest/nem12.rs"]
mod nem12;
#[path = "../../src/ingest/number.rs"]
mod number;
#[path = "../../src/ingest/reading_type.rs"]
mod reading_type;
#[path = "../../src/ingest/stamp.rs"]
mod stamp;
#[path = "../../src/ingest/xml80020.rs"]
mod xml80020;
#[path = "../../src/ingest/xml_stream.rs"]
mod xml_stream;

use std::path::{Path, PathBuf};

use crate::domain::{Calendar, FileIx, GridError, IdList, IntervalBlock, KeyRun, RegisterBlock, Reject};

pub use archive::ArchiveFault;
pub use caps::Caps;

/// The one number that readers take from the reader of delimited text.
mod long_csv {
    pub(super) const ABSURD: f64 = 1e7;
}

/// Errors that message readers give.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    #[error("io")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("archive")]
    Archive { path: PathBuf, fault: ArchiveFault },
    #[error("broken")]
    Broken { path: PathBuf, row: u64, detail: String },
    #[error("grid")]
    Grid { path: PathBuf, source: GridError },
}

pub trait BlockSink: Sync {
    fn intervals(&self, block: &IntervalBlock);
    fn registers(&self, block: &RegisterBlock);
    fn reject(&self, reject: Reject);
    fn stopped(&self) -> bool;
}

pub trait Format: Sync {
    fn name(&self) -> &'static str;
    fn recognises(&self, head: &[u8]) -> bool;
    fn open(&self, file: &Source) -> Result<Box<dyn ReadingsFile>, IngestError>;
    fn read_bytes(&self, bytes: &[u8], caps: Caps, calendar: &Calendar, sink: &dyn BlockSink) -> Option<u64>;
}

pub trait ReadingsFile: Send + Sync {
    fn pieces(&self) -> usize;
    fn estimated_rows(&self) -> u64;
    fn id_runs(&self, piece: usize) -> Result<Option<IdRuns>, IngestError>;
    fn read(&self, piece: usize, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError>;
    fn sha256(&self) -> Result<String, IngestError>;
}

pub struct IdRuns {
    pub ids: IdList,
    pub keys: Vec<KeyRun>,
}

#[derive(Debug, Clone, Default)]
pub struct Table<T> {
    pub data: T,
    pub rows: u64,
    pub rejects: Vec<Reject>,
    pub sha256: String,
}

pub struct Source<'a> {
    pub path: &'a Path,
    pub ix: FileIx,
    pub caps: Caps,
}

/// What targets call.
pub mod fuzzed {
    use std::io::{Cursor, Read};
    use std::sync::OnceLock;

    use super::message::MessageFormat;
    use super::{BlockSink, Caps, Format};
    use crate::domain::{Calendar, IntervalBlock, RegisterBlock, Reject};

    /// Reads bytes as this format.
    pub fn nem12(bytes: &[u8]) {
        read(&super::nem12::NEM12, bytes);
    }

    /// Reads bytes as this format.
    pub fn mscons(bytes: &[u8]) {
        read(&super::mscons::MSCONS, bytes);
    }

    /// Reads bytes as this format.
    pub fn xml80020(bytes: &[u8]) {
        read(&super::xml80020::XML80020, bytes);
    }

    /// Reads bytes as this format.
    pub fn espi(bytes: &[u8]) {
        read(&super::espi::ESPI, bytes);
    }

    /// Reads bytes as this format.
    pub fn cim_xml(bytes: &[u8]) {
        read(&super::cim_xml::CIM_XML, bytes);
    }

    /// Reads bytes as this format.
    pub fn cim_json(bytes: &[u8]) {
        read(&super::cim_json::CIM_JSON, bytes);
    }

    /// Checks what later floors rely on.
    struct Checking;

    impl BlockSink for Checking {
        fn intervals(&self, block: &IntervalBlock) {
            let rows = block.value.len();
            assert_eq!(block.keys.iter().map(|run| run.rows as usize).sum::<usize>(), rows);
            assert_eq!(block.times.iter().map(|run| run.rows as usize).sum::<usize>(), rows);
            assert!(block.quality.is_empty() || block.quality.len() == rows);
            assert!(block.duration_min.is_empty() || block.duration_min.len() == rows);
            assert!(block.value.iter().all(|value| !value.is_infinite()));
            assert!(block.times.iter().all(|run| run.rows > 0 && (10_519_200..68_899_680).contains(&run.first.0) && run.last().0 < 68_899_680));
            assert!(block.ids.iter().all(|id| !id.is_empty()));
        }

        fn registers(&self, block: &RegisterBlock) {
            assert!(block.key.len() == block.at.len() && block.key.len() == block.register_kwh.len());
        }

        fn reject(&self, reject: Reject) {
            assert!(reject.detail.len() < 4096, "a reject repeats the file: {} bytes", reject.detail.len());
        }

        fn stopped(&self) -> bool {
            false
        }
    }

    /// Small caps, so that a fuzzer meets them.
    fn caps() -> Caps {
        Caps { record_bytes: 1 << 12, nesting: 12, rejects: 50, ..Caps::default() }
    }

    /// Reads bytes as one format, on a clock that changes.
    fn read(format: &MessageFormat, bytes: &[u8]) {
        static CALENDAR: OnceLock<Calendar> = OnceLock::new();
        let calendar = CALENDAR.get_or_init(|| Calendar::new(Some("Europe/Berlin")).expect("the zone is known"));
        let _ = format.recognises(bytes);
        let _ = format.read_bytes(bytes, caps(), calendar, &Checking);
    }

    /// Reads bytes as an archive.
    pub fn unzip(bytes: &[u8]) {
        let Ok(directory) = super::archive::Directory::read(&mut Cursor::new(bytes), bytes.len() as u64) else { return };
        for member in &directory.members {
            if let Ok(contents) = super::archive::contents(Cursor::new(bytes.to_vec()), member) {
                let _ = std::io::copy(&mut contents.take(1 << 16), &mut std::io::sink());
            }
        }
    }

    /// Reads bytes as a network model.
    pub fn read_grid(bytes: &[u8]) {
        let _ = super::cim_grid::table_of(Box::new(bytes), std::path::Path::new("model.xml"));
    }
}
