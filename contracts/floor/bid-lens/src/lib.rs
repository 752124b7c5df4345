//! A bid book as it is: what it was made with, bids and asks one by one and in lists, quotes, what is owed.
//!
//! Runs on the book's storage by delegatecall and writes nothing. Calls it does not know go on to `bid-admin`.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use everfloor_index_rules::{
    Account, BidBook, BidStore, Level, Offer, Offers, Order,
    asks::AskStore,
    offers::{self, Set, Side, best, live, next_worse},
};
use everfloor_index_storage::{
    abi::{
        book_params_view, narrow, number, offer_view,
        views::{
            BidBookParams, BidBookPeers, BidBookPrograms, BidBookView, LevelView, MakerRewardsView, OfferView,
        },
    },
    book::{self, Asks, Bids, LoadedAsks, LoadedBids, REWARDS, Shelf, Ticks, part},
    revert::Outcome,
    state::{BookPeer, State},
};
use everfloor_math::add_u128;
use stylus_sdk::{ArbResult, prelude::*};

/// Entries a page has at most.
const PAGE: u32 = 100;

/// The book, seen by its views.
#[storage]
#[entrypoint]
pub struct BidLens {
    state: State,
}

#[public]
impl BidLens {
    // ---- The contract ----

    /// Who governs.
    pub fn owner(&self) -> Address {
        self.state.ownership().owner()
    }

    /// Who may take the ownership; zero is nobody.
    pub fn pending_owner(&self) -> Address {
        self.state.ownership().pending()
    }

    /// Who may pause new bids and asks; zero is nobody.
    pub fn guardian(&self) -> Address {
        self.state.guardian().get()
    }

    /// What the book is for, and whom it deals with.
    pub fn peers(&self) -> BidBookPeers {
        BidBookPeers {
            collection: self.state.peer(BookPeer::Collection),
            cash: self.state.cash(),
            rewardToken: self.state.peer(BookPeer::Reward),
            treasury: self.state.peer(BookPeer::Treasury),
        }
    }

    /// The index that the band of rewards follows; zero is none.
    pub fn index(&self) -> Address {
        self.state.peer(BookPeer::Index)
    }

    /// The root of the market's NFTs; zero is the whole collection.
    pub fn root(&self) -> B256 {
        self.state.market()
    }

    /// The programs behind the book.
    pub fn programs(&self) -> BidBookPrograms {
        BidBookPrograms {
            asks: self.state.peer(BookPeer::AsksProgram),
            upkeep: self.state.peer(BookPeer::UpkeepProgram),
            lens: self.state.peer(BookPeer::LensProgram),
            admin: self.state.peer(BookPeer::AdminProgram),
        }
    }

    /// What the book was made with.
    pub fn params(&self) -> BidBookParams {
        book_params_view(&book::params(self.vm()))
    }

    /// The book as it is now.
    pub fn book_state(&self) -> Outcome<BidBookView> {
        let vm = self.vm();
        let (now, params) = (self.state.now(), book::params(vm));
        let (on_bids, on_asks) = (Bids::new(vm), Asks::new(vm));
        let bids = LoadedBids::of(vm, &[part::BIDS, part::BID_FEES]).value;
        let asks = LoadedAsks::of(vm, &[part::ASKS, part::ASK_FEES]).value;
        let price = |tick: Option<u32>| tick.map_or(Ok(0), |tick| params.price(tick));
        let current =
            bids.book.is_current(&on_bids, now, &params) && asks.book.is_current(&on_asks, now, &params);
        Ok(BidBookView {
            bidsMade: U256::from(bids.book.offers),
            bidCancels: U256::from(bids.book.requested),
            escrow: U256::from(bids.book.escrow),
            bestBid: U256::from(price(best(&on_bids, Set::Live))?),
            asksMade: U256::from(asks.book.offers),
            askCancels: U256::from(asks.book.requested),
            nfts: U256::from(asks.book.escrow),
            bestAsk: U256::from(price(best(&on_asks, Set::Live))?),
            fees: U256::from(add_u128(bids.fees, asks.fees)?),
            countsPending: !current,
            entryPaused: self.state.is_paused(),
        })
    }

    // ---- Offers ----

    /// A bid.
    pub fn bid(&self, id: U256) -> Outcome<OfferView> {
        let (vm, id) = (self.vm(), number(id));
        offer_view(id, &live(&Bids::new(vm), id)?, U256::ZERO, &book::params(vm))
    }

    /// An ask.
    pub fn ask(&self, id: U256) -> Outcome<OfferView> {
        let (vm, id, asks) = (self.vm(), number(id), Asks::new(self.vm()));
        offer_view(id, &live(&asks, id)?, asks.token(id), &book::params(vm))
    }

    /// Bids in the order in which they are sold into, from the bid `cursor` on (0 for the first), at most `limit` and 100.
    ///
    /// # Returns
    /// - `list`: the bids
    /// - `next`: the cursor of the next page; 0 at the end
    pub fn bids(&self, cursor: U256, limit: U256) -> Outcome<(Vec<OfferView>, U256)> {
        let shelf = Bids::new(self.vm());
        self.views(&queued(&shelf, number(cursor), number(limit))?, |_| U256::ZERO)
    }

    /// Asks, the cheapest first, from the ask `cursor` on (0 for the first), at most `limit` and 100.
    ///
    /// # Returns
    /// - `list`: the asks
    /// - `next`: the cursor of the next page; 0 at the end
    pub fn asks(&self, cursor: U256, limit: U256) -> Outcome<(Vec<OfferView>, U256)> {
        let shelf = Asks::new(self.vm());
        self.views(&queued(&shelf, number(cursor), number(limit))?, |id| shelf.token(id))
    }

    /// Bids of an owner among those of the numbers from `from` on, of which `limit` and 100 are looked at.
    ///
    /// # Returns
    /// - `list`: the bids
    /// - `next`: from where the next page is; 0 at the end
    pub fn bids_of(&self, owner: Address, from: U256, limit: U256) -> Outcome<(Vec<OfferView>, U256)> {
        let made = book::counts(self.vm(), true).offers;
        let found = owned(&Bids::new(self.vm()), &owner.0.0, number(from), number(limit), made);
        self.views(&found, |_| U256::ZERO)
    }

    /// Asks of an owner among those of the numbers from `from` on, of which `limit` and 100 are looked at.
    ///
    /// # Returns
    /// - `list`: the asks
    /// - `next`: from where the next page is; 0 at the end
    pub fn asks_of(&self, owner: Address, from: U256, limit: U256) -> Outcome<(Vec<OfferView>, U256)> {
        let (made, shelf) = (book::counts(self.vm(), false).offers, Asks::new(self.vm()));
        let found = owned(&shelf, &owner.0.0, number(from), number(limit), made);
        self.views(&found, |id| shelf.token(id))
    }

    /// Prices with bids, the highest first, below the tick `cursor` (0 for all), at most `limit` and 100.
    ///
    /// # Returns
    /// - `list`: the prices
    /// - `next`: the cursor of the next page; 0 at the end
    pub fn bid_levels(&self, cursor: U256, limit: U256) -> Outcome<(Vec<LevelView>, U256)> {
        self.levels(&Bids::new(self.vm()), number(cursor), number(limit))
    }

    /// Prices with asks, the lowest first, above the tick `cursor` (0 for all), at most `limit` and 100.
    ///
    /// # Returns
    /// - `list`: the prices
    /// - `next`: the cursor of the next page; 0 at the end
    pub fn ask_levels(&self, cursor: U256, limit: U256) -> Outcome<(Vec<LevelView>, U256)> {
        self.levels(&Asks::new(self.vm()), number(cursor), number(limit))
    }

    // ---- Quotes ----

    /// What selling up to `quantity` NFTs for at least `min_price` each, before the fee, into at most `max_bids` bids would
    /// bring now.
    ///
    /// # Returns
    /// - `units`: how many could be sold
    /// - `paid`: what the seller would get, wei
    /// - `fee`: what the protocol would keep, wei
    pub fn quote_sell(&self, quantity: U256, min_price: U256, max_bids: U256) -> Outcome<(U256, U256, U256)> {
        let vm = self.vm();
        let (units, most) = (number(quantity), number(max_bids));
        let order = Order { units, least: 1, limit: narrow(min_price)?, most };
        let sale = BidBook::quote(&Bids::new(vm), &order, &book::params(vm))?;
        Ok((U256::from(sale.units), U256::from(sale.net()?), U256::from(sale.fee)))
    }

    /// What buying the cheapest `quantity` NFTs would cost now.
    ///
    /// # Returns
    /// - `cost`: wei
    pub fn quote_buy(&self, quantity: U256) -> Outcome<U256> {
        let (vm, units) = (self.vm(), number(quantity));
        let order = Order { units, least: units, limit: u128::MAX, most: units };
        let fills = offers::quote(&Asks::new(vm), &order, &book::params(vm))?;
        let cost = fills.iter().try_fold(0, |cost, fill| add_u128(cost, fill.price))?;
        Ok(U256::from(cost))
    }

    // ---- Rewards and claims ----

    /// The rewards of makers now.
    pub fn rewards(&self) -> Outcome<MakerRewardsView> {
        let mut rewards = LoadedBids::of(self.vm(), &REWARDS).value.rewards;
        rewards.accrue(self.state.now())?;
        Ok(MakerRewardsView {
            pot: U256::from(rewards.pot),
            rate: U256::from(rewards.rate),
            units: U256::from(rewards.units),
            band: U256::from(rewards.band),
            growth: U256::from(rewards.growth),
        })
    }

    /// What bids, each named once, have earned up to now and not been credited with, together, reward token units.
    pub fn earned(&self, bid_ids: Vec<U256>) -> Outcome<U256> {
        let mut bids = LoadedBids::of(self.vm(), &REWARDS).value;
        let mut glance = Glance { shelf: Bids::new(self.vm()), earned: 0 };
        for id in bid_ids {
            bids.earn(&mut glance, number(id), self.state.now())?;
        }
        Ok(U256::from(glance.earned))
    }

    /// What an account may claim.
    ///
    /// # Returns
    /// - `cash`: by `claimCash`, wei
    /// - `rewards`: by `claimRewards`, reward token units, beside what its bids have earned and not been credited with
    pub fn claimable(&self, account: Address) -> (U256, U256) {
        let owed = book::owed(self.vm(), &account.0.0);
        (U256::from(owed.cash), U256::from(owed.rewards))
    }

    /// Hands every other call to the administration.
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.state.forward(BookPeer::AdminProgram, calldata)
    }
}

/// Some offers, and from where more are; 0 is no more.
struct Page {
    list: Vec<(u32, Offer)>,
    next: u32,
}

/// Offers in the order of their queues, from one on; 0 is the best.
fn queued<const BIDS: bool>(shelf: &Shelf<'_, BIDS>, cursor: u32, limit: u32) -> Outcome<Page> {
    let (mut list, mut tick) = (Vec::new(), best(shelf, Set::Live));
    let mut next = tick.map_or(0, |tick| shelf.level(tick).head);
    if cursor != 0 {
        (next, tick) = (cursor, Some(live(shelf, cursor)?.tick));
    }
    while next != 0 && list.len() < limit.min(PAGE) as usize {
        let offer = shelf.offer(next);
        list.push((next, offer));
        next = offer.links.next;
        if next == 0 {
            tick = tick.and_then(|tick| next_worse(shelf, Set::Live, tick));
            next = tick.map_or(0, |tick| shelf.level(tick).head);
        }
    }
    Ok(Page { list, next })
}

/// Offers of an owner among some numbers.
fn owned<const BIDS: bool>(
    shelf: &Shelf<'_, BIDS>,
    owner: &Account,
    from: u32,
    limit: u32,
    made: u32,
) -> Page {
    let from = from.max(1);
    let end = from.saturating_add(limit.min(PAGE)).min(made.saturating_add(1));
    let numbered = (from..end).map(|id| (id, shelf.offer(id)));
    let list = numbered.filter(|(_, offer)| !offer.is_gone() && offer.owner == *owner).collect();
    Page { list, next: if end <= made { end } else { 0 } }
}

impl BidLens {
    fn views(&self, page: &Page, token: impl Fn(u32) -> U256) -> Outcome<(Vec<OfferView>, U256)> {
        let params = book::params(self.vm());
        let view = |(id, offer): &(u32, Offer)| offer_view(*id, offer, token(*id), &params);
        let list = page.list.iter().map(view).collect::<Outcome<_>>()?;
        Ok((list, U256::from(page.next)))
    }

    fn levels<const BIDS: bool>(
        &self,
        shelf: &Shelf<'_, BIDS>,
        cursor: u32,
        limit: u32,
    ) -> Outcome<(Vec<LevelView>, U256)> {
        let params = book::params(self.vm());
        let after =
            |tick| if tick == 0 { best(shelf, Set::Live) } else { next_worse(shelf, Set::Live, tick) };
        let (mut list, mut last) = (Vec::new(), cursor);
        while let Some(tick) = after(last).filter(|_| list.len() < limit.min(PAGE) as usize) {
            let Level { head, earning, counted, .. } = shelf.level(tick);
            list.push(LevelView {
                tick: U256::from(tick),
                price: U256::from(params.price(tick)?),
                counted: U256::from(counted),
                earning: U256::from(earning),
                first: U256::from(head),
            });
            last = tick;
        }
        let next = if after(last).is_some() { U256::from(last) } else { U256::ZERO };
        Ok((list, next))
    }
}

/// Bids as they are, with nobody owed anything: what is written to them is forgotten, but for what is owed.
struct Glance<'a> {
    shelf: Bids<'a>,
    earned: u128,
}

impl<'a> Offers for Glance<'a> {
    type Ticks = Ticks<'a>;
    const SIDE: Side = Side::Bid;

    fn offer(&self, id: u32) -> Offer {
        self.shelf.offer(id)
    }

    fn set_offer(&mut self, _: u32, _: Offer) {}

    fn level(&self, tick: u32) -> Level {
        self.shelf.level(tick)
    }

    fn set_level(&mut self, _: u32, _: Level) {}

    fn request(&self, number: u32) -> u32 {
        self.shelf.request(number)
    }

    fn set_request(&mut self, _: u32, _: u32) {}

    fn ticks(&self, set: Set) -> &Ticks<'a> {
        self.shelf.ticks(set)
    }

    fn ticks_mut(&mut self, set: Set) -> &mut Ticks<'a> {
        self.shelf.ticks_mut(set)
    }
}

impl BidStore for Glance<'_> {
    fn owed(&self, _: &Account) -> u128 {
        self.earned
    }

    fn set_owed(&mut self, _: &Account, amount: u128) {
        self.earned = amount;
    }
}
