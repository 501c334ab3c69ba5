//! Which usage points share tables: as alike as there are enough of.
//!
//! Usage points of one tariff class, one kind of heating and one kind of resolution share tables
//! where they are `ENOUGH`; heated homes that are fewer are judged with the others of their class.
//! Smaller classes are judged with the largest class of businesses, not with homes, whose sizes and
//! shapes are others; where no class of businesses is large enough or they are many, with one
//! another.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::Fact;
use crate::population::Premises;

use super::said;

/// Members that a group of its own needs.
const ENOUGH: usize = 300;
/// Members of all small classes together that make a group beside a large class of businesses. Some
/// hundred of different kinds, one in twenty of them a farm, have a tail that is made of farms: in
/// eighteen simulated utilities (synthetic) they held one in ten of all farms, at a tenth of their
/// number in probabilities.
const ENOUGH_SMALL: usize = 1000;

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

/// A group as it is told.
#[derive(Debug, Clone)]
struct Told {
    width: Width,
    resolution: &'static str,
    /// The class that the group is named after; empty for small classes.
    class: String,
}

/// The group of every kin.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    by_kin: BTreeMap<Kin, Arc<str>>,
    told: BTreeMap<Arc<str>, Told>,
}

impl Groups {
    /// Groups kins by how many usage points each has; `premises` says what every class is for.
    #[must_use]
    pub fn of(members: &BTreeMap<Kin, usize>, premises: &BTreeMap<String, Premises>) -> Self {
        let mut class_members: BTreeMap<(&str, bool), usize> = BTreeMap::new();
        for (kin, count) in members {
            *class_members.entry((&kin.tariff_class, kin.has_hours)).or_default() += count;
        }
        let mut groups = Self::default();
        for (kin, count) in members {
            let resolution = if kin.has_hours { "hourly or finer" } else { "daily" };
            let (class, width) = if kin.electric_heating && *count >= ENOUGH {
                (kin.tariff_class.as_str(), Width::Heated)
            } else if class_members[&(kin.tariff_class.as_str(), kin.has_hours)] >= ENOUGH {
                (kin.tariff_class.as_str(), Width::Class)
            } else if let Some(class) = host_of_small(&class_members, premises, kin) {
                (class, Width::Class)
            } else {
                ("", Width::Small)
            };
            let name: Arc<str> = match width {
                Width::Heated => format!("{class}, electric heating, {resolution}"),
                Width::Class => format!("{class}, {resolution}"),
                Width::Small => format!("small classes, {resolution}"),
            }
            .into();
            groups.told.insert(Arc::clone(&name), Told { width, resolution, class: class.to_owned() });
            groups.by_kin.insert(kin.clone(), name);
        }
        groups
    }

    /// What a class in a group is called by people; `None` for a group that is none of these.
    #[must_use]
    pub fn told(&self, group: &str, class: &str) -> Option<Fact> {
        let told = self.told.get(group)?;
        Some(match told.width {
            Width::Heated => said::heated_group(class, told.resolution),
            Width::Class if told.class == class => said::group(class, told.resolution),
            Width::Class => said::group_with(class, told.resolution, &told.class),
            Width::Small => said::small_group(class, told.resolution),
        })
    }

    /// The group of a kin; one of its own for a kin that was not counted.
    #[must_use]
    pub fn name(&self, kin: &Kin) -> Arc<str> {
        self.by_kin.get(kin).cloned().unwrap_or_else(|| "unknown".into())
    }
}

/// The class that the small classes of one resolution are judged with: the largest of businesses
/// that has a group of its own, where they are no home's and too few for one another.
fn host_of_small<'a>(
    class_members: &BTreeMap<(&'a str, bool), usize>,
    premises: &BTreeMap<String, Premises>,
    kin: &Kin,
) -> Option<&'a str> {
    let is = |class: &str, what: Premises| premises.get(class) == Some(&what);
    let alike = || class_members.iter().filter(|((_, has_hours), _)| *has_hours == kin.has_hours);
    let small: usize = alike().map(|(_, count)| *count).filter(|count| *count < ENOUGH).sum();
    if is(&kin.tariff_class, Premises::Home) || small >= ENOUGH_SMALL {
        return None;
    }
    let large = alike().filter(|((class, _), count)| **count >= ENOUGH && is(class, Premises::Business));
    large.max_by_key(|(_, count)| **count).map(|((class, _), _)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kin(class: &str, electric_heating: bool) -> Kin {
        Kin { tariff_class: class.to_owned(), electric_heating, has_hours: true }
    }

    fn premises() -> BTreeMap<String, Premises> {
        let of = |class: &str, premises| (class.to_owned(), premises);
        let (home, business) = (Premises::Home, Premises::Business);
        BTreeMap::from([of("household", home), of("business", business), of("budget", business), of("dacha", home)])
    }

    #[test]
    fn a_few_schools_are_judged_with_many_shops_and_a_few_country_houses_are_not() {
        let members = |schools: usize| {
            BTreeMap::from([
                (kin("household", false), 900),
                (kin("business", false), 400),
                (kin("budget", false), schools),
                (kin("dacha", false), 50),
            ])
        };
        let groups = Groups::of(&members(80), &premises());
        assert_eq!(groups.name(&kin("business", false)), groups.name(&kin("budget", false)));
        assert_eq!(&*groups.name(&kin("dacha", false)), "small classes, hourly or finer");
        let groups = Groups::of(&members(350), &premises());
        assert_ne!(groups.name(&kin("business", false)), groups.name(&kin("budget", false)));
    }

    #[test]
    fn shops_and_schools_are_judged_together_rather_than_with_homes() {
        let members = BTreeMap::from([
            (kin("household", false), 900),
            (kin("household", true), 40),
            (kin("business", false), 90),
            (kin("budget", false), 20),
        ]);
        let groups = Groups::of(&members, &premises());
        assert_eq!(groups.name(&kin("business", false)), groups.name(&kin("budget", false)));
        assert_ne!(groups.name(&kin("business", false)), groups.name(&kin("household", false)));
        assert_eq!(groups.name(&kin("household", true)), groups.name(&kin("household", false)));
    }

    #[test]
    fn many_heated_homes_are_a_group_of_their_own() {
        let groups =
            Groups::of(&BTreeMap::from([(kin("household", false), 900), (kin("household", true), 400)]), &premises());
        assert_ne!(groups.name(&kin("household", true)), groups.name(&kin("household", false)));
    }
}
