//! The weather file: a table of its own, hours of Meteostat, or a typical year, which is not used.

use std::path::Path;

use super::headings::WEATHER;
use super::table::Table;
use super::text_table::TextTable;
use super::weather_files::{self, WeatherKind};
use crate::domain::{Calendar, CivilDay, Reject, RejectCode, Timestamp, Weather};
use crate::ingest::bytes::{decompress, file_digest};
use crate::ingest::error::IngestError;
use crate::ingest::said;

/// Reads the weather file. A typical year (EPW, TMY3) belongs to no date: it gives no weather and a
/// reject that says so.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_weather(path: &Path, calendar: &Calendar) -> Result<Table<Weather>, IngestError> {
    match weather_files::kind_of(&decompress::head(path)?) {
        WeatherKind::Own => own_weather(TextTable::read(path, &WEATHER)?, calendar),
        WeatherKind::Meteostat => meteostat(TextTable::read(path, &WEATHER)?),
        WeatherKind::BareMeteostat => meteostat(TextTable::read_bare(path, &WEATHER, &weather_files::BARE_METEOSTAT)?),
        WeatherKind::TypicalYear(format) => {
            let detail = said::typical_year(format);
            let reject =
                Reject { file: path.display().to_string(), row: 0, code: "weather.typical_year", detail, records: 1 };
            Ok(Table { rejects: vec![reject], sha256: file_digest::sha256(path)?, ..Table::default() })
        }
    }
}

fn own_weather(mut table: TextTable, calendar: &Calendar) -> Result<Table<Weather>, IngestError> {
    let stamp = table.find("timestamp");
    // Beside a date, what is called a time is one of the day.
    let (at, time) = match table.find("date").or(table.find("day")) {
        Some(date) if !stamp.is_some_and(|column| table.holds_dates(column)) => (date, table.find("hour").or(stamp)),
        _ => (table.require("timestamp")?, None),
    };
    let temperature = table.require("temperature_c")?;
    let mut samples = Vec::new();
    for row in table.rows() {
        let Some(instant) = table.instant(row, (at, time), calendar) else { continue };
        if let Some(celsius) = table.number(row, Some(temperature), is_celsius) {
            samples.push((instant, celsius as f32));
        }
    }
    table.finish(Weather::from_samples(samples))
}

fn is_celsius(celsius: f64) -> bool {
    (-90.0..=60.0).contains(&celsius)
}

/// Hours of Meteostat, which are in UTC whatever the utility's clock is.
fn meteostat(mut table: TextTable) -> Result<Table<Weather>, IngestError> {
    let temperature = table.require("temperature_c")?;
    let hour = table.require("hour")?;
    let [date, year, month, day] = ["date", "year", "month", "day"].map(|name| table.find(name));
    let mut samples = Vec::new();
    for row in table.rows() {
        let whole = table.text(row, date).and_then(|text| CivilDay::parse(&text));
        let mut part =
            |column| table.number(row, column, |number| number.fract() == 0.0 && (0.0..=9999.0).contains(&number));
        let parts = || CivilDay::from_ymd(part(year)? as i16, part(month)? as i8, part(day)? as i8);
        let civil = whole.or_else(parts);
        let Some((civil, hour)) = civil.zip(table.number(row, Some(hour), |hour| (0.0..24.0).contains(&hour))) else {
            table.reject_row(row, RejectCode::TIME_UNREADABLE, said::no_date());
            continue;
        };
        if let Some(celsius) = table.number(row, Some(temperature), is_celsius) {
            samples.push((Timestamp(i64::from(civil.0) * 86_400 + hour as i64 * 3600), celsius as f32));
        }
    }
    table.finish(Weather::from_samples(samples))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weather(text: &str) -> Table<Weather> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_weather(file.path(), &Calendar::new(Some("Asia/Almaty")).unwrap()).unwrap()
    }

    #[test]
    fn meteostat_is_utc_with_and_without_a_header() {
        let bare = weather("2025-03-01,0,1.5,,,,,,,,,,\n2025-03-01,1,2.5,,,,,,,,,,\n");
        let headed = weather("date,hour,temp,temp_source\n2025-03-01,0,1.5,isd\n2025-03-01,1,2.5,isd\n");
        let parted = weather("year,month,day,hour,temp\n2025,3,1,0,1.5\n2025,3,1,1,2.5\n");
        for table in [&bare, &headed, &parted] {
            assert_eq!(table.rows, 2);
            assert_eq!(table.data.at_each(&[Timestamp(1_740_787_200)]), [1.5]);
        }
    }

    #[test]
    fn a_typical_year_gives_no_weather_and_says_why() {
        let table = weather(
            "LOCATION,Almaty,-,KAZ,IWEC,368700,43.23,76.93,6.0,847.0\nDESIGN CONDITIONS,0\n1986,1,1,1,0,?9?9,-5.0\n",
        );
        assert_eq!((table.rejects[0].code, table.rows), ("weather.typical_year", 0));
        assert!(table.data.is_empty());
    }

    #[test]
    fn local_weather_is_read_with_title_rows_semicolons_and_decimal_commas() {
        // 00:00 and 01:00 in Almaty, five hours ahead of UTC.
        let expected = [Timestamp(1_740_769_200), Timestamp(1_740_772_800)];
        for text in [
            "# Weather station\n\"Местное время в Алматы\";\"T\"\n\"01.03.2025 00:00\";\"-1,5\"\n\"01.03.2025 01:00\";\"-2,5\"\n",
            "Дата;Час;Температура воздуха, °C\n01.03.2025;0;-1,5\n01.03.2025;1;-2,5\n",
            "Дата;Время;Температура\n01.03.2025;00:00;-1,5\n01.03.2025;01:00;-2,5\n",
        ] {
            let table = weather(text);
            assert_eq!(table.data.at_each(&expected), [-1.5, -2.5], "{text}");
        }
    }
}
