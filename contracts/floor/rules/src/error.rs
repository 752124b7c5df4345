//! Why a rule refuses, with the values that made it.

use alloc::boxed::Box;

use everfloor_math::MathError;

/// A refusal. The contract's Solidity errors have the same names and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloorError {
    /// A product, sum or conversion left its type; nothing sane does.
    Overflow,
    /// A funding payment is half made: it has to be finished first, by anybody.
    FundingPending {
        /// The epoch that is being paid for.
        epoch: u32,
    },
    /// The amount given is zero where that means nothing.
    ZeroAmount,
    /// A position would be smaller than is worth its storage.
    PositionTooSmall {
        /// What it would be, wei of FP.
        fp: u128,
        /// The least.
        least: u128,
    },
    /// An account would not be held to its margin, or its NFTs would not cover what it is short.
    InsufficientMargin {
        /// What it must have, wei.
        required: u128,
        /// What it would have, wei.
        have: u128,
    },
    /// A trade on margin is too far from the mark.
    PriceOutOfBand {
        /// Its price, wei for one FP.
        price: u128,
        /// The mark.
        mark: u128,
    },
    /// An account has fewer NFTs than it asks for that are not being auctioned.
    NotEnoughNfts {
        /// What is asked for.
        asked: u32,
        /// What there is.
        free: u32,
    },
    /// An account is not to be liquidated.
    NotLiquidatable {
        /// What it is held to, wei.
        owed: u128,
        /// What it has, wei.
        have: u128,
    },
    /// An auction has run its time and must be begun anew.
    NeedsReset {
        /// When it began.
        started: u64,
        /// Time of the block.
        now: u64,
    },
    /// An auction has not run its time.
    StillRunning {
        /// When it began.
        started: u64,
        /// Time of the block.
        now: u64,
    },
    /// A price is above what the caller would pay.
    PriceAboveLimit {
        /// The price, wei.
        price: u128,
        /// The caller's bound.
        limit: u128,
    },
    /// Somebody has less FP than he would pay with.
    NotEnoughFp {
        /// What is asked for, wei.
        asked: u128,
        /// What he has.
        have: u128,
    },
    /// The least price of a voluntary sale would leave the account badly covered.
    ReserveTooLow {
        /// What the sale would bring at least, wei.
        reserve: u128,
        /// What it must bring.
        required: u128,
    },
    /// A loss cannot be paid while nobody is short: it stays the debt of whose it is.
    NobodyToPay {
        /// The loss, wei.
        loss: u128,
    },
    /// Nothing is due.
    NothingToPay,
    /// The deadline passed before the call ran.
    Expired {
        /// Last second in which the call was good.
        deadline: u64,
        /// Time of the block.
        now: u64,
    },
    /// Something may be done only later.
    TooEarly {
        /// After this.
        from: u64,
        /// Time of the block.
        now: u64,
    },
    /// An account is closed when its NFTs are sold or redeemed.
    NftsNotSold {
        /// How many it has.
        nfts: u32,
    },
    /// Nothing is paid before those are closed who may owe; anybody can.
    DebtorsNotClosed {
        /// FP of shorts without NFTs, wei.
        shorts: u128,
        /// FP of longs in debt, wei.
        longs: u128,
    },
    /// More would be open than what is bid for NFTs carries.
    OpenInterestCap {
        /// FP that would be open, wei.
        open: u128,
        /// The most, wei.
        cap: u128,
    },
    /// A purchase must bring more of its price.
    InsufficientCollateral {
        /// What it must bring, wei.
        required: u128,
        /// What it brings, wei.
        have: u128,
    },
    /// A parameter is outside its hard bounds.
    ParameterOutOfBounds {
        /// Which, in the order they are declared.
        index: u8,
        /// The value given.
        value: u128,
    },
    /// An account backed by NFTs would owe cash.
    NegativeCash {
        /// What it would have, wei.
        cash: i128,
    },
}

/// What rules return. Boxed, so that a result stays two words wide; refusals are rare.
pub type Result<T> = core::result::Result<T, Box<FloorError>>;

impl FloorError {
    /// As rules return it.
    #[cold]
    #[inline(never)]
    pub fn boxed(self) -> Box<Self> {
        Box::new(self)
    }
}

/// Refuses.
#[cold]
#[inline(never)]
pub(crate) fn refuse<T>(error: FloorError) -> Result<T> {
    Err(error.boxed())
}

impl From<MathError> for Box<FloorError> {
    /// No rule divides by what can be zero, so what is left is size.
    fn from(_: MathError) -> Self {
        FloorError::Overflow.boxed()
    }
}

impl core::fmt::Display for FloorError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl core::error::Error for FloorError {}
