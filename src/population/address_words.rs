//! Words of addresses in Russian, Kazakh and English, and one spelling for the names of streets
//! whatever the script.
//!
//! A name is compared by its sound: Cyrillic is written in Latin letters, what is written in
//! several ways (`y` and `i`, `kh` and `h`, `ie` and `e`) in one, and the ending of the Russian
//! genitive is dropped (`ул. Абая` is `Abay street`). Source: the usual practical transliteration
//! of passports and maps, cut down to what survives all of its variants.

/// What a word of an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordKind {
    /// Street, the kind that is often left out: says nothing.
    Street,
    /// Another kind of way or quarter, by its canonical name: `Sadovy lane` is not `Sadovaya
    /// street`.
    Way(&'static str),
    /// The number of the house follows.
    House,
    /// The number of a building with the house's number follows.
    Corpus,
    /// The number of a flat or room follows.
    Flat,
    /// A word beside the name of a city.
    City,
    /// A word beside the name of a region, or of a country.
    Region,
}

const WORDS: &[(WordKind, &[&str])] = &[
    (
        WordKind::Street,
        &["ул", "улица", "көшесі", "көше", "көш", "к-сі", "street", "str", "st", "ul", "ulitsa", "koshesi"],
    ),
    (
        WordKind::Way("avenue"),
        &[
            "пр",
            "пр-т",
            "пр-кт",
            "просп",
            "проспект",
            "даңғылы",
            "даң",
            "д-лы",
            "avenue",
            "ave",
            "av",
            "prospekt",
            "prospect",
        ],
    ),
    (WordKind::Way("lane"), &["пер", "переулок", "тұйық", "lane", "ln", "pereulok"]),
    (
        WordKind::Way("quarter"),
        &["мкр", "мкрн", "мкр-н", "микрорайон", "ықшамауданы", "ықшамаудан", "ы-а", "mkr", "microdistrict", "quarter"],
    ),
    (WordKind::Way("boulevard"), &["б-р", "бул", "бульвар", "бульвары", "boulevard", "blvd"]),
    (WordKind::Way("highway"), &["ш", "шоссе", "highway", "hwy"]),
    (WordKind::Way("drive"), &["пр-д", "проезд", "drive", "proezd"]),
    (WordKind::Way("square"), &["пл", "площадь", "алаңы", "square", "sq"]),
    (WordKind::House, &["д", "дом", "үй", "house", "dom", "no"]),
    (
        WordKind::Corpus,
        &["к", "корп", "корпус", "стр", "строение", "блок", "block", "building", "bldg", "korpus", "korp"],
    ),
    (
        WordKind::Flat,
        &[
            "кв",
            "кв-ра",
            "квартира",
            "пәтер",
            "пәт",
            "оф",
            "офис",
            "кеңсе",
            "пом",
            "помещение",
            "комн",
            "комната",
            "ком",
            "бөлме",
            "apt",
            "apartment",
            "flat",
            "office",
            "unit",
            "room",
            "suite",
            "kv",
        ],
    ),
    (WordKind::City, &["г", "гор", "город", "қ", "қаласы", "city"]),
    (
        WordKind::Region,
        &[
            "обл",
            "область",
            "облысы",
            "oblast",
            "region",
            "казахстан",
            "қазақстан",
            "kazakhstan",
            "россия",
            "russia",
            "рк",
            "рф",
        ],
    ),
];

/// Words for a flat whose number stands before them.
pub(super) const NUMBER_FIRST: &[&str] = &["пәтер", "пәт", "бөлме", "кеңсе"];

/// Latin letters that look like Cyrillic ones, in lower case.
const LOOK_ALIKES: &[(char, char)] = &[
    ('a', 'а'),
    ('b', 'в'),
    ('c', 'с'),
    ('e', 'е'),
    ('h', 'н'),
    ('i', 'і'),
    ('k', 'к'),
    ('m', 'м'),
    ('o', 'о'),
    ('p', 'р'),
    ('t', 'т'),
    ('x', 'х'),
    ('y', 'у'),
];

/// Sounds of Cyrillic letters, Kazakh ones included.
const SOUNDS: &[(char, &str)] = &[
    ('а', "a"),
    ('ә', "a"),
    ('б', "b"),
    ('в', "v"),
    ('г', "g"),
    ('ғ', "g"),
    ('д', "d"),
    ('е', "e"),
    ('ё', "e"),
    ('ж', "zh"),
    ('з', "z"),
    ('и', "i"),
    ('й', "i"),
    ('і', "i"),
    ('к', "k"),
    ('қ', "k"),
    ('л', "l"),
    ('м', "m"),
    ('н', "n"),
    ('ң', "n"),
    ('о', "o"),
    ('ө', "o"),
    ('п', "p"),
    ('р', "r"),
    ('с', "s"),
    ('т', "t"),
    ('у', "u"),
    ('ұ', "u"),
    ('ү', "u"),
    ('ф', "f"),
    ('х', "h"),
    ('һ', "h"),
    ('ц', "ts"),
    ('ч', "ch"),
    ('ш', "sh"),
    ('щ', "shch"),
    ('ъ', ""),
    ('ы', "i"),
    ('ь', ""),
    ('э', "e"),
    ('ю', "iu"),
    ('я', "ia"),
];

/// Names of this many letters or fewer keep their ending: what is left of them would be too little.
const SHORT: usize = 4;

/// What a word in lower case is; `None` for a name.
pub(super) fn kind_of(word: &str) -> Option<WordKind> {
    WORDS.iter().find(|(_, words)| words.contains(&word)).map(|(kind, _)| *kind)
}

fn is_cyrillic(c: char) -> bool {
    ('\u{400}'..='\u{52f}').contains(&c)
}

/// Whether a text has more Cyrillic than Latin letters.
pub(super) fn mostly_cyrillic(text: &str) -> bool {
    let cyrillic = text.chars().filter(|&c| is_cyrillic(c)).count();
    cyrillic > text.chars().filter(char::is_ascii_alphabetic).count()
}

/// A word in lower case with letters of one script: those of the other that look alike are changed.
/// A word that is wholly of look-alikes follows the address (`cyrillic`).
pub(super) fn one_script(word: &str, cyrillic: bool) -> String {
    let is_mixed = word.chars().any(is_cyrillic) && word.chars().any(|c| c.is_ascii_alphabetic());
    let all_alike = word.chars().all(|c| !c.is_ascii_alphabetic() || LOOK_ALIKES.iter().any(|pair| pair.0 == c));
    let to_cyrillic = if is_mixed { mostly_cyrillic(word) || cyrillic } else { cyrillic && all_alike };
    let change = |c: char| match to_cyrillic {
        true => LOOK_ALIKES.iter().find(|pair| pair.0 == c).map_or(c, |pair| pair.1),
        false if is_mixed => LOOK_ALIKES.iter().find(|pair| pair.1 == c).map_or(c, |pair| pair.0),
        false => c,
    };
    word.chars().map(change).collect()
}

/// The sound of a name in Latin letters, the same for all its spellings.
pub(super) fn sound(name: &str) -> String {
    let mut latin = String::new();
    for c in name.chars() {
        match SOUNDS.iter().find(|pair| pair.0 == c) {
            Some((_, sound)) => latin.push_str(sound),
            None if c == 'y' => latin.push('i'),
            None if c == 'j' => latin.push_str("zh"),
            None if c == 'q' => latin.push('k'),
            None if c.is_alphanumeric() => latin.push(c),
            None => {}
        }
    }
    let latin = latin.replace("kh", "h").replace("ie", "e");
    match latin.strip_suffix('a') {
        Some(stem) if latin.chars().count() > SHORT => stem.to_owned(),
        _ => latin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_sounds_alike_in_both_scripts_and_in_the_genitive() {
        assert_eq!(sound("абая"), sound("abay"));
        assert_eq!(sound("абай"), sound("abai"));
        assert_eq!(sound("сатпаева"), sound("satpayev"));
        assert_eq!(sound("қонаев"), sound("konaev"));
        assert_ne!(sound("абая"), sound("абылай"));
    }

    #[test]
    fn letters_that_look_alike_follow_their_word() {
        assert_eq!(one_script("aбaя", true), "абая");
        assert_eq!(one_script("mіll", false), "mill");
        assert_eq!(one_script("cop", true), "сор");
        assert_eq!(one_script("mill", true), "mill");
    }
}
