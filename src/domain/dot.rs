//! The inner product that millions of pairs of series are looked at through.

/// Sum of products in sixteen lanes, which the compiler turns into wide instructions; the order is
/// fixed, so the sum is the same on every run.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0_f32; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_and_what_is_left_of_them_are_added_up() {
        let numbers: Vec<f32> = (0..37).map(|number| number as f32).collect();
        assert_eq!(dot(&numbers, &numbers), 16_206.0);
    }
}
