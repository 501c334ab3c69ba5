//! Where the sun stands: when it rises and sets, and which part of an hour is dark enough for
//! street lamps.
//!
//! Declination δ = −23.44° cos(2π (d + 10) / 365); half angle of the day arccos((sin h − sin φ sin
//! δ) / (cos φ cos δ)) for a sun that counts as up above the height h; equation of time after
//! Spencer (1971) in the usual short form. Right to a few minutes, which is what an hourly balance
//! needs.

use super::{CivilDay, Timestamp};

/// Height of the upper edge of the sun at the horizon, refraction included, degrees.
const HORIZON: f64 = -0.833;
/// Height below which street lamps burn, degrees: half-way through civil twilight, when some 30 lux
/// are left.
const LAMPS_ON: f64 = -3.0;

/// A place on earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

impl Position {
    /// Sunrise and sunset in minutes of the UTC day, which may lie before 0 or after 1440; `None`
    /// where the sun does not rise or does not set on this day.
    #[must_use]
    pub fn sun_minutes(self, day_of_year: i16) -> Option<(f64, f64)> {
        self.above(HORIZON, day_of_year)
    }

    /// Share of the hour that starts at `at` in which it is dark enough for street lamps, 0 to 1.
    #[must_use]
    pub fn dark_share(self, at: Timestamp) -> f64 {
        let day = CivilDay(at.0.div_euclid(86_400) as i32);
        let from = at.0.rem_euclid(86_400) as f64 / 60.0;
        // The days around it: far from Greenwich the night of one day reaches into the UTC day of
        // another.
        let light: f64 = (-1..=1)
            .map(|shift| {
                let day_of_year = CivilDay(day.0 + shift).day_of_year();
                let offset = f64::from(shift) * 1440.0;
                match self.above(LAMPS_ON, day_of_year) {
                    Some((rise, set)) => ((set + offset).min(from + 60.0) - (rise + offset).max(from)).max(0.0),
                    None if self.is_polar_day(day_of_year) && shift == 0 => 60.0,
                    None => 0.0,
                }
            })
            .sum();
        1.0 - (light / 60.0).clamp(0.0, 1.0)
    }

    fn is_polar_day(self, day_of_year: i16) -> bool {
        self.latitude * declination(day_of_year) > 0.0
    }

    /// The time in which the sun stands above `height` degrees, minutes of the UTC day.
    fn above(self, height: f64, day_of_year: i16) -> Option<(f64, f64)> {
        let (phi, delta) = (self.latitude.to_radians(), declination(day_of_year));
        let b = std::f64::consts::TAU / 365.0 * (f64::from(day_of_year) - 81.0);
        let equation_min = 9.87 * (2.0 * b).sin() - 7.53 * b.cos() - 1.5 * b.sin();
        let noon = 720.0 - 4.0 * self.longitude - equation_min;
        let cosine = (height.to_radians().sin() - phi.sin() * delta.sin()) / (phi.cos() * delta.cos());
        let half_min = (-1.0..=1.0).contains(&cosine).then(|| cosine.acos().to_degrees() * 4.0)?;
        Some((noon - half_min, noon + half_min))
    }
}

/// Declination of the sun, radians.
fn declination(day_of_year: i16) -> f64 {
    -23.44_f64.to_radians() * (std::f64::consts::TAU / 365.0 * (f64::from(day_of_year) + 10.0)).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASTANA: Position = Position { latitude: 51.17, longitude: 71.43 };

    #[test]
    fn midsummer_sun_in_astana_is_up_for_sixteen_and_a_half_hours() {
        // Almanac: day length at 51.17 N on 21 June is 16 h 29 min.
        let (rise, set) = ASTANA.sun_minutes(172).unwrap();
        assert!((set - rise - 989.0).abs() < 8.0, "{} min", set - rise);
    }

    #[test]
    fn lamps_burn_through_the_night_and_not_at_noon() {
        // 21 March in Astana: the sun rises about 6:20 and sets about 18:35 at UTC+5.
        let day = i64::from(CivilDay::from_ymd(2025, 3, 21).unwrap().0) * 86_400;
        let dark = |local_hour: i64| ASTANA.dark_share(Timestamp(day + (local_hour - 5) * 3600));
        assert_eq!((dark(0), dark(3), dark(12), dark(17), dark(23)), (1.0, 1.0, 0.0, 0.0, 1.0));
        assert!((0.05..0.95).contains(&dark(18)) || (0.05..0.95).contains(&dark(19)), "{} {}", dark(18), dark(19));
        let night: f64 = (0..24).map(dark).sum();
        assert!((11.0..11.6).contains(&night), "{night} h: twelve of night less the brighter half of two twilights");
    }

    #[test]
    fn beyond_the_polar_circle_summer_has_no_lamps_and_winter_no_pause() {
        let north = Position { latitude: 72.0, longitude: 100.0 };
        let dark = |month, hour: i64| {
            north
                .dark_share(Timestamp(i64::from(CivilDay::from_ymd(2025, month, 21).unwrap().0) * 86_400 + hour * 3600))
        };
        assert!((0..24).all(|hour| dark(6, hour) == 0.0));
        assert!((0..24).all(|hour| dark(12, hour) == 1.0));
    }
}
