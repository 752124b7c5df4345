//! What happened: by the events, and, where a market changes what many have at once, by what they had before and after.

use std::collections::{BTreeMap, BTreeSet};

use alloy::{
    primitives::{Address, Log, U256},
    sol_types::SolEvent,
};

use crate::{
    bindings::{BidBook, FloorBook, FloorMarket},
    demo::money::{signed, units},
};

use super::stage::{Contracts, WAD};

/// Cash and FP of an account, wei.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    pub cash: i128,
    pub fp: i128,
}

/// Why what many have changes at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Funding of an epoch.
    Funding,
    /// A liquidation: a sale of NFTs, a takeover, the end of a debt, what the house sells.
    Liquidation,
}

/// One account's money, wei. What it has in the market is `deposited - withdrawn + trades - fees + funding + forced`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Account {
    /// Cash that left the owner's wallet, and that came into it.
    pub paid: u128,
    pub got: u128,
    /// Cash that came into the account, and that its owner took out or put into the queue.
    pub deposited: i128,
    pub withdrawn: i128,
    /// Trades: cash got less paid, FP bought less sold, fees.
    pub trades: i128,
    pub trades_fp: i128,
    pub fees: i128,
    /// Funding: in cash, in kind, and what that was worth at the mark that it was paid at.
    pub funding: i128,
    pub kind: i128,
    pub kind_value: i128,
    /// Liquidations of its own and of others': cash, FP, and what that was worth at the mark.
    pub forced: i128,
    pub forced_fp: i128,
    pub forced_value: i128,
    /// What NFTs of it brought that were sold, and how many; the real floor's value of those.
    pub proceeds: i128,
    pub nfts_sold: u32,
    pub sold_floor: i128,
    /// NFTs locked, taken out, and got from auctions.
    pub nfts_locked: u32,
    pub nfts_out: u32,
    pub nfts_got: u32,
    /// The end: cash brought to redeem, what NFTs brought that nobody redeemed, the claim, and what was paid of it.
    pub redeemed: i128,
    pub unredeemed: i128,
    pub claim: i128,
    pub claimed: i128,
    /// Events and changes, each of which rounds at most a few times.
    pub events: u128,
}

/// Sums over everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub events: u128,
    pub trades: u64,
    pub volume: u128,
    pub fees: u128,
    pub epochs_paid: u64,
    pub epochs_skipped: u64,
    pub paid_by_longs: u64,
    pub funding_cash: u128,
    pub funding_kind: u128,
    pub kicks: u64,
    pub redos: u64,
    pub takes: u64,
    pub takes_into_bids: u64,
    pub nfts_taken: u64,
    pub chops: u128,
    pub rewards: u128,
    pub takeovers: u64,
    pub longs_taken_over: u64,
    pub bankrupt: u64,
    pub house_sales: u64,
    pub losses: u64,
    /// What the reserve paid, wei.
    pub insured: u128,
    /// What longs were not paid of the mark in liquidations, and what shorts made good of debts, wei.
    pub shortfall: u128,
    pub loss: u128,
    pub exhausted: u64,
    /// Most cohorts that one payment went through.
    pub cohorts_in_a_payment: u64,
    pub bids_filled: u64,
}

/// An unpaid place in the queue of withdrawals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub ticket: U256,
    pub left: u128,
}

/// The diary.
#[derive(Clone, Debug, Default)]
pub(crate) struct Diary {
    pub accounts: BTreeMap<Address, Account>,
    pub totals: Totals,
    /// Owners of orders that were filled or taken out since they were last looked at.
    pub stirred: BTreeSet<Address>,
    /// Withdrawals that wait.
    pub queue: Vec<Place>,
    pub longest_queue: usize,
    /// The last payment for one FP, longs to shorts where positive, and its mark.
    pub last_payment: i128,
    pub last_mark: u128,
    /// The real floor of the day.
    pub floor: u128,
    /// When the market is shut: what one FP is worth.
    pub settlement: u128,
}

/// FP at a price, wei, rounded down.
pub(crate) fn worth(fp: i128, price: u128) -> i128 {
    let size = units(U256::from(fp.unsigned_abs()) * U256::from(price) / U256::from(WAD)) as i128;
    if fp < 0 { -size } else { size }
}

fn whole(value: U256) -> i128 {
    i128::try_from(units(value)).unwrap_or(i128::MAX)
}

impl Account {
    /// What it should have in the market, before the market is shut.
    pub fn explained(&self) -> Holding {
        Holding {
            cash: self.deposited - self.withdrawn + self.trades - self.fees + self.funding + self.forced,
            fp: self.trades_fp + self.kind + self.forced_fp,
        }
    }

    /// What liquidations cost or brought it, NFTs that were sold aside.
    pub fn liquidations(&self) -> i128 {
        self.forced + self.forced_value - self.proceeds
    }

    /// What prices and trades brought it, what it had left at the end counted at `end`.
    pub fn prices_and_trades(&self, fp: i128, end: u128) -> i128 {
        self.trades + worth(fp, end) - self.kind_value - self.forced_value
    }

    /// What it took out or may claim less what it brought, and less what its NFTs brought.
    pub fn result(&self) -> i128 {
        self.withdrawn + self.claim - self.deposited - self.redeemed - self.proceeds - self.unredeemed
    }
}

impl Diary {
    /// Somebody's page.
    pub fn account(&mut self, who: Address) -> &mut Account {
        self.accounts.entry(who).or_default()
    }

    /// What somebody's events tell.
    pub fn told(&self, who: Address) -> Account {
        self.accounts.get(&who).copied().unwrap_or_default()
    }

    /// Writes down by how much everybody's holding changed.
    pub fn changed(
        &mut self,
        change: Change,
        mark: u128,
        before: &BTreeMap<Address, Holding>,
        after: &BTreeMap<Address, Holding>,
    ) {
        let mark = if change == Change::Funding { self.last_mark } else { mark };
        for (who, now) in after {
            let then = before.get(who).copied().unwrap_or_default();
            let (cash, fp) = (now.cash - then.cash, now.fp - then.fp);
            if cash == 0 && fp == 0 {
                continue;
            }
            let account = self.account(*who);
            account.events += 1;
            match change {
                Change::Funding => {
                    account.funding += cash;
                    account.kind += fp;
                    account.kind_value += worth(fp, mark);
                }
                Change::Liquidation => {
                    account.forced += cash;
                    account.forced_fp += fp;
                    account.forced_value += worth(fp, mark);
                }
            }
        }
    }

    /// Reads the events of somebody's transaction.
    pub fn note(&mut self, from: Address, at: &Contracts, logs: &[Log]) {
        let into_bids =
            logs.iter().any(|log| log.address == at.bids && BidBook::Sold::decode_log(log).is_ok());
        let mut sold = 0;
        let mut cohorts = 0;
        for log in logs {
            if log.address == at.market {
                self.totals.events += 1;
                self.note_cash(log);
                self.note_trade(log);
                self.note_funding(log, &mut cohorts);
                self.note_auction(log, from, into_bids, &mut sold);
                self.note_losses(log);
                self.note_end(log);
            } else if log.address == at.bids {
                self.note_bids(log);
            } else if log.address == at.book {
                self.note_book(log);
            }
        }
        self.totals.cohorts_in_a_payment = self.totals.cohorts_in_a_payment.max(cohorts);
    }

    fn note_cash(&mut self, log: &Log) {
        if let Ok(event) = FloorMarket::CashDeposited::decode_log(log) {
            self.account(event.payer).paid += units(event.amount);
            let account = self.account(event.account);
            account.deposited += whole(event.amount);
            account.events += 1;
        } else if let Ok(event) = FloorMarket::CashWithdrawn::decode_log(log) {
            self.account(event.to).got += units(event.paid);
            let account = self.account(event.account);
            account.withdrawn += whole(event.amount);
            account.events += 1;
            let left = units(event.amount) - units(event.paid);
            if left != 0 {
                self.queue.push(Place { ticket: event.ticket, left });
                self.longest_queue = self.longest_queue.max(self.queue.len());
            }
        } else if let Ok(event) = FloorMarket::WaitingPaid::decode_log(log) {
            self.account(event.owner).got += units(event.amount);
            for place in self.queue.iter_mut().filter(|place| place.ticket == event.ticket) {
                place.left = place.left.saturating_sub(units(event.amount));
            }
            self.queue.retain(|place| place.left != 0);
        } else if let Ok(event) = FloorMarket::NftDeposited::decode_log(log) {
            self.account(event.account).nfts_locked += 1;
        } else if let Ok(event) = FloorMarket::NftWithdrawn::decode_log(log) {
            self.account(event.account).nfts_out += 1;
        }
    }

    fn note_trade(&mut self, log: &Log) {
        let Ok(event) = FloorMarket::Trade::decode_log(log) else { return };
        let (fp, paid, got, fee) = (whole(event.fp), whole(event.paid), whole(event.got), whole(event.fee));
        let (buyer, seller) =
            if event.takerBuys { (event.taker, event.maker) } else { (event.maker, event.taker) };
        let account = self.account(buyer);
        account.trades -= paid;
        account.trades_fp += fp;
        account.events += 1;
        let account = self.account(seller);
        account.trades += got;
        account.trades_fp -= fp;
        account.events += 1;
        self.account(event.taker).fees += fee;
        self.totals.trades += 1;
        self.totals.volume += units(event.paid);
        self.totals.fees += units(event.fee);
    }

    fn note_funding(&mut self, log: &Log, cohorts: &mut u64) {
        if let Ok(event) = FloorMarket::FundingBegun::decode_log(log) {
            self.last_mark = units(event.mark);
            self.totals.epochs_paid += 1;
        } else if let Ok(event) = FloorMarket::FundingSettled::decode_log(log) {
            self.last_payment = signed(event.payment);
            self.totals.paid_by_longs += u64::from(event.payment.is_positive());
            self.totals.funding_cash += units(event.cash);
            self.totals.funding_kind += units(event.kind);
        } else if FloorMarket::FundingSkipped::decode_log(log).is_ok() {
            self.totals.epochs_skipped += 1;
        } else if FloorMarket::CohortGrown::decode_log(log).is_ok() {
            *cohorts += 1;
        } else if FloorMarket::AccountExhausted::decode_log(log).is_ok() {
            self.totals.exhausted += 1;
        }
    }

    fn note_auction(&mut self, log: &Log, from: Address, into_bids: bool, sold: &mut u32) {
        if FloorMarket::Kicked::decode_log(log).is_ok() {
            self.totals.kicks += 1;
        } else if FloorMarket::Redone::decode_log(log).is_ok() {
            self.totals.redos += 1;
        } else if FloorMarket::NftSold::decode_log(log).is_ok() {
            *sold += 1;
        } else if let Ok(event) = FloorMarket::Taken::decode_log(log) {
            let (count, floor) = (std::mem::take(sold), self.floor);
            if into_bids {
                self.totals.takes_into_bids += 1;
            } else {
                let taker = self.account(from);
                taker.paid += units(event.owe);
                taker.nfts_got += count;
                self.totals.takes += 1;
            }
            let account = self.account(event.account);
            account.proceeds += whole(event.price) * i128::from(count);
            account.sold_floor += i128::try_from(floor).unwrap_or(i128::MAX) * i128::from(count);
            account.nfts_sold += count;
            self.totals.nfts_taken += u64::from(count);
            self.totals.chops += units(event.fee);
            self.totals.rewards += units(event.reward);
            self.totals.insured += units(event.insured);
            self.totals.shortfall += units(event.shortfall);
        }
    }

    fn note_losses(&mut self, log: &Log) {
        if let Ok(event) = FloorMarket::TakenOver::decode_log(log) {
            self.totals.takeovers += 1;
            self.totals.longs_taken_over += u64::from(!event.isShort);
            self.totals.insured += units(event.insured);
        } else if let Ok(event) = FloorMarket::BankruptClosed::decode_log(log) {
            self.totals.bankrupt += 1;
            self.totals.insured += units(event.insured);
            let due = worth(whole(event.fp), units(event.mark));
            self.totals.shortfall += due.saturating_sub(whole(event.cash)).max(0).unsigned_abs();
        } else if let Ok(event) = FloorMarket::HouseSold::decode_log(log) {
            self.totals.house_sales += 1;
            self.totals.insured += units(event.insured);
        } else if let Ok(event) = FloorMarket::LossBegun::decode_log(log) {
            self.totals.losses += 1;
            self.totals.loss += units(event.loss);
        }
    }

    fn note_end(&mut self, log: &Log) {
        if let Ok(event) = FloorMarket::MarketShutDown::decode_log(log) {
            self.settlement = units(event.price);
        } else if let Ok(event) = FloorMarket::Redeemed::decode_log(log) {
            self.account(event.payer).paid += units(event.cash);
            self.account(event.account).redeemed += whole(event.cash);
        } else if let Ok(event) = FloorMarket::UnredeemedSold::decode_log(log) {
            let floor = i128::try_from(self.floor).unwrap_or(i128::MAX);
            let taker = self.account(event.taker);
            taker.paid += units(event.price);
            taker.nfts_got += 1;
            let account = self.account(event.account);
            account.unredeemed += whole(event.price);
            account.sold_floor += floor;
            account.nfts_sold += 1;
        } else if let Ok(event) = FloorMarket::AccountClosed::decode_log(log) {
            self.account(event.account).claim += whole(event.amount);
        } else if let Ok(event) = FloorMarket::Claimed::decode_log(log) {
            let account = self.account(event.account);
            account.claimed += whole(event.amount);
            account.got += units(event.amount);
        }
    }

    fn note_bids(&mut self, log: &Log) {
        if let Ok(event) = BidBook::BidPlaced::decode_log(log) {
            self.account(event.owner).paid += units(event.escrow);
        } else if let Ok(event) = BidBook::BidCancelled::decode_log(log) {
            if event.paid {
                self.account(event.owner).got += units(event.amount);
            }
        } else if let Ok(event) = BidBook::CashClaimed::decode_log(log) {
            self.account(event.recipient).got += units(event.amount);
        } else if let Ok(event) = BidBook::BidFilled::decode_log(log) {
            self.account(event.buyer).nfts_got += 1;
            self.totals.bids_filled += 1;
        }
    }

    fn note_book(&mut self, log: &Log) {
        if let Ok(event) = FloorBook::OrderFilled::decode_log(log) {
            self.stirred.insert(event.maker);
        } else if let Ok(event) = FloorBook::OrderRemoved::decode_log(log) {
            self.stirred.insert(event.owner);
        }
    }
}
