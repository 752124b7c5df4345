//! A small language for stories about V1: a rig, steps, and facts that must hold to the wei.
#![allow(dead_code, reason = "each test binary tells its own stories")]

use everfloor_v1_model::{
    AmmParams, Dec, Holder, MarketId, PnlOption, Ratios, Report, Reserves, Result, Side, Trader, V1Error,
    WAD, World, valuation::Value,
};

pub const ALICE: Trader = Trader(1);
pub const BOB: Trader = Trader(2);
pub const CAROL: Trader = Trader(3);
pub const KEEPER: Trader = Trader(4);

/// How a story begins; everything is written as a decimal.
pub struct Rig {
    pub quote: &'static str,
    pub base: &'static str,
    pub maintenance: &'static str,
    pub liquidation_fee: &'static str,
    pub partial_liquidation: &'static str,
    pub toll: &'static str,
    pub funding_period: u64,
    pub alice: &'static str,
    pub bob: &'static str,
    pub carol: &'static str,
    pub insurance: &'static str,
}

/// A curve of 1,000 to 100, all ratios 5 %, no limits, no fees, daily funding, 5,000 for Alice, Bob and the fund.
pub const RIG: Rig = Rig {
    quote: "1000",
    base: "100",
    maintenance: "0.05",
    liquidation_fee: "0.05",
    partial_liquidation: "0",
    toll: "0",
    funding_period: 86_400,
    alice: "5000",
    bob: "5000",
    carol: "0",
    insurance: "5000",
};

/// What an owner changes in the middle of a story.
pub enum Setting {
    FluctuationLimit,
    PartialLiquidation,
    Toll,
    Spread,
    OpenInterestCap,
}

/// What can be looked at. Balances are in token units of 6 decimals, all else in 18 decimals.
#[derive(Clone, Copy, Debug)]
pub enum Fact {
    Size(Trader),
    Margin(Trader),
    OpenNotional(Trader),
    SpotNotional(Trader),
    SpotPnl(Trader),
    TwapPnl(Trader),
    MarginWithFunding(Trader),
    Equity(Trader),
    MarginRatio(Trader),
    FreeCollateral(Trader),
    SettlementValue(Trader),
    Wallet(Trader),
    Vault,
    InsuranceFund,
    TollPool,
    QuoteReserve,
    BaseReserve,
    NetSize,
    CumulativePremium,
    OpenInterest,
    PrepaidBadDebt,
    SettlementPrice,
    // Of the last action:
    ExchangedSize,
    ExchangedQuote,
    Fee,
    RealizedPnl,
    UnrealizedPnlAfter,
    BadDebt,
    FundingPayment,
    LiquidationPenalty,
    LiquidationFee,
    LiquidationBadDebt,
}

/// A world with one market, and what happened last.
pub struct Story {
    pub world: World,
    pub market: MarketId,
    pub last: Report,
}

/// `37.5` as 37.5 in 18 decimals.
pub fn dec(text: &str) -> Dec {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    assert!(fraction.len() <= 18, "{text}: more than 18 decimals");
    let digits = format!("{whole}{fraction:0<18}");
    digits.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn params(rig: &Rig) -> AmmParams {
    AmmParams {
        reserves: Reserves { quote: dec(rig.quote), base: dec(rig.base) },
        trade_limit_ratio: dec("0.9"),
        fluctuation_limit_ratio: 0,
        toll_ratio: dec(rig.toll),
        spread_ratio: 0,
        max_holding_base: 0,
        open_interest_cap: 0,
        twap_interval: 3_600,
        funding_period: rig.funding_period,
    }
}

impl Story {
    pub fn new(rig: Rig) -> Self {
        let ratios = Ratios {
            initial: dec("0.05"),
            maintenance: dec(rig.maintenance),
            liquidation_fee: dec(rig.liquidation_fee),
            partial_liquidation: dec(rig.partial_liquidation),
        };
        let mut world = World::new(ratios, 6);
        world.now = 1_444_004_400;
        world.block = 10_001;
        for (holder, balance) in [
            (Holder::Wallet(ALICE), rig.alice),
            (Holder::Wallet(BOB), rig.bob),
            (Holder::Wallet(CAROL), rig.carol),
            (Holder::InsuranceFund, rig.insurance),
        ] {
            let units = world.token.units(dec(balance));
            world.token.mint(holder, units);
        }
        let market = world.add_market(params(&rig), 100 * WAD);
        Story { world, market, last: Report::default() }.sync_oracle()
    }

    /// The same rig's curve once more, as a second market of the same world.
    pub fn add_market(&mut self, rig: &Rig) -> MarketId {
        self.world.add_market(params(rig), dec("10"))
    }

    pub fn open(mut self, who: Trader, side: Side, quote: &str, leverage: &str, limit: &str) -> Self {
        self.last = done(self.try_open(who, side, quote, leverage, limit));
        self
    }

    pub fn close(mut self, who: Trader, limit: &str) -> Self {
        self.last = done(self.try_close(who, limit));
        self
    }

    pub fn liquidate(mut self, by: Trader, who: Trader, limit: &str) -> Self {
        self.last = done(self.try_liquidate(by, who, limit));
        self
    }

    pub fn add_margin(mut self, who: Trader, amount: &str) -> Self {
        done(self.try_add_margin(who, amount));
        self
    }

    pub fn remove_margin(mut self, who: Trader, amount: &str) -> Self {
        done(self.try_remove_margin(who, amount));
        self
    }

    pub fn migrate(mut self, multiplier: &str) -> Self {
        done(self.try_migrate(multiplier));
        self
    }

    pub fn settle(mut self, who: Trader) -> Self {
        done(self.try_settle(who));
        self
    }

    pub fn shutdown(mut self) -> Self {
        done(self.world.shutdown(self.market));
        self
    }

    /// Waits for the end of the funding period and settles it at this oracle average.
    pub fn fund(mut self, oracle_twap: &str) -> Self {
        done(self.try_fund(oracle_twap));
        self
    }

    pub fn try_open(
        &mut self,
        who: Trader,
        side: Side,
        quote: &str,
        lev: &str,
        limit: &str,
    ) -> Result<Report> {
        self.world.open(who, self.market, side, dec(quote), dec(lev), dec(limit))
    }

    pub fn try_close(&mut self, who: Trader, limit: &str) -> Result<Report> {
        self.world.close(who, self.market, dec(limit))
    }

    pub fn try_liquidate(&mut self, by: Trader, who: Trader, limit: &str) -> Result<Report> {
        self.world.liquidate(by, who, self.market, dec(limit))
    }

    pub fn try_add_margin(&mut self, who: Trader, amount: &str) -> Result<()> {
        self.world.add_margin(who, self.market, dec(amount))
    }

    pub fn try_remove_margin(&mut self, who: Trader, amount: &str) -> Result<()> {
        self.world.remove_margin(who, self.market, dec(amount))
    }

    pub fn try_migrate(&mut self, multiplier: &str) -> Result<()> {
        self.world.migrate(self.market, dec(multiplier), 0)
    }

    pub fn try_settle(&mut self, who: Trader) -> Result<Dec> {
        self.world.settle_position(who, self.market)
    }

    pub fn try_fund(&mut self, oracle_twap: &str) -> Result<()> {
        let amm = &mut done(self.world.market_mut(self.market)).amm;
        amm.oracle.twap = dec(oracle_twap);
        let due = amm.next_funding_time;
        self.world.now = self.world.now.max(due);
        self.world.pay_funding(self.market).map(drop)
    }

    /// Time passes, with a block every 15 seconds but at least one.
    pub fn forward(mut self, seconds: u64) -> Self {
        self.world.advance(seconds, (seconds / 15).max(1));
        self
    }

    pub fn backstop(mut self, who: Trader) -> Self {
        self.world.backstop.insert(who);
        self
    }

    /// The oracle's price becomes spot.
    pub fn sync_oracle(mut self) -> Self {
        let amm = &mut done(self.world.market_mut(self.market)).amm;
        amm.oracle.price = done(amm.spot());
        self
    }

    pub fn oracle(mut self, price: &str) -> Self {
        done(self.world.market_mut(self.market)).amm.oracle.price = dec(price);
        self
    }

    pub fn set(mut self, setting: Setting, value: &str) -> Self {
        let params = &mut done(self.world.market_mut(self.market)).amm.params;
        let value = dec(value);
        match setting {
            Setting::FluctuationLimit => params.fluctuation_limit_ratio = value,
            Setting::Toll => params.toll_ratio = value,
            Setting::Spread => params.spread_ratio = value,
            Setting::OpenInterestCap => params.open_interest_cap = value,
            Setting::PartialLiquidation => done(self.world.set_partial_liquidation(value)),
        }
        self
    }

    pub fn repeat(self, times: usize, step: impl Fn(Self) -> Self) -> Self {
        (0..times).fold(self, |story, _| step(story))
    }

    /// The step must fail like this and leave no trace.
    pub fn refuses<T: core::fmt::Debug>(
        mut self,
        expected: V1Error,
        step: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Self {
        let before = format!("{:?}", self.world);
        match step(&mut self) {
            Err(error) => assert_eq!(error, expected, "{error}"),
            Ok(report) => panic!("expected \"{expected}\", got {report:?}"),
        }
        assert_eq!(format!("{:?}", self.world), before, "\"{expected}\" left a trace");
        self
    }

    #[track_caller]
    pub fn is(self, fact: Fact, expected: i128) -> Self {
        assert_eq!(self.look(fact), expected, "{fact:?}");
        self
    }

    pub fn look(&self, fact: Fact) -> i128 {
        let (world, id) = (&self.world, self.market);
        let market = done(world.market(id));
        let position = |who| done(world.position(id, who));
        let value = |who, option| -> Value { done(world.value(id, who, option)) };
        let liquidation = self.last.liquidation.unwrap_or_default();
        match fact {
            Fact::Size(who) => position(who).size,
            Fact::Margin(who) => position(who).margin,
            Fact::OpenNotional(who) => position(who).open_notional,
            Fact::SpotNotional(who) => value(who, PnlOption::Spot).notional,
            Fact::SpotPnl(who) => value(who, PnlOption::Spot).pnl,
            Fact::TwapPnl(who) => value(who, PnlOption::Twap).pnl,
            Fact::MarginWithFunding(who) => done(world.margin_with_funding(id, who)),
            Fact::Equity(who) => done(world.equity(id, who, PnlOption::Spot)),
            Fact::MarginRatio(who) => done(world.margin_ratio(id, who)),
            Fact::FreeCollateral(who) => done(world.free_collateral(id, who)),
            Fact::SettlementValue(who) => done(world.settlement_value(id, who)),
            Fact::Wallet(who) => world.wallet(who),
            Fact::Vault => world.token.balance(Holder::Vault),
            Fact::InsuranceFund => world.token.balance(Holder::InsuranceFund),
            Fact::TollPool => world.token.balance(Holder::TollPool),
            Fact::QuoteReserve => market.amm.reserves.quote,
            Fact::BaseReserve => market.amm.reserves.base,
            Fact::NetSize => market.amm.total_position_size,
            Fact::CumulativePremium => market.premium_fraction(),
            Fact::OpenInterest => market.open_interest,
            Fact::PrepaidBadDebt => world.prepaid_bad_debt,
            Fact::SettlementPrice => market.amm.settlement_price,
            Fact::ExchangedSize => self.last.exchanged_size,
            Fact::ExchangedQuote => self.last.exchanged_quote,
            Fact::Fee => self.last.fee,
            Fact::RealizedPnl => self.last.realized_pnl,
            Fact::UnrealizedPnlAfter => self.last.unrealized_pnl_after,
            Fact::BadDebt => self.last.bad_debt,
            Fact::FundingPayment => self.last.funding_payment,
            Fact::LiquidationPenalty => liquidation.penalty,
            Fact::LiquidationFee => liquidation.fee,
            Fact::LiquidationBadDebt => liquidation.bad_debt,
        }
    }
}

/// The value of a step that must succeed.
#[track_caller]
pub fn done<T>(result: Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("refused: {error}"))
}
