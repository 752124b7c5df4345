//! Each rule by itself: what it gives, what it refuses and with which values, and the faults of earlier markets of
//! this kind that it must not have.

#[path = "../support/mod.rs"]
#[allow(dead_code)]
mod support;

mod alone;
mod audit;
mod curve;
mod deleverage;
mod depth;
mod earlier_faults;
mod earlier_numbers;
mod entry;
mod extremes;
mod funding;
mod ledger;
mod liquidation;
mod losses;
mod margin;
mod params;
mod partial;
mod position;
mod refusals;
mod reversal;
mod settlement;
mod takeover;
mod twap;
