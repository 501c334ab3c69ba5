//! What the utility knows of a customer besides the readings.

/// Whether the contract is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CustomerStatus {
    /// In use, also when the file does not say.
    #[default]
    Active,
    /// Disconnected or vacant: load here is a mismatch of its own.
    Inactive,
}

/// How the premises are heated, as far as the utility knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Heating {
    /// The file does not say.
    #[default]
    Unknown,
    /// No heating on this meter.
    None,
    /// Electric heating.
    Electric,
    /// Gas, district heat or solid fuel.
    Other,
}

/// One line of the customer file. Fields that the file leaves empty are `None`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Customer {
    /// Address of the building or flat, as written.
    pub address: Option<String>,
    /// City or settlement.
    pub city: Option<String>,
    /// The utility's tariff class, such as `household`, `business`, `budget`, `street_lighting`.
    pub tariff_class: Option<String>,
    /// Contracted power, kW; always positive when present.
    pub contracted_kw: Option<f64>,
    /// Contract in use or not.
    pub status: CustomerStatus,
    /// Heating of the premises.
    pub heating: Heating,
    /// Persons registered.
    pub persons: Option<f64>,
    /// Owner, IIN or BIN.
    pub owner: Option<String>,
    /// Latitude, degrees north.
    pub lat: Option<f64>,
    /// Longitude, degrees east.
    pub lon: Option<f64>,
}
