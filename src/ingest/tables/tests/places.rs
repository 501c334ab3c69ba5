//! Facts about where usage points and headings stand: in columns under other names, in rows of two,
//! in rows of their own.

use super::*;

const FOUR: [f32; 4] = [0.5, 1.5, 2.5, 3.5];

fn ids_and_values(kept: &Kept) -> Vec<(String, f32)> {
    short(kept).into_iter().map(|(id, _, value)| (id, value)).collect()
}

#[test]
fn rows_that_name_the_meter_hold_for_the_rows_below_them() {
    let group = |id: &str, first: f32| {
        format!(
            "Прибор учета: {id};;\nДата;Время;A+, кВт*ч\n01.03.2025;00:00;{first}\n13.03.2025;00:30;{}\nИтого;;9\n\n",
            first + 1.0
        )
        .replace('.', ",")
    };
    let text = [group("00012345", 0.5), group("00012346", 2.5)].concat().replace(",03,2025", ".03.2025");
    for encoding in [encoding_rs::UTF_8, WINDOWS_1251] {
        let kept = read(&encoding.encode(&text).0).unwrap();
        let expected = [("00012345", FOUR[0]), ("00012345", FOUR[1]), ("00012346", FOUR[2]), ("00012346", FOUR[3])];
        assert_eq!(ids_and_values(&kept), expected.map(|(id, value)| (id.to_owned(), value)));
        assert!(kept.rejects().is_empty(), "{:?}", kept.rejects());
    }
    let mapping = understanding(text.as_bytes()).mapping.unwrap().to_toml();
    assert_eq!(ids_and_values(&read_as(text.as_bytes(), &mapping)), ids_and_values(&read(text.as_bytes()).unwrap()));
}

#[test]
fn a_title_names_the_one_meter_and_rejects_keep_their_rows() {
    let kept =
        read("Счетчик № 00012345\nДата;Время;A+, кВт*ч\n01.03.2025;00:00;0,5\n13.03.2025;00:30;oops\n".as_bytes())
            .unwrap();
    assert_eq!(ids_and_values(&kept), [("00012345".to_owned(), 0.5)]);
    assert_eq!(
        kept.rejects().iter().map(|reject| (reject.row, reject.code)).collect::<Vec<_>>(),
        [(4, "value.not_a_number")]
    );
}

#[test]
fn hours_below_a_merged_heading_are_slots_of_the_day() {
    let hours = |name: fn(usize) -> String| (0..24).map(name).collect::<Vec<_>>().join(";");
    for lower in [hours(|hour| format!("{hour}:00-{}:00", hour + 1)), hours(|hour| (hour + 1).to_string())] {
        let text = format!(
            "Ведомость\n\n№ п/п;Прибор учета;Дата;Интервалы времени{};Итого\n;;;{lower};\n1;17;13.03.2025;{};24\n",
            ";".repeat(23),
            vec!["1"; 24].join(";")
        );
        let kept = read(text.as_bytes()).unwrap();
        assert_eq!((kept.readings().len(), kept.rejects().len()), (24, 0), "{lower}");
        let mapping = understanding(text.as_bytes()).mapping.unwrap().to_toml();
        assert_eq!(read_as(text.as_bytes(), &mapping).readings(), kept.readings());
    }
}

#[test]
fn a_meter_merged_over_its_channels_is_one_usage_point_whose_export_is_negative() {
    let text = "Дата;Время;17;;18;\n;;A+;A-;A+;A-\n01.03.2025;00:00;0,5;0;1,5;0,25\n13.03.2025;00:30;0,5;0;1,5;0,25\n";
    let kept = read(text.as_bytes()).unwrap();
    let of_18: Vec<f32> =
        ids_and_values(&kept).into_iter().filter(|(id, _)| id == "18").map(|(_, value)| value).collect();
    assert_eq!(of_18, [1.5, 1.5, -0.25, -0.25]);
}

#[test]
fn kazakh_headings_units_and_totals_are_read() {
    let text =
        "Есептеуіш нөмірі;Күні;Уақыты;Тұтыну, кВт·сағ\n17;01.03.2025;00:00;0,5\n17;13.03.2025;00:30;1,5\nБарлығы;;;2\n";
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!(ids_and_values(&kept), [("17".to_owned(), 0.5), ("17".to_owned(), 1.5)]);
    assert!(kept.rejects().is_empty());
}

#[test]
fn other_usual_headings_are_known() {
    for (id, stamp, value) in [
        ("Meter ID", "Read Time", "kWh"),
        ("account", "Read at", "kWh"),
        ("Прибор", "Период", "Энергия A+"),
        ("Абонент", "Дата и время", "Энергия А+"),
    ] {
        let kept = read(format!("{id};{stamp};{value}\n17;2025-03-01 00:00;0.5\n").as_bytes()).unwrap();
        assert_eq!(ids_and_values(&kept), [("17".to_owned(), 0.5)], "{id} {stamp}");
    }
}

#[test]
fn a_heading_that_is_not_known_is_answered_with_the_line_of_a_mapping() {
    // Two columns tell the rows of a stamp apart, and two hold numbers.
    let rows = "AB;X;2025-03-01 00:00;0,5\nCD;Y;2025-03-01 00:00;0,7\nAB;X;2025-03-01 00:30;0,5\nCD;Y;2025-03-01 \
                00:30;0,7\nAB;X;2025-03-01 01:00;0,5\nCD;Y;2025-03-01 01:00;0,7\n";
    let error = read(format!("Устройство;Место;Дата и время;A+, кВт*ч\n{rows}").as_bytes()).err().unwrap().to_string();
    assert!(error.contains("usage_point = [") && error.contains("usage_point_from = \"file_name\""), "{error}");
    let error =
        read("Прибор;Дата и время;Объем;Вес\nAB;2025-03-01 00:00;0,5;7\n".as_bytes()).err().unwrap().to_string();
    assert!(error.contains("value = [") && error.contains("`Объем`") && error.contains("`Вес`"), "{error}");
}

#[test]
fn an_id_kept_as_text_joins_and_one_that_was_rounded_is_rejected() {
    let kept = read(
        "meter_id;start;kwh\n=\"00012345\";2025-03-01 00:00;0,5\n'00012345;2025-03-01 \
              00:30;1,5\n1,23457E+11;2025-03-01 01:00;2,5\n"
            .as_bytes(),
    )
    .unwrap();
    assert_eq!(ids_and_values(&kept), [("00012345".to_owned(), 0.5), ("00012345".to_owned(), 1.5)]);
    assert_eq!(kept.rejects()[0].code, "id.rounded");
}
