//! What characters of a file mean, whatever its format: numbers, stamps, names of columns, words
//! for channels and quality.

pub(crate) mod cells;
pub(crate) mod channel_words;
pub(crate) mod column_names;
pub(crate) mod columns;
pub(crate) mod digit_stamp;
pub(crate) mod dress;
pub(crate) mod number;
pub(crate) mod odd_day;
pub(crate) mod part_words;
pub(crate) mod stamp;
pub(crate) mod time_of_day;
pub(crate) mod values;
pub(crate) mod word_list;
