//! What a finding means: licences, addresses, regions, money, published criteria, and where to go
//! first.

mod address;
pub(crate) mod at_stake;
mod bill_days;
pub(crate) mod billing;
mod case;
mod criteria;
mod fee;
mod loss_sum;
mod metered_use;
mod money;
#[cfg(test)]
mod money_cases;
mod pseudonym;
mod regions;
mod rules;
mod said;
mod tariff_book;
#[cfg(test)]
mod test_rows;
mod visits;
mod worklist;

pub use address::address_rows;
pub use fee::{Fee, FeeRule, fee_of};
pub use metered_use::{EVEN, MeteredUse, window_shares};
pub use money::{Claim, HiddenRun, Money, MoneySettings};
pub use pseudonym::{PseudonymKey, hex, pseudonymise};
pub use regions::{OverRating, region_rows};
pub use rules::{Criterion, CriterionTest, Figure, RuleError, RuleFacts, RulePack, RuleSettings, criteria_met};
pub use said::SAID;
pub use tariff_book::{BillLine, ByHour, Slice, TariffBook};
pub use visits::Visits;
pub use worklist::{WorklistSetting, worklist_rows};
