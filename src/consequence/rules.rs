//! Rule packs: published criteria for suspicion of mining, each with source and date. They inform;
//! no probability and no rank depends on them.
//!
//! A pack is a TOML file: who published what and when, and criteria whose tests are a closed set.
//! Packs of the program are part of it; the user's own are files named in `[rules] files`. A
//! criterion whose data are missing (no peers, no summer, no whole month) is not met.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::{Fact, not_finite, toml_words};

use super::metered_use::MeteredUse;
use super::said;

/// Packs that are part of the program.
const BUILT_IN: &[(&str, &str)] = &[
    ("irkutsk-2025", include_str!("rules/irkutsk-2025.toml")),
    ("russia-household-bands", include_str!("rules/russia-household-bands.toml")),
    ("kazakhstan", include_str!("rules/kazakhstan.toml")),
];
/// Days that a month needs to be held against a monthly figure.
const MONTH_DAYS: u32 = 21;
/// Months of summer.
const SUMMER: [i8; 3] = [6, 7, 8];

/// Section `[rules]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSettings {
    /// Packs of the program that are used.
    pub packs: Vec<String>,
    /// Files with packs of the user's own.
    pub files: Vec<PathBuf>,
}

/// Published criteria of one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulePack {
    /// Short name, part of what files say.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Version of this file.
    pub version: String,
    /// Day of publication, `YYYY-MM-DD`.
    pub published: String,
    /// Where it is written.
    pub source: String,
    /// Where it holds.
    pub place: String,
    /// Criteria.
    pub criterion: Vec<Criterion>,
    /// Part of the program, which has words for its criteria in every language.
    #[serde(skip)]
    pub built_in: bool,
}

/// Who the figure of a criterion comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// The published rule.
    Published,
    /// This program or the user: the rule names none.
    Ours,
}

/// One criterion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// Short name.
    pub id: String,
    /// What it asks, in words that follow "the customer".
    pub words: String,
    /// Whose figure it is.
    pub figure: Figure,
    /// Tariff classes that it is for; empty = any.
    #[serde(default)]
    pub classes: Vec<String>,
    /// How it is asked.
    #[serde(flatten)]
    pub test: CriterionTest,
}

/// The ways in which a criterion may be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "test", rename_all = "snake_case")]
pub enum CriterionTest {
    /// A civil month with more energy than this.
    MonthlyKwhAbove {
        /// Limit, kWh a month.
        kwh: f64,
        /// Times the limit for electrically heated premises...
        #[serde(default = "one")]
        heating_factor: f64,
        /// ...in these months.
        #[serde(default)]
        heating_months: Vec<i8>,
    },
    /// Mean load at least so many times what is usual for peers.
    TimesPeers {
        /// How many times.
        times: f64,
    },
    /// Daily energy that spreads by at most this share of its mean.
    DailySpreadBelow {
        /// Standard deviation over mean.
        spread: f64,
    },
    /// Mean daily energy of June to August at least this share of that of the other months.
    SummerShareAbove {
        /// Share.
        share: f64,
    },
}

fn one() -> f64 {
    1.0
}

/// What a criterion is asked of.
#[derive(Debug, Clone, Copy)]
pub struct RuleFacts<'a> {
    /// Tariff class.
    pub class: Option<&'a str>,
    /// Whether the premises are known to be heated electrically.
    pub heated: bool,
    /// What the meter showed.
    pub metered: &'a MeteredUse,
    /// Mean load that is usual for its peers, kW.
    pub peers_kw: Option<f64>,
}

/// A pack that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// No such pack.
    #[error(
        "`{name}` in rules.packs is no rule pack of the program; it has {known}; name a file of your own in rules.files"
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The file cannot be read.
    #[error("rule pack `{path}` cannot be read; check the path in rules.files", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no pack.
    #[error("rule pack `{path}`: {message}", path = path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line.
        message: String,
    },
}

impl RuleSettings {
    /// The packs that the settings name, in their order.
    ///
    /// # Errors
    /// When a pack is unknown, or a file cannot be read as one.
    pub fn load(&self) -> Result<Vec<RulePack>, RuleError> {
        let built_in = self.packs.iter().map(|name| {
            let found = BUILT_IN.iter().find(|(id, _)| id == name).ok_or_else(|| RuleError::Unknown {
                name: name.clone(),
                known: BUILT_IN.iter().map(|(id, _)| *id).collect::<Vec<_>>().join(", "),
            })?;
            parse(Path::new(found.0), found.1).map(|pack| RulePack { built_in: true, ..pack })
        });
        let own = self.files.iter().map(|path| {
            let text = crate::disk::read_text(path).map_err(|source| RuleError::Io { path: path.clone(), source })?;
            parse(path, &text)
        });
        built_in.chain(own).collect()
    }
}

fn parse(path: &Path, text: &str) -> Result<RulePack, RuleError> {
    let wrong = |message| RuleError::Toml { path: path.to_path_buf(), message };
    let table: toml::Table = toml::from_str(text).map_err(|error| wrong(toml_words(&error, text)))?;
    if let Some(key) = not_finite(&toml::Value::Table(table)) {
        return Err(wrong(format!("`{key}` is no number")));
    }
    toml::from_str(text).map_err(|error| wrong(toml_words(&error, text)))
}

/// Criteria that are met, each with its figures.
#[must_use]
pub fn criteria_met(packs: &[RulePack], facts: &RuleFacts) -> Vec<Fact> {
    let of_pack = |pack: &RulePack| -> Vec<Fact> {
        let met = pack.criterion.iter().filter_map(|criterion| {
            let figures = criterion.met(facts)?;
            let said = if criterion.figure == Figure::Ours { said::own_criterion } else { said::criterion };
            Some(said(format!("{}/{}", pack.id, criterion.id), criterion.asks(pack.built_in), figures))
        });
        met.collect()
    };
    packs.iter().flat_map(of_pack).collect()
}

impl Criterion {
    /// What it asks: a criterion of a user's file in the words of that file.
    fn asks(&self, built_in: bool) -> Fact {
        match self.test {
            _ if !built_in => said::asks_own(self.words.as_str()),
            CriterionTest::MonthlyKwhAbove { kwh, .. } => said::asks_month(kwh),
            CriterionTest::TimesPeers { times } => said::asks_peers(times).with_digits("times", digits(times)),
            CriterionTest::DailySpreadBelow { .. } => said::asks_steady(),
            CriterionTest::SummerShareAbove { .. } => said::asks_summer(),
        }
    }

    /// The figures with which the criterion is met; `None` where it is not, or cannot be asked.
    fn met(&self, facts: &RuleFacts) -> Option<Fact> {
        let class = facts.class.map(|class| class.trim().to_lowercase());
        if !self.classes.is_empty() && !class.is_some_and(|class| self.classes.contains(&class)) {
            return None;
        }
        match &self.test {
            CriterionTest::MonthlyKwhAbove { kwh, heating_factor, heating_months } => {
                let limit = |month: i8| {
                    if facts.heated && heating_months.contains(&month) { kwh * heating_factor } else { *kwh }
                };
                let months = facts
                    .metered
                    .months(MONTH_DAYS)
                    .into_iter()
                    .map(|(first, kwh, _)| (first, kwh, limit(first.date().month())));
                let (first, used, limit) =
                    months.max_by(|a, b| (a.1 / a.2).total_cmp(&(b.1 / b.2)).then(b.0.cmp(&a.0)))?;
                (used > limit).then(|| said::month_figures(used, &first.to_string()[..7], limit))
            }
            CriterionTest::TimesPeers { times } => {
                let (own, peers) = facts.metered.mean_kw().zip(facts.peers_kw.filter(|kw| *kw > 0.0))?;
                (own >= times * peers)
                    .then(|| said::peer_figures(own / peers, peers, *times).with_digits("limit", digits(*times)))
            }
            CriterionTest::DailySpreadBelow { spread } => {
                let own = facts.metered.daily_spread()?;
                (own <= *spread).then(|| said::spread_figures(100.0 * own, 100.0 * spread))
            }
            CriterionTest::SummerShareAbove { share } => {
                let months = facts.metered.months(MONTH_DAYS);
                let daily = |summer: bool| {
                    let of = months.iter().filter(|month| SUMMER.contains(&month.0.date().month()) == summer);
                    let (kwh, days) = of.fold((0.0, 0.0), |(kwh, days), month| {
                        (kwh + month.1, days + f64::from(month.0.date().days_in_month()))
                    });
                    (days > 0.0).then(|| kwh / days)
                };
                let (summer, rest) = daily(true).zip(daily(false).filter(|kwh| *kwh > 0.0))?;
                (summer >= share * rest).then(|| said::summer_figures(100.0 * summer / rest, 100.0 * share))
            }
        }
    }
}

/// Digits after the decimal sign that a limit of a rule is told with.
fn digits(limit: f64) -> u8 {
    u8::from(limit.fract() != 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consequence::metered_use::EVEN;
    use crate::domain::CivilDay;

    fn packs() -> Vec<RulePack> {
        let packs = BUILT_IN.iter().map(|(id, _)| (*id).to_owned()).collect();
        RuleSettings { packs, files: Vec::new() }.load().unwrap()
    }

    /// Days from a date on with this energy each, kWh.
    fn used(from: &str, days: i32, kwh: impl Fn(i32) -> f64) -> MeteredUse {
        let first = CivilDay::parse(from).unwrap();
        MeteredUse::new((0..days).map(|day| (CivilDay(first.0 + day), kwh(day))).collect(), EVEN)
    }

    fn met(metered: &MeteredUse, class: &str, heated: bool, peers_kw: f64) -> Vec<String> {
        criteria_met(&packs(), &RuleFacts { class: Some(class), heated, metered, peers_kw: Some(peers_kw) })
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn every_pack_of_the_program_can_be_read_and_has_its_own_name() {
        let packs = packs();
        assert!(packs.iter().zip(BUILT_IN).all(|(pack, (id, _))| pack.id == *id));
        assert!(packs.iter().all(|pack| CivilDay::parse(&pack.published).is_some() && !pack.source.is_empty()));
        assert!(packs[2].criterion.is_empty(), "no figure is published for Kazakhstan");
    }

    #[test]
    fn a_home_of_5_5_kw_passes_the_first_band_and_not_the_second() {
        // 5.5 kW · 24 h · 31 days = 4,092 kWh.
        let metered = used("2025-05-01", 31, |_| 132.0);
        let met = met(&metered, "household", false, 1.0);
        assert!(
            met.iter().any(|words| words.contains("rule=russia-household-bands/above-3900 ")
                && words.contains("used=4092 month=2025-05")),
            "{met:?}"
        );
        assert!(!met.iter().any(|words| words.contains("above-6000")));
    }

    #[test]
    fn electric_heating_raises_the_bands_in_winter_only() {
        let january = used("2025-01-01", 31, |_| 132.0);
        assert!(!met(&january, "household", true, 5.0).iter().any(|words| words.contains("above-3900")));
        let may = used("2025-05-01", 31, |_| 132.0);
        assert!(met(&may, "household", true, 5.0).iter().any(|words| words.contains("above-3900")));
        assert!(
            !met(&may, "business", false, 5.0).iter().any(|words| words.contains("above-3900")),
            "bands are for households"
        );
    }

    #[test]
    fn steady_twice_the_peers_and_no_summer_dip_are_told_with_their_figures() {
        let metered = used("2025-04-01", 91, |day| 48.0 + f64::from(day % 2));
        let met = met(&metered, "household", false, 0.9);
        let about = |id: &str| {
            met.iter().find(|words| words.contains(&format!("rule=irkutsk-2025/{id}"))).cloned().unwrap_or_default()
        };
        assert!(about("twice-analogous").contains("times=2.2"), "{met:?}");
        assert!(about("no-fluctuation").starts_with("rule.met_by_own_figure"), "{met:?}");
        assert!(about("summer").contains("share=100"), "{met:?}");
    }

    #[test]
    fn an_unknown_pack_is_answered_with_those_there_are() {
        let error = RuleSettings { packs: vec!["irkutks".into()], files: Vec::new() }.load().unwrap_err().to_string();
        assert!(error.contains("irkutsk-2025"), "{error}");
    }

    #[test]
    fn a_criterion_with_an_unknown_test_is_refused_with_its_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), BUILT_IN[0].1.replace("times_peers", "times_piers")).unwrap();
        let error =
            RuleSettings { packs: Vec::new(), files: vec![file.path().to_path_buf()] }.load().unwrap_err().to_string();
        assert!(error.contains("times_piers"), "{error}");
    }
}
