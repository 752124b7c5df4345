//! A whole market through its ABI: the programs behind their proxy on one storage, an index and a venue that say
//! what they are told, cash, a collection, people.

mod ends;
mod examples;
mod histories;
mod money;
#[path = "../../../../perp/rules/tests/support/random.rs"]
#[allow(dead_code)]
mod random;
mod rig;
mod takeovers;
mod told;
