//! What is kept up of a bid book by anybody: which offers count, and what makers earn; and what the index reads.
//!
//! Runs on the book's storage by delegatecall. What is read is exact as of this second, or refused until somebody has
//! counted (`catchUp`); counting an offer costs less than making it. The band of rewards follows the index as far as anybody
//! has it follow, and rewards wait for their owners.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use everfloor_common::{
    log::emit,
    raw::address_word,
    roles::non_zero,
    token::{transfer_in, transfer_out},
};
use everfloor_index_rules::{BidBook, BidStore, Offers, depth};
use everfloor_index_storage::{
    abi::{events, narrow, number},
    book::{self, Asks, Bids, LoadedAsks, LoadedBids, REWARDS, part},
    outside,
    revert::Outcome,
    state::{BookPeer, State},
};
use stylus_sdk::prelude::*;

/// The book, seen by its upkeep.
#[storage]
#[entrypoint]
pub struct BidUpkeep {
    state: State,
}

#[public]
impl BidUpkeep {
    // ---- What counts ----

    /// Counts bids and asks that came of age and counts out those whose cancel is due, at most `steps` of each; for anybody.
    ///
    /// # Returns
    /// - `pending`: whether some are left
    pub fn catch_up(&mut self, steps: U256) -> Outcome<bool> {
        self.state.require_free()?;
        self.count(number(steps))
    }

    /// The same, and then what `reading` answers: for the index.
    ///
    /// # Returns
    /// - `bid`: as `reading`
    /// - `ask`: as `reading`
    /// - `pending`: as `reading`
    pub fn catch_up_and_read(&mut self, steps: U256, depth: U256) -> Outcome<(U256, U256, bool)> {
        self.state.require_free()?;
        self.count(number(steps))?;
        self.reading(depth)
    }

    /// What the index rests on, as it is now.
    ///
    /// # Returns
    /// - `bid`: the price of the `depth`th unit that is bid and counts, wei; 0 if fewer do
    /// - `ask`: the lowest price of an ask that counts, wei; 0 if none does
    /// - `pending`: whether there is no saying before somebody has counted (`catchUp`); both are 0 then
    pub fn reading(&self, depth: U256) -> Outcome<(U256, U256, bool)> {
        let vm = self.vm();
        let (now, params) = (self.state.now(), book::params(vm));
        let (on_bids, on_asks) = (Bids::new(vm), Asks::new(vm));
        let [bids, asks] = [true, false].map(|bids| book::counts(vm, bids));
        if !bids.is_current(&on_bids, now, &params) || !asks.is_current(&on_asks, now, &params) {
            return Ok((U256::ZERO, U256::ZERO, true));
        }
        let bid = depth::price_of_unit(&on_bids, &bids, number(depth), now, &params)?;
        let ask = depth::binding(&on_asks, &asks, now, &params)?;
        Ok((U256::from(bid), U256::from(ask), false))
    }

    /// The price of the `depth`th unit that is bid and counts: what that many NFTs can be sold for at least, each, before the
    /// fee. 0 if fewer do.
    pub fn index_price(&self, depth: U256) -> Outcome<U256> {
        let vm = self.vm();
        let (now, params, counts) = (self.state.now(), book::params(vm), book::counts(vm, true));
        Ok(U256::from(depth::price_of_unit(&Bids::new(vm), &counts, number(depth), now, &params)?))
    }

    /// The highest bid that counts: what somebody is bound to pay for an NFT. 0 if nobody is.
    pub fn binding(&self) -> Outcome<U256> {
        self.index_price(U256::ONE)
    }

    /// The lowest ask that counts: what somebody is bound to sell an NFT for. 0 if nobody is.
    pub fn binding_ask(&self) -> Outcome<U256> {
        let vm = self.vm();
        let (now, counts) = (self.state.now(), book::counts(vm, false));
        Ok(U256::from(depth::binding(&Asks::new(vm), &counts, now, &book::params(vm))?))
    }

    /// Units that count at no less than the best bid minus `near_bps` basis points, walking past at most `most` prices and no
    /// further than it takes to find `enough`.
    ///
    /// # Returns
    /// - `units`: the units found
    /// - `isAll`: whether there are no more
    pub fn units_near(&self, near_bps: U256, most: U256, enough: U256) -> Outcome<(U256, bool)> {
        let vm = self.vm();
        let (now, params, counts) = (self.state.now(), book::params(vm), book::counts(vm, true));
        let (near, most, enough) = (number(near_bps), number(most), enough.saturating_to());
        let found = depth::units_near(&Bids::new(vm), &counts, near, most, enough, now, &params)?;
        Ok((U256::from(found.units), found.is_all))
    }

    // ---- Rewards ----

    /// Puts `amount` reward tokens, which the caller has approved, into the pot that makers are paid from.
    pub fn fund_rewards(&mut self, amount: U256) -> Outcome<()> {
        self.state.enter()?;
        let vm = self.vm();
        let (payer, now) = (vm.msg_sender(), self.state.now());
        let mut bids = LoadedBids::of(vm, &REWARDS);
        bids.value.rewards.fund(narrow(amount)?, now)?;
        bids.save(vm)?;
        let pot = U256::from(bids.value.rewards.pot);
        emit::<events::RewardsFunded>(vm, &[address_word(payer)], &[amount, pot]);
        transfer_in(vm, self.state.peer(BookPeer::Reward), payer, amount)?;
        self.state.leave();
        Ok(())
    }

    /// Moves the band in which bids earn to where the index wants it, past at most `most` prices; for anybody. Refused unless
    /// the index is fresh.
    ///
    /// # Returns
    /// - `arrived`: whether it is there
    pub fn follow_index(&mut self, most: U256) -> Outcome<bool> {
        self.state.require_free()?;
        let vm = self.vm();
        let index = outside::fresh_index(vm, self.state.peer(BookPeer::Index))?;
        let (mut bids, mut shelf) = (LoadedBids::of(vm, &REWARDS), Bids::new(vm));
        let (now, params) = (self.state.now(), book::params(vm));
        let arrived = bids.value.follow(&mut shelf, index, number(most), now, &params)?;
        shelf.finish()?;
        bids.save(vm)?;
        let words = [U256::from(index), U256::from(bids.value.rewards.band), U256::from(arrived)];
        emit::<events::BandMoved>(vm, &[], &words);
        Ok(arrived)
    }

    /// Credits the owners of bids with what these have earned up to now; those that are gone are passed over. For anybody.
    pub fn settle_rewards(&mut self, bid_ids: Vec<U256>) -> Outcome<()> {
        self.state.require_free()?;
        self.settle(bid_ids)
    }

    /// Credits the owners of these bids, then pays the caller all the rewards he is owed, to `to`. Never paused.
    ///
    /// # Returns
    /// - `amount`: what was paid, reward token units
    pub fn claim_rewards(&mut self, bid_ids: Vec<U256>, to: Address) -> Outcome<U256> {
        self.state.enter()?;
        self.settle(bid_ids)?;
        let vm = self.vm();
        let (owner, mut shelf) = (vm.msg_sender(), Bids::new(vm));
        let amount = U256::from(BidBook::claim(&mut shelf, &owner.0.0)?);
        shelf.finish()?;
        let indexed = [address_word(owner), address_word(non_zero(to)?)];
        emit::<events::RewardsClaimed>(vm, &indexed, &[amount]);
        transfer_out(vm, self.state.peer(BookPeer::Reward), to, amount)?;
        self.state.leave();
        Ok(amount)
    }
}

impl BidUpkeep {
    /// Counts at most so many bids and asks; whether some are left.
    fn count(&mut self, steps: u32) -> Outcome<bool> {
        let vm = self.vm();
        let (now, params) = (self.state.now(), book::params(vm));
        let (mut bids, mut shelf) = (LoadedBids::of(vm, &[part::BIDS]), Bids::new(vm));
        let before = bids.value.book;
        let bids_done = bids.value.book.catch_up(&mut shelf, now, &params, steps)?;
        shelf.finish()?;
        bids.save(vm)?;
        let after = bids.value.book;
        if after != before {
            emit::<events::BidsCounted>(vm, &[], &[U256::from(after.matured), U256::from(after.expired)]);
        }
        let (mut asks, mut shelf) = (LoadedAsks::of(vm, &[part::ASKS]), Asks::new(vm));
        let before = asks.value.book;
        let asks_done = asks.value.book.catch_up(&mut shelf, now, &params, steps)?;
        shelf.finish()?;
        asks.save(vm)?;
        let after = asks.value.book;
        if after != before {
            emit::<events::AsksCounted>(vm, &[], &[U256::from(after.matured), U256::from(after.expired)]);
        }
        Ok(!(bids_done && asks_done))
    }

    /// Credits the owners of those of these bids that there are.
    fn settle(&self, bid_ids: Vec<U256>) -> Outcome<()> {
        let (vm, now) = (self.vm(), self.state.now());
        let (mut bids, mut shelf) = (LoadedBids::of(vm, &REWARDS), Bids::new(vm));
        for id in bid_ids {
            let bid = shelf.offer(number(id));
            if bid.is_gone() {
                continue;
            }
            bids.value.earn(&mut shelf, number(id), now)?;
            let (owner, owed) = (address_word(bid.owner.into()), U256::from(shelf.owed(&bid.owner)));
            emit::<events::RewardsSettled>(vm, &[id, owner], &[owed]);
        }
        shelf.finish()?;
        Ok(bids.save(vm)?)
    }
}
