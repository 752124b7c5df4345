//! The events, errors and view structs of a perpetual put pool.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

use alloy_primitives::U256;
use everfloor_put_rules::Params;

use crate::revert::Outcome;

/// A number of at most 128 bits.
pub fn narrow(value: U256) -> Outcome<u128> {
    Ok(everfloor_math::to_u128(value)?)
}

/// A time or a duration; what does not fit is as far away as can be.
pub fn seconds(value: U256) -> u64 {
    value.saturating_to()
}

/// A pool's parameters as the rules know them; not yet validated.
pub fn params_of(view: &views::PoolParams) -> Outcome<Params> {
    Ok(Params {
        genesis: view.genesis,
        epoch_length: view.epochLength.into(),
        window: view.settlementWindow.into(),
        grace: view.grace.into(),
        leverage: view.leverage.into(),
        sigma_min: narrow(view.sigmaMin)?,
        sigma_max: narrow(view.sigmaMax)?,
        sigma_max_age: view.sigmaMaxAge.into(),
        min_deposit: narrow(view.minDeposit)?,
        min_units: narrow(view.minUnits)?,
        rewards_per_year: narrow(view.rewardsPerYear)?,
        reward_duration: view.rewardDuration.into(),
    })
}

/// A pool's parameters as the ABI shows them.
pub fn params_view(params: &Params) -> views::PoolParams {
    views::PoolParams {
        genesis: params.genesis,
        epochLength: params.epoch_length as u32,
        settlementWindow: params.window as u32,
        grace: params.grace as u32,
        leverage: params.leverage as u8,
        sigmaMin: U256::from(params.sigma_min),
        sigmaMax: U256::from(params.sigma_max),
        sigmaMaxAge: params.sigma_max_age as u32,
        minDeposit: U256::from(params.min_deposit),
        minUnits: U256::from(params.min_units),
        rewardsPerYear: U256::from(params.rewards_per_year),
        rewardDuration: params.reward_duration as u32,
    }
}

/// Errors. Amounts are token units of the collateral, units of the underlying and prices are wad.
pub mod errors {
    alloy_sol_types::sol! {
        /// A value does not fit, or a product or sum of sane values overflowed.
        #[derive(Debug, PartialEq, Eq)]
        error Overflow();
        /// The put's terms are outside what can be priced.
        error Unpriceable();
        /// An amount is zero where that means nothing.
        error ZeroAmount();
        /// The amount is below the `least` that is worth its storage.
        error AmountTooSmall(uint256 amount, uint256 least);
        /// The call ran at `nowTime`, after its `deadline`.
        error Expired(uint256 deadline, uint256 nowTime);
        /// Deposits and purchases are paused; exits, claims and rolls never are.
        error EntryPaused();
        /// The first epoch begins at `start`.
        error EpochNotStarted(uint256 start, uint256 nowTime);
        /// The epoch runs until `end`: it cannot roll yet.
        error EpochNotEnded(uint256 end, uint256 nowTime);
        /// The epoch ended at `end` and has to be rolled (`roll`) before anybody may enter.
        error RollDue(uint256 end, uint256 nowTime);
        /// The deposit would get `shares`, fewer than the caller's `limit`.
        error SharesBelowLimit(uint256 shares, uint256 limit);
        /// The premium is above the caller's `limit`.
        error SlippagePremium(uint256 premium, uint256 limit);
        /// The strike is below the caller's `limit`, or nothing.
        error StrikeBelowLimit(uint256 strike, uint256 limit);
        /// These puts would lock `need`, and `free` is not locked yet.
        error InsufficientCollateral(uint256 need, uint256 free);
        /// `supply` would be backed, and the liquidity supports `max`.
        error SupplyCapExceeded(uint256 supply, uint256 max);
        /// More shares are asked for than the position has to give.
        error ExceedsShares(uint256 asked, uint256 available);
        /// More is asked for than the escrow holds.
        error ExceedsEscrow(uint256 asked, uint256 available);
        /// The position took part in `exits` more exits than one call accounts for: `settle` it first.
        error PositionUnsettled(uint256 exits);
        /// There is no price this may rest on: `status` as the price history has it, 255 if it does not answer.
        error PriceUnavailable(uint256 status);
        /// Rewards began at `start`; 0 where there are none.
        error RewardsStarted(uint256 start);
        /// There is nothing to pay out.
        error NothingToPay();
        /// A parameter, by its place in PoolParams (genesis is 0), is outside its hard bounds.
        error ParameterOutOfBounds(uint256 index, uint256 value);
        /// `caller` is not the pool's buyer.
        error NotBuyer(address caller);
        /// What is set once has been set: `present`.
        error PeerAlreadySet(address present);
        /// The token of positions serves `pool`, not this one.
        error PositionsMismatch(address positions, address pool);
        /// The position is not what the caller believes: its state hashes to `actual`.
        error StateChanged(uint256 id, bytes32 actual);
        /// `token` does not say its decimals, or has more than 18.
        error UnsupportedToken(address token, uint256 decimals);
        /// The token of positions has not been set yet: nobody could hold what a deposit makes.
        error PositionsNotSet();
        /// There is no position `id`.
        error UnknownPosition(uint256 id);
    }
}

/// Events. Values named `liquidity`, `totalShares`, `units`, `locked`, `escrow`, `queued` are those after the event.
pub mod events {
    alloy_sol_types::sol! {
        /// A writer deposited `assets` for `shares` in the new position `id`.
        event Deposited(uint256 indexed id, address indexed payer, address indexed receiver, uint256 assets, uint256 shares, uint256 liquidity, uint256 totalShares);
        /// Puts were bought: `boughtUnits` at `strike` and `price` for `premium`, of which `prefunded` went into the escrow;
        /// they lock `lock`, and the buyer now backs `supply`.
        event PutPurchased(uint256 indexed epoch, uint256 indexed lot, uint256 boughtUnits, uint256 strike, uint256 price, uint256 premium, uint256 prefunded, uint256 lock, uint256 units, uint256 locked, uint256 escrow, uint256 supply);
        /// Epoch `epoch` settled at `settlementPrice` and paid `payoff`; from epoch `next` on, `units` continue at `strike`
        /// for `funding`; `lapsed` and `released` units do not.
        event Rolled(uint256 indexed epoch, uint256 indexed next, uint256 settlementPrice, uint256 payoff, uint256 strike, uint256 units, uint256 funding, uint256 lapsed, uint256 released, uint256 locked, uint256 liquidity, uint256 totalShares, uint256 escrow, uint256 sigma);
        /// The escrow had less than all units cost: `lapsed` units are not covered any more.
        event FundingShortfall(uint256 indexed epoch, uint256 required, uint256 paid, uint256 lapsed);
        /// The strike is what the liquidity can pay, below three quarters of `mark`.
        event StrikeCapped(uint256 indexed epoch, uint256 strike, uint256 mark);
        /// The epoch settled at the last average there was: the window's own could not be had for the grace period.
        event OracleFallback(uint256 indexed epoch, uint256 settlementPrice, uint256 status);
        /// The principal was lost as good as whole, or dust: `shares` older shares are worth nothing, and keep what they had
        /// earned.
        event GenerationLost(uint256 indexed generation, uint256 shares);
        /// `shares` of a position wait to leave.
        event ExitRequested(uint256 indexed id, uint256 shares, uint256 requested, uint256 queued);
        /// `shares` of a position do not wait any more.
        event ExitCancelled(uint256 indexed id, uint256 shares, uint256 requested, uint256 queued);
        /// At the roll of `epoch` `burned` of `waiting` shares left with `paid`: each position by its part of what waited.
        event ExitFilled(uint256 indexed epoch, uint256 indexed fill, uint256 burned, uint256 waiting, uint256 paid);
        /// Fees and principal of shares that left were paid out, collateral.
        event FeesClaimed(uint256 indexed id, address indexed recipient, uint256 amount);
        /// Rewards were paid out, reward tokens.
        event RewardsClaimed(uint256 indexed id, address indexed recipient, uint256 amount);
        /// `shares` of position `id` are now position `newId`.
        event Split(uint256 indexed id, uint256 indexed newId, uint256 shares);
        /// Position `from` is now part of `into`.
        event Merged(uint256 indexed into, uint256 indexed from, uint256 shares);
        /// A position with nothing left ended.
        event Closed(uint256 indexed id);
        /// `payer` added to the escrow that funding is paid from.
        event EscrowFunded(address indexed payer, uint256 amount, uint256 escrow);
        /// The buyer took from it.
        event EscrowWithdrawn(address indexed recipient, uint256 amount, uint256 escrow);
        /// Payoffs were paid to the buyer.
        event PayoffCollected(address indexed buyer, uint256 amount);
        /// The buyer backs `supply` from now on.
        event SupplyReported(uint256 supply);
        /// The buyer lets `released` units go at the next roll, all told.
        event UnitsReleased(uint256 released);
        /// Rewards of `total` began to be paid.
        event RewardsBegun(address indexed payer, uint256 total, uint256 start, uint256 end);
        /// Rewards that nobody was there to earn went to the treasury.
        event UnallocatedCollected(address indexed treasury, uint256 amount);
        /// The pool was made.
        event PoolCreated(address indexed collateral, address indexed underlying, address rewardToken, address history, address volatilitySource, uint256 sigma);
        /// The token of writers' positions was set, for good.
        event PositionsSet(address positions);
        /// The buyer was set, for good.
        event BuyerSet(address buyer);
        /// Who gets rewards that nobody earned was replaced.
        event TreasuryChanged(address treasury);
        /// From the next roll on the pool uses these; zero is the present one.
        event OraclesQueued(address history, address volatilitySource);
        /// The pool uses these from now on.
        event OraclesApplied(address history, address volatilitySource);
        /// Deposits and purchases were paused or resumed.
        event EntryPauseChanged(bool paused);
        /// The programs behind the pool were replaced.
        event PoolProgramsChanged(address desk, address roll, address lens, address records, address admin);
    }
}

/// What views answer.
pub mod views {
    use stylus_sdk::prelude::*;

    alloy_sol_types::sol! {
        /// The programs behind a pool.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct PoolPrograms {
            /// The buyer, the escrow.
            address desk;
            /// Rolls, rewards, the treasury's share.
            address roll;
            /// The pool at this moment.
            address lens;
            /// What is written down.
            address records;
            /// Administration.
            address admin;
        }

        /// Whom a pool deals with.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct PoolPeers {
            /// The collateral, an ERC-20 of at most 18 decimals (WETH for rDPX).
            address collateral;
            /// The underlying; the pool never holds it.
            address underlying;
            /// The reward token (DPX); zero for none.
            address rewardToken;
            /// Who gets rewards that nobody was there to earn.
            address treasury;
            /// The PriceHistory of the underlying's price in collateral.
            address history;
            /// The VolatilitySource of that price.
            address volatilitySource;
        }

        /// What a pool is made with; none of it changes.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct PoolParams {
            /// When epoch 0 begins, seconds since 1970.
            uint64 genesis;
            /// Seconds of an epoch; 2,592,000 (30 days) for rDPX; a day to 400 days.
            uint32 epochLength;
            /// Seconds of the average that ends with an epoch and settles it; an hour to a day.
            uint32 settlementWindow;
            /// Seconds after an epoch's end from which the last average there was will do; the window to a week.
            uint32 grace;
            /// How many times the liquidity may be backed; 4 for dpxETH; 1 to 16.
            uint8 leverage;
            /// Lowest annual volatility, wad; 1 % at least.
            uint256 sigmaMin;
            /// Highest annual volatility, wad; 1000 % at most.
            uint256 sigmaMax;
            /// Seconds after which the volatility source is too old to be followed.
            uint32 sigmaMaxAge;
            /// Least deposit, token units.
            uint256 minDeposit;
            /// Least purchase, wad of units.
            uint256 minUnits;
            /// Reward tokens in a year of 365 days.
            uint256 rewardsPerYear;
            /// Seconds for which rewards are paid; 94,608,000 for three years.
            uint32 rewardDuration;
        }

        /// A pool at this moment, as if it had rolled where it could.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct PoolView {
            /// The writers' principal, token units.
            uint256 liquidity;
            /// What of it is locked for puts.
            uint256 locked;
            /// What is not.
            uint256 free;
            /// Units under cover, wad.
            uint256 units;
            /// Sum of units times strike, wad of wad.
            uint256 unitsTimesStrike;
            /// Shares of the liquidity, wad.
            uint256 totalShares;
            /// Premiums and funding not earned yet, token units.
            uint256 unvested;
            /// Token units earned a second, rounded down.
            uint256 ratePerSecond;
            /// What funding is paid from, token units.
            uint256 escrow;
            /// Payoffs the buyer has not collected, token units.
            uint256 payoffDue;
            /// What the buyer backs, token units.
            uint256 supply;
            /// The most it may, token units.
            uint256 maxSupply;
            /// Shares that wait to leave, wad.
            uint256 queuedShares;
            /// The epoch.
            uint256 epoch;
            /// When it began.
            uint256 start;
            /// When it ends.
            uint256 end;
            /// Its annual volatility, wad.
            uint256 sigma;
            /// Strike of the units that continued from the epoch before, wad.
            uint256 baseStrike;
            /// Those units, wad.
            uint256 baseUnits;
            /// Purchases in this epoch.
            uint256 lots;
            /// How often the principal was lost.
            uint256 generation;
            /// Number of the last position.
            uint256 positionsMade;
            /// Whether deposits and purchases are paused.
            bool entryPaused;
            /// Whether `roll` has to be called before anybody may enter.
            bool rollDue;
        }

        /// One epoch.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct EpochView {
            /// Its number.
            uint256 epoch;
            /// When it began by the schedule.
            uint256 start;
            /// When it ended, or ends.
            uint256 end;
            /// Strike of the units it began with, wad.
            uint256 strike;
            /// Those units, wad.
            uint256 units;
            /// What was paid for them at its beginning, token units.
            uint256 funding;
            /// Units that were not, and were covered before, wad.
            uint256 lapsed;
            /// Whether its strike was capped by the liquidity.
            bool strikeCapped;
            /// Its annual volatility, wad; 0 for an epoch that was skipped.
            uint256 sigma;
            /// Whether it was settled.
            bool settled;
            /// When, seconds since 1970.
            uint256 settledAt;
            /// At which price, wad.
            uint256 settlementPrice;
            /// What its puts paid, token units.
            uint256 payoff;
            /// What left at its end, token units.
            uint256 exitsFilled;
            /// Shares that left.
            uint256 exitsBurned;
        }

        /// One position at this moment, as if the pool had rolled where it could.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct PositionView {
            /// Its number.
            uint256 id;
            /// Who holds it; zero if nobody does.
            address owner;
            /// Its shares, wad.
            uint256 shares;
            /// What they are worth, token units; payoffs of this epoch would come off.
            uint256 principal;
            /// Collateral to be claimed: fees and what left, token units.
            uint256 feesOwed;
            /// Rewards to be claimed.
            uint256 rewardsOwed;
            /// Shares that wait to leave, wad.
            uint256 exitShares;
            /// The epoch it was made in.
            uint256 depositEpoch;
            /// Hash of everything a buyer of it relies on: see `requireState`.
            bytes32 stateHash;
        }

        /// One purchase.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct LotView {
            /// Its number in the epoch, from 0.
            uint256 lot;
            /// Units, wad.
            uint256 units;
            /// Strike, wad.
            uint256 strike;
            /// What was paid, token units.
            uint256 premium;
        }
    }
}
