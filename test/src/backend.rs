//! What a behaviour needs of a chain.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use everfloor_host::{Log, Revert};

use crate::{PutSystem, System};

/// The programs behind the contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Trading and margin.
    House,
    /// Liquidation.
    Risk,
    /// Takeover, deleveraging.
    Takeover,
    /// Funding, the curve, waiting profit, rewards.
    Upkeep,
    /// Deficits, halting, settlement.
    Settlement,
    /// Operators, signed orders, several calls in one.
    Orders,
    /// Views.
    Lens,
    /// Previews.
    Preview,
    /// Administration.
    Admin,
    /// The insurance fund.
    Fund,
    /// The price feed.
    Feed,
    /// The price source.
    Aggregator,
    /// The observations of a price.
    History,
    /// The volatility of a price.
    Volatility,
    /// Black-Scholes alone.
    BlackScholes,
    /// The put pool's writers.
    PutPool,
    /// Its buyer.
    PutDesk,
    /// The end of its epochs.
    PutRoll,
    /// Its views.
    PutLens,
    /// What it has written down.
    PutRecords,
    /// Its administration.
    PutAdmin,
    /// What is backed by its puts.
    Bonding,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::House,
        Self::Risk,
        Self::Takeover,
        Self::Upkeep,
        Self::Settlement,
        Self::Orders,
        Self::Lens,
        Self::Preview,
        Self::Admin,
        Self::Fund,
        Self::Feed,
        Self::Aggregator,
        Self::History,
        Self::Volatility,
        Self::BlackScholes,
        Self::PutPool,
        Self::PutDesk,
        Self::PutRoll,
        Self::PutLens,
        Self::PutRecords,
        Self::PutAdmin,
        Self::Bonding,
    ];

    /// Its crate and file.
    pub fn name(self) -> &'static str {
        match self {
            Self::House => "clearing-house",
            Self::Risk => "clearing-risk",
            Self::Takeover => "clearing-takeover",
            Self::Upkeep => "clearing-upkeep",
            Self::Settlement => "clearing-settlement",
            Self::Orders => "clearing-orders",
            Self::Lens => "clearing-lens",
            Self::Preview => "clearing-preview",
            Self::Admin => "clearing-admin",
            Self::Fund => "insurance-fund",
            Self::Feed => "price-feed",
            Self::Aggregator => "posted-aggregator",
            Self::History => "price-history",
            Self::Volatility => "volatility-source",
            Self::BlackScholes => "black-scholes",
            Self::PutPool => "put-pool",
            Self::PutDesk => "put-desk",
            Self::PutRoll => "put-roll",
            Self::PutLens => "put-lens",
            Self::PutRecords => "put-records",
            Self::PutAdmin => "put-admin",
            Self::Bonding => "bonding",
        }
    }
}

/// OpenZeppelin's tokens that a contract of ours makes and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owned {
    /// The ERC-721 of writers' positions, a pool's.
    Positions,
    /// dpxETH, a bonding contract's.
    Synthetic,
}

/// How a hostile token behaves from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenMode {
    /// As the standard says.
    Good,
    /// Transfers move the tokens and return nothing.
    ReturnsNothing,
    /// Transfers move nothing and return false.
    ReturnsFalse,
    /// Transfers move the tokens and return false all the same.
    MovesAndReturnsFalse,
    /// Transfers revert.
    Reverts,
    /// A tenth of every transfer is lost.
    TakesFee,
    /// Before a transfer moves tokens, calls a contract, and goes on whatever comes of it.
    Reenters {
        /// Whom it calls.
        target: Address,
        /// With what.
        calldata: Vec<u8>,
    },
}

/// How a contract answers that is asked to raise money against deficits.
pub use everfloor_host::ledger::Answer as LedgerMode;

/// A transaction that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What it returned.
    pub output: Vec<u8>,
    /// What it logged.
    pub logs: Vec<Log>,
    /// Gas it used, refunds taken off; 0 where the backend has no gas.
    pub gas: u64,
}

/// All storage words of some contracts; equal maps are equal states.
pub type Storage = BTreeMap<Address, BTreeMap<U256, B256>>;

/// A chain with the programs on it.
pub trait Backend: Sized {
    /// A system with one market, as every test of markets starts from.
    fn system() -> System<Self>;

    /// A system with one put pool and its bonding contract, as every test of those starts from.
    fn puts() -> PutSystem<Self>;

    /// Where a program's code lies.
    fn program(&self, program: Program) -> Address;

    /// Another copy of a program, as an upgrade brings one.
    fn another(&mut self, program: Program) -> Address;

    /// A new proxy of `implementation`, initialised by `init` in the same transaction.
    fn proxy(&mut self, implementation: Address, init: Vec<u8>) -> Result<Address, Revert>;

    /// A price source that nobody has initialised yet.
    fn aggregator(&mut self) -> Address;

    /// The test dollar.
    fn dollar(&mut self) -> Address;

    /// A new token with 18 decimals that anybody may mint.
    fn token(&mut self) -> Address;

    /// A new token that `owner` alone makes and ends.
    fn owned(&mut self, kind: Owned, owner: Address) -> Address;

    /// A token with 6 decimals whose behaviour can be changed, good at first.
    fn hostile_token(&mut self) -> Address;

    /// Changes how a hostile token behaves.
    fn set_token_mode(&mut self, token: Address, mode: TokenMode);

    /// A contract that takes on every deficit it is asked for, at first.
    fn deficit_ledger(&mut self) -> Address;

    /// Changes how such a contract answers.
    fn set_ledger_mode(&mut self, ledger: Address, mode: LedgerMode);

    /// A contract that answers every call with these bytes, or reverts with them.
    fn stub(&mut self, answer: Result<Vec<u8>, Vec<u8>>) -> Address;

    /// Changes what such a contract answers.
    fn restub(&mut self, stub: Address, answer: Result<Vec<u8>, Vec<u8>>);

    /// Calls and changes nothing.
    fn call(&self, from: Address, to: Address, data: Vec<u8>) -> Result<Vec<u8>, Revert>;

    /// Sends a transaction.
    fn send(&mut self, from: Address, to: Address, value: U256, data: Vec<u8>) -> Result<Sent, Revert>;

    /// Seconds of the clock: the time of calls and of the next transaction.
    fn now(&self) -> u64;

    /// Lets time pass.
    fn warp(&mut self, seconds: u64);

    /// The storage of some contracts.
    fn storage(&self, contracts: &[Address]) -> Storage;

    /// Native value of an account, in wei.
    fn value_of(&self, account: Address) -> U256;

    /// Gives an account native value.
    fn give_value(&mut self, account: Address, wei: U256);
}
