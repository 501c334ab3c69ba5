//! Judging: usage points a second through calibration with planted farms, and through their
//! log-odds.

use std::collections::BTreeMap;
use std::sync::Arc;

use darkload::evidence::{HOST_NUMBERS, statistics};
use darkload::metered::{Calibration, CalibrationSettings, Known, Measured, MismatchSettings, Positive, Story};
use divan::{Bencher, counter::ItemsCount};

fn main() {
    divan::main();
}

/// Statistics around `centre` without a random number generator: a multiplicative hash of usage
/// point and column.
fn measured(count: usize, centre: f32) -> Vec<Measured> {
    let (group, tariff_class): (Arc<str>, Arc<str>) = ("household, hourly or finer".into(), "household".into());
    let value = |point: usize, column: usize| {
        centre + ((point * 31 + column).wrapping_mul(2_654_435_761) % 1000) as f32 / 250.0
    };
    let columns = statistics().count();
    (0..count)
        .map(|point| Measured {
            group: group.clone(),
            tariff_class: tariff_class.clone(),
            statistics: (0..columns).map(|column| value(point, column)).collect(),
            host: [0.0; HOST_NUMBERS],
            inactive: false,
            fold: (point % 3) as u8,
            known: Known::Open,
        })
        .collect()
}

/// Farms of all eight stories in turn.
fn planted(count: usize, centre: f32) -> Vec<Positive> {
    let story = |index: usize| Story { scheduled: index & 1 > 0, vacant: index & 2 > 0, begins: index & 4 > 0 };
    measured(count, centre)
        .into_iter()
        .enumerate()
        .map(|(index, measured)| Positive { story: story(index), measured })
        .collect()
}

fn fit(population: &[Measured], planted: &[Positive]) -> Calibration {
    let members = BTreeMap::from([(population[0].group.clone(), (population.len(), 0))]);
    let settings = CalibrationSettings {
        prior: BTreeMap::new(),
        default_prior: 0.001,
        prior_strength: 1000.0,
        mismatch: MismatchSettings { above_contract: 5.0, inactive: 5.0 },
        missed: 0.2,
    };
    Calibration::fit(&population.iter().collect::<Vec<_>>(), &members, planted, settings)
        .expect("enough usage points of either kind")
}

#[divan::bench(args = [2_000, 20_000])]
fn calibrate(bencher: Bencher, usage_points: usize) {
    let (population, planted) = (measured(usage_points, 0.0), planted(6_000, 1.5));
    bencher.counter(ItemsCount::new(usage_points)).bench(|| fit(divan::black_box(&population), &planted));
}

#[divan::bench]
fn log_odds(bencher: Bencher) {
    let (population, planted) = (measured(20_000, 0.0), planted(6_000, 1.5));
    let calibration = fit(&population, &planted);
    bencher.counter(ItemsCount::new(population.len())).bench(|| {
        population.iter().filter_map(|member| calibration.ledger(member).map(|ledger| ledger.log_odds())).sum::<f64>()
    });
}
