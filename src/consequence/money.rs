//! Money at stake: what the hidden energy should have cost less what was paid for it, and the
//! digital-mining fee, each step of it written down.
//!
//! Let h be the hidden energy of a slice (`tariff_book`), t what the meter showed, own(·) and
//! lawful(·) the bills by the customer's class and by the class that is lawful for mining.
//! *Metered* (honest meter): lawful(h) − [own(t) − own(t − h)]: the price of mining less the part
//! of the bill that h made; nothing, where the customer paid more than that.
//! *Under-registered*: own(t + h) − own(t): what the meter did not show, on top of what it did.
//! *Unmetered* (seen by a balance only): lawful(h) in full. *Licence exceeded*: as metered, for the
//! energy beyond the licence. Fee: h · fee, of all but under-registered energy, of which nobody
//! says that it mined. h runs evenly over the days since its start, cut to the look-back before the
//! last day judged. Low and high: the same at the ends of the 90 % intervals of power and start,
//! taken together, so they are wider than 90 %. Assumes: the readings are what was billed. Weak
//! when: the customer paid by another class for a time.
//! Source: recovery of unmetered and misused energy as the difference of two bills; settings name
//! the law.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::{CivilDay, Fact};
use crate::findings::{FindingKind, Loss, MoneyPart, MoneyRow, MoneyStep};

use super::fee::{Fee, FeeRule, fee_of};
use super::metered_use::MeteredUse;
use super::said;
use super::tariff_book::{BillLine, ByHour, Slice, TariffBook};

/// Section `[money]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoneySettings {
    /// Tariff classes that a farm may lawfully be supplied at; the first that the table has counts.
    pub lawful_class: Vec<String>,
    /// Days before the last day judged for which energy may be claimed.
    pub look_back_days: u32,
    /// Where that is written.
    pub look_back_source: String,
    /// Digital-mining fee by date and price.
    pub fee: Vec<FeeRule>,
}

/// A hidden load as far as money goes.
#[derive(Debug, Clone, PartialEq)]
pub struct HiddenRun {
    /// Its energy from `first` to `last`, kWh.
    pub kwh: f64,
    /// Ends of the 90 % interval of its power, as shares of it.
    pub range: (f64, f64),
    /// First day.
    pub first: CivilDay,
    /// Earliest and latest first day that fit.
    pub first_range: (CivilDay, CivilDay),
    /// Last day.
    pub last: CivilDay,
    /// Share of its energy in each hour of the day; adds up to 1.
    pub by_hour: ByHour,
}

/// What is claimed, of whom.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    /// `usage_point` or `node`.
    pub level: &'static str,
    /// The usage point or node.
    pub id: &'a str,
    /// What is claimed of it; `None`: energy that no meter saw.
    pub finding: Option<FindingKind>,
    /// Its tariff class.
    pub class: Option<&'a str>,
    /// Persons registered.
    pub persons: Option<f64>,
    /// What its meter showed; `None` where that is not known.
    pub metered: Option<&'a MeteredUse>,
    /// The load.
    pub run: HiddenRun,
    /// Share of its energy that a licence allows.
    pub licensed_share: f64,
}

/// Turns energy into money.
#[derive(Debug, Clone, Copy)]
pub struct Money<'a> {
    /// Prices.
    pub book: &'a TariffBook,
    /// Rules.
    pub settings: &'a MoneySettings,
}

/// One derivation, from energy to amounts.
struct Derivation<'a> {
    claim: &'a Claim<'a>,
    rows: Vec<MoneyRow>,
    /// Upper ends of fees count.
    high: bool,
}

impl<'a> Money<'a> {
    /// The class whose price a farm should have paid: the first of the settings that the table has.
    #[must_use]
    pub fn lawful_class(&self) -> Option<&'a str> {
        self.settings.lawful_class.iter().find(|class| self.book.has(class)).map(String::as_str)
    }

    /// The loss of a claim with its derivation; empty without a tariff.
    #[must_use]
    pub fn loss(&self, claim: &Claim) -> (Loss, Vec<MoneyRow>) {
        if self.book.is_empty()
            || claim.run.last < claim.run.first
            || !claim.run.kwh.is_finite()
            || claim.run.kwh <= 0.0
        {
            return (Loss::default(), Vec::new());
        }
        let HiddenRun { kwh, range, first, first_range, last, .. } = claim.run;
        let a_day = kwh / days(first, last);
        let mut main = self.derive(claim, kwh, first, false);
        let low = self.derive(
            claim,
            range.0.max(0.0) * a_day * days(first_range.1.min(last), last),
            first_range.1.min(last),
            false,
        );
        let high =
            self.derive(claim, range.1 * a_day * days(first_range.0.min(first), last), first_range.0.min(first), true);
        for (place, row) in main.rows.iter_mut().enumerate() {
            row.step = place as u64 + 1;
        }
        (loss_of(&main, &low, &high), main.rows)
    }

    fn derive<'c>(&self, claim: &'c Claim<'c>, kwh: f64, first: CivilDay, high: bool) -> Derivation<'c> {
        let mut derivation = Derivation { claim, rows: Vec::new(), high };
        let last = claim.run.last;
        derivation.quantity(MoneyStep::Hidden, (first, last), kwh, said::even());
        let start = first.max(CivilDay(last.0 - self.settings.look_back_days as i32 + 1));
        let kept = kwh * days(start, last) / days(first, last);
        if start > first {
            let detail = said::look_back(self.settings.look_back_days, self.settings.look_back_source.as_str());
            derivation.quantity(MoneyStep::LookBack, (first, CivilDay(start.0 - 1)), kept - kwh, detail);
        }
        let licensed = kept * claim.licensed_share.clamp(0.0, 1.0);
        if licensed > 0.0 {
            derivation.quantity(MoneyStep::Licensed, (start, last), -licensed, said::licensed());
        }
        let a_day = (kept - licensed) / days(start, last);
        let lawful = self.lawful_class();
        let classes: Vec<&str> = claim.class.into_iter().chain(lawful).collect();
        let fee_days: Vec<CivilDay> = self
            .settings
            .fee
            .iter()
            .filter_map(FeeRule::days)
            .flat_map(|(from, to)| [from, CivilDay(to.0.saturating_add(1))])
            .collect();
        for slice in self.book.slices(&classes, &fee_days, (start, last)) {
            let hidden = claim.run.by_hour.map(|share| share * a_day * slice.days());
            self.price(&mut derivation, slice, hidden, lawful);
        }
        if claim.finding != Some(FindingKind::UnderRegistration) {
            derivation.nothing_below_zero((start, last));
        }
        // The fee stands behind the energy.
        derivation.rows.sort_by_key(|row| row.part);
        derivation
    }

    /// Adds the steps of one slice.
    fn price(&self, derivation: &mut Derivation, slice: Slice, hidden: ByHour, lawful: Option<&str>) {
        let Claim { finding, class, persons, metered, .. } = *derivation.claim;
        let shown = metered.and_then(|metered| metered.energy(slice));
        match finding {
            Some(FindingKind::UnderRegistration) => {
                let class = class.filter(|class| self.book.has(class)).or(lawful);
                let shown = shown.unwrap_or([0.0; 24]);
                let bill = |energy: &ByHour| class.and_then(|class| self.book.bill(class, slice, energy, persons));
                let more =
                    bill(&sum(&shown, &hidden)).zip(bill(&shown)).map(|(with, without)| difference(with, &without));
                derivation.energy(MoneyStep::Unrecorded, slice, class, more, 1.0);
            }
            Some(FindingKind::MeteredHiddenLoad | FindingKind::LicenceExceeded) => {
                // A meter cannot hide more than it shows.
                let shown = shown.unwrap_or(hidden);
                let (hidden, rest) = split(&shown, &hidden);
                let bill = |energy: &ByHour| class.and_then(|class| self.book.bill(class, slice, energy, persons));
                let paid = bill(&shown).zip(bill(&rest)).map(|(with, without)| difference(with, &without));
                let due = lawful.and_then(|class| self.book.bill(class, slice, &hidden, None));
                if same_currency(due.as_ref(), paid.as_ref()) {
                    derivation.energy(MoneyStep::Lawful, slice, lawful, due, 1.0);
                    derivation.energy(MoneyStep::Paid, slice, class, paid, -1.0);
                } else {
                    derivation.no_price(slice, hidden.iter().sum(), class, said::no_common_currency());
                }
                self.fee(derivation, slice, hidden.iter().sum(), lawful, false);
            }
            None => {
                let due = lawful.and_then(|class| self.book.bill(class, slice, &hidden, None));
                derivation.energy(MoneyStep::Unmetered, slice, lawful, due, 1.0);
                self.fee(derivation, slice, hidden.iter().sum(), lawful, true);
            }
        }
    }

    fn fee(&self, derivation: &mut Derivation, slice: Slice, kwh: f64, lawful: Option<&str>, unmetered: bool) {
        let classes = || lawful.into_iter().chain(derivation.claim.class);
        let by_table = classes().find_map(|class| self.book.fee(class, slice));
        let price = classes().find_map(|class| self.book.price(class, slice));
        let fee = match (by_table, price) {
            (Some((fee, currency)), _) => {
                Some((Fee { per_kwh: fee, per_kwh_high: fee, detail: said::fee_of_table() }, currency))
            }
            (None, Some((price, currency))) => {
                fee_of(&self.settings.fee, slice.from, price, currency, unmetered).map(|fee| (fee, currency))
            }
            (None, None) => None,
        };
        if let Some((fee, currency)) = fee {
            let per_kwh = if derivation.high { fee.per_kwh_high } else { fee.per_kwh };
            derivation.fee(slice, kwh, per_kwh, currency, fee.detail);
        }
    }
}

impl Derivation<'_> {
    fn push(
        &mut self,
        part: MoneyPart,
        what: MoneyStep,
        (from, to): (CivilDay, CivilDay),
        kwh: f64,
        detail: Fact,
    ) -> &mut MoneyRow {
        let Claim { level, id, finding, .. } = *self.claim;
        self.rows.push(MoneyRow {
            level,
            id: id.to_owned(),
            finding,
            step: 0,
            part,
            what,
            from,
            to,
            kwh,
            price_per_kwh: None,
            tax_share: None,
            amount: None,
            currency: None,
            tariff_class: None,
            detail,
        });
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    fn quantity(&mut self, what: MoneyStep, range: (CivilDay, CivilDay), kwh: f64, detail: Fact) {
        self.push(MoneyPart::Quantity, what, range, kwh, detail);
    }

    /// Adds the lines of a bill with a sign; without a bill says that there is no price.
    fn energy(&mut self, what: MoneyStep, slice: Slice, class: Option<&str>, bill: Option<Vec<BillLine>>, sign: f64) {
        let Some(bill) = bill else {
            self.no_price(slice, 0.0, class, said::no_line());
            return;
        };
        for line in bill {
            let amount = sign * line.amount();
            let row = self.push(MoneyPart::Energy, what, (slice.from, slice.to), sign * line.kwh, line.detail);
            (row.price_per_kwh, row.tax_share, row.amount) = (Some(line.price_per_kwh), line.tax_share, Some(amount));
            (row.currency, row.tariff_class) = (Some(line.currency), class.map(str::to_owned));
        }
    }

    fn no_price(&mut self, slice: Slice, kwh: f64, class: Option<&str>, detail: Fact) {
        let row = self.push(MoneyPart::Energy, MoneyStep::NoPrice, (slice.from, slice.to), kwh, detail);
        row.tariff_class = class.map(str::to_owned);
    }

    fn fee(&mut self, slice: Slice, kwh: f64, per_kwh: f64, currency: &str, detail: Fact) {
        let row = self.push(MoneyPart::Fee, MoneyStep::Fee, (slice.from, slice.to), kwh, detail);
        (row.price_per_kwh, row.amount, row.currency) = (Some(per_kwh), Some(kwh * per_kwh), Some(currency.to_owned()));
    }

    /// A customer who paid more than the lawful price owes nothing for energy, and is owed nothing
    /// here either.
    fn nothing_below_zero(&mut self, range: (CivilDay, CivilDay)) {
        if let Some(amount) = self.amount(MoneyPart::Energy).filter(|amount| *amount < 0.0) {
            let currency = self.rows.iter().find_map(|row| row.currency.clone());
            let row = self.push(MoneyPart::Energy, MoneyStep::NothingLost, range, 0.0, said::nothing_lost());
            (row.amount, row.currency) = (Some(-amount), currency);
        }
    }

    /// Sum of a part; `None` when none of its steps has an amount.
    fn amount(&self, part: MoneyPart) -> Option<f64> {
        let mut amounts = self.rows.iter().filter(|row| row.part == part).filter_map(|row| row.amount).peekable();
        amounts.peek()?;
        Some(amounts.sum())
    }

    fn currencies(&self) -> BTreeSet<String> {
        self.rows.iter().filter_map(|row| row.currency.clone()).collect()
    }
}

fn loss_of(main: &Derivation, low: &Derivation, high: &Derivation) -> Loss {
    let currencies = main.currencies();
    if currencies.len() > 1 {
        return Loss { currencies, ..Loss::default() };
    }
    let range = |part| {
        let all = [main, low, high].map(|derivation| derivation.amount(part));
        let known = all.into_iter().flatten();
        main.amount(part)
            .map(|_| (known.clone().fold(f64::INFINITY, f64::min), known.fold(f64::NEG_INFINITY, f64::max)))
    };
    let (energy_range, fee_range) = (range(MoneyPart::Energy), range(MoneyPart::Fee));
    let ends = [energy_range, fee_range].into_iter().flatten().reduce(|a, b| (a.0 + b.0, a.1 + b.1));
    Loss {
        loss_energy: main.amount(MoneyPart::Energy),
        loss_fee: main.amount(MoneyPart::Fee),
        loss_low: ends.map(|ends| ends.0),
        loss_high: ends.map(|ends| ends.1),
        energy_range,
        fee_range,
        currencies,
    }
}

fn days(first: CivilDay, last: CivilDay) -> f64 {
    f64::from((last.0 - first.0 + 1).max(0))
}

fn sum(a: &ByHour, b: &ByHour) -> ByHour {
    std::array::from_fn(|hour| a[hour] + b[hour])
}

/// What of `shown` is the hidden load (all of it, where the load is estimated larger), and what is
/// left; both keep their energy.
fn split(shown: &ByHour, hidden: &ByHour) -> (ByHour, ByHour) {
    let (total, wanted): (f64, f64) = (shown.iter().sum(), hidden.iter().sum());
    if wanted >= total {
        return (*shown, [0.0; 24]);
    }
    let rest: ByHour = std::array::from_fn(|hour| (shown[hour] - hidden[hour]).max(0.0));
    let left: f64 = rest.iter().sum();
    (*hidden, rest.map(|kwh| kwh * (total - wanted) / left))
}

/// Lines of a bill less those of another at the same price and step.
fn difference(with: Vec<BillLine>, without: &[BillLine]) -> Vec<BillLine> {
    let same = |a: &BillLine, b: &BillLine| {
        a.price_per_kwh == b.price_per_kwh && a.tax_share == b.tax_share && a.detail == b.detail
    };
    let less = |line: BillLine| {
        let other: f64 = without.iter().filter(|other| same(other, &line)).map(|other| other.kwh).sum();
        BillLine { kwh: line.kwh - other, ..line }
    };
    with.into_iter().map(less).filter(|line| line.kwh.abs() > 1e-9).collect()
}

fn same_currency(a: Option<&Vec<BillLine>>, b: Option<&Vec<BillLine>>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    let mut all = a.iter().chain(b).map(|line| &line.currency);
    let Some(first) = all.next() else { return true };
    all.all(|currency| currency == first)
}
