//! A column that says of every row what its value is: the channel, the register, the tariff, the
//! phase, or the unit.
//!
//! Such a column is told by its words: each means energy taken, given back, a part of a reading or
//! something else, or is a unit. Where a total stands among the words, its parts are passed over;
//! where only parts do, they are added up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::headings::unit_in;
use super::row_columns::{COMMODITY, FEW, MAYBE_CHANNEL};
use super::settler::Settler;
use super::unit_column::unit_column;
use crate::domain::Unit;
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::{Kind, ValueUnit};
use crate::ingest::tables::plan::{IdColumn, Plan, StampColumns};
use crate::ingest::text::channel_words::{ChannelWord, channel_word};
use crate::ingest::text::columns::{CHANNEL, DURATION, plain};
use crate::ingest::text::part_words::{PartWord, part_word, tariff_number};
use crate::ingest::text::values::minutes_of;
use crate::ingest::text::word_list::WordList;

/// Different words of such a column at most.
const MOST_WORDS: usize = 16;

/// Units of what is no electric energy.
const OTHER_UNITS: [&str; 26] = [
    "m3", "m³", "nm3", "l", "liter", "litre", "gal", "ccf", "cf", "therm", "therms", "gj", "mj", "gcal", "гкал", "м3",
    "м³", "v", "a", "hz", "c", "°c", "eur", "usd", "kg", "%",
];

/// Words for electricity as one of several commodities.
static ELECTRICITY: LazyLock<WordList> = LazyLock::new(|| {
    WordList::new(&[
        "electric",
        "eléctric",
        "électric",
        "elettric",
        "elektri",
        "elektřin",
        "=strom",
        "=stroom",
        "=el",
        "sähkö",
        "villamos",
        "электро",
        "электр",
        "=power",
        "energia elétrica",
        "prąd",
    ])
});

/// Finds the column of kinds and fills in the mapping: units that differ from row to row, or words
/// for parts of a reading.
pub(crate) fn find_kinds(
    table: &mut Settler<'_>,
    plan: &mut Plan,
    stamp: StampColumns,
    value: usize,
) -> Result<(), IngestError> {
    if !table.mapping.kinds.is_empty() || !table.mapping.columns.kind.is_empty() {
        return Ok(());
    }
    let unit = table.mapping.unit.unwrap_or_default();
    let by_unit = unit_column(table).and_then(|column| Some((column, kinds_of_units(&words(table, column))?)));
    let by_word = || {
        category_column(table, plan, stamp, value, false)
            .and_then(|(column, words)| Some((column, kinds_of_words(&words, unit)?)))
    };
    let by_length = || kinds_of_lengths(table, plan, unit);
    let by_tariff = || kind_of_one_tariff(table, unit);
    let Some((column, kinds)) = by_unit.or_else(by_word).or_else(by_length).or_else(by_tariff) else { return Ok(()) };
    if kinds.values().all(|kind| kind.skip) {
        return Err(no_energy(table, &kinds));
    }
    let shown = |(word, kind): (&String, &Kind)| match (kind.skip, kind.export) {
        (true, _) => format!("`{word}` passed over"),
        (_, true) => format!("`{word}` given back"),
        _ => format!("`{word}` taken"),
    };
    let told: Vec<String> = kinds.iter().map(shown).collect();
    table.notes.note("kinds", format!("column `{}`: {}", table.header[column], told.join(", ")), "its words");
    table.mapping.columns.kind = vec![table.name_of(column)];
    // The kinds say the unit; the table none beside them.
    let is_power = kinds.values().any(|kind| !kind.skip && kind.unit.scale().0 == Unit::Kw);
    table.mapping.unit = Some(if is_power { ValueUnit::Kw } else { ValueUnit::Kwh });
    plan.unit = if is_power { Unit::Kw } else { Unit::Kwh };
    plan.factor = table.mapping.multiplier.unwrap_or(1.0);
    table.mapping.kinds = kinds;
    Ok(())
}

/// A column all of whose words mean something, and the words: one that is called a channel or a
/// kind, or one that tells rows of one usage point and stamp apart.
pub(crate) fn category_column(
    table: &Settler<'_>,
    plan: &Plan,
    stamp: StampColumns,
    value: usize,
    lone: bool,
) -> Option<(usize, BTreeSet<String>)> {
    let (date, time) = match stamp {
        StampColumns::One(date) => (date, None),
        StampColumns::Two(date, time) => (date, Some(time)),
    };
    let id = if let IdColumn::At(id) = plan.id { Some(id) } else { None };
    let taken = [Some(date), time, id, Some(value)];
    let mean = |column: usize| {
        let words = words(table, column);
        let known = words.iter().all(|word| meaning(word).is_some());
        (known && (lone || words.len() > 1) && !words.is_empty() && words.len() <= MOST_WORDS).then_some(words)
    };
    let tells_apart = |column: usize| {
        let key = |row: &Vec<String>, with: Option<usize>| {
            [Some(date), time, id, with]
                .map(|place| place.and_then(|place| row.get(place)).cloned().unwrap_or_default())
        };
        let rows: Vec<&Vec<String>> =
            table.sample.rows.iter().skip(table.first_row).filter(|row| row.len() > column).take(FEW).collect();
        let distinct = |with: Option<usize>| rows.iter().map(|row| key(row, with)).collect::<BTreeSet<_>>().len();
        let (alone, apart) = (distinct(None), distinct(Some(column)));
        alone * 10 < rows.len() * 9 && apart > alone
    };
    let named = |column: usize| CHANNEL.iter().chain(COMMODITY).any(|name| plain(name) == plain(&table.header[column]));
    (0..table.header.len())
        .filter(|&column| !taken.contains(&Some(column)) && !table.header[column].is_empty())
        .filter(|&column| named(column) || tells_apart(column))
        .find_map(|column| Some((column, mean(column)?)))
}

/// Whether all words of a column say what is counted, and some is no bare number.
pub(crate) fn are_words_of_kinds(table: &Settler<'_>, column: usize) -> bool {
    let words = words(table, column);
    (2..=MOST_WORDS).contains(&words.len())
        && words.iter().all(|word| meaning(word).is_some())
        && words.iter().any(|word| word.contains(|c: char| c.is_alphabetic() || "+-".contains(c)))
}

/// Distinct words of a column, in lower case.
fn words(table: &Settler<'_>, column: usize) -> BTreeSet<String> {
    table.cells(column).map(|cell| cell.trim().to_lowercase()).filter(|cell| !cell.is_empty()).take(4 * FEW).collect()
}

/// What a word says: the direction, and the part.
fn meaning(word: &str) -> Option<(ChannelWord, Option<PartWord>)> {
    match (channel_word(word), part_word(word)) {
        (None, None) if ELECTRICITY.is_in(word) => Some((ChannelWord::Import, None)),
        (None, None) => None,
        (direction, part) => Some((direction.unwrap_or(ChannelWord::Import), part)),
    }
}

/// Kinds of words; `None` where a channel column says as much: no direction has several words.
fn kinds_of_words(words: &BTreeSet<String>, unit: ValueUnit) -> Option<BTreeMap<String, Kind>> {
    let meanings: Vec<(&String, ChannelWord, Option<PartWord>)> =
        words.iter().filter_map(|word| meaning(word).map(|(direction, part)| (word, direction, part))).collect();
    let of = |wanted: ChannelWord| meanings.iter().filter(|(_, direction, _)| *direction == wanted).collect::<Vec<_>>();
    let several = of(ChannelWord::Import).len() > 1 || of(ChannelWord::Export).len() > 1;
    if !several && words.iter().all(|word| channel_word(word).is_some()) {
        return None;
    }
    let mut kinds = BTreeMap::new();
    // The number of a tariff means the same in every file; other words are told apart here only.
    let numbers: Vec<u8> = words.iter().filter_map(|word| tariff_number(word)).collect();
    let mut free = (1..=15_u8).filter(|number| !numbers.contains(number));
    for direction in [ChannelWord::Import, ChannelWord::Export] {
        let words = of(direction);
        let is_whole = |part: Option<PartWord>| matches!(part, None | Some(PartWord::Total));
        let has_whole = words.iter().any(|(_, _, part)| is_whole(*part));
        let has_tariffs = words.iter().any(|(_, _, part)| *part == Some(PartWord::Tariff));
        for (word, _, part) in words {
            // The sum counts where it stands among its parts, and tariffs where phases do as well.
            let skip = (has_whole && !is_whole(*part)) || (has_tariffs && *part == Some(PartWord::Phase));
            let kind = Kind { unit, export: direction == ChannelWord::Export, skip, ..Kind::default() };
            let number = tariff_number(word).filter(|number| {
                let is_alone = || {
                    numbers.iter().position(|other| other == number)
                        == numbers.iter().rposition(|other| other == number)
                };
                direction == ChannelWord::Import && numbers.contains(number) && is_alone()
            });
            let part = if skip { 0 } else { number.or_else(|| free.next()).unwrap_or(15) };
            kinds.insert((*word).clone(), Kind { part, ..kind });
        }
    }
    for (word, _, _) in of(ChannelWord::Passed) {
        kinds.insert((*word).clone(), Kind { skip: true, unit, ..Kind::default() });
    }
    Some(kinds)
}

/// The kind of rows all of which are of one numbered tariff: another file may hold the others.
fn kind_of_one_tariff(table: &Settler<'_>, unit: ValueUnit) -> Option<(usize, BTreeMap<String, Kind>)> {
    let column = table.usual(CHANNEL).or_else(|| table.usual(MAYBE_CHANNEL))?;
    let words = words(table, column);
    let word = words.first().filter(|_| words.len() == 1)?;
    let part = tariff_number(word)?;
    let export = channel_word(word) == Some(ChannelWord::Export);
    Some((column, BTreeMap::from([(word.clone(), Kind { unit, export, part, ..Kind::default() })])))
}

/// Kinds of lengths of intervals, where rows of one usage point have several: the shortest counts,
/// the others sum it up.
fn kinds_of_lengths(table: &Settler<'_>, plan: &Plan, unit: ValueUnit) -> Option<(usize, BTreeMap<String, Kind>)> {
    let column = table.usual(DURATION)?;
    let words = words(table, column);
    let lengths: Option<BTreeMap<String, u16>> =
        words.iter().map(|word| minutes_of(word).map(|minutes| (word.clone(), minutes))).collect();
    let lengths = lengths.filter(|lengths| (2..=MOST_WORDS).contains(&lengths.len()))?;
    let shortest = *lengths.values().min()?;
    let id = if let IdColumn::At(id) = plan.id { Some(id) } else { None };
    let mut of_points: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for row in table.sample.rows.iter().skip(table.first_row).filter(|row| row.len() > column.max(id.unwrap_or(0))) {
        let word = row[column].trim().to_lowercase();
        of_points.entry(id.map_or("", |id| &row[id])).or_default().insert(word);
    }
    // A usage point without the shortest length would lose all its readings.
    let has_all = |words: &BTreeSet<String>| words.iter().any(|word| lengths.get(word) == Some(&shortest));
    if !of_points.values().all(has_all) {
        return None;
    }
    let kind = |(word, minutes): (String, u16)| (word, Kind { unit, skip: minutes > shortest, ..Kind::default() });
    Some((column, lengths.into_iter().map(kind).collect()))
}

/// Kinds of units, where some differ or are none of energy; energy rather than power where rows
/// tell both.
fn kinds_of_units(words: &BTreeSet<String>) -> Option<BTreeMap<String, Kind>> {
    let known = |word: &String| unit_in(word);
    if words.iter().all(|word| known(word).is_some() && known(word) == words.first().and_then(known)) {
        return None;
    }
    let has_energy = words.iter().filter_map(known).any(|unit| unit.scale().0 == Unit::Kwh);
    let is_none = |word: &String| is_no_unit(word);
    // A unit that nobody knows is told with the units, and its rows are taken as they stand.
    if words.len() > MOST_WORDS || words.iter().any(|word| known(word).is_none() && !is_none(word)) {
        return None;
    }
    let kind = |word: &String| match known(word) {
        Some(unit) if unit.scale().0 == Unit::Kwh || !has_energy => Kind { unit, ..Kind::default() },
        _ => Kind { skip: true, ..Kind::default() },
    };
    Some(words.iter().map(|word| (word.clone(), kind(word))).collect())
}

/// Whether a word is the unit of something else than active energy or power.
pub(crate) fn is_no_unit(word: &str) -> bool {
    let bare = word.trim().to_lowercase();
    OTHER_UNITS.contains(&bare.as_str()) || channel_word(word) == Some(ChannelWord::Passed)
}

/// The error for rows none of which holds energy.
fn no_energy(table: &Settler<'_>, kinds: &BTreeMap<String, Kind>) -> IngestError {
    let words: Vec<String> = kinds.keys().map(|word| format!("`{word}`")).collect();
    IngestError::NoEnergy { path: table.path.to_path_buf(), words: words.join(", ") }
}
