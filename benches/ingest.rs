//! Reading: readings a second from long Parquet and long CSV into the collector.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use darkload::domain::{Calendar, IntervalBlock, RegisterBlock, Reject};
use darkload::ingest::{BlockSink, find_inputs, read_readings};
use darkload::series::Collector;
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

#[derive(Default)]
struct Sink(Collector);

impl BlockSink for Sink {
    fn intervals(&self, block: IntervalBlock) {
        self.0.add_intervals(&block);
    }
    fn registers(&self, block: RegisterBlock) {
        self.0.add_registers(&block);
    }
    fn reject(&self, reject: Reject) {
        self.0.add_reject(reject);
    }
    fn progress(&self, _: u64) {}
    fn stopped(&self) -> bool {
        false
    }
}

fn read(bencher: Bencher, format: ReadingsFormat, file: &str) {
    let (folder, readings) = utility(format);
    let files = find_inputs(&[folder.join(file).display().to_string()]).expect("the file was just made");
    let calendar = Calendar::new(Some("Etc/GMT-5")).expect("a known zone");
    bencher.counter(ItemsCount::new(readings)).bench(|| {
        let sink = Sink::default();
        read_readings(&files, &calendar, &sink).expect("a readable file");
        sink.0.finish()
    });
}

#[divan::bench]
fn long_parquet(bencher: Bencher) {
    read(bencher, ReadingsFormat::Parquet, "readings.parquet");
}

#[divan::bench]
fn long_csv(bencher: Bencher) {
    read(bencher, ReadingsFormat::Csv, "readings.csv");
}
