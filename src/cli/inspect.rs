//! `darkload inspect`: what the reader takes files for, before anything depends on it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::domain::Calendar;
use crate::ingest::{self, Caps, LookedAt, Mapping, StampClock};
use crate::pipeline::{self, Inspection, PipelineError};
use crate::report::{Language, tell};

use super::complaint::complain;
use super::convert::caps;
use super::exit_reason::ExitReason;
use super::inspect_folder::FolderPage;
use super::progress::TerminalProgress;
use super::session::watch_interrupts;
use super::terminal::show;

/// Show what the reader takes files for and on what ground: format, columns, clock, first readings,
/// months, faults; writes nothing
#[derive(Debug, clap::Args)]
pub(super) struct InspectArgs {
    /// Readings: files, folders or patterns
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// How the files are written: the name of a known export, or a profile in TOML [default: found
    /// from the content]
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// Time zone of stamps without an offset, such as Asia/Almaty
    #[arg(long, value_name = "IANA")]
    timezone: Option<String>,
    /// Configuration, of which section [caps] counts here; `darkload config` prints the default
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print only the profile, to be edited and given with --profile
    #[arg(long)]
    only_profile: bool,
}

/// Inspects every file and says how it ended: a file that cannot be used is told, and the others
/// are inspected.
pub(super) fn run(args: &InspectArgs) -> ExitReason {
    let (profile, calendar, caps) = match settings(args) {
        Ok(settings) => settings,
        Err(reason) => return reason,
    };
    let interrupt = watch_interrupts();
    let files = match ingest::find_inputs_until(&args.files, &|| interrupt.is_set()) {
        Ok(_) if interrupt.is_set() => return failed("", &PipelineError::Interrupted, ExitReason::Interrupted),
        Ok(files) => files,
        Err(error) => return failed("failed to read the input: ", &error, ExitReason::UnusableInput),
    };
    let is_page = !args.only_profile && files.len() > 1 && args.files.iter().any(|name| Path::new(name).is_dir());
    let mut page = FolderPage::default();
    let (mut reason, mut shown) = (ExitReason::Finished, ExitReason::Finished);
    for (place, file) in files.iter().enumerate() {
        let between = if place > 0 && !args.only_profile { "\n" } else { "" };
        if let Some(looked) = ingest::look_at_table(&file.path).filter(|_| profile.is_none()) {
            if is_page {
                page.table(&file.path, &looked);
                continue;
            }
            let words = if args.only_profile { String::new() } else { table_words(&file.path, &looked) };
            shown = worse(shown, show(&format!("{between}{words}")));
            continue;
        }
        let progress = TerminalProgress::new(args.only_profile, false);
        let inspected = pipeline::inspect(file, (profile.as_ref(), caps), &calendar, &progress, &interrupt);
        progress.finish();
        match inspected {
            Ok(inspection) if args.only_profile => {
                shown = worse(
                    shown,
                    show(&inspection.understanding.mapping.map_or_else(String::new, |profile| profile.to_toml())),
                );
            }
            Ok(inspection) if is_page => page.readings(&inspection),
            Ok(inspection) => {
                shown = worse(shown, show(&format!("{between}{}", words(&inspection, &calendar))));
            }
            Err(PipelineError::Interrupted) => return failed("", &PipelineError::Interrupted, ExitReason::Interrupted),
            // A folder holds other files as well; a scan of it passes them over.
            Err(PipelineError::Ingest(error)) if is_page => {
                let is_other = !file.named && error.is_other_kind_of_file();
                page.left(&file.path, &error.to_string(), is_other);
                reason = if is_other { reason } else { ExitReason::UnusableInput };
            }
            Err(PipelineError::Ingest(error)) if !file.named && error.is_other_kind_of_file() => {
                shown = worse(shown, show(&format!("{between}{}\n  passed over: {error}\n", file.path.display())));
            }
            Err(error) => reason = failed("", &error, ExitReason::UnusableInput),
        }
    }
    if is_page {
        shown = worse(shown, show(&page.words()));
    }
    worse(reason, shown)
}

/// The profile, the clock and the caps that the arguments name.
fn settings(args: &InspectArgs) -> Result<(Option<Mapping>, Calendar, Caps), ExitReason> {
    let bad = |error: &dyn std::error::Error| failed("", error, ExitReason::BadArguments);
    let profile = args.profile.as_deref().map(Mapping::named).transpose().map_err(|error| bad(&error))?;
    let calendar = Calendar::new(args.timezone.as_deref()).map_err(|error| bad(&error))?;
    let caps = caps(args.config.as_deref()).map_err(|error| bad(&error))?;
    Ok((profile, calendar, caps))
}

/// The first of two that is no success.
fn worse(one: ExitReason, other: ExitReason) -> ExitReason {
    if one == ExitReason::Finished { other } else { one }
}

fn failed(opening: &str, error: &dyn std::error::Error, reason: ExitReason) -> ExitReason {
    complain(opening, error);
    reason
}

/// The inspection in words.
fn words(inspection: &Inspection, calendar: &Calendar) -> String {
    let mut text = format!("{}\n  {}, {} rows\n", inspection.path.display(), inspection.format, inspection.rows);
    decisions(&mut text, inspection);
    holdings(&mut text, inspection, calendar);
    if !inspection.faults.is_empty() {
        let faults: Vec<String> =
            inspection.faults.iter().map(|(kind, count)| format!("{} {count}", kind.as_str())).collect();
        let _ = writeln!(text, "\nUsage points with a fault: {}", faults.join(", "));
    }
    if !inspection.rejects.is_empty() {
        text.push_str("\nRecords left out\n");
        for (code, (count, first)) in &inspection.rejects {
            let _ = writeln!(
                text,
                "  {count:>8}  {code}; first in row {}: {}",
                first.row,
                tell(Language::English, &first.clone().shortened().detail)
            );
        }
    }
    if let Some(profile) = &inspection.understanding.mapping {
        let _ = write!(text, "\nProfile, to be edited and given with --profile\n\n{}", profile.to_toml());
    }
    text
}

/// A static table in words: what it is, what its columns are taken for, and how it is given.
fn table_words(path: &Path, looked: &LookedAt) -> String {
    let LookedAt { table, read } = looked;
    let sheet = read.sheet.as_ref().map_or(String::new(), |sheet| format!(" on sheet `{sheet}`"));
    let mut text = format!(
        "{}\n  a table of {table}{sheet}, {} rows; give it with --{table}, or scan the folder that it lies in\n",
        path.display(),
        read.rows
    );
    let taken: Vec<_> =
        read.columns.iter().filter_map(|column| Some((column.heading.as_str(), column.taken_for?))).collect();
    let width = taken.iter().map(|(heading, _)| heading.chars().count()).max().unwrap_or(0);
    text.push_str("\nTaken for\n");
    for (heading, field) in taken {
        let _ = writeln!(text, "  {heading:width$}  {field}");
    }
    let left: Vec<&str> =
        read.columns.iter().filter(|column| column.taken_for.is_none()).map(|column| &*column.heading).collect();
    if !left.is_empty() {
        let _ = writeln!(text, "\nNot used: {}", left.join(", "));
    }
    text
}

fn decisions(text: &mut String, inspection: &Inspection) {
    let decisions = &inspection.understanding.decisions;
    if decisions.is_empty() {
        return;
    }
    text.push_str("\nTaken for\n");
    let width = decisions.iter().map(|decision| decision.what.chars().count()).max().unwrap_or(0);
    for decision in decisions {
        let _ =
            writeln!(text, "  {:width$}  {}  ({})", decision.what.replace('_', " "), decision.value, decision.ground);
    }
    let doubts: Vec<_> =
        decisions.iter().filter_map(|decision| decision.doubt.as_ref().map(|doubt| (decision.what, doubt))).collect();
    if !doubts.is_empty() {
        text.push_str("\nMay be read in another way\n");
        for (what, doubt) in doubts {
            let _ = writeln!(text, "  {}: {}", what.replace('_', " "), tell(Language::English, doubt));
        }
    }
}

fn holdings(text: &mut String, inspection: &Inspection, calendar: &Calendar) {
    let clock = calendar.zone_name().unwrap_or(match inspection.clock {
        StampClock::Own => "UTC",
        StampClock::Utility => "the clock of the file, without changes; give --timezone",
    });
    let _ = writeln!(text, "\nFirst readings, at the beginning of the interval, on {clock}");
    let width = inspection.first.iter().map(|reading| reading.usage_point.chars().count()).max().unwrap_or(0);
    for reading in &inspection.first {
        let value = reading.value.map_or_else(|| "missing".to_owned(), |value| format!("{value:.3}"));
        let _ = writeln!(text, "  {:width$}  {}  {value:>12} {}", reading.usage_point, reading.at, reading.unit);
    }
    if inspection.usage_points > 0 {
        let steps: Vec<String> =
            inspection.steps.iter().map(|(step, points)| format!("{points} of {step} min")).collect();
        let _ = writeln!(text, "\n{} usage points with intervals: {}", inspection.usage_points, steps.join(", "));
        if let Some((low, high)) = inspection.range_kw {
            let _ = writeln!(text, "Mean power of an interval from {low:.3} to {high:.3} kW");
        }
        text.push_str("  month    usage points   intervals   share held\n");
        for (month, cover) in &inspection.months {
            let share = 100.0 * cover.held as f64 / cover.expected.max(1) as f64;
            let _ = writeln!(
                text,
                "  {}  {:>13}  {:>10}   {share:>8.2} %",
                &month.to_string()[..7],
                cover.usage_points,
                cover.held
            );
        }
    }
    let registers = inspection.registers;
    if registers.readings > 0 {
        let _ = writeln!(
            text,
            "\n{} register readings of {} usage points; {} have two or more and give a mean power",
            registers.readings, registers.usage_points, registers.with_power
        );
    }
}
