//! What is done with a usage point the moment its readings are complete, while they are in the
//! processor's cache: even time axis, fault gate, digest, sums of the grid. Its series is then
//! forgotten, unless it is a balance meter's or farms will be planted in it.
//!
//! Every thread keeps a partial result of its own, and the partial results are folded when all
//! readings are read. The sums of the grid are one set for all threads, with a lock a node: a set
//! for each thread would take the memory of all hours of all nodes again, and whole numbers add up
//! to the same in any order.

use std::collections::BTreeSet;
use std::io;

use crate::domain::{Calendar, CivilDay, Fault, FedBy, Link, Purpose, UsagePointId, seed_of};
use crate::series::{DayFold, GridSums, LoadSeries, PerWorker, RatioStep, RawReading, Rounding, Stretch};

use super::hours::Hours;
use super::kept::{Kept, Partial, Point, RatioAsked};
use super::point::{PointDigest, RatioHours, Span};
use super::prepare::{PassSetting, Prepared};
use super::sample::{SampleBound, SampleKey};
use super::{Content, Digest, DigestStore, UsageProfile};

/// Usage points missing from the grid file whose series are kept to find their node: 9 kB each for
/// three months.
const MOST_ADRIFT: usize = 4096;

/// The pass and what it has gathered so far. `T` is what is read off every profile for the
/// population.
pub(crate) struct FirstPass<'a, T: Send> {
    setting: PassSetting<'a>,
    store: &'a DigestStore,
    sums: &'a GridSums,
    traits: fn(&UsageProfile) -> T,
    partial: PerWorker<Partial<T>>,
    hosts: SampleBound,
    adrift: SampleBound,
}

impl<'a, T: Send> FirstPass<'a, T> {
    /// A pass that puts digests into `store`, adds to `sums`, and keeps the `traits` of every
    /// profile at hand.
    pub(crate) fn new(
        setting: PassSetting<'a>,
        store: &'a DigestStore,
        sums: &'a GridSums,
        traits: fn(&UsageProfile) -> T,
    ) -> Self {
        let (hosts, adrift) = (SampleBound::new(setting.sample), SampleBound::new(MOST_ADRIFT));
        Self { setting, store, sums, traits, partial: PerWorker::new(), hosts, adrift }
    }

    /// Takes the readings of one usage point.
    ///
    /// # Errors
    /// When the file for digests that do not fit into memory fails.
    pub(crate) fn usage_point(&self, id: &str, stretches: &[Stretch], apart: &[RawReading]) -> io::Result<()> {
        let id: UsagePointId = id.into();
        let Some(mut prepared) = self.setting.prepare(&id, stretches, apart) else { return Ok(()) };
        if self.setting.grid.is_balance_meter(&id) {
            self.partial.with(|partial| {
                partial.faults.append(&mut prepared.faults);
                partial.supplies.insert(id, self.setting.judged(&prepared.series).into_owned());
            });
            return Ok(());
        }
        self.add_to_grid(&self.setting.judged(&prepared.series));
        let asked = prepared.ratio.take().map(|ratio| self.ask(&id, &prepared, &ratio)).transpose()?;
        let Prepared { series, fold, faults, .. } = prepared;
        let profile = UsageProfile::of_fold(&fold, &series);
        let (traits, is_empty) = ((self.traits)(&profile), profile.days.is_empty());
        let digest = PointDigest::new(profile, self.span(&series, &fold, faults), None);
        let (step_min, days, mean_kw) = (digest.step_min(), digest.days(), digest.mean_kw());
        let digest = Digest { id: id.clone(), content: Content::UsagePoint(digest) };
        let place = self.store.put(&digest)?;
        self.partial.with(|partial| {
            partial.points.push(Point { id: id.clone(), step_min, days, mean_kw, traits, digest: place });
            partial.faults.extend(digest.into_faults());
            partial.ratios.extend(asked);
            if !is_empty {
                self.offer(partial, &id, series);
            }
        });
        Ok(())
    }

    /// Offers a series to the samples.
    fn offer(&self, partial: &mut Partial<T>, id: &UsagePointId, series: LoadSeries) {
        let key: SampleKey = (seed_of(self.setting.seed, id, Purpose::Sample, 0), id.clone());
        let is_adrift = !self.setting.grid.is_empty() && !self.setting.grid.has_line(id);
        if is_adrift && series.folds_to_hours() {
            self.adrift.offer(&mut partial.adrift, key.clone(), || self.setting.judged(&series).hourly());
        }
        self.hosts.offer(&mut partial.hosts, key, || series);
    }

    /// What is needed to judge a usage point the other way, should a balance decide so.
    fn ask(&self, id: &UsagePointId, prepared: &Prepared, ratio: &RatioStep) -> io::Result<RatioAsked> {
        let (other, otherwise) = (ratio.other(&prepared.series), self.setting.judged(&ratio.otherwise()).hourly());
        let fold = DayFold::of(&other, self.setting.calendar);
        let hours = RatioHours { divided: ratio.divided, otherwise: Hours::of(&otherwise, self.setting.calendar) };
        let span = self.span(&other, &fold, Vec::new());
        let digest = PointDigest::new(UsageProfile::of_fold(&fold, &other), span, Some(hours));
        let mean_kw = digest.mean_kw();
        let place = self.store.put(&Digest { id: id.clone(), content: Content::Otherwise(digest) })?;
        Ok(RatioAsked { otherwise, divided: ratio.divided, digest: place, mean_kw })
    }

    fn span(&self, series: &LoadSeries, fold: &DayFold, faults: Vec<Fault>) -> Span {
        Span {
            days: series.days(self.setting.calendar).unwrap_or((CivilDay(0), CivilDay(0))),
            step_min: series.step_min,
            rounding: Rounding::of(series),
            mean_kw: fold.mean_kw(),
            valid: fold.valid() as u32,
            faults,
        }
    }

    /// Adds a usage point to the sum of the node that feeds it, or of each node for the time in
    /// which it did.
    fn add_to_grid(&self, series: &LoadSeries) {
        let grid = self.setting.grid;
        if let Some(links) = grid.links(&series.usage_point) {
            for (node, link) in links.iter().filter_map(|link| Some((link.fed_by.node()?, link))) {
                self.sums.add(node, &while_linked(series, link, self.setting.calendar));
            }
        } else if let Some(node) = grid.fed_by(&series.usage_point).and_then(FedBy::node) {
            self.sums.add(node, series);
        }
    }

    /// The usage points and balance meters that intervals were read of.
    pub(crate) fn finished(&mut self) -> BTreeSet<UsagePointId> {
        let ids = |partial: &mut Partial<T>| {
            partial.points.iter().map(|point| &point.id).chain(partial.supplies.keys()).cloned().collect::<Vec<_>>()
        };
        self.partial.each().flat_map(ids).collect()
    }

    /// What the pass leaves behind.
    pub(crate) fn finish(self) -> Kept<T> {
        let Partial { mut points, mut supplies, faults, mut ratios, hosts, adrift } =
            self.partial.folded(Partial::merge);
        points.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        // A balance meter that is read less often than by the day measures nothing here: its node
        // is judged from above.
        supplies.retain(|_, supply| supply.step_min <= 1440 && supply.kw.iter().any(|kw| !kw.is_nan()));
        ratios.sort_unstable_by(|a, b| a.otherwise.usage_point.cmp(&b.otherwise.usage_point));
        let (hosts, adrift) = (self.hosts.chosen(hosts), self.adrift.chosen(adrift));
        Kept { points, supplies, faults, hosts, ratios, adrift }
    }
}

/// A usage point's series with nothing on the days on which a link does not hold.
fn while_linked(series: &LoadSeries, link: &Link, calendar: &Calendar) -> LoadSeries {
    let mut linked = series.clone();
    for (place, kw) in linked.kw.iter_mut().enumerate() {
        if !link.holds(calendar.day(series.at(place))) {
            *kw = 0.0;
        }
    }
    linked
}
