//! How the market behaves, natively and on the real WASM.
#![allow(missing_docs, reason = "tests")]

mod bad_input;
mod conservation;
mod earlier_faults;
mod gas;
mod hostile_tokens;
mod lifecycle;
mod losses;
mod model;
mod oracle;
mod orders;
mod partial;
mod reversal;
mod rig;
mod risk;
mod states;
mod takeover;
mod trading;
mod upgrade;
mod upkeep;
mod views;
