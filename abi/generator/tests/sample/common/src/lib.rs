//! What the sample's programs share.

pub mod owner;
pub mod records;
pub mod refusal;

/// A number of the sample, by another name.
pub type Amount = alloy_primitives::U256;

/// How many slots a row has.
pub const SLOTS: usize = 3;
