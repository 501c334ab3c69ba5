//! What comes in with a month besides readings: inspections, bills, complaints; and what becomes of
//! cases.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{Row, darkload, folder_with, rows, scan_sample, text};

fn scanned(more: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = scan_sample("town", &out, more);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    (folder, out)
}

#[test]
fn what_inspectors_found_is_heard_and_who_is_cleared_is_not_accused_again() {
    let (_keep, out) = scanned(&[]);
    let listed: Vec<String> = rows(&out.join("suspects.csv")).iter().map(|row| row["usage_point"].clone()).collect();
    let [lawful, nothing, farm] = [&listed[0], &listed[1], &listed[2]];
    let inspections = format!(
        "usage_point,node,date,outcome,kw,cause,note\n{lawful},,2025-04-26,other_cause,,server room,\n\
         {nothing},,2025-04-26,nothing,,,\n{farm},,2025-04-26,farm,4.5,,\nNOBODY,,2025-04-26,farm,,,\n\
         {farm},,2025-04-26,guilty,,,\n"
    );
    let complaints = format!("usage_point,date,kind,note\n{farm},2025-04-02,noise,fans all night\n");
    let (_held, folder) = folder_with(&[("inspections.csv", &inspections), ("complaints.csv", &complaints)]);
    let path = |name: &str| folder.join(name).display().to_string();
    let more = ["--inspections", &path("inspections.csv"), "--complaints", &path("complaints.csv")];
    let (_kept, heard) = scanned(&more);
    let suspects = rows(&heard.join("suspects.csv"));
    let find = |id: &str| suspects.iter().find(|row| row["usage_point"] == *id);
    assert!(find(lawful).is_none());
    let cleared = rows(&heard.join("cleared.csv"));
    let cleared = cleared.iter().find(|row| row["usage_point"] == *lawful).unwrap();
    assert_eq!(cleared["look_alike"], "server_room");
    assert!(cleared["reason"].contains("2025-04-26") && cleared["reason"].contains("server room"), "{cleared:?}");
    let found = find(farm).unwrap();
    assert!(found["probability"].parse::<f64>().unwrap() >= 0.99 && found["evidence_for"].contains("2025-04-26"));
    let before = rows(&out.join("suspects.csv"))[1]["probability"].parse::<f64>().unwrap();
    if let Some(row) = find(nothing) {
        assert!(row["probability"].parse::<f64>().unwrap() < before && row["evidence_against"].contains("nothing"));
    }
    let rejects = rows(&heard.join("rejects.csv"));
    let codes: BTreeSet<&str> = rejects.iter().map(|row| row["code"].as_str()).collect();
    assert!(codes.contains("id.unknown") && codes.contains("cell.unreadable"), "{codes:?}");
    let visited: u64 = rows(&heard.join("hitrate.csv"))
        .iter()
        .filter(|row| row["class"].is_empty() && row["pattern"].is_empty() && row["kw_from"].is_empty())
        .map(|row| row["visited"].parse::<u64>().unwrap())
        .sum();
    assert_eq!(visited, 3);
    let cases = rows(&heard.join("cases.csv"));
    let case = cases.iter().find(|row| row["id"] == *farm).unwrap();
    assert_eq!(
        (case["status"].as_str(), case["outcome"].as_str(), case["inspected"].as_str()),
        ("new", "farm", "2025-04-26")
    );
    assert!(case["notes"].contains("fans all night"), "{case:?}");
}

#[test]
fn what_insiders_keep_out_of_the_bills_is_named_and_hardly_anybody_else() {
    let folder = tempfile::tempdir().unwrap();
    let (town, out) = (folder.path().join("town"), folder.path().join("out"));
    let town_path = town.display().to_string();
    let simulated = darkload(&[
        "simulate",
        "--out",
        &town_path,
        "--usage-points",
        "400",
        "--months",
        "2",
        "--step-min",
        "60",
        "--seed",
        "41",
        "--insider-share",
        "0.05",
    ]);
    assert!(simulated.status.success(), "{}", text(&simulated.stderr));
    let path = |name: &str| town.join(name).display().to_string();
    let scan = darkload(&[
        "scan",
        &path("readings-2025-03.parquet"),
        &path("readings-2025-04.parquet"),
        "--customers",
        &path("customers.csv"),
        "--grid",
        &path("grid.csv"),
        "--tariffs",
        &path("tariffs.csv"),
        "--billing",
        &path("billing.csv"),
        "--timezone",
        "Asia/Almaty",
        "--out",
        &out.display().to_string(),
    ]);
    assert_eq!(scan.status.code(), Some(0), "{}", text(&scan.stderr));
    let truth = rows(&town.join("truth.csv"));
    let insiders: BTreeSet<String> =
        truth.iter().filter(|row| row["level"] == "billing").map(|row| row["id"].clone()).collect();
    let billing = rows(&out.join("billing.csv"));
    let named: BTreeSet<String> =
        billing.iter().filter(|row| !row["finding"].is_empty()).map(|row| row["usage_point"].clone()).collect();
    let hits = named.intersection(&insiders).count();
    assert!(insiders.len() >= 10 && 10 * hits >= 8 * insiders.len(), "{hits} of {}", insiders.len());
    assert!(named.len() - hits <= 2, "{:?}", named.difference(&insiders).collect::<Vec<_>>());
    assert!(billing.iter().filter(|row| row["finding"] == "unbilled").all(|row| !row["loss_energy"].is_empty()));
    let worklist = rows(&out.join("worklist.csv"));
    assert!(worklist.iter().any(|row| row["kind"] == "unbilled" && row["findings"].contains("metered and not billed")));
}

/// Scans one month of the sample with all its tables and an archive.
fn scan_month(month: &str, archive: &Path, out: &Path) {
    let path = |name: &str| format!("samples/three_months/{name}");
    let mut args = vec!["scan".to_owned(), path(&format!("readings-{month}.parquet"))];
    for table in ["customers", "grid", "weather", "licences", "tariffs", "billing", "events", "inspections"] {
        args.extend([format!("--{table}"), path(&format!("{table}.csv"))]);
    }
    let (archive, out) = (archive.display().to_string(), out.display().to_string());
    args.extend(["--timezone", "Asia/Almaty", "--quiet", "--archive", &archive, "--out", &out].map(str::to_owned));
    let output = darkload(&args.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn cases_keep_their_numbers_over_months_and_say_who_stopped_and_who_moved() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let cases = ["2025-04", "2025-05", "2025-06"].map(|month| {
        let out = folder.path().join(month);
        scan_month(month, &archive, &out);
        rows(&out.join("cases.csv"))
    });
    let number = |cases: &[Row]| -> BTreeMap<String, String> {
        cases.iter().map(|row| (row["case"].clone(), row["id"].clone())).collect()
    };
    let [first, second, third] = cases.each_ref().map(|cases| number(cases));
    assert!(first.len() > 5 && first.iter().all(|(case, id)| second[case] == *id));
    assert!(second.iter().all(|(case, id)| third[case] == *id));
    let with = |cases: &[Row], status: &str| cases.iter().filter(|row| row["status"] == status).count();
    assert_eq!(with(&cases[0], "new"), cases[0].len());
    assert!(with(&cases[2], "stopped") > 0 && with(&cases[2], "continuing") > 5);
    // Who moved is found among those who did.
    let truth = rows(Path::new("samples/three_months/truth.csv"));
    let movers: BTreeSet<&str> =
        truth.iter().filter(|row| row["kind"].starts_with("mover_")).map(|row| row["id"].as_str()).collect();
    let moved = cases[2].iter().filter(|row| !row["moved_from"].is_empty());
    assert!(moved.filter(|row| movers.contains(&*row["id"]) && movers.contains(&*row["moved_from"])).count() > 0);
    let visited: u64 = rows(&folder.path().join("2025-06/hitrate.csv"))
        .iter()
        .filter(|row| row["class"].is_empty() && row["pattern"].is_empty() && row["kw_from"].is_empty())
        .map(|row| row["visited"].parse::<u64>().unwrap())
        .sum();
    assert_eq!(visited, 12);
    let kept = fs::read(archive.join("cases.csv")).unwrap();
    assert_eq!(text(&kept).lines().count(), cases[2].len() + 1);
}
