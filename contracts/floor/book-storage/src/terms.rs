//! An order as a call brings it, and what became of it as a call answers it.

use alloy_primitives::{Address, U256};
use everfloor_math::MathError;
use everfloor_venue_rules::{Kind, NewOrder, Placed, SelfTrade, Stop};

use crate::{
    abi::{bound, errors, lots_of, side_of, tick_of},
    revert::Outcome,
};

/// Kinds of orders, by their numbers.
const KINDS: [Kind; 4] = [Kind::Limit, Kind::PostOnly, Kind::ImmediateOrCancel, Kind::FillOrKill];

/// An order as a call brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Whether it buys or sells.
    pub is_buy: bool,
    /// The worst tick it trades at, and where it rests.
    pub tick: U256,
    /// How many lots.
    pub lots: U256,
    /// 0 good till cancelled, 1 post only, 2 immediate or cancel, 3 fill or kill.
    pub kind: u8,
    /// Last second in which it is good; 0 for ever.
    pub expiry: u64,
    /// The most resting orders it may touch.
    pub max_fills: U256,
    /// Whether it stops where it would trade with its owner, and does not cancel what rests there.
    pub stop_on_self: bool,
}

impl Terms {
    /// The order that somebody brings by them.
    pub fn order(&self, owner: Address) -> Outcome<NewOrder> {
        let kind = KINDS.get(usize::from(self.kind)).copied();
        let self_trade = if self.stop_on_self { SelfTrade::StopIncoming } else { SelfTrade::CancelResting };
        Ok(NewOrder {
            owner: owner.into_array(),
            side: side_of(self.is_buy),
            lots: lots_of(self.lots)?,
            tick: tick_of(self.tick)?,
            kind: kind.ok_or(errors::UnknownKind { kind: self.kind })?,
            expiry: u32::try_from(self.expiry).map_err(|_| MathError::Overflow)?,
            self_trade,
            max_fills: bound(self.max_fills),
        })
    }
}

/// What became of an order: its number if it rests, lots that were filled, what they were worth, why it went no
/// further.
pub type Answer = (U256, U256, U256, u8);

/// The answer of a call that placed an order.
pub fn answer<R>(placed: &Placed<R>) -> Answer {
    let id = U256::from(placed.id.unwrap_or_default());
    (id, U256::from(placed.filled), U256::from(placed.notional), stop_code(&placed.stop))
}

/// Why an order went no further, as a number.
fn stop_code<R>(stop: &Stop<R>) -> u8 {
    match stop {
        Stop::Filled => 0,
        Stop::Rested => 1,
        Stop::GivenUp => 2,
        Stop::TooSmall => 3,
        Stop::MostFills => 4,
        Stop::SelfTrade => 5,
        Stop::TakerCannot(_) => 6,
    }
}
