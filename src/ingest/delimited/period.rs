//! The period of a report, from what stands above its table: two days, or a month in words.

use crate::domain::CivilDay;

use super::settle::{Settler, days_in};

/// Months by the beginnings of their names in Russian, Kazakh and English; short names are whole words.
const MONTHS: [&[&str]; 12] = [
    &["январ", "қаңтар", "january"],
    &["феврал", "ақпан", "february"],
    &["март", "марта", "марте", "наурыз", "march"],
    &["апрел", "сәуір", "april"],
    &["май", "мая", "мае", "мамыр", "may"],
    &["июнь", "июня", "июне", "маусым", "june"],
    &["июль", "июля", "июле", "шілде", "july"],
    &["август", "тамыз", "august"],
    &["сентябр", "қыркүйек", "september"],
    &["октябр", "қазан", "october"],
    &["ноябр", "қараша", "november"],
    &["декабр", "желтоқсан", "december"],
];

/// The days whose beginnings a period lies between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) first: CivilDay,
    /// The day after the last one.
    pub(super) end: CivilDay,
    pub(super) ground: &'static str,
    /// Only the names of file and sheet say it.
    pub(super) is_of_the_name: bool,
}

impl Settler<'_> {
    /// The period above the header, else in the names of file and sheet.
    pub(super) fn period(&self) -> Option<Period> {
        let above = self.profile.skip_rows.unwrap_or(0);
        let rows: Vec<String> = self.sample.rows.iter().take(above).map(|row| row.join(" ")).collect();
        let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let spans = rows.iter().map(|row| two_days(&days_in(row))).chain([two_days(&self.title_days())]);
        let of_title = spans.flatten().next().map(|(first, end)| (first, end, "the days above the header"));
        let of_title = of_title.or_else(|| month_in(&rows.join("\n")).map(|(first, end)| (first, end, "the month above the header")));
        let found = of_title.or_else(|| month_in(&name).map(|(first, end)| (first, end, "the month in the name of file or sheet")));
        found.map(|(first, end, ground)| Period { first, end, ground, is_of_the_name: of_title.is_none() })
    }
}

/// Two days, the earlier first. A period from the first to the last day of months ends with that day.
fn two_days(days: &[CivilDay]) -> Option<(CivilDay, CivilDay)> {
    let mut days = days.to_vec();
    days.sort_unstable();
    days.dedup();
    let &[first, last] = days.as_slice() else { return None };
    let is_whole_months = first.date().day() == 1 && last == last.month_end();
    Some((first, if is_whole_months { CivilDay(last.0 + 1) } else { last }))
}

/// The one month that a text names with its year, and the first day of the next.
fn month_in(text: &str) -> Option<(CivilDay, CivilDay)> {
    let words: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let year = |word: &String| word.parse::<i16>().ok().filter(|year| (1990..=2100).contains(year));
    let mut found: Vec<CivilDay> = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let is_month = |names: &&[&str]| names.iter().any(|name| word == name || (name.chars().count() > 4 && word.starts_with(name)));
        let Some(month) = MONTHS.iter().position(is_month) else { continue };
        // The year follows, or stands before: `2025 жылғы наурыз`.
        let near = words.get(place + 1).and_then(year).or_else(|| words[place.saturating_sub(2)..place].iter().rev().find_map(year));
        found.extend(near.and_then(|year| CivilDay::from_ymd(year, month as i8 + 1, 1)));
    }
    found.dedup();
    let &[first] = found.as_slice() else { return None };
    Some((first, CivilDay(first.month_end().0 + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Option<String> {
        month_in(text).map(|(first, end)| format!("{first} {end}"))
    }

    #[test]
    fn a_month_in_words_is_a_period() {
        for text in ["Ведомость за март 2025 г.", "с 1 по 31 марта 2025 года", "Наурыз 2025.xlsx", "2025 жылғы наурыз айы", "Readings, March 2025"]
        {
            assert_eq!(month(text).as_deref(), Some("2025-03-01 2025-04-01"), "{text}");
        }
        for text in ["март", "с января 2025 по март 2025", "Маяк 2025 и Мартын", "2025"] {
            assert_eq!(month(text), None, "{text}");
        }
    }

    #[test]
    fn a_period_to_the_last_day_of_a_month_ends_with_it() {
        let day = |text: &str| CivilDay::parse(text).unwrap();
        assert_eq!(two_days(&[day("2025-03-01"), day("2025-03-31")]), Some((day("2025-03-01"), day("2025-04-01"))));
        assert_eq!(two_days(&[day("2025-03-01"), day("2025-04-01")]), Some((day("2025-03-01"), day("2025-04-01"))));
        assert_eq!(two_days(&[day("2025-03-01")]), None);
    }
}
