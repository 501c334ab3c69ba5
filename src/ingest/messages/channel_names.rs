//! Channels and counters of messages in words.

use super::channels::{Flow, Phase, Stream};
use super::register_part::RegisterPart;

/// Characters that are shown of a word of the file.
const LONGEST_WORD: usize = 40;

/// A word of the file as it is shown.
pub(crate) fn shown(word: &str) -> String {
    word.chars().take(LONGEST_WORD).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl Stream {
    /// In words, with the name that the file has for the channel.
    pub(crate) fn words(self, name: &str) -> String {
        let flow = match self.flow {
            Flow::Import => "import",
            Flow::Export => "export",
            Flow::Net => "net energy",
        };
        let phase = self.phase.map_or_else(String::new, |phase| format!(" of phase {}", phase.name()));
        let name = if name.is_empty() { String::new() } else { format!(" `{}`", shown(name)) };
        format!("{flow}{phase}{name}")
    }
}

impl RegisterPart {
    /// In words.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Total => "counter of import".to_owned(),
            Self::Tariff(name) => format!("counter of tariff `{}`", shown(name)),
            Self::Phase(phase) => format!("counter of phase {}", phase.name()),
            Self::Net => "counter of net energy".to_owned(),
        }
    }
}

impl Phase {
    /// Its usual name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::S1 => "S1",
            Self::S2 => "S2",
        }
    }
}
