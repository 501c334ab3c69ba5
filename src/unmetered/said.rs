//! What balances can say of balance meters and of customers.

use crate::domain::facts;

facts! {
    /// Facts of balances.
    pub(crate) SAID;
    /// More is metered and lost than supplied.
    pub(super) fn surplus("balance.surplus", kwh: kwh(0));
    /// The balance meter shows a multiple of what its customers use.
    pub(super) fn supply_times("supply.times", node: node, times: number(1));
    /// The balance meter shows a part of what its customers use.
    pub(super) fn supply_part("supply.part", node: node, part: number(1));
    /// The clock of the balance meter is late.
    pub(super) fn supply_late("supply.late", node: node, minutes: minutes(0));
    /// The clock of the balance meter is early.
    pub(super) fn supply_early("supply.early", node: node, minutes: minutes(0));
    /// The clock of a customer's meter is late.
    pub(super) fn clock_late("customer.late", node: node, minutes: minutes(0));
    /// The clock of a customer's meter is early.
    pub(super) fn clock_early("customer.early", node: node, minutes: minutes(0));
    /// The ratio of a customer's current transformers is not applied.
    pub(super) fn forgotten_ratio("customer.forgotten_ratio", node: node, part: number(0));
    /// A customer hangs at another node.
    pub(super) fn hangs_elsewhere("customer.elsewhere", node: node, other: node);
    /// Not all that a customer's meter shows flows at its node.
    pub(super) fn shows_more("customer.shows_more", node: node, share: percent(0));
    /// A meter shows less, and what began to be missing has the course of what fell.
    pub(super) fn fell(
        "fallen.named", day: day, to: kw(2), from: kw(2), node: node, missing: kw(2), share: percent(0),
        errors: number(0)
    );
    /// The same, and more began to be missing than fell.
    pub(super) fn fell_and_more(
        "fallen.and_more", day: day, to: kw(2), from: kw(2), node: node, missing: kw(2), share: percent(0),
        errors: number(0)
    );
}
