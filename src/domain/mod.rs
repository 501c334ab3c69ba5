//! The words of the field and the physics that several floors share. No input or output, no tables.
//!
//! Floor 0: everything else may use this module, and it uses nothing else of the program.

mod balance_loss;
mod bill;
mod block;
mod calendar;
mod change;
mod complaint;
mod customer;
mod dot;
mod event;
mod fact;
mod farm;
mod fault;
mod grid;
mod grid_line;
mod identity;
mod inspection;
mod interrupt;
mod ledger;
mod licence;
mod lighting;
mod meter_ratio;
mod name_kind;
mod odds;
mod reject;
mod robust;
pub(crate) mod said;
mod sun;
mod tariff;
mod toml_words;
mod units;
mod weather;

pub use crate::facts;
pub use balance_loss::{TransformerRating, transformer_loss_kw};
pub use bill::Bill;
pub use block::{
    FileIx, IdList, IntervalBlock, KeyRun, Minute, NO_READING, ReadingQuality, RegisterBlock, TimeRun, Unit,
    is_no_reading, push_time, same_id,
};
pub use calendar::{Calendar, CalendarError, CivilDay, DayKind, LocalStamp, Resolved, Timestamp};
pub use change::{Split, best_split, segments};
pub use complaint::{Complaint, ComplaintKind, ComplaintOf};
pub use customer::{Customer, CustomerStatus, Heating};
pub use dot::dot;
pub use event::{EventKind, GridEvent};
pub use fact::{Fact, Part, PartKind, Signature, ToCount, Unit as FactUnit};
pub use farm::{FARM_UNITS, FarmUnit};
pub use fault::{Fault, FaultKind};
pub use grid::{FedBy, Grid, GridError, GridNode, Link};
pub use grid_line::{GridLine, Level, MeterSide, NodeKind};
pub use identity::{NodeId, Purpose, UsagePointId, seed_of};
pub use inspection::{Inspection, Outcome, Visited};
pub use interrupt::{Interrupt, Progress};
pub use ledger::{Ledger, STEPS, Step};
pub use licence::{Licence, LicenceStatus, LicenceTarget};
pub use lighting::{LampEdge, Lighting};
pub use meter_ratio::MeterRatio;
pub use name_kind::NameKind;
pub use odds::{logistic, logit};
pub use reject::{Reject, RejectCode, shortened};
pub use robust::{MAD_TO_SIGMA, MEDIAN_ERROR, NINETY, mad_sigma, median, median_of, quantile, quantile_of};
pub use sun::Position;
pub use tariff::{HourSet, Tariff, Zone};
pub use toml_words::{not_finite, toml_words};
pub use units::{Kw, Kwh, MilliWattHours, mean_kw};
pub use weather::Weather;
