//! Order statistics that a minority of odd values cannot move.

/// Turns a median absolute deviation into a standard deviation under normality: 1 / Φ⁻¹(3/4).
pub const MAD_TO_SIGMA: f64 = 1.4826;
/// Half-width of a 90 % interval in standard errors: the 95 % quantile of the normal distribution.
pub const NINETY: f64 = 1.645;
/// Standard error of a median over that of a mean under normality, √(π/2).
pub const MEDIAN_ERROR: f64 = 1.2533;

/// Values that fit on the stack: two months of days.
const SMALL: usize = 64;
/// Up to so many values are sorted: the standard library has a network for them, which is faster
/// than a selection.
const SORTED_WHOLE: usize = 32;

/// Quantile `share` (0 = smallest, 1 = largest) of the values that are not NaN, linear between
/// order statistics (type 7 of Hyndman and Fan, 1996).
///
/// NaN when no value is left.
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> f64 {
    quantile_of(values.iter().copied(), share)
}

/// The same for values as they come.
pub fn quantile_of(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    let mut small = [0_i64; SMALL];
    let mut count = 0;
    let mut valid = values.filter(|value| !value.is_nan()).map(order_key);
    for key in valid.by_ref() {
        if count == SMALL {
            let mut many: Vec<i64> = small.to_vec();
            many.push(key);
            many.extend(valid);
            return select(&mut many, share);
        }
        small[count] = key;
        count += 1;
    }
    select(&mut small[..count], share)
}

/// A whole number that orders as the value does (as `f64::total_cmp`): whole numbers are selected
/// twice as fast.
fn order_key(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

fn of_order_key(key: i64) -> f64 {
    f64::from_bits((key ^ ((key >> 63) as u64 >> 1) as i64) as u64)
}

fn select(valid: &mut [i64], share: f64) -> f64 {
    if valid.is_empty() {
        return f64::NAN;
    }
    let place = share.clamp(0.0, 1.0) * (valid.len() - 1) as f64;
    let below = place.floor() as usize;
    let (low, high) = if valid.len() <= SORTED_WHOLE {
        valid.sort_unstable();
        (valid[below], valid.get(below + 1).copied())
    } else {
        let (_, &mut low, above) = valid.select_nth_unstable(below);
        (low, above.iter().copied().min())
    };
    let (low, high) = (of_order_key(low), high.map_or(f64::INFINITY, of_order_key));
    if high.is_finite() { low + (place - below as f64) * (high - low) } else { low }
}

/// Median of the values that are not NaN; NaN when there is none.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The same for values as they come.
pub fn median_of(values: impl Iterator<Item = f64>) -> f64 {
    quantile_of(values, 0.5)
}

/// Standard deviation estimated from the median absolute deviation around `centre`; NaN values are
/// skipped, NaN when none is left.
#[must_use]
pub fn mad_sigma(values: &[f64], centre: f64) -> f64 {
    MAD_TO_SIGMA * median_of(values.iter().map(|value| (value - centre).abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_match_the_reference() {
        // numpy 2.4: np.quantile([1, 2, 3, 4, 10], [0, .1, .5, .9, 1]) = [1, 1.4, 3, 7.6, 10]
        let values = [10.0, 1.0, f64::NAN, 3.0, 2.0, 4.0];
        for (share, expected) in [(0.0, 1.0), (0.1, 1.4), (0.5, 3.0), (0.9, 7.6), (1.0, 10.0)] {
            assert!((quantile(&values, share) - expected).abs() < 1e-12, "{share}");
        }
    }

    #[test]
    fn one_absurd_value_does_not_move_median_and_spread() {
        let values = [1.0, 2.0, 3.0, 4.0, 1e9];
        assert_eq!(median(&values), 3.0);
        assert!((mad_sigma(&values, 3.0) - MAD_TO_SIGMA).abs() < 1e-12);
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert!(quantile(&[f64::NAN], 0.5).is_nan());
    }
}
