//! A module with a trait and a struct of its own.

use super::Vault;
use alloy_primitives::U256;
use stylus_sdk::alloy_sol_types::sol;
use stylus_sdk::prelude::*;

sol! {
    /// A point.
    #[derive(AbiType)]
    struct Point {
        int64 x;
        int64 y;
    }
}

/// Knows about points.
#[public]
pub trait IShapes {
    /// How far `points` reach.
    fn reach(&self, points: Vec<Point>) -> U256;
}

#[public]
impl IShapes for Vault {
    fn reach(&self, points: Vec<Point>) -> U256 {
        U256::from(points.len())
    }
}

#[cfg(test)]
mod not_read {
    stylus_sdk::alloy_sol_types::sol! {
        /// Of tests only.
        event OfTests(uint8 a);
    }
}
