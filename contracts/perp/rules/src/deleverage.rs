//! Closing a position against the other side itself, when neither the curve nor anybody else takes it.
//!
//! The other side gives up the same base, every account of it the same part, at the oracle's price, which changes
//! nobody's equity at that price: nobody's principal pays for it. What the position lacks goes up the loss order
//! ([`crate::losses`]) and at its end makes the claims of winners shorter. No account is visited: each side keeps a
//! running index, and an account catches up when it is next loaded.
//!
//! With a side of size `S` giving up `D` at price `p`, and `F` its funding index, the k-th deleveraging sets
//!
//! ```text
//! A' = A·(S−D)/S        what is left of one base that was there at the beginning
//! K' = K + p·(A − A')   what was exchanged for the rest
//! F' = F                funding per base until then
//! W' = W + A·(F' − Fₖ)  funding that such a base has paid, as it shrank
//! ```
//!
//! A position of size `s` that was last settled in epoch `e`, now `n`, has `s·Aₙ/Aₑ` left, gave up the rest for
//! `s·(Kₙ−Kₑ)/Aₑ`, and owes `s·(Fₑ₊₁ − f) + s·(Wₙ−Wₑ₊₁)/Aₑ` of funding until the last of them, `f` being its own index.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, mul_u128, signed, sub_u128};

use crate::{
    Side, WAD,
    error::{PerpError, Result, refuse},
    funding,
    liquidation::{
        Closing, Liquidation, auction_end, auction_stands, begin, close_at_price, part_worth_taking,
    },
    losses::Shortfall,
    market::{Context, Market},
    position::Position,
};

/// `A` of a side that was never deleveraged.
const WHOLE: u128 = 1_000_000_000_000_000_000_000_000_000;
/// Below this, `A` would be too coarse: the side is refused any more of it.
const LEAST: u128 = 1_000_000_000;
/// Parts in ten that one deleveraging may take of the other side: it never takes all, so that an index remains.
const MOST_TENTHS: u128 = 9;

/// A side's index after a deleveraging; see the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    /// What is left of one base, in 27 decimals.
    pub left: u128,
    /// What was exchanged for the rest, quote wad times 27 decimals.
    pub exchanged: u128,
    /// The side's funding index at the moment.
    pub funding: i128,
    /// What a shrinking base has paid of funding since the first deleveraging, in 27 decimals: it is divided by what is
    /// left, which may be little, and must not be coarse then.
    pub weighted: i128,
}

impl Default for Index {
    /// Before the first.
    fn default() -> Self {
        Self { left: WHOLE, exchanged: 0, funding: 0, weighted: 0 }
    }
}

impl Index {
    /// The index after `base` of a side of `total` went at `price`. Roundings go against the side.
    fn after(
        &self,
        side: Side,
        total: u128,
        base: u128,
        price: u128,
        funding: i128,
        first: bool,
    ) -> Result<Self> {
        let left = mul_div_down_u128(self.left, sub_u128(total, base)?, total)?;
        if left < LEAST {
            return refuse(PerpError::Overflow);
        }
        let gone = sub_u128(self.left, left)?;
        let exchanged = match side {
            Side::Long => mul_div_down_u128(gone, price, WAD)?,
            Side::Short => mul_div_up_u128(gone, price, WAD)?,
        };
        let since = if first { 0 } else { signed::sub_i128(funding, self.funding)? };
        let weighted = signed::mul_div_ceil(since, self.left, WAD)?;
        Ok(Self {
            left,
            exchanged: add_u128(self.exchanged, exchanged)?,
            funding,
            weighted: signed::add_i128(self.weighted, weighted)?,
        })
    }
}

/// The three points of a side's index that a position needs to catch up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journey {
    /// At the position's own epoch.
    pub from: Index,
    /// At the one after it.
    pub next: Index,
    /// Now.
    pub to: Index,
}

/// What a position gave up since it was last settled; token units but for the base.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaughtUp {
    /// Change of size, base wad.
    pub base: i128,
    /// Quote exchanged, wad.
    pub notional: u128,
    /// Realised profit.
    pub realized_pnl: i128,
    /// Funding settled.
    pub funding: i128,
    /// Loss that neither margin and claim could pay nor the entry value of what is left could carry: the caller books
    /// it as what nobody has paid ([`CaughtUp::shortfall`]).
    pub unpaid: u128,
}

impl CaughtUp {
    /// The unpaid loss, for which no insurance is asked.
    pub fn shortfall(&self) -> Shortfall {
        Shortfall { amount: self.unpaid, ..Shortfall::default() }
    }
}

/// Whether a position has to catch up before anything is done with it.
pub fn is_behind(market: &Market, position: &Position) -> bool {
    position.side().is_some_and(|side| position.epoch != market.epoch(side))
}

/// Applies to a position what its side gave up. A loss beyond its margin and claim stays in the entry value of what is
/// left, so that its equity is what it was; a short's entry value does not go below zero, and what it cannot carry is
/// [`CaughtUp::unpaid`].
pub fn catch_up(
    market: &mut Market,
    position: &mut Position,
    journey: &Journey,
    scale: u128,
) -> Result<CaughtUp> {
    let side = position.require_side()?;
    let size = position.base();
    let Journey { from, next, to } = journey;
    let until = funding::between_up(next.funding, position.funding_index, size)?;
    let weighted = signed::mul_div_ceil(signed::sub_i128(to.weighted, next.weighted)?, WAD, from.left)?;
    let owed_wad = signed::add_i128(until, signed::mul_div_ceil(weighted, size, WAD)?)?;
    let funding = signed::mul_div_ceil(owed_wad, 1, scale)?;

    let left = mul_div_down_u128(size, to.left, from.left)?;
    let base = sub_u128(size, left)?;
    let exchanged = sub_u128(to.exchanged, from.exchanged)?;
    let notional = match side {
        Side::Long => mul_div_down_u128(size, exchanged, from.left)?,
        Side::Short => mul_div_up_u128(size, exchanged, from.left)?,
    };
    let realized_wad = position.realize_share(side, base, notional)?;
    let realized_pnl = signed::mul_div_floor(realized_wad, 1, scale)?;
    position.funding_index = to.funding;
    position.epoch = market.epoch(side);

    let net = signed::sub_i128(realized_pnl, funding)?;
    let mut unpaid = 0;
    if net >= 0 && market.status.halted {
        market.ledger.promise(position, net.unsigned_abs())?; // in a halted market nobody is paid before all are known
    } else if net >= 0 {
        market.ledger.credit(position, net.unsigned_abs())?;
    } else {
        let loss = market.ledger.absorb(position, net.unsigned_abs())?;
        unpaid = owe(position, side, loss, scale)?;
    }
    let base = crate::trade::signed_base(side.opposite(), base)?;
    Ok(CaughtUp { base, notional, realized_pnl, funding, unpaid })
}

/// Moves a loss, token units, into the entry value; returns what that cannot carry.
fn owe(position: &mut Position, side: Side, loss: u128, scale: u128) -> Result<u128> {
    let carried = match side {
        _ if position.size == 0 => 0, // less than one wei of base was left
        Side::Long => loss,
        Side::Short => loss.min(mul_div_down_u128(position.open_notional, 1, scale)?),
    };
    let by = mul_u128(carried, scale)?;
    position.open_notional = match side {
        Side::Long => add_u128(position.open_notional, by)?,
        Side::Short => sub_u128(position.open_notional, by)?,
    };
    Ok(sub_u128(loss, carried)?)
}

/// Closes up to `base` of a position, which nobody took over in an auction that is over and has not lapsed, against the
/// other side. `index` is that side's; it becomes what is to be recorded under its new epoch.
pub fn deleverage(
    market: &mut Market,
    position: &mut Position,
    context: &Context<'_>,
    index: &mut Index,
    base: u128,
    insurance_available: u128,
) -> Result<Liquidation> {
    let assessment = begin(market, position, context)?;
    let side = assessment.side;
    let (start, now) = (position.takeover_start, context.now);
    let until = auction_end(start, context);
    if !auction_stands(start, context) {
        return refuse(PerpError::NoTakeover { start, now }); // one of long ago gives nobody the chance to take it first
    }
    if now < until {
        return refuse(PerpError::TakeoverRunning { until, now });
    }
    // Bystanders are not closed at a price that has just jumped.
    context.oracle.require_good()?;
    let opposite = side.opposite();
    let total = market.size(opposite);
    let most = mul_div_down_u128(total, MOST_TENTHS, 10)?;
    let price = context.oracle.price;
    let base = part_worth_taking(position.base(), base, price, context)?;
    if base > most {
        return refuse(PerpError::ExceedsPosition { asked: base, available: most });
    }
    let first = market.epoch(opposite) == 0;
    *index = index.after(opposite, total, base, price, market.funding.index(opposite), first)?;
    market.shrink(opposite, base)?;
    let epoch = market.epoch_mut(opposite);
    *epoch = epoch.checked_add(1).ok_or_else(|| PerpError::Overflow.boxed())?;
    let closing = Closing { base, price, discount: 0 };
    close_at_price(market, position, context, &assessment, closing, insurance_available)
}
