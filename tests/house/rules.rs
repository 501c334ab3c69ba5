//! The rules of the house: each takes sources and tells what offends, by file and line.

use super::sources::{Source, circles, imports, is_comment};

/// Floors from the lowest up; rooms on one floor do not import each other.
pub(crate) const FLOORS: &[&[&str]] = &[
    &["domain", "disk"],
    &["ingest", "synth"],
    &["series"],
    &["digest"],
    &["archive"],
    &["population"],
    &["evidence"],
    &["findings"],
    &["metered", "unmetered", "volts"],
    &["judgement"],
    &["consequence"],
    &["casebook"],
    &["config"],
    &["report"],
    &["pipeline"],
    &["cli"],
];
const LONGEST_FILE: usize = 500;
const LONGEST_FUNCTION: usize = 60;
const WIDEST_CODE: usize = 120;
const WIDEST_PROSE: usize = 100;
/// All files of the wiring together.
const LONGEST_WIRING: usize = 1500;
const FORBIDDEN_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "manager", "misc"];

/// A rule by name.
pub(crate) type Rule = (&'static str, fn(&[Source]) -> Vec<String>);

/// Every rule.
pub(crate) const RULES: &[Rule] = &[
    ("imports point down", imports_point_down),
    ("files do not import one another in a circle", no_circles),
    ("files are short and say what they are", short_files),
    ("functions are short", short_functions),
    ("lines are narrow", narrow_lines),
    ("nothing is left for later", nothing_left),
    ("what is printed passes one place", one_printer),
    ("results are written through one place", one_writer),
    ("the wiring is short and holds no constant of a method", short_wiring),
];

pub(crate) fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

fn imports_point_down(sources: &[Source]) -> Vec<String> {
    let room = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
    let mut wrong = Vec::new();
    for (file, others) in imports(sources) {
        let Some(floor) = floor_of(&room(&file)) else { continue };
        for other in others.iter().filter(|other| room(other) != room(&file)) {
            if floor_of(&room(other)).is_some_and(|other_floor| other_floor >= floor) {
                wrong.push(format!("{file} imports {other}, which is not below it"));
            }
        }
    }
    wrong
}

fn no_circles(sources: &[Source]) -> Vec<String> {
    let told = |circle: &std::collections::BTreeSet<String>| circle.iter().cloned().collect::<Vec<_>>().join(", ");
    circles(&imports(sources)).iter().map(told).collect()
}

fn short_files(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources {
        let lines = source.program().len();
        if lines > LONGEST_FILE {
            wrong.push(format!("{}: {lines} lines of program", source.path));
        }
        if !source.text.starts_with("//!") {
            wrong.push(format!("{}: no header", source.path));
        }
        if FORBIDDEN_NAMES.contains(&source.name()) {
            wrong.push(format!("{}: name the thing by what it is", source.path));
        }
    }
    wrong
}

fn short_functions(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| !source.is_test) {
        let lines: Vec<&str> = source.text.lines().collect();
        for (first, line) in lines.iter().enumerate().filter(|(_, line)| begins_function(line)) {
            let indent = &line[..line.len() - line.trim_start().len()];
            let closing = format!("{indent}}}");
            // Within a macro a function may be declared over several lines and have no body.
            let no_body = format!("{indent});");
            let end = lines[first..].iter().position(|line| **line == closing || **line == no_body);
            let length = end.map_or(1, |end| end + 1);
            if length > LONGEST_FUNCTION {
                wrong.push(format!("{}:{}: a function of {length} lines", source.path, first + 1));
            }
        }
    }
    wrong
}

fn begins_function(line: &str) -> bool {
    let code = line.trim_start();
    let code = if code.starts_with("pub(") { code.split_once(") ").map_or(code, |(_, rest)| rest) } else { code };
    let code = code.trim_start_matches("pub ").trim_start_matches("const ");
    code.starts_with("fn ") && !line.trim_end().ends_with(';')
}

fn narrow_lines(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources {
        let prose = source.text.lines().enumerate().map(|(number, line)| (number + 1, line));
        let prose = prose.filter(|(_, line)| is_comment(line));
        for (number, line) in prose.chain(source.code()) {
            let widest = if is_comment(line) { WIDEST_PROSE } else { WIDEST_CODE };
            // A word that is wider, such as an address, cannot be cut.
            let longest_word = line.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
            let width = line.chars().count();
            if width > widest && longest_word < widest / 2 {
                wrong.push(format!("{}:{number}: {width} columns", source.path));
            }
        }
    }
    wrong
}

fn nothing_left(sources: &[Source]) -> Vec<String> {
    with_words(sources, &["todo!(", "unimplemented!(", "dbg!(", "FIXME", "TODO"], "left for later")
}

fn one_printer(sources: &[Source]) -> Vec<String> {
    let others: Vec<Source> = sources.iter().filter(|source| source.path != "src/cli/terminal.rs").cloned().collect();
    let words = ["println!(", "eprintln!(", " print!(", " eprint!("];
    with_words(&others, &words, "print through cli::terminal, which keeps control letters from the terminal")
}

fn one_writer(sources: &[Source]) -> Vec<String> {
    let rooms = ["report", "synth", "pipeline", "digest", "archive"];
    let others: Vec<Source> = sources.iter().filter(|source| rooms.contains(&&*source.room())).cloned().collect();
    let words = ["fs::write(", "File::create(", "fs::rename(", "fs::remove", "Writer::from_path("];
    with_words(&others, &words, "write through `disk`, where any operation can be made to fail")
}

fn with_words(sources: &[Source], words: &[&str], why: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources {
        for (number, line) in source.code() {
            for word in words.iter().filter(|word| line.contains(**word)) {
                wrong.push(format!("{}:{number}: {word}: {why}", source.path));
            }
        }
    }
    wrong
}

fn short_wiring(sources: &[Source]) -> Vec<String> {
    let wiring: Vec<&Source> = sources.iter().filter(|source| source.room() == "pipeline").collect();
    let lines: usize = wiring.iter().map(|source| source.program().len()).sum();
    let mut wrong = Vec::new();
    if lines > LONGEST_WIRING {
        wrong.push(format!("src/pipeline: {lines} lines"));
    }
    for source in wiring {
        for (number, line) in source.code() {
            if line.trim_start().contains("const ") && line.contains(": f64") {
                wrong.push(format!("{}:{number}: a constant of a method", source.path));
            }
        }
    }
    wrong
}
