//! Technical loss of a distribution transformer: what a healthy node loses.
//!
//! Loss = P0 + Pk · (S / Sn)², with P0 the no-load and Pk the load loss at rated power.
//! Source: IEC 60076-1; values for 10/0.4 kV oil transformers after GOST 11920 / 12022 catalogue
//! ranges (mid values), Regulation (EU) 548/2014 gives about half of them for new units.

/// Nameplate losses of a transformer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TransformerRating {
    /// Rated apparent power, kVA.
    pub rated_kva: f64,
    /// No-load loss P0, kW.
    pub no_load_kw: f64,
    /// Load loss at rated power Pk, kW.
    pub load_kw: f64,
}

/// Catalogue values by rated power: (kVA, P0 kW, Pk kW).
const CATALOGUE: &[(f64, f64, f64)] = &[
    (25.0, 0.13, 0.65),
    (40.0, 0.18, 0.95),
    (63.0, 0.25, 1.35),
    (100.0, 0.35, 2.15),
    (160.0, 0.54, 2.9),
    (250.0, 0.78, 3.95),
    (400.0, 1.0, 5.7),
    (630.0, 1.45, 8.0),
    (1000.0, 2.3, 11.5),
];

impl TransformerRating {
    /// Nameplate losses for a rating, interpolated between catalogue sizes and scaled with kVA^0.75
    /// beyond them.
    ///
    /// `None` when the rating is not a positive number.
    #[must_use]
    pub fn from_kva(rated_kva: f64) -> Option<Self> {
        if !(rated_kva.is_finite() && rated_kva > 0.0) {
            return None;
        }
        let (first, last) = (CATALOGUE[0], CATALOGUE[CATALOGUE.len() - 1]);
        let scaled = |(kva, p0, pk): (f64, f64, f64)| {
            let factor = (rated_kva / kva).powf(0.75);
            Self { rated_kva, no_load_kw: p0 * factor, load_kw: pk * factor }
        };
        if rated_kva <= first.0 {
            return Some(scaled(first));
        }
        if rated_kva >= last.0 {
            return Some(scaled(last));
        }
        let upper = CATALOGUE.partition_point(|row| row.0 < rated_kva);
        let (a, b) = (CATALOGUE[upper - 1], CATALOGUE[upper]);
        let t = (rated_kva - a.0) / (b.0 - a.0);
        Some(Self { rated_kva, no_load_kw: a.1 + t * (b.1 - a.1), load_kw: a.2 + t * (b.2 - a.2) })
    }
}

/// Loss in kW of a transformer that carries `load_kw` at the given power factor.
#[must_use]
pub fn transformer_loss_kw(rating: TransformerRating, load_kw: f64, power_factor: f64) -> f64 {
    let share = load_kw / power_factor / rating.rated_kva;
    rating.no_load_kw + rating.load_kw * share * share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_transformer_loses_its_no_load_loss_and_a_full_one_both() {
        let rating = TransformerRating::from_kva(400.0).unwrap();
        assert!((transformer_loss_kw(rating, 0.0, 1.0) - 1.0).abs() < 1e-9);
        assert!((transformer_loss_kw(rating, 400.0, 1.0) - 6.7).abs() < 1e-9);
    }

    #[test]
    fn losses_grow_with_the_rating() {
        let kva = [10.0, 25.0, 50.0, 100.0, 300.0, 1000.0, 2500.0];
        let losses: Vec<f64> = kva.iter().map(|&k| TransformerRating::from_kva(k).unwrap().no_load_kw).collect();
        assert!(losses.windows(2).all(|pair| pair[0] < pair[1]), "{losses:?}");
    }

    #[test]
    fn a_rating_that_is_no_number_gives_no_loss_model() {
        assert!(TransformerRating::from_kva(f64::NAN).is_none());
        assert!(TransformerRating::from_kva(0.0).is_none());
    }
}
