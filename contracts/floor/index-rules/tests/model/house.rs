//! The rules, called as the contracts call them.

use std::collections::BTreeSet;

use everfloor_index_rules::{
    Accepted, Account, AskBook, BidBook, BookParams, Index, IndexError, IndexParams, Order, Panel, Readings,
    Report,
    asks::Purchase,
    bids::Sale,
    depth,
    error::Result,
    index::Update,
    offers::{Offers, quote},
    reports::{Seats, Signed},
};
use everfloor_math::U256;

use crate::{
    action::{ACCOUNTS, Action, Voice},
    rig::{Memory, Written, who},
};

/// The market's number.
pub const MARKET: [u8; 32] = [9; 32];
/// Five may report, three do.
pub const PANEL: Panel = Panel { seats: 0b1_1111, quorum: 3 };
/// What everybody has at first, wei.
pub const RICHES: u128 = 1 << 120;

/// Signer 1 sits on seat 0, up to 6 on seat 5, which is not taken.
pub struct Table;

impl Seats for Table {
    fn seat(&self, signer: &Account) -> Option<u8> {
        (1..=6).find(|number| who(*number) == *signer).map(|number| number - 1)
    }
}

/// What an account has outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wallet {
    pub cash: u128,
    pub nfts: u64,
    pub rewards: u128,
}

/// Everything that contracts keep, and what has been paid.
#[derive(Clone, Debug)]
pub struct House {
    pub bids: BidBook,
    pub bid_store: Memory<true>,
    pub asks: AskBook,
    pub ask_store: Memory<false>,
    pub accepted: Accepted,
    pub index: Index,
    pub written: Written,
    pub params: BookParams,
    pub index_params: IndexParams,
    pub wallets: Vec<Wallet>,
    pub treasury: u128,
    pub funded: u128,
    pub now: u64,
}

/// What an action did that is not kept.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Whose things it moved.
    pub touched: BTreeSet<u8>,
    /// Bids that ended or had their cancel asked for.
    pub ended: u32,
    pub update: Option<Update>,
    pub sale: Option<Sale>,
    /// Whether it did all that it was asked for.
    pub is_done: bool,
}

impl House {
    pub fn new(params: BookParams, index_params: IndexParams, now: u64) -> Self {
        params.validate().expect("a book's bounds");
        index_params.validate().expect("an index's bounds");
        PANEL.validate().expect("a panel");
        let wallet = Wallet { cash: RICHES, nfts: 1_000_000, rewards: 0 };
        Self {
            bids: BidBook::default(),
            bid_store: Memory::default(),
            asks: AskBook::default(),
            ask_store: Memory::default(),
            accepted: Accepted::default(),
            index: Index::default(),
            written: Written::default(),
            params,
            index_params,
            wallets: vec![wallet; usize::from(ACCOUNTS)],
            treasury: 0,
            funded: 0,
            now,
        }
    }

    pub fn run(&mut self, action: &Action) -> Result<Outcome> {
        let mut outcome = Outcome { is_done: true, ..Outcome::default() };
        let (now, params) = (self.now, self.params);
        match action {
            Action::Place { owner, tick, units } => {
                let placed =
                    self.bids.place(&mut self.bid_store, &who(*owner), *tick, *units, now, &params)?;
                self.wallet(*owner, &mut outcome).cash -= placed.escrow;
            }
            Action::Request { id, caller } => {
                self.bids.request_cancel(&mut self.bid_store, *id, &who(*caller), now, &params)?;
                outcome.touched.insert(*caller);
                outcome.ended = 1;
            }
            Action::Finish { id } => {
                let refund = self.bids.finish_cancel(&mut self.bid_store, *id, now, &params)?;
                self.wallet(refund.owner[0], &mut outcome).cash += refund.amount;
            }
            Action::Sell { seller, order } => {
                let quote = BidBook::quote(&self.bid_store, order, &params);
                let sale = self.bids.sell(&mut self.bid_store, order, now, &params);
                assert_eq!(quote, sale);
                let sale = sale?;
                self.pay_sale(*seller, sale, &mut outcome)?;
            }
            Action::SellInto { seller, ids, order } => {
                let sale = self.bids.sell_into(&mut self.bid_store, ids, order, now, &params)?;
                self.pay_sale(*seller, sale, &mut outcome)?;
            }
            Action::CatchUp { steps } => outcome.is_done = self.catch_up(*steps)?,
            Action::Earn { id } => self.bids.earn(&mut self.bid_store, *id, now)?,
            Action::Claim { owner } => {
                let owed = BidBook::claim(&mut self.bid_store, &who(*owner))?;
                self.wallet(*owner, &mut outcome).rewards += owed;
            }
            Action::Fund { amount } => {
                self.bids.rewards.fund(*amount, now)?;
                self.funded += amount;
            }
            Action::SetRate { rate } => self.bids.rewards.set_rate(*rate, now)?,
            Action::Follow { index, most } => {
                outcome.is_done = self.bids.follow(&mut self.bid_store, *index, *most, now, &params)?;
            }
            Action::TakeFees => self.treasury += self.bids.take_fees() + self.asks.take_fees(),
            Action::List { owner, tick } => {
                // Every NFT has a number of its own; the book does not care which.
                let token = U256::from(self.asks.book.offers) << 200_usize;
                self.asks.list(&mut self.ask_store, &who(*owner), token, *tick, now, &params)?;
                self.wallet(*owner, &mut outcome).nfts -= 1;
            }
            Action::RequestAsk { id, caller } => {
                self.asks.request_cancel(&mut self.ask_store, *id, &who(*caller), now, &params)?;
                outcome.touched.insert(*caller);
            }
            Action::FinishAsk { id } => {
                let unlisted = self.asks.finish_cancel(&mut self.ask_store, *id, now, &params)?;
                assert_eq!(unlisted.token, U256::from(id - 1) << 200_usize);
                self.wallet(unlisted.owner[0], &mut outcome).nfts += 1;
            }
            Action::Buy { buyer, order } => {
                let quote = quote(&self.ask_store, order, &params);
                let purchase = self.asks.buy(&mut self.ask_store, order, &params);
                let fills = purchase.as_ref().map(|all| all.bought.iter().map(|one| one.fill).collect());
                assert_eq!(quote.as_ref(), fills.as_ref().map_err(|refusal| *refusal));
                let purchase = purchase?;
                self.pay_purchase(*buyer, &purchase, order, &mut outcome)?;
            }
            Action::BuyNamed { buyer, ids, order } => {
                let purchase = self.asks.buy_named(&mut self.ask_store, ids, order, &params)?;
                self.pay_purchase(*buyer, &purchase, order, &mut outcome)?;
            }
            Action::Report { voices } => self.report(voices)?,
            Action::Update { steps, pool, fees } => {
                self.catch_up(*steps)?;
                let depth = self.index_params.depth;
                let book = depth::price_of_unit(&self.bid_store, &self.bids.book, depth, now, &params)?;
                let readings = Readings {
                    book,
                    pool: pool.price(depth, *fees),
                    reports: self.accepted.answer(now),
                    bid: book,
                    ask: depth::binding(&self.ask_store, &self.asks.book, now, &params)?,
                };
                let update = self.index.update(&mut self.written, &readings, now, &self.index_params)?;
                outcome.update = Some(update);
            }
            Action::Close { most } => {
                let epochs = self.index_params.epochs();
                outcome.is_done = self.index.close_epochs(&mut self.written, now, epochs, *most)?;
            }
        }
        Ok(outcome)
    }

    /// Both books.
    fn catch_up(&mut self, steps: u32) -> Result<bool> {
        let (now, params) = (self.now, self.params);
        let bids = self.bids.book.catch_up(&mut self.bid_store, now, &params, steps)?;
        let asks = self.asks.book.catch_up(&mut self.ask_store, now, &params, steps)?;
        Ok(bids && asks)
    }

    fn pay_sale(&mut self, seller: u8, sale: Sale, outcome: &mut Outcome) -> Result<()> {
        let net = sale.net()?;
        let wallet = self.wallet(seller, outcome);
        wallet.cash += net;
        wallet.nfts -= u64::from(sale.units);
        for fill in &sale.fills {
            self.wallet(fill.owner[0], outcome).nfts += u64::from(fill.units);
            outcome.ended += u32::from(self.bid_store.offer(fill.id).is_gone());
        }
        assert_eq!(sale.units, sale.fills.iter().map(|fill| fill.units).sum::<u32>());
        outcome.sale = Some(sale);
        Ok(())
    }

    fn pay_purchase(
        &mut self,
        buyer: u8,
        purchase: &Purchase,
        order: &Order,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let wallet = self.wallet(buyer, outcome);
        wallet.cash -= purchase.cost;
        wallet.nfts += purchase.bought.len() as u64;
        for bought in &purchase.bought {
            assert_eq!(bought.token, U256::from(bought.fill.id - 1) << 200_usize);
            assert!(bought.fill.price <= order.limit);
            self.wallet(bought.fill.owner[0], outcome).cash += bought.net()?;
        }
        Ok(())
    }

    fn report(&mut self, voices: &[Voice]) -> Result<()> {
        let batch: Vec<Signed> = voices
            .iter()
            .map(|voice| {
                let Voice { signer, price, time, round } = *voice;
                let report = Report { market: MARKET, price, time, round };
                Signed { report, signer: who(signer), s: [1; 32] }
            })
            .collect();
        self.accepted.accept(&PANEL, &Table, &MARKET, &batch, self.now)?;
        Ok(())
    }

    fn wallet(&mut self, account: u8, outcome: &mut Outcome) -> &mut Wallet {
        outcome.touched.insert(account);
        &mut self.wallets[usize::from(account) - 1]
    }
}

/// The name of a refusal without its values.
pub fn name_of(refusal: &IndexError) -> String {
    format!("{refusal:?}").split(' ').next().unwrap_or_default().to_owned()
}
