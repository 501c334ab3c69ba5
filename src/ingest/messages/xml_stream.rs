//! XML as a stream of elements by local name, in any encoding, with nothing expanded and nothing
//! unbounded.
//!
//! Bytes become UTF-8 first (byte order mark, then the declaration, then UTF-8), because the parser
//! takes nothing else. A document type is passed over: nothing is fetched, checked or filled in by
//! it. One that declares entities, and any use of an entity of the file's own, is refused: no meter
//! export has them, and they are how small files are made to fill memory or to show other files.

use std::io::{self, BufRead, Read};

use encoding_rs::Decoder;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::halt::Halt;
use crate::ingest::bytes::caps::{CapMet, Caps, Records};
use crate::ingest::bytes::markup::{DECLARATION, encoding_of};

/// What was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// An element begins.
    Open,
    /// An element ends; its text is known.
    Close,
    /// A comment; its text is known.
    Comment,
    /// The document ends.
    End,
}

/// The stream.
pub(crate) struct XmlStream<'a> {
    reader: quick_xml::Reader<Records<Utf8<Box<dyn BufRead + 'a>>>>,
    buffer: Vec<u8>,
    nesting: usize,
    /// Local names of the open elements, one after the other, and where each begins.
    path: String,
    begins: Vec<usize>,
    attributes: Vec<(String, String)>,
    text: String,
    comment: String,
    /// An empty element was opened and is closed next.
    is_empty: bool,
    /// The element closed last is still in the path.
    is_closed: bool,
}

impl<'a> XmlStream<'a> {
    /// A stream over bytes of any encoding.
    ///
    /// # Errors
    /// When the bytes cannot be read or the encoding is not known.
    pub(crate) fn new(input: Box<dyn BufRead + 'a>, caps: &Caps) -> Result<Self, Halt> {
        Ok(Self {
            reader: quick_xml::Reader::from_reader(Records::new(Utf8::new(input)?, caps)),
            buffer: Vec::new(),
            nesting: caps.nesting,
            path: String::new(),
            begins: Vec::new(),
            attributes: Vec::new(),
            text: String::new(),
            comment: String::new(),
            is_empty: false,
            is_closed: false,
        })
    }

    /// Goes to the next tag.
    ///
    /// # Errors
    /// When the document is not well-formed, breaks off, or a cap is met.
    pub(crate) fn next(&mut self) -> Result<Tag, Halt> {
        if std::mem::take(&mut self.is_closed) {
            self.path.truncate(self.begins.pop().unwrap_or(0));
            self.text.clear();
        }
        if std::mem::take(&mut self.is_empty) {
            self.is_closed = true;
            return Ok(Tag::Close);
        }
        loop {
            self.buffer.clear();
            self.reader.get_mut().begin();
            let mut buffer = std::mem::take(&mut self.buffer);
            let event = self.reader.read_event_into(&mut buffer).map_err(halt)?;
            let tag = self.take(event)?;
            self.buffer = buffer;
            if let Some(tag) = tag {
                return Ok(tag);
            }
        }
    }

    fn take(&mut self, event: Event) -> Result<Option<Tag>, Halt> {
        match event {
            Event::Start(start) => return self.open(&start).map(Some),
            Event::Empty(start) => {
                self.is_empty = true;
                return self.open(&start).map(Some);
            }
            Event::End(_) => {
                self.is_closed = true;
                return Ok(Some(Tag::Close));
            }
            Event::Comment(comment) => {
                self.comment = comment.xml10_content().into_owned();
                return Ok(Some(Tag::Comment));
            }
            Event::Text(text) => self.text.push_str(&text.xml10_content()),
            Event::CData(text) => self.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref().map_err(halt)? {
                    Some(character) => Some(character),
                    None => predefined(&reference.xml10_content()),
                };
                let unknown =
                    || Halt::Broken("an entity of the file's own is used; entities are not expanded".to_owned());
                self.text.push(character.ok_or_else(unknown)?);
            }
            Event::DocType(text) if text.xml10_content().to_ascii_uppercase().contains("<!ENTITY") => {
                return Err(Halt::Broken(
                    "the file's document type (DTD) declares entities, which is refused".to_owned(),
                ));
            }
            Event::Eof if self.begins.is_empty() => return Ok(Some(Tag::End)),
            Event::Eof => return Err(Halt::Broken(format!("the file ends inside `{}`", self.name()))),
            Event::DocType(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        // Text of many pieces (entities, sections) is one text.
        if self.text.len() as u64 > self.reader.get_ref().cap() {
            Err(Halt::Cap(CapMet::Record(self.reader.get_ref().cap())))
        } else {
            Ok(None)
        }
    }

    fn open(&mut self, start: &BytesStart) -> Result<Tag, Halt> {
        if self.begins.len() >= self.nesting {
            return Err(Halt::Cap(CapMet::Nesting(self.nesting)));
        }
        self.begins.push(self.path.len());
        self.path.push_str(start.local_name().as_ref());
        self.text.clear();
        self.attributes.clear();
        for attribute in start.attributes() {
            let attribute =
                attribute.map_err(|error| Halt::Broken(format!("an attribute of `{}`: {error}", self.name())))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(halt)?;
            self.attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
        }
        Ok(Tag::Open)
    }

    /// Local name of the element that was opened or closed; empty outside of any.
    pub(crate) fn name(&self) -> &str {
        self.begins.last().map_or("", |&begin| &self.path[begin..])
    }

    /// Local name of the element around it; empty where there is none.
    pub(crate) fn parent(&self) -> &str {
        let outer = self.begins.len().wrapping_sub(2);
        self.begins.get(outer).map_or("", |&begin| &self.path[begin..self.begins[outer + 1]])
    }

    /// Number of open elements, this one included.
    pub(crate) fn depth(&self) -> usize {
        self.begins.len()
    }

    /// An attribute of the element that was opened last.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// All attributes of the element that was opened last.
    pub(crate) fn attributes(&self) -> &[(String, String)] {
        &self.attributes
    }

    /// Text since the last tag.
    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The last comment.
    pub(crate) fn comment(&self) -> &str {
        &self.comment
    }

    /// Line that the stream stands in.
    pub(crate) fn line(&self) -> u64 {
        self.reader.get_ref().line()
    }
}

/// The five entities that every document has.
fn predefined(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

fn halt(error: quick_xml::Error) -> Halt {
    match error {
        quick_xml::Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<CapMet>()) {
            Some(&met) => Halt::Cap(met),
            None => Halt::Io(io::Error::new(error.kind(), error.to_string())),
        },
        other => Halt::Broken(format!("not well-formed XML: {other}")),
    }
}

/// Bytes of any encoding as UTF-8; what cannot be decoded becomes the replacement character, so
/// that a wrong letter in a name costs no reading.
struct Utf8<R> {
    inner: io::Chain<io::Cursor<Vec<u8>>, R>,
    decoder: Decoder,
    decoded: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: BufRead> Utf8<R> {
    fn new(mut inner: R) -> Result<Self, Halt> {
        let mut head = Vec::new();
        inner.by_ref().take(DECLARATION).read_to_end(&mut head)?;
        let unknown = || Halt::Broken("the encoding that the file declares is not known; save it as UTF-8".to_owned());
        let decoder = encoding_of(&head).ok_or_else(unknown)?.new_decoder_with_bom_removal();
        Ok(Self {
            inner: io::Cursor::new(head).chain(inner),
            decoder,
            decoded: Vec::with_capacity(1 << 16),
            at: 0,
            ended: false,
        })
    }

    fn decode_more(&mut self) -> io::Result<()> {
        self.at = 0;
        self.decoded.resize(1 << 16, 0);
        let mut written = 0;
        while written == 0 && !self.ended {
            let bytes = self.inner.fill_buf()?;
            let last = bytes.is_empty();
            let (_, read, more, _) = self.decoder.decode_to_utf8(bytes, &mut self.decoded, last);
            self.ended = last;
            self.inner.consume(read);
            written = more;
        }
        self.decoded.truncate(written);
        Ok(())
    }
}

impl<R: BufRead> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Utf8<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.decoded.len() && !self.ended {
            self.decode_more()?;
        }
        Ok(&self.decoded[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.decoded.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(bytes: &[u8], caps: &Caps) -> Result<Vec<(String, String)>, Halt> {
        let mut xml = XmlStream::new(Box::new(bytes), caps)?;
        let mut closed = Vec::new();
        loop {
            match xml.next()? {
                Tag::Close => closed.push((xml.name().to_owned(), xml.text().to_owned())),
                Tag::End => return Ok(closed),
                Tag::Open | Tag::Comment => {}
            }
        }
    }

    fn told(bytes: &[u8]) -> String {
        format!("{:?}", walk(bytes, &Caps { nesting: 8, record_bytes: 2000, ..Caps::default() }))
    }

    #[test]
    fn a_cyrillic_comment_that_begins_before_the_parser_has_seen_much_is_read() {
        let text = "<?xml version=\"1.0\" encoding=\"windows-1251\"?><!--Сформировано АСКУЭ--><a name=\"Яч.№1\">Да</a>";
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(text);
        assert_eq!(told(&bytes), told(b"<a>\xd0\x94\xd0\xb0</a>"));
    }

    #[test]
    fn utf_16_is_read_with_and_without_a_mark() {
        let little: Vec<u8> = "<a>Да</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked: Vec<u8> = "\u{feff}<a>Да</a>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(told(&little).contains("Да") && told(&marked).contains("Да"));
    }

    #[test]
    fn entities_of_the_file_and_document_types_are_refused() {
        assert!(told(b"<!DOCTYPE a [<!ENTITY x \"xxxxxxxxxx\">]><a>&x;</a>").contains("DTD"));
        assert!(told(b"<a>&x;</a>").contains("not expanded"));
        assert!(told(b"<a b='&x;'></a>").contains("Broken"));
        assert!(told(b"<a>1 &lt; &#50;</a>").contains("1 < 2"));
    }

    #[test]
    fn a_document_type_without_entities_is_passed_over() {
        let plain = told(b"<a>1</a>");
        assert_eq!(told(b"<!DOCTYPE a SYSTEM \"80020.dtd\">\n<a>1</a>"), plain);
        assert_eq!(told(b"<!DOCTYPE a [\n<!ELEMENT a (b,c+)>\n<!ATTLIST a class CDATA #REQUIRED>\n]><a>1</a>"), plain);
    }

    #[test]
    fn entities_that_name_other_files_or_one_another_are_refused() {
        assert!(told(b"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>1</a>").contains("refused"));
        assert!(told(b"<!DOCTYPE a [<!entity % x \"y\">]><a>1</a>").contains("refused"));
        assert!(told(b"<!DOCTYPE a SYSTEM \"a.dtd\"><a b=\"&x;\"/>").contains("Broken"));
        assert!(told(format!("<!DOCTYPE a [{}]><a/>", "<!ELEMENT b (c)>".repeat(9_000)).as_bytes()).contains("Record"));
    }

    #[test]
    fn depth_and_length_are_capped() {
        assert!(told(&b"<a>".repeat(9)).contains("Nesting"));
        assert!(told(format!("<a>{}</a>", "x".repeat(90_000)).as_bytes()).contains("Record"));
        assert!(told(format!("<a b='{}'/>", "x".repeat(90_000)).as_bytes()).contains("Record"));
        assert!(told(format!("<a>{}</a>", "&lt;".repeat(90_000)).as_bytes()).contains("Record"));
    }

    #[test]
    fn a_document_that_breaks_off_is_broken() {
        assert!(told(b"<a><b>1</b>").contains("ends inside `a`"));
        assert!(told(b"<a><b>1</c></a>").contains("Broken"));
        assert!(told(b"<?xml version='1.0' encoding='klingon'?><a/>").contains("not known"));
    }
}
