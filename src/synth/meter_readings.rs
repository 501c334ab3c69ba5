//! What a meter stores: energy by interval in whole pulses, under the stamps of its own clock.

/// Reading that was lost.
pub(super) const LOST_WH: i32 = i32::MIN;
/// The interval readings of one meter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MeterReadings {
    pub(super) id: String,
    /// Base intervals that one reading covers.
    pub(super) every: usize,
    /// Energy of each interval, Wh; [`LOST_WH`] = missing.
    pub(super) wh: Vec<i32>,
    /// Rows written a second time: index and value.
    pub(super) repeats: Vec<(usize, i32)>,
    /// Missing intervals are written as rows without a value, not left out.
    pub(super) null_rows: bool,
    /// What the meter's counter showed: base interval at whose start it was read, and kWh. Faults
    /// of the intervals do not touch it.
    pub(super) registers: Vec<(usize, f64)>,
}

/// Energy per reading in whole pulses of `pulse_wh`; what is left over counts towards the next
/// reading, as in a real register.
pub(super) fn count_pulses(
    load_kw: impl Iterator<Item = f64>,
    step_h: f64,
    every: usize,
    pulse_wh: i64,
    gain: f64,
) -> Vec<i32> {
    let (mut energy_wh, mut pulses_before, mut inside) = (0.0, 0_i64, 0);
    let mut readings = Vec::new();
    for kw in load_kw {
        energy_wh += kw * step_h * 1000.0 * gain;
        inside += 1;
        if inside == every {
            let pulses = (energy_wh / pulse_wh as f64).floor() as i64;
            readings.push(((pulses - pulses_before) * pulse_wh) as i32);
            (pulses_before, inside) = (pulses, 0);
        }
    }
    readings
}

/// What a meter stores whose clock is `ahead` intervals fast: under a stamp stands what flowed so
/// much earlier. The first and last values are repeated at the ends.
pub(super) fn shifted(flow_kw: &[f64], ahead: f64) -> Vec<f64> {
    let last = flow_kw.len().saturating_sub(1) as f64;
    let at = |place: f64| flow_kw[place.clamp(0.0, last) as usize];
    let value = |index: usize| {
        let place = index as f64 - ahead;
        let (whole, part) = (place.floor(), place - place.floor());
        (1.0 - part) * at(whole) + part * at(whole + 1.0)
    };
    (0..flow_kw.len()).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pulses_lose_no_energy() {
        let load = vec![0.0123_f64; 10_000];
        let wh: i64 = count_pulses(load.iter().copied(), 0.5, 1, 10, 1.0).iter().map(|&wh| i64::from(wh)).sum();
        assert!((wh as f64 - 0.0123 * 0.5 * 1000.0 * 10_000.0).abs() <= 10.0);
    }

    #[test]
    fn an_hourly_reading_holds_its_half_hours() {
        assert_eq!(count_pulses([1.0, 3.0, 2.0, 2.0].into_iter(), 0.5, 2, 1, 1.0), [2000, 2000]);
    }

    #[test]
    fn export_counts_backwards() {
        assert_eq!(count_pulses([-1.0, -0.5].into_iter(), 1.0, 1, 1, 1.0), [-1000, -500]);
    }

    #[test]
    fn a_fast_clock_stamps_the_past() {
        assert_eq!(shifted(&[0.0, 10.0, 20.0, 30.0], 1.0), [0.0, 0.0, 10.0, 20.0]);
        assert_eq!(shifted(&[0.0, 10.0, 20.0, 30.0], -0.5), [5.0, 15.0, 25.0, 30.0]);
        assert_eq!(shifted(&[0.0, 10.0, 20.0, 30.0], 0.25), [0.0, 7.5, 17.5, 27.5]);
    }
}
