//! The lines of a piece, one after the other.

use super::parser::Parser;
use crate::ingest::tables::rows::{Lines, is_data, split_fields};

/// Splits every line of data and hands it to `take`; returns their number.
pub(crate) fn each_row<'a>(
    parser: &mut Parser<'a>,
    text: &'a [u8],
    has_head: bool,
    mut take: impl FnMut(&mut Parser<'a>, usize, &[&[u8]]),
) -> u64 {
    let mut fields = Vec::with_capacity(parser.plan.fields);
    let mut rows = 0;
    let mut lines = Lines::new(text, parser.plan, has_head);
    loop {
        while let Some(bytes) = parser.usual_row(lines.rest()) {
            lines.pass(bytes);
            rows += 1;
        }
        let Some((index, line)) = lines.next() else {
            parser.lines = lines.passed() as u64;
            return rows;
        };
        if parser.keys.repeats(line).is_none() && !is_data(line, parser.plan) {
            continue;
        }
        rows += 1;
        split_fields(line, parser.plan.delimiter, &mut fields);
        // Writers leave off empty fields at the end of a row.
        if (parser.plan.least_fields..parser.plan.fields).contains(&fields.len()) {
            fields.resize(parser.plan.fields, b"");
        }
        take(parser, index, &fields);
    }
}
