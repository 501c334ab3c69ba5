//! A node's balance day by day as two small panels of SVG: what flows in against what is metered and lost, and what is left over.
//!
//! Two panels, because a load of 10 kW is a flat line beside 500 kW. Days without a balance are gaps. Colours are those of the page, so a chart is readable on light and dark paper;
//! lines are also told apart by their form, and the text of the chart says what it shows.

use std::fmt::Write as _;

use crate::domain::CivilDay;
use crate::findings::{NodeDayRow, NodeRow};

/// Where the panels lie: left and right edge, and top and bottom of both.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 700.0;
const FLOWS: (f64, f64) = (20.0, 140.0);
const REST: (f64, f64) = (172.0, 292.0);
/// Labels on the axis of days, and lines of a panel, at most.
const MOST_DATES: usize = 5;
const MOST_LINES: f64 = 4.0;

/// The chart of one node.
pub(super) struct NodeChart {
    /// The node.
    pub(super) node: String,
    /// What is shown, for those who cannot see it.
    pub(super) words: String,
    /// Horizontal lines of both panels.
    pub(super) scale: Vec<ScaleLine>,
    /// Labels of days: x and text.
    pub(super) dates: Vec<(String, String)>,
    /// Path data of supplied, metered, metered and lost, and unmetered power.
    pub(super) supplied: String,
    /// Metered power.
    pub(super) metered: String,
    /// Metered power and technical loss together.
    pub(super) with_losses: String,
    /// What is left over.
    pub(super) unmetered: String,
    /// Height of the zero line of the lower panel.
    pub(super) zero: String,
    /// The interval of the power that was found: top, height and height of its middle; `None` without an estimate.
    pub(super) band: Option<(String, String, String)>,
    /// Where the load starts.
    pub(super) since: Option<String>,
}

/// A horizontal line with its value.
pub(super) struct ScaleLine {
    pub(super) y: String,
    pub(super) text: String,
}

/// Days on x and kW on y.
struct Axis {
    first: i32,
    days: f64,
    /// Top and bottom of the panel.
    panel: (f64, f64),
    /// Lowest and highest value.
    range: (f64, f64),
}

impl Axis {
    fn x(&self, day: CivilDay) -> f64 {
        LEFT + (RIGHT - LEFT) * (f64::from(day.0 - self.first) + 0.5) / self.days
    }

    fn y(&self, kw: f64) -> f64 {
        let (top, bottom) = self.panel;
        bottom - (bottom - top) * ((kw - self.range.0) / (self.range.1 - self.range.0)).clamp(0.0, 1.0)
    }

    /// Path data; a missing day interrupts it.
    fn path(&self, days: &[NodeDayRow], kw: impl Fn(&NodeDayRow) -> f64) -> String {
        let mut path = String::new();
        let mut before = None;
        for day in days {
            let letter = if before == Some(day.day.0 - 1) { 'L' } else { 'M' };
            let _ = write!(path, "{letter}{:.1} {:.1}", self.x(day.day), self.y(kw(day)));
            before = Some(day.day.0);
        }
        path
    }

    /// Round values within the range, at most five.
    fn lines(&self) -> Vec<ScaleLine> {
        let step = round_step(self.range.1 - self.range.0);
        let from = (self.range.0 / step).ceil() as i64;
        let to = (self.range.1 / step).floor() as i64;
        let digits = usize::from(step < 1.0);
        (from..=to)
            .map(|line| ScaleLine { y: format!("{:.1}", self.y(line as f64 * step)), text: format!("{:.digits$}", line as f64 * step) })
            .collect()
    }
}

/// 1, 2 or 5 times a power of ten, so that a range has at most `MOST_LINES` steps.
fn round_step(range: f64) -> f64 {
    let least = (range / MOST_LINES).max(0.1);
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * power).find(|&step| step >= least * 0.999).unwrap_or(10.0 * power)
}

/// Charts of all nodes that have days, in the order of `nodes`.
pub(super) fn charts(nodes: &[NodeRow], days: &[NodeDayRow]) -> Vec<NodeChart> {
    let of_node = |days: &[NodeDayRow]| nodes.iter().find(|row| row.node == days[0].node).map(|row| chart(row, days));
    days.chunk_by(|a, b| a.node == b.node).filter_map(of_node).collect()
}

fn chart(row: &NodeRow, days: &[NodeDayRow]) -> NodeChart {
    let (first, last) = (days[0].day.0, days[days.len() - 1].day.0);
    let axis = |panel, range| Axis { first, days: f64::from(last - first + 1), panel, range };
    let highest = |kw: fn(&NodeDayRow) -> f64| days.iter().map(kw).fold(f64::NEG_INFINITY, f64::max);
    let flows_top = highest(|day| day.supplied_kw).max(highest(|day| day.metered_kw + day.technical_kw + day.declared_kw)).max(0.1);
    let flows = axis(FLOWS, (0.0, 1.05 * flows_top));
    let interval = row.unmetered_kw_low.zip(row.unmetered_kw_high);
    let top = highest(|day| day.unmetered_kw).max(interval.map_or(0.0, |(_, high)| high)).max(0.1);
    let bottom = days.iter().map(|day| day.unmetered_kw).fold(0.0, f64::min);
    let rest = axis(REST, (1.05 * bottom, 1.05 * top));
    let band = interval.zip(row.unmetered_kw).map(|((low, high), kw)| {
        (format!("{:.1}", rest.y(high)), format!("{:.1}", (rest.y(low) - rest.y(high)).max(1.0)), format!("{:.1}", rest.y(kw)))
    });
    NodeChart {
        node: row.node.to_string(),
        words: words(row, days),
        scale: flows.lines().into_iter().chain(rest.lines()).collect(),
        dates: dates(&flows, last),
        supplied: flows.path(days, |day| day.supplied_kw),
        metered: flows.path(days, |day| day.metered_kw),
        with_losses: flows.path(days, |day| day.metered_kw + day.technical_kw + day.declared_kw),
        unmetered: rest.path(days, |day| day.unmetered_kw),
        zero: format!("{:.1}", rest.y(0.0)),
        band,
        since: row.since.map(|day| format!("{:.1}", rest.x(day) - 0.5 * (RIGHT - LEFT) / rest.days)),
    }
}

fn dates(axis: &Axis, last: i32) -> Vec<(String, String)> {
    let step = (axis.days / MOST_DATES as f64).ceil().max(1.0) as usize;
    (axis.first..=last).step_by(step).map(|day| (format!("{:.1}", axis.x(CivilDay(day))), CivilDay(day).to_string())).collect()
}

/// What the chart shows, in one or two sentences.
fn words(row: &NodeRow, days: &[NodeDayRow]) -> String {
    let mean = |kw: fn(&NodeDayRow) -> f64| days.iter().map(kw).sum::<f64>() / days.len() as f64;
    let mut words = format!(
        "{} {}, {} to {}: on average {:.1} kW flowed in, {:.1} kW were metered, {:.1} kW lost by calculation, {:.1} kW are left over",
        row.kind.as_str(),
        row.node,
        days[0].day,
        days[days.len() - 1].day,
        mean(|day| day.supplied_kw),
        mean(|day| day.metered_kw),
        mean(|day| day.technical_kw),
        mean(|day| day.unmetered_kw)
    );
    if let Some(since) = row.since {
        let of = |inside: bool| {
            let part: Vec<f64> = days.iter().filter(|day| (day.day >= since) == inside).map(|day| day.unmetered_kw).collect();
            part.iter().sum::<f64>() / part.len().max(1) as f64
        };
        let _ = write!(words, "; {:.1} kW before {since} and {:.1} kW from then on", of(false), of(true));
    }
    words.push('.');
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_day_interrupts_the_line() {
        let day = |day: i32| NodeDayRow {
            node: "T1".into(),
            day: CivilDay(day),
            hours: 24,
            supplied_kw: 10.0,
            metered_kw: 7.0,
            technical_kw: 1.0,
            declared_kw: 0.0,
            unmetered_kw: 2.0,
        };
        let axis = Axis { first: 0, days: 4.0, panel: FLOWS, range: (0.0, 10.0) };
        let path = axis.path(&[day(0), day(1), day(3)], |day| day.supplied_kw);
        assert_eq!(path.matches('M').count(), 2, "{path}");
        assert_eq!(path.matches('L').count(), 1, "{path}");
    }

    #[test]
    fn steps_of_the_scale_are_round() {
        assert_eq!([9.0, 43.0, 1000.0, 0.7].map(round_step), [5.0, 20.0, 500.0, 0.2]);
    }
}
