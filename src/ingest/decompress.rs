//! Plain, gzip and zstd files through one reader, recognised by their first bytes.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::IngestError;
use super::digest::FileDigest;
use super::workbook::is_workbook;

/// Bytes of a file that formats look at.
pub(super) const HEAD: u64 = 64 * 1024;

/// Opens a file for reading, decompressed, with bounded memory; workbooks are archives of their own and stay as they are. Its bytes are offered to `digest` as they lie on disk.
///
/// # Errors
/// When the file cannot be opened, or is an archive.
pub(super) fn open(path: &Path, digest: Option<Arc<FileDigest>>) -> Result<Box<dyn Read + Send>, IngestError> {
    let io = |source| IngestError::Io { path: path.to_path_buf(), source };
    let mut magic = [0_u8; 200];
    let read = File::open(path).map_err(io)?.read(&mut magic).map_err(io)?;
    let file = BufReader::with_capacity(1 << 18, Digested { file: File::open(path).map_err(io)?, at: 0, digest });
    match &magic[..read] {
        [0x1f, 0x8b, ..] => Ok(Box::new(flate2::bufread::MultiGzDecoder::new(file))),
        [0x28, 0xb5, 0x2f, 0xfd] => Ok(Box::new(zstd::stream::read::Decoder::with_buffer(file).map_err(io)?)),
        start @ [b'P', b'K', 3, 4, ..] if !is_workbook(start) => Err(IngestError::Archive { path: path.to_path_buf() }),
        _ => Ok(Box::new(file)),
    }
}

/// A file that is digested while it is read.
struct Digested {
    file: File,
    at: u64,
    digest: Option<Arc<FileDigest>>,
}

impl Read for Digested {
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
pub(super) fn is_compressed(path: &Path) -> Result<bool, IngestError> {
    let io = |source| IngestError::Io { path: path.to_path_buf(), source };
    let mut magic = [0_u8; 4];
    let read = File::open(path).map_err(io)?.read(&mut magic).map_err(io)?;
    Ok(matches!(&magic[..read], [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd]))
}

/// The first bytes of a file, decompressed.
///
/// # Errors
/// When the file cannot be opened or decompressed.
pub(super) fn head(path: &Path) -> Result<Vec<u8>, IngestError> {
    let mut bytes = Vec::new();
    open(path, None)?.take(HEAD).read_to_end(&mut bytes).map_err(|source| IngestError::Io { path: path.to_path_buf(), source })?;
    Ok(bytes)
}
