//! Street lighting that no meter counts, but that the utility has declared: how many kW, and when.

use super::{Calendar, Position, Timestamp};

/// One end of the time in which lamps burn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LampEdge {
    /// When it gets dark.
    Dusk,
    /// When it gets light.
    Dawn,
    /// A minute of the local day, 0 to 1440.
    Clock(u16),
}

/// Declared unmetered lighting of a grid node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lighting {
    /// Power while the lamps burn, kW.
    pub kw: f64,
    /// When they are switched on and off.
    pub hours: (LampEdge, LampEdge),
}

impl Lighting {
    /// From dusk to dawn, as most street lamps.
    pub const ALL_NIGHT: (LampEdge, LampEdge) = (LampEdge::Dusk, LampEdge::Dawn);

    /// Reads `dusk-dawn`, `22:00-06:00`, `dusk-00:30`; `None` for anything else.
    #[must_use]
    pub fn parse_hours(text: &str) -> Option<(LampEdge, LampEdge)> {
        let (on, off) = text.split_once(['-', '–'])?;
        Some((edge(on)?, edge(off)?))
    }

    /// Mean power over the hour that starts at `at`, kW.
    #[must_use]
    pub fn kw_at(&self, at: Timestamp, place: Position, calendar: &Calendar) -> f64 {
        // Counted from noon, so that a night is one stretch.
        let hour = (calendar.local(at).hour() + 12) % 24;
        let is_evening = hour < 12;
        let burnt_before = |minute: u16| (f64::from(minute) / 60.0 - hour as f64).clamp(0.0, 1.0);
        let on = |on: LampEdge| match on {
            LampEdge::Clock(minute) => 1.0 - burnt_before(from_noon(minute)),
            _ if is_evening => place.dark_share(at),
            _ => 1.0,
        };
        let not_off = |off: LampEdge| match off {
            LampEdge::Clock(minute) => burnt_before(from_noon(minute)),
            _ if is_evening => 1.0,
            _ => place.dark_share(at),
        };
        let share = match self.hours {
            (LampEdge::Clock(from), LampEdge::Clock(to)) if from_noon(from) >= from_noon(to) => {
                on(self.hours.0) + not_off(self.hours.1)
            }
            (from, to) => on(from) + not_off(to) - 1.0,
        };
        self.kw * share.clamp(0.0, 1.0)
    }
}

/// Minutes since noon, 1 to 1440.
fn from_noon(minute: u16) -> u16 {
    match (minute + 720) % 1440 {
        0 => 1440,
        minute => minute,
    }
}

fn edge(text: &str) -> Option<LampEdge> {
    match text.trim().to_lowercase().as_str() {
        "dusk" | "sunset" => Some(LampEdge::Dusk),
        "dawn" | "sunrise" => Some(LampEdge::Dawn),
        clock => {
            let (hour, minute) = clock.split_once(':').unwrap_or((clock, "0"));
            let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
            (hour <= 24 && minute < 60 && hour * 60 + minute <= 1440).then_some(LampEdge::Clock(hour * 60 + minute))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CivilDay;

    /// Shares of the 24 hours of 21 March in Astana, at UTC+5.
    fn burns(hours: &str) -> Vec<f64> {
        let calendar = Calendar::new(Some("Etc/GMT-5")).unwrap();
        let day = calendar.day_start(CivilDay::from_ymd(2025, 3, 21).unwrap());
        let lighting = Lighting { kw: 1.0, hours: Lighting::parse_hours(hours).unwrap() };
        let place = Position { latitude: 51.17, longitude: 71.43 };
        (0..24).map(|hour| lighting.kw_at(Timestamp(day.0 + hour * 3600), place, &calendar)).collect()
    }

    #[test]
    fn lamps_by_the_clock_burn_around_midnight() {
        let burns = burns("22:30-06:00");
        assert_eq!((burns[5], burns[6], burns[21], burns[22], burns[23]), (1.0, 0.0, 0.0, 0.5, 1.0));
    }

    #[test]
    fn lamps_that_are_switched_off_at_midnight_burn_in_the_evening_only() {
        let burns = burns("dusk-24:00");
        assert_eq!((burns[0], burns[3], burns[12], burns[17], burns[21], burns[23]), (0.0, 0.0, 0.0, 0.0, 1.0, 1.0));
    }

    #[test]
    fn lamps_that_are_switched_off_at_one_burn_through_midnight() {
        let burns = burns("dusk-01:00");
        assert_eq!((burns[0], burns[1], burns[12], burns[23]), (1.0, 0.0, 0.0, 1.0));
    }

    #[test]
    fn lamps_that_are_switched_on_by_the_clock_burn_until_it_gets_light() {
        let (late, early) = (burns("22:00-dawn"), burns("05:00-dawn"));
        assert_eq!((late[21], late[22], late[3], late[12]), (0.0, 1.0, 1.0, 0.0));
        assert_eq!((early[4], early[5], early[12], early[23]), (0.0, 1.0, 0.0, 0.0));
    }

    #[test]
    fn what_is_no_time_of_day_is_not_read() {
        assert!(
            ["", "dusk", "25:00-06:00", "22:75-6", "all night-dawn"]
                .iter()
                .all(|text| Lighting::parse_hours(text).is_none())
        );
    }
}
