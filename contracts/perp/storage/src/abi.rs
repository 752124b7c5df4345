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
        /// The claim is worth less than its amount now and backs an open position: close it first.
        error ClaimBacksPosition();
        /// The payout would be below the caller's limit.
        error PayoutBelowLimit(uint256 payout, uint256 limit);
        /// There is no loss to realise, or no profit waits for one.
        error NothingToRealize();
        /// A parameter, by its place in MarketParams from 0, is outside its hard bounds.
        error ParameterOutOfBounds(uint256 index, uint256 value);
        /// The collateral has been set before.
        error CollateralAlreadySet(address quoteToken);
        /// The collateral has not been set yet.
        error CollateralNotSet();
        /// `token` does not say its decimals, or has more than 18.
        error UnsupportedToken(address token, uint256 decimals);
        /// There is nothing to pay out.
        error NothingToPay();
        /// The insurance fund keeps another token than the collateral.
        error InsuranceFundMismatch(address insuranceFund, address quoteToken);
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
        event MarginChanged(uint256 indexed marketId, address indexed trader, uint256 sequence, int256 amount, int256 fundingPayment, uint256 margin, uint256 claim);
        /// A position was liquidated (its PositionChanged comes just before). Token units: the penalty, the keeper's
        /// reward, the loss beyond the margin and who covered it; badDebt is what nobody did.
        event PositionLiquidated(uint256 indexed marketId, address indexed trader, address indexed keeper, uint256 sequence, uint256 penalty, uint256 keeperReward, uint256 shortfall, uint256 coveredByMarket, uint256 coveredByFund, uint256 badDebt);
        /// Funding moved the indices (wad of quote per base, paid since the market began).
        event FundingAccrued(uint256 indexed marketId, uint256 sequence, int256 longIndex, int256 shortIndex, uint256 oraclePrice);
        /// An open position's loss, and the funding it owed, were moved into the pool for winners who wait, token units.
        event LossRealized(uint256 indexed marketId, address indexed trader, uint256 sequence, uint256 amount, int256 fundingPayment, uint256 margin, uint256 openNotional, uint256 pool);
        /// Waiting profit was taken at the market's share: `amount` of claim for `payout`, token units.
        event ProfitClaimed(uint256 indexed marketId, address indexed trader, uint256 sequence, uint256 amount, uint256 payout, uint256 margin);
        /// A market's insurance share was sent to the fund, token units.
        event InsurancePaid(uint256 indexed marketId, uint256 sequence, uint256 amount);
        /// A keeper took its rewards, token units.
        event RewardWithdrawn(address indexed keeper, address recipient, uint256 amount);
        /// The collateral and its insurance fund were set, for good.
        event CollateralSet(address quoteToken, address insuranceFund);
        /// The programs behind the clearing house were replaced.
        event ProgramsChanged(address risk, address lens, address admin, address preview);
    }
}

/// The structs that views return and administration takes. Ratios are parts per million; amounts of margin, fees and
/// profit are token units; sizes, notionals and prices are wad; times are seconds.
pub mod views {
    use stylus_sdk::prelude::*;

    alloy_sol_types::sol! {
        /// A market's parameters; their hard bounds are in `Params::validate`.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct MarketParams {
            /// Margin over notional to open or grow.
            uint32 initialMarginPpm;
            /// Margin over notional to stay.
            uint32 maintenanceMarginPpm;
            /// Fee on the notional of every trade.
            uint32 feePpm;
            /// Penalty on the notional of a liquidation.
            uint32 liquidationPenaltyPpm;
            /// Part of fees that goes to the insurance fund.
            uint32 insuranceSharePpm;
            /// Part of the penalty that goes to the keeper.
            uint32 keeperSharePpm;
            /// How far one trade may move the mark.
            uint32 maxPriceImpactPpm;
            /// How far from the oracle a trade may take the mark.
            uint32 maxDivergencePpm;
            /// How far from the oracle the liquidation price may be.
            uint32 markBandPpm;
            /// Most funding a day, of the index.
            uint32 maxFundingPpm;
            /// Window of the mark's time-average, seconds.
            uint32 twapWindow;
            /// Least notional of an open position.
            uint256 minNotional;
            /// Most base open on a side.
            uint256 maxOpenInterest;
            /// Most base of one position.
            uint256 maxPosition;
            /// Least a keeper gets, while the penalty or the market's fees have it.
            uint256 keeperFloor;
        }

        /// A market now: funding is brought to this block, nothing is written.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct MarketView {
            /// The price feed.
            address feed;
            /// Whether opening is paused.
            bool openingPaused;
            /// Feed status: 0 good, 1 deviating, 2 stale, 3 invalid, 4 sequencer, 5 unreachable.
            uint8 oracleStatus;
            /// When the index price was made.
            uint256 oracleUpdatedAt;
            /// Oracle price; the last good one if it is not good now, 0 if the feed does not answer.
            uint256 indexPrice;
            /// Marginal price of the curve.
            uint256 spotPrice;
            /// Time-average of the mark, held within the oracle's band: what liquidation looks at.
            uint256 markPrice;
            /// Virtual base reserve.
            uint256 baseReserve;
            /// Virtual quote reserve.
            uint256 quoteReserve;
            /// Real quote per virtual quote.
            uint256 peg;
            /// Base of all longs.
            uint256 longSize;
            /// Base of all shorts.
            uint256 shortSize;
            /// Quote per base that longs have paid since the market began.
            int256 longFundingIndex;
            /// The same of shorts.
            int256 shortFundingIndex;
            /// Sum of all margins.
            uint256 principal;
            /// Losses collected, for those who gained.
            uint256 pool;
            /// Profit that waits for the pool.
            uint256 claims;
            /// The market's own fees.
            uint256 fees;
            /// Insurance share not yet sent to the fund.
            uint256 insuranceDue;
            /// Losses that nothing covered, ever.
            uint256 badDebt;
            /// Accounts in the list.
            uint256 accounts;
            /// Number of the last event.
            uint256 sequence;
        }

        /// An account's position now; all zero for an unknown account.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct PositionView {
            /// Base; positive is long.
            int256 size;
            /// Quote the size was entered at.
            uint256 openNotional;
            /// The account's own money.
            uint256 margin;
            /// Profit that waits for the pool.
            uint256 claim;
            /// Funding owed since the last settlement; negative is to be received.
            int256 fundingOwed;
            /// Value at the liquidation mark.
            uint256 notional;
            /// Unrealised profit at the liquidation mark, wad.
            int256 unrealizedPnl;
            /// Margin, waiting and unrealised profit, less funding.
            int256 equity;
            /// Equity over notional at the liquidation mark, wad.
            int256 marginRatio;
            /// Maintenance requirement.
            uint256 maintenanceMargin;
            /// Value if closed on the curve now; the largest value if the curve could not take it.
            uint256 exitNotional;
            /// Unrealised profit if closed on the curve now, wad.
            int256 exitPnl;
            /// What could be removed now; negative if margin is missing.
            int256 freeCollateral;
            /// Mark at which the position could be liquidated, as of now; 0 is never.
            uint256 liquidationPrice;
            /// Whether it can be liquidated now.
            bool liquidatable;
        }

        /// What a trade or liquidation would do. When `errorSelector` is not 0 it would revert with `errorData`
        /// and the other fields are zero.
        #[derive(AbiType, Debug, Default, PartialEq, Eq)]
        struct Preview {
            /// Selector of the error, or 0.
            bytes4 errorSelector;
            /// The whole error.
            bytes errorData;
            /// Change of size.
            int256 exchangedBase;
            /// Quote exchanged.
            uint256 exchangedNotional;
            /// Fee, or the penalty of a liquidation.
            uint256 fee;
            /// Realised profit before funding and fee.
            int256 realizedPnl;
            /// Funding settled; positive is paid.
            int256 fundingPayment;
            /// Reward of the keeper; 0 for a trade.
            uint256 keeperReward;
            /// Loss beyond the margin; 0 for a trade.
            uint256 shortfall;
            /// Size after.
            int256 size;
            /// Entry value after.
            uint256 openNotional;
            /// Margin after.
            uint256 margin;
            /// Waiting profit after.
            uint256 claim;
            /// Marginal price after.
            uint256 spotPrice;
        }
    }
}
