//! Accounts without NFTs that are short of margin: shorts against cash, and longs in debt.
//!
//! Anybody takes such a position over into his own account at the mark, less a bonus out of what is left of its margin,
//! and no more of it than brings the rest back to its initial margin. When an account has nothing left, the reserve pays
//! what is missing. When that is empty, a short is bought back from all longs at what there is; and what a long still owes
//! is made good by all shorts like a payment of funding, in kind where there is no cash. What comes in kind is the
//! *house*'s, which owes the cash for it and sells it to anybody at the mark, less the bonus.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, signed, sub_u128, to_i128};

use crate::{
    Account, Books, Holding, Market, Params, Position, Prices, WAD,
    error::{FloorError, Result, refuse},
    trade::require_opening,
};

/// What taking a position over did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenOver {
    /// FP that changed hands, wei.
    pub fp: u128,
    /// Cash that the new holder got with a short, or paid for a long, wei.
    pub cash: u128,
    /// What the reserve paid, wei.
    pub insured: u128,
    /// What all shorts are asked to make good, wei.
    pub loss: u128,
}

/// Equity at the mark, wei, floored.
fn equity(holding: Holding, mark: u128) -> Result<i128> {
    Ok(signed::add_i128(holding.cash, signed::mul_div_floor(holding.fp, mark, WAD)?)?)
}

/// How much of a position must go so that the rest has its initial margin, wei, rounded up; at most all of it.
pub fn needed(holding: Holding, mark: u128, margin: u128, bonus: u128) -> Result<u128> {
    let size = holding.fp.unsigned_abs();
    let equity = equity(holding, mark)?;
    let held_to = mul_div_up_u128(mul_div_up_u128(size, mark, WAD)?, margin, WAD)?;
    let lacks = signed::sub_i128(to_i128(held_to)?, equity)?.max(0).unsigned_abs();
    let each = mul_div_down_u128(mark, margin.saturating_sub(bonus), WAD)?;
    if each == 0 {
        return Ok(size);
    }
    Ok(mul_div_up_u128(lacks, WAD, each)?.min(size))
}

impl Market {
    /// Moves a part of an account that is short of margin to somebody else's.
    #[allow(clippy::too_many_arguments, reason = "two accounts, an amount, and what a market is tested with")]
    pub fn take_over(
        &mut self,
        shelves: &mut impl Books,
        account: &mut Account,
        by: &mut Account,
        fp: u128,
        bonus: u128,
        epoch: u32,
        prices: Prices,
        params: &Params,
    ) -> Result<TakenOver> {
        let mut holding = shelves.take(&mut self.ledger, account)?;
        let position = Position { holding, nfts: account.nfts };
        let balance = position.maintenance(prices, params)?;
        balance.require_short(holding.fp > 0 || account.nfts == 0)?;
        let margin = if holding.fp < 0 { params.short_initial } else { params.long_initial };
        let most = needed(holding, prices.mark, margin, bonus)?;
        if fp == 0 || fp > most {
            return refuse(FloorError::NotEnoughFp { asked: fp, have: most });
        }
        let mut taker = shelves.take(&mut self.ledger, by)?;
        let mut done = TakenOver { fp, ..TakenOver::default() };
        let amount = to_i128(fp)?;
        if holding.fp < 0 {
            // He who owes FP gets cash for it: what is there, and the reserve's.
            let due = mul_div_up_u128(mul_div_up_u128(fp, prices.mark, WAD)?, add_u128(WAD, bonus)?, WAD)?;
            let has = holding.cash.max(0).unsigned_abs();
            done.insured = due.saturating_sub(has).min(self.vault.reserve);
            done.cash = add_u128(due.min(has), done.insured)?;
            (holding.fp, taker.fp) =
                (signed::add_i128(holding.fp, amount)?, signed::sub_i128(taker.fp, amount)?);
            holding.cash = signed::sub_i128(holding.cash, to_i128(due.min(has))?)?;
            taker.cash = signed::add_i128(taker.cash, to_i128(done.cash)?)?;
        } else {
            let worth = mul_div_up_u128(fp, prices.mark, WAD)?;
            done.cash = mul_div_up_u128(worth, WAD.saturating_sub(bonus), WAD)?;
            (holding.fp, taker.fp) =
                (signed::sub_i128(holding.fp, amount)?, signed::add_i128(taker.fp, amount)?);
            holding.cash = signed::add_i128(holding.cash, to_i128(done.cash)?)?;
            taker.cash = signed::sub_i128(taker.cash, to_i128(done.cash)?)?;
            if holding.fp == 0 && holding.cash < 0 {
                let lacks = holding.cash.unsigned_abs();
                done.insured = lacks.min(self.vault.reserve);
                done.loss = sub_u128(lacks, done.insured)?;
                holding.cash = 0;
            }
        }
        self.vault.reserve = sub_u128(self.vault.reserve, done.insured)?;
        require_opening(by, taker, prices, params)?;
        shelves.give_both(&mut self.ledger, (account, holding), (by, taker))?;
        self.lose(done.loss, epoch, prices.mark)?;
        Ok(done)
    }

    /// Buys a short back from all longs that has less cash than it is worth, with what there is and the reserve. Or ends
    /// the debt of a long that was closed out below what it owes.
    pub fn close_bankrupt(
        &mut self,
        shelves: &mut impl Books,
        account: &mut Account,
        epoch: u32,
        prices: Prices,
    ) -> Result<TakenOver> {
        let holding = shelves.take(&mut self.ledger, account)?;
        if holding.fp == 0 && holding.cash < 0 {
            let owes = holding.cash.unsigned_abs();
            let insured = owes.min(self.vault.reserve);
            let loss = sub_u128(owes, insured)?;
            self.vault.reserve = sub_u128(self.vault.reserve, insured)?;
            shelves.give(&mut self.ledger, account, Holding::default())?;
            self.lose(loss, epoch, prices.mark)?;
            return Ok(TakenOver { insured, loss, ..TakenOver::default() });
        }
        let fp = holding.fp.min(0).unsigned_abs();
        let worth = mul_div_up_u128(fp, prices.mark, WAD)?;
        let has = holding.cash.max(0).unsigned_abs();
        if fp == 0 || account.nfts != 0 || has >= worth {
            return refuse(FloorError::NotLiquidatable { owed: worth, have: has });
        }
        let insured = sub_u128(worth, has)?.min(self.vault.reserve);
        self.vault.reserve = sub_u128(self.vault.reserve, insured)?;
        // A short that came to owe cash as well leaves that to the longs, too.
        let owes = holding.cash.min(0).unsigned_abs();
        let cash = add_u128(has, insured)?.saturating_sub(owes);
        self.ledger.longs.charge_amount(owes.saturating_sub(insured))?;
        shelves.close_against_longs(&mut self.ledger, fp, cash)?;
        shelves.give(&mut self.ledger, account, Holding::default())?;
        Ok(TakenOver { fp, cash, insured, loss: 0 })
    }

    /// Sells FP of the house to somebody, at the mark less the bonus.
    #[allow(clippy::too_many_arguments, reason = "an account, an amount, and what a market is tested with")]
    pub fn buy_from_house(
        &mut self,
        shelves: &mut impl Books,
        by: &mut Account,
        fp: u128,
        bonus: u128,
        epoch: u32,
        prices: Prices,
        params: &Params,
    ) -> Result<TakenOver> {
        let mut house = shelves.house();
        let mut holding = shelves.take(&mut self.ledger, &mut house)?;
        let has = holding.fp.max(0).unsigned_abs();
        if fp == 0 || fp > has {
            return refuse(FloorError::NotEnoughFp { asked: fp, have: has });
        }
        let mut taker = shelves.take(&mut self.ledger, by)?;
        let worth = mul_div_up_u128(fp, prices.mark, WAD)?;
        let cash = mul_div_up_u128(worth, WAD.saturating_sub(bonus), WAD)?;
        (holding.fp, taker.fp) =
            (signed::sub_i128(holding.fp, to_i128(fp)?)?, signed::add_i128(taker.fp, to_i128(fp)?)?);
        (holding.cash, taker.cash) =
            (signed::add_i128(holding.cash, to_i128(cash)?)?, signed::sub_i128(taker.cash, to_i128(cash)?)?);
        let mut done = TakenOver { fp, cash, ..TakenOver::default() };
        if holding.fp == 0 {
            // What it got too much is the reserve's; what it got too little is the reserve's to pay, then a loss again.
            let lacks = holding.cash.min(0).unsigned_abs();
            done.insured = lacks.min(self.vault.reserve);
            done.loss = sub_u128(lacks, done.insured)?;
            self.vault.reserve =
                add_u128(sub_u128(self.vault.reserve, done.insured)?, holding.cash.max(0).unsigned_abs())?;
            holding.cash = 0;
        }
        require_opening(by, taker, prices, params)?;
        shelves.give_both(&mut self.ledger, (&mut house, holding), (by, taker))?;
        shelves.set_house(&house);
        self.lose(done.loss, epoch, prices.mark)?;
        Ok(done)
    }

    /// Lets all shorts pay a loss.
    fn lose(&mut self, loss: u128, epoch: u32, mark: u128) -> Result<()> {
        if loss == 0 { Ok(()) } else { self.ledger.begin_loss(epoch, loss, mark) }
    }
}
