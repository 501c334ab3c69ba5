//! Values that only grow, as those of counters do.

/// Whether nine in ten of the series with five values or more only grow, from a level far above
/// what they grow by.
pub(crate) fn only_grow<'v>(series: impl Iterator<Item = &'v [f64]>) -> bool {
    let long: Vec<&[f64]> = series.filter(|values| values.len() >= 5).collect();
    let grows = |values: &&&[f64]| {
        let growth = (values[values.len() - 1] - values[0]) / (values.len() - 1) as f64;
        values.windows(2).all(|pair| pair[1] >= pair[0])
            && growth > 0.0
            && values[0] > 20.0 * growth
            && values[0] > 100.0
    };
    !long.is_empty() && long.iter().filter(grows).count() * 10 >= long.len() * 9
}
