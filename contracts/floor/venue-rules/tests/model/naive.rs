//! The book as a plain list of orders in the order they came, searched from end to end for whatever is asked.

use std::collections::BTreeSet;

use everfloor_venue_rules::{Kind, NewOrder, Owner, Params, Removal, SelfTrade, Side, Stop, Trade};
use num_bigint::BigUint;

use crate::rig::{Market, NoCredit};

/// Why the model refuses: the name of the rules' error.
pub type Refusal = &'static str;

/// Ticks and lots there can be.
const TICKS: u32 = 16_777_216;
const LOTS: u64 = 1_099_511_627_776;

/// An order that rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resting {
    pub id: u64,
    pub owner: Owner,
    pub side: Side,
    pub lots: u64,
    pub tick: u32,
    pub expiry: u32,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub filled: u64,
    pub notional: BigUint,
    pub remaining: u64,
    pub id: Option<u64>,
    pub touched: u32,
    pub stop: Stop<NoCredit>,
    pub trades: Vec<Trade>,
    pub removed: Vec<(Resting, Removal)>,
}

#[derive(Clone, Debug)]
pub struct Naive {
    pub params: Params,
    pub orders: Vec<Resting>,
    pub made: u64,
}

impl Naive {
    pub fn new(params: Params) -> Self {
        Self { params, orders: Vec::new(), made: 0 }
    }

    pub fn find(&self, id: u64) -> Option<&Resting> {
        self.orders.iter().find(|order| order.id == id)
    }

    /// Orders of a side, the best price first, of equals the older.
    pub fn sorted(&self, side: Side) -> Vec<&Resting> {
        let mut orders: Vec<&Resting> = self.orders.iter().filter(|order| order.side == side).collect();
        orders.sort_by_key(|order| (cost(side, order.tick), order.id));
        orders
    }

    /// Ticks of a side, the best first.
    pub fn ticks(&self, side: Side) -> Vec<u32> {
        let mut ticks: Vec<u32> = self.sorted(side).iter().map(|order| order.tick).collect();
        ticks.dedup();
        ticks
    }

    pub fn best(&self, side: Side) -> Option<u32> {
        let of_side = self.orders.iter().filter(|order| order.side == side);
        of_side.map(|order| order.tick).min_by_key(|tick| cost(side, *tick))
    }

    /// The best resting order that an incoming one would trade with.
    fn met_by(&self, order: &NewOrder) -> Option<usize> {
        let willing = |resting: &Resting| match order.side {
            Side::Bid => resting.side == Side::Ask && resting.tick <= order.tick,
            Side::Ask => resting.side == Side::Bid && resting.tick >= order.tick,
        };
        let willing = self.orders.iter().enumerate().filter(|(_, resting)| willing(resting));
        let best = willing.min_by_key(|(_, resting)| (cost(resting.side, resting.tick), resting.id));
        best.map(|(at, _)| at)
    }

    fn require_size(&self, lots: u64) -> Result<(), Refusal> {
        if lots < self.params.min_lots {
            return Err("OrderTooSmall");
        }
        if lots >= LOTS { Err("Overflow") } else { Ok(()) }
    }

    pub fn place(&mut self, order: &NewOrder, market: &Market, now: u64) -> Result<Told, Refusal> {
        self.require_size(order.lots)?;
        if !(1..TICKS).contains(&order.tick) {
            return Err("TickOutOfRange");
        }
        if ended(order.expiry, now) {
            return Err("Expired");
        }
        if order.kind == Kind::PostOnly && self.met_by(order).is_some() {
            return Err("WouldCross");
        }
        let mut told = self.trade(order, market, now);
        if order.kind == Kind::FillOrKill && told.filled != order.lots {
            return Err("NotFilled");
        }
        if told.stop == Stop::Rested {
            self.made += 1;
            told.id = Some(self.made);
            self.orders.push(Resting {
                id: self.made,
                owner: order.owner,
                side: order.side,
                lots: told.remaining,
                tick: order.tick,
                expiry: order.expiry,
            });
        }
        Ok(told)
    }

    fn trade(&mut self, order: &NewOrder, market: &Market, now: u64) -> Told {
        let mut told = Told {
            filled: 0,
            notional: BigUint::ZERO,
            remaining: order.lots,
            id: None,
            touched: 0,
            stop: Stop::Filled,
            trades: Vec::new(),
            removed: Vec::new(),
        };
        let mut credit = market.credit;
        told.stop = loop {
            if told.remaining == 0 {
                break Stop::Filled;
            }
            let Some(at) = self.met_by(order) else { break self.leave(order, told.remaining) };
            if told.touched == order.max_fills {
                break Stop::MostFills;
            }
            told.touched += 1;
            let resting = self.orders[at].clone();
            let own = resting.owner == order.owner;
            let lots = resting.lots.min(told.remaining);
            let removal = if ended(resting.expiry, now) {
                Some(Removal::Expired)
            } else if own && order.self_trade == SelfTrade::StopIncoming {
                break Stop::SelfTrade;
            } else if own {
                Some(Removal::SelfTrade)
            } else if market.makers_without.contains(&resting.owner) {
                Some(Removal::MakerCannot)
            } else {
                None
            };
            if let Some(why) = removal {
                told.removed.push((self.orders.remove(at), why));
                continue;
            }
            if credit.is_some_and(|credit| credit < lots) {
                break Stop::TakerCannot(NoCredit);
            }
            credit = credit.map(|credit| credit - lots);
            told.filled += lots;
            told.remaining -= lots;
            told.notional += self.value(lots, resting.tick);
            told.trades.push(Trade {
                order: resting.id,
                maker: resting.owner,
                taker: order.owner,
                lots,
                tick: resting.tick,
                taker_buys: order.side == Side::Bid,
                left: resting.lots - lots,
            });
            self.orders[at].lots -= lots;
            self.orders.retain(|order| order.lots > 0);
        };
        told
    }

    fn leave(&self, order: &NewOrder, lots: u64) -> Stop<NoCredit> {
        match order.kind {
            Kind::ImmediateOrCancel | Kind::FillOrKill => Stop::GivenUp,
            _ if lots < self.params.min_lots => Stop::TooSmall,
            _ => Stop::Rested,
        }
    }

    /// Quantity in FP times price in wei.
    fn value(&self, lots: u64, tick: u32) -> BigUint {
        let quantity = BigUint::from(lots) * self.params.lot_size;
        let product = quantity * tick * self.params.tick_size;
        let wad = BigUint::from(10_u32).pow(18);
        let value = &product / &wad;
        assert_eq!(&value * &wad, product, "a notional is exact");
        value
    }

    pub fn take_out(&mut self, id: u64) -> Result<Resting, Refusal> {
        let at = self.orders.iter().position(|order| order.id == id).ok_or("NoSuchOrder")?;
        Ok(self.orders.remove(at))
    }

    pub fn cancel(&mut self, owner: &Owner, id: u64) -> Result<Resting, Refusal> {
        let order = self.find(id).ok_or("NoSuchOrder")?;
        if order.owner != *owner {
            return Err("NotOwner");
        }
        self.take_out(id)
    }

    pub fn prune(&mut self, id: u64, now: u64) -> Result<Resting, Refusal> {
        let order = self.find(id).ok_or("NoSuchOrder")?;
        if !ended(order.expiry, now) {
            return Err("NotExpired");
        }
        self.take_out(id)
    }

    pub fn reduce(&mut self, owner: &Owner, id: u64, lots: u64) -> Result<Resting, Refusal> {
        let order = self.find(id).ok_or("NoSuchOrder")?.clone();
        if order.owner != *owner {
            return Err("NotOwner");
        }
        self.require_size(lots)?;
        if lots >= order.lots {
            return Err("NotReduced");
        }
        self.orders.iter_mut().find(|order| order.id == id).expect("it is there").lots = lots;
        Ok(order)
    }

    /// Lots that can be had of a side's first levels, at which ticks; and how many levels that takes.
    fn depth(&self, side: Side, lots: u64, most: u32) -> (Vec<(u64, u32)>, u32) {
        let levels: BTreeSet<u32> = self.ticks(side).into_iter().take(most as usize).collect();
        let (mut left, mut taken) = (lots, Vec::new());
        for order in self.sorted(side).iter().filter(|order| levels.contains(&order.tick)) {
            let part = order.lots.min(left);
            left -= part;
            if part > 0 {
                taken.push((part, order.tick));
            }
        }
        let reached: BTreeSet<u32> = taken.iter().map(|(_, tick)| *tick).collect();
        (taken, reached.len() as u32)
    }

    /// Average price in wei (against the taker), notional, levels and lots.
    pub fn impact(&self, side: Side, lots: u64, most: u32) -> (BigUint, BigUint, u32, u64) {
        let other = if side == Side::Bid { Side::Ask } else { Side::Bid };
        let (taken, levels) = self.depth(other, lots, most);
        let filled: u64 = taken.iter().map(|(lots, _)| lots).sum();
        let notional = taken.iter().map(|(lots, tick)| self.value(*lots, *tick)).sum();
        if filled == 0 {
            return (BigUint::ZERO, notional, levels, 0);
        }
        let sum: BigUint = taken.iter().map(|(lots, tick)| BigUint::from(*lots) * *tick).sum();
        let sum = sum * self.params.tick_size;
        let average = match side {
            Side::Bid => (sum + (filled - 1)) / filled,
            Side::Ask => sum / filled,
        };
        (average, notional, levels, filled)
    }

    /// The depth-weighted middle, if there is the depth.
    pub fn mid(&self) -> Option<u128> {
        let Params { mark_depth: depth, mark_levels: most, .. } = self.params;
        let mut sum = BigUint::ZERO;
        for side in [Side::Bid, Side::Ask] {
            let (taken, _) = self.depth(side, depth, most);
            if taken.iter().map(|(lots, _)| lots).sum::<u64>() < depth {
                return None;
            }
            sum += taken.iter().map(|(lots, tick)| BigUint::from(*lots) * *tick).sum::<BigUint>();
        }
        let mid = sum * self.params.tick_size / (BigUint::from(depth) * 2_u32);
        Some(u128::try_from(mid).expect("a price"))
    }
}

/// Lower is better.
fn cost(side: Side, tick: u32) -> i64 {
    match side {
        Side::Bid => -i64::from(tick),
        Side::Ask => i64::from(tick),
    }
}

fn ended(expiry: u32, now: u64) -> bool {
    expiry > 0 && u64::from(expiry) < now
}
