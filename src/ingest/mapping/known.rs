//! Profiles of known exports, which are part of the program.

use super::super::columns::{DATE, TIMESTAMP, plain};
use super::{Profile, ProfileError};

/// A profile that is part of the program.
#[derive(Debug)]
pub struct KnownProfile {
    /// Its name on the command line.
    pub name: &'static str,
    text: &'static str,
}

/// Every known profile, tried in order when none is named.
pub const PROFILES: &[KnownProfile] = &[
    KnownProfile { name: "lcl", text: include_str!("profiles/lcl.toml") },
    KnownProfile { name: "lcl-hhblock", text: include_str!("profiles/lcl-hhblock.toml") },
    KnownProfile { name: "cer", text: include_str!("profiles/cer.toml") },
    KnownProfile { name: "sgcc", text: include_str!("profiles/sgcc.toml") },
    KnownProfile { name: "uci-load", text: include_str!("profiles/uci-load.toml") },
    KnownProfile { name: "esb-hdf", text: include_str!("profiles/esb-hdf.toml") },
    KnownProfile { name: "profile-tsv", text: include_str!("profiles/profile-tsv.toml") },
    KnownProfile { name: "pyramid2-zones", text: include_str!("profiles/pyramid2-zones.toml") },
    KnownProfile { name: "pyramid2-tariffs", text: include_str!("profiles/pyramid2-tariffs.toml") },
    KnownProfile { name: "pyramid2-current", text: include_str!("profiles/pyramid2-current.toml") },
    KnownProfile { name: "pyramid2-building", text: include_str!("profiles/pyramid2-building.toml") },
    KnownProfile { name: "matritca-sims", text: include_str!("profiles/matritca-sims.toml") },
    KnownProfile { name: "appendix9", text: include_str!("profiles/appendix9.toml") },
    KnownProfile { name: "period-readings", text: include_str!("profiles/period-readings.toml") },
    KnownProfile { name: "power-profile", text: include_str!("profiles/power-profile.toml") },
];

impl KnownProfile {
    /// The profile.
    ///
    /// # Errors
    /// When its text is no profile, which a test rules out.
    pub fn profile(&self) -> Result<Profile, ProfileError> {
        Profile::parse(self.name, self.text)
    }
}

/// The known export whose signature stands in one row, or in two rows one below the other; `None`
/// when there is none.
pub(in crate::ingest) fn recognised(rows: &[Vec<String>]) -> Option<Profile> {
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
    let is_of_one_day = |profile: &Profile| {
        let columns = &profile.columns;
        profile.layout == Some(super::Layout::Register)
            && columns.date.is_empty()
            && columns.timestamp.is_empty()
            && columns.period_begin.is_empty()
    };
    PROFILES.iter().filter_map(|known| known.profile().ok()).find(|profile| {
        // Labels of a transposed table stand below one another.
        let height =
            if profile.layout == Some(super::Layout::Transposed) { 4 } else { profile.header_rows.unwrap_or(1).max(1) };
        (0..plain_rows.len()).any(|first| {
            let rows = &plain_rows[first..(first + height).min(plain_rows.len())];
            holds(&profile.signature, rows) && !(is_of_one_day(profile) && names_days(rows))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_profile_is_valid_and_says_what_it_is_for() {
        for known in PROFILES {
            let profile = known.profile().unwrap();
            assert_eq!(profile.name, known.name);
            assert!(!profile.about.is_empty(), "{}", known.name);
        }
    }
}
