//! Every room that has something to say: its facts, and their words in the languages in the order
//! of `LANGUAGES`.

use crate::domain::Signature;

/// What a room says.
pub(in crate::report) struct Room {
    /// Name of its files of words.
    #[cfg(test)]
    pub(in crate::report) name: &'static str,
    /// Its facts.
    pub(in crate::report) facts: &'static [Signature],
    /// Its words in every language.
    pub(in crate::report) words: [&'static str; 3],
}

/// A room by the name of its files, and the list of its facts.
macro_rules! room {
    ($name:literal, $facts:path) => {
        Room {
            #[cfg(test)]
            name: $name,
            facts: $facts,
            words: [
                include_str!(concat!("en/", $name, ".ftl")),
                include_str!(concat!("ru/", $name, ".ftl")),
                include_str!(concat!("kk/", $name, ".ftl")),
            ],
        }
    };
}

/// Every room, a list of facts each.
pub(in crate::report) const ROOMS: &[Room] = &[
    room!("domain", crate::domain::said::SAID),
    room!("archive", crate::archive::SAID),
    room!("evidence", crate::evidence::SAID),
    room!("metered", crate::metered::SAID),
    room!("unmetered", crate::unmetered::SAID),
    room!("volts", crate::volts::SAID),
    room!("ingest", crate::ingest::SAID),
    room!("series", crate::series::SAID),
    room!("judgement", crate::judgement::SAID),
    room!("consequence", crate::consequence::SAID),
    room!("casebook", crate::casebook::SAID),
    room!("findings", crate::findings::said::SAID),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use fluent_bundle::FluentResource;
    use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

    use super::*;
    use crate::report::language::LANGUAGES;
    use crate::report::words::tell::{id, message};

    /// Names of the variables of a message.
    fn variables(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
        let mut inline = |expression: &InlineExpression<&str>| match expression {
            InlineExpression::VariableReference { id } => {
                found.insert(id.name.to_owned());
            }
            InlineExpression::StringLiteral { .. } => {}
            other => panic!("the page knows no {other:?}"),
        };
        for element in &pattern.elements {
            let PatternElement::Placeable { expression } = element else { continue };
            match expression {
                Expression::Inline(expression) => inline(expression),
                Expression::Select { selector, .. } => inline(selector),
            }
        }
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression: Expression::Select { variants, .. } } = element {
                for variant in variants {
                    variables(&variant.value, found);
                }
            }
        }
    }

    #[test]
    fn every_fact_has_words_in_every_language_with_all_its_parts_and_no_others() {
        let mut wrong = Vec::new();
        for (language, code, _) in LANGUAGES {
            for room in ROOMS {
                let place = format!("{code}/{}.ftl", room.name);
                let resource = match FluentResource::try_new(room.words[*language as usize].to_owned()) {
                    Ok(resource) => resource,
                    Err((resource, errors)) => {
                        wrong.push(format!("{place}: {errors:?}"));
                        resource
                    }
                };
                let mut known: BTreeSet<String> = room.facts.iter().map(|fact| id(fact.code)).collect();
                for entry in resource.entries() {
                    let Entry::Message(message) = entry else { continue };
                    let fact = room.facts.iter().find(|fact| id(fact.code) == message.id.name);
                    let (Some(fact), Some(pattern)) = (fact, &message.value) else {
                        wrong.push(format!("{place}: {} belongs to no fact", message.id.name));
                        continue;
                    };
                    if !known.remove(message.id.name) {
                        wrong.push(format!("{place}: {} stands twice", message.id.name));
                    }
                    let mut used = BTreeSet::new();
                    variables(pattern, &mut used);
                    let used: BTreeSet<&str> =
                        used.iter().map(|name| name.strip_suffix("_is").unwrap_or(name)).collect();
                    let parts: BTreeSet<&str> = fact.parts.iter().map(|(name, _)| *name).collect();
                    if used != parts {
                        wrong.push(format!("{place}: {} has {parts:?} and uses {used:?}", message.id.name));
                    }
                }
                wrong.extend(known.into_iter().map(|id| format!("{place}: no {id}")));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn one_of_every_fact_is_told_in_every_language_and_number() {
        for (language, code, _) in LANGUAGES {
            for fact in ROOMS.iter().flat_map(|room| room.facts) {
                for count in [1, 2, 5, 21] {
                    let mut errors = Vec::new();
                    let told = message(*language, &fact.sample(count), &mut errors);
                    assert!(told.is_some() && errors.is_empty(), "{code} {}: {errors:?} {told:?}", fact.code);
                }
            }
        }
    }

    #[test]
    fn no_code_is_declared_twice() {
        let mut codes = BTreeSet::new();
        for fact in ROOMS.iter().flat_map(|room| room.facts) {
            assert!(codes.insert(fact.code), "{}", fact.code);
        }
    }

    /// Source files that declare facts outside of their tests.
    fn declaring(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                declaring(&entry, found);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&entry).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                if code.lines().any(|line| line == "facts! {") {
                    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
                    let inside = entry.strip_prefix(source).unwrap().to_string_lossy().replace('\\', "/");
                    found.insert(inside);
                }
            }
        }
    }

    #[test]
    fn every_room_that_says_something_is_known() {
        let mut found = BTreeSet::new();
        declaring(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        let known: BTreeSet<String> = ROOMS.iter().map(|room| format!("{}/said.rs", room.name)).collect();
        assert_eq!(found, known);
    }
}
