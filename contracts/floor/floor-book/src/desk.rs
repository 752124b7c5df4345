//! Where an order on its way through the book meets the market: each trade is settled there, and logged here.

use alloy_primitives::U256;
use everfloor_book_storage::{
    abi::events,
    market::Market,
    revert::{Outcome, Revert},
};
use everfloor_common::{log::emit, raw::address_word};
use everfloor_venue_rules::{Order, Outcome as Said, Removal, Settlement, Trade, error::Result as Ruled};
use stylus_sdk::host::VM;

/// The market, for one incoming order.
pub struct Desk<'a> {
    market: Market<'a>,
    /// Whether anything was traded.
    traded: bool,
    /// What the whole call reverts with, if it does.
    revert: Option<Revert>,
}

impl<'a> Desk<'a> {
    /// Before the first trade.
    pub fn new(market: Market<'a>) -> Self {
        Self { market, traded: false, revert: None }
    }

    /// What became of the order; the market's revert if it did, or its refusal if it refused the taker's first
    /// trade.
    pub fn close<T>(self, placed: Ruled<T>) -> Outcome<T> {
        match self.revert {
            Some(revert) => Err(revert),
            None => Ok(placed?),
        }
    }
}

impl Settlement for Desk<'_> {
    /// Kept here, where the call can revert with it.
    type Refusal = ();

    fn settle(&mut self, trade: &Trade) -> Said<()> {
        match self.market.settle(trade) {
            Ok(Said::Filled) => {
                self.traded = true;
                log_filled(self.market.vm, trade);
                Said::Filled
            }
            Ok(Said::MakerCannot) => Said::MakerCannot,
            Ok(Said::TakerCannot(refusal)) => {
                self.revert = (!self.traded).then_some(refusal);
                Said::TakerCannot(())
            }
            Err(revert) => {
                self.revert = Some(revert);
                Said::TakerCannot(())
            }
        }
    }

    fn removed(&mut self, id: u64, order: &Order, why: Removal) {
        log_removed(self.market.vm, id, order, why);
    }
}

fn log_filled(vm: &VM, trade: &Trade) {
    let (maker, taker) = (address_word(trade.maker.into()), address_word(trade.taker.into()));
    let values = [U256::from(trade.lots), U256::from(trade.tick)];
    emit::<events::OrderFilled>(vm, &[U256::from(trade.order), maker, taker], &values);
}

/// Logs an order that was taken out without a trade, and not by its owner.
pub fn log_removed(vm: &VM, id: u64, order: &Order, why: Removal) {
    let reason: u8 = match why {
        Removal::Expired => 0,
        Removal::SelfTrade => 1,
        Removal::MakerCannot => 2,
    };
    let indexed = [U256::from(id), address_word(order.owner.into())];
    emit::<events::OrderRemoved>(vm, &indexed, &[U256::from(order.lots), U256::from(reason)]);
}
