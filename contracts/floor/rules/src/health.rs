//! Whether an account can bear what it holds.
//!
//! A holder's short is covered by NFTs, whatever they are worth: FP and NFTs are both valued at the index, so that only
//! more FP than NFTs, less cash, is a deficit:
//! ```text
//! q x index > maintenance x n x index + cash
//! ```
//! (of a call, the short is valued at what it pays, `index - strike`, which is less). Cash is never negative there, so no price does this while `q <= maintenance x n`. Shorts without NFTs and leveraged
//! longs are margined at the mark as on any exchange.

use everfloor_math::{U256, add, add_u128, mul, mul_div_down, mul_div_down_u128, mul_div_up, sub, to_u128};

use crate::{
    Holding, WAD, WAD_WORD,
    error::{FloorError, Result, refuse},
    funding::{Prices, Terms},
    params::{NftTest, Params},
};

/// What an account is tested with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Its cash and FP.
    pub holding: Holding,
    /// NFTs that cover it, those being auctioned among them.
    pub nfts: u32,
}

/// Two sums of wad of wad of wei, to be compared without a division.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// What is owed.
    pub owed: U256,
    /// What is there.
    pub there: U256,
}

impl Balance {
    /// Whether more is owed than there is.
    pub fn is_short(&self) -> bool {
        self.owed > self.there
    }

    /// What is owed, wei, rounded up.
    pub fn owed_wei_up(&self) -> Result<u128> {
        Ok(to_u128(mul_div_up(self.owed, U256::ONE, mul(WAD_WORD, WAD_WORD)?)?)?)
    }

    /// What is there, wei, rounded down.
    pub fn there_wei_down(&self) -> Result<u128> {
        Ok(to_u128(mul_div_down(self.there, U256::ONE, mul(WAD_WORD, WAD_WORD)?)?)?)
    }

    /// Refuses if more is owed than there is.
    pub fn require_enough(&self) -> Result<()> {
        if !self.is_short() {
            return Ok(());
        }
        refuse(FloorError::InsufficientMargin { required: self.owed_wei_up()?, have: self.there_wei_down()? })
    }

    /// Refuses unless more is owed than there is, and `may` allows it.
    pub(crate) fn require_short(&self, may: bool) -> Result<()> {
        if may && self.is_short() {
            return Ok(());
        }
        refuse(FloorError::NotLiquidatable { owed: self.owed_wei_up()?, have: self.there_wei_down()? })
    }

    /// What is there beyond what is owed, wei, rounded down; 0 if nothing.
    pub fn left(&self) -> Result<u128> {
        let left = Self { there: self.there.saturating_sub(self.owed), owed: U256::ZERO };
        left.there_wei_down()
    }
}

fn word(value: u128) -> U256 {
    U256::from(value)
}

/// `amount x price x ratio`.
fn value(amount: u128, price: u128, ratio: u128) -> Result<U256> {
    Ok(mul(mul(word(amount), word(price))?, word(ratio))?)
}

/// Cash in the same scale; less than none is owed instead.
fn with_cash(mut balance: Balance, cash: i128) -> Result<Balance> {
    let amount = value(cash.unsigned_abs(), WAD, WAD)?;
    if cash < 0 {
        balance.owed = add(balance.owed, amount)?;
    } else {
        balance.there = add(balance.there, amount)?;
    }
    Ok(balance)
}

impl Position {
    fn fp(&self) -> u128 {
        self.holding.fp.unsigned_abs()
    }

    /// Its NFTs in wei of FP.
    fn cover(&self) -> u128 {
        u128::from(self.nfts).saturating_mul(WAD)
    }

    /// What a short owes against `limit` FP for each NFT and its cash, as the market tests it.
    fn nft_balance(&self, prices: Prices, limit: u128, test: NftTest, terms: &Terms) -> Result<Balance> {
        let (mark, index) = (prices.mark, terms.payoff(prices.index));
        let there = value(self.cover(), prices.index, limit)?;
        let owed = match test {
            NftTest::Index => value(self.fp(), index, WAD)?,
            NftTest::Mark => value(self.fp(), mark, WAD)?,
            NftTest::Excess => {
                let covered = self.fp().min(self.cover());
                let excess = self.fp().saturating_sub(covered);
                add(value(covered, index, WAD)?, value(excess, mark.max(index), WAD)?)?
            }
        };
        with_cash(Balance { owed, there }, self.holding.cash)
    }

    /// Value at the mark with a margin of it for a short, less a margin of it for a long, against cash.
    fn margin_balance(&self, mark: u128, margin: u128) -> Result<Balance> {
        let balance = if self.holding.fp < 0 {
            let owed = value(self.fp(), mark, add_u128(WAD, margin)?)?;
            Balance { owed, there: U256::ZERO }
        } else {
            Balance { owed: U256::ZERO, there: value(self.fp(), mark, WAD.saturating_sub(margin))? }
        };
        with_cash(balance, self.holding.cash)
    }

    /// The deficit of the source, at the limit of one FP for each NFT.
    pub fn is_underwater(&self, prices: Prices, test: NftTest, terms: &Terms) -> Result<bool> {
        Ok(self.holding.fp < 0 && self.nft_balance(prices, WAD, test, terms)?.is_short())
    }

    /// What an account is held to before it is liquidated.
    pub fn maintenance(&self, prices: Prices, params: &Params) -> Result<Balance> {
        match (self.holding.fp, self.nfts) {
            (0, _) => with_cash(Balance::default(), self.holding.cash),
            (..0, 1..) => self.nft_balance(prices, params.maintenance, params.nft_test, &params.terms),
            (..0, 0) => self.margin_balance(prices.mark, params.short_maintenance),
            (1.., _) => self.margin_balance(prices.mark, params.long_maintenance),
        }
    }

    /// Whether an account may be liquidated.
    pub fn is_liquidatable(&self, prices: Prices, params: &Params) -> Result<bool> {
        Ok(self.maintenance(prices, params)?.is_short())
    }

    /// What an account is held to when it takes a risk. What exceeds the NFTs of a holder is margined at the greater of
    /// mark and index, since it is secured by cash alone.
    pub fn opening(&self, prices: Prices, params: &Params) -> Result<Balance> {
        match (self.holding.fp, self.nfts) {
            (0, _) => with_cash(Balance::default(), self.holding.cash),
            (..0, 1..) => {
                let allowed = mul_div_down_u128(self.cover(), params.opening, WAD)?;
                let excess = self.fp().saturating_sub(allowed);
                let ratio = add_u128(WAD, params.short_initial)?;
                let owed = value(excess, prices.mark.max(params.terms.payoff(prices.index)), ratio)?;
                with_cash(Balance { owed, there: U256::ZERO }, self.holding.cash)
            }
            (..0, 0) => self.margin_balance(prices.mark, params.short_initial),
            // A long without debt owes nothing.
            (1.., _) if self.holding.cash >= 0 => Ok(Balance::default()),
            (1.., _) => self.margin_balance(prices.mark, params.long_initial),
        }
    }

    /// What a short owes at the mark, wei, rounded up.
    pub fn liability(&self, mark: u128) -> Result<U256> {
        let fp = if self.holding.fp < 0 { self.fp() } else { 0 };
        Ok(mul_div_up(word(fp), word(mark), WAD_WORD)?)
    }

    /// Whether it bears less than another of the same kind: a trade that lowers the risk of an account that is short of
    /// margin must not lower its margin too.
    pub fn is_worse_than(&self, before: &Self, prices: Prices, params: &Params) -> Result<bool> {
        let (now, then) = (self.maintenance(prices, params)?, before.maintenance(prices, params)?);
        if !now.is_short() {
            return Ok(false);
        }
        let deficit = |balance: Balance| sub(balance.owed, balance.there).unwrap_or_default();
        Ok(deficit(now) > deficit(then))
    }
}
