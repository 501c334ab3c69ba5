//! The guide's commands do what the guide says: each `sh` line of each page runs, in the order of
//! the page, in a folder that holds the samples and nothing else.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::text;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (from, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if from.is_dir() {
            copy(&from, &to.join(name));
        } else {
            std::fs::copy(&from, to.join(name)).unwrap();
        }
    }
}

/// The commands of a page, in order.
fn commands(page: &str) -> Vec<Vec<String>> {
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

fn pages(language: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(language).join("src");
    let mut pages: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    pages
}

#[test]
fn every_command_of_the_guide_runs_as_the_guide_says() {
    for page in pages("en") {
        let folder = tempfile::tempdir().unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples"), &folder.path().join("samples"));
        for command in commands(&std::fs::read_to_string(&page).unwrap()) {
            assert_eq!(command[0], "darkload", "{}", page.display());
            let ran =
                Command::new(env!("CARGO_BIN_EXE_darkload")).args(&command[1..]).current_dir(folder.path()).output();
            let ran = ran.unwrap();
            assert!(ran.status.success(), "{}: {command:?}: {}", page.display(), text(&ran.stderr));
        }
    }
}

#[test]
fn the_guide_has_the_same_pages_and_commands_in_every_language() {
    let told = |language: &str| -> Vec<_> {
        let page = |path: &PathBuf| (path.file_name().unwrap().to_owned(), std::fs::read_to_string(path).unwrap());
        pages(language).iter().map(page).map(|(name, page)| (name, commands(&page))).collect()
    };
    assert_eq!(told("en"), told("ru"));
}
