//! Parts of NFTs through their ABI, behind a proxy; and a market of one of them.

#[path = "../../../floor-end/tests/market/rig.rs"]
#[allow(dead_code, unused_imports, reason = "what the tests of the end need and these do not")]
mod rig;

mod bench;
mod index;
mod market;
mod split;
