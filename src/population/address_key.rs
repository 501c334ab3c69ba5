//! An address as written, taken apart: what names the building, and what names the flat inside it.
//!
//! Case, spacing, punctuation, order of the words `street` and `house`, leading zeros, the postal
//! code, city and country make no difference; letters of the wrong script and the language of the
//! words neither (`ул. Абая, д. 12, кв. 5` and `Abay street 12, apt 5` are one building). The kind
//! of way (lane, avenue, quarter), a building's letter and its corpus do. What a number behind a
//! slash or a dash is (flat, or corner of two streets) cannot be told from one address: see
//! `buildings`.

use super::address_words::{NUMBER_FIRST, WordKind, kind_of, mostly_cyrillic, one_script, sound};

/// Digits of a postal code at the start of an address.
const POSTAL_DIGITS: usize = 6;

/// An address taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct AddressKey {
    /// Ways, names and numbers of the building in a fixed form; of `12/5` only the 12.
    pub(super) building: String,
    /// Number behind a slash or a dash at the end of the house number.
    pub(super) after_slash: Option<String>,
    /// Whether a flat is named by a word.
    pub(super) has_flat: bool,
    /// Byte of the address as written at which the flat begins, and at which the number behind the
    /// slash does.
    pub(super) flat_at: Option<usize>,
    pub(super) slash_at: Option<usize>,
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Number(String),
    /// Slash or dash.
    Slash,
    Comma,
}

/// Tokens with the byte at which each begins. Dots, number signs and quotes separate and say
/// nothing.
fn tokens(address: &str) -> Vec<(usize, Token)> {
    let mut found: Vec<(usize, Token)> = Vec::new();
    let mut chars = address.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let is_number = c.is_ascii_digit();
        if is_number || c.is_alphabetic() {
            let mut text: String = c.to_lowercase().collect();
            while let Some(&(next_at, next)) = chars.peek() {
                // A dash between letters belongs to the word: `пр-т`.
                let inner_dash = next == '-' && !is_number && address[next_at + 1..].starts_with(char::is_alphabetic);
                if !(inner_dash || if is_number { next.is_ascii_digit() } else { next.is_alphabetic() }) {
                    break;
                }
                text.extend(next.to_lowercase());
                chars.next();
            }
            found.push((at, if is_number { Token::Number(text) } else { Token::Word(text) }));
        } else if matches!(c, '/' | '\\' | '-' | '–' | '—') {
            found.push((at, Token::Slash));
        } else if matches!(c, ',' | ';') {
            found.push((at, Token::Comma));
        }
    }
    found
}

fn without_zeros(digits: &str) -> String {
    let text = digits.trim_start_matches('0');
    if text.is_empty() { "0".to_owned() } else { text.to_owned() }
}

/// The parts of a building's name on their way.
#[derive(Default)]
struct Parts {
    ways: Vec<&'static str>,
    names: Vec<String>,
    numbers: Vec<String>,
}

impl AddressKey {
    /// Takes an address apart; `city` are the names of the city that the customer file gives beside
    /// it, none where it gives none.
    pub(super) fn of(address: &str, city: &[String]) -> Self {
        let tokens = tokens(address);
        let cyrillic = mostly_cyrillic(address);
        let (mut key, mut parts) = (Self::default(), Parts::default());
        for range in comma_parts(&tokens) {
            let part = &tokens[range];
            if !is_outside(part, cyrillic, city, parts.names.is_empty() && parts.numbers.is_empty()) {
                key.take_part(part, cyrillic, &mut parts);
            }
        }
        parts.ways.sort_unstable();
        key.building = format!("{}|{}|{}", parts.ways.join(" "), parts.names.join(" "), parts.numbers.join(" "));
        key
    }

    fn take_part(&mut self, part: &[(usize, Token)], cyrillic: bool, parts: &mut Parts) {
        let mut index = 0;
        while let Some((at, token)) = part.get(index) {
            let next_number = part
                .get(index + 1)
                .and_then(|(_, token)| if let Token::Number(number) = token { Some(number) } else { None });
            index += 1;
            match token {
                Token::Word(word) => {
                    let word = one_script(word, cyrillic);
                    let behind_number = index > 1 && matches!(part[index - 2].1, Token::Number(_));
                    match (kind_of(&word), next_number) {
                        // A single letter behind a number is the letter of the house, whatever else
                        // it may stand for.
                        (_, None) if word.chars().count() == 1 && behind_number => {
                            if let Some(number) = parts.numbers.last_mut() {
                                number.push_str(&sound(&word));
                            }
                        }
                        (Some(WordKind::Flat), Some(_)) => {
                            (self.has_flat, self.flat_at) = (true, self.flat_at.or(Some(*at)));
                            index += 1 + usize::from(is_letter(part.get(index + 1)));
                        }
                        (Some(WordKind::Flat), None) => self.take_number_before(&part[..index - 1], &word, parts),
                        (Some(WordKind::Corpus), Some(number)) => {
                            parts.numbers.push(format!("k{}", without_zeros(number)));
                            index += 1;
                        }
                        (Some(WordKind::House | WordKind::Street | WordKind::City | WordKind::Region), _) => {}
                        (Some(WordKind::Way(way)), _) => parts.ways.push(way),
                        _ => parts.names.push(sound(&word)),
                    }
                }
                Token::Number(number) => parts.numbers.push(without_zeros(number)),
                Token::Slash => {
                    let after_number = index > 1 && matches!(part[index - 2].1, Token::Number(_));
                    if let (true, Some(number)) = (after_number, next_number) {
                        (self.after_slash, self.slash_at) = (Some(without_zeros(number)), Some(*at));
                        index += 1;
                    }
                }
                Token::Comma => {}
            }
        }
    }

    /// In Kazakh the number of the flat stands before the word: `5-пәтер`.
    fn take_number_before(&mut self, before: &[(usize, Token)], word: &str, parts: &mut Parts) {
        let number = before.iter().rev().find(|(_, token)| *token != Token::Slash);
        if let Some((at, Token::Number(_))) = number.filter(|_| NUMBER_FIRST.contains(&word)) {
            parts.numbers.pop();
            (self.has_flat, self.flat_at) = (true, self.flat_at.or(Some(*at)));
        }
    }
}

/// Whether a part between commas lies outside the street: postal code, city, region, country.
fn is_outside(part: &[(usize, Token)], cyrillic: bool, city: &[String], first: bool) -> bool {
    if let [(_, Token::Number(digits))] = part {
        return first && digits.len() == POSTAL_DIGITS;
    }
    let words: Vec<String> = part
        .iter()
        .filter_map(|(_, token)| if let Token::Word(word) = token { Some(one_script(word, cyrillic)) } else { None })
        .collect();
    let has_number = part.iter().any(|(_, token)| matches!(token, Token::Number(_)));
    let is = |kind: WordKind| words.iter().any(|word| kind_of(word) == Some(kind));
    if has_number {
        return false;
    }
    let names: Vec<String> = words.iter().filter(|word| kind_of(word).is_none()).map(|word| sound(word)).collect();
    is(WordKind::Region) || is(WordKind::City) || (!names.is_empty() && names == city)
}

fn is_letter(token: Option<&(usize, Token)>) -> bool {
    matches!(token, Some((_, Token::Word(word))) if word.chars().count() == 1)
}

/// Ranges of tokens between commas.
fn comma_parts(tokens: &[(usize, Token)]) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    for (index, (_, token)) in tokens.iter().enumerate() {
        if *token == Token::Comma {
            ranges.push(from..index);
            from = index + 1;
        }
    }
    ranges.push(from..tokens.len());
    ranges.retain(|range| !range.is_empty());
    ranges
}

/// Sounds of the names in a city as written.
pub(super) fn city_names(text: &str) -> Vec<String> {
    let cyrillic = mostly_cyrillic(text);
    let words = tokens(text)
        .into_iter()
        .filter_map(|(_, token)| if let Token::Word(word) = token { Some(one_script(&word, cyrillic)) } else { None });
    words.filter(|word| kind_of(word).is_none()).map(|word| sound(&word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(address: &str) -> AddressKey {
        AddressKey::of(address, &city_names("г. Алматы"))
    }

    #[test]
    fn one_building_has_one_key_in_every_spelling() {
        let wanted = key("ул. Абая, д. 12, кв. 5").building;
        for spelling in [
            "УЛИЦА АБАЯ,12,КВ.7",
            "Абая ул., дом 12",
            "ул.Aбaя д.012 кв.5а",
            "Абай көшесі, 12-үй, 5-пәтер",
            "Абай көшесі 12, пәтер 5",
            "Abay street 12, apt 5",
            "12 Abay str., flat 3",
            "050000, г. Алматы, ул. Абая, д.12, оф. 1",
            "Казахстан, Алматинская обл., Алматы, Абая 12",
        ] {
            assert_eq!(key(spelling).building, wanted, "{spelling}");
        }
    }

    #[test]
    fn corpus_letter_and_kind_of_way_tell_buildings_apart() {
        assert_eq!(key("Абая 12 корпус 2").building, key("ул. Абая, д. 12к2, кв. 8").building);
        assert_eq!(key("Абая 12а").building, key("ул. Абая, 12 А").building);
        let all =
            ["Абая 12", "Абая 12 корпус 2", "Абая 12а", "Абая 122", "пр. Абая 12", "пер. Абая 12", "Абылай хана 12"]
                .map(|text| key(text).building);
        let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{all:?}");
    }

    #[test]
    fn streets_that_are_numbers_keep_their_number() {
        assert_ne!(key("Street 0, 1").building, key("Street 1, 0").building);
        assert_ne!(key("Street 25, 2").building, key("Street 2, 52").building);
        assert_eq!(key("ул. 28 Панфиловцев, 5").building, key("28 Panfilovtsev street, 5").building);
    }

    #[test]
    fn a_number_behind_a_slash_is_kept_apart() {
        assert_eq!(key("Abay 12/5").after_slash.as_deref(), Some("5"));
        assert_eq!(key("Abay 12/5").building, key("Abay 12").building);
        assert_eq!(key("мкр. 5, 12-7").after_slash.as_deref(), Some("7"));
    }
}
