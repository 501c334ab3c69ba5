//! Facts about tables of counters and their ratios, as head-ends write them.

use super::*;
use crate::ingest::tables::delimited::DelimitedText;

/// Doubts about what was decided.
fn doubts(bytes: &[u8]) -> Vec<String> {
    understanding(bytes)
        .decisions
        .into_iter()
        .filter_map(|decision| Some(format!("{} {}: {}", decision.what, decision.value, decision.doubt?)))
        .collect()
}

fn march(id: &str, begin: f64, end: f64) -> [(String, String, f64); 2] {
    [row(id, "2025-03-01T00:00", begin), row(id, "2025-04-01T00:00", end)]
}

#[test]
fn both_counters_of_a_period_are_read_with_their_ratio_whatever_they_are_called() {
    for (begin, end, ratio) in [
        ("Показания на начало периода", "Показания на конец периода", "Коэффициент"),
        ("Показания на начало", "Показания на конец", "К тр"),
        ("Предыдущие показания", "Текущие показания", "Расчетный коэффициент"),
        ("Начальные показания", "Конечные показания", "Ктр"),
        ("Пред. показание", "Тек. показание", "Коэфф."),
        ("Previous reading", "Current reading", "multiplier"),
        ("Кезең басындағы көрсеткіш", "Кезең соңындағы көрсеткіш", "КТ"),
    ] {
        let text = format!(
            "Акт за период с 01.03.2025 по 01.04.2025\n№;Номер счетчика;{begin};{end};{ratio};Расход \
             кВт*ч\n1;17;100;150,5;40;2020\n2;18;101;151;40;2000\n"
        );
        let kept = read(text.as_bytes()).unwrap();
        assert_eq!(counters(&kept), [march("17", 4000.0, 6020.0), march("18", 4040.0, 6040.0)].concat(), "{begin}");
        assert!(kept.rejects().is_empty());
        assert!(
            doubts(text.as_bytes()).iter().all(|doubt| !doubt.starts_with("ratio")),
            "the energy of the period shows the ratio"
        );
    }
}

#[test]
fn counters_of_days_in_their_headings_are_multiplied_by_both_ratios() {
    let text = "Показания за март 2025 г.\n№;Точка;Номер счетчика;КТ;КН;Показания на 01.03.2025;Показания на \
                01.04.2025;Разность показаний;Расход, кВт*ч\n\
        1;ф.1;17;40;60;100;101;1;2400\nИтого;;;;;;;;2400\n";
    assert_eq!(counters(&read(text.as_bytes()).unwrap()), march("17", 240_000.0, 242_400.0));
    let whole = text.replace("КТ;КН", "КТ·КН;Фаза").replace("40;60;100", "2400;1;100");
    assert_eq!(counters(&read(whole.as_bytes()).unwrap()), march("17", 240_000.0, 242_400.0));
}

#[test]
fn a_ratio_that_the_energy_of_the_period_contradicts_is_not_applied_and_told() {
    let text = "с 01.03.2025 по 01.04.2025\nНомер счетчика;Начальные показания;Конечные показания;Ктт;Расход, \
                кВт*ч\n17;4000;6020;40;2020\n";
    assert_eq!(counters(&read(text.as_bytes()).unwrap()), march("17", 4000.0, 6020.0));
    assert!(
        doubts(text.as_bytes())
            .iter()
            .any(|doubt| doubt.contains("ratio_apply columns=\"Ктт\"")
                || doubt.contains("ratio_missing columns=\"Ктт\"")),
        "{:?}",
        doubts(text.as_bytes())
    );
}

#[test]
fn a_ratio_that_nothing_shows_is_applied_to_counters_and_told_with_the_way_out() {
    let text = "Номер счетчика;Ктт;Дата;Показания\n17;40;2025-03-01;100\n17;40;2025-04-01;150,5\n";
    assert_eq!(counters(&read(text.as_bytes()).unwrap()), march("17", 4000.0, 6020.0));
    assert!(
        doubts(text.as_bytes()).iter().any(|doubt| doubt.contains("ratio_leave_out columns=\"Ктт\"")),
        "{:?}",
        doubts(text.as_bytes())
    );
    let kept = read_as(text.as_bytes(), "[columns]\nignore = [\"Ктт\"]\n");
    assert_eq!(counters(&kept), march("17", 100.0, 150.5));
}

#[test]
fn classes_of_accuracy_are_no_ratios() {
    let text = "Номер счетчика;КТ;Дата;Показания\n17;0,5;01.03.2025;100\n18;2;01.04.2025;150,5\n";
    assert_eq!(counters(&read(text.as_bytes()).unwrap())[1].2, 150.5);
}

#[test]
fn a_ratio_beside_the_energy_of_intervals_is_left_alone_and_told() {
    let text = "Прибор учета;Ктт;Дата и время;A+, кВт*ч\n17;20;01.03.2025 00:00;0,5\n17;20;01.03.2025 \
                00:30;1,5\n17;20;13.03.2025 00:30;1,5\n";
    assert_eq!(short(&read(text.as_bytes()).unwrap())[0].2, 0.5);
    assert!(
        doubts(text.as_bytes())
            .iter()
            .any(|doubt| doubt.contains("ratio_apply columns=\"Ктт\"")
                || doubt.contains("ratio_missing columns=\"Ктт\"")),
        "{:?}",
        doubts(text.as_bytes())
    );
    assert_eq!(short(&read_as(text.as_bytes(), "[columns]\nratio = [\"Ктт\"]\n"))[0].2, 10.0);
}

#[test]
fn a_ratio_that_a_profile_names_counts_in_wide_tables_too() {
    let slots: Vec<String> = (0..24).map(|hour| format!("{hour:02}:00")).collect();
    let by_day = format!("Прибор учета;Ктт;Дата;{}\n17;20;01.03.2025;{}\n", slots.join(";"), vec!["1"; 24].join(";"));
    let by_time = "Прибор учета;Ктт;01.03.2025;02.03.2025;03.03.2025;04.03.2025;05.03.2025\n17;20;1;2;1;2;1\n";
    for text in [by_day.as_str(), by_time] {
        assert_eq!(short(&read(text.as_bytes()).unwrap())[0].2, 1.0);
        assert!(
            doubts(text.as_bytes()).iter().any(|doubt| doubt.contains("ratio_apply columns=\"Ктт\"")
                || doubt.contains("ratio_missing columns=\"Ктт\""))
        );
        assert_eq!(short(&read_as(text.as_bytes(), "[columns]\nratio = [\"Ктт\"]\n"))[0].2, 20.0);
    }
}

#[test]
fn ratios_written_as_a_product_are_read() {
    let head = "Отчёт\nПериод: 01.03.2025 - 01.04.2025\n\n\n№пп\tТочка учёта\tАбонент\tТип\tСерийный \
                номер\tКоэффициенты\tТариф\tИзмерение\tТарифная зона\tПоказания на начало периода\tПоказания на конец \
                периода\n";
    for (ratio, factor) in [("Ктт=40; Ктн=1", 40.0), ("40*60", 2400.0)] {
        let kept = read(format!("{head}1\tа\tб\tв\t17\t{ratio}\t\tА+\tОбщая\t1\t2\n").as_bytes()).unwrap();
        assert_eq!(counters(&kept), march("17", factor, 2.0 * factor), "{ratio}");
    }
}

#[test]
fn the_month_above_the_header_or_in_the_name_of_the_file_dates_both_counters() {
    let table = "Номер ПУ;Показания на начало месяца;Показания на конец месяца;Расход\n17;100;150;50\n";
    let titled = format!("Ведомость за март 2025 г.\n{table}");
    assert_eq!(counters(&read(titled.as_bytes()).unwrap()), march("17", 100.0, 150.0));
    let (_keep, path) = file_named("Наурыз 2025.csv", table.as_bytes());
    let kept = read_file(&DelimitedText, &path, &Calendar::new(None).unwrap()).unwrap();
    assert_eq!(counters(&kept), march("17", 100.0, 150.0));
    let error = read(table.as_bytes()).err().unwrap().to_string();
    assert!(error.contains("read_on"), "{error}");
}

#[test]
fn days_of_reading_in_columns_of_their_own_date_both_counters() {
    let text = "Номер ПУ;Дата пред. показаний;Пред. показания;Дата тек. показаний;Тек. \
                показания\n17;01.03.2025;100;01.04.2025;150\n18;13.03.2025;100;14.04.2025;150\n";
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!(counters(&kept)[..2], march("17", 100.0, 150.0));
    assert_eq!(counters(&kept)[2], row("18", "2025-03-13T00:00", 100.0));
}

#[test]
fn counters_by_tariff_at_both_ends_are_added() {
    let text = "с 01.03.2025 по 01.04.2025\nНомер ПУ;Нач. показание Т1;Нач. показание Т2;Кон. показание Т1;Кон. \
                показание Т2\n17;60;40;70;50\n";
    let text = text.replace("Кон.", "Конечное");
    assert_eq!(counters(&read(text.as_bytes()).unwrap()), march("17", 100.0, 120.0));
}

#[test]
fn days_across_are_counters_where_the_title_says_so_and_are_asked_for_where_nothing_does() {
    let table = "Номер ПУ;01.03.2025;01.04.2025\n17;1000;1100\n18;1001;1111\n19;1002;1112\n";
    let titled = format!("Показания счетчиков\n{table}");
    assert_eq!(counters(&read(titled.as_bytes()).unwrap())[..2], march("17", 1000.0, 1100.0));
    let error = read(table.as_bytes()).err().unwrap().to_string();
    assert!(error.contains("layout = \"register\"") && error.contains("layout = \"wide_by_time\""), "{error}");
    assert_eq!(counters(&read_as(table.as_bytes(), "layout = \"register\"\n"))[..2], march("17", 1000.0, 1100.0));
}

#[test]
fn a_counter_beside_a_unit_and_the_energy_of_its_interval_is_no_reason_to_refuse() {
    let text = "Прибор учета;Дата и время;Показания, кВт*ч;Расход, кВт*ч\n17;01.03.2025 \
                00:00;1000,0;0,5\n17;01.03.2025 00:30;1000,5;0,6\n17;13.03.2025 00:30;1001,1;0,6\n";
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!(kept.registers().len().max(kept.readings().len()), 3);
}

#[test]
fn the_profile_printed_for_counters_of_a_period_reads_them_alike() {
    for text in [
        "с 01.03.2025 по 01.04.2025\nНомер ПУ;Начальные показания;Конечные показания;Ктт\n17;100;150,5;40\n",
        "Номер ПУ;Показания на 01.03.2025;Показания на 01.04.2025;Ктт\n17;100;150,5;40\n",
        "Показания счетчиков\nНомер ПУ;01.03.2025;01.04.2025;Ктт\n17;100;150,5;40\n",
    ] {
        let mapping = understanding(text.as_bytes()).mapping.unwrap().to_toml();
        assert_eq!(counters(&read_as(text.as_bytes(), &mapping)), march("17", 4000.0, 6020.0), "{mapping}");
    }
}

#[test]
fn a_table_with_a_date_in_each_row_is_not_the_export_of_current_counters_that_has_none() {
    let text = "Прибор учета;Параметр;Дата и время;Значение\n17;А+;2025-03-01 00:00;0,5\n17;А+;2025-03-01 00:30;0,25\n";
    let kept = read(text.as_bytes()).unwrap();
    assert_eq!((short(&kept)[0].2, kept.registers().len()), (0.5, 0));
}

#[test]
fn days_of_contracts_and_of_printing_are_not_the_period() {
    let table = "Номер ПУ;Начальные показания;Конечные показания\n17;100;150\n";
    let text = format!("Договор от 01.01.2024\nСформировано 02.04.2025\nВедомость за март 2025 г.\n{table}");
    assert_eq!(counters(&read(text.as_bytes()).unwrap()), march("17", 100.0, 150.0));
    let error = read(format!("Договор от 01.01.2024\n{table}").as_bytes()).err().unwrap().to_string();
    assert!(error.contains("read_on"), "{error}");
}
