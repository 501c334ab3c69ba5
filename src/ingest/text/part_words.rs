//! What part of a reading a heading or a word names: one tariff, one phase, or the sum of them.

use std::sync::LazyLock;

use super::columns::plain;
use super::word_list::{WordList, words_of};

/// A part of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PartWord {
    /// The sum of parts.
    Total,
    /// What was counted in the hours of one tariff.
    Tariff,
    /// One phase of the connection.
    Phase,
}

/// Words for what is made of other columns.
#[rustfmt::skip]
static TOTALS: LazyLock<WordList> = LazyLock::new(|| {
    WordList::new(&[
        "=итого", "=всего", "=сумма", "=сумм", "=среднее", "=баланс", "=небаланс", "=общая", "=общее", "=total", "=sum",
        "=average", "=mean", "=totals", "=gesamt", "=summe", "=totaal", "=totale", "=totalt", "=totaux", "=somme",
        "=yhteensä", "=suma", "=razem", "=celkem", "=összesen", "=toplam", "=всього", "=разом", "=барлығы", "=жиыны",
        "=всі", "=hepsi", "=kokku", "=kopā",
    ])
});

/// Words for the hours of a tariff.
#[rustfmt::skip]
static TARIFFS: LazyLock<WordList> = LazyLock::new(|| {
    WordList::new(&[
        "тариф", "tariff", "tarif", "tarief", "tariffa", "*hochtarif", "*niedertarif", "*einheitstarif", "=hp",
        "=hc", "=ht",
        "=nt", "pleine", "creuse", "=punta", "=llano", "=valle", "fascia", "=f1", "=f2", "=f3", "=laag", "=hoog",
        "=dal",
        "=piek", "=dag", "=nacht", "=tag", "=natt", "=nat", "=jour", "=nuit", "=day", "=night", "peak", "offpeak",
        "=shoulder",
        "onpeak", "midpeak", "low rate", "high rate", "economy", "день", "дневн", "ночь", "ночн", "=пик", "пиков",
        "полупик", "күндіз",
        "түнгі", "шыңдық", "dzienn", "nocn", "=dzień", "=noc", "szczyt", "pozaszczyt", "=vt", "gündüz", "puant",
        "=gece",
        "päivä", "=yö", "día", "=noche", "giorno", "=notte", "=dia", "=noite", "ponta", "controlled load",
    ])
});

/// Words before the number or letter of a phase.
#[rustfmt::skip]
static PHASES: LazyLock<WordList> = LazyLock::new(|| WordList::new(&[
    "phase", "=fase", "=fas", "фаза", "фазы", "=faza", "fáza", "fázis",
]));

/// The part that a heading names; `None` where it names all of a reading, or something else.
pub(crate) fn part_word(text: &str) -> Option<PartWord> {
    if let Some(tariff) = obis_tariff(text) {
        return Some(if tariff == 0 { PartWord::Total } else { PartWord::Tariff });
    }
    let words = words_of(text);
    if TOTALS.has(&words) {
        return Some(PartWord::Total);
    }
    if is_phase(&words) {
        return Some(PartWord::Phase);
    }
    let is_numbered = words.iter().any(|word| is_tariff_number(word));
    (is_numbered || TARIFFS.has(&words)).then_some(PartWord::Tariff)
}

/// The tariff in a code of OBIS such as `1-0:1.8.2*255`, 0 for all of them.
pub(crate) fn obis_tariff(text: &str) -> Option<u8> {
    let code = text.trim().rsplit(':').next()?.split('*').next()?;
    let parts: Option<Vec<u8>> = code.split('.').map(|part| part.parse().ok()).collect();
    match parts?[..] {
        [1..=10, 8 | 9 | 29, tariff @ 0..=63] => Some(tariff),
        _ => None,
    }
}

/// The number of a tariff that a word is, which means the same in every file: `T2`, `Тариф 2`,
/// `1.8.2`.
pub(crate) fn tariff_number(text: &str) -> Option<u8> {
    if let Some(tariff) = obis_tariff(text) {
        return (1..=8).contains(&tariff).then_some(tariff);
    }
    let words = words_of(text);
    let digit = |word: &str| word.parse::<u8>().ok().filter(|number| (1..=8).contains(number));
    let alone = words.iter().find(|word| is_tariff_number(word)).and_then(|word| digit(&word[word.len() - 1..]));
    alone.or_else(|| {
        let place = words.iter().position(|word| TARIFFS.has(std::slice::from_ref(word)))?;
        digit(words.get(place + 1)?)
    })
}

/// Whether a heading begins with the number of a tariff: `T1`, `Тариф 2`, `rate1`.
pub(crate) fn is_numbered_tariff(name: &str) -> bool {
    let words: Vec<String> = name.split(|c: char| !c.is_alphanumeric()).map(plain).collect();
    let is_apart = words[0] == plain("тариф") && words.get(1).is_some_and(|next| next.parse::<u8>().is_ok());
    is_apart || is_tariff_number(&words[0])
}

/// `t1` to `t8`, in Latin or Cyrillic; `rate1`, `тариф1`.
fn is_tariff_number(word: &str) -> bool {
    ["t", "rate", "тариф"]
        .iter()
        .any(|letters| matches!(word.strip_prefix(&plain(letters)).map(str::as_bytes), Some([b'1'..=b'8'])))
}

/// `L1`, `phase 2`, `фаза A`.
fn is_phase(words: &[String]) -> bool {
    let letters = ["a", "b", "c", "r", "s", "t", "1", "2", "3", "l1", "l2", "l3"];
    let is_letter = |word: &str| letters.iter().any(|letter| plain(letter) == word);
    let named = words.iter().enumerate().any(|(place, word)| {
        let rest = |word: &String| {
            let letter = word.chars().last().map(String::from).unwrap_or_default();
            word.chars().count() > 3 && is_letter(&letter) && letter.bytes().all(|byte| byte.is_ascii_digit())
        };
        PHASES.has(std::slice::from_ref(word))
            && (words.get(place + 1).is_some_and(|next| is_letter(next)) || rest(word))
    });
    named || words.iter().any(|word| matches!(word.as_str(), "l1" | "l2" | "l3" | "ph1" | "ph2" | "ph3"))
}

/// Whether the numbers are sums or means of other columns.
pub(crate) fn is_total(name: &str) -> bool {
    TOTALS.is_in(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tariffs_phases_and_totals_are_known_in_many_tongues() {
        for name in [
            "T1, кВт*ч",
            "Тариф2",
            "Verbrauch laag tarief",
            "HP",
            "Heures creuses (kWh)",
            "Consumo valle",
            "Offtake Day",
        ] {
            assert_eq!(part_word(name), Some(PartWord::Tariff), "{name}");
        }
        for name in ["kWh L1", "Фаза A", "Phase 3 kWh", "fase 2"] {
            assert_eq!(part_word(name), Some(PartWord::Phase), "{name}");
        }
        for name in ["Сумма, кВт*ч", "Всего по фидеру", "Total kWh", "Verbrauch gesamt"] {
            assert_eq!(part_word(name), Some(PartWord::Total), "{name}");
        }
        assert_eq!(part_word("1-0:1.8.0*255"), Some(PartWord::Total));
        assert_eq!(part_word("1-0:1.8.2*255"), Some(PartWord::Tariff));
        for (name, number) in [("T2", 2), ("Тариф 3", 3), ("1.8.1", 1), ("tarief 2", 2)] {
            assert_eq!(tariff_number(name), Some(number), "{name}");
        }
        assert!(["1.8.0", "Day", "T9", "kWh"].iter().all(|name| tariff_number(name).is_none()));
        for name in ["T10", "Сумматор 12А", "kWh", "Verbrauch", "Dagmar 5", "Phaseout"] {
            assert_eq!(part_word(name), None, "{name}");
        }
    }
}
