//! Facts about days on which the clock changes, and about how hours are named on all days.

use super::*;

/// Hours from the first reading to every reading of one usage point, in the order of the file.
fn hours(kept: &Kept, id: &str) -> Vec<i64> {
    let of_id: Vec<i64> = kept.readings().into_iter().filter(|reading| reading.0 == id).map(|(_, at, _)| at).collect();
    of_id.iter().map(|at| (at - of_id[0]) / 3600).collect()
}

/// A table of two usage points and of three days, the second of which has the given labels; the
/// others have `usual`. `row` writes usage point, day, label.
fn three_days(
    header: &str,
    days: [&str; 3],
    usual: &[String],
    odd: &[String],
    row: impl Fn(&str, &str, &str) -> String,
) -> String {
    let mut text = format!("{header}\n");
    for id in ["K-100", "K-200"] {
        for (place, day) in days.into_iter().enumerate() {
            for label in if place == 1 { odd } else { usual } {
                text += &(row(id, day, label) + "\n");
            }
        }
    }
    text
}

fn numbers(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

fn clocks(range: std::ops::RangeInclusive<u32>, without: Option<u32>) -> Vec<String> {
    range.filter(|hour| Some(*hour) != without).map(|hour| format!("{hour:02}:00")).collect()
}

const SPRING: [&str; 3] = ["2025-03-29", "2025-03-30", "2025-03-31"];
const AUTUMN: [&str; 3] = ["2025-10-25", "2025-10-26", "2025-10-27"];

/// All hours are there once, and the first is the first of its day.
fn follow_one_another(text: &str, count: i64) {
    let kept = read_in(text.as_bytes(), Some("Europe/Warsaw")).unwrap();
    assert!(kept.rejects().is_empty(), "{:?}", kept.rejects().first());
    for id in ["K-100", "K-200"] {
        assert_eq!(hours(&kept, id), (0..count).collect::<Vec<_>>());
    }
    let first = kept.readings()[0].1;
    // Midnight in Warsaw is 23:00 UTC in winter and 22:00 UTC in summer.
    assert_eq!(first.rem_euclid(86_400) / 3600, if count == 71 { 23 } else { 22 });
}

#[test]
fn hours_are_counted_where_a_day_has_23_or_25_of_them() {
    let row = |id: &str, day: &str, label: &str| format!("{id};{day};{label};0,5");
    for (first, header) in [(1, "meter;date;hour;kwh"), (0, "meter;Datum;Stunde;kWh")] {
        let of = |count: u32| numbers(first..=first + count - 1);
        let header = header.replace("Stunde", "time");
        follow_one_another(&three_days(&header, SPRING, &of(24), &of(23), row), 71);
        follow_one_another(&three_days(&header, AUTUMN, &of(24), &of(25), row), 73);
    }
    let clock = |hours| clocks(1..=hours, None);
    follow_one_another(&three_days("meter;date;time;kwh", AUTUMN, &clock(24), &clock(25), row), 73);
}

#[test]
fn hours_read_off_a_clock_leave_out_one_in_spring_whichever_it_is() {
    let row = |id: &str, day: &str, label: &str| format!("{id}\t{day} {label}\t0.5");
    let two = |id: &str, day: &str, label: &str| format!("{id}\t{day}\t{label}\t0.5");
    // Ends: 02:00 stands for 03:00, or 03:00 is left out, which is when the clock is set.
    for missing in [2, 3] {
        let labels = (clocks(1..=24, None), clocks(1..=24, Some(missing)));
        follow_one_another(&three_days("meter\ttime\tkwh", SPRING, &labels.0, &labels.1, row), 71);
        follow_one_another(&three_days("meter\tdate\ttime\tkwh", SPRING, &labels.0, &labels.1, two), 71);
        let numbers = |without: Option<u32>| numbers(1..=24).into_iter().filter(move |n| n.parse().ok() != without);
        let odd: Vec<String> = numbers(Some(3)).collect();
        follow_one_another(
            &three_days("meter\tdate\thour\tkwh", SPRING, &numbers(None).collect::<Vec<_>>(), &odd, two),
            71,
        );
    }
    let begins = (clocks(0..=23, None), clocks(0..=23, Some(2)));
    follow_one_another(&three_days("meter\ttime\tkwh", SPRING, &begins.0, &begins.1, row), 71);
}

#[test]
fn the_second_of_two_hours_is_told_by_a_letter_a_flag_or_its_place() {
    let with = |usual: &[String], at: usize, names: [&str; 2]| {
        let mut odd = usual.to_vec();
        odd[at] = names[0].to_owned();
        odd.insert(at + 1, names[1].to_owned());
        odd
    };
    let row = |id: &str, day: &str, label: &str| format!("{id};{day};{label};0,5");
    let hours = numbers(0..=23);
    follow_one_another(&three_days("meter;date;hour;kwh", AUTUMN, &hours, &with(&hours, 2, ["2A", "2B"]), row), 73);
    let ends: Vec<String> = (1..=24).map(|hour| format!("HE{hour:02}")).collect();
    follow_one_another(&three_days("meter;date;hour;kwh", AUTUMN, &ends, &with(&ends, 2, ["HE03", "HE03X"]), row), 73);
    // A label may carry the flag: `03:00|S` is the label and the season.
    let flagged = |id: &str, day: &str, label: &str| {
        let (label, season) = label.split_once('|').unwrap_or((label, if day < "2025-10-26" { "S" } else { "W" }));
        format!("{id};{day};{label};{season};0,5")
    };
    let season = |hour: u32| if hour < 4 { "S" } else { "W" };
    let usual = clocks(1..=24, None);
    let mut odd: Vec<String> = (1..=24).map(|hour| format!("{hour:02}:00|{}", season(hour))).collect();
    odd.insert(3, "03:00|W".to_owned());
    follow_one_another(&three_days("meter;date;time;Zeitzone;kwh", AUTUMN, &usual, &odd, flagged), 73);
    let plain = |id: &str, day: &str, label: &str| format!("{id};{day} {label};0,5");
    let begins = clocks(0..=23, None);
    follow_one_another(
        &three_days("meter;time;kwh", AUTUMN, &begins, &with(&begins, 2, ["02:00", "02:00"]), plain),
        73,
    );
}

#[test]
fn midnight_may_be_written_with_the_day_that_it_ends() {
    let mut labels = clocks(1..=23, None);
    labels.push("00:00".to_owned());
    let row = |id: &str, day: &str, label: &str| format!("{id};{day} {label};0,5");
    let text = three_days("meter;time;kwh", ["2025-06-01", "2025-06-02", "2025-06-03"], &labels, &labels, row);
    follow_one_another(&text, 72);
    let lines: Vec<&str> = text.lines().collect();
    let backward = std::iter::once(lines[0]).chain(lines[1..].iter().rev().copied()).collect::<Vec<_>>().join("\n");
    let kept = read_in(backward.as_bytes(), Some("Europe/Warsaw")).unwrap();
    let mut sorted = hours(&kept, "K-100");
    sorted.sort_unstable();
    assert_eq!((sorted[0], sorted.len()), (-71, 72));
}

#[test]
fn slots_across_are_found_by_clocks_of_twelve_hours_numbers_and_words() {
    let names: [fn(u32) -> String; 5] = [
        |hour| format!("{}:00 {}", if hour % 12 == 0 { 12 } else { hour % 12 }, if hour < 12 { "AM" } else { "PM" }),
        |hour| format!("KWH_HR{:02}00_QTY", hour + 1),
        |hour| format!("HE{:02}", hour + 1),
        |hour| format!("{hour}-{}", hour + 1),
        |hour| format!("Hour {hour} (kWh)"),
    ];
    for name in names {
        let header: Vec<String> = (0..24).map(name).collect();
        let values: Vec<String> = (0..24).map(|hour| format!("{}.5", hour + 1)).collect();
        let text = format!("meter,date,{},total\n17,2025-06-02,{},312\n", header.join(","), values.join(","));
        let kept = read(text.as_bytes()).unwrap();
        let found: Vec<(i64, f32)> =
            kept.readings().into_iter().map(|(_, at, value)| (at.rem_euclid(86_400) / 3600, value)).collect();
        assert_eq!(found, (0..24).map(|hour| (hour, hour as f32 + 1.5)).collect::<Vec<_>>(), "{}", header[1]);
    }
}

#[test]
fn a_span_behind_the_date_is_no_offset() {
    let table = |row: &dyn Fn(usize) -> String| {
        format!("meter;time;kwh\n{}\n", (0..24).map(row).collect::<Vec<String>>().join("\n"))
    };
    let spans = table(&|hour| format!("17;02.06.2025 {hour:02}:00-{:02}:00;{hour},5", (hour + 1) % 24));
    assert_eq!(hours(&read(spans.as_bytes()).unwrap(), "17"), (0..24).collect::<Vec<_>>());
    let offsets = table(&|hour| format!("17;2025-06-02 {hour:02}:00-05:00;{hour}.5"));
    assert_eq!(read(offsets.as_bytes()).unwrap().readings()[0].1.rem_euclid(86_400) / 3600, 5);
}

#[test]
fn a_heading_that_names_utc_is_believed() {
    let text = "meter,timestamp_utc,kwh\n17,2025-06-02 00:00,1\n17,2025-06-02 01:00,1\n";
    let kept = read_in(text.as_bytes(), Some("Europe/Warsaw")).unwrap();
    assert_eq!(kept.readings()[0].1.rem_euclid(86_400), 0);
    let mapping = understanding(text.as_bytes()).mapping.unwrap();
    assert_eq!(mapping.time_zone.as_deref(), Some("UTC"));
}
