//! What the case book can say.

use crate::domain::facts;

facts! {
    /// Facts of the case book.
    pub(crate) SAID;
    /// A like load stopped elsewhere.
    pub(crate) fn moved_from("case.moved_from", usage_point: usage_point, kw: kw(1), day: day, by: word);
    /// A like load began elsewhere.
    pub(crate) fn moved_to("case.moved_to", usage_point: usage_point, kw: kw(1), day: day, by: word);
    /// Complaints about the place: a note.
    pub(crate) fn complaint("case.complaint", day: day, kind: word);
    /// The same in somebody's words.
    pub(crate) fn complaint_of("case.complaint_of", day: day, kind: word, note: words);
}
