//! Volts of every meter and phase by the slot, packed: four bytes a slot hold the sum of what was
//! measured in it, in hundredths of a volt, and how many values that were.
//!
//! Sums are whole numbers, so the order of rows changes nothing. Values within a slot are averaged:
//! of means that is their mean, of snapshots the best that can be had.

use std::collections::HashMap;

use crate::domain::UsagePointId;
use crate::ingest::VoltReading;

/// Bits of a slot that hold the sum; the others count.
const SUM_BITS: u32 = 24;
/// Most values that a slot counts; further ones are dropped.
const MOST_VALUES: u32 = 200;
/// Slots that a series may span: twenty years of hours.
const MOST_SLOTS: i64 = 175_320;
/// Phases of a meter.
pub(crate) const PHASES: usize = 3;

/// Volts of one phase of one meter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slots {
    /// Slot of the first value, counted from 1970.
    pub(crate) first: i64,
    packed: Vec<u32>,
}

/// Volts of one meter.
#[derive(Debug, Clone)]
pub(crate) struct MeterVolts {
    /// The meter.
    pub(crate) id: UsagePointId,
    /// Its phases as it calls them; empty where it has none.
    pub(crate) phases: [Slots; PHASES],
}

/// Volts of all meters of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct VoltStore {
    slot_s: i64,
    places: HashMap<Box<str>, usize>,
    meters: Vec<MeterVolts>,
    last: usize,
}

impl Slots {
    fn add(&mut self, slot: i64, volt: f32) {
        if self.packed.is_empty() {
            self.first = slot;
        }
        let (first, end) = (self.first.min(slot), (self.first + self.packed.len() as i64).max(slot + 1));
        if end - first > MOST_SLOTS {
            return;
        }
        if slot < self.first {
            let missing = (self.first - slot) as usize;
            self.packed.splice(0..0, std::iter::repeat_n(0, missing));
            self.first = slot;
        }
        let place = (slot - self.first) as usize;
        if place >= self.packed.len() {
            self.packed.resize(place + 1, 0);
        }
        let (sum, count) = (self.packed[place] & ((1 << SUM_BITS) - 1), self.packed[place] >> SUM_BITS);
        if count < MOST_VALUES {
            self.packed[place] = (sum + (volt * 100.0).round() as u32) | ((count + 1) << SUM_BITS);
        }
    }

    /// Whether nothing was measured.
    pub(crate) fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// Slot after the last value.
    pub(crate) fn end(&self) -> i64 {
        self.first + self.packed.len() as i64
    }

    /// Mean volts of a slot; NaN where nothing was measured.
    pub(crate) fn volt(&self, slot: i64) -> f32 {
        let packed = usize::try_from(slot - self.first).ok().and_then(|place| self.packed.get(place)).copied();
        match packed.unwrap_or(0) {
            0 => f32::NAN,
            packed => (packed & ((1 << SUM_BITS) - 1)) as f32 / ((packed >> SUM_BITS) as f32 * 100.0),
        }
    }
}

impl VoltStore {
    /// An empty store of hours.
    pub(crate) fn hourly() -> Self {
        Self { slot_s: 3600, ..Self::default() }
    }

    /// Adds what was measured; rows of one meter that follow one another find it at once.
    pub(crate) fn add(&mut self, reading: &VoltReading) {
        let is_last = self.meters.get(self.last).is_some_and(|meter| &*meter.id == reading.usage_point);
        if !is_last {
            self.last = if let Some(&place) = self.places.get(reading.usage_point) {
                place
            } else {
                let place = self.meters.len();
                self.places.insert(reading.usage_point.into(), place);
                self.meters.push(MeterVolts { id: reading.usage_point.into(), phases: Default::default() });
                place
            };
        }
        if let Some(slots) = self.meters[self.last].phases.get_mut(usize::from(reading.phase) - 1) {
            slots.add(reading.at.0.div_euclid(self.slot_s), reading.volt);
        }
    }

    /// Puts meters in the order of their ids, when all is added.
    pub(crate) fn finish(&mut self) {
        self.places = HashMap::new();
        self.meters.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// All meters in the order of their ids.
    pub(crate) fn meters(&self) -> &[MeterVolts] {
        &self.meters
    }

    /// One meter.
    pub(crate) fn meter(&self, id: &str) -> Option<&MeterVolts> {
        self.meters.binary_search_by(|meter| (*meter.id).cmp(id)).ok().map(|place| &self.meters[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn values_of_an_hour_are_averaged_in_any_order() {
        let rows = [(0, 230.0), (1800, 231.0), (7200, 228.5), (-3600, 229.0)];
        let of = |rows: &mut dyn Iterator<Item = &(i64, f32)>| {
            let mut store = VoltStore::hourly();
            for &(at, volt) in rows {
                store.add(&VoltReading { usage_point: "A", at: Timestamp(at), phase: 2, volt, kvarh: f32::NAN });
            }
            store.finish();
            let slots = store.meter("A").unwrap().phases[1].clone();
            (-2..4).map(|slot| slots.volt(slot).to_string()).collect::<Vec<_>>()
        };
        assert_eq!(of(&mut rows.iter()), ["NaN", "229", "230.5", "NaN", "228.5", "NaN"]);
        assert_eq!(of(&mut rows.iter()), of(&mut rows.iter().rev()));
    }
}
