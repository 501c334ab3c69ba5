//! What a stream of values is, told by codes: the ReadingType of IEC 61968-9, which Green Button
//! shares.
//!
//! Source: IEC 61968-9:2013, annex C; NAESB REQ.21 (ESPI), codes of the same tables.

use super::channels::{Flow, Phase, Stream};
use super::register_part::RegisterPart;
use crate::domain::ReadingQuality;

/// What values mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Meaning {
    /// Energy of an interval, kWh a unit.
    Energy {
        /// Direction and phase.
        stream: Stream,
        /// Factor from the value to kWh.
        kwh_per_unit: f64,
    },
    /// Mean power over an interval, kW a unit.
    Power {
        /// Direction and phase.
        stream: Stream,
        /// Factor from the value to kW.
        kw_per_unit: f64,
    },
    /// A counter of energy taken from the grid, kWh a unit.
    Counter {
        /// Factor from the value to kWh.
        kwh_per_unit: f64,
        /// What it counts.
        part: CounterPart,
    },
    /// Active energy between some of the phases, of which no total can be made.
    SomePhases,
    /// Nothing that is scored: another commodity, reactive energy, an event, cost.
    Other,
}

impl Meaning {
    /// Its unit in words.
    pub(crate) fn unit(self) -> String {
        let named = |factor: f64, unit: &str| match factor {
            1e-3 => unit.to_owned(),
            1.0 => format!("k{unit}"),
            1e3 => format!("M{unit}"),
            _ => format!("{factor} k{unit}"),
        };
        match self {
            Self::Energy { kwh_per_unit, .. } => named(kwh_per_unit, "Wh"),
            Self::Power { kw_per_unit, .. } => format!("{}, mean power of the interval", named(kw_per_unit, "W")),
            Self::Counter { kwh_per_unit, .. } => format!("{}, a counter", named(kwh_per_unit, "Wh")),
            Self::SomePhases | Self::Other => String::new(),
        }
    }
}

/// What a counter counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum CounterPart {
    /// A time of use bucket, 0 for the total.
    Tariff(u32),
    /// A phase.
    Phase(Phase),
    /// Import less export.
    Net,
}

impl From<CounterPart> for RegisterPart {
    fn from(part: CounterPart) -> Self {
        match part {
            CounterPart::Tariff(0) => Self::Total,
            CounterPart::Tariff(number) => Self::Tariff(number.to_string()),
            CounterPart::Phase(phase) => Self::Phase(phase),
            CounterPart::Net => Self::Net,
        }
    }
}

/// A reading type as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ReadingType {
    /// What values mean.
    pub(crate) meaning: Meaning,
    /// Length of the interval, seconds; `None` where the type does not say.
    pub(crate) length_s: Option<i64>,
}

/// The codes that decide.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Codes {
    /// 1 bulk quantity, 3 cumulative, 4 delta, 6 indicating, 12 instantaneous...
    pub(crate) accumulation: u32,
    /// 1 forward (delivered), 4 net, 19 reverse (received); 0 where not told.
    pub(crate) flow: u32,
    /// 0 where not told, 1 and 2 electricity.
    pub(crate) commodity: u32,
    /// Time of use bucket.
    pub(crate) tariff: u32,
    /// Power of ten.
    pub(crate) multiplier: i32,
    /// 72 Wh, 38 W.
    pub(crate) unit: u32,
    /// Phases, 0 where not told.
    pub(crate) phases: u32,
}

impl Codes {
    /// What values of these codes mean.
    pub(crate) fn meaning(self) -> Meaning {
        let flow = match self.flow {
            0 | 1 => Flow::Import,
            4 => Flow::Net,
            19 => Flow::Export,
            _ => return Meaning::Other,
        };
        if !matches!(self.commodity, 0..=2) || self.multiplier.abs() > 12 {
            return Meaning::Other;
        }
        let thousandth = 10_f64.powi(self.multiplier - 3);
        let (is_energy, is_power) = (self.unit == 72, self.unit == 38);
        let Ok(phase) = phase_of(self.phases) else {
            return if is_energy || is_power { Meaning::SomePhases } else { Meaning::Other };
        };
        let stream = Stream { flow, phase };
        match self.accumulation {
            1 | 3 if is_energy => match (flow, phase, self.tariff) {
                (Flow::Import, None, tariff) => {
                    Meaning::Counter { kwh_per_unit: thousandth, part: CounterPart::Tariff(tariff) }
                }
                (Flow::Import, Some(phase), 0) => {
                    Meaning::Counter { kwh_per_unit: thousandth, part: CounterPart::Phase(phase) }
                }
                (Flow::Net, None, 0) => Meaning::Counter { kwh_per_unit: thousandth, part: CounterPart::Net },
                _ => Meaning::Other,
            },
            0 | 2 | 4 | 9 if is_energy => Meaning::Energy { stream, kwh_per_unit: thousandth },
            0 | 2 | 4 | 6 | 12 if is_power => Meaning::Power { stream, kw_per_unit: thousandth },
            _ => Meaning::Other,
        }
    }
}

/// The one phase that a code stands for, `None` for all of a connection; an error for a pair of
/// phases of three. The neutral makes no difference.
///
/// Bits: 512 and 256 the halves of a split phase, 128, 64, 32 phases A, B, C, 16 the neutral; 8, 4,
/// 2, 1 the same as the other end of a pair.
fn phase_of(code: u32) -> Result<Option<Phase>, ()> {
    const LINES: u32 = 512 | 256 | 128 | 64 | 32;
    let between_lines = code & (8 | 4 | 2) != 0;
    match code & LINES {
        _ if code > 1023 || between_lines => Err(()),
        0 | 224 | 768 => Ok(None),
        128 => Ok(Some(Phase::A)),
        64 => Ok(Some(Phase::B)),
        32 => Ok(Some(Phase::C)),
        512 => Ok(Some(Phase::S1)),
        256 => Ok(Some(Phase::S2)),
        _ => Err(()),
    }
}

impl ReadingType {
    /// Reads the eighteen numbers of a ReadingType such as `0.0.7.4.1.1.12.0.0.0.0.0.0.0.0.3.72.0`;
    /// `None` when it is no such text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let numbers: Vec<i64> = text.trim().split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        let &[
            macro_period,
            aggregate,
            period,
            accumulation,
            flow,
            commodity,
            kind,
            _,
            _,
            _,
            _,
            tariff,
            _,
            _,
            phases,
            multiplier,
            unit,
            _,
        ] = &numbers[..]
        else {
            return None;
        };
        let code = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        let codes = Codes {
            accumulation: code(accumulation),
            flow: code(flow),
            commodity: code(commodity),
            tariff: code(tariff),
            multiplier: i32::try_from(multiplier).unwrap_or(i32::MAX),
            unit: code(unit),
            phases: code(phases),
        };
        let length_s =
            minutes_of(period).or(if macro_period == 11 { Some(1440) } else { None }).map(|minutes| minutes * 60);
        // A bare value without period and accumulation is an event; maxima and minima are no mean.
        let is_event = accumulation == 0 && length_s.is_none();
        let is_extreme = matches!(aggregate, 5..=9 | 11..=25);
        let is_demand_kind = matches!(kind, 0 | 8 | 12 | 37);
        let meaning = if is_event || is_extreme || !is_demand_kind { Meaning::Other } else { codes.meaning() };
        Some(Self { meaning, length_s })
    }
}

/// Minutes of a measuring period code.
fn minutes_of(period: i64) -> Option<i64> {
    match period {
        1 => Some(10),
        2 => Some(15),
        3 => Some(1),
        4 => Some(1440),
        5 => Some(30),
        6 => Some(5),
        7 => Some(60),
        10 => Some(2),
        14 => Some(3),
        31 => Some(20),
        _ => None,
    }
}

/// Quality of a `system.category.index` code of IEC 61968-9; an unknown one counts as estimated,
/// the careful choice.
pub(crate) fn cim_quality(code: &str) -> ReadingQuality {
    let mut parts = code.trim().split('.').skip(1);
    match (parts.next(), parts.next()) {
        (Some("0" | "10" | "11"), _) => ReadingQuality::Actual,
        (Some("7"), _) => ReadingQuality::Substituted,
        (Some("5"), Some("259")) => ReadingQuality::Missing,
        _ => ReadingQuality::Estimated,
    }
}

/// Quality of an ESPI code.
pub(crate) fn espi_quality(code: &str) -> ReadingQuality {
    match code.trim() {
        "0" | "14" | "17" | "18" | "19" => ReadingQuality::Actual,
        "7" => ReadingQuality::Substituted,
        _ => ReadingQuality::Estimated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_types_are_understood() {
        let hourly = ReadingType::parse("0.0.7.4.1.1.12.0.0.0.0.0.0.0.0.3.72.0").unwrap();
        assert_eq!(
            hourly,
            ReadingType {
                meaning: Meaning::Energy { stream: Flow::Import.into(), kwh_per_unit: 1.0 },
                length_s: Some(3600)
            }
        );
        let exported = ReadingType::parse("0.0.2.4.19.1.12.0.0.0.0.0.0.0.0.0.72.0").unwrap();
        assert_eq!(
            exported,
            ReadingType {
                meaning: Meaning::Energy { stream: Flow::Export.into(), kwh_per_unit: 1e-3 },
                length_s: Some(900)
            }
        );
        let counter = ReadingType::parse("0.0.0.1.1.1.12.0.0.0.0.2.0.0.0.3.72.0").unwrap();
        assert_eq!(counter.meaning, Meaning::Counter { kwh_per_unit: 1.0, part: CounterPart::Tariff(2) });
    }

    #[test]
    fn reactive_energy_gas_events_and_other_texts_are_not_scored() {
        for text in [
            "0.0.7.4.1.1.12.0.0.0.0.0.0.0.0.3.73.0",
            "0.0.7.4.1.7.12.0.0.0.0.0.0.0.0.3.72.0",
            "0.0.0.0.1.1.12.0.0.0.0.0.0.0.0.3.72.0",
        ] {
            assert_eq!(ReadingType::parse(text).unwrap().meaning, Meaning::Other, "{text}");
        }
        assert_eq!(ReadingType::parse("A+_15min"), None);
    }

    #[test]
    fn phases_are_told_from_the_whole_with_and_without_the_neutral() {
        let phases = |codes: [u32; 3]| codes.map(phase_of);
        assert_eq!(phases([128, 129, 144]), [Ok(Some(Phase::A)); 3]);
        assert_eq!(
            [phase_of(64), phase_of(33), phase_of(528), phase_of(256)],
            [Phase::B, Phase::C, Phase::S1, Phase::S2].map(|phase| Ok(Some(phase)))
        );
        for whole in [0, 16, 224, 225, 768, 769] {
            assert_eq!(phase_of(whole), Ok(None), "{whole}");
        }
        for pair in [132, 66, 40, 192, 193, 4096] {
            assert_eq!(phase_of(pair), Err(()), "{pair}");
        }
    }
}
