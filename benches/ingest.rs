//! Reading: readings a second from long Parquet and long CSV, decoded only or gathered to whole usage points.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use darkload::domain::{Calendar, IntervalBlock, RegisterBlock, Reject};
use darkload::ingest::{BlockSink, Readings, Survey, find_inputs};
use darkload::series::{GatherPlan, Gatherer, RawReading, Stretch};
use darkload::synth::{ReadingsFormat, SimulateSettings, simulate};
use divan::{Bencher, counter::ItemsCount};

fn main() {
    divan::main();
}

/// A small seeded utility, made once.
fn utility(format: ReadingsFormat) -> (PathBuf, u64) {
    static MADE: OnceLock<[(PathBuf, u64); 2]> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        [ReadingsFormat::Parquet, ReadingsFormat::Csv].map(|format| {
            let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-ingest-{format:?}"));
            let settings =
                SimulateSettings { usage_points: 200, days: 30, step_min: 15, timezone: "Etc/GMT-5".into(), format, ..SimulateSettings::default() };
            let settings = settings.checked().expect("settings within their bounds");
            let readings = simulate(&settings, &out, &mut |_| {}).expect("the target folder can be written").readings;
            (out, readings)
        })
    });
    made[usize::from(format == ReadingsFormat::Csv)].clone()
}

struct Watch;

impl BlockSink for Watch {
    fn intervals(&self, _: &IntervalBlock) {}
    fn registers(&self, _: &RegisterBlock) {}
    fn reject(&self, _: Reject) {}
    fn stopped(&self) -> bool {
        false
    }
}

struct Gather<'a>(&'a Gatherer<'a>);

impl BlockSink for Gather<'_> {
    fn intervals(&self, block: &IntervalBlock) {
        self.0.add_intervals(block);
    }
    fn registers(&self, block: &RegisterBlock) {
        self.0.add_registers(block);
    }
    fn reject(&self, reject: Reject) {
        self.0.add_reject(reject);
    }
    fn stopped(&self) -> bool {
        false
    }
}

/// Decoding alone, or decoding and gathering whole usage points.
fn read(bencher: Bencher, format: ReadingsFormat, file: &str, gather: bool) {
    let (folder, readings) = utility(format);
    let files = find_inputs(&[folder.join(file).display().to_string()]).expect("the file was just made");
    let calendar = Calendar::new(Some("Etc/GMT-5")).expect("a known zone");
    bencher.counter(ItemsCount::new(readings)).bench(|| {
        let opened = Readings::open(&files).expect("a readable file");
        let survey = Survey::of(&opened, &Watch).expect("a readable file");
        if !gather {
            opened.read(&opened.pieces(), &calendar, &Watch).expect("a readable file");
            return;
        }
        let finish = |_: &str, stretches: &[Stretch], _: &[RawReading]| {
            divan::black_box(stretches.len());
        };
        let gatherer = Gatherer::new(GatherPlan::of(&survey, 1 << 30), &survey, &folder, &finish);
        opened.read(&opened.pieces(), &calendar, &Gather(&gatherer)).expect("a readable file");
        gatherer.finish().expect("nothing goes to disk");
    });
}

#[divan::bench(args = [false, true])]
fn long_parquet(bencher: Bencher, gather: bool) {
    read(bencher, ReadingsFormat::Parquet, "readings.parquet", gather);
}

#[divan::bench(args = [false, true])]
fn long_csv(bencher: Bencher, gather: bool) {
    read(bencher, ReadingsFormat::Csv, "readings.csv", gather);
}
