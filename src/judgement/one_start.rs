//! One start a case: what families say of the day on which a level changed, beside the start of
//! the load that is claimed.
//!
//! The level of whole days splits on the first full day, the load's own hours show when it began:
//! days that are so near are one start, told as one day. A step on another day says that it is
//! another.

use crate::domain::{CivilDay, Fact, Part};
use crate::findings::SuspectRow;

use super::said;

/// Facts that name the day of a step.
const STEPS: [&str; 4] = ["onset.level", "onset.mean", "added.load", "added.days"];
/// Days by which two views of one start may differ: a load that grows within a week is split in its
/// middle.
const ONE_START_DAYS: i32 = 7;

/// Tells one start in all that is said of a row.
pub(crate) fn tell(row: &mut SuspectRow) {
    let Some(since) = row.since else { return };
    for fact in row.evidence_for.iter_mut().chain(&mut row.evidence_against) {
        tell_fact(fact, since);
    }
}

fn tell_fact(fact: &mut Fact, since: CivilDay) {
    for (_, part) in &mut fact.parts {
        let Part::Fact(within) = part else { continue };
        if !STEPS.contains(&&*within.code) {
            tell_fact(within, since);
            continue;
        }
        let Some(Part::Day(day)) = within.parts.iter_mut().find(|(name, _)| name == "day").map(|(_, part)| part) else {
            continue;
        };
        if (day.0 - since.0).abs() <= ONE_START_DAYS {
            *day = since;
        } else {
            **within = said::another_step((**within).clone(), since);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::FindingKind;

    fn row(day: i32) -> SuspectRow {
        let step = Fact::new("added.days", [("day", Part::Day(CivilDay(day)))]);
        let family = Fact::new("evidence.family", [("what", Part::Fact(Box::new(step)))]);
        let mut row = SuspectRow::nothing_found("A".into(), FindingKind::MeteredHiddenLoad);
        (row.since, row.evidence_for) = (Some(CivilDay(100)), vec![family]);
        tell(&mut row);
        row
    }

    #[test]
    fn a_level_that_splits_on_the_next_full_day_is_the_same_start() {
        assert!(row(101).evidence_for[0].to_string().contains(&CivilDay(100).to_string()));
    }

    #[test]
    fn a_step_of_another_month_is_told_as_another_step() {
        let told = row(140).evidence_for[0].to_string();
        assert!(told.contains("start.another") && told.contains(&CivilDay(140).to_string()), "{told}");
    }
}
