//! What lists are made of besides the judgements of the metered engine.

use std::collections::BTreeMap;

use crate::domain::{Customer, Grid, UsagePointId, logit};
use crate::findings::SuspectRow;
use crate::unmetered::{Began, Says};

use super::{LicenceCheck, Stated};

/// What the list is made of besides judgements.
pub(crate) struct ListSetting<'a> {
    pub(crate) customers: &'a BTreeMap<UsagePointId, Customer>,
    pub(crate) grid: &'a Grid,
    pub(crate) licences: &'a LicenceCheck<'a>,
    /// Look-alikes by tariff class that a steady load is the purpose of.
    pub(crate) lawful_class: &'a BTreeMap<String, String>,
    /// Smallest load that is claimed, kW.
    pub(crate) least_kw: f64,
    /// Probabilities that are set, not learned.
    pub(crate) stated: &'a Stated,
    pub(crate) fdr: f64,
    pub(crate) top: Option<usize>,
}

/// What balances say of usage points.
pub(crate) struct ByBalance {
    /// Lines of those whose meter shows less than is used.
    pub(crate) named: BTreeMap<UsagePointId, SuspectRow>,
    /// Those whose load began together with unmetered load at their transformer.
    pub(crate) linked: BTreeMap<UsagePointId, Began>,
    /// What balances say of the readings of those that stand out.
    pub(crate) says: BTreeMap<UsagePointId, Says>,
}

impl ByBalance {
    /// Log-odds that a balance alone gives a usage point; `None` where it does not name it.
    pub(crate) fn log_odds(&self, id: &UsagePointId) -> Option<f64> {
        self.named.get(id).and_then(|row| row.probability).map(logit)
    }
}
