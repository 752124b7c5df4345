//! What an offer for all shares of an NFT costs, what of a sale is whose, and what of an NFT a payment buys. No SDK.
//!
//! Every rounding is against whoever acts: what is paid in is rounded up, what is paid out down.

use everfloor_floor_rules::FloorError;
use everfloor_math::{MathError, mul_div_down_u128, mul_div_up_u128};

/// Shares of one NFT.
pub const WHOLE: u128 = 1_000_000_000_000_000_000;
/// What an offer must stake at least: a tenth. Nobody with a wei locks an NFT up.
pub const LEAST_STAKE: u128 = WHOLE / 10;
/// Seconds in which an offer can be countered or outbid.
pub const RUNS: u64 = 172_800;
/// Seconds until whoever was countered may offer for the same NFT again.
pub const RESTS: u64 = 604_800;
/// Seconds after a sale until anybody may redeem for those who have not.
pub const KEEPS: u64 = 2_592_000;
/// A better offer is better by one part in this many at least.
const BETTER_BY: u128 = 20;

/// Why a rule refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// As the market's rules would.
    Rule(FloorError),
    /// An offer stakes too few shares, or more than there are.
    StakeOutOfBounds {
        /// What it stakes.
        shares: u128,
        /// What it must.
        least: u128,
    },
    /// Another offer runs, and this one is not better by enough.
    OfferTooLow {
        /// The price, wei for all shares.
        price: u128,
        /// The least that is better enough.
        least: u128,
    },
    /// An offer cannot be answered any more.
    BuyOutOver {
        /// When it ended.
        ended: u64,
        /// Time of the block.
        now: u64,
    },
}

/// What a rule answers.
pub type Result<T> = core::result::Result<T, Refusal>;

impl From<MathError> for Refusal {
    fn from(_: MathError) -> Self {
        Self::Rule(FloorError::Overflow)
    }
}

/// An offer: its maker buys all other shares at a price, unless somebody buys his at the same one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// What its maker has staked.
    pub shares: u128,
    /// For all shares of the NFT, wei.
    pub price: u128,
    /// What its maker has brought for the other shares, wei.
    pub cash: u128,
    /// Until when it can be answered; from then on it is done.
    pub ends: u64,
}

impl Offer {
    /// An offer that is made now. What its maker brings is rounded up.
    pub fn new(shares: u128, price: u128, now: u64) -> Result<Self> {
        if price == 0 {
            return Err(Refusal::Rule(FloorError::ZeroAmount));
        }
        if !(LEAST_STAKE..=WHOLE).contains(&shares) {
            return Err(Refusal::StakeOutOfBounds { shares, least: LEAST_STAKE });
        }
        let cash = mul_div_up_u128(price, WHOLE.saturating_sub(shares), WHOLE)?;
        Ok(Self { shares, price, cash, ends: now.saturating_add(RUNS) })
    }

    /// What its maker's shares cost, wei, rounded up.
    pub fn cost(&self) -> Result<u128> {
        Ok(mul_div_up_u128(self.price, self.shares, WHOLE)?)
    }

    /// Refuses an answer that comes too late.
    pub fn require_running(&self, now: u64) -> Result<()> {
        if now < self.ends { Ok(()) } else { Err(Refusal::BuyOutOver { ended: self.ends, now }) }
    }

    /// Refuses an offer in this one's place that is not better by enough. The least is rounded up.
    pub fn require_better(&self, price: u128, now: u64) -> Result<()> {
        self.require_running(now)?;
        let least = mul_div_up_u128(self.price, BETTER_BY.saturating_add(1), BETTER_BY)?;
        if price < least { Err(Refusal::OfferTooLow { price, least }) } else { Ok(()) }
    }
}

/// Refuses what may be done only later.
pub fn require_from(from: u64, now: u64) -> Result<()> {
    if now < from { Err(Refusal::Rule(FloorError::TooEarly { from, now })) } else { Ok(()) }
}

/// What so many of the shares that are left of a sold NFT get of the money that is left for them, wei, rounded down: nobody
/// gets less than the price by his waiting, and the last gets the rest.
pub fn payout(pot: u128, shares: u128, left: u128) -> Result<u128> {
    if shares == 0 {
        return Err(Refusal::Rule(FloorError::ZeroAmount));
    }
    Ok(mul_div_down_u128(pot, shares, left)?)
}

/// The shares of an NFT of this price that a payment of no more than it buys, rounded up: whoever pays for a part has no less
/// than he paid for, and the rest is the owner's.
pub fn fraction(paid: u128, price: u128) -> Result<u128> {
    if paid == 0 {
        return Err(Refusal::Rule(FloorError::ZeroAmount));
    }
    Ok(mul_div_up_u128(paid, WHOLE, price)?)
}
