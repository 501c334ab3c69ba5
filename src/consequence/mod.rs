//! What a finding means: licences, addresses, regions, money, and where to go first.

mod address;
mod licence;
mod money;
mod regions;
mod worklist;

pub use address::{address_rows, building};
pub use licence::{LicenceCheck, LicenceVerdict};
pub use money::Prices;
pub use regions::region_rows;
pub use worklist::worklist_rows;
