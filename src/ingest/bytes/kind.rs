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
