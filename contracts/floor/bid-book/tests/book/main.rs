//! The bid book through its ABI, behind a proxy, with all its programs, on good and on hostile collections and tokens.

mod administration;
mod asks;
mod bids;
mod history;
mod hostile;
mod markets;
#[path = "../../../../perp/rules/tests/support/random.rs"]
#[allow(dead_code)]
mod random;
mod reading;
mod rewards;
mod rig;
mod sales;
mod views;
