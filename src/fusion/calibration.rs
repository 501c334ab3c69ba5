//! Calibration without labels: what every statistic is worth, learned from the dump itself with farms planted in it.
//!
//! In each calibration group (a tariff class, with or without electric heating, at one kind of resolution; all together where a group is small), null = the group's own usage points, positives =
//! usage points with a planted farm. Rounds of: tables for every statistic → weights → fused score → mixture of the score. The mixture says how likely each
//! un-planted usage point is a real farm; it then counts that much less as null in the next round, so a few real farms do not teach the tables
//! that farms are normal. The share of farms found is shrunk to the configured prior.

use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::evidence::{TESTS, statistics};
use crate::population::{LikelihoodTable, Mixture, PooledSample};

use super::weights::{Labelled, Weights, logit};

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
    pub group: Arc<str>,
    /// Tariff class in lower case, for the prior.
    pub tariff_class: Arc<str>,
    /// Every statistic in registry order; NaN = not testable.
    pub statistics: Box<[f32]>,
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
    models: BTreeMap<Arc<str>, GroupModel>,
    settings: CalibrationSettings,
}

impl Calibration {
    /// Learns from un-planted and planted usage points. `None` when there are too few of either to say anything.
    ///
    /// `members` is the number of usage points that each group has in the whole dump, of which `population` may be a sample.
    #[must_use]
    pub fn fit(population: &[&Measured], members: &BTreeMap<Arc<str>, usize>, planted: &[Measured], settings: CalibrationSettings) -> Option<Self> {
        let mut groups: Vec<Arc<str>> = members.iter().filter(|&(_, &size)| size >= MIN_GROUP).map(|(group, _)| group.clone()).collect();
        let all: usize = members.values().sum();
        // A group that holds everyone is the pooled group.
        let everyone = groups.iter().find(|group| members[*group] == all).cloned();
        if everyone.is_none() {
            groups.push(POOLED.into());
        }
        let belongs = |member: &Measured, group: &str| group == POOLED || &*member.group == group;
        let mut models: BTreeMap<Arc<str>, GroupModel> = groups
            .par_iter()
            .with_max_len(1)
            .filter_map(|group| {
                let null: Vec<&Measured> = population.iter().copied().filter(|member| belongs(member, group)).collect();
                let farms: Vec<&Measured> = planted.iter().filter(|member| belongs(member, group)).collect();
                let size = members.get(group).copied().unwrap_or(all);
                GroupModel::fit(&null, size, &farms).map(|model| (group.clone(), model))
            })
            .collect();
        if let Some(model) = everyone.and_then(|group| models.get(&group).cloned()) {
            models.insert(POOLED.into(), model);
        }
        models.contains_key(POOLED).then_some(Self { models, settings })
    }

    /// Log-odds for a farm, prior included; `None` when not one statistic could be measured.
    #[must_use]
    pub fn log_odds(&self, member: &Measured) -> Option<f64> {
        if member.statistics.iter().all(|value| value.is_nan()) {
            return None;
        }
        let model = self.model_of(&member.group)?;
        let prevalence = self.prevalence(&member.group, &member.tariff_class).clamp(1e-7, 0.5);
        Some(model.mixture.llr(model.score(&member.statistics)) + logit(prevalence))
    }

    /// Log-odds contributed by every family in registry order; `None` = not testable.
    #[must_use]
    pub fn families(&self, member: &Measured) -> Vec<Option<f64>> {
        self.model_of(&member.group).map_or_else(|| vec![None; TESTS.len()], |model| model.families(&member.statistics))
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
    fn fit(null: &[&Measured], members: usize, planted: &[&Measured]) -> Option<Self> {
        let columns: Vec<Option<PooledSample>> = (0..statistics().count())
            .into_par_iter()
            .map(|column| {
                PooledSample::of(
                    &null.iter().map(|m| m.statistics[column]).collect::<Vec<_>>(),
                    &planted.iter().map(|m| m.statistics[column]).collect::<Vec<_>>(),
                )
            })
            .collect();
        let mut innocent = vec![1.0; null.len()];
        let mut model: Option<Self> = None;
        for _ in 0..ROUNDS {
            let tables: Vec<Option<LikelihoodTable>> =
                columns.par_iter().map(|sample| sample.as_ref().map(|sample| sample.table(&innocent))).collect();
            let llr = Llr::of(&tables, null, planted);
            let weights = Weights::fit(&llr.labelled(&innocent), model.as_ref().map(|model| &model.weights));
            let scores: Vec<f64> = llr.rows.rows().into_iter().map(|row| weights.score(row)).collect();
            let (population, farms) = scores.split_at(null.len());
            let mixture = Mixture::fit(population, farms.to_vec())?;
            for (innocent, score) in innocent.iter_mut().zip(population) {
                *innocent = 1.0 - mixture.posterior(*score);
            }
            model = Some(Self { tables, weights, mixture, members });
        }
        model
    }

    fn score(&self, statistics: &[f32]) -> f64 {
        let llr = self.tables.iter().zip(statistics).map(|(table, &value)| llr_of(table.as_ref(), value));
        self.weights.base + llr.zip(&self.weights.weight).map(|(llr, weight)| llr * weight).sum::<f64>()
    }

    fn families(&self, statistics: &[f32]) -> Vec<Option<f64>> {
        let mut families: Vec<Option<f64>> = vec![None; TESTS.len()];
        for (index, (family, _)) in self::statistics().enumerate() {
            if let (false, Some(table)) = (statistics[index].is_nan(), &self.tables[index]) {
                *families[family].get_or_insert(0.0) += self.weights.weight[index] * table.llr(f64::from(statistics[index]));
            }
        }
        families
    }
}

fn llr_of(table: Option<&LikelihoodTable>, value: f32) -> f64 {
    table.filter(|_| !value.is_nan()).map_or(0.0, |table| table.llr(f64::from(value)))
}

/// Log-odds of every statistic for un-planted, then planted usage points: one row each.
struct Llr {
    rows: Array2<f64>,
    null: usize,
}

impl Llr {
    fn of(tables: &[Option<LikelihoodTable>], null: &[&Measured], planted: &[&Measured]) -> Self {
        let members: Vec<&Measured> = null.iter().chain(planted).copied().collect();
        let flat: Vec<f64> = (members.par_iter())
            .flat_map_iter(|member| tables.iter().zip(&member.statistics).map(|(table, &value)| llr_of(table.as_ref(), value)))
            .collect();
        let rows = Array2::from_shape_vec((members.len(), tables.len()), flat).unwrap_or_default();
        Self { rows, null: null.len() }
    }

    fn labelled(&self, innocent: &[f64]) -> Labelled<'_> {
        let rows = self.rows.nrows();
        let injected = Array1::from_iter((0..rows).map(|row| f64::from(u8::from(row >= self.null))));
        let weight = Array1::from_iter((0..rows).map(|row| innocent.get(row).copied().unwrap_or(1.0)));
        Labelled { llr: self.rows.view(), injected, weight }
    }
}
