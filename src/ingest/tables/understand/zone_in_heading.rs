//! The clock that a heading names: `time_utc`, `Start (UTC+5)`, `Zeit [GMT]`.

/// A heading without the clock that it names, and that clock as an IANA name; `None` where it names
/// none. Letters of zones with summer time may mean either of two clocks and are not taken.
pub(crate) fn zone_in_heading(name: &str) -> Option<(String, String)> {
    let lower = name.to_lowercase();
    let starts = ["utc", "gmt"].iter().flat_map(|word| lower.match_indices(word)).map(|(start, _)| start);
    let is_start = |&start: &usize| !lower[..start].ends_with(char::is_alphanumeric);
    let start = starts.filter(is_start).min()?;
    let rest = &lower[start + 3..];
    let signed = rest.trim_start_matches([' ', '_']);
    let (hours, after) = match signed.strip_prefix(['+', '-', '−']) {
        Some(digits) => {
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            let hours: i32 = digits[..end].parse().ok().filter(|hours| *hours <= 14)?;
            let after = digits[end..].strip_prefix(":00").unwrap_or(&digits[end..]);
            (if signed.starts_with('+') { hours } else { -hours }, after)
        }
        None => (0, rest),
    };
    if after.starts_with(|c: char| c.is_alphanumeric() || c == ':') {
        return None;
    }
    let end = lower.len() - after.len();
    let bare = format!("{} {}", lower.get(..start)?, lower.get(end..)?);
    // Hours west of Greenwich are positive in the names of these zones.
    let zone = if hours == 0 { "UTC".to_owned() } else { format!("Etc/GMT{:+}", -hours) };
    Some((bare, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_name_utc_or_a_distance_from_it() {
        for (name, bare, zone) in [
            ("timestamp_utc", "timestamp", "UTC"),
            ("Start (UTC)", "start", "UTC"),
            ("UTC Time", "time", "UTC"),
            ("Zeit [UTC+01:00]", "zeit", "Etc/GMT-1"),
            ("Local time GMT-3", "local time", "Etc/GMT+3"),
        ] {
            let (found, clock) = zone_in_heading(name).unwrap();
            let words: Vec<&str> =
                found.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
            assert_eq!((words.join(" ").as_str(), clock.as_str()), (bare, zone), "{name}");
        }
        for name in ["timestamp", "Outcome", "utcode", "UTC+05:30", "Time (CET)"] {
            assert_eq!(zone_in_heading(name), None, "{name}");
        }
    }
}
