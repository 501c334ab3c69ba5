//! `report.html`: one file that opens offline and asks nothing of the network.
//!
//! The page is a frame (`templates/report.html`), a style sheet and some scripts
//! (`templates/page/`), and the findings as JSON, from which the scripts draw what is asked for: a
//! table a hundred lines at a time, a dossier when it is opened. All three languages are in it.
//! Whatever comes from outside is text: JSON cannot end its script (`<` is escaped), scripts make
//! text nodes only, and the page allows itself no script but its own, known by digest, and no
//! address to load from.

mod data;
mod series;
mod tables;

use std::collections::BTreeMap;
use std::path::Path;

use askama::Template;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::disk;
use crate::evidence::{EvidenceTest, TESTS};
use crate::findings::Findings;

use super::language::{LANGUAGES, Language, Texts};
use super::words::{page_messages, tell};
use super::write_error::WriteError;

const STYLE: &str = include_str!("../../../templates/page/page.css");
/// Scripts in the order of the page, each with one idea.
const SCRIPTS: &[&str] = &[
    include_str!("../../../templates/page/base.js"),
    include_str!("../../../templates/page/charts.js"),
    include_str!("../../../templates/page/tables.js"),
    include_str!("../../../templates/page/case.js"),
    include_str!("../../../templates/page/node.js"),
    include_str!("../../../templates/page/map.js"),
    include_str!("../../../templates/page/summary.js"),
    include_str!("../../../templates/page/paper.js"),
    include_str!("../../../templates/page/start.js"),
];

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    language: &'a str,
    style: &'a str,
    script_digest: String,
    without_script: &'a str,
    texts: String,
    data: String,
    script: &'a str,
}

/// The texts of a language that the page needs.
#[derive(Serialize)]
struct PageTexts<'a> {
    name: &'a str,
    decimal: &'a str,
    date: &'a str,
    month: &'a str,
    page: &'a BTreeMap<String, String>,
    titles: &'a BTreeMap<String, String>,
    meanings: &'a BTreeMap<String, String>,
    words: &'a BTreeMap<String, String>,
    messages: BTreeMap<String, Value>,
    methods: Vec<PageMethod>,
}

impl PageTexts<'_> {
    fn of(language: Language) -> Self {
        let Texts { name, decimal, date, month, page, titles, meanings, words, .. } = language.texts();
        Self {
            name,
            decimal,
            date,
            month,
            page,
            titles,
            meanings,
            words,
            messages: page_messages(language),
            methods: methods(language),
        }
    }
}

/// A family of evidence in the method annex.
#[derive(Serialize)]
struct PageMethod {
    family: &'static str,
    question: &'static str,
    statistic: &'static str,
    null: &'static str,
    needs: String,
    source: &'static str,
}

/// The method annex, from the registry of tests.
fn methods(language: Language) -> Vec<PageMethod> {
    let told = |test: &EvidenceTest| PageMethod {
        family: test.family,
        question: language.method(test.family, "question", test.question),
        statistic: language.method(test.family, "statistic", test.statistic),
        null: language.method(test.family, "null", test.null),
        needs: tell(language, &(test.needs)()),
        source: language.method(test.family, "source", test.source),
    };
    TESTS.iter().map(told).collect()
}

/// Writes the page.
pub(super) fn write(findings: &Findings, folder: &Path) -> Result<(), WriteError> {
    let path = folder.join("report.html");
    let text = render(findings).map_err(|source| WriteError::Page { path: path.clone(), source })?;
    disk::write(&path, text).map_err(|source| WriteError::Io { path, source })
}

fn render(findings: &Findings) -> Result<String, askama::Error> {
    let language = Language::of_code(&findings.run.language).unwrap_or_default();
    let texts: BTreeMap<&str, PageTexts> =
        LANGUAGES.iter().map(|(language, code, _)| (*code, PageTexts::of(*language))).collect();
    let script = format!("'use strict';\n(() => {{\n{}}})();\n", SCRIPTS.join("\n"));
    let page = Page {
        language: language.code(),
        style: STYLE,
        script_digest: base64(&Sha256::digest(script.as_bytes())),
        without_script: language.texts().page.get("without_script").map_or("", String::as_str),
        texts: json(&texts)?,
        data: json(&data::PageData::of(findings))?,
        script: &script,
    };
    page.render()
}

/// JSON that can stand inside a script element.
fn json(value: &impl Serialize) -> Result<String, askama::Error> {
    serde_json::to_string(value).map(|text| text.replace('<', "\\u003c")).map_err(askama::Error::custom)
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits =
            three.iter().enumerate().fold(0_u32, |bits, (place, &byte)| bits | u32::from(byte) << (16 - 8 * place));
        for place in 0..4 {
            text.push(if place <= three.len() { series::letter((bits >> (18 - 6 * place)) as u8 & 63) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{FindingKind, SuspectRow};

    fn suspect(address: &str) -> SuspectRow {
        SuspectRow {
            rank: 1,
            usage_point: "UP1".into(),
            address: Some(address.to_owned()),
            probability: Some(0.9),
            ..SuspectRow::nothing_found("UP1".into(), FindingKind::MeteredHiddenLoad)
        }
    }

    #[test]
    fn an_address_from_outside_is_text_and_never_a_tag() {
        let findings = Findings {
            suspects: vec![suspect("</script><script>alert(1)</script> & \"Abay\" <img src=x>")],
            ..Findings::default()
        };
        let page = render(&findings).unwrap();
        assert!(!page.contains("alert(1)</script>") && !page.contains("<img"), "an address became a tag");
        assert!(page.contains("\\u003c/script>\\u003cscript>alert(1)"), "it is there as text");
    }

    #[test]
    fn the_page_names_no_address_to_load_from() {
        let page = render(&Findings::default()).unwrap();
        let allowed = "http://www.w3.org/2000/svg";
        for scheme in ["http://", "https://", "src=\"//", "@import", "url(//"] {
            assert_eq!(page.replace(allowed, "").matches(scheme).count(), 0, "{scheme}");
        }
    }

    #[test]
    fn every_text_that_a_script_asks_for_is_there() {
        let texts = &Language::English.texts().page;
        for script in SCRIPTS {
            for (at, _) in script
                .match_indices("t('")
                .filter(|(at, _)| !script[..*at].ends_with(|c: char| c.is_ascii_alphanumeric()))
            {
                let asked = script[at + 3..].split('\'').next().unwrap();
                assert!(asked.ends_with('_') || texts.contains_key(asked), "{asked}");
            }
        }
    }

    #[test]
    fn digests_are_written_as_the_standard_says() {
        // RFC 4648, section 10.
        let cases = [
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in cases {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
