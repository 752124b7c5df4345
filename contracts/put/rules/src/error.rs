//! Why a rule refuses, with the values that made it.

use alloc::boxed::Box;

use everfloor_math::MathError;
use everfloor_put_pricing::PricingError;

/// A refusal. The contract's Solidity errors have the same names and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutError {
    /// A product, sum or conversion left its type; nothing sane does.
    Overflow,
    /// The option's terms are outside the domain of the pricing; a pool's own bounds keep them inside.
    Unpriceable,
    /// The amount given is zero where that means nothing.
    ZeroAmount,
    /// The amount is below the least that is worth its storage.
    AmountTooSmall {
        /// The amount given.
        amount: u128,
        /// The least.
        least: u128,
    },
    /// The deadline passed before the call ran.
    Expired {
        /// Last second in which the call was good.
        deadline: u64,
        /// Time of the block.
        now: u64,
    },
    /// Entry (deposits and purchases) is paused; exits and claims never are.
    EntryPaused,
    /// The first epoch has not begun.
    EpochNotStarted {
        /// When it begins.
        start: u64,
        /// Time of the block.
        now: u64,
    },
    /// The epoch runs until `end`: it cannot roll yet.
    EpochNotEnded {
        /// When it ends.
        end: u64,
        /// Time of the block.
        now: u64,
    },
    /// The epoch is over and has to be rolled before anybody may enter.
    RollDue {
        /// When it ended.
        end: u64,
        /// Time of the block.
        now: u64,
    },
    /// The deposit would get fewer shares than asked for.
    SharesBelowLimit {
        /// What it would get.
        shares: u128,
        /// The caller's bound.
        limit: u128,
    },
    /// The put's price is above what the caller accepts, token units.
    SlippagePremium {
        /// The premium.
        premium: u128,
        /// The caller's bound.
        limit: u128,
    },
    /// The put's strike is below what the caller accepts, wad.
    StrikeBelowLimit {
        /// The strike.
        strike: u128,
        /// The caller's bound.
        limit: u128,
    },
    /// The pool has too little free liquidity to lock for these puts, token units.
    InsufficientCollateral {
        /// What they would lock.
        need: u128,
        /// What is free.
        free: u128,
    },
    /// More would be backed than the pool's liquidity supports, token units.
    SupplyCapExceeded {
        /// What would be backed.
        supply: u128,
        /// The most.
        max: u128,
    },
    /// The position has fewer shares (or fewer that are not requested, or fewer requested) than asked for.
    ExceedsShares {
        /// What was asked for.
        asked: u128,
        /// What there is.
        available: u128,
    },
    /// The escrow holds less than asked for, token units.
    ExceedsEscrow {
        /// What was asked for.
        asked: u128,
        /// What there is.
        available: u128,
    },
    /// The position has taken part in more exits than one call accounts for: settle it once more.
    PositionUnsettled {
        /// Exits still to be accounted for.
        exits: u16,
    },
    /// No price can be had that this may rest on; the history's or the feed's status says why.
    PriceUnavailable {
        /// The status.
        status: u8,
    },
    /// Rewards are being paid already, or there are none.
    RewardsStarted {
        /// Since when; 0 where the pool has none.
        start: u64,
    },
    /// There is nothing to pay.
    NothingToPay,
    /// A parameter is outside its hard bounds.
    ParameterOutOfBounds {
        /// Its place in [`crate::Params`], from 0.
        index: u8,
        /// The value given.
        value: u128,
    },
}

impl PutError {
    /// Puts the refusal on the heap, out of every result's way.
    #[cold]
    #[inline(never)]
    pub fn boxed(self) -> Box<Self> {
        Box::new(self)
    }
}

impl From<MathError> for Box<PutError> {
    fn from(_: MathError) -> Self {
        PutError::Overflow.boxed()
    }
}

impl From<PricingError> for Box<PutError> {
    fn from(_: PricingError) -> Self {
        PutError::Unpriceable.boxed()
    }
}

/// Refuses.
pub(crate) fn refuse<T>(error: PutError) -> Result<T> {
    Err(error.boxed())
}

/// What rules return. The refusal is boxed because every `?` of every rule carries it, and a program pays for
/// the bytes of copying it.
pub type Result<T> = core::result::Result<T, Box<PutError>>;
