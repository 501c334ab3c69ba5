//! Text with marks (XML, HTML) by its first bytes: its encoding, and how it begins.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes in which the declaration must lie.
pub(crate) const DECLARATION: u64 = 1024;

/// Encoding by byte order mark, by the pattern of the first bytes, or by the declaration; UTF-8
/// without one, `None` for an unknown name.
pub(crate) fn encoding_of(head: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Some(encoding);
    }
    match head {
        [b'<', 0, ..] => return Some(UTF_16LE),
        [0, b'<', ..] => return Some(UTF_16BE),
        _ => {}
    }
    let declaration = &head[..head.len().min(DECLARATION as usize)];
    let declaration = String::from_utf8_lossy(declaration.split(|&byte| byte == b'>').next().unwrap_or(declaration));
    let Some(name) = declaration.split_once("encoding").filter(|_| declaration.trim_start().starts_with("<?xml"))
    else {
        return Some(UTF_8);
    };
    let name = name.1.trim_start_matches([' ', '=', '\t']);
    let quote = name.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::for_label(name[1..].split(quote).next()?.as_bytes())
}

/// The beginning of a document as text, for a look at what it is; `None` when it does not begin as
/// XML does.
pub(crate) fn head_text(head: &[u8]) -> Option<String> {
    let (text, _, _) = encoding_of(head)?.decode(head);
    let text = text.trim_start();
    text.starts_with('<').then(|| text.to_owned())
}

/// Whether a text begins as a JSON document of objects does.
pub(crate) fn is_json(text: &[u8]) -> bool {
    match text.split_first() {
        Some((b'{', rest)) => matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')),
        Some((b'[', rest)) => matches!(rest.trim_ascii_start().first(), Some(b'{' | b'[' | b']')),
        _ => false,
    }
}
