//! The auctions of a floor market, begun and ended: NFTs of holders who may be liquidated, and of those who want to sell.
//!
//! Runs on the market's storage by delegatecall, and begins and ends sales; `floor-sale` sells. Each NFT of a lot has one
//! price, which falls by steps.
//!
//! An NFT is being auctioned while its record names a sale that is not over; so a sale that ends frees what is left of it
//! without going through it.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use everfloor_common::{log::emit, raw::address_word, routes};
use everfloor_floor_rules::{Books as _, Curve, FloorError, auction::Cause};
use everfloor_floor_storage::{
    abi::{errors, events, narrow, seconds},
    desk::{Seat, number, prices_unless, require_room},
    layout::Sale,
    outside,
    remote::Remote,
    revert::Outcome,
    sales,
    state::{Counter, MarketState},
    store::{self, LoadedMarket, LoadedSale},
};
use stylus_sdk::prelude::*;

/// The longest that a voluntary sale falls, seconds.
const LONGEST_SALE: u64 = 2_592_000;

/// The market, seen by its auctions.
#[storage]
#[entrypoint]
pub struct FloorAuction {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorAuction {
    /// Offers NFTs of an account that may be liquidated, at most as many as should cure it; until `deadline`. For anybody, who
    /// gets a reward in his account out of the first NFT that is taken.
    ///
    /// # Returns
    /// - `auction`: its number
    pub fn kick(&mut self, account: Address, ids: Vec<U256>, deadline: U256) -> Outcome<U256> {
        self.open(deadline)?;
        let settings = store::settings(self.vm());
        let prices = outside::prices(self.vm(), &self.state, &settings.params.terms, None)?;
        let mut seat = Seat::take(&mut self.state, account)?;
        let sender = self.vm().msg_sender();
        let starter = Seat::take(&mut self.state, sender)?.save_new(&self.state)?;
        let count = number(U256::from(ids.len()))?;
        require_room(&self.state, seat.loaded.value.id, count, &settings)?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let books = Remote::new(&self.state);
        let auction = market.value.kick(
            &books,
            &mut seat.loaded.value,
            count,
            prices,
            &settings.params,
            &settings.auctions,
            store::last_top(vm),
            self.state.now(),
        )?;
        market.save(vm)?;
        store::set_last_top(vm, auction.top);
        store::set_kicked(vm, seat.loaded.value.id, u32::try_from(self.state.now()).unwrap_or(u32::MAX))?;
        let offered = self.state.counter(Counter::Offered).saturating_add(count);
        self.state.set_counter(Counter::Offered, offered);
        let id = self.write_sale(Sale { auction, starter }, &mut seat, &ids)?;
        let words = [auction.top, auction.nfts.into(), auction.reward].map(U256::from);
        emit::<events::Kicked>(self.vm(), &[id, address_word(account), address_word(sender)], &words);
        Ok(id)
    }

    /// Begins an auction anew that has run its time, at the present index. For anybody.
    pub fn redo(&mut self, auction: U256) -> Outcome<()> {
        self.state.require_open()?;
        self.state.require_free()?;
        let settings = store::settings(self.vm());
        let prices = outside::prices(self.vm(), &self.state, &settings.params.terms, None)?;
        let mut sale = sales::running(&self.state, auction)?;
        let market = LoadedMarket::load(self.vm());
        market.value.redo(&mut sale.value.auction, prices, &settings.auctions, self.state.now())?;
        sale.save(self.vm())?;
        let top = sale.value.auction.top;
        store::set_last_top(self.vm(), top);
        emit::<events::Redone>(self.vm(), &[auction], &[U256::from(top)]);
        Ok(())
    }

    /// Ends the liquidation of an account whose owner has brought cash or FP, so that it is well covered again; the starter's
    /// reward is paid out of its cash. For anybody.
    pub fn cure(&mut self, auction: U256) -> Outcome<()> {
        self.state.require_open()?;
        self.state.require_free()?;
        let settings = store::settings(self.vm());
        let prices = outside::prices(self.vm(), &self.state, &settings.params.terms, None)?;
        let mut sale = sales::running(&self.state, auction)?;
        if sale.value.auction.cause != Cause::Liquidation {
            return Err(errors::UnknownAuction { id: auction }.into());
        }
        let vm = self.vm();
        let owner = store::owner(vm, sale.value.auction.account).address;
        let mut seat = Seat::take(&mut self.state, owner)?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let mut books = Remote::new(&self.state);
        let left = sale.value.auction.nfts;
        let reward = market.value.cure(
            &mut books,
            &mut sale.value.auction,
            &mut seat.loaded.value,
            prices,
            &settings.params,
        )?;
        seat.save(&self.state)?;
        market.save(vm)?;
        sale.save(vm)?;
        let starter = sale.value.starter;
        sales::pay_starter(&mut self.state, starter, reward)?;
        sales::withdraw_offer(&mut self.state, left);
        emit::<events::Cured>(self.vm(), &[auction, address_word(owner)], &[U256::from(reward)]);
        Ok(())
    }

    /// Offers NFTs of an account at its owner's wish, from `top` down to `reserve` in steps of `step` seconds that each leave
    /// `cut` (ray) of the price; until `deadline`. What they bring at least must leave the account well covered. No price is
    /// asked for if the account is short of nothing.
    ///
    /// # Returns
    /// - `auction`: its number
    #[allow(clippy::too_many_arguments, reason = "what a seller says is all of this")]
    pub fn start_voluntary(
        &mut self,
        account: Address,
        ids: Vec<U256>,
        top: U256,
        reserve: U256,
        step: U256,
        cut: U256,
        deadline: U256,
    ) -> Outcome<U256> {
        self.open(deadline)?;
        let mut seat = Seat::authorized(&mut self.state, account)?;
        let settings = store::settings(self.vm());
        let curve = self.voluntary_curve(seconds(step), narrow(cut)?)?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let books = Remote::new(&self.state);
        let plain = books.view(&market.value.ledger, &seat.loaded.value)?.fp >= 0;
        let prices = prices_unless(&self.state, plain, &settings, None)?;
        let count = number(U256::from(ids.len()))?;
        let auction = market.value.start_voluntary(
            &books,
            &mut seat.loaded.value,
            count,
            (narrow(top)?, narrow(reserve)?),
            curve,
            prices,
            &settings.params,
            &settings.auctions,
            self.state.now(),
        )?;
        market.save(vm)?;
        let id = self.write_sale(Sale { auction, starter: 0 }, &mut seat, &ids)?;
        let words = [top, reserve, U256::from(count), step, cut];
        emit::<events::VoluntaryStarted>(self.vm(), &[id, address_word(account)], &words);
        Ok(id)
    }

    /// Lowers the price that a voluntary sale does not fall below; until `deadline`. By whoever may act for the account. What
    /// the NFTs bring at least must still leave it well covered.
    pub fn lower_reserve(&mut self, auction: U256, reserve: U256, deadline: U256) -> Outcome<()> {
        self.open(deadline)?;
        let (mut sale, seat) = self.own_sale(auction)?;
        let settings = store::settings(self.vm());
        let vm = self.vm();
        let (market, books) = (LoadedMarket::load(vm), Remote::new(&self.state));
        let plain = books.view(&market.value.ledger, &seat.loaded.value)?.fp >= 0;
        let prices = prices_unless(&self.state, plain, &settings, None)?;
        let (account, least) = (&seat.loaded.value, narrow(reserve)?);
        market.value.lower_reserve(
            &books,
            &mut sale.value.auction,
            account,
            least,
            prices,
            &settings.params,
        )?;
        sale.save(vm)?;
        emit::<events::ReserveLowered>(vm, &[auction], &[reserve]);
        Ok(())
    }

    /// Takes a voluntary sale back. By whoever may act for the account, at any time.
    pub fn cancel_voluntary(&mut self, auction: U256) -> Outcome<()> {
        self.state.require_free()?;
        let (mut sale, mut seat) = self.own_sale(auction)?;
        let left = core::mem::take(&mut sale.value.auction.nfts);
        let account = &mut seat.loaded.value;
        account.auctioned = account.auctioned.saturating_sub(left);
        seat.save(&self.state)?;
        sale.save(self.vm())?;
        emit::<events::VoluntaryCancelled>(self.vm(), &[auction], &[]);
        Ok(())
    }
}

routes!(FloorAuction {
    "kick"(Address, Vec<U256>, U256) => kick;
    "redo"(U256) => redo;
    "cure"(U256) => cure;
    "startVoluntary"(Address, Vec<U256>, U256, U256, U256, U256, U256) => start_voluntary;
    "lowerReserve"(U256, U256, U256) => lower_reserve;
    "cancelVoluntary"(U256) => cancel_voluntary;
});

impl FloorAuction {
    /// What every call that begins a sale asks first.
    fn open(&self, deadline: U256) -> Outcome<()> {
        self.state.require_open()?;
        self.state.require_free()?;
        self.state.require_time(deadline)
    }

    /// A voluntary sale of an account for which the caller may act.
    fn own_sale(&mut self, auction: U256) -> Outcome<(LoadedSale, Seat)> {
        let sale = sales::running(&self.state, auction)?;
        if sale.value.auction.cause == Cause::Liquidation {
            return Err(errors::UnknownAuction { id: auction }.into());
        }
        let owner = store::owner(self.vm(), sale.value.auction.account).address;
        Ok((sale, Seat::authorized(&mut self.state, owner)?))
    }

    /// How the price of a voluntary sale falls: within sane bounds, and never to be begun anew.
    fn voluntary_curve(&self, step: u64, cut: u128) -> Outcome<Curve> {
        let (most, ray) = (86_400, everfloor_floor_rules::curve::RAY);
        if !(60..=most).contains(&step) {
            return Err(FloorError::ParameterOutOfBounds { index: 0, value: step.into() }.into());
        }
        if !(ray / 2..=ray).contains(&cut) {
            return Err(FloorError::ParameterOutOfBounds { index: 1, value: cut }.into());
        }
        Ok(Curve { step, cut, tail: LONGEST_SALE, cusp: 0 })
    }

    /// Writes a sale down and marks its NFTs, which are the account's and not offered yet; its number.
    fn write_sale(&mut self, value: Sale, seat: &mut Seat, ids: &[U256]) -> Outcome<U256> {
        let sale_number = self.state.count(Counter::Auctions)?;
        let account = seat.loaded.value.id;
        seat.save(&self.state)?;
        let vm = self.vm();
        // Before its NFTs: one that is named twice is offered already the second time.
        let mut sale = store::sale(vm, sale_number);
        sale.value = value;
        sale.save(vm)?;
        for id in ids {
            let mut nft = store::nft(vm, *id);
            if nft.value.account != account || store::is_offered(vm, &nft.value) {
                return Err(errors::UnknownNft { id: *id }.into());
            }
            nft.value.auction = sale_number;
            nft.save(vm)?;
            emit::<events::NftOffered>(vm, &[U256::from(sale_number), *id], &[]);
        }
        Ok(U256::from(sale_number))
    }
}
