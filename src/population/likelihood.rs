//! Readable tables from the value of one statistic to log-odds for a farm.
//!
//! H0: the value comes from the un-injected population (weighted, so that likely real farms count little).  H1: from the same usage points with a farm injected.
//! Statistic: ln(share of injected / share of null) in quantile bins of the pooled sample, made monotone by pool-adjacent-violators, linear between bin
//! centres and constant beyond the ends. One count is added to each side, so a table never says more than its sample can.
//! Assumes: every statistic is defined so that larger means more like a farm.
//! Source: Ayer et al. (1955), An empirical distribution function for sampling with incomplete information (pool-adjacent-violators).

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

impl LikelihoodTable {
    /// Fits a table. `null` holds (value, weight in 0..=1), `injected` (value, weight). `None` when either side has fewer than thirty values.
    #[must_use]
    pub fn fit(null: &[(f64, f64)], injected: &[(f64, f64)]) -> Option<Self> {
        if null.len() < MIN_SAMPLE || injected.len() < MIN_SAMPLE {
            return None;
        }
        let mut pooled: Vec<(f64, f64, f64)> = null.iter().map(|&(v, w)| (v, w, 0.0)).collect();
        pooled.extend(injected.iter().map(|&(v, w)| (v, 0.0, w)));
        pooled.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        let null_total: f64 = null.iter().map(|n| n.1).sum();
        let injected_total: f64 = injected.iter().map(|n| n.1).sum();
        let per_bin = pooled.len().div_ceil(BINS);
        let mut blocks: Vec<Block> = Vec::new();
        for bin in pooled.chunks(per_bin) {
            let count = bin.len() as f64;
            blocks.push(Block {
                centre_sum: bin.iter().map(|p| p.0).sum(),
                null: bin.iter().map(|p| p.1).sum(),
                injected: bin.iter().map(|p| p.2).sum(),
                count,
            });
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
            .map(|b| ((b.injected + PSEUDO_COUNT) / (injected_total + PSEUDO_COUNT) / ((b.null + PSEUDO_COUNT) / (null_total + PSEUDO_COUNT))).ln())
            .collect();
        let mut table = Self { value, llr };
        table.keep_monotone();
        Some(table)
    }

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

    /// Pseudo-counts weigh more on small blocks and can undo the order by a hair; a running maximum restores it.
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

    fn ramp(from: f64, to: f64, n: usize) -> Vec<(f64, f64)> {
        (0..n).map(|i| (from + (to - from) * (i as f64 + 0.5) / n as f64, 1.0)).collect()
    }

    #[test]
    fn log_odds_follow_the_ratio_of_densities() {
        // Uniform on 0..1 against uniform on 0.5..1.5: ratio 0 below 0.5, 1 between, infinite above.
        let table = LikelihoodTable::fit(&ramp(0.0, 1.0, 2000), &ramp(0.5, 1.5, 2000)).unwrap();
        assert!(table.llr(0.2) < -3.0);
        assert!(table.llr(0.75).abs() < 0.2);
        assert!(table.llr(1.3) > 3.0);
    }

    #[test]
    fn the_table_never_falls() {
        let noisy: Vec<(f64, f64)> = (0..500).map(|i| (f64::from((i * 7919) % 503), 1.0)).collect();
        let table = LikelihoodTable::fit(&noisy, &ramp(0.0, 500.0, 300)).unwrap();
        assert!(table.llr.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn a_table_says_no_more_than_its_sample_can() {
        let table = LikelihoodTable::fit(&ramp(0.0, 1.0, 100), &ramp(5.0, 6.0, 100)).unwrap();
        assert!(table.llr(10.0) < (100.0_f64 / 0.4).ln());
    }

    #[test]
    fn a_handful_of_values_makes_no_table() {
        assert!(LikelihoodTable::fit(&ramp(0.0, 1.0, 10), &ramp(0.0, 1.0, 100)).is_none());
    }
}
