//! What the files of a run were taken for, as text for a terminal.

use std::fmt::Write as _;
use std::path::Path;

use crate::findings::Findings;
use crate::ingest::Understood;

use super::grouped::grouped;
use super::language::Language;
use super::words::tell;

/// Letters of a line beside its margin.
const WIDTH: usize = 77;
const MARGIN: &str = "               ";
/// Files that were left alone and are named.
const MOST_LEFT: usize = 10;

/// Every kind of file with what its columns were taken for, and what was left alone.
pub(super) fn understood(findings: &Findings, language: Language) -> String {
    if findings.run.understood.is_empty() {
        return String::new();
    }
    let mut text = format!("{}\n", language.say("understood", &[]));
    for kind in &findings.run.understood {
        let _ = writeln!(text, "  {:<11}  {}", language.say(&kind.role, &[]), words(kind, findings, language));
        let taken = kind
            .columns
            .iter()
            .map(|(heading, name)| if heading == name { heading.clone() } else { format!("{heading} = {name}") });
        listed(&mut text, taken);
        if !kind.left_alone.is_empty() {
            let columns = kind.left_alone.join(", ");
            listed(&mut text, language.say("not_used", &[("columns", &columns)]).split(", ").map(str::to_owned));
        }
    }
    left(&mut text, findings, language);
    text.push('\n');
    text
}

fn words(kind: &Understood, findings: &Findings, language: Language) -> String {
    let count = |number| grouped(number, language);
    if let Some(format) = &kind.format {
        let (files, rows) = (count(kind.files), count(kind.rows));
        return language.say("files", &[("n", &files), ("format", format), ("rows", &rows)]);
    }
    let input = findings.run.inputs.iter().find(|input| input.role == kind.role);
    let name = input.map_or("", |input| file_name(&input.path));
    let sheet = kind.sheet.as_ref().map_or(String::new(), |sheet| format!(" [{sheet}]"));
    let rows = language.say("rows", &[("used", &count(kind.used)), ("rows", &count(kind.rows))]);
    let matched = kind.usage_points.zip(kind.matched).map_or(String::new(), |(held, matched)| {
        format!("\n{MARGIN}{}", language.say("points", &[("held", &count(held)), ("matched", &count(matched))]))
    });
    format!("{name}{sheet}: {rows}{matched}")
}

fn file_name(path: &str) -> &str {
    Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(path)
}

/// Words one after the other, on as many lines as they need.
fn listed(text: &mut String, words: impl Iterator<Item = String>) {
    let mut line = String::new();
    for word in words {
        if line.is_empty() {
            line = word;
        } else if line.chars().count() + word.chars().count() + 2 <= WIDTH - MARGIN.len() {
            let _ = write!(line, ", {word}");
        } else {
            let _ = writeln!(text, "{MARGIN}{line},");
            line = word;
        }
    }
    if !line.is_empty() {
        let _ = writeln!(text, "{MARGIN}{line}");
    }
}

/// Files that were passed over, with the reason.
fn left(text: &mut String, findings: &Findings, language: Language) {
    let left: Vec<_> =
        findings.rejects.iter().filter(|reject| reject.code == "file.passed_over" && reject.row == 0).collect();
    for (place, reject) in left.iter().take(MOST_LEFT).enumerate() {
        let why = tell(language, &reject.detail);
        let why = why.replace(&format!("`{}` ", reject.file), "");
        let told = format!("{}: {why}", file_name(&reject.file));
        let shown: String = told.chars().take(WIDTH).collect();
        let more = if shown.len() < told.len() { "..." } else { "" };
        let opening = if place == 0 { language.say("left_alone", &[]) } else { String::new() };
        let _ = writeln!(text, "  {opening:<11}  {shown}{more}");
    }
    if left.len() > MOST_LEFT {
        let more = (left.len() - MOST_LEFT).to_string();
        let _ = writeln!(text, "{MARGIN}{}", language.say("more_left", &[("n", &more)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{InputDigest, RunRecord};

    #[test]
    fn a_table_is_told_with_its_columns_its_rows_and_its_matches() {
        let kind = Understood {
            role: "customers".into(),
            files: 1,
            rows: 1421,
            used: 1420,
            usage_points: Some(1420),
            matched: Some(1412),
            columns: vec![("Номер ПУ".into(), "usage_point".into()), ("address".into(), "address".into())],
            left_alone: vec!["Телефон".into()],
            ..Understood::default()
        };
        let input =
            InputDigest {
                role: "customers".into(), path: "in/Абоненты.xlsx".into(), sha256: String::new(), rows: 0
            };
        let run = RunRecord { understood: vec![kind], inputs: vec![input], ..RunRecord::default() };
        let text = understood(&Findings { run, ..Findings::default() }, Language::English);
        for words in [
            "customers    Абоненты.xlsx: 1,420 of 1,421 rows\n",
            "               1,420 usage points, 1,412 of them in the readings\n",
            "Номер ПУ = usage_point, address\n",
            "not used: Телефон\n",
        ] {
            assert!(text.contains(words), "no `{words}` in\n{text}");
        }
    }
}
