//! Lists of words that headings and cells are compared with.
//!
//! An entry is the beginning of a word, so that cases and numbers of a word are one; after `=` it
//! is a whole word, after `*` a part of a compound, and with spaces in it a phrase. Entries of up
//! to three letters are whole words in any case.

use super::columns::plain;

/// A list that is ready to be compared with.
#[derive(Debug)]
pub(crate) struct WordList {
    begins: Vec<String>,
    whole: Vec<String>,
    anywhere: Vec<String>,
    phrases: Vec<String>,
}

impl WordList {
    pub(crate) fn new(entries: &[&str]) -> Self {
        let mut list = Self { begins: Vec::new(), whole: Vec::new(), anywhere: Vec::new(), phrases: Vec::new() };
        for entry in entries {
            match (entry.strip_prefix('='), entry.strip_prefix('*')) {
                (Some(word), _) => list.whole.push(plain(word)),
                (_, Some(word)) => list.anywhere.push(plain(word)),
                _ if entry.contains(' ') => list.phrases.push(format!(" {}", words_of(entry).join(" "))),
                _ if entry.chars().count() <= 3 => list.whole.push(plain(entry)),
                _ => list.begins.push(plain(entry)),
            }
        }
        list
    }

    /// Whether some word, as [`words_of`] writes them, is in the list.
    pub(crate) fn has(&self, words: &[String]) -> bool {
        let is_in = |word: &String| {
            self.whole.contains(word)
                || self.begins.iter().any(|begin| word.starts_with(begin.as_str()))
                || self.anywhere.iter().any(|part| word.contains(part.as_str()))
        };
        if words.iter().any(is_in) {
            return true;
        }
        let text = format!(" {}", words.join(" "));
        self.phrases.iter().any(|phrase| text.contains(phrase.as_str()))
    }

    /// Whether a text holds some word of the list.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.has(&words_of(text))
    }
}

/// The words of a text, as [`plain`] writes them; capitals begin words where small letters stand
/// before them.
pub(crate) fn words_of(text: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(text.len() + 4);
    let mut before = ' ';
    for letter in text.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            spaced.push(' ');
        }
        spaced.push(letter);
        before = letter;
    }
    // `kWh` and the like are one word.
    let mut words: Vec<String> = Vec::new();
    for written in [text, spaced.as_str()] {
        for word in written.split(|c: char| !c.is_alphanumeric() && c != '+').map(plain) {
            if !word.is_empty() && !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_whole_words_parts_of_compounds_and_phrases_are_found() {
        let list = WordList::new(&["consum", "=rate", "*einspeis", "to grid", "pv"]);
        for text in ["Consumo (kWh)", "Rate", "Netzeinspeisung", "Sent to grid", "PV", "EnergyConsumed"] {
            assert!(list.is_in(text), "{text}");
        }
        for text in ["Rated", "PVC", "to the grid", ""] {
            assert!(!list.is_in(text), "{text}");
        }
    }
}
