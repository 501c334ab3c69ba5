//! Pseudonymised results: nothing that a result or a message holds tells a meter, an address, an
//! owner, a licence or a file, whatever they are called.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use darkload::ingest::ParquetTable;

use super::mutations::{Draws, tries};

/// Ids of ten shapes: four digits, seven parts, beginning with what ends a word, a comment, a
/// formula or a list, holding what quotes in messages.
fn id(shape: usize, n: usize) -> String {
    match shape {
        0 => format!("{}", 1000 + n),
        1 => format!("01-02-03-04-05-77-{n:05}"),
        2 => format!("# 55{n:05}"),
        3 => format!("(44{n:05})"),
        4 => format!("№ 33{n:05}"),
        5 => format!("-99{n:05}"),
        6 => format!("Иванов И.И. {n:04}"),
        7 => format!("a`b` c {n:05}"),
        8 => format!("77012345{n:07}"),
        _ => format!("A, B; C: {n:05} kW"),
    }
}

/// A dump with files named by meter, and the names that must not get out.
struct Dump {
    _keep: tempfile::TempDir,
    folder: PathBuf,
    ids: Vec<String>,
    others: Vec<String>,
}

fn darkload(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_darkload")).args(args).output().unwrap()
}

/// A synthetic utility whose meters have ids of two shapes, one reading file a meter.
fn dump(number: usize) -> Dump {
    let keep = tempfile::tempdir().unwrap();
    let folder = keep.path().to_path_buf();
    let made = folder.join("made");
    let seed = (number + 11).to_string();
    let output = darkload(&[
        "simulate",
        "--out",
        made.to_str().unwrap(),
        "--usage-points",
        "240",
        "--days",
        "60",
        "--step",
        "60",
        "--seed",
        &seed,
        "--prevalence",
        "0.06",
        "--tamper-share",
        "0.05",
        "--scaled-share",
        "0.05",
        "--bypass-share",
        "0.03",
        "--unlinked-share",
        "0.04",
        "--licensed-share",
        "0.02",
        "--meters-per-transformer-min",
        "20",
        "--meters-per-transformer-max",
        "50",
        "--balance-share",
        "1",
        "--wrong-link-share",
        "0.03",
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let shape = |n: usize| if n.is_multiple_of(2) { number % 10 } else { (number + 5) % 10 };
    let readings = readings(&made.join("readings.parquet"));
    for old in readings.keys() {
        let n = names.len();
        names.insert(old.clone(), id(shape(n), n));
    }
    let mut others = Vec::new();
    for file in ["customers.csv", "grid.csv", "licences.csv"] {
        rename_table(&made.join(file), &folder.join(file), &names, &mut others);
    }
    fs::create_dir(folder.join("Ivanov")).unwrap();
    for (old, rows) in &readings {
        let path = folder.join("Ivanov").join(format!("{}.csv", names[old]));
        let mut writer = csv::Writer::from_path(path).unwrap();
        writer.write_record(["usage_point", "timestamp", "kwh"]).unwrap();
        for (at, kwh) in rows {
            writer.write_record([&names[old], at, kwh]).unwrap();
        }
        // A reading that is none, so that rejects quote something of this file.
        writer.write_record([names[old].as_str(), "2025-03-01 00:00:00", &format!("of {}", names[old])]).unwrap();
    }
    others.push("Ivanov".to_owned());
    Dump { _keep: keep, folder, ids: names.into_values().collect(), others }
}

fn readings(path: &Path) -> BTreeMap<String, Vec<(String, String)>> {
    let table = ParquetTable::open(path).unwrap();
    let column = |name: &str| {
        let mut cells = Vec::new();
        table.each(name, |_, cell| cells.push(cell.unwrap_or_default().to_owned())).unwrap();
        cells
    };
    let mut readings: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for ((id, at), kwh) in column("usage_point").into_iter().zip(column("timestamp")).zip(column("kwh")) {
        readings.entry(id).or_default().push((at, kwh));
    }
    readings
}

/// Writes a table with new ids; addresses, owners, holders and licences are added to what must not
/// get out.
fn rename_table(from: &Path, to: &Path, names: &BTreeMap<String, String>, others: &mut Vec<String>) {
    let mut reader = csv::Reader::from_path(from).unwrap();
    let header = reader.headers().unwrap().clone();
    let mut writer = csv::Writer::from_path(to).unwrap();
    writer.write_record(&header).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let cells = header.iter().zip(&record).map(|(heading, cell)| {
            if ["address", "owner", "holder", "licence", "bin"].contains(&heading) && cell.len() > 3 {
                others.push(cell.to_owned());
            }
            names.get(cell).cloned().unwrap_or_else(|| cell.to_owned())
        });
        writer.write_record(cells).unwrap();
    }
    others.sort();
    others.dedup();
}

/// Every text that a file holds: Parquet cell by cell, workbooks unpacked.
fn texts(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("parquet") => {
            let table = ParquetTable::open(path).unwrap();
            let mut text = String::new();
            for name in table.names() {
                text.push_str(name);
                table.each(name, |_, cell| text.extend([cell.unwrap_or_default(), "\n"])).unwrap();
            }
            text
        }
        Some("xlsx") => unpacked(&bytes),
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// The members of a zip archive, one after the other.
fn unpacked(bytes: &[u8]) -> String {
    let number = |at: usize, length: usize| {
        bytes[at..at + length].iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte))
    };
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06").unwrap();
    let (members, mut at) = (number(end + 10, 2), number(end + 16, 4));
    let mut text = String::new();
    for _ in 0..members {
        let (method, packed, name, local) =
            (number(at + 10, 2), number(at + 20, 4), number(at + 28, 2), number(at + 42, 4));
        let start = local + 30 + number(local + 26, 2) + number(local + 28, 2);
        let content = &bytes[start..start + packed];
        let mut member = Vec::new();
        if method == 8 {
            flate2::read::DeflateDecoder::new(content).read_to_end(&mut member).map(drop).unwrap();
        } else {
            member.extend_from_slice(content);
        }
        text.push_str(&String::from_utf8_lossy(&member));
        at += 46 + name + number(at + 30, 2) + number(at + 32, 2);
    }
    text
}

/// The first of the names that a text tells.
fn told<'a>(text: &str, dump: &'a Dump) -> Option<&'a str> {
    // Four digits are a name only where they stand as one: a cell, a text of its own, the subject
    // of a sentence.
    let stands = |id: &str| {
        let around = [
            ("\n", ","),
            (",", ","),
            ("\"", "\""),
            ("`", "`"),
            ("", ": "),
            ("of ", ","),
            ("of ", " "),
            (">", "<"),
            ("; ", "; "),
            ("/", ".csv"),
        ];
        around.iter().any(|(before, after)| text.contains(&format!("{before}{id}{after}")))
    };
    let is_short = |id: &str| id.len() == 4;
    let id = dump.ids.iter().find(|id| if is_short(id) { stands(id) } else { text.contains(id.as_str()) });
    id.or_else(|| dump.others.iter().find(|name| text.contains(name.as_str()))).map(String::as_str)
}

fn scan_args(dump: &Dump, out: &str) -> Vec<String> {
    let path = |name: &str| dump.folder.join(name).display().to_string();
    let tables = ["customers", "grid", "licences"]
        .into_iter()
        .flat_map(|role| [format!("--{role}"), path(&format!("{role}.csv"))]);
    let fixed = ["--timezone", "Asia/Almaty", "--pseudonymise", "--verbose", "--max-rejects", "1", "--top", "30"]
        .map(str::to_owned);
    ["scan".to_owned(), path("Ivanov"), "--out".to_owned(), path(out)].into_iter().chain(tables).chain(fixed).collect()
}

#[test]
fn a_pseudonymised_result_of_files_named_by_meter_tells_no_name_in_any_file_or_message() {
    let mut sentences = 0;
    for number in 0..tries(2).min(5) {
        let dump = dump(number);
        let args = scan_args(&dump, "out");
        let output = darkload(&args.iter().map(String::as_str).collect::<Vec<_>>());
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        // Where the result, the key and the list of names lie is what the user typed, and the
        // test's own.
        assert_eq!(told(&said, &dump), None, "dump {number}: {said}");
        let out = dump.folder.join("out");
        let mut files = 0;
        for entry in fs::read_dir(&out).unwrap() {
            let path = entry.unwrap().path();
            let texts = texts(&path);
            let name = told(&texts, &dump);
            let before = name.and_then(|name| texts.find(name)).map(|at| texts[..at].chars().rev().take(200).collect());
            let before: String = before.map_or_else(String::new, |back: String| back.chars().rev().collect());
            assert_eq!(name, None, "dump {number}: {}, after `{before}`", path.display());
            files += 1;
        }
        assert!(files > 15);
        let nodes = fs::read_to_string(out.join("nodes.csv")).unwrap();
        sentences += nodes.matches("M-").count();
        let worklist = fs::read_to_string(out.join("worklist.csv")).unwrap();
        assert!(worklist.contains("M-"), "the work list names its usage points by pseudonyms");
        let names = fs::read_to_string(dump.folder.join("out.names.csv")).unwrap();
        assert!(names.contains("F-") && names.matches(",usage_point,").count() >= 240, "the list of names is complete");
        // What is told of one of them afterwards.
        let suspects = fs::read_to_string(out.join("suspects.csv")).unwrap();
        let first = suspects.lines().nth(1).unwrap().split(',').nth(1).unwrap();
        let explained = darkload(&["explain", out.to_str().unwrap(), first]);
        assert!(explained.status.success());
        assert_eq!(told(&String::from_utf8_lossy(&explained.stdout), &dump), None);
    }
    assert!(sentences > 0, "no sentence of any node named a meter: the test shows nothing");
}

#[test]
fn what_a_killed_run_leaves_behind_tells_no_name() {
    let dump = dump(1);
    let args = scan_args(&dump, "killed");
    let before: Vec<PathBuf> = fs::read_dir(&dump.folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let mut draws = Draws::new(5);
    let began = std::time::Instant::now();
    assert!(darkload(&args.iter().map(String::as_str).collect::<Vec<_>>()).status.success());
    let whole = began.elapsed();
    for name in ["killed", "killed.names.csv"] {
        let path = dump.folder.join(name);
        if path.is_dir() { fs::remove_dir_all(&path).unwrap() } else { fs::remove_file(&path).unwrap() }
    }
    for _ in 0..tries(4).min(60) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_darkload"))
            .args(&args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Most of what is written is written in the last third.
        std::thread::sleep(whole.mul_f64(0.6 + draws.below(40) as f64 / 100.0).max(Duration::from_millis(1)));
        child.kill().unwrap();
        child.wait().unwrap();
        for entry in
            fs::read_dir(&dump.folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| !before.contains(path))
        {
            let inside = if entry.is_dir() {
                fs::read_dir(&entry).unwrap().map(|inside| inside.unwrap().path()).collect()
            } else {
                vec![entry.clone()]
            };
            for path in inside
                .iter()
                .filter(|path| path.is_file() && !path.ends_with("killed.names.csv") && !path.ends_with("killed.key"))
            {
                // A file that is half written is searched as it lies.
                let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
                assert_eq!(told(&text, &dump), None, "{}", path.display());
            }
        }
    }
}

#[test]
fn a_key_of_zeros_or_one_that_everybody_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    let scan = |key: &Path| {
        let out = folder.path().join("out");
        let readings = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/town/readings.parquet");
        let output = darkload(&[
            "scan",
            readings.to_str().unwrap(),
            "--pseudonymise",
            "--pseudonym-key",
            key.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
            "--quiet",
        ]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let write = |text: &str| {
        let mut file = File::create(&key).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            file.set_permissions(fs::Permissions::from_mode(0o600)).unwrap();
        }
    };
    for guessable in ["0".repeat(64), "ab".repeat(32), "00112233".repeat(8)] {
        write(&guessable);
        let (code, said) = scan(&key);
        assert!(code == Some(2) && said.contains("can be guessed") && !said.contains(&guessable), "{said}");
    }
    for no_key in ["", "hello", &"f".repeat(4000)] {
        write(no_key);
        assert!(matches!(scan(&key), (Some(2), said) if said.contains("no key")));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        write("00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210\n");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(scan(&key), (Some(2), said) if said.contains("everybody on this machine")));
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(scan(&key).0, Some(0));
    }
}
