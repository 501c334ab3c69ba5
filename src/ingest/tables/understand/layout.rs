//! Which layout a header shows, and where its columns are.

use super::counter_shows::{has_counters, has_dated_counters};
use super::day_columns::{FEWEST_SLOTS, slots_of_day};
use super::headings::{is_no_reading, unit_in};
use super::meter_channels::has_channels_across;
use super::settler::Settler;
use super::slot_name::{SlotName, slot_name};
use super::slots_down::slots_down;
use super::wide_layouts::{FEWEST_INSTANTS, across_columns, instants_across};
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::Layout;
use crate::ingest::text::channel_words::channel_word;
use crate::ingest::text::columns::{self, DATE, TIME, TIMESTAMP, USAGE_POINT, plain};
use crate::ingest::text::part_words::part_word;
use crate::ingest::text::stamp::StampForm;

/// Names of columns that tell a table of weather or prices from one of meters.
const NOT_METERS: [&str; 19] = [
    "temp",
    "temperature",
    "tempc",
    "drybulbc",
    "rhum",
    "humidity",
    "dwpt",
    "prcp",
    "wspd",
    "pres",
    "coco",
    "price",
    "Температура",
    "Влажность",
    "Ветер",
    "Осадки",
    "Давление",
    "Цена",
    "Тариф",
];

/// The layout that names and cells of the header show.
///
/// # Errors
/// When it shows none: the message names the missing column.
pub(crate) fn guess_layout(table: &Settler<'_>) -> Result<Layout, IngestError> {
    let id = match table.named(&table.mapping.columns.usage_point, "usage_point")? {
        None if table.mapping.usage_point_from.is_some() => Some(0),
        named => named.or_else(|| table.usual(USAGE_POINT)),
    };
    if slots_down(table).is_some() {
        return Ok(Layout::DaysAcross);
    }
    let dated = table.usual(DATE).or(table.usual(TIMESTAMP));
    if id.is_some() && dated.is_some() && slots_of_day(table).is_some() {
        return Ok(Layout::WideByDay);
    }
    if id.is_some() && has_dated_counters(table) {
        return Ok(Layout::Register);
    }
    if id.is_some() && instants_across(table).len() >= FEWEST_INSTANTS {
        return Ok(Layout::WideByTime);
    }
    // The slots of one usage point, which the title or the file names.
    let clocks = table.header.iter().filter(|name| is_hour(name)).count();
    if id.is_none() && dated.is_some() && clocks >= FEWEST_SLOTS && slots_of_day(table).is_some() {
        return Ok(Layout::WideByDay);
    }
    if id.is_none() && (has_meters_across(table) || has_channels_across(table)) {
        return Ok(Layout::WideByMeter);
    }
    if has_counters(table) {
        return Ok(Layout::Register);
    }
    Ok(Layout::Long)
}

/// Whether a column of stamps has columns of numbers beside it, whose names are no words for
/// something else, and one row an instant.
fn has_meters_across(table: &Settler<'_>) -> bool {
    let stamps = table.usual(DATE).or(table.usual(TIMESTAMP)).unwrap_or(0);
    let times = table.usual(TIME).filter(|&column| column != stamps && table.usual(DATE).is_some());
    let has_stamps = table.cells(stamps).take(20).any(|cell| StampForm::of(cell.as_bytes()).is_some());
    // Several rows of one instant are of several usage points, whatever their column is called.
    let rows = table.cells(stamps).zip(table.cells(times.unwrap_or(stamps))).filter(|(stamp, _)| !stamp.is_empty());
    let instants: Vec<(&str, &str)> = rows.take(200).collect();
    let distinct: std::collections::BTreeSet<&(&str, &str)> = instants.iter().collect();
    let others: Vec<usize> =
        across_columns(table).into_iter().filter(|&column| column != stamps && Some(column) != times).collect();
    let named = |is: fn(&str) -> bool| others.iter().filter(|&&column| is(&table.header[column])).count();
    // One meter may be called as a quantity is; half of them are not.
    let words = named(is_no_meter) > 0 || named(is_quantity) * 2 >= others.len();
    let number = |cell: &str| {
        cell.is_empty()
            || crate::ingest::text::number::cell(cell.as_bytes(), true) != crate::ingest::text::number::Cell::Text
    };
    let numeric = others.iter().all(|&column| table.cells(column).take(20).all(number));
    has_stamps && distinct.len() * 10 >= instants.len() * 9 && others.len() >= 2 && !words && numeric
}

/// Whether a heading says what its numbers are, which the number of a meter does not.
fn is_no_meter(name: &str) -> bool {
    let is_value = columns::value_names().any(|value| plain(value) == plain(name));
    let is_other = NOT_METERS
        .iter()
        .any(|word| plain(name).starts_with(&plain(word)) && (word.len() > 5 || plain(word) == plain(name)));
    let is_named = !is_numbered(name) && (unit_in(name).is_some() || is_hour(name));
    is_value || is_other || is_named || name.contains(['%', '°'])
}

/// Whether a heading has the word of a quantity, of a direction or of a part of a reading.
fn is_quantity(name: &str) -> bool {
    !is_numbered(name) && (channel_word(name).is_some() || is_no_reading(name) || part_word(name).is_some())
}

/// Whether a heading names a slot of a day, which `House 1` does not.
fn is_hour(name: &str) -> bool {
    const HOURS: [&str; 12] =
        ["h", "hr", "he", "hour", "hora", "heure", "ora", "uur", "stunde", "time", "час", "сағат"];
    match slot_name(name) {
        Some(SlotName::Clock(_)) => true,
        Some(SlotName::Numbered(word, _)) => HOURS.iter().any(|hour| plain(hour) == word),
        None => false,
    }
}

/// A number is a meter's, even where it may be a code of a channel or stands beside a unit.
fn is_numbered(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= 3) || !name.contains(char::is_alphabetic)
}
