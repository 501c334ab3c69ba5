//! One usage point of a synthetic utility: what it is, what is planted there, and what is read of
//! it.

use super::business::BusinessKind;
use super::farm::FarmKind;
use super::look_alike::LookAlike;
use super::tamper::Tamper;
use crate::domain::Timestamp;

/// Contracted powers that utilities offer, kW.
const CONTRACT_STEPS_KW: [f64; 27] = [
    3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 320.0,
    400.0, 500.0, 630.0, 800.0, 1000.0, 1250.0, 1600.0, 2000.0, 2500.0,
];

/// What uses electricity lawfully at a usage point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Base {
    /// A home.
    Home {
        /// Registered persons.
        persons: u32,
        /// Heated by electricity.
        electric: bool,
    },
    /// A business of this kind; its own random stream decides the rest.
    Business(BusinessKind),
    /// A lawful look-alike with its rated power, kW.
    LookAlike(LookAlike, f64),
    /// Lights and a guard at a mining site, kW.
    Site(f64),
}

/// A farm behind a meter, or partly past it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PlantedFarm {
    /// Kind written to `truth.csv`.
    pub(super) truth_kind: &'static str,
    /// How it runs.
    pub(super) kind: FarmKind,
    /// Power aimed at, kW.
    pub(super) target_kw: f64,
    /// First instant; `None` = from the first interval.
    pub(super) onset: Option<Timestamp>,
    /// Nothing runs from this instant on; `None` = it runs to the end.
    pub(super) until: Option<Timestamp>,
    /// Share that goes past the meter.
    pub(super) unmetered: f64,
    /// Share of the other load that goes past the meter with it, from the first instant on.
    pub(super) moved: f64,
    /// Usage points of one group share onset and random stream of pauses; the id of the first.
    pub(super) group: Option<u32>,
}

/// A fault of the data that can be taken for a farm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DataFault {
    /// One value over and over.
    Stuck,
    /// Daily totals spread evenly over the day.
    FlatFilled,
    /// Values times a wrong meter ratio from some day on.
    Multiplier,
}

/// A plain fault of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Untidy {
    /// Missing intervals.
    Gaps,
    /// Rows written twice, some with another value.
    Duplicates,
    /// Single absurd values.
    Spikes,
    /// Solar panels: energy flows out at noon.
    Export,
}

/// What is planted at a usage point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Planted {
    /// Nothing.
    Nothing,
    /// A hidden farm.
    Farm(PlantedFarm),
    /// A farm with a licence for so many kW; `exceeded` when it draws more.
    Licensed {
        /// The farm.
        farm: PlantedFarm,
        /// Licensed power, kW.
        licensed_kw: f64,
        /// It draws more than the licence allows.
        exceeded: bool,
    },
    /// A meter that has been tampered with.
    Tampered(Tamper),
    /// A fault of the data that looks like a farm.
    Fault(DataFault),
    /// A plain fault of the data.
    Untidy(Untidy),
}

/// What is read of a usage point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadBy {
    /// Its intervals.
    Intervals,
    /// Its register only.
    Register,
    /// Nothing.
    Nobody,
}

/// One usage point of the plan.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    /// Number, from which id and random streams follow.
    pub(super) number: u32,
    pub(super) base: Base,
    pub(super) planted: Planted,
    pub(super) contracted_kw: f64,
    /// Number of the building within its transformer, and flat within it; flat 0 = the building is
    /// one usage point.
    pub(super) building: u32,
    pub(super) flat: u32,
    /// Number of the owner; split accounts may share one.
    pub(super) owner: u32,
    /// Base intervals that one reading covers.
    pub(super) every: usize,
    /// What is read of it.
    pub(super) read: ReadBy,
    /// Present in the grid file.
    pub(super) linked: bool,
    /// The contract is in use.
    pub(super) active: bool,
}

impl Member {
    /// Id of the usage point.
    pub(super) fn id(&self) -> String {
        format!("UP{:06}", self.number)
    }
}

/// The smallest offered contract that covers `kw`.
pub(super) fn contract_for(kw: f64) -> f64 {
    CONTRACT_STEPS_KW.iter().copied().find(|&step| step >= kw).unwrap_or(kw)
}
