//! What findings mean, as people get it: money and its steps, work list and crews, pseudonyms, map,
//! a result repeated by a third party.

use std::fs;
use std::path::{Path, PathBuf};

use super::{darkload, folder_with, rows, scan_sample, text};

fn number(row: &std::collections::BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or(0.0)
}

fn scanned(more: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = scan_sample("town", &out, more);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    (folder, out)
}

fn verify(out: &Path, readings: &str, more: &[&str]) -> (Option<i32>, String) {
    let output =
        darkload(&[&["verify", &out.display().to_string(), readings, "--inputs", "samples/town"], more].concat());
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

const TOWN: &str = "samples/town/readings.parquet";

#[test]
fn every_amount_of_the_list_is_the_sum_of_its_steps() {
    let (_keep, out) = scanned(&[]);
    let steps = rows(&out.join("money.csv"));
    let sum = |id: &str, part: &str| -> f64 {
        steps.iter().filter(|row| row["id"] == id && row["part"] == part).map(|row| number(row, "amount")).sum()
    };
    let suspects = rows(&out.join("suspects.csv"));
    assert!(suspects.len() > 5 && suspects.iter().all(|row| number(row, "loss_fee") > 0.0));
    for row in suspects {
        // Every step is written to the hundredth.
        for (column, part) in [("loss_energy", "energy"), ("loss_fee", "fee")] {
            assert!((sum(&row["usage_point"], part) - number(&row, column)).abs() < 0.1, "{row:?}");
        }
        assert!(number(&row, "loss_low") <= number(&row, "loss_energy") + number(&row, "loss_fee") + 0.01, "{row:?}");
    }
}

#[test]
fn crews_get_the_cases_that_pay_and_no_case_is_lost() {
    let (_keep, out) = scanned(&["--crews", "2", "--visit-cost", "5000"]);
    let cases = rows(&out.join("worklist.csv"));
    let recovery: Vec<f64> = cases.iter().map(|row| number(row, "expected_recovery")).collect();
    assert!(recovery.windows(2).all(|pair| pair[0] >= pair[1]), "{recovery:?}");
    assert!(cases.iter().all(|row| row["crew"].is_empty() == (number(row, "expected_recovery") <= 0.0)), "{cases:?}");
    let listed: std::collections::BTreeSet<String> =
        rows(&out.join("suspects.csv")).into_iter().map(|row| row["usage_point"].clone()).collect();
    let named: Vec<String> = cases
        .iter()
        .flat_map(|row| row["usage_points"].split("; ").map(str::to_owned).collect::<Vec<_>>())
        .filter(|id| !id.is_empty())
        .collect();
    assert_eq!(named.len(), listed.len(), "every listed usage point belongs to one case");
    assert_eq!(named.into_iter().collect::<std::collections::BTreeSet<_>>(), listed);
}

#[test]
fn the_map_holds_points_with_coordinates_only() {
    let (_keep, out) = scanned(&[]);
    let map = fs::read_to_string(out.join("suspects.geojson")).unwrap();
    assert!(
        map.starts_with("{\"type\":\"FeatureCollection\"") && !map.contains("null") && !map.contains("NaN"),
        "{map}"
    );
    assert_eq!(map.matches("\"level\":\"usage_point\"").count(), rows(&out.join("suspects.csv")).len());
    assert!(map.contains("\"coordinates\":[76."), "longitude comes first: {map}");
}

#[test]
fn an_untouched_result_is_verified_from_a_copy_of_its_inputs() {
    let (keep, out) = scanned(&["--fdr", "0.2", "--crews", "1"]);
    assert_eq!(verify(&out, TOWN, &["--threads", "1"]).0, Some(0));
    // A third party keeps the readings elsewhere, under another name.
    let moved = keep.path().join("copy.parquet");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(TOWN), &moved).unwrap();
    let (code, words) = verify(&out, &moved.display().to_string(), &[]);
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("The same: 6 input files"), "{words}");
}

#[test]
fn a_tampered_result_is_told_by_file_row_and_column() {
    let (_keep, out) = scanned(&[]);
    let list = fs::read_to_string(out.join("suspects.csv")).unwrap();
    let second = list.lines().nth(2).unwrap();
    let id = second.split(',').nth(1).unwrap();
    fs::write(out.join("suspects.csv"), list.replace(second, &second.replace(id, "UP999999"))).unwrap();
    fs::write(out.join("note.txt"), "added").unwrap();
    let (code, words) = verify(&out, TOWN, &[]);
    assert_eq!(code, Some(3), "{words}");
    assert!(
        words.contains(&format!("suspects.csv: row 3, column usage_point: `UP999999` in the result, `{id}` now")),
        "{words}"
    );
    assert!(words.contains("note.txt: no run writes this file"), "{words}");
}

#[test]
fn other_inputs_than_those_of_the_record_are_named() {
    let (keep, out) = scanned(&[]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/town");
    let customers = keep.path().join("customers.csv");
    let content = fs::read_to_string(folder.join("customers.csv")).unwrap();
    fs::write(&customers, content.replacen("household,7.0", "household,9.0", 1)).unwrap();
    let (code, words) = verify(&out, TOWN, &["--customers", &customers.display().to_string()]);
    assert_eq!(code, Some(3), "{words}");
    assert!(words.contains("input customers") && words.contains("other bytes"), "{words}");
    let (code, words) = verify(&out, TOWN, &["--grid", "nowhere.csv"]);
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("give --grid FILE"), "{words}");
}

#[test]
fn a_pseudonymised_result_names_nobody_and_its_key_is_not_in_it() {
    let (keep, out) = scanned(&["--pseudonymise"]);
    let key = fs::read_to_string(keep.path().join("out.key")).unwrap();
    for entry in fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        let content = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for name in ["UP000", "Mill lane", "Station street", key.trim()] {
            assert!(!content.contains(name), "`{name}` in {}", path.display());
        }
    }
    let names = fs::read_to_string(keep.path().join("out.names.csv")).unwrap();
    let first = rows(&out.join("suspects.csv"))[0]["usage_point"].clone();
    assert!(names.lines().any(|line| line.starts_with(&format!("{first},usage_point,UP"))), "{first}");
    // Paths are pseudonyms too, so each file has to be given.
    let tables = ["customers", "grid", "weather", "licences", "tariffs"]
        .map(|role| (format!("--{role}"), format!("samples/town/{role}.csv")));
    let tables: Vec<&str> = tables.iter().flat_map(|(option, path)| [option.as_str(), path.as_str()]).collect();
    assert_eq!(verify(&out, TOWN, &[]).0, Some(2));
    let (code, words) = verify(&out, TOWN, &tables);
    assert_eq!(code, Some(0), "the key beside the result is found: {words}");
    fs::rename(keep.path().join("out.key"), keep.path().join("hidden.key")).unwrap();
    assert_eq!(verify(&out, TOWN, &tables).0, Some(2));
}

#[test]
fn the_same_key_gives_the_same_pseudonyms() {
    let (keep, out) = scanned(&["--pseudonymise"]);
    let first = fs::read_to_string(out.join("addresses.csv")).unwrap();
    let again = keep.path().join("again");
    scan_sample(
        "town",
        &again,
        &["--pseudonymise", "--pseudonym-key", &keep.path().join("out.key").display().to_string()],
    );
    assert_eq!(fs::read_to_string(again.join("addresses.csv")).unwrap(), first);
    let (_other, other) = scanned(&["--pseudonymise"]);
    assert_ne!(fs::read_to_string(other.join("addresses.csv")).unwrap(), first);
}

#[test]
fn a_rule_pack_of_the_users_own_is_asked_and_recorded() {
    let pack = "id = \"local\"\ntitle = \"Local rule\"\nversion = \"1\"\npublished = \"2026-01-01\"\nsource = \"a \
                letter\"\nplace = \"Almaty\"\n\n[[criterion]]\nid = \"limit\"\nwords = \"used more than 100 kWh in a \
                month\"\nfigure = \"published\"\ntest = \"monthly_kwh_above\"\nkwh = 100.0\n";
    let (_keep, folder) = folder_with(&[("local.toml", pack)]);
    let config = folder.join("config.toml");
    fs::write(&config, format!("[rules]\npacks = []\nfiles = [\"{}\"]\n", folder.join("local.toml").display()))
        .unwrap();
    let (_keep, out) = scanned(&["--config", &config.display().to_string()]);
    let own = folder.join("local.toml").display().to_string();
    assert!(
        rows(&out.join("suspects.csv"))
            .iter()
            .all(|row| row["criteria"].starts_with("local/limit: used more than 100 kWh in a month ("))
    );
    assert!(fs::read_to_string(out.join("run.toml")).unwrap().contains("role = \"rules\""));
    assert_eq!(verify(&out, TOWN, &[]).0, Some(2), "a path that only the result names is not opened");
    let (code, words) = verify(&out, TOWN, &["--rules", &own]);
    assert_eq!(code, Some(0), "{words}");
}
