//! How the put pool and the bonding on it behave, natively and on the real WASM.
#![allow(missing_docs, reason = "tests")]

mod administration;
mod bonding;
mod buyer;
mod earlier_faults;
mod gas;
mod hostile;
mod oracles;
mod rolling;
mod upgrade;
mod vectors;
mod views;
mod writers;
