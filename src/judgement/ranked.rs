//! A judged usage point, as ranking, visits and lists share it.

use crate::domain::Ledger;
use crate::evidence::{HiddenLoad, LoadCourse};
use crate::findings::Pattern;
use crate::metered::{Heard, MeteredPoint};

use super::LicenceVerdict;
use super::lawful::Lawful;

/// A judged usage point with its place in the order.
pub(crate) struct Ranked<'a> {
    pub(crate) point: &'a MeteredPoint,
    /// Index of the point in the order of ids.
    pub(crate) place: u32,
    pub(crate) ledger: Ledger,
    /// Log-odds before anything decided: class, size, licence, balance.
    pub(crate) before: f64,
    pub(crate) lawful: Option<Lawful>,
    pub(crate) verdict: Option<LicenceVerdict>,
    pub(crate) load: Option<HiddenLoad>,
    /// A balance is surer of it than its own series.
    pub(crate) by_balance: bool,
    /// Log-odds without anything that visits say.
    pub(crate) stated: f64,
    /// What an inspection of it says.
    pub(crate) heard: Option<Heard>,
}

/// The word for how a load runs.
pub(crate) fn pattern(pattern: LoadCourse) -> Pattern {
    match pattern {
        LoadCourse::Constant => Pattern::Constant,
        LoadCourse::Scheduled => Pattern::Scheduled,
        LoadCourse::Staircase => Pattern::Staircase,
        LoadCourse::Interrupted => Pattern::Interrupted,
    }
}
