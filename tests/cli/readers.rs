//! `inspect` and `convert`: one utility in many dresses gives one canonical file, and what a file
//! was taken for is said with its ground.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::{darkload, folder_with, text};

/// A day, a time of day, a value as text.
type Reading = (String, String, String);

/// A small utility as csv, and its readings by usage point.
fn utility(folder: &Path) -> (PathBuf, BTreeMap<String, Vec<Reading>>) {
    let out = folder.join("utility");
    let more = ["--step", "30", "--timezone", "none", "--format", "csv", "--untidy-share", "0", "--fault-share", "0"];
    let mut args = vec![
        "simulate",
        "--out",
        out.to_str().unwrap(),
        "--usage-points",
        "60",
        "--days",
        "16",
        "--start",
        "2025-03-01",
        "--seed",
        "3",
    ];
    args.extend(more);
    let made = darkload(&args);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let csv = fs::read_to_string(out.join("readings.csv")).unwrap();
    let mut meters: BTreeMap<String, Vec<Reading>> = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (day, time) = cells[1].split_once('T').unwrap();
        meters.entry(cells[0].to_owned()).or_default().push((day.to_owned(), time.to_owned(), cells[2].to_owned()));
    }
    (out.join("readings.csv"), meters)
}

fn convert(file: &Path, out: &Path, more: &[&str]) -> Vec<u8> {
    let (file, shown) = (file.display().to_string(), out.display().to_string());
    let mut args = vec!["convert", &file, "--out", &shown];
    args.extend(more);
    let output = darkload(&args);
    assert_eq!(output.status.code(), Some(0), "{file}: {}", text(&output.stderr));
    fs::read(out).unwrap()
}

fn dotted(day: &str) -> String {
    format!("{}.{}.{}", &day[8..], &day[5..7], &day[..4])
}

/// Cyrillic in windows-1251; everything else here is ASCII.
fn windows_1251(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        'А'..='я' => (c as u32 - 'А' as u32 + 0xc0) as u8,
        'ё' => 0xb8,
        c => u8::try_from(c as u32).unwrap(),
    };
    text.chars().map(byte).collect()
}

/// The utility rewritten: name and bytes.
fn dresses(meters: &BTreeMap<String, Vec<Reading>>) -> Vec<(&'static str, Vec<u8>)> {
    let mut russian = String::from("Профиль нагрузки\n\nПрибор учета;Дата;Время;Активная энергия, кВт*ч\n");
    let mut american = String::from("meter_id\tstart\tenergy (Wh)\n");
    let mut by_day: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    let mut by_time: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (id, readings) in meters {
        for (day, time, value) in readings {
            writeln!(russian, "{id};{};{time};{}", dotted(day), value.replace('.', ",")).unwrap();
            let wh =
                if value.is_empty() { String::new() } else { format!("{:.0}", value.parse::<f64>().unwrap() * 1000.0) };
            writeln!(american, "{id}\t{}/{}/{} {time}\t{wh}", &day[5..7], &day[8..], &day[..4]).unwrap();
            by_day.entry((id, day)).or_default().push(value);
            by_time.entry((day, time)).or_default().push(value);
        }
    }
    let slots: Vec<String> = (0..48).map(|slot| format!("{:02}:{:02}", slot / 2, slot % 2 * 30)).collect();
    let mut wide = format!("meter_id,date,{}\n", slots.join(","));
    for ((id, day), values) in &by_day {
        writeln!(wide, "{id},{day},{}", values.join(",")).unwrap();
    }
    let mut across = format!("timestamp;{}\n", meters.keys().cloned().collect::<Vec<_>>().join(";"));
    for ((day, time), values) in &by_time {
        writeln!(across, "{} {time};{}", dotted(day), values.join(";").replace('.', ",")).unwrap();
    }
    let utf16 = [0xff, 0xfe].into_iter().chain(american.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    vec![
        ("russian.csv", windows_1251(&russian)),
        ("american.tsv", american.into_bytes()),
        ("utf16.tsv", utf16),
        ("wide.csv", wide.into_bytes()),
        ("across.csv", across.into_bytes()),
    ]
}

#[test]
fn one_utility_in_many_dresses_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, mut meters) = utility(folder.path());
    // Meters of other interval lengths do not fit into the wide layouts.
    meters.retain(|_, readings| readings.len() == 16 * 48);
    assert!(meters.len() > 20, "{} meters have half-hours without a gap", meters.len());
    let mut plain = String::from("usage_point,timestamp,kwh\n");
    for (id, readings) in &meters {
        for (day, time, value) in readings {
            writeln!(plain, "{id},{day}T{time},{value}").unwrap();
        }
    }
    fs::write(&csv, plain).unwrap();
    let expected = convert(&csv, &folder.path().join("plain.parquet"), &[]);
    assert_eq!(
        expected,
        convert(&csv, &folder.path().join("again.parquet"), &["--threads", "1", "--memory", "120M"]),
        "threads and memory change nothing"
    );
    assert_eq!(
        expected,
        convert(&folder.path().join("plain.parquet"), &folder.path().join("twice.parquet"), &[]),
        "what is canonical stays as it is"
    );
    for (name, bytes) in dresses(&meters) {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let got = convert(&path, &folder.path().join(format!("{name}.parquet")), &[]);
        assert!(
            got == expected,
            "{name} differs: {}",
            text(&darkload(&["inspect", &path.display().to_string()]).stdout)
        );
    }
}

/// One message of a point, with a note of its writer and the energy of the first half hour.
fn message(note: &str, kwh: u32) -> String {
    format!(
        "<?xml version=\"1.0\"?>{note}<message \
         class=\"80020\"><datetime><day>20250301</day></datetime><area><measuringpoint code=\"1001\"><measuringchannel \
         code=\"01\"><period start=\"0000\" \
         end=\"0030\"><value>{kwh}</value></period></measuringchannel></measuringpoint></area></message>"
    )
}

#[test]
fn a_clock_that_only_the_message_tells_is_kept_on_the_way_through_convert() {
    let (_keep, folder) =
        folder_with(&[("a.xml", &message("<!--GmtFrom=5;GmtTo=3-->", 7)), ("b.xml", &message("", 7))]);
    let zone = ["--timezone", "Asia/Almaty"];
    convert(&folder.join("a.xml"), &folder.join("once.parquet"), &[]);
    let twice = convert(&folder.join("once.parquet"), &folder.join("twice.parquet"), &zone);
    assert_eq!(twice, convert(&folder.join("a.xml"), &folder.join("zoned.parquet"), &zone));
    let inspect = |name: &str| text(&darkload(&["inspect", &folder.join(name).display().to_string()]).stdout);
    let (noted, bare) = (inspect("a.xml"), inspect("b.xml"));
    assert!(
        noted.contains("UTC+03:00") && noted.contains("2025-02-28T21:00") && !noted.contains("give --timezone"),
        "{noted}"
    );
    assert!(bare.contains("May be read in another way") && bare.contains("give --timezone"), "{bare}");
}

#[test]
fn of_a_message_sent_twice_the_higher_number_counts() {
    let (_keep, folder) =
        folder_with(&[("80020_1_20250301_999.xml", &message("", 7)), ("80020_1_20250301_1000.xml", &message("", 8))]);
    convert(&folder, &folder.join("out.parquet"), &[]);
    let shown = text(&darkload(&["inspect", &folder.join("out.parquet").display().to_string()]).stdout);
    assert!(shown.contains("8.000 kWh") && !shown.contains("7.000 kWh"), "{shown}");
}

#[test]
fn a_file_of_another_kind_is_named_with_what_helps() {
    let (_keep, folder) = folder_with(&[("a.xls", "<html><body><table><tr><td>1</td></tr></table></body></html>")]);
    let output = darkload(&["inspect", &folder.join("a.xls").display().to_string()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        text(&output.stderr)
            .contains("is an HTML table, whatever its name says, and is not read; save it as xlsx or csv"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn the_order_of_rows_does_not_change_the_converted_bytes() {
    let (_keep, folder) = folder_with(&[
        (
            "a.csv",
            "usage_point,timestamp,kwh\nB,2025-03-01 00:00,1\nB,2025-03-01 01:00,2\nA,2025-03-01 00:00,3\nA,2025-03-01 \
             01:00,\n",
        ),
        (
            "b.csv",
            "usage_point,timestamp,kwh\nA,2025-03-01 01:00,\nB,2025-03-01 01:00,2\nA,2025-03-01 00:00,3\nB,2025-03-01 \
             00:00,1\n",
        ),
    ]);
    assert_eq!(
        convert(&folder.join("a.csv"), &folder.join("a.parquet"), &[]),
        convert(&folder.join("b.csv"), &folder.join("b.parquet"), &[])
    );
}

#[test]
fn registers_and_intervals_go_to_files_of_their_own() {
    let (_keep, folder) = folder_with(&[
        ("a.csv", "usage_point,timestamp,kwh\nA,2025-03-01 00:00,1\n"),
        ("r.csv", "usage_point,timestamp,register_kwh\nA,2025-03-01,100\nA,2025-04-01,200\n"),
    ]);
    let path = |name: &str| folder.join(name).display().to_string();
    let output = darkload(&["convert", &path("a.csv"), &path("r.csv"), "--out", &path("out.parquet")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(folder.join("out.parquet").exists() && folder.join("out-registers.parquet").exists());
    let shown = text(&darkload(&["inspect", &path("out-registers.parquet")]).stdout);
    assert!(shown.contains("2 register readings of 1 usage points; 1 have two or more"), "{shown}");
}

#[test]
fn an_input_that_cannot_be_used_leaves_no_output() {
    let (_keep, folder) = folder_with(&[("a.csv", "usage_point,timestamp,kwh\nA,Saturday,1\n")]);
    let out = folder.join("out.parquet");
    let output =
        darkload(&["convert", &folder.join("a.csv").display().to_string(), "--out", &out.display().to_string()]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "only the input is there");
}

#[test]
fn a_profile_is_named_on_the_command_line_and_a_bad_one_is_refused() {
    let (_keep, folder) = folder_with(&[
        ("a.csv", "meter;when;what\nA;01/02/2025 00:00;1,5\n"),
        ("mine.toml", PROFILE),
        ("bad.toml", "delimeter = \"tab\"\n"),
    ]);
    let path = |name: &str| folder.join(name).display().to_string();
    let shown = darkload(&["inspect", &path("a.csv"), "--profile", &path("mine.toml")]);
    assert!(
        text(&shown.stdout).contains("A  2025-02-01T00:00         1.500 kWh"),
        "{}{}",
        text(&shown.stdout),
        text(&shown.stderr)
    );
    for profile in [path("bad.toml"), "no-such-profile".to_owned()] {
        let refused = darkload(&["scan", &path("a.csv"), "--profile", &profile, "--out", &path("out")]);
        assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    }
}

const PROFILE: &str = "layout = \"long\"\ndates = \"day-first\"\nunit = \"kWh\"\nstamp = \
                       \"begin\"\n[columns]\nusage_point = [\"meter\"]\ntimestamp = [\"when\"]\nvalue = [\"what\"]\n";

#[test]
fn what_a_russian_export_was_taken_for_reads_as_reviewed() {
    let mut dump = String::from("Профиль нагрузки за март\n\nПрибор учета;Дата и время;Активная энергия, кВт*ч\n");
    for slot in 1..=96 {
        writeln!(
            dump,
            "00017;{:02}.03.2025 {:02}:{:02};{},{}",
            1 + slot / 48,
            slot % 48 / 2,
            slot % 2 * 30,
            slot / 10,
            slot % 10
        )
        .unwrap();
    }
    dump += "00017;03.03.2025 00:30;нет\n";
    let (_keep, folder) = folder_with(&[]);
    fs::write(folder.join("profile.csv"), windows_1251(&dump)).unwrap();
    let output = darkload(&["inspect", &folder.join("profile.csv").display().to_string(), "--timezone", "Asia/Almaty"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    super::snapshots::same_as_snapshot(
        "inspect.txt",
        &text(&output.stdout).replace(&folder.display().to_string(), "FOLDER"),
    );
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is written");
}

#[test]
fn registers_of_one_nem12_meter_in_two_files_add_up_and_a_day_sent_twice_does_not() {
    let day = |suffixes: &[&str], value: &str| {
        let blocks = suffixes.iter().map(|suffix| {
            format!(
                "200,NMI0000001,E1E2,1,{suffix},N1,METER1,kWh,30,\n300,20250301{},A,,,20250302000000,\n",
                format!(",{value}").repeat(48)
            )
        });
        format!("100,NEM12,202503020000,MDP1,Retailer\n{}900\n", blocks.collect::<String>())
    };
    let (e1, e2, both) = (day(&["E1"], "1"), day(&["E2"], "0.5"), day(&["E1", "E2"], "2"));
    let (_keep, folder) = folder_with(&[("e1.csv", &e1), ("e2.csv", &e2), ("f-both.csv", &both)]);
    let total = |files: &[&str]| {
        let out = folder.join("out.parquet").display().to_string();
        let files: Vec<String> = files.iter().map(|name| folder.join(name).display().to_string()).collect();
        let mut args = vec!["convert"];
        args.extend(files.iter().map(String::as_str));
        args.extend(["--out", &out]);
        let output = darkload(&args);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let shown = text(&darkload(&["inspect", &out]).stdout);
        fs::remove_file(&out).unwrap();
        shown
    };
    assert!(total(&["e1.csv", "e2.csv"]).contains("Mean power of an interval from 3.000 to 3.000 kW"));
    assert!(
        total(&["e1.csv", "f-both.csv"]).contains("Mean power of an interval from 8.000 to 8.000 kW"),
        "the later file counts"
    );
}

#[test]
fn what_cannot_be_read_is_said_in_one_clean_line() {
    let folder = tempfile::tempdir().unwrap();
    let workbook = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workbooks/epoch1904.xls")).unwrap();
    let parquet = folder.path().join("a.parquet");
    fs::write(folder.path().join("a.csv"), "usage_point,timestamp,kwh\nA,2025-03-01 00:00,1\n").unwrap();
    convert(&folder.path().join("a.csv"), &parquet, &[]);
    fs::write(folder.path().join("model.xml"), "<?xml version=\"1.0\"?>\n<rdf:RDF xmlns:rdf=\"x\">,,,\n</rdf:RDF>\n")
        .unwrap();
    let whole = fs::read(&parquet).unwrap();
    let packed = flate2::read::GzEncoder::new(&whole[..], flate2::Compression::fast());
    fs::write(
        folder.path().join("b.parquet.gz"),
        std::io::Read::bytes(packed).collect::<Result<Vec<u8>, _>>().unwrap(),
    )
    .unwrap();
    // Every way of breaking the workbook: what the crate panics on is an error as any other.
    for place in (0..workbook.len()).step_by(61) {
        let mut broken = workbook.clone();
        broken[place] = !broken[place];
        broken.truncate(if place % 2 == 0 { workbook.len() } else { workbook.len() - place / 2 });
        fs::write(folder.path().join(format!("broken-{place}.xls")), broken).unwrap();
    }
    for (name, words) in [
        ("model.xml", "is in no known format"),
        ("b.parquet.gz", "Parquet is not read in an archive or compressed as a whole"),
    ] {
        let output = darkload(&["inspect", &folder.path().join(name).display().to_string()]);
        assert!(
            text(&output.stderr).contains(words) && text(&output.stderr).lines().count() == 1,
            "{name}: {}",
            text(&output.stderr)
        );
    }
    let output = darkload(&["inspect", &folder.path().join("broken-*.xls").display().to_string()]);
    let said = text(&output.stderr);
    assert!(said.lines().all(|line| line.starts_with("darkload: ")) && !said.contains("panicked"), "{said}");
}

#[test]
fn caps_of_the_configuration_hold_for_inspect_and_convert_and_are_named() {
    let long =
        format!("usage_point,timestamp,kwh\nA,2025-03-01 00:00,1\nA,2025-03-01 01:00,1\n{}\n", "x".repeat(6 << 20));
    let (_keep, folder) = folder_with(&[("long.csv", &long), ("caps.toml", "[caps]\nrecord_bytes = 1000000\n")]);
    let path = |name: &str| folder.join(name).display().to_string();
    let shown = text(&darkload(&["inspect", &path("long.csv"), "--config", &path("caps.toml")]).stdout);
    assert!(shown.contains("file.cap") && shown.contains("`record_bytes` in [caps]"), "{shown}");
    let output = darkload(&[
        "convert",
        &path("long.csv"),
        "--config",
        &path("caps.toml"),
        "--out",
        &path("out.parquet"),
        "--max-rejects",
        "1",
    ]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("`record_bytes` in [caps]"), "{}", text(&output.stderr));
    assert!(
        !text(&darkload(&["inspect", &path("long.csv")]).stdout).contains("file.cap"),
        "six million characters are within the default"
    );
}

#[test]
fn a_counter_read_by_the_hour_is_judged_as_an_hourly_load() {
    let mut csv = String::from("usage_point,timestamp,register_kwh\n");
    let mut counter = 1000.0;
    for hour in 0..20 * 24 {
        writeln!(csv, "A,2025-03-{:02} {:02}:00,{counter:.3}", 1 + hour / 24, hour % 24).unwrap();
        // For three days the hourly energy is one value: no load, but an estimate filled in.
        counter += if (120..192).contains(&hour) { 0.517 } else { 0.3 + f64::from((hour * 7919 + 13) % 101) / 500.0 };
    }
    let (_keep, folder) = folder_with(&[("registers.csv", &csv)]);
    let path = |name: &str| folder.join(name).display().to_string();
    let output = darkload(&["scan", &path("registers.csv"), "--out", &path("out"), "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let faults = fs::read_to_string(folder.join("out/faults.csv")).unwrap();
    assert!(
        faults.lines().any(|line| line.starts_with("A,flat_filled,2025-03-06,2025-03-08,")),
        "only a series by the hour shows it: {faults}"
    );
}

#[test]
fn ratios_of_the_table_of_meters_are_applied_on_their_days() {
    let mut csv = String::from("usage_point,timestamp,kwh\n");
    for hour in 0..30 * 24 {
        // The load goes on; behind the larger ratio the meter shows a third of it.
        let shown = (120 + (hour * 7919 + 13) % 101) / if hour < 15 * 24 { 1 } else { 3 };
        writeln!(csv, "A,2025-03-{:02} {:02}:00,0.{shown:03}", 1 + hour / 24, hour % 24).unwrap();
    }
    let meters = "usage_point,ct_ratio,vt_ratio,valid_from,valid_to\nA,20,,,2025-03-15\nA,20,3,2025-03-16,\n";
    let registers = "usage_point,timestamp,register_kwh\nA,2025-03-01,0\nA,2025-03-16,1224\nA,2025-03-31,2448\n";
    let (_keep, folder) = folder_with(&[("a.csv", &csv), ("meters.csv", meters), ("registers.csv", registers)]);
    let path = |name: &str| folder.join(name).display().to_string();
    let args = [
        "scan",
        &path("a.csv"),
        "--meters",
        &path("meters.csv"),
        "--registers",
        &path("registers.csv"),
        "--out",
        &path("out"),
        "--quiet",
    ];
    let output = darkload(&args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(fs::read_to_string(folder.join("out/run.toml")).unwrap().contains("role = \"meters\""));
    // 3.4 kW over thirty days are 2,448 kWh. The register counts them all, and the table has it
    // multiplied once more.
    let faults = fs::read_to_string(folder.join("out/faults.csv")).unwrap();
    let told = faults.lines().find(|line| line.starts_with("A,profile_register,"));
    assert!(told.is_some_and(|line| line.contains("the intervals come to 24")), "{faults}");
    assert!(!faults.contains("A,multiplier,"), "a ratio that is known is no fault: {faults}");
}
