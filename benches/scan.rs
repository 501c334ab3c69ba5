//! The whole scan of a sample, from files to a written result.

use std::path::{Path, PathBuf};

use darkload::config::Config;
use darkload::domain::Calendar;
use darkload::findings::RunOptions;
use darkload::ingest::StaticPaths;
use darkload::pipeline::{Interrupt, Progress, ScanPlan, scan};
use darkload::report::write_result;
use divan::{Bencher, counter::ItemsCount};

fn main() {
    divan::main();
}

struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &'static str, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn remark(&self, _: &str) {}
}

#[divan::bench]
fn sample_town(bencher: Bencher) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/town");
    let path = |name: &str| Some(folder.join(name));
    let plan = ScanPlan {
        rules: Vec::new(),
        digests: Vec::new(),
        options: RunOptions::default(),
        pseudonym_key: None,
        readings: vec![folder.join("readings.parquet").display().to_string()],
        profile: None,
        tables: StaticPaths {
            customers: path("customers.csv"),
            grid: path("grid.csv"),
            weather: path("weather.csv"),
            licences: path("licences.csv"),
            tariffs: path("tariffs.csv"),
            ..StaticPaths::default()
        },
        calendar: Calendar::new(Some("Asia/Almaty")).expect("a known zone"),
        period: None,
        config: Config::default(),
        anyway: false,
        archive: None,
        top: None,
        memory: None,
        out: PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-scan"),
    };
    let readings = scan(&plan, &Silent, &Interrupt::default()).expect("a good sample").run.readings;
    bencher.counter(ItemsCount::new(readings)).bench(|| {
        let findings = scan(&plan, &Silent, &Interrupt::default()).expect("a good sample");
        write_result(&plan.out, &findings, || true).expect("the target folder can be written")
    });
}
