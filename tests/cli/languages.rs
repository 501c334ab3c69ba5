//! What people read in Russian and Kazakh has no English left in it.

use std::fs;
use std::path::Path;

use super::{darkload, scan_sample, text};

/// Words that stand in results in any language: names of the sample, of files and of columns.
const NAMES: &[&str] = &[
    "household",
    "business",
    "budget",
    "street",
    "lane",
    "almaty",
    "station",
    "mill",
    "garden",
    "school",
    "river",
    "embankment",
    "screening",
    "faults",
    "metered",
    "kwh",
    "csv",
];

/// English words of four letters and more that are no names.
fn english(words: &str) -> Vec<String> {
    let plain = words.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_lowercase);
    plain.filter(|word| word.len() > 3 && !NAMES.contains(&word.as_str())).collect()
}

/// The first two cells of a csv file's rows.
fn ids(folder: &Path, file: &str, column: usize) -> Vec<String> {
    let rows = fs::read_to_string(folder.join(file)).unwrap();
    rows.lines().skip(1).filter_map(|row| row.split(',').nth(column).map(str::to_owned)).collect()
}

#[test]
fn explain_speaks_one_language_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    assert_eq!(scan_sample("town", &out, &["--lang", "ru"]).status.code(), Some(0));
    let asked: Vec<String> = [
        ids(&out, "suspects.csv", 1),
        ids(&out, "nodes.csv", 1),
        ids(&out, "cleared.csv", 0),
        ids(&out, "faults.csv", 0),
    ]
    .concat();
    assert!(asked.len() > 30, "{asked:?}");
    for id in asked.iter().step_by(2) {
        for lang in ["ru", "kk"] {
            let output = darkload(&["explain", &out.display().to_string(), id, "--lang", lang]);
            assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
            let left = english(&text(&output.stdout));
            assert!(left.is_empty(), "{id} in {lang}: {left:?} in\n{}", text(&output.stdout));
        }
    }
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.starts_with("<!doctype html>\n<html lang=\"ru\">"), "the page opens in the language of the run");
}

/// What the page's tables and notes say in plain text, at any depth, rather than as facts.
fn without_words<'a>(said: &'a serde_json::Value, found: &mut Vec<&'a str>) {
    match said {
        serde_json::Value::String(text) => found.push(text),
        serde_json::Value::Array(parts) => {
            for part in parts.iter().skip(1).filter_map(serde_json::Value::as_array) {
                match part[0].as_str() {
                    Some("f") => without_words(&part[1], found),
                    Some("l") => part[1].as_array().unwrap().iter().filter(|part| part.is_array()).for_each(|part| {
                        if part[0] == "f" {
                            without_words(&part[1], found);
                        }
                    }),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Sentences of the page that are no facts.
fn unknown_sentences(page: &str) -> Vec<String> {
    let data = page.split_once("id=\"data\">").unwrap().1.split_once("</script>").unwrap().0;
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    let mut facts: Vec<&serde_json::Value> = data["run"]["notes"].as_array().unwrap().iter().collect();
    for table in data["tables"].as_object().unwrap().values() {
        let columns = table["kinds"].as_array().unwrap().iter().zip(table["cells"].as_array().unwrap());
        let worded = columns.filter(|(kind, _)| *kind == "words").flat_map(|(_, cells)| cells.as_array().unwrap());
        facts.extend(worded.filter_map(|cell| cell.as_array()).flatten());
    }
    assert!(facts.len() > 10);
    let mut found = Vec::new();
    for fact in facts {
        without_words(fact, &mut found);
    }
    found.into_iter().map(str::to_owned).collect()
}

#[test]
fn every_sentence_of_a_finding_is_said_in_every_language() {
    let folder = tempfile::tempdir().unwrap();
    for sample in ["town", "registers", "head_end_csv"] {
        let out = folder.path().join(sample);
        assert_eq!(scan_sample(sample, &out, &[]).status.code(), Some(0));
        let unknown = unknown_sentences(&fs::read_to_string(out.join("report.html")).unwrap());
        assert!(unknown.is_empty(), "these are no facts: {unknown:#?}");
    }
}

#[test]
fn an_unknown_language_is_refused_with_the_known_ones() {
    let output = darkload(&["explain", "nowhere", "T1", "--lang", "de"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("known are en, ru, kk"), "{}", text(&output.stderr));
}
