//! What the rules say should have happened, beside what the contracts did.
//!
//! [`Model`] holds a market and its positions as the plain values of `everfloor-perp-rules`, and applies the rules to
//! them with what the oracle says now. [`Rebuilt`] knows nothing but the events.

use std::collections::BTreeMap;

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolEvent;
use everfloor_perp_rules::{
    Curve, Market, OracleReading, OracleStatus, Params, PerpError, Position, funding::accrue, liquidation,
    market::Context,
};
use everfloor_perp_storage::revert::Revert;
use everfloor_test::{
    Backend, Log, System,
    abi::{ClearingHouse::*, MarketParams, PriceFeed},
};

/// Wad per token unit.
const SCALE: u128 = 1_000_000_000_000;

pub type Rule<T> = Result<T, Box<PerpError>>;

fn n(value: U256) -> u128 {
    value.to()
}

/// The revert that a refusal of the rules must become.
pub fn revert_of(error: Box<PerpError>) -> Vec<u8> {
    Revert::from(error).0
}

/// A market by the rules.
pub struct Model {
    pub market: Market,
    pub params: Params,
    pub positions: BTreeMap<Address, Position>,
    /// The list, in the order the contract must keep.
    pub list: Vec<Address>,
    pub rewards: BTreeMap<Address, u128>,
    /// Token units of the market's ledger in the fund.
    pub insured: u128,
    pub drawn: BTreeMap<Address, u128>,
}

impl Model {
    /// A market that has just been created on this system.
    pub fn of<B: Backend>(s: &System<B>, p: &MarketParams) -> Self {
        let view = s.market();
        let curve = Curve { base: n(view.baseReserve), quote: n(view.quoteReserve), peg: n(view.peg) };
        Self {
            market: Market::new(curve, reading(s).cumulative, s.backend.now()),
            params: Params {
                initial_margin_ppm: p.initialMarginPpm,
                maintenance_margin_ppm: p.maintenanceMarginPpm,
                fee_ppm: p.feePpm,
                liquidation_penalty_ppm: p.liquidationPenaltyPpm,
                insurance_share_ppm: p.insuranceSharePpm,
                keeper_share_ppm: p.keeperSharePpm,
                max_price_impact_ppm: p.maxPriceImpactPpm,
                max_divergence_ppm: p.maxDivergencePpm,
                mark_band_ppm: p.markBandPpm,
                max_funding_ppm: p.maxFundingPpm,
                twap_window: p.twapWindow,
                min_notional: n(p.minNotional),
                max_open_interest: n(p.maxOpenInterest),
                max_position: n(p.maxPosition),
                keeper_floor: n(p.keeperFloor),
            },
            positions: BTreeMap::new(),
            list: Vec::new(),
            rewards: BTreeMap::new(),
            insured: 0,
            drawn: BTreeMap::new(),
        }
    }

    /// An account's position.
    pub fn position(&self, account: Address) -> Position {
        self.positions.get(&account).copied().unwrap_or_default()
    }

    /// Applies a rule to the market and one account's position; a refusal changes neither.
    pub fn apply<B: Backend, T>(
        &mut self,
        s: &System<B>,
        account: Address,
        rule: impl FnOnce(&mut Market, &mut Position, &Context<'_>) -> Rule<T>,
    ) -> Rule<T> {
        let (mut market, mut position) = (self.market, self.position(account));
        let result = rule(&mut market, &mut position, &self.context(s))?;
        self.market = market;
        self.keep(account, position);
        Ok(result)
    }

    /// What the rules read besides.
    pub fn context<B: Backend>(&self, s: &System<B>) -> Context<'_> {
        Context { params: &self.params, oracle: reading(s), scale: SCALE, now: s.backend.now() }
    }

    fn keep(&mut self, account: Address, mut position: Position) {
        let place = self.list.iter().position(|listed| *listed == account);
        match (position.is_empty(), place) {
            (true, Some(place)) => {
                self.list.swap_remove(place);
            }
            (false, None) => self.list.push(account),
            _ => {}
        }
        if position.is_empty() {
            position.funding_index = 0;
        }
        self.positions.insert(account, position);
    }

    /// Whether an account can be liquidated now.
    pub fn liquidatable<B: Backend>(&self, s: &System<B>, account: Address) -> bool {
        let (mut market, context) = (self.market, self.context(s));
        accrue(&mut market, &context).expect("sane values");
        liquidation::is_liquidatable(&market, &self.position(account), &context).expect("sane values")
    }

    /// The views are the model, brought to this block.
    #[track_caller]
    pub fn assert_market<B: Backend>(&self, s: &System<B>) {
        let mut market = self.market;
        accrue(&mut market, &self.context(s)).expect("sane values");
        let v = s.market();
        let int = |value| I256::try_from(value).expect("fits");
        assert_eq!(
            (n(v.baseReserve), n(v.quoteReserve), n(v.peg)),
            (market.curve.base, market.curve.quote, market.curve.peg)
        );
        assert_eq!((n(v.longSize), n(v.shortSize)), (market.long_size, market.short_size));
        assert_eq!(
            (v.longFundingIndex, v.shortFundingIndex),
            (int(market.funding.long_index), int(market.funding.short_index))
        );
        let ledger = market.ledger;
        assert_eq!(
            [v.principal, v.pool, v.claims, v.fees, v.insuranceDue, v.badDebt].map(n),
            [
                ledger.principal,
                ledger.pool,
                ledger.claims,
                ledger.fees,
                ledger.insurance_due,
                ledger.bad_debt
            ]
        );
        assert_eq!((v.openingPaused, n(v.accounts)), (market.opening_paused, self.list.len() as u128));
        let margins: u128 = self.positions.values().map(|position| position.margin).sum();
        let claims: u128 = self.positions.values().map(|position| position.claim).sum();
        assert_eq!((ledger.principal, ledger.claims), (margins, claims), "ledger and positions");
        let rewards: u128 = self.rewards.values().sum();
        let held = ledger.total().expect("sane values") + rewards;
        assert_eq!(n(s.balance(s.house)), held, "tokens held are not those of the ledgers");
    }

    /// An account's view is the model.
    #[track_caller]
    pub fn assert_position<B: Backend>(&self, s: &System<B>, account: Address) {
        let (v, p) = (s.position(account), self.position(account));
        assert_eq!(
            (v.size, n(v.openNotional), n(v.margin), n(v.claim)),
            (I256::try_from(p.size).expect("fits"), p.open_notional, p.margin, p.claim)
        );
        assert_eq!(v.liquidatable, self.liquidatable(s, account));
    }
}

/// What the feed says now.
fn reading<B: Backend>(s: &System<B>) -> OracleReading {
    let r = s.ask(s.feed, PriceFeed::readCall {}).expect("the feed answers");
    OracleReading {
        price: n(r.price),
        cumulative: n(r.cumulative),
        updated_at: r.updatedAt,
        status: OracleStatus::from_code(r.status),
    }
}

/// An account as the events tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub size: I256,
    pub open_notional: U256,
    pub margin: U256,
    pub claim: U256,
}

/// A market from its events alone.
#[derive(Clone, Debug, Default)]
pub struct Rebuilt {
    pub sequence: U256,
    pub base_reserve: U256,
    pub accounts: BTreeMap<Address, Told>,
    pub long_index: I256,
    pub short_index: I256,
    pub spot: U256,
    pub paused: bool,
    pub bad_debt: U256,
}

fn as_event<E: SolEvent>(log: &Log) -> Option<E> {
    E::decode_raw_log(log.topics.iter().copied(), &log.data).ok()
}

impl Rebuilt {
    /// Takes the events of a transaction in.
    #[track_caller]
    pub fn take(&mut self, house: Address, market: U256, logs: &[Log]) {
        for log in logs.iter().filter(|log| log.address == house) {
            if log.topics.get(1).is_some_and(|topic| U256::from_be_bytes(topic.0) == market) {
                self.take_one(log);
            }
        }
    }

    #[track_caller]
    fn count(&mut self, sequence: U256) {
        assert_eq!(sequence, self.sequence + U256::ONE, "events of a market count without gaps");
        self.sequence = sequence;
    }

    fn told(&mut self, account: Address) -> &mut Told {
        self.accounts.entry(account).or_default()
    }

    #[track_caller]
    fn take_one(&mut self, log: &Log) {
        if let Some(e) = as_event::<MarketCreated>(log) {
            self.count(e.sequence);
            self.base_reserve = e.baseReserve;
            self.spot = e.quoteReserve * e.peg / e.baseReserve;
        } else if let Some(e) = as_event::<PositionChanged>(log) {
            self.count(e.sequence);
            self.base_reserve = (I256::from_raw(self.base_reserve) - e.exchangedBase).into_raw();
            self.spot = e.spotPrice;
            *self.told(e.trader) =
                Told { size: e.size, open_notional: e.openNotional, margin: e.margin, claim: e.claim };
        } else if let Some(e) = as_event::<MarginChanged>(log) {
            self.count(e.sequence);
            let told = self.told(e.trader);
            let together = I256::from_raw(told.margin + told.claim) + e.amount - e.fundingPayment;
            assert_eq!(together.into_raw(), e.margin + e.claim, "what was added, less the funding");
            (told.margin, told.claim) = (e.margin, e.claim);
        } else if let Some(e) = as_event::<PositionLiquidated>(log) {
            self.count(e.sequence);
            self.bad_debt += e.badDebt;
        } else if let Some(e) = as_event::<FundingAccrued>(log) {
            self.count(e.sequence);
            (self.long_index, self.short_index) = (e.longIndex, e.shortIndex);
        } else if let Some(e) = as_event::<LossRealized>(log) {
            self.count(e.sequence);
            let told = self.told(e.trader);
            (told.margin, told.open_notional) = (e.margin, e.openNotional);
        } else if let Some(e) = as_event::<ProfitClaimed>(log) {
            self.count(e.sequence);
            let told = self.told(e.trader);
            (told.margin, told.claim) = (e.margin, told.claim - e.amount);
        } else if let Some(e) = as_event::<InsurancePaid>(log) {
            self.count(e.sequence);
        } else if let Some(e) = as_event::<OpeningPauseChanged>(log) {
            self.count(e.sequence);
            self.paused = e.paused;
        } else if let Some(e) = as_event::<MarketParamsChanged>(log) {
            self.count(e.sequence);
        } else {
            panic!("an event of the market that nobody knows: {log:?}");
        }
    }

    /// The market is as its events told it.
    #[track_caller]
    pub fn assert_market<B: Backend>(&self, s: &System<B>, now_settled: bool) {
        let v = s.market();
        assert_eq!(
            (v.sequence, v.baseReserve, v.spotPrice, v.openingPaused),
            (self.sequence, self.base_reserve, self.spot, self.paused)
        );
        if now_settled {
            assert_eq!((v.longFundingIndex, v.shortFundingIndex), (self.long_index, self.short_index));
        }
        let side = |positive: bool| {
            let sizes = self.accounts.values().map(|told| told.size);
            sizes
                .filter(|size| size.is_positive() == positive)
                .map(|size| size.unsigned_abs())
                .fold(U256::ZERO, |sum, size| sum + size)
        };
        assert_eq!((v.longSize, v.shortSize), (side(true), side(false)));
        let margins = self.accounts.values().map(|told| told.margin);
        assert_eq!(v.principal, margins.fold(U256::ZERO, |sum, margin| sum + margin));
        let claims = self.accounts.values().map(|told| told.claim);
        assert_eq!(v.claims, claims.fold(U256::ZERO, |sum, claim| sum + claim));
    }

    /// An account is as the events told it.
    #[track_caller]
    pub fn assert_position<B: Backend>(&self, s: &System<B>, account: Address) {
        let v = s.position(account);
        let shown = Told { size: v.size, open_notional: v.openNotional, margin: v.margin, claim: v.claim };
        assert_eq!(shown, self.accounts.get(&account).cloned().unwrap_or_default());
    }
}
