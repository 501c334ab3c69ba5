//! What mining hardware draws: the quanta that a hidden farm is made of.

/// A kind of mining unit with its power at the wall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FarmUnit {
    /// Name as sold.
    pub name: &'static str,
    /// Power at the wall, kW.
    pub unit_kw: f64,
}

/// Units met in the field, smallest first.
///
/// Source: makers' data sheets as collected by D-Central (S9 1.3-1.4 kW), Bitmain (S19 Pro 3.25 kW
/// ±5 %, S21 17.5 J/TH × 200 TH/s = 3.5 kW); 2.2 kW stands for the generation between (Whatsminer
/// M20/M21, Antminer S17).
pub const FARM_UNITS: &[FarmUnit] = &[
    FarmUnit { name: "S9", unit_kw: 1.35 },
    FarmUnit { name: "S17", unit_kw: 2.2 },
    FarmUnit { name: "S19", unit_kw: 3.25 },
    FarmUnit { name: "S21", unit_kw: 3.5 },
];
