//! What the metered engine can say of a usage point beside its evidence.

use crate::domain::facts;

facts! {
    /// Facts of the metered engine.
    pub(crate) SAID;
    /// Draws more than its contract allows.
    pub(super) fn above_contract("books.above_contract");
    /// Draws power in premises that are booked as inactive.
    pub(super) fn inactive("books.inactive");
    /// Read, but not in the grid file.
    pub(super) fn not_in_grid("unknown.grid");
    /// Read, but its rows in the grid file hold on other days.
    pub(super) fn not_in_grid_then("unknown.days");
    /// Read, but not in the customer file.
    pub(super) fn not_a_customer("unknown.customer");
    /// A class as a group of its own.
    pub(super) fn group("group.class", class: text, resolution: word);
    /// The heated premises of a class.
    pub(super) fn heated_group("group.heated", class: text, resolution: word);
    /// A class that is too small and is judged with another.
    pub(super) fn group_with("group.with", class: text, resolution: word, with: text);
    /// A class in the group of small classes.
    pub(super) fn small_group("group.small", class: text, resolution: word);
}
