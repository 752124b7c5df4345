//! The events, errors and view structs of a floor market.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

use alloy_primitives::{Address, U256};

use everfloor_floor_rules::{
    Curve, Params, Terms, auction,
    error::{FloorError, Result},
    params::{Leverage, NftTest},
};

use crate::{layout::Settings, revert::Outcome};

/// A number of at most 128 bits.
pub fn narrow(value: U256) -> Outcome<u128> {
    Ok(everfloor_math::to_u128(value)?)
}

/// A time or a duration; what does not fit is as far away as can be.
pub fn seconds(value: U256) -> u64 {
    value.saturating_to()
}

/// What is set when a market is made, as the rules know it; not yet checked.
pub fn settings_of(params: &views::MarketParams, auctions: &views::AuctionParams) -> Outcome<Settings> {
    Ok(Settings {
        params: Params {
            genesis: params.genesis,
            epoch: params.epochLength.into(),
            terms: Terms {
                max_payment: narrow(params.maxPayment)?,
                max_ratio: narrow(params.maxRatio)?,
                share: narrow(params.share)?,
                strike: narrow(params.strike)?,
            },
            opening: narrow(params.opening)?,
            maintenance: narrow(params.maintenance)?,
            cure: narrow(params.cure)?,
            short_initial: narrow(params.shortInitial)?,
            short_maintenance: narrow(params.shortMaintenance)?,
            long_initial: narrow(params.longInitial)?,
            long_maintenance: narrow(params.longMaintenance)?,
            kappa_high: narrow(params.kappaHigh)?,
            kappa_low: narrow(params.kappaLow)?,
            band: narrow(params.band)?,
            min_position: narrow(params.minPosition)?,
            nft_test: test_of(params.nftTest)?,
            leverage: leverage_of(params.leverage)?,
        },
        auctions: auction::Terms {
            curve: Curve {
                step: auctions.step.into(),
                cut: narrow(auctions.cut)?,
                tail: auctions.tail.into(),
                cusp: narrow(auctions.cusp)?,
            },
            top: narrow(auctions.top)?,
            chop: narrow(auctions.chop)?,
            voluntary_fee: narrow(auctions.voluntaryFee)?,
            tip: narrow(auctions.tip)?,
            chip: narrow(auctions.chip)?,
            expected: narrow(auctions.expected)?,
            fall: narrow(auctions.fall)?,
            capacity: auctions.capacity,
            spacing: auctions.spacing.into(),
        },
        bonus: narrow(params.bonus)?,
        fee: narrow(params.fee)?,
    })
}

/// Where the settings that are no bounds of the rules' own are among a market's parameters, in errors.
const NFT_TEST: u8 = 40;
const LEVERAGE: u8 = 41;
const BONUS: u8 = 42;
const FEE: u8 = 43;
/// Where those of auctions begin.
const AUCTIONS: u8 = 20;

fn test_of(number: u8) -> Result<NftTest> {
    match number {
        0 => Ok(NftTest::Index),
        1 => Ok(NftTest::Excess),
        2 => Ok(NftTest::Mark),
        _ => Err(FloorError::ParameterOutOfBounds { index: NFT_TEST, value: number.into() }.boxed()),
    }
}

fn leverage_of(number: u8) -> Result<Leverage> {
    match number {
        0 => Ok(Leverage::Exact),
        1 => Ok(Leverage::Threshold),
        2 => Ok(Leverage::Ramp),
        _ => Err(FloorError::ParameterOutOfBounds { index: LEVERAGE, value: number.into() }.boxed()),
    }
}

impl Settings {
    /// Refuses what no market may have.
    pub fn check(&self) -> Result<()> {
        const MOST_FEE: u128 = everfloor_floor_rules::WAD / 20;
        self.params.check()?;
        self.auctions.check(AUCTIONS)?;
        // A bonus is paid out of what a position has left of its margin.
        let most_bonus = self.params.short_maintenance.min(self.params.long_maintenance);
        for (index, value, most) in [(BONUS, self.bonus, most_bonus), (FEE, self.fee, MOST_FEE)] {
            if value > most {
                return Err(FloorError::ParameterOutOfBounds { index, value }.boxed());
            }
        }
        Ok(())
    }
}

/// `initialize`, which the administration answers.
pub const INITIALIZE: [u8; 4] = stylus_sdk::function_selector!(
    "initialize",
    Address,
    views::MarketPeers,
    views::MarketParams,
    views::AuctionParams,
    views::MarketPrograms
);

/// What the ABI shows.
pub mod views {
    use stylus_sdk::prelude::*;

    alloy_sol_types::sol! {
        /// Whom a market deals with. `bids` and `wrapper` may be zero: none.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct MarketPeers {
            /// The cash token: wrapped ether, or any ERC-20 of 18 decimals.
            address cash;
            /// The collection.
            address collection;
            /// The root of the NFTs that count, 0 for all of the collection.
            bytes32 root;
            /// Where the index comes from.
            address index;
            /// The venue whose mark counts.
            address venue;
            /// The bids for any NFT of the market.
            address bids;
            /// The contract that FP leaves the market through.
            address wrapper;
        }
        /// A market's parameters; ratios are wad. They never change.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct MarketParams {
            uint64 genesis;
            uint32 epochLength;
            uint256 maxPayment;
            uint256 maxRatio;
            uint256 share;
            uint256 strike;
            uint256 opening;
            uint256 maintenance;
            uint256 cure;
            uint256 shortInitial;
            uint256 shortMaintenance;
            uint256 longInitial;
            uint256 longMaintenance;
            uint256 kappaHigh;
            uint256 kappaLow;
            uint256 band;
            uint256 minPosition;
            uint8 nftTest;
            uint8 leverage;
            /// What of a position's value whoever takes it over keeps.
            uint256 bonus;
            /// What a taker pays of a trade's value.
            uint256 fee;
        }
        /// What a market's auctions are like; `cut` and `cusp` are ray, other ratios wad.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct AuctionParams {
            /// Seconds of a step.
            uint32 step;
            /// What a step leaves of the price.
            uint256 cut;
            /// Seconds after which a sale is begun anew.
            uint32 tail;
            /// The part of the first price below which it is begun anew.
            uint256 cusp;
            /// The first price, of the index.
            uint256 top;
            /// Fee on what a liquidation buys back.
            uint256 chop;
            /// Fee on what a voluntary sale buys back.
            uint256 voluntaryFee;
            /// The starter's reward, wei, and a part of what is to be bought back.
            uint256 tip;
            uint256 chip;
            /// What an NFT is expected to bring, of the index.
            uint256 expected;
            /// The first price is at least this part of the last one.
            uint256 fall;
            /// NFTs that liquidations may offer at a time.
            uint32 capacity;
            /// Seconds between two liquidations of an account.
            uint32 spacing;
        }
        /// The programs behind a market.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct MarketPrograms {
            address vault;
            address funding;
            address auction;
            address takeover;
            address end;
            address lens;
            address admin;
        }
    }
}

/// Errors. Cash is wei of the cash token, FP is wei, prices are wei for one FP.
pub mod errors {
    alloy_sol_types::sol! {
        /// A value does not fit, or a product or sum of sane values overflowed.
        #[derive(Debug, PartialEq, Eq)]
        error Overflow();
        /// An amount is zero where that means nothing.
        error ZeroAmount();
        /// Nothing is due.
        error NothingToPay();
        /// The payment of `epoch` is half made: `pokeFunding` finishes it.
        error FundingPending(uint256 epoch);
        /// A `loss` cannot be paid while nobody is short.
        error NobodyToPay(uint256 loss);
        /// An account with NFTs is closed when these are sold or redeemed.
        error NftsNotSold(uint256 nfts);
        /// An account that never owes cash would have this much.
        error NegativeCash(int256 cash);
        /// The call ran at `nowTime`, after its `deadline`.
        error Expired(uint256 deadline, uint256 nowTime);
        /// A position would be smaller than the `least` that is worth its storage.
        error PositionTooSmall(uint256 fp, uint256 least);
        /// An account would not be held to its margin, or its NFTs would not cover its short.
        error InsufficientMargin(uint256 required, uint256 have);
        /// A purchase must bring `required` of its price, and brings `have`.
        error InsufficientCollateral(uint256 required, uint256 have);
        /// A trade on margin is too far from the `mark`.
        error PriceOutOfBand(uint256 price, uint256 mark);
        /// The price is above the caller's `limit`.
        error PriceAboveLimit(uint256 price, uint256 limit);
        /// `asked` NFTs are asked for and `free` are to be had.
        error NotEnoughNfts(uint256 asked, uint256 free);
        /// `asked` FP are asked for and `have` are to be had.
        error NotEnoughFp(uint256 asked, uint256 have);
        /// The account has what it is held to.
        error NotLiquidatable(uint256 owed, uint256 have);
        /// The auction has run its time: `redo` begins it anew.
        error NeedsReset(uint256 started, uint256 nowTime);
        /// The auction has not run its time.
        error StillRunning(uint256 started, uint256 nowTime);
        /// A voluntary sale must bring `required` at least.
        error ReserveTooLow(uint256 reserve, uint256 required);
        /// FP of accounts that may owe and are not closed.
        error DebtorsNotClosed(uint256 shorts, uint256 longs);
        /// A parameter, by its place in MarketParams (the epoch is 0), is outside its hard bounds.
        error ParameterOutOfBounds(uint256 index, uint256 value);
        /// What opens positions is paused; what closes them never is.
        error EntryPaused();
        /// The market was shut: accounts are closed and paid out.
        error MarketShut();
        /// `caller` may not act for `account`.
        error NotOperator(address account, address caller);
        /// NFT `id` is not of this market.
        error NotThisCollection(address collection, uint256 id);
        /// `caller` is not a venue of both accounts.
        error NotVenue(address caller);
        /// There is no price this may rest on: `source` 0 is the index, 1 the mark; `status` as it has it, 255 if it does not
        /// answer.
        error PriceUnavailable(uint256 source, uint256 status);
        /// There is no auction of this number, or it is over.
        error UnknownAuction(uint256 id);
        /// NFT `id` is not locked here, or not by who asks for it, or it is being auctioned.
        error UnknownNft(uint256 id);
        /// `token` does not have 18 decimals.
        error UnsupportedToken(address token, uint256 decimals);
    }
}

/// Events. Values are those after the event unless they say what moved.
pub mod events {
    alloy_sol_types::sol! {
        /// `payer` brought `amount` of cash for `account`.
        event CashDeposited(address indexed account, address indexed payer, uint256 amount);
        /// `amount` of cash left `account` for `to`: `paid` at once, the rest waits as `ticket` (0 if there is none).
        event CashWithdrawn(address indexed account, address indexed to, uint256 amount, uint256 paid, uint256 ticket);
        /// `amount` of what waited as `ticket` was paid to its owner.
        event WaitingPaid(uint256 indexed ticket, address indexed owner, uint256 amount);
        /// `operator` may act for `account`, or no longer.
        event OperatorSet(address indexed account, address indexed operator, bool approved);
        /// The taker traded `fp` with the maker at `price`: the buyer paid `paid`, the seller got `got`, the taker paid
        /// `fee`.
        event Trade(address indexed maker, address indexed taker, address indexed venue, uint256 fp, uint256 price, bool takerBuys, uint256 paid, uint256 got, uint256 fee);
        /// NFT `id` was locked and covers `account`.
        event NftDeposited(address indexed account, uint256 indexed id);
        /// NFT `id` of `account` was given to `to`.
        event NftWithdrawn(address indexed account, uint256 indexed id, address to);
        /// NFT `id` was lent to its owner for one call, and is back.
        event NftFlashed(address indexed account, uint256 indexed id, address borrower);
        /// The payment of `epoch` began: `payment` for one FP, longs to shorts where positive.
        event FundingBegun(uint256 indexed epoch, uint256 mark, uint256 index, int256 payment);
        /// The payment of `epoch` is made: longs got `cash` and `kind` FP (or paid); shorts have paid `paidPerFp` since the
        /// beginning, longs have `longFp` in `longUnits`, each of which has earned `earnedPerUnit` (10^-36 wei).
        event FundingSettled(uint256 indexed epoch, int256 payment, uint256 cash, uint256 kind, int256 paidPerFp, uint256 longFp, uint256 longUnits, int256 earnedPerUnit);
        /// A cohort paid `kind` FP in kind.
        event CohortGrown(uint256 indexed epoch, uint256 indexed cohort, uint256 kind);
        /// An account spent its cash, paid `kind` FP in kind, and is of `cohort` from now on.
        event AccountExhausted(uint256 indexed epoch, address indexed account, uint256 cohort, uint256 kind);
        /// `nfts` NFTs of an account that may be liquidated are offered from `top` down; the starter's reward is `reward`.
        event Kicked(uint256 indexed auction, address indexed account, address indexed starter, uint256 top, uint256 nfts, uint256 reward);
        /// NFT `id` is offered by an auction.
        event NftOffered(uint256 indexed auction, uint256 indexed id);
        /// An auction was begun anew.
        event Redone(uint256 indexed auction, uint256 top);
        /// NFT `id` was sold to `taker`.
        event NftSold(uint256 indexed auction, uint256 indexed id, address indexed taker, uint256 price);
        /// NFTs of `account` were taken at `price` each for `owe` cash and `fp` FP; `bought` FP were bought back in all, for which
        /// longs got `paidToLongs`; `insured` came from the reserve, `shortfall` longs did not get.
        event Taken(uint256 indexed auction, address indexed account, uint256 price, uint256 owe, uint256 fp, uint256 bought, uint256 paidToLongs, uint256 fee, uint256 reward, uint256 insured, uint256 shortfall, uint256 ended);
        /// The account of an auction is well covered again.
        event Cured(uint256 indexed auction, address indexed account, uint256 reward);
        /// `nfts` NFTs are offered at their owner's wish, from `top` down to `reserve`.
        event VoluntaryStarted(uint256 indexed auction, address indexed account, uint256 top, uint256 reserve, uint256 nfts);
        /// A voluntary sale was taken back.
        event VoluntaryCancelled(uint256 indexed auction);
        /// A market was made.
        event MarketCreated(address indexed collection, bytes32 root, address cash, address index, address venue);
        /// The locking of NFTs was paused or resumed.
        event EntryPauseChanged(bool paused);
        /// The programs behind the market were replaced.
        event MarketProgramsChanged(address vault, address funding, address auction, address takeover, address end, address lens, address admin);
        /// There was no price to pay `epoch` by: nothing was paid. `source` 0 is the index, 1 the mark.
        event FundingSkipped(uint256 indexed epoch, uint256 source, uint256 status);
    }
}
