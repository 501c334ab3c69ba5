//! The evidence for and against a hidden farm behind an honest meter: one hypothesis a file.
//!
//! Every family asks one question and answers with one or more statistics, each a number that grows
//! the more the usage point looks like a farm. What a value is worth in log-odds is not decided
//! here: `population` learns it from the same dump with farms injected, `fusion` adds it up.
//! `TESTS` is the registry: result columns, explanations and the generic tests are derived from it.

mod added;
mod answers;
mod constant;
mod daylight;
mod edge;
mod flatness;
mod hidden_load;
mod host;
mod look_alike;
mod onset;
mod onset_day;
mod registry;
mod running_hours;
mod said;
mod schedule;
mod size;
mod subject;
mod test;
mod weather;
mod window;

pub(crate) use answers::{Answers, LEAST_EVENTS, Spell};
pub use constant::FLOOR;
pub use hidden_load::{HiddenLoad, LoadCourse, OwnFloor, hidden_load, scheduled_hours};
pub use host::{HOST_NUMBERS, host};
pub use look_alike::{LOOK_ALIKES, LookAlike, RETURN_FROM_ABSENCE, WRONG_METER_RATIO, look_alike, resembles};
pub use onset_day::onset_day;
pub use registry::{TESTS, measure, statistics};
pub use running_hours::{by_hours, without_cuts};
pub(crate) use said::SAID;
pub use size::{CONTRACT_RATIO, SIZE};
pub use subject::{Alone, DayWeather, Subject};
pub use test::{EvidenceTest, Statistic};
pub use weather::WEATHER;
