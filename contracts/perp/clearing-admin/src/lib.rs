//! The clearing house's administration: markets, parameters, pausing, ownership.
//!
//! Runs on the clearing house's storage by delegatecall. It creates markets, moves parameters within their hard
//! bounds and pauses opening; none of that moves anybody's money, and nothing that a user needs to leave is here. Who
//! owns the contract can replace its programs, though, and so must be a timelock wherever money is real.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256, aliases::U64};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_common::{raw, roles::non_zero};
use everfloor_math::Scale;
use everfloor_perp_rules::{Curve, Market, Params, PerpError, funding};
use everfloor_perp_storage::{
    abi::{errors, events, views::MarketParams},
    layout::{MarketRecord, ParamsRecord},
    revert::{Outcome, Revert},
    state::{ClearingState, narrow, next_event, read_feed},
    store::{self, LoadedMarket},
};
use stylus_sdk::{host::VM, prelude::*};

sol! {
    function decimals() external view returns (uint8);
    function quoteToken() external view returns (address);
}

/// The clearing house, seen by its administration.
#[storage]
#[entrypoint]
pub struct ClearingAdmin {
    state: ClearingState,
}

#[public]
impl ClearingAdmin {
    /// Sets the collateral, an ERC-20 of at most 18 decimals, and the insurance fund, which keeps the same token; once.
    /// Owner only.
    pub fn set_collateral(&mut self, quote_token: Address, insurance_fund: Address) -> Outcome<()> {
        self.state.ownership.only_owner()?;
        let before = self.state.quote_token.get();
        if !before.is_zero() {
            return Err(Revert(errors::CollateralAlreadySet { quoteToken: before }.abi_encode()));
        }
        let scale = self.scale_of(non_zero(quote_token)?)?;
        self.require_same_token(non_zero(insurance_fund)?, quote_token)?;
        self.state.scale.set(scale);
        self.state.quote_token.set(quote_token);
        self.state.insurance_fund.set(insurance_fund);
        self.vm().log(events::CollateralSet { quoteToken: quote_token, insuranceFund: insurance_fund });
        Ok(())
    }

    /// Replaces the programs behind the clearing house. Owner only.
    pub fn set_programs(
        &mut self,
        risk: Address,
        lens: Address,
        admin: Address,
        preview: Address,
    ) -> Outcome<()> {
        self.state.ownership.only_owner()?;
        self.state.set_programs(risk, lens, admin, preview)
    }

    /// Opens a market on virtual reserves and a peg, wad, with a price feed. Owner only.
    ///
    /// # Returns
    /// - `marketId`: the new market's id; ids run from 1 without gaps
    pub fn create_market(
        &mut self,
        feed: Address,
        base_reserve: U256,
        quote_reserve: U256,
        peg: U256,
        params: MarketParams,
    ) -> Outcome<U256> {
        self.state.ownership.only_owner()?;
        if self.state.quote_token.get().is_zero() {
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
        };
        let sequence = next_event(&mut market);
        market.save(vm);
        save_params(vm, slot, feed, params, self.state.scale())?;
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
        self.state.ownership.only_owner()?;
        let mut session = self.state.open_market(market_id)?;
        session.accrue()?;
        session.log_funding(self.vm());
        let vm = self.vm();
        // The new feed's integral begins where it is: funding never sees the jump between two feeds.
        let reading = read_feed(vm, non_zero(feed)?);
        reading.require_usable()?;
        funding::rebase(&mut session.market.value.market, reading.cumulative);
        let sequence = session.next_event();
        save_params(vm, session.market.slot(), feed, params, self.state.scale())?;
        session.save(vm);
        vm.log(events::MarketParamsChanged { marketId: market_id, sequence, feed });
        Ok(())
    }

    /// Pauses or resumes opening in a market; reducing, closing, margin, claims and liquidation go on. Guardian and
    /// owner may pause, only the owner resumes.
    pub fn set_opening_paused(&mut self, market_id: U256, paused: bool) -> Outcome<()> {
        if paused {
            self.state.guardian.only_guardian(&self.state.ownership)?;
        } else {
            self.state.ownership.only_owner()?;
        }
        let mut market = self.state.load_market(market_id)?;
        market.value.market.opening_paused = paused;
        let sequence = next_event(&mut market);
        market.save(self.vm());
        self.vm().log(events::OpeningPauseChanged { marketId: market_id, sequence, paused });
        Ok(())
    }

    /// Replaces the guardian. Owner only.
    pub fn set_guardian(&mut self, guardian: Address) -> Outcome<()> {
        self.state.ownership.only_owner()?;
        self.state.guardian.set(guardian);
        Ok(())
    }

    /// Offers the ownership, which the new owner takes with `acceptOwnership`. Owner only.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Outcome<()> {
        Ok(self.state.ownership.offer(new_owner)?)
    }

    /// Takes an offered ownership.
    pub fn accept_ownership(&mut self) -> Outcome<()> {
        Ok(self.state.ownership.accept()?)
    }
}

impl ClearingAdmin {
    fn require_same_token(&self, fund: Address, token: Address) -> Outcome<()> {
        let answer = raw::static_call(self.vm(), fund, &quoteTokenCall::SELECTOR, u64::MAX, 32);
        let kept = answer.ok().and_then(|bytes| raw::word_at(&bytes, 0));
        if kept == Some(raw::address_word(token)) {
            return Ok(());
        }
        Err(Revert(errors::InsuranceFundMismatch { insuranceFund: fund, quoteToken: token }.abi_encode()))
    }

    /// Wad per unit of a token, from its decimals.
    fn scale_of(&self, token: Address) -> Outcome<U64> {
        let answer = raw::static_call(self.vm(), token, &decimalsCall::SELECTOR, u64::MAX, 32);
        let decimals = answer.ok().and_then(|bytes| raw::word_at(&bytes, 0)).unwrap_or(U256::MAX);
        let scale = u8::try_from(decimals).ok().and_then(|decimals| Scale::from_decimals(decimals).ok());
        match scale.and_then(|scale| u64::try_from(scale.factor).ok()) {
            Some(factor) => Ok(U64::from(factor)),
            None => Err(Revert(errors::UnsupportedToken { token, decimals }.abi_encode())),
        }
    }
}

fn save_params(vm: &VM, slot: U256, feed: Address, view: MarketParams, scale: u128) -> Outcome<()> {
    let params = Params {
        initial_margin_ppm: view.initialMarginPpm,
        maintenance_margin_ppm: view.maintenanceMarginPpm,
        fee_ppm: view.feePpm,
        liquidation_penalty_ppm: view.liquidationPenaltyPpm,
        insurance_share_ppm: view.insuranceSharePpm,
        keeper_share_ppm: view.keeperSharePpm,
        max_price_impact_ppm: view.maxPriceImpactPpm,
        max_divergence_ppm: view.maxDivergencePpm,
        mark_band_ppm: view.markBandPpm,
        max_funding_ppm: view.maxFundingPpm,
        twap_window: view.twapWindow,
        min_notional: narrow(view.minNotional)?,
        max_open_interest: narrow(view.maxOpenInterest)?,
        max_position: narrow(view.maxPosition)?,
        keeper_floor: narrow(view.keeperFloor)?,
    };
    params.validate(scale)?;
    Ok(store::save_params(vm, slot, &ParamsRecord { feed, params })?)
}
