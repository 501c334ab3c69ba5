//! Calibration without labels: what every statistic is worth, learned from the dump itself with farms planted in it.
//!
//! In each calibration group (`groups`; all together where a group is small), null = the group's own usage points, positives =
//! usage points with a planted farm. Rounds of: tables for every statistic → weights → trees for what statistics say together → fused score → mixture of the score. The mixture says how likely each
//! un-planted usage point is a real farm; it then counts that much less as null in the next round, so a few real farms do not teach the tables
//! that farms are normal. The share of farms found is shrunk to the configured prior.

use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::domain::{Purpose, seed_of};
use crate::evidence::{TESTS, statistics};
use crate::population::{LikelihoodTable, Mixture, PooledSample};

use super::boosting::{Binned, FOLDS, Row, Trees};
use super::weights::{Labelled, Weights, logit};

/// Rounds of learning; the list no longer changes after three.
const ROUNDS: usize = 4;
/// Rounds with trees: the last one, when real farms hardly count as innocent any more.
const TREE_ROUNDS: usize = 1;
/// Un-planted usage points that trees are fitted to, at most.
const MOST_FITTED: usize = 6000;
/// Members that a group needs for tables of its own.
const MIN_GROUP: usize = 150;
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
    /// Which trees judge it: those of its fold have not seen it.
    pub fold: u8,
}

impl Measured {
    /// The fold of a usage point, by the hash of its id.
    #[must_use]
    pub fn fold_of(seed: u64, usage_point: &str) -> u8 {
        (seed_of(seed, usage_point, Purpose::Fold, 0) % FOLDS as u64) as u8
    }
}

/// What is learned for one group.
#[derive(Debug, Clone)]
struct GroupModel {
    tables: Vec<Option<LikelihoodTable>>,
    weights: Weights,
    /// One set of trees a fold.
    trees: Vec<Trees>,
    /// Family of every statistic.
    family_of: Vec<usize>,
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
        Some(model.mixture.llr(model.score(member)) + logit(prevalence))
    }

    /// Log-odds contributed by every family in registry order; `None` = not testable.
    #[must_use]
    pub fn families(&self, member: &Measured) -> Vec<Option<f64>> {
        self.model_of(&member.group).map_or_else(|| vec![None; TESTS.len()], |model| model.families(member))
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
    fn fit(null: &[&Measured], size: usize, planted: &[&Measured]) -> Option<Self> {
        let columns: Vec<Option<PooledSample>> = (0..statistics().count())
            .into_par_iter()
            .map(|column| {
                PooledSample::of(
                    &null.iter().map(|m| m.statistics[column]).collect::<Vec<_>>(),
                    &planted.iter().map(|m| m.statistics[column]).collect::<Vec<_>>(),
                )
            })
            .collect();
        let members: Vec<&[f32]> = null.iter().chain(planted).map(|member| &*member.statistics).collect();
        let binned = Binned::of(&members);
        let mut innocent = vec![1.0; null.len()];
        let mut model: Option<Self> = None;
        for round in 0..ROUNDS {
            let tables: Vec<Option<LikelihoodTable>> =
                columns.par_iter().map(|sample| sample.as_ref().map(|sample| sample.table(&innocent))).collect();
            let llr = Llr::of(&tables, null, planted);
            let weights = Weights::fit(&llr.labelled(&innocent), model.as_ref().map(|model| &model.weights));
            let mut scores: Vec<f64> = llr.rows.rows().into_iter().map(|row| weights.score(&row)).collect();
            let rows = tree_rows(&scores, null, planted, &innocent);
            let folds = if round + TREE_ROUNDS < ROUNDS { 0 } else { FOLDS };
            let trees: Vec<Trees> = (0..folds as u8).into_par_iter().with_max_len(1).map(|fold| Trees::fit(&binned, &rows, fold)).collect();
            if folds > 0 {
                scores
                    .par_iter_mut()
                    .zip(&rows)
                    .zip(&members)
                    .for_each(|((score, row), member)| *score += trees[usize::from(row.fold)].score(member));
            }
            let (population, farms) = scores.split_at(null.len());
            let mixture = Mixture::fit(population, farms.to_vec())?;
            for (innocent, score) in innocent.iter_mut().zip(population) {
                *innocent = 1.0 - mixture.posterior(*score);
            }
            let family_of = statistics().map(|(family, _)| family).collect();
            model = Some(Self { tables, weights, trees, family_of, mixture, members: size });
        }
        model
    }

    fn score(&self, member: &Measured) -> f64 {
        let llr = self.tables.iter().zip(&member.statistics).map(|(table, &value)| llr_of(table.as_ref(), value));
        let trees = self.trees.get(usize::from(member.fold)).map_or(0.0, |trees| trees.score(&member.statistics));
        self.weights.base + llr.zip(&self.weights.weight).map(|(llr, weight)| llr * weight).sum::<f64>() + trees
    }

    fn families(&self, member: &Measured) -> Vec<Option<f64>> {
        let mut families: Vec<Option<f64>> = vec![None; TESTS.len()];
        let of_column = &self.family_of;
        for (index, (&family, &value)) in of_column.iter().zip(&member.statistics).enumerate() {
            if let (false, Some(table)) = (value.is_nan(), &self.tables[index]) {
                *families[family].get_or_insert(0.0) += self.weights.weight[index] * table.llr(f64::from(value));
            }
        }
        if let Some(trees) = self.trees.get(usize::from(member.fold)) {
            // What a missing statistic says is not told: it belongs to no finding.
            trees.explain(&member.statistics, |column, llr| {
                if let Some(sum) = &mut families[of_column[column]] {
                    *sum += llr;
                }
            });
        }
        families
    }
}

/// Rows for the trees; of a large population an even part is fitted.
fn tree_rows(margins: &[f64], null: &[&Measured], planted: &[&Measured], innocent: &[f64]) -> Vec<Row> {
    let stride = null.len().div_ceil(MOST_FITTED).max(1);
    let null_weight: f64 = innocent.iter().step_by(stride).sum();
    let side = null_weight.min(planted.len() as f64);
    let row = |(index, (member, &margin)): (usize, (&&Measured, &f64))| {
        let own = innocent.get(index);
        Row {
            margin,
            planted: own.is_none(),
            weight: own.map_or(side / planted.len().max(1) as f64, |innocent| innocent * side / null_weight.max(1e-9)),
            fold: member.fold,
            fitted: own.is_none() || index % stride == 0,
        }
    };
    null.iter().chain(planted).zip(margins).enumerate().map(row).collect()
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
