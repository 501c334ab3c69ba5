//! What the words and numbers of a reading mean, in whatever format they come.

use super::channel_words::{ChannelWord, channel_word};
use super::columns::Value;
use crate::domain::ReadingQuality;

/// Energy of one reading beyond this is no reading, kWh.
pub(crate) const ABSURD: f64 = 1e7;

/// Whether a value is beyond anything a meter records. Counters run higher than intervals.
pub(crate) fn is_absurd(number: f64, value: Value) -> bool {
    let limit = if matches!(value, Value::Register(_)) { 1e3 * ABSURD } else { ABSURD };
    !number.is_finite() || number.abs() > limit
}

/// Numbers that programs write for missing: all nines, and the ends of whole numbers of machines.
pub(crate) fn stands_for_missing(number: f64) -> bool {
    let digits: String = number.abs().to_string().chars().filter(char::is_ascii_digit).collect();
    let is_nines = digits.len() >= 3 && digits.bytes().all(|digit| digit == b'9');
    let ends = [32_767.0, 32_768.0, 65_535.0, 2_147_483_647.0, 2_147_483_648.0, 4_294_967_295.0];
    is_nines || ends.contains(&number.abs())
}

/// Whether energy of an interval, kWh or kW, is a number for missing: no plant gives back all nines
/// to the last digit, so that neither the order of rows nor the format of a file counts.
pub(crate) fn is_for_missing(number: f64) -> bool {
    const LEAST: f64 = 999.0;
    number <= -LEAST && stands_for_missing(number)
}

/// Whether a channel means energy that flows out.
pub(crate) fn is_export(channel: &str) -> bool {
    channel_word(channel) == Some(ChannelWord::Export)
}

/// Quality of a reading from the word in the file; an unknown word counts as estimated, the careful
/// choice.
pub(crate) fn quality(word: &str) -> ReadingQuality {
    known_quality(word).unwrap_or(ReadingQuality::Estimated)
}

/// Quality of a reading from the word in the file; `None` for an unknown word. In the exchange of
/// commercial metering 0 is a value that counts.
pub(crate) fn known_quality(word: &str) -> Option<ReadingQuality> {
    match word.trim().to_lowercase().as_str() {
        ""
        | "actual"
        | "a"
        | "measured"
        | "valid"
        | "ok"
        | "good"
        | "0"
        | "достоверно"
        | "достоверные"
        | "достоверный"
        | "коммерческая"
        | "коммерческие"
        | "норма"
        | "измерено"
        | "факт" => Some(ReadingQuality::Actual),
        "estimated"
        | "estimate"
        | "e"
        | "недостоверно"
        | "недостоверные"
        | "некоммерческая"
        | "расчет"
        | "расчёт"
        | "расчетное"
        | "оценка" => Some(ReadingQuality::Estimated),
        "substituted" | "substitute" | "s" | "f" | "замещено" | "замещение" => {
            Some(ReadingQuality::Substituted)
        }
        "missing" | "n" | "null" | "нет данных" => Some(ReadingQuality::Missing),
        _ => None,
    }
}

/// Minutes of an interval: a number of them, `PT15M`, `PT1H`, `P1D`, `15 min`, `1 h`.
pub(crate) fn minutes_of(text: &str) -> Option<u16> {
    let lower = text.trim().to_lowercase();
    let bare = lower.strip_prefix("pt").or_else(|| lower.strip_prefix('p')).unwrap_or(&lower);
    let end = bare.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(bare.len());
    let number: f64 = bare[..end].parse().ok()?;
    let minutes = match bare[end..].trim_matches([' ', '.']) {
        "" if bare.len() == lower.len() => number,
        "m" | "min" | "mins" | "minute" | "minutes" | "minuten" | "мин" | "минут" => number,
        "h" | "hr" | "hour" | "hours" | "std" | "ч" | "час" => number * 60.0,
        "d" | "day" | "days" => number * 1440.0,
        "s" | "sec" => number / 60.0,
        _ => return None,
    };
    (1.0..=10_080.0).contains(&minutes).then_some(minutes as u16)
}

#[cfg(test)]
mod tests {
    use super::minutes_of;

    #[test]
    fn lengths_of_intervals_are_read_in_many_ways() {
        for (text, minutes) in [("30", 30), ("PT15M", 15), ("PT1H", 60), ("P1D", 1440), ("15 min", 15), ("1h", 60)] {
            assert_eq!(minutes_of(text), Some(minutes), "{text}");
        }
        assert!(["", "15kWh", "PT", "hourly", "0", "-5"].iter().all(|text| minutes_of(text).is_none()));
    }
}
