//! What kind of file it is, by its first bytes: packed, an archive, a workbook, text with marks.

use super::compound_file::MAGIC;

/// Whether bytes begin as a file does that gzip or zstd has packed.
pub(crate) fn is_compressed_head(head: &[u8]) -> bool {
    matches!(head, [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..])
}

/// Whether bytes begin as a zip archive does, an empty one too.
pub(crate) fn begins_as_archive(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// Whether a file's first bytes are those of a workbook rather than of any other archive.
pub(crate) fn is_workbook(head: &[u8]) -> bool {
    if head.starts_with(&MAGIC) {
        return true;
    }
    if !head.starts_with(b"PK\x03\x04") || head.len() < 30 {
        return false;
    }
    let length = usize::from(u16::from_le_bytes([head[26], head[27]]));
    let name = &head[30..(30 + length).min(head.len())];
    let is_office = [b"[Content_Types]".as_slice(), b"_rels/", b"xl/", b"docProps/", b"customXml/"]
        .iter()
        .any(|start| name.starts_with(start));
    // The first entry of an OpenDocument file is its media type, stored as it is.
    let content = head.get(30 + length..).unwrap_or_default();
    is_office
        || (name == b"mimetype"
            && memchr::memmem::find(&content[..content.len().min(120)], b"opendocument.spreadsheet").is_some())
}

/// Whether a file that begins as a workbook has the parts of one: a document or the thumbnails of a
/// folder begin the same way.
///
/// Sources: Microsoft, [MS-XLS] section 2.1.2 (stream `Workbook`, in older files `Book`); ECMA-376
/// part 1, section 12 (`xl/`); OpenDocument 1.3 part 2, section 3 (`content.xml`).
pub(crate) fn holds_sheets(bytes: &[u8]) -> bool {
    if !bytes.starts_with(&MAGIC) {
        return ["xl/", "content.xml"].iter().any(|name| memchr::memmem::find(bytes, name.as_bytes()).is_some());
    }
    // The directory names streams in UTF-16, each name with an end of its own.
    let name = |name: &str| name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    ["Workbook", "WORKBOOK", "Book", "BOOK"].iter().any(|word| memchr::memmem::find(bytes, &name(word)).is_some())
}
