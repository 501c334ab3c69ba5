//! What was read of usage points, as far as balances ask.

use std::collections::HashMap;

use crate::domain::UsagePointId;

/// What was read of one usage point.
struct Read {
    /// By intervals; else by a register alone.
    has_intervals: bool,
    /// Mean power of its readings, kW; NaN where none of its energy is believed.
    mean_kw: f64,
    /// By how much its daily mean fell for good, kW.
    fell_kw: f32,
}

/// What was read of all usage points, balance meters left out.
pub(crate) struct Reads<'a> {
    /// Asked for every usage point several times, so by a hash.
    points: HashMap<&'a str, Read>,
}

impl<'a> Reads<'a> {
    /// Of usage points with intervals, each with its mean power and by how much that fell for good
    /// (kW), and of those with a register; who has both is read by intervals.
    pub(crate) fn of(
        by_intervals: impl Iterator<Item = (&'a UsagePointId, Option<f64>, f32)>,
        by_register: impl Iterator<Item = &'a UsagePointId>,
    ) -> Self {
        let of_register = by_register.map(|id| (&**id, Read { has_intervals: false, mean_kw: f64::NAN, fell_kw: 0.0 }));
        let of_intervals = by_intervals.map(|(id, mean_kw, fell_kw)| {
            (&**id, Read { has_intervals: true, mean_kw: mean_kw.unwrap_or(f64::NAN), fell_kw })
        });
        Self { points: of_register.chain(of_intervals).collect() }
    }

    fn point(&self, id: &str) -> Option<&Read> {
        self.points.get(id)
    }

    /// Whether intervals were read of a usage point.
    pub(crate) fn has_intervals(&self, id: &str) -> bool {
        self.point(id).is_some_and(|point| point.has_intervals)
    }

    /// Whether nothing but a register was read of it.
    pub(crate) fn has_register_only(&self, id: &str) -> bool {
        self.point(id).is_some_and(|point| !point.has_intervals)
    }

    /// Whether its energy is in the sums: by intervals up to a day, or by a register.
    pub(crate) fn in_balance(&self, id: &str) -> bool {
        self.point(id).is_some_and(|point| !point.has_intervals || !point.mean_kw.is_nan())
    }

    /// Mean power of its intervals, kW; `None` where nothing was read.
    pub(crate) fn mean_kw(&self, id: &str) -> Option<f64> {
        self.point(id).map(|point| point.mean_kw).filter(|kw| !kw.is_nan())
    }

    /// By how much its daily mean fell for good, kW; 0 where it did not.
    pub(crate) fn fell_kw(&self, id: &str) -> f32 {
        self.point(id).map_or(0.0, |point| point.fell_kw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_go_before_a_register_and_unbelieved_energy_is_in_no_balance() {
        let ids: Vec<UsagePointId> = ["a", "b", "c"].map(UsagePointId::from).into();
        let intervals = [(&ids[1], None, 0.0), (&ids[0], Some(2.0), 0.5)];
        let reads = Reads::of(intervals.into_iter(), [&ids[0], &ids[2]].into_iter());
        assert_eq!(["a", "b", "c", "d"].map(|id| reads.in_balance(id)), [true, false, true, false]);
        assert_eq!(["a", "b", "c"].map(|id| reads.has_register_only(id)), [false, false, true]);
        assert_eq!((reads.mean_kw("a"), reads.mean_kw("c"), reads.fell_kw("a")), (Some(2.0), None, 0.5));
    }
}
