//! `darkload scan`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use sha2::{Digest, Sha256};

use crate::archive::{About, Archive, ArchiveError, Transaction};
use crate::config::{Config, ConfigError};
use crate::consequence::{PseudonymKey, RuleError, hex};
use crate::disk::{self, PlaceError, Written};
use crate::domain::{Calendar, CalendarError, CivilDay};
use crate::findings::{InputDigest, RunOptions};
use crate::ingest::{HeldFile, IngestError, Mapping, MappingError, StaticPaths};
use crate::pipeline::{self, PipelineError, ScanPlan};
use crate::report::{self, Language};

use super::complaint::complain;
use super::exit_reason::ExitReason;
use super::pseudonym_files::{self, KeyError};
use super::session::{Manner, RunError, Session, archive_reason};
use super::terminal::{say, warn};
use super::values::{language, of_system, size};

/// Arguments of `darkload scan`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub(super) struct ScanArgs {
    /// Readings: files, folders or patterns; Parquet, delimited text, workbooks, NEM12, MSCONS, XML
    /// 80020, Green Button, CIM; plain, .gz, .zst or .zip
    #[arg(required = true, value_name = "READINGS")]
    readings: Vec<String>,
    /// Customers: usage_point, address, city, tariff_class, contracted_kw, heating...
    #[arg(long, value_name = "FILE")]
    customers: Option<PathBuf>,
    /// Grid: node, kind, parent, balance_meter, rated_kva
    #[arg(long, value_name = "FILE")]
    grid: Option<PathBuf>,
    /// Weather: timestamp, temperature_c
    #[arg(long, value_name = "FILE")]
    weather: Option<PathBuf>,
    /// Licence register: licence, usage_point or node or address, licensed_kw, valid_from, valid_to
    #[arg(long, value_name = "FILE")]
    licences: Option<PathBuf>,
    /// Tariffs: tariff_class, price_per_kwh, currency
    #[arg(long, value_name = "FILE")]
    tariffs: Option<PathBuf>,
    /// Meters whose readings are still to be multiplied: usage_point, ct_ratio, vt_ratio,
    /// valid_from, valid_to
    #[arg(long, value_name = "FILE")]
    meters: Option<PathBuf>,
    /// What inspectors found: usage_point or node, date, outcome (farm, theft, other_cause,
    /// nothing, no_access), kw, cause, note
    #[arg(long, value_name = "FILE")]
    inspections: Option<PathBuf>,
    /// Bills: usage_point, from, to, billed_kwh, tariff_class, amount, currency
    #[arg(long, value_name = "FILE")]
    billing: Option<PathBuf>,
    /// Events: start, end, kind (outage, internet_outage, shut_off, price), node
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Complaints, notes beside a case that change no odds: usage_point or address, date, kind,
    /// note
    #[arg(long, value_name = "FILE")]
    complaints: Option<PathBuf>,
    /// Volts of meters and balance meters, for transformer, phase and place: usage_point,
    /// timestamp, phase, volt, kvarh; or ua, ub, uc in place of phase and volt
    #[arg(long, value_name = "FILE")]
    voltage: Option<PathBuf>,
    /// Register readings in a file of their own: usage_point, timestamp, register_kwh
    #[arg(long, value_name = "FILE")]
    registers: Option<PathBuf>,
    /// How the readings are written: the name of a known export, or a profile in TOML (`darkload
    /// inspect` prints one) [default: found from the content]
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// Time zone of stamps without an offset, such as Asia/Almaty; without it they are local clock
    /// time without changes
    #[arg(long, value_name = "IANA")]
    timezone: Option<String>,
    /// Folder of earlier months: they are judged with the readings as if all had been read at once,
    /// and the readings are kept in it for the next scan; begun where there is none
    #[arg(long, value_name = "DIR")]
    archive: Option<PathBuf>,
    /// Days judged, such as 2025-03-01..2025-05-31; default: all
    #[arg(long, value_name = "FROM..TO")]
    period: Option<String>,
    /// Configuration file; `darkload config` prints the default
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Result folder; an existing result is replaced whole, any other folder is refused [default:
    /// darkload-out, of a trial darkload-trial]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Expected share of innocents at which the list stops [default: 0.10]
    #[arg(long, value_name = "A")]
    fdr: Option<f64>,
    /// List exactly this many usage points instead
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Prior share of farms, for every tariff class
    #[arg(long, value_name = "P")]
    prior: Option<f64>,
    /// Language of the terminal, the page and the workbook: en, ru or kk; the page can be switched
    /// while it is open [default: that of the system]
    #[arg(long, value_name = "LANG", value_parser = language)]
    lang: Option<Language>,
    /// How tables in csv are written: `plain` with commas and decimal points, `excel` with
    /// semicolons, decimal commas and a byte order mark
    #[arg(long, value_name = "KIND", default_value = "plain", value_parser = ["plain", report::FOR_EXCEL])]
    csv: String,
    /// Crews that can be sent: the best cases are shared out to them [default: not said]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    crews: Option<u64>,
    /// Cost of a visit in the currency of the tariffs, taken off what a case is expected to recover
    /// [default: 0]
    #[arg(long, value_name = "X")]
    visit_cost: Option<f64>,
    /// Replace meters, addresses, licences and owners in the result by pseudonyms that only the
    /// holder of a key can read
    #[arg(long)]
    pseudonymise: bool,
    /// Key of the pseudonyms; made anew where there is no such file [default: the path of the
    /// result with .key]
    #[arg(long, value_name = "FILE", requires = "pseudonymise")]
    pseudonym_key: Option<PathBuf>,
    /// Threads; default: all cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Memory the run may use, such as 800M or 4G; what does not fit goes to a temporary file
    /// beside the result [default: half of what is free]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<u64>,
    /// Seed of everything random [default: 1]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Repeat the judgement so often with other seeds, and say of each listed usage point in how
    /// many of them it is listed; five are enough to see, each takes as long as judging once
    /// [default: 0]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100))]
    stability: Option<u32>,
    /// Share of rejected records above which the exit code is 4 [default: 0.01]
    #[arg(long, value_name = "SHARE")]
    max_rejects: Option<f64>,
    /// Go on where the dump as a whole looks misread, such as homes of thousands of kilowatts
    #[arg(long)]
    anyway: bool,
    /// Print nothing but errors
    #[arg(long, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more about what is done
    #[arg(long)]
    verbose: bool,
}

/// Arguments that do not make a plan.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlanError {
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    #[error("failed to use the configuration")]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Rules(#[from] RuleError),
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Changed(#[from] IngestError),
    #[error("`{path}` cannot be read; check the path", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("--period `{given}` is no period; write it as 2025-03-01..2025-05-31")]
    Period { given: String },
}

/// A scan that did not finish, with what to tell the shell.
#[derive(Debug, thiserror::Error)]
enum ScanError {
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Place(#[from] PlaceError),
}

impl ScanError {
    fn reason(&self) -> ExitReason {
        match self {
            Self::Plan(PlanError::Changed(_)) => ExitReason::UnusableInput,
            Self::Plan(PlanError::Archive(error)) => archive_reason(error),
            Self::Plan(_) => ExitReason::BadArguments,
            Self::Run(error) => error.reason(),
            Self::Key(_) | Self::Place(_) => ExitReason::UnwritableOutput,
        }
    }
}

/// Runs the scan and says how it ended.
pub(super) fn run(args: &ScanArgs) -> ExitReason {
    told(scan(args))
}

/// Runs a trial and says how it ended.
pub(super) fn run_trial(args: &ScanArgs) -> ExitReason {
    told(trial(args))
}

fn told(outcome: Result<ExitReason, ScanError>) -> ExitReason {
    match outcome {
        Ok(reason) => reason,
        Err(error) => {
            complain("", &error);
            error.reason()
        }
    }
}

impl ScanArgs {
    fn manner(&self) -> Manner {
        Manner { threads: self.threads, quiet: self.quiet, verbose: self.verbose }
    }

    /// Tables that are given by option.
    fn tables(&self) -> StaticPaths {
        StaticPaths {
            customers: self.customers.clone(),
            grid: self.grid.clone(),
            weather: self.weather.clone(),
            licences: self.licences.clone(),
            tariffs: self.tariffs.clone(),
            meters: self.meters.clone(),
            inspections: self.inspections.clone(),
            billing: self.billing.clone(),
            events: self.events.clone(),
            complaints: self.complaints.clone(),
            voltage: self.voltage.clone(),
            registers: self.registers.clone(),
        }
    }

    /// Refuses a plan by which a file that is read would be replaced or deleted. Readings are asked
    /// once they are found.
    fn refuse_what_is_read(&self, plan: &ScanPlan) -> Result<(), PlaceError> {
        let tables = &plan.tables;
        let tables = [
            &tables.customers,
            &tables.grid,
            &tables.weather,
            &tables.licences,
            &tables.tariffs,
            &tables.meters,
            &tables.inspections,
            &tables.billing,
            &tables.events,
            &tables.complaints,
            &tables.voltage,
            &tables.registers,
        ];
        let key = self.pseudonymise.then(|| pseudonym_files::key_path(self.pseudonym_key.as_deref(), &plan.out));
        let profile = self.profile.as_ref().map(PathBuf::from).filter(|path| path.is_file());
        let read: Vec<PathBuf> = tables
            .into_iter()
            .flatten()
            .chain(&self.config)
            .chain(&plan.config.rules.files)
            .cloned()
            .chain(profile)
            .collect();
        let named = self.readings.iter().map(PathBuf::from).filter(|path| path.is_file());
        let read: Vec<PathBuf> = read.into_iter().chain(named).collect();
        if let Some(inside) = read.iter().chain(&key).chain(&self.archive).find(|path| disk::lies_in(path, &plan.out)) {
            return Err(PlaceError::Read { read: inside.clone(), path: plan.out.clone() });
        }
        if self.pseudonymise {
            let names = pseudonym_files::names_path(&plan.out);
            disk::refuse_read(&names, &read.iter().chain(&key).cloned().collect::<Vec<_>>())?;
        }
        Ok(())
    }
}

/// Tells what there is to say about a result that is in its place.
fn tell(written: &Written) {
    written.words.iter().for_each(|words| warn(&format!("darkload: {words}")));
}

/// Whose readings a plan has.
pub(super) fn about(config: &Config, calendar: &Calendar) -> About {
    About { utility: config.run.utility.clone(), timezone: calendar.zone_name().map(str::to_owned) }
}

fn trial(args: &ScanArgs) -> Result<ExitReason, ScanError> {
    let mut plan = plan(args, "darkload-trial")?;
    args.refuse_what_is_read(&plan)?;
    if let Some(folder) = &args.archive {
        let archive = Archive::look(folder).map_err(PlanError::from)?;
        archive.agree(&about(&plan.config, &plan.calendar)).map_err(PlanError::from)?;
        plan.archive = Some(Arc::new(archive));
    }
    let session = Session::of_kind(&disk::TRIAL, plan, args.manner())?;
    let (findings, trial) =
        session.work(|plan, progress, interrupt| pipeline::trial(plan, progress, interrupt)).map_err(RunError::from)?;
    if session.interrupt.is_set() {
        return Err(RunError::from(PipelineError::Interrupted).into());
    }
    let language = args.lang.unwrap_or_else(of_system);
    tell(&report::write_trial(&session.plan.out, &trial, &findings.run, language).map_err(RunError::from)?);
    if !args.quiet {
        say(&report::trial_summary(&trial, &session.plan.out, language));
    }
    Ok(ExitReason::Finished)
}

fn scan(args: &ScanArgs) -> Result<ExitReason, ScanError> {
    let mut plan = plan(args, "darkload-out")?;
    args.refuse_what_is_read(&plan)?;
    if let Some(folder) = &args.archive {
        plan.archive =
            Some(Arc::new(Archive::open(folder, &about(&plan.config, &plan.calendar)).map_err(PlanError::from)?));
    }
    let session = Session::new(plan, args.manner())?;
    let (mut findings, change) = session
        .work(|plan, progress, interrupt| pipeline::scan_and_keep(plan, progress, interrupt))
        .map_err(RunError::from)?;
    let (plan, interrupt) = (&session.plan, &session.interrupt);
    let language = args.lang.unwrap_or_else(of_system);
    language.code().clone_into(&mut findings.run.language);
    if let Some(key) = plan.pseudonym_key.as_ref().filter(|_| !interrupt.is_set()) {
        // A result whose key is lost is of no use, so the key comes first.
        pseudonym_files::keep(key, &pseudonym_files::key_path(args.pseudonym_key.as_deref(), &plan.out))?;
    }
    let written = session
        .work(|plan, _, interrupt| report::write_result(&plan.out, &findings, || !interrupt.is_set()))
        .map_err(RunError::from)?;
    let Some(written) = written else { return Err(RunError::from(PipelineError::Interrupted).into()) };
    tell(&written);
    // A month is kept once its result is in place.
    change.map_or(Ok(()), Transaction::commit).map_err(PlanError::from)?;
    if !args.quiet {
        say(&report::summary(&findings, &plan.out, language));
    }
    if plan.pseudonym_key.is_some() {
        let names = pseudonym_files::write_names(&findings.names, &plan.out)?;
        if !args.quiet {
            let key = pseudonym_files::key_path(args.pseudonym_key.as_deref(), &plan.out);
            let (names, key) = (names.display(), key.display());
            if args.archive.is_some() {
                say("The archive holds names as they are: keep it as you keep the readings.\n");
            }
            say(&format!(
                "Pseudonyms: what they stand for is in {names}, their key in {key}; keep both to yourself.\n"
            ));
        }
    }
    let records = findings.run.readings + findings.run.register_readings + findings.run.rejects;
    let share = findings.run.rejects as f64 / records.max(1) as f64;
    if share > plan.config.run.max_rejects {
        warn(&format!(
            "darkload: {:.1} % of the records were rejected, more than --max-rejects {}; see rejects.csv for each of \
             them",
            100.0 * share,
            plan.config.run.max_rejects
        ));
        return Ok(ExitReason::TooManyRejects);
    }
    Ok(ExitReason::Finished)
}

fn plan(args: &ScanArgs, default_out: &str) -> Result<ScanPlan, PlanError> {
    let mut config = args.config.as_deref().map_or_else(|| Ok(Config::default()), Config::read)?;
    config.run.fdr = args.fdr.unwrap_or(config.run.fdr);
    config.run.seed = args.seed.unwrap_or(config.run.seed);
    config.run.stability = args.stability.unwrap_or(config.run.stability);
    config.run.max_rejects = args.max_rejects.unwrap_or(config.run.max_rejects);
    config.visits.crews = args.crews.unwrap_or(config.visits.crews);
    config.visits.cost = args.visit_cost.unwrap_or(config.visits.cost);
    if let Some(prior) = args.prior {
        config.prior.default = prior;
        config.prior.by_class.values_mut().for_each(|value| *value = prior);
    }
    let config = config.checked()?;
    let out: PathBuf = args.out.clone().unwrap_or_else(|| default_out.into());
    let pseudonym_key = if args.pseudonymise {
        Some(pseudonym_files::read_or_make(&pseudonym_files::key_path(args.pseudonym_key.as_deref(), &out))?)
    } else {
        None
    };
    // They are read for what they say and once more for their digests.
    let profile = args.profile.as_deref().map(Path::new).filter(|path| path.is_file());
    let held = HeldFile::all(config.rules.files.iter().map(PathBuf::as_path).chain(profile));
    let plan = ScanPlan {
        rules: config.rules.load()?,
        digests: plan_digests(&config.rules.files, args.profile.as_deref())?,
        options: RunOptions {
            timezone: args.timezone.clone(),
            period: args.period.clone(),
            top: args.top,
            profile: args.profile.clone(),
            csv: Some(args.csv.clone()).filter(|csv| csv == report::FOR_EXCEL),
            archive: args.archive.is_some(),
            pseudonym_key_sha256: pseudonym_key.as_ref().map(PseudonymKey::digest),
        },
        pseudonym_key,
        anyway: args.anyway,
        readings: args.readings.clone(),
        tables: args.tables(),
        profile: args.profile.as_deref().map(Mapping::named).transpose()?,
        calendar: Calendar::new(args.timezone.as_deref())?,
        period: args.period.as_deref().map(period).transpose()?,
        config,
        top: args.top,
        memory: args.memory,
        archive: None,
        out,
    };
    held.iter().try_for_each(HeldFile::check)?;
    Ok(plan)
}

/// Digests of the files that a plan is made from: rule packs, and a mapping profile that is a file.
pub(super) fn plan_digests(rules: &[PathBuf], profile: Option<&str>) -> Result<Vec<InputDigest>, PlanError> {
    let rules = rules.iter().map(|path| ("rules", path.clone()));
    let profile = profile.map(PathBuf::from).filter(|path| path.is_file()).map(|path| ("profile", path));
    let digest = |(role, path): (&str, PathBuf)| {
        let bytes = std::fs::read(&path).map_err(|source| PlanError::Read { path: path.clone(), source })?;
        let sha256 = hex(&Sha256::digest(&bytes));
        Ok(InputDigest {
            role: role.to_owned(),
            path: path.display().to_string(),
            sha256,
            rows: String::from_utf8_lossy(&bytes).lines().count() as u64,
        })
    };
    rules.chain(profile).map(digest).collect()
}

pub(super) fn period(given: &str) -> Result<(CivilDay, CivilDay), PlanError> {
    let parsed = given
        .split_once("..")
        .and_then(|(from, to)| Some((CivilDay::parse(from.trim())?, CivilDay::parse(to.trim())?)));
    parsed.filter(|(from, to)| from <= to).ok_or_else(|| PlanError::Period { given: given.to_owned() })
}
