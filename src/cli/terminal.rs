//! Everything that is printed. Control letters of inputs never reach a terminal raw, and an output
//! that is closed or full ends no run.

use std::io::{self, Write};

use super::exit_reason::ExitReason;

/// Prints on standard output what a command says beside its result. Where nobody reads it, the
/// result counts.
pub(super) fn say(text: &str) {
    let _ = print(text);
}

/// Prints on standard output what the command is for; `Finished` also when the reader has gone, as
/// after `| head`.
pub(super) fn show(text: &str) -> ExitReason {
    match print(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            warn(&format!("standard output cannot be written: {error}"));
            ExitReason::UnwritableOutput
        }
        _ => ExitReason::Finished,
    }
}

/// Prints a line on standard error.
pub(super) fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "{}", plain(text.trim_end_matches('\n')));
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(plain(text).as_bytes())?;
    out.flush()
}

/// The text with control letters, and letters that turn the direction of writing, spelled out: a
/// terminal shows them and does not obey them.
fn plain(text: &str) -> String {
    let is_obeyed = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\t' {
            plain.push_str("    ");
        } else if is_obeyed(c) {
            plain.extend(c.escape_unicode());
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_letters_are_spelled_out_and_words_stay() {
        assert_eq!(plain("\u{1b}[2Jjob\u{7}\u{9b}5n\r"), "\\u{1b}[2Jjob\\u{7}\\u{9b}5n\\u{d}");
        assert_eq!(plain("abc\u{202e}cba"), "abc\\u{202e}cba");
        assert_eq!(plain("улица 5\nстрока\tқ"), "улица 5\nстрока    қ");
    }
}
