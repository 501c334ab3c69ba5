//! When somebody is at home and awake.

/// When somebody is awake and in on one day, minutes of the local day; `sleep_min` may pass
/// midnight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DayPlan {
    pub(super) wake_min: f64,
    pub(super) sleep_min: f64,
    /// Nobody in between these minutes.
    pub(super) out: Option<(f64, f64)>,
}

impl DayPlan {
    /// Whether somebody is awake and in at a minute of the local day.
    pub(super) fn active(&self, minute: f64) -> bool {
        minute >= self.wake_min
            && minute < self.sleep_min
            && self.out.is_none_or(|(from, to)| minute < from || minute >= to)
    }

    /// Minutes with somebody awake and in.
    pub(super) fn active_minutes(&self) -> f64 {
        (self.sleep_min - self.wake_min - self.out.map_or(0.0, |(from, to)| to - from)).max(0.0)
    }
}
