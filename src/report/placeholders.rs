//! Texts with placeholders in braces, `{name}`, and what in them is a number or a day.

/// Names of the placeholders of a text, in their order.
#[cfg(test)]
pub(super) fn placeholders(text: &str) -> Vec<String> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name.to_owned())).collect()
}

/// Fills the placeholders of a text.
pub(super) fn fill(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut parts = text.split('{');
    filled.push_str(parts.next().unwrap_or(""));
    for part in parts {
        match part.split_once('}') {
            Some((name, after)) => {
                filled.push_str(&value(name));
                filled.push_str(after);
            }
            None => filled.push_str(part),
        }
    }
    filled
}

/// A number with a sign, a point, or a mark of more.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-', '>', '<']);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.matches('.').count() <= 1
}

/// A day, `2025-03-01`.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(place, byte)| if place == 4 || place == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_what_is_none_stays() {
        let filled = fill("{a} of {b}, {c", str::to_uppercase);
        assert_eq!((filled.as_str(), placeholders("{a} of {b}").len()), ("A of B, c", 2));
    }

    #[test]
    fn numbers_and_days_are_known() {
        assert!(["1", "-1.5", ">0.999", "+2"].iter().all(|text| is_number(text)));
        assert!(["", "1.2.3", "30min", "x"].iter().all(|text| !is_number(text)));
        assert!(is_date("2025-03-01") && !is_date("2025-3-1"));
    }
}
