//! Kills, interrupts and rivals at random moments.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Outcome;
use super::ground::{Chance, Ground, ended, is_whole, lasts, run};

fn tries(long: bool, short: usize, many: usize) -> std::ops::Range<usize> {
    0..if long { many } else { short }
}

/// What must hold after any end of a scan over an older result: a whole result is in place.
fn whole_in_place(out: &Path, after: &str) -> Outcome {
    if is_whole(out) { Ok(()) } else { Err(format!("{after}: no whole result in {}", out.display())) }
}

/// A scan that is let alone comes to its end, and nothing half-written stays.
fn ends_well(ground: &Ground, out: &Path) -> Outcome {
    let ended = run(ground.scan(out));
    if ended.code != Some(0) || !is_whole(out) {
        return Err(format!("the next scan ends with {:?}: {}", ended.code, ended.err));
    }
    match ground.stages().into_iter().find(|(_, is_whole)| !is_whole) {
        Some((stage, _)) => Err(format!("{} stays behind", stage.display())),
        None => Ok(()),
    }
}

fn killed(ground: &Ground, out: &Path, moment: std::time::Duration) {
    let mut child = ground.scan(out).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(moment);
    let _ = child.kill();
    let _ = child.wait();
}

pub(crate) fn over_an_older_result(ground: &Ground, long: bool) -> Vec<Outcome> {
    let (lasts, mut chance) = (lasts(ground), Chance(1));
    let out = ground.result("out");
    let mut outcomes: Vec<Outcome> = tries(long, 20, 300)
        .map(|_| {
            let moment = chance.moment(lasts);
            killed(ground, &out, moment);
            whole_in_place(&out, &format!("killed after {moment:?}"))
        })
        .collect();
    outcomes.push(ends_well(ground, &out));
    outcomes
}

pub(crate) fn into_an_empty_place(ground: &Ground, long: bool) -> Vec<Outcome> {
    let (lasts, mut chance) = (lasts(ground), Chance(2));
    tries(long, 8, 100)
        .map(|_| {
            let (out, moment) = (ground.file("out"), chance.moment(lasts));
            killed(ground, &out, moment);
            if out.exists() {
                whole_in_place(&out, &format!("killed after {moment:?}"))?;
            }
            ends_well(ground, &out)?;
            ground.sweep();
            fs::remove_dir_all(&out).unwrap();
            Ok(())
        })
        .collect()
}

pub(crate) fn two_writers(ground: &Ground, long: bool) -> Vec<Outcome> {
    let (lasts, mut chance) = (lasts(ground), Chance(3));
    let out = ground.result("out");
    tries(long, 5, 60)
        .map(|number| {
            let spawn = || ground.scan(&out).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            let (one, mut other) = (spawn(), spawn());
            let is_killed = number % 2 == 1;
            if is_killed {
                std::thread::sleep(chance.moment(lasts));
                let _ = other.kill();
            }
            // Whoever looks while they write sees a whole result.
            let mut seen = Ok(());
            let watched = std::thread::scope(|scope| {
                let one = scope.spawn(|| ended(one));
                while !one.is_finished() {
                    if seen.is_ok() && !out.join("run.toml").exists() && !out.join("run.toml").exists() {
                        seen = Err("the place stood empty for a moment".to_owned());
                    }
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
                one.join().unwrap()
            });
            let other = ended(other);
            seen?;
            if watched.code != Some(0) || (!is_killed && other.code != Some(0)) {
                return Err(format!("codes {:?} and {:?}: {}{}", watched.code, other.code, watched.err, other.err));
            }
            whole_in_place(&out, "two writers")?;
            ends_well(ground, &out)?;
            ground.sweep();
            Ok(())
        })
        .collect()
}

pub(crate) fn interrupted(ground: &Ground, long: bool) -> Vec<Outcome> {
    let (lasts, mut chance) = (lasts(ground), Chance(4));
    let out = ground.result("out");
    tries(long, 10, 100)
        .map(|number| {
            // By the file itself: two quick scans of the same readings may write the same bytes.
            let written =
                || fs::metadata(out.join("run.toml")).and_then(|file| Ok((file.modified()?, file.ino()))).unwrap();
            let before = written();
            let child = ground.scan(&out).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            std::thread::sleep(chance.moment(lasts));
            let signal = if number % 2 == 0 { "-INT" } else { "-TERM" };
            let _ = Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
            let ended = ended(child);
            ended.is_sane()?;
            whole_in_place(&out, "interrupted")?;
            let is_new = written() != before;
            match ended.code {
                // Before the program listens the system ends it, and by then nothing is written.
                Some(130) | None if !is_new => {}
                Some(0) if is_new => {}
                code => {
                    return Err(format!(
                        "code {code:?}, and the result is {}",
                        if is_new { "new" } else { "the older one" }
                    ));
                }
            }
            let left = ground.stages();
            // A stage of a run that the system ended is cleared up by the next.
            if left.is_empty() || ended.code.is_none() { Ok(()) } else { Err(format!("left behind: {left:?}")) }
        })
        .collect()
}
