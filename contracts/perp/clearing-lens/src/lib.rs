//! The clearing house's views, and lists for keepers.
//!
//! Runs on the clearing house's storage by delegatecall. A view brings the market to this block in memory and writes
//! nothing. Calls it does not know go on to settlement, administration or previews.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use everfloor_common::delegate;
use everfloor_perp_rules::{
    Ledger, Market, Position, depth, liquidation, losses::Losses, margin, market::Context,
    position::Valuation,
};
use everfloor_perp_storage::{
    abi::{
        params_view,
        views::{CurveView, MarketParams, MarketView, MoneyView, PositionView, Programs},
    },
    layout::{CalendarRecord, ParamsRecord},
    revert::{Outcome, int},
    state::{ClearingState, Program, Session},
    store::{self, LoadedCalendar, LoadedLosses},
};
use stylus_sdk::{ArbResult, abi::Bytes, function_selector, prelude::*};

/// The clearing house, seen by its views.
#[storage]
#[entrypoint]
pub struct ClearingLens {
    state: ClearingState,
}

#[public]
impl ClearingLens {
    // ---- The contract ----

    /// Who governs.
    pub fn owner(&self) -> Address {
        self.state.ownership().owner()
    }

    /// Who may take the ownership; zero is nobody.
    pub fn pending_owner(&self) -> Address {
        self.state.ownership().pending()
    }

    /// Who may pause opening; zero is nobody.
    pub fn guardian(&self) -> Address {
        self.state.guardian().get()
    }

    /// The collateral token.
    pub fn quote_token(&self) -> Address {
        self.state.quote_token()
    }

    /// The insurance fund.
    pub fn insurance_fund(&self) -> Address {
        self.state.insurance_fund()
    }

    /// The programs behind the clearing house.
    pub fn programs(&self) -> Programs {
        let program = |program| self.state.program(program);
        Programs {
            risk: program(Program::Risk),
            takeover: program(Program::Takeover),
            upkeep: program(Program::Upkeep),
            settlement: program(Program::Settlement),
            orders: program(Program::Orders),
            lens: program(Program::Lens),
            preview: program(Program::Preview),
            admin: program(Program::Admin),
        }
    }

    /// Who may move parameters in bounded steps; zero is nobody.
    pub fn council(&self) -> Address {
        self.state.council()
    }

    /// The contract that raises money against deficits; zero is none.
    pub fn deficit_ledger(&self) -> Address {
        self.state.deficit_ledger()
    }

    /// Number of markets; their ids run from 1.
    pub fn market_count(&self) -> U256 {
        U256::from(self.state.market_count())
    }

    /// Token units a keeper may withdraw.
    pub fn reward_of(&self, keeper: Address) -> U256 {
        self.state.rewards().get(keeper)
    }

    // ---- Markets ----

    /// A market now.
    pub fn get_market(&self, market_id: U256) -> Outcome<MarketView> {
        let mut session = self.present(market_id)?;
        let slot = session.market.slot();
        let feed = store::load_params(self.vm(), slot).feed;
        let losses = LoadedLosses::load(self.vm(), slot).value.losses;
        let calendar = LoadedCalendar::load(self.vm(), slot).value;
        let record = session.market.value.clone();
        let (market, context) = session.parts();
        Ok(MarketView {
            feed,
            paused: market.status.paused,
            reduceOnly: market.status.reduce_only,
            halted: market.status.halted,
            oracleStatus: context.oracle.status.code(),
            oracleUpdatedAt: U256::from(context.oracle.updated_at),
            indexPrice: U256::from(context.oracle.price),
            spotPrice: U256::from(market.curve.spot()?),
            markPrice: U256::from(margin::neutral_price(market, &context)?),
            curve: curve_view(market, &calendar)?,
            longSize: U256::from(market.long_size),
            shortSize: U256::from(market.short_size),
            longFundingIndex: int(market.funding.long_index),
            shortFundingIndex: int(market.funding.short_index),
            money: money_view(&market.ledger, &losses)?,
            settlementPrice: U256::from(calendar.settlement.price),
            accounts: U256::from(record.accounts),
            openPositions: U256::from(record.open_positions),
            sequence: U256::from(record.sequence),
        })
    }

    /// A market's feed and parameters.
    ///
    /// # Returns
    /// - `feed`: the price feed
    /// - `params`: the parameters
    pub fn get_params(&self, market_id: U256) -> Outcome<(Address, MarketParams)> {
        let market = self.state.load_market(market_id)?;
        let ParamsRecord { feed, params } = store::load_params(self.vm(), market.slot());
        Ok((feed, params_view(&params)))
    }

    /// The price that liquidation looks at, wad: the mark's time-average within the oracle's band.
    pub fn mark_price(&self, market_id: U256) -> Outcome<U256> {
        let mut session = self.present(market_id)?;
        let (market, context) = session.parts();
        Ok(U256::from(margin::neutral_price(market, &context)?))
    }

    /// The oracle's price, wad; the last good one if it is not good now, 0 if the feed does not answer.
    pub fn index_price(&self, market_id: U256) -> Outcome<U256> {
        Ok(U256::from(self.state.open_market(market_id)?.oracle.price))
    }

    /// The curve's marginal price, wad.
    pub fn spot_price(&self, market_id: U256) -> Outcome<U256> {
        let market = self.state.load_market(market_id)?;
        Ok(U256::from(market.value.market.curve.spot()?))
    }

    /// The share of waiting profit that can be taken now, wad: 1 while the pool covers all of it.
    pub fn haircut(&self, market_id: U256) -> Outcome<U256> {
        let market = self.state.load_books(market_id)?;
        Ok(U256::from(market.value.market.ledger.haircut_wad()?))
    }

    // ---- Accounts ----

    /// An account's position now.
    pub fn get_position(&self, market_id: U256, account: Address) -> Outcome<PositionView> {
        let mut session = self.present(market_id)?;
        let position = session.position_now(self.vm(), account)?;
        let (market, context) = session.parts();
        position_view(market, &position, &context)
    }

    /// Token units that `removeMargin` would give `account` now.
    pub fn max_withdraw(&self, market_id: U256, account: Address) -> Outcome<U256> {
        let mut session = self.present(market_id)?;
        let position = session.position_now(self.vm(), account)?;
        let (market, context) = session.parts();
        Ok(U256::from(margin::removable(market, &position, &context)?))
    }

    /// Equity over notional at the liquidation mark, wad; the largest value for a flat account.
    pub fn margin_ratio(&self, market_id: U256, account: Address) -> Outcome<I256> {
        let mut session = self.present(market_id)?;
        let position = session.position_now(self.vm(), account)?;
        let (market, context) = session.parts();
        let valuation = margin::at_neutral(market, &position, &context)?;
        Ok(int(valuation.margin_ratio_wad(context.scale)?))
    }

    /// Up to `count` accounts of a market, from place `from` (0 is the first). Leaving accounts change the order of
    /// those after them: read a list in one block.
    ///
    /// # Returns
    /// - `accounts`: the accounts
    /// - `next`: where to go on; 0 at the end
    pub fn accounts_of_market(
        &self,
        market_id: U256,
        from: U256,
        count: U256,
    ) -> Outcome<(Vec<Address>, U256)> {
        self.page(market_id, from, count, |_, _, _| true)
    }

    /// Those of up to `count` accounts of a market, from place `from`, that can be liquidated now.
    ///
    /// # Returns
    /// - `accounts`: the accounts
    /// - `next`: where to go on; 0 at the end
    pub fn liquidatable(&self, market_id: U256, from: U256, count: U256) -> Outcome<(Vec<Address>, U256)> {
        self.page(market_id, from, count, |market, position, context| {
            // An account that cannot even be assessed is one to look at.
            liquidation::is_liquidatable(market, position, context).unwrap_or(true)
        })
    }

    /// Hands every other call to the program that knows it.
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        let program = match calldata.first_chunk() {
            Some(selector) if SETTLEMENT_SELECTORS.contains(selector) => Program::Settlement,
            Some(selector) if ADMIN_SELECTORS.contains(selector) => Program::Admin,
            _ => Program::Preview,
        };
        delegate::forward(self.vm(), self.state.program(program), calldata)
    }
}

/// What `clearing-settlement` answers.
pub const SETTLEMENT_SELECTORS: [[u8; 4]; 5] = [
    function_selector!("haltMarket", U256),
    function_selector!("settlePosition", U256, Address),
    function_selector!("redeemClaim", U256, Address),
    function_selector!("recapitalize", U256, U256),
    function_selector!("allocateDeficit", U256),
];

/// What `clearing-admin` answers; what neither knows is the previews'.
pub const ADMIN_SELECTORS: [[u8; 4]; 14] = [
    function_selector!("setCollateral", Address, Address),
    function_selector!("setPrograms", Programs),
    function_selector!("createMarket", Address, U256, U256, U256, MarketParams),
    function_selector!("setMarket", U256, Address, MarketParams),
    function_selector!("stepMarket", U256, MarketParams),
    function_selector!("setOpeningPaused", U256, bool),
    function_selector!("setReduceOnly", U256, bool),
    function_selector!("setGuardian", Address),
    function_selector!("setCouncil", Address),
    function_selector!("setDeficitLedger", Address),
    function_selector!("transferOwnership", Address),
    function_selector!("acceptOwnership"),
    function_selector!("upgradeToAndCall", Address, Bytes),
    function_selector!("UPGRADE_INTERFACE_VERSION"),
];

impl ClearingLens {
    /// A market brought to this block, in memory.
    fn present(&self, market_id: U256) -> Outcome<Session> {
        let mut session = self.state.open_market(market_id)?;
        session.accrue()?;
        Ok(session)
    }

    /// One page of a market's list, of those accounts that `wanted` accepts.
    fn page(
        &self,
        market_id: U256,
        from: U256,
        count: U256,
        wanted: impl Fn(&Market, &Position, &Context<'_>) -> bool,
    ) -> Outcome<(Vec<Address>, U256)> {
        let mut session = self.present(market_id)?;
        let (slot, total) = (session.market.slot(), session.market.value.accounts);
        let from = u32::try_from(from).unwrap_or(u32::MAX).min(total);
        let to = from.saturating_add(u32::try_from(count).unwrap_or(u32::MAX)).min(total);
        let mut accounts = Vec::new();
        for place in from..to {
            let (account, _) = store::entry(self.vm(), slot, place.saturating_add(1));
            let before = session.market.value.market;
            let position = session.position_now(self.vm(), account)?;
            let (market, context) = session.parts();
            if wanted(market, &position, &context) {
                accounts.push(account);
            }
            session.market.value.market = before; // each is looked at in the market as it is stored
        }
        let next = if to < total { U256::from(to) } else { U256::ZERO };
        Ok((accounts, next))
    }
}

fn curve_view(market: &Market, calendar: &CalendarRecord) -> Outcome<CurveView> {
    let curve = market.curve;
    Ok(CurveView {
        baseReserve: U256::from(curve.base),
        quoteReserve: U256::from(curve.quote),
        peg: U256::from(curve.peg),
        depth: U256::from(depth::depth(&curve)?),
        driftPpm: int(market.drift_ppm.into()),
        lastRepeg: U256::from(calendar.last_repeg),
        lastDepth: U256::from(calendar.last_depth),
    })
}

fn money_view(ledger: &Ledger, losses: &Losses) -> Outcome<MoneyView> {
    Ok(MoneyView {
        principal: U256::from(ledger.principal),
        pool: U256::from(ledger.pool),
        claims: U256::from(ledger.claims),
        fees: U256::from(ledger.fees),
        insuranceDue: U256::from(ledger.insurance_due),
        badDebt: U256::from(losses.bad_debt),
        deficit: U256::from(losses.deficit),
        haircut: U256::from(ledger.haircut_wad()?),
    })
}

fn position_view(market: &Market, position: &Position, context: &Context<'_>) -> Outcome<PositionView> {
    let (neutral, maintenance) = liquidation::assess(market, position, context)?;
    let exit = Valuation::at_exit(market, position, context).ok();
    Ok(PositionView {
        size: int(position.size),
        openNotional: U256::from(position.open_notional),
        margin: U256::from(position.margin),
        claim: U256::from(position.claim),
        fundingOwed: int(position.funding_owed_up(market, context.scale)?),
        notional: U256::from(neutral.notional),
        unrealizedPnl: int(neutral.pnl_wad),
        equity: int(neutral.equity),
        marginRatio: int(neutral.margin_ratio_wad(context.scale)?),
        maintenanceMargin: U256::from(maintenance),
        exitNotional: exit.map_or(U256::MAX, |exit| U256::from(exit.notional)),
        exitPnl: int(exit.map_or(i128::MIN, |exit| exit.pnl_wad)),
        freeCollateral: int(margin::free_collateral(market, position, context).unwrap_or(i128::MIN)),
        liquidationPrice: U256::from(margin::liquidation_price(market, position, context)?),
        liquidatable: liquidation::is_liquidatable(market, position, context)?,
        takeoverStart: U256::from(position.takeover_start),
        claimWorth: U256::from(market.ledger.worth_of(position.claim)?),
    })
}
