//! A ReadingType in words, as some writers spell it out in a dictionary beside their readings, put
//! into its eighteen numbers.
//!
//! Source: IEC 61968-9:2013, annex C (the names of the codes).

/// Fields in the order of the eighteen numbers that matter: names in lower case, and the words of
/// the codes in lower case.
const FIELDS: &[Field] = &[
    Field { place: 0, names: &["macroperiod"], words: &[("none", 0), ("daily", 11), ("monthly", 13)] },
    Field { place: 1, names: &["aggregate"], words: &[("none", 0), ("average", 2), ("maximum", 8), ("minimum", 9)] },
    Field {
        place: 2,
        names: &["measuringperiod"],
        words: &[
            ("none", 0),
            ("tenminute", 1),
            ("fifteenminute", 2),
            ("oneminute", 3),
            ("twentyfourhour", 4),
            ("thirtyminute", 5),
            ("fiveminute", 6),
            ("sixtyminute", 7),
            ("twominute", 10),
            ("threeminute", 14),
            ("twentyminute", 31),
        ],
    },
    Field {
        place: 3,
        names: &["accumulation", "accumulationbehaviour", "accumulationbehavior"],
        words: &[
            ("none", 0),
            ("bulkquantity", 1),
            ("continuouscumulative", 2),
            ("cumulative", 3),
            ("deltadata", 4),
            ("indicating", 6),
            ("summation", 9),
            ("instantaneous", 12),
        ],
    },
    Field {
        place: 4,
        names: &["flowdirection"],
        words: &[("none", 0), ("forward", 1), ("net", 4), ("reverse", 19), ("total", 20)],
    },
    Field {
        place: 5,
        names: &["commodity"],
        words: &[
            ("none", 0),
            ("electricitysecondarymetered", 1),
            ("electricityprimarymetered", 2),
            ("naturalgas", 7),
            ("potablewater", 9),
        ],
    },
    Field {
        place: 6,
        names: &["measurementkind", "kind"],
        words: &[("none", 0), ("demand", 8), ("energy", 12), ("power", 37), ("voltage", 54), ("current", 4)],
    },
    Field { place: 11, names: &["tou"], words: &[("none", 0)] },
    Field {
        place: 14,
        names: &["phases"],
        words: &[
            ("none", 0),
            ("a", 128),
            ("an", 129),
            ("b", 64),
            ("bn", 65),
            ("c", 32),
            ("cn", 33),
            ("abc", 224),
            ("abcn", 225),
            ("s1", 512),
            ("s2", 256),
            ("s12", 768),
            ("s12n", 769),
        ],
    },
    Field {
        place: 15,
        names: &["multiplier", "poweroftenmultiplier"],
        words: &[("none", 0), ("k", 3), ("m", 6), ("g", 9)],
    },
    Field {
        place: 16,
        names: &["unit", "uom"],
        words: &[("w", 38), ("wh", 72), ("var", 63), ("varh", 73), ("va", 61), ("vah", 71)],
    },
];

/// One of the numbers.
struct Field {
    place: usize,
    names: &'static [&'static str],
    words: &'static [(&'static str, i64)],
}

/// The fields of one type as they are read.
#[derive(Debug, Default)]
pub(crate) struct TypeWords {
    codes: [Option<i64>; 18],
    /// A field holds a word that is not known.
    is_unknown: bool,
}

impl TypeWords {
    /// Takes a field by its name in lower case; others are passed over.
    pub(crate) fn take(&mut self, name: &str, word: &str) {
        let Some(field) = FIELDS.iter().find(|field| field.names.contains(&name)) else { return };
        // Milli and mega differ by their case alone.
        let is_milli = word == "m" && field.place == 15;
        let lower = word.to_ascii_lowercase();
        let code =
            field.words.iter().find(|(known, _)| *known == lower).map(|(_, code)| *code).or_else(|| word.parse().ok());
        match code.filter(|_| !is_milli) {
            Some(code) => self.codes[field.place] = Some(code),
            None => self.is_unknown = true,
        }
    }

    /// The eighteen numbers; `None` without a unit, or where a field is not understood.
    pub(crate) fn numbers(&self) -> Option<String> {
        const UNIT: usize = 16;
        self.codes[UNIT].filter(|_| !self.is_unknown)?;
        Some(self.codes.map(|code| code.unwrap_or(0).to_string()).join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::messages::reading_type::ReadingType;

    fn numbers(fields: &[(&str, &str)]) -> Option<String> {
        let mut words = TypeWords::default();
        for (name, word) in fields {
            words.take(name, word);
        }
        words.numbers()
    }

    const HOURLY: [(&str, &str); 7] = [
        ("measuringperiod", "sixtyMinute"),
        ("accumulation", "deltaData"),
        ("flowdirection", "forward"),
        ("commodity", "electricitySecondaryMetered"),
        ("measurementkind", "energy"),
        ("multiplier", "k"),
        ("unit", "Wh"),
    ];

    #[test]
    fn words_and_numbers_of_a_type_mean_the_same() {
        let code = "0.0.7.4.1.1.12.0.0.0.0.0.0.0.0.3.72.0";
        assert_eq!(numbers(&HOURLY).as_deref(), Some(code));
        assert!(ReadingType::parse(code).is_some_and(|kind| kind.length_s == Some(3600)));
    }

    #[test]
    fn a_word_that_is_not_known_and_a_missing_unit_leave_the_type_unknown() {
        assert_eq!(numbers(&HOURLY[..6]), None);
        assert_eq!(numbers(&[&HOURLY[..], &[("phases", "AB?")]].concat()), None);
        assert_eq!(numbers(&[&HOURLY[..5], &[("multiplier", "m"), ("unit", "Wh")]].concat()), None, "milli");
    }
}
