//! Sales of NFTs: of a holder who may be liquidated, or of one who wants to.
//!
//! Each NFT of a lot has the same price, which falls (see [`crate::curve`]). Whoever takes some pays it; the money buys
//! back the holder's short at the mark, and what is left is his, in his account. A sale goes on until the account is
//! cured or the lot is sold. While it runs the account stays what it is: it pays funding, and its NFTs cover it until they
//! are sold.
//!
//! # Where the money goes
//! ```text
//! cash of the account + proceeds - the starter's reward
//!   = FP bought back at the mark + a fee to the reserve + what is left to the holder
//! ```
//! When the last NFT is sold and that is not enough, the fee is waived, then the reserve pays, then longs are bought back
//! at less than the mark, all in proportion. That ends the debt; while an NFT is left, sold or not, it is not ended.
//!
//! The starter's reward is never more than the fee of what the lot buys back, so that a holder who starts his own
//! liquidation does not gain by it.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, mul_u128, signed, sub_u128, to_i128};

use crate::{
    Account, Books, Market, Params, Position, Prices, WAD,
    curve::{Curve, RAY},
    error::{FloorError, Result, refuse},
    params,
};

/// What a market's auctions are like; ratios are wad unless they are of a curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// How prices fall.
    pub curve: Curve,
    /// The first price, of the index.
    pub top: u128,
    /// Fee on what is bought back in a liquidation.
    pub chop: u128,
    /// Fee on what is bought back in a voluntary sale.
    pub voluntary_fee: u128,
    /// The starter's reward, wei, and a part of what is to be bought back.
    pub tip: u128,
    /// See above.
    pub chip: u128,
    /// What an NFT is expected to bring, of the index: how many are offered.
    pub expected: u128,
    /// The first price is at least this part of the last one of the market.
    pub fall: u128,
    /// NFTs that may be offered at a time in all liquidations.
    pub capacity: u32,
    /// Seconds between two liquidations of an account.
    pub spacing: u64,
}

impl Terms {
    /// Refuses what no market may have; `index` is where its numbers begin among a market's parameters.
    pub fn check(&self, index: u8) -> Result<()> {
        let bounds = [
            (self.curve.step.into(), 60, 86_400),
            (self.curve.cut, RAY / 2, RAY.saturating_sub(1)),
            (self.curve.tail.into(), self.curve.step.into(), 604_800),
            (self.curve.cusp, RAY / 100, RAY),
            (self.top, WAD / 2, 10 * WAD),
            (self.chop, 0, WAD / 5),
            (self.voluntary_fee, 0, WAD / 20),
            (self.tip, 0, WAD),
            (self.chip, 0, self.chop),
            (self.expected, WAD / 100, WAD),
            (self.fall, 0, WAD),
            (self.capacity.into(), 1, u32::MAX.into()),
            (self.spacing.into(), 0, 604_800),
        ];
        for (index, (value, low, high)) in (index..).zip(bounds) {
            params::within(index, value, low, high)?;
        }
        Ok(())
    }
}

/// Why NFTs are sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cause {
    /// The holder may be liquidated.
    #[default]
    Liquidation,
    /// The holder wants to sell, for at least this much each, wei.
    Voluntary {
        /// The least price.
        reserve: u128,
    },
}

/// A sale that runs. What it was begun with does not change under it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Auction {
    /// Whose NFTs.
    pub account: u32,
    /// NFTs that are left of it.
    pub nfts: u32,
    /// The first price of one, wei.
    pub top: u128,
    /// When it began, or was begun anew.
    pub started: u64,
    /// How its price falls.
    pub curve: Curve,
    /// The fee on what it buys back, wad.
    pub fee: u128,
    /// The starter's reward that is not paid yet, wei.
    pub reward: u128,
    /// Why.
    pub cause: Cause,
}

/// What somebody who takes NFTs pays with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bid {
    /// NFTs.
    pub nfts: u32,
    /// What he pays at most for one, wei.
    pub max_price: u128,
    /// FP of his that he pays with, valued at the mark, wei; the rest is cash.
    pub fp: u128,
}

/// What taking NFTs did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The price of one, wei.
    pub price: u128,
    /// Cash that the taker owes, wei.
    pub owe: u128,
    /// FP that the taker paid with, wei.
    pub fp: u128,
    /// FP bought back in all, the taker's among it, wei.
    pub bought: u128,
    /// What longs got for theirs, wei.
    pub paid_to_longs: u128,
    /// The fee, wei.
    pub fee: u128,
    /// The starter's reward that fell due, wei.
    pub reward: u128,
    /// What the reserve paid, wei.
    pub insured: u128,
    /// What longs did not get of the mark, wei.
    pub shortfall: u128,
    /// Whether the sale is over.
    pub ended: bool,
}

impl Auction {
    /// The price of one NFT now, wei; refused when it must be begun anew.
    pub fn price(&self, now: u64) -> Result<u128> {
        let elapsed = now.saturating_sub(self.started);
        let price = self.curve.price(self.top, elapsed)?;
        match self.cause {
            Cause::Voluntary { reserve } => Ok(price.max(reserve)),
            Cause::Liquidation if self.curve.is_over(elapsed)? => {
                refuse(FloorError::NeedsReset { started: self.started, now })
            }
            Cause::Liquidation => Ok(price),
        }
    }

    /// Whether it may be begun anew.
    pub fn needs_reset(&self, now: u64) -> Result<bool> {
        let over = self.curve.is_over(now.saturating_sub(self.started))?;
        Ok(over && self.cause == Cause::Liquidation)
    }
}

/// FP that so many NFTs cover at a limit, wei, rounded down.
fn covered(nfts: u32, limit: u128) -> Result<u128> {
    Ok(mul_div_down_u128(u128::from(nfts).saturating_mul(WAD), limit, WAD)?)
}

/// How many NFTs to offer so that what they are expected to bring cures the account; all if none are enough:
/// `(q - cure x n - c / i) / (expected x i / m - cure)`, rounded up.
pub fn lot(position: &Position, prices: Prices, params: &Params, terms: &Terms) -> Result<u32> {
    let Position { holding, nfts } = *position;
    let (fp, cash) = (holding.fp.min(0).unsigned_abs(), holding.cash.max(0).unsigned_abs());
    let of_cash = mul_div_down_u128(cash, WAD, prices.index.max(1))?;
    let above = fp.saturating_sub(add_u128(covered(nfts, params.cure)?, of_cash)?);
    let brings = mul_div_down_u128(terms.expected, prices.index, prices.mark.max(1))?;
    let each = brings.saturating_sub(params.cure);
    if each == 0 {
        return Ok(nfts);
    }
    let count = above.div_ceil(each);
    Ok(u32::try_from(count).unwrap_or(u32::MAX).min(nfts))
}

impl Market {
    /// Offers NFTs of an account that may be liquidated, at no less than a part of the market's last first price. Those it offers already are not offered again.
    #[allow(clippy::too_many_arguments, reason = "a sale, its account, and what a market is tested with")]
    pub fn kick(
        &mut self,
        shelves: &impl Books,
        account: &mut Account,
        nfts: u32,
        prices: Prices,
        params: &Params,
        terms: &Terms,
        last_top: u128,
        now: u64,
    ) -> Result<Auction> {
        self.ledger.require_settled()?;
        let holding = shelves.view(&self.ledger, account)?;
        let position = Position { holding, nfts: account.nfts };
        let balance = position.maintenance(prices, params)?;
        balance.require_short(account.nfts != 0 && holding.fp < 0)?;
        let free = account.free_nfts();
        let most = lot(&position, prices, params, terms)?.saturating_sub(account.auctioned).min(free);
        if nfts == 0 || nfts > most {
            return refuse(FloorError::NotEnoughNfts { asked: nfts, free: most });
        }
        account.auctioned =
            account.auctioned.checked_add(nfts).ok_or_else(|| FloorError::Overflow.boxed())?;
        let top =
            mul_div_up_u128(prices.index, terms.top, WAD)?.max(mul_div_down_u128(last_top, terms.fall, WAD)?);
        Ok(Auction {
            account: account.id,
            nfts,
            top,
            started: now,
            curve: terms.curve,
            fee: terms.chop,
            reward: reward(&position, account.nfts.saturating_sub(nfts), prices, params, terms)?,
            cause: Cause::Liquidation,
        })
    }

    /// Begins an auction anew that has run its time, at the present index.
    pub fn redo(&self, auction: &mut Auction, prices: Prices, terms: &Terms, now: u64) -> Result<()> {
        if !auction.needs_reset(now)? {
            return refuse(FloorError::StillRunning { started: auction.started, now });
        }
        let top = mul_div_up_u128(prices.index, terms.top, WAD)?;
        auction.top = top.max(mul_div_down_u128(auction.top, terms.fall, WAD)?);
        auction.started = now;
        Ok(())
    }

    /// Sells NFTs of an account to somebody; who pays what is in the answer. `taker` is the account whose FP pays.
    #[allow(clippy::too_many_arguments, reason = "a sale, its account, and what a market is tested with")]
    pub fn take(
        &mut self,
        shelves: &mut impl Books,
        auction: &mut Auction,
        account: &mut Account,
        taker: Option<&mut Account>,
        bid: &Bid,
        prices: Prices,
        params: &Params,
        now: u64,
    ) -> Result<Taken> {
        let price = auction.price(now)?;
        self.take_at(shelves, auction, account, taker, bid, price, prices, params)
    }

    /// The same at a price that somebody is bound to pay, no less than the sale's own.
    #[allow(clippy::too_many_arguments, reason = "a sale, its account, and what a market is tested with")]
    pub fn take_at(
        &mut self,
        shelves: &mut impl Books,
        auction: &mut Auction,
        account: &mut Account,
        taker: Option<&mut Account>,
        bid: &Bid,
        price: u128,
        prices: Prices,
        params: &Params,
    ) -> Result<Taken> {
        if price > bid.max_price {
            return refuse(FloorError::PriceAboveLimit { price, limit: bid.max_price });
        }
        if bid.nfts == 0 || bid.nfts > auction.nfts {
            return refuse(FloorError::NotEnoughNfts { asked: bid.nfts, free: auction.nfts });
        }
        let proceeds = mul_u128(price, bid.nfts.into())?;
        let mut holding = shelves.take(&mut self.ledger, account)?;
        account.nfts = sub_u128(account.nfts.into(), bid.nfts.into())? as u32;
        account.auctioned = sub_u128(account.auctioned.into(), bid.nfts.into())? as u32;
        auction.nfts = sub_u128(auction.nfts.into(), bid.nfts.into())? as u32;
        let mut taken = Taken { price, ..Taken::default() };
        let limit = match auction.cause {
            Cause::Liquidation => params.cure,
            Cause::Voluntary { .. } => params.opening,
        };
        let short = holding.fp.min(0).unsigned_abs();
        let need = short.saturating_sub(covered(account.nfts, limit)?);
        taken.fp = self.pay_with_fp(shelves, taker, bid.fp.min(need), proceeds, prices.mark)?;
        let value = mul_div_down_u128(taken.fp, prices.mark, WAD)?;
        taken.owe = proceeds.saturating_sub(value);
        self.vault.receive(taken.owe)?;
        holding.cash = signed::add_i128(holding.cash, to_i128(taken.owe)?)?;
        // Who is long, in debt perhaps, has nothing to buy back.
        if let (..0, Ok(funds)) = (holding.fp, u128::try_from(holding.cash)) {
            taken.reward = core::mem::take(&mut auction.reward).min(funds);
            self.vault.held = sub_u128(self.vault.held, taken.reward)?;
            let funds = sub_u128(funds, taken.reward)?;
            let last = account.nfts == 0;
            let left = self.buy_back(shelves, &mut taken, need, funds, auction.fee, last, prices.mark)?;
            holding.fp = signed::add_i128(holding.fp, to_i128(taken.bought)?)?;
            holding.cash = to_i128(left)?;
        }
        shelves.give(&mut self.ledger, account, holding)?;
        taken.ended = auction.nfts == 0 || taken.bought == need;
        if taken.ended {
            account.auctioned = account.auctioned.saturating_sub(core::mem::take(&mut auction.nfts));
        }
        Ok(taken)
    }

    /// Takes FP of the taker's, which goes to the short; no more than the price is worth.
    fn pay_with_fp(
        &mut self,
        shelves: &mut impl Books,
        taker: Option<&mut Account>,
        fp: u128,
        proceeds: u128,
        mark: u128,
    ) -> Result<u128> {
        let (Some(taker), 1..) = (taker, fp) else { return Ok(0) };
        let most = mul_div_up_u128(proceeds, WAD, mark.max(1))?;
        let mut holding = shelves.take(&mut self.ledger, taker)?;
        let has = holding.fp.max(0).unsigned_abs();
        let fp = fp.min(most);
        if fp > has {
            return refuse(FloorError::NotEnoughFp { asked: fp, have: has });
        }
        holding.fp = signed::sub_i128(holding.fp, to_i128(fp)?)?;
        shelves.give(&mut self.ledger, taker, holding)?;
        Ok(fp)
    }

    /// Buys FP back from all longs in proportion, as much as is needed and can be paid; what is left of the funds.
    #[allow(clippy::too_many_arguments, reason = "a sale, its account, and what a market is tested with")]
    fn buy_back(
        &mut self,
        shelves: &mut impl Books,
        taken: &mut Taken,
        need: u128,
        funds: u128,
        fee: u128,
        last: bool,
        mark: u128,
    ) -> Result<u128> {
        let rest = sub_u128(need, taken.fp)?;
        let cost = mul_div_up_u128(rest, mark, WAD)?;
        let whole_fee = mul_div_up_u128(mul_div_up_u128(need, mark, WAD)?, fee, WAD)?;
        if funds >= cost {
            // What is there beyond the cost pays the fee as far as it goes: the last part of it is waived.
            taken.fee = whole_fee.min(sub_u128(funds, cost)?);
            taken.paid_to_longs = cost;
            taken.bought = need;
        } else if last {
            taken.insured = self.vault.reserve.min(sub_u128(cost, funds)?);
            self.vault.reserve = sub_u128(self.vault.reserve, taken.insured)?;
            taken.paid_to_longs = add_u128(funds, taken.insured)?;
            taken.shortfall = sub_u128(cost, taken.paid_to_longs)?;
            taken.bought = need;
        } else {
            // NFTs are left to sell: as much as the money buys, and the fee of that.
            let with_fee = add_u128(WAD, fee)?;
            let spend = mul_div_down_u128(funds, WAD, with_fee)?;
            let part = mul_div_down_u128(spend, WAD, mark.max(1))?.min(rest);
            taken.paid_to_longs = mul_div_up_u128(part, mark, WAD)?.min(funds);
            taken.fee =
                mul_div_up_u128(taken.paid_to_longs, fee, WAD)?.min(sub_u128(funds, taken.paid_to_longs)?);
            taken.bought = add_u128(taken.fp, part)?;
        }
        let from_longs = sub_u128(taken.bought, taken.fp)?;
        if from_longs != 0 {
            shelves.close_against_longs(&mut self.ledger, from_longs, taken.paid_to_longs)?;
        }
        self.vault.reserve = add_u128(self.vault.reserve, taken.fee)?;
        let used = add_u128(taken.paid_to_longs, taken.fee)?;
        Ok(add_u128(funds, taken.insured)?.saturating_sub(used))
    }

    /// Ends a liquidation whose account is cured: the holder has brought cash or FP. He owes the starter's reward.
    pub fn cure(
        &mut self,
        shelves: &mut impl Books,
        auction: &mut Auction,
        account: &mut Account,
        prices: Prices,
        params: &Params,
    ) -> Result<u128> {
        let mut holding = shelves.take(&mut self.ledger, account)?;
        let reward = core::mem::take(&mut auction.reward);
        holding.cash = signed::sub_i128(holding.cash, to_i128(reward)?)?;
        let cured = Params { maintenance: params.cure, ..*params };
        Position { holding, nfts: account.nfts }.maintenance(prices, &cured)?.require_enough()?;
        shelves.give(&mut self.ledger, account, holding)?;
        self.vault.held = sub_u128(self.vault.held, reward)?;
        account.auctioned = account.auctioned.saturating_sub(core::mem::take(&mut auction.nfts));
        Ok(reward)
    }

    /// Offers NFTs of an account at its owner's wish. The least price must leave the account well covered.
    #[allow(clippy::too_many_arguments, reason = "a sale, its account, and what a market is tested with")]
    pub fn start_voluntary(
        &mut self,
        shelves: &impl Books,
        account: &mut Account,
        nfts: u32,
        (top, reserve): (u128, u128),
        curve: Curve,
        prices: Prices,
        params: &Params,
        terms: &Terms,
        now: u64,
    ) -> Result<Auction> {
        self.ledger.require_settled()?;
        let holding = shelves.view(&self.ledger, account)?;
        let free = account.free_nfts();
        if nfts == 0 || nfts > free {
            return refuse(FloorError::NotEnoughNfts { asked: nfts, free });
        }
        let position = Position { holding, nfts: account.nfts };
        require_reserve(&position, nfts, reserve, prices, params)?;
        if top < reserve {
            return refuse(FloorError::ReserveTooLow { reserve: top, required: reserve });
        }
        account.auctioned =
            account.auctioned.checked_add(nfts).ok_or_else(|| FloorError::Overflow.boxed())?;
        Ok(Auction {
            account: account.id,
            nfts,
            top,
            started: now,
            curve,
            fee: terms.voluntary_fee,
            reward: 0,
            cause: Cause::Voluntary { reserve },
        })
    }

    /// Lowers the least price of a voluntary sale, which must still leave the account well covered.
    pub fn lower_reserve(
        &self,
        shelves: &impl Books,
        auction: &mut Auction,
        account: &Account,
        reserve: u128,
        prices: Prices,
        params: &Params,
    ) -> Result<()> {
        // A liquidation has none to lower.
        let before = match auction.cause {
            Cause::Voluntary { reserve } => reserve,
            Cause::Liquidation => 0,
        };
        if reserve >= before {
            return refuse(FloorError::PriceAboveLimit { price: reserve, limit: before });
        }
        let holding = shelves.view(&self.ledger, account)?;
        let position = Position { holding, nfts: account.nfts };
        require_reserve(&position, auction.nfts, reserve, prices, params)?;
        auction.cause = Cause::Voluntary { reserve };
        Ok(())
    }
}

/// Refuses a least price at which so many NFTs of a position would not leave the rest of it well covered.
fn require_reserve(
    position: &Position,
    nfts: u32,
    reserve: u128,
    prices: Prices,
    params: &Params,
) -> Result<()> {
    let Position { holding, nfts: all } = *position;
    let short = holding.fp.min(0).unsigned_abs();
    let buys = short.saturating_sub(covered(all.saturating_sub(nfts), params.opening)?);
    let required = reserve_needed(buys, holding.cash, prices.mark)?;
    let least = mul_u128(reserve, nfts.into())?;
    if least < required { refuse(FloorError::ReserveTooLow { reserve: least, required }) } else { Ok(()) }
}

/// What a voluntary sale must bring at least: what it buys back and a twentieth, less the account's cash, wei.
fn reserve_needed(buys: u128, cash: i128, mark: u128) -> Result<u128> {
    const BUFFER: u128 = WAD / 20;
    let cost = mul_div_up_u128(buys, mark, WAD)?;
    let with_buffer = mul_div_up_u128(cost, add_u128(WAD, BUFFER)?, WAD)?;
    Ok(with_buffer.saturating_sub(cash.max(0).unsigned_abs()))
}

/// The starter's reward: a fixed part and one of what is to be bought back, but not more than the fee of that.
fn reward(position: &Position, kept: u32, prices: Prices, params: &Params, terms: &Terms) -> Result<u128> {
    let short = position.holding.fp.min(0).unsigned_abs();
    let value = mul_div_down_u128(short.saturating_sub(covered(kept, params.cure)?), prices.mark, WAD)?;
    let part = mul_div_down_u128(value, terms.chip, WAD)?;
    Ok(add_u128(terms.tip, part)?.min(mul_div_down_u128(value, terms.chop, WAD)?))
}
