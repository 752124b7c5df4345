//! The first vAMM's operations, played through our ABI.
//!
//! | there | here |
//! |---|---|
//! | `openPosition(side, quote, leverage, baseLimit)` that opens or grows | `openPosition` with margin `quote`, notional `quote · leverage` |
//! | the same against the position | `openPosition` without margin: there, too, reducing takes none |
//! | fees from the wallet | the order brings its fee along as margin: what is left in the margin is the same |
//! | `closePosition`, its quarter, its tenth | `closePosition` of all, or of that size |
//! | `payFunding` at an oracle average | the oracle at that price for the day, or for as long as the daily cap needs |
//! | the owner's settings | `setMarket` |
//! | `shutdown`, `settlePosition` | `haltMarket` after the oracle stood at a price, `settlePosition`, `redeemClaim` |
//! | `migrateLiquidity(m)` | `adjustDepth`, hour by hour, to `m` times the depth |
//! | the wallet after a close | `removeMargin` of all there is: closing pays to the margin |

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::{SolCall, SolError};
use everfloor_test::{
    LONG, NO_LIMIT, SHORT, System,
    abi::{ClearingHouse::*, FeedSettings, MarketParams, PositionView, PostedAggregator, PriceFeed},
    account, int, wad,
};

use crate::stage::Stage;

pub use Side::{Buy, Sell};
pub const ALICE: &str = "alice";
pub const BOB: &str = "bob";
pub const CAROL: &str = "carol";
pub const KEEPER: &str = "keeper";

/// A side as it is called there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Buy,
    Sell,
}

impl Side {
    pub fn number(self) -> u8 {
        match self {
            Buy => LONG,
            Sell => SHORT,
        }
    }
}

/// How a story begins; amounts and ratios as decimals.
#[derive(Clone, Copy)]
pub struct Rig {
    pub quote: &'static str,
    pub base: &'static str,
    /// Maintenance; the initial margin is 5 %, or this if it is more, since to stay never takes more than to enter.
    pub maintenance: &'static str,
    pub penalty: &'static str,
    pub fee: &'static str,
    pub twap_window: u32,
    pub insurance: &'static str,
}

/// A curve of 1,000 to 100, all ratios 5 %, no windows, spreads or caps, liquidation of the whole, 5,000 for all.
pub const RIG: Rig = Rig {
    quote: "1000",
    base: "100",
    maintenance: "0.05",
    penalty: "0.05",
    fee: "0",
    twap_window: 0,
    insurance: "5000",
};

/// What can be looked at.
#[derive(Clone, Copy, Debug)]
pub enum Fact {
    // Wad.
    Size(&'static str),
    OpenNotional(&'static str),
    /// Value of the whole size on the curve.
    SpotNotional(&'static str),
    SpotPnl(&'static str),
    /// Equity over value, both on the curve: what the first vAMM calls the margin ratio.
    SpotRatio(&'static str),
    /// The view `marginRatio`: at the neutral price.
    NeutralRatio(&'static str),
    QuoteReserve,
    BaseReserve,
    SpotPrice,
    LongSize,
    NetSize,
    LongFunding,
    ShortFunding,
    /// Of the last trade or liquidation.
    ExchangedSize,
    ExchangedQuote,
    // Token units, given in wad here.
    /// Margin and waiting profit: what the first vAMM keeps in one.
    Margin(&'static str),
    /// The account's own money alone.
    OwnMargin(&'static str),
    Claim(&'static str),
    /// Margin and waiting profit, less funding owed.
    MarginWithFunding(&'static str),
    FreeCollateral(&'static str),
    Wallet(&'static str),
    Reward(&'static str),
    Vault,
    InsuranceFund,
    MarketFees,
    InsuranceDue,
    Pool,
    BadDebt,
    /// Of the last trade or liquidation.
    Fee,
    RealizedPnl,
    FundingPayment,
    Penalty,
    KeeperReward,
    Shortfall,
    CoveredByFund,
    Uncovered,
}
pub use Fact::*;

/// A scenario on its way.
pub struct Story<B> {
    pub s: System<B>,
    /// Wad per token unit.
    pub scale: U256,
    /// Swaps and settlements so far: each may be a wei off, and a token unit.
    steps: u64,
    fee_ppm: u32,
    position: Option<PositionChanged>,
    liquidation: Option<PositionLiquidated>,
}

/// A decimal as wad.
pub fn w(text: &str) -> U256 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    assert!(part.len() <= 18, "{text} has too many decimals");
    format!("{whole}{part:0<18}").parse().expect("a decimal")
}

/// A decimal ratio as parts per million.
fn ppm(text: &str) -> u32 {
    (w(text) / U256::from(1_000_000_000_000_u64)).to()
}

impl<B: Stage> Story<B> {
    pub fn new(rig: Rig, decimals: u8) -> Self {
        let mut s = B::with_decimals(decimals);
        let fine_source = source(&mut s, w(rig.quote) * wad(1) / w(rig.base));
        s.source = fine_source;
        s.feed = s.new_feed(FeedSettings {
            minPrice: U256::ONE,
            maxPrice: wad(1_000_000_000),
            ..System::<B>::feed_settings(fine_source)
        });
        let call = createMarketCall {
            feed: s.feed,
            baseReserve: w(rig.base),
            quoteReserve: w(rig.quote),
            peg: wad(1),
            params: params::<B>(rig),
        };
        let owner = s.owner;
        s.market = s.must(owner, call).returned;
        let scale = U256::from(10).pow(U256::from(18 - decimals));
        for name in [ALICE, BOB, CAROL] {
            s.give(account(name), wad(5_000) / scale);
        }
        let (market, insurance) = (s.market, w(rig.insurance) / scale);
        if !insurance.is_zero() {
            s.insure(market, insurance);
        }
        Self { s, scale, steps: 0, fee_ppm: ppm(rig.fee), position: None, liquidation: None }
    }

    // ---- operations ----

    /// Opens or grows with a margin of `quote`.
    #[track_caller]
    pub fn open(mut self, who: &str, side: Side, quote: &str, leverage: &str, limit: &str) -> Self {
        let call = self.open_call(side, quote, leverage, limit);
        self.trade(who, call);
        self
    }

    /// Trades against the position: reduces, closes or reverses it.
    #[track_caller]
    pub fn against(mut self, who: &str, side: Side, quote: &str, leverage: &str, limit: &str) -> Self {
        let call = self.against_call(side, quote, leverage, limit);
        self.trade(who, call);
        self
    }

    /// Closes the whole.
    #[track_caller]
    pub fn close(self, who: &str, limit: &str) -> Self {
        self.close_size(who, U256::MAX, limit)
    }

    /// Closes one part of so many equal ones.
    #[track_caller]
    pub fn close_part(self, who: &str, of: u64, limit: &str) -> Self {
        let size = self.s.position(account(who)).size.unsigned_abs() / U256::from(of);
        self.close_size(who, size, limit)
    }

    #[track_caller]
    fn close_size(mut self, who: &str, size: U256, limit: &str) -> Self {
        let call = self.close_call(size, limit);
        let done = self.s.must(account(who), call);
        self.swapped(done.event());
        self
    }

    #[track_caller]
    pub fn add_margin(mut self, who: &str, amount: &str) -> Self {
        let call = addMarginCall { marketId: self.s.market, amount: self.units(w(amount)) };
        self.s.must(account(who), call);
        self
    }

    #[track_caller]
    pub fn remove_margin(mut self, who: &str, amount: &str) -> Self {
        let call = self.remove_call(who, amount);
        self.s.must(account(who), call);
        self
    }

    /// Takes out all margin of a flat account: what closing pays out there.
    #[track_caller]
    pub fn take_out(mut self, who: &str) -> Self {
        self.s.remove_all(account(who));
        self
    }

    #[track_caller]
    pub fn liquidate(mut self, by: &str, who: &str, limit: &str) -> Self {
        let call = self.liquidate_call(who, limit);
        let done = self.s.must(account(by), call);
        self.liquidation = Some(done.event());
        self.swapped(done.event());
        self
    }

    /// Funding of a period in which the oracle's average is `price`. A premium above the most of a day takes as many
    /// days as it is above it.
    #[track_caller]
    pub fn fund(mut self, price: &str) -> Self {
        self = self.oracle(price);
        let (index, mark) = (w(price), self.s.market().spotPrice);
        let (premium, most) = (index.abs_diff(mark), index / U256::from(2));
        let day = U256::from(86_400);
        let seconds = if premium > most { (premium * day).div_ceil(most) } else { day };
        self.s.change(|p| p.trading.maxFundingPpm = 500_000);
        self.s.warp(seconds.to());
        let call = settleFundingCall { marketId: self.s.market };
        self.s.must(account(KEEPER), call);
        self.s.change(|p| p.trading.maxFundingPpm = 0);
        self.steps += 1;
        self
    }

    pub fn forward(mut self, seconds: u64) -> Self {
        self.s.warp(seconds);
        self
    }

    /// The oracle's price, from a second later on.
    #[track_caller]
    pub fn oracle(mut self, price: &str) -> Self {
        self.post(w(price));
        self
    }

    /// The oracle says what the curve says.
    #[track_caller]
    pub fn sync_oracle(mut self) -> Self {
        let spot = self.s.market().spotPrice;
        self.post(spot);
        self
    }

    fn post(&mut self, price: U256) {
        self.s.warp(1);
        let (owner, source, feed) = (self.s.owner, self.s.source, self.s.feed);
        let call = PostedAggregator::postCall { answer: I256::from_raw(price) };
        self.s.send_to(owner, source, call).expect("the reporter posts");
        self.s.send_to(owner, feed, PriceFeed::pokeCall {}).expect("anybody pokes");
    }

    /// The oracle stands at a price for so long that its average is that, and the market is halted.
    #[track_caller]
    pub fn shutdown_at(mut self, price: &str) -> Self {
        self = self.oracle(price);
        for _ in 0..3 {
            self.s.warp(900);
            let (owner, feed) = (self.s.owner, self.s.feed);
            self.s.send_to(owner, feed, PriceFeed::pokeCall {}).expect("anybody pokes");
        }
        let (owner, market_id) = (self.s.owner, self.s.market);
        let done = self.s.must(owner, haltMarketCall { marketId: market_id });
        assert_eq!(done.returned, w(price), "the price of the end");
        self
    }

    #[track_caller]
    pub fn settle(mut self, who: &str) -> Self {
        let call = settlePositionCall { marketId: self.s.market, trader: account(who) };
        self.s.must(account(KEEPER), call);
        self.steps += 1;
        self
    }

    /// Of an account whose profit waits at the end of a market.
    #[track_caller]
    pub fn redeem(mut self, who: &str) -> Self {
        let call = redeemClaimCall { marketId: self.s.market, trader: account(who) };
        self.s.must(account(KEEPER), call);
        self.steps += 1;
        self
    }

    /// Changes what governance may.
    #[track_caller]
    pub fn set(mut self, edit: impl FnOnce(&mut MarketParams)) -> Self {
        self.s.change(edit);
        let call = getParamsCall { marketId: self.s.market };
        self.fee_ppm = self.s.view(call).params.trading.feePpm;
        self
    }

    /// A call that must be refused with just this error, and change nothing.
    #[track_caller]
    pub fn refuses<C: SolCall>(
        mut self,
        who: &str,
        call: impl FnOnce(&Self) -> C,
        error: impl SolError,
    ) -> Self {
        let call = call(&self);
        self.s.refused(account(who), call, error);
        self
    }

    /// A call that must be refused with an error of a kind, and change nothing: the error.
    #[track_caller]
    pub fn refusal<C: SolCall, E: SolError>(&mut self, who: &str, call: C) -> E {
        let revert = self.s.fails(account(who), call);
        match E::abi_decode(&revert.0) {
            Ok(error) => error,
            Err(_) => panic!("not {} but {revert:?}", E::SIGNATURE),
        }
    }

    /// Brings the depth to `numerator / denominator` of what it is, as fast as it may go: until there is nothing left.
    #[track_caller]
    pub fn migrate(self, numerator: u64, denominator: u64) -> Self {
        self.migrate_until::<NothingToChange>(numerator, denominator).0
    }

    /// The same, until it is refused with an error of a kind.
    #[track_caller]
    pub fn migrate_until<E: SolError>(mut self, numerator: u64, denominator: u64) -> (Self, E) {
        let call = self.depth_call(numerator, denominator);
        for _ in 0..100 {
            self.s.warp(3_600);
            match self.s.send(account(KEEPER), call.clone()) {
                Ok(_) => self.s.assert_backed(&[]),
                Err(revert) => match E::abi_decode(&revert.0) {
                    Ok(error) => return (self, error),
                    Err(_) => panic!("not {} but {revert:?}", E::SIGNATURE),
                },
            }
        }
        panic!("the depth goes on changing");
    }

    /// The call that moves the depth, after the target was set.
    #[track_caller]
    pub fn depth_call(&mut self, numerator: u64, denominator: u64) -> adjustDepthCall {
        let depth = self.s.market().curve.depth;
        let target = depth * U256::from(numerator) / U256::from(denominator);
        self.s.change(|p| p.risk.targetDepth = target);
        adjustDepthCall { marketId: self.s.market }
    }

    pub fn repeat(mut self, times: usize, step: impl Fn(Self) -> Self) -> Self {
        for _ in 0..times {
            self = step(self);
        }
        self
    }

    // ---- calls ----

    pub fn open_call(&self, side: Side, quote: &str, leverage: &str, limit: &str) -> openPositionCall {
        let mut call = self.against_call(side, quote, leverage, limit);
        call.margin += self.units(w(quote));
        call
    }

    pub fn against_call(&self, side: Side, quote: &str, leverage: &str, limit: &str) -> openPositionCall {
        let notional = w(quote) * w(leverage) / wad(1);
        let fee = (notional * U256::from(self.fee_ppm)).div_ceil(U256::from(1_000_000) * self.scale);
        openPositionCall {
            marketId: self.s.market,
            side: side.number(),
            margin: fee,
            notional,
            baseLimit: w(limit),
            maxFee: fee,
            deadline: NO_LIMIT,
        }
    }

    pub fn close_call(&self, size: U256, limit: &str) -> closePositionCall {
        closePositionCall { quoteLimit: w(limit), ..self.s.close_call(size) }
    }

    pub fn remove_call(&self, who: &str, amount: &str) -> removeMarginCall {
        let amount = self.units(w(amount));
        removeMarginCall { marketId: self.s.market, amount, recipient: account(who) }
    }

    pub fn liquidate_call(&self, who: &str, limit: &str) -> liquidateCall {
        liquidateCall { quoteLimit: w(limit), ..self.s.liquidate_call(account(who)) }
    }

    #[track_caller]
    fn trade(&mut self, who: &str, call: openPositionCall) {
        let done = self.s.must(account(who), call);
        self.swapped(done.event());
    }

    fn swapped(&mut self, event: PositionChanged) {
        self.position = Some(event);
        self.steps += 1;
        self.s.assert_backed(&[ALICE, CAROL, KEEPER].map(account));
    }

    /// Wad as whole token units, floored.
    pub fn units(&self, amount: U256) -> U256 {
        amount / self.scale
    }

    pub fn position(&self, who: &str) -> PositionView {
        self.s.position(account(who))
    }

    /// Token units of an error are so many wei, to `by` units.
    #[track_caller]
    pub fn amounts(&self, got: U256, expected: impl Into<Number>, by: u64) {
        self.signed(I256::from_raw(got), expected, by);
    }

    /// The same with a sign.
    #[track_caller]
    pub fn signed(&self, got: I256, expected: impl Into<Number>, by: u64) {
        let (Number(expected), scale) = (expected.into(), I256::from_raw(self.scale));
        let got = got * scale;
        assert!((got - expected).abs() <= scale * int(by.into()), "{got} is not {expected}");
    }

    // ---- facts ----

    /// A fact, to one wei a swap; money to one token unit a settlement too, and never more of it for a trader.
    #[track_caller]
    pub fn is(self, fact: Fact, expected: impl Into<Number>) -> Self {
        let steps = self.steps;
        self.about(fact, expected, steps)
    }

    /// A fact, to so many wei, and the token units of the settlements so far.
    #[track_caller]
    pub fn about(self, fact: Fact, expected: impl Into<Number>, wei: u64) -> Self {
        let Number(expected) = expected.into();
        let off = self.look(fact) - expected;
        let (wei, units) = (int(wei.into()), self.rounding(fact) * int(self.steps.into()));
        let above = if is_kept(fact) { wei + units } else { wei };
        assert!(-(wei + units) <= off && off <= above, "{fact:?} is {} and not {expected}", expected + off);
        self
    }

    /// What rounding to a token unit may come to.
    fn rounding(&self, fact: Fact) -> I256 {
        let unit = if self.scale == U256::ONE { I256::ZERO } else { I256::from_raw(self.scale) };
        match fact {
            // Of values above 100.
            SpotRatio(_) | NeutralRatio(_) => unit / int(100),
            _ if is_money(fact) => unit,
            _ => I256::ZERO,
        }
    }

    pub fn look(&self, fact: Fact) -> I256 {
        let value = self.raw(fact);
        if is_money(fact) { value * I256::from_raw(self.scale) } else { value }
    }

    fn raw(&self, fact: Fact) -> I256 {
        let of = |name: &str| self.s.position(account(name));
        let market = || self.s.market();
        let traded = || self.position.clone().expect("a trade");
        let liquidated = || self.liquidation.clone().expect("a liquidation");
        let number = I256::from_raw;
        match fact {
            Size(who) => of(who).size,
            OpenNotional(who) => number(of(who).openNotional),
            SpotNotional(who) => number(of(who).exitNotional),
            SpotPnl(who) => of(who).exitPnl,
            SpotRatio(who) => self.spot_ratio(who),
            NeutralRatio(who) => {
                self.s.view(marginRatioCall { marketId: self.s.market, account: account(who) })
            }
            QuoteReserve => number(market().curve.quoteReserve),
            BaseReserve => number(market().curve.baseReserve),
            SpotPrice => number(market().spotPrice),
            LongSize => number(market().longSize),
            NetSize => number(market().longSize) - number(market().shortSize),
            LongFunding => market().longFundingIndex,
            ShortFunding => market().shortFundingIndex,
            ExchangedSize => traded().exchangedBase,
            ExchangedQuote => number(traded().exchangedNotional),
            Margin(who) => number(of(who).margin + of(who).claim),
            OwnMargin(who) => number(of(who).margin),
            Claim(who) => number(of(who).claim),
            MarginWithFunding(who) => number(of(who).margin + of(who).claim) - of(who).fundingOwed,
            FreeCollateral(who) => of(who).freeCollateral,
            Wallet(who) => number(self.s.balance(account(who))),
            Reward(who) => number(self.s.view(rewardOfCall { keeper: account(who) })),
            Vault => number(self.s.balance(self.s.house)),
            InsuranceFund => number(self.s.balance(self.s.fund)),
            MarketFees => number(market().money.fees),
            InsuranceDue => number(market().money.insuranceDue),
            Pool => number(market().money.pool),
            BadDebt => number(market().money.badDebt),
            Fee => number(traded().fee),
            RealizedPnl => traded().realizedPnl,
            FundingPayment => traded().fundingPayment,
            Penalty => number(liquidated().penalty),
            KeeperReward => number(liquidated().keeperReward),
            Shortfall => number(liquidated().shortfall),
            CoveredByFund => number(liquidated().coveredByFund),
            Uncovered => number(liquidated().uncovered),
        }
    }

    fn spot_ratio(&self, who: &str) -> I256 {
        let p = self.s.position(account(who));
        let cash = (I256::from_raw(p.margin + p.claim) - p.fundingOwed) * I256::from_raw(self.scale);
        (cash + p.exitPnl) * int(1_000_000_000_000_000_000) / I256::from_raw(p.exitNotional)
    }
}

/// Money that is not a trader's: rounding may add to it.
fn is_kept(fact: Fact) -> bool {
    matches!(
        fact,
        Reward(_)
            | Vault
            | InsuranceFund
            | MarketFees
            | InsuranceDue
            | Pool
            | BadDebt
            | Fee
            | FundingPayment
            | Penalty
            | KeeperReward
            | Shortfall
            | CoveredByFund
            | Uncovered
    )
}

/// Facts that are counted in token units.
fn is_money(fact: Fact) -> bool {
    !matches!(
        fact,
        Size(_)
            | OpenNotional(_)
            | SpotNotional(_)
            | SpotPnl(_)
            | SpotRatio(_)
            | NeutralRatio(_)
            | QuoteReserve
            | BaseReserve
            | SpotPrice
            | LongSize
            | NetSize
            | LongFunding
            | ShortFunding
            | ExchangedSize
            | ExchangedQuote
    )
}

/// What a fact is held against: a number of wei, or a decimal.
pub struct Number(I256);

impl From<i128> for Number {
    fn from(value: i128) -> Self {
        Self(int(value))
    }
}

impl From<&str> for Number {
    fn from(text: &str) -> Self {
        match text.strip_prefix('-') {
            Some(rest) => Self(-I256::from_raw(w(rest))),
            None => Self(I256::from_raw(w(text))),
        }
    }
}

/// A source with 18 decimals at `price`.
fn source<B: Stage>(s: &mut System<B>, price: U256) -> Address {
    let (at, owner) = (s.backend.aggregator(), s.owner);
    let description = B256::ZERO;
    let call = PostedAggregator::initializeCall {
        owner,
        reporter: owner,
        decimals: 18,
        maxDeviationPpm: 0,
        description,
    };
    s.send_to(owner, at, call).expect("a new source is initialised");
    let call = PostedAggregator::postCall { answer: I256::from_raw(price) };
    s.send_to(owner, at, call).expect("the reporter posts");
    at
}

/// The parameters of the first vAMM's tests, as far as they mean something here; everything else is off, or as wide as
/// it can be. Funding is on only while it is charged.
fn params<B: Stage>(rig: Rig) -> MarketParams {
    const WIDE: u32 = 16_000_000;
    let mut params = System::<B>::params();
    let maintenance = ppm(rig.maintenance);
    let trading = &mut params.trading;
    trading.initialMarginPpm = maintenance.max(50_000);
    trading.maintenanceMarginPpm = maintenance;
    trading.feePpm = ppm(rig.fee);
    trading.insuranceSharePpm = 0;
    trading.maxPriceImpactPpm = WIDE;
    trading.maxDivergencePpm = WIDE;
    trading.markBandPpm = WIDE;
    trading.maxFundingPpm = 0;
    trading.twapWindow = rig.twap_window;
    trading.minNotional = U256::ZERO;
    trading.maxOpenInterest = wad(1_000_000_000);
    trading.maxSkew = wad(1_000_000_000);
    trading.maxPosition = wad(1_000_000_000);
    params.risk.liquidationPenaltyPpm = ppm(rig.penalty);
    params.risk.keeperFloor = U256::ZERO;
    // Without a fee there is no repeg.
    params.risk.repegStepPpm = 0;
    params.risk.curveSharePpm = 20_000;
    params
}
