//! What happened to whom, from the events alone: every unit that came to an account or left it, and why.

use std::collections::HashMap;

use alloy::{
    primitives::{Address, Log},
    sol_types::SolEvent,
};

use crate::{
    bindings::{ClearingHouse, InsuranceFund},
    demo::{
        money::{signed, units, wad},
        world::Contracts,
    },
};

/// How a position was closed by somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Curve,
    Taker,
    OtherSide,
    Settlement,
}

impl Mode {
    fn of(number: u8) -> Self {
        match number {
            0 => Self::Curve,
            1 => Self::Taker,
            2 => Self::OtherSide,
            _ => Self::Settlement,
        }
    }
}

/// One account, token units.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    /// Put into the market.
    pub deposited: u128,
    /// Taken out of it.
    pub withdrawn: u128,
    /// Realised profits.
    pub gains: u128,
    /// Realised losses.
    pub losses: u128,
    /// Losses and funding moved into the pool before the position was closed.
    pub realized_early: u128,
    /// Funding paid, less funding received.
    pub funding: i128,
    /// Funding paid at those times when it was paid.
    pub funding_paid: u128,
    /// Fees.
    pub fees: u128,
    /// Penalties.
    pub penalties: u128,
    /// Losses that others covered.
    pub shortfall: u128,
    /// Losses set off against its own waiting profit.
    pub set_off: u128,
    /// Profit given up to a haircut.
    pub given_up: u128,
    /// Liquidations, takeovers and deleveragings of its position.
    pub liquidations: u64,
    /// Its trades.
    pub trades: u64,
    margin: u128,
    claim: u128,
}

impl Account {
    /// What its own events say it must have: to the unit.
    pub fn explained(&self) -> i128 {
        let came = whole(self.deposited) + whole(self.gains) + whole(self.shortfall);
        let went = whole(self.losses)
            + whole(self.realized_early)
            + self.funding
            + whole(self.fees)
            + whole(self.penalties)
            + whole(self.given_up)
            + whole(self.withdrawn);
        came - went
    }

    /// The least that is left of its money when nobody has been paid with it: what it put in, less what it lost and paid.
    pub fn least(&self) -> i128 {
        whole(self.deposited)
            - whole(self.losses)
            - whole(self.realized_early)
            - whole(self.funding_paid)
            - whole(self.fees)
            - whole(self.penalties)
    }

    /// What it did not get back of that: nothing, ever.
    pub fn missing(&self) -> u128 {
        (self.least() - whole(self.withdrawn)).max(0).unsigned_abs()
    }

    /// Books where an event left margin and claim; a loss may have eaten of the claim.
    fn now_has(&mut self, net: i128, margin: u128, claim: u128) {
        if net < 0 {
            self.set_off += self.claim.saturating_sub(claim);
        }
        (self.margin, self.claim) = (margin, claim);
    }

    fn realize(&mut self, pnl: i128, funding: i128) {
        self.gains += pnl.max(0).unsigned_abs();
        self.losses += pnl.min(0).unsigned_abs();
        self.funding += funding;
        self.funding_paid += funding.max(0).unsigned_abs();
    }
}

fn whole(value: u128) -> i128 {
    i128::try_from(value).unwrap_or(i128::MAX)
}

/// Everything that happened, token units unless named otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    /// Liquidations on the curve.
    pub liquidations: u64,
    /// Base taken over, and how often.
    pub taken_base: f64,
    pub takeovers: u64,
    /// Auctions begun.
    pub auctions: u64,
    /// Base closed against the other side, and how often.
    pub deleveraged_base: f64,
    pub deleveragings: u64,
    /// Positions settled at the price of the halted market.
    pub settled: u64,
    /// Losses beyond margins and own claims.
    pub shortfall: u128,
    /// Paid of them by the market's fees and its insurance share.
    pub by_market: u128,
    /// Paid by the market's ledger of the insurance fund.
    pub by_fund_ledger: u128,
    /// Paid by the shared one.
    pub by_fund_shared: u128,
    /// Paid by nobody.
    pub uncovered: u128,
    /// Losses moved early, for winners who waited.
    pub realized_early: u128,
    /// Changes of the peg and of the depth, and what they cost the fees.
    pub repegs: u64,
    pub repeg_cost: u128,
    /// What changes of the curve would have brought: paid to nobody.
    pub repeg_gain: u128,
    /// Penalties.
    pub penalties: u128,
    /// Keepers' rewards.
    pub rewards: u128,
    /// Notional traded, dollars.
    pub volume: f64,
}

/// The diary.
#[derive(Clone, Debug)]
pub(crate) struct Diary {
    at: Contracts,
    places: HashMap<Address, usize>,
    /// By place.
    pub accounts: Vec<Account>,
    /// All together.
    pub totals: Totals,
}

impl Diary {
    /// An empty diary of these accounts.
    pub fn new(at: Contracts, places: HashMap<Address, usize>) -> Self {
        let accounts = vec![Account::default(); places.len()];
        Self { at, places, accounts, totals: Totals::default() }
    }

    /// Whose address it is.
    pub fn place(&self, address: Address) -> Option<usize> {
        self.places.get(&address).copied()
    }

    /// Somebody's page.
    pub fn account(&mut self, place: usize) -> Option<&mut Account> {
        self.accounts.get_mut(place)
    }

    fn page(&mut self, address: Address) -> Option<&mut Account> {
        let place = self.place(address)?;
        self.accounts.get_mut(place)
    }

    /// Writes down what a transaction logged.
    pub fn note(&mut self, logs: &[Log]) {
        for log in logs {
            if log.address == self.at.house {
                self.note_house(log);
            } else if log.address == self.at.fund
                && let Ok(drawn) = InsuranceFund::Drawn::decode_log(log)
            {
                self.totals.by_fund_ledger += units(drawn.fromMarket);
                self.totals.by_fund_shared += units(drawn.fromShared);
            }
        }
        self.charge_liquidations(logs);
    }

    fn note_house(&mut self, log: &Log) {
        if let Ok(event) = ClearingHouse::PositionChanged::decode_log(log) {
            let (pnl, funding) = (signed(event.realizedPnl), signed(event.fundingPayment));
            self.totals.volume += wad(event.exchangedNotional);
            if let Some(page) = self.page(event.trader) {
                page.trades += 1;
                page.realize(pnl, funding);
                page.fees += units(event.fee);
                page.now_has(pnl - funding, units(event.margin), units(event.claim));
            }
        } else if let Ok(event) = ClearingHouse::PositionDeleveraged::decode_log(log) {
            let (pnl, funding) = (signed(event.realizedPnl), signed(event.fundingPayment));
            if let Some(page) = self.page(event.trader) {
                page.realize(pnl, funding);
                // What neither margin nor claim could pay went into the entry value, and will be lost there.
                let paid = whole(page.margin) + whole(page.claim);
                page.shortfall += (funding - pnl - paid).max(0).unsigned_abs();
                page.now_has(pnl - funding, units(event.margin), units(event.claim));
            }
        } else if let Ok(event) = ClearingHouse::MarginChanged::decode_log(log) {
            let funding = signed(event.fundingPayment);
            if let Some(page) = self.page(event.trader) {
                page.realize(0, funding);
                page.now_has(-funding, units(event.margin), units(event.claim));
            }
        } else if let Ok(event) = ClearingHouse::LossRealized::decode_log(log) {
            let moved = units(event.amount);
            self.totals.realized_early += moved;
            if let Some(page) = self.page(event.trader) {
                page.realized_early += moved;
                page.realize(0, signed(event.fundingPayment));
                page.margin = units(event.margin);
            }
        } else if let Ok(event) = ClearingHouse::ProfitClaimed::decode_log(log) {
            if let Some(page) = self.page(event.trader) {
                page.given_up += units(event.amount.saturating_sub(event.payout));
                page.margin = units(event.margin);
                page.claim = page.claim.saturating_sub(units(event.amount));
            }
        } else {
            self.note_market(log);
        }
    }

    fn note_market(&mut self, log: &Log) {
        let totals = &mut self.totals;
        if ClearingHouse::TakeoverStarted::decode_log(log).is_ok() {
            totals.auctions += 1;
        } else if let Ok(event) = ClearingHouse::SideDeleveraged::decode_log(log) {
            totals.deleveraged_base += wad(event.base);
        } else if let Ok(event) = ClearingHouse::CurveChanged::decode_log(log) {
            let cost = signed(event.cost);
            totals.repegs += 1;
            totals.repeg_cost += cost.max(0).unsigned_abs();
            totals.repeg_gain += cost.min(0).unsigned_abs();
        }
    }

    /// What a PositionChanged calls a fee was the penalty where a PositionLiquidated of the same account follows.
    fn charge_liquidations(&mut self, logs: &[Log]) {
        let house = self.at.house;
        for log in logs.iter().filter(|log| log.address == house) {
            let Ok(event) = ClearingHouse::PositionLiquidated::decode_log(log) else { continue };
            let (penalty, shortfall) = (units(event.penalty), units(event.shortfall));
            let base = base_of(logs, event.trader);
            let totals = &mut self.totals;
            match Mode::of(event.mode) {
                Mode::Curve => totals.liquidations += 1,
                Mode::Taker => {
                    totals.takeovers += 1;
                    totals.taken_base += base;
                }
                Mode::OtherSide => totals.deleveragings += 1,
                Mode::Settlement => totals.settled += 1,
            }
            totals.shortfall += shortfall;
            totals.by_market += units(event.coveredByMarket);
            totals.uncovered += units(event.uncovered);
            totals.penalties += penalty;
            totals.rewards += units(event.keeperReward);
            if let Some(page) = self.page(event.trader) {
                page.fees = page.fees.saturating_sub(penalty);
                page.penalties += penalty;
                page.shortfall += shortfall;
                page.liquidations += u64::from(Mode::of(event.mode) != Mode::Settlement);
            }
        }
    }
}

/// The base that a transaction moved off somebody's position.
fn base_of(logs: &[Log], trader: Address) -> f64 {
    let events = logs.iter().filter_map(|log| ClearingHouse::PositionChanged::decode_log(log).ok());
    let last = events.filter(|event| event.trader == trader).last();
    last.map_or(0.0, |event| wad(event.exchangedBase.unsigned_abs()))
}
