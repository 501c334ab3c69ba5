//! How a run shares the memory it may use, decided from the survey of the readings and said before the work begins.

use crate::ingest::Survey;
use crate::series::{GatherPlan, WAITING_BYTES};

/// Memory assumed free where the system does not tell, bytes.
const FREE_WHERE_UNKNOWN: u64 = 4 << 30;
/// What a run takes whatever it reads: program, static tables, and for each thread a piece of a file with what it is decoded to.
const FIXED: u64 = 64 << 20;
const BY_THREAD: u64 = 40 << 20;
/// Shares of the rest: readings that wait for their usage point, and profiles. What is left is for results.
const WAITING_SHARE: f64 = 0.45;
const PROFILE_SHARE: f64 = 0.25;
/// Bytes of a reading in a tile.
const CELL_BYTES: u64 = 4;

/// The shares of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MemoryPlan {
    /// All of it, bytes.
    pub(super) limit: u64,
    /// For profiles; what is beyond goes to disk.
    pub(super) profiles: u64,
    /// For readings that wait, and how.
    pub(super) gather: GatherPlan,
}

impl MemoryPlan {
    /// Shares `limit` bytes, or half of what is free.
    pub(super) fn of(limit: Option<u64>, survey: &Survey) -> Self {
        let limit = limit.unwrap_or_else(|| free_bytes().unwrap_or(FREE_WHERE_UNKNOWN) / 2);
        let rest = limit.saturating_sub(FIXED + BY_THREAD * rayon::current_num_threads() as u64) as f64;
        Self { limit, profiles: (PROFILE_SHARE * rest) as u64, gather: GatherPlan::of(survey, (WAITING_SHARE * rest) as u64) }
    }

    /// The plan in words.
    pub(super) fn words(&self, survey: &Survey, estimated_rows: u64) -> String {
        let order = match survey {
            Survey::Together(roster) => {
                format!("rows of each of {} usage points lie together; at most {} rows wait at a time", roster.len(), roster.most_held_rows())
            }
            Survey::Scattered => format!("about {estimated_rows} rows, and those of a usage point do not lie together"),
        };
        let way = match self.gather {
            GatherPlan::Streaming => "each usage point is finished as soon as its last row is read".to_owned(),
            GatherPlan::Parted { budget } => {
                let needed = CELL_BYTES * estimated_rows;
                let place = if needed <= budget { "in memory" } else { "in memory as far as it goes, then in a file beside the result folder" };
                format!("readings are parted by usage point, {} of {} {place}", megabytes(needed), megabytes(budget))
            }
        };
        format!("memory: {} in all, {} for profiles; {order}; {way}", megabytes(self.limit), megabytes(self.profiles))
    }
}

/// Most rows that wait, in bytes: kept here so that plan and gathering count alike.
const _: () = assert!(WAITING_BYTES >= CELL_BYTES);

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes >> 20)
}

/// Memory that the system could give without swapping; `None` where it does not say.
fn free_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}
