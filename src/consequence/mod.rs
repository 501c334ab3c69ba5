//! What a finding means: licences, addresses, regions, money, and where to go first.

mod address;
mod buildings;
mod licence;
mod money;
mod regions;
mod worklist;

pub use address::address_rows;
pub use buildings::{Buildings, FlatNotation, building};
pub use licence::{LicenceCheck, LicenceVerdict};
pub use money::Prices;
pub use regions::region_rows;
pub use worklist::worklist_rows;
