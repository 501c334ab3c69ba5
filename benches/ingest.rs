//! Reading: readings a second from long Parquet and long CSV into the collector.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use darkload::domain::{Calendar, IntervalBlock, RegisterBlock, Reject};
use darkload::ingest::{BlockSink, find_inputs, read_readings};
use darkload::series::Collector;
use darkload::synth::{FileFormat, RowOrder, SimulateSettings, simulate};
use divan::{Bencher, counter::ItemsCount};

fn main() {
    divan::main();
}

/// A small seeded utility, made once.
fn utility(format: FileFormat) -> (PathBuf, u64) {
    static MADE: OnceLock<[(PathBuf, u64); 2]> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        [FileFormat::Parquet, FileFormat::Csv].map(|format| {
            let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-ingest-{format:?}"));
            let settings = SimulateSettings {
                usage_points: 200,
                days: 30,
                step_min: 15,
                seed: 1,
                start: "2025-03-01".into(),
                timezone: "Etc/GMT-5".into(),
                business_share: 0.2,
                farm_share: 0.02,
                look_alike_share: 0.03,
                fault_share: 0.0,
                electric_heating_share: 0.1,
                register_share: 0.0,
                mixed_steps: false,
                per_transformer: 50,
                three_levels: false,
                balance_share: 1.0,
                tap_share: 0.1,
                unlinked_share: 0.0,
                order: RowOrder::Meter,
                format,
            };
            let readings = simulate(&settings, &out).expect("the target folder can be written").readings;
            (out, readings)
        })
    });
    made[usize::from(format == FileFormat::Csv)].clone()
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

fn read(bencher: Bencher, format: FileFormat, file: &str) {
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
    read(bencher, FileFormat::Parquet, "readings.parquet");
}

#[divan::bench]
fn long_csv(bencher: Bencher) {
    read(bencher, FileFormat::Csv, "readings.csv");
}
