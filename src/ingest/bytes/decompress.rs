//! Plain, gzip and zstd files and members of zip archives through one reader, recognised by their
//! first bytes.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::archive;
use super::caps::{Caps, Unpacked};
use super::file_digest::FileDigest;
use super::kind::is_workbook;
use crate::ingest::bytes::kind::{begins_as_archive, is_compressed_head};
use crate::ingest::error::{ArchiveFault, IngestError};

/// Bytes of a file that formats look at.
pub(crate) const HEAD: u64 = 64 * 1024;

/// Opens a file or a member of an archive for reading, decompressed, with bounded memory and the
/// usual limits; workbooks are archives of their own and stay as they are. Its bytes are offered to
/// `digest` as they lie on disk, or in the archive once unpacked.
///
/// # Errors
/// When the file cannot be opened, or is an archive.
pub(crate) fn open(path: &Path, digest: Option<Arc<FileDigest>>) -> Result<Box<dyn Read + Send>, IngestError> {
    open_within(path, digest, &Caps::default())
}

/// The same within limits of the caller.
///
/// # Errors
/// When the file cannot be opened, or is an archive.
pub(crate) fn open_within(
    path: &Path,
    digest: Option<Arc<FileDigest>>,
    caps: &Caps,
) -> Result<Box<dyn Read + Send>, IngestError> {
    let io = |source| IngestError::Io { path: path.to_path_buf(), source };
    let refused = |fault| IngestError::Archive { path: path.to_path_buf(), fault };
    if let Some((archive, name)) = archive::split(path) {
        let (contents, stored) = archive::open(&archive, &name).map_err(refused)?;
        let limited = Unpacked::new(contents, stored, caps);
        let mut file = BufReader::with_capacity(1 << 18, Digested { file: limited, at: 0, digest });
        let is_packed = |head: &[u8]| {
            is_compressed_head(head)
                || (begins_as_archive(head) && !is_workbook(head))
                || head.starts_with(b"7z\xbc\xaf")
                || head.starts_with(b"Rar!")
        };
        return if is_packed(file.fill_buf().map_err(io)?) {
            Err(refused(ArchiveFault::Nested))
        } else {
            Ok(Box::new(file))
        };
    }
    let stored = stored_bytes(path)?;
    let mut file = BufReader::with_capacity(1 << 18, Digested { file: File::open(path).map_err(io)?, at: 0, digest });
    let head = file.fill_buf().map_err(io)?;
    match head.get(..4).unwrap_or(head) {
        [0x1f, 0x8b, ..] => Ok(Box::new(Unpacked::new(flate2::bufread::MultiGzDecoder::new(file), stored, caps))),
        [0x28, 0xb5, 0x2f, 0xfd] => {
            Ok(Box::new(Unpacked::new(zstd::stream::read::Decoder::with_buffer(file).map_err(io)?, stored, caps)))
        }
        _ if begins_as_archive(head) && !is_workbook(head) => Err(refused(ArchiveFault::Directory)),
        _ => Ok(Box::new(file)),
    }
}

/// A file that is digested while it is read.
struct Digested<R> {
    file: R,
    at: u64,
    digest: Option<Arc<FileDigest>>,
}

impl<R: Read> Read for Digested<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        if let Some(digest) = &self.digest {
            digest.offer(self.at, Bytes::copy_from_slice(&buffer[..read]));
        }
        self.at += read as u64;
        Ok(read)
    }
}

/// Whether a file must be read from its beginning.
///
/// # Errors
/// When the file cannot be opened.
pub(crate) fn is_compressed(path: &Path) -> Result<bool, IngestError> {
    if archive::split(path).is_some() {
        return Ok(true);
    }
    let io = |source| IngestError::Io { path: path.to_path_buf(), source };
    let mut magic = [0_u8; 4];
    let read = File::open(path).map_err(io)?.read(&mut magic).map_err(io)?;
    Ok(is_compressed_head(&magic[..read]))
}

/// Bytes that a file or a member of an archive takes on disk.
///
/// # Errors
/// When the file cannot be opened.
pub(crate) fn stored_bytes(path: &Path) -> Result<u64, IngestError> {
    match archive::split(path) {
        Some((archive, name)) => archive::open(&archive, &name)
            .map(|(_, stored)| stored)
            .map_err(|fault| IngestError::Archive { path: path.to_path_buf(), fault }),
        None => match std::fs::metadata(path) {
            // Before it is opened: a pipe waits for its writer, a device never ends.
            Ok(metadata) if !metadata.is_file() => Err(IngestError::NotRegular { path: path.to_path_buf() }),
            metadata => metadata
                .map(|metadata| metadata.len())
                .map_err(|source| IngestError::Io { path: path.to_path_buf(), source }),
        },
    }
}

/// The first bytes of a file, decompressed.
///
/// # Errors
/// When the file cannot be opened or decompressed.
pub(crate) fn head(path: &Path) -> Result<Vec<u8>, IngestError> {
    let mut bytes = Vec::new();
    match open(path, None)?.take(HEAD).read_to_end(&mut bytes) {
        // Damage after the first bytes is told by who reads on.
        Err(source) if bytes.is_empty() => Err(IngestError::Io { path: path.to_path_buf(), source }),
        _ => Ok(bytes),
    }
}
