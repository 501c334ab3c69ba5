//! What inspectors found: outcomes of visits, as the utility writes them down.

use super::{CivilDay, NodeId, UsagePointId};

/// Where a visit went.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visited {
    /// To one meter.
    UsagePoint(UsagePointId),
    /// To a place in the grid.
    Node(NodeId),
}

/// What a visit found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// A mining farm.
    Farm,
    /// Energy taken in another way: a bypass, a tap, a meter that was tampered with.
    Theft,
    /// Something lawful that explains the load.
    OtherCause,
    /// Nothing that explains it.
    Nothing,
    /// Nobody could go in.
    NoAccess,
}

/// Words of outcomes, in English, Russian and Kazakh; the first of each is the word in files.
const WORDS: [(Outcome, &[&str]); 5] = [
    (Outcome::Farm, &["farm", "mining", "mining farm", "ферма", "майнинг", "майнинговая ферма", "майнинг фермасы"]),
    (
        Outcome::Theft,
        &["theft", "bypass", "tamper", "хищение", "безучётное потребление", "бездоговорное потребление", "ұрлық"],
    ),
    (
        Outcome::OtherCause,
        &["other_cause", "other cause", "lawful", "другая причина", "законная нагрузка", "басқа себеп"],
    ),
    (
        Outcome::Nothing,
        &["nothing", "nothing found", "clean", "нарушений нет", "нарушений не выявлено", "ничего", "бұзушылық жоқ"],
    ),
    (
        Outcome::NoAccess,
        &["no_access", "no access", "refused", "нет доступа", "не допущен", "недопуск", "кіруге рұқсат жоқ"],
    ),
];

impl Outcome {
    /// Reads the word of a file; `None` where it is not known.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(outcome, _)| *outcome)
    }

    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Farm => "farm",
            Self::Theft => "theft",
            Self::OtherCause => "other_cause",
            Self::Nothing => "nothing",
            Self::NoAccess => "no_access",
        }
    }

    /// Whether energy was taken there.
    #[must_use]
    pub fn is_found(self) -> bool {
        matches!(self, Self::Farm | Self::Theft)
    }

    /// Whether the visit says anything of the place: it does not where nobody could go in.
    #[must_use]
    pub fn is_told(self) -> bool {
        self != Self::NoAccess
    }
}

/// One visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// Where.
    pub visited: Visited,
    /// When.
    pub day: CivilDay,
    /// What was found.
    pub outcome: Outcome,
    /// Power that was found, kW.
    pub kw: Option<f64>,
    /// The lawful cause in the inspector's words.
    pub cause: Option<String>,
    /// His note.
    pub note: Option<String>,
    /// Row in its file.
    pub row: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_known_by_its_own_word_and_in_three_languages() {
        for (outcome, words) in WORDS {
            assert_eq!(words[0], outcome.as_str());
            assert!(words.iter().all(|word| Outcome::parse(&word.to_uppercase()) == Some(outcome)));
        }
        assert_eq!(Outcome::parse("guilty"), None);
    }
}
