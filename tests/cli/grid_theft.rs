//! Theft and defects in small simulated grids, end to end: what is planted is found and named, and
//! who is innocent is left alone.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::{darkload, text};

/// Rows of a csv file by column name; cells that hold a comma are quoted.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let content = fs::read_to_string(path).unwrap();
    let cells = |line: &str| {
        let (mut cells, mut quoted) = (vec![String::new()], false);
        for letter in line.chars() {
            match letter {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                _ => cells.last_mut().unwrap().push(letter),
            }
        }
        cells
    };
    let mut lines = content.lines();
    let header = cells(lines.next().unwrap());
    lines.map(|line| header.iter().cloned().zip(cells(line)).collect()).collect()
}

/// Options of a clean grid, each with its value.
const CLEAN: &[&str] = &[
    "--usage-points",
    "700",
    "--days",
    "45",
    "--step",
    "60",
    "--start",
    "2025-04-01",
    "--prevalence",
    "0",
    "--business-share",
    "0.05",
    "--fault-share",
    "0",
    "--untidy-share",
    "0",
    "--look-alike-share",
    "0",
    "--licensed-share",
    "0",
    "--unlinked-share",
    "0",
    "--unmetered-share",
    "0",
    "--balance-share",
    "1",
    "--meters-per-transformer-min",
    "40",
    "--meters-per-transformer-max",
    "60",
];

/// A simulated utility and what a scan says of it.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    /// Simulates a clean grid with what `planted` adds or replaces, and scans it.
    fn scanned(planted: &[&str]) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        let out = world.path("town");
        let usual = CLEAN.chunks(2).filter(|option| !planted.contains(&option[0])).flatten().copied();
        let args: Vec<&str> =
            ["simulate", "--out", &out].into_iter().chain(usual).chain(planted.iter().copied()).collect();
        let made = darkload(&args);
        assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
        let scan = world.run("scan", "out");
        assert_eq!(scan.status.code(), Some(0), "{}", text(&scan.stderr));
        world
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn run(&self, command: &str, out: &str) -> std::process::Output {
        let file = |name: &str| self.path(&format!("town/{name}"));
        let (readings, customers, grid, registers) =
            (file("readings.parquet"), file("customers.csv"), file("grid.csv"), file("registers.csv"));
        let out = self.path(out);
        let mut args = vec![
            command,
            &readings,
            "--customers",
            &customers,
            "--grid",
            &grid,
            "--timezone",
            "Asia/Almaty",
            "--out",
            &out,
        ];
        if Path::new(&registers).exists() {
            args.extend(["--registers", &registers]);
        }
        darkload(&args)
    }

    fn result(&self, file: &str) -> Vec<BTreeMap<String, String>> {
        rows(&self.folder.path().join("out").join(file))
    }

    /// Lines of the truth of one kind.
    fn truth(&self, kind: &str) -> Vec<BTreeMap<String, String>> {
        rows(&self.folder.path().join("town/truth.csv")).into_iter().filter(|row| row["kind"] == kind).collect()
    }

    fn likely_nodes(&self) -> Vec<String> {
        let likely = |row: &BTreeMap<String, String>| row["probability"].parse::<f64>().is_ok_and(|p| p >= 0.5);
        self.result("nodes.csv").into_iter().filter(likely).map(|row| row["node"].clone()).collect()
    }

    fn explain(&self, id: &str) -> String {
        let output = darkload(&["explain", &self.path("out"), id]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    }
}

#[test]
fn a_tap_at_a_feeder_is_found_there_and_accuses_nobody() {
    let world = World::scanned(&["--prevalence", "0.0015", "--upper-unmetered-share", "1", "--levels", "2"]);
    let taps: Vec<BTreeMap<String, String>> = ["tap", "night_tap"].iter().flat_map(|kind| world.truth(kind)).collect();
    let likely = world.likely_nodes();
    assert!(!taps.is_empty());
    let nodes = world.result("nodes.csv");
    for tap in &taps {
        assert!(likely.contains(&tap["id"]), "{tap:?} is not among {likely:?}");
        let row = nodes.iter().find(|row| row["node"] == tap["id"]).unwrap();
        let (kw, true_kw): (f64, f64) = (row["unmetered_kw"].parse().unwrap(), tap["kw"].parse().unwrap());
        assert!((kw / true_kw - 1.0).abs() < 0.15, "{kw} kW of {true_kw} kW");
        assert!(row["shortlist"].is_empty(), "{row:?}");
        let words = world.explain(&tap["id"]);
        for part in ["flowed in", "kW (", "What would settle it:", "Left over day by day"] {
            assert!(words.contains(part), "{part} is not in: {words}");
        }
        let page = fs::read_to_string(world.folder.path().join("out/report.html")).unwrap();
        assert!(page.contains(&format!("\"{}\":{{\"day\":[", tap["id"])), "its days are drawn");
    }
    assert!(world.result("suspects.csv").iter().all(|row| row["finding"] != "under_registration"));
}

#[test]
fn a_customer_that_the_grid_file_forgot_is_placed_and_no_tap_is_seen() {
    let world = World::scanned(&["--unlinked-share", "0.02"]);
    let (forgotten, faults) = (world.truth("unlinked"), world.result("faults.csv"));
    let placed_right = |row: &&BTreeMap<String, String>| {
        faults.iter().any(|fault| {
            fault["usage_point"] == row["id"] && fault["detail"].contains(&format!("link it to {}", row["customer"]))
        })
    };
    let right = forgotten.iter().filter(placed_right).count();
    assert!(forgotten.len() > 8 && 4 * right >= 3 * forgotten.len(), "{right} of {}", forgotten.len());
    assert!(world.likely_nodes().len() <= 1, "{:?}", world.likely_nodes());
}

#[test]
fn a_wrong_link_is_named_with_the_node_where_the_load_is_missing() {
    let world = World::scanned(&["--wrong-link-share", "0.006", "--business-share", "0.3"]);
    let (wrong, faults) = (world.truth("wrong_link"), world.result("faults.csv"));
    let named: Vec<&BTreeMap<String, String>> = faults.iter().filter(|fault| fault["fault"] == "wrong_link").collect();
    assert!(!wrong.is_empty() && !named.is_empty(), "{wrong:?} {faults:?}");
    for fault in named {
        let truth = wrong.iter().find(|row| row["id"] == fault["usage_point"]);
        assert!(truth.is_some_and(|row| fault["detail"].contains(&row["customer"])), "{fault:?}");
    }
}

#[test]
fn a_scaled_meter_is_named_by_its_transformer() {
    let world = World::scanned(&["--scaled-share", "0.01", "--business-share", "0.3"]);
    let scaled = world.truth("scaled");
    let named: Vec<String> = world
        .result("suspects.csv")
        .iter()
        .filter(|row| row["finding"] == "under_registration")
        .map(|row| row["usage_point"].clone())
        .collect();
    assert!(!named.is_empty(), "{scaled:?}");
    assert!(named.iter().all(|id| scaled.iter().any(|row| row["id"] == *id)), "{named:?} of {scaled:?}");
}

#[test]
fn a_constant_tap_at_a_transformer_accuses_nobody() {
    let world = World::scanned(&["--prevalence", "0.0015", "--unmetered-share", "0.3", "--levels", "1"]);
    let taps: Vec<BTreeMap<String, String>> = ["tap", "night_tap"].iter().flat_map(|kind| world.truth(kind)).collect();
    let likely = world.likely_nodes();
    let found = taps.iter().filter(|tap| likely.contains(&tap["id"])).count();
    assert!(taps.len() >= 3 && found >= taps.len() - 1, "{found} of {}: {likely:?}", taps.len());
    for row in world.result("nodes.csv") {
        assert!(row["shortlist"].is_empty(), "{row:?}");
    }
    assert!(world.result("suspects.csv").iter().all(|row| row["finding"] != "under_registration"));
}

#[test]
fn a_trial_with_a_grid_says_at_which_level_which_load_would_be_found() {
    let world = World::scanned(&[]);
    let output = world.run("trial", "trial");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("synthetic loads that no meter sees"), "{}", text(&output.stdout));
    let rows = rows(&world.folder.path().join("trial/trial.csv"));
    let share = |from: &str| {
        let is_it = |row: &&BTreeMap<String, String>| {
            row["level"] == "transformer" && row["kind"] == "all" && row["kw_from"] == from
        };
        rows.iter().find(is_it).map(|row| row["share"].parse::<f64>().unwrap()).unwrap()
    };
    assert!(share("16") > 0.9 && share("16") > share("0"), "{rows:?}");
    for kind in ["constant", "night", "scheduled"] {
        assert!(rows.iter().any(|row| row["level"] == "transformer" && row["kind"] == kind), "{kind}");
    }
}

#[test]
fn street_lamps_that_the_grid_file_declares_are_no_tap() {
    let world = World::scanned(&["--lighting-share", "1"]);
    assert!(world.likely_nodes().is_empty(), "{:?}", world.likely_nodes());
    let declared: f64 =
        world.result("nodes.csv").iter().filter_map(|row| row["declared_kwh"].parse::<f64>().ok()).sum();
    assert!(declared > 1000.0, "{declared} kWh");
}

#[test]
fn street_lamps_that_nobody_declared_are_found_and_said_to_follow_the_sun() {
    let world = World::scanned(&["--lighting-share", "1", "--undeclared-lighting-share", "1", "--days", "60"]);
    let (likely, nodes) = (world.likely_nodes(), world.result("nodes.csv"));
    let by_sun = nodes.iter().filter(|row| row["remarks"].contains("from dusk to dawn")).count();
    assert!(!likely.is_empty() && 2 * by_sun > likely.len(), "{by_sun} of {likely:?}");
}

#[test]
fn a_balance_meter_with_a_register_only_finds_a_large_tap_by_the_month() {
    let world = World::scanned(&[
        "--balance-register-share",
        "1",
        "--days",
        "91",
        "--prevalence",
        "0.01",
        "--unmetered-share",
        "0.4",
        "--levels",
        "1",
    ]);
    let nodes = world.result("nodes.csv");
    assert!(nodes.iter().all(|row| row["remarks"].contains("has a register only") && !row["unmetered_kw"].is_empty()));
    let taps: Vec<String> =
        ["tap", "night_tap"].iter().flat_map(|kind| world.truth(kind)).map(|row| row["id"].clone()).collect();
    assert!(taps.contains(&nodes[0]["node"]), "{} is not one of {taps:?}", nodes[0]["node"]);
}

#[test]
fn homes_that_nobody_reads_are_expected_to_use_what_homes_use_and_are_no_tap() {
    let world = World::scanned(&["--unread-share", "0.1"]);
    let nodes = world.result("nodes.csv");
    assert!(nodes.iter().any(|row| row["remarks"].contains("expected and not counted as unmetered")));
    assert!(world.likely_nodes().is_empty(), "{:?}", world.likely_nodes());
}

/// Twenty days of three homes under two transformers, one of which was moved from the first to the
/// second on the eleventh day.
fn moved_home(grid: &str) -> Vec<BTreeMap<String, String>> {
    let mut readings = "usage_point,timestamp,kwh\n".to_owned();
    for hour in 0..480 {
        let course = |turn: f64| 2.0 + (f64::from(hour * 37 % 24) / 24.0 + turn).sin() + f64::from(hour * 7 % 5) / 10.0;
        let (a, b, moved) = (3.0 * course(0.1), 3.0 * course(0.7), 4.0 * course(1.3));
        let (first, second) = if hour < 240 { (a + moved, b) } else { (a, b + moved) };
        for (id, kwh) in [("A", a), ("B", b), ("C", moved), ("M1", first), ("M2", second)] {
            writeln!(readings, "{id},2025-04-{:02}T{:02}:00:00,{kwh:.4}", hour / 24 + 1, hour % 24).unwrap();
        }
    }
    let (_folder, path) = super::folder_with(&[("readings.csv", &readings), ("grid.csv", grid)]);
    let file = |name: &str| path.join(name).display().to_string();
    let scan = darkload(&["scan", &file("readings.csv"), "--grid", &file("grid.csv"), "--out", &file("out")]);
    assert_eq!(scan.status.code(), Some(0), "{}", text(&scan.stderr));
    rows(&path.join("out/nodes.csv"))
}

#[test]
fn a_home_that_was_moved_to_another_transformer_counts_where_it_was_fed_on_each_day() {
    let header = "node,kind,parent,balance_meter,valid_from,valid_to\nT1,transformer,,M1,,\nT2,transformer,,M2,,\nA,usage_point,T1,,,\nB,usage_point,T2,,,\n";
    let off = |nodes: &[BTreeMap<String, String>]| {
        nodes.iter().map(|row| row["unmetered_kw"].parse::<f64>().unwrap().abs()).fold(0.0, f64::max)
    };
    let moved = moved_home(&format!("{header}C,usage_point,T1,,,2025-04-10\nC,usage_point,T2,,2025-04-11,\n"));
    let stale = moved_home(&format!("{header}C,usage_point,T1,,,\n"));
    assert!(off(&moved) < 0.5 && off(&stale) > 3.0, "{} {}", off(&moved), off(&stale));
}
