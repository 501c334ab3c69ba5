//! What the field looks like before any dump is seen: usage points of simulated utilities without a
//! farm, measured by the same tests, shipped with the program.
//!
//! Where no table names classes, homes, shops and works are one crowd, and some hundred of them
//! cannot say how rare a value is that none of them has: tables end at one in some hundred. So the
//! dump's own usage points are put beside those of the reference, which together count as some
//! more: θ = (n·own + k·reference) / (n + k), the shrinkage of `population::peers` for whole
//! distributions. Where the dump has values, the reference can make them look rarer by the factor
//! (n + k) / n and no more; where it has none, the reference says how rare they are elsewhere. It
//! knows nothing of farms: these are planted in the dump's own usage points.
//!
//! What the dump cannot test (weather) is left out of the reference as well. Groups whose class a
//! table names do without: there it made the order a little worse.
//! Assumes: readings of an hour or finer. Weak when: a small utility is unlike any simulated one.
//! Source: empirical-Bayes shrinkage to a parent (Efron and Morris 1975); the making is
//! `pipeline::reference_making`.

use std::sync::{Arc, OnceLock};

use crate::evidence::{FLOOR, HOST_NUMBERS, statistics};

use super::boosting::FOLDS;
use super::measured::Measured;
use super::visits::Known;

/// Usage points that the reference counts as.
const STRENGTH: f64 = 1000.0;
/// Crowds with more members have no need of it.
const MOST_MEMBERS: usize = 10_000;
/// Share of a crowd that must know a value for the reference to have it as well.
const LEAST_KNOWN: f64 = 0.02;
/// First line of the file.
const HEADING: &str = "darkload reference 1";
/// The file.
static FILE: &[u8] = include_bytes!("reference/usage_points.zst");

/// The reference beside a crowd.
#[derive(Debug, Default)]
pub(super) struct Reference {
    /// Its usage points, with what the crowd cannot test left out.
    pub(super) members: Vec<Measured>,
    /// What each of them counts.
    pub(super) weight: f64,
}

impl Reference {
    /// The reference beside a crowd without classes; empty where the crowd is large, or its
    /// readings are coarser than an hour.
    pub(super) fn beside(crowd: &[&Measured]) -> Self {
        if crowd.is_empty() || crowd.len() > MOST_MEMBERS || !has_hours(crowd) {
            return Self::default();
        }
        let known = |value: &dyn Fn(&Measured) -> f32| {
            let count = crowd.iter().filter(|member| !value(member).is_nan()).count();
            count as f64 >= LEAST_KNOWN * crowd.len() as f64
        };
        let columns = statistics().count();
        let tested: Vec<bool> = (0..columns).map(|column| known(&|member| member.statistics[column])).collect();
        let described: Vec<bool> = (0..HOST_NUMBERS).map(|number| known(&|member| member.host[number])).collect();
        let mut members = all().to_vec();
        for member in &mut members {
            keep(&mut member.statistics, &tested);
            keep(&mut member.host, &described);
        }
        let weight = STRENGTH / members.len().max(1) as f64;
        Self { members, weight }
    }
}

/// Leaves out the values that are not known.
fn keep(values: &mut [f32], known: &[bool]) {
    for (value, _) in values.iter_mut().zip(known).filter(|(_, known)| !**known) {
        *value = f32::NAN;
    }
}

fn has_hours(crowd: &[&Measured]) -> bool {
    let floor = statistics().position(|(_, statistic)| statistic.name == FLOOR);
    let hours = crowd.iter().filter(|member| floor.is_some_and(|floor| !member.statistics[floor].is_nan())).count();
    2 * hours > crowd.len()
}

/// Every usage point of the reference.
fn all() -> &'static [Measured] {
    static ALL: OnceLock<Vec<Measured>> = OnceLock::new();
    ALL.get_or_init(|| decoded(FILE).unwrap_or_default())
}

/// Reads a file; `None` where it is none of this version.
fn decoded(file: &[u8]) -> Option<Vec<Measured>> {
    let bytes = zstd::decode_all(file).ok()?;
    let mut parts = bytes.splitn(3, |&byte| byte == b'\n');
    let mut line = || std::str::from_utf8(parts.next()?).ok();
    let (heading, names) = (line()?, line()?);
    if heading != HEADING {
        return None;
    }
    let value = |pair: &[u8]| f32::from_bits(u32::from(u16::from_le_bytes([pair[0], pair[1]])) << 16);
    let values: Vec<f32> = parts.next()?.chunks_exact(2).map(value).collect();
    let column_of: Vec<Option<usize>> =
        names.split(' ').map(|name| statistics().position(|(_, statistic)| statistic.name == name)).collect();
    let of = |(index, row): (usize, &[f32])| {
        let (tests, host) = row.split_at(column_of.len());
        let mut statistics = vec![f32::NAN; statistics().count()];
        for (column, value) in column_of.iter().zip(tests) {
            if let Some(column) = column {
                statistics[*column] = *value;
            }
        }
        let name: Arc<str> = "reference".into();
        Measured {
            group: Arc::clone(&name),
            tariff_class: name,
            statistics: statistics.into(),
            host: std::array::from_fn(|number| host[number]),
            inactive: false,
            fold: (index % FOLDS) as u8,
            known: Known::Open,
        }
    };
    Some(values.chunks_exact(column_of.len() + HOST_NUMBERS).enumerate().map(of).collect())
}

/// The file of measured usage points: a heading and the names of the statistics in two lines of
/// text, then for each usage point its statistics and what its premises are, each as the upper half
/// of a single-precision number.
#[cfg(test)]
pub(crate) fn encoded(members: &[&Measured]) -> std::io::Result<Vec<u8>> {
    let names: Vec<&str> = statistics().map(|(_, statistic)| statistic.name).collect();
    let mut bytes = format!("{HEADING}\n{}\n", names.join(" ")).into_bytes();
    let rounded = |value: f32| if value.is_nan() { 0x7fc0 } else { ((value.to_bits() + 0x8000) >> 16) as u16 };
    for &value in members.iter().flat_map(|member| member.statistics.iter().chain(&member.host)) {
        bytes.extend(rounded(value).to_le_bytes());
    }
    zstd::encode_all(&bytes[..], 19)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_reference_knows_what_readings_alone_tell() {
        assert!(all().len() >= 1000);
        let of_tables = ["size_ln_contract_ratio", "constant_ln_contract_ratio"];
        for (column, (_, statistic)) in statistics().enumerate() {
            let known = all().iter().any(|member| !member.statistics[column].is_nan());
            assert!(known || of_tables.contains(&statistic.name), "{}", statistic.name);
        }
    }

    #[test]
    fn what_is_written_is_read_again_to_half_a_per_cent() {
        let members: Vec<&Measured> = all().iter().take(50).collect();
        let again = decoded(&encoded(&members).unwrap()).unwrap();
        let near = |(a, b): (&f32, &f32)| (a.is_nan() && b.is_nan()) || (a - b).abs() <= 0.005 * a.abs();
        assert_eq!(again.len(), members.len());
        assert!(members.iter().zip(&again).all(|(a, b)| a.statistics.iter().zip(&b.statistics).all(near)));
    }

    #[test]
    fn a_crowd_without_weather_is_not_held_against_weather() {
        let mut own: Vec<Measured> = all().iter().take(100).cloned().collect();
        let is_weather = |column: &usize| statistics().nth(*column).is_some_and(|(_, s)| s.name.starts_with("weather"));
        let weather: Vec<usize> = (0..statistics().count()).filter(is_weather).collect();
        for member in &mut own {
            for &column in &weather {
                member.statistics[column] = f32::NAN;
            }
        }
        let reference = Reference::beside(&own.iter().collect::<Vec<_>>());
        assert!(!weather.is_empty() && !reference.members.is_empty());
        assert!(reference.members.iter().all(|m| weather.iter().all(|&column| m.statistics[column].is_nan())));
    }

    #[test]
    fn a_large_crowd_speaks_for_itself() {
        let own: Vec<&Measured> = all().iter().cycle().take(MOST_MEMBERS + 1).collect();
        assert!(Reference::beside(&own).members.is_empty());
    }
}
