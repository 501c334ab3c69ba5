//! What the page draws beside the lines: pictures of listed loads, their peers, temperatures.

use std::collections::BTreeMap;

use crate::domain::{Calendar, CivilDay, Customer, UsagePointId, Weather};
use crate::findings::{DayTemperature, Dossier, LoadPicture, SuspectRow};

use crate::metered::Metered;

/// Listed usage points that are drawn, at most.
pub(crate) const MOST_DRAWN: usize = 5000;
/// Letters that all carpets of a page may take: with them a page stays below 30 MB.
const CARPET_LETTERS: usize = 14_000_000;

/// One dossier for each of the first suspects. Carpets are given to the first for whom there is
/// room; the others keep their days.
pub(crate) fn of_suspects(
    suspects: &[SuspectRow],
    mut pictures: BTreeMap<UsagePointId, LoadPicture>,
    metered: &Metered,
    customers: &BTreeMap<UsagePointId, Customer>,
) -> Vec<Dossier> {
    let mut room = CARPET_LETTERS;
    let dossier = |row: &SuspectRow| {
        let mut picture = pictures.remove(&row.usage_point);
        if let Some(picture) = &mut picture {
            if picture.hours.len() > room {
                picture.hours = Vec::new();
            }
            room -= picture.hours.len();
        }
        let customer = customers.get(&row.usage_point);
        let peers = metered.bench.peers_of(&row.usage_point);
        Dossier {
            picture,
            peers: peers.map(|peers| peers.members as u64),
            peers_mean_kw: peers.and_then(|peers| peers.ln_mean_kw).map(f64::exp),
            peers_floor_kw: peers.and_then(|peers| peers.ln_floor_kw).map(f64::exp),
            contracted_kw: customer.and_then(|customer| customer.contracted_kw),
        }
    };
    suspects.iter().take(MOST_DRAWN).map(dossier).collect()
}

/// Temperatures of the days of a run; empty without weather.
pub(crate) fn temperatures(
    period: Option<(CivilDay, CivilDay)>,
    weather: &Weather,
    calendar: &Calendar,
) -> Vec<DayTemperature> {
    let Some((from, to)) = period else { return Vec::new() };
    let on = |day: i32| {
        let day = CivilDay(day);
        DayTemperature { day, celsius: f64::from(weather.day_mean_c(calendar, day)) }
    };
    (from.0..=to.0).map(on).filter(|day| day.celsius.is_finite()).collect()
}
