//! The registry of readings formats. Help, messages and the list of the README are made of it.

use super::format::Format;
use super::messages::cim_json::CIM_JSON;
use super::messages::cim_xml::CIM_XML;
use super::messages::cmep::CMEP;
use super::messages::espi::ESPI;
use super::messages::market_json::MARKET_JSON;
use super::messages::mscons::MSCONS;
use super::messages::nem12::NEM12;
use super::messages::xml80020::XML80020;
use super::parquet::long::LongParquet;
use super::tables::delimited::DelimitedText;
use super::tables::json_rows::JsonRows;
use super::tables::workbook::Workbook;

/// Every readings format, tried in order.
pub const FORMATS: &[&dyn Format] = &[
    &LongParquet,
    &NEM12,
    &MSCONS,
    &XML80020,
    &ESPI,
    &CIM_XML,
    &CIM_JSON,
    &MARKET_JSON,
    &CMEP,
    &Workbook,
    &JsonRows,
    &DelimitedText,
];

/// All formats in words, with the endings of files where the words do not say them.
#[must_use]
pub fn list_of_formats() -> String {
    let shown = |format: &&dyn Format| match format.endings() {
        [] => format.what().to_owned(),
        endings => format!("{} ({})", format.what(), endings.join(", ")),
    };
    FORMATS.iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_says_what_it_is_and_the_readme_names_it() {
        let readme = include_str!("../../README.md");
        for format in FORMATS {
            assert!(readme.contains(format.what()), "{} is not in README.md", format.what());
        }
    }

    #[test]
    fn names_of_formats_differ() {
        let mut names: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FORMATS.len());
    }
}
