//! Which characters the bytes of a text mean, and turning them into UTF-8.
//!
//! A byte order mark decides; else text that is valid UTF-8 but for a few bytes is UTF-8; else
//! single letters among Latin ones are western; else it is Cyrillic in one byte a letter, and the
//! page under which its letters are as frequent as in Russian, with capitals only where words
//! begin, is taken. Letter frequencies: National Corpus of the Russian Language,
//! rounded.

use std::io::Read;

use encoding_rs::{
    CoderResult, Decoder, Encoding, IBM866, KOI8_R, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252,
};

use crate::domain::Fact;
use crate::ingest::said;

/// Frequent Russian letters with their share of all letters, per cent.
const FREQUENT: [(char, i64); 14] = [
    ('о', 11),
    ('е', 8),
    ('а', 8),
    ('и', 7),
    ('н', 7),
    ('т', 6),
    ('с', 5),
    ('р', 5),
    ('в', 5),
    ('л', 4),
    ('к', 3),
    ('м', 3),
    ('д', 3),
    ('п', 3),
];

/// An encoding with the ground on which it was chosen.
#[derive(Debug, Clone)]
pub(crate) struct Guess {
    pub(crate) encoding: &'static Encoding,
    pub(crate) ground: String,
    pub(crate) doubt: Option<Fact>,
}

/// Finds the encoding of a text from its first bytes.
pub(crate) fn guess(head: &[u8]) -> Guess {
    let sure = |encoding, ground: &str| Guess { encoding, ground: ground.to_owned(), doubt: None };
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return sure(encoding, "byte order mark");
    }
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count() * 4 > head.len();
    if zeros(1) {
        return sure(UTF_16LE, "every other byte is zero");
    }
    if zeros(0) {
        return sure(UTF_16BE, "every other byte is zero");
    }
    match std::str::from_utf8(head) {
        Ok(_) => return sure(UTF_8, "valid UTF-8"),
        // The head may end within a letter.
        Err(error) if error.error_len().is_none() => return sure(UTF_8, "valid UTF-8"),
        Err(_) => {}
    }
    if is_broken_utf_8(head) {
        return sure(UTF_8, "UTF-8 but for a few bytes");
    }
    if is_western(head) {
        return sure(WINDOWS_1252, "not UTF-8; its letters beyond ASCII stand among Latin ones");
    }
    let mut scored: Vec<(i64, &'static Encoding)> = [WINDOWS_1251, IBM866, KOI8_R]
        .into_iter()
        .map(|encoding| (likeness_of_cells(&encoding.decode_without_bom_handling(head).0), encoding))
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let (best, second) = (scored[0], scored[1]);
    let ground = format!(
        "not UTF-8; its letters are as frequent as in Russian (score {} against {} for {})",
        best.0,
        second.0,
        second.1.name()
    );
    let close = best.0 <= 0 || second.0 * 10 > best.0 * 8;
    let doubt = close.then(|| said::doubt_encoding(second.1.name()));
    Guess { encoding: best.1, ground, doubt }
}

/// Whether a text is UTF-8 in which a few bytes were lost or damaged: of its letters beyond ASCII
/// nine in ten are whole.
fn is_broken_utf_8(head: &[u8]) -> bool {
    let (mut whole, mut broken) = (0_usize, 0_usize);
    for chunk in head.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole > 9 * broken
}

/// Whether the letters beyond ASCII are those of western languages: single ones beside Latin
/// letters, where words in Cyrillic have none.
fn is_western(head: &[u8]) -> bool {
    let is_high = |byte: u8| byte >= 0xc0;
    let (mut lone, mut joined) = (0_usize, 0_usize);
    for place in 0..head.len() {
        if !is_high(head[place]) {
            continue;
        }
        let before = place.checked_sub(1).map_or(b' ', |before| head[before]);
        let after = head.get(place + 1).copied().unwrap_or(b' ');
        if is_high(before) || is_high(after) {
            joined += 1;
        } else if before.is_ascii_alphabetic() || after.is_ascii_alphabetic() {
            lone += 1;
        }
    }
    lone > 4 * joined
}

/// Whether bytes are UTF-16 of mostly Latin letters: every other one is zero, and a delimiter
/// stands among the others.
pub(crate) fn is_wide_without_mark(head: &[u8]) -> bool {
    let head = &head[..head.len().min(4096)];
    let (mut low, mut high) = (0_usize, 0_usize);
    for pair in head.chunks_exact(2) {
        low += usize::from(pair[0] == 0);
        high += usize::from(pair[1] == 0);
    }
    let pairs = head.len() / 2;
    let is_wide = pairs >= 16 && ((low == 0 && high * 10 > pairs * 9) || (high == 0 && low * 10 > pairs * 9));
    is_wide && head.iter().any(|byte| matches!(byte, b';' | b'\t' | b'|' | b','))
}

/// The encoding of a text, from its first bytes.
pub(crate) fn guess_encoding(head: &[u8]) -> &'static Encoding {
    guess(head).encoding
}

/// How like Russian the different cells of a table are: one that stands in every row counts once.
fn likeness_of_cells(text: &str) -> i64 {
    let cells: std::collections::BTreeSet<&str> = text.split([';', ',', '\t', '|', '\n', '\r']).collect();
    cells.into_iter().map(likeness).sum()
}

/// How much a text looks like Russian: frequent letters for it; rare signs and capitals after small
/// letters against it.
fn likeness(text: &str) -> i64 {
    /// As much as a frequent letter speaks for a page, a capital inside a word speaks against it:
    /// KOI8-R and windows-1251 read each other's small letters as capitals.
    const CAPITAL_INSIDE: i64 = -16;
    let (mut score, mut before) = (0, ' ');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        // No word is a letter between digits; a wide space is there in another page.
        if c.is_alphabetic()
            && !c.is_ascii()
            && before.is_ascii_digit()
            && chars.peek().is_some_and(char::is_ascii_digit)
        {
            score -= 8;
        } else if !c.is_ascii() {
            let small = c.to_lowercase().next().unwrap_or(c);
            let known = FREQUENT.iter().find(|(letter, _)| *letter == small).map_or(0, |(_, share)| *share);
            score += match c {
                'а'..='я' | 'ё' => known + 1,
                'А'..='Я' | 'Ё' if before.is_lowercase() => CAPITAL_INSIDE,
                'А'..='Я' | 'Ё' => known / 2,
                '№' | '°' | '²' | '·' | '«' | '»' | '–' | '—' | '\u{a0}' => 1,
                _ => -6,
            };
        }
        before = c;
    }
    score
}

/// The bytes without a byte order mark of UTF-8.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Turns what a reader gives into UTF-8, with bounded memory.
pub(crate) struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    pub(crate) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; 1 << 16],
            text: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> std::io::Result<()> {
        let read = self.inner.read(&mut self.raw)?;
        self.ended = read == 0;
        let most = self.decoder.max_utf8_buffer_length(read).unwrap_or(1 << 18);
        self.text.resize(most, 0);
        let mut written = 0;
        let mut taken = 0;
        loop {
            let (result, bytes, out, _) =
                self.decoder.decode_to_utf8(&self.raw[taken..read], &mut self.text[written..], self.ended);
            taken += bytes;
            written += out;
            match result {
                CoderResult::InputEmpty => break,
                CoderResult::OutputFull => self.text.resize(self.text.len() + (1 << 16), 0),
            }
        }
        self.text.truncate(written);
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            self.refill()?;
        }
        let count = buffer.len().min(self.text.len() - self.given);
        buffer[..count].copy_from_slice(&self.text[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: &str =
        "Точка учёта;Прибор учета;Дата;Показания на конец периода\nЖилой дом, ул. Абая, кв. 5;00123;01.03.2025;12,5\n";

    #[test]
    fn cyrillic_pages_are_told_from_one_another() {
        for encoding in [WINDOWS_1251, IBM866, KOI8_R] {
            let found = guess(&encoding.encode(WORDS).0);
            assert_eq!(found.encoding, encoding);
            assert_eq!(found.doubt, None, "{}", encoding.name());
        }
    }

    #[test]
    fn wide_spaces_between_thousands_are_no_letters_of_another_page() {
        let text = "id;time;kwh\n00012345;01.03.2025 00:30;1\u{a0}220,00\n00012345;01.03.2025 01:00;12\u{a0}220,50\n";
        assert_eq!(guess(&WINDOWS_1251.encode(text).0).encoding, WINDOWS_1251);
    }

    #[test]
    fn a_broken_byte_does_not_make_another_page_of_utf_8() {
        let mut bytes = WORDS.as_bytes().to_vec();
        let place = bytes.len() / 2;
        bytes[place] = 0xff;
        assert_eq!(guess(&bytes).encoding, UTF_8);
    }

    #[test]
    fn western_letters_are_no_cyrillic_ones() {
        for text in [
            "Zählpunkt;Datum;Verbrauch (kWh)\nAT1;01.03.2025 00:00;0,5\n",
            "Numéro de compteur;Début;Énergie relevée\n17;01/03/2025 00:00;0,5\n",
            "Código;Día;Período de facturación\n17;01/03/2025;5\n",
        ] {
            assert_eq!(guess(&WINDOWS_1252.encode(text).0).encoding, WINDOWS_1252, "{text}");
        }
    }

    #[test]
    fn a_mark_or_valid_utf_8_decide() {
        assert_eq!(guess(WORDS.as_bytes()).encoding, UTF_8);
        assert_eq!(guess(b"\xff\xfea\0b\0").encoding, UTF_16LE);
        assert_eq!(guess(&WORDS.as_bytes()[..1]).encoding, UTF_8, "the head ends within a letter");
    }

    proptest! {
        #[test]
        fn a_decoded_reader_gives_what_decoding_at_once_gives(text in "[а-яa-z0-9;\n]{0,400}", size in 1_usize..50) {
            let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let mut reader = Decoded::new(&utf16[..], UTF_16LE);
            let (mut out, mut buffer) = (Vec::new(), vec![0; size]);
            loop {
                let read = reader.read(&mut buffer).unwrap();
                if read == 0 { break }
                out.extend_from_slice(&buffer[..read]);
            }
            prop_assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
