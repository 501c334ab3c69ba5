//! How many farms the run holds there to be, for its record.

use std::collections::BTreeMap;

use crate::findings::Prevalence;
use crate::metered::Metered;

/// Prior and prevalence of every calibration group and tariff class in it.
pub(crate) fn of_groups(metered: &Metered) -> Vec<Prevalence> {
    let Some(calibration) = &metered.calibration else { return Vec::new() };
    let mut members: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for point in &metered.points {
        *members.entry((&point.measured.group, &point.measured.tariff_class)).or_insert(0) += 1;
    }
    members
        .into_iter()
        .map(|((group, class), usage_points)| Prevalence {
            // A group of several classes is named once for each of them.
            stratum: if group.starts_with(class) { group.to_owned() } else { format!("{group}: {class}") },
            group: metered.bench.groups().told(group, class),
            usage_points,
            prior: calibration.prior(class),
            prevalence: calibration.prevalence(group, class, 1.0),
        })
        .collect()
}
