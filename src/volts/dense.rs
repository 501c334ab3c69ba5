//! Symmetric positive definite systems of some hundred unknowns, row by row.

/// The lower triangle L of a matrix L·Lᵀ.
pub(super) struct Factor {
    size: usize,
    lower: Vec<f64>,
}

impl Factor {
    /// Cholesky's factor of a matrix of `size` rows; `None` where it is not positive definite.
    pub(super) fn of(mut matrix: Vec<f64>, size: usize) -> Option<Self> {
        for row in 0..size {
            for column in 0..=row {
                let (before, own) = matrix.split_at(row * size);
                let other = if column < row { &before[column * size..column * size + column] } else { &own[..column] };
                let known: f64 = own[..column].iter().zip(other).map(|(a, b)| a * b).sum();
                let left = own[column] - known;
                if column < row {
                    matrix[row * size + column] = left / matrix[column * size + column];
                } else if left > 0.0 && left.is_finite() {
                    matrix[row * size + row] = left.sqrt();
                } else {
                    return None;
                }
            }
        }
        Some(Self { size, lower: matrix })
    }

    fn row(&self, row: usize) -> &[f64] {
        &self.lower[row * self.size..=row * self.size + row]
    }

    /// Solves L·x = `right` in place; the squares of x add up to rightᵀ·(L·Lᵀ)⁻¹·right.
    pub(super) fn forward(&self, right: &mut [f64]) {
        for at in 0..self.size {
            let row = self.row(at);
            let known: f64 = row[..at].iter().zip(right.iter()).map(|(a, b)| a * b).sum();
            right[at] = (right[at] - known) / row[at];
        }
    }

    /// Solves L·Lᵀ·x = `right` in place.
    pub(super) fn solve(&self, right: &mut [f64]) {
        self.forward(right);
        for at in (0..self.size).rev() {
            right[at] /= self.lower[at * self.size + at];
            let known = right[at];
            for (other, lower) in right.iter_mut().zip(&self.row(at)[..at]) {
                *other -= known * lower;
            }
        }
    }

    /// Logarithm of the determinant.
    pub(super) fn log_determinant(&self) -> f64 {
        2.0 * (0..self.size).map(|at| self.lower[at * self.size + at].ln()).sum::<f64>()
    }

    /// The inverse of the matrix.
    pub(super) fn inverse(&self) -> Vec<f64> {
        let mut inverse = vec![0.0; self.size * self.size];
        for (at, row) in inverse.chunks_mut(self.size).enumerate() {
            row[at] = 1.0;
            self.solve(row);
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_of_three_is_solved_and_a_matrix_that_is_not_positive_is_refused() {
        // det = 4·(5·6 − 1) − 2·(2·6 − 0) = 92; of (8, 15, 20) the solution is (1, 2, 3).
        let factor = Factor::of(vec![4.0, 2.0, 0.0, 2.0, 5.0, 1.0, 0.0, 1.0, 6.0], 3).unwrap();
        let mut right = [8.0, 15.0, 20.0];
        factor.solve(&mut right);
        assert!(right.iter().zip([1.0, 2.0, 3.0]).all(|(a, b)| (a - b).abs() < 1e-12), "{right:?}");
        assert!((factor.log_determinant() - 92.0_f64.ln()).abs() < 1e-12);
        assert!(Factor::of(vec![1.0, 2.0, 2.0, 1.0], 2).is_none());
    }
}
