//! The floor index through its ABI, behind a proxy, over a book, a pool and signers that do as they are told.

mod administration;
mod caps;
mod epochs;
mod history;
mod pool;
#[path = "../../../../perp/rules/tests/support/random.rs"]
#[allow(dead_code)]
mod random;
mod reports;
mod rig;
mod values;
