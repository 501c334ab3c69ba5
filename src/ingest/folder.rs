//! The files of folders, told apart by their headings: readings, static tables, and tables that are
//! not asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::bytes::find::InputFile;
use super::error::IngestError;
use super::said;
use super::static_tables::told_apart::{ToldApart, tell_apart};
use crate::domain::{Fact, Reject};

/// Files told apart.
#[derive(Debug, Default)]
pub struct ToldFiles {
    /// What may hold readings.
    pub readings: Vec<InputFile>,
    /// Static tables found, by the names of their options.
    pub tables: BTreeMap<&'static str, PathBuf>,
    /// Tables that are left alone, with the reason.
    pub left: Vec<Reject>,
}

/// Tells the files of folders apart. Files that the user named are readings. `given` are the
/// tables that come by option, which win; `wanted` those that may be taken from a folder.
///
/// # Errors
/// When two files are the same table.
pub fn tell_files(files: Vec<InputFile>, given: &[(&str, &Path)], wanted: &[&str]) -> Result<ToldFiles, IngestError> {
    let readings = || ToldApart { readings: true, ..ToldApart::default() };
    // What cannot be opened is told where readings are opened.
    let look = |file: &InputFile| {
        if file.named { readings() } else { tell_apart(&file.path).unwrap_or_else(|_| readings()) }
    };
    let looked: Vec<ToldApart> = files.par_iter().map(look).collect();
    let is_given = |table: &str| given.iter().any(|(name, _)| *name == table);
    let mut told = ToldFiles::default();
    // Files that may serve as a table, and whether they are nothing else.
    let mut second: BTreeMap<&'static str, Vec<(PathBuf, bool)>> = BTreeMap::new();
    for (file, looked) in files.into_iter().zip(looked) {
        if let Some(table) = looked.also {
            let is_that_only = looked.table.is_none() && !looked.readings;
            second.entry(table).or_default().push((file.path.clone(), is_that_only));
        }
        let ToldApart { table, readings, .. } = looked;
        if let Some(table) = table {
            let is_this = given.iter().any(|(_, path)| same_file(path, &file.path));
            if is_given(table) && !is_this {
                told.left.push(left(&file.path, said::table_by_option(table)));
            } else if !wanted.contains(&table) && !is_this {
                let why = if table == "meters" { said::meters_unasked() } else { said::table_unasked(table) };
                told.left.push(left(&file.path, why));
            } else if !is_this && let Some(first) = told.tables.insert(table, file.path.clone()) {
                return Err(IngestError::TwoTables { table, first, second: file.path });
            }
        }
        if readings {
            told.readings.push(file);
        }
    }
    for (table, paths) in second {
        let is_free = !is_given(table) && wanted.contains(&table) && !told.tables.contains_key(table);
        // A table that several files could serve as is none of them.
        if let ([(path, _)], true) = (&paths[..], is_free) {
            told.tables.insert(table, path.clone());
            continue;
        }
        let is_this = |path: &Path| given.iter().any(|(_, given)| same_file(given, path));
        let unused = paths.iter().filter(|(path, is_that_only)| *is_that_only && !is_this(path));
        told.left.extend(unused.map(|(path, _)| left(path, said::table_unasked(table))));
    }
    Ok(told)
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().ok().zip(other.canonicalize().ok()).is_some_and(|(one, other)| one == other)
}

fn left(path: &Path, detail: Fact) -> Reject {
    Reject { file: path.display().to_string(), row: 0, code: "file.passed_over", detail, records: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: [&str; 2] = ["customers", "grid"];

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Vec<InputFile>) {
        let folder = tempfile::tempdir().unwrap();
        let file = |(name, text): &(&str, &str)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            InputFile { path, named: false }
        };
        let files = files.iter().map(file).collect();
        (folder, files)
    }

    const READINGS: (&str, &str) = ("a.csv", "usage_point,timestamp,kwh\nA,2025-03-01 00:00,1\n");
    const PEOPLE: (&str, &str) = ("people.csv", "Номер ПУ;Адрес;ТП;Фидер\nA;Абая 5;ТП-1;Ф-1\n");

    #[test]
    fn readings_and_tables_of_a_folder_are_told_apart() {
        let (_keep, files) = folder(&[READINGS, PEOPLE, ("m.csv", "usage_point,ct_ratio\nA,40\n")]);
        let told = tell_files(files, &[], &WANTED).unwrap();
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(told.readings.iter().map(|file| name(&file.path)).collect::<Vec<_>>(), ["a.csv"]);
        assert_eq!(name(&told.tables["customers"]), "people.csv");
        assert_eq!(name(&told.tables["grid"]), "people.csv", "no other file is a grid");
        assert_eq!(told.left.len(), 1, "readings may be multiplied already: ratios are asked for");
    }

    #[test]
    fn a_table_that_places_usage_points_is_a_grid_where_nothing_else_is() {
        const POLES: (&str, &str) = ("poles.csv", "usage_point,transformer,pole\nA,T1,3\n");
        let (_keep, files) = folder(&[READINGS, POLES]);
        assert!(tell_files(files, &[], &WANTED).unwrap().tables["grid"].ends_with("poles.csv"));
        let (_keep, files) = folder(&[READINGS, POLES, ("grid.csv", "node,kind,parent\nT1,transformer,\n")]);
        let told = tell_files(files, &[], &WANTED).unwrap();
        assert!(told.tables["grid"].ends_with("grid.csv") && told.left.len() == 1);
    }

    #[test]
    fn an_option_wins_and_what_it_wins_over_is_told() {
        let (keep, files) = folder(&[READINGS, PEOPLE]);
        let other = keep.path().join("other.csv");
        let told = tell_files(files.clone(), &[("customers", &other)], &WANTED).unwrap();
        assert!(!told.tables.contains_key("customers") && told.left.len() == 1);
        let told = tell_files(files, &[("customers", &keep.path().join("people.csv"))], &WANTED).unwrap();
        assert!(told.left.is_empty(), "the file that the option names is in the folder");
    }

    #[test]
    fn two_files_of_one_table_are_an_error() {
        let (_keep, files) = folder(&[READINGS, PEOPLE, ("people2.csv", PEOPLE.1)]);
        assert!(matches!(tell_files(files, &[], &WANTED), Err(IngestError::TwoTables { table: "customers", .. })));
    }
}
