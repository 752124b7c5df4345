//! The end of an epoch of the model.

use super::{
    AMOUNT_BITS, Account, Model, Refusal, UNIT_BITS,
    buyer::{strike_at, unit_price},
    writers::FEWEST_SHARES,
};
use crate::{
    action::Outside,
    number::{Int, down, exact, int, limit, narrow, up},
    puts::{Lot, Puts},
};

/// What a roll did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roll {
    pub settlement: u128,
    pub mark: Option<u128>,
    pub payoff: Int,
    /// Shares that waited, that left, and what they were paid.
    pub exit: Option<(Int, Int, Int)>,
    pub lost: bool,
    /// Liquidity that exits had to leave.
    pub stays: Int,
    pub strike: u128,
    pub capped: bool,
    pub units: Int,
    pub lapsed: Int,
    pub released: Int,
    pub required: Int,
    pub funding: Int,
    pub prompt: bool,
    pub skipped: u64,
}

impl Model {
    pub fn roll(&mut self, outside: &Outside) -> Result<Roll, Refusal> {
        if self.now < self.end() {
            return Err("EpochNotEnded");
        }
        let mut roll = self.prices(outside)?;
        self.vest();
        self.emit();
        self.pay_off(&mut roll)?;
        let held = self.puts.units() - &roll.released;
        if self.is_lost() {
            roll.lost = true;
            roll.exit = self.lose_generation();
        } else {
            self.let_leave(&held, &mut roll);
            if roll.exit.is_some() && self.queued == Int::ZERO && self.is_dust() {
                roll.lost = true;
                self.lose_generation();
            }
        }
        self.sigma = self.next_sigma(outside);
        self.released = Int::ZERO;
        let end_of_next = self.end() + self.params.epoch_length * (roll.skipped + 1);
        let tenor = if roll.prompt { self.params.epoch_length } else { end_of_next - self.now };
        self.renew(held, tenor, &mut roll)?;
        self.epoch += 1 + roll.skipped;
        self.vested_to = self.now;
        Ok(roll)
    }

    /// Which prices count.
    fn prices(&self, outside: &Outside) -> Result<Roll, Refusal> {
        let late = self.now - self.end();
        let skipped = late / self.params.epoch_length;
        let prompt = skipped == 0 && late <= self.params.window;
        let after_grace = late >= self.params.grace;
        let settlement = match outside.average {
            Some(price) => price,
            None if after_grace => outside.last_average,
            None => return Err("PriceUnavailable"),
        };
        let mark = if prompt && outside.average.is_some() { Some(settlement) } else { outside.mark };
        if mark.is_none() && late < 2 * self.params.grace {
            return Err("PriceUnavailable");
        }
        // No strike is as high as the limit.
        let highest = (1 << UNIT_BITS) - 1;
        let settlement = settlement.min(highest);
        Ok(Roll { settlement, mark: mark.map(|mark| mark.min(highest)), prompt, skipped, ..Roll::default() })
    }

    fn pay_off(&mut self, roll: &mut Roll) -> Result<(), Refusal> {
        roll.payoff = down(self.puts.paid(roll.settlement), &self.divisor());
        self.liquidity -= &roll.payoff;
        self.due += &roll.payoff;
        roll.released = self.released.clone().min(self.puts.units());
        if self.due >= limit(AMOUNT_BITS) { Err("Overflow") } else { Ok(()) }
    }

    /// Whether a share is worth less than a billionth of a first share.
    fn is_lost(&self) -> bool {
        &self.liquidity * self.scale * 1_000_000_000_u64 < self.shares
    }

    /// Whether what an exit left is worth more than at first, and less than a thousandth of a wad.
    fn is_dust(&self) -> bool {
        self.shares > Int::ZERO
            && self.shares < int(FEWEST_SHARES)
            && &self.liquidity * self.scale > self.shares
    }

    /// What is left goes to the shares by which it was lost, and these are none any more.
    fn lose_generation(&mut self) -> Option<(Int, Int, Int)> {
        let rest = std::mem::take(&mut self.liquidity);
        self.taken += &rest;
        if rest > Int::ZERO {
            self.distribute(&rest);
        }
        let exit = (self.queued > Int::ZERO).then(|| (self.queued.clone(), self.queued.clone(), Int::ZERO));
        for who in 0..self.accounts.len() {
            let Account { open, shares, requested, .. } = &self.accounts[who];
            if !open || *shares == Int::ZERO {
                continue;
            }
            if *requested > Int::ZERO {
                self.accounts[who].unseen += 1;
                self.round(who);
            }
            self.round(who);
            (self.accounts[who].shares, self.accounts[who].requested) = (Int::ZERO, Int::ZERO);
        }
        self.fills += u64::from(exit.is_some());
        (self.queued, self.shares) = (Int::ZERO, Int::ZERO);
        self.find_nobodys();
        self.generation += 1;
        exit
    }

    /// As many as the pool can spare leave, all alike.
    fn let_leave(&mut self, held: &Int, roll: &mut Roll) {
        let strike = roll.mark.map_or(0, strike_at);
        let for_supply = up(self.supply.clone(), &int(self.params.leverage));
        roll.stays = for_supply.max(up(held * strike, &self.divisor()));
        let spare = &self.liquidity - &roll.stays;
        if self.shares == Int::ZERO || spare <= Int::ZERO {
            return;
        }
        let wanted = down(&self.queued * &self.liquidity, &self.shares);
        if wanted == Int::ZERO {
            return;
        }
        let (left, paid) = match spare >= wanted {
            true => (self.queued.clone(), wanted),
            false => (up(&spare * &self.shares, &self.liquidity), spare),
        };
        self.share_exit(&left, &paid);
        self.left_with += &paid;
        roll.exit = Some((self.queued.clone(), left.clone(), paid.clone()));
        self.queued -= &left;
        self.shares -= left;
        self.liquidity -= paid;
        self.fills += 1;
        self.find_nobodys();
    }

    fn share_exit(&mut self, left: &Int, paid: &Int) {
        let mut rest = paid.clone();
        for who in 0..self.accounts.len() {
            let account = &mut self.accounts[who];
            if account.requested == Int::ZERO {
                continue;
            }
            let part = down(paid * &account.requested, &self.queued);
            let gone = up(left * &account.requested, &self.queued);
            account.shares -= &gone;
            account.requested -= gone;
            account.fees.earned += exact(&part);
            account.unseen += 1;
            rest -= part;
            self.share_roundings += 1;
            self.round(who);
        }
        assert!(rest >= Int::ZERO, "more was paid than left");
        self.nobody.fees.earned += exact(&rest);
    }

    /// The source's volatility, at most a quarter from the present one; a tenth more if it is silent or old.
    fn next_sigma(&self, outside: &Outside) -> u128 {
        let (present, reading) = (int(self.sigma), outside.reading);
        let hundredths = |parts: u32| down(&present * parts, &int(100));
        let fresh = self.now.saturating_sub(reading.updated_at) <= self.params.sigma_max_age;
        let wanted = match reading.sigma.filter(|_| fresh) {
            Some(sigma) => int(sigma).max(hundredths(75)).min(hundredths(125)),
            None => hundredths(110),
        };
        narrow(&wanted.max(int(self.params.sigma_min)).min(int(self.params.sigma_max)))
    }

    /// All units that are held are struck anew, as far as the escrow pays for them.
    fn renew(&mut self, held: Int, tenor: u64, roll: &mut Roll) -> Result<(), Refusal> {
        self.puts = Puts::default();
        roll.lapsed = held.clone();
        let Some(mark) = roll.mark.filter(|_| held > Int::ZERO) else { return Ok(()) };
        let affordable = down(&self.liquidity * self.divisor(), &held);
        let wanted = strike_at(mark);
        let strike = narrow(&int(wanted).min(affordable.clone()));
        if strike == 0 {
            return Ok(());
        }
        let price = unit_price(mark, strike, self.sigma, tenor);
        roll.required = up(&held * &price, &self.divisor());
        roll.units = match self.escrow >= roll.required {
            true => held.clone(),
            false => down(&self.escrow * self.divisor(), &price).min(held.clone()),
        };
        roll.funding = up(&roll.units * price, &self.divisor());
        self.escrow -= &roll.funding;
        self.unvested += &roll.funding;
        self.taken += &roll.funding;
        if self.unvested >= limit(AMOUNT_BITS) {
            return Err("Overflow");
        }
        (roll.strike, roll.capped) = (strike, affordable < int(wanted));
        roll.lapsed = held - &roll.units;
        self.puts.base = Some(Lot { units: narrow(&roll.units), strike });
        Ok(())
    }
}
