//! The README of a synthetic utility, with the command that makes it again.

use super::oddities::Oddities;
use super::settings::{CheckedSettings, SimulateSettings};
use super::simulated::Simulated;

/// How `truth.csv` is read.
const TRUTH: &str = "`truth.csv`: label 1 = farm or theft, 0 = innocent, -1 = not scored. Level `usage_point` is what \
                     a customer's own series hides; level `node` is load that \
no meter sees (`customer`: whose it is), or a fault of the node's balance meter (`balance_clock:` minutes fast, \
 `balance_ratio:` factor, `balance_stuck`, `balance_gaps`); \
level `link` is a usage point that the grid file puts in the wrong place (`wrong_link`) or nowhere (`unlinked`), \
 `customer` being its true transformer; level `side` a balance meter at 0.4 kV. \
`kw` is the mean while it runs, of a meter that was tampered with what it does not show.";

/// How `details.csv` is read.
const DETAILS: &str = "`details.csv`: what is strange about every usage point. `turn` (season, return, \
                       unbooked_heating) is what happens to its lawful load and `turn_from` when; \
`display_kwh` one step of the display, `exchanged` when another meter took its place and `display_after_kwh` the step \
 of that one, `clock_min` the minutes by which the clock is \
fast, `fault` (ratio, stuck) what is wrong with the readings from `from` to `to`, `ratio` what they are multiplied \
 by. Of farms: `units` of `unit_kw`, the energy `kwh` that the meter \
saw (level `node`: a tap's), the `hours` in which it ran, `first` and `last` interval. In `truth.csv`, `low_ratio` \
 and `stopped_meter` are load that a customer's meter does \
not show for such a fault: not scored.";

/// The options that turn the default utility into this one, as they are typed.
///
/// # Errors
/// When a setting cannot be written as TOML.
pub fn command_line(settings: &SimulateSettings) -> Result<String, toml::ser::Error> {
    let (own, usual) = (toml::Table::try_from(settings)?, toml::Table::try_from(SimulateSettings::default())?);
    let usual_odd = toml::Table::try_from(Oddities::default())?;
    let odd = own.get("oddities").and_then(toml::Value::as_table).into_iter().flatten();
    let odd = odd.filter(|(key, value)| usual_odd.get(*key) != Some(*value));
    let words = own.iter().filter(|(key, value)| *key != "oddities" && usual.get(*key) != Some(*value)).chain(odd).map(
        |(key, value)| {
            let option = key.replace('_', "-");
            match value {
                toml::Value::Boolean(_) => format!(" --{option}"),
                // The words of an option are spelled with hyphens; zone names are left as they are.
                toml::Value::String(text) if !text.contains('/') => format!(" --{option} {}", text.replace('_', "-")),
                toml::Value::String(text) => format!(" --{option} {text}"),
                other => format!(" --{option} {other}"),
            }
        },
    );
    Ok(std::iter::once("darkload simulate --out DIR".to_owned()).chain(words).collect())
}

/// Text of the folder's `README.md`: that it is made up, how to make it again, and what is in it.
///
/// # Errors
/// When a setting cannot be written as TOML.
pub(super) fn readme(
    settings: &CheckedSettings,
    simulated: &Simulated,
    as_toml: &str,
) -> Result<String, toml::ser::Error> {
    let command = command_line(settings)?;
    let details = if settings.oddities.none() { String::new() } else { format!("\n\n{DETAILS}") };
    let Simulated { readings, usage_points, farms, unmetered_nodes, .. } = simulated;
    Ok(format!(
        "# A synthetic utility\n\n\
         Every customer, address and reading here is made up. Made by\n\n```sh\n{command}\n```\n\n\
         {usage_points} usage points, {readings} readings, {farms} usage points with a farm or theft, \
         {unmetered_nodes} grid nodes with unmetered load \
         (`truth.csv`). Stamps are local time, time zone `{}`.\n\n{TRUTH}{details}\n\n\
         All settings:\n\n```toml\n{as_toml}```\n",
        settings.timezone
    ))
}
