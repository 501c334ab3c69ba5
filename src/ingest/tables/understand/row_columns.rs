//! Columns beside the value of a row: channel and quality.

use std::collections::{BTreeMap, BTreeSet};

use super::settler::Settler;
use crate::domain::ReadingQuality;
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::QualityWord;
use crate::ingest::said;
use crate::ingest::tables::plan::Plan;
use crate::ingest::text::channel_words::channel_word;
use crate::ingest::text::columns::CHANNEL;
use crate::ingest::text::values::known_quality;

/// Names of columns that may tell the channel, if what stands in them does.
pub(crate) const MAYBE_CHANNEL: &[&str] = &[
    "Измерение",
    "Параметр",
    "Тип энергии",
    "Вид энергии",
    "Показатель",
    "Тип",
    "measurement",
    "parameter",
    "type",
    "quantity",
    "category",
    "consumption category",
    "register",
    "registre",
    "Messgröße",
    "Art",
    "Zählerart",
    "Tipo",
    "Grandeur",
    "Grandeur physique",
    "Grandezza",
    "Magnitud",
    "Grandeza",
    "Rodzaj",
    "Rodzaj energii",
    "Változó név",
    "Mennyiség típusa",
    "Typ",
    "Druh",
    "Tür",
    "Параметр учёта",
    "Энергия",
    "Регистр",
    "Тариф",
    "Тарифная зона",
    "tariff",
    "tarif",
    "tarief",
    "taryfa",
    "fascia",
    "Strefa",
];

/// Names of columns that tell electricity from gas, water and heat, whose meters have ids of their
/// own.
pub(crate) const COMMODITY: &[&str] = &[
    "fuel",
    "fuel type",
    "commodity",
    "energy type",
    "utility type",
    "service type",
    "Sparte",
    "Medium",
    "Energieart",
    "Energietype",
    "Energiedrager",
    "Nośnik",
    "Вид ресурса",
    "Тип ресурса",
    "Вид коммунального ресурса",
];

/// Rows that are looked at for the words of a column.
pub(crate) const FEW: usize = 500;

/// The column of channels, by the mapping or by what stands in it; the mapping is filled in.
pub(crate) fn find_channel(table: &mut Settler<'_>, named: &[String]) -> Result<Option<usize>, IngestError> {
    let channel = match table.named(named, "channel")? {
        None => channel_column(table),
        named => named,
    };
    if let Some(channel) = channel {
        table.mapping.columns.channel = vec![table.name_of(channel)];
    }
    Ok(channel)
}

/// The column of channels: by its name, or by a name that may mean anything and words that are
/// channels.
fn channel_column(table: &mut Settler<'_>) -> Option<usize> {
    let by_name = table.usual(CHANNEL);
    let column = by_name.or_else(|| table.usual(MAYBE_CHANNEL))?;
    let words: BTreeSet<String> =
        table.cells(column).filter(|cell| !cell.is_empty()).take(FEW).map(str::to_lowercase).collect();
    let known = words.iter().filter(|word| channel_word(word).is_some()).count();
    match (by_name, known) {
        (_, known) if known == words.len() && known > 0 => Some(column),
        (Some(_), 0) if words.len() <= 1 => {
            let word = words.into_iter().next().unwrap_or_default();
            if !word.is_empty() {
                let doubt = said::doubt_channel_word();
                table.notes.doubt(
                    "channels",
                    format!("`{word}` is energy taken"),
                    "the only word of its column, and not known",
                    doubt,
                );
            }
            None
        }
        (Some(column), _) => Some(column),
        (None, _) => None,
    }
}

/// A word for quality that is not known and that nearly all readings have is the usual state of
/// a reading.
pub(crate) fn settle_quality(table: &mut Settler<'_>, plan: &mut Plan, column: usize) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let cells: Vec<String> = table.cells(column).take(FEW).map(|cell| cell.trim().to_lowercase()).collect();
    for cell in cells.iter().filter(|cell| known_quality(cell).is_none() && !plan.quality.contains_key(*cell)) {
        *counts.entry(cell.clone()).or_insert(0) += 1;
    }
    let Some((word, count)) =
        counts.into_iter().max_by_key(|(_, count)| *count).filter(|(_, count)| count * 10 >= cells.len() * 8)
    else {
        return;
    };
    let doubt = said::doubt_quality_word();
    table.notes.doubt(
        "quality",
        format!("`{word}` is measured"),
        format!("{count} of {} rows have this word, which is not known", cells.len()),
        doubt,
    );
    plan.quality.insert(word.clone(), ReadingQuality::Actual);
    table.mapping.quality.insert(word, QualityWord::Actual);
}
