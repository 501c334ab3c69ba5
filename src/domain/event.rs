//! Events of the grid and around it that every load below them answers to.

use super::{NodeId, Timestamp};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// No supply.
    Outage,
    /// No internet.
    InternetOutage,
    /// Supply shut off as announced.
    ShutOff,
    /// Hours of a high price.
    Price,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Outage, Self::InternetOutage, Self::ShutOff, Self::Price];

    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::InternetOutage => "internet_outage",
            Self::ShutOff => "shut_off",
            Self::Price => "price",
        }
    }

    /// Reads the word of a file; `None` where it is not known.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase().replace([' ', '-'], "_");
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GridEvent {
    /// When it began.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// What it was.
    pub kind: EventKind,
    /// The node below which it was; `None` = everywhere.
    pub node: Option<NodeId>,
}
