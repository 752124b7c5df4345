//! The end of a floor market: one price, redemption, sales, claims.
//!
//! Runs on the market's storage by delegatecall. The market's owner shuts it, or anybody when no epoch has had
//! prices for a long time, so that nobody's way out depends on somebody. From then on nothing is traded, paid or
//! liquidated. Holders pay for their shorts and take their NFTs while there is time for it; what they leave is
//! sold at a price that falls; accounts are closed and paid out (`everfloor_floor_rules::shutdown` says who gets
//! what). All of that is done by anybody, for one account at a time, and nothing of it can be paused.
//!
//! Auctions that run when the market is shut are over: their NFTs are their holders' like all others.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use everfloor_common::{log::emit, raw::address_word, roles::non_zero, routes, token::transfer_in};
use everfloor_floor_rules::{FloorError, Params, Shutdown};
use everfloor_floor_storage::{
    abi::{errors, events, narrow},
    desk::{epochs_over, number, require_operator},
    layout::Closed,
    outside,
    remote::Remote,
    revert::Outcome,
    state::{Counter, MarketState, Peer},
    store::{self, LoadedAccount, LoadedEnd, LoadedMarket},
};
use stylus_sdk::{abi::Bytes, host::VM, prelude::*};

/// For how long holders redeem, seconds.
pub const REDEMPTION: u64 = 1_209_600;

/// How long no epoch must have had prices before anybody may shut the market, seconds.
pub const ABANDONED: u64 = 2_592_000;

/// What must be left for asking index and venue, each twice: nobody makes them silent by leaving them too little.
const ORACLE_GAS: u64 = 10_000_000;

/// The market, seen by its end.
#[storage]
#[entrypoint]
pub struct FloorEnd {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorEnd {
    /// Shuts the market for good, when all payments that can be made are made. Owner only; but anybody when no
    /// epoch has had prices for 30 days. One FP is worth what it tracks at the index's recent average; or if that
    /// is not fresh, at the last average there was a payment by.
    ///
    /// # Returns
    /// - `price`: what one FP is worth, wei
    pub fn shut_down(&mut self) -> Outcome<U256> {
        self.state.require_open()?;
        self.state.require_free()?;
        let vm = self.vm();
        let left = vm.evm_gas_left();
        if left < ORACLE_GAS {
            return Err(
                errors::TooLittleGas { left: U256::from(left), needed: U256::from(ORACLE_GAS) }.into()
            );
        }
        let (params, now) = (store::trading_settings(vm).params, self.state.now());
        self.require_paid(&params)?;
        if self.state.ownership().only_owner().is_err() {
            self.require_abandoned(&params)?;
        }
        let index = self.final_index(&params)?;
        let market = LoadedMarket::load(vm);
        let price = params.terms.payoff(index);
        let until = now.saturating_add(REDEMPTION);
        let mut end = store::end(vm);
        end.value = Shutdown::begin(&market.value, price, until)?;
        end.save(vm)?;
        let unclosed = I256::try_from(end.value.unclosed).unwrap_or_default().into_raw();
        let words = [U256::from(index), U256::from(price), U256::from(until), unclosed];
        emit::<events::MarketShutDown>(vm, &[address_word(vm.msg_sender())], &words);
        self.state.set_shut();
        Ok(U256::from(price))
    }

    /// Gives NFTs of `account` to `to`; until `deadline`. What the account still owes for all of its short is
    /// taken from the caller first, at most `mostPaid`, in the time in which holders redeem; after that only what
    /// is paid for, or was never owed for, leaves. Many NFTs are taken in parts: the first pays, and may take
    /// none.
    ///
    /// # Returns
    /// - `paid`: what was taken from the caller, wei
    pub fn redeem(
        &mut self,
        account: Address,
        ids: Vec<U256>,
        most_paid: U256,
        to: Address,
        deadline: U256,
    ) -> Outcome<U256> {
        self.state.require_time(deadline)?;
        non_zero(to)?;
        let mut estate = Estate::open(&mut self.state)?;
        require_operator(&self.state, account)?;
        let vm = self.vm();
        let mut loaded = store::account(vm, account);
        let (listed, now) = (loaded.value.nfts, self.state.now());
        let count = number(U256::from(ids.len()))?;
        let Estate { market, end } = &mut estate;
        let mut remote = Remote::new(&self.state);
        let paid = end
            .value
            .redeem(&mut market.value, &mut remote, &mut loaded.value, count, now)
            .map(U256::from)?;
        if paid > most_paid {
            return Err(errors::CashAboveLimit { cash: paid, limit: most_paid }.into());
        }
        let sender = vm.msg_sender();
        emit::<events::Redeemed>(vm, &[address_word(account), address_word(sender)], &[paid]);
        self.unlist(loaded.value.id, &ids, listed)?;
        for id in &ids {
            let indexed = [address_word(account), *id];
            emit::<events::NftWithdrawn>(self.vm(), &indexed, &[address_word(to)]);
        }
        estate.close(&self.state, account, &mut loaded)?;
        estate.save(self.vm(), &mut loaded)?;
        if !paid.is_zero() {
            transfer_in(self.vm(), self.state.token(), sender, paid)?;
        }
        self.hand_over(&ids, to)?;
        self.state.leave();
        Ok(paid)
    }

    /// What any NFT costs that nobody redeemed in time, wei: at first more than the index was, then less and less.
    pub fn unredeemed_price(&self) -> Outcome<U256> {
        self.state.require_shut()?;
        self.price(&store::end(self.vm()).value).map(U256::from)
    }

    /// Buys NFTs of an account that still owes for its short after the time to redeem, no more than pay it; each
    /// at no more than `maxPrice`, until `deadline`. As in auctions, `receiver` gets them first, is called
    /// (`floorCall`) if there is `data`, and the caller pays last. The money is the account's cash.
    ///
    /// # Returns
    /// - `price`: what one cost, wei
    /// - `owe`: what was taken in cash, wei
    pub fn buy_unredeemed(
        &mut self,
        account: Address,
        ids: Vec<U256>,
        max_price: U256,
        receiver: Address,
        data: Bytes,
        deadline: U256,
    ) -> Outcome<(U256, U256)> {
        self.state.require_time(deadline)?;
        non_zero(receiver)?;
        let mut estate = Estate::open(&mut self.state)?;
        let (price, limit) = (self.price(&estate.end.value)?, narrow(max_price)?);
        if price > limit {
            return Err(FloorError::PriceAboveLimit { price, limit }.into());
        }
        let vm = self.vm();
        let mut loaded = store::account(vm, account);
        let listed = loaded.value.nfts;
        let count = number(U256::from(ids.len()))?;
        let Estate { market, end } = &mut estate;
        let mut remote = Remote::new(&self.state);
        let owe = end.value.sell(&mut market.value, &mut remote, &mut loaded.value, count, price)?;
        let (sender, price, owe) = (vm.msg_sender(), U256::from(price), U256::from(owe));
        self.unlist(loaded.value.id, &ids, listed)?;
        for id in &ids {
            let indexed = [address_word(account), *id, address_word(sender)];
            emit::<events::UnredeemedSold>(self.vm(), &indexed, &[price]);
        }
        if estate.can_close(&self.state, &loaded)? {
            estate.close(&self.state, account, &mut loaded)?;
        }
        estate.save(self.vm(), &mut loaded)?;
        self.hand_over(&ids, receiver)?;
        if !data.is_empty() {
            outside::call_back(self.vm(), receiver, sender, owe, &ids, &data)?;
        }
        if !owe.is_zero() {
            transfer_in(self.vm(), self.state.token(), sender, owe)?;
        }
        self.state.leave();
        Ok((price, owe))
    }

    /// Closes accounts that owe nothing more, or have no NFTs to owe it out of: each becomes a claim. For anybody;
    /// of address zero it is the market's own account. One that was closed before is passed over, so that nobody is stopped by
    /// who was quicker; refused if one of them cannot be closed.
    pub fn close_accounts(&mut self, accounts: Vec<Address>) -> Outcome<()> {
        let mut estate = Estate::open(&mut self.state)?;
        let vm = self.vm();
        for account in accounts {
            let mut loaded = store::account(vm, account);
            if loaded.value.id == 0 && !account.is_zero() {
                return Err(errors::UnknownAccount { account }.into());
            }
            if estate.close(&self.state, account, &mut loaded)? {
                estate.save(vm, &mut loaded)?;
            }
        }
        self.state.leave();
        Ok(())
    }

    /// Works out what can be paid of claims, from what there is by now. For anybody, as soon as nobody is left who
    /// may owe, and again when more has come in.
    ///
    /// # Returns
    /// - `first`: what can be paid of claims of those who were flat or short, wad
    /// - `longs`: what can be paid of claims of longs, wad
    pub fn distribute(&mut self) -> Outcome<(U256, U256)> {
        let mut estate = Estate::open(&mut self.state)?;
        let vm = self.vm();
        let end = &mut estate.end;
        end.value.distribute(&estate.market.value)?;
        end.save(vm)?;
        let Shutdown { first, second, .. } = end.value;
        let words = [first.ratio, first.available, second.ratio, second.available].map(U256::from);
        emit::<events::Distributed>(vm, &[], &words);
        self.state.leave();
        Ok((U256::from(first.ratio), U256::from(second.ratio)))
    }
}

/// What all calls of a market that is shut read and write.
struct Estate {
    market: LoadedMarket,
    end: LoadedEnd,
}

impl Estate {
    /// Loads them, and takes the lock.
    fn open(state: &mut MarketState) -> Outcome<Self> {
        state.require_shut()?;
        state.enter()?;
        Ok(Self { market: LoadedMarket::load(state.vm()), end: store::end(state.vm()) })
    }

    /// Whether an account can be closed.
    fn can_close(&self, state: &MarketState, loaded: &LoadedAccount) -> Outcome<bool> {
        Ok(self.end.value.can_close(&self.market.value, &Remote::new(state), &loaded.value)?)
    }

    /// Closes an account, unless it was before; whether it was not.
    fn close(&mut self, state: &MarketState, owner: Address, loaded: &mut LoadedAccount) -> Outcome<bool> {
        let vm = state.vm();
        let mut closed = store::closed(vm, owner);
        if closed.value.closed {
            return Ok(false);
        }
        let mut remote = Remote::new(state);
        let claim = self.end.value.close(&mut self.market.value, &mut remote, &mut loaded.value)?;
        closed.value = Closed { claim, closed: true };
        closed.save(vm)?;
        let words = [claim.amount, claim.is_long.into()].map(U256::from);
        emit::<events::AccountClosed>(vm, &[address_word(owner)], &words);
        Ok(true)
    }

    /// Writes them, and an account.
    fn save(&mut self, vm: &VM, loaded: &mut LoadedAccount) -> Outcome<()> {
        loaded.save(vm)?;
        self.end.save(vm)?;
        Ok(self.market.save(vm)?)
    }
}

routes!(FloorEnd {
    "redeem"(Address, Vec<U256>, U256, Address, U256) => redeem;
    "buyUnredeemed"(Address, Vec<U256>, U256, Address, Bytes, U256) => buy_unredeemed;
    "closeAccounts"(Vec<Address>) => close_accounts;
    "distribute"() => distribute;
    "shutDown"() => shut_down;
    "unredeemedPrice"() => unredeemed_price;
});

impl FloorEnd {
    /// Refuses while an epoch that is over can be paid; what is half made the rules refuse. Who does not answer is
    /// not waited for.
    fn require_paid(&self, params: &Params) -> Outcome<()> {
        let epoch = self.state.counter(Counter::Epochs);
        if epoch >= epochs_over(params, self.state.now()) {
            return Ok(());
        }
        match outside::epoch_prices(self.vm(), &self.state, epoch) {
            Err((source, status)) if !outside::is_lacking(source, status) => Ok(()),
            _ => Err(FloorError::FundingPending { epoch }.into()),
        }
    }

    /// Refuses unless no epoch has had prices for long.
    fn require_abandoned(&self, params: &Params) -> Outcome<()> {
        let last = params.epoch.saturating_mul(store::last_paid(self.vm()).epochs.into());
        let (from, now) = (params.genesis.saturating_add(last).saturating_add(ABANDONED), self.state.now());
        if now <= from { Err(FloorError::TooEarly { from, now }.into()) } else { Ok(()) }
    }

    /// The index that the market ends at.
    fn final_index(&self, params: &Params) -> Outcome<u128> {
        let last = store::last_paid(self.vm()).index;
        match outside::prices(self.vm(), &self.state, &params.terms, None) {
            Ok(prices) => Ok(prices.index),
            Err(refusal) if last == 0 => Err(refusal),
            Err(_) => Ok(last),
        }
    }

    /// The price of what was not redeemed.
    fn price(&self, end: &Shutdown) -> Outcome<u128> {
        let settings = store::settings(self.vm());
        Ok(end.nft_price(settings.params.terms.strike, &settings.auctions, self.state.now())?)
    }

    /// Takes NFTs of an account that had so many out of its list.
    fn unlist(&mut self, account: u32, ids: &[U256], listed: u32) -> Outcome<()> {
        let vm = self.vm();
        for (gone, id) in (0..).zip(ids) {
            let mut nft = store::nft(vm, *id);
            if nft.value.account == 0 || nft.value.account != account {
                return Err(errors::UnknownNft { id: *id }.into());
            }
            store::unlist(vm, account, &mut nft, listed.saturating_sub(gone))?;
        }
        let locked = self.state.counter(Counter::Nfts).saturating_sub(number(U256::from(ids.len()))?);
        self.state.set_counter(Counter::Nfts, locked);
        Ok(())
    }

    /// Gives NFTs to somebody.
    fn hand_over(&self, ids: &[U256], to: Address) -> Outcome<()> {
        let (collection, here) = (self.state.peer(Peer::Collection), self.vm().contract_address());
        for id in ids {
            outside::move_nft(self.vm(), collection, here, to, *id)?;
        }
        Ok(())
    }
}
