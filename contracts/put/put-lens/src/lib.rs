//! The perpetual put pool's views, previews and lists.
//!
//! Runs on the pool's storage by delegatecall. A view brings the pool to this block in memory, rolls it there if it could be
//! rolled, with the code that would do it, and writes nothing. Calls it does not know go on to administration.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, FixedBytes, U256};
use everfloor_put_pricing::put_down;
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
        errors, narrow, params_view, seconds,
        views::{EpochView, LotView, PoolParams, PoolPeers, PoolPrograms, PoolView, PositionView},
    },
    outside::{self, History},
    revert::{Outcome, Revert},
    state::{Peer, PoolState},
    store::{self, Ledger, LoadedPool, Strikes},
};
use stylus_sdk::{ArbResult, prelude::*};

/// Entries a page has at most.
const PAGE: u64 = 100;

/// The pool, seen by its views.
#[storage]
#[entrypoint]
pub struct PutLens {
    state: PoolState,
}

#[public]
impl PutLens {
    // ---- The contract ----

    /// Who governs.
    pub fn owner(&self) -> Address {
        self.state.ownership().owner()
    }

    /// Who may take the ownership; zero is nobody.
    pub fn pending_owner(&self) -> Address {
        self.state.ownership().pending()
    }

    /// Who may pause entry; zero is nobody.
    pub fn guardian(&self) -> Address {
        self.state.guardian().get()
    }

    /// The ERC-721 of writers' positions.
    pub fn positions(&self) -> Address {
        self.state.peer(Peer::Positions)
    }

    /// Who buys puts.
    pub fn buyer(&self) -> Address {
        self.state.peer(Peer::Buyer)
    }

    /// Whom the pool deals with.
    pub fn peers(&self) -> PoolPeers {
        PoolPeers {
            collateral: self.state.token(),
            underlying: self.state.peer(Peer::Underlying),
            rewardToken: self.state.peer(Peer::Reward),
            treasury: self.state.peer(Peer::Treasury),
            history: self.state.peer(Peer::History),
            volatilitySource: self.state.peer(Peer::Volatility),
        }
    }

    /// Price history and volatility source from the next roll on; zero is the present one.
    ///
    /// # Returns
    /// - `history`: the price history
    /// - `volatilitySource`: the volatility source
    pub fn queued_oracles(&self) -> (Address, Address) {
        (self.state.peer(Peer::NextHistory), self.state.peer(Peer::NextVolatility))
    }

    /// The programs behind the pool.
    pub fn programs(&self) -> PoolPrograms {
        PoolPrograms {
            roll: self.state.peer(Peer::RollProgram),
            lens: self.state.peer(Peer::LensProgram),
            admin: self.state.peer(Peer::AdminProgram),
        }
    }

    /// What the pool was made with.
    pub fn params(&self) -> PoolParams {
        params_view(&store::load_params(self.vm()))
    }

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

    /// The least liquidity that a supply needs, token units: exits leave no less.
    pub fn min_liquidity(&self, supply: U256) -> Outcome<U256> {
        let leverage = store::load_params(self.vm()).leverage.into();
        Ok(U256::from(required(narrow(supply)?, leverage, 0, None, self.state.collateral())?))
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
    /// - `price`: the mark, wad
    /// - `strike`: wad
    /// - `premium`: of a whole epoch, token units
    /// - `lock`: what it would lock, token units
    pub fn quote_put(&self, units: U256) -> Outcome<(U256, U256, U256, U256)> {
        let (now, price) = (self.present()?, self.mark()?);
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

    /// Value of a put, wad: Black-Scholes without interest, rounded down.
    pub fn bs_put(&self, spot: U256, strike: U256, sigma: U256, seconds_left: U256) -> Outcome<U256> {
        let value = put_down(narrow(spot)?, narrow(strike)?, narrow(sigma)?, seconds(seconds_left))
            .map_err(|_| PutError::Unpriceable)?;
        Ok(U256::from(value))
    }

    /// Rewards that the plan emits in its first `elapsed` seconds.
    pub fn rewards_emitted(&self, elapsed: U256) -> Outcome<U256> {
        Ok(U256::from(store::load_params(self.vm()).rewards().emitted(seconds(elapsed))?))
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

    /// Hash of everything a buyer of a position relies on: its shares, what waits to leave, what it has been settled for
    /// and what it is owed. It changes with every claim, request, split and merge, and not with time.
    pub fn state_hash(&self, id: U256) -> Outcome<B256> {
        Ok(self.hash_of(id, number(id)?))
    }

    /// Refuses if a position's state hashes to anything else: for whoever buys one, in the same transaction.
    pub fn require_state(&self, id: U256, state_hash: B256) -> Outcome<()> {
        let actual = self.state_hash(id)?;
        if actual == state_hash { Ok(()) } else { Err(errors::StateChanged { id, actual }.into()) }
    }

    /// Positions of an owner, from the `cursor`th on, at most `limit` and 100.
    ///
    /// # Returns
    /// - `ids`: their numbers
    /// - `next`: the cursor of the next page; 0 at the end
    pub fn positions_of(&self, owner: Address, cursor: U256, limit: U256) -> Outcome<(Vec<U256>, U256)> {
        let token = self.state.peer(Peer::Positions);
        let (from, to, next) = page(cursor, limit, outside::balance_of(self.vm(), token, owner));
        let ids = (from..to).map(|index| outside::token_of(self.vm(), token, owner, index)).collect();
        Ok((ids, next))
    }

    // ---- Epochs ----

    /// One epoch.
    pub fn epoch_info(&self, epoch: U256) -> Outcome<EpochView> {
        let epoch = u16::try_from(epoch).map_err(|_| PutError::Overflow)?;
        Ok(self.view_epoch(&store::load_params(self.vm()), epoch))
    }

    /// Epochs from `from` on up to the pool's, at most `limit` and 100.
    ///
    /// # Returns
    /// - `list`: the epochs
    /// - `next`: from where the next page is; 0 at the end
    pub fn epochs(&self, from: U256, limit: U256) -> Outcome<(Vec<EpochView>, U256)> {
        let params = store::load_params(self.vm());
        let last = LoadedPool::load(self.vm()).value.book.epoch;
        let (from, to, next) = page(from, limit, u64::from(last).saturating_add(1));
        Ok(((from..to).map(|epoch| self.view_epoch(&params, epoch as u16)).collect(), next))
    }

    /// Purchases of an epoch, from the `cursor`th on, at most `limit` and 100.
    ///
    /// # Returns
    /// - `list`: the purchases
    /// - `next`: the cursor of the next page; 0 at the end
    pub fn lots(&self, epoch: U256, cursor: U256, limit: U256) -> Outcome<(Vec<LotView>, U256)> {
        let epoch = u16::try_from(epoch).map_err(|_| PutError::Overflow)?;
        let mut list = Vec::new();
        let (from, to, _) = page(cursor, limit, u32::MAX.into());
        for index in from..to {
            let lot = store::load_lot(self.vm(), epoch, index as u32);
            if lot.units == 0 {
                return Ok((list, U256::ZERO));
            }
            list.push(LotView {
                lot: U256::from(index),
                units: U256::from(lot.units),
                strike: U256::from(lot.strike),
                premium: U256::from(lot.premium),
            });
        }
        let more = store::load_lot(self.vm(), epoch, to as u32).units != 0;
        Ok((list, if more { U256::from(to) } else { U256::ZERO }))
    }

    /// Hands every other call to the administration.
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.state.forward(Peer::AdminProgram, calldata)
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
        let mut position = store::position(self.vm(), number(id)?).value;
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
            stateHash: self.hash_of(id, number(id)?),
        })
    }

    fn hash_of(&self, id: U256, number: u64) -> B256 {
        let position = store::position(self.vm(), number);
        let mut bytes = Vec::with_capacity(128);
        bytes.extend_from_slice(&id.to_be_bytes::<32>());
        position.words().iter().for_each(|word| bytes.extend_from_slice(word.as_slice()));
        self.vm().native_keccak256(&bytes)
    }

    fn view_epoch(&self, params: &Params, epoch: u16) -> EpochView {
        let vm = self.vm();
        let schedule = params.schedule();
        let (opening, closing) = (store::load_opening(vm, epoch), store::load_closing(vm, epoch));
        let fill = closing.fill.map_or(Fill::default(), |number| Ledger::new(vm).fill(number));
        let word = U256::from::<u128>;
        EpochView {
            epoch: U256::from(epoch),
            start: U256::from(schedule.start(epoch)),
            end: U256::from(schedule.end(epoch)),
            strike: word(opening.strike),
            units: word(opening.units),
            funding: word(opening.funding),
            lapsed: word(opening.lapsed),
            strikeCapped: opening.capped,
            sigma: word(opening.sigma),
            settled: closing.time != 0,
            settledAt: U256::from(closing.time),
            settlementPrice: word(closing.settlement),
            payoff: word(closing.payoff),
            exitsFilled: word(fill.paid),
            exitsBurned: word(fill.burned),
        }
    }
}

/// From, to and next cursor of a page of a list.
fn page(cursor: U256, limit: U256, length: u64) -> (u64, u64, U256) {
    let from = cursor.saturating_to::<u64>().min(length);
    let to = from.saturating_add(limit.saturating_to::<u64>().min(PAGE)).min(length);
    (from, to, if to < length { U256::from(to) } else { U256::ZERO })
}

/// The number of a position.
fn number(id: U256) -> Outcome<u64> {
    u64::try_from(id).map_err(|_| errors::UnknownPosition { id }.into())
}
