//! What a weather file is: own table, Meteostat with and without a header, or a typical year.
//!
//! EPW and TMY3 files are glued from months of many years. Joined by date they would explain real
//! consumption by the weather of another year, so they are never used so.
//! Sources: EnergyPlus, Auxiliary Programs, weather file format; NREL, Users Manual for TMY3 Data
//! Sets (2008); Meteostat, bulk data, hourly.

/// The kinds of weather file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WeatherKind {
    /// A table with a header of its own.
    Own,
    /// Hours in UTC under a header: date or year, month and day; hour; `temp`.
    Meteostat,
    /// The same without a header: date, hour, temperature and ten more.
    BareMeteostat,
    /// Typical months of many years; the name of the format.
    TypicalYear(&'static str),
}

/// Names for the columns of [`WeatherKind::BareMeteostat`], in their order.
pub(crate) const BARE_METEOSTAT: [&str; 13] =
    ["date", "hour", "temp", "dwpt", "rhum", "prcp", "snow", "wdir", "wspd", "wpgt", "pres", "tsun", "coco"];

/// Tells the kind from the first bytes.
pub(crate) fn kind_of(head: &[u8]) -> WeatherKind {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let (first, second) =
        (lines.next().unwrap_or_default().to_lowercase(), lines.next().unwrap_or_default().to_lowercase());
    if first.starts_with("location,") && (second.starts_with("design conditions") || text.contains("DATA PERIODS")) {
        return WeatherKind::TypicalYear("EPW");
    }
    if second.starts_with("date (mm/dd/yyyy),time (hh:mm)") {
        return WeatherKind::TypicalYear("TMY3");
    }
    let cells: Vec<&str> = first.split(',').map(|cell| cell.trim().trim_matches('"')).collect();
    let has = |name: &str| cells.contains(&name);
    if has("hour") && has("temp") && (has("date") || (has("year") && has("month") && has("day"))) {
        return WeatherKind::Meteostat;
    }
    let is_day = |cell: &str| cell.len() == 10 && crate::domain::CivilDay::parse(cell).is_some();
    let is_hour = |cell: &str| cell.parse::<u8>().is_ok_and(|hour| hour < 24);
    if cells.len() == BARE_METEOSTAT.len() && is_day(cells[0]) && is_hour(cells[1]) {
        return WeatherKind::BareMeteostat;
    }
    WeatherKind::Own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_by_its_first_lines() {
        assert_eq!(kind_of(b"timestamp,temperature_c\n2025-03-01 00:00,1\n"), WeatherKind::Own);
        assert_eq!(kind_of(b"date,hour,temp,temp_source\n2025-03-01,0,1.5,isd\n"), WeatherKind::Meteostat);
        assert_eq!(kind_of(b"year,month,day,hour,temp\n2025,3,1,0,1.5\n"), WeatherKind::Meteostat);
        assert_eq!(kind_of(b"2025-03-01,0,1.5,,,,,,,,,,\n"), WeatherKind::BareMeteostat);
        assert_eq!(
            kind_of(b"LOCATION,Almaty,-,KAZ,IWEC,368700,43.23,76.93,6.0,847.0\nDESIGN CONDITIONS,0\n"),
            WeatherKind::TypicalYear("EPW")
        );
        assert_eq!(
            kind_of(b"723815,\"DAGGETT\",CA,-8.0,34.8,-116.8,586\nDate (MM/DD/YYYY),Time (HH:MM),Dry-bulb (C)\n"),
            WeatherKind::TypicalYear("TMY3")
        );
    }
}
