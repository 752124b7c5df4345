//! The limit order book of a floor market: orders placed, filled, cancelled, and its mark.
//!
//! Thin by intent: each method loads the book, applies a rule of `everfloor-venue-rules`, logs it and writes what
//! changed. What it does not know it hands to `book-lens` (views, previews), which runs on the same storage.
//!
//! The book holds nobody's money. Each trade is offered to the market, one contract chosen when the book was made,
//! which alone knows accounts and margin: it settles the trade or says who cannot
//! (`everfloor_book_storage::market`). While an order is on its way through the book nothing else can be done to
//! it (`everfloor_book_storage::store` says what can be seen meanwhile).
//!
//! Nobody can pause it. To cancel asks nobody, and takes the same few words however deep the book is; what has
//! expired, or whose owner cannot fill it, anybody may take out.
//!
//! Market, programs and units are chosen when the book is made and never change. Its owner may set the least size of an
//! order and how the mark is taken, within hard bounds, and what has been counted by then stays as it is.
//!
//! Units: quantities are lots and prices are ticks, whole numbers of `lotSize` wei of FP and of `tickSize` wei of
//! ETH for 1 FP; times are seconds.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

mod calls;
mod desk;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use everfloor_book_storage::{
    abi::{errors, events, id_of, lots_of, narrow, params_of, views::BookParams},
    market::Market,
    revert::{Outcome, Revert},
    state::BookState,
    store::{self, ChainVenue, LoadedVenue},
    terms::{self, Answer, Terms},
};
use everfloor_common::{delegate, log::emit, raw::address_word, roles::non_zero, routes, upgrade};
use everfloor_venue_rules::{BookStore, NewOrder, Order, Owner, Params, Placed, Removal, Side, Venue};
use stylus_sdk::{ArbResult, prelude::*};

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
        let price = market.params.price(order.tick)?;
        let mark = book.venue.recent(self.state.now())?.told();
        if market.can_settle(order.owner, order.lots, price, side == Side::Bid, mark)? {
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

    // ---- Its making, and its owner ----

    /// Makes the book: owner, market, parameters, the price in wei for 1 FP that the mark carries on until there
    /// is a mid, and the program of its views; once, in the call that creates the proxy.
    pub fn initialize(
        &mut self,
        owner: Address,
        market: Address,
        params: BookParams,
        price: U256,
        lens: Address,
    ) -> Outcome<()> {
        self.state.initializer().begin()?;
        self.state.ownership().init(owner)?;
        self.state.set_peers(non_zero(market)?, non_zero(lens)?);
        let params = params_of(&params);
        let vm = self.vm();
        let mut book = LoadedVenue::load(vm);
        let ChainVenue { store, history, .. } = book.venue;
        book.venue = Venue::open(params, store, history, narrow(price)?, self.state.now())?;
        book.save(vm)?;
        store::save_params(vm, &params)?;
        let [tick_size, lot_size] = [params.tick_size, params.lot_size].map(U256::from);
        let (genesis, epoch) = (U256::from(params.genesis), U256::from(params.epoch));
        let values = [tick_size, lot_size, genesis, epoch, U256::from(params.snapshots), price];
        emit::<events::BookOpened>(vm, &[address_word(market)], &values);
        emit::<events::LensChanged>(vm, &[address_word(lens)], &[]);
        self.log_params(&params);
        Ok(())
    }

    /// Replaces what may change of the parameters, from now on: the least lots of an order, the mark's depth, its
    /// levels, and the seconds between two snapshots. What rests stays. Owner only.
    pub fn set_params(
        &mut self,
        min_lots: u64,
        mark_depth: u64,
        mark_levels: u32,
        period: u64,
    ) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        let mut book = LoadedVenue::open(self.vm())?;
        // The time until now counts by the old.
        book.count(self.vm(), self.state.now())?;
        book.save(self.vm())?;
        let params = Params { min_lots, mark_depth, mark_levels, period, ..book.venue.params };
        params.validate()?;
        store::save_params(self.vm(), &params)?;
        self.log_params(&params);
        Ok(())
    }

    /// Offers the ownership, which the new owner takes with `acceptOwnership`; zero withdraws an offer. Owner
    /// only.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Outcome<()> {
        Ok(self.state.ownership().offer(new_owner)?)
    }

    /// Takes an offered ownership.
    pub fn accept_ownership(&mut self) -> Outcome<()> {
        Ok(self.state.ownership().accept()?)
    }

    /// Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a contract answers it, at its
    /// own address only.
    ///
    /// # Errors
    /// - `UUPSUnauthorizedCallContext`: asked through a proxy
    #[cfg(not(target_arch = "wasm32"))]
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self) -> Outcome<B256> {
        self.uuid()
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
    "transferOwnership"(Address) => transfer_ownership;
    "acceptOwnership"() => accept_ownership;
    "proxiableUUID"() => uuid;
    else route_other
});

impl FloorBook {
    fn uuid(&self) -> Outcome<B256> {
        upgrade::proxiable_uuid(self.vm()).map_err(Revert)
    }

    /// Hands a call to the lens.
    fn hand_on(&mut self, calldata: &[u8]) -> ArbResult {
        delegate::forward(self.vm(), self.state.lens(), calldata)
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
        let (params, mark) = (book.venue.params, book.venue.mark);
        Market { vm: self.vm(), at: self.state.market(), params, mark }
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

    fn log_params(&self, params: &Params) {
        let Params { min_lots, mark_depth, mark_levels, period, .. } = *params;
        let values = [min_lots, mark_depth, mark_levels.into(), period].map(U256::from);
        emit::<events::ParamsChanged>(self.vm(), &[], &values);
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
