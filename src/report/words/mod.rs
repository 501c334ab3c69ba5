//! Words of facts: one message a fact and language, in `<language>/<room>.ftl`, with the plural
//! rules of the language (Fluent, <https://projectfluent.org>).
//!
//! The message of a fact has its code as name, dots being hyphens: `flatness.floor` is
//! `flatness-floor`. Parts are variables: numbers with their digits and the language's decimal
//! sign, days in the language's form, words of the program in the language; of a word `$kind` the
//! word as it stands in files is `$kind_is`, to choose by.

mod page_messages;
mod rooms;
mod tell;

pub(super) use page_messages::{page_fact, page_messages, page_parts};
pub use tell::tell;
