//! Volts beside energy, end to end: links that the grid file has wrong are put right, and a load
//! that no meter sees gets a phase, a line and a set of places; without volts nothing of it is
//! there.

use std::fs;
use std::path::Path;

use super::{darkload, rows, text};

/// A grid of some transformers with taps, wrong links and volts of all meters.
fn simulate(folder: &Path) {
    let out = darkload(&[
        "simulate",
        "--out",
        &folder.display().to_string(),
        "--usage-points",
        "360",
        "--days",
        "40",
        "--step",
        "60",
        "--seed",
        "11",
        "--volts",
        "--wrong-link-share",
        "0.03",
        "--unlinked-share",
        "0.02",
        "--balance-share",
        "1",
        "--unmetered-share",
        "0.4",
        "--prevalence",
        "0.004",
        "--fault-share",
        "0",
        "--untidy-share",
        "0",
        "--look-alike-share",
        "0",
        "--business-share",
        "0.04",
        "--lv-balance-share",
        "1",
        "--meters-per-transformer-min",
        "30",
        "--meters-per-transformer-max",
        "50",
    ]);
    assert!(out.status.success(), "{}", text(&out.stderr));
}

fn scan(folder: &Path, result: &Path, more: &[&str]) {
    let file = |name: &str| folder.join(name).display().to_string();
    let (readings, customers, grid, weather) =
        (file("readings.parquet"), file("customers.csv"), file("grid.csv"), file("weather.csv"));
    let out = result.display().to_string();
    let mut args = vec![
        "scan",
        &readings,
        "--customers",
        &customers,
        "--grid",
        &grid,
        "--weather",
        &weather,
        "--timezone",
        "Asia/Almaty",
        "--out",
        &out,
        "--quiet",
    ];
    args.extend(more);
    let done = darkload(&args);
    assert!(done.status.success(), "{}", text(&done.stderr));
}

#[test]
fn volts_put_links_right_and_give_a_finding_its_phase_and_places() {
    let folder = tempfile::tempdir().unwrap();
    let (utility, with, without) =
        (folder.path().join("utility"), folder.path().join("with"), folder.path().join("without"));
    simulate(&utility);
    let voltage = utility.join("voltage.parquet").display().to_string();
    scan(&utility, &with, &["--voltage", &voltage]);
    scan(&utility, &without, &[]);

    let truth = rows(&utility.join("truth.csv"));
    let wrong: Vec<_> = truth.iter().filter(|row| row["level"] == "link" && row["kind"] == "wrong_link").collect();
    let faults = rows(&with.join("faults.csv"));
    let told = |id: &str| faults.iter().any(|row| row["usage_point"] == id && row["fault"] == "wrong_link");
    assert!(wrong.len() > 3 && wrong.iter().all(|row| told(&row["id"])), "{wrong:?}");
    let false_ones = faults
        .iter()
        .filter(|row| row["fault"] == "wrong_link" && row["detail"].contains("volts"))
        .filter(|row| wrong.iter().all(|wrong| wrong["id"] != row["usage_point"]));
    assert_eq!(false_ones.count(), 0);
    let network = rows(&utility.join("network.csv"));
    let own = |id: &str| network.iter().find(|row| row["level"] == "usage_point" && row["id"] == id);
    for row in rows(&with.join("phases.csv")) {
        // What volts do not tell is left empty.
        let Some(own) = own(&row["usage_point"]).filter(|_| !row["node_found"].is_empty()) else { continue };
        assert_eq!(row["node_found"], own["transformer"], "{row:?}");
        let letter = ["a", "b", "c"][row["phase"].parse::<usize>().unwrap() - 1];
        assert!(own["phases"].contains(letter), "{row:?} {own:?}");
    }

    let nodes = rows(&with.join("nodes.csv"));
    let taps: Vec<_> = network.iter().filter(|row| row["level"] == "node").collect();
    let placed: Vec<_> = nodes.iter().filter(|row| !row["line"].is_empty()).collect();
    assert!(!taps.is_empty() && !placed.is_empty());
    for node in placed {
        // Places are no suspects, and a set is never the whole street.
        assert!(node["shortlist"].matches("by volts").count() <= 12);
    }

    assert!(!without.join("phases.csv").exists());
    assert!(!rows(&without.join("nodes.csv"))[0].contains_key("line"));
    assert!(!fs::read_to_string(without.join("facts.jsonl")).unwrap().contains("\"place."));
}
