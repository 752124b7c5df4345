//! The order book through its ABI: both programs, behind a proxy, with a market that does as it is told. Every
//! behaviour is tested with the SDK's router and with the program's own.
#![allow(missing_docs)]

mod calls;
mod market;
mod opening;
mod orders;
mod random;
mod rig;
mod upkeep;
mod views;
