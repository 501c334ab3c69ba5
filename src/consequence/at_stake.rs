//! What findings mean, put together: money, published criteria, addresses, one work list, regions.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::consequence::{
    Claim, EVEN, HiddenRun, MeteredUse, Money, OverRating, RuleFacts, TariffBook, Visits, WorklistSetting,
    address_rows, criteria_met, region_rows, window_shares, worklist_rows,
};
use crate::digest::DigestError;
use crate::domain::{
    Bill, CivilDay, Customer, Fact, GridNode, Heating, NodeId, NodeKind, Reject, UsagePointId, median,
};
use crate::evidence::{Subject, scheduled_hours};
use crate::findings::{AddressRow, BillingRow, Loss, MoneyRow, NodeRow, Pattern, RegionRow, SuspectRow, WorklistRow};
use crate::population::Premises;
use crate::series::{RegisterLoad, hourly_kw};

use crate::domain::{Calendar, Grid, Tariff};
use crate::judgement::listing::Listing;
use crate::metered::Metered;
use crate::population::Buildings;
use crate::series::GridSums;
use crate::unmetered::GridSeries;

use super::billing::{self, Billed, Books};
use super::said;
use super::{MoneySettings, RulePack};

/// Households whose load says what one household is.
const LEAST_HOUSEHOLDS: usize = 30;
/// Hours of a mean month: 365 · 24 / 12.
const HOURS_OF_MONTH: f64 = 730.0;
/// Hours in which a transformer must carry more than its rating: one may be a faulty reading.
const LEAST_HOURS_OVER: usize = 2;

/// What consequences are drawn from besides the lists.
pub(crate) struct Stakes<'a> {
    pub(crate) customers: &'a BTreeMap<UsagePointId, Customer>,
    pub(crate) grid: &'a Grid,
    pub(crate) tariffs: &'a [Tariff],
    pub(crate) buildings: &'a Buildings,
    /// Sums of usage points by the node that feeds them.
    pub(crate) sums: &'a GridSums,
    pub(crate) calendar: &'a Calendar,
    pub(crate) money: &'a MoneySettings,
    pub(crate) rules: &'a [RulePack],
    pub(crate) visits: Visits,
    pub(crate) power_factor: f64,
    /// Bills, and the file that they stand in.
    pub(crate) bills: (&'a [Bill], &'a str),
    pub(crate) registers: &'a [RegisterLoad],
}

/// What findings mean.
pub(crate) struct Consequences {
    pub(crate) money: Vec<MoneyRow>,
    pub(crate) addresses: Vec<AddressRow>,
    pub(crate) worklist: Vec<WorklistRow>,
    pub(crate) regions: Vec<RegionRow>,
    /// Where likely nodes stand on a map.
    pub(crate) node_places: BTreeMap<NodeId, (f64, f64)>,
    /// What to know about them, for the run's record.
    pub(crate) notes: Vec<Fact>,
    /// Bills beside meters.
    pub(crate) billing: Vec<BillingRow>,
    /// What is told of rows of the file of bills.
    pub(crate) rejects: Vec<Reject>,
}

/// What a listed usage point's own readings give to its consequences.
struct Known {
    metered: MeteredUse,
    window: Option<(usize, usize)>,
    peers_kw: Option<f64>,
}

/// Adds money and criteria to the rows, and makes the lists of places from them. `over_rating` are
/// transformers that carried too much.
pub(crate) fn consequences(
    stakes: &Stakes,
    metered: &Metered,
    listing: &mut Listing,
    nodes: &mut [NodeRow],
    over_rating: &[OverRating],
) -> Result<Consequences, DigestError> {
    let book = TariffBook::new(stakes.tariffs.to_vec());
    let money = Money { book: &book, settings: stakes.money };
    let period = metered.period();
    let of_suspects: Vec<Stake> = listing
        .suspects
        .par_iter()
        .map(|row| {
            at_stake(
                row,
                stakes,
                metered,
                money,
                listing.licensed.get(&row.usage_point).map(|verdict| verdict.licensed_share),
            )
        })
        .collect::<Result<_, _>>()?;
    let of_nodes: Vec<(Loss, Vec<MoneyRow>)> = nodes.par_iter().map(|row| missing_at(row, money, period)).collect();
    let mut steps = Vec::new();
    for (row, (loss, derivation, criteria)) in listing.suspects.iter_mut().zip(of_suspects) {
        (row.loss, row.criteria) = (loss, criteria);
        steps.extend(derivation);
    }
    for (row, (loss, derivation)) in nodes.iter_mut().zip(of_nodes) {
        row.loss = loss;
        steps.extend(derivation);
    }
    let visits = stakes.visits;
    let city_of = |node: &NodeId| stakes.city_of(node);
    let Billed { rows: billing, notes: of_bills, rejects } = billing::compare(&stakes.books(), metered, &book)?;
    let (buildings, grid, last_day) = (stakes.buildings, stakes.grid, period.map(|period| period.1));
    let setting = WorklistSetting { buildings, grid, city_of: &city_of, unbilled: &billing, visits, last_day };
    let worklist = worklist_rows(&listing.suspects, nodes, &setting);
    let crews: BTreeMap<u32, u64> =
        worklist.iter().filter_map(|(building, row)| Some(((*building)?, row.crew?))).collect();
    let addresses = address_rows(&listing.suspects, stakes.buildings, &visits);
    let addresses = addresses
        .into_iter()
        .map(|(building, row)| AddressRow { crew: crews.get(&building).copied(), ..row })
        .collect();
    let worklist: Vec<WorklistRow> = worklist.into_iter().map(|(_, row)| row).collect();
    let household = household_kw(metered);
    let regions = region_rows(worklist.iter(), over_rating, household.map(|(kw, _)| kw));
    let node_places = nodes.iter().filter_map(|row| Some((row.node.clone(), stakes.place_of(&row.node)?))).collect();
    let notes = [notes(money, household, visits), of_bills].concat();
    Ok(Consequences { money: steps, addresses, worklist, regions, node_places, notes, billing, rejects })
}

/// Loss, derivation and criteria of a listed usage point.
type Stake = (Loss, Vec<MoneyRow>, Vec<Fact>);

fn at_stake(
    row: &SuspectRow,
    stakes: &Stakes,
    metered: &Metered,
    money: Money,
    licensed: Option<f64>,
) -> Result<Stake, DigestError> {
    let customer = stakes.customers.get(&row.usage_point);
    let Some((known, days)) = known(&row.usage_point, metered)? else { return Ok(Default::default()) };
    let heated = customer.is_some_and(|customer| customer.heating == Heating::Electric);
    let facts =
        RuleFacts { class: row.tariff_class.as_deref(), heated, metered: &known.metered, peers_kw: known.peers_kw };
    let criteria = criteria_met(stakes.rules, &facts);
    let Some(load) = run_of(row, &known, days) else { return Ok((Loss::default(), Vec::new(), criteria)) };
    let claim = Claim {
        level: "usage_point",
        id: &row.usage_point,
        finding: Some(row.finding),
        class: row.tariff_class.as_deref(),
        persons: customer.and_then(|customer: &Customer| customer.persons),
        metered: Some(&known.metered),
        run: load,
        licensed_share: licensed.unwrap_or(0.0),
    };
    let (loss, derivation) = money.loss(&claim);
    Ok((loss, derivation, criteria))
}

/// What is known of a usage point, with its first and last day.
type KnownOnDays = (Known, (CivilDay, CivilDay));

/// What the readings of a usage point give, and its days; `None` where it was not read.
fn known(id: &UsagePointId, metered: &Metered) -> Result<Option<KnownOnDays>, DigestError> {
    let Some(point) = metered.point(id) else { return Ok(None) };
    let profile = metered.profiles.get(point.profile)?;
    let window = metered.bench.with_subject(id, &profile, |subject: &Subject| scheduled_hours(subject));
    let peers_kw = metered.bench.usual_kw(&metered.bench.facts(id).stratum());
    Ok(Some((Known { metered: MeteredUse::of(&profile), window, peers_kw }, metered.judged_days(point.days))))
}

/// The load of a row as far as money goes; `None` without an energy.
fn run_of(row: &SuspectRow, known: &Known, (from, last): (CivilDay, CivilDay)) -> Option<HiddenRun> {
    let (kwh, kw) = row.hidden_kwh.zip(row.hidden_kw.filter(|kw| *kw > 0.0))?;
    let first = row.since.unwrap_or(from).max(from);
    let by_hour = if row.pattern == Some(Pattern::Scheduled) {
        known.window.map_or(EVEN, |(start, hours)| window_shares(start, hours))
    } else {
        EVEN
    };
    let range = (row.hidden_kw_low.unwrap_or(kw) / kw, row.hidden_kw_high.unwrap_or(kw) / kw);
    Some(HiddenRun {
        kwh,
        range,
        first,
        first_range: [row.since_low, row.since_high].map(|day| day.unwrap_or(first).max(from)).into(),
        last: row.until.unwrap_or(last),
        by_hour,
    })
}

/// Loss and derivation of a node with a finding.
fn missing_at(row: &NodeRow, money: Money, period: Option<(CivilDay, CivilDay)>) -> (Loss, Vec<MoneyRow>) {
    let (Some(kwh), Some((from, last))) = (row.unmetered_kwh.filter(|kwh| *kwh > 0.0 && row.pattern.is_some()), period)
    else {
        return Default::default();
    };
    let first = row.since.unwrap_or(from);
    let end = |bound: Option<f64>| (bound.unwrap_or(kwh) / kwh).max(0.0);
    let run = HiddenRun {
        kwh,
        range: (end(row.unmetered_kwh_low), end(row.unmetered_kwh_high)),
        first,
        first_range: (first, first),
        last,
        by_hour: EVEN,
    };
    let claim = Claim {
        level: "node",
        id: &row.node,
        finding: None,
        class: None,
        persons: None,
        metered: None,
        run,
        licensed_share: 0.0,
    };
    money.loss(&claim)
}

/// Mean load of one household in these readings, kW, and of how many it is the median; `None` with
/// too few.
fn household_kw(metered: &Metered) -> Option<(f64, usize)> {
    let is_home = |class: &str| metered.bench.premises().get(class) == Some(&Premises::Home);
    let households = metered.points.iter().filter(|point| is_home(&point.measured.tariff_class));
    let loads: Vec<f64> = households.filter_map(|point| point.mean_kw).collect();
    (loads.len() >= LEAST_HOUSEHOLDS).then(|| (median(&loads), loads.len()))
}

fn notes(money: Money, household: Option<(f64, usize)>, visits: Visits) -> Vec<Fact> {
    let mut notes = vec![match household {
        Some((kw, count)) => said::household(kw, kw * HOURS_OF_MONTH, count),
        None => said::few_households(LEAST_HOUSEHOLDS),
    }];
    if money.book.is_empty() {
        notes.push(said::no_tariffs());
        if visits.cost > 0.0 {
            notes.push(said::no_use_for_cost());
        }
    } else if let Some(class) = money.lawful_class() {
        notes.push(said::lawful_class(class));
    } else {
        notes.push(said::no_lawful_class());
    }
    notes
}

impl Stakes<'_> {
    /// What bills are held against.
    fn books(&self) -> Books<'_> {
        Books {
            bills: self.bills.0,
            file: self.bills.1,
            registers: self.registers,
            customers: self.customers,
            grid: self.grid,
            calendar: self.calendar,
        }
    }

    /// City in which most customers under a node are; of equals the first by name.
    fn city_of(&self, node: &NodeId) -> Option<String> {
        let mut cities: BTreeMap<&str, usize> = BTreeMap::new();
        for id in self.grid.usage_points_under(node) {
            if let Some(city) = self.customers.get(&id).and_then(|customer| customer.city.as_deref()) {
                *cities.entry(city).or_default() += 1;
            }
        }
        cities.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0))).map(|(city, _)| city.to_owned())
    }

    /// Mean latitude and longitude of the customers under a node; `None` where none has
    /// coordinates.
    fn place_of(&self, node: &NodeId) -> Option<(f64, f64)> {
        let places: Vec<(f64, f64)> = (self.grid.usage_points_under(node).iter())
            .filter_map(|id| self.customers.get(id).and_then(|customer| customer.lat.zip(customer.lon)))
            .collect();
        let count = places.len() as f64;
        let (lat, lon) = places.iter().fold((0.0, 0.0), |(lat, lon), place| (lat + place.0, lon + place.1));
        (!places.is_empty()).then(|| (lat / count, lon / count))
    }

    /// Transformers that carried more than their rating in two hours or more, by their balance
    /// meter or, without one, by the meters below.
    pub(crate) fn over_rating(&self, metered: &Metered, series: &GridSeries) -> Vec<OverRating> {
        let Some((from, to)) = metered.period() else { return Vec::new() };
        let calendar = self.calendar;
        let start = calendar.day_start(from);
        let hours = ((calendar.day_start(CivilDay(to.0 + 1)).0 - start.0) / 3600).max(0) as usize;
        let power_factor = self.power_factor;
        let rated: Vec<(&GridNode, f64)> = self
            .grid
            .nodes()
            .filter(|node| node.kind == NodeKind::Transformer)
            .filter_map(|node| Some((node, node.rated_kva?)))
            .collect();
        let check = |&(node, rated_kva): &(&GridNode, f64)| {
            let supply = node
                .balance_meter
                .as_ref()
                .and_then(|meter| series.supplies.get(meter))
                .filter(|supply| supply.step_min <= 60 && !series.registers.contains_key(&supply.usage_point));
            let (kw, by): (Vec<f64>, &'static str) = if let Some(supply) = supply {
                (hourly_kw(supply, start, hours).into_iter().map(f64::from).collect(), "balance meter")
            } else {
                let sum = self.sums.sum(std::iter::once(node.node.as_ref()), start, hours);
                (sum.read.iter().map(|energy| energy.to_kwh().0).collect(), "meters below")
            };
            let mut kva: Vec<f64> = kw.into_iter().map(|kw| kw / power_factor).collect();
            kva.retain(|kva| !kva.is_nan());
            let over = kva.iter().filter(|kva| **kva > rated_kva).count();
            let most = kva.iter().copied().fold(0.0, f64::max);
            (over >= LEAST_HOURS_OVER).then(|| OverRating {
                fact: said::over_rating(&node.node, most, rated_kva, over, by, power_factor),
                city: self.city_of(&node.node),
                feeder: self.grid.ancestor(&node.node, NodeKind::Feeder).map(|feeder| feeder.node.to_string()),
            })
        };
        rated.par_iter().filter_map(check).collect()
    }
}
