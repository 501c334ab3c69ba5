//! What is usual: strata of like usage points, their peer baselines, and how every statistic is
//! distributed with and without a farm.

mod address_key;
mod address_words;
mod buildings;
mod likelihood;
mod load_shape;
mod mixture;
mod peers;
mod premises;
mod rises;
mod strata;
mod traits;
mod usual_load;

pub use likelihood::{LikelihoodTable, PooledSample};
pub use load_shape::{LoadShape, LoadShapes};
pub use mixture::{Crowd, Mixture, Scores};
pub(crate) use peers::LEAST_KW;
pub use peers::{PeerBaseline, PeerValues, Peers};
pub use premises::{ClassWords, Habits, Premises, premises_of_classes};
pub use rises::{CommonRises, Place, Rise};
pub use strata::{CustomerFacts, Stratum, UNKNOWN_CLASS};
pub use traits::Traits;
pub use usual_load::{UsualLoad, UsualLoads};

pub use buildings::Buildings;
