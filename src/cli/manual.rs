//! Completions for shells and manual pages, from the definitions that parse the command line.

use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::disk;

use super::complaint::complain;
use super::exit_reason::ExitReason;
use super::terminal::show;

/// Arguments of `darkload completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell: bash, zsh, fish, elvish or powershell
    #[arg(value_enum)]
    shell: Shell,
}

/// Arguments of `darkload manual`.
#[derive(Debug, Args)]
pub(super) struct ManualArgs {
    /// Write one page a command into this folder instead of printing the first [default: print]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A page that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("`{path}` cannot be written; give another --out", path = path.display())]
struct PageError {
    path: PathBuf,
    source: std::io::Error,
}

/// Prints the completions of a shell.
pub(super) fn completions(args: &CompletionsArgs, mut program: Command) -> ExitReason {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "darkload", &mut script);
    show(&String::from_utf8_lossy(&script))
}

/// Prints the first manual page, or writes all of them.
pub(super) fn manual(args: &ManualArgs, mut program: Command) -> ExitReason {
    program.build();
    let Some(folder) = &args.out else { return show(&page(&program)) };
    let commands = program.get_subcommands().filter(|command| command.get_name() != "help");
    let written = std::iter::once(&program).chain(commands).try_for_each(|command| write(command, folder));
    match written {
        Ok(()) => ExitReason::Finished,
        Err(error) => {
            complain("", &error);
            ExitReason::UnwritableOutput
        }
    }
}

fn write(command: &Command, folder: &Path) -> Result<(), PageError> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let path = folder.join(format!("{name}.1"));
    disk::write(&path, page(command)).map_err(|source| PageError { path, source })
}

/// A command's page in roff.
fn page(command: &Command) -> String {
    let mut text = Vec::new();
    // Writing into memory does not fail.
    let _ = Man::new(command.clone()).render(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}
