// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/perp/clearing-house, contracts/perp/clearing-risk, contracts/perp/clearing-lens,
// contracts/perp/clearing-admin, contracts/perp/clearing-preview by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title ClearingHouse
/// @notice The clearing house.
interface IClearingHouse {
    /// @notice A market now: funding is brought to this block, nothing is written.
    struct MarketView {
        // The price feed.
        address feed;
        // Whether opening is paused.
        bool openingPaused;
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
        // Virtual base reserve.
        uint256 baseReserve;
        // Virtual quote reserve.
        uint256 quoteReserve;
        // Real quote per virtual quote.
        uint256 peg;
        // Base of all longs.
        uint256 longSize;
        // Base of all shorts.
        uint256 shortSize;
        // Quote per base that longs have paid since the market began.
        int256 longFundingIndex;
        // The same of shorts.
        int256 shortFundingIndex;
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
        // Losses that nothing covered, ever.
        uint256 badDebt;
        // Accounts in the list.
        uint256 accounts;
        // Number of the last event.
        uint256 sequence;
    }

    /// @notice A market's parameters; their hard bounds are in `Params::validate`.
    struct MarketParams {
        // Margin over notional to open or grow.
        uint32 initialMarginPpm;
        // Margin over notional to stay.
        uint32 maintenanceMarginPpm;
        // Fee on the notional of every trade.
        uint32 feePpm;
        // Penalty on the notional of a liquidation.
        uint32 liquidationPenaltyPpm;
        // Part of fees that goes to the insurance fund.
        uint32 insuranceSharePpm;
        // Part of the penalty that goes to the keeper.
        uint32 keeperSharePpm;
        // How far one trade may move the mark.
        uint32 maxPriceImpactPpm;
        // How far from the oracle a trade may take the mark.
        uint32 maxDivergencePpm;
        // How far from the oracle the liquidation price may be.
        uint32 markBandPpm;
        // Most funding a day, of the index.
        uint32 maxFundingPpm;
        // Window of the mark's time-average, seconds.
        uint32 twapWindow;
        // Least notional of an open position.
        uint256 minNotional;
        // Most base open on a side.
        uint256 maxOpenInterest;
        // Most base of one position.
        uint256 maxPosition;
        // Least a keeper gets, while the penalty or the market's fees have it.
        uint256 keeperFloor;
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

    /// @notice Opening was paused or resumed.
    event OpeningPauseChanged(uint256 indexed marketId, uint256 sequence, bool paused);

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

    /// @notice A position was liquidated (its PositionChanged comes just before). Token units: the penalty, the
    /// keeper's reward, the loss beyond the margin and who covered it; badDebt is what nobody did.
    event PositionLiquidated(
        uint256 indexed marketId,
        address indexed trader,
        address indexed keeper,
        uint256 sequence,
        uint256 penalty,
        uint256 keeperReward,
        uint256 shortfall,
        uint256 coveredByMarket,
        uint256 coveredByFund,
        uint256 badDebt
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
    event ProgramsChanged(address risk, address lens, address admin, address preview);

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

    /// @notice A parameter, by its place in MarketParams from 0, is outside its hard bounds.
    error ParameterOutOfBounds(uint256 index, uint256 value);

    /// @notice The collateral has been set before.
    error CollateralAlreadySet(address quoteToken);

    /// @notice The collateral has not been set yet.
    error CollateralNotSet();

    /// @notice `token` does not say its decimals, or has more than 18.
    error UnsupportedToken(address token, uint256 decimals);

    /// @notice There is nothing to pay out.
    error NothingToPay();

    /// @notice The insurance fund keeps another token than the collateral.
    error InsuranceFundMismatch(address insuranceFund, address quoteToken);

    /// @notice Names the owner and the other programs; once, in the call that creates the proxy. The owner then
    /// sets the collateral (`setCollateral`) and creates markets.
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    function initialize(address owner, address risk, address lens, address admin, address preview) external;

    /// @notice Trades `notional` of quote on `side` (0 long, 1 short): opens or increases on that side, reduces
    /// a position on the other. `margin` token units are taken from the caller's allowance into the margin
    /// first.
    /// @dev `baseLimit` is the least base a long buys and the most a short sells, 0 is none; `maxFee` bounds
    /// the fee, token units; the call is good until `deadline`.
    /// @return exchangedBase change of the position's size, wad
    /// @return fee fee taken from the margin, token units
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
    /// @custom:error ExceedsPosition
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
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error Expired
    /// @custom:error CurveExhausted
    /// @custom:error SlippageExceeded
    /// @custom:error FeeAboveLimit
    /// @custom:error PositionTooSmall
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    function closePosition(
        uint256 marketId,
        uint256 size,
        uint256 quoteLimit,
        uint256 maxFee,
        uint256 deadline
    ) external returns (int256 exchangedBase, uint256 exchangedNotional, int256 realizedPnl);

    /// @notice Adds `amount` token units of the caller's to its margin. Needs no oracle and is never paused.
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    function addMargin(uint256 marketId, uint256 amount) external;

    /// @notice Removes `amount` token units from the caller's margin and sends them to `recipient`. A flat
    /// account can always take all of it; an open position must keep its initial margin at the worse price.
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error InsufficientMargin
    function removeMargin(uint256 marketId, uint256 amount, address recipient) external;

    /// @notice Closes a position that lost its maintenance margin. Anyone may; the reward waits for the caller
    /// (`withdrawReward`).
    /// @dev `quoteLimit` is the least quote closing a long must bring and the most closing a short may cost,
    /// wad, 0 is none; the call is good until `deadline`.
    /// @return reward the caller's reward, token units
    /// @return shortfall loss beyond the margin, token units
    /// @custom:error Reentrant
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
    function liquidate(
        uint256 marketId,
        address trader,
        uint256 quoteLimit,
        uint256 deadline
    ) external returns (uint256 reward, uint256 shortfall);

    /// @notice Brings a market's funding to now. Every action does; this is for those who only want to see it
    /// done.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    function settleFunding(uint256 marketId) external;

    /// @notice Moves the loss of an open position, and the funding it owes, into the market's pool, as far as
    /// winners wait for it. Anyone may; the position's equity does not change.
    /// @return loss token units of loss moved
    /// @return fundingPayment token units of funding moved
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error CurveExhausted
    /// @custom:error InsufficientMargin
    /// @custom:error NoPosition
    /// @custom:error NothingToRealize
    function realizeLoss(
        uint256 marketId,
        address trader
    ) external returns (uint256 loss, uint256 fundingPayment);

    /// @notice Takes `amount` of the caller's waiting profit into its margin, at the market's present share of
    /// it (see `haircut`); `minPayout` bounds what arrives. What the share leaves out is given up: waiting
    /// costs nothing.
    /// @return payout token units added to the margin
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error ExceedsClaim
    /// @custom:error ClaimBacksPosition
    /// @custom:error PayoutBelowLimit
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
    /// @return risk liquidation, funding, waiting profit
    /// @return lens views and lists
    /// @return admin administration
    /// @return preview previews
    function programs() external view returns (address risk, address lens, address admin, address preview);

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
    function getPosition(uint256 marketId, address account) external view returns (PositionView memory);

    /// @notice Equity over notional at the liquidation mark, wad; the largest value for a flat account.
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    function marginRatio(uint256 marketId, address account) external view returns (int256);

    /// @notice Up to `count` accounts of a market, from place `from` (0 is the first). Leaving accounts change
    /// the order of those after them: read a list in one block.
    /// @return accounts the accounts
    /// @return next where to go on; 0 at the end
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
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
    function liquidatable(
        uint256 marketId,
        uint256 from,
        uint256 count
    ) external view returns (address[] memory accounts, uint256 next);

    /// @notice Sets the collateral, an ERC-20 of at most 18 decimals, and the insurance fund, which keeps the
    /// same token; once. Owner only.
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error CollateralAlreadySet
    /// @custom:error UnsupportedToken
    /// @custom:error InsuranceFundMismatch
    function setCollateral(address quoteToken, address insuranceFund) external;

    /// @notice Replaces the programs behind the clearing house. Owner only.
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    function setPrograms(address risk, address lens, address admin, address preview) external;

    /// @notice Opens a market on virtual reserves and a peg, wad, with a price feed. Owner only.
    /// @return marketId the new market's id; ids run from 1 without gaps
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
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    /// @custom:error OracleUnusable
    /// @custom:error ParameterOutOfBounds
    function setMarket(uint256 marketId, address feed, MarketParams memory params) external;

    /// @notice Pauses or resumes opening in a market; reducing, closing, margin, claims and liquidation go on.
    /// Guardian and owner may pause, only the owner resumes.
    /// @custom:error NotOwner
    /// @custom:error NotGuardian
    /// @custom:error Overflow
    /// @custom:error UnknownMarket
    function setOpeningPaused(uint256 marketId, bool paused) external;

    /// @notice Replaces the guardian. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    function setGuardian(address guardian) external;

    /// @notice Offers the ownership, which the new owner takes with `acceptOwnership`. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    function transferOwnership(address newOwner) external;

    /// @notice Takes an offered ownership.
    /// @custom:error NotPendingOwner
    /// @custom:error Overflow
    function acceptOwnership() external;

    /// @notice What `openPosition` would do for `account`.
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
    function previewClosePosition(
        uint256 marketId,
        address account,
        uint256 size,
        uint256 quoteLimit,
        uint256 maxFee
    ) external view returns (Preview memory);

    /// @notice What `removeMargin` of `amount` would leave of `account`.
    function previewRemoveMargin(
        uint256 marketId,
        address account,
        uint256 amount
    ) external view returns (Preview memory);

    /// @notice What `liquidate` of `account` would do, if the insurance fund pays `insurance` of a loss.
    function previewLiquidate(
        uint256 marketId,
        address account,
        uint256 quoteLimit,
        uint256 insurance
    ) external view returns (Preview memory);
}
