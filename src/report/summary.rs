//! The summary at the end of a run, as text for a terminal of 80 columns: findings first, then
//! what was read and what to know about it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};

use crate::findings::{CaseStatus, Findings, OtherPrior};

use super::grouped::grouped;
use super::headline::{AtStake, HeadCase, Headline};
use super::language::Language;
use super::understood::understood;
use super::words::tell;

/// Columns of the terminal; those that place and words of a case have at least; letters of a place.
const WIDTH: u16 = 80;
const WHERE: u16 = 15;
const WHAT: u16 = 13;
const PLACE: usize = 34;

/// The summary of a run whose result lies in `out`, in a language.
#[must_use]
pub fn summary(findings: &Findings, out: &Path, language: Language) -> String {
    let mut text = String::new();
    for warning in &findings.warnings {
        let _ = writeln!(text, "⚠ {}\n", tell(language, warning));
    }
    text += &understood(findings, language);
    changes(&mut text, findings, language);
    found(&mut text, findings, language);
    read(&mut text, findings, language);
    let mut text = within(&text);
    stages(&mut text, findings, language);
    let folder = out.display().to_string();
    let _ = writeln!(text, "\n{}", language.say("result", &[("folder", &folder)]));
    text
}

/// Lines broken between words where they are longer than the terminal is wide; lines of tables,
/// which end in a space, are not.
fn within(text: &str) -> String {
    let width = usize::from(WIDTH);
    let mut told = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut used = 0;
        if line.chars().count() <= width + 1 || line.starts_with(['─', '═']) || line.ends_with(" \n") {
            told.push_str(line);
            continue;
        }
        for word in line.split_inclusive(' ') {
            let letters = word.trim_end().chars().count();
            if used > 0 && used + letters > width {
                told.truncate(told.trim_end_matches(' ').len());
                told.push_str("\n  ");
                used = 2;
            }
            told.push_str(word);
            used += word.chars().count();
        }
    }
    told
}

/// What has become of cases since the month before, where there is one.
fn changes(text: &mut String, findings: &Findings, language: Language) {
    let Some(month) = findings.cases.iter().filter_map(|case| Some(&case.last()?.month)).max() else { return };
    if findings.cases.iter().all(|case| case.history.len() < 2) {
        return;
    }
    let count = |status: CaseStatus| {
        let cases = findings.cases.iter().filter(|case| case.status == status);
        cases.filter(|case| case.last().is_some_and(|last| last.month == *month)).count()
    };
    let told: Vec<String> = (CaseStatus::ALL.into_iter())
        .filter(|status| *status != CaseStatus::Continuing)
        .map(|status| (count(status), status.as_str()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, status)| format!("{} {count}", language.word(status)))
        .collect();
    let told = if told.is_empty() { language.say("unchanged", &[]) } else { told.join(", ") };
    let _ = writeln!(text, "{}", language.say("changes", &[("month", month), ("list", &told)]));
}

/// Who comes next where nobody is listed.
fn candidates(text: &mut String, findings: &Findings, language: Language) {
    for (index, candidate) in findings.candidates.iter().enumerate() {
        if index == 0 {
            let _ = writeln!(text, "{}", language.say("come_next", &[]));
        }
        let _ = writeln!(text, "{:4}. {}", index + 1, tell(language, candidate));
    }
}

/// What was found, where, how much, how sure, and what is new.
fn found(text: &mut String, findings: &Findings, language: Language) {
    let headline = Headline::of(findings);
    let unclaimed = headline.unclaimed;
    if headline.total == 0 {
        let _ = writeln!(text, "{}", language.say("none_found", &[]));
    } else {
        let amount = |sum| amount(sum, language);
        let sum_words = |sum: &AtStake| {
            let (all, low, high) = (amount(sum.amount), amount(sum.low), amount(sum.high));
            language.say("sum", &[("amount", &all), ("currency", sum.currency), ("low", &low), ("high", &high)])
        };
        let at_stake: Vec<String> = headline.at_stake.iter().map(sum_words).collect();
        let Headline { total, kw, kwh, began, new, new_days, innocents, .. } = headline;
        let [total, began, new, days] = [total, began, new, new_days as usize].map(|count| count.to_string());
        let (innocents, kw, kwh) = (format!("{innocents:.1}"), format!("{kw:.1}"), amount(kwh));
        let parts = [("n", &*total), ("innocents", &innocents), ("kw", &kw), ("kwh", &kwh)];
        let _ = writeln!(text, "{}", language.say("found", &parts));
        if !at_stake.is_empty() {
            let _ = writeln!(text, "{}", language.say("at_stake", &[("sums", &at_stake.join(", "))]));
        }
        let parts = [("began", &*began), ("days", &days), ("new", &new)];
        let _ = writeln!(text, "{}\n{}", language.say("began", &parts), language.say("claim", &[]));
        let _ = writeln!(text, "{}", cases(&headline, language));
    }
    if unclaimed > 0 {
        let n = unclaimed.to_string();
        let _ = writeln!(text, "{}", language.say("unclaimed", &[("n", &n)]));
    }
    candidates(text, findings, language);
    let likely = findings.nodes.iter().filter(|node| node.probability.is_some_and(|p| p >= 0.5)).count().to_string();
    let (listed, nodes) = (findings.suspects.len().to_string(), findings.nodes.len().to_string());
    let innocents = format!("{:.1}", findings.expected_innocents());
    let parts = [("n", &*listed), ("innocents", &innocents), ("nodes", &nodes), ("likely", &likely)];
    let _ = writeln!(text, "{}", language.say("listed", &parts));
    let times = |other: &OtherPrior| {
        language.say("times", &[("factor", &other.factor.to_string()), ("n", &other.listed.to_string())])
    };
    let other: Vec<String> = findings.run.other_priors.iter().map(times).collect();
    if !other.is_empty() {
        let _ = writeln!(text, "{}", language.say("other_priors", &[("list", &other.join(", "))]));
    }
}

fn cases(headline: &Headline, language: Language) -> Table {
    let mut table = Table::new();
    // With one currency its code stands once, in the heading.
    let currency = if let [sum] = &headline.at_stake[..] { Some(sum.currency) } else { None };
    let at_stake = language.say("stake", &[]);
    let at_stake = currency.map_or_else(|| at_stake.clone(), |currency| format!("{at_stake},\n{currency}"));
    let [place, what, kw, probability, since] =
        ["where", "what", "kw_range", "prob", "since"].map(|key| language.say(key, &[]));
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(["#", &place, &what, &kw, &at_stake, &probability, &since]);
    for case in &headline.cases {
        table.add_row(cells(case, currency, language));
    }
    for index in [0, 3, 4, 5] {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for (index, least) in [(1, WHERE), (2, WHAT)] {
        if let Some(column) = table.column_mut(index) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
    }
    // Words may be broken, numbers and days not.
    for index in [0, 3, 4, 5, 6] {
        if let Some(column) = table.column_mut(index) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table
}

fn cells(case: &HeadCase, currency: Option<&str>, language: Language) -> [String; 7] {
    let place = match (case.members.first(), case.node) {
        (Some((id, _)), _) if *id != case.place => format!("{id}, {}", case.place),
        (None, Some((id, kind, _))) => format!("{} {id}", language.word(kind)),
        _ => case.place.to_owned(),
    };
    let others = case.members.len().saturating_sub(1);
    let more = if others > 0 { language.say("more", &[("n", &others.to_string())]) } else { String::new() };
    let number = |value: f64| language.number(&format!("{value:.1}"));
    let interval = case.kw_low.zip(case.kw_high).map_or(String::new(), |(low, high)| {
        format!("\n{}", language.say("to", &[("low", &number(low)), ("high", &number(high))]))
    });
    let words: Vec<String> =
        [Some(case.what), case.pattern].into_iter().flatten().map(|word| language.word(word)).collect();
    let is_new = if case.is_new { format!("\n{}", language.say("new", &[])) } else { String::new() };
    [
        case.rank.to_string(),
        place.chars().take(PLACE.saturating_sub(more.chars().count())).collect::<String>() + &more,
        words.join(",\n"),
        case.kw.map_or(String::new(), |kw| format!("{}{interval}", number(kw))),
        case.amount.map_or(String::new(), |sum| {
            let own = case.currency.filter(|own| Some(*own) != currency).unwrap_or("");
            format!("{} {own}", amount(sum, language)).trim().to_owned()
        }),
        case.probability.map_or(String::new(), |p| {
            language.number(&if p > 0.999 { ">0.999".to_owned() } else { format!("{p:.3}") })
        }),
        case.since
            .as_ref()
            .map_or_else(|| language.say("from_start", &[]), |day| format!("{}{is_new}", language.number(day))),
    ]
}

/// A sum without its fractions.
fn amount(sum: f64, language: Language) -> String {
    format!("{}{}", if sum <= -0.5 { "-" } else { "" }, grouped(sum.abs().round() as u64, language))
}

fn read(text: &mut String, findings: &Findings, language: Language) {
    let run = &findings.run;
    let [intervals, registers, points, rejects] =
        [run.readings, run.register_readings, run.usage_points, run.rejects].map(|count| grouped(count, language));
    let parts = [("intervals", &*intervals), ("registers", &registers), ("points", &points), ("rejects", &rejects)];
    let _ = writeln!(text, "\n{}", language.say("read", &parts));
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for fault in &findings.faults {
        *kinds.entry(fault.kind.as_str()).or_insert(0) += 1;
    }
    let words: Vec<String> = kinds.iter().map(|(kind, count)| format!("{} {count}", language.word(kind))).collect();
    let words = if words.is_empty() { language.say("none", &[]) } else { words.join(", ") };
    let _ = writeln!(text, "{}", language.say("faults", &[("list", &words)]));
    for note in &findings.notes {
        let _ = writeln!(text, "{}", language.say("note", &[("note", &tell(language, note))]));
    }
}

fn stages(text: &mut String, findings: &Findings, language: Language) {
    let run = &findings.run;
    let words: Vec<String> = run
        .stages
        .iter()
        .map(|stage| format!("{} {:.2} s", language.word(&format!("stage_{}", stage.stage)), stage.seconds))
        .collect();
    let total: f64 = run.stages.iter().map(|stage| stage.seconds).sum();
    let rate = format!("{:.1}", run.readings as f64 / total.max(1e-6) / 1e6);
    let (words, total) = (words.join(", "), format!("{total:.2}"));
    let parts = [("stages", &*words), ("total", &total), ("rate", &rate)];
    let _ = writeln!(text, "\n{}", language.say("time", &parts));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_is_said_in_words() {
        let told = |language| summary(&Findings::default(), Path::new("out"), language);
        assert!(told(Language::English).contains("No usage point is likely enough"));
        assert!(told(Language::Russian).contains("Ни одна точка учёта не попала в список"));
    }
}
