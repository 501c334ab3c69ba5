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
