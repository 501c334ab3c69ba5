//! Cases about prices: steps, dates, zones and taxes.

use super::case::{Case, Expected, expect, from, step_lines, tariff, taxed, two_steps, until, with_mining, zones};
use crate::consequence::window_shares;
use crate::findings::Loss;

pub(super) fn steps() -> Vec<(Expected, Loss)> {
    let case = Case::default;
    vec![
        (
            expect(
                "one price",
                "310 kWh · (36 − 27); the rest of the meter does not matter",
                Some(2790.0),
                Some(310.0),
            ),
            case().loss(),
        ),
        (
            expect(
                "steps of consumption",
                "lawful 310 · 36 = 11,160; own(403) = 100·20 + 150·25 + 153·30 = 10,340; own(93) = 93·20 = 1,860; paid \
                 8,480; 11,160 − 8,480",
                Some(2680.0),
                Some(310.0),
            ),
            Case { tariffs: with_mining(step_lines(false)), ..case() }.loss(),
        ),
        (
            expect(
                "steps per person, three persons",
                "steps at 300 and 750: own(403) = 300·20 + 103·25 = 8,575; own(93) = 1,860; paid 6,715; 11,160 − 6,715",
                Some(4445.0),
                Some(310.0),
            ),
            Case { tariffs: with_mining(step_lines(true)), persons: Some(3.0), ..case() }.loss(),
        ),
        (
            expect("steps per person, persons not known", "as one person: 11,160 − 8,480", Some(2680.0), Some(310.0)),
            Case { tariffs: with_mining(step_lines(true)), ..case() }.loss(),
        ),
    ]
}

pub(super) fn dates() -> Vec<(Expected, Loss)> {
    let case = Case::default;
    vec![
        (
            expect(
                "start in mid-month",
                "16 of 31 days: steps at 51.613 and 129.032; own(208) = 1,032.26 + 1,935.48 + 2,369.03 = 5,336.77; \
                 own(48) = 960; 160·36 − 4,376.77",
                Some(1383.23),
                Some(160.0),
            ),
            Case { tariffs: with_mining(step_lines(false)), days: ("2025-03-16", "2025-03-31"), ..case() }.loss(),
        ),
        (
            expect(
                "own tariff changes in mid-month",
                "15 days · 10 · (36 − 27) + 16 days · 10 · (36 − 30) = 1,350 + 960",
                Some(2310.0),
                Some(310.0),
            ),
            Case {
                tariffs: with_mining(vec![
                    until("2025-03-15", tariff("household", 27.0)),
                    from("2025-03-16", tariff("household", 30.0)),
                ]),
                ..case()
            }
            .loss(),
        ),
        (
            expect(
                "mining tariff changes in mid-month",
                "150 · (36 − 27) + 160 · (40 − 27) = 1,350 + 2,080",
                Some(3430.0),
                Some(310.0),
            ),
            Case {
                tariffs: vec![
                    tariff("household", 27.0),
                    until("2025-03-15", tariff("mining", 36.0)),
                    from("2025-03-16", tariff("mining", 40.0)),
                ],
                ..case()
            }
            .loss(),
        ),
        (
            expect(
                "tariff with steps changes in mid-month",
                "to the 15th steps of 20 and 25 at 48.387: own(195) − own(45) = 4,633.06 − 900; from the 16th steps of \
                 22 and 28 at 51.613: own(208) − own(48) = 5,514.32 − 1,056; 11,160 − 3,733.06 − 4,458.32",
                Some(2968.61),
                Some(310.0),
            ),
            {
                let before = two_steps(20.0, 25.0).into_iter().map(|line| until("2025-03-15", line));
                let after = two_steps(22.0, 28.0).into_iter().map(|line| from("2025-03-16", line));
                Case { tariffs: with_mining(before.chain(after).collect()), ..case() }.loss()
            },
        ),
    ]
}

pub(super) fn zones_and_taxes() -> Vec<(Expected, Loss)> {
    let case = Case::default;
    vec![
        (
            expect(
                "zones, load day and night",
                "16 of 24 hours by day: 206.667 · 30 + 103.333 · 15 = 7,750 paid; 11,160 − 7,750",
                Some(3410.0),
                Some(310.0),
            ),
            Case { tariffs: zones(), ..case() }.loss(),
        ),
        (
            expect("zones, load at night only", "310 · 15 = 4,650 paid; 11,160 − 4,650", Some(6510.0), Some(310.0)),
            Case { tariffs: zones(), by_hour: window_shares(23, 8), ..case() }.loss(),
        ),
        (
            expect(
                "tax on top of both prices",
                "310 · (36 · 1.12 − 25 · 1.12) = 310 · 12.32",
                Some(3819.2),
                Some(310.0),
            ),
            Case {
                tariffs: vec![taxed(0.12, tariff("household", 25.0)), taxed(0.12, tariff("mining", 36.0))],
                ..case()
            }
            .loss(),
        ),
        (
            expect("tax inside one price only", "310 · (36 · 1.12 − 28) = 310 · 12.32", Some(3819.2), Some(310.0)),
            Case { tariffs: vec![tariff("household", 28.0), taxed(0.12, tariff("mining", 36.0))], ..case() }.loss(),
        ),
        (
            expect(
                "paid more than the lawful price",
                "310 · (36 − 45) is below nothing: nothing to recover but the fee",
                Some(0.0),
                Some(310.0),
            ),
            Case { tariffs: vec![tariff("household", 45.0), tariff("mining", 36.0)], ..case() }.loss(),
        ),
    ]
}
