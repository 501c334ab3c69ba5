//! Reading: readings a second from long Parquet and long CSV, decoded only or gathered to whole
//! usage points.

use std::collections::BTreeMap;
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
            // An earlier run of this bench lays further tables beside the readings, and a folder
            // with foreign files is not replaced.
            let _ = std::fs::remove_dir_all(&out);
            let settings = SimulateSettings {
                usage_points: 200,
                days: 30,
                step_min: 15,
                timezone: "Etc/GMT-5".into(),
                format,
                ..SimulateSettings::default()
            };
            let settings = settings.checked().expect("settings within their bounds");
            let readings =
                simulate(&settings, &out, &mut |_| false).expect("the target folder can be written").readings;
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

/// Takes a usage point that is complete, and forgets it.
#[expect(clippy::unnecessary_wraps, reason = "the gatherer asks for a result")]
fn forget(_: &str, stretches: &[Stretch], _: &[RawReading]) -> std::io::Result<()> {
    divan::black_box(stretches.len());
    Ok(())
}

struct Gather<'a>(&'a Gatherer<'a>);

impl BlockSink for Gather<'_> {
    fn intervals(&self, block: &IntervalBlock) {
        self.0.add_intervals(block, &forget).expect("nothing goes to disk");
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
        let gatherer = Gatherer::new(GatherPlan::of(&survey, 1 << 30), &survey, &folder);
        opened.read(&opened.pieces(), &calendar, &Gather(&gatherer)).expect("a readable file");
        gatherer.finish(&forget).expect("nothing goes to disk");
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

/// Layouts of text, all with the readings of the same usage points: plain, Russian dress in
/// windows-1251, date and time apart, slots of a day, usage points across, instants across.
const LAYOUTS: [&str; 6] = ["plain", "russian", "parted", "by-day", "across", "by-time"];

/// The utility's complete usage points, written in every layout once; returns the folder and the
/// number of readings.
fn layouts() -> &'static (PathBuf, u64) {
    static MADE: OnceLock<(PathBuf, u64)> = OnceLock::new();
    MADE.get_or_init(|| {
        let (folder, _) = utility(ReadingsFormat::Csv);
        let csv = std::fs::read_to_string(folder.join("readings.csv")).expect("it was just made");
        let mut meters: BTreeMap<&str, BTreeMap<(&str, &str), &str>> = BTreeMap::new();
        for line in csv.lines().skip(1) {
            let mut cells = line.split(',');
            let (id, stamp, value) =
                (cells.next().unwrap_or_default(), cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
            meters.entry(id).or_default().insert(stamp.split_once('T').unwrap_or_default(), value);
        }
        let most = meters.values().map(BTreeMap::len).max().unwrap_or(0);
        meters.retain(|_, readings| readings.len() == most);
        for layout in LAYOUTS {
            std::fs::write(folder.join(format!("{layout}.csv")), written(&meters, layout))
                .expect("the target folder can be written");
        }
        (folder, (meters.len() * most) as u64)
    })
}

#[expect(clippy::format_push_string, reason = "made once, outside what is measured")]
fn written(meters: &BTreeMap<&str, BTreeMap<(&str, &str), &str>>, layout: &str) -> Vec<u8> {
    let dotted = |day: &str| format!("{}.{}.{}", &day[8..], &day[5..7], &day[..4]);
    let comma = |value: &str| value.replace('.', ",");
    let instants: Vec<(&str, &str)> =
        meters.values().next().map(|readings| readings.keys().copied().collect()).unwrap_or_default();
    let joined = |cells: &mut dyn Iterator<Item = String>, mark: &str| cells.collect::<Vec<_>>().join(mark);
    let mut text = match layout {
        "plain" => "usage_point,timestamp,kwh\n".to_owned(),
        "russian" => "Прибор учета;Начало;кВт*ч\n".to_owned(),
        "parted" => "Прибор учета;Дата;Время;А+, кВт*ч;Примечание\n".to_owned(),
        "by-day" => format!(
            "meter_id,date,{}\n",
            joined(&mut (0..96).map(|slot| format!("{:02}:{:02}", slot / 4, slot % 4 * 15)), ",")
        ),
        "across" => format!("timestamp;{}\n", joined(&mut meters.keys().map(|id| (*id).to_owned()), ";")),
        _ => format!("meter_id,{}\n", joined(&mut instants.iter().map(|(day, time)| format!("{day}T{time}")), ",")),
    };
    if layout == "across" {
        for (day, time) in instants {
            text.push_str(&format!(
                "{} {time};{}\n",
                dotted(day),
                joined(&mut meters.values().map(|readings| comma(readings[&(day, time)])), ";")
            ));
        }
    }
    for (id, readings) in meters.iter().filter(|_| layout != "across") {
        match layout {
            "plain" | "russian" | "parted" => {
                for ((day, time), value) in readings {
                    let line = match layout {
                        "plain" => format!("{id},{day}T{time},{value}\n"),
                        "russian" => format!("{id};{} {time};{}\n", dotted(day), comma(value)),
                        _ => format!("{id};{};{time};{};опрос\n", dotted(day), comma(value)),
                    };
                    text.push_str(&line);
                }
            }
            "by-day" => {
                let days: Vec<(&(&str, &str), &&str)> = readings.iter().collect();
                for day in days.chunk_by(|a, b| a.0.0 == b.0.0) {
                    text.push_str(&format!(
                        "{id},{},{}\n",
                        day[0].0.0,
                        joined(&mut day.iter().map(|(_, value)| (**value).to_owned()), ",")
                    ));
                }
            }
            _ => text
                .push_str(&format!("{id},{}\n", joined(&mut readings.values().map(|value| (*value).to_owned()), ","))),
        }
    }
    if layout == "russian" || layout == "parted" {
        encoding_rs::WINDOWS_1251.encode(&text).0.into_owned()
    } else {
        text.into_bytes()
    }
}

#[divan::bench(args = LAYOUTS)]
fn text_layout(bencher: Bencher, layout: &str) {
    let (folder, readings) = layouts();
    let files =
        find_inputs(&[folder.join(format!("{layout}.csv")).display().to_string()]).expect("the file was just made");
    let calendar = Calendar::new(None).expect("no zone is needed");
    bencher.counter(ItemsCount::new(*readings)).bench(|| {
        let opened = Readings::open(&files).expect("a readable file");
        opened.read(&opened.pieces(), &calendar, &Watch).expect("a readable file");
    });
}
