//! Changes of volts from slot to slot, without what moves everywhere.
//!
//! The 10 kV side, tap changers and the day move all meters of a feeder at once. What is left when
//! that is taken off by least squares is what a transformer's own load does, which its customers
//! share and nobody else. Levels of volts are never compared: meters differ by more.

use crate::domain::{MAD_TO_SIGMA, dot};

use super::store::Slots;

/// Standard deviations beyond which a change is cut.
const FAR_OUT: f32 = 2.0;

/// Changes over `slots` slots from `first`: value `i` is the change into slot `first + i + 1`, 0
/// where it is not known.
pub(super) fn changes(slots: &Slots, first: i64, count: usize) -> Vec<f32> {
    let mut before = slots.volt(first);
    (1..count as i64)
        .map(|place| {
            let volt = slots.volt(first + place);
            let change = volt - before;
            before = volt;
            if change.is_finite() { change } else { 0.0 }
        })
        .collect()
}

/// Takes the multiples of `common` off that explain most of `own`, cuts what is far out, and brings
/// what is left to length one; all zero where nothing is left.
pub(super) fn own_part(own: &mut [f32], common: &[Vec<f32>]) {
    let size = common.len();
    let product = |a: &[f32], b: &[f32]| f64::from(dot(a, b));
    let mut gram = vec![vec![0.0; size + 1]; size];
    for (row, a) in common.iter().enumerate() {
        for (column, b) in common.iter().enumerate() {
            gram[row][column] = product(a, b);
        }
        gram[row][size] = product(a, own);
    }
    let ridge = 1e-6 * (0..size).map(|row| gram[row][row]).fold(0.0, f64::max) + 1e-12;
    (0..size).for_each(|row| gram[row][row] += ridge);
    for (shares, common) in solved(gram).into_iter().zip(common) {
        own.iter_mut().zip(common).for_each(|(own, common)| *own -= shares as f32 * common);
    }
    clip(own);
    let length = product(own, own).sqrt();
    let scale = if length > 1e-6 { 1.0 / length } else { 0.0 };
    for own in own.iter_mut() {
        *own *= scale as f32;
    }
}

/// Cuts changes beyond two standard deviations, told by their median: a customer's own large load
/// makes steps in his volts that nobody shares.
pub(super) fn clip(own: &mut [f32]) {
    let mut sizes: Vec<f32> = own.iter().map(|own| own.abs()).filter(|own| *own > 0.0).collect();
    if sizes.is_empty() {
        return;
    }
    let middle = sizes.len() / 2;
    let (_, middle, _) = sizes.select_nth_unstable_by(middle, f32::total_cmp);
    let most = FAR_OUT * MAD_TO_SIGMA as f32 * *middle;
    for own in own.iter_mut() {
        *own = own.clamp(-most, most);
    }
}

/// Solves a small symmetric system whose right side is the last column.
fn solved(mut rows: Vec<Vec<f64>>) -> Vec<f64> {
    let size = rows.len();
    for pivot in 0..size {
        for row in pivot + 1..size {
            let factor = rows[row][pivot] / rows[pivot][pivot];
            let (above, below) = rows.split_at_mut(row);
            for (value, of_pivot) in below[0].iter_mut().zip(&above[pivot]).skip(pivot) {
                *value -= factor * of_pivot;
            }
        }
    }
    let mut solution = vec![0.0; size];
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|column| rows[row][column] * solution[column]).sum();
        solution[row] = (rows[row][size] - known) / rows[row][row];
    }
    solution
}

/// Correlation of two series of changes about nothing; 0 where one does not change.
pub(super) fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let length = (f64::from(dot(a, a)) * f64::from(dot(b, b))).sqrt();
    if length > 1e-9 { f64::from(dot(a, b)) / length } else { 0.0 }
}

/// The mean of several series of changes; `None` of none.
pub(super) fn mean<'a>(all: impl Iterator<Item = &'a [f32]>) -> Option<Vec<f32>> {
    let (mut sum, mut count) = (Vec::new(), 0_u32);
    for series in all {
        sum.resize(series.len(), 0.0_f32);
        for (sum, value) in sum.iter_mut().zip(series) {
            *sum += value;
        }
        count += 1;
    }
    for sum in &mut sum {
        *sum /= count as f32;
    }
    (count > 0).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_everywhere_is_taken_off_and_the_own_part_is_left() {
        let common = vec![vec![1.0, -2.0, 3.0, 0.5], vec![0.0, 1.0, 1.0, -1.0]];
        let own = [0.5_f32, 0.0, -0.5, 0.25];
        let mut moved: Vec<f32> = (0..4).map(|i| own[i] + 2.0 * common[0][i] - common[1][i]).collect();
        let mut alone = own.to_vec();
        own_part(&mut moved, &common);
        own_part(&mut alone, &common);
        assert!(correlation(&moved, &alone) > 0.9999, "{moved:?} {alone:?}");
        assert!((dot(&moved, &moved) - 1.0).abs() < 1e-4);
    }
}
