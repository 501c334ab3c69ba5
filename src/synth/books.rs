//! How the books name a customer's class: in the utility's own language, sometimes wrongly,
//! sometimes not at all.

use super::oddities::ClassWords;
use super::settings::CheckedSettings;
use super::turn::falls_into;

/// Classes in English, Russian and Kazakh, as utilities of Kazakhstan shorten them.
const WORDS: [(&str, &str, &str); 7] = [
    ("household", "быт", "тұрмыс"),
    ("business", "юр.лицо", "заңды тұлға"),
    ("industry", "пром", "өнеркәсіп"),
    ("budget", "бюджет", "бюджет"),
    ("street_lighting", "ул.освещение", "көше жарығы"),
    ("data_centre", "ЦОД", "деректер орталығы"),
    ("mining", "майнинг", "майнинг"),
];

/// What the books call a class.
pub(super) fn class_word(words: ClassWords, class: &'static str) -> &'static str {
    let Some((_, russian, kazakh)) = WORDS.iter().find(|(english, ..)| *english == class) else { return class };
    match words {
        ClassWords::English => class,
        ClassWords::Russian => russian,
        ClassWords::Kazakh => kazakh,
    }
}

/// What the books say about the class of a customer who is of this one; empty where they say
/// nothing. A licensed farm is always booked as one.
pub(super) fn booked_class(settings: &CheckedSettings, id: &str, class: &'static str) -> &'static str {
    let odd = &settings.oddities;
    if odd.none() || class == "mining" {
        return class_word(odd.class_words, class);
    }
    if falls_into(settings, id, 16, odd.empty_class_share) {
        return "";
    }
    let wrong = if class == "household" { "business" } else { "household" };
    class_word(odd.class_words, if falls_into(settings, id, 17, odd.wrong_class_share) { wrong } else { class })
}
