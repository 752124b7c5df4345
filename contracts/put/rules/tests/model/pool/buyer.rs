//! The buyer of the model.

use everfloor_put_pricing::put_down;
use everfloor_put_rules::Order;

use super::{AMOUNT_BITS, Model, Refusal, UNIT_BITS};
use crate::{
    number::{Int, down, int, limit, narrow, up},
    puts::Lot,
};

/// Three quarters of a price.
pub fn strike_at(price: u128) -> u128 {
    narrow(&down(int(price) * 3, &int(4)))
}

/// What a put on one unit costs: its value, and a wei.
pub fn unit_price(price: u128, strike: u128, sigma: u128, seconds: u64) -> Int {
    int(put_down(price, strike, sigma, seconds).expect("a put that has a price")) + 1
}

/// What the rules count in 128 bits.
fn counted(amount: Int) -> Result<Int, Refusal> {
    if amount >= limit(128) { Err("Overflow") } else { Ok(amount) }
}

fn below(amount: &Int, bits: u32) -> Result<(), Refusal> {
    if *amount >= limit(bits) { Err("Overflow") } else { Ok(()) }
}

impl Model {
    pub fn purchase(&mut self, order: &Order) -> Result<(), Refusal> {
        if self.now < self.params.genesis {
            return Err("EpochNotStarted");
        }
        if self.now >= self.end() {
            return Err("RollDue");
        }
        if order.units < self.params.min_units {
            return Err("AmountTooSmall");
        }
        below(&int(order.price), UNIT_BITS)?;
        let strike = strike_at(order.price);
        let price_for = |seconds| unit_price(order.price, strike, self.sigma, seconds);
        // The whole epoch is charged, whatever is left of it.
        let whole = price_for(self.params.epoch_length);
        let left = price_for(self.params.epoch_length.min(self.end() - self.now));
        let cost = |price: &Int| counted(up(price * order.units, &self.divisor()));
        let premium = cost(&whole)?;
        let earned = cost(&left)?;
        let lock = cost(&int(strike))?;
        if strike == 0 || strike < order.min_strike {
            return Err("StrikeBelowLimit");
        }
        if premium > int(order.max_premium) {
            return Err("SlippagePremium");
        }
        self.back(order.supply)?;
        if self.puts.locked(&self.divisor()) + lock > self.liquidity {
            return Err("InsufficientCollateral");
        }
        self.puts.lots.push(Lot { units: order.units, strike });
        below(&self.puts.units(), UNIT_BITS)?;
        self.vest();
        self.unvested += &earned;
        self.taken += &earned;
        self.escrow += premium - earned;
        below(&self.unvested, AMOUNT_BITS)?;
        below(&self.escrow, AMOUNT_BITS)
    }

    pub fn back(&mut self, supply: u128) -> Result<(), Refusal> {
        let supply = int(supply);
        if supply > self.supply && supply > self.most_supply() {
            return Err("SupplyCapExceeded");
        }
        self.supply = supply;
        Ok(())
    }

    pub fn release(&mut self, units: u128) {
        // `units` is what is to stay of what is covered now; what was let go before stays let go.
        let beyond = (self.puts.units() - int(units)).max(Int::ZERO);
        self.released = beyond.max(self.released.clone());
    }

    pub fn fund_escrow(&mut self, amount: u128) -> Result<(), Refusal> {
        if amount == 0 {
            return Err("ZeroAmount");
        }
        self.escrow += amount;
        below(&self.escrow, AMOUNT_BITS)
    }

    pub fn withdraw_escrow(&mut self, amount: u128) -> Result<(), Refusal> {
        if amount == 0 {
            return Err("ZeroAmount");
        }
        if int(amount) > self.escrow {
            return Err("ExceedsEscrow");
        }
        self.escrow -= amount;
        Ok(())
    }

    pub fn collect_payoff(&mut self) -> Result<(), Refusal> {
        if narrow(&std::mem::take(&mut self.due)) == 0 { Err("NothingToPay") } else { Ok(()) }
    }
}
