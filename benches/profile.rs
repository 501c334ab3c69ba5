//! Profiling: readings a second through one usage point's profile, by interval length.

use darkload::digest::UsageProfile;
use darkload::domain::{Calendar, CivilDay};
use darkload::series::LoadSeries;
use divan::{Bencher, counter::ItemsCount};

fn main() {
    divan::main();
}

#[divan::bench(args = [15, 30, 60])]
fn three_months(bencher: Bencher, step_min: u32) {
    let calendar = Calendar::new(Some("Asia/Almaty")).expect("a known zone");
    let start = calendar.day_start(CivilDay::parse("2025-03-01").expect("a date"));
    let intervals = 92 * 24 * 60 / step_min as usize;
    // A seeded rough load without a random number generator: a multiplicative hash of the index.
    let kw = (0..intervals).map(|i| ((i * 2_654_435_761) % 1000) as f32 / 500.0).collect();
    let series = LoadSeries { usage_point: "A".into(), start, step_min, kw };
    bencher.counter(ItemsCount::new(intervals)).bench(|| UsageProfile::of(divan::black_box(&series), &calendar));
}
