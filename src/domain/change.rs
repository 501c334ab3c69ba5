//! The single best change of level in a sequence.
//!
//! Statistic: max over k of n1·n2/n · (mean₂ − mean₁)², the between-group sum of squares; the
//! least-squares change point.
//! Source: Hawkins (1977), Testing a sequence of observations for a shift in location, JASA 72.

/// The best split of a sequence in two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// Index of the first value of the second part.
    pub place: usize,
    /// Mean of the first part.
    pub before: f64,
    /// Mean of the second part.
    pub after: f64,
    /// Between-group sum of squares.
    pub gain: f64,
}

/// The split with the largest gain that leaves at least `margin` values on either side; `None` when
/// the sequence is too short.
///
/// Values must not be NaN: callers drop missing days first and keep their own index.
#[must_use]
pub fn best_split(values: &[f64], margin: usize) -> Option<Split> {
    let n = values.len();
    let margin = margin.max(1);
    if n < 2 * margin {
        return None;
    }
    let total: f64 = values.iter().sum();
    let mut left: f64 = values[..margin - 1].iter().sum();
    let mut best: Option<Split> = None;
    for place in margin..=n - margin {
        left += values[place - 1];
        let (n1, n2) = (place as f64, (n - place) as f64);
        let (before, after) = (left / n1, (total - left) / n2);
        let gain = n1 * n2 / n as f64 * (after - before).powi(2);
        if best.is_none_or(|found| gain > found.gain) {
            best = Some(Split { place, before, after, gain });
        }
    }
    best
}

/// First index of every segment of constant level, 0 included: greedy binary segmentation.
///
/// A split is kept while the levels on its two sides differ by more than `least_shift` and its
/// parts have `margin` values each; at most `most` segments.
/// Source: Scott and Knott (1974), A cluster analysis method for grouping means, Biometrics 30.
#[must_use]
pub fn segments(values: &[f64], margin: usize, least_shift: f64, most: usize) -> Vec<usize> {
    let mut starts = vec![0];
    while starts.len() < most {
        let ends: Vec<usize> = starts.iter().skip(1).copied().chain([values.len()]).collect();
        let candidate = starts
            .iter()
            .zip(ends)
            .filter_map(|(&start, end)| best_split(&values[start..end], margin).map(|split| (start, split)))
            .filter(|(_, split)| (split.after - split.before).abs() > least_shift)
            .max_by(|a, b| a.1.gain.total_cmp(&b.1.gain));
        let Some((start, split)) = candidate else { break };
        starts.push(start + split.place);
        starts.sort_unstable();
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_found_where_it_is() {
        let values: Vec<f64> = (0..30).map(|i| if i < 11 { 1.0 } else { 4.0 } + 0.01 * f64::from(i % 3)).collect();
        let split = best_split(&values, 3).unwrap();
        assert_eq!(split.place, 11);
        assert!((split.after - split.before - 3.0).abs() < 0.02);
    }

    #[test]
    fn a_staircase_has_a_segment_for_every_tread() {
        let values: Vec<f64> = (0..40).map(|i| f64::from(i / 10) * 3.0 + 0.1 * f64::from(i % 2)).collect();
        assert_eq!(segments(&values, 3, 1.0, 8), [0, 10, 20, 30]);
        assert_eq!(segments(&values, 3, 100.0, 8), [0]);
    }

    #[test]
    fn a_short_sequence_has_no_split() {
        assert_eq!(best_split(&[1.0, 2.0, 3.0], 2), None);
    }
}
