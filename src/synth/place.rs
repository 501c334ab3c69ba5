//! Where a synthetic utility lies: its temperatures and its sun.
//!
//! Temperature: yearly cosine between a January and a July mean, a daily swing with its top at 15
//! h, and weather systems as AR(1) noise of about two days. Monthly means: climate normals
//! 1991-2020, rounded.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::chance::AutoRegression;
use crate::domain::Position;

/// A city whose climate and position the utility has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Steppe, winters of −30 °C.
    Astana,
    /// Foothills, mild winters and hot summers.
    #[default]
    Almaty,
    /// South, short winters and very hot summers.
    Shymkent,
}

impl Place {
    /// All places, in a fixed order.
    pub const ALL: [Self; 3] = [Self::Astana, Self::Almaty, Self::Shymkent];

    /// Name of the city.
    #[must_use]
    pub fn city(self) -> &'static str {
        match self {
            Self::Astana => "Astana",
            Self::Almaty => "Almaty",
            Self::Shymkent => "Shymkent",
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn position(self) -> Position {
        let (latitude, longitude) = match self {
            Self::Astana => (51.17, 71.43),
            Self::Almaty => (43.24, 76.90),
            Self::Shymkent => (42.32, 69.59),
        };
        Position { latitude, longitude }
    }

    /// Mean temperature of January and July, °C.
    fn extremes_c(self) -> (f64, f64) {
        match self {
            Self::Astana => (-14.5, 20.8),
            Self::Almaty => (-4.5, 24.5),
            Self::Shymkent => (-0.5, 27.5),
        }
    }

    /// Mean temperature at a day of the year and hour of the day, without weather.
    fn normal_c(self, day_of_year: f64, hour: f64) -> f64 {
        let (january, july) = self.extremes_c();
        // The coldest day is about 16 January and the warmest half a year later.
        let year = -(2.0 * std::f64::consts::PI * (day_of_year - 16.0) / 365.25).cos();
        let day = (2.0 * std::f64::consts::PI * (hour - 15.0) / 24.0).cos();
        f64::midpoint(january, july) + (july - january) / 2.0 * year + (4.5 + 1.5 * year) * day
    }

    /// Sunrise and sunset in minutes of the local day, for a clock that is `offset_min` ahead of
    /// UTC.
    ///
    /// # Panics
    /// Never: no city here lies beyond a polar circle.
    #[must_use]
    pub fn sun_minutes(self, day_of_year: i16, offset_min: f64) -> (f64, f64) {
        let (rise, set) = self.position().sun_minutes(day_of_year).expect("no city here lies beyond a polar circle");
        (rise + offset_min, set + offset_min)
    }

    /// Hourly temperatures (°C, two decimals) for `hours` hours from local midnight of a day of the
    /// year.
    pub(super) fn hourly_c(self, rng: &mut ChaCha8Rng, day_of_year: i16, hours: usize) -> Vec<f32> {
        let (january, july) = self.extremes_c();
        // Weather systems vary more where the year does.
        let mut systems = AutoRegression::new(rng, 2.5 + 0.06 * (july - january), 1.0 / 48.0);
        let mut gusts = AutoRegression::new(rng, 0.5, 1.0 / 3.0);
        let sample = |hour: usize| {
            let hour = hour as f64;
            let normal = self.normal_c(f64::from(day_of_year) + hour / 24.0, hour % 24.0);
            let value = normal + systems.next(rng) + gusts.next(rng);
            ((value * 100.0).round() / 100.0) as f32
        };
        (0..hours).map(sample).collect()
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn january_in_astana_is_cold_and_july_in_shymkent_hot() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut mean = |place: Place, day| {
            let hours = place.hourly_c(&mut rng, day, 24 * 30);
            f64::from(hours.iter().sum::<f32>()) / hours.len() as f64
        };
        assert!(mean(Place::Astana, 1) < -8.0);
        assert!(mean(Place::Shymkent, 185) > 22.0);
    }
}
