//! What judgement can say: of the ledger's steps, of licences, of balances and of what they cannot
//! see.

use crate::domain::{Fact, Part, facts};

facts! {
    /// Facts of judgement.
    pub(crate) SAID;
    /// What a family of evidence says, and what it is worth.
    pub(crate) fn family("evidence.family", family: word, what: fact, usual: fact);
    /// What a family would need to be tested.
    pub(crate) fn missing("evidence.missing", family: word, needs: fact);
    /// Why a family was not tested.
    pub(crate) fn not_tested("evidence.not_tested", family: word, ground: fact);
    /// More usual with a farm.
    pub(crate) fn with_farm("odds.with", times: number(1));
    /// More usual without one.
    pub(crate) fn without_farm("odds.without", times: number(1));
    /// Register readings only.
    pub(crate) fn registers_only("ground.registers");
    /// Fewer than seven complete days.
    pub(crate) fn few_days("ground.few_days");
    /// Too few usage points to learn from.
    pub(crate) fn few_points("ground.few_points");
    /// Mean power beside what peers use.
    pub(crate) fn size_screened("size.screened", kw: kw(2), times: number(1));
    /// A year of monthly energies looks like one with a farm.
    pub(crate) fn months_for("months.for", times: number(1));
    /// The same of one that is told where nobody is listed.
    pub(crate) fn candidate_months("candidate.months", usage_point: usage_point, times: number(1));
    /// It does not.
    pub(crate) fn months_against("months.against", times: number(1));
    /// A lasting load begins in some month.
    pub(crate) fn months_step("months.step", since: day, kw: kw(2));
    /// Mean power, without peers.
    pub(crate) fn size_alone("size.alone", kw: kw(2));
    /// Like loads in the building.
    pub(crate) fn like_loads("address.like_loads", usual: fact);
    /// A mismatch with the books.
    pub(crate) fn books("books.held", mismatch: fact, times: number(0));
    /// A constant load that lay above the lower edge of the hours.
    pub(crate) fn forbidden("evidence.forbidden", kw: kw(2), allowed: kw(2));
    /// A lawful load that it resembles.
    pub(crate) fn resembles("evidence.resembles", look_alike: word, why: fact);
    /// The balance of its transformer closes with its load.
    pub(crate) fn closes("balance.closes", odds: number(+1), node: node, within: kw(1));
    /// Only a share of its load flows.
    pub(crate) fn not_real("balance.not_real", odds: number(+1), node: node, share: percent(0));
    /// A load behind a meter and one past every meter that began about one day.
    pub(crate) fn possibly_one("balance.possibly_one", usage_point: usage_point, node: node, kw: kw(1), day: day);
    /// A step of the level on another day than the start of the load that is claimed.
    pub(crate) fn another_step("start.another", what: fact, since: day);
    /// What is missing at its node follows the meter.
    pub(crate) fn follows_meter(
        "balance.follows_meter", node: node, beta: kw(2), errors: number(0), share: percent(0)
    );
    /// What the balance says of a customer whose meter shows less from a day on.
    pub(crate) fn by_balance("balance.says", what: fact);
    /// A class whose purpose a steady load is.
    pub(crate) fn lawful_class("cleared.class", class: text);
    /// Who comes next where nobody is listed.
    pub(crate) fn candidate(
        "candidate.who", usage_point: usage_point, probability: percent(1), what: fact, decides: fact
    );
    /// A load that began.
    pub(crate) fn candidate_since("candidate.since", kw: kw(1), since: day);
    /// A load that was there from the first reading.
    pub(crate) fn candidate_load("candidate.load", kw: kw(1));
    /// No load can be told apart.
    pub(crate) fn candidate_unclear("candidate.unclear");
    /// The tariff class and the contract.
    pub(crate) fn decided_by_class("decided.class");
    /// More days.
    pub(crate) fn decided_by_days("decided.days");
    /// Temperatures.
    pub(crate) fn decided_by_weather("decided.weather");
    /// A look by night.
    pub(crate) fn decided_by_night("decided.night", kw: kw(1));
    /// A visit.
    pub(crate) fn decided_by_visit("decided.visit");
    /// Smaller than what is claimed.
    pub(crate) fn small_load("cleared.small", kw: kw(2));
    /// A load that ended before the days judged.
    pub(crate) fn ended_load("cleared.ended", until: day);
    /// A look-alike, and the family that speaks most against a farm.
    pub(crate) fn look_alike_signs("cleared.look_alike", why: fact, family: word, usual: fact);
    /// An outage that the data tell.
    pub(crate) fn outage_told("outage.told", hours: hours(0));
    /// How many of them.
    pub(crate) fn outages_told("outage.many", outages: count, nodes: count);
    /// The load after outages.
    pub(crate) fn restarts("answer.restart", outages: count, level: percent(0), rebound: percent(0));
    /// The load without internet.
    pub(crate) fn without_internet("answer.internet", spells: count, inside: percent(0));
    /// An inspection found energy taken.
    pub(crate) fn visit_found("visit.found", day: day, outcome: word);
    /// The same, with its power.
    pub(crate) fn visit_found_kw("visit.found_kw", day: day, outcome: word, kw: kw(1));
    /// An inspection found a lawful cause.
    pub(crate) fn visit_lawful("visit.lawful", day: day);
    /// The same load is gone.
    pub(crate) fn visit_ended("visit.ended", day: day, outcome: word, before: kw(2), now: kw(2));
    /// The same, in the inspector's words.
    pub(crate) fn visit_lawful_by("visit.lawful_by", day: day, cause: words);
    /// An inspection found nothing.
    pub(crate) fn visit_nothing("visit.nothing", day: day, visits: count, usual: fact);
    /// The load has grown since an inspection.
    pub(crate) fn visit_grown("visit.grown", day: day, outcome: word, before: kw(2), now: kw(2));
    /// An inspection is too old for a load that was not read then.
    pub(crate) fn visit_long_ago("visit.long_ago", day: day, outcome: word);
    /// How far visits show odds to be true.
    pub(crate) fn recalibrated(
        "odds.recalibrated", outcomes: count, said: percent(0), now: percent(0), offset: number(+2), slope: number(2)
    );
    /// Visits before the first reading.
    pub(crate) fn visits_before("visit.before_readings", visits: count, day: day);
    /// Inspections too long after the last reading.
    pub(crate) fn visits_after("visit.after_readings", visits: count, day: day);
    /// A place of a table that no other table and no reading knows.
    pub(crate) fn place_unknown("place.unknown", usage_point: usage_point);
    /// The same of a node.
    pub(crate) fn node_unknown("place.node_unknown", node: node);
    /// Something said of a usage point.
    pub(crate) fn of_usage_point("node.of_usage_point", usage_point: usage_point, what: fact);
    /// The residual follows a customer's own load.
    pub(crate) fn follows_own("node.follows_own", beta: kw(2), errors: number(0));
    /// The same, not surely enough.
    pub(crate) fn follows_load("node.follows_load", usage_point: usage_point, beta: kw(2), errors: number(0));
    /// Customers whose clocks are wrong.
    pub(crate) fn late_clocks("node.late_clocks", count: count);
    /// Nobody is named behind a steady load.
    pub(crate) fn nobody("node.nobody");
    /// A place by volts: at the premises of a usage point.
    pub(crate) fn place_premises("place.premises", usage_point: usage_point, share: percent(0), phases: text);
    /// The same at the pole where its service begins.
    pub(crate) fn place_pole("place.pole", usage_point: usage_point, share: percent(0), phases: text);
    /// A contact in the way of one customer fails.
    pub(crate) fn contact_loose("contact.loose", from: day, node: node, volts: number(1));
    /// The neutral of a customer fails.
    pub(crate) fn contact_neutral("contact.neutral", from: day, node: node, volts: number(1));
    /// Volts tell no place.
    pub(crate) fn places_many("place.many", set: count, among: count);
    /// Where volts send to, with the phase.
    pub(crate) fn places_clamp("place.clamp", set: count, among: count, phases: text);
    /// The same without.
    pub(crate) fn places_clamp_any("place.clamp_any", set: count, among: count);
    /// Customers whose meters report no volts.
    pub(crate) fn places_without_volts("place.without_volts", without: count, among: count);
    /// No balance.
    pub(crate) fn unread("node.unread");
    /// Too little of the balance.
    pub(crate) fn little("node.little", share: percent(0));
    /// A part of the balance is missing.
    pub(crate) fn reserve("node.reserve", share: percent(0));
    /// The balance meter was put right.
    pub(crate) fn corrected("node.corrected");
    /// A finding may be the load of customers that the grid file puts elsewhere.
    pub(crate) fn could_be("node.could_be", customers: list);
    /// The balance meter sits before the transformer, whose own loss it counts.
    pub(crate) fn meter_before("node.meter_before", kw: kw(2));
    /// Usage points that were not read.
    pub(crate) fn points_expected("node.points_expected", points: count, kw: kw(1), error: kw(1));
    /// Only a register.
    pub(crate) fn by_register("node.by_register");
    /// Much of the load is known by the day only.
    pub(crate) fn coarse("node.coarse", share: percent(0));
    /// The balance meter is read by the day.
    pub(crate) fn by_day("node.by_day");
    /// No rating of the transformer.
    pub(crate) fn no_rating("node.no_rating");
    /// Usage points that the grid file forgot.
    pub(crate) fn placed("node.placed", usage_points: list);
    /// A load from dusk to dawn.
    pub(crate) fn dark("node.dark");
    /// Explained by nodes below.
    pub(crate) fn explained("node.explained", nodes: list);
    /// One of those nodes.
    pub(crate) fn node_with_load("node.with_load", node: node, kw: kw(1));
    /// Left over in proportion to the metered load.
    pub(crate) fn proportion("node.proportion", share: percent(+0));
    /// Load from the first reading.
    pub(crate) fn part_level("part.level", kw: kw(1), error: kw(1));
    /// Day and night since a day.
    pub(crate) fn part_steady_since("part.steady_since", kw: kw(1), day: day);
    /// Day and night.
    pub(crate) fn part_steady("part.steady", kw: kw(1));
    /// In a window since a day.
    pub(crate) fn part_window_since("part.window_since", kw: kw(1), day: day);
    /// In a window.
    pub(crate) fn part_window("part.window", kw: kw(1));
    /// From dusk to dawn since a day.
    pub(crate) fn part_dark_since("part.dark_since", kw: kw(1), day: day);
    /// From dusk to dawn.
    pub(crate) fn part_dark("part.dark", kw: kw(1));
    /// No balance meter.
    pub(crate) fn no_meter("coverage.no_meter", points: count);
    /// The balance meter was not read.
    pub(crate) fn meter_unread("coverage.unread");
    /// Too little was read.
    pub(crate) fn too_little("coverage.little");
    /// The best place for one more balance meter under a node.
    pub(crate) fn best_place("coverage.best_place", node: node);
    /// The same at the top of the grid.
    pub(crate) fn best_place_top("coverage.best_place_top");
    /// Where a usage point that the grid file forgot is missing.
    pub(crate) fn link_it("fault.link_it", node: node);
    /// A ratio that was divided out was load.
    pub(crate) fn was_load("fault.was_load", fault: fact, node: node);
    /// A suspected ratio is one.
    pub(crate) fn ratio_confirmed("fault.ratio_confirmed", fault: fact, node: node);
    /// Within the licence.
    pub(crate) fn within("licence.within", kw: kw(1), allowed: kw(1), licence: licence, tolerance: percent(0));
    /// All that looks like a farm is within the licence.
    pub(crate) fn within_together(
        "licence.within_together", kw: kw(1), allowed: kw(1), licence: licence, tolerance: percent(0)
    );
    /// A probability that is a setting.
    pub(crate) fn stated("licence.stated", p: number(2), setting: text, source: text);
    /// The licence states no power.
    pub(crate) fn no_power("licence.no_power", licence: licence);
    /// The licence does not cover the days, and there is no load of its order.
    pub(crate) fn idle("licence.idle", licence: licence, first: day, last: day, kw: kw(1));
    /// The licence is suspended or withdrawn.
    pub(crate) fn not_in_force("licence.not_in_force", licence: licence, status: fact);
    /// The register's own word for that.
    pub(crate) fn status_word("licence.status_word", word: words);
    /// The register has no word for it.
    pub(crate) fn no_status_word("licence.no_status_word");
    /// Before it begins.
    pub(crate) fn before("licence.before", hours: hours(0), licence: licence, day: day);
    /// After the supply contract ended.
    pub(crate) fn after_contract("licence.after_contract", hours: hours(0), licence: licence, day: day);
    /// After it ended.
    pub(crate) fn after("licence.after", hours: hours(0), licence: licence, day: day);
    /// More than it allows.
    pub(crate) fn too_much("licence.too_much", kw: kw(1), licence: licence, allowed: kw(1), hours: hours(0));
    /// All together more than it allows.
    pub(crate) fn too_much_together(
        "licence.too_much_together", kw: kw(1), licence: licence, allowed: kw(1), hours: hours(0)
    );
    /// More than its equipment was verified for.
    pub(crate) fn unverified("licence.unverified", kw: kw(1), licence: licence, allowed: kw(1), hours: hours(0));
    /// All together more than its equipment was verified for.
    pub(crate) fn unverified_together(
        "licence.unverified_together", kw: kw(1), licence: licence, allowed: kw(1), hours: hours(0)
    );
    /// What a licence says, with how it was joined.
    pub(crate) fn joined("licence.joined", what: fact, by: word);
    /// One after the other.
    pub(crate) fn all_of("licence.all_of", what: list);
    /// The holder is the customer elsewhere.
    pub(crate) fn holder_of("licence.holder_of", holder: owner, home: usage_point);
    /// The holder is not the customer here.
    pub(crate) fn holder("licence.holder", holder: owner);
    /// The register gives another address.
    pub(crate) fn elsewhere("licence.elsewhere", address: address);
}

/// Times below which a first decimal is worth telling.
const FEW_TIMES: f64 = 10.0;

/// Log-odds as an auditor says them aloud: so many times more usual with a farm, or without.
pub(crate) fn usual(llr: f64) -> Fact {
    let times = llr.abs().exp();
    let fact = if llr > 0.0 { with_farm(times) } else { without_farm(times) };
    if times < FEW_TIMES { fact } else { fact.with_digits("times", 0) }
}

/// Facts as the parts of a list.
pub(crate) fn list(facts: impl IntoIterator<Item = Fact>) -> Vec<Part> {
    facts.into_iter().map(|fact| Part::Fact(Box::new(fact))).collect()
}

/// Whether a ground only says where a load hangs: it is about a place, not about whose load it is.
pub(crate) fn is_place(ground: &Fact) -> bool {
    ["place.premises", "place.pole"].contains(&&*ground.code)
}
