//! What can be withdrawn can be paid.
//!
//! NFT-backed shorts take the cash out that longs brought in, so profits of longs are paid by those who buy from them. If
//! a buyer brought less than the price, somebody could not be paid. With `V` all cash held, `D` the debts of longs, `I`
//! the reserve and `Lock` the cash that margined shorts may not withdraw:
//! ```text
//! V - everything that may be withdrawn = Lock + I - D = H
//! ```
//! So all of it can be paid as long as `H >= 0`, and a buyer may owe at most what `H` is after the trade.
//!
//! `Lock` is taken of all margined shorts together, `min(their cash, their value at the mark with initial margin)`: too
//! much by what those below their initial margin lack, who are about to be liquidated.

use everfloor_math::{
    U256, add, add_u128, mul_div_down, mul_div_down_u128, mul_div_up, mul_div_up_u128, signed, sub_u128,
    to_i128, to_u128,
};

use crate::{
    CASH_LIMIT, Ledger, WAD, WAD_WORD, below,
    error::{FloorError, Result, refuse},
    params::{Leverage, Params},
    queue::{Queue, Ticket},
};

/// The cash of a market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vault {
    /// All cash held, wei.
    pub held: u128,
    /// What of it is nobody's: fees and insurance, wei.
    pub reserve: u128,
    /// What was withdrawn and could not be paid yet.
    pub queue: Queue,
}

/// How well a market can pay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capital {
    /// What margined shorts may not withdraw, wei.
    pub locked: u128,
    /// The reserve, wei.
    pub reserve: u128,
    /// Debts of longs, wei.
    pub debt: u128,
    /// What longs are worth at the mark, wei, debts deducted.
    pub long_equity: u128,
    /// Cash held that belongs to long or short accounts, wei.
    pub working: u128,
}

impl Vault {
    /// How well the market can pay, at a mark.
    pub fn capital(&self, ledger: &Ledger, mark: u128, params: &Params) -> Result<Capital> {
        let Ledger { longs, sums, margined, paid, .. } = ledger;
        let margin = add_u128(WAD, params.short_initial)?;
        let held_to =
            mul_div_up_u128(to_u128(mul_div_up(word(*margined), word(mark), WAD_WORD)?)?, margin, WAD)?;
        let shorts = sums.margined_cash(*paid, *margined)?.max(0).unsigned_abs();
        let cash = sums.long_cash(longs)?;
        let worth = mul_div_down(word(longs.total), word(mark), WAD_WORD)?;
        let long_equity = if cash < 0 {
            worth.saturating_sub(word(cash.unsigned_abs()))
        } else {
            add(worth, word(cash.unsigned_abs()))?
        };
        let others = add_u128(sums.flat, add_u128(self.reserve, self.queue.waiting())?)?;
        Ok(Capital {
            locked: shorts.min(held_to),
            reserve: self.reserve,
            debt: sums.debt(longs)?,
            long_equity: to_u128(long_equity)?,
            working: self.held.saturating_sub(others),
        })
    }

    /// Takes cash into the reserve.
    pub fn endow(&mut self, cash: u128) -> Result<()> {
        self.receive(cash)?;
        self.reserve = add_u128(self.reserve, cash)?;
        Ok(())
    }

    /// Takes cash in.
    pub fn receive(&mut self, cash: u128) -> Result<()> {
        self.held = below(add_u128(self.held, cash)?, CASH_LIMIT)?;
        Ok(())
    }

    /// Pays cash out, as much of it as is there and not waited for; the rest waits. What is paid now, and the place of what
    /// is not.
    pub fn pay(&mut self, cash: u128) -> Result<(u128, Option<Ticket>)> {
        let now = cash.min(self.held.saturating_sub(self.queue.waiting()));
        self.held = sub_u128(self.held, now)?;
        let rest = sub_u128(cash, now)?;
        Ok((now, if rest == 0 { None } else { Some(self.queue.join(rest)?) }))
    }

    /// Pays what of a place in the queue is due, wei.
    pub fn pay_ticket(&mut self, ticket: &mut Ticket) -> Result<u128> {
        let (due, held) = self.queue.pay(ticket, self.held)?;
        self.held = held;
        Ok(due)
    }
}

fn word(value: u128) -> U256 {
    U256::from(value)
}

impl Capital {
    /// `H`, wei: what new longs may owe. Negative is what could not be paid.
    pub fn headroom(&self) -> Result<i128> {
        let there = to_i128(add_u128(self.locked, self.reserve)?)?;
        Ok(signed::sub_i128(there, to_i128(self.debt)?)?)
    }

    /// Capitalisation: cash for what longs are worth, wad, rounded down; without longs there is no end to it.
    pub fn ratio(&self) -> Result<u128> {
        if self.long_equity == 0 {
            return Ok(u128::MAX);
        }
        let there = add_u128(self.working, self.reserve)?;
        Ok(mul_div_down_u128(there, WAD, self.long_equity)?)
    }

    /// What a buyer of `notional` must bring, wei. `self` is as it would be with the trade and all of it paid.
    pub fn required(&self, notional: u128, params: &Params) -> Result<u128> {
        let least = mul_div_up_u128(notional, params.long_initial, WAD)?;
        let room = u128::try_from(self.headroom()?).unwrap_or(0);
        let exact = least.max(notional.saturating_sub(room));
        Ok(match params.leverage {
            Leverage::Exact => exact,
            Leverage::Threshold => {
                let enough = self.ratio()? >= params.kappa_high && room >= notional.saturating_sub(least);
                if enough { least } else { notional }
            }
            Leverage::Ramp => {
                let share = add_u128(params.long_initial, self.ramp(params)?)?;
                exact.max(mul_div_up_u128(notional, share, WAD)?)
            }
        })
    }

    /// What the ramp asks for beyond the initial margin, wad.
    fn ramp(&self, params: &Params) -> Result<u128> {
        let span = sub_u128(params.kappa_high, params.kappa_low)?;
        let missing = params.kappa_high.saturating_sub(self.ratio()?).min(span);
        let rest = sub_u128(WAD, params.long_initial)?;
        if missing == 0 {
            return Ok(0);
        }
        Ok(mul_div_up_u128(rest, missing, span)?)
    }

    /// Refuses a debt that grew by `debt` in a purchase of `notional` beyond what this allows.
    pub fn require_debt(&self, debt: u128, notional: u128, params: &Params) -> Result<()> {
        if debt == 0 {
            return Ok(());
        }
        let required = self.required(notional, params)?;
        let have = notional.saturating_sub(debt);
        if debt > notional || have < required {
            return refuse(FloorError::InsufficientCollateral { required, have });
        }
        Ok(())
    }

    /// Refuses a withdrawal against the value of FP beyond what this allows: it is a debt, too.
    pub fn require_withdrawal(&self, debt: u128, params: &Params) -> Result<()> {
        let room = u128::try_from(self.headroom()?).unwrap_or(0);
        let enough = params.leverage == Leverage::Exact || self.ratio()? >= params.kappa_high;
        let have = if enough { room } else { 0 };
        if debt > have { refuse(FloorError::InsufficientCollateral { required: debt, have }) } else { Ok(()) }
    }
}
