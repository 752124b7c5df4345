//! The perpetual put pool's administration: its making, whom it deals with, pausing, ownership.
//!
//! Runs on the pool's storage by delegatecall. Nothing here moves anybody's money, and nothing that a writer needs to leave
//! is here. A pool's parameters are chosen when it is made and never change; its token of positions and its buyer are
//! set once; other oracles are queued and take effect with the next roll, so no open epoch changes. The guardian only
//! pauses entry. Who owns the contract can replace its programs, though, and so must be a timelock wherever money is
//! real.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::{string::String, vec::Vec};

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::{
    raw,
    roles::non_zero,
    token::{Decimals, decimals_of},
    upgrade,
};
use everfloor_put_rules::{Params, Pool};
use everfloor_put_storage::{
    abi::{
        errors, events, params_of,
        views::{PoolParams, PoolPeers, PoolPrograms},
    },
    layout::Opening,
    outside,
    revert::{Outcome, Revert},
    state::{Peer, PoolState},
    store::{self, LoadedPool},
};
use stylus_sdk::{abi::Bytes, function_selector, prelude::*};

sol! {
    function pool() external view returns (address);
}

/// A call that only `put-pool` knows ([`upgrade::probe`]): what it hands on, but not outside a proxy. A later version whose
/// `initialize` takes something else goes on refusing this one there.
const POOL: [u8; 4] = function_selector!("initialize", Address, PoolPeers, PoolParams, PoolPrograms);

/// The pool, seen by its administration.
#[storage]
#[entrypoint]
pub struct PutAdmin {
    state: PoolState,
}

#[public]
impl PutAdmin {
    /// Makes the pool: owner, whom it deals with, parameters, programs; once, in the call that creates the proxy. The owner
    /// then sets the token of positions (`setPositions`), which has to be made for this pool, and the buyer (`setBuyer`).
    /// The first epoch's volatility is the source's within the bounds, or the highest if it has none.
    pub fn initialize(
        &mut self,
        owner: Address,
        peers: PoolPeers,
        params: PoolParams,
        programs: PoolPrograms,
    ) -> Outcome<()> {
        self.state.initializer().begin()?;
        self.state.ownership().init(owner)?;
        let params = params_of(&params)?;
        params.validate()?;
        store::save_params(self.vm(), &params)?;
        let scale = self.scale_of(non_zero(peers.collateral)?)?;
        self.state.set_token(peers.collateral, scale);
        self.state.set_peer(Peer::Underlying, non_zero(peers.underlying)?);
        self.state.set_peer(Peer::Treasury, non_zero(peers.treasury)?);
        self.state.set_peer(Peer::History, non_zero(peers.history)?);
        self.state.set_peer(Peer::Volatility, non_zero(peers.volatilitySource)?);
        if params.rewards_per_year != 0 {
            non_zero(peers.rewardToken)?;
        }
        self.state.set_peer(Peer::Reward, peers.rewardToken);
        self.place_programs(programs)?;
        let sigma = self.begin(&params, peers.volatilitySource)?;
        self.vm().log(events::PoolCreated {
            collateral: peers.collateral,
            underlying: peers.underlying,
            rewardToken: peers.rewardToken,
            history: peers.history,
            volatilitySource: peers.volatilitySource,
            sigma: U256::from(sigma),
        });
        Ok(())
    }

    /// Sets the ERC-721 of writers' positions, which serves this pool and no other; once. Owner only.
    pub fn set_positions(&mut self, positions: Address) -> Outcome<()> {
        self.set_once(Peer::Positions, positions)?;
        let here = self.vm().contract_address();
        let answer = raw::static_call(self.vm(), positions, &poolCall::SELECTOR, u64::MAX, 32);
        let served = answer.ok().and_then(|bytes| raw::word_at(&bytes, 0));
        if served != Some(raw::address_word(here)) {
            return Err(errors::PositionsMismatch { positions, pool: here }.into());
        }
        self.vm().log(events::PositionsSet { positions });
        Ok(())
    }

    /// Sets who buys puts: a contract that backs something with them; once. Owner only.
    pub fn set_buyer(&mut self, buyer: Address) -> Outcome<()> {
        self.set_once(Peer::Buyer, buyer)?;
        self.vm().log(events::BuyerSet { buyer });
        Ok(())
    }

    /// Replaces who gets rewards that nobody was there to earn. Owner only.
    pub fn set_treasury(&mut self, treasury: Address) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.set_peer(Peer::Treasury, non_zero(treasury)?);
        self.vm().log(events::TreasuryChanged { treasury });
        Ok(())
    }

    /// Replaces price history and volatility source from the next roll on; zero leaves the present one, or takes a queued
    /// one back. Owner only.
    pub fn queue_oracles(&mut self, history: Address, volatility_source: Address) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.set_peer(Peer::NextHistory, history);
        self.state.set_peer(Peer::NextVolatility, volatility_source);
        self.vm().log(events::OraclesQueued { history, volatilitySource: volatility_source });
        Ok(())
    }

    /// Pauses or resumes deposits and purchases; exits, claims, transfers and rolls go on. Guardian and owner may pause,
    /// the owner resumes.
    pub fn set_entry_paused(&mut self, paused: bool) -> Outcome<()> {
        let ownership = self.state.ownership();
        if paused {
            self.state.guardian().only_guardian(&ownership)?;
        } else {
            ownership.only_owner()?;
        }
        self.state.require_free()?;
        self.state.set_paused(paused);
        self.vm().log(events::EntryPauseChanged { paused });
        Ok(())
    }

    /// Replaces the programs behind the pool. Owner only; not in the middle of another call.
    ///
    /// # Errors
    /// - `ProgramMismatch`: one is not the program that belongs there
    /// - `NotUpgradeable`: a put pool could never be upgraded again
    pub fn set_programs(&mut self, programs: PoolPrograms) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.require_free()?;
        let PoolPrograms { desk, roll, lens, records, admin } = programs;
        let table = [
            (desk, function_selector!("coverAtMost", U256)),
            (roll, function_selector!("beginRewards")),
            (lens, function_selector!("poolState")),
            (records, function_selector!("queuedOracles")),
            (admin, function_selector!("setPositions", Address)),
        ];
        self.place_programs(programs)?;
        for (program, selector) in table {
            upgrade::require_program(self.vm(), program, &upgrade::probe(selector)).map_err(Revert)?;
        }
        upgrade::require_upgradeable_still(self.vm()).map_err(Revert)
    }

    /// Replaces the code: `new_implementation` is the new `put-pool`, and does `data` on what there is here, if
    /// that is not empty: `setPrograms(..)` for the others. Owner only.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of a put pool
    /// - `NotUpgradeable`: a put pool could never be upgraded again
    /// - `Reentrant`: in the middle of another call
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.require_free()?;
        let call = upgrade::probe(POOL);
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &call).map_err(Revert)
    }

    /// Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version(&self) -> String {
        String::from(upgrade::UPGRADE_INTERFACE_VERSION)
    }

    /// Replaces the guardian; zero is nobody. Owner only.
    pub fn set_guardian(&mut self, guardian: Address) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.guardian().set(guardian);
        Ok(())
    }

    /// Offers the ownership, which the new owner takes with `acceptOwnership`. Owner only.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Outcome<()> {
        Ok(self.state.ownership().offer(new_owner)?)
    }

    /// Takes an offered ownership.
    pub fn accept_ownership(&mut self) -> Outcome<()> {
        Ok(self.state.ownership().accept()?)
    }
}

impl PutAdmin {
    fn place_programs(&mut self, programs: PoolPrograms) -> Outcome<()> {
        let PoolPrograms { desk, roll, lens, records, admin } = programs;
        for (peer, program) in [
            (Peer::DeskProgram, desk),
            (Peer::RollProgram, roll),
            (Peer::LensProgram, lens),
            (Peer::RecordsProgram, records),
            (Peer::AdminProgram, admin),
        ] {
            self.state.set_peer(peer, non_zero(program)?);
        }
        self.vm().log(events::PoolProgramsChanged { desk, roll, lens, records, admin });
        Ok(())
    }

    fn set_once(&mut self, peer: Peer, address: Address) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        let present = self.state.peer(peer);
        if !present.is_zero() {
            return Err(errors::PeerAlreadySet { present }.into());
        }
        self.state.set_peer(peer, non_zero(address)?);
        Ok(())
    }

    /// The pool as it begins: in the epoch that is on, with nothing in it. Its volatility.
    fn begin(&mut self, params: &Params, source: Address) -> Outcome<u128> {
        let (vm, now) = (self.vm(), self.state.now());
        let reading = outside::volatility(vm, source);
        let sigma = reading.sigma.unwrap_or(params.sigma_max).clamp(params.sigma_min, params.sigma_max);
        let mut pool = LoadedPool::load(vm);
        pool.value = Pool::default();
        pool.value.book.epoch = params.schedule().at(now)?;
        pool.value.stream.last = now;
        pool.value.buyer.sigma = sigma;
        pool.save(vm)?;
        store::save_opening(vm, pool.value.book.epoch, &Opening { sigma, ..Opening::default() })?;
        Ok(sigma)
    }

    /// Wad per unit of a token, from its decimals.
    fn scale_of(&self, token: Address) -> Outcome<u64> {
        match decimals_of(self.vm(), token) {
            Decimals::Scale(factor) => Ok(factor),
            Decimals::Unsupported(decimals) => Err(errors::UnsupportedToken { token, decimals }.into()),
        }
    }
}
