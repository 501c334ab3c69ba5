//! Files of the Spanish exchange of measurements, whose columns are known by their places.
//!
//! Source: files F1, P1, F5D and P5D of the unified format for the exchange of measurements of the
//! system operator (Red Eléctrica), as public parsers read them (gisce/mesures). A row is the
//! connection point, in F1 and P1 the type of its metering, the end of the hour, whether it is
//! summer, energy taken and given back, reactive energy. P5D is in Wh, the others in kWh.

use crate::ingest::tables::sample::Sample;
use crate::ingest::text::stamp::StampForm;

const BEGIN: [&str; 1] = ["CUPS"];
const TYPE: [&str; 1] = ["Tipo de medida"];
const STAMP: [&str; 2] = ["Fecha fin", "Horario de verano"];
const REACTIVE: [&str; 4] = ["Reactiva Q1", "Reactiva Q2", "Reactiva Q3", "Reactiva Q4"];

/// Names of the columns; `None` where the rows are of another kind.
pub(crate) fn names_of(sample: &Sample) -> Option<Vec<&'static str>> {
    let rows: Vec<&Vec<String>> = sample.rows.iter().filter(|row| !row.is_empty()).take(20).collect();
    let first = rows.first()?;
    let is_cups = |cell: &str| {
        (20..=22).contains(&cell.len())
            && cell.is_ascii()
            && cell.starts_with("ES")
            && cell.as_bytes()[2].is_ascii_digit()
    };
    let is_stamp =
        |cell: &str| cell.contains([' ', 'T']) && StampForm::of(cell.as_bytes()) == Some(StampForm::YearFirst);
    let is_flag = |cell: &str| matches!(cell, "0" | "1");
    let is_at = |row: &Vec<String>, place: usize| {
        let cell = |place: usize| row.get(place).map_or("", String::as_str);
        is_cups(cell(0)) && is_stamp(cell(place)) && is_flag(cell(place + 1)) && cell(place + 2).parse::<f64>().is_ok()
    };
    let place = [1, 2].into_iter().find(|&place| rows.iter().all(|row| is_at(row, place)))?;
    let filled = first.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    let rest = filled.checked_sub(place + 2)?;
    let head: Vec<&str> = if place == 2 { [BEGIN, TYPE].concat() } else { BEGIN.to_vec() };
    let energies: Vec<&str> = match (place, rest) {
        (1, 1 | 2) => vec!["Energía consumida (Wh)", "Energía vertida (Wh)"],
        (_, 18..) => {
            let quality = |name: &'static str| [name, "Calidad"];
            [quality("Energía consumida (kWh)"), quality("Energía vertida (kWh)")]
                .into_iter()
                .chain(REACTIVE.map(quality))
                .flatten()
                .collect()
        }
        _ => [&["Energía consumida (kWh)", "Energía vertida (kWh)"][..], &REACTIVE].concat(),
    };
    Some(head.into_iter().chain(STAMP).chain(energies).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::mapping::keys::Delimiter;

    fn names(text: &str) -> Option<Vec<&'static str>> {
        names_of(&Sample::of(text, Delimiter::Semicolon, true))
    }

    #[test]
    fn files_of_the_spanish_exchange_are_known_by_their_cells() {
        let cups = "ES0031405123456001WC0F";
        let of_meters = names(&format!("{cups};11;2025/03/01 01:00:00;0;12;0;1;0;0;2;0;0;1;1;\n")).unwrap();
        assert_eq!(
            of_meters[..6],
            [
                "CUPS",
                "Tipo de medida",
                "Fecha fin",
                "Horario de verano",
                "Energía consumida (kWh)",
                "Energía vertida (kWh)"
            ]
        );
        let of_homes = names(&format!("{cups};2025/03/01 01:00;0;120;0;\n")).unwrap();
        assert_eq!(of_homes[3..], ["Energía consumida (Wh)", "Energía vertida (Wh)"]);
        assert_eq!(names("CUPS;Fecha;Hora;kWh\nES0031405123456001WC0F;2025/03/01;01:00;0,1\n"), None);
    }
}
