//! The second look at listed usage points: their readings in full, for what daily levels cannot
//! tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::{Prepared, UsageProfile};
use crate::domain::{Calendar, CivilDay, Grid, UsagePointId};
use crate::evidence::{
    Answers, HiddenLoad, LEAST_EVENTS, LoadCourse, OwnFloor, Subject, by_hours, hidden_load, onset_day,
    scheduled_hours, without_cuts,
};
use crate::findings::{FindingKind, LoadPicture, SuspectRow};
use crate::metered::Metered;
use crate::unmetered::Places;

use super::LicenceVerdict;
use super::dossiers::MOST_DRAWN;
use super::listing::Listing;
use super::one_start;
use super::outages::Outages;
use super::said;
use super::suspect_rows::tell_load;

/// After an outage units draw what they drew within this share; a load that draws more by this
/// factor rebounds; one below this share of itself has fallen with the internet.
const AS_BEFORE: f64 = 0.1;
const REBOUND: f64 = 1.15;
const FALLEN: f64 = 0.7;
/// What is claimed of a load.
#[derive(Clone, Copy)]
pub(crate) struct Claims<'a> {
    /// The smallest load that is claimed, kW while it runs.
    pub(crate) least_kw: f64,
    /// First day judged, where there are days before it.
    pub(crate) judged_from: Option<CivilDay>,
    pub(crate) calendar: &'a Calendar,
}

/// What the second look takes from a usage point.
pub(crate) struct Looked {
    load: Option<HiddenLoad>,
    picture: Option<LoadPicture>,
    verdict: Option<LicenceVerdict>,
    answers: Option<Answers>,
}

/// How it looks at a usage point the moment it is read again.
pub(crate) type Look<'a> = dyn Fn(&UsagePointId, Prepared) -> Option<Looked> + Sync + 'a;

/// Measures every listed load from its own intervals: power, start, end, energy; counts the hours
/// in which one exceeds its licence and draws the first of the list. A balance has shown the series
/// of those `otherwise` to be not what the fault gate made of it.
pub(crate) fn refine<E>(
    listing: &mut Listing,
    (metered, otherwise): (&Metered, &Places),
    Claims { least_kw, judged_from, calendar }: Claims,
    (outages, grid): (&Outages, &Grid),
    read_again: impl FnOnce(&BTreeSet<UsagePointId>, &Look) -> Result<BTreeMap<UsagePointId, Looked>, E>,
) -> Result<BTreeMap<UsagePointId, LoadPicture>, E> {
    let Listing { suspects, licensed, .. } = &*listing;
    let rows: BTreeMap<UsagePointId, (usize, &SuspectRow)> =
        suspects.iter().enumerate().map(|(place, row)| (row.usage_point.clone(), (place, row))).collect();
    let is_asked =
        |(place, row): &(usize, &SuspectRow)| *place < MOST_DRAWN || is_measured(row) || exceeds_licence(row);
    let wanted: BTreeSet<UsagePointId> =
        rows.iter().filter(|(_, listed)| is_asked(listed)).map(|(id, _)| id.clone()).collect();
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let look = |id: &UsagePointId, prepared: Prepared| {
        let &(place, row) = rows.get(id)?;
        let prepared = if otherwise.contains_key(id) { prepared.otherwise(calendar) } else { prepared };
        let picture =
            if place < MOST_DRAWN { LoadPicture::of(&prepared.fold, prepared.series.step_min <= 60) } else { None };
        let load = if is_measured(row) { measured(row, &prepared, metered, (judged_from, calendar)) } else { None };
        let verdict = licensed.get(id).map(|verdict| verdict.clone().counted(&prepared.series, calendar));
        let answers = Answers::of(&prepared.series, &outages.at(id, grid));
        Some(Looked { load, picture, verdict, answers })
    };
    let mut looked = read_again(&wanted, &look)?;
    drop(rows);
    let mut pictures = BTreeMap::new();
    for row in &mut listing.suspects {
        let Some(Looked { load, picture, verdict, answers }) = looked.remove(&row.usage_point) else { continue };
        if let Some(answers) = answers {
            tell_answers(row, &answers);
        }
        if let Some(load) = load {
            tell_load(row, &load);
            row.evidence_against.extend(load.forbidden_kw.map(|kw| said::forbidden(kw, load.kw)));
            if let Ok(place) = listing.scores.binary_search_by(|score| score.usage_point.cmp(&row.usage_point)) {
                let score = &mut listing.scores[place];
                (score.hidden_kw, score.since, score.until) = (row.hidden_kw, row.since, row.until);
            }
        }
        pictures.extend(picture.map(|picture| (row.usage_point.clone(), picture)));
        listing.licensed.extend(verdict.map(|verdict| (row.usage_point.clone(), verdict)));
    }
    tell_licences(&mut listing.suspects, &listing.licensed);
    listing.suspects.iter_mut().for_each(one_start::tell);
    listing.drop_small(least_kw, judged_from);
    Ok(pictures)
}

fn exceeds_licence(row: &SuspectRow) -> bool {
    row.finding == FindingKind::LicenceExceeded
}

/// Tells how a load answered events: on the side that it speaks for.
fn tell_answers(row: &mut SuspectRow, answers: &Answers) {
    if answers.outages >= LEAST_EVENTS {
        let fact = said::restarts(answers.outages, 100.0 * answers.level, 100.0 * answers.rebound);
        let is_units = (answers.level - 1.0).abs() < AS_BEFORE && answers.rebound < REBOUND;
        let side = if is_units { &mut row.evidence_for } else { &mut row.evidence_against };
        side.push(fact);
    }
    if answers.internet >= LEAST_EVENTS {
        let fact = said::without_internet(answers.internet, 100.0 * answers.inside);
        let side = if answers.inside < FALLEN { &mut row.evidence_for } else { &mut row.evidence_against };
        side.push(fact);
    }
}

/// What a licence that is exceeded says stands first of what speaks for a finding.
fn tell_licences(suspects: &mut [SuspectRow], licensed: &BTreeMap<UsagePointId, LicenceVerdict>) {
    for row in suspects.iter_mut().filter(|row| exceeds_licence(row)) {
        row.evidence_for.splice(0..0, licensed.get(&row.usage_point).map(LicenceVerdict::reason));
    }
}

/// Whether the row is about load that its own meter shows.
fn is_measured(row: &SuspectRow) -> bool {
    row.finding != FindingKind::UnderRegistration && row.hidden_kw.is_some()
}

/// The load of a row from its own intervals: days without power cuts first, then every hour; `None`
/// where too little is left.
fn measured(
    row: &SuspectRow,
    prepared: &Prepared,
    metered: &Metered,
    (judged_from, calendar): (Option<CivilDay>, &Calendar),
) -> Option<HiddenLoad> {
    let own_floor = if row.finding == FindingKind::LicenceExceeded { OwnFloor::None } else { OwnFloor::AsPeers };
    let series = without_cuts(&prepared.series);
    let profile = UsageProfile::of(&series, calendar);
    let look = |subject: &Subject| Some((hidden_load(subject, own_floor)?, scheduled_hours(subject)));
    let (mut load, window) = metered.bench.with_subject(&row.usage_point, &profile, look)?;
    if let Some(range) = load.since_range.filter(|_| load.pattern != LoadCourse::Scheduled) {
        // A load that runs day and night steps up at one instant; one that runs in a window does
        // not.
        if let Some(day) = onset_day(&series, calendar, range, load.first_step_kw) {
            (load.since, load.since_range) = (Some(day), Some((day, day)));
        }
    }
    if profile.has_hours() {
        return Some(by_hours(&load, &prepared.fold, window, judged_from));
    }
    let days = series.days(calendar)?;
    let (first, last) = (load.since.unwrap_or(days.0), load.until.unwrap_or(days.1));
    let judged = judged_from.map_or(first, |from| from.max(first));
    load.kwh *= f64::from((last.0 + 1 - judged.0).max(0)) / f64::from((last.0 + 1 - first.0).max(1));
    Some(load)
}
