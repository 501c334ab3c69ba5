//! The list: ordered by log-odds, cut where its expected share of innocents reaches the chosen
//! rate.
//!
//! q_k = mean of (1 − probability) over the k best: the expected share of innocent rows down to
//! there (Bayesian false-discovery rate).
//! Source: Efron et al. (2001), Empirical Bayes analysis of a microarray experiment, JASA 96;
//! Newton et al. (2004), Biostatistics 5, for the running mean.

/// q-value of every row of a list that is ordered best first.
#[must_use]
pub fn q_values(probability: &[f64]) -> Vec<f64> {
    let mut innocents = 0.0;
    let mut values = Vec::with_capacity(probability.len());
    for (index, probability) in probability.iter().enumerate() {
        innocents += 1.0 - probability;
        values.push(innocents / (index + 1) as f64);
    }
    values
}

/// Number of rows of the longest list whose expected share of innocents is at most `rate`.
///
/// Probabilities fall along the list, so q-values rise and the first row beyond the rate ends it.
#[must_use]
pub fn shortlist_length(q_values: &[f64], rate: f64) -> usize {
    q_values.iter().position(|&q| q > rate).unwrap_or(q_values.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_ends_where_innocents_reach_the_rate() {
        let q = q_values(&[0.99, 0.95, 0.9, 0.6, 0.1]);
        assert_eq!(shortlist_length(&q, 0.10), 3);
        assert!((q[3] - 0.14).abs() < 1e-12);
    }

    #[test]
    fn without_a_likely_farm_the_list_is_empty() {
        assert_eq!(shortlist_length(&q_values(&[0.3, 0.2, 0.1]), 0.10), 0);
        assert_eq!(shortlist_length(&q_values(&[]), 0.10), 0);
    }
}
