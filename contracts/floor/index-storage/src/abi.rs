//! The events, errors and view structs of a bid book and of a floor index.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

use alloy_primitives::{Address, U256};
use everfloor_index_rules::{BookParams, IndexParams, Offer, reports::Report};

use crate::revert::Outcome;

/// A number of at most 128 bits.
pub fn narrow(value: U256) -> Outcome<u128> {
    Ok(everfloor_math::to_u128(value)?)
}

/// A number of an offer or of a price, or of units; what does not fit is none that there is.
pub fn number(value: U256) -> u32 {
    value.saturating_to()
}

/// A time or a duration; what does not fit is as far away as can be.
pub fn seconds(value: U256) -> u64 {
    value.saturating_to()
}

/// A book's parameters as the rules know them; not yet validated.
pub fn book_params_of(view: &views::BidBookParams) -> Outcome<BookParams> {
    Ok(BookParams {
        tick_size: narrow(view.tickSize)?,
        min_age: view.minAge.into(),
        cancel_delay: view.cancelDelay.into(),
        fee_bps: view.fee.into(),
        band_bps: view.band.into(),
    })
}

/// A book's parameters as the ABI shows them.
pub fn book_params_view(params: &BookParams) -> views::BidBookParams {
    views::BidBookParams {
        tickSize: U256::from(params.tick_size),
        minAge: params.min_age as u32,
        cancelDelay: params.cancel_delay as u32,
        fee: params.fee_bps as u16,
        band: params.band_bps as u16,
    }
}

/// An index's parameters as the rules know them; not yet validated.
pub fn index_params_of(view: &views::FloorIndexParams) -> Outcome<IndexParams> {
    Ok(IndexParams {
        genesis: view.genesis,
        epoch_length: view.epochLength.into(),
        window: view.window.into(),
        depth: view.depth.into(),
        min_sources: view.minSources.into(),
        chi: narrow(view.chi)?,
    })
}

/// An index's parameters as the ABI shows them.
pub fn index_params_view(params: &IndexParams) -> views::FloorIndexParams {
    views::FloorIndexParams {
        genesis: params.genesis,
        epochLength: params.epoch_length as u32,
        window: params.window as u32,
        depth: params.depth as u8,
        minSources: params.min_sources as u8,
        chi: U256::from(params.chi),
    }
}

/// A report as the rules know it. A price that does not fit is beyond all bounds, and so is what is hashed of it then.
pub fn report_of(signed: &views::SignedReport) -> Report {
    Report {
        market: signed.market.0,
        price: signed.price.saturating_to(),
        time: signed.ts,
        round: signed.round,
    }
}

/// An offer as the ABI shows it; `token` is an ask's NFT.
pub fn offer_view(id: u32, offer: &Offer, token: U256, params: &BookParams) -> Outcome<views::OfferView> {
    let is_asked_back = offer.cancelled != 0;
    let until = if is_asked_back { offer.binding_until(params) } else { 0 };
    Ok(views::OfferView {
        id: U256::from(id),
        owner: Address::from(offer.owner),
        tick: U256::from(offer.tick),
        price: U256::from(params.price(offer.tick)?),
        units: U256::from(offer.units),
        tokenId: token,
        counted: offer.counted,
        placedAt: U256::from(offer.placed),
        bindingUntil: U256::from(until),
    })
}

/// Errors. Prices and cash are wei of the market's cash for one NFT.
pub mod errors {
    alloy_sol_types::sol! {
        /// A value does not fit, or a product or sum of sane values overflowed.
        #[derive(Debug, PartialEq, Eq)]
        error Overflow();
        /// An amount is zero where that means nothing.
        #[derive(Debug, PartialEq, Eq)]
        error ZeroAmount();
        /// An offer has room for fewer `units`.
        #[derive(Debug, PartialEq, Eq)]
        error TooManyUnits(uint256 units);
        /// `tick` is no price of the book: zero, or beyond the last.
        #[derive(Debug, PartialEq, Eq)]
        error TickOutOfRange(uint256 tick);
        /// There is no offer `id`, or no longer.
        #[derive(Debug, PartialEq, Eq)]
        error NoSuchOffer(uint256 id);
        /// Offer `id` is another's.
        #[derive(Debug, PartialEq, Eq)]
        error NotOwnerOfOffer(uint256 id);
        /// The cancel of offer `id` was asked for already, at `requestedAt`.
        #[derive(Debug, PartialEq, Eq)]
        error CancelRequested(uint256 id, uint256 requestedAt);
        /// The cancel of offer `id` has not been asked for.
        #[derive(Debug, PartialEq, Eq)]
        error CancelNotRequested(uint256 id);
        /// Offer `id` is binding until then.
        #[derive(Debug, PartialEq, Eq)]
        error StillBinding(uint256 id, uint256 bindingUntil);
        /// The price of an offer that was named is on the wrong side of the caller's `limit`.
        #[derive(Debug, PartialEq, Eq)]
        error PriceBeyondLimit(uint256 price, uint256 limit);
        /// Only `units` can be filled, and the caller wants `least`.
        #[derive(Debug, PartialEq, Eq)]
        error TooFewUnits(uint256 units, uint256 least);
        /// Offers have come of age or gone since anybody last counted: `catchUp` counts them.
        #[derive(Debug, PartialEq, Eq)]
        error CountsPending();
        /// Only `answered` sources have an answer, and it takes `needed`.
        #[derive(Debug, PartialEq, Eq)]
        error TooFewSources(uint256 answered, uint256 needed);
        /// The index has no value yet.
        #[derive(Debug, PartialEq, Eq)]
        error NoIndex();
        /// The first epoch begins at `start`.
        #[derive(Debug, PartialEq, Eq)]
        error NotStarted(uint256 start);
        /// More epochs have begun than one update writes down, from `epoch` on: `closeEpochs` writes the others.
        #[derive(Debug, PartialEq, Eq)]
        error EpochsPending(uint256 epoch);
        /// The epoch runs until `end`.
        #[derive(Debug, PartialEq, Eq)]
        error EpochNotEnded(uint256 end);
        /// The index had no value when the epoch began; `first` is the first whose average is known.
        #[derive(Debug, PartialEq, Eq)]
        error EpochUnknown(uint256 first);
        /// The open interest would grow to `open`, beyond its `cap`.
        #[derive(Debug, PartialEq, Eq)]
        error OpenInterestCap(uint256 open, uint256 cap);
        /// It takes as many reports as the `quorum`.
        #[derive(Debug, PartialEq, Eq)]
        error WrongQuorum(uint256 reports, uint256 quorum);
        /// The report at `place`, from 0, is of another market.
        #[derive(Debug, PartialEq, Eq)]
        error WrongMarket(uint256 place);
        /// The report at `place` is of another round than the first.
        #[derive(Debug, PartialEq, Eq)]
        error MixedRounds(uint256 place);
        /// The signer at `place` is not after the one before: addresses ascend, and nobody counts twice.
        #[derive(Debug, PartialEq, Eq)]
        error UnsortedSigners(uint256 place);
        /// The signature at `place` is none, or the one of the two possible that does not count.
        #[derive(Debug, PartialEq, Eq)]
        error BadSignature(uint256 place);
        /// Nobody who may report signed the report at `place`.
        #[derive(Debug, PartialEq, Eq)]
        error NotASigner(uint256 place);
        /// The price of the report at `place` is zero or beyond all bounds.
        #[derive(Debug, PartialEq, Eq)]
        error BadPrice(uint256 place);
        /// A report is of `time`, after the block's.
        #[derive(Debug, PartialEq, Eq)]
        error FutureReport(uint256 time, uint256 nowTime);
        /// A report is `age` seconds old, which is too old.
        #[derive(Debug, PartialEq, Eq)]
        error StaleReport(uint256 age);
        /// A report's `time` is not after the `last` that was accepted.
        #[derive(Debug, PartialEq, Eq)]
        error RepeatedTime(uint256 time, uint256 last);
        /// The `round` is not after the `last` that was accepted.
        #[derive(Debug, PartialEq, Eq)]
        error RepeatedRound(uint256 round, uint256 last);
        /// The reports contradict each other.
        #[derive(Debug, PartialEq, Eq)]
        error SpreadTooWide(uint256 low, uint256 high);
        /// The NFT is not of the market.
        #[derive(Debug, PartialEq, Eq)]
        error NotInMarket();
        /// A proof is longer than any tree is high.
        #[derive(Debug, PartialEq, Eq)]
        error ProofTooLong(uint256 length);
        /// A parameter, by its place in BidBookParams or FloorIndexParams (the first is 0), is outside its hard bounds. Of
        /// `setPool` 0 and 1 are the fees, of `setSigners` the seats and the quorum.
        #[derive(Debug, PartialEq, Eq)]
        error ParameterOutOfBounds(uint256 index, uint256 value);

        /// The call ran at `nowTime`, after its `deadline`.
        #[derive(Debug, PartialEq, Eq)]
        error Expired(uint256 deadline, uint256 nowTime);
        /// New bids and asks are paused; sales, purchases, cancels and claims never are.
        #[derive(Debug, PartialEq, Eq)]
        error EntryPaused();
        /// There are not as many proofs as NFTs.
        #[derive(Debug, PartialEq, Eq)]
        error ProofsMismatch(uint256 nfts, uint256 proofs);
        /// The sale brings `proceeds`, less than the caller's `limit`.
        #[derive(Debug, PartialEq, Eq)]
        error ProceedsBelowLimit(uint256 proceeds, uint256 limit);
        /// The purchase costs `cost`, more than the caller's `limit`.
        #[derive(Debug, PartialEq, Eq)]
        error CostAboveLimit(uint256 cost, uint256 limit);
        /// NFT `tokenId` is `owner`'s, and not where it should be; zero if the collection does not say.
        #[derive(Debug, PartialEq, Eq)]
        error NftNotHeld(uint256 tokenId, address owner);
        /// `token` does not say that it has 18 decimals.
        #[derive(Debug, PartialEq, Eq)]
        error UnsupportedToken(address token, uint256 decimals);
        /// The index is not fresh: its `status`, 255 if it does not answer.
        #[derive(Debug, PartialEq, Eq)]
        error IndexNotFresh(uint256 status);
        /// `book` does not answer as a bid book does.
        #[derive(Debug, PartialEq, Eq)]
        error BookUnreachable(address book);
        /// There is too little gas for a pool to answer, or to fail of its own accord.
        #[derive(Debug, PartialEq, Eq)]
        error GasTooLow(uint256 gasLeft);
    }
}

/// Events. Prices and cash are wei; whatever is stored can be told from them and the times of their blocks.
pub mod events {
    alloy_sol_types::sol! {
        /// `owner` bids `price` each for `units` NFTs; `escrow` was taken.
        #[derive(Debug, PartialEq, Eq)]
        event BidPlaced(uint256 indexed id, address indexed owner, uint256 tick, uint256 price, uint256 units, uint256 escrow);
        /// A bid's owner wants it back, the `request`th of all to be asked for; it is binding until then.
        #[derive(Debug, PartialEq, Eq)]
        event BidCancelRequested(uint256 indexed id, uint256 request, uint256 bindingUntil);
        /// A bid was taken back. Its escrow was `paid` to its owner at once, or waits for him (`claimCash`).
        #[derive(Debug, PartialEq, Eq)]
        event BidCancelled(uint256 indexed id, address indexed owner, uint256 units, uint256 amount, bool paid);
        /// A unit of a bid was filled with an NFT.
        #[derive(Debug, PartialEq, Eq)]
        event BidFilled(uint256 indexed id, uint256 indexed tokenId, address indexed buyer, uint256 price);
        /// NFTs were sold into bids: `recipient` got the proceeds less the fee.
        #[derive(Debug, PartialEq, Eq)]
        event Sold(address indexed seller, address indexed recipient, uint256 units, uint256 proceeds, uint256 fee);
        /// Bids up to number `matured` were looked at for their age, and cancels up to the one of number `expired` when due.
        #[derive(Debug, PartialEq, Eq)]
        event BidsCounted(uint256 matured, uint256 expired);
        /// The same of asks.
        #[derive(Debug, PartialEq, Eq)]
        event AsksCounted(uint256 matured, uint256 expired);
        /// `owner` offers an NFT, now in escrow, for `price`.
        #[derive(Debug, PartialEq, Eq)]
        event AskListed(uint256 indexed id, address indexed owner, uint256 indexed tokenId, uint256 tick, uint256 price);
        /// An ask's owner wants it back, the `request`th of all to be asked for; it is binding until then.
        #[derive(Debug, PartialEq, Eq)]
        event AskCancelRequested(uint256 indexed id, uint256 request, uint256 bindingUntil);
        /// An NFT went back to its owner.
        #[derive(Debug, PartialEq, Eq)]
        event AskCancelled(uint256 indexed id, address indexed owner, uint256 indexed tokenId);
        /// An NFT was bought: the price less the fee waits for its `seller` (`claimCash`).
        #[derive(Debug, PartialEq, Eq)]
        event AskFilled(uint256 indexed id, uint256 indexed tokenId, address indexed seller, uint256 price, uint256 fee);
        /// NFTs were bought for `cost`.
        #[derive(Debug, PartialEq, Eq)]
        event Bought(address indexed buyer, address indexed recipient, uint256 units, uint256 cost);
        /// Cash that an account was owed was paid.
        #[derive(Debug, PartialEq, Eq)]
        event CashClaimed(address indexed owner, address indexed recipient, uint256 amount);
        /// Rewards were put into the pot, which now has `pot`.
        #[derive(Debug, PartialEq, Eq)]
        event RewardsFunded(address indexed payer, uint256 amount, uint256 pot);
        /// `rate` reward token units a second from now on.
        #[derive(Debug, PartialEq, Eq)]
        event RewardRateChanged(uint256 rate);
        /// A bid's owner was credited with what it has earned; he is owed `owed` now.
        #[derive(Debug, PartialEq, Eq)]
        event RewardsSettled(uint256 indexed id, address indexed owner, uint256 owed);
        /// Rewards that an account was owed were paid.
        #[derive(Debug, PartialEq, Eq)]
        event RewardsClaimed(address indexed owner, address indexed recipient, uint256 amount);
        /// Bids from `band` ticks on earn rewards; `arrived` if that is where the `index` wants it.
        #[derive(Debug, PartialEq, Eq)]
        event BandMoved(uint256 index, uint256 band, bool arrived);
        /// Fees went to the treasury.
        #[derive(Debug, PartialEq, Eq)]
        event FeesCollected(address indexed treasury, uint256 amount);
        /// The book was made.
        #[derive(Debug, PartialEq, Eq)]
        event BidBookCreated(address indexed collection, address indexed cash, address rewardToken, address treasury, bytes32 root, uint256 tickSize, uint256 minAge, uint256 cancelDelay, uint256 fee, uint256 band);
        /// The band of rewards follows this index.
        #[derive(Debug, PartialEq, Eq)]
        event IndexChanged(address index);
        /// Who gets fees was replaced.
        #[derive(Debug, PartialEq, Eq)]
        event TreasuryChanged(address treasury);
        /// New bids and asks were paused or resumed.
        #[derive(Debug, PartialEq, Eq)]
        event EntryPauseChanged(bool paused);
        /// The programs behind the book were replaced.
        #[derive(Debug, PartialEq, Eq)]
        event BidBookProgramsChanged(address asks, address upkeep, address lens, address admin);

        /// The index was made.
        #[derive(Debug, PartialEq, Eq)]
        event FloorIndexCreated(address indexed book, bytes32 indexed market, uint256 genesis, uint256 epochLength, uint256 window, uint256 depth, uint256 minSources, uint256 chi);
        /// The index is `price`: the median `raw` of the `sources` (1 the book, 2 the pool, 4 the reports), moved between
        /// `lower` and `upper` (0 is no bound), as far as the guard lets it. What was read: `book` (0 is no answer, as below),
        /// `pool`, `reports`, and the lowest ask. `cumulative` is the integral up to now.
        #[derive(Debug, PartialEq, Eq)]
        event IndexUpdated(uint256 price, uint256 raw, uint256 lower, uint256 upper, uint256 sources, uint256 book, uint256 pool, uint256 reports, uint256 ask, uint256 cumulative);
        /// The beginnings of epochs from `from` on, and before `next`, were written down.
        #[derive(Debug, PartialEq, Eq)]
        event EpochsClosed(uint256 from, uint256 next);
        /// Reports were accepted: their median, and the times of the oldest and the newest.
        #[derive(Debug, PartialEq, Eq)]
        event ReportsAccepted(uint256 indexed round, uint256 price, uint256 oldest, uint256 newest);
        /// The index asks this adapter of a pool from now on, zero is none; fees in basis points.
        #[derive(Debug, PartialEq, Eq)]
        event PoolChanged(address indexed pool, uint256 poolFee, uint256 mintFee);
        /// `signer` may report.
        #[derive(Debug, PartialEq, Eq)]
        event SignerSeated(address indexed signer, uint256 seat);
        /// Those seated in this transaction may report and nobody else, `quorum` at a time; what was accepted before is
        /// given up.
        #[derive(Debug, PartialEq, Eq)]
        event PanelChanged(uint256 seats, uint256 quorum);
        /// The program behind the index was replaced.
        #[derive(Debug, PartialEq, Eq)]
        event FloorIndexProgramChanged(address admin);
    }
}

/// What methods take and views answer.
pub mod views {
    use stylus_sdk::prelude::*;

    alloy_sol_types::sol! {
        /// What a book is made for, and whom it deals with.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct BidBookPeers {
            /// The ERC-721 whose NFTs are bid for.
            address collection;
            /// What is bid, an ERC-20 with 18 decimals (WETH).
            address cash;
            /// The ERC-20 that makers are rewarded with; may be the cash.
            address rewardToken;
            /// Who gets the fees.
            address treasury;
        }

        /// What a book is made with; none of it changes.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct BidBookParams {
            /// Wei between two prices.
            uint256 tickSize;
            /// Seconds after which an offer counts; 1,800 for 30 minutes; 5 minutes to a day.
            uint32 minAge;
            /// Seconds for which an offer is binding after its cancel was asked for; 900 for 15 minutes; 5 minutes to a
            /// day.
            uint32 cancelDelay;
            /// What the protocol keeps of a sale, basis points; 500 at most.
            uint16 fee;
            /// How far below the index a bid earns rewards, basis points; 5,000 at most.
            uint16 band;
        }

        /// The programs behind a book.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct BidBookPrograms {
            /// Asks, claims.
            address asks;
            /// What counts, rewards.
            address upkeep;
            /// Views.
            address lens;
            /// Administration.
            address admin;
        }

        /// A bid, or an ask.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct OfferView {
            /// Its number.
            uint256 id;
            /// Who made it.
            address owner;
            /// Its price in ticks.
            uint256 tick;
            /// The same in wei.
            uint256 price;
            /// NFTs that are still wanted or offered.
            uint256 units;
            /// An ask's NFT.
            uint256 tokenId;
            /// Whether it is among what counts, as of the last `catchUp`.
            bool counted;
            /// When it was made, seconds since 1970.
            uint256 placedAt;
            /// Until when it is binding, if its cancel was asked for; else 0.
            uint256 bindingUntil;
        }

        /// All bids, or all asks, of one price.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct LevelView {
            /// The price in ticks.
            uint256 tick;
            /// The same in wei.
            uint256 price;
            /// Units that count, as of the last `catchUp`.
            uint256 counted;
            /// Units of bids whose cancel has not been asked for.
            uint256 earning;
            /// The first in the queue.
            uint256 first;
        }

        /// A bid book as it is now.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct BidBookView {
            /// Bids ever made.
            uint256 bidsMade;
            /// Cancels of bids ever asked for.
            uint256 bidCancels;
            /// Cash in escrow, wei.
            uint256 escrow;
            /// Price of the best bid, whether it counts or not, wei; 0 if there is none.
            uint256 bestBid;
            /// Asks ever made.
            uint256 asksMade;
            /// Cancels of asks ever asked for.
            uint256 askCancels;
            /// NFTs in escrow.
            uint256 nfts;
            /// Price of the best ask, whether it counts or not, wei; 0 if there is none.
            uint256 bestAsk;
            /// Fees not collected yet, wei.
            uint256 fees;
            /// Whether anything is left for `catchUp`.
            bool countsPending;
            /// Whether new bids and asks are paused.
            bool entryPaused;
        }

        /// The rewards of makers.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct MakerRewardsView {
            /// What nobody has earned yet, reward token units.
            uint256 pot;
            /// Token units a second, shared by all units in the band.
            uint256 rate;
            /// Units in the band that earn.
            uint256 units;
            /// The lowest tick in the band; 16,777,216 while nothing is in it.
            uint256 band;
            /// What a unit that was always in the band has earned, in 2^-32 token units.
            uint256 growth;
        }

        /// What an index is made with; none of it changes.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct FloorIndexParams {
            /// When epoch 0 begins, seconds since 1970.
            uint64 genesis;
            /// Seconds of an epoch; an hour to a week.
            uint32 epochLength;
            /// Seconds that the averages of the bounds cover at least; 10 minutes to a day.
            uint32 window;
            /// How many units have to be bid for the price that the index believes; 1 to 32.
            uint8 depth;
            /// Sources it takes; 1 to 3.
            uint8 minSources;
            /// Units that may be open for each unit bid near the best bid, wad; a tenth to 100.
            uint256 chi;
        }

        /// A report with its signature: EIP-712, Report(bytes32 market,uint256 price,uint64 ts,uint64 round).
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct SignedReport {
            /// Number of the market.
            bytes32 market;
            /// Wei for one NFT.
            uint256 price;
            /// When, seconds since 1970.
            uint64 ts;
            /// Which round of reports it belongs to.
            uint64 round;
            /// The signature: 27 or 28.
            uint8 v;
            /// The signature.
            bytes32 r;
            /// The signature; the lower of the two possible.
            bytes32 s;
        }

        /// Where an index's price comes from, and what they say now; a price of 0 is no answer.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct SourcesView {
            /// The book.
            address book;
            /// The price of the unit of the index's depth; 0 too while its counts are pending.
            uint256 bookPrice;
            /// The lowest ask that counts.
            uint256 askPrice;
            /// Whether the book cannot be read before `catchUp`, or does not answer.
            bool countsPending;
            /// The adapter of the pool; zero is none.
            address pool;
            /// The pool's fee, basis points.
            uint256 poolFee;
            /// The vault's, basis points.
            uint256 mintFee;
            /// What the pool pays for one of as many NFTs as the depth.
            uint256 poolPrice;
            /// Reports of a batch; 0 is no reports.
            uint256 quorum;
            /// The median of the reports.
            uint256 reportsPrice;
            /// Round of the reports accepted last.
            uint256 round;
            /// Time of the oldest of them.
            uint256 reportedAt;
            /// Which sources the present value is from: 1 the book, 2 the pool, 4 the reports.
            uint256 used;
        }
    }
}
