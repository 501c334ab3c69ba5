//! Headers of Parquet files, looked at before the `parquet` crate gets them: it makes room for
//! whatever number a header names, and goes as deep as a schema says, and a program that runs out
//! of memory or stack cannot be caught.
//!
//! Source of the fields: Apache Parquet, parquet.thrift. Numbers are of no unit, sizes bytes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

use super::thrift::{Fault, Fields, Kind, Walk};
use crate::ingest::bytes::caps::{Caps, unpacked_limit};

/// Groups inside one another in a schema, at most: readings need none, and each costs the crate
/// stack.
const MOST_NESTED: usize = 32;
/// Bytes of a footer after its metadata: their length, and "PAR1".
const TAIL: u64 = 8;
/// Bytes that a page header is first looked for in, and that it has at most: statistics in it may
/// be as long as the longest text.
const HEADER_BYTES: [usize; 3] = [1 << 10, 1 << 16, 1 << 24];

const TRUTH: Kind = Kind::Truth;
const WHOLE: Kind = Kind::Whole;
const BINARY: Kind = Kind::Binary;
const EMPTY: Kind = Kind::Struct(&[]);

const CLOCK: Kind = Kind::Struct(&[(1, TRUTH), (2, Kind::Struct(&[(1, EMPTY), (2, EMPTY), (3, EMPTY)]))]);
const LOGICAL_TYPE: Fields = &[
    (1, EMPTY),
    (2, EMPTY),
    (3, EMPTY),
    (4, EMPTY),
    (5, Kind::Struct(&[(1, WHOLE), (2, WHOLE)])),
    (6, EMPTY),
    (7, CLOCK),
    (8, CLOCK),
    (10, Kind::Struct(&[(1, Kind::Byte), (2, TRUTH)])),
    (11, EMPTY),
    (12, EMPTY),
    (13, EMPTY),
    (14, EMPTY),
    (15, EMPTY),
    (16, Kind::Struct(&[(1, Kind::Byte)])),
    (17, Kind::Struct(&[(1, BINARY)])),
    (18, Kind::Struct(&[(1, BINARY), (2, WHOLE)])),
    (19, EMPTY),
];
const SCHEMA_ELEMENT: Fields = &[
    (1, WHOLE),
    (2, WHOLE),
    (3, WHOLE),
    (4, BINARY),
    (CHILDREN, WHOLE),
    (6, WHOLE),
    (7, WHOLE),
    (8, WHOLE),
    (9, WHOLE),
    (10, Kind::Struct(LOGICAL_TYPE)),
];
/// Field of a schema's element: how many of the elements after it lie in it.
const CHILDREN: i16 = 5;

const STATISTICS: Kind = Kind::Struct(&[
    (1, BINARY),
    (2, BINARY),
    (3, WHOLE),
    (4, WHOLE),
    (5, BINARY),
    (6, BINARY),
    (7, TRUTH),
    (8, TRUTH),
    (9, WHOLE),
]);
const WHOLES: Kind = Kind::List(&WHOLE);
const KEY_VALUES: Kind = Kind::List(&Kind::Struct(&[(1, BINARY), (2, BINARY)]));
const COLUMN: Fields = &[
    (1, WHOLE),
    (2, WHOLES),
    (3, Kind::List(&BINARY)),
    (4, WHOLE),
    (5, WHOLE),
    (6, WHOLE),
    (7, WHOLE),
    (8, KEY_VALUES),
    (9, WHOLE),
    (10, WHOLE),
    (11, WHOLE),
    (12, STATISTICS),
    (13, Kind::List(&Kind::Struct(&[(1, WHOLE), (2, WHOLE), (3, WHOLE)]))),
    (14, WHOLE),
    (15, WHOLE),
    (16, Kind::Struct(&[(1, WHOLE), (2, WHOLES), (3, WHOLES)])),
    (17, Kind::Struct(&[(1, Kind::Struct(BOX)), (2, WHOLES)])),
];
const BOX: Fields = &[
    (1, Kind::Double),
    (2, Kind::Double),
    (3, Kind::Double),
    (4, Kind::Double),
    (5, Kind::Double),
    (6, Kind::Double),
    (7, Kind::Double),
    (8, Kind::Double),
];
const CHUNK: Kind =
    Kind::Struct(&[(1, BINARY), (2, WHOLE), (3, Kind::Struct(COLUMN)), (4, WHOLE), (5, WHOLE), (6, WHOLE), (7, WHOLE)]);
const SORTING: Kind = Kind::Struct(&[(1, WHOLE), (2, TRUTH), (3, TRUTH)]);
const GROUP: Kind = Kind::Struct(&[
    (1, Kind::List(&CHUNK)),
    (2, WHOLE),
    (3, WHOLE),
    (4, Kind::List(&SORTING)),
    (5, WHOLE),
    (6, WHOLE),
    (7, WHOLE),
]);
/// Field of the footer: the schema, tree written as list.
const SCHEMA: i16 = 2;
/// The footer but for its schema.
const FOOTER: Fields = &[
    (1, WHOLE),
    (3, WHOLE),
    (4, Kind::List(&GROUP)),
    (5, KEY_VALUES),
    (6, BINARY),
    (7, Kind::List(&Kind::Struct(&[(1, EMPTY), (2, EMPTY)]))),
];

/// A page header but for its sizes and what it says of a dictionary.
const PAGE: Fields = &[
    (1, WHOLE),
    (4, WHOLE),
    (5, Kind::Struct(&[(1, WHOLE), (2, WHOLE), (3, WHOLE), (4, WHOLE), (5, STATISTICS)])),
    (6, EMPTY),
    (
        8,
        Kind::Struct(&[
            (1, WHOLE),
            (2, WHOLE),
            (3, WHOLE),
            (4, WHOLE),
            (5, WHOLE),
            (6, WHOLE),
            (7, TRUTH),
            (8, STATISTICS),
        ]),
    ),
];
/// Fields of a page header: its size when it is unpacked, and as it lies in the file.
const UNPACKED: i16 = 2;
const PACKED: i16 = 3;
/// Field of a page header: what a dictionary page has to say.
const DICTIONARY: i16 = 7;
const DICTIONARY_PAGE: Fields = &[(ENTRIES, WHOLE), (2, WHOLE), (3, TRUTH)];
const ENTRIES: i16 = 1;

fn wrong(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

/// Checks the footer of a file: its numbers fit into it, and its schema is a tree that is not deep.
///
/// # Errors
/// When they do not, or the file has no footer.
pub(crate) fn check_footer(file: &File) -> ParquetResult<()> {
    let length = file.len();
    let metadata_end = length.checked_sub(TAIL).ok_or_else(|| wrong("the file is too short"))?;
    let tail = file.get_bytes(metadata_end, TAIL as usize)?;
    let size = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    let start = metadata_end
        .checked_sub(size)
        .filter(|_| tail.ends_with(b"PAR1"))
        .ok_or_else(|| wrong("the file has no footer"))?;
    footer(&file.get_bytes(start, size as usize)?).map_err(|fault| match fault {
        Fault::Short => wrong("the footer is shorter than it says"),
        Fault::Wrong => wrong("the footer holds what no writer puts there"),
    })
}

fn footer(bytes: &[u8]) -> Result<(), Fault> {
    Walk::new(bytes).each_field(|walk, id, code| {
        if id == SCHEMA {
            return schema(walk, code);
        }
        walk.field(FOOTER, id, code)
    })
}

/// The schema: each element says how many of those after it lie in it.
fn schema(walk: &mut Walk, code: u8) -> Result<(), Fault> {
    const ELEMENTS: Kind = Kind::List(&Kind::Struct(SCHEMA_ELEMENT));
    if !ELEMENTS.has_code(code) {
        return Err(Fault::Wrong);
    }
    let elements = walk.list(Kind::Struct(SCHEMA_ELEMENT))?;
    // Elements still to come in each group that is open.
    let mut open: Vec<usize> = Vec::new();
    for place in 0..elements {
        let mut children = 0;
        walk.structure(SCHEMA_ELEMENT, |id, number| {
            if id == CHILDREN {
                children = number;
            }
        })?;
        let children =
            usize::try_from(children).ok().filter(|&children| children < elements - place).ok_or(Fault::Wrong)?;
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        open.push(children);
        while open.last() == Some(&0) {
            open.pop();
        }
        if open.len() > MOST_NESTED {
            return Err(Fault::Wrong);
        }
    }
    Ok(())
}

/// Checks a page header at the start of `bytes`, and gives its length: the page must not unpack to
/// more than the caps allow, and holds no more entries than bytes.
///
/// # Errors
/// When it does, or the header is damaged; `None` when the header goes on beyond the bytes.
pub(crate) fn check_page(bytes: &[u8], caps: &Caps) -> ParquetResult<Option<usize>> {
    let mut walk = Walk::new(bytes);
    let (mut packed, mut unpacked, mut entries) = (0, 0, 0);
    let walked = walk.each_field(|walk, id, code| match id {
        PACKED => walk.number_in(code).map(|bytes| packed = bytes),
        UNPACKED => walk.number_in(code).map(|bytes| unpacked = bytes),
        DICTIONARY if Kind::Struct(DICTIONARY_PAGE).has_code(code) => walk.structure(DICTIONARY_PAGE, |id, number| {
            if id == ENTRIES {
                entries = number;
            }
        }),
        _ => walk.field(PAGE, id, code),
    });
    match walked {
        Err(Fault::Short) => return Ok(None),
        Err(Fault::Wrong) => return Err(wrong("a page header holds what no writer puts there")),
        Ok(()) => {}
    }
    let (Ok(packed), Ok(unpacked)) = (u64::try_from(packed), u64::try_from(unpacked)) else {
        return Err(wrong("a page is smaller than nothing"));
    };
    if u64::try_from(entries).map_or(true, |entries| entries > unpacked) {
        return Err(wrong("a dictionary is said to hold more entries than bytes"));
    }
    let (most, met) = unpacked_limit(packed, caps);
    if unpacked > most { Err(ParquetError::External(Box::new(met))) } else { Ok(Some(bytes.len() - walk.rest().len())) }
}

/// A file whose page headers are checked before the crate reads them.
pub(crate) struct CheckedFile {
    pub(crate) file: File,
    pub(crate) caps: Caps,
}

impl Length for CheckedFile {
    fn len(&self) -> u64 {
        self.file.len()
    }
}

impl ChunkReader for CheckedFile {
    type T = bytes::buf::Reader<Bytes>;

    /// The page header at `start`, and nothing after it: the crate asks for the page itself by its
    /// size.
    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        let mut bytes = Vec::new();
        let mut file = &self.file;
        for most in HEADER_BYTES {
            file.seek(SeekFrom::Start(start + bytes.len() as u64))?;
            file.take((most - bytes.len()) as u64).read_to_end(&mut bytes)?;
            if let Some(length) = check_page(&bytes, &self.caps)? {
                bytes.truncate(length);
                return Ok(Bytes::from(bytes).reader());
            }
            if bytes.len() < most {
                break;
            }
        }
        Err(ParquetError::EOF("a page header runs over the end of the file".to_owned()))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        self.file.get_bytes(start, length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A footer that begins with version 2 and a schema of these elements, and ends after it.
    fn with_schema(elements: &[&[u8]]) -> Vec<u8> {
        let length = elements.len() as u16;
        let head = [0x15, 4, 0x19, 0xfc, length as u8 & 0x7f | 0x80, (length >> 7) as u8];
        [&head[..], &elements.concat(), &[0]].concat()
    }

    /// An element of the schema called "a", with as many elements in it.
    fn element(children: u32) -> Vec<u8> {
        let mut bytes = vec![0x48, 1, b'a', 0x15];
        let mut rest = u64::from(children) << 1;
        while rest >= 0x80 {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.extend([rest as u8, 0]);
        bytes
    }

    #[test]
    fn a_schema_must_hold_the_elements_that_it_names() {
        let leaf = element(0);
        assert_eq!(footer(&with_schema(&[&element(2), &leaf, &leaf])), Ok(()));
        assert_eq!(footer(&with_schema(&[&element(3), &leaf, &leaf])), Err(Fault::Wrong));
        // The crate would make room for 16 GiB.
        assert_eq!(footer(&with_schema(&[&element(i32::MAX as u32), &leaf, &leaf])), Err(Fault::Wrong));
    }

    #[test]
    fn a_schema_without_end_is_refused() {
        let nested: Vec<Vec<u8>> = (0..3000).map(|place| element(u32::from(place < 2999))).collect();
        let nested: Vec<&[u8]> = nested.iter().map(Vec::as_slice).collect();
        assert_eq!(footer(&with_schema(&nested)), Err(Fault::Wrong));
        let siblings = [vec![element(2999)], vec![element(0); 2999]].concat();
        let siblings: Vec<&[u8]> = siblings.iter().map(Vec::as_slice).collect();
        assert_eq!(footer(&with_schema(&siblings)), Ok(()));
    }

    /// The header of a data page of 10 rows that takes 200 bytes in the file.
    fn page(unpacked: &[u8]) -> Vec<u8> {
        [&[0x15, 0, 0x15], unpacked, &[0x15, 0x90, 3, 0x2c, 0x15, 20, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0]].concat()
    }

    #[test]
    fn a_page_may_unpack_to_what_the_caps_allow() {
        let caps = Caps::default();
        let usual = page(&[0xa0, 6]);
        assert_eq!(check_page(&usual, &caps).unwrap(), Some(usual.len()));
        assert_eq!(check_page(&[&usual[..], b"more"].concat(), &caps).unwrap(), Some(usual.len()));
        assert_eq!(check_page(&usual[..8], &caps).unwrap(), None);
        // 2 GiB less a byte.
        let error = check_page(&page(&[0xfe, 0xff, 0xff, 0xff, 0x0f]), &caps).unwrap_err().to_string();
        assert!(error.contains("unpacks to more than 400 times its size"), "{error}");
        assert!(check_page(&page(&[3]), &caps).is_err(), "less than nothing");
    }

    #[test]
    fn a_dictionary_holds_no_more_entries_than_bytes() {
        let of = |entries: u8| [0x15, 4, 0x15, 20, 0x15, 20, 0x4c, 0x15, entries, 0x15, 0, 0, 0];
        assert!(check_page(&of(20), &Caps::default()).is_ok());
        assert!(check_page(&of(22), &Caps::default()).is_err());
    }

    #[test]
    fn a_page_header_that_would_be_skipped_for_hours_is_refused() {
        // An unknown list of two thousand million lists.
        let bytes = [0x15, 0, 0xf9, 0xf9, 0xff, 0xff, 0xff, 0xff, 7, 0xf1, 0xff, 0xff, 0xff, 0xff, 7];
        assert_eq!(check_page(&bytes, &Caps::default()).unwrap(), None);
        assert!(check_page(&[0x15, 0, 0xf9, 0xf1, 0xff, 0xff, 0xff, 0xff, 7], &Caps::default()).is_err());
    }
}
