// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/perp/clearing-house, contracts/perp/clearing-risk, contracts/perp/clearing-takeover,
// contracts/perp/clearing-upkeep, contracts/perp/clearing-settlement, contracts/perp/clearing-orders,
// contracts/perp/clearing-lens, contracts/perp/clearing-preview, contracts/perp/clearing-admin by `cargo run -p
// everfloor-abi`.
pragma solidity ^0.8.4;

/// @title ClearingHouse
/// @notice The clearing house.
interface IClearingHouse {
    /// @notice A `setOperator` of the owner's.
    struct OperatorOrder {
        // Who signs.
        address owner;
        // Who may bring the order.
        address relayer;
        // Who is to be the operator.
        address operator;
        // What it may do: 1 trade, 2 deposit, 4 withdraw, 8 claim; 0 takes everything back.
        uint8 scopes;
        // Last second in which the order is good.
        uint256 deadline;
        // Its number.
        uint256 nonce;
    }

    /// @notice An `openPosition` on the owner's account. With its limits it may rest until the price allows it.
    struct OpenOrder {
        // Who signs, whose position and allowance it is.
        address owner;
        // Who may bring the order.
        address relayer;
        // The market.
        uint256 marketId;
        // 0 long, 1 short.
        uint8 side;
        // Token units taken from the owner's allowance into the margin first.
        uint256 margin;
        // Quote to exchange, wad.
        uint256 notional;
        // Least base a long buys, most base a short sells, wad; 0 is no limit.
        uint256 baseLimit;
        // Highest fee, token units.
        uint256 maxFee;
        // Last second in which the order is good.
        uint256 deadline;
        // Its number.
        uint256 nonce;
    }

    /// @notice A `closePosition` on the owner's account.
    struct CloseOrder {
        // Who signs, whose position it is.
        address owner;
        // Who may bring the order.
        address relayer;
        // The market.
        uint256 marketId;
        // Base to close, wad; the whole position if larger.
        uint256 size;
        // Least quote a long receives, most quote a short pays, wad; 0 is no limit.
        uint256 quoteLimit;
        // Highest fee, token units.
        uint256 maxFee;
        // Last second in which the order is good.
        uint256 deadline;
        // Its number.
        uint256 nonce;
    }

    /// @notice The programs behind the clearing house.
    struct Programs {
        // Liquidation.
        address risk;
        // Takeover, deleveraging.
        address takeover;
        // Funding, repeg, claims, rewards.
        address upkeep;
        // Deficits, halting, settlement.
        address settlement;
        // Operators, signed orders, several calls in one.
        address orders;
        // Views and lists.
        address lens;
        // Previews.
        address preview;
        // Administration.
        address admin;
    }

    /// @notice A market now: funding is brought to this block, nothing is written.
    struct MarketView {
        // The price feed.
        address feed;
        // Whether opening is paused.
        bool paused;
        // Whether the market only reduces.
        bool reduceOnly;
        // Whether it is halted and settled at `settlementPrice`.
        bool halted;
        // Feed status: 0 good, 1 deviating, 2 stale, 3 invalid, 4 sequencer, 5 unreachable.
        uint8 oracleStatus;
        // When the index price was made.
        uint256 oracleUpdatedAt;
        // Oracle price; the last good one if it is not good now, 0 if the feed does not answer.
        uint256 indexPrice;
        // Marginal price of the curve.
        uint256 spotPrice;
        // Time-average of the mark, held within the oracle's band: what liquidation looks at.
        uint256 markPrice;
        // The curve.
        CurveView curve;
        // Base of all longs.
        uint256 longSize;
        // Base of all shorts.
        uint256 shortSize;
        // Quote per base that longs have paid since the market began.
        int256 longFundingIndex;
        // The same of shorts.
        int256 shortFundingIndex;
        // The money.
        MoneyView money;
        // Price of a halted market; 0 if it is not.
        uint256 settlementPrice;
        // Accounts in the list.
        uint256 accounts;
        // Accounts with an open position.
        uint256 openPositions;
        // Number of the last event.
        uint256 sequence;
    }

    /// @notice A market's curve.
    struct CurveView {
        // Virtual base reserve.
        uint256 baseReserve;
        // Virtual quote reserve.
        uint256 quoteReserve;
        // Real quote per virtual quote.
        uint256 peg;
        // Root of the reserves' product.
        uint256 depth;
        // How far trades have moved the mark of late, parts per million.
        int256 driftPpm;
        // Last repeg, seconds.
        uint256 lastRepeg;
        // Last change of depth, seconds.
        uint256 lastDepth;
    }

    /// @notice A market's money, token units.
    struct MoneyView {
        // Sum of all margins.
        uint256 principal;
        // Losses collected, for those who gained.
        uint256 pool;
        // Profit that waits for the pool.
        uint256 claims;
        // The market's own fees.
        uint256 fees;
        // Insurance share not yet sent to the fund.
        uint256 insuranceDue;
        // Losses that nobody covered: claims are short by them.
        uint256 badDebt;
        // Losses that the deficit ledger was asked for; while there are any, profit is not paid.
        uint256 deficit;
        // The share of waiting profit that can be taken now, wad.
        uint256 haircut;
    }

    /// @notice A market's parameters; their hard bounds are in `Params::validate`.
    struct MarketParams {
        // Trading and margins.
        TradingParams trading;
        // Liquidation and upkeep.
        RiskParams risk;
    }

    /// @notice What trading and margins of a market go by.
    struct TradingParams {
        // Margin over notional to open or grow.
        uint32 initialMarginPpm;
        // Margin over notional to stay.
        uint32 maintenanceMarginPpm;
        // Fee on the notional of every trade.
        uint32 feePpm;
        // Part of fees that goes to the insurance fund.
        uint32 insuranceSharePpm;
        // How far one trade may move the mark.
        uint32 maxPriceImpactPpm;
        // How far from the oracle a trade may take the mark.
        uint32 maxDivergencePpm;
        // How far from the oracle the neutral price may be.
        uint32 markBandPpm;
        // Most funding a day, of the index.
        uint32 maxFundingPpm;
        // Window of the mark's time-average, seconds.
        uint32 twapWindow;
        // How far all trades of one impact window may move the mark one way.
        uint32 windowImpactPpm;
        // The time in which a move is forgotten, seconds; 0 is at once.
        uint32 impactWindow;
        // Fee added to a trade that widens the skew, when the skew is at its cap; less in proportion below.
        uint32 skewSpreadPpm;
        // Part of the gap between mark and oracle added to the fee of a trade that widens it.
        uint32 gapSpreadPpm;
        // Part of the market's fees that may be added to what receivers of funding get, a day.
        uint32 fundingSharePpm;
        // Least notional of an open position, wad.
        uint256 minNotional;
        // Most base wad open on a side.
        uint256 maxOpenInterest;
        // Most base wad between longs and shorts.
        uint256 maxSkew;
        // Most base wad of one position.
        uint256 maxPosition;
    }

    /// @notice What liquidation and the upkeep of a market go by.
    struct RiskParams {
        // Penalty on the notional of a liquidation.
        uint32 liquidationPenaltyPpm;
        // Part of the penalty that goes to the keeper.
        uint32 keeperSharePpm;
        // Margin ratio that a partial liquidation restores; 0 is always the whole position.
        uint32 liquidationTargetPpm;
        // Discount at which a position can be taken over when its auction ends.
        uint32 takeoverDiscountPpm;
        // How long the discount grows, seconds.
        uint32 takeoverTime;
        // Most that one repeg moves the peg.
        uint32 repegStepPpm;
        // Part of the market's fees that one change of the curve may spend.
        uint32 curveSharePpm;
        // How long after a pause those with equity are not liquidated, seconds.
        uint32 resumeGrace;
        // Least a keeper gets, while the penalty or the market's fees have it, token units.
        uint256 keeperFloor;
        // The depth that the curve is to have, the root of its reserves' product, wad; 0 is to stay as it is.
        uint256 targetDepth;
    }

    /// @notice An account's position now; all zero for an unknown account.
    struct PositionView {
        // Base; positive is long.
        int256 size;
        // Quote the size was entered at.
        uint256 openNotional;
        // The account's own money.
        uint256 margin;
        // Profit that waits for the pool.
        uint256 claim;
        // Funding owed since the last settlement; negative is to be received.
        int256 fundingOwed;
        // Value at the liquidation mark.
        uint256 notional;
        // Unrealised profit at the liquidation mark, wad.
        int256 unrealizedPnl;
        // Margin, waiting and unrealised profit, less funding.
        int256 equity;
        // Equity over notional at the liquidation mark, wad.
        int256 marginRatio;
        // Maintenance requirement.
        uint256 maintenanceMargin;
        // Value if closed on the curve now; the largest value if the curve could not take it.
        uint256 exitNotional;
        // Unrealised profit if closed on the curve now, wad.
        int256 exitPnl;
        // What could be removed now; negative if margin is missing.
        int256 freeCollateral;
        // Mark at which the position could be liquidated, as of now; 0 is never.
        uint256 liquidationPrice;
        // Whether it can be liquidated now.
        bool liquidatable;
        // When an auction of it began, seconds; 0 is none.
        uint256 takeoverStart;
        // What a flat account would be paid of its claim now.
        uint256 claimWorth;
    }

    /// @notice What a trade or liquidation would do. When `errorSelector` is not 0 it would revert with
    /// `errorData` and the other fields are zero.
    struct Preview {
        // Selector of the error, or 0.
        bytes4 errorSelector;
        // The whole error.
        bytes errorData;
        // Change of size.
        int256 exchangedBase;
        // Quote exchanged.
        uint256 exchangedNotional;
        // Fee, or the penalty of a liquidation.
        uint256 fee;
        // Realised profit before funding and fee.
        int256 realizedPnl;
        // Funding settled; positive is paid.
        int256 fundingPayment;
        // Reward of the keeper; 0 for a trade.
        uint256 keeperReward;
        // Loss beyond the margin; 0 for a trade.
        uint256 shortfall;
        // Size after.
        int256 size;
        // Entry value after.
        uint256 openNotional;
        // Margin after.
        uint256 margin;
        // Waiting profit after.
        uint256 claim;
        // Marginal price after.
        uint256 spotPrice;
    }

    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The contract has a new guardian; zero is nobody.
    event GuardianChanged(address indexed previousGuardian, address indexed newGuardian);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice A market opened, with its virtual reserves and peg (wad) and its price feed.
    event MarketCreated(
        uint256 indexed marketId,
        uint256 sequence,
        address feed,
        uint256 baseReserve,
        uint256 quoteReserve,
        uint256 peg
    );

    /// @notice A market's parameters changed; read them with getParams.
    event MarketParamsChanged(uint256 indexed marketId, uint256 sequence, address feed);

    /// @notice What may be done in a market changed.
    event MarketStatusChanged(
        uint256 indexed marketId,
        uint256 sequence,
        bool paused,
        bool reduceOnly,
        bool halted
    );

    /// @notice A trade or a liquidation changed a position. Base, notional and price in wad; fee, pnl, funding,
    /// margin and claim in token units; fundingPayment is positive when paid.
    event PositionChanged(
        uint256 indexed marketId,
        address indexed trader,
        uint256 sequence,
        int256 exchangedBase,
        uint256 exchangedNotional,
        uint256 fee,
        int256 realizedPnl,
        int256 fundingPayment,
        int256 size,
        uint256 openNotional,
        uint256 margin,
        uint256 claim,
        uint256 spotPrice
    );

    /// @notice Margin was added (positive) or removed (negative), token units.
    event MarginChanged(
        uint256 indexed marketId,
        address indexed trader,
        uint256 sequence,
        int256 amount,
        int256 fundingPayment,
        uint256 margin,
        uint256 claim
    );

    /// @notice A position was liquidated (its PositionChanged comes just before): `mode` 0 on the curve, 1 by a
    /// taker, 2 against the other side, 3 at the price of a halted market. Token units: the penalty, the
    /// keeper's reward, the loss beyond the margin and who covered it; uncovered is what nobody did yet.
    event PositionLiquidated(
        uint256 indexed marketId,
        address indexed trader,
        address indexed keeper,
        uint256 sequence,
        uint8 mode,
        uint256 penalty,
        uint256 keeperReward,
        uint256 shortfall,
        uint256 coveredByMarket,
        uint256 coveredByFund,
        uint256 uncovered
    );

    /// @notice What nobody has paid in a market, token units: bad debt, by which claims are short, and the
    /// deficit that its ledger was asked for.
    event LossesChanged(uint256 indexed marketId, uint256 sequence, uint256 badDebt, uint256 deficit);

    /// @notice Anyone may take the position over, at a discount that grows from `start` on.
    event TakeoverStarted(uint256 indexed marketId, address indexed trader, uint256 sequence, uint256 start);

    /// @notice A side of a market gave up `base` at `price` (wad); `left` of one base of its beginning is left
    /// (27 decimals).
    event SideDeleveraged(
        uint256 indexed marketId,
        uint256 sequence,
        uint8 side,
        uint256 epoch,
        uint256 base,
        uint256 price,
        uint256 left
    );

    /// @notice What a position had given up to deleveragings of its side was booked. Base and notional wad, the
    /// rest token units.
    event PositionDeleveraged(
        uint256 indexed marketId,
        address indexed trader,
        uint256 sequence,
        int256 exchangedBase,
        uint256 exchangedNotional,
        int256 realizedPnl,
        int256 fundingPayment,
        int256 size,
        uint256 openNotional,
        uint256 margin,
        uint256 claim
    );

    /// @notice Peg or depth of a market's curve changed; `cost` in token units was paid from its fees, a
    /// negative one to nobody.
    event CurveChanged(
        uint256 indexed marketId,
        uint256 sequence,
        uint256 baseReserve,
        uint256 quoteReserve,
        uint256 peg,
        int256 cost,
        uint256 fees
    );

    /// @notice A market was halted: its positions are settled at `price`, wad.
    event MarketSettled(uint256 indexed marketId, uint256 sequence, uint256 price);

    /// @notice Money came in against what nobody had paid, token units.
    event MarketRecapitalized(
        uint256 indexed marketId,
        address indexed payer,
        uint256 sequence,
        uint256 amount
    );

    /// @notice Funding moved the indices (wad of quote per base, paid since the market began).
    event FundingAccrued(
        uint256 indexed marketId,
        uint256 sequence,
        int256 longIndex,
        int256 shortIndex,
        uint256 oraclePrice
    );

    /// @notice An open position's loss, and the funding it owed, were moved into the pool for winners who wait,
    /// token units.
    event LossRealized(
        uint256 indexed marketId,
        address indexed trader,
        uint256 sequence,
        uint256 amount,
        int256 fundingPayment,
        uint256 margin,
        uint256 openNotional,
        uint256 pool
    );

    /// @notice Waiting profit was taken at the market's share: `amount` of claim for `payout`, token units.
    event ProfitClaimed(
        uint256 indexed marketId,
        address indexed trader,
        uint256 sequence,
        uint256 amount,
        uint256 payout,
        uint256 margin
    );

    /// @notice A market's insurance share was sent to the fund, token units.
    event InsurancePaid(uint256 indexed marketId, uint256 sequence, uint256 amount);

    /// @notice A keeper took its rewards, token units.
    event RewardWithdrawn(address indexed keeper, address recipient, uint256 amount);

    /// @notice The collateral and its insurance fund were set, for good.
    event CollateralSet(address quoteToken, address insuranceFund);

    /// @notice The programs behind the clearing house were replaced.
    event ProgramsChanged(
        address risk,
        address takeover,
        address upkeep,
        address settlement,
        address orders,
        address lens,
        address preview,
        address admin
    );

    /// @notice The risk council was replaced; zero is nobody.
    event CouncilChanged(address council);

    /// @notice The contract that raises money against deficits was replaced; zero is none.
    event DeficitLedgerChanged(address deficitLedger);

    /// @notice An account lets an operator do what `scopes` has bits for; 0 is nothing.
    event OperatorChanged(address indexed owner, address indexed operator, uint8 scopes);

    /// @notice A signed order was carried out, or its number cancelled.
    event NonceSpent(address indexed signer, uint256 nonce);

    /// @notice The contract has no such function: `extension`, where it would be, is not a contract.
    error NoExtension(address extension);

    /// @notice The contract has been initialised before.
    error AlreadyInitialized();

    /// @notice The program was called at its own address and not through a proxy.
    error NotThroughProxy();

    /// @notice The contract is in the middle of another call.
    error Reentrant();

    /// @notice `caller` is not the contract's owner.
    error NotOwner(address caller);

    /// @notice `caller` has not been offered the ownership.
    error NotPendingOwner(address caller);

    /// @notice `caller` is neither the guardian nor the owner.
    error NotGuardian(address caller);

    /// @notice An address that must be given is zero.
    error ZeroAddress();

    /// @notice `token` refused a transfer, did not answer as an ERC-20 does, or is not a contract.
    error TransferFailed(address token);

    /// @notice A transfer of `expected` token units brought `received`.
    error TransferMismatch(uint256 expected, uint256 received);

    /// @notice `implementation` is no contract that can be one's implementation.
    error ERC1967InvalidImplementation(address implementation);

    /// @notice The implementation's `proxiableUUID` is not the slot of ERC-1967.
    error UUPSUnsupportedProxiableUUID(bytes32 slot);

    /// @notice Asked through a proxy what only an implementation answers at its own address.
    error UUPSUnauthorizedCallContext();

    /// @notice `program` does not know `selector`, so it is not the program that belongs there.
    error ProgramMismatch(address program, bytes4 selector);

    /// @notice With `implementation` the contract could never be upgraded again.
    error NotUpgradeable(address implementation);

    /// @notice A value does not fit, or a product or sum of sane values overflowed.
    error Overflow();

    /// @notice An amount is zero where that means nothing.
    error ZeroAmount();

    /// @notice There is no market `marketId`.
    error UnknownMarket(uint256 marketId);

    /// @notice `side` is neither 0 (long) nor 1 (short).
    error InvalidSide(uint8 side);

    /// @notice The call ran at `nowTime`, after its `deadline`.
    error Expired(uint256 deadline, uint256 nowTime);

    /// @notice The market takes no new risk; leaving it is open.
    error OpeningPaused();

    /// @notice The oracle cannot be relied on for this: `status` as in PriceFeed.read, price made at
    /// `updatedAt`.
    error OracleUnusable(uint8 status, uint256 updatedAt);

    /// @notice The swap asks for `asked` of a reserve of `reserve`.
    error CurveExhausted(uint256 asked, uint256 reserve);

    /// @notice The swap gives or costs `got`, beyond the caller's `limit`.
    error SlippageExceeded(uint256 got, uint256 limit);

    /// @notice The fee is above the caller's limit.
    error FeeAboveLimit(uint256 fee, uint256 limit);

    /// @notice The trade would move the mark from `beforePrice` to `afterPrice`, more than one trade may.
    error PriceImpactTooHigh(uint256 beforePrice, uint256 afterPrice);

    /// @notice The trade would take the mark further from the oracle than allowed.
    error MarkTooFarFromIndex(uint256 mark, uint256 index);

    /// @notice The side's open interest would be `size`, above its `cap`.
    error OpenInterestAboveCap(uint256 size, uint256 cap);

    /// @notice The position would be `size`, above the per-account `cap`.
    error PositionAboveCap(uint256 size, uint256 cap);

    /// @notice What would stay open is worth `notional`, below the least allowed.
    error PositionTooSmall(uint256 notional, uint256 least);

    /// @notice Equity at the worse price is below the initial margin.
    error BelowInitialMargin(int256 equity, uint256 required);

    /// @notice The margin cannot pay what the action costs.
    error InsufficientMargin(uint256 available, uint256 needed);

    /// @notice The account has no position here.
    error NoPosition();

    /// @notice The order would take off more than there is.
    error ExceedsPosition(uint256 asked, uint256 available);

    /// @notice The position keeps its maintenance margin.
    error NotLiquidatable(int256 equity, uint256 required);

    /// @notice More profit is asked for than waits.
    error ExceedsClaim(uint256 asked, uint256 available);

    /// @notice The claim is worth less than its amount now and backs an open position: close it first.
    error ClaimBacksPosition();

    /// @notice The payout would be below the caller's limit.
    error PayoutBelowLimit(uint256 payout, uint256 limit);

    /// @notice There is no loss to realise, or no profit waits for one.
    error NothingToRealize();

    /// @notice The market is halted: its positions are settled at the frozen price (`settlePosition`).
    error MarketHalted();

    /// @notice The market is not halted.
    error MarketNotHalted();

    /// @notice Nobody but the owner may halt: the oracle answered last at `updatedAt`, and is dead from
    /// `deadAt` on.
    error OracleAlive(uint256 updatedAt, uint256 deadAt);

    /// @notice Trades of the impact window would have moved the mark by `movedPpm` one way.
    error WindowImpactTooHigh(uint256 movedPpm, uint256 limitPpm);

    /// @notice Longs and shorts would differ by `skew`, above its `cap`.
    error SkewAboveCap(uint256 skew, uint256 cap);

    /// @notice Opening was resumed a short while ago: positions with equity are not liquidated before `until`.
    error InGrace(uint256 until, uint256 nowTime);

    /// @notice The curve can take `notional` of the position now, less than is worth taking: it can be taken
    /// over.
    error CurveTooThin(uint256 notional, uint256 least);

    /// @notice No auction of the position is on; the last began at `start`, 0 is never.
    error NoTakeover(uint256 start, uint256 nowTime);

    /// @notice The auction of the position runs until `until`.
    error TakeoverRunning(uint256 until, uint256 nowTime);

    /// @notice The taker holds the other side, or is the trader himself.
    error UnfitTaker();

    /// @notice The last change was a short while ago; the next can come at `next`.
    error TooEarly(uint256 next, uint256 nowTime);

    /// @notice The curve, or the status, is what it should be.
    error NothingToChange();

    /// @notice The change would cost the market's fees more than it may.
    error OverBudget(uint256 cost, uint256 budget);

    /// @notice A deficit waits for its ledger; until it is covered or allocated, profit and the margin of open
    /// positions stay.
    error WithdrawalsGated();

    /// @notice So many positions of the halted market wait to be settled.
    error Unsettled(uint256 positions);

    /// @notice A parameter, by its place in the rules' Params (initialMarginPpm is 0, ratios and times first),
    /// is outside its hard bounds.
    error ParameterOutOfBounds(uint256 index, uint256 value);

    /// @notice The collateral has been set before.
    error CollateralAlreadySet(address quoteToken);

    /// @notice The collateral has not been set yet.
    error CollateralNotSet();

    /// @notice `token` does not say its decimals, or has more than 18.
    error UnsupportedToken(address token, uint256 decimals);

    /// @notice There is nothing to pay out.
    error NothingToPay();

    /// @notice `caller` is neither the risk council nor the owner.
    error NotCouncil(address caller);

    /// @notice `operator` may not do this for `owner`: it has the scopes `granted` and needs `needed`.
    error NotOperator(address owner, address operator, uint8 granted, uint8 needed);

    /// @notice The signature is not `signer`'s, or the order is another.
    error InvalidSignature(address signer);

    /// @notice The number of the order was used or cancelled.
    error NonceUsed(address signer, uint256 nonce);

    /// @notice The call may not be made on somebody's behalf.
    error NotDelegable(bytes4 selector);

    /// @notice Margin taken out on an owner's behalf goes to that owner alone.
    error ForeignRecipient(address owner, address recipient);

    /// @notice The order is for `relayer` alone to bring.
    error NotRelayer(address caller, address relayer);

    /// @notice `scopes` has bits that mean nothing.
    error UnknownScopes(uint8 scopes);

    /// @notice `token` refused the permit without saying why, and the allowance is too small.
    error PermitFailed(address token);

    /// @notice The batch brought `reward`, below the caller's least.
    error RewardBelowLimit(uint256 reward, uint256 limit);

    /// @notice The insurance fund keeps another token than the collateral.
    error InsuranceFundMismatch(address insuranceFund, address quoteToken);

    /// @notice Trades `notional` of quote on `side` (0 long, 1 short): opens or increases on that side; on the
    /// other it reduces the position, closes it if the notional is its value, and reverses it if it is more.
    /// `margin` token units are taken from the account's allowance into the margin first.
    /// @dev `baseLimit` is the least base a long buys and the most a short sells, 0 is none; `maxFee` bounds
    /// the fee, token units; the call is good until `deadline`.
    /// @return exchangedBase change of the position's size, wad
    /// @return fee fee taken from the margin, token units
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error InvalidSide
    /// @custom:error Expired
    /// @custom:error OpeningPaused
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error SlippageExceeded
    /// @custom:error FeeAboveLimit
    /// @custom:error PriceImpactTooHigh
    /// @custom:error MarkTooFarFromIndex
    /// @custom:error OpenInterestAboveCap
    /// @custom:error PositionAboveCap
    /// @custom:error PositionTooSmall
    /// @custom:error BelowInitialMargin
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error MarketHalted
    /// @custom:error WindowImpactTooHigh
    /// @custom:error SkewAboveCap
    function openPosition(
        uint256 marketId,
        uint8 side,
        uint256 margin,
        uint256 notional,
        uint256 baseLimit,
        uint256 maxFee,
        uint256 deadline
    ) external returns (int256 exchangedBase, uint256 fee);

    /// @notice Closes `size` of base, wad, or the whole position if `size` is larger. What it realises settles
    /// to the margin, which stays with the account until it is removed.
    /// @dev `quoteLimit` is the least quote a long receives and the most a short pays, wad, 0 is none; `maxFee`
    /// bounds the fee, token units; the call is good until `deadline`.
    /// @return exchangedBase change of the position's size, wad
    /// @return exchangedNotional quote received or paid, wad
    /// @return realizedPnl profit or loss before funding and fee, token units
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error Expired
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error SlippageExceeded
    /// @custom:error FeeAboveLimit
    /// @custom:error PositionTooSmall
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error MarketHalted
    function closePosition(
        uint256 marketId,
        uint256 size,
        uint256 quoteLimit,
        uint256 maxFee,
        uint256 deadline
    ) external returns (int256 exchangedBase, uint256 exchangedNotional, int256 realizedPnl);

    /// @notice Adds `amount` token units of the account's to its margin. Needs no oracle and is never paused.
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error MarketHalted
    function addMargin(uint256 marketId, uint256 amount) external;

    /// @notice Removes `amount` token units from the account's margin and sends them to `recipient`. A flat
    /// account can always take all of it; an open position must keep its initial margin at the worse price.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error MarketHalted
    /// @custom:error WithdrawalsGated
    function removeMargin(uint256 marketId, uint256 amount, address recipient) external;

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    /// @custom:error Overflow
    function proxiableUUID() external view returns (bytes32);

    /// @notice Closes a position that lost its maintenance margin on the curve, or as much of it as restores
    /// the market's target ratio and as the curve may take at once. Anyone may; the reward waits for the caller
    /// (`withdrawReward`).
    /// @dev `quoteLimit` is the least quote closing the whole of a long must bring and the most that of a short
    /// may cost, wad, a part in proportion, 0 is none; the call is good until `deadline`.
    /// @return exchangedBase change of the position's size, wad
    /// @return reward the caller's reward, token units
    /// @return shortfall loss beyond the margin, token units
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error Expired
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error SlippageExceeded
    /// @custom:error MarkTooFarFromIndex
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error NotLiquidatable
    /// @custom:error MarketHalted
    /// @custom:error InGrace
    /// @custom:error CurveTooThin
    function liquidate(
        uint256 marketId,
        address trader,
        uint256 quoteLimit,
        uint256 deadline
    ) external returns (int256 exchangedBase, uint256 reward, uint256 shortfall);

    /// @notice Liquidates those of `traders` that can be, each as `liquidate` does without a limit, and passes
    /// over the others. `minReward` bounds the sum of rewards, token units; the call is good until `deadline`.
    /// @return results for each trader the selector of the error that stopped it; 0 is done
    /// @return reward the caller's rewards, token units
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error Expired
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error SlippageExceeded
    /// @custom:error MarkTooFarFromIndex
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error NotLiquidatable
    /// @custom:error MarketHalted
    /// @custom:error InGrace
    /// @custom:error CurveTooThin
    /// @custom:error RewardBelowLimit
    function liquidateBatch(
        uint256 marketId,
        address[] memory traders,
        uint256 minReward,
        uint256 deadline
    ) external returns (bytes4[] memory results, uint256 reward);

    /// @notice Offers a position that lost its maintenance margin to anyone, at the oracle's price less a
    /// discount that grows with time. It ends when the position is seen to keep its maintenance margin again,
    /// of which this tells with 0, and lapses after twice the market's `takeoverTime`.
    /// @return start when the discount begins to grow, seconds
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error NotLiquidatable
    /// @custom:error MarketHalted
    /// @custom:error InGrace
    /// @custom:error TakeoverRunning
    function startTakeover(uint256 marketId, address trader) external returns (uint256 start);

    /// @notice Takes `base` of a position (all of it if larger, wad) over onto the caller's own, at the
    /// oracle's price less the discount of its auction. `margin` token units are taken from the caller's
    /// allowance into its margin first, and the caller's position must then have its initial margin.
    /// `priceLimit` is the highest price for a long and the lowest for a short, wad, 0 is none; the call is
    /// good until `deadline`.
    /// @return takenBase change of the caller's size, wad
    /// @return notional what the caller entered at, wad
    /// @return reward the caller's reward beside the discount, token units
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error Expired
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error SlippageExceeded
    /// @custom:error PositionAboveCap
    /// @custom:error PositionTooSmall
    /// @custom:error BelowInitialMargin
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error NotLiquidatable
    /// @custom:error MarketHalted
    /// @custom:error InGrace
    /// @custom:error NoTakeover
    /// @custom:error UnfitTaker
    function takeOver(
        uint256 marketId,
        address trader,
        uint256 base,
        uint256 margin,
        uint256 priceLimit,
        uint256 deadline
    ) external returns (int256 takenBase, uint256 notional, uint256 reward);

    /// @notice Closes `base` of a position (all of it if larger, wad), that nobody took over in its auction,
    /// against the other side of the market, at the oracle's price: every account there gives up the same part.
    /// @return exchangedBase change of the position's size, wad
    /// @return reward the caller's reward, token units
    /// @return shortfall loss beyond the margin, token units
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error PositionTooSmall
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error ExceedsPosition
    /// @custom:error NotLiquidatable
    /// @custom:error MarketHalted
    /// @custom:error InGrace
    /// @custom:error NoTakeover
    /// @custom:error TakeoverRunning
    function deleverage(
        uint256 marketId,
        address trader,
        uint256 base
    ) external returns (int256 exchangedBase, uint256 reward, uint256 shortfall);

    /// @notice Brings a market's funding to now. Every action does; this is for those who only want to see it
    /// done.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    function settleFunding(uint256 marketId) external;

    /// @notice Books what a position has given up since its side was deleveraged. Every action of or on the
    /// account does; this is for those who only want to see it done.
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    function catchUp(uint256 marketId, address trader) external;

    /// @notice Moves the peg of a market's curve so that its mark comes nearer to the oracle, as far as the
    /// market's step and fees allow. Anyone may, once an hour, when mark and its time-average stand on one side
    /// of the oracle.
    /// @return cost token units paid from the market's fees; a negative one was paid to nobody
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error MarketHalted
    /// @custom:error TooEarly
    /// @custom:error NothingToChange
    /// @custom:error OverBudget
    function repeg(uint256 marketId) external returns (int256 cost);

    /// @notice Scales the reserves of a market's curve towards its target depth, as far as one step and its
    /// fees allow. The price stays. Anyone may, once an hour.
    /// @return cost token units paid from the market's fees; a negative one was paid to nobody
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error MarketHalted
    /// @custom:error TooEarly
    /// @custom:error NothingToChange
    /// @custom:error OverBudget
    function adjustDepth(uint256 marketId) external returns (int256 cost);

    /// @notice Moves the loss of an open position, and the funding it owes, into the market's pool, as far as
    /// winners wait for it. Anyone may; the position's equity does not change.
    /// @return loss token units of loss moved
    /// @return fundingPayment token units of funding moved
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error NothingToRealize
    /// @custom:error MarketHalted
    function realizeLoss(
        uint256 marketId,
        address trader
    ) external returns (uint256 loss, uint256 fundingPayment);

    /// @notice Takes `amount` of the account's waiting profit into its margin, at the market's present share of
    /// it (see `haircut`); `minPayout` bounds what arrives. What the share leaves out is given up: waiting
    /// costs nothing.
    /// @return payout token units added to the margin
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error ExceedsClaim
    /// @custom:error ClaimBacksPosition
    /// @custom:error PayoutBelowLimit
    /// @custom:error MarketHalted
    /// @custom:error WithdrawalsGated
    function claimProfit(uint256 marketId, uint256 amount, uint256 minPayout) external returns (uint256 payout);

    /// @notice Sends a market's share of fees and penalties to the insurance fund. Anyone may.
    /// @return amount token units sent
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error NothingToPay
    function payInsurance(uint256 marketId) external returns (uint256 amount);

    /// @notice Sends the caller's rewards to `recipient`.
    /// @return amount token units sent
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error NothingToPay
    function withdrawReward(address recipient) external returns (uint256 amount);

    /// @notice Ends trading in a market at one frozen price: the oracle's time-average, or the mark's if there
    /// is none. For the owner; for anyone once the oracle's price is three days old.
    /// @return price the price all positions are settled at, wad
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error MarketHalted
    /// @custom:error OracleAlive
    function haltMarket(uint256 marketId) external returns (uint256 price);

    /// @notice Closes a position of a halted market at its price. Anyone may, in any order: what it lost goes
    /// to the pool, what it won waits until all are settled. An account without a position is left as it is.
    /// @return margin the account's margin then, token units; it can be removed at once
    /// @return claim the account's waiting profit
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error MarketNotHalted
    function settlePosition(uint256 marketId, address trader) external returns (uint256 margin, uint256 claim);

    /// @notice Pays an account's waiting profit in a halted market into its margin, once every position is
    /// settled: all of it, or the share that the pool has for everybody. Anyone may.
    /// @return payout token units added to the margin
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error ExceedsClaim
    /// @custom:error MarketNotHalted
    /// @custom:error WithdrawalsGated
    /// @custom:error Unsettled
    function redeemClaim(uint256 marketId, address trader) external returns (uint256 payout);

    /// @notice Pays `amount` token units of the caller's against what nobody has paid in a market: its deficit
    /// first, then its bad debt; no more than there is of them. In a halted market only until the first profit
    /// is paid.
    /// @return taken token units taken
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error MarketHalted
    function recapitalize(uint256 marketId, uint256 amount) external returns (uint256 taken);

    /// @notice Calls a market's deficit bad debt, so that profit can be paid again: its deficit ledger may at
    /// any time, anyone when it has waited a week.
    /// @return amount token units moved
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error TooEarly
    function allocateDeficit(uint256 marketId) external returns (uint256 amount);

    /// @notice Makes several calls of this contract, each as if the caller made it; if one fails, all do, with
    /// its error.
    /// @return results what each call returned
    /// @custom:error NoExtension
    /// @custom:error Overflow
    function multicall(bytes[] memory calls) external returns (bytes[] memory results);

    /// @notice Lets an operator act on the caller's account, by `scopes` (bits): 1 trade with the margin that
    /// is there, 2 take margin from the caller's allowance, 4 take margin out, to the caller alone, 8 take
    /// waiting profit at the market's present share. 0 takes everything back.
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error UnknownScopes
    function setOperator(address operator, uint8 scopes) external;

    /// @notice Lets an operator act on an account, as its owner has signed.
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error Expired
    /// @custom:error InvalidSignature
    /// @custom:error NonceUsed
    /// @custom:error NotRelayer
    /// @custom:error UnknownScopes
    function setOperatorFor(OperatorOrder memory order, bytes memory signature) external;

    /// @notice What an operator may do on an account.
    function operatorScopes(address owner, address operator) external view returns (uint8);

    /// @notice Makes a call on an owner's account, as its operator: `openPosition`, `closePosition`,
    /// `addMargin`, `removeMargin` to the owner, or `claimProfit`.
    /// @return result what the call returned
    /// @custom:error NoExtension
    /// @custom:error Overflow
    /// @custom:error NotOperator
    /// @custom:error NotDelegable
    /// @custom:error ForeignRecipient
    function executeFor(address owner, bytes memory call) external returns (bytes memory result);

    /// @notice Opens, grows, reduces or reverses a position, as its owner has signed.
    /// @return exchangedBase change of the position's size, wad
    /// @return fee fee taken from the margin, token units
    /// @custom:error NoExtension
    /// @custom:error Overflow
    /// @custom:error Expired
    /// @custom:error InvalidSignature
    /// @custom:error NonceUsed
    /// @custom:error NotDelegable
    /// @custom:error NotRelayer
    function openPositionFor(
        OpenOrder memory order,
        bytes memory signature
    ) external returns (int256 exchangedBase, uint256 fee);

    /// @notice Closes a position or a part of it, as its owner has signed.
    /// @return exchangedBase change of the position's size, wad
    /// @return exchangedNotional quote received or paid, wad
    /// @return realizedPnl profit or loss before funding and fee, token units
    /// @custom:error NoExtension
    /// @custom:error Overflow
    /// @custom:error Expired
    /// @custom:error InvalidSignature
    /// @custom:error NonceUsed
    /// @custom:error NotDelegable
    /// @custom:error NotRelayer
    function closePositionFor(
        CloseOrder memory order,
        bytes memory signature
    ) external returns (int256 exchangedBase, uint256 exchangedNotional, int256 realizedPnl);

    /// @notice Cancels orders of the caller's: the numbers `word * 256 + i` of every bit `i` in `mask`.
    /// @custom:error Overflow
    function invalidateNonces(uint256 word, uint256 mask) external;

    /// @notice The numbers of an account that are used or cancelled: bit `i` is number `word * 256 + i`.
    function nonceBitmap(address owner, uint256 word) external view returns (uint256);

    /// @notice The domain of signed orders (EIP-5267).
    /// @return fields which of the following are part of it, a bit each
    /// @return name its name
    /// @return version its version
    /// @return chainId the chain
    /// @return verifyingContract this contract
    /// @return salt none
    /// @return extensions none
    function eip712Domain() external view returns (
        bytes1 fields,
        string memory name,
        string memory version,
        uint256 chainId,
        address verifyingContract,
        bytes32 salt,
        uint256[] memory extensions
    );

    /// @notice The hash of the domain of signed orders.
    function DOMAIN_SEPARATOR() external view returns (bytes32);

    /// @notice Allows this contract to take `value` token units of the caller's, by its permit (ERC-2612). A
    /// permit that somebody else has brought before is no failure, as long as the allowance is there.
    /// @custom:error Overflow
    /// @custom:error PermitFailed
    function selfPermit(uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice The same by anybody's permit: who relays an order may bring the permit with it.
    /// @custom:error Overflow
    /// @custom:error PermitFailed
    function permitFor(address owner, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Who governs.
    function owner() external view returns (address);

    /// @notice Who may take the ownership; zero is nobody.
    function pendingOwner() external view returns (address);

    /// @notice Who may pause opening; zero is nobody.
    function guardian() external view returns (address);

    /// @notice The collateral token.
    function quoteToken() external view returns (address);

    /// @notice The insurance fund.
    function insuranceFund() external view returns (address);

    /// @notice The programs behind the clearing house.
    function programs() external view returns (Programs memory);

    /// @notice Who may move parameters in bounded steps; zero is nobody.
    function council() external view returns (address);

    /// @notice The contract that raises money against deficits; zero is none.
    function deficitLedger() external view returns (address);

    /// @notice Number of markets; their ids run from 1.
    function marketCount() external view returns (uint256);

    /// @notice Token units a keeper may withdraw.
    function rewardOf(address keeper) external view returns (uint256);

    /// @notice A market now.
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    function getMarket(uint256 marketId) external view returns (MarketView memory);

    /// @notice A market's feed and parameters.
    /// @return feed the price feed
    /// @return params the parameters
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    function getParams(uint256 marketId) external view returns (address feed, MarketParams memory params);

    /// @notice The price that liquidation looks at, wad: the mark's time-average within the oracle's band.
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    function markPrice(uint256 marketId) external view returns (uint256);

    /// @notice The oracle's price, wad; the last good one if it is not good now, 0 if the feed does not answer.
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    function indexPrice(uint256 marketId) external view returns (uint256);

    /// @notice The curve's marginal price, wad.
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    function spotPrice(uint256 marketId) external view returns (uint256);

    /// @notice The share of waiting profit that can be taken now, wad: 1 while the pool covers all of it.
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    function haircut(uint256 marketId) external view returns (uint256);

    /// @notice An account's position now.
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error MarkTooFarFromIndex
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error InGrace
    function getPosition(uint256 marketId, address account) external view returns (PositionView memory);

    /// @notice Token units that `removeMargin` would give `account` now.
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    function maxWithdraw(uint256 marketId, address account) external view returns (uint256);

    /// @notice Equity over notional at the liquidation mark, wad; the largest value for a flat account.
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    function marginRatio(uint256 marketId, address account) external view returns (int256);

    /// @notice Up to `count` accounts of a market, from place `from` (0 is the first). Leaving accounts change
    /// the order of those after them: read a list in one block.
    /// @return accounts the accounts
    /// @return next where to go on; 0 at the end
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    function accountsOfMarket(
        uint256 marketId,
        uint256 from,
        uint256 count
    ) external view returns (address[] memory accounts, uint256 next);

    /// @notice Those of up to `count` accounts of a market, from place `from`, that can be liquidated now.
    /// @return accounts the accounts
    /// @return next where to go on; 0 at the end
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error MarkTooFarFromIndex
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error InGrace
    function liquidatable(
        uint256 marketId,
        uint256 from,
        uint256 count
    ) external view returns (address[] memory accounts, uint256 next);

    /// @notice What `openPosition` would do for `account`.
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error InvalidSide
    /// @custom:error Expired
    /// @custom:error OpeningPaused
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error SlippageExceeded
    /// @custom:error FeeAboveLimit
    /// @custom:error PriceImpactTooHigh
    /// @custom:error MarkTooFarFromIndex
    /// @custom:error OpenInterestAboveCap
    /// @custom:error PositionAboveCap
    /// @custom:error PositionTooSmall
    /// @custom:error BelowInitialMargin
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error MarketHalted
    /// @custom:error WindowImpactTooHigh
    /// @custom:error SkewAboveCap
    function previewOpenPosition(
        uint256 marketId,
        address account,
        uint8 side,
        uint256 margin,
        uint256 notional,
        uint256 baseLimit,
        uint256 maxFee
    ) external view returns (Preview memory);

    /// @notice What `closePosition` would do for `account`.
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error Expired
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error SlippageExceeded
    /// @custom:error FeeAboveLimit
    /// @custom:error PositionTooSmall
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error MarketHalted
    function previewClosePosition(
        uint256 marketId,
        address account,
        uint256 size,
        uint256 quoteLimit,
        uint256 maxFee
    ) external view returns (Preview memory);

    /// @notice What `removeMargin` of `amount` would leave of `account`.
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error MarketHalted
    /// @custom:error WithdrawalsGated
    function previewRemoveMargin(
        uint256 marketId,
        address account,
        uint256 amount
    ) external view returns (Preview memory);

    /// @notice What `liquidate` of `account` would do, if the insurance fund pays `insurance` of a loss.
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error SlippageExceeded
    /// @custom:error MarkTooFarFromIndex
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error NotLiquidatable
    /// @custom:error MarketHalted
    /// @custom:error InGrace
    /// @custom:error CurveTooThin
    function previewLiquidate(
        uint256 marketId,
        address account,
        uint256 quoteLimit,
        uint256 insurance
    ) external view returns (Preview memory);

    /// @notice What `takeOver` of `base` of `trader`'s position, if its auction were of the age it is, would
    /// cost a taker that has nothing in this market: `margin` is what is left of the trader's, `fee` the
    /// penalty beside the discount.
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error SlippageExceeded
    /// @custom:error PositionAboveCap
    /// @custom:error PositionTooSmall
    /// @custom:error BelowInitialMargin
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error NotLiquidatable
    /// @custom:error MarketHalted
    /// @custom:error InGrace
    /// @custom:error NoTakeover
    /// @custom:error UnfitTaker
    function previewTakeOver(
        uint256 marketId,
        address trader,
        uint256 base,
        uint256 margin,
        uint256 priceLimit
    ) external view returns (Preview memory);

    /// @notice The largest notional, wad, that `account` could trade on `side` now after adding `margin` token
    /// units, without a limit of its own; 0 if none. Found by halving with the rule itself, to a thousandth.
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error InvalidSide
    /// @custom:error Expired
    /// @custom:error OpeningPaused
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error SlippageExceeded
    /// @custom:error FeeAboveLimit
    /// @custom:error PriceImpactTooHigh
    /// @custom:error MarkTooFarFromIndex
    /// @custom:error OpenInterestAboveCap
    /// @custom:error PositionAboveCap
    /// @custom:error PositionTooSmall
    /// @custom:error BelowInitialMargin
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error MarketHalted
    /// @custom:error WindowImpactTooHigh
    /// @custom:error SkewAboveCap
    function maxOpen(
        uint256 marketId,
        address account,
        uint8 side,
        uint256 margin
    ) external view returns (uint256);

    /// @notice Names the owner and the programs; once, in the call that creates the proxy. The owner then sets
    /// the collateral (`setCollateral`) and creates markets.
    /// @custom:error NoExtension
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error ProgramMismatch
    /// @custom:error NotUpgradeable
    /// @custom:error Overflow
    function initialize(address owner, Programs memory programs) external;

    /// @notice Sets the collateral, an ERC-20 of at most 18 decimals, and the insurance fund, which keeps the
    /// same token; once. Owner only.
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error CollateralAlreadySet
    /// @custom:error UnsupportedToken
    /// @custom:error InsuranceFundMismatch
    function setCollateral(address quoteToken, address insuranceFund) external;

    /// @notice Replaces the programs behind the clearing house. Owner only; not in the middle of another call.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error ProgramMismatch one is not the program that belongs there
    /// @custom:error NotUpgradeable a clearing house could never be upgraded again
    /// @custom:error Overflow
    function setPrograms(Programs memory programs) external;

    /// @notice Opens a market on virtual reserves and a peg (wad; price is peg · quote / base), with its price
    /// feed and parameters. Owner only.
    /// @return marketId its id
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error OracleUnusable
    /// @custom:error ParameterOutOfBounds
    /// @custom:error CollateralNotSet
    function createMarket(
        address feed,
        uint256 baseReserve,
        uint256 quoteReserve,
        uint256 peg,
        MarketParams memory params
    ) external returns (uint256 marketId);

    /// @notice Replaces a market's feed and parameters, within their hard bounds, from this block on. Owner
    /// only.
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error MarketHalted
    /// @custom:error ParameterOutOfBounds
    function setMarket(uint256 marketId, address feed, MarketParams memory params) external;

    /// @notice Moves a market's parameters by at most a tenth of each, within their hard bounds, once a day.
    /// For the risk council and the owner.
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error MarketHalted
    /// @custom:error TooEarly
    /// @custom:error ParameterOutOfBounds
    /// @custom:error NotCouncil
    function stepMarket(uint256 marketId, MarketParams memory params) external;

    /// @notice Pauses or resumes opening in a market; reducing, closing, margin, claims and liquidation go on.
    /// After it is resumed, positions with equity are not liquidated for the market's `resumeGrace`, once a
    /// day. Guardian, council and owner may pause, council and owner resume.
    /// @custom:error Reentrant
    /// @custom:error NotGuardian
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error MarketHalted
    /// @custom:error NotCouncil
    function setOpeningPaused(uint256 marketId, bool paused) external;

    /// @notice Lets a market only reduce, or grow again. For the risk council and the owner.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error MarketHalted
    /// @custom:error NotCouncil
    function setReduceOnly(uint256 marketId, bool reduceOnly) external;

    /// @notice Replaces the code: `newImplementation` is the new `clearing-house`, and does `data` on what
    /// there is here, if that is not empty: `setPrograms(..)` for the others. Owner only.
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant in the middle of another call
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of a clearing house
    /// @custom:error NotUpgradeable a clearing house could never be upgraded again
    /// @custom:error Overflow
    function upgradeToAndCall(address newImplementation, bytes memory data) external;

    /// @notice Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    /// @custom:error Overflow
    function UPGRADE_INTERFACE_VERSION() external view returns (string memory);

    /// @notice Replaces the guardian; zero is nobody. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    function setGuardian(address guardian) external;

    /// @notice Replaces the risk council; zero is nobody. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    function setCouncil(address council) external;

    /// @notice Replaces the contract that raises money against deficits; zero is none, and deficits are bad
    /// debt at once. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    function setDeficitLedger(address deficitLedger) external;

    /// @notice Offers the ownership, which the new owner takes with `acceptOwnership`. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    function transferOwnership(address newOwner) external;

    /// @notice Takes an offered ownership.
    /// @custom:error NotPendingOwner
    /// @custom:error Overflow
    /// @custom:error Expired
    /// @custom:error InvalidSignature
    /// @custom:error NonceUsed
    /// @custom:error NotRelayer
    function acceptOwnership() external;
}
