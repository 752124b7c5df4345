//! Buying puts, and what the buyer has with the pool.
//!
//! A put's first premium is that of a whole epoch, whenever in the epoch it is bought: nobody gains by waiting for its
//! end. What it costs until this end is the writers', and the rest goes into the buyer's escrow, where it pays the
//! next epoch's funding.

use everfloor_math::{add_u128, mul_u128, sub_u128};

use crate::{
    AMOUNT_LIMIT, below,
    book::Book,
    cover::Cover,
    error::{PutError, Result, refuse},
    ladder::Ladder,
    params::Params,
    roll::Pool,
    terms::{Collateral, strike_of, unit_price},
    yields::{PerShare, Stream},
};

/// The buyer's money, what it backs, and the terms of this epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buyer {
    /// What funding is paid from, token units.
    pub escrow: u128,
    /// Payoffs to be collected, token units.
    pub due: u128,
    /// What the buyer backs with these puts, token units.
    pub supply: u128,
    /// Units that the next roll lets go, wad.
    pub released: u128,
    /// Volatility of this epoch, wad.
    pub sigma: u128,
}

/// An order to buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Units to cover, wad.
    pub units: u128,
    /// What the buyer will back with all of its puts, token units.
    pub supply: u128,
    /// The price the strike and the premium are taken from, wad.
    pub price: u128,
    /// Highest premium, token units.
    pub max_premium: u128,
    /// Lowest strike, wad.
    pub min_strike: u128,
}

/// What was bought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purchase {
    /// Its number within the epoch, from 0.
    pub lot: u32,
    /// Units, wad.
    pub units: u128,
    /// Strike, wad.
    pub strike: u128,
    /// What was paid, token units.
    pub premium: u128,
    /// What of that pays later epochs.
    pub prefunded: u128,
    /// What was locked, token units.
    pub lock: u128,
}

/// What a purchase would be, without buying it.
pub fn quote(
    units: u128,
    price: u128,
    sigma: u128,
    now: u64,
    params: &Params,
    epoch: u16,
    collateral: Collateral,
) -> Result<Purchase> {
    let strike = strike_of(price)?;
    let whole = unit_price(price, strike, sigma, params.epoch_length)?;
    let left = params.schedule().end(epoch).saturating_sub(now).min(params.epoch_length);
    let until_end = unit_price(price, strike, sigma, left)?.min(whole);
    let premium = collateral.cost_up(units, whole)?;
    // The writers' part is rounded up.
    let earned = collateral.cost_up(units, until_end)?.min(premium);
    Ok(Purchase {
        lot: 0,
        units,
        strike,
        premium,
        prefunded: sub_u128(premium, earned)?,
        lock: collateral.cost_up(units, strike)?,
    })
}

/// What is looked at and changed by a purchase.
pub struct Counter<'a, L> {
    /// The shares.
    pub book: &'a Book,
    /// What a share has earned.
    pub per_share: &'a mut PerShare,
    /// What vests.
    pub stream: &'a mut Stream,
    /// The puts.
    pub cover: &'a mut Cover,
    /// The puts of this epoch by strike.
    pub ladder: &'a mut L,
    /// The buyer.
    pub buyer: &'a mut Buyer,
}

impl<'a, L: Ladder> Counter<'a, L> {
    /// That of a pool.
    pub fn of(pool: &'a mut Pool, ladder: &'a mut L) -> Self {
        let Pool { book, per_share, stream, cover, buyer, .. } = pool;
        Self { book, per_share, stream, cover, ladder, buyer }
    }

    /// Sells puts.
    pub fn sell(
        &mut self,
        order: &Order,
        now: u64,
        params: &Params,
        collateral: Collateral,
    ) -> Result<Purchase> {
        let schedule = params.schedule();
        schedule.require_started(now)?;
        schedule.require_open(self.book.epoch, now)?;
        if order.units < params.min_units {
            return refuse(PutError::AmountTooSmall { amount: order.units, least: params.min_units });
        }
        let bought =
            quote(order.units, order.price, self.buyer.sigma, now, params, self.book.epoch, collateral)?;
        if bought.strike == 0 || bought.strike < order.min_strike {
            return refuse(PutError::StrikeBelowLimit { strike: bought.strike, limit: order.min_strike });
        }
        if bought.premium > order.max_premium {
            return refuse(PutError::SlippagePremium { premium: bought.premium, limit: order.max_premium });
        }
        self.buyer.back(order.supply, self.book.liquidity, params.leverage)?;
        let lot = self.cover.lots;
        self.cover.add(self.ladder, order.units, bought.strike, bought.lock, self.book.liquidity)?;
        self.stream.accrue(self.book, self.per_share, now, schedule.end(self.book.epoch))?;
        let earned = sub_u128(bought.premium, bought.prefunded)?;
        self.stream.unvested = below(add_u128(self.stream.unvested, earned)?, AMOUNT_LIMIT)?;
        self.buyer.fund(bought.prefunded)?;
        Ok(Purchase { lot, ..bought })
    }
}

/// The most a liquidity supports.
pub fn max_supply(liquidity: u128, leverage: u64) -> Result<u128> {
    Ok(mul_u128(liquidity, leverage.into())?)
}

impl Buyer {
    /// Backs a supply with its puts: more than before only up to what the liquidity supports.
    pub fn back(&mut self, supply: u128, liquidity: u128, leverage: u64) -> Result<()> {
        let max = max_supply(liquidity, leverage)?;
        if supply > self.supply && supply > max {
            return refuse(PutError::SupplyCapExceeded { supply, max });
        }
        self.supply = supply;
        Ok(())
    }

    /// Adds to the escrow.
    pub fn fund(&mut self, amount: u128) -> Result<()> {
        self.escrow = below(add_u128(self.escrow, amount)?, AMOUNT_LIMIT)?;
        Ok(())
    }

    /// Takes out of the escrow.
    pub fn unfund(&mut self, amount: u128) -> Result<()> {
        if amount > self.escrow {
            return refuse(PutError::ExceedsEscrow { asked: amount, available: self.escrow });
        }
        self.escrow = sub_u128(self.escrow, amount)?;
        Ok(())
    }

    /// Keeps no more than these units at the next roll: what else is covered now will neither cost nor cover.
    pub fn keep_at_most(&mut self, units: u128, cover: &Cover) {
        self.released = self.released.max(cover.units.saturating_sub(units));
    }

    /// Takes out the payoffs that are due.
    pub fn take_due(&mut self) -> u128 {
        core::mem::take(&mut self.due)
    }
}
