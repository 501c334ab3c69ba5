//! Lines of the tables beside the readings: customers, registers, truth, and the fixed tables of
//! weather, licences and tariffs.

use std::borrow::Cow;

use serde::Serialize;

use super::books::{booked_class, class_word};
use super::business::BusinessKind;
use super::look_alike::LookAlike;
use super::member::{Base, DataFault, Member, Planted, ReadBy};
use super::odd_meter::ShownFault;
use super::oddities::ClassWords;
use super::scene::Scene;
use super::settings::CheckedSettings;
use super::town::TransformerPlan;
use super::usage::{Usage, persons_of};
use crate::domain::{CivilDay, Position, Timestamp};

/// Streets of every synthetic city; transformers are dealt out to them in turn.
const STREETS: [&str; 16] = [
    "Abay street",
    "Station street",
    "Garden street",
    "Mill lane",
    "School street",
    "River embankment",
    "Poplar street",
    "Factory street",
    "Steppe street",
    "Market square",
    "Orchard lane",
    "Hospital street",
    "Builders street",
    "Northern street",
    "Apple street",
    "Peace avenue",
];
/// Buildings numbered for one transformer; the next one on the same street begins after them.
const NUMBERS_PER_TRANSFORMER: u32 = 400;
/// Prices per kWh by class; the household price of the second band is [`HOUSEHOLD_SECOND_BAND`].
/// Round figures near those of Kazakhstan in 2025.
const PRICES: [(&str, f64); 7] = [
    ("household", 27.0),
    ("business", 33.0),
    ("industry", 31.0),
    ("budget", 75.0),
    ("street_lighting", 33.0),
    ("data_centre", 36.0),
    ("mining", 36.0),
];
/// Lower edge (kWh a month) and price of the second household band.
const HOUSEHOLD_SECOND_BAND: (f64, f64) = (300.0, 35.0);
/// Fee for digital mining per kWh.
const MINING_FEE: f64 = 2.0;

/// A line of `customers.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CustomerRow {
    usage_point: String,
    tariff_class: &'static str,
    contracted_kw: f64,
    address: String,
    city: &'static str,
    heating: &'static str,
    persons: Option<u32>,
    owner: String,
    lat: String,
    lon: String,
    status: &'static str,
}

/// A line of `registers.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct RegisterRow {
    usage_point: String,
    timestamp: String,
    register_kwh: f64,
}

/// A line of `truth.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct TruthRow {
    level: &'static str,
    pub(super) id: String,
    kind: Cow<'static, str>,
    pub(super) label: i8,
    pub(super) kw: f64,
    onset: String,
    customer: Option<String>,
}

/// Header of `licences.csv`, which may have no line at all.
pub(super) const LICENCE_COLUMNS: &[&str] =
    &["licence", "usage_point", "licensed_kw", "valid_from", "valid_to", "status", "holder"];

/// A line of `licences.csv`, in the order of [`LICENCE_COLUMNS`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct LicenceRow {
    licence: String,
    usage_point: String,
    licensed_kw: f64,
    valid_from: String,
    valid_to: String,
    status: &'static str,
    holder: String,
}

/// A line of `tariffs.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct TariffRow {
    tariff_class: &'static str,
    price_per_kwh: f64,
    currency: &'static str,
    from_kwh: Option<f64>,
    to_kwh: Option<f64>,
    fee_per_kwh: Option<f64>,
}

/// A line of `weather.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct WeatherRow {
    timestamp: String,
    temperature_c: f64,
}

/// A line of `grid.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct GridRow {
    pub(super) node: String,
    pub(super) kind: &'static str,
    pub(super) parent: Option<String>,
    pub(super) balance_meter: Option<String>,
    pub(super) rated_kva: Option<f64>,
    pub(super) lighting_kw: Option<f64>,
}

/// A line of `events.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct EventRow {
    start: String,
    end: String,
    kind: &'static str,
    node: String,
}

impl EventRow {
    /// A node without power in base intervals.
    pub(super) fn outage(scene: &Scene, (first, last): (usize, usize), node: String) -> Self {
        let end = Timestamp(scene.start[last].0 + i64::from(scene.step_min) * 60);
        Self { start: stamp(scene, scene.start[first]), end: stamp(scene, end), kind: "outage", node }
    }
}

/// What the local clock shows, with seconds, as ISO 8601.
pub(super) fn stamp(scene: &Scene, at: Timestamp) -> String {
    format!("{}:00", scene.calendar.format(at))
}

/// Rounds kW to whole watts.
fn to_watt(kw: f64) -> f64 {
    (kw * 1000.0).round() / 1000.0
}

impl CustomerRow {
    /// What the utility knows of a usage point.
    pub(super) fn new(settings: &CheckedSettings, plan: &TransformerPlan, member: &Member, usage: &Usage) -> Self {
        let (lat, lon) = position(settings, plan, member);
        let number: u32 = plan.id[1..].parse().unwrap_or(0);
        let street = STREETS[number as usize % STREETS.len()];
        let house = number / STREETS.len() as u32 * NUMBERS_PER_TRANSFORMER + member.building;
        let (heating, persons) = match member.base {
            Base::Home { persons, electric } => (if electric { "electric" } else { "other" }, Some(persons)),
            Base::LookAlike(kind, _) if kind.is_home() => {
                (if kind == LookAlike::Ev { "other" } else { "electric" }, Some(persons_of(kind, member.number)))
            }
            _ => ("", None),
        };
        Self {
            usage_point: member.id(),
            tariff_class: booked_class(settings, &member.id(), tariff_class(member)),
            contracted_kw: usage.contracted_kw,
            address: format!("{street} {house}"),
            city: settings.place.city(),
            heating,
            persons,
            owner: format!("{:012}", 900_000_000_000_u64 + 7919 * u64::from(member.owner)),
            lat: format!("{lat:.5}"),
            lon: format!("{lon:.5}"),
            status: if member.active { "active" } else { "inactive" },
        }
    }
}

/// Transformers lie on a square grid of 400 m, buildings within 150 m of theirs.
fn position(settings: &CheckedSettings, plan: &TransformerPlan, member: &Member) -> (f64, f64) {
    let Position { latitude: lat, longitude: lon } = settings.place.position();
    let number: u32 = plan.id[1..].parse().unwrap_or(0);
    let (row, column) = (f64::from(number / 40), f64::from(number % 40));
    let turn = f64::from(member.building) * 2.399_963;
    let radius = 0.0001 * f64::from(member.building % 14 + 1);
    (lat + 0.0036 * row + radius * turn.sin(), lon + 0.005 * column + 1.4 * radius * turn.cos())
}

/// The class that a customer is of.
pub(super) fn tariff_class(member: &Member) -> &'static str {
    match (member.base, member.planted) {
        (_, Planted::Licensed { .. }) => "mining",
        (Base::Home { .. }, _) => "household",
        (Base::Business(kind), _) => kind.tariff_class(),
        (Base::LookAlike(kind, _), _) if kind.is_home() => "household",
        (Base::LookAlike(LookAlike::StreetLight, _), _) => "street_lighting",
        (Base::LookAlike(LookAlike::Dormitory, _), _) => "budget",
        (Base::LookAlike(LookAlike::ServerRoom, _), _) if is_classed(member) => "data_centre",
        // Split accounts are taken out in the names of private persons; other sheds are businesses.
        (Base::Site(_), Planted::Farm(farm)) if farm.group.is_some() => "household",
        (Base::LookAlike(..) | Base::Site(_), _) => BusinessKind::Shop.tariff_class(),
    }
}

/// Whether the utility knows a server room as such; every second one.
fn is_classed(member: &Member) -> bool {
    member.number.is_multiple_of(2)
}

impl RegisterRow {
    /// A register reading at the start of a base interval; the interval after the last one is the
    /// end of the axis.
    pub(super) fn new(scene: &Scene, id: &str, interval: usize, register_kwh: f64) -> Self {
        let end = scene.start.last().map_or(Timestamp(0), |last| Timestamp(last.0 + i64::from(scene.step_min) * 60));
        let at = scene.start.get(interval).copied().unwrap_or(end);
        Self { usage_point: id.to_owned(), timestamp: stamp(scene, at), register_kwh }
    }
}

impl TruthRow {
    /// The truth about a usage point, and about its transformer when part of its farm goes past the
    /// meter.
    pub(super) fn of_member(scene: &Scene, plan: &TransformerPlan, member: &Member, usage: &Usage) -> Vec<Self> {
        let (kind, label, onset) = match (member.planted, member.base) {
            // Of a farm that goes past the meter as a whole, nothing is in the customer's own
            // series.
            (Planted::Farm(farm), _) => (
                usage.farm_kind.unwrap_or(farm.truth_kind),
                if farm.unmetered < 1.0 || farm.moved > 0.0 { 1 } else { -1 },
                farm.onset,
            ),
            (Planted::Licensed { farm, exceeded, .. }, _) => {
                (farm.truth_kind, if exceeded { 1 } else { -1 }, farm.onset)
            }
            (Planted::Tampered(tamper), _) => (tamper.truth_kind(), 1, tamper.from),
            (Planted::Fault(DataFault::Stuck), _) => ("look:stuck", 0, None),
            (Planted::Fault(DataFault::FlatFilled), _) => ("look:flat_filled", 0, None),
            (Planted::Fault(DataFault::Multiplier), _) => ("look:multiplier", 0, None),
            (_, Base::LookAlike(LookAlike::ServerRoom, _)) if !is_classed(member) => {
                (LookAlike::ServerRoom.truth_kind(), -1, None)
            }
            (_, Base::LookAlike(kind, _)) => (kind.truth_kind(), 0, None),
            (_, Base::Home { .. }) if member.read == ReadBy::Nobody => ("unread", -1, None),
            (_, Base::Home { .. }) => ("home", 0, None),
            (_, Base::Business(_) | Base::Site(_)) => ("building", 0, None),
        };
        let onset = onset.map_or_else(String::new, |at| stamp(scene, at));
        let id = member.id();
        let not_shown_kw = if let Planted::Tampered(tamper) = member.planted {
            tamper.not_shown_kw(scene, &usage.metered_kw)
        } else {
            0.0
        };
        let own = Self {
            level: "usage_point",
            id: id.clone(),
            kind: kind.into(),
            label,
            kw: to_watt(usage.farm_metered_kw + not_shown_kw),
            onset: onset.clone(),
            customer: None,
        };
        let mut rows = vec![own];
        if usage.farm_unmetered_kw > 0.0 {
            let (label, kw) = (if plan.metered { 1 } else { -1 }, to_watt(usage.farm_unmetered_kw));
            rows.push(Self {
                level: "node",
                id: plan.id.clone(),
                kind: kind.into(),
                label,
                kw,
                onset,
                customer: Some(id),
            });
        }
        rows
    }

    /// A usage point that the grid file puts under another transformer than its own, which
    /// `customer` names.
    pub(super) fn of_wrong_link(id: String, own: &str) -> Self {
        Self {
            level: "link",
            id,
            kind: "wrong_link".into(),
            label: -1,
            kw: 0.0,
            onset: String::new(),
            customer: Some(own.to_owned()),
        }
    }

    /// A usage point that somebody keeps out of the bills; `customer` is billed for it.
    pub(super) fn of_insider(id: String, kind: &'static str, customer: Option<String>) -> Self {
        Self { level: "billing", id, kind: kind.into(), label: -1, kw: 0.0, onset: String::new(), customer }
    }

    /// A usage point that the grid file forgot; `customer` names its transformer.
    pub(super) fn of_missing_link(id: String, own: &str) -> Self {
        Self { kind: "unlinked".into(), ..Self::of_wrong_link(id, own) }
    }

    /// Load that a customer's meter does not show for a fault of its own: in the balance of its
    /// transformer, and nobody's theft.
    pub(super) fn of_faulty_meter(
        scene: &Scene,
        node: &str,
        fault: ShownFault,
        kw: f64,
        from: usize,
        customer: String,
    ) -> Self {
        let kind = if matches!(fault, ShownFault::Ratio { .. }) { "low_ratio" } else { "stopped_meter" };
        let onset = scene.start.get(from).copied().filter(|_| from > 0);
        Self::of_node(scene, node, kind, false, kw, onset, Some(customer))
    }

    /// A balance meter that sits behind its transformer: true of its data, and no fault.
    pub(super) fn of_low_voltage(node: &str) -> Self {
        Self {
            level: "side",
            id: node.to_owned(),
            kind: "lv".into(),
            label: -1,
            kw: 0.0,
            onset: String::new(),
            customer: None,
        }
    }

    /// A fault of a node's balance meter: a fault of the data, not scored as theft.
    pub(super) fn of_balance_meter(scene: &Scene, node: &str, kind: String, onset: Option<Timestamp>) -> Self {
        let onset = onset.map_or_else(String::new, |at| stamp(scene, at));
        Self { level: "node", id: node.to_owned(), kind: kind.into(), label: -1, kw: 0.0, onset, customer: None }
    }

    /// The truth about unmetered load at a grid node. A node without a balance meter cannot be
    /// judged, so it is not scored.
    pub(super) fn of_node(
        scene: &Scene,
        node: &str,
        kind: &'static str,
        metered: bool,
        kw: f64,
        onset: Option<Timestamp>,
        customer: Option<String>,
    ) -> Self {
        let onset = onset.map_or_else(String::new, |at| stamp(scene, at));
        Self {
            level: "node",
            id: node.to_owned(),
            kind: kind.into(),
            label: if metered { 1 } else { -1 },
            kw: to_watt(kw),
            onset,
            customer,
        }
    }

    /// A node above others: the unmetered load below it is there too, but the node is not scored
    /// for it.
    pub(super) fn of_node_above(node: &str, kw: f64) -> Self {
        Self {
            level: "node",
            id: node.to_owned(),
            kind: "below".into(),
            label: -1,
            kw: to_watt(kw),
            onset: String::new(),
            customer: None,
        }
    }

    /// A transformer that feeds street lamps nobody has declared: unmetered, but no theft.
    pub(super) fn of_undeclared_lighting(node: &str) -> Self {
        Self {
            level: "node",
            id: node.to_owned(),
            kind: "undeclared_lighting".into(),
            label: 0,
            kw: 0.0,
            onset: String::new(),
            customer: None,
        }
    }

    /// Unmetered load of a grid node, kW; 0 for usage points.
    pub(super) fn unmetered_kw(&self) -> f64 {
        if self.level == "node" { self.kw } else { 0.0 }
    }
}

/// Lines of `licences.csv` for the licensed sites under a transformer; valid for the axis and a
/// year on both sides.
pub(super) fn licence_rows(settings: &CheckedSettings, plan: &TransformerPlan) -> Vec<LicenceRow> {
    let row = |member: &Member| match member.planted {
        Planted::Licensed { licensed_kw, .. } => Some(LicenceRow {
            licence: format!("L{:06}", member.number),
            usage_point: member.id(),
            licensed_kw,
            valid_from: CivilDay(settings.first_day.0 - 365).to_string(),
            valid_to: CivilDay(settings.first_day.0 + settings.days as i32 + 365).to_string(),
            status: "valid",
            holder: format!("Holder {}", member.owner),
        }),
        _ => None,
    };
    plan.members.iter().filter_map(row).collect()
}

/// Lines of `tariffs.csv`.
pub(super) fn tariff_rows(words: ClassWords) -> Vec<TariffRow> {
    let (edge, second_price) = HOUSEHOLD_SECOND_BAND;
    let row = |&(tariff_class, price_per_kwh): &(&'static str, f64)| TariffRow {
        tariff_class: class_word(words, tariff_class),
        price_per_kwh,
        currency: "KZT",
        from_kwh: None,
        to_kwh: None,
        fee_per_kwh: (tariff_class == "mining").then_some(MINING_FEE),
    };
    let mut rows: Vec<TariffRow> = PRICES.iter().map(row).collect();
    let second = TariffRow { price_per_kwh: second_price, from_kwh: Some(edge), ..rows[0].clone() };
    rows[0].from_kwh = Some(0.0);
    rows[0].to_kwh = Some(edge);
    rows.insert(1, second);
    rows
}

/// Lines of `weather.csv`.
pub(super) fn weather_rows(scene: &Scene) -> Vec<WeatherRow> {
    let row = |&(at, t): &(Timestamp, f32)| WeatherRow {
        timestamp: stamp(scene, at),
        temperature_c: (f64::from(t) * 100.0).round() / 100.0,
    };
    scene.weather.iter().map(row).collect()
}
