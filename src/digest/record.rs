//! The digest: what readings leave behind, the same whether they were read now, in an earlier month
//! or by a worker elsewhere.
//!
//! A digest has a kind, an id, the civil months that it covers, and a version. It is written down
//! as words of 32 bits (`encoding`), and those words are what memory, the file for what does not
//! fit and a worker's output hold. Two digests of one kind and id merge, in any order
//! and grouping: profiles by month, hours by month, sums by addition. What a digest holds that is
//! not of a single month is said in `point` and `node_sums`.

use crate::domain::{Fault, UsagePointId};

use super::CivilMonth;
use super::encoding::{DigestError, DigestKind, Reader, begin, end};
use super::hours::Hours;
use super::node_sums::NodeSums;
use super::point::PointDigest;

/// What is left of the readings of one usage point or node.
#[derive(Debug, Clone, PartialEq)]
pub struct Digest {
    /// The usage point or node.
    pub id: UsagePointId,
    /// What is known of it.
    pub content: Content,
}

/// What a digest holds, by its kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A usage point's profile.
    UsagePoint(PointDigest),
    /// Its profile, had the fault gate decided otherwise on its meter ratio.
    Otherwise(PointDigest),
    /// A node's sums.
    Node(NodeSums),
    /// The readings of a usage point of the sample.
    Sample(Hours),
}

impl Digest {
    /// What the digest is of.
    #[must_use]
    pub fn kind(&self) -> DigestKind {
        match self.content {
            Content::UsagePoint(_) => DigestKind::UsagePoint,
            Content::Otherwise(_) => DigestKind::Otherwise,
            Content::Node(_) => DigestKind::Node,
            Content::Sample(_) => DigestKind::Sample,
        }
    }

    /// The civil months that it covers, ascending.
    #[must_use]
    pub fn months(&self) -> Vec<CivilMonth> {
        match &self.content {
            Content::UsagePoint(point) | Content::Otherwise(point) => point.months().collect(),
            Content::Node(sums) => sums.months().map(|(month, _)| month).collect(),
            Content::Sample(hours) => hours.months().collect(),
        }
    }

    /// What the fault gate found of the usage point.
    pub(super) fn into_faults(self) -> Vec<Fault> {
        match self.content {
            Content::UsagePoint(point) | Content::Otherwise(point) => point.into_faults(),
            Content::Node(_) | Content::Sample(_) => Vec::new(),
        }
    }

    /// Appends the digest's words.
    pub fn encode(&self, words: &mut Vec<u32>) {
        let start = begin(words, self.kind(), &self.id);
        match &self.content {
            Content::UsagePoint(point) | Content::Otherwise(point) => point.push(words),
            Content::Node(sums) => sums.push(words),
            Content::Sample(hours) => hours.push(words),
        }
        end(words, start);
    }

    /// Reads the first digest in `words`; the words after it come back with it.
    ///
    /// # Errors
    /// When no digest begins there, it is of another version, or it is damaged.
    pub fn decode(words: &[u32]) -> Result<(Self, &[u32]), DigestError> {
        let (kind, after, mut own) = Reader::open(words)?;
        let id: UsagePointId = own.text()?.as_str().into();
        let content = match kind {
            DigestKind::UsagePoint => Content::UsagePoint(PointDigest::take(&mut own, &id)?),
            DigestKind::Otherwise => Content::Otherwise(PointDigest::take(&mut own, &id)?),
            DigestKind::Node => Content::Node(NodeSums::take(&mut own)?),
            DigestKind::Sample => Content::Sample(Hours::take(&mut own)?),
        };
        Ok((Self { id, content }, after))
    }

    /// Both as one: commutative and associative.
    ///
    /// # Errors
    /// When they are not of one kind and id.
    pub fn merge(self, other: Self) -> Result<Self, DigestError> {
        let (one, others) = (&self.id, &other.id);
        let different = DigestError::Different { one: one.to_string(), other: others.to_string() };
        if one != others {
            return Err(different);
        }
        let content = match (self.content, other.content) {
            (Content::UsagePoint(one), Content::UsagePoint(other)) => Content::UsagePoint(one.merge(other)),
            (Content::Otherwise(one), Content::Otherwise(other)) => Content::Otherwise(one.merge(other)),
            (Content::Node(one), Content::Node(other)) => Content::Node(one.merge(other)),
            (Content::Sample(one), Content::Sample(other)) => Content::Sample(one.merge(other)),
            _ => return Err(different),
        };
        Ok(Self { id: self.id, content })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::point::{RatioHours, Span};
    use super::super::{UsageProfile, VERSION, from_bytes, to_bytes};
    use super::*;
    use crate::domain::{Calendar, CivilDay, Fact, FactUnit, Fault, FaultKind, NodeId, Part, Timestamp};
    use crate::series::{DayFold, GridSums, LoadSeries, Rounding};

    fn words(digest: &Digest) -> Vec<u32> {
        let mut words = Vec::new();
        digest.encode(&mut words);
        words
    }

    fn series(first_day: i32, step_min: u32, kw: Vec<f32>) -> LoadSeries {
        LoadSeries { usage_point: "A".into(), start: Timestamp(i64::from(first_day) * 86_400), step_min, kw }
    }

    fn point(series: &LoadSeries, faults: Vec<Fault>, ratio: Option<RatioHours>) -> PointDigest {
        let calendar = Calendar::new(None).unwrap();
        let fold = DayFold::of(series, &calendar);
        let span = Span {
            days: series.days(&calendar).unwrap(),
            step_min: series.step_min,
            rounding: Rounding::of(series),
            mean_kw: fold.mean_kw(),
            valid: fold.valid() as u32,
            faults,
        };
        PointDigest::new(UsageProfile::of_fold(&fold, series), span, ratio)
    }

    fn fault(share: f64) -> Fault {
        let parts = [
            ("kw", Part::Number { value: share / 3.0, unit: FactUnit::Kw, digits: 2, signed: true }),
            ("list", Part::List(vec![Part::Count(-3), Part::Day(CivilDay(-5)), Part::Text("«ö»".to_owned())])),
        ];
        let detail = Fact::new("gap.of_days", parts);
        Fault {
            usage_point: "A".into(),
            kind: FaultKind::Gap,
            from: Some(CivilDay(3)),
            to: None,
            share: Some(share),
            detail,
        }
    }

    /// Digests of one usage point or node: any kind, several months, holes, overlaps.
    fn digests() -> impl Strategy<Value = [Digest; 3]> {
        let value = prop_oneof![4 => (0_u8..40).prop_map(|v| f32::from(v) / 8.0), 1 => Just(f32::NAN)];
        let part = (0_i32..80, prop::sample::select(vec![30_u32, 60, 1440]), prop::collection::vec(value, 24..200));
        (0_u8..4, prop::array::uniform3(part)).prop_map(|(kind, parts)| {
            let calendar = Calendar::new(None).unwrap();
            parts.map(|(first_day, step_min, kw)| {
                let series = series(first_day, step_min, kw);
                let hours = Hours::of(&series, &calendar);
                let ratio = RatioHours { divided: first_day % 2 == 0, otherwise: hours.clone() };
                let content = match kind {
                    0 => Content::UsagePoint(point(&series, vec![fault(f64::from(first_day) / 7.0)], None)),
                    1 => Content::Otherwise(point(&series, Vec::new(), Some(ratio))),
                    2 => {
                        let sums = GridSums::new(std::iter::once("A".into()));
                        sums.add("A", &series);
                        Content::Node(NodeSums::of(CivilMonth(1970 * 12 + first_day / 30), sums.by_node().remove(0).1))
                    }
                    _ => Content::Sample(hours),
                };
                Digest { id: "A".into(), content }
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn digests_merge_in_any_order_and_grouping([a, b, c] in digests()) {
            let merge = |a: &Digest, b: &Digest| a.clone().merge(b.clone()).unwrap();
            prop_assert_eq!(words(&merge(&a, &b)), words(&merge(&b, &a)));
            prop_assert_eq!(words(&merge(&merge(&a, &b), &c)), words(&merge(&a, &merge(&b, &c))));
            if a.kind() != DigestKind::Node {
                let twice = merge(&merge(&a, &b), &a);
                prop_assert_eq!(words(&twice), words(&merge(&a, &b)));
            }
        }

        #[test]
        fn a_digest_comes_back_as_it_was_written([a, b, _] in digests()) {
            let mut all = words(&a);
            b.encode(&mut all);
            let all = from_bytes(&to_bytes(&all)).unwrap();
            let (first, after) = Digest::decode(&all).unwrap();
            let (second, after) = Digest::decode(after).map(|(digest, after)| (digest, after.len())).unwrap();
            prop_assert_eq!((words(&first), words(&second), after), (words(&a), words(&b), 0));
        }

        #[test]
        fn damaged_words_are_refused_and_end([a, _, _] in digests(), cut in 0_usize..4000, at in 0_usize..4000, bits in any::<u32>()) {
            let mut words = words(&a);
            let place = at % words.len();
            words[place] ^= bits;
            let _ = Digest::decode(&words);
            words.truncate(cut % words.len());
            prop_assert!(Digest::decode(&words).is_err());
        }
    }

    #[test]
    fn a_year_is_the_merge_of_its_months() {
        let calendar = Calendar::new(None).unwrap();
        let kw: Vec<f32> = (0..365 * 24).map(|hour| ((hour * 7919) % 101) as f32 / 50.0).collect();
        let whole = point(&series(0, 60, kw.clone()), Vec::new(), None);
        let mut of_months: Option<PointDigest> = None;
        let mut hours: Option<Hours> = None;
        let (mut day, mut parts) = (CivilDay(0), Vec::new());
        while day.0 < 365 {
            let end = day.month_end().0 + 1;
            parts.push(series(day.0, 60, kw[day.0 as usize * 24..(end * 24).min(365 * 24) as usize].to_vec()));
            day = CivilDay(end);
        }
        for part in parts.iter().rev() {
            let month = point(part, Vec::new(), None);
            of_months = Some(of_months.map_or(month.clone(), |others| others.merge(month)));
            let month = Hours::of(part, &calendar);
            hours = Some(hours.map_or(month.clone(), |others| others.merge(month)));
        }
        let (merged, mean) = (of_months.unwrap(), whole.mean_kw().unwrap());
        assert_eq!(merged.months().count(), 12);
        assert!((merged.mean_kw().unwrap() - mean).abs() < 1e-12 * mean);
        assert_eq!(format!("{:?}", merged.into_profile()), format!("{:?}", whole.into_profile()));
        assert_eq!(hours.unwrap().series(&"A".into()).unwrap(), series(0, 60, kw));
    }

    #[test]
    fn a_month_read_in_two_halves_is_the_month() {
        let kw: Vec<f32> = (0..31 * 24).map(|hour| ((hour * 7919) % 101) as f32 / 50.0).collect();
        let halves = [(0, 0..15 * 24), (15, 15 * 24..31 * 24)]
            .map(|(day, hours)| point(&series(day, 60, kw[hours].to_vec()), Vec::new(), None));
        let [first, second] = halves;
        let whole = point(&series(0, 60, kw), Vec::new(), None);
        assert_eq!(format!("{:?}", second.merge(first).into_profile()), format!("{:?}", whole.into_profile()));
    }

    #[test]
    fn sums_of_two_workers_are_those_of_one() {
        let of = |series: &[LoadSeries]| {
            let sums = GridSums::new(std::iter::once(NodeId::from("T")));
            for series in series {
                sums.add("T", series);
            }
            sums
        };
        let all =
            [series(0, 60, vec![1.0, f32::NAN, 3.0]), series(1, 30, vec![0.3; 96]), series(-4, 1440, vec![2.5; 3])];
        let sent = |sums: &GridSums| {
            let (node, sum) = sums.by_node().remove(0);
            words(&Digest {
                id: node.as_ref().into(),
                content: Content::Node(NodeSums::of(CivilMonth(1970 * 12), sum)),
            })
        };
        let (one, other) = (sent(&of(&all[..1])), sent(&of(&all[1..])));
        let merged = Digest::decode(&other).unwrap().0.merge(Digest::decode(&one).unwrap().0).unwrap();
        assert_eq!(words(&merged), sent(&of(&all)));
    }

    #[test]
    fn a_digest_of_another_version_is_refused_by_its_number() {
        let mut words = words(&Digest { id: "A".into(), content: Content::Sample(Hours::default()) });
        words[1] += 1 << 16;
        assert!(matches!(Digest::decode(&words), Err(DigestError::Version { found }) if found == VERSION + 1));
    }
}
