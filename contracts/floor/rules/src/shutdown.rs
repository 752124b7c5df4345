//! The end of a market: everybody is paid at one price, without a loop.
//!
//! When a market is shut, trading and funding stop and one price is fixed, of the index: a perpetual is worth the basket of
//! futures on what it tracks. Then:
//!
//! 1. for a time, holders redeem: they pay what their short is worth, less their cash, and take their NFTs;
//! 2. NFTs that are left are sold; the money is the holder's cash, who owes his short out of it and may take what is not
//!    sold once that is covered;
//! 3. accounts are closed one by one, by anybody: each becomes a claim. Cash of those who are flat or short is of the
//!    first rank, what longs have is of the second;
//! 4. claims are paid in proportion to what there is, the first rank first; and again when more comes in.
//!
//! Nobody has to be closed for others to be paid but those who may owe: shorts without NFTs and longs in debt. Anybody
//! closes them. All other accounts count for what their side has in sum, or for more, until they are closed; so what is
//! paid of a claim only rises.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, signed, sub_u128, to_i128};

use crate::{
    Account, Holding, Market, Shelves, WAD,
    error::{FloorError, Result, refuse},
};

/// A rank of claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rank {
    /// What closed accounts claim in all, wei.
    pub claims: u128,
    /// What can be paid of a claim, wad.
    pub ratio: u128,
    /// What there is for all of them, wei.
    pub available: u128,
    /// What has been paid, wei.
    pub paid: u128,
}

/// A market that is shut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shutdown {
    /// What one FP is worth, wei.
    pub price: u128,
    /// Until when holders redeem, seconds.
    pub redeem_until: u64,
    /// Cash of all accounts that are not closed, wei; debts deducted.
    pub unclosed: i128,
    /// Claims of those who were flat or short.
    pub first: Rank,
    /// Claims of longs.
    pub second: Rank,
}

/// What a closed account may claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// The whole of it, wei.
    pub amount: u128,
    /// What of it has been paid.
    pub paid: u128,
    /// Whether it is of the second rank.
    pub is_long: bool,
}

/// What a redemption moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redeemed {
    /// What the holder must pay, wei.
    pub pays: u128,
    /// NFTs that are his again.
    pub nfts: u32,
    /// What he may claim.
    pub claim: Claim,
}

impl Shutdown {
    /// Shuts a market at a price; between payments.
    pub fn begin(market: &Market, price: u128, redeem_until: u64) -> Result<Self> {
        market.ledger.require_settled()?;
        let vault = &market.vault;
        let others = to_i128(add_u128(vault.reserve, vault.queue.waiting())?)?;
        // Less than nothing, if longs owe more than there is.
        let unclosed = signed::sub_i128(to_i128(vault.held)?, others)?;
        Ok(Self { price, redeem_until, unclosed, ..Self::default() })
    }

    /// Closes an account whose NFTs are sold or that has none; what it may claim.
    pub fn close(
        &mut self,
        market: &mut Market,
        shelves: &mut impl Shelves,
        account: &mut Account,
    ) -> Result<Claim> {
        if account.nfts != 0 {
            return refuse(FloorError::NftsNotSold { nfts: account.nfts });
        }
        // So is a long that was closed out and not written down since: its cash is in the longs' sum.
        let counted_long = account.kind.is_long();
        let holding = market.ledger.take(shelves, account)?;
        self.unclosed = signed::sub_i128(self.unclosed, holding.cash)?;
        account.cash = 0;
        self.book(holding, counted_long)
    }

    /// Gives a holder his NFTs back for what his short is worth, and closes the account. Once the time for it is over, only
    /// a holder whose cash covers it.
    pub fn redeem(
        &mut self,
        market: &mut Market,
        shelves: &mut impl Shelves,
        account: &mut Account,
        now: u64,
    ) -> Result<Redeemed> {
        if account.auctioned != 0 {
            return refuse(FloorError::NotEnoughNfts { asked: account.nfts, free: account.free_nfts() });
        }
        // So is a long that was closed out and not written down since: its cash is in the longs' sum.
        let counted_long = account.kind.is_long();
        let mut holding = market.ledger.take(shelves, account)?;
        self.unclosed = signed::sub_i128(self.unclosed, holding.cash)?;
        let owes = mul_div_up_u128(holding.fp.min(0).unsigned_abs(), self.price, WAD)?;
        let pays = owes.saturating_sub(holding.cash.max(0).unsigned_abs());
        if pays != 0 && now > self.redeem_until {
            return refuse(FloorError::Expired { deadline: self.redeem_until, now });
        }
        market.vault.receive(pays)?;
        holding.cash = signed::add_i128(holding.cash, to_i128(pays)?)?;
        account.cash = 0;
        let nfts = core::mem::take(&mut account.nfts);
        Ok(Redeemed { pays, nfts, claim: self.book(holding, counted_long)? })
    }

    /// Adds what NFTs of an account were sold for to its cash.
    pub fn sold(
        &mut self,
        market: &mut Market,
        shelves: &mut impl Shelves,
        account: &mut Account,
        nfts: u32,
        proceeds: u128,
    ) -> Result<()> {
        let mut holding = market.ledger.take(shelves, account)?;
        account.nfts = sub_u128(account.nfts.into(), nfts.into())? as u32;
        account.auctioned = account.auctioned.saturating_sub(nfts);
        market.vault.receive(proceeds)?;
        let amount = to_i128(proceeds)?;
        holding.cash = signed::add_i128(holding.cash, amount)?;
        self.unclosed = signed::add_i128(self.unclosed, amount)?;
        if holding.fp == 0 && holding.cash < 0 {
            // Of a long that was closed out below its debt; at the end a debt is nobody's claim.
            self.unclosed = signed::sub_i128(self.unclosed, core::mem::take(&mut holding.cash))?;
        }
        market.ledger.give(shelves, account, holding)
    }

    /// Works out what can be paid of claims, when nobody is left who may owe.
    pub fn distribute(&mut self, market: &Market) -> Result<()> {
        let ledger = &market.ledger;
        if ledger.margined != 0 || ledger.sums.debt_units != 0 {
            return refuse(FloorError::DebtorsNotClosed {
                shorts: ledger.margined,
                longs: ledger.longs.fp_of(ledger.sums.debt_units)?,
            });
        }
        let longs_cash = ledger.sums.long_cash(&ledger.longs)?;
        let worth = to_i128(mul_div_up_u128(ledger.longs.total, self.price, WAD)?)?;
        let longs = signed::add_i128(longs_cash, worth)?.max(0).unsigned_abs();
        // Cash of all who are not long: of holders, too, who owe some of it.
        let others = signed::sub_i128(self.unclosed, longs_cash)?.max(0).unsigned_abs();
        let paid = add_u128(self.first.paid, self.second.paid)?;
        let pot = add_u128(market.vault.held.saturating_sub(market.vault.queue.waiting()), paid)?;
        let first = add_u128(self.first.claims, others)?;
        let second = add_u128(self.second.claims, longs)?;
        // What the second rank has got already is gone.
        self.first.available = pot.saturating_sub(self.second.paid);
        self.second.available = pot.saturating_sub(first);
        self.first.ratio = self.first.ratio.max(ratio(pot, first)?);
        self.second.ratio = self.second.ratio.max(ratio(pot.saturating_sub(first), second)?);
        Ok(())
    }

    /// Pays what of a claim is due, wei, rounded down. Longs that came to owe more than they have by payments alone make
    /// others' part look greater than it is until they are closed; so a rank gets no more in sum than there is for it.
    pub fn pay(&mut self, market: &mut Market, claim: &mut Claim) -> Result<u128> {
        let rank = if claim.is_long { &mut self.second } else { &mut self.first };
        let due = mul_div_down_u128(claim.amount, rank.ratio, WAD)?.saturating_sub(claim.paid);
        let due = due.min(rank.available.saturating_sub(rank.paid));
        claim.paid = add_u128(claim.paid, due)?;
        rank.paid = add_u128(rank.paid, due)?;
        market.vault.held = sub_u128(market.vault.held, due)?;
        Ok(due)
    }

    /// Counts what a holding is worth at the end as a claim, rounded down; a debt is nobody's claim.
    fn book(&mut self, holding: Holding, is_long: bool) -> Result<Claim> {
        let worth = signed::mul_div_floor(holding.fp, self.price, WAD)?;
        let amount = signed::add_i128(holding.cash, worth)?.max(0).unsigned_abs();
        let rank = if is_long { &mut self.second } else { &mut self.first };
        rank.claims = add_u128(rank.claims, amount)?;
        Ok(Claim { amount, paid: 0, is_long })
    }
}

/// What can be paid of each wei claimed, wad, rounded down, at most one. Of no claims nothing: who comes later is counted
/// then.
fn ratio(there: u128, claimed: u128) -> Result<u128> {
    if claimed == 0 {
        return Ok(0);
    }
    if there >= claimed {
        return Ok(WAD);
    }
    Ok(mul_div_down_u128(there, WAD, claimed)?)
}
