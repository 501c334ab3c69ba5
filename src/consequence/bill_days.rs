//! The bills of one usage point as energy by day.
//!
//! A bill is spread evenly over its days, so that one which runs over two months, or begins before
//! the readings, counts with the days that it shares with them. A bill of the same days and class
//! that comes later in the file is a correction and counts instead; one of the same days and
//! another class is a part (a zone, a second tariff) and adds up. Days on which bills of other
//! lengths overlap say nothing for sure and are not compared.

use std::collections::BTreeMap;

use crate::domain::{Bill, CivilDay};

/// What bills say of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum BilledDay {
    /// No bill has it.
    NoBill,
    /// Several bills claim it.
    Overlapping,
    /// Energy, kWh.
    Energy(f64),
}

/// Bills of one usage point.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct BillDays {
    /// Energy of billed days, kWh; `None` where bills overlap.
    by_day: BTreeMap<CivilDay, Option<f64>>,
    /// Energy by class.
    pub(super) by_class: BTreeMap<String, f64>,
    /// Rows of bills that a later one corrects.
    pub(super) corrected: Vec<u64>,
    /// Rows of bills that overlap with an earlier one.
    pub(super) overlapping: Vec<u64>,
}

impl BillDays {
    /// Of the bills of one usage point. With `shared_days` the last day of a bill is the first of
    /// the next, and counts there.
    pub(super) fn of(bills: &[&Bill], shared_days: bool) -> Self {
        let last = |bill: &Bill| if shared_days && bill.to > bill.from { CivilDay(bill.to.0 - 1) } else { bill.to };
        let mut days = Self::default();
        let mut kept: BTreeMap<(CivilDay, CivilDay), Vec<&Bill>> = BTreeMap::new();
        for bill in bills {
            let of_days = kept.entry((bill.from, last(bill))).or_default();
            match of_days.iter_mut().find(|other| other.tariff_class == bill.tariff_class) {
                Some(other) => {
                    days.corrected.push(other.row);
                    *other = bill;
                }
                None => of_days.push(bill),
            }
        }
        for ((from, to), bills) in &kept {
            let kwh: f64 = bills.iter().map(|bill| bill.billed_kwh).sum();
            let a_day = kwh / f64::from(to.0 - from.0 + 1);
            let is_taken = (from.0..=to.0).any(|day| days.by_day.contains_key(&CivilDay(day)));
            if is_taken {
                days.overlapping.extend(bills.iter().map(|bill| bill.row));
            }
            for day in (from.0..=to.0).map(CivilDay) {
                days.by_day.entry(day).and_modify(|of_day| *of_day = None).or_insert(Some(a_day));
            }
            for bill in bills {
                if let Some(class) = &bill.tariff_class {
                    *days.by_class.entry(class.to_lowercase()).or_default() += bill.billed_kwh.max(0.0);
                }
            }
        }
        days
    }

    /// What is billed for a day.
    pub(super) fn on(&self, day: CivilDay) -> BilledDay {
        match self.by_day.get(&day) {
            None => BilledDay::NoBill,
            Some(None) => BilledDay::Overlapping,
            Some(Some(kwh)) => BilledDay::Energy(*kwh),
        }
    }

    /// The last billed day.
    pub(super) fn last(&self) -> Option<CivilDay> {
        self.by_day.last_key_value().map(|(day, _)| *day)
    }

    /// The first billed day.
    pub(super) fn first(&self) -> Option<CivilDay> {
        self.by_day.first_key_value().map(|(day, _)| *day)
    }

    /// The class at which most was billed.
    pub(super) fn class(&self) -> Option<&str> {
        self.by_class.iter().max_by(|a, b| a.1.total_cmp(b.1)).map(|(class, _)| class.as_str())
    }
}

/// Whether bills of a file end on the day on which the next one begins.
pub(super) fn share_days(by_point: &BTreeMap<&str, Vec<&Bill>>) -> bool {
    let (mut shared, mut apart) = (0_usize, 0_usize);
    for bills in by_point.values() {
        let mut spans: Vec<(CivilDay, CivilDay)> = bills.iter().map(|bill| (bill.from, bill.to)).collect();
        spans.sort_unstable();
        spans.dedup();
        for pair in spans.windows(2) {
            shared += usize::from(pair[1].0 == pair[0].1);
            apart += usize::from(pair[1].0.0 == pair[0].1.0 + 1);
        }
    }
    shared > apart
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bill(from: &str, to: &str, kwh: f64, row: u64) -> Bill {
        Bill {
            usage_point: "A".into(),
            from: CivilDay::parse(from).unwrap(),
            to: CivilDay::parse(to).unwrap(),
            billed_kwh: kwh,
            tariff_class: Some("household".into()),
            amount: None,
            currency: None,
            row,
        }
    }

    fn on(days: &BillDays, day: &str) -> BilledDay {
        days.on(CivilDay::parse(day).unwrap())
    }

    #[test]
    fn a_bill_over_two_months_counts_day_by_day() {
        let bills = [bill("2025-03-17", "2025-04-15", 300.0, 2)];
        let days = BillDays::of(&bills.iter().collect::<Vec<_>>(), false);
        assert_eq!((on(&days, "2025-03-31"), on(&days, "2025-04-16")), (BilledDay::Energy(10.0), BilledDay::NoBill));
    }

    #[test]
    fn a_later_bill_of_the_same_days_corrects_and_one_of_another_class_adds_up() {
        let night = Bill { tariff_class: Some("night".into()), ..bill("2025-03-01", "2025-03-31", 31.0, 4) };
        let bills = [bill("2025-03-01", "2025-03-31", 310.0, 2), bill("2025-03-01", "2025-03-31", 620.0, 3), night];
        let days = BillDays::of(&bills.iter().collect::<Vec<_>>(), false);
        assert_eq!((on(&days, "2025-03-05"), days.corrected), (BilledDay::Energy(21.0), vec![2]));
    }

    #[test]
    fn days_on_which_bills_overlap_are_not_compared() {
        let bills = [bill("2025-03-01", "2025-03-31", 310.0, 2), bill("2025-03-20", "2025-04-19", 310.0, 3)];
        let days = BillDays::of(&bills.iter().collect::<Vec<_>>(), false);
        assert_eq!(
            (on(&days, "2025-03-25"), on(&days, "2025-03-10")),
            (BilledDay::Overlapping, BilledDay::Energy(10.0))
        );
        assert_eq!(days.overlapping, [3]);
    }

    #[test]
    fn bills_that_end_where_the_next_begins_share_no_day() {
        let bills = [bill("2025-03-01", "2025-04-01", 310.0, 2), bill("2025-04-01", "2025-05-01", 300.0, 3)];
        let list: Vec<&Bill> = bills.iter().collect();
        assert!(share_days(&[("A", list.clone())].into()));
        let days = BillDays::of(&list, true);
        assert!(days.overlapping.is_empty() && on(&days, "2025-04-01") == BilledDay::Energy(10.0));
    }
}
