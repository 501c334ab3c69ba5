//! Files of results and of archives among files of readings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::disk::{self, PlaceError, Said};

use super::find::InputFile;

/// Parts files of results and archives, which a folder of readings may hold, from the others. One
/// that the user named and that lies in the result folder is refused: it would be deleted.
///
/// # Errors
/// For such a file, by its name.
pub fn without_results(found: Vec<InputFile>, out: &Path) -> Result<(Vec<InputFile>, Vec<InputFile>), PlaceError> {
    let mut said: BTreeMap<PathBuf, (bool, Option<Said>)> = BTreeMap::new();
    let mut is_result = |file: &InputFile| {
        let (Some(folder), Some(name)) = (file.path.parent(), file.path.file_name()) else { return false };
        let ask = || (disk::is_archive(folder), Said::of(folder).filter(|said| said.kind != &disk::SIMULATED));
        let (is_archive, said) = said.entry(folder.to_path_buf()).or_insert_with(ask);
        *is_archive || said.as_ref().is_some_and(|said| said.lists(&name.to_string_lossy()))
    };
    // Of a folder with thousands of files every file lies in the result folder or none.
    let mut inside: BTreeMap<PathBuf, bool> = BTreeMap::new();
    let (mut results, mut files) = (Vec::new(), Vec::new());
    for file in found {
        let folder = file.path.parent().unwrap_or(Path::new("")).to_path_buf();
        let lies_in = if file.path.is_symlink() {
            disk::lies_in(&file.path, out)
        } else {
            *inside.entry(folder).or_insert_with_key(|folder| disk::lies_in(folder, out))
        };
        if lies_in && file.named {
            return Err(PlaceError::Read { read: file.path, path: out.to_path_buf() });
        }
        if lies_in || (!file.named && is_result(&file)) { results.push(file) } else { files.push(file) }
    }
    Ok((results, files))
}
