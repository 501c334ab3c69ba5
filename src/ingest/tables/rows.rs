//! Lines of a piece of text, their fields, and whose rows they are.

use std::collections::HashMap;

use memchr::{memchr, memchr_iter};

use super::id_cell::{has_lost_digits, is_rounded, unwrapped};
use super::plan::{IdColumn, Plan};
use crate::domain::{IdList, KeyRun, same_id};
use crate::ingest::format::IdRuns;

/// Splits a line at `delimiter`, outside double quotes; quotes around a field are dropped. Several
/// spaces in a row are one delimiter.
pub(crate) fn split_fields<'a>(line: &'a [u8], delimiter: u8, fields: &mut Vec<&'a [u8]>) {
    fields.clear();
    let mut rest = line.strip_suffix(b"\r").unwrap_or(line);
    if delimiter == b' ' {
        fields.extend(rest.split(|&byte| byte == b' ').filter(|field| !field.is_empty()));
        return;
    }
    loop {
        if let [b'"', quoted @ ..] = rest
            && let Some(end) = quoted.iter().position(|&byte| byte == b'"')
        {
            fields.push(&quoted[..end]);
            rest = &quoted[end + 1..];
            match rest.iter().position(|&byte| byte == delimiter) {
                Some(place) => rest = &rest[place + 1..],
                None => return,
            }
            continue;
        }
        let Some(place) = memchr(delimiter, rest) else {
            fields.push(rest);
            return;
        };
        fields.push(&rest[..place]);
        rest = &rest[place + 1..];
    }
}

/// Lines that a field in quotes may run over.
const MOST_BREAKS: usize = 20;

/// Where the line at the beginning of `text` ends, the line breaks inside quotes being none. A
/// quote that nothing closes soon is no quote.
pub(crate) fn line_end(text: &[u8], delimiter: u8) -> Option<usize> {
    let first = memchr(b'\n', text)?;
    if memchr(b'"', &text[..first]).is_none() {
        return Some(first);
    }
    let mut end = first;
    for _ in 0..MOST_BREAKS {
        if !ends_in_quotes(&text[..end], delimiter) {
            return Some(end);
        }
        match memchr(b'\n', &text[end + 1..]) {
            Some(next) => end += 1 + next,
            None if !ends_in_quotes(text, delimiter) => return Some(text.len()),
            None => return Some(first),
        }
    }
    Some(first)
}

/// Whether a field that begins with a quote is still open at the end.
fn ends_in_quotes(line: &[u8], delimiter: u8) -> bool {
    let mut rest = line;
    loop {
        if let [b'"', quoted @ ..] = rest {
            let Some(end) = memchr(b'"', quoted) else { return true };
            rest = &quoted[end + 1..];
            // Only what ends there was a field over several lines; else the quotes belong to the
            // text of two of them.
            let closes = rest.first().is_none_or(|byte| *byte == delimiter || matches!(byte, b'\r' | b'\n'));
            if !closes && memchr(b'\n', &quoted[..end]).is_some() {
                return true;
            }
        }
        match memchr(delimiter, rest) {
            Some(place) => rest = &rest[place + 1..],
            None => return false,
        }
    }
}

/// Lines below title and header with their places among all lines, but for empty ones. Those that
/// [`is_data`] denies are no rows.
pub(crate) struct Lines<'a> {
    rest: &'a [u8],
    delimiter: u8,
    /// Without any quote a line ends with the next line break.
    has_quotes: bool,
    index: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a [u8], plan: &Plan, has_head: bool) -> Self {
        let mut lines =
            Self { rest: text, delimiter: plan.delimiter, has_quotes: memchr(b'"', text).is_some(), index: 0 };
        for _ in 0..if has_head { plan.head_lines } else { 0 } {
            lines.take_line();
        }
        lines
    }

    /// What lies before us: the next line and all that follow.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Lines passed over so far, empty ones and those of the head among them.
    pub(crate) fn passed(&self) -> usize {
        self.index
    }

    /// The next line, whatever is in it.
    fn take_line(&mut self) -> &'a [u8] {
        let end = if self.has_quotes { line_end(self.rest, self.delimiter) } else { memchr(b'\n', self.rest) }
            .unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        self.pass((end + 1).min(self.rest.len()));
        // Lines are counted as an editor shows them.
        self.index +=
            if self.has_quotes && memchr(b'"', line).is_some() { memchr_iter(b'\n', line).count() } else { 0 };
        line
    }

    /// Passes over a line of so many bytes, its end among them.
    pub(crate) fn pass(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
        self.index += 1;
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let index = self.index;
            let line = self.take_line();
            if !line.is_empty() {
                return Some((index, line));
            }
        }
        None
    }
}

/// Whether a line is a row: not blank, and none that the mapping calls a footer. A line that begins
/// with the id of the row before is one and need not be asked.
pub(crate) fn is_data(line: &[u8], plan: &Plan) -> bool {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == plan.delimiter || *byte == b'"';
    let is_blank = line.first().is_none_or(blank) && line.iter().all(blank);
    !is_blank && !is_footer(line, plan)
}

/// Whether a line's first filled cell begins with a footer's words. What follows the line does not
/// matter.
pub(crate) fn is_footer(line: &[u8], plan: &Plan) -> bool {
    let begins = line.iter().position(|byte| *byte != plan.delimiter && !matches!(byte, b' ' | b'"')).unwrap_or(0);
    plan.footer.begin(&line[begins..])
}

/// Whose rows the lines are, without reading anything else of them. `None` where rows have no usage
/// point of their own.
pub(crate) fn id_runs(text: &[u8], plan: &Plan, has_head: bool) -> Option<IdRuns> {
    let by_row = plan.shape.readings_by_row()?;
    let mut keys = Keys::new(plan);
    let mut runs: Vec<KeyRun> = Vec::new();
    if by_row == 0 {
        return Some(IdRuns::default());
    }
    for (_, line) in Lines::new(text, plan, has_head) {
        let key = match keys.repeats(line) {
            Some(key) => key,
            None if is_data(line, plan) => keys.of_line(line),
            None => continue,
        };
        match runs.last_mut() {
            Some(run) if run.key == key => run.rows += by_row,
            _ => runs.push(KeyRun { key, rows: by_row }),
        }
    }
    Some(IdRuns { ids: keys.ids, keys: runs })
}

/// Ids of a piece and the last one met.
pub(crate) struct Keys<'a> {
    pub(crate) ids: IdList,
    plan: &'a Plan,
    known: HashMap<Vec<u8>, u32>,
    last: Option<(Vec<u8>, u32)>,
    fixed: Option<u32>,
}

impl<'a> Keys<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let mut ids = IdList::default();
        let fixed = if let IdColumn::Fixed(id) = &plan.id { Some(ids.push(id)) } else { None };
        Self { ids, plan, known: HashMap::new(), last: None, fixed }
    }

    /// Key of an id; `None` when it is not UTF-8, or what a spreadsheet left of a long number.
    pub(crate) fn key(&mut self, id: &[u8]) -> Option<u32> {
        let id = id.trim_ascii();
        if let Some((last, key)) = &self.last
            && last == id
        {
            return Some(*key);
        }
        let key = if let Some(&key) = self.known.get(id) {
            key
        } else {
            let text = self.plan.text(id);
            let text = unwrapped(&text);
            if text.contains('\u{fffd}') || is_rounded(text) || (self.plan.are_ids_rounded && has_lost_digits(text)) {
                return None;
            }
            let key = if text.len() < self.plan.pad_ids_to && !text.is_empty() {
                self.ids.push(&format!("{text:0>width$}", width = self.plan.pad_ids_to))
            } else {
                self.ids.push(text)
            };
            self.known.insert(id.to_vec(), key);
            key
        };
        self.last = Some((id.to_vec(), key));
        Some(key)
    }

    /// Key of rows without a usable id.
    pub(crate) fn none(&mut self) -> u32 {
        self.key(b"").unwrap_or_default()
    }

    /// Key of a row; that of rows without an id where it has none.
    pub(crate) fn of_row(&mut self, fields: &[&[u8]]) -> u32 {
        match (&self.plan.id, self.fixed) {
            (_, Some(fixed)) => fixed,
            (IdColumn::At(column), None) => {
                self.key(fields.get(*column).copied().unwrap_or_default()).unwrap_or_else(|| self.none())
            }
            (IdColumn::Fixed(_), None) => self.none(),
        }
    }

    fn of_line(&mut self, line: &[u8]) -> u32 {
        if let Some(fixed) = self.fixed {
            return fixed;
        }
        let mut fields = Vec::new();
        match &self.plan.id {
            // Without quotes only what stands before the id is looked through.
            IdColumn::At(column) if self.plan.delimiter != b' ' && memchr(b'"', line).is_none() => {
                let id =
                    line.strip_suffix(b"\r").unwrap_or(line).split(|byte| *byte == self.plan.delimiter).nth(*column);
                self.key(id.unwrap_or_default()).unwrap_or_else(|| self.none())
            }
            _ => {
                split_fields(line, self.plan.delimiter, &mut fields);
                self.of_row(&fields)
            }
        }
    }

    /// Id and key of the row before; the empty id where the table has one usage point only.
    pub(crate) fn last(&self) -> Option<(&[u8], u32)> {
        match self.fixed {
            Some(fixed) => Some((b"", fixed)),
            None => self.last.as_ref().filter(|(id, _)| !id.is_empty()).map(|(id, key)| (&id[..], *key)),
        }
    }

    /// Key of a line that names the usage point of the line before, where that can be seen without
    /// splitting it; such a line is a row.
    pub(crate) fn repeats(&self, line: &[u8]) -> Option<u32> {
        let (IdColumn::At(column), (id, key)) = (&self.plan.id, self.last()?) else { return None };
        let mut rest = line;
        for _ in 0..*column {
            let end = rest.iter().position(|byte| *byte == self.plan.delimiter)?;
            if matches!(rest.first(), Some(b'"' | b' ')) {
                return None;
            }
            rest = &rest[end + 1..];
        }
        let (own, rest) = rest.split_at_checked(id.len())?;
        let is_same = same_id(own, id) && rest.first() == Some(&self.plan.delimiter);
        (is_same && (*column == 0 || !is_footer(line, self.plan))).then_some(key)
    }
}
