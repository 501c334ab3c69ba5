//! What statistics say together beyond what each says alone: small boosted trees on top of the
//! weighed tables.
//!
//! A constant floor is nothing in a cold store and a large bill is nothing in a factory, but a flat
//! load far above the contract is something: sums of tables cannot say that. Trees of three levels
//! are fitted one after the other to what the sum leaves open (gradient boosting with the logistic
//! loss). They see the statistics and what the premises are (`evidence::host`), so that like is
//! compared with like where no table names a kind. Tables rise with every statistic; trees need
//! not: a load too large for any farm that such premises could hold is a works, not a farm. Usage
//! points are judged by trees that have not seen them: members are split in folds by the hash of
//! their ids, planted farms with their hosts, and each fold is judged by the trees of the others.
//! So a real farm, which counts as innocent when trees are fitted, cannot teach its own trees that
//! it is.
//! Source: Friedman (2001), Greedy function approximation: a gradient boosting machine, Annals of
//! Statistics 29; cross-fitting after Chernozhukov et al. (2018), Econometrics Journal 21.

use crate::domain::logistic;

/// Folds.
pub(super) const FOLDS: usize = 3;
/// Trees of a fold.
const TREES: usize = 60;
/// Share of a tree's answer that is added.
const RATE: f64 = 0.2;
/// Ridge on the answers, in usage points.
const RIDGE: f64 = 6.0;
/// Curvature that either side of a split must hold, in usage points.
const LEAST_CURVATURE: f64 = 3.0;
/// Bins of a statistic; bin 0 holds missing values.
const BINS: usize = 32;

/// Statistics of many usage points in bins, column by column.
pub(super) struct Binned {
    columns: Vec<Vec<u8>>,
    /// Lower ends of the bins 2, 3, ...
    cuts: Vec<Vec<f32>>,
}

/// A row of the fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Log-odds of the weighed tables.
    pub(super) margin: f64,
    /// 1 for a planted farm.
    pub(super) planted: bool,
    /// Weight, scaled so that both sides weigh the same.
    pub(super) weight: f64,
    pub(super) fold: u8,
    /// Whether trees are fitted to it; the others are only judged.
    pub(super) fitted: bool,
}

/// Trees of one fold.
#[derive(Debug, Clone, Default)]
pub(super) struct Trees {
    trees: Vec<[Node; NODES]>,
}

/// Root, its two children, their four, their eight.
const NODES: usize = 15;

/// A node of a tree; a leaf where `column` is `None`.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    column: Option<u16>,
    /// Values below go to the lower child.
    cut: f32,
    missing_low: bool,
    /// The node's answer, log-odds, when it is the last.
    answer: f64,
}

/// Sums of gradients and curvatures.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    gradient: f64,
    curvature: f64,
}

impl Binned {
    /// Bins the statistics of all members, by quantiles of the pooled values.
    pub(super) fn of(members: &[&[f32]]) -> Self {
        let columns = members.first().map_or(0, |member| member.len());
        let mut binned = Self { columns: Vec::with_capacity(columns), cuts: Vec::with_capacity(columns) };
        for column in 0..columns {
            let mut values: Vec<f32> =
                members.iter().map(|member| member[column]).filter(|value| !value.is_nan()).collect();
            values.sort_unstable_by(f32::total_cmp);
            let mut cuts: Vec<f32> =
                (1..BINS - 1).filter_map(|bin| values.get(bin * values.len() / (BINS - 1)).copied()).collect();
            cuts.dedup();
            cuts.retain(|&cut| values.first().is_some_and(|&first| cut > first));
            binned.columns.push(members.iter().map(|member| bin_of(&cuts, member[column])).collect());
            binned.cuts.push(cuts);
        }
        binned
    }
}

fn bin_of(cuts: &[f32], value: f32) -> u8 {
    if value.is_nan() { 0 } else { 1 + cuts.partition_point(|&cut| cut <= value) as u8 }
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.gradient += other.gradient;
        self.curvature += other.curvature;
    }

    fn minus(self, other: Self) -> Self {
        Self { gradient: self.gradient - other.gradient, curvature: self.curvature - other.curvature }
    }

    fn answer(self) -> f64 {
        -self.gradient / (self.curvature + RIDGE)
    }

    fn gain(self) -> f64 {
        self.gradient * self.gradient / (self.curvature + RIDGE)
    }
}

/// The best split of a node.
struct Split {
    gain: f64,
    column: usize,
    bin: u8,
    missing_low: bool,
    low: Sums,
    high: Sums,
}

impl Trees {
    /// Fits trees to the rows outside `fold`.
    pub(super) fn fit(binned: &Binned, rows: &[Row], fold: u8) -> Self {
        let members: Vec<u32> = (0..rows.len() as u32)
            .filter(|&row| rows[row as usize].fitted && rows[row as usize].fold != fold)
            .collect();
        let mut scores: Vec<f64> = rows.iter().map(|row| row.margin).collect();
        let mut trees = Self::default();
        let mut slopes = vec![Sums::default(); rows.len()];
        for _ in 0..TREES {
            for &member in &members {
                let (row, p) = (&rows[member as usize], logistic(scores[member as usize]));
                slopes[member as usize] = Sums {
                    gradient: row.weight * (p - f64::from(u8::from(row.planted))),
                    curvature: row.weight * p * (1.0 - p),
                };
            }
            let (tree, leaves) = grow(binned, &slopes, &members);
            for (member, leaf) in members.iter().zip(leaves) {
                scores[*member as usize] += tree[leaf as usize].answer;
            }
            trees.trees.push(tree);
        }
        trees
    }

    /// Hands the log-odds that each statistic adds to `take`, by its column; returns the rest,
    /// which belongs to none.
    ///
    /// Along the path through a tree, the change of the answer at a split belongs to the statistic
    /// that was asked there.
    pub(super) fn explain(&self, statistics: &[f32], mut take: impl FnMut(usize, f64)) -> f64 {
        let mut rest = 0.0;
        for tree in &self.trees {
            rest += tree[0].answer;
            let mut at = 0;
            while let Some(column) = tree[at].column {
                let next = tree[at].child(at, statistics[usize::from(column)]);
                take(usize::from(column), tree[next].answer - tree[at].answer);
                at = next;
            }
        }
        rest
    }

    /// Log-odds added to the weighed tables.
    pub(super) fn score(&self, statistics: &[f32]) -> f64 {
        let answer = |tree: &[Node; NODES]| {
            let mut at = 0;
            while let Some(column) = tree[at].column {
                at = tree[at].child(at, statistics[usize::from(column)]);
            }
            tree[at].answer
        };
        self.trees.iter().map(answer).sum()
    }
}

impl Node {
    fn child(&self, at: usize, value: f32) -> usize {
        let low = if value.is_nan() { self.missing_low } else { value < self.cut };
        2 * at + if low { 1 } else { 2 }
    }
}

/// Grows one tree of three levels and says in which leaf each member ends.
fn grow(binned: &Binned, slopes: &[Sums], members: &[u32]) -> ([Node; NODES], Vec<u8>) {
    let mut tree = [Node::default(); NODES];
    let mut leaves = vec![0_u8; members.len()];
    let mut total = Sums::default();
    for &member in members {
        total.add(slopes[member as usize]);
    }
    tree[0].answer = RATE * total.answer();
    let mut sums = [Sums::default(); NODES];
    sums[0] = total;
    for at in 0..NODES / 2 {
        if at > 0 && tree[(at - 1) / 2].column.is_none() {
            continue;
        }
        let histograms = histograms(binned, slopes, members, &leaves, at as u8);
        let Some(split) = best_split(&histograms, sums[at]) else { continue };
        let (low, high) = (2 * at + 1, 2 * at + 2);
        let (below, above) = (split.low.answer(), split.high.answer());
        (sums[low], sums[high]) = (split.low, split.high);
        (tree[low].answer, tree[high].answer) = (RATE * below, RATE * above);
        tree[at].column = Some(split.column as u16);
        tree[at].cut = binned.cuts[split.column][usize::from(split.bin) - 2];
        tree[at].missing_low = split.missing_low;
        for (leaf, &member) in leaves.iter_mut().zip(members).filter(|(leaf, _)| **leaf == at as u8) {
            let bin = binned.columns[split.column][member as usize];
            let goes_low = if bin == 0 { split.missing_low } else { bin < split.bin };
            *leaf = if goes_low { low as u8 } else { high as u8 };
        }
    }
    (tree, leaves)
}

fn histograms(binned: &Binned, slopes: &[Sums], members: &[u32], leaves: &[u8], at: u8) -> Vec<[Sums; BINS]> {
    let inside: Vec<(u32, Sums)> = members
        .iter()
        .zip(leaves)
        .filter(|(_, leaf)| **leaf == at)
        .map(|(&member, _)| (member, slopes[member as usize]))
        .collect();
    let of_column = |column: &Vec<u8>| {
        let mut bins = [Sums::default(); BINS];
        for &(member, slope) in &inside {
            bins[usize::from(column[member as usize]) % BINS].add(slope);
        }
        bins
    };
    binned.columns.iter().map(of_column).collect()
}

fn best_split(histograms: &[[Sums; BINS]], total: Sums) -> Option<Split> {
    let mut best: Option<Split> = None;
    for (column, bins) in histograms.iter().enumerate() {
        let missing = bins[0];
        let mut told = Sums::default();
        for bin in 2..BINS {
            told.add(bins[bin - 1]);
            if bins[bin..].iter().all(|sums| sums.curvature == 0.0) {
                break;
            }
            for missing_low in [false, true] {
                let mut low = told;
                if missing_low {
                    low.add(missing);
                }
                let high = total.minus(low);
                if low.curvature < LEAST_CURVATURE || high.curvature < LEAST_CURVATURE {
                    continue;
                }
                let gain = low.gain() + high.gain() - total.gain();
                if gain > best.as_ref().map_or(1e-9, |best| best.gain) {
                    best = Some(Split { gain, column, bin: bin as u8, missing_low, low, high });
                }
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Farms are flat and large; homes are one or the other. Neither alone tells, and the margin
    /// knows nothing.
    fn world() -> (Vec<[f32; 2]>, Vec<Row>) {
        let row = |i: usize| {
            let planted = i.is_multiple_of(3);
            let (flat, large) = if planted {
                (0.8, 0.8)
            } else if i % 3 == 1 {
                (0.8, 0.1)
            } else {
                (0.1, 0.8)
            };
            let noise = |seed: usize| ((i * seed) % 97) as f32 / 500.0;
            let weight = if planted { 1.5 } else { 0.75 };
            (
                [flat + noise(31), large + noise(57)],
                Row { margin: 0.0, planted, weight, fold: (i % 7 % FOLDS) as u8, fitted: true },
            )
        };
        (0..1500).map(row).unzip()
    }

    fn fit() -> Trees {
        let (statistics, rows) = world();
        let members: Vec<&[f32]> = statistics.iter().map(|member| &member[..]).collect();
        Trees::fit(&Binned::of(&members), &rows, 0)
    }

    #[test]
    fn two_statistics_together_say_what_neither_says_alone() {
        let trees = fit();
        assert!(trees.score(&[0.9, 0.9]) > 2.0, "{}", trees.score(&[0.9, 0.9]));
        assert!(trees.score(&[0.9, 0.15]) < -1.0 && trees.score(&[0.15, 0.9]) < -1.0);
    }

    #[test]
    fn the_shares_of_the_statistics_add_up_to_the_score() {
        let trees = fit();
        let mut sum = 0.0;
        let rest = trees.explain(&[0.85, f32::NAN], |_, llr| sum += llr);
        assert!((rest + sum - trees.score(&[0.85, f32::NAN])).abs() < 1e-9);
    }
}
