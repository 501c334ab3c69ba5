//! The one table of columns: name, meaning, unit and value of every column of every csv file.

use std::borrow::Cow;

use crate::domain::{Fault, Outcome, Reject, UsagePointId};
use crate::findings::{
    AddressRow, BillingFinding, BillingRow, CaseMonth, CaseRow, ClearedRow, CoverageRow, Findings, HitRateRow, Loss,
    MoneyRow, NodeDayRow, NodeRow, RegionRow, SuspectRow, TrendRow, WorklistRow,
};

use super::cell::Cell;

/// One column of a result file.
pub struct Column<Row> {
    /// Name in the header.
    pub name: &'static str,
    /// What it holds, with its unit.
    pub meaning: &'static str,
    /// Its value in a row.
    pub cell: for<'a> fn(&'a Row) -> Cell<'a>,
}

/// A csv file of the result folder, independent of the type of its rows.
pub struct TableOf {
    /// File name.
    pub file: &'static str,
    /// Names and meanings of its columns.
    pub header: fn() -> Vec<(&'static str, &'static str)>,
    /// Its cells, column by column.
    pub cells: for<'a> fn(&'a Findings) -> Vec<Vec<Cell<'a>>>,
}

/// Makes a `TableOf` from a file name, the rows in `Findings` and the columns.
macro_rules! table {
    ($file:literal, $rows:ident, $columns:expr) => {
        TableOf {
            file: $file,
            header: || $columns.iter().map(|column| (column.name, column.meaning)).collect(),
            cells: |findings| $columns.iter().map(|column| findings.$rows.iter().map(column.cell).collect()).collect(),
        }
    };
}

/// Every csv file of the result folder.
pub const TABLES: &[TableOf] = &[
    table!("suspects.csv", suspects, SUSPECTS),
    table!("screening.csv", screening, SUSPECTS),
    table!("nodes.csv", nodes, NODES),
    table!("node_days.csv", node_days, NODE_DAYS),
    table!("coverage.csv", coverage, COVERAGE),
    table!("addresses.csv", addresses, ADDRESSES),
    table!("worklist.csv", worklist, WORKLIST),
    table!("regions.csv", regions, REGIONS),
    table!("money.csv", money, MONEY),
    table!("cleared.csv", cleared, CLEARED),
    table!("cases.csv", cases, CASES),
    table!("hitrate.csv", hit_rate, HIT_RATE),
    table!("trends.csv", trends, TRENDS),
    table!("billing.csv", billing, BILLING),
    table!("faults.csv", faults, FAULTS),
    table!("rejects.csv", rejects, REJECTS),
];

pub(super) const fn column<Row>(
    name: &'static str,
    meaning: &'static str,
    cell: for<'a> fn(&'a Row) -> Cell<'a>,
) -> Column<Row> {
    Column { name, meaning, cell }
}

fn energy(loss: &Loss) -> Cell<'static> {
    Cell::real(loss.loss_energy, 2)
}

fn fee(loss: &Loss) -> Cell<'static> {
    Cell::real(loss.loss_fee, 2)
}

fn low(loss: &Loss) -> Cell<'static> {
    Cell::real(loss.loss_low, 2)
}

fn high(loss: &Loss) -> Cell<'static> {
    Cell::real(loss.loss_high, 2)
}

fn currency(loss: &Loss) -> Cell<'static> {
    Cell::list(&loss.currencies.iter().cloned().collect::<Vec<_>>())
}

fn energy_low(loss: &Loss) -> Cell<'static> {
    Cell::real(loss.energy_range.map(|range| range.0), 2)
}

fn energy_high(loss: &Loss) -> Cell<'static> {
    Cell::real(loss.energy_range.map(|range| range.1), 2)
}

fn fee_low(loss: &Loss) -> Cell<'static> {
    Cell::real(loss.fee_range.map(|range| range.0), 2)
}

fn fee_high(loss: &Loss) -> Cell<'static> {
    Cell::real(loss.fee_range.map(|range| range.1), 2)
}

pub(super) fn id<T: ToString>(id: Option<&T>) -> Cell<'static> {
    id.map_or(Cell::Empty, |id| Cell::Id(id.to_string()))
}

pub(super) fn ids(ids: &[UsagePointId]) -> Cell<'static> {
    Cell::list(&ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

fn crew(crew: Option<u64>) -> Cell<'static> {
    crew.map_or(Cell::Empty, Cell::Integer)
}

const RANK: &str = "1 = best";
const LOSS_ENERGY: &str = "energy not paid, or paid at the wrong tariff, in currency";
const LOSS_FEE: &str = "digital-mining fee not paid, in currency";
const LOSS_LOW: &str = "lower end of the loss, in currency";
const LOSS_HIGH: &str = "upper end of the loss, in currency";
const CURRENCY: &str = "ISO 4217 code; amounts of several currencies are not added up";
const ENERGY_LOW: &str = "lower end of loss_energy, in currency";
const ENERGY_HIGH: &str = "upper end of loss_energy, in currency";
const FEE_LOW: &str = "lower end of loss_fee, in currency";
const FEE_HIGH: &str = "upper end of loss_fee, in currency";
const CRITERIA: &str = "published criteria met, as rule pack/criterion: figures; they inform, they do not decide";
const EXPECTED_KWH: &str = "probability times energy, kWh";
const EXPECTED_RECOVERY: &str = "probability times (loss_energy + loss_fee), less the cost of a visit, in currency";
const CREW: &str = "crew that goes there, from 1; empty = no crew is left for it, or --crews was not given";

/// Columns of `suspects.csv` and `screening.csv`.
pub(super) const SUSPECTS: &[Column<SuspectRow>] = &[
    column("rank", RANK, |r| Cell::Integer(r.rank)),
    column("usage_point", "the meter", |r| Cell::Id(r.usage_point.to_string())),
    column("address", "its address", |r| Cell::text(r.address.as_deref())),
    column("city", "its city", |r| Cell::text(r.city.as_deref())),
    column("tariff_class", "its tariff class", |r| Cell::text(r.tariff_class.as_deref())),
    column("node", "the grid node that feeds it", |r| {
        r.node.as_ref().map_or(Cell::Empty, |id| Cell::Id(id.to_string()))
    }),
    column("finding", "what is claimed: inconsistency, not guilt", |r| Cell::word(Some(r.finding.as_str()))),
    column("pattern", "how the load runs", |r| Cell::word(r.pattern.map(crate::findings::Pattern::as_str))),
    column("probability", "probability of a farm under the stated prior and the planted farms, 0 to 1", |r| {
        Cell::share(r.probability)
    }),
    column("q_value", "expected share of innocent rows down to here, 0 to 1", |r| Cell::share(r.q_value)),
    column("hidden_kw", "mean power of the hidden load while it runs, kW", |r| Cell::real(r.hidden_kw, 3)),
    column("hidden_kw_low", "lower end of a 90 % interval, kW", |r| Cell::real(r.hidden_kw_low, 3)),
    column("hidden_kw_high", "upper end of a 90 % interval, kW", |r| Cell::real(r.hidden_kw_high, 3)),
    column("since", "first day of the load; empty = there from the first reading", |r| Cell::day(r.since)),
    column("since_low", "earliest first day that fits", |r| Cell::day(r.since_low)),
    column("since_high", "latest first day that fits", |r| Cell::day(r.since_high)),
    column("hidden_kwh", "energy of the hidden load in the period, kWh", |r| Cell::real(r.hidden_kwh, 1)),
    column("loss_energy", LOSS_ENERGY, |r| energy(&r.loss)),
    column("loss_fee", LOSS_FEE, |r| fee(&r.loss)),
    column("loss_low", LOSS_LOW, |r| low(&r.loss)),
    column("loss_high", LOSS_HIGH, |r| high(&r.loss)),
    column("currency", CURRENCY, |r| currency(&r.loss)),
    column("licence", "licence found for it", |r| Cell::text(r.licence.as_deref())),
    column("evidence_for", "what speaks for a hidden load, strongest first", |r| Cell::Facts(&r.evidence_for)),
    column("evidence_against", "what speaks against it, strongest first", |r| Cell::Facts(&r.evidence_against)),
    column("tests_missing", "tests that the data did not allow", |r| Cell::Facts(&r.tests_missing)),
    column("loss_energy_low", ENERGY_LOW, |r| energy_low(&r.loss)),
    column("loss_energy_high", ENERGY_HIGH, |r| energy_high(&r.loss)),
    column("loss_fee_low", FEE_LOW, |r| fee_low(&r.loss)),
    column("loss_fee_high", FEE_HIGH, |r| fee_high(&r.loss)),
    column("licence_status", "what the licence register says of the load", |r| Cell::word(r.licence_status)),
    column(
        "licence_match",
        "how the licence was joined to the meter: usage_point (certain), address or node (less so)",
        |r| Cell::word(r.licence_match),
    ),
    column("criteria", CRITERIA, |r| Cell::Facts(&r.criteria)),
    column("lat", "latitude, degrees north", |r| Cell::real(r.lat, 5)),
    column("lon", "longitude, degrees east", |r| Cell::real(r.lon, 5)),
    column("until", "last day of the load; empty = it runs on the last days judged", |r| Cell::day(r.until)),
    column("hidden_hours", "hours of the period in which the load runs, counted from the readings", |r| {
        Cell::real(r.hidden_hours, 1)
    }),
    column("stability", "share of repetitions with other seeds (`--stability`) in which it is listed, 0 to 1", |r| {
        Cell::share(r.stability)
    }),
];

pub(super) const NODES: &[Column<NodeRow>] = &[
    column("rank", RANK, |r| Cell::Integer(r.rank)),
    column("node", "the grid node", |r| Cell::Id(r.node.to_string())),
    column("kind", "its level", |r| Cell::word(Some(r.kind.as_str()))),
    column("parent", "the node that feeds it", |r| {
        r.parent.as_ref().map_or(Cell::Empty, |id| Cell::Id(id.to_string()))
    }),
    column("probability", "probability of unmetered load, 0 to 1", |r| Cell::share(r.probability)),
    column("q_value", "expected share of healthy nodes down to here, 0 to 1", |r| Cell::share(r.q_value)),
    column("supplied_kwh", "energy that flowed in over the hours of the balance, kWh", |r| {
        Cell::real(r.supplied_kwh, 1)
    }),
    column("metered_kwh", "energy of the usage points over the same hours, kWh", |r| Cell::real(r.metered_kwh, 1)),
    column("technical_loss_kwh", "technical loss over the same hours, kWh", |r| Cell::real(r.technical_loss_kwh, 1)),
    column("unmetered_kwh", "energy of the unmetered load, kWh; may be negative", |r| Cell::real(r.unmetered_kwh, 1)),
    column("unmetered_kwh_low", "lower end of a 90 % interval, kWh", |r| Cell::real(r.unmetered_kwh_low, 1)),
    column("unmetered_kwh_high", "upper end of a 90 % interval, kWh", |r| Cell::real(r.unmetered_kwh_high, 1)),
    column(
        "unmetered_kw",
        "mean power of constant or scheduled unmetered load while it runs, kW; may be negative",
        |r| Cell::real(r.unmetered_kw, 3),
    ),
    column("unmetered_kw_low", "lower end of a 90 % interval, kW", |r| Cell::real(r.unmetered_kw_low, 3)),
    column("unmetered_kw_high", "upper end of a 90 % interval, kW", |r| Cell::real(r.unmetered_kw_high, 3)),
    column("pattern", "how the load runs", |r| Cell::word(r.pattern.map(crate::findings::Pattern::as_str))),
    column("since", "first day of the load; empty = there from the first reading, or none", |r| Cell::day(r.since)),
    column("coverage", "share of the balance that could be made, 0 to 1", |r| Cell::share(Some(r.coverage))),
    column("loss_energy", LOSS_ENERGY, |r| energy(&r.loss)),
    column("loss_fee", LOSS_FEE, |r| fee(&r.loss)),
    column("loss_low", LOSS_LOW, |r| low(&r.loss)),
    column("loss_high", LOSS_HIGH, |r| high(&r.loss)),
    column("currency", CURRENCY, |r| currency(&r.loss)),
    column("shortlist", "usage points whose own load fits the timing; empty is an honest answer", |r| {
        Cell::Facts(&r.shortlist)
    }),
    column("remarks", "what to know before trusting the line", |r| Cell::Facts(&r.remarks)),
    column("parts", "the finding taken apart: from the start, starting, or in a window", |r| Cell::Facts(&r.parts)),
    column("declared_kwh", "unmetered street lighting that the grid file declares, over the same hours, kWh", |r| {
        Cell::real(r.declared_kwh, 1)
    }),
    column("loss_energy_low", ENERGY_LOW, |r| energy_low(&r.loss)),
    column("loss_energy_high", ENERGY_HIGH, |r| energy_high(&r.loss)),
    column("loss_fee_low", FEE_LOW, |r| fee_low(&r.loss)),
    column("loss_fee_high", FEE_HIGH, |r| fee_high(&r.loss)),
];

const NODE_DAYS: &[Column<NodeDayRow>] = &[
    column("node", "a grid node that is likely enough to be looked at", |r| Cell::Id(r.node.to_string())),
    column("day", "local day", |r| Cell::day(Some(r.day))),
    column("hours", "hours of the day in which the balance could be made", |r| Cell::Integer(r.hours)),
    column("supplied_kw", "mean power that flowed in, kW", |r| Cell::Real(r.supplied_kw, 3)),
    column("metered_kw", "mean power of the meters below, kW", |r| Cell::Real(r.metered_kw, 3)),
    column("technical_kw", "mean technical loss by nameplate and configuration, kW", |r| Cell::Real(r.technical_kw, 3)),
    column("declared_kw", "mean power of declared street lighting by its schedule, kW", |r| {
        Cell::Real(r.declared_kw, 3)
    }),
    column("unmetered_kw", "what is left, kW; may be negative", |r| Cell::Real(r.unmetered_kw, 3)),
];

const COVERAGE: &[Column<CoverageRow>] = &[
    column("node", "the grid node", |r| Cell::Id(r.node.to_string())),
    column("kind", "its level", |r| Cell::word(Some(r.kind.as_str()))),
    column("parent", "the node that feeds it", |r| {
        r.parent.as_ref().map_or(Cell::Empty, |id| Cell::Id(id.to_string()))
    }),
    column("usage_points", "usage points under it, without balance meters", |r| Cell::Integer(r.usage_points)),
    column("share_interval", "share of them with interval readings", |r| Cell::share(r.share_interval)),
    column("share_register", "share of them with register readings only", |r| Cell::share(r.share_register)),
    column("share_unread", "share of them without any reading", |r| Cell::share(r.share_unread)),
    column("balance_metered", "whether a balance meter with readings measures its inflow", |r| {
        Cell::Flag(r.balance_metered)
    }),
    column("smallest_detectable_kw", "smallest constant unmetered load that would be seen, kW", |r| {
        Cell::real(r.smallest_detectable_kw, 2)
    }),
    column("remarks", "what limits it and what would help", |r| Cell::Facts(&r.remarks)),
];

const ADDRESSES: &[Column<AddressRow>] = &[
    column("rank", RANK, |r| Cell::Integer(r.rank)),
    column("address", "the building", |r| Cell::Text(r.address.clone())),
    column("city", "its city", |r| Cell::text(r.city.as_deref())),
    column("usage_points", "usage points there", |r| Cell::Integer(r.usage_points)),
    column("probability", "probability that at least one of them carries a hidden load, 0 to 1", |r| {
        Cell::share(r.probability)
    }),
    column("hidden_kw", "hidden power of the listed usage points, kW", |r| Cell::real(r.hidden_kw, 3)),
    column("hidden_kwh", "hidden energy in the period, kWh", |r| Cell::real(r.hidden_kwh, 1)),
    column("loss_energy", LOSS_ENERGY, |r| energy(&r.loss)),
    column("loss_fee", LOSS_FEE, |r| fee(&r.loss)),
    column("loss_low", LOSS_LOW, |r| low(&r.loss)),
    column("loss_high", LOSS_HIGH, |r| high(&r.loss)),
    column("currency", CURRENCY, |r| currency(&r.loss)),
    column("licence", "licences found", |r| Cell::text(r.licence.as_deref())),
    column("findings", "what is claimed, usage point by usage point", |r| Cell::Facts(&r.findings)),
    column("members", "the usage points there that are listed", |r| ids(&r.members)),
    column("loss_energy_low", ENERGY_LOW, |r| energy_low(&r.loss)),
    column("loss_energy_high", ENERGY_HIGH, |r| energy_high(&r.loss)),
    column("loss_fee_low", FEE_LOW, |r| fee_low(&r.loss)),
    column("loss_fee_high", FEE_HIGH, |r| fee_high(&r.loss)),
    column("expected_kwh", EXPECTED_KWH, |r| Cell::real(r.expected_kwh, 1)),
    column("expected_recovery", EXPECTED_RECOVERY, |r| Cell::real(r.expected_recovery, 2)),
    column("crew", CREW, |r| crew(r.crew)),
    column("criteria", CRITERIA, |r| Cell::Facts(&r.criteria)),
    column("lat", "latitude, degrees north", |r| Cell::real(r.lat, 5)),
    column("lon", "longitude, degrees east", |r| Cell::real(r.lon, 5)),
];

const WORKLIST: &[Column<WorklistRow>] = &[
    column("rank", "1 = go there first", |r| Cell::Integer(r.rank)),
    column("level", "address, usage_point (where its address is not known) or node", |r| Cell::word(Some(r.level))),
    column("id", "the address, the usage point or the node", |r| Cell::Text(r.id.clone())),
    column("city", "its city", |r| Cell::text(r.city.as_deref())),
    column("probability", "probability of a finding, 0 to 1", |r| Cell::share(r.probability)),
    column("kw", "hidden or unmetered power, kW", |r| Cell::real(r.kw, 3)),
    column("kwh", "hidden or unmetered energy in the period, kWh", |r| Cell::real(r.kwh, 1)),
    column(
        "expected_kwh",
        "probability times energy, kWh: what the list is ordered by where there is no expected_recovery",
        |r| Cell::real(r.expected_kwh, 1),
    ),
    column("loss_energy", LOSS_ENERGY, |r| energy(&r.loss)),
    column("loss_fee", LOSS_FEE, |r| fee(&r.loss)),
    column("loss_low", LOSS_LOW, |r| low(&r.loss)),
    column("loss_high", LOSS_HIGH, |r| high(&r.loss)),
    column("currency", CURRENCY, |r| currency(&r.loss)),
    column("findings", "why to go there", |r| Cell::Facts(&r.findings)),
    column("usage_points", "the listed usage points of the case", |r| ids(&r.usage_points)),
    column("node", "the grid node of the case; of a farm partly past its meter, the node that misses the rest", |r| {
        id(r.node.as_ref())
    }),
    column("feeder", "the feeder that it hangs at", |r| id(r.feeder.as_ref())),
    column(
        "expected_recovery",
        "probability times (loss_energy + loss_fee), less the cost of a visit, in currency: the order of the list",
        |r| Cell::real(r.expected_recovery, 2),
    ),
    column(
        "inspected",
        "last inspection, where inspections still hold for all of the case: it stands last for `[visits] rest_days`",
        |r| Cell::day(r.visited.map(|visited| visited.0)),
    ),
    column("outcome", "what it found", |r| Cell::word(r.visited.map(|visited| visited.1.as_str()))),
    column("crew", CREW, |r| crew(r.crew)),
    column("criteria", CRITERIA, |r| Cell::Facts(&r.criteria)),
    column("loss_energy_low", ENERGY_LOW, |r| energy_low(&r.loss)),
    column("loss_energy_high", ENERGY_HIGH, |r| energy_high(&r.loss)),
    column("loss_fee_low", FEE_LOW, |r| fee_low(&r.loss)),
    column("loss_fee_high", FEE_HIGH, |r| fee_high(&r.loss)),
    column("kind", "hidden_load, unmetered_load or unbilled", |r| Cell::word(Some(r.kind))),
];

const REGIONS: &[Column<RegionRow>] = &[
    column("level", "city or feeder", |r| Cell::word(Some(r.level))),
    column("region", "its name", |r| Cell::Id(r.region.clone())),
    column("cases", "listed cases", |r| Cell::Integer(r.cases)),
    column("kw", "hidden and unmetered power, kW", |r| Cell::Real(r.kw, 3)),
    column("kwh", "hidden and unmetered energy in the period, kWh", |r| Cell::Real(r.kwh, 1)),
    column("loss_energy", LOSS_ENERGY, |r| energy(&r.loss)),
    column("loss_fee", LOSS_FEE, |r| fee(&r.loss)),
    column("loss_low", LOSS_LOW, |r| low(&r.loss)),
    column("loss_high", LOSS_HIGH, |r| high(&r.loss)),
    column("currency", CURRENCY, |r| currency(&r.loss)),
    column("households", "households that draw as much as kw on average; run.toml states one household's load", |r| {
        Cell::real(r.households, 0)
    }),
    column(
        "transformers_over_rating",
        "transformers there that carried more than their rated power in some hour",
        |r| Cell::Facts(&r.over_rating),
    ),
];

/// Steps of the derivation of every amount.
const MONEY: &[Column<MoneyRow>] = &[
    column("level", "usage_point or node", |r| Cell::word(Some(r.level))),
    column("id", "the usage point or node whose loss is derived", |r| Cell::Id(r.id.clone())),
    column("finding", "what is claimed of a usage point", |r| {
        Cell::word(r.finding.map(crate::findings::FindingKind::as_str))
    }),
    column("step", "place in the derivation, from 1", |r| Cell::Integer(r.step)),
    column("part", "quantity, energy (amounts add up to loss_energy) or fee (amounts add up to loss_fee)", |r| {
        Cell::word(Some(r.part.as_str()))
    }),
    column("what", "what the step does", |r| Cell::word(Some(r.what.as_str()))),
    column("from", "first day", |r| Cell::day(Some(r.from))),
    column("to", "last day", |r| Cell::day(Some(r.to))),
    column("kwh", "energy, kWh; negative where it is taken off", |r| Cell::Real(r.kwh, 3)),
    column("price_per_kwh", "price per kWh before tax, in currency", |r| Cell::real(r.price_per_kwh, 4)),
    column("tax_share", "tax on top of the price, as a share", |r| Cell::real(r.tax_share, 4)),
    column("amount", "kwh times price times (1 + tax_share), in currency; negative where it is taken off", |r| {
        Cell::real(r.amount, 2)
    }),
    column("currency", "ISO 4217 code", |r| Cell::text(r.currency.as_deref())),
    column("tariff_class", "tariff class whose price it is", |r| Cell::text(r.tariff_class.as_deref())),
    column("detail", "the rule in words: step of consumption, zone, setting", |r| Cell::said(&r.detail)),
];

const CLEARED: &[Column<ClearedRow>] = &[
    column("usage_point", "the meter", |r| Cell::Id(r.usage_point.to_string())),
    column("look_alike", "the lawful load it looks like", |r| {
        r.look_alike.clone().map_or(Cell::Empty, |word| Cell::Word(word.into()))
    }),
    column("reason", "why it was cleared", |r| Cell::said(&r.reason)),
    column("hidden_kw", "flat or scheduled load seen, kW", |r| Cell::real(r.hidden_kw, 3)),
    column(
        "probability_before",
        "probability before that was considered: by what speaks for a farm alone, where evidence keeps it off the list",
        |r| Cell::share(r.probability_before),
    ),
    column("probability", "probability after", |r| Cell::share(r.probability)),
];

const BILLING: &[Column<BillingRow>] = &[
    column("usage_point", "the meter; empty on the line of a node as a whole", |r| id(r.usage_point.as_ref())),
    column("node", "the grid node that feeds it, or that the line is about", |r| id(r.node.as_ref())),
    column("from", "first day of its readings", |r| Cell::day(Some(r.from))),
    column("to", "last day of its readings", |r| Cell::day(Some(r.to))),
    column("metered_kwh", "energy that the meter showed on the days compared, kWh", |r| Cell::Real(r.metered_kwh, 1)),
    column("billed_kwh", "energy billed for the same days, kWh", |r| Cell::Real(r.billed_kwh, 1)),
    column("gap_kwh", "metered and not billed, kWh; negative where more was billed", |r| Cell::Real(r.gap_kwh(), 1)),
    column(
        "finding",
        "unbilled, underbilled, other_class or unknown_to_billing; empty on the line of a node as a whole",
        |r| Cell::word(r.finding.map(BillingFinding::as_str)),
    ),
    column("loss_energy", "money that was not asked for, in currency", |r| Cell::real(r.loss_energy, 2)),
    column("currency", CURRENCY, |r| Cell::text(r.currency.as_deref())),
    column("detail", "under whose name or at which class it was billed", |r| Cell::Facts(&r.detail)),
];

const CASES: &[Column<CaseRow>] = &[
    column("case", "number of the case, for good", |r| Cell::Text(r.case.clone())),
    column("level", "usage_point or node", |r| Cell::word(Some(r.level))),
    column("id", "the usage point or node", |r| Cell::Id(r.id.clone())),
    column("address", "its address", |r| Cell::text(r.address.as_deref())),
    column(
        "status",
        "since the month before: new, continuing, grown, shrunk, stopped, returned, moved (the load of another case \
         began here) or cleared",
        |r| Cell::word(Some(r.status.as_str())),
    ),
    column("first_month", "month in which it was first listed", |r| month(r.history.first())),
    column("last_month", "month in which it was last judged", |r| month(r.last())),
    column("months", "months in which it was judged", |r| Cell::Integer(r.history.len() as u64)),
    column("probability", "probability stated in the last month, 0 to 1", |r| {
        Cell::share(r.last().and_then(|month| month.probability))
    }),
    column("probability_before", "that of the month before", |r| Cell::share(r.before().and_then(|m| m.probability))),
    column("kw", "power stated in the last month, kW", |r| Cell::real(r.last().and_then(|month| month.kw), 3)),
    column("kw_before", "that of the month before, kW", |r| Cell::real(r.before().and_then(|month| month.kw), 3)),
    column("since", "first day of the load; empty = there from the first reading", |r| Cell::day(r.since)),
    column("moved_from", "where the load was before", |r| id(r.moved_from.as_ref())),
    column("moved_to", "where it went", |r| id(r.moved_to.as_ref())),
    column("inspected", "day of the last inspection", |r| Cell::day(r.inspected)),
    column("outcome", "what it found", |r| Cell::word(r.outcome.map(Outcome::as_str))),
    column("gone", "day on which the load was gone", |r| Cell::day(r.gone)),
    column("notes", "moves and complaints; they change no odds", |r| Cell::Facts(&r.notes)),
];

fn month(month: Option<&CaseMonth>) -> Cell<'static> {
    month.map_or(Cell::Empty, |month| Cell::Text(month.month.clone()))
}

const HIT_RATE: &[Column<HitRateRow>] = &[
    column("stated_from", "lower end of the probability that was stated, 0 to 1", |r| Cell::share(Some(r.stated_from))),
    column("stated_to", "its upper end", |r| Cell::share(Some(r.stated_to))),
    column("class", "tariff class, of a node its kind; empty = all", |r| Cell::text(r.class.as_deref())),
    column("pattern", "how the load runs; empty = all", |r| Cell::word(r.pattern)),
    column("visited", "inspections that said something", |r| Cell::Integer(r.visited)),
    column("found", "inspections that found a farm or theft", |r| Cell::Integer(r.found)),
    column("share", "found of visited, 0 to 1", |r| Cell::share(Some(r.share))),
    column("share_low", "lower end of its 90 % interval", |r| Cell::share(Some(r.share_low))),
    column("share_high", "upper end of its 90 % interval", |r| Cell::share(Some(r.share_high))),
    column("kw_from", "least power of the load, kW; empty = all", |r| Cell::real(r.kw_from, 1)),
    column("kw_to", "power below which it lies, kW; empty = no end", |r| Cell::real(r.kw_to, 1)),
];

const TRENDS: &[Column<TrendRow>] = &[
    column("level", "all cases, those of a city, or of a feeder", |r| Cell::word(Some(r.level))),
    column("region", "its name; empty for all", |r| Cell::Id(r.region.clone())),
    column("month", "the month", |r| Cell::Text(r.month.clone())),
    column("open", "cases open at its end", |r| Cell::Integer(r.open)),
    column("new", "cases new in it, or moved here", |r| Cell::Integer(r.new)),
    column("returned", "cases that came back in it", |r| Cell::Integer(r.returned)),
    column("stopped", "cases whose load was gone in it", |r| Cell::Integer(r.stopped)),
    column("cleared", "cases cleared in it", |r| Cell::Integer(r.cleared)),
    column("kw", "power of the cases open at its end, kW", |r| Cell::real(Some(r.kw), 3)),
];

const FAULTS: &[Column<Fault>] = &[
    column("usage_point", "the meter", |r| Cell::Id(r.usage_point.to_string())),
    column("fault", "what is wrong with its data", |r| Cell::word(Some(r.kind.as_str()))),
    column("from", "first day", |r| Cell::day(r.from)),
    column("to", "last day", |r| Cell::day(r.to)),
    column("share", "share of its intervals, 0 to 1", |r| Cell::share(r.share)),
    column("detail", "the numbers behind it", |r| Cell::said(&r.detail)),
    column("effect", "whether the usage point is still judged, and by which tests", |r| {
        Cell::Said(Cow::Owned(r.kind.effect()))
    }),
];

const REJECTS: &[Column<Reject>] = &[
    column("file", "the file", |r| Cell::Text(r.file.clone())),
    column("row", "row in the file, the header being row 1; 0 = the file as a whole", |r| Cell::Integer(r.row)),
    column("code", "why it was left out", |r| Cell::Text(r.code.to_owned())),
    column("detail", "what was found and what would help", |r| Cell::said(&r.detail)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_names_of_a_file_are_distinct_and_explained() {
        for table in TABLES {
            let header = (table.header)();
            let names: std::collections::BTreeSet<_> = header.iter().map(|column| column.0).collect();
            assert_eq!(names.len(), header.len(), "{}", table.file);
            assert!(header.iter().all(|column| !column.1.is_empty()), "{}", table.file);
        }
    }
}
