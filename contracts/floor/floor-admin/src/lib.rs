//! The administration of a floor market: its making, pausing, ownership.
//!
//! Runs on the market's storage by delegatecall. Nothing here moves anybody's money or NFTs, and nothing that somebody needs
//! to leave is here. A market's parameters and whom it deals with are chosen when it is made and never change. The guardian
//! only pauses the locking of NFTs. Who owns the contract can replace its programs, though, and so must be a timelock
//! wherever money is real.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::{string::String, vec::Vec};

use alloy_primitives::{Address, U256};
use everfloor_common::{
    log::emit,
    raw::address_word,
    roles::non_zero,
    token::{Decimals, decimals_of},
    upgrade,
};
use everfloor_floor_storage::{
    abi::{
        errors, events, settings_of,
        views::{AuctionParams, MarketParams, MarketPeers, MarketPrograms},
    },
    desk::epochs_over,
    layout::LastPaid,
    revert::{Outcome, Revert},
    state::{Counter, MarketState, Peer},
    store,
};
use stylus_sdk::{abi::Bytes, function_selector, prelude::*};

/// A call that only `floor-market` knows ([`upgrade::probe`]): what it hands on, but not outside a proxy. A later version
/// whose `initialize` takes something else goes on refusing this one there.
const MARKET: [u8; 4] = everfloor_floor_storage::abi::INITIALIZE;

/// A call that only each of the others knows, in the order of the event's words; the ledger's first, which asks for no name.
const OTHERS: [[u8; 4]; 13] = [
    [0; 4],
    function_selector!("withdrawCash", Address, U256, Address, U256),
    function_selector!("canSettle", Address, U256, U256, bool, U256),
    function_selector!("withdrawNft", Address, Vec<U256>, Address, U256),
    function_selector!("pokeFunding", U256),
    function_selector!("redo", U256),
    function_selector!("take", U256, Vec<U256>, U256, U256, Address, Bytes, U256),
    function_selector!("closeBankrupt", Address),
    function_selector!("unredeemedPrice"),
    function_selector!("getCash"),
    function_selector!("maxMint", Address),
    function_selector!("version"),
    function_selector!("namePeers", Address, Address, Address),
];

/// What the ledger is asked to look at an account that is not there.
const LOOK: [u8; 416] = [0; 416];

/// The market, seen by its administration.
#[storage]
#[entrypoint]
pub struct FloorAdmin {
    state: MarketState,
}

#[public]
impl FloorAdmin {
    /// Makes the market: owner, whom it deals with, parameters, programs; once, in the call that creates the proxy.
    pub fn initialize(
        &mut self,
        owner: Address,
        peers: MarketPeers,
        params: MarketParams,
        auctions: AuctionParams,
        programs: MarketPrograms,
    ) -> Outcome<()> {
        self.state.initializer().begin()?;
        self.state.ownership().init(owner)?;
        let settings = settings_of(&params, &auctions)?;
        settings.check()?;
        store::set_settings(self.vm(), &settings)?;
        self.require_token(non_zero(peers.cash)?)?;
        self.state.set_token(peers.cash);
        self.state.set_root(peers.root);
        for (peer, address) in [(Peer::Collection, peers.collection), (Peer::Index, peers.index)] {
            self.state.set_peer(peer, non_zero(address)?);
        }
        for (peer, address) in
            [(Peer::Venue, peers.venue), (Peer::Bids, peers.bids), (Peer::Wrapper, peers.wrapper)]
        {
            self.state.set_peer(peer, address);
        }
        self.place_programs(programs)?;
        // What was over before there was anybody is not paid.
        let over = epochs_over(&settings.params, self.state.now());
        self.state.set_counter(Counter::Epochs, over);
        store::set_last_paid(self.vm(), &LastPaid { index: 0, epochs: over })?;
        self.vm().log(events::MarketCreated {
            collection: peers.collection,
            root: peers.root,
            cash: peers.cash,
            index: peers.index,
            venue: peers.venue,
        });
        Ok(())
    }

    /// Names whom the market deals with and did not know when it was made, because they had to know the market: its venue, the
    /// bids for its NFTs, the contract that wraps its FP; zero leaves one as it is. Each once. Owner only.
    pub fn name_peers(&mut self, venue: Address, bids: Address, wrapper: Address) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        for (peer, address) in [(Peer::Venue, venue), (Peer::Bids, bids), (Peer::Wrapper, wrapper)] {
            if address.is_zero() {
                continue;
            }
            let known = self.state.peer(peer);
            if !known.is_zero() {
                return Err(errors::AlreadyNamed { peer: known }.into());
            }
            self.state.set_peer(peer, address);
        }
        self.vm().log(events::PeersNamed { venue, bids, wrapper });
        Ok(())
    }

    /// Pauses or resumes the locking of NFTs; everything else goes on. Guardian and owner may pause, the owner resumes.
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

    /// Replaces the programs behind the market. Owner only; not in the middle of another call.
    ///
    /// # Errors
    /// - `ProgramMismatch`: one is not the program that belongs there
    /// - `NotUpgradeable`: a floor market could never be upgraded again
    pub fn set_programs(&mut self, programs: MarketPrograms) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.require_free()?;
        let placed = self.place_programs(programs)?;
        for (program, selector) in placed.into_iter().zip(OTHERS) {
            let call = if selector == [0; 4] { LOOK.to_vec() } else { upgrade::probe(selector) };
            upgrade::require_program(self.vm(), program, &call).map_err(Revert)?;
        }
        upgrade::require_upgradeable_still(self.vm()).map_err(Revert)
    }

    /// Replaces the code: `new_implementation` is the new `floor-market`, and does `data` on what there is here,
    /// if that is not empty: `setPrograms(..)` for the others. Owner only.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of a floor market
    /// - `NotUpgradeable`: a floor market could never be upgraded again
    /// - `Reentrant`: in the middle of another call
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.require_free()?;
        let call = upgrade::probe(MARKET);
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

impl FloorAdmin {
    /// Refuses a cash token that does not count in wads.
    fn require_token(&self, token: Address) -> Outcome<()> {
        match decimals_of(self.vm(), token) {
            Decimals::Scale(1) => Ok(()),
            Decimals::Scale(_) => Err(errors::UnsupportedToken { token, decimals: U256::ZERO }.into()),
            Decimals::Unsupported(decimals) => Err(errors::UnsupportedToken { token, decimals }.into()),
        }
    }

    /// Where each program is from now on, in the order of the event's words.
    fn place_programs(&mut self, programs: MarketPrograms) -> Outcome<[Address; 13]> {
        let MarketPrograms {
            ledger,
            cash,
            trade,
            vault,
            funding,
            auction,
            sale,
            takeover,
            end,
            lens,
            simulate,
            records,
            admin,
        } = programs;
        // In the order of the event's words.
        let table = [
            (Peer::LedgerProgram, ledger),
            (Peer::CashProgram, cash),
            (Peer::TradeProgram, trade),
            (Peer::VaultProgram, vault),
            (Peer::FundingProgram, funding),
            (Peer::AuctionProgram, auction),
            (Peer::SaleProgram, sale),
            (Peer::TakeoverProgram, takeover),
            (Peer::EndProgram, end),
            (Peer::LensProgram, lens),
            (Peer::SimulateProgram, simulate),
            (Peer::RecordsProgram, records),
            (Peer::AdminProgram, admin),
        ];
        for (peer, program) in table {
            self.state.set_peer(peer, non_zero(program)?);
        }
        let words = table.map(|(_, program)| address_word(program));
        emit::<events::MarketProgramsChanged>(self.vm(), &[], &words);
        Ok(table.map(|(_, program)| program))
    }
}
