//! Length of the interval, and whether a stamp is its beginning or its end.
//!
//! A stamp of 24:00 is an end. So is the column of stamps whose every usage point begins a day one
//! interval after midnight; where the last one is in sight it must not end a day as stamps at the
//! beginning do. A column called start or end says so itself.

use std::collections::BTreeMap;

use crate::domain::{Calendar, Fact, Timestamp};
use crate::ingest::mapping::keys::StampSide;
use crate::ingest::said;
use crate::ingest::text::stamp::{StampForm, StampReader};

/// Stamps of the sample by usage point, in file order.
pub(crate) struct StampSample {
    series: Vec<Vec<i64>>,
    /// Days whose end is written as 24:00, and those whose beginning or end is written as 00:00.
    at_24: usize,
    at_00: usize,
    is_whole: bool,
}

/// A side with its ground, and the other possibility where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) of: StampSide,
    pub(crate) ground: String,
    pub(crate) doubt: Option<Fact>,
}

/// What the beginnings and ends of series say: so many days of all that tell.
struct Shape {
    side: StampSide,
    days: usize,
    of: usize,
    ground: String,
}

impl StampSample {
    fn empty(is_whole: bool) -> Self {
        Self { series: Vec::new(), at_24: 0, at_00: 0, is_whole }
    }

    /// Stamps of `rows`: usage point, date or stamp, time of day. Whether stamps may be in ISO form
    /// as well, and whether the rows are all there are.
    pub(crate) fn of<'a>(
        rows: impl Iterator<Item = (&'a str, &'a str, Option<&'a str>)>,
        form: StampForm,
        (iso_too, is_whole): (bool, bool),
    ) -> Self {
        let Ok(clock) = Calendar::new(None) else { return Self::empty(is_whole) };
        let mut reader = StampReader::new(form, &clock);
        let mut iso = StampReader::new(StampForm::YearFirst, &clock);
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut sample = Self::empty(is_whole);
        for (id, date, time) in rows {
            let date = on_the_wall(date);
            let read = match time {
                Some(time) => reader.read_parts(date.as_bytes(), time.as_bytes()),
                None => reader.read(date.as_bytes()),
            };
            let read = match (read, time) {
                (Err(_), None) if iso_too => iso.read(date.as_bytes()),
                (Err(_), Some(time)) if iso_too => iso.read_parts(date.as_bytes(), time.as_bytes()),
                (read, _) => read,
            };
            let Ok(Timestamp(second)) = read else { continue };
            let is_24 = time.unwrap_or(date).contains("24:00") || time == Some("24");
            sample.at_24 += usize::from(is_24);
            sample.at_00 += usize::from(!is_24 && second.rem_euclid(86_400) == 0);
            let place = *places.entry(id).or_insert_with(|| {
                sample.series.push(Vec::new());
                sample.series.len() - 1
            });
            sample.series[place].push(second);
        }
        sample
    }

    /// The most frequent distance between neighbouring stamps of a usage point, minutes; `None`
    /// with fewer than two.
    pub(crate) fn step_min(&self) -> Option<u32> {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        for series in &self.series {
            for pair in series.windows(2).filter(|pair| pair[0] != pair[1]) {
                *counts.entry((pair[1] - pair[0]).abs()).or_insert(0) += 1;
            }
        }
        let (seconds, _) = counts.into_iter().rev().max_by_key(|&(_, count)| count)?;
        u32::try_from(seconds / 60).ok().filter(|&minutes| (1..=45_000).contains(&minutes))
    }

    /// Whether midnight is written as 00:00 of the day that it ends: in the order of rows it
    /// follows the last interval of its own day, not that of the day before.
    pub(crate) fn is_midnight_late(&self) -> bool {
        const HOUR: i64 = 3600;
        let (mut late, mut usual) = (0, 0);
        for pair in self.series.iter().flat_map(|series| series.windows(2)) {
            let (midnight, other) = match pair {
                [before, after] if after.rem_euclid(86_400) == 0 && before.rem_euclid(86_400) != 0 => (*after, *before),
                [before, after] if before.rem_euclid(86_400) == 0 && after.rem_euclid(86_400) != 0 => (*before, *after),
                _ => continue,
            };
            // Neighbours on the last interval before the midnight, in either order of time.
            usual += usize::from((-HOUR..0).contains(&(other - midnight)));
            late += usize::from((86_400 - HOUR..86_400).contains(&(other - midnight)));
        }
        late > usual
    }

    /// The side that stamps are on. `name` is that of their column.
    pub(crate) fn side(&self, name: &str, step_min: u32) -> Side {
        let sure = |side, ground: String| Side { of: side, ground, doubt: None };
        // A day of 25 hours that are counted from 0 ends with 24:00 as well.
        if self.at_24 > 0 && self.at_24 >= self.at_00 {
            return sure(StampSide::End, "a stamp of 24:00 is the end of a day".to_owned());
        }
        if step_min >= 1440 {
            return sure(StampSide::Begin, "days are named by themselves".to_owned());
        }
        let shape = self.shape(step_min);
        let Some(told) = side_in_name(name) else {
            return match shape {
                Some(shape) => sure(shape.side, shape.ground),
                None => Side {
                    of: StampSide::Begin,
                    ground: "no usage point shows the beginning of a day first; begin is usual".to_owned(),
                    doubt: Some(said::doubt_side()),
                },
            };
        };
        let doubt =
            shape.filter(|shape| shape.side != told).map(|shape| said::doubt_side_of_name(shape.days, shape.of));
        Side { of: told, ground: format!("the column is called `{name}`"), doubt }
    }

    /// What the beginnings and ends of series say.
    fn shape(&self, step_min: u32) -> Option<Shape> {
        let step = i64::from(step_min) * 60;
        let of_day = |second: i64| second.rem_euclid(86_400);
        let (mut begins, mut ends) = (0, 0);
        // The last series may be cut off by the end of the sample, and then nothing is known of its
        // end.
        let last = self.series.len().saturating_sub(1);
        for (place, series) in self.series.iter().enumerate().filter(|(_, series)| series.len() as i64 * step >= 86_400)
        {
            let (low, high) = (series.iter().min()?, series.iter().max()?);
            let sees_end = self.is_whole || place < last;
            let descends = series[0] > series[series.len() - 1];
            let low_seen = !descends || sees_end;
            if low_seen && of_day(*low) == 0 {
                begins += 1;
                continue;
            }
            let begins_late =
                low_seen && of_day(*low) == step && (descends || !sees_end || of_day(*high) != 86_400 - step);
            let ends_at_midnight = descends && !sees_end && of_day(*high) == 0;
            ends += usize::from(begins_late || ends_at_midnight);
        }
        let minutes = step_min % 60;
        let first = format!("{:02}:{minutes:02}", step_min / 60);
        let of = begins + ends;
        let shape = |side, days, ground| Some(Shape { side, days, of, ground });
        match (begins, ends) {
            (0, 0) => None,
            (begins, ends) if begins >= ends => {
                shape(StampSide::Begin, begins, format!("{begins} of {of} first days begin at 00:00"))
            }
            (_, ends) => {
                shape(StampSide::End, ends, format!("{ends} of {of} first days begin at {first}, not at 00:00"))
            }
        }
    }
}

/// A stamp without its offset from UTC: days begin by the clock on the wall.
fn on_the_wall(stamp: &str) -> &str {
    match stamp.get(16..).and_then(|rest| rest.find(['+', '-'])) {
        Some(place) if stamp.as_bytes()[13] == b':' => &stamp[..16 + place],
        _ => stamp,
    }
}

/// Words for the beginning of an interval, in the languages of names of columns.
const BEGINS: [&str; 27] = [
    "fra",
    "från",
    "von",
    "ab",
    "van",
    "vanaf",
    "od",
    "desde",
    "inicio",
    "início",
    "inizio",
    "début",
    "debut",
    "alku",
    "alkaa",
    "alkuaika",
    "alkamisaika",
    "kezdet",
    "kezdete",
    "kezdő",
    "początek",
    "začátek",
    "anfang",
    "başlangıç",
    "басы",
    "басталуы",
    "басталу",
];
/// Words for its end.
const ENDS: [&str; 20] = [
    "til",
    "till",
    "tot",
    "do",
    "hasta",
    "fin",
    "fine",
    "fim",
    "loppu",
    "loppuaika",
    "vége",
    "koniec",
    "konec",
    "slut",
    "bitiş",
    "соңы",
    "аяқталуы",
    "аяқталу",
    "ende",
    "to",
];

/// The side that a column's name says.
pub(crate) fn side_in_name(name: &str) -> Option<StampSide> {
    let name = name.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    // Short words may stand between others for something else.
    let is_at_rim = |place: usize| place == 0 || words[place + 1..].iter().all(|word| word.is_empty());
    let is = |whole: &[&str]| {
        words
            .iter()
            .enumerate()
            .any(|(place, word)| whole.contains(word) && (word.chars().count() > 4 || is_at_rim(place)))
    };
    if says(&["end", "конец", "конца", "оконч", "bis"]) || is(&ENDS) || name.ends_with(" do") {
        return Some(StampSide::End);
    }
    let begins = says(&["start", "begin", "начал", "from"]) || is(&BEGINS);
    (begins || name == "timestamp").then_some(StampSide::Begin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &str, stamps: &[&str]) -> Side {
        let sample =
            StampSample::of(stamps.iter().map(|&stamp| ("A", stamp, None)), StampForm::YearFirst, (false, true));
        let step = sample.step_min().unwrap();
        sample.side(name, step)
    }

    fn day(from: usize) -> Vec<String> {
        (from..from + 48)
            .map(|slot| format!("2025-03-{:02} {:02}:{:02}", 1 + slot / 48, slot % 48 / 2, slot % 2 * 30))
            .collect()
    }

    #[test]
    fn a_day_from_00_30_to_midnight_is_stamped_at_the_ends() {
        let stamps = day(1);
        let stamps: Vec<&str> = stamps.iter().map(String::as_str).collect();
        assert_eq!(side("datetime", &stamps).of, StampSide::End);
    }

    #[test]
    fn a_day_from_midnight_is_stamped_at_the_beginnings() {
        let stamps = day(0);
        let stamps: Vec<&str> = stamps.iter().map(String::as_str).collect();
        assert_eq!(
            side("datetime", &stamps),
            Side { of: StampSide::Begin, ground: "1 of 1 first days begin at 00:00".into(), doubt: None }
        );
    }

    #[test]
    fn a_name_wins_over_the_shape_and_the_shape_is_told() {
        let stamps = day(1);
        let stamps: Vec<&str> = stamps.iter().map(String::as_str).collect();
        let told = side("start", &stamps);
        assert_eq!(told.of, StampSide::Begin);
        assert!(told.doubt.is_some_and(|doubt| doubt.code == "doubt.side_of_name"));
    }

    #[test]
    fn twenty_four_hundred_is_an_end_whatever_else() {
        assert_eq!(side("start", &["2025-03-01 23:30", "2025-03-01 24:00"]).of, StampSide::End);
    }
}
