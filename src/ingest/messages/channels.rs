//! Several channels of one usage point to one reading an interval: what flows in less what flows
//! out.
//!
//! A connection point may be metered by several registers (general use and a boiler, import and
//! solar export), each with a series of its own. They are added up where they cover the same
//! interval; a missing part makes the sum missing, since null is not zero. Where one channel is
//! read in shorter intervals than another, the shorter ones are added up to the longer. Of readings
//! of one channel that overlap, the shorter ones count. Of a total and its phases the total counts,
//! and of net energy and import and export the net. Where one channel tells an interval twice, both
//! go on when it is the only channel (the series settles them, and reports a disagreement); for a
//! sum the better quality counts, and equally good ones that disagree are missing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Minute, ReadingQuality};

/// Which way energy flows through a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Flow {
    /// From the grid to the customer.
    Import,
    /// From the customer into the grid.
    Export,
    /// What flows in less what flows out, as the meter tells it.
    Net,
}

/// A part of a connection: lines of a three-phase or of a split-phase supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// First line.
    A,
    /// Second line.
    B,
    /// Third line.
    C,
    /// First half of a split phase.
    S1,
    /// Second half of a split phase.
    S2,
}

/// What a channel measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stream {
    /// Its direction.
    pub(crate) flow: Flow,
    /// The phase that it measures alone; `None` for all of the connection.
    pub(crate) phase: Option<Phase>,
}

impl From<Flow> for Stream {
    fn from(flow: Flow) -> Self {
        Self { flow, phase: None }
    }
}

/// Whether phases are all of a connection: the three, both halves of a split phase, or the one that
/// a single-phase meter is on.
pub(crate) fn are_whole(phases: &BTreeSet<Phase>) -> bool {
    let of = |phases: &[Phase]| phases.iter().copied().collect::<BTreeSet<_>>();
    phases.len() == 1 || *phases == of(&[Phase::A, Phase::B, Phase::C]) || *phases == of(&[Phase::S1, Phase::S2])
}

/// One reading of one channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ChannelReading {
    /// Start of the interval.
    pub(crate) start: Minute,
    /// Its length, minutes.
    pub(crate) minutes: u16,
    /// Place of the channel in the usage point's list.
    pub(crate) channel: u8,
    /// How far it can be trusted.
    pub(crate) quality: ReadingQuality,
    /// Energy, kWh, in the direction of the channel; NaN = missing.
    pub(crate) kwh: f32,
}

impl ChannelReading {
    fn end(&self) -> u32 {
        self.start.0 + u32::from(self.minutes)
    }
}

/// What becomes of the channels of one usage point.
#[derive(Debug, Default)]
pub(crate) struct Netted {
    /// Net readings in the order of time; `channel` has no meaning in them.
    pub(crate) readings: Vec<ChannelReading>,
    /// Readings whose energy is in none of them, or not known to be.
    pub(crate) left_out: Vec<ChannelReading>,
}

/// Longest interval that channels are added up over, minutes: what a packed reading can hold.
pub(crate) const LONGEST_MIN: i64 = 8191;

/// Longest interval of a channel that stands alone, minutes: a month and a half, as bills have.
pub(crate) const LONGEST_PERIOD_MIN: i64 = 65_520;

/// Net readings of all channels. Export alone keeps its sign, also where it is zero or missing.
pub(crate) fn net(mut readings: Vec<ChannelReading>, streams: &[Stream]) -> Netted {
    let key = |reading: &ChannelReading| (reading.start, reading.channel, reading.minutes);
    if !readings.is_sorted_by(|a, b| key(a) < key(b)) {
        readings.sort_by_key(|reading| (key(reading), Reverse(reading.quality)));
    }
    let alike = readings.windows(2).all(|pair| pair[0].channel == pair[1].channel && pair[0].end() <= pair[1].start.0);
    if alike {
        let out = readings.first().is_some_and(|first| stream(streams, first.channel).flow == Flow::Export);
        readings.iter_mut().filter(|_| out).for_each(|reading| reading.kwh = -reading.kwh);
        return Netted { readings, left_out: Vec::new() };
    }
    let mut netted = Netted { readings: Vec::with_capacity(readings.len()), left_out: Vec::new() };
    let mut rest = &readings[..];
    while let Some(first) = rest.first() {
        let mut end = first.end();
        let length = rest
            .iter()
            .take_while(|reading| {
                reading.start.0 < end && {
                    end = end.max(reading.end());
                    true
                }
            })
            .count();
        let (overlapping, after) = rest.split_at(length);
        add_up(overlapping, streams, &mut netted);
        rest = after;
    }
    netted
}

fn stream(streams: &[Stream], channel: u8) -> Stream {
    streams.get(usize::from(channel)).copied().unwrap_or(Flow::Import.into())
}

/// The readings of one channel among those that overlap, sorted by start.
type Part = Vec<ChannelReading>;

/// Adds up readings that overlap one another, sorted by start.
fn add_up(overlapping: &[ChannelReading], streams: &[Stream], netted: &mut Netted) {
    let mut channels: BTreeMap<u8, Part> = BTreeMap::new();
    for reading in overlapping {
        channels.entry(reading.channel).or_default().push(*reading);
    }
    let parts = channels.into_values().map(|part| shortest(part, &mut netted.left_out)).collect();
    let parts = counted(parts, streams);
    if let [only] = &parts[..] {
        let sign = if stream(streams, only[0].channel).flow == Flow::Export { -1.0 } else { 1.0 };
        netted.readings.extend(only.iter().map(|reading| ChannelReading { kwh: sign * reading.kwh, ..*reading }));
        return;
    }
    let parts: Vec<Part> = parts.into_iter().map(one_an_interval).collect();
    let same_axis = parts
        .windows(2)
        .all(|pair| pair[0].iter().map(|r| (r.start, r.minutes)).eq(pair[1].iter().map(|r| (r.start, r.minutes))));
    if same_axis {
        netted.readings.extend(
            (0..parts[0].len()).map(|place| sum(parts.iter().map(|part| &part[place]), streams, parts[0][place])),
        );
        return;
    }
    let start = overlapping.iter().map(|reading| reading.start).min().unwrap_or_default();
    let end = overlapping.iter().map(ChannelReading::end).max().unwrap_or_default();
    let Some(minutes) = u16::try_from(end - start.0).ok().filter(|&minutes| i64::from(minutes) <= LONGEST_MIN) else {
        netted.left_out.extend(parts.into_iter().flatten());
        return;
    };
    let whole = ChannelReading { start, minutes, channel: 0, quality: ReadingQuality::Actual, kwh: 0.0 };
    let covered = |part: &Part| {
        part[0].start == start
            && part[part.len() - 1].end() == end
            && part.windows(2).all(|p| p[0].end() == p[1].start.0)
    };
    netted.readings.push(if parts.iter().all(covered) {
        sum(parts.iter().flatten(), streams, whole)
    } else {
        ChannelReading { kwh: f32::NAN, quality: ReadingQuality::Missing, ..whole }
    });
}

/// The parts that count: of one energy told in two ways the one in shorter intervals, and else all
/// of a connection rather than its phases, net rather than import and export.
fn counted(parts: Vec<Part>, streams: &[Stream]) -> Vec<Part> {
    if streams.iter().all(|stream| stream.phase.is_none() && stream.flow != Flow::Net) {
        return parts;
    }
    let mut by_flow: BTreeMap<Flow, [Vec<Part>; 2]> = BTreeMap::new();
    for part in parts {
        let Stream { flow, phase } = stream(streams, part[0].channel);
        by_flow.entry(flow).or_default()[usize::from(phase.is_some())].push(part);
    }
    let mut whole: BTreeMap<Flow, Vec<Part>> =
        by_flow.into_iter().map(|(flow, [totals, phases])| (flow, of_flow(flow, totals, phases, streams))).collect();
    let nets = whole.remove(&Flow::Net).unwrap_or_default();
    finer(nets, whole.into_values().flatten().collect())
}

/// Of two ways to tell the same energy the second only where the first is not there or longer.
fn finer(first: Vec<Part>, second: Vec<Part>) -> Vec<Part> {
    let finest = |parts: &[Part]| parts.iter().flatten().map(|reading| reading.minutes).min();
    match (finest(&first), finest(&second)) {
        (Some(one), Some(other)) if one <= other => first,
        (Some(_), None) => first,
        _ => second,
    }
}

/// What counts of one flow. Where one of the phases that the usage point has is not there, the
/// others are not all of its energy: the total counts, or else they are missing.
fn of_flow(flow: Flow, totals: Vec<Part>, mut phases: Vec<Part>, streams: &[Stream]) -> Vec<Part> {
    let known: BTreeSet<Phase> =
        streams.iter().filter(|stream| stream.flow == flow).filter_map(|stream| stream.phase).collect();
    let here: BTreeSet<Phase> = phases.iter().filter_map(|part| stream(streams, part[0].channel).phase).collect();
    if here == known {
        return finer(totals, phases);
    }
    if !totals.is_empty() {
        return totals;
    }
    phases
        .iter_mut()
        .flatten()
        .for_each(|reading| (reading.kwh, reading.quality) = (f32::NAN, ReadingQuality::Missing));
    phases
}

/// The readings of one channel without those that a shorter one overlaps. One whose time the
/// shorter ones cover in full is their total, and all others are told.
fn shortest(mut of_channel: Part, left_out: &mut Vec<ChannelReading>) -> Part {
    if of_channel.windows(2).all(|pair| pair[0].minutes == pair[1].minutes) {
        return of_channel;
    }
    of_channel.sort_by_key(|reading| reading.minutes);
    let mut kept: Part = Vec::with_capacity(of_channel.len());
    let mut covered = Covered::default();
    for alike in of_channel.chunk_by(|a, b| a.minutes == b.minutes) {
        let first = kept.len();
        for reading in alike {
            if !covered.touches(reading) {
                kept.push(*reading);
            } else if !covered.holds(reading) {
                left_out.push(*reading);
            }
        }
        kept[first..].iter().for_each(|reading| covered.add(reading));
    }
    kept.sort_by_key(|reading| reading.start);
    kept
}

/// Stretches of time that readings cover, each start with its end; no two overlap or touch.
#[derive(Debug, Default)]
struct Covered(BTreeMap<u32, u32>);

impl Covered {
    fn touches(&self, reading: &ChannelReading) -> bool {
        self.0.range(..reading.end()).next_back().is_some_and(|(_, &end)| end > reading.start.0)
    }

    fn holds(&self, reading: &ChannelReading) -> bool {
        self.0.range(..=reading.start.0).next_back().is_some_and(|(_, &end)| end >= reading.end())
    }

    fn add(&mut self, reading: &ChannelReading) {
        let (mut start, mut end) = (reading.start.0, reading.end());
        while let Some((&known, &until)) = self.0.range(..=end).next_back().filter(|(_, until)| **until >= start) {
            self.0.remove(&known);
            (start, end) = (start.min(known), end.max(until));
        }
        self.0.insert(start, end);
    }
}

/// One reading an interval, of readings sorted by start and best quality.
fn one_an_interval(mut part: Part) -> Part {
    part.dedup_by(|later, kept| {
        let same = (later.start, later.minutes) == (kept.start, kept.minutes);
        if same && later.quality == kept.quality && later.kwh != kept.kwh {
            (kept.kwh, kept.quality) = (f32::NAN, ReadingQuality::Missing);
        }
        same
    });
    part
}

fn sum<'a>(
    parts: impl Iterator<Item = &'a ChannelReading>,
    streams: &[Stream],
    whole: ChannelReading,
) -> ChannelReading {
    let (mut kwh, mut quality, mut import) = (0.0_f64, ReadingQuality::Actual, false);
    for part in parts {
        let out = stream(streams, part.channel).flow == Flow::Export;
        import |= !out;
        kwh += if out { -f64::from(part.kwh) } else { f64::from(part.kwh) };
        quality = quality.min(part.quality);
    }
    let kwh = kwh as f32;
    // Two export channels without energy are still export.
    let kwh = if !import && !kwh.is_sign_negative() { -kwh } else { kwh };
    ChannelReading { kwh, quality: if kwh.is_nan() { ReadingQuality::Missing } else { quality }, ..whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(start: u32, minutes: u16, channel: u8, kwh: f32) -> ChannelReading {
        ChannelReading { start: Minute(start), minutes, channel, quality: ReadingQuality::Actual, kwh }
    }

    fn streams(flows: &[Flow]) -> Vec<Stream> {
        flows.iter().map(|&flow| flow.into()).collect()
    }

    fn told(readings: Vec<ChannelReading>, flows: &[Flow]) -> Vec<(u32, u16, String)> {
        told_of(readings, &streams(flows))
    }

    fn told_of(readings: Vec<ChannelReading>, streams: &[Stream]) -> Vec<(u32, u16, String)> {
        net(readings, streams)
            .readings
            .iter()
            .map(|reading| (reading.start.0, reading.minutes, format!("{:?}", reading.kwh)))
            .collect()
    }

    const TWO_IN_ONE_OUT: [Flow; 3] = [Flow::Import, Flow::Import, Flow::Export];

    #[test]
    fn imports_are_added_and_exports_taken_away() {
        let readings = vec![
            reading(0, 30, 0, 1.0),
            reading(30, 30, 0, 1.0),
            reading(0, 30, 1, 0.5),
            reading(30, 30, 1, 0.5),
            reading(30, 30, 2, 4.0),
        ];
        assert_eq!(told(readings, &TWO_IN_ONE_OUT), [(0, 30, "1.5".into()), (30, 30, "-2.5".into())]);
    }

    #[test]
    fn a_missing_part_makes_the_sum_missing() {
        assert_eq!(
            told(vec![reading(0, 30, 0, 1.0), reading(0, 30, 1, f32::NAN)], &TWO_IN_ONE_OUT),
            [(0, 30, "NaN".into())]
        );
    }

    #[test]
    fn channels_of_different_length_are_added_over_the_longer_interval() {
        let mut readings = vec![reading(0, 30, 0, 1.0), reading(30, 30, 0, 1.0)];
        readings.extend((0..3).map(|quarter| reading(quarter * 15, 15, 1, 0.25)));
        assert_eq!(told(readings, &TWO_IN_ONE_OUT), [(0, 30, "1.5".into()), (30, 30, "NaN".into())]);
    }

    #[test]
    fn a_daily_total_beside_its_intervals_is_not_counted_twice() {
        let mut readings = vec![reading(0, 1440, 0, 24.0)];
        readings.extend((0..24).map(|hour| reading(hour * 60, 60, 0, 1.0)));
        let netted = net(readings, &streams(&TWO_IN_ONE_OUT));
        assert_eq!(netted.readings.iter().map(|reading| reading.kwh).sum::<f32>(), 24.0);
        assert!(netted.left_out.is_empty(), "its energy is in the hours");
    }

    #[test]
    fn a_reading_that_shorter_ones_cover_in_part_is_left_out_and_told() {
        let mut readings: Vec<_> = (0..4).map(|place| reading(place * 30, 30, 0, 1.0)).collect();
        readings.push(reading(90, 1410, 0, 1.0));
        readings.push(reading(0, 120, 0, 4.0));
        let netted = net(readings, &streams(&TWO_IN_ONE_OUT));
        assert_eq!(netted.readings.len(), 4);
        assert_eq!(netted.left_out, [reading(90, 1410, 0, 1.0)]);
    }

    #[test]
    fn of_three_lengths_the_shortest_counts_wherever_it_is_there() {
        let mut readings = vec![reading(0, 120, 0, 8.0), reading(0, 60, 0, 4.0), reading(60, 60, 0, 4.0)];
        readings.extend((0..2).map(|place| reading(place * 30, 30, 0, 2.0)));
        assert_eq!(
            told(readings, &TWO_IN_ONE_OUT),
            [(0, 30, "2.0".into()), (30, 30, "2.0".into()), (60, 60, "4.0".into())]
        );
    }

    #[test]
    fn intervals_that_fit_nowhere_are_told() {
        let readings =
            (0..300).flat_map(|hour| [reading(hour * 60, 60, 0, 1.0), reading(hour * 60 + 30, 60, 1, 1.0)]).collect();
        let netted = net(readings, &streams(&TWO_IN_ONE_OUT));
        assert_eq!((netted.readings.len(), netted.left_out.len()), (0, 600));
    }

    const PHASES: [Phase; 3] = [Phase::A, Phase::B, Phase::C];

    /// A total in channel 0 and the three phases in channels 1 to 3.
    fn total_and_phases(flow: Flow) -> Vec<Stream> {
        [None, Some(Phase::A), Some(Phase::B), Some(Phase::C)].map(|phase| Stream { flow, phase }).to_vec()
    }

    #[test]
    fn a_total_counts_and_not_the_phases_beside_it() {
        let mut readings = vec![reading(0, 30, 0, 6.5)];
        readings.extend((1..4).map(|channel| reading(0, 30, channel, 2.0)));
        assert_eq!(told_of(readings.clone(), &total_and_phases(Flow::Import)), [(0, 30, "6.5".into())]);
        assert_eq!(told_of(readings, &total_and_phases(Flow::Export)), [(0, 30, "-6.5".into())]);
    }

    #[test]
    fn phases_without_a_total_are_added_up_where_all_of_them_are_there() {
        let mut readings: Vec<_> = (1..4).map(|channel| reading(0, 30, channel, 2.0)).collect();
        readings.extend((1..3).map(|channel| reading(30, 30, channel, 2.0)));
        assert_eq!(told_of(readings, &total_and_phases(Flow::Import)), [(0, 30, "6.0".into()), (30, 30, "NaN".into())]);
        assert!(
            are_whole(&PHASES.into()) && are_whole(&[Phase::B].into()) && are_whole(&[Phase::S1, Phase::S2].into())
        );
        assert!(!are_whole(&[Phase::A, Phase::B].into()), "a third of the energy is not there");
    }

    #[test]
    fn phases_by_the_hour_are_finer_than_a_daily_total() {
        let mut readings = vec![reading(0, 120, 0, 12.0)];
        readings.extend((1..4).flat_map(|channel| [reading(0, 60, channel, 2.0), reading(60, 60, channel, 2.0)]));
        assert_eq!(told_of(readings, &total_and_phases(Flow::Import)), [(0, 60, "6.0".into()), (60, 60, "6.0".into())]);
    }

    #[test]
    fn net_counts_and_not_the_import_and_export_beside_it() {
        let flows = [Flow::Import, Flow::Export, Flow::Net];
        let readings = vec![
            reading(0, 30, 0, 2.0),
            reading(0, 30, 1, 3.0),
            reading(0, 30, 2, -1.0),
            reading(30, 30, 0, 2.0),
            reading(30, 30, 1, 0.5),
        ];
        assert_eq!(told(readings, &flows), [(0, 30, "-1.0".into()), (30, 30, "1.5".into())]);
    }

    #[test]
    fn export_without_energy_keeps_its_sign() {
        assert_eq!(told(vec![reading(0, 30, 2, 0.0)], &TWO_IN_ONE_OUT), [(0, 30, "-0.0".into())]);
    }

    #[test]
    fn an_interval_told_twice_is_left_to_the_series_or_settled_before_it_is_added() {
        let estimate = ChannelReading { quality: ReadingQuality::Estimated, ..reading(30, 30, 0, 9.0) };
        let mut readings = vec![reading(0, 30, 0, 1.0), reading(30, 30, 0, 1.0), reading(0, 30, 0, 2.0), estimate];
        assert_eq!(told(readings.clone(), &TWO_IN_ONE_OUT).len(), 4);
        readings.extend([reading(0, 30, 1, 5.0), reading(30, 30, 1, 5.0)]);
        assert_eq!(told(readings, &TWO_IN_ONE_OUT), [(0, 30, "NaN".into()), (30, 30, "6.0".into())]);
    }
}
