//! Static tables that are damaged or made to do harm: each is read, or refused with a message that
//! names it. None ends the program, fills memory or runs for ever.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use darkload::domain::Calendar;
use darkload::ingest;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use super::mutations::{Draws, damaged, most_memory, panics, tries};

/// More than any damaged file of some kilobytes may make a reader hold.
const MOST_MEMORY: u64 = 1 << 30;

fn sample(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/town").join(name)).unwrap()
}

/// A table in Parquet: its first column an id, the others texts and numbers in turn.
fn parquet(names: &[&str], rows: usize, dictionary: bool) -> Vec<u8> {
    let column = |place: usize| -> ArrayRef {
        match place % 3 {
            0 => Arc::new((0..rows).map(|row| Some(format!("N{row:05}"))).collect::<StringArray>()),
            1 => Arc::new((0..rows).map(|row| (row % 7 > 0).then_some(row as f64 / 3.0)).collect::<Float64Array>()),
            _ => Arc::new((0..rows).map(|row| Some(row as i64)).collect::<Int64Array>()),
        }
    };
    let batch = RecordBatch::try_from_iter_with_nullable(
        names.iter().enumerate().map(|(place, name)| (*name, column(place), true)),
    )
    .unwrap();
    let mut bytes = Vec::new();
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(dictionary)
        .set_max_row_group_row_count(Some(rows / 2 + 1))
        .build();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// Reads a file as each of the six static tables.
fn read_as_all(path: &Path) -> [bool; 6] {
    let calendar = Calendar::new(Some("Asia/Almaty")).unwrap();
    [
        ingest::read_customers(path).is_ok(),
        ingest::read_grid(path, &calendar).is_ok(),
        ingest::read_weather(path, &calendar).is_ok(),
        ingest::read_licences(path, &calendar).is_ok(),
        ingest::read_tariffs(path, &calendar).is_ok(),
        ingest::read_meters(path, &calendar).is_ok(),
    ]
}

/// Tries damaged copies of all `whole`; panics when one of them makes the reader panic.
fn campaign(whole: &[Vec<u8>], is_text: bool, few: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let (mut read, mut failed) = (0, Vec::new());
    for number in 0..tries(few) {
        let bytes = damaged(&whole[number % whole.len()], &mut Draws::new(number as u64 + 1), is_text);
        fs::write(&path, bytes).unwrap();
        let begun = Instant::now();
        if panics(|| read += read_as_all(&path).into_iter().filter(|&ok| ok).count())
            || begun.elapsed() > Duration::from_secs(60)
        {
            failed.push(number);
        }
    }
    println!(
        "tried {} files as 6 tables each; read {read}, failed {}; {} MB",
        tries(few),
        failed.len(),
        most_memory() >> 20
    );
    assert!(failed.is_empty(), "a panic, or more than a minute: files {failed:?}");
    assert!(read > 0 && most_memory() < MOST_MEMORY, "read {read}, held {} MB", most_memory() >> 20);
}

#[test]
fn damaged_parquet_tables_are_read_or_refused_and_never_a_panic_or_an_abort() {
    let ids: &[&str] = &["usage_point", "contracted_kw", "persons", "address", "lat", "ct_ratio"];
    let nodes: &[&str] = &["node", "rated_kva", "persons", "kind", "price_per_kwh", "lighting_kw", "parent"];
    let tables = [
        parquet(ids, 40, true),
        parquet(ids, 300, false),
        parquet(nodes, 40, true),
        parquet(&["tariff_class", "price_per_kwh", "from_kwh", "currency"], 20, true),
    ];
    campaign(&tables, false, 700);
}

#[test]
fn damaged_text_tables_are_read_or_refused_and_never_a_panic() {
    let tables = ["customers.csv", "grid.csv", "weather.csv", "licences.csv", "tariffs.csv"].map(|name| {
        let mut bytes = sample(name);
        bytes.truncate(3000);
        bytes
    });
    campaign(&tables, true, 700);
}

#[test]
fn a_table_that_unpacks_to_gigabytes_is_refused() {
    // One text of 64 kB, which packs to a thousandth, in every row of a dictionary.
    let long = "x".repeat(1 << 16);
    let values: ArrayRef = Arc::new(StringArray::from(vec![long.as_str()]));
    let texts: ArrayRef = Arc::new(DictionaryArray::<Int32Type>::new(Int32Array::from(vec![0; 20_000]), values));
    let batch = RecordBatch::try_from_iter([("usage_point", texts)]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.parquet");
    let properties = WriterProperties::builder()
        .set_compression(parquet::basic::Compression::ZSTD(parquet::basic::ZstdLevel::default()));
    let properties = properties
        .set_dictionary_page_size_limit(1 << 24)
        .set_statistics_enabled(parquet::file::properties::EnabledStatistics::None);
    let mut writer =
        ArrowWriter::try_new(fs::File::create(&path).unwrap(), batch.schema(), Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 1 << 20, "1.3 GB in less than a megabyte");
    let error = ingest::read_customers(&path).unwrap_err();
    let told = format!("{error}: {}", std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default());
    assert!(told.contains("unpacked_ratio") || told.contains("unpacked_bytes"), "{told}");
    assert!(most_memory() < MOST_MEMORY, "held {} MB", most_memory() >> 20);
}

#[test]
fn utf_16_and_lines_ended_by_cr_alone_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("customers.csv");
    let text = "usage_point,address,contracted_kw\nA1,\"улица Абая, 1\",5\nA2,\"улица\nАбая 2\",6\n";
    let wide: Vec<u8> = [0xfeff_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let bare: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (cyrillic, _, _) = encoding_rs::WINDOWS_1251.encode(text);
    for bytes in [
        text.as_bytes().to_vec(),
        wide,
        bare,
        text.replace('\n', "\r").into_bytes(),
        text.replace('\n', "\r\n").into_bytes(),
        cyrillic.into_owned(),
    ] {
        fs::write(&path, &bytes).unwrap();
        let table = ingest::read_customers(&path).unwrap();
        assert_eq!((table.rows, table.rejects.len()), (2, 0), "{bytes:?}");
        let first = table.data.values().next().unwrap();
        assert_eq!((first.address.as_deref(), first.contracted_kw), (Some("улица Абая, 1"), Some(5.0)));
    }
}

#[test]
fn a_quotation_that_is_not_closed_is_one_line_that_repeats_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("customers.csv");
    let mut text = String::from("usage_point,address\nA1,ok\nA2,\"Abay 7\n");
    (0..50_000).for_each(|row| writeln!(text, "B{row},Ivanov street {row}").unwrap());
    fs::write(&path, text).unwrap();
    let output = darkload(&[
        "scan",
        "samples/town/readings.parquet",
        "--customers",
        path.to_str().unwrap(),
        "--out",
        folder.path().join("out").to_str().unwrap(),
    ]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3));
    assert!(
        told.contains("row 3") && told.contains("not closed") && !told.contains("Ivanov") && told.len() < 600,
        "{told}"
    );
}

#[test]
fn a_number_beyond_all_bounds_is_a_cell_that_is_listed_and_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let damage = |name: &str, column: &str, value: &str| {
        let text = String::from_utf8(sample(name)).unwrap();
        let place = text.lines().next().unwrap().split(',').position(|heading| heading == column).unwrap();
        let second = text.lines().nth(1).unwrap();
        let mut cells: Vec<&str> = second.split(',').collect();
        // An address with commas is quoted; such cells lie before the one that is changed or not at
        // all.
        assert!(!second.contains('"'));
        cells[place] = value;
        fs::write(path(name), text.replacen(second, &cells.join(","), 1)).unwrap();
    };
    for (name, column, option) in [("grid.csv", "rated_kva", "--grid"), ("tariffs.csv", "price_per_kwh", "--tariffs")] {
        for value in ["1.7e308", "nan", "-1"] {
            damage(name, column, value);
            let readings = "samples/town/readings.parquet";
            let output = darkload(&[
                "scan",
                readings,
                option,
                &path(name),
                "--timezone",
                "Asia/Almaty",
                "--out",
                &path("out"),
                "--quiet",
            ]);
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(0), "{name} {value}: {told}");
            assert!(
                value == "nan" || fs::read_to_string(folder.path().join("out/rejects.csv")).unwrap().contains(value),
                "{name} {value}"
            );
        }
    }
}

#[test]
fn nan_in_the_configuration_and_a_population_of_none_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    for (text, key) in [
        ("[calibration]\npopulation = 0\n", "calibration.population"),
        ("[calibration]\nsample = 0\n", "calibration.sample"),
        ("[balance]\nlatitude = nan\n", "balance.latitude"),
        ("[prior]\nstrength = inf\n", "prior.strength"),
        ("[visits]\ncost = nan\n", "visits.cost"),
    ] {
        fs::write(&path, text).unwrap();
        let output = darkload(&[
            "scan",
            "samples/town/readings.parquet",
            "--config",
            path.to_str().unwrap(),
            "--out",
            folder.path().join("out").to_str().unwrap(),
        ]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(&format!("`{key}`")), "{told}");
    }
}

fn darkload(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_darkload")).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap()
}

/// Runs a scan of the sample town in a shell that allows it some address space; `None` where there
/// is no such shell.
#[cfg(target_os = "linux")]
fn scan_within(kilobytes: u64, out: &Path) -> Option<(Option<i32>, String)> {
    let line = format!(
        "ulimit -v {kilobytes} && exec \"$0\" scan samples/town/readings.parquet --quiet --threads 2 --out \"$1\""
    );
    let mut command = Command::new("sh");
    command
        .args(["-c", &line, env!("CARGO_BIN_EXE_darkload"), out.to_str().unwrap()])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().ok()?;
    Some((output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_is_allowed_too_little_address_space_says_so_and_is_not_aborted() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for kilobytes in [400_000, 500_000, 600_000] {
        let Some((code, said)) = scan_within(kilobytes, &out) else { return };
        assert!(
            code == Some(2) && said.contains("ulimit -v") && !said.contains("panicked"),
            "{kilobytes} kB: {code:?} {said}"
        );
    }
    let Some((code, said)) = scan_within(4_000_000, &out) else { return };
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn less_memory_than_a_run_needs_is_refused_with_the_least_that_would_do() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").display().to_string();
    let scan = |memory: &str| {
        let output = darkload(&[
            "scan",
            "samples/town/readings.parquet",
            "--threads",
            "2",
            "--quiet",
            "--memory",
            memory,
            "--out",
            &out,
        ]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = scan("2M");
    assert_eq!(code, Some(2), "{said}");
    let least = said.split("give --memory ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    assert_eq!(scan(least).0, Some(0), "{least} is said to do");
}
