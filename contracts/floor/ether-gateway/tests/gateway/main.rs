//! The gateway of a whole market through its ABI, whose cash is wrapped ether.

mod gateway;
#[path = "../../../floor-end/tests/market/rig.rs"]
#[allow(dead_code, reason = "what the tests of the end need and these do not")]
mod rig;
