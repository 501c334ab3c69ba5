//! Money and licence cases worked out by hand: expected figure and derivation, held against the
//! program and against the table in `samples/money/README.md`.

mod case;
mod prices;

use std::fmt::Write as _;

use case::{Case, EXCEEDED, Expected, UNDER, expect, licensed_share, step_lines, tariff, until, with_mining};

use super::loss_sum::total_loss;
use crate::domain::Tariff;
use crate::findings::Loss;

/// Two claims of one case: a farm partly past its meter.
fn partly_past() -> Loss {
    let metered = Case { tariffs: with_mining(step_lines(false)), ..Case::default() }.loss();
    let past = Case { finding: None, load: 5.0, ..Case::default() }.loss();
    total_loss(&[&metered, &past])
}

/// Every case: the figures by hand, and the loss by the program.
fn cases() -> Vec<(Expected, Loss)> {
    let mut all = prices::steps();
    all.extend(prices::dates());
    all.extend(prices::zones_and_taxes());
    all.extend(fees_and_findings());
    all.extend(limits());
    all.extend(licences());
    all
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn fees_and_findings() -> Vec<(Expected, Loss)> {
    let case = Case::default;
    vec![
        (
            expect("fee of 2022", "310 · (36 − 27); 310 · 1", Some(2790.0), Some(310.0)),
            Case { days: ("2022-12-01", "2022-12-31"), ..case() }.loss(),
        ),
        (
            Expected {
                low_high: Some((62.0, 31.0 + 31.0 * 25.0)),
                ..expect(
                    "fee over the turn of 2022, cheap energy",
                    "62 kWh: 31 · 1 + 31 · 1, the second up to 25; energy: paid 27 where mining costs 20: nothing; \
                     high 31 + 775",
                    Some(0.0),
                    Some(62.0),
                )
            },
            Case {
                tariffs: vec![tariff("household", 27.0), tariff("mining", 20.0)],
                load: 1.0,
                days: ("2022-12-01", "2023-01-31"),
                ..case()
            }
            .loss(),
        ),
        (
            expect("fee of the tariff table comes first", "310 · (36 − 27); 310 · 2", Some(2790.0), Some(620.0)),
            Case {
                tariffs: vec![tariff("household", 27.0), Tariff { fee_per_kwh: Some(2.0), ..tariff("mining", 36.0) }],
                ..case()
            }
            .loss(),
        ),
        (
            expect(
                "unmetered load at a transformer",
                "310 · 36; no control meter: 310 · 25",
                Some(11160.0),
                Some(7750.0),
            ),
            Case { finding: None, ..case() }.loss(),
        ),
        (
            expect(
                "meter that shows too little",
                "shown 93, not shown 310: own(403) − own(93) = 10,340 − 1,860; no fee",
                Some(8480.0),
                None,
            ),
            Case { tariffs: with_mining(step_lines(false)), finding: UNDER, ..case() }.loss(),
        ),
        (
            expect(
                "farm partly past its meter",
                "metered 310: 2,680 and 310 · 1; past the meter 155: 155 · 36 = 5,580 and 155 · 25 = 3,875",
                Some(8260.0),
                Some(4185.0),
            ),
            partly_past(),
        ),
        (
            expect(
                "load estimated larger than the meter shows",
                "500 estimated, 310 shown: 310 · (36 − 27)",
                Some(2790.0),
                Some(310.0),
            ),
            Case { load: 500.0 / 31.0, shown: Some(10.0), ..case() }.loss(),
        ),
        (
            expect(
                "no mining class: the next of the list",
                "business 33: 310 · (33 − 27); fee by its price",
                Some(1860.0),
                Some(310.0),
            ),
            Case { tariffs: vec![tariff("household", 27.0), tariff("business", 33.0)], ..case() }.loss(),
        ),
        (
            expect(
                "class without a tariff",
                "no difference of prices is known; the fee is: 310 · 1",
                None,
                Some(310.0),
            ),
            Case { class: "school", ..case() }.loss(),
        ),
        (
            expect(
                "prices in two currencies",
                "RUB and KZT are not subtracted; the fee is KZT: 310 · 1",
                None,
                Some(310.0),
            ),
            Case {
                tariffs: vec![Tariff { currency: "RUB".into(), ..tariff("household", 3.0) }, tariff("mining", 36.0)],
                ..case()
            }
            .loss(),
        ),
        (
            expect(
                "tariff that ends in mid-month",
                "150 · (36 − 27); no price for the other days",
                Some(1350.0),
                Some(310.0),
            ),
            Case { tariffs: with_mining(vec![until("2025-03-15", tariff("household", 27.0))]), ..case() }.loss(),
        ),
    ]
}

fn limits() -> Vec<(Expected, Loss)> {
    let case = Case::default;
    vec![
        (
            expect(
                "look-back",
                "since 1 January 900 kWh over 90 days; 31 days count: 310 · (36 − 27)",
                Some(2790.0),
                Some(310.0),
            ),
            Case { days: ("2025-01-01", "2025-03-31"), look_back_days: 31, ..case() }.loss(),
        ),
        (
            Expected {
                low_high: Some((0.9 * 18910.0, 1.1 * 18910.0)),
                ..expect(
                    "power known to a tenth",
                    "11,160 + 7,750 = 18,910, times 0.9 and 1.1",
                    Some(11160.0),
                    Some(7750.0),
                )
            },
            Case { finding: None, range: (0.9, 1.1), ..case() }.loss(),
        ),
        (
            Expected {
                low_high: Some((1100.0, 2100.0)),
                ..expect(
                    "start known to ten days",
                    "since the 16th (11th to 21st): 16 days · 10 · 9 and · 1; low 11 days: 990 + 110; high 21 days: \
                     1,890 + 210",
                    Some(1440.0),
                    Some(160.0),
                )
            },
            Case { days: ("2025-03-16", "2025-03-31"), first_range: Some(("2025-03-11", "2025-03-21")), ..case() }
                .loss(),
        ),
    ]
}

fn licences() -> Vec<(Expected, Loss)> {
    let case = Case::default;
    vec![
        (
            expect(
                "licence exceeded in power",
                "80 kW where 50 are licensed: 59,520 kWh · (1 − 50/80) = 22,320 · (36 − 33)",
                Some(66960.0),
                Some(22320.0),
            ),
            Case {
                tariffs: vec![tariff("business", 33.0), tariff("mining", 36.0)],
                class: "business",
                finding: EXCEEDED,
                load: 1920.0,
                licensed_share: licensed_share(80.0, "2025-12-31"),
                ..case()
            }
            .loss(),
        ),
        (
            expect(
                "licence ended in mid-month",
                "40 kW within 50 to the 15th; 16 of 31 days: 15,360 · (36 − 33)",
                Some(46080.0),
                Some(15360.0),
            ),
            Case {
                tariffs: vec![tariff("business", 33.0), tariff("mining", 36.0)],
                class: "business",
                finding: EXCEEDED,
                load: 960.0,
                licensed_share: licensed_share(40.0, "2025-03-15"),
                ..case()
            }
            .loss(),
        ),
        (
            expect(
                "licensed farm that pays the mining tariff",
                "own price is the lawful one: 22,320 · (36 − 36); the fee of what is beyond",
                Some(0.0),
                Some(22320.0),
            ),
            Case {
                class: "mining",
                finding: EXCEEDED,
                load: 1920.0,
                licensed_share: licensed_share(80.0, "2025-12-31"),
                ..case()
            }
            .loss(),
        ),
    ]
}

fn told(amount: Option<f64>) -> String {
    amount.map_or_else(|| "none".to_owned(), |amount| format!("{amount:.2}"))
}

/// The table as it stands in the samples.
fn table(cases: &[(Expected, Loss)]) -> String {
    let mut text = String::from(
        "# Money and licence cases\n\n\
         Worked out by hand; a test holds each against the program, and this table against the test. Unless said \
         otherwise: March 2025, a household whose meter shows 3 kWh a day and a hidden load of\n\
         10 kWh a day (310 kWh) on top, household price 27, mining price 36, fee as in the default configuration (1 \
         per kWh, 25 where no meter sees it). own(x) is the bill of x kWh at the household's\n\
         tariff; with steps: 20 up to 100 kWh, 25 up to 250 kWh, 30 above. Amounts in KZT.\n\n\
         | case | derivation | energy | fee |\n|---|---|---|---|\n",
    );
    for (expected, _) in cases {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            expected.name,
            expected.derivation,
            told(expected.energy),
            told(expected.fee)
        );
    }
    text
}

#[test]
fn every_case_comes_to_the_figure_worked_out_by_hand() {
    let cases = cases();
    assert!(cases.len() >= 20, "{}", cases.len());
    let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 0.01,
        (a, b) => a == b,
    };
    for (expected, loss) in &cases {
        assert!(near(loss.loss_energy, expected.energy), "{}: {loss:?}", expected.name);
        assert!(near(loss.loss_fee, expected.fee), "{}: {loss:?}", expected.name);
        if let Some((low, high)) = expected.low_high {
            assert!(near(loss.loss_low, Some(low)) && near(loss.loss_high, Some(high)), "{}: {loss:?}", expected.name);
        }
    }
}

#[test]
fn the_table_of_the_samples_is_the_table_of_the_test() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/money/README.md");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, table(&cases())).unwrap();
    }
    assert_eq!(table(&cases()), std::fs::read_to_string(&path).unwrap_or_default());
}
