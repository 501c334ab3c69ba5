//! The result folder: complete, reproducible, whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{darkload, folder_with, scan_sample, text};

/// Files of a result with their bytes, but for the times in `run.toml` and the rows of
/// `rejects.csv`.
fn result(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut bytes = fs::read(&path).unwrap();
        if name == "run.toml" {
            let text = String::from_utf8(bytes).unwrap();
            // Digests of its own files follow from what is compared, but for those of `rejects.csv`
            // and the page.
            bytes = text
                .split("[files]")
                .next()
                .unwrap()
                .lines()
                .filter(|line| !["seconds", "path", "sha256", "format"].iter().any(|key| line.starts_with(key)))
                .collect::<Vec<_>>()
                .join("\n")
                .into_bytes();
        }
        if name == "report.html" {
            // What the run read, with digests: as in `run.toml`.
            let text = String::from_utf8(bytes).unwrap();
            let (before, inputs) = text.split_once("\"inputs\":[").unwrap();
            bytes = format!("{before}{}", inputs.split_once(']').unwrap().1).into_bytes();
        }
        if name != "rejects.csv" {
            files.insert(name, bytes);
        }
    }
    files
}

#[test]
fn every_file_of_the_contract_is_there_with_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = scan_sample("town", &out, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let header = |file: &str| fs::read_to_string(out.join(file)).unwrap().lines().next().unwrap().to_owned();
    let suspects = "rank,usage_point,address,city,tariff_class,node,finding,pattern,probability,q_value,hidden_kw,hidden_kw_low,hidden_kw_high,since,since_low,since_high,hidden_kwh,loss_energy,loss_fee,loss_low,loss_high,currency,licence,evidence_for,evidence_against,tests_missing,loss_energy_low,loss_energy_high,loss_fee_low,loss_fee_high,licence_status,licence_match,criteria,lat,lon,until,hidden_hours,stability";
    assert_eq!(header("suspects.csv"), suspects);
    assert_eq!(header("screening.csv"), suspects);
    assert_eq!(
        header("nodes.csv"),
        "rank,node,kind,parent,probability,q_value,supplied_kwh,metered_kwh,technical_loss_kwh,unmetered_kwh,unmetered_kwh_low,unmetered_kwh_high,unmetered_kw,unmetered_kw_low,unmetered_kw_high,pattern,since,coverage,loss_energy,loss_fee,loss_low,loss_high,currency,shortlist,remarks,parts,declared_kwh,loss_energy_low,loss_energy_high,loss_fee_low,loss_fee_high"
    );
    assert_eq!(header("node_days.csv"), "node,day,hours,supplied_kw,metered_kw,technical_kw,declared_kw,unmetered_kw");
    assert_eq!(
        header("coverage.csv"),
        "node,kind,parent,usage_points,share_interval,share_register,share_unread,balance_metered,smallest_detectable_kw,remarks"
    );
    assert_eq!(
        header("addresses.csv"),
        "rank,address,city,usage_points,probability,hidden_kw,hidden_kwh,loss_energy,loss_fee,loss_low,loss_high,currency,licence,findings,members,loss_energy_low,loss_energy_high,loss_fee_low,loss_fee_high,expected_kwh,expected_recovery,crew,criteria,lat,lon"
    );
    assert_eq!(
        header("money.csv"),
        "level,id,finding,step,part,what,from,to,kwh,price_per_kwh,tax_share,amount,currency,tariff_class,detail"
    );
    assert_eq!(header("cleared.csv"), "usage_point,look_alike,reason,hidden_kw,probability_before,probability");
    assert_eq!(header("faults.csv"), "usage_point,fault,from,to,share,detail,effect");
    assert_eq!(header("rejects.csv"), "file,row,code,detail");
    for file in ["worklist.csv", "regions.csv", "scores.parquet", "run.toml", "report.html", "report.xlsx"] {
        assert!(out.join(file).is_file(), "{file}");
    }
}

#[test]
fn one_thread_and_three_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (one, three) = (folder.path().join("one"), folder.path().join("three"));
    scan_sample("town", &one, &["--threads", "1"]);
    scan_sample("town", &three, &["--threads", "3"]);
    assert_eq!(result(&one), result(&three));
}

#[test]
fn the_order_of_rows_leaves_no_trace() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/head_end_csv/readings.csv");
    let content = fs::read_to_string(sample).unwrap();
    let (header, rows) = content.split_once('\n').unwrap();
    let mut lines: Vec<&str> = rows.lines().collect();
    lines
        .sort_by_key(|line| line.bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte))));
    let (_keep, folder) =
        folder_with(&[("plain.csv", &content), ("mixed.csv", &format!("{header}\n{}\n", lines.join("\n")))]);
    let scan = |name: &str| {
        let out = folder.join(format!("out-{name}"));
        let output = darkload(&[
            "scan",
            &folder.join(name).display().to_string(),
            "--timezone",
            "Asia/Almaty",
            "--out",
            &out.display().to_string(),
        ]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        result(&out)
    };
    assert_eq!(scan("plain.csv"), scan("mixed.csv"));
}

/// A town of 1,500 meters (more than one partition) with gaps, duplicates and faults, written in
/// the order asked for.
fn simulated(folder: &Path, order: &str, format: &str) -> String {
    let out = folder.join(format!("{order}-{format}"));
    let args = [
        "simulate",
        "--usage-points",
        "1500",
        "--days",
        "14",
        "--step",
        "60",
        "--untidy-share",
        "0.2",
        "--order",
        order,
        "--format",
        format,
        "--out",
    ];
    let made = darkload(&[&args[..], &[&out.display().to_string()]].concat());
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    out.display().to_string()
}

#[test]
fn neither_the_order_of_readings_nor_the_memory_nor_the_format_leaves_a_trace() {
    let folder = tempfile::tempdir().unwrap();
    let scan = |town: &str, format: &str, more: &[&str]| {
        let out = folder.path().join("out");
        let (readings, grid) = (format!("{town}/readings.{format}"), format!("{town}/grid.csv"));
        let args = [
            "scan",
            &readings,
            "--grid",
            &grid,
            "--timezone",
            "Asia/Almaty",
            "--verbose",
            "--out",
            &out.display().to_string(),
        ];
        let output = darkload(&[&args[..], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        (result(&out), text(&output.stderr))
    };
    let by_meter = simulated(folder.path(), "meter", "parquet");
    let (expected, plan) = scan(&by_meter, "parquet", &[]);
    assert!(plan.contains("finished as soon as its last row is read"), "{plan}");
    let by_time = simulated(folder.path(), "time", "parquet");
    let (parted, plan) = scan(&by_time, "parquet", &["--memory", "2G"]);
    assert!(plan.contains("parted by usage point") && !plan.contains("went to disk"), "{plan}");
    assert_eq!(parted, expected);
    // What a run needs in any case it says when it is given less; with that much all that can wait
    // on disk does.
    let readings = format!("{by_time}/readings.parquet");
    let refused = darkload(&[
        "scan",
        &readings,
        "--grid",
        &format!("{by_time}/grid.csv"),
        "--memory",
        "1M",
        "--threads",
        "3",
        "--out",
        &format!("{by_time}-none"),
    ]);
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    let least = said.split("give --memory ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let (spilled, plan) = scan(&by_time, "parquet", &["--memory", least, "--threads", "3"]);
    assert!(plan.contains("of readings went to disk") && plan.contains("of profiles went to disk"), "{plan}");
    assert_eq!(spilled, expected);
    let as_text = simulated(folder.path(), "meter", "csv");
    let (read_as_text, plan) = scan(&as_text, "csv", &[]);
    assert!(plan.contains("finished as soon as its last row is read"), "{plan}");
    assert_eq!(read_as_text, expected);
    let text_by_time = simulated(folder.path(), "time", "csv");
    assert_eq!(scan(&text_by_time, "csv", &["--threads", "1"]).0, expected);
}

#[test]
fn monthly_registers_are_screened_without_a_probability() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = scan_sample("registers", &out, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let screening = fs::read_to_string(out.join("screening.csv")).unwrap();
    assert!(screening.lines().count() > 20, "{screening}");
    assert!(
        screening.lines().skip(1).all(|line| line.contains("metered_hidden_load,,,,")),
        "no pattern, probability, q-value or power"
    );
}

#[test]
fn a_folder_of_somebody_else_is_refused_before_the_work() {
    let (_keep, folder) = folder_with(&[("thesis.txt", "x")]);
    let output = scan_sample("town", &folder, &[]);
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("is no result of darkload"), "{}", text(&output.stderr));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn an_output_that_cannot_be_made_ends_with_code_5() {
    let (_keep, folder) = folder_with(&[("file", "x")]);
    assert_eq!(scan_sample("town", &folder.join("file").join("out"), &[]).status.code(), Some(5));
}

#[test]
fn a_full_disk_leaves_nothing_half_written() {
    // A file size limit of 1 kB stands in for a full disk: every larger file fails to be written.
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let command = format!(
        "trap '' XFSZ; ulimit -f 1; exec {} scan samples/town/readings.parquet --out {}",
        env!("CARGO_BIN_EXE_darkload"),
        out.display()
    );
    let output = std::process::Command::new("bash")
        .args(["-c", &command])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", text(&output.stderr));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_listed_usage_point_a_node_and_an_address_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    scan_sample("town", &out, &[]);
    let explain = |id: &str| darkload(&["explain", &out.display().to_string(), id]);
    let listed = fs::read_to_string(out.join("suspects.csv"))
        .unwrap()
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .nth(1)
        .unwrap()
        .to_owned();
    let words = text(&explain(&listed).stdout);
    for part in ["Listed as number 1", "What speaks for it:", "What would disprove it:", "not testable"] {
        assert!(words.contains(part), "{words}");
    }
    assert!(text(&explain("T0003").stdout).contains("Load that no meter sees"));
    assert!(text(&explain("mill lane 5").stdout).contains("usage points, probability of a farm"));
    let unknown = explain("UP99999");
    assert_eq!(unknown.status.code(), Some(3));
    assert!(text(&unknown.stderr).contains("near it is `UP0"), "{}", text(&unknown.stderr));
}

#[test]
fn a_lawful_class_is_cleared_by_name_while_it_keeps_to_its_contract() {
    let (_keep, folder) = folder_with(&[("lawful.toml", "[lawful_class]\nhousehold = \"server_room\"\n")]);
    let out = folder.join("out");
    scan_sample("town", &out, &["--config", &folder.join("lawful.toml").display().to_string()]);
    let read = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    // A farm of 3.4 kW behind a contract of 10 kW, which leads the list without that line.
    assert!(
        read("cleared.csv").lines().any(|line| line.starts_with("UP000074,server_room,")),
        "{}",
        read("cleared.csv")
    );
    assert!(!read("suspects.csv").contains("UP000074"));
}

#[test]
fn a_trial_says_what_a_scan_would_find_by_kind_and_size() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("trial");
    let args = [
        "trial",
        "samples/town/readings.parquet",
        "--customers",
        "samples/town/customers.csv",
        "--timezone",
        "Asia/Almaty",
        "--out",
    ];
    let output = darkload(&[&args[..], &[&out.display().to_string()]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("synthetic farms"), "planted farms are called so");
    let rows = fs::read_to_string(out.join("trial.csv")).unwrap();
    let share = |line: &str| line.split(',').nth(5).unwrap().parse::<f64>().unwrap();
    let of = |start: &str| rows.lines().find(|line| line.starts_with(start)).map(share).unwrap();
    assert!(of("flat,4,") > of("flat,0,"), "larger farms are found more often: {rows}");
    assert!(fs::read_to_string(out.join("trial.html")).unwrap().contains("<polyline"));
    assert!(out.join("run.toml").is_file());
}

/// The ledger of every usage point: its entries in `scores.parquet` add up to its log-odds, whose
/// logistic is its probability.
#[test]
fn entries_of_the_ledger_add_up_to_the_log_odds() {
    use polars::prelude::{DataType, ParquetReader, SerReader};

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = scan_sample("town", &out, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let scores = ParquetReader::new(fs::File::open(out.join("scores.parquet")).unwrap()).finish().unwrap();
    let column = |name: &str| scores.column(name).unwrap().cast(&DataType::Float64).unwrap();
    let entries: Vec<_> =
        (scores.get_column_names().iter()).filter(|name| name.starts_with("llr_")).map(|name| column(name)).collect();
    let (log_odds, probability) = (column("log_odds"), column("probability"));
    let mut judged = 0;
    for row in 0..scores.height() {
        let Some(odds) = log_odds.f64().unwrap().get(row) else { continue };
        let told = |entry: &polars::prelude::Column| entry.f64().unwrap().get(row).filter(|llr| !llr.is_nan());
        let sum: f64 = entries.iter().filter_map(told).sum();
        assert!((sum - odds).abs() < 1e-4, "row {row}: {sum} and {odds}");
        let p = probability.f64().unwrap().get(row).unwrap();
        assert!((p - 1.0 / (1.0 + (-odds).exp())).abs() < 1e-9, "row {row}: {p}");
        judged += 1;
    }
    assert!(judged > 500, "{judged}");
}
