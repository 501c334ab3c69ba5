//! What a reader took a file for, and on what ground: for `darkload inspect`.

use super::keys::Mapping;
use crate::domain::Fact;

/// One decision about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What was decided, a word such as `encoding`.
    pub what: &'static str,
    /// The outcome.
    pub value: String,
    /// Why.
    pub ground: String,
    /// Another reading of the file that its content allows as well, with what would settle it;
    /// `None` when there is none.
    pub doubt: Option<Fact>,
}

/// All decisions about a file.
#[derive(Debug, Clone, Default)]
pub struct Understanding {
    /// In the order in which they were taken.
    pub decisions: Vec<Decision>,
    /// The mapping that says them all; `None` for formats that need none.
    pub mapping: Option<Mapping>,
}

impl Understanding {
    /// Notes a decision without doubt.
    pub(crate) fn note(&mut self, what: &'static str, value: impl Into<String>, ground: impl Into<String>) {
        self.decisions.push(Decision { what, value: value.into(), ground: ground.into(), doubt: None });
    }

    /// Notes a decision that could have been another.
    pub(crate) fn doubt(
        &mut self,
        what: &'static str,
        value: impl Into<String>,
        ground: impl Into<String>,
        doubt: Fact,
    ) {
        self.decisions.push(Decision { what, value: value.into(), ground: ground.into(), doubt: Some(doubt) });
    }
}
