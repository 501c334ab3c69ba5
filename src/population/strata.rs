//! Strata: usage points that can be compared, by what the utility knows and a farm cannot change.
//!
//! Tariff class, then contracted power (in powers of two), then heating. Measured size is left out
//! on purpose: a farm would choose its own peers.

use crate::domain::{Customer, CustomerStatus, Heating};

use super::Premises;

/// Tariff class of usage points that the customer file does not know.
pub const UNKNOWN_CLASS: &str = "unknown";

/// What a usage point is compared by.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerFacts {
    /// Tariff class in lower case; `unknown` without one.
    pub tariff_class: String,
    /// Contracted power, kW.
    pub contracted_kw: Option<f64>,
    /// Heating of the premises.
    pub heating: Heating,
    /// Whether the premises are booked as inactive.
    pub inactive: bool,
    /// What its class is for.
    pub premises: Premises,
}

/// A stratum at one of four levels of detail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stratum {
    /// Every usage point.
    All,
    /// One tariff class.
    Class(String),
    /// One tariff class and band of contracted power: the band's base-2 logarithm, `None` without
    /// contracted power.
    Size(String, Option<i32>),
    /// The same and one kind of heating.
    Heating(String, Option<i32>, Heating),
}

impl CustomerFacts {
    /// The facts of a customer; those of an unknown customer without one. What its class is for is
    /// not known before all classes are.
    #[must_use]
    pub fn of(customer: Option<&Customer>) -> Self {
        let class = customer.and_then(|c| c.tariff_class.as_deref()).map(|class| class.trim().to_lowercase());
        Self {
            tariff_class: class.filter(|class| !class.is_empty()).unwrap_or_else(|| UNKNOWN_CLASS.to_owned()),
            contracted_kw: customer.and_then(|c| c.contracted_kw),
            heating: customer.map_or(Heating::Unknown, |c| c.heating),
            inactive: customer.is_some_and(|c| c.status == CustomerStatus::Inactive),
            premises: Premises::Unknown,
        }
    }

    /// The finest stratum.
    #[must_use]
    pub fn stratum(&self) -> Stratum {
        let band = self.contracted_kw.map(|kw| kw.log2().floor() as i32);
        Stratum::Heating(self.tariff_class.clone(), band, self.heating)
    }
}

impl Stratum {
    /// The stratum that holds this one; `None` at the top.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        match self {
            Self::All => None,
            Self::Class(_) => Some(Self::All),
            Self::Size(class, _) => Some(Self::Class(class.clone())),
            Self::Heating(class, band, _) => Some(Self::Size(class.clone(), *band)),
        }
    }

    /// Name in reports: `household, 4 to 8 kW, electric heating`.
    #[must_use]
    pub fn name(&self) -> String {
        let size = |band: &Option<i32>| {
            band.map_or(String::new(), |b| format!(", {} to {} kW", 2_f64.powi(b), 2_f64.powi(b + 1)))
        };
        match self {
            Self::All => "all".to_owned(),
            Self::Class(class) => class.clone(),
            Self::Size(class, band) => format!("{class}{}", size(band)),
            Self::Heating(class, band, heating) => {
                let heating = match heating {
                    Heating::Unknown => "",
                    Heating::None => ", no heating",
                    Heating::Electric => ", electric heating",
                    Heating::Other => ", other heating",
                };
                format!("{class}{}{heating}", size(band))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strata_widen_up_to_all() {
        let customer =
            Customer { tariff_class: Some(" Household ".into()), contracted_kw: Some(7.0), ..Customer::default() };
        let mut stratum = CustomerFacts::of(Some(&customer)).stratum();
        let mut names = vec![stratum.name()];
        while let Some(parent) = stratum.parent() {
            names.push(parent.name());
            stratum = parent;
        }
        assert_eq!(names, ["household, 4 to 8 kW", "household, 4 to 8 kW", "household", "all"]);
    }
}
