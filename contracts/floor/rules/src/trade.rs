//! What accounts do by their own will: bring and take cash and NFTs, trade, and who may.
//!
//! The market prices no trade. A venue matches two accounts and says at what; here it is settled and both sides are
//! held to what they must be. An account that takes a risk (more FP, less cover, less cash) must pass the opening test; one
//! that lowers its risk may always, unless that lowers its margin too.

use everfloor_math::{
    U256, add_u128, mul_div_down, mul_div_down_u128, mul_div_up, mul_div_up_u128, signed, to_i128, to_u128,
};

use crate::{
    Account, Books, Holding, Ledger, PRICE_LIMIT, Params, Position, Prices, Vault, WAD, WAD_WORD, below,
    error::{FloorError, Result, refuse},
    liquidity::Capital,
    queue::Ticket,
};

/// The whole of a market, as its calls load it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Market {
    /// All accounts.
    pub ledger: Ledger,
    /// The cash.
    pub vault: Vault,
}

/// A trade of a venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// FP, wei.
    pub fp: u128,
    /// The price of one, wei.
    pub price: u128,
    /// Whether the taker buys.
    pub taker_buys: bool,
    /// What the taker pays for trading, wad of the value.
    pub fee: u128,
}

/// What a trade moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// What the buyer paid, wei, rounded up.
    pub paid: u128,
    /// What the seller got, wei, rounded down.
    pub got: u128,
    /// The taker's fee, wei.
    pub fee: u128,
}

/// Whose side of a trade was refused, so that a venue can go on without a maker who cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one who was there.
    Maker,
    /// The one who came.
    Taker,
}

impl Market {
    /// Settles a trade between two accounts, or says whose fault it is that it cannot be.
    pub fn settle_trade(
        &mut self,
        shelves: &mut impl Books,
        maker: &mut Account,
        taker: &mut Account,
        trade: &Trade,
        prices: Prices,
        params: &Params,
    ) -> core::result::Result<Settlement, (Side, alloc::boxed::Box<FloorError>)> {
        let of_taker = |error| (Side::Taker, error);
        let of_maker = |error| (Side::Maker, error);
        let moved = settlement(trade).map_err(of_taker)?;
        let maker_before = shelves.take(&mut self.ledger, maker).map_err(of_maker)?;
        let taker_before = shelves.take(&mut self.ledger, taker).map_err(of_taker)?;
        let maker_after = after(maker_before, trade, &moved, !trade.taker_buys, 0).map_err(of_maker)?;
        let taker_after =
            after(taker_before, trade, &moved, trade.taker_buys, moved.fee).map_err(of_taker)?;
        let sides = [(&*maker, maker_before, maker_after), (&*taker, taker_before, taker_after)];
        for ((account, before, after), side) in sides.into_iter().zip([Side::Maker, Side::Taker]) {
            self.require_change(account, before, after, prices, params)
                .and_then(|()| require_band(account, after, trade.price, prices.mark, params))
                .map_err(|error| (side, error))?;
        }
        let given = shelves.give_both(&mut self.ledger, (maker, maker_after), (taker, taker_after));
        given.map_err(of_taker)?;
        self.vault.reserve = add_u128(self.vault.reserve, moved.fee).map_err(|e| of_taker(e.into()))?;
        for (before, after, side) in
            [(maker_before, maker_after, Side::Maker), (taker_before, taker_after, Side::Taker)]
        {
            let debt = new_debt(before, after);
            if debt != 0 {
                let capital = self.capital_without(debt, prices, params).map_err(|error| (side, error))?;
                capital.require_debt(debt, moved.paid, params).map_err(|error| (side, error))?;
            }
        }
        Ok(moved)
    }

    /// Whether a trade can be judged without a price: both sides are then paid for or covered by NFTs.
    pub fn is_plain(
        &self,
        shelves: &impl Books,
        maker: &Account,
        taker: &Account,
        trade: &Trade,
        params: &Params,
    ) -> Result<bool> {
        let moved = settlement(trade)?;
        let sides = [(maker, !trade.taker_buys, 0), (taker, trade.taker_buys, moved.fee)];
        for (account, buys, fee) in sides {
            let before = shelves.view(&self.ledger, account)?;
            if !is_plain(account, after(before, trade, &moved, buys, fee)?, params)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The same of the maker's side alone.
    pub fn is_side_plain(
        &self,
        shelves: &impl Books,
        maker: &Account,
        trade: &Trade,
        params: &Params,
    ) -> Result<bool> {
        let moved = settlement(trade)?;
        let before = shelves.view(&self.ledger, maker)?;
        is_plain(maker, after(before, trade, &moved, !trade.taker_buys, 0)?, params)
    }

    /// Holds a maker to what a trade with somebody would make of him.
    pub fn settle_side(
        &self,
        shelves: &impl Books,
        maker: &Account,
        trade: &Trade,
        prices: Prices,
        params: &Params,
    ) -> Result<()> {
        let moved = settlement(trade)?;
        let before = shelves.view(&self.ledger, maker)?;
        let after = after(before, trade, &moved, !trade.taker_buys, 0)?;
        self.require_change(maker, before, after, prices, params)?;
        require_band(maker, after, trade.price, prices.mark, params)?;
        let debt = new_debt(before, after);
        if debt != 0 {
            self.capital_without(0, prices, params)?.require_debt(debt, moved.paid, params)?;
        }
        Ok(())
    }

    /// Brings cash into an account. Always open.
    pub fn deposit(&mut self, shelves: &mut impl Books, account: &mut Account, cash: u128) -> Result<()> {
        self.vault.receive(cash)?;
        let mut holding = shelves.take(&mut self.ledger, account)?;
        holding.cash = signed::add_i128(holding.cash, to_i128(cash)?)?;
        shelves.give(&mut self.ledger, account, holding)
    }

    /// Takes cash out of an account; what of it is paid now, the rest is waited for.
    pub fn withdraw(
        &mut self,
        shelves: &mut impl Books,
        account: &mut Account,
        cash: u128,
        prices: Prices,
        params: &Params,
    ) -> Result<(u128, Option<Ticket>)> {
        let before = shelves.take(&mut self.ledger, account)?;
        let after = Holding { cash: signed::sub_i128(before.cash, to_i128(cash)?)?, ..before };
        self.require_change(account, before, after, prices, params)?;
        shelves.give(&mut self.ledger, account, after)?;
        let paid = self.vault.pay(cash)?;
        let debt = new_debt(before, after);
        if debt != 0 {
            self.capital_without(debt, prices, params)?.require_withdrawal(debt, params)?;
        }
        Ok(paid)
    }

    /// Locks NFTs in an account. Always open.
    pub fn lock(&mut self, shelves: &mut impl Books, account: &mut Account, nfts: u32) -> Result<()> {
        let holding = shelves.take(&mut self.ledger, account)?;
        account.nfts = account.nfts.checked_add(nfts).ok_or_else(|| FloorError::Overflow.boxed())?;
        shelves.give(&mut self.ledger, account, holding)
    }

    /// Gives NFTs of an account back.
    pub fn unlock(
        &mut self,
        shelves: &mut impl Books,
        account: &mut Account,
        nfts: u32,
        prices: Prices,
        params: &Params,
    ) -> Result<()> {
        let free = account.free_nfts();
        if nfts > free {
            return refuse(FloorError::NotEnoughNfts { asked: nfts, free });
        }
        let holding = shelves.take(&mut self.ledger, account)?;
        account.nfts = account.nfts.wrapping_sub(nfts);
        require_opening(account, holding, prices, params)?;
        shelves.give(&mut self.ledger, account, holding)
    }

    /// Holds an account to what it must be after a change of cash and FP.
    fn require_change(
        &self,
        account: &Account,
        before: Holding,
        after: Holding,
        prices: Prices,
        params: &Params,
    ) -> Result<()> {
        let never_owes = after.fp == 0 || (after.fp < 0 && account.nfts > 0);
        if never_owes && after.cash < 0 {
            return refuse(FloorError::NegativeCash { cash: after.cash });
        }
        if !is_less_fp(before.fp, after.fp) {
            let grew = after.fp != before.fp;
            let size = after.fp.unsigned_abs();
            if grew && size < params.min_position {
                return refuse(FloorError::PositionTooSmall { fp: size, least: params.min_position });
            }
            return require_opening(account, after, prices, params);
        }
        let [now, then] = [after, before].map(|holding| Position { holding, nfts: account.nfts });
        if now.is_worse_than(&then, prices, params)? {
            return require_opening(account, after, prices, params);
        }
        Ok(())
    }

    /// The market's capital as if a debt that has just been made had been cash.
    fn capital_without(&self, debt: u128, prices: Prices, params: &Params) -> Result<Capital> {
        let vault = Vault { held: add_u128(self.vault.held, debt)?, ..self.vault };
        let mut capital = vault.capital(&self.ledger, prices.mark, params)?;
        capital.debt = capital.debt.saturating_sub(debt);
        capital.long_equity = add_u128(capital.long_equity, debt)?;
        Ok(capital)
    }
}

/// Holds an account to the opening test.
pub(crate) fn require_opening(
    account: &Account,
    holding: Holding,
    prices: Prices,
    params: &Params,
) -> Result<()> {
    Position { holding, nfts: account.nfts }.opening(prices, params)?.require_enough()
}

/// By how much a long's debt grew, wei.
fn new_debt(before: Holding, after: Holding) -> u128 {
    let debt = |holding: Holding| if holding.fp > 0 { holding.cash.min(0).unsigned_abs() } else { 0 };
    debt(after).saturating_sub(debt(before))
}

/// Whether an account with this is paid for, or covered by its NFTs, at any price.
pub fn is_plain(account: &Account, holding: Holding, params: &Params) -> Result<bool> {
    if holding.cash < 0 {
        return Ok(false);
    }
    let covered = mul_div_down_u128(u128::from(account.nfts).saturating_mul(WAD), params.opening, WAD)?;
    Ok(holding.fp >= 0 || holding.fp.unsigned_abs() <= covered)
}

/// Whether a position only got smaller.
fn is_less_fp(before: i128, after: i128) -> bool {
    after == 0 || (after.signum() == before.signum() && after.unsigned_abs() < before.unsigned_abs())
}

/// What a trade moves.
pub fn settlement(trade: &Trade) -> Result<Settlement> {
    if trade.fp == 0 {
        return refuse(FloorError::ZeroAmount);
    }
    let (fp, price) = (U256::from(trade.fp), U256::from(below(trade.price, PRICE_LIMIT)?));
    let paid = to_u128(mul_div_up(fp, price, WAD_WORD)?)?;
    let got = to_u128(mul_div_down(fp, price, WAD_WORD)?)?;
    let fee = mul_div_up_u128(paid, trade.fee, WAD)?;
    Ok(Settlement { paid, got, fee })
}

fn after(before: Holding, trade: &Trade, moved: &Settlement, buys: bool, fee: u128) -> Result<Holding> {
    let fp = to_i128(trade.fp)?;
    let (fp, cash) = if buys {
        (signed::add_i128(before.fp, fp)?, signed::sub_i128(before.cash, to_i128(moved.paid)?)?)
    } else {
        (signed::sub_i128(before.fp, fp)?, signed::add_i128(before.cash, to_i128(moved.got)?)?)
    };
    Ok(Holding { fp, cash: signed::sub_i128(cash, to_i128(fee)?)? })
}

/// Whoever is held to a margin at the mark trades near it: a trade far from it would move margin to an accomplice.
fn require_band(account: &Account, holding: Holding, price: u128, mark: u128, params: &Params) -> Result<()> {
    let margined = (holding.fp < 0 && account.nfts == 0) || (holding.fp > 0 && holding.cash < 0);
    let most = mul_div_down_u128(mark, params.band, WAD)?;
    if margined && price.abs_diff(mark) > most {
        return refuse(FloorError::PriceOutOfBand { price, mark });
    }
    Ok(())
}
