//! The auctions of a floor market: NFTs of holders who may be liquidated, and of those who want to sell.
//!
//! Runs on the market's storage by delegatecall. Each NFT of a lot has one price, which falls by steps; whoever takes some
//! gets them first, may sell them on in a callback, and pays last. The money buys the holder's short back at the mark,
//! and what is left is cash of his account.
//!
//! An NFT is being auctioned while its record names a sale that is not over; so a sale that ends frees what is left of it
//! without going through it.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::{
    log::emit,
    raw::{self, address_word},
    roles::non_zero,
    token::transfer_in,
};
use everfloor_floor_rules::{
    Curve, FloorError,
    auction::{Bid, Cause, Taken},
};
use everfloor_floor_storage::{
    abi::{errors, events, narrow, seconds},
    desk::{Seat, number},
    layout::{Sale, Settings},
    outside,
    revert::{Outcome, Revert},
    state::{Counter, MarketState, Peer},
    store::{self, Chain, LoadedMarket, LoadedSale},
};
use stylus_sdk::{abi::Bytes, prelude::*};

sol! {
    function floorCall(address sender, uint256 owe, uint256[] ids, bytes data) external;
}

/// The longest that a voluntary sale falls, seconds.
const LONGEST_SALE: u64 = 2_592_000;

/// The market, seen by its auctions.
#[storage]
#[entrypoint]
pub struct FloorAuction {
    state: MarketState,
}

#[public]
impl FloorAuction {
    /// Offers NFTs of an account that may be liquidated, at most as many as should cure it; until `deadline`. For anybody, who
    /// gets a reward in his account out of the first NFT that is taken.
    ///
    /// # Returns
    /// - `auction`: its number
    pub fn kick(&mut self, account: Address, ids: Vec<U256>, deadline: U256) -> Outcome<U256> {
        self.open(deadline)?;
        let settings = store::settings(self.vm());
        let prices = outside::prices(self.vm(), &self.state, &settings.params.terms)?;
        let mut seat = Seat::take(&mut self.state, account)?;
        let sender = self.vm().msg_sender();
        let starter = Seat::take(&mut self.state, sender)?.save_new(&self.state)?;
        let count = number(U256::from(ids.len()))?;
        self.require_room(seat.loaded.value.id, count, &settings)?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let chain = Chain::new(vm);
        let auction = market.value.kick(
            &chain,
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
        let prices = outside::prices(self.vm(), &self.state, &settings.params.terms)?;
        let mut sale = self.running(auction)?;
        let market = LoadedMarket::load(self.vm());
        market.value.redo(&mut sale.value.auction, prices, &settings.auctions, self.state.now())?;
        sale.save(self.vm())?;
        let top = sale.value.auction.top;
        store::set_last_top(self.vm(), top);
        emit::<events::Redone>(self.vm(), &[auction], &[U256::from(top)]);
        Ok(())
    }

    /// Takes NFTs of an auction for `receiver`, each at no more than `maxPrice`; until `deadline`. `fp` of the caller's own FP
    /// pays first, at the mark, as far as the holder's short goes; then `receiver` is called (`floorCall`), if there is
    /// `data`, with the NFTs already its own; then the rest is taken in cash from the caller, who has approved the market.
    ///
    /// # Returns
    /// - `price`: what one cost, wei
    /// - `owe`: what was taken in cash, wei
    /// - `bought`: FP bought back, wei
    #[allow(clippy::too_many_arguments, reason = "what a taker says is all of this")]
    pub fn take(
        &mut self,
        auction: U256,
        ids: Vec<U256>,
        max_price: U256,
        fp: U256,
        receiver: Address,
        data: Bytes,
        deadline: U256,
    ) -> Outcome<(U256, U256, U256)> {
        self.state.require_open()?;
        self.state.require_time(deadline)?;
        non_zero(receiver)?;
        self.state.enter()?;
        let settings = store::settings(self.vm());
        let prices = outside::prices(self.vm(), &self.state, &settings.params.terms)?;
        let bid =
            Bid { nfts: number(U256::from(ids.len()))?, max_price: narrow(max_price)?, fp: narrow(fp)? };
        let taken = self.take_from(auction, &ids, &bid, |market, chain, sale, account, taker, now| {
            market.take(chain, sale, account, taker, &bid, prices, &settings.params, now)
        })?;
        let (collection, here) = (self.state.peer(Peer::Collection), self.vm().contract_address());
        for id in &ids {
            outside::move_nft(self.vm(), collection, here, receiver, *id)?;
        }
        let (sender, owe) = (self.vm().msg_sender(), U256::from(taken.owe));
        if !data.is_empty() {
            let call = floorCallCall { sender, owe, ids, data: data.to_vec().into() };
            raw::call(self.vm(), receiver, &call.abi_encode(), 256).map_err(Revert)?;
        }
        if !owe.is_zero() {
            transfer_in(self.vm(), self.state.token(), sender, owe)?;
        }
        self.state.leave();
        Ok((U256::from(taken.price), owe, U256::from(taken.bought)))
    }

    /// Ends the liquidation of an account whose owner has brought cash or FP, so that it is well covered again; the starter's
    /// reward is paid out of its cash. For anybody.
    pub fn cure(&mut self, auction: U256) -> Outcome<()> {
        self.state.require_open()?;
        self.state.require_free()?;
        let settings = store::settings(self.vm());
        let prices = outside::prices(self.vm(), &self.state, &settings.params.terms)?;
        let mut sale = self.running(auction)?;
        if sale.value.auction.cause != Cause::Liquidation {
            return Err(errors::UnknownAuction { id: auction }.into());
        }
        let vm = self.vm();
        let owner = store::owner(vm, sale.value.auction.account).address;
        let mut seat = Seat::take(&mut self.state, owner)?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let mut chain = Chain::new(vm);
        let left = sale.value.auction.nfts;
        let reward = market.value.cure(
            &mut chain,
            &mut sale.value.auction,
            &mut seat.loaded.value,
            prices,
            &settings.params,
        )?;
        chain.finish()?;
        seat.save(&self.state)?;
        market.save(vm)?;
        sale.save(vm)?;
        let starter = sale.value.starter;
        self.pay_starter(starter, reward)?;
        self.withdraw_offer(left);
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
        let chain = Chain::new(vm);
        let plain = market.value.ledger.view(&chain, &seat.loaded.value)?.fp >= 0;
        let prices = everfloor_floor_storage::desk::prices_unless(&self.state, plain, &settings)?;
        let count = number(U256::from(ids.len()))?;
        let auction = market.value.start_voluntary(
            &chain,
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
        let words = [top, reserve, U256::from(count)];
        emit::<events::VoluntaryStarted>(self.vm(), &[id, address_word(account)], &words);
        Ok(id)
    }

    /// Takes a voluntary sale back. By whoever may act for the account, at any time.
    pub fn cancel_voluntary(&mut self, auction: U256) -> Outcome<()> {
        self.state.require_free()?;
        let (mut sale, mut seat, _) = self.own_sale(auction)?;
        let left = core::mem::take(&mut sale.value.auction.nfts);
        let account = &mut seat.loaded.value;
        account.auctioned = account.auctioned.saturating_sub(left);
        seat.save(&self.state)?;
        sale.save(self.vm())?;
        emit::<events::VoluntaryCancelled>(self.vm(), &[auction], &[]);
        Ok(())
    }
}

impl FloorAuction {
    /// What every call that begins a sale asks first.
    fn open(&self, deadline: U256) -> Outcome<()> {
        self.state.require_open()?;
        self.state.require_free()?;
        self.state.require_time(deadline)
    }

    /// A sale that is not over.
    fn running(&self, auction: U256) -> Outcome<LoadedSale> {
        let sale = store::sale(self.vm(), number(auction)?);
        if sale.value.auction.nfts == 0 {
            Err(errors::UnknownAuction { id: auction }.into())
        } else {
            Ok(sale)
        }
    }

    /// A voluntary sale of an account for which the caller may act, and the price it does not fall below.
    fn own_sale(&mut self, auction: U256) -> Outcome<(LoadedSale, Seat, u128)> {
        let sale = self.running(auction)?;
        let Cause::Voluntary { reserve } = sale.value.auction.cause else {
            return Err(errors::UnknownAuction { id: auction }.into());
        };
        let owner = store::owner(self.vm(), sale.value.auction.account).address;
        Ok((sale, Seat::authorized(&mut self.state, owner)?, reserve))
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

    /// Refuses a liquidation beyond what may be offered at a time, or too soon after the last one of the account.
    fn require_room(&self, account: u32, count: u32, settings: &Settings) -> Outcome<()> {
        let offered = self.state.counter(Counter::Offered);
        let room = settings.auctions.capacity.saturating_sub(offered);
        if count > room {
            return Err(FloorError::NotEnoughNfts { asked: count, free: room }.into());
        }
        let kicked = u64::from(store::owner(self.vm(), account).kicked);
        let (next, now) = (kicked.saturating_add(settings.auctions.spacing), self.state.now());
        if kicked != 0 && now < next {
            return Err(FloorError::StillRunning { started: kicked, now }.into());
        }
        Ok(())
    }

    /// Writes a sale down and marks its NFTs, which are the account's and not offered yet; its number.
    fn write_sale(&mut self, value: Sale, seat: &mut Seat, ids: &[U256]) -> Outcome<U256> {
        let sale_number = self.state.count(Counter::Auctions)?;
        let account = seat.loaded.value.id;
        seat.save(&self.state)?;
        let vm = self.vm();
        for id in ids {
            let mut nft = store::nft(vm, *id);
            if nft.value.account != account || store::is_offered(vm, &nft.value) {
                return Err(errors::UnknownNft { id: *id }.into());
            }
            nft.value.auction = sale_number;
            nft.save(vm)?;
            emit::<events::NftOffered>(vm, &[U256::from(sale_number), *id], &[]);
        }
        let mut sale = store::sale(vm, sale_number);
        sale.value = value;
        sale.save(vm)?;
        Ok(U256::from(sale_number))
    }

    /// Applies a rule that sells NFTs of a sale, and writes everything it leaves; moves nothing.
    fn take_from(
        &mut self,
        auction: U256,
        ids: &[U256],
        bid: &Bid,
        rule: impl FnOnce(
            &mut everfloor_floor_rules::Market,
            &mut Chain<'_>,
            &mut everfloor_floor_rules::Auction,
            &mut everfloor_floor_rules::Account,
            Option<&mut everfloor_floor_rules::Account>,
            u64,
        ) -> everfloor_floor_rules::error::Result<Taken>,
    ) -> Outcome<Taken> {
        let mut sale = self.running(auction)?;
        let owner = store::owner(self.vm(), sale.value.auction.account).address;
        let mut seat = Seat::take(&mut self.state, owner)?;
        let sender = self.vm().msg_sender();
        // Whoever takes his own NFTs pays in cash.
        let pays_fp = bid.fp != 0 && sender != owner;
        let mut payer = if pays_fp { Some(Seat::take(&mut self.state, sender)?) } else { None };
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let mut chain = Chain::new(vm);
        let (listed, before) = (seat.loaded.value.nfts, sale.value.auction.nfts);
        let taken = rule(
            &mut market.value,
            &mut chain,
            &mut sale.value.auction,
            &mut seat.loaded.value,
            payer.as_mut().map(|payer| &mut payer.loaded.value),
            self.state.now(),
        )?;
        chain.finish()?;
        let (sale_number, account) = (number(auction)?, seat.loaded.value.id);
        for (gone, id) in (0..).zip(ids) {
            let mut nft = store::nft(vm, *id);
            if nft.value.account != account || nft.value.auction != sale_number {
                return Err(errors::UnknownNft { id: *id }.into());
            }
            store::unlist(vm, account, &mut nft, listed.saturating_sub(gone))?;
            let values = [U256::from(taken.price)];
            emit::<events::NftSold>(vm, &[auction, *id, address_word(sender)], &values);
        }
        seat.save(&self.state)?;
        if let Some(payer) = &mut payer {
            payer.save(&self.state)?;
        }
        market.save(vm)?;
        sale.save(vm)?;
        let is_liquidation = sale.value.auction.cause == Cause::Liquidation;
        if is_liquidation {
            self.withdraw_offer(before.saturating_sub(sale.value.auction.nfts));
        }
        let locked = self.state.counter(Counter::Nfts).saturating_sub(bid.nfts);
        self.state.set_counter(Counter::Nfts, locked);
        self.pay_starter(sale.value.starter, taken.reward)?;
        self.log_taken(auction, owner, &taken);
        Ok(taken)
    }

    /// Counts fewer NFTs as offered by liquidations.
    fn withdraw_offer(&mut self, nfts: u32) {
        let offered = self.state.counter(Counter::Offered).saturating_sub(nfts);
        self.state.set_counter(Counter::Offered, offered);
    }

    /// Puts the starter's reward into his account.
    fn pay_starter(&mut self, starter: u32, reward: u128) -> Outcome<()> {
        if reward == 0 {
            return Ok(());
        }
        let owner = store::owner(self.vm(), starter).address;
        let mut seat = Seat::take(&mut self.state, owner)?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let mut chain = Chain::new(vm);
        market.value.deposit(&mut chain, &mut seat.loaded.value, reward)?;
        chain.finish()?;
        market.save(vm)?;
        seat.save(&self.state)
    }

    fn log_taken(&self, auction: U256, owner: Address, taken: &Taken) {
        let values = [
            taken.price,
            taken.owe,
            taken.fp,
            taken.bought,
            taken.paid_to_longs,
            taken.fee,
            taken.reward,
            taken.insured,
            taken.shortfall,
            taken.ended.into(),
        ]
        .map(U256::from);
        emit::<events::Taken>(self.vm(), &[auction, address_word(owner)], &values);
    }
}
