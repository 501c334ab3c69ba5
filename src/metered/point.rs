//! One usage point on its way through the engine: what was read of it, what was measured, and what
//! is believed.

use crate::digest::{DigestPlace, UsageProfile};
use crate::domain::{CivilDay, Ledger, UsagePointId};
use crate::findings::Resolution;

use super::measured::Measured;

/// One usage point through the engine.
#[derive(Debug)]
pub(crate) struct MeteredPoint {
    pub(crate) usage_point: UsagePointId,
    pub(crate) step_min: u32,
    pub(crate) days: (CivilDay, CivilDay),
    pub(crate) mean_kw: Option<f64>,
    pub(crate) profile: DigestPlace,
    pub(crate) measured: Measured,
    /// What is believed of a farm there; `None` when nothing could be tested.
    pub(crate) ledger: Option<Ledger>,
    /// The change of its daily mean.
    pub(crate) shift: Shift,
}

/// The best split of a load's days in two by their mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shift {
    /// First day after it.
    pub(crate) day: CivilDay,
    /// Typical daily mean before, kW.
    pub(crate) before_kw: f32,
    /// Change of it, kW; 0 without one.
    pub(crate) kw: f32,
}

impl MeteredPoint {
    /// Log-odds for a farm; `None` when nothing could be tested.
    pub(crate) fn log_odds(&self) -> Option<f64> {
        self.ledger.map(|ledger| ledger.log_odds())
    }

    /// How fine its readings are.
    pub(crate) fn resolution(&self) -> Resolution {
        match self.step_min {
            step @ 0..=60 => Resolution::Interval(step as u16),
            _ => Resolution::Daily,
        }
    }

    /// By how much its daily mean fell for good, kW; 0 where it did not, or where its hours are not
    /// read.
    pub(crate) fn fell_kw(&self) -> f32 {
        if self.step_min <= 60 { self.shift.fell_kw() } else { 0.0 }
    }
}

impl Shift {
    pub(super) fn of(profile: &UsageProfile) -> Self {
        let regimes = &profile.mean_regimes;
        let kw = (regimes.after_kw - regimes.before_kw) as f32;
        let day = profile.days.get(regimes.place).map_or(CivilDay(0), |day| day.day);
        if kw.is_nan() {
            Self { day, before_kw: 0.0, kw: 0.0 }
        } else {
            Self { day, before_kw: regimes.before_kw as f32, kw }
        }
    }

    /// By how much the mean fell for good, kW; 0 where it rose or fell by little: a meter stopped
    /// at night loses a tenth or more.
    fn fell_kw(self) -> f32 {
        const LEAST_SHARE: f32 = 0.1;
        if -self.kw > LEAST_SHARE * self.before_kw.abs() { -self.kw } else { 0.0 }
    }
}
