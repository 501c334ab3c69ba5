//! How the reference that the program ships is made: utilities without a farm are simulated,
//! scanned without their tables, and a sample of their measured usage points is kept.
//!
//! The utilities differ in season, length, climate, share of businesses and of electric heating,
//! and each has some of what is strange about real ones. To make the file anew, when a statistic
//! is added or changes:
//! `cargo test --release --locked --lib the_reference_is_made -- --ignored`.

use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::domain::{Calendar, Interrupt, Progress};
use crate::findings::RunOptions;
use crate::ingest::StaticPaths;
use crate::metered::{Measured, encoded};
use crate::synth::{Oddities, Place, SimulateSettings, simulate};
use crate::unmetered::{Balanced, GridSetting};

use super::plan::ScanPlan;
use super::run::{Judged, Run};
use super::scan::scan_and;
use super::trial::Beside;

/// Utilities.
const UTILITIES: u32 = 20;
/// Usage points of each.
const USAGE_POINTS: u32 = 800;
/// Usage points that are kept.
const KEPT: usize = 2500;
/// Added to the number of a utility, so that nobody simulates the same one by chance.
const SEEDS_FROM: u64 = 0x7265_6665_7265;

struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &'static str, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn remark(&self, _: &str) {}
}

/// What a scan measured.
#[derive(Default)]
struct Collected(Vec<Measured>);

impl Beside for Collected {
    fn listed(&mut self, judged: &Judged) {
        let points = judged.metered.points.iter().filter(|point| point.measured.can_be_judged());
        self.0.extend(points.map(|point| point.measured.clone()));
    }

    fn balanced(&mut self, _: &Run, _: &[Balanced], _: &GridSetting) {}
}

fn utility(number: u32) -> SimulateSettings {
    let of = |values: &[f64], every: u32| values[(number / every) as usize % values.len()];
    SimulateSettings {
        usage_points: USAGE_POINTS,
        days: [28, 60, 90, 45, 35][number as usize % 5],
        step_min: 60,
        seed: SEEDS_FROM + u64::from(number),
        start: format!("2025-{:02}-05", 1 + number * 5 % 12),
        place: [Place::Almaty, Place::Astana, Place::Shymkent][number as usize % 3],
        prevalence: 0.0,
        licensed_share: 0.0,
        business_share: of(&[0.06, 0.12, 0.12, 0.2, 0.35], 1),
        electric_heating: of(&[0.02, 0.08, 0.2, 0.35], 1),
        balance_share: 0.0,
        levels: 1,
        oddities: Oddities {
            hundredths_share: 0.2,
            tenths_share: of(&[0.0, 0.1], 2),
            exchanged_share: 0.01,
            boiler_house_share: 0.003,
            season_share: 0.03,
            return_share: 0.02,
            unbooked_heating_share: of(&[0.0, 0.04, 0.08], 2),
            other_homes_share: of(&[0.0, 0.3, 0.6], 3),
            business_hours_spread: of(&[0.0, 2.0], 3),
            wrong_class_share: 0.002,
            ..Oddities::default()
        },
        ..SimulateSettings::default()
    }
}

fn measured(folder: &Path) -> Vec<Measured> {
    let plan = ScanPlan {
        readings: vec![folder.join("readings.parquet").display().to_string()],
        profile: None,
        tables: StaticPaths { weather: Some(folder.join("weather.csv")), ..StaticPaths::default() },
        calendar: Calendar::new(Some("Asia/Almaty")).unwrap(),
        period: None,
        config: Config::default(),
        rules: Vec::new(),
        digests: Vec::new(),
        options: RunOptions::default(),
        pseudonym_key: None,
        top: None,
        anyway: false,
        memory: None,
        archive: None,
        out: folder.join("out"),
    };
    let mut collected = Collected::default();
    scan_and(&plan, &Silent, &Interrupt::default(), &mut collected).unwrap();
    collected.0
}

#[test]
#[ignore = "takes minutes, and writes into the source tree"]
fn the_reference_is_made() {
    let mut all: Vec<Measured> = Vec::new();
    for number in 0..UTILITIES {
        let folder = tempfile::tempdir().unwrap();
        let place: PathBuf = folder.path().join("utility");
        simulate(&utility(number).checked().unwrap(), &place, &mut |_| false).unwrap();
        all.extend(measured(&place));
    }
    let kept: Vec<&Measured> = (0..KEPT).map(|index| &all[index * all.len() / KEPT]).collect();
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/metered/reference/usage_points.zst");
    std::fs::write(to, encoded(&kept).unwrap()).unwrap();
}
