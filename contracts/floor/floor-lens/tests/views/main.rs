//! Views and previews of a whole market: what they say is what there is, and what a call then does.

#[path = "../../../floor-end/tests/market/rig.rs"]
#[allow(dead_code, reason = "what the tests of the end need and these do not")]
mod rig;

mod accounts;
mod auctions;
mod ends;
mod funding;
mod limits;
mod market;
mod seen;
