//! Readings cut at the borders of the utility's months.

use std::collections::BTreeMap;

use crate::digest::CivilMonth;
use crate::domain::{Calendar, CivilDay, Minute, TimeRun, Timestamp, push_time};
use crate::series::{KeptStretch, Stretch};

/// A month and the instants that it has.
#[derive(Debug, Clone, Copy)]
pub(super) struct MonthSpan {
    pub(super) month: CivilMonth,
    start: Timestamp,
    end: Timestamp,
}

impl MonthSpan {
    /// The month that an instant lies in; `before` is tried first, for most neighbours share one.
    pub(super) fn of(at: Timestamp, calendar: &Calendar, before: Option<Self>) -> Self {
        if let Some(before) = before.filter(|span| (span.start..span.end).contains(&at)) {
            return before;
        }
        let day = calendar.day(at);
        let (month, next) = (CivilMonth::of(day), CivilDay(day.month_end().0 + 1));
        Self { month, start: calendar.day_start(month.first_day()), end: calendar.day_start(next) }
    }

    /// Rows of a run, which begins in the month, until its end.
    fn rows_of(&self, run: &TimeRun) -> u32 {
        let seconds = self.end.0 - Timestamp::from(run.first).0;
        if run.step == 0 {
            return run.rows;
        }
        let inside = (seconds - 1).max(0) / (60 * i64::from(run.step)) + 1;
        inside.min(i64::from(run.rows)) as u32
    }
}

/// Adds a stretch to the months that it lies in. Rows that hold no reading are left out.
pub(super) fn cut(stretch: &Stretch, calendar: &Calendar, months: &mut BTreeMap<CivilMonth, Vec<KeptStretch>>) {
    let mut part = Part { stretch, span: None, times: Vec::new(), from: 0 };
    let mut row = 0;
    for run in stretch.times {
        let mut run = *run;
        while run.rows > 0 {
            let span = MonthSpan::of(run.first.into(), calendar, part.span);
            if part.span.is_some_and(|open| open.month != span.month) {
                part.close(row, months);
            }
            part.span = Some(span);
            let inside = span.rows_of(&run);
            push_time(&mut part.times, TimeRun { rows: inside, ..run });
            row += inside as usize;
            run.rows -= inside;
            run.first = Minute(run.first.0 + inside * run.step);
        }
    }
    part.close(row, months);
}

/// Rows of a stretch in one month, while they are gathered.
struct Part<'a> {
    stretch: &'a Stretch<'a>,
    span: Option<MonthSpan>,
    times: Vec<TimeRun>,
    from: usize,
}

impl Part<'_> {
    fn close(&mut self, end: usize, months: &mut BTreeMap<CivilMonth, Vec<KeptStretch>>) {
        let Some(span) = self.span else { return };
        let (from, whole) = (std::mem::replace(&mut self.from, end), self.stretch);
        let part = Stretch {
            times: &self.times,
            value: &whole.value[from..end],
            quality: whole.quality.get(from..end).unwrap_or(&[]),
            duration_min: whole.duration_min.get(from..end).unwrap_or(&[]),
            ..*whole
        };
        let kept = part.keep();
        if !kept.value.is_empty() {
            months.entry(span.month).or_default().push(kept);
        }
        self.times.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FileIx, NO_READING, ReadingQuality, Unit};

    #[test]
    fn readings_are_cut_at_the_local_border_of_months() {
        let calendar = Calendar::new(Some("Asia/Almaty")).unwrap();
        let border = calendar.day_start(CivilDay::from_ymd(2025, 4, 1).unwrap());
        let first = Minute((border.0 / 60) as u32 - 90);
        let times = [TimeRun { first, step: 60, rows: 4 }, TimeRun { first: Minute(first.0 + 600), step: 0, rows: 1 }];
        let value = [1.0, 2.0, NO_READING, 4.0, 5.0];
        let quality = [ReadingQuality::Actual; 5];
        let stretch = Stretch {
            file: FileIx(2),
            unit: Unit::Kwh,
            registers: 0,
            times: &times,
            value: &value,
            quality: &quality,
            duration_min: &[],
        };
        let mut months = BTreeMap::new();
        cut(&stretch, &calendar, &mut months);
        let told: Vec<(String, Vec<f32>, usize)> = months
            .iter()
            .map(|(month, parts)| (month.to_string(), parts[0].value.clone(), parts[0].quality.len()))
            .collect();
        assert_eq!(
            told,
            [("2025-03".to_owned(), vec![1.0, 2.0], 2), ("2025-04".to_owned(), vec![4.0, 5.0], 2)],
            "half past the last hour of March, and from half past midnight on"
        );
        let april = &months.values().nth(1).unwrap()[0];
        assert_eq!(april.times[0].first, Minute(first.0 + 180));
    }
}
