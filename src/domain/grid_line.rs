//! One line of a grid file as it is written: a place or a usage point, and what feeds it.
//!
//! A file lists both in one column of ids; [`Grid`](super::Grid) tells them apart.

use std::sync::Arc;

use super::{CivilDay, Lighting, UsagePointId};

/// Level of a place in the grid, from the top down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// Substation.
    Substation,
    /// Feeder.
    Feeder,
    /// Distribution transformer.
    Transformer,
}

impl NodeKind {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Substation => "substation",
            Self::Feeder => "feeder",
            Self::Transformer => "transformer",
        }
    }
}

/// Side of a distribution transformer on which its balance meter sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeterSide {
    /// Behind the transformer (0.4 kV): its own loss is in the balance of the node above.
    Lv,
    /// Before it (6 to 35 kV): its own loss is in its own balance.
    Mv,
}

impl MeterSide {
    /// Reads the word used in files, whatever its case: `lv` or `mv`, their Russian letters, or the
    /// voltage in kV.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase().replace(',', ".");
        match text.trim_end_matches("kv").trim_end_matches("кв").trim() {
            "lv" | "нн" | "0.4" => Some(Self::Lv),
            "mv" | "сн" | "вн" | "6" | "10" | "20" | "35" => Some(Self::Mv),
            _ => None,
        }
    }
}

/// What a line of a grid file stands for, and where something sits in the grid: at a place, or at
/// a meter below all places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A place.
    Node(NodeKind),
    /// A meter.
    UsagePoint,
}

impl Level {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Node(kind) => kind.as_str(),
            Self::UsagePoint => "usage_point",
        }
    }

    /// Reads the word used in files, whatever its case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "substation" => Some(Self::Node(NodeKind::Substation)),
            "feeder" => Some(Self::Node(NodeKind::Feeder)),
            "transformer" => Some(Self::Node(NodeKind::Transformer)),
            "usage_point" | "meter" => Some(Self::UsagePoint),
            _ => None,
        }
    }
}

/// One line of the grid file.
#[derive(Debug, Clone, PartialEq)]
pub struct GridLine {
    /// Id of the place or usage point.
    pub id: Arc<str>,
    /// Its level.
    pub level: Level,
    /// Id of what feeds it; `None` at the top.
    pub parent: Option<Arc<str>>,
    /// Usage point id of the meter that measures what flows in.
    pub balance_meter: Option<UsagePointId>,
    /// On which side of a transformer that meter sits; `None` = not known.
    pub meter_side: Option<MeterSide>,
    /// Rated power, kVA.
    pub rated_kva: Option<f64>,
    /// Declared street lighting that no meter counts.
    pub lighting: Option<Lighting>,
    /// First and last day on which the line holds; `None` = without end.
    pub valid: (Option<CivilDay>, Option<CivilDay>),
    /// Row in the grid file, for messages.
    pub row: u64,
}

impl GridLine {
    /// A line that always holds, without balance meter, rating or lighting.
    #[must_use]
    pub fn new(id: Arc<str>, level: Level, parent: Option<Arc<str>>, row: u64) -> Self {
        Self {
            id,
            level,
            parent,
            balance_meter: None,
            meter_side: None,
            rated_kva: None,
            lighting: None,
            valid: (None, None),
            row,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_of_a_meter_is_told_by_a_word_or_by_its_voltage() {
        let sides = ["lv", "MV", "НН", "0,4 кВ", "10 kV", "?"].map(MeterSide::parse);
        let (lv, mv) = (Some(MeterSide::Lv), Some(MeterSide::Mv));
        assert_eq!(sides, [lv, mv, lv, lv, mv, None]);
    }
}
