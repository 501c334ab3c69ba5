//! The ledger: what is believed of a usage point or a node, step by step, in log-odds.
//!
//! Nothing changes a probability but an entry here. The entries add up to the log-odds, and the
//! probability is their logistic. A step that *overrules* (a licence that is kept, a class whose
//! purpose a steady load is) sets the sum; its entry is the difference, so that the column still
//! adds up, to rounding.
//! Source: Bayes' rule in odds form; each step's own file says what its entry rests on.

use super::logistic;

/// A step of the ledger, in the order in which entries are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Share of farms (or of nodes with unmetered load) held before anything is looked at.
    Prior,
    /// What the own load shows: of a usage point all families of evidence together, of a node its
    /// balance.
    Load,
    /// Mismatches with the books: contract exceeded, booked as inactive.
    Books,
    /// Like loads in the same building.
    Address,
    /// What the balance of the transformer says of the readings.
    Balance,
    /// A class, or a home shown too large or used again, that explains the load.
    Lawful,
    /// The load is smaller than what is claimed.
    Small,
    /// What the licence register says of it.
    Licence,
    /// A balance names the usage point, and is surer of it than its own series.
    Named,
    /// What earlier visits say of how far to trust such odds.
    Recalibration,
    /// What an inspection of the place found.
    Inspection,
}

/// Every step in order.
pub const STEPS: [Step; 11] = [
    Step::Prior,
    Step::Load,
    Step::Books,
    Step::Address,
    Step::Balance,
    Step::Lawful,
    Step::Small,
    Step::Licence,
    Step::Named,
    Step::Recalibration,
    Step::Inspection,
];

impl Step {
    /// The word used in files; its column in `scores.parquet` has `llr_` before it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prior => "prior",
            Self::Load => "load",
            Self::Books => "books",
            Self::Address => "address",
            Self::Balance => "balance",
            Self::Lawful => "lawful",
            Self::Small => "small",
            Self::Licence => "licence",
            Self::Named => "named",
            Self::Recalibration => "recalibration",
            Self::Inspection => "inspection",
        }
    }
}

/// Entries and their sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ledger {
    /// Log-odds by step; 0 where a step had nothing to say.
    entries: [f64; STEPS.len()],
    sum: f64,
    is_overruled: bool,
}

impl Ledger {
    /// Opens with the prior and what the own load shows, both in log-odds.
    #[must_use]
    pub fn open(prior: f64, load: f64) -> Self {
        let mut entries = [0.0; STEPS.len()];
        (entries[Step::Prior as usize], entries[Step::Load as usize]) = (prior, load);
        Self { entries, sum: load + prior, is_overruled: false }
    }

    /// Enters what a step adds.
    pub fn enter(&mut self, step: Step, log_odds: f64) {
        self.entries[step as usize] += log_odds;
        self.sum += log_odds;
    }

    /// Enters a step whose result is known: the sum becomes `log_odds`.
    pub fn enter_result(&mut self, step: Step, log_odds: f64) {
        if log_odds != self.sum {
            self.entries[step as usize] += log_odds - self.sum;
            self.sum = log_odds;
        }
    }

    /// Lets a step decide, whatever was believed before.
    pub fn overrule(&mut self, step: Step, log_odds: f64) {
        self.is_overruled |= log_odds != self.sum;
        self.enter_result(step, log_odds);
    }

    /// Whether a step has decided against what was believed: then the prior has no part in it.
    #[must_use]
    pub fn is_overruled(&self) -> bool {
        self.is_overruled
    }

    /// What a step has added, log-odds.
    #[must_use]
    pub fn entry(&self, step: Step) -> f64 {
        self.entries[step as usize]
    }

    /// Log-odds: the sum of all entries.
    #[must_use]
    pub fn log_odds(&self) -> f64 {
        self.sum
    }

    /// Probability, 0 to 1.
    #[must_use]
    pub fn probability(&self) -> f64 {
        logistic(self.sum)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_overrules_leaves_its_own_value_and_an_entry_that_makes_up_the_difference() {
        let mut ledger = Ledger::open(-5.0, 9.0);
        ledger.enter(Step::Address, 1.5);
        assert!((ledger.log_odds() - 5.5).abs() < 1e-12 && !ledger.is_overruled());
        ledger.overrule(Step::Licence, -6.9);
        assert!(ledger.is_overruled() && ledger.log_odds() == -6.9);
        assert!((ledger.entry(Step::Licence) + 12.4).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn entries_always_add_up_to_the_log_odds(moves in proptest::collection::vec((2_usize..STEPS.len(), -20.0..20.0_f64, any::<bool>()), 0..12)) {
            let mut ledger = Ledger::open(-4.0, 2.0);
            for (step, log_odds, decides) in moves {
                if decides { ledger.overrule(STEPS[step], log_odds) } else { ledger.enter(STEPS[step], log_odds) }
            }
            let sum: f64 = STEPS.iter().map(|step| ledger.entry(*step)).sum();
            prop_assert!((sum - ledger.log_odds()).abs() < 1e-9);
        }
    }
}
