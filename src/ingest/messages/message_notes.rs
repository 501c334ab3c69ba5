//! What a message file turned out to be while it was read: whose clock, whose ids, which channels,
//! units and steps. For `darkload inspect`.
//!
//! Formats of this kind name no columns that could be shown beforehand, so what they said is
//! counted while it passes, and told with the number of readings (or of other things) that said so.

use std::collections::BTreeMap;

use super::channels::{Flow, Stream};
use crate::domain::{Calendar, Fact};
use crate::ingest::format::StampClock;
use crate::ingest::mapping::understanding::Understanding;
use crate::ingest::said;

/// Different things that are told of one subject at most; what comes after them is counted
/// together.
const MOST_TOLD: usize = 24;

/// What is said about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// Where the id of a usage point stands.
    UsagePoint,
    /// What a channel measures.
    Channel,
    /// How channels make one reading.
    Sum,
    /// Unit of the values.
    Unit,
    /// What says how long an interval is.
    Length,
    /// Length of an interval.
    Step,
}

impl Subject {
    const ALL: [Self; 6] = [Self::UsagePoint, Self::Channel, Self::Sum, Self::Unit, Self::Length, Self::Step];

    fn name(self) -> &'static str {
        match self {
            Self::UsagePoint => "usage_point",
            Self::Channel => "channel",
            Self::Sum => "reading",
            Self::Unit => "unit",
            Self::Length => "length",
            Self::Step => "interval",
        }
    }
}

/// On what clock stamps turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ClockTold {
    /// Every stamp has its offset.
    Offset,
    /// The writer left a note; the offset in seconds.
    Note(i64),
    /// Nothing in the file says it.
    Nothing,
}

/// What was seen of a file.
#[derive(Debug, Default)]
pub(crate) struct MessageNotes {
    seen: BTreeMap<Subject, BTreeMap<String, u64>>,
    others: BTreeMap<Subject, u64>,
    doubts: BTreeMap<Subject, Fact>,
    clocks: BTreeMap<ClockTold, u64>,
}

impl MessageNotes {
    /// Counts `count` readings of which `what` is true.
    pub(crate) fn see(&mut self, subject: Subject, what: impl FnOnce() -> String, count: u64) {
        if count == 0 {
            return;
        }
        let of_subject = self.seen.entry(subject).or_default();
        let what = what();
        if of_subject.len() >= MOST_TOLD && !of_subject.contains_key(&what) {
            *self.others.entry(subject).or_insert(0) += count;
        } else {
            *of_subject.entry(what).or_insert(0) += count;
        }
    }

    /// Says what else the content allows.
    pub(crate) fn doubt(&mut self, subject: Subject, doubt: Fact) {
        self.doubts.entry(subject).or_insert(doubt);
    }

    /// Counts a stamp (or a message of stamps) on a clock.
    pub(crate) fn on_clock(&mut self, clock: ClockTold) {
        *self.clocks.entry(clock).or_insert(0) += 1;
    }

    /// Whose clock the stamps turned out to be on; `None` where none was met, or the format says
    /// it.
    pub(crate) fn clock(&self) -> Option<StampClock> {
        let is_own = !self.clocks.contains_key(&ClockTold::Nothing);
        (!self.clocks.is_empty()).then_some(if is_own { StampClock::Own } else { StampClock::Utility })
    }

    /// All of it in words. `facts` are what the format itself says.
    pub(crate) fn understanding(&self, calendar: &Calendar, facts: &[(&'static str, &'static str)]) -> Understanding {
        let mut told = Understanding::default();
        for &(what, value) in facts {
            told.note(what, value, "the format says so");
        }
        for clock in self.clocks.keys() {
            clock.tell(calendar, &mut told);
        }
        for subject in Subject::ALL {
            let mut doubt = self.doubts.get(&subject);
            for (value, count) in self.seen.get(&subject).into_iter().flatten() {
                match doubt.take() {
                    Some(doubt) => told.doubt(subject.name(), value.clone(), readings(*count), doubt.clone()),
                    None => told.note(subject.name(), value.clone(), readings(*count)),
                }
            }
            if let Some(&count) = self.others.get(&subject) {
                told.note(subject.name(), "and others", readings(count));
            }
        }
        told
    }
}

fn readings(count: u64) -> String {
    if count == 1 { "1 reading".to_owned() } else { format!("{count} readings") }
}

impl ClockTold {
    fn tell(&self, calendar: &Calendar, told: &mut Understanding) {
        match (self, calendar.zone_name()) {
            (Self::Offset, _) => told.note("clock", "UTC", "every stamp has its offset"),
            (Self::Note(offset_s), _) => {
                let (sign, minutes) = (if *offset_s < 0 { '-' } else { '+' }, offset_s.abs() / 60);
                let value = format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60);
                told.note("clock", value, "the note that the writer left (`GmtTo`) says so, whatever --timezone says");
            }
            (Self::Nothing, Some(zone)) => {
                told.note("clock", zone, "--timezone says so; the file does not name its clock");
            }
            (Self::Nothing, None) => told.doubt(
                "clock",
                "a clock without changes",
                "neither the file nor --timezone says more",
                said::doubt_clock(),
            ),
        }
    }
}

/// How channels make one reading, in words; `None` for one channel.
pub(crate) fn sum_words(streams: &[Stream]) -> Option<&'static str> {
    let has = |flow: Flow| streams.iter().any(|stream| stream.flow == flow);
    let phases = streams.iter().filter(|stream| stream.phase.is_some()).count();
    let has_total = streams.iter().any(|stream| stream.phase.is_none());
    match streams.len() {
        0 | 1 => None,
        _ if has(Flow::Net) && (has(Flow::Import) || has(Flow::Export)) => {
            Some("net energy, and not the import and export beside it")
        }
        _ if phases > 0 && has_total => Some("the total, and not the phases beside it"),
        _ if has(Flow::Import) && has(Flow::Export) => Some("import less export"),
        _ if phases > 1 => Some("the phases added up, where all of them are there"),
        _ => Some("the channels added up"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FileIx;
    use crate::ingest::bytes::caps::Caps;
    use crate::ingest::format::{Format, Source};
    use crate::ingest::kept::Kept;
    use crate::ingest::messages::cim_json::CIM_JSON;
    use crate::ingest::messages::xml80020::XML80020;

    fn told(notes: &MessageNotes, zone: Option<&str>) -> Vec<(&'static str, String, bool)> {
        let calendar = Calendar::new(zone).unwrap();
        notes
            .understanding(&calendar, &[])
            .decisions
            .into_iter()
            .map(|one| (one.what, one.value, one.doubt.is_some()))
            .collect()
    }

    #[test]
    fn a_clock_that_nothing_names_is_doubted_until_the_user_names_it() {
        let mut notes = MessageNotes::default();
        notes.on_clock(ClockTold::Nothing);
        assert_eq!(told(&notes, None), [("clock", "a clock without changes".to_owned(), true)]);
        assert_eq!(told(&notes, Some("Etc/GMT-5")), [("clock", "Etc/GMT-5".to_owned(), false)]);
    }

    #[test]
    fn a_note_and_an_offset_count_whatever_the_user_names() {
        let mut notes = MessageNotes::default();
        notes.on_clock(ClockTold::Note(-12_600));
        assert_eq!(told(&notes, Some("Etc/GMT-5")), [("clock", "UTC-03:30".to_owned(), false)]);
        assert_eq!(notes.clock(), Some(StampClock::Own));
    }

    #[test]
    fn a_file_of_endless_channels_is_told_in_few_lines() {
        let mut notes = MessageNotes::default();
        (0..1000).for_each(|n| notes.see(Subject::Channel, || format!("{n}"), 2));
        let lines = told(&notes, None);
        assert_eq!((lines.len(), lines[MOST_TOLD].1.as_str()), (MOST_TOLD + 1, "and others"));
    }

    /// What a message format takes a text for, on the clock of the caller, and whose clock its
    /// stamps are on.
    fn taken_for(format: &dyn Format, text: &str, zone: Option<&str>) -> (Understanding, StampClock) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("message");
        std::fs::write(&path, text).unwrap();
        let file = format.open(&Source { path: &path, ix: FileIx(0), caps: Caps::default() }).unwrap();
        file.read(0, &Calendar::new(zone).unwrap(), &Kept::default()).unwrap();
        (file.understanding(), file.clock())
    }

    fn values<'a>(told: &'a Understanding, what: &str) -> Vec<&'a str> {
        told.decisions.iter().filter(|one| one.what == what).map(|one| one.value.as_str()).collect()
    }

    #[test]
    fn a_message_says_what_it_was_taken_for_when_it_was_read() {
        let text = "<message class='80020'><datetime><day>20250301</day></datetime><area><measuringpoint \
                    code='1'><measuringchannel code='01'><period start='0000' \
                    end='0030'><value>1</value></period></measuringchannel><measuringchannel code='03'><period \
                    start='0000' \
                    end='0030'><value>1</value></period></measuringchannel></measuringpoint></area></message>";
        let (told, clock) = taken_for(&XML80020, text, None);
        assert_eq!(clock, StampClock::Utility);
        assert!(told.decisions.iter().any(|one| one.what == "clock" && one.doubt.is_some()), "nothing names the clock");
        assert_eq!(
            (values(&told, "usage_point"), values(&told, "interval")),
            (vec!["`code` of `measuringpoint`"], vec!["30 min"])
        );
        assert_eq!(values(&told, "channel"), ["import `01`", "reactive `03`, passed over"]);
        assert_eq!(values(&taken_for(&XML80020, text, Some("Asia/Almaty")).0, "clock"), ["Asia/Almaty"]);
        let (noted, clock) = taken_for(&XML80020, &format!("<!--GmtFrom=5;GmtTo=3-->{text}"), None);
        assert_eq!((values(&noted, "clock"), clock), (vec!["UTC+03:00"], StampClock::Own));
    }

    #[test]
    fn stamps_with_an_offset_need_no_zone_and_naive_ones_do() {
        let text = "{\"usagePoint\":\"A\",\"intervalBlocks\":[{\"readingType\":\"0.0.2.4.1.1.12.0.0.0.0.0.0.0.0.0.72.0\",\"intervalReadings\":[{\"timestamp\":\"2025-03-01T00:15:00Z\",\"value\":1}]}]}";
        let (told, clock) = taken_for(&CIM_JSON, text, None);
        assert_eq!((clock, values(&told, "unit")), (StampClock::Own, vec!["Wh"]));
        assert!(told.decisions.iter().all(|one| one.doubt.is_none()));
        let (naive, clock) = taken_for(&CIM_JSON, &text.replace(":00Z", ":00"), None);
        assert_eq!(clock, StampClock::Utility);
        assert!(naive.decisions.iter().any(|one| one.what == "clock" && one.doubt.is_some()));
    }
}
