//! Zip archives: their members as files of their own, under paths such as `dump.zip/day-1.xml`.
//!
//! Members are only ever read, from the archive itself; nothing is unpacked to disk, and a member's
//! name never reaches the file system: it is cleaned (no `..`, no drive, no backslash) and only
//! looked up in the archive's directory. Refused with a message: encrypted members, other methods
//! than stored and deflate, members that lie over one another, archives inside archives.
//!
//! Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::kind::is_workbook;
use crate::ingest::bytes::kind::begins_as_archive;
use crate::ingest::error::ArchiveFault;

/// Bytes of the end record, and of the longest comment after it.
const END_BYTES: u64 = 22;
const LONGEST_COMMENT: u64 = 65_535;
/// Bytes of a directory at most: some two million members.
const LARGEST_DIRECTORY: u64 = 256 << 20;
/// Directories that are remembered, so that an archive of ten thousand members is not listed ten
/// thousand times.
const REMEMBERED: usize = 16;

/// A member as the directory describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    name: String,
    flags: u16,
    method: u16,
    crc: u32,
    stored: u64,
    size: u64,
    header_at: u64,
}

/// The members of an archive, in the order of the directory, by their cleaned names.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    pub(crate) members: Vec<Member>,
    by_name: HashMap<String, usize>,
}

/// Whether a file begins as a zip archive does; workbooks, which are archives as well, are read as
/// they are.
pub(crate) fn is_archive(path: &Path) -> bool {
    // A pipe is not opened, since it waits for its writer, and an empty file of the kernel
    // (`/proc`) may do so as well.
    if !std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0) {
        return false;
    }
    let mut magic = [0; 200];
    let read = File::open(path).and_then(|mut file| file.read(&mut magic)).unwrap_or(0);
    begins_as_archive(&magic[..read]) && !is_workbook(&magic[..read])
}

/// Paths of the members, below the archive's own path. Folders, hidden files and the shadow entries
/// of macOS are left out.
///
/// # Errors
/// When the directory cannot be read.
pub(crate) fn members(path: &Path) -> Result<Vec<PathBuf>, ArchiveFault> {
    let directory = directory(path)?;
    let hidden = |name: &str| name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
    Ok(directory
        .members
        .iter()
        .filter(|member| !hidden(&member.name))
        .map(|member| below(path, &member.name))
        .collect())
}

/// The archive and the member's name, when a path leads into a file.
pub(crate) fn split(path: &Path) -> Option<(PathBuf, String)> {
    if path.exists() {
        return None;
    }
    let archive = path.ancestors().skip(1).find(|above| above.is_file())?;
    let name = path.strip_prefix(archive).ok()?.to_string_lossy().replace('\\', "/");
    Some((archive.to_path_buf(), name))
}

fn below(archive: &Path, name: &str) -> PathBuf {
    let mut path: OsString = archive.as_os_str().to_owned();
    path.push("/");
    path.push(name);
    path.into()
}

/// A member's contents, checked against length and checksum at the end, and its stored size in
/// bytes.
///
/// # Errors
/// When there is no such member, or it cannot be read.
pub(crate) fn open(archive: &Path, name: &str) -> Result<(Box<dyn Read + Send>, u64), ArchiveFault> {
    let directory = directory(archive)?;
    let member =
        directory.by_name.get(name).and_then(|&place| directory.members.get(place)).ok_or(ArchiveFault::NoMember)?;
    Ok((contents(File::open(archive)?, member)?, member.stored))
}

/// The contents of a member of the archive in `file`.
///
/// # Errors
/// When the member cannot be read.
pub(crate) fn contents(
    mut file: impl Read + Seek + Send + 'static,
    member: &Member,
) -> Result<Box<dyn Read + Send>, ArchiveFault> {
    if member.flags & 1 != 0 {
        return Err(ArchiveFault::Encrypted);
    }
    file.seek(SeekFrom::Start(member.header_at))?;
    let mut header = [0; 30];
    file.read_exact(&mut header)?;
    if !header.starts_with(b"PK\x03\x04") {
        return Err(ArchiveFault::Directory);
    }
    let data_at = member.header_at + 30 + u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
    file.seek(SeekFrom::Start(data_at))?;
    let stored = BufReader::with_capacity(1 << 16, file.take(member.stored));
    let contents: Box<dyn Read + Send> = match member.method {
        0 => Box::new(stored),
        8 => Box::new(DeflateDecoder::new(stored)),
        other => return Err(ArchiveFault::Method(other)),
    };
    Ok(Box::new(Checked { contents, crc: Crc::new(), left: member.size, expected: member.crc }))
}

/// Contents whose length and checksum are those that the directory names.
struct Checked {
    contents: Box<dyn Read + Send>,
    crc: Crc,
    left: u64,
    expected: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let damaged = |text| io::Error::new(io::ErrorKind::InvalidData, text);
        let read = self.contents.read(buffer)?;
        self.crc.update(&buffer[..read]);
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| damaged("the archive's member is longer than its directory says"))?;
        if read == 0 && !buffer.is_empty() && (self.left > 0 || self.crc.sum() != self.expected) {
            return Err(damaged("the archive's member is damaged: length or checksum differ"));
        }
        Ok(read)
    }
}

type Remembered = (PathBuf, u64, Option<SystemTime>, Arc<Directory>);

static DIRECTORIES: Mutex<Vec<Remembered>> = Mutex::new(Vec::new());

/// The directory of an archive, from memory where the file has not changed since.
fn directory(path: &Path) -> Result<Arc<Directory>, ArchiveFault> {
    let metadata = std::fs::metadata(path)?;
    let (length, changed) = (metadata.len(), metadata.modified().ok());
    let known = || DIRECTORIES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known().iter().find(|(known, size, at, _)| known == path && *size == length && *at == changed)
    {
        return Ok(found.3.clone());
    }
    let directory = Arc::new(Directory::read(&mut File::open(path)?, length)?);
    let mut known = known();
    if known.len() >= REMEMBERED {
        known.remove(0);
    }
    known.push((path.to_path_buf(), length, changed, directory.clone()));
    Ok(directory)
}

impl Directory {
    /// Reads and checks the directory of an archive of `length` bytes.
    pub(crate) fn read(file: &mut (impl Read + Seek), length: u64) -> Result<Self, ArchiveFault> {
        let tail_at = length.saturating_sub(END_BYTES + LONGEST_COMMENT);
        let tail = read_at(file, tail_at, length - tail_at)?;
        let end =
            (0..=tail.len().saturating_sub(END_BYTES as usize)).rev().find(|&at| tail[at..].starts_with(b"PK\x05\x06"));
        let end = end.filter(|&end| end + END_BYTES as usize <= tail.len()).ok_or(ArchiveFault::Directory)?;
        let (mut size, mut at) = (u64::from(u32_at(&tail, end + 12)), u64::from(u32_at(&tail, end + 16)));
        if size == u64::from(u32::MAX) || at == u64::from(u32::MAX) {
            // The locator of the large end record lies right before the end record.
            let locator = read_at(file, (tail_at + end as u64).checked_sub(20).ok_or(ArchiveFault::Directory)?, 20)?;
            let large = read_at(file, u64_at(&locator, 8), 56)?;
            if !locator.starts_with(b"PK\x06\x07") || !large.starts_with(b"PK\x06\x06") {
                return Err(ArchiveFault::Directory);
            }
            (size, at) = (u64_at(&large, 40), u64_at(&large, 48));
        }
        if size > LARGEST_DIRECTORY || at.checked_add(size).is_none_or(|end| end > length) {
            return Err(ArchiveFault::Directory);
        }
        let entries = read_at(file, at, size)?;
        let mut directory = Self::default();
        let mut rest = &entries[..];
        while rest.starts_with(b"PK\x01\x02") {
            rest = directory.take_entry(rest).ok_or(ArchiveFault::Directory)?;
        }
        directory.check_places(at)?;
        Ok(directory)
    }

    /// Takes the first entry and gives what comes after it.
    fn take_entry<'b>(&mut self, entry: &'b [u8]) -> Option<&'b [u8]> {
        let head = entry.get(..46)?;
        let lengths = [28, 30, 32].map(|place| usize::from(u16_at(head, place)));
        let name = entry.get(46..46 + lengths[0])?;
        let extra = entry.get(46 + lengths[0]..46 + lengths[0] + lengths[1])?;
        let after = entry.get(46 + lengths.iter().sum::<usize>()..)?;
        let mut sizes = [24, 20, 42].map(|place| u64::from(u32_at(head, place)));
        large_sizes(extra, &mut sizes);
        let flags = u16_at(head, 8);
        let is_folder = name.ends_with(b"/") || name.ends_with(b"\\");
        let mut clean = clean_name(name, flags);
        if !is_folder && !clean.is_empty() {
            let mut again = 1;
            while self.by_name.contains_key(&clean) {
                again += 1;
                clean = format!("{} ({again})", clean_name(name, flags));
            }
            self.by_name.insert(clean.clone(), self.members.len());
            let [size, stored, header_at] = sizes;
            self.members.push(Member {
                name: clean,
                flags,
                method: u16_at(head, 10),
                crc: u32_at(head, 16),
                stored,
                size,
                header_at,
            });
        }
        Some(after)
    }

    /// Every member must lie before the directory and before the next member.
    fn check_places(&self, directory_at: u64) -> Result<(), ArchiveFault> {
        let mut places: Vec<(u64, u64)> = self.members.iter().map(|member| (member.header_at, member.stored)).collect();
        places.sort_unstable();
        let ends = places.iter().skip(1).map(|place| place.0).chain([directory_at]);
        for (&(at, stored), limit) in places.iter().zip(ends) {
            if at.checked_add(stored).and_then(|end| end.checked_add(30)).is_none_or(|end| end > limit) {
                return Err(ArchiveFault::Overlap);
            }
        }
        Ok(())
    }
}

/// Sizes and place of large members, which stand in an extra field in the order of those that the
/// entry leaves open.
fn large_sizes(extra: &[u8], sizes: &mut [u64; 3]) {
    let mut rest = extra;
    while let Some(head) = rest.get(..4) {
        let length = usize::from(u16_at(head, 2));
        let Some(field) = rest.get(4..4 + length) else { return };
        if u16_at(head, 0) == 1 {
            let mut numbers = field.chunks_exact(8);
            for size in sizes.iter_mut().filter(|size| **size == u64::from(u32::MAX)) {
                if let Some(number) = numbers.next() {
                    *size = u64_at(number, 0);
                }
            }
        }
        rest = &rest[4 + length..];
    }
}

/// A name without anything that means a place outside: UTF-8, else the old code page of the
/// Russian-speaking world, which agrees with the others in ASCII.
fn clean_name(bytes: &[u8], flags: u16) -> String {
    const UTF8_FLAG: u16 = 1 << 11;
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) if flags & UTF8_FLAG != 0 => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => encoding_rs::IBM866.decode(bytes).0.into_owned(),
    };
    let parts = text.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | "..") && !part.ends_with(':'));
    let clean = |part: &str| part.chars().map(|c| if c.is_control() { '_' } else { c }).collect::<String>();
    parts.map(clean).collect::<Vec<_>>().join("/")
}

fn read_at(file: &mut (impl Read + Seek), at: u64, length: u64) -> Result<Vec<u8>, ArchiveFault> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(ArchiveFault::Directory) }
}

fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..at + N).and_then(|part| part.try_into().ok()).unwrap_or([0; N])
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes_at(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes_at(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes_at(bytes, at))
}

#[cfg(test)]
pub(crate) mod tests {
    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use proptest::prelude::*;
    use std::io::Write;

    use super::*;

    /// An archive of members packed by deflate.
    pub(crate) fn zip(members: &[(&[u8], &[u8])]) -> Vec<u8> {
        let (mut bytes, mut directory) = (Vec::new(), Vec::new());
        for (name, contents) in members {
            let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
            packer.write_all(contents).unwrap();
            let packed = packer.finish().unwrap();
            let mut crc = Crc::new();
            crc.update(contents);
            let mut fields = Vec::new();
            fields.extend(crc.sum().to_le_bytes());
            fields.extend((packed.len() as u32).to_le_bytes());
            fields.extend((contents.len() as u32).to_le_bytes());
            fields.extend((name.len() as u16).to_le_bytes());
            let at = (bytes.len() as u32).to_le_bytes();
            bytes.extend(b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0");
            bytes.extend(&fields);
            bytes.extend([0, 0]);
            bytes.extend(*name);
            bytes.extend(&packed);
            directory.extend(b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0");
            directory.extend(&fields);
            directory.extend([0; 12]);
            directory.extend(at);
            directory.extend(*name);
        }
        let at = (bytes.len() as u32).to_le_bytes();
        bytes.extend(&directory);
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend([(members.len() as u16).to_le_bytes(); 2].concat());
        bytes.extend((directory.len() as u32).to_le_bytes());
        bytes.extend(at);
        bytes.extend([0, 0]);
        bytes
    }

    fn stored(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    fn unpacked(path: &Path) -> Result<Vec<u8>, String> {
        let (archive, name) = split(path).ok_or("no member")?;
        let mut bytes = Vec::new();
        let (mut member, _) = open(&archive, &name).map_err(|fault| fault.to_string())?;
        member.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    #[test]
    fn members_are_read_under_paths_below_the_archive() {
        let file = stored(&zip(&[
            (b"a/day.xml", b"first"),
            (b"\x84\xa5\xad\xec.csv", b"second"),
            (b".hidden", b"no"),
            (b"folder/", b""),
        ]));
        let found = members(file.path()).unwrap();
        let names: Vec<_> =
            found.iter().map(|path| path.strip_prefix(file.path()).unwrap().display().to_string()).collect();
        assert_eq!(names, ["a/day.xml", "День.csv"]);
        assert_eq!(unpacked(&found[0]), Ok(b"first".to_vec()));
        assert_eq!(unpacked(&found[1]), Ok(b"second".to_vec()));
    }

    #[test]
    fn names_that_lead_outside_are_names_and_nothing_else() {
        let file = stored(&zip(&[
            (b"../../etc/passwd", b"1"),
            (b"/etc/passwd", b"2"),
            (b"C:\\etc\\passwd", b"3"),
            (b"a/../\x07b", b"4"),
        ]));
        let found = members(file.path()).unwrap();
        let names: Vec<_> =
            found.iter().map(|path| path.strip_prefix(file.path()).unwrap().display().to_string()).collect();
        assert_eq!(names, ["etc/passwd", "etc/passwd (2)", "etc/passwd (3)", "a/_b"]);
        assert_eq!(unpacked(&found[1]), Ok(b"2".to_vec()));
    }

    #[test]
    fn members_that_lie_over_one_another_are_refused() {
        let mut bytes = zip(&[(b"a", b"first"), (b"b", b"second")]);
        let second = bytes.len() - 22 - 4 - 1;
        bytes[second..second + 4].copy_from_slice(&[0; 4]);
        assert!(matches!(members(stored(&bytes).path()), Err(ArchiveFault::Overlap)));
    }

    #[test]
    fn a_damaged_member_is_told_by_its_checksum() {
        let mut bytes = zip(&[(b"a", &b"0123456789".repeat(50))]);
        let crc = bytes.windows(4).position(|part| part == b"PK\x01\x02").unwrap() + 16;
        bytes[crc] ^= 1;
        let file = stored(&bytes);
        assert!(unpacked(&members(file.path()).unwrap()[0]).unwrap_err().contains("checksum"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn a_damaged_archive_is_an_error_and_no_panic(place in 0_usize..300, byte in any::<u8>(), cut in 0_usize..300) {
            let mut bytes = zip(&[(b"a.xml", b"first of all"), (b"b.xml", &b"x".repeat(3000))]);
            let place = place.min(bytes.len() - 1);
            bytes[place] = byte;
            bytes.truncate(bytes.len().saturating_sub(cut / 4));
            let file = stored(&bytes);
            for path in members(file.path()).unwrap_or_default() {
                let _ = unpacked(&path);
            }
        }
    }
}
