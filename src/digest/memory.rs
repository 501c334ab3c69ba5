//! How a run shares the memory it may use, decided from the survey of the readings and said before
//! the work begins; a run that needs more is refused with the least that would do.
//!
//! What a run takes whatever its limit is was measured (resident memory of runs of 4 to 46 million
//! readings, 1 and 2 threads; the estimate lies within a tenth of it): the program, what each
//! thread decodes, the series of the sample that farms are planted in, twice (as read and hour by
//! hour), and where readings are parted the partition that each thread works on, three times (as
//! stored, as a matrix, as series).

use crate::ingest::Survey;
use crate::series::{GatherPlan, WAITING_BYTES};

/// Why a run's memory does not do.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// `--memory`, or half of what is free, is less than the run needs.
    #[error(
        "the run needs {least} of memory and may use {given}; give --memory {least} or more, fewer --threads, or \
         fewer files at a time"
    )]
    Memory {
        /// The least that would do, in megabytes.
        least: String,
        /// What it may use.
        given: String,
    },
    /// The system allows the process less than the run needs.
    #[error(
        "the run needs {least} of memory, and the system leaves this process {allowed} beside the program itself; \
         raise the limit of its address space (`ulimit -v`), or give fewer --threads"
    )]
    AddressSpace {
        /// The least that would do, in megabytes.
        least: String,
        /// What it may use.
        allowed: String,
    },
}

/// Memory assumed free where the system does not tell, bytes.
const FREE_WHERE_UNKNOWN: u64 = 4 << 30;
/// Program and static tables, and for each thread a piece of a file with what it is decoded to.
const FIXED: u64 = 30 << 20;
const BY_THREAD: u64 = 12 << 20;
/// Bytes of results for each usage point.
const RESULT_BYTES: u64 = 700;
/// Usage points of a partition (see `series::scattered`).
const PARTITION: u64 = 1024;
/// Times that a series of the sample, and a partition, are held.
const SAMPLE_TIMES: u64 = 2;
const PARTITION_TIMES: u64 = 3;
/// Readings of a usage point where nothing tells how many usage points there are: six weeks of half
/// hours. Fewer usage points mean more memory for each.
const USUAL_READINGS: u64 = 2000;
/// Readings of a usage point that are many: a year of half hours.
const MANY_READINGS: u64 = 20_000;
/// Shares of what is left: readings that wait for their usage point, and profiles. The rest is for
/// results.
const WAITING_SHARE: f64 = 0.45;
const PROFILE_SHARE: f64 = 0.25;
/// Bytes of a reading in a tile.
const CELL_BYTES: u64 = 4;
/// Address space beyond the memory in use: program, stacks, the threads that write tables, and what
/// the allocator sets aside for each thread of the run.
const SET_ASIDE: u64 = 512 << 20;
const SET_ASIDE_BY_THREAD: u64 = 72 << 20;

/// What a run has to hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    /// Readings, as far as they can be told before they are read.
    pub(crate) rows: u64,
    /// Usage points that the static tables name; 0 where they name none.
    pub(crate) named: u64,
    /// Usage points whose whole series are kept, at most.
    pub(crate) sample: u64,
    /// What earlier months take beside, bytes.
    pub(crate) earlier: u64,
}

impl Demand {
    /// Of readings alone, whoever they are of.
    pub(crate) fn of_rows(rows: u64) -> Self {
        Self { rows, named: 0, sample: 0, earlier: 0 }
    }
}

/// The shares of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryPlan {
    /// All of it, bytes.
    pub(crate) limit: u64,
    /// For profiles; what is beyond goes to disk.
    pub(crate) profiles: u64,
    /// For readings that wait, and how.
    pub(crate) gather: GatherPlan,
}

impl MemoryPlan {
    /// Shares `limit` bytes, or half of what is free.
    ///
    /// # Errors
    /// When the run needs more than that, or than the system allows the process.
    pub(crate) fn of(limit: Option<u64>, survey: &Survey, demand: Demand) -> Result<Self, MemoryError> {
        let wanted = limit.unwrap_or_else(|| free_bytes().unwrap_or(FREE_WHERE_UNKNOWN) / 2);
        let allowed = allowed_bytes();
        let plan =
            Self::within(wanted.min(allowed.unwrap_or(u64::MAX)), rayon::current_num_threads() as u64, survey, demand);
        plan.map_err(|least| match allowed {
            Some(allowed) if allowed < least && allowed < wanted => {
                MemoryError::AddressSpace { least: megabytes(least), allowed: megabytes(allowed) }
            }
            _ => MemoryError::Memory { least: megabytes(least), given: megabytes(wanted) },
        })
    }

    /// The shares of `limit`, or the least that would do.
    fn within(limit: u64, threads: u64, survey: &Survey, demand: Demand) -> Result<Self, u64> {
        let points = match survey {
            Survey::Together(roster) => roster.len() as u64,
            // A file of a few customers says nothing of a dump of many.
            Survey::Scattered if demand.named > 0 => demand.named.max(demand.rows / MANY_READINGS),
            Survey::Scattered => demand.rows / USUAL_READINGS,
        };
        let points = points.max(1);
        let series = CELL_BYTES * demand.rows.div_ceil(points);
        let held =
            FIXED + BY_THREAD * threads + RESULT_BYTES * points + SAMPLE_TIMES * demand.sample.min(points) * series;
        let held = held + demand.earlier;
        let parted = held + PARTITION_TIMES * threads * PARTITION.min(points) * series;
        let waiting = |held: u64| (WAITING_SHARE * limit.saturating_sub(held) as f64) as u64;
        let profiles = |held: u64| (PROFILE_SHARE * limit.saturating_sub(held) as f64) as u64;
        let streaming = GatherPlan::of(survey, waiting(held));
        match streaming {
            GatherPlan::Streaming if held <= limit => Ok(Self { limit, profiles: profiles(held), gather: streaming }),
            _ if parted <= limit => {
                Ok(Self { limit, profiles: profiles(parted), gather: GatherPlan::of(survey, waiting(parted)) })
            }
            GatherPlan::Streaming => Err(held),
            GatherPlan::Parted { .. } => Err(parted),
        }
    }

    /// The plan in words.
    pub(crate) fn words(&self, survey: &Survey, estimated_rows: u64) -> String {
        let order = match survey {
            Survey::Together(roster) => {
                format!(
                    "rows of each of {} usage points lie together; at most {} rows wait at a time",
                    roster.len(),
                    roster.most_held_rows()
                )
            }
            Survey::Scattered => format!("about {estimated_rows} rows, and those of a usage point do not lie together"),
        };
        let way = match self.gather {
            GatherPlan::Streaming => "each usage point is finished as soon as its last row is read".to_owned(),
            GatherPlan::Parted { budget } => {
                let needed = CELL_BYTES * estimated_rows;
                let place = if needed <= budget {
                    "in memory"
                } else {
                    "in memory as far as it goes, then in a file beside the result folder"
                };
                format!("readings are parted by usage point, {} of {} {place}", megabytes(needed), megabytes(budget))
            }
        };
        format!("memory: {} in all, {} for profiles; {order}; {way}", megabytes(self.limit), megabytes(self.profiles))
    }
}

/// Most rows that wait, in bytes: kept here so that plan and gathering count alike.
const _: () = assert!(WAITING_BYTES >= CELL_BYTES);

/// Whole megabytes, as `--memory` takes them: what is left of one counts as one.
fn megabytes(bytes: u64) -> String {
    format!("{}M", bytes.div_ceil(1 << 20))
}

/// Memory that the system could give without swapping; `None` where it does not say.
fn free_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

/// Memory for which the system allows this process address space (`ulimit -v`); `None` without such
/// a limit.
fn allowed_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/limits").ok()?;
    let bytes: u64 = text
        .lines()
        .find_map(|line| line.strip_prefix("Max address space"))?
        .split_whitespace()
        .next()?
        .parse()
        .ok()?;
    Some(bytes.saturating_sub(SET_ASIDE + SET_ASIDE_BY_THREAD * rayon::current_num_threads() as u64))
}

/// Checks that the system allows this process what any run needs: asked first of all, since a
/// program that is denied memory cannot say so.
///
/// # Errors
/// When it allows less.
pub(crate) fn check_address_space() -> Result<(), MemoryError> {
    let least = FIXED + BY_THREAD * rayon::current_num_threads() as u64;
    match allowed_bytes() {
        Some(allowed) if allowed < least => {
            Err(MemoryError::AddressSpace { least: megabytes(least), allowed: megabytes(allowed) })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOWN: Demand = Demand { rows: 46_000_000, named: 8000, sample: 2000, earlier: 0 };

    #[test]
    fn less_memory_than_a_run_needs_is_refused_with_the_least_that_would_do() {
        let least = MemoryPlan::within(64 << 20, 2, &Survey::Scattered, TOWN).unwrap_err();
        // Measured: 296 MB beside what waits in memory and profiles.
        assert!((270..330).contains(&(least >> 20)), "{} MB", least >> 20);
        let plan = MemoryPlan::within(least, 2, &Survey::Scattered, TOWN).unwrap();
        assert_eq!((plan.limit, plan.profiles), (least, 0));
        assert!(MemoryPlan::within(least - 1, 2, &Survey::Scattered, TOWN).is_err());
        assert!(
            MemoryPlan::within(
                64 << 20,
                1,
                &Survey::Scattered,
                Demand { rows: 100_000, named: 50, sample: 2000, earlier: 0 }
            )
            .is_ok()
        );
    }

    #[test]
    fn shares_never_add_up_to_more_than_the_limit() {
        for limit in [400 << 20, 1 << 30, 8 << 30] {
            let plan = MemoryPlan::within(limit, 2, &Survey::Scattered, TOWN).unwrap();
            let GatherPlan::Parted { budget } = plan.gather else {
                panic!("readings that do not lie together are parted")
            };
            assert!(plan.profiles + budget + (290 << 20) <= limit, "{plan:?}");
        }
    }
}
