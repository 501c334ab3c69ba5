//! What is written month by month: files of readings, and the outages of the feeders.

use std::path::Path;

use super::months::{Month, months_of};
use super::readings::{CsvReadings, ParquetReadings, ReadingsError, ReadingsWriter};
use super::scene::Scene;
use super::settings::{CheckedSettings, ReadingsFormat};
use super::tables::EventRow;
use super::town::{Town, UpperPlan};
use super::turn::Supply;

/// Every spell in which a feeder has no power.
pub(super) fn outage_rows(settings: &CheckedSettings, scene: &Scene, town: &Town) -> Vec<EventRow> {
    let of_feeder = |(index, feeder): (usize, &UpperPlan)| {
        let spells = Supply::draw(settings, scene, &format!("feeder {index}")).spells();
        let row = |(first, last): (usize, usize)| EventRow::outage(scene, (first, last), feeder.id.clone());
        spells.into_iter().map(row).collect::<Vec<_>>()
    };
    town.feeders.iter().enumerate().flat_map(of_feeder).collect()
}

/// The files that readings are written to: one, or one a month.
pub(super) fn readings_writers(
    settings: &CheckedSettings,
    scene: &Scene,
    folder: &Path,
) -> Result<Vec<(Month, ReadingsWriter)>, ReadingsError> {
    let whole = Month { name: String::new(), from: 0, to: u32::MAX };
    let months = if settings.months.is_some() { months_of(scene) } else { vec![whole] };
    let create = |month: Month| {
        let name = if month.name.is_empty() { "readings".to_owned() } else { format!("readings-{}", month.name) };
        let writer = match settings.format {
            ReadingsFormat::Parquet => ReadingsWriter::Parquet(Box::new(ParquetReadings::create(
                &folder.join(name + ".parquet"),
                scene,
                settings.mixed_steps,
            )?)),
            ReadingsFormat::Csv => {
                ReadingsWriter::Csv(CsvReadings::create(&folder.join(name + ".csv"), scene, settings.mixed_steps)?)
            }
        };
        Ok((month, writer))
    };
    months.into_iter().map(create).collect()
}
