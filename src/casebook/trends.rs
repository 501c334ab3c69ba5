//! What cases each city and each feeder had, month by month.

use std::collections::BTreeMap;

use crate::findings::{CaseRow, CaseStatus, TrendRow};

/// Where a case is: its city and its feeder.
pub(super) type Whereabouts = (Option<String>, Option<String>);

/// `trends.csv`: all cases, then cities, then feeders, each month by month.
pub(super) fn trends(cases: &[CaseRow], whereabouts: &dyn Fn(&CaseRow) -> Whereabouts) -> Vec<TrendRow> {
    let mut rows: BTreeMap<(usize, String, String), TrendRow> = BTreeMap::new();
    for case in cases {
        let (city, feeder) = whereabouts(case);
        let places = [(0, "all", Some(String::new())), (1, "city", city), (2, "feeder", feeder)];
        for (order, level, region) in places {
            let Some(region) = region else { continue };
            let mut before = None;
            for entry in &case.history {
                let key = (order, region.clone(), entry.month.clone());
                let row = rows.entry(key).or_insert_with(|| empty(level, &region, &entry.month));
                count(row, entry.status, before);
                if !entry.status.is_over() {
                    row.open += 1;
                    row.kw += entry.kw.unwrap_or(0.0).max(0.0);
                }
                before = Some(entry.status);
            }
        }
    }
    rows.into_values().collect()
}

/// Counts what has become of a case, once: one that stays gone is not gone anew.
fn count(row: &mut TrendRow, status: CaseStatus, before: Option<CaseStatus>) {
    let is_first = before != Some(status);
    match status {
        CaseStatus::New | CaseStatus::Moved => row.new += 1,
        CaseStatus::Returned => row.returned += 1,
        CaseStatus::Stopped if is_first => row.stopped += 1,
        CaseStatus::Cleared if is_first => row.cleared += 1,
        _ => {}
    }
}

fn empty(level: &'static str, region: &str, month: &str) -> TrendRow {
    TrendRow {
        level,
        region: region.to_owned(),
        month: month.to_owned(),
        open: 0,
        new: 0,
        returned: 0,
        stopped: 0,
        cleared: 0,
        kw: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::CaseMonth;

    #[test]
    fn a_case_counts_in_its_city_and_feeder_and_is_gone_once() {
        let month = |month: &str, status, kw| CaseMonth {
            month: month.to_owned(),
            status,
            probability: None,
            kw: Some(kw),
            own: None,
        };
        let case = CaseRow {
            case: "C00001".to_owned(),
            level: "usage_point",
            id: "A".to_owned(),
            address: None,
            status: CaseStatus::Stopped,
            since: None,
            gone: None,
            moved_from: None,
            moved_to: None,
            moved_month: None,
            inspected: None,
            outcome: None,
            notes: Vec::new(),
            history: vec![
                month("2025-03", CaseStatus::New, 3.0),
                month("2025-04", CaseStatus::Stopped, 3.0),
                month("2025-05", CaseStatus::Stopped, 3.0),
            ],
        };
        let rows = trends(&[case], &|_| (Some("Almaty".to_owned()), None));
        let told: Vec<_> =
            rows.iter().map(|row| (row.level, &*row.month, row.open, row.new, row.stopped, row.kw)).collect();
        let of = |level| {
            [(level, "2025-03", 1, 1, 0, 3.0), (level, "2025-04", 0, 0, 1, 0.0), (level, "2025-05", 0, 0, 0, 0.0)]
        };
        assert_eq!(told, [of("all"), of("city")].concat());
    }
}
