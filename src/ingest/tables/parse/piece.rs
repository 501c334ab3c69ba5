//! One piece of a table: all its lines, as the layout of the table says.

use super::odd_days::OddDays;
use super::parser::Parser;
use super::row_walk::each_row;
use crate::domain::{IntervalBlock, RegisterBlock, Reject};
use crate::ingest::tables::plan::Shape;

/// What was read of a piece.
pub(crate) struct Parsed {
    /// Rows of data.
    pub(crate) rows: u64,
    /// Lines, those without data among them.
    pub(crate) lines: u64,
    pub(crate) intervals: IntervalBlock,
    /// Rows of parts of readings.
    pub(crate) parts: Vec<IntervalBlock>,
    pub(crate) registers: RegisterBlock,
    /// With rows counted from 0.
    pub(crate) rejects: Vec<Reject>,
}

/// Parses all lines of a piece.
pub(crate) fn parse<'a>(mut parser: Parser<'a>, text: &'a [u8], has_head: bool) -> Parsed {
    let plan = parser.plan;
    parser.odd = OddDays::new(text, has_head);
    let rows = match &plan.shape {
        Shape::Long(long) => {
            each_row(&mut parser, text, has_head, |parser, index, fields| parser.long_row(index, fields, long))
        }
        Shape::Slots(slots) => {
            each_row(&mut parser, text, has_head, |parser, index, fields| parser.slot_row(index, fields, slots))
        }
        Shape::ByTime(times) => {
            let axis = parser.time_axis(times);
            each_row(&mut parser, text, has_head, |parser, index, fields| parser.time_row(index, fields, &axis, times))
        }
        Shape::Across(across) => parser.across(text, has_head, across),
        Shape::DaysAcross(days) => parser.days_across(text, has_head, days),
        Shape::Counters(counters) => parser.counters(text, has_head, counters),
    };
    parser.intervals.ids = parser.keys.ids.clone();
    parser.parts.iter_mut().for_each(|part| part.ids = parser.keys.ids.clone());
    parser.registers.ids = parser.keys.ids;
    Parsed {
        rows,
        lines: parser.lines,
        intervals: parser.intervals,
        parts: parser.parts,
        registers: parser.registers,
        rejects: parser.rejects.finish(),
    }
}
