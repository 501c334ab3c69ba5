//! How likely a case is: the listed usage points of one building, or a farm with the part of it
//! that no meter sees.
//!
//! Flats of one farm are not independent: they switch together, and the odds of each already count
//! the others. So usage points with like loads (same finding and pattern, power within a factor of
//! 1.5, start within two days) are taken for one farm, which is as likely as its likeliest part;
//! farms of unlike loads are independent: P = 1 − Π over farms (1 − max over its parts p). What a
//! visit is expected to recover needs no such rule: expectations add up whatever depends on
//! whatever, E = Σ p · amount − cost of the visit.

use crate::findings::SuspectRow;

/// Powers of one farm's flats differ by at most this factor as estimated.
const LIKE_KW: f64 = 1.5;
/// Starts of one farm's flats are at most so many days apart.
const LIKE_DAYS: i32 = 2;

/// Probability that at least one of some usage points of a building hides a load; `None` when none
/// has a probability.
#[must_use]
pub(super) fn probability_of_any(members: &[&SuspectRow]) -> Option<f64> {
    let mut farms: Vec<Vec<&SuspectRow>> = Vec::new();
    for member in members.iter().filter(|member| member.probability.is_some()) {
        match farms.iter_mut().find(|farm| farm.iter().any(|other| are_alike(other, member))) {
            Some(farm) => farm.push(member),
            None => farms.push(vec![member]),
        }
    }
    let none: f64 =
        farms.iter().map(|farm| 1.0 - farm.iter().filter_map(|part| part.probability).fold(0.0, f64::max)).product();
    (!farms.is_empty()).then_some(1.0 - none)
}

fn are_alike(a: &SuspectRow, b: &SuspectRow) -> bool {
    let like_kw = match (a.hidden_kw, b.hidden_kw) {
        (Some(a), Some(b)) => a.max(b) <= LIKE_KW * a.min(b),
        _ => false,
    };
    let like_start = match (a.since, b.since) {
        (Some(a), Some(b)) => (a.0 - b.0).abs() <= LIKE_DAYS,
        (None, None) => true,
        _ => false,
    };
    a.finding == b.finding && a.pattern == b.pattern && like_kw && like_start
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consequence::test_rows::suspect;
    use crate::domain::CivilDay;

    #[test]
    fn flats_of_one_farm_are_as_likely_as_the_likeliest() {
        let (mut a, mut b) = (suspect("a", 0.9, 3.0), suspect("b", 0.8, 3.3));
        (a.since, b.since) = (CivilDay::parse("2025-05-10"), CivilDay::parse("2025-05-11"));
        assert_eq!(probability_of_any(&[&a, &b]), Some(0.9));
    }

    #[test]
    fn unlike_loads_are_independent() {
        let (a, b) = (suspect("a", 0.9, 3.0), suspect("b", 0.8, 30.0));
        assert!((probability_of_any(&[&a, &b]).unwrap() - 0.98).abs() < 1e-12);
    }
}
