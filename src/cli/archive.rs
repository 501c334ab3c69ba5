//! `darkload archive`: what an archive holds, whether it is whole, and how to take something out.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::archive::{Archive, ArchiveError, Manifest};

use super::complaint::complain;
use super::exit_reason::ExitReason;
use super::session::archive_reason;
use super::terminal::{show, warn};

/// Arguments of `darkload archive`.
#[derive(Debug, Args)]
pub(super) struct ArchiveArgs {
    /// Folder that `darkload scan --archive` keeps earlier months in
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Read everything and say what is damaged; exit code 3 where anything is
    Check,
    /// Forget a usage point: its readings of every month, and rows of tables in which it stands
    Forget {
        /// The usage point, as the archive names it
        id: String,
    },
    /// Drop a month
    Drop {
        /// The month, such as 2025-03
        month: String,
    },
}

/// Does what is asked and says how it ended.
pub(super) fn run(args: &ArchiveArgs) -> ExitReason {
    let done = match &args.what {
        None => Archive::look(&args.folder).map(|archive| show(&listed(&archive))),
        Some(What::Check) => Archive::look(&args.folder).map(|archive| check(&archive)),
        Some(What::Forget { id }) => forget(args, id),
        Some(What::Drop { month }) => Archive::open_any(&args.folder)
            .and_then(|archive| archive.drop_month(month))
            .map(|()| show(&format!("{month} is dropped.\n"))),
    };
    done.unwrap_or_else(|error| {
        complain("", &error);
        archive_reason(&error)
    })
}

fn forget(args: &ArchiveArgs, id: &str) -> Result<ExitReason, ArchiveError> {
    let forgotten = Archive::open_any(&args.folder)?.forget(id)?;
    Ok(show(&format!(
        "{id} is forgotten: readings of {} months, {} rows of tables. Results that were written before still name \
         it.\n",
        forgotten.months, forgotten.rows
    )))
}

fn check(archive: &Archive) -> ExitReason {
    let damages = archive.check_records();
    for damage in &damages {
        warn(&format!("darkload: {damage}"));
    }
    if damages.is_empty() {
        let Manifest { files, months, .. } = archive.manifest();
        let bytes: u64 = files.values().map(|file| file.bytes).sum();
        return show(&format!("Whole: {} months, {} files, {bytes} bytes.\n", months.len(), files.len()));
    }
    ExitReason::UnusableInput
}

/// The archive in words and a table.
fn listed(archive: &Archive) -> String {
    let manifest = archive.manifest();
    let named = |name: &str| if name.is_empty() { "not named".to_owned() } else { name.to_owned() };
    let mut text = format!(
        "Archive of version {}, written by darkload {}, change {}; utility: {}; time zone: {}.\n\n",
        manifest.version,
        manifest.made_by,
        manifest.generation,
        named(&manifest.utility),
        manifest.timezone
    );
    if manifest.months.is_empty() {
        return text + "It holds no month.\n";
    }
    let heading = ["month", "usage points", "readings", "by register", "registers", "bytes", "bytes a usage point"];
    let _ = writeln!(text, "{}", row(&heading.map(str::to_owned)));
    for (name, month) in &manifest.months {
        let (bytes, points) = (archive.bytes(name), month.usage_points.max(month.register_points).max(1));
        let cells = [
            name.clone(),
            month.usage_points.to_string(),
            month.readings.to_string(),
            month.register_points.to_string(),
            month.register_readings.to_string(),
            bytes.to_string(),
            (bytes / points).to_string(),
        ];
        let _ = writeln!(text, "{}", row(&cells));
    }
    let is_month = |name: &str| name.ends_with(".readings") || name.ends_with(".registers");
    for (name, file) in manifest.files.iter().filter(|(name, _)| !is_month(name)) {
        let _ = writeln!(text, "{name}: {} bytes", file.bytes);
    }
    text
}

fn row(cells: &[String; 7]) -> String {
    let [month, points, readings, register_points, registers, bytes, each] = cells;
    format!("{month:<8} {points:>12} {readings:>12} {register_points:>12} {registers:>12} {bytes:>13} {each:>20}")
}
