//! Pseudonyms: the same list without meters, addresses and holders that anybody but the holder of a key can read.
//!
//! pseudonym = letter of the kind and the first 16 hexadecimal digits of SHA-256(key, kind, name): the same key gives the same pseudonym in every file and every month, and without the key names
//! cannot be tried out. Lines are put into the order of pseudonyms wherever they lay in that of ids, and coordinates are rounded to a hundredth of a degree (about a kilometre). Grid nodes, cities and
//! tariff classes keep their names. In free text whole ids are replaced; numbers of fewer than five digits only where the text begins with them, since they may be figures.
//! Weak when: somebody knows the readings: a load curve names its meter.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::domain::UsagePointId;
use crate::findings::{AddressRow, Findings, NameRow, SuspectRow};

/// Digits of a pseudonym.
const DIGITS: usize = 16;
/// Numbers in free text with fewer digits than this are taken for figures.
const LEAST_DIGITS: usize = 5;
/// Words that an id may have, at most, to be found in free text.
const MOST_WORDS: usize = 6;

/// A key of 32 bytes, of which results hold the digest only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PseudonymKey([u8; 32]);

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// A meter.
    UsagePoint,
    /// A building or flat.
    Address,
    /// A licence.
    Licence,
    /// A person or company.
    Owner,
}

impl NameKind {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UsagePoint => "usage_point",
            Self::Address => "address",
            Self::Licence => "licence",
            Self::Owner => "owner",
        }
    }

    fn letter(self) -> char {
        match self {
            Self::UsagePoint => 'M',
            Self::Address => 'A',
            Self::Licence => 'L',
            Self::Owner => 'P',
        }
    }
}

impl PseudonymKey {
    /// A key from its bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads a key of 64 hexadecimal digits; `None` where it is something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The key as 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// By what a result says which key it was made with, without giving it away.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(self.0))
    }

    /// The pseudonym of a name.
    #[must_use]
    pub fn pseudonym(&self, kind: NameKind, name: &str) -> String {
        let digest = Sha256::new().chain_update(self.0).chain_update(kind.as_str()).chain_update([0]).chain_update(name).finalize();
        format!("{}-{}", kind.letter(), &hex(&digest)[..DIGITS])
    }
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Names that may stand in free text, with their pseudonyms.
struct Names<'k> {
    key: &'k PseudonymKey,
    known: HashMap<String, String>,
    told: Vec<NameRow>,
}

/// Replaces every name in the findings. `names` are all ids, addresses and owners that the inputs hold. What stands for what goes into `Findings::names`, which no writer puts into the result.
pub fn pseudonymise<'a>(findings: &mut Findings, key: &PseudonymKey, names: impl Iterator<Item = (NameKind, &'a str)>) {
    let mut all = Names { key, known: HashMap::new(), told: Vec::new() };
    for (kind, name) in names {
        all.know(kind, name);
    }
    let ids: Vec<UsagePointId> = findings.scores.iter().map(|row| row.usage_point.clone()).collect();
    for id in &ids {
        all.know(NameKind::UsagePoint, id);
    }
    for row in findings.suspects.iter_mut().chain(&mut findings.screening) {
        all.suspect(row);
    }
    for row in &mut findings.scores {
        row.usage_point = all.id(&row.usage_point);
    }
    for row in &mut findings.cleared {
        row.usage_point = all.id(&row.usage_point);
        row.reason = all.text(&row.reason);
    }
    for row in &mut findings.nodes {
        for list in [&mut row.shortlist, &mut row.remarks, &mut row.parts] {
            all.list(list);
        }
    }
    findings.coverage.iter_mut().for_each(|row| all.list(&mut row.remarks));
    for row in &mut findings.addresses {
        all.address_row(row);
    }
    for row in &mut findings.worklist {
        row.id = match row.level {
            "address" => all.name(NameKind::Address, &row.id),
            "usage_point" => all.name(NameKind::UsagePoint, &row.id),
            _ => row.id.clone(),
        };
        row.usage_points.iter_mut().for_each(|id| *id = all.id(id));
        all.list(&mut row.findings);
        all.list(&mut row.criteria);
    }
    for row in findings.money.iter_mut().filter(|row| row.level == "usage_point") {
        row.id = all.name(NameKind::UsagePoint, &row.id);
    }
    for row in &mut findings.faults {
        row.usage_point = all.id_or_node(&row.usage_point);
        row.detail = all.text(&row.detail);
    }
    for row in &mut findings.rejects {
        row.detail = all.quoted(&row.detail);
    }
    findings.node_places.values_mut().for_each(|(lat, lon)| (*lat, *lon) = (rounded(*lat), rounded(*lon)));
    // Their order would tell the ids' order.
    findings.scores.sort_by(|a, b| a.usage_point.cmp(&b.usage_point));
    findings.cleared.sort_by(|a, b| a.usage_point.cmp(&b.usage_point));
    findings.faults.sort_by(|a, b| (&a.usage_point, a.kind, a.from, &a.detail).cmp(&(&b.usage_point, b.kind, b.from, &b.detail)));
    findings.names = all.told();
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 100.0).round() / 100.0
}

impl Names<'_> {
    fn know(&mut self, kind: NameKind, name: &str) {
        if !name.is_empty() && !self.known.contains_key(name) {
            self.known.insert(name.to_owned(), self.key.pseudonym(kind, name));
        }
    }

    fn name(&mut self, kind: NameKind, name: &str) -> String {
        let pseudonym = self.key.pseudonym(kind, name);
        self.told.push(NameRow { kind: kind.as_str(), name: name.to_owned(), pseudonym: pseudonym.clone() });
        pseudonym
    }

    fn told(mut self) -> Vec<NameRow> {
        self.told.sort();
        self.told.dedup();
        self.told
    }

    fn id(&mut self, id: &UsagePointId) -> UsagePointId {
        self.name(NameKind::UsagePoint, id).into()
    }

    /// Faults name usage points, and nodes, which keep their names.
    fn id_or_node(&mut self, id: &UsagePointId) -> UsagePointId {
        if self.known.contains_key(id.as_ref()) { self.id(id) } else { id.clone() }
    }

    fn suspect(&mut self, row: &mut SuspectRow) {
        row.usage_point = self.id(&row.usage_point);
        row.address = row.address.take().map(|address| self.name(NameKind::Address, &address));
        row.licence = row.licence.take().map(|licence| self.licence(&licence));
        (row.lat, row.lon) = (row.lat.map(rounded), row.lon.map(rounded));
        for list in [&mut row.evidence_for, &mut row.evidence_against, &mut row.tests_missing] {
            self.list(list);
        }
    }

    fn address_row(&mut self, row: &mut AddressRow) {
        row.address = self.name(NameKind::Address, &row.address);
        row.licence = row.licence.take().map(|licence| self.licence(&licence));
        row.members.iter_mut().for_each(|id| *id = self.id(id));
        (row.lat, row.lon) = (row.lat.map(rounded), row.lon.map(rounded));
        self.list(&mut row.findings);
        self.list(&mut row.criteria);
    }

    fn licence(&mut self, licence: &str) -> String {
        self.name(NameKind::Licence, licence)
    }

    fn list(&self, list: &mut [String]) {
        for text in list {
            *text = self.text(text);
        }
    }

    /// Free text with every known name replaced.
    fn text(&self, text: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let starts_word = !text[..at].ends_with(is_name_char);
            if let Some((length, pseudonym)) = self.longest(rest, at == 0).filter(|_| starts_word) {
                replaced.push_str(pseudonym);
                at += length;
            } else {
                let Some(c) = rest.chars().next() else { break };
                replaced.push(c);
                at += c.len_utf8();
            }
        }
        replaced
    }

    /// The longest known name that `text` begins with, and that ends where a word does.
    fn longest(&self, text: &str, at_start: bool) -> Option<(usize, &str)> {
        let first = text.chars().next()?;
        if !is_name_char(first) {
            return None;
        }
        let mut best = None;
        let mut words = 0;
        for (end, next) in text.char_indices().skip(1).map(|(end, c)| (end, Some(c))).chain([(text.len(), None)]) {
            if next.is_some_and(is_name_char) {
                continue;
            }
            if let Some(pseudonym) = self.known.get(&text[..end]).filter(|_| at_start || !is_figure(&text[..end])) {
                best = Some((end, pseudonym.as_str()));
            }
            words += 1;
            if words == MOST_WORDS {
                break;
            }
        }
        best
    }

    /// A reject's words with everything in backticks replaced but names of columns: what stands there was read from a cell and may be anything.
    fn quoted(&self, text: &str) -> String {
        let parts: Vec<&str> = text.split('`').collect();
        let mut replaced = String::new();
        for (index, part) in parts.iter().enumerate() {
            let is_quoted = index % 2 == 1;
            if index > 0 {
                replaced.push('`');
            }
            if is_quoted && !parts[index - 1].ends_with("column ") {
                let pseudonym = self.known.get(*part).cloned();
                replaced.push_str(&pseudonym.unwrap_or_else(|| self.key.pseudonym(NameKind::Owner, part)));
            } else if is_quoted {
                replaced.push_str(part);
            } else {
                replaced.push_str(&self.text(part));
            }
        }
        replaced
    }
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_')
}

fn is_figure(name: &str) -> bool {
    name.len() < LEAST_DIGITS && name.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consequence::test_rows::suspect;

    fn key() -> PseudonymKey {
        PseudonymKey::new([7; 32])
    }

    #[test]
    fn a_name_has_one_pseudonym_by_one_key_and_another_by_another() {
        let (a, b) = (key(), PseudonymKey::new([8; 32]));
        assert_eq!(a.pseudonym(NameKind::UsagePoint, "UP1"), key().pseudonym(NameKind::UsagePoint, "UP1"));
        assert_ne!(a.pseudonym(NameKind::UsagePoint, "UP1"), b.pseudonym(NameKind::UsagePoint, "UP1"));
        assert_ne!(a.pseudonym(NameKind::UsagePoint, "UP1"), a.pseudonym(NameKind::Address, "UP1"));
        assert_eq!(PseudonymKey::parse(&a.to_hex()), Some(a));
    }

    #[test]
    fn whole_names_are_replaced_in_free_text_and_figures_stay() {
        let key = key();
        let mut names = Names { key: &key, known: HashMap::new(), told: Vec::new() };
        for id in ["UP1", "12", "77012345", "KZ-01 A"] {
            names.know(NameKind::UsagePoint, id);
        }
        let of = |id: &str| key.pseudonym(NameKind::UsagePoint, id);
        assert_eq!(names.text("UP1: 12 kW at T1, not UP12"), format!("{}: 12 kW at T1, not UP12", of("UP1")));
        assert_eq!(names.text("12: follows 77012345"), format!("{}: follows {}", of("12"), of("77012345")));
        assert_eq!(names.text("see KZ-01 A."), format!("see {}.", of("KZ-01 A")));
        assert_eq!(
            names.quoted("`UP1` in column `kwh` is `Ivanov`"),
            format!("`{}` in column `kwh` is `{}`", of("UP1"), key.pseudonym(NameKind::Owner, "Ivanov"))
        );
    }

    #[test]
    fn no_row_keeps_a_name_and_places_are_blurred() {
        let mut row = suspect("UP1", 0.9, 3.0);
        (row.address, row.lat, row.lon) = (Some("Abay 12, apt 5".into()), Some(43.23968), Some(76.91571));
        row.evidence_for.push("UP1 began with UP2".into());
        let mut findings = Findings { suspects: vec![row], ..Findings::default() };
        let known = [(NameKind::UsagePoint, "UP1"), (NameKind::UsagePoint, "UP2"), (NameKind::Address, "Abay 12, apt 5")];
        pseudonymise(&mut findings, &key(), known.into_iter());
        let text = format!("{:?}", findings.suspects);
        assert!(!text.contains("UP1") && !text.contains("UP2") && !text.contains("Abay"), "{text}");
        assert_eq!(findings.suspects[0].lat, Some(43.24));
        assert!(findings.names.iter().any(|name| name.name == "UP1"));
    }
}
