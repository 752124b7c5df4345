//! An error type that is only bytes, made from a rule's error.

use super::records;
use alloy_primitives::U256;
use alloy_sol_types::SolError;

/// Why a rule refuses.
pub enum Rule {
    /// Too much.
    TooMuch(u64, u64),
    /// Nothing.
    Nothing,
    /// Nobody makes it.
    Never,
}

/// The bytes of an error.
pub struct Refusal(pub Vec<u8>);

/// What methods return.
pub type Outcome<T> = core::result::Result<T, Refusal>;

impl From<Refusal> for Vec<u8> {
    fn from(refusal: Refusal) -> Self {
        refusal.0
    }
}

impl From<Rule> for Refusal {
    fn from(rule: Rule) -> Self {
        Self(match rule {
            Rule::TooMuch(asked, available) => {
                let (asked, available) = (U256::from(asked), U256::from(available));
                records::TooMuch { asked, available }.abi_encode()
            }
            Rule::Nothing => records::Nothing {}.abi_encode(),
            Rule::Never => records::Unreachable {}.abi_encode(),
        })
    }
}

/// A rule.
pub fn some(amount: u64) -> Result<u64, Rule> {
    if amount == 0 { Err(Rule::Nothing) } else { Ok(amount) }
}

/// A rule that uses the other.
pub fn at_most(amount: u64, limit: u64) -> Result<u64, Rule> {
    let amount = some(amount)?;
    if amount > limit { Err(Rule::TooMuch(amount, limit)) } else { Ok(amount) }
}
