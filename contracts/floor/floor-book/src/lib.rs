//! The limit order book of a floor market: orders placed, filled, cancelled, and its mark.
//!
//! Thin by intent: each method loads the book, applies a rule of `everfloor-venue-rules`, logs it and writes what
//! changed. What it does not know it hands to `book-lens` (views, previews, the book's making), which runs on the
//! same storage.
//!
//! The book holds nobody's money. Each trade is offered to the market, one contract chosen when the book was made,
//! which alone knows accounts and margin: it settles the trade or says who cannot
//! (`everfloor_book_storage::market`). While an order is on its way through the book nothing else can be done to
//! it (`everfloor_book_storage::store` says what can be seen meanwhile).
//!
//! Nobody can pause it. To cancel asks nobody, and takes the same few words however deep the book is; what has
//! expired, or whose owner cannot fill it, anybody may take out.
//!
//! Units: quantities are lots and prices are ticks, whole numbers of `lotSize` wei of FP and of `tickSize` wei of
//! ETH for 1 FP; times are seconds.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

mod calls;
mod desk;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use everfloor_book_storage::{
    abi::{errors, events, id_of, lots_of, views::BookParams},
    market::Market,
    revert::Outcome,
    state::BookState,
    store::LoadedVenue,
    terms::{self, Answer, Terms},
};
use everfloor_common::{delegate, log::emit, raw::address_word, routes, state::first_program};
use everfloor_venue_rules::{BookStore, NewOrder, Order, Owner, Placed, Removal, Side};
use stylus_sdk::{ArbResult, function_selector, prelude::*};

use crate::desk::Desk;

/// The limit order book of one floor market.
#[storage]
#[entrypoint]
pub struct FloorBook {
    state: BookState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorBook {
    // ---- Orders ----

    /// Buys or sells `lots` at `tick` or better: trades with the other side's orders, at their prices, the best
    /// first and of equals the oldest, and lets rest what its `kind` says. Good until `deadline`.
    ///
    /// `kind`: 0 good till cancelled, what does not trade rests; 1 post only, all of it rests or it is refused; 2
    /// immediate or cancel, what does not trade is given up; 3 fill or kill, it trades whole or is refused.
    /// `expiry` is the last second in which the order is good, resting too; 0 is for ever. Where it would trade
    /// with an order of the caller's own, that one is cancelled, or it goes no further if `stop_on_self`. It
    /// touches at most `max_fills` resting orders: filled ones, the caller's own, and those it takes out because
    /// they have expired or their owners cannot fill them.
    ///
    /// If the market refuses the caller before anything was filled, the call reverts with the market's error.
    ///
    /// # Returns
    /// - `orderId`: the resting order; 0 if nothing rests
    /// - `filledLots`: lots that were traded
    /// - `notional`: what they were worth at the prices they traded at, wei of ETH; exact
    /// - `stop`: why it went no further: 0 filled, 1 the rest of it rests, 2 given up as it asked, 3 the rest is
    ///   too small to rest, 4 it touched `maxFills` orders and crosses more, 5 it met an order of the caller's, 6
    ///   the market refused the caller
    #[allow(clippy::too_many_arguments, reason = "an order with its limits")]
    pub fn place_order(
        &mut self,
        is_buy: bool,
        tick: U256,
        lots: U256,
        kind: u8,
        expiry: u64,
        max_fills: U256,
        stop_on_self: bool,
        deadline: U256,
    ) -> Outcome<(U256, U256, U256, u8)> {
        self.place(None, &Terms { is_buy, tick, lots, kind, expiry, max_fills, stop_on_self }, deadline)
    }

    /// Takes an order of the caller's out and places another, as `placeOrder` does; both or neither.
    ///
    /// # Returns
    /// - `orderId`: the resting order; 0 if nothing rests
    /// - `filledLots`: lots that were traded
    /// - `notional`: what they were worth at the prices they traded at, wei of ETH; exact
    /// - `stop`: why it went no further, as of `placeOrder`
    #[allow(clippy::too_many_arguments, reason = "an order with its limits")]
    pub fn replace_order(
        &mut self,
        id: U256,
        is_buy: bool,
        tick: U256,
        lots: U256,
        kind: u8,
        expiry: u64,
        max_fills: U256,
        stop_on_self: bool,
        deadline: U256,
    ) -> Outcome<(U256, U256, U256, u8)> {
        self.place(Some(id), &Terms { is_buy, tick, lots, kind, expiry, max_fills, stop_on_self }, deadline)
    }

    /// Takes an order of the caller's out.
    pub fn cancel_order(&mut self, id: U256) -> Outcome<()> {
        let mut book = self.counted()?;
        self.cancel(&mut book, id_of(id)?)?;
        book.save(self.vm())
    }

    /// Takes orders of the caller's out. Those that are gone already are passed over, so that nobody can keep the
    /// others by filling one of them first.
    pub fn cancel_orders(&mut self, ids: Vec<U256>) -> Outcome<()> {
        let mut book = self.counted()?;
        for id in ids {
            let number = id_of(id)?;
            if number > book.venue.book.orders {
                return Err(errors::NoSuchOrder { id }.into());
            }
            if book.venue.store.order(number).lots != 0 {
                self.cancel(&mut book, number)?;
            }
        }
        book.save(self.vm())
    }

    /// Makes an order of the caller's smaller: it has `lots` afterwards, and keeps its place.
    pub fn reduce_order(&mut self, id: U256, lots: U256) -> Outcome<()> {
        let (mut book, owner) = (self.counted()?, self.caller());
        book.venue.reduce(&owner, id_of(id)?, lots_of(lots)?, self.state.now())?;
        let caller = address_word(owner.into());
        emit::<events::OrderReduced>(self.vm(), &[id, caller], &[lots]);
        book.save(self.vm())
    }

    // ---- For anybody ----

    /// Takes an order out that has expired. Anybody may.
    pub fn prune_order(&mut self, id: U256) -> Outcome<()> {
        let (mut book, number) = (self.counted()?, id_of(id)?);
        let order = book.venue.prune(number, self.state.now())?;
        desk::log_removed(self.vm(), number, &order, Removal::Expired);
        book.save(self.vm())
    }

    /// Takes an order out whose owner cannot fill it, all that is left of it at its price: the market says so.
    /// Anybody may.
    pub fn drop_order(&mut self, id: U256) -> Outcome<()> {
        let (mut book, number) = (LoadedVenue::open(self.vm())?, id_of(id)?);
        // Asked before anything changes, and in a call that can change nothing.
        let (side, order) = book.venue.order(number)?;
        let market = self.market(&book);
        let price = market.price(order.tick)?;
        if market.can_settle(order.owner, order.lots, price, side == Side::Bid)? {
            return Err(errors::CanFill { id }.into());
        }
        let now = self.state.now();
        book.count(self.vm(), now)?;
        book.venue.drop_order(number, now)?;
        desk::log_removed(self.vm(), number, &order, Removal::MakerCannot);
        book.save(self.vm())
    }

    /// Counts the mark up to now. Nothing depends on it: whatever changes the book counts first.
    pub fn poke(&mut self) -> Outcome<()> {
        self.counted()?.save(self.vm())
    }

    /// Hands every other call to the lens.
    #[cfg(not(target_arch = "wasm32"))]
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.hand_on(calldata)
    }
}

routes!(FloorBook {
    "cancelOrder"(U256) => cancel_order;
    "reduceOrder"(U256, U256) => reduce_order;
    "pruneOrder"(U256) => prune_order;
    "dropOrder"(U256) => drop_order;
    "poke"() => poke;
    else route_other
});

/// `initialize`, which the lens answers; its address comes last.
pub const INITIALIZE: [u8; 4] = function_selector!("initialize", Address, Address, BookParams, U256, Address);

impl FloorBook {
    /// Hands a call to the lens.
    fn hand_on(&mut self, calldata: &[u8]) -> ArbResult {
        let lens = match calldata.first_chunk() {
            Some(&INITIALIZE) => first_program(self.vm(), self.state.lens(), calldata)?,
            _ => self.state.lens(),
        };
        delegate::forward(self.vm(), lens, calldata)
    }

    fn caller(&self) -> Owner {
        self.vm().msg_sender().into_array()
    }

    /// The book, with its mark counted up to now.
    fn counted(&self) -> Outcome<LoadedVenue> {
        let mut book = LoadedVenue::open(self.vm())?;
        book.count(self.vm(), self.state.now())?;
        Ok(book)
    }

    fn market(&self, book: &LoadedVenue) -> Market<'_> {
        Market { vm: self.vm(), at: self.state.market(), params: book.venue.params }
    }

    /// Takes an order of the caller's out.
    fn cancel(&self, book: &mut LoadedVenue, id: u64) -> Outcome<()> {
        let Order { owner, lots, .. } = book.venue.cancel(&self.caller(), id, self.state.now())?;
        let indexed = [U256::from(id), address_word(owner.into())];
        emit::<events::OrderCancelled>(self.vm(), &indexed, &[U256::from(lots)]);
        Ok(())
    }

    /// Places an order, in the place of another of the caller's if there is one.
    fn place(&self, replaced: Option<U256>, terms: &Terms, deadline: U256) -> Outcome<Answer> {
        self.state.require_time(deadline)?;
        let order = terms.order(self.vm().msg_sender())?;
        let mut book = self.counted()?;
        book.lock(self.vm())?;
        if let Some(id) = replaced {
            self.cancel(&mut book, id_of(id)?)?;
        }
        let mut desk = Desk::new(self.market(&book));
        let placed = book.venue.place(&order, &mut desk, self.state.now());
        let placed = desk.close(placed)?;
        self.log_placed(&order, &placed);
        book.save(self.vm())?;
        Ok(terms::answer(&placed))
    }

    fn log_placed<R>(&self, order: &NewOrder, placed: &Placed<R>) {
        let Some(id) = placed.id else { return };
        let indexed = [U256::from(id), address_word(order.owner.into())];
        let is_buy = U256::from(order.side == Side::Bid);
        let (tick, lots) = (U256::from(order.tick), U256::from(placed.remaining));
        let values = [is_buy, tick, lots, U256::from(order.expiry)];
        emit::<events::OrderPlaced>(self.vm(), &indexed, &values);
    }
}
