//! Stories: the ways in which a farm can be there, each with tables and weights of its own.
//!
//! A farm beside a running workshop lifts a large load, a farm in a rented garage is nothing but
//! flat; one was there from the first reading, another begins in mid-month; one runs day and night,
//! another by the clock. What speaks for one story says nothing about another, or speaks against
//! it: one sum of log-odds for all of them would average them away. So every story is told apart
//! from innocent usage points by its own tables and weights, and a usage point is as suspicious as
//! the stories together make it: score = ln Σ share · exp(log-odds of the story), the log-odds of a
//! mixture of the planted farms.
//! Source: the density of a mixture; within a story `population::likelihood` and `weights`.

use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView1};
use rayon::prelude::*;

use crate::evidence::{TESTS, statistics};
use crate::population::{LikelihoodTable, PooledSample};

use super::measured::Measured;
use super::weights::{Labelled, Weights};

/// Planted farms that a story needs for tables of its own.
const ENOUGH: usize = 60;
/// Un-planted usage points that weights are fitted to, at most.
const MOST_FITTED: usize = 3000;
/// No family says more than this for a farm, in log-odds: what one artefact of the data can imitate
/// must not decide alone.
const MOST_FOR: f64 = 5.0;
/// No family says more than this against a farm.
const MOST_AGAINST: f64 = 5.0;
/// Weights below this are left out: what they add is less than anything that is told.
const LEAST_WEIGHT: f64 = 1e-3;

/// How a planted farm is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Story {
    /// It runs by the clock instead of day and night.
    pub scheduled: bool,
    /// The premises are hardly used for anything else.
    pub vacant: bool,
    /// It begins within the readings.
    pub begins: bool,
}

/// A measured usage point with a planted farm.
#[derive(Debug, Clone, PartialEq)]
pub struct Positive {
    /// How the farm is there.
    pub story: Story,
    /// The usage point with the farm.
    pub measured: Measured,
}

/// Values of one story's farms beside those of un-planted usage points, for all rounds of learning.
pub(super) struct StorySample<'a> {
    planted: Vec<&'a Measured>,
    columns: Vec<Option<PooledSample>>,
}

/// What tells one story from innocent usage points.
#[derive(Debug, Clone)]
pub(super) struct StoryModel {
    ln_share: f64,
    /// A table for every statistic that weighs anything.
    tables: Vec<Option<LikelihoodTable>>,
    weights: Weights,
    /// Family of every statistic.
    family_of: Arc<[usize]>,
}

/// Samples of all stories that have enough planted farms; the farms of the others make one story
/// together.
pub(super) fn samples<'a>(null: &[&Measured], planted: &[&'a Positive]) -> Vec<StorySample<'a>> {
    let mut by_story: BTreeMap<Option<Story>, Vec<&Measured>> = BTreeMap::new();
    for positive in planted {
        by_story.entry(Some(positive.story)).or_default().push(&positive.measured);
    }
    let few: Vec<Option<Story>> =
        by_story.iter().filter(|(_, farms)| farms.len() < ENOUGH).map(|(story, _)| *story).collect();
    let rest: Vec<&Measured> = few.iter().filter_map(|story| by_story.remove(story)).flatten().collect();
    if !rest.is_empty() {
        by_story.insert(None, rest);
    }
    by_story
        .into_values()
        .collect::<Vec<_>>()
        .into_par_iter()
        .with_max_len(1)
        .map(|farms| StorySample::of(null, farms))
        .collect()
}

impl<'a> StorySample<'a> {
    fn of(null: &[&Measured], planted: Vec<&'a Measured>) -> Self {
        let values = |members: &[&Measured], column: usize| {
            members.iter().map(|member| member.statistics[column]).collect::<Vec<f32>>()
        };
        let columns = (0..statistics().count())
            .into_par_iter()
            .map(|column| PooledSample::of(&values(null, column), &values(&planted, column)))
            .collect();
        Self { planted, columns }
    }

    /// Tables and weights when each un-planted usage point counts by `innocent`; `all` is the
    /// number of planted farms in all stories.
    pub(super) fn fit(
        &self,
        null: &[&Measured],
        innocent: &[f64],
        all: usize,
        near: Option<&StoryModel>,
    ) -> StoryModel {
        let mut tables: Vec<Option<LikelihoodTable>> =
            self.columns.par_iter().map(|sample| sample.as_ref().map(|sample| sample.table(innocent))).collect();
        let stride = null.len().div_ceil(MOST_FITTED).max(1);
        let fitted: Vec<&Measured> = null.iter().step_by(stride).chain(&self.planted).copied().collect();
        let nulls = fitted.len() - self.planted.len();
        let flat: Vec<f64> = (fitted.par_iter())
            .flat_map_iter(|member| {
                tables.iter().zip(&member.statistics).map(|(table, &value)| llr_of(table.as_ref(), value))
            })
            .collect();
        let llr = Array2::from_shape_vec((fitted.len(), tables.len()), flat).unwrap_or_default();
        let injected = Array1::from_iter((0..fitted.len()).map(|row| f64::from(u8::from(row >= nulls))));
        let weight = innocent.iter().step_by(stride).copied().chain(self.planted.iter().map(|_| 1.0)).collect();
        let weights = Weights::fit(&Labelled { llr: llr.view(), injected, weight }, near.map(|near| &near.weights));
        for (table, weight) in tables.iter_mut().zip(&weights.weight) {
            *table = table.take().filter(|_| *weight >= LEAST_WEIGHT);
        }
        StoryModel {
            ln_share: (self.planted.len() as f64 / all as f64).ln(),
            tables,
            weights,
            family_of: statistics().map(|(family, _)| family).collect(),
        }
    }
}

impl StoryModel {
    /// Log-odds of the story, its share among the stories included.
    fn score(&self, statistics: &[f32]) -> f64 {
        self.ln_share + self.weights.base + self.families(statistics).iter().sum::<f64>()
    }

    /// What every family says, in registry order; 0 where it could not be tested.
    pub(super) fn families(&self, statistics: &[f32]) -> [f64; TESTS.len()] {
        let mut families = [0.0_f64; TESTS.len()];
        let weighed = self.tables.iter().zip(statistics).zip(&self.weights.weight).zip(self.family_of.iter());
        for (((table, &value), weight), &family) in weighed {
            families[family] += weight * llr_of(table.as_ref(), value);
        }
        families.map(|llr| llr.clamp(-MOST_AGAINST, MOST_FOR))
    }
}

/// ln Σ exp of the stories' log-odds.
pub(super) fn score(stories: &[StoryModel], statistics: &[f32]) -> f64 {
    let scores: Array1<f64> = stories.iter().map(|story| story.score(statistics)).collect();
    ln_sum_exp(&scores.view())
}

/// The story that fits a usage point best.
pub(super) fn likeliest<'a>(stories: &'a [StoryModel], statistics: &[f32]) -> Option<&'a StoryModel> {
    stories
        .iter()
        .map(|story| (story.score(statistics), story))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, story)| story)
}

fn ln_sum_exp(values: &ArrayView1<f64>) -> f64 {
    let most = values.fold(f64::NEG_INFINITY, |most, &value| most.max(value));
    most + values.iter().map(|value| (value - most).exp()).sum::<f64>().ln()
}

fn llr_of(table: Option<&LikelihoodTable>, value: f32) -> f64 {
    table.filter(|_| !value.is_nan()).map_or(0.0, |table| table.llr(f64::from(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::HOST_NUMBERS;

    /// Usage points whose first two statistics lie around `size` and `flat`, without a random
    /// number generator; all others are unknown.
    fn measured(count: usize, size: f32, flat: f32) -> Vec<Measured> {
        let noise = |index: usize, seed: usize| ((index * seed + 13) % 997) as f32 / 997.0 - 0.5;
        let statistics_of = |index: usize| {
            let mut values = vec![f32::NAN; statistics().count()];
            (values[0], values[1]) = (size + 2.0 * noise(index, 7919), flat + 2.0 * noise(index, 104_729));
            values.into()
        };
        let of = |index: usize| Measured {
            group: "all".into(),
            tariff_class: "business".into(),
            statistics: statistics_of(index),
            host: [f32::NAN; HOST_NUMBERS],
            inactive: false,
            fold: (index % 3) as u8,
            known: crate::metered::visits::Known::default(),
        };
        (0..count).map(of).collect()
    }

    /// Stories learned from workshops that became large, and from garages that are small and flat.
    fn learned() -> Vec<StoryModel> {
        let innocent = measured(1000, 0.0, 0.0);
        let null: Vec<&Measured> = innocent.iter().collect();
        let story = |vacant: bool| Story { scheduled: false, vacant, begins: false };
        let farms = |size: f32, flat: f32, vacant: bool| {
            measured(300, size, flat).into_iter().map(move |measured| Positive { story: story(vacant), measured })
        };
        let planted: Vec<Positive> = farms(3.0, 0.0, false).chain(farms(-1.0, 3.0, true)).collect();
        let planted: Vec<&Positive> = planted.iter().collect();
        samples(&null, &planted)
            .iter()
            .map(|sample| sample.fit(&null, &vec![1.0; null.len()], planted.len(), None))
            .collect()
    }

    fn score_of(stories: &[StoryModel], size: f32, flat: f32) -> f64 {
        let mut values = vec![f32::NAN; statistics().count()];
        (values[0], values[1]) = (size, flat);
        score(stories, &values)
    }

    #[test]
    fn a_small_flat_garage_is_as_suspicious_as_a_large_workshop() {
        let stories = learned();
        assert_eq!(stories.len(), 2);
        let (workshop, garage, ordinary) =
            (score_of(&stories, 3.0, 0.0), score_of(&stories, -1.0, 3.0), score_of(&stories, 0.0, 0.0));
        assert!(workshop > 2.0 && garage > 2.0 && ordinary < -1.0, "{workshop} {garage} {ordinary}");
    }

    #[test]
    fn no_family_says_more_than_its_cap() {
        let stories = learned();
        for story in &stories {
            let mut values = vec![f32::NAN; statistics().count()];
            (values[0], values[1]) = (50.0, 50.0);
            assert!(story.families(&values).iter().all(|llr| llr.abs() <= MOST_FOR));
        }
    }

    #[test]
    fn stories_with_few_farms_are_told_together() {
        let innocent = measured(200, 0.0, 0.0);
        let null: Vec<&Measured> = innocent.iter().collect();
        let story =
            |index: usize| Story { scheduled: index.is_multiple_of(2), vacant: index.is_multiple_of(3), begins: false };
        let planted: Vec<Positive> = measured(100, 3.0, 0.0)
            .into_iter()
            .enumerate()
            .map(|(index, measured)| Positive { story: story(index), measured })
            .collect();
        assert_eq!(samples(&null, &planted.iter().collect::<Vec<_>>()).len(), 1);
    }
}
