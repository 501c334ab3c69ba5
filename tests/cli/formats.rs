//! One dump in every format: converted, it gives the same bytes; scanned, the same list.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::domain::ReadingQuality;
use super::written::Dump;
use super::{darkload, text};

/// The clock of the dump: the market time of NEM12, which knows no other.
const ZONE: &str = "Etc/GMT-10";
const AHEAD_S: i64 = 36_000;

/// A simulated utility as a dump: complete meters only, ids of ten characters as NEM12 has them,
/// each value multiplied by `times`.
fn dump(folder: &Path, usage_points: u32, days: usize, step_min: usize, times: f64) -> Dump {
    let out = folder.join("utility").display().to_string();
    let numbers = [usage_points.to_string(), days.to_string(), step_min.to_string()];
    let mut args = vec![
        "simulate",
        "--out",
        &out,
        "--format",
        "csv",
        "--start",
        "2025-03-01",
        "--timezone",
        "none",
        "--untidy-share",
        "0",
    ];
    args.extend(["--fault-share", "0", "--prevalence", "0.1", "--seed", "5"]);
    args.extend(["--usage-points", &numbers[0], "--days", &numbers[1], "--step", &numbers[2]]);
    let made = darkload(&args);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let csv = fs::read_to_string(folder.join("utility/readings.csv")).unwrap();
    let mut dump =
        Dump { ids: Vec::new(), step_min: step_min as i64, ahead_s: AHEAD_S, import: Vec::new(), export: None };
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    for meter in rows.chunk_by(|a, b| a[0] == b[0]).filter(|meter| meter.len() == days * 1440 / step_min) {
        let wh = |row: &Vec<&str>| {
            row[2].parse::<f64>().ok().filter(|kwh| *kwh >= 0.0).map(|kwh| (kwh * 1000.0 * times).round() as u32)
        };
        if let Some(values) = meter.iter().map(wh).collect::<Option<Vec<u32>>>() {
            dump.ids.push(format!("{:A<10}", meter[0][0]));
            dump.import.push(values.into_iter().map(|wh| (wh, ReadingQuality::Actual)).collect());
        }
    }
    assert!(dump.ids.len() * 10 > usage_points as usize * 8, "{} meters are whole", dump.ids.len());
    dump
}

/// Canonical csv on the local clock, by id.
fn csv(dump: &Dump) -> String {
    let mut text = "usage_point,timestamp,kwh\n".to_owned();
    for (id, values) in dump.ids.iter().zip(&dump.import) {
        for (place, (wh, _)) in values.iter().enumerate() {
            let minute = place as i64 * dump.step_min;
            let day = super::domain::CivilDay::from_ymd(2025, 3, 1).unwrap().0 + (minute / 1440) as i32;
            let kwh = f64::from(*wh) / 1000.0;
            writeln!(
                text,
                "{id},{}T{:02}:{:02},{kwh:.3}",
                super::domain::CivilDay(day),
                minute % 1440 / 60,
                minute % 60
            )
            .unwrap();
        }
    }
    text
}

/// Date as `dd.mm.yyyy` and time of day of a minute after the beginning of the dump; midnight at an
/// end is 24:00.
fn dotted(minute: i64, is_end: bool) -> (String, String) {
    let (mut day, mut of_day) = (minute.div_euclid(1440), minute.rem_euclid(1440));
    if is_end && of_day == 0 {
        (day, of_day) = (day - 1, 1440);
    }
    let date = super::domain::CivilDay(super::domain::CivilDay::from_ymd(2025, 3, 1).unwrap().0 + day as i32).date();
    (
        format!("{:02}.{:02}.{:04}", date.day(), date.month(), date.year()),
        format!("{:02}:{:02}", of_day / 60, of_day % 60),
    )
}

/// A value as Russian and Kazakh exports write it.
fn comma(wh: u32) -> String {
    format!("{:.3}", f64::from(wh) / 1000.0).replace('.', ",")
}

/// Long and with many columns, in windows-1251: date and time apart, stamped at the end of the
/// interval, with a number of the row, a word for quality and a line of totals.
fn head_end_list(dump: &Dump) -> Vec<u8> {
    let mut text =
        "Выгрузка показаний АСКУЭ\r\n№ п/п;Прибор учета;Дата;Конец интервала;А+, кВт*ч;Статус\r\n".to_owned();
    let mut number = 0;
    for (id, values) in dump.ids.iter().zip(&dump.import) {
        for (place, (wh, _)) in values.iter().enumerate() {
            number += 1;
            let (date, time) = dotted((place as i64 + 1) * dump.step_min, true);
            write!(text, "{number};{id};{date};{time};{};A\r\n", comma(*wh)).unwrap();
        }
    }
    text += "Итого;;;;1234567,000;\r\n";
    encoding_rs::WINDOWS_1251.encode(&text).0.into_owned()
}

/// A day a row.
fn by_day(dump: &Dump) -> String {
    let slots = (1440 / dump.step_min) as usize;
    let names: Vec<String> = (0..slots).map(|slot| dotted(slot as i64 * dump.step_min, false).1).collect();
    let mut text = format!("meter_id,date,{}\n", names.join(","));
    for (id, values) in dump.ids.iter().zip(&dump.import) {
        for (day, values) in values.chunks(slots).enumerate() {
            let values: Vec<String> = values.iter().map(|(wh, _)| format!("{:.3}", f64::from(*wh) / 1000.0)).collect();
            writeln!(text, "{id},2025-03-{:02},{}", day + 1, values.join(",")).unwrap();
        }
    }
    text
}

/// Usage points across, in UTF-16 with tabs.
fn across(dump: &Dump) -> Vec<u8> {
    let mut text = format!("\u{feff}Время\t{}\r\n", dump.ids.join("\t"));
    for place in 0..dump.intervals() {
        let (date, time) = dotted(place as i64 * dump.step_min, false);
        let values: Vec<String> = dump.import.iter().map(|values| comma(values[place].0)).collect();
        write!(text, "{date} {time}\t{}\r\n", values.join("\t")).unwrap();
    }
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Instants across.
fn by_time(dump: &Dump) -> String {
    let instants = (0..dump.intervals()).map(|place| dotted(place as i64 * dump.step_min, false));
    let names: Vec<String> = instants.map(|(date, time)| format!("{date} {time}")).collect();
    let mut text = format!("meter_id;{}\n", names.join(";"));
    for (id, values) in dump.ids.iter().zip(&dump.import) {
        writeln!(text, "{id};{}", values.iter().map(|(wh, _)| comma(*wh)).collect::<Vec<_>>().join(";")).unwrap();
    }
    text
}

/// A workbook whose stamps are dates of the program that made it.
fn workbook(dump: &Dump) -> Vec<u8> {
    const DAY_0: f64 = 45_717.0; // 1 March 2025, counted from 30 December 1899
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let format = rust_xlsxwriter::Format::new().set_num_format("dd.mm.yyyy hh:mm");
    for (column, name) in ["Прибор учета", "Начало", "А+, кВт*ч"].into_iter().enumerate() {
        sheet.write_string(0, column as u16, name).unwrap();
    }
    let readings = dump
        .ids
        .iter()
        .zip(&dump.import)
        .flat_map(|(id, values)| values.iter().enumerate().map(move |(place, value)| (id, place, value.0)));
    for (row, (id, place, wh)) in readings.enumerate() {
        let row = row as u32 + 1;
        sheet.write_string(row, 0, id).unwrap();
        sheet
            .write_number_with_format(row, 1, DAY_0 + (place as i64 * dump.step_min) as f64 / 1440.0, &format)
            .unwrap();
        sheet.write_number(row, 2, f64::from(wh) / 1000.0).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// The dump in every format and layout: name, and the file or folder written. XML 80020 knows whole
/// kWh only.
fn written(dump: &Dump, folder: &Path) -> Vec<(&'static str, PathBuf)> {
    let mut all = vec![
        ("csv", csv(dump).into_bytes()),
        ("head_end_list", head_end_list(dump)),
        ("by_day", by_day(dump).into_bytes()),
        ("across", across(dump)),
        ("by_time", by_time(dump).into_bytes()),
        ("workbook", workbook(dump)),
        ("packed", zstd::encode_all(csv(dump).as_bytes(), 1).unwrap()),
        ("nem12", dump.nem12().into_bytes()),
        ("mscons", dump.mscons().into_bytes()),
        ("espi", dump.espi().into_bytes()),
        ("cim_xml", dump.cim_xml().into_bytes()),
        ("cim_json", dump.cim_json(false).into_bytes()),
        ("cim_json_lower", dump.cim_json(true).into_bytes()),
    ]
    .into_iter()
    .map(|(name, bytes)| {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        (name, path)
    })
    .collect::<Vec<_>>();
    let whole = dump.import.iter().flatten().all(|(wh, _)| wh % 1000 == 0);
    if whole {
        let days = folder.join("xml80020");
        fs::create_dir(&days).unwrap();
        let kwh = Dump {
            import: dump
                .import
                .iter()
                .map(|meter| meter.iter().map(|(wh, quality)| (wh / 1000, *quality)).collect())
                .collect(),
            ..dump.clone()
        };
        for day in 0..dump.intervals() / (1440 / dump.step_min) as usize {
            fs::write(days.join(format!("80020_{day:02}.xml")), kwh.xml80020(day)).unwrap();
        }
        all.push(("xml80020", days));
    }
    all
}

fn converted(path: &Path, out: &Path) -> Vec<u8> {
    let output =
        darkload(&["convert", &path.display().to_string(), "--timezone", ZONE, "--out", &out.display().to_string()]);
    assert_eq!(output.status.code(), Some(0), "{}: {}", path.display(), text(&output.stderr));
    fs::read(out).unwrap()
}

#[test]
fn a_simulated_utility_converted_from_any_format_is_canonical_bit_for_bit() {
    for (step_min, times) in [(30, 1.0), (60, 1000.0)] {
        let folder = tempfile::tempdir().unwrap();
        let dump = dump(folder.path(), 40, 9, step_min, times);
        let files = written(&dump, folder.path());
        assert_eq!(files.len(), if times > 1.0 { 14 } else { 13 });
        let out = |name: &str| folder.path().join(format!("{name}.parquet"));
        let expected = converted(&files[0].1, &out("csv"));
        assert!(converted(&out("csv"), &out("parquet")) == expected, "what is canonical stays as it is");
        for (name, path) in &files[1..] {
            assert!(converted(path, &out(name)) == expected, "{name} differs at {step_min} min");
        }
    }
}

#[test]
fn one_dump_of_whole_kwh_gives_one_list_whatever_format_it_came_in() {
    let folder = tempfile::tempdir().unwrap();
    let dump = dump(folder.path(), 140, 30, 60, 1000.0);
    let mut files = written(&dump, folder.path());
    let parquet = folder.path().join("readings.parquet");
    converted(&files[0].1, &parquet);
    files.push(("parquet", parquet));
    files.retain(|(name, _)| ["csv", "parquet", "nem12", "mscons", "cim_json", "xml80020"].contains(name));
    assert_eq!(files.len(), 6);
    let lists: Vec<(&str, String)> =
        files.iter().map(|(name, path)| (*name, list(path, &folder.path().join(format!("out-{name}"))))).collect();
    assert_eq!(lists[0].1.lines().count(), 11, "a header and ten rows");
    for (name, list) in &lists[1..] {
        assert!(*list == lists[0].1, "{name} differs from {}:\n{list}\n{}", lists[0].0, lists[0].1);
    }
}

/// `suspects.csv` of a scan that lists exactly ten.
fn list(readings: &Path, out: &Path) -> String {
    let args = [
        "scan",
        &readings.display().to_string(),
        "--timezone",
        ZONE,
        "--top",
        "10",
        "--quiet",
        "--out",
        &out.display().to_string(),
    ];
    let output = darkload(&args);
    assert_eq!(output.status.code(), Some(0), "{}: {}", readings.display(), text(&output.stderr));
    fs::read_to_string(out.join("suspects.csv")).unwrap()
}
