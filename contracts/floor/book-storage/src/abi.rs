//! The events, errors and view structs of a limit order book.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

use alloy_primitives::{Address, U256};
use everfloor_venue_rules::{LOTS_LIMIT, Level, Order, Params, Side, TICKS};

use crate::revert::Outcome;

/// A number of at most 128 bits.
pub fn narrow(value: U256) -> Outcome<u128> {
    Ok(everfloor_math::to_u128(value)?)
}

/// A time or a duration; what does not fit is as far away as can be.
pub fn seconds(value: U256) -> u64 {
    value.saturating_to()
}

/// A bound of a caller's; what does not fit is more than there could be.
pub fn bound(value: U256) -> u32 {
    value.saturating_to()
}

/// A number of lots that an order could have.
pub fn lots_of(lots: U256) -> Outcome<u64> {
    let lots = u64::try_from(lots).ok().filter(|lots| *lots < LOTS_LIMIT);
    Ok(lots.ok_or(everfloor_math::MathError::Overflow)?)
}

/// A tick that orders may rest at.
pub fn tick_of(tick: U256) -> Outcome<u32> {
    let known = u32::try_from(tick).ok().filter(|tick| (1..TICKS).contains(tick));
    Ok(known.ok_or(errors::TickOutOfRange { tick })?)
}

/// The number of an order; one that does not fit was never given out.
pub fn id_of(id: U256) -> Outcome<u64> {
    Ok(u64::try_from(id).map_err(|_| errors::NoSuchOrder { id })?)
}

/// The side of who buys, and of who does not.
pub fn side_of(is_buy: bool) -> Side {
    if is_buy { Side::Bid } else { Side::Ask }
}

/// A book's parameters as the rules know them; not yet validated.
pub fn params_of(view: &views::BookParams) -> Params {
    Params {
        tick_size: view.tickSize,
        lot_size: view.lotSize,
        min_lots: view.minLots,
        mark_depth: view.markDepth,
        mark_levels: view.markLevels,
        genesis: view.genesis,
        epoch: view.epoch,
        period: view.period,
        snapshots: view.snapshots,
    }
}

/// A book's parameters as the ABI shows them.
pub fn params_view(params: &Params) -> views::BookParams {
    views::BookParams {
        tickSize: params.tick_size,
        lotSize: params.lot_size,
        minLots: params.min_lots,
        markDepth: params.mark_depth,
        markLevels: params.mark_levels,
        genesis: params.genesis,
        epoch: params.epoch,
        period: params.period,
        snapshots: params.snapshots,
    }
}

/// An order as the ABI shows it.
pub fn order_view(id: u64, side: Side, order: &Order, now: u64) -> views::OrderView {
    views::OrderView {
        id: U256::from(id),
        owner: Address::from(order.owner),
        isBuy: side == Side::Bid,
        tick: U256::from(order.tick),
        lots: U256::from(order.lots),
        expiry: U256::from(order.expiry),
        expired: order.is_expired(now),
    }
}

/// A level as the ABI shows it.
pub fn level_view(tick: u32, level: &Level) -> views::LevelView {
    views::LevelView { tick: U256::from(tick), lots: U256::from(level.lots), orders: U256::from(level.count) }
}

/// Errors. Quantities are lots, prices are ticks unless it says wei, times are seconds since 1970.
pub mod errors {
    alloy_sol_types::sol! {
        /// A value does not fit, or a product or sum of sane values overflowed.
        #[derive(Debug, PartialEq, Eq)]
        error Overflow();
        /// There is no such tick: 0 is no price, and the last is 16,777,215.
        #[derive(Debug, PartialEq, Eq)]
        error TickOutOfRange(uint256 tick);
        /// The order is, or would be left, below the `least` that is worth its storage.
        #[derive(Debug, PartialEq, Eq)]
        error OrderTooSmall(uint256 lots, uint256 least);
        /// The order's last second, `expiry`, is over.
        #[derive(Debug, PartialEq, Eq)]
        error Expired(uint256 expiry, uint256 nowTime);
        /// The order may only rest, and would trade with the other side's `best` tick.
        #[derive(Debug, PartialEq, Eq)]
        error WouldCross(uint256 best);
        /// The order was to be filled at once and whole: `filled` of its `lots` would be.
        #[derive(Debug, PartialEq, Eq)]
        error NotFilled(uint256 filled, uint256 lots);
        /// No order `id` rests here: it never did, or is gone.
        #[derive(Debug, PartialEq, Eq)]
        error NoSuchOrder(uint256 id);
        /// The order is somebody else's.
        #[derive(Debug, PartialEq, Eq)]
        error NotOrderOwner(uint256 id);
        /// The order is good until `expiry` (0: for ever), so only its owner may take it out.
        #[derive(Debug, PartialEq, Eq)]
        error NotExpired(uint256 expiry, uint256 nowTime);
        /// The order has `current` lots, no more than the `lots` it is to be reduced to.
        #[derive(Debug, PartialEq, Eq)]
        error NotReduced(uint256 lots, uint256 current);
        /// The epoch runs until `end`: it has no average yet.
        #[derive(Debug, PartialEq, Eq)]
        error EpochNotOver(uint256 end, uint256 nowTime);
        /// The epoch began before the mark did.
        #[derive(Debug, PartialEq, Eq)]
        error EpochNotRecorded(uint256 epoch);
        /// No snapshot is kept that is as old as `time`.
        #[derive(Debug, PartialEq, Eq)]
        error NoSnapshot(uint256 time);
        /// There is no time between `from` and `to` to average over.
        #[derive(Debug, PartialEq, Eq)]
        error NothingToAverage(uint256 from, uint256 to);
        /// A `price` of zero, or one that no tick could have, wei.
        #[derive(Debug, PartialEq, Eq)]
        error PriceOutOfRange(uint256 price);
        /// A parameter, by its place in BookParams (tickSize is 0), is outside its hard bounds.
        #[derive(Debug, PartialEq, Eq)]
        error ParameterOutOfBounds(uint256 index, uint256 value);
        /// The call ran at `nowTime`, after its `deadline`.
        #[derive(Debug, PartialEq, Eq)]
        error DeadlinePassed(uint256 deadline, uint256 nowTime);
        /// There is no such kind of order.
        #[derive(Debug, PartialEq, Eq)]
        error UnknownKind(uint8 kind);
        /// The market says that the owner of order `id` can fill it, so nobody else may take it out.
        #[derive(Debug, PartialEq, Eq)]
        error CanFill(uint256 id);
        /// The market answered what no market answers, or there is none.
        #[derive(Debug, PartialEq, Eq)]
        error BadAnswer(address market);
    }
}

/// Events: with them alone the book can be rebuilt. An order rests with the lots of its `OrderPlaced`, in the
/// order of ids at its tick; `OrderFilled` takes lots off it, `OrderReduced` says what it has afterwards, and it
/// is gone when it has none left, is cancelled or is removed.
pub mod events {
    alloy_sol_types::sol! {
        /// Order `id` rests with `lots` at `tick`, good until `expiry` (0: for ever), behind all others of that
        /// tick. What it traded before is in the `OrderFilled` before it.
        event OrderPlaced(uint256 indexed id, address indexed owner, bool isBuy, uint256 tick, uint256 lots, uint256 expiry);
        /// `lots` of the resting order `id` traded with `taker` at its own `tick`; the market has settled it.
        event OrderFilled(uint256 indexed id, address indexed maker, address indexed taker, uint256 lots, uint256 tick);
        /// The owner took the order out, with the `lots` it had left.
        event OrderCancelled(uint256 indexed id, address indexed owner, uint256 lots);
        /// The owner made the order smaller: it has `lots` from now on, and its place.
        event OrderReduced(uint256 indexed id, address indexed owner, uint256 lots);
        /// The order was taken out with the `lots` it had left. `reason`: 0 it had expired, 1 it would have traded
        /// with its owner, 2 the market said that its owner cannot fill it.
        event OrderRemoved(uint256 indexed id, address indexed owner, uint256 lots, uint8 reason);
        /// The mark was counted up to `time`: from its last count on, `mid` held, wei for 1 FP. `cumulative` is
        /// the integral of the mid since the book opened, wei seconds; `blindSeconds` are those of it in which
        /// there was no mid and the last one was carried on.
        event MarkCounted(uint256 time, uint256 mid, uint256 cumulative, uint256 blindSeconds);
        /// The book was made for `market`. Until there is a mid, the mark is `price`, wei for 1 FP.
        event BookOpened(address indexed market, uint256 tickSize, uint256 lotSize, uint256 genesis, uint256 epoch, uint256 snapshots, uint256 price);
        /// `lens` is the program of the views from now on.
        event LensChanged(address indexed lens);
        /// What may change of the parameters is this from now on.
        event ParamsChanged(uint256 minLots, uint256 markDepth, uint256 markLevels, uint256 period);
    }
}

/// What views answer.
pub mod views {
    use stylus_sdk::prelude::*;

    alloy_sol_types::sol! {
        /// What a book is made with. `minLots`, `markDepth`, `markLevels` and `period` may be changed by its
        /// owner, within their bounds; nothing else ever changes.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct BookParams {
            /// Price of a tick, wei of ETH for 1 FP; 1 to 10^18.
            uint128 tickSize;
            /// Quantity of a lot, wei of FP; 1 to 10^18, so that a lot at tick 1 is worth whole wei.
            uint128 lotSize;
            /// The least lots of an order; 1 to 2^32.
            uint64 minLots;
            /// Lots that the mark sells into the bids and buys from the asks; at most the least lots of all its
            /// levels but one.
            uint64 markDepth;
            /// The most levels of a side that the mark looks at; 2 to 32.
            uint32 markLevels;
            /// When epoch 0 begins, seconds since 1970.
            uint64 genesis;
            /// Seconds of an epoch; 300 to 400 days.
            uint64 epoch;
            /// The least seconds between two snapshots of the mark, and of the average that is `markPrice`; at
            /// most a day.
            uint64 period;
            /// How many snapshots are kept; 2 to 65,535.
            uint32 snapshots;
        }

        /// A resting order.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct OrderView {
            /// Its number.
            uint256 id;
            /// Whose it is.
            address owner;
            /// Whether it buys.
            bool isBuy;
            /// Its tick.
            uint256 tick;
            /// Lots that are left.
            uint256 lots;
            /// Last second in which it is good; 0 for ever.
            uint256 expiry;
            /// Whether that is over: it trades with nobody, and anybody may take it out (`pruneOrder`).
            bool expired;
        }

        /// All orders of a tick.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct LevelView {
            /// The tick.
            uint256 tick;
            /// Lots of all its orders, expired ones among them.
            uint256 lots;
            /// How many orders there are.
            uint256 orders;
        }
    }
}
