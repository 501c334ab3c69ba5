//! Any readable files to the canonical long Parquet.
//!
//! Readings are gathered as for a scan; each finished usage point is put away in memory or in a
//! file without a name, and written in the order of ids at the end.

use std::path::{Path, PathBuf};

use crate::disk::{self, CONVERTED, Stage};
use crate::domain::{Calendar, Fact, Interrupt, Progress, Reject};
use crate::ingest::{Caps, Mapping, Readings, StampClock, Survey, Watching};
use crate::report::{
    CanonicalColumns, CanonicalError, CanonicalWriter, FinishedPoints, StoredPoints, unpacked, write_registers,
};
use crate::series::{Gatherer, RawReading, SpillStore, Stretch, in_order_of_ids};

use super::inputs::{PipelineError, found_files, read_all};
use crate::digest::memory::{Demand, MemoryPlan, check_address_space};

/// What is to be converted.
#[derive(Debug, Clone)]
pub struct ConvertPlan {
    /// Readings: files, folders, patterns.
    pub readings: Vec<String>,
    /// How they are written, where the user says.
    pub profile: Option<Mapping>,
    /// The utility's clock.
    pub calendar: Calendar,
    /// What one file may ask of the machine.
    pub caps: Caps,
    /// Memory that the run may use, bytes; `None` = half of what is free.
    pub memory: Option<u64>,
    /// The file to write.
    pub out: PathBuf,
    /// Whether a file that exists is replaced.
    pub force: bool,
    /// Files that were read for the plan itself; they are never written.
    pub also_read: Vec<PathBuf>,
}

/// What was converted.
#[derive(Debug, Default)]
pub struct Converted {
    /// Files written.
    pub files: Vec<PathBuf>,
    /// Usage points with interval readings.
    pub usage_points: u64,
    /// Interval readings written.
    pub readings: u64,
    /// Readings that gave way to a better or later one of the same interval.
    pub given_way: u64,
    /// Register readings written.
    pub register_readings: u64,
    /// Records that were left out.
    pub rejects: Vec<Reject>,
    /// Other ways in which files may be read.
    pub doubts: Vec<Fact>,
    /// What there is to say about runs that were ended.
    pub words: Vec<String>,
}

/// Why nothing was converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The input cannot be used, or the run was interrupted.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// The output cannot be written.
    #[error(transparent)]
    Write(#[from] CanonicalError),
    /// Some stamps are instants and others are not, and nothing says how they relate.
    #[error(
        "some files have stamps with an offset and others on a clock that is not named; give --timezone, or convert \
         them apart"
    )]
    MixedClocks,
}

/// Converts. The output appears whole or not at all; registers beside intervals go to a second
/// file, because one file of readings has one kind of value.
///
/// # Errors
/// When the input cannot be used, the output cannot be written, or the run is interrupted.
pub fn convert(plan: &ConvertPlan, progress: &dyn Progress, interrupt: &Interrupt) -> Result<Converted, ConvertError> {
    check_address_space().map_err(PipelineError::from)?;
    let folder = plan.out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    progress.stage("reading", None);
    let files = found_files(&plan.readings, interrupt)?;
    let words = refuse_outputs(plan, files.iter().map(|file| file.path.as_path()))?;
    std::fs::create_dir_all(folder).map_err(|source| CanonicalError::Io { path: plan.out.clone(), source })?;
    let stage = Stage::beside(folder, plan.out.file_name().unwrap_or_default()).map_err(PipelineError::from)?;
    let readings = Readings::open_as(&files, plan.caps, plan.profile.as_ref()).map_err(PipelineError::from)?;
    StampClock::are_instants(readings.clock(), &plan.calendar).ok_or(ConvertError::MixedClocks)?;
    let survey = Survey::of(&readings, &Watching(interrupt)).map_err(PipelineError::from)?;
    let memory = MemoryPlan::of(plan.memory, &survey, Demand::of_rows(readings.estimated_rows()))
        .map_err(PipelineError::from)?;
    let store = SpillStore::new(memory.profiles, folder);
    let finished = FinishedPoints::new(&store);
    let finish = |id: &str, stretches: &[Stretch], apart: &[RawReading]| finished.usage_point(id, stretches, apart);
    let gatherer = Gatherer::new(memory.gather, &survey, folder);
    let order = if let Survey::Together(roster) = &survey { roster.order().to_vec() } else { readings.pieces() };
    let read = read_all(&readings, &order, (&gatherer, &finish), &plan.calendar, (progress, true), interrupt)?;

    // A message tells its clock only when it is read.
    let told = read.clocks.first().copied().filter(|first| read.clocks.iter().all(|other| other == first));
    let clock = if read.clocks.is_empty() { readings.clock() } else { told };
    let is_utc = StampClock::are_instants(clock, &plan.calendar).ok_or(ConvertError::MixedClocks)?;

    progress.stage("writing", None);
    let mut kept = finished.stored();
    let registers = kept.take_counted(read.gathered.registers, &store).map_err(PipelineError::from)?;
    let registers = in_order_of_ids(registers);
    let mut converted = Converted {
        usage_points: kept.points.len() as u64,
        readings: kept.readings,
        given_way: kept.given_way,
        register_readings: registers.iter().map(|(_, reads)| reads.len() as u64).sum(),
        rejects: read.gathered.rejects.into_iter().map(Reject::shortened).collect(),
        doubts: readings.doubts(),
        files: Vec::new(),
        words,
    };
    let mut staged: Vec<(PathBuf, PathBuf)> = Vec::new();
    if !kept.points.is_empty() || registers.is_empty() {
        let path = stage.folder().join(CONVERTED.files[0]);
        write_points(&path, &kept, &store, is_utc, interrupt)?;
        staged.push((path, plan.out.clone()));
    }
    if !registers.is_empty() {
        let path = stage.folder().join(CONVERTED.files[1]);
        write_registers(&path, &registers, is_utc)?;
        staged.push((path, if staged.is_empty() { plan.out.clone() } else { beside(&plan.out) }));
    }
    if interrupt.is_set() {
        return Err(PipelineError::Interrupted.into());
    }
    readings.check_unchanged().map_err(PipelineError::from)?;
    disk::put_files(&staged, plan.force).map_err(PipelineError::from)?;
    converted.files.extend(staged.into_iter().map(|(_, to)| to));
    Ok(converted)
}

/// Refuses outputs that are in the way or read, before the work; returns what there is to say about
/// runs that were ended.
fn refuse_outputs<'a>(plan: &ConvertPlan, files: impl Iterator<Item = &'a Path>) -> Result<Vec<String>, PipelineError> {
    // A member of an archive is read from the archive.
    let file_of = |path: &Path| path.ancestors().find(|above| above.exists()).unwrap_or(path).to_path_buf();
    let read: Vec<PathBuf> = files.map(file_of).chain(plan.also_read.iter().cloned()).collect();
    let mut words = Vec::new();
    for out in [plan.out.clone(), beside(&plan.out)] {
        words.extend(disk::check_file(&out, plan.force, &read)?);
    }
    Ok(words)
}

fn write_points(
    path: &Path,
    kept: &StoredPoints,
    store: &SpillStore,
    is_utc: bool,
    interrupt: &Interrupt,
) -> Result<(), ConvertError> {
    let mut writer = CanonicalWriter::create(path, CanonicalColumns { is_utc, ..kept.columns })?;
    for (id, stored) in &kept.points {
        if interrupt.is_set() {
            return Err(PipelineError::Interrupted.into());
        }
        writer.append(id.as_ref(), &unpacked(&store.get(stored).map_err(PipelineError::from)?))?;
    }
    Ok(writer.finish()?)
}

/// `FILE.parquet` to `FILE-registers.parquet`.
fn beside(out: &Path) -> PathBuf {
    let stem = out.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    out.with_file_name(format!("{stem}-registers.parquet"))
}
