//! The languages of the page, the workbook and `explain`: one file a language,
//! `src/report/languages/<code>.toml`.
//!
//! English is the language of the CSV files. `[page]`, `[workbook]`, `[explain]`, `[titles]`,
//! `[meanings]` and `[words]` hold what is no fact; facts have their words in `words`. Tests hold
//! all files to the same keys and placeholders.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::placeholders;

/// A language that people read results in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Russian.
    Russian,
    /// Kazakh.
    Kazakh,
}

/// Every language with its code and its file.
pub const LANGUAGES: &[(Language, &str, &str)] = &[
    (Language::English, "en", include_str!("languages/en.toml")),
    (Language::Russian, "ru", include_str!("languages/ru.toml")),
    (Language::Kazakh, "kk", include_str!("languages/kk.toml")),
];

/// The texts of one language; keys are the same in all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    /// The language's own name.
    pub(super) name: String,
    /// Decimal sign.
    pub(super) decimal: String,
    /// Sign between thousands.
    pub(super) thousands: String,
    /// How a date is written, of `{y}`, `{m}` and `{d}`.
    pub(super) date: String,
    /// How a month is written, of `{y}` and `{m}`.
    pub(super) month: String,
    /// Texts of the page.
    pub(super) page: BTreeMap<String, String>,
    /// Texts of the workbook.
    pub(super) workbook: BTreeMap<String, String>,
    /// Texts of `explain`.
    pub(super) explain: BTreeMap<String, String>,
    /// Texts of the summary on the terminal.
    pub(super) terminal: BTreeMap<String, String>,
    /// Texts of a trial, on the terminal and on its page.
    pub(super) trial: BTreeMap<String, String>,
    /// Titles of columns, by their names.
    pub(super) titles: BTreeMap<String, String>,
    /// Meanings of columns by `file.column`, or by column where all files mean the same. English
    /// ones stand in the table of columns.
    #[serde(default)]
    pub(super) meanings: BTreeMap<String, String>,
    /// Texts of the method annex by `family_question`, `family_statistic`, `family_null` and
    /// `family_source`. English ones stand in the registry of tests.
    #[serde(default)]
    pub(super) methods: BTreeMap<String, String>,
    /// Words that stand in cells: findings, patterns, kinds of faults.
    pub(super) words: BTreeMap<String, String>,
}

static TEXTS: LazyLock<Vec<Texts>> = LazyLock::new(|| {
    LANGUAGES
        .iter()
        .map(|(_, code, file)| toml::from_str(file).unwrap_or_else(|error| panic!("{code}.toml: {error}")))
        .collect()
});
/// A text with its placeholders filled in.
pub(super) fn filled(text: &str, parts: &[(&str, String)]) -> String {
    placeholders::fill(text, |name| {
        parts.iter().find(|(part, _)| *part == name).map_or_else(String::new, |(_, value)| value.clone())
    })
}

impl Language {
    /// The language of a code such as `ru`; `None` for another code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        LANGUAGES.iter().find(|(_, known, _)| *known == code).map(|(language, _, _)| *language)
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        LANGUAGES[self as usize].1
    }

    pub(super) fn texts(self) -> &'static Texts {
        &TEXTS[self as usize]
    }

    /// The title of a column; its name where the language has none.
    pub(super) fn title(self, column: &str) -> String {
        self.texts().titles.get(column).cloned().unwrap_or_else(|| column.replace('_', " "))
    }

    /// The meaning of a column of a file; the English one where the language has none.
    pub(super) fn meaning<'a>(self, file: &str, column: &str, english: &'a str) -> &'a str {
        let meanings = &self.texts().meanings;
        let table = file.split('.').next().unwrap_or(file);
        meanings.get(&format!("{table}.{column}")).or_else(|| meanings.get(column)).map_or(english, String::as_str)
    }

    /// A word of a cell, such as `metered_hidden_load`; itself with spaces where the language has
    /// none.
    pub(super) fn word(self, word: &str) -> String {
        self.texts().words.get(word).cloned().unwrap_or_else(|| word.replace('_', " "))
    }

    /// A text of the method annex; the English one where the language has none.
    pub(super) fn method<'a>(self, family: &str, what: &str, english: &'a str) -> &'a str {
        self.texts().methods.get(&format!("{family}_{what}")).map_or(english, String::as_str)
    }

    /// Name of an entry of the ledger: a family of evidence or a step.
    pub(super) fn entry(self, name: &str) -> String {
        self.texts().words.get(&format!("llr_{name}")).cloned().unwrap_or_else(|| self.word(name))
    }

    /// A text of `explain`, or one that it shares with the page, with its placeholders filled in;
    /// numbers and dates are written as the language does.
    pub(super) fn tell(self, key: &str, parts: &[(&str, &str)]) -> String {
        let texts = self.texts();
        self.fill(texts.explain.get(key).or_else(|| texts.page.get(key)).map_or(key, String::as_str), parts)
    }

    /// A text of the summary on the terminal, in the same way.
    pub(super) fn say(self, key: &str, parts: &[(&str, &str)]) -> String {
        self.fill(self.texts().terminal.get(key).map_or(key, String::as_str), parts)
    }

    /// A text of a trial, in the same way.
    pub(super) fn try_out(self, key: &str, parts: &[(&str, &str)]) -> String {
        self.fill(self.texts().trial.get(key).map_or(key, String::as_str), parts)
    }

    fn fill(self, text: &str, parts: &[(&str, &str)]) -> String {
        placeholders::fill(text, |name| {
            parts.iter().find(|(part, _)| *part == name).map_or_else(String::new, |(_, value)| self.number(value))
        })
    }

    /// A text from outside with the days in it as this language writes them; English texts stay as
    /// they are, as in the csv files.
    pub(super) fn quoted(self, text: &str) -> String {
        if self == Self::English || !text.contains('-') {
            return text.to_owned();
        }
        let spoken = |word: &str| {
            let (day, rest) = word.split_at_checked(10).unwrap_or((word, ""));
            let time = rest.strip_prefix('T').unwrap_or(rest);
            match (placeholders::is_date(day), time.is_empty()) {
                (true, true) => self.number(day),
                (true, false) if rest.len() > time.len() => {
                    format!(
                        "{} {}",
                        self.number(day),
                        time.strip_suffix(":00").filter(|t| t.len() >= 5).unwrap_or(time)
                    )
                }
                (true, false) => self.number(day) + rest,
                (false, _) => self.month(word),
            }
        };
        text.split(' ').map(spoken).collect::<Vec<_>>().join(" ")
    }

    /// A month such as `2025-03`; anything else as it is.
    fn month(self, text: &str) -> String {
        let is_month = |text: &str| text.len() == 7 && placeholders::is_date(&format!("{text}-01"));
        if !is_month(text) {
            return text.to_owned();
        }
        self.texts().month.replace("{y}", &text[..4]).replace("{m}", &text[5..])
    }

    /// A number or date as this language writes it; anything else as it is.
    pub(super) fn number(self, text: &str) -> String {
        let texts = self.texts();
        if placeholders::is_date(text) {
            return texts.date.replace("{y}", &text[..4]).replace("{m}", &text[5..7]).replace("{d}", &text[8..]);
        }
        if placeholders::is_number(text) { text.replace('.', &texts.decimal) } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::report::{TABLES, TABLES_OF_VOLTS};

    fn sections(texts: &Texts) -> [(&'static str, &BTreeMap<String, String>); 7] {
        [
            ("page", &texts.page),
            ("workbook", &texts.workbook),
            ("explain", &texts.explain),
            ("terminal", &texts.terminal),
            ("trial", &texts.trial),
            ("titles", &texts.titles),
            ("words", &texts.words),
        ]
    }

    #[test]
    fn every_language_says_everything_with_the_same_placeholders() {
        let english = Language::English.texts();
        for (language, code, _) in LANGUAGES {
            for ((section, ours), (_, english)) in sections(language.texts()).into_iter().zip(sections(english)) {
                let (keys, wanted): (BTreeSet<_>, BTreeSet<_>) = (ours.keys().collect(), english.keys().collect());
                let (missing, extra): (Vec<_>, Vec<_>) =
                    (wanted.difference(&keys).collect(), keys.difference(&wanted).collect());
                assert!(
                    missing.is_empty() && extra.is_empty(),
                    "{code}.toml [{section}] lacks {missing:?} and has {extra:?} beside"
                );
                for (key, text) in ours {
                    let names = |text: &str| placeholders::placeholders(text).into_iter().collect::<BTreeSet<_>>();
                    assert_eq!(names(text), names(&english[key]), "{code}.toml [{section}] {key}");
                    assert!(!text.trim().is_empty(), "{code}.toml [{section}] {key}");
                }
            }
        }
    }

    #[test]
    fn every_column_has_a_title_and_a_meaning_in_every_language() {
        for (language, code, _) in LANGUAGES {
            for table in TABLES.iter().chain(TABLES_OF_VOLTS) {
                for (name, english) in (table.header)() {
                    assert!(
                        language.texts().titles.contains_key(name),
                        "{code}.toml [titles] lacks {name} of {}",
                        table.file
                    );
                    let translated = !language.meaning(table.file, name, "").is_empty();
                    assert!(
                        translated || *language == Language::English,
                        "{code}.toml [meanings] lacks {name} of {}: {english}",
                        table.file
                    );
                }
            }
        }
    }

    #[test]
    fn every_score_is_explained_in_every_language() {
        for (language, code, _) in LANGUAGES.iter().filter(|(language, ..)| *language != Language::English) {
            for (name, _) in crate::report::scores::dictionary() {
                let key = format!("scores.{name}");
                assert!(language.texts().meanings.contains_key(&key), "{code}.toml [meanings] lacks {key}");
            }
        }
    }

    #[test]
    fn every_method_is_told_in_every_language() {
        use crate::evidence::TESTS;
        for (language, code, _) in LANGUAGES {
            for test in TESTS {
                for (what, english) in [
                    ("question", test.question),
                    ("statistic", test.statistic),
                    ("null", test.null),
                    ("source", test.source),
                ] {
                    let told = language.method(test.family, what, english);
                    let own = *language == Language::English || told != english;
                    assert!(own && !told.is_empty(), "{code}.toml [methods] lacks {}_{what}", test.family);
                }
            }
        }
    }

    #[test]
    fn every_word_that_names_something_is_there() {
        use crate::evidence::{LOOK_ALIKES, TESTS};
        let words = &Language::English.texts().words;
        assert!(LOOK_ALIKES.iter().all(|look_alike| words.contains_key(look_alike.name)));
        assert!(TESTS.iter().all(|test| words.contains_key(test.family)));
    }
}
