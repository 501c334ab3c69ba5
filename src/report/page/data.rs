//! Everything that the scripts of the page draw from, as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::evidence::LOOK_ALIKES;
use crate::findings::{Dossier, Findings, InputDigest, LoadPicture, NodeDayRow, OtherPrior, Prevalence, ScoreRow};
use crate::report::headline::Headline;
use crate::report::words::{page_fact, page_parts};

use super::series::{one_letter, two_letters};
use super::tables::{self, MOST_LINES, PageTable, real};

/// The data of the page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageData<'a> {
    run: PageRun<'a>,
    headline: Headline<'a>,
    /// Who comes next where nobody is listed.
    candidates: Vec<Value>,
    expected_innocents: Value,
    tables: BTreeMap<&'static str, PageTable>,
    meanings: BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>,
    families: &'a [&'static str],
    /// Log-odds of every family, and together, of every suspect.
    llr: Vec<Option<Vec<Value>>>,
    log_odds: Vec<Value>,
    dossiers: Vec<PageDossier<'a>>,
    node_days: BTreeMap<&'a str, PageDays>,
    node_places: Vec<Option<[Value; 2]>>,
    temperatures: Vec<(i32, Value)>,
    /// Months of every case that has a dossier: month, status, probability, power.
    case_history: BTreeMap<&'a str, Vec<(&'a str, &'static str, Value, Value)>>,
    fault_counts: BTreeMap<&'static str, usize>,
    look_alikes: Vec<&'static str>,
    /// Names of the parts of every fact, by its message.
    parts: BTreeMap<String, Vec<&'static str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageRun<'a> {
    version: &'a str,
    seed: u64,
    period: &'a Option<(String, String)>,
    timezone: &'a str,
    synthetic: bool,
    usage_points: u64,
    readings: u64,
    register_readings: u64,
    rejects: u64,
    warnings: Vec<Value>,
    notes: Vec<Value>,
    prevalence: Vec<PagePrevalence>,
    other_priors: &'a [OtherPrior],
    inputs: Vec<PageInput<'a>>,
    pseudonymised: bool,
    /// Probabilities that are settings.
    stated: Value,
    /// Repetitions with other seeds.
    repetitions: Value,
}

/// Prior and prevalence of one group.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PagePrevalence {
    stratum: Value,
    usage_points: u64,
    prior: f64,
    prevalence: Value,
}

/// A file that was read; its folder is nobody's business.
#[derive(Serialize)]
struct PageInput<'a> {
    role: &'a str,
    path: &'a str,
    sha256: &'a str,
    rows: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageDossier<'a> {
    picture: Option<PagePicture>,
    /// Readings are coarser than an hour.
    coarse: bool,
    peers: &'a Option<u64>,
    peers_mean: Value,
    peers_floor: Value,
    contracted: &'a Option<f64>,
}

/// A load as letters of base 64.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PagePicture {
    first: i32,
    top: Value,
    hours: Option<String>,
    top_day: Value,
    mean: String,
    floor: String,
}

/// Days of a node's balance.
#[derive(Default, Serialize)]
struct PageDays {
    day: Vec<i32>,
    /// Hours of the day in which the balance could be made.
    hours: Vec<u64>,
    supplied: Vec<Value>,
    metered: Vec<Value>,
    technical: Vec<Value>,
    declared: Vec<Value>,
    unmetered: Vec<Value>,
}

impl<'a> PageData<'a> {
    /// The data of a run.
    pub(super) fn of(findings: &'a Findings) -> Self {
        let listed = findings.suspects.iter().take(MOST_LINES);
        let scores: Vec<Option<&ScoreRow>> = listed.map(|row| score(findings, &row.usage_point)).collect();
        let innocents = findings.expected_innocents();
        let place = |lat: f64, lon: f64| [real(lat, 5), real(lon, 5)];
        let node_lines = tables::lines("nodes", findings);
        let node_place =
            |line: &usize| findings.node_places.get(&findings.nodes[*line].node).map(|&(lat, lon)| place(lat, lon));
        Self {
            run: run(findings),
            headline: Headline::of(findings),
            candidates: findings.candidates.iter().map(page_fact).collect(),
            expected_innocents: real(innocents, 2),
            tables: tables::tables(findings),
            meanings: tables::meanings(findings),
            families: &findings.family_names,
            llr: scores
                .iter()
                .map(|score| score.map(|score| score.llr.iter().map(|&llr| finite(f64::from(llr), 3)).collect()))
                .collect(),
            log_odds: scores
                .iter()
                .map(|score| score.and_then(|score| score.log_odds).map_or(Value::Null, |odds| finite(odds, 3)))
                .collect(),
            dossiers: findings.dossiers.iter().take(MOST_LINES).map(dossier).collect(),
            node_days: node_days(&findings.node_days),
            node_places: node_lines.iter().filter(|&&line| line < findings.nodes.len()).map(node_place).collect(),
            temperatures: findings.temperatures.iter().map(|day| (day.day.0, real(day.celsius, 1))).collect(),
            case_history: case_history(findings),
            fault_counts: fault_counts(findings),
            look_alikes: LOOK_ALIKES.iter().map(|look_alike| look_alike.name).collect(),
            parts: page_parts(),
        }
    }
}

/// A number of the configuration; null where it has none.
fn setting(config: &toml::Table, section: &str, key: &str) -> Value {
    let value = config.get(section).and_then(|section| section.get(key));
    value
        .and_then(|value| value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64)))
        .map_or(Value::Null, Value::from)
}

/// Probabilities that are settings, by the findings that rest on them.
fn stated(config: &toml::Table) -> Value {
    let kinds = ["licence_exceeded", "under_registration"];
    kinds
        .into_iter()
        .map(|kind| (kind.to_owned(), setting(config, "stated", kind)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// A number cut to its digits, or null where it is none.
fn finite(value: f64, digits: usize) -> Value {
    if value.is_finite() { real(value, digits) } else { Value::Null }
}

fn score<'a>(findings: &'a Findings, id: &str) -> Option<&'a ScoreRow> {
    findings.scores.binary_search_by(|row| row.usage_point.as_ref().cmp(id)).ok().map(|place| &findings.scores[place])
}

fn run(findings: &Findings) -> PageRun<'_> {
    let run = &findings.run;
    PageRun {
        version: &run.version,
        seed: run.seed,
        period: &run.period,
        timezone: &run.timezone,
        synthetic: run.synthetic,
        usage_points: run.usage_points,
        readings: run.readings,
        register_readings: run.register_readings,
        rejects: run.rejects,
        warnings: findings.warnings.iter().map(page_fact).collect(),
        notes: findings.notes.iter().map(page_fact).collect(),
        prevalence: run.prevalence.iter().map(prevalence).collect(),
        other_priors: &run.other_priors,
        inputs: run.inputs.iter().map(input).collect(),
        pseudonymised: run.options.pseudonym_key_sha256.is_some(),
        stated: stated(&run.config),
        repetitions: setting(&run.config, "run", "stability"),
    }
}

fn prevalence(row: &Prevalence) -> PagePrevalence {
    let stratum = row.group.as_ref().map_or_else(|| Value::from(row.stratum.as_str()), page_fact);
    PagePrevalence { stratum, usage_points: row.usage_points, prior: row.prior, prevalence: finite(row.prevalence, 6) }
}

fn input(input: &InputDigest) -> PageInput<'_> {
    let path = input.path.rsplit(['/', '\\']).next().unwrap_or(&input.path);
    PageInput { role: &input.role, path, sha256: &input.sha256, rows: input.rows }
}

fn dossier(dossier: &Dossier) -> PageDossier<'_> {
    let kw = |kw: Option<f64>| kw.map_or(Value::Null, |kw| finite(kw, 3));
    PageDossier {
        picture: dossier.picture.as_ref().map(picture),
        coarse: dossier.picture.as_ref().is_some_and(|picture| picture.floor.iter().all(|&level| level == 0)),
        peers: &dossier.peers,
        peers_mean: kw(dossier.peers_mean_kw),
        peers_floor: kw(dossier.peers_floor_kw),
        contracted: &dossier.contracted_kw,
    }
}

fn picture(picture: &LoadPicture) -> PagePicture {
    PagePicture {
        first: picture.first_day.0,
        top: finite(picture.top_kw, 4),
        hours: (!picture.hours.is_empty()).then(|| one_letter(&picture.hours)),
        top_day: finite(picture.top_day_kw, 4),
        mean: two_letters(&picture.mean),
        floor: two_letters(&picture.floor),
    }
}

fn node_days(days: &[NodeDayRow]) -> BTreeMap<&str, PageDays> {
    let mut by_node: BTreeMap<&str, PageDays> = BTreeMap::new();
    for row in days {
        let days = by_node.entry(&row.node).or_default();
        days.day.push(row.day.0);
        days.hours.push(row.hours);
        days.supplied.push(finite(row.supplied_kw, 2));
        days.metered.push(finite(row.metered_kw, 2));
        days.technical.push(finite(row.technical_kw, 2));
        days.declared.push(finite(row.declared_kw, 2));
        days.unmetered.push(finite(row.unmetered_kw, 2));
    }
    by_node
}

fn case_history(findings: &Findings) -> BTreeMap<&str, Vec<(&str, &'static str, Value, Value)>> {
    let number = |value: Option<f64>, digits| value.map_or(Value::Null, |value| finite(value, digits));
    let mut history: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for case in findings.cases.iter().filter(|case| case.level == "usage_point").take(MOST_LINES) {
        let months = case
            .history
            .iter()
            .map(|entry| (&*entry.month, entry.status.as_str(), number(entry.probability, 4), number(entry.kw, 2)));
        history.entry(&case.id).or_default().extend(months);
    }
    history
}

fn fault_counts(findings: &Findings) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for fault in &findings.faults {
        *counts.entry(fault.kind.as_str()).or_insert(0) += 1;
    }
    counts
}
