//! `darkload verify`: somebody else repeats a result from the readings and `run.toml`, and is told
//! whether the bytes are the same and, if not, where they part.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::archive::{About, Archive, ArchiveError};
use crate::config::{Config, ConfigError};
use crate::consequence::{RuleError, RuleSettings};
use crate::domain::{Calendar, CalendarError, toml_words};
use crate::findings::{Findings, InputDigest, RunRecord};
use crate::ingest::{FROM_FOLDERS, Mapping, MappingError, StaticPaths};
use crate::pipeline::{self, ScanPlan};
use crate::report::{self, CompareError};

use super::complaint::complain;
use super::exit_reason::ExitReason;
use super::pseudonym_files::{self, KeyError};
use super::scan::{PlanError, about, plan_digests};
use super::session::{Manner, RunError, Session, archive_reason};
use super::terminal::{say, show};
use super::verify_inputs::{InputError, Inputs};

/// Bytes of a run record that are read; a run over 100,000 files has 20 MB.
const LARGEST_RECORD: u64 = 1 << 28;

/// Arguments of `darkload verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Result folder of a scan
    result: PathBuf,
    /// The readings that it was made from, register readings in files of their own too
    #[arg(required = true, value_name = "READINGS")]
    readings: Vec<String>,
    /// Folder below which the other files of the run are looked for, by the ends of the paths in
    /// run.toml; no other path of a result is opened
    #[arg(long, value_name = "DIR")]
    inputs: Option<PathBuf>,
    /// Customers
    #[arg(long, value_name = "FILE")]
    customers: Option<PathBuf>,
    /// Grid
    #[arg(long, value_name = "FILE")]
    grid: Option<PathBuf>,
    /// Weather
    #[arg(long, value_name = "FILE")]
    weather: Option<PathBuf>,
    /// Licence register
    #[arg(long, value_name = "FILE")]
    licences: Option<PathBuf>,
    /// Tariffs
    #[arg(long, value_name = "FILE")]
    tariffs: Option<PathBuf>,
    /// Ratios of meters
    #[arg(long, value_name = "FILE")]
    meters: Option<PathBuf>,
    /// What inspectors found
    #[arg(long, value_name = "FILE")]
    inspections: Option<PathBuf>,
    /// Bills
    #[arg(long, value_name = "FILE")]
    billing: Option<PathBuf>,
    /// Events
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Complaints
    #[arg(long, value_name = "FILE")]
    complaints: Option<PathBuf>,
    /// Volts of meters
    #[arg(long, value_name = "FILE")]
    voltage: Option<PathBuf>,
    /// Rule pack of your own, once for each and in the order of run.toml
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
    /// Mapping profile of the readings, where it was a file
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// Key of a pseudonymised result [default: the path of the result with .key]
    #[arg(long, value_name = "FILE")]
    pseudonym_key: Option<PathBuf>,
    /// Archive of the earlier months that the result was made with
    #[arg(long, value_name = "DIR")]
    archive: Option<PathBuf>,
    /// Threads; default: all cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Memory the run may use, such as 800M or 4G
    #[arg(long, value_name = "SIZE", value_parser = super::values::size)]
    memory: Option<u64>,
    /// Print nothing but errors and what differs
    #[arg(long, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more about what is done
    #[arg(long)]
    verbose: bool,
}

/// Why a result could not be repeated.
#[derive(Debug, thiserror::Error)]
pub(super) enum VerifyError {
    #[error(
        "`{path}` cannot be read as the record of a run; give the folder that `darkload scan` wrote",
        path = path.display()
    )]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error(
        "`{path}` is no record of a run ({words}); give the folder that `darkload scan` wrote",
        path = path.display()
    )]
    Record { path: PathBuf, words: String },
    #[error("the configuration in run.toml cannot be used by this version of darkload")]
    Config(#[from] ConfigError),
    #[error("the configuration in run.toml cannot be used by this version of darkload: {0}")]
    ConfigForm(String),
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("the period `{0}` in run.toml is no period")]
    Period(String),
    #[error("the key is not the one that the result was made with; give its --pseudonym-key")]
    OtherKey,
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error(transparent)]
    Rules(#[from] RuleError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("failed to make a folder for the second result")]
    Folder(#[source] std::io::Error),
    #[error("failed to compare the results")]
    Compare(#[from] CompareError),
}

impl VerifyError {
    fn reason(&self) -> ExitReason {
        match self {
            Self::Run(error) => error.reason(),
            Self::Archive(error) => archive_reason(error),
            Self::Unreadable { .. } | Self::Record { .. } | Self::Compare(_) => ExitReason::UnusableInput,
            Self::Folder(_) => ExitReason::UnwritableOutput,
            _ => ExitReason::BadArguments,
        }
    }
}

/// Verifies and says how it ended: 0 the same bytes, 3 not the same (the result cannot be relied
/// on).
pub(super) fn run(args: &VerifyArgs) -> ExitReason {
    match verify(args) {
        Ok(reason) => reason,
        Err(error) => {
            complain("", &error);
            error.reason()
        }
    }
}

fn verify(args: &VerifyArgs) -> Result<ExitReason, VerifyError> {
    let record = record(&args.result)?;
    let folder = tempfile::tempdir().map_err(VerifyError::Folder)?;
    let out = folder.path().join("again");
    let plan = plan(args, &record, &out)?;
    let session = Session::new(plan, Manner { threads: args.threads, quiet: args.quiet, verbose: args.verbose })?;
    let mut findings =
        session.work(|plan, progress, interrupt| pipeline::scan(plan, progress, interrupt)).map_err(RunError::from)?;
    let other_inputs = input_words(&record.inputs, &findings.run.inputs);
    take_recorded_paths(&mut findings, &record.inputs);
    // Neither is found in the readings themselves: one was asked for, the other said by a file
    // beside them.
    (findings.run.language, findings.run.synthetic) = (record.language.clone(), record.synthetic);
    // What files are called is no part of a result; their bytes are compared as inputs.
    (findings.run.options.profile, findings.run.config) = (record.options.profile.clone(), record.config.clone());
    let written = session
        .work(|_, _, interrupt| report::write_result(&out, &findings, || !interrupt.is_set()))
        .map_err(RunError::from)?;
    if written.is_none() {
        return Err(RunError::from(pipeline::PipelineError::Interrupted).into());
    }
    let compared = report::compare(&args.result, &out)?;
    if !other_inputs.is_empty() {
        show(&other_inputs_line(&other_inputs, &compared));
        return Ok(ExitReason::UnusableInput);
    }
    let mut differs = Vec::new();
    if record.version != findings.run.version {
        differs.insert(
            0,
            format!(
                "made by darkload {}, repeated by {}: other bytes may come from that alone",
                record.version, findings.run.version
            ),
        );
    }
    let same = compared.iter().filter(|file| file.parts.is_none()).count();
    differs
        .extend(compared.iter().filter_map(|file| file.parts.as_ref().map(|parts| format!("{}: {parts}", file.file))));
    if differs.is_empty() {
        if !args.quiet {
            say(&format!(
                "The same: {} input files and {same} result files, but for the times of the run.\n",
                record.inputs.len()
            ));
        }
        return Ok(ExitReason::Finished);
    }
    let mut text = format!("Not the same: {same} of {} result files are. Where they part:\n", compared.len());
    for words in &differs {
        text.extend(["  ", words, "\n"]);
    }
    show(&text);
    Ok(ExitReason::UnusableInput)
}

/// What is said where the inputs are not those of the run: the result differs for that alone, and
/// nothing follows from it.
fn other_inputs_line(words: &[String], compared: &[report::Compared]) -> String {
    const MOST: usize = 3;
    let more = words.len().saturating_sub(MOST);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let differ = compared.iter().filter(|file| file.parts.is_some()).count();
    format!(
        "Not repeated, since the inputs are not those of the record: {}{more}. {differ} of {} result files differ; \
         give the inputs of the record.\n",
        words[..words.len().min(MOST)].join("; "),
        compared.len()
    )
}

fn record(result: &Path) -> Result<RunRecord, VerifyError> {
    let path = result.join("run.toml");
    let unreadable = |source| VerifyError::Unreadable { path: path.clone(), source };
    let mut bytes = Vec::new();
    report::open_given(&path).and_then(|file| file.take(LARGEST_RECORD).read_to_end(&mut bytes)).map_err(unreadable)?;
    let text = String::from_utf8_lossy(&bytes);
    toml::from_str(&text).map_err(|error| VerifyError::Record { path, words: toml_words(&error, &text) })
}

/// The plan of the run that made the result.
fn plan(args: &VerifyArgs, record: &RunRecord, out: &Path) -> Result<ScanPlan, VerifyError> {
    let config: Config =
        record.config.clone().try_into().map_err(|error| VerifyError::ConfigForm(toml_words(&error, "")))?;
    let config = config.checked()?;
    let options = &record.options;
    let inputs = Inputs::of(args.inputs.as_deref(), record)?;
    // What the run found in a folder is found there again, where the folder is given.
    let has_folder = args.readings.iter().any(|given| Path::new(given).is_dir());
    let table = |role: &str, given: &Option<PathBuf>| match inputs.table(role, given.as_deref()) {
        Err(InputError::NotGiven { .. }) if has_folder && FROM_FOLDERS.contains(&role) => Ok(None),
        other => other,
    };
    let profile = inputs.profile(args.profile.as_deref())?;
    let rules = RuleSettings { files: inputs.rules(&args.rules, &config.rules.files)?, ..config.rules.clone() };
    let period = options
        .period
        .as_deref()
        .map(|text| super::scan::period(text).map_err(|_| VerifyError::Period(text.to_owned())))
        .transpose()?;
    let calendar = Calendar::new(options.timezone.as_deref())?;
    let about = about(&config, &calendar);
    Ok(ScanPlan {
        readings: args.readings.clone(),
        tables: StaticPaths {
            customers: table("customers", &args.customers)?,
            grid: table("grid", &args.grid)?,
            weather: table("weather", &args.weather)?,
            licences: table("licences", &args.licences)?,
            tariffs: table("tariffs", &args.tariffs)?,
            meters: table("meters", &args.meters)?,
            inspections: table("inspections", &args.inspections)?,
            billing: table("billing", &args.billing)?,
            events: table("events", &args.events)?,
            complaints: table("complaints", &args.complaints)?,
            voltage: table("voltage", &args.voltage)?,
            registers: None,
        },
        profile: profile.as_deref().map(Mapping::named).transpose()?,
        calendar,
        period,
        rules: rules.load()?,
        digests: plan_digests(&rules.files, profile.as_deref())?,
        options: options.clone(),
        pseudonym_key: key(args, options.pseudonym_key_sha256.as_deref())?,
        config,
        // A result that is there was wanted.
        anyway: true,
        top: options.top,
        memory: args.memory,
        archive: archive(args, record, &about)?.map(Arc::new),
        out: out.to_path_buf(),
    })
}

/// The archive as it was when the result was made.
fn archive(args: &VerifyArgs, record: &RunRecord, about: &About) -> Result<Option<Archive>, VerifyError> {
    if !record.options.archive {
        return Ok(None);
    }
    let kept = record.inputs.iter().filter(|input| input.role == "archive");
    let name = |input: &InputDigest| Some(Path::new(&input.path).file_name()?.to_string_lossy().into_owned());
    let files: BTreeMap<String, String> = kept.filter_map(|input| Some((name(input)?, input.sha256.clone()))).collect();
    let Some((first, _)) = files.first_key_value() else { return Ok(Some(Archive::empty(about))) };
    let not_given = || InputError::NotGiven { role: "archive".to_owned(), recorded: first.clone() };
    let archive = Archive::look(args.archive.as_deref().ok_or_else(not_given)?)?;
    Ok(Some(archive.as_of(&files)?))
}

fn key(args: &VerifyArgs, digest: Option<&str>) -> Result<Option<crate::consequence::PseudonymKey>, VerifyError> {
    let Some(digest) = digest else { return Ok(None) };
    let key = pseudonym_files::read(&pseudonym_files::key_path(args.pseudonym_key.as_deref(), &args.result))?;
    if key.digest() == digest { Ok(Some(key)) } else { Err(VerifyError::OtherKey) }
}

/// Inputs that are not those of the record: of each role, files recorded and not given, and files
/// given and not recorded.
fn input_words(recorded: &[InputDigest], given: &[InputDigest]) -> Vec<String> {
    let mut left: Vec<&InputDigest> = given.iter().collect();
    let mut missing = Vec::new();
    for input in recorded {
        match left.iter().position(|other| other.role == input.role && other.sha256 == input.sha256) {
            Some(place) => {
                left.remove(place);
            }
            None => missing.push(input),
        }
    }
    let mut words = Vec::new();
    for input in missing {
        let name = |path: &str| {
            Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
        };
        match left.iter().position(|other| other.role == input.role && name(&other.path) == name(&input.path)) {
            Some(place) => {
                let other = left.remove(place);
                words.push(format!(
                    "input {} `{}`: other bytes; sha256 {} in the record, {} now",
                    input.role, other.path, input.sha256, other.sha256
                ));
            }
            None => words.push(format!(
                "input {} `{}` of the record was not given; sha256 {}",
                input.role, input.path, input.sha256
            )),
        }
    }
    words.extend(
        left.iter().map(|other| {
            format!("input {} `{}` is none of the record; sha256 {}", other.role, other.path, other.sha256)
        }),
    );
    words
}

/// Gives inputs the paths and the order of the record where their bytes are the same: a third party
/// keeps files elsewhere.
fn take_recorded_paths(findings: &mut Findings, recorded: &[InputDigest]) {
    let mut left = std::mem::take(&mut findings.run.inputs);
    for input in recorded {
        if let Some(place) = left.iter().position(|other| other.role == input.role && other.sha256 == input.sha256) {
            let found = left.remove(place);
            for reject in findings.rejects.iter_mut().filter(|reject| reject.file == found.path) {
                reject.file.clone_from(&input.path);
            }
            findings.run.inputs.push(InputDigest { path: input.path.clone(), ..found });
        }
    }
    findings.run.inputs.extend(left);
    findings.rejects.sort();
}
