//! What the words of a heading say of the numbers below it.

use std::sync::LazyLock;

use crate::ingest::mapping::keys::ValueUnit;
use crate::ingest::text::channel_words::{ChannelWord, channel_word};
use crate::ingest::text::columns::plain;
use crate::ingest::text::word_list::WordList;

/// Words for figures that are no readings: plans, limits, losses.
#[rustfmt::skip]
static NO_READINGS: LazyLock<WordList> = LazyLock::new(|| {
    WordList::new(&[
        "план", "прогноз", "лимит", "норматив", "потер", "plan", "planned", "planificad", "forecast", "prognos",
        "prévision",
        "previsi", "prognoz", "limit", "loss", "losses", "verlust", "perte", "pérdida", "perdite", "verlies",
        "straty", "шығын", "жоспар", "budget", "baseline",
    ])
});

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
        "wh" | "btч" | "btчac" | "btгoд" | "watthour" | "watthours" => Some(ValueUnit::Wh),
        "kwh" | "kbtч" | "kbtчac" | "kbtcaғ" | "kbtгoд" | "kilowatthour" | "kilowatthours" | "kwhr" => {
            Some(ValueUnit::Kwh)
        }
        "mwh" | "mbtгoд" | "mbtч" | "mbtчac" | "mbtcaғ" => Some(ValueUnit::Mwh),
        "w" | "bt" => Some(ValueUnit::W),
        "kw" | "kbt" => Some(ValueUnit::Kw),
        "mw" | "mbt" => Some(ValueUnit::Mw),
        _ => None,
    }
}

/// Whether the numbers are neither readings of active energy taken nor parts of them.
pub(crate) fn is_no_reading(name: &str) -> bool {
    NO_READINGS.is_in(name) || matches!(channel_word(name), Some(ChannelWord::Export | ChannelWord::Passed))
}

/// Whether the numbers are active energy given back, or its power.
pub(crate) fn is_export(name: &str) -> bool {
    channel_word(name) == Some(ChannelWord::Export)
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
    }
}
