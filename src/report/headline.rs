//! The first screen of a result: what was found, where, how much, how sure, and what is new. One
//! summary for the terminal and for the page.
//!
//! It is made of the cases of the work list, which hold listed usage points and likely nodes once
//! each; so the sums are those of everything listed, whatever a page has room for.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::CivilDay;
use crate::findings::{Findings, NodeRow, SuspectRow, WorklistRow};

/// Cases that the first screen shows.
pub(super) const SHOWN: usize = 10;
/// What began within so many days before the last is new: a month, as long as between two scans.
const NEW_DAYS: i32 = 30;

/// What was found, in one look.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Headline<'a> {
    /// The first cases of the work list.
    pub(super) cases: Vec<HeadCase<'a>>,
    /// All cases of which something is claimed.
    pub(super) total: usize,
    /// Lines of the work list that are there for its length only.
    pub(super) unclaimed: usize,
    /// Cases that are expected to be nothing: the sum of 1 − probability, where there is one (what
    /// bills leave out is no matter of odds).
    pub(super) innocents: f64,
    /// Hidden and unmetered power of all cases, kW, and its energy in the period, kWh.
    pub(super) kw: f64,
    pub(super) kwh: f64,
    /// What is at stake in each currency.
    pub(super) at_stake: Vec<AtStake<'a>>,
    /// Cases whose load began within the period, and within its last days.
    pub(super) began: usize,
    pub(super) new: usize,
    /// How many days are the last.
    pub(super) new_days: i32,
}

/// Money of all cases in one currency.
#[derive(Debug, Default, Clone, PartialEq, Serialize)]
pub(super) struct AtStake<'a> {
    /// ISO 4217 code.
    pub(super) currency: &'a str,
    /// Energy and fee together.
    pub(super) amount: f64,
    /// Sums of the lower and of the upper ends.
    pub(super) low: f64,
    pub(super) high: f64,
}

/// One case.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HeadCase<'a> {
    pub(super) rank: u64,
    /// What is claimed, as a word.
    pub(super) what: &'static str,
    /// How the load runs, as a word.
    pub(super) pattern: Option<&'static str>,
    /// The address, the usage point or the node, and its city.
    pub(super) place: &'a str,
    pub(super) city: Option<&'a str>,
    /// The listed usage points of the case, each with its rank in `suspects.csv`.
    pub(super) members: Vec<(&'a str, u64)>,
    /// The node of the case, with its kind and its rank in `nodes.csv`.
    pub(super) node: Option<(&'a str, &'static str, u64)>,
    pub(super) kw: Option<f64>,
    /// Ends of a 90 % interval, kW; of a case of several parts the sums of their ends.
    pub(super) kw_low: Option<f64>,
    pub(super) kw_high: Option<f64>,
    pub(super) kwh: Option<f64>,
    pub(super) probability: Option<f64>,
    /// The first day of its first part; `None` = there from the first reading.
    pub(super) since: Option<String>,
    /// It began within the last days of the period.
    pub(super) is_new: bool,
    pub(super) amount: Option<f64>,
    pub(super) currency: Option<&'a str>,
}

impl<'a> Headline<'a> {
    /// The summary of a run.
    pub(super) fn of(findings: &'a Findings) -> Self {
        let suspects: BTreeMap<&str, &SuspectRow> =
            findings.suspects.iter().map(|row| (&*row.usage_point, row)).collect();
        let nodes: BTreeMap<&str, &NodeRow> = findings.nodes.iter().map(|row| (&*row.node, row)).collect();
        let last = findings.run.period.as_ref().and_then(|(_, last)| CivilDay::parse(last));
        let cases: Vec<HeadCase> = claimed(findings).map(|row| HeadCase::of(row, &suspects, &nodes, last)).collect();
        let sum = |value: fn(&HeadCase) -> Option<f64>| cases.iter().filter_map(value).sum::<f64>();
        Self {
            total: cases.len(),
            innocents: cases.iter().filter_map(|case| case.probability).map(|probability| 1.0 - probability).sum(),
            kw: sum(|case| case.kw),
            kwh: sum(|case| case.kwh),
            at_stake: at_stake(claimed(findings)),
            unclaimed: findings.worklist.iter().filter(|row| !row.is_claimed()).count(),
            began: cases.iter().filter(|case| case.since.is_some()).count(),
            new: cases.iter().filter(|case| case.is_new).count(),
            new_days: NEW_DAYS,
            cases: cases.into_iter().take(SHOWN).collect(),
        }
    }
}

impl<'a> HeadCase<'a> {
    fn of(
        row: &'a WorklistRow,
        suspects: &BTreeMap<&str, &'a SuspectRow>,
        nodes: &BTreeMap<&str, &'a NodeRow>,
        last: Option<CivilDay>,
    ) -> Self {
        let members: Vec<&SuspectRow> = row.usage_points.iter().filter_map(|id| suspects.get(&**id).copied()).collect();
        let node = row.node.as_ref().and_then(|id| nodes.get(&**id).copied());
        let best = members.first();
        // Every part counts: one that was there from the first reading makes the case as old.
        let starts: Option<Vec<CivilDay>> =
            members.iter().map(|member| member.since).chain(node.map(|node| node.since)).collect();
        let since = starts.and_then(|starts| starts.into_iter().min());
        let ends = |of_member: fn(&SuspectRow) -> Option<f64>, of_node: fn(&NodeRow) -> Option<f64>| -> Option<f64> {
            members.iter().map(|member| of_member(member)).chain(node.map(of_node)).sum()
        };
        Self {
            rank: row.rank,
            what: best.map_or(row.kind, |member| member.finding.as_str()),
            pattern: best
                .map_or_else(|| node.and_then(|node| node.pattern), |member| member.pattern)
                .map(crate::findings::Pattern::as_str),
            // A line that no finding stands behind, as of what is not billed, is named by whom it
            // is about.
            place: row.usage_points.first().filter(|_| best.is_none() && node.is_none()).map_or(&row.id, |id| id),
            city: row.city.as_deref(),
            members: members.iter().map(|member| (&*member.usage_point, member.rank)).collect(),
            node: node.map(|node| (&*node.node, node.kind.as_str(), node.rank)),
            kw: row.kw,
            kw_low: row.kw.and(ends(|member| member.hidden_kw_low, |node| node.unmetered_kw_low)),
            kw_high: row.kw.and(ends(|member| member.hidden_kw_high, |node| node.unmetered_kw_high)),
            kwh: row.kwh,
            probability: row.probability,
            since: since.map(|day| day.to_string()),
            is_new: since.zip(last).is_some_and(|(since, last)| last.0 - since.0 < NEW_DAYS),
            amount: row.loss.total(),
            currency: row.loss.currency(),
        }
    }
}

/// Cases of which something is claimed.
fn claimed(findings: &Findings) -> impl Iterator<Item = &WorklistRow> {
    findings.worklist.iter().filter(|row| row.is_claimed())
}

/// Sums by currency; amounts without one, or of several, are in none.
fn at_stake<'a>(cases: impl Iterator<Item = &'a WorklistRow>) -> Vec<AtStake<'a>> {
    let mut sums: BTreeMap<&str, AtStake> = BTreeMap::new();
    for loss in cases.map(|case| &case.loss) {
        let (Some(currency), Some(amount)) = (loss.currency(), loss.total()) else { continue };
        let sum = sums.entry(currency).or_insert(AtStake { currency, ..AtStake::default() });
        sum.amount += amount;
        sum.low += loss.loss_low.unwrap_or(amount);
        sum.high += loss.loss_high.unwrap_or(amount);
    }
    sums.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{FindingKind, Loss};

    fn case(level: &'static str, id: &str, amount: f64, currency: &str) -> WorklistRow {
        let loss = Loss {
            loss_energy: Some(amount),
            loss_low: Some(0.5 * amount),
            currencies: [currency.to_owned()].into(),
            ..Loss::default()
        };
        WorklistRow {
            rank: 1,
            level,
            id: id.into(),
            city: None,
            usage_points: if level == "node" { Vec::new() } else { vec![id.into()] },
            node: (level == "node").then(|| id.into()),
            feeder: None,
            probability: Some(0.75),
            kw: Some(3.0),
            kwh: Some(1000.0),
            expected_kwh: Some(750.0),
            expected_recovery: None,
            crew: None,
            visited: None,
            loss,
            findings: Vec::new(),
            criteria: Vec::new(),
            kind: if level == "node" { "unmetered_load" } else { "hidden_load" },
        }
    }

    fn findings() -> Findings {
        let since = |id: &str, day: &str| SuspectRow {
            rank: 1,
            since: CivilDay::parse(day),
            ..SuspectRow::nothing_found(id.into(), FindingKind::MeteredHiddenLoad)
        };
        let mut findings =
            Findings { suspects: vec![since("A", "2025-05-20"), since("B", "2025-03-20")], ..Findings::default() };
        findings.worklist = vec![
            case("node", "T1", 1000.0, "KZT"),
            case("usage_point", "A", 20.0, "KZT"),
            case("usage_point", "B", 3.0, "KZT"),
        ];
        findings.run.period = Some(("2025-03-01".into(), "2025-05-31".into()));
        findings
    }

    #[test]
    fn what_is_at_stake_at_nodes_counts_as_much_as_at_meters() {
        let findings = findings();
        let headline = Headline::of(&findings);
        assert_eq!(headline.at_stake, [AtStake { currency: "KZT", amount: 1023.0, low: 511.5, high: 1023.0 }]);
        assert_eq!((headline.total, headline.innocents, headline.kw, headline.kwh), (3, 0.75, 9.0, 3000.0));
    }

    #[test]
    fn what_began_in_the_last_month_is_new() {
        let findings = findings();
        let headline = Headline::of(&findings);
        let new: Vec<(&str, bool)> = headline.cases.iter().map(|case| (case.place, case.is_new)).collect();
        assert_eq!((new, headline.began, headline.new), (vec![("T1", false), ("A", true), ("B", false)], 2, 1));
    }

    #[test]
    fn lines_that_are_there_for_the_length_of_the_list_are_in_no_sum() {
        let mut findings = findings();
        let before = (Headline::of(&findings).kw, Headline::of(&findings).total);
        findings.worklist.push(WorklistRow { probability: Some(0.05), ..case("usage_point", "C", 50.0, "KZT") });
        let headline = Headline::of(&findings);
        assert_eq!(((headline.kw, headline.total), headline.unclaimed), (before, 1));
    }

    #[test]
    fn amounts_of_two_currencies_stay_apart() {
        let mut findings = findings();
        findings.worklist.push(case("usage_point", "C", 7.0, "RUB"));
        let sums: Vec<(&str, f64)> =
            Headline::of(&findings).at_stake.iter().map(|sum| (sum.currency, sum.amount)).collect();
        assert_eq!(sums, [("KZT", 1023.0), ("RUB", 7.0)]);
    }
}
