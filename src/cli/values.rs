//! Values of arguments that several commands take.

use crate::report::{LANGUAGES, Language};

/// A language by its code.
pub(super) fn language(code: &str) -> Result<Language, String> {
    Language::of_code(code).ok_or_else(|| {
        let known: Vec<&str> = LANGUAGES.iter().map(|(_, code, _)| *code).collect();
        format!("known are {}", known.join(", "))
    })
}

/// The language of the system's locale, where it is known; English else.
pub(super) fn of_system() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|set| !set.is_empty()));
    set.and_then(|set| of_locale(&set)).unwrap_or(Language::English)
}

/// The language of a locale such as `ru_KZ.UTF-8`.
fn of_locale(locale: &str) -> Option<Language> {
    Language::of_code(&locale.split(['_', '.', '@', '-']).next()?.to_lowercase())
}

/// Bytes of a size such as `800M`, `4G`, `1.5GiB` or a plain number.
pub(super) fn size(given: &str) -> Result<u64, String> {
    let text = given.trim().to_lowercase();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match &text[digits.len()..] {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return Err("write it as 800M or 4G".to_owned()),
    };
    let number: f64 = digits.trim().parse().map_err(|_| "write it as 800M or 4G".to_owned())?;
    let bytes = number * (1_u64 << shift) as f64;
    if (1e6..1e18).contains(&bytes) { Ok(bytes as u64) } else { Err("at least 1M is needed".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_its_language() {
        assert_eq!(of_locale("ru_KZ.UTF-8"), Some(Language::Russian));
        assert_eq!(of_locale("kk"), Some(Language::Kazakh));
        assert_eq!((of_locale("C.UTF-8"), of_locale("")), (None, None));
    }
}
