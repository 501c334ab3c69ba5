//! Recognising an English sentence by the pattern it was made from.
//!
//! A pattern is words with placeholders, whose first letter says what may stand there: `{n_…}` a
//! number or date, `{w_…}` one of the known words, `{p_…}` another known sentence, `{i_…}` an id
//! without spaces, `{t_…}` any text. The most particular pattern (most letters of its own) that
//! fits the whole sentence wins.

use std::collections::BTreeMap;

/// Sentences within sentences, at most.
const DEEPEST: usize = 4;

/// A sentence taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) enum Said {
    /// A number, an id, or words that are not known.
    Text(String),
    /// A known word.
    Word(String),
    /// A known sentence: its number, and what stands in its placeholders in the order of the
    /// English pattern.
    Phrase(usize, Vec<Said>),
}

/// All patterns.
pub(in crate::report) struct Phrasebook {
    /// Keys in the order of their numbers.
    keys: Vec<String>,
    patterns: Vec<Pattern>,
    /// Numbers of patterns, the most particular first.
    order: Vec<usize>,
    words: BTreeMap<String, String>,
}

struct Pattern {
    /// Text before each placeholder, and after the last.
    literals: Vec<String>,
    names: Vec<String>,
}

impl Phrasebook {
    /// From the English phrases and words.
    pub(super) fn new(phrases: &BTreeMap<String, String>, words: &BTreeMap<String, String>) -> Self {
        let patterns: Vec<Pattern> = phrases.values().map(|text| Pattern::new(text)).collect();
        let mut order: Vec<usize> = (0..patterns.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(patterns[index].letters()));
        // In sentences words stand with spaces, and as the language file has them.
        let spoken = words.iter().flat_map(|(word, text)| {
            [(word.replace('_', " "), word.clone()), (word.clone(), word.clone()), (text.clone(), word.clone())]
        });
        Self { keys: phrases.keys().cloned().collect(), patterns, order, words: spoken.collect() }
    }

    /// Key of a phrase.
    pub(in crate::report) fn key(&self, number: usize) -> &str {
        &self.keys[number]
    }

    /// Names of its placeholders in the order of the English pattern.
    pub(in crate::report) fn names(&self, number: usize) -> &[String] {
        &self.patterns[number].names
    }

    /// Keys of all phrases in the order of their numbers.
    pub(in crate::report) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// Takes a sentence apart; as text where no pattern fits.
    pub(in crate::report) fn parse(&self, sentence: &str) -> Said {
        self.known(&even(sentence), DEEPEST).unwrap_or_else(|| Said::Text(sentence.to_owned()))
    }

    /// Whether a pattern fits the whole sentence.
    pub(in crate::report) fn knows(&self, sentence: &str) -> bool {
        self.known(&even(sentence), DEEPEST).is_some()
    }

    fn known(&self, sentence: &str, deep: usize) -> Option<Said> {
        if deep == 0 {
            return None;
        }
        self.order.iter().find_map(|&number| {
            let pattern = &self.patterns[number];
            let rest =
                sentence.strip_prefix(pattern.literals[0].as_str()).filter(|rest| pattern.has_its_words(rest))?;
            let mut parts = Vec::with_capacity(pattern.names.len());
            self.fits(pattern, 0, rest, deep, &mut parts).then_some(Said::Phrase(number, parts))
        })
    }

    /// Whether `rest` fits the pattern from placeholder `place` on; fills `parts`.
    fn fits(&self, pattern: &Pattern, place: usize, rest: &str, deep: usize, parts: &mut Vec<Said>) -> bool {
        let Some(name) = pattern.names.get(place) else { return rest.is_empty() };
        let literal = pattern.literals[place + 1].as_str();
        let last = place + 1 == pattern.names.len();
        let ends: Vec<usize> = if last {
            rest.strip_suffix(literal).map(str::len).into_iter().collect()
        } else {
            rest.match_indices(literal).map(|(at, _)| at).collect()
        };
        for end in ends.into_iter().filter(|&end| end > 0) {
            let Some(part) = self.part(name, &rest[..end], deep) else { continue };
            parts.push(part);
            if self.fits(pattern, place + 1, &rest[end + literal.len()..], deep, parts) {
                return true;
            }
            parts.pop();
        }
        false
    }

    fn part(&self, name: &str, text: &str, deep: usize) -> Option<Said> {
        match name.as_bytes().first() {
            Some(b'n') => (is_number(text) || is_date(text)).then(|| Said::Text(text.to_owned())),
            Some(b'w') => self.words.get(text).map(|word| Said::Word(word.clone())),
            Some(b'p') => self.known(text, deep - 1),
            Some(b'i') if text.contains(char::is_whitespace) => None,
            _ => Some(Said::Text(text.to_owned())),
        }
    }
}

/// Inside a list of a cell a semicolon is written as a comma: sentences are compared without the
/// difference.
fn even(text: &str) -> String {
    text.replace(';', ",")
}

impl Pattern {
    /// Whether all text between and after the placeholders stands in `rest`, in order: cheap to ask
    /// before sentences within sentences are tried.
    fn has_its_words(&self, rest: &str) -> bool {
        let mut rest = Some(rest);
        for literal in &self.literals[1..] {
            rest = rest.and_then(|rest| rest.find(literal.as_str()).map(|at| &rest[at + literal.len()..]));
        }
        rest.is_some()
    }

    fn new(text: &str) -> Self {
        let text = &even(text);
        let names = placeholders(text);
        let mut literals = Vec::with_capacity(names.len() + 1);
        let mut rest = text.as_str();
        for name in &names {
            let hole = format!("{{{name}}}");
            let (before, after) = rest.split_once(&hole).unwrap_or((rest, ""));
            literals.push(before.to_owned());
            rest = after;
        }
        literals.push(rest.to_owned());
        Self { literals, names }
    }

    fn letters(&self) -> usize {
        self.literals.iter().map(String::len).sum()
    }
}

/// Names of the placeholders of a text, in their order.
pub(super) fn placeholders(text: &str) -> Vec<String> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name.to_owned())).collect()
}

/// Fills the placeholders of a text.
pub(super) fn fill(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut parts = text.split('{');
    filled.push_str(parts.next().unwrap_or(""));
    for part in parts {
        match part.split_once('}') {
            Some((name, after)) => {
                filled.push_str(&value(name));
                filled.push_str(after);
            }
            None => filled.push_str(part),
        }
    }
    filled
}

/// A number with a sign, a point, or a mark of more.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-', '>', '<']);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.matches('.').count() <= 1
}

/// A day, `2025-03-01`.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(place, byte)| if place == 4 || place == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> Phrasebook {
        let phrases = [
            ("any", "{w_family}: {p_words} ({p_odds})"),
            ("floor", "the floor is {n_share} %"),
            ("odds", "{n_times} times more usual"),
            ("named", "{t_id} is missing at {t_node}"),
        ];
        let own = |(key, text): (&str, &str)| (key.to_owned(), text.to_owned());
        Phrasebook::new(&phrases.map(own).into(), &[own(("flatness", "evenness"))].into())
    }

    #[test]
    fn sentences_within_sentences_are_recognised() {
        let Said::Phrase(number, parts) = book().parse("flatness: the floor is 80 % (3.4 times more usual)") else {
            panic!("not recognised")
        };
        assert_eq!(book().key(number), "any");
        assert_eq!(parts[0], Said::Word("flatness".into()));
        assert!(matches!(&parts[1], Said::Phrase(_, inner) if inner[0] == Said::Text("80".into())));
    }

    #[test]
    fn a_number_is_no_word_and_a_part_is_never_empty() {
        assert_eq!(book().parse("the floor is high %"), Said::Text("the floor is high %".into()));
        assert_eq!(book().parse(" is missing at T1"), Said::Text(" is missing at T1".into()));
    }

    #[test]
    fn a_text_with_the_words_between_is_split_where_the_rest_fits() {
        let Said::Phrase(_, parts) = book().parse("A is missing at B is missing at T1") else {
            panic!("not recognised")
        };
        assert_eq!(parts.len(), 2);
    }
}
