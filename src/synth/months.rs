//! The civil months of the axis, for readings that are written a file a month.

use super::scene::Scene;

/// A civil month of the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Month {
    /// `2025-03`.
    pub(super) name: String,
    /// First base interval.
    pub(super) from: u32,
    /// First base interval after it.
    pub(super) to: u32,
}

/// The months that the axis touches, in order.
pub(super) fn months_of(scene: &Scene) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    for day in &scene.days {
        let date = scene.local.day[day.first].date();
        let name = format!("{:04}-{:02}", date.year(), date.month());
        match months.last_mut().filter(|month| month.name == name) {
            Some(month) => month.to = day.end as u32,
            None => months.push(Month { name, from: day.first as u32, to: day.end as u32 }),
        }
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::SimulateSettings;

    #[test]
    fn months_cover_the_axis_and_end_at_midnight() {
        let settings = SimulateSettings { months: Some(3), start: "2025-01-01".into(), ..SimulateSettings::default() };
        let scene = Scene::new(&settings.checked().unwrap());
        let months = months_of(&scene);
        assert_eq!(
            months.iter().map(|month| month.name.as_str()).collect::<Vec<_>>(),
            ["2025-01", "2025-02", "2025-03"]
        );
        assert_eq!((months[0].to, months[2].to as usize), (31 * 48, scene.len()));
        assert!(months.windows(2).all(|pair| pair[0].to == pair[1].from));
    }
}
