//! What a perpetual put pool was made with, whom it deals with, and what it has written down: positions by owner, epochs,
//! purchases.
//!
//! Runs on the pool's storage by delegatecall and writes nothing. Calls it does not know go on to `put-admin`.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use everfloor_put_pricing::put_down;
use everfloor_put_rules::{Fill, Params, PutError, exits::required, position::Records};
use everfloor_put_storage::{
    abi::{
        errors, narrow, params_view, seconds,
        views::{EpochView, LotView, PoolParams, PoolPeers, PoolPrograms},
    },
    outside,
    revert::Outcome,
    state::{Peer, PoolState},
    store::{self, Ledger, LoadedPool, part},
};
use stylus_sdk::{ArbResult, prelude::*};

/// Entries a page has at most.
const PAGE: u64 = 100;

/// The pool, seen by its records.
#[storage]
#[entrypoint]
pub struct PutRecords {
    state: PoolState,
}

#[public]
impl PutRecords {
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
            desk: self.state.peer(Peer::DeskProgram),
            roll: self.state.peer(Peer::RollProgram),
            lens: self.state.peer(Peer::LensProgram),
            records: self.state.peer(Peer::RecordsProgram),
            admin: self.state.peer(Peer::AdminProgram),
        }
    }

    /// What the pool was made with.
    pub fn params(&self) -> PoolParams {
        params_view(&store::load_params(self.vm()))
    }

    /// The least liquidity that a supply needs, token units: exits leave no less.
    pub fn min_liquidity(&self, supply: U256) -> Outcome<U256> {
        let leverage = store::load_params(self.vm()).leverage.into();
        Ok(U256::from(required(narrow(supply)?, leverage, 0, None, self.state.collateral())?))
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

    // ---- Positions ----

    /// Hash of everything a buyer of a position relies on: its shares, what waits to leave, what it has been settled for
    /// and what it is owed. It changes with every claim, request, split, merge and `settle` by its
    /// owner, and not with time.
    pub fn state_hash(&self, id: U256) -> Outcome<B256> {
        Ok(store::state_hash(self.vm(), id, store::position_number(id)?))
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
        let last = LoadedPool::load_parts(self.vm(), &[part::BOOK]).value.book.epoch;
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

impl PutRecords {
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
