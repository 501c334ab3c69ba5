//! What explains a usage point's load whatever its statistics say: a class, a home, a small load.

use crate::digest::DigestError;
use crate::domain::logit;
use crate::evidence::{self, LookAlike};
use crate::metered::{Metered, MeteredPoint};

/// A cleared usage point would have been at least this likely.
pub(crate) const WORTH_CLEARING: f64 = 0.1;

/// Why a usage point that looks like a farm is none, whatever its statistics say.
pub(crate) enum Lawful {
    /// The look-alike that its tariff class names.
    Class(String),
    /// A home that is shown too large, or used again.
    Home(&'static LookAlike),
    /// Its load, kW, is smaller than what is claimed.
    Small(f64),
}

/// A look-alike where one was found.
type LookedFor = Result<Option<&'static LookAlike>, DigestError>;

/// A home that would be listed but is too large in the shape of a home, or ends as an ordinary one:
/// a fault of the data never counts as a large load, nor somebody's return as its start.
pub(crate) fn home(point: &MeteredPoint, log_odds: f64, metered: &Metered) -> LookedFor {
    if log_odds < logit(WORTH_CLEARING) {
        return Ok(None);
    }
    let names = [evidence::WRONG_METER_RATIO, evidence::RETURN_FROM_ABSENCE];
    metered.look_at(point, |subject| names.iter().find_map(|name| evidence::resembles(subject, name)))
}
