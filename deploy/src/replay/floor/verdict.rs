//! What must hold: after every day, when the market is shut, and when everybody has been paid.

use std::collections::BTreeMap;

use alloy::primitives::Address;
use anyhow::Result;

use crate::{
    bindings::{FloorMarket, IFloorMarket::AccountView},
    demo::money::{signed, units},
};

use super::{
    cast::Cast,
    diary::{Holding, worth},
    stage::{Stage, WAD},
};

/// Wei that an event may leave over: each rounds for the market, at most a few times.
const DUST: u128 = 4;

/// All money of the market, read from the contracts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    /// Tokens the market has, and what it says it holds.
    pub balance: u128,
    pub held: u128,
    pub reserve: u128,
    pub waiting: u128,
    /// Sum over all accounts, the market's own among them.
    pub cash: i128,
    pub longs: i128,
    pub shorts: i128,
    pub open_interest: u128,
    /// NFTs: the collection's word, the market's, and the sum over accounts.
    pub nfts: [u128; 3],
    /// What everybody has.
    pub holdings: BTreeMap<Address, Holding>,
}

impl Books {
    /// Reads them.
    pub fn read(stage: &Stage) -> Result<Self> {
        let at = stage.at;
        let cash = stage.ask(at.market, &FloorMarket::getCashCall {})?;
        let market = stage.ask(at.market, &FloorMarket::getMarketCall {})?;
        let mut books = Self {
            balance: stage.balance(at.market)?,
            held: units(cash.held),
            reserve: units(cash.reserve),
            waiting: units(cash.waiting),
            open_interest: units(market.openInterest),
            nfts: [stage.nfts_held(at.market)?, units(market.nfts), 0],
            ..Self::default()
        };
        for view in stage.views()? {
            books.add(&view);
        }
        Ok(books)
    }

    fn add(&mut self, view: &AccountView) {
        let holding = Holding { cash: signed(view.cash), fp: signed(view.fp) };
        self.cash += holding.cash;
        self.longs += holding.fp.max(0);
        self.shorts -= holding.fp.min(0);
        self.nfts[2] += units(view.nfts);
        self.holdings.insert(view.owner, holding);
    }

    /// What the market holds and nobody has, wei.
    pub fn dust(&self) -> i128 {
        whole(self.held) - whole(self.reserve) - whole(self.waiting) - self.cash
    }

    /// What must hold on any day.
    pub fn problems(&self, stage: &Stage) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |holds: bool, text: String| {
            if !holds {
                problems.push(text);
            }
        };
        let dust = whole(DUST * stage.diary.totals.events);
        check(
            self.balance == self.held,
            format!("the market has {} and says it holds {}", self.balance, self.held),
        );
        check(
            (0..=dust).contains(&self.dust()),
            format!("holdings and ledgers differ by {} ({dust} allowed)", self.dust()),
        );
        check(
            (0..=dust).contains(&(self.shorts - self.longs)),
            format!("{} short and {} long", self.shorts, self.longs),
        );
        check(
            (whole(self.open_interest) - self.longs).unsigned_abs() <= dust.unsigned_abs(),
            format!("{} open and {} long", self.open_interest, self.longs),
        );
        let [held, counted, owned] = self.nfts;
        check(
            held == counted && counted == owned,
            format!("{held} NFTs are held, {counted} counted, {owned} owned"),
        );
        problems
    }

    /// Each account's cash and FP, explained by its own events.
    pub fn unexplained(&self, stage: &Stage) -> Vec<String> {
        let mut problems = Vec::new();
        for (who, has) in &self.holdings {
            let told = stage.diary.told(*who);
            let (explained, dust) = (told.explained(), whole(DUST * (told.events + 1)));
            let off = [has.cash - explained.cash, has.fp - explained.fp];
            if off.iter().any(|off| off.abs() > dust) {
                problems.push(format!("{who} has {has:?}, by its events {explained:?}"));
            }
        }
        problems
    }
}

pub(crate) fn whole(amount: u128) -> i128 {
    i128::try_from(amount).unwrap_or(i128::MAX)
}

/// How the market ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ending {
    /// The books when the market was shut.
    pub at_the_end: Books,
    /// What it holds when everybody has been paid.
    pub left: u128,
    /// What of that is nobody's: fees less insurance.
    pub reserve: u128,
    /// Claims, and what was not paid of them, wei.
    pub claims: u128,
    pub unpaid: u128,
    /// NFTs that nobody has taken out.
    pub nfts_left: u128,
    /// Accounts that could not be closed.
    pub unclosed: u64,
    /// Quarters of a day in which what nobody redeemed was for sale.
    pub rounds: u64,
}

impl Ending {
    /// What accounts lacked when they were closed at the one price of the end, which the reserve pays first, wei. What the
    /// house has is nobody's, and lessens it.
    pub fn deficits(&self, stage: &Stage) -> i128 {
        let lacked = |(who, holding): (&Address, &Holding)| {
            let told = stage.diary.told(*who);
            let has = holding.cash + worth(holding.fp, stage.diary.settlement);
            let left = has + told.redeemed + told.unredeemed;
            if who.is_zero() { -left } else { -left.min(0) }
        };
        self.at_the_end.holdings.iter().map(lacked).sum()
    }
}

/// What must hold in the end.
pub(crate) fn problems(stage: &Stage, cast: &Cast, ending: &Ending) -> Result<Vec<String>> {
    let mut problems = ending.at_the_end.unexplained(stage);
    let mut check = |holds: bool, text: String| {
        if !holds {
            problems.push(text);
        }
    };
    let totals = &stage.diary.totals;
    let dust = DUST * totals.events;
    let balance = stage.balance(stage.at.market)?;
    check(balance == ending.left, format!("the market has {balance} and says it holds {}", ending.left));
    check(ending.nfts_left == 0, format!("{} NFTs are left in the market", ending.nfts_left));
    check(ending.unclosed == 0, format!("{} accounts could not be closed", ending.unclosed));
    check(stage.diary.queue.is_empty(), "somebody still waits for a withdrawal".into());
    let earned = totals.fees + totals.chops;
    let explained = earned.saturating_sub(totals.insured);
    check(
        explained.abs_diff(ending.at_the_end.reserve) <= dust,
        format!("the reserve has {}, by fees less insurance {explained}", ending.at_the_end.reserve),
    );
    let expected = whole(ending.at_the_end.reserve) + whole(ending.unpaid) - ending.deficits(stage);
    check(
        (whole(ending.left) - expected).unsigned_abs() <= dust,
        format!("{} is left, by the reserve and what it paid {expected}", ending.left),
    );
    // The index knows no epoch that began before its first value: the first one pays nothing.
    check(totals.epochs_skipped == 1, format!("{} epochs had no prices", totals.epochs_skipped));
    for person in &cast.people {
        let (told, has) = (stage.diary.told(person.address), stage.balance(person.address)?);
        let by_events = (person.minted + told.got).checked_sub(told.paid);
        check(Some(has) == by_events, format!("{} has {has}, by its events {by_events:?}", person.name));
    }
    Ok(problems)
}

/// Wei to ether.
pub(crate) fn ether(amount: i128) -> f64 {
    amount as f64 / WAD as f64
}
