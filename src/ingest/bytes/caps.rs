//! Limits of what one file may ask of the machine, so that a damaged or hostile file is refused
//! with a message instead of filling memory or disk.
//!
//! The defaults lie far above what head-ends and markets send. Whoever meets one with an honest
//! file raises it in `[caps]`; every message names the cap.

use std::io::{self, BufRead, Read};

/// Limits for one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Bytes of one line, segment, tag or text.
    pub record_bytes: u64,
    /// Elements or objects inside one another.
    pub nesting: usize,
    /// Bytes that one compressed file, member of an archive or page of Parquet may unpack to.
    pub unpacked_bytes: u64,
    /// Times that a compressed file may grow when it is unpacked; asked only beyond the first 64
    /// MiB.
    pub unpacked_ratio: u64,
    /// Records of one file that may be left out before its reading ends; in a table, those that are
    /// listed one by one.
    pub rejects: u64,
}

/// Unpacked bytes that are never too many, whatever the ratio.
const FREE_BYTES: u64 = 64 << 20;

impl Default for Caps {
    fn default() -> Self {
        Self { record_bytes: 16 << 20, nesting: 64, unpacked_bytes: 1 << 40, unpacked_ratio: 400, rejects: 200_000 }
    }
}

/// A limit that was met. The text says which, and how to raise it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CapMet {
    #[error(
        "a single line, segment, tag or text is longer than {0} bytes; if the file is right, raise `record_bytes` in \
         [caps]"
    )]
    Record(u64),
    #[error("elements lie more than {0} deep inside one another; if the file is right, raise `nesting` in [caps]")]
    Nesting(usize),
    #[error("it unpacks to more than {0} bytes; if the file is right, raise `unpacked_bytes` in [caps]")]
    Unpacked(u64),
    #[error(
        "it unpacks to more than {0} times its size, as only archives made to do harm do; if the file is right, raise \
         `unpacked_ratio` in [caps]"
    )]
    Ratio(u64),
    #[error(
        "more than {0} records cannot be used; the rest of the file is left out. If the file is right, raise `rejects` \
         in [caps]"
    )]
    Rejects(u64),
    #[error("the system gives no more memory for it; free some, or raise the limit of the process (`ulimit -v`)")]
    NoMemory,
}

impl From<CapMet> for io::Error {
    fn from(met: CapMet) -> Self {
        Self::new(io::ErrorKind::InvalidData, met)
    }
}

/// What unpacks from `stored` bytes, cut off with an error where a cap is met.
pub(crate) struct Unpacked<R> {
    inner: R,
    left: u64,
    met: CapMet,
}

impl<R: Read> Unpacked<R> {
    pub(crate) fn new(inner: R, stored: u64, caps: &Caps) -> Self {
        let (left, met) = unpacked_limit(stored, caps);
        Self { inner, left, met }
    }
}

/// Bytes that `stored` bytes may unpack to, and the cap that more would meet.
pub(crate) fn unpacked_limit(stored: u64, caps: &Caps) -> (u64, CapMet) {
    let by_ratio = stored.saturating_mul(caps.unpacked_ratio).max(FREE_BYTES);
    let met = if by_ratio < caps.unpacked_bytes {
        CapMet::Ratio(caps.unpacked_ratio)
    } else {
        CapMet::Unpacked(caps.unpacked_bytes)
    };
    (by_ratio.min(caps.unpacked_bytes), met)
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !buffer.is_empty() {
            return if self.inner.read(&mut [0])? == 0 { Ok(0) } else { Err(self.met.into()) };
        }
        let most = self.left.min(buffer.len() as u64) as usize;
        let read = self.inner.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

/// A reader that counts lines and refuses records beyond the cap: [`Records::begin`] is called at
/// the start of each.
pub(crate) struct Records<R> {
    inner: R,
    cap: u64,
    used: u64,
    line: u64,
}

impl<R: BufRead> Records<R> {
    pub(crate) fn new(inner: R, caps: &Caps) -> Self {
        Self { inner, cap: caps.record_bytes, used: 0, line: 1 }
    }

    /// A new record begins.
    pub(crate) fn begin(&mut self) {
        self.used = 0;
    }

    /// Bytes of a record at most.
    pub(crate) fn cap(&self) -> u64 {
        self.cap
    }

    /// Line that the reader stands in, the first being 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Reads up to and with `end`, or to the end of the file, into `into`; `false` when there is
    /// nothing more.
    pub(crate) fn until(&mut self, end: u8, into: &mut Vec<u8>) -> io::Result<bool> {
        into.clear();
        self.begin();
        self.until_within(end, into)
    }

    /// The same within a record that has begun; what is read is added to `into`.
    pub(crate) fn until_within(&mut self, end: u8, into: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            let text = self.fill_buf()?;
            if text.is_empty() {
                return Ok(!into.is_empty());
            }
            let found = memchr::memchr(end, text);
            let take = found.map_or(text.len(), |place| place + 1);
            into.extend_from_slice(&text[..take]);
            self.consume(take);
            if found.is_some() {
                return Ok(true);
            }
        }
    }
}

impl<R: BufRead> Read for Records<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let text = self.fill_buf()?;
        let read = text.len().min(buffer.len());
        buffer[..read].copy_from_slice(&text[..read]);
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Records<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used > self.cap {
            return Err(CapMet::Record(self.cap).into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Ok(text) = self.inner.fill_buf() {
            self.line += memchr::memchr_iter(b'\n', &text[..amount.min(text.len())]).count() as u64;
        }
        self.used += amount as u64;
        self.inner.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_beyond_the_cap_is_refused_and_the_cap_is_named() {
        let caps = Caps { record_bytes: 100, ..Caps::default() };
        let mut records = Records::new(io::BufReader::with_capacity(16, io::repeat(b'x')), &caps);
        let error = records.until(b'\n', &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("`record_bytes` in [caps]"), "{error}");
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_and_what_fits_is_read_whole() {
        let read = |length: u64, caps: Caps| {
            let mut bytes = Vec::new();
            Unpacked::new(io::repeat(0).take(length), 1, &caps)
                .read_to_end(&mut bytes)
                .map(|_| bytes.len() as u64)
                .map_err(|error| error.to_string())
        };
        assert_eq!(read(FREE_BYTES, Caps::default()), Ok(FREE_BYTES));
        assert!(read(FREE_BYTES + 1, Caps::default()).unwrap_err().contains("`unpacked_ratio`"));
        assert!(read(101, Caps { unpacked_bytes: 100, ..Caps::default() }).unwrap_err().contains("`unpacked_bytes`"));
    }
}
