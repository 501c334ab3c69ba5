//! For tests: one dump written in every message format, read back reading for reading, and read
//! with every kind of damage.

use std::sync::Mutex;

use proptest::prelude::*;

use super::bytes::caps::Caps;
use super::format::{BlockSink, Format};
use super::formats::FORMATS;
use super::written::{Dump, Told, dumps};
use crate::domain::{Calendar, IntervalBlock, ReadingQuality, RegisterBlock, Reject};

#[derive(Default)]
struct Everything {
    readings: Mutex<Told>,
    rejects: Mutex<Vec<Reject>>,
}

impl BlockSink for Everything {
    fn intervals(&self, block: &IntervalBlock) {
        let keys = block.keys.iter().flat_map(|run| std::iter::repeat_n(run.key, run.rows as usize));
        let minutes = block.times.iter().flat_map(|run| (0..run.rows).map(|row| run.minute(row)));
        for (row, ((key, minute), value)) in keys.zip(minutes).zip(&block.value).enumerate() {
            let quality = if value.is_nan() {
                ReadingQuality::Missing
            } else {
                block.quality.get(row).copied().unwrap_or_default()
            };
            let value = if value.is_nan() { "missing".to_owned() } else { format!("{:.3}", f64::from(*value) + 0.0) };
            self.readings.lock().unwrap().push((
                block.ids.get(key).to_owned(),
                i64::from(minute.0) * 60,
                value,
                quality,
            ));
        }
    }

    fn registers(&self, _: &RegisterBlock) {}

    fn reject(&self, reject: Reject) {
        self.rejects.lock().unwrap().push(reject);
    }

    fn stopped(&self) -> bool {
        false
    }
}

fn read(bytes: &[u8]) -> (&'static str, Told, Vec<Reject>) {
    let format = FORMATS.iter().find(|format| format.recognises(bytes)).map_or(FORMATS[1], |format| *format);
    let (readings, rejects) = read_as(format, bytes);
    (format.name(), readings, rejects)
}

fn read_as(format: &dyn Format, bytes: &[u8]) -> (Told, Vec<Reject>) {
    let sink = Everything::default();
    let _ = format.read_bytes(bytes, Caps::default(), &Calendar::new(None).unwrap(), &sink);
    let mut readings = sink.readings.into_inner().unwrap();
    readings.sort();
    (readings, sink.rejects.into_inner().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_dump_written_in_any_format_is_read_back_reading_for_reading(dump in dumps()) {
        let cases: [(&str, String, Told); 6] = [
            ("NEM12/NEM13", dump.nem12(), dump.expected(36_000, true, 1e-3)),
            ("MSCONS", dump.mscons(), dump.expected(0, true, 1e-3)),
            ("Green Button (ESPI)", dump.espi(), dump.expected(0, false, 1e-3)),
            ("CIM MeterReadings (XML)", dump.cim_xml(), dump.expected(0, true, 1e-3)),
            ("CIM MeterReadings (JSON)", dump.cim_json(false), dump.expected(0, true, 1e-3)),
            ("CIM MeterReadings (JSON)", dump.cim_json(true), dump.expected(0, true, 1e-3)),
        ];
        for (name, text, expected) in cases {
            let (format, told, rejects) = read(text.as_bytes());
            prop_assert_eq!(format, name);
            prop_assert!(rejects.is_empty(), "{}: {:?}", name, rejects);
            prop_assert!(told == expected, "{name}: {:?}", told.iter().zip(&expected).find(|(a, b)| a != b));
        }
    }

    #[test]
    fn days_of_80020_are_read_back_reading_for_reading(dump in dumps()) {
        let days = dump.intervals() / (1440 / dump.step_min) as usize;
        let mut told: Told = Vec::new();
        for day in 0..days {
            let (format, readings, rejects) = read(&dump.xml80020(day));
            prop_assert_eq!((format, rejects.len()), ("XML 80020/80040", 0));
            told.extend(readings);
        }
        told.sort();
        // The format tells unreliable values apart, not how they came about.
        let mut expected = dump.expected(0, true, 1.0);
        expected.iter_mut().filter(|reading| reading.3 == ReadingQuality::Substituted).for_each(|reading| reading.3 = ReadingQuality::Estimated);
        expected.sort();
        prop_assert!(told == expected, "{:?}", told.iter().zip(&expected).find(|(a, b)| a != b));
    }
}

/// A small dump of one channel in every format.
fn one_of_each() -> Vec<Vec<u8>> {
    let day = |seed: u32| {
        (0..24)
            .map(|hour| {
                (
                    1 + (hour * 37 + seed) % 900,
                    if hour == 5 { ReadingQuality::Estimated } else { ReadingQuality::Actual },
                )
            })
            .collect()
    };
    let dump = Dump {
        ids: vec!["AAAAAAAA01".into(), "AAAAAAAA02".into()],
        step_min: 60,
        ahead_s: 0,
        import: vec![day(3), day(400)],
        export: None,
    };
    vec![
        dump.nem12().into_bytes(),
        dump.mscons().into_bytes(),
        dump.espi().into_bytes(),
        dump.cim_xml().into_bytes(),
        dump.cim_json(false).into_bytes(),
        dump.cim_json(true).into_bytes(),
        dump.xml80020(0),
    ]
}

fn format_of(bytes: &[u8]) -> &'static dyn Format {
    *FORMATS.iter().find(|format| format.recognises(bytes)).unwrap()
}

#[test]
fn a_file_cut_off_anywhere_keeps_what_came_before_and_says_so() {
    for whole in one_of_each() {
        let format = format_of(&whole);
        let (all, rejects) = read_as(format, &whole);
        assert!(rejects.is_empty() && all.len() == 48, "{}: {rejects:?}", format.name());
        for cut in 0..whole.trim_ascii_end().len() {
            let (told, rejects) = read_as(format, &whole[..cut]);
            assert!(!rejects.is_empty(), "{} cut at byte {cut} of {} says nothing", format.name(), whole.len());
            // A value may become missing where what would say that it is none is cut off.
            let known =
                |reading: &(String, i64, String, ReadingQuality)| reading.2 == "missing" || all.contains(reading);
            let wrong = told.iter().find(|reading| !known(reading));
            assert!(wrong.is_none(), "{} cut at byte {cut}: {wrong:?}", format.name());
        }
        let (told, _) = read_as(format, &whole[..whole.len() * 3 / 4]);
        assert!(
            format.name().starts_with("Green") || told.len() >= 24,
            "{}: {} readings of the first usage point",
            format.name(),
            told.len()
        );
    }
}

#[test]
fn no_changed_byte_makes_a_reader_panic() {
    for whole in one_of_each() {
        let format = format_of(&whole);
        for place in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[place] = [b'9', b'<', whole[place] ^ 0xa0][place % 3];
            let _ = read_as(format, &bytes);
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_any_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), first in 0_usize..7) {
        let heads: [&[u8]; 7] = [b"", b"100,NEM12\n200,A,E1,,E1,,,kWh,30,\n300,", b"UNH+1+MSCONS'LOC+172+A'", b"<message class='80020'><day>20250301</day><measuringpoint code='1'>",
            b"<feed xmlns='http://naesb.org/espi'><entry>", b"<MeterReadings><MeterReading>", b"{\"IntervalBlocks\":["];
        let bytes = [heads[first], &bytes].concat();
        for format in FORMATS {
            let _ = (format.recognises(&bytes), read_as(*format, &bytes));
        }
    }
}

#[test]
fn absurd_times_and_values_are_rejected_one_by_one() {
    let json = |stamp: &str, value: &str| {
        format!(
            "{{\"usagePoint\":\"A\",\"intervalBlocks\":[{{\"readingType\":\"0.0.2.4.1.1.12.0.0.0.0.0.0.0.0.3.72.0\",\"intervalReadings\":[{{\"timestamp\":\"{stamp}\",\"value\":\"{value}\"}}]}}]}}"
        )
    };
    for (stamp, value, code) in [
        ("9999-12-31T23:45:00Z", "1", "time.out_of_range"),
        ("2025-03-01T00:15:00Z", "NaN", ""),
        ("2025-03-01T00:15:00Z", "inf", "value.not_a_number"),
        ("2025-03-01T00:15:00Z", "1e30", "value.absurd"),
        ("yesterday", "1", "time.unreadable"),
        ("2025-03-01T00:15:30Z", "1", "time.duration"),
    ] {
        let (_, _, rejects) = read(json(stamp, value).as_bytes());
        assert_eq!(rejects.first().map_or("", |reject| reject.code), code, "{stamp} {value}: {rejects:?}");
    }
    let negative = "UNH+1+MSCONS'LOC+172+A'PIA+5+1-1?:1.29.0:SRW'QTY+220:1'DTM+163:202503010030?+00:303'DTM+164:202503010015?+00:303'UNZ+1'";
    assert_eq!(read(negative.as_bytes()).2[0].code, "time.duration");
}

/// Everything that the files found at `path` hold.
fn read_path(path: &std::path::Path, caps: Caps) -> Result<(Told, Vec<Reject>), super::error::IngestError> {
    let files = super::bytes::find::find_inputs(&[path.display().to_string()])?;
    let readings = super::readings::Readings::open_as(&files, caps, None)?;
    let sink = Everything::default();
    readings.read(&readings.pieces(), &Calendar::new(None).unwrap(), &sink)?;
    let mut told = sink.readings.into_inner().unwrap();
    told.sort();
    Ok((told, sink.rejects.into_inner().unwrap()))
}

#[test]
fn a_folder_of_all_formats_plain_packed_and_in_archives_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let files = one_of_each();
    let expected: usize = files.iter().map(|bytes| read(bytes).1.len()).sum();
    let mut members: Vec<(String, &[u8])> = Vec::new();
    for (index, bytes) in files.iter().enumerate() {
        std::fs::write(folder.path().join(format!("plain-{index}")), bytes).unwrap();
        std::fs::write(folder.path().join(format!("packed-{index}.zst")), zstd::encode_all(&bytes[..], 1).unwrap())
            .unwrap();
        members.push((format!("month/day-{index}"), bytes));
    }
    members.push(("month/note.txt".to_owned(), b"sent by mail"));
    let members: Vec<(&[u8], &[u8])> = members.iter().map(|(name, bytes)| (name.as_bytes(), *bytes)).collect();
    let archive = super::bytes::archive::tests::zip(&members);
    std::fs::write(folder.path().join("all.zip"), &archive).unwrap();
    std::fs::write(folder.path().join("cut.zip"), &archive[..archive.len() / 2]).unwrap();
    let (told, rejects) = read_path(folder.path(), Caps::default()).unwrap();
    assert_eq!(told.len(), 3 * expected);
    let mut passed_over: Vec<_> =
        rejects.iter().map(|reject| (reject.code, reject.file.rsplit('/').next().unwrap_or(""))).collect();
    passed_over.sort_unstable();
    assert_eq!(passed_over, [("file.passed_over", "cut.zip"), ("file.passed_over", "note.txt")]);
}

#[test]
fn archives_made_to_do_harm_are_refused_with_the_cap_or_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let day = "100,NEM12,202503020000,M,R\n200,A,E1,1,E1,N1,M,kWh,360,\n300,20250301,1,1,1,1,A\n";
    let bomb = [day.as_bytes(), &vec![b'\n'; 70 << 20]].concat();
    std::fs::write(folder.path().join("bomb.zip"), super::bytes::archive::tests::zip(&[(b"bomb.csv", &bomb)])).unwrap();
    let (told, rejects) = read_path(&folder.path().join("bomb.zip"), Caps::default()).unwrap();
    assert_eq!((told.len(), rejects[0].code), (4, "file.cap"));
    assert!(rejects[0].detail.code == "cap.ratio", "{rejects:?}");
    let inner = super::bytes::archive::tests::zip(&[(b"day.csv", day.as_bytes())]);
    std::fs::write(folder.path().join("nested.zip"), super::bytes::archive::tests::zip(&[(b"inner.zip", &inner)]))
        .unwrap();
    let error = read_path(&folder.path().join("nested.zip"), Caps::default()).err().unwrap();
    let because = error.because().unwrap().detail.to_string();
    assert!(because.contains("inside an archive is not read; unpack it"), "{because}");
}
