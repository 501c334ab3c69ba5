//! What is said of earlier months.

use crate::domain::facts;

facts! {
    /// Facts of an archive.
    pub(crate) SAID;
    /// Earlier months were taken from the archive.
    pub(super) fn earlier("archive.earlier", months: count, first: day, last: day, readings: count);
    /// The archive begins with this scan.
    pub(super) fn begins("archive.begins");
    /// Usage points of a month were sent again, and how many were not.
    pub(super) fn replaced("archive.replaced", month: day, usage_points: count, stayed: count);
    /// Readings were added to a month that was kept already.
    pub(super) fn added("archive.added", month: day, usage_points: count);
    /// Months without readings.
    pub(super) fn gap("archive.gap", months: count, first: day, last: day);
}
