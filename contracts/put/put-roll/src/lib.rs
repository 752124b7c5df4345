//! The end of an epoch of a perpetual put pool, and the treasury's part of the rewards.
//!
//! Runs on the pool's storage by delegatecall. `roll` is for anybody: it settles what the epoch's puts pay, lets leave who
//! waits to, strikes what continues anew and takes its funding from the escrow, in the same few steps however many writers
//! and puts there are. `everfloor_put_rules::roll` says which prices it rests on and why the time of the call cannot
//! matter.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use everfloor_common::{
    log::emit,
    raw::address_word,
    token::{transfer_in, transfer_out},
};
use everfloor_put_rules::{
    Pool, PutError, Rolled,
    roll::{self, Due, Prices},
    volatility,
};
use everfloor_put_storage::{
    abi::events,
    layout::{Closing, Opening},
    outside::{self, History},
    revert::Outcome,
    state::{Peer, PoolState},
    store::{self, LoadedPool, Strikes, part},
};
use stylus_sdk::prelude::*;

/// The pool, seen by its roll.
#[storage]
#[entrypoint]
pub struct PutRoll {
    state: PoolState,
}

#[public]
impl PutRoll {
    /// Rolls the pool into the epoch that is due, once; refused until the present one has ended. For anybody, never
    /// paused.
    ///
    /// # Returns
    /// - `epoch`: the epoch that begins
    /// - `settlementPrice`: what the one that ended settled at, wad
    /// - `payoff`: what its puts paid, token units
    /// - `strike`: the strike of the units that continue, wad
    /// - `funding`: what was paid for them from the escrow, token units
    pub fn roll(&mut self) -> Outcome<(U256, U256, U256, U256, U256)> {
        self.state.enter()?;
        let vm = self.vm();
        let params = store::load_params(vm);
        let (now, present) = (self.state.now(), LoadedPool::load_parts(vm, &[part::BOOK]).value.book.epoch);
        let due = roll::due(params.schedule(), present, now, params.window, params.grace)?;
        let history = History { vm, at: self.state.peer(Peer::History), record: true };
        let (prices, fallback) =
            outside::roll_prices(&history, self.state.peer(Peer::NextHistory), &due, &params)?;
        let reading = outside::volatility(vm, self.state.peer(Peer::Volatility));
        let mut pool = LoadedPool::load(vm);
        let generation = pool.value.book.generation;
        let shares = pool.value.book.shares;
        let sigma = volatility::next(pool.value.buyer.sigma, reading, now, &params)?;
        let strikes = Strikes::of(vm, due.ended);
        let rolled = pool.value.roll(&strikes, &due, prices, sigma, now, &params, self.state.collateral())?;
        if let Some(end) = &rolled.lost {
            store::save_generation(vm, generation, end)?;
            // Those that left with something did not lose it.
            let left = rolled.fill.filter(|fill| fill.paid != 0).map_or(0, |fill| fill.burned);
            let lost = U256::from(shares.saturating_sub(left));
            emit::<events::GenerationLost>(vm, &[U256::from(generation)], &[lost]);
        }
        self.write_records(&due, &rolled, &pool.value, now)?;
        pool.save(vm)?;
        self.log(&due, &rolled, &pool.value, prices, fallback);
        self.apply_oracles();
        self.state.leave();
        Ok((
            U256::from(due.epoch),
            U256::from(rolled.settlement),
            U256::from(rolled.payoff),
            U256::from(rolled.strike),
            U256::from(rolled.funding),
        ))
    }

    /// Begins the rewards: takes all of them from the caller, who has approved the pool, and pays them to writers evenly
    /// over the plan's time from now on. Once, by anybody.
    pub fn begin_rewards(&mut self) -> Outcome<()> {
        self.state.require_free()?;
        let plan = store::load_params(self.vm()).rewards();
        let total = plan.total()?;
        let mut pool = LoadedPool::load_parts(self.vm(), &[part::REWARDS]);
        let rewards = &mut pool.value.rewards;
        if rewards.start != 0 || total == 0 {
            return Err(PutError::RewardsStarted { start: rewards.start }.into());
        }
        self.state.enter()?;
        let vm = self.vm();
        let (now, payer, amount) = (self.state.now(), vm.msg_sender(), U256::from(total));
        (rewards.start, rewards.last) = (now, now);
        pool.save(vm)?;
        let end = U256::from(now.saturating_add(plan.duration));
        emit::<events::RewardsBegun>(vm, &[address_word(payer)], &[amount, U256::from(now), end]);
        transfer_in(vm, self.state.peer(Peer::Reward), payer, amount)?;
        self.state.leave();
        Ok(())
    }

    /// Pays the rewards that nobody was there to earn to the treasury. For anybody.
    ///
    /// # Returns
    /// - `amount`: what was paid, reward tokens
    pub fn collect_unallocated(&mut self) -> Outcome<U256> {
        self.state.enter()?;
        let vm = self.vm();
        let params = store::load_params(vm);
        let mut pool = LoadedPool::load_parts(vm, &[part::BOOK, part::PER_SHARE, part::REWARDS]);
        let Pool { book, per_share, rewards, .. } = &mut pool.value;
        rewards.accrue(&params.rewards(), book, per_share, self.state.now())?;
        let amount = U256::from(core::mem::take(&mut rewards.unallocated));
        if amount.is_zero() {
            return Err(PutError::NothingToPay.into());
        }
        pool.save(vm)?;
        let treasury = self.state.peer(Peer::Treasury);
        emit::<events::UnallocatedCollected>(vm, &[address_word(treasury)], &[amount]);
        transfer_out(vm, self.state.peer(Peer::Reward), treasury, amount)?;
        self.state.leave();
        Ok(amount)
    }
}

impl PutRoll {
    /// Writes down how the epoch ended and what the next begins with.
    fn write_records(&self, due: &Due, rolled: &Rolled, pool: &Pool, now: u64) -> Outcome<()> {
        let vm = self.vm();
        // The exit just made is the last one.
        let number = pool.queue.fills.wrapping_sub(1);
        if let Some(fill) = &rolled.fill {
            store::save_fill(vm, number, fill)?;
        }
        let fill = rolled.fill.map(|_| number);
        let closing = Closing { settlement: rolled.settlement, payoff: rolled.payoff, time: now, fill };
        store::save_closing(vm, due.ended, &closing)?;
        let opening = Opening {
            strike: rolled.strike,
            funding: rolled.funding,
            sigma: pool.buyer.sigma,
            capped: rolled.capped,
            units: rolled.units,
            lapsed: rolled.lapsed,
            before: due.ended,
        };
        Ok(store::save_opening(vm, due.epoch, &opening)?)
    }

    fn log(&self, due: &Due, rolled: &Rolled, pool: &Pool, prices: Prices, fallback: Option<u8>) {
        let vm = self.vm();
        let (ended, next) = (U256::from(due.ended), U256::from(due.epoch));
        let word = U256::from::<u128>;
        let settlement = word(rolled.settlement);
        if let Some(status) = fallback {
            emit::<events::OracleFallback>(vm, &[ended], &[settlement, U256::from(status)]);
        }
        if let (Some(fill), Some(number)) = (rolled.fill, pool.queue.fills.checked_sub(1)) {
            let values = [fill.burned, fill.queued, fill.paid].map(word);
            emit::<events::ExitFilled>(vm, &[ended, U256::from(number)], &values);
        }
        if rolled.funding < rolled.required {
            let values = [rolled.required, rolled.funding, rolled.lapsed].map(word);
            emit::<events::FundingShortfall>(vm, &[next], &values);
        }
        if rolled.capped {
            let values = [rolled.strike, prices.mark.unwrap_or_default()].map(word);
            emit::<events::StrikeCapped>(vm, &[next], &values);
        }
        let values = [
            rolled.settlement,
            rolled.payoff,
            rolled.strike,
            rolled.units,
            rolled.funding,
            rolled.lapsed,
            rolled.released,
            pool.cover.locked,
            pool.book.liquidity,
            pool.book.shares,
            pool.buyer.escrow,
            pool.buyer.sigma,
        ]
        .map(word);
        emit::<events::Rolled>(vm, &[ended, next], &values);
    }

    /// Lets queued oracles take effect, now that nothing rests on the old ones.
    fn apply_oracles(&mut self) {
        let (history, source) = (self.state.peer(Peer::NextHistory), self.state.peer(Peer::NextVolatility));
        if history.is_zero() && source.is_zero() {
            return;
        }
        self.replace(Peer::History, Peer::NextHistory, history);
        self.replace(Peer::Volatility, Peer::NextVolatility, source);
        let present = [Peer::History, Peer::Volatility].map(|peer| address_word(self.state.peer(peer)));
        emit::<events::OraclesApplied>(self.vm(), &[], &present);
    }

    fn replace(&mut self, peer: Peer, queued: Peer, address: Address) {
        if !address.is_zero() {
            self.state.set_peer(peer, address);
            self.state.set_peer(queued, Address::ZERO);
        }
    }
}
