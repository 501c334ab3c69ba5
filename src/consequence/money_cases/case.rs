//! What a money case is: prices, a load, and what must come out.

use crate::consequence::{ByHour, Claim, EVEN, FeeRule, HiddenRun, MeteredUse, Money, MoneySettings, TariffBook};
use crate::domain::{CivilDay, Customer, Grid, Licence, LicenceStatus, LicenceTarget, Tariff, Zone};
use crate::findings::{FindingKind, Loss, MoneyPart};
use crate::judgement::{LicenceCheck, LicensedLoad};
use crate::population::Buildings;

pub(super) const METERED: Option<FindingKind> = Some(FindingKind::MeteredHiddenLoad);
pub(super) const UNDER: Option<FindingKind> = Some(FindingKind::UnderRegistration);
pub(super) const EXCEEDED: Option<FindingKind> = Some(FindingKind::LicenceExceeded);

pub(super) fn day(text: &str) -> CivilDay {
    CivilDay::parse(text).unwrap()
}

/// A line of the tariff table with one price.
pub(super) fn tariff(class: &str, price: f64) -> Tariff {
    Tariff {
        tariff_class: class.into(),
        price_per_kwh: price,
        currency: "KZT".into(),
        from_kwh: None,
        to_kwh: None,
        per_person: false,
        zone: None,
        tax_share: None,
        fee_per_kwh: None,
        valid_from: None,
        valid_to: None,
    }
}

pub(super) fn until(last: &str, tariff: Tariff) -> Tariff {
    Tariff { valid_to: Some(day(last)), ..tariff }
}

pub(super) fn from(first: &str, tariff: Tariff) -> Tariff {
    Tariff { valid_from: Some(day(first)), ..tariff }
}

pub(super) fn taxed(share: f64, tariff: Tariff) -> Tariff {
    Tariff { tax_share: Some(share), ..tariff }
}

/// Household steps: 20 up to 100 kWh, 25 up to 250 kWh, 30 above.
pub(super) fn step_lines(per_person: bool) -> Vec<Tariff> {
    let step =
        |price, from_kwh, to_kwh| Tariff { from_kwh: Some(from_kwh), to_kwh, per_person, ..tariff("household", price) };
    vec![step(20.0, 0.0, Some(100.0)), step(25.0, 100.0, Some(250.0)), step(30.0, 250.0, None)]
}

/// Two steps at 100 kWh.
pub(super) fn two_steps(low: f64, high: f64) -> Vec<Tariff> {
    vec![
        Tariff { to_kwh: Some(100.0), ..tariff("household", low) },
        Tariff { from_kwh: Some(100.0), ..tariff("household", high) },
    ]
}

pub(super) fn zones() -> Vec<Tariff> {
    let zone = |words, price| Tariff { zone: Zone::parse(words), ..tariff("household", price) };
    vec![zone("day 07-23", 30.0), zone("night 23-07", 15.0), tariff("mining", 36.0)]
}

pub(super) fn plain() -> Vec<Tariff> {
    vec![tariff("household", 27.0), tariff("mining", 36.0)]
}

pub(super) fn with_mining(mut tariffs: Vec<Tariff>) -> Vec<Tariff> {
    tariffs.push(tariff("mining", 36.0));
    tariffs
}

/// A case: what is known, and what must come out.
pub(super) struct Case {
    pub(super) tariffs: Vec<Tariff>,
    pub(super) finding: Option<FindingKind>,
    pub(super) class: &'static str,
    pub(super) persons: Option<f64>,
    /// Energy of a day beside the load, kWh; the load itself is on top where the meter shows it.
    pub(super) rest: f64,
    /// Energy of the load a day, kWh.
    pub(super) load: f64,
    pub(super) days: (&'static str, &'static str),
    pub(super) first_range: Option<(&'static str, &'static str)>,
    pub(super) range: (f64, f64),
    pub(super) by_hour: ByHour,
    pub(super) look_back_days: u32,
    pub(super) licensed_share: f64,
    /// Shown by the meter a day in all, where that is not `rest + load`.
    pub(super) shown: Option<f64>,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            tariffs: plain(),
            finding: METERED,
            class: "household",
            persons: None,
            rest: 3.0,
            load: 10.0,
            days: ("2025-03-01", "2025-03-31"),
            first_range: None,
            range: (1.0, 1.0),
            by_hour: EVEN,
            look_back_days: 1095,
            licensed_share: 0.0,
            shown: None,
        }
    }
}

impl Case {
    pub(super) fn loss(&self) -> Loss {
        let book = TariffBook::new(self.tariffs.clone());
        let settings = MoneySettings {
            lawful_class: vec!["mining".into(), "business".into()],
            look_back_days: self.look_back_days,
            look_back_source: "a law".into(),
            fee: fees(),
        };
        let (first, last) = (day(self.days.0), day(self.days.1));
        let seen = if self.finding == UNDER { 0.0 } else { self.load };
        let shown = self.shown.unwrap_or(self.rest + seen);
        let weights: ByHour = std::array::from_fn(|hour| self.rest / 24.0 + seen * self.by_hour[hour]);
        let metered = MeteredUse::new((first.0..=last.0).map(|day| (CivilDay(day), shown)).collect(), weights);
        let run = HiddenRun {
            kwh: self.load * f64::from(last.0 - first.0 + 1),
            range: self.range,
            first,
            first_range: self.first_range.map_or((first, first), |(early, late)| (day(early), day(late))),
            last,
            by_hour: self.by_hour,
        };
        let claim = Claim {
            level: "usage_point",
            id: "A",
            finding: self.finding,
            class: self.finding.map(|_| self.class),
            persons: self.persons,
            metered: self.finding.map(|_| &metered),
            run,
            licensed_share: self.licensed_share,
        };
        let (loss, rows) = Money { book: &book, settings: &settings }.loss(&claim);
        for (part, told) in [(MoneyPart::Energy, loss.loss_energy), (MoneyPart::Fee, loss.loss_fee)] {
            let sum: f64 = rows.iter().filter(|row| row.part == part).filter_map(|row| row.amount).sum();
            assert!((sum - told.unwrap_or(0.0)).abs() < 1e-6, "the steps add up to the amount");
        }
        loss
    }
}

/// Kazakhstan's fee as in the default configuration.
pub(super) fn fees() -> Vec<FeeRule> {
    let rule = |from: &str, to: &str, unmetered, (price_from, price_below), (per_kwh, per_kwh_high)| FeeRule {
        from: from.into(),
        to: to.into(),
        price_from,
        price_below,
        unmetered,
        per_kwh,
        per_kwh_high,
        currency: "KZT".into(),
        source: "Tax Code".into(),
    };
    vec![
        rule("2022-01-01", "2022-12-31", false, (0.0, 0.0), (1.0, 0.0)),
        rule("2023-01-01", "", true, (0.0, 0.0), (25.0, 0.0)),
        rule("2023-01-01", "", false, (24.0, 0.0), (1.0, 0.0)),
        rule("2023-01-01", "", false, (0.0, 24.0), (1.0, 25.0)),
    ]
}

/// Share of a farm's energy that a licence of 50 kW for these days allows, by the licence check.
pub(super) fn licensed_share(kw: f64, valid_to: &str) -> f64 {
    let licences = [Licence {
        licence: "L1".into(),
        target: LicenceTarget::UsagePoint("A".into()),
        address: None,
        licensed_kw: Some(50.0),
        valid_from: None,
        valid_to: Some(day(valid_to)),
        status: LicenceStatus::Valid,
        status_word: None,
        holder: None,
        bin: None,
        verified_kw: None,
        contract_until: None,
    }];
    let customers: std::collections::BTreeMap<_, Customer> = std::collections::BTreeMap::new();
    let check = LicenceCheck::new(&licences, &Grid::default(), &customers, &Buildings::default());
    let load = LicensedLoad { kw, together_kw: kw, days: (day("2025-03-01"), day("2025-03-31")), hours_a_day: 24.0 };
    check.judge("A", load).unwrap().licensed_share
}

/// What a case must come to.
pub(super) struct Expected {
    pub(super) name: &'static str,
    pub(super) derivation: &'static str,
    pub(super) energy: Option<f64>,
    pub(super) fee: Option<f64>,
    pub(super) low_high: Option<(f64, f64)>,
}

pub(super) const fn expect(
    name: &'static str,
    derivation: &'static str,
    energy: Option<f64>,
    fee: Option<f64>,
) -> Expected {
    Expected { name, derivation, energy, fee, low_high: None }
}
