//! Facts and messages for the page, which puts them together in the reader's language by the plural
//! rules that the browser knows.
//!
//! A message is a list of texts, `{"v": name}` for a variable, and `{"s": name, "c": {key:
//! message}, "d": key}` for a choice. A fact is text as it is, or a list of its message and its
//! parts in the order of its signature: text as it is, a count as a number, `["n", value, digits,
//! signed]`, `["d", day]`, `["w", word]`, `["f", fact]`, `["l", parts]`.

use std::collections::BTreeMap;

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey};
use serde_json::{Value, json};

use crate::domain::{Fact, Part};
use crate::report::language::Language;

use super::rooms::ROOMS;
use super::tell::id;

/// All messages of a language by their names.
pub(in crate::report) fn page_messages(language: Language) -> BTreeMap<String, Value> {
    let mut messages = BTreeMap::new();
    for room in ROOMS {
        let words = room.words[language as usize].to_owned();
        let resource = FluentResource::try_new(words).unwrap_or_else(|(resource, _)| resource);
        for entry in resource.entries() {
            if let Entry::Message(message) = entry
                && let Some(value) = &message.value
            {
                messages.insert(message.id.name.to_owned(), pattern(value));
            }
        }
    }
    messages
}

/// Names of the parts of every fact, by its message.
pub(in crate::report) fn page_parts() -> BTreeMap<String, Vec<&'static str>> {
    let facts = ROOMS.iter().flat_map(|room| room.facts);
    facts.map(|fact| (id(fact.code), fact.parts.iter().map(|(name, _)| *name).collect())).collect()
}

fn pattern(pattern: &Pattern<&str>) -> Value {
    let piece = |element: &PatternElement<&str>| match element {
        PatternElement::TextElement { value } => Value::from(*value),
        PatternElement::Placeable { expression: Expression::Inline(inline) } => match name(inline) {
            Some(name) => json!({ "v": name }),
            None => Value::from(literal(inline)),
        },
        PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
            choice(selector, variants)
        }
    };
    Value::Array(pattern.elements.iter().map(piece).collect())
}

fn choice(selector: &InlineExpression<&str>, variants: &[Variant<&str>]) -> Value {
    let key = |variant: &Variant<&str>| match variant.key {
        VariantKey::Identifier { name } => name.to_owned(),
        VariantKey::NumberLiteral { value } => value.to_owned(),
    };
    let default = variants.iter().find(|variant| variant.default).map(key);
    let chosen: BTreeMap<String, Value> =
        variants.iter().map(|variant| (key(variant), pattern(&variant.value))).collect();
    json!({ "s": name(selector), "c": chosen, "d": default })
}

/// The variable that an expression is.
fn name<'a>(expression: &InlineExpression<&'a str>) -> Option<&'a str> {
    match expression {
        InlineExpression::VariableReference { id } => Some(id.name),
        _ => None,
    }
}

fn literal<'a>(expression: &InlineExpression<&'a str>) -> &'a str {
    match expression {
        InlineExpression::StringLiteral { value } | InlineExpression::NumberLiteral { value } => value,
        _ => "",
    }
}

/// A fact as the page has it.
pub(in crate::report) fn page_fact(fact: &Fact) -> Value {
    if let ("said", Some(Part::Text(text))) = (&*fact.code, fact.part("text")) {
        return Value::from(text.as_str());
    }
    let code = Value::from(id(&fact.code));
    Value::Array(std::iter::once(code).chain(fact.parts.iter().map(|(_, part)| page_part(part))).collect())
}

fn page_part(part: &Part) -> Value {
    match part {
        Part::Number { value, digits, signed, .. } => json!(["n", value, digits, u8::from(*signed)]),
        Part::Count(count) => Value::from(*count),
        Part::Day(day) => json!(["d", day.to_string()]),
        Part::Name(_, text) | Part::Text(text) => Value::from(text.as_str()),
        Part::Word(word) => json!(["w", word]),
        Part::Fact(fact) => json!(["f", page_fact(fact)]),
        Part::List(parts) => json!(["l", parts.iter().map(page_part).collect::<Vec<_>>()]),
    }
}
