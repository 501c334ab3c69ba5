//! Messages: files that are read as one stream from beginning to end, each format in a file of its
//! own above what they share.

pub(crate) mod channel_names;
pub(crate) mod channels;
pub(crate) mod cim_json;
pub(crate) mod cim_readings;
pub(crate) mod cim_xml;
pub(crate) mod cmep;
pub(crate) mod edifact;
pub(crate) mod espi;
pub(crate) mod halt;
pub(crate) mod json_stream;
pub(crate) mod market_json;
pub(crate) mod message;
pub(crate) mod message_notes;
pub(crate) mod message_order;
pub(crate) mod meter_points;
pub(crate) mod mscons;
pub(crate) mod nem12;
pub(crate) mod reading_type;
pub(crate) mod reading_type_words;
pub(crate) mod register_part;
pub(crate) mod xml80020;
pub(crate) mod xml_stream;
