// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/put/put-pool, contracts/put/put-desk, contracts/put/put-roll,
// contracts/put/put-lens, contracts/put/put-records, contracts/put/put-admin by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title PutPool
/// @notice The pool.
interface IPutPool {
    /// @notice A pool at this moment, as if it had rolled where it could.
    struct PoolView {
        // The writers' principal, token units.
        uint256 liquidity;
        // What of it is locked for puts.
        uint256 locked;
        // What is not.
        uint256 free;
        // Units under cover, wad.
        uint256 units;
        // Sum of units times strike, wad of wad.
        uint256 unitsTimesStrike;
        // Shares of the liquidity, wad.
        uint256 totalShares;
        // Premiums and funding not earned yet, token units.
        uint256 unvested;
        // Token units earned a second, rounded down.
        uint256 ratePerSecond;
        // What funding is paid from, token units.
        uint256 escrow;
        // Payoffs the buyer has not collected, token units.
        uint256 payoffDue;
        // What the buyer backs, token units.
        uint256 supply;
        // The most it may, token units.
        uint256 maxSupply;
        // Shares that wait to leave, wad.
        uint256 queuedShares;
        // The epoch.
        uint256 epoch;
        // When it began.
        uint256 start;
        // When it ends.
        uint256 end;
        // Its annual volatility, wad.
        uint256 sigma;
        // Strike of the units that continued from the epoch before, wad.
        uint256 baseStrike;
        // Those units, wad.
        uint256 baseUnits;
        // Purchases in this epoch.
        uint256 lots;
        // How often the principal was lost.
        uint256 generation;
        // Number of the last position.
        uint256 positionsMade;
        // Whether deposits and purchases are paused.
        bool entryPaused;
        // Whether `roll` has to be called before anybody may enter.
        bool rollDue;
    }

    /// @notice One position at this moment, as if the pool had rolled where it could.
    struct PositionView {
        // Its number.
        uint256 id;
        // Who holds it; zero if nobody does.
        address owner;
        // Its shares, wad.
        uint256 shares;
        // What they are worth, token units; payoffs of this epoch would come off.
        uint256 principal;
        // Collateral to be claimed: fees and what left, token units.
        uint256 feesOwed;
        // Rewards to be claimed.
        uint256 rewardsOwed;
        // Shares that wait to leave, wad.
        uint256 exitShares;
        // The epoch it was made in.
        uint256 depositEpoch;
        // Hash of everything a buyer of it relies on: see `requireState`.
        bytes32 stateHash;
    }

    /// @notice Whom a pool deals with.
    struct PoolPeers {
        // The collateral, an ERC-20 of at most 18 decimals (WETH for rDPX).
        address collateral;
        // The underlying; the pool never holds it.
        address underlying;
        // The reward token (DPX); zero for none.
        address rewardToken;
        // Who gets rewards that nobody was there to earn.
        address treasury;
        // The PriceHistory of the underlying's price in collateral.
        address history;
        // The VolatilitySource of that price.
        address volatilitySource;
    }

    /// @notice The programs behind a pool.
    struct PoolPrograms {
        // The buyer, the escrow.
        address desk;
        // Rolls, rewards, the treasury's share.
        address roll;
        // The pool at this moment.
        address lens;
        // What is written down.
        address records;
        // Administration.
        address admin;
    }

    /// @notice What a pool is made with; none of it changes.
    struct PoolParams {
        // When epoch 0 begins, seconds since 1970.
        uint64 genesis;
        // Seconds of an epoch; 2,592,000 (30 days) for rDPX; a day to 400 days.
        uint32 epochLength;
        // Seconds of the average that ends with an epoch and settles it; an hour to a day.
        uint32 settlementWindow;
        // Seconds after an epoch's end from which the last average there was will do; the window to a week.
        uint32 grace;
        // How many times the liquidity may be backed; 4 for dpxETH; 1 to 16.
        uint8 leverage;
        // Lowest annual volatility, wad; 1 % at least.
        uint256 sigmaMin;
        // Highest annual volatility, wad; 1000 % at most.
        uint256 sigmaMax;
        // Seconds after which the volatility source is too old to be followed.
        uint32 sigmaMaxAge;
        // Least deposit, token units.
        uint256 minDeposit;
        // Least purchase, wad of units.
        uint256 minUnits;
        // Reward tokens in a year of 365 days.
        uint256 rewardsPerYear;
        // Seconds for which rewards are paid; 94,608,000 for three years.
        uint32 rewardDuration;
    }

    /// @notice One epoch.
    struct EpochView {
        // Its number.
        uint256 epoch;
        // When it began by the schedule.
        uint256 start;
        // When it ended, or ends.
        uint256 end;
        // Strike of the units it began with, wad.
        uint256 strike;
        // Those units, wad.
        uint256 units;
        // What was paid for them at its beginning, token units.
        uint256 funding;
        // Units that were not, and were covered before, wad.
        uint256 lapsed;
        // Whether its strike was capped by the liquidity.
        bool strikeCapped;
        // Its annual volatility, wad; 0 for an epoch that was skipped.
        uint256 sigma;
        // Whether it was settled.
        bool settled;
        // When, seconds since 1970.
        uint256 settledAt;
        // At which price, wad.
        uint256 settlementPrice;
        // What its puts paid, token units.
        uint256 payoff;
        // What left at its end, token units.
        uint256 exitsFilled;
        // Shares that left.
        uint256 exitsBurned;
    }

    /// @notice One purchase.
    struct LotView {
        // Its number in the epoch, from 0.
        uint256 lot;
        // Units, wad.
        uint256 units;
        // Strike, wad.
        uint256 strike;
        // What was paid, token units.
        uint256 premium;
    }

    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The contract has a new guardian; zero is nobody.
    event GuardianChanged(address indexed previousGuardian, address indexed newGuardian);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice A writer deposited `assets` for `shares` in the new position `id`.
    event Deposited(
        uint256 indexed id,
        address indexed payer,
        address indexed receiver,
        uint256 assets,
        uint256 shares,
        uint256 liquidity,
        uint256 totalShares
    );

    /// @notice Puts were bought: `boughtUnits` at `strike` and `price` for `premium`, of which `prefunded` went
    /// into the escrow; they lock `lock`, and the buyer now backs `supply`.
    event PutPurchased(
        uint256 indexed epoch,
        uint256 indexed lot,
        uint256 boughtUnits,
        uint256 strike,
        uint256 price,
        uint256 premium,
        uint256 prefunded,
        uint256 lock,
        uint256 units,
        uint256 locked,
        uint256 escrow,
        uint256 supply
    );

    /// @notice Epoch `epoch` settled at `settlementPrice` and paid `payoff`; from epoch `next` on, `units`
    /// continue at `strike` for `funding`; `lapsed` and `released` units do not.
    event Rolled(
        uint256 indexed epoch,
        uint256 indexed next,
        uint256 settlementPrice,
        uint256 payoff,
        uint256 strike,
        uint256 units,
        uint256 funding,
        uint256 lapsed,
        uint256 released,
        uint256 locked,
        uint256 liquidity,
        uint256 totalShares,
        uint256 escrow,
        uint256 sigma
    );

    /// @notice The escrow had less than all units cost: `lapsed` units are not covered any more.
    event FundingShortfall(uint256 indexed epoch, uint256 required, uint256 paid, uint256 lapsed);

    /// @notice The strike is what the liquidity can pay, below three quarters of `mark`.
    event StrikeCapped(uint256 indexed epoch, uint256 strike, uint256 mark);

    /// @notice The epoch settled at the last average there was: the window's own could not be had for the grace
    /// period.
    event OracleFallback(uint256 indexed epoch, uint256 settlementPrice, uint256 status);

    /// @notice The principal was lost as good as whole, or dust: `shares` older shares are worth nothing, and
    /// keep what they had earned.
    event GenerationLost(uint256 indexed generation, uint256 shares);

    /// @notice `shares` of a position wait to leave.
    event ExitRequested(uint256 indexed id, uint256 shares, uint256 requested, uint256 queued);

    /// @notice `shares` of a position do not wait any more.
    event ExitCancelled(uint256 indexed id, uint256 shares, uint256 requested, uint256 queued);

    /// @notice At the roll of `epoch` `burned` of `waiting` shares left with `paid`: each position by its part
    /// of what waited.
    event ExitFilled(
        uint256 indexed epoch,
        uint256 indexed fill,
        uint256 burned,
        uint256 waiting,
        uint256 paid
    );

    /// @notice Fees and principal of shares that left were paid out, collateral.
    event FeesClaimed(uint256 indexed id, address indexed recipient, uint256 amount);

    /// @notice Rewards were paid out, reward tokens.
    event RewardsClaimed(uint256 indexed id, address indexed recipient, uint256 amount);

    /// @notice `shares` of position `id` are now position `newId`.
    event Split(uint256 indexed id, uint256 indexed newId, uint256 shares);

    /// @notice Position `from` is now part of `into`.
    event Merged(uint256 indexed into, uint256 indexed from, uint256 shares);

    /// @notice A position with nothing left ended.
    event Closed(uint256 indexed id);

    /// @notice `payer` added to the escrow that funding is paid from.
    event EscrowFunded(address indexed payer, uint256 amount, uint256 escrow);

    /// @notice The buyer took from it.
    event EscrowWithdrawn(address indexed recipient, uint256 amount, uint256 escrow);

    /// @notice Payoffs were paid to the buyer.
    event PayoffCollected(address indexed buyer, uint256 amount);

    /// @notice The buyer backs `supply` from now on.
    event SupplyReported(uint256 supply);

    /// @notice The buyer lets `released` units go at the next roll, all told.
    event UnitsReleased(uint256 released);

    /// @notice Rewards of `total` began to be paid.
    event RewardsBegun(address indexed payer, uint256 total, uint256 start, uint256 end);

    /// @notice Rewards that nobody was there to earn went to the treasury.
    event UnallocatedCollected(address indexed treasury, uint256 amount);

    /// @notice The pool was made.
    event PoolCreated(
        address indexed collateral,
        address indexed underlying,
        address rewardToken,
        address history,
        address volatilitySource,
        uint256 sigma
    );

    /// @notice The token of writers' positions was set, for good.
    event PositionsSet(address positions);

    /// @notice The buyer was set, for good.
    event BuyerSet(address buyer);

    /// @notice Who gets rewards that nobody earned was replaced.
    event TreasuryChanged(address treasury);

    /// @notice From the next roll on the pool uses these; zero is the present one.
    event OraclesQueued(address history, address volatilitySource);

    /// @notice The pool uses these from now on.
    event OraclesApplied(address history, address volatilitySource);

    /// @notice Deposits and purchases were paused or resumed.
    event EntryPauseChanged(bool paused);

    /// @notice The programs behind the pool were replaced.
    event PoolProgramsChanged(address desk, address roll, address lens, address records, address admin);

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

    /// @notice The put's terms are outside what can be priced.
    error Unpriceable();

    /// @notice An amount is zero where that means nothing.
    error ZeroAmount();

    /// @notice The amount is below the `least` that is worth its storage.
    error AmountTooSmall(uint256 amount, uint256 least);

    /// @notice The call ran at `nowTime`, after its `deadline`.
    error Expired(uint256 deadline, uint256 nowTime);

    /// @notice Deposits and purchases are paused; exits, claims and rolls never are.
    error EntryPaused();

    /// @notice The first epoch begins at `start`.
    error EpochNotStarted(uint256 start, uint256 nowTime);

    /// @notice The epoch runs until `end`: it cannot roll yet.
    error EpochNotEnded(uint256 end, uint256 nowTime);

    /// @notice The epoch ended at `end` and has to be rolled (`roll`) before anybody may enter.
    error RollDue(uint256 end, uint256 nowTime);

    /// @notice The deposit would get `shares`, fewer than the caller's `limit`.
    error SharesBelowLimit(uint256 shares, uint256 limit);

    /// @notice The premium is above the caller's `limit`.
    error SlippagePremium(uint256 premium, uint256 limit);

    /// @notice The strike is below the caller's `limit`, or nothing.
    error StrikeBelowLimit(uint256 strike, uint256 limit);

    /// @notice These puts would lock `need`, and `free` is not locked yet.
    error InsufficientCollateral(uint256 need, uint256 free);

    /// @notice `supply` would be backed, and the liquidity supports `max`.
    error SupplyCapExceeded(uint256 supply, uint256 max);

    /// @notice More shares are asked for than the position has to give.
    error ExceedsShares(uint256 asked, uint256 available);

    /// @notice More is asked for than the escrow holds.
    error ExceedsEscrow(uint256 asked, uint256 available);

    /// @notice The position took part in `exits` more exits than one call accounts for: `settle` it first.
    error PositionUnsettled(uint256 exits);

    /// @notice There is no price this may rest on: `status` as the price history has it, 255 if it does not
    /// answer.
    error PriceUnavailable(uint256 status);

    /// @notice Rewards began at `start`; 0 where there are none.
    error RewardsStarted(uint256 start);

    /// @notice There is nothing to pay out.
    error NothingToPay();

    /// @notice A parameter, by its place in PoolParams (genesis is 0), is outside its hard bounds.
    error ParameterOutOfBounds(uint256 index, uint256 value);

    /// @notice `caller` is not the pool's buyer.
    error NotBuyer(address caller);

    /// @notice What is set once has been set: `present`.
    error PeerAlreadySet(address present);

    /// @notice The token of positions serves `pool`, not this one.
    error PositionsMismatch(address positions, address pool);

    /// @notice The position is not what the caller believes: its state hashes to `actual`.
    error StateChanged(uint256 id, bytes32 actual);

    /// @notice `token` does not say its decimals, or has more than 18.
    error UnsupportedToken(address token, uint256 decimals);

    /// @notice The token of positions has not been set yet: nobody could hold what a deposit makes.
    error PositionsNotSet();

    /// @notice There is no position `id`.
    error UnknownPosition(uint256 id);

    /// @notice Deposits `assets` token units, which the caller has approved, for a new position of
    /// `receiver`'s, if it gets at least `minShares`; until `deadline`. It earns from now on, and bears the
    /// payoffs of this epoch with all others.
    /// @return id the position, an ERC-721 of the pool's `positions()`
    /// @return shares its shares
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error ZeroAmount
    /// @custom:error AmountTooSmall
    /// @custom:error Expired
    /// @custom:error EntryPaused
    /// @custom:error RollDue
    /// @custom:error SharesBelowLimit
    /// @custom:error PositionsNotSet
    function deposit(
        uint256 assets,
        uint256 minShares,
        address receiver,
        uint256 deadline
    ) external returns (uint256 id, uint256 shares);

    /// @notice Lets `shares` of a position leave at the next roll, or as many of them as the pool can then
    /// spare; the rest goes on waiting. Until they leave they earn and bear like all others. Never paused; but
    /// what is asked for between an epoch's end and its roll is too late for that roll, and refused until then.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error ZeroAmount
    /// @custom:error RollDue
    /// @custom:error ExceedsShares
    /// @custom:error PositionUnsettled
    /// @custom:error UnknownPosition
    function requestExit(uint256 id, uint256 shares) external;

    /// @notice Lets `shares` of a position that wait to leave stay after all.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error ZeroAmount
    /// @custom:error RollDue
    /// @custom:error ExceedsShares
    /// @custom:error PositionUnsettled
    /// @custom:error UnknownPosition
    function cancelExit(uint256 id, uint256 shares) external;

    /// @notice Pays the fees of a position, and what its shares that left were worth, to `recipient`. Never
    /// paused.
    /// @return amount what was paid, token units of the collateral
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error UnknownPosition
    function claimFees(uint256 id, address recipient) external returns (uint256 amount);

    /// @notice Pays the rewards of a position to `recipient`. Never paused.
    /// @return amount what was paid, reward tokens
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error UnknownPosition
    function claimRewards(uint256 id, address recipient) external returns (uint256 amount);

    /// @notice Pays both. A position with nothing left ends.
    /// @return fees collateral paid, token units
    /// @return rewards reward tokens paid
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error UnknownPosition
    function claim(uint256 id, address recipient) external returns (uint256 fees, uint256 rewards);

    /// @notice Accounts for a position up to now and pays nothing; for positions that took part in more exits
    /// than one call accounts for.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error UnknownPosition
    function settle(uint256 id) external;

    /// @notice Moves `shares` of a position that do not wait to leave into a new one of the same owner's, as
    /// many as the least deposit gets at first. What the position has earned so far stays with it.
    /// @return newId the new position
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error ZeroAmount
    /// @custom:error AmountTooSmall
    /// @custom:error ExceedsShares
    /// @custom:error PositionUnsettled
    /// @custom:error PositionsNotSet
    /// @custom:error UnknownPosition
    function split(uint256 id, uint256 shares) external returns (uint256 newId);

    /// @notice Takes position `from` into position `into`, with all it has earned and what of it waits to
    /// leave. Both are the same owner's.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error PositionUnsettled
    /// @custom:error UnknownPosition
    function merge(uint256 into, uint256 from) external;

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function proxiableUUID() external view returns (bytes32);

    /// @notice Buys puts on `units` of the underlying: struck at three quarters of the mark, for the premium of
    /// a whole epoch, which is taken from the caller's allowance. The buyer backs `supply` token units with all
    /// its puts afterwards. Bounded by `maxPremium`, `minStrike` (wad) and `deadline`. For the buyer alone.
    /// @return lot the purchase's number in this epoch
    /// @return strike its strike, wad
    /// @return premium what was paid, token units
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error AmountTooSmall
    /// @custom:error Expired
    /// @custom:error EntryPaused
    /// @custom:error EpochNotStarted
    /// @custom:error RollDue
    /// @custom:error SlippagePremium
    /// @custom:error StrikeBelowLimit
    /// @custom:error InsufficientCollateral
    /// @custom:error SupplyCapExceeded
    /// @custom:error PriceUnavailable
    /// @custom:error NotBuyer
    function purchase(
        uint256 units,
        uint256 supply,
        uint256 maxPremium,
        uint256 minStrike,
        uint256 deadline
    ) external returns (uint256 lot, uint256 strike, uint256 premium);

    /// @notice Tells what the buyer backs from now on, token units: more only up to what the liquidity
    /// supports. What is backed is what exits leave liquidity for. For the buyer alone.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error SupplyCapExceeded
    /// @custom:error NotBuyer
    function reportSupply(uint256 supply) external;

    /// @notice Covers no more than `units` of what is covered now from the next roll on: what is more will
    /// neither cost nor cover. For the buyer alone.
    /// @return released units that the next roll lets go, all told
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error NotBuyer
    function coverAtMost(uint256 units) external returns (uint256 released);

    /// @notice Adds `amount` token units of the caller's to the escrow that funding is paid from. Anybody may,
    /// but not between an epoch's end and its roll: nobody decides by hindsight what is covered.
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error ZeroAmount
    /// @custom:error RollDue
    function fundEscrow(uint256 amount) external;

    /// @notice Takes `amount` token units out of the escrow, to `recipient`. For the buyer alone.
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error ZeroAmount
    /// @custom:error RollDue
    /// @custom:error ExceedsEscrow
    /// @custom:error NotBuyer
    function withdrawEscrow(uint256 amount, address recipient) external;

    /// @notice Pays the payoffs that are due to the buyer, who alone may ask for them: what a contract counts
    /// it has to have taken itself.
    /// @return amount what was paid, token units
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error NothingToPay
    /// @custom:error NotBuyer
    function collectPayoff() external returns (uint256 amount);

    /// @notice Rolls the pool into the epoch that is due, once; refused until the present one has ended. For
    /// anybody, never paused.
    /// @return epoch the epoch that begins
    /// @return settlementPrice what the one that ended settled at, wad
    /// @return payoff what its puts paid, token units
    /// @return strike the strike of the units that continue, wad
    /// @return funding what was paid for them from the escrow, token units
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error EpochNotEnded
    /// @custom:error ExceedsEscrow
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownPosition
    function roll() external returns (
        uint256 epoch,
        uint256 settlementPrice,
        uint256 payoff,
        uint256 strike,
        uint256 funding
    );

    /// @notice Begins the rewards: takes all of them from the caller, who has approved the pool, and pays them
    /// to writers evenly over the plan's time from now on. Once, by anybody.
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error RewardsStarted
    function beginRewards() external;

    /// @notice Pays the rewards that nobody was there to earn to the treasury. For anybody.
    /// @return amount what was paid, reward tokens
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error NothingToPay
    function collectUnallocated() external returns (uint256 amount);

    /// @notice The pool now.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error EpochNotEnded
    /// @custom:error ExceedsEscrow
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownPosition
    function poolState() external view returns (PoolView memory);

    /// @notice The most the buyer may back with the present liquidity, token units.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error EpochNotEnded
    /// @custom:error ExceedsEscrow
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownPosition
    function maxSupply() external view returns (uint256);

    /// @notice What a roll at the present mark could let leave, token units: what its payoff, the supply and
    /// the cover leave over.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error EpochNotEnded
    /// @custom:error ExceedsEscrow
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownPosition
    function availableToExit() external view returns (uint256);

    /// @notice The present mark: the lower of a short average and a second source, wad.
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error PriceUnavailable
    function markPrice() external view returns (uint256);

    /// @notice What all puts of this epoch would pay at a price, token units.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error EpochNotEnded
    /// @custom:error ExceedsEscrow
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownPosition
    function payoffAt(uint256 price) external view returns (uint256);

    /// @notice Whether `roll` would succeed now.
    /// @return possible whether it would
    /// @return reason the selector of the error it would revert with; 0 if it would not
    function canRoll() external view returns (bool possible, bytes4 reason);

    /// @notice Shares for a deposit now.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error EpochNotEnded
    /// @custom:error ExceedsEscrow
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownPosition
    function previewDeposit(uint256 assets) external view returns (uint256);

    /// @notice What a purchase of `units` would be now.
    /// @return price the mark, wad; in the settlement window no more than its average so far
    /// @return strike wad
    /// @return premium of a whole epoch, token units
    /// @return lock what it would lock, token units
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error EpochNotEnded
    /// @custom:error ExceedsEscrow
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownPosition
    function quotePut(
        uint256 units
    ) external view returns (uint256 price, uint256 strike, uint256 premium, uint256 lock);

    /// @notice What the next roll would take from the escrow if it came at the present mark and volatility.
    /// @return needed for all units, token units
    /// @return escrow what there is, token units
    /// @return runwayEpochs how many such rolls the escrow pays for; the highest number if they cost nothing
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error EpochNotEnded
    /// @custom:error ExceedsEscrow
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownPosition
    function quoteFunding() external view returns (uint256 needed, uint256 escrow, uint256 runwayEpochs);

    /// @notice The rewards.
    /// @return start when they began; 0 before
    /// @return emitted so far
    /// @return unallocated what of that nobody was there to earn, and the treasury has not collected
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error EpochNotEnded
    /// @custom:error ExceedsEscrow
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownPosition
    function rewardState() external view returns (uint256 start, uint256 emitted, uint256 unallocated);

    /// @notice A position now.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error EpochNotEnded
    /// @custom:error ExceedsEscrow
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownPosition
    function position(uint256 id) external view returns (PositionView memory);

    /// @notice What leaving with all of a position would come to.
    /// @return principal what its shares are worth, token units
    /// @return fillable what the next roll would pay if it came at the present mark and the whole position
    /// waited, token units
    /// @return nextRoll when that is
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error EpochNotEnded
    /// @custom:error ExceedsEscrow
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownPosition
    function previewExit(
        uint256 id
    ) external view returns (uint256 principal, uint256 fillable, uint256 nextRoll);

    /// @notice Who governs.
    function owner() external view returns (address);

    /// @notice Who may take the ownership; zero is nobody.
    function pendingOwner() external view returns (address);

    /// @notice Who may pause entry; zero is nobody.
    function guardian() external view returns (address);

    /// @notice The ERC-721 of writers' positions.
    function positions() external view returns (address);

    /// @notice Who buys puts.
    function buyer() external view returns (address);

    /// @notice Whom the pool deals with.
    function peers() external view returns (PoolPeers memory);

    /// @notice Price history and volatility source from the next roll on; zero is the present one.
    /// @return history the price history
    /// @return volatilitySource the volatility source
    function queuedOracles() external view returns (address history, address volatilitySource);

    /// @notice The programs behind the pool.
    function programs() external view returns (PoolPrograms memory);

    /// @notice What the pool was made with.
    function params() external view returns (PoolParams memory);

    /// @notice The least liquidity that a supply needs, token units: exits leave no less.
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function minLiquidity(uint256 supply) external view returns (uint256);

    /// @notice Value of a put, wad: Black-Scholes without interest, rounded down.
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function bsPut(
        uint256 spot,
        uint256 strike,
        uint256 sigma,
        uint256 secondsLeft
    ) external view returns (uint256);

    /// @notice Rewards that the plan emits in its first `elapsed` seconds.
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function rewardsEmitted(uint256 elapsed) external view returns (uint256);

    /// @notice Hash of everything a buyer of a position relies on: its shares, what waits to leave, what it has
    /// been settled for and what it is owed. It changes with every claim, request, split, merge and `settle` by
    /// its owner, and not with time.
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error UnknownPosition
    function stateHash(uint256 id) external view returns (bytes32);

    /// @notice Refuses if a position's state hashes to anything else: for whoever buys one, in the same
    /// transaction.
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error StateChanged
    /// @custom:error UnknownPosition
    function requireState(uint256 id, bytes32 stateHash) external view;

    /// @notice Positions of an owner, from the `cursor`th on, at most `limit` and 100.
    /// @return ids their numbers
    /// @return next the cursor of the next page; 0 at the end
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function positionsOf(
        address owner,
        uint256 cursor,
        uint256 limit
    ) external view returns (uint256[] memory ids, uint256 next);

    /// @notice One epoch.
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function epochInfo(uint256 epoch) external view returns (EpochView memory);

    /// @notice Epochs from `from` on up to the pool's, at most `limit` and 100.
    /// @return list the epochs
    /// @return next from where the next page is; 0 at the end
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function epochs(uint256 from, uint256 limit) external view returns (EpochView[] memory list, uint256 next);

    /// @notice Purchases of an epoch, from the `cursor`th on, at most `limit` and 100.
    /// @return list the purchases
    /// @return next the cursor of the next page; 0 at the end
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function lots(
        uint256 epoch,
        uint256 cursor,
        uint256 limit
    ) external view returns (LotView[] memory list, uint256 next);

    /// @notice Makes the pool: owner, whom it deals with, parameters, programs; once, in the call that creates
    /// the proxy. The owner then sets the token of positions (`setPositions`), which has to be made for this
    /// pool, and the buyer (`setBuyer`). The first epoch's volatility is the source's within the bounds, or the
    /// highest if it has none.
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error ParameterOutOfBounds
    /// @custom:error UnsupportedToken
    function initialize(
        address owner,
        PoolPeers memory peers,
        PoolParams memory params,
        PoolPrograms memory programs
    ) external;

    /// @notice Sets the ERC-721 of writers' positions, which serves this pool and no other; once. Owner only.
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error PeerAlreadySet
    /// @custom:error PositionsMismatch
    function setPositions(address positions) external;

    /// @notice Sets who buys puts: a contract that backs something with them; once. Owner only.
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    /// @custom:error PeerAlreadySet
    function setBuyer(address buyer) external;

    /// @notice Replaces who gets rewards that nobody was there to earn. Owner only.
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function setTreasury(address treasury) external;

    /// @notice Replaces price history and volatility source from the next roll on; zero leaves the present one,
    /// or takes a queued one back. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function queueOracles(address history, address volatilitySource) external;

    /// @notice Pauses or resumes deposits and purchases; exits, claims, transfers and rolls go on. Guardian and
    /// owner may pause, the owner resumes.
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error NotGuardian
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function setEntryPaused(bool paused) external;

    /// @notice Replaces the programs behind the pool. Owner only; not in the middle of another call.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error ProgramMismatch one is not the program that belongs there
    /// @custom:error NotUpgradeable a put pool could never be upgraded again
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function setPrograms(PoolPrograms memory programs) external;

    /// @notice Replaces the code: `newImplementation` is the new `put-pool`, and does `data` on what there is
    /// here, if that is not empty: `setPrograms(..)` for the others. Owner only.
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant in the middle of another call
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of a put pool
    /// @custom:error NotUpgradeable a put pool could never be upgraded again
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function upgradeToAndCall(address newImplementation, bytes memory data) external;

    /// @notice Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    function UPGRADE_INTERFACE_VERSION() external view returns (string memory);

    /// @notice Replaces the guardian; zero is nobody. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function setGuardian(address guardian) external;

    /// @notice Offers the ownership, which the new owner takes with `acceptOwnership`. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function transferOwnership(address newOwner) external;

    /// @notice Takes an offered ownership.
    /// @custom:error NotPendingOwner
    /// @custom:error Overflow
    /// @custom:error Unpriceable
    function acceptOwnership() external;
}
