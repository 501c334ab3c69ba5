//! What the words for a channel mean, in the cells of a column or in a heading: energy taken,
//! energy given back, or nothing that counts as active energy.

use super::columns::plain;

/// What a channel counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChannelWord {
    /// Active energy taken.
    Import,
    /// Active energy given back.
    Export,
    /// Reactive energy, voltage, current and the like, which nothing here is made of.
    Passed,
}

/// Beginnings of words that tell what is counted, as [`plain`] writes them; the first that is found
/// decides.
const BEGINNINGS: [(ChannelWord, &[&str]); 3] = [
    (
        ChannelWord::Passed,
        &[
            "реактив",
            "reactiv",
            "квар",
            "kvar",
            "varh",
            "напряж",
            "voltage",
            "current",
            "сила",
            "частот",
            "frequency",
            "cos",
        ],
    ),
    (
        ChannelWord::Export,
        &[
            "einspeis",
            "rücklief",
            "inject",
            "returned",
            "teruglever",
            "retour",
            "produced",
            "production",
            "produktion",
            "feedin",
            "surplus",
            "отдач",
            "экспорт",
            "export",
            "генерац",
            "generation",
            "выдач",
            "обратн",
            "reverse",
            "out",
        ],
    ),
    (
        ChannelWord::Import,
        &["прием", "импорт", "import", "потреб", "расход", "прям", "forward", "consum", "активн", "active", "in"],
    ),
];

/// The meaning of a word or a heading; `None` where it is not known.
pub(crate) fn channel_word(text: &str) -> Option<ChannelWord> {
    let text = text.trim();
    let tokens = text.split([' ', ',', ';', '(', '_', '/']);
    // A sign may follow a word, as in `Энергия A+`; a bare number only counts alone.
    let is_first = |(place, token): &(usize, &str)| *place == 0 || token.ends_with(['+', '-', '–']);
    tokens.enumerate().filter(is_first).find_map(|(_, token)| code(token)).or_else(|| {
        let words: Vec<String> =
            text.split(|c: char| !c.is_alphanumeric()).map(plain).filter(|word| !word.is_empty()).collect();
        let begins = |beginnings: &&[&str]| {
            beginnings.iter().any(|&beginning| words.iter().any(|word| is_word(word, beginning)))
        };
        BEGINNINGS.iter().find(|(_, beginnings)| begins(beginnings)).map(|(meaning, _)| *meaning)
    })
}

/// Short beginnings are whole words.
fn is_word(word: &str, beginning: &str) -> bool {
    let beginning = plain(beginning);
    if beginning.chars().count() <= 3 { *word == beginning } else { word.starts_with(&beginning) }
}

/// Signs and numbers of channels: `A+`, `R-`, the two digits of XML 80020, OBIS codes, NEM
/// suffixes.
fn code(token: &str) -> Option<ChannelWord> {
    let obis = token.rsplit(':').next().unwrap_or(token);
    let parts: Vec<&str> = obis.split('.').collect();
    if parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*'))
    {
        return match parts[0] {
            "1" => Some(ChannelWord::Import),
            "2" => Some(ChannelWord::Export),
            "3" | "4" | "5" | "6" | "7" | "8" => Some(ChannelWord::Passed),
            _ => None,
        };
    }
    let letters = plain(token);
    let (letters, is_out) = match (
        letters.strip_suffix('+').or(letters.strip_prefix('+')),
        token.ends_with(['-', '–', '−']) || token.starts_with(['-', '–', '−']),
    ) {
        (Some(letters), _) => (letters, Some(false)),
        (None, true) => (letters.as_str(), Some(true)),
        (None, false) => (letters.as_str(), None),
    };
    match (letters, is_out) {
        ("a" | "p" | "e" | "wp", Some(false)) | ("01" | "1" | "e1" | "e2", None) => Some(ChannelWord::Import),
        ("a" | "p" | "e" | "wp", Some(true)) | ("02" | "b1" | "b2", None) => Some(ChannelWord::Export),
        ("r" | "q" | "wq", Some(_))
        | (
            "03" | "04" | "r" | "rp" | "q" | "q1" | "q2" | "q3" | "q4" | "k1" | "k2" | "u" | "ua" | "ub" | "uc" | "i"
            | "ia" | "ib" | "ic" | "hz",
            None,
        ) => Some(ChannelWord::Passed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(words: &[&str]) -> Vec<Option<ChannelWord>> {
        words.iter().map(|word| channel_word(word)).collect()
    }

    #[test]
    fn words_for_energy_taken_given_back_and_reactive_are_known_in_many_tongues() {
        let import = [
            "A+",
            "А+, кВт*ч",
            "+A",
            "01",
            "1-0:1.8.0",
            "1.29.0*255",
            "Активный прием",
            "Потребление",
            "import",
            "E1",
            "in",
            "forward active",
        ];
        assert!(all(&import).iter().all(|word| *word == Some(ChannelWord::Import)), "{:?}", all(&import));
        let export =
            ["A-", "А–, кВт*ч", "-A", "02", "1-0:2.8.0", "Активная отдача", "export", "B1", "out", "Генерация"];
        assert!(all(&export).iter().all(|word| *word == Some(ChannelWord::Export)), "{:?}", all(&export));
        let passed =
            ["R+", "R-", "03", "04", "3.8.0", "Реактивная энергия, прием", "Ua", "Напряжение, В", "voltage", "Q1"];
        assert!(all(&passed).iter().all(|word| *word == Some(ChannelWord::Passed)), "{:?}", all(&passed));
    }

    #[test]
    fn what_is_no_word_for_a_channel_is_not_guessed() {
        assert_eq!(all(&["T1", "кВт*ч", "Значение", "kwh", "15.8.0", "Источник", "2", ""]), [None; 8]);
    }
}
