//! What is to be known about a run as a whole.

use crate::domain::facts;

facts! {
    /// Facts of a run.
    pub SAID;
    /// The smallest load that is claimed.
    pub fn least_kw("run.least_kw", kw: kw(2));
    /// No time zone was given.
    pub fn no_zone("run.no_zone");
    /// Too few usage points to learn from.
    pub fn few_points("run.few_points");
    /// No customer file.
    pub fn no_customers("run.no_customers");
    /// No weather file.
    pub fn no_weather("run.no_weather");
    /// No grid file.
    pub fn no_grid("run.no_grid");
}
