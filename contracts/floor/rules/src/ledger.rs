//! All accounts of a market together.
//!
//! Whatever changes an account takes it out of the totals, changes what it holds, and gives it back: [`Ledger::take`]
//! and [`Ledger::give`]. Both sides count exactly what they return and get, so moving FP from one account to another
//! leaves shorts and longs equal.

use everfloor_math::{U256, add_u128, mul_div_down, signed, sub_u128, to_i128, to_u128};

use crate::{
    CASH_LIMIT, FP_LIMIT, LEVEL_LIMIT, WAD_WORD,
    account::{Account, Holding, Kind},
    below,
    error::{FloorError, Result, refuse},
    funding::Event,
    heap::{self, Entry},
    ladder::{Cohort, Membership},
    longs::{End, Longs},
    sums::Sums,
    within,
};

/// A short of so little is forgiven, wei: a millionth of a billionth of an NFT.
pub const DUST: u128 = 1_000;

/// The account of the market itself, which holds FP only while it sells it.
pub const HOUSE: u32 = 0;

/// Where the records of a market are kept; all are empty at first.
pub trait Shelves {
    /// The cohort of this number.
    fn cohort(&self, id: u32) -> Cohort;
    /// Replaces it.
    fn set_cohort(&mut self, id: u32, cohort: Cohort);
    /// The entry at a place of the heap.
    fn entry(&self, place: u32) -> Entry;
    /// Replaces it.
    fn set_entry(&mut self, place: u32, entry: Entry);
    /// The place of an account in the heap, if it is in it.
    fn place(&self, account: u32) -> u32;
    /// Replaces it.
    fn set_place(&mut self, account: u32, place: u32);
    /// The account of this number.
    fn account(&self, id: u32) -> Account;
    /// Replaces it.
    fn set_account(&mut self, account: &Account);
    /// How a generation of the longs' units ended.
    fn end(&self, generation: u16) -> End;
    /// Writes it down.
    fn set_end(&mut self, generation: u16, end: End);
}

/// Where accounts are looked up and changed. Rules know no more of them than this, so that whoever applies a rule need not
/// have the records at hand: a program on the chain may leave them to another. Whatever has the records is one.
pub trait Books {
    /// What an account has; of a ledger without a half-made payment.
    fn view(&self, ledger: &Ledger, account: &Account) -> Result<Holding>;
    /// Takes an account out of the totals; what it has ([`Ledger::take`]).
    fn take(&mut self, ledger: &mut Ledger, account: &mut Account) -> Result<Holding>;
    /// Puts an account with what it has into the totals ([`Ledger::give`]).
    fn give(&mut self, ledger: &mut Ledger, account: &mut Account, holding: Holding) -> Result<()>;
    /// Buys FP back from all longs in proportion, for cash ([`Ledger::close_against_longs`]).
    fn close_against_longs(&mut self, ledger: &mut Ledger, fp: u128, cash: u128) -> Result<()>;
    /// The market's own account.
    fn house(&self) -> Account;
    /// Replaces it.
    fn set_house(&mut self, house: &Account);

    /// Gives two accounts back after a trade: the long one first, which counts the FP of both.
    fn give_both(
        &mut self,
        ledger: &mut Ledger,
        (first, first_holding): (&mut Account, Holding),
        (second, second_holding): (&mut Account, Holding),
    ) -> Result<()> {
        if first_holding.fp >= second_holding.fp {
            self.give(ledger, first, first_holding)?;
            return self.give(ledger, second, second_holding);
        }
        self.give(ledger, second, second_holding)?;
        self.give(ledger, first, first_holding)
    }
}

impl<S: Shelves> Books for S {
    fn view(&self, ledger: &Ledger, account: &Account) -> Result<Holding> {
        ledger.view(self, account)
    }

    fn take(&mut self, ledger: &mut Ledger, account: &mut Account) -> Result<Holding> {
        ledger.take(self, account)
    }

    fn give(&mut self, ledger: &mut Ledger, account: &mut Account, holding: Holding) -> Result<()> {
        ledger.give(self, account, holding)
    }

    fn close_against_longs(&mut self, ledger: &mut Ledger, fp: u128, cash: u128) -> Result<()> {
        ledger.close_against_longs(self, fp, cash)
    }

    fn house(&self) -> Account {
        self.account(HOUSE)
    }

    fn set_house(&mut self, house: &Account) {
        self.set_account(house);
    }
}

/// What all accounts of a market have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The longs, and so the FP of all shorts.
    pub longs: Longs,
    /// FP of the shorts that have no NFTs, wei.
    pub margined: u128,
    /// Cash that shorts have paid for one FP, less what they got, wei.
    pub paid: i128,
    /// The cohort on top of the stack; 0 is none.
    pub top: u32,
    /// Cohorts made so far.
    pub cohorts: u32,
    /// Funded shorts: entries of the heap.
    pub funded: u32,
    /// Cash by kind of account.
    pub sums: Sums,
    /// The payment that is half made, if one is.
    pub event: Option<Event>,
}

impl Ledger {
    /// Refuses while a payment is half made.
    pub fn require_settled(&self) -> Result<()> {
        match &self.event {
            Some(event) => refuse(FloorError::FundingPending { epoch: event.epoch }),
            None => Ok(()),
        }
    }

    /// What an account has; of a ledger without a half-made payment.
    pub fn view(&self, shelves: &impl Shelves, account: &Account) -> Result<Holding> {
        match account.kind {
            Kind::Flat => Ok(Holding { cash: account.cash, fp: 0 }),
            Kind::Long | Kind::Leveraged => {
                let (units, cash) = self.long_of(shelves, account)?;
                Ok(Holding { cash, fp: to_i128(self.longs.fp_of(units)?)? })
            }
            Kind::Funded | Kind::Margined => Ok(Holding {
                cash: individual_cash(account, self.paid)?,
                fp: signed::neg(to_i128(account.quantity)?)?,
            }),
            Kind::Member => {
                let found = Membership::of(shelves, account.cohort, account.quantity)?;
                Ok(Holding { cash: found.cash(self.paid)?, fp: signed::neg(to_i128(found.fp()?)?)? })
            }
        }
    }

    /// Takes an account out of the totals; what it has.
    pub fn take(&mut self, shelves: &mut impl Shelves, account: &mut Account) -> Result<Holding> {
        self.require_settled()?;
        let mut holding = self.view(shelves, account)?;
        let short = holding.fp.unsigned_abs();
        match account.kind {
            Kind::Flat => self.sums.take_flat(holding.cash)?,
            Kind::Long | Kind::Leveraged => {
                let (units, _) = self.long_of(shelves, account)?;
                let in_debt = account.kind == Kind::Leveraged;
                self.sums.take_long(&self.longs, units, holding.cash, in_debt)?;
                holding.fp = to_i128(self.longs.take(units)?)?;
            }
            Kind::Funded => self.funded = heap::remove(shelves, self.funded, account.id)?,
            Kind::Margined => {
                self.margined = sub_u128(self.margined, short)?;
                self.sums.take_margined(self.paid, short, holding.cash);
            }
            Kind::Member => {
                Membership::of(shelves, account.cohort, account.quantity)?.leave(shelves)?;
            }
        }
        (account.kind, account.quantity, account.cash, account.cohort) = (Kind::Flat, 0, holding.cash, 0);
        Ok(holding)
    }

    /// Puts an account with what it has into the totals. The FP of the longs, which is that of all shorts, is counted by
    /// the longs' part of it alone; so of two accounts that traded the long one is given first ([`Books::give_both`]).
    pub fn give(
        &mut self,
        shelves: &mut impl Shelves,
        account: &mut Account,
        mut holding: Holding,
    ) -> Result<()> {
        self.require_settled()?;
        if holding.fp < 0 && holding.fp.unsigned_abs() <= DUST {
            // What the last short can buy from nobody, since longs are seen rounded down.
            self.close_against_longs(shelves, holding.fp.unsigned_abs(), 0)?;
            holding.fp = 0;
        }
        let size = below(holding.fp.unsigned_abs(), FP_LIMIT)?;
        account.cash = within(holding.cash, CASH_LIMIT)?;
        account.quantity = size;
        account.paid = self.paid;
        account.kind = match (holding.fp, account.nfts) {
            (0, _) => Kind::Flat,
            (1.., _) if holding.cash < 0 => Kind::Leveraged,
            (1.., _) => Kind::Long,
            (_, 0) => Kind::Margined,
            _ if holding.cash < 0 => return refuse(FloorError::NegativeCash { cash: holding.cash }),
            _ if holding.cash == 0 => Kind::Member,
            _ => Kind::Funded,
        };
        match account.kind {
            Kind::Flat => self.sums.give_flat(holding.cash)?,
            Kind::Long | Kind::Leveraged => {
                account.quantity = self.longs.give(size)?;
                account.earned = self.longs.earned;
                account.generation = self.longs.generation;
                let in_debt = account.kind == Kind::Leveraged;
                self.sums.give_long(&self.longs, account.quantity, holding.cash, in_debt)?;
            }
            Kind::Margined => {
                self.margined = below(add_u128(self.margined, size)?, FP_LIMIT)?;
                self.sums.give_margined(self.paid, size, holding.cash);
            }
            Kind::Member => {
                let (id, mut cohort) = self.present_cohort(shelves)?;
                (account.cohort, account.quantity) = (id, cohort.add(size, 1)?);
                shelves.set_cohort(id, cohort);
            }
            Kind::Funded => {
                let level = level_of(self.paid, holding.cash, size)?;
                self.funded = heap::push(shelves, self.funded, Entry { level, account: account.id })?;
            }
        }
        Ok(())
    }

    /// Buys FP back from all longs in proportion, for cash: what the caller takes from a short's holding as well.
    pub fn close_against_longs(&mut self, shelves: &mut impl Shelves, fp: u128, cash: u128) -> Result<()> {
        self.require_settled()?;
        let generation = self.longs.generation;
        let units = self.longs.units;
        if let Some(end) = self.longs.close(fp, cash)? {
            self.sums.begin_generation(&end, units);
            shelves.set_end(generation, end);
        }
        Ok(())
    }

    /// Gives the house FP that shorts have just come to owe, and the cash it owes for it.
    pub(crate) fn settle_house(&mut self, shelves: &mut impl Shelves, cash: i128, fp: u128) -> Result<()> {
        let mut house = shelves.account(HOUSE);
        let mut holding = self.take(shelves, &mut house)?;
        holding.cash = signed::add_i128(holding.cash, cash)?;
        holding.fp = signed::add_i128(holding.fp, to_i128(fp)?)?;
        self.give(shelves, &mut house, holding)?;
        shelves.set_account(&house);
        Ok(())
    }

    /// A long account's units of the present generation, and its cash.
    fn long_of(&self, shelves: &impl Shelves, account: &Account) -> Result<(u128, i128)> {
        let (mut units, mut cash, mut since) = (account.quantity, account.cash, account.earned);
        // A generation ends when its longs were all but closed out: rare, and each leaves a billionth of the units.
        for generation in account.generation..self.longs.generation {
            let end = shelves.end(generation);
            cash = signed::add_i128(cash, end.earned.earned(since, units)?)?;
            units = units.checked_div(end.divisor).unwrap_or(0);
            since = crate::longs::PerUnit::default();
            if units == 0 {
                break;
            }
        }
        Ok((units, signed::add_i128(cash, self.longs.earned.earned(since, units)?)?))
    }

    /// The cohort of those without cash at this moment, a new one if there is none.
    fn present_cohort(&mut self, shelves: &impl Shelves) -> Result<(u32, Cohort)> {
        if self.top != 0 {
            let cohort = shelves.cohort(self.top);
            if cohort.level == self.paid {
                return Ok((self.top, cohort));
            }
        }
        let cohort = Cohort { level: self.paid, below: self.top, ..Cohort::default() };
        self.top = self.new_cohort()?;
        Ok((self.top, cohort))
    }

    /// The number of a new cohort.
    pub(crate) fn new_cohort(&mut self) -> Result<u32> {
        self.cohorts = self.cohorts.checked_add(1).ok_or_else(|| FloorError::Overflow.boxed())?;
        Ok(self.cohorts)
    }
}

/// Cash of a short that is counted by itself, wei, rounded down.
fn individual_cash(account: &Account, paid: i128) -> Result<i128> {
    let each = signed::sub_i128(account.paid, paid)?;
    signed_add(account.cash, each, account.quantity)
}

/// `cash + each * fp / 10^18`, floored.
fn signed_add(cash: i128, each: i128, fp: u128) -> Result<i128> {
    Ok(signed::add_i128(cash, signed::mul_div_floor(each, fp, crate::WAD)?)?)
}

/// The level at which cash is spent: what each FP can pay, rounded down.
fn level_of(paid: i128, cash: i128, fp: u128) -> Result<i128> {
    let each = mul_div_down(U256::from(cash.unsigned_abs()), WAD_WORD, U256::from(fp))?;
    within(signed::add_i128(paid, to_i128(to_u128(each)?)?)?, LEVEL_LIMIT)
}
