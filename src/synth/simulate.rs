//! Builds a synthetic utility and writes its folder: whole or not at all.
//!
//! Loads are drawn transformer by transformer in parallel batches, while the batch before is
//! written; so memory holds two batches, whatever the number of meters. Every usage point has
//! random streams of its own, so the bytes do not depend on the number of threads.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::balance_meter::{self, balance_meter_id};
use super::meter_readings::MeterReadings;
use super::month_files::{outage_rows, readings_writers};
use super::months::Month;
use super::node::{self, TransformerOutput};
use super::readings::{ReadingsWriter, Rows};
use super::readme::readme;
use super::scene::Scene;
use super::settings::{CheckedSettings, ReadingsOrder, SimulateSettings};
use super::simulated::Simulated;
use super::street_lighting::StreetLighting;
use super::table_file::{SimulateError, Table};
use super::tables::{
    CustomerRow, GridRow, LICENCE_COLUMNS, RegisterRow, TruthRow, licence_rows, tariff_rows, weather_rows,
};
use super::town::{Town, TransformerPlan, UpperPlan};
use super::turn::Supply;
use super::volt_file::VoltFile;
use crate::disk::{self, Place};
use crate::domain::{Level, NodeKind, Purpose, seed_of};

/// Transformers drawn at a time, for each thread.
const BATCH_PER_THREAD: usize = 4;
/// Readings turned into rows at a time when they are written in order of time.
const ROWS_AT_A_TIME: usize = 1 << 18;

/// Builds the utility and writes it to the folder `out`, replacing one that an earlier simulation
/// made.
///
/// `progress` is called with the number of usage points done so far, and says whether to stop.
///
/// # Errors
/// When `out` holds anything that is not of an earlier simulation, the file system refuses, or the
/// run is stopped; `out` is then as it was before.
pub fn simulate(settings: &CheckedSettings, out: &Path, progress: &mut Progress) -> Result<Simulated, SimulateError> {
    let place = Place::of(out, &disk::SIMULATED)?;
    let mut words = place.prepare()?;
    let stage = place.stage()?;
    let simulated = write_folder(settings, &stage.folder(), progress)?;
    words.extend(stage.put(&place)?.words);
    Ok(Simulated { words, ..simulated })
}

/// Is called with the number of usage points done so far; says whether to stop.
type Progress<'a> = dyn FnMut(u64) -> bool + Send + 'a;

/// What `simulate.toml` holds: the settings, and what the folder is known by.
#[derive(Serialize)]
struct Mark<'a> {
    version: &'static str,
    kind: &'static str,
    #[serde(flatten)]
    settings: &'a SimulateSettings,
    files: BTreeMap<String, String>,
}

/// The files of a utility while they are written, and the sums that pass from transformers to
/// feeders and substations.
struct Folder<'a> {
    settings: &'a CheckedSettings,
    scene: &'a Scene,
    town: &'a Town,
    /// Files of readings with the base intervals of each.
    readings: Vec<(Month, ReadingsWriter)>,
    /// Meters kept for order by time; empty in order by meter.
    kept: Vec<MeterReadings>,
    customers: Table,
    grid: Table,
    truth: Table,
    details: Option<Table>,
    licences: Table,
    registers: Option<Table>,
    billing: Option<Table>,
    /// Volts, and where everything hangs.
    volts: Option<(VoltFile, Table)>,
    inspections: Option<Table>,
    feeders: Summit,
    substations: Summit,
    simulated: Simulated,
}

/// The feeder (or substation) whose load is being summed up; children come in order, so one at a
/// time is open.
#[derive(Default)]
struct Summit {
    open: Option<usize>,
    load_kw: Vec<f64>,
    unmetered_kw: f64,
}

fn write_folder(
    settings: &CheckedSettings,
    folder: &Path,
    progress: &mut Progress,
) -> Result<Simulated, SimulateError> {
    let scene = Scene::new(settings);
    let town = Town::draw(settings, &scene);
    let mut files = Folder::create(settings, &scene, &town, folder)?;
    let batch = BATCH_PER_THREAD * rayon::current_num_threads();
    let draw = |plans: &[TransformerPlan]| -> Vec<TransformerOutput> {
        plans.par_iter().map(|plan| node::run_transformer(settings, &scene, plan)).collect()
    };
    let mut waiting: Option<(&[TransformerPlan], Vec<TransformerOutput>)> = None;
    for plans in town.transformers.chunks(batch) {
        let before = waiting.take();
        let (written, drawn) = rayon::join(
            || before.map_or(Ok(()), |(plans, outputs)| files.take(plans, outputs, progress)),
            || draw(plans),
        );
        written?;
        waiting = Some((plans, drawn));
    }
    if let Some((plans, outputs)) = waiting {
        files.take(plans, outputs, progress)?;
    }
    let simulated = files.finish()?;
    let mut weather = Table::create(folder, "weather.csv")?;
    weather.write(&weather_rows(&scene))?;
    weather.finish()?;
    if settings.months.is_some() && settings.oddities.load_sheddings > 0 {
        let mut events = Table::create(folder, "events.csv")?;
        events.write(&outage_rows(settings, &scene, &town))?;
        events.finish()?;
    }
    let mut tariffs = Table::create(folder, "tariffs.csv")?;
    tariffs.write(&tariff_rows(settings.oddities.class_words))?;
    tariffs.finish()?;
    let save = |name: &str, text: String| {
        let path = folder.join(name);
        disk::write(&path, text).map_err(|source| SimulateError::Io { path, source })
    };
    let as_toml = toml::to_string(&**settings)?;
    save("README.md", readme(settings, &simulated, &as_toml)?)?;
    let mark = Mark {
        version: env!("CARGO_PKG_VERSION"),
        kind: disk::SIMULATED.word,
        settings,
        files: disk::digests(folder)?,
    };
    disk::seal(folder, &disk::SIMULATED, &toml::to_string(&mark)?)?;
    Ok(simulated)
}

impl<'a> Folder<'a> {
    fn create(
        settings: &'a CheckedSettings,
        scene: &'a Scene,
        town: &'a Town,
        folder: &Path,
    ) -> Result<Self, SimulateError> {
        let readings = readings_writers(settings, scene, folder)?;
        let billing = settings.insider_share.map(|_| Table::create(folder, "billing.csv")).transpose()?;
        let network = settings.volts.map(|_| Table::create(folder, "network.csv")).transpose()?;
        let volts = settings.volts.map(|_| VoltFile::begin(folder, scene, settings.format)).transpose()?;
        let inspections = settings.inspection_share.map(|_| Table::create(folder, "inspections.csv")).transpose()?;
        let registers = settings.has_registers().then(|| Table::create(folder, "registers.csv")).transpose()?;
        let mut grid = Table::create(folder, "grid.csv")?;
        let upper = |kind: NodeKind, plan: &UpperPlan, parent: Option<&UpperPlan>| GridRow {
            node: plan.id.clone(),
            kind: kind.as_str(),
            parent: parent.map(|parent| parent.id.clone()),
            balance_meter: plan.metered.then(|| balance_meter_id(&plan.id)),
            rated_kva: None,
            lighting_kw: None,
        };
        let substations: Vec<GridRow> =
            town.substations.iter().map(|plan| upper(NodeKind::Substation, plan, None)).collect();
        let feeders: Vec<GridRow> =
            town.feeders.iter().map(|plan| upper(NodeKind::Feeder, plan, town.substations.get(plan.parent))).collect();
        grid.write(&substations)?;
        grid.write(&feeders)?;
        Ok(Self {
            settings,
            scene,
            town,
            readings,
            kept: Vec::new(),
            customers: Table::create(folder, "customers.csv")?,
            grid,
            truth: Table::create(folder, "truth.csv")?,
            details: (!settings.oddities.none()).then(|| Table::create(folder, "details.csv")).transpose()?,
            licences: Table::with_header(folder, "licences.csv", LICENCE_COLUMNS)?,
            registers,
            billing,
            volts: volts.zip(network),
            inspections,
            feeders: Summit::default(),
            substations: Summit::default(),
            simulated: Simulated::default(),
        })
    }

    /// Writes what a batch of transformers left behind.
    fn take(
        &mut self,
        plans: &[TransformerPlan],
        outputs: Vec<TransformerOutput>,
        progress: &mut Progress,
    ) -> Result<(), SimulateError> {
        for (plan, output) in plans.iter().zip(outputs) {
            self.take_transformer(plan, output)?;
            if progress(self.simulated.usage_points) {
                return Err(SimulateError::Interrupted);
            }
        }
        Ok(())
    }

    fn take_transformer(&mut self, plan: &TransformerPlan, output: TransformerOutput) -> Result<(), SimulateError> {
        self.write_tables(plan, &output.customers, &output.registers)?;
        self.write_grid(plan, output.rated_kva)?;
        self.write_truth(&output.truth)?;
        self.billing.as_mut().map_or(Ok(()), |table| table.write(&output.bills))?;
        if let Some((volts, network)) = &mut self.volts {
            volts.append(&output.wired.volts)?;
            network.write(&output.wired.places)?;
        }
        self.inspections.as_mut().map_or(Ok(()), |table| table.write(&output.inspections))?;
        self.details.as_mut().map_or(Ok(()), |table| table.write(&output.details))?;
        if !self.town.feeders.is_empty() {
            if self.feeders.open.is_some_and(|open| open != plan.feeder) {
                self.close_feeder()?;
            }
            self.feeders.add(plan.feeder, &output.flow_kw, output.truth.iter().map(TruthRow::unmetered_kw).sum());
        }
        self.simulated.usage_points += plan.members.len() as u64;
        self.write_meters(output.meters, &output.rows)
    }

    fn write_tables(
        &mut self,
        plan: &TransformerPlan,
        customers: &[CustomerRow],
        registers: &[RegisterRow],
    ) -> Result<(), SimulateError> {
        self.customers.write(customers)?;
        self.licences.write(&licence_rows(self.settings, plan))?;
        self.registers.as_mut().map_or(Ok(()), |table| table.write(registers))
    }

    fn write_grid(&mut self, plan: &TransformerPlan, rated_kva: f64) -> Result<(), SimulateError> {
        let transformer = GridRow {
            node: plan.id.clone(),
            kind: NodeKind::Transformer.as_str(),
            parent: self.town.feeders.get(plan.feeder).map(|feeder| feeder.id.clone()),
            balance_meter: plan.metered.then(|| balance_meter_id(&plan.id)),
            rated_kva: Some(rated_kva),
            lighting_kw: StreetLighting::draw(self.settings, &plan.id).and_then(|lighting| lighting.declared_kw),
        };
        self.grid.write(&[transformer])?;
        let (mut rows, mut wrong) = (Vec::new(), Vec::new());
        for member in &plan.members {
            let id = member.id();
            if !member.linked {
                wrong.push(TruthRow::of_missing_link(id, &plan.id));
                continue;
            }
            let parent = self.wrong_parent(plan, &id);
            wrong.extend(parent.map(|_| TruthRow::of_wrong_link(id.clone(), &plan.id)));
            let parent = Some(parent.unwrap_or(&plan.id).to_owned());
            rows.push(GridRow {
                node: id,
                kind: Level::UsagePoint.as_str(),
                parent,
                balance_meter: None,
                rated_kva: None,
                lighting_kw: None,
            });
        }
        self.truth.write(&wrong)?;
        self.grid.write(&rows)
    }

    /// The transformer that the grid file wrongly names for a usage point: that of the next street.
    fn wrong_parent(&self, plan: &TransformerPlan, id: &str) -> Option<&str> {
        let draw = seed_of(self.settings.seed, id, Purpose::Synthesis, 5) as f64 / u64::MAX as f64;
        if draw >= self.settings.wrong_link_share {
            return None;
        }
        let place = self.town.transformers.iter().position(|other| other.id == plan.id)?;
        let next = &self.town.transformers[(place + 1) % self.town.transformers.len()].id;
        (*next != plan.id).then_some(next)
    }

    fn write_truth(&mut self, rows: &[TruthRow]) -> Result<(), SimulateError> {
        for row in rows.iter().filter(|row| row.label == 1) {
            if row.unmetered_kw() > 0.0 {
                self.simulated.unmetered_nodes += 1;
            } else {
                self.simulated.farms += 1;
            }
        }
        self.truth.write(rows)
    }

    fn write_meters(&mut self, meters: Vec<MeterReadings>, rows: &Rows) -> Result<(), SimulateError> {
        if self.settings.order == ReadingsOrder::Time {
            self.kept.extend(meters);
            return Ok(());
        }
        self.simulated.readings += rows.len() as u64;
        let ids: Vec<&str> = meters.iter().map(|meter| meter.id.as_str()).collect();
        self.append(&ids, rows)
    }

    /// Writes rows into the files of their months.
    fn append(&mut self, ids: &[&str], rows: &Rows) -> Result<(), SimulateError> {
        if let [(_, only)] = &mut self.readings[..] {
            return Ok(only.append(ids, rows)?);
        }
        for (month, writer) in &mut self.readings {
            writer.append(ids, &rows.between(month.from, month.to))?;
        }
        Ok(())
    }

    /// Closes the open feeder: its own tap, its loss, its balance meter, its line of the truth; its
    /// flow goes on to the substation.
    fn close_feeder(&mut self) -> Result<(), SimulateError> {
        let Some(index) = self.feeders.open.take() else { return Ok(()) };
        let plan = &self.town.feeders[index];
        let (mut load, below_kw) = self.feeders.empty();
        let supply = Supply::draw(self.settings, self.scene, &format!("feeder {index}"));
        let own_kw = self.write_own_tap(plan, below_kw, &supply, &mut load)?;
        let flow = node::feeder_flow_kw(&load);
        self.write_balance(plan, &flow)?;
        if !self.town.substations.is_empty() {
            if self.substations.open.is_some_and(|open| open != plan.parent) {
                self.close_substation()?;
            }
            self.substations.add(plan.parent, &flow, below_kw + own_kw);
        }
        Ok(())
    }

    /// Adds a node's own tap to its load, writes the truth about it (or about what is below it),
    /// and returns the power of the tap, kW.
    fn write_own_tap(
        &mut self,
        plan: &UpperPlan,
        below_kw: f64,
        supply: &Supply,
        load_kw: &mut [f64],
    ) -> Result<f64, SimulateError> {
        let truth = match &plan.tap {
            Some(tap) => {
                let (truth, detail) =
                    node::add_tap(self.settings, self.scene, &plan.id, plan.metered, tap, supply, load_kw);
                self.details.as_mut().map_or(Ok(()), |table| table.write(&[detail]))?;
                Some(truth)
            }
            None => (below_kw > 0.0).then(|| TruthRow::of_node_above(&plan.id, below_kw)),
        };
        self.write_truth(truth.as_slice())?;
        Ok(plan.tap.and(truth.as_ref()).map_or(0.0, |row| row.kw))
    }

    fn close_substation(&mut self) -> Result<(), SimulateError> {
        let Some(index) = self.substations.open.take() else { return Ok(()) };
        let plan = &self.town.substations[index];
        let (mut load, below_kw) = self.substations.empty();
        self.write_own_tap(plan, below_kw, &Supply::default(), &mut load)?;
        self.write_balance(plan, &node::substation_flow_kw(&load))
    }

    fn write_balance(&mut self, plan: &UpperPlan, flow_kw: &[f64]) -> Result<(), SimulateError> {
        if !plan.metered {
            return Ok(());
        }
        let (readings, fault) = balance_meter::read(self.settings, self.scene, &plan.id, flow_kw);
        self.write_truth(fault.as_slice())?;
        let meters = vec![readings];
        let rows = Rows::by_meter(&meters);
        self.write_meters(meters, &rows)
    }

    fn finish(mut self) -> Result<Simulated, SimulateError> {
        self.close_feeder()?;
        self.close_substation()?;
        if self.settings.order == ReadingsOrder::Time {
            self.write_by_time()?;
        }
        for (_, readings) in std::mem::take(&mut self.readings) {
            readings.finish()?;
        }
        if let Some((volts, network)) = self.volts {
            volts.finish()?;
            network.finish()?;
        }
        for table in [self.customers, self.grid, self.truth, self.licences]
            .into_iter()
            .chain(self.registers)
            .chain(self.billing)
            .chain(self.details)
        {
            table.finish()?;
        }
        Ok(self.simulated)
    }

    fn write_by_time(&mut self) -> Result<(), SimulateError> {
        let kept = std::mem::take(&mut self.kept);
        let ids: Vec<&str> = kept.iter().map(|meter| meter.id.as_str()).collect();
        let step = (ROWS_AT_A_TIME / kept.len().max(1)).max(1);
        for from in (0..self.scene.len()).step_by(step) {
            let rows = Rows::by_time(&kept, from, (from + step).min(self.scene.len()));
            self.simulated.readings += rows.len() as u64;
            self.append(&ids, &rows)?;
        }
        Ok(())
    }
}

impl Summit {
    fn add(&mut self, index: usize, flow_kw: &[f64], unmetered_kw: f64) {
        self.open = Some(index);
        self.load_kw.resize(flow_kw.len(), 0.0);
        self.load_kw.iter_mut().zip(flow_kw).for_each(|(total, kw)| *total += kw);
        self.unmetered_kw += unmetered_kw;
    }

    /// The sums so far, leaving nothing.
    fn empty(&mut self) -> (Vec<f64>, f64) {
        (std::mem::take(&mut self.load_kw), std::mem::take(&mut self.unmetered_kw))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::{fs, io};

    use super::*;
    use crate::synth::{ClassWords, Oddities, ReadingsFormat, SimulateSettings};

    fn small() -> SimulateSettings {
        SimulateSettings {
            usage_points: 120,
            days: 14,
            prevalence: 0.1,
            look_alike_share: 0.15,
            fault_share: 0.05,
            untidy_share: 0.1,
            licensed_share: 0.02,
            registers_only: 0.1,
            unmetered_share: 0.5,
            meters_per_transformer_min: 20,
            meters_per_transformer_max: 30,
            format: ReadingsFormat::Csv,
            ..SimulateSettings::default()
        }
    }

    /// The files of a utility by name.
    fn files(settings: SimulateSettings) -> BTreeMap<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("utility");
        simulate(&settings.checked().unwrap(), &out, &mut |_| false).unwrap();
        let read = |entry: io::Result<fs::DirEntry>| {
            let entry = entry.unwrap();
            let bytes = fs::read(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), String::from_utf8_lossy(&bytes).into_owned())
        };
        fs::read_dir(&out).unwrap().map(read).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
        for format in [ReadingsFormat::Csv, ReadingsFormat::Parquet] {
            let on = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| files(SimulateSettings { format, ..small() }))
            };
            assert!(on(1) == on(3), "{format:?}");
        }
    }

    #[test]
    fn another_seed_gives_another_utility() {
        assert_ne!(files(small())["readings.csv"], files(SimulateSettings { seed: 2, ..small() })["readings.csv"]);
    }

    #[test]
    fn a_utility_without_farms_has_no_positive_label() {
        let clean = &files(SimulateSettings { prevalence: 0.0, ..small() })["truth.csv"];
        assert!(clean.lines().skip(1).all(|line| line.split(',').nth(3) != Some("1")));
        let usual = &files(small())["truth.csv"];
        assert!(usual.lines().skip(1).any(|line| line.split(',').nth(3) == Some("1")));
    }

    #[test]
    fn both_orders_hold_the_same_readings() {
        let lines = |order| {
            let text = files(SimulateSettings { order, mixed_steps: true, ..small() }).remove("readings.csv").unwrap();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        assert_eq!(lines(ReadingsOrder::Meter), lines(ReadingsOrder::Time));
    }

    #[test]
    fn every_usage_point_has_a_truth_and_a_customer_row_and_a_reading_of_some_kind() {
        let files = files(small());
        let ids = |name: &str, column: usize| -> std::collections::BTreeSet<String> {
            let cell = |line: &str| line.split(',').nth(column).unwrap().to_owned();
            files[name].lines().skip(1).map(cell).filter(|id| id.starts_with("UP")).collect()
        };
        let customers = ids("customers.csv", 0);
        assert_eq!(customers.len(), 120);
        assert_eq!(ids("truth.csv", 1), customers);
        let mut read = ids("readings.csv", 0);
        read.extend(ids("registers.csv", 0));
        assert_eq!(read, customers);
    }

    #[test]
    fn a_folder_with_foreign_files_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
        let settings = small().checked().unwrap();
        let error = simulate(&settings, folder.path(), &mut |_| false).unwrap_err();
        assert!(error.to_string().contains("thesis.txt"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_earlier_simulation_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("utility");
        let parquet = SimulateSettings { format: ReadingsFormat::Parquet, ..small() }.checked().unwrap();
        simulate(&parquet, &out, &mut |_| false).unwrap();
        simulate(&small().checked().unwrap(), &out, &mut |_| false).unwrap();
        assert!(out.join("readings.csv").exists() && !out.join("readings.parquet").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn three_levels_are_written_with_parents_that_exist() {
        let grid = &files(small())["grid.csv"];
        let rows: Vec<Vec<&str>> = grid.lines().skip(1).map(|line| line.split(',').collect()).collect();
        let nodes: std::collections::BTreeSet<&str> = rows.iter().map(|row| row[0]).collect();
        assert!(rows.iter().all(|row| row[2].is_empty() || nodes.contains(row[2])));
        for kind in ["substation", "feeder", "transformer", "usage_point"] {
            assert!(rows.iter().any(|row| row[1] == kind), "{kind}");
        }
    }

    /// Ids of a file's rows whose text holds `word`.
    fn ids_with(text: &str, word: &str) -> std::collections::BTreeSet<String> {
        text.lines().filter(|line| line.contains(word)).map(|line| line.split(',').nth(1).unwrap().to_owned()).collect()
    }

    #[test]
    fn of_unread_homes_there_are_customers_and_no_readings() {
        let files = files(SimulateSettings { unread_share: 0.3, ..small() });
        let unread = ids_with(&files["truth.csv"], ",unread,");
        assert!(unread.len() > 10, "{unread:?}");
        for id in &unread {
            assert!(
                !files["readings.csv"].contains(id)
                    && !files["registers.csv"].contains(id)
                    && files["customers.csv"].contains(id),
                "{id}"
            );
        }
    }

    #[test]
    fn a_bypass_is_told_at_the_node_and_only_a_drop_in_the_customers_own_series() {
        let truth = &files(SimulateSettings { bypass_share: 0.05, balance_share: 1.0, prevalence: 0.0, ..small() })["truth.csv"];
        let rows = |start: &str| {
            truth
                .lines()
                .filter(|line| line.contains(start))
                .map(|line| line.split(',').nth(3).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (
                rows("usage_point,").iter().filter(|label| **label == "1").count(),
                rows(",bypass,"),
                rows(",bypass_drop,")
            ),
            (3, vec!["-1", "1", "-1", "1", "-1", "1"], vec!["1"; 6])
        );
    }

    #[test]
    fn faults_of_balance_meters_are_told_and_change_no_other_meter() {
        let faulty = files(SimulateSettings { balance_ratio_share: 0.5, balance_clock_share: 0.5, ..small() });
        let clean = files(small());
        let customers =
            |text: &str| text.lines().filter(|line| line.starts_with("UP")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(customers(&faulty["readings.csv"]), customers(&clean["readings.csv"]));
        let told = ids_with(&faulty["truth.csv"], ",balance_");
        let changed = |id: &String| {
            let rows = |text: &str| {
                text.lines().filter(|line| line.starts_with(&format!("M-{id},"))).map(str::to_owned).collect::<Vec<_>>()
            };
            rows(&faulty["readings.csv"]) != rows(&clean["readings.csv"])
        };
        assert!(told.len() > 4 && told.iter().all(changed), "{told:?}");
    }

    #[test]
    fn registers_are_read_on_different_days_when_asked_for() {
        let registers =
            &files(SimulateSettings { register_spread_days: 10, registers_only: 0.5, ..small() })["registers.csv"];
        let days: std::collections::BTreeSet<&str> =
            registers.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
        assert!(days.len() > 5, "{days:?}");
    }

    #[test]
    fn volts_are_written_where_they_are_asked_for_and_change_no_other_file() {
        let (plain, mut wired) = (files(small()), files(SimulateSettings { volts: Some(0.5), ..small() }));
        let (volts, network) = (wired.remove("voltage.csv").unwrap(), wired.remove("network.csv").unwrap());
        let other = |name: &String| !["README.md", "simulate.toml"].contains(&name.as_str());
        assert!(plain.iter().filter(|(name, _)| other(name)).all(|(name, text)| wired[name] == *text));
        assert_eq!(plain.len(), wired.len());
        assert_eq!(network.lines().filter(|line| line.starts_with("usage_point,UP")).count(), 120);
        let meters: std::collections::BTreeSet<String> =
            rows(&volts).iter().map(|row| row["usage_point"].clone()).collect();
        assert!((50..=80).contains(&meters.iter().filter(|id| id.starts_with("UP")).count()), "{meters:?}");
        let all: Vec<f64> = rows(&volts).iter().map(|row| row["volt"].parse().unwrap()).collect();
        assert!(all.iter().all(|volt| (100.0..260.0).contains(volt)));
    }

    /// A utility with everything that is strange.
    fn strange() -> SimulateSettings {
        let oddities = Oddities {
            hundredths_share: 0.4,
            tenths_share: 0.2,
            whole_kwh_share: 0.2,
            customer_clock_share: 0.2,
            concentrator_clock_share: 0.3,
            exchanged_share: 0.2,
            customer_ratio_share: 0.2,
            customer_stuck_share: 0.2,
            boiler_house_share: 0.1,
            season_share: 0.2,
            return_share: 0.2,
            unbooked_heating_share: 0.2,
            other_homes_share: 0.5,
            business_hours_spread: 2.0,
            extra_holidays: 2,
            load_sheddings: 2,
            farm_units_share: 0.4,
            farm_stops_share: 0.3,
            farm_pauses_share: 0.3,
            wrong_class_share: 0.1,
            empty_class_share: 0.1,
            class_words: ClassWords::Russian,
            ..Oddities::default()
        };
        SimulateSettings { oddities, usage_points: 300, untidy_share: 0.0, fault_share: 0.0, ..small() }
    }

    /// Rows of a table as maps from column to cell.
    fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let heading: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        reader
            .records()
            .map(|row| heading.iter().cloned().zip(row.unwrap().iter().map(str::to_owned)).collect())
            .collect()
    }

    /// Stamps and energies (Wh) of every usage point.
    fn readings(text: &str) -> BTreeMap<String, Vec<(String, i64)>> {
        let mut series: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
        for row in rows(text) {
            let wh = (row["kwh"].parse::<f64>().unwrap() * 1000.0).round() as i64;
            series.entry(row["usage_point"].clone()).or_default().push((row["timestamp"].clone(), wh));
        }
        series
    }

    #[test]
    fn nothing_strange_leaves_no_trace_in_the_folder() {
        let files = files(small());
        assert!(
            !files.contains_key("details.csv")
                && !files["simulate.toml"].contains("oddities")
                && !files["README.md"].contains("details")
        );
    }

    #[test]
    fn every_strange_meter_is_told_and_its_readings_show_it() {
        let files = files(strange());
        let series = readings(&files["readings.csv"]);
        let details: Vec<_> =
            rows(&files["details.csv"]).into_iter().filter(|row| series.contains_key(&row["id"])).collect();
        let (mut displays, mut stuck, mut ratios) = (0, 0, 0);
        for row in &details {
            let own = &series[&row["id"]];
            let plain = row["exchanged"].is_empty() && row["fault"].is_empty();
            if let (Ok(kwh), true) = (row["display_kwh"].parse::<f64>(), plain) {
                let step = (kwh * 1000.0).round() as i64;
                assert!(own.iter().all(|(_, wh)| wh % step == 0), "{row:?}");
                displays += 1;
            }
            let inside = |at: &String| *at >= row["from"] && (row["to"].is_empty() || *at < row["to"]);
            let faulty: Vec<i64> =
                own.iter().filter(|(at, _)| inside(&format!("{at}:00"))).map(|(_, wh)| *wh).collect();
            if row["fault"] == "stuck" {
                assert!(!faulty.is_empty() && faulty.iter().all(|wh| *wh == faulty[0]), "{row:?}");
                stuck += 1;
            }
            ratios += usize::from(row["fault"] == "ratio" && row["from"] != format!("{}:00", own[0].0));
        }
        assert!(displays > 50 && stuck > 15 && ratios > 5, "{displays} {stuck} {ratios}");
        let told = |column: &str, wanted: &str| details.iter().filter(|row| row[column] == wanted).count();
        assert!(
            ["season", "return", "unbooked_heating"].iter().all(|turn| told("turn", turn) > 10)
                && told("host", "boiler_house") > 10
        );
        assert!(details.iter().filter(|row| row["clock_min"] != "0").count() > 50);
    }

    #[test]
    fn the_energy_that_is_told_of_a_farm_is_what_it_adds_to_the_readings() {
        let odd = Oddities {
            farm_units_share: 0.4,
            farm_stops_share: 0.3,
            farm_pauses_share: 0.3,
            load_sheddings: 3,
            ..Oddities::default()
        };
        let settings = || SimulateSettings {
            oddities: odd.clone(),
            untidy_share: 0.0,
            fault_share: 0.0,
            registers_only: 0.0,
            ..small()
        };
        let files = files(settings());
        let series = readings(&files["readings.csv"]);
        let farms: Vec<_> = rows(&files["details.csv"])
            .into_iter()
            .filter(|row| row["level"] == "usage_point" && row["kwh"] != "0.0")
            .collect();
        for row in &farms {
            let total: i64 = series[&row["id"]].iter().map(|(_, wh)| wh).sum();
            let kwh: f64 = row["kwh"].parse().unwrap();
            assert!(kwh > 0.0 && kwh < 1.02 * total as f64 / 1000.0 + 0.1, "{row:?}: {total}");
        }
        let kinds: std::collections::BTreeSet<String> =
            rows(&files["truth.csv"]).into_iter().map(|row| row["kind"].clone()).collect();
        assert!(
            farms.len() > 8 && ["unit_by_unit", "moved_away", "paused"].iter().all(|kind| kinds.contains(*kind)),
            "{kinds:?}"
        );
    }

    #[test]
    fn a_feeder_that_is_switched_off_feeds_nobody() {
        let odd = Oddities { load_sheddings: 4, ..Oddities::default() };
        let settings = SimulateSettings {
            oddities: odd,
            untidy_share: 0.0,
            fault_share: 0.0,
            registers_only: 0.0,
            levels: 2,
            ..small()
        };
        let files = files(settings);
        let mut by_stamp: BTreeMap<String, i64> = BTreeMap::new();
        for (at, wh) in readings(&files["readings.csv"]).into_values().flatten() {
            *by_stamp.entry(at).or_default() += wh;
        }
        let dark = by_stamp.values().filter(|wh| **wh == 0).count();
        assert!((8..=32).contains(&dark), "{dark}");
    }

    #[test]
    fn books_in_russian_name_classes_and_prices_alike_and_leave_some_empty() {
        let files = files(strange());
        let classes: std::collections::BTreeSet<String> =
            rows(&files["customers.csv"]).into_iter().map(|row| row["tariff_class"].clone()).collect();
        let priced: std::collections::BTreeSet<String> =
            rows(&files["tariffs.csv"]).into_iter().map(|row| row["tariff_class"].clone()).collect();
        assert!(
            classes.contains("")
                && classes.contains("быт")
                && classes.iter().all(|class| class.is_empty() || priced.contains(class)),
            "{classes:?}"
        );
    }
}
