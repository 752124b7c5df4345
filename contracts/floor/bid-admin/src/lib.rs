//! The bid book's administration: its making, the index it follows, the rate of rewards, pausing, ownership.
//!
//! Runs on the book's storage by delegatecall. Nothing here moves anybody's money or NFTs, and nothing that a bidder or a
//! seller needs to leave is here. A book's parameters are chosen when it is made and never change. The guardian only
//! pauses what enters. Who owns the contract can replace its programs, though, and so must be a timelock wherever money is
//! real.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::{string::String, vec::Vec};

use alloy_primitives::{Address, B256, U256};
use everfloor_common::{
    roles::non_zero,
    token::{Decimals, decimals_of},
    upgrade,
};
use everfloor_index_rules::IndexError;
use everfloor_index_storage::{
    abi::{
        book_params_of, errors, events,
        views::{BidBookParams, BidBookPeers, BidBookPrograms},
    },
    book::{self, LoadedBids, REWARDS},
    revert::{Outcome, Revert},
    state::{BookPeer, State},
};
use stylus_sdk::{abi::Bytes, function_selector, prelude::*};

/// A call that only `bid-book` knows ([`upgrade::probe`]).
const BIDS: [u8; 4] = function_selector!("requestCancel", U256);

/// The book, seen by its administration.
#[storage]
#[entrypoint]
pub struct BidAdmin {
    state: State,
}

#[public]
impl BidAdmin {
    /// Makes the book: owner, whom it deals with, the root of the market's NFTs (zero for the whole collection), parameters,
    /// programs; once, in the call that creates the proxy. The owner then names the index it follows (`setIndex`).
    ///
    /// # Errors
    /// - [`errors::UnsupportedToken`]: the cash does not have 18 decimals
    pub fn initialize(
        &mut self,
        owner: Address,
        peers: BidBookPeers,
        root: B256,
        params: BidBookParams,
        programs: BidBookPrograms,
    ) -> Outcome<()> {
        self.state.initializer().begin()?;
        self.state.ownership().init(owner)?;
        let rules = book_params_of(&params)?;
        rules.validate()?;
        book::set_params(self.vm(), &rules)?;
        LoadedBids::begin(self.vm())?;
        let BidBookPeers { collection, cash, rewardToken, treasury } = peers;
        self.require_wad(non_zero(cash)?)?;
        self.state.set_cash(cash);
        self.state.set_market(root);
        self.state.set_peer(BookPeer::Collection, non_zero(collection)?);
        self.state.set_peer(BookPeer::Reward, non_zero(rewardToken)?);
        self.state.set_peer(BookPeer::Treasury, non_zero(treasury)?);
        self.place_programs(programs)?;
        self.vm().log(events::BidBookCreated {
            collection,
            cash,
            rewardToken,
            treasury,
            root,
            tickSize: params.tickSize,
            minAge: U256::from(params.minAge),
            cancelDelay: U256::from(params.cancelDelay),
            fee: U256::from(params.fee),
            band: U256::from(params.band),
        });
        Ok(())
    }

    /// Has the band of rewards follow this index; zero is none, and the band stays where it is. Owner only.
    pub fn set_index(&mut self, index: Address) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.set_peer(BookPeer::Index, index);
        self.vm().log(events::IndexChanged { index });
        Ok(())
    }

    /// Pays makers `rate` reward token units a second from now on, while there are any. Owner only.
    pub fn set_reward_rate(&mut self, rate: U256) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.require_free()?;
        let rate = u64::try_from(rate).map_err(|_| IndexError::Overflow)?;
        let now = self.state.now();
        let mut bids = LoadedBids::of(self.vm(), &REWARDS);
        bids.value.rewards.set_rate(rate, now)?;
        bids.save(self.vm())?;
        self.vm().log(events::RewardRateChanged { rate: U256::from(rate) });
        Ok(())
    }

    /// Replaces who gets the fees. Owner only.
    pub fn set_treasury(&mut self, treasury: Address) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.set_peer(BookPeer::Treasury, non_zero(treasury)?);
        self.vm().log(events::TreasuryChanged { treasury });
        Ok(())
    }

    /// Pauses or resumes new bids and asks; sales, purchases, cancels and claims go on. Guardian and owner may pause, the owner
    /// resumes.
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

    /// Replaces the programs behind the book. Owner only; not in the middle of another call.
    ///
    /// # Errors
    /// - `ProgramMismatch`: one is not the program that belongs there
    /// - `NotUpgradeable`: a book of bids could never be upgraded again
    pub fn set_programs(&mut self, programs: BidBookPrograms) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.require_free()?;
        let BidBookPrograms { asks, upkeep, lens, admin } = programs;
        let table = [
            (asks, function_selector!("requestCancelAsk", U256)),
            (upkeep, function_selector!("bindingAsk")),
            (lens, function_selector!("bookState")),
            (admin, function_selector!("setRewardRate", U256)),
        ];
        self.place_programs(programs)?;
        for (program, selector) in table {
            upgrade::require_program(self.vm(), program, &upgrade::probe(selector)).map_err(Revert)?;
        }
        upgrade::require_upgradeable_still(self.vm()).map_err(Revert)
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

    // ---- Upgrades ----

    /// Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version(&self) -> String {
        String::from(upgrade::UPGRADE_INTERFACE_VERSION)
    }

    /// Replaces the code: `new_implementation` is the new `bid-book`, and does `data` on what there is here, if
    /// that is not empty. `setPrograms(..)` for the others. Owner only; not in the middle of another call.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of a bid book
    /// - `NotUpgradeable`: a bid book could never be upgraded again
    /// - `Reentrant`: in the middle of another call
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.require_free()?;
        let call = upgrade::probe(BIDS);
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &call).map_err(Revert)
    }
}

impl BidAdmin {
    fn place_programs(&mut self, programs: BidBookPrograms) -> Outcome<()> {
        let BidBookPrograms { asks, upkeep, lens, admin } = programs;
        for (peer, program) in [
            (BookPeer::AsksProgram, asks),
            (BookPeer::UpkeepProgram, upkeep),
            (BookPeer::LensProgram, lens),
            (BookPeer::AdminProgram, admin),
        ] {
            self.state.set_peer(peer, non_zero(program)?);
        }
        self.vm().log(events::BidBookProgramsChanged { asks, upkeep, lens, admin });
        Ok(())
    }

    fn require_wad(&self, token: Address) -> Outcome<()> {
        let decimals = match decimals_of(self.vm(), token) {
            Decimals::Scale(1) => return Ok(()),
            Decimals::Scale(scale) => U256::from(18_u32.saturating_sub(scale.ilog10())),
            Decimals::Unsupported(decimals) => decimals,
        };
        Err(errors::UnsupportedToken { token, decimals }.into())
    }
}
