//! Bills beside meters: who is metered and not billed, or billed for less, at another class, under
//! another name. That is how a customer of an insider looks.
//!
//! H0: a bill is the meter's energy, but for reading days and rounding.  H1: energy was kept out of
//! the bills. Statistic: metered less billed over the days that both have. What is usual is learned
//! from the file: the median and the spread (by the median absolute deviation) of ln(billed /
//! metered) over all usage points; less is billed where the ratio lies a tenth and five spreads
//! below the median, and 30 kWh a month are missing. A class is another one where most customers of
//! the customer's class are billed at one class and he at one that is usual for others. Weak when:
//! bills are estimates for months on end, or the file holds a part of the customers only: then
//! nobody is said to be unknown to it. Source: published audits compare head-end readings with the
//! billing database (a case of 9 bn tenge in Kazakhstan); the figures above are ours.

use std::collections::BTreeMap;

use crate::digest::DigestError;
use crate::domain::{Bill, CivilDay, Customer, Fact, Grid, MAD_TO_SIGMA, Reject, RejectCode, UsagePointId, median};
use crate::findings::{BillingFinding, BillingRow};
use crate::metered::Metered;
use crate::series::RegisterLoad;

use super::bill_days::{BillDays, BilledDay, share_days};
use super::said;
use super::tariff_book::TariffBook;

/// Energy a month below which nothing is said, kWh.
const LEAST_KWH_A_MONTH: f64 = 30.0;
/// Days of a month.
const MONTH: f64 = 30.0;
/// Less than usual is billed from this share on, and from so many spreads on.
const LEAST_SHARE: f64 = 0.1;
const SPREADS: f64 = 5.0;
/// The least spread of ln(billed / metered).
const LEAST_SPREAD: f64 = 0.01;
/// Share of read usage points that must have bills, for others to be unknown to billing.
const BILLED: f64 = 0.5;
/// Days that bills may come later than those of most.
const LATE: i32 = 15;
/// Days that must be compared.
const LEAST_DAYS: f64 = 10.0;
/// Usage points that show what is usual.
const LEAST_POINTS: usize = 20;
/// Energies of one load are this alike when it is billed under another usage point.
const ALIKE: f64 = 0.03;
/// Usage points whose days are held at a time.
const AT_A_TIME: usize = 4096;
/// Share of a class's customers who are billed at one class, for it to be theirs.
const MOST_OF_A_CLASS: f64 = 0.5;

/// What bills are held against.
pub(crate) struct Books<'a> {
    pub(crate) bills: &'a [Bill],
    /// The file of bills, for what is told of its rows.
    pub(crate) file: &'a str,
    pub(crate) registers: &'a [RegisterLoad],
    pub(crate) customers: &'a BTreeMap<UsagePointId, Customer>,
    pub(crate) grid: &'a Grid,
    pub(crate) calendar: &'a crate::domain::Calendar,
}

/// What comparing came to.
#[derive(Debug, Default)]
pub(crate) struct Billed {
    pub(crate) rows: Vec<BillingRow>,
    pub(crate) notes: Vec<Fact>,
    pub(crate) rejects: Vec<Reject>,
}

/// One usage point, compared.
struct Compared {
    id: UsagePointId,
    /// First and last day of the readings.
    days: (CivilDay, CivilDay),
    /// Over the days that have both: days, metered, billed.
    both: (f64, f64, f64),
    /// Over days without a bill that should have one: days and metered energy.
    without: (f64, f64),
    is_known: bool,
    class: Option<String>,
}

/// Mean energy of a day of a meter, kWh.
type DayEnergy = Vec<(CivilDay, f64)>;

/// Compares every read usage point with its bills; nothing without bills.
pub(crate) fn compare(books: &Books, metered: &Metered, tariffs: &TariffBook) -> Result<Billed, DigestError> {
    if books.bills.is_empty() {
        return Ok(Billed::default());
    }
    let mut by_point: BTreeMap<&str, Vec<&Bill>> = BTreeMap::new();
    for bill in books.bills {
        by_point.entry(&bill.usage_point).or_default().push(bill);
    }
    let shared = share_days(&by_point);
    let bills: BTreeMap<&str, BillDays> =
        by_point.iter().map(|(id, bills)| (*id, BillDays::of(bills, shared))).collect();
    let span = file_span(&bills);
    let mut compared = Vec::new();
    let ids: Vec<&UsagePointId> = metered.points.iter().map(|point| &point.usage_point).collect();
    for ids in ids.chunks(AT_A_TIME) {
        for (id, means) in ids.iter().zip(metered.day_means(ids)?) {
            let days: DayEnergy =
                means.unwrap_or_default().into_iter().map(|(day, kw)| (day, 24.0 * f64::from(kw))).collect();
            compared.extend(compare_one(id, &days, bills.get(id.as_ref()), span));
        }
    }
    for load in books.registers.iter().filter(|load| !metered.is_read(&load.usage_point)) {
        let (from, to) = (books.calendar.day(load.from), CivilDay(books.calendar.day(load.to).0 - 1));
        let days: DayEnergy = (from.0..=to.0).map(|day| (CivilDay(day), 24.0 * load.mean_kw)).collect();
        compared.extend(compare_one(&load.usage_point, &days, bills.get(load.usage_point.as_ref()), span));
    }
    let mut billed = Billed { rejects: rejects(&bills, books.file), ..Billed::default() };
    judge(&compared, books, tariffs, &mut billed);
    Ok(billed)
}

/// First day of the file's bills, and the day on which the bills of most end.
fn file_span(bills: &BTreeMap<&str, BillDays>) -> (CivilDay, CivilDay) {
    let first = bills.values().filter_map(BillDays::first).min().unwrap_or(CivilDay(0));
    let mut last: Vec<CivilDay> = bills.values().filter_map(BillDays::last).collect();
    last.sort_unstable();
    (first, last.get(last.len() / 2).copied().unwrap_or(CivilDay(0)))
}

fn compare_one(
    id: &UsagePointId,
    days: &DayEnergy,
    bills: Option<&BillDays>,
    (file_from, file_to): (CivilDay, CivilDay),
) -> Option<Compared> {
    let (first, last) = (days.first()?.0, days.last()?.0);
    let mean = days.iter().map(|day| day.1).sum::<f64>() / days.len() as f64;
    let read: BTreeMap<CivilDay, f64> = days.iter().copied().collect();
    let energy = |day: CivilDay| read.get(&day).copied().unwrap_or(mean);
    let (mut both, mut without) = ((0.0, 0.0, 0.0), (0.0, 0.0));
    // Bills that come a little later than those of most are not missing.
    let open_from = bills
        .and_then(BillDays::last)
        .map_or(file_to, |last| if last.0 >= file_to.0 - LATE { last.min(file_to) } else { file_to });
    for day in (first.max(file_from).0..=last.0).map(CivilDay) {
        match bills.map_or(BilledDay::NoBill, |bills| bills.on(day)) {
            BilledDay::Energy(kwh) => both = (both.0 + 1.0, both.1 + energy(day), both.2 + kwh),
            BilledDay::NoBill if day <= open_from => without = (without.0 + 1.0, without.1 + energy(day)),
            BilledDay::NoBill | BilledDay::Overlapping => {}
        }
    }
    let class = bills.and_then(BillDays::class).map(str::to_owned);
    (both.0 + without.0 > 0.0).then(|| Compared {
        id: id.clone(),
        days: (first, last),
        both,
        without,
        is_known: bills.is_some(),
        class,
    })
}

/// What is usual in a file.
struct Usual {
    /// Median of ln(billed / metered), and how far below it less was billed.
    ln_ratio: f64,
    least: f64,
    /// The class at which most customers of a class are billed.
    classes: BTreeMap<String, String>,
    /// Whether the file holds most customers.
    is_whole: bool,
}

impl Usual {
    fn of(compared: &[Compared], books: &Books) -> Self {
        let is_told = |one: &&Compared| one.both.0 >= LEAST_DAYS && one.both.1 > LEAST_KWH_A_MONTH && one.both.2 > 0.0;
        let ratios: Vec<f64> = compared.iter().filter(is_told).map(|one| (one.both.2 / one.both.1).ln()).collect();
        let enough = ratios.len() >= LEAST_POINTS;
        let ln_ratio = if enough { median(&ratios) } else { 0.0 };
        let apart: Vec<f64> = ratios.iter().map(|ratio| (ratio - ln_ratio).abs()).collect();
        let spread = if enough { MAD_TO_SIGMA * median(&apart) } else { LEAST_SPREAD };
        let least = (-(1.0 - LEAST_SHARE).ln()).max(SPREADS * spread.max(LEAST_SPREAD));
        let known = compared.iter().filter(|one| one.is_known).count();
        Self {
            ln_ratio,
            least,
            classes: classes(compared, books),
            is_whole: known as f64 >= BILLED * compared.len() as f64,
        }
    }

    /// Whether so much less is billed than usual.
    fn is_under(&self, metered: f64, billed: f64) -> bool {
        billed <= 0.0 || (billed / metered).ln() < self.ln_ratio - self.least
    }
}

fn class_of(id: &str, books: &Books) -> Option<String> {
    books.customers.get(id).and_then(|customer| customer.tariff_class.as_deref()).map(str::to_lowercase)
}

/// For every class of customers the class that most of them are billed at.
fn classes(compared: &[Compared], books: &Books) -> BTreeMap<String, String> {
    let mut counts: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for one in compared {
        if let (Some(own), Some(billed)) = (class_of(&one.id, books), one.class.as_deref()) {
            *counts.entry(own).or_default().entry(billed).or_default() += 1;
        }
    }
    let most = |(own, billed): (String, BTreeMap<&str, usize>)| {
        let all: usize = billed.values().sum();
        let (class, count) = billed.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)))?;
        (count as f64 > MOST_OF_A_CLASS * all as f64).then(|| (own, class.to_owned()))
    };
    counts.into_iter().filter_map(most).collect()
}

/// Makes rows of usage points and of the nodes that feed them.
fn judge(compared: &[Compared], books: &Books, tariffs: &TariffBook, billed: &mut Billed) {
    let usual = Usual::of(compared, books);
    if !usual.is_whole {
        billed.notes.push(said::bills_of_few());
    }
    let mut over: Vec<(f64, &UsagePointId)> = (compared.iter())
        .map(|one| (one.both.2 - one.both.1, &one.id))
        .filter(|(kwh, _)| *kwh > LEAST_KWH_A_MONTH)
        .collect();
    over.sort_by(|a, b| a.0.total_cmp(&b.0));
    for one in compared {
        billed.rows.extend(findings(one, &usual, &over, (books, tariffs)));
    }
    billed.rows.sort_by(|a, b| {
        let key = |row: &BillingRow| row.loss_energy.unwrap_or(0.0);
        key(b).total_cmp(&key(a)).then(b.gap_kwh().total_cmp(&a.gap_kwh())).then(a.usage_point.cmp(&b.usage_point))
    });
    billed.rows.extend(node_rows(compared, books));
}

/// What bills and meter of one usage point disagree about.
fn findings(
    one: &Compared,
    usual: &Usual,
    over: &[(f64, &UsagePointId)],
    (books, tariffs): (&Books, &TariffBook),
) -> Vec<BillingRow> {
    let own = class_of(&one.id, books);
    let least = |days: f64| LEAST_KWH_A_MONTH * (days / MONTH).max(0.5);
    let row = |finding: BillingFinding, metered: f64, billed: f64| {
        let class = own.as_deref().or(one.class.as_deref());
        let lost = cost(tariffs, class, one.days, metered).zip(cost(tariffs, class, one.days, billed.max(0.0)));
        BillingRow {
            usage_point: Some(one.id.clone()),
            node: books.grid.feeding_node(&one.id).map(|node| node.node.clone()),
            from: one.days.0,
            to: one.days.1,
            metered_kwh: metered,
            billed_kwh: billed,
            finding: Some(finding),
            loss_energy: lost.as_ref().map(|((due, _), (paid, _))| (due - paid).max(0.0)),
            currency: lost.map(|((_, currency), _)| currency),
            detail: Vec::new(),
        }
    };
    let (days, metered, billed) = one.both;
    let mut rows = Vec::new();
    if !one.is_known {
        if usual.is_whole && one.without.0 >= LEAST_DAYS && one.without.1 > least(one.without.0) {
            rows.push(row(BillingFinding::UnknownToBilling, one.without.1, 0.0));
        }
    } else if one.without.0 >= LEAST_DAYS && one.without.1 > least(one.without.0) {
        rows.push(row(BillingFinding::Unbilled, metered + one.without.1, billed));
    } else if days >= LEAST_DAYS && metered - billed > least(days) && usual.is_under(metered, billed) {
        let finding = if billed <= 0.0 { BillingFinding::Unbilled } else { BillingFinding::Underbilled };
        rows.push(row(finding, metered, billed));
    }
    for row in rows.iter_mut().filter(|row| row.finding != Some(BillingFinding::Underbilled)) {
        row.detail.extend(billed_elsewhere(row.gap_kwh(), &one.id, over));
    }
    rows.extend(other_class(one, own.as_deref(), usual, (books, tariffs)));
    rows
}

/// The one usage point that is billed for about as much more than it was metered.
fn billed_elsewhere(kwh: f64, own: &UsagePointId, over: &[(f64, &UsagePointId)]) -> Option<Fact> {
    let from = over.partition_point(|(more, _)| *more < (1.0 - ALIKE) * kwh);
    let alike: Vec<&(f64, &UsagePointId)> =
        over[from..].iter().take_while(|(more, _)| *more <= (1.0 + ALIKE) * kwh).collect();
    match alike[..] {
        [(more, id)] if *id != own => Some(said::billed_at(id, *more)),
        _ => None,
    }
}

/// A usage point that is billed at a class which is usual for other customers than it is.
fn other_class(
    one: &Compared,
    own: Option<&str>,
    usual: &Usual,
    (books, tariffs): (&Books, &TariffBook),
) -> Option<BillingRow> {
    let (own, billed_at) = own.zip(one.class.as_deref())?;
    let right = usual.classes.get(own)?;
    let is_of_others = usual.classes.iter().any(|(class, billed)| class != own && billed == billed_at);
    if right == billed_at || !(is_of_others || tariffs.has(billed_at)) || one.both.2 < LEAST_KWH_A_MONTH {
        return None;
    }
    let lost =
        cost(tariffs, Some(right), one.days, one.both.2).zip(cost(tariffs, Some(billed_at), one.days, one.both.2));
    Some(BillingRow {
        usage_point: Some(one.id.clone()),
        node: books.grid.feeding_node(&one.id).map(|node| node.node.clone()),
        from: one.days.0,
        to: one.days.1,
        metered_kwh: one.both.1,
        billed_kwh: one.both.2,
        finding: Some(BillingFinding::OtherClass),
        loss_energy: lost.as_ref().map(|((due, _), (paid, _))| (due - paid).max(0.0)),
        currency: lost.map(|((_, currency), _)| currency),
        detail: vec![said::billed_as(billed_at, right)],
    })
}

/// What energy costs a customer of a class when it is spread evenly over days.
fn cost(
    tariffs: &TariffBook,
    class: Option<&str>,
    (from, to): (CivilDay, CivilDay),
    kwh: f64,
) -> Option<(f64, String)> {
    let class = class?;
    let all = f64::from(to.0 - from.0 + 1);
    let (mut amount, mut currency) = (0.0, None);
    for slice in tariffs.slices(&[class], &[], (from, to)) {
        let lines = tariffs.bill(class, slice, &[kwh * slice.days() / all / 24.0; 24], None)?;
        amount += lines.iter().map(super::tariff_book::BillLine::amount).sum::<f64>();
        currency = currency.or_else(|| lines.first().map(|line| line.currency.clone()));
    }
    Some((amount, currency.or_else(|| tariffs.currency_of(class))?))
}

/// Sums of the usage points that each node feeds, in the order of nodes.
fn node_rows(compared: &[Compared], books: &Books) -> Vec<BillingRow> {
    let mut nodes: BTreeMap<_, BillingRow> = BTreeMap::new();
    for one in compared {
        let Some(node) = books.grid.feeding_node(&one.id) else { continue };
        let row = nodes.entry(node.node.clone()).or_insert_with(|| BillingRow {
            usage_point: None,
            node: Some(node.node.clone()),
            from: one.days.0,
            to: one.days.1,
            metered_kwh: 0.0,
            billed_kwh: 0.0,
            finding: None,
            loss_energy: None,
            currency: None,
            detail: Vec::new(),
        });
        (row.from, row.to) = (row.from.min(one.days.0), row.to.max(one.days.1));
        row.metered_kwh += one.both.1 + one.without.1;
        row.billed_kwh += one.both.2;
    }
    nodes.into_values().collect()
}

/// What is told of rows of the file of bills.
fn rejects(bills: &BTreeMap<&str, BillDays>, file: &str) -> Vec<Reject> {
    let reject = |row: u64, code: RejectCode, detail: Fact| Reject {
        file: file.to_owned(),
        row,
        code: code.0,
        detail,
        records: 1,
    };
    let mut rejects = Vec::new();
    for (id, days) in bills {
        rejects
            .extend(days.corrected.iter().map(|row| reject(*row, RejectCode::ROW_REPEATED, said::bill_corrected(id))));
        let overlapping = days.overlapping.iter();
        rejects.extend(overlapping.map(|row| reject(*row, RejectCode::TIME_OVERLAP, said::bills_overlap(id))));
    }
    rejects
}
