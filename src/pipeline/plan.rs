//! What a run is to do, checked before any work.

use std::path::PathBuf;
use std::sync::Arc;

use crate::archive::Archive;
use crate::config::Config;
use crate::consequence::{PseudonymKey, RulePack};
use crate::domain::{Calendar, CivilDay};
use crate::findings::{InputDigest, RunOptions};
use crate::ingest::{Mapping, StaticPaths};

/// A scan, checked.
#[derive(Debug, Clone)]
pub struct ScanPlan {
    /// Readings: files, folders, patterns.
    pub readings: Vec<String>,
    /// How readings are written, where the user says.
    pub profile: Option<Mapping>,
    /// Static tables.
    pub tables: StaticPaths,
    /// The utility's clock.
    pub calendar: Calendar,
    /// Days judged; `None` = all.
    pub period: Option<(CivilDay, CivilDay)>,
    /// Effective configuration.
    pub config: Config,
    /// Rule packs that the configuration names.
    pub rules: Vec<RulePack>,
    /// Files that were read for the plan itself: rule packs, a reader's profile.
    pub digests: Vec<InputDigest>,
    /// Options as they were given, for the run's record.
    pub options: RunOptions,
    /// Key of pseudonyms, where names are to be replaced.
    pub pseudonym_key: Option<PseudonymKey>,
    /// Go on where the dump as a whole looks misread.
    pub anyway: bool,
    /// List exactly this many instead of stopping at the rate.
    pub top: Option<usize>,
    /// Memory that the run may use, bytes; `None` = half of what is free.
    pub memory: Option<u64>,
    /// Earlier months, with which the readings are judged.
    pub archive: Option<Arc<Archive>>,
    /// Result folder.
    pub out: PathBuf,
}
