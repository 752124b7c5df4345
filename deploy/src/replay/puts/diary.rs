//! What happened, from the events alone: by account, by epoch, and in total.

use std::collections::{BTreeMap, BTreeSet};

use alloy::{
    primitives::{Address, Log, U256},
    sol_types::SolEvent,
};

use crate::{
    bindings::{Bonding, PutPool},
    demo::money::units,
};

use super::stage::{Contracts, WAD};

/// One account's money, as the contracts' events tell it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Account {
    /// Collateral paid in: deposits, bonds with their premiums, escrow.
    pub paid: u128,
    /// Collateral paid out.
    pub got: u128,
    /// Underlying paid in for bonds.
    pub rdpx_paid: u128,
    /// Underlying paid out.
    pub rdpx_got: u128,
    /// Rewards.
    pub dpx_got: u128,
}

/// Puts of one strike, and the bond that they came with.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lot {
    units: u128,
    strike: u128,
    bonded: u128,
    collateral: u128,
    underlying: u128,
}

/// One epoch that has ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Epoch {
    pub number: u64,
    pub settlement: u128,
    pub payoff: u128,
    /// What the payoff should be by the epoch's puts.
    pub payoff_by_lots: u128,
    pub lots: u128,
    /// Premiums of purchases in it, what went on into the escrow aside.
    pub premiums: u128,
    /// Funding that began it.
    pub funding: u128,
    /// Strike of what continues after it, and how much.
    pub strike: u128,
    pub units: u128,
    /// Units whose cover ended at its end, for want of escrow and because their dpxETH is gone.
    pub lapsed: u128,
    pub released: u128,
    pub exits: u128,
    /// The least that 1 dpxETH bonded in it was worth at its settlement, wad; none if nothing was bonded.
    pub floor: Option<u128>,
    /// Bonds of it worth less than 0.9375, roundings aside.
    pub below_floor: Vec<Lot>,
    pub liquidity: u128,
    pub escrow: u128,
    pub sigma: u128,
    pub strike_capped: bool,
}

/// Sums over everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub deposited: u128,
    pub claimed: u128,
    pub premiums: u128,
    pub prefunded: u128,
    pub funding: u128,
    pub payoffs: u128,
    pub collected: u128,
    pub exits: u128,
    pub lapsed: u128,
    pub escrow_in: u128,
    pub escrow_out: u128,
    pub rewards: u128,
    pub unallocated: u128,
    pub bonded: u128,
    pub burned: u128,
    pub purchases: u64,
    pub deposits: u64,
    pub exit_requests: u64,
    pub bonds: u64,
    pub redemptions: u64,
    pub fallbacks: u64,
    pub generations_lost: u64,
    /// Events, each of which rounds at most a few times.
    pub events: u128,
}

/// The diary.
#[derive(Clone, Debug, Default)]
pub(crate) struct Diary {
    pub accounts: BTreeMap<Address, Account>,
    pub epochs: Vec<Epoch>,
    pub totals: Totals,
    /// Positions that ended.
    pub closed: BTreeSet<u64>,
    base: Lot,
    lots: Vec<Lot>,
    /// A bond whose puts are about to be bought.
    bond: Lot,
    open: Epoch,
}

/// Wad times wad, rounded down.
pub(crate) fn times(a: u128, b: u128) -> u128 {
    units(U256::from(a) * U256::from(b) / U256::from(WAD))
}

impl Lot {
    fn pays(&self, price: u128) -> u128 {
        times(self.units, self.strike.saturating_sub(price))
    }

    /// What 1 dpxETH of the bond is worth at a price, puts included, wad.
    fn worth(&self, price: u128) -> u128 {
        let all = self.collateral + times(self.underlying, price) + self.pays(price);
        units(U256::from(all) * U256::from(WAD) / U256::from(self.bonded.max(1)))
    }

    /// Whether that is below 0.9375: what it is worth may be short by a wei for each of its roundings.
    fn below_floor(&self, price: u128) -> bool {
        let all = self.collateral + times(self.underlying, price) + self.pays(price);
        all + 4 < self.bonded / 16 * 15
    }
}

impl Diary {
    fn account(&mut self, who: Address) -> &mut Account {
        self.accounts.entry(who).or_default()
    }

    /// Reads a transaction's events.
    pub fn note(&mut self, at: &Contracts, logs: &[Log]) {
        for log in logs {
            if log.address == at.pool {
                self.totals.events += 1;
                self.note_writers(log);
                self.note_buyer(log);
                self.note_roll(log);
            } else if log.address == at.bonding {
                self.note_bonding(log);
            }
        }
    }

    fn note_writers(&mut self, log: &Log) {
        if let Ok(event) = PutPool::Deposited::decode_log(log) {
            self.account(event.payer).paid += units(event.assets);
            self.totals.deposited += units(event.assets);
            self.totals.deposits += 1;
        } else if let Ok(event) = PutPool::FeesClaimed::decode_log(log) {
            self.account(event.recipient).got += units(event.amount);
            self.totals.claimed += units(event.amount);
        } else if let Ok(event) = PutPool::RewardsClaimed::decode_log(log) {
            self.account(event.recipient).dpx_got += units(event.amount);
            self.totals.rewards += units(event.amount);
        } else if let Ok(event) = PutPool::Closed::decode_log(log) {
            self.closed.insert(event.id.saturating_to());
        } else if let Ok(event) = PutPool::Merged::decode_log(log) {
            self.closed.insert(event.from.saturating_to());
        } else if PutPool::ExitRequested::decode_log(log).is_ok() {
            self.totals.exit_requests += 1;
        } else if let Ok(event) = PutPool::UnallocatedCollected::decode_log(log) {
            self.account(event.treasury).dpx_got += units(event.amount);
            self.totals.unallocated += units(event.amount);
        }
    }

    fn note_buyer(&mut self, log: &Log) {
        if let Ok(event) = PutPool::PutPurchased::decode_log(log) {
            let earned = units(event.premium) - units(event.prefunded);
            self.totals.premiums += earned;
            self.totals.prefunded += units(event.prefunded);
            self.totals.purchases += 1;
            self.open.premiums += earned;
            let (units, strike) = (units(event.boughtUnits), units(event.strike));
            let bond = std::mem::take(&mut self.bond);
            self.lots.push(Lot { units, strike, ..bond });
        } else if let Ok(event) = PutPool::EscrowFunded::decode_log(log) {
            self.account(event.payer).paid += units(event.amount);
            self.totals.escrow_in += units(event.amount);
        } else if let Ok(event) = PutPool::EscrowWithdrawn::decode_log(log) {
            self.account(event.recipient).got += units(event.amount);
            self.totals.escrow_out += units(event.amount);
        } else if let Ok(event) = PutPool::PayoffCollected::decode_log(log) {
            self.totals.collected += units(event.amount);
        }
    }

    /// A roll logs what left and what went wrong before what came of it all.
    fn note_roll(&mut self, log: &Log) {
        if let Ok(event) = PutPool::ExitFilled::decode_log(log) {
            self.open_or_last(units(event.epoch)).exits += units(event.paid);
            self.totals.exits += units(event.paid);
        } else if let Ok(event) = PutPool::StrikeCapped::decode_log(log) {
            // It names the epoch whose strike it is: the one that follows.
            self.open_or_last(units(event.epoch).saturating_sub(1)).strike_capped = true;
        } else if PutPool::OracleFallback::decode_log(log).is_ok() {
            self.totals.fallbacks += 1;
        } else if PutPool::GenerationLost::decode_log(log).is_ok() {
            self.totals.generations_lost += 1;
        } else if let Ok(event) = PutPool::Rolled::decode_log(log) {
            self.end_epoch(&event);
        }
    }

    /// The page of an epoch, whether its roll was logged already or not.
    fn open_or_last(&mut self, number: u128) -> &mut Epoch {
        let ended = self.epochs.last().is_some_and(|epoch| u128::from(epoch.number) == number);
        match self.epochs.last_mut() {
            Some(last) if ended => last,
            _ => &mut self.open,
        }
    }

    fn end_epoch(&mut self, event: &PutPool::Rolled) {
        let price = units(event.settlementPrice);
        let mut page = std::mem::take(&mut self.open);
        page.number = event.epoch.saturating_to();
        page.settlement = price;
        page.payoff = units(event.payoff);
        page.payoff_by_lots = self.lots.iter().chain([&self.base]).map(|lot| lot.pays(price)).sum();
        page.lots = self.lots.len() as u128;
        page.floor = self.lots.iter().filter(|lot| lot.bonded > 0).map(|lot| lot.worth(price)).min();
        let below = self.lots.iter().filter(|lot| lot.bonded > 0 && lot.below_floor(price));
        page.below_floor = below.copied().collect();
        page.strike = units(event.strike);
        page.units = units(event.units);
        page.lapsed = units(event.lapsed);
        page.released = units(event.released);
        page.liquidity = units(event.liquidity);
        page.escrow = units(event.escrow);
        page.sigma = units(event.sigma);
        self.open.funding = units(event.funding);
        self.totals.funding += units(event.funding);
        self.totals.payoffs += page.payoff;
        self.totals.lapsed += page.lapsed;
        self.base = Lot { units: page.units, strike: page.strike, ..Lot::default() };
        self.lots.clear();
        self.epochs.push(page);
    }

    fn note_bonding(&mut self, log: &Log) {
        if let Ok(event) = Bonding::Bonded::decode_log(log) {
            let account = self.account(event.payer);
            account.paid += units(event.collateralPaid) + units(event.premium);
            account.rdpx_paid += units(event.underlyingPaid);
            self.totals.bonded += units(event.amount);
            self.totals.bonds += 1;
            // Its puts are bought next, in the same transaction.
            self.bond = Lot {
                bonded: units(event.amount),
                collateral: units(event.collateralPaid),
                underlying: units(event.underlyingPaid),
                ..Lot::default()
            };
        } else if let Ok(event) = Bonding::BackingRedeemed::decode_log(log) {
            let account = self.account(event.recipient);
            account.got += units(event.collateralPaid);
            account.rdpx_got += units(event.underlyingPaid);
            self.totals.burned += units(event.amount);
            self.totals.redemptions += 1;
        }
    }
}
