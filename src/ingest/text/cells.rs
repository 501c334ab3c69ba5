//! The cells of a static table, column by column: one text for all of a column, so that an empty
//! cell costs the place of its end and nothing else.

use crate::ingest::bytes::caps::CapMet;

/// The cells of one column.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    /// Adds a cell, trimmed; `room` is what all cells of the table may still take.
    ///
    /// # Errors
    /// When they would take more, or the system has no more.
    pub(crate) fn push(&mut self, cell: &str, room: &mut Room) -> Result<(), CapMet> {
        let cell = cell.trim();
        room.take(cell.len() + size_of::<usize>())?;
        self.text.try_reserve(cell.len()).and_then(|()| self.ends.try_reserve(1)).map_err(|_| CapMet::NoMemory)?;
        self.text.push_str(cell);
        self.ends.push(self.text.len());
        Ok(())
    }

    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell; `None` where it is empty or not there.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        let end = *self.ends.get(row)?;
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start..end]).filter(|cell| !cell.is_empty())
    }
}

/// Bytes that the cells of a table may still take, and the cap that more would meet.
#[derive(Debug)]
pub(crate) struct Room {
    left: u64,
    met: CapMet,
}

impl Room {
    pub(crate) fn new((left, met): (u64, CapMet)) -> Self {
        Self { left, met }
    }

    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), CapMet> {
        self.left = self.left.checked_sub(bytes as u64).ok_or(self.met)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_trimmed_and_empty_ones_are_none() {
        let (mut cells, mut room) = (Cells::default(), Room::new((70, CapMet::Unpacked(70))));
        for cell in ["a ", "", " bc"] {
            cells.push(cell, &mut room).unwrap();
        }
        assert_eq!([cells.get(0), cells.get(1), cells.get(2), cells.get(3)], [Some("a"), None, Some("bc"), None]);
        assert!(cells.push(&"x".repeat(50), &mut room).is_err(), "the room is used up");
    }
}
