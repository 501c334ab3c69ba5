//! Where the two engines meet: what is believed of each usage point, what is listed, what is
//! cleared.

mod candidates;
pub(crate) mod cleared;
pub(crate) mod coverage;
mod discovery;
pub(crate) mod dossiers;
pub(crate) mod hit_rate;
pub(crate) mod inspected;
mod lawful;
mod licence;
pub(crate) mod list_setting;
pub(crate) mod listing;
pub(crate) mod meet;
pub(crate) mod node_days;
pub(crate) mod node_rows;
mod one_start;
pub(crate) mod other_priors;
pub(crate) mod outages;
pub(crate) mod places;
pub(crate) mod prevalence;
pub(crate) mod rank;
pub(crate) mod ranked;
mod recalibration;
pub(crate) mod said;
pub(crate) mod score_rows;
pub(crate) mod screening;
pub(crate) mod second_look;
pub(crate) mod stability;
mod stated;
pub(crate) mod suspect_rows;
pub(crate) mod told_faults;
pub(crate) mod under_registers;
pub(crate) mod unknown_places;

pub use discovery::{q_values, shortlist_length};
pub use licence::{LicenceCheck, LicenceMatch, LicenceState, LicenceVerdict, LicensedLoad};
pub(crate) use said::{SAID, is_place};
pub use stated::Stated;
