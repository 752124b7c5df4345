//! The chain and everybody on it, and the one way in which anybody does anything: a transaction in a block of its own.
//!
//! Transactions go straight into the chain, not through a node and not signed: a month has too many for that. What runs
//! is the same: the programs as WASM, through the proxies and the published ABI.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use alloy::{
    primitives::{Address, U256, keccak256},
    sol_types::SolCall,
};
use anyhow::{Context, Result, ensure};
use devnet::{CallRequest, Chain, Clock, TxRequest, rpc};

use crate::{
    apply,
    bindings::{ClearingHouse, IClearingHouse::PositionView, InsuranceFund, TestDollar},
    client::Client,
    config::Config,
    demo::{
        conservation::Books,
        money::{signed, units},
        view::View,
        world::{Contracts, account},
    },
    errors::Refusal,
    programs::Built,
};

use super::{cast::Kind, diary::Diary};

/// Wei of everybody: gas for far more than they send.
const GAS_MONEY: u128 = 1_000_000_000_000_000_000_000;
/// Gas limit of a transaction: what batches of liquidations that draw insurance take.
const GAS: u64 = 25_000_000;
/// Gas of a view; a keeper's own node has no limit to speak of.
const VIEW_GAS: u64 = 1_000_000_000;
/// Accounts looked through in one page of the keepers.
const PAGE: u64 = 64;

/// What somebody is here for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Owns everything, seeds the insurance, posts prices.
    Owner,
    /// May let the market only reduce.
    Council,
    /// Liquidates and keeps the books moving.
    Keeper,
    /// Takes positions over that the curve cannot take.
    Desk,
    /// Trades the mark towards the oracle.
    Arbitrageur,
    /// Everybody else.
    Trader(Kind),
}

impl Role {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "insurance seed",
            Self::Council => "council",
            Self::Keeper => "keeper",
            Self::Desk => "takeover desk",
            Self::Arbitrageur => "arbitrageur",
            Self::Trader(kind) => kind.name(),
        }
    }
}

/// Somebody.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Name in tables.
    pub name: String,
    /// What it is here for.
    pub role: Role,
    /// Its address.
    pub address: Address,
    /// Tokens it was given.
    pub minted: u128,
}

impl Person {
    /// Somebody with so many token units to come.
    pub fn new(name: impl Into<String>, role: Role, minted: u128) -> Self {
        let name = name.into();
        let address = Address::from_slice(&keccak256(format!("replay: {name}"))[12..]);
        Self { name, role, address, minted }
    }
}

/// The stage.
pub(crate) struct Stage {
    /// The chain.
    pub chain: Chain,
    /// The contracts.
    pub at: Contracts,
    /// The market.
    pub market: U256,
    /// Everybody; the owner first.
    pub people: Vec<Person>,
    /// What happened to whom.
    pub diary: Diary,
    /// Transactions sent.
    pub transactions: u64,
    /// Gas they used.
    pub gas: u64,
    /// Refusals that are part of the game, by name.
    pub refusals: BTreeMap<String, u64>,
    /// Everything that should not have happened.
    pub problems: Vec<String>,
}

/// Starts a chain at a time and deploys a configuration on it, as any network gets it: through a node.
pub(crate) async fn deploy(
    config: &Config,
    built: &Built,
    genesis_time: u64,
    book: &Path,
) -> Result<(Chain, Contracts, U256)> {
    let settings = devnet::Config { genesis_time, clock: Clock::Steps(1), ..devnet::Config::default() };
    let node = rpc::serve(Chain::new(settings), "127.0.0.1:0").context("cannot listen on any port")?;
    let client = Client::connect(&node.url()).await?;
    // The chain is a new one: what an earlier run wrote down is not on it.
    if book.exists() {
        std::fs::remove_file(book).with_context(|| format!("cannot replace {}", book.display()))?;
    }
    let mut owner = account(0)?;
    let book = apply::deploy(&client, &mut owner, config, built, book, &mut |_| ()).await?;
    let market =
        U256::from(*book.markets.get(&config.perps()?.market.symbol).context("no market in the book")?);
    drop(client);
    let at = Contracts::of(&book)?;
    Ok((node.with_chain(|chain| chain.clone()), at, market))
}

impl Stage {
    /// A stage with everybody on it, with gas, tokens and allowances.
    pub fn new(chain: Chain, at: Contracts, market: U256, mut people: Vec<Person>) -> Result<Self> {
        if let Some(owner) = people.first_mut() {
            owner.address = account(0)?.address();
        }
        let places: HashMap<_, _> =
            people.iter().zip(0..).map(|(person, place)| (person.address, place)).collect();
        let diary = Diary::new(at, places);
        let mut stage = Self {
            chain,
            at,
            market,
            people,
            diary,
            transactions: 0,
            gas: 0,
            refusals: BTreeMap::new(),
            problems: Vec::new(),
        };
        for place in 0..stage.people.len() {
            stage.equip(place)?;
        }
        Ok(stage)
    }

    fn equip(&mut self, place: usize) -> Result<()> {
        let Some(person) = self.people.get(place) else { return Ok(()) };
        let (to, minted) = (person.address, person.minted);
        let spender = if person.role == Role::Owner { self.at.fund } else { self.at.house };
        self.chain.set_balance(to, U256::from(GAS_MONEY));
        if minted > 0 {
            self.must(place, self.at.token, &TestDollar::mintCall { to, value: U256::from(minted) })?;
        }
        self.must(place, self.at.token, &TestDollar::approveCall { spender, value: U256::MAX }).map(|_| ())
    }

    /// The places of all with a role.
    pub fn all(&self, role: Role) -> Vec<usize> {
        let people = self.people.iter().enumerate();
        people.filter(|(_, person)| person.role == role).map(|(place, _)| place).collect()
    }

    /// The places of all traders, in order.
    pub fn traders(&self) -> Vec<usize> {
        let people = self.people.iter().enumerate();
        people.filter(|(_, person)| matches!(person.role, Role::Trader(_))).map(|(place, _)| place).collect()
    }

    /// An account's address.
    pub fn address(&self, place: usize) -> Address {
        self.people.get(place).map_or(Address::ZERO, |person| person.address)
    }

    // ---- doing ----

    /// Sends a transaction; a refusal is an answer.
    pub fn send<C: SolCall>(
        &mut self,
        who: usize,
        to: Address,
        call: &C,
    ) -> Result<Result<C::Return, Refusal>> {
        let request = TxRequest {
            from: self.address(who),
            to: Some(to),
            data: call.abi_encode().into(),
            gas: Some(GAS),
            ..TxRequest::default()
        };
        let receipt = self.chain.send(request).map_err(|error| anyhow::anyhow!("{error}"))?;
        self.transactions += 1;
        self.gas += receipt.gas_used;
        if !receipt.success {
            let why = receipt.error.unwrap_or_default();
            ensure!(why.starts_with("execution reverted"), "{} did not revert: {why}", C::SIGNATURE);
            return Ok(Err(Refusal::decode(&receipt.output)));
        }
        self.diary.note(&receipt.logs);
        Ok(Ok(C::abi_decode_returns(&receipt.output)?))
    }

    /// Sends a transaction that has to succeed.
    pub fn must<C: SolCall>(&mut self, who: usize, to: Address, call: &C) -> Result<C::Return> {
        let sent = self.send(who, to, call)?;
        sent.map_err(|refusal| anyhow::anyhow!("{} was refused: {refusal}", C::SIGNATURE))
    }

    /// Sends a transaction to the clearing house. A refusal among `tolerated` is part of the game; any other is a problem.
    pub fn act<C: SolCall>(&mut self, who: usize, call: &C, tolerated: &[&str]) -> Result<Option<C::Return>> {
        match self.send(who, self.at.house, call)? {
            Ok(done) => Ok(Some(done)),
            Err(refusal) => {
                if !tolerated.contains(&refusal.name.as_str()) {
                    let name = self.people.get(who).map_or("somebody", |person| person.name.as_str());
                    self.problems.push(format!("{} of {name} was refused: {refusal}", C::SIGNATURE));
                }
                *self.refusals.entry(refusal.name).or_default() += 1;
                Ok(None)
            }
        }
    }

    /// Lets the next block be at a time, or one second after the last block if that is later.
    pub fn be_at(&mut self, time: u64) -> Result<()> {
        let time = time.max(self.chain.timestamp().saturating_add(1));
        self.chain.set_next_timestamp(time).map_err(|error| anyhow::anyhow!("{error}"))
    }

    // ---- looking ----

    /// Asks a contract.
    pub fn ask<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return> {
        let request = CallRequest {
            to: Some(to),
            data: call.abi_encode().into(),
            gas: Some(VIEW_GAS),
            ..CallRequest::default()
        };
        let outcome = self.chain.call_with(&request).map_err(|error| anyhow::anyhow!("{error}"))?;
        ensure!(outcome.success, "{}: {}", C::SIGNATURE, Refusal::decode(&outcome.output));
        Ok(C::abi_decode_returns(&outcome.output)?)
    }

    /// The market now.
    pub fn view(&self) -> Result<View> {
        Ok(View::new(self.ask(self.at.house, &ClearingHouse::getMarketCall { marketId: self.market })?))
    }

    /// Somebody's position.
    pub fn position(&self, place: usize) -> Result<PositionView> {
        let account = self.address(place);
        self.ask(self.at.house, &ClearingHouse::getPositionCall { marketId: self.market, account })
    }

    /// Somebody's wallet, token units.
    pub fn wallet(&self, place: usize) -> Result<u128> {
        self.balance(self.address(place))
    }

    fn balance(&self, account: Address) -> Result<u128> {
        Ok(units(self.ask(self.at.token, &TestDollar::balanceOfCall { account })?))
    }

    /// Accounts that can be liquidated.
    pub fn liquidatable(&self) -> Result<Vec<Address>> {
        let mut found = Vec::new();
        let mut from = U256::ZERO;
        loop {
            let call =
                ClearingHouse::liquidatableCall { marketId: self.market, from, count: U256::from(PAGE) };
            let answer = self.ask(self.at.house, &call)?;
            found.extend(answer.accounts);
            if answer.next.is_zero() {
                return Ok(found);
            }
            from = answer.next;
        }
    }

    /// The insurance fund: the market's ledger and what it may have of the shared one, token units.
    pub fn insurance(&self) -> Result<(u128, u128)> {
        let call = InsuranceFund::marketInsuranceCall { marketId: self.market };
        let answer = self.ask(self.at.fund, &call)?;
        Ok((units(answer.balance), units(answer.available.saturating_sub(answer.balance))))
    }

    /// Whether the clearing house holds what its ledger says; both, token units.
    pub fn held_and_owed(&self, view: &View) -> Result<(u128, u128)> {
        let money = &view.raw.money;
        let owed = units(money.principal) + units(money.pool) + units(money.fees) + units(money.insuranceDue);
        Ok((self.balance(self.at.house)?, owed + self.rewards()?.iter().sum::<u128>()))
    }

    fn rewards(&self) -> Result<Vec<u128>> {
        let reward = |person: &Person| -> Result<u128> {
            match person.role {
                Role::Keeper | Role::Desk => {
                    let keeper = person.address;
                    Ok(units(self.ask(self.at.house, &ClearingHouse::rewardOfCall { keeper })?))
                }
                _ => Ok(0),
            }
        };
        self.people.iter().map(reward).collect()
    }

    /// All money, read from the contracts.
    pub fn books(&self) -> Result<Books> {
        let raw = self.view()?.raw;
        let places = 0..self.people.len();
        let positions: Vec<PositionView> =
            places.clone().map(|place| self.position(place)).collect::<Result<_>>()?;
        Ok(Books {
            supply: units(self.ask(self.at.token, &TestDollar::totalSupplyCall {})?),
            minted: self.people.iter().map(|person| person.minted).collect(),
            wallets: places.map(|place| self.wallet(place)).collect::<Result<_>>()?,
            margins: positions.iter().map(|position| units(position.margin)).collect(),
            claims: positions.iter().map(|position| units(position.claim)).collect(),
            sizes: positions.iter().map(|position| signed(position.size)).collect(),
            rewards: self.rewards()?,
            house: self.balance(self.at.house)?,
            principal: units(raw.money.principal),
            pool: units(raw.money.pool),
            waiting: units(raw.money.claims),
            fees: units(raw.money.fees),
            insurance_due: units(raw.money.insuranceDue),
            long: units(raw.longSize),
            short: units(raw.shortSize),
            fund: self.balance(self.at.fund)?,
            fund_ledger: units(self.ask(self.at.fund, &InsuranceFund::totalBalanceCall {})?),
        })
    }
}
