//! A folder as a utility has it, scanned by one command.

use std::path::Path;

use super::{darkload, text};

const FOLDER: &str = "samples/utility_folder";

fn scan(folder: &str, out: &Path) -> (i32, String, String) {
    let output = darkload(&["scan", folder, "--out", &out.display().to_string()]);
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_utilitys_folder_is_scanned_by_one_command_and_what_was_understood_is_told() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("out");
    let (code, told, complaint) = scan(FOLDER, &out);
    assert_eq!(code, 0, "{complaint}");
    for words in [
        "files: 4, delimited text, rows: 4,676",
        "Абоненты.xlsx [Реестр]: 160 of 160 rows\n",
        "160 usage points, 160 of them in the readings\n",
        "Номер ПУ = usage_point",
        "Договорная мощность, кВт = contracted_kw",
        "not used: № п/п, Лицевой счёт, Примечание",
        "Схема сети.xlsx [Схема]: 165 of 165 rows\n",
        "158 usage points, 158 of them in the readings\n",
        "ПС = substation, Фидер = feeder, ТП = transformer",
        "Местное время = timestamp, T = temperature_c",
        "Цена, тенге/кВт*ч = price_per_kwh",
        "Thumbs.db: not a readings file: is an office file without sheets",
        "Приказ.pdf: not a readings file: is a PDF document",
    ] {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
    let block = told.split("\n\n").next().unwrap();
    assert!(block.lines().all(|line| line.chars().count() <= 100), "{block}");
    let nodes = std::fs::read_to_string(out.join("nodes.csv")).unwrap();
    assert!(nodes.lines().any(|line| line.contains(",transformer,Ф-")), "{nodes}");
    let faults = std::fs::read_to_string(out.join("faults.csv")).unwrap();
    assert!(!faults.contains("unknown_customer"), "{faults}");
}

#[test]
fn a_folder_is_verified_with_itself_and_a_missing_week_is_one_line() {
    let place = tempfile::tempdir().unwrap();
    let (out, copy) = (place.path().join("out"), place.path().join("copy"));
    assert_eq!(scan(FOLDER, &out).0, 0);
    let verify = |folder: &str| darkload(&["verify", &out.display().to_string(), folder]);
    let same = verify(FOLDER);
    assert_eq!(same.status.code(), Some(0), "{}{}", text(&same.stdout), text(&same.stderr));
    std::fs::create_dir(&copy).unwrap();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER)).unwrap() {
        let path = entry.unwrap().path();
        if !path.ends_with("Профили_15.04.2025.csv") {
            std::fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
        }
    }
    let other = verify(&copy.display().to_string());
    assert_eq!(other.status.code(), Some(3));
    let told = text(&other.stdout);
    assert!(told.trim_end().lines().count() == 1 && told.contains("Профили_15.04.2025.csv"), "{told}");
}

#[test]
fn inspecting_a_table_tells_what_it_is_and_how_it_is_given() {
    let output = darkload(&["inspect", &format!("{FOLDER}/Абоненты.xlsx")]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for words in ["a table of customers on sheet `Реестр`, 160 rows; give it with --customers", "Not used: № п/п"]
    {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
}

#[test]
fn tables_for_excel_have_semicolons_and_decimal_commas_and_are_explained_all_the_same() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("out").display().to_string();
    let output = darkload(&["scan", FOLDER, "--out", &out, "--csv", "excel", "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let nodes = std::fs::read_to_string(Path::new(&out).join("nodes.csv")).unwrap();
    assert!(nodes.starts_with("\u{feff}rank;node;kind;"), "{nodes}");
    let line = nodes.lines().nth(1).unwrap();
    let cells: Vec<&str> = line.split(';').collect();
    assert!(cells[4].starts_with("0,"), "a probability: {line}");
    let explained = darkload(&["explain", &out, cells[1]]);
    assert_eq!(explained.status.code(), Some(0), "{}", text(&explained.stderr));
    assert!(text(&explained.stdout).contains(&cells[4].replace(',', ".")[..4]), "{}", text(&explained.stdout));
    let verified = darkload(&["verify", &out, FOLDER]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stdout));
}
