//! What the rules say should have happened, beside what the contracts did.
//!
//! [`Model`] holds a market and its positions as the plain values of `everfloor-perp-rules`, and applies the rules to
//! them with what the oracle says now. [`Rebuilt`] knows nothing but the events.

use std::collections::BTreeMap;

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolEvent, SolValue};
use everfloor_perp_rules::{
    Curve, Market, OracleReading, OracleStatus, Params, PerpError, Position, Side,
    deleverage::{self, Index, Journey},
    funding::accrue,
    liquidation,
    losses::{Losses, Shortfall},
    market::Context,
};
use everfloor_perp_storage::{
    abi::{self, views},
    revert::Revert,
};
use everfloor_test::{
    Backend, Log, System,
    abi::{ClearingHouse::*, MarketParams, PositionView, PriceFeed},
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

/// Parameters as the rules know them, by what the contracts make of the ABI's.
fn params_of(params: &MarketParams) -> Params {
    let same = views::MarketParams::abi_decode(&params.abi_encode()).expect("one ABI");
    abi::params_of(&same).expect("parameters that fit")
}

/// A market by the rules.
pub struct Model {
    pub market: Market,
    pub params: Params,
    pub positions: BTreeMap<Address, Position>,
    /// The list, in the order the contract must keep.
    pub list: Vec<Address>,
    pub rewards: BTreeMap<Address, u128>,
    /// What each side's index was at each of its epochs.
    pub indices: BTreeMap<(bool, u16), Index>,
    pub losses: Losses,
    /// Whether the deficit ledger takes on what nobody paid.
    pub deficits_are_taken_on: bool,
    /// When opening was last resumed, and the curve last changed.
    pub resumed_at: u64,
    pub last_repeg: u64,
    pub last_depth: u64,
    /// Token units of the market's ledger in the fund.
    pub insured: u128,
    pub drawn: BTreeMap<Address, u128>,
}

impl Model {
    /// A market that has just been created on this system.
    pub fn of<B: Backend>(s: &System<B>, p: &MarketParams) -> Self {
        let view = s.market();
        let curve = Curve {
            base: n(view.curve.baseReserve),
            quote: n(view.curve.quoteReserve),
            peg: n(view.curve.peg),
        };
        Self {
            market: Market::new(curve, reading(s).cumulative, s.backend.now()),
            params: params_of(p),
            positions: BTreeMap::new(),
            list: Vec::new(),
            rewards: BTreeMap::new(),
            indices: BTreeMap::new(),
            losses: Losses::default(),
            deficits_are_taken_on: false,
            resumed_at: 0,
            last_repeg: 0,
            last_depth: 0,
            insured: 0,
            drawn: BTreeMap::new(),
        }
    }

    /// An account's position as it was last written.
    pub fn position(&self, account: Address) -> Position {
        self.positions.get(&account).copied().unwrap_or_default()
    }

    /// An account's position as it is now, in a market; what it gave up to deleveragings is booked there.
    fn caught_up_in(&self, market: &mut Market, losses: &mut Losses, account: Address, now: u64) -> Position {
        let mut position = self.position(account);
        if let Some(side) = position.side().filter(|_| deleverage::is_behind(market, &position)) {
            let epoch = position.epoch;
            let journey = Journey {
                from: self.index(side, epoch),
                next: self.index(side, epoch + 1),
                to: self.index(side, market.epoch(side)),
            };
            let given = deleverage::catch_up(market, &mut position, &journey, SCALE).expect("sane values");
            let unpaid = given.shortfall();
            unpaid.conclude(&mut market.ledger, losses, false, now).expect("sane values");
        }
        position
    }

    /// A side's index at an epoch.
    pub fn index(&self, side: Side, epoch: u16) -> Index {
        self.indices.get(&(side == Side::Long, epoch)).copied().unwrap_or_default()
    }

    /// Records the index that a deleveraging left.
    pub fn record_index(&mut self, side: Side, index: Index) {
        self.indices.insert((side == Side::Long, self.market.epoch(side)), index);
    }

    /// Applies a rule to the market and one account's position; a refusal changes neither.
    pub fn apply<B: Backend, T>(
        &mut self,
        s: &System<B>,
        account: Address,
        rule: impl FnOnce(&mut Market, &mut Position, &Context<'_>) -> Rule<T>,
    ) -> Rule<T> {
        let (mut market, mut losses) = (self.market, self.losses);
        let mut position = self.caught_up_in(&mut market, &mut losses, account, s.backend.now());
        let result = rule(&mut market, &mut position, &self.context(s))?;
        (self.market, self.losses) = (market, losses);
        self.keep(account, position);
        Ok(result)
    }

    /// Whether an account has to catch up.
    pub fn is_behind(&self, account: Address) -> bool {
        deleverage::is_behind(&self.market, &self.position(account))
    }

    /// Has an account catch up.
    pub fn catch_up<B: Backend>(&mut self, s: &System<B>, account: Address) {
        self.apply(s, account, |_, _, _| Ok(())).expect("no rule refuses it");
    }

    /// The same for what takes no notice of deleveragings.
    pub fn apply_raw<T>(
        &mut self,
        account: Address,
        rule: impl FnOnce(&mut Market, &mut Position) -> Rule<T>,
    ) -> Rule<T> {
        let (mut market, mut position) = (self.market, self.position(account));
        let result = rule(&mut market, &mut position)?;
        self.market = market;
        self.keep(account, position);
        Ok(result)
    }

    /// The same for a rule with two positions; both have caught up, the first is written last.
    pub fn apply_two<B: Backend, T>(
        &mut self,
        s: &System<B>,
        accounts: [Address; 2],
        rule: impl FnOnce(&mut Market, [&mut Position; 2], &Context<'_>) -> Rule<T>,
    ) -> Rule<T> {
        let (mut market, mut losses, now) = (self.market, self.losses, s.backend.now());
        let mut first = self.caught_up_in(&mut market, &mut losses, accounts[0], now);
        let mut second = self.caught_up_in(&mut market, &mut losses, accounts[1], now);
        let result = rule(&mut market, [&mut first, &mut second], &self.context(s))?;
        (self.market, self.losses) = (market, losses);
        self.keep(accounts[1], second);
        self.keep(accounts[0], first);
        Ok(result)
    }

    /// What the fund and the deficit ledger make of a shortfall of `owner`'s that the rules have left.
    pub fn recover(&mut self, owner: Address, shortfall: &mut Shortfall, now: u64) {
        if shortfall.amount == 0 {
            return;
        }
        let paid = shortfall.covered_by_fund.min(self.insured);
        let ledger = &mut self.market.ledger;
        shortfall.fund_paid(ledger, paid).expect("sane values");
        // What is less than the smallest position is not worth asking for.
        let least = self.params.min_notional.div_ceil(SCALE);
        let asked = shortfall.askable();
        let taken_on = self.deficits_are_taken_on && asked != 0 && asked >= least;
        shortfall.conclude(ledger, &mut self.losses, taken_on, now).expect("sane values");
        self.insured -= paid;
        *self.drawn.entry(owner).or_default() += paid;
    }

    /// What the rules read besides.
    pub fn context<B: Backend>(&self, s: &System<B>) -> Context<'_> {
        Context {
            params: &self.params,
            oracle: reading(s),
            scale: SCALE,
            now: s.backend.now(),
            resumed_at: self.resumed_at,
        }
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
            position = Position::default();
        }
        self.positions.insert(account, position);
    }

    /// Whether an account can be liquidated now.
    pub fn liquidatable<B: Backend>(&self, s: &System<B>, account: Address) -> bool {
        let (market, position) = self.present(s, account);
        liquidation::is_liquidatable(&market, &position, &self.context(s)).expect("sane values")
    }

    /// The market and a position, brought to this block.
    pub fn present<B: Backend>(&self, s: &System<B>, account: Address) -> (Market, Position) {
        let (mut market, mut losses) = (self.market, self.losses);
        accrue(&mut market, &self.context(s)).expect("sane values");
        let position = self.caught_up_in(&mut market, &mut losses, account, s.backend.now());
        (market, position)
    }

    /// The views are the model, brought to this block.
    #[track_caller]
    pub fn assert_market<B: Backend>(&self, s: &System<B>) {
        let mut market = self.market;
        accrue(&mut market, &self.context(s)).expect("sane values");
        let v = s.market();
        let int = |value: i128| I256::try_from(value).expect("fits");
        assert_eq!(
            (n(v.curve.baseReserve), n(v.curve.quoteReserve), n(v.curve.peg)),
            (market.curve.base, market.curve.quote, market.curve.peg)
        );
        assert_eq!((n(v.longSize), n(v.shortSize)), (market.long_size, market.short_size));
        assert_eq!(
            (v.longFundingIndex, v.shortFundingIndex),
            (int(market.funding.long_index), int(market.funding.short_index))
        );
        let ledger = market.ledger;
        assert_eq!(
            [v.money.principal, v.money.pool, v.money.claims, v.money.fees, v.money.insuranceDue].map(n),
            [ledger.principal, ledger.pool, ledger.claims, ledger.fees, ledger.insurance_due]
        );
        assert_eq!([v.money.badDebt, v.money.deficit].map(n), [self.losses.bad_debt, self.losses.deficit]);
        let status = market.status;
        assert_eq!((v.paused, v.reduceOnly, v.halted), (status.paused, status.reduce_only, status.halted));
        assert_eq!(v.curve.driftPpm, int(market.drift_ppm.into()));
        let open = self.positions.values().filter(|position| position.size != 0).count();
        assert_eq!((n(v.accounts), n(v.openPositions)), (self.list.len() as u128, open as u128));
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
        let (v, p) = (s.position(account), self.present(s, account).1);
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
    /// Whether its side was deleveraged and it has not been heard of since.
    pub behind: bool,
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
    pub reduce_only: bool,
    pub halted: bool,
    pub bad_debt: U256,
    pub deficit: U256,
    pub settlement_price: U256,
    pub deleveraged: bool,
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

    fn swap(&mut self, exchanged: I256) {
        self.base_reserve = (I256::from_raw(self.base_reserve) - exchanged).into_raw();
    }

    #[track_caller]
    fn take_one(&mut self, log: &Log) {
        if let Some(e) = as_event::<MarketCreated>(log) {
            self.count(e.sequence);
            self.base_reserve = e.baseReserve;
            self.spot = e.quoteReserve * e.peg / e.baseReserve;
        } else if let Some(e) = as_event::<PositionChanged>(log) {
            self.count(e.sequence);
            if !self.halted {
                self.swap(e.exchangedBase);
            }
            self.spot = e.spotPrice;
            *self.told(e.trader) = Told {
                size: e.size,
                open_notional: e.openNotional,
                margin: e.margin,
                claim: e.claim,
                behind: false,
            };
        } else if let Some(e) = as_event::<MarginChanged>(log) {
            self.count(e.sequence);
            let told = self.told(e.trader);
            let together = I256::from_raw(told.margin + told.claim) + e.amount - e.fundingPayment;
            assert_eq!(together.into_raw(), e.margin + e.claim, "what was added, less the funding");
            (told.margin, told.claim) = (e.margin, e.claim);
        } else if let Some(e) = as_event::<PositionLiquidated>(log) {
            self.count(e.sequence);
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
        } else if let Some(e) = as_event::<MarketStatusChanged>(log) {
            self.count(e.sequence);
            (self.paused, self.reduce_only, self.halted) = (e.paused, e.reduceOnly, e.halted);
        } else if let Some(e) = as_event::<LossesChanged>(log) {
            self.count(e.sequence);
            (self.bad_debt, self.deficit) = (e.badDebt, e.deficit);
        } else if let Some(e) = as_event::<TakeoverStarted>(log) {
            self.count(e.sequence);
        } else if let Some(e) = as_event::<SideDeleveraged>(log) {
            self.count(e.sequence);
            self.deleveraged = true;
            // The curve is not touched: what the closed position buys or sells is what this side gives up.
            let base = I256::from_raw(e.base);
            self.swap(if e.side == 0 { -base } else { base });
            for told in self.accounts.values_mut() {
                told.behind |= told.size != I256::ZERO && told.size.is_negative() == (e.side == 1);
            }
        } else if let Some(e) = as_event::<PositionDeleveraged>(log) {
            self.count(e.sequence);
            *self.told(e.trader) = Told {
                size: e.size,
                open_notional: e.openNotional,
                margin: e.margin,
                claim: e.claim,
                behind: false,
            };
        } else if let Some(e) = as_event::<CurveChanged>(log) {
            self.count(e.sequence);
            self.base_reserve = e.baseReserve;
            self.spot = e.quoteReserve * e.peg / e.baseReserve;
        } else if let Some(e) = as_event::<MarketRecapitalized>(log) {
            self.count(e.sequence);
        } else if let Some(e) = as_event::<MarketSettled>(log) {
            self.count(e.sequence);
            self.settlement_price = e.price;
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
            (v.sequence, v.curve.baseReserve, v.spotPrice),
            (self.sequence, self.base_reserve, self.spot)
        );
        assert_eq!((v.paused, v.reduceOnly, v.halted), (self.paused, self.reduce_only, self.halted));
        assert_eq!((v.money.badDebt, v.money.deficit), (self.bad_debt, self.deficit));
        assert_eq!(v.settlementPrice, self.settlement_price);
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
        if !self.deleveraged {
            assert_eq!((v.longSize, v.shortSize), (side(true), side(false)));
        }
        let margins = self.accounts.values().map(|told| told.margin);
        assert_eq!(v.money.principal, margins.fold(U256::ZERO, |sum, margin| sum + margin));
        let claims = self.accounts.values().map(|told| told.claim);
        assert_eq!(v.money.claims, claims.fold(U256::ZERO, |sum, claim| sum + claim));
    }

    /// An account is as the events told it, unless its side was deleveraged and nobody has looked at it since.
    #[track_caller]
    pub fn assert_position<B: Backend>(&self, s: &System<B>, account: Address) {
        let told = self.accounts.get(&account).cloned().unwrap_or_default();
        if told.behind {
            return;
        }
        let PositionView { size, openNotional: open_notional, margin, claim, .. } = s.position(account);
        assert_eq!(Told { size, open_notional, margin, claim, behind: false }, told);
    }
}
