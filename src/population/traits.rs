//! What is read off every profile when it is made, so that peers are known before profiles are gone
//! through.

use crate::digest::UsageProfile;

use super::{Habits, PeerValues, Rise};

/// What a usage point adds to the population.
#[derive(Debug, Clone, Copy)]
pub struct Traits {
    /// What it adds to its peers' baseline.
    pub peer_values: PeerValues,
    /// When in the day and week it uses energy.
    pub habits: Habits,
    /// Its lasting rise, where it has one.
    pub rise: Option<Rise>,
}

impl Traits {
    /// The traits of a profile.
    #[must_use]
    pub fn of(profile: &UsageProfile) -> Self {
        Self { peer_values: PeerValues::of(profile), habits: Habits::of(profile), rise: Rise::of(profile) }
    }
}
