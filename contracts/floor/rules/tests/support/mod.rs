//! What the tests of the floor market share: records in memory, and a market of a few accounts.

use std::collections::BTreeMap;

use everfloor_floor_rules::{
    Account, Books as _, Cohort, Holding, Ledger, Shelves,
    funding::{Prices, Settled, Step, Terms},
    heap::Entry,
    longs::End,
};

/// One, in 18 decimals.
pub const ONE: u128 = 1_000_000_000_000_000_000;

/// Records in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    pub cohorts: BTreeMap<u32, Cohort>,
    pub entries: BTreeMap<u32, Entry>,
    pub places: BTreeMap<u32, u32>,
    pub accounts: BTreeMap<u32, Account>,
    pub ends: BTreeMap<u16, End>,
}

fn put<K: Ord, V: Default + PartialEq>(map: &mut BTreeMap<K, V>, key: K, value: V) {
    if value == V::default() {
        map.remove(&key);
    } else {
        map.insert(key, value);
    }
}

impl Shelves for Memory {
    fn cohort(&self, id: u32) -> Cohort {
        self.cohorts.get(&id).copied().unwrap_or_default()
    }
    fn set_cohort(&mut self, id: u32, cohort: Cohort) {
        put(&mut self.cohorts, id, cohort);
    }
    fn entry(&self, place: u32) -> Entry {
        self.entries.get(&place).copied().unwrap_or_default()
    }
    fn set_entry(&mut self, place: u32, entry: Entry) {
        put(&mut self.entries, place, entry);
    }
    fn place(&self, account: u32) -> u32 {
        self.places.get(&account).copied().unwrap_or_default()
    }
    fn set_place(&mut self, account: u32, place: u32) {
        put(&mut self.places, account, place);
    }
    fn account(&self, id: u32) -> Account {
        self.accounts.get(&id).copied().unwrap_or_default()
    }
    fn set_account(&mut self, account: &Account) {
        put(&mut self.accounts, account.id, *account);
    }
    fn end(&self, generation: u16) -> End {
        self.ends.get(&generation).copied().unwrap_or_default()
    }
    fn set_end(&mut self, generation: u16, end: End) {
        put(&mut self.ends, generation, end);
    }
}

/// The source's terms: the whole difference each epoch, no clamp that matters.
pub const PLAIN: Terms = Terms { max_payment: 10 * ONE, max_ratio: 1000 * ONE, share: ONE, strike: 0 };

/// A ledger with its records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Market {
    pub ledger: Ledger,
    pub memory: Memory,
    pub epoch: u32,
}

impl Market {
    /// A new account with so many NFTs and so much cash.
    pub fn open(&mut self, nfts: u32, cash: i128) -> u32 {
        let id = u32::try_from(self.memory.accounts.len()).unwrap() + 1;
        let mut account = Account { id, nfts, ..Account::default() };
        self.ledger.give(&mut self.memory, &mut account, Holding { cash, fp: 0 }).unwrap();
        self.memory.set_account(&account);
        id
    }

    pub fn view(&self, id: u32) -> Holding {
        self.ledger.view(&self.memory, &self.memory.account(id)).unwrap()
    }

    /// Changes what an account holds, and how many NFTs it has.
    pub fn change(&mut self, id: u32, nfts: i32, how: impl FnOnce(&mut Holding)) {
        let mut account = self.memory.account(id);
        let mut holding = self.ledger.take(&mut self.memory, &mut account).unwrap();
        account.nfts = account.nfts.checked_add_signed(nfts).unwrap();
        how(&mut holding);
        self.ledger.give(&mut self.memory, &mut account, holding).unwrap();
        self.memory.set_account(&account);
    }

    /// Moves FP from one account to another, for cash.
    pub fn trade(&mut self, seller: u32, buyer: u32, fp: i128, cash: i128) {
        let [mut from, mut to] = [seller, buyer].map(|id| self.memory.account(id));
        let mut given = self.ledger.take(&mut self.memory, &mut from).unwrap();
        let mut got = self.ledger.take(&mut self.memory, &mut to).unwrap();
        (given.fp, given.cash) = (given.fp - fp, given.cash + cash);
        (got.fp, got.cash) = (got.fp + fp, got.cash - cash);
        self.memory.give_both(&mut self.ledger, (&mut from, given), (&mut to, got)).unwrap();
        for account in [from, to] {
            self.memory.set_account(&account);
        }
    }

    /// Buys a short back from all longs, for cash of its own.
    pub fn close_against_longs(&mut self, short: u32, fp: u128, cash: u128) {
        let mut account = self.memory.account(short);
        let mut holding = self.ledger.take(&mut self.memory, &mut account).unwrap();
        self.ledger.close_against_longs(&mut self.memory, fp, cash).unwrap();
        holding.fp += i128::try_from(fp).unwrap();
        holding.cash -= i128::try_from(cash).unwrap();
        self.ledger.give(&mut self.memory, &mut account, holding).unwrap();
        self.memory.set_account(&account);
    }

    /// Pays an epoch's funding, this many items at a time.
    pub fn fund_in_steps(
        &mut self,
        mark: u128,
        index: u128,
        terms: &Terms,
        at_once: u32,
    ) -> (Settled, Vec<Step>) {
        self.epoch += 1;
        let mut steps = Vec::new();
        let begun = self.ledger.begin_payment(self.epoch, Prices { mark, index }, terms).unwrap();
        let mut settled = begun;
        while settled.is_none() {
            settled =
                self.ledger.continue_payment(&mut self.memory, at_once, |step| steps.push(step)).unwrap();
        }
        (settled.unwrap(), steps)
    }

    pub fn fund(&mut self, mark: u128, index: u128) -> Settled {
        self.fund_in_steps(mark, index, &PLAIN, u32::MAX).0
    }

    /// All accounts' numbers.
    pub fn ids(&self) -> Vec<u32> {
        self.memory.accounts.keys().copied().collect()
    }
}
