//! What the words for a channel mean, in the cells of a column or in a heading: energy taken,
//! energy given back, or nothing that counts as active energy.

use std::sync::LazyLock;

use super::columns::plain;
use super::word_list::{WordList, words_of};

/// What a channel counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChannelWord {
    /// Active energy taken.
    Import,
    /// Active energy given back.
    Export,
    /// Reactive and apparent energy, voltage, the highest demand, gas, water, heat, money and the
    /// like, which nothing here is made of.
    Passed,
}

/// Words for what is no active energy.
#[rustfmt::skip]
static PASSED: LazyLock<WordList> = LazyLock::new(|| {
    WordList::new(&[
        // Reactive and apparent energy.
        "реактив", "reactiv", "reaktiv", "reakt", "*blindarbeit", "*blindenergie", "*blindleistung", "jalová", "bierna",
        "loisteho", "meddő", "квар", "kvar", "*varh", "var", "apparent", "*scheinleistung", "*scheinarbeit", "aparente",
        "kva", "kvah", "pozorna",
        // Voltage, current, frequency, power factor.
        "напряж", "voltage", "spannung", "tensión", "tensione", "=tension", "=napięcie", "current", "ampere", "сила",
        "частот", "frequen", "frecuencia", "fréquence", "cos", "cosphi", "power factor", "leistungsfaktor",
        // The highest of a period.
        "max", "maximum", "maximal", "maximo", "máximo", "máxima", "massimo", "massima", "maksim", "максим",
        "peak demand",
        "peak power", "demand peak", "billed demand", "billing demand", "höchstlast", "spitzenlast", "pic",
        "piekvermogen",
        "*maxeffekt", "*maxlast", "*maxleistung", "*maxuttag", "*maxdemand", "*maxkw", "*spitzenleistung",
        "*höchstleistung",
        "*toppeffekt", "*effekttopp", "*effekttop", "huipputeho", "szczytow", "piekbelasting", "zirve",
        // Other commodities.
        "gas", "gaz", "gás", "газ", "erdgas", "aardgas", "naturgas", "*gasverbrauch", "*gasverbruik", "gasuse",
        "gasusage",
        "plyn", "plin", "maakaasu", "m3", "m³", "nm3", "ccf", "therm", "therms", "=water", "waterverbruik",
        "*wasser", "eau",
        "agua", "água", "acqua", "vatten", "vand", "vann", "vesi", "woda", "wody", "voda", "vody", "vodní", "víz",
        "вода",
        "воды", "водоснаб", "су", "=heat", "heating", "heat energy", "wärme", "*fernwärme", "waerme", "warmte",
        "=chaleur",
        "fjärrvärme", "fjernvarme", "*varmeforbrug", "*varmeforbruk", "*värmeförbruk", "varmemåler", "lämpö",
        "*kaukolämp", "teplo", "ciepło", "ciepln", "energia termica", "énergie thermique", "térmica", "termick",
        "тепл", "жылу", "gcal", "гкал", "gj",
        // Money.
        "price", "cost", "preis", "*strompreis", "kosten", "=prix", "coût", "cout", "montant", "=importe", "precio",
        "coste",
        "costo", "prezzo", "prijs", "pris", "kostnad", "omkostning", "hinta", "cena", "cenová", "koszt", "цена", "ціна",
        "стоим", "вартість", "баға", "құны", "тенге", "теңге", "eur", "euro", "€", "usd", "chf", "sek", "nok", "dkk",
        "gbp",
        "pln", "czk", "huf", "kzt", "rub", "руб", "amount due", "ár",
        "*spotpris", "*elpris", "*strømpris", "*spotpreis",
        "spot price", "*pörssi", "fiyat", "tutar", "maliyet", "bedrag", "betrag", "belopp", "beløb", "beløp",
        "сумма к оплате", "начислен", "төлем",
        // Weather.
        "temperatur", "=temp", "температур", "humidity", "влажн",
    ])
});

/// Words for energy given back to the grid, or produced.
#[rustfmt::skip]
static EXPORT: LazyLock<WordList> = LazyLock::new(|| {
    WordList::new(&[
        // Given back.
        "*einspeis", "*rückspeis", "*rückliefer", "*ruecklief", "=lieferung", "inject", "injec", "injek", "inyec",
        "iniett",
        "immess", "immiss", "excedent", "vertid", "surplus", "überschuss", "ueberschuss", "overskudd", "overskud",
        "överskott", "ylijäämä", "nadwyż", "přebytek", "többlet", "teruglever", "terugl", "retour", "return",
        "réinject",
        "refoul", "export", "eksport", "отдач", "экспорт", "выдач", "обратн", "реверс", "reverse", "feedin", "feed in",
        "fed in", "fed into", "to grid", "to the grid", "into grid", "into the grid", "al grid", "a la red", "in rete",
        "sold", "vendida", "verkauft", "vendu", "received", "oddan", "dodávka", "dodavka", "wprowadz", "tilbakelev",
        "inmatn", "inmatad", "innmating", "indfød", "verkkoon", "visszatápl", "betápl", "predan", "віддан", "қайтар",
        "берілген", "out",
        // Produced.
        "produced", "producti", "produkt", "produkc", "produkcj", "produccion", "producid", "produção", "produzid",
        "produit", "produs", "prodott", "produz", "generat", "generac", "generaz", "génér", "генерац", "erzeug",
        "*erzeugung", "opwek", "opgewek", "termel", "proizv", "üretim", "uretim", "выработ", "вироб", "výroba", "vyrob",
        "wytworz", "tuotanto", "tuotettu", "tootmi", "gamyb", "ražo", "solar", "=pv", "fotovolt", "photovolt",
        "solaire",
        "zonne", "*photovoltaik", "өндір",
    ])
});

/// Words for active energy taken.
#[rustfmt::skip]
static IMPORT: LazyLock<WordList> = LazyLock::new(|| {
    WordList::new(&[
        // From the grid.
        "прием", "приём", "импорт", "import", "прям", "forward", "in", "*bezug", "bezogen", "*entnahme", "entnomm",
        "afname",
        "afgenom", "=levering", "gelever", "delivered", "offtake", "off take", "purchas", "gekauft", "prelev", "prélev",
        "soutir", "achat", "acheté", "uttag", "odběr", "odber", "pobran", "pobór", "pobor", "vételez", "preuzet",
        "from grid",
        "from the grid", "de la red", "from utility", "споживан", "спожит",
        // Used.
        "потреб", "расход", "consum", "активн", "active", "activa", "aktiv", "wirkarbeit", "wirkenergie", "usage",
        "used",
        "use", "=load", "demand", "*verbrauch", "*verbruik", "conso", "förbruk", "forbruk", "forbrug", "kulut", "zużyc",
        "zuzyc", "spotřeb", "spotreb", "fogyaszt", "potrošn", "potrosn", "poraba", "tüketim", "tuketim", "tarbi",
        "patēri",
        "suvartoj", "тұтын", "net", "netto", "saldo",
    ])
});

/// Words for energy that came from the grid, which is what a meter at its border counts.
#[rustfmt::skip]
static FROM_GRID: LazyLock<WordList> = LazyLock::new(|| {
    WordList::new(&[
        "импорт", "import", "прием", "приём", "*bezug", "*entnahme", "afname", "=levering", "gelever", "delivered",
        "offtake",
        "purchas", "prelev", "prélev", "soutir", "uttag", "odběr", "pobran", "from grid", "from the grid", "de la red",
        "vételez", "net", "netto",
    ])
});

/// Words for energy that is produced behind the meter, which need not reach the grid.
#[rustfmt::skip]
static PRODUCED: LazyLock<WordList> = LazyLock::new(|| {
    WordList::new(&[
        "produced", "producti", "produkt", "produkc", "produccion", "producid", "produção", "produzid", "produit",
        "prodott",
        "produz", "generat", "generac", "generaz", "génér", "генерац", "erzeug", "*erzeugung", "opwek", "opgewek",
        "termel",
        "proizv", "üretim", "выработ", "вироб", "výroba", "wytworz", "tuotanto", "tootmi", "solar", "pv", "fotovolt",
        "photovolt", "*photovoltaik", "solaire", "zonne",
    ])
});

/// Words for other machines that a heading of heat may mean.
static PUMPS: LazyLock<WordList> = LazyLock::new(|| {
    WordList::new(&[
        "*wärmepump",
        "*waermepump",
        "*warmtepomp",
        "heatpump",
        "heat pump",
        "värmepump",
        "*varmepump",
        "lämpöpump",
    ])
});

/// The meaning of a word or a heading; `None` where it is not known.
pub(crate) fn channel_word(text: &str) -> Option<ChannelWord> {
    let text = text.trim();
    if is_price(text) {
        return Some(ChannelWord::Passed);
    }
    let tokens = text.split([' ', ',', ';', '(', ')', '_', '/', '[']);
    // A sign may follow a word, as in `Энергия A+`, and so may a code of OBIS; a bare number only
    // counts alone.
    let counts = |(place, token): &(usize, &str)| {
        *place == 0 || token.ends_with(['+', '-', '–', '−']) || (token.contains(':') && token.matches('.').count() >= 2)
    };
    tokens.enumerate().filter(counts).find_map(|(_, token)| code(token)).or_else(|| {
        let words = words_of(text);
        let is = |list: &LazyLock<WordList>| list.has(&words);
        match () {
            () if is(&PASSED) && !is(&PUMPS) => Some(ChannelWord::Passed),
            () if is(&EXPORT) => Some(ChannelWord::Export),
            () if is(&IMPORT) => Some(ChannelWord::Import),
            () => None,
        }
    })
}

/// Whether a text has money by energy: `kr/kWh`, `€ / MWh`, `ct per kWh`.
fn is_price(text: &str) -> bool {
    const MONEY: [&str; 30] = [
        "kr", "øre", "öre", "ore", "ct", "cts", "cent", "cents", "c", "p", "€", "eur", "euro", "£", "gbp", "$", "usd",
        "zł", "zl", "pln", "kč", "czk", "ft", "huf", "руб", "коп", "тг", "₸", "₽", "tl",
    ];
    let lower = text.to_lowercase();
    ["/", " per ", " за ", " pr. ", " je "].iter().any(|by| {
        lower.split_once(by).is_some_and(|(money, energy)| {
            let energy = energy.trim_start();
            let word = money.split(|c: char| c.is_whitespace() || "([,:_".contains(c)).rfind(|word| !word.is_empty());
            ["kwh", "mwh", "квт", "мвт"].iter().any(|unit| energy.starts_with(unit))
                && word.is_some_and(|word| MONEY.contains(&word.trim_end_matches('.')))
        })
    })
}

/// Whether a heading says that its energy came from the grid.
pub(crate) fn is_from_grid(text: &str) -> bool {
    text.contains(['+']) || FROM_GRID.is_in(text)
}

/// Whether a heading is of energy produced, which need not be given to the grid.
pub(crate) fn is_produced(text: &str) -> bool {
    PRODUCED.is_in(text)
}

/// Signs and numbers of channels: `A+`, `R-`, the two digits of XML 80020, OBIS codes, NEM
/// suffixes.
fn code(token: &str) -> Option<ChannelWord> {
    let obis = token.rsplit(':').next().unwrap_or(token);
    let parts: Vec<&str> = obis.split('.').collect();
    if parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*'))
    {
        return match parts[0] {
            "1" => Some(ChannelWord::Import),
            "2" => Some(ChannelWord::Export),
            "3" | "4" | "5" | "6" | "7" | "8" => Some(ChannelWord::Passed),
            _ => None,
        };
    }
    let letters = plain(token);
    let (letters, is_out) = match (
        letters.strip_suffix('+').or(letters.strip_prefix('+')),
        token.ends_with(['-', '–', '−']) || token.starts_with(['-', '–', '−']),
    ) {
        (Some(letters), _) => (letters, Some(false)),
        (None, true) => (letters.as_str(), Some(true)),
        (None, false) => (letters.as_str(), None),
    };
    match (letters, is_out) {
        ("a" | "p" | "e" | "wp", Some(false)) | ("01" | "1" | "e1" | "e2" | "gc" | "cl", None) => {
            Some(ChannelWord::Import)
        }
        ("a" | "p" | "e" | "wp", Some(true)) | ("02" | "b1" | "b2", None) => Some(ChannelWord::Export),
        ("r" | "q" | "wq", Some(_))
        | (
            "03" | "04" | "gg" | "r" | "rp" | "q" | "q1" | "q2" | "q3" | "q4" | "k1" | "k2" | "u" | "ua" | "ub" | "uc"
            | "i" | "ia" | "ib" | "ic" | "hz",
            None,
        ) => Some(ChannelWord::Passed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(words: &[&str]) -> Vec<Option<ChannelWord>> {
        words.iter().map(|word| channel_word(word)).collect()
    }

    #[test]
    fn words_for_energy_taken_given_back_and_reactive_are_known_in_many_tongues() {
        let import = [
            "A+",
            "А+, кВт*ч",
            "+A",
            "01",
            "1-0:1.8.0",
            "1.29.0*255",
            "Активный прием",
            "Потребление",
            "import",
            "E1",
            "in",
            "forward active",
        ];
        assert!(all(&import).iter().all(|word| *word == Some(ChannelWord::Import)), "{:?}", all(&import));
        let export =
            ["A-", "А–, кВт*ч", "-A", "02", "1-0:2.8.0", "Активная отдача", "export", "B1", "out", "Генерация"];
        assert!(all(&export).iter().all(|word| *word == Some(ChannelWord::Export)), "{:?}", all(&export));
        let passed =
            ["R+", "R-", "03", "04", "3.8.0", "Реактивная энергия, прием", "Ua", "Напряжение, В", "voltage", "Q1"];
        assert!(all(&passed).iter().all(|word| *word == Some(ChannelWord::Passed)), "{:?}", all(&passed));
    }

    #[test]
    fn heat_and_prices_of_energy_are_no_energy_taken() {
        for name in
            ["Varmeforbrug (MWh)", "Spotpris (kr/kWh)", "Preis ct/kWh", "€ per MWh", "Тариф, тг/кВт*ч", "Elpris"]
        {
            assert_eq!(channel_word(name), Some(ChannelWord::Passed), "{name}");
        }
        for name in ["Verbrauch/kWh", "KWH/hh (per half hour)", "Wärmepumpe Verbrauch (kWh)", "Varmepumpe forbrug kWh"]
        {
            assert_ne!(channel_word(name), Some(ChannelWord::Passed), "{name}");
        }
    }

    #[test]
    fn what_is_no_word_for_a_channel_is_not_guessed() {
        assert_eq!(all(&["T1", "кВт*ч", "Значение", "kwh", "15.8.0", "Источник", "2", ""]), [None; 8]);
    }
}
