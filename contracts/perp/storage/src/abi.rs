//! The events, errors and view structs of the clearing house.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

/// Errors. Amounts of margin, fees and profit are token units; sizes, notionals and prices are wad.
pub mod errors {
    alloy_sol_types::sol! {
        /// A value does not fit, or a product or sum of sane values overflowed.
        error Overflow();
        /// An amount is zero where that means nothing.
        error ZeroAmount();
        /// There is no market `marketId`.
        error UnknownMarket(uint256 marketId);
        /// `side` is neither 0 (long) nor 1 (short).
        error InvalidSide(uint8 side);
        /// The call ran at `nowTime`, after its `deadline`.
        error Expired(uint256 deadline, uint256 nowTime);
        /// The market takes no new risk; leaving it is open.
        error OpeningPaused();
        /// The oracle cannot be relied on for this: `status` as in PriceFeed.read, price made at `updatedAt`.
        error OracleUnusable(uint8 status, uint256 updatedAt);
        /// The swap asks for `asked` of a reserve of `reserve`.
        error CurveExhausted(uint256 asked, uint256 reserve);
        /// The swap gives or costs `got`, beyond the caller's `limit`.
        error SlippageExceeded(uint256 got, uint256 limit);
        /// The fee is above the caller's limit.
        error FeeAboveLimit(uint256 fee, uint256 limit);
        /// The trade would move the mark from `beforePrice` to `afterPrice`, more than one trade may.
        error PriceImpactTooHigh(uint256 beforePrice, uint256 afterPrice);
        /// The trade would take the mark further from the oracle than allowed.
        error MarkTooFarFromIndex(uint256 mark, uint256 index);
        /// The side's open interest would be `size`, above its `cap`.
        error OpenInterestAboveCap(uint256 size, uint256 cap);
        /// The position would be `size`, above the per-account `cap`.
        error PositionAboveCap(uint256 size, uint256 cap);
        /// What would stay open is worth `notional`, below the least allowed.
        error PositionTooSmall(uint256 notional, uint256 least);
        /// Equity at the worse price is below the initial margin.
        error BelowInitialMargin(int256 equity, uint256 required);
        /// The margin cannot pay what the action costs.
        error InsufficientMargin(uint256 available, uint256 needed);
        /// The account has no position here.
        error NoPosition();
        /// The order would take off more than there is.
        error ExceedsPosition(uint256 asked, uint256 available);
        /// The position keeps its maintenance margin.
        error NotLiquidatable(int256 equity, uint256 required);
        /// More profit is asked for than waits.
        error ExceedsClaim(uint256 asked, uint256 available);
        /// The payout would be below the caller's limit.
        error PayoutBelowLimit(uint256 payout, uint256 limit);
        /// There is no loss to realise, or no profit waits for one.
        error NothingToRealize();
        /// A parameter, by its place in MarketParams from 0, is outside its hard bounds.
        error ParameterOutOfBounds(uint256 index, uint256 value);
        /// There is nothing to pay out.
        error NothingToPay();
        /// The insurance fund paid `paid` where it had promised `promised`.
        error InsuranceMismatch(uint256 promised, uint256 paid);
    }
}

/// Events. `sequence` counts a market's events from 1 without gaps; values are those after the event.
pub mod events {
    alloy_sol_types::sol! {
        /// A market opened, with its virtual reserves and peg (wad) and its price feed.
        event MarketCreated(uint256 indexed marketId, uint256 sequence, address feed, uint256 baseReserve, uint256 quoteReserve, uint256 peg);
        /// A market's parameters changed; read them with getParams.
        event MarketParamsChanged(uint256 indexed marketId, uint256 sequence, address feed);
        /// Opening was paused or resumed.
        event OpeningPauseChanged(uint256 indexed marketId, uint256 sequence, bool paused);
        /// A trade or a liquidation changed a position. Base, notional and price in wad; fee, pnl, funding, margin
        /// and claim in token units; fundingPayment is positive when paid.
        event PositionChanged(uint256 indexed marketId, address indexed trader, uint256 sequence, int256 exchangedBase, uint256 exchangedNotional, uint256 fee, int256 realizedPnl, int256 fundingPayment, int256 size, uint256 openNotional, uint256 margin, uint256 claim, uint256 spotPrice);
        /// Margin was added (positive) or removed (negative), token units.
        event MarginChanged(uint256 indexed marketId, address indexed trader, uint256 sequence, int256 amount, int256 fundingPayment, uint256 margin);
        /// A position was liquidated (its PositionChanged comes just before). Token units: the penalty, the keeper's
        /// reward, the loss beyond the margin and who covered it; badDebt is what nobody did.
        event PositionLiquidated(uint256 indexed marketId, address indexed trader, address indexed keeper, uint256 sequence, uint256 penalty, uint256 keeperReward, uint256 shortfall, uint256 coveredByMarket, uint256 coveredByFund, uint256 badDebt);
        /// Funding moved the indices (wad of quote per base, paid since the market began).
        event FundingAccrued(uint256 indexed marketId, uint256 sequence, int256 longIndex, int256 shortIndex, uint256 oraclePrice);
        /// An open position's loss was moved into the pool for winners who wait, token units.
        event LossRealized(uint256 indexed marketId, address indexed trader, uint256 sequence, uint256 amount, uint256 margin, uint256 openNotional, uint256 pool);
        /// Waiting profit was taken at the market's share: `amount` of claim for `payout`, token units.
        event ProfitClaimed(uint256 indexed marketId, address indexed trader, uint256 sequence, uint256 amount, uint256 payout, uint256 margin);
        /// A market's insurance share was sent to the fund, token units.
        event InsurancePaid(uint256 indexed marketId, uint256 sequence, uint256 amount);
        /// A keeper took its rewards, token units.
        event RewardWithdrawn(address indexed keeper, address recipient, uint256 amount);
        /// The contract was initialised.
        event Initialized(address quoteToken, address insuranceFund);
        /// The programs behind the clearing house were replaced.
        event ProgramsChanged(address risk, address lens);
    }
}
