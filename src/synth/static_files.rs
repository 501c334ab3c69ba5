//! The static tables of a synthetic utility: customers, grid, weather, licences, tariffs, registers, truth, and a note that says what all this is.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::domain::Heating;

use super::home::HomeHeating;
use super::place::Place;
use super::readings_file::stamp;
use super::scene::Scene;
use super::street::{MeterReadings, Truth, balance_readings, transformer_name};
use super::{SimulateError, SimulateSettings};

/// Transformers to a feeder, feeders to a substation.
const PER_FEEDER: usize = 8;
const PER_SUBSTATION: usize = 5;
/// Loss of a feeder's lines, as a share.
const FEEDER_LOSS: f64 = 0.01;

/// The grid while streets are added to it.
#[derive(Debug, Default)]
pub(super) struct GridPlan {
    lines: Vec<String>,
    feeders: Vec<Vec<f64>>,
}

impl GridPlan {
    /// Adds a transformer with its usage points; returns whether it has a balance meter.
    pub(super) fn add_street(&mut self, settings: &SimulateSettings, index: usize, rated_kva: f64, supplied_kw: &[f64], places: &[Place]) -> bool {
        let feeder = index / PER_FEEDER;
        if feeder == self.feeders.len() {
            self.feeders.push(vec![0.0; supplied_kw.len()]);
        }
        for (sum, kw) in self.feeders[feeder].iter_mut().zip(supplied_kw) {
            *sum += kw * (1.0 + FEEDER_LOSS);
        }
        // Evenly spread: of every hundred transformers the first ones up to the share are metered, in a scattered order.
        let metered = ((index * 37 + 11) % 100) as f64 + 0.5 < 100.0 * settings.balance_share;
        let name = transformer_name(index);
        let meter = if metered { format!("M-{name}") } else { String::new() };
        self.lines.push(format!("{name},transformer,{},{meter},{rated_kva},,", feeder_name(feeder)));
        for place in places.iter().filter(|place| place.in_grid) {
            self.lines.push(format!("{},usage_point,{name},,,,", place.id));
        }
        metered
    }

    /// Balance meters of feeders and substations, where the settings ask for them.
    pub(super) fn higher_meters(&self, settings: &SimulateSettings, scene: &Scene) -> Vec<MeterReadings> {
        if !settings.three_levels {
            return Vec::new();
        }
        let mut meters: Vec<MeterReadings> =
            self.feeders.iter().enumerate().map(|(index, kw)| balance_readings(settings, scene, &feeder_name(index), kw)).collect();
        for (index, feeders) in self.feeders.chunks(PER_SUBSTATION).enumerate() {
            let total: Vec<f64> = (0..scene.len()).map(|hour| feeders.iter().map(|feeder| feeder[hour]).sum()).collect();
            meters.push(balance_readings(settings, scene, &substation_name(index), &total));
        }
        meters
    }

    fn csv(&self, settings: &SimulateSettings) -> String {
        let meter = |name: &str| if settings.three_levels { format!("M-{name}") } else { String::new() };
        let mut text = String::from("node,kind,parent,balance_meter,rated_kva,valid_from,valid_to\n");
        for index in 0..self.feeders.len().div_ceil(PER_SUBSTATION) {
            let name = substation_name(index);
            let _ = writeln!(text, "{name},substation,,{},,,", meter(&name));
        }
        for index in 0..self.feeders.len() {
            let name = feeder_name(index);
            let _ = writeln!(text, "{name},feeder,{},{},,,", substation_name(index / PER_SUBSTATION), meter(&name));
        }
        text + &self.lines.join("\n") + "\n"
    }
}

fn feeder_name(index: usize) -> String {
    format!("F{index:04}")
}

fn substation_name(index: usize) -> String {
    format!("S{index:03}")
}

/// Writes every static table.
pub(super) fn write(
    folder: &Path,
    settings: &SimulateSettings,
    scene: &Scene,
    places: &[Place],
    grid: &GridPlan,
    truth: &[Truth],
    registers: &[(String, Vec<(usize, f64)>)],
) -> Result<(), SimulateError> {
    let mut files = vec![
        ("customers.csv", customers(places)),
        ("grid.csv", grid.csv(settings)),
        ("weather.csv", weather(scene)),
        ("licences.csv", licences(places)),
        ("tariffs.csv", TARIFFS.to_owned()),
        ("truth.csv", truth_csv(truth)),
        ("README.md", note(settings)),
    ];
    if !registers.is_empty() {
        files.push(("registers.csv", registers_csv(scene, registers)));
    }
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|source| SimulateError::Io { path, source })?;
    }
    Ok(())
}

fn customers(places: &[Place]) -> String {
    let mut text = String::from("usage_point,address,city,tariff_class,contracted_kw,status,heating,persons,owner,lat,lon\n");
    for (index, place) in places.iter().enumerate() {
        let heating = match place.heating {
            HomeHeating::None => Heating::Other,
            HomeHeating::Direct | HomeHeating::Storage => Heating::Electric,
        };
        let heating = if heating == Heating::Electric { "electric" } else { "other" };
        let persons = place.persons.map_or(String::new(), |persons| persons.to_string());
        let _ = writeln!(
            text,
            "{},\"{}\",Synthetic City,{},{},active,{heating},{persons},Owner {index},{:.5},{:.5}",
            place.id,
            place.address,
            place.premises.tariff_class(),
            place.contracted_kw,
            place.lat,
            place.lon
        );
    }
    text
}

fn weather(scene: &Scene) -> String {
    let mut text = String::from("timestamp,temperature_c\n");
    let an_hour = (60 / scene.step_min) as usize;
    for index in (0..scene.len()).step_by(an_hour) {
        let local = scene.calendar.local(scene.start[index]).0;
        let _ = writeln!(text, "{},{:.1}", stamp(local), scene.temperature_c[index]);
    }
    text
}

fn licences(places: &[Place]) -> String {
    let mut text = String::from("licence,usage_point,licensed_kw,valid_from,valid_to,status,holder\n");
    let licensed = places.iter().filter_map(|place| Some((place, place.farm.as_ref()?.licensed_kw?)));
    for (index, (place, kw)) in licensed.enumerate() {
        let _ = writeln!(text, "L{index:03},{},{kw:.1},2020-01-01,2040-12-31,valid,Holder {index}", place.id);
    }
    text
}

/// Round prices in tenge, made up, of the order that Kazakh suppliers published for 2025.
const TARIFFS: &str =
    "tariff_class,price_per_kwh,currency,fee_per_kwh\nhousehold,28,KZT,2\nbusiness,33,KZT,2\nbudget,75,KZT,2\nstreet_lighting,33,KZT,2\n";

fn truth_csv(truth: &[Truth]) -> String {
    let mut text = String::from("level,id,kind,label,kw,onset,customer\n");
    for row in truth {
        let (onset, customer) = (row.onset.as_deref().unwrap_or(""), row.customer.as_deref().unwrap_or(""));
        let _ = writeln!(text, "{},{},{},{},{:.3},{onset},{customer}", row.level, row.id, row.kind, row.label, row.kw);
    }
    text
}

fn registers_csv(scene: &Scene, registers: &[(String, Vec<(usize, f64)>)]) -> String {
    let mut text = String::from("usage_point,timestamp,register_kwh\n");
    for (id, reads) in registers {
        for (day, counter) in reads {
            let local = scene.calendar.local(scene.start[scene.days[*day].first]).0;
            let _ = writeln!(text, "{id},{},{counter:.1}", stamp(local));
        }
    }
    text
}

fn note(settings: &SimulateSettings) -> String {
    let settings = toml::to_string(settings).unwrap_or_default();
    format!(
        "# A synthetic utility\n\nMade by `darkload simulate`. Nobody lives here: every load, farm, fault and address is drawn at random, and `truth.csv` says what is what. \
         Figures measured on it are figures on synthetic data.\n\nSettings:\n\n```toml\n{settings}```\n"
    )
}
