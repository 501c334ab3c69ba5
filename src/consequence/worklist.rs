//! One work list: addresses and grid nodes in one order of what a visit is expected to recover.
//!
//! expected_recovery = Σ probability · (loss_energy + loss_fee) − cost of a visit; without tariffs,
//! or with several currencies, the order is that of expected energy. A farm partly past its meter
//! is one case: the node that misses the rest joins the case of the listed usage point that its
//! balance names; a start on one day is no name. What a node misses because a listed meter shows
//! too little is that meter's energy already, and is taken off the node's. The node that sees a
//! load is the lowest with a meter, so nodes above do not hold it again. Crews: the best cases with
//! something to recover, as many as the crews can visit, are cut into one stretch of the grid a
//! crew (by city, feeder and node), so that nobody crosses the town. Cases where an inspection has
//! found nothing (or a farm, of which the readings do not yet tell whether it was switched off) and
//! whose load is what it was stand last and get no crew for a time (`[visits] rest_days`): the same
//! crew would see little more. What bills leave out of
//! metered energy is no matter of odds: its energy and money count whole, at the place of its case
//! or as a case of its own (`unbilled`).

use std::collections::BTreeMap;

use crate::domain::{CivilDay, Fact, Grid, NameKind, NodeId, NodeKind, Outcome, Part, UsagePointId};
use crate::findings::{BillingRow, FindingKind, Loss, NodeRow, Pattern, SuspectRow, WorklistRow};

use super::case::probability_of_any;
use super::criteria::criteria;
use super::loss_sum::{expected, has_one_currency, sum, total_loss};
use super::said;
use super::visits::Visits;
use crate::judgement::is_place;
use crate::population::Buildings;

/// Days of readings after which it shows whether a farm that was found was switched off.
const DAYS_TO_TELL: i32 = 10;
/// Nodes below this probability are not on the list.
const LEAST_PROBABILITY: f64 = 0.5;

/// What the list is made of.
#[derive(Clone, Copy)]
pub struct WorklistSetting<'a> {
    /// Buildings of the customers.
    pub buildings: &'a Buildings,
    /// The grid.
    pub grid: &'a Grid,
    /// City in which most customers under a node are.
    pub city_of: &'a dyn Fn(&NodeId) -> Option<String>,
    /// Usage points whose bills and meter disagree.
    pub unbilled: &'a [BillingRow],
    /// Visits.
    pub visits: Visits,
    /// Last day of the readings.
    pub last_day: Option<CivilDay>,
}

/// A case on its way into the list.
#[derive(Default)]
struct Case<'a> {
    building: Option<u32>,
    members: Vec<&'a SuspectRow>,
    node: Option<(&'a NodeRow, f64)>,
    unbilled: Vec<&'a BillingRow>,
}

/// A line on its way into its place.
struct Placed {
    building: Option<u32>,
    /// Nobody need go again for now.
    rests: bool,
    row: WorklistRow,
}

/// `worklist.csv`, best first, with the building of each case that has one.
#[must_use]
pub fn worklist_rows(
    suspects: &[SuspectRow],
    nodes: &[NodeRow],
    setting: &WorklistSetting,
) -> Vec<(Option<u32>, WorklistRow)> {
    let mut cases = cases_of_places(suspects, setting.buildings);
    for node in nodes.iter().filter(|node| node.probability.is_some_and(|p| p >= LEAST_PROBABILITY)) {
        let beside = 1.0 - share_of_members(node, suspects);
        let owner = whose(node, suspects).and_then(|row| {
            cases.iter_mut().find(|case| case.members.iter().any(|m| m.usage_point == row.usage_point))
        });
        match owner {
            // A second node of one case stays a case of its own.
            Some(case) if case.node.is_none() => case.node = Some((node, beside)),
            _ => cases.push(Case { node: Some((node, beside)), ..Case::default() }),
        }
    }
    add_unbilled(&mut cases, setting);
    let billed: Vec<Loss> = setting.unbilled.iter().map(loss_of).collect();
    let losses = suspects.iter().map(|row| &row.loss).chain(nodes.iter().map(|row| &row.loss)).chain(&billed);
    let has_money = has_one_currency(losses);
    let mut rows: Vec<Placed> = (cases.iter())
        .map(|case| Placed {
            building: case.building,
            rests: case.rests(setting),
            row: row_of(case, setting, has_money),
        })
        .collect();
    rows.sort_by(|Placed { row: a, rests: rest_a, .. }, Placed { row: b, rests: rest_b, .. }| {
        let recovery = |row: &WorklistRow| row.expected_recovery.unwrap_or(f64::NEG_INFINITY);
        (rest_a.cmp(rest_b))
            .then_with(|| recovery(b).total_cmp(&recovery(a)))
            .then_with(|| b.expected_kwh.unwrap_or(0.0).total_cmp(&a.expected_kwh.unwrap_or(0.0)))
            .then_with(|| a.id.cmp(&b.id))
            .then_with(|| a.city.cmp(&b.city))
    });
    for (index, placed) in rows.iter_mut().enumerate() {
        placed.row.rank = index as u64 + 1;
    }
    send_crews(&mut rows, &setting.visits);
    rows.into_iter().map(|placed| (placed.building, placed.row)).collect()
}

/// One case a building, and one a usage point whose address is not known.
fn cases_of_places<'a>(suspects: &'a [SuspectRow], buildings: &Buildings) -> Vec<Case<'a>> {
    let mut by_building: BTreeMap<u32, Vec<&SuspectRow>> = BTreeMap::new();
    let mut cases = Vec::new();
    for suspect in suspects {
        match buildings.of_usage_point(&suspect.usage_point) {
            Some(building) => by_building.entry(building).or_default().push(suspect),
            None => cases.push(Case { members: vec![suspect], ..Case::default() }),
        }
    }
    cases.extend(by_building.into_iter().map(|(building, members)| Case {
        building: Some(building),
        members,
        ..Case::default()
    }));
    cases
}

/// Adds what bills leave out to the case of its building or usage point, or as a case of its own.
fn add_unbilled<'a>(cases: &mut Vec<Case<'a>>, setting: &WorklistSetting<'a>) {
    for row in setting.unbilled {
        let Some(id) = row.usage_point.as_ref().filter(|_| row.finding.is_some()) else { continue };
        let building = setting.buildings.of_usage_point(id);
        let is_its = |case: &&mut Case| {
            (case.building.is_some() && case.building == building)
                || case.members.iter().any(|member| member.usage_point == *id)
                || case.unbilled.iter().any(|other| other.usage_point.as_ref() == Some(id))
        };
        match cases.iter_mut().find(is_its) {
            Some(case) => case.unbilled.push(row),
            None => cases.push(Case { building, unbilled: vec![row], ..Case::default() }),
        }
    }
}

/// Whether the shortlist of a node is about a usage point: the first that a ground names.
fn is_named(node: &NodeRow, usage_point: &UsagePointId) -> bool {
    let named = |ground: &Fact| {
        ground.parts.iter().find_map(|(_, part)| match part {
            Part::Name(NameKind::UsagePoint, name) => Some(*name == **usage_point),
            _ => None,
        })
    };
    node.shortlist.iter().filter(|ground| !is_place(ground)).any(|ground| named(ground) == Some(true))
}

/// The likeliest listed usage point that the node's balance names.
fn whose<'a>(node: &NodeRow, suspects: &'a [SuspectRow]) -> Option<&'a SuspectRow> {
    // Suspects stand in the order of their odds.
    suspects.iter().find(|row| is_named(node, &row.usage_point))
}

/// Share of a node's missing energy that listed meters which show too little already account for.
/// Meters named by their slope (`scaled`) were taken out of the balance before.
fn share_of_members(node: &NodeRow, suspects: &[SuspectRow]) -> f64 {
    let counted = |row: &&SuspectRow| {
        row.finding == FindingKind::UnderRegistration
            && row.pattern != Some(Pattern::Scaled)
            && is_named(node, &row.usage_point)
    };
    let inside: f64 = suspects.iter().filter(counted).filter_map(|row| row.hidden_kwh).sum();
    node.unmetered_kwh.filter(|kwh| *kwh > 0.0).map_or(0.0, |kwh| (inside / kwh).clamp(0.0, 1.0))
}

fn row_of(case: &Case, setting: &WorklistSetting, has_money: bool) -> WorklistRow {
    let (members, first) = (&case.members, case.members.first());
    let node = case.node.map(|(row, _)| row);
    let of_node = |amount: Option<f64>| case.node.and_then(|(_, share)| amount.map(|amount| amount * share));
    let node_loss = case.node.map(|(row, share)| scaled(&row.loss, share));
    let by_node = |amount: Option<f64>| {
        node.and_then(|row| row.probability).zip(of_node(amount)).map(|(probability, amount)| probability * amount)
    };
    let gaps = || case.unbilled.iter().map(|row| Some(row.gap_kwh().max(0.0)));
    let expected_loss = [expected(members, |row| row.loss.total()), by_node(node.and_then(|row| row.loss.total()))];
    let money = sum(expected_loss.into_iter().chain(case.unbilled.iter().map(|row| row.loss_energy)));
    let billed_loss: Vec<Loss> = case.unbilled.iter().map(|row| loss_of(row)).collect();
    WorklistRow {
        rank: 0,
        level: match (case.building, first.is_some() || node.is_none()) {
            (Some(_), _) => "address",
            (None, true) => "usage_point",
            (None, false) => "node",
        },
        kind: match (first, node) {
            (Some(_), _) => "hidden_load",
            (None, Some(_)) => "unmetered_load",
            (None, None) => "unbilled",
        },
        id: case.id(setting.buildings),
        city: case.city(setting),
        usage_points: usage_points(case),
        node: node.map(|row| row.node.clone()),
        feeder: case.feeder(setting.grid),
        // Parts of one farm: as likely as the likelier of them.
        probability: [probability_of_any(members), node.and_then(|row| row.probability)]
            .into_iter()
            .flatten()
            .reduce(f64::max),
        kw: sum(members.iter().map(|row| row.hidden_kw).chain([of_node(node.and_then(|row| row.unmetered_kw))])),
        kwh: sum(members
            .iter()
            .map(|row| row.hidden_kwh)
            .chain([of_node(node.and_then(|row| row.unmetered_kwh))])
            .chain(gaps())),
        expected_kwh: sum([expected(members, |row| row.hidden_kwh), by_node(node.and_then(|row| row.unmetered_kwh))]
            .into_iter()
            .chain(gaps())),
        expected_recovery: money.filter(|_| has_money).map(|money| money - setting.visits.cost),
        crew: None,
        visited: case.visited(),
        loss: total_loss(
            &members.iter().map(|row| &row.loss).chain(node_loss.as_ref()).chain(&billed_loss).collect::<Vec<_>>(),
        ),
        findings: case.findings(),
        criteria: criteria(members),
    }
}

impl Case<'_> {
    /// Whether nobody need go again for now: inspections found nothing that is open, or a farm of
    /// which the readings do not yet tell whether it was switched off. What a node misses is a mean
    /// over all readings and shows that late.
    fn rests(&self, setting: &WorklistSetting) -> bool {
        let Some(last) = setting.last_day.filter(|_| self.unbilled.is_empty()) else { return false };
        let is_within = |visited: Option<(CivilDay, Outcome)>, after_found: i32| {
            visited.is_some_and(|(day, outcome)| {
                last.0 - day.0 < if outcome.is_found() { after_found } else { setting.visits.rest_days }
            })
        };
        self.members.iter().all(|row| is_within(row.visited, DAYS_TO_TELL))
            && self.node.iter().all(|(row, _)| is_within(row.visited, setting.visits.rest_days))
    }

    /// The last visit, where visits still speak of every part of the case.
    fn visited(&self) -> Option<(CivilDay, Outcome)> {
        let parts = self.members.iter().map(|row| row.visited).chain(self.node.iter().map(|(row, _)| row.visited));
        let parts: Option<Vec<(CivilDay, Outcome)>> = parts.collect();
        parts.filter(|_| self.unbilled.is_empty())?.into_iter().max()
    }

    /// The usage point that bills leave out.
    fn billed(&self) -> Option<&UsagePointId> {
        self.unbilled.iter().find_map(|row| row.usage_point.as_ref())
    }

    /// The address, the usage point or the node.
    fn id(&self, buildings: &Buildings) -> String {
        if let Some(building) = self.building {
            return buildings.address(building).to_owned();
        }
        let listed = self.members.first().map(|row| row.usage_point.to_string());
        let node = || self.node.map(|(row, _)| row.node.to_string());
        listed.or_else(node).or_else(|| self.billed().map(ToString::to_string)).unwrap_or_default()
    }

    fn city(&self, setting: &WorklistSetting) -> Option<String> {
        if let Some(row) = self.members.first() {
            return row.city.clone();
        }
        let fed_by = || self.unbilled.iter().find_map(|row| row.node.as_ref());
        self.node.map(|(row, _)| &row.node).or_else(fed_by).and_then(setting.city_of)
    }

    fn feeder(&self, grid: &Grid) -> Option<NodeId> {
        match (self.members.first(), self.node) {
            (Some(row), _) => feeder_of(&row.usage_point, grid),
            (None, Some((row, _))) => feeder_above(&row.node, grid),
            (None, None) => self.billed().and_then(|id| feeder_of(id, grid)),
        }
    }

    /// Why to go there.
    fn findings(&self) -> Vec<Fact> {
        let members = self.members.iter().map(|row| said::claim(&row.usage_point, row.finding.as_str()));
        let node = self.node.map(|(row, _)| match self.members.first() {
            Some(_) => said::part_of_case(row.kind.as_str(), &row.node),
            None => said::unmetered(row.kind.as_str(), &row.node),
        });
        let billed = self.unbilled.iter().filter_map(|row| {
            Some(said::unbilled(row.usage_point.as_ref()?, row.finding?.as_str(), row.gap_kwh().max(0.0)))
        });
        members.chain(node).chain(billed).collect()
    }
}

/// Usage points of a case, the listed ones first.
fn usage_points(case: &Case) -> Vec<UsagePointId> {
    let mut ids: Vec<UsagePointId> = case.members.iter().map(|row| row.usage_point.clone()).collect();
    for id in case.unbilled.iter().filter_map(|row| row.usage_point.as_ref()) {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}

/// Money that bills left out.
fn loss_of(row: &BillingRow) -> Loss {
    let amount = row.loss_energy;
    Loss {
        loss_energy: amount,
        loss_low: amount,
        loss_high: amount,
        energy_range: amount.map(|amount| (amount, amount)),
        currencies: row.currency.iter().cloned().collect(),
        ..Loss::default()
    }
}

fn scaled(loss: &Loss, share: f64) -> Loss {
    let times = |amount: Option<f64>| amount.map(|amount| amount * share);
    let range = |range: Option<(f64, f64)>| range.map(|(low, high)| (low * share, high * share));
    Loss {
        loss_energy: times(loss.loss_energy),
        loss_fee: times(loss.loss_fee),
        loss_low: times(loss.loss_low),
        loss_high: times(loss.loss_high),
        energy_range: range(loss.energy_range),
        fee_range: range(loss.fee_range),
        currencies: loss.currencies.clone(),
    }
}

/// The feeder of a usage point.
fn feeder_of(usage_point: &str, grid: &Grid) -> Option<NodeId> {
    feeder_above(&grid.feeding_node(usage_point)?.node, grid)
}

/// The feeder of a node: itself where it is one.
fn feeder_above(node: &str, grid: &Grid) -> Option<NodeId> {
    grid.ancestor(node, NodeKind::Feeder).map(|feeder| feeder.node.clone())
}

/// Gives the best cases to crews, a stretch of the grid to each.
fn send_crews(rows: &mut [Placed], visits: &Visits) {
    let Some(crews) = visits.crews.filter(|crews| *crews > 0) else { return };
    let pays = |placed: &Placed| {
        let amount = placed.row.expected_recovery.or(placed.row.expected_kwh);
        !placed.rests && amount.is_some_and(|amount| amount > 0.0)
    };
    let mut chosen: Vec<usize> =
        (0..rows.len()).filter(|&index| pays(&rows[index])).take((crews * visits.per_crew) as usize).collect();
    chosen.sort_by(|&a, &b| {
        let key = |index: usize| {
            let row = &rows[index].row;
            (row.city.clone(), row.feeder.clone(), row.node.clone(), row.rank)
        };
        key(a).cmp(&key(b))
    });
    let count = chosen.len() as u64;
    for (place, index) in chosen.into_iter().enumerate() {
        rows[index].row.crew = Some(place as u64 * crews.min(count) / count + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consequence::test_rows::suspect;

    fn node(id: &str, probability: f64, kwh: f64) -> NodeRow {
        NodeRow {
            rank: 0,
            node: id.into(),
            kind: NodeKind::Transformer,
            parent: None,
            probability: Some(probability),
            q_value: None,
            supplied_kwh: None,
            metered_kwh: None,
            technical_loss_kwh: None,
            declared_kwh: None,
            unmetered_kwh: Some(kwh),
            unmetered_kwh_low: None,
            unmetered_kwh_high: None,
            unmetered_kw: Some(kwh / 1000.0),
            unmetered_kw_low: None,
            bare_error_kw: None,
            unmetered_kw_high: None,
            pattern: Some(Pattern::Constant),
            since: None,
            coverage: 1.0,
            loss: Loss::default(),
            shortlist: Vec::new(),
            phase: None,
            line: Vec::new(),
            remarks: Vec::new(),
            visited: None,
            parts: Vec::new(),
        }
    }

    fn list(suspects: &[SuspectRow], nodes: &[NodeRow], visits: Visits) -> Vec<WorklistRow> {
        let (buildings, grid) = (Buildings::default(), Grid::default());
        let setting = WorklistSetting {
            buildings: &buildings,
            grid: &grid,
            city_of: &|_| None,
            unbilled: &[],
            visits,
            last_day: CivilDay::parse("2025-04-30"),
        };
        worklist_rows(suspects, nodes, &setting).into_iter().map(|(_, row)| row).collect()
    }

    fn money(amount: f64) -> Loss {
        Loss { loss_energy: Some(amount), currencies: ["KZT".to_owned()].into(), ..Loss::default() }
    }

    #[test]
    fn a_farm_whose_rest_a_balance_names_is_one_case_with_both_energies() {
        let at = NodeRow { shortlist: vec![said::claim("A", "scaled")], ..node("T1", 0.8, 3000.0) };
        let rows = list(&[suspect("A", 0.9, 2.0)], &[at], Visits::default());
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].kwh, rows[0].probability), (Some(5000.0), Some(0.9)));
        assert!((rows[0].expected_kwh.unwrap() - (0.9 * 2000.0 + 0.8 * 3000.0)).abs() < 1e-9);
    }

    #[test]
    fn energy_that_a_meter_does_not_show_is_counted_once() {
        // The meter fell by 2,000 kWh; its transformer misses 2,500 kWh, those 2,000 among them.
        let fallen = SuspectRow {
            finding: FindingKind::UnderRegistration,
            pattern: Some(Pattern::Drop),
            ..suspect("A", 0.9, 2.0)
        };
        let at = NodeRow { shortlist: vec![said::claim("A", "drop")], ..node("T1", 0.8, 2500.0) };
        let rows = list(&[fallen], &[at], Visits::default());
        assert_eq!(rows.len(), 1);
        assert!((rows[0].kwh.unwrap() - 2500.0).abs() < 1e-9);
    }

    #[test]
    fn a_node_that_names_nobody_is_a_case_of_its_own() {
        let rows =
            list(&[suspect("A", 0.9, 2.0)], &[node("T1", 0.8, 3000.0), node("T2", 0.3, 9000.0)], Visits::default());
        assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["T1", "A"]);
    }

    #[test]
    fn where_nothing_was_found_others_come_first_until_the_rest_is_over() {
        let visited = |id: &str, day: &str, outcome| SuspectRow {
            visited: CivilDay::parse(day).map(|day| (day, outcome)),
            loss: money(1000.0),
            ..suspect(id, 0.9, 5.0)
        };
        let open = SuspectRow { loss: money(100.0), ..suspect("A", 0.5, 1.0) };
        let nothing = visited("B", "2025-03-20", Outcome::Nothing);
        let long_ago = visited("C", "2024-08-20", Outcome::Nothing);
        let just_found = visited("D", "2025-04-25", Outcome::Farm);
        let runs_on = visited("E", "2025-03-20", Outcome::Farm);
        let visits = Visits { crews: Some(1), per_crew: 9, cost: 0.0, rest_days: 180 };
        let rows = list(&[open, nothing, long_ago, just_found, runs_on], &[], visits);
        let crews: Vec<(&str, bool)> = rows.iter().map(|row| (row.id.as_str(), row.crew.is_some())).collect();
        assert_eq!(crews, [("C", true), ("E", true), ("A", true), ("B", false), ("D", false)]);
    }

    #[test]
    fn crews_go_to_the_cases_that_pay_for_the_visit() {
        let with = |id: &str, amount: f64| SuspectRow { loss: money(amount), ..suspect(id, 0.5, 1.0) };
        // Expected: 500, 250, 50 and 5 less 20 for the visit; the last does not pay.
        let suspects = [with("A", 100.0), with("B", 1000.0), with("C", 10.0), with("D", 500.0)];
        let visits = |crews, per_crew| Visits { crews: Some(crews), per_crew, cost: 20.0, rest_days: 0 };
        let rows = list(&suspects, &[], visits(2, 1));
        let crew = |rows: &[WorklistRow]| rows.iter().map(|row| (row.id.clone(), row.crew)).collect::<Vec<_>>();
        let named = |list: [(&str, Option<u64>); 4]| list.map(|(id, crew)| (id.to_owned(), crew)).to_vec();
        assert_eq!(crew(&rows), named([("B", Some(1)), ("D", Some(2)), ("A", None), ("C", None)]));
        assert_eq!(rows[0].expected_recovery, Some(480.0));
        assert_eq!(
            crew(&list(&suspects, &[], visits(1, 9))),
            named([("B", Some(1)), ("D", Some(1)), ("A", Some(1)), ("C", None)])
        );
    }

    #[test]
    fn amounts_of_two_currencies_do_not_make_an_order() {
        let with = |id: &str, currency: &str, kw| SuspectRow {
            loss: Loss { currencies: [currency.to_owned()].into(), ..money(9.0) },
            ..suspect(id, 0.5, kw)
        };
        let rows = list(&[with("A", "KZT", 1.0), with("B", "RUB", 2.0)], &[], Visits::default());
        assert_eq!(rows[0].id, "B");
        assert!(rows.iter().all(|row| row.expected_recovery.is_none()));
    }
}
