//! What the heading of a column of counters says: at the beginning, at the end, or on a day of its
//! own; over all tariffs, or one of them.
//!
//! Head-ends write the same two counters of a period in a dozen ways: `Показания на начало
//! периода`, `Начальные показания`, `Пред. показание`, `Показания на 01.03.2025`, `Ай басындағы
//! көрсеткіш`. Words are told by their beginnings, so that cases and numbers of a word are one.

use crate::ingest::text::columns::plain;

/// Which of the two counters of a period a heading names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PeriodSide {
    Begin,
    End,
}

/// A column of counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CounterHeading {
    pub(crate) side: Option<PeriodSide>,
    /// Of one tariff only.
    pub(crate) is_tariff: bool,
}

/// Beginnings of words for a counter.
const COUNTER: [&str; 6] = ["показани", "көрсеткіш", "reading", "register", "index", "counter"];

const BEGIN: [&str; 13] = [
    "начал",
    "нач",
    "предыдущ",
    "пред",
    "прошл",
    "басын",
    "бастапқы",
    "алдыңғы",
    "begin",
    "start",
    "previous",
    "opening",
    "initial",
];

pub(crate) const END: [&str; 11] =
    ["конец", "конечн", "конц", "текущ", "тек", "соңын", "соңғы", "ағымдағы", "end", "closing", "current"];

/// Words that stand for a side without a word for the counter, where the other side stands beside
/// it.
const BARE: [&str; 7] = ["начальн", "конечн", "предыдущ", "текущ", "previous", "current", "opening"];

/// Beginnings of words that make a heading something else: a day, the energy between two counters,
/// how it was read, another kind of energy.
const ELSE: [&str; 24] = [
    "дат",
    "date",
    "day",
    "время",
    "time",
    "күн",
    "уақыт",
    "разн",
    "расход",
    "потребл",
    "тұтыну",
    "difference",
    "consumption",
    "usage",
    "способ",
    "тип",
    "источник",
    "источн",
    "статус",
    "реактив",
    "отдач",
    "экспорт",
    "export",
    "квар",
];

const TARIFF: [&str; 7] = ["ден", "дневн", "ноч", "пик", "полупик", "peak", "night"];

/// Words for the energy of a period.
const ENERGY: [&str; 6] = ["расход", "потребл", "тұтыну", "consumption", "usage", "энерги"];

/// What a heading says of counters; `None` when it is of something else.
pub(crate) fn heading_of(name: &str) -> Option<CounterHeading> {
    let words = words_of(name);
    let has = |beginnings: &[&str]| words.iter().any(|word| beginnings.iter().any(|start| word.starts_with(start)));
    let side = match (has(&BEGIN), has(&END)) {
        (true, false) => Some(PeriodSide::Begin),
        (false, true) => Some(PeriodSide::End),
        _ => None,
    };
    let is_bare =
        side.is_some() && words.iter().all(|word| BARE.iter().chain(&["т", "t"]).any(|start| word.starts_with(start)));
    let flows_out = name
        .to_lowercase()
        .split([' ', ',', ';', '(', ')', ':'])
        .any(|word| matches!(word, "а-" | "a-" | "r+" | "r-" | "а−" | "a−"));
    if !(has(&COUNTER) || is_bare) || has(&ELSE) || flows_out {
        return None;
    }
    let is_tariff = words
        .iter()
        .any(|word| is_tariff_number(word) || word.starts_with("тариф") || word == "tariff" || word == "rate")
        || has(&TARIFF);
    Some(CounterHeading { side, is_tariff })
}

/// Whether a column holds the day on which the counter of a side was read.
pub(crate) fn is_day_of(name: &str, side: PeriodSide) -> bool {
    let words = words_of(name);
    let has = |beginnings: &[&str]| words.iter().any(|word| beginnings.iter().any(|start| word.starts_with(start)));
    let of_side = match side {
        PeriodSide::Begin => has(&BEGIN) && !has(&END),
        PeriodSide::End => has(&END) && !has(&BEGIN),
    };
    has(&["дата", "date", "күн"]) && of_side
}

/// Whether a column holds the energy between both counters of a period. A bare difference of
/// counters is none.
pub(crate) fn is_energy_of_the_period(name: &str) -> bool {
    let words = words_of(name);
    let has = |beginnings: &[&str]| words.iter().any(|word| beginnings.iter().any(|start| word.starts_with(start)));
    has(&ENERGY) && !has(&["разн", "показани", "реактив", "потер", "лимит", "норм", "difference"])
}

fn words_of(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// `т1` to `т4`, in Cyrillic or Latin.
fn is_tariff_number(word: &str) -> bool {
    matches!(plain(word).as_str(), "t1" | "t2" | "t3" | "t4")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_counters_of_a_period_are_known_in_their_usual_words() {
        let begins = [
            "Показания на начало периода",
            "Показания на начало месяца",
            "Начальные показания",
            "Предыдущие показания",
            "Пред. показание",
            "Ай басындағы көрсеткіш",
            "Начальные",
            "Previous reading",
        ];
        let ends = [
            "Показания на конец периода",
            "Показания на конец",
            "Конечные показания",
            "Текущие показания",
            "Тек. показание",
            "Ай соңындағы көрсеткіш",
            "Конечные",
            "Current reading",
        ];
        for (begin, end) in begins.iter().zip(ends) {
            assert_eq!(
                heading_of(begin),
                Some(CounterHeading { side: Some(PeriodSide::Begin), is_tariff: false }),
                "{begin}"
            );
            assert_eq!(
                heading_of(end),
                Some(CounterHeading { side: Some(PeriodSide::End), is_tariff: false }),
                "{end}"
            );
        }
    }

    #[test]
    fn days_differences_and_other_energy_are_no_counters() {
        for name in [
            "Дата показаний",
            "Разность показаний",
            "Расход, кВт*ч",
            "Показания A-",
            "Показания R+",
            "Начало",
            "Конец",
            "Способ снятия показаний",
            "Т1",
        ] {
            assert_eq!(heading_of(name), None, "{name}");
        }
        assert!(
            is_day_of("Дата предыдущих показаний", PeriodSide::Begin)
                && is_day_of("Дата тек. показаний", PeriodSide::End)
        );
    }

    #[test]
    fn tariffs_are_told_from_the_counter_over_all() {
        for (name, is_tariff) in
            [("Показания на начало Т1", true), ("Показания на конец, день", true), ("Показания на 01.03.2025", false)]
        {
            assert_eq!(heading_of(name).map(|heading| heading.is_tariff), Some(is_tariff), "{name}");
        }
    }
}
