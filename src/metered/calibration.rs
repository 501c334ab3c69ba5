//! Calibration without labels: what every statistic is worth, learned from the dump itself with
//! farms planted in it.
//!
//! In each calibration group (`groups`; all together where a group is small), null = the group's
//! own usage points, positives = usage points with a planted farm. Rounds of: tables and weights
//! for every story (`stories`) → trees for what statistics say together (`boosting`) → fused score
//! → mixture of the score. The mixture says how likely each un-planted usage point is a real farm;
//! it then counts that much less as null in the next round, so a few real farms do not teach the
//! tables that farms are normal. The share of farms found is shrunk to the configured prior.
//!
//! What inspectors found replaces what is held likely of the same usage points (`visits`): a farm
//! leaves the null and stands among the positives, a lawful load counts as innocent however it
//! looks, and the share of farms counts both as what they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::domain::{Fact, Ledger, Step, logit};
use crate::evidence::{TESTS, statistics};
use crate::population::{Crowd, Mixture, Premises, Scores, UNKNOWN_CLASS};

use super::boosting::{Binned, FOLDS, Row, Trees};
use super::measured::Measured;
use super::mismatch::MismatchSettings;
use super::reference::Reference;
use super::stories::{self, Positive, StoryModel};
use super::visits::Known;

/// Rounds of learning; the list no longer changes after three.
const ROUNDS: usize = 4;
/// Rounds with trees: the last one, when real farms hardly count as innocent any more.
const TREE_ROUNDS: usize = 1;
/// Un-planted usage points that trees are fitted to, at most.
const MOST_FITTED: usize = 6000;
/// Share of usage points that are doubted after the first round.
const DOUBTED: f64 = 0.03;
/// How much each of them then counts as innocent.
const DOUBTED_COUNTS: f64 = 0.1;
/// Share of usage points whose contracted power may be written down wrong by so much that the mean
/// load exceeds it.
const WRONG_CONTRACTS: f64 = 0.003;
/// What the prior weighs beside the share found where the reference has told how rare scores are:
/// the share is then known better.
const PRIOR_BESIDE_REFERENCE: f64 = 0.2;
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
    /// What mismatches with the books add to the prior.
    pub mismatch: MismatchSettings,
    /// Share of farms that an inspection misses.
    pub missed: f64,
}

impl CalibrationSettings {
    /// The same with a prior for every class that has none of its own but is for homes or
    /// businesses: that of the class `household` or `business`.
    #[must_use]
    pub fn for_classes(mut self, premises: &BTreeMap<String, Premises>) -> Self {
        for (class, premises) in premises {
            let like = match premises {
                Premises::Home => "household",
                Premises::Business => "business",
                Premises::Unknown => continue,
            };
            if let Some(&prior) = self.prior.get(like) {
                self.prior.entry(class.clone()).or_insert(prior);
            }
        }
        self
    }
}

/// What is learned for one group.
#[derive(Debug, Clone)]
struct GroupModel {
    stories: Vec<StoryModel>,
    /// One set of trees a fold.
    trees: Vec<Trees>,
    /// Family of every statistic.
    family_of: Vec<usize>,
    mixture: Mixture,
    /// What breaches of the books say here.
    mismatch: MismatchSettings,
    members: usize,
    /// Farms that were found in the group, less those that the mixture counts in loads that were
    /// found lawful.
    found: f64,
    /// What the prior share of farms weighs, as a part of what the settings say.
    prior_weight: f64,
}

/// What was learned from a dump.
#[derive(Debug, Clone)]
pub struct Calibration {
    models: BTreeMap<Arc<str>, GroupModel>,
    settings: CalibrationSettings,
}

impl Calibration {
    /// Learns from un-planted and planted usage points. `None` when there are too few of either to
    /// say anything.
    ///
    /// `members` is the number of usage points that each group has in the whole dump, of which
    /// `population` may be a sample; of each, how many were found to be farms.
    #[must_use]
    pub fn fit(
        population: &[&Measured],
        members: &BTreeMap<Arc<str>, (usize, usize)>,
        planted: &[Positive],
        settings: CalibrationSettings,
    ) -> Option<Self> {
        let mut groups: Vec<Arc<str>> =
            members.iter().filter(|&(_, &(size, _))| size >= MIN_GROUP).map(|(group, _)| group.clone()).collect();
        let all = members.values().fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        // Only members of groups that are too small are judged with everyone.
        if groups.len() < members.len() {
            groups.push(POOLED.into());
        }
        let belongs = |member: &Measured, group: &str| group == POOLED || &*member.group == group;
        let models: BTreeMap<Arc<str>, GroupModel> = groups
            .par_iter()
            .with_max_len(1)
            .filter_map(|group| {
                let null: Vec<&Measured> = population
                    .iter()
                    .copied()
                    .filter(|member| belongs(member, group) && member.can_be_judged() && member.known != Known::Farm)
                    .collect();
                let farms: Vec<&Positive> =
                    planted.iter().filter(|positive| belongs(&positive.measured, group)).collect();
                let size = members.get(group).copied().unwrap_or(all);
                GroupModel::fit(&null, size, &farms, &settings).map(|model| (group.clone(), model))
            })
            .collect();
        (!models.is_empty()).then_some(Self { models, settings })
    }

    /// What is believed of a usage point by its own load, its prior and its books; `None` when the
    /// readings are too few for a judgement.
    #[must_use]
    pub fn ledger(&self, member: &Measured) -> Option<Ledger> {
        if !member.can_be_judged() {
            return None;
        }
        let model = self.model_of(&member.group)?;
        let prevalence = self.prevalence(&member.group, &member.tariff_class, 1.0).clamp(1e-7, 0.5);
        let mut ledger = Ledger::open(logit(prevalence), model.mixture.llr(model.score(member)));
        ledger.enter(Step::Books, model.mismatch.of(member).0);
        Some(ledger)
    }

    /// Mismatches with the books in words, and the log-odds that they add to the prior.
    #[must_use]
    pub fn mismatches(&self, member: &Measured) -> (f64, Vec<Fact>) {
        self.model_of(&member.group).map_or(self.settings.mismatch, |model| model.mismatch).of(member)
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

    /// Share of farms used for probabilities: the lower end of the excess found in the group,
    /// shrunk to `factor` times the prior of the class.
    #[must_use]
    pub fn prevalence(&self, group: &str, tariff_class: &str, factor: f64) -> f64 {
        let prior = factor * self.prior(tariff_class);
        let Some(model) = self.models.get(group) else { return prior };
        let strength = self.settings.prior_strength * model.prior_weight;
        let members = model.members as f64;
        // One standard error below the count found: a single odd usage point must not raise its own
        // odds.
        let found = (members * model.mixture.share + model.found).max(0.0);
        ((found - found.sqrt()).max(0.0) + strength * prior) / (members + strength)
    }

    fn model_of(&self, group: &str) -> Option<&GroupModel> {
        self.models.get(group).or_else(|| self.models.get(POOLED))
    }
}

impl GroupModel {
    /// `size` is the number of members in the whole dump, and how many of them were found to be
    /// farms.
    fn fit(
        null: &[&Measured],
        size: (usize, usize),
        planted: &[&Positive],
        settings: &CalibrationSettings,
    ) -> Option<Self> {
        let mismatch = settings.mismatch.learned(null);
        let unnamed = null.iter().filter(|member| &*member.tariff_class == UNKNOWN_CLASS).count();
        let crowd = if 2 * unnamed > null.len() { Crowd::Mixed } else { Crowd::OneKind };
        let reference = if crowd == Crowd::Mixed { Reference::beside(null) } else { Reference::default() };
        let null: Vec<&Measured> = null.iter().copied().chain(&reference.members).collect();
        let own = null.len() - reference.members.len();
        let samples = stories::samples(&null, planted);
        let members: Vec<&Measured> =
            null.iter().copied().chain(planted.iter().map(|positive| &positive.measured)).collect();
        let values: Vec<&[f32]> = members.iter().map(|member| &*member.statistics).collect();
        let seen: Vec<Vec<f32>> = members.iter().map(|member| member.seen()).collect();
        let seen_by: Vec<&[f32]> = seen.iter().map(|values| &**values).collect();
        let binned = Binned::of(&seen_by);
        let mut weights = reference_weights(&null[..own]);
        weights.resize(null.len(), reference.weight);
        let mut innocent = weights.clone();
        let mut model: Option<Self> = None;
        for round in 0..ROUNDS {
            let near = |story: usize| model.as_ref().map(|model| &model.stories[story]);
            let stories: Vec<StoryModel> = (samples.par_iter().enumerate().with_max_len(1))
                .map(|(story, sample)| sample.fit(&null, &innocent, planted.len(), near(story)))
                .collect();
            let mut scores: Vec<f64> =
                values.par_iter().map(|statistics| stories::score(&stories, statistics)).collect();
            let rows = tree_rows(&scores, &members, &innocent);
            let folds = if round + TREE_ROUNDS < ROUNDS { 0 } else { FOLDS };
            let trees: Vec<Trees> =
                (0..folds as u8).into_par_iter().with_max_len(1).map(|fold| Trees::fit(&binned, &rows, fold)).collect();
            if folds > 0 {
                (scores.par_iter_mut().zip(&rows).zip(&seen))
                    .for_each(|((score, row), values)| *score += trees[usize::from(row.fold)].score(values));
            }
            let (population, farms) = scores.split_at(null.len());
            let (population, known) = population.split_at(own);
            let scores = Scores { population, innocent: &innocent[..own], reference: known, weight: reference.weight };
            let mixture = Mixture::fit(&scores, farms.to_vec(), crowd)?;
            let posterior =
                |member: &Measured, score: f64| told(mixture.posterior(score), member.known, settings.missed);
            for (place, innocent) in innocent.iter_mut().take(own).enumerate() {
                *innocent = weights[place] * (1.0 - posterior(null[place], population[place]));
            }
            if round == 0 {
                doubt_the_highest(&mut innocent[..own], population);
            }
            let family_of = statistics().map(|(family, _)| family).collect();
            let visited = null.iter().zip(population).filter(|(member, _)| member.known != Known::Open);
            let less: f64 = visited.map(|(member, score)| posterior(member, *score) - mixture.posterior(*score)).sum();
            let of_sample = size.0 as f64 / own.max(1) as f64;
            let (members, found) = (size.0, size.1 as f64 + less * of_sample);
            let prior_weight = if reference.members.is_empty() { 1.0 } else { PRIOR_BESIDE_REFERENCE };
            model = Some(Self { stories, trees, family_of, mixture, mismatch, members, found, prior_weight });
        }
        model
    }

    fn score(&self, member: &Measured) -> f64 {
        let trees = self.trees.get(usize::from(member.fold)).map_or(0.0, |trees| trees.score(&member.seen()));
        stories::score(&self.stories, &member.statistics) + trees
    }

    /// What the families say for the likeliest story, and the trees beside it.
    fn families(&self, member: &Measured) -> Vec<Option<f64>> {
        let mut families: Vec<Option<f64>> = vec![None; TESTS.len()];
        for (&family, _) in self.family_of.iter().zip(&member.statistics).filter(|(_, value)| !value.is_nan()) {
            families[family].get_or_insert(0.0);
        }
        if let Some(story) = stories::likeliest(&self.stories, &member.statistics) {
            for (sum, llr) in families.iter_mut().zip(story.families(&member.statistics)) {
                if let Some(sum) = sum {
                    *sum += llr;
                }
            }
        }
        if let Some(trees) = self.trees.get(usize::from(member.fold)) {
            // What a missing statistic says is not told: it belongs to no finding.
            trees.explain(&member.seen(), |column, llr| {
                if let Some(sum) = self.family_of.get(column).and_then(|&family| families[family].as_mut()) {
                    *sum += llr;
                }
            });
        }
        families
    }
}

/// Probability of a farm with what visits have said of the usage point.
fn told(probability: f64, known: Known, missed: f64) -> f64 {
    match known {
        Known::Open => probability,
        Known::Farm => 1.0,
        Known::Lawful => 0.0,
        Known::Nothing => missed * probability / (missed * probability + 1.0 - probability),
    }
}

/// After the first round, tables have learned from the farms in the dump that farms are usual, and
/// see too few. The highest scores are doubted once; in later rounds each usage point counts by
/// what the mixture says of it, so an innocent one comes back.
fn doubt_the_highest(innocent: &mut [f64], scores: &[f64]) {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    for &index in order.iter().take((DOUBTED * scores.len() as f64) as usize) {
        innocent[index] = innocent[index].min(DOUBTED_COUNTS);
    }
}

/// How much every usage point says about what is usual. One that draws more on average than its
/// contract allows breaks it, or its contract is written down wrong; as many as may be wrong count,
/// the rest teaches nothing.
fn reference_weights(null: &[&Measured]) -> Vec<f64> {
    let exceeding = null.iter().filter(|member| member.exceeds_contract()).count();
    let trust = (WRONG_CONTRACTS * null.len() as f64 / exceeding.max(1) as f64).min(1.0);
    null.iter().map(|member| if member.exceeds_contract() { trust } else { 1.0 }).collect()
}

/// Rows for the trees, un-planted usage points first; of a large population an even part is fitted.
fn tree_rows(margins: &[f64], members: &[&Measured], innocent: &[f64]) -> Vec<Row> {
    let planted = (members.len() - innocent.len()) as f64;
    let stride = innocent.len().div_ceil(MOST_FITTED).max(1);
    let null_weight: f64 = innocent.iter().step_by(stride).sum();
    let side = null_weight.min(planted);
    let row = |(index, (member, &margin)): (usize, (&&Measured, &f64))| {
        let own = innocent.get(index);
        Row {
            margin,
            planted: own.is_none(),
            weight: own.map_or(side / planted.max(1.0), |innocent| innocent * side / null_weight.max(1e-9)),
            fold: member.fold,
            fitted: own.is_none() || index % stride == 0,
        }
    };
    members.iter().zip(margins).enumerate().map(row).collect()
}
