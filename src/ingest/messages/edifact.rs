//! EDIFACT interchanges to segments, elements and components.
//!
//! A segment ends with `'`, elements are parted by `+`, components by `:`, and `?` takes the
//! meaning from the character after it. `UNA` at the beginning may choose other characters. Line
//! breaks after segments mean nothing.
//!
//! Source: ISO 9735-1, clause 7 and annex on the service string advice.

use std::io::BufRead;

use super::halt::Halt;
use crate::ingest::bytes::caps::Records;

/// The characters of an interchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Service {
    component: u8,
    element: u8,
    release: u8,
    segment: u8,
}

const USUAL: Service = Service { component: b':', element: b'+', release: b'?', segment: b'\'' };

/// A segment: elements of components, released.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Segment {
    elements: Vec<Vec<String>>,
}

impl Segment {
    /// Its name, such as `QTY`.
    pub(crate) fn tag(&self) -> &str {
        self.get(0, 0)
    }

    /// A component; empty where there is none.
    pub(crate) fn get(&self, element: usize, component: usize) -> &str {
        self.elements.get(element).and_then(|components| components.get(component)).map_or("", |text| text.trim())
    }

    /// The last component of an element that is not empty.
    pub(crate) fn last_of(&self, element: usize) -> &str {
        let components = self.elements.get(element).map_or(&[][..], |components| &components[..]);
        components.iter().rev().map(|text| text.trim()).find(|text| !text.is_empty()).unwrap_or("")
    }
}

/// The segments of an interchange, in order.
pub(crate) struct Segments<R> {
    records: Records<R>,
    service: Service,
    bytes: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Segments<R> {
    /// Reads the service characters.
    ///
    /// # Errors
    /// When the stream cannot be read, or its service characters are not distinct.
    pub(crate) fn new(mut records: Records<R>) -> Result<Self, Halt> {
        let mut bytes = Vec::new();
        let mut service = USUAL;
        skip_white(&mut records)?;
        // `UNA` is followed by six characters, the last of which ends the segment.
        if records.fill_buf()?.first() == Some(&b'U') {
            while bytes.len() < 3 && take_byte(&mut records, &mut bytes)? {}
            if bytes == b"UNA" {
                while bytes.len() < 9 && take_byte(&mut records, &mut bytes)? {}
                let &[_, _, _, component, element, _, release, _, segment] = &bytes[..] else {
                    return Err(Halt::Broken("the file ends inside its service characters (UNA)".to_owned()));
                };
                service = Service { component, element, release, segment };
                let all = [component, element, release, segment];
                if all
                    .iter()
                    .enumerate()
                    .any(|(place, byte)| all[..place].contains(byte) || byte.is_ascii_alphanumeric())
                {
                    return Err(Halt::Broken("the service characters (UNA) are not distinct".to_owned()));
                }
                bytes.clear();
            }
        }
        Ok(Self { records, service, bytes, number: 0 })
    }

    /// Number of the segment that was read last, the first being 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The next segment; `None` at the end.
    ///
    /// # Errors
    /// When the stream cannot be read, ends inside a segment, or a segment is too long.
    pub(crate) fn next(&mut self) -> Result<Option<Segment>, Halt> {
        let mut piece = Vec::new();
        loop {
            if !self.records.until_within(self.service.segment, &mut piece)? {
                return if self.bytes.trim_ascii().is_empty() {
                    Ok(None)
                } else {
                    Err(Halt::Broken("the file ends inside a segment".to_owned()))
                };
            }
            self.bytes.append(&mut piece);
            let Some((&last, before)) = self.bytes.split_last() else { continue };
            let released = before.iter().rev().take_while(|&&byte| byte == self.service.release).count() % 2 == 1;
            if last != self.service.segment || released {
                continue;
            }
            self.number += 1;
            let segment = self.split(before);
            self.bytes.clear();
            self.records.begin();
            return Ok(Some(segment));
        }
    }

    fn split(&self, bytes: &[u8]) -> Segment {
        let mut elements = vec![vec![Vec::new()]];
        let mut rest = bytes.trim_ascii_start().iter().copied();
        while let Some(byte) = rest.next() {
            let Some(components) = elements.last_mut() else { break };
            if byte == self.service.element {
                elements.push(vec![Vec::new()]);
            } else if byte == self.service.component {
                components.push(Vec::new());
            } else if let Some(text) = components.last_mut() {
                text.extend(if byte == self.service.release { rest.next() } else { Some(byte) });
            }
        }
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Segment {
            elements: elements.into_iter().map(|components| components.into_iter().map(text).collect()).collect(),
        }
    }
}

fn skip_white<R: BufRead>(records: &mut Records<R>) -> Result<(), Halt> {
    loop {
        let text = records.fill_buf()?;
        let white =
            text.iter().take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, 0xef | 0xbb | 0xbf)).count();
        let all = white == text.len();
        if white == 0 {
            return Ok(());
        }
        records.consume(white);
        if !all {
            return Ok(());
        }
    }
}

fn take_byte<R: BufRead>(records: &mut Records<R>, bytes: &mut Vec<u8>) -> Result<bool, Halt> {
    let Some(&byte) = records.fill_buf()?.first() else { return Ok(false) };
    bytes.push(byte);
    records.consume(1);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::bytes::caps::Caps;

    fn segments(bytes: &[u8]) -> Result<Vec<Segment>, Halt> {
        let mut segments = Segments::new(Records::new(
            std::io::BufReader::with_capacity(3, bytes),
            &Caps { record_bytes: 500, ..Caps::default() },
        ))?;
        let mut all = Vec::new();
        while let Some(segment) = segments.next()? {
            all.push(segment);
        }
        Ok(all)
    }

    #[test]
    fn released_characters_are_text() {
        let found = segments(b"DTM+163:202412140000?+01:303'\r\nFTX+what??'A+it?'s'").unwrap();
        assert_eq!((found[0].get(1, 1), found[0].get(1, 2)), ("202412140000+01", "303"));
        assert_eq!((found[1].get(1, 0), found[2].get(1, 0)), ("what?", "it's"));
    }

    #[test]
    fn other_service_characters_are_honoured() {
        let found = segments(b"UNA|*.\\ ~\nQTY*220|1.5|KWH~").unwrap();
        assert_eq!((found[0].tag(), found[0].get(1, 0), found[0].get(1, 2)), ("QTY", "220", "KWH"));
        assert!(segments(b"UNA::.? '").is_err() && segments(b"UNA:+").is_err());
    }

    #[test]
    fn a_segment_without_an_end_and_an_endless_one_are_refused() {
        assert!(segments(b"QTY+220:1'QTY+22").is_err());
        assert!(matches!(segments(&b"x".repeat(2000)), Err(Halt::Cap(_))));
    }
}
