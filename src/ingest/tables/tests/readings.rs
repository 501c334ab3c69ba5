//! Facts about what is taken for the energy of a row: headings, units, channels, marks and stamps,
//! and what is told as a doubt.

use super::*;

/// Three usage points and two days of half-hours in a table whose rows `row` writes: usage point,
/// place of the interval, date, time, energy.
fn two_days(header: &str, row: impl Fn(&str, usize, &str, &str, &str) -> String) -> String {
    let mut text = format!("{header}\n");
    for id in ["00012345", "00012346", "00012347"] {
        for place in 0..96 {
            let date = format!("{:02}.03.2025", 1 + place / 48);
            let time = format!("{:02}:{:02}", place % 48 / 2, place % 2 * 30);
            let kwh = format!("0,{:03}", 100 + place * 7 % 300);
            text += &(row(id, place, &date, &time, &kwh) + "\n");
        }
    }
    text
}

/// Energy of all that was read, kWh.
fn total(kept: &Kept) -> f64 {
    kept.readings().iter().map(|reading| f64::from(reading.2)).filter(|value| !value.is_nan()).sum()
}

/// Energy of the table of [`two_days`].
fn expected_total() -> f64 {
    3.0 * (0..96).map(|place| f64::from(100 + place * 7 % 300) / 1000.0).sum::<f64>()
}

fn doubts(text: &str) -> Vec<String> {
    understanding(text.as_bytes())
        .decisions
        .into_iter()
        .filter_map(|decision| Some(format!("{} {}", decision.what, decision.doubt?)))
        .collect()
}

fn reads_all(text: &str) {
    let kept = read(text.as_bytes()).unwrap();
    assert!(kept.rejects().is_empty(), "{:?}", kept.rejects().first());
    assert!((total(&kept) - expected_total()).abs() < 1e-3, "{} instead of {}", total(&kept), expected_total());
}

#[test]
fn the_energy_taken_is_found_beside_plans_losses_tariffs_and_reactive_energy() {
    reads_all(&two_days(
        "Прибор учета;Дата и время;План, кВт*ч;Факт, кВт*ч",
        |id, _, date, time, kwh| format!("{id};{date} {time};9,0;{kwh}"),
    ));
    reads_all(&two_days(
        "Прибор учета;Дата и время;Потери;Расход, кВт*ч",
        |id, _, date, time, kwh| format!("{id};{date} {time};9,0;{kwh}"),
    ));
    reads_all(&two_days(
        "Прибор учета;Дата и время;R+, квар*ч;A+, кВт*ч",
        |id, _, date, time, kwh| format!("{id};{date} {time};9,0;{kwh}"),
    ));
    reads_all(&two_days(
        "Прибор учета;Дата и время;T1, кВт*ч;T2, кВт*ч;Сумма, кВт*ч",
        |id, place, date, time, kwh| {
            let (day, night) = if place % 48 < 14 { ("0", kwh) } else { (kwh, "0") };
            format!("{id};{date} {time};{day};{night};{kwh}")
        },
    ));
    reads_all(&two_days(
        "Прибор учета;Дата и время;T1, кВт*ч;T2, кВт*ч",
        |id, place, date, time, kwh| {
            let (day, night) = if place % 48 < 14 { ("0", kwh) } else { (kwh, "0") };
            format!("{id};{date} {time};{day};{night}")
        },
    ));
}

#[test]
fn energy_given_back_in_a_column_beside_is_taken_off() {
    let kept = read(
        "Прибор учета;Дата и время;A-, кВт*ч;A+, кВт*ч\n7;01.03.2025 00:00;0,3;0,1\n7;01.03.2025 \
         00:30;0;0,5\n7;01.03.2025 01:00;;0,5\n"
            .as_bytes(),
    )
    .unwrap();
    let values: Vec<f32> = kept.readings().into_iter().map(|reading| reading.2).collect();
    assert_eq!(values, [-0.2, 0.5, 0.5]);
}

#[test]
fn rows_of_reactive_energy_are_no_consumption_and_unknown_channels_are_rejected() {
    let header = "Прибор учета;Вид энергии;Дата и время;Значение";
    let rows = |word: &str| {
        two_days(header, |id, _, date, time, kwh| {
            format!("{id};Активная прием;{date} {time};{kwh}\n{id};{word};{date} {time};7,5")
        })
    };
    reads_all(&rows("Реактивная прием"));
    let kept = read(rows("Активная отдача").as_bytes()).unwrap();
    assert!((total(&kept) - expected_total() + 7.5 * 288.0).abs() < 1e-2);
    let named = two_days(
        "Прибор учета;Канал;Дата и время;Значение",
        |id, place, date, time, kwh| format!("{id};{};{date} {time};{kwh}", if place == 95 { "Фаза 1" } else { "A+" }),
    );
    assert!(
        read(named.as_bytes())
            .unwrap()
            .rejects()
            .iter()
            .all(|reject| reject.code == "channel.unknown" && reject.records == 1)
    );
    // A column that could mean anything is one of channels only by what stands in it.
    let other = two_days(header, |id, _, date, time, kwh| format!("{id};дневной;{date} {time};{kwh}"));
    reads_all(&other);
}

#[test]
fn units_are_taken_from_a_column_a_row_below_the_header_or_the_title() {
    let in_wh = |kwh: &str| kwh.trim_start_matches("0,").to_owned();
    reads_all(&two_days(
        "Прибор учета;Дата и время;Значение;Единица",
        |id, _, date, time, kwh| format!("{id};{date} {time};{};Вт*ч", in_wh(kwh)),
    ));
    let doubled = |kept: Kept| {
        assert!(
            (total(&kept) - 2.0 * expected_total()).abs() < 1e-3 && kept.unit() == Some(crate::domain::Unit::Kw),
            "{}",
            total(&kept)
        );
    };
    let twice = |kwh: &str| format!("{:.3}", 2.0 * kwh.replace(',', ".").parse::<f64>().unwrap()).replace('.', ",");
    let row = |id: &str, _: usize, date: &str, time: &str, kwh: &str| format!("{id};{date} {time};{}", twice(kwh));
    doubled(read(two_days("Профиль мощности, кВт\nПрибор учета;Дата и время;Значение", row).as_bytes()).unwrap());
    doubled(read(two_days("Прибор учета;Дата и время;Мощность активная, кВт", row).as_bytes()).unwrap());
    reads_all(&two_days(
        "Прибор учета;Дата и время;Активная энергия, кВт час",
        |id, _, date, time, kwh| format!("{id};{date} {time};{kwh}"),
    ));
}

#[test]
fn a_word_for_quality_that_all_readings_have_is_no_estimate_and_is_told() {
    let text = two_days(
        "Прибор учета;Дата и время;A+, кВт*ч;Статус",
        |id, _, date, time, kwh| format!("{id};{date} {time};{kwh};Принято"),
    );
    assert!(doubts(&text).iter().any(|doubt| doubt.starts_with("quality")), "{:?}", doubts(&text));
    assert!(doubts(&text.replace("Принято", "Достоверно")).is_empty());
}

#[test]
fn several_rows_of_one_stamp_and_words_for_missing_in_numbers_are_told() {
    let repeated =
        two_days("Прибор учета;Фаза;Дата и время;A+, кВт*ч", |id, _, date, time, kwh| {
            format!("{id};1;{date} {time};{kwh}\n{id};2;{date} {time};{kwh}")
        });
    assert!(doubts(&repeated).iter().any(|doubt| doubt.starts_with("rows")), "{:?}", doubts(&repeated));
    let sentinel = |word: &'static str| {
        two_days("Прибор учета;Дата и время;A+, кВт*ч", move |id, place, date, time, kwh| {
            format!("{id};{date} {time};{}", if place % 20 == 3 { word } else { kwh })
        })
    };
    for word in ["-1", "9999"] {
        assert!(
            doubts(&sentinel(word)).iter().any(|doubt| doubt.contains(&format!("doubt.missing number={word}"))),
            "{word}: {:?}",
            doubts(&sentinel(word))
        );
        let kept = read(sentinel(word).as_bytes()).unwrap();
        let missing = kept.readings().iter().filter(|reading| reading.2.is_nan()).count();
        assert!(missing == 15 && total(&kept) > 0.0 && total(&kept) < expected_total(), "{word}: {missing}");
    }
}

#[test]
fn counters_are_not_taken_for_energy_whatever_their_heading() {
    let text = two_days("Прибор учета;Дата и время;A+, кВт*ч", |id, place, date, time, _| {
        format!("{id};{date} {time};{}", 12_345 + place)
    });
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!((kept.readings().len(), kept.registers().len()), (0, 288));
    assert!(doubts(&text).iter().any(|doubt| doubt.starts_with("values")));
    let across = (0..30)
        .map(|day| format!("{:02}.03.2025;{};{}\n", day + 1, 12_345 + 9 * day, 7_000 + 12 * day))
        .collect::<Vec<String>>()
        .concat();
    let kept = read(format!("Дата;00012345;00012346\n{across}").as_bytes()).unwrap();
    assert_eq!((kept.readings().len(), kept.registers().len()), (0, 60));
    assert_eq!(kept.registers()[59].2, 7_000.0 + 12.0 * 29.0);
}

#[test]
fn sums_numbers_of_rows_and_channels_are_no_usage_points() {
    let rows = |f: &dyn Fn(usize) -> String| {
        (0..48)
            .map(|place| format!("01.03.2025 {:02}:{:02};{}\n", place / 2, place % 2 * 30, f(place)))
            .collect::<Vec<String>>()
            .concat()
    };
    let kept = read(
        format!("Время;00012345;00012346;Итого;Среднее\n{}", rows(&|place| format!("0,{place:02};1;1,{place:02};0,5")))
            .as_bytes(),
    )
    .unwrap();
    let ids: std::collections::BTreeSet<String> = kept.readings().into_iter().map(|reading| reading.0).collect();
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["00012345", "00012346"]);
    for header in ["Время;Ua;Ub;Uc", "Время;Температура, °C;Влажность, %;Ветер, м/с"]
    {
        let error = read(format!("{header}\n{}", rows(&|place| format!("0,{place:02};0;0,1"))).as_bytes())
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("no column for the energy"), "{header}: {error}");
    }
    let header = "Время;A+, кВт*ч;A-, кВт*ч;R+, квар*ч";
    let kept = read(format!("{header}\n{}", rows(&|place| format!("0,{place:02};0;0,1"))).as_bytes()).unwrap();
    assert!(kept.readings().iter().all(|reading| reading.0 == "dump"), "channels are those of one meter");
    // A list with an id under a heading that nobody knows has many rows an instant: the id can only
    // be what tells them apart.
    let list = two_days("Объект;Дата и время;Объем", |id, _, date, time, kwh| {
        format!("{id};{date} {time};{kwh}")
    });
    reads_all(&list);
    assert_eq!(doubts(&list).iter().filter(|doubt| doubt.starts_with("usage_point")).count(), 1);
    let apart = (0..48)
        .map(|place| format!("01.03.2025;{:02}:{:02};0,{place:02};1\n", place / 2, place % 2 * 30))
        .collect::<Vec<String>>()
        .concat();
    assert_eq!(read(format!("Дата;Время;00012345;00012346\n{apart}").as_bytes()).unwrap().readings().len(), 96);
}

#[test]
fn the_mark_of_decimals_is_that_of_values_and_not_of_places() {
    reads_all(&two_days(
        "Прибор учета;Широта;Долгота;Дата и время;A+, кВт*ч",
        |id, _, date, time, kwh| format!("{id};43.25;76.91;{date} {time};{kwh}"),
    ));
}

#[test]
fn commas_between_thousands_are_no_decimals_and_a_comma_for_both_is_refused() {
    let kept = read(
        b"meter_id,start,kwh\nA,2025-03-01 00:00,\"1,234\"\nA,2025-03-01 00:30,870\nA,2025-03-01 01:00,\"2,000\"\n",
    )
    .unwrap();
    assert_eq!(kept.readings().into_iter().map(|reading| reading.2).collect::<Vec<_>>(), [1234.0, 870.0, 2000.0]);
    let error =
        read(b"meter_id,start,kwh\nA,2025-03-01 00:00,0,380\nA,2025-03-01 00:30,0,250\n").err().unwrap().to_string();
    assert!(error.contains("separates fields and decimals alike"), "{error}");
    assert!(!doubts("meter_id;start;kwh\nA;2025-03-01 00:00;12.345\nA;2025-03-01 00:30;13.004\n").is_empty());
}

#[test]
fn numbered_half_hours_are_counted_from_the_first_instant_of_the_day() {
    let text = two_days(
        "Прибор учета;Дата;Номер получаса;A+, кВт*ч",
        |id, place, date, _, kwh| format!("{id};{date};{};{kwh}", place % 48 + 1),
    );
    let kept = read(text.as_bytes()).unwrap();
    let minutes: Vec<i64> = kept.readings().iter().take(96).map(|reading| (reading.1 - FIRST) / 60).collect();
    assert_eq!(minutes, (0..96).map(|place| place * 30).collect::<Vec<i64>>());
}

#[test]
fn days_counted_by_a_spreadsheet_are_dates() {
    // 1 March 2025 is day 45717; a half-hour is 1/48 of it.
    let kept = read(b"meter_id;start;kwh\nA;45717;1\nA;45717,0208333;2\nA;45717,0416667;3\n").unwrap();
    assert_eq!(short(&kept), [("A".to_owned(), 0, 1.0), ("A".to_owned(), 30, 2.0), ("A".to_owned(), 60, 3.0)]);
    let basic = read(b"meter_id;start;kwh\nA;20250301T003000;1\nA;20250301T010000;2\n").unwrap();
    assert_eq!(short(&basic), [("A".to_owned(), 30, 1.0), ("A".to_owned(), 60, 2.0)]);
}

#[test]
fn energy_by_parameter_with_a_stamp_is_no_list_of_counters_of_one_day() {
    reads_all(&two_days(
        "Прибор учета;Параметр;Дата и время;Значение",
        |id, _, date, time, kwh| format!("{id};A+;{date} {time};{kwh}"),
    ));
}

#[test]
fn quotes_over_lines_in_every_row_do_not_hide_the_delimiter() {
    reads_all(&two_days(
        "Адрес;Прибор учета;Дата и время;A+, кВт*ч",
        |id, _, date, time, kwh| format!("\"г. Алматы\nул. Абая\";{id};{date} {time};{kwh}"),
    ));
}

#[test]
fn a_field_in_quotes_may_run_over_lines_and_a_lonely_quote_may_not() {
    let kept = read(
        "meter_id;Адрес;start;kwh\n1;\"г. Алматы\nул. Абая\";2025-03-01 00:00;0,5\n2;\"Ромашка;2025-03-01 \
         00:00;0,7\n3;x;2025-03-01 00:00;bad\n"
            .as_bytes(),
    )
    .unwrap();
    assert_eq!(kept.readings().into_iter().map(|reading| reading.0).collect::<Vec<_>>(), ["1", "2"]);
    let rows: Vec<u64> = kept.rejects().iter().map(|reject| reject.row).collect();
    assert_eq!(rows, [5], "lines are counted as an editor shows them");
    let wrapped =
        read("\"Прибор\nучета\";Начало;\"кВт*ч\"\n1;2025-03-01 00:00;0,5\n1;2025-03-01 00:30;0,6\n".as_bytes())
            .unwrap();
    assert_eq!(wrapped.readings().len(), 2);
}

#[test]
fn a_number_with_its_unit_or_with_a_comma_and_an_exponent_is_read() {
    let text = "meter_id;start;kwh\nA;2025-03-01 00:00;0,25 kWh\nA;2025-03-01 00:30;5,0E-01\n";
    assert_eq!(short(&read(text.as_bytes()).unwrap()), [("A".to_owned(), 0, 0.25), ("A".to_owned(), 30, 0.5)]);
}

#[test]
fn an_empty_end_of_a_row_may_be_left_off() {
    let text = "meter_id,start,kwh,remark\nA,2025-03-01 00:00,0.25\nA,2025-03-01 00:30,0.5,\n";
    assert_eq!(read(text.as_bytes()).unwrap().readings().len(), 2);
}
