//! Facts about delimited text, on small files with the traps of real ones.

use std::fmt::Write as _;
use std::path::Path;

use encoding_rs::{IBM866, KOI8_R, WINDOWS_1251};
use proptest::prelude::*;

use crate::ingest::error::IngestError;
use crate::ingest::format::{Format, Source};
use crate::ingest::mapping::keys::Mapping;
use crate::ingest::mapping::understanding::Understanding;
use crate::ingest::tables::delimited::DelimitedText;

mod hours;
mod kinds;
mod parts;
mod places;
mod readings;
mod registers;
mod shapes;

use super::file::CHUNK;
use crate::domain::{Calendar, Timestamp};
use crate::ingest::kept::{Kept, read_file, read_file_as};

const FIRST: i64 = 1_740_787_200; // 2025-03-01T00:00Z

fn file_named(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn read_in(bytes: &[u8], zone: Option<&str>) -> Result<Kept, IngestError> {
    let (_keep, path) = file_named("dump.csv", bytes);
    read_file(&DelimitedText, &path, &Calendar::new(zone).unwrap())
}

fn read(bytes: &[u8]) -> Result<Kept, IngestError> {
    read_in(bytes, None)
}

fn read_as(bytes: &[u8], mapping: &str) -> Kept {
    let (_keep, path) = file_named("00123.txt", bytes);
    let mapping = Mapping::parse("test", mapping).unwrap();
    read_file_as(&DelimitedText, &path, &Calendar::new(None).unwrap(), Some(&mapping)).unwrap()
}

fn understanding(bytes: &[u8]) -> Understanding {
    let (_keep, path) = file_named("dump.csv", bytes);
    DelimitedText
        .open(&Source { path: &path, ix: crate::domain::FileIx(0), caps: crate::ingest::bytes::caps::Caps::default() })
        .unwrap()
        .understanding()
}

/// (id, minutes after 1 March 2025, value) of the readings.
fn short(kept: &Kept) -> Vec<(String, i64, f32)> {
    kept.readings().into_iter().map(|(id, second, value)| (id, (second - FIRST) / 60, value)).collect()
}

fn counters(kept: &Kept) -> Vec<(String, String, f64)> {
    let calendar = Calendar::new(None).unwrap();
    kept.registers().into_iter().map(|(id, second, value)| (id, calendar.format(Timestamp(second)), value)).collect()
}

fn row_of(id: &str, minute: i64, value: f32) -> (String, i64, f32) {
    (id.to_owned(), minute, value)
}

fn row(id: &str, at: &str, value: f64) -> (String, String, f64) {
    (id.to_owned(), at.to_owned(), value)
}

#[test]
fn semicolons_decimal_commas_quotes_and_a_byte_order_mark_are_read() {
    let kept = read("\u{feff}meter_id;start;kwh\r\n\"A 1\";01.03.2025 00:30;0,25\r\n".as_bytes()).unwrap();
    assert_eq!(short(&kept), [("A 1".to_owned(), 30, 0.25)]);
}

#[test]
fn each_bad_row_is_rejected_with_its_number_and_the_rest_is_read() {
    let kept = read(
        b"usage_point,timestamp,kwh\nA,2025-03-01 00:00,1\nA,2025-03-01 00:30,oops\n,2025-03-01 \
                      01:00,1\nA,noon,1\nA,2025-03-01 01:30\nA,2025-03-01 02:00,9e99\nA,2025-03-01 02:30,2\n",
    )
    .unwrap();
    let codes: Vec<_> = kept.rejects().iter().map(|reject| (reject.row, reject.code)).collect();
    assert_eq!(
        codes,
        [(3, "value.not_a_number"), (4, "id.empty"), (5, "time.unreadable"), (6, "row.fields"), (7, "value.absurd")]
    );
    assert_eq!(kept.readings().len(), 2);
}

#[test]
fn an_unknown_time_format_is_shown() {
    let error = read(b"usage_point,timestamp,kwh\nA,Saturday,1\n").err().unwrap().to_string();
    assert!(error.contains("row 2") && error.contains("Saturday"), "{error}");
}

#[test]
fn rows_keep_their_numbers_across_chunks() {
    let mut text = String::from("usage_point,timestamp,kwh\n");
    while text.len() < 3 * CHUNK {
        text.push_str("SOME_LONG_USAGE_POINT_NAME,2025-03-01 00:00,1\n");
    }
    let last = text.lines().count() as u64 + 1;
    text.push_str("A,2025-03-01 00:00,oops\n");
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!(kept.rejects()[0].row, last);
    assert_eq!(kept.readings().len() as u64, last - 2);
}

#[test]
fn russian_names_are_read_in_every_page() {
    let text = "Прибор учета;Дата;Время;Активная энергия, кВт*ч\nСчётчик дома 5;01.03.2025;0:00;1 234,5\nСчётчик дома \
                5;01.03.2025;0:30;н/д\nСчётчик дома 5;13.03.2025;1:00;0,5\n";
    for encoding in [encoding_rs::UTF_8, WINDOWS_1251, IBM866, KOI8_R] {
        let kept = read(&encoding.encode(text).0).unwrap();
        let found = short(&kept);
        assert_eq!(found[0], ("Счётчик дома 5".to_owned(), 0, 1234.5), "{}", encoding.name());
        assert!(found[1].2.is_nan() && kept.rejects().is_empty());
    }
}

#[test]
fn utf_16_is_read() {
    let text = "meter_id\tstart\tkwh\r\nA\t2025-03-01 00:00\t0,5\r\nA\t2025-03-01 00:30\t1,5\r\n";
    let bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(short(&read(&bytes).unwrap()), [("A".to_owned(), 0, 0.5), ("A".to_owned(), 30, 1.5)]);
}

#[test]
fn day_and_month_that_cannot_be_told_apart_are_an_error_that_names_both() {
    let error = read(b"meter_id,start,kwh\nA,01/02/2025 00:00,1\nA,05/07/2025 00:00,1\n").err().unwrap().to_string();
    assert!(error.contains("2025-02-01") && error.contains("2025-01-02") && error.contains("day-first"), "{error}");
}

#[test]
fn a_date_far_down_settles_day_and_month() {
    let mut text = String::from("meter_id,start,kwh\n");
    for i in 0..9000 {
        writeln!(text, "M{i},01/02/2025 00:00,1").unwrap();
    }
    text.push_str("A,02/13/2025 00:00,1\n");
    assert_eq!(read(text.as_bytes()).unwrap().readings()[0].1, 1_735_776_000, "2 January 2025");
}

#[test]
fn stamps_at_the_end_are_moved_to_the_beginning() {
    let mut text = String::from("meter,datetime,kwh\n");
    for slot in 1..=96 {
        writeln!(text, "A,2025-03-{:02} {:02}:{:02},{slot}", 1 + slot / 48, slot % 48 / 2, slot % 2 * 30).unwrap();
    }
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!(short(&kept)[0], ("A".to_owned(), 0, 1.0));
    assert_eq!(short(&kept)[95], ("A".to_owned(), 95 * 30, 96.0));
}

#[test]
fn slots_of_a_day_are_counted_from_its_first_instant_on_changed_clock_days() {
    let header: Vec<String> = (0..50).map(|slot| format!("hh_{slot}")).collect();
    let values = |count: usize| {
        (0..50).map(|slot| if slot < count { slot.to_string() } else { String::new() }).collect::<Vec<_>>().join(",")
    };
    let text = format!(
        "meter_id,day,{}\nA,2025-03-29,{}\nA,2025-03-30,{}\nA,2025-10-26,{}\n",
        header.join(","),
        values(48),
        values(46),
        values(50)
    );
    let kept = read_in(text.as_bytes(), Some("Europe/Berlin")).unwrap();
    assert_eq!(kept.readings().len(), 48 + 46 + 50);
    assert!(kept.rejects().is_empty(), "{:?}", kept.rejects());
    // 30 March begins at 23:00 UTC and its 46th half-hour ends at 22:00 UTC.
    let of_day: Vec<_> = kept.readings().into_iter().skip(48).take(46).collect();
    assert_eq!((of_day[45].1 + 1800 - of_day[0].1) / 3600, 23);
    // 50 half-hours of 26 October are 25 hours.
    let long: Vec<_> = kept.readings().into_iter().skip(94).collect();
    assert_eq!((long[49].1 + 1800 - long[0].1) / 3600, 25);
}

#[test]
fn a_value_in_an_hour_that_never_was_is_rejected_and_a_zero_is_passed_over() {
    let header: Vec<String> = (0..24).map(|hour| format!("{hour:02}:00")).collect();
    let row = |last: &str| format!("A,2025-03-30,{},{last}\n", vec!["1"; 23].join(","));
    for (last, rejects) in [("0", 0), ("", 0), ("7", 1)] {
        let kept =
            read_in(format!("meter_id,day,{}\n{}", header.join(","), row(last)).as_bytes(), Some("Europe/Berlin"))
                .unwrap();
        assert_eq!((kept.readings().len(), kept.rejects().len()), (23, rejects), "last slot `{last}`");
    }
}

#[test]
fn meters_across_with_power_stamps_at_the_end_and_decimal_commas_are_uci() {
    let text = "\"\";\"MT_001\";\"MT_002\"\n\"2012-01-01 00:15:00\";0,5;1,5\n\"2012-01-01 00:30:00\";1,0;2,5\n";
    let kept = read(text.as_bytes()).unwrap();
    let first = 1_325_376_000;
    let expected =
        [("MT_001", first, 0.5), ("MT_001", first + 900, 1.0), ("MT_002", first, 1.5), ("MT_002", first + 900, 2.5)];
    assert_eq!(kept.readings(), expected.map(|(id, at, value)| (id.to_owned(), at, value)));
    assert_eq!(kept.unit(), Some(crate::domain::Unit::Kw));
}

#[test]
fn days_across_in_no_order_are_sorted_and_the_label_is_not_read() {
    let kept = read(b"CONS_NO,FLAG,2014/1/1,2014/1/10,2014/1/2\nAAA,1,1.5,3.5,2.5\nBBB,0,,1,2\n").unwrap();
    let first = 1_388_534_400;
    let aaa: Vec<_> =
        kept.readings().into_iter().take(3).map(|(_, at, value)| ((at - first) / 86_400, value)).collect();
    assert_eq!(aaa, [(0, 1.5), (1, 2.5), (9, 3.5)]);
    assert!(kept.readings()[3].2.is_nan(), "an empty cell is missing, not zero");
}

#[test]
fn london_headers_with_a_space_at_the_end_and_null_are_read() {
    let text = "LCLid,stdorToU,DateTime,KWH/hh (per half hour) \r\nMAC000002,Std,2012-10-12 00:30:00.0000000, 0 \
                \r\nMAC000002,Std,2012-10-12 01:00:00.0000000,Null\r\n";
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!(kept.readings()[0], ("MAC000002".to_owned(), 1_350_001_800, 0.0));
    assert!(kept.readings()[1].2.is_nan() && kept.rejects().is_empty());
}

#[test]
fn irish_codes_without_a_header_are_read() {
    let kept = read(b"1392 19503 0.14\n1392 19504 0.138\n1392 19501 0.14\n").unwrap();
    // Day 195 is 14 July 2009; Dublin is one hour ahead of UTC.
    assert_eq!(kept.readings()[0], ("1392".to_owned(), 1_247_526_000 + 3600, 0.14));
}

#[test]
fn irish_download_files_know_power_energy_and_export_by_row() {
    let text = "MPRN,Meter Serial Number,Read Value,Read Type,Read Date and End Time\n\
        10000000001,000000000000000001,0.800,Active Import Interval (kW),02-01-2023 00:00\n\
        10000000001,000000000000000001,0.400,Active Import Interval (kWh),01-01-2023 23:30\n\
        10000000001,000000000000000001,0.200,Active Export Interval (kW),01-01-2023 23:00\n\
        10000000001,000000000000000001,0.200,Reactive Something,13-01-2023 22:30\n";
    let kept = read(text.as_bytes()).unwrap();
    let end = 1_672_617_600; // 2023-01-02T00:00Z
    let expected = [(end - 1800, 0.4_f32), (end - 3600, 0.4), (end - 5400, -0.1)];
    assert_eq!(kept.readings().iter().map(|reading| (reading.1, reading.2)).collect::<Vec<_>>(), expected);
    assert_eq!(kept.rejects()[0].code, "row.kind_unknown");
}

#[test]
fn a_dump_of_one_meter_takes_its_name_from_the_file() {
    let text = "Отчёт\n1\n2\n3\n4\n01.03.2025\t00:00-00:30\t1,5\n01.03.2025\t00:30-01:00\t2,5\nИтого\t\t4,0\n";
    let (_keep, path) = file_named("00123.txt", &WINDOWS_1251.encode(text).0);
    let mapping = Mapping::named("profile-tsv").unwrap();
    let kept = read_file_as(&DelimitedText, &path, &Calendar::new(None).unwrap(), Some(&mapping)).unwrap();
    assert_eq!(short(&kept), [("00123".to_owned(), 0, 1.5), ("00123".to_owned(), 30, 2.5)]);
    assert!(kept.rejects().is_empty(), "{:?}", kept.rejects());
}

#[test]
fn a_power_profile_with_meters_across_is_read_below_its_labels() {
    let text = "Наименование объекта;Дом 1;Дом 2\nБазовая станция;БС 1;БС 1\nПрибор учета;00001;00002\nПотребление за \
                период по показаниям;3,0;4,0\n01.03.2025 00:00;1,0;2,0\n01.03.2025 00:30;1,5;2,5\n";
    let kept = read(text.as_bytes()).unwrap();
    let expected = [("00001", 0, 1.0), ("00001", 30, 1.5), ("00002", 0, 2.0), ("00002", 30, 2.5)];
    assert_eq!(short(&kept), expected.map(|(id, at, value)| (id.to_owned(), at, value)));
}

#[test]
fn the_total_wins_over_the_sum_of_tariffs_and_the_sum_stands_in_for_it() {
    let text = "Приложение №9\n№ п/п;Л/С;Номер_ПУ;Дата;Т1;Т2;Т3;Т сумм;Адрес;ФИО абонента;Дата_АСКУЭ;Тип ПУ;Способ \
                снятия показаний;ТП\n\
        1;100200300400;00000017;01.03.2025;60,5;39;;100;ул. Абая 1;;01.03.2025;А;дистанционно;ТП-12\n\
        2;100200300401;00000018;01.03.2025;60,5;39;н/д;;ул. Абая 2;;01.03.2025;А;дистанционно;ТП-12\n";
    let kept = read(&WINDOWS_1251.encode(text).0).unwrap();
    assert_eq!(
        counters(&kept),
        [row("00000017", "2025-03-01T00:00", 100.0), row("00000018", "2025-03-01T00:00", 99.5)]
    );
}

#[test]
fn counters_at_both_ends_take_their_dates_from_a_header_of_two_rows() {
    let text = "№пп;Точка учёта;Абонент;Тип;Серийный номер;Дата последних показаний;Показание на начало периода \
                01.03.2025;;;;Показание на конец периода 01.04.2025;;;;Наименование балансовой группы\n\
        ;;;;;;Т1;Т2;Т3;Общая;Т1;Т2;Т3;Общая;\n\
        1;\\ТП 12\\кв 1;100200300400;А;00000017;01.04.2025;1;2;н/д;3;10;20;н/д;н/д;ТП 12\n";
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!(counters(&kept), [row("00000017", "2025-03-01T00:00", 3.0), row("00000017", "2025-04-01T00:00", 30.0)]);
}

#[test]
fn tariff_zones_in_rows_of_their_own_are_one_counter_and_the_ratio_counts() {
    let head = "Отчёт\nПериод: 01.03.2025 - 01.04.2025\n\n\n№пп;Точка учёта;Абонент;Тип;Серийный \
                номер;Коэффициенты;Тариф;Измерение;Тарифная зона;Показания на начало периода;Показания на конец \
                периода;Потребление за период\n";
    let text = format!(
        "{head}1;а;б;в;17;40;;А+;Т1;1;2;1\n2;а;б;в;17;40;;А+;Т2;3;5;2\n3;а;б;в;18;1;;А+;Т1;1;2;1\n4;а;б;в;18;1;;А+;Общая;7;9;2\nИтого;;;;;;;;;;;6\n"
    );
    let kept = read(text.as_bytes()).unwrap();
    let expected = [
        ("17", "2025-03-01T00:00", 160.0),
        ("17", "2025-04-01T00:00", 280.0),
        ("18", "2025-03-01T00:00", 7.0),
        ("18", "2025-04-01T00:00", 9.0),
    ];
    assert_eq!(counters(&kept), expected.map(|(id, at, value)| row(id, at, value)));
    assert!(kept.rejects().is_empty());
}

#[test]
fn counters_without_a_day_ask_for_it() {
    let text = "Прибор учета;Параметр;Значение\n00017;А+;100\n";
    let error = read(text.as_bytes()).err().unwrap().to_string();
    assert!(error.contains("read_on"), "{error}");
    let kept = read_as(
        text.as_bytes(),
        "layout = \"register\"\nread_on = \"2025-03-31\"\n[columns]\ntotal = [\"Значение\"]\n",
    );
    assert_eq!(counters(&kept), [row("00017", "2025-03-31T00:00", 100.0)]);
}

#[test]
fn groups_of_counters_under_a_date_are_readings_of_that_date() {
    let text = "Отчёт\n;;;01.03.2025;;;;01.04.2025;;;\nТочка учета;Номер прибора учета;Номер лицевого \
                счета;Зафиксированные Показания;Тариф1;Тариф 2;Тариф3;Зафиксированные Показания;Тариф1;Тариф \
                2;Тариф3\n1;17;5;100;60;40;0;н/д;70;50;0\n";
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!(counters(&kept), [row("17", "2025-03-01T00:00", 100.0), row("17", "2025-04-01T00:00", 120.0)]);
}

#[test]
fn values_that_only_grow_from_a_high_level_are_counters() {
    let mut text = String::from("meter_id,date,value\n");
    for day in 1..=12 {
        writeln!(text, "A,2025-03-{day:02},{}", 5000 + 8 * day).unwrap();
    }
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!((kept.readings().len(), kept.registers().len()), (0, 12));
}

#[test]
fn a_table_of_weather_or_prices_is_no_table_of_meters() {
    for header in ["timestamp,temperature_c,rhum", "date,hour,temp,dwpt", "timestamp,price,cost"] {
        let error = read(format!("{header}\n2025-03-01 00:00,1,2,3\n").as_bytes()).err().unwrap().to_string();
        assert!(error.contains("no column for the energy"), "{header}: {error}");
    }
    // Energy beside its price is that of one usage point, which the file names.
    let kept = read(b"timestamp,kwh,price\n2025-03-01 00:00,1,2\n2025-03-01 00:30,2,2\n").unwrap();
    assert_eq!(short(&kept), [row_of("dump", 0, 1.0), row_of("dump", 30, 2.0)]);
}

#[test]
fn a_column_of_times_beside_bare_dates_is_found_by_its_cells() {
    let kept = read(
        "Datum;Kommentar;Startzeit;Zählpunkt;Wert \
              (kWh)\n01.03.2025;-;00:15;AT001;0,12\n01.03.2025;-;00:30;AT001;0,13\n"
            .as_bytes(),
    )
    .unwrap();
    assert_eq!(short(&kept), [("AT001".to_owned(), 15, 0.12), ("AT001".to_owned(), 30, 0.13)]);
}

#[test]
fn hours_from_1_to_24_are_ends() {
    let kept =
        read(b"Household,Date,Time,Consumption\nH1,2025-03-01,1,0.5\nH1,2025-03-01,2,0.6\nH1,2025-03-01,24,0.7\n")
            .unwrap();
    assert_eq!(short(&kept).iter().map(|reading| reading.1).collect::<Vec<_>>(), [0, 60, 1380]);
}

#[test]
fn rows_of_totals_are_passed_over_but_not_ids_that_begin_alike() {
    for encoding in [encoding_rs::UTF_8, WINDOWS_1251] {
        let text = "meter_id;01.03.2025;02.03.2025;03.03.2025;04.03.2025;05.03.2025\nДом;1,5;2;3;4;5\nTotalis;1;1;1;1;1\nИтого по ТП 12;2;3;4;5;6\nTotal;2;3;4;5;6\n";
        let kept = read(&encoding.encode(text).0).unwrap();
        let ids: std::collections::BTreeSet<String> = kept.readings().into_iter().map(|reading| reading.0).collect();
        assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["Totalis", "Дом"]);
    }
    let kept = read(b"usage_point,timestamp,kwh\nTotal,2025-03-01 00:00,1\n").unwrap();
    assert_eq!(kept.readings().len(), 1, "the canonical name promises ids");
}

#[test]
fn a_profile_that_does_not_fit_names_what_it_wants_and_what_there_is() {
    let (_keep, path) = file_named("dump.csv", b"a,b,c\n1,2025-03-01,3\n");
    let mapping = Mapping::parse("mine", "[columns]\nusage_point = [\"Meter\"]\n").unwrap();
    let error =
        read_file_as(&DelimitedText, &path, &Calendar::new(None).unwrap(), Some(&mapping)).err().unwrap().to_string();
    assert!(error.contains("`Meter`") && error.contains("mine") && error.contains("`a`, `b`, `c`"), "{error}");
}

#[test]
fn a_profile_pads_ids_scales_values_and_knows_words_of_quality() {
    let mapping =
        "pad_ids_to = 8\nunit = \"Wh\"\nmultiplier = 40\nmissing = [\"9999\"]\n[quality]\n\"!\" = \"estimated\"\n";
    let kept = read_as(b"meter_id,start,value,status\n17,2025-03-01 00:00,500,\n17,2025-03-01 00:30,9999,!\n", mapping);
    assert_eq!(short(&kept)[0], ("00000017".to_owned(), 0, 20.0));
    assert!(short(&kept)[1].2.is_nan());
}

#[test]
fn the_profile_that_is_printed_reads_the_file_alike() {
    let mut text = String::from("Прибор учета;Дата и время;Активная энергия, кВт*ч\n");
    for slot in 1..=96 {
        writeln!(text, "17;{:02}.03.2025 {:02}:{:02};{slot},5", 1 + slot / 48, slot % 48 / 2, slot % 2 * 30).unwrap();
    }
    let bytes = WINDOWS_1251.encode(&text).0;
    let found = understanding(&bytes);
    let mapping = found.mapping.unwrap().to_toml();
    assert!(mapping.contains("stamp = \"end\"") && mapping.contains("windows-1251"), "{mapping}");
    assert_eq!(read_as(&bytes, &mapping).readings(), read(&bytes).unwrap().readings());
}

#[test]
fn a_missing_path_is_an_error_and_no_panic() {
    assert!(read_file(&DelimitedText, Path::new("nowhere.csv"), &Calendar::new(None).unwrap()).is_err());
}

const TABLES: [&str; 6] = [
    "usage_point,timestamp,kwh\nA,2025-03-01,1\nB,2025-03-02,2\n",
    "\"\";\"MT_001\";\"MT_002\"\n\"2012-01-01 00:15:00\";0,5;1,5\n\"2012-01-01 00:30:00\";1,0;2,5\n",
    "CONS_NO,FLAG,2014/1/1,2014/1/10,2014/1/2\nAAA,1,1.5,3.5,2.5\n",
    "1392 19503 0.14\n1392 19504 0.138\n",
    "Отчёт\n№пп;Точка учета;Номер прибора учета;Дата;Т1;Т2\n1;а;17;01.03.2025;60;40\n",
    "meter_id,day,00:00,01:00,02:00,03:00,04:00,05:00,06:00,07:00,08:00,09:00,10:00,11:00,12:00,13:00,14:00,15:00,16:00,17:00,18:00,19:00,20:00,21:00,22:00,23:00\nA,2025-03-30,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1\n",
];

const STAMPS: [(&str, &str); 8] = [
    ("01.03.2025", "00:30"),
    ("01.03.2025", "01:00"),
    ("02.03.2025", "00:00"),
    ("2.3.2025", "00:00"),
    ("01.03.2025", "24:00"),
    ("01.03.2025", "01:00:30"),
    ("31.02.2025", "10:00"),
    ("01.03.2025", "7:30"),
];
const VALUES: [&str; 10] =
    ["0,25", "12", "-0,5", "", "н/д", "1 234,5", "1e3", "0,123456789012345678", "99999999999", "x"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&[b"usage_point,timestamp,kwh\nA,2025-03-01,1\n".as_slice(), &bytes].concat());
        let _ = read(&bytes);
    }

    #[test]
    fn no_table_that_is_cut_or_changed_panics(table in 0..TABLES.len(), cut in 0_usize..400, place in 0_usize..400, byte in any::<u8>()) {
        let mut bytes = TABLES[table].as_bytes().to_vec();
        let length = bytes.len();
        bytes[place % length] = byte;
        let _ = read_in(&bytes, Some("Europe/Berlin"));
        let _ = read(&bytes[..cut % length]);
    }

    #[test]
    fn rows_are_read_alike_with_quotes_and_without(
        layout in 0_usize..4,
        rows in proptest::collection::vec((0_usize..3, 0_usize..STAMPS.len(), 0_usize..VALUES.len(), 0_usize..3, 0_usize..20), 1..60),
        ends in prop_oneof![Just("\n"), Just("\r\n")],
    ) {
        // A row with quotes is split into fields; most of those without are read from left to
        // right.
        let heads = ["meter_id;start;kwh", "n;meter_id;kwh;start;quality", "meter_id;date;time;kwh;note", "date;time;kwh;meter_id"];
        let table = |mark: &str| {
            let mut text = format!("{}{ends}", heads[layout]);
            // Enough to see what the table is.
            let plain = (0..6).map(|row| (row % 2, 0, 1, 0, 9));
            for (place, (id, stamp, value, word, damage)) in plain.chain(rows.iter().copied()).enumerate() {
                let (id, (date, time), value, word) = (["A", "AB", "B7"][id], STAMPS[stamp], VALUES[value], ["A", "E", ""][word]);
                let one = format!("{date} {time}");
                let mut fields: Vec<String> = match layout {
                    0 => vec![id.into(), one, value.into()],
                    1 => vec![place.to_string(), id.into(), value.into(), one, word.into()],
                    2 => vec![id.into(), date.into(), time.into(), value.into(), word.into()],
                    _ => vec![date.into(), time.into(), value.into(), id.into()],
                };
                match damage {
                    0 => fields.push("x".into()),
                    1 => fields.truncate(2),
                    2 => fields[0] = "Итого".into(),
                    _ => {}
                }
                text += &(fields.into_iter().map(|field| format!("{mark}{field}{mark}")).collect::<Vec<_>>().join(";") + ends);
            }
            text
        };
        let mapping = "delimiter = \"semicolon\"\ndecimal = \"comma\"\nfooter = [\"итого\"]\n";
        let (bare, quoted) = (read_as(table("").as_bytes(), mapping), read_as(table("\"").as_bytes(), mapping));
        let told = |kept: &Kept| kept.readings().into_iter().map(|(id, at, value)| (id, at, value.to_bits())).collect::<Vec<_>>();
        prop_assert!(!told(&bare).is_empty());
        prop_assert_eq!(told(&bare), told(&quoted));
        let codes = |kept: &Kept| kept.rejects().iter().map(|reject| (reject.row, reject.code)).collect::<Vec<_>>();
        prop_assert_eq!(codes(&bare), codes(&quoted));
    }

    #[test]
    fn a_written_table_is_read_back(rows in proptest::collection::vec((0_u8..5, 0_i64..10_000, 0_u32..100_000), 1..60), delimiter in prop_oneof![Just(','), Just(';'), Just('\t')]) {
        let calendar = Calendar::new(None).unwrap();
        let mut text = format!("usage_point{delimiter}timestamp{delimiter}kwh\n");
        let mut expected = Vec::new();
        for (id, half_hour, milli) in rows {
            let at = Timestamp(1_740_789_000 + half_hour * 1800);
            let value = f64::from(milli) / 1000.0;
            text += &[format!("UP{id}"), calendar.format(at), format!("{value:.3}\n")].join(&delimiter.to_string());
            expected.push((format!("UP{id}"), at.0, value as f32));
        }
        let kept = read(text.as_bytes()).unwrap();
        prop_assert_eq!(kept.readings(), expected);
    }
}

#[test]
fn a_clock_of_a_billion_hours_names_no_slot_of_a_day() {
    assert!(!super::understand::slot_name::is_slot("4040409030:00") && super::understand::slot_name::is_slot("24:00"));
}
