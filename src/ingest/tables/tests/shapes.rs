//! Facts about tables that say once what holds for many rows, lie across, or count up.

use super::*;

fn values(kept: &Kept) -> Vec<(String, i64, f32)> {
    short(kept)
}

#[test]
fn lines_may_end_with_a_carriage_return_alone() {
    let text = "meter;time;kwh\r17;2025-03-01 00:00;0,5\r17;2025-03-01 00:30;oops\r17;2025-03-01 01:00;1,5\r";
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!(values(&kept), [("17".to_owned(), 0, 0.5), ("17".to_owned(), 60, 1.5)]);
    assert_eq!(kept.rejects()[0].row, 3);
}

#[test]
fn a_usage_point_in_the_first_row_of_its_block_holds_for_the_block() {
    let text = "Счётчик;Дата;Время;кВт*ч\n00017;01.03.2025;00:00;0,5\n;;00:30;1,5\n;;01:00;2,5\n00018;01.03.2025;00:00;\
                3,5\n;;00:30;4,5\n;13.03.2025;00:00;5,5\nИтого;;;18\n";
    let kept = read(text.as_bytes()).unwrap();
    let ids: Vec<String> = values(&kept).into_iter().map(|(id, ..)| id).collect();
    assert_eq!(ids, ["00017", "00017", "00017", "00018", "00018", "00018"]);
    assert!(kept.rejects().is_empty(), "{:?}", kept.rejects());
    let mapping = understanding(text.as_bytes()).mapping.unwrap().to_toml();
    assert_eq!(read_as(text.as_bytes(), &mapping).readings(), kept.readings());
}

#[test]
fn days_in_rows_of_their_own_hold_for_the_times_below_and_midnight_ends_them() {
    let mut text = String::from("Výkon odběrného místa v kW\n\nČas;Meter;Power (kW)\n");
    for day in ["02.03.2025", "01.03.2025"] {
        writeln!(text, "{day};;\n00:00;17;0,5").unwrap();
        for hour in (1..24).rev() {
            writeln!(text, "{hour:02}:00;17;1,5").unwrap();
        }
    }
    let kept = read(text.as_bytes()).unwrap();
    let mut minutes: Vec<i64> = values(&kept).iter().map(|reading| reading.1).collect();
    minutes.sort_unstable();
    assert_eq!(minutes, (0..48).map(|hour| hour * 60).collect::<Vec<i64>>());
    let midnights: Vec<i64> =
        values(&kept).iter().filter(|reading| reading.2 == 0.5).map(|reading| reading.1).collect();
    assert_eq!(midnights, [47 * 60, 23 * 60]);
}

#[test]
fn halves_of_days_below_one_another_are_days() {
    let block = |from: usize| {
        let hours: Vec<String> = (from..from + 12).map(|hour| hour.to_string()).collect();
        let day = |day: &str| {
            let values: Vec<String> = (from..from + 12).map(|hour| format!("{hour}.5")).collect();
            format!("17;{day};{}\n", values.join(";"))
        };
        format!("meter;date;{}\n{}{}\n", hours.join(";"), day("01.03.2025"), day("02.03.2025"))
    };
    let kept = read(format!("{}{}", block(1), block(13)).as_bytes()).unwrap();
    let mut found: Vec<(i64, f32)> = values(&kept)
        .into_iter()
        .filter(|reading| !reading.2.is_nan())
        .map(|(_, at, value)| (at / 60, value))
        .collect();
    found.sort_by_key(|reading| reading.0);
    assert_eq!(found, (0..48).map(|hour| (hour, (hour % 24 + 1) as f32 + 0.5)).collect::<Vec<_>>());
}

#[test]
fn hours_down_and_days_across_are_hours() {
    for label in [
        |hour: i64| format!("{hour}-{}", hour + 1),
        |hour: i64| format!("{:02}:00", hour + 1),
        |hour: i64| (hour + 1).to_string(),
    ] {
        let row = |hour: i64| format!("17;{};{hour},5;{},5;", label(hour), hour + 100);
        let rows = (0..24).map(row).collect::<Vec<String>>().join("\n");
        let text = format!("Прибор учета;Час;01.03.2025;02.03.2025;13.03.2025\n{rows}\nИтого;;1;2;3\n");
        let kept = read(text.as_bytes()).unwrap();
        let found: Vec<(i64, f32)> = values(&kept)
            .into_iter()
            .filter(|reading| !reading.2.is_nan())
            .map(|(_, minute, value)| (minute / 60, value))
            .collect();
        let expected = (0..48).map(|hour| (hour, if hour < 24 { hour as f32 + 0.5 } else { hour as f32 + 76.5 }));
        assert_eq!(found, expected.collect::<Vec<_>>(), "{}", label(0));
        let mapping = understanding(text.as_bytes()).mapping.unwrap().to_toml();
        assert_eq!(read_as(text.as_bytes(), &mapping).readings().len(), kept.readings().len());
    }
}

#[test]
fn days_down_the_month_of_the_title_are_dates() {
    let days: Vec<String> = (1..=31).map(|day| day.to_string()).collect();
    let text = format!("Расход за март 2025 г.\nПрибор учета;{}\n17;{}\n", days.join(";"), days.join(";"));
    let kept = read(text.as_bytes()).unwrap();
    let found: Vec<(i64, f32)> = values(&kept).into_iter().map(|(_, minute, value)| (minute / 1440, value)).collect();
    assert_eq!(found, (0..31).map(|day| (day, day as f32 + 1.0)).collect::<Vec<_>>());
}

#[test]
fn a_counter_of_one_meter_is_no_energy_whatever_names_it() {
    let rows = |row: &dyn Fn(i64) -> String| (0..60).map(row).collect::<String>();
    let stamp = |hour: i64| format!("{:02}.03.2025 {:02}:00", 1 + hour / 24, hour % 24);
    let mapping = "usage_point_from = \"file_name\"\n";
    let one = rows(&|hour| format!("{};{}\n", stamp(hour), 8000 + hour * 8 + hour * hour % 7));
    let kept = read_as(format!("Zeit;Bezug kWh\n{one}").replace("Zeit", "time").as_bytes(), mapping);
    assert_eq!((kept.readings().len(), kept.registers().len(), kept.registers()[59].2), (0, 60, 8474.0));
    // From nothing on, as a new meter counts.
    let new = rows(&|hour| format!("{};{}\n", stamp(hour), hour * 8 + hour * hour % 7));
    assert_eq!(read_as(format!("time;kwh\n{new}").as_bytes(), mapping).registers().len(), 60);
}

#[test]
fn totals_of_the_day_are_counters_at_the_ends_of_their_intervals() {
    let total = |holds_own: i64| {
        let rows = (0..96).map(|hour| {
            format!(
                "17,{:02}.03.2025 {:02}:00,{}\n",
                1 + hour / 24,
                hour % 24,
                (hour % 24 + holds_own) * 8 + hour % 24 * hour % 7
            )
        });
        format!("meter,time,day_total_kwh\n{}", rows.collect::<String>())
    };
    let first = |text: &str| read(text.as_bytes()).unwrap().registers()[0].1 - FIRST;
    assert_eq!(first(&total(0)), 0, "nothing at midnight: a total at the instant of its stamp");
    assert_eq!(first(&total(1)), 3600, "a total that holds the hour of its stamp stands at its end");
}

#[test]
fn ids_that_a_workbook_rounded_are_told_and_never_joined() {
    let text = "meter,time,kwh\n735999102000000000,2025-03-01 00:00,1\n735999103000000000,2025-03-01 00:00,2\n";
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!(kept.readings().len(), 0);
    assert!(kept.rejects().iter().all(|reject| reject.code == "id.rounded"));
    let whole = text.replace("000000000", "000000017");
    assert_eq!(read(whole.as_bytes()).unwrap().readings().len(), 2);
}
