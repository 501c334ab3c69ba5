//! What volts can say of meters and links.

use crate::domain::facts;

facts! {
    /// Facts of volts.
    pub(crate) SAID;
    /// A meter hangs at another node.
    pub(super) fn elsewhere("volts.elsewhere", node: node, other: node, own: number(2), there: number(2));
    /// A meter that the grid file does not place hangs at a node.
    pub(super) fn placed("volts.placed", node: node, there: number(2));
    /// The same by its neighbours alone: it is not counted.
    pub(super) fn near("volts.near", node: node);
}
