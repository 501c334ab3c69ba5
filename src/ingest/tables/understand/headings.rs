//! What the words of a heading say of the numbers below it.

use crate::ingest::mapping::keys::ValueUnit;
use crate::ingest::text::channel_words::{ChannelWord, channel_word};
use crate::ingest::text::columns::plain;

/// Beginnings of words for figures that are no readings: plans, limits, losses.
const NO_READINGS: [&str; 9] = ["план", "прогноз", "лимит", "норматив", "потер", "plan", "forecast", "limit", "loss"];

/// Words for what is made of other columns.
const TOTALS: [&str; 11] =
    ["итого", "всего", "сумма", "сумм", "среднее", "баланс", "небаланс", "total", "sum", "average", "mean"];

/// The unit that a heading holds, in words of its own; `кВт ч` and `тыс. кВт*ч` are two.
pub(crate) fn unit_in(name: &str) -> Option<ValueUnit> {
    let words: Vec<String> = name
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '/' | ',' | ';' | '_' | ':'))
        .map(plain)
        .filter(|word| !word.is_empty())
        .collect();
    let (place, unit) = words.iter().enumerate().find_map(|(place, word)| Some((place, unit_of(word)?)))?;
    let is_hour = words.get(place + 1).is_some_and(|next| {
        ["ч", "час", "часов", "часы", "сағ", "сағат", "h", "hour"].iter().any(|hour| plain(hour) == *next)
    });
    let is_thousand = place > 0 && ["тыс", "тысяч"].iter().any(|word| plain(word) == words[place - 1]);
    let unit = match unit {
        ValueUnit::W if is_hour => ValueUnit::Wh,
        ValueUnit::Kw if is_hour => ValueUnit::Kwh,
        ValueUnit::Mw if is_hour => ValueUnit::Mwh,
        unit => unit,
    };
    match unit {
        ValueUnit::Wh if is_thousand => Some(ValueUnit::Kwh),
        ValueUnit::Kwh if is_thousand => Some(ValueUnit::Mwh),
        ValueUnit::W if is_thousand => Some(ValueUnit::Kw),
        ValueUnit::Kw if is_thousand => Some(ValueUnit::Mw),
        unit => Some(unit),
    }
}

fn unit_of(word: &str) -> Option<ValueUnit> {
    match word {
        "wh" | "btч" | "btчac" => Some(ValueUnit::Wh),
        "kwh" | "kbtч" | "kbtчac" | "kbtcaғ" => Some(ValueUnit::Kwh),
        "mwh" | "mbtч" | "mbtчac" | "mbtcaғ" => Some(ValueUnit::Mwh),
        "w" | "bt" => Some(ValueUnit::W),
        "kw" | "kbt" => Some(ValueUnit::Kw),
        "mw" | "mbt" => Some(ValueUnit::Mw),
        _ => None,
    }
}

fn has_word(name: &str, beginnings: &[&str], whole: bool) -> bool {
    let words = name.split(|c: char| !c.is_alphanumeric()).map(plain);
    words.filter(|word| !word.is_empty()).any(|word| {
        beginnings
            .iter()
            .map(|beginning| plain(beginning))
            .any(|beginning| if whole { word == beginning } else { word.starts_with(&beginning) })
    })
}

/// Whether the numbers are sums or means of other columns.
pub(crate) fn is_total(name: &str) -> bool {
    has_word(name, &TOTALS, true)
}

/// Whether the numbers are neither readings of active energy taken nor parts of them.
pub(crate) fn is_no_reading(name: &str) -> bool {
    has_word(name, &NO_READINGS, false) || matches!(channel_word(name), Some(ChannelWord::Export | ChannelWord::Passed))
}

/// Whether the numbers are active energy given back.
pub(crate) fn is_export(name: &str) -> bool {
    channel_word(name) == Some(ChannelWord::Export)
        && unit_in(name).is_none_or(|unit| matches!(unit, ValueUnit::Wh | ValueUnit::Kwh | ValueUnit::Mwh))
}

/// Whether the numbers are the part of one tariff: T1 to T4.
pub(crate) fn is_tariff(name: &str) -> bool {
    let word = plain(name.split([',', ' ', '(', '_']).next().unwrap_or(name));
    (1..=4).any(|tariff| {
        word == format!("t{tariff}") || word == plain(&format!("тариф{tariff}")) || word == format!("rate{tariff}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_in_one_word_or_two_and_in_thousands() {
        let units: Vec<Option<ValueUnit>> = [
            "Активная энергия, кВт час",
            "кВт*ч",
            "кВт ч",
            "тыс. кВт*ч",
            "Мощность, кВт",
            "kWh",
            "кВт·сағ",
            "A+",
            "МВт·ч",
        ]
        .iter()
        .map(|name| unit_in(name))
        .collect();
        let expected = [
            ValueUnit::Kwh,
            ValueUnit::Kwh,
            ValueUnit::Kwh,
            ValueUnit::Mwh,
            ValueUnit::Kw,
            ValueUnit::Kwh,
            ValueUnit::Kwh,
        ];
        assert_eq!(units[..7], expected.map(Some));
        assert_eq!(units[7..], [None, Some(ValueUnit::Mwh)]);
    }

    #[test]
    fn plans_losses_and_energy_given_back_are_no_readings() {
        assert!(
            ["План, кВт*ч", "Потери", "A-, кВт*ч", "Активная отдача", "R+, квар*ч"]
                .iter()
                .all(|name| is_no_reading(name))
        );
        assert!(
            !["Факт", "A+, кВт*ч", "Активная прием", "Расход, кВт*ч", "kwh"].iter().any(|name| is_no_reading(name))
        );
        assert!(is_total("Сумма, кВт*ч") && is_total("Всего по фидеру") && !is_total("Сумматор 12А"));
        assert!(is_tariff("T1, кВт*ч") && is_tariff("Тариф2") && !is_tariff("T10"));
    }
}
