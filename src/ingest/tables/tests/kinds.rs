//! Facts about exports of utilities whose tables say in words, lengths and units what a row is.

use super::parts::{come_to, day, is_day_of, of_day};
use super::*;

#[test]
fn electricity_counts_where_a_column_names_the_commodity() {
    for (header, one, other) in
        [("Sparte", "Strom", "Gas"), ("Fuel", "Electricity", "Gas"), ("Вид ресурса", "Электроэнергия", "Вода")]
    {
        let text = day(&format!("{header};Meter ID;Start;Usage;Unit"), |_, at, kwh| {
            format!("{one};17;{at};{kwh:.4};kWh\n{other};17;{at};5.5;kWh")
        });
        is_day_of(&text, "17", of_day());
    }
}

#[test]
fn rows_of_hours_beside_rows_of_days_of_one_meter_count_once() {
    for (short, long) in [("PT1H", "P1D"), ("60", "1440"), ("1 h", "1 d")] {
        let hours = day("EIC;Resolution;Start;Consumption kWh", |_, at, kwh| format!("17;{short};{at};{kwh:.4}"));
        let text = format!("{hours}17;{long};2025-03-01 00:00;{:.4}\n", of_day());
        is_day_of(&text, "17", of_day());
    }
}

#[test]
fn meters_with_intervals_of_their_own_lengths_are_all_read() {
    let hours = day("EIC;Resolution;Start;Consumption kWh", |_, at, kwh| format!("17;PT1H;{at};{kwh:.4}"));
    let quarter = |minute: u8| format!("18;PT15M;2025-03-01 00:{minute:02};0.1");
    let quarters = [0, 15, 30, 45].map(quarter).join("\n");
    let (ids, count, _) = come_to(&format!("{hours}{quarters}"));
    assert_eq!((ids, count), (vec!["17".to_owned(), "18".to_owned()], 28));
}

#[test]
fn counters_in_rows_of_their_codes_are_counters_and_the_total_counts() {
    let counter = |hour: usize| 3000.0 + (hour * hour) as f64 / 10.0;
    let text = day("Zähler;Zeit;OBIS;Wert;Einheit", |hour, at, _| {
        let (total, high) = (counter(hour), counter(hour) / 2.0);
        format!(
            "17;{at};1-0:1.8.0*255;{total:.4};kWh\n17;{at};1-0:1.8.1*255;{high:.4};kWh\n17;{at};1-0:1.8.2*255;{:.4};kWh",
            total - high
        )
    });
    let kept = read(text.as_bytes()).unwrap();
    assert!(kept.readings().iter().all(|reading| reading.2.is_nan()) || kept.readings().is_empty());
    let registers = kept.registers();
    assert_eq!(registers.len(), 24);
    assert_eq!(registers[23].2, counter(23));
}

#[test]
fn a_file_of_one_tariff_goes_beside_a_file_of_another() {
    let of = |tariff: &str| day("Meter;Start;Register;kWh", |_, at, kwh| format!("17;{at};{tariff};{kwh:.4}"));
    let mapping = |tariff: &str| understanding(of(tariff).as_bytes()).mapping.unwrap().to_toml();
    assert!(mapping("1.8.1").contains("part = 1"), "{}", mapping("1.8.1"));
    assert!(mapping("T2").contains("part = 2"));
}

#[test]
fn states_of_meters_across_are_no_meters_and_a_unit_below_an_id_is_not_its_name() {
    let text = day("Timestamp;3001;3001 Status;3002;3002 Status", |hour, at, kwh| {
        format!("{at};{kwh:.4};{};{kwh:.4};1", hour % 2)
    });
    let (ids, count, sum) = come_to(&text);
    assert_eq!((ids, count), (vec!["3001".to_owned(), "3002".to_owned()], 48));
    assert!((sum - 2.0 * of_day()).abs() < 1e-3);
    let text = day(";3001;3002\nDatum/Zeit;kWh;kWh", |_, at, kwh| format!("{at};{kwh:.4};0.5"));
    let (ids, count, _) = come_to(&text);
    assert_eq!((ids, count), (vec!["3001".to_owned(), "3002".to_owned()], 48));
}

#[test]
fn a_title_with_names_of_its_own_is_no_header() {
    let above = "Anläggnings-ID;735999102108123456\nAdress;Storgatan 1\n\n";
    let text = day("Datum;Förbrukning (kWh);Temperatur (°C)", |_, at, kwh| format!("{at};{kwh:.4};-2.5"));
    is_day_of(&format!("{above}{text}"), "735999102108123456", of_day());
}

#[test]
fn a_number_for_missing_that_comes_late_is_left_out_and_told() {
    let mut text = "meter,start,kwh\n".to_owned();
    for hour in 0..3000 {
        let value = if hour == 2900 { "-999".to_owned() } else { format!("0.{:03}", hour % 997) };
        let _ = writeln!(text, "17,2025-{:02}-{:02} {:02}:00,{value}", 1 + hour / 672, 1 + hour / 24 % 28, hour % 24);
    }
    let kept = read(text.as_bytes()).unwrap();
    let told: Vec<&str> = kept.rejects().iter().map(|reject| reject.code).collect();
    assert_eq!(told, ["value.for_missing"]);
    assert_eq!(kept.readings().iter().filter(|reading| !reading.2.is_nan()).count(), 2999);
}

#[test]
fn large_customers_of_whole_nines_keep_their_readings() {
    let mut text = "meter,start,kwh\n".to_owned();
    for hour in 0..672 {
        let _ = writeln!(text, "17,2025-02-{:02} {:02}:00,{}", 1 + hour / 24, hour % 24, 600 + hour * 7 % 500);
    }
    assert!(text.contains(",999\n"));
    assert!(read(text.as_bytes()).unwrap().rejects().is_empty());
}

#[test]
fn power_given_back_is_taken_off_power_and_reactive_power_is_nothing() {
    let text = day("EAN;Datum;+A [kW];Status;-A [kW];Status;Ri [kVAr];Status", |_, at, kwh| {
        format!("17;{at};{:.4};OK;0.25;OK;0.1;OK", kwh + 0.25)
    });
    let (ids, count, sum) = come_to(&text);
    assert_eq!((ids, count), (vec!["17".to_owned()], 24));
    assert!((sum - of_day()).abs() < 1e-3, "{sum}");
}

#[test]
fn parts_whose_names_say_nothing_count_once_beside_their_sum() {
    let text = day("CUPS;Fecha y hora;P1 kWh;P2 kWh;P3 kWh;Total kWh", |hour, at, kwh| {
        let mut parts = ["0.0000".to_owned(), "0.0000".to_owned(), "0.0000".to_owned()];
        parts[hour % 3] = format!("{kwh:.4}");
        format!("17;{at};{};{kwh:.4}", parts.join(";"))
    });
    is_day_of(&text, "17", of_day());
}

#[test]
fn rows_of_channels_with_slots_across_are_netted_and_spans_of_hours_are_slots() {
    let slots: Vec<String> = (0..24).map(|hour| format!("H{hour:02}-H{:02}", hour + 1)).collect();
    let row = |suffix: &str, value: &str| format!("17,{suffix},13/03/2025,{}\n", [value; 24].join(","));
    let text = format!("NMI,Suffix,Date,{}\n{}{}", slots.join(","), row("E1", "0.5"), row("B1", "0.2"));
    let kept = read(text.as_bytes()).unwrap();
    let sum: f32 = kept.readings().iter().map(|reading| reading.2).sum();
    assert!((sum - 24.0 * 0.3).abs() < 1e-3, "{sum}");
}

#[test]
fn a_small_table_with_one_name_in_all_rows_is_told_from_another_page() {
    let text = day("Точка учета;Дата;Час;Энергия, кВт*ч", |hour, _, kwh| {
        format!("ТП-5 яч.1;01.03.2025;{};{kwh:.4}", hour + 1)
    });
    let (bytes, _, _) = WINDOWS_1251.encode(&text);
    let kept = read(&bytes).unwrap();
    assert!(kept.readings().iter().all(|reading| reading.0 == "ТП-5 яч.1"), "{:?}", kept.readings().first());
    assert_eq!(kept.readings().len(), 24);
}

#[test]
fn a_file_of_one_numbered_tariff_in_its_heading_is_a_part() {
    let file = |tariff: &str| {
        day(&format!("ПУ;Дата и время;{tariff}, кВт*ч"), |_, at, kwh| format!("17;{at};{kwh:.4}"))
    };
    for tariff in ["Т1", "Тариф 2"] {
        is_day_of(&file(tariff), "17", of_day());
    }
}

#[test]
fn rows_of_both_directions_in_a_file_that_names_nobody_are_of_the_file() {
    let text = day("Data;Wartość kWh;Rodzaj", |_, at, kwh| format!("{at};{kwh:.4};pobór\n{at};0.1;oddanie"));
    let (ids, _, sum) = come_to(&text);
    assert_eq!(ids, ["dump"]);
    assert!((sum - (of_day() - 2.4)).abs() < 1e-3, "{sum}");
}
