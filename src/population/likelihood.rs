//! Readable tables from the value of one statistic to log-odds for a farm.
//!
//! H0: the value comes from the un-injected population (weighted, so that likely real farms count
//! little).  H1: from the same usage points with a farm injected.
//! Statistic: ln(share of injected / share of null) in quantile bins of the pooled sample, made
//! monotone by pool-adjacent-violators, linear between bin centres and constant beyond the ends.
//! One count is added to each side, so a table never says more than its sample can.
//! Assumes: every statistic is defined so that larger means more like a farm.
//! Source: Ayer et al. (1955), An empirical distribution function for sampling with incomplete
//! information (pool-adjacent-violators).

use serde::Serialize;

/// Bins of the pooled sample.
const BINS: usize = 40;
/// Values that either side needs for a table.
const MIN_SAMPLE: usize = 30;
/// Pseudo-count on either side.
const PSEUDO_COUNT: f64 = 1.0;

/// Log-odds as a non-decreasing function of one statistic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LikelihoodTable {
    value: Vec<f64>,
    llr: Vec<f64>,
}

struct Block {
    centre_sum: f64,
    null: f64,
    injected: f64,
    count: f64,
}

/// One statistic's values with and without a farm, sorted once for all rounds of learning.
#[derive(Debug, Clone, PartialEq)]
pub struct PooledSample {
    /// Value, and whose it is: an index into the null plus one, or `INJECTED`. Of equal values the
    /// injected come first: the ratio then falls within them, so that the blocks they are spread
    /// over are pooled.
    sorted: Vec<(f32, u32)>,
    injected: usize,
}

const INJECTED: u32 = 0;

impl PooledSample {
    /// Pools the values of un-injected and injected usage points; NaN values are left out. `None`
    /// when either side has fewer than thirty.
    #[must_use]
    pub fn of(null: &[f32], injected: &[f32]) -> Option<Self> {
        let mut sorted: Vec<(f32, u32)> = null
            .iter()
            .enumerate()
            .map(|(index, &value)| (value, index as u32 + 1))
            .filter(|value| !value.0.is_nan())
            .collect();
        let nulls = sorted.len();
        sorted.extend(injected.iter().filter(|value| !value.is_nan()).map(|&value| (value, INJECTED)));
        let injected = sorted.len() - nulls;
        if nulls < MIN_SAMPLE || injected < MIN_SAMPLE {
            return None;
        }
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        Some(Self { sorted, injected })
    }

    /// The table when each un-injected usage point counts by `weight` (0 to 1), by its index.
    #[must_use]
    pub fn table(&self, weight: &[f64]) -> LikelihoodTable {
        let null_total: f64 =
            self.sorted.iter().filter(|entry| entry.1 != INJECTED).map(|entry| weight[entry.1 as usize - 1]).sum();
        let injected_total = self.injected as f64;
        let mut blocks: Vec<Block> = Vec::new();
        for bin in self.sorted.chunks(self.sorted.len().div_ceil(BINS)) {
            let mut block = Block { centre_sum: 0.0, null: 0.0, injected: 0.0, count: bin.len() as f64 };
            for &(value, whose) in bin {
                block.centre_sum += f64::from(value);
                if whose == INJECTED { block.injected += 1.0 } else { block.null += weight[whose as usize - 1] }
            }
            blocks.push(block);
            while let [.., lower, upper] = blocks.as_slice() {
                if lower.ratio() <= upper.ratio() {
                    break;
                }
                pool_last_two(&mut blocks);
            }
        }
        let value = blocks.iter().map(|block| block.centre_sum / block.count).collect();
        let llr = blocks
            .iter()
            .map(|b| {
                ((b.injected + PSEUDO_COUNT)
                    / (injected_total + PSEUDO_COUNT)
                    / ((b.null + PSEUDO_COUNT) / (null_total + PSEUDO_COUNT)))
                    .ln()
            })
            .collect();
        let mut table = LikelihoodTable { value, llr };
        table.keep_monotone();
        table
    }
}

impl LikelihoodTable {
    /// Log-odds (natural logarithm) of a value.
    #[must_use]
    pub fn llr(&self, value: f64) -> f64 {
        let above = self.value.partition_point(|&v| v < value);
        if above == 0 {
            return self.llr[0];
        }
        if above == self.value.len() {
            return self.llr[above - 1];
        }
        let (v0, v1) = (self.value[above - 1], self.value[above]);
        let t = if v1 > v0 { (value - v0) / (v1 - v0) } else { 1.0 };
        self.llr[above - 1] + t * (self.llr[above] - self.llr[above - 1])
    }

    /// Pseudo-counts weigh more on small blocks and can undo the order by a hair; a running maximum
    /// restores it.
    fn keep_monotone(&mut self) {
        for index in 1..self.llr.len() {
            self.llr[index] = self.llr[index].max(self.llr[index - 1]);
        }
    }
}

impl Block {
    fn ratio(&self) -> f64 {
        (self.injected + PSEUDO_COUNT) / (self.null + PSEUDO_COUNT)
    }
}

fn pool_last_two(blocks: &mut Vec<Block>) {
    if let (Some(upper), Some(lower)) = (blocks.pop(), blocks.last_mut()) {
        lower.centre_sum += upper.centre_sum;
        lower.null += upper.null;
        lower.injected += upper.injected;
        lower.count += upper.count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(from: f32, to: f32, n: usize) -> Vec<f32> {
        (0..n).map(|i| from + (to - from) * (i as f32 + 0.5) / n as f32).collect()
    }

    fn fit(null: &[f32], injected: &[f32]) -> Option<LikelihoodTable> {
        PooledSample::of(null, injected).map(|sample| sample.table(&vec![1.0; null.len()]))
    }

    #[test]
    fn log_odds_follow_the_ratio_of_densities() {
        // Uniform on 0..1 against uniform on 0.5..1.5: ratio 0 below 0.5, 1 between, infinite
        // above.
        let table = fit(&ramp(0.0, 1.0, 2000), &ramp(0.5, 1.5, 2000)).unwrap();
        assert!(table.llr(0.2) < -3.0);
        assert!(table.llr(0.75).abs() < 0.2);
        assert!(table.llr(1.3) > 3.0);
    }

    #[test]
    fn the_table_never_falls() {
        let noisy: Vec<f32> = (0..500_u16).map(|i| f32::from((i * 79) % 503)).collect();
        let table = fit(&noisy, &ramp(0.0, 500.0, 300)).unwrap();
        assert!(table.llr.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn a_table_says_no_more_than_its_sample_can() {
        let table = fit(&ramp(0.0, 1.0, 100), &ramp(5.0, 6.0, 100)).unwrap();
        assert!(table.llr(10.0) < (100.0_f64 / 0.4).ln());
    }

    #[test]
    fn a_handful_of_values_makes_no_table() {
        assert!(fit(&ramp(0.0, 1.0, 10), &ramp(0.0, 1.0, 100)).is_none());
    }
}
