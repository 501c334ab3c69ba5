//! What series can say: which readings of a usage point are faults of the data, and why.

use crate::domain::{Fact, facts};

facts! {
    /// Facts of series.
    pub(crate) SAID;
    /// Runs of one value.
    pub(super) fn runs("fault.runs", runs: count, hours: hours(0));
    /// Values that the connection cannot carry.
    pub(super) fn spikes("fault.spikes", values: count, limit: kw(1), most: kw(1));
    /// The energy of gaps spread evenly over them.
    pub(super) fn spread_out("fault.spread_out", kwh: kwh(1), gaps: count, hours: hours(0));
    /// The energy of gaps in the interval after them.
    pub(super) fn catch_up("fault.catch_up", values: count, kw: kw(1), hours: hours(0));
    /// A phase that shows nothing.
    pub(super) fn lost_phase("fault.lost_phase", share: word);
    /// Import and export exchanged.
    pub(super) fn swapped("fault.swapped");
    /// A ratio that the display shows.
    pub(super) fn ratio_by_display("fault.ratio_by_display", factor: number(0));
    /// What a wrong ratio looks like in the levels.
    fn ratio_levels("fault.ratio_levels", factor: number(1));
    /// A ratio that only the levels show.
    fn ratio_suspected("fault.ratio_suspected", levels: fact);
    /// Energy flowing out.
    pub(super) fn negative("fault.negative", intervals: count, kw: kw(2));
    /// Intervals without a value.
    pub(super) fn gap("fault.gap", intervals: count, of: count);
    /// Readings that disagree.
    pub(super) fn disagree("fault.disagree", intervals: count, first: text);
    /// Stamps off the grid.
    pub(super) fn off_grid("fault.off_grid", stamps: count, step: minutes(0), first: text);
    /// An hour that the clock shows twice.
    pub(super) fn set_back("fault.set_back", at: text);
    /// Estimated intervals.
    pub(super) fn estimated("fault.estimated", intervals: count, of: count);
    /// A ratio that the values contain already.
    pub(super) fn ratio_twice("fault.ratio_twice", ratio: number(0));
    /// A large connection without a ratio.
    pub(super) fn ratio_forgotten("fault.ratio_forgotten", contracted: kw(0), highest: kw(2));
    /// Register and intervals differ.
    pub(super) fn register_apart(
        "fault.register_apart", periods: count, of: count, intervals_kwh: kwh(0), register_kwh: kwh(0)
    );
    /// A ratio is in one of them only.
    pub(super) fn register_ratio("fault.register_ratio", apart: fact, ratio: number(0), with: word);
    /// The register passed its last digit.
    pub(super) fn rolled_over("fault.rolled_over", before: kwh(1), after: kwh(1), kwh: kwh(1));
    /// A reading of the register was corrected.
    pub(super) fn corrected("fault.corrected", before: kwh(1), after: kwh(1));
    /// The meter was replaced.
    pub(super) fn replaced("fault.replaced", before: kwh(1), after: kwh(1));
    /// Most records were left out.
    pub(super) fn whole_rejects("whole.rejects", rejects: count, records: count);
    /// Most usage points give back more than they take.
    pub(super) fn whole_negative("whole.negative", points: count, of: count);
    /// Usage points take more than customers do.
    pub(super) fn whole_high("whole.high", of: count, median: kw(0));
    /// Usage points take less than customers do.
    pub(super) fn whole_low("whole.low", of: count, watts: number(2));
    /// Usage points are all alike.
    pub(super) fn whole_alike("whole.alike", points: count, of: count);
    /// One reading a day.
    pub(super) fn whole_daily("whole.daily", points: count, of: count);
}

/// A fact that tells a number with as many digits as it has.
pub(super) fn with_own_digits(fact: Fact, name: &str) -> Fact {
    let text = fact.number(name).map(|number| number.to_string()).unwrap_or_default();
    let digits = text.split_once('.').map_or(0, |(_, decimals)| decimals.len().min(9) as u8);
    fact.with_digits(name, digits)
}

/// A ratio that only the levels show, with the factor.
pub(super) fn suspected(factor: f64) -> Fact {
    ratio_suspected(ratio_levels(factor))
}

/// What the levels show of a ratio that is suspected; `None` for any other fact.
#[must_use]
pub fn suspected_by_levels(fact: &Fact) -> Option<&Fact> {
    match fact.part("levels") {
        Some(crate::domain::Part::Fact(levels)) if fact.code == "fault.ratio_suspected" => Some(levels),
        _ => None,
    }
}
