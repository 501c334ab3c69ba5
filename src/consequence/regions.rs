//! Sums by city and by feeder: cases of the work list, so that nothing is counted twice.

use std::collections::BTreeMap;

use crate::domain::Fact;
use crate::findings::{Loss, RegionRow, WorklistRow};

use super::loss_sum::total_loss;

/// A transformer that carried more than it is rated for.
#[derive(Debug, Clone, PartialEq)]
pub struct OverRating {
    /// What happened.
    pub fact: Fact,
    /// City in which most of its customers are.
    pub city: Option<String>,
    /// The feeder that it hangs at.
    pub feeder: Option<String>,
}

/// `regions.csv`: cities, then feeders, largest power first within each; a line without a name
/// holds the cases whose city or feeder is not known, so that the lines of a level add up to all
/// cases that are claimed. `household_kw` is the mean
/// load of one household.
#[must_use]
pub fn region_rows<'a>(
    cases: impl Iterator<Item = &'a WorklistRow>,
    over_rating: &[OverRating],
    household_kw: Option<f64>,
) -> Vec<RegionRow> {
    let mut regions: BTreeMap<(&'static str, String), RegionRow> = BTreeMap::new();
    let empty = |level: &'static str, region: &str| RegionRow {
        level,
        region: region.to_owned(),
        cases: 0,
        kw: 0.0,
        kwh: 0.0,
        households: None,
        loss: Loss::default(),
        over_rating: Vec::new(),
    };
    let cases: Vec<&WorklistRow> = cases.filter(|case| case.is_claimed()).collect();
    let city = |case: &WorklistRow| case.city.clone();
    let feeder = |case: &WorklistRow| case.feeder.as_ref().map(ToString::to_string);
    let (has_city, has_feeder) =
        (cases.iter().any(|case| city(case).is_some()), cases.iter().any(|case| feeder(case).is_some()));
    for case in cases {
        // A case whose place is not known has a line of its own, so that the lines add up to all.
        let unknown = |known: bool| known.then(String::new);
        for (level, region) in [
            ("city", city(case).or_else(|| unknown(has_city))),
            ("feeder", feeder(case).or_else(|| unknown(has_feeder))),
        ] {
            let Some(region) = region else { continue };
            let row = regions.entry((level, region.clone())).or_insert_with(|| empty(level, &region));
            row.cases += 1;
            row.kw += case.kw.unwrap_or(0.0);
            row.kwh += case.kwh.unwrap_or(0.0);
            row.loss = total_loss(&[&row.loss, &case.loss]);
        }
    }
    for over in over_rating {
        for (level, region) in [("city", over.city.as_ref()), ("feeder", over.feeder.as_ref())] {
            let Some(region) = region else { continue };
            regions
                .entry((level, region.clone()))
                .or_insert_with(|| empty(level, region))
                .over_rating
                .push(over.fact.clone());
        }
    }
    let mut rows: Vec<RegionRow> = regions.into_values().collect();
    for row in &mut rows {
        row.households = household_kw.filter(|kw| *kw > 0.0).map(|kw| row.kw / kw);
    }
    rows.sort_by(|a, b| a.level.cmp(b.level).then_with(|| b.kw.total_cmp(&a.kw)).then_with(|| a.region.cmp(&b.region)));
    rows
}
