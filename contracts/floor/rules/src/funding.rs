//! One epoch's payment between longs and shorts.
//!
//! The epoch's averages of mark and index make the payment for one FP. When longs pay, two numbers change. When shorts
//! pay, those whose cash does not last pay the rest in kind: cohorts below the payment's end, then the funded shorts that
//! spend their cash in it. Each of these is one item; a payment may stop after any of them and be gone on with by
//! anybody, and comes out the same however it is cut.
//!
//! In kind means that what is short in cash becomes FP at the mark: `k = ceil((payment x FP - cash) / mark)`, owed by
//! the short and given to all longs in proportion. What longs get in cash is what shorts pay in all, less that:
//! `payment x all FP - mark x kind`, with no sum over accounts.

use everfloor_math::{
    U256, add_u128, mul, mul_div_down, mul_div_down_u128, mul_div_up, mul_div_up_u128, signed, sub, to_i128,
    to_u128,
};

use crate::{
    FP_LIMIT, LEVEL_LIMIT, PRICE_LIMIT, WAD, WAD_WORD, below,
    error::{FloorError, Result, refuse},
    heap::{self, Entry},
    ladder::{self, Cohort},
    ledger::{Ledger, Shelves},
    within,
};

/// What makes the payment of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The greatest payment, wad of the index.
    pub max_payment: u128,
    /// The mark counts in kind as at least the index divided by this, wad.
    pub max_ratio: u128,
    /// The part of the difference that one epoch pays, wad: its length in the time that the whole is for.
    pub share: u128,
    /// What one FP is worth is the index less this, wei, or nothing: 0 is the floor itself, anything else a perpetual call
    /// on it, which an NFT covers at any price.
    pub strike: u128,
}

impl Terms {
    /// What one FP tracks at an index, wei.
    pub fn payoff(&self, index: u128) -> u128 {
        index.saturating_sub(self.strike)
    }
}

/// The averages of an epoch, wei for one FP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// Of the venue.
    pub mark: u128,
    /// Of the collection.
    pub index: u128,
}

/// The payment for one FP in an epoch, wei; positive is longs to shorts. Rounded against those who receive.
pub fn payment(prices: Prices, terms: &Terms) -> Result<i128> {
    let Prices { mark, index } = prices;
    let (mark, index) = (below(mark, PRICE_LIMIT)?, below(index, PRICE_LIMIT)?);
    let payoff = terms.payoff(index);
    let whole = mark.abs_diff(payoff);
    let due = mul_div_down_u128(whole, terms.share, WAD)?;
    let most = mul_div_down_u128(index, terms.max_payment, WAD)?;
    let size = to_i128(due.min(most))?;
    if mark >= payoff { Ok(size) } else { Ok(signed::neg(size)?) }
}

/// The mark at which a payment in kind is made: not so low that it multiplies shorts.
pub fn kind_mark(prices: Prices, terms: &Terms) -> Result<u128> {
    let least = mul_div_up_u128(terms.payoff(prices.index), WAD, terms.max_ratio)?;
    Ok(prices.mark.max(least).max(1))
}

/// A payment by the shorts that is half made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The epoch it is for.
    pub epoch: u32,
    /// What shorts will have paid for one FP at its end.
    pub target: i128,
    /// The payment for one FP, wei.
    pub payment: u128,
    /// The mark of what is paid in kind.
    pub mark: u128,
    /// FP of all shorts before it, wei.
    pub before: u128,
    /// What has been paid in kind so far, wei of FP.
    pub kind: u128,
    /// The cohort into which what reaches the target merges; 0 is none yet.
    pub root: u32,
    /// A loss that shorts make good, wei: then what they pay is the house's and not the longs'; 0 is none.
    pub loss: u128,
}

/// What a payment did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// The payment for one FP, wei; positive is longs to shorts.
    pub payment: i128,
    /// Cash that longs got, wei; what they paid is the payment on all FP.
    pub cash: u128,
    /// What was paid in kind, wei of FP.
    pub kind: u128,
}

/// What one step of a payment did, for those who follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A cohort paid in kind.
    Grown {
        /// Which.
        cohort: u32,
        /// What it paid, wei of FP.
        kind: u128,
    },
    /// A funded account spent its cash, paid the rest in kind, and is a member from now on.
    Exhausted {
        /// Which.
        account: u32,
        /// What it paid, wei of FP.
        kind: u128,
    },
}

impl Ledger {
    /// Begins the payment of an epoch. If longs pay, or nobody is there, it is done at once.
    pub fn begin_payment(&mut self, epoch: u32, prices: Prices, terms: &Terms) -> Result<Option<Settled>> {
        self.require_settled()?;
        let payment = payment(prices, terms)?;
        let nobody = self.longs.units == 0 || self.longs.total == 0;
        if payment >= 0 || nobody {
            let payment = if nobody { 0 } else { payment };
            self.paid = within(signed::sub_i128(self.paid, payment)?, LEVEL_LIMIT)?;
            self.longs.charge(payment.unsigned_abs())?;
            return Ok(Some(Settled { payment, ..Settled::default() }));
        }
        self.event = Some(Event {
            epoch,
            target: within(signed::sub_i128(self.paid, payment)?, LEVEL_LIMIT)?,
            payment: payment.unsigned_abs(),
            mark: kind_mark(prices, terms)?,
            before: self.longs.total,
            kind: 0,
            root: 0,
            loss: 0,
        });
        Ok(None)
    }

    /// Begins the payment of a loss that nobody else bears, wei: all shorts pay it, by their FP.
    pub(crate) fn begin_loss(&mut self, epoch: u32, loss: u128, mark: u128) -> Result<()> {
        self.require_settled()?;
        if self.longs.total == 0 {
            return refuse(FloorError::NobodyToPay { loss });
        }
        let payment = mul_div_up_u128(loss, WAD, self.longs.total)?;
        self.event = Some(Event {
            epoch,
            target: within(signed::add_i128(self.paid, to_i128(payment)?)?, LEVEL_LIMIT)?,
            payment,
            mark,
            before: self.longs.total,
            kind: 0,
            root: 0,
            loss,
        });
        Ok(())
    }

    /// Goes on with a payment for at most this many items; what it did, if that was all.
    pub fn continue_payment(
        &mut self,
        shelves: &mut impl Shelves,
        max_steps: u32,
        mut told: impl FnMut(Step),
    ) -> Result<Option<Settled>> {
        let Some(mut event) = self.event else { return Ok(None) };
        for _ in 0..max_steps {
            match self.step(shelves, &mut event)? {
                Some(step) => told(step),
                None => return self.finish_payment(shelves, event).map(Some),
            }
        }
        self.event = Some(event);
        Ok(None)
    }

    fn step(&mut self, shelves: &mut impl Shelves, event: &mut Event) -> Result<Option<Step>> {
        if self.top != 0 {
            let cohort = shelves.cohort(self.top);
            // One already at the target pays all in cash; it merges with those that come to it.
            if cohort.level <= event.target {
                return self.grow_top(shelves, event, cohort).map(Some);
            }
        }
        if self.funded != 0 {
            let entry = shelves.entry(0);
            if entry.level < event.target {
                return self.exhaust(shelves, event, entry).map(Some);
            }
        }
        Ok(None)
    }

    fn grow_top(
        &mut self,
        shelves: &mut impl Shelves,
        event: &mut Event,
        mut cohort: Cohort,
    ) -> Result<Step> {
        let id = self.top;
        self.top = cohort.below;
        let short = signed::sub_i128(event.target, cohort.level)?.unsigned_abs();
        let kind = cohort.grow(short, event.mark)?;
        event.kind = add_u128(event.kind, kind)?;
        cohort.level = event.target;
        if event.root == 0 {
            event.root = id;
            shelves.set_cohort(id, cohort);
        } else if cohort.members != 0 {
            let root = (event.root, shelves.cohort(event.root));
            let (remains, root) = ladder::merge(shelves, root, (id, cohort))?;
            event.root = remains;
            shelves.set_cohort(remains, root);
        }
        Ok(Step::Grown { cohort: id, kind })
    }

    fn exhaust(&mut self, shelves: &mut impl Shelves, event: &mut Event, entry: Entry) -> Result<Step> {
        let mut account = shelves.account(entry.account);
        self.funded = heap::remove(shelves, self.funded, account.id)?;
        // What it owes since it was written down, less what it had then: its cash is gone.
        let each = signed::sub_i128(event.target, account.paid)?;
        let owed = mul(U256::from(u128::try_from(each).unwrap_or(0)), U256::from(account.quantity))?;
        let had = mul(U256::from(account.cash.unsigned_abs()), WAD_WORD)?;
        let short = sub(owed, had)?;
        let kind = to_u128(mul_div_up(short, U256::ONE, U256::from(event.mark))?)?;
        event.kind = add_u128(event.kind, kind)?;
        let fp = below(add_u128(account.quantity, kind)?, FP_LIMIT)?;
        if event.root == 0 {
            event.root = self.new_cohort()?;
        }
        let mut root = shelves.cohort(event.root);
        root.level = event.target;
        account.kind = crate::Kind::Member;
        (account.cohort, account.quantity) = (event.root, root.add(fp, 1)?);
        (account.cash, account.paid) = (0, event.target);
        shelves.set_cohort(event.root, root);
        shelves.set_account(&account);
        Ok(Step::Exhausted { account: account.id, kind })
    }

    fn finish_payment(&mut self, shelves: &mut impl Shelves, event: Event) -> Result<Settled> {
        if event.root != 0 {
            let mut root = shelves.cohort(event.root);
            root.below = self.top;
            shelves.set_cohort(event.root, root);
            self.top = event.root;
        }
        self.paid = event.target;
        self.event = None;
        let owed = mul(U256::from(event.payment), U256::from(event.before))?;
        let in_kind = mul(U256::from(event.mark), U256::from(event.kind))?;
        let cash = to_u128(mul_div_down(owed.saturating_sub(in_kind), U256::ONE, WAD_WORD)?)?;
        if event.loss != 0 {
            self.settle_house(shelves, signed::sub_i128(to_i128(cash)?, to_i128(event.loss)?)?, event.kind)?;
        } else {
            self.longs.credit(cash)?;
            self.longs.grow(event.kind)?;
        }
        Ok(Settled { payment: signed::neg(to_i128(event.payment)?)?, cash, kind: event.kind })
    }
}
