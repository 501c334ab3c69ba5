//! Stamps in the dresses that other countries and programs give them, rewritten as a usual one:
//! month names, clocks of twelve hours, hours and minutes with a dot or an `h` between, an offset
//! or a zone behind a space, seconds since 1970 with decimals, the end of the interval behind its
//! beginning.
//!
//! Nothing is guessed: the order of day and month stays as it is written, and a zone is taken only
//! where its letters mean one clock. Sources: Unicode CLDR 44 (names of months), IANA time zone
//! database (letters of zones), Oracle Database Globalization Support Guide (`DD-MON-RR
//! HH.MI.SSXFF AM`).

use std::fmt::Write as _;

/// Beginnings of the names of months in English, German, French, Spanish, Italian, Dutch,
/// Portuguese, Polish, Czech, Hungarian, Romanian, Finnish, Swedish, Danish, Norwegian, Turkish,
/// Ukrainian, Russian and Kazakh, in small letters. The longest that fits counts.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "ene", "gen", "sty", "led", "ian", "tammi", "oca", "січ", "янв", "қаң"],
    &["feb", "fév", "fev", "lut", "úno", "helmi", "şub", "лют", "фев", "ақп"],
    &["mar", "mär", "már", "mrz", "mrt", "maa", "bře", "бер", "мар", "нау"],
    &["apr", "avr", "abr", "ápr", "kwi", "dub", "huhti", "nis", "кві", "апр", "сәу"],
    &["may", "mai", "mag", "mei", "maj", "máj", "kvě", "touko", "тра", "май", "мая", "мам"],
    &["jun", "jún", "juin", "giu", "cze", "čvn", "červen", "iun", "kesä", "haz", "чер", "июн", "мау"],
    &["jul", "júl", "juil", "lug", "lip", "čvc", "červenec", "července", "iul", "heinä", "tem", "лип", "июл", "шіл"],
    &["aug", "aoû", "aou", "ago", "sie", "srp", "elo", "ağu", "сер", "авг", "там"],
    &["sep", "set", "szep", "wrz", "zář", "syys", "eyl", "вер", "сен", "қыр"],
    &["oct", "okt", "ott", "out", "paź", "paz", "říj", "loka", "eki", "жов", "окт", "қаз"],
    &["nov", "lis", "noi", "marras", "kas", "лис", "ноя", "қар"],
    &["dec", "dez", "déc", "dic", "des", "gru", "pro", "joulu", "ara", "гру", "дек", "жел"],
];

/// Beginnings of the names of days of the week in English, German, French, Spanish, Italian, Dutch
/// and Russian, in small letters. They say nothing that the date does not.
const WEEKDAYS: [&str; 40] = [
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mi", "do", "fr", "sa", "so", "lun", "mar", "mer",
    "jeu", "ven", "sam", "dim", "mié", "jue", "vie", "sáb", "dom", "gio", "sab", "ma", "wo", "vr", "za", "zo", "пн",
    "вт", "ср", "чт", "пт", "сб", "вс",
];

/// Letters of zones that mean one clock, and its minutes ahead of UTC.
const ZONES: [(&str, i32); 30] = [
    ("utc", 0),
    ("gmt", 0),
    ("wet", 0),
    ("west", 60),
    ("mez", 60),
    ("cet", 60),
    ("mesz", 120),
    ("cest", 120),
    ("oez", 120),
    ("eet", 120),
    ("oesz", 180),
    ("eest", 180),
    ("msk", 180),
    ("мск", 180),
    ("est", -300),
    ("edt", -240),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("awst", 480),
    ("acst", 570),
    ("aest", 600),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
];

/// The stamp in usual dress; `None` where it is in usual dress already, or is no stamp.
pub(crate) fn undressed(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    if text.len() > 80 || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let plain = seconds(text).or_else(|| basic(text)).or_else(|| stamp(begin_of(text)))?;
    (plain != text).then(|| plain.into_bytes())
}

/// Seconds or milliseconds since 1970 with decimals that are none.
fn seconds(text: &str) -> Option<String> {
    let (whole, decimals) = text.split_once(['.', ','])?;
    let are_digits = |digits: &str, fits: fn(u8) -> bool| !digits.is_empty() && digits.bytes().all(fits);
    let is_count = (9..=13).contains(&whole.len()) && are_digits(whole, |byte| byte.is_ascii_digit());
    (is_count && are_digits(decimals, |byte| byte == b'0')).then(|| whole.to_owned())
}

/// The basic form of ISO 8601: `20250331T110000Z`.
fn basic(text: &str) -> Option<String> {
    let (date, rest) = text.split_once(['T', 't'])?;
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(end);
    if date.len() != 8 || !are_digits(date) || !matches!(clock.len(), 4 | 6) {
        return None;
    }
    let second = clock.get(4..6).unwrap_or("00");
    let zone = offset(&zone.to_lowercase())?;
    Some(format!("{}-{}-{} {}:{}:{second}{zone}", &date[..4], &date[4..6], &date[6..], &clock[..2], &clock[2..4]))
}

/// What stands before the end of the interval, where both stand in one cell.
fn begin_of(text: &str) -> &str {
    let text = ["du ", "Du ", "von ", "from ", "с "].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    [" - ", " – ", " — ", " bis ", " to ", " до ", " au ", " a ", " t/m ", " по "]
        .iter()
        .find_map(|between| text.split_once(between).filter(|(_, end)| !end.starts_with("las ")))
        .map_or(text, |(begin, _)| begin.trim())
}

fn stamp(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let dated = |text| named_date(text).or_else(|| numeric_date(text));
    let (date, rest) = dated(&lower).or_else(|| dated(without_weekday(&lower)?))?;
    let rest = without_filler(rest);
    if rest.is_empty() {
        return Some(date);
    }
    let (clock, rest) = clock_of(rest)?;
    let rest = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    let rest = HOURS.iter().find_map(|word| rest.strip_prefix(word)).map_or(rest, |rest| rest.trim_start_matches('.'));
    let (half, rest) = half_of_day(rest.trim_start());
    let hour = of_half(half, clock.0)?;
    let mut plain = date;
    let _ = write!(plain, " {hour:02}:{:02}:{:02}", clock.1, clock.2);
    plain.push_str(&offset(rest.trim())?);
    Some(plain)
}

/// Words for hours behind a clock, longer ones first.
const HOURS: [&str; 9] = ["o'clock", "часов", "uhr", "hrs", "час", "ч", "hod", "uur", "klo"];

/// Words between the parts of a date, and between it and the clock.
#[rustfmt::skip]
const FILLERS: [&str; 33] = [
    "à", "as", "às", "a", "las", "la", "alle", "ore", "kl", "klo", "um", "at", "om", "в", "во", "г", "год",
    "года", "year", "ж", "жыл", "жылы", "жылғы", "сағат", "o", "ob", "de", "del", "of", "di", "den", "godz", "uhr",
];

/// What follows words that say nothing, and marks between date and clock.
fn without_filler(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([',', '.', '_', '-', ' ', '\u{a0}', '\u{202f}']);
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let word = &rest[..end];
        if word == "t" || FILLERS.contains(&word) {
            rest = &rest[end..];
        } else {
            return rest;
        }
    }
}

/// What follows the name of a day of the week.
fn without_weekday(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_alphabetic())?;
    let (word, rest) = text.split_at(end);
    let is_name = |name: &str| if name.chars().count() < 3 { word == name } else { word.starts_with(name) };
    WEEKDAYS.iter().any(|name| is_name(name)).then(|| rest.trim_start_matches(['.', ',', ' ']))
}

/// A date of digits as it stands, and what follows it.
fn numeric_date(text: &str) -> Option<(String, &str)> {
    let mut rest = text;
    let mut mark = None;
    for group in 0..3 {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if digits == 0 {
            return None;
        }
        rest = &rest[digits..];
        if group < 2 {
            let next = rest.chars().next().filter(|next| matches!(next, '.' | '/' | '-'))?;
            if *mark.get_or_insert(next) != next {
                return None;
            }
            rest = &rest[1..];
        }
    }
    let date = &text[..text.len() - rest.len()];
    Some((with_century(date).unwrap_or_else(|| date.to_owned()), rest))
}

/// A date whose year has two digits, with all four: the year is last where `/` or `.` stands
/// between the numbers.
fn with_century(date: &str) -> Option<String> {
    let (rest, year) = date.rsplit_once(['/', '.'])?;
    let is_short =
        year.len() == 2 && rest.len() <= 5 && rest.bytes().all(|byte| byte.is_ascii_digit() || b"/.".contains(&byte));
    let mark = &date[rest.len()..=rest.len()];
    is_short.then(|| format!("{rest}{mark}20{year}"))
}

/// A date with the name of its month, year first, and what follows it.
fn named_date(text: &str) -> Option<(String, &str)> {
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = text;
    while parts.len() < 3 {
        rest = without_filler(rest.trim_start_matches('/'));
        let is_digit = rest.starts_with(|c: char| c.is_ascii_digit());
        let fits = |c: char| if is_digit { c.is_ascii_digit() } else { c.is_alphabetic() };
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        parts.push(&rest[..end]);
        rest = &rest[end..];
        if is_digit {
            rest =
                ["st", "nd", "rd", "th", "er", "º", "°"].iter().find_map(|end| rest.strip_prefix(end)).unwrap_or(rest);
        }
    }
    let month = |word: &str| {
        let fits = |names: &&[&str]| names.iter().filter(|name| word.starts_with(**name)).map(|name| name.len()).max();
        let found = MONTHS.iter().enumerate().filter_map(|(month, names)| Some((fits(names)?, month)));
        found.max_by_key(|&(length, _)| length).map(|(_, month)| month)
    };
    let number = |word: &str| word.parse::<u32>().ok();
    let (day, month, year) = match [month(parts[0]), month(parts[1])] {
        [None, None] if parts[0].len() == 4 => (number(parts[1])?, month(parts[2])?, parts[0]),
        [None, Some(month)] if parts[0].len() == 4 => (number(parts[2])?, month, parts[0]),
        [None, Some(month)] => (number(parts[0])?, month, parts[2]),
        [Some(month), None] => (number(parts[1])?, month, parts[2]),
        _ => return None,
    };
    let year = match year.len() {
        4 => number(year)?,
        2 => 2000 + number(year)?,
        _ => return None,
    };
    (1..=31).contains(&day).then(|| (format!("{year:04}-{:02}-{day:02}", month + 1), rest))
}

/// Minutes after midnight of the clock that a text in small letters begins with, and what follows
/// it. An hour alone is none.
pub(crate) fn clock(text: &str) -> Option<(u32, String)> {
    let marks = text.find(|c: char| !c.is_ascii_digit()).filter(|&end| text[end..].starts_with([':', 'h']))?;
    text[marks + 1..].starts_with(|c: char| c.is_ascii_digit()).then_some(())?;
    let ((hour, minute, _), rest) = clock_of(text)?;
    let (half, rest) = half_of_day(rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']));
    Some((of_half(half, hour)? * 60 + minute, rest.to_owned()))
}

/// The hour of the day from that of a clock and the half of the day, if it is said.
fn of_half(half: Option<bool>, hour: u32) -> Option<u32> {
    match (half, hour) {
        (None, hour @ 0..=25) | (Some(false), hour @ 1..=11) => Some(hour),
        (Some(false), 12) => Some(0),
        (Some(true), 12) => Some(12),
        (Some(true), hour @ 1..=11) => Some(hour + 12),
        _ => None,
    }
}

/// Hour, minute and second, and what follows them. An hour alone is one where `h` or a half of the
/// day follows.
fn clock_of(text: &str) -> Option<((u32, u32, u32), &str)> {
    let mut numbers = [0_u32; 3];
    let mut rest = text;
    let mut found = 0;
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if !(1..=2).contains(&end) {
            return None;
        }
        numbers[found] = rest[..end].parse().ok()?;
        (rest, found) = (&rest[end..], found + 1);
        let next = rest.strip_prefix([':', '.', 'h']).filter(|next| next.starts_with(|c: char| c.is_ascii_digit()));
        match next {
            Some(next) if found < 3 => rest = next,
            Some(decimals) => {
                rest = decimals.trim_start_matches(|c: char| c.is_ascii_digit());
                break;
            }
            None => break,
        }
    }
    if found == 1 {
        let is_hour = rest.starts_with('h') || half_of_day(rest.trim_start()).0.is_some();
        rest = rest.strip_prefix('h').filter(|_| is_hour).or(Some(rest).filter(|_| is_hour))?;
    }
    let [hour, minute, second] = numbers;
    (minute < 60 && second < 60).then_some(((hour, minute, second), rest))
}

/// Whether `pm` (true) or `am` stands there, and what follows it.
fn half_of_day(text: &str) -> (Option<bool>, &str) {
    [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true), ("a. m.", false), ("p. m.", true)]
        .into_iter()
        .find_map(|(word, is_late)| Some((Some(is_late), text.strip_prefix(word)?)))
        .unwrap_or((None, text))
}

/// An offset as usual stamps have it; nothing for nothing, `None` for what is no zone.
fn offset(text: &str) -> Option<String> {
    let text = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
    // The name of the zone behind its offset.
    let text = text
        .strip_suffix([')', ']'])
        .and_then(|text| text.rsplit_once(['(', '[']))
        .map_or(text, |(offset, _)| offset.trim_end());
    let text = match text.strip_prefix("utc").or_else(|| text.strip_prefix("gmt")) {
        Some(rest) if rest.starts_with(['+', '-']) => rest,
        _ => text,
    };
    if text.is_empty() {
        return Some(String::new());
    }
    if text == "z" {
        return Some("+00:00".to_owned());
    }
    if let Some(minutes) = ZONES.iter().find_map(|(zone, minutes)| (*zone == text).then_some(*minutes)) {
        let sign = if minutes < 0 { '-' } else { '+' };
        return Some(format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60));
    }
    let digits = text.strip_prefix(['+', '-'])?.replace(':', "");
    let digits = if digits.len() == 1 { format!("0{digits}") } else { digits };
    let is_offset = matches!(digits.len(), 2 | 4) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_offset.then(|| format!("{}{digits}", &text[..1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        undressed(text.as_bytes()).map_or_else(|| "as it is".to_owned(), |plain| String::from_utf8(plain).unwrap())
    }

    #[test]
    fn words_between_the_parts_of_a_stamp_say_nothing() {
        for (text, expected) in [
            ("20250331T110000Z", "2025-03-31 11:00:00+00:00"),
            ("31.3.2025 klo 14.30", "31.3.2025 14:30:00"),
            ("31 mars 2025 à 13:00", "2025-03-31 13:00:00"),
            ("31 марта 2025 г. 13:00", "2025-03-31 13:00:00"),
            ("31. März 2025, 13:00 Uhr", "2025-03-31 13:00:00"),
            ("2025 жылғы 31 наурыз, 13:00", "2025-03-31 13:00:00"),
            ("31 de marzo de 2025 a las 13:00", "2025-03-31 13:00:00"),
            ("March 31st, 2025 1:00 pm", "2025-03-31 13:00:00"),
            ("Mon Mar 31 2025 13:00:00 GMT+0200 (CEST)", "2025-03-31 13:00:00+0200"),
            ("2025-03-31T13:00:00.000+02:00[Europe/Berlin]", "2025-03-31 13:00:00+0200"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn clocks_of_twelve_hours_begin_with_twelve() {
        for (text, expected) in [
            ("03/31/2025 12:00 AM", "03/31/2025 00:00:00"),
            ("03/31/2025 12:30:00 PM", "03/31/2025 12:30:00"),
            ("3/31/2025 1:00 p.m.", "3/31/2025 13:00:00"),
            ("2025-03-31 11:45PM", "2025-03-31 23:45:00"),
        ] {
            assert_eq!(plain(text), expected);
        }
        assert_eq!(plain("03/31/2025 13:00 PM"), "as it is");
    }

    #[test]
    fn names_of_months_are_read_in_many_tongues() {
        for (text, expected) in [
            ("31-Mar-25 13:00", "2025-03-31 13:00:00"),
            ("31-MAR-25 01.00.00.000000 PM", "2025-03-31 13:00:00"),
            ("Mar 31, 2025 1:15 AM", "2025-03-31 01:15:00"),
            ("31. März 2025 07:00", "2025-03-31 07:00:00"),
            ("31 août 2025 13h00", "2025-08-31 13:00:00"),
            ("31 дек 2025", "2025-12-31"),
            ("31. márc. 2025 07:00", "2025-03-31 07:00:00"),
            ("30 marraskuuta 2025 07:00", "2025-11-30 07:00:00"),
            ("31. července 2025 07:00", "2025-07-31 07:00:00"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn what_stands_beside_date_and_clock_is_passed_over_or_an_offset() {
        for (text, expected) in [
            ("31/03/2025, 13:00:00", "31/03/2025 13:00:00"),
            ("2025.03.31. 13:00", "2025.03.31 13:00:00"),
            ("Mon 31.03.2025 13:00", "31.03.2025 13:00:00"),
            ("Monday, March 31, 2025 1:00 PM", "2025-03-31 13:00:00"),
            ("2025/03/31-13:00", "2025/03/31 13:00:00"),
            ("2025-03-31_13:00:00", "2025-03-31 13:00:00"),
            ("31.03.2025 13.30", "31.03.2025 13:30:00"),
            ("2025-03-31 13:00:00 +0500", "2025-03-31 13:00:00+0500"),
            ("2025-03-31 08:00:00 UTC", "2025-03-31 08:00:00+00:00"),
            ("31.03.2025 02:30 MESZ", "31.03.2025 02:30:00+02:00"),
            ("2025-03-31 01:00 - 2025-03-31 02:00", "2025-03-31 01:00:00"),
            ("1743379200.000", "1743379200"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn numbers_ids_and_words_are_no_stamps() {
        for text in [
            "0.25",
            "00012345",
            "CE301-0112345",
            "12.5 kWh",
            "Flat 3",
            "Flat 31.03.2025",
            "2025-03-31 25:61",
            "2025-03-31 10:00 XYZ",
        ] {
            assert_eq!(plain(text), "as it is", "{text}");
        }
    }
}
