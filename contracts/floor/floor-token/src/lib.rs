//! A floor market's FP outside of it: shares of one account of the market, as an ERC-20 that anything can list.
//!
//! This contract has an account in the market, which is long or has nothing. Whoever wraps FP sells it to that account for
//! nothing, and brings his part of its cash; whoever unwraps buys his part back for nothing, and takes his part of the cash.
//! Both are trades of the market, of two accounts that have made this contract their operator, so nothing is kept twice. A
//! share never changes in number: funding in kind is more FP for each, funding in cash more cash or less. A pool that lists
//! shares earns both without knowing.
//!
//! Longs pay funding, too, and an account without cash comes to owe it. So that the debt does not get the account taken
//! over, anybody may buy as much of its FP at the market's mark as clears it (`deleverage`). Until that is done nobody wraps,
//! and whoever unwraps pays for leaving his part of the debt behind, in the trade's price (`everfloor_token_rules`); where
//! the market's band around the mark is narrower than the mark itself, it refuses a price so far below, and he clears the
//! debt first.
//!
//! # What is promised
//! - Each share has at least as much FP and cash after whoever wrapped or unwrapped as before; but for a wei or two of FP
//!   of the whole account, by which the market itself rounds a long.
//! - Unwrapping is never paused, asks nobody, and needs a price only while the account owes.
//! - After the end of the market, shares are given back for what it pays for the account, each for the same, whenever.
//! - Balances are never read to learn what backs the shares: what is simply sent here is nobody's. Cash that somebody brings
//!   into the account in the market is a gift to all shares.
//!
//! Nobody governs this contract and nothing of it changes.
//!
//! Units: shares, FP and cash have 18 decimals, prices are wei for one FP.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod abi;
mod erc20;
mod market;
mod revert;

use alloc::string::String;

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolError;
use everfloor_common::{
    initializer::Initializer,
    lock,
    log::emit,
    raw::address_word,
    roles::non_zero,
    text::short_text,
    token::{approve_exact, transfer_in, transfer_out},
    upgrade,
};
use everfloor_math::to_u128;
use everfloor_token_rules::{Entry, Exit, Pool, due_at_end};
use stylus_sdk::{
    abi::Bytes,
    function_selector,
    prelude::*,
    storage::{StorageAddress, StorageB256, StorageBool, StorageMap, StorageU256},
};

pub use crate::revert::{Outcome, Revert};
use crate::{
    abi::{errors, events},
    erc20::{Erc20, Permit},
    market::{Market, Order},
    revert::int,
};

/// Of shares, as of FP.
const DECIMALS: u8 = 18;

/// A call that only this program knows ([`upgrade::probe`]).
const KNOWN: [u8; 4] = function_selector!("previewDeleverage");

/// The token.
#[storage]
#[entrypoint]
pub struct FloorToken {
    initializer: Initializer,
    market: StorageAddress,
    lock: StorageBool,
    asset: StorageAddress,
    name: StorageB256,
    symbol: StorageB256,
    erc20: Erc20,
    all_given: StorageU256,
    given: StorageMap<Address, Given>,
}

/// Shares that somebody gave back after the end, and what he was paid for them, wei.
#[storage]
pub struct Given {
    shares: StorageU256,
    paid: StorageU256,
}

#[public]
impl FloorToken {
    // ---- Making it ----

    /// Makes the token of a market; once, in the call that creates the proxy. Name and symbol are the ASCII texts that the
    /// words begin with.
    pub fn initialize(&mut self, market: Address, name: B256, symbol: B256) -> Outcome<()> {
        self.initializer.begin()?;
        self.market.set(non_zero(market)?);
        let asset = self.floor().cash()?;
        self.asset.set(non_zero(asset)?);
        self.name.set(name);
        self.symbol.set(symbol);
        let values = [address_word(asset), name.into(), symbol.into()];
        emit::<events::TokenCreated>(self.vm(), &[address_word(market)], &values);
        Ok(())
    }

    // ---- In and out ----

    /// Makes shares for `to` of `fp` of `account`, for which the caller may act in the market and which has made this
    /// contract its operator. What the account does not have, it sells short. The caller brings the shares' part of the cash,
    /// which he has approved. The market pays what funding is due before. Refused while there is debt. At least `minShares`,
    /// for at most `maxCash`, until `deadline`.
    ///
    /// # Returns
    /// - `shares`: for `to`; of the first ever made, a thousand-millionth of one FP is kept back for good
    /// - `cash`: what the caller brought, wei
    pub fn wrap(
        &mut self,
        account: Address,
        fp: U256,
        min_shares: U256,
        max_cash: U256,
        to: Address,
        deadline: U256,
    ) -> Outcome<(U256, U256)> {
        let caller = self.begin(account, deadline)?;
        self.floor().catch_up()?;
        let size = to_u128(fp)?;
        let Entry { shares, locked, cash } = self.pool()?.enter(size)?;
        let (shares, cash) = (U256::from(shares), U256::from(cash));
        require_least(errors::SharesBelowLimit::SELECTOR, shares, min_shares)?;
        require_most(errors::CashAboveLimit::SELECTOR, cash, max_cash)?;
        if locked != 0 {
            // Its own, which this contract never moves.
            let here = self.vm().contract_address();
            self.erc20.mint(here, U256::from(locked))?;
        }
        self.erc20.mint(to, shares)?;
        let indexed = [caller, account, to].map(address_word);
        emit::<events::Wrapped>(self.vm(), &indexed, &[fp, shares, cash]);
        self.floor().trade(&Order { account, fp: size, price: 0, buys: false })?;
        if !cash.is_zero() {
            let (vm, asset) = (self.vm(), self.asset.get());
            transfer_in(vm, asset, caller, cash)?;
            approve_exact(vm, asset, self.market.get(), cash)?;
            self.floor().deposit(cash)?;
        }
        lock::release(&mut self.lock);
        Ok((shares, cash))
    }

    /// Takes `shares` of the caller's back: `account`, for which he may act in the market and which has made this contract
    /// its operator, gets their part of the FP, `to` that of the cash; while there is debt, the account pays for leaving its
    /// part of it behind instead, and the market's fee on that. The market pays what funding is due before, if it has prices.
    /// At least `minFp` and `minCash` (negative: paying at most that), until `deadline`.
    ///
    /// # Returns
    /// - `fp`: for the account
    /// - `cash`: for `to`, wei; negative is what the account paid
    /// - `ticket`: the place in the market's queue of what of it could not be paid at once, which is `to`'s; 0 if all was
    pub fn unwrap(
        &mut self,
        shares: U256,
        account: Address,
        min_fp: U256,
        min_cash: I256,
        to: Address,
        deadline: U256,
    ) -> Outcome<(U256, I256, U256)> {
        let caller = self.begin(account, deadline)?;
        non_zero(to)?;
        self.floor().catch_up_if_priced()?;
        let pool = self.pool()?;
        self.erc20.burn(caller, shares)?;
        let Exit { fp: size, price, cash } = pool.exit(to_u128(shares)?)?;
        let (fp, moved) = (U256::from(size), int(cash));
        require_least(errors::FpBelowLimit::SELECTOR, fp, min_fp)?;
        if moved < min_cash {
            let words = [moved, min_cash].map(I256::into_raw);
            return Err(Revert::new(errors::CashBelowLimit::SELECTOR, &words));
        }
        if size != 0 {
            self.floor().trade(&Order { account, fp: size, price, buys: true })?;
        }
        let ticket =
            if cash > 0 { self.floor().withdraw(moved.into_raw(), to, deadline)? } else { U256::ZERO };
        let indexed = [caller, account, to].map(address_word);
        emit::<events::Unwrapped>(self.vm(), &indexed, &[shares, fp, moved.into_raw(), ticket]);
        lock::release(&mut self.lock);
        Ok((fp, moved, ticket))
    }

    /// Sells FP of the account behind the shares to `account`, for which the caller may act in the market and which has made
    /// this contract its operator, at the market's mark: at most `fp`, and no more than clears the debt. For anybody, while
    /// there is debt; at most at `maxPrice`, until `deadline`. The account pays the market's fee.
    ///
    /// # Returns
    /// - `sold`: FP, wei
    /// - `price`: of one, wei
    pub fn deleverage(
        &mut self,
        account: Address,
        fp: U256,
        max_price: U256,
        deadline: U256,
    ) -> Outcome<(U256, U256)> {
        self.begin(account, deadline)?;
        self.floor().catch_up()?;
        let price = self.mark()?;
        require_most(errors::PriceAboveLimit::SELECTOR, price, max_price)?;
        let mark = to_u128(price)?;
        let sold = self.pool()?.sold_for_debt(to_u128(fp)?, mark)?;
        self.floor().trade(&Order { account, fp: sold, price: mark, buys: true })?;
        let sold = U256::from(sold);
        emit::<events::Deleveraged>(self.vm(), &[address_word(account)], &[sold, price]);
        lock::release(&mut self.lock);
        Ok((sold, price))
    }

    /// Takes `shares` of the caller's back after the end of the market, and pays `to` what they and those he gave back
    /// before are due by now: their part of all that the market has paid for the account. More may come; zero shares ask for
    /// that. Closes the account in the market and takes what is due of it. Never paused.
    ///
    /// # Returns
    /// - `paid`: what was paid, wei
    pub fn redeem_after_end(&mut self, shares: U256, to: Address) -> Outcome<U256> {
        lock::acquire(&mut self.lock)?;
        non_zero(to)?;
        let caller = self.vm().msg_sender();
        self.erc20.burn(caller, shares)?;
        // What anybody claimed for the account is here, too: the market's record counts it.
        let claimed = self.floor().claimed()?;
        let more = if claimed.due.is_zero() { U256::ZERO } else { self.floor().claim()? };
        let received = everfloor_math::add(claimed.paid, more)?;
        let all_given = everfloor_math::add(self.all_given.get(), shares)?;
        self.all_given.set(all_given);
        let all = everfloor_math::add(self.erc20.supply(), all_given)?;
        let mut given = self.given.setter(caller);
        let (of_him, before) = (everfloor_math::add(given.shares.get(), shares)?, given.paid.get());
        let due = due_at_end(to_u128(received)?, to_u128(of_him)?, to_u128(all)?, to_u128(before)?)?;
        let paid = U256::from(due);
        given.shares.set(of_him);
        given.paid.set(everfloor_math::add(before, paid)?);
        let indexed = [caller, to].map(address_word);
        emit::<events::RedeemedAfterEnd>(self.vm(), &indexed, &[shares, paid]);
        transfer_out(self.vm(), self.asset.get(), to, paid)?;
        lock::release(&mut self.lock);
        Ok(paid)
    }

    // ---- What backs the shares ----

    /// The market.
    pub fn market(&self) -> Address {
        self.market.get()
    }

    /// Its cash token, in which wrappers bring their part of the cash.
    pub fn asset(&self) -> Address {
        self.asset.get()
    }

    /// What the account behind the shares has, up to the last payment of funding.
    ///
    /// # Returns
    /// - `cash`: wei; negative is debt
    /// - `fp`: wei
    pub fn backing(&self) -> Outcome<(I256, U256)> {
        let Pool { cash, fp, .. } = self.settled_pool()?;
        Ok((int(cash), U256::from(fp)))
    }

    /// FP of one share (10^18), wei, rounded down.
    pub fn fp_per_share(&self) -> Outcome<U256> {
        Ok(U256::from(self.settled_pool()?.fp_per_share()?))
    }

    /// Cash of one share (10^18), wei, rounded down; negative is debt.
    pub fn cash_per_share(&self) -> Outcome<I256> {
        Ok(int(self.settled_pool()?.cash_per_share()?))
    }

    /// What wrapping would do at the last payment of funding.
    ///
    /// # Returns
    /// - `shares`: for whoever is named
    /// - `cash`: what the caller would bring, wei
    pub fn preview_wrap(&self, fp: U256) -> Outcome<(U256, U256)> {
        let Entry { shares, cash, .. } = self.settled_pool()?.enter(to_u128(fp)?)?;
        Ok((U256::from(shares), U256::from(cash)))
    }

    /// What unwrapping would do at the last payment of funding.
    ///
    /// # Returns
    /// - `fp`: for the account
    /// - `cash`: for whoever is named, wei; negative is what the account would pay, before the market's fee
    pub fn preview_unwrap(&self, shares: U256) -> Outcome<(U256, I256)> {
        let Exit { fp, cash, .. } = self.settled_pool()?.exit(to_u128(shares)?)?;
        Ok((U256::from(fp), int(cash)))
    }

    /// What `deleverage` would sell now at most.
    ///
    /// # Returns
    /// - `fp`: wei
    /// - `price`: of one, wei
    pub fn preview_deleverage(&self) -> Outcome<(U256, U256)> {
        let (pool, price) = (self.settled_pool()?, self.mark()?);
        Ok((U256::from(pool.sold_for_debt(u128::MAX, to_u128(price)?)?), price))
    }

    /// What somebody gave back after the end of the market.
    ///
    /// # Returns
    /// - `shares`: how many
    /// - `paid`: what he was paid for them so far, wei
    pub fn given_after_end(&self, holder: Address) -> (U256, U256) {
        let given = self.given.getter(holder);
        (given.shares.get(), given.paid.get())
    }

    // ---- ERC-20 ----

    /// The token's name.
    pub fn name(&self) -> String {
        short_text(self.name.get())
    }

    /// Its symbol.
    pub fn symbol(&self) -> String {
        short_text(self.symbol.get())
    }

    /// Of shares: 18.
    pub fn decimals(&self) -> u8 {
        DECIMALS
    }

    /// All shares.
    pub fn total_supply(&self) -> U256 {
        self.erc20.supply()
    }

    /// Those of an account.
    pub fn balance_of(&self, account: Address) -> U256 {
        self.erc20.balance_of(account)
    }

    /// How many of an owner's shares somebody may move; the highest number is any.
    pub fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.erc20.allowance(owner, spender)
    }

    /// Lets somebody move so many of the caller's shares.
    pub fn approve(&mut self, spender: Address, value: U256) -> Outcome<bool> {
        let owner = self.vm().msg_sender();
        self.erc20.approve(owner, spender, value)?;
        Ok(true)
    }

    /// Moves shares of the caller's.
    pub fn transfer(&mut self, to: Address, value: U256) -> Outcome<bool> {
        let from = self.vm().msg_sender();
        self.erc20.transfer(from, to, value)?;
        Ok(true)
    }

    /// Moves shares of somebody's who has let the caller.
    pub fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Outcome<bool> {
        let spender = self.vm().msg_sender();
        self.erc20.spend(from, spender, value)?;
        self.erc20.transfer(from, to, value)?;
        Ok(true)
    }

    // ---- ERC-2612 ----

    /// Lets somebody move so many of an owner's shares, who has signed it; until `deadline`. For anybody to bring.
    #[allow(clippy::too_many_arguments, reason = "as ERC-2612 has it")]
    pub fn permit(
        &mut self,
        owner: Address,
        spender: Address,
        value: U256,
        deadline: U256,
        v: u8,
        r: B256,
        s: B256,
    ) -> Outcome<()> {
        let name = self.name();
        self.erc20.permit(&Permit { owner, spender, value, deadline, v, r, s }, name.as_bytes())
    }

    /// How many permits of an owner were taken: what the next one is signed with.
    pub fn nonces(&self, owner: Address) -> U256 {
        self.erc20.nonce(owner)
    }

    /// The hash of the domain that permits are signed for.
    #[selector(name = "DOMAIN_SEPARATOR")]
    pub fn domain_separator(&self) -> B256 {
        self.erc20.domain(self.name().as_bytes()).into()
    }

    // ---- Upgrades ----

    /// Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a contract answers it, at its
    /// own address only.
    ///
    /// # Errors
    /// - `UUPSUnauthorizedCallContext`: asked through a proxy
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self) -> Outcome<B256> {
        upgrade::proxiable_uuid(self.vm()).map_err(Revert)
    }

    /// Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version(&self) -> String {
        String::from(upgrade::UPGRADE_INTERFACE_VERSION)
    }

    /// Replaces the code by `new_implementation`, which then does `data` on what there is here, if that is not
    /// empty. For the owner of the market only; not in the middle of another call.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of a market's token
    /// - `NotUpgradeable`: a market's token could never be upgraded again
    /// - `Reentrant`: in the middle of another call
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Outcome<()> {
        lock::check(&self.lock)?;
        upgrade::require_owner_of(self.vm(), self.market.get()).map_err(Revert)?;
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &upgrade::probe(KNOWN))
            .map_err(Revert)
    }
}

impl FloorToken {
    fn floor(&self) -> Market<'_> {
        Market { vm: self.vm(), at: self.market.get() }
    }

    /// Takes the lock for a caller who is in time and may act for an account; who he is.
    fn begin(&mut self, account: Address, deadline: U256) -> Outcome<Address> {
        let (now, caller) = (U256::from(self.vm().block_timestamp()), self.vm().msg_sender());
        if now > deadline {
            return Err(Revert::new(errors::Expired::SELECTOR, &[deadline, now]));
        }
        lock::acquire(&mut self.lock)?;
        self.floor().require_operator(account, caller)?;
        Ok(caller)
    }

    /// The shares and what backs them.
    fn pool(&self) -> Outcome<Pool> {
        self.floor().pool(self.erc20.supply())
    }

    /// The same, but not in the middle of a call, when shares are made and their backing is on the way.
    fn settled_pool(&self) -> Outcome<Pool> {
        lock::check(&self.lock)?;
        self.pool()
    }

    /// The market's mark, if it has one.
    fn mark(&self) -> Outcome<U256> {
        match self.floor().mark()? {
            (price, status) if status.is_zero() => Ok(price),
            (_, status) => Err(Revert::new(errors::NoMark::SELECTOR, &[status])),
        }
    }
}

fn require_least(selector: [u8; 4], value: U256, limit: U256) -> Outcome<()> {
    if value < limit { Err(Revert::new(selector, &[value, limit])) } else { Ok(()) }
}

fn require_most(selector: [u8; 4], value: U256, limit: U256) -> Outcome<()> {
    if value > limit { Err(Revert::new(selector, &[value, limit])) } else { Ok(()) }
}
