//! `run.toml`: how a run was made, so that it can be made again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::Fact;
use crate::ingest::Understood;

/// How the run was made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Version of the program.
    pub version: String,
    /// What the result is: `scan` or `trial`.
    #[serde(default)]
    pub kind: String,
    /// Random seed.
    pub seed: u64,
    /// Language of the page and the workbook when they open: `en`, `ru` or `kk`.
    #[serde(default)]
    pub language: String,
    /// The readings were written by `darkload simulate`, as far as the files beside them say.
    #[serde(default)]
    pub synthetic: bool,
    /// First and last day judged, `YYYY-MM-DD`.
    pub period: Option<(String, String)>,
    /// Time zone, or the words that none was given.
    pub timezone: String,
    /// What to know about the run as a whole, in plain words.
    pub notes: Vec<String>,
    /// Number of interval readings used.
    pub readings: u64,
    /// Number of register readings used.
    pub register_readings: u64,
    /// Number of records left out.
    pub rejects: u64,
    /// Number of usage points judged.
    pub usage_points: u64,
    /// What was asked for beside the configuration, as it was asked: what is needed to run again.
    #[serde(default)]
    pub options: RunOptions,
    /// The effective configuration.
    pub config: toml::Table,
    /// Prior and prevalence of every stratum.
    pub prevalence: Vec<Prevalence>,
    /// Lines that the list would have with other priors.
    pub other_priors: Vec<OtherPrior>,
    /// The files that were read.
    pub inputs: Vec<InputDigest>,
    /// What they were taken for.
    #[serde(default)]
    pub understood: Vec<Understood>,
    /// Wall time of every stage; differs from run to run.
    pub stages: Vec<StageTime>,
    /// SHA-256 of every other file of the result, by name; by it a result is known when the next
    /// one is to replace it.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
}

/// Options of the command line that are no part of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunOptions {
    /// `--timezone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// `--period`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// `--top`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<usize>,
    /// `--profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Whether `--archive` was given.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub archive: bool,
    /// `--csv`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csv: Option<String>,
    /// SHA-256 of the key of `--pseudonymise`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pseudonym_key_sha256: Option<String>,
}

/// Prior and estimated prevalence of one stratum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prevalence {
    /// Name of the stratum.
    pub stratum: String,
    /// The same for people, in any language; `None` where it has no other name.
    #[serde(skip)]
    pub group: Option<Fact>,
    /// Usage points in it.
    pub usage_points: u64,
    /// Configured prior share of farms.
    pub prior: f64,
    /// Share of farms used for probabilities: estimated from the dump and shrunk to the prior.
    pub prevalence: f64,
}

/// Length of the list if farms were more or less usual than configured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OtherPrior {
    /// What every prior is multiplied by.
    pub factor: f64,
    /// Lines of the list then.
    pub listed: u64,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputDigest {
    /// What it was read as: readings, customers, grid...
    pub role: String,
    /// Path as given.
    pub path: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Rows read.
    pub rows: u64,
}

impl InputDigest {
    /// A file by its path, read in this role.
    #[must_use]
    pub fn of(role: &str, path: &std::path::Path, sha256: &str, rows: u64) -> Self {
        Self { role: role.to_owned(), path: path.display().to_string(), sha256: sha256.to_owned(), rows }
    }
}

/// Wall time of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageTime {
    /// Name of the stage.
    pub stage: String,
    /// Seconds.
    pub seconds: f64,
}
