//! Why a rule refuses, with the values that made it.

use alloc::boxed::Box;

use everfloor_math::MathError;

/// A refusal. The contract's Solidity errors have the same names and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PerpError {
    /// A product, sum or conversion left its type; nothing sane does.
    Overflow,
    /// The amount given is zero where that means nothing.
    ZeroAmount,
    /// The deadline passed before the call ran.
    Expired {
        /// Last second in which the call was good.
        deadline: u64,
        /// Time of the block.
        now: u64,
    },
    /// Opening is paused, or the market only reduces.
    OpeningPaused,
    /// The oracle cannot be relied on for this action.
    OracleUnusable {
        /// The feed's status code.
        status: u8,
        /// When its price was made.
        updated_at: u64,
    },
    /// The curve has less than the swap would take.
    CurveExhausted {
        /// What the swap asks for, wad.
        asked: u128,
        /// What the reserve holds, wad.
        reserve: u128,
    },
    /// The swap's result is on the wrong side of the caller's limit.
    SlippageExceeded {
        /// What the swap gives or takes, wad.
        got: u128,
        /// The caller's bound, wad.
        limit: u128,
    },
    /// The fee is above what the caller accepts, token units.
    FeeAboveLimit {
        /// The fee.
        fee: u128,
        /// The caller's bound.
        limit: u128,
    },
    /// One trade may not move the mark this far.
    PriceImpactTooHigh {
        /// Mark before, wad.
        before: u128,
        /// Mark after, wad.
        after: u128,
    },
    /// The trade would take the mark further from the oracle than allowed.
    MarkTooFarFromIndex {
        /// Mark after, wad.
        mark: u128,
        /// Oracle price, wad.
        index: u128,
    },
    /// Open interest of the side would pass its cap, base wad.
    OpenInterestAboveCap {
        /// The side's size after the trade.
        size: u128,
        /// The cap.
        cap: u128,
    },
    /// The position would pass the per-account cap, base wad.
    PositionAboveCap {
        /// The size after the trade.
        size: u128,
        /// The cap.
        cap: u128,
    },
    /// What would remain is too small to be worth a liquidation, notional wad.
    PositionTooSmall {
        /// Notional of the position.
        notional: u128,
        /// The least allowed.
        least: u128,
    },
    /// Equity does not reach the requirement, token units.
    BelowInitialMargin {
        /// Equity at the worse price; can be negative.
        equity: i128,
        /// What is required.
        required: u128,
    },
    /// The margin cannot pay what the action costs, token units.
    InsufficientMargin {
        /// What there is.
        available: u128,
        /// What is needed.
        needed: u128,
    },
    /// There is no position.
    NoPosition,
    /// The order is larger than the position it would reduce, notional or base wad.
    ExceedsPosition {
        /// What the order asks to take off.
        asked: u128,
        /// What there is.
        available: u128,
    },
    /// The position keeps its maintenance margin, token units.
    NotLiquidatable {
        /// Equity at the liquidation price.
        equity: i128,
        /// Maintenance requirement.
        required: u128,
    },
    /// The account has no profit waiting, or asks for more of it than there is, token units.
    ExceedsClaim {
        /// What was asked.
        asked: u128,
        /// What waits.
        available: u128,
    },
    /// A claim is worth less than its amount now, and backs an open position: close first.
    ClaimBacksPosition,
    /// The payout is below the caller's bound, token units.
    PayoutBelowLimit {
        /// The payout.
        payout: u128,
        /// The bound.
        limit: u128,
    },
    /// There is no loss to realise, or nobody waits for it.
    NothingToRealize,
    /// The market is halted: its positions are settled at the frozen price.
    MarketHalted,
    /// The market is not halted.
    MarketNotHalted,
    /// The market may not be halted by anyone yet: its oracle answered last at `updated_at`.
    OracleAlive {
        /// When its price was made.
        updated_at: u64,
        /// When anyone may halt.
        dead_at: u64,
    },
    /// Trades of the last window have moved the mark too far in this direction already, parts per million.
    WindowImpactTooHigh {
        /// What they would have moved it, without sign.
        moved: u128,
        /// The most allowed.
        limit: u128,
    },
    /// The difference between longs and shorts would pass its cap, base wad.
    SkewAboveCap {
        /// The difference after the trade.
        skew: u128,
        /// The cap.
        cap: u128,
    },
    /// Trading was resumed a short while ago; who still has equity is not liquidated before this ends.
    InGrace {
        /// When it ends.
        until: u64,
        /// Time of the block.
        now: u64,
    },
    /// The curve cannot take a slice worth closing within the impact it may have now, notional wad.
    CurveTooThin {
        /// What it can take.
        notional: u128,
        /// The least worth taking.
        least: u128,
    },
    /// No auction of this position runs now.
    NoTakeover {
        /// When it began; 0 is never.
        start: u64,
        /// Time of the block.
        now: u64,
    },
    /// The auction is still on.
    TakeoverRunning {
        /// When it ends.
        until: u64,
        /// Time of the block.
        now: u64,
    },
    /// The caller holds the other side, or is the trader.
    UnfitTaker,
    /// A change of the curve came a short while ago.
    TooEarly {
        /// When the next may come.
        next: u64,
        /// Time of the block.
        now: u64,
    },
    /// The curve is where it should be.
    NothingToChange,
    /// The change would cost the market's fees more than they may spend, token units.
    OverBudget {
        /// The cost.
        cost: u128,
        /// What may be spent.
        budget: u128,
    },
    /// A deficit waits to be covered; until it is, profit and the margin of open positions stay.
    WithdrawalsGated,
    /// Positions of a halted market wait to be settled; until they are, nobody is paid profit.
    Unsettled {
        /// How many.
        positions: u32,
    },
    /// A parameter is outside its hard bounds.
    ParameterOutOfBounds {
        /// Its place in [`crate::Params`], from 0.
        index: u8,
        /// The value given.
        value: u128,
    },
}

impl PerpError {
    /// Puts the refusal on the heap, out of every result's way.
    #[cold]
    #[inline(never)]
    pub fn boxed(self) -> Box<Self> {
        Box::new(self)
    }
}

impl From<MathError> for Box<PerpError> {
    fn from(_: MathError) -> Self {
        PerpError::Overflow.boxed()
    }
}

/// Refuses.
pub(crate) fn refuse<T>(error: PerpError) -> Result<T> {
    Err(error.boxed())
}

/// What rules return. The refusal is boxed because every `?` of every rule carries it, and a program pays for
/// the bytes of copying it.
pub type Result<T> = core::result::Result<T, Box<PerpError>>;
