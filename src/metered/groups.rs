//! Which usage points share tables: as alike as there are enough of.
//!
//! Usage points of one tariff class, one kind of heating and one kind of resolution share tables
//! where they are `ENOUGH`; heated homes that are fewer are judged with the others of their class,
//! and classes that are smaller still with one another, not with the one large class, whose sizes
//! and shapes are others.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::Fact;

use super::said;

/// Members that a group of its own needs.
const ENOUGH: usize = 300;

/// What tells usage points apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kin {
    /// Tariff class in lower case.
    pub tariff_class: String,
    /// Whether the premises are heated by electricity.
    pub electric_heating: bool,
    /// Whether readings are of an hour or finer: coarse readings allow other tests.
    pub has_hours: bool,
}

/// How wide a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    /// Heated homes and the like of one class.
    Heated,
    /// One class.
    Class,
    /// All classes that are too small for a group of their own.
    Small,
}

/// The group of every kin.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    by_kin: BTreeMap<Kin, Arc<str>>,
    widths: BTreeMap<Arc<str>, (Width, &'static str)>,
}

impl Groups {
    /// Groups kins by how many usage points each has.
    #[must_use]
    pub fn of(members: &BTreeMap<Kin, usize>) -> Self {
        let mut class_members: BTreeMap<(&str, bool), usize> = BTreeMap::new();
        for (kin, count) in members {
            *class_members.entry((&kin.tariff_class, kin.has_hours)).or_default() += count;
        }
        let mut groups = Self::default();
        for (kin, count) in members {
            let resolution = if kin.has_hours { "hourly or finer" } else { "daily" };
            let (name, width) = if kin.electric_heating && *count >= ENOUGH {
                (format!("{}, electric heating, {resolution}", kin.tariff_class), Width::Heated)
            } else if class_members[&(kin.tariff_class.as_str(), kin.has_hours)] >= ENOUGH {
                (format!("{}, {resolution}", kin.tariff_class), Width::Class)
            } else {
                (format!("small classes, {resolution}"), Width::Small)
            };
            let name: Arc<str> = name.into();
            groups.widths.insert(Arc::clone(&name), (width, resolution));
            groups.by_kin.insert(kin.clone(), name);
        }
        groups
    }

    /// What a class in a group is called by people; `None` for a group that is none of these.
    #[must_use]
    pub fn told(&self, group: &str, class: &str) -> Option<Fact> {
        let (width, resolution) = *self.widths.get(group)?;
        Some(match width {
            Width::Heated => said::heated_group(class, resolution),
            Width::Class => said::group(class, resolution),
            Width::Small => said::small_group(class, resolution),
        })
    }

    /// The group of a kin; one of its own for a kin that was not counted.
    #[must_use]
    pub fn name(&self, kin: &Kin) -> Arc<str> {
        self.by_kin.get(kin).cloned().unwrap_or_else(|| "unknown".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kin(class: &str, electric_heating: bool) -> Kin {
        Kin { tariff_class: class.to_owned(), electric_heating, has_hours: true }
    }

    #[test]
    fn shops_and_schools_are_judged_together_rather_than_with_homes() {
        let members = BTreeMap::from([
            (kin("household", false), 900),
            (kin("household", true), 40),
            (kin("business", false), 90),
            (kin("budget", false), 20),
        ]);
        let groups = Groups::of(&members);
        assert_eq!(groups.name(&kin("business", false)), groups.name(&kin("budget", false)));
        assert_ne!(groups.name(&kin("business", false)), groups.name(&kin("household", false)));
        assert_eq!(groups.name(&kin("household", true)), groups.name(&kin("household", false)));
    }

    #[test]
    fn many_heated_homes_are_a_group_of_their_own() {
        let groups = Groups::of(&BTreeMap::from([(kin("household", false), 900), (kin("household", true), 400)]));
        assert_ne!(groups.name(&kin("household", true)), groups.name(&kin("household", false)));
    }
}
