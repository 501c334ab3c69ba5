//! Channels of usage points across: a meter above `A+` and `A-`.

use super::settler::Settler;
use crate::ingest::text::channel_words::{ChannelWord, channel_word};
use crate::ingest::text::columns::{DATE, TIME, TIMESTAMP};

/// Columns with their names or usage points.
type Named = Vec<(usize, String)>;

/// Whether all columns beside those of stamps are channels of meters.
pub(crate) fn has_channels_across(table: &Settler<'_>) -> bool {
    let stamps = [table.usual(TIMESTAMP), table.usual(DATE), table.usual(TIME)];
    let others: Vec<(usize, String)> = table
        .header
        .iter()
        .cloned()
        .enumerate()
        .filter(|(column, name)| !name.is_empty() && !stamps.contains(&Some(*column)))
        .collect();
    stamps.iter().any(Option::is_some) && others.len() >= 2 && by_channel(&others).is_some()
}

/// Columns of active energy by usage point, and those of them whose energy flows out; `None` unless
/// every name is that of a usage point and a channel.
pub(crate) fn by_channel(meters: &[(usize, String)]) -> Option<(Named, Vec<usize>)> {
    let split: Option<Vec<(usize, &str, ChannelWord)>> =
        meters.iter().map(|(column, name)| channel_of(name).map(|(id, channel)| (*column, id, channel))).collect();
    let active: Vec<(usize, &str, ChannelWord)> =
        split?.into_iter().filter(|(_, _, channel)| *channel != ChannelWord::Passed).collect();
    let exports =
        active.iter().filter(|(_, _, channel)| *channel == ChannelWord::Export).map(|(column, _, _)| *column).collect();
    Some((active.into_iter().map(|(column, id, _)| (column, id.to_owned())).collect(), exports))
}

/// The usage point and the channel of `00012345 A+`.
fn channel_of(name: &str) -> Option<(&str, ChannelWord)> {
    let bare = name.split_once(',').map_or(name, |(bare, _)| bare).trim();
    let (id, word) = bare.rsplit_once([' ', '_', '/'])?;
    // A number may be that of a flat, whatever it means as a channel.
    let is_signed = word.ends_with(['+', '-', '–', '−']);
    let channel = channel_word(word).filter(|_| is_signed)?;
    Some((id.trim(), channel)).filter(|(id, _)| id.chars().any(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_and_its_channels_are_one_usage_point() {
        let named = |names: &[&str]| {
            names.iter().enumerate().map(|(column, &name)| (column + 1, name.to_owned())).collect::<Vec<_>>()
        };
        let (meters, exports) = by_channel(&named(&["17 A+", "17 A-, кВт*ч", "17 R+", "18 А+"])).unwrap();
        assert_eq!(meters, [(1, "17".to_owned()), (2, "17".to_owned()), (4, "18".to_owned())]);
        assert_eq!(exports, [2]);
        assert!(by_channel(&named(&["Дом 12 01", "Дом 12 02"])).is_none(), "flats are no channels");
        assert!(
            by_channel(&named(&["17", "18"])).is_none()
                && by_channel(&named(&["Активная A+", "Активная A-"])).is_none()
        );
    }
}
