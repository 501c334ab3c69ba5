//! What consequences say: steps of money, published criteria, places and why to go there.

use crate::domain::facts;

facts! {
    /// Facts of consequences.
    pub SAID;
    /// Bills of a part of the customers.
    pub(super) fn bills_of_few("billing.few");
    /// The energy is billed to somebody else.
    pub(super) fn billed_at("billing.billed_at", usage_point: usage_point, kwh: kwh(0));
    /// Billed at a class that is not the customer's.
    pub(super) fn billed_as("billing.billed_as", class: text, right: text);
    /// A bill that a later one corrects.
    pub(super) fn bill_corrected("billing.corrected", usage_point: usage_point);
    /// Bills that overlap.
    pub(super) fn bills_overlap("billing.overlap", usage_point: usage_point);
    /// Why to go where bills and meter disagree.
    pub(super) fn unbilled("billing.claim", usage_point: usage_point, finding: word, kwh: kwh(0));
    /// The hidden energy itself.
    pub(super) fn even("money.even");
    /// What lies before the look-back.
    pub(super) fn look_back("money.look_back", days: count, source: text);
    /// The part that a licence allows.
    pub(super) fn licensed("money.licensed");
    /// The fee that the tariff table names.
    pub(super) fn fee_of_table("money.fee_of_table");
    /// The fee of a setting.
    pub(super) fn fee("money.fee", fee: money(2), currency: text, from: day, source: text);
    /// The fee of a setting that names a range.
    pub(super) fn fee_range("money.fee_range", fee: money(2), high: money(2), currency: text, from: day, source: text);
    /// Paid more than the lawful price.
    pub(super) fn nothing_lost("money.nothing_lost");
    /// Prices of two classes have no currency in common.
    pub(super) fn no_common_currency("money.no_common_currency");
    /// The tariff table has no line for these days.
    pub(super) fn no_line("money.no_line");
    /// A class with one price.
    pub(super) fn one_price("money.one_price");
    /// A zone of the day with one price.
    pub(super) fn zone("money.zone", zone: text);
    /// A step of consumption in a zone of the day.
    pub(super) fn zone_step("money.zone_step", zone: text, step: fact);
    /// The first step of consumption.
    pub(super) fn first_step("money.first_step", to: kwh(1), month: fact);
    /// A step between two others.
    pub(super) fn middle_step("money.middle_step", from: kwh(1), to: kwh(1), month: fact);
    /// The last step.
    pub(super) fn last_step("money.last_step", from: kwh(1), month: fact);
    /// Steps of a month cut to days of it.
    pub(super) fn month("money.month", days: count, of_days: count);
    /// The same by persons.
    pub(super) fn month_of_persons("money.month_of_persons", days: count, of_days: count, persons: number(0));
    /// The same where the number of persons is not known.
    pub(super) fn month_of_one("money.month_of_one", days: count, of_days: count);
    /// A criterion that is met, by a published figure.
    pub(super) fn criterion("rule.met", rule: text, asks: fact, figures: fact);
    /// A criterion that is met, by a figure of the program.
    pub(super) fn own_criterion("rule.met_by_own_figure", rule: text, asks: fact, figures: fact);
    /// A criterion of one member of several.
    pub(super) fn criterion_of("rule.of_usage_point", usage_point: usage_point, criterion: fact);
    /// What a criterion of a user's file asks, in its own words.
    pub(super) fn asks_own("rule.asks", words: text);
    /// More energy in a month than a limit.
    pub(super) fn asks_month("rule.asks_month", limit: kwh(0));
    /// Many times what peers draw.
    pub(super) fn asks_peers("rule.asks_peers", times: number(1));
    /// Days that are all alike.
    pub(super) fn asks_steady("rule.asks_steady");
    /// No less in summer.
    pub(super) fn asks_summer("rule.asks_summer");
    /// Figures of a month.
    pub(super) fn month_figures("rule.month_figures", used: kwh(0), month: text, limit: kwh(0));
    /// Figures beside peers.
    pub(super) fn peer_figures("rule.peer_figures", times: number(1), peers: kw(2), limit: number(1));
    /// Figures of the spread of days.
    pub(super) fn spread_figures("rule.spread_figures", share: percent(1), limit: percent(0));
    /// Figures of summer.
    pub(super) fn summer_figures("rule.summer_figures", share: percent(0), limit: percent(0));
    /// What is claimed of a usage point.
    pub(super) fn claim("case.claim", usage_point: usage_point, finding: word);
    /// Load that no meter sees at a node.
    pub(super) fn unmetered("case.unmetered", kind: word, node: node);
    /// The same, held to be a part of a case.
    pub(super) fn part_of_case("case.part", kind: word, node: node);
    /// A transformer above its rating.
    pub(super) fn over_rating(
        "region.over_rating", node: node, most: kva(0), rated: kva(0), hours: count, by: word, power_factor: number(2)
    );
    /// What one household draws.
    pub(super) fn household("note.household", kw: kw(3), month: kwh(0), households: count);
    /// Too few households.
    pub(super) fn few_households("note.few_households", least: count);
    /// No tariffs were given.
    pub(super) fn no_tariffs("note.no_tariffs");
    /// The cost of a visit has nothing to be set against.
    pub(super) fn no_use_for_cost("note.no_use_for_cost");
    /// The class that prices hidden energy.
    pub(super) fn lawful_class("note.lawful_class", class: text);
    /// No such class.
    pub(super) fn no_lawful_class("note.no_lawful_class");
}
