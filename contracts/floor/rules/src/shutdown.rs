//! The end of a market: everybody is paid at one price, without a loop.
//!
//! When a market is shut, trading, funding and auctions stop and one price is fixed, of the index: a perpetual is
//! worth the basket of futures on what it tracks. Then:
//!
//! 1. for a time, holders redeem: who pays what his short is worth, less his cash, takes his NFTs, at once or in
//!    parts;
//! 2. NFTs of those who have not are sold, at a price that falls; the money is the holder's cash, who owes his
//!    short out of it and may take what is not sold once that is covered. No more are sold than cover it;
//! 3. accounts that owe nothing more, or have no NFTs to owe it out of, are closed one by one, by anybody: each
//!    becomes a claim. Cash of those who are flat or short is of the first rank, what longs have is of the second;
//! 4. claims are paid in proportion to what there is, the first rank first; and again when more comes in.
//!
//! Nobody has to be closed for others to be paid but those who may owe: shorts without NFTs and longs in debt.
//! Anybody closes them. All other accounts count for what their side has in sum, or for more, until they are
//! closed; so what is paid of a claim only rises.

use everfloor_math::{add_u128, mul_div_down_u128, mul_div_up_u128, mul_u128, signed, sub_u128, to_i128};

use crate::{
    Account, Books, Curve, Holding, Market, WAD, auction,
    error::{FloorError, Result, refuse},
    ledger::HOUSE,
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

/// How much slower NFTs get cheaper at the end than in a liquidation: all that nobody redeemed are offered at
/// once.
pub const SLOWER: u64 = 6;

/// Each account in debt may leave less than a unit behind when units are made coarser: all of them together not as
/// many.
const UNITS_LEFT_BEHIND: u128 = u32::MAX as u128;

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

    /// What an account still owes for its short, wei, rounded up.
    fn lacks(&self, holding: Holding) -> Result<u128> {
        let owes = mul_div_up_u128(holding.fp.min(0).unsigned_abs(), self.price, WAD)?;
        Ok(owes.saturating_sub(holding.cash.max(0).unsigned_abs()))
    }

    /// Whether an account can be closed: it owes nothing, or has no NFTs to owe it out of.
    pub fn can_close(&self, market: &Market, shelves: &impl Books, account: &Account) -> Result<bool> {
        Ok(account.nfts == 0 || self.lacks(shelves.view(&market.ledger, account)?)? == 0)
    }

    /// Closes an account; what it may claim. NFTs that it does not owe for it keeps. What the house has is
    /// nobody's, and so everybody's.
    pub fn close(
        &mut self,
        market: &mut Market,
        shelves: &mut impl Books,
        account: &mut Account,
    ) -> Result<Claim> {
        if !self.can_close(market, shelves, account)? {
            return refuse(FloorError::NftsNotSold { nfts: account.nfts });
        }
        // So is a long that was closed out and not written down since: its cash is in the longs' sum.
        let counted_long = account.kind.is_long();
        let holding = shelves.take(&mut market.ledger, account)?;
        self.unclosed = signed::sub_i128(self.unclosed, holding.cash)?;
        (account.cash, account.auctioned) = (0, 0);
        self.book(if account.id == HOUSE { Holding::default() } else { holding }, counted_long)
    }

    /// Gives a holder some of his NFTs back for what he still owes for all of his short; what that is. Once the
    /// time for it is over, only if his cash covers it.
    pub fn redeem(
        &mut self,
        market: &mut Market,
        shelves: &mut impl Books,
        account: &mut Account,
        nfts: u32,
        now: u64,
    ) -> Result<u128> {
        if nfts > account.nfts {
            return refuse(FloorError::NotEnoughNfts { asked: nfts, free: account.nfts });
        }
        let pays = self.lacks(shelves.view(&market.ledger, account)?)?;
        if pays == 0 && nfts == 0 {
            return refuse(FloorError::ZeroAmount);
        }
        if pays != 0 && now > self.redeem_until {
            return refuse(FloorError::Expired { deadline: self.redeem_until, now });
        }
        self.sold(market, shelves, account, nfts, pays)?;
        Ok(pays)
    }

    /// The price at which any NFT is for sale that was not redeemed in time, wei: at first above what the index
    /// was.
    pub fn nft_price(&self, strike: u128, terms: &auction::Terms, now: u64) -> Result<u128> {
        if now <= self.redeem_until {
            return refuse(FloorError::TooEarly { from: self.redeem_until, now });
        }
        // Where one FP is worth nothing, nobody owes and nothing is sold.
        let index = add_u128(self.price, strike)?;
        let curve = Curve { step: terms.curve.step.saturating_mul(SLOWER), ..terms.curve };
        curve.price(mul_div_up_u128(index, terms.top, WAD)?, now.saturating_sub(self.redeem_until))
    }

    /// Sells NFTs of a holder who still owes something, no more than it takes; what they bring, wei.
    pub fn sell(
        &mut self,
        market: &mut Market,
        shelves: &mut impl Books,
        account: &mut Account,
        nfts: u32,
        price: u128,
    ) -> Result<u128> {
        let lacks = self.lacks(shelves.view(&market.ledger, account)?)?;
        let enough = u32::try_from(lacks.div_ceil(price.max(1))).unwrap_or(u32::MAX).min(account.nfts);
        if nfts == 0 || nfts > enough {
            return refuse(FloorError::NotEnoughNfts { asked: nfts, free: enough });
        }
        let proceeds = mul_u128(price, nfts.into())?;
        self.sold(market, shelves, account, nfts, proceeds)?;
        Ok(proceeds)
    }

    /// Adds what NFTs of an account brought to its cash. Auctions that ran when the market was shut are over.
    pub fn sold(
        &mut self,
        market: &mut Market,
        shelves: &mut impl Books,
        account: &mut Account,
        nfts: u32,
        proceeds: u128,
    ) -> Result<()> {
        let mut holding = shelves.take(&mut market.ledger, account)?;
        account.nfts = sub_u128(account.nfts.into(), nfts.into())? as u32;
        account.auctioned = 0;
        market.vault.receive(proceeds)?;
        let amount = to_i128(proceeds)?;
        holding.cash = signed::add_i128(holding.cash, amount)?;
        self.unclosed = signed::add_i128(self.unclosed, amount)?;
        if holding.fp == 0 && holding.cash < 0 {
            // Of a long that was closed out below its debt; at the end a debt is nobody's claim.
            self.unclosed = signed::sub_i128(self.unclosed, core::mem::take(&mut holding.cash))?;
        }
        shelves.give(&mut market.ledger, account, holding)
    }

    /// Works out what can be paid of claims, when nobody is left who may owe.
    pub fn distribute(&mut self, market: &Market) -> Result<()> {
        let ledger = &market.ledger;
        if ledger.margined != 0 || ledger.sums.debt_units > UNITS_LEFT_BEHIND {
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

    /// Pays what of a claim is due, wei, rounded down. Longs that came to owe more than they have by payments
    /// alone make others' part look greater than it is until they are closed; so a rank gets no more in sum than
    /// there is for it.
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

/// What can be paid of each wei claimed, wad, rounded down, at most one. Of no claims nothing: who comes later is
/// counted then.
fn ratio(there: u128, claimed: u128) -> Result<u128> {
    if claimed == 0 {
        return Ok(0);
    }
    if there >= claimed {
        return Ok(WAD);
    }
    Ok(mul_div_down_u128(there, WAD, claimed)?)
}
