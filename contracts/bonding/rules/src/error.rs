//! Why a rule refuses, with the values that made it.

use alloc::boxed::Box;

use everfloor_math::MathError;

/// A refusal. The contract's Solidity errors have the same names and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BondError {
    /// A product, sum or conversion left its type; nothing sane does.
    Overflow,
    /// The amount given is zero where that means nothing.
    ZeroAmount,
    /// The bond is below the least there may be.
    BelowMinimum {
        /// The amount given.
        amount: u128,
        /// The least.
        minimum: u128,
    },
    /// The deadline passed before the call ran.
    Expired {
        /// Last second in which the call was good.
        deadline: u64,
        /// Time of the block.
        now: u64,
    },
    /// Bonding is paused; nothing else ever is.
    BondingPaused,
    /// The underlying that is paid or received is beyond what the caller accepts.
    SlippageUnderlying {
        /// What would be paid or received.
        paid: u128,
        /// The caller's bound.
        limit: u128,
    },
    /// The collateral that is paid or received is beyond what the caller accepts.
    SlippageCollateral {
        /// What would be paid or received.
        paid: u128,
        /// The caller's bound.
        limit: u128,
    },
    /// The bond is not due yet.
    NotMatured {
        /// When it is.
        maturity: u64,
        /// Time of the block.
        now: u64,
    },
    /// More would be redeemed than is backed.
    ExceedsSupply {
        /// The amount given.
        amount: u128,
        /// What is backed.
        supply: u128,
    },
    /// No price can be had that this may rest on; the history's status says why.
    PriceUnavailable {
        /// The status.
        status: u8,
    },
    /// A parameter is outside its hard bounds.
    ParameterOutOfBounds {
        /// Its place in [`crate::Params`], from 0.
        index: u8,
        /// The value given.
        value: u128,
    },
}

impl BondError {
    /// Puts the refusal on the heap, out of every result's way.
    #[cold]
    #[inline(never)]
    pub fn boxed(self) -> Box<Self> {
        Box::new(self)
    }
}

impl From<MathError> for Box<BondError> {
    fn from(_: MathError) -> Self {
        BondError::Overflow.boxed()
    }
}

/// Refuses.
pub(crate) fn refuse<T>(error: BondError) -> Result<T> {
    Err(error.boxed())
}

/// What rules return. The refusal is boxed because every `?` of every rule carries it, and a program pays for
/// the bytes of copying it.
pub type Result<T> = core::result::Result<T, Box<BondError>>;
