//! What runs that were ended left behind: a whole result comes into its place where that is free
//! and is told of where it is not; all else is removed. A stage that a live run holds is left
//! alone, and so is anything that no run of ours writes.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::Path;

use super::place::Standing;
use super::said::{digest_of, names, remove};
use super::stage::{LOCK, REPLACED, REPLACES, RESULT, clear_stage, hold, prefix};
use super::{Place, PlaceError, Said, operation};

/// Letters that follow the prefix of a stage.
const LETTERS: usize = 6;

/// Clears up beside what is called `name` in `parent`; `place` says where a whole result may go.
/// Returns what there is to say.
pub(super) fn clear(parent: &Path, name: &OsStr, place: Option<&Place>) -> Result<Vec<String>, PlaceError> {
    let _held = hold(parent);
    let prefix = prefix(name);
    let mut words = Vec::new();
    for entry in names(parent).map_err(PlaceError::io(parent))? {
        let Some(letters) = entry.strip_prefix(&prefix) else { continue };
        let stage = parent.join(&entry);
        let is_stage = letters.len() == LETTERS && letters.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_stage || !fs::symlink_metadata(&stage).is_ok_and(|metadata| metadata.is_dir()) {
            continue;
        }
        let lock = File::options().read(true).write(true).open(stage.join(LOCK));
        if lock.as_ref().is_ok_and(|lock| lock.try_lock().is_err()) {
            continue;
        }
        words.extend(clear_one(&stage, place));
    }
    Ok(words)
}

fn clear_one(stage: &Path, place: Option<&Place>) -> Vec<String> {
    let mut words = Vec::new();
    for part in [RESULT, REPLACED] {
        let folder = stage.join(part);
        if !folder.is_dir() {
            continue;
        }
        let said = Said::of(&folder).filter(|said| match part {
            // Of a result without a list nobody can tell whether it is whole.
            REPLACED => said.is_whole(&folder) || !said.has_list(),
            _ => said.is_whole(&folder) && !is_replaced(stage, &folder, said),
        });
        let is_free =
            place.is_some_and(|place| matches!(place.standing(), Ok(Standing::Nothing | Standing::EmptyFolder)));
        match (said, place) {
            (Some(said), Some(place)) if is_free && said.kind == place.kind => match put_back(&folder, place) {
                Ok(()) => {
                    words.push(format!(
                        "`{}` was missing: a run was ended before it came into place; it is there now",
                        place.given().display()
                    ));
                }
                Err(error) => words.push(format!(
                    "`{}` holds the result that is missing; it could not be put into \
                    place: {error}",
                    folder.display()
                )),
            },
            // A result that was moved out of the way is not needed once another is in place.
            (Some(said), _) if part == RESULT => words.push(format!(
                "`{}` holds a finished {} of a run that was ended before it came into place; move it where you want \
                 it, or delete `{}`",
                folder.display(),
                said.kind.word,
                stage.display()
            )),
            (Some(_), _) if !is_taken(place) => words.push(format!(
                "`{}` holds an older result; move it where you want \
                it",
                folder.display()
            )),
            _ if remove(&folder).is_err() => {
                words.push(format!(
                    "`{}` was left behind by a run that was ended and cannot be removed",
                    folder.display()
                ));
            }
            _ => {}
        }
    }
    if !stage.join(RESULT).exists() && !stage.join(REPLACED).exists() {
        clear_stage(stage);
        if words.is_empty() {
            let is_gone = fs::symlink_metadata(stage).is_err();
            let fate = if is_gone { "is removed" } else { "holds something else and is left alone" };
            words.push(format!("`{}`, left behind by a run that was ended, {fate}", stage.display()));
        }
    }
    words
}

fn is_taken(place: Option<&Place>) -> bool {
    place.is_some_and(|place| matches!(place.standing(), Ok(Standing::Result)))
}

fn put_back(folder: &Path, place: &Place) -> std::io::Result<()> {
    operation::rename(folder, &place.real)?;
    operation::sync(&place.parent)
}

/// Whether a whole result in a stage is the one that was replaced, exchanged there.
fn is_replaced(stage: &Path, folder: &Path, said: &Said) -> bool {
    let noted = fs::read_to_string(stage.join(REPLACES)).ok();
    noted.is_some() && noted == digest_of(&folder.join(said.kind.mark)).ok()
}
