//! Orders: what somebody asks for, and what rests of it.

/// Who owns an order: an address.
pub type Owner = [u8; 20];

/// Side of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Buys.
    Bid,
    /// Sells.
    Ask,
}

impl Side {
    /// The side it trades with.
    pub fn other(self) -> Self {
        match self {
            Side::Bid => Side::Ask,
            Side::Ask => Side::Bid,
        }
    }

    /// Whether an order of this side, with its limit at `limit`, would trade at `tick`.
    pub fn reaches(self, limit: u32, tick: u32) -> bool {
        match self {
            Side::Bid => tick <= limit,
            Side::Ask => tick >= limit,
        }
    }
}

/// What becomes of the part of an order that does not trade at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It rests, until it is cancelled or expires.
    Limit,
    /// All of it rests. One that crosses is refused, even if what it would meet has expired and could be pruned.
    PostOnly,
    /// It is given up. With a far limit this is a market order.
    ImmediateOrCancel,
    /// There is none: an order that is not filled whole is refused.
    FillOrKill,
}

/// What happens where an order would trade with another of the same owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SelfTrade {
    /// The resting order is cancelled.
    #[default]
    CancelResting,
    /// The incoming order goes no further, and what is left of it does not rest.
    StopIncoming,
}

/// An order as it comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewOrder {
    /// Whose it is.
    pub owner: Owner,
    /// Whether it buys or sells.
    pub side: Side,
    /// How many lots.
    pub lots: u64,
    /// The worst tick it trades at, and where it rests.
    pub tick: u32,
    /// What becomes of the part that does not trade at once.
    pub kind: Kind,
    /// Last second in which it is good, for trading at once too; 0 for ever.
    pub expiry: u32,
    /// What happens where it would trade with its owner.
    pub self_trade: SelfTrade,
    /// The most resting orders it may touch: filled, expired, cancelled and dropped ones, and the one it stops at.
    pub max_fills: u32,
}

/// A resting order; one without lots does not exist.
///
/// One word: owner 20 bytes, lots 5, tick 3, expiry 4. Its side is not stored: bids are at or below the best bid,
/// asks at or above the best ask, and a book is never crossed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Whose it is.
    pub owner: Owner,
    /// Lots that are left.
    pub lots: u64,
    /// Its tick.
    pub tick: u32,
    /// Last second in which it is good; 0 for ever.
    pub expiry: u32,
}

impl Order {
    /// Whether its last second is over.
    pub fn is_expired(&self, now: u64) -> bool {
        has_expired(self.expiry, now)
    }
}

/// Whether the last second of an order is over.
pub(crate) fn has_expired(expiry: u32, now: u64) -> bool {
    expiry != 0 && now > u64::from(expiry)
}

/// A resting order's neighbours in the queue of its level.
///
/// One word: 8 bytes each. The level alone says who is first and who is last. So what the first order's `prev` and
/// the last order's `next` say means nothing and is not kept up: an order that leaves at either end changes no
/// neighbour, and one that is alone in its level all the time has never had this word written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The order before it.
    pub prev: u64,
    /// The order after it.
    pub next: u64,
}

/// All orders of a tick, first come first served.
///
/// One word: first and last 8 bytes each, lots 8, count 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// The order that is served first.
    pub head: u64,
    /// The order that is served last.
    pub tail: u64,
    /// Lots of all orders, expired ones among them.
    pub lots: u64,
    /// How many orders there are.
    pub count: u32,
}
