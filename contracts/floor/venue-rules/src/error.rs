//! Why a rule refuses, with the values that made it.

use alloc::boxed::Box;

use everfloor_math::MathError;

/// A refusal. The contract's Solidity errors have the same names and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VenueError {
    /// A product, sum or conversion left its type; nothing sane does.
    Overflow,
    /// There is no such tick: zero is no price, and [`crate::TICKS`] is the first beyond the last.
    TickOutOfRange {
        /// The tick given.
        tick: u32,
    },
    /// The order is, or would be left, below the least that is worth its storage.
    OrderTooSmall {
        /// Its lots.
        lots: u64,
        /// The least.
        least: u64,
    },
    /// The order's last second is over.
    Expired {
        /// Last second in which it was good.
        expiry: u64,
        /// Time of the block.
        now: u64,
    },
    /// The order may only rest, and would trade with the other side's best.
    WouldCross {
        /// The tick of that best.
        best: u32,
    },
    /// The order was to be filled at once and whole, and is not.
    NotFilled {
        /// Lots that would have been filled.
        filled: u64,
        /// Lots of the order.
        lots: u64,
    },
    /// No such order rests here: it never did, or is gone.
    NoSuchOrder {
        /// The id given.
        id: u64,
    },
    /// The order is somebody else's.
    NotOwner {
        /// The id given.
        id: u64,
    },
    /// The order has not expired, so only its owner may take it out.
    NotExpired {
        /// Last second in which it is good; 0 for one that never expires.
        expiry: u64,
        /// Time of the block.
        now: u64,
    },
    /// The order has no more lots than it is to be reduced to.
    NotReduced {
        /// The lots asked for.
        lots: u64,
        /// The lots it has.
        current: u64,
    },
    /// The epoch runs until `end`: it has no average yet.
    EpochNotOver {
        /// When it ends.
        end: u64,
        /// Time of the block.
        now: u64,
    },
    /// The epoch began before the mark did.
    EpochNotRecorded {
        /// The epoch asked for.
        epoch: u32,
    },
    /// No snapshot is kept that is as old as that.
    NoSnapshot {
        /// The time asked for.
        time: u64,
    },
    /// There is no time to average over.
    NothingToAverage {
        /// Where it would begin.
        from: u64,
        /// Where it would end.
        to: u64,
    },
    /// A price of zero, or one that no tick could have.
    PriceOutOfRange {
        /// The price given, wei.
        price: u128,
    },
    /// A parameter is outside its hard bounds.
    ParameterOutOfBounds {
        /// Its place in [`crate::Params`], from 0.
        index: u8,
        /// The value given.
        value: u128,
    },
}

impl VenueError {
    /// Puts the refusal on the heap, out of every result's way.
    #[cold]
    #[inline(never)]
    pub fn boxed(self) -> Box<Self> {
        Box::new(self)
    }
}

impl From<MathError> for Box<VenueError> {
    fn from(_: MathError) -> Self {
        VenueError::Overflow.boxed()
    }
}

/// Refuses.
pub(crate) fn refuse<T>(error: VenueError) -> Result<T> {
    Err(error.boxed())
}

/// What rules return. The refusal is boxed because every `?` of every rule carries it, and a program pays for
/// the bytes of copying it.
pub type Result<T> = core::result::Result<T, Box<VenueError>>;
