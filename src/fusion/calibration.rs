//! Calibration without labels: what every statistic is worth, learned from the dump itself with farms planted in it.
//!
//! In each calibration group (a tariff class, with or without electric heating, at one kind of resolution; all together where a group is small), null = the group's own usage points, positives =
//! usage points with a planted farm. Rounds of: tables for every statistic → weights → fused score → mixture of the score. The mixture says how likely each
//! un-planted usage point is a real farm; it then counts that much less as null in the next round, so a few real farms do not teach the tables
//! that farms are normal. The share of farms found is shrunk to the configured prior.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayView1};
use rayon::prelude::*;

use crate::evidence::{TESTS, statistics};
use crate::population::{LikelihoodTable, Mixture};

use super::weights::{Labelled, Weights, logistic, logit};

/// Rounds of learning; the list no longer changes after three.
const ROUNDS: usize = 4;
/// Members that a tariff class needs for tables of its own.
const MIN_GROUP: usize = 300;
/// Name of the group that holds every usage point: for classes too small for tables of their own.
const POOLED: &str = "all";

/// How probabilities are set.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationSettings {
    /// Prior share of farms by tariff class in lower case.
    pub prior: BTreeMap<String, f64>,
    /// Prior share of farms in any other class.
    pub default_prior: f64,
    /// Usage points at which the share found in the dump weighs as much as the prior.
    pub prior_strength: f64,
}

/// A measured usage point, planted or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Tariff class, electric heating and kind of resolution: usage points that share tables.
    pub group: String,
    /// Tariff class in lower case, for the prior.
    pub tariff_class: String,
    /// Every statistic in registry order; `None` = not testable.
    pub statistics: Vec<Option<f64>>,
}

/// What is learned for one group.
#[derive(Debug, Clone)]
struct GroupModel {
    tables: Vec<Option<LikelihoodTable>>,
    weights: Weights,
    mixture: Mixture,
    members: usize,
}

/// What was learned from a dump.
#[derive(Debug, Clone)]
pub struct Calibration {
    models: BTreeMap<String, GroupModel>,
    settings: CalibrationSettings,
}

/// What the evidence on one usage point comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Log-odds for a farm, prior included.
    pub log_odds: f64,
    /// Its probability.
    pub probability: f64,
    /// Log-odds contributed by every family in registry order; `None` = not testable.
    pub families: Vec<Option<f64>>,
}

impl Calibration {
    /// Learns from un-planted and planted usage points. `None` when there are too few of either to say anything.
    #[must_use]
    pub fn fit(population: &[Measured], planted: &[Measured], settings: CalibrationSettings) -> Option<Self> {
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for member in population {
            *sizes.entry(&member.group).or_insert(0) += 1;
        }
        let mut groups: Vec<&str> = sizes.iter().filter(|&(_, &size)| size >= MIN_GROUP).map(|(&group, _)| group).collect();
        groups.push(POOLED);
        let belongs = |member: &&Measured, group: &str| group == POOLED || member.group == group;
        let models: BTreeMap<String, GroupModel> = groups
            .par_iter()
            .filter_map(|&group| {
                let null: Vec<&Measured> = population.iter().filter(|member| belongs(member, group)).collect();
                let farms: Vec<&Measured> = planted.iter().filter(|member| belongs(member, group)).collect();
                GroupModel::fit(&null, &farms).map(|model| (group.to_owned(), model))
            })
            .collect();
        models.contains_key(POOLED).then_some(Self { models, settings })
    }

    /// Judges one usage point; `None` when not one statistic could be measured.
    #[must_use]
    pub fn judge(&self, member: &Measured) -> Option<Judgement> {
        if member.statistics.iter().all(Option::is_none) {
            return None;
        }
        let model = self.model_of(&member.group)?;
        let log_odds =
            model.mixture.llr(model.score(&member.statistics)) + logit(self.prevalence(&member.group, &member.tariff_class).clamp(1e-7, 0.5));
        Some(Judgement { log_odds, probability: logistic(log_odds), families: model.families(&member.statistics) })
    }

    /// Prior share of farms of a tariff class.
    #[must_use]
    pub fn prior(&self, tariff_class: &str) -> f64 {
        self.settings.prior.get(tariff_class).copied().unwrap_or(self.settings.default_prior)
    }

    /// Share of farms used for probabilities: the lower end of the excess found in the group, shrunk to the prior of the class.
    #[must_use]
    pub fn prevalence(&self, group: &str, tariff_class: &str) -> f64 {
        let (prior, strength) = (self.prior(tariff_class), self.settings.prior_strength);
        let Some(model) = self.models.get(group) else { return prior };
        let members = model.members as f64;
        // One standard error below the count found: a single odd usage point must not raise its own odds.
        let found = members * model.mixture.share;
        ((found - found.sqrt()).max(0.0) + strength * prior) / (members + strength)
    }

    fn model_of(&self, group: &str) -> Option<&GroupModel> {
        self.models.get(group).or_else(|| self.models.get(POOLED))
    }
}

impl GroupModel {
    fn fit(null: &[&Measured], planted: &[&Measured]) -> Option<Self> {
        let mut innocent = vec![1.0; null.len()];
        let mut model = None;
        for _ in 0..ROUNDS {
            let tables = tables(null, &innocent, planted);
            let weights = Weights::fit(&labelled(&tables, null, &innocent, planted));
            let score = |member: &&Measured| weights.score(&llr_row(&tables, &member.statistics));
            let population: Vec<f64> = null.iter().map(score).collect();
            let mixture = Mixture::fit(&population, planted.iter().map(score).collect())?;
            for (innocent, score) in innocent.iter_mut().zip(&population) {
                *innocent = 1.0 - mixture.posterior(*score);
            }
            model = Some(Self { tables, weights, mixture, members: null.len() });
        }
        model
    }

    fn score(&self, statistics: &[Option<f64>]) -> f64 {
        self.weights.score(&llr_row(&self.tables, statistics))
    }

    fn families(&self, statistics: &[Option<f64>]) -> Vec<Option<f64>> {
        let mut families: Vec<Option<f64>> = vec![None; TESTS.len()];
        for (index, (family, _)) in self::statistics().enumerate() {
            if let (Some(value), Some(table)) = (statistics[index], &self.tables[index]) {
                *families[family].get_or_insert(0.0) += self.weights.weight[index] * table.llr(value);
            }
        }
        families
    }
}

fn tables(null: &[&Measured], innocent: &[f64], planted: &[&Measured]) -> Vec<Option<LikelihoodTable>> {
    let columns = statistics().count();
    (0..columns)
        .map(|column| {
            let null: Vec<(f64, f64)> =
                null.iter().zip(innocent).filter_map(|(member, &weight)| member.statistics[column].map(|value| (value, weight))).collect();
            let planted: Vec<(f64, f64)> = planted.iter().filter_map(|member| member.statistics[column].map(|value| (value, 1.0))).collect();
            LikelihoodTable::fit(&null, &planted)
        })
        .collect()
}

fn llr_row(tables: &[Option<LikelihoodTable>], statistics: &[Option<f64>]) -> Array1<f64> {
    Array1::from_iter(tables.iter().zip(statistics).map(|(table, value)| match (table, value) {
        (Some(table), Some(value)) => table.llr(*value),
        _ => 0.0,
    }))
}

fn labelled(tables: &[Option<LikelihoodTable>], null: &[&Measured], innocent: &[f64], planted: &[&Measured]) -> Labelled {
    let rows = null.len() + planted.len();
    let mut llr = Array2::zeros((rows, tables.len()));
    for (row, member) in null.iter().chain(planted).enumerate() {
        llr.row_mut(row).assign(&ArrayView1::from(&llr_row(tables, &member.statistics)));
    }
    let injected = Array1::from_iter((0..rows).map(|row| f64::from(u8::from(row >= null.len()))));
    let weight = Array1::from_iter((0..rows).map(|row| innocent.get(row).copied().unwrap_or(1.0)));
    Labelled { llr, injected, weight }
}
