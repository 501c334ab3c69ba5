//! Kinds of files that are not read but often lie where readings should: named in the message, with
//! what would help.

use std::path::Path;

use super::markup::head_text;
use crate::ingest::error::IngestError;

/// A kind of file that is not read.
struct OtherKind {
    what: &'static str,
    remedy: &'static str,
    is_it: fn(&[u8]) -> bool,
}

const UNPACK: &str = "unpack it and give the files inside";
const SAVE: &str = "save it as xlsx or csv";
const EXPORT: &str = "export its table of readings as csv or Parquet";

/// Every such kind, tried in order.
const OTHER_KINDS: &[OtherKind] = &[
    OtherKind { what: "a tar archive", remedy: UNPACK, is_it: |head| head.get(257..262) == Some(b"ustar") },
    OtherKind { what: "a RAR archive", remedy: UNPACK, is_it: |head| head.starts_with(b"Rar!\x1a\x07") },
    OtherKind { what: "a 7z archive", remedy: UNPACK, is_it: |head| head.starts_with(b"7z\xbc\xaf\x27\x1c") },
    OtherKind { what: "compressed by xz", remedy: UNPACK, is_it: |head| head.starts_with(b"\xfd7zXZ\0") },
    OtherKind {
        what: "compressed by bzip2",
        remedy: UNPACK,
        is_it: |head| head.starts_with(b"BZh") && head.get(4..10) == Some(b"1AY&SY"),
    },
    OtherKind {
        what: "a PDF document",
        remedy: "ask for the table as xlsx or csv",
        is_it: |head| head.trim_ascii_start().starts_with(b"%PDF-"),
    },
    OtherKind { what: "an HTML table, whatever its name says", remedy: SAVE, is_it: is_html },
    OtherKind {
        what: "an XML spreadsheet of 2003, whatever its name says",
        remedy: SAVE,
        is_it: is_spreadsheet_of_2003,
    },
    OtherKind {
        what: "a web archive (MHTML), whatever its name says",
        remedy: SAVE,
        is_it: |head| head.trim_ascii_start().starts_with(b"MIME-Version:"),
    },
    OtherKind { what: "a 1C spreadsheet (mxl)", remedy: SAVE, is_it: |head| head.starts_with(b"MOXCEL") },
    OtherKind { what: "a SQLite database", remedy: EXPORT, is_it: |head| head.starts_with(b"SQLite format 3\0") },
    OtherKind {
        what: "an Access database",
        remedy: EXPORT,
        is_it: |head| matches!(head.get(4..15), Some(b"Standard Je" | b"Standard AC")),
    },
];

fn is_html(head: &[u8]) -> bool {
    let Some(text) = head_text(head).map(|text| text.to_ascii_lowercase()) else { return false };
    ["<html", "<!doctype html", "<table", "<meta", "<head", "<style", "<body"]
        .iter()
        .any(|start| text.starts_with(start))
        || (text.starts_with("<?xml") && text.contains("<html"))
}

fn is_spreadsheet_of_2003(head: &[u8]) -> bool {
    head_text(head).is_some_and(|text| {
        text.contains("urn:schemas-microsoft-com:office:spreadsheet") || text.contains("progid=\"Excel.Sheet\"")
    })
}

/// Some such documents are messages, so a format is asked first.
const OTHER_JSON: OtherKind = OtherKind {
    what: "a JSON document whose names are not those of meter readings that are known",
    remedy: EXPORT,
    is_it: |head| super::markup::is_json(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start()),
};

/// Whether a file is of a kind that is named and not read.
pub(crate) fn is_known(head: &[u8]) -> bool {
    OTHER_KINDS.iter().any(|kind| (kind.is_it)(head))
}

/// Whether a file is of a kind that is no table.
pub(crate) fn is_no_table(head: &[u8]) -> bool {
    is_known(head) || (OTHER_JSON.is_it)(head)
}

/// The error for a file that no format recognises: what it is where that is known, else which
/// formats are.
pub(crate) fn unknown(path: &Path, head: &[u8], known: impl FnOnce() -> String) -> IngestError {
    let path = path.to_path_buf();
    match OTHER_KINDS.iter().chain([&OTHER_JSON]).find(|kind| (kind.is_it)(head)) {
        Some(kind) => IngestError::OtherKind { path, what: kind.what, remedy: kind.remedy },
        None => IngestError::UnknownFormat { path, known: known() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(head: &[u8]) -> String {
        unknown(Path::new("a.xls"), head, || "none".to_owned()).to_string()
    }

    #[test]
    fn an_html_table_and_a_spreadsheet_of_2003_are_named_whatever_the_file_is_called() {
        assert_eq!(
            told(b"\xef\xbb\xbf\n<html><body><table>"),
            "`a.xls` is an HTML table, whatever its name says, and is not read; save it as xlsx or csv"
        );
        let wide: Vec<u8> = "<TABLE BORDER=1>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(told(&wide).contains("an HTML table"));
        let book = b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook \
              xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">";
        assert!(told(book).contains("an XML spreadsheet of 2003"));
    }

    #[test]
    fn archives_and_documents_are_named_with_what_helps() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (head, what, remedy) in [
            (&tar[..], "a tar archive", "unpack it"),
            (b"Rar!\x1a\x07\x01\0", "a RAR archive", "unpack it"),
            (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it"),
            (b"%PDF-1.7", "a PDF document", "as xlsx or csv"),
        ] {
            assert!(told(head).contains(what) && told(head).contains(remedy), "{}", told(head));
        }
        assert!(told(b"\x89PNG").contains("in no known format"));
    }
}
