//! Rows of days on which the clock changes.

use std::collections::BTreeMap;

use super::odd_days::{KnownDay, Row};
use super::parser::Parser;
use crate::domain::{RejectCode, Timestamp};
use crate::ingest::rejects::Refused;
use crate::ingest::said;
use crate::ingest::tables::plan::{IdColumn, Shape, StampColumns};
use crate::ingest::tables::rows::{Lines, is_data, split_fields};
use crate::ingest::text::number::{Cell, cell};
use crate::ingest::text::odd_day::{Label, Numbering, OddDay};

impl Parser<'_> {
    /// The beginning of an interval on a day on which the clock changes.
    pub(crate) fn odd_instant(
        &mut self,
        fields: &[&[u8]],
        columns: StampColumns,
        label: Label,
        day: OddDay,
    ) -> Result<Timestamp, Refused> {
        let place = self.odd.place_of(label.day).unwrap_or_else(|| {
            let known = self.look_at(day, columns);
            self.odd.add(known)
        });
        let flag = self.season().map(|column| fields[column].trim_ascii());
        let told = label.is_second.or_else(|| self.odd.at(place).is_second_by_flag(flag));
        let is_second = told.unwrap_or_else(|| {
            let series = self.series_of(fields);
            self.odd.is_second_in_order(place, series, label.second)
        });
        let known = self.odd.at(place);
        let numbering = known.numbering.unwrap_or(match &self.plan.slots {
            Some(slots) if slots.first == 1 => Numbering::Counted,
            Some(_) => Numbering::ByBegin,
            None => Numbering::ByStamp,
        });
        known.day.begin_of(self.calendar, (label.second, self.plan.shift_s), numbering, is_second).ok_or_else(|| {
            let cells = match columns {
                StampColumns::One(column) => fields[column].to_vec(),
                StampColumns::Two(date, time) => [fields[date], b" ", fields[time]].concat(),
            };
            (RejectCode::TIME_NEVER_WAS, said::stamp(RejectCode::TIME_NEVER_WAS, &self.plan.text(&cells)))
        })
    }

    /// The column that may tell an hour from the one that the clock shows again.
    fn season(&self) -> Option<usize> {
        if let Shape::Long(long) = &self.plan.shape { long.season } else { None }
    }

    /// What tells the series of a row: usage point, channel, kind.
    fn series_of(&self, fields: &[&[u8]]) -> Vec<u8> {
        let id = if let IdColumn::At(id) = self.plan.id { Some(id) } else { None };
        let more = if let Shape::Long(long) = &self.plan.shape { [long.channel, long.kind] } else { [None; 2] };
        let cells = [id].into_iter().chain(more).flatten().filter_map(|column| fields.get(column));
        cells.flat_map(|cell| cell.iter().copied().chain([0])).collect()
    }

    /// Looks at all rows of a day.
    fn look_at(&self, day: OddDay, columns: StampColumns) -> KnownDay {
        let mut series: BTreeMap<Vec<u8>, Vec<Row>> = BTreeMap::new();
        let mut fields = Vec::new();
        let value = if let Shape::Long(long) = &self.plan.shape { Some(long.value) } else { None };
        for (_, line) in Lines::new(self.odd.text, self.plan, self.odd.has_head) {
            if !is_data(line, self.plan) {
                continue;
            }
            split_fields(line, self.plan.delimiter, &mut fields);
            if fields.len() < self.plan.least_fields {
                continue;
            }
            fields.resize(fields.len().max(self.plan.fields), b"");
            let Some(label) = self.label(&fields, columns).filter(|label| label.day == day.day) else { continue };
            let is_filled = value.is_none_or(|value| match cell(fields[value], self.plan.decimal_comma) {
                Cell::Number(number) => number != 0.0,
                Cell::Missing => false,
                Cell::Text => true,
            });
            let flag = self.season().map(|column| fields[column].trim_ascii().to_vec()).unwrap_or_default();
            series.entry(self.series_of(&fields)).or_default().push(Row { label, is_filled, flag });
        }
        KnownDay::of(day, &series.into_values().collect::<Vec<_>>(), self.plan.shift_s)
    }
}
