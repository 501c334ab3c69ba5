//! A fact in words of a language.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};

use crate::domain::{Fact, Part};
use crate::report::language::{LANGUAGES, Language};

use super::rooms::ROOMS;

/// Between the items of a list.
const BETWEEN: &str = ", ";

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<Vec<Bundle>> = LazyLock::new(|| LANGUAGES.iter().map(|(one, ..)| bundle(*one)).collect());

/// All messages of a language. What is wrong with a file of words is a fault of the program, which
/// the tests of this file find.
fn bundle(language: Language) -> Bundle {
    let mut bundle = Bundle::new_concurrent(language.code().parse().into_iter().collect());
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(if language.texts().decimal == "," { with_comma } else { with_point }));
    for room in ROOMS {
        let words = room.words[language as usize].to_owned();
        let resource = FluentResource::try_new(words).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

fn with_point<M>(value: &FluentValue, _: &M) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    Some(digits(number.value, number.options.minimum_fraction_digits.unwrap_or(0)))
}

fn with_comma<M>(value: &FluentValue, intls: &M) -> Option<String> {
    with_point(value, intls).map(|text| text.replace('.', ","))
}

/// A number with so many digits; no zero has a sign.
fn digits(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        _ => text,
    }
}

/// A fact in words of a language.
///
/// What has no words in the language is said in English, and what has none there either by its code
/// and parts.
#[must_use]
pub fn tell(language: Language, fact: &Fact) -> String {
    if let ("said", Some(Part::Text(text))) = (&*fact.code, fact.part("text")) {
        return text.clone();
    }
    let mut errors = Vec::new();
    message(language, fact, &mut errors)
        .or_else(|| message(Language::English, fact, &mut errors))
        .unwrap_or_else(|| fact.to_string())
}

/// A fact by the message of a language; `None` where it has none.
pub(super) fn message(language: Language, fact: &Fact, errors: &mut Vec<FluentError>) -> Option<String> {
    let bundle = &BUNDLES[language as usize];
    let pattern = bundle.get_message(&id(&fact.code))?.value()?;
    let mut values = FluentArgs::with_capacity(fact.parts.len());
    for (name, part) in &fact.parts {
        if let Part::Word(word) = part {
            values.set(format!("{name}_is"), &**word);
        }
        // Classes of the program's own samples have words; a utility's own stay as they are.
        match part {
            Part::Text(text) if name == "class" => values.set(&**name, language.word(text)),
            part => values.set(&**name, value(language, part)),
        }
    }
    Some(bundle.format_pattern(pattern, Some(&values), errors).into_owned())
}

/// Name of the message of a code.
pub(super) fn id(code: &str) -> String {
    code.replace('.', "-")
}

fn value(language: Language, part: &Part) -> FluentValue<'_> {
    match part {
        Part::Number { value, digits: places, signed: false, .. } => number(*value, usize::from(*places)),
        Part::Number { value, digits: places, .. } => {
            let text = digits(*value, usize::from(*places));
            let plus = if text.starts_with('-') { "" } else { "+" };
            FluentValue::from(format!("{plus}{}", text.replace('.', &language.texts().decimal)))
        }
        Part::Count(count) => number(*count as f64, 0),
        Part::Day(day) => FluentValue::from(language.number(&day.to_string())),
        Part::Name(_, name) => FluentValue::from(name.as_str()),
        Part::Word(word) => FluentValue::from(language.word(word)),
        Part::Text(text) => FluentValue::from(language.quoted(text)),
        Part::Fact(fact) => FluentValue::from(tell(language, fact)),
        Part::List(parts) => {
            let told: Vec<Cow<str>> = parts.iter().map(|part| told(language, part)).collect();
            FluentValue::from(told.join(BETWEEN))
        }
    }
}

/// A part as it stands in a list.
fn told(language: Language, part: &Part) -> Cow<'_, str> {
    match value(language, part) {
        FluentValue::String(text) => text,
        FluentValue::Number(number) => {
            let text = digits(number.value, number.options.minimum_fraction_digits.unwrap_or(0));
            Cow::Owned(text.replace('.', &language.texts().decimal))
        }
        _ => Cow::Borrowed(""),
    }
}

/// A number of which plural rules see as many digits as people do: 2 and 2.0 may differ in them.
fn number(value: f64, places: usize) -> FluentValue<'static> {
    let shown = digits(value, places).parse().unwrap_or(value);
    let options = FluentNumberOptions {
        minimum_fraction_digits: Some(places),
        maximum_fraction_digits: Some(places),
        ..FluentNumberOptions::default()
    };
    FluentValue::Number(FluentNumber::new(shown, options))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CivilDay, FactUnit, NameKind};

    fn part(part: &Part) -> String {
        told(Language::Russian, part).into_owned()
    }

    #[test]
    fn numbers_days_and_words_are_those_of_the_language() {
        let kw = |value, signed| Part::Number { value, unit: FactUnit::Kw, digits: 2, signed };
        assert_eq!(
            [part(&kw(1234.5, false)), part(&kw(0.25, true)), part(&kw(-0.001, true))],
            ["1234,50", "+0,25", "+0,00"]
        );
        assert_eq!(part(&Part::Day(CivilDay::parse("2025-03-01").unwrap())), "01.03.2025");
        assert_eq!(part(&Part::Word("transformer".into())), "трансформатор");
        let list = Part::List(vec![Part::Count(2), Part::Name(NameKind::Node, "T1".into())]);
        assert_eq!(part(&list), "2, T1");
    }

    #[test]
    fn plurals_follow_the_rules_of_the_language() {
        let look_back = |days: i64| {
            let parts = vec![("days".into(), Part::Count(days)), ("source".into(), Part::Text("x".into()))];
            Fact { code: "money.look_back".into(), parts }
        };
        let told = [1, 2, 5, 21].map(|days| tell(Language::Russian, &look_back(days)));
        let days = ["1 день", "2 дня", "5 дней", "21 день"];
        assert!(told.iter().zip(days).all(|(told, days)| told.contains(&format!(": {days} ("))), "{told:?}");
        assert!(tell(Language::English, &look_back(1)).contains(": 1 day ("));
    }

    #[test]
    fn what_has_no_words_is_told_by_its_code() {
        let fact = Fact { code: "nobody.says".into(), parts: vec![("n".into(), Part::Count(3))] };
        assert_eq!(tell(Language::Kazakh, &fact), "nobody.says n=3");
    }
}
