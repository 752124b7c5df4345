//! The token of a whole market through its ABI: the market's programs on one storage, an index and a venue that say what they
//! are told, cash, people.

mod debts;
mod ends;
mod erc20;
mod histories;
mod made;
#[path = "../../../../perp/rules/tests/support/random.rs"]
#[allow(dead_code, reason = "what the tests of rules need and these do not")]
mod random;
#[path = "../../../floor-end/tests/market/rig.rs"]
#[allow(dead_code, unused_imports, reason = "what the tests of the end need and these do not")]
mod rig;
mod wrapping;
