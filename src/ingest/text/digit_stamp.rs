//! Stamps of digits only, as market formats write them: `20250301`, `202503010030`,
//! `20250301003000`.

use crate::domain::CivilDay;

/// Seconds since 1970-01-01T00:00 on the clock of the writer; `None` when it is no such stamp.
/// `2400` is the next midnight.
pub(crate) fn digit_stamp(text: &str) -> Option<i64> {
    let text = text.trim();
    if !matches!(text.len(), 8 | 10 | 12 | 14) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to).map_or(Some(0), |digits| digits.parse::<i64>().ok());
    let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    if hour > 24 || minute > 59 || second > 59 || (hour == 24 && minute + second > 0) {
        return None;
    }
    let day = CivilDay::from_ymd(number(0, 4)? as i16, number(4, 6)? as i8, number(6, 8)? as i8)?;
    Some(i64::from(day.0) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Factor from an energy unit to kWh, whatever its case; `None` for what is no active energy.
pub(crate) fn kwh_per(unit: &str) -> Option<f64> {
    match unit.trim().to_ascii_lowercase().as_str() {
        "kwh" => Some(1.0),
        "wh" | "whr" => Some(1e-3),
        "mwh" => Some(1e3),
        "gwh" => Some(1e6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_of_digits_are_read_to_the_second() {
        // date -u -d 2025-03-01T00:30:00Z +%s
        for text in ["202503010030", "20250301003000"] {
            assert_eq!(digit_stamp(text), Some(1_740_789_000));
        }
        assert_eq!(digit_stamp("202502282400"), digit_stamp("20250301"));
    }

    #[test]
    fn what_is_no_date_is_no_stamp() {
        for text in ["", "2025", "20251301", "202503012460", "2025030100300", "2025-03-01", "٢٠٢٥٠٣٠١"] {
            assert_eq!(digit_stamp(text), None, "{text}");
        }
    }
}
