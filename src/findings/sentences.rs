//! Every sentence that a result carries, in one place: what is done to all of them, such as putting
//! names or pseudonyms in, cannot forget one.

use crate::domain::Fact;

use super::Findings;

impl Findings {
    /// Hands every sentence to `change`, but for those of rejects, which quote what was read.
    pub fn each_sentence(&mut self, mut change: impl FnMut(&mut String)) {
        let mut change = |fact: &mut Fact| fact.said_mut().into_iter().for_each(&mut change);
        let mut each = |list: &mut Vec<Fact>| list.iter_mut().for_each(&mut change);
        for row in self.suspects.iter_mut().chain(&mut self.screening) {
            [&mut row.criteria, &mut row.evidence_for, &mut row.evidence_against, &mut row.tests_missing]
                .into_iter()
                .for_each(&mut each);
        }
        for row in &mut self.nodes {
            [&mut row.shortlist, &mut row.remarks, &mut row.parts].into_iter().for_each(&mut each);
        }
        self.coverage.iter_mut().for_each(|row| each(&mut row.remarks));
        self.addresses
            .iter_mut()
            .for_each(|row| [&mut row.findings, &mut row.criteria].into_iter().for_each(&mut each));
        self.worklist.iter_mut().for_each(|row| [&mut row.findings, &mut row.criteria].into_iter().for_each(&mut each));
        self.regions.iter_mut().for_each(|row| each(&mut row.over_rating));
        each(&mut self.notes);
        self.cleared.iter_mut().for_each(|row| change(&mut row.reason));
        self.faults.iter_mut().for_each(|row| change(&mut row.detail));
        self.money.iter_mut().for_each(|row| change(&mut row.detail));
    }
}
