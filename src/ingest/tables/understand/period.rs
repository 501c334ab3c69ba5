//! The period of a report, from what stands above its table: two days, or a month in words.

use super::settler::Settler;
use crate::domain::CivilDay;
use crate::ingest::text::stamp::StampForm;

/// Months by the beginnings of their names in Russian, Kazakh and English; short names are whole
/// words.
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

/// Words beside days that are not those of the period: of contracts, and of printing.
const OTHER_DAYS: [&str; 10] =
    ["договор", "сформир", "печат", "создан", "составлен", "выгруз", "generated", "printed", "created", "жасалды"];

/// Longest period of a report, days: a year and a month.
const LONGEST: i32 = 400;

/// The days whose beginnings a period lies between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) first: CivilDay,
    /// The day after the last one.
    pub(crate) end: CivilDay,
    pub(crate) ground: &'static str,
    /// Only the names of file and sheet say it.
    pub(crate) is_of_the_name: bool,
}

/// Dates in the rows above the header: those of printing only where there are no others, those
/// of contracts never.
pub(crate) fn title_days(table: &Settler<'_>) -> Vec<CivilDay> {
    let days = |left_out: &[&str]| -> Vec<CivilDay> {
        title_rows(table, left_out).iter().flat_map(|row| days_in(row)).collect()
    };
    let of_readings = days(&OTHER_DAYS);
    if of_readings.is_empty() { days(&OTHER_DAYS[..1]) } else { of_readings }
}

/// Rows above the header without any of some words.
fn title_rows(table: &Settler<'_>, left_out: &[&str]) -> Vec<String> {
    let above = table.mapping.skip_rows.unwrap_or(0);
    let rows = table.sample.rows.iter().take(above).map(|row| row.join(" "));
    rows.filter(|row| !left_out.iter().any(|word| row.to_lowercase().contains(word))).collect()
}

/// The period above the header, else in the names of file and sheet.
pub(crate) fn period_of(table: &Settler<'_>) -> Option<Period> {
    let rows = title_rows(table, &OTHER_DAYS);
    let name = table.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let spans = rows.iter().map(|row| two_days(&days_in(row))).chain([two_days(&days_in(&rows.join(" ")))]);
    let of_title = spans.flatten().next().map(|(first, end)| (first, end, "the days above the header"));
    let of_title =
        of_title.or_else(|| month_in(&rows.join("\n")).map(|(first, end)| (first, end, "the month above the header")));
    let found =
        of_title.or_else(|| month_in(&name).map(|(first, end)| (first, end, "the month in the name of file or sheet")));
    found.map(|(first, end, ground)| Period { first, end, ground, is_of_the_name: of_title.is_none() })
}

/// The dates written in a text, with dots or year first.
pub(crate) fn days_in(text: &str) -> Vec<CivilDay> {
    let words = text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '/')));
    let form_of = |word: &str| {
        StampForm::of(word.as_bytes())
            .filter(|form| !matches!(form, StampForm::EpochSeconds | StampForm::EpochMillis | StampForm::Compact))
    };
    words
        .map(|word| word.trim_matches(['.', '-', '/']))
        .filter_map(|word| form_of(word)?.day(word.as_bytes()))
        .collect()
}

/// Two days, the earlier first. A period from the first to the last day of months ends with that
/// day.
pub(crate) fn two_days(days: &[CivilDay]) -> Option<(CivilDay, CivilDay)> {
    let mut days = days.to_vec();
    days.sort_unstable();
    days.dedup();
    let &[first, last] = days.as_slice() else { return None };
    if last.0 - first.0 > LONGEST {
        return None;
    }
    let is_whole_months = first.date().day() == 1 && last == last.month_end();
    Some((first, if is_whole_months { CivilDay(last.0 + 1) } else { last }))
}

/// The number of the month whose name a text begins with, 1 to 12.
pub(crate) fn month_of(text: &str) -> Option<usize> {
    let lower = text.to_lowercase();
    let word = lower.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    MONTHS.iter().position(|names| is_month(word, names)).map(|month| month + 1)
}

/// The years that a text names.
pub(crate) fn years_in(text: &str) -> Vec<i16> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() == 4).filter_map(year_of).collect()
}

fn year_of(word: &str) -> Option<i16> {
    word.parse::<i16>().ok().filter(|year| (1990..=2100).contains(year))
}

/// Whether a word in small letters is the name of a month; long names may have an ending.
fn is_month(word: &str, names: &[&str]) -> bool {
    names.iter().any(|name| word == *name || (name.chars().count() > 4 && word.starts_with(name)))
}

/// The one month that a text names with its year, and the first day of the next.
pub(crate) fn month_in(text: &str) -> Option<(CivilDay, CivilDay)> {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let year = |word: &String| year_of(word);
    let mut found: Vec<CivilDay> = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let Some(month) = MONTHS.iter().position(|names| is_month(word, names)) else { continue };
        // The year follows, or stands before: `2025 жылғы наурыз`.
        let near = words
            .get(place + 1)
            .and_then(year)
            .or_else(|| words[place.saturating_sub(2)..place].iter().rev().find_map(year));
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
    fn dates_are_found_in_titles() {
        let days: Vec<String> =
            days_in("Период: с 01.03.2025 по 01.04.2025 (№ 12345678)").iter().map(ToString::to_string).collect();
        assert_eq!(days, ["2025-03-01", "2025-04-01"]);
    }

    #[test]
    fn a_month_in_words_is_a_period() {
        for text in [
            "Ведомость за март 2025 г.",
            "с 1 по 31 марта 2025 года",
            "Наурыз 2025.xlsx",
            "2025 жылғы наурыз айы",
            "Readings, March 2025",
        ] {
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
        assert_eq!(two_days(&[day("2020-03-01"), day("2025-04-01")]), None, "the day of a contract begins no period");
    }
}
