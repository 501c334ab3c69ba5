//! What is said, as data: a code with typed parts. Words are put to it at the rim, in the reader's
//! language.
//!
//! A room declares what it can say with [`facts!`](crate::domain::facts) in its file `said.rs`; the
//! macro makes one function a fact, and a list of [`Signature`]s by which a test makes one of every
//! fact in every language. No code reads the words of a fact; what somebody needs to know of it is
//! a part.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use super::{CivilDay, NameKind};

/// Unit of a number; a number without one is a count, a quotient or a share that the words explain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A plain number.
    One,
    /// Power.
    Kw,
    /// Energy.
    Kwh,
    /// Apparent power.
    Kva,
    /// Hundredths.
    Percent,
    /// Hours.
    Hours,
    /// Minutes.
    Minutes,
    /// Days.
    Days,
    /// Money, in the currency that another part names.
    Money,
}

/// A typed part of a fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A number with its unit, the digits after the decimal sign that are worth telling, and
    /// whether a plus is written before it.
    Number {
        /// The value; never NaN.
        value: f64,
        /// Its unit.
        unit: Unit,
        /// Digits after the decimal sign.
        digits: u8,
        /// A plus is written before a positive value.
        signed: bool,
    },
    /// A whole number of things.
    Count(i64),
    /// A civil day.
    Day(CivilDay),
    /// A name: pseudonyms replace it.
    Name(NameKind, String),
    /// One of the program's own words, as it stands in files.
    Word(Cow<'static, str>),
    /// Characters of a file or of the command line, quoted.
    Text(String),
    /// Another fact.
    Fact(Box<Fact>),
    /// Several parts, told one after the other.
    List(Vec<Part>),
}

/// One thing that is said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fact {
    /// Stable dotted code; its words are found by it.
    pub code: Cow<'static, str>,
    /// Parts by name, in the order of the declaration.
    pub parts: Vec<(Cow<'static, str>, Part)>,
}

impl Fact {
    /// Words as they are; for what is quoted from outside.
    #[must_use]
    pub fn said(text: impl Into<String>) -> Self {
        Self::new("said", [("text", Part::Text(text.into()))])
    }

    /// A fact of its code and parts. [`facts!`](crate::domain::facts) calls it.
    #[must_use]
    pub fn new<const N: usize>(code: &'static str, parts: [(&'static str, Part); N]) -> Self {
        let parts = parts.into_iter().map(|(name, part)| (Cow::Borrowed(name), part)).collect();
        Self { code: Cow::Borrowed(code), parts }
    }

    /// Whether it is the fact of this signature.
    #[must_use]
    pub fn is(&self, signature: &Signature) -> bool {
        self.code == signature.code
    }

    /// The fact with another number of digits for one of its numbers.
    #[must_use]
    pub fn with_digits(mut self, name: &str, told: u8) -> Self {
        for (known, part) in &mut self.parts {
            if let Part::Number { digits, .. } = part
                && known == name
            {
                *digits = told;
            }
        }
        self
    }

    /// A part by its name.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|(known, _)| known == name).map(|(_, part)| part)
    }

    /// A number or count by its name.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.part(name)? {
            Part::Number { value, .. } => Some(*value),
            Part::Count(count) => Some(*count as f64),
            _ => None,
        }
    }

    /// Hands every text from outside that the fact carries, also in facts within it, to `change`.
    pub fn each_text(&mut self, change: &mut impl FnMut(&mut String)) {
        fn of_part(part: &mut Part, change: &mut impl FnMut(&mut String)) {
            match part {
                Part::Text(text) => change(text),
                Part::Fact(fact) => fact.each_text(change),
                Part::List(parts) => parts.iter_mut().for_each(|part| of_part(part, change)),
                Part::Number { .. } | Part::Count(_) | Part::Day(_) | Part::Word(_) | Part::Name(..) => {}
            }
        }
        self.parts.iter_mut().for_each(|(_, part)| of_part(part, change));
    }

    /// Hands every name that the fact carries, also in facts within it, to `change`.
    pub fn each_name(&mut self, change: &mut impl FnMut(NameKind, &mut String)) {
        fn of_part(part: &mut Part, change: &mut impl FnMut(NameKind, &mut String)) {
            match part {
                Part::Name(kind, name) => change(*kind, name),
                Part::Fact(fact) => fact.each_name(change),
                Part::List(parts) => parts.iter_mut().for_each(|part| of_part(part, change)),
                Part::Number { .. } | Part::Count(_) | Part::Day(_) | Part::Word(_) | Part::Text(_) => {}
            }
        }
        self.parts.iter_mut().for_each(|(_, part)| of_part(part, change));
    }
}

/// The code and parts, for logs and tests; people read `report::words`.
impl Display for Fact {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.code == "said"
            && let Some(Part::Text(text)) = self.part("text")
        {
            return f.write_str(text);
        }
        write!(f, "{}", self.code)?;
        self.parts.iter().try_for_each(|(name, part)| write!(f, " {name}={part}"))
    }
}

impl Display for Part {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { value, digits, signed: true, .. } => write!(f, "{value:+.*}", usize::from(*digits)),
            Self::Number { value, digits, .. } => write!(f, "{value:.*}", usize::from(*digits)),
            Self::Count(count) => write!(f, "{count}"),
            Self::Day(day) => write!(f, "{day}"),
            Self::Name(_, name) => f.write_str(name),
            Self::Word(word) => f.write_str(word),
            Self::Text(text) => f.write_str(text),
            Self::Fact(fact) => write!(f, "[{fact}]"),
            Self::List(parts) => parts.iter().enumerate().try_for_each(|(place, part)| {
                if place > 0 {
                    f.write_str(", ")?;
                }
                write!(f, "{part}")
            }),
        }
    }
}

impl Eq for Part {}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Numbers by `total_cmp`; parts of different kinds in the order of the kinds.
impl Ord for Part {
    fn cmp(&self, other: &Self) -> Ordering {
        let kind = |part: &Self| match part {
            Self::Number { .. } => 0,
            Self::Count(_) => 1,
            Self::Day(_) => 2,
            Self::Name(..) => 3,
            Self::Word(_) => 4,
            Self::Text(_) => 5,
            Self::Fact(_) => 6,
            Self::List(_) => 7,
        };
        match (self, other) {
            (Self::Number { value: a, .. }, Self::Number { value: b, .. }) => a.total_cmp(b),
            (Self::Count(a), Self::Count(b)) => a.cmp(b),
            (Self::Day(a), Self::Day(b)) => a.cmp(b),
            (Self::Name(_, a), Self::Name(_, b)) | (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Word(a), Self::Word(b)) => a.cmp(b),
            (Self::Fact(a), Self::Fact(b)) => a.cmp(b),
            (Self::List(a), Self::List(b)) => a.cmp(b),
            _ => kind(self).cmp(&kind(other)),
        }
    }
}

/// Of what kind a part of a declared fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// A number of a unit.
    Number(Unit),
    /// A whole number of things.
    Count,
    /// A civil day.
    Day,
    /// A name.
    Name(NameKind),
    /// One of the program's words.
    Word,
    /// Characters from outside.
    Text,
    /// Another fact.
    Fact,
    /// Several parts.
    List,
}

/// A fact as it is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// Its code.
    pub code: &'static str,
    /// Names and kinds of its parts.
    pub parts: &'static [(&'static str, PartKind)],
}

impl Signature {
    /// One such fact with made-up parts, `count` being every count and number: for tests of words.
    #[must_use]
    pub fn sample(&self, count: i64) -> Fact {
        let part = |kind: PartKind| match kind {
            PartKind::Number(unit) => Part::Number { value: count as f64 + 0.25, unit, digits: 2, signed: false },
            PartKind::Count => Part::Count(count),
            PartKind::Day => Part::Day(CivilDay(20_000)),
            PartKind::Name(kind) => Part::Name(kind, "N-1".into()),
            PartKind::Word => Part::Word(Cow::Borrowed("constant")),
            PartKind::Text => Part::Text("text".to_owned()),
            PartKind::Fact => Part::Fact(Box::new(Fact::said("a fact"))),
            PartKind::List => Part::List(vec![Part::Count(count), Part::Text("text".to_owned())]),
        };
        let parts = self.parts.iter().map(|(name, kind)| (Cow::Borrowed(*name), part(*kind))).collect();
        Fact { code: Cow::Borrowed(self.code), parts }
    }
}

/// Declares what a room can say. Each line names a function, its code and its parts; the function
/// takes the parts in their order and returns the fact. All signatures are in the constant that the
/// first line names.
///
/// Kinds of parts: `kw(2)`, `kwh(0)`, `kva(0)`, `percent(0)`, `hours(1)`, `minutes(0)`, `days(0)`,
/// `money(0)`, `number(2)` and the same with `+` for a sign that is always written, such as
/// `number(+2)`: an `f64`, told with so many digits; `count`: anything that is an `i64` or smaller;
/// `day`: a `CivilDay`; `usage_point`, `node`, `address`, `licence`, `owner`, `file`, `words`: a
/// name by `&str`; `word`: a `&'static str` of the program's words; `text`: a `String` from
/// outside; `fact`: a [`Fact`]; `list`: a `Vec<Part>`.
///
/// ```
/// use darkload::domain::{facts, Fact, Part};
///
/// facts! {
///     /// What this example can say.
///     pub SAID;
///     /// A load that never falls below a share of its mean.
///     pub fn floor("flatness.floor", share: percent(0), node: node);
/// }
///
/// let fact = floor(83.2, "T1");
/// assert_eq!(fact.to_string(), "flatness.floor share=83 node=T1");
/// assert_eq!(SAID[0].code, "flatness.floor");
/// ```
#[macro_export]
macro_rules! facts {
    (
        $(#[$list_doc:meta])* $list_vis:vis $list:ident;
        $(
            $(#[$doc:meta])*
            $vis:vis fn $name:ident($code:literal $(, $part:ident : $kind:ident $(($($digits:tt)+))? )* $(,)?);
        )*
    ) => {
        $(
            $(#[$doc])*
            #[must_use]
            $vis fn $name($($part: $crate::facts!(@type $kind)),*) -> $crate::domain::Fact {
                $crate::domain::Fact::new($code, [$((
                    stringify!($part),
                    $crate::facts!(@part $kind $part $($($digits)+)?),
                )),*])
            }
        )*
        $(#[$list_doc])*
        $list_vis const $list: &[$crate::domain::Signature] = &[
            $($crate::domain::Signature {
                code: $code,
                parts: &[$((stringify!($part), $crate::facts!(@kind $kind))),*],
            }),*
        ];
    };
    (@type kw) => { f64 }; (@type kwh) => { f64 }; (@type kva) => { f64 }; (@type percent) => { f64 };
    (@type hours) => { f64 }; (@type minutes) => { f64 }; (@type days) => { f64 }; (@type money) => { f64 };
    (@type number) => { f64 };
    (@type count) => { impl $crate::domain::ToCount };
    (@type day) => { $crate::domain::CivilDay };
    (@type usage_point) => { &str }; (@type node) => { &str }; (@type address) => { &str };
    (@type licence) => { &str }; (@type owner) => { &str }; (@type file) => { &str }; (@type words) => { &str };
    (@type word) => { &'static str };
    (@type text) => { impl ::std::convert::Into<::std::string::String> };
    (@type fact) => { $crate::domain::Fact };
    (@type list) => { ::std::vec::Vec<$crate::domain::Part> };
    (@kind kw) => { $crate::domain::PartKind::Number($crate::domain::FactUnit::Kw) };
    (@kind kwh) => { $crate::domain::PartKind::Number($crate::domain::FactUnit::Kwh) };
    (@kind kva) => { $crate::domain::PartKind::Number($crate::domain::FactUnit::Kva) };
    (@kind percent) => { $crate::domain::PartKind::Number($crate::domain::FactUnit::Percent) };
    (@kind hours) => { $crate::domain::PartKind::Number($crate::domain::FactUnit::Hours) };
    (@kind minutes) => { $crate::domain::PartKind::Number($crate::domain::FactUnit::Minutes) };
    (@kind days) => { $crate::domain::PartKind::Number($crate::domain::FactUnit::Days) };
    (@kind money) => { $crate::domain::PartKind::Number($crate::domain::FactUnit::Money) };
    (@kind number) => { $crate::domain::PartKind::Number($crate::domain::FactUnit::One) };
    (@kind count) => { $crate::domain::PartKind::Count };
    (@kind day) => { $crate::domain::PartKind::Day };
    (@kind usage_point) => { $crate::domain::PartKind::Name($crate::domain::NameKind::UsagePoint) };
    (@kind node) => { $crate::domain::PartKind::Name($crate::domain::NameKind::Node) };
    (@kind address) => { $crate::domain::PartKind::Name($crate::domain::NameKind::Address) };
    (@kind licence) => { $crate::domain::PartKind::Name($crate::domain::NameKind::Licence) };
    (@kind owner) => { $crate::domain::PartKind::Name($crate::domain::NameKind::Owner) };
    (@kind file) => { $crate::domain::PartKind::Name($crate::domain::NameKind::File) };
    (@kind words) => { $crate::domain::PartKind::Name($crate::domain::NameKind::Words) };
    (@kind word) => { $crate::domain::PartKind::Word };
    (@kind text) => { $crate::domain::PartKind::Text };
    (@kind fact) => { $crate::domain::PartKind::Fact };
    (@kind list) => { $crate::domain::PartKind::List };
    (@part kw $x:ident $($d:tt)+) => { $crate::facts!(@number Kw $x $($d)+) };
    (@part kwh $x:ident $($d:tt)+) => { $crate::facts!(@number Kwh $x $($d)+) };
    (@part kva $x:ident $($d:tt)+) => { $crate::facts!(@number Kva $x $($d)+) };
    (@part percent $x:ident $($d:tt)+) => { $crate::facts!(@number Percent $x $($d)+) };
    (@part hours $x:ident $($d:tt)+) => { $crate::facts!(@number Hours $x $($d)+) };
    (@part minutes $x:ident $($d:tt)+) => { $crate::facts!(@number Minutes $x $($d)+) };
    (@part days $x:ident $($d:tt)+) => { $crate::facts!(@number Days $x $($d)+) };
    (@part money $x:ident $($d:tt)+) => { $crate::facts!(@number Money $x $($d)+) };
    (@part number $x:ident $($d:tt)+) => { $crate::facts!(@number One $x $($d)+) };
    (@number $unit:ident $x:ident + $d:literal) => {
        $crate::domain::Part::Number { value: $x, unit: $crate::domain::FactUnit::$unit, digits: $d, signed: true }
    };
    (@number $unit:ident $x:ident $d:literal) => {
        $crate::domain::Part::Number { value: $x, unit: $crate::domain::FactUnit::$unit, digits: $d, signed: false }
    };
    (@part count $x:ident) => { $crate::domain::Part::Count($crate::domain::ToCount::to_count($x)) };
    (@part day $x:ident) => { $crate::domain::Part::Day($x) };
    (@part usage_point $x:ident) => { $crate::facts!(@name UsagePoint $x) };
    (@part node $x:ident) => { $crate::facts!(@name Node $x) };
    (@part address $x:ident) => { $crate::facts!(@name Address $x) };
    (@part licence $x:ident) => { $crate::facts!(@name Licence $x) };
    (@part owner $x:ident) => { $crate::facts!(@name Owner $x) };
    (@part file $x:ident) => { $crate::facts!(@name File $x) };
    (@part words $x:ident) => { $crate::facts!(@name Words $x) };
    (@name $kind:ident $x:ident) => {
        $crate::domain::Part::Name($crate::domain::NameKind::$kind, ::std::string::String::from($x))
    };
    (@part word $x:ident) => { $crate::domain::Part::Word(::std::borrow::Cow::Borrowed($x)) };
    (@part text $x:ident) => { $crate::domain::Part::Text($x.into()) };
    (@part fact $x:ident) => { $crate::domain::Part::Fact(::std::boxed::Box::new($x)) };
    (@part list $x:ident) => { $crate::domain::Part::List($x) };
}

/// A whole number of things, however wide.
pub trait ToCount {
    /// The same number; what is beyond `i64` becomes its largest.
    fn to_count(self) -> i64;
}

macro_rules! to_count {
    ($($kind:ty),*) => { $(impl ToCount for $kind {
        fn to_count(self) -> i64 {
            i64::try_from(self).unwrap_or(i64::MAX)
        }
    })* };
}
to_count!(i64, i32, u32, u64, usize, u16, u8);

#[cfg(test)]
mod tests {
    use super::*;

    facts! {
        /// For the test.
        SAID;
        fn load("test.load", kw: kw(1), more: number(+2), hours: count, since: day, meter: usage_point, how: word, quoted: text);
        fn nested("test.nested", inner: fact, all: list);
    }

    fn a_load() -> Fact {
        load(2.04, 0.5, 7_usize, CivilDay(0), "A 1", "constant", "x; y")
    }

    #[test]
    fn a_fact_keeps_its_parts_with_unit_and_digits_through_a_file() {
        let fact = nested(a_load(), vec![Part::Count(1), Part::Name(NameKind::UsagePoint, "B".into())]);
        let kept: Fact = serde_json::from_str(&serde_json::to_string(&fact).unwrap()).unwrap();
        assert_eq!(kept, fact);
        assert_eq!(a_load().number("kw"), Some(2.04));
        let told = "test.load kw=2.0 more=+0.50 hours=7 since=1970-01-01 meter=A 1 how=constant quoted=x; y";
        assert_eq!(a_load().to_string(), told);
        assert_eq!(SAID.len(), 2);
        assert!(a_load().is(&SAID[0]) && SAID[0].sample(1).parts.len() == 7);
    }

    #[test]
    fn names_are_found_in_facts_within_facts() {
        let mut fact = nested(a_load(), vec![Part::Name(NameKind::UsagePoint, "B".into())]);
        fact.each_name(&mut |_, name| *name = format!("<{name}>"));
        assert!(fact.to_string().contains("meter=<A 1>") && fact.to_string().ends_with("all=<B>"), "{fact}");
    }
}
