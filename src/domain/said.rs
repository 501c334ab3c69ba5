//! What a fault of the data means for the tests.

use super::facts;

facts! {
    /// Facts of domain.
    pub(crate) SAID;
    /// Intervals that count as missing.
    pub(super) fn masked("effect.masked");
    /// Days with too few hours.
    pub(super) fn gap("effect.gap");
    /// Put right before every test.
    pub(super) fn ratio("effect.ratio");
    /// Nothing but what is left out.
    pub(super) fn rollover("effect.rollover");
    /// Which of two readings counts.
    pub(super) fn duplicate("effect.duplicate");
    /// Stamps off the grid; clocks put right.
    pub(super) fn clock("effect.clock");
    /// Judged by net energy.
    pub(super) fn negative("effect.negative");
    /// Too much of it is estimated.
    pub(super) fn estimated("effect.estimated");
    /// In no balance.
    pub(super) fn unlinked("effect.unlinked");
    /// Counted where the grid file has it.
    pub(super) fn wrong_link("effect.wrong_link");
    /// A failing contact.
    pub(super) fn contact("effect.contact");
    /// Judged without class and contract.
    pub(super) fn unknown("effect.unknown");
    /// Values stay as they are read.
    pub(super) fn swapped("effect.swapped");
    /// Nothing: a bypassed phase looks the same.
    pub(super) fn lost_phase("effect.lost_phase");
    /// Values are taken as they are read.
    pub(super) fn ratio_doubt("effect.ratio_doubt");
    /// Nothing: hours without supply count as they are read.
    pub(super) fn outage("effect.outage");
    /// Nothing: intervals count as read.
    pub(super) fn register("effect.register");
}
