//! The README of a synthetic utility, with the command that makes it again.

use super::settings::{CheckedSettings, SimulateSettings};
use super::simulate::Simulated;

/// How `truth.csv` is read.
const TRUTH: &str = "`truth.csv`: label 1 = farm or theft, 0 = innocent, -1 = not scored. Level `usage_point` is what a customer's own series hides; level `node` is load that \
no meter sees (`customer`: whose it is), or a fault of the node's balance meter (`balance_clock:` minutes fast, `balance_ratio:` factor, `balance_stuck`, `balance_gaps`); \
level `link` is a usage point that the grid file puts in the wrong place (`wrong_link`) or nowhere (`unlinked`), `customer` being its true transformer. \
`kw` is the mean while it runs, of a meter that was tampered with what it does not show.";

/// The options that turn the default utility into this one, as they are typed.
///
/// # Errors
/// When a setting cannot be written as TOML.
pub fn command_line(settings: &SimulateSettings) -> Result<String, toml::ser::Error> {
    let (own, usual) = (toml::Table::try_from(settings)?, toml::Table::try_from(SimulateSettings::default())?);
    let words = own.iter().filter(|(key, value)| usual.get(*key) != Some(*value)).map(|(key, value)| {
        let option = key.replace('_', "-");
        match value {
            toml::Value::Boolean(_) => format!(" --{option}"),
            // The words of an option are spelled with hyphens; zone names are left as they are.
            toml::Value::String(text) if !text.contains('/') => format!(" --{option} {}", text.replace('_', "-")),
            toml::Value::String(text) => format!(" --{option} {text}"),
            other => format!(" --{option} {other}"),
        }
    });
    Ok(std::iter::once("darkload simulate --out DIR".to_owned()).chain(words).collect())
}

/// Text of the folder's `README.md`: that it is made up, how to make it again, and what is in it.
///
/// # Errors
/// When a setting cannot be written as TOML.
pub(super) fn readme(settings: &CheckedSettings, simulated: &Simulated, as_toml: &str) -> Result<String, toml::ser::Error> {
    let command = command_line(settings)?;
    let Simulated { readings, usage_points, farms, unmetered_nodes, .. } = simulated;
    Ok(format!(
        "# A synthetic utility\n\n\
         Every customer, address and reading here is made up. Made by\n\n```sh\n{command}\n```\n\n\
         {usage_points} usage points, {readings} readings, {farms} usage points with a farm or theft, {unmetered_nodes} grid nodes with unmetered load \
         (`truth.csv`). Stamps are local time, time zone `{}`.\n\n{TRUTH}\n\nAll settings:\n\n```toml\n{as_toml}```\n",
        settings.timezone
    ))
}
