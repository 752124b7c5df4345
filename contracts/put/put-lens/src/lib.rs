//! The perpetual put pool as it is at this moment: views and previews.
//!
//! Runs on the pool's storage by delegatecall. A view brings the pool to this block in memory, rolls it there if it could be
//! rolled, with the code that would do it, and writes nothing. Calls it does not know go on to `put-records`.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{FixedBytes, U256};
use everfloor_put_rules::{
    Fill, Params, PerShare, Pool, Position, PutError, Rolled,
    exits::required,
    position::Records,
    purchase::{max_supply, quote},
    roll::{self, Due},
    terms::{strike_of, unit_price},
    volatility,
};
use everfloor_put_storage::{
    abi::{
        narrow,
        views::{PoolView, PositionView},
    },
    outside::{self, History},
    revert::{Outcome, Revert},
    state::{Peer, PoolState},
    store::{self, Ledger, LoadedPool, Strikes},
};
use stylus_sdk::{ArbResult, prelude::*};

/// The pool, seen by its views.
#[storage]
#[entrypoint]
pub struct PutLens {
    state: PoolState,
}

#[public]
impl PutLens {
    // ---- The pool ----

    /// The pool now.
    pub fn pool_state(&self) -> Outcome<PoolView> {
        let now = self.present()?;
        let Pool { book, stream, cover, buyer, queue, .. } = &now.pool;
        let schedule = now.params.schedule();
        let (start, end) = (schedule.start(book.epoch), schedule.end(book.epoch));
        let left = end.saturating_sub(stream.last);
        let word = U256::from::<u128>;
        Ok(PoolView {
            liquidity: word(book.liquidity),
            locked: word(cover.locked),
            free: word(book.liquidity.saturating_sub(cover.locked)),
            units: word(cover.units),
            unitsTimesStrike: cover.sum()?,
            totalShares: word(book.shares),
            unvested: word(stream.unvested),
            ratePerSecond: word(
                everfloor_math::mul_div_down_u128(stream.unvested, 1, left.into()).unwrap_or(0),
            ),
            escrow: word(buyer.escrow),
            payoffDue: word(buyer.due),
            supply: word(buyer.supply),
            maxSupply: word(max_supply(book.liquidity, now.params.leverage)?),
            queuedShares: word(queue.queued),
            epoch: U256::from(book.epoch),
            start: U256::from(start),
            end: U256::from(end),
            sigma: word(buyer.sigma),
            baseStrike: word(cover.base_strike),
            baseUnits: word(cover.base_units),
            lots: U256::from(cover.lots),
            generation: U256::from(book.generation),
            positionsMade: U256::from(book.positions),
            entryPaused: self.state.is_paused(),
            rollDue: now.due,
        })
    }

    /// The most the buyer may back with the present liquidity, token units.
    pub fn max_supply(&self) -> Outcome<U256> {
        let now = self.present()?;
        Ok(U256::from(max_supply(now.pool.book.liquidity, now.params.leverage)?))
    }

    /// What a roll at the present mark could let leave, token units: what its payoff, the supply and the cover leave over.
    pub fn available_to_exit(&self) -> Outcome<U256> {
        let now = self.present()?;
        Ok(U256::from(self.spare(&now, self.mark()?)?))
    }

    /// The present mark: the lower of a short average and a second source, wad.
    pub fn mark_price(&self) -> Outcome<U256> {
        Ok(U256::from(self.mark()?))
    }

    /// What all puts of this epoch would pay at a price, token units.
    pub fn payoff_at(&self, price: U256) -> Outcome<U256> {
        let now = self.present()?;
        let strikes = Strikes::of(self.vm(), now.pool.book.epoch);
        Ok(U256::from(now.pool.cover.payoff(&strikes, price.saturating_to(), self.state.collateral())?))
    }

    /// Whether `roll` would succeed now.
    ///
    /// # Returns
    /// - `possible`: whether it would
    /// - `reason`: the selector of the error it would revert with; 0 if it would not
    pub fn can_roll(&self) -> (bool, FixedBytes<4>) {
        let mut pool = LoadedPool::load(self.vm()).value;
        match self.try_roll(&mut pool, &store::load_params(self.vm())) {
            Ok(_) => (true, FixedBytes::ZERO),
            Err(Revert(bytes)) => (false, FixedBytes(bytes.first_chunk().copied().unwrap_or_default())),
        }
    }

    // ---- Quotes ----

    /// Shares for a deposit now.
    pub fn preview_deposit(&self, assets: U256) -> Outcome<U256> {
        let now = self.present()?;
        Ok(U256::from(now.pool.book.shares_for(narrow(assets)?, self.state.collateral())?))
    }

    /// What a purchase of `units` would be now.
    ///
    /// # Returns
    /// - `price`: the mark, wad; in the settlement window no more than its average so far
    /// - `strike`: wad
    /// - `premium`: of a whole epoch, token units
    /// - `lock`: what it would lock, token units
    pub fn quote_put(&self, units: U256) -> Outcome<(U256, U256, U256, U256)> {
        let now = self.present()?;
        let price = self.price(&now)?;
        let collateral = self.state.collateral();
        let (epoch, sigma) = (now.pool.book.epoch, now.pool.buyer.sigma);
        let put = quote(narrow(units)?, price, sigma, now.time, &now.params, epoch, collateral)?;
        let word = U256::from::<u128>;
        Ok((word(price), word(put.strike), word(put.premium), word(put.lock)))
    }

    /// What the next roll would take from the escrow if it came at the present mark and volatility.
    ///
    /// # Returns
    /// - `needed`: for all units, token units
    /// - `escrow`: what there is, token units
    /// - `runwayEpochs`: how many such rolls the escrow pays for; the highest number if they cost nothing
    pub fn quote_funding(&self) -> Outcome<(U256, U256, U256)> {
        let (now, mark) = (self.present()?, self.mark()?);
        let Pool { book, cover, buyer, .. } = &now.pool;
        let collateral = self.state.collateral();
        let units = cover.units.saturating_sub(buyer.released);
        let payoff = cover.payoff(&Strikes::of(self.vm(), book.epoch), mark, collateral)?;
        let most = collateral.price_down(book.liquidity.saturating_sub(payoff), units)?;
        let strike = strike_of(mark)?.min(most);
        let price = unit_price(mark, strike, buyer.sigma, now.params.epoch_length)?;
        let needed = if strike == 0 { 0 } else { collateral.cost_up(units, price)? };
        let runway = everfloor_math::mul_div_down_u128(buyer.escrow, 1, needed).map_or(U256::MAX, U256::from);
        Ok((U256::from(needed), U256::from(buyer.escrow), runway))
    }

    /// The rewards.
    ///
    /// # Returns
    /// - `start`: when they began; 0 before
    /// - `emitted`: so far
    /// - `unallocated`: what of that nobody was there to earn, and the treasury has not collected
    pub fn reward_state(&self) -> Outcome<(U256, U256, U256)> {
        let now = self.present()?;
        let rewards = now.pool.rewards;
        let emitted = rewards.emitted(&now.params.rewards(), now.time)?;
        Ok((U256::from(rewards.start), U256::from(emitted), U256::from(rewards.unallocated)))
    }

    // ---- Positions ----

    /// A position now.
    pub fn position(&self, id: U256) -> Outcome<PositionView> {
        self.view_position(&self.present()?, id)
    }

    /// What leaving with all of a position would come to.
    ///
    /// # Returns
    /// - `principal`: what its shares are worth, token units
    /// - `fillable`: what the next roll would pay if it came at the present mark and the whole position waited, token units
    /// - `nextRoll`: when that is
    pub fn preview_exit(&self, id: U256) -> Outcome<(U256, U256, U256)> {
        let now = self.present()?;
        let position = self.settled(&now, id)?;
        let Pool { book, queue, cover, .. } = &now.pool;
        let mark = self.mark()?;
        let payoff = cover.payoff(&Strikes::of(self.vm(), book.epoch), mark, self.state.collateral())?;
        let mut after = *book;
        after.liquidity = after.liquidity.saturating_sub(payoff);
        let mut all = *queue;
        all.queued = all.queued.saturating_sub(position.requested).saturating_add(position.shares);
        let fill = all.fill(&mut after, PerShare::default(), self.spare(&now, mark)?)?;
        let (_, paid) = fill.unwrap_or_default().part_of(position.shares)?;
        let end = now.params.schedule().end(book.epoch);
        Ok((U256::from(book.worth(position.shares)?), U256::from(paid), U256::from(end)))
    }

    /// Hands every other call to the records.
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.state.forward(Peer::RecordsProgram, calldata)
    }
}

/// The pool at this moment.
struct Present {
    pool: Pool,
    params: Params,
    time: u64,
    /// Whether the pool has to be rolled.
    due: bool,
    /// What the roll did that it could be brought to now with.
    rolled: Option<(u16, Rolled)>,
}

/// The records of a pool, and those that a roll in memory would have written.
struct Seen<'a> {
    stored: Ledger,
    present: &'a Present,
}

impl Records for Seen<'_> {
    fn fill(&self, number: u16) -> Fill {
        match &self.present.rolled {
            Some((_, Rolled { fill: Some(fill), .. }))
                if number.saturating_add(1) == self.present.pool.queue.fills =>
            {
                *fill
            }
            _ => self.stored.fill(number),
        }
    }

    fn ended(&self, generation: u16) -> PerShare {
        match &self.present.rolled {
            Some((lost, Rolled { lost: Some(end), .. })) if *lost == generation => *end,
            _ => self.stored.ended(generation),
        }
    }
}

impl PutLens {
    /// The pool brought to now, and rolled if it can be.
    fn present(&self) -> Outcome<Present> {
        let vm = self.vm();
        let (params, time) = (store::load_params(vm), self.state.now());
        let mut pool = LoadedPool::load(vm).value;
        let due = time >= params.schedule().end(pool.book.epoch);
        let mut rolled = None;
        if due {
            let mut next = pool;
            if let Ok(done) = self.try_roll(&mut next, &params) {
                rolled = Some((pool.book.generation, done));
                pool = next;
            }
        }
        pool.accrue(&params, time)?;
        Ok(Present { pool, params, time, due, rolled })
    }

    /// Rolls a pool in memory.
    fn try_roll(&self, pool: &mut Pool, params: &Params) -> Outcome<Rolled> {
        let (vm, now) = (self.vm(), self.state.now());
        let due: Due = roll::due(params.schedule(), pool.book.epoch, now, params.window, params.grace)?;
        let history = self.history();
        let (prices, _) = outside::roll_prices(&history, self.state.peer(Peer::NextHistory), &due, params)?;
        let reading = outside::volatility(vm, self.state.peer(Peer::Volatility));
        let sigma = volatility::next(pool.buyer.sigma, reading, now, params)?;
        let strikes = Strikes::of(vm, due.ended);
        Ok(pool.roll(&strikes, &due, prices, sigma, now, params, self.state.collateral())?)
    }

    fn history(&self) -> History<'_> {
        History { vm: self.vm(), at: self.state.peer(Peer::History), record: false }
    }

    fn mark(&self) -> Outcome<u128> {
        self.history().mark().map_err(|status| PutError::PriceUnavailable { status }.into())
    }

    /// What a purchase would be struck at.
    fn price(&self, now: &Present) -> Outcome<u128> {
        let price = outside::purchase_price(&self.history(), &now.params, now.pool.book.epoch, now.time);
        price.map_err(|status| PutError::PriceUnavailable { status }.into())
    }

    /// What a roll at a mark could let leave.
    fn spare(&self, now: &Present, mark: u128) -> Outcome<u128> {
        let Pool { book, cover, buyer, .. } = &now.pool;
        let collateral = self.state.collateral();
        let payoff = cover.payoff(&Strikes::of(self.vm(), book.epoch), mark, collateral)?;
        let units = cover.units.saturating_sub(buyer.released);
        let stays = required(buyer.supply, now.params.leverage.into(), units, Some(mark), collateral)?;
        Ok(book.liquidity.saturating_sub(payoff).saturating_sub(stays))
    }

    /// A position settled to now.
    fn settled(&self, now: &Present, id: U256) -> Outcome<Position> {
        let mut position = store::position(self.vm(), store::position_number(id)?).value;
        let records = Seen { stored: Ledger::new(self.vm()), present: now };
        let Pool { book, queue, per_share, .. } = &now.pool;
        // In as many calls as it would take.
        while position.exits_left(queue) != 0 {
            position.settle(book, queue, *per_share, &records)?;
        }
        position.settle(book, queue, *per_share, &records)?;
        Ok(position)
    }

    fn view_position(&self, now: &Present, id: U256) -> Outcome<PositionView> {
        let position = self.settled(now, id)?;
        Ok(PositionView {
            id,
            owner: outside::owner_of(self.vm(), self.state.peer(Peer::Positions), id),
            shares: U256::from(position.shares),
            principal: U256::from(now.pool.book.worth(position.shares)?),
            feesOwed: U256::from(position.owed),
            rewardsOwed: U256::from(position.owed_reward),
            exitShares: U256::from(position.requested),
            depositEpoch: U256::from(position.epoch),
            stateHash: store::state_hash(self.vm(), id, store::position_number(id)?),
        })
    }
}
