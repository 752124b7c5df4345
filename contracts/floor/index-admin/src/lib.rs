//! The floor index's administration, and what of it is looked at rather than used: sources, bounds, signers, parameters.
//!
//! Runs on the index's storage by delegatecall. An index's book, market and parameters are chosen when it is made and never
//! change; the owner chooses which pool is asked and who may report, and the guardian may turn either off, at once. Who owns
//! the contract can replace its program, though, and so must be a timelock wherever money is real.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::{string::String, vec::Vec};

use alloy_primitives::{Address, B256, U256};
use everfloor_common::{log::emit, raw::address_word, roles::non_zero, upgrade};
use everfloor_index_rules::{
    Accepted, BPS, IndexError, Panel, pool::Fees, reports::MOST_SEATS, series::Series,
};
use everfloor_index_storage::{
    abi::{
        events, index_params_of, index_params_view, seconds,
        views::{FloorIndexParams, SourcesView},
    },
    layout::Sources,
    outside,
    past::{self, Past},
    revert::{Outcome, Revert},
    state::{IndexPeer, State},
};
use stylus_sdk::{abi::Bytes, function_selector, prelude::*};

/// A call that only `floor-index` knows ([`upgrade::probe`]).
const INDEX: [u8; 4] = function_selector!("conservative");

/// A call that only this program knows.
const ADMIN: [u8; 4] = function_selector!("bounds");

/// The index, seen by its administration.
#[storage]
#[entrypoint]
pub struct IndexAdmin {
    state: State,
}

#[public]
impl IndexAdmin {
    // ---- Making it ----

    /// Makes the index: owner, the bid book it rests on, the number its market has in reports, parameters, and this program;
    /// once, in the call that creates the proxy. The first value is the first update's.
    pub fn initialize(
        &mut self,
        owner: Address,
        book: Address,
        market: B256,
        params: FloorIndexParams,
        admin: Address,
    ) -> Outcome<()> {
        self.state.initializer().begin()?;
        self.state.ownership().init(owner)?;
        let rules = index_params_of(&params)?;
        rules.validate()?;
        past::set_params(self.vm(), &rules)?;
        self.state.set_peer(IndexPeer::Book, non_zero(book)?);
        self.state.set_market(market);
        self.state.set_peer(IndexPeer::AdminProgram, non_zero(admin)?);
        self.vm().log(events::FloorIndexCreated {
            book,
            market,
            genesis: U256::from(params.genesis),
            epochLength: U256::from(params.epochLength),
            window: U256::from(params.window),
            depth: U256::from(params.depth),
            minSources: U256::from(params.minSources),
            chi: params.chi,
        });
        self.vm().log(events::FloorIndexProgramChanged { admin });
        Ok(())
    }

    // ---- Sources ----

    /// Asks this adapter of a pool from now on, zero for none; fees of the pool and of the vault in basis points, 10,000 at
    /// most. The adapter answers `poolState()`: reserves as the pool keeps them, never balances, and an average price. Owner
    /// only.
    pub fn set_pool(&mut self, pool: Address, pool_fee: U256, mint_fee: U256) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        let fees = Fees { pool_bps: fee(0, pool_fee)?, mint_bps: fee(1, mint_fee)? };
        self.place_pool(pool, fees)
    }

    /// Asks no pool from now on. Guardian or owner.
    pub fn drop_pool(&mut self) -> Outcome<()> {
        self.state.guardian().only_guardian(&self.state.ownership())?;
        self.place_pool(Address::ZERO, Fees::default())
    }

    /// Lets these report, in ascending order, 15 at most, and nobody else; a batch has `quorum` reports, an odd number. Nobody
    /// and 0 for no reports. What was accepted before is given up and rounds begin anew; but what comes is newer than that.
    /// Owner only.
    pub fn set_signers(&mut self, signers: Vec<Address>, quorum: U256) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        let count = signers.len() as u32;
        if count > MOST_SEATS {
            return Err(IndexError::ParameterOutOfBounds { index: 0, value: count.into() }.into());
        }
        let taken = u16::MAX.checked_shr(u16::BITS.saturating_sub(count)).unwrap_or_default();
        let panel = Panel { seats: taken, quorum: quorum.saturating_to() };
        if panel != Panel::default() {
            panel.validate()?;
        }
        let mut seats = Past::new(self.vm());
        (0..MOST_SEATS as u8).for_each(|seat| seats.clear_seat(seat));
        let mut before = Address::ZERO;
        for (seat, signer) in (0..).zip(signers) {
            if signer <= before {
                return Err(IndexError::UnsortedSigners { place: u32::from(seat) }.into());
            }
            before = signer;
            seats.seat_signer(seat, signer);
            emit::<events::SignerSeated>(self.vm(), &[address_word(signer)], &[U256::from(seat)]);
        }
        self.place_panel(panel)
    }

    /// Takes no reports from now on. Guardian or owner.
    pub fn drop_reports(&mut self) -> Outcome<()> {
        self.state.guardian().only_guardian(&self.state.ownership())?;
        self.place_panel(Panel::default())
    }

    // ---- Roles ----

    /// Replaces the program behind the index. Owner only.
    ///
    /// # Errors
    /// - `ProgramMismatch`: it is not the administration of an index
    /// - `NotUpgradeable`: an index could never be upgraded again
    pub fn set_program(&mut self, admin: Address) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.set_peer(IndexPeer::AdminProgram, non_zero(admin)?);
        self.vm().log(events::FloorIndexProgramChanged { admin });
        upgrade::require_program(self.vm(), admin, &upgrade::probe(ADMIN)).map_err(Revert)?;
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

    /// Replaces the code: `new_implementation` is the new `floor-index`, and does `data` on what there is here, if
    /// that is not empty. `setProgram(..)` for the administration. Owner only.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of a floor index
    /// - `NotUpgradeable`: a floor index could never be upgraded again
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        let call = upgrade::probe(INDEX);
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &call).map_err(Revert)
    }

    // ---- Views ----

    /// Who governs.
    pub fn owner(&self) -> Address {
        self.state.ownership().owner()
    }

    /// Who may take the ownership; zero is nobody.
    pub fn pending_owner(&self) -> Address {
        self.state.ownership().pending()
    }

    /// Who may turn sources off; zero is nobody.
    pub fn guardian(&self) -> Address {
        self.state.guardian().get()
    }

    /// The bid book.
    pub fn book(&self) -> Address {
        self.state.peer(IndexPeer::Book)
    }

    /// The number that the market has in reports.
    pub fn market(&self) -> B256 {
        self.state.market()
    }

    /// The program behind the index.
    pub fn program(&self) -> Address {
        self.state.peer(IndexPeer::AdminProgram)
    }

    /// What the index was made with.
    pub fn params(&self) -> FloorIndexParams {
        index_params_view(&past::params(self.vm()))
    }

    /// Where the price comes from, and what the sources say now.
    pub fn sources(&self) -> SourcesView {
        let (vm, depth) = (self.vm(), past::params(self.vm()).depth);
        let (sources, accepted, used) = (past::sources(vm), past::accepted(vm), past::index(vm).sources);
        let book = self.state.peer(IndexPeer::Book);
        let reading = outside::read_book(vm, book, depth);
        SourcesView {
            book,
            bookPrice: U256::from(reading.bid),
            askPrice: U256::from(reading.ask),
            countsPending: reading.pending,
            pool: sources.pool,
            poolFee: U256::from(sources.fees.pool_bps),
            mintFee: U256::from(sources.fees.mint_bps),
            poolPrice: U256::from(outside::pool_price(vm, &sources, depth)),
            quorum: U256::from(sources.panel.quorum),
            reportsPrice: U256::from(accepted.answer(self.state.now())),
            round: U256::from(accepted.round),
            reportedAt: U256::from(accepted.oldest),
            used: U256::from(used),
        }
    }

    /// What an update now would move its value between, if what is bid and asked is still there.
    ///
    /// # Returns
    /// - `lower`: the average bid, wei; 0 if there was none
    /// - `upper`: the average ask, wei; 0 unless there has been one for a whole window
    pub fn bounds(&self) -> (U256, U256) {
        let (index, window) = (past::index(self.vm()), past::params(self.vm()).window);
        let elapsed = self.state.now().saturating_sub(index.time);
        let average = |mut series: Series, is_whole: bool| {
            let advanced = series.advance(elapsed, window);
            let counts = advanced.is_ok() && (!is_whole || series.is_full(window));
            U256::from(if counts { series.average().unwrap_or_default() } else { 0 })
        };
        let upper = if index.ask.price == 0 { U256::ZERO } else { average(index.ask, true) };
        (average(index.bid, false), upper)
    }

    /// Who may report, by seat.
    pub fn signers(&self) -> Vec<Address> {
        let (vm, panel) = (self.vm(), past::sources(self.vm()).panel);
        (0..panel.seats.count_ones() as u8).map(|seat| Past::new(vm).signer(seat)).collect()
    }

    /// The hash of the domain that reports are signed in (EIP-712).
    #[selector(name = "DOMAIN_SEPARATOR")]
    pub fn domain_separator(&self) -> B256 {
        B256::from(outside::domain(self.vm()))
    }

    /// The integral of the value up to now, wei seconds: between two moments it grows by the average times the seconds.
    pub fn cumulative(&self) -> U256 {
        let cumulative = past::index(self.vm()).cumulative_at(self.state.now());
        U256::from(cumulative.unwrap_or_default())
    }

    /// When epochs are; 0 before the first.
    ///
    /// # Returns
    /// - `epoch`: the one that `time` is in
    /// - `start`: when it begins, seconds since 1970
    /// - `end`: when it ends, which is when the next begins
    pub fn epoch_at(&self, time: U256) -> Outcome<(U256, U256, U256)> {
        let epochs = past::params(self.vm()).epochs();
        let epoch = epochs.at(seconds(time))?;
        Ok((U256::from(epoch), U256::from(epochs.start(epoch)), U256::from(epochs.end(epoch))))
    }

    /// The first epoch whose beginning is not written down: `closeEpochs` writes those that have begun.
    pub fn next_epoch(&self) -> U256 {
        U256::from(past::index(self.vm()).next)
    }
}

impl IndexAdmin {
    fn place_pool(&mut self, pool: Address, fees: Fees) -> Outcome<()> {
        let sources = past::sources(self.vm());
        past::set_sources(self.vm(), &Sources { pool, fees, ..sources })?;
        let words = [U256::from(fees.pool_bps), U256::from(fees.mint_bps)];
        emit::<events::PoolChanged>(self.vm(), &[address_word(pool)], &words);
        Ok(())
    }

    /// Replaces who may report; what was accepted before is given up.
    fn place_panel(&mut self, panel: Panel) -> Outcome<()> {
        let vm = self.vm();
        past::set_sources(vm, &Sources { panel, ..past::sources(vm) })?;
        let newest = past::accepted(vm).newest;
        past::set_accepted(vm, &Accepted { newest, ..Accepted::default() })?;
        let words = [U256::from(panel.seats.count_ones()), U256::from(panel.quorum)];
        emit::<events::PanelChanged>(vm, &[], &words);
        Ok(())
    }
}

/// A fee in basis points.
fn fee(index: u8, value: U256) -> Outcome<u32> {
    let value: u128 = value.saturating_to();
    if value > BPS {
        return Err(IndexError::ParameterOutOfBounds { index, value }.into());
    }
    Ok(value as u32)
}
