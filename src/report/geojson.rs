//! `suspects.geojson`: listed usage points and likely nodes as points on a map (RFC 7946, WGS 84,
//! longitude before latitude).
//!
//! What has no coordinates is left out, and counted in `without_coordinates`: a point without a
//! place has no place on a map. A node stands at the mean of its customers.

use std::fmt::Write as _;
use std::path::Path;

use crate::disk;
use crate::findings::{Findings, Loss, NodeRow, SuspectRow};

use super::write_error::WriteError;

/// Nodes below this probability are not shown.
const LEAST_PROBABILITY: f64 = 0.5;

/// Writes the file.
pub(super) fn write(findings: &Findings, folder: &Path) -> Result<(), WriteError> {
    let path = folder.join("suspects.geojson");
    disk::write(&path, text(findings)).map_err(|source| WriteError::Io { path, source })
}

fn text(findings: &Findings) -> String {
    let nodes = || findings.nodes.iter().filter(|node| node.probability.is_some_and(|p| p >= LEAST_PROBABILITY));
    let mut features: Vec<String> = findings.suspects.iter().filter_map(suspect).collect();
    features.extend(nodes().filter_map(|row| node(row, findings.node_places.get(&row.node).copied())));
    let without = findings.suspects.len() + nodes().count() - features.len();
    format!(
        "{{\"type\":\"FeatureCollection\",\"without_coordinates\":{without},\"features\":[\n{}\n]}}\n",
        features.join(",\n")
    )
}

/// Properties of a feature on their way.
struct Properties(String);

impl Properties {
    fn word(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.0.push(',');
            let _ = write!(self.0, "\"{name}\":{}", json_string(value));
        }
        self
    }

    fn number(mut self, name: &str, value: Option<f64>, digits: usize) -> Self {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            let _ = write!(self.0, ",\"{name}\":{value:.digits$}");
        }
        self
    }

    fn loss(self, loss: &Loss) -> Self {
        let codes: Vec<&str> = loss.currencies.iter().map(String::as_str).collect();
        self.number("loss_energy", loss.loss_energy, 2)
            .number("loss_fee", loss.loss_fee, 2)
            .number("loss_low", loss.loss_low, 2)
            .number("loss_high", loss.loss_high, 2)
            .word("currency", Some(codes.join("; ")).filter(|codes| !codes.is_empty()).as_deref())
    }

    fn at(self, lat: f64, lon: f64) -> String {
        let properties = self.0.trim_start_matches(',');
        format!(
            "{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{lon:.5},{lat:.5}]}},\"properties\":{{{properties}}}}}"
        )
    }
}

fn suspect(row: &SuspectRow) -> Option<String> {
    let (lat, lon) = row.lat.zip(row.lon)?;
    let since = row.since.map(|day| day.to_string());
    let properties = Properties(String::new())
        .word("level", Some("usage_point"))
        .number("rank", Some(row.rank as f64), 0)
        .word("id", Some(&row.usage_point))
        .word("address", row.address.as_deref())
        .word("city", row.city.as_deref())
        .word("tariff_class", row.tariff_class.as_deref())
        .word("node", row.node.as_deref())
        .word("finding", Some(row.finding.as_str()))
        .word("pattern", row.pattern.map(crate::findings::Pattern::as_str))
        .number("probability", row.probability, 6)
        .number("kw", row.hidden_kw, 3)
        .number("kwh", row.hidden_kwh, 1)
        .word("since", since.as_deref())
        .loss(&row.loss)
        .word("licence", row.licence.as_deref());
    Some(properties.at(lat, lon))
}

fn node(row: &NodeRow, place: Option<(f64, f64)>) -> Option<String> {
    let (lat, lon) = place?;
    let since = row.since.map(|day| day.to_string());
    let properties = Properties(String::new())
        .word("level", Some("node"))
        .number("rank", Some(row.rank as f64), 0)
        .word("id", Some(&row.node))
        .word("kind", Some(row.kind.as_str()))
        .word("pattern", row.pattern.map(crate::findings::Pattern::as_str))
        .number("probability", row.probability, 6)
        .number("kw", row.unmetered_kw, 3)
        .number("kwh", row.unmetered_kwh, 1)
        .word("since", since.as_deref())
        .loss(&row.loss);
    Some(properties.at(lat, lon))
}

/// A string of JSON with its quotes. `<` is escaped too, so that the text may stand inside a page.
pub(super) fn json_string(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            c if c < ' ' || c == '<' || c == '\u{2028}' || c == '\u{2029}' => {
                let _ = write!(json, "\\u{:04x}", c as u32);
            }
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_of_json_cannot_break_out() {
        assert_eq!(json_string("a\"b\\c\n</script>"), "\"a\\\"b\\\\c\\n\\u003c/script>\"");
    }

    #[test]
    fn an_empty_list_is_an_empty_collection() {
        assert_eq!(
            text(&Findings::default()),
            "{\"type\":\"FeatureCollection\",\"without_coordinates\":0,\"features\":[\n\n]}\n"
        );
    }
}
