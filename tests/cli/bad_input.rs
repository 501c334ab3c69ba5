//! Bad input gets a message that names file, row and remedy, and the exit code of the contract.

use std::fmt::Write as _;

use super::{darkload, folder_with, text};

const GOOD: &str = "usage_point,timestamp,kwh\nA,2025-03-01 00:00,0.5\nA,2025-03-01 01:00,0.6\n";

/// Scans `dump.csv` with this content and more arguments; returns exit code and standard error.
fn scan(content: &str, more: &[(&str, &str)]) -> (i32, String) {
    let mut files = vec![("dump.csv", content)];
    files.extend(more.iter().map(|(option, content)| (*option, *content)));
    let (_keep, folder) = folder_with(&files);
    let path = |name: &str| folder.join(name).display().to_string();
    let mut args = vec!["scan".to_owned(), path("dump.csv"), "--out".into(), path("out"), "--quiet".into()];
    for (name, _) in more {
        args.extend([format!("--{}", name.trim_end_matches(".csv")), path(name)]);
    }
    let output = darkload(&args.iter().map(String::as_str).collect::<Vec<_>>());
    (output.status.code().unwrap(), text(&output.stderr))
}

#[track_caller]
fn refused(content: &str, more: &[(&str, &str)], code: i32, words: &[&str]) {
    let (got, message) = scan(content, more);
    assert_eq!(got, code, "{message}");
    for word in words {
        assert!(message.contains(word), "no `{word}` in: {message}");
    }
}

#[test]
fn a_renamed_column_is_named_with_its_close_match() {
    refused(
        "usge_point,timestamp,kwh\nA,2025-03-01,1\n",
        &[],
        3,
        &["dump.csv", "`usge_point`", "rename it to `usage_point`"],
    );
}

#[test]
fn a_missing_column_lists_what_was_found() {
    refused("usage_point,kwh\nA,1\n", &[], 3, &["no column for the time stamp", "`usage_point`, `kwh`"]);
}

#[test]
fn an_unknown_time_format_is_shown_with_its_row() {
    refused("usage_point,timestamp,kwh\nA,1st of March,1\n", &[], 3, &["row 2", "1st of March", "2025-03-01 00:30"]);
}

#[test]
fn an_empty_file_is_refused() {
    refused("", &[], 3, &["dump.csv", "is empty"]);
}

#[test]
fn a_folder_without_readings_is_refused() {
    let (_keep, folder) = folder_with(&[("notes.txt", "nothing here")]);
    let output = darkload(&["scan", &folder.display().to_string(), "--out", &folder.join("out").display().to_string()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("no readings in"), "{}", text(&output.stderr));
}

#[test]
fn a_path_with_nothing_at_it_is_refused() {
    let output = darkload(&["scan", "nowhere/at-all.csv"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("nowhere/at-all.csv"));
}

#[test]
fn a_grid_with_a_loop_is_refused_and_the_loop_is_named() {
    let grid = "node,kind,parent\nF1,feeder,F2\nF2,feeder,F1\nA,usage_point,F1\n";
    refused(GOOD, &[("grid.csv", grid)], 3, &["grid.csv", "feeds itself"]);
}

#[test]
fn an_unknown_parent_is_named_with_its_row() {
    refused(GOOD, &[("grid.csv", "node,kind,parent\nA,usage_point,T9\n")], 3, &["row 2", "`T9`"]);
}

#[test]
fn text_in_a_number_column_is_rejected_with_its_row_and_the_rest_is_judged() {
    let (_keep, folder) = folder_with(&[(
        "dump.csv",
        "usage_point,timestamp,kwh\nA,2025-03-01 00:00,0.5\nA,2025-03-01 01:00,broken\nA,2025-03-01 02:00,0.7\n",
    )]);
    let out = folder.join("out");
    let output = darkload(&[
        "scan",
        &folder.join("dump.csv").display().to_string(),
        "--out",
        &out.display().to_string(),
        "--quiet",
    ]);
    assert_eq!(output.status.code(), Some(4), "more than 1 % of the records are rejected");
    let rejects = std::fs::read_to_string(out.join("rejects.csv")).unwrap();
    assert!(rejects.contains(",3,value.not_a_number,"), "{rejects}");
    assert!(text(&output.stderr).contains("--max-rejects"), "{}", text(&output.stderr));
}

#[test]
fn negative_absurd_and_doubled_values_are_listed_and_do_not_stop_the_run() {
    let mut dump = String::from("usage_point,timestamp,kwh\n");
    for hour in 0..24 * 20 {
        let kwh = if hour % 50 == 7 { -0.4 - f64::from(hour) / 1000.0 } else { 0.4 + f64::from(hour % 7) / 10.0 };
        writeln!(dump, "A,2025-03-{:02} {:02}:00,{kwh}", hour / 24 + 1, hour % 24).unwrap();
    }
    dump += "A,2025-03-05 12:00,3.3\nA,2025-03-06 12:00,1e12\n";
    let (_keep, folder) = folder_with(&[("dump.csv", &dump)]);
    let out = folder.join("out");
    let output = darkload(&[
        "scan",
        &folder.join("dump.csv").display().to_string(),
        "--out",
        &out.display().to_string(),
        "--quiet",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let faults = std::fs::read_to_string(out.join("faults.csv")).unwrap();
    assert!(faults.contains("A,duplicate,") && faults.contains("A,negative,"), "{faults}");
    assert!(std::fs::read_to_string(out.join("rejects.csv")).unwrap().contains("value.absurd"));
}

#[test]
fn a_dump_of_one_reading_goes_through_and_lists_nobody() {
    let (code, message) = scan("usage_point,timestamp,kwh\nA,2025-03-01 00:00,0.5\n", &[]);
    assert_eq!(code, 0, "{message}");
}

#[test]
fn usage_points_unknown_to_grid_and_customers_are_faults() {
    let (_keep, folder) = folder_with(&[
        ("dump.csv", &GOOD.replace("A,2025-03-01 01:00", "B,2025-03-01 01:00")),
        ("customers.csv", "usage_point,tariff_class\nB,household\n"),
        ("grid.csv", "node,kind,parent\nT1,transformer,\nB,usage_point,T1\n"),
    ]);
    let path = |name: &str| folder.join(name).display().to_string();
    let output = darkload(&[
        "scan",
        &path("dump.csv"),
        "--customers",
        &path("customers.csv"),
        "--grid",
        &path("grid.csv"),
        "--out",
        &path("out"),
        "--quiet",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let faults = std::fs::read_to_string(folder.join("out/faults.csv")).unwrap();
    assert!(faults.contains("A,unlinked,") && faults.contains("A,unknown_customer,"), "{faults}");
}

#[test]
fn a_table_that_fits_nobody_is_refused_and_the_column_that_would_fit_is_named() {
    let customers = "Номер ПУ;Лицевой счёт;Адрес\n900;A;Абая 5\n901;B;Абая 7\n";
    refused(GOOD, &[("customers.csv", customers)], 3, &["customers.csv", "`Номер ПУ`", "`Лицевой счёт`"]);
    let grid = "ТП;Абонент;Номер\nТП-1;Иванов;A\nТП-1;Петров;B\n";
    refused(GOOD, &[("grid.csv", grid)], 3, &["grid.csv", "`Абонент`", "`Номер`"]);
    let zeros = "usage_point,timestamp,kwh\n0017,2025-03-01 00:00,0.5\n0017,2025-03-01 01:00,0.6\n";
    refused(zeros, &[("customers.csv", "Номер ПУ;Адрес\n17;Абая 5\n")], 3, &["`17` is `0017`", "with the zeros"]);
    refused(GOOD, &[("customers.csv", "Номер ПУ;Адрес\n17;Абая 5\n")], 3, &["such as `A`"]);
}

#[test]
fn a_grid_of_which_no_row_is_usable_is_refused_with_the_kinds_that_are_known() {
    let grid = "Узел;Тип;Родитель\nX;крыло;\nA;дверь;X\n";
    refused(GOOD, &[("grid.csv", grid)], 3, &["none of the 2 rows", "row 2", "крыло", "Фидер"]);
    refused(
        GOOD,
        &[("grid.csv", "Адрес;Город\nАбая 5;Алматы\n")],
        3,
        &["no column for the kind of node", "ПС, Фидер, ТП"],
    );
    refused(GOOD, &[("grid.csv", "%PDF-1.7\n")], 3, &["is a PDF document"]);
}

#[test]
fn a_period_without_readings_is_refused_and_their_days_are_named() {
    let (_keep, folder) = folder_with(&[("dump.csv", GOOD)]);
    let path = |name: &str| folder.join(name).display().to_string();
    let output = darkload(&["scan", &path("dump.csv"), "--period", "2024-01-01..2024-02-01", "--out", &path("out")]);
    assert_eq!(output.status.code(), Some(3));
    let message = text(&output.stderr);
    assert!(message.contains("2024-01-01..2024-02-01") && message.contains("2025-03-01..2025-03-01"), "{message}");
}

#[test]
fn an_hour_that_never_was_is_rejected_and_a_repeated_one_keeps_its_energy() {
    let spring = "usage_point,timestamp,kwh\nA,2025-03-30 01:00,1\nA,2025-03-30 02:30,1\nA,2025-03-30 03:00,1\n";
    let (_keep, folder) = folder_with(&[("dump.csv", spring)]);
    let path = |name: &str| folder.join(name).display().to_string();
    darkload(&["scan", &path("dump.csv"), "--timezone", "Europe/Berlin", "--out", &path("out"), "--quiet"]);
    assert!(std::fs::read_to_string(folder.join("out/rejects.csv")).unwrap().contains(",3,time.never_was,"));
}

#[test]
fn bad_arguments_end_with_code_2() {
    for args in [
        vec!["scan"],
        vec!["scan", "samples/town/readings.parquet", "--timezone", "Mars/Base"],
        vec!["scan", "samples/town/readings.parquet", "--period", "March"],
        vec!["scan", "samples/town/readings.parquet", "--fdr", "7"],
        vec!["scan", "samples/town/readings.parquet", "--config", "nowhere.toml"],
        vec!["simulate", "--out", "never-made", "--step", "7"],
    ] {
        let output = darkload(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", text(&output.stderr));
    }
}
