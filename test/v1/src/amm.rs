//! One market: swaps with their limits, fees, averages, and the settlement price of a shutdown.

use crate::curve::{Direction, Reserves};
use crate::decimal::{self, Dec, WAD};
use crate::history::{Clock, History};
use crate::{Result, V1Error};

/// From this gap between spot and oracle on, liquidation also asks the oracle.
pub const MAX_ORACLE_SPREAD_RATIO: Dec = WAD / 10;
/// The window of the averages that value a position, in seconds.
pub const PNL_TWAP_SECONDS: u64 = 900;
/// Net sizes up to this are taken for rounding errors when a market is shut down.
const IGNORABLE_SIZE: Dec = 100;
const HOUR: u64 = 3_600;

/// A market's start and parameters; the owner could change any but the reserves, without bounds or delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmmParams {
    /// The reserves the market starts with.
    pub reserves: Reserves,
    /// Most of a reserve that one swap may take.
    pub trade_limit_ratio: Dec,
    /// Most that the price may move from the last block's; zero for no limit.
    pub fluctuation_limit_ratio: Dec,
    /// Fee to the toll pool.
    pub toll_ratio: Dec,
    /// Fee to the insurance fund.
    pub spread_ratio: Dec,
    /// Largest position; zero for no bound.
    pub max_holding_base: Dec,
    /// Largest open interest; zero for no cap and no counting.
    pub open_interest_cap: Dec,
    /// Window of the funding average, in seconds.
    pub twap_interval: u64,
    /// Funding period, in seconds.
    pub funding_period: u64,
}

impl AmmParams {
    /// As the live markets were set up: 1.2 % a block, 0.1 % spread, no toll, funding by the hour.
    pub const fn production(quote_reserve: Dec, base_reserve: Dec) -> Self {
        AmmParams {
            reserves: Reserves { quote: quote_reserve, base: base_reserve },
            trade_limit_ratio: WAD / 10 * 9,
            fluctuation_limit_ratio: WAD / 1_000 * 12,
            toll_ratio: 0,
            spread_ratio: WAD / 1_000,
            max_holding_base: 0,
            open_interest_cap: 0,
            twap_interval: HOUR,
            funding_period: HOUR,
        }
    }
}

/// What the oracle says; set by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oracle {
    /// The price now.
    pub price: Dec,
    /// Its average over the funding window.
    pub twap: Dec,
}

/// The curve as it was when liquidity last changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiquiditySnapshot {
    /// Quote that traders had put in, net, since the start.
    pub cumulative_notional: Dec,
    /// The reserves after the change.
    pub reserves: Reserves,
    /// The traders' net size after the change.
    pub total_position_size: Dec,
}

/// A market.
#[derive(Clone, Debug)]
pub struct Amm {
    /// Parameters (`params.reserves` are those of the start).
    pub params: AmmParams,
    /// The oracle's last words.
    pub oracle: Oracle,
    /// The reserves now.
    pub reserves: Reserves,
    /// The traders' net size: what the market is short by.
    pub total_position_size: Dec,
    /// The same of this funding period alone and with the opposite sign; only migration still asks for it.
    pub base_delta_this_period: Dec,
    /// Net quote put in by traders.
    pub cumulative_notional: Dec,
    /// The last funding rate, for display.
    pub funding_rate: Dec,
    /// Price of settlement; zero means that margins are handed back.
    pub settlement_price: Dec,
    /// When funding can next be settled.
    pub next_funding_time: u64,
    /// Whether it trades.
    pub open: bool,
    /// The reserves, block by block.
    pub history: History,
    /// The curve after each change of liquidity; the first is the start.
    pub liquidity: Vec<LiquiditySnapshot>,
}

impl Amm {
    /// A market that is not open yet.
    pub fn new(params: AmmParams, oracle_price: Dec, clock: Clock) -> Self {
        let reserves = params.reserves;
        let start = LiquiditySnapshot { cumulative_notional: 0, reserves, total_position_size: 0 };
        Amm {
            params,
            oracle: Oracle { price: oracle_price, twap: oracle_price },
            reserves,
            total_position_size: 0,
            base_delta_this_period: 0,
            cumulative_notional: 0,
            funding_rate: 0,
            settlement_price: 0,
            next_funding_time: 0,
            open: false,
            history: History::new(reserves, clock),
            liquidity: vec![start],
        }
    }

    /// Opens or closes the market. Closing sets no settlement price.
    pub fn set_open(&mut self, open: bool, now: u64) {
        self.open = open;
        if open {
            self.next_funding_time = on_the_hour(now + self.params.funding_period);
        }
    }

    /// Spot price.
    pub fn spot(&self) -> Result<Dec> {
        self.reserves.spot()
    }

    /// The average spot price over the funding window.
    pub fn twap(&self, now: u64) -> Result<Dec> {
        self.history.average(now, self.params.twap_interval, Reserves::spot)
    }

    /// The average, over 15 minutes, of the quote that this base would have been exchanged for.
    pub fn output_twap(&self, now: u64, base_direction: Direction, base: Dec) -> Result<Dec> {
        self.history.average(now, PNL_TWAP_SECONDS, |reserves| reserves.quote_for_base(base_direction, base))
    }

    /// Exchanges an amount of quote; returns the base.
    pub fn swap_input(
        &mut self,
        clock: Clock,
        quote_direction: Direction,
        quote: Dec,
        base_limit: Dec,
        may_exceed_fluctuation: bool,
    ) -> Result<Dec> {
        self.require_open()?;
        if quote == 0 {
            return Ok(0);
        }
        if quote_direction == Direction::RemoveFromAmm {
            require_within(self.reserves.quote, self.params.trade_limit_ratio, quote)?;
        }
        let base = self.reserves.base_for_quote(quote_direction, quote)?;
        match quote_direction {
            Direction::AddToAmm if base_limit != 0 && base < base_limit => {
                return Err(V1Error::LessThanMinimalBase);
            }
            Direction::RemoveFromAmm if base_limit != 0 && base > base_limit => {
                return Err(V1Error::MoreThanMaximalBase);
            }
            _ => {}
        }
        self.trade(clock, quote_direction, quote, base, may_exceed_fluctuation)?;
        Ok(base)
    }

    /// Exchanges an amount of base, past the fluctuation limit if need be; returns the quote.
    pub fn swap_output(
        &mut self,
        clock: Clock,
        base_direction: Direction,
        base: Dec,
        quote_limit: Dec,
    ) -> Result<Dec> {
        self.require_open()?;
        if base == 0 {
            return Ok(0);
        }
        if base_direction == Direction::RemoveFromAmm {
            require_within(self.reserves.base, self.params.trade_limit_ratio, base)?;
        }
        let quote = self.reserves.quote_for_base(base_direction, base)?;
        check_quote_limit(base_direction, quote, quote_limit)?;
        self.trade(clock, base_direction.opposite(), quote, base, true)?;
        Ok(quote)
    }

    /// The fees on a notional: toll and spread.
    pub fn fees(&self, notional: Dec) -> Result<(Dec, Dec)> {
        Ok((
            decimal::mul(notional, self.params.toll_ratio)?,
            decimal::mul(notional, self.params.spread_ratio)?,
        ))
    }

    /// Whether exchanging this base would leave the bounds of this block.
    pub fn is_over_fluctuation(&self, clock: Clock, base_direction: Direction, base: Dec) -> Result<bool> {
        if self.params.fluctuation_limit_ratio == 0 {
            return Ok(false);
        }
        let quote = self.reserves.quote_for_base(base_direction, base)?;
        let after = self.reserves.after(base_direction.opposite(), quote, base)?;
        Ok(!self.is_within_bounds(clock, &after, self.params.fluctuation_limit_ratio)?)
    }

    /// Whether spot and oracle are so far apart that the oracle counts as well.
    pub fn is_over_spread_limit(&self) -> Result<bool> {
        if self.oracle.price <= 0 {
            return Err(V1Error::UnderlyingPriceIsZero);
        }
        let spread = decimal::div(self.spot()? - self.oracle.price, self.oracle.price)?;
        Ok(spread.abs() >= MAX_ORACLE_SPREAD_RATIO)
    }

    /// The premium of the ended period for one base; advances to the next period.
    pub fn settle_funding(&mut self, now: u64) -> Result<Dec> {
        self.require_open()?;
        if now < self.next_funding_time {
            return Err(V1Error::SettleFundingTooEarly);
        }
        let premium = self.twap(now)? - self.oracle.twap;
        let period = self.params.funding_period;
        let (fraction, _) = decimal::mul_div(premium, i128::from(period), 86_400)?;
        self.funding_rate = decimal::div(fraction, self.oracle.twap)?;
        self.next_funding_time = on_the_hour(self.next_funding_time + period).max(now + period / 2);
        self.base_delta_this_period = 0;
        Ok(fraction)
    }

    /// Closes the market and computes the settlement price: the average price of all net trading since
    /// liquidity last changed, whatever the oracle says. Repeatable, with another result each time.
    pub fn shutdown(&mut self) -> Result<()> {
        if let Some(start) = self.liquidity.last().filter(|_| self.total_position_size.abs() > IGNORABLE_SIZE)
        {
            let k = decimal::mul(start.reserves.base, start.reserves.quote)?;
            let base = start.total_position_size + start.reserves.base;
            let notional = decimal::div(k, base)? - self.reserves.quote;
            self.settlement_price = decimal::div(notional.abs(), self.total_position_size.abs())?;
        }
        self.open = false;
        Ok(())
    }

    /// Refuses a swap that begins outside the last block's bounds or, if it may not, ends there.
    pub(crate) fn is_within_bounds(&self, clock: Clock, reserves: &Reserves, ratio: Dec) -> Result<bool> {
        let last = self.history.before_block(clock.block).reserves.spot()?;
        let upper = decimal::mul(last, WAD + ratio)?;
        let lower = decimal::mul(last, decimal::sub_unsigned(WAD, ratio)?)?;
        let price = reserves.spot()?;
        Ok((lower..=upper).contains(&price))
    }

    fn require_open(&self) -> Result<()> {
        if self.open { Ok(()) } else { Err(V1Error::AmmWasClosed) }
    }

    fn check_fluctuation(&self, clock: Clock, after: &Reserves, may_exceed: bool) -> Result<()> {
        let ratio = self.params.fluctuation_limit_ratio;
        if ratio == 0 {
            return Ok(());
        }
        if !self.is_within_bounds(clock, &self.reserves, ratio)? {
            return Err(V1Error::AlreadyOverFluctuation);
        }
        if !may_exceed && !self.is_within_bounds(clock, after, ratio)? {
            return Err(V1Error::OverFluctuation);
        }
        Ok(())
    }

    fn trade(
        &mut self,
        clock: Clock,
        quote_direction: Direction,
        quote: Dec,
        base: Dec,
        may_exceed_fluctuation: bool,
    ) -> Result<()> {
        let after = self.reserves.after(quote_direction, quote, base)?;
        self.check_fluctuation(clock, &after, may_exceed_fluctuation)?;
        let (size, notional) = match quote_direction {
            Direction::AddToAmm => (base, quote),
            Direction::RemoveFromAmm => (-base, -quote),
        };
        self.total_position_size += size;
        self.base_delta_this_period -= size;
        self.cumulative_notional += notional;
        self.reserves = after;
        self.history.record(after, clock);
        Ok(())
    }
}

/// The limit of a swap of base: at least so much quote for it, at most so much quote to get it; zero for none.
fn check_quote_limit(base_direction: Direction, quote: Dec, limit: Dec) -> Result<()> {
    match base_direction {
        Direction::AddToAmm if limit != 0 && quote < limit => Err(V1Error::LessThanMinimalQuote),
        Direction::RemoveFromAmm if limit != 0 && quote > limit => Err(V1Error::MoreThanMaximalQuote),
        _ => Ok(()),
    }
}

fn require_within(reserve: Dec, ratio: Dec, amount: Dec) -> Result<()> {
    if decimal::mul(reserve, ratio)? < amount { Err(V1Error::OverTradingLimit) } else { Ok(()) }
}

fn on_the_hour(time: u64) -> u64 {
    time / HOUR * HOUR
}
