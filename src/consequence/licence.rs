//! Whether a farm is licensed, and whether it keeps to its licence.
//!
//! Exceeded: the farm draws more than 110 % of the licensed power, or runs on days that no valid licence covers. The tenth is what power and metering of a farm
//! vary by (unit tolerance ±5 %, cooling 2 to 10 %).

use std::collections::BTreeMap;

use crate::domain::{CivilDay, Customer, Grid, Licence, LicenceTarget, UsagePointId};

use super::{FlatNotation, building};

/// Power above this multiple of the licence exceeds it.
const TOLERANCE: f64 = 1.10;

/// The licence register, joined to usage points.
#[derive(Debug, Clone, Default)]
pub struct LicenceCheck {
    by_usage_point: BTreeMap<UsagePointId, Vec<Licence>>,
}

/// What the register says of one usage point.
#[derive(Debug, Clone, PartialEq)]
pub struct LicenceVerdict {
    /// Number of the licence.
    pub licence: String,
    /// Plain words with numbers.
    pub reason: String,
    exceeded: bool,
}

impl LicenceVerdict {
    /// Whether the licence is exceeded in power or in time.
    #[must_use]
    pub fn is_exceeded(&self) -> bool {
        self.exceeded
    }
}

impl LicenceCheck {
    /// Joins licences to usage points: by id, by the node above, or by the building's address.
    #[must_use]
    pub fn new(licences: &[Licence], grid: &Grid, customers: &BTreeMap<UsagePointId, Customer>) -> Self {
        let mut check = Self::default();
        let by_address = licences.iter().any(|licence| matches!(licence.target, LicenceTarget::Address(_)));
        let notation = FlatNotation::of(customers.values().filter(|_| by_address).filter_map(|customer| customer.address.as_deref()));
        let mut buildings: BTreeMap<String, Vec<UsagePointId>> = BTreeMap::new();
        for (id, customer) in customers.iter().filter(|_| by_address) {
            if let Some(address) = &customer.address {
                buildings.entry(building(address, notation)).or_default().push(id.clone());
            }
        }
        for licence in licences {
            let points: Vec<UsagePointId> = match &licence.target {
                LicenceTarget::UsagePoint(id) => vec![id.clone()],
                LicenceTarget::Node(node) => grid.usage_points_under(node),
                LicenceTarget::Address(address) => buildings.get(&building(address, notation)).cloned().unwrap_or_default(),
            };
            for point in points {
                check.by_usage_point.entry(point).or_default().push(licence.clone());
            }
        }
        check
    }

    /// Whether any licence, valid or not, names this usage point.
    #[must_use]
    pub fn is_licensed(&self, usage_point: &str) -> bool {
        self.by_usage_point.contains_key(usage_point)
    }

    /// Judges a farm of `kw` that runs on the days `first..=last`; `None` without a licence.
    ///
    /// Of several licences the one that allows most on those days counts. A licence without a power allows any.
    #[must_use]
    pub fn judge(&self, usage_point: &str, kw: f64, (first, last): (CivilDay, CivilDay)) -> Option<LicenceVerdict> {
        let licences = self.by_usage_point.get(usage_point)?;
        let allowed = |licence: &Licence| if licence.covers(first, last) { licence.licensed_kw.unwrap_or(f64::INFINITY) } else { 0.0 };
        let best = licences.iter().max_by(|a, b| allowed(a).total_cmp(&allowed(b)))?;
        let number = best.licence.clone();
        if !best.covers(first, last) {
            let reason = format!("licence {number} does not cover {first} to {last}");
            return Some(LicenceVerdict { licence: number, reason, exceeded: true });
        }
        let exceeded = kw > TOLERANCE * allowed(best);
        let reason = match best.licensed_kw {
            Some(licensed) if exceeded => format!("draws {kw:.1} kW where licence {number} allows {licensed:.1} kW"),
            Some(licensed) => format!("draws {kw:.1} kW within the {licensed:.1} kW of licence {number}"),
            None => format!("licence {number} states no power"),
        };
        Some(LicenceVerdict { licence: number, reason, exceeded })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> CivilDay {
        CivilDay::parse(text).unwrap()
    }

    fn check() -> LicenceCheck {
        let licence = Licence {
            licence: "L1".into(),
            target: LicenceTarget::UsagePoint("A".into()),
            licensed_kw: Some(50.0),
            valid_from: Some(day("2025-01-01")),
            valid_to: Some(day("2025-12-31")),
            status: None,
            holder: None,
        };
        LicenceCheck::new(&[licence], &Grid::default(), &BTreeMap::new())
    }

    #[test]
    fn a_licensed_farm_within_its_licence_is_no_finding() {
        assert!(!check().judge("A", 54.0, (day("2025-03-01"), day("2025-05-31"))).unwrap().is_exceeded());
    }

    #[test]
    fn more_power_or_other_days_exceed_the_licence() {
        assert!(check().judge("A", 60.0, (day("2025-03-01"), day("2025-05-31"))).unwrap().is_exceeded());
        assert!(check().judge("A", 40.0, (day("2025-03-01"), day("2026-01-31"))).unwrap().is_exceeded());
    }

    #[test]
    fn without_a_licence_there_is_no_verdict() {
        assert_eq!(check().judge("B", 60.0, (day("2025-03-01"), day("2025-05-31"))), None);
    }
}
