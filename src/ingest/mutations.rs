//! Files that are nearly right: samples changed by bytes, lines, cells and pieces of one another
//! must never end in a panic, take long, or hold much memory. Seeded; `DARKLOAD_MUTATE` gives the
//! seconds of a long run and `DARKLOAD_MUTATE_SEEDS` a folder of more samples.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::bytes::caps::Caps;
use super::format::Source;
use super::formats::FORMATS;
use super::kept::Kept;
use crate::domain::{Calendar, FileIx};

/// Largest sample that is changed, bytes.
const MOST: u64 = 64 << 10;

fn samples() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> =
        ["fuzz/seeds", "samples/head_end_csv", "tests/workbooks"].iter().map(|folder| root.join(folder)).collect();
    folders.extend(std::env::var_os("DARKLOAD_MUTATE_SEEDS").map(PathBuf::from));
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if entry.metadata().is_ok_and(|file| file.len() <= MOST) {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                found.extend(std::fs::read(&path).ok().map(|bytes| (name, bytes)));
            }
        }
    }
    found.sort();
    found
}

/// One change of a text or of bytes.
fn changed(bytes: &[u8], other: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut new = bytes.to_vec();
    let place = random.random_range(0..=new.len());
    match random.random_range(0..9) {
        0 if !new.is_empty() => new[place.min(bytes.len() - 1)] = random.random(),
        1 => new.truncate(place),
        2 => {
            let from = random.random_range(0..=other.len());
            new.splice(place..place, other[from..other.len().min(from + 200)].iter().copied());
        }
        3..=7 => return changed_lines(bytes, other, random),
        _ => {
            let words: [&[u8]; 12] = [
                b"9999999999999999",
                b"-",
                b";",
                b"\"",
                b"24:00",
                b"2025-03-30 02:30",
                b"\0",
                b"\xff",
                b"1e308",
                b"{",
                b"<",
                b"\n",
            ];
            if let Some(word) = words.choose(random) {
                new.splice(place..place, word.iter().copied());
            }
        }
    }
    new
}

/// A line doubled, left out, put elsewhere, or a column left out, doubled or taken from another
/// place.
fn changed_lines(bytes: &[u8], other: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let line = random.random_range(0..lines.len());
    let mark = *b";,\t|".choose(random).unwrap_or(&b';');
    let cells = |line: &[u8]| line.split(|byte| *byte == mark).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (one, two) = (random.random_range(0..8_usize), random.random_range(0..8_usize));
    match random.random_range(0..6) {
        0 => lines.insert(line, lines[line].clone()),
        1 => drop(lines.remove(line)),
        2 => {
            let to = random.random_range(0..lines.len());
            lines.swap(line, to);
        }
        3 => {
            let others: Vec<&[u8]> = other.split(|byte| *byte == b'\n').collect();
            lines.insert(line, others.choose(random).unwrap_or(&&b""[..]).to_vec());
        }
        kind => {
            for line in &mut lines {
                let mut row = cells(line);
                match kind {
                    4 if one < row.len() => drop(row.remove(one)),
                    _ if one < row.len() && two < row.len() => row.swap(one, two),
                    _ => continue,
                }
                *line = row.join(&mark);
            }
        }
    }
    lines.join(&b'\n')
}

fn read(name: &str, bytes: &[u8], calendar: &Calendar) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let caps = Caps { record_bytes: 1 << 16, rejects: 100, unpacked_bytes: 8 << 20, ..Caps::default() };
    let head = &bytes[..bytes.len().min(8192)];
    let Some(format) = FORMATS.iter().find(|format| format.recognises(head)) else { return };
    let Ok(file) = format.open(&Source { path: &path, ix: FileIx(0), caps }) else { return };
    let kept = Kept::default();
    for piece in 0..file.pieces() {
        let _ = file.id_runs(piece);
        let _ = file.read(piece, calendar, &kept);
    }
    file.close(&kept);
    assert!(kept.readings().iter().all(|reading| !reading.2.is_infinite()), "{name}");
}

#[test]
fn files_that_are_nearly_right_are_read_or_refused() {
    let seconds: u64 = std::env::var("DARKLOAD_MUTATE").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let end = Instant::now() + Duration::from_secs(seconds);
    let samples = samples();
    assert!(samples.len() > 20);
    let mut random = ChaCha8Rng::seed_from_u64(20);
    let calendar = Calendar::new(Some("Europe/Berlin")).unwrap();
    let (mut count, mut slowest) = (0_u64, Duration::ZERO);
    while count < 400 || Instant::now() < end {
        let Some((name, sample)) = samples.choose(&mut random) else { break };
        let mut bytes = sample.clone();
        for _ in 0..random.random_range(1..5) {
            let other = samples.choose(&mut random).map_or(&[][..], |other| &other.1);
            bytes = changed(&bytes, other, &mut random);
        }
        let start = Instant::now();
        let done = std::panic::catch_unwind(|| read(name, &bytes, &calendar));
        if done.is_err() || start.elapsed() > Duration::from_secs(120) {
            let kept = std::env::temp_dir().join(format!("mutation-{count}-{name}"));
            std::fs::write(&kept, &bytes).unwrap();
            panic!("{} after {count} files, {:?}", kept.display(), start.elapsed());
        }
        slowest = slowest.max(start.elapsed());
        count += 1;
    }
    println!("{count} files, the slowest in {slowest:?}");
}
