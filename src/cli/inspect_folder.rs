//! `darkload inspect FOLDER`: one page on all files of a folder. What cannot be read and what may
//! be read in another way stand first, then a line for every kind of file, then the months.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::domain::CivilDay;
use crate::ingest::LookedAt;
use crate::pipeline::Inspection;
use crate::report::{Language, tell};

/// Lines of a list that are shown; how many more there are is told.
const MOST_LINES: usize = 12;
/// Letters of a line at most, of the name of a file, and lines of one entry.
const WIDTH: usize = 90;
const NAME: usize = 32;
const MOST_PARTS: usize = 3;

/// What is known of the files so far.
#[derive(Debug, Default)]
pub(super) struct FolderPage {
    files: usize,
    kinds: BTreeMap<String, Kind>,
    /// Doubts in words, with the number of files and the first of them.
    doubts: BTreeMap<String, (usize, String)>,
    /// Codes of records left out: files, records, the first file.
    rejects: BTreeMap<&'static str, (usize, u64, String)>,
    tables: Vec<String>,
    broken: Vec<String>,
    passed_over: Vec<String>,
    months: BTreeMap<CivilDay, Month>,
}

/// Files of readings that are taken for the same.
#[derive(Debug, Default)]
struct Kind {
    files: usize,
    rows: u64,
    first: String,
}

/// What all files hold of a month.
#[derive(Debug, Default)]
struct Month {
    files: usize,
    held: u64,
    expected: u64,
}

impl FolderPage {
    /// Adds a file of readings.
    pub(super) fn readings(&mut self, inspection: &Inspection) {
        self.files += 1;
        let name = name_of(&inspection.path);
        let kind = self.kinds.entry(kind_of(inspection)).or_default();
        kind.files += 1;
        kind.rows += inspection.rows;
        if kind.first.is_empty() {
            kind.first.clone_from(&name);
        }
        for decision in &inspection.understanding.decisions {
            if let Some(doubt) = &decision.doubt {
                let words = format!("{}: {}", decision.what.replace('_', " "), tell(Language::English, doubt));
                self.doubts.entry(words).or_insert_with(|| (0, name.clone())).0 += 1;
            }
        }
        for (code, (count, _)) in &inspection.rejects {
            let entry = self.rejects.entry(code).or_insert_with(|| (0, 0, name.clone()));
            (entry.0, entry.1) = (entry.0 + 1, entry.1 + count);
        }
        for (month, cover) in &inspection.months {
            let of_month = self.months.entry(*month).or_default();
            of_month.files += 1;
            of_month.held += cover.held;
            of_month.expected += cover.expected;
        }
    }

    /// Adds a static table.
    pub(super) fn table(&mut self, path: &Path, looked: &LookedAt) {
        self.files += 1;
        let used = looked.read.columns.iter().filter(|column| column.taken_for.is_some()).count();
        let LookedAt { table, read } = looked;
        let all = read.columns.len();
        self.tables.push(format!("{}: {table}, {} rows, {used} of {all} columns used", name_of(path), read.rows));
    }

    /// Adds a file that was not read.
    pub(super) fn left(&mut self, path: &Path, why: &str, is_other_kind: bool) {
        self.files += 1;
        // The file is named already.
        let why = why.replace(&format!("`{}` ", path.display()), "").replace(&format!(" of `{}`", path.display()), "");
        let list = if is_other_kind { &mut self.passed_over } else { &mut self.broken };
        list.push(format!("{}: {why}", name_of(path)));
    }

    /// The page.
    pub(super) fn words(&self) -> String {
        let of_readings: usize = self.kinds.values().map(|kind| kind.files).sum();
        let mut text = format!(
            "{} files: {of_readings} of readings ({} {}), {} tables, {} passed over, {} that cannot be read\n",
            self.files,
            self.kinds.len(),
            if self.kinds.len() == 1 { "kind" } else { "kinds" },
            self.tables.len(),
            self.passed_over.len(),
            self.broken.len()
        );
        list(&mut text, "Cannot be read", &self.broken);
        let doubts: Vec<String> = self
            .doubts
            .iter()
            .map(|(doubt, (files, first))| format!("{} · {doubt}", files_of(*files, first)))
            .collect();
        list(&mut text, "May be read in another way", &doubts);
        let left_out = |(code, (files, records, first)): (&&str, &(usize, u64, String))| {
            format!("{} · {records} records: {code}", files_of(*files, first))
        };
        list(&mut text, "Left out", &self.rejects.iter().map(left_out).collect::<Vec<_>>());
        let kinds: Vec<String> = self
            .kinds
            .iter()
            .map(|(kind, of)| format!("{} · {} rows · {kind}", files_of(of.files, &of.first), of.rows))
            .collect();
        list(&mut text, "Readings", &kinds);
        list(&mut text, "Tables", &self.tables);
        list(&mut text, "Passed over", &self.passed_over);
        if !self.months.is_empty() {
            text.push_str("\nMonth      files   intervals   share held\n");
        }
        for (month, of) in &self.months {
            let share = 100.0 * of.held as f64 / of.expected.max(1) as f64;
            let _ = writeln!(text, "{}  {:>8}  {:>10}   {share:>8.2} %", &month.to_string()[..7], of.files, of.held);
        }
        text.push_str("\n`darkload inspect FILE` tells more of one file and prints its profile.\n");
        text
    }
}

/// A heading and its lines, the first of them where they are many.
fn list(text: &mut String, heading: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{heading}");
    for line in lines.iter().take(MOST_LINES) {
        for (place, part) in wrapped(line).iter().enumerate() {
            let _ = writeln!(text, "{}{part}", if place == 0 { "  " } else { "      " });
        }
    }
    if lines.len() > MOST_LINES {
        let _ = writeln!(text, "  and {} more", lines.len() - MOST_LINES);
    }
}

/// A line as few lines that fit, the last of which is cut.
fn wrapped(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for word in line.split(' ') {
        let place = parts.len() - 1;
        let is_full = !parts[place].is_empty() && parts[place].chars().count() + 1 + word.chars().count() > WIDTH;
        if is_full && parts.len() == MOST_PARTS {
            parts[place].push('…');
            break;
        }
        if is_full {
            parts.push(word.to_owned());
        } else {
            if !parts[place].is_empty() {
                parts[place].push(' ');
            }
            parts[place].push_str(word);
        }
    }
    parts.iter().map(|part| part.chars().take(WIDTH + 1).collect()).collect()
}

fn files_of(files: usize, first: &str) -> String {
    match files {
        1 => first.to_owned(),
        2 => format!("{first} and another"),
        more => format!("{first} and {} more", more - 1),
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    if name.chars().count() <= NAME {
        return name;
    }
    // The end of a name tells files of a kind apart.
    let letters: Vec<char> = name.chars().collect();
    let (begin, end) = (&letters[..NAME / 2], &letters[letters.len() - NAME / 2 + 1..]);
    format!("{}…{}", begin.iter().collect::<String>(), end.iter().collect::<String>())
}

/// What a file was taken for, in words that are the same for files of a kind.
fn kind_of(inspection: &Inspection) -> String {
    let decisions = &inspection.understanding.decisions;
    let said = ["layout", "unit", "interval", "stamp", "encoding", "value"].iter().filter_map(|what| {
        let decision = decisions.iter().find(|decision| decision.what == *what)?;
        let bare = decision.value.split(':').next().unwrap_or(&decision.value);
        Some(match *what {
            "stamp" => format!("stamps at the {bare}"),
            "value" => decision.value.clone(),
            _ => bare.to_owned(),
        })
    });
    std::iter::once(inspection.format.to_owned()).chain(said).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_what_cannot_be_read_first_and_cuts_long_lists() {
        let mut page = FolderPage::default();
        for number in 0..15 {
            page.left(Path::new(&format!("a/{number}.pdf")), "is a PDF document, and is not read", true);
        }
        page.left(Path::new("a/b.csv"), &format!("no column for the energy{}", "; ".repeat(200)), false);
        let words = page.words();
        let lines: Vec<&str> = words.lines().collect();
        assert!(lines[0].starts_with("16 files: 0 of readings"), "{words}");
        assert_eq!(lines[2], "Cannot be read");
        assert!(lines[3].starts_with("  b.csv: no column") && lines[5].ends_with('…'), "{words}");
        assert!(words.contains("  and 3 more\n") && lines.iter().all(|line| line.chars().count() <= WIDTH + 7));
    }
}
