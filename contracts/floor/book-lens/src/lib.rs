//! The limit order book of a floor market, seen: what it was made with, levels and orders, its mark, previews.
//!
//! Runs on the book's storage by delegatecall and writes nothing but where the programs are, when they are replaced. A preview runs the rules that would place the order, with
//! what they would change put aside. What the book is like cannot be asked for in the middle of another call; the mark's
//! averages can (`everfloor_book_storage::store`).
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

mod asked;

use alloc::{string::String, vec::Vec};

use alloy_primitives::{Address, U256};
use everfloor_book_storage::{
    abi::{
        bound, events, id_of, level_view, lots_of, order_view, params_view, side_of, tick_of,
        views::{BookParams, LevelView, OrderView},
    },
    market::Market,
    revert::{Outcome, Revert},
    state::BookState,
    store::{self, ChainVenue, LoadedVenue},
    terms::{self, Terms},
};
use everfloor_common::{log::emit, raw::address_word, roles::non_zero, upgrade};
use everfloor_venue_rules::{Average, BookStore, Side, VenueError};
use stylus_sdk::{abi::Bytes, function_selector, prelude::*};

use crate::asked::Asked;

/// Entries a page has at most.
const PAGE: u32 = 100;
/// Levels that an impact is looked for in.
const IMPACT_LEVELS: u32 = 256;

/// Whether an epoch has an average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EpochStatus {
    /// It has one.
    Ok = 0,
    /// The epoch is not over.
    NotOver = 1,
    /// There was no mid in it.
    NoMid = 2,
}

/// A call that only `floor-book` knows ([`upgrade::probe`]).
const BOOK: [u8; 4] = function_selector!("pruneOrder", U256);

/// A call that only this program knows.
const LENS: [u8; 4] = function_selector!("tickToPrice", U256);

/// The book, seen by its views.
#[storage]
#[entrypoint]
pub struct BookLens {
    state: BookState,
}

#[public]
impl BookLens {
    /// Refuses everybody but the owner, and him in the middle of another call.
    fn require_owner(&self) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        LoadedVenue::open(self.vm()).map(|_| ())
    }

    // ---- Its owner ----

    /// Who may set parameters.
    pub fn owner(&self) -> Address {
        self.state.ownership().owner()
    }

    /// Who may take the ownership; zero is nobody.
    pub fn pending_owner(&self) -> Address {
        self.state.ownership().pending()
    }

    // ---- What it was made with ----

    /// The market that settles trades.
    pub fn market(&self) -> Address {
        self.state.market()
    }

    /// The program of the views.
    pub fn lens(&self) -> Address {
        self.state.lens()
    }

    /// The parameters.
    pub fn params(&self) -> BookParams {
        params_view(&store::load_params(self.vm()))
    }

    /// The price of a tick, wei of ETH for 1 FP.
    pub fn tick_to_price(&self, tick: U256) -> Outcome<U256> {
        let tick = tick_of(tick)?;
        Ok(U256::from(store::load_params(self.vm()).price(tick)?))
    }

    /// The quantity of lots, wei of FP.
    pub fn lot_to_fp(&self, lots: U256) -> Outcome<U256> {
        let lots = lots_of(lots)?;
        Ok(U256::from(store::load_params(self.vm()).quantity(lots)?))
    }

    // ---- The book ----

    /// The highest bid.
    ///
    /// # Returns
    /// - `tick`: its tick; 0 if there is none
    /// - `lots`: lots that rest there
    pub fn best_bid(&self) -> Outcome<(U256, U256)> {
        self.best(Side::Bid)
    }

    /// The lowest ask.
    ///
    /// # Returns
    /// - `tick`: its tick; 0 if there is none
    /// - `lots`: lots that rest there
    pub fn best_ask(&self) -> Outcome<(U256, U256)> {
        self.best(Side::Ask)
    }

    /// A resting order; refuses if there is none of this number.
    pub fn get_order(&self, id: U256) -> Outcome<OrderView> {
        let (venue, number) = (self.open()?, id_of(id)?);
        let (side, order) = venue.order(number)?;
        Ok(order_view(number, side, &order, self.state.now()))
    }

    /// Levels of a side from `from_tick` on, itself included, away from the middle; from the best if it is 0. At
    /// most `limit` and 100.
    ///
    /// # Returns
    /// - `list`: the levels
    /// - `next`: from where the next page is; 0 at the end
    pub fn levels(&self, is_buy: bool, from_tick: U256, limit: U256) -> Outcome<(Vec<LevelView>, U256)> {
        let (venue, limit) = (self.open()?, page(limit));
        let mut found = venue.levels(side_of(is_buy), start(from_tick)?, limit.saturating_add(1));
        let next = rest_of(&mut found, limit).map_or(U256::ZERO, |(tick, _)| U256::from(tick));
        Ok((found.iter().map(|(tick, level)| level_view(*tick, level)).collect(), next))
    }

    /// Orders of a tick in the order they are served, from `from_id` on, itself included; from the first if it is
    /// 0. At most `limit` and 100.
    ///
    /// # Returns
    /// - `list`: the orders
    /// - `next`: from where the next page is; 0 at the end
    pub fn orders_at(&self, tick: U256, from_id: U256, limit: U256) -> Outcome<(Vec<OrderView>, U256)> {
        let (venue, tick, limit) = (self.open()?, tick_of(tick)?, page(limit));
        let mut found = venue.orders_at(tick, id_of(from_id)?, limit.saturating_add(1))?;
        let next = rest_of(&mut found, limit).map_or(U256::ZERO, |(id, _)| U256::from(id));
        let (side, now) = (venue.book.side_at(tick).unwrap_or(Side::Bid), self.state.now());
        Ok((found.iter().map(|(id, order)| order_view(*id, side, order, now)).collect(), next))
    }

    /// What an order of `lots` would meet now, within 256 levels. It asks nobody, and counts orders that have
    /// expired or whose owners cannot fill them; `previewOrder` does not.
    ///
    /// # Returns
    /// - `average`: its average price, wei of ETH for 1 FP, against who trades: rounded up for who buys and down
    ///   for who sells; 0 if there is nothing
    /// - `notional`: what it is worth, wei of ETH; exact
    /// - `levelsReached`: levels it reaches
    /// - `filledLots`: lots that there are, of those asked for
    pub fn impact(&self, is_buy: bool, lots: U256) -> Outcome<(U256, U256, U256, U256)> {
        let met = self.open()?.impact(side_of(is_buy), lots_of(lots)?, IMPACT_LEVELS)?;
        Ok((
            U256::from(met.average),
            U256::from(met.notional),
            U256::from(met.levels),
            U256::from(met.filled),
        ))
    }

    /// What `placeOrder` would answer if `owner` called it now, by the same rules. The market is asked whether it
    /// could settle (`canSettle`): for each maker each trade by itself, for the owner all of the order so far at
    /// its average price. Where the market would refuse the owner's first trade, `placeOrder` reverts with its
    /// error, and this answers 6.
    ///
    /// # Returns
    /// - `orderId`: the number the resting order would have; 0 if nothing would rest
    /// - `filledLots`: lots that would be traded
    /// - `notional`: what they would be worth, wei of ETH
    /// - `stop`: why it would go no further, as of `placeOrder`
    #[allow(clippy::too_many_arguments, reason = "an order with its limits")]
    pub fn preview_order(
        &self,
        owner: Address,
        is_buy: bool,
        tick: U256,
        lots: U256,
        kind: u8,
        expiry: u64,
        max_fills: U256,
        stop_on_self: bool,
    ) -> Outcome<(U256, U256, U256, u8)> {
        let terms = Terms { is_buy, tick, lots, kind, expiry, max_fills, stop_on_self };
        let order = terms.order(owner)?;
        let mut venue = LoadedVenue::open(self.vm())?.aside();
        let (now, params, mark) = (self.state.now(), venue.params, venue.mark);
        let market = Market { vm: self.vm(), at: self.state.market(), params, mark };
        let mut asked = Asked::new(market, venue.recent(now)?.told());
        let placed = venue.place(&order, &mut asked, now);
        Ok(terms::answer(&asked.close(placed)?))
    }

    // ---- The mark ----

    /// The mid of the book as it is: the middle between what the mark's depth could be sold and bought for, wei of
    /// ETH for 1 FP; 0 if there is not that depth. One block can move it: nothing may be paid by it.
    pub fn mid(&self) -> Outcome<U256> {
        Ok(U256::from(self.open()?.mid()?.unwrap_or_default()))
    }

    /// The average of the mid over the last `period` seconds or more: since the newest snapshot that is that old,
    /// or over just these seconds if nothing was counted in them; while none is that old, since the oldest there
    /// is. What happens in one second has no part in it.
    ///
    /// # Returns
    /// - `price`: the average, wei of ETH for 1 FP, rounded down
    /// - `blindSeconds`: seconds of it without a mid, in which the last one was carried on
    /// - `span`: seconds it is taken over; 0 in the second in which the book opened
    pub fn mark_price(&self) -> Outcome<(U256, U256, U256)> {
        let average = LoadedVenue::load(self.vm()).venue.recent(self.state.now())?;
        Ok((U256::from(average.price), U256::from(average.blind), U256::from(average.span)))
    }

    /// The average of the mid over an epoch, exactly from its beginning to its end: once it is over one number for
    /// ever. Never reverts.
    ///
    /// # Returns
    /// - `price`: the average, wei of ETH for 1 FP, rounded down
    /// - `blindSeconds`: seconds of it without a mid, in which the last one was carried on
    /// - `status`: 0 ok; 1 the epoch is not over, price 0; 2 there was no mid in it and never will be: it began
    ///   before the book did, price 0, or all of it was blind, and the price is the one carried on
    pub fn average_of_epoch(&self, epoch: U256) -> (U256, U256, u8) {
        let venue = LoadedVenue::load(self.vm()).venue;
        let (price, blind, status) = match venue.average_of_epoch(bound(epoch), self.state.now()) {
            Ok(Average { price, span, blind }) => {
                let status = if blind < span { EpochStatus::Ok } else { EpochStatus::NoMid };
                (price, blind, status)
            }
            Err(refusal) => match *refusal {
                VenueError::EpochNotOver { .. } => (0, 0, EpochStatus::NotOver),
                _ => (0, 0, EpochStatus::NoMid),
            },
        };
        (U256::from(price), U256::from(blind), status as u8)
    }

    // ---- Upgrades ----

    /// Replaces the program of the views, by which the book is upgraded, too. Owner only; not in the middle of another call.
    ///
    /// # Errors
    /// - `ProgramMismatch`: it is not the lens of an order book
    /// - `NotUpgradeable`: an order book could never be upgraded again
    pub fn set_lens(&mut self, lens: Address) -> Outcome<()> {
        self.require_owner()?;
        self.state.set_lens(non_zero(lens)?);
        emit::<events::LensChanged>(self.vm(), &[address_word(lens)], &[]);
        upgrade::require_program(self.vm(), lens, &upgrade::probe(LENS)).map_err(Revert)?;
        upgrade::require_upgradeable_still(self.vm()).map_err(Revert)
    }

    /// Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version(&self) -> String {
        String::from(upgrade::UPGRADE_INTERFACE_VERSION)
    }

    /// Replaces the code: `new_implementation` is the new `floor-book`, and does `data` on what there is here, if
    /// that is not empty. `setLens(..)` for the program of the views. Owner only; not in the middle of another
    /// call.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of an order book
    /// - `NotUpgradeable`: an order book could never be upgraded again
    /// - `Reentrant`: in the middle of another call
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Outcome<()> {
        self.require_owner()?;
        let call = upgrade::probe(BOOK);
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &call).map_err(Revert)
    }
}

impl BookLens {
    /// The book; not in the middle of another call.
    fn open(&self) -> Outcome<ChainVenue> {
        Ok(LoadedVenue::open(self.vm())?.venue)
    }

    fn best(&self, side: Side) -> Outcome<(U256, U256)> {
        let venue = self.open()?;
        let Some(tick) = venue.book.best(side) else { return Ok((U256::ZERO, U256::ZERO)) };
        Ok((U256::from(tick), U256::from(venue.store.level(tick).lots)))
    }
}

/// Entries of a page.
fn page(limit: U256) -> u32 {
    bound(limit).min(PAGE)
}

/// The tick a page begins at; 0 is the best.
fn start(tick: U256) -> Outcome<u32> {
    if tick.is_zero() { Ok(0) } else { tick_of(tick) }
}

/// Cuts what is beyond a page off; the first of it, if there is any.
fn rest_of<T>(found: &mut Vec<T>, limit: u32) -> Option<T> {
    let limit = limit as usize;
    (found.len() > limit).then(|| found.split_off(limit)).and_then(|rest| rest.into_iter().next())
}
