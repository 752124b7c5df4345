//! The rules of the floor market one by one, with exact numbers.

mod auctions;
mod funding;
#[path = "../support/rig.rs"]
mod rig;
mod shutdowns;
#[path = "../support/mod.rs"]
#[allow(dead_code)]
mod support;
mod takeovers;
mod trading;
