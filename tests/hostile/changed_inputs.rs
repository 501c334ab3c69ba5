//! Inputs that change while they are read: the run names the file and ends with code 3, or its
//! result is that of one state of the file, the one whose digest it gives.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use super::Outcome;
use super::ground::{Chance, Ground, ended, lasts, run};

/// A way to change a file.
type Change = fn(&Path);

const CHANGES: &[(&str, Change)] = &[
    ("appended to", |path| {
        let text = fs::read_to_string(path).unwrap();
        let more: Vec<&str> = text.split_inclusive('\n').skip(1).take(200).collect();
        fs::File::options().append(true).open(path).unwrap().write_all(more.concat().as_bytes()).unwrap();
    }),
    ("written over in place", |path| {
        let text = fs::read_to_string(path).unwrap().replace(",0.1", ",9.1");
        fs::File::options().write(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    }),
    ("cut off", |path| {
        fs::File::options().write(true).open(path).unwrap().set_len(fs::metadata(path).unwrap().len() * 2 / 3).unwrap();
    }),
    ("replaced", |path| {
        let other = path.with_extension("new");
        fs::write(&other, fs::read_to_string(path).unwrap().replace(",0.2", ",7.2")).unwrap();
        fs::rename(other, path).unwrap();
    }),
    ("removed", |path| fs::remove_file(path).unwrap()),
];

/// What a result says that was made from the file's present bytes.
fn findings(out: &Path) -> BTreeMap<&'static str, Vec<u8>> {
    ["suspects.csv", "scores.parquet", "faults.csv", "cleared.csv"]
        .into_iter()
        .map(|name| (name, fs::read(out.join(name)).unwrap_or_default()))
        .collect()
}

fn digest(out: &Path) -> String {
    let text = fs::read_to_string(out.join("run.toml")).unwrap();
    let record: toml::Table = toml::from_str(&text).unwrap();
    let readings =
        record["inputs"].as_array().unwrap().iter().find(|input| input["role"].as_str() == Some("readings")).unwrap();
    readings["sha256"].as_str().unwrap().to_owned()
}

pub(crate) fn at_a_random_moment(_: &Ground, long: bool) -> Vec<Outcome> {
    let ground = &Ground::with_findings();
    let (lasts, mut chance) = (lasts(ground), Chance(5));
    let readings = ground.readings();
    let original = fs::read(&readings).unwrap();
    let out = ground.file("out");
    // What a scan says of each state of the file, by the state's digest.
    let mut of_state = BTreeMap::new();
    for change in [None].into_iter().chain(CHANGES.iter().map(Some)) {
        fs::write(&readings, &original).unwrap();
        change.inspect(|(_, change)| change(&readings));
        if run(ground.scan(&out)).code == Some(0) {
            of_state.insert(digest(&out), findings(&out));
        }
    }
    (0..if long { 200 } else { 10 })
        .map(|number| {
            fs::remove_file(&readings).ok();
            fs::write(&readings, &original).unwrap();
            let (name, change) = CHANGES[number % CHANGES.len()];
            let child = ground.scan(&out).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            let moment = chance.moment(lasts);
            std::thread::sleep(moment);
            change(&readings);
            let ended = ended(child);
            ended.is_sane()?;
            let words = format!("{name} after {moment:?}");
            match ended.code {
                Some(0) if of_state.get(&digest(&out)) == Some(&findings(&out)) => Ok(()),
                Some(0) => Err(format!("{words}: the result is that of no state of the file")),
                Some(3) if ended.err.contains("readings.csv") => Ok(()),
                code => Err(format!("{words}: code {code:?}: {}", ended.err)),
            }
        })
        .collect()
}
