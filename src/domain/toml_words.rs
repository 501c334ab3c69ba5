//! What is wrong with a TOML file, without the file: its own words may be anything, and whoever is
//! told need not be whoever may read it.

/// Characters of the explanation; names of keys that are known make it long.
const MOST_SAID: usize = 600;

/// The line and what is wrong with it, for `error` in `text`.
#[must_use]
pub fn toml_words(error: &toml::de::Error, text: &str) -> String {
    let message: String =
        error.message().chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST_SAID).collect();
    match error.span() {
        Some(span) => {
            let before = text.as_bytes().get(..span.start).unwrap_or_default();
            format!("line {}: {message}", before.split(|&byte| byte == b'\n').count())
        }
        None => message,
    }
}

/// The key of the first number that is none (`nan`, `inf`), such as `balance.latitude`.
#[must_use]
pub fn not_finite(value: &toml::Value) -> Option<String> {
    let inside = |key: &str, value: &toml::Value| {
        let below = not_finite(value)?;
        Some(if below.is_empty() { key.to_owned() } else { format!("{key}.{below}") })
    };
    match value {
        toml::Value::Float(number) => (!number.is_finite()).then(String::new),
        toml::Value::Table(table) => table.iter().find_map(|(key, value)| inside(key, value)),
        toml::Value::Array(values) => {
            values.iter().enumerate().find_map(|(place, value)| inside(&(place + 1).to_string(), value))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_told_by_number_and_not_by_what_stands_in_it() {
        let text = "a = 1\nIvanov 12 Abay street\n";
        let words = toml_words(&toml::from_str::<toml::Table>(text).unwrap_err(), text);
        assert!(words.starts_with("line 2: ") && !words.contains("Ivanov"), "{words}");
    }

    #[test]
    fn a_number_that_is_none_is_named_by_its_key() {
        let of = |text: &str| not_finite(&toml::Value::Table(toml::from_str(text).unwrap()));
        assert_eq!(of("[a]\nb = 1.0\n[[a.c]]\nd = nan\n").as_deref(), Some("a.c.1.d"));
        assert_eq!(of("[a]\nb = 1.0\nc = 7\n"), None);
    }
}
