//! The end of an epoch: settle, let leave, strike anew, take the next premium. Once per epoch, by anybody, in the same
//! few steps however many writers and puts there are.
//!
//! # Prices
//! The epoch settles at the average of the window that ends with it, so the time of the call cannot matter. What
//! continues is struck at three quarters of the *mark* and pays for what it gets:
//!
//! - rolled within a window of the end, the mark is the settlement price, and the funding is that of a whole epoch: the
//!   same as if rolled in the very second;
//! - later (or epochs later), the mark is the present average and the funding is for the time that is left. In between
//!   nothing is covered and nothing paid;
//! - without a usable mark even after twice the grace period, cover ends: nobody sells a put without a price.
//!
//! Between an epoch's end and its roll nobody enters, asks to leave or to stay, and nothing moves in the escrow: all that a
//! roll rests on was settled before its price was.
//!
//! # Order
//! Payoff before exits: who waits to leave bears the epoch as everybody does. Exits before strikes: strikes are capped
//! by what stays. Funding last: what the escrow does not pay for lapses.

use everfloor_math::{add_u128, sub_u128};

use crate::{
    AMOUNT_LIMIT, PRICE_LIMIT, below,
    book::Book,
    cover::Cover,
    error::{PutError, Result, refuse},
    exits::{Fill, Queue, required},
    ladder::Ladder,
    params::Params,
    purchase::Buyer,
    schedule::Schedule,
    terms::{Collateral, strike_of, unit_price},
    yields::{PerShare, Rewards, Stream},
};

/// Everything of a pool but its positions and records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// The shares.
    pub book: Book,
    /// What a share has earned.
    pub per_share: PerShare,
    /// What vests.
    pub stream: Stream,
    /// The rewards.
    pub rewards: Rewards,
    /// The puts.
    pub cover: Cover,
    /// The buyer.
    pub buyer: Buyer,
    /// Shares that wait to leave.
    pub queue: Queue,
}

/// Which prices a roll needs and what it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The epoch that ended.
    pub ended: u16,
    /// The settlement window: from, to.
    pub window: (u64, u64),
    /// Whether the settlement price is the mark too.
    pub prompt: bool,
    /// Whether the roll may do without prices of the window.
    pub past_grace: bool,
    /// Whether it may do without a mark: only twice as late, since that ends all cover.
    pub without_mark: bool,
    /// The epoch that begins.
    pub epoch: u16,
    /// Seconds its funding is for.
    pub tenor: u64,
}

/// What is due at `now`; refused while the epoch runs.
pub fn due(schedule: Schedule, epoch: u16, now: u64, window: u64, grace: u64) -> Result<Due> {
    let end = schedule.end(epoch);
    let Some(late) = now.checked_sub(end) else { return refuse(PutError::EpochNotEnded { end, now }) };
    let next = schedule.at(now)?;
    let prompt = late <= window && next == epoch.saturating_add(1);
    let tenor = if prompt { schedule.length } else { schedule.end(next).saturating_sub(now) };
    Ok(Due {
        ended: epoch,
        window: (end.saturating_sub(window), end),
        prompt,
        past_grace: late >= grace,
        without_mark: late >= grace.saturating_mul(2),
        epoch: next,
        tenor,
    })
}

/// The prices of a roll, wad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prices {
    /// The average of the window.
    pub settlement: u128,
    /// What strikes are taken from; none ends all cover.
    pub mark: Option<u128>,
}

/// What a roll did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rolled {
    /// What the epoch settled at, wad.
    pub settlement: u128,
    /// What its puts paid, token units.
    pub payoff: u128,
    /// What left, if anything did.
    pub fill: Option<Fill>,
    /// What a share of the generation that ended had earned in the end, if one did.
    pub lost: Option<PerShare>,
    /// The new strike, wad.
    pub strike: u128,
    /// Whether it is below three quarters of the mark, for want of liquidity.
    pub capped: bool,
    /// Units that continue, wad.
    pub units: u128,
    /// Units that do not: unpaid, or without a strike.
    pub lapsed: u128,
    /// Units the buyer let go.
    pub released: u128,
    /// What all units would have cost, token units.
    pub required: u128,
    /// What was paid, token units.
    pub funding: u128,
}

impl Pool {
    /// Lets writers earn everything up to now.
    pub fn accrue(&mut self, params: &Params, now: u64) -> Result<()> {
        let end = params.schedule().end(self.book.epoch);
        self.stream.accrue(&self.book, &mut self.per_share, now, end)?;
        self.rewards.accrue(&params.rewards(), &self.book, &mut self.per_share, now)
    }

    /// Takes a deposit; the shares for it.
    pub fn deposit(
        &mut self,
        amount: u128,
        now: u64,
        params: &Params,
        collateral: Collateral,
    ) -> Result<u128> {
        params.schedule().require_open(self.book.epoch, now)?;
        if amount < params.min_deposit {
            return refuse(PutError::AmountTooSmall { amount, least: params.min_deposit });
        }
        self.accrue(params, now)?;
        self.book.deposit(amount, collateral)
    }

    /// Rolls into the epoch that is due.
    #[expect(clippy::too_many_arguments, reason = "what a roll rests on")]
    pub fn roll(
        &mut self,
        ladder: &impl Ladder,
        due: &Due,
        prices: Prices,
        sigma: u128,
        now: u64,
        params: &Params,
        collateral: Collateral,
    ) -> Result<Rolled> {
        self.accrue(params, now)?;
        // Nothing pays above the highest strike there can be, so a higher price settles like this one.
        let highest = PRICE_LIMIT.wrapping_sub(1);
        let settlement = prices.settlement.min(highest);
        let mark = prices.mark.map(|mark| mark.min(highest));
        let payoff = self.settle(ladder, settlement, collateral)?;
        let released = self.buyer.released.min(self.cover.units);
        let mut lost = None;
        if self.book.is_wiped_out(collateral) {
            lost = Some(self.end_generation()?);
        }
        let held = sub_u128(self.cover.units, released)?;
        let fill = match lost {
            Some(_) => self.queue.drop_all(&self.book, self.per_share)?,
            None => {
                let stays = required(self.buyer.supply, params.leverage.into(), held, mark, collateral)?;
                let spare = self.book.liquidity.saturating_sub(stays);
                self.queue.fill(&mut self.book, self.per_share, spare)?
            }
        };
        // What a whole exit leaves of nearly everything is a rounding: no base to count the next deposits' shares on.
        if fill.is_some() && self.queue.queued == 0 && self.book.is_dust(collateral) {
            lost = Some(self.end_generation()?);
        }
        self.buyer.sigma = sigma;
        self.buyer.released = 0;
        let mut rolled = Rolled { settlement, payoff, fill, lost, released, ..Rolled::default() };
        self.renew(held, mark, due.tenor, collateral, &mut rolled)?;
        self.book.epoch = due.epoch;
        self.stream.last = now;
        if lost.is_some() {
            self.begin_generation()?;
        }
        Ok(rolled)
    }

    /// Pays what the puts pay.
    fn settle(&mut self, ladder: &impl Ladder, price: u128, collateral: Collateral) -> Result<u128> {
        // Never more than is locked, which is never more than the liquidity.
        let payoff = self.cover.payoff(ladder, price, collateral)?;
        self.book.liquidity = sub_u128(self.book.liquidity, payoff)?;
        self.buyer.due = below(add_u128(self.buyer.due, payoff)?, AMOUNT_LIMIT)?;
        Ok(payoff)
    }

    /// Where shares are worth next to nothing, or there are next to none: what little there is goes to them as their last
    /// fees.
    fn end_generation(&mut self) -> Result<PerShare> {
        let rest = core::mem::take(&mut self.book.liquidity);
        self.stream.unvested = add_u128(self.stream.unvested, rest)?;
        let end = self.stream.last;
        self.stream.accrue(&self.book, &mut self.per_share, end.saturating_add(1), end)?;
        Ok(self.per_share)
    }

    fn begin_generation(&mut self) -> Result<()> {
        self.book.shares = 0;
        let next = self.book.generation.checked_add(1);
        self.book.generation = next.ok_or_else(|| PutError::Overflow.boxed())?;
        Ok(())
    }

    /// Strikes `held` units anew and takes their funding from the escrow, as far as that goes.
    fn renew(
        &mut self,
        held: u128,
        mark: Option<u128>,
        tenor: u64,
        collateral: Collateral,
        rolled: &mut Rolled,
    ) -> Result<()> {
        let terms = mark.filter(|_| held != 0).map(|mark| self.terms(held, mark, collateral)).transpose()?;
        let Some((mark, strike, capped)) = terms.filter(|(_, strike, _)| *strike != 0) else {
            rolled.lapsed = held;
            self.cover = Cover::default();
            return Ok(());
        };
        let price = unit_price(mark, strike, self.buyer.sigma, tenor)?;
        rolled.required = collateral.cost_up(held, price)?;
        let units = if self.buyer.escrow >= rolled.required {
            held
        } else {
            collateral.units_down(self.buyer.escrow, price)?.min(held)
        };
        rolled.funding = collateral.cost_up(units, price)?;
        self.buyer.unfund(rolled.funding)?;
        self.stream.unvested = below(add_u128(self.stream.unvested, rolled.funding)?, AMOUNT_LIMIT)?;
        self.cover = Cover::restrike(units, strike, collateral)?;
        (rolled.strike, rolled.capped, rolled.units) = (strike, capped, units);
        rolled.lapsed = sub_u128(held, units)?;
        Ok(())
    }

    /// Mark, strike and whether the strike is capped: at what the liquidity could pay for all units.
    fn terms(&self, units: u128, mark: u128, collateral: Collateral) -> Result<(u128, u128, bool)> {
        let wanted = strike_of(mark)?;
        let most = collateral.price_down(self.book.liquidity, units)?;
        Ok((mark, wanted.min(most), most < wanted))
    }
}
