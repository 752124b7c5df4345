//! The perpetual put pool's hot program: writers deposit, leave and claim.
//!
//! Thin by intent: each method loads what a rule of `everfloor-put-rules` needs, applies it, writes what changed, logs
//! it, and moves tokens last. What it does not know it hands to `put-desk` (the buyer), `put-roll` (the end of an
//! epoch) or `put-lens` (views, which knows `put-records` and that `put-admin`); all run on the same storage.
//!
//! A position is an ERC-721 of a program of its own, which this one mints and burns through. Whoever may transfer it may
//! act for it. What it has earned travels with it.
//!
//! Units: assets, premiums and fees are token units of the collateral; units of the underlying, shares, prices and
//! strikes have 18 decimals; times are seconds.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use everfloor_common::{
    initializer::{IMPLEMENTATION_SLOT, NotThroughProxy},
    log::emit,
    raw::address_word,
    roles::non_zero,
    routes,
    token::{transfer_in, transfer_out},
    upgrade,
};
use everfloor_put_rules::{Position, PutError};
use everfloor_put_storage::{
    abi::{
        errors, events, narrow,
        views::{PoolParams, PoolPeers, PoolPrograms},
    },
    outside,
    revert::{Outcome, Revert},
    state::{Peer, PoolState},
    store::{self, Ledger, LoadedPool, LoadedPosition, part},
};
use stylus_sdk::{ArbResult, function_selector, prelude::*};

/// The pool.
#[storage]
#[entrypoint]
pub struct PutPool {
    state: PoolState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl PutPool {
    // ---- Writers ----

    /// Deposits `assets` token units, which the caller has approved, for a new position of `receiver`'s, if it gets at
    /// least `min_shares`; until `deadline`. It earns from now on, and bears the payoffs of this epoch with all others.
    ///
    /// # Returns
    /// - `id`: the position, an ERC-721 of the pool's `positions()`
    /// - `shares`: its shares
    pub fn deposit(
        &mut self,
        assets: U256,
        min_shares: U256,
        receiver: Address,
        deadline: U256,
    ) -> Outcome<(U256, U256)> {
        self.state.require_entry()?;
        self.state.require_time(deadline)?;
        self.state.enter()?;
        let vm = self.vm();
        let params = store::load_params_for(vm, [true, true, false]);
        let mut pool =
            LoadedPool::load_parts(vm, &[part::BOOK, part::PER_SHARE, part::STREAM, part::REWARDS]);
        let value = &mut pool.value;
        let shares = value.deposit(narrow(assets)?, self.state.now(), &params, self.state.collateral())?;
        let limit = narrow(min_shares)?;
        if shares < limit {
            return Err(PutError::SharesBelowLimit { shares, limit }.into());
        }
        let number = value.book.next_position()?;
        store::create_position(vm, number.into(), Position::new(shares, &value.book, value.per_share))?;
        pool.save(vm)?;
        let (id, book) = (U256::from(number), pool.value.book);
        let (payer, to) = (vm.msg_sender(), non_zero(receiver)?);
        let words = [assets, shares.into_word(), book.liquidity.into_word(), book.shares.into_word()];
        emit::<events::Deposited>(vm, &[id, address_word(payer), address_word(to)], &words);
        transfer_in(vm, self.state.token(), payer, assets)?;
        outside::mint(vm, self.state.peer(Peer::Positions), to, id)?;
        self.state.leave();
        Ok((id, U256::from(shares)))
    }

    /// Lets `shares` of a position leave at the next roll, or as many of them as the pool can then spare; the rest goes on
    /// waiting. Until they leave they earn and bear like all others. Never paused; but what is asked for between an epoch's
    /// end and its roll is too late for that roll, and refused until then.
    pub fn request_exit(&mut self, id: U256, shares: U256) -> Outcome<()> {
        let (mut position, mut pool) = self.open_exit(id)?;
        position.value.request_exit(&mut pool.value.queue, narrow(shares)?)?;
        let [requested, queued] = self.save_exit(position, pool)?;
        emit::<events::ExitRequested>(self.vm(), &[id], &[shares, requested, queued]);
        Ok(())
    }

    /// Lets `shares` of a position that wait to leave stay after all.
    pub fn cancel_exit(&mut self, id: U256, shares: U256) -> Outcome<()> {
        let (mut position, mut pool) = self.open_exit(id)?;
        position.value.cancel_exit(&mut pool.value.queue, narrow(shares)?)?;
        let [requested, queued] = self.save_exit(position, pool)?;
        emit::<events::ExitCancelled>(self.vm(), &[id], &[shares, requested, queued]);
        Ok(())
    }

    /// Pays the fees of a position, and what its shares that left were worth, to `recipient`. Never paused.
    ///
    /// # Returns
    /// - `amount`: what was paid, token units of the collateral
    pub fn claim_fees(&mut self, id: U256, recipient: Address) -> Outcome<U256> {
        let mut position = self.enter_claim(id, recipient)?;
        let pool = self.settled(&mut position, true, false)?;
        let amount = position.value.take_owed();
        self.finish_claim(id, position, pool)?;
        self.pay_fees(id, recipient, amount)?;
        self.state.leave();
        Ok(U256::from(amount))
    }

    /// Pays the rewards of a position to `recipient`. Never paused.
    ///
    /// # Returns
    /// - `amount`: what was paid, reward tokens
    pub fn claim_rewards(&mut self, id: U256, recipient: Address) -> Outcome<U256> {
        let mut position = self.enter_claim(id, recipient)?;
        let pool = self.settled(&mut position, false, true)?;
        let amount = position.value.take_reward();
        self.finish_claim(id, position, pool)?;
        self.pay_rewards(id, recipient, amount)?;
        self.state.leave();
        Ok(U256::from(amount))
    }

    /// Pays both. A position with nothing left ends.
    ///
    /// # Returns
    /// - `fees`: collateral paid, token units
    /// - `rewards`: reward tokens paid
    pub fn claim(&mut self, id: U256, recipient: Address) -> Outcome<(U256, U256)> {
        let mut position = self.enter_claim(id, recipient)?;
        let pool = self.settled(&mut position, true, true)?;
        let (fees, rewards) = (position.value.take_owed(), position.value.take_reward());
        self.finish_claim(id, position, pool)?;
        self.pay_fees(id, recipient, fees)?;
        self.pay_rewards(id, recipient, rewards)?;
        self.state.leave();
        Ok((U256::from(fees), U256::from(rewards)))
    }

    /// Accounts for a position up to now and pays nothing; for positions that took part in more exits than one call
    /// accounts for.
    pub fn settle(&mut self, id: U256) -> Outcome<()> {
        self.state.require_free()?;
        self.authorized(id)?;
        let mut position = self.existing(id)?;
        if position.value.is_empty() {
            return Err(errors::UnknownPosition { id }.into());
        }
        let mut pool = self.settled(&mut position, true, true)?;
        pool.save(self.vm())?;
        Ok(position.save(self.vm())?)
    }

    /// Moves `shares` of a position that do not wait to leave into a new one of the same owner's, as many as the least
    /// deposit gets at first. What the position has earned so far stays with it.
    ///
    /// # Returns
    /// - `newId`: the new position
    pub fn split(&mut self, id: U256, shares: U256) -> Outcome<U256> {
        self.state.enter()?;
        let owner = self.authorized(id)?;
        let mut position = self.existing(id)?;
        let mut pool = self.settled(&mut position, true, true)?;
        self.require_settled(&position, &pool)?;
        let part = position.value.split(narrow(shares)?)?;
        let least = store::load_params(self.vm()).least_shares(self.state.collateral())?;
        if part.shares < least {
            return Err(PutError::AmountTooSmall { amount: part.shares, least }.into());
        }
        let number = pool.value.book.next_position()?;
        let vm = self.vm();
        store::create_position(vm, number.into(), part)?;
        pool.save(vm)?;
        position.save(vm)?;
        let new_id = U256::from(number);
        emit::<events::Split>(vm, &[id, new_id], &[shares]);
        let positions = self.state.peer(Peer::Positions);
        outside::mint(vm, positions, owner, new_id)?;
        outside::notify(vm, positions, id)?;
        self.state.leave();
        Ok(new_id)
    }

    /// Takes position `from` into position `into`, with all it has earned and what of it waits to leave. Both are the same
    /// owner's.
    pub fn merge(&mut self, into: U256, from: U256) -> Outcome<()> {
        self.state.enter()?;
        let owner = self.authorized(into)?;
        if into == from || self.authorized(from)? != owner {
            return Err(errors::UnknownPosition { id: from }.into());
        }
        let (mut kept, mut gone) = (self.existing(into)?, self.existing(from)?);
        for position in [&mut kept, &mut gone] {
            let mut pool = self.settled(position, true, true)?;
            self.require_settled(position, &pool)?;
            pool.save(self.vm())?;
        }
        kept.value.absorb(&gone.value)?;
        let shares = core::mem::take(&mut gone.value).shares;
        let vm = self.vm();
        kept.save(vm)?;
        gone.save(vm)?;
        emit::<events::Merged>(vm, &[into, from], &[U256::from(shares)]);
        let positions = self.state.peer(Peer::Positions);
        outside::burn(vm, positions, from)?;
        outside::notify(vm, positions, into)?;
        self.state.leave();
        Ok(())
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

    /// Hands every other call to the program that knows it.
    #[cfg(not(target_arch = "wasm32"))]
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.hand_on(calldata)
    }
}

routes!(PutPool {
    "deposit"(U256, U256, Address, U256) => deposit;
    "requestExit"(U256, U256) => request_exit;
    "cancelExit"(U256, U256) => cancel_exit;
    "claimFees"(U256, Address) => claim_fees;
    "claimRewards"(U256, Address) => claim_rewards;
    "claim"(U256, Address) => claim;
    "settle"(U256) => settle;
    "split"(U256, U256) => split;
    "merge"(U256, U256) => merge;
    "proxiableUUID"() => uuid;
    else hand_on
});

/// `initialize`, which `put-admin` answers; the programs come last, and `put-admin` last of them.
pub const INITIALIZE: [u8; 4] =
    function_selector!("initialize", Address, PoolPeers, PoolParams, PoolPrograms);

/// What `put-desk` answers.
pub const DESK_SELECTORS: [[u8; 4]; 6] = [
    function_selector!("purchase", U256, U256, U256, U256, U256),
    function_selector!("reportSupply", U256),
    function_selector!("coverAtMost", U256),
    function_selector!("fundEscrow", U256),
    function_selector!("withdrawEscrow", U256, Address),
    function_selector!("collectPayoff"),
];

/// What `put-roll` answers; everything else is the lens's.
pub const ROLL_SELECTORS: [[u8; 4]; 3] = [
    function_selector!("roll"),
    function_selector!("beginRewards"),
    function_selector!("collectUnallocated"),
];

impl PutPool {
    fn uuid(&self) -> Outcome<B256> {
        upgrade::proxiable_uuid(self.vm()).map_err(Revert)
    }

    /// Hands a call to the program that knows it.
    fn hand_on(&mut self, calldata: &[u8]) -> ArbResult {
        match calldata.first_chunk() {
            Some(&INITIALIZE) => {
                everfloor_common::delegate::forward(self.vm(), self.first_program(calldata)?, calldata)
            }
            Some(selector) if DESK_SELECTORS.contains(selector) => {
                self.state.forward(Peer::DeskProgram, calldata)
            }
            Some(selector) if ROLL_SELECTORS.contains(selector) => {
                self.state.forward(Peer::RollProgram, calldata)
            }
            _ => self.state.forward(Peer::LensProgram, calldata),
        }
    }

    /// Where `initialize` is while no program is known: at the address that its data ends with. Only in a proxy: at its
    /// own address this program runs nobody's code.
    fn first_program(&self, calldata: &[u8]) -> Result<Address, Vec<u8>> {
        let known = self.state.peer(Peer::AdminProgram);
        if !known.is_zero() {
            return Ok(known);
        }
        if self.vm().storage_load_bytes32(IMPLEMENTATION_SLOT).is_zero() {
            return Err(NotThroughProxy {}.abi_encode());
        }
        Ok(calldata.last_chunk::<20>().map_or(Address::ZERO, Address::from))
    }

    /// The owner of a position, for whom the caller may act.
    fn authorized(&self, id: U256) -> Outcome<Address> {
        outside::owner_if_authorized(self.vm(), self.state.peer(Peer::Positions), self.vm().msg_sender(), id)
    }

    /// A position that was made; one that ended since has nothing.
    fn existing(&self, id: U256) -> Outcome<LoadedPosition> {
        Ok(store::position(self.vm(), store::position_number(id)?))
    }

    /// Loads what exits of a position change, with the exits it took part in accounted for.
    fn open_exit(&mut self, id: U256) -> Outcome<(LoadedPosition, LoadedPool)> {
        self.state.require_free()?;
        self.authorized(id)?;
        let mut position = self.existing(id)?;
        let pool = LoadedPool::load_parts(self.vm(), &[part::BOOK, part::QUEUE]);
        let schedule = store::load_params_for(self.vm(), [true, false, false]).schedule();
        schedule.require_open(pool.value.book.epoch, self.state.now())?;
        let (book, queue) = (&pool.value.book, &pool.value.queue);
        position.value.catch_up(book, queue, &Ledger::new(self.vm()))?;
        self.require_settled(&position, &pool)?;
        Ok((position, pool))
    }

    /// Writes it back; what the position has requested, and everybody has.
    fn save_exit(&self, mut position: LoadedPosition, mut pool: LoadedPool) -> Outcome<[U256; 2]> {
        position.save(self.vm())?;
        pool.save(self.vm())?;
        Ok([U256::from(position.value.requested), U256::from(pool.value.queue.queued)])
    }

    fn require_settled(&self, position: &LoadedPosition, pool: &LoadedPool) -> Outcome<()> {
        match position.value.exits_left(&pool.value.queue) {
            0 => Ok(()),
            exits => Err(PutError::PositionUnsettled { exits }.into()),
        }
    }

    fn enter_claim(&mut self, id: U256, recipient: Address) -> Outcome<LoadedPosition> {
        non_zero(recipient)?;
        self.state.enter()?;
        self.authorized(id)?;
        self.existing(id)
    }

    /// Accounts for a position, of fees or rewards or both; the pool, brought to now as far as that takes.
    fn settled(&self, position: &mut LoadedPosition, fees: bool, rewards: bool) -> Outcome<LoadedPool> {
        let vm = self.vm();
        let params = store::load_params_for(vm, [true, false, false]);
        let mut parts = Vec::with_capacity(5);
        parts.extend([part::BOOK, part::PER_SHARE]);
        parts.extend(fees.then_some(part::STREAM));
        parts.extend(rewards.then_some(part::REWARDS));
        // Only what waits to leave takes part in exits.
        parts.extend((position.value.requested != 0).then_some(part::QUEUE));
        let mut pool = LoadedPool::load_parts(vm, &parts);
        let (value, now) = (&mut pool.value, self.state.now());
        if fees {
            let end = params.schedule().end(value.book.epoch);
            value.stream.accrue(&value.book, &mut value.per_share, now, end)?;
        }
        if rewards {
            value.rewards.accrue(&params.rewards(), &value.book, &mut value.per_share, now)?;
        }
        position.value.catch_up(&value.book, &value.queue, &Ledger::new(vm))?;
        if position.value.exits_left(&value.queue) == 0 {
            if fees {
                position.value.earn_collateral(value.per_share)?;
            }
            if rewards {
                position.value.earn_reward(value.per_share)?;
            }
        }
        Ok(pool)
    }

    /// Writes pool and position; a position with nothing left ends.
    fn finish_claim(&self, id: U256, mut position: LoadedPosition, mut pool: LoadedPool) -> Outcome<()> {
        let vm = self.vm();
        pool.save(vm)?;
        if !position.value.is_empty() {
            return Ok(position.save(vm)?);
        }
        position.value = Position::default();
        position.save(vm)?;
        emit::<events::Closed>(vm, &[id], &[]);
        outside::burn(vm, self.state.peer(Peer::Positions), id)
    }

    fn pay_fees(&self, id: U256, recipient: Address, amount: u128) -> Outcome<()> {
        let amount = U256::from(amount);
        emit::<events::FeesClaimed>(self.vm(), &[id, address_word(recipient)], &[amount]);
        self.pay(self.state.token(), recipient, amount)
    }

    fn pay_rewards(&self, id: U256, recipient: Address, amount: u128) -> Outcome<()> {
        let amount = U256::from(amount);
        emit::<events::RewardsClaimed>(self.vm(), &[id, address_word(recipient)], &[amount]);
        self.pay(self.state.peer(Peer::Reward), recipient, amount)
    }

    fn pay(&self, token: Address, recipient: Address, amount: U256) -> Outcome<()> {
        if !amount.is_zero() {
            transfer_out(self.vm(), token, recipient, amount)?;
        }
        Ok(())
    }
}

/// A number as a word.
trait IntoWord {
    fn into_word(self) -> U256;
}

impl IntoWord for u128 {
    fn into_word(self) -> U256 {
        U256::from(self)
    }
}
