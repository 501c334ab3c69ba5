//! Why a file as a whole cannot be used.

use std::path::PathBuf;

use crate::domain::GridError;

use super::archive::ArchiveFault;

/// A file that cannot be used. Messages read after "failed to read the input:" and say what would
/// help.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The operating system refuses.
    #[error("`{path}` cannot be opened or read; check the path and the permissions", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Nothing at this path.
    #[error("nothing found at `{given}`; give a file, a folder or a pattern such as `dump/*.parquet`")]
    NotFound {
        /// What the user gave.
        given: String,
    },
    /// No readings in anything given.
    #[error(
        "no readings in {looked_at}; give files with the columns usage_point, timestamp, kwh (Parquet or CSV), or in a format of meter readings such as NEM12, MSCONS, XML 80020, Green Button"
    )]
    NoReadings {
        /// The files or folders.
        looked_at: String,
    },
    /// An empty file.
    #[error("`{path}` is empty; export it again", path = path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Of no known format.
    #[error("`{path}` is in no known format; known are Parquet, delimited text (csv), workbooks (xlsx, xls, xlsb, ods), NEM12/NEM13, MSCONS, XML 80020/80040, Green Button and CIM MeterReadings, plain or in gzip, zstd or zip", path = path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// Of a kind that is known but not read.
    #[error("`{path}` is {what}, and is not read; {remedy}", path = path.display())]
    OtherKind {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
        /// What would help.
        remedy: &'static str,
    },
    /// An archive, or a member of one, that cannot be read.
    #[error("`{path}` cannot be read: {fault}", path = path.display())]
    Archive {
        /// The archive, or the member below it.
        path: PathBuf,
        /// What is wrong with it.
        fault: ArchiveFault,
    },
    /// A needed column is not there.
    #[error("`{path}` has no column for the {meaning}; found {found}{hint}", path = path.display())]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// What the column would hold.
        meaning: &'static str,
        /// The columns found.
        found: String,
        /// The remedy: a close match, or the name that is expected.
        hint: String,
    },
    /// Time stamps of no known form.
    #[error("row {row} of `{path}`: time stamp `{text}` is of no known form; known are 2025-03-01 00:30, 2025-03-01T00:30:00Z, 2025-03-01T00:30+05:00, 01.03.2025 00:30 and seconds since 1970", path = path.display())]
    TimeFormat {
        /// The file.
        path: PathBuf,
        /// Row in the file.
        row: u64,
        /// The stamp.
        text: String,
    },
    /// Day and month cannot be told apart.
    #[error("`{path}`: `{text}` may be {day_first} or {month_first}, and no date of the column settles it; say `dates = \"day-first\"` or `dates = \"month-first\"` in a profile (`darkload inspect` prints one)", path = path.display())]
    DateOrder {
        /// The file.
        path: PathBuf,
        /// A stamp.
        text: String,
        /// The date when the day comes first.
        day_first: String,
        /// The date when the month comes first.
        month_first: String,
    },
    /// Counters without a day.
    #[error("`{path}` holds counters but not the day of reading; say `read_on = \"YYYY-MM-DD\"` in a profile (`darkload inspect` prints one)", path = path.display())]
    NoReadDay {
        /// The file.
        path: PathBuf,
    },
    /// A profile names a column that is not there.
    #[error("`{path}` has no column `{wanted}`, which the profile `{profile}` names as its {meaning}; found {found}", path = path.display())]
    ProfileColumn {
        /// The file.
        path: PathBuf,
        /// The profile.
        profile: String,
        /// Names in the profile.
        wanted: String,
        /// Key in the profile.
        meaning: &'static str,
        /// The columns found.
        found: String,
    },
    /// A file that must be held in memory whole and is too large for that.
    #[error("`{path}` has {megabytes} MB, and {what} is read up to {cap} MB; {remedy}", path = path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        megabytes: u64,
        /// What kind of file.
        what: &'static str,
        /// The largest that is read.
        cap: u64,
        /// What would help.
        remedy: &'static str,
    },
    /// A workbook that cannot be read.
    #[error("`{path}` cannot be read as a workbook: {message}; save it anew as xlsx or csv", path = path.display())]
    Workbook {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A column of a type that cannot be used.
    #[error("column `{column}` of `{path}` has the type {found}, which cannot be used; expected {expected}", path = path.display())]
    ColumnType {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// What would do.
        expected: &'static str,
    },
    /// A damaged Parquet file.
    #[error("`{path}` is damaged or not Parquet; export it again", path = path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        source: parquet::errors::ParquetError,
    },
    /// A file that is not what it was when the run began.
    #[error("`{path}` changed while it was read; wait until it is written whole, or read a copy, and run again", path = path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A device, pipe or the like, which may never end.
    #[error("`{path}` is no regular file; only files and folders are read: write what comes out of it to a file", path = path.display())]
    NotRegular {
        /// The path.
        path: PathBuf,
    },
    /// A file that cannot be understood to its end.
    #[error("row {row} of `{path}`: {detail}", path = path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Row where it ends to be understood.
        row: u64,
        /// What is wrong.
        detail: String,
    },
    /// A grid that contradicts itself.
    #[error("the grid file `{path}` cannot be used", path = path.display())]
    Grid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: GridError,
    },
}

impl IngestError {
    /// Whether the file is simply something else than a readings file, rather than a broken one.
    #[must_use]
    pub fn is_other_kind_of_file(&self) -> bool {
        matches!(
            self,
            Self::UnknownFormat { .. }
                | Self::OtherKind { .. }
                | Self::MissingColumn { .. }
                | Self::ProfileColumn { .. }
                | Self::Empty { .. }
                | Self::Archive { .. }
                | Self::NotRegular { .. }
        )
    }
}
