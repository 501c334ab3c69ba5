//! Pseudonyms: the same list without meters, addresses, holders and paths that anybody but the
//! holder of a key can read.
//!
//! pseudonym = letter of the kind and the first 16 hexadecimal digits of HMAC-SHA-256(key, kind 0
//! name): the same key gives the same pseudonym in every file and every month, and without the key
//! names cannot be tried out. Lines are put into the order of pseudonyms wherever they lay in that
//! of ids, and coordinates are rounded to a hundredth of a degree (about a kilometre). Grid nodes,
//! cities and tariff classes keep their names. Facts carry names as parts of their own, and no text
//! is searched for them; of what a file says in its own words nothing is kept.
//! Weak when: somebody knows the readings: a load curve names its meter.
//! Source: RFC 2104 (HMAC), section 2.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::domain::{Fact, NameKind, Part, UsagePointId};
use crate::findings::{AddressRow, CaseRow, Findings, NameRow, SuspectRow};

/// Digits of a pseudonym.
const DIGITS: usize = 16;
/// Bytes of a block of SHA-256, and what HMAC fills the inner and the outer key up with.
const BLOCK: usize = 64;
const INNER: u8 = 0x36;
const OUTER: u8 = 0x5c;
/// What stands for words that are left out.
const LEFT_OUT: &str = "\u{2026}";
/// Different bytes that a random key of 32 bytes has at least: fewer come once in 10^20 keys.
const LEAST_DIFFERENT: usize = 12;

/// A key of 32 bytes, of which results hold the digest only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PseudonymKey([u8; 32]);

fn letter(kind: NameKind) -> char {
    match kind {
        NameKind::UsagePoint => 'M',
        NameKind::Address => 'A',
        NameKind::Licence => 'L',
        NameKind::Owner => 'P',
        NameKind::File => 'F',
        NameKind::Words => 'W',
        NameKind::Node => 'N',
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

    /// Whether the key can have been drawn at random: one of zeros, or of a few bytes again and
    /// again, can be guessed.
    #[must_use]
    pub fn is_random(&self) -> bool {
        self.0.iter().collect::<BTreeSet<_>>().len() >= LEAST_DIFFERENT
    }

    /// The pseudonym of a name.
    #[must_use]
    pub fn pseudonym(&self, kind: NameKind, name: &str) -> String {
        let digest = hmac_sha256(&self.0, &[kind.as_str().as_bytes(), &[0], name.as_bytes()]);
        format!("{}-{}", letter(kind), &hex(&digest)[..DIGITS])
    }
}

/// HMAC-SHA-256 of a text in parts: H(key ^ outer, H(key ^ inner, text)), a key beyond a block
/// being digested first.
fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner =
        parts.iter().fold(Sha256::new_with_prefix(block.map(|byte| byte ^ INNER)), Sha256::chain_update).finalize();
    Sha256::new_with_prefix(block.map(|byte| byte ^ OUTER)).chain_update(inner).finalize().into()
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What names stand for, and what is a name and what a node.
struct Names<'k> {
    key: &'k PseudonymKey,
    /// Usage points and balance meters: in faults they stand beside nodes, which keep their names.
    meters: BTreeSet<UsagePointId>,
    told: BTreeSet<NameRow>,
}

/// Replaces every name in the findings. `meters` are all usage points and balance meters that the
/// inputs hold. What stands for what goes into `Findings::names`, which no writer puts into the
/// result.
pub fn pseudonymise<'a>(findings: &mut Findings, key: &PseudonymKey, meters: impl Iterator<Item = &'a str>) {
    let mut all = Names { key, meters: meters.map(UsagePointId::from).collect(), told: BTreeSet::new() };
    all.meters.extend(findings.scores.iter().map(|row| row.usage_point.clone()));
    findings.each_fact(|fact| all.fact(fact));
    for row in findings.suspects.iter_mut().chain(&mut findings.screening) {
        all.suspect(row);
    }
    findings
        .scores
        .iter_mut()
        .map(|row| &mut row.usage_point)
        .chain(findings.cleared.iter_mut().map(|row| &mut row.usage_point))
        .chain(findings.phases.iter_mut().map(|row| &mut row.usage_point))
        .for_each(|id| all.id(id));
    findings.addresses.iter_mut().for_each(|row| all.address_row(row));
    for row in &mut findings.worklist {
        match row.level {
            "address" => all.put(NameKind::Address, &mut row.id),
            "usage_point" => all.put(NameKind::UsagePoint, &mut row.id),
            _ => {}
        }
        row.usage_points.iter_mut().for_each(|id| all.id(id));
    }
    findings.billing.iter_mut().filter_map(|row| row.usage_point.as_mut()).for_each(|id| all.id(id));
    findings.nodes.iter_mut().flat_map(|row| &mut row.line).for_each(|id| all.id(id));
    findings.cases.iter_mut().for_each(|row| all.case_row(row));
    findings
        .money
        .iter_mut()
        .filter(|row| row.level == "usage_point")
        .for_each(|row| all.put(NameKind::UsagePoint, &mut row.id));
    findings
        .faults
        .iter_mut()
        .filter(|row| all.meters.contains(&row.usage_point))
        .map(|row| &mut row.usage_point)
        .for_each(|id| {
            let pseudonym = all.key.pseudonym(NameKind::UsagePoint, id);
            all.told.insert(NameRow {
                pseudonym: pseudonym.clone(),
                kind: NameKind::UsagePoint.as_str(),
                name: id.to_string(),
            });
            *id = pseudonym.into();
        });
    all.paths(findings);
    findings.node_places.values_mut().for_each(|(lat, lon)| (*lat, *lon) = (rounded(*lat), rounded(*lon)));
    // Their order would tell the ids' order.
    findings.scores.sort_by(|a, b| a.usage_point.cmp(&b.usage_point));
    findings.cleared.sort_by(|a, b| a.usage_point.cmp(&b.usage_point));
    findings.phases.sort_by(|a, b| (&a.usage_point, a.meter_phase).cmp(&(&b.usage_point, b.meter_phase)));
    findings
        .faults
        .sort_by(|a, b| (&a.usage_point, a.kind, a.from, &a.detail).cmp(&(&b.usage_point, b.kind, b.from, &b.detail)));
    findings.rejects.sort();
    findings.names = all.told.into_iter().collect();
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 100.0).round() / 100.0
}

impl Names<'_> {
    fn name(&mut self, kind: NameKind, name: &str) -> String {
        if kind == NameKind::Words {
            return LEFT_OUT.to_owned();
        }
        let pseudonym = self.key.pseudonym(kind, name);
        self.told.insert(NameRow { pseudonym: pseudonym.clone(), kind: kind.as_str(), name: name.to_owned() });
        pseudonym
    }

    fn case_row(&mut self, row: &mut CaseRow) {
        if row.level == "usage_point" {
            self.put(NameKind::UsagePoint, &mut row.id);
        }
        // A load may move from a node to a usage point.
        for id in row.moved_from.iter_mut().chain(&mut row.moved_to) {
            if self.meters.contains(id.as_str()) {
                self.put(NameKind::UsagePoint, id);
            }
        }
        if let Some(address) = &mut row.address {
            self.put(NameKind::Address, address);
        }
    }

    fn put(&mut self, kind: NameKind, name: &mut String) {
        *name = self.name(kind, name);
    }

    fn id(&mut self, id: &mut UsagePointId) {
        *id = self.name(NameKind::UsagePoint, id).into();
    }

    fn fact(&mut self, fact: &mut Fact) {
        fact.each_name(&mut |kind, name| self.put(kind, name));
    }

    fn suspect(&mut self, row: &mut SuspectRow) {
        self.id(&mut row.usage_point);
        row.address.iter_mut().for_each(|address| self.put(NameKind::Address, address));
        row.licence.iter_mut().for_each(|licence| self.put(NameKind::Licence, licence));
        (row.lat, row.lon) = (row.lat.map(rounded), row.lon.map(rounded));
    }

    fn address_row(&mut self, row: &mut AddressRow) {
        self.put(NameKind::Address, &mut row.address);
        row.licence.iter_mut().for_each(|licence| self.put(NameKind::Licence, licence));
        row.members.iter_mut().for_each(|id| self.id(id));
        (row.lat, row.lon) = (row.lat.map(rounded), row.lon.map(rounded));
    }

    /// Files are often called after what they hold: paths become pseudonyms wherever the result
    /// tells them.
    fn paths(&mut self, findings: &mut Findings) {
        findings.run.inputs.iter_mut().for_each(|input| self.put(NameKind::File, &mut input.path));
        for understood in &mut findings.run.understood {
            understood.sheet = None;
            understood.columns.clear();
            understood.left_alone.clear();
        }
        if findings.run.inputs.iter().any(|input| input.role == "profile") {
            findings.run.options.profile.iter_mut().for_each(|profile| self.put(NameKind::File, profile));
        }
        let rules = findings
            .run
            .config
            .get_mut("rules")
            .and_then(|rules| rules.get_mut("files"))
            .and_then(toml::Value::as_array_mut);
        for path in rules.into_iter().flatten() {
            *path = toml::Value::String(self.name(NameKind::File, path.as_str().unwrap_or_default()));
        }
        for row in &mut findings.rejects {
            self.put(NameKind::File, &mut row.file);
            self.fact(&mut row.detail);
            leave_texts_out(&mut row.detail);
        }
    }
}

/// Leaves out what a fact repeats of a file.
fn leave_texts_out(fact: &mut Fact) {
    fn of_part(part: &mut Part) {
        match part {
            Part::Text(text) => LEFT_OUT.clone_into(text),
            Part::Fact(fact) => leave_texts_out(fact),
            Part::List(parts) => parts.iter_mut().for_each(of_part),
            Part::Number { .. } | Part::Count(_) | Part::Day(_) | Part::Name(..) | Part::Word(_) => {}
        }
    }
    fact.parts.iter_mut().for_each(|(_, part)| of_part(part));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consequence::test_rows::suspect;
    use crate::domain::Reject;

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
    fn hmac_gives_what_rfc_4231_says() {
        let of = |key: &[u8], text: &[u8]| hex(&hmac_sha256(key, &[text]));
        assert_eq!(of(&[0x0b; 20], b"Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        assert_eq!(
            of(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(of(&[0xaa; 20], &[0xdd; 50]), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
        let long: &[u8] = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(of(&[0xaa; 131], long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
        assert_eq!(
            hmac_sha256(b"Jefe", &[b"what do ya want ", b"for nothing?"]),
            hmac_sha256(b"Jefe", &[b"what do ya want for nothing?"])
        );
    }

    #[test]
    fn a_key_of_zeros_was_not_drawn_at_random() {
        assert!(!PseudonymKey::new([0; 32]).is_random() && !key().is_random());
        let mixed: Vec<u8> = Sha256::digest(b"a key").to_vec();
        assert!(PseudonymKey::new(mixed.try_into().unwrap()).is_random());
    }

    #[test]
    fn of_what_was_read_a_reject_keeps_nothing() {
        let mut detail =
            Fact::new("x", [("text", Part::Text("Ivanov".into())), ("why", Part::Fact(Fact::said("7").into()))]);
        leave_texts_out(&mut detail);
        assert_eq!(detail.to_string(), format!("x text={LEFT_OUT} why=[{LEFT_OUT}]"));
    }

    #[test]
    fn no_row_keeps_a_name_and_places_are_blurred() {
        for id in ["UP1", "# 12", "( 7", "№ 8", "- 9", "1234", "a b c d e f g"] {
            let mut row = suspect(id, 0.9, 3.0);
            (row.address, row.lat, row.lon) = (Some("Abay 12, apt 5".into()), Some(43.23968), Some(76.91571));
            let named = |id: &str| Part::Name(NameKind::UsagePoint, id.to_owned());
            row.evidence_for.push(Fact::new("x", [("first", named(id)), ("all", Part::List(vec![named("UP2")]))]));
            let reject = Reject {
                file: format!("in/{id}.csv"),
                row: 1,
                code: "x",
                detail: Fact::said(format!("`{id}` twice")),
                records: 1,
            };
            let mut findings = Findings { suspects: vec![row], rejects: vec![reject], ..Findings::default() };
            pseudonymise(&mut findings, &key(), [id, "UP2"].into_iter());
            let text = format!("{:?} {:?}", findings.suspects, findings.rejects);
            assert!(!text.contains(id) && !text.contains("UP2") && !text.contains("Abay"), "{text}");
            assert_eq!(findings.suspects[0].lat, Some(43.24));
            assert!(findings.names.iter().any(|name| name.name == id));
        }
    }
}
