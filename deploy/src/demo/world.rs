//! Everybody in the replay, and the one way in which anybody does anything: a signed transaction.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, I256, U256},
    providers::Provider,
    rpc::types::{Filter, Log},
    signers::local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English},
    sol_types::{SolCall, SolEvent},
};
use anyhow::{Context, Result};

use crate::{
    bindings::{ClearingHouse, IClearingHouse::PositionView, InsuranceFund, TestDollar},
    book::Book,
    client::{Account, Call, Client, Mined},
};

use super::{
    conservation::Books,
    money::{signed, units},
    view::View,
};

/// The words every development node derives its accounts from. Anyone knows these keys.
const MNEMONIC: &str = "test test test test test test test test test test test junk";
/// Gas limit of every transaction: a liquidation that draws insurance takes less than half.
pub(crate) const GAS: u64 = 3_000_000;
/// Accounts read in one page of the keepers.
const PAGE: u64 = 16;

/// What somebody is here for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Deploys, owns, and seeds the insurance fund.
    Owner,
    /// Posts prices.
    Reporter,
    /// Liquidates and keeps the books moving.
    Keeper,
    /// Trades the mark towards the oracle.
    Arbitrageur,
    /// Everybody else.
    Trader,
}

/// Somebody.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Name in tables.
    pub name: String,
    /// What it is here for.
    pub role: Role,
    /// What a trader's behaviour is called; empty for others.
    pub kind: &'static str,
    /// Leverage a trader trades with.
    pub leverage: f64,
    /// Tokens it was given.
    pub minted: u128,
    /// Its tokens, as last looked.
    pub wallet: u128,
    /// Its position, as last looked.
    pub position: PositionView,
    /// How often it was liquidated.
    pub liquidations: usize,
    /// Its trades.
    pub trades: usize,
    /// Fees and penalties it paid, token units.
    pub fees: u128,
    /// Profit given up to a haircut, token units.
    pub given_up: u128,
}

impl Person {
    /// Somebody who has done nothing yet.
    pub fn new(name: impl Into<String>, role: Role, minted: u128) -> Self {
        Self {
            name: name.into(),
            role,
            kind: "",
            leverage: 0.0,
            minted,
            wallet: 0,
            position: PositionView::default(),
            liquidations: 0,
            trades: 0,
            fees: 0,
            given_up: 0,
        }
    }
}

/// Where the contracts are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contracts {
    pub house: Address,
    pub token: Address,
    pub fund: Address,
    pub feed: Address,
    pub source: Address,
}

impl Contracts {
    /// From an address book.
    pub fn of(book: &Book) -> Result<Self> {
        Ok(Self {
            house: book.contract("ClearingHouse")?,
            token: book.contract("TestDollar")?,
            fund: book.contract("InsuranceFund")?,
            feed: book.contract("PriceFeed")?,
            source: book.contract("PostedAggregator")?,
        })
    }
}

/// Somebody's wish to send a transaction.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// The sender's place.
    pub who: usize,
    /// What to send.
    pub call: Call,
    /// Refusals that are part of the game, by name: whoever trades among others may come too late.
    pub tolerated: &'static [&'static str],
}

/// What has happened so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Transactions mined.
    pub transactions: u64,
    /// Gas they used.
    pub gas: u64,
    /// Refusals that are part of the game, by name.
    pub refusals: BTreeMap<String, u64>,
    /// Everything that should not have happened.
    pub unexpected: Vec<String>,
    /// Liquidations.
    pub liquidations: u64,
    /// Losses beyond margins, token units.
    pub shortfall: u128,
    /// Paid of them by the market's fees.
    pub by_market: u128,
    /// Paid of them by the insurance fund.
    pub by_fund: u128,
    /// Paid by nobody.
    pub bad_debt: u128,
    /// Losses moved early, for winners who waited, token units.
    pub realized: u128,
    /// Notional traded, wad.
    pub volume: U256,
}

/// The stage.
pub(crate) struct World {
    pub client: Client,
    pub accounts: Vec<Account>,
    pub people: Vec<Person>,
    pub at: Contracts,
    pub market: U256,
    pub tally: Tally,
}

/// The key at a place of the development mnemonic.
pub(crate) fn key(place: usize) -> Result<PrivateKeySigner> {
    let index = u32::try_from(place)?;
    Ok(MnemonicBuilder::<English>::default().phrase(MNEMONIC).index(index)?.build()?)
}

/// The account at a place of the development mnemonic.
pub(crate) fn account(place: usize) -> Result<Account> {
    Ok(Account::new(key(place)?))
}

impl World {
    // ---- who is who ----

    /// The places of all with a role.
    pub fn all(&self, role: Role) -> Vec<usize> {
        let people = self.people.iter().enumerate();
        people.filter(|(_, person)| person.role == role).map(|(place, _)| place).collect()
    }

    /// An account's address.
    pub fn address(&self, place: usize) -> Address {
        self.accounts.get(place).map_or(Address::ZERO, Account::address)
    }

    fn place(&self, address: Address) -> Option<usize> {
        self.accounts.iter().position(|account| account.address() == address)
    }

    // ---- doing ----

    /// An order for the clearing house.
    pub fn order(&self, who: usize, call: &impl SolCall, tolerated: &'static [&'static str]) -> Order {
        Order { who, call: Call::new(self.at.house, call), tolerated }
    }

    /// Sends all orders at once, looks at every receipt, and keeps the tally.
    pub async fn act(&mut self, orders: Vec<Order>) -> Result<()> {
        let calls: Vec<_> = orders.iter().map(|order| (order.who, order.call.clone())).collect();
        let mined = self.client.send_all(&mut self.accounts, &calls, GAS).await?;
        for (order, mined) in orders.iter().zip(mined) {
            self.tally.transactions += 1;
            match mined {
                Mined::Done(receipt) => {
                    self.tally.gas += receipt.gas_used;
                    self.note(receipt.logs());
                }
                Mined::Refused(refusal) if order.tolerated.contains(&refusal.name.as_str()) => {
                    *self.tally.refusals.entry(refusal.name).or_default() += 1;
                }
                Mined::Refused(refusal) => {
                    let name = self.people.get(order.who).map_or("somebody", |person| person.name.as_str());
                    self.tally.unexpected.push(format!("a transaction of {name} was refused: {refusal}"));
                }
            }
        }
        Ok(())
    }

    /// The number of the last block.
    pub async fn height(&self) -> Result<u64> {
        Ok(self.client.provider().get_block_number().await?)
    }

    /// Notes what others have done since a block.
    pub async fn note_since(&mut self, block: u64) -> Result<()> {
        let filter = Filter::new().address(self.at.house).from_block(block.saturating_add(1));
        let logs = self.client.provider().get_logs(&filter).await?;
        self.note(&logs);
        Ok(())
    }

    fn note(&mut self, logs: &[Log]) {
        for log in logs.iter().filter(|log| log.address() == self.at.house) {
            if let Ok(event) = ClearingHouse::PositionChanged::decode_log(&log.inner) {
                self.tally.volume = self.tally.volume.saturating_add(event.exchangedNotional);
                if let Some(person) = self.place(event.trader).and_then(|place| self.people.get_mut(place)) {
                    person.trades += 1;
                    person.fees += units(event.fee);
                }
            } else if let Ok(event) = ClearingHouse::PositionLiquidated::decode_log(&log.inner) {
                self.tally.liquidations += 1;
                self.tally.shortfall += units(event.shortfall);
                self.tally.by_market += units(event.coveredByMarket);
                self.tally.by_fund += units(event.coveredByFund);
                self.tally.bad_debt += units(event.uncovered);
                if let Some(person) = self.place(event.trader).and_then(|place| self.people.get_mut(place)) {
                    person.liquidations += 1;
                }
            } else if let Ok(event) = ClearingHouse::ProfitClaimed::decode_log(&log.inner) {
                if let Some(person) = self.place(event.trader).and_then(|place| self.people.get_mut(place)) {
                    person.given_up += units(event.amount.saturating_sub(event.payout));
                }
            } else if let Ok(event) = ClearingHouse::LossRealized::decode_log(&log.inner) {
                self.tally.realized += units(event.amount);
            }
        }
    }

    /// Lets the next block be at a time, or one second after the last block if that is later.
    pub async fn be_at(&self, time: u64) -> Result<u64> {
        let last = self.client.provider().get_block(alloy::eips::BlockId::latest()).await?;
        let last = last.context("the chain has no block")?.header.timestamp;
        let time = time.max(last.saturating_add(1));
        let _: serde_json::Value =
            self.client.provider().raw_request("evm_setNextBlockTimestamp".into(), (time,)).await?;
        Ok(time)
    }

    // ---- looking ----

    /// The market now.
    pub async fn view(&self) -> Result<View> {
        let call = ClearingHouse::getMarketCall { marketId: self.market };
        Ok(View::new(self.client.view(self.at.house, &call).await?))
    }

    /// Looks at the positions and wallets of some.
    pub async fn look_at(&mut self, places: &[usize]) -> Result<()> {
        let addresses: Vec<Address> = places.iter().map(|place| self.address(*place)).collect();
        let position =
            |account: &Address| ClearingHouse::getPositionCall { marketId: self.market, account: *account };
        let calls: Vec<_> = addresses.iter().map(position).collect();
        let positions = self.client.views(self.at.house, &calls).await?;
        let balance = |account: &Address| TestDollar::balanceOfCall { account: *account };
        let calls: Vec<_> = addresses.iter().map(balance).collect();
        let wallets = self.client.views(self.at.token, &calls).await?;
        for ((place, position), wallet) in places.iter().zip(positions).zip(wallets) {
            if let Some(person) = self.people.get_mut(*place) {
                person.position = position;
                person.wallet = units(wallet);
            }
        }
        Ok(())
    }

    /// Looks at everybody.
    pub async fn look_around(&mut self) -> Result<()> {
        let all: Vec<usize> = (0..self.people.len()).collect();
        self.look_at(&all).await
    }

    /// Accounts that can be liquidated, with the number of the page each was found on.
    pub async fn liquidatable(&self) -> Result<Vec<(usize, Address)>> {
        let mut found = Vec::new();
        let (mut from, mut page) = (U256::ZERO, 0);
        loop {
            let call =
                ClearingHouse::liquidatableCall { marketId: self.market, from, count: U256::from(PAGE) };
            let answer = self.client.view(self.at.house, &call).await?;
            found.extend(answer.accounts.into_iter().map(|account| (page, account)));
            if answer.next.is_zero() {
                return Ok(found);
            }
            (from, page) = (answer.next, page + 1);
        }
    }

    /// The insurance fund's ledger of the market, token units.
    pub async fn insurance(&self) -> Result<u128> {
        let call = InsuranceFund::balanceOfMarketCall { marketId: self.market };
        Ok(units(self.client.view(self.at.fund, &call).await?))
    }

    /// All money, read from the contracts. Everybody is looked at anew.
    pub async fn books(&mut self) -> Result<Books> {
        self.look_around().await?;
        let (client, at) = (&self.client, self.at);
        let raw = self.view().await?.raw;
        let rewards: Vec<_> = self
            .accounts
            .iter()
            .map(|account| ClearingHouse::rewardOfCall { keeper: account.address() })
            .collect();
        let rewards = client.views(at.house, &rewards).await?;
        let held = |account| TestDollar::balanceOfCall { account };
        let column = |of: fn(&Person) -> u128| self.people.iter().map(of).collect::<Vec<_>>();
        Ok(Books {
            supply: units(client.view(at.token, &TestDollar::totalSupplyCall {}).await?),
            minted: column(|person| person.minted),
            wallets: column(|person| person.wallet),
            margins: column(|person| units(person.position.margin)),
            claims: column(|person| units(person.position.claim)),
            sizes: self.people.iter().map(|person| size_wad(person.position.size)).collect(),
            rewards: rewards.into_iter().map(units).collect(),
            house: units(client.view(at.token, &held(at.house)).await?),
            principal: units(raw.money.principal),
            pool: units(raw.money.pool),
            waiting: units(raw.money.claims),
            fees: units(raw.money.fees),
            insurance_due: units(raw.money.insuranceDue),
            long: units(raw.longSize),
            short: units(raw.shortSize),
            fund: units(client.view(at.token, &held(at.fund)).await?),
            fund_ledger: units(client.view(at.fund, &InsuranceFund::totalBalanceCall {}).await?),
        })
    }
}

fn size_wad(size: I256) -> i128 {
    signed(size)
}
