//! Facts about what belongs to one reading and what to none: parts and their sum, energy given
//! back, other quantities, rows that sum others up, and who the rows are of where no column says
//! it.

use super::*;

/// A day of hours, each row written by `row`: hour, date and time, a value of the hour in kWh.
pub(super) fn day(header: &str, row: impl Fn(usize, &str, f64) -> String) -> String {
    let rows = (0..24).map(|hour| {
        let at = format!("2025-03-01 {hour:02}:00");
        row(hour, &at, 0.25 + hour as f64 * 7.0 % 5.0 / 8.0)
    });
    std::iter::once(header.to_owned()).chain(rows).collect::<Vec<_>>().join("\n") + "\n"
}

/// Energy of the day, kWh.
pub(super) fn of_day() -> f64 {
    (0..24).map(|hour| 0.25 + f64::from(hour) * 7.0 % 5.0 / 8.0).sum()
}

/// Ids, readings and energy of what is read.
pub(super) fn come_to(text: &str) -> (Vec<String>, usize, f64) {
    let kept = read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{}", &text[..text.len().min(300)]));
    let mut ids: Vec<String> = kept.readings().into_iter().map(|reading| reading.0).collect();
    ids.sort();
    ids.dedup();
    let sum = kept.readings().iter().map(|reading| f64::from(reading.2)).filter(|value| !value.is_nan()).sum();
    (ids, kept.readings().len(), sum)
}

/// Asserts that the text is a day of one meter with this much energy, kWh, and that the profile
/// that is printed for it reads the same.
pub(super) fn is_day_of(text: &str, id: &str, kwh: f64) {
    let (ids, count, sum) = come_to(text);
    assert_eq!((ids, count), (vec![id.to_owned()], 24), "{text}");
    assert!((sum - kwh).abs() < 1e-3, "{sum} instead of {kwh}: {}", text.lines().next().unwrap_or(""));
    let mapping = understanding(text.as_bytes()).mapping.unwrap().to_toml();
    let again: f64 = read_as(text.as_bytes(), &mapping).readings().iter().map(|reading| f64::from(reading.2)).sum();
    assert!((again - kwh).abs() < 1e-3, "read again {again} instead of {kwh}: {mapping}");
}

#[test]
fn phases_and_tariffs_are_added_up_and_their_total_counts_where_it_stands_beside_them() {
    for header in ["Zähler;Beginn;Phase 1 kWh;Phase 2 kWh;Phase 3 kWh", "contador;Inicio;kWh L1;kWh L2;kWh L3"] {
        let text = day(header, |_, at, kwh| format!("17;{at};{:.4};{:.4};0.5", kwh - 0.1, 0.1));
        is_day_of(&text, "17", of_day() + 12.0);
    }
    for header in ["PRM;Début;Heures pleines (kWh);Heures creuses (kWh)", "EAN;Van;Afname dag kWh;Afname nacht kWh"] {
        let text = day(
            header,
            |hour, at, kwh| {
                if hour < 7 { format!("17;{at};0;{kwh:.4}") } else { format!("17;{at};{kwh:.4};0") }
            },
        );
        is_day_of(&text, "17", of_day());
    }
    let text = day("Målepunkt;Fra;L1 kWh;L2 kWh;L3 kWh;Total kWh", |_, at, kwh| {
        format!("17;{at};{:.4};0.1;0.05;{kwh:.4}", kwh - 0.15)
    });
    is_day_of(&text, "17", of_day());
}

#[test]
fn an_empty_tariff_is_no_missing_part_where_tariffs_alternate() {
    let text = day("POD;Data e ora;Fascia F1 kWh;Fascia F2 kWh", |hour, at, kwh| {
        if hour % 2 == 0 { format!("17;{at};;{kwh:.4}") } else { format!("17;{at};{kwh:.4};") }
    });
    is_day_of(&text, "17", of_day());
}

#[test]
fn all_that_is_given_back_is_taken_off_and_gas_and_prices_are_nothing() {
    let text = day("GSRN,Tidpunkt,Uttag kWh,Inmatning T1 kWh,Inmatning T2 kWh,Gas m3,Pris SEK", |_, at, kwh| {
        format!("17,{at},{kwh:.4},0.1,0.02,3,1.7")
    });
    is_day_of(&text, "17", of_day() - 24.0 * 0.12);
}

#[test]
fn what_came_through_the_meter_counts_where_what_was_used_and_produced_stands_beside_it() {
    let text = day(
        "Zählpunkt;Zeitstempel;Erzeugung (kWh);Hausverbrauch (kWh);Netzeinspeisung (kWh);Netzbezug (kWh)",
        |_, at, kwh| format!("17;{at};0.7;{:.4};0.2;{kwh:.4}", kwh + 0.5),
    );
    is_day_of(&text, "17", of_day() - 24.0 * 0.2);
}

#[test]
fn energy_given_back_or_produced_alone_is_no_load() {
    for name in ["Rückspeisung kWh", "Produkcja (kWh)", "Energía vertida kWh", "Teruglevering", "Генерация, кВт*ч"]
    {
        let text = day(&format!("Meter;Start;{name}"), |_, at, kwh| format!("17;{at};{kwh:.4}"));
        let (_, count, sum) = come_to(&text);
        assert!(count == 24 && (sum + of_day()).abs() < 1e-3, "{name}: {sum}");
        is_day_of(&text, "17", -of_day());
    }
}

#[test]
fn other_quantities_and_units_are_refused_by_name() {
    for name in
        ["Gasverbrauch m³", "Blindarbeit kvarh", "Prix (EUR)", "Max. Leistung kW", "Wasserverbrauch", "Fjernvarme"]
    {
        let text = day(&format!("Meter;Start;{name}"), |_, at, kwh| format!("17;{at};{kwh:.4}"));
        let error = read(text.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(name), "{name}: {error}");
    }
    let text = day("meter;start;value;unit", |_, at, kwh| format!("17;{at};{kwh:.4};kvarh"));
    let error = read(text.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("`kvarh`"), "{error}");
    let text = day("meter;start;value;unit", |_, at, kwh| format!("17;{at};{kwh:.4};zorkmid"));
    let told = understanding(text.as_bytes()).decisions;
    assert!(told.iter().any(|one| one.doubt.as_ref().is_some_and(|doubt| doubt.to_string().contains("zorkmid"))));
}

#[test]
fn rows_of_categories_are_one_quantity_once() {
    let both = |header: &str, words: [&str; 2]| {
        day(header, |_, at, kwh| format!("17;{at};{};{kwh:.4}\n17;{at};{};0.3", words[0], words[1]))
    };
    let net = |text: &str| come_to(text).2;
    for (header, words) in [
        ("EAN;Begintijd;Register;kWh", ["Afname Dag", "Injectie Dag"]),
        ("meter;start;type;kWh", ["import", "export"]),
        ("Zähler;Beginn;OBIS;kWh", ["1-1:1.29.0", "1-1:2.29.0"]),
    ] {
        assert!((net(&both(header, words)) - of_day() + 24.0 * 0.3).abs() < 1e-3, "{words:?}");
    }
    assert!((net(&both("meter;start;category;kWh", ["GC", "GG"])) - of_day()).abs() < 1e-3);
    assert!((net(&both("meter;start;category;kWh", ["GC", "CL"])) - of_day() - 24.0 * 0.3).abs() < 1e-3);
    // A total among its parts is the sum of them.
    let text = day("meter;start;tariff;kWh", |_, at, kwh| {
        format!("17;{at};T1;{:.4}\n17;{at};T2;0.1\n17;{at};Total;{kwh:.4}", kwh - 0.1)
    });
    assert!((net(&text) - of_day()).abs() < 1e-3, "{}", net(&text));
}

#[test]
fn rows_in_units_of_something_else_are_passed_over() {
    let text = day("meter;start;value;unit", |_, at, kwh| format!("17;{at};{kwh:.4};kWh\n17;{at};0.3;kvarh"));
    let kept = read(text.as_bytes()).unwrap();
    let sum: f64 = kept.readings().iter().map(|reading| f64::from(reading.2)).filter(|value| !value.is_nan()).sum();
    assert!((sum - of_day()).abs() < 1e-3 && kept.rejects().is_empty());
}

#[test]
fn a_row_for_the_day_or_the_whole_period_is_none_of_its_hours() {
    let rows = |total: &str| {
        let mut text = String::from("meter;from;to;kWh\n");
        if !total.is_empty() {
            text += total;
        }
        for hour in 0..24 {
            writeln!(
                text,
                "17;01.03.2025 {hour:02}:00;{:02}.03.2025 {:02}:00;0.5",
                1 + (hour + 1) / 24,
                (hour + 1) % 24
            )
            .unwrap();
        }
        text
    };
    let (_, count, sum) = come_to(&rows("17;01.03.2025 00:00;02.03.2025 00:00;12\n"));
    assert!(count == 24 && (sum - 12.0).abs() < 1e-6, "{count} {sum}");
    let (_, count, sum) = come_to(&(rows("") + "17;01.03.2025 00:00;02.03.2025 00:00;12\n"));
    assert!(count == 24 && (sum - 12.0).abs() < 1e-6, "{count} {sum}");
}

#[test]
fn longer_intervals_beside_shorter_ones_are_the_same_energy() {
    let text = day("meter;start;Usage kWh;Usage (kWh)", |hour, at, kwh| {
        let six: f64 = (hour..hour + 6).map(|hour| 0.25 + hour as f64 * 7.0 % 5.0 / 8.0).sum();
        if hour % 6 == 0 { format!("17;{at};{six:.4};{kwh:.4}") } else { format!("17;{at};;{kwh:.4}") }
    });
    is_day_of(&text, "17", of_day());
}

#[test]
fn two_columns_that_may_be_the_energy_are_told_side_by_side_and_none_is_taken() {
    let text = day("meter;start;Feeder kWh;House kWh", |hour, at, kwh| format!("17;{at};{kwh:.4};{:.1}", hour % 3));
    let error = read(text.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("`Feeder kWh`") && error.contains("value = [\"House kWh\"]"), "{error}");
    // What the numbers settle is read.
    let text = day("meter;start;Feeder kWh;House Wh", |_, at, kwh| format!("17;{at};{kwh:.4};{:.1}", 1000.0 * kwh));
    is_day_of(&text, "17", of_day());
}

#[test]
fn one_meter_is_named_above_the_header_or_by_the_file() {
    let energy = |_: usize, at: &str, kwh: f64| format!("{at};{kwh:.4}");
    for title in [
        "Zählpunkt;AT0010000000000000000000000000017\n",
        "Kunde;Muster\nAccount Number;00000017\nService;1\n",
        "Identifiant PRM;Type de donnees;Unite;Pas\n00000000000017;Courbe;kWh;60\n",
        "CUPS:;ES0021000000000017XX\n\n",
    ] {
        let text = format!("{title}{}", day("Horodate;Valeur", energy));
        let (ids, count, sum) = come_to(&text);
        assert!(ids.len() == 1 && ids[0].contains("17"), "{title}: {ids:?}");
        assert!(count == 24 && (sum - of_day()).abs() < 1e-3, "{title}: {count} {sum}");
    }
    let text = day("Time;Import kWh;Export kWh;Gas", |_, at, kwh| format!("{at};{kwh:.4};0.1;2"));
    is_day_of(&text, "dump", of_day() - 2.4);
}

#[test]
fn ids_stamps_and_energies_are_known_as_utilities_of_other_countries_head_them() {
    for header in [
        "CUPS;Fecha y hora;Consumo_kWh",
        "ESIID;Interval Start;Usage (kWh)",
        "EAN-code;Datum tijd;Verbruik",
        "Kod PPE;Data i godzina;Zużycie (kWh)",
        "Odběrné místo;Datum a čas;Spotřeba kWh",
        "Mérőpont azonosító;Időpont;Fogyasztás (kWh)",
        "Käyttöpaikka;Alkuaika;Kulutus kWh",
        "Anläggnings-ID;Från;Förbrukning",
        "Målepunkts-ID;Fra dato;Forbruk",
        "Codice POD;Data/ora;Consumo (kWh)",
        "MELO;Zeitstempel;Verbrauch [kWh]",
        "ICP identifier;start time;kWh",
        "EIC kood;Algus;Tarbimine (kWh)",
        "Sayaç No;Tarih/Saat;Tüketim (kWh)",
        "EIC код;Дата і час;Споживання, кВт·год",
    ] {
        is_day_of(&day(header, |_, at, kwh| format!("A0017;{at};{kwh:.4}")), "A0017", of_day());
    }
}
