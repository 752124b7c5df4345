//! The clearing house's administration: markets, parameters, pausing, ownership.
//!
//! Runs on the clearing house's storage by delegatecall. It creates markets, moves parameters within their hard
//! bounds and pauses opening; none of that moves anybody's money, and nothing that a user needs to leave is here. Three
//! roles: the guardian only pauses, the risk council moves parameters in bounded steps, the owner does the rest. Who
//! owns the contract can replace its programs, though, and so must be a timelock wherever money is real.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

#[cfg(not(target_arch = "wasm32"))]
use alloc::string::String;
use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_common::{
    raw,
    roles::non_zero,
    routes,
    token::{Decimals, decimals_of},
    upgrade,
};
use everfloor_perp_rules::{Curve, Market, Params, PerpError, funding};
use everfloor_perp_storage::{
    abi::{
        errors, events, params_of,
        views::{MarketParams, Programs},
    },
    layout::{MarketRecord, ParamsRecord},
    revert::{Outcome, Revert},
    state::{ClearingState, Session, log_status, narrow, next_event, read_feed},
    store::{self, LoadedCalendar, LoadedLosses, LoadedMarket},
};
use stylus_sdk::{abi::Bytes, function_selector, prelude::*};

/// Seconds between two steps of a market's parameters, and between two graces.
const STEP_INTERVAL: u64 = 86_400;

sol! {
    function quoteToken() external view returns (address);
}

/// A call that only `clearing-house` knows ([`upgrade::probe`]).
const HOUSE: [u8; 4] = function_selector!("closePosition", U256, U256, U256, U256, U256);

/// A call that only each of the others knows, in their order.
const OTHERS: [[u8; 4]; 8] = [
    function_selector!("liquidate", U256, Address, U256, U256),
    function_selector!("startTakeover", U256, Address),
    function_selector!("settleFunding", U256),
    function_selector!("haltMarket", U256),
    function_selector!("operatorScopes", Address, Address),
    function_selector!("council"),
    function_selector!("maxOpen", U256, Address, u8, U256),
    function_selector!("setCouncil", Address),
];

/// The clearing house, seen by its administration.
#[storage]
#[entrypoint]
pub struct ClearingAdmin {
    state: ClearingState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl ClearingAdmin {
    /// Names the owner and the programs; once, in the call that creates the proxy. The owner then sets the collateral
    /// (`setCollateral`) and creates markets.
    pub fn initialize(&mut self, owner: Address, programs: Programs) -> Outcome<()> {
        self.state.initializer().begin()?;
        self.state.ownership().init(owner)?;
        self.state.set_programs(programs)
    }

    /// Sets the collateral, an ERC-20 of at most 18 decimals, and the insurance fund, which keeps the same token; once.
    /// Owner only.
    pub fn set_collateral(&mut self, quote_token: Address, insurance_fund: Address) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        let before = self.state.quote_token();
        if !before.is_zero() {
            return Err(Revert(errors::CollateralAlreadySet { quoteToken: before }.abi_encode()));
        }
        let scale = self.scale_of(non_zero(quote_token)?)?;
        self.require_same_token(non_zero(insurance_fund)?, quote_token)?;
        self.state.set_quote_token(quote_token, scale);
        self.state.set_insurance_fund(insurance_fund);
        self.vm().log(events::CollateralSet { quoteToken: quote_token, insuranceFund: insurance_fund });
        Ok(())
    }

    /// Replaces the programs behind the clearing house. Owner only; not in the middle of another call.
    ///
    /// # Errors
    /// - `ProgramMismatch`: one is not the program that belongs there
    /// - `NotUpgradeable`: a clearing house could never be upgraded again
    pub fn set_programs(&mut self, programs: Programs) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.require_free()?;
        self.state.set_programs(programs)?;
        for (slot, selector) in (0..).zip(OTHERS) {
            let program = self.state.program_at(slot);
            upgrade::require_program(self.vm(), program, &upgrade::probe(selector)).map_err(Revert)?;
        }
        upgrade::require_upgradeable_still(self.vm()).map_err(Revert)
    }

    /// Opens a market on virtual reserves and a peg (wad; price is peg · quote / base), with its price feed and
    /// parameters. Owner only.
    ///
    /// # Returns
    /// - `marketId`: its id
    pub fn create_market(
        &mut self,
        feed: Address,
        base_reserve: U256,
        quote_reserve: U256,
        peg: U256,
        params: MarketParams,
    ) -> Outcome<U256> {
        self.state.ownership().only_owner()?;
        if self.state.quote_token().is_zero() {
            return Err(Revert(errors::CollateralNotSet {}.abi_encode()));
        }
        let curve = Curve { base: narrow(base_reserve)?, quote: narrow(quote_reserve)?, peg: narrow(peg)? };
        if curve.base == 0 || curve.spot()? == 0 {
            return Err(PerpError::ZeroAmount.into());
        }
        let id = self.state.next_market()?;
        let vm = self.vm();
        let slot = store::market_slot(vm, id);
        let reading = read_feed(vm, non_zero(feed)?);
        reading.require_usable()?;
        let mut market = LoadedMarket::load(vm, slot);
        market.value = MarketRecord {
            market: Market::new(curve, reading.cumulative, vm.block_timestamp()),
            sequence: 0,
            accounts: 0,
            open_positions: 0,
        };
        let sequence = next_event(&mut market);
        market.save(vm)?;
        self.save_params(slot, feed, params_of(&params)?)?;
        vm.log(events::MarketCreated {
            marketId: id,
            sequence,
            feed,
            baseReserve: base_reserve,
            quoteReserve: quote_reserve,
            peg,
        });
        Ok(id)
    }

    /// Replaces a market's feed and parameters, within their hard bounds, from this block on. Owner only.
    pub fn set_market(&mut self, market_id: U256, feed: Address, params: MarketParams) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        let session = self.present(market_id)?;
        self.replace_params(session, feed, params_of(&params)?)
    }

    /// Moves a market's parameters by at most a tenth of each, within their hard bounds, once a day. For the risk
    /// council and the owner.
    pub fn step_market(&mut self, market_id: U256, params: MarketParams) -> Outcome<()> {
        self.only_council()?;
        let session = self.present(market_id)?;
        let mut calendar = LoadedCalendar::load(self.vm(), session.market.slot());
        let (now, next) = (session.now(), calendar.value.last_step.saturating_add(STEP_INTERVAL));
        if now < next {
            return Err(PerpError::TooEarly { next, now }.into());
        }
        calendar.value.last_step = now;
        calendar.save(self.vm())?;
        let params = params_of(&params)?;
        session.params.validate_step(&params)?;
        let feed = store::load_params(self.vm(), session.market.slot()).feed;
        self.replace_params(session, feed, params)
    }

    /// Pauses or resumes opening in a market; reducing, closing, margin, claims and liquidation go on. After it is
    /// resumed, positions with equity are not liquidated for the market's `resumeGrace`, once a day. Guardian, council and owner may
    /// pause, council and owner resume.
    pub fn set_opening_paused(&mut self, market_id: U256, paused: bool) -> Outcome<()> {
        if self.only_council().is_err() {
            self.state.guardian().only_guardian(&self.state.ownership())?;
            if !paused {
                return self.only_council();
            }
        }
        let mut market = self.state.load_books(market_id)?;
        if !paused && market.value.market.status.paused {
            self.begin_grace(&market)?;
        }
        market.value.market.status.paused = paused;
        self.save_status(market_id, &mut market)
    }

    /// Lets a market only reduce, or grow again. For the risk council and the owner.
    pub fn set_reduce_only(&mut self, market_id: U256, reduce_only: bool) -> Outcome<()> {
        self.only_council()?;
        let mut market = self.state.load_books(market_id)?;
        market.value.market.status.reduce_only = reduce_only;
        self.save_status(market_id, &mut market)
    }

    /// Replaces the code: `new_implementation` is the new `clearing-house`, and does `data` on what there is here,
    /// if that is not empty: `setPrograms(..)` for the others. Owner only.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of a clearing house
    /// - `NotUpgradeable`: a clearing house could never be upgraded again
    /// - `Reentrant`: in the middle of another call
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.require_free()?;
        let call = upgrade::probe(HOUSE);
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &call).map_err(Revert)
    }

    /// Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    #[cfg(not(target_arch = "wasm32"))]
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version(&self) -> Outcome<String> {
        Ok(String::from(upgrade::UPGRADE_INTERFACE_VERSION))
    }

    /// Replaces the guardian; zero is nobody. Owner only.
    pub fn set_guardian(&mut self, guardian: Address) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.guardian().set(guardian);
        Ok(())
    }

    /// Replaces the risk council; zero is nobody. Owner only.
    pub fn set_council(&mut self, council: Address) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.set_council(council);
        self.vm().log(events::CouncilChanged { council });
        Ok(())
    }

    /// Replaces the contract that raises money against deficits; zero is none, and deficits are bad debt at once. Owner
    /// only.
    pub fn set_deficit_ledger(&mut self, deficit_ledger: Address) -> Outcome<()> {
        self.state.ownership().only_owner()?;
        self.state.set_deficit_ledger(deficit_ledger);
        self.vm().log(events::DeficitLedgerChanged { deficitLedger: deficit_ledger });
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

routes!(ClearingAdmin {
    "initialize"(Address, Programs) => initialize;
    "setCollateral"(Address, Address) => set_collateral;
    "setPrograms"(Programs) => set_programs;
    "createMarket"(Address, U256, U256, U256, MarketParams) => create_market;
    "setMarket"(U256, Address, MarketParams) => set_market;
    "stepMarket"(U256, MarketParams) => step_market;
    "setOpeningPaused"(U256, bool) => set_opening_paused;
    "setReduceOnly"(U256, bool) => set_reduce_only;
    "setGuardian"(Address) => set_guardian;
    "setCouncil"(Address) => set_council;
    "setDeficitLedger"(Address) => set_deficit_ledger;
    "transferOwnership"(Address) => transfer_ownership;
    "acceptOwnership"() => accept_ownership;
    "upgradeToAndCall"(Address, Bytes) => upgrade_to_and_call;
    "UPGRADE_INTERFACE_VERSION"() => interface_version;
});

impl ClearingAdmin {
    #[cfg(target_arch = "wasm32")]
    fn interface_version(&self) -> Outcome<upgrade::InterfaceVersion> {
        Ok(upgrade::InterfaceVersion)
    }

    /// Refuses everybody but the risk council and the owner.
    fn only_council(&self) -> Outcome<()> {
        let caller = self.vm().msg_sender();
        if caller == self.state.council() || caller == self.state.ownership().owner() {
            return Ok(());
        }
        Err(Revert(errors::NotCouncil { caller }.abi_encode()))
    }

    /// A market brought to now.
    fn present(&self, market_id: U256) -> Outcome<Session> {
        self.state.require_free()?;
        let mut session = self.state.open_market(market_id)?;
        session.market.value.market.require_live()?;
        session.accrue()?;
        session.log_funding(self.vm());
        Ok(session)
    }

    /// Writes parameters that count from now on.
    fn replace_params(&self, mut session: Session, feed: Address, params: Params) -> Outcome<()> {
        let vm = self.vm();
        // A new feed's integral begins where it is: funding never sees the jump between two feeds.
        let reading = read_feed(vm, non_zero(feed)?);
        reading.require_usable()?;
        funding::rebase(&mut session.market.value.market, reading.cumulative);
        let sequence = session.next_event();
        self.save_params(session.market.slot(), feed, params)?;
        session.save(vm)?;
        vm.log(events::MarketParamsChanged { marketId: session.id, sequence, feed });
        Ok(())
    }

    fn save_params(&self, slot: U256, feed: Address, params: Params) -> Outcome<()> {
        params.validate(self.state.scale())?;
        Ok(store::save_params(self.vm(), slot, &ParamsRecord { feed, params })?)
    }

    /// Lets the grace after a pause begin; not again within a day: who pauses and resumes again and again spares nobody.
    fn begin_grace(&self, market: &LoadedMarket) -> Outcome<()> {
        let mut losses = LoadedLosses::load(self.vm(), market.slot());
        let now = self.vm().block_timestamp();
        if now >= losses.value.resumed_at.saturating_add(STEP_INTERVAL) {
            losses.value.resumed_at = now;
            losses.save(self.vm())?;
        }
        Ok(())
    }

    fn save_status(&self, market_id: U256, market: &mut LoadedMarket) -> Outcome<()> {
        self.state.require_free()?;
        market.value.market.require_live()?;
        log_status(self.vm(), market_id, market);
        Ok(market.save(self.vm())?)
    }

    fn require_same_token(&self, fund: Address, token: Address) -> Outcome<()> {
        let answer = raw::static_call(self.vm(), fund, &quoteTokenCall::SELECTOR, u64::MAX, 32);
        let kept = answer.ok().and_then(|bytes| raw::word_at(&bytes, 0));
        if kept == Some(raw::address_word(token)) {
            return Ok(());
        }
        Err(Revert(errors::InsuranceFundMismatch { insuranceFund: fund, quoteToken: token }.abi_encode()))
    }

    /// Wad per unit of a token, from its decimals.
    fn scale_of(&self, token: Address) -> Outcome<u64> {
        match decimals_of(self.vm(), token) {
            Decimals::Scale(factor) => Ok(factor),
            Decimals::Unsupported(decimals) => {
                Err(Revert(errors::UnsupportedToken { token, decimals }.abi_encode()))
            }
        }
    }
}
