//! A floor market at this moment: its cash, its prices, its accounts one by one and in lists.
//!
//! Runs on the market's storage by delegatecall and writes nothing. An account is shown with all that was paid up to now,
//! which is not written to it; epochs that are over and not paid yet are not in it, and while a payment is half made, what
//! accounts have is not to be told, here as anywhere: `simulate` pays them first. Calls it does not know go on to
//! `floor-records`.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use everfloor_common::routes;
use everfloor_floor_rules::{Account, Kind, Params, Prices, Shelves, funding};
use everfloor_floor_storage::{
    abi::views::{AccountView, CapitalView, CashView, FundedView, FundingView, PricesView},
    desk::{epochs_over, position},
    layout::Settings,
    outside,
    revert::Outcome,
    shown::{PAGE, Seen, account_view, bounded, int, page},
    state::{Counter, MarketState, Peer},
    store::{self, Chain, LoadedMarket},
};
use stylus_sdk::{ArbResult, prelude::*};

/// The market, seen by its views.
#[storage]
#[entrypoint]
pub struct FloorLens {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorLens {
    // ---- The market ----

    /// The cash of the market and whose it is, by the sums that are kept of each kind of account: the market is sound while
    /// `holders` is not negative.
    pub fn get_cash(&self) -> Outcome<CashView> {
        let market = LoadedMarket::load(self.vm()).value;
        let (ledger, vault) = (&market.ledger, &market.vault);
        let word = U256::from::<u128>;
        let margined = int(ledger.sums.margined_cash(ledger.paid, ledger.margined)?);
        let longs = int(ledger.sums.long_cash(&ledger.longs)?);
        let mut holders = I256::from_raw(word(vault.held));
        for part in [vault.reserve, vault.queue.waiting(), ledger.sums.flat] {
            holders = holders.wrapping_sub(I256::from_raw(word(part)));
        }
        Ok(CashView {
            held: word(vault.held),
            reserve: word(vault.reserve),
            waiting: word(vault.queue.waiting()),
            flat: word(ledger.sums.flat),
            margined,
            longs,
            holders: holders.wrapping_sub(margined).wrapping_sub(longs),
            debts: word(ledger.sums.debt(&ledger.longs)?),
            queueAsked: word(vault.queue.asked),
            queuePaid: word(vault.queue.paid),
        })
    }

    /// How well the market can pay at the present mark, which is what new longs may owe.
    pub fn get_capital(&self) -> Outcome<CapitalView> {
        let settings = store::trading_settings(self.vm());
        let mark = self.prices_of(&settings)?.mark;
        let market = LoadedMarket::load(self.vm()).value;
        let capital = market.vault.capital(&market.ledger, mark, &settings.params)?;
        let ratio = capital.ratio()?;
        Ok(CapitalView {
            locked: U256::from(capital.locked),
            reserve: U256::from(capital.reserve),
            debts: U256::from(capital.debt),
            longEquity: U256::from(capital.long_equity),
            working: U256::from(capital.working),
            headroom: int(capital.headroom()?),
            ratio: if ratio == u128::MAX { U256::MAX } else { U256::from(ratio) },
        })
    }

    /// The prices that a call would go by now.
    pub fn prices(&self) -> Outcome<PricesView> {
        Ok(self.seen().view())
    }

    /// The mark that a call would go by now.
    ///
    /// # Returns
    /// - `price`: wei for one FP; while the venue has none, what one FP tracks at the index
    /// - `status`: 0 is that there is one; else as the index has it, 255 if it does not answer
    pub fn mark_price(&self) -> Outcome<(U256, u8)> {
        let PricesView { mark, status, .. } = self.seen().view();
        Ok((mark, status))
    }

    /// The index that a call would go by now.
    ///
    /// # Returns
    /// - `price`: wei for one NFT
    /// - `status`: 0 is that there is one; else as the index has it, 255 if it does not answer
    pub fn index_price(&self) -> Outcome<(U256, u8)> {
        let PricesView { index, status, .. } = self.seen().view();
        Ok((index, status))
    }

    /// What `pokeFunding` would pay now, epoch by epoch, at most `limit` and 100 of them: a payment that is half made is not
    /// among them, nor what a loss adds.
    ///
    /// # Returns
    /// - `list`: the payments; it ends before an epoch that has no prices yet but may have
    /// - `done`: whether that is all that is due
    pub fn due_funding(&self, limit: U256) -> Outcome<(Vec<FundingView>, bool)> {
        let settings = store::trading_settings(self.vm());
        let paid = self.state.counter(Counter::Epochs);
        let over = epochs_over(&settings.params, self.state.now());
        let until = paid.saturating_add(bounded(limit).min(PAGE)).min(over);
        let mut list = Vec::new();
        for epoch in paid..until {
            let mut view = FundingView { epoch: U256::from(epoch), ..FundingView::default() };
            match outside::epoch_prices(self.vm(), &self.state, epoch) {
                Ok(prices) => {
                    (view.mark, view.index) = (U256::from(prices.mark), U256::from(prices.index));
                    view.payment = int(funding::payment(prices, &settings.params.terms)?);
                }
                Err((source, status)) if outside::is_lacking(source, status) => {
                    (view.source, view.status) = (U256::from(source), status);
                }
                Err(_) => break,
            }
            list.push(view);
        }
        let done = list.len() == over.saturating_sub(paid) as usize;
        Ok((list, done))
    }

    // ---- Accounts ----

    /// An account: what it has, and how it stands at the present prices. The market's own is that of the zero address.
    pub fn get_account(&self, owner: Address) -> Outcome<AccountView> {
        self.view(&self.glance()?, owner)
    }

    /// The same of many.
    ///
    /// # Returns
    /// - `list`: the accounts
    /// - `prices`: those that they are tested at
    pub fn get_accounts(&self, owners: Vec<Address>) -> Outcome<(Vec<AccountView>, PricesView)> {
        let glance = self.glance()?;
        let view = |owner| self.view(&glance, owner);
        Ok((owners.into_iter().map(view).collect::<Outcome<_>>()?, glance.seen.view()))
    }

    /// Accounts in the order of their numbers, from the number `from` on (the first is 1), at most `limit` and 100.
    ///
    /// # Returns
    /// - `list`: whose they are
    /// - `next`: from where the next page is; 0 at the end
    pub fn accounts(&self, from: U256, limit: U256) -> Outcome<(Vec<Address>, U256)> {
        self.owners(from, limit, |_| Ok(true))
    }

    /// Accounts that may be liquidated now (by `kick` if NFTs cover a short, else by `takeOver`), among those of the numbers
    /// from `from` on, of which `limit` and 100 are looked at.
    ///
    /// # Returns
    /// - `list`: whose they are
    /// - `next`: from where the next page is; 0 at the end
    pub fn liquidatable(&self, from: U256, limit: U256) -> Outcome<(Vec<Address>, U256)> {
        let settings = store::trading_settings(self.vm());
        let prices = self.prices_of(&settings)?;
        let market = self.settled()?;
        self.owners(from, limit, |owner| {
            Ok(position(&self.state, &market, owner)?.is_liquidatable(prices, &settings.params)?)
        })
    }

    /// Accounts that may owe and must be closed before anybody is paid at the end (shorts against cash, longs in debt), among
    /// those of the numbers from `from` on, of which `limit` and 100 are looked at.
    ///
    /// # Returns
    /// - `list`: whose they are
    /// - `next`: from where the next page is; 0 at the end
    pub fn debtors(&self, from: U256, limit: U256) -> Outcome<(Vec<Address>, U256)> {
        let may_owe = |account: Account| matches!(account.kind, Kind::Margined | Kind::Leveraged);
        self.owners(from, limit, |owner| Ok(may_owe(store::account(self.vm(), owner).value)))
    }

    /// Whether an account may be liquidated now.
    ///
    /// # Returns
    /// - `liquidatable`: whether it may
    /// - `owed`: what it is held to, wei, rounded up
    /// - `have`: what it has, wei, rounded down
    pub fn is_liquidatable(&self, account: Address) -> Outcome<(bool, U256, U256)> {
        let settings = store::trading_settings(self.vm());
        let prices = self.prices_of(&settings)?;
        let tested = position(&self.state, &self.settled()?, account)?;
        let balance = tested.maintenance(prices, &settings.params)?;
        let (owed, have) = (balance.owed_wei_up()?, balance.there_wei_down()?);
        Ok((balance.is_short(), U256::from(owed), U256::from(have)))
    }

    /// The short against NFTs that runs out of cash next.
    ///
    /// # Returns
    /// - `account`: whose; zero if none has cash
    /// - `payment`: what its cash pays for one FP from now on, wei; beyond that it pays in kind
    pub fn next_exhaustion(&self) -> Outcome<(Address, U256)> {
        let first = self.funded_at(0..1).pop();
        Ok(first.map_or((Address::ZERO, U256::ZERO), |first| (first.account, first.runway)))
    }

    /// Shorts against NFTs that have cash, in the order of the heap (the cash of one at place `p` lasts at least as long as
    /// that at `(p - 1) / 4`), from the place `from` on (the first is 0), at most `limit` and 100.
    ///
    /// # Returns
    /// - `list`: whose, and how long their cash lasts
    /// - `next`: from where the next page is; 0 at the end
    pub fn funded_shorts(&self, from: U256, limit: U256) -> Outcome<(Vec<FundedView>, U256)> {
        let (places, next) = page(0, from, limit, LoadedMarket::load(self.vm()).value.ledger.funded);
        Ok((self.funded_at(places), next))
    }

    /// Hands every other call to the records.
    #[cfg(not(target_arch = "wasm32"))]
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.hand_on(calldata)
    }
}

routes!(FloorLens {
    "getCash"() => get_cash;
    "getCapital"() => get_capital;
    "prices"() => prices;
    "markPrice"() => mark_price;
    "indexPrice"() => index_price;
    "dueFunding"(U256) => due_funding;
    "getAccount"(Address) => get_account;
    "getAccounts"(Vec<Address>) => get_accounts;
    "accounts"(U256, U256) => accounts;
    "liquidatable"(U256, U256) => liquidatable;
    "debtors"(U256, U256) => debtors;
    "isLiquidatable"(Address) => is_liquidatable;
    "nextExhaustion"() => next_exhaustion;
    "fundedShorts"(U256, U256) => funded_shorts;
    else hand_on
});

/// What accounts are seen by.
struct Glance {
    market: LoadedMarket,
    seen: Seen,
    params: Params,
}

impl FloorLens {
    /// Hands a call on.
    fn hand_on(&mut self, calldata: &[u8]) -> ArbResult {
        self.state.forward(Peer::RecordsProgram, calldata)
    }

    fn prices_of(&self, settings: &Settings) -> Outcome<Prices> {
        outside::prices(self.vm(), &self.state, &settings.params.terms, None)
    }

    fn seen(&self) -> Seen {
        Seen::now(&self.state, &store::trading_settings(self.vm()).params.terms)
    }

    /// The market between two payments.
    fn settled(&self) -> Outcome<LoadedMarket> {
        let market = LoadedMarket::load(self.vm());
        market.value.ledger.require_settled()?;
        Ok(market)
    }

    fn glance(&self) -> Outcome<Glance> {
        let params = store::trading_settings(self.vm()).params;
        Ok(Glance { market: self.settled()?, seen: Seen::now(&self.state, &params.terms), params })
    }

    fn view(&self, glance: &Glance, owner: Address) -> Outcome<AccountView> {
        let vm = self.vm();
        let account = store::account(vm, owner).value;
        let holding = glance.market.value.ledger.view(&Chain::new(vm), &account)?;
        account_view(&self.state, owner, &account, holding, &glance.seen, &glance.params)
    }

    /// One more than the last number there is.
    fn end_of(&self, counter: Counter) -> u32 {
        self.state.counter(counter).saturating_add(1)
    }

    /// Whose accounts have the numbers of a page, those that a test lets pass.
    fn owners(
        &self,
        from: U256,
        limit: U256,
        passes: impl Fn(Address) -> Outcome<bool>,
    ) -> Outcome<(Vec<Address>, U256)> {
        let (numbers, next) = page(1, from, limit, self.end_of(Counter::Accounts));
        let mut list = Vec::new();
        for number in numbers {
            let owner = store::owner(self.vm(), number).address;
            if passes(owner)? {
                list.push(owner);
            }
        }
        Ok((list, next))
    }

    /// Funded shorts at places of the heap.
    fn funded_at(&self, places: core::ops::Range<u32>) -> Vec<FundedView> {
        let vm = self.vm();
        let ledger = LoadedMarket::load(vm).value.ledger;
        let chain = Chain::new(vm);
        let view = |place| {
            let entry = chain.entry(place);
            FundedView {
                account: store::owner(vm, entry.account).address,
                runway: U256::from(entry.level.saturating_sub(ledger.paid).max(0).unsigned_abs()),
            }
        };
        places.filter(|place| *place < ledger.funded).map(view).collect()
    }
}
