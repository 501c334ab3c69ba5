//! What a name that a fact carries is the name of: pseudonyms replace each kind by one of its own.

use serde::{Deserialize, Serialize};

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// A meter.
    UsagePoint,
    /// A building or flat.
    Address,
    /// A licence.
    Licence,
    /// A person or company.
    Owner,
    /// A file that was read, by its path.
    File,
    /// Words of a file that may hold any of them.
    Words,
    /// A place in the grid.
    Node,
}

impl NameKind {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UsagePoint => "usage_point",
            Self::Address => "address",
            Self::Licence => "licence",
            Self::Owner => "owner",
            Self::File => "file",
            Self::Words => "words",
            Self::Node => "node",
        }
    }
}
