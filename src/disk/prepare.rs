//! A place made ready before the work, and the stage beside it.

use super::{Place, PlaceError, Stage, leftover};

impl Place {
    /// Clears up after runs that were ended and refuses what may not be replaced; returns what
    /// there is to say about the former.
    ///
    /// # Errors
    /// Names what would be lost.
    pub fn prepare(&self) -> Result<Vec<String>, PlaceError> {
        let words = leftover::clear(&self.parent, &self.name, Some(self))?;
        self.standing()?;
        // A folder that cannot be written to is told before the work.
        self.stage().map(drop)?;
        Ok(words)
    }

    /// A hidden folder beside the place, in which a result is made.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn stage(&self) -> Result<Stage, PlaceError> {
        Stage::beside(&self.parent, &self.name)
    }
}
