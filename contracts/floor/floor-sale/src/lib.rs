//! The sales of a floor market's auctions: NFTs taken, for cash, for FP, or into the bids.
//!
//! Runs on the market's storage by delegatecall. Whoever takes NFTs gets them first, may sell them on in a callback, and
//! pays last. The money buys the holder's short back at the mark, and what is left is cash of his account. `floor-auction`
//! begins the sales.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, FixedBytes, U256};
use everfloor_common::{log::emit, raw::address_word, roles::non_zero, routes, token::transfer_in};
use everfloor_floor_rules::{
    FloorError,
    auction::{Bid, Cause, Taken},
};
use everfloor_floor_storage::{
    abi::{errors, events, narrow},
    desk::{Seat, number},
    outside,
    remote::Remote,
    revert::Outcome,
    sales,
    state::{Counter, MarketState, Peer},
    store::{self, LoadedMarket},
};
use stylus_sdk::{abi::Bytes, prelude::*};

/// The market, seen by its sales.
#[storage]
#[entrypoint]
pub struct FloorSale {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorSale {
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
        let prices = outside::prices(self.vm(), &self.state, &settings.params.terms, None)?;
        let bid =
            Bid { nfts: number(U256::from(ids.len()))?, max_price: narrow(max_price)?, fp: narrow(fp)? };
        let buyer = self.vm().msg_sender();
        let taken =
            self.take_from(auction, &ids, &bid, buyer, |market, books, sale, account, taker, now| {
                market.take(books, sale, account, taker, &bid, prices, &settings.params, now)
            })?;
        let (collection, here) = (self.state.peer(Peer::Collection), self.vm().contract_address());
        for id in &ids {
            outside::move_nft(self.vm(), collection, here, receiver, *id)?;
        }
        let (sender, owe) = (self.vm().msg_sender(), U256::from(taken.owe));
        if !data.is_empty() {
            outside::call_back(self.vm(), receiver, sender, owe, &ids, &data)?;
        }
        if !owe.is_zero() {
            transfer_in(self.vm(), self.state.token(), sender, owe)?;
        }
        self.state.leave();
        Ok((U256::from(taken.price), owe, U256::from(taken.bought)))
    }

    /// Sells NFTs of an auction into the best bids for any NFT of the market, `maxBids` of them at most, if they pay at least
    /// the auction's price for each; until `deadline`. For anybody. The proofs say that the NFTs are of the market, one for
    /// each; a market of the whole collection needs none.
    ///
    /// # Returns
    /// - `price`: what one brought, wei, rounded down; the rest goes to the reserve
    /// - `bought`: FP bought back, wei
    pub fn take_into_bids(
        &mut self,
        auction: U256,
        ids: Vec<U256>,
        proofs: Vec<Vec<FixedBytes<32>>>,
        max_bids: U256,
        deadline: U256,
    ) -> Outcome<(U256, U256)> {
        self.state.require_open()?;
        self.state.require_time(deadline)?;
        self.state.enter()?;
        let settings = store::settings(self.vm());
        let prices = outside::prices(self.vm(), &self.state, &settings.params.terms, None)?;
        let least = sales::running(&self.state, auction)?.value.auction.price(self.state.now())?;
        // What the bids pay must be known before anything is worked out, so this is asked first: nobody comes in meanwhile,
        // and NFTs that the auction does not offer revert the call below.
        let (nfts, here) = (number(U256::from(ids.len()))?, self.vm().contract_address());
        let proceeds = outside::sell(self.vm(), &self.state, &ids, proofs, least, max_bids, deadline, here)?;
        let price = proceeds.checked_div(nfts.into()).ok_or(FloorError::ZeroAmount)?;
        let rest = proceeds.checked_rem(nfts.into()).unwrap_or(0);
        let bid = Bid { nfts, max_price: price, fp: 0 };
        let bids = self.state.peer(Peer::Bids);
        let taken = self.take_from(auction, &ids, &bid, bids, |market, books, sale, account, taker, _| {
            market.vault.endow(rest)?;
            market.take_at(books, sale, account, taker, &bid, price, prices, &settings.params)
        })?;
        self.state.leave();
        Ok((U256::from(price), U256::from(taken.bought)))
    }
}

routes!(FloorSale {
    "take"(U256, Vec<U256>, U256, U256, Address, Bytes, U256) => take;
    "takeIntoBids"(U256, Vec<U256>, Vec<Vec<FixedBytes<32>>>, U256, U256) => take_into_bids;
});

impl FloorSale {
    /// Applies a rule that sells NFTs of a sale, and writes everything it leaves; moves nothing.
    fn take_from(
        &mut self,
        auction: U256,
        ids: &[U256],
        bid: &Bid,
        buyer: Address,
        rule: impl FnOnce(
            &mut everfloor_floor_rules::Market,
            &mut Remote<'_>,
            &mut everfloor_floor_rules::Auction,
            &mut everfloor_floor_rules::Account,
            Option<&mut everfloor_floor_rules::Account>,
            u64,
        ) -> everfloor_floor_rules::error::Result<Taken>,
    ) -> Outcome<Taken> {
        let mut sale = sales::running(&self.state, auction)?;
        let owner = store::owner(self.vm(), sale.value.auction.account).address;
        let mut seat = Seat::take(&mut self.state, owner)?;
        let sender = self.vm().msg_sender();
        // Whoever takes his own NFTs pays in cash.
        let pays_fp = bid.fp != 0 && sender != owner;
        let mut payer = if pays_fp { Some(Seat::take(&mut self.state, sender)?) } else { None };
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let mut books = Remote::new(&self.state);
        let (listed, before) = (seat.loaded.value.nfts, sale.value.auction.nfts);
        let taken = rule(
            &mut market.value,
            &mut books,
            &mut sale.value.auction,
            &mut seat.loaded.value,
            payer.as_mut().map(|payer| &mut payer.loaded.value),
            self.state.now(),
        )?;
        let (sale_number, account) = (number(auction)?, seat.loaded.value.id);
        for (gone, id) in (0..).zip(ids) {
            let mut nft = store::nft(vm, *id);
            if nft.value.account != account || nft.value.auction != sale_number {
                return Err(errors::UnknownNft { id: *id }.into());
            }
            store::unlist(vm, account, &mut nft, listed.saturating_sub(gone))?;
            let values = [U256::from(taken.price)];
            emit::<events::NftSold>(vm, &[auction, *id, address_word(buyer)], &values);
        }
        seat.save(&self.state)?;
        if let Some(payer) = &mut payer {
            payer.save(&self.state)?;
        }
        market.save(vm)?;
        sale.save(vm)?;
        let is_liquidation = sale.value.auction.cause == Cause::Liquidation;
        if is_liquidation {
            sales::withdraw_offer(&mut self.state, before.saturating_sub(sale.value.auction.nfts));
        }
        let locked = self.state.counter(Counter::Nfts).saturating_sub(bid.nfts);
        self.state.set_counter(Counter::Nfts, locked);
        sales::pay_starter(&mut self.state, sale.value.starter, taken.reward)?;
        self.log_taken(auction, owner, &taken);
        Ok(taken)
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
