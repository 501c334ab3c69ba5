//! Lines about usage points: suspects, screening, scores, cleared look-alikes.

use std::sync::Arc;

use crate::domain::{CivilDay, Fact, NodeId, Outcome, UsagePointId};

use super::loss::Loss;

/// What a line claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// Flat or scheduled load behind an honest meter.
    MeteredHiddenLoad,
    /// The meter records less than is used.
    UnderRegistration,
    /// A licensed farm draws more than its licence allows, or outside its dates.
    LicenceExceeded,
}

impl FindingKind {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MeteredHiddenLoad => "metered_hidden_load",
            Self::UnderRegistration => "under_registration",
            Self::LicenceExceeded => "licence_exceeded",
        }
    }
}

/// How the load runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// Day and night.
    Constant,
    /// In a daily window.
    Scheduled,
    /// Grows in steps.
    Staircase,
    /// Constant with pauses.
    Interrupted,
    /// Under-registration: the level drops at a date.
    Drop,
    /// Under-registration: a share is missing.
    Scaled,
    /// Under-registration: zero.
    Zero,
    /// Under-registration: missing in a daily window.
    Window,
}

impl Pattern {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Scheduled => "scheduled",
            Self::Staircase => "staircase",
            Self::Interrupted => "interrupted",
            Self::Drop => "drop",
            Self::Scaled => "scaled",
            Self::Zero => "zero",
            Self::Window => "window",
        }
    }
}

/// How fine a usage point's data is, which decides what can be tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// Intervals of at most an hour, with their length in minutes.
    Interval(u16),
    /// One value a day, or a few.
    Daily,
    /// Register readings weeks apart.
    Register,
}

impl Resolution {
    /// The word used in files: `30min`, `daily`, `register`.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Interval(minutes) => format!("{minutes}min"),
            Self::Daily => "daily".to_owned(),
            Self::Register => "register".to_owned(),
        }
    }
}

/// A line of `suspects.csv` or `screening.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct SuspectRow {
    /// 1 = best.
    pub rank: u64,
    /// The meter.
    pub usage_point: UsagePointId,
    /// Its address.
    pub address: Option<String>,
    /// Its city.
    pub city: Option<String>,
    /// Its tariff class.
    pub tariff_class: Option<String>,
    /// The grid node that feeds it.
    pub node: Option<NodeId>,
    /// What is claimed.
    pub finding: FindingKind,
    /// How the load runs; `None` when the data do not show it.
    pub pattern: Option<Pattern>,
    /// Probability of a farm under the stated prior and the injected models, 0 to 1; `None` in
    /// screening.
    pub probability: Option<f64>,
    /// Expected share of innocent rows down to here.
    pub q_value: Option<f64>,
    /// Share of repetitions with other seeds in which it is listed, 0 to 1; `None` without
    /// repetitions.
    pub stability: Option<f64>,
    /// Mean power of the hidden load while it runs, kW.
    pub hidden_kw: Option<f64>,
    /// Lower end of a 90 % interval, kW.
    pub hidden_kw_low: Option<f64>,
    /// Upper end of a 90 % interval, kW.
    pub hidden_kw_high: Option<f64>,
    /// First day of the load; `None` when it was there from the first reading.
    pub since: Option<CivilDay>,
    /// Earliest day that fits.
    pub since_low: Option<CivilDay>,
    /// Latest day that fits.
    pub since_high: Option<CivilDay>,
    /// Last day of the load; `None` when it runs on the last days judged.
    pub until: Option<CivilDay>,
    /// Energy of the hidden load in the period, kWh.
    pub hidden_kwh: Option<f64>,
    /// Hours of the period in which the load runs, counted from the readings.
    pub hidden_hours: Option<f64>,
    /// Money at stake.
    pub loss: Loss,
    /// Licence found for it, if any.
    pub licence: Option<String>,
    /// What the licence register says of the load: `within`, `exceeded`, `expired`...
    pub licence_status: Option<&'static str>,
    /// How the licence was joined to the meter: `usage_point`, `address` or `node`.
    pub licence_match: Option<&'static str>,
    /// Published criteria that the meter's load meets, each with its figures: they inform, they do
    /// not decide.
    pub criteria: Vec<Fact>,
    /// Latitude, degrees north.
    pub lat: Option<f64>,
    /// Longitude, degrees east.
    pub lon: Option<f64>,
    /// The last visit whose outcome still holds.
    pub visited: Option<(CivilDay, Outcome)>,
    /// Plain words with numbers, strongest first.
    pub evidence_for: Vec<Fact>,
    /// Plain words with numbers, strongest first.
    pub evidence_against: Vec<Fact>,
    /// Tests that the data did not allow.
    pub tests_missing: Vec<Fact>,
}

impl SuspectRow {
    /// A line on which nothing is known yet but whom it concerns and what it will claim.
    #[must_use]
    pub fn nothing_found(usage_point: UsagePointId, finding: FindingKind) -> Self {
        Self {
            rank: 0,
            usage_point,
            address: None,
            city: None,
            tariff_class: None,
            node: None,
            finding,
            pattern: None,
            probability: None,
            q_value: None,
            stability: None,
            hidden_kw: None,
            hidden_kw_low: None,
            hidden_kw_high: None,
            since: None,
            since_low: None,
            since_high: None,
            until: None,
            hidden_kwh: None,
            hidden_hours: None,
            loss: Loss::default(),
            licence: None,
            licence_status: None,
            licence_match: None,
            criteria: Vec::new(),
            lat: None,
            lon: None,
            visited: None,
            evidence_for: Vec::new(),
            evidence_against: Vec::new(),
            tests_missing: Vec::new(),
        }
    }
}

/// A line of `scores.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreRow {
    /// The meter.
    pub usage_point: UsagePointId,
    /// Uncapped log-odds (natural logarithm) that define the rank; `None` when nothing could be
    /// tested.
    pub log_odds: Option<f64>,
    /// Probability, 0 to 1.
    pub probability: Option<f64>,
    /// Expected share of innocents down to here in the order of `log_odds`.
    pub q_value: Option<f64>,
    /// Mean power of the hidden load while it runs, kW; `None` where a farm is too unlikely for an
    /// estimate.
    pub hidden_kw: Option<f64>,
    /// First day of the load.
    pub since: Option<CivilDay>,
    /// Last day of the load; `None` when it runs on the last days judged.
    pub until: Option<CivilDay>,
    /// How fine the data are.
    pub resolution: Resolution,
    /// Stratum that it was judged in.
    pub stratum: Arc<str>,
    /// Value of every statistic, in the order of `Findings::statistic_names`; NaN = not testable.
    pub statistics: Box<[f32]>,
    /// Log-odds contribution of every family, in the order of `Findings::family_names`; NaN = not
    /// testable.
    pub llr: Box<[f32]>,
}

/// A line of `cleared.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct ClearedRow {
    /// The meter.
    pub usage_point: UsagePointId,
    /// Name of the lawful look-alike.
    pub look_alike: Option<String>,
    /// Why it was cleared, in plain words with numbers.
    pub reason: Fact,
    /// Flat or scheduled load seen, kW.
    pub hidden_kw: Option<f64>,
    /// Probability before the look-alike was considered.
    pub probability_before: Option<f64>,
    /// Probability after.
    pub probability: Option<f64>,
}
