//! Outdoor temperature over time.

use super::{Calendar, CivilDay, Timestamp};

/// Temperatures at increasing instants, degrees Celsius.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weather {
    at: Vec<Timestamp>,
    temperature_c: Vec<f32>,
}

impl Weather {
    /// Builds a series from samples in any order; of samples for one instant the mean is kept. NaN
    /// samples are skipped.
    #[must_use]
    pub fn from_samples(mut samples: Vec<(Timestamp, f32)>) -> Self {
        samples.retain(|(_, temperature)| temperature.is_finite());
        samples.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut weather = Self::default();
        for group in samples.chunk_by(|a, b| a.0 == b.0) {
            let mean = group.iter().map(|(_, t)| f64::from(*t)).sum::<f64>() / group.len() as f64;
            weather.at.push(group[0].0);
            weather.temperature_c.push(mean as f32);
        }
        weather
    }

    /// Number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether no temperature is known at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Temperature at each of `times`, which must rise: the latest sample at most three hours old;
    /// NaN where there is none.
    #[must_use]
    pub fn at_each(&self, times: &[Timestamp]) -> Vec<f32> {
        const STALE_S: i64 = 3 * 3600;
        let mut next = 0;
        let mut values = Vec::with_capacity(times.len());
        for time in times {
            while next < self.at.len() && self.at[next] <= *time {
                next += 1;
            }
            let fresh = next > 0 && time.0 - self.at[next - 1].0 <= STALE_S;
            values.push(if fresh { self.temperature_c[next - 1] } else { f32::NAN });
        }
        values
    }

    /// Mean temperature of a local civil day; NaN when no sample falls on it.
    #[must_use]
    pub fn day_mean_c(&self, calendar: &Calendar, day: CivilDay) -> f32 {
        let from = self.at.partition_point(|&at| at < calendar.day_start(day));
        let to = self.at.partition_point(|&at| at < calendar.day_start(CivilDay(day.0 + 1)));
        if from == to {
            return f32::NAN;
        }
        let sum: f64 = self.temperature_c[from..to].iter().map(|&t| f64::from(t)).sum();
        (sum / (to - from) as f64) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_samples_has_no_temperature() {
        let weather = Weather::from_samples(vec![(Timestamp(0), 10.0), (Timestamp(3600), 20.0)]);
        let calendar = Calendar::new(None).unwrap();
        assert!((weather.day_mean_c(&calendar, CivilDay(0)) - 15.0).abs() < 1e-6);
        assert!(weather.day_mean_c(&calendar, CivilDay(1)).is_nan());
    }
}
