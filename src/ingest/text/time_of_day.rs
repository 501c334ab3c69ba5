//! The time of day behind a date, with the offset from UTC where it has one.

/// Seconds since midnight of ` HH:MM` and ` HH:MM:SS`, which nearly all files have; `None` for
/// anything else.
fn usual_time(bytes: &[u8]) -> Option<i64> {
    let pair = |tens: u8, ones: u8| {
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
    };
    let (hour, minute, second) = match *bytes {
        [b' ' | b'T', h, hh, b':', m, mm] => (pair(h, hh)?, pair(m, mm)?, 0),
        [b' ' | b'T', h, hh, b':', m, mm, b':', s, ss] => (pair(h, hh)?, pair(m, mm)?, pair(s, ss)?),
        _ => return None,
    };
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

/// Seconds since midnight and the offset, if any, of `[T ]HH:MM[:SS[.fff]][Z|±HH[:]MM]`; nothing at
/// all is midnight.
pub(crate) fn time_of_day(bytes: &[u8]) -> Option<(i64, Option<i64>)> {
    if let Some(second) = usual_time(bytes) {
        return Some((second, None));
    }
    let Some((&first, rest)) = bytes.split_first() else { return Some((0, None)) };
    if !matches!(first, b'T' | b' ') {
        return None;
    }
    let (hour, minute, mut rest) = hour_minute(rest)?;
    let mut second = 0;
    if let [b':', tens @ b'0'..=b'5', ones @ b'0'..=b'9', after @ ..] = rest {
        second = i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
        rest = after;
        if let [b'.' | b',', after @ ..] = rest {
            let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest = &after[digits..];
        }
    }
    let total = hour * 3600 + minute * 60 + second;
    if total > 90_000 {
        return None;
    }
    with_offset(total, rest)
}

/// Seconds since midnight and the offset, if any, of `HHMM` and `HHMMSS`, behind nothing, a space
/// or `T`: the basic form of ISO 8601.
pub(crate) fn compact_time(bytes: &[u8]) -> Option<(i64, Option<i64>)> {
    let bytes = bytes.strip_prefix(b"T").unwrap_or(bytes).trim_ascii_start();
    let (clock, zone) = bytes.split_at(bytes.iter().take_while(|byte| byte.is_ascii_digit()).count());
    if !matches!(clock.len(), 4 | 6) {
        return None;
    }
    let pair = |place: usize| {
        clock.get(place..place + 2).map_or(0, |pair| i64::from(pair[0] - b'0') * 10 + i64::from(pair[1] - b'0'))
    };
    let (hour, minute, second) = (pair(0), pair(2), pair(4));
    let total = hour * 3600 + minute * 60 + second;
    if minute < 60 && second < 60 && total <= 86_400 { with_offset(total, zone) } else { None }
}

/// A time of day with the offset that stands behind it: nothing, `Z` or one in digits; `None` for
/// anything else.
fn with_offset(second: i64, zone: &[u8]) -> Option<(i64, Option<i64>)> {
    let offset = match zone {
        [] => None,
        [b'Z' | b'z'] => Some(0),
        [b'-', zone @ ..] => Some(-zone_offset(zone)?),
        [b'+', zone @ ..] => Some(zone_offset(zone)?),
        _ => return None,
    };
    Some((second, offset))
}

fn hour_minute(bytes: &[u8]) -> Option<(i64, i64, &[u8])> {
    let digits = |pair: &[u8]| {
        pair.iter().all(u8::is_ascii_digit).then(|| pair.iter().fold(0, |v, b| v * 10 + i64::from(b - b'0')))
    };
    let colon = bytes.iter().position(|&byte| byte == b':').filter(|&place| place == 1 || place == 2)?;
    let (hour, minute) = (digits(&bytes[..colon])?, digits(bytes.get(colon + 1..colon + 3)?)?);
    (hour <= 25 && minute < 60).then(|| (hour, minute, &bytes[colon + 3..]))
}

/// The time of day without the letter that tells the two hours apart which the clock shows twice:
/// `2A` and `2B`, or `02X` and `2*` for the second of them.
pub(crate) fn without_repeat(time: &[u8]) -> (&[u8], Option<bool>) {
    match time {
        [bare @ .., b'0'..=b'9', letter @ (b'A' | b'a' | b'B' | b'b' | b'X' | b'x' | b'*')] => {
            (&time[..=bare.len()], Some(!matches!(letter, b'A' | b'a')))
        }
        _ => (time, None),
    }
}

fn zone_offset(bytes: &[u8]) -> Option<i64> {
    let digits: Vec<i64> =
        bytes.iter().filter(|&&byte| byte != b':').map(|byte| i64::from(*byte) - i64::from(b'0')).collect();
    if digits.iter().any(|digit| !(0..=9).contains(digit)) {
        return None;
    }
    match digits[..] {
        [a, b] => Some((a * 10 + b) * 3600),
        [a, b, c, d] => Some((a * 10 + b) * 3600 + (c * 10 + d) * 60),
        _ => None,
    }
}
