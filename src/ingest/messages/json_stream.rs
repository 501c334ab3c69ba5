//! JSON as a stream of tokens with bounded memory: one text at a time, nesting capped.
//!
//! Strict where a fault would change a value (texts, numbers, brackets), lenient about commas.
//!
//! Source: RFC 8259.

use std::io::BufRead;

use super::halt::Halt;
use crate::ingest::bytes::caps::{CapMet, Caps, Records};

/// What was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// `{`
    BeginObject,
    /// `}`
    EndObject,
    /// `[`
    BeginArray,
    /// `]`
    EndArray,
    /// A name in an object.
    Key(String),
    /// A text, number or `true`/`false`; `null` is an empty text.
    Scalar(String),
    /// The end of the file.
    End,
}

/// The stream.
pub(crate) struct JsonStream<R> {
    records: Records<R>,
    nesting: usize,
    /// Open brackets: `true` for an object.
    open: Vec<bool>,
}

impl<R: BufRead> JsonStream<R> {
    pub(crate) fn new(input: R, caps: &Caps) -> Self {
        Self { records: Records::new(input, caps), nesting: caps.nesting, open: Vec::new() }
    }

    /// Line that the stream stands in.
    pub(crate) fn line(&self) -> u64 {
        self.records.line()
    }

    /// The next token.
    ///
    /// # Errors
    /// When the text is no JSON, breaks off, or a cap is met.
    pub(crate) fn next(&mut self) -> Result<Token, Halt> {
        loop {
            self.records.begin();
            let Some(byte) = self.byte()? else {
                return if self.open.is_empty() {
                    Ok(Token::End)
                } else {
                    Err(Halt::Broken("the file ends inside an object or list".to_owned()))
                };
            };
            match byte {
                b'{' => return self.open(true),
                b'[' => return self.open(false),
                b'}' => return self.close(true),
                b']' => return self.close(false),
                b'"' => return self.text(),
                b' ' | b'\t' | b'\r' | b'\n' | b',' | 0xef | 0xbb | 0xbf => {}
                byte if byte.is_ascii_alphanumeric() || byte == b'-' => return self.word(byte),
                byte => {
                    return Err(Halt::Broken(format!(
                        "no JSON: `{}` where a value is expected",
                        char::from(byte).escape_default()
                    )));
                }
            }
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, Halt> {
        Ok(self.records.fill_buf()?.first().copied())
    }

    fn byte(&mut self) -> Result<Option<u8>, Halt> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.records.consume(1);
        }
        Ok(byte)
    }

    fn open(&mut self, object: bool) -> Result<Token, Halt> {
        if self.open.len() >= self.nesting {
            return Err(Halt::Cap(CapMet::Nesting(self.nesting)));
        }
        self.open.push(object);
        Ok(if object { Token::BeginObject } else { Token::BeginArray })
    }

    fn close(&mut self, object: bool) -> Result<Token, Halt> {
        if self.open.pop() != Some(object) {
            return Err(Halt::Broken("no JSON: a bracket closes what was not opened".to_owned()));
        }
        Ok(if object { Token::EndObject } else { Token::EndArray })
    }

    /// A text whose opening quote was read; a name when a colon follows in an object.
    fn text(&mut self) -> Result<Token, Halt> {
        let mut bytes = Vec::new();
        let cut = || Halt::Broken("the file ends inside a text".to_owned());
        loop {
            match self.byte()?.ok_or_else(cut)? {
                b'"' => break,
                b'\\' => {
                    let escaped = self.byte()?.ok_or_else(cut)?;
                    self.escape(escaped, &mut bytes)?;
                }
                byte => bytes.push(byte),
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if self.open.last() == Some(&true) {
            while self.peek()?.is_some_and(|byte| byte.is_ascii_whitespace()) {
                self.byte()?;
            }
            if self.peek()? == Some(b':') {
                self.byte()?;
                return Ok(Token::Key(text));
            }
        }
        Ok(Token::Scalar(text))
    }

    fn escape(&mut self, escaped: u8, bytes: &mut Vec<u8>) -> Result<(), Halt> {
        let plain = match escaped {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'"' | b'\\' | b'/' => escaped,
            b'u' => {
                let mut number = 0_u32;
                for _ in 0..4 {
                    let digit = self.byte()?.and_then(|byte| char::from(byte).to_digit(16));
                    number = number * 16
                        + digit.ok_or_else(|| Halt::Broken("no JSON: `\\u` without four digits".to_owned()))?;
                }
                // Half of a pair has no meaning alone and becomes the replacement character; no
                // name that matters is beyond the first plane.
                let character = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            other => {
                return Err(Halt::Broken(format!(
                    "no JSON: unknown escape `\\{}`",
                    char::from(other).escape_default()
                )));
            }
        };
        bytes.push(plain);
        Ok(())
    }

    fn word(&mut self, first: u8) -> Result<Token, Halt> {
        let mut word = vec![first];
        while let Some(byte) =
            self.peek()?.filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        {
            word.push(byte);
            self.byte()?;
        }
        let word = String::from_utf8_lossy(&word).into_owned();
        match word.as_str() {
            "null" => Ok(Token::Scalar(String::new())),
            "true" | "false" => Ok(Token::Scalar(word)),
            _ if word.parse::<f64>().is_ok_and(f64::is_finite) => Ok(Token::Scalar(word)),
            _ => Err(Halt::Broken(format!("no JSON: `{}` is no value", word.chars().take(40).collect::<String>()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Result<Vec<Token>, Halt> {
        let mut json = JsonStream::new(text.as_bytes(), &Caps { nesting: 4, record_bytes: 100, ..Caps::default() });
        let mut tokens = Vec::new();
        loop {
            match json.next()? {
                Token::End => return Ok(tokens),
                token => tokens.push(token),
            }
        }
    }

    #[test]
    fn names_texts_numbers_and_null_are_told_apart() {
        let scalar = |text: &str| Token::Scalar(text.to_owned());
        let found = tokens(r#"{"a" : ["x\"\u0416", -1.5e3, null, true]}"#).unwrap();
        assert_eq!(found[1..3], [Token::Key("a".to_owned()), Token::BeginArray]);
        assert_eq!(found[3..7], [scalar("x\"Ж"), scalar("-1.5e3"), scalar(""), scalar("true")]);
    }

    #[test]
    fn broken_endless_and_deep_texts_are_refused() {
        for text in ["{", "[}", r#""abc"#, "[NaN]", "[1e999]", "[Infinity]", r#"["\x"]"#, "@"] {
            assert!(matches!(tokens(text), Err(Halt::Broken(_))), "{text}");
        }
        assert!(matches!(tokens("[[[[["), Err(Halt::Cap(CapMet::Nesting(4)))));
        assert!(matches!(tokens(&format!("\"{}", "x".repeat(20_000))), Err(Halt::Cap(CapMet::Record(_)))));
    }
}
