//! A whole synthetic utility, written into a folder that appears whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use rayon::prelude::*;

use crate::domain::CalendarError;

use super::place::{Place, places};
use super::readings_file::ReadingsFile;
use super::scene::Scene;
use super::static_files::{self, GridPlan};
use super::street::{MeterReadings, Street, balance_readings, transformer_name};
use super::{RowOrder, SettingsError, SimulateSettings};

/// Streets simulated at a time: bounds memory when rows are written meter by meter.
const AT_ONCE: usize = 32;
/// The file by which a synthetic utility is known.
const MARK: &str = "truth.csv";

/// A utility that could not be made. Nothing half-written is left.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// Settings out of bounds.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// An unknown time zone.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The operating system refuses.
    #[error("failed to write `{path}`; check free space and permissions", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The Parquet writer refuses.
    #[error("failed to write `{path}`; check free space and permissions", path = path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: ParquetError,
    },
    /// The target holds something else.
    #[error("`{path}` exists and is no synthetic utility; give an empty or new folder as --out", path = path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// Rows of the readings file.
    pub readings: u64,
    /// Usage points.
    pub usage_points: usize,
    /// Usage points that hide a farm.
    pub farms: usize,
}

/// Simulates a utility into `out`.
///
/// # Errors
/// When settings are out of bounds, or the folder cannot be written or holds something else.
pub fn simulate(settings: &SimulateSettings, out: &Path) -> Result<Simulated, SimulateError> {
    settings.check()?;
    let scene = Scene::new(settings)?;
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |source| SimulateError::Io { path, source }
    };
    let empty = !out.exists() || (out.is_dir() && fs::read_dir(out).map_err(io(out))?.next().is_none());
    if !empty && !out.join(MARK).is_file() {
        return Err(SimulateError::Foreign { path: out.to_path_buf() });
    }
    fs::create_dir_all(parent).map_err(io(parent))?;
    let stage = tempfile::Builder::new().prefix(".darkload-simulate-").tempdir_in(parent).map_err(io(parent))?;
    let places = places(settings);
    let mut made = Making { settings, scene: &scene, folder: stage.path(), grid: GridPlan::default(), truth: Vec::new(), registers: Vec::new() };
    let readings = made.readings(&places)?;
    let farms = made.truth.iter().filter(|truth| truth.level == "usage_point" && truth.label == 1).count();
    static_files::write(stage.path(), settings, &scene, &places, &made.grid, &made.truth, &made.registers)?;
    if out.exists() {
        fs::remove_dir_all(out).map_err(io(out))?;
    }
    fs::rename(stage.keep(), out).map_err(io(out))?;
    Ok(Simulated { readings, usage_points: places.len(), farms })
}

/// The utility while it is made.
struct Making<'a> {
    settings: &'a SimulateSettings,
    scene: &'a Scene,
    folder: &'a Path,
    grid: GridPlan,
    truth: Vec<super::street::Truth>,
    registers: Vec<(String, Vec<(usize, f64)>)>,
}

impl Making<'_> {
    /// Simulates all streets and writes their readings; returns the number of rows.
    fn readings(&mut self, places: &[Place]) -> Result<u64, SimulateError> {
        let local: Vec<i64> = self.scene.start.iter().map(|&at| self.scene.calendar.local(at).0).collect();
        let mut file = ReadingsFile::create(self.folder, self.settings.format)?;
        let streets: Vec<(usize, &[Place])> = places.chunks(self.settings.per_transformer as usize).enumerate().collect();
        let mut kept: Vec<MeterReadings> = Vec::new();
        for part in streets.chunks(AT_ONCE) {
            let done: Vec<Street> = part.par_iter().map(|(index, places)| Street::simulate(self.settings, self.scene, *index, places)).collect();
            for ((index, places), street) in part.iter().zip(done) {
                let meters = self.connect(*index, places, street);
                match self.settings.order {
                    RowOrder::Meter => file.by_meter(self.scene, &local, &meters)?,
                    RowOrder::Time => kept.extend(meters),
                }
            }
        }
        let higher = self.grid.higher_meters(self.settings, self.scene);
        match self.settings.order {
            RowOrder::Meter => file.by_meter(self.scene, &local, &higher)?,
            RowOrder::Time => {
                kept.extend(higher);
                file.by_time(&local, &kept)?;
            }
        }
        let rows = file.rows;
        file.finish()?;
        Ok(rows)
    }

    /// Links a street into the grid; returns its meters, the balance meter among them.
    fn connect(&mut self, index: usize, places: &[Place], street: Street) -> Vec<MeterReadings> {
        let name = transformer_name(index);
        let mut meters = street.meters;
        let metered = self.grid.add_street(self.settings, index, street.rated_kva, &street.supplied_kw, places);
        if metered {
            meters.push(balance_readings(self.settings, self.scene, &name, &street.supplied_kw));
        }
        self.truth.extend(street.truth);
        self.registers.extend(street.registers);
        meters
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::FileFormat;
    use crate::synth::tests::small;

    fn files(settings: &SimulateSettings) -> Vec<(String, Vec<u8>)> {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("utility");
        simulate(settings, &out).unwrap();
        let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(&out)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(|| files(&small()));
        let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap().install(|| files(&small()));
        assert_eq!(one, three);
    }

    #[test]
    fn another_seed_gives_another_utility() {
        assert_ne!(files(&small()), files(&SimulateSettings { seed: 2, ..small() }));
    }

    #[test]
    fn a_utility_without_farms_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let settings = SimulateSettings { farm_share: 0.0, tap_share: 0.0, ..small() };
        let made = simulate(&settings, &folder.path().join("utility")).unwrap();
        assert_eq!(made.farms, 0);
        let truth = fs::read_to_string(folder.path().join("utility/truth.csv")).unwrap();
        assert!(truth.lines().skip(1).all(|line| line.split(',').nth(3) == Some("0")), "{truth}");
    }

    #[test]
    fn rows_by_time_and_by_meter_are_the_same_rows() {
        let rows = |order| {
            let settings = SimulateSettings { order, format: FileFormat::Csv, mixed_steps: true, ..small() };
            let files = files(&settings);
            let text = String::from_utf8(files.iter().find(|file| file.0 == "readings.csv").unwrap().1.clone()).unwrap();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(rows(RowOrder::Meter), rows(RowOrder::Time));
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.txt"), "x").unwrap();
        assert!(matches!(simulate(&small(), folder.path()), Err(SimulateError::Foreign { .. })));
    }
}
