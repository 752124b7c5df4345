//! The weights of the parts that an NFT is split into. No SDK.

use alloc::vec::Vec;

use alloy_primitives::U256;

/// What the weights sum to.
pub const WHOLE: u128 = 1_000_000_000_000_000_000;
/// The fewest parts there are.
pub const LEAST: usize = 2;
/// The most parts there are: an NFT is split and merged in one call.
pub const MOST: usize = 8;

/// Why weights are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There are too few or too many.
    Count(usize),
    /// One of them is zero.
    Zero(usize),
    /// They do not sum to the whole.
    Sum(U256),
}

/// Where each part ends when they are laid end to end, the first beginning at 0 and the last ending at the whole.
pub fn ends(weights: &[U256]) -> Result<Vec<u128>, Refusal> {
    if !(LEAST..=MOST).contains(&weights.len()) {
        return Err(Refusal::Count(weights.len()));
    }
    if let Some(part) = weights.iter().position(U256::is_zero) {
        return Err(Refusal::Zero(part));
    }
    // What saturates is no whole.
    let sum = weights.iter().fold(U256::ZERO, |sum, weight| sum.saturating_add(*weight));
    if sum != U256::from(WHOLE) {
        return Err(Refusal::Sum(sum));
    }
    let mut end: u128 = 0;
    let add = |weight: &U256| {
        end = end.saturating_add(weight.saturating_to());
        end
    };
    Ok(weights.iter().map(add).collect())
}
