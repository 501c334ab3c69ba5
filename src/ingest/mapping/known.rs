//! Mappings of known exports, which are part of the program.

use std::path::Path;

use super::keys::{Mapping, MappingError};
use crate::ingest::text::columns::{DATE, TIMESTAMP, plain};

/// A mapping that is part of the program.
#[derive(Debug)]
pub struct KnownMapping {
    /// Its name on the command line.
    pub name: &'static str,
    text: &'static str,
}

/// Every known mapping, tried in order when none is named.
pub const MAPPINGS: &[KnownMapping] = &[
    KnownMapping { name: "lcl", text: include_str!("profiles/lcl.toml") },
    KnownMapping { name: "lcl-hhblock", text: include_str!("profiles/lcl-hhblock.toml") },
    KnownMapping { name: "cer", text: include_str!("profiles/cer.toml") },
    KnownMapping { name: "sgcc", text: include_str!("profiles/sgcc.toml") },
    KnownMapping { name: "uci-load", text: include_str!("profiles/uci-load.toml") },
    KnownMapping { name: "esb-hdf", text: include_str!("profiles/esb-hdf.toml") },
    KnownMapping { name: "profile-tsv", text: include_str!("profiles/profile-tsv.toml") },
    KnownMapping { name: "pyramid2-zones", text: include_str!("profiles/pyramid2-zones.toml") },
    KnownMapping { name: "pyramid2-tariffs", text: include_str!("profiles/pyramid2-tariffs.toml") },
    KnownMapping { name: "pyramid2-current", text: include_str!("profiles/pyramid2-current.toml") },
    KnownMapping { name: "pyramid2-building", text: include_str!("profiles/pyramid2-building.toml") },
    KnownMapping { name: "matritca-sims", text: include_str!("profiles/matritca-sims.toml") },
    KnownMapping { name: "appendix9", text: include_str!("profiles/appendix9.toml") },
    KnownMapping { name: "period-readings", text: include_str!("profiles/period-readings.toml") },
    KnownMapping { name: "power-profile", text: include_str!("profiles/power-profile.toml") },
];

impl KnownMapping {
    /// The mapping.
    ///
    /// # Errors
    /// When its text is no mapping, which a test rules out.
    pub fn mapping(&self) -> Result<Mapping, MappingError> {
        Mapping::parse(self.name, self.text)
    }
}

impl Mapping {
    /// The mapping of a known export, or the one in a file.
    ///
    /// # Errors
    /// When there is neither, or the file is no mapping.
    pub fn named(given: &str) -> Result<Self, MappingError> {
        if let Some(known) = MAPPINGS.iter().find(|known| known.name == given) {
            return known.mapping();
        }
        let path = Path::new(given);
        if !path.is_file() {
            let known = MAPPINGS.iter().map(|known| known.name).collect::<Vec<_>>().join(", ");
            return Err(MappingError::Unknown { given: given.to_owned(), known });
        }
        let text =
            std::fs::read_to_string(path).map_err(|source| MappingError::Io { path: path.to_path_buf(), source })?;
        Self::parse(given, &text)
    }
}

/// The known export whose signature stands in one row, or in two rows one below the other; `None`
/// when there is none.
pub(crate) fn recognised(rows: &[Vec<String>]) -> Option<Mapping> {
    let plain_rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| plain(cell)).collect()).collect();
    let holds = |signature: &[String], rows: &[Vec<String>]| {
        !signature.is_empty()
            && signature.iter().map(|name| plain(name)).all(|name| rows.iter().flatten().any(|cell| *cell == name))
    };
    // An export of the counters of a day that it does not name is another one where some column
    // names days.
    let names_days = |rows: &[Vec<String>]| {
        rows.iter().flatten().any(|cell| TIMESTAMP.iter().chain(DATE).any(|name| plain(name) == *cell))
    };
    let is_of_one_day = |mapping: &Mapping| {
        let columns = &mapping.columns;
        mapping.layout == Some(super::keys::Layout::Register)
            && columns.date.is_empty()
            && columns.timestamp.is_empty()
            && columns.period_begin.is_empty()
    };
    MAPPINGS.iter().filter_map(|known| known.mapping().ok()).find(|mapping| {
        // Labels of a transposed table stand below one another.
        let height = if mapping.layout == Some(super::keys::Layout::Transposed) {
            4
        } else {
            mapping.header_rows.unwrap_or(1).max(1)
        };
        (0..plain_rows.len()).any(|first| {
            let rows = &plain_rows[first..(first + height).min(plain_rows.len())];
            holds(&mapping.signature, rows) && !(is_of_one_day(mapping) && names_days(rows))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_profile_is_valid_and_says_what_it_is_for() {
        for known in MAPPINGS {
            let mapping = known.mapping().unwrap();
            assert_eq!(mapping.name, known.name);
            assert!(!mapping.about.is_empty(), "{}", known.name);
        }
    }
}
