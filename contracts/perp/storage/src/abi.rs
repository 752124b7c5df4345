//! The events, errors and view structs of the clearing house.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolType, SolValue};
use everfloor_common::{
    results::words,
    router::{Answer, Argument, Arguments},
};
use everfloor_perp_rules::Params;

use crate::{revert::Outcome, state::narrow};

impl Argument for views::Programs {
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        Some(Self {
            risk: Address::read(from)?,
            takeover: Address::read(from)?,
            upkeep: Address::read(from)?,
            settlement: Address::read(from)?,
            orders: Address::read(from)?,
            lens: Address::read(from)?,
            preview: Address::read(from)?,
            admin: Address::read(from)?,
        })
    }
}

/// A struct of many words, which its own decoder takes.
impl Argument for views::MarketParams {
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        let size = <Self as SolType>::ENCODED_SIZE?;
        <Self as SolValue>::abi_decode_validate(words(from, size / 32)?).ok()
    }
}

/// A struct that holds bytes: it comes after an offset to it, its bytes after its words.
impl Answer for views::Preview {
    fn write(self, to: &mut Vec<u8>) {
        const WORDS: u64 = 14;
        U256::from(32).write(to);
        to.extend_from_slice(self.errorSelector.as_slice());
        to.extend_from_slice(&[0; 28]);
        U256::from(WORDS.wrapping_mul(32)).write(to);
        let words = [
            self.exchangedBase.into_raw(),
            self.exchangedNotional,
            self.fee,
            self.realizedPnl.into_raw(),
            self.fundingPayment.into_raw(),
            self.keeperReward,
            self.shortfall,
            self.size.into_raw(),
            self.openNotional,
            self.margin,
            self.claim,
            self.spotPrice,
        ];
        for word in words {
            word.write(to);
        }
        let bytes = self.errorData;
        U256::from(bytes.len()).write(to);
        to.extend_from_slice(&bytes);
        let padding = bytes.len().next_multiple_of(32).saturating_sub(bytes.len());
        to.extend(core::iter::repeat_n(0, padding));
    }
}

/// A market's parameters as the rules know them; not yet validated.
pub fn params_of(view: &views::MarketParams) -> Outcome<Params> {
    Ok(Params {
        initial_margin_ppm: view.trading.initialMarginPpm,
        maintenance_margin_ppm: view.trading.maintenanceMarginPpm,
        fee_ppm: view.trading.feePpm,
        insurance_share_ppm: view.trading.insuranceSharePpm,
        max_price_impact_ppm: view.trading.maxPriceImpactPpm,
        max_divergence_ppm: view.trading.maxDivergencePpm,
        mark_band_ppm: view.trading.markBandPpm,
        max_funding_ppm: view.trading.maxFundingPpm,
        twap_window: view.trading.twapWindow,
        window_impact_ppm: view.trading.windowImpactPpm,
        impact_window: view.trading.impactWindow,
        skew_spread_ppm: view.trading.skewSpreadPpm,
        gap_spread_ppm: view.trading.gapSpreadPpm,
        funding_share_ppm: view.trading.fundingSharePpm,
        liquidation_penalty_ppm: view.risk.liquidationPenaltyPpm,
        keeper_share_ppm: view.risk.keeperSharePpm,
        liquidation_target_ppm: view.risk.liquidationTargetPpm,
        takeover_discount_ppm: view.risk.takeoverDiscountPpm,
        takeover_time: view.risk.takeoverTime,
        repeg_step_ppm: view.risk.repegStepPpm,
        curve_share_ppm: view.risk.curveSharePpm,
        resume_grace: view.risk.resumeGrace,
        min_notional: narrow(view.trading.minNotional)?,
        max_open_interest: narrow(view.trading.maxOpenInterest)?,
        max_skew: narrow(view.trading.maxSkew)?,
        max_position: narrow(view.trading.maxPosition)?,
        keeper_floor: narrow(view.risk.keeperFloor)?,
        target_depth: narrow(view.risk.targetDepth)?,
    })
}

/// A market's parameters as the ABI shows them.
pub fn params_view(params: &Params) -> views::MarketParams {
    views::MarketParams {
        trading: views::TradingParams {
            initialMarginPpm: params.initial_margin_ppm,
            maintenanceMarginPpm: params.maintenance_margin_ppm,
            feePpm: params.fee_ppm,
            insuranceSharePpm: params.insurance_share_ppm,
            maxPriceImpactPpm: params.max_price_impact_ppm,
            maxDivergencePpm: params.max_divergence_ppm,
            markBandPpm: params.mark_band_ppm,
            maxFundingPpm: params.max_funding_ppm,
            twapWindow: params.twap_window,
            windowImpactPpm: params.window_impact_ppm,
            impactWindow: params.impact_window,
            skewSpreadPpm: params.skew_spread_ppm,
            gapSpreadPpm: params.gap_spread_ppm,
            fundingSharePpm: params.funding_share_ppm,
            minNotional: U256::from(params.min_notional),
            maxOpenInterest: U256::from(params.max_open_interest),
            maxSkew: U256::from(params.max_skew),
            maxPosition: U256::from(params.max_position),
        },
        risk: views::RiskParams {
            liquidationPenaltyPpm: params.liquidation_penalty_ppm,
            keeperSharePpm: params.keeper_share_ppm,
            liquidationTargetPpm: params.liquidation_target_ppm,
            takeoverDiscountPpm: params.takeover_discount_ppm,
            takeoverTime: params.takeover_time,
            repegStepPpm: params.repeg_step_ppm,
            curveSharePpm: params.curve_share_ppm,
            resumeGrace: params.resume_grace,
            keeperFloor: U256::from(params.keeper_floor),
            targetDepth: U256::from(params.target_depth),
        },
    }
}

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
        /// The market is halted: its positions are settled at the frozen price (`settlePosition`).
        error MarketHalted();
        /// The market is not halted.
        error MarketNotHalted();
        /// Nobody but the owner may halt: the oracle answered last at `updatedAt`, and is dead from `deadAt` on.
        error OracleAlive(uint256 updatedAt, uint256 deadAt);
        /// Trades of the impact window would have moved the mark by `movedPpm` one way.
        error WindowImpactTooHigh(uint256 movedPpm, uint256 limitPpm);
        /// Longs and shorts would differ by `skew`, above its `cap`.
        error SkewAboveCap(uint256 skew, uint256 cap);
        /// Opening was resumed a short while ago: positions with equity are not liquidated before `until`.
        error InGrace(uint256 until, uint256 nowTime);
        /// The curve can take `notional` of the position now, less than is worth taking: it can be taken over.
        error CurveTooThin(uint256 notional, uint256 least);
        /// No auction of the position is on; the last began at `start`, 0 is never.
        error NoTakeover(uint256 start, uint256 nowTime);
        /// The auction of the position runs until `until`.
        error TakeoverRunning(uint256 until, uint256 nowTime);
        /// The taker holds the other side, or is the trader himself.
        error UnfitTaker();
        /// The last change was a short while ago; the next can come at `next`.
        error TooEarly(uint256 next, uint256 nowTime);
        /// The curve, or the status, is what it should be.
        error NothingToChange();
        /// The change would cost the market's fees more than it may.
        error OverBudget(uint256 cost, uint256 budget);
        /// A deficit waits for its ledger; until it is covered or allocated, profit and the margin of open positions stay.
        error WithdrawalsGated();
        /// So many positions of the halted market wait to be settled.
        error Unsettled(uint256 positions);
        /// A parameter, by its place in the rules' Params (initialMarginPpm is 0, ratios and times first), is outside its
        /// hard bounds.
        error ParameterOutOfBounds(uint256 index, uint256 value);
        /// The collateral has been set before.
        error CollateralAlreadySet(address quoteToken);
        /// The collateral has not been set yet.
        error CollateralNotSet();
        /// `token` does not say its decimals, or has more than 18.
        error UnsupportedToken(address token, uint256 decimals);
        /// There is nothing to pay out.
        error NothingToPay();
        /// `caller` is neither the risk council nor the owner.
        error NotCouncil(address caller);
        /// `operator` may not do this for `owner`: it has the scopes `granted` and needs `needed`.
        error NotOperator(address owner, address operator, uint8 granted, uint8 needed);
        /// The signature is not `signer`'s, or the order is another.
        error InvalidSignature(address signer);
        /// The number of the order was used or cancelled.
        error NonceUsed(address signer, uint256 nonce);
        /// The call may not be made on somebody's behalf.
        error NotDelegable(bytes4 selector);
        /// Margin taken out on an owner's behalf goes to that owner alone.
        error ForeignRecipient(address owner, address recipient);
        /// The order is for `relayer` alone to bring.
        error NotRelayer(address caller, address relayer);
        /// `scopes` has bits that mean nothing.
        error UnknownScopes(uint8 scopes);
        /// `token` refused the permit without saying why, and the allowance is too small.
        error PermitFailed(address token);
        /// The batch brought `reward`, below the caller's least.
        error RewardBelowLimit(uint256 reward, uint256 limit);
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
        /// What may be done in a market changed.
        event MarketStatusChanged(uint256 indexed marketId, uint256 sequence, bool paused, bool reduceOnly, bool halted);
        /// A trade or a liquidation changed a position. Base, notional and price in wad; fee, pnl, funding, margin
        /// and claim in token units; fundingPayment is positive when paid.
        event PositionChanged(uint256 indexed marketId, address indexed trader, uint256 sequence, int256 exchangedBase, uint256 exchangedNotional, uint256 fee, int256 realizedPnl, int256 fundingPayment, int256 size, uint256 openNotional, uint256 margin, uint256 claim, uint256 spotPrice);
        /// Margin was added (positive) or removed (negative), token units.
        event MarginChanged(uint256 indexed marketId, address indexed trader, uint256 sequence, int256 amount, int256 fundingPayment, uint256 margin, uint256 claim);
        /// A position was liquidated (its PositionChanged comes just before): `mode` 0 on the curve, 1 by a taker, 2 against
        /// the other side, 3 at the price of a halted market. Token units: the penalty, the keeper's reward, the loss beyond
        /// the margin and who covered it; uncovered is what nobody did yet.
        event PositionLiquidated(uint256 indexed marketId, address indexed trader, address indexed keeper, uint256 sequence, uint8 mode, uint256 penalty, uint256 keeperReward, uint256 shortfall, uint256 coveredByMarket, uint256 coveredByFund, uint256 uncovered);
        /// What nobody has paid in a market, token units: bad debt, by which claims are short, and the deficit that its
        /// ledger was asked for.
        event LossesChanged(uint256 indexed marketId, uint256 sequence, uint256 badDebt, uint256 deficit);
        /// Anyone may take the position over, at a discount that grows from `start` on.
        event TakeoverStarted(uint256 indexed marketId, address indexed trader, uint256 sequence, uint256 start);
        /// A side of a market gave up `base` at `price` (wad); `left` of one base of its beginning is left (27 decimals).
        event SideDeleveraged(uint256 indexed marketId, uint256 sequence, uint8 side, uint256 epoch, uint256 base, uint256 price, uint256 left);
        /// What a position had given up to deleveragings of its side was booked. Base and notional wad, the rest token units.
        event PositionDeleveraged(uint256 indexed marketId, address indexed trader, uint256 sequence, int256 exchangedBase, uint256 exchangedNotional, int256 realizedPnl, int256 fundingPayment, int256 size, uint256 openNotional, uint256 margin, uint256 claim);
        /// Peg or depth of a market's curve changed; `cost` in token units was paid from its fees, a negative one to nobody.
        event CurveChanged(uint256 indexed marketId, uint256 sequence, uint256 baseReserve, uint256 quoteReserve, uint256 peg, int256 cost, uint256 fees);
        /// A market was halted: its positions are settled at `price`, wad.
        event MarketSettled(uint256 indexed marketId, uint256 sequence, uint256 price);
        /// Money came in against what nobody had paid, token units.
        event MarketRecapitalized(uint256 indexed marketId, address indexed payer, uint256 sequence, uint256 amount);
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
        event ProgramsChanged(address risk, address takeover, address upkeep, address settlement, address orders, address lens, address preview, address admin);
        /// The risk council was replaced; zero is nobody.
        event CouncilChanged(address council);
        /// The contract that raises money against deficits was replaced; zero is none.
        event DeficitLedgerChanged(address deficitLedger);
        /// An account lets an operator do what `scopes` has bits for; 0 is nothing.
        event OperatorChanged(address indexed owner, address indexed operator, uint8 scopes);
        /// A signed order was carried out, or its number cancelled.
        event NonceSpent(address indexed signer, uint256 nonce);
    }
}

/// The orders that are signed (EIP-712) for others to bring. Their types for signing are the declarations here, field by
/// field; whoever `relayer` names may bring the order, 0 is anybody; a `nonce` is good once, in any order of use.
pub mod orders {
    use stylus_sdk::prelude::*;

    alloy_sol_types::sol! {
        /// An `openPosition` on the owner's account. With its limits it may rest until the price allows it.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct OpenOrder {
            /// Who signs, whose position and allowance it is.
            address owner;
            /// Who may bring the order.
            address relayer;
            /// The market.
            uint256 marketId;
            /// 0 long, 1 short.
            uint8 side;
            /// Token units taken from the owner's allowance into the margin first.
            uint256 margin;
            /// Quote to exchange, wad.
            uint256 notional;
            /// Least base a long buys, most base a short sells, wad; 0 is no limit.
            uint256 baseLimit;
            /// Highest fee, token units.
            uint256 maxFee;
            /// Last second in which the order is good.
            uint256 deadline;
            /// Its number.
            uint256 nonce;
        }

        /// A `closePosition` on the owner's account.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct CloseOrder {
            /// Who signs, whose position it is.
            address owner;
            /// Who may bring the order.
            address relayer;
            /// The market.
            uint256 marketId;
            /// Base to close, wad; the whole position if larger.
            uint256 size;
            /// Least quote a long receives, most quote a short pays, wad; 0 is no limit.
            uint256 quoteLimit;
            /// Highest fee, token units.
            uint256 maxFee;
            /// Last second in which the order is good.
            uint256 deadline;
            /// Its number.
            uint256 nonce;
        }

        /// A `setOperator` of the owner's.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct OperatorOrder {
            /// Who signs.
            address owner;
            /// Who may bring the order.
            address relayer;
            /// Who is to be the operator.
            address operator;
            /// What it may do: 1 trade, 2 deposit, 4 withdraw, 8 claim; 0 takes everything back.
            uint8 scopes;
            /// Last second in which the order is good.
            uint256 deadline;
            /// Its number.
            uint256 nonce;
        }
    }
}

/// The structs that views return and administration takes, and how parameters become the rules'. Ratios are parts per million; amounts of margin, fees and
/// profit are token units; sizes, notionals and prices are wad; times are seconds.
pub mod views {
    use stylus_sdk::prelude::*;

    alloy_sol_types::sol! {
        /// What trading and margins of a market go by.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct TradingParams {
            /// Margin over notional to open or grow.
            uint32 initialMarginPpm;
            /// Margin over notional to stay.
            uint32 maintenanceMarginPpm;
            /// Fee on the notional of every trade.
            uint32 feePpm;
            /// Part of fees that goes to the insurance fund.
            uint32 insuranceSharePpm;
            /// How far one trade may move the mark.
            uint32 maxPriceImpactPpm;
            /// How far from the oracle a trade may take the mark.
            uint32 maxDivergencePpm;
            /// How far from the oracle the neutral price may be.
            uint32 markBandPpm;
            /// Most funding a day, of the index.
            uint32 maxFundingPpm;
            /// Window of the mark's time-average, seconds.
            uint32 twapWindow;
            /// How far all trades of one impact window may move the mark one way.
            uint32 windowImpactPpm;
            /// The time in which a move is forgotten, seconds; 0 is at once.
            uint32 impactWindow;
            /// Fee added to a trade that widens the skew, when the skew is at its cap; less in proportion below.
            uint32 skewSpreadPpm;
            /// Part of the gap between mark and oracle added to the fee of a trade that widens it.
            uint32 gapSpreadPpm;
            /// Part of the market's fees that may be added to what receivers of funding get, a day.
            uint32 fundingSharePpm;
            /// Least notional of an open position, wad.
            uint256 minNotional;
            /// Most base wad open on a side.
            uint256 maxOpenInterest;
            /// Most base wad between longs and shorts.
            uint256 maxSkew;
            /// Most base wad of one position.
            uint256 maxPosition;
        }

        /// What liquidation and the upkeep of a market go by.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct RiskParams {
            /// Penalty on the notional of a liquidation.
            uint32 liquidationPenaltyPpm;
            /// Part of the penalty that goes to the keeper.
            uint32 keeperSharePpm;
            /// Margin ratio that a partial liquidation restores; 0 is always the whole position.
            uint32 liquidationTargetPpm;
            /// Discount at which a position can be taken over when its auction ends.
            uint32 takeoverDiscountPpm;
            /// How long the discount grows, seconds.
            uint32 takeoverTime;
            /// Most that one repeg moves the peg.
            uint32 repegStepPpm;
            /// Part of the market's fees that one change of the curve may spend.
            uint32 curveSharePpm;
            /// How long after a pause those with equity are not liquidated, seconds.
            uint32 resumeGrace;
            /// Least a keeper gets, while the penalty or the market's fees have it, token units.
            uint256 keeperFloor;
            /// The depth that the curve is to have, the root of its reserves' product, wad; 0 is to stay as it is.
            uint256 targetDepth;
        }

        /// A market's parameters; their hard bounds are in `Params::validate`.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct MarketParams {
            /// Trading and margins.
            TradingParams trading;
            /// Liquidation and upkeep.
            RiskParams risk;
        }

        /// The programs behind the clearing house.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct Programs {
            /// Liquidation.
            address risk;
            /// Takeover, deleveraging.
            address takeover;
            /// Funding, repeg, claims, rewards.
            address upkeep;
            /// Deficits, halting, settlement.
            address settlement;
            /// Operators, signed orders, several calls in one.
            address orders;
            /// Views and lists.
            address lens;
            /// Previews.
            address preview;
            /// Administration.
            address admin;
        }

        /// A market's curve.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct CurveView {
            /// Virtual base reserve.
            uint256 baseReserve;
            /// Virtual quote reserve.
            uint256 quoteReserve;
            /// Real quote per virtual quote.
            uint256 peg;
            /// Root of the reserves' product.
            uint256 depth;
            /// How far trades have moved the mark of late, parts per million.
            int256 driftPpm;
            /// Last repeg, seconds.
            uint256 lastRepeg;
            /// Last change of depth, seconds.
            uint256 lastDepth;
        }

        /// A market's money, token units.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct MoneyView {
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
            /// Losses that nobody covered: claims are short by them.
            uint256 badDebt;
            /// Losses that the deficit ledger was asked for; while there are any, profit is not paid.
            uint256 deficit;
            /// The share of waiting profit that can be taken now, wad.
            uint256 haircut;
        }

        /// A market now: funding is brought to this block, nothing is written.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct MarketView {
            /// The price feed.
            address feed;
            /// Whether opening is paused.
            bool paused;
            /// Whether the market only reduces.
            bool reduceOnly;
            /// Whether it is halted and settled at `settlementPrice`.
            bool halted;
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
            /// The curve.
            CurveView curve;
            /// Base of all longs.
            uint256 longSize;
            /// Base of all shorts.
            uint256 shortSize;
            /// Quote per base that longs have paid since the market began.
            int256 longFundingIndex;
            /// The same of shorts.
            int256 shortFundingIndex;
            /// The money.
            MoneyView money;
            /// Price of a halted market; 0 if it is not.
            uint256 settlementPrice;
            /// Accounts in the list.
            uint256 accounts;
            /// Accounts with an open position.
            uint256 openPositions;
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
            /// When an auction of it began, seconds; 0 is none.
            uint256 takeoverStart;
            /// What a flat account would be paid of its claim now.
            uint256 claimWorth;
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
