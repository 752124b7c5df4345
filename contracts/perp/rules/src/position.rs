//! One account's position in one market: size, entry value, margin.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, signed, sub_u128, to_i128};

use crate::{
    Side, WAD,
    error::{PerpError, Result},
    funding,
    market::{Context, Market},
};

/// A position; margin and claim stay the account's when the size is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Base wad; positive is long.
    pub size: i128,
    /// Quote wad the size was entered at.
    pub open_notional: u128,
    /// Token units: the account's own money.
    pub margin: u128,
    /// Token units of profit that wait for the pool.
    pub claim: u128,
    /// The side's funding index when funding was last settled.
    pub funding_index: i128,
    /// How often its side had been deleveraged then.
    pub epoch: u16,
    /// When an auction of it began, seconds; 0 is never. It ends when the position is seen to keep its maintenance margin
    /// again, or lapses.
    pub takeover_start: u64,
}

impl Position {
    /// Which side it is on; none when flat.
    pub fn side(&self) -> Option<Side> {
        match self.size {
            0 => None,
            size if size > 0 => Some(Side::Long),
            _ => Some(Side::Short),
        }
    }

    /// Size without sign, base wad.
    pub fn base(&self) -> u128 {
        self.size.unsigned_abs()
    }

    /// Nothing is left in it.
    pub fn is_empty(&self) -> bool {
        self.size == 0 && self.margin == 0 && self.claim == 0
    }

    /// The side, or the refusal that there is none.
    pub fn require_side(&self) -> Result<Side> {
        self.side().ok_or_else(|| PerpError::NoPosition.boxed())
    }

    /// Unrealised profit, wad, if the whole size is worth `value`.
    pub fn pnl_wad(&self, value: u128) -> Result<i128> {
        let (value, entry) = (to_i128(value)?, to_i128(self.open_notional)?);
        match self.side() {
            Some(Side::Long) => Ok(signed::sub_i128(value, entry)?),
            Some(Side::Short) => Ok(signed::sub_i128(entry, value)?),
            None => Ok(0),
        }
    }

    /// Funding owed since the last settlement, token units, rounded up: positive is paid.
    pub fn funding_owed_up(&self, market: &Market, scale: u128) -> Result<i128> {
        let Some(side) = self.side() else { return Ok(0) };
        let owed = funding::owed_wad_up(market, side, self.base(), self.funding_index)?;
        Ok(signed::mul_div_ceil(owed, 1, scale)?)
    }

    pub(crate) fn set_size(&mut self, side: Side, base: u128) -> Result<()> {
        let size = to_i128(base)?;
        self.size = match side {
            Side::Long => size,
            Side::Short => signed::sub_i128(0, size)?,
        };
        Ok(())
    }

    /// Takes `base`, exchanged for `notional`, off the position; returns the realised profit, wad.
    ///
    /// `exit` is what the whole size was worth on the curve before the swap; none if the curve could not take all of
    /// it, and then the part realises against its share of the entry value. A part realises its share of the
    /// profit of the whole, and the entry value of the rest is what keeps the total unchanged. Selling the first
    /// part of a very profitable long can bring more than that share and its entry together: the excess is
    /// realised too, so the entry value never goes below zero.
    pub(crate) fn realize(&mut self, base: u128, notional: u128, exit: Option<u128>) -> Result<i128> {
        let side = self.require_side()?;
        let total = self.base();
        if base == total {
            let whole = self.pnl_wad(notional)?;
            self.set_size(side, 0)?;
            self.open_notional = 0;
            self.takeover_start = 0;
            return Ok(whole);
        }
        let Some(exit) = exit else { return self.realize_share(side, base, notional) };
        let pnl = self.pnl_wad(exit)?;
        let mut realized = signed::mul_div_floor(pnl, base, total)?;
        let rest_value = signed::sub_i128(to_i128(exit)?, to_i128(notional)?)?;
        let rest_pnl = signed::sub_i128(pnl, realized)?;
        let entry = match side {
            Side::Long => signed::sub_i128(rest_value, rest_pnl)?,
            Side::Short => signed::add_i128(rest_value, rest_pnl)?,
        };
        if entry < 0 {
            // What is realised and the entry value change together by what was exchanged: for a long the excess is
            // profit; for a short it is a few wei of rounding, and a loss.
            realized = match side {
                Side::Long => signed::sub_i128(realized, entry)?,
                Side::Short => signed::add_i128(realized, entry)?,
            };
        }
        self.open_notional = u128::try_from(entry.max(0)).map_err(|_| PerpError::Overflow.boxed())?;
        self.set_size(side, sub_u128(total, base)?)?;
        Ok(realized)
    }

    /// Marks funding as settled and the position as of now.
    pub(crate) fn settled_now(&mut self, market: &Market, side: Side) {
        let is_open = self.size != 0;
        self.funding_index = if is_open { market.funding.index(side) } else { 0 };
        self.epoch = if is_open { market.epoch(side) } else { 0 };
    }

    /// Takes `base` off against its share of the entry value, rounded against the trader.
    pub(crate) fn realize_share(&mut self, side: Side, base: u128, notional: u128) -> Result<i128> {
        let total = self.base();
        let entry = match side {
            Side::Long => mul_div_up_u128(self.open_notional, base, total)?,
            Side::Short => mul_div_down_u128(self.open_notional, base, total)?,
        };
        self.open_notional = sub_u128(self.open_notional, entry)?;
        self.set_size(side, sub_u128(total, base)?)?;
        let (entry, notional) = (to_i128(entry)?, to_i128(notional)?);
        match side {
            Side::Long => Ok(signed::sub_i128(notional, entry)?),
            Side::Short => Ok(signed::sub_i128(entry, notional)?),
        }
    }

    /// Adds `base` entered at `notional` on `side`.
    pub(crate) fn enlarge(&mut self, side: Side, base: u128, notional: u128) -> Result<()> {
        self.set_size(side, add_u128(self.base(), base)?)?;
        self.open_notional = add_u128(self.open_notional, notional)?;
        Ok(())
    }
}

/// What a position is worth under one valuation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Valuation {
    /// Value of the size, quote wad.
    pub notional: u128,
    /// Unrealised profit, wad.
    pub pnl_wad: i128,
    /// Margin, waiting and unrealised profit, less funding owed, token units, floored.
    pub equity: i128,
}

impl Valuation {
    fn new(market: &Market, position: &Position, context: &Context<'_>, notional: u128) -> Result<Self> {
        let pnl_wad = position.pnl_wad(notional)?;
        let pnl = signed::mul_div_floor(pnl_wad, 1, context.scale)?;
        let owed = position.funding_owed_up(market, context.scale)?;
        let margin = to_i128(add_u128(position.margin, position.claim)?)?;
        let equity = signed::sub_i128(signed::add_i128(margin, pnl)?, owed)?;
        Ok(Self { notional, pnl_wad, equity })
    }

    /// Worth if closed on the curve now, price impact included.
    pub fn at_exit(market: &Market, position: &Position, context: &Context<'_>) -> Result<Self> {
        let notional = match position.side() {
            Some(side) => market.curve.exit_value(side, position.base())?,
            None => 0,
        };
        Self::new(market, position, context, notional)
    }

    /// Worth at a price, rounded against the trader.
    pub fn at_price(
        market: &Market,
        position: &Position,
        context: &Context<'_>,
        price: u128,
    ) -> Result<Self> {
        let notional = match position.side() {
            Some(Side::Long) => mul_div_down_u128(position.base(), price, WAD)?,
            Some(Side::Short) => mul_div_up_u128(position.base(), price, WAD)?,
            None => 0,
        };
        Self::new(market, position, context, notional)
    }

    /// Equity over notional, wad, floored; the largest value when there is no notional. What is beyond every number, of
    /// the dust that a deleveraging leaves beside a margin, is the largest or the least.
    pub fn margin_ratio_wad(&self, scale: u128) -> Result<i128> {
        if self.notional == 0 {
            return Ok(i128::MAX);
        }
        let equity_wad = signed::mul_div_floor(self.equity, scale, 1)?;
        let beyond = if self.equity < 0 { i128::MIN } else { i128::MAX };
        Ok(signed::mul_div_floor(equity_wad, WAD, self.notional).unwrap_or(beyond))
    }
}
