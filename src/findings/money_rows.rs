//! The steps by which each amount of money was come to.

use crate::domain::{CivilDay, Fact};

use super::usage_point_rows::FindingKind;

/// Which of the two amounts a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MoneyPart {
    /// How much energy is counted.
    Quantity,
    /// Energy not paid, or paid at the wrong tariff.
    Energy,
    /// Digital-mining fee.
    Fee,
}

impl MoneyPart {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quantity => "quantity",
            Self::Energy => "energy",
            Self::Fee => "fee",
        }
    }
}

/// What a step of the derivation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MoneyStep {
    /// The energy of the load over the days it ran.
    Hidden,
    /// What of it lies before the look-back and is left out; negative.
    LookBack,
    /// What of it the licence allows and is left out; negative.
    Licensed,
    /// What the energy costs at the class that is lawful for mining.
    Lawful,
    /// What was paid for it at the customer's own class; negative.
    Paid,
    /// What energy that the meter did not show costs at the customer's own class, on top of what it
    /// did.
    Unrecorded,
    /// What energy that no meter saw costs at the class that is lawful for mining.
    Unmetered,
    /// The customer paid more than the lawful price: set to nothing to recover.
    NothingLost,
    /// Digital-mining fee.
    Fee,
    /// No price is known for these days: left out.
    NoPrice,
}

impl MoneyStep {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::LookBack => "look_back",
            Self::Licensed => "licensed",
            Self::Lawful => "lawful",
            Self::Paid => "paid",
            Self::Unrecorded => "unrecorded",
            Self::Unmetered => "unmetered",
            Self::NothingLost => "nothing_lost",
            Self::Fee => "fee",
            Self::NoPrice => "no_price",
        }
    }
}

/// A line of `money.csv`: one step of the derivation of an amount. The amounts of a part of one id
/// add up to its amount in the list; `kwh · price · (1 + tax_share) = amount`.
#[derive(Debug, Clone, PartialEq)]
pub struct MoneyRow {
    /// `usage_point` or `node`.
    pub level: &'static str,
    /// The usage point or node.
    pub id: String,
    /// What is claimed of it; `None` for a node.
    pub finding: Option<FindingKind>,
    /// Place in the derivation, from 1.
    pub step: u64,
    /// Amount that it belongs to.
    pub part: MoneyPart,
    /// What the step does.
    pub what: MoneyStep,
    /// First day.
    pub from: CivilDay,
    /// Last day.
    pub to: CivilDay,
    /// Energy, kWh; negative where it is taken off.
    pub kwh: f64,
    /// Price per kWh before tax.
    pub price_per_kwh: Option<f64>,
    /// Tax on top, as a share.
    pub tax_share: Option<f64>,
    /// Amount; negative where it is taken off.
    pub amount: Option<f64>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Tariff class whose price it is.
    pub tariff_class: Option<String>,
    /// The rule in words: step, zone, setting.
    pub detail: Fact,
}
