//! Schedule: does a steady load run in the same hours every day?
//!
//! H0: no hours of the day stand out steadily.  H1: in one window of 4 to 21 hours a load runs on
//! almost every day, outside it does not.
//! Statistic: over months and windows (which may pass midnight), the largest difference between the
//! lowest low (20 % quantile over days) inside and the highest high (80 % quantile) outside, one
//! hour on either edge left free, as ln kW; and how steady the level inside is.
//! Null: the same maxima in the un-injected population.
//! Assumes: hourly readings or finer. Weak when: storage heating or street lighting runs in a
//! window of its own; see `weather` and `daylight`.
//! Source: two-level window fit, the robust form of matched filtering with a rectangle.

use crate::digest::HOURS;
use crate::domain::Fact;

use super::said;
use super::subject::{Subject, ln_kw};
use super::test::{EvidenceTest, Statistic};

/// A difference below this is not asked how steady it is, kW.
const LEAST_CONTRAST_KW: f64 = 0.3;

/// A smaller difference is not told as a window, kW.
const WORTH_TELLING_KW: f64 = 0.1;

/// Centre, in hours, of the window lengths that a workplace or a greenhouse uses: from a working
/// day with its preparations to the longest photoperiod that growers give.
const WORKING_HOURS: f64 = 14.5;
/// Half-width of these lengths, in hours: windows further off are not told apart.
const MOST_HOURS_APART: f64 = 5.0;

pub(super) const TEST: EvidenceTest = EvidenceTest {
    family: "schedule",
    question: "Does a steady load run in the same hours every day?",
    statistic: "Over months and windows of the day, the logarithm of the largest difference in kW between the lowest \
                low inside a window and the highest high outside; how steady the level inside is; and how far the \
                window's length is from a working day or a photoperiod.",
    null: "The same maxima of all usage points of the dump before anything is planted.",
    source: "Fit of a window with two levels, the robust form of matched filtering with a rectangle.",
    needs: said::needs_hours,
    statistics: &[
        Statistic {
            name: "schedule_ln_contrast_kw",
            meaning: "logarithm of the difference in kW between the lowest low inside the best daily window and \
                      the highest high outside",
            measure: |s| Some(ln_kw(s.window?.contrast_kw)),
        },
        Statistic {
            name: "schedule_steadiness",
            meaning: "minus the spread of the level inside the window over the level",
            measure: |s| s.window.filter(|w| w.contrast_kw >= LEAST_CONTRAST_KW).map(|w| -w.spread_share),
        },
        Statistic {
            name: "schedule_hours_from_working_day",
            meaning: "difference in hours between the length of the window and a long working day or a \
                      photoperiod: tariffs make farms run shorter, or longer",
            measure: |s| {
                s.window
                    .filter(|w| w.contrast_kw >= LEAST_CONTRAST_KW)
                    .map(|w| (w.hours as f64 - WORKING_HOURS).abs().min(MOST_HOURS_APART))
            },
        },
    ],
    finding,
};

fn finding(s: &Subject) -> Fact {
    match s.window {
        Some(window) if window.contrast_kw > WORTH_TELLING_KW => said::window(
            said::clock(window.start),
            said::clock((window.start + window.hours) % HOURS),
            window.contrast_kw,
            100.0 * window.spread_share,
        ),
        Some(_) => said::window_none(),
        None => said::window_unknown(),
    }
}
