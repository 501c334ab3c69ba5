//! The sources as the rules see them: every file by its module path, its lines, which of them are
//! program and which are tests, and the files that it imports from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A file.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Path from the project's root.
    pub(crate) path: String,
    pub(crate) text: String,
    /// All of it is test code: a module under `#[cfg(test)]`, or within such a one.
    pub(crate) is_test: bool,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), is_test: false }
    }

    /// Its module path without `crate`: `ingest::bytes::archive`; empty for `lib.rs` and `main.rs`.
    pub(crate) fn module(&self) -> String {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        if ["lib", "main"].contains(&inside) { String::new() } else { inside.replace('/', "::") }
    }

    /// The room that it lies in; empty for `lib.rs` and `main.rs`.
    pub(crate) fn room(&self) -> String {
        self.module().split("::").next().unwrap_or_default().to_owned()
    }

    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path).trim_end_matches(".rs")
    }

    /// Lines with their numbers that are no test code: items under `#[cfg(test)]` are left out
    /// wherever they stand, what follows them is kept.
    pub(crate) fn program(&self) -> Vec<(usize, &str)> {
        if self.is_test {
            return Vec::new();
        }
        let lines: Vec<&str> = self.text.lines().collect();
        let mut kept = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            if lines[at].trim_start().starts_with("#[cfg(test)]") {
                at = end_of_item(&lines, at + 1) + 1;
            } else {
                kept.push((at + 1, lines[at]));
                at += 1;
            }
        }
        kept
    }

    /// Program lines without comments.
    pub(crate) fn code(&self) -> Vec<(usize, &str)> {
        self.program().into_iter().filter(|(_, line)| !is_comment(line)).collect()
    }
}

pub(crate) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Last line of the item that begins at or after `from`, attributes before it included.
fn end_of_item(lines: &[&str], from: usize) -> usize {
    let mut first = from;
    while lines.get(first).is_some_and(|line| line.trim_start().starts_with("#[") || is_comment(line)) {
        first += 1;
    }
    let Some(line) = lines.get(first) else { return lines.len() };
    if line.trim_end().ends_with(';') || line.trim_end().ends_with('}') {
        return first;
    }
    let indent = &line[..line.len() - line.trim_start().len()];
    let closes = |line: &&str| line.strip_prefix(indent).is_some_and(|rest| rest.starts_with(['}', ')', ']']));
    lines[first + 1..].iter().position(closes).map_or(lines.len(), |end| first + 1 + end)
}

/// Every source of the program.
pub(crate) fn sources() -> Vec<Source> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<Source>) {
        let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(root, &path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                found.push(Source { path: name, text: fs::read_to_string(&path).unwrap(), is_test: false });
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(root, &root.join("src"), &mut found);
    let of_tests: Vec<String> = found.iter().flat_map(test_modules).collect();
    for source in &mut found {
        let module = source.module();
        source.is_test = of_tests.iter().any(|test| module == *test || module.starts_with(&format!("{test}::")));
    }
    found
}

/// Modules in files of their own that a file declares under `#[cfg(test)]`.
fn test_modules(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let declared = lines.windows(2).filter(|pair| pair[0].trim() == "#[cfg(test)]").filter_map(|pair| {
        let name = pair[1].trim().strip_suffix(';')?.rsplit("mod ").next()?;
        Some(format!("{}::{name}", source.module()))
    });
    declared.collect()
}

/// Which file imports from which, by their module paths; a name that a `mod.rs` only hands on
/// counts as that of the file that defines it.
pub(crate) fn imports(sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let modules: BTreeSet<String> = sources.iter().map(Source::module).filter(|module| !module.is_empty()).collect();
    let mut handed_on: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut uses: Vec<(String, String)> = Vec::new();
    for source in sources.iter().filter(|source| !source.module().is_empty()) {
        let module = source.module();
        let code = source.code().into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
        let (statements, rest) = use_statements(&code);
        for (is_public, path) in statements {
            match path.rsplit("::").next() {
                Some(name) if is_public => {
                    handed_on.insert((module.clone(), name.to_owned()), path.clone());
                }
                _ => uses.push((module.clone(), path)),
            }
        }
        uses.extend(paths(&rest).map(|path| (module.clone(), path)));
    }
    let mut found: BTreeMap<String, BTreeSet<String>> =
        modules.iter().map(|module| (module.clone(), BTreeSet::new())).collect();
    for (module, path) in uses {
        if let Some(target) = target(&module, &path, &modules, &handed_on, 8).filter(|target| *target != module) {
            found.entry(module).or_default().insert(target);
        }
    }
    found
}

/// Every `use`, groups taken apart, with whether it hands the name on; and the code without them.
fn use_statements(code: &str) -> (Vec<(bool, String)>, String) {
    let (mut found, mut rest) = (Vec::new(), String::new());
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let start = line.trim_start();
        let visible =
            start.strip_prefix("pub").map(|rest| rest.trim_start_matches(|c| c != ' ' && c != 'u').trim_start());
        let is_public = visible.is_some_and(|rest| rest.starts_with("use "));
        if !is_public && !start.starts_with("use ") {
            rest.push_str(line);
            rest.push('\n');
            continue;
        }
        let mut statement = line.to_owned();
        while !statement.contains(';') {
            let Some(next) = lines.next() else { break };
            statement.push_str(next);
        }
        let tree = statement.split_once("use ").map_or("", |(_, tree)| tree).split(';').next().unwrap_or_default();
        let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
        found.extend(taken_apart(&tree).into_iter().map(|path| (is_public, path)));
    }
    (found, rest)
}

/// The paths of a tree such as `crate::{a::{B, C}, d}`.
pub(crate) fn taken_apart(tree: &str) -> Vec<String> {
    let Some((before, inner)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().replace(' ', "")];
    };
    let inner = inner.rsplit_once('}').map_or(inner, |(inner, _)| inner);
    let (mut parts, mut depth, mut part) = (Vec::new(), 0, String::new());
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    parts.push(part);
    let whole = parts.iter().filter(|part| !part.trim().is_empty());
    whole.flat_map(|part| taken_apart(&format!("{before}{}", part.trim()))).collect()
}

/// Paths in code that begin with `crate::` or `super::`, or with the name of a module.
fn paths(code: &str) -> impl Iterator<Item = String> + '_ {
    let is_of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    code.split(move |c: char| !is_of_path(c)).filter(|word| word.contains("::")).map(|word| {
        let word = word.trim_matches(':');
        let first = word.split("::").next().unwrap_or_default();
        let is_module = first.chars().next().is_some_and(char::is_lowercase);
        if is_module && !["crate", "super", "self", "std"].contains(&first) {
            format!("self::{word}")
        } else {
            word.to_owned()
        }
    })
}

/// The file in which what a path names is defined; `None` for what is not of the program.
fn target(
    module: &str,
    path: &str,
    modules: &BTreeSet<String>,
    handed_on: &BTreeMap<(String, String), String>,
    deep: usize,
) -> Option<String> {
    let mut parts: Vec<&str> = path.split("::").collect();
    let mut place: Vec<&str> = match parts.first().copied()? {
        "crate" => Vec::new(),
        "self" => module.split("::").collect(),
        "super" => {
            let mut place: Vec<&str> = module.split("::").collect();
            while parts.first() == Some(&"super") {
                place.pop();
                parts.remove(0);
            }
            parts.insert(0, "super");
            place
        }
        first => {
            let child = format!("{module}::{first}");
            if !modules.contains(&child) {
                return None;
            }
            parts.insert(0, "self");
            module.split("::").collect()
        }
    };
    let own = place.len();
    place.extend(parts.iter().skip(1));
    // `self::x` is a module only where there is one; otherwise it is a local name.
    let known = (1..=place.len()).rev().find(|&length| modules.contains(&place[..length].join("::")))?;
    if path.starts_with("self::") && known <= own {
        return None;
    }
    let file = place[..known].join("::");
    let name = place.get(known).map(|name| (*name).to_owned());
    match name.and_then(|name| handed_on.get(&(file.clone(), name))).filter(|_| deep > 0) {
        Some(on) => target(&file, on, modules, handed_on, deep - 1).or(Some(file)),
        None => Some(file),
    }
}

/// Files that import from one another in a circle: every set of them, in order.
pub(crate) fn circles(imports: &BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let reach = |from: &String| -> BTreeSet<String> {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(at) = open.pop() {
            for next in imports.get(&at).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = imports.keys().map(|from| (from, reach(from))).collect();
    let of_file = |file: &String| -> BTreeSet<String> {
        reached[file]
            .iter()
            .filter(|other| reached.get(other).is_some_and(|back| back.contains(file)))
            .cloned()
            .collect()
    };
    let found: BTreeSet<BTreeSet<String>> =
        imports.keys().filter(|file| reached[file].contains(*file)).map(of_file).collect();
    found.into_iter().collect()
}
