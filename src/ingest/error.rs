//! Why a file as a whole cannot be used.

use std::path::PathBuf;

use crate::domain::{GridError, Reject};

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
        "no readings in {looked_at}; give files with the columns usage_point, timestamp, kwh (Parquet or CSV), or in a \
         format of meter readings such as NEM12, MSCONS, XML 80020, Green Button"
    )]
    NoReadings {
        /// The files or folders.
        looked_at: String,
        /// The first record that was left out, which says best why there is nothing else.
        because: Option<Box<Reject>>,
    },
    /// An empty file.
    #[error("`{path}` is empty; export it again", path = path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Of no known format.
    #[error("`{path}` is in no known format; known are {known}, plain or in gzip, zstd or zip", path = path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// The known formats in words.
        known: String,
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
    #[error(
        "row {row} of `{path}`: time stamp `{text}` is of no known form; known are 2025-03-01 00:30, \
         2025-03-01T00:30:00Z, 2025-03-01T00:30+05:00, 01.03.2025 00:30 and seconds since 1970",
        path = path.display()
    )]
    TimeFormat {
        /// The file.
        path: PathBuf,
        /// Row in the file.
        row: u64,
        /// The stamp.
        text: String,
    },
    /// Day and month cannot be told apart.
    #[error(
        "`{path}`: `{text}` may be {day_first} or {month_first}, and no date of the column settles it; say `dates \
         = \"day-first\"` or `dates = \"month-first\"` in a profile (`darkload inspect` prints one)",
        path = path.display()
    )]
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
    /// Several columns that may hold the energy.
    #[error(
        "`{path}`: the energy may stand in {readings}, and nothing settles it; write below `[columns]` of a profile \
         `value = [\"{first}\"]` or `value = [\"{second}\"]`, with `added = [\"…\"]` where the parts are to be \
         added up, or `layout = \"wide_by_meter\"` above it where every column is a meter",
        path = path.display()
    )]
    Rivals {
        /// The file.
        path: PathBuf,
        /// The columns with their first values and sums.
        readings: String,
        /// Name of the first.
        first: String,
        /// Name of another.
        second: String,
    },
    /// Rows none of which holds energy.
    #[error(
        "`{path}`: all rows are {words}, which is no active electric energy; give the readings of energy, or say \
         `unit` in a profile if the word is wrong (`darkload inspect` prints one)",
        path = path.display()
    )]
    NoEnergy {
        /// The file.
        path: PathBuf,
        /// What the rows say they are.
        words: String,
    },
    /// Counters without a day.
    #[error(
        "`{path}` holds counters but not the day of reading; say `read_on = \"YYYY-MM-DD\"` in a profile \
         (`darkload inspect` prints one)",
        path = path.display()
    )]
    NoReadDay {
        /// The file.
        path: PathBuf,
    },
    /// A mapping names a column that is not there.
    #[error(
        "`{path}` has no column `{wanted}`, which the profile `{mapping}` names as its {meaning}; found {found}",
        path = path.display()
    )]
    ProfileColumn {
        /// The file.
        path: PathBuf,
        /// The mapping.
        mapping: String,
        /// Names in the mapping.
        wanted: String,
        /// Key in the mapping.
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
    #[error(
        "column `{column}` of `{path}` has the type {found}, which cannot be used; expected {expected}",
        path = path.display()
    )]
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
    #[error(
        "`{path}` changed while it was read; wait until it is written whole, or read a copy, and run again",
        path = path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A device, pipe or the like, which may never end.
    #[error(
        "`{path}` is no regular file; only files and folders are read: write what comes out of it to a file",
        path = path.display()
    )]
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
    /// A static table none of whose rows can be used.
    #[error(
        "none of the {rows} rows of the table of {table} `{path}` can be used",
        path = path.display()
    )]
    NoUsableRow {
        /// The file.
        path: PathBuf,
        /// Its kind.
        table: &'static str,
        /// Rows of data.
        rows: u64,
        /// The first that was left out.
        because: Box<Reject>,
    },
    /// A static table whose usage points are none of the readings.
    #[error("the table of {table} `{path}` fits nobody: {told}", path = path.display())]
    FitsNobody {
        /// The file.
        path: PathBuf,
        /// Its kind.
        table: &'static str,
        /// How many of its usage points the readings hold, and what would fit.
        told: String,
    },
    /// Two files of a folder for one table.
    #[error(
        "`{first}` and `{second}` both look like {table}; give the one that counts with --{table}, or put them into \
         one table",
        first = first.display(),
        second = second.display()
    )]
    TwoTables {
        /// The table.
        table: &'static str,
        /// A file.
        first: PathBuf,
        /// Another.
        second: PathBuf,
    },
    /// No reading in the days that are to be judged.
    #[error("no reading lies in the period {from}..{to}; the readings run {held}")]
    EmptyPeriod {
        /// First day asked for.
        from: String,
        /// Last day asked for.
        to: String,
        /// First and last day that the readings hold, in words.
        held: String,
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
    /// The record whose reject tells why there is nothing to use; its detail is a fact, to which
    /// words are put where the error is told.
    #[must_use]
    pub fn because(&self) -> Option<&Reject> {
        match self {
            Self::NoReadings { because, .. } => because.as_deref(),
            Self::NoUsableRow { because, .. } => Some(because),
            _ => None,
        }
    }

    /// Whether the file is simply something else than a readings file, rather than a broken one.
    #[must_use]
    pub fn is_other_kind_of_file(&self) -> bool {
        matches!(
            self,
            Self::UnknownFormat { .. }
                | Self::OtherKind { .. }
                | Self::MissingColumn { .. }
                | Self::NoEnergy { .. }
                | Self::ProfileColumn { .. }
                | Self::Empty { .. }
                | Self::Archive { .. }
                | Self::NotRegular { .. }
        )
    }
}

/// Why an archive or a member cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveFault {
    /// The directory cannot be understood.
    #[error("its directory is damaged or not there; send the archive again")]
    Directory,
    /// Members share bytes, as only archives made to do harm do.
    #[error("members lie over one another, as only archives made to do harm do")]
    Overlap,
    /// A password is needed.
    #[error("the member is encrypted; unpack it and give the files inside")]
    Encrypted,
    /// A method that is not read.
    #[error(
        "the member is packed by method {0}; only stored and deflate are read: unpack it and give the files inside"
    )]
    Method(u16),
    /// An archive or compressed file in an archive.
    #[error("an archive or compressed file inside an archive is not read; unpack it and give the files inside")]
    Nested,
    /// A Parquet file that is packed, which cannot be entered anywhere.
    #[error(
        "Parquet is not read in an archive or compressed as a whole (it is compressed inside); unpack it and give the \
         files inside"
    )]
    Parquet,
    /// The directory has no such member.
    #[error("the archive has no such member")]
    NoMember,
    /// The file cannot be read.
    #[error("it cannot be read")]
    Io(#[from] std::io::Error),
}

/// Whether the system refused, rather than the contents being damaged.
pub(crate) fn is_of_the_system(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    !matches!(error.kind(), InvalidData | InvalidInput | Other | UnexpectedEof)
}
