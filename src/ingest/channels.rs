//! Several channels of one usage point to one reading an interval: what flows in less what flows out.
//!
//! A connection point may be metered by several registers (general use and a boiler, import and solar export), each with a series of its own. They are
//! added up where they cover the same interval; a missing part makes the sum missing, since null is not zero. Where one channel is read in shorter
//! intervals than another, the shorter ones are added up to the longer. Of readings of one channel that overlap, the shorter ones count. Where one channel tells an interval
//! twice, both go on when it is the only channel (the series settles them, and reports a disagreement); for a sum the better quality counts, and equally good
//! ones that disagree are missing.

use std::cmp::Reverse;

use crate::domain::{Minute, ReadingQuality};

/// Which way energy flows through a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// From the grid to the customer.
    Import,
    /// From the customer into the grid.
    Export,
}

/// One reading of one channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ChannelReading {
    /// Start of the interval.
    pub(super) start: Minute,
    /// Its length, minutes.
    pub(super) minutes: u16,
    /// Place of the channel in the usage point's list.
    pub(super) channel: u8,
    /// How far it can be trusted.
    pub(super) quality: ReadingQuality,
    /// Energy, kWh, in the direction of the channel; NaN = missing.
    pub(super) kwh: f32,
}

impl ChannelReading {
    fn end(&self) -> u32 {
        self.start.0 + u32::from(self.minutes)
    }
}

/// Net readings in the order of time; `channel` has no meaning in them. Export alone keeps its sign, also where it is zero or missing.
pub(super) fn net(mut readings: Vec<ChannelReading>, flows: &[Flow]) -> Vec<ChannelReading> {
    let key = |reading: &ChannelReading| (reading.start, reading.channel, reading.minutes);
    if !readings.is_sorted_by(|a, b| key(a) < key(b)) {
        readings.sort_by_key(|reading| (key(reading), Reverse(reading.quality)));
    }
    let alike = readings.windows(2).all(|pair| pair[0].channel == pair[1].channel && pair[0].end() <= pair[1].start.0);
    if alike {
        let out = readings.first().is_some_and(|first| flow(flows, first) == Flow::Export);
        readings.iter_mut().filter(|_| out).for_each(|reading| reading.kwh = -reading.kwh);
        return readings;
    }
    let mut netted = Vec::with_capacity(readings.len());
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
        add_up(overlapping, flows, &mut netted);
        rest = after;
    }
    netted
}

fn flow(flows: &[Flow], reading: &ChannelReading) -> Flow {
    flows.get(usize::from(reading.channel)).copied().unwrap_or(Flow::Import)
}

/// Adds up readings that overlap one another, sorted by start.
fn add_up(overlapping: &[ChannelReading], flows: &[Flow], netted: &mut Vec<ChannelReading>) {
    let mut channels: Vec<u8> = overlapping.iter().map(|reading| reading.channel).collect();
    channels.sort_unstable();
    channels.dedup();
    let parts: Vec<Vec<ChannelReading>> = channels.iter().map(|&channel| shortest(overlapping, channel)).collect();
    if let [only] = &parts[..] {
        let sign = if flow(flows, &only[0]) == Flow::Export { -1.0 } else { 1.0 };
        netted.extend(only.iter().map(|reading| ChannelReading { kwh: sign * reading.kwh, ..*reading }));
        return;
    }
    let parts: Vec<Vec<ChannelReading>> = parts.into_iter().map(one_an_interval).collect();
    let same_axis = parts.windows(2).all(|pair| pair[0].iter().map(|r| (r.start, r.minutes)).eq(pair[1].iter().map(|r| (r.start, r.minutes))));
    if same_axis {
        netted.extend((0..parts[0].len()).map(|place| sum(parts.iter().map(|part| &part[place]), flows, parts[0][place])));
        return;
    }
    let start = overlapping.iter().map(|reading| reading.start).min().unwrap_or_default();
    let end = overlapping.iter().map(ChannelReading::end).max().unwrap_or_default();
    let Ok(minutes) = u16::try_from(end - start.0) else { return };
    let whole = ChannelReading { start, minutes, channel: 0, quality: ReadingQuality::Actual, kwh: 0.0 };
    let covered = |part: &Vec<ChannelReading>| {
        part[0].start == start && part[part.len() - 1].end() == end && part.windows(2).all(|p| p[0].end() == p[1].start.0)
    };
    netted.push(if parts.iter().all(covered) {
        sum(parts.iter().flatten(), flows, whole)
    } else {
        ChannelReading { kwh: f32::NAN, quality: ReadingQuality::Missing, ..whole }
    });
}

/// The readings of one channel without those that a shorter one overlaps.
fn shortest(overlapping: &[ChannelReading], channel: u8) -> Vec<ChannelReading> {
    let of_channel = || overlapping.iter().filter(move |reading| reading.channel == channel);
    let finest = of_channel().map(|reading| reading.minutes).min().unwrap_or(0);
    let short: Vec<ChannelReading> = of_channel().filter(|reading| reading.minutes == finest).copied().collect();
    let mut kept = short.clone();
    kept.extend(of_channel().filter(|long| {
        let place = short.partition_point(|fine| fine.end() <= long.start.0);
        long.minutes > finest && short.get(place).is_none_or(|fine| fine.start.0 >= long.end())
    }));
    kept.sort_by_key(|reading| reading.start);
    kept
}

/// One reading an interval, of readings sorted by start and best quality.
fn one_an_interval(mut part: Vec<ChannelReading>) -> Vec<ChannelReading> {
    part.dedup_by(|later, kept| {
        let same = (later.start, later.minutes) == (kept.start, kept.minutes);
        if same && later.quality == kept.quality && later.kwh != kept.kwh {
            (kept.kwh, kept.quality) = (f32::NAN, ReadingQuality::Missing);
        }
        same
    });
    part
}

fn sum<'a>(parts: impl Iterator<Item = &'a ChannelReading>, flows: &[Flow], whole: ChannelReading) -> ChannelReading {
    let (mut kwh, mut quality, mut import) = (0.0_f64, ReadingQuality::Actual, false);
    for part in parts {
        let out = flow(flows, part) == Flow::Export;
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

    fn told(readings: Vec<ChannelReading>, flows: &[Flow]) -> Vec<(u32, u16, String)> {
        net(readings, flows).iter().map(|reading| (reading.start.0, reading.minutes, format!("{:?}", reading.kwh))).collect()
    }

    const TWO_IN_ONE_OUT: [Flow; 3] = [Flow::Import, Flow::Import, Flow::Export];

    #[test]
    fn imports_are_added_and_exports_taken_away() {
        let readings =
            vec![reading(0, 30, 0, 1.0), reading(30, 30, 0, 1.0), reading(0, 30, 1, 0.5), reading(30, 30, 1, 0.5), reading(30, 30, 2, 4.0)];
        assert_eq!(told(readings, &TWO_IN_ONE_OUT), [(0, 30, "1.5".into()), (30, 30, "-2.5".into())]);
    }

    #[test]
    fn a_missing_part_makes_the_sum_missing() {
        assert_eq!(told(vec![reading(0, 30, 0, 1.0), reading(0, 30, 1, f32::NAN)], &TWO_IN_ONE_OUT), [(0, 30, "NaN".into())]);
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
        assert_eq!(net(readings, &TWO_IN_ONE_OUT).iter().map(|reading| reading.kwh).sum::<f32>(), 24.0);
    }

    #[test]
    fn export_without_energy_keeps_its_sign() {
        assert_eq!(told(vec![reading(0, 30, 2, 0.0)], &TWO_IN_ONE_OUT), [(0, 30, "-0.0".into())]);
    }

    #[test]
    fn an_interval_told_twice_is_left_to_the_series_or_settled_before_it_is_added() {
        let estimate = ChannelReading { quality: ReadingQuality::Estimated, ..reading(30, 30, 0, 9.0) };
        let mut readings = vec![reading(0, 30, 0, 1.0), reading(30, 30, 0, 1.0), reading(0, 30, 0, 2.0), estimate];
        assert_eq!(net(readings.clone(), &TWO_IN_ONE_OUT).len(), 4);
        readings.extend([reading(0, 30, 1, 5.0), reading(30, 30, 1, 5.0)]);
        assert_eq!(told(readings, &TWO_IN_ONE_OUT), [(0, 30, "NaN".into()), (30, 30, "6.0".into())]);
    }
}
