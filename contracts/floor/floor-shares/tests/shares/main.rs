//! Shares of NFTs through their ABI, behind a proxy: whole NFTs, buy-outs, liquidations of a real market, hostile others.

#[path = "../../../floor-end/tests/market/rig.rs"]
#[allow(dead_code, unused_imports, reason = "what the tests of the end need and these do not")]
mod rig;

mod buyouts;
mod desk;
mod histories;
mod hostile;
mod takes;
mod whole;
